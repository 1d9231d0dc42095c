/* People without a vehicle in the coordinator: from vehicles.csv to runs, orders and what stands in
 * the way; runs are driven again by an independent checker. */
#include "coordinator/optimizer/bus_instance.h"
#include "coordinator/planning/buses_plan.h"
#include "tests/support/bus_runs_checker.h"
#include "tests/support/chance.h"
#include "tests/support/planning_town.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The small region: zone z1 at a with 120 people, of whom 60 have no vehicle, 3 use wheelchairs;
 * shelter s1 for 150 at c, 12 minutes away; three buses with 24 seats and a place for a wheelchair
 * at a. */

enum { S_MIN = 60, MINUTE_MS = 60000, WAY_S = 12 * 60, RUNS_MAX = 64 };

#define HORIZON_MS (12 * INT64_C(3600000))

static const char zones_table[] =
    "zone_id,name,node_id,night_adult,night_child,wheelchair,no_vehicle_share\n"
    "z1,One,a,100,20,3,0.5\n";
static const char buses_table[] =
    "vehicle_id,kind,depot_id,node_id,count,seats,wheelchair_places,payload_kg,payload_l\n"
    "bus,bus,,a,3,24,1,,\n";

static struct town town;

static void flood(void) {
    static const char *zones[] = {"z1"};
    town_decide(&town,
                (struct hv_record){
                    .kind = HV_RECORD_HAZARD,
                    .hazard = {.hazard = "f", .kind = "flood", .zones = zones, .zone_count = 1}});
}

