/* Allocation where lanes have limits, which bind items together: what the flow of a session cannot
 * hold. Used by allocation_solve(). */
#ifndef HV_OPTIMIZER_ALLOCATION_JOINT_H
#define HV_OPTIMIZER_ALLOCATION_JOINT_H

#include "coordinator/optimizer/allocation.h"

/* Whether a plan keeps the limits of lanes. HV_ERR_MEMORY. */
HV_MUST_USE int allocation_keeps_lanes(const struct allocation_instance *instance,
                                       const struct allocation_plan *plan, bool *ret_keeps);

/* The optimum with limits of lanes, fair if the instance says so, starting from a plan without
 * them. HV_ERR_STOPPED, HV_ERR_MEMORY; HV_ERR_OVERFLOW where the figures are too far apart for the
 * linear programme. The caller deinits the plan. */
HV_MUST_USE int allocation_joint_solve(const struct allocation_instance *instance,
                                       const struct allocation_plan *start,
                                       const struct allocation_options *options,
                                       struct allocation_plan *ret_plan);

#endif
