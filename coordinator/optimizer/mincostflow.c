/* The problem and its changes; the simplex is in mincostflow_simplex.c. */
#include "coordinator/optimizer/mincostflow_tree.h"
#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/wide.h"

#include <stdlib.h>
#include <string.h>

/* Memory ----------------------------------------------------------------------------------------
 */

#define GROW(array, room) array_resize((void **)&(array), (room), sizeof *(array))

static int reserve_nodes(struct mincostflow *flow, uint32_t room) {
    if (room <= flow->node_room)
        return 0;
    if (GROW(flow->nodes, room) || GROW(flow->thread, room) || GROW(flow->prices, room) ||
        GROW(flow->supplies, room) || GROW(flow->excess, room) || GROW(flow->pending, room) ||
        GROW(flow->is_pending, room) || GROW(flow->moved, room) || GROW(flow->is_moved, room) ||
        GROW(flow->is_marked, room) || GROW(flow->first_late, room) ||
        GROW(flow->turned_out, room) || GROW(flow->turned_in, room) ||
        GROW(flow->side_nodes, room) || GROW(flow->out_first, room + (size_t)2) ||
        GROW(flow->in_first, room + (size_t)2))
        return HV_ERR_MEMORY;
    flow->node_room = room;
    return 0;
}

static int reserve_arcs(struct mincostflow *flow, uint32_t room) {
    if (room <= flow->arc_room)
        return 0;
    if (GROW(flow->arcs, room) || GROW(flow->capacity, room) || GROW(flow->lower, room) ||
        GROW(flow->turned, room) || GROW(flow->next_late, 2 * (size_t)room) ||
        GROW(flow->out_links, room) || GROW(flow->in_links, room))
        return HV_ERR_MEMORY;
    flow->arc_room = room;
    return 0;
}

int mincostflow_reserve(struct mincostflow *flow, uint32_t nodes, uint32_t arcs) {
    if (nodes > MINCOSTFLOW_NODES_MAX || arcs > MINCOSTFLOW_ARCS_MAX)
        return HV_ERR_LIMIT;
    int error = reserve_nodes(flow, nodes + 1);
    return error ? error : reserve_arcs(flow, arcs);
}

int mincostflow_new(struct mincostflow **ret_flow) {
    struct mincostflow *flow = calloc(1, sizeof *flow);
    if (!flow || reserve_nodes(flow, 16)) {
        mincostflow_free(flow);
        return HV_ERR_MEMORY;
    }
    tree_plant(flow);
    flow->supplies[TREE_ROOT] = flow->excess[TREE_ROOT] = 0;
    flow->is_pending[TREE_ROOT] = flow->is_moved[TREE_ROOT] = flow->is_marked[TREE_ROOT] = false;
    flow->first_late[TREE_ROOT] = TREE_NIL;
    flow->turned_out[TREE_ROOT] = flow->turned_in[TREE_ROOT] = 0;
    flow->node_count = 1;
    flow->status = MINCOSTFLOW_STOPPED;
    *ret_flow = flow;
    return 0;
}

void mincostflow_free(struct mincostflow *flow) {
    if (!flow)
        return;
    free(flow->nodes);
    free(flow->thread);
    free(flow->prices);
    free(flow->supplies);
    free(flow->excess);
    free(flow->pending);
    free(flow->is_pending);
    free(flow->moved);
    free(flow->is_moved);
    free(flow->is_marked);
    free(flow->first_late);
    free(flow->next_late);
    free(flow->out_links);
    free(flow->in_links);
    free(flow->out_first);
    free(flow->in_first);
    free(flow->turned_out);
    free(flow->turned_in);
    free(flow->side_nodes);
    free(flow->arcs);
    free(flow->capacity);
    free(flow->lower);
    free(flow->turned);
    free(flow);
}

/* Checks ----------------------------------------------------------------------------------------
 */

static uint64_t magnitude_of(int64_t figure) {
    if (figure >= MINCOSTFLOW_NO_BOUND)
        return 0;
    return figure < 0 ? -(uint64_t)figure : (uint64_t)figure;
}

/* The sum of all magnitudes after some go and others come, or HV_ERR_OVERFLOW. Each is below
 * 2^63 and the sum at most 2^60, so nothing wraps before the comparison. */
