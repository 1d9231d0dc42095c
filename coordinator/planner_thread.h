/* The planner thread: reports never wait for a plan. One task at a time; a newer one takes the
 * place of one that waits, and asks the one being solved to end early only at stop.
 *
 * All functions are for the main thread. `planner_thread_fd` becomes readable when a result is
 * there. */
#ifndef COORDINATOR_PLANNER_THREAD_H
#define COORDINATOR_PLANNER_THREAD_H

#include "coordinator/planning/session.h"

struct planner_thread;

struct planner_thread_result {
    int error;
    struct plan *plan;         /* the caller's; NULL on an error */
    struct session_task *task; /* the caller's: what it was made from */
    uint64_t took_ms;
};

int planner_thread_new(struct planner_thread **ret_planner)
    HV_MUST_USE; /* HV_ERR_MEMORY, HV_ERR_IO */

/* Ends a solve that runs, waits for the thread. NULL: nothing. */
void planner_thread_free(struct planner_thread *planner);

int planner_thread_fd(const struct planner_thread *planner);

/* Hands a task over. A task that still waited is dropped and freed. */
void planner_thread_submit(struct planner_thread *planner, struct session_task *task);

/* True and a result, once for each; false: none is there. Clears the descriptor. */
bool planner_thread_take(struct planner_thread *planner, struct planner_thread_result *ret_result);

/* Whether a task waits or is being solved. */
bool planner_thread_busy(struct planner_thread *planner);

#endif
