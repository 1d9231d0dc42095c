/* The desk on the network: HTTP, or HTTPS where a certificate is set, in a thread of its own.
 *
 * The thread asks the node through its control socket like any script, so that the node's core is
 * stepped by its own thread only and a slow browser holds nothing up. */
#ifndef NODES_DESK_SERVER_H
#define NODES_DESK_SERVER_H

#include "schemas/fault.h"

#include <stdint.h>

struct desk_server;

/* Opens the desk of this node's directory. *ret_server is NULL where the node has none (no
 * desk.json). HV_ERR_BUSY: the address is taken; HV_ERR_PERMISSION; HV_ERR_FORMAT, _VALUE: see the
 * faults; HV_ERR_IO; HV_ERR_MEMORY. */
int desk_server_open(const char *directory, struct hv_fault_list *faults,
                     struct desk_server **ret_server) HV_MUST_USE;

/* Closes every connection and ends the thread. NULL: nothing. */
void desk_server_close(struct desk_server *server);

/* "http://192.168.1.5:8780"; static until closed. */
const char *desk_server_address(const struct desk_server *server);

#endif
