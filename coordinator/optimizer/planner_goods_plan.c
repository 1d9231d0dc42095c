/* A divisible plan for goods in whole units or packs, what it costs, and the proof of its bound.
 *
 * Whole: each shipment rounded down, then a unit or pack more where one was begun and there is
 * room, then, of what comes in packs, a last pack for what is left of a need, by the cheapest way.
 * A last pack may bring more than is needed, less than a pack: people are not left without because
 * a box holds more than they lack. */
#include "coordinator/optimizer/planner_state.h"
#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/wide.h"
#include "schemas/smaller.h"

#include <math.h>
#include <stdlib.h>

#define ALMOST 1e-6 /* of a unit, which a fraction of a plan may be short of a whole one */

struct whole {
    const struct planner *planner;
    bool packs;            /* whole ones; false: they may be opened */
    int64_t *stock, *need; /* depot × item; shelter × item: may fall below 0 by packs */
    int64_t *dispatch, *receive, *lane; /* ml; INT64_MAX: no limit; lane NULL: none has any */
    struct plan_shipment *sent;         /* the same lane and item perhaps more than once */
    size_t sent_count, sent_room;
};

static size_t need_index(const struct planner *planner, uint32_t shelter, uint32_t item) {
    return (size_t)shelter * planner->instance.item_count + item;
}

static int64_t limit_or_max(int64_t limit_ml) {
    return limit_ml == INSTANCE_NO_LIMIT ? INT64_MAX : limit_ml;
}

static int64_t pack_of(const struct whole *whole, uint32_t item) {
    int64_t pack = whole->planner->items[item].pack;
    return whole->packs && pack > 1 ? pack : 1;
}

static int take_whole(struct whole *whole) {
    const struct instance *in = &whole->planner->instance;
    size_t lanes = (size_t)in->depot_count * in->shelter_count;
    whole->stock = planner_take((size_t)in->depot_count * in->item_count, sizeof *whole->stock);
    whole->need = planner_take((size_t)in->shelter_count * in->item_count, sizeof *whole->need);
    whole->dispatch = planner_take(in->depot_count, sizeof *whole->dispatch);
    whole->receive = planner_take(in->shelter_count, sizeof *whole->receive);
    if (in->lane_ml)
        whole->lane = planner_take(lanes, sizeof *whole->lane);
    if (!whole->stock || !whole->need || !whole->dispatch || !whole->receive ||
        (in->lane_ml && !whole->lane))
        return HV_ERR_MEMORY;
    for (uint32_t d = 0; d < in->depot_count; d++) {
        whole->dispatch[d] = limit_or_max(in->depots[d].dispatch_ml);
        for (uint32_t k = 0; k < in->item_count; k++)
            whole->stock[(size_t)d * in->item_count + k] = planner_available(whole->planner, d, k);
    }
    for (uint32_t s = 0; s < in->shelter_count; s++) {
        whole->receive[s] = limit_or_max(in->shelters[s].receive_ml);
        for (uint32_t k = 0; k < in->item_count; k++)
            whole->need[need_index(whole->planner, s, k)] =
                in->need[need_index(whole->planner, s, k)];
    }
    for (size_t i = 0; in->lane_ml && i < lanes; i++)
        whole->lane[i] = limit_or_max(in->lane_ml[i]);
    return 0;
}

static void free_whole(struct whole *whole) {
    free(whole->stock);
    free(whole->need);
    free(whole->dispatch);
    free(whole->receive);
    free(whole->lane);
    free(whole->sent);
}

static int note_sent(struct whole *whole, struct plan_shipment shipment) {
    int error = array_reserve((void **)&whole->sent, whole->sent_count + 1, &whole->sent_room,
                              sizeof *whole->sent);
    if (error)
        return error;
    whole->sent[whole->sent_count++] = shipment;
    return 0;
}

static void take_room(int64_t *room, int64_t volume) {
    if (*room != INT64_MAX)
        *room -= volume;
}

/* Sends as much of `wanted` as stock, need and limits leave room for, in whole packs; `over`: a
 * last pack may bring more than the need. */
