/* Repairs in the manner of the dual simplex (Ahuja, Magnanti and Orlin 1993, section 11.9): a tree
 * arc that no longer keeps its bounds, or that stops what a change left too much here and too
 * little there, leaves the tree, and of the arcs that could carry the difference between what hung
 * on it and the rest one of least reduced cost takes its place, so that prices stay optimal or
 * nearly so. What nothing can carry becomes excess, which the simplex settles. */
#include "coordinator/optimizer/mincostflow_tree.h"

#include <math.h>

/* After looking at SEEN_FACTOR times as many arcs as there are, what is left is for the simplex. Of
 * m arcs a sample is SAMPLE_FACTOR √m: measured in docs/OPTIMIZER.md. */
enum { SEEN_FACTOR = 16, SAMPLE_FACTOR = 10, SAMPLE_STRIDE = 7919 };

/* One side of a cut of the tree in two: a subtree, or all but it, whichever is the smaller. */
struct side {
    uint32_t count; /* of flow->side_nodes */
    bool is_subtree;
};

static struct side mark_smaller_side(struct mincostflow *flow, uint32_t top) {
    const uint32_t *thread = flow->thread;
    struct side side = {.is_subtree = flow->nodes[top].size <= flow->node_count / 2};
    uint32_t after = thread[flow->nodes[top].last];
    uint32_t first = side.is_subtree ? top : after, end = side.is_subtree ? after : top;
    for (uint32_t at = first; at != end; at = thread[at]) {
        flow->side_nodes[side.count++] = at;
        flow->is_marked[at] = true;
    }
    return side;
}

static void unmark(struct mincostflow *flow, const struct side *side) {
    for (uint32_t i = 0; i < side->count; i++)
        flow->is_marked[flow->side_nodes[i]] = false;
}

/* The best arc so far across a cut. */
struct crossing {
    uint32_t arc; /* TREE_NIL: none */
    int64_t reduced;
};

static void look_across(const struct mincostflow *flow, uint32_t arc, struct crossing *best) {
    const struct tree_arc *a = &flow->arcs[arc];
    int64_t reduced = a->cost + flow->prices[a->from] - flow->prices[a->to];
    if (reduced < best->reduced && flow->capacity[arc] > 0 &&
        tree_child_of_arc(flow, arc) == TREE_NIL)
        *best = (struct crossing){arc, reduced};
}

/* Looks at links of a node of the side whose arcs lead away from it now (`leaves`), or to it. */
static void look_along(const struct mincostflow *flow, uint32_t node, bool leaves,
                       const struct tree_link *links, uint32_t first, uint32_t end,
                       struct crossing *best) {
    for (uint32_t i = first; i < end; i++) {
        if (flow->is_marked[links[i].other])
            continue;
        const struct tree_arc *a = &flow->arcs[links[i].arc];
        if ((leaves ? a->from : a->to) == node)
            look_across(flow, links[i].arc, best);
    }
}

/* Arcs that were given the other way count only where they are turned, so that mostly half of a
 * node's arcs need no look. */
static uint32_t look_around(const struct mincostflow *flow, uint32_t node, bool leaves,
                            struct crossing *best) {
    uint32_t seen = 0;
    if (node < flow->listed_nodes) {
        const uint32_t *out = flow->out_first + node, *in = flow->in_first + node;
        if (leaves || flow->turned_out[node] > 0) {
            look_along(flow, node, leaves, flow->out_links, out[0], out[1], best);
            seen += out[1] - out[0];
        }
        if (!leaves || flow->turned_in[node] > 0) {
            look_along(flow, node, leaves, flow->in_links, in[0], in[1], best);
            seen += in[1] - in[0];
        }
    }
    for (uint32_t at = flow->first_late[node]; at != TREE_NIL; at = flow->next_late[at], seen++) {
        const struct tree_arc *a = &flow->arcs[at / 2];
        if ((leaves ? a->from : a->to) == node && !flow->is_marked[leaves ? a->to : a->from])
            look_across(flow, at / 2, best);
    }
    return seen + 1;
}

/* An arc of little reduced cost that could carry flow from the subtree to the rest, or back: the
 * least where the side has few arcs, otherwise the least of a sample, beginning somewhere else each
 * time. What the sample missed may be able to enter afterwards; the simplex finds it, which is less
 * work than to look at all arcs of a large side for each exchange. */
static struct crossing find_crossing(struct mincostflow *flow, const struct side *side,
                                     bool outwards) {
    bool leaves = outwards == side->is_subtree;
    struct crossing best = {TREE_NIL, INT64_MAX};
    if (side->count == 0) /* never: a side has its top, or the root */
        return best;
    uint32_t at = (uint32_t)(flow->pivots * SAMPLE_STRIDE % side->count), done = 0;
    uint64_t seen = 0, sample = (uint64_t)(SAMPLE_FACTOR * sqrt((double)flow->arc_count));
    for (; done < side->count && (seen < sample || best.arc == TREE_NIL); done++) {
        seen += look_around(flow, flow->side_nodes[at], leaves, &best);
        at = at + 1 < side->count ? at + 1 : 0;
    }
    flow->is_rough = flow->is_rough || done < side->count;
    flow->seen_crossing += seen;
    return best;
}

