/* The capacity-constrained route planner (Lu, George and Shekhar 2005), the usual heuristic, under
 * the limits of a zone plan: again and again the earliest arrival of anybody over what room is
 * left, as many as fit. It never goes back on a choice.
 *
 * The original lets people wait at nodes. Here they wait at home, so a way that was found with
 * waiting is left on at the first step at which all of it is free. A zone that has all the routes
 * it may have goes on over these. Where departures may not pause, a zone departs whole as soon as
 * its first route is found. */
#ifndef ZONE_PLAN_CCRP_H
#define ZONE_PLAN_CCRP_H

#include "coordinator/optimizer/zone_plan_search.h"

/* Makes a plan from scratch and keeps it as the best of the search. Stages are not known to it.
 * HV_OK, HV_ERR_MEMORY or HV_ERR_LIMIT. */
HV_MUST_USE int zone_plan_ccrp_build(struct zone_plan_search *search);

#endif
