/* Stock to needs: two allocation sessions, kept in step with the picture. */
#include "coordinator/optimizer/allocation_joint.h"
#include "coordinator/optimizer/planner_state.h"
#include "coordinator/optimizer/wide.h"

#include <stdlib.h>

enum {
    MICRO = 1000000,       /* micro cost units in one; also millilitres in a cubic metre */
    AFFORDABLE_SHARE = 100 /* of the cost of a plan, one part that sharing fairly may cost more */
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

int64_t planner_lane_ml(const struct planner *planner, uint32_t depot, uint32_t shelter) {
    return planner->lane_ml ? planner->lane_ml[planner_pair(planner, depot, shelter)]
                            : INSTANCE_NO_LIMIT;
}

/* Cost units a cubic metre, which is micro cost units a millilitre; 0 where nothing can go. */
static int lane_cost(const struct planner *planner, uint32_t depot, uint32_t shelter,
                     int64_t *ret_cost) {
    *ret_cost = 0;
    if (!planner_lane_is_open(planner, depot, shelter))
        return 0;
    size_t pair = planner_pair(planner, planner->instance.zone_count + depot, shelter);
    return instance_lane_cost(planner->instance.haul_cost_per_m3_hour, planner->travel_ms[pair],
                              ret_cost);
}

int planner_unit_cost(const struct planner *planner, uint32_t depot, uint32_t shelter,
                      uint32_t item, int64_t *ret_cost) {
    int64_t per_m3;
    int error = lane_cost(planner, depot, shelter, &per_m3);
    return error ? error
                 : wide_narrow(wide_product(per_m3, planner->items[item].volume_ml), ret_cost);
}

int planner_unit_shortage(const struct planner *planner, uint32_t shelter, uint32_t item,
                          int64_t *ret_cost) {
    int64_t cost;
    int error = wide_narrow(
        wide_product(planner->items[item].shortage_cost, planner->shelters[shelter].priority),
        &cost);
    return error ? error : wide_narrow(wide_product(cost, MICRO), ret_cost);
}

/* As an allocation instance ---------------------------------------------------------------------
 */

/* In what an instance counts: millilitres and micro cost units, or cubic metres and cost units. */
struct scale {
    double volumes, money; /* of what a millilitre and a micro cost unit count for */
};

static const struct scale fine = {1, 1};
static const struct scale coarse = {1.0 / MICRO, 1.0 / MICRO};

struct goods_instance {
    struct allocation_instance of;
    struct allocation_item *items;
    struct allocation_depot *depots;
    struct allocation_shelter *shelters;
    struct allocation_lane *lanes;
    double *stock, *reserve, *need;
};

static void goods_instance_free(struct goods_instance *goods) {
    free(goods->items);
    free(goods->depots);
    free(goods->shelters);
    free(goods->lanes);
    free(goods->stock);
    free(goods->reserve);
    free(goods->need);
}

static double limit_of(int64_t limit_ml, struct scale scale) {
    return limit_ml == INSTANCE_NO_LIMIT ? ALLOCATION_NO_LIMIT : (double)limit_ml * scale.volumes;
}

static int fill_lane(const struct planner *planner, uint32_t depot, uint32_t shelter,
                     struct scale scale, struct allocation_lane *ret_lane) {
    int64_t per_m3; /* the same figure in either scale */
    int error = lane_cost(planner, depot, shelter, &per_m3);
    *ret_lane = (struct allocation_lane){
        .depot = depot,
        .shelter = shelter,
        .cost_per_m3 = (double)per_m3,
        .capacity_m3 = limit_of(planner_lane_ml(planner, depot, shelter), scale),
        .closed = !planner_lane_is_open(planner, depot, shelter)};
    return error;
}

static int fill_rows(const struct planner *planner, struct scale scale,
                     struct goods_instance *goods) {
    const struct instance *in = &planner->instance;
    int error = 0;
    for (uint32_t k = 0; k < in->item_count; k++)
        goods->items[k] = (struct allocation_item){
            .volume_m3 = (double)in->items[k].volume_ml * scale.volumes,
            .shortage_cost = (double)in->items[k].shortage_cost * MICRO * scale.money};
    for (uint32_t d = 0; d < in->depot_count; d++)
        goods->depots[d] =
            (struct allocation_depot){.dispatch_m3 = limit_of(in->depots[d].dispatch_ml, scale),
                                      .closed = !in->depots[d].usable};
    for (uint32_t s = 0; s < in->shelter_count; s++)
        goods->shelters[s] =
            (struct allocation_shelter){.priority = (double)in->shelters[s].priority,
                                        .receive_m3 = limit_of(in->shelters[s].receive_ml, scale)};
    for (uint32_t d = 0; d < in->depot_count; d++)
        for (uint32_t s = 0; s < in->shelter_count && !error; s++)
            error = fill_lane(planner, d, s, scale, &goods->lanes[planner_pair(planner, d, s)]);
    for (size_t i = 0; i < (size_t)in->depot_count * in->item_count; i++) {
        goods->stock[i] = (double)in->stock[i];
        goods->reserve[i] = (double)in->reserve[i];
    }
    for (size_t i = 0; i < (size_t)in->shelter_count * in->item_count; i++)
        goods->need[i] = (double)in->need[i];
    return error;
}

static int goods_instance_init(const struct planner *planner, struct scale scale,
                               struct goods_instance *ret_goods) {
    const struct instance *in = &planner->instance;
    size_t lanes = (size_t)in->depot_count * in->shelter_count;
    size_t stock = (size_t)in->depot_count * in->item_count;
    struct goods_instance goods = {
        .items = planner_take(in->item_count, sizeof *goods.items),
        .depots = planner_take(in->depot_count, sizeof *goods.depots),
        .shelters = planner_take(in->shelter_count, sizeof *goods.shelters),
        .lanes = planner_take(lanes, sizeof *goods.lanes),
        .stock = planner_take(stock, sizeof *goods.stock),
        .reserve = planner_take(stock, sizeof *goods.reserve),
        .need = planner_take((size_t)in->shelter_count * in->item_count, sizeof *goods.need)};
    int error = goods.items && goods.depots && goods.shelters && goods.lanes && goods.stock &&
                        goods.reserve && goods.need
                    ? fill_rows(planner, scale, &goods)
                    : HV_ERR_MEMORY;
    if (error) {
        goods_instance_free(&goods);
        return error;
    }
    goods.of = (struct allocation_instance){.items = goods.items,
                                            .depots = goods.depots,
                                            .shelters = goods.shelters,
                                            .lanes = goods.lanes,
                                            .item_count = in->item_count,
                                            .depot_count = in->depot_count,
                                            .shelter_count = in->shelter_count,
                                            .lane_count = (uint32_t)lanes,
                                            .stock = goods.stock,
                                            .reserve = goods.reserve,
                                            .need = goods.need};
    *ret_goods = goods;
    return 0;
}

/* In step with the picture ----------------------------------------------------------------------
 */

static int begin(const struct planner *planner, struct allocation_session **ret_session) {
    struct goods_instance goods;
    int error = goods_instance_init(planner, fine, &goods);
    if (error)
        return error;
    error = allocation_session_new(&goods.of, ret_session);
    goods_instance_free(&goods);
    return error == HV_ERR_VALUE ? HV_ERR_OVERFLOW : error; /* figures above those it takes */
}

/* Runs the call where two figures differ, unless an earlier one failed. */
#define MOVE(differ, call)                                                                         \
    do {                                                                                           \
        if (!error && (differ))                                                                    \
            error = (call);                                                                        \
    } while (0)

static int move_lanes(const struct planner *planner, struct allocation_session *session) {
    const struct allocation_instance *now = allocation_session_instance(session);
    int error = 0;
    for (uint32_t l = 0; l < now->lane_count && !error; l++) {
        struct allocation_lane next;
        error = fill_lane(planner, now->lanes[l].depot, now->lanes[l].shelter, fine, &next);
        MOVE(next.closed != now->lanes[l].closed,
             allocation_session_set_lane_open(session, l, !next.closed));
        MOVE(!next.closed && next.cost_per_m3 != now->lanes[l].cost_per_m3,
             allocation_session_set_lane_cost(session, l, next.cost_per_m3));
        MOVE(next.capacity_m3 != now->lanes[l].capacity_m3,
             allocation_session_set_lane_capacity(session, l, next.capacity_m3));
    }
    return error;
}

static int move_depots(const struct planner *planner, struct allocation_session *session) {
    const struct allocation_instance *now = allocation_session_instance(session);
    int error = 0;
    for (uint32_t d = 0; d < now->depot_count; d++) {
        double dispatch = limit_of(planner->depots[d].dispatch_ml, fine);
        MOVE(dispatch != now->depots[d].dispatch_m3,
             allocation_session_set_dispatch(session, d, dispatch));
        MOVE(planner->depots[d].usable == now->depots[d].closed,
             allocation_session_set_depot_open(session, d, planner->depots[d].usable));
        for (uint32_t k = 0; k < now->item_count; k++) {
            size_t i = (size_t)d * now->item_count + k;
            double stock = (double)planner->stock[i], reserve = (double)planner->reserve[i];
            MOVE(stock != now->stock[i], allocation_session_set_stock(session, d, k, stock));
            MOVE(reserve != now->reserve[i],
                 allocation_session_set_reserve(session, d, k, reserve));
        }
    }
    return error;
}

static int move_shelters(const struct planner *planner, struct allocation_session *session) {
    const struct allocation_instance *now = allocation_session_instance(session);
    int error = 0;
    for (uint32_t s = 0; s < now->shelter_count; s++) {
        double receive = limit_of(planner->shelters[s].receive_ml, fine);
        double priority = (double)planner->shelters[s].priority;
        MOVE(receive != now->shelters[s].receive_m3,
             allocation_session_set_receive(session, s, receive));
        MOVE(priority != now->shelters[s].priority,
             allocation_session_set_priority(session, s, priority));
        for (uint32_t k = 0; k < now->item_count; k++) {
            size_t i = (size_t)s * now->item_count + k;
            double need = (double)planner->need[i];
            MOVE(need != now->need[i], allocation_session_set_need(session, s, k, need));
        }
    }
    return error;
}

/* Every figure is compared, which is less work than knowing which may have changed. */
static int keep_step(const struct planner *planner, struct allocation_session **session) {
    if (!*session)
        return begin(planner, session);
    int error = move_lanes(planner, *session);
    if (!error)
        error = move_depots(planner, *session);
    if (!error)
        error = move_shelters(planner, *session);
    return error == HV_ERR_VALUE ? HV_ERR_OVERFLOW : error;
}

/* Solving ---------------------------------------------------------------------------------------
 */

/* Solves a session within what the run leaves; what fairness asks for can always be sent. */
static int run_session(struct planner_run *run, struct allocation_session *session) {
    struct mincostflow_limits limits;
    if (!planner_flow_limits(run, &limits))
        return 0;
    int error = allocation_session_solve(session, &limits);
    if (error == HV_ERR_STOPPED) {
        run->stopped = true;
        return 0;
    }
    return error;
}

static bool has_lane_limits(const struct planner *planner) {
    size_t lanes = (size_t)planner->instance.depot_count * planner->instance.shelter_count;
    for (size_t i = 0; planner->lane_ml && i < lanes; i++)
        if (planner->lane_ml[i] != INSTANCE_NO_LIMIT)
            return true;
    return false;
}

static int ask(void *context, enum allocation_stage stage, uint64_t work) {
    (void)stage;
    struct mincostflow_limits limits;
    struct planner_run *run = context;
    return !planner_flow_limits(run, &limits) ||
           (run->limits->work_limit && work >= limits.pivot_limit) ||
           (limits.progress && limits.progress(limits.context, work));
}

/* With limits of lanes, from a plan without: cubic metres and cost units, which the linear
 * programme can take in; prices come back in micro cost units. Stopped: the plan as it was. */
static int join(struct planner_run *run, bool fair, struct allocation_plan *plan) {
    struct goods_instance goods;
    struct allocation_options options = {.progress = ask, .context = run};
    struct allocation_plan joint;
    int error = goods_instance_init(run->planner, coarse, &goods);
    if (error)
        return error;
    goods.of.maxmin = fair;
    error = allocation_joint_solve(&goods.of, plan, &options, &joint);
    if (!error) {
        size_t stocks = (size_t)goods.of.depot_count * goods.of.item_count;
        for (size_t i = 0; joint.prices.stock && i < stocks; i++)
            joint.prices.stock[i] *= MICRO;
        allocation_plan_deinit(plan);
        *plan = joint;
    }
    goods_instance_free(&goods);
    if (error == HV_ERR_STOPPED) {
        run->stopped = true;
        return 0;
    }
    return error;
}

int planner_solve_cheapest(struct planner_run *run, struct allocation_session **session,
                           struct allocation_plan *ret_plan) {
    const struct planner *planner = run->planner;
    struct allocation_plan plan = {0};
    bool keeps = true;
    int error = keep_step(planner, session);
    if (!error)
        error = run_session(run, *session);
    if (!error)
        error = allocation_session_read_flow(*session, &plan);
    if (!error && !run->stopped && has_lane_limits(planner))
        error = allocation_keeps_lanes(allocation_session_instance(*session), &plan, &keeps);
    if (!error && !keeps)
        error = join(run, false, &plan);
    if (error)
        allocation_plan_deinit(&plan);
    else
        *ret_plan = plan;
    return error;
}

int planner_cheapest_cost(struct planner_run *run, struct allocation_session **session,
                          struct allocation_plan *ret_plan, double *ret_cost) {
    const struct planner *planner = run->planner;
    const struct allocation_instance *in;
    struct allocation_plan plan = {0};
    double cost = 0;
    int error = keep_step(planner, session);
    if (!error)
        error = run_session(run, *session);
    if (!error)
        error = allocation_session_read_flow(*session, &plan);
    if (error)
        return error;
    in = allocation_session_instance(*session);
    for (uint32_t s = 0; s < in->shelter_count; s++)
        for (uint32_t k = 0; k < in->item_count; k++)
            cost +=
                allocation_need(in, s, k) * in->items[k].shortage_cost * in->shelters[s].priority;
    for (size_t i = 0; i < plan.shipment_count; i++) {
        const struct allocation_lane *lane = &in->lanes[plan.shipments[i].lane];
        const struct allocation_item *item = &in->items[plan.shipments[i].item];
        cost += plan.shipments[i].quantity *
                (lane->cost_per_m3 * item->volume_m3 -
                 item->shortage_cost * in->shelters[lane->shelter].priority);
    }
    *ret_plan = plan;
    *ret_cost = cost;
    return 0;
}

static int ask_fair(void *context, uint64_t levels) {
    (void)levels;
    struct mincostflow_limits limits;
    struct planner_run *run = context;
    return !planner_flow_limits(run, &limits) ||
           (limits.progress && limits.progress(limits.context, 0));
}

/* The fairest of the least cost, by the flow. */
static int fair_by_flow(struct planner_run *run, struct allocation_session **session,
                        struct allocation_plan *ret_plan) {
    struct mincostflow_limits limits = {.progress = ask_fair, .context = run};
    int error = keep_step(run->planner, session);
    if (!error)
        error = allocation_session_make_fair(*session, &limits);
    if (error == HV_ERR_STOPPED) {
        run->stopped = true;
        return 0;
    }
    if (!error)
        error = run_session(run, *session);
    return error || run->stopped ? error : allocation_session_read(*session, ret_plan);
}

int planner_solve_fairest(struct planner_run *run, struct allocation_session **session,
                          struct allocation_plan *plan) {
    struct allocation_plan fairest = {0};
    if (has_lane_limits(run->planner))
        return join(run, true, plan);
    int error = fair_by_flow(run, session, &fairest);
    if (error || run->stopped) {
        allocation_plan_deinit(&fairest);
        return error;
    }
    allocation_plan_deinit(plan);
    *plan = fairest;
    return 0;
}

/* Writes the plan anew over what was written before; ret_more is what it costs more. */
static int rewrite(struct planner *planner, const struct allocation_plan *from, bool packs,
                   size_t links, struct plan *plan, int64_t *ret_more) {
    int64_t before = plan->goods_cost;
    plan->link_count = links;
    int error = planner_write_goods(planner, from->shipments, from->shipment_count, packs, plan);
    if (!error)
        *ret_more = plan->goods_cost - before;
    return error;
}

static bool has_packs(const struct planner *planner) {
    for (uint32_t k = 0; k < planner->instance.item_count; k++)
        if (planner->items[k].pack > 1)
            return true;
    return false;
}

/* The fairest plan in place of the cheapest, with what that costs. */
static int make_fair(struct planner_run *run, struct allocation_plan *best, size_t links,
                     struct plan *plan) {
    int error = planner_solve_fairest(run, &run->planner->goods.fairest, best);
    if (error || best->level_count == 0)
        return error;
    plan->is_fair = true;
    plan->fair_levels = best->level_count;
    error = rewrite(run->planner, best, false, links, plan, &plan->fairness_cost);
    plan->fairest_fill = plan->least_fill;
    return error;
}

/* Starts from the shipments of the cheapest, as limits of lanes do. */
static int copy_shipments(const struct allocation_plan *from, struct allocation_plan *ret_copy) {
    ret_copy->shipments = planner_take(from->shipment_count, sizeof *ret_copy->shipments);
    if (!ret_copy->shipments)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < from->shipment_count; i++)
        ret_copy->shipments[i] = from->shipments[i];
    ret_copy->shipment_count = from->shipment_count;
    return 0;
}

