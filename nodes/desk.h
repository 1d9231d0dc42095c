/* The control socket of a running node: takes entries and questions, answers entries when they are
 * on disk.
 *
 * Requests are queued when they come and taken by `desk_take` in the daemon's turn, so that the
 * core is never stepped within a step. */
#ifndef NODES_DESK_H
#define NODES_DESK_H

#include "nodes/core.h"
#include "nodes/outbox/outbox.h"

#include <czmq.h>

#define DESK_BATCH_MAX 4096u

struct desk;

struct desk_options {
    zloop_t *loop;
    const char *socket;
    const struct node_core *core;
    const struct outbox *outbox;
    void *context;
    void (*step)(void *context,
                 struct node_event *event); /* steps the core; clocks are filled in */
    void (*came)(void *context);            /* something is queued */
};

/* Errors: those of control_server_new. */
int desk_new(const struct desk_options *options, struct desk **ret_desk) HV_MUST_USE;
void desk_free(struct desk *desk);

/* Carries out one queued request; false where there is none. */
bool desk_take(struct desk *desk);

/* A REPLY effect. */
void desk_replied(struct desk *desk, const struct node_reply *reply);

/* Somebody asked the node to stop and was answered. */
bool desk_wants_stop(const struct desk *desk);

#endif
