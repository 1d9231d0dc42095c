/* The inner loops of the forest: state of an id in one word, and visits of all arcs with room out
 * of or into it. Part of time_expanded_forest; included by its files only. */
#ifndef TIME_EXPANDED_SCAN_H
#define TIME_EXPANDED_SCAN_H

#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/time_expanded_forest.h"

#define TIME_INLINE static inline __attribute__((always_inline))

TIME_INLINE enum time_state state_of(uint32_t hot) {
    return (enum time_state)(hot & 3u);
}

/* Signed: the labels of a circulation may be below 0. */
TIME_INLINE int32_t value_of(uint32_t hot) {
    return (int32_t)hot >> 2;
}

TIME_INLINE uint32_t hot_of(int32_t value, enum time_state state) {
    return (uint32_t)value << 2 | (uint32_t)state;
}

TIME_INLINE bool is_terminal(const struct time_forest *forest, int32_t id) {
    return id >= forest->network->step_count;
}

/* A neighbour over one arc with room: what the arc costs in the direction of growth, and how the
 * arc's head names its tail as a parent (a slot; for a terminal or the hub, the tail's id). */
struct time_visit {
    int32_t id;
    int32_t cost;
    int32_t code;
    uint32_t hot; /* of the neighbour */
};

typedef void time_visitor(struct time_forest *forest, struct time_visit visit, void *context);

/* Visits the arcs with room from the hub to terminals, or from terminals to the hub. */
TIME_INLINE void visit_hub(struct time_forest *forest, bool leaving, time_visitor *visit,
                           void *context) {
    const struct time_network *network = forest->network;
    const int32_t hub = time_network_hub(network);
    for (size_t k = 0; k < network->terminal_count; k++) {
        const struct time_terminal *terminal = &network->terminals[k];
        if (time_terminal_room(terminal, !leaving) == 0)
            continue;
        const int32_t id = network->step_count + (int32_t)k;
        const int32_t cost = time_terminal_hub_cost(terminal, !leaving);
        visit(forest, (struct time_visit){id, cost, leaving ? hub : id, forest->hot[id]}, context);
    }
}

/* Visits the arc between a terminal and the hub, where there is a hub and room. */
TIME_INLINE void visit_hub_of(struct time_forest *forest, int32_t id, bool leaving,
                              time_visitor *visit, void *context) {
    const struct time_network *network = forest->network;
    const struct time_terminal *terminal = &network->terminals[id - network->step_count];
    if (forest->balance == NULL || time_terminal_room(terminal, leaving) == 0)
        return;
    const int32_t hub = time_network_hub(network);
    const int32_t cost = time_terminal_hub_cost(terminal, leaving);
    visit(forest, (struct time_visit){hub, cost, leaving ? id : hub, forest->hot[hub]}, context);
}

/* Visits every arc with room out of `id`. */
TIME_INLINE void visit_leaving(struct time_forest *forest, int32_t id, time_visitor *visit,
                               void *context) {
    const struct time_network *network = forest->network;
    forest->work++;
    if (id == time_network_hub(network)) {
        visit_hub(forest, true, visit, context);
        return;
    }
    if (is_terminal(forest, id)) {
        const struct time_terminal *terminal = &network->terminals[id - network->step_count];
        const int32_t offset = network->nodes[terminal->node].offset;
        for (int32_t t = terminal->first_step; t <= terminal->last_step; t++) {
            const int32_t y = offset + t;
            if ((network->steps[y].open.in >> terminal->slot & 1u) == 0)
                continue;
            const int32_t cost = terminal->start ? terminal->cost * t : -terminal->cost * t;
            visit(forest, (struct time_visit){y, cost, terminal->slot, forest->hot[y]}, context);
        }
        visit_hub_of(forest, id, true, visit, context);
        return;
    }
    const struct time_node *node = &network->nodes[network->steps[id].node];
    const struct time_slot *slots = &network->slots[node->slot_first];
    for (uint32_t bits = network->steps[id].open.out; bits != 0; bits &= bits - 1) {
        const struct time_slot *slot = &slots[__builtin_ctz(bits)];
        const int32_t y = slot->base + (id & slot->mask);
        const int32_t code = slot->mask != 0 ? slot->back : id;
        const int32_t cost = slot->cost * (id - node->offset);
        visit(forest, (struct time_visit){y, cost, code, forest->hot[y]}, context);
    }
}

