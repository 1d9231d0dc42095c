/* Decisions after which orders that were given are not to be carried out any more: each is
 * cancelled in the same batch, as far as its addressee has not finished with it. */
#include "coordinator/core.h"
#include "coordinator/planning/orders.h"

static bool is_open(const struct state_order *order) {
    return order != NULL && hv_order_is_open(state_order_state(order));
}

int orders_take_back(const struct state *state, const struct state_order *order, const char *text,
                     struct hv_arena *arena, struct hv_record *ret_record) {
    const struct hv_order *body = NULL;
    if (state_order_decode(order, arena, &body) != HV_OK)
        return HV_ERR_MEMORY;
    *ret_record = (struct hv_record){.kind = HV_RECORD_ORDER, .cause = CORE_SELF, .order = *body};
    ret_record->order.state = HV_ORDER_CANCELLED;
    if (text != NULL)
        ret_record->order.text = text;
    return orders_revise(state, arena, &ret_record->order);
}

/* ---- a plan ---- */

static bool is_of_plan(const struct state_order *order, const struct state_plan *plan) {
    return order->plan == plan->number && is_open(order);
}

int orders_withdraw(const struct orders_scene *scene, const struct state_plan *plan,
                    const char *reason, struct hv_arena *arena, struct hv_record **ret_records,
                    size_t *ret_count) {
    const struct state *state = scene->state;
    size_t most = 1, count = 0;
    if (plan->approved == 0 || plan->withdrawn != 0)
        return HV_ERR_STATE;
    for (uint32_t i = 0; i < state_count(state, STATE_ORDER); i++)
        most += is_of_plan(state_order(state, i), plan);
    if (most > HV_COMMAND_RECORDS_MAX)
        return HV_ERR_LIMIT;
    struct hv_record *records = hv_arena_take(arena, most, sizeof *records);
    if (records == NULL)
        return HV_ERR_MEMORY;
    records[count++] =
        (struct hv_record){.kind = HV_RECORD_APPROVAL,
                           .cause = plan->position,
                           .approval = {.plan = plan->number, .withdrawn = true, .reason = reason}};
    for (uint32_t i = 0; i < state_count(state, STATE_ORDER); i++)
        if (is_of_plan(state_order(state, i), plan) &&
            orders_take_back(state, state_order(state, i), NULL, arena, &records[count++]) != HV_OK)
            return HV_ERR_MEMORY;
    *ret_records = records;
    *ret_count = count;
    return HV_OK;
}

/* ---- a waybill ---- */

int orders_end_waybill(const struct orders_scene *scene, const struct state_waybill *waybill,
                       const char *reason, struct hv_arena *arena, struct hv_record **ret_records,
                       size_t *ret_count) {
    const uint64_t numbers[] = {waybill->ship_order, waybill->expect_order};
    struct hv_record *records = hv_arena_take(arena, 3, sizeof *records);
    const char *id = hv_arena_text(arena, waybill->entity.id);
    size_t count = 0;
    if (records == NULL || id == NULL)
        return HV_ERR_MEMORY;
    records[count++] = (struct hv_record){.kind = HV_RECORD_WAYBILL_END,
                                          .waybill_end = {.waybill = id, .reason = reason}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const struct state_order *order = state_find_order(scene->state, numbers[i]);
        if (is_open(order) &&
            orders_take_back(scene->state, order, reason, arena, &records[count++]) != HV_OK)
            return HV_ERR_MEMORY;
    }
    *ret_records = records;
    *ret_count = count;
    return HV_OK;
}
