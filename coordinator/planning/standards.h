/* Which standard counts, as the log says, and which of its stages of stay. Pure. */
#ifndef COORDINATOR_PLANNING_STANDARDS_H
#define COORDINATOR_PLANNING_STANDARDS_H

#include "coordinator/region/profile.h"
#include "coordinator/state/state.h"

/* The profile that the log named last; what it does not know is as profiles_find says. */
const struct profile *standards_in_force(const struct profiles *profiles,
                                         const struct state *state);

/* The stage of stay at a moment: by how long the incident has been open. Without one the first.
 * `wall_ms`: of the deployment, scenario time in an exercise. */
enum profile_stage standards_stage(const struct state *state, int64_t wall_ms);

#endif
