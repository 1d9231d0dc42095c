#include "coordinator/optimizer/evacuation_flow.h"
#include "tests/support/evacuation_checker.h"
#include "tests/support/evacuation_random.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct evacuation_options to_the_optimum = {0};

static void solve(const struct evacuation_instance *instance,
                  const struct evacuation_options *options, struct evacuation_plan *plan) {
    cr_assert_eq(evacuation_flow_solve(instance, options, plan), HV_OK);
    const char *wrong = evacuation_checker_plan(instance, plan);
    cr_assert_null(wrong, "%s", wrong);
    wrong = evacuation_checker_bound(instance, plan);
    cr_assert_null(wrong, "%s", wrong);
}

static void compare_with_explicit(enum evacuation_random_kind kind, uint64_t count) {
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct evacuation_random random;
        evacuation_random_make(&random, seed, kind);
        struct evacuation_plan plan;
        cr_assert_eq(evacuation_flow_solve(&random.instance, &to_the_optimum, &plan), HV_OK,
                     "seed %lu", (unsigned long)seed);
        const char *wrong = evacuation_checker_plan(&random.instance, &plan);
        cr_assert_null(wrong, "seed %lu: %s", (unsigned long)seed, wrong);
        wrong = evacuation_checker_bound(&random.instance, &plan);
        cr_assert_null(wrong, "seed %lu: %s", (unsigned long)seed, wrong);
        struct evacuation_value optimum = evacuation_checker_optimum(&random.instance);
        cr_assert_eq(evacuation_value_compare(plan.value, optimum), 0,
                     "seed %lu: %ld unserved and %ld, optimum %ld and %ld", (unsigned long)seed,
                     (long)plan.value.unserved, (long)plan.value.total_arrival_steps,
                     (long)optimum.unserved, (long)optimum.total_arrival_steps);
        cr_assert(plan.optimal, "seed %lu: not proven", (unsigned long)seed);
        evacuation_plan_deinit(&plan);
    }
}

Test(evacuation_flow, equals_the_explicit_network_on_random_instances) {
    compare_with_explicit(EVACUATION_RANDOM_PLAIN, 5000);
}

Test(evacuation_flow, equals_the_explicit_network_where_roads_close_and_shelters_open) {
    compare_with_explicit(EVACUATION_RANDOM_CHANGES, 5000);
}

Test(evacuation_flow, equals_the_explicit_network_at_nodes_with_many_links) {
    compare_with_explicit(EVACUATION_RANDOM_HUB, 1000);
}

static int stop_at_once(void *context, const struct evacuation_progress *progress) {
    (void)progress;
    (void)context;
    return 1;
}

Test(evacuation_flow, stopped_by_work_still_gives_a_plan_and_an_honest_bound) {
    for (uint64_t seed = 1; seed <= (SANITIZED ? 300 : 1500); seed++) {
        struct evacuation_random random;
        evacuation_random_make(&random, seed, (enum evacuation_random_kind)(seed % 3));
        struct evacuation_value optimum = evacuation_checker_optimum(&random.instance);
        for (int64_t work = 1; work < 200; work *= 3) {
            struct evacuation_options options = {.work_max = work, .progress = stop_at_once};
            struct evacuation_plan plan;
            solve(&random.instance, &options, &plan);
            cr_assert_geq(evacuation_value_compare(plan.value, optimum), 0);
            cr_assert_leq(evacuation_value_compare(plan.bound, optimum), 0);
            evacuation_plan_deinit(&plan);
        }
    }
}

/* Horizons of 1 to 3 steps first and then twice as many, on instances of which many need all. */
Test(evacuation_flow, a_part_of_the_horizon_proves_the_plan_for_all_of_it) {
    uint64_t sooner = 0;
    const uint64_t count = SANITIZED ? 600 : 6000;
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct evacuation_random random;
        evacuation_random_make(&random, seed, (enum evacuation_random_kind)(seed % 3));
        if (seed % 2 == 0) /* so that everybody may be safe long before the end */
            random.instance.horizon_steps *= 4;
        const struct evacuation_options options = {.first_steps = 1 + (int32_t)(seed / 3 % 3)};
        struct evacuation_plan plan, whole;
        solve(&random.instance, &options, &plan);
        solve(&random.instance, &to_the_optimum, &whole);
        cr_assert_eq(evacuation_value_compare(plan.value, whole.value), 0, "seed %lu",
                     (unsigned long)seed);
        cr_assert(plan.optimal, "seed %lu: not proven", (unsigned long)seed);
        cr_assert_eq(plan.memory_needed, 0);
        cr_assert_eq(whole.searched_steps, random.instance.horizon_steps);
        sooner += plan.searched_steps < random.instance.horizon_steps;
        evacuation_plan_deinit(&plan);
        evacuation_plan_deinit(&whole);
    }
    cr_assert_gt(sooner, count / 4, "%lu of %lu", (unsigned long)sooner, (unsigned long)count);
}

