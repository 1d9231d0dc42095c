/* Orders: stored once, answered in the HISTORY lane. */
#include "nodes/core_internal.h"

#include <stdlib.h>
#include <string.h>

static size_t order_place(const struct node_core *core, uint64_t id) {
    size_t low = 0, high = core->order_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (core->orders[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct node_order *core_find_order(struct node_core *core, uint64_t id) {
    size_t at = order_place(core, id);
    return at < core->order_count && core->orders[at].id == id ? &core->orders[at] : NULL;
}

static bool is_over(const struct node_order *order) {
    return order->issued != HV_ORDER_ISSUED || !hv_order_is_open(order->state);
}

static void remove_order(struct node_core *core, size_t at) {
    core->order_count--;
    memmove(&core->orders[at], &core->orders[at + 1],
            (core->order_count - at) * sizeof *core->orders);
}

/* Room for one more, where the table is full by forgetting the oldest that is over. */
static bool make_room(struct turn *turn) {
    struct node_core *core = turn->core;
    if (core->order_count == NODE_ORDERS_MAX) {
        size_t at = 0;
        while (at < core->order_count && !is_over(&core->orders[at]))
            at++;
        if (at == core->order_count)
            return false;
        turn_write(turn, NODE_WRITE_FORGET_ORDER)->order.standing = core->orders[at];
        remove_order(core, at);
    }
    if (core->order_count < core->order_capacity)
        return true;
    size_t capacity = core->order_capacity == 0 ? 16 : core->order_capacity * 2;
    struct node_order *orders = realloc(core->orders, capacity * sizeof *orders);
    if (orders == NULL) {
        turn->error = HV_ERR_MEMORY;
        return false;
    }
    core->orders = orders;
    core->order_capacity = capacity;
    return true;
}

static struct node_order *insert_order(struct node_core *core, uint64_t id) {
    size_t at = order_place(core, id);
    memmove(&core->orders[at + 1], &core->orders[at],
            (core->order_count - at) * sizeof *core->orders);
    core->order_count++;
    core->orders[at] = (struct node_order){.id = id};
    return &core->orders[at];
}

int node_core_restore_order(struct node_core *core, const struct node_order *order) {
    struct turn turn = {.core = core};
    if (core->order_count == NODE_ORDERS_MAX)
        return HV_ERR_LIMIT;
    if (!make_room(&turn))
        return HV_ERR_MEMORY;
    *insert_order(core, order->id) = *order;
    return HV_OK;
}

/* ---- answers ---- */

static int write_answer(struct turn *turn, const struct hv_order_answer *answer) {
    struct hv_report report = {.source = HV_SOURCE_NODE,
                               .seen = turn_seen(turn, 0),
                               .subject = "",
                               .kind = HV_REPORT_ANSWER,
                               .answer = *answer};
    return core_make_report(turn, HV_LANE_HISTORY, &report);
}

void core_answered(struct turn *turn, struct node_order *order,
                   const struct hv_order_answer *answer) {
    order->state = answer->state;
    order->changed_node_ms = core_node_ms(turn);
    if (answer->has_done) {
        order->has_done = true;
        order->done = answer->done;
    }
    turn_write(turn, NODE_WRITE_ANSWER)->order.standing = *order;
}

static const char *objection_to_open_order(const struct node_order *order,
                                           enum hv_order_state state, const char **ret_remedy) {
    bool answered = order->state == HV_ORDER_ACCEPTED || order->state == HV_ORDER_UNDER_WAY ||
                    order->state == HV_ORDER_PARTLY_DONE;
    bool fresh = order->state == HV_ORDER_STORED || order->state == HV_ORDER_SEEN;
    switch (state) {
    case HV_ORDER_ACCEPTED:
        *ret_remedy = "an order is accepted once; see “orders”";
        return fresh ? NULL : "the order was already answered";
    case HV_ORDER_DECLINED:
        *ret_remedy = "report it as failed, with the reason";
        return fresh || order->state == HV_ORDER_ACCEPTED ? NULL : "the order is already under way";
    case HV_ORDER_UNDER_WAY:
    case HV_ORDER_PARTLY_DONE:
    case HV_ORDER_DONE:
    case HV_ORDER_FAILED:
        *ret_remedy = "accept the order first";
        return answered ? NULL : "the order was not accepted";
    default:
        *ret_remedy = "answer with accepted, declined, under way, partly done, done or failed";
        return "that is no answer to an order";
    }
}

const char *core_answer_objection(const struct node_order *order,
                                  const struct hv_order_answer *answer, const char **ret_remedy) {
    bool reports_outcome = answer->state == HV_ORDER_PARTLY_DONE ||
                           answer->state == HV_ORDER_DONE || answer->state == HV_ORDER_FAILED;
    if (answer->revision < order->answers_from || answer->revision > order->revision) {
        *ret_remedy = "read the order again: it was changed";
        return "the answer is to another revision of the order";
    }
    if (order->issued != HV_ORDER_ISSUED && !reports_outcome) {
        *ret_remedy = "nothing needs to be done; what was done already can be reported";
        return order->issued == HV_ORDER_CANCELLED ? "the order was cancelled"
                                                   : "the order was superseded by another";
    }
    if (!hv_order_is_open(order->state)) {
        *ret_remedy = "tell the coordinator by a note where that was a mistake";
        return "the order is closed";
    }
    if (order->issued != HV_ORDER_ISSUED)
        return NULL;
    return objection_to_open_order(order, answer->state, ret_remedy);
}

/* ---- from the coordinator ---- */

/* Whether this revision only tells something of an order whose question is known: what was answered
 * stands. */
static bool only_tells(const struct node_order *known, const struct hv_order *order) {
    return known != NULL && order->answers_from != 0 &&
           known->answers_from == order->answers_from && known->issued == order->state;
}

static void store_order(struct turn *turn, const struct hv_order *order) {
    struct node_core *core = turn->core;
    struct node_order *known = core_find_order(core, order->id);
    if (known != NULL && known->revision >= order->revision)
        return; /* the answer is in the lane already */
    if (known == NULL) {
        if (!make_room(turn))
            return; /* the coordinator sends it again */
        known = insert_order(core, order->id);
    }
    if (only_tells(known, order)) {
        known->revision = order->revision;
    } else {
        *known = (struct node_order){.id = order->id,
                                     .revision = order->revision,
                                     .answers_from = hv_order_answers_from(order),
                                     .kind = order->kind,
                                     .issued = order->state,
                                     .state = HV_ORDER_STORED,
                                     .has_done = known->has_done,
                                     .done = known->done,
                                     .changed_node_ms = core_node_ms(turn)};
    }
    struct node_write *write = turn_write(turn, NODE_WRITE_ORDER);
    write->order.order = order;
    write->order.standing = *known;
    struct hv_order_answer answer = {
        .order = order->id, .revision = order->revision, .state = HV_ORDER_STORED, .reason = ""};
    int error = write_answer(turn, &answer);
    if (error != HV_OK && turn->error == HV_OK)
        turn->error = error;
}

void core_orders_received(struct turn *turn, const struct hv_order_set *set) {
    for (size_t i = 0; i < set->order_count; i++)
        store_order(turn, &set->orders[i]);
}

/* ---- for the staff ---- */

void core_orders_shown(struct turn *turn, uint64_t token) {
    struct node_core *core = turn->core;
    for (size_t i = 0; i < core->order_count && turn->error == HV_OK; i++) {
        struct node_order *order = &core->orders[i];
        if (order->state != HV_ORDER_STORED)
            continue;
        struct hv_order_answer answer = {
            .order = order->id, .revision = order->revision, .state = HV_ORDER_SEEN, .reason = ""};
        turn->error = write_answer(turn, &answer);
        core_answered(turn, order, &answer);
    }
    if (token != 0)
        turn_effect(turn, NODE_EFFECT_REPLY)->reply =
            (struct node_reply){.token = token, .message = "", .remedy = ""};
}

void core_orders_forget(struct turn *turn) {
    struct node_core *core = turn->core;
    uint64_t now = core_node_ms(turn);
    const uint64_t kept_ms = (uint64_t)NODE_KEEP_DAYS * NODE_DAY_MS;
    for (size_t at = core->order_count; at-- > 0;) {
        const struct node_order *order = &core->orders[at];
        if (!is_over(order) || now - order->changed_node_ms < kept_ms)
            continue;
        turn_write(turn, NODE_WRITE_FORGET_ORDER)->order.standing = *order;
        remove_order(core, at);
    }
}
