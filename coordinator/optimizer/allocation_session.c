#include "coordinator/optimizer/allocation_session_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADROOM = 4,            /* needs may grow by this before volumes are counted anew */
    MAGNITUDE_EXPONENT = 59, /* Σ of bounds and supplies, in quanta, stays below 2^59 */
    SUPPLY_EXPONENT = 56,    /* and one of them below 2^56 */
    COST_EXPONENT = 56       /* (nodes + 2) × the largest cost stays below 2^56 */
};

/* Memory -----------------------------------------------------------------------------------------
 */

static void *copy_of(const void *from, size_t count, size_t bytes) {
    void *copy = calloc(count + 1, bytes);
    if (copy && from && count > 0)
        memcpy(copy, from, count * bytes);
    return copy;
}

static int sort_lanes(struct allocation_session *session) {
    uint32_t lanes = session->instance.lane_count, shelters = session->instance.shelter_count;
    session->lanes_by_shelter = calloc(lanes + (size_t)1, sizeof(uint32_t));
    session->first_of_shelter = calloc(shelters + (size_t)2, sizeof(uint32_t));
    if (!session->lanes_by_shelter || !session->first_of_shelter)
        return HV_ERR_MEMORY;
    uint32_t *first = session->first_of_shelter;
    for (uint32_t l = 0; l < lanes; l++)
        first[session->lanes[l].shelter + 2]++;
    for (uint32_t s = 0; s < shelters; s++)
        first[s + 2] += first[s + 1];
    for (uint32_t l = 0; l < lanes; l++)
        session->lanes_by_shelter[first[session->lanes[l].shelter + 1]++] = l;
    return 0;
}

static int copy_instance(struct allocation_session *session,
                         const struct allocation_instance *from) {
    size_t stocks = cells(from->depot_count, from->item_count);
    size_t needs = cells(from->shelter_count, from->item_count);
    session->items = copy_of(from->items, from->item_count, sizeof *session->items);
    session->depots = copy_of(from->depots, from->depot_count, sizeof *session->depots);
    session->shelters = copy_of(from->shelters, from->shelter_count, sizeof *session->shelters);
    session->lanes = copy_of(from->lanes, from->lane_count, sizeof *session->lanes);
    session->stock = copy_of(from->stock, stocks, sizeof *session->stock);
    session->reserve = copy_of(from->reserve, stocks, sizeof *session->reserve);
    session->need = copy_of(from->need, needs, sizeof *session->need);
    session->volume = copy_of(NULL, from->item_count, sizeof *session->volume);
    session->need_quanta = copy_of(NULL, needs, sizeof *session->need_quanta);
    session->shelter_quanta = copy_of(NULL, from->shelter_count, sizeof *session->shelter_quanta);
    session->has_stock = copy_of(NULL, stocks, sizeof *session->has_stock);
    session->has_need = copy_of(NULL, needs, sizeof *session->has_need);
    session->lane_arc =
        copy_of(NULL, cells(from->lane_count, from->item_count), sizeof *session->lane_arc);
    if (!session->items || !session->depots || !session->shelters || !session->lanes ||
        !session->stock || !session->reserve || !session->need || !session->volume ||
        !session->need_quanta || !session->shelter_quanta || !session->has_stock ||
        !session->has_need || !session->lane_arc)
        return HV_ERR_MEMORY;
    session->instance = *from;
    session->instance.items = session->items;
    session->instance.depots = session->depots;
    session->instance.shelters = session->shelters;
    session->instance.lanes = session->lanes;
    session->instance.stock = session->stock;
    session->instance.reserve = session->reserve;
    session->instance.need = session->need;
    return sort_lanes(session);
}

int allocation_session_new(const struct allocation_instance *instance,
                           struct allocation_session **ret_session) {
    int error = allocation_instance_check(instance);
    if (error)
        return error;
    struct allocation_session *session = calloc(1, sizeof *session);
    error = session ? copy_instance(session, instance) : HV_ERR_MEMORY;
    if (error) {
        allocation_session_free(session);
        return error;
    }
    *ret_session = session;
    return 0;
}

void allocation_session_free(struct allocation_session *session) {
    if (!session)
        return;
    mincostflow_free(session->flow);
    free(session->items);
    free(session->depots);
    free(session->shelters);
    free(session->lanes);
    free(session->stock);
    free(session->reserve);
    free(session->need);
    free(session->least);
    free(session->lanes_by_shelter);
    free(session->first_of_shelter);
    free(session->volume);
    free(session->need_quanta);
    free(session->shelter_quanta);
    free(session->has_stock);
    free(session->has_need);
    free(session->lane_arc);
    free(session->arc_lane);
    free(session);
}

