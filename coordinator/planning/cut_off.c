#include "coordinator/planning/cut_off.h"

#include <stdlib.h>

static bool comes(const struct timetable_closing *closing, int64_t until_ms) {
    return closing->permille == 0 && closing->from_ms < until_ms;
}

static bool any_comes(const struct timetable_closing *closings, size_t count, int64_t until_ms) {
    for (size_t i = 0; i < count; i++)
        if (comes(&closings[i], until_ms))
            return true;
    return false;
}

/* The network when all of them are closed. */
static int close_roads(const struct network *network, const struct timetable_closing *closings,
                       size_t count, int64_t until_ms, struct network **ret_closed) {
    struct network *closed = NULL;
    int error = network_clone(network, &closed);
    for (size_t i = 0; i < count && error == HV_OK; i++)
        if (comes(&closings[i], until_ms))
            error = network_set_closed(closed, closings[i].link, true);
    if (error != HV_OK) {
        network_free(closed);
        return error;
    }
    *ret_closed = closed;
    return HV_OK;
}

/* Marks the shelters that have no way from, or to, any depot that is of use. */
static int search(const struct instance *instance, const struct network *closed,
                  bool *ret_cut_off) {
    struct network_search *search = NULL;
    uint32_t *sources = calloc(instance->depot_count + (size_t)1, sizeof *sources);
    size_t count = 0;
    int error = sources == NULL ? HV_ERR_MEMORY : network_search_new(closed, &search);
    for (uint32_t d = 0; d < instance->depot_count && error == HV_OK; d++)
        if (instance->depots[d].usable)
            sources[count++] = instance->depots[d].node;
    for (int back = 0; back < 2 && error == HV_OK; back++) {
        error = network_search_run(search, back ? NETWORK_TO_SOURCES : NETWORK_FROM_SOURCES,
                                   sources, count);
        for (uint32_t s = 0; s < instance->shelter_count && error == HV_OK; s++)
            ret_cut_off[s] |=
                network_search_time_ms(search, instance->shelters[s].node) == NETWORK_UNREACHABLE;
    }
    network_search_free(search);
    free(sources);
    return error;
}

int cut_off_find(const struct instance *instance, const struct timetable_closing *closings,
                 size_t closing_count, int64_t until_ms, bool *ret_cut_off) {
    struct network *closed = NULL;
    if (!any_comes(closings, closing_count, until_ms))
        return HV_OK;
    int error = close_roads(instance->network, closings, closing_count, until_ms, &closed);
    if (error == HV_OK)
        error = search(instance, closed, ret_cut_off);
    network_free(closed);
    return error;
}
