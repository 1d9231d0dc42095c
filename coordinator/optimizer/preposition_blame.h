/* Which scenario hurts, and why: every scenario once more as if no stock had been destroyed, as if
 * no road had been broken, and as if neither had happened. What then costs less was the damage's
 * doing; what does not is that too little is held. The decision stays as it is, so all of it is
 * exact: transportation problems, no search. */
#ifndef PREPOSITION_BLAME_H
#define PREPOSITION_BLAME_H

#include "coordinator/optimizer/preposition_plan.h"

struct preposition_if {
    double cost;  /* recourse */
    double unmet; /* units of all items together */
};

struct preposition_blame {
    double share; /* of the expected recourse cost */
    struct preposition_if as_is, stock_whole, roads_whole, both_whole;
    double lost;         /* units of stock destroyed */
    uint32_t worst_road; /* blocked arc that would carry most, by volume, were roads whole;
                            UINT32_MAX none */
    double worst_road_m3;
};

/* A scenario each into `ret_blames`, which has room for them. `plan` is the decision's own.
 * HV_ERR_LIMIT, HV_ERR_MEMORY. */
HV_MUST_USE int preposition_blame_find(const struct preposition_instance *instance,
                                       const struct preposition_decision *decision,
                                       const struct preposition_plan *plan,
                                       struct preposition_blame *ret_blames);

#endif
