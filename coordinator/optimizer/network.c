#include "coordinator/optimizer/network.h"

#include "schemas/limits.h"

#include <stdlib.h>
#include <string.h>

/* Links by node: those that leave node n are out[out_first[n]] … out[out_first[n + 1] − 1], in
 * rising order, and those that enter it the same in `in`. */
struct network {
    struct network_link *links;
    bool *centroid;
    uint32_t *out_first, *out;
    uint32_t *in_first, *in;
    uint32_t node_count, link_count;
};

/* The network -----------------------------------------------------------------------------------
 */

static bool travel_is_good(int64_t travel_ms) {
    return travel_ms >= 0 && travel_ms <= NETWORK_TRAVEL_MS_MAX;
}

static bool links_are_good(uint32_t node_count, const struct network_link *links,
                           uint32_t link_count) {
    for (uint32_t i = 0; i < link_count; i++)
        if (links[i].from >= node_count || links[i].to >= node_count ||
            !travel_is_good(links[i].travel_ms) || links[i].capacity_per_hour < 0)
            return false;
    return true;
}

/* At least one byte, zeroed. */
static void *take(size_t count, size_t bytes) {
    return calloc(count ? count : 1, bytes);
}

/* Sorts the links by their end `from` (or `to`) by counting; stable, so in rising order. */
static void index_links(const struct network *network, bool by_from, uint32_t *first,
                        uint32_t *list) {
    for (uint32_t i = 0; i < network->link_count; i++)
        first[(by_from ? network->links[i].from : network->links[i].to) + 1]++;
    for (uint32_t i = 0; i < network->node_count; i++)
        first[i + 1] += first[i];
    for (uint32_t i = network->link_count; i-- > 0;) {
        uint32_t node = by_from ? network->links[i].from : network->links[i].to;
        list[--first[node + 1]] = i;
    }
    /* Filling moved each end back to its beginning, one place to the right of where it belongs. */
    for (uint32_t i = 0; i < network->node_count; i++)
        first[i] = first[i + 1];
    first[network->node_count] = network->link_count;
}

int network_new(uint32_t node_count, const struct network_link *links, uint32_t link_count,
                struct network **ret_network) {
    if (node_count > HV_REGION_NODES_MAX || link_count > HV_REGION_LINKS_MAX)
        return HV_ERR_LIMIT;
    if (!links_are_good(node_count, links, link_count))
        return HV_ERR_VALUE;
    struct network *network = calloc(1, sizeof *network);
    if (!network)
        return HV_ERR_MEMORY;
    network->node_count = node_count;
    network->link_count = link_count;
    network->links = take(link_count, sizeof *network->links);
    network->centroid = take(node_count, sizeof *network->centroid);
    network->out_first = take((size_t)node_count + 1, sizeof *network->out_first);
    network->in_first = take((size_t)node_count + 1, sizeof *network->in_first);
    network->out = take(link_count, sizeof *network->out);
    network->in = take(link_count, sizeof *network->in);
    if (!network->links || !network->centroid || !network->out_first || !network->in_first ||
        !network->out || !network->in) {
        network_free(network);
        return HV_ERR_MEMORY;
    }
    if (link_count > 0)
        memcpy(network->links, links, link_count * sizeof *links);
    index_links(network, true, network->out_first, network->out);
    index_links(network, false, network->in_first, network->in);
    *ret_network = network;
    return 0;
}

int network_clone(const struct network *network, struct network **ret_network) {
    struct network *clone;
    int error = network_new(network->node_count, network->links, network->link_count, &clone);
    if (error)
        return error;
    memcpy(clone->centroid, network->centroid, network->node_count * sizeof *clone->centroid);
    *ret_network = clone;
    return 0;
}

void network_free(struct network *network) {
    if (!network)
        return;
    free(network->links);
    free(network->centroid);
    free(network->out_first);
    free(network->in_first);
    free(network->out);
    free(network->in);
    free(network);
}

uint32_t network_node_count(const struct network *network) {
    return network->node_count;
}

uint32_t network_link_count(const struct network *network) {
    return network->link_count;
}

const struct network_link *network_link_at(const struct network *network, uint32_t link) {
    return &network->links[link];
}

int network_set_centroid(struct network *network, uint32_t node, bool centroid) {
    if (node >= network->node_count)
        return HV_ERR_VALUE;
    network->centroid[node] = centroid;
    return 0;
}

