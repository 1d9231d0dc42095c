#include "coordinator/planning/fleet.h"

#include <math.h>
#include <stdlib.h>

enum {
    ML_PER_L = 1000,
    G_PER_KG = 1000,
    M_PER_KM = 1000,
    MS_PER_MIN = 60000,
    LOADING_MIN = 30, /* where the region does not say */
    UNLOADING_MIN = 20
};

static const double unknown_road_m_per_s = 20; /* a length where neither it nor a speed is known */

struct finding {
    const struct state *state;
    const struct region *region;
    struct fleet *fleet;
    struct hv_arena arena;
    int64_t wall_ms;
    uint64_t mono_ms;
};

/* ---- groups ---- */

static bool can_be_counted_on(const struct region_vehicle *vehicle) {
    return (vehicle->kind == REGION_VAN || vehicle->kind == REGION_TRUCK) &&
           vehicle->depot != REGION_NONE && vehicle->count > 0 && vehicle->payload_kg > 0 &&
           vehicle->payload_l > 0;
}

static int64_t minutes_ms(int32_t minutes, int32_t unknown) {
    return (int64_t)(minutes == REGION_UNKNOWN ? unknown : minutes) * MS_PER_MIN;
}

static int find_groups(struct finding *finding) {
    const struct region *region = finding->region;
    struct fleet *fleet = finding->fleet;
    fleet->groups = calloc(region->vehicle_count + 1u, sizeof *fleet->groups);
    fleet->vehicles = calloc(region->vehicle_count + 1u, sizeof *fleet->vehicles);
    if (fleet->groups == NULL || fleet->vehicles == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t v = 0; v < region->vehicle_count; v++) {
        const struct region_vehicle *vehicle = &region->vehicles[v];
        if (!can_be_counted_on(vehicle))
            continue;
        fleet->vehicles[fleet->group_count] = v;
        fleet->groups[fleet->group_count++] = (struct deliveries_group){
            .depot = vehicle->depot,
            .count = (uint32_t)vehicle->count,
            .volume_ml = vehicle->payload_l * ML_PER_L,
            .weight_g = vehicle->payload_kg * G_PER_KG,
            .loading_ms = minutes_ms(vehicle->loading_min, LOADING_MIN),
            .unloading_ms = minutes_ms(vehicle->unloading_min, UNLOADING_MIN),
            .range_m = vehicle->range_km > 0 ? (int64_t)floor(vehicle->range_km * M_PER_KM) : 0,
            .cold = vehicle->cold_chain == REGION_ANSWER_YES};
    }
    return HV_OK;
}

/* ---- roads ---- */

static int64_t length_m(const struct region_link *link) {
    double m = link->length_m;
    if (!(m >= 0))
        m = link->travel_s *
            (link->free_speed_km_h > 0 ? link->free_speed_km_h / 3.6 : unknown_road_m_per_s);
    return (int64_t)ceil(fmin(m, 1e9));
}

static int measure_roads(struct finding *finding) {
    const struct region *region = finding->region;
    struct fleet *fleet = finding->fleet;
    bool any = false;
    for (uint32_t g = 0; g < fleet->group_count; g++)
        any |= fleet->groups[g].range_m > 0;
    if (!any)
        return HV_OK;
    fleet->link_m = calloc(region->link_count + 1u, sizeof *fleet->link_m);
    if (fleet->link_m == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < region->link_count; i++)
        fleet->link_m[i] = length_m(&region->links[i]);
    return HV_OK;
}

/* ---- vehicles on their way ---- */

static uint32_t group_of(const struct finding *finding, const char *vehicle) {
    uint32_t number = vehicle == NULL ? REGION_NONE : region_find_vehicle(finding->region, vehicle);
    for (uint32_t g = 0; number != REGION_NONE && g < finding->fleet->group_count; g++)
        if (finding->fleet->vehicles[g] == number)
            return g;
    return REGION_NONE;
}

/* As staff said, else as the order says. */
static int find_group(struct finding *finding, const struct state_waybill *waybill,
                      uint32_t *ret_group) {
    const struct state_order *order = state_find_order(finding->state, waybill->ship_order);
    const struct hv_order *body = NULL;
    *ret_group = group_of(finding, waybill->vehicle);
    if (*ret_group != REGION_NONE || order == NULL)
        return HV_OK;
    if (state_order_decode(order, &finding->arena, &body) != HV_OK)
        return HV_ERR_MEMORY;
    *ret_group = group_of(finding, body->vehicle);
    return HV_OK;
}

static int64_t since(const struct finding *finding, const struct state_stamp *stamp) {
    int64_t ms = (int64_t)finding->mono_ms - stamp->observed_ms;
    return ms > 0 ? ms : 0;
}

