/* A quick plan that only ever adds: for each arrival step in turn, people are sent over whatever
 * links still have room, and nobody is moved again. It serves as the plan to fall back on when an
 * exact search is stopped, and tells whether the horizon is likely to serve everybody. */
#ifndef EVACUATION_GREEDY_H
#define EVACUATION_GREEDY_H

#include "coordinator/optimizer/evacuation_plan.h"
#include "coordinator/optimizer/time_expanded_network.h"

/* Adds flow to a network, which may have some already and may be built for either direction.
 * The results are the people added and the sum of their arrival steps.
 * Returns HV_OK or HV_ERR_MEMORY. A node-step that proved useless is never looked at again, so the
 * time is linear in the network and in the paths found. */
HV_MUST_USE int evacuation_greedy_fill(struct time_network *network, int64_t *ret_people,
                                       int64_t *ret_arrival_steps);

#endif
