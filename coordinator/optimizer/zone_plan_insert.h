/* Putting one zone into a zone plan: ways are sought for several rates and taken from the pool, and
 * one after the other is added that helps most. */
#ifndef ZONE_PLAN_INSERT_H
#define ZONE_PLAN_INSERT_H

#include "coordinator/optimizer/zone_plan_search.h"

/* Puts a zone that is not in the plan on the best ways at hand. `thorough` weighs all that can be
 * found; else chance leaves some out, so that not the same ways are chosen again. Returns HV_OK,
 * HV_ERR_MEMORY or HV_ERR_LIMIT. */
HV_MUST_USE int zone_plan_insert(struct zone_plan_search *search, int32_t zone, bool thorough);

/* Gives a zone of the plan departures over the ways it has, for all of its people. Returns the
 * same. */
HV_MUST_USE int zone_plan_insert_again(struct zone_plan_search *search, int32_t zone);

#endif
