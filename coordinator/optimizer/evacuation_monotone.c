#include "coordinator/optimizer/evacuation_monotone.h"

#include <stdlib.h>

/* Ids whose price was lowered and whose neighbours are still to be looked at, in a ring: an id is
 * in it once at most. */
struct lowering {
    const struct time_network *network;
    int64_t *prices;
    int32_t *ring;
    bool *waiting; /* by id: in the ring */
    size_t ring_size, first, count;
};

static void lower(struct lowering *lowering, int32_t id, int64_t price) {
    if (lowering->prices[id] <= price)
        return;
    lowering->prices[id] = price;
    if (lowering->waiting[id])
        return;
    lowering->waiting[id] = true;
    lowering->ring[(lowering->first + lowering->count++) % lowering->ring_size] = id;
}

static int32_t take(struct lowering *lowering) {
    int32_t id = lowering->ring[lowering->first];
    lowering->first = (lowering->first + 1) % lowering->ring_size;
    lowering->count--;
    lowering->waiting[id] = false;
    return id;
}

/* The slots by which people can still come to a node-step, in the direction of travel. */
static uint32_t slots_in(const struct time_network *network, int32_t id) {
    return network->from_shelters ? network->steps[id].open.out : network->steps[id].open.in;
}

/* The slots by which they can still leave it. */
static uint32_t slots_out(const struct time_network *network, int32_t id) {
    return network->from_shelters ? network->steps[id].open.in : network->steps[id].open.out;
}

static bool is_shelter(const struct time_network *network, const struct time_terminal *terminal) {
    return terminal->start == network->from_shelters;
}

/* What it costs to go over a terminal's slot at a step, in the direction of travel: arriving at a
 * shelter costs the step, and going on from it gives the step back. */
static int64_t cost_to(const struct time_network *network, const struct time_terminal *terminal,
                       int32_t step) {
    return is_shelter(network, terminal) ? step : 0;
}

static void lower_before_step(struct lowering *lowering, int32_t id) {
    const struct time_network *network = lowering->network;
    const struct time_node *node = &network->nodes[network->steps[id].node];
    const struct time_slot *slots = &network->slots[node->slot_first];
    const int64_t price = lowering->prices[id];
    const int32_t step = id - node->offset;
    if (step > node->first_step)
        lower(lowering, id - 1, price);
    for (uint32_t bits = slots_in(network, id); bits != 0; bits &= bits - 1) {
        const struct time_slot *slot = &slots[__builtin_ctz(bits)];
        const int32_t from = slot->base + (id & slot->mask);
        if (slot->arc != TIME_NO_ARC)
            lower(lowering, from, price);
        else
            lower(lowering, from,
                  price - cost_to(network, &network->terminals[from - network->step_count], step));
    }
}

static void lower_before_terminal(struct lowering *lowering, int32_t id) {
    const struct time_network *network = lowering->network;
    const struct time_terminal *terminal = &network->terminals[id - network->step_count];
    const int32_t offset = network->nodes[terminal->node].offset;
    for (int32_t t = terminal->first_step; t <= terminal->last_step; t++)
        if ((slots_out(network, offset + t) >> terminal->slot & 1u) != 0)
            lower(lowering, offset + t, lowering->prices[id] + cost_to(network, terminal, t));
}

static void lower_all(struct lowering *lowering) {
    const struct time_network *network = lowering->network;
    for (size_t v = 0; v < network->node_count; v++)
        for (int32_t t = network->nodes[v].last_step; t > network->nodes[v].first_step; t--) {
            const int32_t id = network->nodes[v].offset + t;
            lower(lowering, id - 1, lowering->prices[id]);
        }
    while (lowering->count > 0) {
        const int32_t id = take(lowering);
        if (time_network_is_terminal(network, id))
            lower_before_terminal(lowering, id);
        else
            lower_before_step(lowering, id);
    }
}

int evacuation_monotone_lower(const struct time_network *network, int64_t *prices) {
    struct lowering lowering = {.network = network, .prices = prices};
    lowering.ring_size = (size_t)network->step_count + network->terminal_count + 1;
    lowering.ring = calloc(lowering.ring_size, sizeof *lowering.ring);
    lowering.waiting = calloc(lowering.ring_size, sizeof *lowering.waiting);
    bool made = lowering.ring != NULL && lowering.waiting != NULL;
    if (made)
        lower_all(&lowering);
    free(lowering.ring);
    free(lowering.waiting);
    return made ? HV_OK : HV_ERR_MEMORY;
}
