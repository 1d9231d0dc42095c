/* A zone plan while it is made: who goes which way when, the room and the places that are left.
 *
 * Everything the limits on an order demand is kept by zone_plan_state_fill, which finds departures
 * for the ways of one zone; zone_plan_state_put makes them part of the plan, and
 * zone_plan_state_take takes a zone out again. */
#ifndef ZONE_PLAN_STATE_H
#define ZONE_PLAN_STATE_H

#include "coordinator/optimizer/zone_plan_ways.h"

/* People of a zone on one way. */
struct zone_plan_share {
    const struct zone_plan_way *way;
    struct evacuation_departure *departures; /* in order of step */
    size_t count, capacity;
    int64_t people;
};

/* How a zone goes. */
struct zone_plan_going {
    struct zone_plan_share shares[ZONE_PLAN_ROUTES_MAX];
    int32_t count;         /* shares in use */
    int64_t unserved;      /* people */
    int64_t arrival_steps; /* of those served */
    int64_t changed;       /* people of the plan in force who go elsewhere */
    int64_t cost;          /* arrival steps and the price of changing */
};

/* Steps at which a zone may leave. */
struct zone_plan_window {
    int32_t first, last;
};

static inline bool zone_plan_window_is_empty(struct zone_plan_window window) {
    return window.first > window.last;
}

struct zone_plan_state {
    const struct zone_plan_problem *problem; /* borrowed */
    struct zone_plan_roads roads;
    int64_t *places;       /* by shelter: left */
    int64_t *group_places; /* by group and shelter: left of those fit for it; NULL where no group
                              has any of its own */
    int32_t *out_link, *out_users;    /* by node: the link that leaves it and ways that use it */
    struct zone_plan_window *windows; /* by zone */
    struct zone_plan_going *going;    /* by zone */
    int64_t *ready;                   /* by row of the readiness: see below */
    size_t *ready_first;              /* by zone: its first row */
    int64_t unserved, arrival_steps, changed, cost; /* sums over zones */
    int32_t *room;                                  /* scratch: room of ways by step */
    size_t room_count;
    int64_t people_max; /* of a zone, whom zone_plan_state_fill lets depart */
    int64_t way_max;    /* of them on one way, where departures may pause */
    int64_t work;       /* departures and links looked at */
};

HV_MUST_USE int zone_plan_state_init(struct zone_plan_state *state,
                                     const struct zone_plan_problem *problem);
void zone_plan_state_deinit(struct zone_plan_state *state);

/* Room for so many figures in `room`, whatever they were. HV_ERR_MEMORY. */
HV_MUST_USE int zone_plan_state_scratch(struct zone_plan_state *state, size_t wanted);

/* Sets `going` to departures of a zone that is not in the plan over these ways, within what is
 * left, as early as the limits allow. The plan does not change. Ways that do not fit together under
 * convergence serve nobody. Returns HV_OK, HV_ERR_MEMORY or HV_ERR_LIMIT. */
HV_MUST_USE int zone_plan_state_fill(struct zone_plan_state *state, int32_t zone,
                                     const struct zone_plan_way *const *ways, int32_t count,
                                     struct zone_plan_going *going);

/* The same where the room of each way is known: its column, as zone_plan_state_rooms writes it. The
 * same departures, but no link is looked at for each, unless there are more than two ways. */
HV_MUST_USE int zone_plan_state_fill_columns(struct zone_plan_state *state, int32_t zone,
                                             const struct zone_plan_way *const *ways,
                                             const int32_t *const *columns, int32_t count,
                                             struct zone_plan_going *going);

/* People of a zone whom zone_plan_state_fill lets depart: all, or whole parties of `people_max`. */
int64_t zone_plan_state_people_to_go(const struct zone_plan_state *state, int32_t zone);

/* Makes a going part of the plan, of which it becomes the property; the zone is not in it. */
HV_MUST_USE int zone_plan_state_put(struct zone_plan_state *state, int32_t zone,
                                    struct zone_plan_going *going);

