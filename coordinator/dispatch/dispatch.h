/* Orders on their way to nodes: sent at once, again after 5 s, 10 s, … up to 60 s of real time,
 * until the node has answered this revision. What is to be sent stands in the state; here is only
 * when. */
#ifndef COORDINATOR_DISPATCH_DISPATCH_H
#define COORDINATOR_DISPATCH_DISPATCH_H

#include "coordinator/state/state.h"

struct dispatch_line {
    uint32_t order; /* index */
    uint32_t node;  /* index */
    uint64_t due_ms;
    uint32_t pause_ms;
};

struct dispatch {
    struct dispatch_line *lines; /* by node and order, but for what `unsorted` says */
    size_t count, room;
    uint32_t *line_of; /* by order: its line and one more; 0: none */
    uint32_t order_room;
    bool *here; /* by node: has said hello since the last run */
    uint32_t node_room;
    bool unsorted;    /* lines have been added */
    uint64_t next_ms; /* no line is due before */
};

/* Sends these orders, all to one node. */
typedef void dispatch_send(void *context, uint32_t node, const uint32_t *orders, size_t count);

void dispatch_init(struct dispatch *dispatch);
void dispatch_deinit(struct dispatch *dispatch);

/* Takes an order that has changed: one that is untold becomes due at once, any other is dropped
 * when it comes up. Constant time. HV_ERR_MEMORY. */
int dispatch_take(struct dispatch *dispatch, const struct state *state,
                  const struct state_order *order) HV_MUST_USE;

/* Makes everything for this node due at the next run: it has just said hello. Constant time.
 * HV_ERR_MEMORY. */
int dispatch_node_is_here(struct dispatch *dispatch, uint32_t node) HV_MUST_USE;

/* Sends what is due, gathered by node, and drops what needs no telling any more. Linear in the
 * lines where one may be due, and sorts them where some are new; else nothing. */
void dispatch_run(struct dispatch *dispatch, const struct state *state, uint64_t real_ms,
                  dispatch_send *send, void *context);

#endif
