/* How a time-expanded network is laid out from its instance. Part of time_expanded_network. */
#ifndef TIME_EXPANDED_BUILD_H
#define TIME_EXPANDED_BUILD_H

#include "coordinator/optimizer/time_expanded_network.h"

/* Fills a network of which instance, direction, horizon and people are set. On failure the caller
 * frees what was made. */
HV_MUST_USE int time_network_build(struct time_network *network);

#endif
