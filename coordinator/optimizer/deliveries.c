#include "coordinator/optimizer/deliveries.h"

#include "coordinator/optimizer/allocation_fleet.h"
#include "coordinator/optimizer/delivery_ways.h"

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
    struct delivery_ways *roads;
    struct delivery_legs *out, *back; /* by lane, and after all lanes by busy vehicle */
    struct fleet_way *ways;
    struct fleet_legs *legs;
    struct fleet_leg *all_legs; /* of all lanes */
    uint32_t *only;             /* by lane: group of the order */
    double *pack;
    bool *cold;
    struct fleet_vehicle *vehicles;
    uint32_t *group, *number; /* by vehicle: its group and which of it, from 1 */
    uint32_t vehicle_count;
    size_t shipment_count;
    struct plan_deliveries *made;
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
        const struct plan_shipment *s = &plan->shipments[i], *before = i > 0 ? s - 1 : NULL;
        if (before == NULL || s->depot != before->depot || s->shelter != before->shelter)
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

/* Who goes from or to a depot: its consignments, and its vehicles that are on their way. */
struct goers {
    uint32_t *who;    /* number of the lane, or after all lanes of the busy vehicle */
    uint32_t *places; /* node of the shelter */
    struct delivery_legs *legs;
    uint32_t count;
};

static uint32_t goer_count(const struct making *making) {
    return making->consignment_count + making->task->busy_count;
}

static void find_goers(const struct making *making, uint32_t depot, struct goers *goers) {
    const struct deliveries_task *task = making->task;
    const struct instance *in = task->instance;
    goers->count = 0;
    for (uint32_t l = 0; l < making->consignment_count; l++)
        if (making->consignments[l].depot == depot) {
            goers->who[goers->count] = l;
            goers->places[goers->count++] = in->shelters[making->consignments[l].shelter].node;
        }
    for (uint32_t i = 0; i < task->busy_count; i++)
        if (task->groups[task->busy[i].group].depot == depot) {
            goers->who[goers->count] = making->consignment_count + i;
            goers->places[goers->count++] = in->shelters[task->busy[i].shelter].node;
        }
}

static int find_ways(struct making *making, uint32_t depot, struct goers *goers,
                     enum network_direction direction) {
    struct delivery_legs *all = direction == NETWORK_FROM_SOURCES ? making->out : making->back;
    const int error =
        delivery_ways_find(making->roads, direction, making->task->instance->depots[depot].node,
                           goers->places, goers->count, goers->legs);
    for (uint32_t i = 0; i < goers->count && !error; i++)
        all[goers->who[i]] = goers->legs[i];
    return error;
}

static int find_ways_of_depots(struct making *making, struct goers *goers) {
    int error = HV_OK;
    for (uint32_t d = 0; d < making->task->instance->depot_count && !error; d++) {
        find_goers(making, d, goers);
        if (goers->count == 0 || goers->who[0] >= making->consignment_count)
            continue; /* it sends nothing */
        error = find_ways(making, d, goers, NETWORK_FROM_SOURCES);
        if (!error)
            error = find_ways(making, d, goers, NETWORK_TO_SOURCES);
    }
    return error;
}

static int find_all_ways(struct making *making) {
    const struct deliveries_task *task = making->task;
    struct goers goers = {.who = calloc(goer_count(making) + (size_t)1, sizeof *goers.who),
                          .places = calloc(goer_count(making) + (size_t)1, sizeof *goers.places),
                          .legs = calloc(goer_count(making) + (size_t)1, sizeof *goers.legs)};
    int error =
        !goers.who || !goers.places || !goers.legs
            ? HV_ERR_MEMORY
            : delivery_ways_new(task->instance->network, task->closings, task->closing_count,
                                task->link_m, task->horizon_ms, &making->roads);
    if (!error)
        error = find_ways_of_depots(making, &goers);
    free(goers.who);
    free(goers.places);
    free(goers.legs);
    return error;
}

static double minutes_of(int64_t ms) {
    return ms == DELIVERY_WAYS_ALWAYS ? INFINITY : (double)ms / ms_per_min;
}

