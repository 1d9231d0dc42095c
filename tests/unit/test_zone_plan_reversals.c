/* Which links contraflow reverses: judged together, so that what gains only together is found, and
 * against all choices on small networks. */
#include "coordinator/optimizer/evacuation_flow.h"
#include "coordinator/optimizer/zone_plan_reversals.h"

#include "tests/support/chance.h"
#include "tests/support/sanitized.h"
#include "tests/support/zone_plan_checker.h"

#include <criterion/criterion.h>

#define WORK 1000000
#define NEVER EVACUATION_NEVER
#define LINKS_MAX 32

/* A network whose links all come in pairs, 2 i and 2 i + 1, of two directions of a road. */
struct roads {
    struct evacuation_link links[LINKS_MAX];
    int32_t opposites[LINKS_MAX];
    size_t count;
};

static void add_road(struct roads *roads, int32_t from, int32_t to, int64_t there, int64_t back) {
    for (int i = 0; i < 2; i++) {
        roads->opposites[roads->count] = (int32_t)(roads->count ^ 1);
        roads->links[roads->count++] = (struct evacuation_link){
            .from = i == 0 ? from : to,
            .to = i == 0 ? to : from,
            .travel_steps = 1,
            .closes_at_step = NEVER,
            .capacity_per_step = i == 0 ? there : back,
        };
    }
}

static struct zone_plan_problem problem_of(const struct evacuation_instance *instance,
                                           const struct roads *roads, size_t reversals_max) {
    return (struct zone_plan_problem){
        .instance = instance,
        .routes_max = 2,
        .opposites = roads->opposites,
        .reversals_max = reversals_max,
    };
}

static struct zone_plan solve(const struct zone_plan_problem *problem) {
    struct zone_plan plan = {0};
    const struct zone_plan_options options = {.work_max = WORK, .seed = 1};
    cr_assert_eq(zone_plan_solve(problem, &options, &plan), HV_OK);
    const char *fault = zone_plan_checker_plan(problem, &plan);
    cr_assert_null(fault, "%s", fault);
    return plan;
}

/* 0 → 1 → 2, two a step each way: one road reversed leaves the other as narrow as it was. */
Test(zone_plan_reversals, two_that_gain_nothing_alone_gain_together) {
    struct roads roads = {0};
    add_road(&roads, 0, 1, 2, 2);
    add_road(&roads, 1, 2, 2, 2);
    const struct evacuation_zone zone = {0, 0, NEVER, 8};
    const struct evacuation_shelter shelter = {2, 0, 100};
    const struct evacuation_instance instance = {20, 3,           roads.count, 1,
                                                 1,  roads.links, &zone,       &shelter};
    const int64_t narrow = 2 * (2 + 3 + 4 + 5), wide = 4 * (2 + 3);
    for (size_t most = 0; most <= 2; most++) {
        const struct zone_plan_problem problem = problem_of(&instance, &roads, most);
        struct zone_plan plan = solve(&problem);
        cr_assert_eq(plan.plan.value.total_arrival_steps, most == 2 ? wide : narrow, "%zu", most);
        cr_assert_eq(plan.reversal_count, most == 2 ? 2 : 0);
        cr_assert(most == 0 || plan.without_reversal.total_arrival_steps == narrow);
        zone_plan_deinit(&plan);
    }
}

/* Three roads in a row that are used most and gain nothing by twos, and two that do. The fullest
 * two, taken without regard to each other, would gain nothing. */
Test(zone_plan_reversals, what_fits_is_taken_though_other_roads_are_fuller) {
    struct roads roads = {0};
    add_road(&roads, 0, 1, 5, 5);
    add_road(&roads, 1, 2, 5, 5);
    add_road(&roads, 2, 3, 5, 5);
    add_road(&roads, 4, 5, 2, 2);
    add_road(&roads, 5, 6, 2, 2);
    const struct evacuation_zone zones[] = {{0, 0, NEVER, 40}, {4, 0, NEVER, 16}};
    const struct evacuation_shelter shelters[] = {{3, 0, 100}, {6, 0, 100}};
    const struct evacuation_instance instance = {30, 7,           roads.count, 2,
                                                 2,  roads.links, zones,       shelters};
    const int64_t much = 5 * (3 + 4 + 5 + 6 + 7 + 8 + 9 + 10);
    const struct zone_plan_problem two = problem_of(&instance, &roads, 2);
    struct zone_plan plan = solve(&two);
    cr_assert_eq(plan.without_reversal.total_arrival_steps,
                 much + 2 * (2 + 3 + 4 + 5 + 6 + 7 + 8 + 9));
    cr_assert_eq(plan.plan.value.total_arrival_steps, much + 4 * (2 + 3 + 4 + 5));
    cr_assert(plan.reversal_count == 2 && plan.reversals[0].link == 6 &&
              plan.reversals[1].link == 8);
    zone_plan_deinit(&plan);
    const struct zone_plan_problem three = problem_of(&instance, &roads, 3);
    plan = solve(&three);
    cr_assert_eq(plan.plan.value.total_arrival_steps,
                 10 * (3 + 4 + 5 + 6) + 2 * (2 + 3 + 4 + 5 + 6 + 7 + 8 + 9));
    zone_plan_deinit(&plan);
}

