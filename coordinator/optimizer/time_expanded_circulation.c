#include "coordinator/optimizer/time_expanded_circulation.h"

#include "coordinator/optimizer/time_expanded_guide.h"
#include "coordinator/optimizer/time_expanded_raise.h"
#include "coordinator/optimizer/time_expanded_scan.h"
#include "schemas/smaller.h"

#include <stdlib.h>

#define WORK_BETWEEN_REPORTS 20000

/* How much work growth from one end does before it is the other's turn: at first one scan for so
 * many ids, and each time so many times as much. */
#define IDS_FOR_PATIENCE 400
#define PATIENCE_FACTOR 4
#define RAISE_FACTOR 2 /* for the search from the goals, which leaves nothing that needs repair */

/* ---- making and freeing ---------------------------------------------------------------------- */

static void find_tail_slots(struct time_circulation *circulation) {
    const struct time_network *network = circulation->network;
    for (size_t v = 0; v < network->node_count; v++)
        for (uint32_t s = 0; s < network->nodes[v].slot_count; s++) {
            const struct time_slot *slot = &network->slots[network->nodes[v].slot_first + s];
            if (slot->arc != TIME_NO_ARC && slot->outward)
                circulation->tail_slot[slot->arc] = (uint8_t)s;
        }
}

static void find_arcs(struct time_circulation *circulation) {
    const struct time_network *network = circulation->network;
    for (size_t i = 0; i < network->instance->link_count; i++)
        circulation->arc_of[i] = -1;
    for (size_t a = 0; a < network->arc_count; a++)
        if (network->arcs[a].link >= 0)
            circulation->arc_of[network->arcs[a].link] = (int32_t)a;
}

/* A zone's arc to or from the hub earns unserved_cost for each person served. */
static void price_hub_arcs(struct time_circulation *circulation) {
    struct time_network *network = circulation->network;
    for (size_t k = 0; k < network->terminal_count; k++) {
        struct time_terminal *terminal = &network->terminals[k];
        const bool is_zone = terminal->start != network->from_shelters;
        terminal->hub_cost = is_zone ? -circulation->unserved_cost : 0;
    }
}

int time_circulation_new(struct time_network *network, int32_t unserved_cost,
                         struct time_circulation **ret_circulation) {
    struct time_circulation *circulation = calloc(1, sizeof *circulation);
    if (circulation == NULL) {
        time_network_free(network);
        return HV_ERR_MEMORY;
    }
    circulation->network = network;
    circulation->unserved_cost = unserved_cost;
    circulation->tail_slot = calloc(network->arc_count + 1, sizeof *circulation->tail_slot);
    circulation->arc_of = calloc(network->instance->link_count + 1, sizeof *circulation->arc_of);
    bool made = circulation->tail_slot != NULL && circulation->arc_of != NULL;
    int error = made ? time_forest_new_circular(network, &circulation->forest) : HV_ERR_MEMORY;
    if (error != HV_OK) {
        time_circulation_free(circulation);
        return error;
    }
    find_tail_slots(circulation);
    find_arcs(circulation);
    price_hub_arcs(circulation);
    *ret_circulation = circulation;
    return HV_OK;
}

void time_circulation_free(struct time_circulation *circulation) {
    if (circulation == NULL)
        return;
    time_forest_free(circulation->forest);
    time_network_free(circulation->network);
    free(circulation->tail_slot);
    free(circulation->arc_of);
    free(circulation);
}

/* ---- flow and prices from elsewhere ---------------------------------------------------------- */

/* The node-step from which an arc is left in the direction of growth, for an entry step. */
static int32_t tail_of(const struct time_network *network, const struct time_arc *arc,
                       int32_t step) {
    return network->from_shelters ? network->nodes[arc->to].offset + step + arc->travel_steps
                                  : network->nodes[arc->from].offset + step;
}

void time_circulation_load(struct time_circulation *circulation, int32_t arc, int32_t step,
                           int32_t people) {
    struct time_network *network = circulation->network;
    const struct time_arc *at = &network->arcs[arc];
    network->flows[at->flow_first + step - at->first_step] += people;
    time_network_refresh(network, tail_of(network, at, step), circulation->tail_slot[arc]);
}

