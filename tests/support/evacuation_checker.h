/* Checks evacuation plans and computes optima of small instances, sharing no code with the solver.
 */
#ifndef EVACUATION_CHECKER_H
#define EVACUATION_CHECKER_H

#include "coordinator/optimizer/evacuation_plan.h"

/* Re-adds every flow: routes join, capacities, closures, deadlines, openings, places, people of
 * each zone, the figures claimed. Returns NULL, or what is wrong. The text is static. */
const char *evacuation_checker_plan(const struct evacuation_instance *instance,
                                    const struct evacuation_plan *plan);

/* Adds the plan's prices up into a bound of its own and compares it with the claim. Returns NULL,
 * or what is wrong. */
const char *evacuation_checker_bound(const struct evacuation_instance *instance,
                                     const struct evacuation_plan *plan);

/* The optimum of a small instance by successive shortest paths (Bellman and Ford) on the explicit
 * time-expanded network. */
struct evacuation_value evacuation_checker_optimum(const struct evacuation_instance *instance);

#endif