static int send(struct whole *whole, uint32_t depot, uint32_t shelter, uint32_t item,
                int64_t wanted, bool over) {
    const struct planner *planner = whole->planner;
    int64_t volume = planner->items[item].volume_ml, pack = pack_of(whole, item);
    size_t pair = planner_pair(planner, depot, shelter);
    int64_t *stock = &whole->stock[(size_t)depot * planner->instance.item_count + item];
    int64_t *need = &whole->need[need_index(planner, shelter, item)];
    if (!planner_lane_is_open(planner, depot, shelter) || *need <= 0)
        return 0;
    int64_t useful = over ? (*need + pack - 1) / pack * pack : *need;
    int64_t amount = hv_smaller(hv_smaller(wanted, *stock), useful);
    amount = hv_smaller(amount, whole->dispatch[depot] / volume);
    amount = hv_smaller(amount, whole->receive[shelter] / volume);
    if (whole->lane)
        amount = hv_smaller(amount, whole->lane[pair] / volume);
    amount -= amount % pack;
    if (amount <= 0)
        return 0;
    *stock -= amount;
    *need -= amount;
    take_room(&whole->dispatch[depot], amount * volume);
    take_room(&whole->receive[shelter], amount * volume);
    if (whole->lane)
        take_room(&whole->lane[pair], amount * volume);
    return note_sent(whole, (struct plan_shipment){depot, shelter, item, amount, 0, {0, 0}});
}

static int send_all(struct whole *whole, const struct allocation_shipment *shipments, size_t count,
                    bool begun) {
    uint32_t shelters = whole->planner->instance.shelter_count;
    int error = 0;
    for (size_t i = 0; i < count && !error; i++) {
        uint32_t depot = shipments[i].lane / shelters, shelter = shipments[i].lane % shelters;
        int64_t pack = pack_of(whole, shipments[i].item);
        double packs = shipments[i].quantity / (double)pack;
        double down = floor(packs + ALMOST / (double)pack);
        int64_t wanted = begun ? (packs > down + ALMOST / (double)pack) : (int64_t)down;
        error = send(whole, depot, shelter, shipments[i].item, wanted * pack, begun);
    }
    return error;
}

/* A last pack for what is left of a need, from the depot that it costs least from, as long as that
 * costs less than the lack. */
static int send_last(struct whole *whole, uint32_t shelter, uint32_t item) {
    const struct planner *planner = whole->planner;
    int64_t pack = pack_of(whole, item), lack, cost, best_cost = INT64_MAX;
    uint32_t best = UINT32_MAX;
    int error = planner_unit_shortage(planner, shelter, item, &lack);
    for (uint32_t d = 0; d < planner->instance.depot_count && !error; d++) {
        size_t stock = (size_t)d * planner->instance.item_count + item;
        if (whole->stock[stock] < pack || !planner_lane_is_open(planner, d, shelter))
            continue;
        error = planner_unit_cost(planner, d, shelter, item, &cost);
        if (!error && cost < best_cost) {
            best = d;
            best_cost = cost;
        }
    }
    int64_t left = whole->need[need_index(planner, shelter, item)];
    if (error || best == UINT32_MAX || wide_product(best_cost, pack) >= wide_product(lack, left))
        return error;
    return send(whole, best, shelter, item, pack, true);
}

static int send_packs(struct whole *whole) {
    const struct instance *in = &whole->planner->instance;
    int error = 0;
    for (uint32_t k = 0; k < in->item_count; k++)
        for (uint32_t s = 0; pack_of(whole, k) > 1 && s < in->shelter_count && !error; s++) {
            int64_t left = whole->need[need_index(whole->planner, s, k)];
            if (left > 0 && left < pack_of(whole, k))
                error = send_last(whole, s, k);
        }
    return error;
}

/* Into the plan ---------------------------------------------------------------------------------
 */

static int compare_shipments(const void *left, const void *right) {
    const struct plan_shipment *a = left, *b = right;
    if (a->depot != b->depot)
        return a->depot < b->depot ? -1 : 1;
    if (a->shelter != b->shelter)
        return a->shelter < b->shelter ? -1 : 1;
    return (a->item > b->item) - (a->item < b->item);
}

static bool same_lane(const struct plan_shipment *a, const struct plan_shipment *b) {
    return a->depot == b->depot && a->shelter == b->shelter;
}

/* Sorted, each depot, shelter and item once. */
static void merge(struct whole *whole) {
    size_t kept = 0;
    if (whole->sent_count > 0)
        qsort(whole->sent, whole->sent_count, sizeof *whole->sent, compare_shipments);
    for (size_t i = 0; i < whole->sent_count; i++)
        if (kept > 0 && compare_shipments(&whole->sent[kept - 1], &whole->sent[i]) == 0)
            whole->sent[kept - 1].quantity += whole->sent[i].quantity;
        else
            whole->sent[kept++] = whole->sent[i];
    whole->sent_count = kept;
}

static int add_routes(struct planner *planner, struct plan *plan) {
    size_t link_room = plan->link_count;
    for (size_t i = 0; i < plan->shipment_count; i++) {
        struct plan_shipment *s = &plan->shipments[i];
        uint32_t origin = planner->instance.zone_count + s->depot;
        s->travel_ms = planner->travel_ms[planner_pair(planner, origin, s->shelter)];
        if (i > 0 && same_lane(s, s - 1)) {
            s->route = s[-1].route;
            continue;
        }
        int error = planner_add_route(planner, plan, &link_room, origin, s->shelter, &s->route);
        if (error)
            return error;
    }
    return 0;
}