void time_circulation_load_terminal(struct time_circulation *circulation, size_t terminal,
                                    int32_t step, int32_t people) {
    struct time_network *network = circulation->network;
    struct time_terminal *at = &network->terminals[terminal];
    network->flows[at->flow_first + step - at->first_step] += people;
    at->left -= people;
    time_network_refresh(network, network->nodes[at->node].offset + step, at->slot);
}

static int32_t label_of(const struct time_forest *forest, int32_t id) {
    return time_forest_label(forest, id, forest->clock);
}

static void set_label(struct time_forest *forest, int32_t id, int32_t label) {
    forest->hot[id] = hot_of(forest->clock - label, TIME_OUTSIDE);
}

/* Growing from the zones, a label is what it costs to come from the hub, and people go on to the
 * hub; growing from the shelters it is the other way round. */
int32_t time_circulation_price(const struct time_circulation *circulation, int32_t id) {
    const struct time_forest *forest = circulation->forest;
    const int32_t above =
        label_of(forest, id) - label_of(forest, time_network_hub(forest->network));
    return forest->network->from_shelters ? above : -above;
}

void time_circulation_set_price(struct time_circulation *circulation, int32_t id, int32_t price) {
    struct time_forest *forest = circulation->forest;
    const int32_t hub = label_of(forest, time_network_hub(forest->network));
    set_label(forest, id, forest->network->from_shelters ? hub + price : hub - price);
}

/* ---- settling -------------------------------------------------------------------------------- */

static int32_t clamp(int32_t figure, int32_t least, int32_t most) {
    return figure < least ? least : figure > most ? most : figure;
}

/* What an arc is to carry for its capacity and reduced cost. */
static int32_t settled(int32_t flow, int32_t capacity, int32_t reduced) {
    if (reduced < 0)
        return capacity;
    return reduced > 0 ? 0 : clamp(flow, 0, capacity);
}

/* Arcs with room and a reduced cost below 0 are filled, so a terminal's arcs, whose room has no
 * end, must have none: time_circulation_settle_window sees to that. */
static void settle_slot(struct time_circulation *circulation, int32_t id, uint32_t s) {
    struct time_network *network = circulation->network;
    struct time_forest *forest = circulation->forest;
    const struct time_node *node = &network->nodes[network->steps[id].node];
    const struct time_slot *slot = &network->slots[node->slot_first + s];
    const int32_t other = slot->base + (id & slot->mask);
    const int32_t tail = slot->outward ? id : other, head = slot->outward ? other : id;
    const int32_t leaving_cost = slot->cost * (id - node->offset);
    const int32_t cost = slot->outward ? leaving_cost : -leaving_cost;
    int32_t *flow = &network->flows[slot->flow_base + id];
    const int32_t room = time_network_room(network, id, slot, slot->outward);
    const int32_t capacity = room > INT32_MAX - *flow ? INT32_MAX : room + *flow;
    const int32_t wanted =
        settled(*flow, capacity, cost + label_of(forest, tail) - label_of(forest, head));
    forest->balance[tail] += *flow - wanted;
    forest->balance[head] += wanted - *flow;
    *flow = wanted;
    time_network_refresh(network, id, s);
}

static void settle_hub_arc(struct time_circulation *circulation, size_t k) {
    struct time_network *network = circulation->network;
    struct time_forest *forest = circulation->forest;
    struct time_terminal *terminal = &network->terminals[k];
    const int32_t id = network->step_count + (int32_t)k, hub = time_network_hub(network);
    const int32_t tail = terminal->start ? hub : id, head = terminal->start ? id : hub;
    const int32_t reduced = terminal->hub_cost + label_of(forest, tail) - label_of(forest, head);
    const int32_t flow = terminal->total - terminal->left;
    const int32_t wanted = settled(flow, terminal->total, reduced);
    forest->balance[tail] += flow - wanted;
    forest->balance[head] += wanted - flow;
    terminal->left = terminal->total - wanted;
}