/* Takes a zone out of the plan and hands its going over, to be freed or put back. */
void zone_plan_state_take(struct zone_plan_state *state, int32_t zone,
                          struct zone_plan_going *ret_going);

/* A going of nobody, as a zone has that is not in the plan. */
void zone_plan_going_clear(const struct zone_plan_problem *problem, int32_t zone,
                           struct zone_plan_going *going);
void zone_plan_going_deinit(struct zone_plan_going *going);
HV_MUST_USE int zone_plan_going_copy(const struct zone_plan_going *from,
                                     struct zone_plan_going *to);

/* Adds people to a share at a step that is not earlier than its last one. */
HV_MUST_USE int zone_plan_share_add(struct zone_plan_share *share, int32_t step, int64_t people);

/* Less than 0 where `a` is better: fewer unserved, then less cost. */
static inline int zone_plan_compare(int64_t unserved_a, int64_t cost_a, int64_t unserved_b,
                                    int64_t cost_b) {
    if (unserved_a != unserved_b)
        return unserved_a < unserved_b ? -1 : 1;
    return (cost_a > cost_b) - (cost_a < cost_b);
}

/* Steps at which people of the zone may depart on a way; none where first > last. */
struct zone_plan_window zone_plan_state_window(const struct zone_plan_state *state,
                                               const struct zone_plan_way *way);

/* Places of a zone's group, by shelter; NULL where they are not limited beside those of all. */
const int64_t *zone_plan_state_group_places(const struct zone_plan_state *state, int32_t zone);

/* Places for people of a zone at a shelter, in whole parties. */
int64_t zone_plan_state_places(const struct zone_plan_state *state, int32_t zone, int32_t shelter);

/* Puts people on the way at a step of departure, roads and places, `times` 1, or takes them off,
 * -1. The links were opened. */
void zone_plan_state_move(struct zone_plan_state *state, const struct zone_plan_way *way,
                          int32_t step, int64_t people, int32_t times);

/* The same for the places alone. */
void zone_plan_state_move_places(struct zone_plan_state *state, const struct zone_plan_way *way,
                                 int64_t people, int32_t times);

/* Room on a way for those who depart at a step of its window, in whole parties. */
int64_t zone_plan_state_room(struct zone_plan_state *state, const struct zone_plan_way *way,
                             int32_t step);

/* Who is ready and has not left, while departures of a zone are being found: `ready` holds for each
 * row of its readiness how many more may leave before the next one. At all other times it holds all
 * of them. Linear in the zone's rows. */

/* How many more may leave at a step without others, already to leave later, being unready then.
 * Endless without readiness. */
int64_t zone_plan_state_ready(const struct zone_plan_state *state, int32_t zone, int32_t step);

/* Counts people who leave at a step, `times` 1, or who do not, -1. */
void zone_plan_state_leave(struct zone_plan_state *state, int32_t zone, int32_t step,
                           int64_t people, int32_t times);

/* The first step after `step` at which more of a zone get ready, or EVACUATION_NEVER. */
int32_t zone_plan_state_next_ready(const struct zone_plan_state *state, int32_t zone, int32_t step);

/* The step at which everybody of a zone is ready. */
int32_t zone_plan_state_all_ready(const struct zone_plan_state *state, int32_t zone);

/* What departures over some ways could reach at best. */
struct zone_plan_hope {
    int64_t unserved, cost;
};

/* Writes the room of a way by step of departure, 0 outside its window, to a column of
 * horizon + 1 entries, as the plan is now. */
void zone_plan_state_rooms(struct zone_plan_state *state, const struct zone_plan_way *way,
                           int32_t *column);

/* No departures of a zone over these ways, by their columns, are better: each has its room to
 * itself and parties may part. Linear in departures. */
struct zone_plan_hope zone_plan_state_hope(struct zone_plan_state *state, int32_t zone,
                                           const struct zone_plan_way *const *ways,
                                           const int32_t *const *columns, int32_t count);

/* Sets unserved, arrival steps, changed and cost from the shares. */
void zone_plan_going_count(const struct zone_plan_problem *problem, int32_t zone,
                           struct zone_plan_going *going);

#endif
