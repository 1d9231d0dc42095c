/* Checks zone plans and computes optima of tiny problems, sharing no code with the planner. */
#ifndef ZONE_PLAN_CHECKER_H
#define ZONE_PLAN_CHECKER_H

#include "coordinator/optimizer/zone_plan.h"

/* Re-adds every order of a plan under the limits of its problem: routes join and pass no node
 * twice, room on the links for each group with the reversals, closures, windows, openings, places,
 * routes a zone, forks, pauses, rates, stages, who may go where, people, the figures claimed and
 * that the bounds are none above them. Returns NULL, or what is wrong. The text is static. */
const char *zone_plan_checker_plan(const struct zone_plan_problem *problem,
                                   const struct zone_plan *plan);

/* The best value of a tiny problem without stages or reversals, free departures, by trying
 * everything: all sets of routes and, for each, all departures. `ret_exact` is false where that
 * would take more than `tries_max` tries. */
struct evacuation_value zone_plan_checker_optimum(const struct zone_plan_problem *problem,
                                                  int64_t tries_max, bool *ret_exact);

#endif
