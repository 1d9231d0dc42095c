#include "coordinator/optimizer/time_expanded_way.h"

#include "coordinator/optimizer/time_expanded_scan.h"

#include <assert.h>

/* An arc as the network names it: a slot at a node-step. */
struct way_slot {
    int32_t id;
    uint32_t slot;
    bool leaving;
};

struct time_way_arc time_way_from_parent(const struct time_forest *forest, int32_t id) {
    const int32_t code = is_terminal(forest, id)
                             ? forest->terminal_parent[id - forest->network->step_count]
                             : forest->branches[id].parent;
    return (struct time_way_arc){id, code};
}

int32_t time_way_tail(const struct time_forest *forest, struct time_way_arc arc) {
    if (is_terminal(forest, arc.id))
        return arc.code;
    const struct time_slot *slot = &time_network_slots(forest->network, arc.id)[arc.code];
    return slot->base + (arc.id & slot->mask);
}

/* The terminal at one end of an arc that has the hub at the other, else NULL. */
TIME_INLINE struct time_terminal *terminal_at_hub(const struct time_forest *forest,
                                                  struct time_way_arc arc) {
    const struct time_network *network = forest->network;
    const int32_t hub = time_network_hub(network);
    if (!is_terminal(forest, arc.id) || (arc.id != hub && arc.code != hub))
        return NULL;
    return &network->terminals[(arc.id == hub ? arc.code : arc.id) - network->step_count];
}

TIME_INLINE struct way_slot slot_of(const struct time_forest *forest, struct time_way_arc arc) {
    const struct time_network *network = forest->network;
    if (!is_terminal(forest, arc.id))
        return (struct way_slot){arc.id, (uint32_t)arc.code, false};
    assert(network->terminals != NULL); /* there is a terminal of this id */
    return (struct way_slot){arc.code, network->terminals[arc.id - network->step_count].slot, true};
}

int32_t time_way_cost(const struct time_forest *forest, struct time_way_arc arc) {
    const struct time_terminal *terminal = terminal_at_hub(forest, arc);
    if (terminal != NULL)
        return time_terminal_hub_cost(terminal, arc.id == time_network_hub(forest->network));
    const struct way_slot at = slot_of(forest, arc);
    const struct time_slot *slot = &time_network_slots(forest->network, at.id)[at.slot];
    const int32_t leaving = slot->cost * time_network_step(forest->network, at.id);
    return at.leaving ? leaving : -leaving;
}

int32_t time_way_room(const struct time_forest *forest, struct time_way_arc arc) {
    const struct time_terminal *terminal = terminal_at_hub(forest, arc);
    if (terminal != NULL)
        return time_terminal_room(terminal, arc.id == time_network_hub(forest->network));
    const struct way_slot at = slot_of(forest, arc);
    const struct time_open *open = &forest->network->steps[at.id].open;
    if (((at.leaving ? open->out : open->in) >> at.slot & 1u) == 0)
        return 0;
    const struct time_slot *slot = &time_network_slots(forest->network, at.id)[at.slot];
    return time_network_room(forest->network, at.id, slot, at.leaving);
}

static void move(struct time_forest *forest, struct time_way_arc arc, int32_t people) {
    struct time_terminal *terminal = terminal_at_hub(forest, arc);
    if (terminal != NULL) {
        const bool to_hub = arc.id == time_network_hub(forest->network);
        terminal->left += terminal->start == to_hub ? people : -people;
        return;
    }
    const struct way_slot at = slot_of(forest, arc);
    time_network_move(forest->network, at.id, at.slot, at.leaving, people);
}

void time_way_send(struct time_forest *forest, struct time_way_arc arc, int32_t people) {
    move(forest, arc, people);
    if (time_forest_is_rooted(forest, arc.id) && is_parent(forest, arc.id, arc.code) &&
        time_way_room(forest, arc) == 0)
        time_forest_cut(forest, arc.id);
}
