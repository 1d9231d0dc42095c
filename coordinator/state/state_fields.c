#include "coordinator/state/state_fields.h"

#include <stdlib.h>
#include <string.h>

/* ---- bytes ---- */

static bool make_room(struct fields *fields, size_t size) {
    if (fields->size + size <= fields->room)
        return true;
    size_t room = (fields->size + size) * 2;
    uint8_t *bytes = realloc(fields->bytes, room);
    if (bytes == NULL) {
        fields->error = HV_ERR_MEMORY;
        return false;
    }
    fields->bytes = bytes;
    fields->room = room;
    return true;
}

void fields_bytes(struct fields *fields, void *bytes, size_t size) {
    if (fields->error != 0 || size == 0)
        return;
    if (!fields->loading) {
        if (make_room(fields, size)) {
            memcpy(fields->bytes + fields->size, bytes, size);
            fields->size += size;
        }
        return;
    }
    if (size > fields->size - fields->at) {
        fields->error = HV_ERR_CORRUPT;
        return;
    }
    memcpy(bytes, fields->bytes + fields->at, size);
    fields->at += size;
}

/* Seven bits a byte, low ones first: most figures are small. */
void fields_number(struct fields *fields, uint64_t *number) {
    uint8_t bytes[10];
    size_t size = 0;
    if (fields->loading) {
        uint64_t value = 0;
        uint8_t byte = 0x80;
        for (unsigned shift = 0; byte & 0x80 && shift < 70 && fields->error == 0; shift += 7) {
            byte = 0;
            fields_bytes(fields, &byte, 1);
            value |= (uint64_t)(byte & 0x7f) << (shift > 63 ? 63 : shift);
        }
        *number = value;
        return;
    }
    uint64_t value = *number;
    do {
        bytes[size++] = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
    } while (value != 0);
    fields_bytes(fields, bytes, size);
}

static void number64(struct fields *fields, int64_t *number) {
    uint64_t folded = ((uint64_t)*number << 1) ^ (*number < 0 ? UINT64_MAX : 0);
    fields_number(fields, &folded);
    *number = (int64_t)(folded >> 1) ^ -(int64_t)(folded & 1);
}

/* A field of any integer type. */
#define NUMBER(fields, lvalue)                                                                     \
    do {                                                                                           \
        uint64_t number_ = (uint64_t)(lvalue);                                                     \
        fields_number(fields, &number_);                                                           \
        (lvalue) = (__typeof__(lvalue))number_;                                                    \
    } while (0)

/* Room for `count` things of `size` when loading, where so many can be left in the file. */
static void *list_room(struct fields *fields, uint64_t count, size_t size) {
    if (fields->error != 0 || count == 0)
        return NULL;
    if (count > fields->size - fields->at) {
        fields->error = HV_ERR_CORRUPT;
        return NULL;
    }
    void *list = calloc(count, size);
    if (list == NULL)
        fields->error = HV_ERR_MEMORY;
    return list;
}

static void text(struct fields *fields, char **value) {
    uint64_t length = *value == NULL ? 0 : strlen(*value);
    fields_number(fields, &length);
    if (length == 0 || fields->error != 0)
        return;
    if (fields->loading && length > fields->size - fields->at) {
        fields->error = HV_ERR_CORRUPT;
        return;
    }
    if (fields->loading)
        *value = calloc(length + 1, 1);
    if (*value == NULL)
        fields->error = HV_ERR_MEMORY;
    fields_bytes(fields, *value, length);
}

static void body(struct fields *fields, struct state_body *value) {
    NUMBER(fields, value->size);
    if (fields->loading)
        value->bytes = list_room(fields, value->size, 1);
    if (value->bytes != NULL)
        fields_bytes(fields, value->bytes, value->size);
    else
        value->size = 0;
}

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

static void stamp(struct fields *fields, struct state_stamp *value) {
    NUMBER(fields, value->position);
    if (value->position == 0)
        return;
    number64(fields, &value->observed_ms);
    number64(fields, &value->wall_ms);
    NUMBER(fields, value->sequence);
    NUMBER(fields, value->node);
    NUMBER(fields, value->generation);
    NUMBER(fields, value->source);
    NUMBER(fields, value->at_least);
}

static void figure(struct fields *fields, int32_t *value) {
    int64_t wide = *value;
    number64(fields, &wide);
    *value = (int32_t)wide;
}

