#include "coordinator/optimizer/evacuation_reach.h"

#include <stdlib.h>

struct entry {
    int32_t distance;
    int32_t node;
};

/* A search over links as they are or backwards. Every node is pushed at most once for each link
 * into it and once as a start, so the heap never outgrows `links + starts`. */
struct search {
    const struct evacuation_instance *instance;
    bool backwards;
    uint32_t *first; /* by node, into `links` */
    uint32_t *links;
    struct entry *heap;
    size_t heap_count;
    int32_t *distance;
};

static int32_t tail(const struct search *search, const struct evacuation_link *link) {
    return search->backwards ? link->to : link->from;
}

static int32_t head(const struct search *search, const struct evacuation_link *link) {
    return search->backwards ? link->from : link->to;
}

static void list_links(struct search *search) {
    const struct evacuation_instance *instance = search->instance;
    for (size_t i = 0; i < instance->link_count; i++)
        search->first[tail(search, &instance->links[i]) + 1]++;
    for (size_t v = 0; v < instance->node_count; v++)
        search->first[v + 1] += search->first[v];
    for (size_t i = instance->link_count; i-- > 0;)
        search->links[--search->first[tail(search, &instance->links[i]) + 1]] = (uint32_t)i;
    for (size_t v = 0; v < instance->node_count; v++)
        search->first[v] = search->first[v + 1];
    search->first[instance->node_count] = (uint32_t)instance->link_count;
}

static void push(struct search *search, int32_t node, int32_t distance) {
    if (distance >= search->distance[node])
        return;
    search->distance[node] = distance;
    size_t i = search->heap_count++;
    for (; i > 0 && search->heap[(i - 1) / 2].distance > distance; i = (i - 1) / 2)
        search->heap[i] = search->heap[(i - 1) / 2];
    search->heap[i] = (struct entry){distance, node};
}

static struct entry pop(struct search *search) {
    struct entry top = search->heap[0], last = search->heap[--search->heap_count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= search->heap_count)
            break;
        if (child + 1 < search->heap_count &&
            search->heap[child + 1].distance < search->heap[child].distance)
            child++;
        if (search->heap[child].distance >= last.distance)
            break;
        search->heap[i] = search->heap[child];
        i = child;
    }
    search->heap[i] = last;
    return top;
}

static void spread(struct search *search) {
    const struct evacuation_instance *instance = search->instance;
    while (search->heap_count > 0) {
        struct entry at = pop(search);
        if (at.distance > search->distance[at.node])
            continue;
        for (uint32_t i = search->first[at.node]; i < search->first[at.node + 1]; i++) {
            const struct evacuation_link *link = &instance->links[search->links[i]];
            if (link->capacity_per_step == 0 && link->change_count == 0)
                continue;
            if (link->travel_steps <= instance->horizon_steps - at.distance)
                push(search, head(search, link), at.distance + link->travel_steps);
        }
    }
}

static void push_starts(struct search *search) {
    const struct evacuation_instance *instance = search->instance;
    if (search->backwards) {
        for (size_t i = 0; i < instance->shelter_count; i++)
            if (instance->shelters[i].capacity > 0)
                push(search, instance->shelters[i].node, 0);
        return;
    }
    for (size_t i = 0; i < instance->zone_count; i++) {
        const struct evacuation_zone *zone = &instance->zones[i];
        int32_t start = zone->earliest_step > 0 ? zone->earliest_step : 0;
        if (zone->people > 0 && start <= zone->deadline_step && start <= instance->horizon_steps)
            push(search, zone->node, start);
    }
}

static int run(const struct evacuation_instance *instance, bool backwards, int32_t *distance) {
    struct search search = {.instance = instance, .backwards = backwards, .distance = distance};
    size_t starts = backwards ? instance->shelter_count : instance->zone_count;
    search.first = calloc(instance->node_count + 2, sizeof *search.first);
    search.links = calloc(instance->link_count + 1, sizeof *search.links);
    search.heap = calloc(instance->link_count + starts + 1, sizeof *search.heap);
    int error = HV_ERR_MEMORY;
    if (search.first != NULL && search.links != NULL && search.heap != NULL) {
        for (size_t v = 0; v < instance->node_count; v++)
            distance[v] = EVACUATION_NEVER;
        list_links(&search);
        push_starts(&search);
        spread(&search);
        error = HV_OK;
    }
    free(search.first);
    free(search.links);
    free(search.heap);
    return error;
}

int evacuation_reach_init(struct evacuation_reach *reach,
                          const struct evacuation_instance *instance) {
    struct evacuation_reach made = {
        .earliest = calloc(instance->node_count + 1, sizeof *made.earliest),
        .remaining = calloc(instance->node_count + 1, sizeof *made.remaining),
    };
    int error = HV_ERR_MEMORY;
    if (made.earliest != NULL && made.remaining != NULL)
        error = run(instance, false, made.earliest);
    if (error == HV_OK)
        error = run(instance, true, made.remaining);
    if (error != HV_OK) {
        evacuation_reach_deinit(&made);
        return error;
    }
    *reach = made;
    return HV_OK;
}

void evacuation_reach_deinit(struct evacuation_reach *reach) {
    free(reach->earliest);
    free(reach->remaining);
    *reach = (struct evacuation_reach){0};
}
