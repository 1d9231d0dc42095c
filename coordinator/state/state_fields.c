#include "coordinator/state/state_fields_inside.h"

#include <string.h>

/* ---- common parts ---- */

static void entity_fields(struct fields *fields, struct state_entity *entity) {
    NUMBER(fields, entity->changed);
    NUMBER(fields, entity->finished);
    uint64_t length = strnlen(entity->id, STATE_ID_BYTES - 1);
    fields_number(fields, &length);
    if (length >= STATE_ID_BYTES) {
        fields->error = HV_ERR_CORRUPT;
        return;
    }
    fields_bytes(fields, entity->id, length);
}

void fields_stamp(struct fields *fields, struct state_stamp *value) {
    NUMBER(fields, value->position);
    if (value->position == 0)
        return;
    fields_signed(fields, &value->observed_ms);
    fields_signed(fields, &value->wall_ms);
    NUMBER(fields, value->sequence);
    NUMBER(fields, value->node);
    NUMBER(fields, value->generation);
    NUMBER(fields, value->source);
    NUMBER(fields, value->at_least);
}

static void figure(struct fields *fields, int32_t *value) {
    int64_t wide = *value;
    fields_signed(fields, &wide);
    *value = (int32_t)wide;
}

void fields_people(struct fields *fields, struct hv_people *value) {
    for (int age = 0; age < HV_AGE_COUNT; age++)
        figure(fields, &value->by_age[age]);
    for (int overlay = 0; overlay < HV_OVERLAY_COUNT; overlay++)
        figure(fields, &value->overlay[overlay]);
    figure(fields, &value->pets);
}

void fields_capacity_line(struct fields *fields, struct hv_capacity_line *line) {
    NUMBER(fields, line->basis);
    NUMBER(fields, line->part);
    NUMBER(fields, line->place);
    NUMBER(fields, line->people);
}

void fields_lifeline(struct fields *fields, struct state_lifeline *value) {
    fields_stamp(fields, &value->seen);
    NUMBER(fields, value->state);
    NUMBER(fields, value->has_hours);
    NUMBER(fields, value->hours_left);
}

void fields_stock_line(struct fields *fields, struct state_stock_line *line) {
    NUMBER(fields, line->item);
    NUMBER(fields, line->lot);
    NUMBER(fields, line->expiry_day);
    NUMBER(fields, line->pack);
    fields_signed(fields, &line->quantity);
    fields_signed(fields, &line->damaged);
    fields_signed(fields, &line->shortfall);
    fields_signed(fields, &line->difference);
    NUMBER(fields, line->changed);
    fields_signed(fields, &line->changed_ms);
    fields_stamp(fields, &line->counted);
}

void fields_lot(struct fields *fields, struct state_lot *value) {
    NUMBER(fields, value->item);
    NUMBER(fields, value->lot);
    NUMBER(fields, value->expiry_day);
}

/* A count and, when loading, room for so many. */
void fields_items(struct fields *fields, uint32_t *count, uint32_t *room, void **items,
                  size_t size) {
    NUMBER(fields, *count);
    if (!fields->loading)
        return;
    *items = fields_list(fields, *count, size);
    if (*items == NULL)
        *count = 0;
    if (room != NULL)
        *room = *count;
}

void fields_book(struct fields *fields, struct state_book *value) {
    ITEMS(fields, value, count, &value->room, balances);
    for (uint32_t i = 0; fields->error == 0 && i < value->count; i++) {
        fields_lot(fields, &value->balances[i].lot);
        NUMBER(fields, value->balances[i].account);
        fields_signed(fields, &value->balances[i].amount);
        NUMBER(fields, value->balances[i].position);
    }
}

/* ---- everything else ---- */

static void key(struct fields *fields, struct state_key *value) {
    NUMBER(fields, value->node);
    NUMBER(fields, value->revoked);
}

