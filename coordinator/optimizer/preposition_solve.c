#include "coordinator/optimizer/preposition_solve.h"

#include "coordinator/optimizer/facility_location.h"
#include "coordinator/optimizer/preposition_tree.h"

#include <math.h>
#include <stdlib.h>

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
        struct preposition_options exact = *options;
        struct preposition_decision decision;
        alone.probability = 1;
        known.scenarios = &alone;
        known.scenario_count = 1;
        known.measure = PREPOSITION_EXPECTATION;
        known.has_service = false;
        exact.gap = fmin(options->gap, 1e-6);
        int error = solve(&known, &exact, NULL, &decision);
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

/* ---- one item, one scenario, one size: facility location ------------------------------------- */

static bool is_facility_location(const struct preposition_instance *instance) {
    bool any = false;
    if (instance->scenario_count != 1 || instance->item_count != 1 || instance->has_budget ||
        instance->has_service || instance->measure != PREPOSITION_EXPECTATION ||
        instance->items[0].volume_m3 == 0 || instance->items[0].has_available)
        return false;
    for (uint32_t i = 0; i < instance->site_count; i++) {
        if (instance->sites[i].size_count > 1)
            return false;
        any = any || instance->sites[i].size_count == 1;
    }
    return any;
}

struct location_arrays {
    double *fixed, *capacity, *demand, *cost;
};

static bool location_arrays_init(struct location_arrays *arrays,
                                 const struct preposition_problem *problem, uint32_t customers) {
    size_t facilities = problem->facility_count;
    arrays->fixed = calloc(facilities + 1, sizeof(double));
    arrays->capacity = calloc(facilities + 1, sizeof(double));
    arrays->demand = calloc((size_t)customers + 1, sizeof(double));
    arrays->cost = calloc(facilities * customers + 1, sizeof(double));
    return arrays->fixed != NULL && arrays->capacity != NULL && arrays->demand != NULL &&
           arrays->cost != NULL;
}

static void location_arrays_deinit(struct location_arrays *arrays) {
    free(arrays->fixed);
    free(arrays->capacity);
    free(arrays->demand);
    free(arrays->cost);
}

/* Capacities are of what survives; a unit that arrives was bought as 1 / surviving units, of which
 * no other is left to be held. */
static void fill_location(const struct preposition_problem *problem,
                          const struct location_arrays *arrays, uint32_t customers) {
    const struct preposition_item *item = &problem->instance->items[0];
    for (uint32_t a = 0; a < problem->facility_count; a++) {
        const struct preposition_facility *facility = &problem->facilities[a];
        double share = problem->surviving[facility->store];
        arrays->fixed[a] = facility->fixed_cost;
        arrays->capacity[a] = share * facility->capacity_m3 / item->volume_m3;
        for (uint32_t j = 0; j < customers; j++)
            arrays->cost[(size_t)a * customers + j] =
                share > 0 ? item->price / share + preposition_carrying_cost(problem,
                                                                            &problem->recourses[0],
                                                                            j, facility->store)
                          : INFINITY;
    }
    for (uint32_t j = 0; j < customers; j++)
        arrays->demand[j] = problem->recourses[0].quantity[j];
}

static int take_location(const struct preposition_problem *problem,
                         const struct facility_location_result *result,
                         struct preposition_decision *decision) {
    const struct preposition_instance *instance = problem->instance;
    decision->open = malloc((instance->site_count + 1) * sizeof *decision->open);
    decision->stock = calloc((size_t)instance->site_count + 1, sizeof(double));
    decision->served = calloc(1, sizeof(bool));
    if (decision->open == NULL || decision->stock == NULL || decision->served == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < instance->site_count; i++)
        decision->open[i] = PREPOSITION_SITE_CLOSED;
    for (uint32_t a = 0; a < problem->facility_count; a++) {
        const struct preposition_facility *facility = &problem->facilities[a];
        double share = problem->surviving[facility->store];
        double most = facility->capacity_m3 / instance->items[0].volume_m3;
        if (!result->open[a])
            continue;
        decision->open[facility->site] = facility->size;
        if (share > 0)
            decision->stock[facility->site] = fmin(result->sent[a] / share, most);
    }
    decision->status = result->status;
    decision->value = result->value;
    decision->bound = result->bound;
    decision->work = result->work;
    decision->nodes = result->nodes;
    return HV_OK;
}

static int solve_location(const struct preposition_instance *instance,
                          const struct preposition_options *options,
                          struct preposition_decision *ret_decision) {
    struct preposition_problem problem;
    struct location_arrays arrays = {0};
    struct facility_location_result result = {0};
    struct preposition_decision decision = {0};
    int error = preposition_problem_init(&problem, instance);
    if (error != HV_OK)
        return error;
    uint32_t customers = problem.recourse_count > 0 ? problem.recourses[0].demand_count : 0;
    if (!location_arrays_init(&arrays, &problem, customers))
        error = HV_ERR_MEMORY;
    if (error == HV_OK) {
        fill_location(&problem, &arrays, customers);
        const struct facility_location location = {
            .facilities = problem.facility_count,
            .customers = customers,
            .fixed = arrays.fixed,
            .capacity = arrays.capacity,
            .demand = arrays.demand,
            .cost = arrays.cost,
            .shortage = instance->items[0].shortage_cost,
        };
        error = facility_location_solve(&location, options, &result);
    }
    if (error == HV_OK)
        error = take_location(&problem, &result, &decision);
    if (error == HV_OK)
        *ret_decision = decision;
    else
        preposition_decision_deinit(&decision);
    facility_location_result_deinit(&result);
    location_arrays_deinit(&arrays);
    preposition_problem_deinit(&problem);
    return error;
}

int preposition_solve(const struct preposition_instance *instance,
                      const struct preposition_options *options,
                      struct preposition_decision *ret_decision) {
    int error = preposition_instance_check(instance);
    if (error != HV_OK)
        return error;
    if (is_facility_location(instance))
        return solve_location(instance, options, ret_decision);
    return instance->measure == PREPOSITION_REGRET ? solve_regret(instance, options, ret_decision)
                                                   : solve(instance, options, NULL, ret_decision);
}
