/* Plans that know who is on the way. The small region with a narrow road: 120 people of zone z1
 * leave within an hour for shelter s1, which has 150 places; s2 stands by, shut. */
#include "coordinator/planning/whereabouts.h"
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000, LIVING = 120, PLACES = 150 };

static struct town town;
static uint64_t first; /* plan */

static const char *const narrow[][2] = {
    {"link.csv", "link_id,from_node_id,to_node_id,directed,length,lanes,capacity,free_speed\n"
                 "ab,a,b,0,6,1,60,60\nbc,b,c,1,3,1,600,30\ncb,c,b,1,3,1,600,30\n"},
    {"shelters.csv", "shelter_id,name,node_id,area_indoor_m2,toilets,accessible,withstands,"
                     "capacity_night_indoor\n"
                     "s1,School,c,700,10,yes,flood; fire,150\n"
                     "s2,Hall,c,700,10,yes,flood; fire,200\n"},
    {NULL, NULL}};

static void pass(int64_t minutes) {
    core_bench_tick(town.bench, (uint64_t)minutes * MINUTE_MS);
    core_bench_idle(town.bench);
    town.rules.wall_ms = town.bench->wall_ms;
    town.rules.mono_ms = core_mono_ms(town.bench->core, town.bench->real_ms);
}

static void tell_status(const char *place, enum hv_shelter_status status) {
    town_tell(&town, place, (struct hv_report){.kind = HV_REPORT_STATUS, .status = {status, "so"}});
}

static void check_in(const char *place, int adults) {
    town_tell(&town, place,
              (struct hv_report){.kind = HV_REPORT_MOVEMENT,
                                 .movement = {.kind = HV_MOVEMENT_CHECK_IN,
                                              .people = {.by_age = {[HV_AGE_ADULT] = adults}},
                                              .zone = "z1",
                                              .shelter = "",
                                              .transfer = ""}});
}

static const struct hv_order *evacuation(enum hv_order_state state) {
    return town_order(&town, HV_ORDER_EVACUATE_ZONE, state, NULL);
}

/* The first plan is approved and its order accepted at once. */
static void begin(void) {
    static const char *zones[] = {"z1"};
    town_init(&town, narrow);
    town.rules.arrival_margin_ms = 30 * MINUTE_MS;
    town_phase(&town, HV_PHASE_EVACUATION);
    town_decide(&town,
                (struct hv_record){
                    .kind = HV_RECORD_HAZARD,
                    .hazard = {.hazard = "f", .kind = "flood", .zones = zones, .zone_count = 1}});
    tell_status("s1", HV_SHELTER_OPEN);
    tell_status("s2", HV_SHELTER_CLOSED);
    pass(0);
    first = town_propose(&town);
    town_approve(&town, first);
    town_answer(&town, evacuation(HV_ORDER_ISSUED)->id, HV_ORDER_ACCEPTED);
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(planning_on_way, .init = begin, .fini = end);

static int64_t leaving(const struct picture *picture) {
    const int64_t *people = picture->zones[0].people;
    return people[INSTANCE_GENERAL] + people[INSTANCE_WHEELCHAIR] + people[INSTANCE_MEDICAL];
}

/* For how many people water for a day is wanted at s1. */
static int64_t thirsty(void) {
    struct picture *picture = town_picture(&town);
    const uint32_t water = region_find_item(town.region, "water");
    const double a_day = town.region->items[water].need_per_person_day;
    const int64_t people = llround((double)picture->need[water] / a_day);
    picture_free(picture);
    return people;
}

static int64_t moved(const struct hv_plan *plan, const char *shelter) {
    int64_t people = 0;
    for (size_t i = 0; i < plan->move_count; i++)
        people += strcmp(plan->moves[i].shelter, shelter) == 0 ? plan->moves[i].people : 0;
    return people;
}

/* What the picture counts on: still to leave, free places of s1, on the way there. */
static void expect(int64_t still, int64_t places, int64_t on_way) {
    struct picture *picture = town_picture(&town);
    int64_t people = 0;
    for (size_t i = 0; i < picture->way_count; i++)
        people += picture->ways[i].people[STATE_ALL];
    cr_assert_eq(leaving(picture), still, "still %ld", (long)leaving(picture));
    cr_assert_eq(picture->shelters[0].capacity, places, "places %ld",
                 (long)picture->shelters[0].capacity);
    cr_assert_eq(people, on_way, "on the way %ld", (long)people);
    picture_free(picture);
}

Test(planning_on_way, an_order_of_an_incident_that_is_over_is_given_anew) {
    const uint64_t before = evacuation(HV_ORDER_ACCEPTED)->id;
    town_phase(&town, HV_PHASE_CLOSED);
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_INCIDENT,
                                          .incident = {.incident = {2},
                                                       .name = "River",
                                                       .phase = HV_PHASE_EVACUATION,
                                                       .hazard = "flood"}});
    town_approve(&town, town_propose(&town));
    cr_assert_not_null(evacuation(HV_ORDER_ISSUED), "by the old one nobody leaves any more");
    cr_assert_null(evacuation(HV_ORDER_ACCEPTED));
    cr_assert_gt(evacuation(HV_ORDER_ISSUED)->id, before);
    town_answer(&town, evacuation(HV_ORDER_ISSUED)->id, HV_ORDER_ACCEPTED);
    pass(30);
    expect(60, PLACES - 60, 60);
}

