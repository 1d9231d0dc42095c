/* What is going to happen in a simulation, in order of time; what falls on the same millisecond
 * happens in the order in which it was entered. Events own their bytes. */
#ifndef SIMULATIONS_SIMULATED_CALENDAR_H
#define SIMULATIONS_SIMULATED_CALENDAR_H

#include "schemas/error.h"

#include <stddef.h>
#include <stdint.h>

enum sim_event_kind {
    SIM_NODE_START,
    SIM_NODE_TICK,
    SIM_NODE_WORK,  /* staff do something */
    SIM_NODE_STORE, /* the gathered writes go to disk */
    SIM_LINK_UP,
    SIM_LINK_DOWN,
    SIM_FRAME_TO_NODE,
    SIM_FRAME_TO_COORDINATOR,
    SIM_COORDINATOR_START,
    SIM_COORDINATOR_TICK,
    SIM_COORDINATOR_IDLE,
    SIM_COORDINATOR_SYNC, /* the oldest batch under way reaches the disk */
    SIM_OPERATOR,
    SIM_TROUBLE /* something goes wrong, or right again */
};

struct sim_event {
    uint64_t at_ms;
    uint64_t order; /* given by calendar_enter */
    enum sim_event_kind kind;
    uint32_t node;
    uint64_t life; /* of the process or connection it is meant for */
    uint64_t extra;
    uint8_t *bytes; /* owned by the event */
    size_t size;
};

struct calendar {
    struct sim_event *heap; /* owned */
    size_t count, room;
    uint64_t entered;
};

void calendar_deinit(struct calendar *calendar);

/* Takes over event.bytes, on failure too (they are freed). HV_ERR_MEMORY. */
int calendar_enter(struct calendar *calendar, struct sim_event event) HV_MUST_USE;

/* Time of the next event; UINT64_MAX: there is none. */
uint64_t calendar_next_ms(const struct calendar *calendar);

/* The next event, which must exist; its bytes are the caller's. O(log events). */
struct sim_event calendar_take(struct calendar *calendar);

#endif
