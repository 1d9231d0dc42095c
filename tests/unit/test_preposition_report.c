/* What is said about a decision: its worth, how it does in scenarios held back, what less risk
 * costs, which scenario hurts and why; against brute force and by hand. */
#include "coordinator/optimizer/preposition_blame.h"
#include "coordinator/optimizer/preposition_folds.h"
#include "coordinator/optimizer/preposition_frontier.h"
#include "coordinator/optimizer/preposition_value.h"
#include "tests/support/preposition_reference.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <math.h>

#define ROUNDS (SANITIZED ? 15 : 80)

static const struct preposition_options exact = {0};

static bool is_near(double a, double b) {
    return fabs(a - b) <= 1e-5 * fmax(1, fmax(fabs(a), fabs(b)));
}

/* A random instance that has a decision. */
static bool make(uint64_t seed, struct preposition_random *random,
                 struct preposition_decision *ret_decision) {
    struct chance chance = {seed};
    preposition_random_make(&chance, random);
    cr_assert_eq(preposition_solve(&random->instance, &exact, ret_decision), HV_OK);
    if (ret_decision->open != NULL)
        return true;
    preposition_decision_deinit(ret_decision);
    return false;
}

/* The mean of the worst, from its definition: the least over eta, which is one of the costs. */
static double mean_of_worst(const struct preposition_instance *instance, const double *costs) {
    double least = INFINITY;
    for (uint32_t e = 0; e < instance->scenario_count; e++) {
        double value = costs[e];
        for (uint32_t s = 0; s < instance->scenario_count; s++)
            value += instance->scenarios[s].probability * fmax(0, costs[s] - costs[e]) /
                     (1 - instance->alpha);
        least = fmin(least, value);
    }
    return least;
}

/* However early the scenarios alone are stopped, what perfect information is worth lies between. */
static void bounds_hold(const struct preposition_instance *in,
                        const struct preposition_decision *decision, double worth, uint64_t seed) {
    double slack = 1e-5 * fmax(1, fabs(decision->value));
    for (uint64_t work = 1; work <= 1000; work *= 10) {
        struct preposition_options hasty = exact;
        struct preposition_value value;
        hasty.work_max = work;
        cr_assert_eq(preposition_value_find(in, &hasty, decision, &value), HV_OK);
        cr_assert(value.perfect_least <= worth + slack && worth - slack <= value.perfect_most,
                  "seed %lu: worth %.9g, said to be %.9g to %.9g", (unsigned long)seed, worth,
                  value.perfect_least, value.perfect_most);
    }
}

static void value_is_right(uint64_t seed) {
    struct preposition_random random;
    struct preposition_decision decision;
    struct preposition_value value;
    if (!make(seed, &random, &decision))
        return;
    const struct preposition_instance *in = &random.instance;
    cr_assert_eq(preposition_value_find(in, &exact, &decision, &value), HV_OK);
    if (value.mean_known && value.mean_serves)
        cr_assert(value.mean_objective >= decision.value - 1e-5 * fmax(1, fabs(decision.value)),
                  "seed %lu: the mean's decision %.9g beats the best %.9g", (unsigned long)seed,
                  value.mean_objective, decision.value);
    cr_assert_eq(value.known_open, 0);
    double costs[8], right = 0;
    preposition_reference_least(in, costs);
    for (uint32_t s = 0; s < in->scenario_count; s++)
        right += in->scenarios[s].probability * costs[s];
    if (in->measure == PREPOSITION_CVAR)
        right += in->lambda * mean_of_worst(in, costs);
    if (in->measure == PREPOSITION_REGRET)
        right = 0;
    cr_assert(is_near(value.known_objective, right), "seed %lu: known %.9g, brute force %.9g",
              (unsigned long)seed, value.known_objective, right);
    cr_assert(value.known_bound <= value.known_objective + 1e-6 * fmax(1, fabs(right)));
    cr_assert(decision.value >= right - 1e-5 * fmax(1, fabs(right)), "seed %lu: knowing costs more",
              (unsigned long)seed);
    bounds_hold(in, &decision, decision.value - right, seed);
    preposition_decision_deinit(&decision);
}

Test(preposition_report, knows_what_the_scenarios_are_worth) {
    for (uint64_t seed = 5001; seed <= 5000 + ROUNDS; seed++)
        value_is_right(seed);
}

/* One depot 3 km from a demand of 4 or of 8, each as likely as the other. By the mean 6 are bought:
 * 5 + 12 + 3 carried a km and unit at 0.5, (4 · 1.5 + 2 held + 6 · 1.5 + 2 short · 50) / 2. */
