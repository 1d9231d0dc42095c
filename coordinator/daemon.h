/* The coordinator as a process: carries out the effects of the core with sockets, the log, threads
 * and timers.
 *
 * Threads: main (gate, core, control socket, timers), log writer, one each for a checkpoint's sync
 * and for work that operators ask for, the planner, and libzmq's own. Only main touches the core.
 */
#ifndef COORDINATOR_DAEMON_H
#define COORDINATOR_DAEMON_H

#include "schemas/error.h"

/* Runs the coordinator of the folder DIR until SIGTERM or SIGINT, then stops cleanly. Says what is
 * wrong on standard error. Gives an exit status of sysexits.h. */
int daemon_run(const char *dir);

#endif
