/* Orders that nobody answers, or that are late, go to somebody higher up: a record for each step,
 * so that it is known who was to see to it and since when. */
#include "coordinator/core_inside.h"

enum { ESCALATE_SCAN_MS = 1000, ESCALATE_AT_ONCE = 256 };

static uint64_t issued_ms(const struct state_order *order) {
    for (uint32_t i = order->step_count; i-- > 0;)
        if (order->steps[i].state == HV_ORDER_ISSUED &&
            order->steps[i].revision == order->answers_from)
            return order->steps[i].mono_ms;
    return order->step_count == 0 ? 0 : order->steps[order->step_count - 1].mono_ms;
}

static bool is_unanswered(enum hv_order_state state) {
    return state == HV_ORDER_ISSUED || state == HV_ORDER_STORED || state == HV_ORDER_SEEN;
}

/* Why the order goes one step up now; UNKNOWN: it does not. */
static enum hv_escalation_reason reason_now(const struct core *core,
                                            const struct state_order *order) {
    enum hv_order_state state = state_order_state(order);
    if (!hv_order_is_open(state) || order->escalation_level >= core->options.escalate_count)
        return HV_ESCALATION_UNKNOWN;
    uint64_t now = core_now_mono(core), limit = core->options.escalate_ms;
    bool overdue = order->has_deadline && order->deadline_wall_ms < core_now_wall(core);
    bool unanswered = is_unanswered(state) && now >= issued_ms(order) + limit;
    bool rested = order->escalation_level == 0 || now >= order->escalation_mono_ms + limit;
    if (!rested)
        return HV_ESCALATION_UNKNOWN;
    return overdue      ? HV_ESCALATION_OVERDUE
           : unanswered ? HV_ESCALATION_UNANSWERED
                        : HV_ESCALATION_UNKNOWN;
}

static bool record_step(struct core *core, const struct state_order *order,
                        enum hv_escalation_reason reason) {
    struct batch *batch = core_batch_open(core, 1);
    if (batch == NULL)
        return false;
    struct hv_record *record =
        core_batch_record(core, batch, HV_ACTOR_SYSTEM, "", HV_RECORD_ESCALATION);
    if (record == NULL)
        return false;
    record->cause = order->issued_position;
    record->escalation = (struct hv_escalation){.order = order->number,
                                                .revision = order->revision,
                                                .level = order->escalation_level + 1,
                                                .to = core->escalate_to[order->escalation_level],
                                                .reason = reason};
    int error;
    if (core_batch_add(core, batch, record, &error) == NULL)
        return false;
    core->escalations_pending++;
    return true;
}

/* Once a second; while steps wait to be stored nothing is looked at, so that none is taken twice.
 * O(orders in memory). */
void core_escalate(struct core *core) {
    if (core->options.escalate_ms == 0 || core->escalations_pending > 0 ||
        core->real_ms < core->escalate_ms)
        return;
    core->escalate_ms = core->real_ms + ESCALATE_SCAN_MS;
    uint32_t count = state_count(core->state, STATE_ORDER);
    for (uint32_t i = 0; i < count && core->escalations_pending < ESCALATE_AT_ONCE; i++) {
        const struct state_order *order = state_order(core->state, i);
        enum hv_escalation_reason reason = reason_now(core, order);
        if (reason != HV_ESCALATION_UNKNOWN && !record_step(core, order, reason))
            return;
    }
}
