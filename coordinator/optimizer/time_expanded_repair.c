/* Augmentation of a time-expanded forest and its repair. */
#include "coordinator/optimizer/time_expanded_forest.h"

#include "coordinator/optimizer/time_expanded_guide.h"
#include "coordinator/optimizer/time_expanded_scan.h"

#include <stdlib.h>

/* ---- augmentation ---------------------------------------------------------------------------- */

/* What a goal still takes. */
int32_t time_forest_goal_room(const struct time_forest *forest, int32_t goal) {
    if (forest->balance == NULL)
        return forest->network->terminals[goal - forest->network->step_count].left;
    const int64_t room = -forest->balance[goal];
    return room > 0 ? (room < INT32_MAX ? (int32_t)room : INT32_MAX) : 0;
}

/* What a root still gives. */
int32_t time_forest_root_room(const struct time_forest *forest, int32_t root) {
    if (forest->balance == NULL)
        return forest->network->terminals[root - forest->network->step_count].left;
    return forest->balance[root] < INT32_MAX ? (int32_t)forest->balance[root] : INT32_MAX;
}

static int32_t smaller(int32_t a, int32_t b) {
    return a < b ? a : b;
}

/* How many can go on from an id that was reached to its goal. */
static int32_t room_ahead(struct time_forest *forest, int32_t id) {
    return forest->balance == NULL ? time_forest_goal_room(forest, id)
                                   : time_guide_room(forest, id);
}

static int32_t room_of_path(struct time_forest *forest, int32_t reached) {
    int32_t room = room_ahead(forest, reached), id = reached;
    for (; room > 0 && forest->branches[id].parent != TIME_PARENT_ROOT; id = parent_of(forest, id))
        room = smaller(room, time_way_room(forest, time_way_from_parent(forest, id)));
    if (room == 0)
        return 0;
    return smaller(room, time_forest_root_room(forest, id));
}

/* Takes an id's parent away. */
static void cut(struct time_forest *forest, int32_t id, int32_t rank) {
    forest->hot[id] = hot_of(value_of(forest->hot[id]), TIME_CUT);
    time_queue_add(forest, &forest->cutting, id, rank);
}

void time_forest_cut(struct time_forest *forest, int32_t id) {
    drop_parent(forest, id);
    cut(forest, id, forest->branches[id].height);
}

void time_forest_settle(struct time_forest *forest, int32_t root, int32_t goal, int32_t people) {
    if (forest->balance == NULL) {
        struct time_network *network = forest->network;
        network->terminals[goal - network->step_count].left -= people;
        network->terminals[root - network->step_count].left -= people;
    } else {
        forest->balance[goal] += people;
        forest->balance[root] -= people;
    }
    if (time_forest_root_room(forest, root) == 0)
        time_forest_cut(forest, root);
    forest->served += people;
    forest->cost += (int64_t)people * forest->clock;
    forest->augmentations++;
}

/* Sends people from the root of an id that was reached by way of it to its goal. */
static void send(struct time_forest *forest, int32_t reached, int32_t people) {
    const int32_t goal =
        forest->balance == NULL ? reached : time_guide_send(forest, reached, people);
    int32_t id = reached;
    while (forest->branches[id].parent != TIME_PARENT_ROOT) {
        const struct time_way_arc arc = time_way_from_parent(forest, id);
        time_way_send(forest, arc, people);
        time_echo_add(forest, arc);
        id = time_way_tail(forest, arc);
    }
    time_echo_end(forest);
    time_forest_settle(forest, id, goal, people);
}

/* ---- repair ---------------------------------------------------------------------------------- */

/* Whether the way from a rooted id up to a root is whole. What was found out is stamped on the way,
 * so that every id is walked over once for each adoption at most. */
static bool reaches_root(struct time_forest *forest, int32_t id) {
    const int32_t good = forest->good_stamp, bad = -forest->bad_stamp;
    int32_t at = id;
    bool whole = false;
    for (;; at = parent_of(forest, at)) {
        if (state_of(forest->hot[at]) != TIME_ROOTED || forest->branches[at].stamp == bad)
            break;
        whole =
            forest->branches[at].stamp == good || forest->branches[at].parent == TIME_PARENT_ROOT;
        if (whole)
            break;
    }
    for (int32_t w = id; w != at; w = parent_of(forest, w))
        forest->branches[w].stamp = whole ? good : bad;
    if (whole)
        forest->branches[at].stamp = good;
    return whole;
}

