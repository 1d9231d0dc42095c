/* The road between one node and the coordinator, as a process of its own: it forwards bytes between
 * TCP ports of loopback. Frozen (child_freeze), it is a network that has gone: nothing passes,
 * nobody is told, and what was sent arrives when it thaws. */
#ifndef SIMULATIONS_EXERCISE_RELAY_H
#define SIMULATIONS_EXERCISE_RELAY_H

#include "simulations/exercise/children.h"

#include <stdint.h>

/* Starts a relay to `to_port`; gives the port that it listens at. HV_ERR_IO. */
int relay_start(struct child *child, const char *name, uint16_t to_port,
                uint16_t *ret_port) HV_MUST_USE;

/* A port of loopback that was free a moment ago. HV_ERR_IO. */
int relay_free_port(uint16_t *ret_port) HV_MUST_USE;

#endif
