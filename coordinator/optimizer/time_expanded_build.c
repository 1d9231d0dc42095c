#include "coordinator/optimizer/time_expanded_build.h"

#include <stdlib.h>

/* Slots of a node that became several copies: the rest is for the joints to both neighbours. */
#define SLOTS_OF_A_COPY (TIME_SLOTS_MAX - 4)

struct window {
    int32_t first, last; /* empty where first > last */
};

struct build {
    struct time_network *network;
    const struct evacuation_instance *instance;
    uint32_t *ends;   /* by node of the instance: link ends and terminals at it */
    uint32_t *placed; /* of them, those that have a copy already */
};

static int32_t larger(int32_t a, int32_t b) {
    return a > b ? a : b;
}

static int32_t smaller(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static struct window node_window(const struct build *build, int32_t node) {
    int32_t earliest = build->network->reach.earliest[node],
            remaining = build->network->reach.remaining[node];
    if (earliest == EVACUATION_NEVER || remaining == EVACUATION_NEVER)
        return (struct window){1, 0};
    return (struct window){earliest, build->instance->horizon_steps - remaining};
}

/* Entry steps at which the link may be part of a plan; what capacity it has then is another
 * question. */
static struct window link_window(const struct build *build, const struct evacuation_link *link) {
    const struct window empty = {1, 0};
    if ((link->from == link->to && link->travel_steps == 0) ||
        link->travel_steps > build->instance->horizon_steps)
        return empty;
    struct window from = node_window(build, link->from), to = node_window(build, link->to);
    if (from.first > from.last || to.first > to.last)
        return empty;
    struct window entry = {larger(from.first, to.first - link->travel_steps),
                           smaller(from.last, to.last - link->travel_steps)};
    if (link->closes_at_step != EVACUATION_NEVER) {
        int64_t last =
            (int64_t)link->closes_at_step - (link->travel_steps > 0 ? link->travel_steps : 1);
        if (last < 0)
            return empty;
        entry.last = smaller(entry.last, (int32_t)last);
    }
    return entry;
}

static struct window zone_window(const struct build *build, const struct evacuation_zone *zone) {
    struct window window = node_window(build, zone->node);
    if (zone->people == 0)
        return (struct window){1, 0};
    return (struct window){larger(window.first, zone->earliest_step),
                           smaller(window.last, zone->deadline_step)};
}

static struct window shelter_window(const struct build *build,
                                    const struct evacuation_shelter *shelter) {
    struct window window = node_window(build, shelter->node);
    if (shelter->capacity == 0)
        return (struct window){1, 0};
    return (struct window){larger(window.first, shelter->opens_at_step), window.last};
}

static bool is_empty(struct window window) {
    return window.first > window.last;
}

static size_t copies_of(uint32_t ends) {
    return ends <= TIME_SLOTS_MAX ? 1 : (ends + SLOTS_OF_A_COPY - 1) / SLOTS_OF_A_COPY;
}

/* Counts what the network will hold; joints between copies are two arcs each. */
static void count_parts(struct build *build) {
    const struct evacuation_instance *instance = build->instance;
    struct time_network *network = build->network;
    for (size_t i = 0; i < instance->link_count; i++)
        if (!is_empty(link_window(build, &instance->links[i]))) {
            network->arc_count++;
            build->ends[instance->links[i].from]++;
            build->ends[instance->links[i].to]++;
        }
    for (size_t i = 0; i < instance->zone_count; i++)
        if (!is_empty(zone_window(build, &instance->zones[i]))) {
            network->terminal_count++;
            build->ends[instance->zones[i].node]++;
        }
    for (size_t i = 0; i < instance->shelter_count; i++)
        if (!is_empty(shelter_window(build, &instance->shelters[i]))) {
            network->terminal_count++;
            build->ends[instance->shelters[i].node]++;
        }
    for (size_t v = 0; v < instance->node_count; v++) {
        build->network->first_copy[v] = -1;
        if (build->ends[v] == 0)
            continue;
        build->network->first_copy[v] = (int32_t)network->node_count;
        network->node_count += copies_of(build->ends[v]);
        network->arc_count += 2 * (copies_of(build->ends[v]) - 1);
    }
}

static int allocate_parts(struct time_network *network) {
    network->nodes = calloc(network->node_count + 1, sizeof *network->nodes);
    network->arcs = calloc(network->arc_count + 1, sizeof *network->arcs);
    network->terminals = calloc(network->terminal_count + 1, sizeof *network->terminals);
    network->slots =
        calloc(2 * network->arc_count + network->terminal_count + 1, sizeof *network->slots);
    if (network->nodes == NULL || network->arcs == NULL || network->terminals == NULL ||
        network->slots == NULL)
        return HV_ERR_MEMORY;
    return HV_OK;
}

static int lay_nodes(struct build *build) {
    struct time_network *network = build->network;
    int64_t next = 0;
    for (size_t v = 0; v < build->instance->node_count; v++) {
        size_t copies = build->ends[v] == 0 ? 0 : copies_of(build->ends[v]);
        struct window window = node_window(build, (int32_t)v);
        for (size_t c = 0; c < copies; c++) {
            network->nodes[build->network->first_copy[v] + (int32_t)c] = (struct time_node){
                .origin = (int32_t)v,
                .first_step = window.first,
                .last_step = window.last,
                .offset = (int32_t)next - window.first,
                .remaining = build->network->reach.remaining[v],
            };
            next += (int64_t)window.last - window.first + 1;
            if (next > EVACUATION_NODE_STEPS_MAX)
                return HV_ERR_LIMIT;
        }
    }
    network->step_count = (int32_t)next;
    return HV_OK;
}

/* The copy of a node that takes its next end. */
static int32_t place_end(struct build *build, int32_t node) {
    uint32_t place = build->placed[node]++;
    int32_t copy = build->network->first_copy[node];
    return copies_of(build->ends[node]) == 1 ? copy : copy + (int32_t)(place / SLOTS_OF_A_COPY);
}

/* More than everybody is as good as everybody and one, which no plan fills. */
static int32_t clamp_to_people(const struct time_network *network, int64_t figure) {
    return figure <= network->people ? (int32_t)figure : network->people + 1;
}

static int32_t take_flows(struct time_network *network, struct window window) {
    int32_t first = (int32_t)network->flow_count;
    network->flow_count += (size_t)(window.last - window.first) + 1;
    return first;
}

static int lay_arcs(struct build *build) {
    struct time_network *network = build->network;
    const struct evacuation_instance *instance = build->instance;
    size_t next = 0;
    for (size_t i = 0; i < instance->link_count; i++) {
        const struct evacuation_link *link = &instance->links[i];
        struct window window = link_window(build, link);
        if (is_empty(window))
            continue;
        int32_t from = place_end(build, link->from), to = place_end(build, link->to);
        network->arcs[next++] = (struct time_arc){
            .from = from,
            .to = to,
            .link = (int32_t)i,
            .travel_steps = link->travel_steps,
            .first_step = window.first,
            .last_step = window.last,
            .capacity = clamp_to_people(network, link->capacity_per_step),
            .steady = link->change_count == 0,
            .flow_first = take_flows(network, window),
        };
        if (network->flow_count > INT32_MAX)
            return HV_ERR_LIMIT;
    }
    for (size_t c = 1; c < network->node_count; c++) {
        const struct time_node *node = &network->nodes[c];
        if (network->nodes[c - 1].origin != node->origin)
            continue;
        struct window window = {node->first_step, node->last_step};
        for (int32_t side = 0; side < 2; side++)
            network->arcs[next++] = (struct time_arc){
                .from = (int32_t)c - side,
                .to = (int32_t)c - 1 + side,
                .link = -1,
                .first_step = window.first,
                .last_step = window.last,
                .capacity = network->people + 1,
                .steady = true,
                .flow_first = take_flows(network, window),
            };
        if (network->flow_count > INT32_MAX)
            return HV_ERR_LIMIT;
    }
    return HV_OK;
}

static int add_terminal(struct build *build, struct window window, int32_t node, int64_t figure,
                        size_t index, bool is_shelter) {
    struct time_network *network = build->network;
    size_t k = network->start_count++;
    network->terminals[k] = (struct time_terminal){
        .node = place_end(build, node),
        .first_step = window.first,
        .last_step = window.last,
        .flow_first = take_flows(network, window),
        .left = clamp_to_people(network, figure),
        .total = clamp_to_people(network, figure),
        .open_first = window.first,
        .open_last = window.last,
        .index = (int32_t)index,
        .cost = is_shelter ? 1 : 0,
        .start = is_shelter == network->from_shelters,
    };
    return network->flow_count > INT32_MAX ? HV_ERR_LIMIT : HV_OK;
}

static int lay_zones(struct build *build) {
    for (size_t i = 0; i < build->instance->zone_count; i++) {
        const struct evacuation_zone *zone = &build->instance->zones[i];
        struct window window = zone_window(build, zone);
        if (is_empty(window))
            continue;
        int error = add_terminal(build, window, zone->node, zone->people, i, false);
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}

static int lay_shelters(struct build *build) {
    for (size_t i = 0; i < build->instance->shelter_count; i++) {
        const struct evacuation_shelter *shelter = &build->instance->shelters[i];
        struct window window = shelter_window(build, shelter);
        if (is_empty(window))
            continue;
        int error = add_terminal(build, window, shelter->node, shelter->capacity, i, true);
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}

/* Start terminals come first; start_count ends as their number. */
static int lay_terminals(struct build *build) {
    struct time_network *network = build->network;
    bool shelters_start = network->from_shelters;
    int error = shelters_start ? lay_shelters(build) : lay_zones(build);
    size_t starts = network->start_count;
    if (error == HV_OK)
        error = shelters_start ? lay_zones(build) : lay_shelters(build);
    network->start_count = starts;
    return error;
}

static void lay_slot_ranges(struct time_network *network) {
    for (size_t a = 0; a < network->arc_count; a++) {
        network->nodes[network->arcs[a].from].slot_count++;
        network->nodes[network->arcs[a].to].slot_count++;
    }
    for (size_t k = 0; k < network->terminal_count; k++)
        network->nodes[network->terminals[k].node].slot_count++;
    uint32_t next = 0;
    for (size_t v = 0; v < network->node_count; v++) {
        network->nodes[v].slot_first = next;
        next += network->nodes[v].slot_count;
        network->nodes[v].slot_count = 0;
    }
}

static void lay_arc_slots(struct time_network *network, int32_t a) {
    const struct time_arc *arc = &network->arcs[a];
    struct time_node *from = &network->nodes[arc->from], *to = &network->nodes[arc->to];
    uint32_t at_from = from->slot_count++, at_to = to->slot_count++;
    int32_t step = to->offset + arc->travel_steps - from->offset;
    int32_t flow_base = arc->flow_first - arc->first_step - from->offset;
    network->slots[from->slot_first + at_from] = (struct time_slot){
        .base = step,
        .mask = -1,
        .flow_base = flow_base,
        .arc = a,
        .back = (uint8_t)at_to,
        .outward = !network->from_shelters,
    };
    network->slots[to->slot_first + at_to] = (struct time_slot){
        .base = -step,
        .mask = -1,
        .flow_base = flow_base - step,
        .arc = a,
        .back = (uint8_t)at_from,
        .outward = network->from_shelters,
    };
}

static void lay_terminal_slot(struct time_network *network, size_t k) {
    struct time_terminal *terminal = &network->terminals[k];
    struct time_node *node = &network->nodes[terminal->node];
    terminal->slot = (uint8_t)node->slot_count++;
    network->slots[node->slot_first + terminal->slot] = (struct time_slot){
        .base = network->step_count + (int32_t)k,
        .flow_base = terminal->flow_first - terminal->first_step - node->offset,
        .arc = TIME_NO_ARC,
        .cost = (int8_t)(terminal->start ? -terminal->cost : terminal->cost),
        .outward = !terminal->start,
    };
}

static int allocate_steps(struct time_network *network) {
    network->steps = calloc((size_t)network->step_count + 1, sizeof *network->steps);
    network->flows = calloc(network->flow_count + 1, sizeof *network->flows);
    if (network->steps == NULL || network->flows == NULL)
        return HV_ERR_MEMORY;
    for (size_t v = 0; v < network->node_count; v++)
        for (int32_t t = network->nodes[v].first_step; t <= network->nodes[v].last_step; t++)
            network->steps[network->nodes[v].offset + t].node = (int32_t)v;
    return HV_OK;
}

static void open_arc(struct time_network *network, const struct time_arc *arc, uint32_t at_from,
                     uint32_t at_to) {
    const struct time_node *from = &network->nodes[arc->from], *to = &network->nodes[arc->to];
    for (int32_t t = arc->first_step; t <= arc->last_step; t++) {
        if (time_network_capacity(network, arc, t) == 0)
            continue;
        struct time_open *enter = &network->steps[from->offset + t].open;
        struct time_open *leave = &network->steps[to->offset + t + arc->travel_steps].open;
        if (network->from_shelters) {
            leave->out |= UINT32_C(1) << at_to;
            enter->in |= UINT32_C(1) << at_from;
        } else {
            enter->out |= UINT32_C(1) << at_from;
            leave->in |= UINT32_C(1) << at_to;
        }
    }
}

static void open_all(struct time_network *network) {
    for (size_t v = 0; v < network->node_count; v++)
        for (uint32_t s = 0; s < network->nodes[v].slot_count; s++) {
            const struct time_slot *slot = &network->slots[network->nodes[v].slot_first + s];
            if (slot->arc != TIME_NO_ARC && slot->outward != network->from_shelters)
                open_arc(network, &network->arcs[slot->arc], s, slot->back);
        }
    for (size_t k = 0; k < network->terminal_count; k++) {
        const struct time_terminal *terminal = &network->terminals[k];
        const int32_t offset = network->nodes[terminal->node].offset;
        for (int32_t t = terminal->first_step; t <= terminal->last_step; t++)
            if (terminal->start)
                network->steps[offset + t].open.in |= UINT32_C(1) << terminal->slot;
            else
                network->steps[offset + t].open.out |= UINT32_C(1) << terminal->slot;
    }
}

static int lay_out(struct build *build) {
    struct time_network *network = build->network;
    count_parts(build);
    int error = allocate_parts(network);
    if (error == HV_OK)
        error = lay_nodes(build);
    if (error == HV_OK)
        error = lay_arcs(build);
    if (error == HV_OK)
        error = lay_terminals(build);
    if (error != HV_OK)
        return error;
    lay_slot_ranges(network);
    for (size_t a = 0; a < network->arc_count; a++)
        lay_arc_slots(network, (int32_t)a);
    for (size_t k = 0; k < network->terminal_count; k++)
        lay_terminal_slot(network, k);
    error = allocate_steps(network);
    if (error == HV_OK)
        open_all(network);
    return error;
}

int time_network_build(struct time_network *network) {
    struct build build = {.network = network, .instance = network->instance};
    int error = evacuation_reach_init(&network->reach, build.instance);
    if (error != HV_OK)
        return error;
    size_t nodes = build.instance->node_count + 1;
    network->first_copy = calloc(nodes, sizeof *network->first_copy);
    build.ends = calloc(nodes, sizeof *build.ends);
    build.placed = calloc(nodes, sizeof *build.placed);
    bool made = network->first_copy != NULL && build.ends != NULL && build.placed != NULL;
    error = made ? lay_out(&build) : HV_ERR_MEMORY;
    free(build.ends);
    free(build.placed);
    return error;
}
