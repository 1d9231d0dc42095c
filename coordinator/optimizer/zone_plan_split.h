/* Departures of all zones over the ways they have, found together: the search fills one zone after
 * the other, each as early as the room that others left lets it.
 *
 * With the ways given, people x(w, t) of a way w and a step t of departure are a linear programme:
 * the fewest unserved, then the least arrivals, within the people of each zone who are ready, the
 * places, and what each link takes at each step. Solved by Clp; what it leaves in parts of a person
 * is filled in turn. Where that would be too large, it is solved for one block of zones after the
 * other (zone_plan_blocks.h), all others as they are. */
#ifndef ZONE_PLAN_SPLIT_H
#define ZONE_PLAN_SPLIT_H

#include "coordinator/optimizer/zone_plan_search.h"

/* Splits the people of the best plan anew and keeps the plan if it is better; the present plan is
 * then that or a worse one. Does nothing where departures may not pause, people travel in parties,
 * or changing a plan in force has a price. HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int zone_plan_split(struct zone_plan_search *search);

/* The same for the zones that are marked in `member`, which is by zone; the present plan is the
 * best one. HV_ERR_LIMIT where that is too large or takes too long: some zones are not in the
 * present plan then, and zone_plan_search_restore mends it. */
HV_MUST_USE int zone_plan_split_block(struct zone_plan_search *search, const bool *member);

#endif