static void people(struct fields *fields, struct hv_people *value) {
    for (int age = 0; age < HV_AGE_COUNT; age++)
        figure(fields, &value->by_age[age]);
    for (int overlay = 0; overlay < HV_OVERLAY_COUNT; overlay++)
        figure(fields, &value->overlay[overlay]);
    figure(fields, &value->pets);
}

static void capacity_line(struct fields *fields, struct hv_capacity_line *line) {
    NUMBER(fields, line->basis);
    NUMBER(fields, line->part);
    NUMBER(fields, line->place);
    NUMBER(fields, line->people);
}

static void lifeline(struct fields *fields, struct state_lifeline *value) {
    stamp(fields, &value->seen);
    NUMBER(fields, value->state);
    NUMBER(fields, value->has_hours);
    NUMBER(fields, value->hours_left);
}

static void stock_line(struct fields *fields, struct state_stock_line *line) {
    NUMBER(fields, line->item);
    NUMBER(fields, line->lot);
    NUMBER(fields, line->expiry_day);
    NUMBER(fields, line->pack);
    number64(fields, &line->quantity);
    number64(fields, &line->damaged);
    number64(fields, &line->shortfall);
    number64(fields, &line->difference);
    NUMBER(fields, line->changed);
    number64(fields, &line->changed_ms);
    stamp(fields, &line->counted);
}

/* ---- places ---- */

static void place_people(struct fields *fields, struct state_people *value) {
    people(fields, &value->now);
    stamp(fields, &value->changed);
    stamp(fields, &value->counted);
    number64(fields, &value->difference);
    NUMBER(fields, value->difference_position);
    number64(fields, &value->shortfall);
    NUMBER(fields, value->shortfall_position);
    NUMBER(fields, value->households);
    NUMBER(fields, value->households_known);
    number64(fields, &value->horizon_ms);
    NUMBER(fields, value->movement_count);
    if (value->movement_count > STATE_MOVEMENTS_KEPT)
        fields->error = HV_ERR_CORRUPT;
    if (fields->loading && value->movement_count > 0)
        value->movements = list_room(fields, STATE_MOVEMENTS_KEPT, sizeof *value->movements);
    for (uint8_t i = 0; fields->error == 0 && i < value->movement_count; i++) {
        struct state_movement *movement = &value->movements[i];
        int64_t sign = movement->sign;
        stamp(fields, &movement->stamp);
        people(fields, &movement->people);
        number64(fields, &sign);
        movement->sign = (int)sign;
    }
}

static void stock_movement(struct fields *fields, struct state_stock_movement *movement) {
    stamp(fields, &movement->stamp);
    NUMBER(fields, movement->item);
    NUMBER(fields, movement->lot);
    NUMBER(fields, movement->expiry_day);
    number64(fields, &movement->quantity);
    number64(fields, &movement->damaged);
}

static void place_stock(struct fields *fields, struct state_stock *stock) {
    NUMBER(fields, stock->count);
    NUMBER(fields, stock->refused);
    if (fields->loading) {
        stock->lines = list_room(fields, stock->count, sizeof *stock->lines);
        stock->room = stock->lines == NULL ? 0 : stock->count;
    }
    for (uint32_t i = 0; fields->error == 0 && i < stock->count; i++)
        stock_line(fields, &stock->lines[i]);
    stamp(fields, &stock->counted);
    stamp(fields, &stock->changed);
    number64(fields, &stock->horizon_ms);
    NUMBER(fields, stock->movement_count);
    if (stock->movement_count > STATE_MOVEMENTS_KEPT)
        fields->error = HV_ERR_CORRUPT;
    if (fields->loading && stock->movement_count > 0)
        stock->movements = list_room(fields, STATE_MOVEMENTS_KEPT, sizeof *stock->movements);
    for (uint8_t i = 0; fields->error == 0 && i < stock->movement_count; i++)
        stock_movement(fields, &stock->movements[i]);
}

static void place(struct fields *fields, struct state_place *value) {
    NUMBER(fields, value->role);
    NUMBER(fields, value->node);
    place_people(fields, &value->people);
    stamp(fields, &value->status_seen);
    NUMBER(fields, value->status);
    text(fields, &value->status_reason);
    stamp(fields, &value->capacity_seen);
    NUMBER(fields, value->capacity_count);
    if (fields->loading)
        value->capacity = list_room(fields, value->capacity_count, sizeof *value->capacity);
    for (uint32_t i = 0; fields->error == 0 && i < value->capacity_count; i++)
        capacity_line(fields, &value->capacity[i]);
    for (int kind = 0; kind < HV_LIFELINE_COUNT; kind++)
        lifeline(fields, &value->lifelines[kind]);
    place_stock(fields, &value->stock);
    NUMBER(fields, value->open_requests);
}

