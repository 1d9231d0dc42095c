/* The planner thread: reports never wait for a plan. One task at a time; a newer one takes the
 * place of one that waits, and asks the one being solved to end early only at stop.
 *
 * All functions are for the main thread. `worker_fd` becomes readable when a result is there. */
#ifndef COORDINATOR_PLANNING_WORKER_H
#define COORDINATOR_PLANNING_WORKER_H

#include "coordinator/planning/session.h"

struct worker;

struct worker_result {
    int error;
    struct plan *plan;         /* the caller's; NULL on an error */
    struct session_task *task; /* the caller's: what it was made from */
    uint64_t took_ms;
};

int worker_new(struct worker **ret_worker) HV_MUST_USE; /* HV_ERR_MEMORY, HV_ERR_IO */

/* Ends a solve that runs, waits for the thread. NULL: nothing. */
void worker_free(struct worker *worker);

int worker_fd(const struct worker *worker);

/* Hands a task over. A task that still waited is dropped and freed. */
void worker_submit(struct worker *worker, struct session_task *task);

/* True and a result, once for each; false: none is there. Clears the descriptor. */
bool worker_take(struct worker *worker, struct worker_result *ret_result);

/* Whether a task waits or is being solved. */
bool worker_busy(struct worker *worker);

#endif