static void renew_stamps(struct time_forest *forest) {
    if (forest->good_stamp < INT32_MAX - 1 && forest->bad_stamp < INT32_MAX / 2)
        return;
    for (size_t id = 0; id < forest->id_count; id++)
        if (state_of(forest->hot[id]) != TIME_CUT)
            forest->branches[id].stamp = 0;
    forest->good_stamp = forest->bad_stamp = 0;
}

#define STAMP_LOST INT32_MIN /* a cut id that has found no parent so far */

#define NO_SLOT (-1)

struct offers {
    int32_t label;     /* of the cut id */
    uint32_t children; /* slots that lead to its own children, who cannot be its parent */
    int32_t own_slot;  /* of a terminal: the parent of its own children; else NO_SLOT */
    int32_t count;
    int32_t nearest; /* least reduced cost above 0 of an arc into it */
};

TIME_INLINE void collect_offer(struct time_forest *forest, struct time_visit visit, void *context) {
    struct offers *offers = context;
    enum time_state state = state_of(visit.hot);
    if (state != TIME_ROOTED && state != TIME_CUT)
        return;
    int32_t reduced = visit.cost + value_of(visit.hot) - offers->label;
    if (reduced > 0) {
        offers->nearest = smaller(offers->nearest, reduced);
        return;
    }
    if (state != TIME_ROOTED || (offers->children >> (visit.code & 31) & 1u) != 0 ||
        forest->branches[visit.id].parent == offers->own_slot)
        return;
    time_list_add(forest, &forest->wake, visit.id);
    forest->offers[offers->count++] =
        (struct time_parent){visit.id, forest->branches[visit.id].height, visit.code};
}

/* Takes the lowest offer that still reaches a root. */
static bool adopt(struct time_forest *forest, int32_t id, const struct offers *offers) {
    struct time_parent *offer = forest->offers;
    for (int32_t i = 0; i < offers->count; i++) {
        int32_t lowest = i;
        for (int32_t k = i + 1; k < offers->count; k++)
            if (offer[k].height < offer[lowest].height)
                lowest = k;
        struct time_parent best = offer[lowest];
        offer[lowest] = offer[i];
        if (!reaches_root(forest, best.id))
            continue;
        set_parent(forest, id, best.code);
        forest->branches[id].height = best.height + 1;
        forest->hot[id] = hot_of(value_of(forest->hot[id]), TIME_ROOTED);
        forest->branches[id].stamp = forest->good_stamp;
        forest->bad_stamp++;
        return true;
    }
    return false;
}

struct restored {
    int32_t label, height; /* of an id that has found its way to a root again */
};

TIME_INLINE void take_in(struct time_forest *forest, struct time_visit visit, void *context) {
    const struct restored *from = context;
    if (state_of(visit.hot) != TIME_CUT || forest->branches[visit.id].stamp != STAMP_LOST ||
        visit.cost + from->label != value_of(visit.hot))
        return;
    forest->hot[visit.id] = hot_of(value_of(visit.hot), TIME_ROOTED);
    forest->branches[visit.id].height = from->height + 1;
    forest->branches[visit.id].stamp = forest->good_stamp;
    set_parent(forest, visit.id, visit.code);
    time_list_add(forest, &forest->restored, visit.id);
}

/* An id was adopted: the lost ids that it leads to have a way again. At once, because what still
 * hangs on them need not be taken apart then. */
static void restore(struct time_forest *forest, int32_t id) {
    forest->restored.count = 0;
    time_list_add(forest, &forest->restored, id);
    for (size_t i = 0; i < forest->restored.count; i++) {
        const int32_t at = forest->restored.items[i];
        struct restored from = {value_of(forest->hot[at]), forest->branches[at].height};
        visit_leaving(forest, at, take_in, &from);
    }
}

TIME_INLINE void cut_child(struct time_forest *forest, struct time_visit visit, void *context) {
    const int32_t rank = *(const int32_t *)context;
    if (state_of(visit.hot) != TIME_ROOTED || !is_parent(forest, visit.id, visit.code))
        return;
    int32_t height = forest->branches[visit.id].height;
    cut(forest, visit.id, height > rank ? height : rank);
}

