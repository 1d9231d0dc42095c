/* The route that gains most at given prices: the same links for everybody, whatever the step.
 *
 * Where a person more is worth `worth`, a route that takes b people a step gains the sum of
 * b · (worth − what leaving at t costs by it), over the steps where that is above 0, the cheapest
 * first until the zone is empty or the shelter full. The greatest gain is found by labels, the most
 * hopeful first (A*): a label is a way from the zone to a node with what it costs by step of
 * departure so far, its hope the gain if everybody went on from there as is cheapest at that step.
 * A label is dropped where another of the same node and travel time costs no more at any step and
 * passes no node that this one does not (Feillet, Dejax, Gendreau and Gueguen 2004). */
#ifndef ZONE_PLAN_BOUND_WALK_H
#define ZONE_PLAN_BOUND_WALK_H

#include "coordinator/optimizer/zone_plan_bound_inside.h"

/* Whose route is sought, and at what price. */
struct zone_plan_walker {
    size_t zone;
    int64_t people;
    int64_t worth; /* of a person, in parts of a step; at most what an unserved one costs */
};

struct zone_plan_walk_label;

struct zone_plan_walk {
    const struct zone_plan_pricing *pricing; /* borrowed */
    struct zone_plan_walk_label *labels;
    int64_t *costs; /* by label and step of departure: prices of its links */
    size_t label_count, label_max;
    int32_t *heap; /* labels, the most hopeful first */
    size_t heap_count;
    int32_t *first;   /* by node: its labels, a list; -1 for none */
    uint32_t *passed; /* by node: the stamp of the last way that passes it */
    uint32_t stamp;
    int64_t *gains;   /* scratch, by step */
    int64_t work;     /* steps of links looked at */
    int64_t work_max; /* with so much done no search goes further than its first hope */
    /* the route that was found last */
    int32_t *links;
    int32_t link_count, shelter;
};

HV_MUST_USE int zone_plan_walk_init(struct zone_plan_walk *walk,
                                    const struct zone_plan_pricing *pricing, int64_t work_max);
void zone_plan_walk_deinit(struct zone_plan_walk *walk);

/* No route of the level that was priced last gains more than what is returned, which is at least
 * `known`. Where it is more, and `*ret_found`, the route in `walk` gains just that; without
 * `*ret_found` the search was broken off. */
wide zone_plan_walk_find(struct zone_plan_walk *walk, const struct zone_plan_walker *walker,
                         const struct zone_plan_level *level, wide known, bool *ret_found);

#endif
