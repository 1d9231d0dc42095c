#include "coordinator/planning/outcome_inside.h"

#include <string.h>

uint32_t outcome_seconds(int64_t ms) {
    const int64_t s = (ms + OUTCOME_MS_PER_S - 1) / OUTCOME_MS_PER_S;
    return s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

enum hv_plan_reason outcome_reason(enum plan_reason_code code) {
    switch (code) {
    case REASON_ZONE_UNREACHABLE:
    case REASON_NO_DEPOT_REACHES:
        return HV_PLAN_NO_ROUTE;
    case REASON_NO_PLACE_FOR_CLASS:
    case REASON_CAPACITY_EXHAUSTED:
        return HV_PLAN_NO_PLACES;
    case REASON_ZONE_EXCLUDED:
    case REASON_SHELTER_EXCLUDED:
        return HV_PLAN_EXCLUDED;
    case REASON_STOCK_EXHAUSTED:
    case REASON_ORDER_STOCK_GONE:
        return HV_PLAN_NO_STOCK;
    case REASON_RESERVE_HELD:
        return HV_PLAN_RESERVE;
    case REASON_DISPATCH_EXHAUSTED:
    case REASON_RECEIVE_EXHAUSTED:
    case REASON_LANE_EXHAUSTED:
        return HV_PLAN_LIMIT;
    case REASON_NOT_WORTH_CARRYING:
        return HV_PLAN_NOT_WORTH_CARRYING;
    case REASON_WHOLE_PACKS:
        return HV_PLAN_WHOLE_PACKS;
    case REASON_ORDER_DEPOT_LOST:
        return HV_PLAN_HAZARD;
    case REASON_ORDER_NO_ROUTE:
        return HV_PLAN_NO_ROUTE;
    case REASON_ORDER_EXCLUDED:
        return HV_PLAN_EXCLUDED;
    case REASON_ORDER_NOT_NEEDED:
        return HV_PLAN_NOT_NEEDED;
    case REASON_ORDER_IMPROVED:
        return HV_PLAN_CHANGED;
    case REASON_PINNED:
    case REASON_PIN_NOT_USABLE:
        return HV_PLAN_PINNED;
    case REASON_KEPT_FOR_STABILITY:
        return HV_PLAN_KEPT;
    case REASON_SHELTER_HAZARD:
        return HV_PLAN_HAZARD;
    default:
        return HV_PLAN_REASON_UNKNOWN;
    }
}

static int tell_left(const struct outcome_telling *telling) {
    const struct plan *plan = telling->plan;
    struct hv_plan *out = telling->out;
    const size_t late = plan->timetable == NULL ? 0 : plan->timetable->late_count;
    out->left = hv_arena_take(telling->arena,
                              plan->unserved_count + plan->unmet_count + late * INSTANCE_CLASSES +
                                  outcome_count_left_buses(telling) + 1,
                              sizeof *out->left);
    if (out->left == NULL)
        return HV_ERR_MEMORY;
    int error = outcome_left_people(telling);
    if (error == HV_OK)
        error = outcome_left_buses(telling);
    return error == HV_OK ? outcome_left_goods(telling) : error;
}

/* What is reached and proven: on the roads where there is a timetable, else by places alone. */
static void tell_figures(const struct plan *plan, struct hv_plan *out) {
    const struct plan_timetable *times = plan->timetable;
    out->bound = times == NULL ? HV_PLAN_BOUND_ASSIGNMENT : HV_PLAN_BOUND_FLOW;
    out->changed_people = (uint64_t)plan->changed_people;
    out->precedence_people = (uint64_t)plan->precedence_people;
    out->stability_person_seconds =
        plan->stability_cost_ms > 0 ? (uint64_t)(plan->stability_cost_ms / OUTCOME_MS_PER_S) : 0;
    if (times == NULL)
        return;
    out->unserved_people = times->unserved;
    out->unserved_bound = times->bound_unserved;
    out->person_seconds = times->arrival_ms / OUTCOME_MS_PER_S;
    out->person_seconds_bound = times->bound_arrival_ms / OUTCOME_MS_PER_S;
    out->work += (uint64_t)times->work;
    out->stopped_early |= times->stopped;
    out->step_s = outcome_seconds(times->step_ms);
    out->horizon_s = outcome_seconds(times->step_ms * times->horizon_steps);
    out->ete90_s = outcome_seconds(times->ete90_ms);
    out->ete100_s = outcome_seconds(times->ete100_ms);
    out->clearance_s = outcome_seconds(times->clearance_ms);
}

int outcome_record(const struct plan *plan, const struct picture *picture,
                   const struct region *region, const struct state *state, struct hv_arena *arena,
                   struct hv_plan *ret_plan) {
    const struct state_general *general = state_general(state);
    struct hv_plan out = {.basis = picture->basis,
                          .unserved_people = plan->objective.unserved,
                          .unserved_bound = plan->bound.unserved,
                          .person_seconds = plan->objective.arrival_ms / OUTCOME_MS_PER_S,
                          .person_seconds_bound = plan->bound.arrival_ms / OUTCOME_MS_PER_S,
                          .unmet_cost = plan->goods_cost,
                          .unmet_bound = plan->goods_bound,
                          .work = plan->work,
                          .stopped_early = plan->status == PLAN_STOPPED};
    struct outcome_telling telling = {.plan = plan,
                                      .picture = picture,
                                      .region = region,
                                      .state = state,
                                      .arena = arena,
                                      .out = &out};
    if (general->plan_in_force != STATE_NONE) {
        const struct state_plan *in_force = state_plan(state, general->plan_in_force);
        out.in_force = in_force->number;
        int error = state_plan_decode(in_force, arena, &telling.in_force);
        if (error != HV_OK)
            return error;
    }
    memcpy(out.region_hash, general->region_hash, sizeof out.region_hash);
    tell_figures(plan, &out);
    int error = outcome_moves(&telling);
    if (error == HV_OK)
        error = outcome_buses(&telling);
    if (error == HV_OK)
        error = outcome_ways(&telling);
    if (error == HV_OK)
        error = outcome_changes(&telling);
    if (error == HV_OK)
        error = outcome_reversals(&telling);
    if (error == HV_OK)
        error = outcome_shipments(&telling);
    if (error == HV_OK)
        error = outcome_kits(&telling);
    if (error == HV_OK)
        error = tell_left(&telling);
    if (error == HV_OK)
        error = outcome_transfers(&telling);
    if (error == HV_OK)
        error = outcome_goods(&telling);
    if (error == HV_OK)
        error = outcome_deliveries(&telling);
    if (error == HV_OK)
        *ret_plan = out;
    return error;
}
