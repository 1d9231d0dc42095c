/* What Clp found, as a plan with its prices and its bound. */
#include "coordinator/optimizer/allocation_joint_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEGLIGIBLE 1e-10 /* shares of a need that are none */

struct sent {
    uint32_t shelter, item, lane;
    double quantity;
};

static int compare_sent(const void *a, const void *b) {
    const struct sent *x = a, *y = b;
    if (x->shelter != y->shelter)
        return x->shelter < y->shelter ? -1 : 1;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return (x->lane > y->lane) - (x->lane < y->lane);
}

static int read_shipments(const struct joint *joint, struct allocation_plan *plan, double *left) {
    const struct allocation_instance *in = joint->instance;
    const double *solution = Clp_primalColumnSolution(joint->clp) + joint->first_sent;
    struct sent *sent = malloc((joint->sent_count + 1) * sizeof *sent);
    plan->shipments = malloc((joint->sent_count + 1) * sizeof *plan->shipments);
    size_t count = 0;
    for (size_t c = 0; sent && plan->shipments && c < joint->sent_count; c++) {
        const struct column *column = &joint->columns[c];
        uint32_t shelter = in->lanes[column->lane].shelter;
        size_t need = (size_t)shelter * in->item_count + column->item;
        if (solution[c] <= NEGLIGIBLE * in->need[need])
            continue;
        sent[count++] = (struct sent){shelter, column->item, column->lane, solution[c]};
        left[need] -= solution[c];
    }
    if (sent && plan->shipments) {
        qsort(sent, count, sizeof *sent, compare_sent);
        for (size_t i = 0; i < count; i++)
            plan->shipments[i] =
                (struct allocation_shipment){sent[i].lane, sent[i].item, sent[i].quantity};
        plan->shipment_count = count;
    }
    free(sent);
    return plan->shipments && sent ? 0 : HV_ERR_MEMORY;
}

static int read_quantities(const struct joint *joint, struct allocation_plan *plan) {
    const struct allocation_instance *in = joint->instance;
    size_t needs = need_cells(joint);
    double *left = malloc((needs + 1) * sizeof *left);
    plan->unmet = malloc((needs + 1) * sizeof *plan->unmet);
    int error = left && plan->unmet ? 0 : HV_ERR_MEMORY;
    if (!error && needs > 0)
        memcpy(left, in->need, needs * sizeof *left);
    if (!error)
        error = read_shipments(joint, plan, left);
    for (size_t i = 0; i < needs && !error; i++)
        if (left[i] > NEGLIGIBLE * in->need[i])
            plan->unmet[plan->unmet_count++] = (struct allocation_unmet){
                (uint32_t)(i / in->item_count), (uint32_t)(i % in->item_count), left[i]};
    free(left);
    return error;
}

static double *read_row_prices(const struct joint *joint, const int *rows, size_t count) {
    const double *prices = Clp_dualRowSolution(joint->clp);
    double *read = calloc(count + 1, sizeof *read);
    for (size_t i = 0; read && i < count; i++)
        read[i] = fmax(0, -price(prices, rows[i]));
    return read;
}

int allocation_joint_read(const struct joint *joint, struct allocation_plan *plan) {
    const struct allocation_instance *in = joint->instance;
    struct allocation_prices *prices = &plan->prices;
    size_t stocks = (size_t)in->depot_count * in->item_count;
    prices->stock = read_row_prices(joint, joint->stock_row, stocks);
    prices->dispatch = read_row_prices(joint, joint->dispatch_row, in->depot_count);
    prices->receive = read_row_prices(joint, joint->receive_row, in->shelter_count);
    prices->lane = read_row_prices(joint, joint->lane_row, in->lane_count);
    int error = prices->stock && prices->dispatch && prices->receive && prices->lane
                    ? read_quantities(joint, plan)
                    : HV_ERR_MEMORY;
    if (!error && in->maxmin) {
        plan->floor = calloc(need_cells(joint) + 1, sizeof *plan->floor);
        for (size_t i = 0; plan->floor && i < need_cells(joint); i++)
            plan->floor[i] = fmax(0, joint->level[i]);
        error = plan->floor ? 0 : HV_ERR_MEMORY;
    }
    if (!error)
        error = allocation_plan_add_up(in, plan);
    if (!error)
        error = allocation_bound(in, plan->floor, prices, &plan->lower_bound);
    /* What is too little to be sent is left out: no more can be proven than what that costs. */
    if (!error && in->maxmin)
        plan->lower_bound = fmin(plan->lower_bound, plan->objective);
    plan->unfair_cost = plan->objective;
    plan->pivots = joint->rounds;
    return error;
}
