/* Stock to needs: an exact minimum-cost flow, kept in step with the picture. */
#include "coordinator/optimizer/planner_state.h"
#include "coordinator/optimizer/wide.h"

#include <stdlib.h>

enum {
    MICRO = 1000000, /* micro cost units in one; also millilitres in a cubic metre */
    FINENESS = 1024  /* by volume the flow counts costs in this part of a micro cost unit */
};

/* The picture -----------------------------------------------------------------------------------
 */

bool planner_lane_is_open(const struct planner *planner, uint32_t depot, uint32_t shelter) {
    size_t pair = planner_pair(planner, planner->instance.zone_count + depot, shelter);
    return planner->travel_ms[pair] != NETWORK_UNREACHABLE && planner->depots[depot].usable &&
           !planner->depot_excluded[planner_pair(planner, depot, shelter)];
}

int64_t planner_available(const struct planner *planner, uint32_t depot, uint32_t item) {
    size_t i = (size_t)depot * planner->instance.item_count + item;
    int64_t free_stock = planner->stock[i] - planner->reserve[i];
    return planner->depots[depot].usable && free_stock > 0 ? free_stock : 0;
}

static size_t need_index(const struct planner *planner, uint32_t shelter, uint32_t item) {
    return (size_t)shelter * planner->instance.item_count + item;
}

/* What carrying one base unit costs, in micro cost units. */
static int unit_cost(const struct planner *planner, uint32_t depot, uint32_t shelter, uint32_t item,
                     int64_t *ret_cost) {
    size_t pair = planner_pair(planner, planner->instance.zone_count + depot, shelter);
    int64_t per_m3;
    int error = instance_lane_cost(planner->instance.haul_cost_per_m3_hour,
                                   planner->travel_ms[pair], &per_m3);
    return error ? error
                 : wide_narrow(wide_product(per_m3, planner->items[item].volume_ml), ret_cost);
}

/* What the lack of one base unit costs, in micro cost units. */
static int unit_shortage(const struct planner *planner, uint32_t shelter, uint32_t item,
                         int64_t *ret_cost) {
    int64_t cost;
    int error = wide_narrow(
        wide_product(planner->items[item].shortage_cost, planner->shelters[shelter].priority),
        &cost);
    return error ? error : wide_narrow(wide_product(cost, MICRO), ret_cost);
}

/* Costs and quantities as the flow counts them. */
static int cost_in_flow(const struct planner *planner, uint32_t item, int64_t cost,
                        int64_t *ret_cost) {
    if (!planner->goods.by_volume) {
        *ret_cost = cost;
        return 0;
    }
    int64_t volume = planner->items[item].volume_ml;
    return wide_narrow((wide_product(cost, FINENESS) + volume / 2) / volume, ret_cost);
}

static int quantity_in_flow(const struct planner *planner, uint32_t item, int64_t quantity,
                            int64_t *ret_quantity) {
    int64_t volume = planner->goods.by_volume ? planner->items[item].volume_ml : 1;
    return wide_narrow(wide_product(quantity, volume), ret_quantity);
}

static bool has_limits(const struct planner *planner) {
    for (uint32_t d = 0; d < planner->instance.depot_count; d++)
        if (planner->depots[d].dispatch_ml != INSTANCE_NO_LIMIT)
            return true;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
        if (planner->shelters[s].receive_ml != INSTANCE_NO_LIMIT)
            return true;
    return false;
}

/* The flow --------------------------------------------------------------------------------------
 */

static int add_nodes(struct mincostflow *flow, size_t count, uint32_t *ret_first) {
    *ret_first = mincostflow_node_count(flow);
    uint32_t node;
    int error = 0;
    for (size_t i = 0; i < count && !error; i++)
        error = mincostflow_add_node(flow, 0, &node);
    return error;
}

