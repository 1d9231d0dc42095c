/* Goods and the vehicles that are to bring them, in rounds: what no vehicle of a depot brings goes
 * back to the allocation, with the limit that stopped it, as long as that leaves less behind.
 *
 * Each limit is one that the network has: a depot without vehicles, or whose vehicles have no more
 * time, loads no more than they took; a lane that they cannot drive is shut; an item that none of
 * them can carry does not leave the depot. What nobody could bring after all is sent as it was at
 * first: it is ordered without a vehicle, for somebody may find one. The bound stays that of the
 * allocation without vehicles: no plan costs less, however it is carried. */
#include "coordinator/optimizer/planner_state.h"

#include "coordinator/optimizer/array.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MAX = 4 };

struct limits {
    int64_t *dispatch_ml; /* depot; INT64_MAX: none */
    bool *lane_shut;      /* depot × shelter */
    bool *item_shut;      /* depot × item */
};

/* What a round changes of the picture, as it was. */
struct picture {
    int64_t *stock;
    int64_t *dispatch_ml;
    bool *depot_excluded;
};

struct carrying {
    struct planner_run *run;
    struct planner *planner;
    struct plan *plan;
    struct limits limits;
    struct picture before;
    int64_t *carried_ml;               /* depot */
    bool *served;                      /* depot × shelter */
    struct allocation_shipment *first; /* what the allocation without vehicles sends */
    size_t first_count;
};

static size_t lane_count(const struct planner *planner) {
    return (size_t)planner->instance.depot_count * planner->instance.shelter_count;
}

static size_t stock_count(const struct planner *planner) {
    return (size_t)planner->instance.depot_count * planner->instance.item_count;
}

static int make_room(struct carrying *carrying) {
    const struct planner *planner = carrying->planner;
    const struct plan *plan = carrying->plan;
    const uint32_t depots = planner->instance.depot_count,
                   shelters = planner->instance.shelter_count;
    const size_t lanes = lane_count(planner), stocks = stock_count(planner);
    struct limits *limits = &carrying->limits;
    limits->dispatch_ml = planner_take(depots, sizeof *limits->dispatch_ml);
    limits->lane_shut = planner_take(lanes, sizeof *limits->lane_shut);
    limits->item_shut = planner_take(stocks, sizeof *limits->item_shut);
    carrying->before.stock = planner_take(stocks, sizeof *carrying->before.stock);
    carrying->before.dispatch_ml = planner_take(depots, sizeof *carrying->before.dispatch_ml);
    carrying->before.depot_excluded = planner_take(lanes, sizeof *carrying->before.depot_excluded);
    carrying->carried_ml = planner_take(depots, sizeof *carrying->carried_ml);
    carrying->served = planner_take(lanes, sizeof *carrying->served);
    carrying->first = planner_take(plan->shipment_count, sizeof *carrying->first);
    if (!limits->dispatch_ml || !limits->lane_shut || !limits->item_shut ||
        !carrying->before.stock || !carrying->before.dispatch_ml ||
        !carrying->before.depot_excluded || !carrying->carried_ml || !carrying->served ||
        !carrying->first)
        return HV_ERR_MEMORY;
    for (uint32_t d = 0; d < depots; d++)
        limits->dispatch_ml[d] = INT64_MAX;
    for (size_t i = 0; i < plan->shipment_count; i++) {
        const struct plan_shipment *s = &plan->shipments[i];
        carrying->first[carrying->first_count++] = (struct allocation_shipment){
            s->depot * shelters + s->shelter, s->item, (double)s->quantity};
    }
    return 0;
}

static void free_carrying(struct carrying *carrying) {
    free(carrying->limits.dispatch_ml);
    free(carrying->limits.lane_shut);
    free(carrying->limits.item_shut);
    free(carrying->before.stock);
    free(carrying->before.dispatch_ml);
    free(carrying->before.depot_excluded);
    free(carrying->carried_ml);
    free(carrying->served);
    free(carrying->first);
}

int planner_carried_cost(const struct planner *planner, const struct plan *plan, double *ret_cost) {
    double cost = (double)plan->goods_cost;
    for (size_t i = 0; plan->deliveries && i < plan->deliveries->left_count; i++) {
        const struct plan_undelivered *left = &plan->deliveries->left[i];
        int64_t lack;
        int error = planner_unit_shortage(planner, left->shelter, left->item, &lack);
        if (error)
            return error;
        cost += (double)lack * (double)left->quantity;
    }
    *ret_cost = cost;
    return 0;
}

