/* Checks plans for travellers against what their document says, sharing no code with the planner.
 */
#ifndef TRAVELLERS_CHECKER_H
#define TRAVELLERS_CHECKER_H

#include "coordinator/optimizer/travellers.h"
#include "coordinator/optimizer/zone_plan.h"

/* Re-adds a plan, whose links beyond those of the instance are footways: who walks does so all the
 * way and no longer than the limit, who drives never does; parties are whole and take their share
 * of roads, footways and places; shelters take the class. Returns NULL, or what is wrong (static).
 */
const char *travellers_checker_plan(const struct evacuation_instance *instance,
                                    const struct travellers *travellers,
                                    const struct zone_plan *plan);

#endif
