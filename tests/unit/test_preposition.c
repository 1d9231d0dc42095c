/* Pre-positioning against brute force, and what it promises. */
#include "coordinator/optimizer/preposition_location.h"
#include "tests/support/preposition_reference.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <math.h>

#define ROUNDS (SANITIZED ? 30 : 200)

static void solve_as_brute_force(const struct preposition_instance *instance, uint64_t seed) {
    double right = preposition_reference_value(instance);
    const struct preposition_options options = {0};
    struct preposition_decision decision;
    int error = preposition_solve(instance, &options, &decision);
    cr_assert_eq(error, HV_OK, "seed %lu: %d", (unsigned long)seed, error);
    if (isinf(right)) {
        cr_assert_eq(decision.status, PREPOSITION_INFEASIBLE, "seed %lu: %g instead of nothing",
                     (unsigned long)seed, decision.value);
        preposition_decision_deinit(&decision);
        return;
    }
    cr_assert_eq(decision.status, PREPOSITION_OPTIMAL, "seed %lu: status %d, right %g",
                 (unsigned long)seed, (int)decision.status, right);
    struct preposition_plan plan;
    cr_assert_eq(preposition_plan_make(instance, &decision, &plan), HV_OK, "seed %lu",
                 (unsigned long)seed);
    const char *wrong = preposition_reference_check(instance, &decision, &plan);
    cr_assert_null(wrong, "seed %lu: %s", (unsigned long)seed, wrong);
    cr_assert_float_eq(plan.objective, right, 1e-5 * fmax(1, fabs(right)),
                       "seed %lu: %.9g, brute force %.9g", (unsigned long)seed, plan.objective,
                       right);
    cr_assert_float_eq(decision.bound, right, 1e-5 * fmax(1, fabs(right)),
                       "seed %lu: bound %.9g, brute force %.9g", (unsigned long)seed,
                       decision.bound, right);
    double least[8];
    if (instance->measure == PREPOSITION_REGRET)
        preposition_reference_least(instance, least);
    for (uint32_t s = 0; instance->measure == PREPOSITION_REGRET && s < instance->scenario_count;
         s++)
        cr_assert_float_eq(decision.least[s], least[s], 1e-5 * fmax(1, fabs(least[s])),
                           "seed %lu: least cost of scenario %u", (unsigned long)seed, s);
    preposition_plan_deinit(&plan);
    preposition_decision_deinit(&decision);
}

static void agree_with_brute_force(uint64_t seed, int measure) {
    struct chance chance = {seed};
    struct preposition_random random;
    preposition_random_make(&chance, &random);
    random.instance.measure = (enum preposition_measure)measure;
    solve_as_brute_force(&random.instance, seed);
}

/* A scenario that is known, with all its items and sizes: the solver takes another way. */
static void agree_where_the_scenario_is_known(uint64_t seed) {
    struct chance chance = {seed};
    struct preposition_random random;
    preposition_random_make(&chance, &random);
    struct preposition_instance *in = &random.instance;
    random.scenarios[0].probability = 1;
    in->scenario_count = 1;
    in->measure = PREPOSITION_EXPECTATION;
    in->has_service = false;
    for (uint32_t k = 0; k < in->item_count; k++)
        random.items[k].has_available = false;
    cr_assert(in->has_budget || preposition_location_fits(in));
    solve_as_brute_force(in, seed);
}

/* The same with one item and one size: the problem of the OR-Library. */
static void agree_in_facility_location(uint64_t seed) {
    struct chance chance = {seed};
    struct preposition_random random;
    preposition_random_make(&chance, &random);
    struct preposition_instance *in = &random.instance;
    struct preposition_scenario *only = &random.scenarios[0];
    uint32_t kept = 0;
    for (uint32_t d = 0; d < only->demand_count; d++)
        if (random.demands[d].item == 0)
            random.demands[kept++] = random.demands[d];
    only->demand_count = kept;
    only->probability = 1;
    in->scenario_count = in->item_count = 1;
    random.items[0].volume_m3 += 0.1;
    for (uint32_t i = 0; i < in->site_count; i++)
        if (random.sites[i].size_count > 1)
            random.sites[i].size_count = 1;
    in->measure = PREPOSITION_EXPECTATION;
    in->has_budget = in->has_service = false;
    solve_as_brute_force(in, seed);
}

