/* Column generation around Clp. The linear programme has a column for each lane and item; nearly
 * all of them are 0 in every optimum. It starts with those of the plan without limits of lanes,
 * which is close, and after each solve takes in the best column of each need that its prices say
 * could help, until there is none: then the optimum of the few columns is that of all (Dantzig and
 * Wolfe 1960 for the argument; here without a decomposition, since rows are few).
 *
 * Fairness is one programme a level: the highest rate t that all who are not fixed can have. Those
 * whose row has a price are at their best in every optimum, and are fixed there. */
#include "coordinator/optimizer/allocation_joint_state.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#define SLACK 1e-9 /* what a fixed fill rate may be short of its level */

/* Column generation ------------------------------------------------------------------------------
 */

/* Finds for each need the lane that would help most and is no column yet. */
static void price_lanes(struct joint *joint, bool with_cost) {
    const struct allocation_instance *in = joint->instance;
    const double *prices = Clp_dualRowSolution(joint->clp);
    for (size_t i = 0; i < need_cells(joint); i++)
        joint->best[i] = -TOLERANCE * (with_cost ? fmax(1, shortage(in, i)) : 1);
    for (uint32_t l = 0; l < in->lane_count; l++) {
        const struct allocation_lane *lane = &in->lanes[l];
        double room =
            (with_cost ? lane->cost_per_m3 : 0) - price(prices, joint->dispatch_row[lane->depot]) -
            price(prices, joint->receive_row[lane->shelter]) - price(prices, joint->lane_row[l]);
        for (uint32_t k = 0; k < in->item_count; k++) {
            size_t need = (size_t)lane->shelter * in->item_count + k;
            if (!allocation_joint_can_carry(joint, lane, k) ||
                joint->has_column[(size_t)l * in->item_count + k])
                continue;
            double v = in->items[k].volume_m3;
            double reduced = (v > 0 ? v * room : 0) - price(prices, joint->need_row[need]) -
                             prices[joint->stock_row[lane->depot * in->item_count + k]];
            if (reduced < joint->best[need]) {
                joint->best[need] = reduced;
                joint->best_lane[need] = l + 1;
            }
        }
    }
}

static int add_best_columns(struct joint *joint, bool *ret_any) {
    int error = 0;
    *ret_any = false;
    for (size_t i = 0; i < need_cells(joint) && !error; i++) {
        if (joint->best_lane[i] == 0)
            continue;
        error = allocation_joint_add_sent(joint, joint->best_lane[i] - 1,
                                          (uint32_t)(i % joint->instance->item_count));
        joint->best_lane[i] = 0;
        *ret_any = true;
    }
    return error;
}

/* Solves to the optimum over all columns, with the costs of the instance or for the rate alone. */
static int optimise(struct joint *joint, bool with_cost) {
    bool any = true;
    while (any) {
        int error = allocation_joint_flush(joint);
        if (error)
            return error;
        double *objective = Clp_objective(joint->clp);
        for (int c = 0; c < joint->column_count; c++)
            objective[c] = with_cost ? joint->cost[c] : 0;
        objective[joint->t_column] = with_cost ? 0 : -joint->weight;
        (void)Clp_primal(joint->clp, 0);
        if (Clp_status(joint->clp) != 0)
            (void)Clp_initialDualSolve(joint->clp);
        if (Clp_status(joint->clp) != 0)
            return HV_ERR_OVERFLOW;
        joint->rounds++;
        if (joint->options->progress &&
            joint->options->progress(joint->options->context, joint->stage, joint->rounds))
            return HV_ERR_STOPPED;
        price_lanes(joint, with_cost);
        error = add_best_columns(joint, &any);
        if (error)
            return error;
    }
    return 0;
}

/* Fairness ---------------------------------------------------------------------------------------
 */

