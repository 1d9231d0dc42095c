/* Departures of all zones over the ways they have, found together: the search fills one zone after
 * the other, each as early as the room that others left lets it.
 *
 * With the ways given, people x(w, t) of a way w and a step t of departure are a linear programme:
 * the fewest unserved, then the least arrivals, within the people of each zone who are ready, the
 * places, and what each link takes at each step. Solved by Clp; what it leaves in parts of a person
 * is filled in turn. */
#ifndef ZONE_PLAN_SPLIT_H
#define ZONE_PLAN_SPLIT_H

#include "coordinator/optimizer/zone_plan_search.h"

/* Splits the people of the best plan anew and keeps the plan if it is better; the present plan is
 * then that or a worse one. Does nothing where departures may not pause, people travel in parties,
 * changing a plan in force has a price, or the programme would be too large. HV_OK, HV_ERR_MEMORY
 * or HV_ERR_LIMIT. */
HV_MUST_USE int zone_plan_split(struct zone_plan_search *search);

#endif