static void begin(void) {
    static const char *const tables[][2] = {
        {"zones.csv", zones_table}, {"vehicles.csv", buses_table}, {NULL, NULL}};
    town_init(&town, tables);
    town.rules.bus_horizon_ms = HORIZON_MS;
    town_phase(&town, HV_PHASE_EVACUATION);
    flood();
    town_tell(&town, "s1",
              (struct hv_report){.kind = HV_REPORT_STATUS, .status = {HV_SHELTER_OPEN, ""}});
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(planning_buses, .init = begin, .fini = end);

static void change_table(const char *name, const char *text) {
    region_files_write(&town.files, name, text);
    town_load(&town);
}

static void pass(int64_t minutes) {
    core_bench_tick(town.bench, (uint64_t)minutes * MINUTE_MS);
    core_bench_idle(town.bench);
}

static const struct hv_plan *propose(void) {
    town.rules.wall_ms = town.bench->wall_ms;
    town.rules.mono_ms = state_general(town_state(&town))->mono_ms;
    return town_plan(&town, town_propose(&town));
}

static const struct hv_order *order(enum hv_order_state state, size_t *ret_count) {
    return town_order(&town, HV_ORDER_BUS_RUN, state, ret_count);
}

static uint64_t on_runs(const struct hv_plan *plan) {
    uint64_t people = 0;
    for (size_t i = 0; i < plan->bus_run_count; i++)
        for (size_t k = 0; k < plan->bus_runs[i].stop_count; k++)
            people += plan->bus_runs[i].stops[k].people;
    return people;
}

static void expect_sound(const struct hv_plan *plan, const double *closes_s) {
    double closes[RUNS_MAX], opens[RUNS_MAX] = {0}, waiting[RUNS_MAX];
    for (uint32_t l = 0; l < town.region->link_count; l++)
        closes[l] = closes_s == NULL ? INFINITY : closes_s[l];
    for (uint32_t z = 0; z < town.region->zone_count; z++)
        waiting[z] = ceil(town.region->zones[z].no_vehicle_share *
                          (double)region_zone_people(&town.region->zones[z], REGION_NIGHT));
    const struct bus_runs_checker checker = {.region = town.region,
                                             .plan = plan,
                                             .closes_s = closes,
                                             .opens_s = opens,
                                             .waiting = waiting};
    const char *fault = bus_runs_checker_plan(&checker);
    cr_assert_null(fault, "%s", fault);
}

/* The only reason why people are left over for want of buses; unknown: there is none. */
static enum hv_plan_reason left_for(const struct hv_plan *plan, uint64_t *ret_people) {
    enum hv_plan_reason reason = HV_PLAN_REASON_UNKNOWN;
    *ret_people = 0;
    for (size_t i = 0; i < plan->left_count; i++)
        if (plan->left[i].item[0] == '\0') {
            cr_assert_str_eq(plan->left[i].zone, "z1");
            reason = plan->left[i].reason;
            *ret_people += plan->left[i].amount;
        }
    return reason;
}

/* ---- plans ---- */

Test(planning_buses, go_to_and_fro_until_everybody_is_there) {
    const struct hv_plan *plan = propose();
    cr_assert(plan->buses_known);
    cr_assert_eq(plan->bus_people, 60);
    cr_assert_eq(plan->bus_unserved, 0);
    cr_assert_eq(plan->unserved_people, 0);
    cr_assert_eq(plan->bus_count, 3);
    cr_assert_eq(plan->bus_seats, 72);
    cr_assert_eq(on_runs(plan), 60);
    expect_sound(plan, NULL);
    cr_assert_geq(plan->bus_run_count, 3, "58 seats of 24 a run");
    cr_assert_geq(plan->bus_last_s, 2 * S_MIN + 6 * 24 + WAY_S, "a run of 24 takes so long");
    cr_assert_gt(plan->bus_person_seconds_bound, 0);
}

Test(planning_buses, less_of_them_make_more_runs_and_take_longer) {
    const struct hv_plan *many = propose();
    const uint32_t last = many->bus_last_s;
    const int64_t arrivals = many->bus_person_seconds;
    change_table("vehicles.csv",
                 "vehicle_id,kind,node_id,count,seats,wheelchair_places\nbus,bus,a,1,24,1\n");
    const struct hv_plan *one = propose();
    expect_sound(one, NULL);
    cr_assert_eq(one->bus_unserved, 0);
    cr_assert_geq(one->bus_run_count, 3);
    cr_assert_geq(one->bus_last_s, 5 * WAY_S, "there, back, there, back, there");
    cr_assert_gt(one->bus_last_s, last);
    cr_assert_gt(one->bus_person_seconds, arrivals);
    for (size_t i = 0; i < one->bus_run_count; i++)
        cr_assert_eq(one->bus_runs[i].number, 1);
}

Test(planning_buses, leave_whom_they_cannot_bring_in_time_and_say_why) {
    uint64_t left = 0;
    change_table("vehicles.csv",
                 "vehicle_id,kind,node_id,count,seats,wheelchair_places\nbus,bus,a,1,24,1\n");
    town.rules.bus_horizon_ms = 30 * MINUTE_MS; /* one run, and the way back */
    const struct hv_plan *plan = propose();
    expect_sound(plan, NULL);
    cr_assert_eq(left_for(plan, &left), HV_PLAN_BUSES_BUSY);
    cr_assert_eq(left, plan->bus_unserved);
    cr_assert_eq(plan->bus_unserved, 60 - on_runs(plan));
    cr_assert_leq(on_runs(plan), 25);
    cr_assert_eq(plan->unserved_people, (int64_t)left);
    cr_assert_eq(plan->bus_unserved_bound, 60 - 25, "24 seats, and one in a wheelchair");
    cr_assert_eq(plan->unserved_bound, 60 - 25);
    uint32_t moved = 0;
    for (size_t i = 0; i < plan->move_count; i++)
        moved += plan->moves[i].people;
    cr_assert_eq(moved + left, 120);
}

Test(planning_buses, without_a_place_for_a_wheelchair_say_so) {
    uint64_t left = 0;
    change_table("vehicles.csv", "vehicle_id,kind,node_id,count,seats\nbus,bus,a,3,24\n");
    const struct hv_plan *plan = propose();
    expect_sound(plan, NULL);
    cr_assert_eq(left_for(plan, &left), HV_PLAN_NO_WHEELCHAIR_BUS);
    cr_assert_eq(left, 2, "of three, half of whom have no vehicle");
    cr_assert_eq(plan->bus_unserved_bound, 2);
}

Test(planning_buses, nobody_says_how_people_get_there_where_there_are_none) {
    change_table("vehicles.csv", "vehicle_id,kind,depot_id,count,payload_kg,payload_l\n"
                                 "lorry,truck,d1,2,3000,12000\n");
    const struct hv_plan *plan = propose();
    cr_assert_not(plan->buses_known);
    cr_assert_eq(plan->unserved_people, 0);
    uint32_t without = 0;
    for (size_t i = 0; i < plan->move_count; i++)
        without += plan->moves[i].without_vehicle;
    cr_assert_eq(without, 60);
}

Test(planning_buses, are_off_the_roads_that_close) {
    static const char *links[] = {"bc"};
    struct hv_hazard_step step = {
        .from_wall_ms = town.bench->wall_ms + 40 * MINUTE_MS, .link_count = 1, .links = links};
    double closes[RUNS_MAX] = {0};
    uint64_t left = 0;
    town_decide(&town,
                (struct hv_record){
                    .kind = HV_RECORD_HAZARD,
                    .hazard = {.hazard = "g", .kind = "flood", .step_count = 1, .steps = &step}});
    change_table("vehicles.csv",
                 "vehicle_id,kind,node_id,count,seats,wheelchair_places\nbus,bus,a,1,24,1\n");
    const struct hv_plan *plan = propose();
    for (uint32_t l = 0; l < town.region->link_count; l++)
        closes[l] = strcmp(town.region->links[l].id, "bc") == 0 ? 40 * S_MIN : INFINITY;
    expect_sound(plan, closes);
    cr_assert_eq(left_for(plan, &left), HV_PLAN_BUSES_BUSY);
    cr_assert_eq(left, 60 - on_runs(plan));
    cr_assert_gt(on_runs(plan), 0);
    cr_assert_gt(plan->bus_unserved_bound, 0, "two runs at most");
}

/* ---- several pick-up points ---- */

/* The people of z1 wait at a, two thirds of them, and at b, half way to the shelter. */
static void pick_up_at_two(void) {
    change_table("zones.csv",
                 "zone_id,name,node_id,night_adult,night_child,wheelchair,no_vehicle_share,"
                 "pickup_nodes\nz1,One,a,100,20,3,0.5,a:2;b\n");
}

/* Of a plan who board at a node; "": at the zone's. */
static uint32_t board_at(const struct hv_plan *plan, const char *pickup) {
    uint32_t people = 0;
    for (size_t i = 0; i < plan->bus_run_count; i++)
        for (size_t k = 0; k < plan->bus_runs[i].stop_count; k++)
            if (strcmp(plan->bus_runs[i].stops[k].pickup, pickup) == 0)
                people += plan->bus_runs[i].stops[k].people;
    return people;
}

Test(planning_buses, stop_where_the_region_says_that_people_wait) {
    pick_up_at_two();
    const struct hv_plan *plan = propose();
    expect_sound(plan, NULL);
    cr_assert_eq(plan->bus_people, 60);
    cr_assert_eq(plan->bus_unserved, 0);
    cr_assert_eq(board_at(plan, ""), 39, "two thirds of 58, and of two in wheelchairs, down");
    cr_assert_eq(board_at(plan, "b"), 21);
    (void)town_approve(&town, plan->id);
    const struct hv_order *told = order(HV_ORDER_ISSUED, NULL);
    uint32_t at_b = 0;
    for (size_t i = 0; i < told->run_count; i++)
        for (size_t k = 0; k < told->runs[i].stop_count; k++)
            if (strcmp(told->runs[i].stops[k].pickup, "b") == 0)
                at_b += told->runs[i].stops[k].people;
    cr_assert_eq(at_b, 21, "the yard is told where");
    cr_assert_eq(told->people_count, 1, "all of one zone");
}

Test(planning_buses, whom_they_have_fetched_at_one_point_waits_at_no_other) {
    pick_up_at_two();
    (void)town_approve(&town, propose()->id);
    const struct hv_order *told = order(HV_ORDER_ISSUED, NULL);
    uint32_t fetched_at_b = 0, fetched = 0;
    town_answer(&town, told->id, HV_ORDER_ACCEPTED);
    pass(1); /* the first run of each bus has begun */
    for (size_t i = 0; i < told->run_count; i++)
        for (size_t k = 0;
             told->runs[i].starts_wall_ms <= town.bench->wall_ms && k < told->runs[i].stop_count;
             k++) {
            fetched += told->runs[i].stops[k].people;
            if (told->runs[i].stops[k].pickup[0] != '\0')
                fetched_at_b += told->runs[i].stops[k].people;
        }
    cr_assert_gt(fetched, 0);
    cr_assert_lt(fetched, 60);
    const struct hv_plan *later = propose();
    cr_assert_eq(later->bus_people, 60 - fetched);
    cr_assert_eq(board_at(later, "b"), 21, "with those under way: %u there", fetched_at_b);
    cr_assert_eq(board_at(later, ""), 39);
}

Test(planning_buses, a_point_that_the_region_has_no_more_makes_other_runs) {
    pick_up_at_two();
    town.change_price_ms = 24 * 3600 * INT64_C(1000);
    (void)town_approve(&town, propose()->id);
    change_table("zones.csv", zones_table);
    const struct hv_plan *again = propose();
    expect_sound(again, NULL);
    cr_assert_eq(board_at(again, ""), 60);
    cr_assert_eq(board_at(again, "b"), 0);
}

/* From b there is no way on to the shelter. */
Test(planning_buses, who_waits_where_no_bus_gets_is_told_with_the_reason) {
    uint64_t left = 0;
    pick_up_at_two();
    change_table("link.csv", "link_id,from_node_id,to_node_id,directed,length,lanes,capacity,"
                             "free_speed\nac,a,c,0,6,2,800,60\n");
    const struct hv_plan *plan = propose();
    cr_assert_eq(left_for(plan, &left), HV_PLAN_NO_BUS_ROUTE);
    cr_assert_eq(left, 21);
    cr_assert_eq(plan->bus_unserved, 21);
    cr_assert_eq(board_at(plan, ""), 39);
}

/* ---- orders ---- */

Test(planning_buses, orders_tell_each_yard_its_runs) {
    const struct hv_plan *plan = propose();
    size_t count = 0;
    (void)town_approve(&town, plan->id);
    const struct hv_order *told = order(HV_ORDER_ISSUED, &count);
    cr_assert_eq(count, 1);
    cr_assert_str_eq(told->addressee, "bus");
    cr_assert_eq(told->post, HV_POST_BUS_YARD);
    cr_assert_str_eq(told->shelter, "s1");
    cr_assert_eq(told->run_count, plan->bus_run_count);
    cr_assert_eq(told->people_count, 1);
    cr_assert_eq(told->people[0].people, 60);
    cr_assert_eq(told->people[0].wheelchair, 2);
    for (size_t i = 0; i < told->run_count; i++) {
        cr_assert_eq(told->runs[i].number, plan->bus_runs[i].number);
        cr_assert_eq(told->runs[i].starts_wall_ms - told->issued_wall_ms,
                     plan->bus_runs[i].starts_s * 1000);
        cr_assert_eq(told->runs[i].free_wall_ms - told->issued_wall_ms,
                     plan->bus_runs[i].free_s * 1000);
        cr_assert_eq(told->runs[i].stops[0].people, plan->bus_runs[i].stops[0].people);
    }
    cr_assert_eq(told->end_wall_ms - told->issued_wall_ms, (int64_t)plan->bus_last_s * 1000);
}

Test(planning_buses, orders_that_are_accepted_stay_as_they_are) {
    size_t count = 0;
    (void)town_approve(&town, propose()->id);
    town_answer(&town, order(HV_ORDER_ISSUED, NULL)->id, HV_ORDER_ACCEPTED);
    pass(5);
    const struct hv_plan *again = propose(); /* the first run of each bus is under way */
    cr_assert_lt(again->bus_people, 60);
    cr_assert_eq(again->bus_unserved, 0);
    for (size_t i = 0; i < again->bus_run_count; i++) {
        cr_assert_neq(again->bus_runs[i].order, 0, "nothing new");
        cr_assert_eq(again->bus_runs[i].begun, again->bus_runs[i].starts_s <= 0);
    }
    (void)town_approve(&town, again->id);
    (void)order(HV_ORDER_ACCEPTED, &count);
    cr_assert_eq(count, 1, "it stands");
    (void)order(HV_ORDER_ISSUED, &count);
    cr_assert_eq(count, 0, "nobody is told twice");
}

Test(planning_buses, runs_whose_yard_did_not_answer_have_not_set_out) {
    (void)town_approve(&town, propose()->id);
    pass(5);
    const struct hv_plan *again = propose();
    cr_assert_eq(again->bus_people, 60, "everybody still waits");
    cr_assert_eq(on_runs(again), 60);
    (void)town_approve(&town, again->id);
    size_t count = 0;
    (void)order(HV_ORDER_SUPERSEDED, &count);
    cr_assert_eq(count, 1);
    (void)order(HV_ORDER_ISSUED, &count);
    cr_assert_eq(count, 1);
}

Test(planning_buses, a_yard_that_declines_has_none) {
    uint64_t left = 0;
    (void)town_approve(&town, propose()->id);
    const struct hv_order *told = order(HV_ORDER_ISSUED, NULL);
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_ANSWER,
                                          .answer = {.order = told->id,
                                                     .revision = told->revision,
                                                     .state = HV_ORDER_DECLINED,
                                                     .reason = "no drivers"}});
    const struct hv_plan *again = propose();
    cr_assert_eq(left_for(again, &left), HV_PLAN_NO_BUS);
    cr_assert_eq(left, 60);
    cr_assert_eq(again->bus_unserved_bound, 60);
    cr_assert_eq(again->bus_run_count, 0);
    cr_assert_eq(again->bus_count, 0);
}

