/* Departures of one zone while they are found. Internal: zone_plan_fill.c finds them at any steps
 * and without a pause, zone_plan_fill_steady.c at one rate. */
#ifndef ZONE_PLAN_FILL_INSIDE_H
#define ZONE_PLAN_FILL_INSIDE_H

#include "coordinator/optimizer/zone_plan_state.h"

#define ZONE_PLAN_MEETINGS_MAX 64

/* A link that two shares use, and how long after departure each enters it. */
struct zone_plan_meeting {
    int32_t link, offsets[2];
};

struct zone_plan_filling {
    struct zone_plan_state *state;
    int32_t zone;
    const struct zone_plan_group *group; /* of the zone */
    struct zone_plan_going *going;
    struct zone_plan_window windows[ZONE_PLAN_ROUTES_MAX]; /* of departure, by share */
    int64_t left;                                          /* people without a departure */
    int32_t all_ready;                                     /* step at which everybody is ready */
    bool waits;                                            /* for people to get ready */
    bool shared; /* several ways: what one takes the others miss at once */

    /* Where the room of each share is known by step of departure; NULL: it is looked up on the
     * links, of which those that both of two shares use are kept up to date. */
    const int32_t *columns[ZONE_PLAN_ROUTES_MAX];
    struct zone_plan_meeting meetings[ZONE_PLAN_MEETINGS_MAX];
    int32_t meeting_count;
    int32_t *narrowed[2]; /* the columns less what the other share took; NULL: they do not meet */
};

/* As zone_plan_state_ready; most zones have nothing to wait for. */
static inline int64_t zone_plan_filling_ready(const struct zone_plan_filling *filling,
                                              int32_t step) {
    return filling->waits ? zone_plan_state_ready(filling->state, filling->zone, step) : INT64_MAX;
}

/* ---- zone_plan_fill.c ---- */

/* Takes places, and room where other ways of the zone need to know, `times` 1; or gives them back,
 * -1. */
void zone_plan_filling_take(struct zone_plan_filling *filling, int32_t k, int32_t step,
                            int64_t people, int32_t times);

/* Takes every departure back. */
void zone_plan_filling_start_again(struct zone_plan_filling *filling);

/* Steps at which any way may be left on. */
struct zone_plan_window zone_plan_filling_window(const struct zone_plan_filling *filling);

/* ---- zone_plan_fill_steady.c ---- */

/* Departures at one rate for each way from a first step to a last, so that as many as possible
 * leave, and of those at the least cost. Ways that share a link serve nobody. HV_ERR_MEMORY. */
HV_MUST_USE int zone_plan_filling_steady(struct zone_plan_filling *filling);

#endif
