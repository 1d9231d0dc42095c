/* The inside of mincostflow.h: how problem, basis and tree are kept. Included only by
 * mincostflow*.c.
 *
 * Tree. Node 0 is the artificial root; node i of the caller is i + 1. Each node but the root hangs
 * on its parent by one basic arc and itself holds what that arc can still carry, `res_up` towards
 * the parent and `res_down` away from it, so that a walk along a cycle touches nodes only. A node
 * whose arc is TREE_ARTIFICIAL hangs on the root by a costly arc of no bound: outwards (res_up is
 * huge and res_down its flow) or inwards (the mirror). The tree is strongly feasible, res_up > 0
 * everywhere, except after repairs (`is_weak`).
 *
 * Arcs. An arc outside the tree is at one of its bounds and kept in the direction in which flow
 * could be pushed: as given where it is at its lower bound, turned round with its cost negated
 * where at its upper. So an arc may enter the basis exactly where cost + price(from) − price(to) <
 * 0, and tree arcs, where that is 0 either way round, need no mark. */
#ifndef HV_OPTIMIZER_MINCOSTFLOW_TREE_H
#define HV_OPTIMIZER_MINCOSTFLOW_TREE_H

#include "coordinator/optimizer/mincostflow.h"

#define TREE_ROOT 0u
#define TREE_NIL UINT32_MAX
#define TREE_ARTIFICIAL UINT32_MAX
#define TREE_NO_BOUND (INT64_C(1) << 62)  /* residual of an arc without bound */
#define TREE_UNLIMITED (INT64_C(3) << 60) /* a residual above this is of an arc without bound */
#define TREE_ROOT_PRICE_MAX (INT64_C(1) << 60)
#define TREE_MAGNITUDE_MAX (UINT64_C(1) << 60) /* Σ finite bounds and supplies */

/* Besides its parent each node knows the whole tree in preorder, as a ring through `thread`
 * (forwards) and `previous`, with the last of those below it and how many these are, itself counted
 * (Barr, Glover and Klingman 1979): to walk a subtree is to follow the thread from its top to its
 * last. */
struct tree_node {
    int64_t res_up, res_down;
    uint32_t parent, arc;
    uint32_t size, last, previous;
};

struct tree_arc {
    uint32_t from, to;
    int64_t cost;
};

struct tree_link {
    uint32_t arc, other; /* the other end */
};

struct mincostflow {
    struct tree_node *nodes; /* with the root */
    uint32_t *thread;        /* by node: the next in preorder, after the last the root */
    int64_t *prices;         /* by node; only their differences mean anything */
    int64_t *supplies;       /* by node */
    int64_t *excess;         /* by node: supply that no arc carries yet; the root's is unused */
    uint32_t *pending;       /* nodes that may have an excess, in order of change */
    bool *is_pending;
    size_t pending_count;
    uint32_t node_count, node_room; /* with the root */

    struct tree_arc *arcs;
    int64_t *capacity; /* upper − lower, TREE_NO_BOUND where unbounded */
    int64_t *lower;
    bool *turned; /* kept the other way round */
    uint32_t arc_count, arc_room;

    /* After an optimal solve, and until too much has changed: an arc that could enter the basis has
     * an end among the moved nodes. */
    bool is_tracking;
    uint32_t *moved; /* a stack */
    bool *is_moved;
    bool *is_marked; /* all false between uses */
    size_t moved_count;

    /* Which arcs a node has, from the first warm solve on (mincostflow_index.c). */
    struct tree_link *out_links, *in_links; /* arcs by tail and by head, as they were given */
    uint32_t *out_first, *in_first;         /* by node: where its links begin, and end */
    uint32_t listed_nodes, listed_arcs;     /* those that came later are not among the links */
    uint32_t *first_late; /* by node: chain of 2 · arc for its tail, 2 · arc + 1 for its head */
    uint32_t *next_late;  /* by 2 · arc (+ 1) */
    uint32_t chained_arcs;
    uint32_t *turned_out, *turned_in; /* by node: how many arcs from it, and to it, are turned */

    uint32_t *side_nodes;   /* for repairs: the nodes of one side of a cut */
    uint64_t seen_crossing; /* arcs that repairs have looked at since the last solve */
    bool is_rough;          /* repairs may have left arcs that could enter anywhere */
    bool is_weak;           /* the tree may not be strongly feasible */