/* Visits every arc with room into `id`. */
TIME_INLINE void visit_entering(struct time_forest *forest, int32_t id, time_visitor *visit,
                                void *context) {
    const struct time_network *network = forest->network;
    forest->work++;
    if (id == time_network_hub(network)) {
        visit_hub(forest, false, visit, context);
        return;
    }
    if (is_terminal(forest, id)) {
        const struct time_terminal *terminal = &network->terminals[id - network->step_count];
        const int32_t offset = network->nodes[terminal->node].offset;
        for (int32_t t = terminal->first_step; t <= terminal->last_step; t++) {
            const int32_t u = offset + t;
            if ((network->steps[u].open.out >> terminal->slot & 1u) == 0)
                continue;
            const int32_t cost = terminal->start ? -terminal->cost * t : terminal->cost * t;
            visit(forest, (struct time_visit){u, cost, u, forest->hot[u]}, context);
        }
        visit_hub_of(forest, id, false, visit, context);
        return;
    }
    const struct time_node *node = &network->nodes[network->steps[id].node];
    const struct time_slot *slots = &network->slots[node->slot_first];
    for (uint32_t bits = network->steps[id].open.in; bits != 0; bits &= bits - 1) {
        const uint32_t index = (uint32_t)__builtin_ctz(bits);
        const struct time_slot *slot = &slots[index];
        const int32_t u = slot->base + (id & slot->mask);
        const int32_t cost = -slot->cost * (id - node->offset);
        visit(forest, (struct time_visit){u, cost, (int32_t)index, forest->hot[u]}, context);
    }
}

/* The parent of a rooted id that is no root. */
TIME_INLINE int32_t parent_of(const struct time_forest *forest, int32_t id) {
    const struct time_network *network = forest->network;
    if (is_terminal(forest, id))
        return forest->terminal_parent[id - network->step_count];
    const struct time_node *node = &network->nodes[network->steps[id].node];
    const struct time_slot *slot = &network->slots[node->slot_first + forest->branches[id].parent];
    return slot->base + (id & slot->mask);
}

/* Where a node-step keeps that an id is its child: NULL where the parent is a terminal or the hub.
 */
TIME_INLINE uint32_t *children_of_parent(struct time_forest *forest, int32_t id, int32_t code,
                                         uint32_t *ret_bit) {
    const struct time_network *network = forest->network;
    if (is_terminal(forest, id)) {
        if (id == time_network_hub(network) || is_terminal(forest, code))
            return NULL;
        *ret_bit = UINT32_C(1) << network->terminals[id - network->step_count].slot;
        return &forest->branches[code].children;
    }
    const struct time_node *node = &network->nodes[network->steps[id].node];
    const struct time_slot *slot = &network->slots[node->slot_first + (uint32_t)code];
    *ret_bit = UINT32_C(1) << slot->back;
    return slot->mask != 0 ? &forest->branches[slot->base + id].children : NULL;
}

TIME_INLINE void set_parent(struct time_forest *forest, int32_t id, int32_t code) {
    uint32_t bit, *children = children_of_parent(forest, id, code, &bit);
    if (children != NULL)
        *children |= bit;
    if (is_terminal(forest, id)) {
        forest->terminal_parent[id - forest->network->step_count] = code;
        forest->branches[id].parent = TIME_PARENT_TERMINAL;
    } else {
        forest->branches[id].parent = (uint8_t)code;
    }
}

/* Takes an id from its parent's children. */
TIME_INLINE void drop_parent(struct time_forest *forest, int32_t id) {
    if (forest->branches[id].parent == TIME_PARENT_ROOT)
        return;
    const int32_t code = is_terminal(forest, id)
                             ? forest->terminal_parent[id - forest->network->step_count]
                             : forest->branches[id].parent;
    uint32_t bit, *children = children_of_parent(forest, id, code, &bit);
    if (children != NULL)
        *children &= ~bit;
}

/* Whether `code` names the parent of a rooted id. */
TIME_INLINE bool is_parent(const struct time_forest *forest, int32_t id, int32_t code) {
    if (!is_terminal(forest, id))
        return forest->branches[id].parent == code;
    return forest->branches[id].parent == TIME_PARENT_TERMINAL &&
           forest->terminal_parent[id - forest->network->step_count] == code;
}

/* Shared by growth and repair; in time_expanded_forest.c. What fails is kept in forest->error. */
void time_forest_schedule(struct time_forest *forest, int32_t id, int32_t time);
void time_forest_activate(struct time_forest *forest, int32_t id);
/* What fails is kept in forest->error. */
TIME_INLINE void time_list_add(struct time_forest *forest, struct time_list *list, int32_t item) {
    if (list->count == list->capacity &&
        array_reserve((void **)&list->items, list->capacity + 1, &list->capacity,
                      sizeof *list->items) != HV_OK)
        forest->error = HV_ERR_MEMORY;
    else
        list->items[list->count++] = item;
}

/* Where people can end at a rooted id, or go on to where they can, it is reached. */
void time_forest_reach(struct time_forest *forest, int32_t id);
/* What a goal still takes, and what a root still gives. */
int32_t time_forest_goal_room(const struct time_forest *forest, int32_t goal);
int32_t time_forest_root_room(const struct time_forest *forest, int32_t root);
/* Takes the parent of a rooted id away: it waits for the repair. */
void time_forest_cut(struct time_forest *forest, int32_t id);
/* People went from a root to a goal: counts them, and cuts a root that has nothing left. */
void time_forest_settle(struct time_forest *forest, int32_t root, int32_t goal, int32_t people);
/* Finds whatever was cut another parent, or takes it out of the forest. */
void time_forest_repair(struct time_forest *forest);
void time_queue_add(struct time_forest *forest, struct time_queue *queue, int32_t id, int32_t rank);
int32_t time_queue_take(struct time_forest *forest,
                        struct time_queue *queue); /* or -1 where it is empty */

#endif
