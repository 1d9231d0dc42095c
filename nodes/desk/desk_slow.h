/* Connections that hold the desk up: who sends a request, or takes its answer, a byte now and then
 * is never idle for libmicrohttpd, and would keep a place for ever that staff need. So a connection
 * that has had no whole answer for DESK_SLOW_MS is shut down; libmicrohttpd then closes it.
 *
 * Any thread: libmicrohttpd's own tells of connections, one of its own looks at them. */
#ifndef NODES_DESK_SLOW_H
#define NODES_DESK_SLOW_H

#include "schemas/error.h"

#include <stddef.h>
#include <stdint.h>

enum { DESK_SLOW_MS = 120000 };

struct desk_slow;
struct desk_slow_socket;

/* HV_ERR_MEMORY. Watches from then on only where desk_slow_watch was called. */
int desk_slow_new(struct desk_slow **ret_slow) HV_MUST_USE;
int desk_slow_watch(struct desk_slow *slow) HV_MUST_USE;
void desk_slow_free(struct desk_slow *slow); /* NULL: nothing */

/* A connection begins; NULL without memory: it is then not watched. The file stays the caller's,
 * and open until desk_slow_end. */
struct desk_slow_socket *desk_slow_begin(struct desk_slow *slow, int file, uint64_t now_ms);
void desk_slow_served(struct desk_slow *slow, struct desk_slow_socket *socket, uint64_t now_ms);
void desk_slow_end(struct desk_slow *slow, struct desk_slow_socket *socket); /* NULL: nothing */

/* Shuts down those that have been too long at it; gives how many. */
size_t desk_slow_look(struct desk_slow *slow, uint64_t now_ms);

#endif