Test(planning_on_way, places_are_kept_for_them_and_the_others_are_planned) {
    const struct hv_plan_move *move = &town_plan(&town, first)->moves[0];
    cr_assert_eq(move->people, LIVING);
    cr_assert_eq(move->departed_s - move->departs_s, 3600);
    expect(LIVING, PLACES, 0);
    pass(30);
    expect(60, PLACES - 60, 60);
    check_in("s1", 25);
    expect(60, PLACES - 60, 35);
    const struct hv_plan *plan = town_plan(&town, town_propose(&town));
    cr_assert_eq(moved(plan, "s1"), 60);
    cr_assert_eq(plan->way_count, 1);
    cr_assert_str_eq(plan->ways[0].zone, "z1");
    cr_assert_str_eq(plan->ways[0].shelter, "s1");
    cr_assert_eq(plan->ways[0].people, 35);
    cr_assert_eq(plan->changed_people, 0);
    cr_assert_eq(plan->change_count, 0, "who is on the way is no change");
}

Test(planning_on_way, an_order_that_goes_as_planned_stands_and_the_shelter_expects_all_who_come) {
    const uint64_t order = evacuation(HV_ORDER_ACCEPTED)->id;
    pass(30);
    check_in("s1", 25);
    const uint64_t second = town_propose(&town);
    pass(1); /* until somebody approves it */
    town_approve(&town, second);
    cr_assert_eq(evacuation(HV_ORDER_ACCEPTED)->id, order);
    cr_assert_null(evacuation(HV_ORDER_ISSUED), "the warden is told nothing new");
    const struct hv_order *receive =
        town_order(&town, HV_ORDER_RECEIVE_PEOPLE, HV_ORDER_ISSUED, NULL);
    cr_assert_eq(receive->people_count, 1);
    cr_assert_eq(receive->people[0].people, 60 + 35);
    json_t *zones = town_ask(&town, "{\"verb\": \"progress\"}", "zones");
    const json_t *zone = json_array_get(zones, 0);
    cr_assert_eq(json_integer_value(json_object_get(zone, "people")), 60 + 35);
    cr_assert_eq(json_integer_value(json_object_get(zone, "on_way")), 37);
    cr_assert_eq(json_integer_value(json_object_get(zone, "to_leave")), 58);
    cr_assert_eq(json_integer_value(json_object_get(zone, "arrived")), 25);
    cr_assert_str_eq(json_string_value(json_object_get(zone, "standing")), "on-time");
    json_decref(zones);
}

