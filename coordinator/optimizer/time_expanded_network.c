#include "coordinator/optimizer/time_expanded_network.h"

#include "coordinator/optimizer/time_expanded_build.h"

#include <stdlib.h>

void time_network_free(struct time_network *network) {
    if (network == NULL)
        return;
    evacuation_reach_deinit(&network->reach);
    free(network->first_copy);
    free(network->nodes);
    free(network->slots);
    free(network->arcs);
    free(network->terminals);
    free(network->steps);
    free(network->flows);
    free(network);
}

int32_t time_network_capacity(const struct time_network *network, const struct time_arc *arc,
                              int32_t step) {
    if (arc->steady)
        return arc->capacity;
    int64_t room = evacuation_link_room(&network->instance->links[arc->link], step);
    return room <= network->people ? (int32_t)room : network->people + 1;
}

/* Room in the direction that puts people on the link; below 0 where it is fuller than it may be. */
static int32_t forward_room(const struct time_network *network, int32_t id,
                            const struct time_slot *slot) {
    if (slot->arc == TIME_NO_ARC) {
        const struct time_terminal *terminal =
            &network->terminals[slot->base - network->step_count];
        const int32_t step = time_network_step(network, id);
        const bool open = step >= terminal->open_first && step <= terminal->open_last;
        return open ? INT32_MAX : -network->flows[slot->flow_base + id];
    }
    const struct time_arc *arc = &network->arcs[slot->arc];
    int32_t index = slot->flow_base + id;
    int32_t step = arc->first_step + (index - arc->flow_first);
    return time_network_capacity(network, arc, step) - network->flows[index];
}

int32_t time_network_room(const struct time_network *network, int32_t id,
                          const struct time_slot *slot, bool leaving) {
    return slot->outward == leaving ? forward_room(network, id, slot)
                                    : network->flows[slot->flow_base + id];
}

static void set_open(struct time_open *open, uint32_t slot_index, bool out, bool in) {
    const uint32_t bit = UINT32_C(1) << slot_index;
    open->out = out ? open->out | bit : open->out & ~bit;
    open->in = in ? open->in | bit : open->in & ~bit;
}

void time_network_move(struct time_network *network, int32_t id, uint32_t slot_index, bool leaving,
                       int32_t people) {
    const struct time_slot *slot = &time_network_slots(network, id)[slot_index];
    network->flows[slot->flow_base + id] += slot->outward == leaving ? people : -people;
    time_network_refresh(network, id, slot_index);
}

void time_network_refresh(struct time_network *network, int32_t id, uint32_t slot_index) {
    const struct time_slot *slot = &time_network_slots(network, id)[slot_index];
    bool more = forward_room(network, id, slot) > 0;
    bool back = network->flows[slot->flow_base + id] > 0;
    bool out = slot->outward ? more : back;
    bool in = slot->outward ? back : more;
    set_open(&network->steps[id].open, slot_index, out, in);
    if (slot->arc != TIME_NO_ARC)
        set_open(&network->steps[slot->base + id].open, slot->back, in, out);
}

int time_network_new(const struct evacuation_instance *instance, bool from_shelters,
                     struct time_network **ret_network) {
    struct time_network *network = calloc(1, sizeof *network);
    if (network == NULL)
        return HV_ERR_MEMORY;
    network->instance = instance;
    network->from_shelters = from_shelters;
    network->horizon_steps = instance->horizon_steps;
    network->people = (int32_t)evacuation_instance_people(instance);
    int error = time_network_build(network);
    if (error != HV_OK) {
        time_network_free(network);
        return error;
    }
    *ret_network = network;
    return HV_OK;
}