static int add_depot_arcs(struct planner *planner, struct planner_goods *goods) {
    uint32_t arc, items = planner->instance.item_count;
    int error = 0;
    goods->first_dispatch_arc = mincostflow_arc_count(goods->flow);
    for (uint32_t d = 0; d < planner->instance.depot_count && !error; d++)
        error =
            mincostflow_add_arc(goods->flow, goods->root, goods->first_depot + d, 0, 0, 0, &arc);
    goods->first_stock_arc = mincostflow_arc_count(goods->flow);
    for (uint32_t d = 0; d < planner->instance.depot_count; d++)
        for (uint32_t k = 0; k < items && !error; k++)
            error = mincostflow_add_arc(goods->flow, goods->first_depot + d,
                                        goods->first_stock + d * items + k, 0, 0, 0, &arc);
    return error;
}

static int build_flow(struct planner *planner, struct planner_goods *goods) {
    uint32_t arc, items = planner->instance.item_count, depots = planner->instance.depot_count;
    uint32_t shelters = planner->instance.shelter_count;
    size_t needs = (size_t)shelters * items;
    goods->row = planner_take(needs, sizeof *goods->row);
    if (!goods->row)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < needs; i++)
        goods->row[i] = PLANNER_NO_ARC;
    int error = mincostflow_new(&goods->flow);
    if (!error)
        error = add_nodes(goods->flow, 1, &goods->root);
    if (!error)
        error = add_nodes(goods->flow, depots, &goods->first_depot);
    if (!error)
        error = add_nodes(goods->flow, (size_t)depots * items, &goods->first_stock);
    if (!error)
        error = add_nodes(goods->flow, needs, &goods->first_need);
    if (!error)
        error = add_nodes(goods->flow, shelters, &goods->first_shelter);
    if (!error)
        error = add_depot_arcs(planner, goods);
    goods->first_receive_arc = goods->flow ? mincostflow_arc_count(goods->flow) : 0;
    for (uint32_t s = 0; s < shelters && !error; s++)
        error =
            mincostflow_add_arc(goods->flow, goods->first_shelter + s, goods->root, 0, 0, 0, &arc);
    goods->stale_all = true;
    return error;
}

void planner_free_goods(struct planner_goods *goods) {
    mincostflow_free(goods->flow);
    free(goods->row);
    goods->flow = NULL;
    goods->row = NULL;
}

/* In step with the picture ----------------------------------------------------------------------
 */

static int64_t limit_in_flow(int64_t limit_ml) {
    return limit_ml == INSTANCE_NO_LIMIT ? MINCOSTFLOW_NO_BOUND : limit_ml;
}

static int refresh_depot(struct planner *planner, uint32_t depot) {
    struct planner_goods *goods = &planner->goods;
    int64_t dispatch = planner->depots[depot].dispatch_ml;
    int error = mincostflow_set_bounds(goods->flow, goods->first_dispatch_arc + depot, 0,
                                       limit_in_flow(dispatch));
    uint32_t items = planner->instance.item_count;
    for (uint32_t k = 0; k < items && !error; k++) {
        int64_t available;
        error = quantity_in_flow(planner, k, planner_available(planner, depot, k), &available);
        if (!error)
            error = mincostflow_set_bounds(goods->flow, goods->first_stock_arc + depot * items + k,
                                           0, available);
    }
    return error;
}

/* One shelter's arcs for an item come when it first needs it: what it gets, then a lane from each
 * depot. */
static int add_row(struct planner *planner, uint32_t shelter, uint32_t item) {
    struct planner_goods *goods = &planner->goods;
    size_t need = need_index(planner, shelter, item);
    uint32_t first, lane, node = goods->first_need + (uint32_t)need;
    uint32_t items = planner->instance.item_count;
    int error =
        mincostflow_add_arc(goods->flow, node, goods->first_shelter + shelter, 0, 0, 0, &first);
    for (uint32_t d = 0; d < planner->instance.depot_count && !error; d++)
        error = mincostflow_add_arc(goods->flow, goods->first_stock + d * items + item, node, 0, 0,
                                    0, &lane);
    if (!error)
        goods->row[need] = first;
    return error;
}

