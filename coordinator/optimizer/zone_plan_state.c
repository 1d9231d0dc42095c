#include "coordinator/optimizer/zone_plan_state.h"

#include "coordinator/optimizer/array.h"

#include <stdlib.h>
#include <string.h>

/* ---- goings ---------------------------------------------------------------------------------- */

void zone_plan_going_deinit(struct zone_plan_going *going) {
    for (size_t i = 0; i < ZONE_PLAN_ROUTES_MAX; i++)
        free(going->shares[i].departures);
    *going = (struct zone_plan_going){0};
}

int zone_plan_share_add(struct zone_plan_share *share, int32_t step, int64_t people) {
    share->people += people;
    if (share->count > 0 && share->departures[share->count - 1].step == step) {
        share->departures[share->count - 1].people += people;
        return HV_OK;
    }
    int error = array_reserve((void **)&share->departures, share->count + 1, &share->capacity,
                              sizeof *share->departures);
    if (error != HV_OK)
        return error;
    share->departures[share->count++] = (struct evacuation_departure){step, people};
    return HV_OK;
}

int zone_plan_going_copy(const struct zone_plan_going *from, struct zone_plan_going *to) {
    for (int32_t i = 0; i < from->count; i++) {
        const struct zone_plan_share *share = &from->shares[i];
        struct zone_plan_share *copy = &to->shares[i];
        int error = array_reserve((void **)&copy->departures, share->count, &copy->capacity,
                                  sizeof *copy->departures);
        if (error != HV_OK)
            return error;
        if (share->count > 0)
            memcpy(copy->departures, share->departures, share->count * sizeof *share->departures);
        copy->count = share->count;
        copy->way = share->way;
        copy->people = share->people;
    }
    to->count = from->count;
    to->unserved = from->unserved;
    to->arrival_steps = from->arrival_steps;
    to->changed = from->changed;
    to->cost = from->cost;
    return HV_OK;
}

/* People of the zone whom the plan in force sends somewhere and who do not go there now. */
static int64_t count_changed(const struct zone_plan_problem *problem, int32_t zone,
                             const struct zone_plan_going *going) {
    int64_t kept = 0, in_force = 0;
    for (size_t i = 0; i < problem->in_force_count; i++) {
        const struct zone_plan_kept *row = &problem->in_force[i];
        if (row->zone != zone)
            continue;
        in_force += row->people;
        int64_t there = 0;
        for (int32_t k = 0; k < going->count; k++)
            if (going->shares[k].way->shelter == row->shelter)
                there += going->shares[k].people;
        kept += there < row->people ? there : row->people;
    }
    int64_t people = problem->instance->zones[zone].people;
    return (in_force < people ? in_force : people) - kept;
}

void zone_plan_going_count(const struct zone_plan_problem *problem, int32_t zone,
                           struct zone_plan_going *going) {
    going->unserved = problem->instance->zones[zone].people;
    going->arrival_steps = 0;
    for (int32_t k = 0; k < going->count; k++) {
        const struct zone_plan_share *share = &going->shares[k];
        going->unserved -= share->people;
        for (size_t i = 0; i < share->count; i++)
            going->arrival_steps += share->departures[i].people *
                                    (share->departures[i].step + share->way->travel_steps);
    }
    going->changed = problem->in_force_count > 0 ? count_changed(problem, zone, going) : 0;
    going->cost = going->arrival_steps + problem->change_price * going->changed;
}

void zone_plan_going_clear(const struct zone_plan_problem *problem, int32_t zone,
                           struct zone_plan_going *going) {
    for (int32_t k = 0; k < ZONE_PLAN_ROUTES_MAX; k++) {
        going->shares[k].count = 0;
        going->shares[k].people = 0;
        going->shares[k].way = NULL;
    }
    going->count = 0;
    zone_plan_going_count(problem, zone, going);
}

/* ---- the plan -------------------------------------------------------------------------------- */

static int allocate(struct zone_plan_state *state) {
    const struct evacuation_instance *instance = state->problem->instance;
    state->places = calloc(instance->shelter_count + 1, sizeof *state->places);
    state->out_link = calloc(instance->node_count + 1, sizeof *state->out_link);
    state->out_users = calloc(instance->node_count + 1, sizeof *state->out_users);
    state->windows = calloc(instance->zone_count + 1, sizeof *state->windows);
    state->going = calloc(instance->zone_count + 1, sizeof *state->going);
    if (state->places == NULL || state->out_link == NULL || state->out_users == NULL ||
        state->windows == NULL || state->going == NULL)
        return HV_ERR_MEMORY;
    return zone_plan_roads_init(&state->roads, instance);
}