static void fix(struct joint *joint, size_t cell, double rate) {
    double kept = fmax(0, rate - SLACK);
    joint->level[cell] = kept;
    Clp_columnUpper(joint->clp)[joint->unmet_column[cell]] =
        joint->instance->need[cell] * (1 - kept);
    allocation_joint_bound_row(joint, joint->fill_row[cell], -DBL_MAX, DBL_MAX);
}

/* Fixes those whose row has a price, and at least the one with the highest. */
static size_t fix_priced(struct joint *joint, double rate) {
    const double *prices = Clp_dualRowSolution(joint->clp);
    size_t count = 0, needs = need_cells(joint), best = needs;
    double threshold = 1e-6 * joint->weight / (double)(needs + 1), highest = -1;
    for (size_t i = 0; i < needs; i++)
        if (joint->fill_row[i] != NO_ROW && joint->level[i] < 0 &&
            -prices[joint->fill_row[i]] > highest) {
            highest = -prices[joint->fill_row[i]];
            best = i;
        }
    if (best == needs)
        return 0;
    if (highest < threshold)
        threshold = highest;
    for (size_t i = 0; i < needs; i++)
        if (joint->fill_row[i] != NO_ROW && joint->level[i] < 0 &&
            -prices[joint->fill_row[i]] >= threshold) {
            fix(joint, i, rate);
            count++;
        }
    return count;
}

static int find_levels(struct joint *joint, uint32_t *ret_levels) {
    size_t left = 0;
    for (size_t i = 0; i < need_cells(joint); i++)
        if (joint->reachable[i]) {
            allocation_joint_bound_row(joint, joint->fill_row[i], -DBL_MAX, 1);
            left++;
        }
    for (*ret_levels = 0; left > 0; ++*ret_levels) {
        int error = optimise(joint, false);
        if (error)
            return error;
        double rate = Clp_primalColumnSolution(joint->clp)[joint->t_column];
        if (rate >= 1 - SLACK) {
            for (size_t i = 0; i < need_cells(joint); i++)
                if (joint->reachable[i] && joint->level[i] < 0)
                    fix(joint, i, 1);
            left = 0;
        } else {
            left -= fix_priced(joint, rate);
        }
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 */

int allocation_keeps_lanes(const struct allocation_instance *instance,
                           const struct allocation_plan *plan, bool *ret_keeps) {
    double *carried = calloc(instance->lane_count + (size_t)1, sizeof *carried);
    if (!carried)
        return HV_ERR_MEMORY;
    *ret_keeps = true;
    for (size_t i = 0; i < plan->shipment_count; i++)
        carried[plan->shipments[i].lane] +=
            plan->shipments[i].quantity * instance->items[plan->shipments[i].item].volume_m3;
    for (uint32_t l = 0; l < instance->lane_count; l++) {
        double limit = instance->lanes[l].capacity_m3;
        if (allocation_is_limited(limit) && carried[l] > limit * (1 + 1e-12))
            *ret_keeps = false;
    }
    free(carried);
    return 0;
}

int allocation_joint_solve(const struct allocation_instance *instance,
                           const struct allocation_plan *start,
                           const struct allocation_options *options,
                           struct allocation_plan *ret_plan) {
    struct joint joint = {.instance = instance, .options = options, .stage = ALLOCATION_LANES};
    struct allocation_plan plan = {0};
    double unfair_cost = 0;
    int error = allocation_joint_build(&joint, start);
    if (!error)
        error = optimise(&joint, true);
    if (!error && instance->maxmin) {
        unfair_cost = Clp_objectiveValue(joint.clp);
        joint.stage = ALLOCATION_FAIRNESS;
        error = find_levels(&joint, &plan.level_count);
        if (!error)
            error = optimise(&joint, true);
    }
    if (!error)
        error = allocation_joint_read(&joint, &plan);
    if (!error && instance->maxmin)
        plan.unfair_cost = unfair_cost;
    allocation_joint_deinit(&joint);
    if (error)
        allocation_plan_deinit(&plan);
    else
        *ret_plan = plan;
    return error;
}
