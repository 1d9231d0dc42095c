#include "coordinator/planning/buses_inside.h"

#include <stdlib.h>

enum { HALF = 2 };

/* ---- what the roads say ---- */

static uint32_t spot_node(const struct buses_planning *planning, size_t spot) {
    return planning->buses->spots[planning->spots[spot]].node;
}

static uint32_t shelter_node(const struct buses_planning *planning, size_t shelter) {
    return planning->instance->shelters[planning->shelters[shelter]].node;
}

/* The quickest way now, into one that is all zeros. */
static void note_quick(const struct buses_planning *planning, uint32_t node,
                       struct buses_way *way) {
    way->quick_ms = way->least_ms = network_search_time_ms(planning->roads.all, node);
    way->latest_ms = network_search_latest_ms(planning->roads.all, node);
    way->lasting_ms = way->quick_ms; /* where no road closes */
}

static void note_lasting(const struct buses_planning *planning, uint32_t node,
                         struct buses_way *way) {
    way->lasting_ms = network_search_time_ms(planning->roads.by_lasting, node);
}

/* Into the ways to all spots, and to those of shelters that are wanted. */
static void note_ways(const struct buses_planning *planning,
                      void (*note)(const struct buses_planning *planning, uint32_t node,
                                   struct buses_way *way),
                      struct buses_way *to_spots, struct buses_way *to_shelters) {
    for (size_t p = 0; p < planning->spot_count; p++)
        note(planning, spot_node(planning, p), &to_spots[p]);
    for (size_t s = 0; to_shelters != NULL && s < planning->shelter_count; s++)
        note(planning, shelter_node(planning, s), &to_shelters[s]);
}

/* Ways from a node; `to_shelters` and `to_all`, all of the instance, may be NULL. */
static int search_from(struct buses_planning *planning, uint32_t node, struct buses_way *to_spots,
                       struct buses_way *to_shelters, int64_t *to_all) {
    const struct instance *instance = planning->instance;
    const struct buses_roads *roads = &planning->roads;
    if (planning->stop != NULL && planning->stop(planning->context) != 0)
        return HV_ERR_STOPPED;
    int error = network_search_run(roads->all, NETWORK_FROM_SOURCES, &node, 1);
    if (error != HV_OK)
        return error;
    note_ways(planning, note_quick, to_spots, to_shelters);
    for (size_t s = 0; to_all != NULL && s < instance->shelter_count; s++)
        to_all[s] = network_search_time_ms(roads->all, instance->shelters[s].node);
    if (roads->by_lasting == NULL)
        return HV_OK;
    error = network_search_run(roads->by_lasting, NETWORK_FROM_SOURCES, &node, 1);
    if (error == HV_OK)
        note_ways(planning, note_lasting, to_spots, to_shelters);
    return error;
}

bool buses_is_usable(const struct buses_planning *planning, uint32_t shelter) {
    const struct instance_shelter *place = &planning->instance->shelters[shelter];
    return (place->usable && place->withstands && place->capacity > 0) ||
           planning->shelter_at[shelter] != BUSES_NONE;
}

/* What is true of all plans, whatever way a bus takes. */
static int find_limits(struct buses_planning *planning) {
    const struct instance *instance = planning->instance;
    uint32_t *nodes = buses_take(instance->shelter_count, sizeof *nodes);
    size_t count = 0;
    planning->back_all = buses_take(planning->spot_count, sizeof *planning->back_all);
    planning->latest_ms = buses_take(planning->spot_count, sizeof *planning->latest_ms);
    if (nodes == NULL || planning->back_all == NULL || planning->latest_ms == NULL) {
        free(nodes);
        return HV_ERR_MEMORY;
    }
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        if (buses_is_usable(planning, s))
            nodes[count++] = instance->shelters[s].node;
    struct network_search *search = planning->roads.all;
    int error = network_search_run(search, NETWORK_TO_SOURCES, nodes, count);
    for (size_t p = 0; p < planning->spot_count && error == HV_OK; p++)
        planning->latest_ms[p] = network_search_latest_ms(search, spot_node(planning, p));
    if (error == HV_OK)
        error = network_search_run(search, NETWORK_FROM_SOURCES, nodes, count);
    for (size_t p = 0; p < planning->spot_count && error == HV_OK; p++)
        planning->back_all[p] = network_search_time_ms(search, spot_node(planning, p));
    free(nodes);
    return error;
}

static int take_ways(struct buses_planning *planning) {
    const size_t spots = planning->spot_count, shelters = planning->shelter_count;
    planning->out = buses_take(planning->buses->group_count * spots, sizeof *planning->out);
    planning->between = buses_take(spots * spots, sizeof *planning->between);
    planning->in = buses_take(spots * shelters, sizeof *planning->in);
    planning->back = buses_take(shelters * spots, sizeof *planning->back);
    planning->in_all =
        buses_take(spots * planning->instance->shelter_count, sizeof *planning->in_all);
    return planning->out == NULL || planning->between == NULL || planning->in == NULL ||
                   planning->back == NULL || planning->in_all == NULL
               ? HV_ERR_MEMORY
               : HV_OK;
}

static int search_all(struct buses_planning *planning) {
    const size_t spots = planning->spot_count, shelters = planning->shelter_count;
    const struct picture *picture = planning->picture;
    int error =
        buses_roads_init(&planning->roads, picture->network, picture->closings,
                         picture->closing_count, planning->buses->horizon_s * BUSES_MS_PER_S);
    for (uint32_t g = 0; g < planning->buses->group_count && error == HV_OK; g++)
        error = search_from(planning, planning->buses->groups[g].node, &planning->out[g * spots],
                            NULL, NULL);
    for (size_t p = 0; p < spots && error == HV_OK; p++)
        error = search_from(planning, spot_node(planning, p), &planning->between[p * spots],
                            &planning->in[p * shelters],
                            &planning->in_all[p * planning->instance->shelter_count]);
    for (size_t s = 0; s < shelters && error == HV_OK; s++)
        error = search_from(planning, shelter_node(planning, s), &planning->back[s * spots], NULL,
                            NULL);
    return error == HV_OK ? find_limits(planning) : error;
}

