#include "coordinator/state/state_fields_inside.h"

void fields_of_request(struct fields *fields, struct state_request *value) {
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
    fields_stamp(fields, &value->seen);
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
        fields_lot(fields, &value->picks[i].lot);
        fields_signed(fields, &value->picks[i].picked);
        fields_signed(fields, &value->picks[i].loaded);
    }
    ITEMS(fields, value, line_count, &value->line_room, lines);
    for (uint32_t i = 0; fields->error == 0 && i < value->line_count; i++) {
        fields_lot(fields, &value->lines[i].lot);
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

void fields_of_waybill(struct fields *fields, struct state_waybill *value) {
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
    fields_stamp(fields, &value->shipped_seen);
    fields_stamp(fields, &value->received_seen);
    fields_book(fields, &value->book);
    waybill_lists(fields, value);
}
