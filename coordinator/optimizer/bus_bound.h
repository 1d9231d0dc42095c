/* What no bus plan can beat, by Lagrangian relaxation (Fisher 1981).
 *
 * Each person of point p is worth q(p), each place of shelter s costs m(s) ≥ 0; then buses no
 * longer meet, and for every bus the best sequence of runs is found by dynamic programming over
 * time and shelter:
 *
 *   arrivals ≥ Σ_p people(p) q(p) − U · max(0, max_p q(p)) − Σ_s places(s) m(s)
 *              − Σ_buses max over sequences of Σ (q − m − arrival) of those carried
 *
 * for plans that leave U unserved; with 1 for the arrival's cost and 0 ≤ q ≤ 1 the same sum bounds
 * those served. A run is relaxed to its farthest point: one that serves p on the way from shelter a
 * to b takes at least back(a, p) + in(p, b), a run no less than its slowest, and it carries no more
 * than the seats of those whom that much time can reach, dearest first. Time is cut into slices;
 * a run that ends within one counts as if it ended at its beginning. Whether the same people are
 * carried twice by one bus, parties, opening hours but those of the last shelter, and deadlines are
 * left out, which only adds plans. Prices by subgradients, in whole numbers, so that every bound is
 * exact arithmetic. */
#ifndef BUS_BOUND_H
#define BUS_BOUND_H

#include "coordinator/optimizer/bus_plan.h"

/* `plan` is the value of some plan, towards which prices climb. Rounds end after so much `work`,
 * runs looked at; `stop` is asked between them and may be NULL. Returns HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int bus_bound(const struct bus_instance *instance, struct bus_value plan, double work,
                          int (*stop)(void *context), void *context, struct bus_value *ret_bound);

#endif