static void general(struct fields *fields, struct state_general *value) {
    NUMBER(fields, value->started);
    fields_bytes(fields, value->deployment, sizeof value->deployment);
    fields_bytes(fields, value->log, sizeof value->log);
    NUMBER(fields, value->mode);
    fields_text(fields, &value->name);
    NUMBER(fields, value->term);
    NUMBER(fields, value->position);
    NUMBER(fields, value->mono_ms);
    fields_signed(fields, &value->wall_ms);
    fields_signed(fields, &value->clock.start_wall_ms);
    NUMBER(fields, value->clock.elapsed_ms);
    NUMBER(fields, value->clock.rate_permille);
    NUMBER(fields, value->clock.scenario);
    NUMBER(fields, value->clock_mono_ms);
    fields_bytes(fields, value->region_hash, sizeof value->region_hash);
    NUMBER(fields, value->region_position);
    fields_text(fields, &value->region_name);
    fields_text(fields, &value->region_version);
    NUMBER(fields, value->profile_position);
    fields_text(fields, &value->profile_name);
    fields_text(fields, &value->profile_version);
    NUMBER(fields, value->incident);
    NUMBER(fields, value->plan_in_force);
    NUMBER(fields, value->last_order);
    NUMBER(fields, value->last_plan);
    NUMBER(fields, value->note_count);
    for (int reason = 0; reason < HV_REASON_COUNT; reason++)
        NUMBER(fields, value->refused_by_reason[reason]);
    for (size_t i = 0; i < sizeof value->record_count / sizeof *value->record_count; i++)
        NUMBER(fields, value->record_count[i]);
    NUMBER(fields, value->handover_position);
    fields_signed(fields, &value->handover_wall_ms);
}

static void incident(struct fields *fields, struct state_incident *value) {
    fields_bytes(fields, value->incident, sizeof value->incident);
    NUMBER(fields, value->phase);
    fields_text(fields, &value->name);
    fields_text(fields, &value->hazard);
    NUMBER(fields, value->opened_position);
    fields_signed(fields, &value->opened_wall_ms);
    for (int phase = 0; phase < HV_PHASE_COUNT; phase++)
        NUMBER(fields, value->phase_position[phase]);
}

static void road(struct fields *fields, struct state_road *value) {
    NUMBER(fields, value->closed);
    NUMBER(fields, value->has_capacity);
    NUMBER(fields, value->capacity_permille);
    fields_text(fields, &value->reason);
}

static void hazard(struct fields *fields, struct state_hazard *value) {
    NUMBER(fields, value->over);
    fields_signed(fields, &value->turns_wall_ms);
    fields_body(fields, &value->body);
}

static void alert(struct fields *fields, struct state_alert *value) {
    NUMBER(fields, value->cancelled);
    fields_body(fields, &value->body);
}

static void directive(struct fields *fields, struct state_directive *value) {
    NUMBER(fields, value->lifted);
    fields_body(fields, &value->body);
}

static void write_made(struct fields *fields, struct state_write *value) {
    NUMBER(fields, value->first);
    NUMBER(fields, value->last);
    NUMBER(fields, value->fingerprint);
    NUMBER(fields, value->plan);
    NUMBER(fields, value->order);
}

static void owner(struct fields *fields, struct state_owner *value) {
    fields_text(fields, &value->owner);
    fields_text(fields, &value->note);
    NUMBER(fields, value->mono_ms);
}

static void note(struct fields *fields, struct state_note *value) {
    NUMBER(fields, value->position);
    NUMBER(fields, value->place);
    fields_body(fields, &value->body);
}

void fields_of_thing(struct fields *fields, struct state_entity *entity) {
    entity_fields(fields, entity);
    void *thing = entity;
    switch (entity->kind) {
    case STATE_GENERAL:
        general(fields, thing);
        break;
    case STATE_PLACE:
        fields_of_place(fields, thing);
        break;
    case STATE_NODE:
        fields_of_node(fields, thing);
        break;
    case STATE_KEY:
        key(fields, thing);
        break;
    case STATE_ZONE:
        fields_of_zone(fields, thing);
        break;
    case STATE_TRANSFER:
        fields_of_transfer(fields, thing);
        break;
    case STATE_REQUEST:
        fields_of_request(fields, thing);
        break;
    case STATE_ORDER:
        fields_of_order(fields, thing);
        break;
    case STATE_PLAN:
        fields_of_plan(fields, thing);
        break;
    case STATE_INCIDENT:
        incident(fields, thing);
        break;
    case STATE_ROAD:
        road(fields, thing);
        break;
    case STATE_HAZARD:
        hazard(fields, thing);
        break;
    case STATE_ALERT:
        alert(fields, thing);
        break;
    case STATE_NOTE:
        note(fields, thing);
        break;
    case STATE_DIRECTIVE:
        directive(fields, thing);
        break;
    case STATE_WRITE:
        write_made(fields, thing);
        break;
    case STATE_WAYBILL:
        fields_of_waybill(fields, thing);
        break;
    case STATE_OWNER:
        owner(fields, thing);
        break;
    case STATE_NAME:
    case STATE_KINDS:
        break;
    }
}
