#include "coordinator/state/state_fields_inside.h"

#include <stdlib.h>

/* ---- places ---- */

static void place_people(struct fields *fields, struct state_people *value) {
    fields_people(fields, &value->now);
    fields_stamp(fields, &value->changed);
    fields_stamp(fields, &value->counted);
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
        fields_stamp(fields, &movement->stamp);
        fields_people(fields, &movement->people);
        fields_signed(fields, &sign);
        movement->sign = (int)sign;
    }
}

static void stock_movement(struct fields *fields, struct state_stock_movement *movement) {
    fields_stamp(fields, &movement->stamp);
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
        fields_stock_line(fields, &stock->lines[i]);
    fields_stamp(fields, &stock->counted);
    fields_stamp(fields, &stock->changed);
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

static void source(struct fields *fields, struct state_source *value) {
    NUMBER(fields, value->is_lost);
    NUMBER(fields, value->has_given);
    fields_signed(fields, &value->gave_ms);
    fields_signed(fields, &value->lost_ms);
}

static void place_cold(struct fields *fields, struct state_cold *value) {
    source(fields, &value->power);
    source(fields, &value->generator);
    NUMBER(fields, value->is_broken);
    fields_signed(fields, &value->since_ms);
    fields_signed(fields, &value->lasted_ms);
    fields_signed(fields, &value->ended_ms);
}

void fields_of_place(struct fields *fields, struct state_place *value) {
    NUMBER(fields, value->role);
    NUMBER(fields, value->node);
    place_people(fields, &value->people);
    fields_stamp(fields, &value->status_seen);
    NUMBER(fields, value->status);
    fields_text(fields, &value->status_reason);
    fields_stamp(fields, &value->capacity_seen);
    NUMBER(fields, value->capacity_count);
    if (fields->loading)
        value->capacity = fields_list(fields, value->capacity_count, sizeof *value->capacity);
    for (uint32_t i = 0; value->capacity != NULL && fields->error == 0 && i < value->capacity_count;
         i++)
        fields_capacity_line(fields, &value->capacity[i]);
    for (int kind = 0; kind < HV_LIFELINE_COUNT; kind++)
        fields_lifeline(fields, &value->lifelines[kind]);
    place_cold(fields, &value->cold);
    place_stock(fields, &value->stock);
    fields_book(fields, &value->book);
    NUMBER(fields, value->open_requests);
    NUMBER(fields, value->first_request);
}

/* ---- nodes ---- */

static void staging_lists(struct fields *fields, struct state_staging *staging) {
    NUMBER(fields, staging->capacity_count);
    if (staging->capacity_count > HV_CAPACITY_LINES_MAX)
        fields->error = HV_ERR_CORRUPT;
    for (uint32_t i = 0; fields->error == 0 && i < staging->capacity_count; i++)
        fields_capacity_line(fields, &staging->capacity[i]);
    for (int kind = 0; kind < HV_LIFELINE_COUNT; kind++)
        fields_lifeline(fields, &staging->lifelines[kind]);
    NUMBER(fields, staging->stock_count);
    if (fields->loading) {
        staging->stock = fields_list(fields, staging->stock_count, sizeof *staging->stock);
        staging->stock_room = staging->stock == NULL ? 0 : staging->stock_count;
    }
    for (uint32_t i = 0; staging->stock != NULL && fields->error == 0 && i < staging->stock_count;
         i++)
        fields_stock_line(fields, &staging->stock[i]);
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
    fields_people(fields, &staging->people);
    fields_stamp(fields, &staging->people_stamp);
    fields_stamp(fields, &staging->counted_stamp);
    fields_signed(fields, &staging->difference);
    NUMBER(fields, staging->status);
    fields_stamp(fields, &staging->status_stamp);
    fields_stamp(fields, &staging->capacity_stamp);
    fields_stamp(fields, &staging->stock_stamp);
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

void fields_of_node(struct fields *fields, struct state_node *value) {
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
    for (int lane = 0; lane < HV_LANE_COUNT; lane++) {
        NUMBER(fields, value->held[lane]);
        for (int i = 0; i < STATE_PRINTS; i++)
            NUMBER(fields, value->prints[lane][i]);
    }
    NUMBER(fields, value->as_of);
    NUMBER(fields, value->reports);
    NUMBER(fields, value->refused);
    NUMBER(fields, value->introduced);
    node_refusals(fields, value);
    node_staging(fields, value);
}
