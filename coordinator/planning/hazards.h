/* What the hazards in force hit, by number in the region, now and at times to come. Pure.
 *
 * A hazard hits some things until it is over, and others from a time on, or between two times (its
 * steps). Times are compared with the wall clock that the caller gives, in an exercise scenario
 * time. Who has to act before the water comes is hit at once:
 *   - a zone has to leave, a shelter gets nobody, as soon as a step that is not past names it;
 *   - a link closes, or has less room, and a depot is of no use, while the step lasts. A link that
 *     is closed now stays so in this plan; when it opens the plan is made anew. */
#ifndef COORDINATOR_PLANNING_HAZARDS_H
#define COORDINATOR_PLANNING_HAZARDS_H

#include "coordinator/optimizer/timetable.h"
#include "coordinator/region/region.h"
#include "coordinator/state/state.h"

#define HAZARDS_NEVER INT64_MAX

struct hazards {
    bool *zones, *links, *shelters, *depots; /* by number in the region */
    const char **link_hazard; /* by link: the id of the first that closes it, or NULL */
    int64_t *link_closes_ms;  /* by link: from now; 0: closed now; HAZARDS_NEVER */
    struct timetable_closing
        *closings;        /* of links that close or lose room later, or have less now */
    size_t closing_count; /* by link, then by time */
    uint32_t kinds;       /* enum region_hazard, or'ed; that of the incident too */
    bool any, names_zones;
};

/* Everything in the arena. HV_ERR_MEMORY. n log n in what hazards name, linear in the region. */
int hazards_find(const struct state *state, const struct region *region, int64_t wall_ms,
                 struct hv_arena *arena, struct hazards *ret_hazards) HV_MUST_USE;

#endif
