/* The flow of a session: in what its figures are counted, which arcs it has, and how figures get
 * there. */
#include "coordinator/optimizer/allocation_session_state.h"

#include "coordinator/optimizer/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADROOM = 4,            /* needs may grow by this before volumes are counted anew */
    MAGNITUDE_EXPONENT = 59, /* Σ of bounds and supplies, in quanta, stays below 2^59 */
    SUPPLY_EXPONENT = 56,    /* and one of them below 2^56 */
    COST_EXPONENT = 56       /* (nodes + 2) × the largest cost stays below 2^56 */
};

/* Scales -----------------------------------------------------------------------------------------
 */

static double need_of_item(const struct allocation_session *session, uint32_t item) {
    double sum = 0;
    for (uint32_t s = 0; s < session->instance.shelter_count; s++)
        sum += session->need[need_cell(session, s, item)];
    return sum;
}

/* What has no volume is counted as if all of it together had the volume of all else. */
static double choose_volumes(struct allocation_session *session) {
    double total = 0, all;
    for (uint32_t k = 0; k < item_count(session); k++)
        total += need_of_item(session, k) * session->items[k].volume_m3;
    all = total;
    for (uint32_t k = 0; k < item_count(session); k++) {
        double need = need_of_item(session, k);
        session->volume[k] = session->items[k].volume_m3;
        if (has_volume(session, k))
            continue;
        session->volume[k] = total > 0 && need > 0 ? total / need : 1;
        all += need * session->volume[k];
    }
    return all > 0 ? all : 1;
}

static double bounded(double m3, double most) {
    return m3 < most ? m3 : most;
}

static void choose_quanta(struct allocation_session *session) {
    const struct allocation_instance *instance = &session->instance;
    double need = choose_volumes(session);
    session->need_m3_max = HEADROOM * need;
    session->bound_m3_max = 2 * session->need_m3_max;
    double sum = 4 * session->need_m3_max; /* supplies, the root's, unmet, received */
    for (uint32_t d = 0; d < instance->depot_count; d++) {
        if (allocation_is_limited(session->depots[d].dispatch_m3))
            sum += bounded(session->depots[d].dispatch_m3, session->bound_m3_max);
        for (uint32_t k = 0; k < item_count(session); k++)
            sum += bounded(session->stock[stock_cell(session, d, k)] * session->volume[k],
                           session->bound_m3_max);
    }
    double room = bounded(ldexp(1, MAGNITUDE_EXPONENT) / sum,
                          ldexp(1, SUPPLY_EXPONENT) / session->need_m3_max);
    session->quanta = ldexp(1, (int)floor(log2(room)));
}

static double shortage_per_m3(const struct allocation_session *session, uint32_t shelter,
                              uint32_t item) {
    return session->items[item].shortage_cost * session->shelters[shelter].priority /
           session->volume[item];
}

static double lane_cost_per_m3(const struct allocation_session *session, uint32_t lane,
                               uint32_t item) {
    return has_volume(session, item) ? session->lanes[lane].cost_per_m3 : 0;
}

/* HV_ERR_OVERFLOW where costs are too far apart for 64 bits. */
static int choose_money(struct allocation_session *session) {
    const struct allocation_instance *instance = &session->instance;
    double most = 0;
    for (uint32_t l = 0; l < instance->lane_count; l++)
        most = fmax(most, session->lanes[l].cost_per_m3);
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        for (uint32_t k = 0; k < item_count(session); k++)
            most = fmax(most, shortage_per_m3(session, s, k));
    if (!(most < 1e300))
        return HV_ERR_OVERFLOW;
    double room = ldexp(1, COST_EXPONENT) / (node_count(session) + 2.0);
    session->money = most > 0 ? ldexp(1, (int)floor(log2(room / most))) : 1;
    return 0;
}

static int in_money(const struct allocation_session *session, double cost, int64_t *ret_cost) {
    double whole = cost * session->money;
    if (!(whole * (node_count(session) + 2.0) <= ldexp(1, COST_EXPONENT)))
        return HV_ERR_OVERFLOW;
    *ret_cost = llround(whole);
    return 0;
}

