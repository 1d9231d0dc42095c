/* Instances near the one that is planned: without the limits on an order, for the exact flow that
 * bounds every plan, and with some links reversed. */
#ifndef ZONE_PLAN_RELAX_H
#define ZONE_PLAN_RELAX_H

#include "coordinator/optimizer/zone_plan.h"

/* An instance with links of its own; zones and shelters are those of the problem's, unless it has
 * some itself. */
struct zone_plan_instance {
    struct evacuation_instance instance;
    struct evacuation_link *links;
    struct evacuation_zone *zones;       /* or NULL */
    struct evacuation_shelter *shelters; /* or NULL */
    struct evacuation_change *changes;
    struct evacuation_change *scaled; /* of capacities counted in people */
};

/* Whether a plan of the problem may reverse any link. */
bool zone_plan_may_reverse(const struct zone_plan_problem *problem);

/* No plan of the problem is better than the best flow of this instance: everybody travels at the
 * pace of the quickest group and may wait on the way where that could matter, and a link that may
 * be reversed has the lanes of its opposite while that one keeps them. What parties
 * take of a link is turned into people by the group that takes least for each. Returns HV_OK or
 * HV_ERR_MEMORY. */
HV_MUST_USE int zone_plan_relax(const struct zone_plan_problem *problem,
                                struct zone_plan_instance *ret_relaxed);

/* The same for the people of one group alone, as if the others were not there: its pace, and of
 * each shelter the places that are fit for it and that some zone of the group may use. Zones of
 * other groups have no people. The sum of what the groups leave unserved, and of their arrivals,
 * bounds a plan of all. `ret_relaxed` owns the zones and shelters, too. */
HV_MUST_USE int zone_plan_relax_group(const struct zone_plan_problem *problem, size_t group,
                                      struct zone_plan_instance *ret_relaxed);

/* The problem's instance where each of the links has the lanes of its opposite from step 0 on.
 * Returns HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int zone_plan_reverse(const struct zone_plan_problem *problem, const int32_t *reversed,
                                  size_t count, struct zone_plan_instance *ret_reversed);

void zone_plan_instance_deinit(struct zone_plan_instance *instance);

/* What a link takes at a step, whoever is on it by then. */
int64_t zone_plan_lanes_at(const struct evacuation_link *link, int32_t step);

#endif