/* What groups have of their own at the shelters. */
static int write_group_places(struct zone_plan_state *state) {
    const struct zone_plan_problem *problem = state->problem;
    const size_t shelters = problem->instance->shelter_count;
    bool any = false;
    for (size_t g = 0; g < problem->group_count; g++)
        any = any || problem->groups[g].places != NULL;
    if (!any)
        return HV_OK;
    state->group_places = calloc(problem->group_count * shelters + 1, sizeof *state->group_places);
    if (state->group_places == NULL)
        return HV_ERR_MEMORY;
    for (size_t g = 0; g < problem->group_count; g++)
        for (size_t s = 0; s < shelters; s++)
            state->group_places[g * shelters + s] =
                problem->groups[g].places == NULL ? INT64_MAX : problem->groups[g].places[s];
    return HV_OK;
}

static int write_readiness(struct zone_plan_state *state) {
    const struct zone_plan_problem *problem = state->problem;
    const size_t zones = problem->instance->zone_count;
    size_t rows = 0;
    if (problem->readiness == NULL)
        return HV_OK;
    for (size_t z = 0; z < zones; z++)
        rows += problem->readiness[z].count;
    state->ready = calloc(rows + 1, sizeof *state->ready);
    state->ready_first = calloc(zones + 1, sizeof *state->ready_first);
    if (state->ready == NULL || state->ready_first == NULL)
        return HV_ERR_MEMORY;
    rows = 0;
    for (size_t z = 0; z < zones; z++) {
        state->ready_first[z] = rows;
        for (size_t i = 0; i < problem->readiness[z].count; i++)
            state->ready[rows++] = problem->readiness[z].rows[i].people;
    }
    return HV_OK;
}

int zone_plan_state_init(struct zone_plan_state *state, const struct zone_plan_problem *problem) {
    const struct evacuation_instance *instance = problem->instance;
    *state =
        (struct zone_plan_state){.problem = problem, .people_max = INT64_MAX, .way_max = INT64_MAX};
    int error = allocate(state);
    if (error == HV_OK)
        error = write_group_places(state);
    if (error == HV_OK)
        error = write_readiness(state);
    if (error != HV_OK) {
        zone_plan_state_deinit(state);
        return error;
    }
    for (size_t s = 0; s < instance->shelter_count; s++)
        state->places[s] = instance->shelters[s].capacity;
    for (size_t v = 0; v < instance->node_count; v++)
        state->out_link[v] = -1;
    for (size_t z = 0; z < instance->zone_count; z++) {
        const struct evacuation_zone *zone = &instance->zones[z];
        const int32_t horizon = instance->horizon_steps;
        state->windows[z] = (struct zone_plan_window){
            zone->earliest_step > 0 ? zone->earliest_step : 0,
            zone->deadline_step < horizon ? zone->deadline_step : horizon,
        };
        zone_plan_going_clear(problem, (int32_t)z, &state->going[z]);
        state->unserved += state->going[z].unserved;
        state->changed += state->going[z].changed;
        state->cost += state->going[z].cost;
    }
    return HV_OK;
}

void zone_plan_state_deinit(struct zone_plan_state *state) {
    for (size_t z = 0; state->going != NULL && z < state->problem->instance->zone_count; z++)
        zone_plan_going_deinit(&state->going[z]);
    free(state->going);
    free(state->places);
    free(state->group_places);
    free(state->out_link);
    free(state->out_users);
    free(state->windows);
    free(state->room);
    free(state->ready);
    free(state->ready_first);
    zone_plan_roads_deinit(&state->roads);
    *state = (struct zone_plan_state){0};
}

int zone_plan_state_scratch(struct zone_plan_state *state, size_t wanted) {
    return array_reserve((void **)&state->room, wanted, &state->room_count, sizeof *state->room);
}