bool network_is_centroid(const struct network *network, uint32_t node) {
    return network->centroid[node];
}

int network_set_closed(struct network *network, uint32_t link, bool closed) {
    if (link >= network->link_count)
        return HV_ERR_VALUE;
    network->links[link].closed = closed;
    return 0;
}

int network_set_travel_ms(struct network *network, uint32_t link, int64_t travel_ms) {
    if (link >= network->link_count || !travel_is_good(travel_ms))
        return HV_ERR_VALUE;
    network->links[link].travel_ms = travel_ms;
    return 0;
}

int network_set_capacity(struct network *network, uint32_t link, int64_t capacity_per_hour) {
    if (link >= network->link_count || capacity_per_hour < 0)
        return HV_ERR_VALUE;
    network->links[link].capacity_per_hour = capacity_per_hour;
    return 0;
}

/* Searches --------------------------------------------------------------------------------------
 */

/* Where links close, time towards sources is counted back from here: later than all that closes,
 * and with room for any sum of times. */
#define END_MS (INT64_MAX / 2)

struct network_search {
    const struct network *network;
    const int64_t *closes_ms; /* borrowed, by link; NULL: none closes */
    enum network_direction direction;
    int64_t *time;      /* by node */
    uint32_t *by;       /* by node: the link of its route next to it, or NETWORK_NONE */
    uint32_t *heap;     /* nodes, the soonest first; a binary heap */
    uint32_t *position; /* by node: in the heap, or NETWORK_NONE */
    uint32_t heap_count;
};

int network_search_new(const struct network *network, struct network_search **ret_search) {
    struct network_search *search = calloc(1, sizeof *search);
    if (!search)
        return HV_ERR_MEMORY;
    uint32_t nodes = network->node_count;
    search->network = network;
    search->time = take(nodes, sizeof *search->time);
    search->by = take(nodes, sizeof *search->by);
    search->heap = take(nodes, sizeof *search->heap);
    search->position = take(nodes, sizeof *search->position);
    if (!search->time || !search->by || !search->heap || !search->position) {
        network_search_free(search);
        return HV_ERR_MEMORY;
    }
    for (uint32_t node = 0; node < nodes; node++) {
        search->time[node] = NETWORK_UNREACHABLE;
        search->by[node] = search->position[node] = NETWORK_NONE;
    }
    *ret_search = search;
    return 0;
}

void network_search_free(struct network_search *search) {
    if (!search)
        return;
    free(search->time);
    free(search->by);
    free(search->heap);
    free(search->position);
    free(search);
}

static void place(struct network_search *search, uint32_t node, uint32_t position) {
    search->heap[position] = node;
    search->position[node] = position;
}

static void sift_up(struct network_search *search, uint32_t node, uint32_t position) {
    while (position > 0) {
        uint32_t above = (position - 1) / 2;
        if (search->time[search->heap[above]] <= search->time[node])
            break;
        place(search, search->heap[above], position);
        position = above;
    }
    place(search, node, position);
}

static void sift_down(struct network_search *search, uint32_t node, uint32_t position) {
    for (;;) {
        uint32_t below = 2 * position + 1;
        if (below >= search->heap_count)
            break;
        if (below + 1 < search->heap_count &&
            search->time[search->heap[below + 1]] < search->time[search->heap[below]])
            below++;
        if (search->time[node] <= search->time[search->heap[below]])
            break;
        place(search, search->heap[below], position);
        position = below;
    }
    place(search, node, position);
}

static void put(struct network_search *search, uint32_t node) {
    bool waiting = search->position[node] != NETWORK_NONE;
    sift_up(search, node, waiting ? search->position[node] : search->heap_count++);
}

static uint32_t take_soonest(struct network_search *search) {
    uint32_t soonest = search->heap[0], last = search->heap[--search->heap_count];
    search->position[soonest] = NETWORK_NONE;
    if (search->heap_count > 0)
        sift_down(search, last, 0);
    return soonest;
}

static void reset(struct network_search *search, enum network_direction direction) {
    search->direction = direction;
    search->heap_count = 0;
    for (uint32_t node = 0; node < search->network->node_count; node++) {
        search->time[node] = NETWORK_UNREACHABLE;
        search->by[node] = search->position[node] = NETWORK_NONE;
    }
}

