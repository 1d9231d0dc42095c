/* What a decision takes the place of: the log holds it, under the position given here. */
#include "coordinator/control/console_json.h"

static uint64_t changed(const struct state *state, enum state_kind kind, const char *id) {
    const struct state_entity *thing = state_find(state, kind, id);
    return thing == NULL ? 0 : thing->changed;
}

static uint64_t before_incident(const struct state *state, const struct hv_record *record) {
    const struct state_incident *incident = state_find_incident(state, record->incident.incident);
    return incident == NULL ? 0 : incident->phase_position[incident->phase];
}

static uint64_t before_order(const struct state *state, uint64_t number) {
    const struct state_order *order = state_find_order(state, number);
    return order == NULL ? 0 : order->issued_position;
}

/* An approval follows the one in force; what it approves is its cause. */
static uint64_t before_approval(const struct state *state) {
    uint32_t in_force = state_general(state)->plan_in_force;
    const struct state_plan *plan = in_force == STATE_NONE ? NULL : state_plan(state, in_force);
    return plan == NULL ? 0 : plan->approved;
}

static uint64_t before_answer(const struct state *state, uint64_t number) {
    const struct state_order *order = state_find_order(state, number);
    return order == NULL || order->step_count == 0 ? 0
                                                   : order->steps[order->step_count - 1].position;
}

/* Of figures that a report on behalf changes the stamp knows. */
static uint64_t before_report(const struct state *state, const struct hv_report *report) {
    const struct state_place *place = state_find_place(state, report->subject);
    if (place == NULL)
        return 0;
    switch (report->kind) {
    case HV_REPORT_COUNT:
    case HV_REPORT_MOVEMENT:
        return place->people.changed.position;
    case HV_REPORT_STATUS:
        return place->status_seen.position;
    case HV_REPORT_CAPACITY:
        return place->capacity_seen.position;
    case HV_REPORT_LIFELINES:
        return report->lifelines.lifeline_count == 0
                   ? 0
                   : place->lifelines[report->lifelines.lifelines[0].kind].seen.position;
    case HV_REPORT_STOCK_COUNT:
    case HV_REPORT_STOCK_MOVEMENT:
        return place->stock.changed.position;
    default:
        return 0;
    }
}

static uint64_t before_decision(const struct state *state,
                                const struct hv_request_decision *decision) {
    char id[STATE_ID_BYTES];
    const struct state_place *place = state_find_place(state, decision->place);
    const struct state_node *node = state_find_node(state, decision->node);
    if (place == NULL)
        return 0;
    state_request_id(node == NULL ? STATE_NONE : node->entity.index, place->entity.index,
                     decision->request, id);
    const struct state_entity *request = state_find(state, STATE_REQUEST, id);
    return request == NULL ? 0 : state_request(state, request->index)->verdict_position;
}

uint64_t console_before(const struct state *state, const struct hv_record *record) {
    switch (record->kind) {
    case HV_RECORD_INCIDENT:
        return before_incident(state, record);
    case HV_RECORD_ROAD:
        return changed(state, STATE_ROAD, record->road.link);
    case HV_RECORD_SWEEP: {
        const struct state_zone *zone = state_find_zone(state, record->sweep.zone);
        return zone == NULL ? 0 : zone->sweep.position;
    }
    case HV_RECORD_HAZARD:
        return changed(state, STATE_HAZARD, record->hazard.hazard);
    case HV_RECORD_ALERT:
        return changed(state, STATE_ALERT, record->alert.id);
    case HV_RECORD_DIRECTIVE:
        return changed(state, STATE_DIRECTIVE, record->directive.id);
    case HV_RECORD_OWNER: {
        const struct state_owner *owner = state_find_owner(state, record->owner.thing);
        return owner == NULL ? 0 : owner->entity.changed;
    }
    case HV_RECORD_HANDOVER:
        return state_general(state)->handover_position;
    case HV_RECORD_ORDER:
        return before_order(state, record->order.id);
    case HV_RECORD_APPROVAL:
        return before_approval(state);
    case HV_RECORD_ANSWER:
        return before_answer(state, record->answer.order);
    case HV_RECORD_REPORT:
        return before_report(state, &record->report.report);
    case HV_RECORD_DECISION:
        return before_decision(state, &record->decision);
    case HV_RECORD_REGION:
        return state_general(state)->region_position;
    default:
        return 0;
    }
}
