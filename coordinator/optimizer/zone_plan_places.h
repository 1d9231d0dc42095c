/* People of one place who get ready one after the other: zones of an instance that differ in their
 * earliest step only. The limits on an order hold for the place, so for the search they are one
 * zone with a readiness; what it plans is dealt back to the zones, whoever was ready first leaving
 * first.
 */
#ifndef ZONE_PLAN_PLACES_H
#define ZONE_PLAN_PLACES_H

#include "coordinator/optimizer/zone_plan.h"

/* A problem whose zones are the places of another. Owns all that is not the other's. */
struct zone_plan_places {
    const struct zone_plan_problem *of; /* borrowed */
    struct zone_plan_problem problem;
    int32_t *place_of;  /* by zone of the other: the zone here */
    int32_t *parts;     /* zones of the other, by the zone here, in order of their earliest step */
    size_t *part_first; /* by zone here, and one at the end */
    struct evacuation_instance instance;
    struct evacuation_zone *zones;
    struct zone_plan_rule *rules;
    struct zone_plan_readiness *readiness;
    struct zone_plan_ready *rows;
    struct zone_plan_kept *in_force;
};

/* Zones are of one place where `places` says so and node, deadline, group, stage and shelters are
 * the same. Returns HV_OK, HV_ERR_VALUE where zone_plan_places_torn finds something, or
 * HV_ERR_MEMORY. O(zones · log zones). */
HV_MUST_USE int zone_plan_places_gather(const struct zone_plan_problem *problem,
                                        struct zone_plan_places *ret_places);
void zone_plan_places_deinit(struct zone_plan_places *places);

/* Deals a plan of the places to the zones: streams, reasons, stages, who is left over. Its orders
 * stay those of the places. HV_OK, or HV_ERR_MEMORY and the plan as it was. O(departures · log
 * departures). */
HV_MUST_USE int zone_plan_places_deal(const struct zone_plan_places *places,
                                      struct zone_plan *plan);

/* Sets `*ret_zone` to a zone that tears a party: its people are no whole parties and others of its
 * place get ready after it; -1 where there is none. HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int zone_plan_places_torn(const struct zone_plan_problem *problem, int32_t *ret_zone);

#endif
