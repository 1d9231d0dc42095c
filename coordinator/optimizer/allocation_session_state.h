/* The inside of a session. Included only by allocation_session*.c and
 * allocation_fair.c. */
#ifndef HV_OPTIMIZER_ALLOCATION_SESSION_STATE_H
#define HV_OPTIMIZER_ALLOCATION_SESSION_STATE_H

#include "coordinator/optimizer/allocation_session.h"

#define NO_ARC MINCOSTFLOW_NO_ARC

/* Nodes, in this order: root, depots, stocks (depot × item), shelters, needs (shelter × item). Arcs
 * in the same order: depot → root, stock → depot, shelter → root, need → shelter (unmet), and then
 * lanes, need → stock, where there ever was a need and a stock. What has no volume passes by depot
 * and shelter, straight to the root. */
struct allocation_session {
    struct allocation_instance instance; /* points to the copies below */
    struct allocation_item *items;
    struct allocation_depot *depots;
    struct allocation_shelter *shelters;
    struct allocation_lane *lanes;
    double *stock, *reserve, *need;
    int64_t *least; /* shelter × item: quanta that are sent at least; NULL for none */

    uint32_t *lanes_by_shelter, *first_of_shelter; /* lanes; where each shelter's begin, and end */
    struct mincostflow *flow;                      /* NULL: to be built */
    double *volume;       /* item: m³ a unit, or what stands for it where there is none */
    double quanta, money; /* quanta in a m³; what a unit of cost is in the flow's whole numbers */
    double need_m3_max;   /* above this volumes are counted anew */
    double bound_m3_max;  /* a bound above this is none */
    int64_t *need_quanta; /* shelter × item */
    int64_t *shelter_quanta;    /* shelter: Σ of its needs that have a volume */
    int64_t root_quanta;        /* Σ of all */
    bool *has_stock, *has_need; /* ever had: depot × item, shelter × item */
    uint32_t *lane_arc;         /* lane × item, or NO_ARC */
    uint32_t *arc_lane;         /* by arc after the first lane arc: its lane */
    size_t arc_lane_room;
    uint32_t first_lane_arc;
    uint64_t pivots_gone; /* of flows that were built anew */
    uint32_t level_count; /* of the last fairness */
    bool is_solved;
};

static inline size_t cells(uint32_t rows, uint32_t columns) {
    return (size_t)rows * columns;
}

static inline uint32_t item_count(const struct allocation_session *session) {
    return session->instance.item_count;
}

static inline uint32_t stock_cell(const struct allocation_session *session, uint32_t depot,
                                  uint32_t item) {
    return depot * item_count(session) + item;
}

static inline uint32_t need_cell(const struct allocation_session *session, uint32_t shelter,
                                 uint32_t item) {
    return shelter * item_count(session) + item;
}

static inline uint32_t depot_node(uint32_t depot) {
    return 1 + depot;
}

static inline uint32_t stock_node(const struct allocation_session *session, uint32_t cell) {
    return 1 + session->instance.depot_count + cell;
}

static inline uint32_t shelter_node(const struct allocation_session *session, uint32_t shelter) {
    return stock_node(session, session->instance.depot_count * item_count(session)) + shelter;
}

static inline uint32_t need_node(const struct allocation_session *session, uint32_t cell) {
    return shelter_node(session, session->instance.shelter_count) + cell;
}

static inline uint32_t node_count(const struct allocation_session *session) {
    return need_node(session, session->instance.shelter_count * item_count(session));
}

/* The arc of a node that is neither root nor lane: all others have one, in the order of nodes. */
static inline uint32_t arc_of_node(uint32_t node) {
    return node - 1;
}

static inline bool has_volume(const struct allocation_session *session, uint32_t item) {
    return session->items[item].volume_m3 > 0;
}

/* What the flow takes as the free stock of a depot, in quanta. */
int64_t allocation_stock_quanta(const struct allocation_session *session, uint32_t depot,
                                uint32_t item);

/* A limit in m³ in quanta, MINCOSTFLOW_NO_BOUND where there is none. */
int64_t allocation_limit_quanta(const struct allocation_session *session, double limit_m3);

/* Builds the flow anew from the session's instance, with scales for it and the basis in which
 * nothing is sent. HV_ERR_MEMORY, HV_ERR_OVERFLOW; the caller drops what was begun. */
HV_MUST_USE int allocation_build_flow(struct allocation_session *session);

/* Figures of the session's instance into its flow. HV_ERR_OVERFLOW where one does not fit the
 * scales: then the flow is to be built anew; HV_ERR_MEMORY. */
HV_MUST_USE int allocation_put_dispatch(struct allocation_session *session, uint32_t depot);
HV_MUST_USE int allocation_put_stock(struct allocation_session *session, uint32_t depot,
                                     uint32_t item);
HV_MUST_USE int allocation_put_receive(struct allocation_session *session, uint32_t shelter);
HV_MUST_USE int allocation_put_shortage(struct allocation_session *session, uint32_t shelter,
                                        uint32_t item);
HV_MUST_USE int allocation_put_need(struct allocation_session *session, uint32_t shelter,
                                    uint32_t item);
HV_MUST_USE int allocation_put_lane(struct allocation_session *session, uint32_t lane);

/* Adds the arc of a lane for an item, where there is a need and a stock and it is not there yet. */
HV_MUST_USE int allocation_add_lane_arc(struct allocation_session *session, uint32_t lane,
                                        uint32_t item);

/* Quanta that must stay unmet at a shelter for it to receive no more than it can; 0: none. */
int64_t allocation_least_unmet(const struct allocation_session *session, uint32_t shelter);

/* Finds how many quanta of each need are sent where fill rates are leximin, and the number of
 * levels. `least`: shelter × item. In allocation_fair.c. HV_ERR_MEMORY; HV_ERR_LIMIT where depots
 * hang together over more than thousands of shelters; HV_ERR_STOPPED by the
 * limits' callback, which is called with the number of levels. */
HV_MUST_USE int allocation_find_fair(const struct allocation_session *session,
                                     const struct mincostflow_limits *limits, int64_t *least,
                                     uint32_t *ret_levels);

#endif
