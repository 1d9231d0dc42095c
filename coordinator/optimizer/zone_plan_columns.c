/* Room of ways by step of departure: zone_plan_state_rooms; and what departures could reach there
 * at best: zone_plan_state_hope. */
#include "coordinator/optimizer/zone_plan_state.h"

#define WORK_SHARE 8 /* looks at a column that count as one at a link */

/* ---- columns --------------------------------------------------------------------------------- */

/* The lesser of each two; by eight at a time, as processors like it. */
static void take_least(int32_t *restrict column, const int32_t *restrict room, int32_t count) {
    int32_t t = 0;
    for (; t + 8 <= count; t += 8)
        for (int32_t i = 0; i < 8; i++)
            column[t + i] = column[t + i] < room[t + i] ? column[t + i] : room[t + i];
    for (; t < count; t++)
        column[t] = column[t] < room[t] ? column[t] : room[t];
}

/* Takes the room of a link from a column. */
static void narrow(const struct zone_plan_roads *roads, const struct zone_plan_way *way, int32_t i,
                   struct zone_plan_window window, int32_t *column) {
    const struct zone_plan_road *road = &roads->roads[way->links[i]];
    const int32_t enters = way->offsets[i];
    int32_t last = window.last;
    if (road->closes_at_step != EVACUATION_NEVER) {
        int32_t open = road->closes_at_step - way->offsets[i + 1]; /* off it in time */
        if (road->closes_at_step - 1 - enters < open)
            open = road->closes_at_step - 1 - enters;
        for (int32_t t = open < window.first ? window.first : open + 1; t <= last; t++)
            column[t] = 0;
        last = open < last ? open : last;
    }
    if (road->room == NULL) {
        for (int32_t t = window.first; t <= last; t++)
            column[t] = column[t] < road->untouched ? column[t] : road->untouched;
        return;
    }
    take_least(column + window.first, road->room + enters + window.first, last - window.first + 1);
}

void zone_plan_state_rooms(struct zone_plan_state *state, const struct zone_plan_way *way,
                           int32_t *column) {
    const struct zone_plan_window window = zone_plan_state_window(state, way);
    const struct zone_plan_group *group = zone_plan_group_of(state->problem, way->zone);
    for (int32_t t = 0; t < state->roads.steps; t++)
        column[t] = t >= window.first && t <= window.last ? EVACUATION_PEOPLE_MAX : 0;
    if (zone_plan_window_is_empty(window))
        return;
    for (int32_t i = 0; i < way->count; i++)
        narrow(&state->roads, way, i, window, column);
    const bool fits = zone_plan_is_single(group);
    for (int32_t t = window.first; t <= window.last && !fits; t++) {
        const int64_t fit = zone_plan_fit(group, column[t]);
        column[t] = (int32_t)(fit < EVACUATION_PEOPLE_MAX ? fit : EVACUATION_PEOPLE_MAX);
    }
    state->work += (int64_t)way->count * (window.last - window.first + 1) / WORK_SHARE;
}

/* ---- at best --------------------------------------------------------------------------------- */

/* People who could leave by ways with so many places each. */
struct hoping {
    const struct zone_plan_way *const *ways;
    const int32_t *const *columns;
    const struct zone_plan_readiness *readiness; /* or NULL */
    int32_t count, horizon;
    int64_t left;
    int64_t places[ZONE_PLAN_ROUTES_MAX]; /* by way; where people get ready the first has all: who
                                             goes where may depend on who is ready later */
    int64_t ready;                        /* of those left */
    size_t row;                           /* of the readiness, the next */
};

/* More who are ready by a step. */
static void get_ready(struct hoping *hoping, int32_t step) {
    const struct zone_plan_readiness *readiness = hoping->readiness;
    for (; readiness != NULL && hoping->row < readiness->count &&
           readiness->rows[hoping->row].step <= step;
         hoping->row++)
        hoping->ready += readiness->rows[hoping->row].people -
                         (hoping->row > 0 ? readiness->rows[hoping->row - 1].people : 0);
}

static int64_t hope_for(struct hoping *hoping, int32_t k, int32_t step) {
    int64_t people = hoping->columns[k][step];
    int64_t *places = &hoping->places[hoping->readiness == NULL ? k : 0];
    people = people < hoping->left ? people : hoping->left;
    people = people < *places ? people : *places;
    people = people < hoping->ready ? people : hoping->ready;
    *places -= people;
    hoping->left -= people;
    hoping->ready -= people;
    return people;
}

/* In order of arrival. Returns how many steps were looked at. */
static int64_t hope_freely(struct hoping *hoping, struct zone_plan_hope *hope) {
    int32_t least = INT32_MAX;
    for (int32_t k = 0; k < hoping->count; k++)
        if (hoping->ways[k]->travel_steps < least)
            least = hoping->ways[k]->travel_steps;
    int32_t arrival = least;
    for (; arrival <= hoping->horizon && hoping->left > 0; arrival++) {
        get_ready(hoping, arrival - least);
        for (int32_t k = 0; k < hoping->count; k++)
            if (arrival >= hoping->ways[k]->travel_steps)
                hope->cost +=
                    arrival * hope_for(hoping, k, arrival - hoping->ways[k]->travel_steps);
    }
    return (int64_t)(arrival - least) * hoping->count;
}

struct zone_plan_hope zone_plan_state_hope(struct zone_plan_state *state, int32_t zone,
                                           const struct zone_plan_way *const *ways,
                                           const int32_t *const *columns, int32_t count) {
    const int64_t people = zone_plan_state_people_to_go(state, zone);
    struct hoping hoping = {.ways = ways,
                            .columns = columns,
                            .count = count,
                            .horizon = state->problem->instance->horizon_steps,
                            .left = people,
                            .ready = INT64_MAX};
    if (state->problem->readiness != NULL && state->problem->readiness[zone].count > 0) {
        hoping.readiness = &state->problem->readiness[zone];
        hoping.ready = 0;
    }
    for (int32_t k = 0; k < count; k++)
        hoping.places[hoping.readiness == NULL ? k : 0] += state->places[ways[k]->shelter];
    struct zone_plan_hope hope = {0};
    state->work += hope_freely(&hoping, &hope) / WORK_SHARE;
    hope.unserved = state->problem->instance->zones[zone].people - (people - hoping.left);
    return hope;
}
