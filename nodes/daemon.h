/* The running node: carries out the core's effects on the outbox, the link and the control socket.
 * One thread. */
#ifndef NODES_DAEMON_H
#define NODES_DAEMON_H

#include "schemas/error.h"
#include "schemas/fault.h"

/* Runs the node of this directory until SIGTERM, SIGINT or the verb “stop”; then stores what the
 * next start wants. Tells systemd when it is ready. What is wrong at the start is in `faults` or
 * logged. Errors: those of directory_load, outbox_lmdb_open (HV_ERR_BUSY: it runs already),
 * journal_restore, control_server_new. */
int node_daemon_run(const char *directory, struct hv_fault_list *faults) HV_MUST_USE;

#endif
