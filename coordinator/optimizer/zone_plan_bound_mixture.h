/* What plans with several routes a zone cost at least at given prices, where each route is the same
 * for everybody who takes it.
 *
 * For any worth of a person of a zone with n people, they cost at least n · worth − N · the
 * greatest gain of a route (zone_plan_bound_walk.h): N routes gain no more. The worth is chosen so
 * that this is most as far as the routes are known that were found before; the bound holds for any.
 * A route found at one worth is known at the next. */
#ifndef ZONE_PLAN_BOUND_MIXTURE_H
#define ZONE_PLAN_BOUND_MIXTURE_H

#include "coordinator/optimizer/zone_plan_bound_walk.h"

struct zone_plan_mixture_party;

struct zone_plan_mixture {
    const struct zone_plan_pricing *pricing; /* borrowed */
    int32_t routes;                          /* N */
    struct zone_plan_walk walk;
    struct zone_plan_mixture_party *parties; /* zones, and the people of several of one place */
    size_t party_count;
    int32_t round;
};

/* `places` as zone_plan_bound_routes has it. HV_OK or HV_ERR_MEMORY; free with
 * zone_plan_mixture_deinit. */
HV_MUST_USE int zone_plan_mixture_init(struct zone_plan_mixture *mixture,
                                       const struct zone_plan_pricing *pricing,
                                       const struct zone_plan_places *places, int32_t routes,
                                       int64_t work_max);
void zone_plan_mixture_deinit(struct zone_plan_mixture *mixture);

/* Sets `*ret_cost` to what all zones cost at least at the present prices, in parts of a step: the
 * part of the Lagrangian that is not of the capacities. The worth of people is chosen up to `tries`
 * times, as long as that finds other ways. `pricing` is that of the mixture; costs of its levels
 * change. HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int zone_plan_mixture_cost(struct zone_plan_mixture *mixture,
                                       struct zone_plan_pricing *pricing, int tries,
                                       wide *ret_cost);

/* Adds people as they leave where that costs least, at the prices of the last call: `load` by link
 * and step of entering; `arrived` by shelter. */
void zone_plan_mixture_load(struct zone_plan_mixture *mixture, float *load, float *arrived);

/* Adds the ways that are known to `ways`. HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int zone_plan_mixture_ways(const struct zone_plan_mixture *mixture,
                                       struct zone_plan_bound_ways *ways);

#endif
