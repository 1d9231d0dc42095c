/* The HTTP interface's end in the main thread: hands its requests to the console. Private to the
 * daemon. */
#ifndef COORDINATOR_DAEMON_API_H
#define COORDINATOR_DAEMON_API_H

#include "coordinator/daemon_inside.h"

#include <jansson.h>

/* Nothing where the settings say “off”. Errors as api_new. */
int daemon_api_open(struct daemon *daemon) HV_MUST_USE;
void daemon_api_close(struct daemon *daemon);

int daemon_api_fd(const struct daemon *daemon); /* -1: there is none */
void daemon_api_serve(struct daemon *daemon);   /* what has come in */

bool daemon_api_owns(uint64_t token);
void daemon_api_answer(struct daemon *daemon, uint64_t token, json_t *reply);

/* The region that is in force from now on; `old`, the one before, is taken over (NULL: none). */
void daemon_api_region(struct daemon *daemon, struct region *old);

/* Up to where the log is durable, and, a few times a second, how the rest fares. */
void daemon_api_committed(struct daemon *daemon);
void daemon_api_tell(struct daemon *daemon);

#endif
