#include "coordinator/optimizer/preposition_master_state.h"

#include <math.h>
#include <stdlib.h>

#define BASIC 1 /* as Clp has them */
#define AT_LOWER 3

/* ---- making and freeing ---------------------------------------------------------------------- */

static int begin(struct preposition_master *master) {
    const struct preposition_problem *problem = master->problem;
    master->wanted = calloc((size_t)master->scenarios * master->items + 1, sizeof(bool));
    master->stock_column =
        calloc((size_t)master->facilities * master->items + 1, sizeof *master->stock_column);
    master->worst_row = calloc((size_t)master->groups + 1, sizeof *master->worst_row);
    master->worst_by = calloc((size_t)master->groups + 1, sizeof *master->worst_by);
    master->clp = Clp_newModel();
    if (master->wanted == NULL || master->worst_row == NULL || master->worst_by == NULL ||
        master->stock_column == NULL || master->clp == NULL)
        return HV_ERR_MEMORY;
    Clp_setLogLevel(master->clp, 0);
    Clp_scaling(master->clp, 0); /* columns and rows are of one size already */
    Clp_setPerturbation(master->clp, 100);
    if (problem->instance->has_service)
        Clp_setPrimalTolerance(master->clp, 1e-9);
    for (uint32_t b = 0; b < problem->recourse_count; b++)
        master
            ->wanted[problem->recourses[b].scenario * master->items + problem->recourses[b].item] =
            true;
    return preposition_master_load(master);
}

int preposition_master_new(const struct preposition_problem *problem,
                           const struct preposition_objective *objective, const uint32_t *group_of,
                           uint32_t groups, bool holding_apart,
                           struct preposition_master **ret_master) {
    struct preposition_master *master = calloc(1, sizeof *master);
    if (master == NULL)
        return HV_ERR_MEMORY;
    *master = (struct preposition_master){
        .problem = problem,
        .objective = *objective,
        .group_of = group_of,
        .groups = groups,
        .holding_apart = holding_apart,
        .money = preposition_master_find_money(problem, objective->weights),
        .facilities = problem->facility_count,
        .items = problem->instance->item_count,
        .scenarios = problem->instance->scenario_count,
    };
    int error = begin(master);
    if (error != HV_OK)
        preposition_master_free(master);
    else
        *ret_master = master;
    return error;
}

void preposition_master_free(struct preposition_master *master) {
    if (master == NULL)
        return;
    if (master->clp != NULL)
        Clp_deleteModel(master->clp);
    free(master->stock_column);
    free(master->cost);
    free(master->lower);
    free(master->upper);
    free(master->wanted);
    preposition_master_free_rows(master);
    free(master);
}

/* ---- solving --------------------------------------------------------------------------------- */

uint32_t preposition_master_binaries(const struct preposition_master *master) {
    return preposition_first_scenario(master->problem) +
           (master->problem->instance->has_service ? master->scenarios : 0);
}

/* Steps are rows. */
static bool is_step(const struct preposition_master *master, uint32_t binary) {
    return binary >= master->facilities && binary < preposition_first_scenario(master->problem);
}

static size_t step_row(const struct preposition_master *master, uint32_t binary) {
    return master->first_step_row + binary - master->facilities;
}

static uint32_t binary_column(const struct preposition_master *master, uint32_t binary) {
    return binary < master->facilities
               ? binary
               : master->first_served + binary - preposition_first_scenario(master->problem);
}

void preposition_master_set_bounds(struct preposition_master *master, const uint8_t *lower,
                                   const uint8_t *upper) {
    uint32_t binaries = preposition_master_binaries(master);
    double *row_lower = Clp_rowLower(master->clp), *row_upper = Clp_rowUpper(master->clp);
    master->impossible = false;
    for (uint32_t i = 0; i < binaries; i++)
        if (lower[i] > upper[i])
            master->impossible = true;
        else if (is_step(master, i)) {
            row_lower[step_row(master, i)] = lower[i];
            row_upper[step_row(master, i)] = upper[i];
        } else {
            master->lower[binary_column(master, i)] = lower[i];
            master->upper[binary_column(master, i)] = upper[i];
        }
    Clp_chgColumnLower(master->clp, master->lower);
    Clp_chgColumnUpper(master->clp, master->upper);
    Clp_chgRowLower(master->clp, row_lower);
    Clp_chgRowUpper(master->clp, row_upper);
}

/* A fresh start: every row basic, every column at its lower bound. */
static void forget_basis(struct preposition_master *master) {
    for (uint32_t c = 0; c < master->columns; c++)
        Clp_setColumnStatus(master->clp, (int)c, AT_LOWER);
    for (uint32_t i = 0; i < master->rows; i++)
        Clp_setRowStatus(master->clp, (int)i, BASIC);
}

/* Where the dual simplex method found no point or gave up: the primal one has the word, and where
 * that gives up too, both once more from the beginning. Returns Clp's status. */
