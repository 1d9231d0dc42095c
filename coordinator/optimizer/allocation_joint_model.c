/* Rows and columns of the linear programme, which Clp is given as they are needed. */
#include "coordinator/optimizer/allocation_joint_state.h"

#include "coordinator/optimizer/array.h"

#include <float.h>
#include <stdlib.h>

/* Memory and rows --------------------------------------------------------------------------------
 */

static int *take_rows(size_t count) {
    int *rows = malloc((count + 1) * sizeof *rows);
    for (size_t i = 0; rows && i < count; i++)
        rows[i] = NO_ROW;
    return rows;
}

static int take_memory(struct joint *joint) {
    const struct allocation_instance *in = joint->instance;
    size_t needs = need_cells(joint), items = in->item_count;
    joint->stock_row = take_rows(in->depot_count * items);
    joint->need_row = take_rows(needs);
    joint->dispatch_row = take_rows(in->depot_count);
    joint->receive_row = take_rows(in->shelter_count);
    joint->lane_row = take_rows(in->lane_count);
    joint->fill_row = take_rows(needs);
    joint->unmet_column = take_rows(needs);
    joint->reachable = calloc(needs + 1, sizeof *joint->reachable);
    joint->has_column = calloc(in->lane_count * items + 1, sizeof *joint->has_column);
    joint->best = calloc(needs + 1, sizeof *joint->best);
    joint->best_lane = calloc(needs + 1, sizeof *joint->best_lane);
    joint->level = calloc(needs + 1, sizeof *joint->level);
    joint->clp = Clp_newModel();
    return joint->stock_row && joint->need_row && joint->dispatch_row && joint->receive_row &&
                   joint->lane_row && joint->fill_row && joint->unmet_column && joint->reachable &&
                   joint->has_column && joint->best && joint->best_lane && joint->level &&
                   joint->clp
               ? 0
               : HV_ERR_MEMORY;
}

void allocation_joint_deinit(struct joint *joint) {
    free(joint->stock_row);
    free(joint->need_row);
    free(joint->dispatch_row);
    free(joint->receive_row);
    free(joint->lane_row);
    free(joint->fill_row);
    free(joint->unmet_column);
    free(joint->reachable);
    free(joint->has_column);
    free(joint->columns);
    free(joint->batch.rows);
    free(joint->batch.values);
    free(joint->batch.upper);
    free(joint->batch.starts);
    free(joint->best);
    free(joint->best_lane);
    free(joint->cost);
    free(joint->level);
    if (joint->clp)
        Clp_deleteModel(joint->clp);
}

static void number_rows(struct joint *joint) {
    const struct allocation_instance *in = joint->instance;
    allocation_reachable(in, joint->reachable);
    for (uint32_t d = 0; d < in->depot_count; d++) {
        for (uint32_t k = 0; k < in->item_count; k++)
            if (allocation_free_stock(in, d, k) > 0)
                joint->stock_row[d * in->item_count + k] = joint->row_count++;
        if (allocation_is_limited(in->depots[d].dispatch_m3))
            joint->dispatch_row[d] = joint->row_count++;
    }
    for (uint32_t s = 0; s < in->shelter_count; s++)
        if (allocation_is_limited(in->shelters[s].receive_m3))
            joint->receive_row[s] = joint->row_count++;
    for (uint32_t l = 0; l < in->lane_count; l++)
        if (allocation_is_limited(in->lanes[l].capacity_m3))
            joint->lane_row[l] = joint->row_count++;
    for (size_t i = 0; i < need_cells(joint); i++)
        if (joint->reachable[i]) {
            joint->need_row[i] = joint->row_count++;
            if (in->maxmin)
                joint->fill_row[i] = joint->row_count++;
        }
}

void allocation_joint_bound_row(const struct joint *joint, int row, double lower, double upper) {
    if (row == NO_ROW)
        return;
    Clp_rowLower(joint->clp)[row] = lower;
    Clp_rowUpper(joint->clp)[row] = upper;
}

static void bound_rows(const struct joint *joint) {
    const struct allocation_instance *in = joint->instance;
    for (uint32_t d = 0; d < in->depot_count; d++) {
        allocation_joint_bound_row(joint, joint->dispatch_row[d], -DBL_MAX,
                                   in->depots[d].dispatch_m3);
        for (uint32_t k = 0; k < in->item_count; k++)
            allocation_joint_bound_row(joint, joint->stock_row[d * in->item_count + k], -DBL_MAX,
                                       allocation_free_stock(in, d, k));
    }
    for (uint32_t s = 0; s < in->shelter_count; s++)
        allocation_joint_bound_row(joint, joint->receive_row[s], -DBL_MAX,
                                   in->shelters[s].receive_m3);
    for (uint32_t l = 0; l < in->lane_count; l++)
        allocation_joint_bound_row(joint, joint->lane_row[l], -DBL_MAX, in->lanes[l].capacity_m3);
    for (size_t i = 0; i < need_cells(joint); i++) {
        allocation_joint_bound_row(joint, joint->need_row[i], in->need[i], in->need[i]);
        allocation_joint_bound_row(joint, joint->fill_row[i], -DBL_MAX, DBL_MAX);
    }
}

/* Columns ----------------------------------------------------------------------------------------
 */

static int note_cost(struct joint *joint, double cost) {
    int error = array_reserve((void **)&joint->cost, (size_t)joint->column_count + 1,
                              &joint->cost_room, sizeof *joint->cost);
    if (error)
        return error;
    joint->cost[joint->column_count++] = cost;
    return 0;
}

