#include "coordinator/optimizer/evacuation_routes.h"

#include "coordinator/optimizer/array.h"

#include <stdlib.h>
#include <string.h>

/* One path of the flow: people who leave a zone at one step over one sequence of links. */
struct path {
    int32_t zone, shelter, step;
    int64_t people;
    const int32_t *links; /* set when all paths are known */
    size_t link_first, link_count;
};

/* A link that the present walk took, by the node-step that it left and the index of its flow. */
struct hop {
    int32_t id;
    int32_t flow;
    int32_t arc;
};

struct taking {
    struct time_network *network;
    struct evacuation_contraction *contraction; /* or NULL */
    const struct evacuation_instance *instance; /* the original */
    int32_t *remaining; /* by terminal, of a flow in the making: people who can still leave, places;
                           NULL where the flow keeps to both */
    int32_t *hop_links; /* scratch: the present walk as links of the network's instance */
    size_t hop_link_capacity;
    struct path *paths;
    size_t path_count, path_capacity;
    int32_t *links; /* of all paths */
    size_t link_count, link_capacity;
    struct hop *hops;
    size_t hop_count, hop_capacity;
};

/* ---- walking --------------------------------------------------------------------------------- */

/* The shelter that takes people at a node-step, or -1. */
static int32_t shelter_with_flow(const struct time_network *network, int32_t id) {
    const struct time_node *node = &network->nodes[network->steps[id].node];
    for (uint32_t s = 0; s < node->slot_count; s++) {
        const struct time_slot *slot = &network->slots[node->slot_first + s];
        if (slot->arc != TIME_NO_ARC)
            continue;
        int32_t k = slot->base - network->step_count;
        const struct time_terminal *terminal = &network->terminals[k];
        int32_t step = id - node->offset;
        if (terminal->start == network->from_shelters && step >= terminal->first_step &&
            step <= terminal->last_step && network->flows[slot->flow_base + id] > 0)
            return k;
    }
    return -1;
}

/* The slot by which most people leave a node-step. There is one, since as many leave as came. */
static const struct time_slot *busiest_slot(const struct time_network *network, int32_t id) {
    const struct time_node *node = &network->nodes[network->steps[id].node];
    const struct time_slot *busiest = NULL;
    int32_t most = 0;
    for (uint32_t s = 0; s < node->slot_count; s++) {
        const struct time_slot *slot = &network->slots[node->slot_first + s];
        if (slot->arc == TIME_NO_ARC || slot->outward == network->from_shelters)
            continue;
        const struct time_arc *arc = &network->arcs[slot->arc];
        int32_t step = id - node->offset;
        if (step < arc->first_step || step > arc->last_step)
            continue;
        if (network->flows[slot->flow_base + id] > most) {
            most = network->flows[slot->flow_base + id];
            busiest = slot;
        }
    }
    return busiest;
}

static int32_t least_flow(const struct taking *taking, size_t first, int32_t people) {
    for (size_t i = first; i < taking->hop_count; i++)
        if (taking->network->flows[taking->hops[i].flow] < people)
            people = taking->network->flows[taking->hops[i].flow];
    return people;
}

static void take_flow(struct taking *taking, size_t first, int32_t people) {
    for (size_t i = first; i < taking->hop_count; i++)
        taking->network->flows[taking->hops[i].flow] -= people;
}

/* Where the walk is back at a node-step that it left at the same step, drops the circle. Returns
 * whether it was. */
static bool drop_circle(struct taking *taking, int32_t id) {
    const struct time_network *network = taking->network;
    const int32_t step = time_network_step(network, id);
    for (size_t i = taking->hop_count; i-- > 0;) {
        if (time_network_step(network, taking->hops[i].id) != step)
            return false;
        if (taking->hops[i].id != id)
            continue;
        take_flow(taking, i, least_flow(taking, i, INT32_MAX));
        taking->hop_count = i;
        return true;
    }
    return false;
}

/* Walks along the flow from a node-step to a shelter; returns HV_OK and the shelter's terminal, or
 * -1 where a flow in the making ends on the way. */
static int walk(struct taking *taking, int32_t id, int32_t *ret_terminal) {
    const struct time_network *network = taking->network;
    taking->hop_count = 0;
    for (;;) {
        int32_t terminal = shelter_with_flow(network, id);
        if (terminal >= 0) {
            *ret_terminal = terminal;
            return HV_OK;
        }
        const struct time_slot *slot = busiest_slot(network, id);
        if (slot == NULL) {
            *ret_terminal = -1;
            return taking->remaining != NULL ? HV_OK : HV_ERR_STATE;
        }
        int error = array_reserve((void **)&taking->hops, taking->hop_count + 1,
                                  &taking->hop_capacity, sizeof *taking->hops);
        if (error != HV_OK)
            return error;
        taking->hops[taking->hop_count++] = (struct hop){id, slot->flow_base + id, slot->arc};
        id += slot->base;
        drop_circle(taking, id);
    }
}