/* The legs of a lane one way as the fleet takes them, and the least that they take. */
static void tell_legs(const struct making *making, const struct delivery_legs *legs,
                      struct fleet_leg *ret_legs, double *ret_min, double *ret_km) {
    const struct delivery_leg *all = delivery_ways_legs(making->roads);
    *ret_min = INFINITY;
    *ret_km = INFINITY;
    for (uint32_t i = 0; i < legs->count; i++) {
        const struct delivery_leg *leg = &all[legs->first + i];
        ret_legs[i] = (struct fleet_leg){minutes_of(leg->from_ms), minutes_of(leg->until_ms),
                                         minutes_of(leg->travel_ms), (double)leg->m / m_per_km};
        *ret_min = fmin(*ret_min, ret_legs[i].min);
        *ret_km = fmin(*ret_km, ret_legs[i].km);
    }
}

static bool is_always(const struct fleet_legs *legs) {
    return legs->out_count == 1 && legs->back_count == 1 && legs->out->until_min == INFINITY &&
           legs->back->until_min == INFINITY && legs->out->from_min == 0 &&
           legs->back->from_min == 0;
}

static int describe_ways(struct making *making) {
    size_t count = 0;
    for (uint32_t l = 0; l < making->consignment_count; l++)
        count += making->out[l].count + making->back[l].count;
    making->all_legs = calloc(count + 1, sizeof *making->all_legs);
    if (!making->all_legs)
        return HV_ERR_MEMORY;
    struct fleet_leg *next = making->all_legs;
    for (uint32_t l = 0; l < making->consignment_count; l++) {
        const struct delivery_legs *out = &making->out[l], *back = &making->back[l];
        struct fleet_way *way = &making->ways[l];
        double out_km, back_km;
        tell_legs(making, out, next, &way->out_min, &out_km);
        tell_legs(making, back, next + out->count, &way->back_min, &back_km);
        making->legs[l] = (struct fleet_legs){next, next + out->count, out->count, back->count};
        way->round_km = out->count > 0 && back->count > 0 ? out_km + back_km : 0;
        next += out->count + back->count;
        if (out->count == 0 || back->count == 0 || is_always(&making->legs[l]))
            making->legs[l] = (struct fleet_legs){0};
    }
    return HV_OK;
}

/* ---- vehicles on their way ---- */

/* When a vehicle that leaves a shelter at a time is back at the earliest, or the horizon. */
static int64_t back_at(const struct making *making, const struct delivery_legs *back,
                       int64_t leaves_ms) {
    const struct delivery_leg *legs = delivery_ways_legs(making->roads);
    int64_t best = making->task->horizon_ms;
    for (uint32_t i = back->first; i < back->first + back->count; i++) {
        const int64_t from = legs[i].from_ms > leaves_ms ? legs[i].from_ms : leaves_ms;
        if (from <= legs[i].until_ms && legs[i].travel_ms < best - from)
            best = from + legs[i].travel_ms;
    }
    return best;
}

/* The quickest way of now one way, or the horizon. */
static int64_t way_now(const struct making *making, const struct delivery_legs *legs) {
    const int64_t horizon = making->task->horizon_ms;
    if (legs->count == 0)
        return horizon;
    const struct delivery_leg *leg = &delivery_ways_legs(making->roads)[legs->first];
    return leg->from_ms == 0 && leg->travel_ms < horizon ? leg->travel_ms : horizon;
}

/* Who is on the way there took the quickest way of now, and who is on the way back is on it; those
 * that have no way are not counted on. */