static int new_magnitude(const struct mincostflow *flow, uint64_t gone, uint64_t come,
                         uint64_t *ret_magnitude) {
    uint64_t rest = flow->magnitude - gone;
    if (come > TREE_MAGNITUDE_MAX || rest + come > TREE_MAGNITUDE_MAX)
        return HV_ERR_OVERFLOW;
    *ret_magnitude = rest + come;
    return 0;
}

static bool bounds_are_good(int64_t lower, int64_t upper) {
    return lower <= upper && lower > -MINCOSTFLOW_NO_BOUND && lower < MINCOSTFLOW_NO_BOUND;
}

static int64_t capacity_of(int64_t lower, int64_t upper) {
    return upper >= MINCOSTFLOW_NO_BOUND ? TREE_NO_BOUND : upper - lower;
}

static int64_t upper_of(const struct mincostflow *flow, uint32_t arc) {
    return flow->capacity[arc] == TREE_NO_BOUND ? MINCOSTFLOW_NO_BOUND
                                                : flow->lower[arc] + flow->capacity[arc];
}

static uint64_t cost_magnitude(int64_t cost) {
    return cost < 0 ? -(uint64_t)cost : (uint64_t)cost;
}

static int note_cost(struct mincostflow *flow, int64_t cost) {
    if (cost_magnitude(cost) >= (uint64_t)TREE_NO_BOUND)
        return HV_ERR_OVERFLOW;
    if (cost_magnitude(cost) > (uint64_t)flow->largest_cost)
        flow->largest_cost = (int64_t)cost_magnitude(cost);
    return 0;
}

/* Building --------------------------------------------------------------------------------------
 */

/* Something changed: the last status no longer says anything. */
static void touch(struct mincostflow *flow) {
    flow->status = MINCOSTFLOW_STOPPED;
}

static void add_excess(struct mincostflow *flow, uint32_t node, int64_t more) {
    if (more == 0)
        return;
    flow->excess[node] += more;
    if (!flow->is_pending[node]) {
        flow->is_pending[node] = true;
        flow->pending[flow->pending_count++] = node;
    }
}

static int room_for_one_more(uint32_t count, uint32_t room, uint32_t max, uint32_t *ret_room) {
    if (count >= max)
        return HV_ERR_LIMIT;
    *ret_room = count < room ? room : room + room / 2 + 16;
    return 0;
}

int mincostflow_add_node(struct mincostflow *flow, int64_t supply, uint32_t *ret_node) {
    uint32_t room;
    uint64_t magnitude;
    int error = room_for_one_more(flow->node_count, flow->node_room, MINCOSTFLOW_NODES_MAX, &room);
    if (!error && cost_magnitude(supply) >= (uint64_t)MINCOSTFLOW_NO_BOUND)
        error = HV_ERR_OVERFLOW;
    if (!error)
        error = new_magnitude(flow, 0, magnitude_of(supply), &magnitude);
    if (!error)
        error = reserve_nodes(flow, room);
    if (error)
        return error;
    uint32_t node = flow->node_count++;
    flow->magnitude = magnitude;
    flow->supplies[node] = supply;
    flow->excess[node] = 0;
    flow->is_pending[node] = flow->is_moved[node] = flow->is_marked[node] = false;
    flow->first_late[node] = TREE_NIL;
    flow->turned_out[node] = flow->turned_in[node] = 0;
    tree_add_leaf(flow, node);
    add_excess(flow, node, supply);
    touch(flow);
    *ret_node = node - 1;
    return 0;
}

