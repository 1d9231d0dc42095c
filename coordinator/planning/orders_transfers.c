/* Goods from shelter to shelter: the one that gives is told to send them, the other to expect them.
 */
#include "coordinator/planning/orders_inside.h"

#include <string.h>

static bool same_way(const struct hv_plan_transfer *a, const struct hv_plan_transfer *b) {
    return strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0;
}

/* A pair on one waybill, without lines; the expected delivery stands right behind. */
static struct hv_order *want_pair(struct orders_making *making,
                                  const struct hv_plan_transfer *transfer) {
    struct hv_order *gives = orders_want_of_place(making, HV_ORDER_RETURN_GOODS, transfer->from);
    struct hv_order *expect =
        gives == NULL ? NULL : orders_want_of_place(making, HV_ORDER_EXPECT_DELIVERY, transfer->to);
    if (expect == NULL || (gives->lines = hv_arena_take(making->arena, HV_ORDER_LINES_MAX,
                                                        sizeof *gives->lines)) == NULL)
        return NULL;
    gives->counterpart = transfer->to;
    expect->counterpart = transfer->from;
    expect->lines = gives->lines;
    return gives;
}

int orders_want_transfers(struct orders_making *making) {
    const struct hv_plan *plan = making->plan;
    struct hv_order *gives = NULL;
    for (size_t i = 0; i < plan->transfer_count; i++) { /* by giver and receiver */
        const struct hv_plan_transfer *transfer = &plan->transfers[i];
        if (gives == NULL || gives->line_count == HV_ORDER_LINES_MAX ||
            !same_way(transfer, &plan->transfers[i - 1]))
            gives = want_pair(making, transfer);
        if (gives == NULL)
            return HV_ERR_MEMORY;
        gives->lines[gives->line_count++] = (struct hv_stock_line){
            .item = transfer->item, .lot = "", .quantity = transfer->quantity};
        gives[1].line_count = gives->line_count;
    }
    return HV_OK;
}
