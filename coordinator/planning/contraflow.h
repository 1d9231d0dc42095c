/* Roads whose lanes all run one way. Pure.
 *
 * A link is reversed when its traffic is stopped and its lanes are given to the link that runs the
 * other way on the same road: between the same two nodes, where several do under the same name.
 * Reversed are the links that a post was
 * ordered to reverse, by a plan or by hand, until another order to it takes its place; nothing is
 * gained where one of the two is closed.
 *
 * A plan proposes to reverse more where that gains enough: the roads that it fills one way and
 * leaves empty the other are tried together, those of them whose lanes it then does not use are
 * dropped, and what is left is planned once more. A road that is reversed and whose lanes a plan
 * does not use any more is not among the plan's reversals: its post stands down with the approval.
 */
#ifndef COORDINATOR_PLANNING_CONTRAFLOW_H
#define COORDINATOR_PLANNING_CONTRAFLOW_H

#include "coordinator/planning/session.h"

/* By link of the region: the link that runs the other way on its road; UINT32_MAX where there is
 * none, or more than one. On the heap. HV_ERR_MEMORY. O(links log links). */
int contraflow_opposites(const struct region *region, uint32_t **ret_opposite) HV_MUST_USE;

/* Whether an order to reverse a road is open or done. O(orders). */
bool contraflow_is_ordered(const struct state *state);

/* By link of the region, all false at first: whether it is reversed. HV_ERR_MEMORY. */
int contraflow_in_force(const struct state *state, const struct region *region,
                        bool *reversed) HV_MUST_USE;

struct contraflow_solver {
    struct planner *planner;
    const struct timetable *timetable;
    /* Plans for what is set in the planner. */
    int (*solve)(void *context, struct plan **ret_plan);
    void *context;
};

/* Looks at a plan for the picture: tells its reversals, and takes another with more of them in its
 * place where that gains at least what the picture's rules say. What is set in the planner is then
 * what the plan was made for. HV_ERR_MEMORY and what solve gives. */
int contraflow_propose(const struct contraflow_solver *solver, const struct picture *picture,
                       struct plan **plan) HV_MUST_USE;

#endif