static int find_busy(struct finding *finding) {
    const struct state *state = finding->state;
    struct fleet *fleet = finding->fleet;
    uint32_t count = state_count(state, STATE_WAYBILL);
    fleet->busy = calloc(count + 1u, sizeof *fleet->busy);
    if (fleet->busy == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        const struct state_waybill *waybill = state_waybill(state, i);
        enum state_waybill_stage stage = state_waybill_stage(waybill);
        const struct state_place *to = state_place(state, waybill->to);
        uint32_t group = REGION_NONE,
                 shelter =
                     to == NULL ? REGION_NONE : region_find_shelter(finding->region, to->entity.id);
        bool away = stage == STATE_WAYBILL_IN_TRANSIT || stage == STATE_WAYBILL_PARTLY_RECEIVED;
        if ((!away && stage != STATE_WAYBILL_RECEIVED) || shelter == REGION_NONE)
            continue;
        if (find_group(finding, waybill, &group) != HV_OK)
            return HV_ERR_MEMORY;
        if (group != REGION_NONE)
            fleet->busy[fleet->busy_count++] = (struct deliveries_busy){
                .group = group,
                .shelter = shelter,
                .unloaded = !away,
                .since_ms =
                    since(finding, away ? &waybill->shipped_seen : &waybill->received_seen)};
    }
    return HV_OK;
}

/* ---- orders that stand ---- */

/* The vehicles that the order to ship says, and when the delivery is expected that it is for: the
 * order numbered next says it. */
static int find_due(struct finding *finding, const uint64_t *promise_orders, uint32_t count) {
    struct fleet *fleet = finding->fleet;
    fleet->due_ms = calloc(count + 1u, sizeof *fleet->due_ms);
    fleet->promise_group = calloc(count + 1u, sizeof *fleet->promise_group);
    if (fleet->due_ms == NULL || fleet->promise_group == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        const struct state_order *expect = state_find_order(finding->state, promise_orders[i] + 1),
                                 *ship = state_find_order(finding->state, promise_orders[i]);
        const struct hv_order *body = NULL;
        fleet->due_ms[i] = INT64_MAX;
        fleet->promise_group[i] = REGION_NONE;
        if (ship != NULL && state_order_decode(ship, &finding->arena, &body) != HV_OK)
            return HV_ERR_MEMORY;
        if (body != NULL && body->trips > 0)
            fleet->promise_group[i] = group_of(finding, body->vehicle);
        if (expect == NULL)
            continue;
        if (state_order_decode(expect, &finding->arena, &body) != HV_OK)
            return HV_ERR_MEMORY;
        if (body->trips > 0 && body->has_end)
            fleet->due_ms[i] = body->end_wall_ms - finding->wall_ms;
    }
    return HV_OK;
}

/* ---- the whole ---- */

int fleet_new(const struct state *state, const struct region *region,
              const uint64_t *promise_orders, uint32_t promise_count, int64_t wall_ms,
              uint64_t mono_ms, int64_t horizon_ms, struct fleet **ret_fleet) {
    struct finding finding = {
        .state = state, .region = region, .wall_ms = wall_ms, .mono_ms = mono_ms};
    finding.fleet = calloc(1, sizeof *finding.fleet);
    if (finding.fleet == NULL)
        return HV_ERR_MEMORY;
    finding.fleet->horizon_ms = horizon_ms;
    hv_arena_init(&finding.arena, 0);
    int error = find_groups(&finding);
    if (error == HV_OK && finding.fleet->group_count > 0) {
        error = measure_roads(&finding);
        if (error == HV_OK)
            error = find_busy(&finding);
        if (error == HV_OK)
            error = find_due(&finding, promise_orders, promise_count);
    }
    hv_arena_deinit(&finding.arena);
    if (error != HV_OK || finding.fleet->group_count == 0) {
        fleet_free(finding.fleet);
        finding.fleet = NULL;
    }
    if (error == HV_OK)
        *ret_fleet = finding.fleet;
    return error;
}

void fleet_free(struct fleet *fleet) {
    if (fleet == NULL)
        return;
    free(fleet->groups);
    free(fleet->vehicles);
    free(fleet->busy);
    free(fleet->link_m);
    free(fleet->due_ms);
    free(fleet->promise_group);
    free(fleet);
}

int fleet_deliver(const struct fleet *fleet, const struct instance *instance,
                  const struct planner_promise *promises, uint32_t promise_count,
                  struct plan *plan) {
    const struct deliveries_task task = {.instance = instance,
                                         .plan = plan,
                                         .promises = promises,
                                         .due_ms = fleet->due_ms,
                                         .promise_group = fleet->promise_group,
                                         .promise_count = promise_count,
                                         .groups = fleet->groups,
                                         .group_count = fleet->group_count,
                                         .busy = fleet->busy,
                                         .busy_count = fleet->busy_count,
                                         .closings = fleet->closings,
                                         .closing_count = fleet->closing_count,
                                         .link_m = fleet->link_m,
                                         .horizon_ms = fleet->horizon_ms};
    return deliveries_make(&task, &plan->deliveries);
}
