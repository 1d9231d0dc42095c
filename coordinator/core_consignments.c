/* What has left on a waybill is told to whoever expects it: the order to expect the delivery is
 * recorded once more, with the lots that were shipped, so that they are received as such without
 * anybody copying them from paper. Nobody is asked for a new answer.
 *
 * And where it was received and nothing more comes, orders that are still open are taken back: the
 * depot would send what nobody waits for, and what plans count on no more. */
#include "coordinator/core_inside.h"

#include "coordinator/planning/orders.h"

void core_consignment_moved(struct core *core, const char *waybill) {
    const struct state_waybill *left =
        *waybill == '\0' ? NULL : state_find_waybill(core->state, waybill);
    if (left == NULL)
        return;
    for (uint32_t i = 0; i < core->left_count; i++)
        if (core->left[i] == left->entity.index)
            return;
    if (core->left_count == CORE_LEFT_MAX)
        core->left_any = true;
    else
        core->left[core->left_count++] = left->entity.index;
}

/* The order of a node to expect what has left since it was last told; NULL: nobody is to be told.
 */
static const struct state_order *order_to_tell(const struct core *core,
                                               const struct state_waybill *waybill) {
    if (waybill == NULL || waybill->closed || waybill->expect_order == 0 ||
        waybill->shipped_position <= waybill->told_position)
        return NULL;
    const struct state_order *order = state_find_order(core->state, waybill->expect_order);
    bool stands =
        order != NULL && order->post == HV_POST_NODE && hv_order_is_open(state_order_state(order));
    return stands ? order : NULL;
}

/* Lines of all that was shipped: by lot, or by item where an order cannot name so many lots. */
static size_t put_lines(const struct core *core, const struct state_waybill *waybill, bool by_lot,
                        struct hv_stock_line *lines) {
    size_t count = 0;
    for (uint32_t i = 0; i < waybill->line_count; i++) {
        const struct state_waybill_line *shipped = &waybill->lines[i];
        const char *item = state_name(core->state, shipped->lot.item);
        size_t at = by_lot ? count : 0;
        if (shipped->shipped <= 0)
            continue;
        while (at < count && lines[at].item != item)
            at++;
        if (at == HV_ORDER_LINES_MAX)
            return 0;
        if (at == count)
            lines[count++] =
                (struct hv_stock_line){.item = item,
                                       .lot = by_lot && shipped->lot.lot != STATE_NONE
                                                  ? state_name(core->state, shipped->lot.lot)
                                                  : "",
                                       .expiry_day = by_lot ? shipped->lot.expiry_day : 0};
        lines[at].quantity += (uint64_t)shipped->shipped;
    }
    return count;
}

/* Commands wait until it is stored: they would revise what the order is no longer. */
static bool add(struct core *core, struct batch *batch, const struct hv_record *record) {
    int error;
    struct pending *pending = core_batch_add(core, batch, record, &error);
    if (pending == NULL)
        return false;
    pending->answer = ANSWER_TELLING;
    core->tellings_pending++;
    return true;
}

static bool tell(struct core *core, const struct state_waybill *waybill,
                 const struct state_order *order) {
    const struct hv_order *body = NULL;
    struct batch *batch = core_batch_open(core, 1);
    if (batch == NULL || state_order_decode(order, &batch->arena, &body) != HV_OK)
        return false;
    struct hv_stock_line *lines = hv_arena_take(&batch->arena, HV_ORDER_LINES_MAX, sizeof *lines);
    struct hv_record *record = core_batch_record(core, batch, HV_ACTOR_SYSTEM, "", HV_RECORD_ORDER);
    if (lines == NULL || record == NULL)
        return false;
    size_t count = put_lines(core, waybill, true, lines);
    if (count == 0)
        count = put_lines(core, waybill, false, lines);
    record->cause = waybill->shipped_position;
    record->order = *body;
    record->order.revision = order->revision + 1;
    record->order.answers_from = order->answers_from;
    record->order.sent = lines;
    record->order.sent_count = count;
    record->order.sent_whole = waybill->shipped_whole;
    return add(core, batch, record);
}

static bool take_back(struct core *core, const struct state_waybill *waybill, uint64_t number) {
    struct hv_record made;
    const struct state_order *order = state_find_order(core->state, number);
    if (order == NULL || !hv_order_is_open(state_order_state(order)))
        return true;
    struct batch *batch = core_batch_open(core, 1);
    struct hv_record *record =
        batch == NULL ? NULL : core_batch_record(core, batch, HV_ACTOR_SYSTEM, "", HV_RECORD_ORDER);
    if (record == NULL ||
        orders_take_back(core->state, order, waybill->closed_reason, &batch->arena, &made) != HV_OK)
        return false;
    record->cause = waybill->closed_position;
    record->order = made.order;
    record->order.answers_from = 0;
    return add(core, batch, record);
}

/* Where more was received than has left as far as is known, the depot is still to be heard: what it
 * sent it did not send in vain. */
static bool is_over(const struct state_waybill *waybill) {
    return waybill != NULL && waybill->closed && state_waybill_sum(waybill, STATE_OVER) == 0;
}

static bool tell_of(struct core *core, uint32_t index) {
    const struct state_waybill *waybill = state_waybill(core->state, index);
    if (is_over(waybill))
        return take_back(core, waybill, waybill->ship_order) &&
               take_back(core, waybill, waybill->expect_order);
    const struct state_order *order = order_to_tell(core, waybill);
    return order == NULL || tell(core, waybill, order);
}

/* Not while an order waits to be stored: its next revision is not known before. */
void core_consignments_tell(struct core *core) {
    bool any = core->left_any;
    uint32_t count = any ? state_count(core->state, STATE_WAYBILL) : core->left_count, told = 0;
    if (count == 0 || core_batch_holds(core, HV_RECORD_ORDER)) {
        core->left_any = any && count > 0;
        return;
    }
    while (told < count && core->tellings_pending < CORE_LEFT_MAX &&
           tell_of(core, any ? told : core->left[told]))
        told++;
    core->left_count = 0;
    core->left_any = told < count; /* what is left is found again: it was not told */
}
