/* What a node shows: its state, stock, requests, orders and records as JSON (docs/NODE.md).
 *
 * Executor side only. Every function returns a new object with "ok": true, or NULL without memory.
 */
#ifndef NODES_SHOW_H
#define NODES_SHOW_H

#include "nodes/core.h"
#include "nodes/outbox/outbox.h"

#include <jansson.h>

struct show {
    const struct node_core *core;
    const struct outbox *outbox;
    uint64_t real_ms;
    int64_t wall_ms;
};

json_t *show_status(const struct show *show);
json_t *show_stock(const struct show *show);
json_t *show_requests(const struct show *show);
/* Open orders, or all that are kept. */
json_t *show_orders(const struct show *show, bool all);

/* Reports of a lane from this index on, at most `limit`. */
json_t *show_records(const struct show *show, enum hv_lane lane, uint64_t from, uint64_t limit);

const char *show_link_word(enum node_link_state state);

#endif
