#include "coordinator/optimizer/preposition_solve.h"

#include "coordinator/optimizer/preposition_location.h"
#include "coordinator/optimizer/preposition_part.h"
#include "coordinator/optimizer/preposition_plan.h"
#include "coordinator/optimizer/preposition_tree.h"

#include <math.h>
#include <stdlib.h>

#define LOCATION_WORK 100u /* a piece of work of facility location is about so much shorter */
#define KNOWN_GAP 0.05     /* of the gap of the whole, for the least cost of a scenario in regret */
#define KNOWN_WORK 8000u   /* for each, where a budget makes it a search of its own */
#define FIRST_GAP 0.001
#define FIRST_SHARES 5u
#define REGRET_TINY 1e-9 /* of the costs that a regret is the difference of */

void preposition_decision_deinit(struct preposition_decision *decision) {
    free(decision->open);
    free(decision->stock);
    free(decision->served);
    free(decision->least);
    *decision = (struct preposition_decision){0};
}

static int copy_best(const struct preposition_tree *tree, struct preposition_decision *decision) {
    const struct preposition_instance *instance = tree->instance;
    size_t items = instance->item_count;
    decision->open = malloc((instance->site_count + 1) * sizeof *decision->open);
    decision->stock = calloc((size_t)instance->site_count * items + 1, sizeof(double));
    decision->served = calloc((size_t)instance->scenario_count + 1, sizeof(bool));
    if (decision->open == NULL || decision->stock == NULL || decision->served == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < instance->site_count; i++)
        decision->open[i] = PREPOSITION_SITE_CLOSED;
    for (uint32_t a = 0; a < tree->problem.facility_count; a++) {
        const struct preposition_facility *facility = &tree->problem.facilities[a];
        if (tree->best.open[a] > 0.5 && facility->size != PREPOSITION_NO_SIZE)
            decision->open[facility->site] = facility->size;
        for (size_t k = 0; k < items; k++)
            decision->stock[facility->site * items + k] += tree->best.stock[a * items + k];
    }
    for (uint32_t s = 0; tree->best.served != NULL && s < instance->scenario_count; s++)
        decision->served[s] = tree->best.served[s] > 0.5;
    return HV_OK;
}

static int conclude(struct preposition_tree *tree, struct preposition_decision *decision) {
    if (tree->error != HV_OK)
        return tree->error;
    bool found = !isinf(tree->value);
    decision->value = tree->value;
    decision->bound = fmin(tree->bound, tree->value);
    decision->work = tree->work + preposition_master_iterations(tree->master);
    decision->nodes = tree->nodes;
    if (!found)
        decision->status = tree->stopped ? PREPOSITION_NOTHING : PREPOSITION_INFEASIBLE;
    else
        decision->status = decision->bound >= preposition_tree_cutoff(tree) || !tree->stopped
                               ? PREPOSITION_OPTIMAL
                               : PREPOSITION_STOPPED;
    return found ? copy_best(tree, decision) : HV_OK;
}

/* `known`: one to begin with; NULL: none. */
static int solve(const struct preposition_instance *instance,
                 const struct preposition_options *options, const double *references,
                 const struct preposition_decision *known,
                 struct preposition_decision *ret_decision) {
    struct preposition_tree tree;
    struct preposition_decision decision = {0};
    int error = preposition_tree_init(&tree, instance, options, references);
    if (error != HV_OK)
        return error;
    tree.known = known;
    preposition_tree_search(&tree);
    error = conclude(&tree, &decision);
    preposition_tree_deinit(&tree);
    if (error != HV_OK)
        preposition_decision_deinit(&decision);
    else
        *ret_decision = decision;
    return error;
}

/* ---- regret ---------------------------------------------------------------------------------- */

/* Of one of many searches that a budget makes. */
static uint64_t share_of_work(const struct preposition_options *options) {
    const bool limited = options->work_max > 0 && options->work_max < KNOWN_WORK;
    return limited ? options->work_max : KNOWN_WORK;
}

/* Whether the callback ended a search, and not the work that it was given. */
static bool was_called_off(const struct preposition_decision *decision, uint64_t work_max) {
    return (decision->status == PREPOSITION_NOTHING || decision->status == PREPOSITION_STOPPED) &&
           (work_max == 0 || decision->work < work_max);
}

/* A search that ends as soon as it has a decision, once it has had so much work. */
struct hurried {
    const struct preposition_options *whole;
    bool called_off; /* by whoever asked for the whole */
};

static int is_enough(void *context, const struct preposition_progress *progress) {
    struct hurried *hurried = context;
    const struct preposition_options *whole = hurried->whole;
    hurried->called_off = whole->progress != NULL && whole->progress(whole->context, progress) != 0;
    return hurried->called_off ||
           (progress->work >= share_of_work(whole) && isfinite(progress->value));
}