static int refresh_lane(struct planner *planner, uint32_t depot, uint32_t shelter, uint32_t item) {
    struct planner_goods *goods = &planner->goods;
    uint32_t arc = goods->row[need_index(planner, shelter, item)] + 1 + depot;
    bool open = planner_lane_is_open(planner, depot, shelter);
    int64_t cost = 0;
    int error = open ? unit_cost(planner, depot, shelter, item, &cost) : 0;
    if (!error)
        error = cost_in_flow(planner, item, cost, &cost);
    if (!error)
        error = mincostflow_set_cost(goods->flow, arc, cost);
    return error ? error
                 : mincostflow_set_bounds(goods->flow, arc, 0, open ? MINCOSTFLOW_NO_BOUND : 0);
}

static int refresh_need(struct planner *planner, uint32_t shelter, uint32_t item) {
    struct planner_goods *goods = &planner->goods;
    uint32_t arc = goods->row[need_index(planner, shelter, item)];
    int64_t need, cost;
    int error =
        quantity_in_flow(planner, item, planner->need[need_index(planner, shelter, item)], &need);
    if (!error)
        error = unit_shortage(planner, shelter, item, &cost);
    if (!error)
        error = cost_in_flow(planner, item, cost, &cost);
    if (!error)
        error = mincostflow_set_cost(goods->flow, arc, -cost);
    return error ? error : mincostflow_set_bounds(goods->flow, arc, 0, need);
}

static int refresh_shelter(struct planner *planner, uint32_t shelter) {
    struct planner_goods *goods = &planner->goods;
    bool all = goods->stale_all || goods->stale_shelter[shelter];
    int error = 0;
    if (all)
        error = mincostflow_set_bounds(goods->flow, goods->first_receive_arc + shelter, 0,
                                       limit_in_flow(planner->shelters[shelter].receive_ml));
    for (uint32_t k = 0; k < planner->instance.item_count && !error; k++) {
        size_t need = need_index(planner, shelter, k);
        bool new_row = goods->row[need] == PLANNER_NO_ARC;
        if (new_row && planner->need[need] == 0)
            continue;
        if (new_row)
            error = add_row(planner, shelter, k);
        if (!error && (all || new_row))
            error = refresh_need(planner, shelter, k);
        for (uint32_t d = 0; d < planner->instance.depot_count && !error; d++)
            if (all || new_row || goods->stale_depot[d])
                error = refresh_lane(planner, d, shelter, k);
    }
    return error;
}

static int refresh(struct planner *planner) {
    struct planner_goods *goods = &planner->goods;
    if (goods->flow && goods->by_volume != has_limits(planner)) {
        planner->pivots_gone += mincostflow_pivots(goods->flow);
        planner_free_goods(goods);
    }
    goods->by_volume = has_limits(planner);
    int error = goods->flow ? 0 : build_flow(planner, goods);
    for (uint32_t d = 0; d < planner->instance.depot_count && !error; d++)
        if (goods->stale_all || goods->stale_depot[d])
            error = refresh_depot(planner, d);
    for (uint32_t s = 0; s < planner->instance.shelter_count && !error; s++)
        error = refresh_shelter(planner, s);
    if (error)
        return error;
    goods->stale_all = false;
    for (uint32_t d = 0; d < planner->instance.depot_count; d++)
        goods->stale_depot[d] = false;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
        goods->stale_shelter[s] = false;
    return 0;
}

/* Out of the flow, in whole units ---------------------------------------------------------------
 */

