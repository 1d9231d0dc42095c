/* How far the evacuation is, zone by zone, against the windows of the plan in force. Pure.
 *
 * What should be comes from the plan: its windows count from its approval, and within a window
 * people leave, and arrive, at an even rate; those who were on the way when it was made have left.
 * What is comes from check-ins and sweeps: of those whom
 * the plan counted in the zone, whoever is not there any more. A zone whose people go elsewhere and
 * check in nowhere is behind until somebody sweeps it. */
#ifndef COORDINATOR_PLANNING_PROGRESS_H
#define COORDINATOR_PLANNING_PROGRESS_H

#include "coordinator/region/region.h"
#include "coordinator/state/state.h"

enum progress_standing {
    PROGRESS_NOT_BEGUN, /* its first window has not begun */
    PROGRESS_ON_TIME,
    PROGRESS_BEHIND, /* a quarter of an hour or more, and ten people or more */
    PROGRESS_DONE,   /* all whom the plan moves are gone */
    PROGRESS_STANDINGS
};

struct progress_zone {
    const char *zone; /* of the region */
    enum progress_standing standing;
    int64_t people;                            /* whom the plan moves, or counted as on the way */
    int64_t left_over;                         /* for whom it has no place or no time */
    int64_t departs_wall_ms, departed_wall_ms; /* the first window begins, the last one ends */
    int64_t arrived_wall_ms;                   /* all should be there */
    int64_t should_have_left, should_be_there; /* by now */
    int64_t gone;  /* of them, as far as anybody knows: checked in, or not found by a sweep */
    int64_t still; /* in the zone or on the road, as far as anybody knows; -1: nobody knows. They
                      are `to_leave`, `on_way` and `overdue` (whereabouts.h) */
    int64_t to_leave, on_way, overdue, arrived, elsewhere;
    int64_t told_ms;       /* log clock: last answer or sweep that the estimates follow; 0: none */
    bool swept;            /* `still` counts from a sweep, not from who lives there */
    int64_t behind_people; /* should be there and are not gone */
    int64_t behind_ms;     /* since the plan had as many there as are gone now */
};

struct progress {
    uint64_t
        plan; /* in force; 0: none, or it has no times or moves nobody, or zones are only warned */
    int64_t since_wall_ms;       /* windows count from here */
    struct progress_zone *zones; /* in the order of the region */
    size_t count;
};

/* At a moment of the wall clock, in an exercise scenario time; `mono_ms` is the same moment of the
 * log's clock. Who has not checked in `margin_ms` after they should have is overdue. In the arena.
 * HV_ERR_MEMORY. O(orders + zones + moves). */
int progress_of(const struct state *state, const struct region *region, int64_t wall_ms,
                uint64_t mono_ms, int64_t margin_ms, struct hv_arena *arena,
                struct progress *ret_progress) HV_MUST_USE;

/* Stable English words: not-begun, on-time, behind, done. */
const char *progress_standing_word(enum progress_standing standing);

#endif
