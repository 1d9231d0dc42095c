#include "coordinator/planning/standards.h"

const struct profile *standards_in_force(const struct profiles *profiles,
                                         const struct state *state) {
    return profiles_find(profiles, state_general(state)->profile_name);
}

enum profile_stage standards_stage(const struct state *state, int64_t wall_ms) {
    const uint32_t open = state_general(state)->incident;
    const struct state_incident *incident = open == STATE_NONE ? NULL : state_incident(state, open);
    return profile_stage_after(incident == NULL ? 0 : wall_ms - incident->opened_wall_ms);
}
