/* The control socket of a running node: takes entries and questions, answers entries when they are
 * on disk.
 *
 * Requests are queued when they come and taken by `console_take` in the daemon's turn, so that the
 * core is never stepped within a step. */
#ifndef NODES_CONSOLE_H
#define NODES_CONSOLE_H

#include "nodes/core.h"
#include "nodes/outbox/outbox.h"

#include <czmq.h>

#define CONSOLE_BATCH_MAX 4096u
#define CONSOLE_ONCE_MAX                                                                           \
    100u /* entries of a batch that is taken once, in one batch of the outbox */

struct console;

struct console_options {
    zloop_t *loop;
    const char *socket;
    const struct node_core *core;
    const struct outbox *outbox;
    void *context;
    void (*step)(void *context,
                 struct node_event *event); /* steps the core; clocks are filled in */
    void (*came)(void *context);            /* something is queued */
    void (*flush)(void *context); /* stores what was gathered: what follows shares a batch */
};

/* Errors: those of control_server_new. */
int console_new(const struct console_options *options, struct console **ret_console) HV_MUST_USE;
void console_free(struct console *console);

/* Carries out one queued request; false where there is none. */
bool console_take(struct console *console);

/* A REPLY effect. */
void console_replied(struct console *console, const struct node_reply *reply);

/* Somebody asked the node to stop and was answered. */
bool console_wants_stop(const struct console *console);

#endif