    uint64_t magnitude;      /* Σ |supply| + |lower| + finite |upper| */
    int64_t largest_cost;    /* of any arc that ever was, absolute */
    int64_t artificial_cost; /* as the prices have it */
    uint32_t next_arc;       /* where pricing goes on */
    uint64_t pivots;
    enum mincostflow_status status; /* of the last solve; STOPPED before the first */
    uint32_t unbounded_arc;         /* closes the cycle of UNBOUNDED */
};

/* A change of basis in the making: pushes along `arc` from `from` to `to` as far as the tree
 * allows. */
struct tree_entry {
    uint32_t arc; /* or TREE_ARTIFICIAL between `from` or `to` and the root */
    uint32_t from, to;
    int64_t forward, backward; /* what the arc can carry from → to, and back */
    int64_t reduced_cost;      /* of from → to */
};

enum tree_outcome {
    TREE_ENTERED,  /* the arc is in the tree now */
    TREE_REACHED,  /* the arc came to the end of `forward`; the tree has not changed */
    TREE_UNBOUNDED /* nothing limits the push; nothing has changed */
};

/* Pushes and exchanges arcs so that the tree stays strongly feasible. `ret_pushed` may be NULL. */
enum tree_outcome tree_enter(struct mincostflow *flow, const struct tree_entry *entry,
                             int64_t *ret_pushed);

/* Makes the root a tree of its own. */
void tree_plant(struct mincostflow *flow);

/* Hangs a new node, which is in no tree yet, on the root by an empty artificial arc. */
void tree_add_leaf(struct mincostflow *flow, uint32_t node);

/* Puts right a tree arc that no longer keeps its bounds and carries `carried`, lower bound
 * included: it leaves the tree. In mincostflow_repair.c. */
void tree_repair(struct mincostflow *flow, uint32_t arc, int64_t carried);

/* Sends flow through the tree from one node to another; an arc that stops it leaves the tree for
 * the one of least reduced cost that can go on, which the dual simplex would choose. Returns how
 * much arrived: not all where nothing can go on, or where it would be too much work. The tree may
 * be weak afterwards. In mincostflow_repair.c. */
int64_t tree_send(struct mincostflow *flow, uint32_t from, uint32_t to, int64_t amount);

/* Makes a weak tree strongly feasible again, with artificial arcs. In mincostflow_repair.c. */
void tree_uphold(struct mincostflow *flow);

/* Keeps the arc of a node, which is about to leave the tree, in the direction in which it can still
 * carry flow. */
void tree_set_aside(struct mincostflow *flow, uint32_t child);

/* Cuts off a node, with all below it, and hangs it by another arc, whose end inside is its tail
 * where `from_inside`; the arc comes from a bound. Prices are left as they are. */
void tree_rehang(struct mincostflow *flow, uint32_t child, uint32_t crossing, bool from_inside);

/* Makes sure that every arc is in the lists or chains of its ends. O(nodes + arcs) where that
 * takes new lists, after many arcs came; otherwise O(arcs that came). */
void tree_index_arcs(struct mincostflow *flow);

/* Hangs a node, with all below it, on the root by an empty artificial arc. The arc that it hung on
 * is outside the tree then, at the bound that it had come to. */
void tree_hang_on_root(struct mincostflow *flow, uint32_t node);

/* Adds to the prices of a node and of all below it. */
void tree_shift_prices(struct mincostflow *flow, uint32_t node, int64_t shift);

/* Finds all prices again from the tree. */
void tree_price_all(struct mincostflow *flow);

/* The lower end of a tree arc, or TREE_NIL where the arc is outside the tree. */
uint32_t tree_child_of_arc(const struct mincostflow *flow, uint32_t arc);

/* Notes that arcs at a node may have come to be able to enter. */
void tree_note_moved(struct mincostflow *flow, uint32_t node);

/* Forgets which nodes have moved: from now on any arc may be able to enter. */
void tree_stop_tracking(struct mincostflow *flow);

/* Puts an arc outside the tree at its lower or upper bound; what it carried until now is excess. */
void tree_put_at_bound(struct mincostflow *flow, uint32_t arc, bool upper, int64_t carried);

/* Keeps an arc the other way round. */
void tree_turn(struct mincostflow *flow, uint32_t arc);

#endif