static struct preposition_scenario two_demands[] = {
    {.probability = 0.5, .demand_count = 1},
    {.probability = 0.5, .demand_first = 1, .demand_count = 1}};
static const struct preposition_instance two = {
    .sites = (const struct preposition_site[]){{0, 1}, {1, 0}},
    .sizes = (const struct preposition_size[]){{5, 9}},
    .items = (const struct preposition_item[]){{1, 2, 1, 50, 0.5, false, 0}},
    .arcs = (const struct preposition_arc[]){{0, 1, 3}},
    .scenarios = two_demands,
    .demands = (const struct preposition_demand[]){{1, 0, 4}, {1, 0, 8}},
    .site_count = 2,
    .size_count = 1,
    .item_count = 1,
    .arc_count = 1,
    .scenario_count = 2,
    .demand_count = 2,
};

Test(preposition_report, value_of_the_stochastic_solution_by_hand) {
    struct preposition_decision decision;
    struct preposition_value value;
    cr_assert_eq(preposition_solve(&two, &exact, &decision), HV_OK);
    /* 8 bought: 5 + 16 + (4 · 1.5 + 4 + 8 · 1.5) / 2 */
    cr_assert_float_eq(decision.value, 32, 1e-6);
    cr_assert_eq(preposition_value_find(&two, &exact, &decision, &value), HV_OK);
    cr_assert_float_eq(value.mean_first, 17, 1e-6);
    cr_assert_float_eq(value.mean_objective, 17 + (6 + 2 + 9 + 100) / 2.0, 1e-6);
    cr_assert_float_eq(value.mean_met_probability, 0.5, 1e-9);
    /* known: 5 + 8 + 6, or 5 + 16 + 12 */
    cr_assert_float_eq(value.known_objective, (19 + 33) / 2.0, 1e-6);
    preposition_decision_deinit(&decision);
}

/* What each part promises, by brute force over the others; what it costs in the part is at least
 * what somebody would pay who knows the scenario. */
static void folds_are_right(uint64_t seed) {
    struct preposition_random random;
    struct preposition_folds folds, again;
    struct chance chance = {seed};
    preposition_random_make(&chance, &random);
    struct preposition_instance *in = &random.instance;
    in->measure = PREPOSITION_EXPECTATION;
    in->has_service = false;
    uint32_t dealt = preposition_folds_dealt(in);
    if (dealt < 2)
        return;
    uint32_t parts = 2 + chance_below(&chance, dealt - 1);
    double can_be_held = 0;
    for (uint32_t s = 0; s < in->scenario_count; s++)
        can_be_held += in->scenarios[s].probability <= 0.5 ? in->scenarios[s].probability : 0;
    cr_assert_eq(preposition_folds_run(in, &exact, parts, seed, &folds), HV_OK);
    cr_assert_eq(preposition_folds_run(in, &exact, parts, seed, &again), HV_OK);
    double promised = 0, expected = 0, all = 0;
    for (uint32_t f = 0; f < parts; f++) {
        struct preposition_scenario kept[8];
        struct preposition_instance learnt = *in;
        double held = 0;
        learnt.scenarios = kept;
        learnt.scenario_count = 0;
        for (uint32_t s = 0; s < in->scenario_count; s++) {
            if (folds.fold_of[s] != f)
                kept[learnt.scenario_count++] = in->scenarios[s];
            else
                held += in->scenarios[s].probability;
        }
        cr_assert(learnt.scenario_count < in->scenario_count, "an empty part");
        if (held <= 0 || held >= 1)
            continue;
        for (uint32_t s = 0; s < learnt.scenario_count; s++)
            kept[s].probability /= 1 - held;
        promised += held / can_be_held * preposition_reference_value(&learnt);
        all += held / can_be_held;
    }
    double least[8];
    preposition_reference_least(in, least);
    for (uint32_t s = 0; s < in->scenario_count; s++) {
        cr_assert_eq(folds.fold_of[s], again.fold_of[s]);
        if (isnan(folds.costs[s]))
            continue;
        cr_assert(folds.costs[s] >= least[s] - 1e-5 * fmax(1, folds.costs[s]));
        expected += in->scenarios[s].probability * folds.costs[s];
    }
    cr_assert(is_near(folds.probability, all));
    if (is_near(all, 1)) {
        cr_assert(is_near(folds.promised, promised / all), "seed %lu: %.9g, brute force %.9g",
                  (unsigned long)seed, folds.promised, promised / all);
        cr_assert(is_near(folds.expected, expected / all));
    }
    cr_assert(folds.expected == again.expected);
    preposition_folds_deinit(&folds);
    preposition_folds_deinit(&again);
}