int mincostflow_add_arc(struct mincostflow *flow, uint32_t from, uint32_t to, int64_t lower,
                        int64_t upper, int64_t cost, uint32_t *ret_arc) {
    if (from >= flow->node_count - 1 || to >= flow->node_count - 1 ||
        !bounds_are_good(lower, upper))
        return HV_ERR_VALUE;
    uint32_t room;
    uint64_t magnitude;
    int error = room_for_one_more(flow->arc_count, flow->arc_room, MINCOSTFLOW_ARCS_MAX, &room);
    if (!error)
        error = new_magnitude(flow, 0, magnitude_of(lower) + magnitude_of(upper), &magnitude);
    if (!error)
        error = reserve_arcs(flow, room);
    if (!error)
        error = note_cost(flow, cost);
    if (error)
        return error;
    uint32_t arc = flow->arc_count++;
    flow->magnitude = magnitude;
    flow->arcs[arc] = (struct tree_arc){.from = from + 1, .to = to + 1, .cost = cost};
    flow->capacity[arc] = capacity_of(lower, upper);
    flow->lower[arc] = lower;
    flow->turned[arc] = false;
    add_excess(flow, from + 1, -lower);
    add_excess(flow, to + 1, lower);
    tree_note_moved(flow, from + 1);
    touch(flow);
    *ret_arc = arc;
    return 0;
}

/* Changes ---------------------------------------------------------------------------------------
 */

int mincostflow_set_supply(struct mincostflow *flow, uint32_t node, int64_t supply) {
    if (node >= flow->node_count - 1)
        return HV_ERR_VALUE;
    if (cost_magnitude(supply) >= (uint64_t)MINCOSTFLOW_NO_BOUND)
        return HV_ERR_OVERFLOW;
    int64_t *now = &flow->supplies[node + 1];
    uint64_t magnitude;
    int error = new_magnitude(flow, magnitude_of(*now), magnitude_of(supply), &magnitude);
    if (error)
        return error;
    flow->magnitude = magnitude;
    add_excess(flow, node + 1, supply - *now);
    *now = supply;
    touch(flow);
    return 0;
}

int mincostflow_set_cost(struct mincostflow *flow, uint32_t arc, int64_t cost) {
    if (arc >= flow->arc_count)
        return HV_ERR_VALUE;
    int error = note_cost(flow, cost);
    if (error)
        return error;
    struct tree_arc *a = &flow->arcs[arc];
    int64_t kept = flow->turned[arc] ? -cost : cost, more = kept - a->cost;
    if (more == 0)
        return 0;
    a->cost = kept;
    uint32_t child = tree_child_of_arc(flow, arc);
    if (child != TREE_NIL)
        tree_shift_prices(flow, child, child == a->from ? -more : more);
    tree_note_moved(flow, a->from);
    touch(flow);
    return 0;
}

static int64_t flow_now(const struct mincostflow *flow, uint32_t arc) {
    uint32_t child = tree_child_of_arc(flow, arc);
    if (child == TREE_NIL)
        return flow->lower[arc] + (flow->turned[arc] ? flow->capacity[arc] : 0);
    const struct tree_arc *a = &flow->arcs[arc];
    bool goes_up = (a->from == child) != flow->turned[arc];
    const struct tree_node *n = &flow->nodes[child];
    return flow->lower[arc] + (goes_up ? n->res_down : n->res_up);
}

/* The ends of an arc as it was given. */
static uint32_t tail_of(const struct mincostflow *flow, uint32_t arc) {
    return flow->turned[arc] ? flow->arcs[arc].to : flow->arcs[arc].from;
}

static uint32_t head_of(const struct mincostflow *flow, uint32_t arc) {
    return flow->turned[arc] ? flow->arcs[arc].from : flow->arcs[arc].to;
}

void tree_put_at_bound(struct mincostflow *flow, uint32_t arc, bool upper, int64_t carried) {
    if (flow->turned[arc] != upper)
        tree_turn(flow, arc);
    int64_t less = carried - flow->lower[arc] - (upper ? flow->capacity[arc] : 0);
    add_excess(flow, tail_of(flow, arc), less);
    add_excess(flow, head_of(flow, arc), -less);
    tree_note_moved(flow, flow->arcs[arc].from);
}

/* An arc outside the tree whose flow is now between its bounds: pushes on in the direction that
 * pays until it is at a bound or in the tree. */