static int reserve_batch(struct batch *batch) {
    if (batch->count < batch->room)
        return 0;
    size_t room = (size_t)batch->room * 2 + 1024, cells = room * COLUMN_ROWS_MAX;
    if (array_resize((void **)&batch->rows, cells, sizeof *batch->rows) ||
        array_resize((void **)&batch->values, cells, sizeof *batch->values) ||
        array_resize((void **)&batch->upper, room, sizeof *batch->upper) ||
        array_resize((void **)&batch->starts, room + 1, sizeof *batch->starts))
        return HV_ERR_MEMORY;
    if (batch->room == 0)
        batch->starts[0] = 0;
    batch->room = (int)room;
    return 0;
}

/* Adds one column; rows that are NO_ROW are left out. */
static int add_column(struct joint *joint, double upper, double cost, const int *rows,
                      const double *values, int count) {
    struct batch *batch = &joint->batch;
    int error = reserve_batch(batch);
    if (!error)
        error = note_cost(joint, cost);
    if (error)
        return error;
    CoinBigIndex at = batch->starts[batch->count];
    for (int i = 0; i < count; i++)
        if (rows[i] != NO_ROW) {
            batch->rows[at] = rows[i];
            batch->values[at++] = values[i];
        }
    batch->upper[batch->count] = upper;
    batch->starts[++batch->count] = at;
    return 0;
}

int allocation_joint_flush(struct joint *joint) {
    struct batch *batch = &joint->batch;
    double *lower = calloc((size_t)batch->count + 1, sizeof *lower);
    if (!lower)
        return HV_ERR_MEMORY;
    if (batch->count > 0)
        Clp_addColumns(joint->clp, batch->count, lower, batch->upper,
                       joint->cost + joint->column_count - batch->count, batch->starts, batch->rows,
                       batch->values);
    batch->count = 0;
    free(lower);
    return 0;
}

static int add_unmet_columns(struct joint *joint) {
    const struct allocation_instance *in = joint->instance;
    int error = 0;
    for (size_t i = 0; i < need_cells(joint) && !error; i++) {
        if (!joint->reachable[i])
            continue;
        const int rows[] = {joint->need_row[i], joint->fill_row[i]};
        const double values[] = {1, 1 / in->need[i]};
        joint->unmet_column[i] = joint->column_count;
        error = add_column(joint, in->need[i], shortage(in, i), rows, values, 2);
        joint->weight += in->need[i];
    }
    return error;
}

/* The common rate: unmet / need + t ≤ 1 for all who are not fixed. */
static int add_rate_column(struct joint *joint) {
    size_t needs = need_cells(joint);
    int *rows = malloc((needs + 1) * sizeof *rows);
    double *ones = malloc((needs + 1) * sizeof *ones), lower = 0, upper = 1, cost = 0;
    CoinBigIndex starts[2] = {0, 0};
    int error = rows && ones ? allocation_joint_flush(joint) : HV_ERR_MEMORY;
    if (!error)
        error = note_cost(joint, 0);
    for (size_t i = 0; i < needs && !error; i++)
        if (joint->fill_row[i] != NO_ROW) {
            ones[starts[1]] = 1;
            rows[starts[1]++] = joint->fill_row[i];
        }
    joint->t_column = joint->column_count - 1;
    if (!error)
        Clp_addColumns(joint->clp, 1, &lower, &upper, &cost, starts, rows, ones);
    free(rows);
    free(ones);
    return error;
}

bool allocation_joint_can_carry(const struct joint *joint, const struct allocation_lane *lane,
                                uint32_t item) {
    const struct allocation_instance *in = joint->instance;
    return !lane->closed && joint->stock_row[lane->depot * in->item_count + item] != NO_ROW &&
           joint->reachable[lane->shelter * in->item_count + item];
}

int allocation_joint_add_sent(struct joint *joint, uint32_t lane_index, uint32_t item) {
    const struct allocation_instance *in = joint->instance;
    const struct allocation_lane *lane = &in->lanes[lane_index];
    size_t at = (size_t)lane_index * in->item_count + item;
    if (joint->has_column[at] || !allocation_joint_can_carry(joint, lane, item))
        return 0;
    int error = array_reserve((void **)&joint->columns, joint->sent_count + 1, &joint->sent_room,
                              sizeof *joint->columns);
    if (error)
        return error;
    double v = in->items[item].volume_m3;
    const int rows[] = {joint->stock_row[lane->depot * in->item_count + item],
                        joint->need_row[lane->shelter * in->item_count + item],
                        v > 0 ? joint->dispatch_row[lane->depot] : NO_ROW,
                        v > 0 ? joint->receive_row[lane->shelter] : NO_ROW,
                        v > 0 ? joint->lane_row[lane_index] : NO_ROW};
    const double values[] = {1, 1, v, v, v};
    joint->has_column[at] = true;
    joint->columns[joint->sent_count++] = (struct column){lane_index, item};
    return add_column(joint, DBL_MAX, v * lane->cost_per_m3, rows, values, COLUMN_ROWS_MAX);
}

int allocation_joint_build(struct joint *joint, const struct allocation_plan *start) {
    int error = take_memory(joint);
    if (error)
        return error;
    number_rows(joint);
    Clp_setLogLevel(joint->clp, 0);
    Clp_setPrimalTolerance(joint->clp, TOLERANCE);
    Clp_setDualTolerance(joint->clp, TOLERANCE);
    Clp_resize(joint->clp, joint->row_count, 0);
    bound_rows(joint);
    error = add_unmet_columns(joint);
    if (!error)
        error = add_rate_column(joint);
    joint->first_sent = joint->column_count;
    for (size_t i = 0; i < start->shipment_count && !error; i++)
        error =
            allocation_joint_add_sent(joint, start->shipments[i].lane, start->shipments[i].item);
    for (size_t i = 0; i < need_cells(joint); i++)
        joint->level[i] = -1;
    return error;
}
