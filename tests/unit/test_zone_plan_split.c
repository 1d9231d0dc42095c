/* Departures over given ways, found for all zones together. */
#include "coordinator/optimizer/zone_plan_split.h"

#include "coordinator/optimizer/zone_plan_blocks.h"

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

Test(zone_plan_split, who_is_not_in_the_block_stays) {
    const struct zone_plan_problem problem = {.instance = &instance, .routes_max = 2};
    const bool one[] = {true, false}, other[] = {false, true}, both[] = {true, true};
    plan_in_turn(&problem);
    const int64_t before = search.best.cost;
    cr_assert_eq(zone_plan_split_block(&search, one), HV_OK);
    cr_assert_eq(search.best.cost, before);
    cr_assert_eq(search.state.going[1].unserved, 0);
    cr_assert_eq(zone_plan_split_block(&search, other), HV_OK);
    cr_assert_eq(search.best.cost, before);
    cr_assert_eq(zone_plan_split_block(&search, both), HV_OK);
    cr_assert_lt(search.best.cost, before);
    zone_plan_search_deinit(&search);
}

/* With so many steps the departures of three zones are too many for one programme; those of the two
 * that meet are not. */
Test(zone_plan_split, zones_that_meet_are_split_together_where_all_are_too_many) {
    const struct evacuation_link more[] = {
        links[0],
        links[1],
        links[2],
        links[3],
        links[4],
        {5, 6, 1, NEVER, 1, NULL, 0},
        {5, 6, 2, NEVER, 1, NULL, 0},
        {5, 6, 3, NEVER, 1, NULL, 0},
    };
    const struct evacuation_zone three[] = {zones[0], zones[1], {5, 0, NEVER, 6}};
    const struct evacuation_shelter shelters[] = {shelter, {6, 0, 100}};
    const struct evacuation_instance large = {20000, 7, 8, 3, 2, more, three, shelters};
    const struct zone_plan_problem problem = {.instance = &large, .routes_max = 3};
    static const int32_t quick[] = {0, 1, 2}, slow[] = {3, 4}, shared[] = {1, 2};
    cr_assert_eq(zone_plan_search_init(&search, &problem, &options), HV_OK);
    const struct zone_plan_way *ways[3], *both[] = {way(0, quick, 3), way(0, slow, 2)};
    const struct zone_plan_way *one[] = {way(1, shared, 2)};
    for (int32_t i = 0; i < 3; i++)
        ways[i] = zone_plan_finder_way(&search.finder, 2, 1, &(const int32_t){5 + i}, 1);
    fill(0, both, 2);
    fill(1, one, 1);
    fill(2, ways, 3);
    cr_assert_eq(zone_plan_search_keep(&search), HV_OK);
    const int64_t before = search.best.cost;
    cr_assert_eq(zone_plan_split_block(&search, (const bool[]){true, true, true}), HV_ERR_LIMIT);
    cr_assert_eq(zone_plan_search_restore(&search), HV_OK);
    cr_assert_eq(zone_plan_split(&search), HV_OK);
    cr_assert_eq(before - search.best.cost, (3 + 3) + (4 + 5 + 6 + 7) - (3 + 4) - (3 + 4 + 5 + 6));
    cr_assert_eq(search.state.cost, search.best.cost);
    zone_plan_search_deinit(&search);
}

/* Each zone is in a block, those of one meet, and one that has room is not cut short. */
Test(zone_plan_split, blocks_are_of_zones_that_meet) {
    const struct zone_plan_problem problem = {.instance = &instance, .routes_max = 2};
    const int64_t steps_of_both = (3 + 2 + 2) * 18; /* links of a way × its departures */
    plan_in_turn(&problem);
    for (int64_t room = steps_of_both - 1; room <= steps_of_both; room++) {
        struct zone_plan_blocks blocks;
        bool member[2];
        cr_assert_eq(zone_plan_blocks_init(&blocks, &search, room), HV_OK);
        cr_assert(zone_plan_blocks_next(&blocks, member) && member[0]);
        cr_assert_eq(member[1], room == steps_of_both);
        cr_assert_eq(zone_plan_blocks_next(&blocks, member), room < steps_of_both);
        cr_assert(room == steps_of_both || (member[1] && !member[0]));
        cr_assert(!zone_plan_blocks_next(&blocks, member));
        zone_plan_blocks_deinit(&blocks);
    }
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
