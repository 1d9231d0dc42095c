#include "coordinator/optimizer/deliveries.h"

#include "coordinator/optimizer/allocation_fleet.h"

#include <math.h>
#include <stdlib.h>

#define STEADY_MS INT64_C(900000) /* vehicles come back at the end of such a piece of time */

static const double ms_per_min = 60000, ml_per_m3 = 1e6, g_per_kg = 1000, m_per_km = 1000;

/* What one depot sends to one shelter on one waybill: a lane of the fleet's instance. */
struct consignment {
    uint32_t depot, shelter;
    uint32_t promise; /* PLAN_NONE: new */
};

struct making {
    const struct deliveries_task *task;
    struct consignment *consignments; /* in the order of lanes; those of one depot together */
    uint32_t consignment_count;
    int64_t *ready_ms;                   /* by busy vehicle: when it is back, after the start */
    struct allocation_instance instance; /* as the fleet sees it; what it points to is below */
    struct allocation_item *items;
    struct allocation_depot *depots;
    struct allocation_shelter *shelters;
    struct allocation_lane *lanes;
    struct allocation_shipment *shipments;
    struct fleet_way *ways;
    uint32_t *only; /* by lane: group of the order */
    double *pack;
    bool *cold;
    struct fleet_vehicle *vehicles;
    uint32_t *group, *number; /* by vehicle: its group and which of it, from 1 */
    uint32_t vehicle_count;
    size_t shipment_count;
    struct plan_deliveries *out;
};

static int check(const struct deliveries_task *task) {
    if (task->horizon_ms <= 0)
        return HV_ERR_VALUE;
    for (uint32_t i = 0; i < task->group_count; i++) {
        const struct deliveries_group *group = &task->groups[i];
        if (group->depot >= task->instance->depot_count || group->volume_ml < 1 ||
            group->weight_g < 1 || group->loading_ms < 0 || group->unloading_ms < 0 ||
            group->range_m < 0)
            return HV_ERR_VALUE;
    }
    for (uint32_t i = 0; i < task->busy_count; i++)
        if (task->busy[i].group >= task->group_count ||
            task->busy[i].shelter >= task->instance->shelter_count || task->busy[i].since_ms < 0)
            return HV_ERR_VALUE;
    return HV_OK;
}

/* ---- consignments ---- */

/* Orders that the plan takes back are not carried out. */
static bool is_released(const struct plan *plan, uint32_t promise) {
    for (size_t i = 0; i < plan->release_count; i++)
        if (plan->releases[i].promise == promise)
            return true;
    return false;
}

static void add_goods(struct making *making, uint32_t lane, uint32_t item, int64_t quantity) {
    if (quantity > 0)
        making->shipments[making->shipment_count++] =
            (struct allocation_shipment){lane, item, (double)quantity};
}

static uint32_t add_consignment(struct making *making, struct consignment one) {
    uint32_t lane = making->consignment_count++;
    making->consignments[lane] = one;
    making->lanes[lane] = (struct allocation_lane){
        .depot = one.depot, .shelter = one.shelter, .capacity_m3 = ALLOCATION_NO_LIMIT};
    making->only[lane] = one.promise == PLAN_NONE || !making->task->promise_group
                             ? FLEET_ANY
                             : making->task->promise_group[one.promise];
    return lane;
}

static void take_new(struct making *making) {
    const struct plan *plan = making->task->plan;
    uint32_t lane = 0;
    for (size_t i = 0; i < plan->shipment_count; i++) { /* by depot and shelter */
        const struct plan_shipment *s = &plan->shipments[i], *before = s - 1;
        if (i == 0 || s->depot != before->depot || s->shelter != before->shelter)
            lane = add_consignment(making, (struct consignment){s->depot, s->shelter, PLAN_NONE});
        add_goods(making, lane, s->item, s->quantity);
    }
}

