/* Pre-positioning a second time, slowly and without a line of the solver's: brute force over the
 * sizes (and the scenarios to serve), each with the whole programme in arc flows solved by Clp; and
 * a check that re-adds a plan from its lines. */
#ifndef TESTS_SUPPORT_PREPOSITION_REFERENCE_H
#define TESTS_SUPPORT_PREPOSITION_REFERENCE_H

#include "coordinator/optimizer/preposition_plan.h"
#include "tests/support/chance.h"

/* The least objective over all decisions; INFINITY where none satisfies the instance. For instances
 * with few sites and, with a service level, few scenarios. */
double preposition_reference_value(const struct preposition_instance *instance);

/* The least cost in each scenario were it known, at most 8 of them: what regret is against. */
void preposition_reference_least(const struct preposition_instance *instance, double *ret_least);

/* NULL where the plan is a sound outcome of the decision and its figures are right; otherwise what
 * is wrong, in a static buffer. */
const char *preposition_reference_check(const struct preposition_instance *instance,
                                        const struct preposition_decision *decision,
                                        const struct preposition_plan *plan);

/* A random instance of its own arrays; give it back by preposition_random_free. */
struct preposition_random {
    struct preposition_instance instance;
    struct preposition_site sites[8];
    struct preposition_size sizes[24];
    struct preposition_item items[4];
    struct preposition_arc arcs[64];
    struct preposition_scenario scenarios[8];
    struct preposition_demand demands[256];
    struct preposition_survival survivals[64];
    uint32_t blocked[512];
};
void preposition_random_make(struct chance *chance, struct preposition_random *ret_random);

#endif
