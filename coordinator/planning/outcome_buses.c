#include "coordinator/planning/outcome_inside.h"

/* "" where buses stop at the zone's node. */
static const char *pickup_of(const struct outcome_telling *telling,
                             const struct plan_bus_stop *stop) {
    const struct region *region = telling->region;
    return stop->node >= region->node_count || stop->node == region->zones[stop->zone].node
               ? ""
               : region->nodes[stop->node].id;
}

static int tell_stops(const struct outcome_telling *telling, const struct plan_bus_run *from,
                      struct hv_plan_bus_run *run) {
    run->stops = hv_arena_take(telling->arena, from->stop_count + 1, sizeof *run->stops);
    if (run->stops == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < from->stop_count && i < HV_BUS_STOPS_MAX; i++) {
        const struct plan_bus_stop *stop = &telling->plan->buses->stops[from->first_stop + i];
        const int64_t people = (int64_t)stop->people[INSTANCE_GENERAL] +
                               stop->people[INSTANCE_WHEELCHAIR] + stop->people[INSTANCE_MEDICAL];
        run->stops[run->stop_count++] =
            (struct hv_plan_bus_stop){.zone = telling->region->zones[stop->zone].id,
                                      .people = (uint32_t)people,
                                      .wheelchair = (uint32_t)stop->people[INSTANCE_WHEELCHAIR],
                                      .medical = (uint32_t)stop->people[INSTANCE_MEDICAL],
                                      .arrives_s = stop->arrives_s,
                                      .leaves_s = stop->leaves_s,
                                      .pickup = pickup_of(telling, stop)};
    }
    return HV_OK;
}

static int tell_runs(const struct outcome_telling *telling) {
    const struct plan_buses *buses = telling->plan->buses;
    struct hv_plan *out = telling->out;
    out->bus_runs = hv_arena_take(telling->arena, buses->run_count + 1, sizeof *out->bus_runs);
    if (out->bus_runs == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < buses->run_count && i < HV_PLAN_LINES_MAX; i++) {
        const struct plan_bus_run *from = &buses->runs[i];
        const uint32_t vehicle = telling->picture->buses->groups[from->group].vehicle;
        struct hv_plan_bus_run *run = &out->bus_runs[out->bus_run_count++];
        *run = (struct hv_plan_bus_run){.vehicle = telling->region->vehicles[vehicle].id,
                                        .number = from->number,
                                        .shelter = telling->region->shelters[from->shelter].id,
                                        .order = from->order,
                                        .begun = from->begun,
                                        .starts_s = from->starts_s,
                                        .arrives_s = from->arrives_s,
                                        .free_s = from->free_s,
                                        .starts_wall_ms = from->starts_wall_ms};
        if (tell_stops(telling, from, run) != HV_OK)
            return HV_ERR_MEMORY;
    }
    return HV_OK;
}

static uint32_t figure(int64_t value) {
    return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

/* Who has no bus is not served, however well the roads and places would do. */
int outcome_buses(const struct outcome_telling *telling) {
    const struct plan_buses *buses = telling->plan->buses;
    struct hv_plan *out = telling->out;
    if (buses == NULL)
        return HV_OK;
    out->buses_known = true;
    out->bus_people = (uint64_t)buses->people;
    out->bus_unserved = (uint64_t)buses->unserved;
    out->bus_unserved_bound = (uint64_t)buses->bound_unserved;
    out->bus_person_seconds = buses->arrival_s;
    out->bus_person_seconds_bound = buses->bound_arrival_s;
    out->bus_stability_person_seconds = (uint64_t)buses->stability_s;
    out->bus_horizon_s = figure(buses->horizon_s);
    out->bus_last_s = figure(buses->last_s);
    out->bus_count = figure(buses->buses);
    out->bus_seats = figure(buses->seats);
    out->work += (uint64_t)buses->work;
    out->unserved_people += buses->unserved;
    if (out->unserved_bound < buses->bound_unserved)
        out->unserved_bound = buses->bound_unserved;
    return tell_runs(telling);
}

size_t outcome_count_left_buses(const struct outcome_telling *telling) {
    return telling->plan->buses == NULL ? 0 : telling->plan->buses->left_count;
}

int outcome_left_buses(const struct outcome_telling *telling) {
    static const enum hv_plan_reason reasons[PLAN_BUS_REASONS] = {
        [PLAN_BUS_NONE] = HV_PLAN_NO_BUS,
        [PLAN_BUS_NO_WHEELCHAIR] = HV_PLAN_NO_WHEELCHAIR_BUS,
        [PLAN_BUS_NO_WAY] = HV_PLAN_NO_BUS_ROUTE,
        [PLAN_BUS_BUSY] = HV_PLAN_BUSES_BUSY,
        [PLAN_BUS_NOT_PLANNED] = HV_PLAN_BUSES_NOT_PLANNED};
    const struct plan_buses *buses = telling->plan->buses;
    for (size_t i = 0;
         i < outcome_count_left_buses(telling) && telling->out->left_count < HV_PLAN_LINES_MAX;
         i++) {
        const struct plan_bus_left *left = &buses->left[i];
        telling->out->left[telling->out->left_count++] =
            (struct hv_plan_left){.zone = telling->region->zones[left->zone].id,
                                  .shelter = "",
                                  .item = "",
                                  .amount = (uint64_t)left->people,
                                  .reason = reasons[left->reason],
                                  .parameter = outcome_class_word(left->class)};
    }
    return HV_OK;
}
