/* Where the people of a task go, when and by which road: assignment, flow and timetable together.
 * Pure.
 *
 * The planner's assignment knows classes, pins, exclusions and the plan in force, and nothing of
 * the room on the roads. The exact flow knows the roads and none of these. So two plans are made
 * and put on the roads (timetable.h), and the better one is taken:
 *   - the one that keeps: the assignment with the plan in force and its price;
 *   - the one that follows the flow: as near to what the flow sends from each zone to each shelter
 *     as classes, pins, exclusions and places allow.
 * Better has fewer unserved, then the smaller sum of arrivals with the price of change for each
 * person of the plan in force who would go elsewhere. What that sum loses against the other plan is
 * what stability costs.
 *
 * Both have the fewest people without a place; who that is is decided by the planner. */
#ifndef COORDINATOR_PLANNING_PEOPLE_H
#define COORDINATOR_PLANNING_PEOPLE_H

#include "coordinator/optimizer/timetable.h"
#include "coordinator/planning/session.h"

/* Solves the planner, in which the task is set, and puts the plan on the roads. A region that is
 * too large for that has a plan without a timetable. Errors of planner_solve and timetable_make. */
int people_solve(struct planner *planner, struct timetable *timetable,
                 const struct session_task *task, const struct planner_limits *limits,
                 int (*stop)(void *context), void *context, struct plan **ret_plan) HV_MUST_USE;

#endif