/* What may still be sent while the plan is read out of the flow. */
struct remainder {
    int64_t *stock, *need;       /* depot × item; shelter × item */
    int64_t *dispatch, *receive; /* INT64_MAX: no limit */
    int64_t *sent;               /* depot × shelter × item */
};

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int take_remainder(const struct planner *planner, struct remainder *rest) {
    size_t depots = planner->instance.depot_count, shelters = planner->instance.shelter_count;
    size_t items = planner->instance.item_count;
    rest->stock = planner_take(depots * items, sizeof *rest->stock);
    rest->need = planner_take(shelters * items, sizeof *rest->need);
    rest->dispatch = planner_take(depots, sizeof *rest->dispatch);
    rest->receive = planner_take(shelters, sizeof *rest->receive);
    rest->sent = planner_take(depots * shelters * items, sizeof *rest->sent);
    if (!rest->stock || !rest->need || !rest->dispatch || !rest->receive || !rest->sent)
        return HV_ERR_MEMORY;
    for (uint32_t d = 0; d < depots; d++) {
        int64_t limit = planner->depots[d].dispatch_ml;
        rest->dispatch[d] = limit == INSTANCE_NO_LIMIT ? INT64_MAX : limit;
        for (uint32_t k = 0; k < items; k++)
            rest->stock[d * items + k] = planner_available(planner, d, k);
    }
    for (uint32_t s = 0; s < shelters; s++) {
        int64_t limit = planner->shelters[s].receive_ml;
        rest->receive[s] = limit == INSTANCE_NO_LIMIT ? INT64_MAX : limit;
        for (uint32_t k = 0; k < items; k++)
            rest->need[s * items + k] = planner->need[s * items + k];
    }
    return 0;
}

static void free_remainder(struct remainder *rest) {
    free(rest->stock);
    free(rest->need);
    free(rest->dispatch);
    free(rest->receive);
    free(rest->sent);
}

/* Sends as much of `wanted` as stock, need and limits leave room for. */
static void send(const struct planner *planner, struct remainder *rest, uint32_t depot,
                 uint32_t shelter, uint32_t item, int64_t wanted) {
    size_t items = planner->instance.item_count;
    int64_t volume = planner->items[item].volume_ml;
    int64_t *stock = &rest->stock[depot * items + item];
    int64_t *need = &rest->need[need_index(planner, shelter, item)];
    int64_t amount = least(least(wanted, *stock), *need);
    if (rest->dispatch[depot] != INT64_MAX)
        amount = least(amount, rest->dispatch[depot] / volume);
    if (rest->receive[shelter] != INT64_MAX)
        amount = least(amount, rest->receive[shelter] / volume);
    *stock -= amount;
    *need -= amount;
    if (rest->dispatch[depot] != INT64_MAX)
        rest->dispatch[depot] -= amount * volume;
    if (rest->receive[shelter] != INT64_MAX)
        rest->receive[shelter] -= amount * volume;
    rest->sent[planner_pair(planner, depot, shelter) * items + item] += amount;
}

/* One pass over all lanes that carry something: whole units first, and in the second pass the unit
 * that was begun, where there is still room for it. */
static void read_lanes(const struct planner *planner, struct remainder *rest, bool rounding_up) {
    const struct planner_goods *goods = &planner->goods;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
        for (uint32_t k = 0; k < planner->instance.item_count; k++) {
            uint32_t row = goods->row[need_index(planner, s, k)];
            int64_t volume = goods->by_volume ? planner->items[k].volume_ml : 1;
            for (uint32_t d = 0; row != PLANNER_NO_ARC && d < planner->instance.depot_count; d++) {
                int64_t flow = mincostflow_arc_flow(goods->flow, row + 1 + d);
                int64_t wanted = rounding_up ? flow % volume > 0 : flow / volume;
                if (wanted > 0)
                    send(planner, rest, d, s, k, wanted);
            }
        }
}

static int add_shipment(struct planner *planner, struct plan *plan, size_t *room, size_t *link_room,
                        struct plan_shipment shipment) {
    if (plan->shipment_count == *room) {
        size_t grown = *room * 2 + 16;
        void *memory = realloc(plan->shipments, grown * sizeof *plan->shipments);
        if (!memory)
            return HV_ERR_MEMORY;
        plan->shipments = memory;
        *room = grown;
    }
    uint32_t origin = planner->instance.zone_count + shipment.depot;
    shipment.travel_ms = planner->travel_ms[planner_pair(planner, origin, shipment.shelter)];
    int error =
        planner_add_route(planner, plan, link_room, origin, shipment.shelter, &shipment.route);
    if (!error)
        plan->shipments[plan->shipment_count++] = shipment;
    return error;
}