Test(planning_on_way, an_order_by_which_all_should_have_left_is_not_taken_back) {
    pass(62);
    check_in("s1", 50);
    expect(0, PLACES - LIVING, LIVING - 50);
    const uint64_t second = town_propose(&town);
    cr_assert_eq(town_plan(&town, second)->move_count, 0);
    town_approve(&town, second);
    cr_assert_not_null(evacuation(HV_ORDER_ACCEPTED));
    const struct hv_order *receive =
        town_order(&town, HV_ORDER_RECEIVE_PEOPLE, HV_ORDER_ISSUED, NULL);
    cr_assert_eq(receive->people[0].people, LIVING - 50, "it still has to receive them");
}

Test(planning_on_way, whoever_is_overdue_is_planned_for_again_and_wants_attention) {
    const struct hv_plan_move *move = &town_plan(&town, first)->moves[0];
    pass((move->arrived_s + 59) / 60);
    check_in("s1", 100);
    expect(0, PLACES - 120, 20);
    json_t *things = town_ask(&town, "{\"verb\": \"attention\"}", "attention"), *one;
    size_t index, overdue = 0;
    json_array_foreach(things, index, one) overdue +=
        strcmp(json_string_value(json_object_get(one, "kind")), "people-overdue") == 0;
    cr_assert_eq(overdue, 0);
    json_decref(things);
    pass(31);
    expect(20, PLACES - 100, 0);
    things = town_ask(&town, "{\"verb\": \"attention\"}", "attention");
    json_array_foreach(things, index, one) {
        if (strcmp(json_string_value(json_object_get(one, "kind")), "people-overdue") != 0)
            continue;
        const json_t *figures = json_object_get(one, "figures");
        overdue++;
        cr_assert_str_eq(json_string_value(json_object_get(one, "subject")), "z1");
        cr_assert_eq(json_integer_value(json_object_get(figures, "people")), 20);
        cr_assert_str_eq(json_string_value(json_object_get(figures, "shelter")), "s1");
    }
    cr_assert_eq(overdue, 1);
    json_decref(things);
    const uint64_t second = town_propose(&town);
    cr_assert_eq(moved(town_plan(&town, second), "s1"), 20);
    cr_assert_eq(town_plan(&town, second)->ways[0].overdue, 20);
    town_approve(&town, second);
    cr_assert_eq(evacuation(HV_ORDER_ISSUED)->people[0].people, 20, "the warden looks again");
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_SWEEP,
                                          .sweep = {.zone = "z1", .left = 0, .reason = "warden"}});
    things = town_ask(&town, "{\"verb\": \"attention\"}", "attention");
    json_array_foreach(things, index, one)
        cr_assert_str_neq(json_string_value(json_object_get(one, "kind")), "people-overdue");
    json_decref(things);
}

/* Plans are due only where there is a region to plan for; the first of them is made. */
static void name_region(void) {
    pass(1);
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_REGION,
                                          .region = {.name = "small", .version = "1"}});
    pass(1);
    cr_assert_gt(town.bench->plans, 0);
}

/* Plans that were due within so many minutes, looked at each minute. */
static unsigned due_within(int64_t minutes) {
    const unsigned before = town.bench->plans;
    for (int64_t i = 0; i < minutes; i++)
        pass(1);
    return town.bench->plans - before;
}

Test(planning_on_way, a_plan_is_due_when_people_become_overdue_though_nobody_reports) {
    const struct hv_order *order = evacuation(HV_ORDER_ACCEPTED);
    const int64_t window = (order->end_wall_ms - order->start_wall_ms) / MINUTE_MS,
                  first_due = order->travel_s / 60 + 30;
    name_region();
    cr_assert_eq(due_within(first_due + 12), 0, "nobody was to be there a margin ago");
    cr_assert_eq(due_within(2), 1, "a quarter of an hour after the first");
    const unsigned others = due_within(window - 15);
    cr_assert(others >= 1 && others < window / 15, "%u in %ld minutes", others, (long)window);
    cr_assert_eq(due_within(24 * 60), 0, "all of them are overdue then");
}

Test(planning_on_way, no_plan_is_due_where_everybody_has_come) {
    name_region();
    check_in("s1", LIVING);
    pass(1);
    cr_assert_eq(due_within(24 * 60), 0);
}