static void take_standing(struct making *making) {
    const struct deliveries_task *task = making->task;
    for (uint32_t i = 0; i < task->promise_count; i++) {
        const struct planner_promise *promise = &task->promises[i];
        if (is_released(task->plan, i))
            continue;
        uint32_t lane =
            add_consignment(making, (struct consignment){promise->depot, promise->shelter, i});
        for (uint32_t l = 0; l < promise->line_count; l++)
            add_goods(making, lane, promise->lines[l].item, promise->lines[l].quantity);
    }
}

/* ---- ways ---- */

/* Metres of the route between a node and the depot that was searched from. */
static int route_m(const struct making *making, const struct network_search *search, uint32_t node,
                   double *ret_m) {
    size_t count = network_search_route_length(search, node);
    uint32_t *links = malloc((count + 1) * sizeof *links);
    if (!links)
        return HV_ERR_MEMORY;
    network_search_route(search, node, links);
    for (size_t i = 0; i < count; i++)
        *ret_m += (double)making->task->link_m[links[i]];
    free(links);
    return HV_OK;
}

/* The searches of a depot say when its vehicles that are on their way are back; those that have no
 * way are not counted on. */
static void find_ready(struct making *making, const struct network_search *search, uint32_t depot,
                       enum network_direction direction) {
    const struct deliveries_task *task = making->task;
    for (uint32_t i = 0; i < task->busy_count; i++) {
        const struct deliveries_busy *busy = &task->busy[i];
        const struct deliveries_group *group = &task->groups[busy->group];
        if (group->depot != depot)
            continue;
        int64_t way = network_search_time_ms(search, task->instance->shelters[busy->shelter].node);
        int64_t *ready = &making->ready_ms[i], to_go = 0;
        if (direction == NETWORK_FROM_SOURCES) {
            if (!busy->unloaded && way < task->horizon_ms)
                to_go = way + group->unloading_ms - busy->since_ms;
            else if (!busy->unloaded)
                to_go = task->horizon_ms;
            *ready = to_go > 0 ? to_go : 0;
            continue;
        }
        way = way < task->horizon_ms ? way : task->horizon_ms;
        to_go = busy->unloaded ? way - busy->since_ms : *ready + way;
        *ready = to_go > 0 ? (to_go + STEADY_MS - 1) / STEADY_MS * STEADY_MS : 0;
    }
}

/* One direction of the ways of a depot's consignments. */
static int find_ways(struct making *making, struct network_search *search, uint32_t depot,
                     enum network_direction direction) {
    const struct instance *in = making->task->instance;
    int error = network_search_run(search, direction, &in->depots[depot].node, 1);
    for (uint32_t l = 0; l < making->consignment_count && !error; l++) {
        if (making->consignments[l].depot != depot)
            continue;
        uint32_t node = in->shelters[making->consignments[l].shelter].node;
        int64_t ms = network_search_time_ms(search, node);
        double minutes = ms == NETWORK_UNREACHABLE ? INFINITY : (double)ms / ms_per_min, m = 0;
        if (ms != NETWORK_UNREACHABLE && making->task->link_m)
            error = route_m(making, search, node, &m);
        struct fleet_way *way = &making->ways[l];
        *(direction == NETWORK_FROM_SOURCES ? &way->out_min : &way->back_min) = minutes;
        way->round_km += m / m_per_km;
    }
    if (!error)
        find_ready(making, search, depot, direction);
    return error;
}

static int find_all_ways(struct making *making) {
    struct network_search *search = NULL;
    uint32_t depots = making->task->instance->depot_count;
    int error = network_search_new(making->task->instance->network, &search);
    bool *searched = calloc(depots + (size_t)1, sizeof *searched);
    if (!error && !searched)
        error = HV_ERR_MEMORY;
    for (uint32_t l = 0; l < making->consignment_count && !error; l++) {
        uint32_t depot = making->consignments[l].depot;
        if (searched[depot])
            continue;
        searched[depot] = true;
        error = find_ways(making, search, depot, NETWORK_FROM_SOURCES);
        if (!error)
            error = find_ways(making, search, depot, NETWORK_TO_SOURCES);
    }
    network_search_free(search);
    free(searched);
    return error;
}

