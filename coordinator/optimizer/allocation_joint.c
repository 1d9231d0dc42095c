/* Column generation around Clp. The linear programme has a column for each lane and item; nearly
 * all of them are 0 in every optimum. It starts with those of the plan without limits of lanes,
 * which is close, and after each solve takes in the best column of each need that its prices say
 * could help, until there is none: then the optimum of the few columns is that of all (Dantzig and
 * Wolfe 1960 for the argument; here without a decomposition, since rows are few).
 *
 * Fairness is one programme a level: the highest rate t that all who are not fixed can have. Those
 * whose row has a price are at their best in every optimum, and are fixed there. */
#include "coordinator/optimizer/allocation_joint.h"

#include <coin/Clp_C_Interface.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NO_ROW (-1)
#define TOLERANCE 1e-9   /* of Clp, primal and dual */
#define SLACK 1e-9       /* what a fixed fill rate may be short of its level */
#define NEGLIGIBLE 1e-10 /* shares of a need that are none */

struct column {
    uint32_t lane, item;
};

#define COLUMN_ROWS_MAX 5

/* Columns that are yet to be given to Clp, which copies its whole matrix each time. */
struct batch {
    int *rows;
    double *values, *upper;
    CoinBigIndex *starts;
    int count, room;
};

struct joint {
    const struct allocation_instance *instance;
    const struct allocation_options *options;
    Clp_Simplex *clp;
    int *stock_row, *need_row, *dispatch_row, *receive_row, *lane_row, *fill_row;
    int *unmet_column; /* shelter × item; NO_ROW where nothing can be sent */
    int row_count, column_count, t_column;
    bool *reachable, *has_column; /* shelter × item; lane × item */
    struct column *columns;       /* those sent, after the others */
    size_t sent_count, sent_room;
    struct batch batch;
    int first_sent;
    double *best; /* shelter × item, of one pricing */
    uint32_t *best_lane;
    double *cost;  /* by column, of the whole problem; room as columns have */
    double *level; /* shelter × item: fill rate that is fixed; −1 where none */
    double weight; /* of t: Σ of needs, so that prices are near 1 */
    uint64_t rounds;
    enum allocation_stage stage;
};

/* Memory and rows --------------------------------------------------------------------------------
 */

static size_t need_cells(const struct joint *joint) {
    return (size_t)joint->instance->shelter_count * joint->instance->item_count;
}

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

