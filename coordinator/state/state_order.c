/* Plans, approvals, orders and their answers. */
#include "coordinator/state/state_fold.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *need_number(struct state *state, enum state_kind kind, uint64_t number) {
    char id[24];
    snprintf(id, sizeof id, "%" PRIu64, number);
    return fold_need(state, kind, id);
}

static void *touch_number(struct state *state, enum state_kind kind, uint64_t number) {
    char id[24];
    snprintf(id, sizeof id, "%" PRIu64, number);
    const struct state_entity *entity = state_find(state, kind, id);
    return entity == NULL ? NULL : fold_touch(state, kind, entity->index);
}

/* ---- orders ---- */

static bool make_room(struct state_order *order) {
    if (order->step_count < order->step_room)
        return true;
    uint32_t room = order->step_room == 0 ? 4 : order->step_room * 2;
    struct state_order_step *steps = realloc(order->steps, room * sizeof *steps);
    if (steps == NULL)
        return false;
    order->steps = steps;
    order->step_room = room;
    return true;
}

static void add_step(struct state *state, struct state_order *order, const struct hv_record *record,
                     const struct state_order_step *step, const char *reason) {
    if (order->step_count == STATE_ORDER_STEPS_MAX) {
        free(order->steps[1].reason);
        memmove(order->steps + 1, order->steps + 2, (order->step_count - 2) * sizeof *order->steps);
        order->step_count--;
    }
    if (!make_room(order)) {
        state->out_of_memory = true;
        return;
    }
    struct state_order_step *added = &order->steps[order->step_count++];
    *added = *step;
    added->position = state->position;
    added->mono_ms = record->mono_ms;
    added->wall_ms = record->wall_ms;
    added->actor = record->actor;
    fold_text(state, &added->reason, reason);
}

/* An order that was taken back is finished when its node knows. */
static bool is_finished(const struct state_order *order) {
    return !hv_order_is_open(state_order_state(order)) && !state_order_untold(order);
}

/* What was answered and who was told of it was about what the order said before. */
static void ask_anew(struct state *state, struct state_order *order) {
    order->answers_from = order->revision;
    order->answered = HV_ORDER_STATE_UNKNOWN;
    order->has_done = false;
    order->done = 0;
    order->issued_position = state->position;
    order->escalation_level = 0;
    order->escalation_reason = HV_ESCALATION_UNKNOWN;
    order->escalation_position = 0;
    order->escalation_mono_ms = 0;
    fold_text(state, &order->escalated_to, "");
}

void fold_order(struct state *state, const struct hv_record *record) {
    const struct hv_order *from = &record->order;
    struct state_general *general = fold_general(state);
    const struct state_order *before = state_find_order(state, from->id);
    if (before != NULL && from->revision <= before->revision)
        return;
    struct state_order *order = need_number(state, STATE_ORDER, from->id);
    if (order == NULL)
        return;
    if (from->id > general->last_order)
        general->last_order = from->id;
    order->number = from->id;
    order->revision = from->revision;
    order->order_kind = from->kind;
    order->post = from->post;
    order->issued = from->state;
    order->plan = from->plan;
    order->approval = from->approval;
    order->has_deadline = from->has_deadline;
    order->deadline_wall_ms = from->deadline_wall_ms;
    if (order->answers_from == 0 || from->answers_from != order->answers_from)
        ask_anew(state, order);
    fold_text(state, &order->addressee, from->addressee);
    fold_keep_record(state, &order->body, record);
    struct state_order_step step = {
        .state = from->state, .revision = from->revision, .counted = true};
    add_step(state, order, record, &step, from->text);
    fold_text(state, &order->waybill, from->waybill);
    fold_waybill_order(state, order, from);
    fold_way_order(state, order, record->wall_ms);
    fold_finish(state, order, is_finished(order));
}

/* A resent STORED or SEEN does not take back what was answered since. */
static int rank(enum hv_order_state answer) {
    return answer <= HV_ORDER_STORED ? answer == HV_ORDER_STORED : answer == HV_ORDER_SEEN ? 2 : 3;
}

static void take_answer(struct state *state, struct state_order *order,
                        const struct hv_record *record, const struct hv_order_answer *answer) {
    bool counted = answer->revision >= order->answers_from && answer->revision <= order->revision &&
                   rank(answer->state) >= rank(order->answered);
    struct state_order_step step = {.state = answer->state,
                                    .revision = answer->revision,
                                    .has_done = answer->has_done,
                                    .done = answer->done,
                                    .counted = counted};
    add_step(state, order, record, &step, answer->reason);
    if (counted) {
        order->answered = answer->state;
        order->has_done = order->has_done || answer->has_done;
        order->done = answer->has_done ? answer->done : order->done;
        fold_waybill_answer(state, order);
        fold_way_answer(state, order, record, answer);
    }
    fold_finish(state, order, is_finished(order));
}