/* ---- nodes ---- */

static void staging_lists(struct fields *fields, struct state_staging *staging) {
    NUMBER(fields, staging->capacity_count);
    if (staging->capacity_count > HV_CAPACITY_LINES_MAX)
        fields->error = HV_ERR_CORRUPT;
    for (uint32_t i = 0; fields->error == 0 && i < staging->capacity_count; i++)
        capacity_line(fields, &staging->capacity[i]);
    for (int kind = 0; kind < HV_LIFELINE_COUNT; kind++)
        lifeline(fields, &staging->lifelines[kind]);
    NUMBER(fields, staging->stock_count);
    if (fields->loading) {
        staging->stock = list_room(fields, staging->stock_count, sizeof *staging->stock);
        staging->stock_room = staging->stock == NULL ? 0 : staging->stock_count;
    }
    for (uint32_t i = 0; fields->error == 0 && i < staging->stock_count; i++)
        stock_line(fields, &staging->stock[i]);
}

static void node_staging(struct fields *fields, struct state_node *node) {
    bool staged = node->staging != NULL;
    NUMBER(fields, staged);
    if (!staged)
        return;
    if (fields->loading)
        node->staging = calloc(1, sizeof *node->staging);
    struct state_staging *staging = node->staging;
    if (staging == NULL) {
        fields->error = HV_ERR_MEMORY;
        return;
    }
    NUMBER(fields, staging->as_of);
    NUMBER(fields, staging->parts);
    NUMBER(fields, staging->next);
    people(fields, &staging->people);
    stamp(fields, &staging->people_stamp);
    stamp(fields, &staging->counted_stamp);
    number64(fields, &staging->difference);
    NUMBER(fields, staging->status);
    stamp(fields, &staging->status_stamp);
    stamp(fields, &staging->capacity_stamp);
    stamp(fields, &staging->stock_stamp);
    staging_lists(fields, staging);
}

static void node_refusals(struct fields *fields, struct state_node *node) {
    NUMBER(fields, node->refusal_count);
    if (node->refusal_count == 0)
        return;
    if (fields->loading && node->refusal_count <= STATE_REFUSALS_KEPT)
        node->refusals = calloc(STATE_REFUSALS_KEPT, sizeof *node->refusals);
    if (node->refusals == NULL) {
        fields->error = node->refusal_count > STATE_REFUSALS_KEPT ? HV_ERR_CORRUPT : HV_ERR_MEMORY;
        node->refusal_count = 0;
        return;
    }
    for (uint32_t i = 0; fields->error == 0 && i < node->refusal_count; i++) {
        NUMBER(fields, node->refusals[i].sequence);
        NUMBER(fields, node->refusals[i].lane);
        NUMBER(fields, node->refusals[i].reason);
        text(fields, &node->refusals[i].detail);
    }
}

static void node(struct fields *fields, struct state_node *value) {
    NUMBER(fields, value->role);
    NUMBER(fields, value->place);
    NUMBER(fields, value->enrolment);
    NUMBER(fields, value->key);
    NUMBER(fields, value->revoked);
    NUMBER(fields, value->presence);
    NUMBER(fields, value->presence_position);
    NUMBER(fields, value->last_heard_mono_ms);
    NUMBER(fields, value->epoch);
    NUMBER(fields, value->generation);
    for (int lane = 0; lane < HV_LANE_COUNT; lane++)
        NUMBER(fields, value->held[lane]);
    NUMBER(fields, value->as_of);
    NUMBER(fields, value->reports);
    NUMBER(fields, value->refused);
    NUMBER(fields, value->introduced);
    node_refusals(fields, value);
    node_staging(fields, value);
}

static void key(struct fields *fields, struct state_key *value) {
    NUMBER(fields, value->node);
    NUMBER(fields, value->revoked);
}

/* ---- everything else ---- */

