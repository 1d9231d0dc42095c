/* Waybills: what is ordered, set aside, on its way, and received with differences.
 *
 * Shipment and receipt are told by two nodes, in any order: what arrives before its shipment is
 * told is *over* until then, and the shipment pays it back. Lots are matched as far as both ends
 * name them; goods shipped under one lot and received under another are relabelled, earliest expiry
 * first, so that each lot adds up. */
#include "coordinator/state/state_fold.h"

#include "schemas/smaller.h"

#include <stdlib.h>
#include <string.h>

/* ---- lists ---- */

/* Room for one more of `size`; false without memory. */
static bool make_room(void **list, uint32_t count, uint32_t *room, size_t size) {
    if (count < *room)
        return true;
    uint32_t wanted = *room + *room / 2 + 4;
    void *grown = realloc(*list, wanted * size);
    if (grown == NULL)
        return false;
    *list = grown;
    *room = wanted;
    return true;
}

struct state_waybill_pick *fold_waybill_pick(struct state *state, struct state_waybill *waybill,
                                             uint32_t place, const struct state_lot *lot,
                                             bool make) {
    for (uint32_t i = 0; i < waybill->pick_count; i++)
        if (waybill->picks[i].place == place && state_lot_equal(&waybill->picks[i].lot, lot))
            return &waybill->picks[i];
    if (!make)
        return NULL;
    void *picks = waybill->picks;
    if (!make_room(&picks, waybill->pick_count, &waybill->pick_room, sizeof *waybill->picks)) {
        state->out_of_memory = true;
        return NULL;
    }
    waybill->picks = picks;
    struct state_waybill_pick *pick = &waybill->picks[waybill->pick_count++];
    *pick = (struct state_waybill_pick){.place = place, .lot = *lot};
    return pick;
}

void fold_waybill_drop_empty_picks(struct state_waybill *waybill) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < waybill->pick_count; i++)
        if (waybill->picks[i].picked != 0 || waybill->picks[i].loaded != 0)
            waybill->picks[kept++] = waybill->picks[i];
    waybill->pick_count = kept;
}

static struct state_waybill_line *need_line(struct state *state, struct state_waybill *waybill,
                                            const struct state_lot *lot) {
    for (uint32_t i = 0; i < waybill->line_count; i++)
        if (state_lot_equal(&waybill->lines[i].lot, lot))
            return &waybill->lines[i];
    void *lines = waybill->lines;
    if (!make_room(&lines, waybill->line_count, &waybill->line_room, sizeof *waybill->lines)) {
        state->out_of_memory = true;
        return NULL;
    }
    waybill->lines = lines;
    struct state_waybill_line *line = &waybill->lines[waybill->line_count++];
    *line = (struct state_waybill_line){.lot = *lot};
    return line;
}

struct state_waybill *fold_waybill(struct state *state, const char *name, uint32_t node) {
    bool new;
    struct state_waybill *waybill = fold_need_new(state, STATE_WAYBILL, name, &new);
    if (waybill == NULL || !new)
        return waybill;
    waybill->named_by = node;
    waybill->from = waybill->to = STATE_NONE;
    waybill->shipped_by = waybill->received_by = STATE_NONE;
    return waybill;
}

/* ---- goods ---- */

/* The account that holds what was shipped and not received. */
static enum state_account carrying(const struct state_waybill *waybill) {
    return waybill->closed ? STATE_MISSING_ON_WAY : STATE_IN_TRANSIT;
}

/* A lot of the item, other than this one, with something on the account; earliest expiry first. */
static bool find_other(const struct state_book *book, const struct state_lot *lot,
                       enum state_account account, struct state_lot *ret_other,
                       int64_t *ret_amount) {
    for (uint32_t i = state_book_first(book, lot->item);
         i < book->count && book->balances[i].lot.item == lot->item; i++) {
        const struct state_balance *balance = &book->balances[i];
        if (balance->account != account || balance->amount <= 0 ||
            state_lot_equal(&balance->lot, lot))
            continue;
        *ret_other = balance->lot;
        *ret_amount = balance->amount;
        return true;
    }
    return false;
}

void fold_waybill_ship(struct state *state, struct state_waybill *waybill, struct state_book *from,
                       enum state_account account, const struct state_lot *lot, int64_t amount) {
    struct state_book *book = &waybill->book;
    struct state_waybill_line *line = need_line(state, waybill, lot);
    struct state_lot other;
    int64_t there = 0, left = amount;
    if (line == NULL)
        return;
    line->shipped += amount;
    waybill->shipped_position = state->position;
    int64_t early = hv_smaller(left, state_book_amount(book, lot, STATE_OVER));
    if (fold_post(state, from, account, book, STATE_OVER, lot, early))
        left -= early;
    while (left > 0 && find_other(book, lot, STATE_OVER, &other, &there)) {
        there = hv_smaller(there, left);
        if (!fold_post(state, from, account, book, STATE_RELABELLED_OUT, lot, there) ||
            !fold_post(state, book, STATE_RELABELLED_IN, book, STATE_OVER, &other, there))
            break;
        left -= there;
    }
    (void)fold_post(state, from, account, book, carrying(waybill), lot, left);
    fold_share_shipped(state, waybill, lot->item, amount);
}

