/* People leave buses room on the roads. Pure.
 *
 * In a timetable whoever goes by bus counts on the roads as if they drove, in the window of the
 * others. Nobody drives those cars: what they would take of a road at a step is there for buses.
 * Where and when buses take more, on their ways back and outside the windows, the plan is put on
 * the roads once more, and its people leave them that. */
#ifndef COORDINATOR_PLANNING_PEOPLE_ROOM_H
#define COORDINATOR_PLANNING_PEOPLE_ROOM_H

#include "coordinator/optimizer/planner.h"
#include "coordinator/optimizer/timetable.h"

/* Gives a plan a timetable beside `loads`, by link and then by time, where as many of each
 * assignment are in time by it as before, its ways taken in the same order; else its own stays.
 * `by_bus`: people of each of its streams who drive in none of the cars. The planner and the
 * timetable are those that it was made with. HV_ERR_MEMORY. O(links of the loads times steps, and a
 * timetable). */
int people_room_make(struct planner *planner, struct timetable *timetable,
                     const struct timetable_limits *limits, const struct timetable_load *loads,
                     size_t count, const int64_t *by_bus, struct plan *plan) HV_MUST_USE;

#endif