/* The walk as links of the network's instance; joints between copies of a node are none. */
static int list_hop_links(struct taking *taking, size_t *ret_count) {
    size_t count = 0;
    for (size_t i = 0; i < taking->hop_count; i++) {
        const int32_t link = taking->network->arcs[taking->hops[i].arc].link;
        if (link < 0)
            continue;
        int error = array_reserve((void **)&taking->hop_links, count + 1,
                                  &taking->hop_link_capacity, sizeof *taking->hop_links);
        if (error != HV_OK)
            return error;
        taking->hop_links[count++] = link;
    }
    *ret_count = count;
    return HV_OK;
}

/* Appends the links of the original for as many of the people as stay together; returns how many,
 * or an error. */
static int64_t append_links(struct taking *taking, size_t hop_links, int32_t step, int64_t people) {
    size_t length =
        taking->contraction == NULL
            ? hop_links
            : evacuation_contraction_length(taking->contraction, taking->hop_links, hop_links);
    int error = array_reserve((void **)&taking->links, taking->link_count + length,
                              &taking->link_capacity, sizeof *taking->links);
    if (error != HV_OK || length == 0)
        return error != HV_OK ? error : people;
    int32_t *links = taking->links + taking->link_count;
    if (taking->contraction != NULL) {
        people = evacuation_contraction_expand(taking->contraction, taking->hop_links, hop_links,
                                               step, people, links, &length);
    } else {
        memcpy(links, taking->hop_links, length * sizeof *links);
    }
    if (people > 0)
        taking->link_count += length;
    return people;
}

static int keep_walk(struct taking *taking, struct path path) {
    size_t hop_links;
    int error = list_hop_links(taking, &hop_links);
    int64_t left = path.people;
    while (left > 0 && error == HV_OK) {
        path.link_first = taking->link_count;
        path.people = append_links(taking, hop_links, path.step, left);
        if (path.people <= 0)
            return path.people < 0 ? (int)path.people : HV_ERR_STATE;
        left -= path.people;
        path.link_count = taking->link_count - path.link_first;
        error = array_reserve((void **)&taking->paths, taking->path_count + 1,
                              &taking->path_capacity, sizeof *taking->paths);
        if (error == HV_OK)
            taking->paths[taking->path_count++] = path;
    }
    return error;
}

/* The flow into a shelter at the end of the present walk, which begins at `start`. */
static int32_t *arriving_flow(const struct taking *taking, int32_t start,
                              const struct time_terminal *shelter) {
    struct time_network *network = taking->network;
    int32_t end = start;
    if (taking->hop_count > 0) {
        const struct hop *last = &taking->hops[taking->hop_count - 1];
        const struct time_arc *arc = &network->arcs[last->arc];
        end = last->id + network->nodes[arc->to].offset - network->nodes[arc->from].offset +
              arc->travel_steps;
    }
    return &network->flows[shelter->flow_first + time_network_step(network, end) -
                           shelter->first_step];
}

/* How many of the people are there and find a place; they are there no more. */
static int32_t take_remaining(struct taking *taking, const struct time_terminal *zone,
                              int32_t shelter, int32_t people) {
    if (taking->remaining == NULL)
        return people;
    int32_t *of_zone = &taking->remaining[zone - taking->network->terminals];
    int32_t *of_shelter = &taking->remaining[shelter];
    if (people > *of_zone)
        people = *of_zone;
    if (people > *of_shelter)
        people = *of_shelter;
    *of_zone -= people;
    *of_shelter -= people;
    return people;
}

/* Takes the people of one walk out of the flow, and keeps those of them who find a place. */
static int take_walk(struct taking *taking, const struct time_terminal *zone, int32_t step,
                     int32_t *leaving) {
    struct time_network *network = taking->network;
    const int32_t start = network->nodes[zone->node].offset + step;
    int32_t k;
    int error = walk(taking, start, &k);
    if (error != HV_OK)
        return error;
    int32_t people = least_flow(taking, 0, *leaving), placed = 0;
    if (k >= 0) {
        int32_t *arriving = arriving_flow(taking, start, &network->terminals[k]);
        people = people < *arriving ? people : *arriving;
        placed = take_remaining(taking, zone, k, people);
        *arriving -= people;
    }
    take_flow(taking, 0, people);
    *leaving -= people;
    if (placed == 0)
        return HV_OK;
    return keep_walk(taking, (struct path){.zone = zone->index,
                                           .shelter = network->terminals[k].index,
                                           .step = step,
                                           .people = placed});
}

static int take_departures(struct taking *taking, const struct time_terminal *zone) {
    struct time_network *network = taking->network;
    for (int32_t t = zone->first_step; t <= zone->last_step; t++) {
        int32_t *leaving = &network->flows[zone->flow_first + t - zone->first_step];
        while (*leaving > 0) {
            int error = take_walk(taking, zone, t, leaving);
            if (error != HV_OK)
                return error;
        }
    }
    return HV_OK;
}

/* ---- putting together ------------------------------------------------------------------------ */