/* The row of a zone's group, or NULL. */
static int64_t *group_row(const struct zone_plan_state *state, int32_t zone) {
    const struct zone_plan_problem *problem = state->problem;
    if (state->group_places == NULL)
        return NULL;
    const size_t group = (size_t)(zone_plan_group_of(problem, zone) - problem->groups);
    return state->group_places + group * problem->instance->shelter_count;
}

const int64_t *zone_plan_state_group_places(const struct zone_plan_state *state, int32_t zone) {
    return group_row(state, zone);
}

int64_t zone_plan_state_places(const struct zone_plan_state *state, int32_t zone, int32_t shelter) {
    const int64_t party = zone_plan_party(zone_plan_group_of(state->problem, zone));
    const int64_t *own = group_row(state, zone);
    int64_t places = state->places[shelter];
    if (own != NULL && own[shelter] < places)
        places = own[shelter];
    return party == 1 ? places : places / party * party;
}

void zone_plan_state_move_places(struct zone_plan_state *state, const struct zone_plan_way *way,
                                 int64_t people, int32_t times) {
    const struct zone_plan_group *group = zone_plan_group_of(state->problem, way->zone);
    const int64_t taken = times * zone_plan_parties(group, people) * zone_plan_party(group);
    int64_t *own = group_row(state, way->zone);
    state->places[way->shelter] -= taken;
    if (own != NULL && own[way->shelter] < INT64_MAX / 2) /* else as good as without limit */
        own[way->shelter] -= taken;
}

void zone_plan_state_move(struct zone_plan_state *state, const struct zone_plan_way *way,
                          int32_t step, int64_t people, int32_t times) {
    const struct zone_plan_group *group = zone_plan_group_of(state->problem, way->zone);
    const int64_t load = times * zone_plan_parties(group, people) * zone_plan_use(group);
    for (int32_t i = 0; i < way->count; i++)
        zone_plan_roads_take(&state->roads, way->links[i], step + way->offsets[i], load);
    zone_plan_state_move_places(state, way, people, times);
}

static void move_share(struct zone_plan_state *state, const struct zone_plan_share *share,
                       int32_t times) {
    const struct evacuation_instance *instance = state->problem->instance;
    for (size_t i = 0; i < share->count; i++)
        zone_plan_state_move(state, share->way, share->departures[i].step,
                             share->departures[i].people, times);
    state->work += (int64_t)share->count * share->way->count;
    for (int32_t i = 0; share->count > 0 && i < share->way->count; i++) {
        int32_t link = share->way->links[i], node = instance->links[link].from;
        state->out_users[node] += times;
        state->out_link[node] = state->out_users[node] > 0 ? link : -1;
    }
}

static void add_sums(struct zone_plan_state *state, const struct zone_plan_going *going,
                     int32_t times) {
    state->unserved += times * going->unserved;
    state->arrival_steps += times * going->arrival_steps;
    state->changed += times * going->changed;
    state->cost += times * going->cost;
}

static int open_ways(struct zone_plan_state *state, const struct zone_plan_way *way) {
    int error = HV_OK;
    for (int32_t i = 0; i < way->count && error == HV_OK; i++)
        error = zone_plan_roads_open(&state->roads, way->links[i]);
    return error;
}

int zone_plan_state_put(struct zone_plan_state *state, int32_t zone,
                        struct zone_plan_going *going) {
    for (int32_t k = 0; k < going->count; k++) {
        int error = open_ways(state, going->shares[k].way);
        if (error != HV_OK)
            return error;
    }
    for (int32_t k = 0; k < going->count; k++)
        move_share(state, &going->shares[k], 1);
    add_sums(state, &state->going[zone], -1);
    zone_plan_going_deinit(&state->going[zone]);
    state->going[zone] = *going;
    *going = (struct zone_plan_going){0};
    add_sums(state, &state->going[zone], 1);
    return HV_OK;
}

void zone_plan_state_take(struct zone_plan_state *state, int32_t zone,
                          struct zone_plan_going *ret_going) {
    struct zone_plan_going taken = state->going[zone];
    add_sums(state, &taken, -1);
    for (int32_t k = 0; k < taken.count; k++)
        move_share(state, &taken.shares[k], -1);
    state->going[zone] = (struct zone_plan_going){0};
    zone_plan_going_clear(state->problem, zone, &state->going[zone]);
    add_sums(state, &state->going[zone], 1);
    *ret_going = taken;
}