/* Limits ----------------------------------------------------------------------------------------
 */

/* What is on trips of the plan's own goods: millilitres from each depot, and whether any along a
 * lane. */
static void add_up_trips(struct carrying *carrying) {
    const struct planner *planner = carrying->planner;
    const struct plan_deliveries *deliveries = carrying->plan->deliveries;
    memset(carrying->carried_ml, 0, planner->instance.depot_count * sizeof *carrying->carried_ml);
    memset(carrying->served, 0, lane_count(planner) * sizeof *carrying->served);
    for (size_t i = 0; i < deliveries->delivery_count; i++) {
        const struct plan_delivery *trip = &deliveries->deliveries[i];
        if (trip->promise != PLAN_NONE)
            continue;
        carrying->served[planner_pair(planner, trip->depot, trip->shelter)] = true;
        for (size_t l = trip->first_load; l < trip->first_load + trip->load_count; l++)
            carrying->carried_ml[trip->depot] +=
                deliveries->loads[l].quantity * planner->items[deliveries->loads[l].item].volume_ml;
    }
}

static bool shut(bool *flag) {
    bool open = !*flag;
    *flag = true;
    return open;
}

static bool lower(int64_t *limit, int64_t to) {
    bool lowers = to < *limit;
    *limit = lowers ? to : *limit;
    return lowers;
}

/* The limit that has left something; whether it is a new one. */
static bool tighten_by(struct carrying *carrying, const struct plan_undelivered *left) {
    const struct planner *planner = carrying->planner;
    const size_t lane = planner_pair(planner, left->depot, left->shelter);
    struct limits *limits = &carrying->limits;
    switch (left->reason) {
    case PLAN_UNDELIVERED_NO_COLD:
    case PLAN_UNDELIVERED_TOO_BIG:
        return shut(
            &limits->item_shut[(size_t)left->depot * planner->instance.item_count + left->item]);
    case PLAN_UNDELIVERED_NO_WAY:
    case PLAN_UNDELIVERED_CLOSES:
    case PLAN_UNDELIVERED_TOO_FAR: /* where another item gets there the lane stays open */
        return !carrying->served[lane] && shut(&limits->lane_shut[lane]);
    default:
        return lower(&limits->dispatch_ml[left->depot], carrying->carried_ml[left->depot]);
    }
}

static bool tighten(struct carrying *carrying) {
    const struct plan_deliveries *deliveries = carrying->plan->deliveries;
    bool any = false;
    add_up_trips(carrying);
    for (size_t i = 0; i < deliveries->left_count; i++)
        if (deliveries->left[i].promise == PLAN_NONE)
            any |= tighten_by(carrying, &deliveries->left[i]);
    return any;
}

/* Rounds ----------------------------------------------------------------------------------------
 */

static void set_limits(struct carrying *carrying) {
    struct planner *planner = carrying->planner;
    for (uint32_t d = 0; d < planner->instance.depot_count; d++) {
        int64_t *own = &planner->depots[d].dispatch_ml, limit = carrying->limits.dispatch_ml[d];
        carrying->before.dispatch_ml[d] = *own;
        if (limit != INT64_MAX && (*own == INSTANCE_NO_LIMIT || limit < *own))
            *own = limit;
    }
    for (size_t i = 0; i < stock_count(planner); i++) {
        carrying->before.stock[i] = planner->stock[i];
        planner->stock[i] = carrying->limits.item_shut[i] ? 0 : planner->stock[i];
    }
    for (size_t i = 0; i < lane_count(planner); i++) {
        carrying->before.depot_excluded[i] = planner->depot_excluded[i];
        planner->depot_excluded[i] |= carrying->limits.lane_shut[i];
    }
}

static void lift_limits(struct carrying *carrying) {
    struct planner *planner = carrying->planner;
    for (uint32_t d = 0; d < planner->instance.depot_count; d++)
        planner->depots[d].dispatch_ml = carrying->before.dispatch_ml[d];
    for (size_t i = 0; i < stock_count(planner); i++)
        planner->stock[i] = carrying->before.stock[i];
    for (size_t i = 0; i < lane_count(planner); i++)
        planner->depot_excluded[i] = carrying->before.depot_excluded[i];
}