static void general(struct fields *fields, struct state_general *value) {
    NUMBER(fields, value->started);
    fields_bytes(fields, value->deployment, sizeof value->deployment);
    fields_bytes(fields, value->log, sizeof value->log);
    NUMBER(fields, value->mode);
    text(fields, &value->name);
    NUMBER(fields, value->term);
    NUMBER(fields, value->position);
    NUMBER(fields, value->mono_ms);
    number64(fields, &value->wall_ms);
    number64(fields, &value->clock.start_wall_ms);
    NUMBER(fields, value->clock.elapsed_ms);
    NUMBER(fields, value->clock.rate_permille);
    NUMBER(fields, value->clock.scenario);
    NUMBER(fields, value->clock_mono_ms);
    fields_bytes(fields, value->region_hash, sizeof value->region_hash);
    NUMBER(fields, value->region_position);
    text(fields, &value->region_name);
    text(fields, &value->region_version);
    NUMBER(fields, value->profile_position);
    text(fields, &value->profile_name);
    text(fields, &value->profile_version);
    NUMBER(fields, value->incident);
    NUMBER(fields, value->plan_in_force);
    NUMBER(fields, value->last_order);
    NUMBER(fields, value->last_plan);
    NUMBER(fields, value->note_count);
    for (int reason = 0; reason < HV_REASON_COUNT; reason++)
        NUMBER(fields, value->refused_by_reason[reason]);
    for (size_t i = 0; i < sizeof value->record_count / sizeof *value->record_count; i++)
        NUMBER(fields, value->record_count[i]);
}

static void zone(struct fields *fields, struct state_zone *value) {
    people(fields, &value->checked_in);
    NUMBER(fields, value->households);
}

static void transfer(struct fields *fields, struct state_transfer *value) {
    text(fields, &value->name);
    NUMBER(fields, value->from);
    NUMBER(fields, value->to);
    NUMBER(fields, value->named_by);
    people(fields, &value->out);
    people(fields, &value->in);
    stamp(fields, &value->out_seen);
    stamp(fields, &value->in_seen);
    NUMBER(fields, value->arrival_count);
    if (value->arrival_count > HV_TRANSFER_ARRIVALS_MAX)
        fields->error = HV_ERR_CORRUPT;
    for (uint32_t i = 0; fields->error == 0 && i < value->arrival_count; i++) {
        NUMBER(fields, value->arrivals[i].place);
        NUMBER(fields, value->arrivals[i].node);
        people(fields, &value->arrivals[i].people);
    }
}

static void request(struct fields *fields, struct state_request *value) {
    NUMBER(fields, value->place);
    NUMBER(fields, value->node);
    NUMBER(fields, value->number);
    NUMBER(fields, value->request_kind);
    NUMBER(fields, value->urgency);
    NUMBER(fields, value->withdrawn);
    stamp(fields, &value->seen);
    body(fields, &value->body);
}

static void order_step(struct fields *fields, struct state_order_step *step) {
    NUMBER(fields, step->state);
    NUMBER(fields, step->revision);
    NUMBER(fields, step->position);
    NUMBER(fields, step->mono_ms);
    number64(fields, &step->wall_ms);
    NUMBER(fields, step->actor);
    NUMBER(fields, step->has_done);
    NUMBER(fields, step->done);
    NUMBER(fields, step->counted);
    text(fields, &step->reason);
}

static void order(struct fields *fields, struct state_order *value) {
    NUMBER(fields, value->number);
    NUMBER(fields, value->revision);
    NUMBER(fields, value->order_kind);
    NUMBER(fields, value->post);
    text(fields, &value->addressee);
    NUMBER(fields, value->issued);
    NUMBER(fields, value->answered);
    NUMBER(fields, value->done);
    NUMBER(fields, value->has_done);
    NUMBER(fields, value->plan);
    NUMBER(fields, value->approval);
    NUMBER(fields, value->has_deadline);
    number64(fields, &value->deadline_wall_ms);
    NUMBER(fields, value->issued_position);
    NUMBER(fields, value->step_count);
    if (fields->loading) {
        value->steps = list_room(fields, value->step_count, sizeof *value->steps);
        value->step_room = value->steps == NULL ? 0 : value->step_count;
    }
    for (uint32_t i = 0; fields->error == 0 && i < value->step_count; i++)
        order_step(fields, &value->steps[i]);
    body(fields, &value->body);
}

