/* What the files of orders share: orders_people.c, orders_buses.c, orders_goods.c,
 * orders_transfers.c and orders_roads.c each say what a plan wants of whom, orders_kits.c which
 * kits are opened for it; orders.c holds it against what is in force. */
#ifndef COORDINATOR_PLANNING_ORDERS_INSIDE_H
#define COORDINATOR_PLANNING_ORDERS_INSIDE_H

#include "coordinator/planning/orders.h"
#include "coordinator/planning/road_posts.h"

/* Orders that the plan wants. The core numbers those that are new, in this order. */
struct orders_wanted {
    struct hv_order *orders;
    size_t count, room;
    bool *kept; /* an order in force says the same */
};

struct orders_making {
    const struct orders_scene *scene;
    const struct hv_plan *plan;
    int64_t plan_wall_ms; /* when it was recorded */
    struct hv_arena *arena;
    struct orders_wanted wanted;
    int64_t *yard_load; /* people by vehicle of the region */
    struct road_posts roads;
    size_t *road_order; /* by road: its order among those wanted, from 1; 0: none */
};

/* A new order of the plan, to be done soon; NULL: no room. */
struct hv_order *orders_want(struct orders_making *making, enum hv_order_kind kind,
                             enum hv_post post, const char *addressee);

/* A place is told by its node; one that has none is told by print or voice. */
struct hv_order *orders_want_of_place(struct orders_making *making, enum hv_order_kind kind,
                                      const char *place);

/* All that the plan wants of each of them, behind what is there. HV_ERR_MEMORY. */
int orders_want_people(struct orders_making *making) HV_MUST_USE;
int orders_want_buses(struct orders_making *making) HV_MUST_USE;
int orders_want_goods(struct orders_making *making) HV_MUST_USE;
int orders_want_transfers(struct orders_making *making) HV_MUST_USE;
int orders_want_roads(struct orders_making *making) HV_MUST_USE;

/* Says on orders to ship which kits are opened first. Once it is known which are new.
 * HV_ERR_MEMORY. O(depots x items + kits x lines) where a depot holds kits. */
int orders_say_kits(struct orders_making *making) HV_MUST_USE;

/* What the posts at the roads have to have; before all others. HV_ERR_MEMORY. */
int orders_find_roads(struct orders_making *making) HV_MUST_USE;

size_t orders_count_roads(const struct orders_making *making); /* posts that are to be told */

/* Whether an order to a road post is one that another takes the place of, or that nothing calls for
 * any more. */
bool orders_road_is_replaced(const struct orders_making *making, const struct state_order *order);

/* The new order that takes its place; NULL: none does. */
const struct hv_order *orders_road_successor(const struct orders_making *making,
                                             const struct hv_order *old);

/* Whether an order in force to a yard has all runs of a wanted one that are not over, and none
 * besides, with room for as many people. */
bool orders_same_runs(const struct hv_order *wanted, const struct hv_order *in_force,
                      int64_t wall_ms);

#endif