static int solve_again(struct preposition_master *master) {
    int status = 4;
    for (int attempt = 0; status == 4 && attempt < 2; attempt++) {
        if (attempt > 0) {
            forget_basis(master);
            Clp_dual(master->clp, 0);
            master->iterations += (uint64_t)Clp_numberIterations(master->clp);
        }
        Clp_primal(master->clp, 0);
        master->iterations += (uint64_t)Clp_numberIterations(master->clp);
        status = Clp_status(master->clp);
    }
    return status;
}

enum preposition_master_status preposition_master_solve(struct preposition_master *master,
                                                        double cutoff, int iterations) {
    Clp_Simplex *clp = master->clp;
    if (master->impossible)
        return PREPOSITION_MASTER_INFEASIBLE;
    Clp_setDualObjectiveLimit(clp, isinf(cutoff) ? 1e50 : cutoff / master->money);
    Clp_setMaximumIterations(clp, iterations > 0 ? iterations : 1000000);
    Clp_dual(clp, 0);
    master->iterations += (uint64_t)Clp_numberIterations(clp);
    int status = Clp_status(clp);
    if (status != 0 && preposition_master_bound(master) >= cutoff)
        return PREPOSITION_MASTER_CUT_OFF;
    if (status == 1 && !isinf(cutoff)) { /* of the limit, or there is no point; which of them? */
        Clp_setDualObjectiveLimit(clp, 1e50);
        Clp_dual(clp, 0);
        master->iterations += (uint64_t)Clp_numberIterations(clp);
        status = Clp_status(clp);
    }
    if (status == 1 || status == 4) {
        status = solve_again(master);
        if (status == 1)
            return PREPOSITION_MASTER_INFEASIBLE;
    }
    if (status == 3)
        return PREPOSITION_MASTER_STOPPED;
    if (status != 0)
        return PREPOSITION_MASTER_FAILED;
    return preposition_master_bound(master) >= cutoff ? PREPOSITION_MASTER_CUT_OFF
                                                      : PREPOSITION_MASTER_OPTIMAL;
}

/* A row's price as far as it proves something: of the sign that the row's bounds allow. */
static double usable_price(double price, double lower, double upper) {
    if (price > 0 && lower <= -UNBOUNDED)
        return 0;
    if (price < 0 && upper >= UNBOUNDED)
        return 0;
    return price;
}

double preposition_master_bound(const struct preposition_master *master) {
    Clp_Simplex *clp = master->clp;
    const double *prices = Clp_dualRowSolution(clp);
    const double *row_lower = Clp_rowLower(clp), *row_upper = Clp_rowUpper(clp);
    const int *starts = Clp_getVectorStarts(clp), *lengths = Clp_getVectorLengths(clp);
    const int *rows = Clp_getIndices(clp);
    const double *values = Clp_getElements(clp);
    double bound = 0;
    if (prices == NULL)
        return -INFINITY;
    for (uint32_t i = 0; i < master->rows; i++) {
        double price = usable_price(prices[i], row_lower[i], row_upper[i]);
        if (price != 0)
            bound += price * (price > 0 ? row_lower[i] : row_upper[i]);
    }
    for (uint32_t c = 0; c < master->columns; c++) {
        double reduced = master->cost[c];
        for (int e = starts[c]; e < starts[c] + lengths[c]; e++)
            reduced -=
                values[e] * usable_price(prices[rows[e]], row_lower[rows[e]], row_upper[rows[e]]);
        bound += reduced * (reduced > 0 ? master->lower[c] : master->upper[c]);
    }
    return isnan(bound) ? -INFINITY : bound * master->money;
}

double preposition_master_objective(const struct preposition_master *master) {
    return Clp_objectiveValue(master->clp) * master->money;
}

void preposition_master_point(const struct preposition_master *master,
                              struct preposition_point *point) {
    const double *x = Clp_primalColumnSolution(master->clp);
    size_t stocks = (size_t)master->facilities * master->items;
    for (uint32_t a = 0; a < master->facilities; a++)
        point->open[a] = fmin(1, fmax(0, x[a]));
    for (size_t i = 0; i < stocks; i++) {
        uint32_t column = master->stock_column[i];
        point->stock[i] = column == NO_COLUMN ? 0
                                              : fmin(1, fmax(0, x[column])) *
                                                    preposition_master_stock_most(master, i);
    }
    for (uint32_t s = 0; point->served != NULL && s < master->scenarios; s++)
        point->served[s] = fmin(1, fmax(0, x[master->first_served + s]));
}

double preposition_master_value(const struct preposition_master *master, uint32_t binary) {
    return is_step(master, binary)
               ? Clp_primalRowSolution(master->clp)[step_row(master, binary)]
               : Clp_primalColumnSolution(master->clp)[binary_column(master, binary)];
}

double preposition_master_reduced_cost(const struct preposition_master *master, uint32_t binary) {
    double price = is_step(master, binary)
                       ? Clp_dualRowSolution(master->clp)[step_row(master, binary)]
                       : Clp_dualColumnSolution(master->clp)[binary_column(master, binary)];
    return price * master->money;
}

uint64_t preposition_master_iterations(const struct preposition_master *master) {
    return master->iterations;
}
