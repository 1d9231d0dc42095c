#include "coordinator/state/state_fields_inside.h"

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

void fields_of_zone(struct fields *fields, struct state_zone *value) {
    fields_people(fields, &value->checked_in);
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

void fields_of_transfer(struct fields *fields, struct state_transfer *value) {
    fields_text(fields, &value->name);
    NUMBER(fields, value->from);
    NUMBER(fields, value->to);
    NUMBER(fields, value->named_by);
    fields_people(fields, &value->out);
    fields_people(fields, &value->in);
    fields_stamp(fields, &value->out_seen);
    fields_stamp(fields, &value->in_seen);
    NUMBER(fields, value->arrival_count);
    if (value->arrival_count > HV_TRANSFER_ARRIVALS_MAX)
        fields->error = HV_ERR_CORRUPT;
    for (uint32_t i = 0; fields->error == 0 && i < value->arrival_count; i++) {
        NUMBER(fields, value->arrivals[i].place);
        NUMBER(fields, value->arrivals[i].node);
        fields_people(fields, &value->arrivals[i].people);
    }
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

void fields_of_order(struct fields *fields, struct state_order *value) {
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

void fields_of_plan(struct fields *fields, struct state_plan *value) {
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
