#include "coordinator/optimizer/preposition_folds.h"

#include "coordinator/optimizer/preposition_part.h"

#include <math.h>
#include <stdlib.h>

#define ALPHA_OTHERWISE 0.9

void preposition_folds_deinit(struct preposition_folds *folds) {
    free(folds->fold_of);
    free(folds->costs);
    *folds = (struct preposition_folds){0};
}

/* splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t next_chance(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static bool is_dealt(const struct preposition_instance *instance, uint32_t s) {
    return instance->scenarios[s].probability <= 0.5;
}

uint32_t preposition_folds_dealt(const struct preposition_instance *instance) {
    uint32_t count = 0;
    for (uint32_t s = 0; s < instance->scenario_count; s++)
        count += is_dealt(instance, s);
    return count;
}

/* Shuffled (Fisher and Yates) and dealt in turn, so that folds differ by one scenario at most. */
static int deal(const struct preposition_instance *instance, uint32_t folds, uint64_t seed,
                uint32_t *fold_of) {
    uint32_t *order = malloc(((size_t)instance->scenario_count + 1) * sizeof *order), count = 0;
    if (order == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t s = 0; s < instance->scenario_count; s++) {
        fold_of[s] = PREPOSITION_FOLD_NONE;
        if (is_dealt(instance, s))
            order[count++] = s;
    }
    for (uint32_t left = count; left > 1; left--) {
        uint32_t at = (uint32_t)(next_chance(&seed) % left), moved = order[at];
        order[at] = order[left - 1];
        order[left - 1] = moved;
    }
    for (uint32_t i = 0; i < count; i++)
        fold_of[order[i]] = i % folds;
    free(order);
    return HV_OK;
}

/* Units of all items together, by probability, summed up over the folds. */
struct met {
    double demand, met;
};

struct running {
    const struct preposition_instance *instance;
    const struct preposition_options *options;
    uint32_t fold_count;
    struct preposition_folds *folds;
    struct preposition_scenario *scenarios; /* room for all */
    uint32_t *of;                           /* of which scenario each of them is */
    struct met *promised, *held;
};

static void add_met(struct met *sums, const struct preposition_instance *instance,
                    const struct preposition_plan *plan, double probability) {
    for (uint32_t s = 0; s < instance->scenario_count; s++) {
        const struct preposition_outcome *outcome = &plan->outcomes[s];
        double weight = probability * instance->scenarios[s].probability;
        sums->demand += weight * outcome->demand;
        sums->met += weight * (outcome->demand - outcome->unmet);
    }
}

/* The scenarios within the fold, or those without, at probabilities of 1 in all, and with both what
 * is not dealt: within, as likely against the fold as against all that is dealt. Returns the part
 * of all that is dealt which they are; 0 where there are none. */
static double choose(const struct running *running, uint32_t fold, bool within,
                     struct preposition_instance *chosen) {
    const struct preposition_instance *instance = running->instance;
    double sum = 0, dealt = 0, in_fold = 0;
    for (uint32_t s = 0; s < instance->scenario_count; s++) {
        dealt += is_dealt(instance, s) ? instance->scenarios[s].probability : 0;
        in_fold += running->folds->fold_of[s] == fold ? instance->scenarios[s].probability : 0;
    }
    double part = dealt > 0 ? in_fold / dealt : 0;
    *chosen = *instance;
    chosen->scenarios = running->scenarios;
    chosen->scenario_count = 0;
    for (uint32_t s = 0; s < instance->scenario_count; s++) {
        bool common = !is_dealt(instance, s);
        if (!common && (running->folds->fold_of[s] == fold) != within)
            continue;
        struct preposition_scenario *scenario = &running->scenarios[chosen->scenario_count];
        running->of[chosen->scenario_count++] = s;
        *scenario = instance->scenarios[s];
        if (common && within)
            scenario->probability *= part;
        sum += scenario->probability;
    }
    for (uint32_t i = 0; sum > 0 && i < chosen->scenario_count; i++)
        running->scenarios[i].probability /= sum;
    return within ? part : sum;
}

static int judge(const struct running *running, const struct preposition_instance *held,
                 const struct preposition_decision *decision, double probability) {
    struct preposition_folds *folds = running->folds;
    struct preposition_instance free_of_wishes = *held;
    struct preposition_plan plan;
    free_of_wishes.has_service = false;
    free_of_wishes.measure = PREPOSITION_EXPECTATION;
    int error = preposition_plan_make(&free_of_wishes, decision, &plan);
    if (error != HV_OK)
        return error;
    for (uint32_t i = 0; i < held->scenario_count; i++) {
        double cost = plan.fixed + plan.purchases + plan.outcomes[i].cost;
        double *put = &folds->costs[running->of[i]];
        if (folds->fold_of[running->of[i]] == PREPOSITION_FOLD_NONE)
            *put = (isnan(*put) ? 0 : *put) + probability * cost; /* a mean, in the end */
        else
            *put = cost;
        folds->worst = fmax(folds->worst, cost);
    }
    folds->expected += probability * plan.objective;
    add_met(running->held, held, &plan, probability);
    folds->met_probability += probability * plan.met_probability;
    preposition_plan_deinit(&plan);
    return HV_OK;
}