/* ---- vehicles ---- */

static struct fleet_vehicle vehicle_of(const struct making *making,
                                       const struct deliveries_group *group, int64_t ready_ms) {
    return (struct fleet_vehicle){.depot = group->depot,
                                  .volume_m3 = (double)group->volume_ml / ml_per_m3,
                                  .weight_kg = (double)group->weight_g / g_per_kg,
                                  .loading_min = (double)group->loading_ms / ms_per_min,
                                  .unloading_min = (double)group->unloading_ms / ms_per_min,
                                  .ready_min = (double)ready_ms / ms_per_min,
                                  .range_km =
                                      making->task->link_m ? (double)group->range_m / m_per_km : 0,
                                  .cold = group->cold,
                                  .class = (uint32_t)(group - making->task->groups)};
}

static bool is_away(const struct making *making, uint32_t busy, uint32_t group) {
    return making->task->busy[busy].group == group && making->ready_ms[busy] > 0;
}

/* Those that are on their way are the last of their group. */
static void take_vehicles(struct making *making) {
    const struct deliveries_task *task = making->task;
    for (uint32_t g = 0; g < task->group_count; g++) {
        const struct deliveries_group *group = &task->groups[g];
        uint32_t away = 0, next = 0;
        for (uint32_t i = 0; i < task->busy_count; i++)
            away += is_away(making, i, g);
        for (uint32_t n = 1; n <= group->count && making->vehicle_count < DELIVERIES_VEHICLES_MAX;
             n++) {
            int64_t ready_ms = 0;
            if (group->count - n < away) {
                while (!is_away(making, next, g))
                    next++;
                ready_ms = making->ready_ms[next++];
            }
            making->group[making->vehicle_count] = g;
            making->number[making->vehicle_count] = n;
            making->vehicles[making->vehicle_count++] = vehicle_of(making, group, ready_ms);
        }
    }
}

/* ---- the fleet's instance ---- */

static int make_room(struct making *making) {
    const struct deliveries_task *task = making->task;
    const struct instance *in = task->instance;
    size_t lanes = task->plan->shipment_count + task->promise_count + 1;
    size_t goods = task->plan->shipment_count + 1;
    for (uint32_t i = 0; i < task->promise_count; i++)
        goods += task->promises[i].line_count;
    making->consignments = calloc(lanes, sizeof *making->consignments);
    making->lanes = calloc(lanes, sizeof *making->lanes);
    making->ways = calloc(lanes, sizeof *making->ways);
    making->only = calloc(lanes, sizeof *making->only);
    making->shipments = calloc(goods, sizeof *making->shipments);
    making->items = calloc(in->item_count + (size_t)1, sizeof *making->items);
    making->pack = calloc(in->item_count + (size_t)1, sizeof *making->pack);
    making->cold = calloc(in->item_count + (size_t)1, sizeof *making->cold);
    making->depots = calloc(in->depot_count + (size_t)1, sizeof *making->depots);
    making->shelters = calloc(in->shelter_count + (size_t)1, sizeof *making->shelters);
    making->vehicles = calloc(DELIVERIES_VEHICLES_MAX, sizeof *making->vehicles);
    making->group = calloc(DELIVERIES_VEHICLES_MAX, sizeof *making->group);
    making->number = calloc(DELIVERIES_VEHICLES_MAX, sizeof *making->number);
    making->ready_ms = calloc(task->busy_count + (size_t)1, sizeof *making->ready_ms);
    making->out = calloc(1, sizeof *making->out);
    return making->consignments && making->lanes && making->ways && making->only &&
                   making->shipments && making->items && making->pack && making->cold &&
                   making->depots && making->shelters && making->vehicles && making->group &&
                   making->number && making->ready_ms && making->out
               ? HV_OK
               : HV_ERR_MEMORY;
}