Test(preposition_report, judges_every_scenario_by_a_decision_that_has_not_seen_it) {
    for (uint64_t seed = 6001; seed <= 6000 + ROUNDS; seed++)
        folds_are_right(seed);
}

Test(preposition_report, learns_from_one_demand_and_is_judged_by_the_other) {
    struct preposition_folds folds;
    cr_assert_eq(preposition_folds_run(&two, &exact, 2, 1, &folds), HV_OK);
    cr_assert_float_eq(folds.promised, (19 + 33) / 2.0, 1e-6);
    cr_assert_float_eq(folds.costs[0], 5 + 16 + 6 + 4, 1e-6);  /* 8 bought, 4 asked for */
    cr_assert_float_eq(folds.costs[1], 5 + 8 + 6 + 200, 1e-6); /* 4 bought, 8 asked for */
    cr_assert_float_eq(folds.expected, (31 + 219) / 2.0, 1e-6);
    cr_assert_float_eq(folds.fill_rate, 8 / 12.0, 1e-9);
    cr_assert_float_eq(folds.worst, 219, 1e-6);
    preposition_folds_deinit(&folds);
    cr_assert_eq(preposition_folds_run(&two, &exact, 1, 1, &folds), HV_ERR_VALUE);
    cr_assert_eq(preposition_folds_run(&two, &exact, 3, 1, &folds), HV_ERR_VALUE);
}

static bool is_same(double a, double b) {
    return fabs(a - b) <= 1e-10 * fmax(fabs(a), fabs(b));
}

static void frontier_is_right(uint64_t seed) {
    struct preposition_random random;
    struct preposition_frontier_point points[4];
    struct chance chance = {seed};
    preposition_random_make(&chance, &random);
    struct preposition_instance weighed = random.instance;
    double alpha = chance_below(&chance, 10) / 10.0;
    cr_assert_eq(preposition_frontier_find(&random.instance, &exact, alpha, 4, points), HV_OK);
    weighed.measure = PREPOSITION_CVAR;
    weighed.alpha = alpha;
    const struct preposition_frontier_point *before = NULL;
    for (uint32_t i = 0; i < 4; i++) {
        weighed.lambda = points[i].lambda;
        double right = preposition_reference_value(&weighed);
        cr_assert_eq(points[i].solved, !isinf(right), "seed %lu point %u", (unsigned long)seed, i);
        if (!points[i].solved)
            continue;
        cr_assert(is_near(points[i].expected + points[i].lambda * points[i].cvar, right),
                  "seed %lu point %u: %.9g, brute force %.9g", (unsigned long)seed, i,
                  points[i].expected + points[i].lambda * points[i].cvar, right);
        cr_assert(points[i].bound <= right + 1e-5 * fmax(1, fabs(right)));
        cr_assert(points[i].worst >= points[i].cvar - 1e-6 * fmax(1, points[i].cvar));
        if (before != NULL && !points[i].dominated && !before->dominated)
            cr_assert(points[i].expected >= before->expected - 1e-4 * fmax(1, before->expected) &&
                          points[i].cvar <= before->cvar + 1e-4 * fmax(1, before->cvar),
                      "seed %lu point %u turns back", (unsigned long)seed, i);
        before = &points[i];
        for (uint32_t j = 0; j < i; j++)
            cr_assert(points[i].dominated || points[j].dominated || !points[j].solved ||
                          !is_same(points[i].expected, points[j].expected) ||
                          !is_same(points[i].cvar, points[j].cvar),
                      "seed %lu: points %u and %u are one, and both stand", (unsigned long)seed, j,
                      i);
    }
    bool one_stands = before == NULL;
    for (uint32_t i = 0; i < 4; i++)
        one_stands = one_stands || (points[i].solved && !points[i].dominated);
    cr_assert(one_stands, "seed %lu: every point is said to be no better", (unsigned long)seed);
}

Test(preposition_report, every_point_of_the_frontier_is_the_best_for_its_weight) {
    for (uint64_t seed = 7001; seed <= 7000 + ROUNDS / 4; seed++)
        frontier_is_right(seed);
    struct preposition_frontier_point points[2];
    cr_assert_eq(preposition_frontier_find(&two, &exact, 1, 2, points), HV_ERR_VALUE);
    cr_assert_eq(preposition_frontier_find(&two, &exact, 0.5, 1, points), HV_ERR_VALUE);
}