void time_circulation_settle_arc(struct time_circulation *circulation, int32_t arc, int32_t first,
                                 int32_t last) {
    const struct time_network *network = circulation->network;
    const struct time_arc *at = &network->arcs[arc];
    for (int32_t t = first > at->first_step ? first : at->first_step;
         t <= last && t <= at->last_step; t++)
        settle_slot(circulation, tail_of(network, at, t), circulation->tail_slot[arc]);
}

void time_circulation_settle_total(struct time_circulation *circulation, size_t terminal,
                                   int32_t total) {
    struct time_terminal *at = &circulation->network->terminals[terminal];
    at->left += total - at->total;
    at->total = total;
    settle_hub_arc(circulation, terminal);
}

/* The label of a terminal that no open arc to its node-steps, and not its arc with the hub, falls
 * short of. */
static int32_t fitting_label(const struct time_circulation *circulation, size_t k) {
    const struct time_network *network = circulation->network;
    const struct time_forest *forest = circulation->forest;
    const struct time_terminal *terminal = &network->terminals[k];
    const int32_t hub = label_of(forest, time_network_hub(network));
    int32_t fitting = terminal->start ? hub + terminal->hub_cost : hub - terminal->hub_cost;
    for (int32_t t = terminal->open_first; t <= terminal->open_last; t++) {
        const int32_t label = label_of(forest, network->nodes[terminal->node].offset + t);
        if (terminal->start && label - terminal->cost * t > fitting)
            fitting = label - terminal->cost * t;
        if (!terminal->start && label + terminal->cost * t < fitting)
            fitting = label + terminal->cost * t;
    }
    return fitting;
}

void time_circulation_settle_window(struct time_circulation *circulation, size_t terminal) {
    const struct time_network *network = circulation->network;
    const struct time_terminal *at = &network->terminals[terminal];
    set_label(circulation->forest, network->step_count + (int32_t)terminal,
              fitting_label(circulation, terminal));
    for (int32_t t = at->first_step; t <= at->last_step; t++)
        settle_slot(circulation, network->nodes[at->node].offset + t, at->slot);
    settle_hub_arc(circulation, terminal);
}

/* ---- solving --------------------------------------------------------------------------------- */

/* Takes the forest down: every id is outside with the label it has, the hub's being 0. Returns
 * false where a label is out of range. */
static bool fell(struct time_forest *forest) {
    const int32_t hub = label_of(forest, time_network_hub(forest->network));
    for (size_t id = 0; id < forest->id_count; id++) {
        const int32_t label = label_of(forest, (int32_t)id) - hub;
        if (label > TIME_LABEL_MAX || label < -TIME_LABEL_MAX)
            return false;
        forest->hot[id] = hot_of(-label, TIME_OUTSIDE);
        forest->branches[id] = (struct time_branch){.height = INT32_MAX};
    }
    forest->clock = 0;
    time_forest_clear_queues(forest);
    return true;
}

static int list_goals(struct time_forest *forest) {
    forest->goals.count = 0;
    for (size_t id = 0; id < forest->id_count; id++)
        if (forest->balance[id] < 0)
            time_list_add(forest, &forest->goals, (int32_t)id);
    return forest->error;
}

int64_t time_circulation_unbalanced(const struct time_circulation *circulation) {
    const struct time_forest *forest = circulation->forest;
    int64_t people = 0;
    for (size_t id = 0; id < forest->id_count; id++)
        people += forest->balance[id] > 0 ? forest->balance[id] : 0;
    return people;
}

/* Everybody who is to be sent becomes a root. Returns how many people that are. */
static int64_t plant(struct time_forest *forest) {
    int64_t people = 0;
    for (size_t id = 0; id < forest->id_count; id++) {
        if (forest->balance[id] <= 0)
            continue;
        people += forest->balance[id];
        forest->hot[id] = hot_of(-value_of(forest->hot[id]), TIME_ROOTED);
        forest->branches[id].height = 0;
        forest->branches[id].parent = TIME_PARENT_ROOT;
        time_forest_activate(forest, (int32_t)id);
        time_forest_reach(forest, (int32_t)id);
    }
    return people;
}

