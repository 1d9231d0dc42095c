/* The time-expanded network of an evacuation, kept implicit: one entry for each useful pair of node
 * and step, one flow for each link and entry step, and no arc objects at all.
 *
 * A node is useful from the first step at which anybody can be there to the last from which a
 * shelter is still in reach. Its pairs of node and step ("node-steps") are numbered in a row, so
 * that the other end of a link is a fixed distance away: neighbour = base + id. Zones and shelters
 * are terminals, numbered after the node-steps. Each node has at most 32 slots (link ends and
 * terminals), so which of them can carry more is one bit each; nodes with more become a chain of
 * copies, joined by links of 0 steps.
 *
 * A search grows along the direction of travel from the zones or against it from the shelters. The
 * network is built for one direction: "start" terminals supply, "goal" terminals demand, and a slot
 * is outward where leaving by it in the direction of growth puts people on the link.
 *
 * Where a search works on a circulation, one more id stands for everybody who is served: the hub,
 * with an arc to every start terminal and one from every goal. */
#ifndef TIME_EXPANDED_NETWORK_H
#define TIME_EXPANDED_NETWORK_H

#include "coordinator/optimizer/evacuation_instance.h"
#include "coordinator/optimizer/evacuation_reach.h"

#define TIME_SLOTS_MAX 32
#define TIME_NO_ARC (-1) /* the "arc" of a terminal's slot */

struct time_slot {
    int32_t base;      /* id of the neighbour = base + (id & mask) */
    int32_t mask;      /* all ones, or 0 where the neighbour is a terminal */
    int32_t flow_base; /* index of the flow = flow_base + id */
    int32_t arc;       /* index into arcs, or TIME_NO_ARC */
    int8_t cost;       /* what leaving by it costs a step: -1, 0 or 1 */
    uint8_t back;      /* the neighbour's slot of the same link */
    bool outward;
};

/* Which slots can carry more: away from the node-step and to it. */
struct time_open {
    uint32_t out, in;
};

struct time_step {
    struct time_open open;
    int32_t node;
};

struct time_node {
    int32_t origin; /* node of the instance */
    int32_t first_step, last_step;
    int32_t offset;    /* id = offset + step */
    int32_t remaining; /* travel steps to the nearest shelter */
    uint32_t slot_first;
    uint32_t slot_count;
};

struct time_arc {
    int32_t from, to; /* nodes of the network */
    int32_t link;     /* of the instance, or -1 between copies of a node */
    int32_t travel_steps;
    int32_t first_step, last_step; /* entry steps */
    int32_t capacity;              /* a step, no more than all people and one */
    bool steady;                   /* the capacity holds at every entry step */
    int32_t flow_first;            /* flow at entry step t = flows[flow_first + t - first_step] */
};

struct time_terminal {
    int32_t node;
    int32_t first_step, last_step; /* of its links to node-steps */
    int32_t flow_first;
    int32_t left;                  /* people or places still to match */
    int32_t total;                 /* people or places in all */
    int32_t index;                 /* of the zone or shelter in the instance */
    int32_t open_first, open_last; /* of these steps, those at which people may go over them */
    int32_t hub_cost;              /* a circulation only: what matching one costs */
    int8_t cost;  /* a step, of going from it to a node-step (start) or back (goal) */
    uint8_t slot; /* at the node */
    bool start;
};

struct time_network {
    const struct evacuation_instance *instance;
    bool from_shelters; /* grows against the direction of travel */
    int32_t horizon_steps;
    int32_t people;
    struct evacuation_reach reach;
    int32_t *first_copy; /* by node of the instance: its first node here, or -1 */
    struct time_node *nodes;
    struct time_slot *slots;
    struct time_arc *arcs;
    struct time_terminal *terminals; /* the start terminals, then the goals */
    size_t node_count, arc_count, terminal_count, start_count;
    int32_t step_count;      /* node-steps; terminal k has the id step_count + k */
    struct time_step *steps; /* by node-step */
    int32_t *flows;
    size_t flow_count;
};

/* Builds the network of a checked instance without any flow.
 * Returns HV_OK, HV_ERR_MEMORY, or HV_ERR_LIMIT where there would be more than
 * EVACUATION_NODE_STEPS_MAX node-steps. The instance is borrowed until the network is freed. */
HV_MUST_USE int time_network_new(const struct evacuation_instance *instance, bool from_shelters,
                                 struct time_network **ret_network);
void time_network_free(struct time_network *network);

/* People the arc can take at an entry step. */
int32_t time_network_capacity(const struct time_network *network, const struct time_arc *arc,
                              int32_t step);

/* How many more the slot can carry at node-step `id`: away from the node, or to it. */
int32_t time_network_room(const struct time_network *network, int32_t id,
                          const struct time_slot *slot, bool leaving);

/* Moves people over the slot and keeps the open bits of both ends. */
void time_network_move(struct time_network *network, int32_t id, uint32_t slot_index, bool leaving,
                       int32_t people);

/* Sets the open bits of the slot's both ends from its room and flow, after a change of capacity. */
void time_network_refresh(struct time_network *network, int32_t id, uint32_t slot_index);

static inline int32_t time_network_step(const struct time_network *network, int32_t id) {
    return id - network->nodes[network->steps[id].node].offset;
}

static inline const struct time_slot *time_network_slots(const struct time_network *network,
                                                         int32_t id) {
    return &network->slots[network->nodes[network->steps[id].node].slot_first];
}

/* The id of the hub, the last one. */
static inline int32_t time_network_hub(const struct time_network *network) {
    return network->step_count + (int32_t)network->terminal_count;
}

/* How many more can go from a terminal to the hub, or from the hub to the terminal. */
static inline int32_t time_terminal_room(const struct time_terminal *terminal, bool to_hub) {
    return terminal->start == to_hub ? terminal->total - terminal->left : terminal->left;
}

/* What it costs to go from a terminal to the hub, or from the hub to the terminal. */
static inline int32_t time_terminal_hub_cost(const struct time_terminal *terminal, bool to_hub) {
    return terminal->start == to_hub ? -terminal->hub_cost : terminal->hub_cost;
}

static inline bool time_network_is_terminal(const struct time_network *network, int32_t id) {
    return id >= network->step_count;
}

#endif