static int write_unmet(const struct whole *whole, struct plan *plan) {
    const struct instance *in = &whole->planner->instance;
    size_t count = 0;
    for (size_t i = 0; i < (size_t)in->shelter_count * in->item_count; i++)
        count += whole->need[i] > 0;
    free(plan->unmet);
    plan->unmet_count = 0;
    plan->unmet = planner_take(count, sizeof *plan->unmet);
    if (!plan->unmet)
        return HV_ERR_MEMORY;
    for (uint32_t s = 0; s < in->shelter_count; s++)
        for (uint32_t k = 0; k < in->item_count; k++) {
            int64_t left = whole->need[need_index(whole->planner, s, k)];
            if (left > 0)
                plan->unmet[plan->unmet_count++] = (struct plan_unmet){s, k, left};
        }
    return 0;
}

/* Whether some depot could send any of an item to a shelter, were it alone. */
static bool is_reachable(const struct planner *planner, uint32_t shelter, uint32_t item) {
    if (planner->shelters[shelter].receive_ml == 0)
        return false;
    for (uint32_t d = 0; d < planner->instance.depot_count; d++)
        if (planner_available(planner, d, item) > 0 && planner->depots[d].dispatch_ml != 0 &&
            planner_lane_ml(planner, d, shelter) != 0 && planner_lane_is_open(planner, d, shelter))
            return true;
    return false;
}

static double least_fill(const struct planner *planner, const struct plan *plan) {
    double fill = 1;
    for (size_t i = 0; i < plan->unmet_count; i++) {
        const struct plan_unmet *u = &plan->unmet[i];
        double need = (double)planner->need[need_index(planner, u->shelter, u->item)];
        if (is_reachable(planner, u->shelter, u->item))
            fill = fmin(fill, 1 - (double)u->quantity / need);
    }
    return fill;
}

static int add_up(const struct planner *planner, struct plan *plan) {
    wide total = 0;
    int64_t cost;
    int error = 0;
    for (size_t i = 0; i < plan->shipment_count && !error; i++) {
        const struct plan_shipment *s = &plan->shipments[i];
        error = planner_unit_cost(planner, s->depot, s->shelter, s->item, &cost);
        if (!error)
            total += wide_product(s->quantity, cost);
    }
    for (size_t i = 0; i < plan->unmet_count && !error; i++) {
        const struct plan_unmet *u = &plan->unmet[i];
        error = planner_unit_shortage(planner, u->shelter, u->item, &cost);
        if (!error)
            total += wide_product(u->quantity, cost);
    }
    plan->least_fill = least_fill(planner, plan);
    return error ? error : wide_narrow(total, &plan->goods_cost);
}

int planner_write_goods(struct planner *planner, const struct allocation_shipment *shipments,
                        size_t count, bool packs, struct plan *plan) {
    struct whole whole = {.planner = planner, .packs = packs};
    int error = take_whole(&whole);
    if (!error)
        error = send_all(&whole, shipments, count, false);
    if (!error)
        error = send_all(&whole, shipments, count, true);
    if (!error)
        error = send_packs(&whole);
    if (!error) {
        merge(&whole);
        free(plan->shipments);
        plan->shipments = whole.sent;
        plan->shipment_count = whole.sent_count;
        whole.sent = NULL;
        error = add_routes(planner, plan);
    }
    if (!error)
        error = write_unmet(&whole, plan);
    if (!error)
        error = add_up(planner, plan);
    free_whole(&whole);
    return error;
}

/* Proof -----------------------------------------------------------------------------------------
 */

/* A price in whole micro cost units; any that is ≥ 0 keeps the bound true. Of what there is nothing
 * of, the price costs nothing and may as well be the highest that means something: a solver that
 * left it out has no price for it. */
static int64_t whole_price(const double *prices, size_t at, int64_t amount, int64_t highest) {
    double price = prices ? round(prices[at]) : 0;
    if (amount == 0)
        return highest;
    return price > 0 && price < 9e18 ? (int64_t)price : 0;
}

static int take_duals(const struct instance *in, struct plan_duals *duals) {
    duals->stock = planner_take((size_t)in->depot_count * in->item_count, sizeof *duals->stock);
    duals->dispatch = planner_take(in->depot_count, sizeof *duals->dispatch);
    duals->receive = planner_take(in->shelter_count, sizeof *duals->receive);
    if (in->lane_ml)
        duals->lane =
            planner_take((size_t)in->depot_count * in->shelter_count, sizeof *duals->lane);
    return duals->stock && duals->dispatch && duals->receive && (duals->lane || !in->lane_ml)
               ? 0
               : HV_ERR_MEMORY;
}

