#include "coordinator/optimizer/zone_plan_ccrp.h"

#include <stdlib.h>
#include <string.h>

struct planner {
    struct zone_plan_search *search;
    struct zone_plan_going *going; /* by zone: what it is being given */
    int64_t *left;                 /* by zone: people who have no departure yet */
};

/* ---- the earliest arrival by ways not in use ------------------------------------------------- */

/* The first step from `step` on at which a link takes a party, or NEVER. */
static int32_t first_room(struct planner *planner, int32_t link, int32_t step, int32_t travel,
                          int64_t use) {
    const struct zone_plan_roads *roads = &planner->search->state.roads;
    for (int32_t t = step; t <= roads->steps - 1 - travel; t++) {
        planner->search->state.work++;
        if (zone_plan_roads_room(roads, link, t, travel) >= use)
            return t;
        if (t >= roads->roads[link].closes_at_step)
            break;
    }
    return EVACUATION_NEVER;
}

/* A quickest way for one zone, waiting allowed, by the finder's arrays. Returns the arrival and the
 * shelter, or NEVER. */
static int32_t search_zone(struct planner *planner, int32_t zone, int32_t *ret_shelter,
                           int32_t *ret_node) {
    struct zone_plan_search *search = planner->search;
    struct zone_plan_finder *finder = &search->finder;
    const struct zone_plan_problem *problem = search->problem;
    const struct evacuation_instance *instance = problem->instance;
    const int64_t use = zone_plan_use(zone_plan_group_of(problem, zone));
    zone_plan_finder_start(finder, instance->zones[zone].node, search->state.windows[zone].first);
    for (int32_t node; (node = zone_plan_finder_next(finder)) >= 0;) {
        const int32_t now = finder->steps[node];
        for (int32_t i = finder->shelter_first[node]; i < finder->shelter_first[node + 1]; i++) {
            const int32_t shelter = finder->shelters[i];
            if (zone_plan_state_places(&search->state, zone, shelter) > 0 &&
                zone_plan_allows(problem, zone, shelter)) {
                *ret_shelter = shelter;
                *ret_node = node;
                const int32_t opens = instance->shelters[shelter].opens_at_step;
                return now > opens ? now : opens;
            }
        }
        const int32_t only = problem->convergent ? search->state.out_link[node] : -1;
        for (int32_t i = finder->out_first[node]; i < finder->out_first[node + 1]; i++) {
            const int32_t link = finder->out_links[i];
            const int32_t travel = zone_plan_travel(problem, zone, link);
            if (travel == ZONE_PLAN_BARRED || (only >= 0 && only != link))
                continue;
            int32_t enter = first_room(planner, link, now, travel, use);
            if (enter != EVACUATION_NEVER)
                zone_plan_finder_reach(finder, link, enter + travel);
        }
    }
    return EVACUATION_NEVER;
}

/* ---- departures ------------------------------------------------------------------------------ */

/* Who of a zone may leave at a step, in whole parties; the last, which may be smaller, is ready
 * last. */
static int64_t may_leave(const struct planner *planner, int32_t zone, int32_t step) {
    const struct zone_plan_state *state = &planner->search->state;
    const int64_t ready = zone_plan_state_ready(state, zone, step), left = planner->left[zone];
    const int64_t party = zone_plan_party(zone_plan_group_of(state->problem, zone));
    if (ready >= left && step >= zone_plan_state_all_ready(state, zone))
        return left;
    const int64_t people = ready < left ? ready : left;
    return people - people % party;
}

/* The first step from `step` on at which a whole way is free and somebody ready, or NEVER. */
static int32_t first_departure(struct planner *planner, const struct zone_plan_way *way,
                               int32_t step) {
    const struct zone_plan_window window = zone_plan_state_window(&planner->search->state, way);
    for (int32_t t = step > window.first ? step : window.first; t <= window.last; t++)
        if (may_leave(planner, way->zone, t) > 0 &&
            zone_plan_state_room(&planner->search->state, way, t) > 0)
            return t;
    return EVACUATION_NEVER;
}

/* The share of a way, new if there may be one more; NULL otherwise. */
static struct zone_plan_share *share_of(const struct planner *planner,
                                        const struct zone_plan_way *way) {
    struct zone_plan_going *going = &planner->going[way->zone];
    for (int32_t k = 0; k < going->count; k++)
        if (going->shares[k].way == way)
            return &going->shares[k];
    if (going->count == planner->search->problem->routes_max)
        return NULL;
    going->shares[going->count].way = way;
    return &going->shares[going->count++];
}

/* As many as fit depart at a step; the roads, places and forks are taken at once. */
static int depart(struct planner *planner, const struct zone_plan_way *way, int32_t step) {
    struct zone_plan_state *state = &planner->search->state;
    const struct evacuation_link *links = state->problem->instance->links;
    struct zone_plan_share *share = share_of(planner, way);
    int64_t people = zone_plan_state_room(state, way, step);
    const int64_t ready = may_leave(planner, way->zone, step);
    people = people < ready ? people : ready;
    int64_t places = zone_plan_state_places(state, way->zone, way->shelter);
    people = people < places ? people : places;
    for (int32_t i = 0; i < way->count; i++) {
        int error = zone_plan_roads_open(&state->roads, way->links[i]);
        if (error != HV_OK)
            return error;
    }
    for (int32_t i = 0; i < way->count; i++)
        state->out_link[links[way->links[i]].from] = way->links[i];
    zone_plan_state_move(state, way, step, people, 1);
    zone_plan_state_leave(state, way->zone, step, people, 1);
    planner->left[way->zone] -= people;
    return zone_plan_share_add(share, step, people);
}