/* ---- room ------------------------------------------------------------------------------------ */

struct zone_plan_window zone_plan_state_window(const struct zone_plan_state *state,
                                               const struct zone_plan_way *way) {
    const struct evacuation_instance *instance = state->problem->instance;
    struct zone_plan_window window = state->windows[way->zone];
    const struct zone_plan_group *group = zone_plan_group_of(state->problem, way->zone);
    if (group->has_travel_limit && way->travel_steps > group->travel_limit_steps)
        return (struct zone_plan_window){0, -1};
    int64_t opens = (int64_t)instance->shelters[way->shelter].opens_at_step - way->travel_steps;
    int32_t last = instance->horizon_steps - way->travel_steps;
    if (opens > window.first)
        window.first = opens < INT32_MAX ? (int32_t)opens : INT32_MAX;
    if (last < window.last)
        window.last = last;
    return window;
}

int64_t zone_plan_state_room(struct zone_plan_state *state, const struct zone_plan_way *way,
                             int32_t step) {
    int32_t room = EVACUATION_PEOPLE_MAX;
    for (int32_t i = 0; i < way->count && room > 0; i++) {
        int32_t here = zone_plan_roads_room(&state->roads, way->links[i], step + way->offsets[i],
                                            way->offsets[i + 1] - way->offsets[i]);
        if (here < room)
            room = here;
    }
    state->work += way->count;
    const int64_t fit = zone_plan_fit(zone_plan_group_of(state->problem, way->zone), room);
    return fit < EVACUATION_PEOPLE_MAX ? fit : EVACUATION_PEOPLE_MAX;
}

int64_t zone_plan_state_people_to_go(const struct zone_plan_state *state, int32_t zone) {
    const struct zone_plan_group *group = zone_plan_group_of(state->problem, zone);
    const int64_t people = state->problem->instance->zones[zone].people;
    if (people <= state->people_max)
        return people;
    const int64_t whole = zone_plan_parties(group, state->people_max) * zone_plan_party(group);
    return people < whole ? people : whole;
}

/* ---- readiness ------------------------------------------------------------------------------- */

/* The readiness of a zone; no rows where everybody is ready at once. */
static struct zone_plan_readiness readiness_of(const struct zone_plan_state *state, int32_t zone) {
    const struct zone_plan_readiness *all = state->problem->readiness;
    return all == NULL ? (struct zone_plan_readiness){NULL, 0} : all[zone];
}

/* The row that holds at a step, or their number before the first. */
static size_t row_at(struct zone_plan_readiness readiness, int32_t step) {
    size_t row = readiness.count;
    for (size_t i = 0; i < readiness.count && readiness.rows[i].step <= step; i++)
        row = i;
    return row;
}

int64_t zone_plan_state_ready(const struct zone_plan_state *state, int32_t zone, int32_t step) {
    const struct zone_plan_readiness readiness = readiness_of(state, zone);
    if (readiness.count == 0)
        return INT64_MAX;
    const int64_t *ready = state->ready + state->ready_first[zone];
    size_t row = row_at(readiness, step);
    int64_t least = row == readiness.count ? 0 : ready[row];
    for (; row < readiness.count; row++)
        least = ready[row] < least ? ready[row] : least;
    return least;
}

void zone_plan_state_leave(struct zone_plan_state *state, int32_t zone, int32_t step,
                           int64_t people, int32_t times) {
    const struct zone_plan_readiness readiness = readiness_of(state, zone);
    for (size_t row = row_at(readiness, step); row < readiness.count; row++)
        state->ready[state->ready_first[zone] + row] -= times * people;
}

int32_t zone_plan_state_next_ready(const struct zone_plan_state *state, int32_t zone,
                                   int32_t step) {
    const struct zone_plan_readiness readiness = readiness_of(state, zone);
    for (size_t i = 0; i < readiness.count; i++)
        if (readiness.rows[i].step > step)
            return readiness.rows[i].step;
    return EVACUATION_NEVER;
}

int32_t zone_plan_state_all_ready(const struct zone_plan_state *state, int32_t zone) {
    const struct zone_plan_readiness readiness = readiness_of(state, zone);
    return readiness.count == 0 ? state->problem->instance->zones[zone].earliest_step
                                : readiness.rows[readiness.count - 1].step;
}
