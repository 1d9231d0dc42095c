#include "coordinator/optimizer/evacuation_flow.h"

#include "coordinator/optimizer/evacuation_horizon.h"
#include "coordinator/optimizer/evacuation_prices.h"
#include "coordinator/optimizer/evacuation_search.h"
#include "schemas/smaller.h"

#include <string.h>

/* A horizon that takes no more is looked at as a whole. One that takes more begins with a part that
 * takes BYTES_FIRST, and goes on with one that takes so many times as much. */
#define BYTES_AT_ONCE (INT64_C(1) << 30)
#define BYTES_FIRST (INT64_C(1) << 27)
#define BYTES_FACTOR 4

struct looking {
    const struct evacuation_instance *instance;
    const struct evacuation_options *options;
    struct evacuation_reach reach;
    int64_t memory_max;
    int64_t memory; /* that the present part may take */
    int32_t steps;  /* of it */
    struct evacuation_plan best;
    bool has_best, stopped;
};

/* ---- how far to look ------------------------------------------------------------------------- */

static int64_t memory_of(const struct looking *looking, int32_t steps) {
    return evacuation_horizon_memory(looking->instance, &looking->reach, steps);
}

static void look_within(struct looking *looking, int64_t memory) {
    looking->memory = hv_smaller(memory, looking->memory_max);
    looking->steps = evacuation_horizon_within(looking->instance, &looking->reach, looking->memory);
}

static void look_first(struct looking *looking) {
    const int32_t horizon = looking->instance->horizon_steps, first = looking->options->first_steps;
    if (first > 0)
        looking->steps = first < horizon ? first : horizon;
    else
        look_within(looking,
                    memory_of(looking, horizon) <= BYTES_AT_ONCE ? BYTES_AT_ONCE : BYTES_FIRST);
}

/* Looks further; false where memory does not allow it. */
static bool look_on(struct looking *looking) {
    const int32_t horizon = looking->instance->horizon_steps, before = looking->steps;
    if (looking->options->first_steps > 0) {
        looking->steps = before < horizon / 2 ? 2 * before : horizon;
        return true;
    }
    while (looking->steps == before && looking->memory < looking->memory_max)
        look_within(looking, BYTES_FACTOR * looking->memory);
    return looking->steps > before;
}

/* ---- plans ----------------------------------------------------------------------------------- */

static void swap_prices(struct evacuation_plan *a, struct evacuation_plan *b) {
    const struct evacuation_prices prices = a->prices;
    const struct evacuation_value bound = a->bound;
    a->prices = b->prices;
    a->bound = b->bound;
    b->prices = prices;
    b->bound = bound;
}

/* Of the plans so far the best, with the prices that prove most. */
static void keep_better(struct looking *looking, struct evacuation_plan *plan) {
    struct evacuation_plan *best = &looking->best;
    plan->work += best->work;
    plan->augmentations += best->augmentations;
    if (looking->has_best && evacuation_value_compare(best->bound, plan->bound) > 0)
        swap_prices(best, plan);
    if (looking->has_best && evacuation_value_compare(best->value, plan->value) <= 0) {
        swap_prices(best, plan);
        best->work = plan->work;
        best->augmentations = plan->augmentations;
        evacuation_plan_deinit(plan);
    } else {
        evacuation_plan_deinit(best);
        *best = *plan;
    }
    looking->has_best = true;
    best->searched_steps = looking->steps;
    best->optimal = evacuation_value_compare(best->value, best->bound) == 0;
}

/* Makes the best plan of the steps that are looked at, and proves it for all as far as it can be.
 */
static int look(struct looking *looking) {
    struct evacuation_instance part = *looking->instance;
    part.horizon_steps = looking->steps;
    const bool is_part = looking->steps < looking->instance->horizon_steps;
    const struct evacuation_search search = {
        .options = looking->options,
        .unserved_cost = evacuation_unserved_cost(looking->instance),
        .work_before = looking->best.work,
        .is_part = is_part,
        .has_known = looking->has_best,
        .known = looking->best.value,
        .known_bound = looking->best.bound,
    };
    struct evacuation_plan plan = {0};
    int error = evacuation_search_run(&part, &search, &looking->stopped, &plan);
    if (error != HV_OK || plan.prices.first == NULL)
        return error;
    if (is_part) {
        error = evacuation_horizon_extend(looking->instance, looking->steps, &plan.prices);
        if (error == HV_OK)
            plan.bound = evacuation_prices_bound(looking->instance, &plan.prices);
    }
    if (error == HV_OK)
        keep_better(looking, &plan);
    else
        evacuation_plan_deinit(&plan);
    return error;
}

static int look_until_proven(struct looking *looking) {
    const int32_t horizon = looking->instance->horizon_steps;
    look_first(looking);
    for (;;) {
        int error = look(looking);
        if (error == HV_ERR_MEMORY && looking->has_best)
            break; /* what there is holds all the same */
        if (error != HV_OK)
            return error;
        if (looking->stopped || looking->steps == horizon ||
            evacuation_value_is_within(looking->best.value, looking->best.bound,
                                       looking->options->gap))
            return HV_OK;
        if (!look_on(looking))
            break;
    }
    looking->best.memory_needed = memory_of(looking, horizon);
    return HV_OK;
}

int evacuation_flow_solve(const struct evacuation_instance *instance,
                          const struct evacuation_options *options,
                          struct evacuation_plan *ret_plan) {
    struct looking looking = {
        .instance = instance,
        .options = options,
        .memory_max = options->memory_max > 0 ? options->memory_max : EVACUATION_MEMORY_MAX,
    };
    int error = evacuation_instance_check(instance);
    if (error == HV_OK)
        error = evacuation_reach_init(&looking.reach, instance);
    if (error != HV_OK)
        return error;
    error =
        memory_of(&looking, 0) > looking.memory_max ? HV_ERR_LIMIT : look_until_proven(&looking);
    evacuation_reach_deinit(&looking.reach);
    if (error == HV_OK)
        *ret_plan = looking.best;
    else
        evacuation_plan_deinit(&looking.best);
    return error;
}
