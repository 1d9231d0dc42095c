#include "coordinator/optimizer/allocation_carried.h"

#include "coordinator/optimizer/allocation_packs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ALMOST 1e-9

enum { ROUNDS_MAX = 4 };

/* The instance with the limits that the vehicles have shown so far. */
struct limited {
    struct allocation_instance instance;
    struct allocation_depot *depots;
    struct allocation_lane *lanes;
    double *stock;
};

struct carrying {
    const struct fleet_task *task; /* of the plan that was given */
    const struct allocation_options *options;
    bool packs;
    struct limited limited;
    double *carried;  /* depot × item: units on trips */
    bool *served;     /* lane */
    bool *reachable;  /* shelter × item */
    double *now, *to; /* shelter × item: fill rates of what is delivered, in order */
};

static size_t need_count(const struct carrying *carrying) {
    const struct allocation_instance *in = carrying->task->instance;
    return (size_t)in->shelter_count * in->item_count;
}

static size_t stock_count(const struct carrying *carrying) {
    const struct allocation_instance *in = carrying->task->instance;
    return (size_t)in->depot_count * in->item_count;
}

static void *copy_of(const void *from, size_t count, size_t bytes) {
    void *copy = calloc(count + 1, bytes);
    if (copy && count > 0)
        memcpy(copy, from, count * bytes);
    return copy;
}

static int make_room(struct carrying *carrying) {
    const struct allocation_instance *in = carrying->task->instance;
    struct limited *limited = &carrying->limited;
    limited->depots = copy_of(in->depots, in->depot_count, sizeof *in->depots);
    limited->lanes = copy_of(in->lanes, in->lane_count, sizeof *in->lanes);
    limited->stock = copy_of(in->stock, stock_count(carrying), sizeof *in->stock);
    carrying->carried = calloc(stock_count(carrying) + 1, sizeof(double));
    carrying->served = calloc(in->lane_count + (size_t)1, sizeof(bool));
    carrying->reachable = calloc(need_count(carrying) + 1, sizeof(bool));
    carrying->now = calloc(need_count(carrying) + 1, sizeof(double));
    carrying->to = calloc(need_count(carrying) + 1, sizeof(double));
    if (!limited->depots || !limited->lanes || !limited->stock || !carrying->carried ||
        !carrying->served || !carrying->reachable || !carrying->now || !carrying->to)
        return HV_ERR_MEMORY;
    limited->instance = *in;
    limited->instance.depots = limited->depots;
    limited->instance.lanes = limited->lanes;
    limited->instance.stock = limited->stock;
    allocation_reachable(in, carrying->reachable);
    return 0;
}

static void free_carrying(struct carrying *carrying) {
    free(carrying->limited.depots);
    free(carrying->limited.lanes);
    free(carrying->limited.stock);
    free(carrying->carried);
    free(carrying->served);
    free(carrying->reachable);
    free(carrying->now);
    free(carrying->to);
}

/* What a plan comes to ---------------------------------------------------------------------------
 */

static double lack_of(const struct allocation_instance *in, const struct fleet_plan *fleet) {
    double lack = 0;
    for (size_t i = 0; i < fleet->left_count; i++) {
        const struct fleet_left *left = &fleet->left[i];
        lack += left->quantity * in->items[left->item].shortage_cost *
                in->shelters[in->lanes[left->lane].shelter].priority;
    }
    return lack;
}