static void plan(struct fields *fields, struct state_plan *value) {
    NUMBER(fields, value->number);
    NUMBER(fields, value->basis);
    NUMBER(fields, value->position);
    NUMBER(fields, value->approved);
    NUMBER(fields, value->withdrawn);
    NUMBER(fields, value->stopped_early);
    number64(fields, &value->unserved_people);
    number64(fields, &value->unserved_bound);
    number64(fields, &value->person_seconds);
    number64(fields, &value->person_seconds_bound);
    number64(fields, &value->unmet_cost);
    number64(fields, &value->unmet_bound);
    NUMBER(fields, value->move_count);
    NUMBER(fields, value->shipment_count);
    NUMBER(fields, value->left_count);
    body(fields, &value->body);
}

static void incident(struct fields *fields, struct state_incident *value) {
    fields_bytes(fields, value->incident, sizeof value->incident);
    NUMBER(fields, value->phase);
    text(fields, &value->name);
    text(fields, &value->hazard);
    NUMBER(fields, value->opened_position);
    number64(fields, &value->opened_wall_ms);
    for (int phase = 0; phase < HV_PHASE_COUNT; phase++)
        NUMBER(fields, value->phase_position[phase]);
}

static void road(struct fields *fields, struct state_road *value) {
    NUMBER(fields, value->closed);
    NUMBER(fields, value->has_capacity);
    NUMBER(fields, value->capacity_permille);
    text(fields, &value->reason);
}

static void hazard(struct fields *fields, struct state_hazard *value) {
    NUMBER(fields, value->over);
    body(fields, &value->body);
}

static void alert(struct fields *fields, struct state_alert *value) {
    NUMBER(fields, value->cancelled);
    body(fields, &value->body);
}

static void note(struct fields *fields, struct state_note *value) {
    NUMBER(fields, value->position);
    NUMBER(fields, value->place);
    body(fields, &value->body);
}

void fields_of_thing(struct fields *fields, struct state_entity *entity) {
    entity_fields(fields, entity);
    void *thing = entity;
    switch (entity->kind) {
    case STATE_GENERAL:
        general(fields, thing);
        break;
    case STATE_PLACE:
        place(fields, thing);
        break;
    case STATE_NODE:
        node(fields, thing);
        break;
    case STATE_KEY:
        key(fields, thing);
        break;
    case STATE_ZONE:
        zone(fields, thing);
        break;
    case STATE_TRANSFER:
        transfer(fields, thing);
        break;
    case STATE_REQUEST:
        request(fields, thing);
        break;
    case STATE_ORDER:
        order(fields, thing);
        break;
    case STATE_PLAN:
        plan(fields, thing);
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
    case STATE_NAME:
    case STATE_KINDS:
        break;
    }
}

/* ---- freeing ---- */

static void free_place(struct state_place *value) {
    free(value->people.movements);
    free(value->status_reason);
    free(value->capacity);
    free(value->stock.lines);
    free(value->stock.movements);
}

static void free_general(struct state_general *value) {
    free(value->name);
    free(value->region_name);
    free(value->region_version);
    free(value->profile_name);
    free(value->profile_version);
}

static void free_order(struct state_order *value) {
    for (uint32_t i = 0; value->steps != NULL && i < value->step_count; i++)
        free(value->steps[i].reason);
    free(value->steps);
    free(value->addressee);
    free(value->body.bytes);
}

void fold_free_thing(struct state_entity *entity) {
    void *thing = entity;
    switch (entity->kind) {
    case STATE_GENERAL:
        free_general(thing);
        break;
    case STATE_PLACE:
        free_place(thing);
        break;
    case STATE_NODE:
        fold_drop_staging(thing);
        fold_drop_refusals(thing);
        break;
    case STATE_TRANSFER:
        free(((struct state_transfer *)thing)->name);
        break;
    case STATE_REQUEST:
        fold_drop_body(&((struct state_request *)thing)->body);
        break;
    case STATE_ORDER:
        free_order(thing);
        break;
    case STATE_PLAN:
        fold_drop_body(&((struct state_plan *)thing)->body);
        break;
    case STATE_INCIDENT:
        free(((struct state_incident *)thing)->name);
        free(((struct state_incident *)thing)->hazard);
        break;
    case STATE_ROAD:
        free(((struct state_road *)thing)->reason);
        break;
    case STATE_HAZARD:
        fold_drop_body(&((struct state_hazard *)thing)->body);
        break;
    case STATE_ALERT:
        fold_drop_body(&((struct state_alert *)thing)->body);
        break;
    case STATE_NOTE:
        fold_drop_body(&((struct state_note *)thing)->body);
        break;
    default:
        break;
    }
}
