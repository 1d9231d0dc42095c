/* Entries that name a waybill and leave the goods to the order that announced it. Executor side:
 * reads orders from the outbox. */
#ifndef NODES_WAYBILL_H
#define NODES_WAYBILL_H

#include "nodes/show.h"

/* Completes stock-pick (from the order to ship or return) and stock-receive (from the expected
 * delivery) where they have a “waybill” and no “lines”: as ordered, less “short”, plus “over”, with
 * so many of it “damaged”; a receipt is the last one then, unless “more” is to come. These three
 * change given lines in the same way. Gives a new object in `ret_entry`, or NULL where the command
 * needs no completing. On HV_ERR_VALUE and HV_ERR_NOT_FOUND `ret_wrong` says what is wrong. */
int waybill_complete(const struct show *show, const json_t *command, json_t **ret_entry,
                     char *ret_wrong, size_t wrong_bytes) HV_MUST_USE;

#endif
