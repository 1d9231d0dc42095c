/* Departures over given ways, found for all zones together. */
#include "coordinator/optimizer/zone_plan_split.h"

#include <criterion/criterion.h>

#define NEVER EVACUATION_NEVER

/* Two of zone 0 go 0 → 1 → 2 → 4 or 0 → 3 → 4 in three steps, one a step each way; four of zone 1
 * only 1 → 2 → 4, where one enters a step. */
static const struct evacuation_link links[] = {
    {0, 1, 1, NEVER, 1, NULL, 0}, {1, 2, 1, NEVER, 1, NULL, 0}, {2, 4, 1, NEVER, 9, NULL, 0},
    {0, 3, 1, NEVER, 1, NULL, 0}, {3, 4, 2, NEVER, 1, NULL, 0},
};
static const struct evacuation_zone zones[] = {{0, 0, NEVER, 2}, {1, 1, NEVER, 4}};
static const struct evacuation_shelter shelter = {4, 0, 100};
static const struct evacuation_instance instance = {20, 5, 5, 2, 1, links, zones, &shelter};

static struct zone_plan_search search;
static const struct zone_plan_options options = {.seed = 1};

static const struct zone_plan_way *way(int32_t zone, const int32_t *of, size_t count) {
    const struct zone_plan_way *made = zone_plan_finder_way(&search.finder, zone, 0, of, count);
    cr_assert_not_null(made);
    return made;
}

static void fill(int32_t zone, const struct zone_plan_way *const *ways, int32_t count) {
    struct zone_plan_going going = {0};
    cr_assert_eq(zone_plan_state_fill(&search.state, zone, ways, count, &going), HV_OK);
    cr_assert_eq(zone_plan_state_put(&search.state, zone, &going), HV_OK);
}

/* Zone after zone: the first takes both ways and holds the others up by a step each. */
static void plan_in_turn(const struct zone_plan_problem *problem) {
    static const int32_t quick[] = {0, 1, 2}, slow[] = {3, 4}, shared[] = {1, 2};
    cr_assert_eq(zone_plan_search_init(&search, problem, &options), HV_OK);
    const struct zone_plan_way *both[] = {way(0, quick, 3), way(0, slow, 2)};
    const struct zone_plan_way *one[] = {way(1, shared, 2)};
    fill(0, both, 2);
    fill(1, one, 1);
    cr_assert_eq(zone_plan_search_keep(&search), HV_OK);
    cr_assert_eq(search.best.cost, (3 + 3) + (4 + 5 + 6 + 7));
}

Test(zone_plan_split, who_has_another_way_leaves_the_road_to_who_has_none) {
    const struct zone_plan_problem problem = {.instance = &instance, .routes_max = 2};
    plan_in_turn(&problem);
    cr_assert_eq(zone_plan_split(&search), HV_OK);
    cr_assert_eq(search.best.unserved, 0);
    cr_assert_eq(search.best.cost, (3 + 4) + (3 + 4 + 5 + 6), "%d", (int)search.best.cost);
    cr_assert_eq(search.best.going[0].count, 1, "of the other way nobody is left");
    zone_plan_search_deinit(&search);
}

/* What has a form of its own stays as it is. */
Test(zone_plan_split, steady_departures_and_parties_are_left_alone) {
    const struct zone_plan_group party = {.party_people = 2, .road_use = 1};
    struct zone_plan_problem problem = {
        .instance = &instance, .routes_max = 2, .departures = ZONE_PLAN_UNBROKEN};
    for (int i = 0; i < 2; i++) {
        struct zone_plan_going *going = NULL;
        if (i == 0)
            plan_in_turn(&problem);
        else {
            problem.departures = ZONE_PLAN_FREE;
            problem.groups = &party;
            problem.group_count = 1;
            cr_assert_eq(zone_plan_search_init(&search, &problem, &options), HV_OK);
            cr_assert_eq(zone_plan_search_build(&search), HV_OK);
        }
        const int64_t before = search.best.cost;
        going = &search.best.going[1];
        const int32_t first = going->shares[0].departures[0].step;
        cr_assert_eq(zone_plan_split(&search), HV_OK);
        cr_assert_eq(search.best.cost, before);
        cr_assert_eq(search.best.going[1].shares[0].departures[0].step, first);
        zone_plan_search_deinit(&search);
    }
}
