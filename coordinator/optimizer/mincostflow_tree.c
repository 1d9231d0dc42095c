#include "coordinator/optimizer/mincostflow_tree.h"

void tree_turn(struct mincostflow *flow, uint32_t arc) {
    struct tree_arc *a = &flow->arcs[arc];
    *a = (struct tree_arc){.from = a->to, .to = a->from, .cost = -a->cost};
    bool turned = flow->turned[arc] = !flow->turned[arc];
    uint32_t tail = turned ? a->to : a->from, head = turned ? a->from : a->to;
    flow->turned_out[tail] += turned ? 1u : -1u;
    flow->turned_in[head] += turned ? 1u : -1u;
}

uint32_t tree_child_of_arc(const struct mincostflow *flow, uint32_t arc) {
    const struct tree_arc *a = &flow->arcs[arc];
    if (flow->nodes[a->from].arc == arc)
        return a->from;
    return flow->nodes[a->to].arc == arc ? a->to : TREE_NIL;
}

/* The thread ------------------------------------------------------------------------------------
 */

static void join(struct mincostflow *flow, uint32_t node, uint32_t next) {
    flow->thread[node] = next;
    flow->nodes[next].previous = node;
}

void tree_plant(struct mincostflow *flow) {
    flow->nodes[TREE_ROOT] = (struct tree_node){
        .parent = TREE_NIL, .arc = TREE_ARTIFICIAL, .size = 1, .last = TREE_ROOT};
    join(flow, TREE_ROOT, TREE_ROOT);
    flow->prices[TREE_ROOT] = 0;
}

/* Cuts a subtree out of the thread and out of what its ancestors know of it: their sizes below the
 * apex, above which it will be counted again, and their last as far up as it was in the subtree. */
static void cut(struct mincostflow *flow, uint32_t top, uint32_t apex) {
    struct tree_node *nodes = flow->nodes;
    uint32_t before = nodes[top].previous, last = nodes[top].last, size = nodes[top].size;
    uint32_t at = nodes[top].parent;
    for (uint32_t up = at; up != apex; up = nodes[up].parent)
        nodes[up].size -= size;
    for (; at != TREE_NIL && nodes[at].last == last; at = nodes[at].parent)
        nodes[at].last = before;
    join(flow, before, flow->thread[last]);
}

/* Puts a subtree that was cut out under a parent, as its first child. */
static void paste(struct mincostflow *flow, uint32_t top, uint32_t parent, uint32_t apex) {
    struct tree_node *nodes = flow->nodes;
    uint32_t last = nodes[top].last, size = nodes[top].size, next = flow->thread[parent];
    join(flow, last, next);
    join(flow, parent, top);
    nodes[top].parent = parent;
    for (uint32_t up = parent; up != apex; up = nodes[up].parent)
        nodes[up].size += size;
    for (uint32_t at = parent; at != TREE_NIL && nodes[at].last == parent; at = nodes[at].parent)
        nodes[at].last = last;
}

void tree_note_moved(struct mincostflow *flow, uint32_t node) {
    if (!flow->is_tracking || flow->is_moved[node])
        return;
    flow->is_moved[node] = true;
    flow->moved[flow->moved_count++] = node;
}

void tree_stop_tracking(struct mincostflow *flow) {
    flow->is_tracking = flow->is_rough = false;
    while (flow->moved_count > 0)
        flow->is_moved[flow->moved[--flow->moved_count]] = false;
}

/* Only arcs between a subtree and the rest can come to be able to enter when its prices shift, so
 * that the smaller of both sides will do. */
static void note_subtree_moved(struct mincostflow *flow, uint32_t node) {
    const uint32_t *thread = flow->thread;
    uint32_t first = node, end = thread[flow->nodes[node].last];
    if (flow->nodes[node].size > flow->node_count / 2) {
        first = end;
        end = node;
    }
    for (uint32_t at = first; at != end; at = thread[at])
        tree_note_moved(flow, at);
}

/* Only differences of prices count: of the subtree and the rest the smaller is shifted, and the
 * root's price with it, before that comes near the end of 64 bits. */
