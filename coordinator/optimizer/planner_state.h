/* The inside of a planning session. Included only by planner*.c.
 *
 * planner.c owns the picture and takes changes, planner_routes.c keeps travel times,
 * planner_people.c and planner_goods.c each keep one minimum-cost flow in step with the picture,
 * planner_reasons.c explains. Matrices are row by row; an "origin" is a zone, or after all zones a
 * depot. */
#ifndef HV_OPTIMIZER_PLANNER_STATE_H
#define HV_OPTIMIZER_PLANNER_STATE_H

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
    int64_t unserved_cost;
    bool *stale_zone, *stale_shelter; /* arcs that differ from the picture */
    bool stale_all;
};

/* Root → depot → depot-item → shelter-item → shelter → root, a circulation in which each need met
 * earns what its shortage would have cost. In base units, or in millilitres where what can be
 * loaded or received is limited, since only then do items meet. */
struct planner_goods {
    struct mincostflow *flow;
    bool by_volume;
    uint32_t root, first_depot, first_stock, first_need, first_shelter; /* nodes */
    uint32_t first_dispatch_arc, first_stock_arc;                       /* depot; depot × item */
    uint32_t *row; /* shelter × item: arc to the shelter, the lanes from each depot follow;
                      PLANNER_NO_ARC where there never was a need */
    uint32_t first_receive_arc;
    bool *stale_depot, *stale_shelter;
    bool stale_all;
};

struct planner {
    struct instance instance; /* points to the arrays below */
    struct network *network;
    struct instance_zone *zones;
    struct instance_shelter *shelters;
    struct instance_depot *depots;
    struct instance_item *items;
    int64_t *stock, *reserve, *need;

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

/* planner_people.c ------------------------------------------------------------------------------
 */

/* Whether pins, exclusions and roads let a zone use a shelter, were it open and had it places. */
bool planner_pair_is_open(const struct planner *planner, uint32_t zone, uint32_t shelter);

/* Places that may be filled now, in all and of a class. */
int64_t planner_capacity_now(const struct instance_shelter *shelter);
int64_t planner_places_now(const struct instance_shelter *shelter, uint32_t class);

/* Brings the flow up to date, solves it and writes assignments, unserved, objective, bound and
 * duals. */
HV_MUST_USE int planner_solve_people(struct planner_run *run, struct plan *plan);
void planner_free_people(struct planner_people *people);

/* planner_goods.c -------------------------------------------------------------------------------
 */

bool planner_lane_is_open(const struct planner *planner, uint32_t depot, uint32_t shelter);

/* Stock less reserve, 0 where the depot is not usable. */
int64_t planner_available(const struct planner *planner, uint32_t depot, uint32_t item);

HV_MUST_USE int planner_solve_goods(struct planner_run *run, struct plan *plan);
void planner_free_goods(struct planner_goods *goods);

/* planner_reasons.c -----------------------------------------------------------------------------
 */

HV_MUST_USE int planner_explain(const struct planner *planner, struct plan *plan);

/* planner.c -------------------------------------------------------------------------------------
 */

/* Solves one of the flows within the limits of the run, and says whether it came to the end. */
HV_MUST_USE int planner_run_flow(struct planner_run *run, struct mincostflow *flow,
                                 bool *ret_finished);

/* Copies the route of a pair into the plan, once for each pair. */
HV_MUST_USE int planner_add_route(struct planner *planner, struct plan *plan, size_t *link_room,
                                  uint32_t origin, uint32_t shelter, struct plan_route *ret_route);

#endif