static void push_to_bound(struct mincostflow *flow, uint32_t arc, int64_t carried) {
    if (flow->turned[arc])
        tree_turn(flow, arc);
    const struct tree_arc *a = &flow->arcs[arc];
    int64_t reduced = a->cost + flow->prices[a->from] - flow->prices[a->to];
    int64_t below = carried - flow->lower[arc];
    int64_t above =
        flow->capacity[arc] == TREE_NO_BOUND ? TREE_NO_BOUND - below : flow->capacity[arc] - below;
    bool ahead = reduced < 0;
    struct tree_entry entry = {
        .arc = arc,
        .from = ahead ? a->from : a->to,
        .to = ahead ? a->to : a->from,
        .forward = ahead ? above : below,
        .backward = ahead ? below : above,
        .reduced_cost = ahead ? reduced : -reduced,
    };
    enum tree_outcome outcome = tree_enter(flow, &entry, NULL);
    if (outcome == TREE_UNBOUNDED)
        tree_put_at_bound(flow, arc, false, carried); /* solving will find it unbounded again */
    else if (outcome == TREE_REACHED && ahead)
        tree_turn(flow, arc);
    tree_note_moved(flow, flow->arcs[arc].from);
}

/* New bounds of an arc outside the tree that carries `carried`. Where prices were optimal it goes
 * to the bound at which they are, and a repair brings there what it then carries more or less. */
static void rebound_outside(struct mincostflow *flow, uint32_t arc, int64_t carried) {
    int64_t lower = flow->lower[arc], upper = upper_of(flow, arc);
    const struct tree_arc *a = &flow->arcs[arc];
    int64_t reduced = a->cost + flow->prices[a->from] - flow->prices[a->to];
    bool pays_more = flow->turned[arc] ? reduced > 0 : reduced < 0;
    if (flow->is_tracking && pays_more && flow->capacity[arc] != TREE_NO_BOUND) {
        tree_put_at_bound(flow, arc, true, carried);
        return;
    }
    if (carried <= lower)
        tree_put_at_bound(flow, arc, false, carried);
    else if (carried >= upper)
        tree_put_at_bound(flow, arc, true, carried);
    else
        push_to_bound(flow, arc, carried);
}

/* New bounds of a tree arc: it stays while its node can still push upwards. */
static void rebound_inside(struct mincostflow *flow, uint32_t arc, uint32_t child,
                           int64_t carried) {
    const struct tree_arc *a = &flow->arcs[arc];
    int64_t below = carried - flow->lower[arc];
    int64_t above = flow->capacity[arc] - below;
    bool goes_up = (a->from == child) != flow->turned[arc];
    int64_t res_up = goes_up ? above : below;
    if (below >= 0 && above >= 0 && (res_up > 0 || flow->is_tracking)) {
        flow->is_weak = flow->is_weak || res_up == 0;
        flow->nodes[child].res_up = res_up;
        flow->nodes[child].res_down = goes_up ? below : above;
        return;
    }
    tree_repair(flow, arc, carried);
}

int mincostflow_set_bounds(struct mincostflow *flow, uint32_t arc, int64_t lower, int64_t upper) {
    if (arc >= flow->arc_count || !bounds_are_good(lower, upper))
        return HV_ERR_VALUE;
    uint64_t magnitude;
    int64_t old_lower = flow->lower[arc], capacity = capacity_of(lower, upper);
    int error = new_magnitude(flow, magnitude_of(old_lower) + magnitude_of(upper_of(flow, arc)),
                              magnitude_of(lower) + magnitude_of(upper), &magnitude);
    if (error)
        return error;
    if (lower == old_lower && capacity == flow->capacity[arc])
        return 0;
    int64_t carried = flow_now(flow, arc);
    flow->magnitude = magnitude;
    flow->lower[arc] = lower;
    flow->capacity[arc] = capacity;
    uint32_t child = tree_child_of_arc(flow, arc);
    if (child == TREE_NIL)
        rebound_outside(flow, arc, carried);
    else
        rebound_inside(flow, arc, child, carried);
    touch(flow);
    return 0;
}

void mincostflow_forget_basis(struct mincostflow *flow) {
    tree_stop_tracking(flow);
    tree_plant(flow);
    flow->pending_count = 0;
    flow->next_arc = 0;
    for (uint32_t node = flow->node_count; --node > TREE_ROOT;)
        tree_add_leaf(flow, node);
    for (uint32_t node = TREE_ROOT + 1; node < flow->node_count; node++) {
        flow->excess[node] = 0;
        flow->is_pending[node] = false;
        add_excess(flow, node, flow->supplies[node]);
    }
    for (uint32_t arc = 0; arc < flow->arc_count; arc++) {
        if (flow->turned[arc])
            tree_turn(flow, arc);
        add_excess(flow, flow->arcs[arc].from, -flow->lower[arc]);
        add_excess(flow, flow->arcs[arc].to, flow->lower[arc]);
    }
    touch(flow);
}

