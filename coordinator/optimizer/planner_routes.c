/* Travel times between zones or depots and shelters, kept while links change.
 *
 * A link that becomes quicker can only shorten routes over itself: time(origin, tail) + link +
 * time(head, shelter), from one search to the tail and one from the head. A link that becomes
 * slower alters only pairs for which that sum was the travel time; their rows, or columns where
 * these are fewer, are searched again. */
#include "coordinator/optimizer/planner_state.h"

#include <stdlib.h>

static uint32_t origin_node(const struct planner *planner, uint32_t origin) {
    uint32_t zones = planner->instance.zone_count;
    return origin < zones ? planner->zones[origin].node : planner->depots[origin - zones].node;
}

static int search_from(struct planner *planner, struct network_search *search,
                       enum network_direction direction, uint32_t node) {
    planner->searches++;
    planner->route_node = NETWORK_NONE;
    return network_search_run(search, direction, &node, 1);
}

/* Notes a travel time, and that the zone's arcs are out of date where it is a new one. */
static void set_travel(struct planner *planner, uint32_t origin, uint32_t shelter, int64_t time) {
    int64_t *travel = &planner->travel_ms[planner_pair(planner, origin, shelter)];
    if (*travel == time)
        return;
    *travel = time;
    if (origin < planner->instance.zone_count)
        planner->people.stale_zone[origin] = true;
}

static int search_row(struct planner *planner, uint32_t origin) {
    int error =
        search_from(planner, planner->search, NETWORK_FROM_SOURCES, origin_node(planner, origin));
    if (error)
        return error;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
        set_travel(planner, origin, s,
                   network_search_time_ms(planner->search, planner->shelters[s].node));
    return 0;
}

static int search_column(struct planner *planner, uint32_t shelter) {
    int error =
        search_from(planner, planner->search, NETWORK_TO_SOURCES, planner->shelters[shelter].node);
    if (error)
        return error;
    for (uint32_t o = 0; o < planner_origins(planner); o++)
        set_travel(planner, o, shelter,
                   network_search_time_ms(planner->search, origin_node(planner, o)));
    return 0;
}

int planner_find_travel(struct planner *planner) {
    if (planner->has_travel)
        return 0;
    uint32_t origins = planner_origins(planner), shelters = planner->instance.shelter_count;
    int error = 0;
    if (origins <= shelters)
        for (uint32_t o = 0; o < origins && !error; o++)
            error = search_row(planner, o);
    else
        for (uint32_t s = 0; s < shelters && !error; s++)
            error = search_column(planner, s);
    planner->has_travel = !error;
    return error;
}

/* Links that change -----------------------------------------------------------------------------
 */

/* Time from an origin to a shelter over a link of `travel_ms`, by the searches to its tail and from
 * its head; no route leads through a centroid. */
static int64_t time_over(const struct planner *planner, const struct network_link *link,
                         int64_t travel_ms, uint32_t origin, uint32_t shelter) {
    uint32_t start = origin_node(planner, origin), end = planner->shelters[shelter].node;
    if ((network_is_centroid(planner->network, link->from) && start != link->from) ||
        (network_is_centroid(planner->network, link->to) && end != link->to))
        return NETWORK_UNREACHABLE;
    int64_t before = network_search_time_ms(planner->search, start);
    int64_t after = network_search_time_ms(planner->other_search, end);
    if (before == NETWORK_UNREACHABLE || after == NETWORK_UNREACHABLE)
        return NETWORK_UNREACHABLE;
    return before + travel_ms + after;
}

static int search_both_ends(struct planner *planner, const struct network_link *link) {
    int error = search_from(planner, planner->search, NETWORK_TO_SOURCES, link->from);
    return error ? error
                 : search_from(planner, planner->other_search, NETWORK_FROM_SOURCES, link->to);
}

static int shorten(struct planner *planner, const struct network_link *link) {
    int error = search_both_ends(planner, link);
    if (error)
        return error;
    for (uint32_t o = 0; o < planner_origins(planner); o++)
        for (uint32_t s = 0; s < planner->instance.shelter_count; s++) {
            int64_t time = time_over(planner, link, link->travel_ms, o, s);
            if (time < planner->travel_ms[planner_pair(planner, o, s)])
                set_travel(planner, o, s, time);
        }
    return 0;
}

