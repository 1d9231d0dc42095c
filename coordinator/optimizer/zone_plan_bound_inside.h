/* What the parts of the class bound share: levels of bottlenecks, and the flow's prices spread out.
 */
#ifndef ZONE_PLAN_BOUND_INSIDE_H
#define ZONE_PLAN_BOUND_INSIDE_H

#include "coordinator/optimizer/wide.h"
#include "coordinator/optimizer/zone_plan_bound.h"

#define ZONE_PLAN_BOUND_LEVELS_MAX 16
#define ZONE_PLAN_BOUND_UNREACHED (INT64_MAX / 4)

/* Routes whose narrowest link ever takes at least `least` and at most `most`. */
struct zone_plan_level {
    int64_t least, most;
};

static inline struct evacuation_value zone_plan_greater(struct evacuation_value a,
                                                        struct evacuation_value b) {
    return evacuation_value_compare(a, b) < 0 ? b : a;
}

/* The most that a link ever takes at a step. */
int64_t zone_plan_most_of(const struct evacuation_link *link);

/* Levels of all bottlenecks, the last that of routes without links. `scratch` by link. Returns
 * their number. */
size_t zone_plan_make_levels(const struct evacuation_instance *instance, int64_t *scratch,
                             struct zone_plan_level *levels);

/* Prices are counted in parts of an arrival step. */
#define ZONE_PLAN_BOUND_UNIT 64

/* Prices of links and shelters, and the least costs at them. */
struct zone_plan_pricing {
    const struct evacuation_instance *instance;
    size_t steps;           /* 0 to the horizon */
    int64_t unserved;       /* M: what a person costs who is not served */
    int64_t *link_price;    /* by link and step of entering, a person; ≥ 0 */
    int64_t *shelter_price; /* by shelter, a person; ≥ 0 */
    int64_t *cost; /* by node and step: the least arrival plus prices from there, of the level
                      that was priced last */
    int32_t *in_first, *in;   /* links by the node that they lead to */
    int32_t *out_first, *out; /* by the node that they leave */
    int32_t *queue;           /* nodes whose cost at a step fell */
    bool *queued;
    int64_t *column;      /* by zone, level and step: costs of departures below M, ascending */
    size_t *column_count; /* by zone and level */
    struct zone_plan_level levels[ZONE_PLAN_BOUND_LEVELS_MAX];
    size_t level_count;
};

/* Prices of a flow. HV_OK or HV_ERR_MEMORY; free with zone_plan_pricing_deinit. */
HV_MUST_USE int zone_plan_pricing_init(struct zone_plan_pricing *pricing,
                                       const struct evacuation_instance *instance,
                                       const struct evacuation_prices *prices);
void zone_plan_pricing_deinit(struct zone_plan_pricing *pricing);

/* Sets `cost` for routes over links of a level. O(links · steps). */
void zone_plan_pricing_level(struct zone_plan_pricing *pricing, size_t level);

/* Sets the columns of all zones, of all levels. */
void zone_plan_pricing_columns(struct zone_plan_pricing *pricing);

/* What all capacity costs at these prices: the part of the Lagrangian that is not of the zones. */
wide zone_plan_pricing_capacity(const struct zone_plan_pricing *pricing);

/* The routes' bound of an instance: at prices that begin as those of a flow whose bound they prove
 * and are moved while that gains and counted work is left. Sets `*bound` to it if that is greater.
 * `watch` may end that. Where it is more than the flow's, adds the routes that gained most to
 * `ways`, if that is not NULL; where it is not, those of the flow do as well. HV_OK or
 * HV_ERR_MEMORY. */
HV_MUST_USE int zone_plan_bound_routes(const struct evacuation_instance *instance,
                                       const struct zone_plan_places *places,
                                       const struct evacuation_plan *flow, int32_t routes,
                                       int64_t work_max, const struct evacuation_options *watch,
                                       struct zone_plan_bound_ways *ways,
                                       struct evacuation_value *bound);

/* The bound of one shelter a zone, for plans with one route a zone and no reversal, which could
 * widen a route: sets `*bound` to it if that is greater. HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int zone_plan_bound_places(const struct zone_plan_problem *problem,
                                       struct evacuation_value *bound);

#endif
