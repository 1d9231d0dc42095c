#include "coordinator/optimizer/preposition_value.h"

#include "coordinator/optimizer/preposition_location.h"
#include "coordinator/optimizer/preposition_part.h"

#include <math.h>
#include <stdlib.h>

int preposition_value_of_costs(const struct preposition_instance *instance, const double *costs,
                               double *ret_objective) {
    uint32_t count = instance->scenario_count;
    double *shares = calloc((size_t)count + 1, sizeof *shares);
    uint32_t *order = calloc((size_t)count + 1, sizeof *order);
    int error = shares == NULL || order == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK) {
        double objective = 0;
        for (uint32_t s = 0; s < count; s++) {
            shares[s] = instance->scenarios[s].probability;
            objective += shares[s] * costs[s];
        }
        if (instance->measure == PREPOSITION_CVAR)
            objective +=
                instance->lambda * preposition_cvar(costs, shares, count, instance->alpha, order);
        *ret_objective = objective;
    }
    free(shares);
    free(order);
    return error;
}

/* ---- the mean scenario ----------------------------------------------------------------------- */

struct mean {
    struct preposition_instance instance;
    struct preposition_scenario scenario;
    struct preposition_demand *demands;
    struct preposition_survival *survivals;
    uint32_t *blocked;
    double *figures; /* room: site x item, or site, or arc */
};

static void mean_deinit(struct mean *mean) {
    free(mean->demands);
    free(mean->survivals);
    free(mean->blocked);
    free(mean->figures);
}

static void clear(double *figures, size_t count) {
    for (size_t i = 0; i < count; i++)
        figures[i] = 0;
}

static void take_demands(struct mean *mean, const struct preposition_instance *of) {
    size_t pairs = (size_t)of->site_count * of->item_count;
    clear(mean->figures, pairs);
    for (uint32_t s = 0; s < of->scenario_count; s++)
        for (uint32_t d = 0; d < of->scenarios[s].demand_count; d++) {
            const struct preposition_demand *demand =
                &of->demands[of->scenarios[s].demand_first + d];
            mean->figures[(size_t)demand->site * of->item_count + demand->item] +=
                of->scenarios[s].probability * demand->quantity;
        }
    for (size_t pair = 0; pair < pairs; pair++)
        if (mean->figures[pair] > 0)
            mean->demands[mean->scenario.demand_count++] = (struct preposition_demand){
                (uint32_t)(pair / of->item_count), (uint32_t)(pair % of->item_count),
                fmin(mean->figures[pair], PREPOSITION_FIGURE_MAX)};
}

static void take_survivals(struct mean *mean, const struct preposition_instance *of) {
    clear(mean->figures, of->site_count);
    for (uint32_t s = 0; s < of->scenario_count; s++)
        for (uint32_t i = 0; i < of->scenarios[s].survival_count; i++) {
            const struct preposition_survival *survival =
                &of->survivals[of->scenarios[s].survival_first + i];
            mean->figures[survival->site] += of->scenarios[s].probability * (1 - survival->share);
        }
    for (uint32_t i = 0; i < of->site_count; i++)
        if (mean->figures[i] > 0)
            mean->survivals[mean->scenario.survival_count++] =
                (struct preposition_survival){i, fmax(0, 1 - mean->figures[i])};
}

static void take_blocked(struct mean *mean, const struct preposition_instance *of) {
    clear(mean->figures, of->arc_count);
    for (uint32_t s = 0; s < of->scenario_count; s++)
        for (uint32_t i = 0; i < of->scenarios[s].blocked_count; i++)
            mean->figures[of->blocked[of->scenarios[s].blocked_first + i]] +=
                of->scenarios[s].probability;
    for (uint32_t a = 0; a < of->arc_count; a++)
        if (mean->figures[a] > 0.5)
            mean->blocked[mean->scenario.blocked_count++] = a;
}

/* `mean` must stay where it is, for its instance points into it. */
static int mean_init(struct mean *mean, const struct preposition_instance *of) {
    size_t pairs = (size_t)of->site_count * of->item_count;
    size_t most = pairs > of->arc_count ? pairs : of->arc_count;
    most = most > of->site_count ? most : of->site_count;
    *mean = (struct mean){
        .instance = *of,
        .scenario.probability = 1,
        .demands = calloc(pairs + 1, sizeof *mean->demands),
        .survivals = calloc((size_t)of->site_count + 1, sizeof *mean->survivals),
        .blocked = calloc((size_t)of->arc_count + 1, sizeof *mean->blocked),
        .figures = calloc(most + 1, sizeof *mean->figures),
    };
    if (mean->demands == NULL || mean->survivals == NULL || mean->blocked == NULL ||
        mean->figures == NULL)
        return HV_ERR_MEMORY;
    take_demands(mean, of);
    take_survivals(mean, of);
    take_blocked(mean, of);
    mean->instance.scenarios = &mean->scenario;
    mean->instance.scenario_count = 1;
    mean->instance.demands = mean->demands;
    mean->instance.demand_count = mean->scenario.demand_count;
    mean->instance.survivals = mean->survivals;
    mean->instance.survival_count = mean->scenario.survival_count;
    mean->instance.blocked = mean->blocked;
    mean->instance.blocked_count = mean->scenario.blocked_count;
    mean->instance.measure = PREPOSITION_EXPECTATION;
    return HV_OK;
}