/* ---- in turn --------------------------------------------------------------------------------- */

struct choice {
    const struct zone_plan_way *way;
    int32_t arrival, step;
};

static void consider(struct choice *choice, const struct zone_plan_way *way, int32_t step) {
    if (step == EVACUATION_NEVER ||
        (choice->way != NULL && step + way->travel_steps >= choice->arrival))
        return;
    *choice = (struct choice){way, step + way->travel_steps, step};
}

/* The earliest arrival of a zone over routes that it has. */
static void consider_routes(struct planner *planner, int32_t zone, struct choice *choice) {
    const struct zone_plan_going *going = &planner->going[zone];
    for (int32_t k = 0; k < going->count; k++) {
        const struct zone_plan_share *share = &going->shares[k];
        if (zone_plan_state_places(&planner->search->state, zone, share->way->shelter) == 0)
            continue;
        int32_t after = share->count > 0 ? share->departures[share->count - 1].step : 0;
        consider(choice, share->way, first_departure(planner, share->way, after));
    }
}

/* The way that the search of a zone found, without its waits. */
static void consider_search(struct planner *planner, int32_t zone, struct choice *choice) {
    int32_t shelter, node;
    int32_t arrival = search_zone(planner, zone, &shelter, &node);
    if (arrival == EVACUATION_NEVER || (choice->way != NULL && arrival >= choice->arrival))
        return;
    const struct zone_plan_way *way =
        zone_plan_finder_trace(&planner->search->finder, zone, node, shelter);
    if (way != NULL)
        consider(choice, way, first_departure(planner, way, 0));
}

/* What a zone would do next. Arrivals only get later as room goes, so it stays a bound. */
static struct choice next_of(struct planner *planner, int32_t zone) {
    struct choice choice = {0};
    consider_routes(planner, zone, &choice);
    if (planner->going[zone].count < planner->search->problem->routes_max)
        consider_search(planner, zone, &choice);
    return choice;
}

/* Where departures may not pause: the zone whole, over the one way. */
static int depart_whole(struct planner *planner, const struct zone_plan_way *way) {
    struct zone_plan_state *state = &planner->search->state;
    struct zone_plan_going *going = &planner->going[way->zone];
    int error = zone_plan_state_fill(state, way->zone, &way, 1, going);
    planner->left[way->zone] = 0;
    if (error == HV_OK && going->count > 0)
        error = zone_plan_state_put(state, way->zone, going);
    return error;
}

static int plan(struct planner *planner, struct choice *next) {
    const struct zone_plan_problem *problem = planner->search->problem;
    const size_t zones = problem->instance->zone_count;
    for (size_t z = 0; z < zones; z++)
        if (planner->left[z] > 0)
            next[z] = next_of(planner, (int32_t)z);
    for (;;) {
        int32_t first = -1;
        for (size_t z = 0; z < zones; z++)
            if (planner->left[z] > 0 && next[z].way != NULL &&
                (first < 0 || next[z].arrival < next[first].arrival))
                first = (int32_t)z;
        if (first < 0)
            return HV_OK;
        struct choice now = next_of(planner, first); /* others may have taken the room */
        if (now.way == NULL || now.arrival > next[first].arrival) {
            next[first] = now;
            continue;
        }
        int error = problem->departures == ZONE_PLAN_FREE ? depart(planner, now.way, now.step)
                                                          : depart_whole(planner, now.way);
        if (error != HV_OK)
            return error;
        next[first] = (struct choice){now.way, now.arrival, now.step};
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

/* Hands over what was given piece by piece; it is on the roads already, so it is taken off first.
 */
static int hand_over(struct planner *planner) {
    struct zone_plan_search *search = planner->search;
    struct zone_plan_state *state = &search->state;
    const struct zone_plan_problem *problem = search->problem;
    for (size_t z = 0; z < problem->instance->zone_count; z++) {
        struct zone_plan_going *going = &planner->going[z];
        for (int32_t k = 0; k < going->count; k++) {
            const struct zone_plan_share *share = &going->shares[k];
            for (size_t d = 0; d < share->count; d++) {
                const struct evacuation_departure *gone = &share->departures[d];
                zone_plan_state_move(state, share->way, gone->step, gone->people, -1);
                zone_plan_state_leave(state, (int32_t)z, gone->step, gone->people, -1);
            }
        }
        zone_plan_going_count(problem, (int32_t)z, going);
        if (going->count == 0)
            continue;
        int error = zone_plan_state_put(state, (int32_t)z, going);
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}

int zone_plan_ccrp_build(struct zone_plan_search *search) {
    const struct evacuation_instance *instance = search->problem->instance;
    struct planner planner = {
        .search = search,
        .going = calloc(instance->zone_count + 1, sizeof *planner.going),
        .left = calloc(instance->zone_count + 1, sizeof *planner.left),
    };
    struct choice *next = calloc(instance->zone_count + 1, sizeof *next);
    int error = HV_ERR_MEMORY;
    if (planner.going != NULL && planner.left != NULL && next != NULL) {
        for (size_t z = 0; z < instance->zone_count; z++)
            planner.left[z] = instance->zones[z].people;
        error = plan(&planner, next);
    }
    if (error == HV_OK)
        error = hand_over(&planner);
    for (size_t z = 0; planner.going != NULL && z < instance->zone_count; z++)
        zone_plan_going_deinit(&planner.going[z]);
    free(planner.going);
    free(planner.left);
    free(next);
    return error == HV_OK ? zone_plan_search_keep(search) : error;
}
