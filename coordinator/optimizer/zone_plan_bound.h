/* What no zone plan can beat under its own limits: bounds that the flow's alone does not give.
 *
 * Three of them, each proven; the greatest counts, unserved first.
 *
 * Classes: the exact flow of every group alone, with its pace, its parties and the shelters that
 * take it, added up. Others only take room away.
 *
 * Routes: a zone has at most N routes, each the same links for everybody who takes it. For any
 * prices w(l, t) ≥ 0 of links and m(s) ≥ 0 of shelters, a plan costs at least what its zones cost
 * at these prices less Σ w u and Σ m C (weak duality), and the n people of a zone, for any worth v
 * of one of them, at least n v − N · the most that one route gains (zone_plan_bound_walk.h): the
 * sum of v less what leaving costs, over the steps at which that is more than 0, as many people as
 * its narrowest link lets in, and no more than its shelter or the zone holds. The prices begin as
 * the flow's, where this is at least the flow's bound, and are moved by the volume algorithm
 * (Barahona and Anbil 2000). What it cannot see: half of one plan with N routes and half of another
 * count as a plan, so where people leave slowly for want of room it is near the flow's.
 *
 * Places: with one route a zone has one shelter. For any price q(z) ≥ 0 of a zone, those who are
 * served are at most Σ_z q(z) + Σ_s max over sets Z of (min(places, Σ_Z p(z, s)) − Σ_Z q(z)), p the
 * most that one route alone could bring in time: a knapsack for every shelter, by dynamic
 * programming over places in classes that are rounded up. Prices by subgradients (Held, Wolfe and
 * Crowder 1974; Fisher 1981). */
#ifndef ZONE_PLAN_BOUND_H
#define ZONE_PLAN_BOUND_H

#include "coordinator/optimizer/evacuation_flow.h"
#include "coordinator/optimizer/zone_plan_places.h"
#include "coordinator/optimizer/zone_plan_relax.h"

#define ZONE_PLAN_BOUND_NODE_STEPS_MAX 20000000 /* beyond that the routes' bound is left out */

/* Routes that gained most at the prices of the bound: good ones for a search to try. */
struct zone_plan_bound_way {
    int32_t zone, shelter;
    size_t link_first, link_count; /* into the links */
};
struct zone_plan_bound_ways {
    struct zone_plan_bound_way *ways;
    int32_t *links;
    size_t count, capacity, link_count, link_capacity;
};

/* Frees what they own. Accepts all zeros. */
void zone_plan_bound_ways_deinit(struct zone_plan_bound_ways *ways);

/* Sets `*ret_bound` to the greatest of the bounds and of the flow's own. `places` are those of the
 * problem, or NULL where each zone is one; for a place everybody counts as ready with its first
 * people where that bounds more than what its parts cost each by itself. `work_max` links are
 * looked at to move prices, at most. `flow` is an exact or stopped solution of `relaxed` with its
 * prices. Where routes bound more than the flow does, good ones are added to `ways`, which are to
 * be freed whatever comes back. The progress callback of `watch` may end it with what is proven by
 * then; of its figures none is meant for people. Returns HV_OK, HV_ERR_MEMORY or what the flow
 * engine finds. */
HV_MUST_USE int zone_plan_class_bound(const struct zone_plan_problem *problem,
                                      const struct zone_plan_places *places,
                                      const struct zone_plan_instance *relaxed,
                                      const struct evacuation_plan *flow, int64_t work_max,
                                      const struct evacuation_options *watch,
                                      struct zone_plan_bound_ways *ways,
                                      struct evacuation_value *ret_bound);

#endif
