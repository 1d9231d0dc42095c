/* What no zone plan can beat under its own limits: bounds that the flow's alone does not give.
 *
 * Three of them, each proven; the greatest counts, unserved first.
 *
 *   classes   the exact flow of every group alone, with its pace, its parties and the shelters that
 *             take it, added up: others only take room away.
 *   routes    a zone has at most N routes, each with one bottleneck. For any prices w(l, t) ≥ 0 of
 *             links and m(s) ≥ 0 of shelters, a plan costs at least what its zones cost at these
 *             prices less Σ w u and Σ m C (weak duality). A route whose links take at most b a step
 *             costs its people at least the b cheapest of each step t of c_b(t), the least arrival
 *             plus prices over links of at least b. So a zone of n people costs at least min over b
 *             of f_b(n), f_b the sum of its n cheapest, M for each beyond; with N routes N times
 * the greatest convex function below, at n / N. At the flow's prices this is at least the flow's
 * bound. With one route the prices are moved from there (the volume algorithm of Barahona and Anbil
 * 2000); with several that gains nothing: a mixture of N-route plans is almost any flow whose rate
 * N wide routes could carry, so that the convex hull, which is all that prices see, hardly differs
 * from the flow. places    with one route a zone has one shelter. For any price q(z) ≥ 0 of a zone,
 * those who are served are at most Σ_z q(z) + Σ_s max over sets Z of (min(places, Σ_Z p(z, s)) −
 *             Σ_Z q(z)), p the most that one route alone could bring in time: a knapsack for every
 *             shelter, by dynamic programming over places in classes that are rounded up. Prices by
 *             subgradients (Held, Wolfe and Crowder 1974; Fisher 1981). */
#ifndef ZONE_PLAN_BOUND_H
#define ZONE_PLAN_BOUND_H

#include "coordinator/optimizer/zone_plan_places.h"
#include "coordinator/optimizer/zone_plan_relax.h"

#define ZONE_PLAN_BOUND_NODE_STEPS_MAX 20000000 /* beyond that the routes' bound is left out */

/* Sets `*ret_bound` to the greatest of the bounds and of the flow's own. `places` are those of the
 * problem, or NULL where each zone is one; for a place everybody counts as ready with its first
 * people where that bounds more than what its parts cost each by itself. `work_max` links are
 * looked at to move prices, at most. `flow` is an exact or stopped solution of `relaxed` with its
 * prices. Returns HV_OK, HV_ERR_MEMORY or what the flow engine finds. */
HV_MUST_USE int zone_plan_class_bound(const struct zone_plan_problem *problem,
                                      const struct zone_plan_places *places,
                                      const struct zone_plan_instance *relaxed,
                                      const struct evacuation_plan *flow, int64_t work_max,
                                      struct evacuation_value *ret_bound);

#endif
