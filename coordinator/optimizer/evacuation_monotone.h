/* Prices that never fall from one step to the next.
 *
 * In a steady instance nothing is gained by waiting on the way, so the flow that is optimal without
 * stays optimal where everybody may wait anywhere, and has optimal prices that rise with time.
 * Prices of that kind extend to the nodes that a contraction took out without any loss. */
#ifndef EVACUATION_MONOTONE_H
#define EVACUATION_MONOTONE_H

#include "coordinator/optimizer/time_expanded_network.h"

/* Lowers prices by id (node-steps, then terminals) as little as waiting makes necessary: price(x) ≤
 * cost + price(y) is to hold, and is kept, for every arc from x to y with room. The flow of the
 * network must be optimal for the prices. Returns HV_OK or HV_ERR_MEMORY. Label correcting with a
 * first in, first out queue. */
HV_MUST_USE int evacuation_monotone_lower(const struct time_network *network, int64_t *prices);

#endif
