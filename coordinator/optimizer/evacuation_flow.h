/* The exact plan of an evacuation: the fewest people unserved, then the least sum of arrival steps,
 * with prices that prove it.
 *
 * A minimum-cost flow on the time-expanded network, by rising arrival cost (primal-dual), on the
 * implicit network of time_expanded_network with the search forest of time_expanded_forest. No
 * clock and no input or output: limits are counted work, and the progress callback may stop it. The
 * same instance and options give the same plan, bit for bit. */
#ifndef EVACUATION_FLOW_H
#define EVACUATION_FLOW_H

#include "coordinator/optimizer/evacuation_plan.h"

#define EVACUATION_MEMORY_MAX (INT64_C(4) << 30)

struct evacuation_progress {
    int64_t people, served;        /* by the flow as it grows */
    struct evacuation_value value; /* of the best whole plan so far */
    struct evacuation_value bound; /* no plan is better */
    int64_t work, augmentations;
};

struct evacuation_options {
    /* Called every now and then by counted work; a result other than 0 stops with the best plan so
     * far. */
    int (*progress)(void *context, const struct evacuation_progress *progress);
    void *context;
    int64_t work_max;   /* scans of a node-step; 0 for no limit */
    double gap;         /* stop as soon as nobody more can be served and the sum of arrival steps is
                           within this share of its bound; 0 for the optimum */
    int64_t memory_max; /* bytes that the network may take; 0 for EVACUATION_MEMORY_MAX */
    int32_t first_steps; /* look so many steps ahead first, then twice as many, and so on; 0 for
                            as many as it seems good, which is all where that takes little */
};

/* Solves an instance. `*ret_plan` is to be freed with evacuation_plan_deinit. A plan that was
 * stopped early, or for which memory holds only the beginning of the horizon
 * (evacuation_horizon.h), has optimal = false and an honest bound. Returns HV_OK, what
 * evacuation_instance_check finds, HV_ERR_MEMORY, HV_ERR_LIMIT where even one step takes more than
 * memory_max, or HV_ERR_OVERFLOW where a sum does not fit. */
HV_MUST_USE int evacuation_flow_solve(const struct evacuation_instance *instance,
                                      const struct evacuation_options *options,
                                      struct evacuation_plan *ret_plan);

#endif
