/* Shortest travel times against trying every number of links. */
#include "coordinator/optimizer/network.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { NODES = 9, LINKS = 22 };

static uint64_t random_state;

static uint32_t random_below(uint32_t n) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(((random_state >> 33) * n) >> 31);
}

static struct network *random_network(void) {
    struct network_link links[LINKS];
    for (uint32_t i = 0; i < LINKS; i++)
        links[i] = (struct network_link){
            .from = random_below(NODES),
            .to = random_below(NODES),
            .travel_ms = random_below(5),
            .closed = random_below(6) == 0,
        };
    struct network *network = NULL;
    cr_assert_eq(network_new(NODES, links, LINKS, &network), 0);
    for (uint32_t node = 0; node < NODES; node++)
        cr_assert_eq(network_set_centroid(network, node, random_below(4) == 0), 0);
    return network;
}

/* When links close that do not. */
static const int64_t *never(void) {
    static int64_t closes[LINKS];
    for (uint32_t l = 0; l < LINKS; l++)
        closes[l] = NETWORK_NEVER;
    return closes;
}

/* Times from a node for who leaves it at `leaves`. */
static void time_slowly(const struct network *network, const int64_t *closes, int64_t leaves,
                        uint32_t start, int64_t *time) {
    for (uint32_t i = 0; i < NODES; i++)
        time[i] = i == start ? 0 : NETWORK_UNREACHABLE;
    for (uint32_t round = 0; round < NODES; round++)
        for (uint32_t l = 0; l < LINKS; l++) {
            const struct network_link *link = network_link_at(network, l);
            if (!link->closed && time[link->from] != NETWORK_UNREACHABLE &&
                (link->from == start || !network_is_centroid(network, link->from)) &&
                (closes[l] == NETWORK_NEVER ||
                 leaves + time[link->from] + link->travel_ms <= closes[l]) &&
                time[link->from] + link->travel_ms < time[link->to])
                time[link->to] = time[link->from] + link->travel_ms;
        }
}

static void judge_route(const struct network *network, const struct network_search *search,
                        uint32_t from, uint32_t to, uint32_t asked, int64_t time) {
    uint32_t links[LINKS];
    size_t length = network_search_route_length(search, asked);
    cr_assert_leq(length, NODES);
    network_search_route(search, asked, links);
    uint32_t at = from;
    for (size_t i = 0; i < length; i++) {
        const struct network_link *link = network_link_at(network, links[i]);
        cr_assert_eq(link->from, at);
        cr_assert(!link->closed);
        cr_assert(i == 0 || !network_is_centroid(network, at));
        time -= link->travel_ms;
        at = link->to;
    }
    cr_assert_eq(at, to);
    cr_assert_eq(time, 0);
}

Test(network, finds_the_shortest_times_and_routes_both_ways) {
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        random_state = seed;
        struct network *network = random_network();
        struct network_search *search = NULL;
        cr_assert_eq(network_search_new(network, &search), 0);
        int64_t time[NODES][NODES];
        for (uint32_t from = 0; from < NODES; from++)
            time_slowly(network, never(), 0, from, time[from]);
        for (uint32_t end = 0; end < NODES; end++) {
            cr_assert_eq(network_search_run(search, NETWORK_FROM_SOURCES, &end, 1), 0);
            for (uint32_t to = 0; to < NODES; to++) {
                cr_assert_eq(network_search_time_ms(search, to), time[end][to]);
                if (time[end][to] != NETWORK_UNREACHABLE)
                    judge_route(network, search, end, to, to, time[end][to]);
            }
            cr_assert_eq(network_search_run(search, NETWORK_TO_SOURCES, &end, 1), 0);
            for (uint32_t from = 0; from < NODES; from++) {
                cr_assert_eq(network_search_time_ms(search, from), time[from][end]);
                if (time[from][end] != NETWORK_UNREACHABLE)
                    judge_route(network, search, from, end, from, time[from][end]);
            }
        }
        network_search_free(search);
        network_free(network);
    }
}

static uint32_t first_of_route(const struct network *network, const struct network_search *search,
                               uint32_t to) {
    uint32_t links[LINKS];
    network_search_route(search, to, links);
    return network_search_route_length(search, to) == 0 ? to
                                                        : network_link_at(network, links[0])->from;
}

Test(network, finds_the_nearest_of_many_sources) {
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        random_state = seed;
        struct network *network = random_network();
        struct network_search *search = NULL;
        cr_assert_eq(network_search_new(network, &search), 0);
        uint32_t sources[3] = {random_below(NODES), random_below(NODES), random_below(NODES)};
        cr_assert_eq(network_search_run(search, NETWORK_FROM_SOURCES, sources, 3), 0);
        for (uint32_t to = 0; to < NODES; to++) {
            int64_t best = NETWORK_UNREACHABLE, time[NODES];
            for (uint32_t i = 0; i < 3; i++) {
                time_slowly(network, never(), 0, sources[i], time);
                best = time[to] < best ? time[to] : best;
            }
            cr_assert_eq(network_search_time_ms(search, to), best);
            if (best == NETWORK_UNREACHABLE)
                continue;
            uint32_t source = first_of_route(network, search, to);
            cr_assert(source == sources[0] || source == sources[1] || source == sources[2]);
            judge_route(network, search, source, to, to, best);
        }
        network_search_free(search);
        network_free(network);
    }
}

enum { CLOSES_MAX = 20, LATE = 2 * CLOSES_MAX }; /* when all is closed that closes */

