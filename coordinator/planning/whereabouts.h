/* Where the people of a zone are, as far as anybody knows: each is in exactly one place. Pure.
 *
 *   - arrived: checked in anywhere;
 *   - on the way: should have left by an order that was accepted (state_way), and is not due yet;
 *   - overdue: should have been there a margin ago by such an order, and has not checked in. Nobody
 *     knows whether they left, so they count as still to leave, unless a sweep since found them
 *     gone;
 *   - still: in the zone, and no accepted order has had them leave;
 *   - elsewhere: neither found by the last sweep, nor checked in, nor expected when it was made.
 *
 * Departures are not observed. On the way and overdue are estimates: check-ins at a shelter count
 * for those whom orders sent there, oldest first, and check-ins at places to which nobody was
 * sent for those who are overdue, then for those on the way. A sweep settles who was overdue; who
 * it finds in the zone is not on the way. */
#ifndef COORDINATOR_PLANNING_WHEREABOUTS_H
#define COORDINATOR_PLANNING_WHEREABOUTS_H

#include "coordinator/state/state.h"

/* To one shelter. */
struct whereabouts_way {
    const char *shelter;            /* of the state */
    int64_t on_way[STATE_HEADS];    /* all; in wheelchairs and medical are of these */
    int64_t overdue, overdue_gone;  /* of those: left the zone, as a sweep has shown */
    int64_t arrives_ms, arrived_ms; /* wall clock: those on the way should be there */
};

struct whereabouts {
    int64_t people; /* of the zone; −1: nobody knows, and then `still` and `left` are −1, too,
                       unless it was swept */
    int64_t arrived;
    int64_t on_way[STATE_HEADS];
    int64_t overdue;      /* all of these */
    int64_t overdue_gone; /* of those: left the zone, as a sweep has shown */
    int64_t still;
    int64_t elsewhere;
    int64_t left;    /* not arrived and not elsewhere: on the way, overdue and still together */
    int64_t to_plan; /* whom a plan has to give a way: still, and overdue who may not have left */
    bool swept;
    int64_t told_ms; /* log clock: last answer to an order that has people on the way, or sweep;
                        0: none */
    struct whereabouts_way ways[STATE_WAYS_MAX];
    uint32_t way_count;
};

/* At a moment of the wall clock, in an exercise scenario time. `zone` may be NULL; `people` live in
 * it, −1: unknown; who has not checked in `margin_ms` after they should be there is overdue.
 * O(ways and their legs). */
void whereabouts_of(const struct state_zone *zone, int64_t people, int64_t wall_ms,
                    int64_t margin_ms, struct whereabouts *ret_whereabouts);

/* How many of an order that was accepted and goes on are still to leave by it; −1: nobody leaves by
 * it now. */
int64_t whereabouts_of_order(const struct state_zone *zone, uint64_t order, int64_t wall_ms);

/* The same of all orders that send people of the zone to a shelter; −1: none does now. */
int64_t whereabouts_to_leave(const struct state_zone *zone, const char *shelter, int64_t wall_ms);

#endif
