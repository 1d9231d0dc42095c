/* Plans: the picture goes to the planner thread, its result becomes a record, and by policy an
 * approval. Private to the daemon. */
#ifndef COORDINATOR_DAEMON_PLANNER_H
#define COORDINATOR_DAEMON_PLANNER_H

#include "coordinator/daemon_inside.h"

int daemon_planner_open(struct daemon *daemon) HV_MUST_USE;
void daemon_planner_close(struct daemon *daemon);

/* Makes a plan from what is known now. A plan that says what the last one said is not recorded
 * again, unless somebody asked: `token`, answered with its number; 0: nobody. Who asked first, and
 * where, stands on the record as its author; both may be NULL, and are copied. */
void daemon_planner_plan(struct daemon *daemon, uint64_t token, const char *author,
                         const struct hv_origin *origin);

int daemon_planner_fd(const struct daemon *daemon);
void daemon_planner_collect(struct daemon *daemon);

/* Writes into the log which profile counts from now on, where that has changed. */
void daemon_planner_record_profile(struct daemon *daemon);

/* How long the last plan took, and whether one is being made. */
void daemon_planner_fares(const struct daemon *daemon, uint64_t *ret_ms, bool *ret_busy);

/* The standards profiles that the log may name; NULL: none. */
const struct profiles *daemon_planner_profiles(const struct daemon *daemon);

#endif
