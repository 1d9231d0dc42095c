/* Nobody is sent alone. What is proven best may send three people of a zone by a road of their own
 * to a shelter of their own, because three places were left there; a warden cannot tell three of
 * five thousand to go elsewhere. */
#ifndef HV_PLANNING_SMALL_GROUPS_H
#define HV_PLANNING_SMALL_GROUPS_H

#include "coordinator/optimizer/plan.h"

/* Fewer people than this are a small group. */
#define SMALL_GROUP 20

/* Joins each small group of a plan that has no times yet to the largest group of its zone whose
 * shelter can take all of it, class by class; where there is none it stays. What stands is left
 * alone: `in_force` are people by zone × shelter × class, and a pair with any of them is not
 * joined, since what is left of it may be on the road. Nobody is added or left out, so that the
 * bounds hold as before; objective.arrival_ms follows, by the ways of the plan.
 * O(assignments × the shelters of a zone). HV_ERR_MEMORY: the plan is as it was. */
HV_MUST_USE int small_groups_join(const struct instance *instance, const int64_t *in_force,
                                  struct plan *plan);

#endif