struct countdown {
    int calls;
};

static int stop_after(void *context, const struct evacuation_progress *progress) {
    struct countdown *countdown = context;
    (void)progress;
    return --countdown->calls < 0;
}

Test(evacuation_flow, stopped_in_any_part_still_gives_a_plan_and_an_honest_bound) {
    for (uint64_t seed = 1; seed <= (SANITIZED ? 100 : 500); seed++) {
        struct evacuation_random random;
        evacuation_random_make(&random, seed, (enum evacuation_random_kind)(seed % 3));
        struct evacuation_value optimum = evacuation_checker_optimum(&random.instance);
        for (int calls = 0; calls < 12; calls++) {
            struct countdown countdown = {calls};
            const struct evacuation_options options = {
                .progress = stop_after, .context = &countdown, .first_steps = 2};
            struct evacuation_plan plan;
            solve(&random.instance, &options, &plan);
            cr_assert_geq(evacuation_value_compare(plan.value, optimum), 0);
            cr_assert_leq(evacuation_value_compare(plan.bound, optimum), 0);
            evacuation_plan_deinit(&plan);
        }
    }
}

static bool plans_are_equal(const struct evacuation_plan *a, const struct evacuation_plan *b) {
    return a->route_count == b->route_count && a->link_count == b->link_count &&
           a->departure_count == b->departure_count && a->work == b->work &&
           memcmp(a->links, b->links, a->link_count * sizeof *a->links) == 0 &&
           memcmp(a->routes, b->routes, a->route_count * sizeof *a->routes) == 0;
}

Test(evacuation_flow, is_deterministic) {
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct evacuation_random random;
        evacuation_random_make(&random, seed, EVACUATION_RANDOM_HUB);
        struct evacuation_plan first, second;
        solve(&random.instance, &to_the_optimum, &first);
        solve(&random.instance, &to_the_optimum, &second);
        cr_assert(plans_are_equal(&first, &second));
        evacuation_plan_deinit(&first);
        evacuation_plan_deinit(&second);
    }
}

/* ---- instances by hand ----------------------------------------------------------------------- */

/* Zone at node 0, shelter at node 1, one link there. */
struct pair {
    struct evacuation_link link;
    struct evacuation_zone zone;
    struct evacuation_shelter shelter;
    struct evacuation_instance instance;
};

static void make_pair(struct pair *pair, int64_t people, int64_t capacity, int64_t places) {
    pair->link = (struct evacuation_link){.from = 0,
                                          .to = 1,
                                          .travel_steps = 2,
                                          .closes_at_step = EVACUATION_NEVER,
                                          .capacity_per_step = capacity};
    pair->zone = (struct evacuation_zone){.people = people, .deadline_step = EVACUATION_NEVER};
    pair->shelter = (struct evacuation_shelter){.node = 1, .capacity = places};
    pair->instance = (struct evacuation_instance){.horizon_steps = 10,
                                                  .node_count = 2,
                                                  .link_count = 1,
                                                  .zone_count = 1,
                                                  .shelter_count = 1,
                                                  .links = &pair->link,
                                                  .zones = &pair->zone,
                                                  .shelters = &pair->shelter};
}

static void expect(const struct evacuation_instance *instance, int64_t unserved, int64_t total) {
    struct evacuation_plan plan;
    solve(instance, &to_the_optimum, &plan);
    cr_assert_eq(plan.value.unserved, unserved);
    cr_assert_eq(plan.value.total_arrival_steps, total);
    cr_assert(plan.optimal);
    evacuation_plan_deinit(&plan);
}

Test(evacuation_flow, fills_a_link_step_by_step) {
    struct pair pair;
    make_pair(&pair, 10, 4, 100);
    expect(&pair.instance, 0, 4 * 2 + 4 * 3 + 2 * 4);
}

