#include "coordinator/planning/buses_roads.h"

#include <stdlib.h>

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* ---- links by node ---- */

static void sort_links(const struct network *network, bool by_end, uint32_t *first,
                       uint32_t *links) {
    const uint32_t nodes = network_node_count(network), count = network_link_count(network);
    for (uint32_t i = 0; i < count; i++) {
        const struct network_link *link = network_link_at(network, i);
        first[(by_end ? link->to : link->from) + 1]++;
    }
    for (uint32_t n = 0; n < nodes; n++)
        first[n + 1] += first[n];
    for (uint32_t i = count; i-- > 0;) { /* each node's first moves up by what it has, and back */
        const struct network_link *link = network_link_at(network, i);
        links[--first[(by_end ? link->to : link->from) + 1]] = i;
    }
    for (uint32_t n = 0; n < nodes; n++)
        first[n] = first[n + 1];
    first[nodes] = count;
}

int buses_roads_init(struct buses_roads *roads, const struct network *network,
                     const struct timetable_closing *closings, size_t closing_count,
                     int64_t horizon_ms) {
    const size_t nodes = network_node_count(network), links = network_link_count(network);
    *roads = (struct buses_roads){.network = network};
    roads->first_out = calloc(nodes + 2, sizeof *roads->first_out);
    roads->first_in = calloc(nodes + 2, sizeof *roads->first_in);
    roads->out = calloc(links + 1, sizeof *roads->out);
    roads->in = calloc(links + 1, sizeof *roads->in);
    roads->closes_ms = calloc(links + 1, sizeof *roads->closes_ms);
    roads->time_ms = calloc(nodes + 1, sizeof *roads->time_ms);
    roads->latest_ms = calloc(nodes + 1, sizeof *roads->latest_ms);
    roads->heap = calloc(links + nodes + 1, sizeof *roads->heap);
    if (roads->first_out == NULL || roads->first_in == NULL || roads->out == NULL ||
        roads->in == NULL || roads->closes_ms == NULL || roads->time_ms == NULL ||
        roads->latest_ms == NULL || roads->heap == NULL) {
        buses_roads_deinit(roads);
        return HV_ERR_MEMORY;
    }
    sort_links(network, false, roads->first_out, roads->out);
    sort_links(network, true, roads->first_in, roads->in);
    for (size_t i = 0; i < links; i++)
        roads->closes_ms[i] = BUSES_ROADS_NEVER;
    for (size_t i = 0; i < closing_count; i++) {
        const struct timetable_closing *closing = &closings[i];
        if (closing->permille > 0 || closing->from_ms > horizon_ms)
            continue;
        int64_t *closes = &roads->closes_ms[closing->link];
        *closes = smaller(*closes, closing->from_ms);
        roads->close = true;
    }
    return HV_OK;
}

void buses_roads_deinit(struct buses_roads *roads) {
    free(roads->first_out);
    free(roads->first_in);
    free(roads->out);
    free(roads->in);
    free(roads->closes_ms);
    free(roads->time_ms);
    free(roads->latest_ms);
    free(roads->heap);
    *roads = (struct buses_roads){0};
}

/* ---- a heap: the least key first, of equal ones the least node ---- */

static bool is_before(struct buses_roads_entry a, struct buses_roads_entry b) {
    return a.key != b.key ? a.key < b.key : a.node < b.node;
}

static void push(struct buses_roads *roads, int64_t key, uint32_t node) {
    const struct buses_roads_entry entry = {key, node};
    size_t i = roads->heap_count++;
    for (; i > 0 && is_before(entry, roads->heap[(i - 1) / 2]); i = (i - 1) / 2)
        roads->heap[i] = roads->heap[(i - 1) / 2];
    roads->heap[i] = entry;
}

static struct buses_roads_entry pop(struct buses_roads *roads) {
    const struct buses_roads_entry top = roads->heap[0], last = roads->heap[--roads->heap_count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child + 1 < roads->heap_count && is_before(roads->heap[child + 1], roads->heap[child]))
            child++;
        if (child >= roads->heap_count || !is_before(roads->heap[child], last))
            break;
        roads->heap[i] = roads->heap[child];
        i = child;
    }
    roads->heap[i] = last;
    return top;
}

/* ---- searches ---- */

static bool is_open(const struct buses_roads *roads, uint32_t link) {
    return !network_link_at(roads->network, link)->closed;
}

