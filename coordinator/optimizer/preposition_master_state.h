/* What a master programme is made of. Internal: preposition_master.c makes and solves it,
 * preposition_master_build.c writes the programme itself, preposition_master_rows.c keeps its rows,
 * in Clp or aside. */
#ifndef PREPOSITION_MASTER_STATE_H
#define PREPOSITION_MASTER_STATE_H

#include "coordinator/optimizer/preposition_master.h"

#include <coin/Clp_C_Interface.h>

#define UNBOUNDED 1e30 /* as Clp has it */
#define NO_COLUMN UINT32_MAX

/* Every row there has been, in Clp or not: a cut that is slack leaves Clp, where it would slow
 * every iteration down, and comes back when a solution breaks it. */
struct preposition_pool {
    double *lower, *upper, *values;
    size_t *starts; /* rows + 1 */
    int *columns;
    uint32_t *serial; /* of a row, for good */
    uint32_t *group;  /* whose recourse the row bounds; NO_GROUP: none's */
    bool *inside;     /* in Clp or waiting to be */
    size_t rows, entries, rows_max, entries_max;
};

struct preposition_master {
    const struct preposition_problem *problem;
    struct preposition_objective objective;
    const uint32_t *group_of;
    uint32_t groups;
    bool holding_apart;
    double money; /* of one unit of the objective */
    Clp_Simplex *clp;
    uint32_t facilities, items, scenarios, columns;
    uint32_t first_group, first_served, first_excess, eta, regret; /* columns */
    uint32_t *stock_column;                                        /* facility x item */
    double *cost, *lower, *upper;                                  /* columns */
    bool *wanted; /* scenario x item: some demand, so that a group holds its cost */
    struct preposition_pool pool;
    uint32_t *worst_row; /* group: the row of the pool that a solution breaks most */
    double *worst_by;    /* group */
    uint32_t *waiting;   /* rows of the pool on their way into Clp */
    size_t waiting_count, waiting_max;
    uint32_t *row_ids; /* of the rows in Clp: rows of the pool */
    size_t rows_max;
    uint32_t rows, kept, next_serial;
    size_t kept_pool;      /* rows of the pool that are never forgotten */
    size_t first_step_row; /* of the steps, one after the other; never taken out of Clp */
    uint64_t iterations;
    bool impossible; /* a binary whose bounds contradict each other */
};

/* The most of an item at a facility that is of use, by which its column is scaled. */
static inline double preposition_master_stock_most(const struct preposition_master *master,
                                                   size_t at) {
    return master->problem->stock_max[at];
}

/* ---- preposition_master_build.c ---- */

/* Money of one unit of the objective, so that it is about 10^6 where the figures are not too far
 * apart for that. */
double preposition_master_find_money(const struct preposition_problem *problem,
                                     const double *weights);

/* Numbers the columns and loads the programme without cuts into Clp. HV_ERR_MEMORY. */
HV_MUST_USE int preposition_master_load(struct preposition_master *master);

/* ---- preposition_master_rows.c ---- */

/* Begins a row of the pool, to go into Clp with the next preposition_master_add; then its entries,
 * column by column. HV_ERR_MEMORY. */
HV_MUST_USE int preposition_master_open_row(struct preposition_master *master, double lower,
                                            double upper);
HV_MUST_USE int preposition_master_put_entry(struct preposition_master *master, uint32_t column,
                                             double value);

/* Frees what the rows take. */
void preposition_master_free_rows(struct preposition_master *master);

#endif
