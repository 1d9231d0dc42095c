/* Demobilisation: what shelters have left goes back to depots. Pure.
 *
 * Of a shelter all that is usable goes back, by lot: neither damaged nor expired, nor in quarantine
 * (these are written off there). It goes to the depot that is named, or else to the one that takes
 * the shortest time on roads that are open now, of those that can be used. For each shelter the
 * orders are a pair on one waybill: return goods, and expect a delivery. */
#ifndef COORDINATOR_PLANNING_RETURNS_H
#define COORDINATOR_PLANNING_RETURNS_H

#include "coordinator/planning/picture.h"

struct returns_task {
    const struct state *state;
    const struct region *region;
    const struct picture *picture; /* of now */
    const char *place; /* NULL: every shelter where nobody is left and that is closing or closed */
    const char *depot; /* NULL: the nearest of each */
    const char *text;  /* what the orders say besides */
    int64_t wall_ms;
    uint64_t mono_ms;
};

/* The records of the orders, in the arena. HV_ERR_NOT_FOUND: there is nothing to return, at the
 * shelter or at any; HV_ERR_EXISTS: an order to return goods stands there; HV_ERR_STATE: no road
 * leads to a depot that can be used; HV_ERR_LIMIT: more than HV_COMMAND_RECORDS_MAX; HV_ERR_MEMORY.
 * Without a place, shelters where one of these holds are left out. O(places · roads). */
int returns_plan(const struct returns_task *task, struct hv_arena *arena,
                 struct hv_record **ret_records, size_t *ret_count) HV_MUST_USE;

#endif
