#include "coordinator/optimizer/delivery_ways.h"

#include "coordinator/optimizer/array.h"

#include <stdlib.h>

struct delivery_ways {
    const struct network *network;
    const struct timetable_closing *closings;
    const int64_t *link_m;
    int64_t horizon_ms;
    struct network *now; /* as the search that runs sees it; NULL: nothing closes */
    struct network_search *search;
    uint32_t *first_closing; /* by number of a closing link: its first; and one more: the end */
    uint32_t *closing_links; /* by number: the link */
    uint32_t closing_link_count;
    uint32_t *closing_of; /* by link: its number among them, or NETWORK_NONE; NULL: none closes */
    int64_t starts_ms[DELIVERY_WAYS_OPENINGS_MAX + 1]; /* now, and when links open, in order */
    uint32_t start_count;
    struct delivery_leg *legs;
    size_t leg_count, leg_room;
    uint32_t *links;
    size_t link_count, link_room;
};

struct found {
    uint32_t place;
    struct delivery_leg leg;
};

/* One call of delivery_ways_find(). */
struct finding {
    struct delivery_ways *ways;
    enum network_direction direction;
    uint32_t depot;
    const uint32_t *places;
    uint32_t place_count;
    struct delivery_legs *legs;
    bool *settled; /* by place: it has a way that is open for good, and quicker than any other */
    bool *open;    /* by place: a later closing may still bring a way from this start */
    int64_t *until_ms; /* by place: until when the leg is open that was found last from it */
    int64_t start_ms;
    struct found *found; /* in the order of search */
    size_t found_count, found_room;
};

/* ---- when links are closed ---- */

static bool shuts(const struct delivery_ways *ways, const struct timetable_closing *closing) {
    return closing->permille == 0 && closing->from_ms < ways->horizon_ms;
}

static bool is_open_at(const struct delivery_ways *ways, uint32_t number, int64_t ms) {
    for (uint32_t i = ways->first_closing[number]; i < ways->first_closing[number + 1]; i++) {
        const struct timetable_closing *closing = &ways->closings[i];
        if (shuts(ways, closing) && closing->from_ms <= ms && ms < closing->to_ms)
            return false;
    }
    return true;
}

/* When a link that is open at a time closes next. */
static int64_t closes_after(const struct delivery_ways *ways, uint32_t link, int64_t ms) {
    const uint32_t number = ways->closing_of == NULL ? NETWORK_NONE : ways->closing_of[link];
    int64_t next = DELIVERY_WAYS_ALWAYS;
    if (number == NETWORK_NONE)
        return next;
    for (uint32_t i = ways->first_closing[number]; i < ways->first_closing[number + 1]; i++) {
        const struct timetable_closing *closing = &ways->closings[i];
        if (shuts(ways, closing) && closing->from_ms > ms && closing->from_ms < next)
            next = closing->from_ms;
    }
    return next;
}

/* Closes what is closed at the start or closes until `until_ms`. */
static int close_links(const struct finding *finding, int64_t until_ms) {
    struct delivery_ways *ways = finding->ways;
    int error = HV_OK;
    for (uint32_t i = 0; ways->now != NULL && i < ways->closing_link_count && error == HV_OK; i++) {
        const uint32_t link = ways->closing_links[i];
        const bool closed = network_link_at(ways->network, link)->closed ||
                            !is_open_at(ways, i, finding->start_ms) ||
                            closes_after(ways, link, finding->start_ms) <= until_ms;
        error = network_set_closed(ways->now, link, closed);
    }
    return error;
}

/* ---- legs ---- */

/* Adds the route of the last search to the end of the links; `ret_closes_ms`: the first closing on
 * it. */
static int take_route(struct finding *finding, uint32_t place, struct delivery_leg *ret_leg,
                      int64_t *ret_closes_ms) {
    struct delivery_ways *ways = finding->ways;
    const size_t length = network_search_route_length(ways->search, finding->places[place]);
    int64_t off_ms = 0;
    int error = array_reserve((void **)&ways->links, ways->link_count + length, &ways->link_room,
                              sizeof *ways->links);
    if (error != HV_OK || ways->link_count + length > UINT32_MAX)
        return HV_ERR_MEMORY;
    *ret_leg = (struct delivery_leg){.from_ms = finding->start_ms,
                                     .until_ms = DELIVERY_WAYS_ALWAYS,
                                     .first_link = (uint32_t)ways->link_count,
                                     .link_count = (uint32_t)length};
    *ret_closes_ms = DELIVERY_WAYS_ALWAYS;
    if (length > 0)
        network_search_route(ways->search, finding->places[place], &ways->links[ways->link_count]);
    for (size_t i = 0; i < length; i++) {
        const uint32_t link = ways->links[ways->link_count + i];
        const int64_t closes = closes_after(ways, link, finding->start_ms);
        off_ms += network_link_at(ways->network, link)->travel_ms;
        ret_leg->m += ways->link_m == NULL ? 0 : ways->link_m[link];
        if (closes != DELIVERY_WAYS_ALWAYS && closes - off_ms < ret_leg->until_ms)
            ret_leg->until_ms = closes - off_ms;
        if (closes < *ret_closes_ms)
            *ret_closes_ms = closes;
    }
    ret_leg->travel_ms = off_ms;
    return HV_OK;
}

