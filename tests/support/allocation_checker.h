/* Judges allocations without any code of the solver: re-adds a plan and looks for what it breaks,
 * and finds optima of small instances by linear programmes for Clp, with fairness one level after
 * the other. Meant for tests: it aborts without memory. */
#ifndef TESTS_SUPPORT_ALLOCATION_CHECKER_H
#define TESTS_SUPPORT_ALLOCATION_CHECKER_H

#include "coordinator/optimizer/allocation_plan.h"
#include "tests/support/chance.h"

/* NULL, or what is wrong with the plan: a limit broken, a need met beyond itself, unmet that is not
 * need minus sent, an objective or fill rate that does not add up, a bound above the objective. In
 * static memory, until the next call. */
const char *allocation_check(const struct allocation_instance *instance,
                             const struct allocation_plan *plan);

/* The optimum by one linear programme; with maxmin by one a level and one a pair to find out which
 * are at their best, with the fill rates in ret_fill (shelter × item, or NULL). */
double allocation_reference(const struct allocation_instance *instance, double *ret_fill);

/* What may be in a random instance. */
struct allocation_mix {
    uint32_t depots, shelters, items; /* at most */
    bool lane_limits, receive_limits, dispatch_limits, volumeless, fractions;
};

/* A random instance; free with allocation_random_free(). */
struct allocation_instance *allocation_random(struct chance *chance,
                                              const struct allocation_mix *mix);
void allocation_random_free(struct allocation_instance *instance);

#endif
