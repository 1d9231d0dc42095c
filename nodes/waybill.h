/* Entries that name a waybill and leave the goods to the order that announced it. Executor side:
 * reads orders from the outbox. */
#ifndef NODES_WAYBILL_H
#define NODES_WAYBILL_H

#include "nodes/show.h"

/* Completes stock-pick (from the order to ship or return) and stock-receive (from the expected
 * delivery: what has left, by lot, as far as it is known, and was not received here yet) where they
 * have a “waybill” and no “lines”: less “short”, plus “over”, with so many of it “damaged”; a
 * receipt is the last one then, unless “more” is to come or not all that was ordered has left.
 * These three change given lines in the same way; where they name no lot, what is short or damaged
 * is of the lots that expire last, and what is over of the first. “nothing”: nothing came and
 * nothing will; with a “reason”. Gives a new object in `ret_entry`, or NULL where the command needs
 * no completing. On HV_ERR_VALUE and HV_ERR_NOT_FOUND `ret_wrong` says what is wrong. */
int waybill_complete(const struct show *show, const json_t *command, json_t **ret_entry,
                     char *ret_wrong, size_t wrong_bytes) HV_MUST_USE;

/* What is still to be received on the waybill of an order to expect a delivery: what has left, by
 * lot, or where nothing is known of that what was announced, less what was received here since the
 * order came. `ret_whole`: staff have said that nothing more comes. The caller frees `ret_due`.
 * Reads the reports since the order came. HV_ERR_MEMORY, HV_ERR_LIMIT. */
int waybill_due(const struct show *show, const struct hv_order *order, struct node_stock *ret_due,
                bool *ret_whole) HV_MUST_USE;

/* Whether more is known to leave on the waybill than has left so far. */
bool waybill_more_leaves(const struct hv_order *order);

#endif
