/* Repairs a tree arc whose flow a change has put outside its bounds, in the manner of the dual
 * simplex (Ahuja, Magnanti and Orlin 1993, section 11.9): the arc leaves the tree, and of all arcs
 * that could carry the difference between what hung on it and the rest the one of least reduced
 * cost takes its place, so that prices stay optimal; then the difference is pushed through the
 * tree. What another arc stops becomes excess, which the simplex settles. */
#include "coordinator/optimizer/mincostflow_tree.h"

void tree_chain_arcs(struct mincostflow *flow) {
    for (; flow->chained_arcs < flow->arc_count; flow->chained_arcs++) {
        uint32_t arc = flow->chained_arcs;
        const struct tree_arc *a = &flow->arcs[arc];
        flow->next_incident[2 * (size_t)arc] = flow->first_incident[a->from];
        flow->first_incident[a->from] = 2 * arc;
        flow->next_incident[2 * (size_t)arc + 1] = flow->first_incident[a->to];
        flow->first_incident[a->to] = 2 * arc + 1;
    }
}

/* One side of a cut of the tree in two: a subtree, or all but it, whichever is the smaller. */
struct side {
    uint32_t first, end; /* in the thread */
    bool is_subtree;
};

static struct side smaller_side(const struct mincostflow *flow, uint32_t top) {
    uint32_t end = flow->thread[flow->nodes[top].last];
    if (flow->nodes[top].size <= flow->node_count / 2)
        return (struct side){.first = top, .end = end, .is_subtree = true};
    return (struct side){.first = end, .end = top, .is_subtree = false};
}

static void mark_side(struct mincostflow *flow, const struct side *side, bool mark) {
    for (uint32_t at = side->first; at != side->end; at = flow->thread[at])
        flow->is_marked[at] = mark;
}

/* The arc of least reduced cost that could carry flow from a subtree to the rest, or back. */
static uint32_t find_crossing(struct mincostflow *flow, uint32_t top, bool outwards) {
    struct side side = smaller_side(flow, top);
    bool leaves_side = outwards == side.is_subtree;
    uint32_t best_arc = TREE_NIL;
    int64_t best = INT64_MAX;
    mark_side(flow, &side, true);
    for (uint32_t node = side.first; node != side.end; node = flow->thread[node])
        for (uint32_t at = flow->first_incident[node]; at != TREE_NIL;
             at = flow->next_incident[at]) {
            const struct tree_arc *a = &flow->arcs[at / 2];
            int64_t reduced = a->cost + flow->prices[a->from] - flow->prices[a->to];
            if (reduced < best && flow->is_marked[a->from] == leaves_side &&
                flow->is_marked[a->to] != leaves_side && flow->capacity[at / 2] > 0 &&
                tree_child_of_arc(flow, at / 2) == TREE_NIL) {
                best = reduced;
                best_arc = at / 2;
            }
        }
    mark_side(flow, &side, false);
    return best_arc;
}

/* Puts the arc at a bound and pushes what it carried beyond it through the tree, from its tail to
 * its head; what the tree does not carry is excess. */
static void push_around(struct mincostflow *flow, uint32_t arc, bool upper, int64_t carried) {
    if (flow->turned[arc] != upper)
        tree_turn(flow, arc);
    const struct tree_arc *a = &flow->arcs[arc];
    int64_t over = carried - flow->lower[arc] - (upper ? flow->capacity[arc] : 0);
    uint32_t tail = upper ? a->to : a->from, head = upper ? a->from : a->to;
    if (over > 0)
        carried -= tree_push(flow, tail, head, over);
    else if (over < 0)
        carried += tree_push(flow, head, tail, -over);
    tree_put_at_bound(flow, arc, upper, carried);
}

/* On the way up from a node, arcs through which nothing can be pushed upwards may not stay: those
 * that were turned round, and the one that came, where no push went through them. */
static void uphold_tree(struct mincostflow *flow, uint32_t node) {
    for (uint32_t parent; node != TREE_ROOT; node = parent) {
        parent = flow->nodes[node].parent;
        if (flow->nodes[node].res_up == 0)
            tree_hang_on_root(flow, node);
    }
}

void tree_repair(struct mincostflow *flow, uint32_t arc, int64_t carried) {
    uint32_t child = tree_child_of_arc(flow, arc), crossing = TREE_NIL;
    bool goes_up = (flow->arcs[arc].from == child) != flow->turned[arc];
    int64_t below = carried - flow->lower[arc], above = flow->capacity[arc] - below;
    bool upper = above <= 0;
    /* More than the upper bound on the way up, or less than the lower one on the way down, stays
     * below. */
    bool outwards = upper == goes_up;
    if (flow->is_tracking) {
        tree_chain_arcs(flow);
        crossing = find_crossing(flow, child, outwards);
    }
    if (crossing == TREE_NIL) {
        tree_hang_on_root(flow, child);
        tree_put_at_bound(flow, arc, upper, carried);
        return;
    }
    tree_rehang(flow, child, crossing, outwards);
    push_around(flow, arc, upper, carried);
    uphold_tree(flow, child);
}