/* The decision of least expected cost under the same budget, near enough; none where much work
 * finds none. */
static int find_first(const struct preposition_instance *instance,
                      const struct preposition_options *options,
                      struct preposition_decision *ret_first, bool *ret_called_off) {
    struct hurried hurried = {.whole = options};
    struct preposition_instance expected = *instance;
    const struct preposition_options near = {.progress = is_enough,
                                             .context = &hurried,
                                             .work_max = FIRST_SHARES * share_of_work(options),
                                             .gap = fmax(options->gap, FIRST_GAP)};
    expected.measure = PREPOSITION_EXPECTATION;
    int error = preposition_solve(&expected, &near, ret_first);
    *ret_called_off = hurried.called_off;
    return error;
}

/* What a decision costs in each scenario, the first stage included. */
static int cost_of(const struct preposition_instance *instance,
                   const struct preposition_decision *decision, double *ret_costs) {
    struct preposition_plan plan;
    int error = preposition_plan_make(instance, decision, &plan);
    if (error != HV_OK)
        return error;
    for (uint32_t s = 0; s < instance->scenario_count; s++)
        ret_costs[s] = plan.fixed + plan.purchases + plan.outcomes[s].cost;
    preposition_plan_deinit(&plan);
    return HV_OK;
}

/* The least cost of each scenario, had it been known: bounds from below, so that a regret is never
 * said smaller than it is, and the values found, which bound the least regret from below. */
struct least {
    double *values, *bounds; /* scenario */
    uint64_t work;
    bool open;    /* some are not known as well as was asked for */
    bool stopped; /* some are not known at all */
};

/* Under a budget that is a search of its own, which gets so much work and no more. What it leaves
 * open lies between its bound and the best decision that is known for the scenario. */
static int find_least(const struct preposition_instance *instance,
                      const struct preposition_options *options, uint32_t s, struct least *least) {
    struct preposition_scenario alone = instance->scenarios[s];
    struct preposition_instance known = *instance;
    struct preposition_part part = {options, PREPOSITION_STAGE_KNOWN, s + 1,
                                    instance->scenario_count};
    struct preposition_options exact = preposition_part_options(&part);
    struct preposition_decision decision;
    alone.probability = 1;
    known.scenarios = &alone;
    known.scenario_count = 1;
    known.measure = PREPOSITION_EXPECTATION;
    known.has_service = false;
    exact.gap = KNOWN_GAP * options->gap;
    if (instance->has_budget)
        exact.work_max = share_of_work(options);
    int error = preposition_solve(&known, &exact, &decision);
    if (error != HV_OK)
        return error;
    least->values[s] = fmin(least->values[s], decision.value);
    least->bounds[s] = fmin(decision.bound, least->values[s]);
    least->work += decision.work;
    least->open |= decision.status != PREPOSITION_OPTIMAL;
    least->stopped = was_called_off(&decision, exact.work_max) || !isfinite(least->values[s]) ||
                     !isfinite(least->bounds[s]);
    preposition_decision_deinit(&decision);
    return HV_OK;
}

/* As the best known costs of the scenarios are for certain only not below the bounds, the regret is
 * said against those. */
static int say_against_bounds(const struct preposition_instance *instance,
                              const struct preposition_options *options, struct least *least,
                              struct preposition_decision *decision) {
    double *costs = calloc((size_t)instance->scenario_count + 1, sizeof *costs);
    int error = costs == NULL ? HV_ERR_MEMORY : cost_of(instance, decision, costs);
    double dearest = 0;
    decision->value = 0;
    for (uint32_t s = 0; error == HV_OK && s < instance->scenario_count; s++) {
        decision->value = fmax(decision->value, costs[s] - least->bounds[s]);
        dearest = fmax(dearest, costs[s]);
    }
    if (decision->value - decision->bound <= REGRET_TINY * dearest)
        decision->bound = decision->value;
    if (decision->status == PREPOSITION_OPTIMAL && least->open &&
        decision->bound < decision->value - fmax(options->gap, 1e-9) * decision->value)
        decision->status = PREPOSITION_STOPPED;
    decision->least = least->bounds;
    least->bounds = NULL;
    free(costs);
    return error;
}

static void add_doubt(const struct preposition_instance *instance, struct least *least,
                      struct preposition_decision *decision) {
    double doubt = 0; /* by how much a regret may be larger than said */
    for (uint32_t s = 0; s < instance->scenario_count; s++)
        doubt = fmax(doubt, least->values[s] - least->bounds[s]);
    decision->value += doubt;
    decision->least = least->values;
    least->values = NULL;
}

