/* From the flow of a time-expanded network to routes with departures. */
#ifndef EVACUATION_ROUTES_H
#define EVACUATION_ROUTES_H

#include "coordinator/optimizer/evacuation_contraction.h"
#include "coordinator/optimizer/evacuation_plan.h"
#include "coordinator/optimizer/time_expanded_network.h"

/* Takes the flow out of the network, path by path, and writes routes, departures, links, unserved
 * by zone, value and last arrival of the plan. Circles of no time are dropped. Departures of the
 * same route are put together; routes are in order of zone, shelter and links. Returns HV_OK or
 * HV_ERR_MEMORY; the plan then keeps what was made, to be freed by the caller. Linear in the
 * lengths of all paths, and a sort. */
HV_MUST_USE int evacuation_routes_take(struct time_network *network,
                                       struct evacuation_contraction *contraction,
                                       struct evacuation_plan *plan);

/* The same for a flow in the making, where people may be missing on the way or at a full shelter:
 * who cannot go on, or finds no place, counts as unserved. What is written is a plan all the same.
 */
HV_MUST_USE int evacuation_routes_take_sound(struct time_network *network,
                                             struct evacuation_plan *plan);

#endif
