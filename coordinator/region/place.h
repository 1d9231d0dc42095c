/* Places that were imported without roads, put onto the roads of another region. */
#ifndef COORDINATOR_REGION_PLACE_H
#define COORDINATOR_REGION_PLACE_H

#include "coordinator/region/region.h"

#define PLACE_WITHIN_M 1000.0 /* where nobody says otherwise */

struct placed {
    uint32_t count;       /* shelters that got their place */
    double farthest_m;    /* as the crow flies, from a shelter to its node */
    uint32_t farthest_of; /* that shelter, in `roads`; REGION_NONE: none was placed */
};

/* Adds every shelter of `shelters` to `roads`, at the nearest node of the largest strongly
 * connected part of the roads: one from which a vehicle gets everywhere else there and back. Nodes
 * that ways never pass (centroids) are not taken. A shelter without a place on earth, farther than
 * `within_m` from any such node, or with an id that `roads` has, is named in `faults` (`file`, and
 * its line there) and left out; the others are added all the same.
 *
 * Both are in longitude and latitude, else HV_ERR_VALUE with a fault; as is a region without
 * roads. HV_ERR_LIMIT, HV_ERR_MEMORY: `roads` has some of the shelters then. Time: nodes sorted by
 * latitude once, then for each shelter the nodes within the best distance so far in latitude. */
HV_MUST_USE int place_shelters(struct region *roads, const struct region *shelters, double within_m,
                               const char *file, struct hv_fault_list *faults,
                               struct placed *ret_placed);

#endif