/* Until when one can leave a node and come to one of two; less than 0: never. */
static int64_t leave_slowly(const struct network *network, const int64_t *closes, uint32_t from,
                            const uint32_t *ends) {
    for (int64_t leaves = LATE; leaves >= 0; leaves--) {
        int64_t time[NODES];
        time_slowly(network, closes, leaves, from, time);
        if (time[ends[0]] != NETWORK_UNREACHABLE || time[ends[1]] != NETWORK_UNREACHABLE)
            return leaves == LATE ? NETWORK_NEVER : leaves;
    }
    return -1;
}

/* Whether who leaves at a time is over each link of a route before it closes. */
static bool holds(const struct network *network, const int64_t *closes,
                  const struct network_search *search, uint32_t asked, int64_t leaves) {
    uint32_t links[LINKS];
    const size_t length = network_search_route_length(search, asked);
    network_search_route(search, asked, links);
    for (size_t i = 0; i < length; i++) {
        leaves += network_link_at(network, links[i])->travel_ms;
        if (leaves > closes[links[i]])
            return false;
    }
    return true;
}

static void judge_closings(const struct network *network, const int64_t *closes,
                           struct network_search *search, const uint32_t *ends) {
    int64_t time[NODES];
    time_slowly(network, closes, 0, ends[0], time);
    cr_assert_eq(network_search_run(search, NETWORK_FROM_SOURCES, ends, 1), 0);
    for (uint32_t to = 0; to < NODES; to++) {
        const int64_t latest = network_search_latest_ms(search, to);
        cr_assert_eq(network_search_time_ms(search, to), time[to]);
        cr_assert_eq(latest < 0, time[to] == NETWORK_UNREACHABLE);
        if (latest < 0)
            continue;
        judge_route(network, search, ends[0], to, to, time[to]);
        cr_assert(holds(network, closes, search, to, latest == NETWORK_NEVER ? LATE : latest));
        cr_assert(latest == NETWORK_NEVER || !holds(network, closes, search, to, latest + 1));
    }
    cr_assert_eq(network_search_run(search, NETWORK_TO_SOURCES, ends, 2), 0);
    for (uint32_t from = 0; from < NODES; from++) {
        const int64_t latest = network_search_latest_ms(search, from);
        cr_assert_eq(latest < 0 ? -1 : latest, leave_slowly(network, closes, from, ends));
        cr_assert(latest < 0 ||
                  holds(network, closes, search, from, latest == NETWORK_NEVER ? LATE : latest));
    }
}

Test(network, uses_links_until_they_close) {
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        random_state = seed;
        struct network *network = random_network();
        struct network_search *search = NULL;
        int64_t closes[LINKS];
        cr_assert_eq(network_search_new(network, &search), 0);
        for (uint32_t l = 0; l < LINKS; l++)
            closes[l] = random_below(2) == 0 ? NETWORK_NEVER : random_below(CLOSES_MAX);
        network_search_set_closings(search, closes);
        const uint32_t ends[2] = {random_below(NODES), random_below(NODES)};
        judge_closings(network, closes, search, ends);
        network_search_free(search);
        network_free(network);
    }
}

Test(network, refuses_what_does_not_exist_or_makes_no_sense) {
    struct network_link link = {.from = 0, .to = 2, .travel_ms = 1};
    struct network *network = NULL;
    cr_assert_eq(network_new(2, &link, 1, &network), HV_ERR_VALUE);
    link.to = 1;
    link.travel_ms = -1;
    cr_assert_eq(network_new(2, &link, 1, &network), HV_ERR_VALUE);
    link.travel_ms = NETWORK_TRAVEL_MS_MAX + 1;
    cr_assert_eq(network_new(2, &link, 1, &network), HV_ERR_VALUE);
    link.travel_ms = 1;
    cr_assert_eq(network_new(UINT32_MAX, &link, 1, &network), HV_ERR_LIMIT);
    cr_assert_eq(network_new(2, &link, 1, &network), 0);
    cr_assert_eq(network_set_closed(network, 1, true), HV_ERR_VALUE);
    cr_assert_eq(network_set_travel_ms(network, 0, -1), HV_ERR_VALUE);
    cr_assert_eq(network_set_capacity(network, 0, -1), HV_ERR_VALUE);
    cr_assert_eq(network_set_centroid(network, 2, true), HV_ERR_VALUE);
    struct network_search *search = NULL;
    uint32_t nowhere = 2;
    cr_assert_eq(network_search_new(network, &search), 0);
    cr_assert_eq(network_search_run(search, NETWORK_FROM_SOURCES, &nowhere, 1), HV_ERR_VALUE);
    cr_assert_eq(network_search_time_ms(search, 0), NETWORK_UNREACHABLE);
    network_search_free(search);
    network_free(network);
}

Test(network, a_clone_shares_nothing) {
    struct network_link link = {.from = 0, .to = 1, .travel_ms = 7};
    struct network *network = NULL, *clone = NULL;
    cr_assert_eq(network_new(2, &link, 1, &network), 0);
    cr_assert_eq(network_set_centroid(network, 1, true), 0);
    cr_assert_eq(network_clone(network, &clone), 0);
    cr_assert_eq(network_set_closed(clone, 0, true), 0);
    cr_assert(!network_link_at(network, 0)->closed);
    cr_assert(network_is_centroid(clone, 1));
    network_free(network);
    network_free(clone);
}
