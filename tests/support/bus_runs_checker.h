/* Drives the runs of buses of a recorded plan once more, sharing no code with the planner. */
#ifndef TESTS_SUPPORT_BUS_RUNS_CHECKER_H
#define TESTS_SUPPORT_BUS_RUNS_CHECKER_H

#include "coordinator/region/region.h"
#include "schemas/model.h"

struct bus_runs_checker {
    const struct region *region;
    const struct hv_plan *plan;
    const double *closes_s; /* by link, after the order; INFINITY: never */
    const double *opens_s;  /* by shelter */
    const double *waiting;  /* by zone: people who may wait for a bus at most */
};

/* NULL, or what is wrong (static): a bus in two places at once, more people than seats or places
 * for wheelchairs, less time than ways, loading and boarding take, a road that is closed by then,
 * people counted twice or nowhere, figures that do not add up. Runs of the plan alone: none may be
 * of an order. */
const char *bus_runs_checker_plan(const struct bus_runs_checker *checker);

#endif
