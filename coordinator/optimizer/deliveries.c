#include "coordinator/optimizer/deliveries_state.h"

#include <stdlib.h>

#define ML_PER_M3 1e6
#define G_PER_KG 1000.0

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

static void add_goods(struct deliveries_making *making, uint32_t lane, uint32_t item,
                      int64_t quantity) {
    if (quantity > 0)
        making->shipments[making->shipment_count++] =
            (struct allocation_shipment){lane, item, (double)quantity};
}

static uint32_t add_consignment(struct deliveries_making *making,
                                struct deliveries_consignment one) {
    uint32_t lane = making->consignment_count++;
    making->consignments[lane] = one;
    making->lanes[lane] = (struct allocation_lane){
        .depot = one.depot, .shelter = one.shelter, .capacity_m3 = ALLOCATION_NO_LIMIT};
    making->only[lane] = one.promise == PLAN_NONE || !making->task->promise_group
                             ? FLEET_ANY
                             : making->task->promise_group[one.promise];
    return lane;
}

static void take_new(struct deliveries_making *making) {
    const struct plan *plan = making->task->plan;
    uint32_t lane = 0;
    for (size_t i = 0; i < plan->shipment_count; i++) { /* by depot and shelter */
        const struct plan_shipment *s = &plan->shipments[i], *before = i > 0 ? s - 1 : NULL;
        if (before == NULL || s->depot != before->depot || s->shelter != before->shelter)
            lane = add_consignment(
                making, (struct deliveries_consignment){s->depot, s->shelter, PLAN_NONE});
        add_goods(making, lane, s->item, s->quantity);
    }
}

static void take_standing(struct deliveries_making *making) {
    const struct deliveries_task *task = making->task;
    for (uint32_t i = 0; i < task->promise_count; i++) {
        const struct planner_promise *promise = &task->promises[i];
        if (is_released(task->plan, i))
            continue;
        uint32_t lane = add_consignment(
            making, (struct deliveries_consignment){promise->depot, promise->shelter, i});
        for (uint32_t l = 0; l < promise->line_count; l++)
            add_goods(making, lane, promise->lines[l].item, promise->lines[l].quantity);
    }
}

/* ---- vehicles ---- */

static struct fleet_vehicle vehicle_of(const struct deliveries_making *making,
                                       const struct deliveries_group *group, int64_t ready_ms) {
    return (struct fleet_vehicle){
        .depot = group->depot,
        .volume_m3 = (double)group->volume_ml / ML_PER_M3,
        .weight_kg = (double)group->weight_g / G_PER_KG,
        .loading_min = (double)group->loading_ms / DELIVERIES_MS_PER_MIN,
        .unloading_min = (double)group->unloading_ms / DELIVERIES_MS_PER_MIN,
        .ready_min = (double)ready_ms / DELIVERIES_MS_PER_MIN,
        .range_km = making->task->link_m ? (double)group->range_m / DELIVERIES_M_PER_KM : 0,
        .cold = group->cold,
        .class = (uint32_t)(group - making->task->groups)};
}

static bool is_away(const struct deliveries_making *making, uint32_t busy, uint32_t group) {
    return making->task->busy[busy].group == group && making->ready_ms[busy] > 0;
}

/* Those that are on their way are the last of their group. */
static void take_vehicles(struct deliveries_making *making) {
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

static int make_room(struct deliveries_making *making) {
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

static void describe(struct deliveries_making *making) {
    const struct instance *in = making->task->instance;
    for (uint32_t k = 0; k < in->item_count; k++) {
        const struct instance_item *item = &in->items[k];
        making->items[k] =
            (struct allocation_item){.volume_m3 = (double)item->volume_ml / ML_PER_M3,
                                     .weight_kg = (double)item->weight_g / G_PER_KG,
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

static void free_making(struct deliveries_making *making) {
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

/* ---- the whole ---- */

static int run(struct deliveries_making *making) {
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
                                    .horizon_min =
                                        (double)making->task->horizon_ms / DELIVERIES_MS_PER_MIN,
                                    .trips_max = DELIVERIES_TRIPS_MAX};
    int error = fleet_schedule(&task, &fleet);
    if (!error)
        error = deliveries_tell(making, &fleet);
    fleet_plan_deinit(&fleet);
    return error;
}

int deliveries_make(const struct deliveries_task *task, struct plan_deliveries **ret_deliveries) {
    struct deliveries_making making = {.task = task};
    int error = check(task);
    if (!error)
        error = make_room(&making);
    if (!error) {
        take_new(&making);
        take_standing(&making);
        describe(&making);
        error = deliveries_find_ways(&making);
    }
    if (!error)
        error = deliveries_describe_ways(&making);
    if (!error) {
        deliveries_find_ready(&making);
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
