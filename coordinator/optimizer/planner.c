/* The session: its picture, and one solve after the other. */
#include "coordinator/optimizer/planner_state.h"

#include "coordinator/optimizer/array.h"

#include <stdlib.h>
#include <string.h>

void *planner_take(size_t count, size_t bytes) {
    return calloc(count ? count : 1, bytes);
}

/* Building --------------------------------------------------------------------------------------
 */

/* A copy of `count` elements, zeroed where there is nothing to copy. */
static void *copy_of(const void *from, size_t count, size_t bytes) {
    void *copy = planner_take(count, bytes);
    if (copy && from && count > 0)
        memcpy(copy, from, count * bytes);
    return copy;
}

static int check_size(const struct instance *instance) {
    uint64_t shelters = instance->shelter_count, items = instance->item_count;
    uint64_t origins = (uint64_t)instance->zone_count + instance->depot_count;
    uint64_t lanes = (uint64_t)instance->depot_count * shelters;
    if (origins * shelters > PLANNER_PAIRS_MAX || lanes * items > PLANNER_PAIRS_MAX ||
        instance->depot_count * items > PLANNER_PAIRS_MAX || shelters * items > PLANNER_PAIRS_MAX)
        return HV_ERR_LIMIT;
    return 0;
}

static int copy_instance(struct planner *planner, const struct instance *from) {
    size_t stock = (size_t)from->depot_count * from->item_count;
    size_t need = (size_t)from->shelter_count * from->item_count;
    planner->zones = copy_of(from->zones, from->zone_count, sizeof *planner->zones);
    planner->shelters = copy_of(from->shelters, from->shelter_count, sizeof *planner->shelters);
    planner->depots = copy_of(from->depots, from->depot_count, sizeof *planner->depots);
    planner->items = copy_of(from->items, from->item_count, sizeof *planner->items);
    planner->stock = copy_of(from->stock, stock, sizeof *planner->stock);
    planner->reserve = copy_of(from->reserve, stock, sizeof *planner->reserve);
    planner->need = copy_of(from->need, need, sizeof *planner->need);
    planner->all_stock = copy_of(from->stock, stock, sizeof *planner->all_stock);
    planner->all_need = copy_of(from->need, need, sizeof *planner->all_need);
    if (!planner->zones || !planner->shelters || !planner->depots || !planner->items ||
        !planner->stock || !planner->reserve || !planner->need || !planner->all_stock ||
        !planner->all_need)
        return HV_ERR_MEMORY;
    if (from->lane_ml) {
        size_t lanes = (size_t)from->depot_count * from->shelter_count;
        planner->lane_ml = copy_of(from->lane_ml, lanes, sizeof *planner->lane_ml);
        if (!planner->lane_ml)
            return HV_ERR_MEMORY;
    }
    int error = network_clone(from->network, &planner->network);
    planner->instance = *from;
    planner->instance.network = planner->network;
    planner->instance.zones = planner->zones;
    planner->instance.shelters = planner->shelters;
    planner->instance.depots = planner->depots;
    planner->instance.items = planner->items;
    planner->instance.stock = planner->stock;
    planner->instance.reserve = planner->reserve;
    planner->instance.need = planner->need;
    planner->instance.lane_ml = planner->lane_ml;
    return error;
}

static int make_tables(struct planner *planner) {
    size_t zones = planner->instance.zone_count, shelters = planner->instance.shelter_count;
    size_t depots = planner->instance.depot_count, pairs = (zones + depots) * shelters;
    planner->pinned = planner_take(zones * shelters, sizeof *planner->pinned);
    planner->zone_excluded = planner_take(zones * shelters, sizeof *planner->zone_excluded);
    planner->pin_count = planner_take(zones, sizeof *planner->pin_count);
    planner->depot_excluded = planner_take(depots * shelters, sizeof *planner->depot_excluded);
    planner->travel_ms = planner_take(pairs, sizeof *planner->travel_ms);
    planner->routes = planner_take(pairs, sizeof(struct planner_route *));
    planner->people.stale_zone = planner_take(zones, sizeof(bool));
    planner->people.stale_shelter = planner_take(shelters, sizeof(bool));
    if (!planner->pinned || !planner->zone_excluded || !planner->pin_count ||
        !planner->depot_excluded || !planner->travel_ms || !planner->routes ||
        !planner->people.stale_zone || !planner->people.stale_shelter)
        return HV_ERR_MEMORY;
    planner->route_node = NETWORK_NONE;
    int error = network_search_new(planner->network, &planner->search);
    return error ? error : network_search_new(planner->network, &planner->other_search);
}

int planner_new(const struct instance *instance, struct planner **ret_planner) {
    int error = instance_check(instance);
    if (!error)
        error = check_size(instance);
    if (error)
        return error;
    struct planner *planner = calloc(1, sizeof *planner);
    if (!planner)
        return HV_ERR_MEMORY;
    error = copy_instance(planner, instance);
    if (!error)
        error = make_tables(planner);
    if (!error)
        error = planner_find_travel(planner);
    if (error) {
        planner_free(planner);
        return error;
    }
    *ret_planner = planner;
    return 0;
}

static void free_routes(struct planner *planner) {
    size_t pairs = (size_t)planner_origins(planner) * planner->instance.shelter_count;
    for (size_t i = 0; planner->routes && i < pairs; i++)
        free(planner->routes[i]);
    free(planner->routes);
}