Test(preposition, agrees_with_brute_force_in_expectation) {
    for (uint64_t seed = 1; seed <= ROUNDS; seed++)
        agree_with_brute_force(seed, PREPOSITION_EXPECTATION);
}

Test(preposition, agrees_with_brute_force_where_it_is_facility_location) {
    for (uint64_t seed = 3001; seed <= 3000 + ROUNDS; seed++)
        agree_in_facility_location(seed);
}

Test(preposition, agrees_with_brute_force_where_the_scenario_is_known) {
    for (uint64_t seed = 4001; seed <= 4000 + 2 * ROUNDS; seed++)
        agree_where_the_scenario_is_known(seed);
}

Test(preposition, agrees_with_brute_force_in_conditional_value_at_risk) {
    for (uint64_t seed = 1001; seed <= 1000 + ROUNDS; seed++)
        agree_with_brute_force(seed, PREPOSITION_CVAR);
}

Test(preposition, agrees_with_brute_force_in_largest_regret) {
    for (uint64_t seed = 2001; seed <= 2000 + ROUNDS / 2; seed++)
        agree_with_brute_force(seed, PREPOSITION_REGRET);
}

/* However early the searches end, what is said of the largest regret is true. Returns whether there
 * was a decision that was not proven to be the best. */
static bool is_true_of_regret(uint64_t seed, uint64_t work) {
    struct chance chance = {seed};
    struct preposition_random random;
    preposition_random_make(&chance, &random);
    struct preposition_instance *in = &random.instance;
    in->measure = PREPOSITION_REGRET;
    if (!in->has_budget)
        return false;
    const struct preposition_options options = {.work_max = work};
    const double right = preposition_reference_value(in);
    struct preposition_decision decision;
    double least[8], regret = -INFINITY;
    cr_assert_eq(preposition_solve(in, &options, &decision), HV_OK);
    const bool some = decision.open != NULL, proven = decision.status == PREPOSITION_OPTIMAL;
    if (some) {
        struct preposition_plan plan;
        const double trifle = 1e-5 * fmax(1, fabs(right));
        cr_assert_eq(preposition_plan_make(in, &decision, &plan), HV_OK);
        cr_assert_null(preposition_reference_check(in, &decision, &plan));
        preposition_reference_least(in, least);
        for (uint32_t s = 0; s < in->scenario_count; s++) {
            const double costs = plan.fixed + plan.purchases + plan.outcomes[s].cost;
            cr_expect_leq(decision.least[s], least[s] + 1e-5 * fmax(1, fabs(least[s])));
            regret = fmax(regret, costs - least[s]);
        }
        cr_expect_leq(decision.bound, right + trifle, "seed %lu", (unsigned long)seed);
        cr_expect_geq(regret, right - trifle, "seed %lu", (unsigned long)seed);
        cr_expect_leq(regret, decision.value + trifle, "seed %lu", (unsigned long)seed);
        cr_expect_float_eq(plan.objective, decision.value, trifle, "seed %lu: said %.9g, is %.9g",
                           (unsigned long)seed, decision.value, plan.objective);
        preposition_plan_deinit(&plan);
    }
    preposition_decision_deinit(&decision);
    return some && !proven;
}

Test(preposition, with_a_budget_the_largest_regret_is_bounded_however_early_it_ends) {
    static const uint64_t works[] = {10, 30, 60, 120};
    uint32_t open = 0;
    for (uint64_t seed = 2001; seed <= 2000 + ROUNDS / 4; seed++)
        for (size_t i = 0; i < sizeof works / sizeof works[0]; i++)
            open += is_true_of_regret(seed, works[i]);
    cr_assert_gt(open, SANITIZED ? 0 : 5, "%u decisions were not proven", open);
}

