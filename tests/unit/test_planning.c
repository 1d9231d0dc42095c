#include "coordinator/planning/outcome.h"
#include "coordinator/planning/supply.h"
#include "coordinator/planner_thread.h"
#include "coordinator/planning/whereabouts.h"
#include "tests/support/planning_town.h"

#include <assert.h>
#include <criterion/criterion.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* The small region: 120 people of zone z1 at a; road a - b - c; shelter s1 for 150 at c; depot d1
 * at b. Water 3 l a person and day. */

static struct town town;

static void begin(void) {
    town_init(&town, NULL);
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(planning, .init = begin, .fini = end);

/* ---- what happens ---- */

static void flood(const char *zone) {
    static const char *zones[1];
    zones[0] = zone;
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_HAZARD,
                                          .hazard = {.hazard = "f",
                                                     .kind = "flood",
                                                     .zone_count = zone == NULL ? 0 : 1,
                                                     .zones = zones}});
}

static void tell(const char *place, struct hv_report report) {
    town_tell(&town, place, report);
}

static void tell_status(enum hv_shelter_status status) {
    tell("s1", (struct hv_report){.kind = HV_REPORT_STATUS, .status = {status, ""}});
}

static void tell_people(int adults) {
    tell("s1", (struct hv_report){.kind = HV_REPORT_COUNT,
                                  .count = {.people = {.by_age = {[HV_AGE_ADULT] = adults}}}});
}

static void tell_check_in(int adults) {
    tell("s1", (struct hv_report){.kind = HV_REPORT_MOVEMENT,
                                  .movement = {.kind = HV_MOVEMENT_CHECK_IN,
                                               .people = {.by_age = {[HV_AGE_ADULT] = adults}},
                                               .zone = "z1",
                                               .shelter = "",
                                               .transfer = ""}});
}

static void tell_capacity(uint32_t people) {
    static struct hv_capacity_line line;
    line = (struct hv_capacity_line){HV_BASIS_BEDS, HV_PART_NIGHT, HV_PLACE_INDOOR, people};
    tell("s1", (struct hv_report){.kind = HV_REPORT_CAPACITY, .capacity = {1, &line}});
}

static void tell_water(const char *place, uint64_t usable, uint64_t damaged, uint64_t expired) {
    static struct hv_stock_line lines[2];
    lines[0] = (struct hv_stock_line){.item = "water",
                                      .lot = "",
                                      .quantity = usable + damaged,
                                      .damaged = damaged,
                                      .expiry_day = 20001};
    lines[1] = (struct hv_stock_line){
        .item = "water", .lot = "old", .quantity = expired, .expiry_day = 19999};
    tell(place, (struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                                   .stock_count = {2, lines, .complete = true, .reason = ""}});
}

/* ---- pictures and plans ---- */

static const struct state *state(void) {
    return town_state(&town);
}

static int64_t leaving(const struct picture *picture) {
    const int64_t *people = picture->zones[0].people;
    return people[INSTANCE_GENERAL] + people[INSTANCE_WHEELCHAIR] + people[INSTANCE_MEDICAL];
}

static struct plan *solve(struct picture *picture) {
    struct session *session = session_new();
    struct session_task task = {.picture = picture};
    struct plan *plan = NULL;
    cr_assert_eq(session_task_in_force(&task, state(), town.region), 0);
    cr_assert_eq(session_solve(session, &task, NULL, NULL, &plan), 0);
    free(task.in_force);
    session_free(session);
    return plan;
}

static int store(const struct hv_record *records, size_t count) {
    struct hv_record *signed_records = hv_arena_take(&town.arena, count, sizeof *signed_records);
    memcpy(signed_records, records, count * sizeof *records);
    for (size_t i = 0; i < count; i++) {
        signed_records[i].actor = HV_ACTOR_OPERATOR;
        signed_records[i].name = "chief";
    }
    core_bench_step(town.bench,
                    (struct core_event){
                        .kind = CORE_COMMAND,
                        .command = {.token = 1, .records = signed_records, .record_count = count}});
    core_bench_idle(town.bench);
    return town.bench->reply_error;
}

static struct orders_scene scene(void) {
    return (struct orders_scene){
        .state = state(), .region = town.region, .wall_ms = town.bench->wall_ms};
}

/* Orders of the kind in the state that are still open; the last one's body. */
static unsigned open_orders(enum hv_order_kind kind, const struct hv_order **ret_last) {
    unsigned count = 0;
    for (uint32_t i = 0; i < state_count(state(), STATE_ORDER); i++) {
        const struct state_order *order = state_order(state(), i);
        if (order->order_kind != kind || !hv_order_is_open(state_order_state(order)))
            continue;
        count++;
        if (ret_last != NULL)
            cr_assert_eq(state_order_decode(order, &town.arena, ret_last), 0);
    }
    return count;
}

/* ---- the picture ---- */