static void cut_children(struct time_forest *forest, int32_t id, int32_t rank) {
    if (is_terminal(forest, id)) {
        visit_leaving(forest, id, cut_child, &rank);
        return;
    }
    const struct time_slot *slots = time_network_slots(forest->network, id);
    for (uint32_t bits = forest->branches[id].children; bits != 0; bits &= bits - 1) {
        const struct time_slot *slot = &slots[__builtin_ctz(bits)];
        const int32_t child = slot->base + (id & slot->mask);
        const int32_t height = forest->branches[child].height;
        cut(forest, child, height > rank ? height : rank);
    }
    forest->branches[id].children = 0;
}

/* The slot that leads to a terminal from its node; the hub has none. */
static int32_t slot_of_terminal(const struct time_forest *forest, int32_t id) {
    const struct time_network *network = forest->network;
    return id == time_network_hub(network) ? NO_SLOT
                                           : network->terminals[id - network->step_count].slot;
}

/* Finds a cut id another parent, or loses it and cuts its children. Whoever could take in a lost id
 * and may itself hang on one is looked at again in the end: it is to grow then. */
static void mend(struct time_forest *forest, int32_t id, int32_t rank) {
    const bool terminal = is_terminal(forest, id);
    struct offers offers = {
        .label = value_of(forest->hot[id]),
        .children = terminal ? 0 : forest->branches[id].children,
        .own_slot = terminal ? slot_of_terminal(forest, id) : NO_SLOT,
        .nearest = INT32_MAX,
    };
    const size_t wake_count = forest->wake.count;
    visit_entering(forest, id, collect_offer, &offers);
    if (adopt(forest, id, &offers)) {
        forest->wake.count = wake_count;
        restore(forest, id);
        return;
    }
    time_list_add(forest, &forest->lost, id);
    time_list_add(forest, &forest->events, offers.nearest);
    forest->branches[id].stamp = STAMP_LOST;
    cut_children(forest, id, rank);
}

static void leave(struct time_forest *forest, int32_t id, int32_t nearest) {
    forest->hot[id] = hot_of(forest->clock - value_of(forest->hot[id]), TIME_OUTSIDE);
    forest->branches[id].height = INT32_MAX;
    forest->branches[id].stamp = 0;
    if (nearest != INT32_MAX)
        time_forest_schedule(forest, id, forest->clock + nearest);
}

void time_forest_repair(struct time_forest *forest) {
    forest->lost.count = forest->events.count = forest->wake.count = 0;
    renew_stamps(forest);
    forest->good_stamp++;
    forest->bad_stamp++;
    int32_t id;
    while (forest->error == HV_OK && (id = time_queue_take(forest, &forest->cutting)) >= 0)
        mend(forest, id, (int32_t)forest->cutting.lowest);
    if (forest->error != HV_OK)
        return;
    for (size_t i = 0; i < forest->lost.count; i++)
        if (state_of(forest->hot[forest->lost.items[i]]) == TIME_CUT)
            leave(forest, forest->lost.items[i], forest->events.items[i]);
    for (size_t i = 0; i < forest->wake.count; i++)
        if (state_of(forest->hot[forest->wake.items[i]]) == TIME_ROOTED)
            time_forest_activate(forest, forest->wake.items[i]);
}

static bool still_reached(struct time_forest *forest, int32_t id) {
    return state_of(forest->hot[id]) == TIME_ROOTED && room_ahead(forest, id) > 0;
}

int time_forest_augment(struct time_forest *forest) {
    for (size_t i = 0; i < forest->reached_count; i++) {
        const int32_t id = forest->reached[i];
        int32_t people;
        while (still_reached(forest, id) && (people = room_of_path(forest, id)) > 0)
            send(forest, id, people);
    }
    time_forest_repair(forest);
    size_t kept = 0;
    for (size_t i = 0; i < forest->reached_count; i++)
        if (still_reached(forest, forest->reached[i]))
            forest->reached[kept++] = forest->reached[i];
    forest->reached_count = kept;
    return forest->error;
}