/* Limits the work on a single scenario; facility location counts smaller pieces. */
static struct preposition_options limit(struct preposition_part *part,
                                        const struct preposition_instance *alone, uint64_t work) {
    struct preposition_options limited = preposition_part_options(part);
    if (preposition_location_fits(alone))
        work = PREPOSITION_LOCATION_WORK_MAX;
    if (limited.work_max == 0 || limited.work_max > work)
        limited.work_max = work;
    return limited;
}

/* What the mean's decision comes to over the instance's scenarios. */
static int judge_mean(const struct preposition_instance *instance,
                      const struct preposition_decision *decision,
                      struct preposition_decision *of_mean, struct preposition_value *value) {
    struct preposition_instance free_of_service = *instance;
    struct preposition_plan plan;
    free_of_service.has_service = false;
    of_mean->least = decision->least; /* lent: the same scenarios */
    int error = preposition_plan_make(&free_of_service, of_mean, &plan);
    of_mean->least = NULL;
    if (error != HV_OK)
        return error;
    value->mean_known = true;
    value->mean_first = plan.fixed + plan.purchases;
    value->mean_objective = plan.objective;
    value->mean_met_probability = plan.met_probability;
    value->mean_serves =
        !instance->has_service ||
        plan.met_probability >= instance->service_probability - PREPOSITION_SERVICE_SLACK;
    preposition_plan_deinit(&plan);
    return HV_OK;
}

static int find_mean(const struct preposition_instance *instance,
                     const struct preposition_options *options,
                     const struct preposition_decision *decision, struct preposition_value *value) {
    struct mean mean;
    struct preposition_decision of_mean = {0};
    struct preposition_part part = {options, PREPOSITION_STAGE_MEAN, 1, 1};
    int error = mean_init(&mean, instance);
    if (error == HV_OK) {
        const struct preposition_options limited =
            limit(&part, &mean.instance, PREPOSITION_MEAN_WORK_MAX);
        error = preposition_solve(&mean.instance, &limited, &of_mean);
    }
    value->mean_open = of_mean.status != PREPOSITION_OPTIMAL;
    if (error == HV_OK && of_mean.open != NULL)
        error = judge_mean(instance, decision, &of_mean, value);
    preposition_decision_deinit(&of_mean);
    mean_deinit(&mean);
    return error;
}

/* ---- every scenario known -------------------------------------------------------------------- */

/* `values` and `bounds` a number for each scenario; a value comes as what the decision costs there
 * and goes down to what was found. */
static int solve_each(const struct preposition_instance *instance,
                      const struct preposition_options *options, double *values, double *bounds,
                      uint32_t *ret_open) {
    for (uint32_t s = 0; s < instance->scenario_count; s++) {
        struct preposition_scenario alone = instance->scenarios[s];
        struct preposition_instance known = *instance;
        struct preposition_decision decision;
        struct preposition_part part = {options, PREPOSITION_STAGE_KNOWN, s + 1,
                                        instance->scenario_count};
        alone.probability = 1;
        known.scenarios = &alone;
        known.scenario_count = 1;
        known.measure = PREPOSITION_EXPECTATION;
        known.has_service = false;
        const struct preposition_options limited = limit(&part, &known, PREPOSITION_KNOWN_WORK_MAX);
        int error = preposition_solve(&known, &limited, &decision);
        if (error != HV_OK)
            return error;
        if (decision.open != NULL)
            values[s] = fmin(values[s], decision.value);
        bounds[s] = fmin(fmax(0, decision.bound), values[s]); /* no cost is negative */
        *ret_open += decision.status != PREPOSITION_OPTIMAL;
        preposition_decision_deinit(&decision);
    }
    return HV_OK;
}

/* What the decision costs in every scenario, first stage included. */
static int cost_each(const struct preposition_instance *instance,
                     const struct preposition_decision *decision, double *costs) {
    struct preposition_plan plan;
    int error = preposition_plan_make(instance, decision, &plan);
    if (error != HV_OK)
        return error;
    for (uint32_t s = 0; s < instance->scenario_count; s++)
        costs[s] = plan.fixed + plan.purchases + plan.outcomes[s].cost;
    preposition_plan_deinit(&plan);
    return HV_OK;
}

static int find_known(const struct preposition_instance *instance,
                      const struct preposition_options *options,
                      const struct preposition_decision *decision,
                      struct preposition_value *value) {
    if (instance->measure == PREPOSITION_REGRET) { /* who knows the scenario regrets nothing */
        value->perfect_least = fmax(0, decision->bound);
        value->perfect_most = decision->value;
        return HV_OK;
    }
    double *values = calloc((size_t)instance->scenario_count + 1, sizeof *values);
    double *bounds = calloc((size_t)instance->scenario_count + 1, sizeof *bounds);
    int error = values == NULL || bounds == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK)
        error = cost_each(instance, decision, values);
    if (error == HV_OK)
        error = solve_each(instance, options, values, bounds, &value->known_open);
    if (error == HV_OK)
        error = preposition_value_of_costs(instance, values, &value->known_objective);
    if (error == HV_OK)
        error = preposition_value_of_costs(instance, bounds, &value->known_bound);
    value->perfect_least = fmax(0, decision->bound - value->known_objective);
    value->perfect_most = fmax(value->perfect_least, decision->value - value->known_bound);
    free(values);
    free(bounds);
    return error;
}

int preposition_value_find(const struct preposition_instance *instance,
                           const struct preposition_options *options,
                           const struct preposition_decision *decision,
                           struct preposition_value *ret_value) {
    struct preposition_value value = {0};
    int error = find_mean(instance, options, decision, &value);
    if (error == HV_OK)
        error = find_known(instance, options, decision, &value);
    if (error == HV_OK)
        *ret_value = value;
    return error;
}
