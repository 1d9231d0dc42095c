/* What less risk costs: decisions from the least expected cost to the least conditional value at
 * risk, each with its bound (the efficient frontier of a mean-risk model: Noyan 2012).
 *
 * Point i of n weighs risk w = i / (n - 1) against expectation 1 - w, that is lambda = w / (1 - w);
 * the last has PREPOSITION_FRONTIER_LAMBDA_MAX, so that among decisions of equal risk the cheaper
 * one is taken. Costs are of everything, before and after the event. */
#ifndef PREPOSITION_FRONTIER_H
#define PREPOSITION_FRONTIER_H

#include "coordinator/optimizer/preposition_plan.h"

#define PREPOSITION_FRONTIER_MAX 1000u
#define PREPOSITION_FRONTIER_LAMBDA_MAX 1000.0

struct preposition_frontier_point {
    double lambda;
    bool solved;     /* otherwise stopped without a decision, or nothing satisfies the instance */
    bool dominated;  /* another has less of one and no more of the other, or the same before it */
    double expected; /* E[F + Q] */
    double cvar;     /* CVaR_alpha(F + Q) */
    double worst;    /* F + Q */
    double first;    /* F */
    double fill_rate, met_probability;
    uint32_t open;
    double objective, bound; /* expected + lambda cvar, and what no decision has less than */
};

/* `count` points (2 to PREPOSITION_FRONTIER_MAX) at `alpha` (0 <= alpha < 1), with the budget and
 * service level of the instance, whatever its measure. `points` has room for them. HV_ERR_VALUE;
 * otherwise as preposition_solve. */
HV_MUST_USE int preposition_frontier_find(const struct preposition_instance *instance,
                                          const struct preposition_options *options, double alpha,
                                          uint32_t count,
                                          struct preposition_frontier_point *points);

#endif