Test(planning_buses, whom_they_have_fetched_waits_no_longer) {
    (void)town_approve(&town, propose()->id);
    town_answer(&town, order(HV_ORDER_ISSUED, NULL)->id, HV_ORDER_ACCEPTED);
    pass(6 * 60);
    const struct hv_plan *later = propose(); /* all runs are over, nobody has been checked in yet */
    cr_assert_eq(later->bus_people, 0);
    cr_assert_eq(later->bus_run_count, 0);
}

Test(planning_buses, an_order_that_is_done_has_fetched_everybody) {
    (void)town_approve(&town, propose()->id);
    const uint64_t told = order(HV_ORDER_ISSUED, NULL)->id;
    town_answer(&town, told, HV_ORDER_ACCEPTED);
    town_answer(&town, told, HV_ORDER_DONE);
    const struct hv_plan *later = propose();
    cr_assert_eq(later->bus_people, 0);
    cr_assert_eq(later->bus_run_count, 0);
}

static void tell_incident(uint8_t number, enum hv_incident_phase phase) {
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_INCIDENT,
                                          .incident = {.incident = {number},
                                                       .name = "River",
                                                       .phase = phase,
                                                       .hazard = "flood"}});
}

Test(planning_buses, whom_they_fetched_in_an_incident_that_is_over_waits_in_the_next) {
    (void)town_approve(&town, propose()->id);
    const uint64_t told = order(HV_ORDER_ISSUED, NULL)->id;
    town_answer(&town, told, HV_ORDER_ACCEPTED);
    town_answer(&town, told, HV_ORDER_DONE);
    tell_incident(1, HV_PHASE_CLOSED);
    tell_incident(2, HV_PHASE_EVACUATION);
    const struct hv_plan *next = propose();
    expect_sound(next, NULL);
    cr_assert_eq(next->bus_people, 60);
    cr_assert_eq(on_runs(next), 60);
}

