#include "coordinator/optimizer/time_expanded_forest.h"

#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/time_expanded_guide.h"
#include "coordinator/optimizer/time_expanded_scan.h"

#include <stddef.h>
#include <stdlib.h>

#define ECHO_SHARE 8 /* arcs of paths are kept for every so many ids */

/* ---- queues ---------------------------------------------------------------------------------- */

static void queue_init(struct time_queue *queue, size_t next_offset) {
    *queue = (struct time_queue){.next_offset = next_offset};
}

static int32_t *next_of(struct time_forest *forest, const struct time_queue *queue, int32_t id) {
    return (int32_t *)(void *)((char *)&forest->branches[id] + queue->next_offset);
}

void time_queue_add(struct time_forest *forest, struct time_queue *queue, int32_t id,
                    int32_t rank) {
    const size_t r = rank < TIME_RANKS ? (size_t)rank : TIME_RANKS - 1;
    const uint64_t bit = UINT64_C(1) << r % 64;
    *next_of(forest, queue, id) = -1;
    if ((queue->ranks[r / 64] & bit) == 0)
        queue->heads[r] = id;
    else
        *next_of(forest, queue, queue->tails[r]) = id;
    queue->tails[r] = id;
    queue->ranks[r / 64] |= bit;
    queue->words |= UINT64_C(1) << r / 64;
}

int32_t time_queue_take(struct time_forest *forest, struct time_queue *queue) {
    if (queue->words == 0)
        return -1;
    const size_t word = (size_t)__builtin_ctzll(queue->words);
    const size_t r = word * 64 + (size_t)__builtin_ctzll(queue->ranks[word]);
    const int32_t id = queue->heads[r];
    queue->heads[r] = *next_of(forest, queue, id);
    queue->lowest = r;
    if (queue->heads[r] >= 0)
        return id;
    queue->ranks[word] &= queue->ranks[word] - 1;
    if (queue->ranks[word] == 0)
        queue->words &= queue->words - 1;
    return id;
}

/* ---- making and freeing ---------------------------------------------------------------------- */

/* Arcs at the id that has most of them. */
static int32_t most_arcs(const struct time_network *network) {
    int32_t longest = (int32_t)network->terminal_count;
    longest = longest > TIME_SLOTS_MAX ? longest : TIME_SLOTS_MAX;
    for (size_t k = 0; k < network->terminal_count; k++) {
        int32_t steps = network->terminals[k].last_step - network->terminals[k].first_step + 1;
        longest = steps > longest ? steps : longest;
    }
    return longest + 1;
}

static int allocate(struct time_forest *forest) {
    const struct time_network *network = forest->network;
    size_t ids = forest->id_count + 1, terminals = network->terminal_count + 1;
    forest->hot = calloc(ids, sizeof *forest->hot);
    forest->branches = calloc(ids, sizeof *forest->branches);
    forest->terminal_parent = calloc(terminals, sizeof *forest->terminal_parent);
    forest->reached = calloc(terminals, sizeof *forest->reached);
    forest->reached_capacity = terminals;
    forest->offers = calloc((size_t)most_arcs(network), sizeof *forest->offers);
    queue_init(&forest->growing, offsetof(struct time_branch, next_growing));
    queue_init(&forest->cutting, offsetof(struct time_branch, stamp));
    bool made = forest->hot != NULL && forest->branches != NULL &&
                forest->terminal_parent != NULL && forest->reached != NULL &&
                forest->offers != NULL;
    return made ? HV_OK : HV_ERR_MEMORY;
}

static void set_terminals(struct time_forest *forest) {
    const struct time_network *network = forest->network;
    for (size_t k = 0; k < network->terminal_count; k++) {
        int32_t id = network->step_count + (int32_t)k;
        bool root = network->terminals[k].start && network->terminals[k].left > 0;
        forest->hot[id] = hot_of(0, root ? TIME_ROOTED : TIME_OUTSIDE);
        forest->branches[id].height = root ? 0 : INT32_MAX;
        if (!root)
            continue;
        forest->branches[id].parent = TIME_PARENT_ROOT;
        time_forest_activate(forest, id);
    }
}

void time_forest_clear_queues(struct time_forest *forest) {
    queue_init(&forest->growing, offsetof(struct time_branch, next_growing));
    queue_init(&forest->cutting, offsetof(struct time_branch, stamp));
    time_calendar_deinit(&forest->calendar);
    forest->reached_count = 0;
}

