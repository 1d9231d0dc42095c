/* What the hazards in force hit, by number in the region. Pure. */
#ifndef COORDINATOR_PLANNING_HAZARDS_H
#define COORDINATOR_PLANNING_HAZARDS_H

#include "coordinator/region/region.h"
#include "coordinator/state/state.h"

struct hazards {
    bool *zones, *links, *shelters, *depots; /* by number in the region */
    const char **link_hazard; /* by link: the id of the first that hits it, or NULL */
    uint32_t kinds;           /* enum region_hazard, or'ed; that of the incident too */
    bool any, names_zones;
};

/* Everything in the arena. HV_ERR_MEMORY. Linear in the region and in what hazards name. */
int hazards_find(const struct state *state, const struct region *region, struct hv_arena *arena,
                 struct hazards *ret_hazards) HV_MUST_USE;

#endif
