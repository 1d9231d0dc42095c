/* Node prices of an evacuation and the bound that they prove by weak duality.
 *
 * price(v, t) is what being at node v at step t still costs, in arrival steps; one person unserved
 * costs M. For any prices,
 *
 *   M · unserved + total ≥ Σ_zones people · min(M, min_t price(node, t))
 *                          - Σ_shelters capacity · max(0, max_t price(node, t) - t)
 *                          - Σ_links Σ_t capacity(t) · max(0, price(from, t) - price(to, t +
 * travel)),
 *
 * with t over the steps at which people may leave the zone, enter the shelter, enter the link. */
#ifndef EVACUATION_PRICES_H
#define EVACUATION_PRICES_H

#include "coordinator/optimizer/evacuation_plan.h"

/* The price at a node and step; `*ret_until` is the first step after at which it may be another. */
typedef int64_t evacuation_price_at(const void *context, int32_t node, int32_t step,
                                    int32_t *ret_until);

/* Makes the runs of every node from a function of node and step, steps 0 to horizon.
 * `*prices` is written on success; its arrays are then the caller's.
 * Returns HV_OK or HV_ERR_MEMORY. Linear in the calls that the function asks for. */
HV_MUST_USE int evacuation_prices_make(const struct evacuation_instance *instance,
                                       int64_t unserved_cost, evacuation_price_at *price_at,
                                       const void *context, struct evacuation_prices *ret_prices);

/* The bound on unserved and total arrival steps that the right side above proves: M · unserved +
 * total is no more than it. Prices that prove nothing, a right side below 0, are dropped for prices
 * of 0, which prove 0. Linear in the runs of both ends of all links. */
struct evacuation_value evacuation_prices_bound(const struct evacuation_instance *instance,
                                                struct evacuation_prices *prices);

#endif