/* What the limits allow, and after that what was sent at first and is still wanted. */
static int write(struct carrying *carrying, const struct allocation_plan *allocation, bool packs,
                 struct plan *ret_plan) {
    size_t count = allocation->shipment_count + carrying->first_count;
    struct allocation_shipment *all = planner_take(count, sizeof *all);
    if (!all)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < allocation->shipment_count; i++)
        all[i] = allocation->shipments[i];
    for (size_t i = 0; i < carrying->first_count; i++)
        all[allocation->shipment_count + i] = carrying->first[i];
    int error = planner_write_goods(carrying->planner, all, count, packs, ret_plan);
    free(all);
    return error;
}

/* The goods of `from` in place of those of the plan. */
static int adopt(struct plan *plan, struct plan *from) {
    int error = array_resize((void **)&plan->links, plan->link_count + from->link_count + 1,
                             sizeof *plan->links);
    if (error)
        return error;
    for (size_t i = 0; i < from->link_count; i++)
        plan->links[plan->link_count + i] = from->links[i];
    for (size_t i = 0; i < from->shipment_count; i++)
        from->shipments[i].route.first += (uint32_t)plan->link_count;
    plan->link_count += from->link_count;
    free(plan->shipments);
    free(plan->unmet);
    plan_deliveries_free(plan->deliveries);
    plan->shipments = from->shipments;
    plan->shipment_count = from->shipment_count;
    plan->unmet = from->unmet;
    plan->unmet_count = from->unmet_count;
    plan->deliveries = from->deliveries;
    plan->carrying_cost += from->goods_cost - plan->goods_cost;
    plan->goods_cost = from->goods_cost;
    plan->least_fill = from->least_fill;
    from->shipments = NULL;
    from->unmet = NULL;
    from->deliveries = NULL;
    return 0;
}

/* As the plan was made, within the limits. */
static int solve(struct carrying *carrying, struct allocation_plan *ret_allocation) {
    struct planner_goods *goods = &carrying->planner->goods;
    int error = planner_solve_cheapest(carrying->run, &goods->carried, ret_allocation);
    if (!error && carrying->plan->is_fair && !carrying->run->stopped)
        error = planner_solve_fairest(carrying->run, &goods->carried_fair, ret_allocation);
    return error;
}

/* One round; whether it left less behind. */
static int try_round(struct carrying *carrying, bool packs, double *value, bool *ret_better) {
    struct planner *planner = carrying->planner;
    struct allocation_plan allocation = {0};
    struct plan beside = {.releases = carrying->plan->releases,
                          .release_count = carrying->plan->release_count};
    double found = 0;
    *ret_better = false;
    set_limits(carrying);
    int error = solve(carrying, &allocation);
    lift_limits(carrying);
    if (!error && !carrying->run->stopped)
        error = write(carrying, &allocation, packs, &beside);
    if (!error && !carrying->run->stopped)
        error = planner->carrier.carry(planner->carrier.context, planner, &beside);
    if (!error && beside.deliveries)
        error = planner_carried_cost(planner, &beside, &found);
    if (!error && beside.deliveries && found < *value) {
        *value = found;
        *ret_better = true;
        error = adopt(carrying->plan, &beside);
    }
    allocation_plan_deinit(&allocation);
    free(beside.shipments);
    free(beside.unmet);
    free(beside.links);
    plan_deliveries_free(beside.deliveries);
    return error;
}

static int go_round(struct carrying *carrying, bool packs) {
    double value = 0;
    bool better = true;
    int error = planner_carried_cost(carrying->planner, carrying->plan, &value);
    for (int round = 0;
         round < ROUNDS_MAX && better && !error && !carrying->run->stopped && tighten(carrying);
         round++)
        error = try_round(carrying, packs, &value, &better);
    return error;
}

int planner_carry_goods(struct planner_run *run, bool packs, struct plan *plan) {
    struct planner *planner = run->planner;
    struct carrying carrying = {.run = run, .planner = planner, .plan = plan};
    const bool stopped = run->stopped;
    if (!planner->carrier.carry)
        return 0;
    int error = planner->carrier.carry(planner->carrier.context, planner, plan);
    if (error || !plan->deliveries || stopped)
        return error;
    error = make_room(&carrying);
    if (!error)
        error = go_round(&carrying, packs);
    run->stopped = false; /* a round that was not finished leaves the plan as it was */
    free_carrying(&carrying);
    return error;
}
