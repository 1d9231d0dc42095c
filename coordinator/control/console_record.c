/* Records of the log as people and scripts see them: one object each, every kind. */
#include "coordinator/control/console_json.h"

#include "schemas/platform/entry.h"

static json_t *report_body(const struct hv_node_report *entry) {
    json_t *object = entry_of_report(&entry->report);
    json_object_set_new(object, "report", json_string(hv_report_word(entry->report.kind)));
    json_object_set_new(object, "source", json_string(hv_source_word(entry->report.source)));
    if (entry->report.subject[0] != '\0')
        json_object_set_new(object, "subject", json_string(entry->report.subject));
    if (entry->node[0] == '\0')
        return object;
    json_object_update_new(object,
                           json_pack("{s:s, s:I, s:s, s:I}", "node", entry->node, "epoch",
                                     (json_int_t)entry->epoch, "lane", hv_lane_word(entry->lane),
                                     "sequence", (json_int_t)entry->sequence));
    return object;
}

static json_t *answer_body(const struct hv_order_answer *answer) {
    json_t *object = json_pack("{s:I, s:I, s:s, s:s}", "order", (json_int_t)answer->order,
                               "revision", (json_int_t)answer->revision, "state",
                               hv_order_state_word(answer->state), "reason", answer->reason);
    if (answer->has_done)
        json_object_set_new(object, "done", json_integer((json_int_t)answer->done));
    return object;
}

static json_t *plan_body(const struct hv_plan *plan) {
    json_t *moves = json_array(), *shipments = json_array(), *left = json_array();
    for (size_t i = 0; i < plan->move_count; i++)
        json_array_append_new(moves, json_pack("{s:s, s:s, s:I}", "zone", plan->moves[i].zone,
                                               "shelter", plan->moves[i].shelter, "people",
                                               (json_int_t)plan->moves[i].people));
    for (size_t i = 0; i < plan->shipment_count; i++)
        json_array_append_new(shipments,
                              json_pack("{s:s, s:s, s:s, s:I}", "depot", plan->shipments[i].depot,
                                        "shelter", plan->shipments[i].shelter, "item",
                                        plan->shipments[i].item, "quantity",
                                        (json_int_t)plan->shipments[i].quantity));
    for (size_t i = 0; i < plan->left_count; i++)
        json_array_append_new(left, json_pack("{s:s, s:s, s:s, s:I, s:s}", "zone",
                                              plan->left[i].zone, "shelter", plan->left[i].shelter,
                                              "item", plan->left[i].item, "amount",
                                              (json_int_t)plan->left[i].amount, "reason",
                                              hv_plan_reason_word(plan->left[i].reason)));
    json_t *object =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "plan", (json_int_t)plan->id, "basis",
                  (json_int_t)plan->basis, "unserved_people", (json_int_t)plan->unserved_people,
                  "unserved_bound", (json_int_t)plan->unserved_bound, "person_seconds",
                  (json_int_t)plan->person_seconds, "person_seconds_bound",
                  (json_int_t)plan->person_seconds_bound, "work", (json_int_t)plan->work,
                  "stopped_early", plan->stopped_early);
    json_object_update_new(
        object, json_pack("{s:o, s:o, s:o}", "moves", moves, "shipments", shipments, "left", left));
    return object;
}

static json_t *hazard_body(const struct hv_hazard_state *hazard) {
    return json_pack("{s:s, s:s, s:b, s:I, s:I, s:I, s:I}", "hazard", hazard->hazard, "hazard_kind",
                     hazard->kind, "over", hazard->over, "zones", (json_int_t)hazard->zone_count,
                     "links", (json_int_t)hazard->link_count, "shelters",
                     (json_int_t)hazard->shelter_count, "depots", (json_int_t)hazard->depot_count);
}

static json_t *key_body(const char *node, const uint8_t *key) {
    char text[KEYS_TEXT_BYTES];
    keys_encode(key, text);
    return json_pack("{s:s, s:s}", "node", node, "public_key", text);
}