static int remember_promise(const struct running *running,
                            const struct preposition_instance *learnt,
                            const struct preposition_decision *decision, double probability) {
    struct preposition_instance expected = *learnt;
    struct preposition_decision free_of_regret = *decision;
    struct preposition_plan plan;
    expected.measure = PREPOSITION_EXPECTATION;
    free_of_regret.least = NULL;
    int error = preposition_plan_make(&expected, &free_of_regret, &plan);
    if (error != HV_OK)
        return error;
    running->folds->promised += probability * plan.objective;
    add_met(running->promised, learnt, &plan, probability);
    running->folds->promised_met_probability += probability * plan.met_probability;
    preposition_plan_deinit(&plan);
    return HV_OK;
}

static int run_fold(const struct running *running, uint32_t fold) {
    struct preposition_instance learnt, held;
    struct preposition_decision decision;
    double probability = choose(running, fold, true, &held);
    if (probability <= 0 || choose(running, fold, false, &learnt) <= 0)
        return HV_OK;
    running->folds->folds++;
    struct preposition_part part = {running->options, PREPOSITION_STAGE_HELD, fold + 1,
                                    running->fold_count};
    const struct preposition_options told = preposition_part_options(&part);
    int error = preposition_solve(&learnt, &told, &decision);
    if (error != HV_OK)
        return error;
    if (decision.open == NULL) {
        running->folds->unsolved++;
    } else {
        error = remember_promise(running, &learnt, &decision, probability);
        if (error == HV_OK) {
            choose(running, fold, true, &held);
            error = judge(running, &held, &decision, probability);
        }
        running->folds->probability += probability;
    }
    preposition_decision_deinit(&decision);
    return error;
}

/* Sums become means over what was judged. */
static int conclude(const struct preposition_instance *instance, struct preposition_folds *folds) {
    double *costs = calloc((size_t)instance->scenario_count + 1, sizeof *costs);
    double *shares = calloc((size_t)instance->scenario_count + 1, sizeof *shares);
    uint32_t *order = calloc((size_t)instance->scenario_count + 1, sizeof *order), count = 0;
    int error = costs == NULL || shares == NULL || order == NULL ? HV_ERR_MEMORY : HV_OK;
    double all = folds->probability, judged = 0;
    for (uint32_t s = 0; all > 0 && s < instance->scenario_count; s++) {
        if (folds->fold_of[s] == PREPOSITION_FOLD_NONE)
            folds->costs[s] /= all;
        judged += isnan(folds->costs[s]) ? 0 : instance->scenarios[s].probability;
    }
    for (uint32_t s = 0; error == HV_OK && judged > 0 && s < instance->scenario_count; s++)
        if (!isnan(folds->costs[s])) {
            costs[count] = folds->costs[s];
            shares[count++] = instance->scenarios[s].probability / judged;
        }
    if (error == HV_OK && count > 0) {
        double alpha = instance->measure == PREPOSITION_CVAR ? instance->alpha : ALPHA_OTHERWISE;
        folds->cvar = preposition_cvar(costs, shares, count, alpha, order);
        folds->promised /= all;
        folds->expected /= all;
        folds->promised_met_probability /= all;
        folds->met_probability /= all;
    }
    free(costs);
    free(shares);
    free(order);
    return error;
}

int preposition_folds_run(const struct preposition_instance *instance,
                          const struct preposition_options *options, uint32_t folds, uint64_t seed,
                          struct preposition_folds *ret_folds) {
    uint32_t count = instance->scenario_count;
    if (folds < 2 || folds > PREPOSITION_FOLDS_MAX || folds > preposition_folds_dealt(instance))
        return HV_ERR_VALUE;
    struct preposition_folds found = {
        .fold_of = calloc((size_t)count + 1, sizeof *found.fold_of),
        .costs = calloc((size_t)count + 1, sizeof *found.costs),
    };
    struct met promised = {0}, held = {0};
    struct running running = {
        .instance = instance,
        .options = options,
        .fold_count = folds,
        .folds = &found,
        .promised = &promised,
        .held = &held,
        .scenarios = calloc((size_t)count + 1, sizeof *running.scenarios),
        .of = calloc((size_t)count + 1, sizeof *running.of),
    };
    int error = found.fold_of == NULL || found.costs == NULL || running.scenarios == NULL ||
                        running.of == NULL
                    ? HV_ERR_MEMORY
                    : deal(instance, folds, seed, found.fold_of);
    for (uint32_t s = 0; error == HV_OK && s < count; s++)
        found.costs[s] = NAN;
    for (uint32_t fold = 0; error == HV_OK && fold < folds; fold++)
        error = run_fold(&running, fold);
    if (error == HV_OK)
        error = conclude(instance, &found);
    found.promised_fill_rate = promised.demand > 0 ? promised.met / promised.demand : 1;
    found.fill_rate = held.demand > 0 ? held.met / held.demand : 1;
    free(running.scenarios);
    free(running.of);
    if (error == HV_OK)
        *ret_folds = found;
    else
        preposition_folds_deinit(&found);
    return error;
}