/* The highest shortage cost of a unit of an item, and of a millilitre of any, upwards. */
static int highest_shortage(const struct planner *planner, uint32_t item, int64_t *ret_unit,
                            int64_t *room) {
    int64_t volume = planner->items[item].volume_ml, cost;
    *ret_unit = 0;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++) {
        int error = planner_unit_shortage(planner, s, item, &cost);
        if (error)
            return error;
        *ret_unit = cost > *ret_unit ? cost : *ret_unit;
    }
    int64_t per_ml = *ret_unit / volume + (*ret_unit % volume > 0);
    *room = per_ml > *room ? per_ml : *room;
    return 0;
}

static int write_prices(const struct planner *planner, const struct allocation_prices *prices,
                        struct plan_duals *duals) {
    const struct instance *in = &planner->instance;
    int64_t unit, room = 0;
    int error = take_duals(in, duals);
    for (uint32_t k = 0; k < in->item_count && !error; k++) {
        error = highest_shortage(planner, k, &unit, &room);
        for (uint32_t d = 0; d < in->depot_count && !error; d++) {
            size_t i = (size_t)d * in->item_count + k;
            duals->stock[i] = whole_price(prices->stock, i, planner_available(planner, d, k), unit);
        }
    }
    for (uint32_t d = 0; d < in->depot_count && !error; d++)
        if (in->depots[d].dispatch_ml != INSTANCE_NO_LIMIT)
            duals->dispatch[d] = whole_price(prices->dispatch, d, in->depots[d].dispatch_ml, room);
    for (uint32_t s = 0; s < in->shelter_count && !error; s++)
        if (in->shelters[s].receive_ml != INSTANCE_NO_LIMIT)
            duals->receive[s] = whole_price(prices->receive, s, in->shelters[s].receive_ml, room);
    for (size_t i = 0; in->lane_ml && i < (size_t)in->depot_count * in->shelter_count && !error;
         i++)
        if (in->lane_ml[i] != INSTANCE_NO_LIMIT)
            duals->lane[i] = whole_price(prices->lane, i, in->lane_ml[i], room);
    return error;
}

/* What the best lane saves on one unit of a need, at the prices. */
static int best_saving(const struct planner *planner, const struct plan_duals *duals,
                       uint32_t shelter, uint32_t item, int64_t shortage, wide *ret_saving) {
    wide best = 0;
    for (uint32_t d = 0; d < planner->instance.depot_count; d++) {
        if (!planner_lane_is_open(planner, d, shelter))
            continue;
        int64_t cost;
        int error = planner_unit_cost(planner, d, shelter, item, &cost);
        if (error)
            return error;
        wide room = (wide)duals->dispatch[d] + duals->receive[shelter];
        if (duals->lane)
            room += duals->lane[planner_pair(planner, d, shelter)];
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
            int error = planner_unit_shortage(planner, s, k, &shortage);
            if (!error)
                error = best_saving(planner, duals, s, k, shortage, &saving);
            if (error)
                return error;
            bound += need * ((wide)shortage - saving);
        }
    *ret_bound = bound;
    return 0;
}

/* What a limit is worth at its price. */
static wide worth(int64_t limit_ml, int64_t price) {
    return limit_ml == INSTANCE_NO_LIMIT ? 0 : wide_product(limit_ml, price);
}

int planner_prove_goods(const struct planner *planner, const struct allocation_prices *prices,
                        struct plan *plan) {
    const struct instance *in = &planner->instance;
    const struct plan_duals *duals = &plan->duals;
    wide bound = 0;
    int error = write_prices(planner, prices, &plan->duals);
    if (!error)
        error = bound_of_needs(planner, duals, &bound);
    if (error)
        return error;
    for (uint32_t d = 0; d < in->depot_count; d++) {
        bound -= worth(in->depots[d].dispatch_ml, duals->dispatch[d]);
        for (uint32_t k = 0; k < in->item_count; k++)
            bound -= wide_product(planner_available(planner, d, k),
                                  duals->stock[(size_t)d * in->item_count + k]);
        for (uint32_t s = 0; duals->lane && s < in->shelter_count; s++) {
            size_t lane = planner_pair(planner, d, s);
            bound -= worth(in->lane_ml[lane], duals->lane[lane]);
        }
    }
    for (uint32_t s = 0; s < in->shelter_count; s++)
        bound -= worth(in->shelters[s].receive_ml, duals->receive[s]);
    return wide_narrow(bound > 0 ? bound : 0, &plan->goods_bound);
}