void planner_free(struct planner *planner) {
    if (!planner)
        return;
    planner_free_people(&planner->people);
    planner_free_goods(&planner->goods);
    free_routes(planner);
    network_search_free(planner->search);
    network_search_free(planner->other_search);
    network_free(planner->network);
    free(planner->zones);
    free(planner->shelters);
    free(planner->depots);
    free(planner->items);
    free(planner->stock);
    free(planner->reserve);
    free(planner->need);
    free(planner->all_stock);
    free(planner->all_need);
    free(planner->lane_ml);
    planner_free_promises(&planner->promises);
    free(planner->pinned);
    free(planner->zone_excluded);
    free(planner->pin_count);
    free(planner->depot_excluded);
    free(planner->in_force);
    free(planner->travel_ms);
    free(planner->people.stale_zone);
    free(planner->people.stale_shelter);
    free(planner);
}

const struct instance *planner_instance(const struct planner *planner) {
    return &planner->instance;
}

/* Solving ---------------------------------------------------------------------------------------
 */

static uint64_t work_done(const struct planner *planner) {
    uint64_t work = planner->searches + planner->pivots_gone;
    if (planner->people.flow)
        work += mincostflow_pivots(planner->people.flow);
    return work + planner_goods_pivots(&planner->goods);
}

static int report(void *context, uint64_t pivots) {
    (void)pivots;
    struct planner_run *run = context;
    struct planner_progress progress = {
        .stage = run->stage,
        .work = work_done(run->planner) - run->work_before,
        .work_limit = run->limits->work_limit,
    };
    return run->limits->progress(run->limits->context, &progress);
}

bool planner_flow_limits(struct planner_run *run, struct mincostflow_limits *ret_limits) {
    uint64_t work = work_done(run->planner) - run->work_before;
    struct mincostflow_limits limits = {
        .progress = run->limits->progress ? report : NULL,
        .context = run,
    };
    if (run->limits->work_limit && work >= run->limits->work_limit)
        run->stopped = true;
    if (run->limits->work_limit && !run->stopped)
        limits.pivot_limit = run->limits->work_limit - work;
    *ret_limits = limits;
    return !run->stopped;
}

int planner_run_flow(struct planner_run *run, struct mincostflow *flow, bool *ret_finished) {
    struct mincostflow_limits limits;
    *ret_finished = false;
    if (!planner_flow_limits(run, &limits))
        return 0;
    enum mincostflow_status status;
    int error = mincostflow_solve(flow, &limits, &status);
    if (error)
        return error;
    /* The flow can be neither infeasible nor endless: people may stay unserved. */
    *ret_finished = status == MINCOSTFLOW_OPTIMAL;
    run->stopped = !*ret_finished;
    return 0;
}

/* There is an array even where no route has a link. */
static int add_links(struct plan *plan, size_t *room, const struct planner_route *route) {
    int error = array_reserve((void **)&plan->links, plan->link_count + route->count + 1, room,
                              sizeof *plan->links);
    if (error)
        return error;
    if (route->count > 0)
        memcpy(plan->links + plan->link_count, route->links, route->count * sizeof *plan->links);
    plan->link_count += route->count;
    return 0;
}

int planner_add_route(struct planner *planner, struct plan *plan, size_t *link_room,
                      uint32_t origin, uint32_t shelter, struct plan_route *ret_route) {
    const struct planner_route *route;
    int error = planner_route(planner, origin, shelter, &route);
    if (error)
        return error;
    struct plan_route added = {.first = (uint32_t)plan->link_count, .count = route->count};
    if (plan->link_count + route->count > UINT32_MAX)
        return HV_ERR_LIMIT;
    error = add_links(plan, link_room, route);
    if (!error)
        *ret_route = added;
    return error;
}

static enum plan_status status_of(const struct planner_run *run, const struct plan *plan) {
    if (run->stopped)
        return PLAN_STOPPED;
    return plan->goods_cost == plan->goods_bound ? PLAN_OPTIMAL : PLAN_ROUNDED;
}

static const struct planner_limits no_limits = {0};

int planner_assign(struct planner *planner, const struct planner_limits *limits,
                   struct plan **ret_plan) {
    struct planner_run run = {
        .planner = planner,
        .limits = limits ? limits : &no_limits,
        .work_before = work_done(planner),
        .stage = PLANNER_ROUTES,
    };
    struct plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return HV_ERR_MEMORY;
    int error = planner_find_travel(planner);
    run.stage = PLANNER_PEOPLE;
    if (!error)
        error = planner_solve_people(&run, plan);
    if (error) {
        plan_free(plan);
        return error;
    }
    plan->work = work_done(planner) - run.work_before;
    plan->status = run.stopped ? PLAN_STOPPED : PLAN_OPTIMAL;
    *ret_plan = plan;
    return 0;
}

int planner_complete(struct planner *planner, const struct planner_limits *limits,
                     struct plan *plan) {
    struct planner_run run = {
        .planner = planner,
        .limits = limits ? limits : &no_limits,
        .work_before = work_done(planner) - plan->work,
        .stage = PLANNER_GOODS,
        .stopped = plan->status == PLAN_STOPPED,
    };
    int error = planner_solve_goods(&run, plan);
    if (!error)
        error = planner_explain(planner, plan);
    plan->work = work_done(planner) - run.work_before;
    plan->status = status_of(&run, plan);
    return error;
}

int planner_solve(struct planner *planner, const struct planner_limits *limits,
                  struct plan **ret_plan) {
    struct plan *plan = NULL;
    int error = planner_assign(planner, limits, &plan);
    if (!error)
        error = planner_complete(planner, limits, plan);
    if (error) {
        plan_free(plan);
        return error;
    }
    *ret_plan = plan;
    return 0;
}
