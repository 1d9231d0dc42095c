/* The inside of a planning session. Included only by planner*.c.
 *
 * planner.c owns the picture, planner_change.c takes changes to it, planner_routes.c keeps travel
 * times, planner_people_flow.c keeps a minimum-cost flow and planner_goods.c allocation sessions in
 * step with it, planner_goods_plan.c reads whole units out of these, planner_reasons.c explains.
 * Matrices are row by row; an "origin" is a zone, or after all zones a depot. */
#ifndef HV_OPTIMIZER_PLANNER_STATE_H
#define HV_OPTIMIZER_PLANNER_STATE_H

#include "coordinator/optimizer/allocation_session.h"
#include "coordinator/optimizer/mincostflow.h"
#include "coordinator/optimizer/planner.h"

#define PLANNER_NO_ARC UINT32_MAX

struct planner_route {
    uint32_t count;
    uint32_t links[];
};

/* Zone-class → shelter-class → shelter → sink, and zone-class → sink for the unserved. */
struct planner_people {
    struct mincostflow *flow;                              /* NULL until the first solve */
    uint32_t first_zone, first_place, first_shelter, sink; /* nodes */
    uint32_t *row;      /* zone-class: first arc to the shelters, or PLANNER_NO_ARC */
    uint32_t *unserved; /* zone-class: arc to the sink */
    uint32_t *kept;     /* zone × class × shelter: arc of the part in force, or
                           PLANNER_NO_ARC; NULL until a plan is in force */
    uint32_t first_place_arc, first_capacity_arc;
    bool put_first; /* the flow is that of a plan in which some came before others */
    int64_t unserved_cost;
    bool *stale_zone, *stale_shelter; /* arcs that differ from the picture */
    bool stale_all;
};

/* Two allocation sessions, both in millilitres and micro cost units, so that what is whole here is
 * whole there: one for the least cost, which proves the bound, and one for the fairest plan where
 * that is asked for. Lane d × shelters + s leads from depot d to shelter s. */
struct planner_goods {
    struct allocation_session *cheapest, *fairest; /* NULL until the first solve */
    struct allocation_session *freest;  /* least cost were all orders to be made anew; the same */
    struct allocation_session *carried; /* least cost within what vehicles can do; the same */
    struct allocation_session *carried_fair; /* the fairest within that; the same */
    enum planner_fairness fairness;
};

struct planner_promises {
    struct planner_promise *list; /* whose lines are in `lines` */
    struct planner_promise_line *lines;
    enum plan_reason_code *why; /* by promise: why it does not stand; REASON_NONE where it does */
    int64_t *saving;
    uint32_t count;
    int64_t price;
};

struct planner_carrier {
    planner_carry *carry; /* NULL: nobody says how goods get there */
    void *context;
};

struct planner {
    struct instance instance; /* points to the arrays below */
    struct network *network;
    struct instance_zone *zones;
    struct instance_shelter *shelters;
    struct instance_depot *depots;
    struct instance_item *items;
    int64_t *stock, *reserve, *need; /* without what orders that stand have promised */
    int64_t *all_stock, *all_need;   /* with it */
    int64_t *lane_ml;                /* depot × shelter; NULL until one is limited */

    bool *pinned, *zone_excluded; /* zone × shelter */
    uint32_t *pin_count;          /* zone */
    bool *depot_excluded;         /* depot × shelter */
    int64_t *in_force;            /* zone × class × shelter; NULL until a plan is in force */
    int64_t change_price_ms;

    struct network_search *search, *other_search;
    int64_t *travel_ms;            /* origin × shelter */
    struct planner_route **routes; /* origin × shelter, found when asked for */
    bool has_travel;
    uint32_t route_node; /* where `search` last searched routes from, or NETWORK_NONE */

    struct planner_people people;
    struct planner_goods goods;
    struct planner_promises promises;
    struct planner_carrier carrier;

    uint64_t searches;    /* since planner_new() */
    uint64_t pivots_gone; /* of flows that were rebuilt */
};

/* One call of planner_solve(). */
struct planner_run {
    struct planner *planner;
    const struct planner_limits *limits; /* never NULL */
    uint64_t work_before;
    enum planner_stage stage;
    bool stopped;
};

