/* Departures found from columns are those that are found from the links, whatever is on the roads,
 * and no departures are better than what columns give hope of. */
#include "coordinator/optimizer/zone_plan_state.h"

#include "tests/support/chance.h"
#include "tests/support/evacuation_random.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define ROUNDS (SANITIZED ? 3000 : 20000)
#define LIST_STEPS 20000 /* links looked at while the ways of a zone are listed */

enum { TRIES = 6, WAYS = 3 };

struct made {
    struct evacuation_random random;
    struct zone_plan_problem problem;
    struct zone_plan_rule rules[EVACUATION_RANDOM_TERMINALS];
    struct zone_plan_group group;
    struct zone_plan_ready rows[EVACUATION_RANDOM_TERMINALS][2];
    struct zone_plan_readiness readiness[EVACUATION_RANDOM_TERMINALS];
    struct zone_plan_state state;
    struct zone_plan_finder finder;
};

/* Parties, and people who get ready in two steps, now and then. */
static void make(struct made *made, struct chance *chance, uint64_t seed) {
    *made = (struct made){0};
    evacuation_random_make(&made->random, seed,
                           (enum evacuation_random_kind)chance_below(chance, 3));
    const struct evacuation_instance *instance = &made->random.instance;
    made->problem = (struct zone_plan_problem){
        .instance = instance,
        .rules = made->rules,
        .groups = &made->group,
        .group_count = 1,
        .routes_max = WAYS,
        .convergent = chance_below(chance, 4) == 0,
        .departures = (enum zone_plan_departures)chance_below(chance, 3)};
    if (chance_below(chance, 3) == 0)
        made->group = (struct zone_plan_group){.party_people = chance_below(chance, 3),
                                               .road_use = chance_below(chance, 3)};
    for (size_t z = 0; z < instance->zone_count; z++)
        made->rules[z].stage = -1;
    if (chance_below(chance, 3) == 0)
        made->problem.readiness = made->readiness;
    for (size_t z = 0; z < instance->zone_count; z++) {
        const int64_t people = instance->zones[z].people;
        const int32_t first = instance->zones[z].earliest_step;
        const int64_t party = made->group.party_people > 1 ? made->group.party_people : 1;
        made->rows[z][0] = (struct zone_plan_ready){first, people / 2 / party * party};
        made->rows[z][1] =
            (struct zone_plan_ready){first + 1 + (int32_t)chance_below(chance, 3), people};
        made->readiness[z] = (struct zone_plan_readiness){made->rows[z], 2};
    }
    cr_assert_eq(zone_plan_state_init(&made->state, &made->problem), HV_OK);
    cr_assert_eq(zone_plan_finder_init(&made->finder, &made->problem), HV_OK);
    for (size_t z = 0; z < instance->zone_count; z++)
        zone_plan_finder_list(&made->finder, (int32_t)z, LIST_STEPS);
}

static void unmake(struct made *made) {
    zone_plan_finder_deinit(&made->finder);
    zone_plan_state_deinit(&made->state);
}

/* Up to so many different ways of a zone. Returns their number. */
static int32_t draw(const struct made *made, struct chance *chance, int32_t zone, int32_t most,
                    const struct zone_plan_way **ways) {
    const struct zone_plan_pool *pool = &made->finder.pools[zone];
    int32_t count = 0;
    for (int32_t i = 0; i < most && pool->count > 0; i++) {
        const struct zone_plan_way *way = pool->ways[chance_below(chance, (uint32_t)pool->count)];
        bool there = false;
        for (int32_t k = 0; k < count; k++)
            there = there || ways[k] == way;
        if (!there)
            ways[count++] = way;
    }
    return count;
}

static void expect_same(const struct zone_plan_going *a, const struct zone_plan_going *b) {
    cr_assert_eq(a->unserved, b->unserved);
    cr_assert_eq(a->cost, b->cost);
    cr_assert_eq(a->count, b->count);
    for (int32_t k = 0; k < a->count; k++) {
        cr_assert_eq(a->shares[k].way, b->shares[k].way);
        cr_assert_eq(a->shares[k].count, b->shares[k].count);
        for (size_t i = 0; i < a->shares[k].count; i++) {
            cr_assert_eq(a->shares[k].departures[i].step, b->shares[k].departures[i].step);
            cr_assert_eq(a->shares[k].departures[i].people, b->shares[k].departures[i].people);
        }
    }
}

/* Compares both for a zone that is out of the plan. Returns whether somebody departs. */
static bool compare(struct made *made, int32_t zone, const struct zone_plan_way *const *ways,
                    int32_t count, struct zone_plan_going *by_links) {
    const size_t steps = (size_t)made->state.roads.steps;
    int32_t *room = calloc(WAYS * steps, sizeof *room);
    const int32_t *columns[WAYS];
    struct zone_plan_going by_columns = {0};
    cr_assert_not_null(room);
    for (int32_t k = 0; k < count; k++) {
        zone_plan_state_rooms(&made->state, ways[k], room + (size_t)k * steps);
        columns[k] = room + (size_t)k * steps;
    }
    const struct zone_plan_hope hope =
        zone_plan_state_hope(&made->state, zone, ways, columns, count);
    cr_assert_eq(zone_plan_state_fill(&made->state, zone, ways, count, by_links), HV_OK);
    for (int twice = 0; twice < 2; twice++) { /* it leaves everything as it was */
        cr_assert_eq(
            zone_plan_state_fill_columns(&made->state, zone, ways, columns, count, &by_columns),
            HV_OK);
        expect_same(by_links, &by_columns);
    }
    cr_assert_leq(zone_plan_compare(hope.unserved, hope.cost, by_links->unserved, by_links->cost),
                  0);
    zone_plan_going_deinit(&by_columns);
    free(room);
    return by_links->count > 0;
}

Test(zone_plan_fill, finds_the_same_departures_from_columns_as_from_links) {
    static struct made made;
    int64_t departed = 0, on_two = 0;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct chance chance = {seed};
        make(&made, &chance, seed);
        const size_t zones = made.random.instance.zone_count;
        for (int i = 0; i < TRIES && zones > 0; i++) {
            const int32_t zone = (int32_t)chance_below(&chance, (uint32_t)zones);
            const struct zone_plan_way *ways[WAYS];
            struct zone_plan_going going = {0};
            zone_plan_state_take(&made.state, zone, &going);
            zone_plan_going_deinit(&going);
            const int32_t count = draw(&made, &chance, zone, WAYS, ways);
            if (count > 0 && compare(&made, zone, ways, count, &going)) {
                departed++;
                on_two += going.count == 2;
                cr_assert_eq(zone_plan_state_put(&made.state, zone, &going), HV_OK);
            }
            zone_plan_going_deinit(&going);
        }
        unmake(&made);
    }
    cr_assert_gt(departed, ROUNDS);
    cr_assert_gt(on_two, ROUNDS / 50);
}