struct sending {
    struct time_forest *forest;
    time_circulation_watch *watch;
    void *context;
    int64_t people;    /* balances to send in all */
    int64_t work_max;  /* total work at which to stop, or 0 */
    int64_t report_at; /* total work at which to look whether to stop */
    int64_t patience;  /* work of growth from the roots before it is the goals' turn */
    int64_t turn_ends; /* total work by which that is done */
    bool stopped;
};

static bool should_stop(const struct sending *sending) {
    const int64_t work = sending->forest->work;
    if (sending->work_max > 0 && work >= sending->work_max)
        return true;
    return sending->watch != NULL && sending->watch(sending->context, work) != 0;
}

static void report_later(struct sending *sending) {
    sending->report_at = sending->forest->work + WORK_BETWEEN_REPORTS;
    if (sending->work_max > 0)
        sending->report_at = hv_smaller(sending->report_at, sending->work_max);
}

static void look_whether_to_stop(struct sending *sending) {
    if (sending->forest->work < sending->report_at)
        return;
    sending->stopped = should_stop(sending);
    report_later(sending);
}

static void begin_turn(struct sending *sending, int64_t patience) {
    sending->patience = patience;
    sending->turn_ends = sending->forest->work + patience;
}

static void begin_first_turn(struct sending *sending) {
    begin_turn(sending, 1 + (int64_t)(sending->forest->id_count / IDS_FOR_PATIENCE));
}

/* The goals' turn. */
static int grow_from_goals(struct sending *sending) {
    struct time_forest *forest = sending->forest;
    int64_t work = RAISE_FACTOR * sending->patience;
    if (sending->work_max > 0)
        work = hv_smaller(work, sending->work_max - forest->work);
    bool risen;
    int error = time_raise(forest, work, &risen);
    if (risen)
        begin_first_turn(sending);
    else
        begin_turn(sending, PATIENCE_FACTOR * sending->patience);
    return error;
}

/* Grows from the roots and, where that comes to no end, from the goals, in turns that are longer
 * each time. `*ret_whole` where nothing is reached and no more can grow at the present clock. */
static int grow(struct sending *sending, bool *ret_whole) {
    struct time_forest *forest = sending->forest;
    forest->work_pause = hv_smaller(sending->turn_ends, sending->report_at);
    int error = time_forest_grow(forest);
    *ret_whole = forest->reached_count == 0 && forest->work < forest->work_pause;
    if (error == HV_OK && forest->reached_count == 0 && forest->work >= sending->turn_ends)
        error = grow_from_goals(sending);
    return error;
}

/* All that can be sent at the present clock. */
static int send_step(struct sending *sending) {
    struct time_forest *forest = sending->forest;
    bool whole = false;
    while (!whole && forest->served < sending->people) {
        look_whether_to_stop(sending);
        if (sending->stopped)
            return HV_OK;
        int error = grow(sending, &whole);
        if (error == HV_OK && forest->reached_count > 0) {
            error = time_forest_augment(forest);
            begin_first_turn(sending);
        }
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}

int time_circulation_solve(struct time_circulation *circulation, time_circulation_watch *watch,
                           void *context, int64_t work_max, bool *ret_stopped) {
    struct time_forest *forest = circulation->forest;
    if (!fell(forest))
        return HV_ERR_LIMIT;
    *ret_stopped = false;
    int error = list_goals(forest);
    if (error != HV_OK || forest->goals.count == 0)
        return error;
    error = time_guide_renew(forest);
    if (error != HV_OK)
        return error;
    struct sending sending = {.forest = forest,
                              .watch = watch,
                              .context = context,
                              .people = plant(forest),
                              .work_max = work_max > 0 ? forest->work + work_max : 0};
    forest->served = 0;
    report_later(&sending);
    begin_first_turn(&sending);
    for (int32_t clock = 0; forest->served < sending.people && !sending.stopped;
         clock = time_calendar_next(&forest->calendar, clock)) {
        error = time_guide_keep(forest);
        if (error == HV_OK)
            error = time_forest_begin(forest, clock);
        if (error == HV_OK)
            error = send_step(&sending);
        if (error != HV_OK)
            return error;
    }
    *ret_stopped = sending.stopped;
    return HV_OK;
}