static int write_plan(struct planner *planner, struct plan *plan, const struct remainder *rest) {
    uint32_t items = planner->instance.item_count, shelters = planner->instance.shelter_count;
    size_t room = 0, link_room = plan->link_count;
    int error = 0;
    for (uint32_t d = 0; d < planner->instance.depot_count; d++)
        for (uint32_t s = 0; s < shelters; s++)
            for (uint32_t k = 0; k < items && !error; k++) {
                int64_t sent = rest->sent[planner_pair(planner, d, s) * items + k];
                struct plan_shipment shipment = {d, s, k, sent, 0, {0, 0}};
                if (sent > 0)
                    error = add_shipment(planner, plan, &room, &link_room, shipment);
            }
    plan->unmet = planner_take((size_t)shelters * items, sizeof *plan->unmet);
    if (!plan->unmet)
        return HV_ERR_MEMORY;
    for (uint32_t s = 0; s < shelters; s++)
        for (uint32_t k = 0; k < items; k++)
            if (rest->need[need_index(planner, s, k)] > 0)
                plan->unmet[plan->unmet_count++] =
                    (struct plan_unmet){s, k, rest->need[need_index(planner, s, k)]};
    return error;
}

static int read_plan(struct planner *planner, struct plan *plan) {
    struct remainder rest = {0};
    int error = take_remainder(planner, &rest);
    if (!error) {
        read_lanes(planner, &rest, false);
        if (planner->goods.by_volume)
            read_lanes(planner, &rest, true);
        error = write_plan(planner, plan, &rest);
    }
    free_remainder(&rest);
    return error;
}

static int add_up(const struct planner *planner, struct plan *plan) {
    wide total = 0;
    int64_t cost;
    int error = 0;
    for (size_t i = 0; i < plan->shipment_count && !error; i++) {
        const struct plan_shipment *s = &plan->shipments[i];
        error = unit_cost(planner, s->depot, s->shelter, s->item, &cost);
        if (!error)
            total += wide_product(s->quantity, cost);
    }
    for (size_t i = 0; i < plan->unmet_count && !error; i++) {
        const struct plan_unmet *u = &plan->unmet[i];
        error = unit_shortage(planner, u->shelter, u->item, &cost);
        if (!error)
            total += wide_product(u->quantity, cost);
    }
    return error ? error : wide_narrow(total, &plan->goods_cost);
}

/* Proof -----------------------------------------------------------------------------------------
 */

static int64_t positive(int64_t figure) {
    return figure > 0 ? figure : 0;
}

static int64_t price_between(const struct planner_goods *goods, uint32_t from, uint32_t to) {
    return positive(mincostflow_price(goods->flow, to) - mincostflow_price(goods->flow, from));
}

/* Prices of the flow as prices of the plan: a unit of stock by the unit, room by the millilitre. */
static void price_all(const struct planner *planner, struct plan_duals *duals) {
    const struct planner_goods *goods = &planner->goods;
    uint32_t items = planner->instance.item_count;
    for (uint32_t d = 0; d < planner->instance.depot_count; d++) {
        uint32_t depot = goods->first_depot + d;
        bool limited = planner->depots[d].dispatch_ml != INSTANCE_NO_LIMIT;
        int64_t dispatch = limited ? price_between(goods, goods->root, depot) : 0;
        duals->dispatch[d] = goods->by_volume ? (dispatch + FINENESS / 2) / FINENESS : dispatch;
        for (uint32_t k = 0; k < items; k++) {
            int64_t stock = price_between(goods, depot, goods->first_stock + d * items + k);
            if (goods->by_volume)
                stock =
                    (int64_t)((wide_product(stock, planner->items[k].volume_ml) + FINENESS / 2) /
                              FINENESS);
            duals->stock[d * items + k] = stock;
        }
    }
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++) {
        bool limited = planner->shelters[s].receive_ml != INSTANCE_NO_LIMIT;
        int64_t receive = limited ? price_between(goods, goods->first_shelter + s, goods->root) : 0;
        duals->receive[s] = goods->by_volume ? (receive + FINENESS / 2) / FINENESS : receive;
    }
}

