#include "coordinator/state/state_fields.h"

#include <stdlib.h>
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

static void stamp(struct fields *fields, struct state_stamp *value) {
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
    fields_signed(fields, &line->quantity);
    fields_signed(fields, &line->damaged);
    fields_signed(fields, &line->shortfall);
    fields_signed(fields, &line->difference);
    NUMBER(fields, line->changed);
    fields_signed(fields, &line->changed_ms);
    stamp(fields, &line->counted);
}

static void lot(struct fields *fields, struct state_lot *value) {
    NUMBER(fields, value->item);
    NUMBER(fields, value->lot);
    NUMBER(fields, value->expiry_day);
}

/* A count and, when loading, room for so many. */
static void list(struct fields *fields, uint32_t *count, uint32_t *room, void **items,
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

#define ITEMS(fields, value, COUNT, ROOM, ITEMS)                                                   \
    do {                                                                                           \
        void *items_ = (value)->ITEMS;                                                             \
        list(fields, &(value)->COUNT, ROOM, &items_, sizeof *(value)->ITEMS);                      \
        (value)->ITEMS = items_;                                                                   \
    } while (0)

static void book(struct fields *fields, struct state_book *value) {
    ITEMS(fields, value, count, &value->room, balances);
    for (uint32_t i = 0; fields->error == 0 && i < value->count; i++) {
        lot(fields, &value->balances[i].lot);
        NUMBER(fields, value->balances[i].account);
        fields_signed(fields, &value->balances[i].amount);
        NUMBER(fields, value->balances[i].position);
    }
}

/* ---- places ---- */

static void place_people(struct fields *fields, struct state_people *value) {
    people(fields, &value->now);
    stamp(fields, &value->changed);
    stamp(fields, &value->counted);
    fields_signed(fields, &value->difference);
    NUMBER(fields, value->difference_position);
    fields_signed(fields, &value->shortfall);
    NUMBER(fields, value->shortfall_position);
    NUMBER(fields, value->households);
    NUMBER(fields, value->households_known);
    fields_signed(fields, &value->horizon_ms);
    NUMBER(fields, value->movement_count);
    if (value->movement_count > STATE_MOVEMENTS_KEPT)
        fields->error = HV_ERR_CORRUPT;
    if (fields->loading && value->movement_count > 0)
        value->movements = fields_list(fields, STATE_MOVEMENTS_KEPT, sizeof *value->movements);
    for (uint8_t i = 0; value->movements != NULL && fields->error == 0 && i < value->movement_count;
         i++) {
        struct state_movement *movement = &value->movements[i];
        int64_t sign = movement->sign;
        stamp(fields, &movement->stamp);
        people(fields, &movement->people);
        fields_signed(fields, &sign);
        movement->sign = (int)sign;
    }
}

static void stock_movement(struct fields *fields, struct state_stock_movement *movement) {
    stamp(fields, &movement->stamp);
    NUMBER(fields, movement->item);
    NUMBER(fields, movement->lot);
    NUMBER(fields, movement->expiry_day);
    fields_signed(fields, &movement->quantity);
    fields_signed(fields, &movement->damaged);
}

static void place_stock(struct fields *fields, struct state_stock *stock) {
    NUMBER(fields, stock->count);
    NUMBER(fields, stock->refused);
    if (fields->loading) {
        stock->lines = fields_list(fields, stock->count, sizeof *stock->lines);
        stock->room = stock->lines == NULL ? 0 : stock->count;
    }
    for (uint32_t i = 0; stock->lines != NULL && fields->error == 0 && i < stock->count; i++)
        stock_line(fields, &stock->lines[i]);
    stamp(fields, &stock->counted);
    stamp(fields, &stock->changed);
    fields_signed(fields, &stock->horizon_ms);
    NUMBER(fields, stock->movement_count);
    if (stock->movement_count > STATE_MOVEMENTS_KEPT)
        fields->error = HV_ERR_CORRUPT;
    if (fields->loading && stock->movement_count > 0)
        stock->movements = fields_list(fields, STATE_MOVEMENTS_KEPT, sizeof *stock->movements);
    for (uint8_t i = 0; stock->movements != NULL && fields->error == 0 && i < stock->movement_count;
         i++)
        stock_movement(fields, &stock->movements[i]);
}

static void place(struct fields *fields, struct state_place *value) {
    NUMBER(fields, value->role);
    NUMBER(fields, value->node);
    place_people(fields, &value->people);
    stamp(fields, &value->status_seen);
    NUMBER(fields, value->status);
    fields_text(fields, &value->status_reason);
    stamp(fields, &value->capacity_seen);
    NUMBER(fields, value->capacity_count);
    if (fields->loading)
        value->capacity = fields_list(fields, value->capacity_count, sizeof *value->capacity);
    for (uint32_t i = 0; value->capacity != NULL && fields->error == 0 && i < value->capacity_count;
         i++)
        capacity_line(fields, &value->capacity[i]);
    for (int kind = 0; kind < HV_LIFELINE_COUNT; kind++)
        lifeline(fields, &value->lifelines[kind]);
    NUMBER(fields, value->cold.is_broken);
    fields_signed(fields, &value->cold.since_ms);
    fields_signed(fields, &value->cold.lasted_ms);
    fields_signed(fields, &value->cold.ended_ms);
    place_stock(fields, &value->stock);
    book(fields, &value->book);
    NUMBER(fields, value->open_requests);
    NUMBER(fields, value->first_request);
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
        staging->stock = fields_list(fields, staging->stock_count, sizeof *staging->stock);
        staging->stock_room = staging->stock == NULL ? 0 : staging->stock_count;
    }
    for (uint32_t i = 0; staging->stock != NULL && fields->error == 0 && i < staging->stock_count;
         i++)
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
    fields_signed(fields, &staging->difference);
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
        fields_text(fields, &node->refusals[i].detail);
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

static void heads(struct fields *fields, int64_t counts[STATE_HEADS]) {
    for (int i = 0; i < STATE_HEADS; i++)
        fields_signed(fields, &counts[i]);
}

static void way(struct fields *fields, struct state_way *value) {
    fields_text(fields, &value->shelter);
    heads(fields, value->before);
    heads(fields, value->came);
    NUMBER(fields, value->leg_count);
    if (value->leg_count > STATE_LEGS_MAX || value->shelter == NULL)
        fields->error = HV_ERR_CORRUPT;
    for (uint32_t i = 0; fields->error == 0 && i < value->leg_count; i++) {
        struct state_leg *leg = &value->legs[i];
        NUMBER(fields, leg->order);
        heads(fields, leg->people);
        fields_signed(fields, &leg->leaves_ms);
        fields_signed(fields, &leg->left_ms);
        fields_signed(fields, &leg->travel_ms);
        fields_signed(fields, &leg->stopped_ms);
    }
}

static void zone(struct fields *fields, struct state_zone *value) {
    people(fields, &value->checked_in);
    NUMBER(fields, value->households);
    NUMBER(fields, value->sweep.position);
    fields_signed(fields, &value->sweep.seen_ms);
    fields_signed(fields, &value->sweep.left);
    fields_signed(fields, &value->sweep.checked_in);
    fields_signed(fields, &value->sweep.wall_ms);
    fields_signed(fields, &value->ways_from);
    fields_signed(fields, &value->ways_told_ms);
    ITEMS(fields, value, way_count, NULL, ways);
    if (value->way_count > STATE_WAYS_MAX)
        fields->error = HV_ERR_CORRUPT;
    for (uint32_t i = 0; value->ways != NULL && fields->error == 0 && i < value->way_count; i++)
        way(fields, &value->ways[i]);
}

static void transfer(struct fields *fields, struct state_transfer *value) {
    fields_text(fields, &value->name);
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
    NUMBER(fields, value->verdict);
    NUMBER(fields, value->approved_in_part);
    NUMBER(fields, value->verdict_position);
    fields_text(fields, &value->verdict_reason);
    ITEMS(fields, value, line_count, NULL, lines);
    for (uint32_t i = 0; fields->error == 0 && i < value->line_count; i++) {
        struct state_request_line *line = &value->lines[i];
        NUMBER(fields, line->item);
        fields_signed(fields, &line->requested);
        fields_signed(fields, &line->approved);
        fields_signed(fields, &line->committed);
        fields_signed(fields, &line->shipped);
        fields_signed(fields, &line->received);
    }
    NUMBER(fields, value->previous_of_place);
    NUMBER(fields, value->next_of_place);
    stamp(fields, &value->seen);
    fields_body(fields, &value->body);
}

static void waybill_lists(struct fields *fields, struct state_waybill *value) {
    ITEMS(fields, value, ordered_count, NULL, ordered);
    for (uint32_t i = 0; fields->error == 0 && i < value->ordered_count; i++) {
        NUMBER(fields, value->ordered[i].item);
        fields_signed(fields, &value->ordered[i].quantity);
    }
    ITEMS(fields, value, pick_count, &value->pick_room, picks);
    for (uint32_t i = 0; fields->error == 0 && i < value->pick_count; i++) {
        NUMBER(fields, value->picks[i].place);
        lot(fields, &value->picks[i].lot);
        fields_signed(fields, &value->picks[i].picked);
        fields_signed(fields, &value->picks[i].loaded);
    }
    ITEMS(fields, value, line_count, &value->line_room, lines);
    for (uint32_t i = 0; fields->error == 0 && i < value->line_count; i++) {
        lot(fields, &value->lines[i].lot);
        fields_signed(fields, &value->lines[i].shipped);
        fields_signed(fields, &value->lines[i].received);
        fields_signed(fields, &value->lines[i].damaged);
    }
    ITEMS(fields, value, share_count, &value->share_room, shares);
    for (uint32_t i = 0; fields->error == 0 && i < value->share_count; i++) {
        struct state_waybill_share *share = &value->shares[i];
        NUMBER(fields, share->request);
        NUMBER(fields, share->request_node);
        NUMBER(fields, share->request_number);
        NUMBER(fields, share->item);
        fields_signed(fields, &share->committed);
        fields_signed(fields, &share->shipped);
        fields_signed(fields, &share->received);
    }
}

static void waybill(struct fields *fields, struct state_waybill *value) {
    NUMBER(fields, value->named_by);
    NUMBER(fields, value->from);
    NUMBER(fields, value->to);
    NUMBER(fields, value->shipped_by);
    NUMBER(fields, value->received_by);
    NUMBER(fields, value->ship_order);
    NUMBER(fields, value->expect_order);
    NUMBER(fields, value->order_over);
    NUMBER(fields, value->shipped_whole);
    NUMBER(fields, value->closed);
    NUMBER(fields, value->closed_position);
    fields_text(fields, &value->closed_reason);
    fields_text(fields, &value->vehicle);
    NUMBER(fields, value->shipped_position);
    NUMBER(fields, value->told_position);
    stamp(fields, &value->shipped_seen);
    stamp(fields, &value->received_seen);
    book(fields, &value->book);
    waybill_lists(fields, value);
}

static void order_step(struct fields *fields, struct state_order_step *step) {
    NUMBER(fields, step->state);
    NUMBER(fields, step->revision);
    NUMBER(fields, step->position);
    NUMBER(fields, step->mono_ms);
    fields_signed(fields, &step->wall_ms);
    NUMBER(fields, step->actor);
    NUMBER(fields, step->has_done);
    NUMBER(fields, step->done);
    NUMBER(fields, step->counted);
    fields_text(fields, &step->reason);
}

static void order(struct fields *fields, struct state_order *value) {
    NUMBER(fields, value->number);
    NUMBER(fields, value->revision);
    NUMBER(fields, value->order_kind);
    NUMBER(fields, value->post);
    fields_text(fields, &value->addressee);
    NUMBER(fields, value->issued);
    NUMBER(fields, value->answered);
    NUMBER(fields, value->answers_from);
    NUMBER(fields, value->told);
    NUMBER(fields, value->done);
    NUMBER(fields, value->has_done);
    NUMBER(fields, value->plan);
    NUMBER(fields, value->approval);
    NUMBER(fields, value->has_deadline);
    fields_signed(fields, &value->deadline_wall_ms);
    NUMBER(fields, value->issued_position);
    NUMBER(fields, value->escalation_level);
    NUMBER(fields, value->escalation_reason);
    NUMBER(fields, value->escalation_position);
    NUMBER(fields, value->escalation_mono_ms);
    fields_text(fields, &value->escalated_to);
    fields_text(fields, &value->waybill);
    NUMBER(fields, value->step_count);
    if (fields->loading) {
        value->steps = fields_list(fields, value->step_count, sizeof *value->steps);
        value->step_room = value->steps == NULL ? 0 : value->step_count;
    }
    for (uint32_t i = 0; value->steps != NULL && fields->error == 0 && i < value->step_count; i++)
        order_step(fields, &value->steps[i]);
    fields_body(fields, &value->body);
}

static void plan(struct fields *fields, struct state_plan *value) {
    NUMBER(fields, value->number);
    NUMBER(fields, value->basis);
    NUMBER(fields, value->position);
    NUMBER(fields, value->mono_ms);
    NUMBER(fields, value->approved);
    NUMBER(fields, value->withdrawn);
    fields_text(fields, &value->author);
    NUMBER(fields, value->stopped_early);
    fields_signed(fields, &value->unserved_people);
    fields_signed(fields, &value->unserved_bound);
    fields_signed(fields, &value->person_seconds);
    fields_signed(fields, &value->person_seconds_bound);
    fields_signed(fields, &value->unmet_cost);
    fields_signed(fields, &value->unmet_bound);
    NUMBER(fields, value->move_count);
    NUMBER(fields, value->shipment_count);
    NUMBER(fields, value->left_count);
    fields_body(fields, &value->body);
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
    case STATE_DIRECTIVE:
        directive(fields, thing);
        break;
    case STATE_WRITE:
        write_made(fields, thing);
        break;
    case STATE_WAYBILL:
        waybill(fields, thing);
        break;
    case STATE_OWNER:
        owner(fields, thing);
        break;
    case STATE_NAME:
    case STATE_KINDS:
        break;
    }
}
