#include "coordinator/optimizer/evacuation_greedy.h"

#include "coordinator/optimizer/array.h"

#include <stdlib.h>

/* A node-step on the way back from a shelter, and the next of its slots to try. */
struct stop {
    int32_t id;
    uint32_t slot;
};

struct filling {
    struct time_network *network;
    bool *spent;      /* by node-step: leads back to no zone with people, or is on the way */
    struct stop *way; /* from the shelter back */
    size_t length, capacity;
};

static bool is_zone(const struct time_network *network, const struct time_terminal *terminal) {
    return terminal->start != network->from_shelters;
}

static bool push(struct filling *filling, int32_t id) {
    if (array_reserve((void **)&filling->way, filling->length + 1, &filling->capacity,
                      sizeof *filling->way) != HV_OK)
        return false;
    filling->way[filling->length++] = (struct stop){id, 0};
    filling->spent[id] = true;
    return true;
}

/* The slot of a zone that has people left to leave at a node-step, or -1. */
static int32_t zone_slot(const struct time_network *network, int32_t id) {
    const struct time_node *node = &network->nodes[network->steps[id].node];
    const struct time_slot *slots = time_network_slots(network, id);
    for (uint32_t s = 0; s < node->slot_count; s++) {
        if (slots[s].arc != TIME_NO_ARC)
            continue;
        const struct time_terminal *zone = &network->terminals[slots[s].base - network->step_count];
        int32_t step = id - node->offset;
        if (is_zone(network, zone) && zone->left > 0 && step >= zone->first_step &&
            step <= zone->last_step)
            return (int32_t)s;
    }
    return -1;
}

/* Goes one link further back, or gives the last node-step of the way up. Returns false without
 * memory. */
static bool step_back(struct filling *filling) {
    const struct time_network *network = filling->network;
    struct stop *last = &filling->way[filling->length - 1];
    const struct time_node *node = &network->nodes[network->steps[last->id].node];
    const struct time_open open = network->steps[last->id].open;
    const uint32_t bits = network->from_shelters ? open.out : open.in;
    while (last->slot < node->slot_count) {
        const uint32_t s = last->slot++;
        const struct time_slot *slot = &network->slots[node->slot_first + s];
        if ((bits >> s & 1u) == 0 || slot->arc == TIME_NO_ARC ||
            slot->outward != network->from_shelters || filling->spent[slot->base + last->id])
            continue;
        return push(filling, slot->base + last->id);
    }
    filling->length--;
    return true;
}

static int32_t smaller(int32_t a, int32_t b) {
    return a < b ? a : b;
}

/* The slot of way[i] by which its way goes on back. */
static uint32_t slot_back(const struct filling *filling, size_t i) {
    return filling->way[i].slot - 1;
}

static int32_t send(struct filling *filling, struct time_terminal *shelter, uint32_t at_zone) {
    struct time_network *network = filling->network;
    const int32_t start = filling->way[filling->length - 1].id;
    const struct time_slot *zone = &time_network_slots(network, start)[at_zone];
    struct time_terminal *from = &network->terminals[zone->base - network->step_count];
    int32_t people = smaller(shelter->left, from->left);
    for (size_t i = 0; i + 1 < filling->length; i++) {
        int32_t id = filling->way[i].id;
        const struct time_slot *slot = &time_network_slots(network, id)[slot_back(filling, i)];
        people = smaller(people, time_network_room(network, id, slot, slot->outward));
    }
    for (size_t i = 0; i + 1 < filling->length; i++) {
        int32_t id = filling->way[i].id;
        uint32_t s = slot_back(filling, i);
        time_network_move(network, id, s, time_network_slots(network, id)[s].outward, people);
    }
    time_network_move(network, start, at_zone, zone->outward, people);
    const int32_t end = filling->way[0].id;
    time_network_move(network, end, shelter->slot,
                      time_network_slots(network, end)[shelter->slot].outward, people);
    shelter->left -= people;
    from->left -= people;
    return people;
}

/* Everybody who can still arrive at the shelter at a step. */
static int fill_arrival(struct filling *filling, struct time_terminal *shelter, int32_t step,
                        int64_t *people) {
    const struct time_network *network = filling->network;
    const int32_t id = network->nodes[shelter->node].offset + step;
    while (shelter->left > 0 && !filling->spent[id]) {
        filling->length = 0;
        if (!push(filling, id))
            return HV_ERR_MEMORY;
        int32_t zone = -1;
        while (filling->length > 0) {
            zone = zone_slot(network, filling->way[filling->length - 1].id);
            if (zone >= 0)
                break;
            if (!step_back(filling))
                return HV_ERR_MEMORY;
        }
        if (filling->length == 0)
            break;
        *people += send(filling, shelter, (uint32_t)zone);
        for (size_t i = 0; i < filling->length; i++)
            filling->spent[filling->way[i].id] = false;
    }
    return HV_OK;
}

int evacuation_greedy_fill(struct time_network *network, int64_t *ret_people,
                           int64_t *ret_arrival_steps) {
    struct filling filling = {.network = network};
    filling.spent = calloc((size_t)network->step_count + 1, sizeof *filling.spent);
    int error = filling.spent == NULL ? HV_ERR_MEMORY : HV_OK;
    int64_t people = 0, arrival_steps = 0;
    for (int32_t step = 0; step <= network->horizon_steps && error == HV_OK; step++)
        for (size_t k = 0; k < network->terminal_count && error == HV_OK; k++) {
            struct time_terminal *terminal = &network->terminals[k];
            int64_t arrived = 0;
            if (is_zone(network, terminal) || step < terminal->first_step ||
                step > terminal->last_step)
                continue;
            error = fill_arrival(&filling, terminal, step, &arrived);
            people += arrived;
            arrival_steps += arrived * step;
        }
    free(filling.spent);
    free(filling.way);
    if (error == HV_OK) {
        *ret_people = people;
        *ret_arrival_steps = arrival_steps;
    }
    return error;
}
