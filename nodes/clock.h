/* The node clock: what the figures of a node are dated with.
 *
 * Counts milliseconds since a month before the outbox was made, so that its staff can say what was
 * seen before it was there, at the rate of the scenario clock; goes on over
 * restarts of the program and suspends of the machine (CLOCK_BOOTTIME with the same boot id),
 * stands still while the machine is off. After a boot it goes on one past the last mark that was
 * stored, and that moment is the gap: figures seen before it are at least as old as the clock says.
 *
 * Pure: time comes in as `real_ms` (CLOCK_BOOTTIME) and `wall_ms`. */
#ifndef NODES_CLOCK_H
#define NODES_CLOCK_H

#include "schemas/model.h"

#define NODE_BOOT_ID_BYTES 40u
#define NODE_CLOCK_START_MS (31u * UINT64_C(86400000)) /* the oldest that an entry may be */

struct node_clock {
    char boot[NODE_BOOT_ID_BYTES]; /* boot id under which real_ms was read */
    uint64_t real_ms;              /* the moment that the figures below are of */
    uint64_t node_ms;
    uint64_t gap_node_ms;     /* 0: never off */
    struct hv_clock scenario; /* elapsed_ms is at real_ms */
};

/* A clock that starts at NODE_CLOCK_START_MS now, in real time. */
void node_clock_start(struct node_clock *clock, const char *boot, uint64_t real_ms);

/* Goes on from a stored mark, now, in this boot. */
void node_clock_resume(struct node_clock *clock, const struct node_clock *mark, const char *boot,
                       uint64_t real_ms);

uint64_t node_clock_node_ms(const struct node_clock *clock, uint64_t real_ms);

/* What a clock on the wall shows: scenario time where a scenario runs, else `wall_ms` as given. */
int64_t node_clock_wall_ms(const struct node_clock *clock, uint64_t real_ms, int64_t wall_ms);

/* The coordinator set the scenario clock; elapsed_ms is as of now. */
void node_clock_set(struct node_clock *clock, const struct hv_clock *scenario, uint64_t real_ms);

/* The same clock told as of now: what is stored as the mark. */
struct node_clock node_clock_mark(const struct node_clock *clock, uint64_t real_ms);

#endif