/* Who may spend nothing regrets nothing, and that is proven. */
Test(preposition, a_budget_of_nothing_leaves_nothing_to_regret) {
    for (uint64_t seed = 2001; seed <= 2020; seed++) {
        struct chance chance = {seed};
        struct preposition_random random;
        const struct preposition_options options = {.gap = 1e-4};
        struct preposition_decision decision;
        preposition_random_make(&chance, &random);
        random.instance.measure = PREPOSITION_REGRET;
        random.instance.has_service = false;
        random.instance.has_budget = true;
        random.instance.budget = 0;
        cr_assert_eq(preposition_solve(&random.instance, &options, &decision), HV_OK);
        cr_expect_eq(decision.status, PREPOSITION_OPTIMAL, "seed %lu", (unsigned long)seed);
        cr_expect_eq(decision.bound, decision.value, "seed %lu: %g, %g", (unsigned long)seed,
                     decision.bound, decision.value);
        preposition_decision_deinit(&decision);
    }
}

Test(preposition, is_the_same_to_the_bit_when_repeated) {
    struct chance chance = {77};
    struct preposition_random random;
    preposition_random_make(&chance, &random);
    random.instance.has_service = false;
    const struct preposition_options options = {0};
    struct preposition_decision one, two;
    cr_assert_eq(preposition_solve(&random.instance, &options, &one), HV_OK);
    cr_assert_eq(preposition_solve(&random.instance, &options, &two), HV_OK);
    size_t stocks = (size_t)random.instance.site_count * random.instance.item_count;
    for (size_t i = 0; i < stocks; i++)
        cr_assert(one.stock[i] == two.stock[i]);
    cr_assert(one.value == two.value);
    cr_assert(one.bound == two.bound);
    cr_assert_eq(one.work, two.work);
    preposition_decision_deinit(&one);
    preposition_decision_deinit(&two);
}

#define TOWNS 30

/* Towns without roads, each struck in a scenario of its own; goods there, and only there, serve it.
 */
struct towns {
    struct preposition_instance instance;
    struct preposition_site sites[TOWNS];
    struct preposition_size sizes[TOWNS];
    struct preposition_item item;
    struct preposition_scenario scenarios[TOWNS];
    struct preposition_demand demands[TOWNS];
};

static double town_fixed_cost(uint32_t town) {
    return 100 + 7.0 * (town * 11 % TOWNS);
}

/* The last `bare` towns have no depot. */
static void make_towns(struct towns *towns, uint32_t bare, double probability) {
    *towns = (struct towns){
        .item = {.volume_m3 = 1, .price = 1, .holding_cost = 0.5, .shortage_cost = 2}};
    for (uint32_t i = 0; i < TOWNS; i++) {
        towns->sites[i] = (struct preposition_site){i, i < TOWNS - bare};
        towns->sizes[i] = (struct preposition_size){town_fixed_cost(i), 100};
        towns->demands[i] = (struct preposition_demand){i, 0, 10};
        towns->scenarios[i] = (struct preposition_scenario){
            .probability = 1.0 / TOWNS, .demand_first = i, .demand_count = 1};
    }
    towns->instance = (struct preposition_instance){
        .sites = towns->sites,
        .sizes = towns->sizes,
        .items = &towns->item,
        .scenarios = towns->scenarios,
        .demands = towns->demands,
        .site_count = TOWNS,
        .size_count = TOWNS,
        .item_count = 1,
        .scenario_count = TOWNS,
        .demand_count = TOWNS,
        .has_service = true,
        .service_probability = probability,
    };
}