/* Part of a receipt, good or damaged, into an account of the place. */
static void arrive(struct state *state, struct state_waybill *waybill, struct state_book *to,
                   enum state_account account, const struct state_lot *lot, int64_t amount) {
    struct state_book *book = &waybill->book;
    enum state_account from = carrying(waybill);
    struct state_lot other;
    int64_t left = amount, there = hv_smaller(left, state_book_amount(book, lot, from));
    if (fold_post(state, book, from, to, account, lot, there))
        left -= there;
    while (left > 0 && find_other(book, lot, from, &other, &there)) {
        there = hv_smaller(there, left);
        if (!fold_post(state, book, from, book, STATE_RELABELLED_OUT, &other, there) ||
            !fold_post(state, book, STATE_RELABELLED_IN, to, account, lot, there))
            break;
        left -= there;
    }
    (void)fold_post(state, book, STATE_OVER, to, account, lot, left);
}

void fold_waybill_receive(struct state *state, struct state_waybill *waybill,
                          struct state_place *place, const struct state_lot *lot, int64_t good,
                          int64_t damaged) {
    struct state_waybill_line *line = need_line(state, waybill, lot);
    if (line == NULL)
        return;
    line->received += good + damaged;
    line->damaged += damaged;
    arrive(state, waybill, &place->book, STATE_ON_HAND, lot, good);
    arrive(state, waybill, &place->book, STATE_DAMAGED, lot, damaged);
    fold_share_received(state, waybill, lot->item, good + damaged);
}

void fold_waybill_close(struct state *state, struct state_waybill *waybill, const char *reason) {
    struct state_book *book = &waybill->book;
    for (uint32_t i = 0; i < book->count;) {
        struct state_lot lot = book->balances[i].lot;
        (void)fold_post(state, book, STATE_IN_TRANSIT, book, STATE_MISSING_ON_WAY, &lot,
                        state_book_amount(book, &lot, STATE_IN_TRANSIT));
        i = state_book_after(book, &lot);
    }
    waybill->closed = true;
    waybill->closed_position = state->position;
    if (*reason != '\0')
        fold_text(state, &waybill->closed_reason, reason);
    fold_share_close(state, waybill);
    fold_waybill_settle(state, waybill);
}

/* ---- where it stands ---- */

int64_t state_waybill_sum(const struct state_waybill *waybill, enum state_account account) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < waybill->book.count; i++)
        if (waybill->book.balances[i].account == account)
            sum += waybill->book.balances[i].amount;
    return sum;
}

static void sum_lines(const struct state_waybill *waybill, int64_t *ret_shipped,
                      int64_t *ret_received) {
    *ret_shipped = *ret_received = 0;
    for (uint32_t i = 0; i < waybill->line_count; i++) {
        *ret_shipped += waybill->lines[i].shipped;
        *ret_received += waybill->lines[i].received;
    }
}

enum state_waybill_stage state_waybill_stage(const struct state_waybill *waybill) {
    int64_t shipped, received, loaded = 0;
    sum_lines(waybill, &shipped, &received);
    for (uint32_t i = 0; i < waybill->pick_count; i++)
        loaded += waybill->picks[i].loaded;
    if (waybill->closed)
        return STATE_WAYBILL_CLOSED;
    if (state_waybill_sum(waybill, STATE_IN_TRANSIT) > 0)
        return received > 0 ? STATE_WAYBILL_PARTLY_RECEIVED : STATE_WAYBILL_IN_TRANSIT;
    if (received > shipped)
        return STATE_WAYBILL_EARLY;
    if (shipped > 0)
        return STATE_WAYBILL_RECEIVED;
    if (waybill->pick_count > 0)
        return loaded > 0 ? STATE_WAYBILL_LOADED : STATE_WAYBILL_PICKING;
    return waybill->order_over ? STATE_WAYBILL_CANCELLED : STATE_WAYBILL_PLANNED;
}

const char *state_waybill_stage_word(enum state_waybill_stage stage) {
    static const char *const words[STATE_WAYBILL_STAGES] = {"planned",
                                                            "picking",
                                                            "loaded",
                                                            "in-transit",
                                                            "partly-received",
                                                            "received",
                                                            "received-too-early",
                                                            "closed",
                                                            "cancelled"};
    return words[stage];
}