Test(planning, nobody_leaves_without_a_hazard) {
    struct picture *picture = town_picture(&town);
    cr_assert_eq(leaving(picture), 0);
    picture_free(picture);
}

Test(planning, a_hazard_moves_the_zones_it_names_or_all) {
    flood(NULL);
    struct picture *picture = town_picture(&town);
    cr_assert_eq(leaving(picture), 120);
    cr_assert_eq(picture->zones[0].people[INSTANCE_WHEELCHAIR], 3);
    picture_free(picture);
    flood("elsewhere");
    picture = town_picture(&town);
    cr_assert_eq(leaving(picture), 0);
    picture_free(picture);
}

Test(planning, who_has_checked_in_has_left_already) {
    flood(NULL);
    tell_check_in(30);
    struct picture *picture = town_picture(&town);
    cr_assert_eq(leaving(picture), 90);
    cr_assert_eq(picture->shelters[0].capacity, 120);
    picture_free(picture);
}

static int sweep(const char *zone, uint64_t left, uint64_t age_ms) {
    return core_bench_decide(town.bench,
                             (struct hv_record){.kind = HV_RECORD_SWEEP,
                                                .sweep = {zone, left, age_ms, .reason = "warden"}});
}

/* Of 120 people 30 have checked in; the warden finds 10 of the 90, of whom 4 check in then. */
Test(planning, who_left_and_checked_in_nowhere_is_known_by_a_sweep) {
    flood(NULL);
    cr_assert_eq(sweep("z1", 10, 0), HV_ERR_STATE, "a sweep belongs to an incident");
    town_phase(&town, HV_PHASE_EVACUATION);
    tell_check_in(30);
    cr_assert_eq(sweep("z1", 10, 0), HV_OK);
    struct picture *picture = town_picture(&town);
    cr_assert_eq(leaving(picture), 10);
    picture_free(picture);
    tell_check_in(4);
    picture = town_picture(&town);
    cr_assert_eq(leaving(picture), 6);
    picture_free(picture);
    cr_assert_eq(sweep("z1", 50, 60000), HV_ERR_STATE, "found before the other, told after it");
    cr_assert_eq(sweep("z1", 0, 0), HV_OK);
    picture = town_picture(&town);
    cr_assert_eq(leaving(picture), 0);
    picture_free(picture);
    town_phase(&town, HV_PHASE_CLOSED);
    struct whereabouts are;
    whereabouts_of(state_find_zone(state(), "z1"), 120, town.bench->wall_ms, 0, &are);
    cr_assert_eq(are.left, 120, "the next incident begins anew");
}

Test(planning, reported_capacity_goes_before_the_region_and_its_people_are_taken_off) {
    tell_capacity(80);
    tell_people(100);
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->shelters[0].capacity, 0, "more people than places is no free place");
    picture_free(picture);
    tell_people(30);
    picture = town_picture(&town);
    cr_assert_eq(picture->shelters[0].capacity, 50);
    cr_assert_eq(picture->shelters[0].places[INSTANCE_WHEELCHAIR], 50);
    cr_assert_eq(picture->shelters[0].places[INSTANCE_MEDICAL], 0, "fitness unknown is no place");
    picture_free(picture);
}

Test(planning, a_full_closed_or_damaged_shelter_is_not_usable) {
    static const enum hv_shelter_status shut[] = {HV_SHELTER_FULL, HV_SHELTER_CLOSING,
                                                  HV_SHELTER_CLOSED, HV_SHELTER_DAMAGED};
    for (size_t i = 0; i < 4; i++) {
        tell_status(shut[i]);
        struct picture *picture = town_picture(&town);
        cr_assert_not(picture->shelters[0].usable);
        picture_free(picture);
    }
    tell_status(HV_SHELTER_OPEN);
    struct picture *picture = town_picture(&town);
    cr_assert(picture->shelters[0].usable);
    cr_assert_eq(picture->shelters[0].opens_ms, 0);
    picture_free(picture);
}

Test(planning, a_silent_shelter_counts_with_caution) {
    core_bench_hello(town.bench, "s1", 100);
    core_bench_tick(town.bench, 60000);
    struct picture *picture = town_picture(&town);
    cr_assert(picture->stale[0]);
    cr_assert_eq(picture->shelters[0].capacity, 75);
    picture_free(picture);
    struct picture_rules exclude = town.rules;
    exclude.stale = PICTURE_STALE_EXCLUDE;
    cr_assert_eq(
        picture_new(state(), town.region, profiles_find(town.profiles, NULL), &exclude, &picture),
        0);
    cr_assert_eq(picture->shelters[0].capacity, 0);
    picture_free(picture);
}