/* Nothing is worth its depot but for the level: the `served` cheapest towns get one. */
static void serves_the_cheapest(uint32_t bare, uint32_t served, double probability) {
    struct towns towns;
    make_towns(&towns, bare, probability);
    const struct preposition_options options = {.work_max = 100000};
    struct preposition_decision decision;
    cr_assert_eq(preposition_solve(&towns.instance, &options, &decision), HV_OK);
    double costs[TOWNS], right = 10 * 2;
    uint32_t order[TOWNS], counted = 0;
    for (uint32_t i = 0; i < TOWNS - bare; i++) {
        uint32_t at = counted++;
        for (; at > 0 && costs[order[at - 1]] > town_fixed_cost(i); at--)
            order[at] = order[at - 1];
        costs[i] = town_fixed_cost(i);
        order[at] = i;
    }
    if (served > counted) {
        cr_assert_eq(decision.status, PREPOSITION_INFEASIBLE, "%u of %u", served, counted);
        return;
    }
    for (uint32_t i = 0; i < served; i++)
        right += costs[order[i]] + 10 + 10 * 0.5 * (TOWNS - 1) / TOWNS - 10 * 2.0 / TOWNS;
    cr_assert_eq(decision.status, PREPOSITION_OPTIMAL);
    cr_assert_float_eq(decision.value, right, 1e-6 * right, "%u served: %g, right %g", served,
                       decision.value, right);
    cr_assert_leq(decision.bound, right * (1 + 1e-9));
    preposition_decision_deinit(&decision);
}

Test(preposition, a_service_level_gives_up_what_is_dearest) {
    serves_the_cheapest(0, 0, 0);
    serves_the_cheapest(0, 24, 0.8);
    serves_the_cheapest(0, TOWNS, 1);
    serves_the_cheapest(4, 24, 0.8);
    serves_the_cheapest(6, 24, 0.8);
    serves_the_cheapest(7, 24, 0.8);
}

static int stop_at_once(void *context, const struct preposition_progress *progress) {
    (void)progress;
    ++*(int *)context;
    return 1;
}

Test(preposition, stops_when_asked) {
    struct chance chance = {5};
    struct preposition_random random;
    preposition_random_make(&chance, &random);
    int calls = 0;
    const struct preposition_options options = {.progress = stop_at_once, .context = &calls};
    struct preposition_decision decision;
    cr_assert_eq(preposition_solve(&random.instance, &options, &decision), HV_OK);
    cr_assert_eq(decision.status, PREPOSITION_NOTHING);
    cr_assert_null(decision.open);
    cr_assert_eq(calls, 1);
    preposition_decision_deinit(&decision);
}

Test(preposition, refuses_an_instance_that_is_not_sound) {
    struct chance chance = {9};
    struct preposition_random random;
    const struct preposition_options options = {0};
    struct preposition_decision decision;
    preposition_random_make(&chance, &random);
    random.scenarios[0].probability = 0.5 * random.scenarios[0].probability + 0.6;
    cr_assert_eq(preposition_solve(&random.instance, &options, &decision), HV_ERR_VALUE);
    preposition_random_make(&chance, &random);
    random.items[0].price = -1;
    cr_assert_eq(preposition_solve(&random.instance, &options, &decision), HV_ERR_VALUE);
    preposition_random_make(&chance, &random);
    random.instance.alpha = 1;
    random.instance.measure = PREPOSITION_CVAR;
    cr_assert_eq(preposition_solve(&random.instance, &options, &decision), HV_ERR_VALUE);
}

Test(preposition, value_at_risk_is_the_mean_of_the_worst) {
    const double costs[] = {10, 40, 20, 30}, shares[] = {0.25, 0.25, 0.25, 0.25};
    uint32_t order[4];
    cr_assert_float_eq(preposition_cvar(costs, shares, 4, 0, order), 25, 1e-12);
    cr_assert_float_eq(preposition_cvar(costs, shares, 4, 0.5, order), 35, 1e-12);
    cr_assert_float_eq(preposition_cvar(costs, shares, 4, 0.9, order), 40, 1e-12);
}
