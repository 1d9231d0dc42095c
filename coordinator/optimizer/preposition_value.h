/* What it is worth to plan pre-positioning over scenarios, and what a forecast could be worth.
 *
 * Value of the stochastic solution (Birge 1982, Mathematical Programming 24:314-325): plan for the
 * mean scenario only, see what that decision comes to over all scenarios (EEV), and take the
 * difference to the stochastic decision. Expected value of perfect information: the difference to
 * the cost of a planner who knows the scenario before it is decided what to hold (wait and see,
 * WS). Both in the objective of the instance; with CVaR that are the mean-risk values of Noyan 2012
 * (Computers and Operations Research 39:541-559), which are sound because CVaR is monotone and
 * translation invariant.
 *
 * The mean scenario has the mean of every demand and of every share that survives; an arc is
 * blocked in it where scenarios of more than half of the probability block it, for no road is half
 * open. */
#ifndef PREPOSITION_VALUE_H
#define PREPOSITION_VALUE_H

#include "coordinator/optimizer/preposition_plan.h"

struct preposition_value {
    bool mean_known; /* the mean scenario was solved; otherwise stopped, or nothing satisfies it */
    bool mean_open;  /* that solve was stopped: its decision is not the best for the mean */
    double mean_first;           /* fixed costs and purchases of its decision */
    double mean_objective;       /* EEV: over the instance's own scenarios */
    double mean_met_probability; /* with which that decision meets every demand */
    bool mean_serves;            /* that is what the service level asks; true without one */
    uint32_t known_open;    /* scenarios whose problem alone was stopped before it was solved */
    double known_objective; /* WS is at most this; budget kept, no service level. 0 with regret */
    double known_bound;     /* and at least this */
    double perfect_least;   /* EVPI lies between these, whatever was stopped */
    double perfect_most;
};

/* Simplex iterations and transportation problems that one scenario alone may take: a scenario that
 * is not solved within it leaves its bound, and its part of EVPI an interval. */
#define PREPOSITION_KNOWN_WORK_MAX 3000u
#define PREPOSITION_MEAN_WORK_MAX 30000u /* and the mean scenario */
/* Steps of the relaxation and pivots of flows for either where it is facility location, as it is
 * without budget and limits of what can be had (preposition_location.h): about 3 s. */
#define PREPOSITION_LOCATION_WORK_MAX 400000u

/* For a decision of preposition_solve for the same instance. Solves the mean scenario and every
 * scenario alone, each with `options`, within these limits of work.
 * What a scenario would cost at best is at most what the decision costs in it, so EVPI is known
 * between bounds even where nothing was solved. HV_ERR_MEMORY, HV_ERR_LIMIT, HV_ERR_STATE as there.
 */
HV_MUST_USE int preposition_value_find(const struct preposition_instance *instance,
                                       const struct preposition_options *options,
                                       const struct preposition_decision *decision,
                                       struct preposition_value *ret_value);

/* The objective of an instance without regret, of costs (first stage included) in each scenario.
 * HV_ERR_MEMORY. */
HV_MUST_USE int preposition_value_of_costs(const struct preposition_instance *instance,
                                           const double *costs, double *ret_objective);

#endif
