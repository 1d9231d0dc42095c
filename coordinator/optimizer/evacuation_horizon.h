/* Long horizons, a part at a time.
 *
 * A horizon of 1,000,000 steps takes gigabytes where everybody may be safe after a hundred. So the
 * plan is first made for as many steps as little memory holds, then for more, until its prices
 * prove it for the whole horizon.
 *
 * They prove it so. Let a be prices that hold for steps 0 to K, and for a shelter s let its place
 * price be π(s) = max(0, max_t a(s, t) − t). Whoever arrives after K pays at least K + 1 for the
 * time and π(s) for the place: from node v no less than C(v) = K + 1 + min π(s) over all s to which
 * a road leads from v, at whatever step. Where a road leads from u to v, C(u) ≤ C(v). Then min(a,
 * C) up to step K and C after it are prices for any longer horizon, that take no more for places
 * and links than a does: the bound is that of a, as long as no zone's least price is above its C.
 */
#ifndef EVACUATION_HORIZON_H
#define EVACUATION_HORIZON_H

#include "coordinator/optimizer/evacuation_plan.h"
#include "coordinator/optimizer/evacuation_reach.h"

/* What a plan for `steps` of the instance takes at most, in bytes, from the reach of the whole
 * instance. Linear in nodes and links. */
int64_t evacuation_horizon_memory(const struct evacuation_instance *instance,
                                  const struct evacuation_reach *reach, int32_t steps);

/* The longest horizon, up to the instance's own, that takes no more than `memory` bytes; 0 where
 * none does. */
int32_t evacuation_horizon_within(const struct evacuation_instance *instance,
                                  const struct evacuation_reach *reach, int64_t memory);

/* Makes prices that hold for the first `steps` of the instance hold for all of its horizon.
 * Returns HV_OK or HV_ERR_MEMORY. Linear in the runs of the prices, and sorts the shelters. */
HV_MUST_USE int evacuation_horizon_extend(const struct evacuation_instance *instance, int32_t steps,
                                          struct evacuation_prices *prices);

#endif