static void free_memory(struct joint *joint) {
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

static void bound_row(const struct joint *joint, int row, double lower, double upper) {
    if (row == NO_ROW)
        return;
    Clp_rowLower(joint->clp)[row] = lower;
    Clp_rowUpper(joint->clp)[row] = upper;
}

static void bound_rows(const struct joint *joint) {
    const struct allocation_instance *in = joint->instance;
    for (uint32_t d = 0; d < in->depot_count; d++) {
        bound_row(joint, joint->dispatch_row[d], -DBL_MAX, in->depots[d].dispatch_m3);
        for (uint32_t k = 0; k < in->item_count; k++)
            bound_row(joint, joint->stock_row[d * in->item_count + k], -DBL_MAX,
                      allocation_free_stock(in, d, k));
    }
    for (uint32_t s = 0; s < in->shelter_count; s++)
        bound_row(joint, joint->receive_row[s], -DBL_MAX, in->shelters[s].receive_m3);
    for (uint32_t l = 0; l < in->lane_count; l++)
        bound_row(joint, joint->lane_row[l], -DBL_MAX, in->lanes[l].capacity_m3);
    for (size_t i = 0; i < need_cells(joint); i++) {
        bound_row(joint, joint->need_row[i], in->need[i], in->need[i]);
        bound_row(joint, joint->fill_row[i], -DBL_MAX, DBL_MAX);
    }
}

/* Columns ----------------------------------------------------------------------------------------
 */

static double shortage(const struct allocation_instance *in, size_t cell) {
    return in->items[cell % in->item_count].shortage_cost *
           in->shelters[cell / in->item_count].priority;
}

static int note_cost(struct joint *joint, double cost) {
    if (joint->column_count % 1024 == 0) {
        double *grown = realloc(joint->cost, ((size_t)joint->column_count + 1024) * sizeof *grown);
        if (!grown)
            return HV_ERR_MEMORY;
        joint->cost = grown;
    }
    joint->cost[joint->column_count++] = cost;
    return 0;
}

/* Grows one array; on failure the old one stays. */
static int grow(void **array, size_t count, size_t bytes) {
    void *grown = realloc(*array, count * bytes);
    if (!grown)
        return HV_ERR_MEMORY;
    *array = grown;
    return 0;
}

static int reserve_batch(struct batch *batch) {
    if (batch->count < batch->room)
        return 0;
    size_t room = (size_t)batch->room * 2 + 1024, cells = room * COLUMN_ROWS_MAX;
    if (grow((void **)&batch->rows, cells, sizeof *batch->rows) ||
        grow((void **)&batch->values, cells, sizeof *batch->values) ||
        grow((void **)&batch->upper, room, sizeof *batch->upper) ||
        grow((void **)&batch->starts, room + 1, sizeof *batch->starts))
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

/* Gives Clp the columns that were added since. */
static int flush_columns(struct joint *joint) {
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
    int error = rows && ones ? flush_columns(joint) : HV_ERR_MEMORY;
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

static bool can_carry(const struct joint *joint, const struct allocation_lane *lane,
                      uint32_t item) {
    const struct allocation_instance *in = joint->instance;
    return !lane->closed && joint->stock_row[lane->depot * in->item_count + item] != NO_ROW &&
           joint->reachable[lane->shelter * in->item_count + item];
}

static int add_sent_column(struct joint *joint, uint32_t lane_index, uint32_t item) {
    const struct allocation_instance *in = joint->instance;
    const struct allocation_lane *lane = &in->lanes[lane_index];
    size_t at = (size_t)lane_index * in->item_count + item;
    if (joint->has_column[at] || !can_carry(joint, lane, item))
        return 0;
    if (joint->sent_count == joint->sent_room) {
        size_t room = joint->sent_room * 2 + 1024;
        struct column *grown = realloc(joint->columns, room * sizeof *grown);
        if (!grown)
            return HV_ERR_MEMORY;
        joint->columns = grown;
        joint->sent_room = room;
    }
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

static int build(struct joint *joint, const struct allocation_plan *start) {
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
        error = add_sent_column(joint, start->shipments[i].lane, start->shipments[i].item);
    for (size_t i = 0; i < need_cells(joint); i++)
        joint->level[i] = -1;
    return error;
}

/* Column generation ------------------------------------------------------------------------------
 */

static double price(const double *prices, int row) {
    return row == NO_ROW ? 0 : prices[row];
}

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
            if (!can_carry(joint, lane, k) || joint->has_column[(size_t)l * in->item_count + k])
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
        error = add_sent_column(joint, joint->best_lane[i] - 1,
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
        int error = flush_columns(joint);
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
    bound_row(joint, joint->fill_row[cell], -DBL_MAX, DBL_MAX);
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
            bound_row(joint, joint->fill_row[i], -DBL_MAX, 1);
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

/* Reading ----------------------------------------------------------------------------------------
 */

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

static int read_plan(const struct joint *joint, struct allocation_plan *plan) {
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
    plan->unfair_cost = plan->objective;
    plan->pivots = joint->rounds;
    return error;
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
    int error = build(&joint, start);
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
        error = read_plan(&joint, &plan);
    if (!error && instance->maxmin)
        plan.unfair_cost = unfair_cost;
    free_memory(&joint);
    if (error)
        allocation_plan_deinit(&plan);
    else
        *ret_plan = plan;
    return error;
}
