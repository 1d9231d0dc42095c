/* Which records of the log are about one place, zone or road: what its history is made of. */
#include "coordinator/control/console.h"

#include <string.h>

static bool is(const char *one, const char *id) {
    return one != NULL && strcmp(one, id) == 0;
}

static bool any(const char *const *ids, size_t count, const char *id) {
    for (size_t i = 0; i < count; i++)
        if (is(ids[i], id))
            return true;
    return false;
}

static bool report_is_about(const struct hv_node_report *entry, const char *id) {
    const struct hv_report *report = &entry->report;
    if (report->kind == HV_REPORT_ANSWER) /* the order stands in the log itself */
        return false;
    const bool own = report->subject == NULL || *report->subject == '\0';
    return is(own ? entry->node : report->subject, id) ||
           (report->kind == HV_REPORT_MOVEMENT &&
            (is(report->movement.zone, id) || is(report->movement.shelter, id)));
}

static bool order_is_about(const struct hv_order *order, const char *id) {
    if (is(order->addressee, id) || is(order->shelter, id) || is(order->counterpart, id) ||
        any(order->links, order->link_count, id))
        return true;
    for (size_t i = 0; i < order->people_count; i++)
        if (is(order->people[i].zone, id))
            return true;
    return false;
}

static bool hazard_is_about(const struct hv_hazard_state *hazard, const char *id) {
    const struct hv_hazard_step always = hv_hazard_always(hazard, 0);
    for (size_t i = 0; i <= hazard->step_count; i++) {
        const struct hv_hazard_step *step = i == 0 ? &always : &hazard->steps[i - 1];
        if (any(step->zones, step->zone_count, id) || any(step->links, step->link_count, id) ||
            any(step->shelters, step->shelter_count, id) ||
            any(step->depots, step->depot_count, id))
            return true;
    }
    return false;
}

bool console_record_is_about(const struct hv_record *record, const char *id) {
    switch (record->kind) {
    case HV_RECORD_REPORT:
        return report_is_about(&record->report, id);
    case HV_RECORD_ENROLMENT:
        return is(record->enrolment.node, id) || is(record->enrolment.place, id);
    case HV_RECORD_REVOCATION:
        return is(record->revocation.node, id);
    case HV_RECORD_PRESENCE:
        return is(record->presence.node, id);
    case HV_RECORD_ROAD:
        return is(record->road.link, id);
    case HV_RECORD_SWEEP:
        return is(record->sweep.zone, id);
    case HV_RECORD_HAZARD:
        return hazard_is_about(&record->hazard, id);
    case HV_RECORD_NOTE:
        return is(record->note.subject, id);
    case HV_RECORD_ORDER:
        return order_is_about(&record->order, id);
    case HV_RECORD_DECISION:
        return is(record->decision.place, id);
    case HV_RECORD_DIRECTIVE:
        return is(record->directive.zone, id) || is(record->directive.shelter, id) ||
               is(record->directive.depot, id) || is(record->directive.link, id);
    default:
        return false;
    }
}
