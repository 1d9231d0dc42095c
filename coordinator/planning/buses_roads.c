#include "coordinator/planning/buses_roads.h"

#include <stdlib.h>

/* A closing that buses have to heed. */
static bool counts(const struct timetable_closing *closing, int64_t horizon_ms) {
    return closing->permille == 0 && closing->from_ms <= horizon_ms;
}

/* When each link closes first, and a network in which it already has. */
static int close_roads(struct buses_roads *roads, const struct network *network,
                       const struct timetable_closing *closings, size_t closing_count,
                       int64_t horizon_ms) {
    const size_t links = network_link_count(network);
    int error = network_clone(network, &roads->lasting);
    roads->closes_ms = calloc(links + 1, sizeof *roads->closes_ms);
    if (error != HV_OK || roads->closes_ms == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < links; i++)
        roads->closes_ms[i] = NETWORK_NEVER;
    for (size_t i = 0; i < closing_count && error == HV_OK; i++) {
        int64_t *closes = &roads->closes_ms[closings[i].link];
        if (!counts(&closings[i], horizon_ms))
            continue;
        if (closings[i].from_ms < *closes)
            *closes = closings[i].from_ms;
        error = network_set_closed(roads->lasting, closings[i].link, true);
    }
    if (error == HV_OK)
        error = network_search_new(roads->lasting, &roads->by_lasting);
    return error;
}

int buses_roads_init(struct buses_roads *roads, const struct network *network,
                     const struct timetable_closing *closings, size_t closing_count,
                     int64_t horizon_ms) {
    bool any = false;
    *roads = (struct buses_roads){0};
    for (size_t i = 0; i < closing_count; i++)
        any |= counts(&closings[i], horizon_ms);
    int error = any ? close_roads(roads, network, closings, closing_count, horizon_ms) : HV_OK;
    if (error == HV_OK)
        error = network_search_new(network, &roads->all);
    if (error == HV_OK)
        network_search_set_closings(roads->all, roads->closes_ms);
    return error;
}

void buses_roads_deinit(struct buses_roads *roads) {
    network_search_free(roads->all);
    network_search_free(roads->by_lasting);
    network_free(roads->lasting);
    free(roads->closes_ms);
    *roads = (struct buses_roads){0};
}