/* Results ---------------------------------------------------------------------------------------
 */

uint32_t mincostflow_node_count(const struct mincostflow *flow) {
    return flow->node_count - 1;
}

uint32_t mincostflow_arc_count(const struct mincostflow *flow) {
    return flow->arc_count;
}

uint64_t mincostflow_pivots(const struct mincostflow *flow) {
    return flow->pivots;
}

int64_t mincostflow_arc_flow(const struct mincostflow *flow, uint32_t arc) {
    return flow_now(flow, arc);
}

uint32_t mincostflow_basic_arc(const struct mincostflow *flow, uint32_t node) {
    return flow->nodes[node + 1].arc;
}

int64_t mincostflow_price(const struct mincostflow *flow, uint32_t node) {
    return flow->prices[node + 1] - flow->prices[TREE_ROOT];
}

int64_t mincostflow_imbalance(const struct mincostflow *flow, uint32_t node) {
    const struct tree_node *n = &flow->nodes[node + 1];
    int64_t imbalance = flow->excess[node + 1];
    if (n->arc == TREE_ARTIFICIAL)
        imbalance += n->res_up > n->res_down ? n->res_down : -n->res_up;
    return imbalance;
}

int mincostflow_cost(const struct mincostflow *flow, int64_t *ret_cost) {
    wide cost = 0;
    for (uint32_t arc = 0; arc < flow->arc_count; arc++) {
        int64_t unit = flow->turned[arc] ? -flow->arcs[arc].cost : flow->arcs[arc].cost;
        cost += wide_product(unit, flow_now(flow, arc));
    }
    return wide_narrow(cost, ret_cost);
}

int mincostflow_cut(const struct mincostflow *flow, bool *inside, int64_t *ret_excess) {
    if (flow->status != MINCOSTFLOW_INFEASIBLE)
        return HV_ERR_STATE;
    int64_t stuck = 0, missing = 0;
    for (uint32_t node = 0; node + 1 < flow->node_count; node++) {
        int64_t imbalance = mincostflow_imbalance(flow, node);
        *(imbalance > 0 ? &stuck : &missing) += imbalance;
    }
    /* Each node hangs by one artificial arc on the root, so its price says by which kind. */
    bool of_stuck = stuck > 0;
    for (uint32_t node = 0; node + 1 < flow->node_count; node++)
        inside[node] = (mincostflow_price(flow, node) < 0) == of_stuck;
    *ret_excess = of_stuck ? stuck : missing;
    return 0;
}

/* Appends the arcs on the way up from a node to the apex. */
static size_t arcs_upwards(const struct mincostflow *flow, uint32_t node, uint32_t apex,
                           uint32_t *arcs) {
    size_t count = 0;
    for (; node != apex; node = flow->nodes[node].parent)
        arcs[count++] = flow->nodes[node].arc;
    return count;
}

int mincostflow_cycle(const struct mincostflow *flow, uint32_t *arcs, size_t *ret_count) {
    if (flow->status != MINCOSTFLOW_UNBOUNDED)
        return HV_ERR_STATE;
    const struct tree_node *nodes = flow->nodes;
    const struct tree_arc *closing = &flow->arcs[flow->unbounded_arc];
    uint32_t a = closing->from, b = closing->to;
    while (a != b) {
        if (nodes[a].size < nodes[b].size)
            a = nodes[a].parent;
        else
            b = nodes[b].parent;
    }
    arcs[0] = flow->unbounded_arc;
    size_t count = 1 + arcs_upwards(flow, closing->to, a, arcs + 1);
    size_t down = arcs_upwards(flow, closing->from, a, arcs + count);
    for (size_t i = 0; i < down / 2; i++) {
        uint32_t other = arcs[count + i];
        arcs[count + i] = arcs[count + down - 1 - i];
        arcs[count + down - 1 - i] = other;
    }
    *ret_count = count + down;
    return 0;
}