/* A need in quanta, at least one where there is a need at all. HV_ERR_OVERFLOW: volumes are to be
 * counted anew. */
static int need_in_quanta(const struct allocation_session *session, double need, uint32_t item,
                          int64_t *ret_quanta) {
    double m3 = need * session->volume[item];
    if (m3 > session->need_m3_max)
        return HV_ERR_OVERFLOW;
    int64_t quanta = llround(m3 * session->quanta);
    *ret_quanta = need > 0 && quanta == 0 ? 1 : quanta;
    return 0;
}

static int64_t bound_in_quanta(const struct allocation_session *session, double m3) {
    return m3 >= session->bound_m3_max ? MINCOSTFLOW_NO_BOUND
                                       : (int64_t)floor(m3 * session->quanta);
}

int64_t allocation_limit_quanta(const struct allocation_session *session, double limit_m3) {
    return allocation_is_limited(limit_m3) ? bound_in_quanta(session, limit_m3)
                                           : MINCOSTFLOW_NO_BOUND;
}

int64_t allocation_stock_quanta(const struct allocation_session *session, uint32_t depot,
                                uint32_t item) {
    double free_stock = allocation_free_stock(&session->instance, depot, item);
    return bound_in_quanta(session, free_stock * session->volume[item]);
}

/* Figures into the flow --------------------------------------------------------------------------
 */

int allocation_put_dispatch(struct allocation_session *session, uint32_t depot) {
    return mincostflow_set_bounds(
        session->flow, arc_of_node(depot_node(depot)), 0,
        allocation_limit_quanta(session, session->depots[depot].dispatch_m3));
}

int allocation_put_stock(struct allocation_session *session, uint32_t depot, uint32_t item) {
    uint32_t node = stock_node(session, stock_cell(session, depot, item));
    return mincostflow_set_bounds(session->flow, arc_of_node(node), 0,
                                  allocation_stock_quanta(session, depot, item));
}

/* What must stay unmet at a shelter for it to receive no more than it can; 0: all may come. */
int64_t allocation_least_unmet(const struct allocation_session *session, uint32_t shelter) {
    double limit = session->shelters[shelter].receive_m3;
    int64_t lower = 0;
    if (allocation_is_limited(limit) && limit < session->bound_m3_max)
        lower = session->shelter_quanta[shelter] - (int64_t)floor(limit * session->quanta);
    return lower > 0 ? lower : 0;
}

int allocation_put_receive(struct allocation_session *session, uint32_t shelter) {
    return mincostflow_set_bounds(session->flow, arc_of_node(shelter_node(session, shelter)),
                                  allocation_least_unmet(session, shelter), MINCOSTFLOW_NO_BOUND);
}

int allocation_put_shortage(struct allocation_session *session, uint32_t shelter, uint32_t item) {
    uint32_t cell = need_cell(session, shelter, item);
    uint32_t arc = arc_of_node(need_node(session, cell));
    int64_t cost, most = MINCOSTFLOW_NO_BOUND;
    if (session->least)
        most = session->need_quanta[cell] - session->least[cell];
    int error = in_money(session, shortage_per_m3(session, shelter, item), &cost);
    if (!error)
        error = mincostflow_set_cost(session->flow, arc, cost);
    return error ? error : mincostflow_set_bounds(session->flow, arc, 0, most > 0 ? most : 0);
}

/* A need, with what follows for the root and for what the shelter receives. */
int allocation_put_need(struct allocation_session *session, uint32_t shelter, uint32_t item) {
    uint32_t cell = need_cell(session, shelter, item);
    int64_t quanta;
    int error = need_in_quanta(session, session->need[cell], item, &quanta);
    if (error)
        return error;
    int64_t more = quanta - session->need_quanta[cell];
    if (session->root_quanta + more > (int64_t)(session->need_m3_max * session->quanta))
        return HV_ERR_OVERFLOW;
    error = mincostflow_set_supply(session->flow, need_node(session, cell), quanta);
    if (!error)
        error = mincostflow_set_supply(session->flow, 0, -(session->root_quanta + more));
    if (error)
        return error;
    session->need_quanta[cell] = quanta;
    session->root_quanta += more;
    if (!has_volume(session, item))
        return 0;
    session->shelter_quanta[shelter] += more;
    return allocation_put_receive(session, shelter);
}

