/* What an operator, the planner or a policy may decide, given the state. */
#include "coordinator/core_inside.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int no(struct hv_verdict *ret_verdict, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int no(struct hv_verdict *ret_verdict, int error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    ret_verdict->reason = error == HV_ERR_NOT_FOUND ? HV_REASON_REFERENCE : HV_REASON_RANGE;
    vsnprintf(ret_verdict->detail, sizeof ret_verdict->detail, format, arguments);
    va_end(arguments);
    return error;
}

static bool is_zero(const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

/* ---- reports on behalf ---- */

static int rule_report(struct core *core, struct hv_record *record,
                       struct hv_verdict *ret_verdict) {
    struct hv_node_report *node_report = &record->report;
    const struct hv_report *report = &node_report->report;
    if (*node_report->node != '\0' || node_report->lane != HV_LANE_UNKNOWN ||
        node_report->sequence != 0 || node_report->epoch != 0)
        return no(ret_verdict, HV_ERR_PERMISSION, "a report of a node comes from that node");
    if (report->source != HV_SOURCE_OPERATOR && report->source != HV_SOURCE_IMPORT)
        return no(ret_verdict, HV_ERR_VALUE, "source: operator or import");
    if (report->kind == HV_REPORT_SNAPSHOT || report->kind == HV_REPORT_ANSWER)
        return no(ret_verdict, HV_ERR_VALUE, "not a report on behalf of somebody");
    if (!core_knows_place(core, report->subject, NULL))
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no shelter or depot %.64s", report->subject);
    struct hv_verdict verdict = core_check_references(core, report);
    if (verdict.reason != HV_REASON_UNKNOWN) {
        *ret_verdict = verdict;
        return HV_ERR_NOT_FOUND;
    }
    verdict = core_check_limits(core, NULL, state_find_place(core->state, report->subject), report);
    if (verdict.reason != HV_REASON_UNKNOWN) {
        *ret_verdict = verdict;
        return HV_ERR_LIMIT;
    }
    if (is_zero(node_report->incident, HV_ID128_BYTES))
        memcpy(node_report->incident, state_incident_id(core->state), HV_ID128_BYTES);
    else if (state_find_incident(core->state, node_report->incident) == NULL)
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no such incident");
    return 0;
}

/* ---- nodes ---- */

static int rule_enrolment(struct core *core, const struct hv_enrolment *enrolment,
                          struct hv_verdict *ret_verdict) {
    if (hv_id_check(enrolment->node) != 0)
        return no(ret_verdict, HV_ERR_VALUE, "node: not an id");
    if (enrolment->role != HV_ROLE_SHELTER && enrolment->role != HV_ROLE_DEPOT)
        return no(ret_verdict, HV_ERR_VALUE, "role: shelter or depot");
    if (is_zero(enrolment->public_key, HV_KEY_BYTES))
        return no(ret_verdict, HV_ERR_VALUE, "key: none");
    const struct state_node *node = state_find_node(core->state, enrolment->node);
    const struct state_key *key = state_find_key(core->state, enrolment->public_key);
    if (key != NULL && key->revoked)
        return no(ret_verdict, HV_ERR_EXISTS, "key: has been revoked; make a new one");
    if (key != NULL && (node == NULL || key->node != node->entity.index))
        return no(ret_verdict, HV_ERR_EXISTS, "key: belongs to another node");
    if (node == NULL && state_count(core->state, STATE_NODE) >= HV_NODES_MAX)
        return no(ret_verdict, HV_ERR_LIMIT, "nodes: at most %u", HV_NODES_MAX);
    const char *place_id = *enrolment->place != '\0' ? enrolment->place : enrolment->node;
    const struct state_place *place = state_find_place(core->state, place_id);
    const struct state_node *other = place == NULL ? NULL : state_node(core->state, place->node);
    if (other != NULL && other != node && !other->revoked)
        return no(ret_verdict, HV_ERR_EXISTS, "place: node %s speaks for it", other->entity.id);
    enum hv_role role = enrolment->role;
    if (core->catalogue.place != NULL &&
        !core->catalogue.place(core->catalogue.context, place_id, &role))
        return no(ret_verdict, HV_ERR_NOT_FOUND, "place: the region has no %.64s", place_id);
    if (role != enrolment->role)
        return no(ret_verdict, HV_ERR_VALUE, "role: %.64s is a %s", place_id, hv_role_word(role));
    return 0;
}

static int rule_revocation(struct core *core, const struct hv_revocation *revocation,
                           struct hv_verdict *ret_verdict) {
    const struct state_node *node = state_find_node(core->state, revocation->node);
    if (node == NULL)
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no node %.64s", revocation->node);
    if (is_zero(revocation->public_key, HV_KEY_BYTES))
        return node->revoked ? no(ret_verdict, HV_ERR_STATE, "has been revoked already") : 0;
    const struct state_key *key = state_find_key(core->state, revocation->public_key);
    if (key == NULL || key->node != node->entity.index)
        return no(ret_verdict, HV_ERR_NOT_FOUND, "not a key of this node");
    return key->revoked ? no(ret_verdict, HV_ERR_STATE, "has been revoked already") : 0;
}

/* ---- the world ---- */

static int rule_incident(struct core *core, const struct hv_incident_change *change,
                         struct hv_verdict *ret_verdict) {
    if (is_zero(change->incident, HV_ID128_BYTES))
        return no(ret_verdict, HV_ERR_VALUE, "incident: no id");
    if (change->phase <= HV_PHASE_UNKNOWN || change->phase >= HV_PHASE_COUNT)
        return no(ret_verdict, HV_ERR_VALUE, "phase: none");
    const struct state_incident *known = state_find_incident(core->state, change->incident);
    if (known != NULL && known->phase == HV_PHASE_CLOSED)
        return no(ret_verdict, HV_ERR_STATE, "the incident is closed; open a new one");
    if (known == NULL && change->phase == HV_PHASE_CLOSED)
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no such incident");
    if (known == NULL && state_general(core->state)->incident != STATE_NONE)
        return no(ret_verdict, HV_ERR_STATE, "another incident is open; close it first");
    return 0;
}

static int rule_clock(const struct core *core, const struct hv_clock *clock,
                      struct hv_verdict *ret_verdict) {
    if (!clock->scenario)
        return 0;
    if (state_general(core->state)->mode != HV_MODE_EXERCISE)
        return no(ret_verdict, HV_ERR_STATE, "a scenario clock runs in exercises only");
    if (clock->rate_permille > 10000000)
        return no(ret_verdict, HV_ERR_VALUE, "rate: at most 10,000 times real time");
    return 0;
}

static int rule_link(struct core *core, const char *link, struct hv_verdict *ret_verdict) {
    if (*link == '\0')
        return no(ret_verdict, HV_ERR_VALUE, "link: none");
    if (core->catalogue.link != NULL && !core->catalogue.link(core->catalogue.context, link))
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no link %.64s", link);
    return 0;
}

static int rule_sweep(struct core *core, const struct hv_zone_sweep *sweep,
                      struct hv_verdict *ret_verdict) {
    const struct state_zone *zone = state_find_zone(core->state, sweep->zone);
    if (core->catalogue.zone != NULL && !core->catalogue.zone(core->catalogue.context, sweep->zone))
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no zone %.64s", sweep->zone);
    if (state_general(core->state)->incident == STATE_NONE)
        return no(ret_verdict, HV_ERR_STATE, "no incident is open");
    if (zone != NULL && zone->sweep.position != 0 &&
        (int64_t)core_now_mono(core) - (int64_t)sweep->age_ms < zone->sweep.seen_ms)
        return no(ret_verdict, HV_ERR_STATE, "a later sweep of zone %.64s is known", sweep->zone);
    return 0;
}

static int rule_hazard_step(struct core *core, const struct hv_hazard_step *step,
                            struct hv_verdict *ret_verdict) {
    const struct core_catalogue *catalogue = &core->catalogue;
    for (size_t i = 0; i < step->link_count; i++) {
        int error = rule_link(core, step->links[i], ret_verdict);
        if (error != 0)
            return error;
    }
    for (size_t i = 0; catalogue->zone != NULL && i < step->zone_count; i++) {
        if (!catalogue->zone(catalogue->context, step->zones[i]))
            return no(ret_verdict, HV_ERR_NOT_FOUND, "no zone %.64s", step->zones[i]);
    }
    for (size_t i = 0; catalogue->place != NULL && i < step->shelter_count; i++) {
        if (!core_knows_place(core, step->shelters[i], NULL))
            return no(ret_verdict, HV_ERR_NOT_FOUND, "no shelter %.64s", step->shelters[i]);
    }
    for (size_t i = 0; catalogue->place != NULL && i < step->depot_count; i++) {
        if (!core_knows_place(core, step->depots[i], NULL))
            return no(ret_verdict, HV_ERR_NOT_FOUND, "no depot %.64s", step->depots[i]);
    }
    return 0;
}

static int rule_hazard(struct core *core, struct hv_arena *arena, struct hv_hazard_state *hazard,
                       struct hv_verdict *ret_verdict) {
    if (*hazard->hazard == '\0')
        return no(ret_verdict, HV_ERR_VALUE, "hazard: no id");
    if (hazard->adds && hazard->over)
        return no(ret_verdict, HV_ERR_VALUE, "over: what is over takes nothing more");
    int error = hazard->adds ? core_hazard_add(core, hazard, arena, ret_verdict) : HV_OK;
    const struct hv_hazard_step always = hv_hazard_always(hazard, 0);
    if (error == 0)
        error = rule_hazard_step(core, &always, ret_verdict);
    for (size_t i = 0; error == 0 && i < hazard->step_count; i++)
        error = rule_hazard_step(core, &hazard->steps[i], ret_verdict);
    return error;
}

/* A directive is about things that there are. */
static int rule_directive(struct core *core, const struct hv_plan_directive *directive,
                          struct hv_verdict *ret_verdict) {
    const struct core_catalogue *catalogue = &core->catalogue;
    bool is_new = state_find(core->state, STATE_DIRECTIVE, directive->id) == NULL;
    if (is_new && directive->lifted)
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no directive %.64s", directive->id);
    if (is_new && state_count(core->state, STATE_DIRECTIVE) >= HV_DIRECTIVES_MAX)
        return no(ret_verdict, HV_ERR_LIMIT, "%u directives: use the ids of lifted ones again",
                  HV_DIRECTIVES_MAX);
    if (*directive->zone != '\0' && catalogue->zone != NULL &&
        !catalogue->zone(catalogue->context, directive->zone))
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no zone %.64s", directive->zone);
    if (*directive->item != '\0' && catalogue->item != NULL &&
        !catalogue->item(catalogue->context, directive->item))
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no item %.64s", directive->item);
    if (*directive->shelter != '\0' && catalogue->place != NULL &&
        !core_knows_place(core, directive->shelter, NULL))
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no shelter %.64s", directive->shelter);
    if (*directive->link != '\0' && catalogue->link != NULL &&
        !catalogue->link(catalogue->context, directive->link))
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no link %.64s", directive->link);
    if (*directive->depot != '\0' && catalogue->place != NULL &&
        !core_knows_place(core, directive->depot, NULL))
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no depot %.64s", directive->depot);
    return 0;
}

/* ---- plans and orders ---- */

static int rule_plan(struct core *core, struct command_context *context, struct hv_plan *plan,
                     struct hv_verdict *ret_verdict) {
    if (plan->id >= CORE_NEW(0))
        plan->id = context->next_plan++;
    if (state_find_plan(core->state, plan->id) != NULL)
        return no(ret_verdict, HV_ERR_EXISTS, "there is a plan %" PRIu64, plan->id);
    if (plan->basis > state_position(core->state))
        return no(ret_verdict, HV_ERR_VALUE, "basis: beyond the end of the log");
    context->plans_of_command = plan->id;
    return 0;
}

static int rule_approval(struct core *core, const struct command_context *context,
                         struct hv_approval *approval, struct hv_verdict *ret_verdict) {
    if (approval->plan >= CORE_NEW(0))
        approval->plan = context->plans_of_command;
    const struct state_plan *plan = state_find_plan(core->state, approval->plan);
    bool made_here = approval->plan != 0 && approval->plan == context->plans_of_command;
    if (plan == NULL && !made_here)
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no plan %" PRIu64, approval->plan);
    bool in_force = plan != NULL && plan->approved > plan->withdrawn;
    if (approval->withdrawn && !in_force)
        return no(ret_verdict, HV_ERR_STATE, "the plan is not approved");
    if (!approval->withdrawn && in_force &&
        state_general(core->state)->plan_in_force == plan->entity.index)
        return no(ret_verdict, HV_ERR_STATE, "the plan is in force already");
    const struct state_plan *newest = state_newest_approved(core->state);
    if (!approval->withdrawn && plan != NULL && newest != NULL && newest->number > plan->number)
        return no(ret_verdict, HV_ERR_STATE, "plan %" PRIu64 ", which is newer, was approved",
                  newest->number);
    return 0;
}

static uint64_t given_id(const struct command_context *context, uint64_t id) {
    return id >= CORE_NEW(0) ? context->next_order + (id - CORE_NEW(0)) : id;
}

static bool is_zone(const struct core *core, const char *id) {
    return *id == '\0' || core->catalogue.zone == NULL ||
           core->catalogue.zone(core->catalogue.context, id);
}

static bool is_place(struct core *core, const char *id) {
    return *id == '\0' || core->catalogue.place == NULL || core_knows_place(core, id, NULL);
}

/* A new order is about things that there are: one to a zone of another name would move nobody. */
static int rule_items(const struct core *core, const struct hv_stock_line *lines, size_t count,
                      struct hv_verdict *ret_verdict) {
    const struct core_catalogue *catalogue = &core->catalogue;
    for (size_t i = 0; catalogue->item != NULL && i < count; i++)
        if (!catalogue->item(catalogue->context, lines[i].item))
            return no(ret_verdict, HV_ERR_NOT_FOUND, "no item %.80s", lines[i].item);
    return HV_OK;
}

static int rule_order_names(struct core *core, const struct hv_order *order,
                            struct hv_verdict *ret_verdict) {
    if (order->post == HV_POST_ZONE_WARDEN && !is_zone(core, order->addressee))
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no zone %.64s", order->addressee);
    if (order->post == HV_POST_PLACE && !is_place(core, order->addressee))
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no shelter or depot %.64s", order->addressee);
    if (!is_place(core, order->shelter))
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no shelter %.64s", order->shelter);
    if (!is_place(core, order->counterpart))
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no shelter or depot %.64s", order->counterpart);
    for (size_t i = 0; i < order->people_count; i++)
        if (!is_zone(core, order->people[i].zone))
            return no(ret_verdict, HV_ERR_NOT_FOUND, "no zone %.64s", order->people[i].zone);
    for (size_t i = 0; i < order->link_count; i++) {
        const int error = rule_link(core, order->links[i], ret_verdict);
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}

static int rule_order(struct core *core, struct command_context *context, struct hv_record *record,
                      struct hv_verdict *ret_verdict) {
    struct hv_order *order = &record->order;
    bool new = order->id >= CORE_NEW(0);
    if (new && order->id - CORE_NEW(0) > HV_COMMAND_RECORDS_MAX)
        return no(ret_verdict, HV_ERR_VALUE, "order: CORE_NEW beyond the command");
    order->id = given_id(context, order->id);
    order->superseded_by = given_id(context, order->superseded_by);
    const struct state_order *known = state_find_order(core->state, order->id);
    if (known == NULL && order->id >= context->next_order &&
        order->id - context->next_order < HV_COMMAND_RECORDS_MAX)
        new = true; /* by core_next_order */
    if (new && order->revision != 1)
        return no(ret_verdict, HV_ERR_VALUE, "revision: a new order begins with 1");
    if (!new &&known == NULL)
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no order %" PRIu64, order->id);
    if (!new && order->revision > known->answers_from && order->revision <= known->revision)
        order->revision = known->revision + 1; /* what it was told meanwhile changed nothing */
    if (!new && order->revision != known->revision + 1)
        return no(ret_verdict, HV_ERR_STATE, "revision: %" PRIu32 " is next", known->revision + 1);
    if (order->state != HV_ORDER_ISSUED && order->state != HV_ORDER_CANCELLED &&
        order->state != HV_ORDER_SUPERSEDED)
        return no(ret_verdict, HV_ERR_VALUE, "state: issued, cancelled or superseded");
    const struct state_node *node = state_find_node(core->state, order->addressee);
    if (order->post == HV_POST_NODE && (node == NULL || node->revoked))
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no node %.64s", order->addressee);
    if (order->approval == CORE_SELF)
        order->approval = context->first;
    if (order->plan >= CORE_NEW(0))
        order->plan = context->plans_of_command;
    if (order->issued_wall_ms == 0)
        order->issued_wall_ms = record->wall_ms;
    int error = new ? rule_order_names(core, order, ret_verdict) : HV_OK;
    if (error == HV_OK && order->state == HV_ORDER_ISSUED)
        error = rule_items(core, order->lines, order->line_count, ret_verdict);
    return error;
}

static int rule_answer(const struct core *core, const struct hv_order_answer *answer,
                       struct hv_verdict *ret_verdict) {
    const struct state_order *order = state_find_order(core->state, answer->order);
    if (order == NULL)
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no order %" PRIu64, answer->order);
    if (answer->revision == 0 || answer->revision > order->revision)
        return no(ret_verdict, HV_ERR_VALUE, "revision: 1 to %" PRIu32, order->revision);
    if (answer->state < HV_ORDER_STORED || answer->state > HV_ORDER_FAILED)
        return no(ret_verdict, HV_ERR_VALUE, "state: not an answer");
    return 0;
}

/* ---- goods ---- */

static int rule_decision(const struct core *core, const struct hv_request_decision *decision,
                         struct hv_verdict *ret_verdict) {
    char id[STATE_ID_BYTES];
    const struct state_place *place = state_find_place(core->state, decision->place);
    const struct state_node *node =
        *decision->node == '\0' ? NULL : state_find_node(core->state, decision->node);
    if (place == NULL)
        return no(ret_verdict, HV_ERR_NOT_FOUND, "place: unknown: %.80s", decision->place);
    if (node == NULL && *decision->node != '\0')
        return no(ret_verdict, HV_ERR_NOT_FOUND, "node: unknown: %.80s", decision->node);
    state_request_id(node == NULL ? STATE_NONE : node->entity.index, place->entity.index,
                     decision->request, id);
    const struct state_entity *found = state_find(core->state, STATE_REQUEST, id);
    if (found == NULL || state_request(core->state, found->index)->withdrawn)
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no open request %" PRIu64 " of %.80s",
                  decision->request, decision->place);
    return rule_items(core, decision->lines, decision->line_count, ret_verdict);
}

static int rule_waybill_end(const struct core *core, const struct hv_waybill_end *end,
                            struct hv_verdict *ret_verdict) {
    const struct state_waybill *waybill = state_find_waybill(core->state, end->waybill);
    if (waybill == NULL)
        return no(ret_verdict, HV_ERR_NOT_FOUND, "no waybill %.80s", end->waybill);
    return waybill->closed ? no(ret_verdict, HV_ERR_STATE, "waybill %.80s is closed", end->waybill)
                           : 0;
}

/* ---- by kind ---- */

int core_rule(struct core *core, struct command_context *context, struct hv_record *record,
              struct hv_verdict *ret_verdict) {
    if (record->cause == CORE_SELF)
        record->cause = context->first;
    if (record->actor == HV_ACTOR_UNKNOWN || record->actor == HV_ACTOR_NODE)
        return no(ret_verdict, HV_ERR_PERMISSION, "actor: operator, system or import");
    switch (record->kind) {
    case HV_RECORD_REPORT:
        return rule_report(core, record, ret_verdict);
    case HV_RECORD_ENROLMENT:
        return rule_enrolment(core, &record->enrolment, ret_verdict);
    case HV_RECORD_REVOCATION:
        return rule_revocation(core, &record->revocation, ret_verdict);
    case HV_RECORD_INCIDENT:
        return rule_incident(core, &record->incident, ret_verdict);
    case HV_RECORD_CLOCK:
        return rule_clock(core, &record->clock, ret_verdict);
    case HV_RECORD_ROAD:
        return rule_link(core, record->road.link, ret_verdict);
    case HV_RECORD_SWEEP:
        return rule_sweep(core, &record->sweep, ret_verdict);
    case HV_RECORD_HAZARD:
        return rule_hazard(core, context->arena, &record->hazard, ret_verdict);
    case HV_RECORD_PLAN:
        return rule_plan(core, context, &record->plan, ret_verdict);
    case HV_RECORD_APPROVAL:
        return rule_approval(core, context, &record->approval, ret_verdict);
    case HV_RECORD_ORDER:
        return rule_order(core, context, record, ret_verdict);
    case HV_RECORD_ANSWER:
        return rule_answer(core, &record->answer, ret_verdict);
    case HV_RECORD_DECISION:
        return rule_decision(core, &record->decision, ret_verdict);
    case HV_RECORD_WAYBILL_END:
        return rule_waybill_end(core, &record->waybill_end, ret_verdict);
    case HV_RECORD_DIRECTIVE:
        return rule_directive(core, &record->directive, ret_verdict);
    case HV_RECORD_ACCOUNT:
    case HV_RECORD_REGION:
    case HV_RECORD_PROFILE:
    case HV_RECORD_ALERT:
    case HV_RECORD_NOTE:
    case HV_RECORD_OWNER:
    case HV_RECORD_HANDOVER:
        return 0;
    default:
        return no(ret_verdict, HV_ERR_PERMISSION, "the coordinator alone records this");
    }
}
