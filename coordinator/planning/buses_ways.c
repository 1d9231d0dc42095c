#include "coordinator/planning/buses_inside.h"

#include <stdlib.h>

enum { HALF = 2 };

/* ---- what the roads say ---- */

static uint32_t zone_node(const struct buses_planning *planning, size_t zone) {
    return planning->instance->zones[planning->zones[zone]].node;
}

static uint32_t shelter_node(const struct buses_planning *planning, size_t shelter) {
    return planning->instance->shelters[planning->shelters[shelter]].node;
}

/* What the last search found, into one of the two ways. */
static void note_way(const struct buses_planning *planning, uint32_t node, bool lasting,
                     struct buses_way *way) {
    if (lasting) {
        way->lasting_ms = planning->roads.time_ms[node];
        return;
    }
    way->quick_ms = way->least_ms = planning->roads.time_ms[node];
    way->latest_ms = planning->roads.latest_ms[node];
    way->lasting_ms = way->quick_ms; /* where no road closes */
}

static void search_from(struct buses_planning *planning, uint32_t node, struct buses_way *to_zones,
                        struct buses_way *to_shelters, int64_t *to_all) {
    const struct instance *instance = planning->instance;
    for (int lasting = 0; lasting <= (int)planning->roads.close; lasting++) {
        buses_roads_from(&planning->roads, node, lasting != 0);
        for (size_t z = 0; z < planning->zone_count; z++)
            note_way(planning, zone_node(planning, z), lasting != 0, &to_zones[z]);
        for (size_t s = 0; to_shelters != NULL && s < planning->shelter_count; s++)
            note_way(planning, shelter_node(planning, s), lasting != 0, &to_shelters[s]);
        for (size_t s = 0; to_all != NULL && lasting == 0 && s < instance->shelter_count; s++)
            to_all[s] = planning->roads.time_ms[instance->shelters[s].node];
    }
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
    planning->back_all = buses_take(planning->zone_count, sizeof *planning->back_all);
    planning->latest_ms = buses_take(planning->zone_count, sizeof *planning->latest_ms);
    if (nodes == NULL || planning->back_all == NULL || planning->latest_ms == NULL) {
        free(nodes);
        return HV_ERR_MEMORY;
    }
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        if (buses_is_usable(planning, s))
            nodes[count++] = instance->shelters[s].node;
    buses_roads_latest(&planning->roads, nodes, count);
    for (size_t z = 0; z < planning->zone_count; z++)
        planning->latest_ms[z] = planning->roads.latest_ms[zone_node(planning, z)];
    buses_roads_back(&planning->roads, nodes, count);
    for (size_t z = 0; z < planning->zone_count; z++)
        planning->back_all[z] = planning->roads.time_ms[zone_node(planning, z)];
    free(nodes);
    return HV_OK;
}

static int take_ways(struct buses_planning *planning) {
    const size_t zones = planning->zone_count, shelters = planning->shelter_count;
    planning->out = buses_take(planning->buses->group_count * zones, sizeof *planning->out);
    planning->between = buses_take(zones * zones, sizeof *planning->between);
    planning->in = buses_take(zones * shelters, sizeof *planning->in);
    planning->back = buses_take(shelters * zones, sizeof *planning->back);
    planning->in_all =
        buses_take(zones * planning->instance->shelter_count, sizeof *planning->in_all);
    return planning->out == NULL || planning->between == NULL || planning->in == NULL ||
                   planning->back == NULL || planning->in_all == NULL
               ? HV_ERR_MEMORY
               : HV_OK;
}

static int search_all(struct buses_planning *planning) {
    const size_t zones = planning->zone_count, shelters = planning->shelter_count;
    const struct picture *picture = planning->picture;
    const int error =
        buses_roads_init(&planning->roads, picture->network, picture->closings,
                         picture->closing_count, planning->buses->horizon_s * BUSES_MS_PER_S);
    if (error != HV_OK)
        return error;
    for (uint32_t g = 0; g < planning->buses->group_count; g++)
        search_from(planning, planning->buses->groups[g].node, &planning->out[g * zones], NULL,
                    NULL);
    for (size_t z = 0; z < zones; z++)
        search_from(planning, zone_node(planning, z), &planning->between[z * zones],
                    &planning->in[z * shelters],
                    &planning->in_all[z * planning->instance->shelter_count]);
    for (size_t s = 0; s < shelters; s++)
        search_from(planning, shelter_node(planning, s), &planning->back[s * zones], NULL, NULL);
    return find_limits(planning);
}

/* ---- which of them are taken ---- */

/* When the last bus has to have come by the way, or left it: by the way that it begins. */
static int64_t last_arrival(const struct buses_way *way) {
    return way->latest_ms == BUSES_ROADS_NEVER ? BUSES_ROADS_NEVER : way->latest_ms + way->quick_ms;
}

