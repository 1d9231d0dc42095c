/* Real programs under test: start them, wait until they say that they are ready, kill them, read
 * what they print.
 *
 * Waits on events only: readiness is the sd_notify message READY=1, ends are waitpid. Every child
 * dies with the test (PR_SET_PDEATHSIG). Failures of the machinery abort the test through
 * cr_assert. */
#ifndef TESTS_SUPPORT_PROCESS_H
#define TESTS_SUPPORT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process {
    pid_t pid;     /* <= 0: not running; killing, stopping or waiting for it fails the test */
    int notify_fd; /* datagram socket that READY=1 arrives at; -1 where not asked for */
    int stdout_fd; /* -1 where not piped */
    char notify_path[108];
};

/* Path of a program: build_path("bin/haven") under $BUILD. Static buffer of the caller. */
void build_path(const char *name, char *path, size_t bytes);

/* Starts a daemon and returns when it has said READY=1; fails the test if it ends before.
 * argv[0] is a path; log_path receives its stderr (appended). */
void daemon_start(struct process *process, const char *const argv[], const char *log_path);

/* Starts a program whose standard output can be read from stdout_fd. */
void program_start(struct process *process, const char *const argv[], const char *log_path);

/* Sends SIGKILL and reaps. */
void process_kill(struct process *process);

/* Sends SIGTERM and returns the exit status; -signal where it was killed. */
int process_stop(struct process *process);

/* Waits for the end; exit status as above. */
int process_wait(struct process *process);

/* Runs to the end; standard output is returned (owned by the caller), exit status as above. */
int program_run(const char *const argv[], const char *log_path, char **ret_output);

/* A TCP port of loopback that was free a moment ago. */
int free_port(void);

#endif
