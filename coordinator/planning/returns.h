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

struct returns {
    struct hv_record *records; /* of the orders */
    size_t count;
    const char **without_road; /* shelters that have goods, and no road to a depot that can be used;
                                  where no place is named */
    size_t without_road_count;
};

/* Everything in the arena. HV_ERR_NOT_FOUND: there is nothing to return, at the shelter or at any;
 * HV_ERR_EXISTS: an order to return goods stands there; HV_ERR_STATE: no road leads to a depot that
 * can be used, neither from there nor, without a place, from any shelter that has goods;
 * HV_ERR_LIMIT: more than HV_COMMAND_RECORDS_MAX; HV_ERR_MEMORY. Without a place, shelters where
 * one of the first three holds are passed over; those without a road are named, also with
 * HV_ERR_STATE. O(places · roads). */
int returns_plan(const struct returns_task *task, struct hv_arena *arena,
                 struct returns *ret_returns) HV_MUST_USE;

#endif