static int compare_rates(const void *a, const void *b) {
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Fill rates of what is delivered, the least first; needs that nothing can reach are full. */
static void find_rates(const struct carrying *carrying, const struct allocation_plan *plan,
                       const struct fleet_plan *fleet, double *rates) {
    const struct allocation_instance *in = carrying->task->instance;
    size_t needs = need_count(carrying);
    memset(rates, 0, needs * sizeof *rates);
    for (size_t i = 0; i < plan->shipment_count; i++)
        rates[(size_t)in->lanes[plan->shipments[i].lane].shelter * in->item_count +
              plan->shipments[i].item] += plan->shipments[i].quantity;
    for (size_t i = 0; i < fleet->left_count; i++)
        rates[(size_t)in->lanes[fleet->left[i].lane].shelter * in->item_count +
              fleet->left[i].item] -= fleet->left[i].quantity;
    for (size_t i = 0; i < needs; i++)
        rates[i] = carrying->reachable[i] ? rates[i] / in->need[i] : 1;
    qsort(rates, needs, sizeof *rates, compare_rates);
}

/* By which of two plans more is fair, by rates in order: 1, 0 or −1. */
static int compare_fairness(const double *x, const double *y, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (fabs(x[i] - y[i]) > ALMOST)
            return x[i] > y[i] ? 1 : -1;
    return 0;
}

/* Whether a plan and its deliveries are better than those so far. */
static bool is_better(struct carrying *carrying, const struct allocation_carried *so_far,
                      const struct allocation_plan *plan, const struct fleet_plan *fleet) {
    const struct allocation_instance *in = carrying->task->instance;
    double was = so_far->plan.objective + so_far->lack;
    double is = plan->objective + lack_of(in, fleet);
    bool cheaper = is < was - ALMOST * fmax(1, fabs(was));
    if (!in->maxmin)
        return cheaper;
    find_rates(carrying, &so_far->plan, &so_far->fleet, carrying->now);
    find_rates(carrying, plan, fleet, carrying->to);
    int fairer = compare_fairness(carrying->to, carrying->now, need_count(carrying));
    return fairer > 0 || (fairer == 0 && cheaper);
}

/* Limits -----------------------------------------------------------------------------------------
 */

static void add_up_trips(struct carrying *carrying, const struct fleet_plan *fleet) {
    const struct allocation_instance *in = carrying->task->instance;
    memset(carrying->carried, 0, stock_count(carrying) * sizeof *carrying->carried);
    memset(carrying->served, 0, in->lane_count * sizeof *carrying->served);
    for (size_t t = 0; t < fleet->trip_count; t++) {
        const struct fleet_trip *trip = &fleet->trips[t];
        carrying->served[trip->lane] = true;
        for (size_t i = trip->first_load; i < trip->first_load + trip->load_count; i++)
            carrying->carried[(size_t)in->lanes[trip->lane].depot * in->item_count +
                              fleet->loads[i].item] += fleet->loads[i].quantity;
    }
}

static bool lower(double *limit, double to) {
    bool lowers = to < *limit - ALMOST * fmax(1, fabs(*limit));
    *limit = lowers ? to : *limit;
    return lowers;
}

/* The depot sends no more of the item than `units`. */
static bool limit_stock(struct carrying *carrying, uint32_t depot, uint32_t item, double units) {
    const struct allocation_instance *in = carrying->task->instance;
    size_t cell = (size_t)depot * in->item_count + item;
    return lower(&carrying->limited.stock[cell], units + (in->reserve ? in->reserve[cell] : 0));
}

/* The depot loads no more than its vehicles took. */
static bool limit_loading(struct carrying *carrying, uint32_t depot) {
    const struct allocation_instance *in = carrying->task->instance;
    double *limit = &carrying->limited.depots[depot].dispatch_m3, m3 = 0;
    for (uint32_t k = 0; k < in->item_count; k++)
        m3 += carrying->carried[(size_t)depot * in->item_count + k] * in->items[k].volume_m3;
    if (allocation_is_limited(*limit))
        return lower(limit, m3);
    *limit = m3;
    return true;
}

/* The limit that has left something; whether it is a new one. */
static bool tighten_by(struct carrying *carrying, const struct fleet_left *left) {
    const struct allocation_instance *in = carrying->task->instance;
    uint32_t depot = in->lanes[left->lane].depot;
    struct allocation_lane *lane = &carrying->limited.lanes[left->lane];
    switch (left->reason) {
    case FLEET_NO_COLD:
    case FLEET_TOO_BIG:
        return limit_stock(carrying, depot, left->item, 0);
    case FLEET_NO_WAY:
    case FLEET_CLOSES:
    case FLEET_TOO_FAR: /* where another item gets there the lane stays open */
        if (carrying->served[left->lane] || lane->closed)
            return false;
        lane->closed = true;
        return true;
    default:
        if (in->items[left->item].volume_m3 > 0)
            return limit_loading(carrying, depot);
        return limit_stock(carrying, depot, left->item,
                           carrying->carried[(size_t)depot * in->item_count + left->item]);
    }
}

static bool tighten(struct carrying *carrying, const struct fleet_plan *fleet) {
    bool any = false;
    add_up_trips(carrying, fleet);
    for (size_t i = 0; i < fleet->left_count; i++)
        any |= tighten_by(carrying, &fleet->left[i]);
    return any;
}

/* Rounds -----------------------------------------------------------------------------------------
 */

/* A plan within the limits, and on top of it what the given one sends and is still wanted. */
static int plan_within(struct carrying *carrying, struct allocation_plan *ret_plan) {
    const struct allocation_plan *first = carrying->task->plan;
    const double *pack = carrying->packs ? carrying->task->pack : NULL;
    struct allocation_plan plan;
    int error = allocation_solve(&carrying->limited.instance, carrying->options, &plan);
    if (error)
        return error;
    if (pack)
        error = allocation_round_to_packs(&carrying->limited.instance, pack, &plan);
    if (!error)
        error = allocation_add_shipments(carrying->task->instance, pack, first->shipments,
                                         first->shipment_count, &plan);
    if (error)
        allocation_plan_deinit(&plan);
    else
        *ret_plan = plan;
    return error;
}

static int schedule(const struct carrying *carrying, const struct allocation_plan *plan,
                    struct fleet_plan *ret_fleet) {
    struct fleet_task task = *carrying->task;
    task.plan = plan;
    return fleet_schedule(&task, ret_fleet);
}

/* Takes shipments, sums and deliveries; proof and floor stay those of the given plan. */
static void adopt(struct carrying *carrying, struct allocation_carried *carried,
                  struct allocation_plan *plan, struct fleet_plan *fleet) {
    struct allocation_plan *own = &carried->plan, old = *own;
    own->shipments = plan->shipments;
    own->shipment_count = plan->shipment_count;
    own->unmet = plan->unmet;
    own->unmet_count = plan->unmet_count;
    own->objective = plan->objective;
    own->min_fill_rate = plan->min_fill_rate;
    own->pivots += plan->pivots;
    plan->shipments = old.shipments;
    plan->unmet = old.unmet;
    fleet_plan_deinit(&carried->fleet);
    carried->fleet = *fleet;
    *fleet = (struct fleet_plan){0};
    carried->lack = lack_of(carrying->task->instance, &carried->fleet);
    carried->rounds++;
}

static int try_round(struct carrying *carrying, struct allocation_carried *carried,
                     bool *ret_better) {
    struct allocation_plan plan;
    struct fleet_plan fleet = {0};
    *ret_better = false;
    int error = plan_within(carrying, &plan);
    if (error)
        return error;
    error = schedule(carrying, &plan, &fleet);
    if (!error && is_better(carrying, carried, &plan, &fleet)) {
        *ret_better = true;
        adopt(carrying, carried, &plan, &fleet);
    }
    allocation_plan_deinit(&plan);
    fleet_plan_deinit(&fleet);
    return error;
}

/* Where this plan is not as fair, the bound is of plans that need not be. */
static int settle_bound(const struct carrying *carrying, struct allocation_carried *carried) {
    struct allocation_instance unfair = *carrying->task->instance;
    struct allocation_plan cheapest;
    int error = allocation_plan_keeps_floor(carrying->task->instance, &carried->plan,
                                            &carried->keeps_floor);
    if (error || carried->keeps_floor)
        return error;
    unfair.maxmin = false;
    error = allocation_solve(&unfair, carrying->options, &cheapest);
    if (error)
        return error;
    carried->plan.lower_bound = cheapest.lower_bound;
    allocation_plan_deinit(&cheapest);
    return 0;
}

static int copy_plan(const struct carrying *carrying, struct allocation_plan *copy) {
    const struct allocation_instance *in = carrying->task->instance;
    const struct allocation_plan *from = carrying->task->plan;
    const struct allocation_prices *prices = &from->prices;
    *copy = *from;
    copy->shipments = copy_of(from->shipments, from->shipment_count, sizeof *from->shipments);
    copy->unmet = copy_of(from->unmet, from->unmet_count, sizeof *from->unmet);
    copy->floor = from->floor ? copy_of(from->floor, need_count(carrying), sizeof(double)) : NULL;
    copy->prices.stock =
        prices->stock ? copy_of(prices->stock, stock_count(carrying), sizeof(double)) : NULL;
    copy->prices.dispatch =
        prices->dispatch ? copy_of(prices->dispatch, in->depot_count, sizeof(double)) : NULL;
    copy->prices.receive =
        prices->receive ? copy_of(prices->receive, in->shelter_count, sizeof(double)) : NULL;
    copy->prices.lane = prices->lane ? copy_of(prices->lane, in->lane_count, sizeof(double)) : NULL;
    if (copy->shipments && copy->unmet && !copy->floor == !from->floor &&
        !copy->prices.stock == !prices->stock && !copy->prices.dispatch == !prices->dispatch &&
        !copy->prices.receive == !prices->receive && !copy->prices.lane == !prices->lane)
        return 0;
    allocation_plan_deinit(copy);
    return HV_ERR_MEMORY;
}

static int carry(struct carrying *carrying, struct allocation_carried *carried) {
    bool better = true;
    int error = copy_plan(carrying, &carried->plan);
    if (!error)
        error = schedule(carrying, &carried->plan, &carried->fleet);
    if (error)
        return error;
    carried->lack = lack_of(carrying->task->instance, &carried->fleet);
    while (carried->rounds < ROUNDS_MAX && better && !error && tighten(carrying, &carried->fleet))
        error = try_round(carrying, carried, &better);
    return error ? error : settle_bound(carrying, carried);
}

void allocation_carried_deinit(struct allocation_carried *carried) {
    allocation_plan_deinit(&carried->plan);
    fleet_plan_deinit(&carried->fleet);
    *carried = (struct allocation_carried){0};
}

int allocation_carry(const struct fleet_task *task, bool packs,
                     const struct allocation_options *options,
                     struct allocation_carried *ret_carried) {
    struct carrying carrying = {.task = task, .options = options, .packs = packs};
    struct allocation_carried carried = {.first_cost = task->plan->objective, .keeps_floor = true};
    int error = make_room(&carrying);
    if (!error)
        error = carry(&carrying, &carried);
    free_carrying(&carrying);
    if (error)
        allocation_carried_deinit(&carried);
    else
        *ret_carried = carried;
    return error;
}