/* Keeps a leg that is open for longer than the one before it from the same start. */
static int keep_leg(struct finding *finding, uint32_t place, const struct delivery_leg *leg) {
    if (leg->until_ms < leg->from_ms || leg->until_ms <= finding->until_ms[place])
        return HV_OK;
    const int error = array_reserve((void **)&finding->found, finding->found_count + 1,
                                    &finding->found_room, sizeof *finding->found);
    if (error != HV_OK)
        return error;
    finding->found[finding->found_count++] = (struct found){place, *leg};
    finding->ways->link_count += leg->link_count;
    finding->until_ms[place] = leg->until_ms;
    return HV_OK;
}

/* The legs of the search that has run; `ret_next_ms`: the first closing on any that is not open for
 * good. */
static int take_legs(struct finding *finding, int64_t *ret_next_ms) {
    const struct network_search *search = finding->ways->search;
    int error = HV_OK;
    *ret_next_ms = DELIVERY_WAYS_ALWAYS;
    for (uint32_t i = 0; i < finding->place_count && error == HV_OK; i++) {
        struct delivery_leg leg = {0};
        int64_t closes_ms = DELIVERY_WAYS_ALWAYS;
        if (!finding->open[i])
            continue;
        finding->open[i] =
            network_search_time_ms(search, finding->places[i]) != NETWORK_UNREACHABLE;
        if (!finding->open[i])
            continue;
        error = take_route(finding, i, &leg, &closes_ms);
        if (error == HV_OK)
            error = keep_leg(finding, i, &leg);
        finding->open[i] = closes_ms != DELIVERY_WAYS_ALWAYS;
        if (closes_ms < *ret_next_ms)
            *ret_next_ms = closes_ms;
    }
    return error;
}

/* ---- searches ---- */

/* Nothing is quicker than what the first search found, where that is open for good. */
static void settle(struct finding *finding) {
    for (uint32_t i = 0; i < finding->place_count; i++)
        finding->settled[i] |= finding->until_ms[i] == DELIVERY_WAYS_ALWAYS;
}

/* All legs of those who leave at the start or later. */
static int find_from_start(struct finding *finding) {
    struct delivery_ways *ways = finding->ways;
    int64_t closed_until_ms = finding->start_ms;
    int error = HV_OK;
    for (uint32_t i = 0; i < finding->place_count; i++) {
        finding->open[i] = !finding->settled[i];
        finding->until_ms[i] = -1;
    }
    for (uint32_t round = 0; closed_until_ms != DELIVERY_WAYS_ALWAYS && error == HV_OK; round++) {
        if (round > DELIVERY_WAYS_CLOSINGS_MAX)
            closed_until_ms = DELIVERY_WAYS_ALWAYS - 1;
        error = close_links(finding, closed_until_ms);
        if (error == HV_OK)
            error = network_search_run(ways->search, finding->direction, &finding->depot, 1);
        if (error == HV_OK)
            error = take_legs(finding, &closed_until_ms);
        if (round == 0)
            settle(finding);
    }
    return error;
}

static int find_all(struct finding *finding) {
    struct delivery_ways *ways = finding->ways;
    int error = HV_OK;
    for (uint32_t i = 0; i < ways->start_count && error == HV_OK; i++) {
        finding->start_ms = ways->starts_ms[i];
        error = find_from_start(finding);
    }
    return error;
}

/* What was found, by place; the order in which it was found stays. */
static int write_legs(struct finding *finding) {
    struct delivery_ways *ways = finding->ways;
    const int error = array_reserve((void **)&ways->legs, ways->leg_count + finding->found_count,
                                    &ways->leg_room, sizeof *ways->legs);
    if (error != HV_OK)
        return error;
    for (uint32_t i = 0; i < finding->place_count; i++)
        finding->legs[i].count = 0;
    for (size_t i = 0; i < finding->found_count; i++)
        finding->legs[finding->found[i].place].count++;
    for (uint32_t i = 0; i < finding->place_count; i++) {
        finding->legs[i].first = (uint32_t)ways->leg_count;
        ways->leg_count += finding->legs[i].count;
        finding->legs[i].count = 0;
    }
    for (size_t i = 0; i < finding->found_count; i++) {
        struct delivery_legs *legs = &finding->legs[finding->found[i].place];
        ways->legs[legs->first + legs->count++] = finding->found[i].leg;
    }
    return HV_OK;
}