/* ---- against all choices ---- */

static struct evacuation_value value_of(const struct zone_plan_problem *problem,
                                        const int32_t *links, size_t count) {
    struct zone_plan_instance reversed;
    struct evacuation_plan flow;
    const struct evacuation_options options = {0};
    cr_assert_eq(zone_plan_reverse(problem, links, count, &reversed), HV_OK);
    cr_assert_eq(evacuation_flow_solve(&reversed.instance, &options, &flow), HV_OK);
    const struct evacuation_value value = flow.value;
    evacuation_plan_deinit(&flow);
    zone_plan_instance_deinit(&reversed);
    return value;
}

/* The best of none, one and two. */
static struct evacuation_value best_of_two(const struct zone_plan_problem *problem, int32_t links) {
    struct evacuation_value best = value_of(problem, NULL, 0);
    for (int32_t a = 0; a < links; a++)
        for (int32_t b = a; b < links; b++) {
            const int32_t both[] = {a, b};
            if (b == (a ^ 1))
                continue;
            const struct evacuation_value value = value_of(problem, both, a == b ? 1 : 2);
            best = evacuation_value_compare(value, best) < 0 ? value : best;
        }
    return best;
}

static struct evacuation_value chosen(const struct zone_plan_problem *problem) {
    struct zone_plan_instance relaxed;
    struct evacuation_plan flow;
    const struct evacuation_options options = {0}, limits = {.work_max = WORK};
    int32_t links[LINKS_MAX];
    size_t count;
    cr_assert_eq(zone_plan_relax(problem, &relaxed), HV_OK);
    cr_assert_eq(evacuation_flow_solve(&relaxed.instance, &options, &flow), HV_OK);
    cr_assert_eq(zone_plan_choose_reversals(problem, &flow, &limits, links, &count), HV_OK);
    cr_assert(count <= problem->reversals_max);
    evacuation_plan_deinit(&flow);
    zone_plan_instance_deinit(&relaxed);
    const struct evacuation_value without = value_of(problem, NULL, 0);
    const struct evacuation_value with = value_of(problem, links, count);
    return evacuation_value_compare(with, without) < 0 ? with : without;
}

/* Nine nodes in a grid, twelve roads, two zones on one side, two shelters on the other. */
static void make_grid(struct chance *chance, struct roads *roads) {
    *roads = (struct roads){0};
    for (int32_t v = 0; v < 9; v++) {
        if (v % 3 < 2)
            add_road(roads, v, v + 1, 1 + chance_below(chance, 3), 1 + chance_below(chance, 3));
        if (v < 6)
            add_road(roads, v, v + 3, 1 + chance_below(chance, 3), 1 + chance_below(chance, 3));
    }
}

Test(zone_plan_reversals, two_of_twelve_roads_are_nearly_always_the_best_two) {
    const int rounds = SANITIZED ? 10 : 60;
    struct chance chance = {.state = 7};
    int met = 0;
    for (int i = 0; i < rounds; i++) {
        struct roads roads;
        make_grid(&chance, &roads);
        const struct evacuation_zone zones[] = {{0, 0, NEVER, 10 + chance_below(&chance, 20)},
                                                {3, 0, NEVER, 10 + chance_below(&chance, 20)}};
        const struct evacuation_shelter shelters[] = {{8, 0, 60}, {2, 0, 20}};
        const struct evacuation_instance instance = {25, 9,           roads.count, 2,
                                                     2,  roads.links, zones,       shelters};
        const struct zone_plan_problem problem = problem_of(&instance, &roads, 2);
        const struct evacuation_value best = best_of_two(&problem, (int32_t)roads.count);
        const struct evacuation_value found = chosen(&problem);
        cr_assert(evacuation_value_compare(found, best) >= 0);
        met += evacuation_value_compare(found, best) == 0;
    }
    cr_assert(met * 10 >= rounds * 8, "%d of %d", met, rounds);
}