static void forget(struct buses_roads *roads) {
    roads->heap_count = 0;
    for (uint32_t n = 0; n < network_node_count(roads->network); n++)
        roads->time_ms[n] = roads->latest_ms[n] = BUSES_ROADS_NEVER;
}

static bool is_one_of(const uint32_t *nodes, size_t count, uint32_t node) {
    for (size_t i = 0; i < count; i++)
        if (nodes[i] == node)
            return true;
    return false;
}

void buses_roads_from(struct buses_roads *roads, uint32_t node, bool lasting) {
    forget(roads);
    roads->time_ms[node] = 0;
    push(roads, 0, node);
    while (roads->heap_count > 0) {
        const struct buses_roads_entry top = pop(roads);
        const bool passes = top.node == node || !network_is_centroid(roads->network, top.node);
        if (top.key > roads->time_ms[top.node] || !passes)
            continue;
        for (uint32_t i = roads->first_out[top.node]; i < roads->first_out[top.node + 1]; i++) {
            const uint32_t link = roads->out[i];
            const struct network_link *road = network_link_at(roads->network, link);
            const int64_t time = top.key + road->travel_ms, closes = roads->closes_ms[link];
            if (!is_open(roads, link) || time >= roads->time_ms[road->to] ||
                (closes != BUSES_ROADS_NEVER && (lasting || closes < time)))
                continue;
            roads->time_ms[road->to] = time;
            roads->latest_ms[road->to] = smaller(
                roads->latest_ms[top.node], closes == BUSES_ROADS_NEVER ? closes : closes - time);
            push(roads, time, road->to);
        }
    }
}

static void begin_at(struct buses_roads *roads, const uint32_t *nodes, size_t count,
                     int64_t *figures, int64_t key) {
    for (size_t i = 0; i < count; i++)
        if (figures[nodes[i]] != key) {
            figures[nodes[i]] = key;
            push(roads, key, nodes[i]);
        }
}

void buses_roads_back(struct buses_roads *roads, const uint32_t *nodes, size_t count) {
    forget(roads);
    begin_at(roads, nodes, count, roads->time_ms, 0);
    while (roads->heap_count > 0) {
        const struct buses_roads_entry top = pop(roads);
        const bool begins = top.key == 0 && is_one_of(nodes, count, top.node);
        if (top.key > roads->time_ms[top.node] ||
            (!begins && network_is_centroid(roads->network, top.node)))
            continue;
        for (uint32_t i = roads->first_out[top.node]; i < roads->first_out[top.node + 1]; i++) {
            const uint32_t link = roads->out[i];
            const struct network_link *road = network_link_at(roads->network, link);
            const int64_t time = top.key + road->travel_ms;
            if (!is_open(roads, link) || time >= roads->time_ms[road->to])
                continue;
            roads->time_ms[road->to] = time;
            push(roads, time, road->to);
        }
    }
}

/* Keys are less than 0: the later one can leave, the sooner it is settled. */
void buses_roads_latest(struct buses_roads *roads, const uint32_t *nodes, size_t count) {
    forget(roads);
    for (uint32_t n = 0; n < network_node_count(roads->network); n++)
        roads->latest_ms[n] = -1;
    begin_at(roads, nodes, count, roads->latest_ms, BUSES_ROADS_NEVER);
    for (size_t i = 0; i < roads->heap_count; i++)
        roads->heap[i].key = -BUSES_ROADS_NEVER;
    while (roads->heap_count > 0) {
        const struct buses_roads_entry top = pop(roads);
        const int64_t at = -top.key;
        if (at < roads->latest_ms[top.node] ||
            (network_is_centroid(roads->network, top.node) && !is_one_of(nodes, count, top.node)))
            continue;
        for (uint32_t i = roads->first_in[top.node]; i < roads->first_in[top.node + 1]; i++) {
            const uint32_t link = roads->in[i];
            const struct network_link *road = network_link_at(roads->network, link);
            const int64_t ends = smaller(at, roads->closes_ms[link]);
            const int64_t leaves = ends == BUSES_ROADS_NEVER ? ends : ends - road->travel_ms;
            if (!is_open(roads, link) || leaves <= roads->latest_ms[road->from])
                continue;
            roads->latest_ms[road->from] = leaves;
            push(roads, -leaves, road->from);
        }
    }
}
