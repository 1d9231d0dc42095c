/* Allocation as one call: the linear programme exactly, whatever the instance has of limits and
 * fairness. See allocation_session.h for solving again after changes. */
#ifndef HV_OPTIMIZER_ALLOCATION_H
#define HV_OPTIMIZER_ALLOCATION_H

#include "coordinator/optimizer/allocation_plan.h"

enum allocation_stage { ALLOCATION_COST, ALLOCATION_LANES, ALLOCATION_FAIRNESS };

struct allocation_options {
    /* Called now and then with work done so far; anything but 0 stops. NULL: none. */
    int (*progress)(void *context, enum allocation_stage stage, uint64_t work);
    void *context;
};

/* Solves; `options` may be NULL. The caller deinits the plan. Errors: those of
 * allocation_instance_check(); HV_ERR_STOPPED; HV_ERR_OVERFLOW; HV_ERR_MEMORY. */
HV_MUST_USE int allocation_solve(const struct allocation_instance *instance,
                                 const struct allocation_options *options,
                                 struct allocation_plan *ret_plan);

#endif