/* 8 held at the depot, of which half is destroyed; the short road of 3 km is broken, one of 20 km
 * is not. 6 are needed. */
Test(preposition_report, tells_damage_from_want) {
    struct preposition_scenario scenario = {
        .probability = 1, .demand_count = 1, .survival_count = 1, .blocked_count = 1};
    const uint32_t blocked[] = {0};
    struct preposition_instance in = two;
    in.arcs = (const struct preposition_arc[]){{0, 1, 3}, {0, 1, 20}};
    in.arc_count = 2;
    in.scenarios = &scenario;
    in.scenario_count = 1;
    in.demands = (const struct preposition_demand[]){{1, 0, 6}};
    in.demand_count = 1;
    in.survivals = (const struct preposition_survival[]){{0, 0.5}};
    in.survival_count = 1;
    in.blocked = blocked;
    in.blocked_count = 1;
    uint32_t open[] = {0, PREPOSITION_SITE_CLOSED};
    double stock[] = {8, 0};
    const struct preposition_decision decision = {.open = open, .stock = stock};
    struct preposition_plan plan;
    struct preposition_blame blame;
    cr_assert_eq(preposition_plan_make(&in, &decision, &plan), HV_OK);
    cr_assert_eq(preposition_blame_find(&in, &decision, &plan, &blame), HV_OK);
    cr_assert_float_eq(blame.as_is.cost, 4 * 10 + 2 * 50, 1e-9);
    cr_assert_float_eq(blame.stock_whole.cost, 6 * 10 + 2, 1e-9);
    cr_assert_float_eq(blame.roads_whole.cost, 4 * 1.5 + 2 * 50, 1e-9);
    cr_assert_float_eq(blame.both_whole.cost, 6 * 1.5 + 2, 1e-9);
    cr_assert_float_eq(blame.as_is.unmet, 2, 1e-9);
    cr_assert_float_eq(blame.stock_whole.unmet, 0, 1e-9);
    cr_assert_float_eq(blame.lost, 4, 1e-9);
    cr_assert_float_eq(blame.share, 1, 1e-9);
    cr_assert_eq(blame.worst_road, 0);
    cr_assert_float_eq(blame.worst_road_m3, 4, 1e-9);
    preposition_plan_deinit(&plan);
}

/* ---- progress -------------------------------------------------------------------------------- */

static int count_parts(void *context, const struct preposition_progress *progress) {
    uint32_t *last = context;
    cr_expect_leq(progress->part, progress->parts);
    if (progress->parts > 0)
        last[progress->stage] = progress->part;
    return 0;
}

Test(preposition_report, progress_says_which_part_it_is_of) {
    struct chance chance = {41};
    struct preposition_random random;
    uint32_t last[PREPOSITION_STAGE_FRONTIER + 1] = {0};
    const struct preposition_options options = {.progress = count_parts, .context = last};
    struct preposition_decision decision;
    struct preposition_value value;
    struct preposition_folds folds;
    struct preposition_frontier_point points[3];
    struct preposition_instance *in = &random.instance;
    do { /* one that has scenarios to hold back */
        preposition_random_make(&chance, &random);
        in->has_service = in->has_budget = false;
        in->measure = PREPOSITION_EXPECTATION;
    } while (preposition_folds_dealt(in) < 2);
    cr_assert_eq(preposition_solve(in, &options, &decision), HV_OK);
    for (int stage = 0; stage <= PREPOSITION_STAGE_FRONTIER; stage++)
        cr_expect_eq(last[stage], 0, "the whole is no part");
    cr_assert_eq(preposition_value_find(in, &options, &decision, &value), HV_OK);
    cr_expect_eq(last[PREPOSITION_STAGE_MEAN], 1);
    cr_expect_eq(last[PREPOSITION_STAGE_KNOWN], in->scenario_count);
    cr_assert_eq(preposition_folds_run(in, &options, 2, 1, &folds), HV_OK);
    cr_expect_eq(last[PREPOSITION_STAGE_HELD], 2);
    cr_assert_eq(preposition_frontier_find(in, &options, 0.5, 3, points), HV_OK);
    cr_expect_eq(last[PREPOSITION_STAGE_FRONTIER], 3);
    preposition_folds_deinit(&folds);
    preposition_decision_deinit(&decision);
}