static bool lane_is_open(const struct allocation_session *session, uint32_t lane) {
    return !session->lanes[lane].closed;
}

int allocation_put_lane(struct allocation_session *session, uint32_t lane) {
    int error = 0;
    for (uint32_t k = 0; k < item_count(session) && !error; k++) {
        uint32_t arc = session->lane_arc[cells(lane, item_count(session)) + k];
        int64_t cost;
        if (arc == NO_ARC)
            continue;
        error = in_money(session, lane_cost_per_m3(session, lane, k), &cost);
        if (!error)
            error = mincostflow_set_cost(session->flow, arc, cost);
        if (!error)
            error = mincostflow_set_bounds(session->flow, arc, 0,
                                           lane_is_open(session, lane) ? MINCOSTFLOW_NO_BOUND : 0);
    }
    return error;
}

/* Building ---------------------------------------------------------------------------------------
 */

static int note_lane_arc(struct allocation_session *session, uint32_t arc, uint32_t lane,
                         uint32_t item) {
    size_t at = arc - session->first_lane_arc;
    int error = array_reserve((void **)&session->arc_lane, at + 1, &session->arc_lane_room,
                              sizeof *session->arc_lane);
    if (error)
        return error;
    session->arc_lane[at] = lane;
    session->lane_arc[cells(lane, item_count(session)) + item] = arc;
    return 0;
}

/* Adds the arc of a lane for an item, where there is a need and a stock and it is not there yet. */
int allocation_add_lane_arc(struct allocation_session *session, uint32_t lane, uint32_t item) {
    uint32_t stock = stock_cell(session, session->lanes[lane].depot, item);
    uint32_t need = need_cell(session, session->lanes[lane].shelter, item), arc;
    if (!session->has_stock[stock] || !session->has_need[need] ||
        session->lane_arc[cells(lane, item_count(session)) + item] != NO_ARC)
        return 0;
    int64_t cost;
    int error = in_money(session, lane_cost_per_m3(session, lane, item), &cost);
    if (!error)
        error = mincostflow_add_arc(
            session->flow, need_node(session, need), stock_node(session, stock), 0,
            lane_is_open(session, lane) ? MINCOSTFLOW_NO_BOUND : 0, cost, &arc);
    return error ? error : note_lane_arc(session, arc, lane, item);
}

/* By shelter, then by item: so that a block of arcs that pricing looks at is one need's. */
static int add_lane_arcs(struct allocation_session *session) {
    int error = 0;
    session->first_lane_arc = mincostflow_arc_count(session->flow);
    for (uint32_t s = 0; s < session->instance.shelter_count; s++)
        for (uint32_t k = 0; k < item_count(session); k++)
            for (uint32_t i = session->first_of_shelter[s];
                 i < session->first_of_shelter[s + 1] && !error; i++)
                error = allocation_add_lane_arc(session, session->lanes_by_shelter[i], k);
    return error;
}

/* The arcs that each node but the root has, as long as nothing is sent. */
static int add_node_arcs(struct allocation_session *session) {
    const struct allocation_instance *instance = &session->instance;
    uint32_t arc;
    int error = 0;
    for (uint32_t d = 0; d < instance->depot_count && !error; d++)
        error = mincostflow_add_arc(session->flow, depot_node(d), 0, 0, 0, 0, &arc);
    for (uint32_t d = 0; d < instance->depot_count; d++)
        for (uint32_t k = 0; k < item_count(session) && !error; k++)
            error =
                mincostflow_add_arc(session->flow, stock_node(session, stock_cell(session, d, k)),
                                    has_volume(session, k) ? depot_node(d) : 0, 0, 0, 0, &arc);
    for (uint32_t s = 0; s < instance->shelter_count && !error; s++)
        error = mincostflow_add_arc(session->flow, shelter_node(session, s), 0, 0,
                                    MINCOSTFLOW_NO_BOUND, 0, &arc);
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        for (uint32_t k = 0; k < item_count(session) && !error; k++)
            error = mincostflow_add_arc(session->flow, need_node(session, need_cell(session, s, k)),
                                        has_volume(session, k) ? shelter_node(session, s) : 0, 0, 0,
                                        0, &arc);
    return error;
}

