/* Starting from a tree that the caller knows, in place of one of artificial arcs. */
#include "coordinator/optimizer/mincostflow_tree.h"

#include <stdlib.h>

/* Hangs every node on the other end of its arc; false where an arc does not leave it. */
static bool hang_all(struct mincostflow *flow, const uint32_t *arc_of_node) {
    for (uint32_t node = TREE_ROOT + 1; node < flow->node_count; node++) {
        uint32_t arc = arc_of_node[node - 1];
        if (arc == MINCOSTFLOW_NO_ARC)
            continue;
        if (arc >= flow->arc_count || flow->arcs[arc].from != node)
            return false;
        flow->nodes[node].parent = flow->arcs[arc].to;
        flow->nodes[node].arc = arc;
    }
    return true;
}

/* Puts all nodes that hang on the root in preorder; returns how many these are. `first` and `next`
 * are chains of the nodes below each. */
static uint32_t walk(struct mincostflow *flow, uint32_t *first, uint32_t *next, uint32_t *order) {
    for (uint32_t node = 0; node < flow->node_count; node++)
        first[node] = TREE_NIL;
    for (uint32_t node = flow->node_count; --node > TREE_ROOT;) {
        uint32_t parent = flow->nodes[node].parent;
        next[node] = first[parent];
        first[parent] = node;
    }
    uint32_t count = 0, at = TREE_ROOT;
    for (;;) {
        order[count++] = at;
        if (first[at] != TREE_NIL) {
            at = first[at];
            continue;
        }
        while (at != TREE_ROOT && next[at] == TREE_NIL)
            at = flow->nodes[at].parent;
        if (at == TREE_ROOT)
            return count;
        at = next[at];
    }
}

/* Sends the excess of a node upwards; false where its arc cannot carry that and more. */
static bool send_up(struct mincostflow *flow, uint32_t node) {
    struct tree_node *n = &flow->nodes[node];
    int64_t excess = flow->excess[node];
    flow->excess[node] = 0;
    flow->is_pending[node] = false;
    if (n->arc == TREE_ARTIFICIAL) {
        n->res_up = excess >= 0 ? TREE_NO_BOUND - excess : -excess;
        n->res_down = excess >= 0 ? excess : TREE_NO_BOUND + excess;
        return true;
    }
    n->res_up = flow->capacity[n->arc] - excess;
    n->res_down = excess;
    flow->excess[n->parent] += excess;
    return excess >= 0 && n->res_up > 0;
}

/* Threads the nodes in their order, and counts from the last to the first. */
static bool thread(struct mincostflow *flow, const uint32_t *order) {
    struct tree_node *nodes = flow->nodes;
    uint32_t count = flow->node_count;
    bool carries = true;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t node = order[i], after = order[i + 1 < count ? i + 1 : 0];
        flow->thread[node] = after;
        nodes[after].previous = node;
        nodes[node].size = 1;
        nodes[node].last = TREE_NIL;
    }
    for (uint32_t i = count; i-- > 1;) {
        uint32_t node = order[i], parent = nodes[node].parent;
        if (nodes[node].last == TREE_NIL)
            nodes[node].last = node;
        if (nodes[parent].last == TREE_NIL)
            nodes[parent].last = nodes[node].last;
        nodes[parent].size += nodes[node].size;
        carries = send_up(flow, node) && carries;
    }
    if (nodes[TREE_ROOT].last == TREE_NIL)
        nodes[TREE_ROOT].last = TREE_ROOT;
    flow->excess[TREE_ROOT] = 0;
    flow->pending_count = 0;
    return carries;
}

int mincostflow_start_from(struct mincostflow *flow, const uint32_t *arc_of_node) {
    size_t count = flow->node_count;
    uint32_t *chains = malloc(3 * count * sizeof *chains);
    if (!chains)
        return HV_ERR_MEMORY;
    mincostflow_forget_basis(flow);
    uint32_t *order = chains + 2 * count;
    bool good = hang_all(flow, arc_of_node) &&
                walk(flow, chains, chains + count, order) == flow->node_count &&
                thread(flow, order);
    free(chains);
    if (!good) {
        mincostflow_forget_basis(flow);
        return HV_ERR_VALUE;
    }
    tree_price_all(flow);
    return 0;
}