static void find_ready(struct making *making) {
    const struct deliveries_task *task = making->task;
    for (uint32_t i = 0; i < task->busy_count; i++) {
        const struct deliveries_busy *busy = &task->busy[i];
        const uint32_t at = making->consignment_count + i;
        int64_t back;
        if (busy->unloaded) {
            back = way_now(making, &making->back[at]) - busy->since_ms;
        } else {
            const int64_t way = way_now(making, &making->out[at]);
            const int64_t to_go =
                way < task->horizon_ms
                    ? way + task->groups[busy->group].unloading_ms - busy->since_ms
                    : task->horizon_ms;
            back = back_at(making, &making->back[at], to_go > 0 ? to_go : 0);
        }
        making->ready_ms[i] = back > 0 ? (back + STEADY_MS - 1) / STEADY_MS * STEADY_MS : 0;
    }
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
    making->legs = calloc(lanes, sizeof *making->legs);
    making->out = calloc(lanes + task->busy_count, sizeof *making->out);
    making->back = calloc(lanes + task->busy_count, sizeof *making->back);
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
    making->made = calloc(1, sizeof *making->made);
    return making->consignments && making->lanes && making->ways && making->legs && making->out &&
                   making->back && making->only && making->shipments && making->items &&
                   making->pack && making->cold && making->depots && making->shelters &&
                   making->vehicles && making->group && making->number && making->ready_ms &&
                   making->made
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
    free(making->legs);
    free(making->all_legs);
    free(making->out);
    free(making->back);
    delivery_ways_free(making->roads);
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
    plan_deliveries_free(making->made);
}

/* ---- what comes out ---- */

static int64_t ms_of(double minutes) {
    return (int64_t)llround(minutes * ms_per_min);
}

static int64_t late_ms(const struct making *making, uint32_t promise, int64_t delivered_ms) {
    int64_t due = promise == PLAN_NONE ? INT64_MAX : making->task->due_ms[promise];
    return delivered_ms > due ? delivered_ms - due : 0;
}

/* The route of a trip one way, of those that the schedule chose among. */
static struct plan_route route_of(const struct making *making, const struct delivery_legs *legs,
                                  uint32_t number) {
    const struct delivery_leg *leg = &delivery_ways_legs(making->roads)[legs->first + number];
    return (struct plan_route){leg->first_link, leg->link_count};
}

static void tell_trip(struct making *making, const struct fleet_plan *fleet,
                      const struct fleet_trip *trip) {
    struct plan_deliveries *out = making->made;
    const struct consignment *one = &making->consignments[trip->lane];
    const struct fleet_vehicle *vehicle = &making->vehicles[trip->vehicle];
    const int64_t delivered = ms_of(trip->delivered_min);
    struct plan_delivery *delivery = &out->deliveries[out->delivery_count++];
    *delivery = (struct plan_delivery){
        .depot = one->depot,
        .shelter = one->shelter,
        .promise = one->promise,
        .group = making->group[trip->vehicle],
        .number = making->number[trip->vehicle],
        .starts_ms = ms_of(trip->starts_min),
        .leaves_ms = ms_of(trip->starts_min + vehicle->loading_min),
        .arrives_ms = ms_of(trip->arrives_min),
        .delivered_ms = delivered,
        .returns_ms = ms_of(trip->returns_min),
        .back_ms = ms_of(trip->back_min),
        .leave_by_ms = trip->leave_by_min < INFINITY ? ms_of(trip->leave_by_min) : INT64_MAX,
        .out = route_of(making, &making->out[trip->lane], trip->out_leg),
        .back = route_of(making, &making->back[trip->lane], trip->back_leg),
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
        [FLEET_CLOSES] = PLAN_UNDELIVERED_CLOSES,
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
    struct plan_deliveries *out = making->made;
    out->deliveries = calloc(fleet->trip_count + 1, sizeof *out->deliveries);
    out->loads = calloc(fleet->load_count + 1, sizeof *out->loads);
    out->left = calloc(fleet->left_count + 1, sizeof *out->left);
    if (!out->deliveries || !out->loads || !out->left)
        return HV_ERR_MEMORY;
    out->links = delivery_ways_take_links(making->roads, &out->link_count);
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
                                    .legs = making->legs,
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
    if (!error)
        error = describe_ways(&making);
    if (!error) {
        find_ready(&making);
        take_vehicles(&making);
        error = run(&making);
    }
    if (!error) {
        *ret_deliveries = making.made;
        making.made = NULL;
    }
    free_making(&making);
    return error;
}