Test(planning_buses, do_not_wait_before_a_shelter_that_is_shut) {
    town_tell(&town, "s1",
              (struct hv_report){.kind = HV_REPORT_STATUS, .status = {HV_SHELTER_OPENING, ""}});
    const struct hv_plan *plan = propose();
    expect_sound(plan, NULL);
    cr_assert_eq(plan->bus_unserved, 0);
    for (size_t i = 0; i < plan->bus_run_count; i++)
        cr_assert_geq(plan->bus_runs[i].arrives_s, 60 * S_MIN, "that is when it opens");
}

Test(planning_buses, only_what_gains_enough_takes_ordered_runs_back) {
    change_table("vehicles.csv",
                 "vehicle_id,kind,node_id,count,seats,wheelchair_places\nbus,bus,a,1,24,1\n");
    (void)town_approve(&town, propose()->id);
    town_answer(&town, order(HV_ORDER_ISSUED, NULL)->id, HV_ORDER_ACCEPTED);
    change_table("vehicles.csv",
                 "vehicle_id,kind,node_id,count,seats,wheelchair_places\nbus,bus,a,3,24,1\n");
    const struct hv_plan *free = propose(); /* a person may be moved for nothing */
    cr_assert_gt(free->bus_runs[free->bus_run_count - 1].number, 1, "the other buses help");
    town.change_price_ms = 24 * 3600 * INT64_C(1000);
    const struct hv_plan *kept = propose();
    for (size_t i = 0; i < kept->bus_run_count; i++)
        cr_assert_neq(kept->bus_runs[i].order, 0, "a day is more than what is gained");
    cr_assert_gt(kept->bus_stability_person_seconds, 0);
    cr_assert_gt(kept->bus_person_seconds, free->bus_person_seconds);
}