Test(planning, vehicles_become_people_once_and_closed_roads_are_closed) {
    uint32_t bc = region_find_link(town.region, "bc");
    struct picture *picture = town_picture(&town);
    cr_assert_eq(network_link_at(picture->network, bc)->capacity_per_hour, 1200);
    cr_assert_not(network_link_at(picture->network, bc)->closed);
    picture_free(picture);
    town_decide(
        &town,
        (struct hv_record){
            .kind = HV_RECORD_ROAD,
            .road = {.link = "bc", .has_capacity = true, .capacity_permille = 500, .reason = ""}});
    picture = town_picture(&town);
    cr_assert_eq(network_link_at(picture->network, bc)->capacity_per_hour, 600);
    picture_free(picture);
    town_road(&town, "bc", true, "");
    picture = town_picture(&town);
    cr_assert(network_link_at(picture->network, bc)->closed);
    picture_free(picture);
}

Test(planning, damaged_and_expired_stock_is_not_there) {
    tell_water("d1", 500, 60, 1000);
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->stock[region_find_item(town.region, "water")], 500);
    picture_free(picture);
}

Test(planning, needs_are_people_times_days_less_what_is_there) {
    uint32_t water = region_find_item(town.region, "water"),
             milk = region_find_item(town.region, "milk");
    tell_people(50);
    tell_water("s1", 100, 0, 0);
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->need[water], 50 * 3 * 2 - 100);
    cr_assert_eq(picture->need[milk], 0, "no infants");
    picture_free(picture);
}

/* ---- plans and orders ---- */

Test(planning, a_plan_names_its_basis_and_proves_itself) {
    flood(NULL);
    uint64_t before = state_position(state());
    uint64_t number = town_propose(&town);
    const struct state_plan *kept = state_find_plan(state(), number);
    const struct hv_plan *plan = NULL;
    cr_assert_eq(state_plan_decode(kept, &town.arena, &plan), 0);
    cr_assert_eq(plan->basis, before);
    cr_assert_eq(plan->move_count, 1);
    cr_assert_str_eq(plan->moves[0].zone, "z1");
    cr_assert_str_eq(plan->moves[0].shelter, "s1");
    cr_assert_eq(plan->moves[0].people, 120);
    cr_assert_eq(plan->moves[0].link_count, 2);
    cr_assert_eq(plan->unserved_people, 0);
    cr_assert_eq(plan->person_seconds, plan->person_seconds_bound);
}

Test(planning, who_cannot_be_placed_is_left_with_a_reason) {
    flood(NULL);
    tell_capacity(100);
    uint64_t number = town_propose(&town);
    const struct hv_plan *plan = NULL;
    cr_assert_eq(state_plan_decode(state_find_plan(state(), number), &town.arena, &plan), 0);
    cr_assert_eq(plan->unserved_people, 20);
    cr_assert_eq(plan->unserved_bound, 20);
    uint64_t left = 0;
    for (size_t i = 0; i < plan->left_count; i++) {
        cr_assert_eq(plan->left[i].reason, HV_PLAN_NO_PLACES);
        left += plan->left[i].amount;
    }
    cr_assert_eq(left, 20);
}

Test(planning, where_places_run_out_those_in_wheelchairs_come_first) {
    flood(NULL);
    for (uint32_t places = 1; places <= 5; places++) {
        tell_capacity(places);
        const struct hv_plan *plan = NULL;
        cr_assert_eq(
            state_plan_decode(state_find_plan(state(), town_propose(&town)), &town.arena, &plan),
            0);
        uint32_t wheelchair = 0;
        for (size_t i = 0; i < plan->move_count; i++)
            wheelchair += plan->moves[i].wheelchair;
        cr_assert_eq(wheelchair, places < 3 ? places : 3, "of the three in the zone");
        cr_assert_eq(plan->unserved_people, 120 - places);
        cr_assert_eq(plan->unserved_bound, 120 - places, "nobody more is left for it");
    }
}

Test(planning, a_cut_road_leaves_everybody_without_a_route) {
    flood(NULL);
    town_road(&town, "bc", true, "");
    uint64_t number = town_propose(&town);
    const struct hv_plan *plan = NULL;
    cr_assert_eq(state_plan_decode(state_find_plan(state(), number), &town.arena, &plan), 0);
    cr_assert_eq(plan->unserved_people, 120);
    for (size_t i = 0; i < plan->left_count; i++)
        cr_assert_eq(plan->left[i].reason, HV_PLAN_NO_ROUTE);
}

Test(planning, approval_opens_receives_and_evacuates) {
    town_phase(&town, HV_PHASE_WATCH);
    town_phase(&town, HV_PHASE_EVACUATION);
    flood(NULL);
    town_approve(&town, town_propose(&town));
    const struct hv_order *order = NULL;
    cr_assert_eq(open_orders(HV_ORDER_OPEN, &order), 1);
    cr_assert_eq(order->post, HV_POST_NODE);
    cr_assert_str_eq(order->addressee, "s1");
    cr_assert_eq(open_orders(HV_ORDER_RECEIVE_PEOPLE, &order), 1);
    cr_assert_eq(order->people_count, 1);
    cr_assert_eq(order->people[0].people, 120);
    cr_assert_eq(open_orders(HV_ORDER_EVACUATE_ZONE, &order), 1);
    cr_assert_eq(order->post, HV_POST_ZONE_WARDEN);
    cr_assert_eq(order->link_count, 2);
    cr_assert_eq(order->plan, state_general(state())->last_plan);
    cr_assert_neq(order->approval, 0);
}