static int compare_routes(const struct path *a, const struct path *b) {
    if (a->zone != b->zone)
        return a->zone < b->zone ? -1 : 1;
    if (a->shelter != b->shelter)
        return a->shelter < b->shelter ? -1 : 1;
    size_t shorter = a->link_count < b->link_count ? a->link_count : b->link_count;
    for (size_t i = 0; i < shorter; i++)
        if (a->links[i] != b->links[i])
            return a->links[i] < b->links[i] ? -1 : 1;
    return (a->link_count > b->link_count) - (a->link_count < b->link_count);
}

static int compare_paths(const void *first, const void *second) {
    const struct path *a = first, *b = second;
    int order = compare_routes(a, b);
    return order != 0 ? order : (a->step > b->step) - (a->step < b->step);
}

static int allocate_plan(const struct taking *taking, struct evacuation_plan *plan) {
    const struct evacuation_instance *instance = taking->instance;
    plan->routes = calloc(taking->path_count + 1, sizeof *plan->routes);
    plan->departures = calloc(taking->path_count + 1, sizeof *plan->departures);
    plan->links = calloc(taking->link_count + 1, sizeof *plan->links);
    plan->unserved_by_zone = calloc(instance->zone_count + 1, sizeof *plan->unserved_by_zone);
    if (plan->routes == NULL || plan->departures == NULL || plan->links == NULL ||
        plan->unserved_by_zone == NULL)
        return HV_ERR_MEMORY;
    return HV_OK;
}

static void add_route(struct evacuation_plan *plan, const struct path *path) {
    plan->routes[plan->route_count++] = (struct evacuation_route){
        .zone = path->zone,
        .shelter = path->shelter,
        .link_first = plan->link_count,
        .link_count = path->link_count,
        .departure_first = plan->departure_count,
    };
    if (path->link_count > 0)
        memcpy(plan->links + plan->link_count, path->links, path->link_count * sizeof *plan->links);
    plan->link_count += path->link_count;
}

static void add_departure(struct evacuation_plan *plan, const struct path *path) {
    struct evacuation_route *route = &plan->routes[plan->route_count - 1];
    struct evacuation_departure *last = &plan->departures[plan->departure_count];
    if (route->departure_count > 0 && last[-1].step == path->step) {
        last[-1].people += path->people;
        return;
    }
    *last = (struct evacuation_departure){path->step, path->people};
    plan->departure_count++;
    route->departure_count++;
}

static void count_path(const struct evacuation_instance *instance, struct evacuation_plan *plan,
                       const struct path *path) {
    int32_t arrival = path->step;
    for (size_t i = 0; i < path->link_count; i++)
        arrival += instance->links[path->links[i]].travel_steps;
    plan->value.total_arrival_steps += path->people * arrival;
    plan->value.unserved -= path->people;
    plan->unserved_by_zone[path->zone] -= path->people;
    if (arrival > plan->last_arrival_step)
        plan->last_arrival_step = arrival;
}

static int put_together(struct taking *taking, struct evacuation_plan *plan) {
    const struct evacuation_instance *instance = taking->instance;
    int error = allocate_plan(taking, plan);
    if (error != HV_OK)
        return error;
    plan->value = (struct evacuation_value){evacuation_instance_people(instance), 0};
    for (size_t i = 0; i < instance->zone_count; i++)
        plan->unserved_by_zone[i] = instance->zones[i].people;
    for (size_t i = 0; i < taking->path_count; i++)
        if (taking->paths[i].link_count > 0)
            taking->paths[i].links = taking->links + taking->paths[i].link_first;
    if (taking->path_count > 0)
        qsort(taking->paths, taking->path_count, sizeof *taking->paths, compare_paths);
    for (size_t i = 0; i < taking->path_count; i++) {
        const struct path *path = &taking->paths[i];
        if (i == 0 || compare_routes(&taking->paths[i - 1], path) != 0)
            add_route(plan, path);
        add_departure(plan, path);
        count_path(instance, plan, path);
    }
    return HV_OK;
}

static int take_all(struct taking *taking, struct evacuation_plan *plan) {
    const struct time_network *network = taking->network;
    int error = HV_OK;
    for (size_t k = 0; k < network->terminal_count && error == HV_OK; k++)
        if (network->terminals[k].start != network->from_shelters)
            error = take_departures(taking, &network->terminals[k]);
    if (error == HV_OK)
        error = put_together(taking, plan);
    free(taking->paths);
    free(taking->links);
    free(taking->hops);
    free(taking->hop_links);
    free(taking->remaining);
    return error;
}

int evacuation_routes_take(struct time_network *network, struct evacuation_contraction *contraction,
                           struct evacuation_plan *plan) {
    struct taking taking = {
        .network = network,
        .contraction = contraction,
        .instance = contraction != NULL ? contraction->original : network->instance,
    };
    return take_all(&taking, plan);
}

int evacuation_routes_take_sound(struct time_network *network, struct evacuation_plan *plan) {
    struct taking taking = {.network = network, .instance = network->instance};
    taking.remaining = calloc(network->terminal_count + 1, sizeof *taking.remaining);
    if (taking.remaining == NULL)
        return HV_ERR_MEMORY;
    for (size_t k = 0; k < network->terminal_count; k++)
        taking.remaining[k] = network->terminals[k].total;
    return take_all(&taking, plan);
}