static json_t *body_of(const struct hv_record *record) {
    switch (record->kind) {
    case HV_RECORD_LOG_STARTED:
        return json_pack("{s:o, s:o, s:s, s:s}", "deployment",
                         console_hex(record->started.deployment, HV_ID128_BYTES), "log",
                         console_hex(record->started.log, HV_ID128_BYTES), "mode",
                         hv_mode_word(record->started.mode), "deployment_name",
                         record->started.name);
    case HV_RECORD_REPORT:
        return report_body(&record->report);
    case HV_RECORD_REFUSED:
        return json_pack("{s:s, s:I, s:s, s:I, s:s, s:s}", "node", record->refused.node, "epoch",
                         (json_int_t)record->refused.epoch, "lane",
                         hv_lane_word(record->refused.lane), "sequence",
                         (json_int_t)record->refused.sequence, "reason",
                         hv_reason_word(record->refused.reason), "detail", record->refused.detail);
    case HV_RECORD_EPOCH:
        return json_pack("{s:s, s:I}", "node", record->epoch.node, "epoch",
                         (json_int_t)record->epoch.epoch);
    case HV_RECORD_ENROLMENT: {
        json_t *object = key_body(record->enrolment.node, record->enrolment.public_key);
        json_object_update_new(object,
                               json_pack("{s:s, s:s}", "role", hv_role_word(record->enrolment.role),
                                         "place", record->enrolment.place));
        return object;
    }
    case HV_RECORD_REVOCATION: {
        json_t *object = key_body(record->revocation.node, record->revocation.public_key);
        json_object_set_new(object, "reason", json_string(record->revocation.reason));
        return object;
    }
    case HV_RECORD_REGION:
        return json_pack("{s:s, s:s, s:o}", "region", record->region.name, "region_version",
                         record->region.version, "hash",
                         console_hex(record->region.hash, HV_HASH_BYTES));
    case HV_RECORD_PROFILE:
        return json_pack("{s:s, s:s}", "profile", record->profile.name, "profile_version",
                         record->profile.version);
    case HV_RECORD_INCIDENT:
        return json_pack("{s:o, s:s, s:s, s:s}", "incident",
                         console_hex(record->incident.incident, HV_ID128_BYTES), "incident_name",
                         record->incident.name, "phase", hv_phase_word(record->incident.phase),
                         "hazard", record->incident.hazard);
    case HV_RECORD_CLOCK:
        return json_pack(
            "{s:I, s:I, s:I, s:b}", "start_wall_ms", (json_int_t)record->clock.start_wall_ms,
            "elapsed_ms", (json_int_t)record->clock.elapsed_ms, "rate_permille",
            (json_int_t)record->clock.rate_permille, "scenario", record->clock.scenario);
    case HV_RECORD_ROAD:
        return json_pack("{s:s, s:b, s:o, s:s}", "link", record->road.link, "closed",
                         record->road.closed, "capacity_permille",
                         record->road.has_capacity ? json_integer(record->road.capacity_permille)
                                                   : json_null(),
                         "reason", record->road.reason);
    case HV_RECORD_SWEEP:
        return json_pack("{s:s, s:I, s:I, s:s}", "zone", record->sweep.zone, "left",
                         (json_int_t)record->sweep.left, "age_ms", (json_int_t)record->sweep.age_ms,
                         "reason", record->sweep.reason);
    case HV_RECORD_HAZARD:
        return hazard_body(&record->hazard);
    case HV_RECORD_NOTE:
        return json_pack("{s:s, s:s}", "text", record->note.text, "subject", record->note.subject);
    case HV_RECORD_PRESENCE:
        return json_pack("{s:s, s:b}", "node", record->presence.node, "stale",
                         record->presence.stale);
    case HV_RECORD_PLAN:
        return plan_body(&record->plan);
    case HV_RECORD_APPROVAL:
        return json_pack("{s:I, s:b, s:s}", "plan", (json_int_t)record->approval.plan, "withdrawn",
                         record->approval.withdrawn, "reason", record->approval.reason);
    case HV_RECORD_ORDER:
        return console_order(&record->order);
    case HV_RECORD_ANSWER:
        return answer_body(&record->answer);
    case HV_RECORD_TERM:
        return json_pack("{s:I, s:s, s:o}", "term", (json_int_t)record->term.term, "reason",
                         record->term.reason, "log", console_hex(record->term.log, HV_ID128_BYTES));
    case HV_RECORD_ALERT:
        return json_pack("{s:s, s:s, s:s, s:s, s:b}", "alert", record->alert.id, "sender",
                         record->alert.sender, "headline", record->alert.headline, "severity",
                         record->alert.severity, "cancelled", record->alert.cancelled);
    case HV_RECORD_DECISION:
        return json_pack("{s:s, s:s, s:I, s:s, s:o, s:s}", "place", record->decision.place, "node",
                         record->decision.node, "request", (json_int_t)record->decision.request,
                         "verdict", hv_verdict_word(record->decision.verdict), "lines",
                         entry_stock_lines(record->decision.lines, record->decision.line_count),
                         "reason", record->decision.reason);
    case HV_RECORD_WAYBILL_END:
        return json_pack("{s:s, s:s}", "waybill", record->waybill_end.waybill, "reason",
                         record->waybill_end.reason);
    case HV_RECORD_DIRECTIVE:
        return console_directive(&record->directive);
    case HV_RECORD_ACCOUNT: {
        json_t *roles = json_array();
        for (size_t i = 0; i < record->account.role_count; i++)
            json_array_append_new(roles, json_string(record->account.roles[i]));
        return json_pack("{s:s, s:s, s:o, s:b, s:b}", "account", record->account.account, "act",
                         hv_account_act_word(record->account.act), "roles", roles, "machine",
                         record->account.machine, "secret", record->account.secret);
    }
    case HV_RECORD_ESCALATION:
        return json_pack("{s:I, s:I, s:I, s:s, s:s}", "order", (json_int_t)record->escalation.order,
                         "revision", (json_int_t)record->escalation.revision, "level",
                         (json_int_t)record->escalation.level, "to", record->escalation.to,
                         "reason", hv_escalation_word(record->escalation.reason));
    case HV_RECORD_OWNER:
        return json_pack("{s:s, s:s, s:s}", "thing", record->owner.thing, "owner",
                         record->owner.owner, "note", record->owner.note);
    case HV_RECORD_HANDOVER:
        return json_pack("{s:s, s:s}", "to", record->handover.to, "text", record->handover.text);
    case HV_RECORD_NONE:
        break;
    }
    return json_object();
}

/* The key and its fingerprint are between the client and us. */
static json_t *view_origin(const struct hv_origin *origin) {
    json_t *object =
        json_pack("{s:s, s:I}", "door", origin->door, "before", (json_int_t)origin->before);
    if (origin->address != NULL && *origin->address != '\0')
        json_object_set_new(object, "address", json_string(origin->address));
    if (origin->role != NULL && *origin->role != '\0')
        json_object_set_new(object, "role", json_string(origin->role));
    return object;
}

json_t *console_record(uint64_t position, const struct hv_record *record) {
    json_t *object =
        json_pack("{s:I, s:s, s:s, s:s, s:I, s:I, s:I}", "position", (json_int_t)position, "record",
                  hv_record_word(record->kind), "actor", hv_actor_word(record->actor), "name",
                  record->name, "cause", (json_int_t)record->cause, "wall_ms",
                  (json_int_t)record->wall_ms, "mono_ms", (json_int_t)record->mono_ms);
    if (object != NULL)
        json_object_update_missing_new(object, body_of(record));
    if (object != NULL && record->origin.door != NULL && *record->origin.door != '\0')
        json_object_set_new(object, "origin", view_origin(&record->origin));
    return object;
}