Test(planning, before_evacuation_a_zone_is_warned_and_then_told_to_go) {
    town_phase(&town, HV_PHASE_WATCH);
    flood(NULL);
    town_approve(&town, town_propose(&town));
    cr_assert_eq(open_orders(HV_ORDER_WARN_ZONE, NULL), 1);
    cr_assert_eq(open_orders(HV_ORDER_EVACUATE_ZONE, NULL), 0);
    town_phase(&town, HV_PHASE_EVACUATION);
    town_approve(&town, town_propose(&town));
    cr_assert_eq(open_orders(HV_ORDER_WARN_ZONE, NULL), 0, "the order takes the warning's place");
    cr_assert_eq(open_orders(HV_ORDER_EVACUATE_ZONE, NULL), 1);
    cr_assert_eq(open_orders(HV_ORDER_OPEN, NULL), 1, "nobody is told twice");
    cr_assert_eq(open_orders(HV_ORDER_RECEIVE_PEOPLE, NULL), 1);
}

Test(planning, a_shelter_is_told_when_only_who_comes_has_changed) {
    town_phase(&town, HV_PHASE_WATCH);
    town_phase(&town, HV_PHASE_EVACUATION);
    flood(NULL);
    town_approve(&town, town_propose(&town));
    const struct hv_plan *plan = NULL;
    const struct hv_order *order = NULL;
    cr_assert_eq(state_plan_decode(state_find_plan(state(), state_general(state())->last_plan),
                                   &town.arena, &plan),
                 0);
    struct hv_record record = {.kind = HV_RECORD_PLAN, .plan = *plan};
    record.plan.id = 0;
    record.plan.basis = state_general(state())->position;
    const uint32_t wheelchairs = plan->moves[0].wheelchair + 7;
    record.plan.moves[0].wheelchair = wheelchairs; /* as many people, others among them */
    town_decide(&town, record);
    town_approve(&town, state_general(state())->last_plan);
    cr_assert_eq(open_orders(HV_ORDER_RECEIVE_PEOPLE, &order), 1);
    cr_assert_eq(order->people[0].people, 120);
    cr_assert_eq(order->people[0].wheelchair, wheelchairs);
    cr_assert_eq(open_orders(HV_ORDER_OPEN, NULL), 1, "it is open already");
}

Test(planning, a_plan_is_approved_once) {
    flood(NULL);
    uint64_t number = town_propose(&town);
    town_approve(&town, number);
    struct hv_record *records = NULL;
    size_t count = 0;
    struct orders_scene now = scene();
    cr_assert_eq(
        orders_approve(&now, state_find_plan(state(), number), "", &town.arena, &records, &count),
        HV_ERR_STATE);
}

Test(planning, goods_go_on_one_waybill_and_are_not_promised_twice) {
    uint32_t water = region_find_item(town.region, "water");
    tell_people(50);
    tell_water("d1", 1000, 0, 0);
    town_approve(&town, town_propose(&town));
    const struct hv_order *ship = NULL, *expect = NULL;
    cr_assert_eq(open_orders(HV_ORDER_SHIP, &ship), 1);
    cr_assert_eq(open_orders(HV_ORDER_EXPECT_DELIVERY, &expect), 1);
    cr_assert_str_eq(ship->waybill, expect->waybill);
    cr_assert_str_neq(ship->waybill, "");
    cr_assert_eq(ship->lines[0].quantity, 300);
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->stock[water], 1000, "nothing has left");
    cr_assert_eq(picture->need[water], 300);
    cr_assert_eq(picture->promise_count, 1);
    cr_assert_eq(picture->promise_orders[0], ship->id);
    cr_assert_eq(picture->promises[0].lines[0].quantity, 300);
    struct plan *plan = solve(picture);
    cr_assert_eq(plan->kept_promises, 1);
    cr_assert_eq(plan->shipment_count + plan->unmet_count + plan->release_count, 0);
    plan_free(plan);
    picture_free(picture);
}

static const struct hv_plan *proposed(uint64_t number) {
    const struct hv_plan *plan = NULL;
    cr_assert_eq(state_plan_decode(state_find_plan(state(), number), &town.arena, &plan), 0);
    return plan;
}