/* A million steps ahead, of which ten are needed: proven without a look at the rest. */
Test(evacuation_flow, a_horizon_far_too_long_costs_little) {
    struct pair pair;
    make_pair(&pair, 10, 1, 100);
    struct evacuation_link links[300];
    for (size_t i = 0; i < 300; i++) {
        links[i] = pair.link;
        links[i].from = i == 0 ? 0 : (int32_t)i + 1;
        links[i].to = i == 299 ? 1 : (int32_t)i + 2;
        links[i].travel_steps = 0;
    }
    pair.instance.links = links;
    pair.instance.link_count = 300;
    pair.instance.node_count = 301;
    pair.instance.horizon_steps = EVACUATION_STEPS_MAX;
    struct evacuation_plan plan;
    solve(&pair.instance, &to_the_optimum, &plan);
    cr_assert(plan.optimal);
    cr_assert_eq(plan.value.total_arrival_steps, 45);
    cr_assert_lt(plan.searched_steps, 20000, "%d", plan.searched_steps);
    evacuation_plan_deinit(&plan);
}

/* People for more steps than memory holds: a plan for as many as it does, an honest bound, and how
 * much all would take. */
Test(evacuation_flow, memory_bounds_the_part_that_is_looked_at) {
    struct pair pair;
    make_pair(&pair, 500000, 1, 500000);
    pair.instance.horizon_steps = EVACUATION_STEPS_MAX;
    const struct evacuation_options options = {.memory_max = 8 << 20};
    struct evacuation_plan plan;
    solve(&pair.instance, &options, &plan);
    cr_assert(!plan.optimal);
    cr_assert_gt(plan.searched_steps, 10000);
    cr_assert_lt(plan.searched_steps, EVACUATION_STEPS_MAX / 4);
    cr_assert_eq(plan.value.unserved, 500000 - (plan.searched_steps - 1));
    cr_assert_gt(plan.memory_needed, 64 << 20);
    cr_assert_eq(plan.bound.unserved, 0);
    evacuation_plan_deinit(&plan);
}

#define SIDE 8

/* A grid of streets both ways, from one corner to the other. */
static size_t make_streets(struct evacuation_link *links) {
    size_t count = 0;
    for (uint32_t at = 0; at < SIDE * SIDE; at++)
        for (uint32_t way = 0; way < 4; way++) {
            const bool across = way % 2 == 0;
            if (across ? at % SIDE == SIDE - 1 : at / SIDE == SIDE - 1)
                continue;
            const uint32_t next = at + (across ? 1 : SIDE);
            links[count++] = (struct evacuation_link){
                .from = (int32_t)(way < 2 ? at : next),
                .to = (int32_t)(way < 2 ? next : at),
                .travel_steps = 1 + (int32_t)(at % SIDE * 7 + at / SIDE * 3) % 3,
                .closes_at_step = EVACUATION_NEVER,
                .capacity_per_step = 4};
        }
    return count;
}

/* 121 scans a path where each is searched for, 89 where it is first tried a step later. */
Test(evacuation_flow, does_not_search_again_for_what_is_the_same_a_step_later) {
    struct evacuation_link links[4 * SIDE * SIDE];
    struct pair pair;
    make_pair(&pair, 4000, 4, 5000);
    pair.shelter.node = SIDE * SIDE - 1;
    pair.instance.horizon_steps = 1000;
    pair.instance.node_count = SIDE * SIDE;
    pair.instance.link_count = make_streets(links);
    pair.instance.links = links;
    struct evacuation_plan plan;
    solve(&pair.instance, &to_the_optimum, &plan);
    cr_assert(plan.optimal);
    cr_assert_eq(plan.value.total_arrival_steps, 1080000);
    cr_assert_lt(plan.work, 100 * plan.augmentations, "%ld scans for %ld paths", (long)plan.work,
                 (long)plan.augmentations);
    evacuation_plan_deinit(&plan);
}

Test(evacuation_flow, leaves_behind_whom_the_horizon_leaves_no_time) {
    struct pair pair;
    make_pair(&pair, 100, 4, 100);
    expect(&pair.instance, 100 - 9 * 4, 4 * (2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10));
    pair.instance.horizon_steps = 1;
    expect(&pair.instance, 100, 0);
}