static int make(struct time_network *network, struct time_forest **ret_forest) {
    struct time_forest *forest = calloc(1, sizeof *forest);
    if (forest == NULL)
        return HV_ERR_MEMORY;
    forest->network = network;
    forest->id_count = (size_t)time_network_hub(network) + 1;
    int error = allocate(forest);
    if (error != HV_OK) {
        time_forest_free(forest);
        return error;
    }
    *ret_forest = forest;
    return HV_OK;
}

int time_forest_new(struct time_network *network, struct time_forest **ret_forest) {
    int error = make(network, ret_forest);
    if (error != HV_OK)
        return error;
    set_terminals(*ret_forest);
    (*ret_forest)->echo.arc_max = (*ret_forest)->id_count / ECHO_SHARE + 1024;
    return HV_OK;
}

int time_forest_new_circular(struct time_network *network, struct time_forest **ret_forest) {
    struct time_forest *forest;
    int error = make(network, &forest);
    if (error != HV_OK)
        return error;
    forest->balance = calloc(forest->id_count, sizeof *forest->balance);
    if (forest->balance == NULL) {
        time_forest_free(forest);
        return HV_ERR_MEMORY;
    }
    for (size_t id = 0; id < forest->id_count; id++)
        forest->hot[id] = hot_of(0, TIME_OUTSIDE);
    *ret_forest = forest;
    return HV_OK;
}

void time_forest_finish(struct time_forest *forest) {
    free(forest->branches);
    free(forest->terminal_parent);
    free(forest->reached);
    free(forest->offers);
    free(forest->balance);
    free(forest->guide);
    free(forest->goals.items);
    free(forest->restored.items);
    free(forest->lost.items);
    free(forest->events.items);
    free(forest->wake.items);
    forest->branches = NULL;
    forest->terminal_parent = forest->reached = NULL;
    forest->offers = NULL;
    forest->balance = NULL;
    forest->guide = NULL;
    forest->restored = forest->lost = forest->events = forest->wake = forest->goals =
        (struct time_list){0};
    time_calendar_deinit(&forest->calendar);
    time_echo_deinit(&forest->echo);
}

void time_forest_free(struct time_forest *forest) {
    if (forest == NULL)
        return;
    time_forest_finish(forest);
    free(forest->hot);
    free(forest);
}

int32_t time_forest_label(const struct time_forest *forest, int32_t id, int32_t clock) {
    uint32_t hot = forest->hot[id];
    return state_of(hot) == TIME_ROOTED ? value_of(hot) : clock - value_of(hot);
}

bool time_forest_is_rooted(const struct time_forest *forest, int32_t id) {
    return state_of(forest->hot[id]) == TIME_ROOTED;
}

/* ---- growth ---------------------------------------------------------------------------------- */

void time_forest_schedule(struct time_forest *forest, int32_t id, int32_t time) {
    if (time >= forest->branches[id].height)
        return;
    if (time > TIME_CLOCK_MAX) {
        forest->error = HV_ERR_LIMIT;
        return;
    }
    forest->branches[id].height = time;
    int error = time_calendar_add(&forest->calendar, time, id);
    if (error != HV_OK)
        forest->error = error;
}

/* Growth prefers what looks near to a goal: few links from a root, few steps to where the forest
 * grows to, little time lost against the quickest way; in a circulation, what the guide says.
 * Measured in docs/optimizer/EVACUATION.md. */
static int32_t growth_rank(const struct time_forest *forest, int32_t id) {
    const struct time_network *network = forest->network;
    const int32_t height = forest->branches[id].height;
    if (forest->balance != NULL)
        return height + forest->guide[id].links;
    if (is_terminal(forest, id))
        return height;
    const struct time_node *node = &network->nodes[network->steps[id].node];
    const int32_t ahead = network->from_shelters ? node->first_step : node->remaining;
    const int32_t lost = forest->clock - node->remaining - (id - node->offset);
    return height + ahead + (lost > 0 ? lost : 0);
}

void time_forest_activate(struct time_forest *forest, int32_t id) {
    if (forest->branches[id].queued)
        return;
    forest->branches[id].queued = true;
    time_queue_add(forest, &forest->growing, id, growth_rank(forest, id));
}

/* Whether people can end at an id of the forest, or go on to where they can. */
TIME_INLINE bool is_goal(struct time_forest *forest, int32_t id) {
    const struct time_network *network = forest->network;
    if (forest->balance != NULL)
        return time_guide_room(forest, id) > 0;
    if (!is_terminal(forest, id))
        return false;
    const struct time_terminal *terminal = &network->terminals[id - network->step_count];
    return !terminal->start && terminal->left > 0;
}