int delivery_ways_find(struct delivery_ways *ways, enum network_direction direction, uint32_t depot,
                       const uint32_t *places, uint32_t place_count,
                       struct delivery_legs *ret_legs) {
    struct finding finding = {.ways = ways,
                              .direction = direction,
                              .depot = depot,
                              .places = places,
                              .place_count = place_count,
                              .legs = ret_legs,
                              .settled = calloc(place_count + 1u, sizeof(bool)),
                              .open = calloc(place_count + 1u, sizeof(bool)),
                              .until_ms = calloc(place_count + 1u, sizeof(int64_t))};
    int error = finding.settled == NULL || finding.open == NULL || finding.until_ms == NULL
                    ? HV_ERR_MEMORY
                    : find_all(&finding);
    if (error == HV_OK)
        error = write_legs(&finding);
    free(finding.settled);
    free(finding.open);
    free(finding.until_ms);
    free(finding.found);
    return error;
}

/* ---- the whole ---- */

/* Numbers the links that close within the horizon. */
static int find_closing_links(struct delivery_ways *ways, size_t count) {
    const uint32_t links = network_link_count(ways->network);
    ways->closing_links = calloc(count + 1, sizeof *ways->closing_links);
    ways->first_closing = calloc(count + 2, sizeof *ways->first_closing);
    ways->closing_of = malloc((links + (size_t)1) * sizeof *ways->closing_of);
    if (ways->closing_links == NULL || ways->first_closing == NULL || ways->closing_of == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t l = 0; l < links; l++)
        ways->closing_of[l] = NETWORK_NONE;
    for (size_t i = 0; i < count; i++) {
        const uint32_t link = ways->closings[i].link;
        if (link >= links)
            return HV_ERR_VALUE;
        if (ways->closing_of[link] == NETWORK_NONE) {
            ways->closing_of[link] = ways->closing_link_count;
            ways->first_closing[ways->closing_link_count] = (uint32_t)i;
            ways->closing_links[ways->closing_link_count++] = link;
        }
    }
    ways->first_closing[ways->closing_link_count] = (uint32_t)count;
    return HV_OK;
}

/* Now, and the first times at which a link opens again. */
static void find_starts(struct delivery_ways *ways, size_t count) {
    ways->starts_ms[0] = 0;
    for (ways->start_count = 1; ways->start_count <= DELIVERY_WAYS_OPENINGS_MAX;
         ways->start_count++) {
        const int64_t last_ms = ways->starts_ms[ways->start_count - 1];
        int64_t next_ms = ways->horizon_ms;
        for (size_t i = 0; i < count; i++)
            if (shuts(ways, &ways->closings[i]) && ways->closings[i].to_ms > last_ms &&
                ways->closings[i].to_ms < next_ms)
                next_ms = ways->closings[i].to_ms;
        if (next_ms == ways->horizon_ms)
            break;
        ways->starts_ms[ways->start_count] = next_ms;
    }
}

static int prepare(struct delivery_ways *ways, size_t closing_count) {
    bool any = false;
    for (size_t i = 0; i < closing_count; i++)
        any |= shuts(ways, &ways->closings[i]);
    find_starts(ways, closing_count);
    int error = any ? find_closing_links(ways, closing_count) : HV_OK;
    if (error == HV_OK && any)
        error = network_clone(ways->network, &ways->now);
    if (error == HV_OK)
        error = network_search_new(any ? ways->now : ways->network, &ways->search);
    return error;
}

int delivery_ways_new(const struct network *network, const struct timetable_closing *closings,
                      size_t closing_count, const int64_t *link_m, int64_t horizon_ms,
                      struct delivery_ways **ret_ways) {
    struct delivery_ways *ways = calloc(1, sizeof *ways);
    if (ways == NULL)
        return HV_ERR_MEMORY;
    ways->network = network;
    ways->closings = closings;
    ways->link_m = link_m;
    ways->horizon_ms = horizon_ms;
    const int error = closing_count > UINT32_MAX - 1 ? HV_ERR_MEMORY : prepare(ways, closing_count);
    if (error != HV_OK) {
        delivery_ways_free(ways);
        return error;
    }
    *ret_ways = ways;
    return HV_OK;
}

void delivery_ways_free(struct delivery_ways *ways) {
    if (ways == NULL)
        return;
    network_search_free(ways->search);
    network_free(ways->now);
    free(ways->closing_links);
    free(ways->first_closing);
    free(ways->closing_of);
    free(ways->legs);
    free(ways->links);
    free(ways);
}

const struct delivery_leg *delivery_ways_legs(const struct delivery_ways *ways) {
    return ways->legs;
}

uint32_t *delivery_ways_take_links(struct delivery_ways *ways, size_t *ret_count) {
    uint32_t *links = ways->links;
    *ret_count = ways->link_count;
    ways->links = NULL;
    ways->link_count = ways->link_room = 0;
    return links;
}