/* `first` may be without a decision. */
static int search_regret(const struct preposition_instance *instance,
                         const struct preposition_options *options,
                         const struct preposition_decision *first, struct least *least,
                         struct preposition_decision *ret_decision) {
    int error = HV_OK;
    for (uint32_t s = 0; error == HV_OK && !least->stopped && s < instance->scenario_count; s++)
        error = find_least(instance, options, s, least);
    if (error != HV_OK)
        return error;
    if (least->stopped) {
        *ret_decision = (struct preposition_decision){PREPOSITION_NOTHING, .value = INFINITY,
                                                      .work = least->work};
        return HV_OK;
    }
    error =
        solve(instance, options, least->values, first->open == NULL ? NULL : first, ret_decision);
    if (error != HV_OK)
        return error;
    ret_decision->work += least->work;
    ret_decision->bound = fmax(ret_decision->bound, 0);
    if (!instance->has_budget || ret_decision->open == NULL) {
        add_doubt(instance, least, ret_decision);
        return HV_OK;
    }
    error = say_against_bounds(instance, options, least, ret_decision);
    if (error != HV_OK)
        preposition_decision_deinit(ret_decision);
    return error;
}

static int solve_regret(const struct preposition_instance *instance,
                        const struct preposition_options *options,
                        struct preposition_decision *ret_decision) {
    const size_t scenarios = instance->scenario_count;
    struct preposition_decision first = {0};
    struct least least = {.values = calloc(scenarios + 1, sizeof *least.values),
                          .bounds = calloc(scenarios + 1, sizeof *least.bounds)};
    int error = least.values == NULL || least.bounds == NULL ? HV_ERR_MEMORY : HV_OK;
    for (size_t s = 0; error == HV_OK && s < scenarios; s++)
        least.values[s] = INFINITY;
    if (error == HV_OK && instance->has_budget)
        error = find_first(instance, options, &first, &least.stopped);
    if (error == HV_OK && first.open != NULL)
        error = cost_of(instance, &first, least.values);
    if (error == HV_OK)
        error = search_regret(instance, options, &first, &least, ret_decision);
    preposition_decision_deinit(&first);
    free(least.values);
    free(least.bounds);
    return error;
}

/* ---- one scenario and a budget --------------------------------------------------------------- */

static double first_stage(const struct preposition_instance *instance,
                          const struct preposition_decision *decision) {
    double sum = 0;
    for (uint32_t i = 0; i < instance->site_count; i++) {
        if (decision->open[i] != PREPOSITION_SITE_CLOSED)
            sum += instance->sizes[decision->open[i]].fixed_cost;
        for (uint32_t k = 0; k < instance->item_count; k++)
            sum += decision->stock[(size_t)i * instance->item_count + k] * instance->items[k].price;
    }
    return sum;
}

/* Whether a scenario is facility location but for its budget. */
static bool fits_without_budget(const struct preposition_instance *instance,
                                struct preposition_instance *ret_free) {
    *ret_free = *instance;
    ret_free->has_budget = false;
    return instance->has_budget && preposition_location_fits(ret_free);
}

/* Without its budget it is far easier, and what is below that is below the other; where the
 * solution keeps to the budget, both are the same. */
static int solve_within_budget(const struct preposition_instance *instance,
                               const struct preposition_instance *without,
                               const struct preposition_options *options,
                               struct preposition_decision *ret_decision) {
    struct preposition_options easy = *options;
    struct preposition_decision decision;
    easy.work_max *= LOCATION_WORK;
    int error = preposition_location_solve(without, &easy, &decision);
    if (error != HV_OK)
        return error;
    if (decision.open != NULL && first_stage(instance, &decision) <= instance->budget) {
        *ret_decision = decision;
        return HV_OK;
    }
    const double bound = decision.bound;
    const uint64_t work = decision.work / LOCATION_WORK;
    preposition_decision_deinit(&decision);
    error = solve(instance, options, NULL, NULL, ret_decision);
    if (error != HV_OK)
        return error;
    ret_decision->bound = fmax(ret_decision->bound, fmin(bound, ret_decision->value));
    ret_decision->work += work;
    return HV_OK;
}

int preposition_solve(const struct preposition_instance *instance,
                      const struct preposition_options *options,
                      struct preposition_decision *ret_decision) {
    int error = preposition_instance_check(instance);
    if (error != HV_OK)
        return error;
    struct preposition_instance without;
    if (fits_without_budget(instance, &without))
        return solve_within_budget(instance, &without, options, ret_decision);
    if (preposition_location_fits(instance))
        return preposition_location_solve(instance, options, ret_decision);
    return instance->measure == PREPOSITION_REGRET
               ? solve_regret(instance, options, ret_decision)
               : solve(instance, options, NULL, NULL, ret_decision);
}