/* What the fairest plan would cost more, beside the plan, which `ret_fairest` is: nothing in it
 * where a run that ended on the way does not say. */
static int price_fairness(struct planner_run *run, const struct allocation_plan *cheapest,
                          struct plan *plan, struct allocation_plan *ret_fairest) {
    struct plan beside = {0};
    struct allocation_plan fairest = {0};
    int error = has_lane_limits(run->planner) ? copy_shipments(cheapest, &fairest) : 0;
    if (!error)
        error = planner_solve_fairest(run, &run->planner->goods.fairest, &fairest);
    if (!error && !run->stopped && fairest.level_count > 0)
        error = planner_write_goods(run->planner, fairest.shipments, fairest.shipment_count, false,
                                    &beside);
    if (!error && beside.unmet) {
        plan->fair_levels = fairest.level_count;
        plan->fairness_cost = beside.goods_cost - plan->goods_cost;
        plan->fairest_fill = beside.least_fill;
        *ret_fairest = fairest;
        fairest = (struct allocation_plan){0};
    }
    run->stopped = false;
    free(beside.shipments);
    free(beside.unmet);
    free(beside.links);
    allocation_plan_deinit(&fairest);
    return error;
}

/* What is lacking makes up most of what such a plan costs: of a hundred person-days without, one
 * may be what it takes that nobody goes empty-handed beside somebody who has all. */