const struct allocation_instance *
allocation_session_instance(const struct allocation_session *session) {
    return &session->instance;
}

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

static uint32_t node_count(const struct allocation_session *session) {
    return need_node(session, session->instance.shelter_count * item_count(session));
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

static int put_dispatch(struct allocation_session *session, uint32_t depot) {
    return mincostflow_set_bounds(
        session->flow, arc_of_node(depot_node(depot)), 0,
        allocation_limit_quanta(session, session->depots[depot].dispatch_m3));
}

static int put_stock(struct allocation_session *session, uint32_t depot, uint32_t item) {
    uint32_t node = stock_node(session, stock_cell(session, depot, item));
    return mincostflow_set_bounds(session->flow, arc_of_node(node), 0,
                                  allocation_stock_quanta(session, depot, item));
}

/* What must stay unmet at a shelter for it to receive no more than it can; 0: all may come. */
static int64_t least_unmet(const struct allocation_session *session, uint32_t shelter) {
    double limit = session->shelters[shelter].receive_m3;
    int64_t lower = 0;
    if (allocation_is_limited(limit) && limit < session->bound_m3_max)
        lower = session->shelter_quanta[shelter] - (int64_t)floor(limit * session->quanta);
    return lower > 0 ? lower : 0;
}

static int put_receive(struct allocation_session *session, uint32_t shelter) {
    return mincostflow_set_bounds(session->flow, arc_of_node(shelter_node(session, shelter)),
                                  least_unmet(session, shelter), MINCOSTFLOW_NO_BOUND);
}

static int put_shortage(struct allocation_session *session, uint32_t shelter, uint32_t item) {
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
static int put_need(struct allocation_session *session, uint32_t shelter, uint32_t item) {
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
    return put_receive(session, shelter);
}

static bool lane_is_open(const struct allocation_session *session, uint32_t lane) {
    return !session->lanes[lane].closed;
}

static int put_lane(struct allocation_session *session, uint32_t lane) {
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
    if (at >= session->arc_lane_room) {
        size_t room = at + at / 2 + 1024;
        uint32_t *grown = realloc(session->arc_lane, room * sizeof *grown);
        if (!grown)
            return HV_ERR_MEMORY;
        session->arc_lane = grown;
        session->arc_lane_room = room;
    }
    session->arc_lane[at] = lane;
    session->lane_arc[cells(lane, item_count(session)) + item] = arc;
    return 0;
}

/* Adds the arc of a lane for an item, where there is a need and a stock and it is not there yet. */
static int add_lane_arc(struct allocation_session *session, uint32_t lane, uint32_t item) {
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
                error = add_lane_arc(session, session->lanes_by_shelter[i], k);
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
        error = put_dispatch(session, d);
        for (uint32_t k = 0; k < item_count(session) && !error; k++)
            error = put_stock(session, d, k);
    }
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        for (uint32_t k = 0; k < item_count(session) && !error; k++) {
            error = put_need(session, s, k);
            if (!error)
                error = put_shortage(session, s, k);
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

static int build(struct allocation_session *session) {
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

static void drop_flow(struct allocation_session *session) {
    if (session->flow)
        session->pivots_gone += mincostflow_pivots(session->flow);
    mincostflow_free(session->flow);
    session->flow = NULL;
}

/* Changes ----------------------------------------------------------------------------------------
 */

/* After a figure was put into the flow: one that does not fit the scales has everything built anew
 * at the next solve. */
static int settle(struct allocation_session *session, int error) {
    session->is_solved = false;
    if (error == HV_ERR_OVERFLOW) {
        drop_flow(session);
        return 0;
    }
    return error;
}

static bool is_figure(double figure) {
    return figure >= 0 && figure <= ALLOCATION_FIGURE_MAX;
}

static bool is_limit(double limit_m3) {
    return limit_m3 == ALLOCATION_NO_LIMIT || is_figure(limit_m3);
}

int allocation_session_set_need(struct allocation_session *session, uint32_t shelter, uint32_t item,
                                double quantity) {
    if (shelter >= session->instance.shelter_count || item >= item_count(session) ||
        !is_figure(quantity))
        return HV_ERR_VALUE;
    uint32_t cell = need_cell(session, shelter, item);
    if (session->need[cell] == quantity)
        return 0;
    session->need[cell] = quantity;
    if (!session->flow)
        return settle(session, 0);
    int error = 0;
    if (!session->has_need[cell]) {
        session->has_need[cell] = true;
        for (uint32_t i = session->first_of_shelter[shelter];
             i < session->first_of_shelter[shelter + 1] && !error; i++)
            error = add_lane_arc(session, session->lanes_by_shelter[i], item);
    }
    if (!error)
        error = put_need(session, shelter, item);
    return settle(session, error);
}

static int change_stock(struct allocation_session *session, uint32_t depot, uint32_t item) {
    int error = 0;
    if (!session->flow)
        return settle(session, 0);
    uint32_t cell = stock_cell(session, depot, item);
    if (!session->has_stock[cell] && session->stock[cell] > 0) {
        session->has_stock[cell] = true;
        for (uint32_t l = 0; l < session->instance.lane_count && !error; l++)
            if (session->lanes[l].depot == depot)
                error = add_lane_arc(session, l, item);
    }
    return settle(session, error ? error : put_stock(session, depot, item));
}

static bool is_stock(const struct allocation_session *session, uint32_t depot, uint32_t item,
                     double quantity) {
    return depot < session->instance.depot_count && item < item_count(session) &&
           is_figure(quantity);
}

int allocation_session_set_stock(struct allocation_session *session, uint32_t depot, uint32_t item,
                                 double quantity) {
    if (!is_stock(session, depot, item, quantity))
        return HV_ERR_VALUE;
    session->stock[stock_cell(session, depot, item)] = quantity;
    return change_stock(session, depot, item);
}

int allocation_session_set_reserve(struct allocation_session *session, uint32_t depot,
                                   uint32_t item, double quantity) {
    if (!is_stock(session, depot, item, quantity))
        return HV_ERR_VALUE;
    session->reserve[stock_cell(session, depot, item)] = quantity;
    return change_stock(session, depot, item);
}

int allocation_session_set_dispatch(struct allocation_session *session, uint32_t depot,
                                    double dispatch_m3) {
    if (depot >= session->instance.depot_count || !is_limit(dispatch_m3))
        return HV_ERR_VALUE;
    session->depots[depot].dispatch_m3 = dispatch_m3;
    return settle(session, session->flow ? put_dispatch(session, depot) : 0);
}

int allocation_session_set_receive(struct allocation_session *session, uint32_t shelter,
                                   double receive_m3) {
    if (shelter >= session->instance.shelter_count || !is_limit(receive_m3))
        return HV_ERR_VALUE;
    session->shelters[shelter].receive_m3 = receive_m3;
    return settle(session, session->flow ? put_receive(session, shelter) : 0);
}

int allocation_session_set_priority(struct allocation_session *session, uint32_t shelter,
                                    double priority) {
    if (shelter >= session->instance.shelter_count || !is_figure(priority))
        return HV_ERR_VALUE;
    session->shelters[shelter].priority = priority;
    int error = 0;
    for (uint32_t k = 0; session->flow && k < item_count(session) && !error; k++)
        error = put_shortage(session, shelter, k);
    return settle(session, error);
}

int allocation_session_set_lane_cost(struct allocation_session *session, uint32_t lane,
                                     double cost_per_m3) {
    if (lane >= session->instance.lane_count || !is_figure(cost_per_m3))
        return HV_ERR_VALUE;
    session->lanes[lane].cost_per_m3 = cost_per_m3;
    return settle(session, session->flow ? put_lane(session, lane) : 0);
}

int allocation_session_set_lane_open(struct allocation_session *session, uint32_t lane, bool open) {
    if (lane >= session->instance.lane_count)
        return HV_ERR_VALUE;
    session->lanes[lane].closed = !open;
    return settle(session, session->flow ? put_lane(session, lane) : 0);
}

int allocation_session_set_lane_capacity(struct allocation_session *session, uint32_t lane,
                                         double capacity_m3) {
    if (lane >= session->instance.lane_count || !is_limit(capacity_m3))
        return HV_ERR_VALUE;
    session->lanes[lane].capacity_m3 = capacity_m3;
    return 0;
}

int allocation_session_set_depot_open(struct allocation_session *session, uint32_t depot,
                                      bool open) {
    if (depot >= session->instance.depot_count)
        return HV_ERR_VALUE;
    session->depots[depot].closed = !open;
    int error = 0;
    for (uint32_t k = 0; session->flow && k < item_count(session) && !error; k++)
        error = put_stock(session, depot, k);
    return settle(session, error);
}

/* Puts what fairness asks for, or no longer does, into the flow. */
static int put_least(struct allocation_session *session, int64_t *least) {
    free(session->least);
    session->least = least;
    int error = 0;
    for (uint32_t s = 0; session->flow && s < session->instance.shelter_count; s++)
        for (uint32_t k = 0; k < item_count(session) && !error; k++)
            error = put_shortage(session, s, k);
    return settle(session, error);
}

int allocation_session_make_fair(struct allocation_session *session,
                                 const struct mincostflow_limits *limits) {
    int64_t *least =
        copy_of(NULL, cells(session->instance.shelter_count, item_count(session)), sizeof *least);
    int error = least ? 0 : HV_ERR_MEMORY;
    if (!error && !session->flow)
        error = build(session);
    if (!error)
        error = allocation_find_fair(session, limits, least, &session->level_count);
    if (error) {
        free(least);
        return error;
    }
    return put_least(session, least);
}

int allocation_session_forget_fairness(struct allocation_session *session) {
    return session->least ? put_least(session, NULL) : 0;
}

/* Solving ----------------------------------------------------------------------------------------
 */

int allocation_session_solve(struct allocation_session *session,
                             const struct mincostflow_limits *limits) {
    int error = session->flow ? 0 : build(session);
    enum mincostflow_status status = MINCOSTFLOW_STOPPED;
    if (!error)
        error = mincostflow_solve(session->flow, limits, &status);
    if (error) {
        drop_flow(session);
        return error;
    }
    session->is_solved = status == MINCOSTFLOW_OPTIMAL;
    if (session->is_solved)
        return 0;
    return status == MINCOSTFLOW_STOPPED ? HV_ERR_STOPPED : HV_ERR_VALUE;
}

void allocation_session_forget_basis(struct allocation_session *session) {
    drop_flow(session);
    session->is_solved = false;
}

uint64_t allocation_session_pivots(const struct allocation_session *session) {
    return session->pivots_gone + (session->flow ? mincostflow_pivots(session->flow) : 0);
}

/* Reading ----------------------------------------------------------------------------------------
 */

static int compare_shipments(const void *a, const void *b) {
    const struct allocation_shipment *x = a, *y = b;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return (x->lane > y->lane) - (x->lane < y->lane);
}

/* What a basic arc carries, where it is a lane's. Only these carry anything: a lane has no bound to
 * be at. */
static void add_basic_lane(const struct allocation_session *session, uint32_t arc,
                           struct allocation_plan *plan, uint32_t *shelters) {
    if (arc == NO_ARC || arc < session->first_lane_arc)
        return;
    int64_t quanta = mincostflow_arc_flow(session->flow, arc);
    if (quanta <= 0)
        return;
    uint32_t lane = session->arc_lane[arc - session->first_lane_arc], item = 0;
    while (session->lane_arc[cells(lane, item_count(session)) + item] != arc)
        item++;
    size_t need = need_cell(session, session->lanes[lane].shelter, item);
    if (session->need_quanta[need] == 0) /* on the way there only, of a solve that was stopped */
        return;
    shelters[plan->shipment_count] = session->lanes[lane].shelter;
    plan->shipments[plan->shipment_count++] = (struct allocation_shipment){
        lane, item, session->need[need] * ((double)quanta / (double)session->need_quanta[need])};
}

/* Into the order of shelters, items and lanes: counted by shelter, then sorted within each. */
static int sort_shipments(const struct allocation_session *session, struct allocation_plan *plan,
                          const uint32_t *shelters) {
    size_t *first = calloc(session->instance.shelter_count + (size_t)2, sizeof *first);
    struct allocation_shipment *sorted =
        malloc((plan->shipment_count + 1) * sizeof *plan->shipments);
    if (!first || !sorted) {
        free(first);
        free(sorted);
        return HV_ERR_MEMORY;
    }
    for (size_t i = 0; i < plan->shipment_count; i++)
        first[shelters[i] + 2]++;
    for (uint32_t s = 0; s < session->instance.shelter_count; s++)
        first[s + 2] += first[s + 1];
    for (size_t i = 0; i < plan->shipment_count; i++)
        sorted[first[shelters[i] + 1]++] = plan->shipments[i];
    for (uint32_t s = 0; s < session->instance.shelter_count; s++)
        qsort(sorted + first[s], first[s + 1] - first[s], sizeof *sorted, compare_shipments);
    free(first);
    free(plan->shipments);
    plan->shipments = sorted;
    return 0;
}

static int read_shipments(const struct allocation_session *session, struct allocation_plan *plan) {
    uint32_t nodes = node_count(session);
    uint32_t *shelters = malloc(nodes * sizeof *shelters);
    plan->shipments = malloc(nodes * sizeof *plan->shipments);
    int error = shelters && plan->shipments ? 0 : HV_ERR_MEMORY;
    for (uint32_t node = 1; node < nodes && !error; node++)
        add_basic_lane(session, mincostflow_basic_arc(session->flow, node), plan, shelters);
    if (!error)
        error = sort_shipments(session, plan, shelters);
    free(shelters);
    return error;
}

static int read_unmet(const struct allocation_session *session, struct allocation_plan *plan) {
    uint32_t shelters = session->instance.shelter_count;
    plan->unmet = malloc((cells(shelters, item_count(session)) + 1) * sizeof *plan->unmet);
    if (!plan->unmet)
        return HV_ERR_MEMORY;
    for (uint32_t s = 0; s < shelters; s++)
        for (uint32_t k = 0; k < item_count(session); k++) {
            uint32_t cell = need_cell(session, s, k);
            int64_t all = session->need_quanta[cell];
            int64_t quanta = all == 0 ? 0
                                      : mincostflow_arc_flow(session->flow,
                                                             arc_of_node(need_node(session, cell)));
            if (quanta > 0)
                plan->unmet[plan->unmet_count++] = (struct allocation_unmet){
                    s, k, session->need[cell] * ((double)quanta / (double)all)};
        }
    return 0;
}

/* What one m³ more of an arc's bound would save. */
static double gain(const struct allocation_session *session, uint32_t low, uint32_t high) {
    int64_t more = mincostflow_price(session->flow, high) - mincostflow_price(session->flow, low);
    return more > 0 ? (double)more / session->money : 0;
}

static int read_prices(const struct allocation_session *session, struct allocation_prices *prices) {
    const struct allocation_instance *instance = &session->instance;
    prices->stock = calloc(cells(instance->depot_count, item_count(session)) + 1, sizeof(double));
    prices->dispatch = calloc(instance->depot_count + (size_t)1, sizeof(double));
    prices->receive = calloc(instance->shelter_count + (size_t)1, sizeof(double));
    if (!prices->stock || !prices->dispatch || !prices->receive)
        return HV_ERR_MEMORY;
    for (uint32_t d = 0; d < instance->depot_count; d++) {
        if (allocation_is_limited(session->depots[d].dispatch_m3))
            prices->dispatch[d] = gain(session, depot_node(d), 0);
        for (uint32_t k = 0; k < item_count(session); k++) {
            uint32_t cell = stock_cell(session, d, k);
            uint32_t above = has_volume(session, k) ? depot_node(d) : 0;
            prices->stock[cell] =
                session->volume[k] * gain(session, stock_node(session, cell), above);
        }
    }
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        if (least_unmet(session, s) > 0) /* else nothing is short, whatever an empty arc's price */
            prices->receive[s] = gain(session, 0, shelter_node(session, s));
    return 0;
}

/* What fairness gives of each need. */
static int read_floor(const struct allocation_session *session, struct allocation_plan *plan) {
    size_t needs = cells(session->instance.shelter_count, item_count(session));
    plan->floor = calloc(needs + 1, sizeof *plan->floor);
    if (!plan->floor)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < needs; i++)
        if (session->need_quanta[i] > 0)
            plan->floor[i] = (double)session->least[i] / (double)session->need_quanta[i];
    plan->level_count = session->level_count;
    return 0;
}

int allocation_session_read_flow(const struct allocation_session *session,
                                 struct allocation_plan *ret_plan) {
    struct allocation_plan plan = {.pivots = allocation_session_pivots(session)};
    int error = session->flow ? read_shipments(session, &plan) : 0;
    if (!error && session->flow)
        error = read_prices(session, &plan.prices);
    if (error)
        allocation_plan_deinit(&plan);
    else
        *ret_plan = plan;
    return error;
}

int allocation_session_read(const struct allocation_session *session,
                            struct allocation_plan *ret_plan) {
    if (!session->is_solved)
        return HV_ERR_STATE;
    struct allocation_plan plan = {.pivots = allocation_session_pivots(session)};
    int error = read_shipments(session, &plan);
    if (!error)
        error = read_unmet(session, &plan);
    if (!error)
        error = read_prices(session, &plan.prices);
    if (!error)
        error = allocation_plan_add_up(&session->instance, &plan);
    if (!error && session->least)
        error = read_floor(session, &plan);
    if (!error)
        error = allocation_bound(&session->instance, plan.floor, &plan.prices, &plan.lower_bound);
    plan.unfair_cost = plan.objective;
    if (error)
        allocation_plan_deinit(&plan);
    else
        *ret_plan = plan;
    return error;
}