static bool is_sent(const struct buses_planning *planning, size_t zone, size_t shelter) {
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        if (planning->sent[buses_cell(planning, zone, shelter, class)] > 0)
            return true;
    return false;
}

/* Whether buses come to a zone by ways that no closing touches, and go on by them. */
static bool lasts(const struct buses_planning *planning, size_t zone) {
    bool to = false, from = false;
    for (uint32_t g = 0; g < planning->buses->group_count; g++)
        to |= !planning->buses->groups[g].declined &&
              planning->out[g * planning->zone_count + zone].lasting_ms != BUSES_ROADS_NEVER;
    for (size_t s = 0; s < planning->shelter_count; s++)
        from |= is_sent(planning, zone, s) &&
                planning->in[zone * planning->shelter_count + s].lasting_ms != BUSES_ROADS_NEVER;
    return to && from;
}

/* Ways that hold less than half as long as the best of them are not taken, so that the rest need
 * not hurry; until when the rest hold. */
static int64_t drop_short_lived(struct buses_way *ways, size_t count, size_t stride,
                                bool arriving) {
    int64_t best = -1, least = BUSES_ROADS_NEVER;
    for (size_t i = 0; i < count; i++) {
        const struct buses_way *way = &ways[i * stride];
        if (way->quick_ms != BUSES_ROADS_NEVER)
            best = buses_larger(best, arriving ? last_arrival(way) : way->latest_ms);
    }
    for (size_t i = 0; i < count; i++) {
        struct buses_way *way = &ways[i * stride];
        const int64_t until = arriving ? last_arrival(way) : way->latest_ms;
        if (way->quick_ms == BUSES_ROADS_NEVER)
            continue;
        if (until < best / HALF)
            way->quick_ms = BUSES_ROADS_NEVER;
        else
            least = buses_smaller(least, until);
    }
    return least;
}

/* By which ways each zone is served, and until when. */
static int choose_ways(struct buses_planning *planning) {
    const size_t zones = planning->zone_count, shelters = planning->shelter_count;
    planning->lasting = buses_take(zones, sizeof *planning->lasting);
    planning->reached = buses_take(zones, sizeof *planning->reached);
    planning->deadline_s = buses_take(zones, sizeof *planning->deadline_s);
    if (planning->lasting == NULL || planning->reached == NULL || planning->deadline_s == NULL)
        return HV_ERR_MEMORY;
    for (size_t z = 0; z < zones; z++) {
        planning->lasting[z] = lasts(planning, z);
        planning->deadline_s[z] = BUS_NEVER;
        for (size_t s = 0; s < shelters; s++) /* nobody of the zone is sent to the others */
            if (!is_sent(planning, z, s))
                planning->in[z * shelters + s].quick_ms =
                    planning->in[z * shelters + s].lasting_ms = BUSES_ROADS_NEVER;
        if (planning->lasting[z])
            continue;
        int64_t until = drop_short_lived(&planning->in[z * shelters], shelters, 1, false);
        until = buses_smaller(
            until, drop_short_lived(&planning->out[z], planning->buses->group_count, zones, true));
        until = buses_smaller(until, drop_short_lived(&planning->between[z], zones, zones, true));
        until = buses_smaller(until, drop_short_lived(&planning->back[z], shelters, zones, true));
        if (until != BUSES_ROADS_NEVER)
            planning->deadline_s[z] = buses_smaller(until / BUSES_MS_PER_S, BUS_SECONDS_MAX);
    }
    return HV_OK;
}

int32_t buses_seconds(const struct buses_planning *planning, const struct buses_way *way,
                      size_t zone) {
    const int64_t ms = planning->lasting[zone] ? way->lasting_ms : way->quick_ms;
    if (ms == BUSES_ROADS_NEVER || ms > BUS_SECONDS_MAX * (int64_t)BUSES_MS_PER_S)
        return BUS_NEVER;
    return (int32_t)((ms + BUSES_MS_PER_S - 1) / BUSES_MS_PER_S);
}

static void find_reached(struct buses_planning *planning) {
    for (size_t z = 0; z < planning->zone_count; z++) {
        bool to = false, from = false;
        for (uint32_t g = 0; g < planning->buses->group_count; g++)
            to |= !planning->buses->groups[g].declined &&
                  buses_seconds(planning, &planning->out[g * planning->zone_count + z], z) !=
                      BUS_NEVER;
        for (size_t s = 0; s < planning->shelter_count; s++)
            from |= buses_seconds(planning, &planning->in[z * planning->shelter_count + s], z) !=
                    BUS_NEVER;
        planning->reached[z] = to && from;
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