void fold_waybill_settle(struct state *state, struct state_waybill *waybill) {
    enum state_waybill_stage stage = state_waybill_stage(waybill);
    bool ordered = waybill->ship_order != 0 && !waybill->order_over && !waybill->shipped_whole;
    bool even = state_waybill_sum(waybill, STATE_OVER) == 0;
    bool over = stage == STATE_WAYBILL_CLOSED || stage == STATE_WAYBILL_RECEIVED ||
                stage == STATE_WAYBILL_CANCELLED;
    fold_finish(state, waybill, over && even && !ordered && waybill->pick_count == 0);
}

void fold_waybill_forget(struct state *state, struct state_waybill *waybill) {
    uint32_t at = waybill->to != STATE_NONE ? waybill->to : waybill->from;
    struct state_place *place = fold_touch(state, STATE_PLACE, at);
    for (uint32_t i = 0; place != NULL && i < waybill->book.count; i++) {
        const struct state_balance *balance = &waybill->book.balances[i];
        int64_t amount = balance->amount;
        struct state_balance *kept =
            amount == 0 ? NULL : book_need(&place->book, &balance->lot, balance->account);
        if (amount != 0 && kept == NULL)
            state->out_of_memory = true;
        if (kept != NULL) {
            kept->amount += amount;
            kept->position = balance->position;
        }
    }
}

/* ---- orders ---- */

static uint32_t place_of_addressee(const struct state *state, const struct hv_order *order) {
    const struct state_place *place =
        state_find_place(state, state_order_place(state, order->post, order->addressee));
    return place == NULL ? STATE_NONE : place->entity.index;
}

static uint32_t place_of_counterpart(struct state *state, const struct hv_order *order) {
    const struct state_place *place =
        *order->counterpart == '\0' ? NULL : fold_place(state, order->counterpart);
    return place == NULL ? STATE_NONE : place->entity.index;
}

static void take_lines(struct state *state, struct state_waybill *waybill,
                       const struct hv_order *order) {
    free(waybill->ordered);
    waybill->ordered =
        order->line_count == 0 ? NULL : calloc(order->line_count, sizeof *waybill->ordered);
    waybill->ordered_count = 0;
    if (order->line_count > 0 && waybill->ordered == NULL)
        state->out_of_memory = true;
    for (size_t i = 0; waybill->ordered != NULL && i < order->line_count; i++)
        waybill->ordered[waybill->ordered_count++] =
            (struct state_waybill_order){.item = fold_name(state, order->lines[i].item),
                                         .quantity = (int64_t)order->lines[i].quantity};
}

static void order_shipment(struct state *state, struct state_waybill *waybill,
                           const struct hv_order *from) {
    waybill->ship_order = from->id;
    waybill->order_over = from->state != HV_ORDER_ISSUED;
    waybill->from = place_of_addressee(state, from);
    waybill->to = place_of_counterpart(state, from);
    if (*from->vehicle != '\0')
        fold_text(state, &waybill->vehicle, from->vehicle);
    fold_uncommit(state, waybill);
    if (waybill->order_over)
        return;
    take_lines(state, waybill, from);
    for (uint32_t i = 0; from->kind == HV_ORDER_SHIP && i < waybill->ordered_count; i++)
        fold_commit(state, waybill, waybill->ordered[i].item, waybill->ordered[i].quantity);
}

void fold_waybill_order(struct state *state, const struct state_order *order,
                        const struct hv_order *from) {
    bool ships = from->kind == HV_ORDER_SHIP || from->kind == HV_ORDER_RETURN_GOODS;
    if (order->waybill == NULL || (!ships && from->kind != HV_ORDER_EXPECT_DELIVERY))
        return;
    struct state_waybill *waybill = fold_waybill(state, order->waybill, STATE_NONE);
    if (waybill == NULL)
        return;
    if (ships) {
        order_shipment(state, waybill, from);
    } else {
        waybill->expect_order = from->id;
        waybill->told_position = from->answers_from == 0 ? 0 : state->position;
        if (waybill->to == STATE_NONE)
            waybill->to = place_of_addressee(state, from);
        if (waybill->from == STATE_NONE)
            waybill->from = place_of_counterpart(state, from);
    }
    fold_waybill_settle(state, waybill);
}

void fold_waybill_answer(struct state *state, const struct state_order *order) {
    const struct state_waybill *found =
        order->waybill == NULL ? NULL : state_find_waybill(state, order->waybill);
    bool over = !hv_order_is_open(state_order_state(order));
    if (found == NULL || found->ship_order != order->number || found->order_over == over)
        return;
    struct state_waybill *waybill = fold_touch(state, STATE_WAYBILL, found->entity.index);
    waybill->order_over = over;
    if (over)
        fold_uncommit(state, waybill);
    fold_waybill_settle(state, waybill);
}