Test(planning, an_order_that_no_road_is_open_for_is_taken_back) {
    tell_people(50);
    tell_water("d1", 1000, 0, 0);
    town_approve(&town, town_propose(&town));
    town_road(&town, "bc", true, "");
    uint64_t number = town_propose(&town);
    const struct hv_plan *plan = proposed(number);
    cr_assert_eq(plan->order_change_count, 1);
    cr_assert_eq(plan->order_changes[0].reason, HV_PLAN_NO_ROUTE);
    cr_assert_str_eq(plan->order_changes[0].depot, "d1");
    cr_assert_str_eq(plan->order_changes[0].shelter, "s1");
    cr_assert_eq(plan->left_count, 1);
    cr_assert_eq(plan->left[0].amount, 300, "it is lacking again");
    cr_assert_eq(open_orders(HV_ORDER_SHIP, NULL), 1, "until somebody approves");
    town_approve(&town, number);
    cr_assert_eq(open_orders(HV_ORDER_SHIP, NULL), 0);
    cr_assert_eq(open_orders(HV_ORDER_EXPECT_DELIVERY, NULL), 0);
    town_road(&town, "bc", false, "");
    number = town_propose(&town);
    cr_assert_eq(proposed(number)->order_change_count, 0);
    cr_assert_eq(proposed(number)->shipment_count, 1);
}

Test(planning, what_has_left_stays_as_it_was_ordered) {
    static struct hv_stock_line line = {.item = "water", .lot = "", .quantity = 300};
    tell_people(50);
    tell_water("d1", 1000, 0, 0);
    town_approve(&town, town_propose(&town));
    const struct hv_order *ship = NULL;
    open_orders(HV_ORDER_SHIP, &ship);
    tell("d1", (struct hv_report){.kind = HV_REPORT_STOCK_MOVEMENT,
                                  .stock_movement = {.kind = HV_STOCK_SHIP,
                                                     .line_count = 1,
                                                     .lines = &line,
                                                     .counterpart = "s1",
                                                     .waybill = ship->waybill,
                                                     .vehicle = "",
                                                     .reason = ""}});
    town_road(&town, "bc", true, "");
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->promise_count, 0);
    cr_assert_eq(picture->need[region_find_item(town.region, "water")], 0, "it is on its way");
    picture_free(picture);
}

static void tell_goods(const char *place, enum hv_stock_movement_kind kind, const char *waybill,
                       uint64_t quantity, bool final) {
    struct hv_stock_line line = {
        .item = "water", .lot = "", .quantity = quantity, .expiry_day = 20001};
    core_bench_tick(town.bench, 1000); /* after what was counted */
    tell(place, (struct hv_report){.kind = HV_REPORT_STOCK_MOVEMENT,
                                   .stock_movement = {.kind = kind,
                                                      .line_count = 1,
                                                      .lines = &line,
                                                      .counterpart = place[0] == 'd' ? "s1" : "d1",
                                                      .waybill = waybill,
                                                      .vehicle = "",
                                                      .reason = "",
                                                      .final = final}});
}

static void tell_moved(const char *place, enum hv_stock_movement_kind kind, const char *waybill,
                       uint64_t quantity) {
    tell_goods(place, kind, waybill, quantity, false);
}

/* Nobody has answered the orders: the books know what has left and what has come. */
Test(planning, what_has_left_or_come_in_part_is_not_taken_off_twice) {
    uint32_t water = region_find_item(town.region, "water");
    const struct hv_order *ship = NULL;
    tell_people(50);
    tell_water("d1", 1000, 0, 0);
    town_approve(&town, town_propose(&town));
    open_orders(HV_ORDER_SHIP, &ship);
    cr_assert_eq(ship->lines[0].quantity, 300);
    tell_moved("d1", HV_STOCK_SHIP, ship->waybill, 200);
    tell_moved("s1", HV_STOCK_RECEIVE, ship->waybill, 150);
    tell_people(100);
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->stock[water], 1000 - 200 - 100, "200 have left, 100 are to follow");
    cr_assert_eq(picture->need[water], 600 - 150 - 150, "150 are there, 150 to come");
    picture_free(picture);
    tell_moved("d1", HV_STOCK_SHIP, ship->waybill, 100);
    tell_moved("s1", HV_STOCK_RECEIVE, ship->waybill, 150);
    picture = town_picture(&town);
    cr_assert_eq(picture->stock[water], 700);
    cr_assert_eq(picture->need[water], 300);
    picture_free(picture);
}