void time_forest_reach(struct time_forest *forest, int32_t id) {
    if (!is_goal(forest, id))
        return;
    int error = array_reserve((void **)&forest->reached, forest->reached_count + 1,
                              &forest->reached_capacity, sizeof *forest->reached);
    if (error != HV_OK)
        forest->error = error;
    else
        forest->reached[forest->reached_count++] = id;
}

/* An id from outside becomes part of the forest. */
TIME_INLINE void enter(struct time_forest *forest, int32_t id, int32_t height, int32_t code) {
    forest->hot[id] = hot_of(forest->clock - value_of(forest->hot[id]), TIME_ROOTED);
    forest->branches[id].height = height;
    set_parent(forest, id, code);
    time_forest_reach(forest, id);
    time_forest_activate(forest, id);
}

struct growth {
    int32_t label; /* of the id that grows */
    int32_t height;
};

TIME_INLINE void grow_over(struct time_forest *forest, struct time_visit visit, void *context) {
    const struct growth *growth = context;
    if (state_of(visit.hot) != TIME_OUTSIDE)
        return;
    int32_t reduced = visit.cost + growth->label - (forest->clock - value_of(visit.hot));
    if (reduced == 0)
        enter(forest, visit.id, growth->height + 1, visit.code);
    else
        time_forest_schedule(forest, visit.id, forest->clock + reduced);
}

int time_forest_grow(struct time_forest *forest) {
    while (forest->reached_count == 0 && forest->error == HV_OK &&
           forest->work < forest->work_pause) {
        int32_t id = time_queue_take(forest, &forest->growing);
        if (id < 0)
            break;
        forest->branches[id].queued = false;
        if (state_of(forest->hot[id]) != TIME_ROOTED)
            continue;
        struct growth growth = {value_of(forest->hot[id]), forest->branches[id].height};
        visit_leaving(forest, id, grow_over, &growth);
    }
    return forest->error;
}

/* ---- events ---------------------------------------------------------------------------------- */

struct nearest {
    int32_t label; /* of the id that looks for a parent */
    int32_t reduced;
    int32_t height;
    int32_t code;
};

TIME_INLINE void find_nearest(struct time_forest *forest, struct time_visit visit, void *context) {
    struct nearest *nearest = context;
    if (state_of(visit.hot) != TIME_ROOTED)
        return;
    int32_t reduced = visit.cost + value_of(visit.hot) - nearest->label;
    if (reduced > nearest->reduced)
        return;
    int32_t height = forest->branches[visit.id].height;
    if (reduced == nearest->reduced && height >= nearest->height)
        return;
    nearest->reduced = reduced;
    nearest->height = height;
    nearest->code = visit.code;
}

static void carry_out(struct time_forest *forest, int32_t id) {
    if (state_of(forest->hot[id]) != TIME_OUTSIDE || forest->branches[id].height != forest->clock)
        return;
    forest->branches[id].height = INT32_MAX;
    struct nearest nearest = {
        .label = forest->clock - value_of(forest->hot[id]),
        .reduced = INT32_MAX,
        .height = INT32_MAX,
    };
    visit_entering(forest, id, find_nearest, &nearest);
    if (nearest.reduced == 0)
        enter(forest, id, nearest.height + 1, nearest.code);
    else if (nearest.reduced != INT32_MAX)
        time_forest_schedule(forest, id, forest->clock + nearest.reduced);
}

/* Brings in the node-steps from which, or to which, the quickest way is as long as the clock shows.
 */
static void bring_in(struct time_forest *forest) {
    const struct time_network *network = forest->network;
    for (size_t v = 0; v < network->node_count; v++) {
        const struct time_node *node = &network->nodes[v];
        int32_t step = forest->clock - node->remaining;
        if (step < node->first_step || step > node->last_step)
            continue;
        int32_t id = node->offset + step;
        forest->hot[id] = hot_of(network->from_shelters ? 0 : forest->clock, TIME_OUTSIDE);
        forest->branches[id].height = INT32_MAX;
        time_forest_schedule(forest, id, forest->clock);
    }
}

int time_forest_begin(struct time_forest *forest, int32_t clock) {
    forest->clock = clock;
    if (clock > TIME_CLOCK_MAX)
        return HV_ERR_LIMIT;
    int error = time_calendar_open(&forest->calendar, clock);
    if (error != HV_OK)
        return error;
    if (forest->balance == NULL && clock <= forest->network->horizon_steps)
        bring_in(forest);
    time_echo_play(forest);
    const struct time_day *day = time_calendar_day(&forest->calendar, clock);
    for (size_t i = 0; i < day->count && forest->error == HV_OK; i++)
        carry_out(forest, day->entries[i].id);
    time_calendar_close(&forest->calendar, clock);
    return forest->error;
}