/* Marks rows and columns that hold a pair whose quickest route may use the link as it was. */
static void mark_users(const struct planner *planner, const struct network_link *link,
                       int64_t old_travel_ms, bool *row, bool *column) {
    for (uint32_t o = 0; o < planner_origins(planner); o++)
        for (uint32_t s = 0; s < planner->instance.shelter_count; s++) {
            int64_t time = time_over(planner, link, old_travel_ms, o, s);
            if (time != NETWORK_UNREACHABLE &&
                time <= planner->travel_ms[planner_pair(planner, o, s)])
                row[o] = column[s] = true;
        }
}

static uint32_t count_marks(const bool *marks, uint32_t count) {
    uint32_t marked = 0;
    for (uint32_t i = 0; i < count; i++)
        marked += marks[i];
    return marked;
}

static int search_marked(struct planner *planner, const bool *row, const bool *column) {
    uint32_t origins = planner_origins(planner), shelters = planner->instance.shelter_count;
    int error = 0;
    if (count_marks(row, origins) <= count_marks(column, shelters)) {
        for (uint32_t o = 0; o < origins && !error; o++)
            if (row[o])
                error = search_row(planner, o);
    } else {
        for (uint32_t s = 0; s < shelters && !error; s++)
            if (column[s])
                error = search_column(planner, s);
    }
    return error;
}

/* Whether the link is changed already makes no difference to the times to its tail and from its
 * head: no quickest route to its tail leads over it. */
static int lengthen(struct planner *planner, const struct network_link *link,
                    int64_t old_travel_ms) {
    bool *row = planner_take(planner_origins(planner), sizeof *row);
    bool *column = planner_take(planner->instance.shelter_count, sizeof *column);
    int error = row && column ? search_both_ends(planner, link) : HV_ERR_MEMORY;
    if (!error) {
        mark_users(planner, link, old_travel_ms, row, column);
        error = search_marked(planner, row, column);
    }
    free(row);
    free(column);
    return error;
}

int planner_change_link(struct planner *planner, uint32_t link, bool closed, int64_t travel_ms) {
    struct network_link old = *network_link_at(planner->network, link);
    planner->route_node = NETWORK_NONE;
    int error = network_set_travel_ms(planner->network, link, travel_ms);
    if (!error)
        error = network_set_closed(planner->network, link, closed);
    if (error || !planner->has_travel || (old.closed && closed))
        return error;
    const struct network_link *now = network_link_at(planner->network, link);
    if (closed || (!old.closed && travel_ms > old.travel_ms))
        error = lengthen(planner, now, old.travel_ms);
    else if (old.closed || travel_ms < old.travel_ms)
        error = shorten(planner, now);
    if (error) { /* as before, travel times to be found again */
        planner->has_travel = false;
        int undone = network_set_travel_ms(planner->network, link, old.travel_ms);
        if (!undone)
            undone = network_set_closed(planner->network, link, old.closed);
        (void)undone;
    }
    return error;
}

/* Routes ----------------------------------------------------------------------------------------
 */

/* Whether a route found earlier is still open and as quick as the best. */
static bool still_good(const struct planner *planner, const struct planner_route *route,
                       int64_t travel_ms) {
    int64_t time = 0;
    for (uint32_t i = 0; i < route->count; i++) {
        const struct network_link *link = network_link_at(planner->network, route->links[i]);
        if (link->closed)
            return false;
        time += link->travel_ms;
    }
    return time == travel_ms;
}

int planner_route(struct planner *planner, uint32_t origin, uint32_t shelter,
                  const struct planner_route **ret_route) {
    size_t pair = planner_pair(planner, origin, shelter);
    struct planner_route **kept = &planner->routes[pair];
    if (*kept && still_good(planner, *kept, planner->travel_ms[pair])) {
        *ret_route = *kept;
        return 0;
    }
    uint32_t start = origin_node(planner, origin), end = planner->shelters[shelter].node;
    int error = 0;
    if (planner->route_node != start)
        error = search_from(planner, planner->search, NETWORK_FROM_SOURCES, start);
    if (error)
        return error;
    planner->route_node = start;
    size_t length = network_search_route_length(planner->search, end);
    struct planner_route *route = malloc(sizeof *route + length * sizeof route->links[0]);
    if (!route)
        return HV_ERR_MEMORY;
    route->count = (uint32_t)length;
    network_search_route(planner->search, end, route->links);
    free(*kept);
    *kept = route;
    *ret_route = route;
    return 0;
}