Test(planning, directives_set_limits_and_priorities_and_are_told_as_reasons) {
    tell_people(50);
    tell_water("d1", 1000, 0, 0);
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_DIRECTIVE,
                                          .directive = {.id = "one-van",
                                                        .kind = HV_DIRECTIVE_LIMIT,
                                                        .zone = "",
                                                        .shelter = "s1",
                                                        .depot = "d1",
                                                        .item = "",
                                                        .quantity = 120,
                                                        .reason = "one van"}});
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_DIRECTIVE,
                                          .directive = {.id = "water-first",
                                                        .kind = HV_DIRECTIVE_PRIORITY,
                                                        .zone = "",
                                                        .shelter = "",
                                                        .depot = "",
                                                        .item = "water",
                                                        .quantity = 7,
                                                        .reason = "heat"}});
    struct session *session = session_new();
    struct session_task *task = calloc(1, sizeof *task);
    struct plan *plan = NULL;
    task->picture = town_picture(&town);
    int64_t cost = task->picture->items[region_find_item(town.region, "water")].shortage_cost;
    cr_assert_eq(session_task_directives(task, state(), town.region), 0);
    cr_assert_eq(task->picture->items[region_find_item(town.region, "water")].shortage_cost,
                 7 * cost);
    cr_assert_eq(session_solve(session, task, NULL, NULL, &plan), 0);
    cr_assert_eq(plan->shipment_count, 1);
    cr_assert_eq(plan->shipments[0].quantity, 120, "120 l of goods go there, a litre each");
    struct hv_plan told;
    cr_assert_eq(outcome_record(plan, task->picture, town.region, state(), &town.arena, &told), 0);
    cr_assert_eq(told.left_count, 1);
    cr_assert_eq(told.left[0].reason, HV_PLAN_LIMIT);
    cr_assert_str_eq(told.left[0].parameter, "d1");
    cr_assert(told.fairness_known);
    cr_assert_eq(told.fairness_cost, 0);
    cr_assert_eq(told.least_fill, 4000);
    plan_free(plan);
    session_task_free(task);
    session_free(session);
}

static void cancel(const struct hv_order *order) {
    assert(order != NULL);
    struct hv_record record = {.kind = HV_RECORD_ORDER, .order = *order};
    record.order.revision++;
    record.order.state = HV_ORDER_CANCELLED;
    town_decide(&town, record);
}

Test(planning, a_shipment_that_came_to_nothing_is_needed_again) {
    uint32_t water = region_find_item(town.region, "water");
    tell_people(50);
    tell_water("d1", 1000, 0, 0);
    town_approve(&town, town_propose(&town));
    const struct hv_order *ship = NULL;
    open_orders(HV_ORDER_SHIP, &ship);
    cancel(ship);
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->stock[water], 1000);
    cr_assert_eq(picture->need[water], 300, "though the shelter still expects it");
    picture_free(picture);
}

Test(planning, withdrawing_a_plan_cancels_its_orders) {
    flood(NULL);
    uint64_t number = town_propose(&town);
    struct hv_record *records = NULL;
    size_t count = 0;
    struct orders_scene now = scene();
    cr_assert_eq(
        orders_withdraw(&now, state_find_plan(state(), number), "", &town.arena, &records, &count),
        HV_ERR_STATE, "not approved yet");
    town_approve(&town, number);
    cr_assert_eq(orders_withdraw(&now, state_find_plan(state(), number), "no", &town.arena,
                                 &records, &count),
                 0);
    cr_assert_eq(store(records, count), 0, "%s", town.bench->reply_verdict.detail);
    for (uint32_t i = 0; i < state_count(state(), STATE_ORDER); i++)
        cr_assert_eq(state_order_state(state_order(state(), i)), HV_ORDER_CANCELLED);
    cr_assert_eq(state_general(state())->plan_in_force, STATE_NONE);
}

/* The waybill of a plan that sends 300 from the depot to the shelter. */
static const char *order_water(void) {
    const struct hv_order *ship = NULL;
    tell_people(50);
    tell_water("d1", 1000, 0, 0);
    town_approve(&town, town_propose(&town));
    open_orders(HV_ORDER_SHIP, &ship);
    assert(ship != NULL);
    return ship->waybill;
}

static const struct hv_order *order_of_waybill(const char *waybill, enum hv_order_kind kind) {
    const struct hv_order *order = NULL;
    const struct state_waybill *of = state_find_waybill(state(), waybill);
    const uint64_t number = kind == HV_ORDER_SHIP ? of->ship_order : of->expect_order;
    cr_assert_eq(state_order_decode(state_find_order(state(), number), &town.arena, &order), 0);
    return order;
}

static size_t end_waybill(const char *waybill) {
    struct hv_record *records = NULL;
    size_t count = 0;
    const struct orders_scene now = scene();
    cr_assert_eq(orders_end_waybill(&now, state_find_waybill(state(), waybill), "the bridge fell",
                                    &town.arena, &records, &count),
                 0);
    cr_assert_eq(store(records, count), 0, "%s", town.bench->reply_verdict.detail);
    return count;
}