/* When one comes to the far end of a link; NETWORK_UNREACHABLE: it closes before that. Towards
 * sources, how long before the end one has to enter it; it may wait empty until one does. */
static int64_t time_over(const struct network_search *search, uint32_t node, uint32_t link) {
    const int64_t travel = search->network->links[link].travel_ms;
    const int64_t time = search->time[node] + travel;
    if (search->closes_ms == NULL)
        return time;
    const int64_t closes = search->closes_ms[link];
    if (search->direction == NETWORK_FROM_SOURCES)
        return time <= closes ? time : NETWORK_UNREACHABLE;
    return END_MS - closes > search->time[node] ? END_MS - closes + travel : time;
}

/* Offers a route over `link` to the node at its far end: taken where it is quicker, and where it is
 * as quick but its link has a lower number and the route cannot lead back here. */
static void offer(struct network_search *search, uint32_t node, uint32_t link) {
    const struct network_link *l = &search->network->links[link];
    if (l->closed)
        return;
    uint32_t far = search->direction == NETWORK_FROM_SOURCES ? l->to : l->from;
    int64_t time = time_over(search, node, link);
    bool quicker = time < search->time[far];
    bool preferred = time == search->time[far] && l->travel_ms > 0 &&
                     search->by[far] != NETWORK_NONE && link < search->by[far];
    if (!quicker && !preferred)
        return;
    search->time[far] = time;
    search->by[far] = link;
    if (quicker)
        put(search, far);
}

int network_search_run(struct network_search *search, enum network_direction direction,
                       const uint32_t *sources, size_t source_count) {
    const struct network *network = search->network;
    reset(search, direction);
    for (size_t i = 0; i < source_count; i++)
        if (sources[i] >= network->node_count)
            return HV_ERR_VALUE;
    for (size_t i = 0; i < source_count; i++) {
        if (search->time[sources[i]] == 0)
            continue;
        search->time[sources[i]] = 0;
        put(search, sources[i]);
    }
    const bool forwards = direction == NETWORK_FROM_SOURCES;
    const uint32_t *first = forwards ? network->out_first : network->in_first;
    const uint32_t *list = forwards ? network->out : network->in;
    while (search->heap_count > 0) {
        uint32_t node = take_soonest(search);
        if (network->centroid[node] && search->by[node] != NETWORK_NONE)
            continue; /* an end, and no way through */
        for (uint32_t i = first[node]; i < first[node + 1]; i++)
            offer(search, node, list[i]);
    }
    return 0;
}

void network_search_set_closings(struct network_search *search, const int64_t *closes_ms) {
    search->closes_ms = closes_ms;
}

int64_t network_search_time_ms(const struct network_search *search, uint32_t node) {
    return search->time[node];
}

/* The node before (or after) this one on its route. */
static uint32_t towards_source(const struct network_search *search, uint32_t node) {
    const struct network_link *l = &search->network->links[search->by[node]];
    return search->direction == NETWORK_FROM_SOURCES ? l->from : l->to;
}

int64_t network_search_latest_ms(const struct network_search *search, uint32_t node) {
    int64_t latest = NETWORK_NEVER, off = 0;
    if (search->time[node] == NETWORK_UNREACHABLE)
        return -1;
    for (; search->closes_ms != NULL && search->by[node] != NETWORK_NONE;
         node = towards_source(search, node)) {
        const uint32_t link = search->by[node];
        const int64_t closes = search->closes_ms[link];
        off = search->direction == NETWORK_FROM_SOURCES
                  ? search->time[node] /* of its end, from the source */
                  : off + search->network->links[link].travel_ms;
        if (closes != NETWORK_NEVER && closes - off < latest)
            latest = closes - off;
    }
    return latest;
}

size_t network_search_route_length(const struct network_search *search, uint32_t node) {
    size_t length = 0;
    for (; search->by[node] != NETWORK_NONE; node = towards_source(search, node))
        length++;
    return length;
}

void network_search_route(const struct network_search *search, uint32_t node, uint32_t *links) {
    size_t length = network_search_route_length(search, node);
    for (size_t i = 0; i < length; i++) {
        size_t slot = search->direction == NETWORK_FROM_SOURCES ? length - 1 - i : i;
        links[slot] = search->by[node];
        node = towards_source(search, node);
    }
}