/* One bus is to make three runs of 25, 25 and 10; the first sets out later than it could, since the
 * shelter is not open yet. Then there is another bus, whose first run can take 25: 15 off the
 * second, and 10 off the third. */
Test(planning_buses, only_who_is_taken_off_an_ordered_run_is_a_change) {
    enum { TAKEN_OFF = 15 + 10 };
    town_tell(&town, "s1",
              (struct hv_report){.kind = HV_REPORT_STATUS, .status = {HV_SHELTER_OPENING, ""}});
    change_table("vehicles.csv",
                 "vehicle_id,kind,node_id,count,seats,wheelchair_places\nbus,bus,a,1,24,1\n");
    (void)town_approve(&town, propose()->id);
    town_answer(&town, order(HV_ORDER_ISSUED, NULL)->id, HV_ORDER_ACCEPTED);
    change_table("vehicles.csv",
                 "vehicle_id,kind,node_id,count,seats,wheelchair_places\nbus,bus,a,2,24,1\n");
    town.change_price_ms = 24 * 3600 * INT64_C(1000);
    const struct hv_plan *kept = propose();
    const int64_t gain_s = (int64_t)kept->bus_stability_person_seconds;
    cr_assert_gt(kept->bus_runs[0].starts_s, 0);
    town.change_price_ms = (gain_s / TAKEN_OFF + 1) * 1000;
    cr_assert_eq(propose()->bus_person_seconds, kept->bus_person_seconds);
    town.change_price_ms = (gain_s / TAKEN_OFF - 1) * 1000;
    const struct hv_plan *anew = propose();
    cr_assert_eq(anew->bus_person_seconds, kept->bus_person_seconds - gain_s);
    cr_assert_eq(anew->bus_runs[0].starts_s, kept->bus_runs[0].starts_s);
    cr_assert_eq(anew->bus_runs[anew->bus_run_count - 1].number, 2, "the other bus helps");
}

