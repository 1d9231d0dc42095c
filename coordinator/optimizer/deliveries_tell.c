/* What the fleet does, as the plan says it. */
#include "coordinator/optimizer/deliveries_state.h"

#include <math.h>
#include <stdlib.h>

static int64_t ms_of(double minutes) {
    return (int64_t)llround(minutes * DELIVERIES_MS_PER_MIN);
}

static int64_t late_ms(const struct deliveries_making *making, uint32_t promise,
                       int64_t delivered_ms) {
    int64_t due = promise == PLAN_NONE ? INT64_MAX : making->task->due_ms[promise];
    return delivered_ms > due ? delivered_ms - due : 0;
}

/* The route of a trip one way, of those that the schedule chose among. */
static struct plan_route route_of(const struct deliveries_making *making,
                                  const struct delivery_legs *legs, uint32_t number) {
    const struct delivery_leg *leg = &delivery_ways_legs(making->roads)[legs->first + number];
    return (struct plan_route){leg->first_link, leg->link_count};
}

static void tell_trip(struct deliveries_making *making, const struct fleet_plan *fleet,
                      const struct fleet_trip *trip) {
    struct plan_deliveries *out = making->made;
    const struct deliveries_consignment *one = &making->consignments[trip->lane];
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

int deliveries_tell(struct deliveries_making *making, const struct fleet_plan *fleet) {
    struct plan_deliveries *out = making->made;
    out->deliveries = calloc(fleet->trip_count + 1, sizeof *out->deliveries);
    out->loads = calloc(fleet->load_count + 1, sizeof *out->loads);
    out->left = calloc(fleet->left_count + 1, sizeof *out->left);
    if (!out->deliveries || !out->loads || !out->left)
        return HV_ERR_MEMORY;
    out->links = delivery_ways_take_links(making->roads, &out->link_count);
    out->horizon_ms = making->task->horizon_ms;
    out->last_ms = ms_of(fleet->last_min);
    out->last_bound_ms = (int64_t)floor(fleet->last_bound_min * DELIVERIES_MS_PER_MIN);
    out->busy_ms = ms_of(fleet->busy_min);
    for (size_t i = 0; i < fleet->trip_count; i++)
        tell_trip(making, fleet, &fleet->trips[i]);
    qsort(out->deliveries, out->delivery_count, sizeof *out->deliveries, compare_deliveries);
    for (size_t i = 0; i < fleet->left_count; i++) {
        const struct fleet_left *left = &fleet->left[i];
        const struct deliveries_consignment *one = &making->consignments[left->lane];
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
