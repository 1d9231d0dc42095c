/* The inside of reports on behalf. Included by console_behalf*.c only. */
#ifndef COORDINATOR_CONTROL_CONSOLE_BEHALF_H
#define COORDINATOR_CONTROL_CONSOLE_BEHALF_H

#include "coordinator/state/state.h"

/* Puts lots into a report of goods that names none, as a node does for its staff: what leaves is
 * taken from the lots that the books have there, first expired first out (what was set aside for
 * its waybill, what is free, what was set aside for others), what comes on a waybill from the lots
 * that left on it. What is left over names no lot. A lot that is named without its expiry is the
 * one lot of that name there. In the arena. Errors: HV_ERR_MEMORY. */
int behalf_lots(const struct state *state, const char *place, int64_t seen_ms,
                struct hv_arena *arena, struct hv_report *report) HV_MUST_USE;

#endif