Test(planning_buses, no_ordered_run_counts_past_the_horizon) {
    change_table("vehicles.csv",
                 "vehicle_id,kind,node_id,count,seats,wheelchair_places\nbus,bus,a,1,24,1\n");
    (void)town_approve(&town, propose()->id);
    town_answer(&town, order(HV_ORDER_ISSUED, NULL)->id, HV_ORDER_ACCEPTED);
    town.rules.bus_horizon_ms = 30 * MINUTE_MS; /* one run, and the way back */
    const struct hv_plan *plan = propose();
    cr_assert_eq(plan->bus_unserved_bound, 60 - 25);
    cr_assert_geq(plan->bus_unserved, plan->bus_unserved_bound, "no plan beats its bound");
    for (size_t i = 0; i < plan->bus_run_count; i++)
        cr_assert_leq(plan->bus_runs[i].free_s, 30 * S_MIN);
}

Test(planning_buses, a_train_may_stand_for_a_bus) {
    change_table("vehicles.csv",
                 "vehicle_id,kind,node_id,count,seats,wheelchair_places\ntrain,bus,a,1,10000,3\n");
    const struct hv_plan *plan = propose();
    expect_sound(plan, NULL);
    cr_assert_eq(plan->bus_unserved, 0);
    cr_assert_eq(plan->bus_seats, 10000);
}

static int count_down(void *context) {
    int *left = context;
    return *left == 0 ? 1 : ((*left)--, 0);
}

Test(planning_buses, whoever_looks_for_their_ways_can_be_stopped) {
    enum { MANY = 1000000, SEARCHES = 3 }; /* from the yard, the zone and the shelter */
    int left = MANY;
    town.stop = count_down;
    town.stop_context = &left;
    cr_assert(propose()->buses_known);
    const int asked = MANY - left;
    for (int answers = asked - SEARCHES; answers <= asked; answers++) {
        left = answers;
        const struct hv_plan *plan = propose();
        cr_assert_eq(plan->buses_known, answers == asked, "%d of %d", answers, asked);
        cr_assert_eq(plan->stopped_early, answers < asked);
        cr_assert_eq(plan->unserved_people, 0);
    }
}

/* So many that their number would not fit into 32 bits. */
Test(planning_buses, no_more_are_counted_on_than_runs_are_planned_for) {
    enum { ROWS = 42960, ROW_BYTES = 32 };
    char *text = malloc((size_t)ROWS * ROW_BYTES + 64);
    cr_assert_not_null(text);
    size_t used = (size_t)sprintf(text, "vehicle_id,kind,node_id,count,seats\n");
    for (int i = 0; i < ROWS; i++)
        used += (size_t)snprintf(text + used, ROW_BYTES, "v%d,bus,a,100000,24\n", i);
    change_table("vehicles.csv", text);
    free(text);
    cr_assert_eq(town.region->vehicle_count, (uint32_t)ROWS);
    const struct hv_plan *plan = propose();
    cr_assert_eq(plan->bus_count, BUS_BUSES_MAX);
    cr_assert_eq(plan->bus_people, 60);
    cr_assert_eq(on_runs(plan), 58, "two of those in wheelchairs have no place on any");
    cr_assert_eq(plan->unserved_people, 2);
}

/* ---- towns by chance ---- */

/* Roads between neighbours on a grid of 3 × 3, everything else anywhere. */
static void write_town(struct chance *chance) {
    char text[8192];
    size_t used = 0;
    struct chance points = {~chance->state};
#define ADD(...) used += (size_t)snprintf(text + used, sizeof text - used, __VA_ARGS__)
    ADD("node_id,x_coord,y_coord,node_type\n");
    for (int n = 0; n < 9; n++)
        ADD("n%d,%d,%d,\n", n, n % 3, n / 3);
    region_files_write(&town.files, "node.csv", text);
    used = 0;
    ADD("link_id,from_node_id,to_node_id,directed,length,lanes,capacity,free_speed\n");
    for (int n = 0; n < 9; n++) {
        if (n % 3 < 2)
            ADD("e%d,n%d,n%d,0,%d,1,900,60\n", n, n, n + 1, 1 + (int)chance_below(chance, 12));
        if (n < 6)
            ADD("s%d,n%d,n%d,0,%d,1,900,60\n", n, n, n + 3, 1 + (int)chance_below(chance, 12));
    }
    region_files_write(&town.files, "link.csv", text);
    used = 0;
    ADD("zone_id,name,node_id,night_adult,wheelchair,medical,no_vehicle_share,pickup_nodes\n");
    for (int z = 0; z < 3; z++) {
        ADD("z%d,Z,n%d,%d,%d,%d,0.%d,", z, (int)chance_below(chance, 9),
            50 + (int)chance_below(chance, 200), (int)chance_below(chance, 12),
            (int)chance_below(chance, 12), 1 + (int)chance_below(chance, 8));
        for (int n = 0, count = 0; n < 9; n++) /* every second zone at three nodes or so */
            if (z % 2 == 0 && chance_below(&points, 3) == 0)
                ADD("%sn%d:%d", count++ > 0 ? ";" : "", n, 1 + (int)chance_below(&points, 5));
        ADD("\n");
    }
    region_files_write(&town.files, "zones.csv", text);
    used = 0;
    ADD("shelter_id,name,node_id,accessible,frail,capacity_night_indoor\n");
    for (int s = 1; s <= 3; s++)
        ADD("s%d,S,n%d,yes,yes,%d\n", s, (int)chance_below(chance, 9),
            100 + (int)chance_below(chance, 300));
    region_files_write(&town.files, "shelters.csv", text);
    region_files_write(&town.files, "depots.csv", "depot_id,name,node_id\nd1,D,n4\n");
    used = 0;
    ADD("vehicle_id,kind,node_id,count,seats,wheelchair_places,loading_min,unloading_min\n");
    for (int v = 0; v < 2; v++)
        ADD("bus%d,%s,n%d,%d,%d,%d,%s,%s\n", v, v == 0 ? "bus" : "minibus",
            (int)chance_below(chance, 9), 1 + (int)chance_below(chance, 3),
            5 + (int)chance_below(chance, 40), (int)chance_below(chance, 3),
            chance_below(chance, 2) == 0 ? "" : "3", chance_below(chance, 2) == 0 ? "" : "5");
    region_files_write(&town.files, "vehicles.csv", text);
#undef ADD
    region_files_write(&town.files, "stock.csv", "place_id,item_id,lot,expiry,quantity\n");
    town_load(&town);
}