static void add_to_prices(struct mincostflow *flow, uint32_t node, int64_t shift) {
    const uint32_t *thread = flow->thread;
    int64_t *prices = flow->prices;
    uint32_t first = node, end = thread[flow->nodes[node].last];
    int64_t root_price = prices[TREE_ROOT] - shift;
    if (flow->nodes[node].size > flow->node_count / 2 && root_price < TREE_ROOT_PRICE_MAX &&
        root_price > -TREE_ROOT_PRICE_MAX) {
        first = end;
        end = node;
        shift = -shift;
    }
    for (uint32_t at = first; at != end; at = thread[at])
        prices[at] += shift;
}

void tree_shift_prices(struct mincostflow *flow, uint32_t node, int64_t shift) {
    add_to_prices(flow, node, shift);
    if (flow->is_tracking)
        note_subtree_moved(flow, node);
}

/* The price that makes the reduced cost of a node's tree arc zero. */
static int64_t price_from_parent(const struct mincostflow *flow, uint32_t node) {
    const struct tree_node *n = &flow->nodes[node];
    if (n->arc == TREE_ARTIFICIAL)
        return flow->prices[TREE_ROOT] +
               (n->res_up > n->res_down ? -flow->artificial_cost : flow->artificial_cost);
    const struct tree_arc *a = &flow->arcs[n->arc];
    int64_t parent_price = flow->prices[n->parent];
    return a->from == node ? parent_price - a->cost : parent_price + a->cost;
}

void tree_price_all(struct mincostflow *flow) {
    tree_stop_tracking(flow);
    flow->prices[TREE_ROOT] = 0;
    for (uint32_t at = flow->thread[TREE_ROOT]; at != TREE_ROOT; at = flow->thread[at])
        flow->prices[at] = price_from_parent(flow, at);
}

static void set_artificial(struct mincostflow *flow, uint32_t node) {
    struct tree_node *n = &flow->nodes[node];
    n->arc = TREE_ARTIFICIAL;
    n->res_up = TREE_NO_BOUND;
    n->res_down = 0;
}

void tree_add_leaf(struct mincostflow *flow, uint32_t node) {
    flow->nodes[node].size = 1;
    flow->nodes[node].last = node;
    set_artificial(flow, node);
    paste(flow, node, TREE_ROOT, TREE_NIL);
    flow->prices[node] = flow->prices[TREE_ROOT] - flow->artificial_cost;
}

void tree_set_aside(struct mincostflow *flow, uint32_t child) {
    const struct tree_node *n = &flow->nodes[child];
    if (n->arc == TREE_ARTIFICIAL)
        return;
    uint32_t pushes_from = n->res_up == 0 ? n->parent : child;
    if (flow->arcs[n->arc].from != pushes_from)
        tree_turn(flow, n->arc);
}

void tree_hang_on_root(struct mincostflow *flow, uint32_t node) {
    tree_set_aside(flow, node);
    cut(flow, node, TREE_ROOT);
    paste(flow, node, TREE_ROOT, TREE_ROOT);
    set_artificial(flow, node);
    tree_shift_prices(flow, node,
                      flow->prices[TREE_ROOT] - flow->artificial_cost - flow->prices[node]);
}

/* What a push around the cycle of the entering arc meets. */
struct cycle {
    int64_t push;
    uint32_t apex;    /* where both ends' ways to the root meet */
    uint32_t leaving; /* lower end of the arc that stops the push; TREE_NIL: the entering arc */
    bool below_from;  /* the leaving arc is between the apex and `from` */
};

/* Walks both ends up to their apex. Of several arcs that stop the push the last one in the
 * direction of the push from the apex leaves; that keeps the tree strongly feasible (Cunningham
 * 1976). */
static struct cycle walk_cycle(const struct tree_node *nodes, const struct tree_entry *entry) {
    struct cycle cycle = {.push = entry->forward, .leaving = TREE_NIL};
    uint32_t from = entry->from, to = entry->to;
    while (from != to) {
        if (nodes[from].size < nodes[to].size) {
            if (nodes[from].res_down < cycle.push) {
                cycle.push = nodes[from].res_down;
                cycle.leaving = from;
                cycle.below_from = true;
            }
            from = nodes[from].parent;
        } else {
            if (nodes[to].res_up <= cycle.push) {
                cycle.push = nodes[to].res_up;
                cycle.leaving = to;
                cycle.below_from = false;
            }
            to = nodes[to].parent;
        }
    }
    cycle.apex = from;
    return cycle;
}