void fold_answer(struct state *state, const struct hv_record *record,
                 const struct hv_order_answer *answer) {
    struct state_order *order = touch_number(state, STATE_ORDER, answer->order);
    if (order == NULL)
        return;
    if (answer->revision <= order->revision && answer->revision > order->told)
        order->told = answer->revision;
    take_answer(state, order, record, answer);
}

void fold_carried_out(struct state *state, const struct hv_record *record, uint64_t number,
                      const struct state_place *place, enum hv_order_state outcome,
                      const char *reason) {
    const struct state_order *order = state_find_order(state, number);
    if (order == NULL || !hv_order_is_open(state_order_state(order)) ||
        strcmp(state_order_place(state, order->post, order->addressee), place->entity.id) != 0)
        return;
    const struct hv_order_answer answer = {
        .order = number, .revision = order->revision, .state = outcome, .reason = reason};
    take_answer(state, touch_number(state, STATE_ORDER, number), record, &answer);
}

void fold_escalation(struct state *state, const struct hv_record *record) {
    const struct hv_escalation *from = &record->escalation;
    const struct state_order *known = state_find_order(state, from->order);
    if (known == NULL || from->revision < known->answers_from || from->revision > known->revision)
        return;
    struct state_order *order = touch_number(state, STATE_ORDER, from->order);
    order->escalation_level = from->level;
    order->escalation_reason = from->reason;
    order->escalation_position = state->position;
    order->escalation_mono_ms = record->mono_ms;
    fold_text(state, &order->escalated_to, from->to);
}

/* ---- plans ---- */

/* Frees the body of a plan that is neither in force nor among the last. */
static void forget_old_body(struct state *state, uint32_t index) {
    const struct state_plan *plan = state_plan(state, index);
    if (plan == NULL || plan->body.bytes == NULL || index == fold_general(state)->plan_in_force ||
        index + STATE_PLANS_KEPT >= state_count(state, STATE_PLAN))
        return;
    struct state_plan *touched = fold_touch(state, STATE_PLAN, index);
    fold_drop_body(&touched->body);
}

void fold_plan(struct state *state, const struct hv_record *record) {
    const struct hv_plan *from = &record->plan;
    struct state_general *general = fold_general(state);
    if (state_find_plan(state, from->id) != NULL)
        return;
    struct state_plan *plan = need_number(state, STATE_PLAN, from->id);
    if (plan == NULL)
        return;
    if (from->id > general->last_plan)
        general->last_plan = from->id;
    plan->number = from->id;
    plan->basis = from->basis;
    plan->position = state->position;
    plan->mono_ms = record->mono_ms;
    plan->stopped_early = from->stopped_early;
    plan->unserved_people = from->unserved_people;
    plan->unserved_bound = from->unserved_bound;
    plan->person_seconds = from->person_seconds;
    plan->person_seconds_bound = from->person_seconds_bound;
    plan->unmet_cost = from->unmet_cost;
    plan->unmet_bound = from->unmet_bound;
    plan->move_count = (uint32_t)from->move_count;
    plan->shipment_count = (uint32_t)from->shipment_count;
    plan->left_count = (uint32_t)from->left_count;
    if (record->origin.door != NULL && *record->origin.door != '\0')
        fold_text(state, &plan->author, record->name);
    fold_keep_record(state, &plan->body, record);
    if (plan->entity.index >= STATE_PLANS_KEPT)
        forget_old_body(state, plan->entity.index - STATE_PLANS_KEPT);
}

void fold_approval(struct state *state, const struct hv_approval *approval) {
    struct state_general *general = fold_general(state);
    struct state_plan *plan = touch_number(state, STATE_PLAN, approval->plan);
    if (plan == NULL)
        return;
    uint32_t before = general->plan_in_force;
    if (approval->withdrawn) {
        plan->withdrawn = state->position;
        if (before == plan->entity.index)
            general->plan_in_force = STATE_NONE;
    } else {
        plan->approved = state->position;
        plan->withdrawn = 0;
        general->plan_in_force = plan->entity.index;
    }
    if (before != STATE_NONE && before != general->plan_in_force)
        forget_old_body(state, before);
}
