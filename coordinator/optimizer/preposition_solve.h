/* Solving pre-positioning problems exactly: disaggregated multi-cut Benders decomposition inside
 * branch and bound (Van Slyke and Wets 1969; Birge and Louveaux 1988), cuts strengthened as in
 * preposition_cut.h, separated between the master's solution and a core point (in-out, Ben-Ameur
 * and Neto 2007). docs/optimizer/PREPOSITION.md has models and measurements.
 *
 * No clock and no input or output: limits are counted work, and the progress callback may stop the
 * solver. The same instance and options give the same result, bit for bit. */
#ifndef PREPOSITION_SOLVE_H
#define PREPOSITION_SOLVE_H

#include "coordinator/optimizer/preposition_instance.h"

#define PREPOSITION_SITE_CLOSED UINT32_MAX

/* What is being solved, where that is not the problem itself. */
enum preposition_stage {
    PREPOSITION_STAGE_WHOLE,
    PREPOSITION_STAGE_KNOWN,    /* a scenario alone, for its least cost */
    PREPOSITION_STAGE_MEAN,     /* the mean scenario alone */
    PREPOSITION_STAGE_HELD,     /* without the scenarios that are held back */
    PREPOSITION_STAGE_FRONTIER, /* a weight of risk */
};

struct preposition_progress {
    double value; /* of the best decision so far; INFINITY before the first */
    double bound; /* no decision is better */
    uint64_t work, nodes;
    enum preposition_stage stage; /* value and bound are of this */
    uint32_t part, parts;         /* which of how many, from 1; 0 of the whole */
};

struct preposition_options {
    /* Called every now and then by counted work; a result other than 0 stops with the best so far.
     */
    int (*progress)(void *context, const struct preposition_progress *progress);
    void *context;
    uint64_t work_max; /* simplex iterations and transportation problems; 0 for no limit */
    double gap;        /* stop when (value - bound) is within this share of the value; 0: optimum */
};

enum preposition_status {
    PREPOSITION_OPTIMAL,    /* within the gap */
    PREPOSITION_STOPPED,    /* by limit or callback, with a decision */
    PREPOSITION_NOTHING,    /* by limit or callback, before there was any */
    PREPOSITION_INFEASIBLE, /* budget and service level cannot be had together */
};

/* What to hold where, and what is known of it. Owned; preposition_decision_deinit frees it. */
struct preposition_decision {
    enum preposition_status status;
    double value, bound;
    uint32_t *open; /* site: index into the instance's sizes, or PREPOSITION_SITE_CLOSED */
    double *stock;  /* site x item */
    bool *served;   /* scenario: every demand is met because the service level asks for it */
    double *least;  /* with regret, scenario: the least possible cost; otherwise NULL */
    uint64_t work, nodes;
};

/* Solves an instance that preposition_instance_check accepts. HV_OK with a decision (arrays are
 * NULL with NOTHING and INFEASIBLE); HV_ERR_LIMIT where distances or stocks would take more room
 * than PREPOSITION_DISTANCES_MAX; HV_ERR_MEMORY; HV_ERR_STATE where the simplex method failed. */
HV_MUST_USE int preposition_solve(const struct preposition_instance *instance,
                                  const struct preposition_options *options,
                                  struct preposition_decision *ret_decision);
void preposition_decision_deinit(struct preposition_decision *decision);

/* Conditional value at risk of costs with these probabilities (Rockafellar and Uryasev 2000): the
 * least over eta of eta + E[(cost - eta)+] / (1 - alpha). `order` has room for `count` numbers. */
double preposition_cvar(const double *costs, const double *probabilities, uint32_t count,
                        double alpha, uint32_t *order);

#endif
