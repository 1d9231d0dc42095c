/* What an evacuation solver returns: routes with departures, what they reach, and a proven bound.
 */
#ifndef EVACUATION_PLAN_H
#define EVACUATION_PLAN_H

#include "coordinator/optimizer/evacuation_instance.h"

/* Compared by unserved first. */
struct evacuation_value {
    int64_t unserved;
    int64_t total_arrival_steps;
};

struct evacuation_departure {
    int32_t step;
    int64_t people;
};

/* People of one zone to one shelter over one sequence of links. */
struct evacuation_route {
    int32_t zone, shelter;
    size_t link_first, link_count;           /* into the plan's links */
    size_t departure_first, departure_count; /* into the plan's departures, in order of step */
};

/* Prices that are constant from one step to the next change: node v has the runs first[v] to
 * first[v + 1]; before its first run a price is 0. */
struct evacuation_prices {
    int64_t unserved_cost;
    size_t node_count;
    size_t *first; /* by node, node_count + 1 entries */
    int32_t *steps;
    int64_t *values;
};

struct evacuation_plan {
    struct evacuation_value value;
    struct evacuation_value bound; /* no plan of the instance is better; proven by the prices */
    int32_t last_arrival_step;
    bool optimal; /* value equals bound */
    struct evacuation_route *routes;
    struct evacuation_departure *departures;
    int32_t *links; /* indices of the instance's links */
    size_t route_count, departure_count, link_count;
    int64_t *unserved_by_zone; /* by zone */
    struct evacuation_prices prices;
    int32_t searched_steps; /* of the horizon: all, or as many as proved the plan, or were looked at
                               before it was stopped or memory_needed */
    int64_t memory_needed;  /* bytes for the whole horizon, where that was more than was allowed;
                               else 0 */
    int64_t work;           /* node-steps and terminals that were scanned */
    int64_t augmentations;
};

/* Frees what a plan owns, not the plan. Accepts one that is all zeros. */
void evacuation_plan_deinit(struct evacuation_plan *plan);

/* The same for prices. */
void evacuation_prices_deinit(struct evacuation_prices *prices);

/* Less than, equal to or more than 0 as `a` is better than, as good as or worse than `b`. */
int evacuation_value_compare(struct evacuation_value a, struct evacuation_value b);

/* Whether nobody more can be served than by a plan of this value, and its sum of arrival steps is
 * within this share of the bound's. */
bool evacuation_value_is_within(struct evacuation_value value, struct evacuation_value bound,
                                double gap);

#endif
