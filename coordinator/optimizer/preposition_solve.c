#include "coordinator/optimizer/preposition_solve.h"

#include "coordinator/optimizer/preposition_location.h"
#include "coordinator/optimizer/preposition_part.h"
#include "coordinator/optimizer/preposition_tree.h"

#include <math.h>
#include <stdlib.h>

#define LOCATION_WORK 100u /* a piece of work of facility location is about so much shorter */
#define KNOWN_GAP 0.05     /* of the gap of the whole, for the least cost of a scenario in regret */

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

static int solve(const struct preposition_instance *instance,
                 const struct preposition_options *options, const double *references,
                 struct preposition_decision *ret_decision) {
    struct preposition_tree tree;
    struct preposition_decision decision = {0};
    int error = preposition_tree_init(&tree, instance, options, references);
    if (error != HV_OK)
        return error;
    preposition_tree_search(&tree);
    error = conclude(&tree, &decision);
    preposition_tree_deinit(&tree);
    if (error != HV_OK)
        preposition_decision_deinit(&decision);
    else
        *ret_decision = decision;
    return error;
}

/* The least cost of each scenario, had it been known: bounds from below, so that a regret is never
 * said smaller than it is, and the values found, which bound the least regret from below. */
static int find_least(const struct preposition_instance *instance,
                      const struct preposition_options *options, double *ret_values,
                      double *ret_bounds, uint64_t *work, bool *ret_stopped) {
    for (uint32_t s = 0; s < instance->scenario_count; s++) {
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
        int error = preposition_solve(&known, &exact, &decision);
        if (error != HV_OK)
            return error;
        *ret_stopped = *ret_stopped || decision.status == PREPOSITION_NOTHING ||
                       decision.status == PREPOSITION_STOPPED;
        ret_values[s] = decision.value;
        ret_bounds[s] = decision.bound;
        *work += decision.work;
        preposition_decision_deinit(&decision);
        if (*ret_stopped)
            return HV_OK;
    }
    return HV_OK;
}

static int solve_regret(const struct preposition_instance *instance,
                        const struct preposition_options *options,
                        struct preposition_decision *ret_decision) {
    double *values = calloc((size_t)instance->scenario_count + 1, sizeof *values);
    double *bounds = calloc((size_t)instance->scenario_count + 1, sizeof *bounds);
    uint64_t work = 0;
    bool stopped = false;
    double doubt = 0; /* by how much a regret may be larger than said */
    int error = values == NULL || bounds == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK)
        error = find_least(instance, options, values, bounds, &work, &stopped);
    if (error == HV_OK && stopped)
        *ret_decision =
            (struct preposition_decision){PREPOSITION_NOTHING, .value = INFINITY, .work = work};
    else if (error == HV_OK)
        error = solve(instance, options, values, ret_decision);
    if (error == HV_OK && !stopped) {
        for (uint32_t s = 0; s < instance->scenario_count; s++)
            doubt = fmax(doubt, values[s] - bounds[s]);
        ret_decision->value += doubt;
        ret_decision->work += work;
        ret_decision->least = values;
        values = NULL;
    }
    free(values);
    free(bounds);
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
    error = solve(instance, options, NULL, ret_decision);
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
    return instance->measure == PREPOSITION_REGRET ? solve_regret(instance, options, ret_decision)
                                                   : solve(instance, options, NULL, ret_decision);
}
