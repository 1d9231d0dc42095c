#include "coordinator/optimizer/allocation_session_state.h"

#include <stdlib.h>
#include <string.h>

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
            error = allocation_add_lane_arc(session, session->lanes_by_shelter[i], item);
    }
    if (!error)
        error = allocation_put_need(session, shelter, item);
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
                error = allocation_add_lane_arc(session, l, item);
    }
    return settle(session, error ? error : allocation_put_stock(session, depot, item));
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
    return settle(session, session->flow ? allocation_put_dispatch(session, depot) : 0);
}

int allocation_session_set_receive(struct allocation_session *session, uint32_t shelter,
                                   double receive_m3) {
    if (shelter >= session->instance.shelter_count || !is_limit(receive_m3))
        return HV_ERR_VALUE;
    session->shelters[shelter].receive_m3 = receive_m3;
    return settle(session, session->flow ? allocation_put_receive(session, shelter) : 0);
}

int allocation_session_set_priority(struct allocation_session *session, uint32_t shelter,
                                    double priority) {
    if (shelter >= session->instance.shelter_count || !is_figure(priority))
        return HV_ERR_VALUE;
    session->shelters[shelter].priority = priority;
    int error = 0;
    for (uint32_t k = 0; session->flow && k < item_count(session) && !error; k++)
        error = allocation_put_shortage(session, shelter, k);
    return settle(session, error);
}

int allocation_session_set_lane_cost(struct allocation_session *session, uint32_t lane,
                                     double cost_per_m3) {
    if (lane >= session->instance.lane_count || !is_figure(cost_per_m3))
        return HV_ERR_VALUE;
    session->lanes[lane].cost_per_m3 = cost_per_m3;
    return settle(session, session->flow ? allocation_put_lane(session, lane) : 0);
}

int allocation_session_set_lane_open(struct allocation_session *session, uint32_t lane, bool open) {
    if (lane >= session->instance.lane_count)
        return HV_ERR_VALUE;
    session->lanes[lane].closed = !open;
    return settle(session, session->flow ? allocation_put_lane(session, lane) : 0);
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
        error = allocation_put_stock(session, depot, k);
    return settle(session, error);
}

/* Puts what fairness asks for into the flow. */
static int put_least(struct allocation_session *session, int64_t *least) {
    free(session->least);
    session->least = least;
    int error = 0;
    for (uint32_t s = 0; session->flow && s < session->instance.shelter_count; s++)
        for (uint32_t k = 0; k < item_count(session) && !error; k++)
            error = allocation_put_shortage(session, s, k);
    return settle(session, error);
}

int allocation_session_make_fair(struct allocation_session *session,
                                 const struct mincostflow_limits *limits) {
    int64_t *least =
        copy_of(NULL, cells(session->instance.shelter_count, item_count(session)), sizeof *least);
    int error = least ? 0 : HV_ERR_MEMORY;
    if (!error && !session->flow)
        error = allocation_build_flow(session);
    if (!error)
        error = allocation_find_fair(session, limits, least, &session->level_count);
    if (error) {
        free(least);
        return error;
    }
    return put_least(session, least);
}

/* Solving ----------------------------------------------------------------------------------------
 */

int allocation_session_solve(struct allocation_session *session,
                             const struct mincostflow_limits *limits) {
    int error = session->flow ? 0 : allocation_build_flow(session);
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

uint64_t allocation_session_pivots(const struct allocation_session *session) {
    return session->pivots_gone + (session->flow ? mincostflow_pivots(session->flow) : 0);
}
