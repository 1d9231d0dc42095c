/* What no zone plan can beat under its own limits: bounds that the flow's alone does not give.
 *
 * Three of them, each proven; the greatest counts, unserved first.
 *
 *   classes   the exact flow of every group alone, with its pace, its parties and the shelters that
 *             take it, added up: others only take room away.
 *   routes    a zone has at most N routes, each with one bottleneck. At the flow's prices w(l, t)
 * of links and m(s) of shelters, which count every person there once, a route whose links take at
 * most b a step costs its people at least the b cheapest of each step t of c_b(t), the least
 * arrival plus prices over links of at least b. So a zone of n people costs at least min over b of
 * f_b(n), f_b the sum of its n cheapest, M for each beyond; with N routes N times the greatest
 * convex function below, at n / N. (Weak duality in links and shelters, as in evacuation_prices.h,
 * whose bound this never falls below.) places    with one route a zone has one shelter. For any
 * price q(z) ≥ 0 of a zone, those who are served are at most Σ_z q(z) + Σ_s max over sets Z of
 * (min(places, Σ_Z p(z, s)) − Σ_Z q(z)), p the most that one route alone could bring in time: a
 * knapsack for every shelter, by dynamic programming over places in classes that are rounded up.
 * Prices by subgradients (Held, Wolfe and Crowder 1974; Fisher 1981). */
#ifndef ZONE_PLAN_BOUND_H
#define ZONE_PLAN_BOUND_H

#include "coordinator/optimizer/zone_plan_places.h"
#include "coordinator/optimizer/zone_plan_relax.h"

#define ZONE_PLAN_BOUND_NODE_STEPS_MAX 20000000 /* beyond that the routes' bound is left out */

/* Sets `*ret_bound` to the greatest of the bounds and of the flow's own. `places` are those of the
 * problem, or NULL where each zone is one; for a place everybody counts as ready with its first
 * people where that bounds more than what its parts cost each by itself. `flow` is an exact or
 * stopped solution of `relaxed` with its prices. Returns HV_OK, HV_ERR_MEMORY or what the flow
 * engine finds. */
HV_MUST_USE int zone_plan_class_bound(const struct zone_plan_problem *problem,
                                      const struct zone_plan_places *places,
                                      const struct zone_plan_instance *relaxed,
                                      const struct evacuation_plan *flow,
                                      struct evacuation_value *ret_bound);

#endif