Test(planning_on_way, who_became_overdue_while_the_coordinator_was_off_has_a_plan_made) {
    const int64_t minutes = 24 * 60;
    name_region();
    town.bench->real_ms += (uint64_t)minutes * MINUTE_MS;
    town.bench->wall_ms += minutes * MINUTE_MS;
    core_bench_restart(town.bench);
    cr_assert_eq(due_within(1), 1);
    cr_assert_eq(due_within(1), 0, "once");
}

Test(planning_on_way, whoever_finds_the_shelter_shut_is_planned_for_again) {
    pass(30);
    tell_status("s2", HV_SHELTER_OPEN);
    tell_status("s1", HV_SHELTER_DAMAGED);
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->ways[0].people[STATE_ALL], 0);
    cr_assert_eq(picture->ways[0].turned_away, 60);
    cr_assert_eq(leaving(picture), LIVING);
    picture_free(picture);
    const struct hv_plan *plan = town_plan(&town, town_propose(&town));
    cr_assert_eq(moved(plan, "s2"), LIVING);
    cr_assert_eq(plan->ways[0].turned_away, 60);
}

Test(planning_on_way, whoever_finds_no_place_left_is_planned_for_again) {
    pass(30);
    tell_status("s2", HV_SHELTER_OPEN);
    town_tell(&town, "s1",
              (struct hv_report){.kind = HV_REPORT_COUNT,
                                 .count = {.people = {.by_age = {[HV_AGE_ADULT] = PLACES - 40}}}});
    expect(60 + 20, 0, 40);
    const struct hv_plan *plan = town_plan(&town, town_propose(&town));
    cr_assert_eq(moved(plan, "s1"), 0);
    cr_assert_eq(moved(plan, "s2"), 80);
}

Test(planning_on_way, a_plan_that_sends_the_rest_elsewhere_replaces_the_order_and_keeps_who_left) {
    pass(30);
    tell_status("s2", HV_SHELTER_OPEN);
    tell_status("s1", HV_SHELTER_NEARLY_FULL);
    town_tell(&town, "s1",
              (struct hv_report){.kind = HV_REPORT_COUNT,
                                 .count = {.people = {.by_age = {[HV_AGE_ADULT] = PLACES - 60}}}});
    expect(60, 0, 60);
    const uint64_t second = town_propose(&town);
    cr_assert_eq(moved(town_plan(&town, second), "s2"), 60);
    town_approve(&town, second);
    const struct hv_order *order = evacuation(HV_ORDER_ISSUED);
    cr_assert_str_eq(order->shelter, "s2");
    cr_assert_eq(order->people[0].people, 60);
    cr_assert_eq(evacuation(HV_ORDER_SUPERSEDED)->superseded_by, order->id);
    pass(10); /* nobody has accepted it: nobody leaves */
    expect(60, 0, 60);
    town_answer(&town, order->id, HV_ORDER_ACCEPTED);
    pass(200);
    struct picture *picture = town_picture(&town);
    cr_assert_eq(picture->way_count, 2);
    cr_assert_eq(picture->ways[0].overdue, 60);
    cr_assert_eq(picture->ways[1].overdue, 60);
    picture_free(picture);
}

Test(planning_on_way, goods_go_ahead_once_for_everybody_but_the_overdue) {
    town.rules.need_days = town.rules.ahead_days = 1;
    cr_assert_eq(thirsty(), LIVING, "%ld", (long)thirsty());
    pass(30);
    check_in("s1", 25);
    cr_assert_eq(thirsty(), LIVING, "%ld", (long)thirsty());
    town_approve(&town, town_propose(&town)); /* it sends only those who are left */
    cr_assert_eq(thirsty(), LIVING, "%ld", (long)thirsty());
    pass(31);
    check_in("s1", 60);
    cr_assert_eq(thirsty(), LIVING, "%ld", (long)thirsty());
    pass(200);
    cr_assert_eq(thirsty(), 25 + 60, "%ld", (long)thirsty());
}