/* Some roads close for good, at times to come. */
static void close_some(struct chance *chance, double *closes_s) {
    static const char *links[RUNS_MAX];
    static struct hv_hazard_step steps[RUNS_MAX];
    size_t count = 0;
    for (uint32_t l = 0; l < town.region->link_count; l++) {
        closes_s[l] = INFINITY;
        if (chance_below(chance, 4) != 0)
            continue;
        const int64_t s = 600 + (int64_t)chance_below(chance, 9000);
        links[count] = town.region->links[l].id;
        steps[count] = (struct hv_hazard_step){.from_wall_ms = town.bench->wall_ms + s * 1000,
                                               .link_count = 1,
                                               .links = &links[count]};
        closes_s[l] = (double)s;
        count++;
    }
    town_decide(
        &town,
        (struct hv_record){
            .kind = HV_RECORD_HAZARD,
            .hazard = {.hazard = "f", .kind = "flood", .step_count = count, .steps = steps}});
}

Test(planning_buses_anywhere, keep_to_seats_times_and_roads) {
    uint64_t served = 0, left = 0, proven = 0;
    for (uint64_t seed = 1; seed <= (SANITIZED ? 4 : 40); seed++) {
        struct chance chance = {seed};
        double closes[RUNS_MAX] = {0};
        town_init(&town, NULL);
        write_town(&chance);
        for (int s = 1; s <= 3; s++) {
            char shelter[8];
            snprintf(shelter, sizeof shelter, "s%d", s);
            if (s > 1)
                cr_assert_eq(core_bench_enrol(town.bench, shelter, HV_ROLE_SHELTER), 0);
            town_tell(
                &town, shelter,
                (struct hv_report){.kind = HV_REPORT_STATUS, .status = {HV_SHELTER_OPEN, ""}});
        }
        town.rules.bus_horizon_ms =
            (chance_below(&chance, 2) == 0 ? 90 * (int64_t)MINUTE_MS : HORIZON_MS);
        town_phase(&town, HV_PHASE_EVACUATION);
        close_some(&chance, closes);
        const struct hv_plan *plan = propose();
        cr_assert(plan->buses_known);
        expect_sound(plan, closes);
        served += on_runs(plan);
        left += plan->bus_unserved;
        proven += plan->bus_unserved_bound;
        town_deinit(&town);
    }
    if (getenv("HAVEN_TEST_FIGURES") != NULL)
        fprintf(stderr, "%llu by bus, %llu left, %llu proven\n", (unsigned long long)served,
                (unsigned long long)left, (unsigned long long)proven);
    cr_assert_gt(served, 0);
    cr_assert(SANITIZED || left > 0);
}

