/* The linear programme of allocation_joint: its rows and columns. Included only by
 * allocation_joint*.c. */
#ifndef HV_OPTIMIZER_ALLOCATION_JOINT_STATE_H
#define HV_OPTIMIZER_ALLOCATION_JOINT_STATE_H

#include "coordinator/optimizer/allocation_joint.h"

#include <coin/Clp_C_Interface.h>

#define NO_ROW (-1)
#define TOLERANCE 1e-9 /* of Clp, primal and dual */

struct column { /* what is sent */
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
    double *cost; /* by column, of the whole problem */
    size_t cost_room;
    double *level; /* shelter × item: fill rate that is fixed; −1 where none */
    double weight; /* of t: Σ of needs, so that prices are near 1 */
    uint64_t rounds;
    enum allocation_stage stage;
};

static inline size_t need_cells(const struct joint *joint) {
    return (size_t)joint->instance->shelter_count * joint->instance->item_count;
}

static inline double shortage(const struct allocation_instance *in, size_t cell) {
    return in->items[cell % in->item_count].shortage_cost *
           in->shelters[cell / in->item_count].priority;
}

static inline double price(const double *prices, int row) {
    return row == NO_ROW ? 0 : prices[row];
}

/* All rows, and the columns of what is unmet, of the common rate and of what `start` sends.
 * HV_ERR_MEMORY; allocation_joint_deinit frees what was begun. */
HV_MUST_USE int allocation_joint_build(struct joint *joint, const struct allocation_plan *start);

void allocation_joint_deinit(struct joint *joint);

/* Nothing for NO_ROW. */
void allocation_joint_bound_row(const struct joint *joint, int row, double lower, double upper);

bool allocation_joint_can_carry(const struct joint *joint, const struct allocation_lane *lane,
                                uint32_t item);

/* The column of what a lane carries of an item, if it can and has none yet. HV_ERR_MEMORY. */
HV_MUST_USE int allocation_joint_add_sent(struct joint *joint, uint32_t lane_index, uint32_t item);

/* Gives Clp the columns that were added since. HV_ERR_MEMORY. */
HV_MUST_USE int allocation_joint_flush(struct joint *joint);

/* What Clp found as a plan, with its prices and the bound that they prove. HV_ERR_MEMORY; the
 * caller frees the plan. */
HV_MUST_USE int allocation_joint_read(const struct joint *joint, struct allocation_plan *plan);

#endif
