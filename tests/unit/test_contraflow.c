/* Roads whose lanes run one way: proposed where that gains enough, ordered, kept while they are
 * used, stood down. 240 people of z1 at a; a road a - b - c for 60 people an hour each way; shelter
 * s1 for 300 at c. */
#include "coordinator/planning/contraflow.h"
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000 };

static const char *const tables[][2] = {
    {"link.csv",
     "link_id,from_node_id,to_node_id,directed,length,lanes,capacity,free_speed\n"
     "ab,a,b,1,6,1,30,60\nba,b,a,1,6,1,30,60\nbc,b,c,1,3,1,30,30\ncb,c,b,1,3,1,30,30\n"},
    {"zones.csv", "zone_id,name,name_zh,node_id,night_adult,wheelchair\nz1,Zone,一区,a,240,0\n"},
    {"shelters.csv", "shelter_id,name,node_id,area_indoor_m2,toilets,accessible,withstands,"
                     "capacity_night_indoor\ns1,School,c,1400,20,yes,flood,300\n"},
    {NULL, NULL}};

static struct town town;

static void begin(void) {
    static const char *zones[] = {"z1"};
    town_init(&town, tables);
    town.rules.contraflow_gain_ms = 10 * MINUTE_MS;
    town_phase(&town, HV_PHASE_EVACUATION);
    town_decide(&town,
                (struct hv_record){
                    .kind = HV_RECORD_HAZARD,
                    .hazard = {.hazard = "f", .kind = "flood", .zones = zones, .zone_count = 1}});
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(contraflow, .init = begin, .fini = end);

static const struct hv_plan *plan_now(void) {
    town.rules.wall_ms = town.bench->wall_ms;
    return town_plan(&town, town_propose(&town));
}

static const struct hv_plan *go(void) {
    const struct hv_plan *plan = plan_now();
    town_approve(&town, plan->id);
    return plan;
}

static bool reverses(const struct hv_plan *plan, const char *link, const char *gives_to) {
    for (size_t i = 0; i < plan->reversal_count; i++)
        if (strcmp(plan->reversals[i].link, link) == 0)
            return strcmp(plan->reversals[i].gives_to, gives_to) == 0;
    return false;
}

static size_t count_of(enum hv_order_kind kind, enum hv_order_state state) {
    size_t count = 0;
    town_order(&town, kind, state, &count);
    return count;
}

static void finish_reversals(void) {
    for (uint32_t i = 0; i < state_count(town_state(&town), STATE_ORDER); i++) {
        const struct state_order *order = state_order(town_state(&town), i);
        if (order->order_kind == HV_ORDER_REVERSE_ROAD &&
            state_order_state(order) == HV_ORDER_ISSUED)
            town_answer(&town, order->number, HV_ORDER_DONE);
    }
}

static void sweep(uint64_t left) {
    town_decide(&town,
                (struct hv_record){.kind = HV_RECORD_SWEEP,
                                   .sweep = {.zone = "z1", .left = left, .reason = "warden"}});
}

Test(contraflow, is_proposed_where_it_gains_more_than_the_threshold_and_not_else) {
    town.rules.contraflow_gain_ms = 0;
    const struct hv_plan *without = plan_now();
    cr_assert_eq(without->reversal_count, 0, "nobody asked for it");
    town.rules.contraflow_gain_ms = 10 * MINUTE_MS;
    const struct hv_plan *with = plan_now();
    cr_assert_eq(with->reversal_count, 2);
    cr_assert(reverses(with, "ba", "ab") && reverses(with, "cb", "bc"));
    const int64_t gained_s = without->person_seconds - with->person_seconds;
    cr_assert_eq(with->contraflow_person_seconds, gained_s, "as without, and what it says");
    cr_assert_eq(with->contraflow_people, without->unserved_people - with->unserved_people);
    cr_assert_geq(gained_s, 240 * 10 * 60);
    cr_assert_leq(with->person_seconds_bound, with->person_seconds);
    cr_assert_lt(with->ete100_s, without->ete100_s - 3600, "four hours become some two");
    town.rules.contraflow_gain_ms = gained_s / 240 * 1000 + MINUTE_MS;
    cr_assert_eq(plan_now()->reversal_count, 0, "not enough");
}

Test(contraflow, posts_are_told_once_and_the_next_plan_counts_on_it) {
    const struct hv_plan *first = go();
    cr_assert_eq(first->reversal_count, 2);
    cr_assert_eq(count_of(HV_ORDER_REVERSE_ROAD, HV_ORDER_ISSUED), 2);
    const struct hv_order *order = town_order(&town, HV_ORDER_REVERSE_ROAD, HV_ORDER_ISSUED, NULL);
    cr_assert_eq(order->post, HV_POST_ROAD_POST);
    cr_assert_eq(order->link_count, 1);
    cr_assert(strcmp(order->links[0], "ba") == 0 || strcmp(order->links[0], "cb") == 0);
    for (int i = 0; i < 2; i++) { /* given, and done */
        const struct hv_plan *next = go();
        cr_assert_eq(next->reversal_count, 2);
        cr_assert_eq(next->contraflow_person_seconds, 0, "nothing new");
        cr_assert_leq(next->person_seconds, first->person_seconds * 51 / 50,
                      "but for steps that are longer or shorter");
        cr_assert_eq(count_of(HV_ORDER_REVERSE_ROAD, HV_ORDER_ISSUED), i == 0 ? 2 : 0);
        cr_assert_eq(count_of(HV_ORDER_REVERSE_ROAD, HV_ORDER_SUPERSEDED), 0);
        finish_reversals();
    }
    struct picture *picture = town_picture(&town);
    const uint32_t cb = region_find_link(town.region, "cb"), bc = picture->opposite[cb];
    cr_assert(picture->reversed[cb] && !picture->reversed[bc]);
    cr_assert(network_link_at(picture->network, cb)->closed);
    cr_assert_eq(network_link_at(picture->network, bc)->capacity_per_hour, 120);
    picture_free(picture);
}

Test(contraflow, what_is_not_carried_out_is_cancelled_when_nobody_needs_it) {
    go();
    sweep(0);
    cr_assert_eq(go()->reversal_count, 0);
    cr_assert_eq(count_of(HV_ORDER_REVERSE_ROAD, HV_ORDER_CANCELLED), 2);
    cr_assert_eq(count_of(HV_ORDER_STAND_DOWN, HV_ORDER_ISSUED), 0);
}

Test(contraflow, what_is_carried_out_is_stood_down_when_nobody_needs_it) {
    go();
    finish_reversals();
    sweep(20); /* one lane does for them */
    go();
    cr_assert_eq(count_of(HV_ORDER_REVERSE_ROAD, HV_ORDER_DONE), 2);
    sweep(0);
    cr_assert_eq(go()->reversal_count, 0);
    cr_assert_eq(count_of(HV_ORDER_STAND_DOWN, HV_ORDER_ISSUED), 2);
    struct picture *picture = town_picture(&town);
    for (uint32_t l = 0; l < town.region->link_count; l++)
        cr_assert(!picture->reversed[l] && !network_link_at(picture->network, l)->closed);
    picture_free(picture);
}

Test(contraflow, a_road_that_is_to_close_is_closed_and_not_reversed) {
    go();
    town_road(&town, "cb", true, "bridge");
    const struct hv_plan *plan = go();
    cr_assert_not(reverses(plan, "cb", "bc"));
    cr_assert_eq(count_of(HV_ORDER_CLOSE_ROAD, HV_ORDER_ISSUED), 1);
    cr_assert_eq(count_of(HV_ORDER_REVERSE_ROAD, HV_ORDER_SUPERSEDED), 1, "by the closing");
    cr_assert(reverses(plan, "ba", "ab") || plan->reversal_count == 0);
}

Test(contraflow, a_road_reversed_by_hand_counts_and_is_never_taken_back) {
    struct hv_order order = orders_blank();
    order.kind = HV_ORDER_REVERSE_ROAD;
    order.post = HV_POST_ROAD_POST;
    order.addressee = "cb";
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_ORDER, .order = order});
    struct picture *picture = town_picture(&town);
    cr_assert(picture->reversed[region_find_link(town.region, "cb")]);
    picture_free(picture);
    town.rules.contraflow_gain_ms = 0;
    go();
    sweep(0);
    go();
    cr_assert_eq(count_of(HV_ORDER_REVERSE_ROAD, HV_ORDER_ISSUED), 1);
    cr_assert_eq(count_of(HV_ORDER_STAND_DOWN, HV_ORDER_ISSUED), 0);
}

Test(contraflow, no_road_is_reversed_while_zones_are_only_warned) {
    town_phase(&town, HV_PHASE_ACTIVATION);
    cr_assert_eq(go()->reversal_count, 2, "the plan counts on it");
    cr_assert_eq(count_of(HV_ORDER_REVERSE_ROAD, HV_ORDER_ISSUED), 0);
    town_phase(&town, HV_PHASE_EVACUATION);
    go();
    cr_assert_eq(count_of(HV_ORDER_REVERSE_ROAD, HV_ORDER_ISSUED), 2);
}

Test(contraflow, only_two_links_of_one_road_are_each_others_opposites) {
    uint32_t *opposite = NULL;
    cr_assert_eq(contraflow_opposites(town.region, &opposite), 0);
    for (uint32_t l = 0; l < town.region->link_count; l++) {
        cr_assert_neq(opposite[l], UINT32_MAX);
        cr_assert_eq(opposite[opposite[l]], l);
        cr_assert_eq(town.region->links[opposite[l]].from, town.region->links[l].to);
        cr_assert_eq(town.region->links[opposite[l]].to, town.region->links[l].from);
    }
    free(opposite);
}