static bool is_affordable(const struct plan *plan) {
    return plan->fair_levels > 0 && plan->unmet_count > 0 &&
           plan->fairness_cost <= plan->goods_cost / AFFORDABLE_SHARE;
}

/* The allocation as the plan: in whole packs where items have them, and with its vehicles. */
static int finish(struct planner_run *run, const struct allocation_plan *from, size_t links,
                  struct plan *plan) {
    const bool packs = has_packs(run->planner);
    int error = packs ? rewrite(run->planner, from, true, links, plan, &plan->rounding_cost) : 0;
    return error ? error : planner_carry_goods(run, packs, plan);
}

/* Another allocation in place of the one that the plan is. */
static int replace(struct planner_run *run, const struct allocation_plan *with, bool is_fair,
                   size_t links, struct plan *plan) {
    int64_t more = 0;
    plan_deliveries_free(plan->deliveries);
    plan->deliveries = NULL;
    plan->is_fair = is_fair;
    plan->rounding_cost = plan->carrying_cost = 0;
    int error = rewrite(run->planner, with, false, links, plan, &more);
    return error ? error : finish(run, with, links, plan);
}

/* The fairest in place of the cheapest, unless vehicles leave so much of it, which they would bring
 * of the cheapest, that it is no longer affordable. */
static int share(struct planner_run *run, const struct allocation_plan *cheapest,
                 const struct allocation_plan *fairest, size_t links, struct plan *plan) {
    double fair_cost = 0, cost = 0;
    int error = replace(run, fairest, true, links, plan);
    if (error || !plan->deliveries || plan->deliveries->left_count == 0)
        return error;
    error = planner_carried_cost(run->planner, plan, &fair_cost);
    if (!error)
        error = replace(run, cheapest, false, links, plan);
    if (!error)
        error = planner_carried_cost(run->planner, plan, &cost);
    if (!error && fair_cost - cost <= cost / AFFORDABLE_SHARE)
        error = replace(run, fairest, true, links, plan);
    return error;
}