/* Of each zone and each shelter nothing is made that there would be no memory for. */
Test(planning_buses, a_region_that_is_too_large_says_who_has_none) {
    enum { MANY = 60000, BEGUN_S = -60 };
    struct instance_zone *zones = calloc(MANY, sizeof *zones);
    struct instance_shelter *shelters = calloc(MANY, sizeof *shelters);
    struct plan_assignment *assignments = calloc(MANY, sizeof *assignments);
    struct buses_group group = {.count = 1, .seats = 24};
    struct buses_stop stop = {
        .zone = 7, .spot = BUSES_NO_SPOT, .people = {3}, .arrives_s = 60, .leaves_s = 90};
    struct buses_run runs[] = {
        {.shelter = 5,
         .order = 9,
         .has_begun = true,
         .starts_s = BEGUN_S,
         .free_s = 600,
         .stop_count = 1},
        {.shelter = 5, .order = 9, .starts_s = 700, .free_s = 900, .stop_count = 1}};
    struct buses buses = {.groups = &group,
                          .group_count = 1,
                          .bus_count = 1,
                          .runs = runs,
                          .run_count = 2,
                          .stops = &stop,
                          .stop_count = 1,
                          .horizon_s = 3600};
    struct picture picture = {.buses = &buses};
    struct plan plan = {.assignments = assignments, .assignment_count = MANY};
    cr_assert(zones != NULL && shelters != NULL && assignments != NULL);
    for (uint32_t i = 0; i < MANY; i++) {
        zones[i].people[INSTANCE_GENERAL] = 3;
        zones[i].people[INSTANCE_WHEELCHAIR] = 1;
        zones[i].without_vehicle = 2; /* one of them in a wheelchair */
        assignments[i].zone = assignments[i].shelter = i;
        assignments[i].people[INSTANCE_GENERAL] = 3;
    }
    picture.instance = (struct instance){
        .zones = zones, .zone_count = MANY, .shelters = shelters, .shelter_count = MANY};
    cr_assert_eq(buses_plan(&picture, 0, NULL, NULL, NULL, &plan), HV_OK);
    const struct plan_buses *told = plan.buses;
    cr_assert_not_null(told);
    cr_assert_eq(told->people, MANY, "who has no place for the wheelchair is told elsewhere");
    cr_assert_eq(told->unserved, MANY);
    cr_assert_eq(told->left_count, (size_t)MANY);
    for (size_t i = 0; i < MANY; i++) {
        cr_assert_eq(told->left[i].zone, (uint32_t)i);
        cr_assert_eq(told->left[i].people, 1);
        cr_assert_eq(told->left[i].reason, PLAN_BUS_NOT_PLANNED);
        cr_assert_eq(told->stays[i * INSTANCE_CLASSES + INSTANCE_GENERAL], 1);
    }
    cr_assert_eq(told->run_count, 1, "what has begun goes on; nothing else is planned");
    cr_assert_eq(told->runs[0].starts_s, BEGUN_S);
    cr_assert_eq(told->stops[0].people[INSTANCE_GENERAL], 3);
    cr_assert_eq(told->seats, 24);
    plan_buses_free(plan.buses);
    free(zones);
    free(shelters);
    free(assignments);
}

Test(planning_buses, are_not_planned_for_more_places_than_a_search_takes_and_the_plan_says_so) {
    enum { MANY = BUS_POINTS_MAX, ROW_BYTES = 32 };
    char *text = malloc((size_t)MANY * ROW_BYTES + 128);
    cr_assert_not_null(text);
    size_t used = (size_t)sprintf(text, "zone_id,name,node_id,night_adult,no_vehicle_share\n");
    for (int z = 0; z < MANY; z++)
        used += (size_t)snprintf(text + used, ROW_BYTES, "y%d,Y,a,2,0.5\n", z);
    change_table("zones.csv", text);
    free(text);
    change_table("shelters.csv", "shelter_id,name,node_id,capacity_night_indoor\ns1,S,c,9000\n");
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_HAZARD,
                                          .hazard = {.hazard = "f", .kind = "flood"}});
    const struct hv_plan *plan = propose();
    cr_assert(plan->buses_known);
    cr_assert_eq(plan->bus_unserved, (uint64_t)MANY, "one of two in each zone");
    cr_assert_eq(plan->unserved_people, MANY);
    cr_assert_eq(plan->bus_unserved_bound, 0, "nothing is proven of buses");
    cr_assert_eq(plan->left_count, (size_t)MANY);
    for (size_t i = 0; i < plan->left_count; i++)
        cr_assert_eq(plan->left[i].reason, HV_PLAN_BUSES_NOT_PLANNED);
    for (size_t i = 0; i < plan->move_count; i++)
        cr_assert_eq(plan->moves[i].without_vehicle, 0);
    json_t *view = console_plan_view(town_state(&town), plan);
    json_t *told = json_object_get(view, "buses");
    cr_assert(json_is_false(json_object_get(told, "planned")));
    cr_assert_eq(json_integer_value(json_object_get(told, "unserved")), MANY);
    cr_assert_str_eq(json_string_value(json_object_get(
                         json_array_get(json_object_get(view, "left"), 0), "reason")),
                     "buses-not-planned");
    json_decref(view);
}
