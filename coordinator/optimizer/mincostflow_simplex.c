/* The simplex itself: emptying what changes have left over, then pricing and pivots. */
#include "coordinator/optimizer/mincostflow_tree.h"

#include <math.h>

enum { PROGRESS_PIVOTS = 1000, BLOCK_ARCS_MIN = 16, BLOCK_FACTOR = 2, IDLE_PIVOTS_MAX = 500 };

/* Limits of one solve. */
struct run {
    struct mincostflow *flow;
    const struct mincostflow_limits *limits;
    uint64_t first_pivot, next_progress;
    uint64_t seen_near; /* arcs that were looked at near what moved */
};

static bool must_stop(struct run *run) {
    if (!run->limits)
        return false;
    uint64_t done = run->flow->pivots - run->first_pivot;
    if (run->limits->pivot_limit && done >= run->limits->pivot_limit)
        return true;
    if (!run->limits->progress || done < run->next_progress)
        return false;
    run->next_progress = done + PROGRESS_PIVOTS;
    return run->limits->progress(run->limits->context, done) != 0;
}

/* Prices ----------------------------------------------------------------------------------------
 */

/* A cost for artificial arcs that no way through the network outweighs, and that leaves room to
 * tell from a price how many artificial arcs are in it; a power of two, so that it changes seldom.
 */
static int price_artificial_arcs(struct mincostflow *flow) {
    int64_t least;
    if (__builtin_mul_overflow(2 * (int64_t)flow->node_count + 2, flow->largest_cost, &least) ||
        least > TREE_NO_BOUND / 8)
        return HV_ERR_OVERFLOW;
    int64_t cost = 1;
    while (cost <= least)
        cost *= 2;
    if (cost <= flow->artificial_cost)
        return 0;
    flow->artificial_cost = cost;
    tree_price_all(flow);
    return 0;
}

/* Excess ----------------------------------------------------------------------------------------
 */

/* Takes what one node has too much to another that has too little, where the tree can carry it as
 * it is; most changes are settled so. */
static void settle_pairs(struct mincostflow *flow) {
    size_t i = 0, j = 0;
    for (;;) {
        while (i < flow->pending_count && flow->excess[flow->pending[i]] <= 0)
            i++;
        while (j < flow->pending_count && flow->excess[flow->pending[j]] >= 0)
            j++;
        if (i >= flow->pending_count || j >= flow->pending_count)
            return;
        int64_t *from = &flow->excess[flow->pending[i]], *to = &flow->excess[flow->pending[j]];
        int64_t amount = *from < -*to ? *from : -*to;
        int64_t pushed = tree_send(flow, flow->pending[i], flow->pending[j], amount);
        *from -= pushed;
        *to += pushed;
        if (pushed < amount)
            *from > -*to ? i++ : j++;
    }
}

/* An excess is flow on an artificial arc outside the tree, and taking it off is entering that arc
 * backwards: pushing from the node up to the root, or from the root down to the node. Where the
 * tree cannot carry all of it the artificial arc stays in the tree with what is left. */
static void settle_node(struct mincostflow *flow, uint32_t node) {
    int64_t excess = flow->excess[node];
    struct tree_entry entry = {.arc = TREE_ARTIFICIAL, .backward = 0};
    if (excess > 0) {
        entry.from = TREE_ROOT;
        entry.to = node;
        entry.forward = excess;
        entry.reduced_cost = flow->prices[TREE_ROOT] - flow->artificial_cost - flow->prices[node];
    } else {
        entry.from = node;
        entry.to = TREE_ROOT;
        entry.forward = -excess;
        entry.reduced_cost = flow->prices[node] - flow->artificial_cost - flow->prices[TREE_ROOT];
    }
    entry.backward = TREE_NO_BOUND - entry.forward;
    tree_enter(flow, &entry, NULL);
    flow->excess[node] = 0;
}

static bool settle_excesses(struct run *run) {
    struct mincostflow *flow = run->flow;
    if (flow->is_tracking)
        settle_pairs(flow);
    for (size_t i = 0; i < flow->pending_count; i++) {
        if (must_stop(run)) {
            flow->pending_count -= i;
            for (size_t j = 0; j < flow->pending_count; j++)
                flow->pending[j] = flow->pending[i + j];
            return false;
        }
        uint32_t node = flow->pending[i];
        flow->is_pending[node] = false;
        if (flow->excess[node] != 0)
            settle_node(flow, node);
    }
    flow->pending_count = 0;
    return true;
}

/* Pricing ---------------------------------------------------------------------------------------
 */

/* Block search: the arc of the most negative reduced cost in the first block that has one, going on
 * where the last search ended. TREE_NIL: no arc can improve the flow. */
static uint32_t find_entering(struct mincostflow *flow, uint32_t block) {
    const struct tree_arc *arcs = flow->arcs;
    const int64_t *prices = flow->prices;
    uint32_t arc = flow->next_arc < flow->arc_count ? flow->next_arc : 0;
    uint32_t left = flow->arc_count;
    while (left > 0) {
        int64_t best = 0;
        uint32_t best_arc = TREE_NIL;
        for (uint32_t in_block = block < left ? block : left; in_block > 0;) {
            const uint32_t to_end = flow->arc_count - arc;
            const uint32_t end = arc + (in_block < to_end ? in_block : to_end);
            in_block -= end - arc;
            left -= end - arc;
            for (; arc < end; arc++) {
                int64_t reduced = arcs[arc].cost + prices[arcs[arc].from] - prices[arcs[arc].to];
                if (reduced < best) {
                    best = reduced;
                    best_arc = arc;
                }
            }
            if (arc == flow->arc_count)
                arc = 0;
        }
        if (best_arc != TREE_NIL) {
            flow->next_arc = arc;
            return best_arc;
        }
    }
    return TREE_NIL;
}