/* Shifts the prices of a side so that the crossing arc fits into the tree. Where they were optimal
 * and the arc is the least across they stay so. */
static void shift_side(struct mincostflow *flow, const struct side *side, bool outwards,
                       int64_t reduced) {
    int64_t shift = outwards == side->is_subtree ? -reduced : reduced;
    for (uint32_t i = 0; i < side->count; i++)
        flow->prices[flow->side_nodes[i]] += shift;
    for (uint32_t i = 0; i < side->count && reduced < 0; i++)
        tree_note_moved(flow, flow->side_nodes[i]);
}

static bool root_price_is_far(const struct mincostflow *flow) {
    int64_t price = flow->prices[TREE_ROOT];
    return price > TREE_ROOT_PRICE_MAX || price < -TREE_ROOT_PRICE_MAX;
}

/* Exchanges the arc of `top`, which is at a bound or about to leave, for one that can go on from
 * there; false where there is none. */
static bool exchange(struct mincostflow *flow, uint32_t top, bool outwards) {
    struct side side = mark_smaller_side(flow, top);
    struct crossing crossing = find_crossing(flow, &side, outwards);
    unmark(flow, &side);
    if (crossing.arc == TREE_NIL)
        return false;
    tree_rehang(flow, top, crossing.arc, outwards);
    shift_side(flow, &side, outwards, crossing.reduced);
    if (root_price_is_far(flow))
        tree_price_all(flow);
    return true;
}

/* How far the tree carries a push from one node to another, at most `push`, and the arc that stops
 * it: its lower end, and whether that is on the way up. */
struct way {
    int64_t push;
    uint32_t apex, stop;
    bool stops_upwards;
};

static struct way find_way(const struct tree_node *nodes, uint32_t from, uint32_t to,
                           int64_t push) {
    struct way way = {.push = push, .stop = TREE_NIL};
    while (from != to) {
        bool is_up = nodes[from].size < nodes[to].size;
        uint32_t *at = is_up ? &from : &to;
        int64_t room = is_up ? nodes[from].res_up : nodes[to].res_down;
        if (room < way.push) {
            way.push = room;
            way.stop = *at;
            way.stops_upwards = is_up;
        }
        *at = nodes[*at].parent;
    }
    way.apex = from;
    return way;
}

static void push_along(struct tree_node *nodes, uint32_t from, uint32_t to, const struct way *way) {
    for (uint32_t at = from; at != way->apex; at = nodes[at].parent) {
        nodes[at].res_up -= way->push;
        nodes[at].res_down += way->push;
    }
    for (uint32_t at = to; at != way->apex; at = nodes[at].parent) {
        nodes[at].res_down -= way->push;
        nodes[at].res_up += way->push;
    }
}

int64_t tree_send(struct mincostflow *flow, uint32_t from, uint32_t to, int64_t amount) {
    int64_t left = amount;
    flow->is_weak = true;
    while (flow->seen_crossing < SEEN_FACTOR * (uint64_t)flow->arc_count) {
        struct way way = find_way(flow->nodes, from, to, left);
        if (way.push > 0)
            push_along(flow->nodes, from, to, &way);
        left -= way.push;
        if (left == 0)
            break;
        tree_set_aside(flow, way.stop);
        if (!exchange(flow, way.stop, way.stops_upwards))
            break;
    }
    return amount - left;
}

/* Puts the arc at a bound and sends what it carried beyond it through the tree, from its tail to
 * its head; what cannot go there is excess. */
static void push_around(struct mincostflow *flow, uint32_t arc, bool upper, int64_t carried) {
    if (flow->turned[arc] != upper)
        tree_turn(flow, arc);
    const struct tree_arc *a = &flow->arcs[arc];
    int64_t over = carried - flow->lower[arc] - (upper ? flow->capacity[arc] : 0);
    uint32_t tail = upper ? a->to : a->from, head = upper ? a->from : a->to;
    if (over > 0)
        carried -= tree_send(flow, tail, head, over);
    else if (over < 0)
        carried += tree_send(flow, head, tail, -over);
    tree_put_at_bound(flow, arc, upper, carried);
}

void tree_uphold(struct mincostflow *flow) {
    for (uint32_t node = TREE_ROOT + 1; node < flow->node_count; node++)
        if (flow->nodes[node].res_up == 0)
            tree_hang_on_root(flow, node);
    flow->is_weak = false;
}

void tree_repair(struct mincostflow *flow, uint32_t arc, int64_t carried) {
    uint32_t child = tree_child_of_arc(flow, arc);
    bool goes_up = (flow->arcs[arc].from == child) != flow->turned[arc];
    int64_t below = carried - flow->lower[arc], above = flow->capacity[arc] - below;
    bool upper = above <= 0;
    /* More than the upper bound on the way up, or less than the lower one on the way down, stays
     * below. */
    bool outwards = upper == goes_up;
    if (flow->is_tracking)
        tree_index_arcs(flow);
    if (flow->is_tracking && exchange(flow, child, outwards)) {
        push_around(flow, arc, upper, carried);
        return;
    }
    tree_hang_on_root(flow, child);
    tree_put_at_bound(flow, arc, upper, carried);
}
