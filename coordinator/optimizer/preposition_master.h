/* The master programme of pre-positioning: the first stage, one variable for the recourse of each
 * group of (scenario, item), and the cuts found so far; solved by the dual simplex method of Clp
 * (Forrest and others), which goes on from the last basis.
 *
 * Bounds are not Clp's word: from whatever row prices it ends with, a bound is added up that holds
 * for any prices (Neumaier and Shcherbina 2004), so that a run stopped early proves something too.
 *
 * Inside, money is in units of `money` and stocks are shares of the most that is of use; points and
 * cuts come and go in the units of the instance. Not thread-safe. */
#ifndef PREPOSITION_MASTER_H
#define PREPOSITION_MASTER_H

#include "coordinator/optimizer/preposition_cut.h"

struct preposition_master;

/* What the objective is made of. */
struct preposition_objective {
    enum preposition_measure measure;
    double alpha, lambda;
    const double *weights;    /* scenario: of its recourse in the group variables */
    const double *references; /* scenario: of regret, the least possible cost; NULL otherwise */
};

enum preposition_master_status {
    PREPOSITION_MASTER_OPTIMAL,
    PREPOSITION_MASTER_CUT_OFF,    /* the bound has reached the cut-off */
    PREPOSITION_MASTER_INFEASIBLE, /* no point within the bounds */
    PREPOSITION_MASTER_STOPPED,    /* by the callback or a limit of iterations */
    PREPOSITION_MASTER_FAILED      /* Clp gave up */
};

/* `group_of[b]` names the group of each recourse, 0 .. groups - 1; with CVaR and regret the
 * recourses of a group must be of one scenario. HV_ERR_MEMORY. */
HV_MUST_USE int preposition_master_new(const struct preposition_problem *problem,
                                       const struct preposition_objective *objective,
                                       const uint32_t *group_of, uint32_t groups,
                                       bool holding_apart, struct preposition_master **ret_master);
void preposition_master_free(struct preposition_master *master);

/* Integer variables: facilities first, then steps (sums of facilities, which branch better), then,
 * with a service level, scenarios. */
uint32_t preposition_master_binaries(const struct preposition_master *master);

/* Bounds of the binaries, 0 or 1 each; none is within where a lower one is above its upper. */
void preposition_master_set_bounds(struct preposition_master *master, const uint8_t *lower,
                                   const uint8_t *upper);

/* Adds the cut of a group to those waiting, or of feasibility where group is UINT32_MAX;
 * preposition_master_add puts those waiting in. HV_ERR_MEMORY. */
HV_MUST_USE int preposition_master_put_cut(struct preposition_master *master, uint32_t group,
                                           const struct preposition_cut *cut);
HV_MUST_USE int preposition_master_add(struct preposition_master *master);

/* How far a cut is from holding at the present solution, in money of the objective. */
double preposition_master_violation(const struct preposition_master *master, uint32_t group,
                                    const struct preposition_cut *cut);

/* Solves from the present basis. `cutoff` in money, INFINITY for none; `iterations` 0 for no limit.
 */
enum preposition_master_status preposition_master_solve(struct preposition_master *master,
                                                        double cutoff, int iterations);

/* After a solve: the bound that its prices prove; -INFINITY where they prove none. */
double preposition_master_bound(const struct preposition_master *master);
/* Objective that Clp says, in money. */
double preposition_master_objective(const struct preposition_master *master);
/* The solution as a first stage. */
void preposition_master_point(const struct preposition_master *master,
                              struct preposition_point *point);
/* Value of a binary, and what its bound is worth (its reduced cost, in money). */
double preposition_master_value(const struct preposition_master *master, uint32_t binary);
double preposition_master_reduced_cost(const struct preposition_master *master, uint32_t binary);

/* Takes cuts that are slack by more than `slack` in money out of the programme; they are kept
 * aside. Recall puts those back that the present solution breaks by more than `tolerance`, and
 * returns how many. Cuts aside may be forgotten, but none from before the last
 * preposition_master_keep. */
void preposition_master_purge(struct preposition_master *master, double slack);
uint32_t preposition_master_recall(struct preposition_master *master, double tolerance);
void preposition_master_keep(struct preposition_master *master);
uint32_t preposition_master_rows(const struct preposition_master *master);

/* The basis, to come back to: cuts that came later start basic, those gone are left out. */
struct preposition_basis {
    uint32_t references, rows;
    uint32_t *ids;
    uint8_t *statuses; /* columns, then rows */
};
/* NULL without memory. Give it back by preposition_basis_release. */
struct preposition_basis *preposition_master_basis(const struct preposition_master *master);
void preposition_master_restore(struct preposition_master *master,
                                const struct preposition_basis *basis);
void preposition_basis_release(struct preposition_basis *basis);

/* Simplex iterations so far. */
uint64_t preposition_master_iterations(const struct preposition_master *master);

#endif