Test(evacuation_flow, leaves_behind_whom_no_place_is_left_for) {
    struct pair pair;
    make_pair(&pair, 10, 4, 5);
    expect(&pair.instance, 5, 4 * 2 + 3);
    pair.shelter.capacity = 0;
    expect(&pair.instance, 10, 0);
    pair.instance.shelter_count = 0;
    expect(&pair.instance, 10, 0);
}

Test(evacuation_flow, takes_zero_people_and_zero_capacity) {
    struct pair pair;
    make_pair(&pair, 0, 4, 5);
    expect(&pair.instance, 0, 0);
    make_pair(&pair, 7, 0, 5);
    expect(&pair.instance, 7, 0);
    pair.instance.zone_count = 0;
    expect(&pair.instance, 0, 0);
}

Test(evacuation_flow, serves_a_zone_at_its_shelters_node_at_step_zero) {
    struct pair pair;
    make_pair(&pair, 10, 4, 6);
    pair.shelter.node = 0;
    expect(&pair.instance, 4, 0);
    pair.shelter.opens_at_step = 3;
    expect(&pair.instance, 4, 18);
}

Test(evacuation_flow, does_not_turn_in_circles_of_no_time) {
    struct pair pair;
    make_pair(&pair, 6, 4, 6);
    struct evacuation_link links[] = {pair.link, pair.link, pair.link, pair.link};
    links[1].to = 0;
    links[2].from = 1;
    links[2].to = 0;
    for (size_t i = 0; i < 4; i++)
        links[i].travel_steps = 0;
    links[3].capacity_per_step = 1;
    pair.instance.links = links;
    pair.instance.link_count = 4;
    expect(&pair.instance, 0, 1);
}

Test(evacuation_flow, clears_a_link_before_it_closes) {
    struct pair pair;
    make_pair(&pair, 100, 4, 100);
    pair.link.closes_at_step = 4;
    expect(&pair.instance, 100 - 3 * 4, 4 * (2 + 3 + 4));
    pair.link.travel_steps = 0;
    expect(&pair.instance, 100 - 4 * 4, 4 * (0 + 1 + 2 + 3));
    pair.link.closes_at_step = 0;
    expect(&pair.instance, 100, 0);
}

Test(evacuation_flow, takes_enormous_figures) {
    struct pair pair;
    make_pair(&pair, EVACUATION_PEOPLE_MAX, INT64_MAX, INT64_MAX);
    expect(&pair.instance, 0, INT64_C(2) * EVACUATION_PEOPLE_MAX);
    make_pair(&pair, EVACUATION_PEOPLE_MAX, 1, INT64_MAX);
    pair.instance.horizon_steps = 10000;
    struct evacuation_plan plan;
    cr_assert_eq(evacuation_flow_solve(&pair.instance, &to_the_optimum, &plan), HV_OK);
    cr_assert_eq(plan.value.unserved, EVACUATION_PEOPLE_MAX - 9999);
    cr_assert(plan.optimal);
    evacuation_plan_deinit(&plan);
    pair.link.travel_steps = INT32_MAX - 1;
    expect(&pair.instance, EVACUATION_PEOPLE_MAX, 0);
}

Test(evacuation_flow, refuses_what_is_no_problem) {
    struct pair pair;
    struct evacuation_plan plan;
    make_pair(&pair, 10, -1, 5);
    cr_assert_eq(evacuation_flow_solve(&pair.instance, &to_the_optimum, &plan), HV_ERR_VALUE);
    make_pair(&pair, -1, 4, 5);
    cr_assert_eq(evacuation_flow_solve(&pair.instance, &to_the_optimum, &plan), HV_ERR_VALUE);
    make_pair(&pair, INT64_MAX, 4, 5);
    cr_assert_eq(evacuation_flow_solve(&pair.instance, &to_the_optimum, &plan), HV_ERR_OVERFLOW);
    make_pair(&pair, 10, 4, 5);
    pair.link.to = 2;
    cr_assert_eq(evacuation_flow_solve(&pair.instance, &to_the_optimum, &plan), HV_ERR_VALUE);
    make_pair(&pair, 10, 4, 5);
    pair.instance.horizon_steps = EVACUATION_STEPS_MAX + 1;
    cr_assert_eq(evacuation_flow_solve(&pair.instance, &to_the_optimum, &plan), HV_ERR_LIMIT);
}