/* Half of it has left: the depot would send the other half by an order that stays. */
Test(planning, nobody_sends_or_expects_any_more_what_a_waybill_that_was_ended_is_of) {
    const uint32_t water = region_find_item(town.region, "water");
    const char *waybill = order_water();
    tell_moved("d1", HV_STOCK_SHIP, waybill, 200);
    cr_assert_eq(end_waybill(waybill), 3);
    cr_assert_eq(open_orders(HV_ORDER_SHIP, NULL), 0);
    cr_assert_eq(open_orders(HV_ORDER_EXPECT_DELIVERY, NULL), 0);
    cr_assert_str_eq(order_of_waybill(waybill, HV_ORDER_SHIP)->text, "the bridge fell");
    cr_assert_eq(state_waybill_stage(state_find_waybill(state(), waybill)), STATE_WAYBILL_CLOSED);
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->stock[water], 800, "what has not left is free");
    cr_assert_eq(picture->need[water], 300, "and nothing comes");
    picture_free(picture);
}

/* Of 300 that are needed: 200 leave, and 150 of them come. */
static void expect_coming(int64_t stock, int64_t need) {
    const uint32_t water = region_find_item(town.region, "water");
    struct picture *picture = town_picture(&town);
    cr_expect_eq(picture->stock[water], stock, "%lld free", (long long)picture->stock[water]);
    cr_expect_eq(picture->need[water], need, "%lld needed", (long long)picture->need[water]);
    picture_free(picture);
}

Test(planning, no_more_comes_than_has_left_once_the_depot_says_that_it_was_all) {
    const char *waybill = order_water();
    tell_goods("d1", HV_STOCK_SHIP, waybill, 200, true);
    cr_assert_eq(open_orders(HV_ORDER_SHIP, NULL), 0, "it was carried out, answered or not");
    expect_coming(800, 100);
    tell_moved("s1", HV_STOCK_RECEIVE, waybill, 150);
    expect_coming(800, 100);
    tell_moved("s1", HV_STOCK_RECEIVE, waybill, 70);
    expect_coming(800, 80);
}

Test(planning, what_left_before_the_rest_was_cancelled_still_comes_and_the_rest_does_not) {
    const char *waybill = order_water();
    tell_moved("d1", HV_STOCK_SHIP, waybill, 200);
    expect_coming(700, 0);
    cancel(order_of_waybill(waybill, HV_ORDER_SHIP));
    expect_coming(800, 100);
}

Test(planning, a_receipt_after_which_nothing_comes_leaves_no_order_open) {
    const char *waybill = order_water();
    tell_moved("d1", HV_STOCK_SHIP, waybill, 200);
    tell_goods("s1", HV_STOCK_RECEIVE, waybill, 150, true);
    cr_assert_eq(open_orders(HV_ORDER_SHIP, NULL), 0);
    cr_assert_eq(open_orders(HV_ORDER_EXPECT_DELIVERY, NULL), 0);
    expect_coming(800, 150);
}

Test(planning, what_came_before_its_depot_was_heard_is_not_there_any_more) {
    const char *waybill = order_water();
    tell_goods("s1", HV_STOCK_RECEIVE, waybill, 250, true);
    cr_assert_eq(open_orders(HV_ORDER_SHIP, NULL), 1, "the depot is still to say that it left");
    expect_coming(750, 50);
    tell_goods("d1", HV_STOCK_SHIP, waybill, 250, true);
    cr_assert_eq(open_orders(HV_ORDER_SHIP, NULL), 0);
    expect_coming(750, 50);
}

Test(planning, what_is_done_stays_done_when_a_waybill_ends) {
    const char *waybill = order_water();
    cancel(order_of_waybill(waybill, HV_ORDER_SHIP));
    cancel(order_of_waybill(waybill, HV_ORDER_EXPECT_DELIVERY));
    cr_assert_eq(end_waybill(waybill), 1);
    cr_assert(state_find_waybill(state(), waybill)->closed);
}

/* ---- nodes that were revoked ---- */

static void revoke(const char *node) {
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_REVOCATION,
                                          .revocation = {.node = node, .reason = "stolen"}});
}

static const struct state_order *order_of(enum hv_order_kind kind, enum hv_order_state stands) {
    for (uint32_t i = 0; i < state_count(state(), STATE_ORDER); i++)
        if (state_order(state(), i)->order_kind == kind &&
            state_order(state(), i)->issued == stands)
            return state_order(state(), i);
    return NULL;
}

Test(planning, a_plan_takes_the_place_of_orders_to_a_node_that_was_revoked) {
    flood(NULL);
    town_approve(&town, town_propose(&town));
    revoke("s1");
    tell_check_in(30);
    town_approve(&town, town_propose(&town));
    const struct state_order *before = order_of(HV_ORDER_RECEIVE_PEOPLE, HV_ORDER_SUPERSEDED),
                             *now = order_of(HV_ORDER_RECEIVE_PEOPLE, HV_ORDER_ISSUED);
    cr_assert(before != NULL && now != NULL);
    cr_assert_eq(before->post, HV_POST_PLACE, "who is there is told by print or voice");
    cr_assert_str_eq(before->addressee, "s1");
    cr_assert_eq(now->post, HV_POST_PLACE);
    const struct hv_order *to_open = NULL;
    cr_assert_eq(open_orders(HV_ORDER_OPEN, &to_open), 1, "nobody would answer the one before");
    cr_assert(to_open != NULL && to_open->post == HV_POST_PLACE);
}