static int put_all(struct allocation_session *session) {
    const struct allocation_instance *instance = &session->instance;
    int error = 0;
    for (uint32_t d = 0; d < instance->depot_count && !error; d++) {
        error = allocation_put_dispatch(session, d);
        for (uint32_t k = 0; k < item_count(session) && !error; k++)
            error = allocation_put_stock(session, d, k);
    }
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        for (uint32_t k = 0; k < item_count(session) && !error; k++) {
            error = allocation_put_need(session, s, k);
            if (!error)
                error = allocation_put_shortage(session, s, k);
        }
    return error;
}

static void note_what_is_there(struct allocation_session *session) {
    size_t stocks = cells(session->instance.depot_count, item_count(session));
    size_t needs = cells(session->instance.shelter_count, item_count(session));
    for (size_t i = 0; i < stocks; i++)
        session->has_stock[i] = session->has_stock[i] || session->stock[i] > 0;
    for (size_t i = 0; i < needs; i++)
        session->has_need[i] = session->has_need[i] || session->need[i] > 0;
    memset(session->lane_arc, 0xff,
           cells(session->instance.lane_count, item_count(session)) * sizeof *session->lane_arc);
    memset(session->need_quanta, 0, needs * sizeof *session->need_quanta);
    memset(session->shelter_quanta, 0,
           session->instance.shelter_count * sizeof *session->shelter_quanta);
    session->root_quanta = 0;
}

/* The basis in which nothing is sent: each node's own arc takes all requests to the root. */
static int start_with_nothing_sent(struct allocation_session *session) {
    uint32_t nodes = node_count(session);
    uint32_t *arcs = malloc(nodes * sizeof *arcs);
    if (!arcs)
        return HV_ERR_MEMORY;
    arcs[0] = NO_ARC;
    for (uint32_t node = 1; node < nodes; node++) {
        const struct allocation_instance *instance = &session->instance;
        uint32_t first_stock = stock_node(session, 0);
        uint32_t first_shelter = shelter_node(session, 0);
        bool is_stock = node >= first_stock && node < first_shelter;
        bool is_depot = node < first_stock;
        uint32_t depot = is_depot   ? node - 1
                         : is_stock ? (node - first_stock) / item_count(session)
                                    : 0;
        uint32_t item = is_stock ? (node - first_stock) % item_count(session) : 0;
        bool carries = true;
        if (is_depot)
            carries = instance->depots[depot].dispatch_m3 != 0;
        else if (is_stock)
            carries = allocation_stock_quanta(session, depot, item) > 0;
        arcs[node] = carries ? arc_of_node(node) : NO_ARC;
    }
    int error = mincostflow_start_from(session->flow, arcs);
    free(arcs);
    return error == HV_ERR_VALUE ? 0 : error; /* with a floor: from artificial arcs */
}

int allocation_build_flow(struct allocation_session *session) {
    choose_quanta(session);
    note_what_is_there(session);
    int error = choose_money(session);
    if (!error)
        error = mincostflow_new(&session->flow);
    for (uint32_t i = 0, node; i < node_count(session) && !error; i++)
        error = mincostflow_add_node(session->flow, 0, &node);
    if (!error)
        error = add_node_arcs(session);
    if (!error)
        error = add_lane_arcs(session);
    if (!error)
        error = put_all(session);
    return error ? error : start_with_nothing_sent(session);
}