static void describe(struct making *making) {
    const struct instance *in = making->task->instance;
    for (uint32_t k = 0; k < in->item_count; k++) {
        const struct instance_item *item = &in->items[k];
        making->items[k] =
            (struct allocation_item){.volume_m3 = (double)item->volume_ml / ml_per_m3,
                                     .weight_kg = (double)item->weight_g / g_per_kg,
                                     .shortage_cost = (double)item->shortage_cost};
        making->pack[k] = item->pack > 1 ? (double)item->pack : 1; /* no unit is ever split */
        making->cold[k] = item->cold;
    }
    for (uint32_t s = 0; s < in->shelter_count; s++)
        making->shelters[s] =
            (struct allocation_shelter){(double)in->shelters[s].priority, ALLOCATION_NO_LIMIT};
    making->instance = (struct allocation_instance){.items = making->items,
                                                    .depots = making->depots,
                                                    .shelters = making->shelters,
                                                    .lanes = making->lanes,
                                                    .item_count = in->item_count,
                                                    .depot_count = in->depot_count,
                                                    .shelter_count = in->shelter_count,
                                                    .lane_count = making->consignment_count};
}

static void free_making(struct making *making) {
    free(making->consignments);
    free(making->ready_ms);
    free(making->lanes);
    free(making->ways);
    free(making->only);
    free(making->shipments);
    free(making->items);
    free(making->pack);
    free(making->cold);
    free(making->depots);
    free(making->shelters);
    free(making->vehicles);
    free(making->group);
    free(making->number);
    plan_deliveries_free(making->out);
}

/* ---- what comes out ---- */

static int64_t ms_of(double minutes) {
    return (int64_t)llround(minutes * ms_per_min);
}

static int64_t late_ms(const struct making *making, uint32_t promise, int64_t delivered_ms) {
    int64_t due = promise == PLAN_NONE ? INT64_MAX : making->task->due_ms[promise];
    return delivered_ms > due ? delivered_ms - due : 0;
}

static void tell_trip(struct making *making, const struct fleet_plan *fleet,
                      const struct fleet_trip *trip) {
    struct plan_deliveries *out = making->out;
    const struct consignment *one = &making->consignments[trip->lane];
    const struct fleet_vehicle *vehicle = &making->vehicles[trip->vehicle];
    const int64_t delivered = ms_of(trip->delivered_min);
    struct plan_delivery *delivery = &out->deliveries[out->delivery_count++];
    *delivery = (struct plan_delivery){.depot = one->depot,
                                       .shelter = one->shelter,
                                       .promise = one->promise,
                                       .group = making->group[trip->vehicle],
                                       .number = making->number[trip->vehicle],
                                       .starts_ms = ms_of(trip->starts_min),
                                       .leaves_ms = ms_of(trip->starts_min + vehicle->loading_min),
                                       .arrives_ms = ms_of(trip->arrives_min),
                                       .delivered_ms = delivered,
                                       .back_ms = ms_of(trip->back_min),
                                       .late_ms = late_ms(making, one->promise, delivered),
                                       .first_load = out->load_count,
                                       .load_count = trip->load_count};
    for (size_t i = 0; i < trip->load_count; i++) {
        const struct fleet_load *load = &fleet->loads[trip->first_load + i];
        out->loads[out->load_count++] =
            (struct plan_load){load->item, (int64_t)llround(load->quantity)};
    }
    out->latest_ms = delivery->late_ms > out->latest_ms ? delivery->late_ms : out->latest_ms;
}