Test(planning, orders_to_a_node_that_was_revoked_are_taken_back_with_plan_and_waybill) {
    const char *waybill = order_water();
    revoke("s1");
    cr_assert_eq(end_waybill(waybill), 3);
    const uint64_t number = state_general(state())->last_plan;
    struct hv_record *records = NULL;
    size_t count = 0;
    const struct orders_scene now = scene();
    cr_assert_eq(orders_withdraw(&now, state_find_plan(state(), number), "no", &town.arena,
                                 &records, &count),
                 0);
    cr_assert_eq(store(records, count), 0, "%s", town.bench->reply_verdict.detail);
}

/* ---- sessions and the worker ---- */

static void equal_worth(const struct plan *a, const struct plan *b) {
    cr_assert_eq(a->objective.unserved, b->objective.unserved);
    cr_assert_eq(a->objective.arrival_ms, b->objective.arrival_ms);
    cr_assert_eq(a->goods_cost, b->goods_cost);
}

Test(planning, a_warm_session_reaches_what_a_cold_one_does) {
    struct session *warm = session_new();
    flood(NULL);
    tell_water("d1", 400, 0, 0);
    for (int step = 0; step < 12; step++) {
        switch (step % 4) {
        case 0:
            tell_capacity((uint32_t)(60 + 13 * step));
            break;
        case 1:
            town_road(&town, "bc", step % 8 == 1, "");
            break;
        case 2:
            tell_people(5 * step);
            break;
        default:
            tell_water("d1", 40 * (uint64_t)step, 0, 0);
        }
        struct session_task task = {.picture = town_picture(&town)};
        struct plan *plan = NULL, *cold = solve(task.picture);
        cr_assert_eq(session_solve(warm, &task, NULL, NULL, &plan), 0);
        equal_worth(plan, cold);
        plan_free(plan);
        plan_free(cold);
        picture_free(task.picture);
    }
    session_free(warm);
}

static struct session_task *task_now(void) {
    struct session_task *task = calloc(1, sizeof *task);
    task->picture = town_picture(&town);
    return task;
}

Test(planning, the_worker_answers_the_newest_task) {
    struct planner_thread *worker = NULL;
    struct planner_thread_result result = {0};
    cr_assert_eq(planner_thread_new(&worker), 0);
    cr_assert_not(planner_thread_take(worker, &result));
    flood(NULL);
    for (int i = 0; i < 5; i++) {
        tell_people(i);
        planner_thread_submit(worker, task_now());
    }
    uint64_t newest = state_position(state()), seen = 0;
    while (seen != newest) {
        struct pollfd item = {.fd = planner_thread_fd(worker), .events = POLLIN};
        cr_assert_eq(poll(&item, 1, 10000), 1);
        if (!planner_thread_take(worker, &result))
            continue;
        cr_assert_eq(result.error, 0);
        cr_assert_gt(result.task->picture->basis, seen, "results never go back");
        seen = result.task->picture->basis;
        plan_free(result.plan);
        session_task_free(result.task);
    }
    planner_thread_submit(worker, task_now());
    planner_thread_free(worker); /* with a task under way */
}

/* ---- for how long goods last ---- */

static bool supply_on(int64_t day, uint32_t item, const struct state_place *place,
                      struct supply *ret_supply) {
    const struct supply_scene scene = {.region = town.region, .state = state(), .today_day = day};
    return supply_of(&scene, item, place, ret_supply);
}

Test(planning, counts_days_of_what_is_usable_by_those_whom_an_item_is_for) {
    uint32_t water = region_find_item(town.region, "water"),
             milk = region_find_item(town.region, "milk");
    struct supply supply;
    const struct state_place *place = state_find_place(state(), "s1");
    cr_assert(place == NULL || !supply_on(20000, water, place, &supply),
              "nobody has said who is there");
    tell_people(50);
    tell_water("s1", 300, 40, 900); /* the damaged and the expired count for nothing */
    place = state_find_place(state(), "s1");
    cr_assert(supply_on(20000, water, place, &supply));
    cr_assert_eq(supply.usable, 300);
    cr_assert_float_eq(supply.per_day, 150, 1e-9);
    cr_assert_float_eq(supply.days_left, 2, 1e-9);
    cr_assert(supply_on(20000, milk, place, &supply));
    cr_assert_float_eq(supply.per_day, 0, 0);
    cr_assert(isinf(supply.days_left), "no infant is there");
    cr_assert(supply_on(20002, water, place, &supply));
    cr_assert_eq(supply.usable, 0, "what is left has expired two days later");
}
