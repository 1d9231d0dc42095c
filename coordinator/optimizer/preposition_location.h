/* A single scenario as facility location. Who knows the scenario buys what arrives and nothing
 * else, so stocks follow from what is sent, a unit of room that is left after the event is a unit
 * of capacity, and each (demand, item) is a customer of so many m3: capacitated facility location
 * with a choice of sizes at each site (facility_location.h), which is far easier than the programme
 * over many scenarios. Goods without volume need no depot and come from wherever they cost least.
 */
#ifndef PREPOSITION_LOCATION_H
#define PREPOSITION_LOCATION_H

#include "coordinator/optimizer/preposition_solve.h"

/* Whether an instance is one: a single scenario, its expectation, no budget, service level or limit
 * of what can be had. */
bool preposition_location_fits(const struct preposition_instance *instance);

/* As preposition_solve, for an instance that fits. */
HV_MUST_USE int preposition_location_solve(const struct preposition_instance *instance,
                                           const struct preposition_options *options,
                                           struct preposition_decision *ret_decision);

#endif