static enum plan_undelivered_reason reason_of(enum fleet_reason reason) {
    static const enum plan_undelivered_reason reasons[FLEET_REASONS] = {
        [FLEET_NO_VEHICLE] = PLAN_UNDELIVERED_NO_VEHICLE,
        [FLEET_NO_WAY] = PLAN_UNDELIVERED_NO_WAY,
        [FLEET_NO_COLD] = PLAN_UNDELIVERED_NO_COLD,
        [FLEET_TOO_BIG] = PLAN_UNDELIVERED_TOO_BIG,
        [FLEET_TOO_FAR] = PLAN_UNDELIVERED_TOO_FAR,
        [FLEET_BUSY] = PLAN_UNDELIVERED_BUSY,
        [FLEET_TRIPS] = PLAN_UNDELIVERED_TRIPS};
    return reasons[reason];
}

static int compare_deliveries(const void *a, const void *b) {
    const struct plan_delivery *x = a, *y = b;
    if (x->depot != y->depot)
        return x->depot < y->depot ? -1 : 1;
    if (x->starts_ms != y->starts_ms)
        return x->starts_ms < y->starts_ms ? -1 : 1;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return (x->first_load > y->first_load) - (x->first_load < y->first_load);
}

static int tell(struct making *making, const struct fleet_plan *fleet) {
    struct plan_deliveries *out = making->out;
    out->deliveries = calloc(fleet->trip_count + 1, sizeof *out->deliveries);
    out->loads = calloc(fleet->load_count + 1, sizeof *out->loads);
    out->left = calloc(fleet->left_count + 1, sizeof *out->left);
    if (!out->deliveries || !out->loads || !out->left)
        return HV_ERR_MEMORY;
    out->horizon_ms = making->task->horizon_ms;
    out->last_ms = ms_of(fleet->last_min);
    out->last_bound_ms = (int64_t)floor(fleet->last_bound_min * ms_per_min);
    out->busy_ms = ms_of(fleet->busy_min);
    for (size_t i = 0; i < fleet->trip_count; i++)
        tell_trip(making, fleet, &fleet->trips[i]);
    qsort(out->deliveries, out->delivery_count, sizeof *out->deliveries, compare_deliveries);
    for (size_t i = 0; i < fleet->left_count; i++) {
        const struct fleet_left *left = &fleet->left[i];
        const struct consignment *one = &making->consignments[left->lane];
        out->left[out->left_count++] =
            (struct plan_undelivered){.depot = one->depot,
                                      .shelter = one->shelter,
                                      .item = left->item,
                                      .promise = one->promise,
                                      .quantity = (int64_t)llround(left->quantity),
                                      .reason = reason_of(left->reason)};
    }
    return HV_OK;
}

/* ---- the whole ---- */

static int run(struct making *making) {
    struct fleet_plan fleet = {0};
    const struct allocation_plan plan = {.shipments = making->shipments,
                                         .shipment_count = making->shipment_count};
    const struct fleet_task task = {.instance = &making->instance,
                                    .plan = &plan,
                                    .ways = making->ways,
                                    .only = making->only,
                                    .pack = making->pack,
                                    .cold = making->cold,
                                    .vehicles = making->vehicles,
                                    .vehicle_count = making->vehicle_count,
                                    .horizon_min = (double)making->task->horizon_ms / ms_per_min,
                                    .trips_max = DELIVERIES_TRIPS_MAX};
    int error = fleet_schedule(&task, &fleet);
    if (!error)
        error = tell(making, &fleet);
    fleet_plan_deinit(&fleet);
    return error;
}

int deliveries_make(const struct deliveries_task *task, struct plan_deliveries **ret_deliveries) {
    struct making making = {.task = task};
    int error = check(task);
    if (!error)
        error = make_room(&making);
    if (!error) {
        take_new(&making);
        take_standing(&making);
        describe(&making);
        error = find_all_ways(&making);
    }
    if (!error) {
        take_vehicles(&making);
        error = run(&making);
    }
    if (!error) {
        *ret_deliveries = making.out;
        making.out = NULL;
    }
    free_making(&making);
    return error;
}
