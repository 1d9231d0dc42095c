/* Work that would hold the main thread up: each in a thread of its own, its end told to the main
 * thread in its loop. */
#ifndef COORDINATOR_DAEMON_TASK_H
#define COORDINATOR_DAEMON_TASK_H

#include "schemas/error.h"

#include <stdbool.h>

struct daemon_tasks;

typedef int daemon_task_run(void *context);              /* in the thread of the task */
typedef void daemon_task_done(void *context, int error); /* in the main thread */

int daemon_tasks_new(struct daemon_tasks **ret_tasks) HV_MUST_USE;

/* Waits for all tasks and tells their ends. NULL: nothing. */
void daemon_tasks_free(struct daemon_tasks *tasks);

/* Readable when a task has ended: call daemon_tasks_collect. */
int daemon_tasks_fd(const struct daemon_tasks *tasks);
void daemon_tasks_collect(struct daemon_tasks *tasks);

/* HV_ERR_BUSY: as many run as may; HV_ERR_MEMORY. `done` is called only if this returns 0. */
int daemon_task_start(struct daemon_tasks *tasks, daemon_task_run *run, daemon_task_done *done,
                      void *context) HV_MUST_USE;

#endif
