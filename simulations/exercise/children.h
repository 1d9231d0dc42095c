/* The programs that an exercise runs: started, waited for, killed, stopped for a while, and never
 * left behind. Every child dies with this process (PR_SET_PDEATHSIG), whatever ends it;
 * children_stop_all ends them in good order.
 *
 * A child's standard output and error go to its log file. Main thread only. */
#ifndef SIMULATIONS_EXERCISE_CHILDREN_H
#define SIMULATIONS_EXERCISE_CHILDREN_H

#include "schemas/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct child {
    pid_t pid;     /* 0: not running */
    int notify_fd; /* where READY=1 arrives; -1: not asked for */
    char name[80];
    char log[512];
    int status; /* of waitpid, once it has ended */
};

/* Starts argv[0] (a path). With `notify` it is given NOTIFY_SOCKET, made at DIR of the log.
 * HV_ERR_IO: it cannot be started (errno says why). */
int child_start(struct child *child, const char *name, const char *const argv[], const char *log,
                bool notify) HV_MUST_USE;

/* Starts a copy of this process that runs `body` and ends with what it returns. */
int child_fork(struct child *child, const char *name, int (*body)(void *context),
               void *context) HV_MUST_USE;

/* Waits for READY=1 of a child that was started to notify. HV_ERR_CLOSED: it ended before;
 * HV_ERR_TIMEOUT; HV_ERR_STOPPED: a signal asked this program to stop. */
int child_wait_ready(struct child *child, int timeout_ms) HV_MUST_USE;

bool child_is_running(struct child *child); /* reaps */

/* How it ended: "with status 70", "by signal 9 (Killed)". Returns buffer. */
char *child_end_text(const struct child *child, char *buffer, size_t bytes);

void child_kill(struct child *child); /* SIGKILL, and waits */
void child_freeze(struct child *child, bool frozen);

/* SIGTERM, waits so long, then SIGKILL. True: it ended by itself with status 0. */
bool child_stop(struct child *child, int timeout_ms);

/* Runs a program to its end. Its standard output (at most 64 MiB) is the caller's to free, NUL-
 * terminated; standard error goes to the log. HV_ERR_IO; HV_ERR_MEMORY; HV_ERR_LIMIT. The exit
 * status is 128 + signal where it was killed. */
int child_run(const char *const argv[], const char *log, char **ret_output,
              int *ret_status) HV_MUST_USE;

/* SIGINT and SIGTERM ask to stop instead of ending this process; true once one came. */
void children_catch_signals(void);
bool children_asked_to_stop(void);

/* Sleeps, or less where a signal came. */
void children_sleep_ms(unsigned ms);

#endif