/* The plan of least cost, with what the fairest would cost more, or that one where it may. */
static int compare_with_fairest(struct planner_run *run, const struct allocation_plan *cheapest,
                                size_t links, struct plan *plan) {
    struct allocation_plan fairest = {0};
    int error = price_fairness(run, cheapest, plan, &fairest);
    if (!error)
        error = run->planner->goods.fairness == PLANNER_AFFORDABLE && is_affordable(plan)
                    ? share(run, cheapest, &fairest, links, plan)
                    : finish(run, cheapest, links, plan);
    allocation_plan_deinit(&fairest);
    return error;
}

int planner_solve_goods(struct planner_run *run, struct plan *plan) {
    struct planner *planner = run->planner;
    struct allocation_plan best = {0};
    size_t links = plan->link_count;
    planner_break_promises(planner);
    int error = planner_improve_promises(run, plan);
    if (!error)
        error = planner_write_promises(planner, plan);
    if (!error)
        error = planner_solve_cheapest(run, &planner->goods.cheapest, &best);
    if (!error)
        error = planner_write_goods(planner, best.shipments, best.shipment_count, false, plan);
    if (!error)
        error = planner_prove_goods(planner, &best.prices, plan);
    plan->cheapest_fill = plan->fairest_fill = plan->least_fill;
    const bool looks = planner->goods.fairness != PLANNER_CHEAPEST && !run->stopped;
    if (!error && looks && planner->goods.fairness == PLANNER_FAIREST)
        error = make_fair(run, &best, links, plan);
    if (!error)
        error = looks && planner->goods.fairness != PLANNER_FAIREST
                    ? compare_with_fairest(run, &best, links, plan)
                    : finish(run, &best, links, plan);
    if (plan->goods_cost > 0)
        plan->goods_gap = (double)(plan->goods_cost - plan->goods_bound) / (double)plan->goods_cost;
    allocation_plan_deinit(&best);
    return error;
}

uint64_t planner_goods_pivots(const struct planner_goods *goods) {
    return (goods->cheapest ? allocation_session_pivots(goods->cheapest) : 0) +
           (goods->fairest ? allocation_session_pivots(goods->fairest) : 0) +
           (goods->freest ? allocation_session_pivots(goods->freest) : 0) +
           (goods->carried ? allocation_session_pivots(goods->carried) : 0) +
           (goods->carried_fair ? allocation_session_pivots(goods->carried_fair) : 0);
}

void planner_free_goods(struct planner_goods *goods) {
    allocation_session_free(goods->cheapest);
    allocation_session_free(goods->fairest);
    allocation_session_free(goods->freest);
    allocation_session_free(goods->carried);
    allocation_session_free(goods->carried_fair);
    goods->cheapest = goods->fairest = goods->freest = goods->carried = goods->carried_fair = NULL;
}
