/* Checks bus plans and computes optima of small instances, sharing no code with the planner. */
#ifndef BUS_CHECKER_H
#define BUS_CHECKER_H

#include "coordinator/optimizer/bus_plan.h"

/* Drives every run of a plan again: times, seats, places, parties, who is taken where, people, and
 * the figures claimed. Returns NULL, or what is wrong (static). */
const char *bus_checker_plan(const struct bus_instance *instance, const struct bus_plan *plan);

/* The best value of a tiny instance of parties of one, by trying every order of every run with
 * every number of people, bus by bus. `ret_exact` is false where that takes more than `tries_max`.
 */
struct bus_value bus_checker_optimum(const struct bus_instance *instance, int64_t tries_max,
                                     bool *ret_exact);

/* The least sum of arrivals of an instance of up to ten points where nothing but seats and the
 * buses limits anybody: no deadlines, ready times or openings, places for all, all alike, one or
 * two fleets of one bus each, runs of up to three stops. By dynamic programming over who is still
 * waiting: a run of some seconds costs them for everybody whom its bus has still to bring. */
int64_t bus_checker_arrivals(const struct bus_instance *instance);

#endif