static inline size_t planner_pair(const struct planner *planner, uint32_t origin,
                                  uint32_t shelter) {
    return (size_t)origin * planner->instance.shelter_count + shelter;
}

static inline size_t planner_row(uint32_t zone, uint32_t class) {
    return (size_t)zone * INSTANCE_CLASSES + class;
}

static inline uint32_t planner_origins(const struct planner *planner) {
    return planner->instance.zone_count + planner->instance.depot_count;
}

/* Zeroed memory for count × bytes, never NULL for want of size; NULL without memory. */
void *planner_take(size_t count, size_t bytes);

/* planner_routes.c ------------------------------------------------------------------------------
 */

/* Finds all travel times where that has not been done. */
HV_MUST_USE int planner_find_travel(struct planner *planner);

/* Changes a link of the network and with it the travel times that this alters. */
HV_MUST_USE int planner_change_link(struct planner *planner, uint32_t link, bool closed,
                                    int64_t travel_ms);

/* The quickest route of a pair that has one; belongs to the session, until the next change. */
HV_MUST_USE int planner_route(struct planner *planner, uint32_t origin, uint32_t shelter,
                              const struct planner_route **ret_route);

/* planner_people_flow.c -------------------------------------------------------------------------
 */

/* Whether pins, exclusions and roads let a zone use a shelter, were it open and had it places. */
bool planner_pair_is_open(const struct planner *planner, uint32_t zone, uint32_t shelter);

/* Places that may be filled now, in all and of a class. */
int64_t planner_capacity_now(const struct instance_shelter *shelter);
int64_t planner_places_now(const struct instance_shelter *shelter, uint32_t class);

/* When who leaves the zone now is in the shelter, which is reachable. */
int64_t planner_arrival_ms(const struct planner *planner, uint32_t zone, uint32_t shelter);

/* People of a row whom the plan in force sends to a shelter, and those of a class of a zone who can
 * be held to it: no more than there still are. */
int64_t planner_in_force(const struct planner *planner, size_t row, uint32_t shelter);
int64_t planner_bound_people(const struct planner *planner, uint32_t zone, uint32_t class);

uint32_t planner_zone_node(const struct planner_people *people, size_t row);
uint32_t planner_place_node(const struct planner_people *people, uint32_t shelter, uint32_t class);

/* Brings the flow in step with the picture; after an error it is no basis to go on from. */
HV_MUST_USE int planner_refresh_people(struct planner *planner);

/* Sets the cost of every arc that holds people to the plan in force; there is one. */
HV_MUST_USE int planner_price_changes(struct planner *planner, int64_t price_ms);

/* People of a row whom the flow sends to a shelter. */
int64_t planner_pair_flow(const struct planner *planner, size_t row, uint32_t shelter);

void planner_free_people(struct planner_people *people);

/* planner_people_plan.c -------------------------------------------------------------------------
 */

/* Reads assignments and unserved out of the flow; adds the plan up, its objective and how many of
 * the plan in force it moves. */
HV_MUST_USE int planner_read_people(struct planner *planner, struct plan *plan);
HV_MUST_USE int planner_add_up_people(const struct planner *planner, struct plan *plan);

/* planner_people_proof.c ------------------------------------------------------------------------
 */

/* Writes bound and duals out of the prices of the flow. */
HV_MUST_USE int planner_prove_people(const struct planner *planner, struct plan *plan);

/* planner_people_first.c ------------------------------------------------------------------------
 */

/* Brings the flow back to where the last solve was before it put anybody first. */
HV_MUST_USE int planner_put_back(struct planner_run *run);

/* Among the plans that leave the fewest, one that leaves the fewest with medical needs and in
 * wheelchairs, the former before the latter, and of these the quickest. Another solve, from where
 * the last one ended, where any of them are left. */
HV_MUST_USE int planner_put_first(struct planner_run *run, struct plan *plan);

/* planner_people.c ------------------------------------------------------------------------------
 */

/* Brings the flow up to date, solves it and writes assignments, unserved, objective, bound and
 * duals. */
HV_MUST_USE int planner_solve_people(struct planner_run *run, struct plan *plan);

/* planner_goods.c -------------------------------------------------------------------------------
 */

bool planner_lane_is_open(const struct planner *planner, uint32_t depot, uint32_t shelter);

/* Stock less reserve, 0 where the depot is not usable. */
int64_t planner_available(const struct planner *planner, uint32_t depot, uint32_t item);