/* What the best lane saves on one unit of a need, at the prices. */
static int best_saving(const struct planner *planner, const struct plan_duals *duals,
                       uint32_t shelter, uint32_t item, int64_t shortage, wide *ret_saving) {
    wide best = 0;
    for (uint32_t d = 0; d < planner->instance.depot_count; d++) {
        if (!planner_lane_is_open(planner, d, shelter))
            continue;
        int64_t cost;
        int error = unit_cost(planner, d, shelter, item, &cost);
        if (error)
            return error;
        wide room = (wide)duals->dispatch[d] + duals->receive[shelter];
        wide saving = (wide)shortage - cost -
                      duals->stock[(size_t)d * planner->instance.item_count + item] -
                      room * planner->items[item].volume_ml;
        best = saving > best ? saving : best;
    }
    *ret_saving = best;
    return 0;
}

static int bound_of_needs(const struct planner *planner, const struct plan_duals *duals,
                          wide *ret_bound) {
    wide bound = 0;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
        for (uint32_t k = 0; k < planner->instance.item_count; k++) {
            int64_t need = planner->need[need_index(planner, s, k)], shortage;
            if (need == 0)
                continue;
            wide saving = 0;
            int error = unit_shortage(planner, s, k, &shortage);
            if (!error)
                error = best_saving(planner, duals, s, k, shortage, &saving);
            if (error)
                return error;
            bound += need * ((wide)shortage - saving);
        }
    *ret_bound = bound;
    return 0;
}

static int prove(const struct planner *planner, struct plan *plan) {
    uint32_t items = planner->instance.item_count, depots = planner->instance.depot_count;
    struct plan_duals *duals = &plan->duals;
    duals->stock = planner_take((size_t)depots * items, sizeof *duals->stock);
    duals->dispatch = planner_take(depots, sizeof *duals->dispatch);
    duals->receive = planner_take(planner->instance.shelter_count, sizeof *duals->receive);
    if (!duals->stock || !duals->dispatch || !duals->receive)
        return HV_ERR_MEMORY;
    price_all(planner, duals);
    wide bound = 0;
    int error = bound_of_needs(planner, duals, &bound);
    if (error)
        return error;
    for (uint32_t d = 0; d < depots; d++) {
        if (planner->depots[d].dispatch_ml != INSTANCE_NO_LIMIT)
            bound -= wide_product(planner->depots[d].dispatch_ml, duals->dispatch[d]);
        for (uint32_t k = 0; k < items; k++)
            bound -= wide_product(planner_available(planner, d, k), duals->stock[d * items + k]);
    }
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
        if (planner->shelters[s].receive_ml != INSTANCE_NO_LIMIT)
            bound -= wide_product(planner->shelters[s].receive_ml, duals->receive[s]);
    error = wide_narrow(bound > 0 ? bound : 0, &plan->goods_bound);
    if (plan->goods_cost > 0)
        plan->goods_gap = (double)(plan->goods_cost - plan->goods_bound) / (double)plan->goods_cost;
    return error;
}

int planner_solve_goods(struct planner_run *run, struct plan *plan) {
    struct planner *planner = run->planner;
    bool finished;
    int error = refresh(planner);
    if (!error)
        error = planner_run_flow(run, planner->goods.flow, &finished);
    if (!error)
        error = read_plan(planner, plan);
    if (!error)
        error = add_up(planner, plan);
    return error ? error : prove(planner, plan);
}