static void push_along_cycle(struct tree_node *nodes, const struct tree_entry *entry,
                             const struct cycle *cycle) {
    for (uint32_t at = entry->from; at != cycle->apex; at = nodes[at].parent) {
        nodes[at].res_down -= cycle->push;
        nodes[at].res_up += cycle->push;
    }
    for (uint32_t at = entry->to; at != cycle->apex; at = nodes[at].parent) {
        nodes[at].res_up -= cycle->push;
        nodes[at].res_down += cycle->push;
    }
}

/* Turns a subtree that was cut out upside down, so that `bottom` becomes its top: on the way from
 * bottom up to top each node goes below the one that it was above, with `hook` as the arc of
 * bottom. In preorder what each node on the way had besides, before and after the one below,
 * follows behind what was there. */
static void turn_over(struct mincostflow *flow, uint32_t bottom, uint32_t top,
                      const struct tree_node *hook) {
    struct tree_node *nodes = flow->nodes;
    const uint32_t size = nodes[top].size;
    uint32_t last = nodes[bottom].last;        /* of the order made so far */
    uint32_t inner_last = last;                /* in the old order, of the node gone past */
    uint32_t after = flow->thread[inner_last]; /* what followed it there */
    uint32_t inner_size = nodes[bottom].size, before = nodes[bottom].previous;
    struct tree_node arc = nodes[bottom];
    nodes[bottom].arc = hook->arc;
    nodes[bottom].res_up = hook->res_up;
    nodes[bottom].res_down = hook->res_down;
    nodes[bottom].size = size;
    for (uint32_t below = bottom, at; below != top; below = at) {
        at = arc.parent;
        struct tree_node was = nodes[at];
        join(flow, last, at);
        last = before;
        if (inner_last != was.last) {
            join(flow, last, after);
            last = inner_last = was.last;
            after = flow->thread[last];
        }
        before = was.previous;
        nodes[at].parent = below;
        nodes[at].arc = arc.arc;
        nodes[at].res_up = arc.res_down;
        nodes[at].res_down = arc.res_up;
        nodes[at].size = size - inner_size;
        inner_size = was.size;
        arc = was;
    }
    for (uint32_t at = top; at != bottom; at = nodes[at].parent)
        nodes[at].last = last;
    nodes[bottom].last = last;
}

/* Cuts the subtree of `top` and hangs it by `bottom`, one of its nodes, on `parent`; `apex` is
 * above both ends. */
static void hang_subtree(struct mincostflow *flow, uint32_t bottom, uint32_t top, uint32_t parent,
                         uint32_t apex, const struct tree_node *hook) {
    cut(flow, top, apex);
    turn_over(flow, bottom, top, hook);
    paste(flow, bottom, parent, apex);
}

enum tree_outcome tree_enter(struct mincostflow *flow, const struct tree_entry *entry,
                             int64_t *ret_pushed) {
    struct cycle cycle = walk_cycle(flow->nodes, entry);
    if (cycle.push > TREE_UNLIMITED)
        return TREE_UNBOUNDED;
    flow->pivots++;
    if (cycle.push > 0)
        push_along_cycle(flow->nodes, entry, &cycle);
    if (ret_pushed)
        *ret_pushed = cycle.push;
    if (cycle.leaving == TREE_NIL)
        return TREE_REACHED;

    tree_set_aside(flow, cycle.leaving);
    int64_t ahead = entry->forward - cycle.push, back = entry->backward + cycle.push;
    struct tree_node hook = {.arc = entry->arc};
    if (cycle.below_from) {
        hook.res_up = ahead;
        hook.res_down = back;
        hang_subtree(flow, entry->from, cycle.leaving, entry->to, cycle.apex, &hook);
        tree_shift_prices(flow, entry->from, -entry->reduced_cost);
    } else {
        hook.res_up = back;
        hook.res_down = ahead;
        hang_subtree(flow, entry->to, cycle.leaving, entry->from, cycle.apex, &hook);
        tree_shift_prices(flow, entry->to, entry->reduced_cost);
    }
    return TREE_ENTERED;
}

void tree_rehang(struct mincostflow *flow, uint32_t child, uint32_t crossing, bool from_inside) {
    const struct tree_arc *a = &flow->arcs[crossing];
    struct tree_node hook = {.arc = crossing};
    *(from_inside ? &hook.res_up : &hook.res_down) = flow->capacity[crossing];
    hang_subtree(flow, from_inside ? a->from : a->to, child, from_inside ? a->to : a->from,
                 TREE_NIL, &hook);
    flow->pivots++;
}