/* What carrying one base unit costs, and what its lack does, in micro cost units. HV_ERR_OVERFLOW.
 */
HV_MUST_USE int planner_unit_cost(const struct planner *planner, uint32_t depot, uint32_t shelter,
                                  uint32_t item, int64_t *ret_cost);
HV_MUST_USE int planner_unit_shortage(const struct planner *planner, uint32_t shelter,
                                      uint32_t item, int64_t *ret_cost);

/* What goods may go from depot to shelter at all, or INSTANCE_NO_LIMIT. */
int64_t planner_lane_ml(const struct planner *planner, uint32_t depot, uint32_t shelter);

HV_MUST_USE int planner_solve_goods(struct planner_run *run, struct plan *plan);

/* Solves a session for the least cost, limits of lanes included, within what the run leaves. The
 * caller deinits the plan. */
HV_MUST_USE int planner_solve_cheapest(struct planner_run *run, struct allocation_session **session,
                                       struct allocation_plan *ret_plan);

/* The same for the fairest of the least cost; `plan`, which is deinited, is what limits of lanes
 * start from, and stays as it was where the run is stopped on the way. */
HV_MUST_USE int planner_solve_fairest(struct planner_run *run, struct allocation_session **session,
                                      struct allocation_plan *plan);
uint64_t planner_goods_pivots(const struct planner_goods *goods);
void planner_free_goods(struct planner_goods *goods);

/* Solves a session for the least cost that stock and needs allow now, without limits of lanes, and
 * says what that is. The caller deinits the plan, which has shipments and prices alone. */
HV_MUST_USE int planner_cheapest_cost(struct planner_run *run, struct allocation_session **session,
                                      struct allocation_plan *ret_plan, double *ret_cost);

/* planner_promises.c ----------------------------------------------------------------------------
 */

/* Releases the orders that cannot be carried out, and takes the others off stock and needs. */
void planner_break_promises(struct planner *planner);

/* Releases more of them where that saves enough, and says what those that stand cost. */
HV_MUST_USE int planner_improve_promises(struct planner_run *run, struct plan *plan);
HV_MUST_USE int planner_write_promises(const struct planner *planner, struct plan *plan);
void planner_free_promises(struct planner_promises *promises);

/* planner_goods_plan.c --------------------------------------------------------------------------
 */

/* Writes shipments, unmet, cost and least fill rate of a divisible plan in whole units, or with
 * `packs` in whole packs, over what the plan had of them. */
HV_MUST_USE int planner_write_goods(struct planner *planner,
                                    const struct allocation_shipment *shipments, size_t count,
                                    bool packs, struct plan *plan);

/* Bound and duals of goods from the prices, which are in micro cost units, of a unit and of a
 * millilitre. */
HV_MUST_USE int planner_prove_goods(const struct planner *planner,
                                    const struct allocation_prices *prices, struct plan *plan);

/* planner_carriers.c ----------------------------------------------------------------------------
 */

/* Has the plan's goods carried, and allocates what is left behind anew as long as that brings more.
 */
HV_MUST_USE int planner_carry_goods(struct planner_run *run, bool packs, struct plan *plan);

/* What a plan comes to with its vehicles: its cost, and the lack of what is on no trip, in micro
 * cost units. HV_ERR_OVERFLOW. */
HV_MUST_USE int planner_carried_cost(const struct planner *planner, const struct plan *plan,
                                     double *ret_cost);

/* planner_reasons.c -----------------------------------------------------------------------------
 */

HV_MUST_USE int planner_explain(const struct planner *planner, struct plan *plan);

/* planner.c -------------------------------------------------------------------------------------
 */

/* What the run leaves to a flow. False where nothing is left: the run is stopped. */
bool planner_flow_limits(struct planner_run *run, struct mincostflow_limits *ret_limits);

/* Solves one of the flows within the limits of the run, and says whether it came to the end. */
HV_MUST_USE int planner_run_flow(struct planner_run *run, struct mincostflow *flow,
                                 bool *ret_finished);

/* Copies the route of a pair into the plan, once for each pair. */
HV_MUST_USE int planner_add_route(struct planner *planner, struct plan *plan, size_t *link_room,
                                  uint32_t origin, uint32_t shelter, struct plan_route *ret_route);

#endif
