/* From a solved plan to a record of the log: numbers become ids again. Pure. */
#ifndef COORDINATOR_PLANNING_OUTCOME_H
#define COORDINATOR_PLANNING_OUTCOME_H

#include "coordinator/planning/picture.h"

/* The plan as the log keeps it, in the arena: id 0 (the core gives it), basis of the picture,
 * compared with the plan in force of `state`. What is left over carries the planner's reason.
 * `region` must be the one the picture was made from. HV_ERR_MEMORY; HV_ERR_LIMIT: too large for a
 * record. */
int outcome_record(const struct plan *plan, const struct picture *picture,
                   const struct region *region, const struct state *state, struct hv_arena *arena,
                   struct hv_plan *ret_plan) HV_MUST_USE;

#endif