/* Near what moved -------------------------------------------------------------------------------
 */

/* The best arc so far of a search, and how many it has looked at. */
struct candidate {
    uint32_t arc, seen;
    int64_t reduced;
};

/* Looks at one arc; returns whether it could enter. */
static inline bool look_at(const struct mincostflow *flow, uint32_t arc, struct candidate *best) {
    const struct tree_arc *a = &flow->arcs[arc];
    int64_t reduced = a->cost + flow->prices[a->from] - flow->prices[a->to];
    best->seen++;
    if (reduced < best->reduced) {
        best->reduced = reduced;
        best->arc = arc;
    }
    return reduced < 0;
}

/* Looks at the arcs of a node; returns whether one of them could enter. */
static bool look_around(const struct mincostflow *flow, uint32_t node, struct candidate *best) {
    bool any = false;
    if (node < flow->listed_nodes) {
        for (uint32_t i = flow->out_first[node]; i < flow->out_first[node + 1]; i++)
            any |= look_at(flow, flow->out_links[i].arc, best);
        for (uint32_t i = flow->in_first[node]; i < flow->in_first[node + 1]; i++)
            any |= look_at(flow, flow->in_links[i].arc, best);
    }
    for (uint32_t at = flow->first_late[node]; at != TREE_NIL; at = flow->next_late[at])
        any |= look_at(flow, at / 2, best);
    return any;
}

/* Takes nodes off the stack of the moved where no arc can enter, until a block of arcs is seen and
 * the best of those that can is known. */
static uint32_t find_entering_near(struct mincostflow *flow, uint32_t block, uint64_t *seen) {
    struct candidate best = {.arc = TREE_NIL};
    for (size_t i = flow->moved_count; i-- > 0 && (best.arc == TREE_NIL || best.seen < block);) {
        uint32_t node = flow->moved[i];
        if (look_around(flow, node, &best))
            continue;
        flow->is_moved[node] = false;
        flow->moved[i] = flow->moved[--flow->moved_count];
    }
    *seen += best.seen;
    return best.arc;
}

/* Artificial arcs hang on the root: only its children are looked at. */
static bool has_artificial_flow(const struct mincostflow *flow) {
    const struct tree_node *nodes = flow->nodes;
    for (uint32_t at = flow->thread[TREE_ROOT]; at != TREE_ROOT; at = flow->thread[nodes[at].last])
        if (nodes[at].arc == TREE_ARTIFICIAL && nodes[at].res_up != 0 && nodes[at].res_down != 0)
            return true;
    return false;
}

/* Near what moved while that is less work than looking everywhere. */
static uint32_t find_next(struct run *run, uint32_t block) {
    struct mincostflow *flow = run->flow;
    if (flow->is_tracking && !flow->is_rough && run->seen_near < flow->arc_count)
        return find_entering_near(flow, block, &run->seen_near);
    tree_stop_tracking(flow);
    return find_entering(flow, block);
}

static enum mincostflow_status pivot_until_optimal(struct run *run) {
    struct mincostflow *flow = run->flow;
    uint32_t block = (uint32_t)(BLOCK_FACTOR * sqrt((double)flow->arc_count));
    if (block < BLOCK_ARCS_MIN)
        block = BLOCK_ARCS_MIN;
    uint32_t arc, idle = 0;
    while ((arc = find_next(run, block)) != TREE_NIL) {
        if (must_stop(run))
            return MINCOSTFLOW_STOPPED;
        const struct tree_arc *a = &flow->arcs[arc];
        struct tree_entry entry = {
            .arc = arc,
            .from = a->from,
            .to = a->to,
            .forward = flow->capacity[arc],
            .reduced_cost = a->cost + flow->prices[a->from] - flow->prices[a->to],
        };
        int64_t pushed = 0;
        enum tree_outcome outcome = tree_enter(flow, &entry, &pushed);
        idle = pushed > 0 ? 0 : idle + 1;
        if (flow->is_weak && idle > IDLE_PIVOTS_MAX)
            tree_uphold(flow); /* a weak tree might turn in circles */
        if (outcome == TREE_REACHED)
            tree_turn(flow, arc); /* and so it can no longer enter */
        if (outcome == TREE_UNBOUNDED) {
            flow->unbounded_arc = arc;
            return MINCOSTFLOW_UNBOUNDED;
        }
    }
    tree_index_arcs(flow); /* for what comes next */
    flow->is_tracking = true;
    return has_artificial_flow(flow) ? MINCOSTFLOW_INFEASIBLE : MINCOSTFLOW_OPTIMAL;
}

int mincostflow_solve(struct mincostflow *flow, const struct mincostflow_limits *limits,
                      enum mincostflow_status *ret_status) {
    struct run run = {
        .flow = flow,
        .limits = limits,
        .first_pivot = flow->pivots,
        .next_progress = PROGRESS_PIVOTS,
    };
    int error = price_artificial_arcs(flow);
    if (error)
        return error;
    if (flow->is_tracking)
        tree_index_arcs(flow);
    flow->status = settle_excesses(&run) ? pivot_until_optimal(&run) : MINCOSTFLOW_STOPPED;
    flow->seen_crossing = 0;
    *ret_status = flow->status;
    return 0;
}
