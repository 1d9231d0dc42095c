/* Minimum-cost flow by a network simplex that keeps its basis.
 *
 *     minimise Σ cost · flow   over   lower ≤ flow ≤ upper on each arc,
 *     leaving − arriving = supply at each node.
 *
 * Everything is a 64-bit integer and exact. Nodes and arcs can be added, and supplies, bounds and
 * costs changed, at any time; mincostflow_solve() goes on from the last basis, which after one
 * change is near the new optimum.
 *
 * Method: primal network simplex with a strongly feasible spanning tree (Cunningham 1976), an
 * artificial root with costly arcs to and from each node for feasibility, block search pricing
 * (Grigoriadis 1986; Kovács 2015, "Minimum-cost flow algorithms: an experimental evaluation"). A
 * change that breaks a bound is repaired as the dual simplex would; what is left over goes to
 * artificial arcs, which the simplex then empties again.
 *
 * Problems that have no solution are results, with proof: a cut that cannot carry what it must, or
 * a cycle of negative cost without a bound.
 *
 * Not thread-safe; flows are independent of each other. Deterministic. */
#ifndef HV_OPTIMIZER_MINCOSTFLOW_H
#define HV_OPTIMIZER_MINCOSTFLOW_H

#include "schemas/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MINCOSTFLOW_NO_BOUND 100000000000000000LL /* an upper bound of this or more is none */
#define MINCOSTFLOW_NODES_MAX 100000000u
#define MINCOSTFLOW_ARCS_MAX 1000000000u

enum mincostflow_status {
    MINCOSTFLOW_OPTIMAL,
    MINCOSTFLOW_INFEASIBLE, /* proof: mincostflow_cut() */
    MINCOSTFLOW_UNBOUNDED,  /* proof: mincostflow_cycle() */
    MINCOSTFLOW_STOPPED     /* the limit or the callback; solve again to go on */
};

struct mincostflow_limits {
    uint64_t pivot_limit; /* 0: none */
    /* Called about every 1,000 pivots; anything but 0 stops. NULL: none. */
    int (*progress)(void *context, uint64_t pivots);
    void *context;
};

struct mincostflow;

HV_MUST_USE int mincostflow_new(struct mincostflow **ret_flow);
void mincostflow_free(struct mincostflow *flow);

/* Room for that many nodes and arcs in all, to save growing. HV_ERR_LIMIT, HV_ERR_MEMORY. */
HV_MUST_USE int mincostflow_reserve(struct mincostflow *flow, uint32_t nodes, uint32_t arcs);

/* Adds a node, or an arc, and gives its number; numbers count from 0. `lower` may be negative; an
 * `upper` of MINCOSTFLOW_NO_BOUND or more is no bound. HV_ERR_VALUE: no such node, lower above
 * upper or not above −MINCOSTFLOW_NO_BOUND. HV_ERR_LIMIT, HV_ERR_MEMORY; HV_ERR_OVERFLOW where
 * finite bounds and supplies together pass 2^60. */
HV_MUST_USE int mincostflow_add_node(struct mincostflow *flow, int64_t supply, uint32_t *ret_node);
HV_MUST_USE int mincostflow_add_arc(struct mincostflow *flow, uint32_t from, uint32_t to,
                                    int64_t lower, int64_t upper, int64_t cost, uint32_t *ret_arc);

/* Changes. Errors as above; then nothing has changed. */
HV_MUST_USE int mincostflow_set_supply(struct mincostflow *flow, uint32_t node, int64_t supply);
HV_MUST_USE int mincostflow_set_bounds(struct mincostflow *flow, uint32_t arc, int64_t lower,
                                       int64_t upper);
HV_MUST_USE int mincostflow_set_cost(struct mincostflow *flow, uint32_t arc, int64_t cost);

/* Solves from the present basis. `limits` may be NULL. HV_ERR_OVERFLOW where 2 (nodes + 2) × the
 * largest cost that any arc ever had passes 2^59. */
HV_MUST_USE int mincostflow_solve(struct mincostflow *flow, const struct mincostflow_limits *limits,
                                  enum mincostflow_status *ret_status);

/* Forgets the basis: the next solve starts from nothing. */
void mincostflow_forget_basis(struct mincostflow *flow);

/* Starts from a tree that the caller knows to be feasible, in place of the basis so far: each node
 * sends what it and those below it have too much along its arc, which must leave it and be able to
 * carry that and more; a node with MINCOSTFLOW_NO_ARC is the top of a tree. HV_ERR_VALUE where the
 * arcs make no such tree; then the basis is forgotten. HV_ERR_MEMORY. O(nodes + arcs). */
#define MINCOSTFLOW_NO_ARC UINT32_MAX
HV_MUST_USE int mincostflow_start_from(struct mincostflow *flow, const uint32_t *arc_of_node);

/* The arc of the basis between a node and the one above it, or MINCOSTFLOW_NO_ARC. All other arcs
 * are at one of their bounds. */
uint32_t mincostflow_basic_arc(const struct mincostflow *flow, uint32_t node);

uint32_t mincostflow_node_count(const struct mincostflow *flow);
uint32_t mincostflow_arc_count(const struct mincostflow *flow);
uint64_t mincostflow_pivots(const struct mincostflow *flow); /* of all solves together */

/* After OPTIMAL: the flow of an arc, lower bound included, and the price of a node: with them
 * cost + price(from) − price(to) is ≥ 0 on arcs below their upper bound and ≤ 0 on arcs above their
 * lower bound. */
int64_t mincostflow_arc_flow(const struct mincostflow *flow, uint32_t arc);
int64_t mincostflow_price(const struct mincostflow *flow, uint32_t node);

/* After STOPPED: what of a node's supply no arc carries yet (negative: demand that gets nothing).
 */
int64_t mincostflow_imbalance(const struct mincostflow *flow, uint32_t node);

/* Σ cost · flow. HV_ERR_OVERFLOW. */
HV_MUST_USE int mincostflow_cost(const struct mincostflow *flow, int64_t *ret_cost);

/* After INFEASIBLE: marks in `inside`, one for each node, a set of nodes whose supply is more than
 * all arcs out of it can carry beyond what those into it must bring (or whose demand exceeds,
 * mirrored); ret_excess is by how much. HV_ERR_STATE otherwise. */
HV_MUST_USE int mincostflow_cut(const struct mincostflow *flow, bool *inside, int64_t *ret_excess);

/* After UNBOUNDED: the arcs of a cycle of negative cost without upper bounds, in order, at most one
 * for each node, into `arcs`. HV_ERR_STATE otherwise. */
HV_MUST_USE int mincostflow_cycle(const struct mincostflow *flow, uint32_t *arcs,
                                  size_t *ret_count);

#endif