/* ---- which of them are taken ---- */

/* When the last bus has to have come by the way, or left it: by the way that it begins. */
static int64_t last_arrival(const struct buses_way *way) {
    return way->latest_ms == NETWORK_NEVER ? NETWORK_NEVER : way->latest_ms + way->quick_ms;
}

static bool is_sent(const struct buses_planning *planning, size_t spot, size_t shelter) {
    const uint32_t zone = planning->zone_at[planning->buses->spots[planning->spots[spot]].zone];
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        if (planning->sent[buses_cell(planning, zone, shelter, class)] > 0)
            return true;
    return false;
}

/* Whether buses come to a spot by ways that no closing touches, and go on by them. */
static bool lasts(const struct buses_planning *planning, size_t spot) {
    bool to = false, from = false;
    for (uint32_t g = 0; g < planning->buses->group_count; g++)
        to |= !planning->buses->groups[g].declined &&
              planning->out[g * planning->spot_count + spot].lasting_ms != NETWORK_UNREACHABLE;
    for (size_t s = 0; s < planning->shelter_count; s++)
        from |= is_sent(planning, spot, s) &&
                planning->in[spot * planning->shelter_count + s].lasting_ms != NETWORK_UNREACHABLE;
    return to && from;
}

/* Ways that hold less than half as long as the best of them are not taken, so that the rest need
 * not hurry; until when the rest hold. */
static int64_t drop_short_lived(struct buses_way *ways, size_t count, size_t stride,
                                bool arriving) {
    int64_t best = -1, least = NETWORK_NEVER;
    for (size_t i = 0; i < count; i++) {
        const struct buses_way *way = &ways[i * stride];
        if (way->quick_ms != NETWORK_UNREACHABLE)
            best = hv_larger(best, arriving ? last_arrival(way) : way->latest_ms);
    }
    for (size_t i = 0; i < count; i++) {
        struct buses_way *way = &ways[i * stride];
        if (way->quick_ms == NETWORK_UNREACHABLE)
            continue;
        const int64_t until = arriving ? last_arrival(way) : way->latest_ms;
        if (until < best / HALF)
            way->quick_ms = NETWORK_UNREACHABLE;
        else
            least = hv_smaller(least, until);
    }
    return least;
}

/* By which ways each spot is served, and until when. */
static int choose_ways(struct buses_planning *planning) {
    const size_t spots = planning->spot_count, shelters = planning->shelter_count;
    planning->lasting = buses_take(spots, sizeof *planning->lasting);
    planning->reached = buses_take(spots, sizeof *planning->reached);
    planning->deadline_s = buses_take(spots, sizeof *planning->deadline_s);
    if (planning->lasting == NULL || planning->reached == NULL || planning->deadline_s == NULL)
        return HV_ERR_MEMORY;
    for (size_t p = 0; p < spots; p++) {
        planning->lasting[p] = lasts(planning, p);
        planning->deadline_s[p] = BUS_NEVER;
        for (size_t s = 0; s < shelters; s++) /* nobody of its zone is sent to the others */
            if (!is_sent(planning, p, s))
                planning->in[p * shelters + s].quick_ms =
                    planning->in[p * shelters + s].lasting_ms = NETWORK_UNREACHABLE;
        if (planning->lasting[p])
            continue;
        int64_t until = drop_short_lived(&planning->in[p * shelters], shelters, 1, false);
        until = hv_smaller(
            until, drop_short_lived(&planning->out[p], planning->buses->group_count, spots, true));
        until = hv_smaller(until, drop_short_lived(&planning->between[p], spots, spots, true));
        until = hv_smaller(until, drop_short_lived(&planning->back[p], shelters, spots, true));
        if (until != NETWORK_NEVER)
            planning->deadline_s[p] = hv_smaller(until / BUSES_MS_PER_S, BUS_SECONDS_MAX);
    }
    return HV_OK;
}

int32_t buses_seconds(const struct buses_planning *planning, const struct buses_way *way,
                      size_t spot) {
    const int64_t ms = planning->lasting[spot] ? way->lasting_ms : way->quick_ms;
    if (ms == NETWORK_UNREACHABLE || ms > BUS_SECONDS_MAX * (int64_t)BUSES_MS_PER_S)
        return BUS_NEVER;
    return (int32_t)((ms + BUSES_MS_PER_S - 1) / BUSES_MS_PER_S);
}

static void find_reached(struct buses_planning *planning) {
    for (size_t p = 0; p < planning->spot_count; p++) {
        bool to = false, from = false;
        for (uint32_t g = 0; g < planning->buses->group_count; g++)
            to |= !planning->buses->groups[g].declined &&
                  buses_seconds(planning, &planning->out[g * planning->spot_count + p], p) !=
                      BUS_NEVER;
        for (size_t s = 0; s < planning->shelter_count; s++)
            from |= buses_seconds(planning, &planning->in[p * planning->shelter_count + s], p) !=
                    BUS_NEVER;
        planning->reached[p] = to && from;
    }
}

int buses_find_ways(struct buses_planning *planning) {
    int error = take_ways(planning);
    if (error == HV_OK)
        error = search_all(planning);
    if (error == HV_OK)
        error = choose_ways(planning);
    if (error == HV_OK)
        find_reached(planning);
    return error;
}
