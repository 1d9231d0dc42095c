/* The ledger: movements of goods, and what was picked and loaded for waybills before. */
#include "coordinator/state/state_ledger.h"
#include "schemas/tally.h"

#define DAY_MS 86400000

/* ---- first expired, first out ---- */

/* Whether a lot of the item that expires earlier, and has not yet, lies there free. */
static bool is_out_of_turn(const struct state_book *book, const struct state_lot *lot,
                           uint32_t today) {
    for (uint32_t i = state_book_first(book, lot->item);
         i < book->count && book->balances[i].lot.item == lot->item; i++) {
        const struct state_balance *balance = &book->balances[i];
        if (balance->lot.expiry_day - 1 >= lot->expiry_day - 1) /* 0 is never: last */
            return false;
        if (balance->account == STATE_ON_HAND && balance->amount > 0 &&
            balance->lot.expiry_day >= today)
            return true;
    }
    return false;
}

static void note_turn(struct state *state, struct state_place *place,
                      const struct hv_stock_movement *movement, const struct state_lot *lot,
                      int64_t amount, int64_t wall_ms) {
    bool in_turn = movement->kind == HV_STOCK_PICK || movement->kind == HV_STOCK_SHIP ||
                   movement->kind == HV_STOCK_ISSUE;
    uint32_t today = wall_ms <= 0 ? 0 : (uint32_t)(wall_ms / DAY_MS);
    if (in_turn && amount > 0 && is_out_of_turn(&place->book, lot, today))
        ledger_note(state, &place->book,
                    *movement->reason == '\0' ? STATE_NOTE_OUT_OF_TURN : STATE_NOTE_OVERRIDDEN, lot,
                    amount);
}

/* ---- picking, putting back, loading ---- */

static void pick(struct state *state, struct state_place *place, struct state_waybill *waybill,
                 const struct state_lot *lot, int64_t quantity) {
    struct state_waybill_pick *pick =
        fold_waybill_pick(state, waybill, place->entity.index, lot, true);
    if (pick == NULL)
        return;
    int64_t picked = ledger_draw(state, place, STATE_ON_HAND,
                                 &(struct ledger_target){.account = STATE_PICKED}, lot, quantity);
    pick->picked += picked;
    ledger_note(state, &place->book, STATE_NOTE_UNBOOKED, lot, quantity - picked);
}

static void put_back(struct state *state, struct state_place *place, struct state_waybill *waybill,
                     const struct state_lot *lot, int64_t quantity) {
    struct ledger_target to = {.account = STATE_ON_HAND};
    int64_t left = quantity;
    left -= ledger_draw_pick(state, place, waybill, STATE_PICKED, &to, lot, left);
    left -= ledger_draw_pick(state, place, waybill, STATE_LOADED, &to, lot, left);
    ledger_note(state, &place->book, STATE_NOTE_UNBOOKED, lot, left);
}

/* What was not picked before is picked now. */
static void load(struct state *state, struct state_place *place, struct state_waybill *waybill,
                 const struct state_lot *lot, int64_t quantity) {
    struct ledger_target to = {.account = STATE_LOADED};
    int64_t loaded = ledger_draw_pick(state, place, waybill, STATE_PICKED, &to, lot, quantity);
    loaded += ledger_draw(state, place, STATE_ON_HAND, &to, lot, quantity - loaded);
    struct state_waybill_pick *pick =
        fold_waybill_pick(state, waybill, place->entity.index, lot, true);
    if (pick != NULL)
        pick->loaded += loaded;
    ledger_note(state, &place->book, STATE_NOTE_UNBOOKED, lot, quantity - loaded);
}

/* Nothing more goes on the waybill from here: what was set aside for it is free. */
static void free_picks(struct state *state, struct state_place *place,
                       struct state_waybill *waybill) {
    struct ledger_target to = {.account = STATE_ON_HAND};
    for (uint32_t i = 0; i < waybill->pick_count; i++) {
        struct state_waybill_pick *pick = &waybill->picks[i];
        if (pick->place != place->entity.index)
            continue;
        pick->picked -= ledger_draw(state, place, STATE_PICKED, &to, &pick->lot, pick->picked);
        pick->loaded -= ledger_draw(state, place, STATE_LOADED, &to, &pick->lot, pick->loaded);
    }
}

/* ---- movements ---- */

static struct ledger_target use_of(enum hv_stock_movement_kind kind,
                                   struct state_waybill *waybill) {
    switch (kind) {
    case HV_STOCK_SHIP:
        return (struct ledger_target){.account = STATE_SENT, .waybill = waybill};
    case HV_STOCK_ISSUE:
        return (struct ledger_target){.account = STATE_ISSUED};
    case HV_STOCK_EXPIRE:
        return (struct ledger_target){.account = STATE_EXPIRED};
    case HV_STOCK_WRITE_OFF:
        return (struct ledger_target){.account = STATE_WRITTEN_OFF};
    case HV_STOCK_UNPACK:
        return (struct ledger_target){.account = STATE_OPENED};
    case HV_STOCK_ADJUST_DOWN:
        return (struct ledger_target){.account = STATE_ADJUSTED_DOWN};
    default:
        return (struct ledger_target){.account = STATE_LOST};
    }
}

/* Returns how much was taken from what lay there free. */
static int64_t book_line(struct state *state, struct state_place *place,
                         struct state_waybill *waybill, const struct state_request *named,
                         const struct hv_stock_movement *movement,
                         const struct hv_stock_line *line) {
    struct state_lot lot = fold_lot(state, line);
    int64_t quantity = (int64_t)line->quantity, damaged = (int64_t)line->damaged;
    struct ledger_target use;
    switch (movement->kind) {
    case HV_STOCK_RECEIVE:
        if (waybill != NULL)
            fold_waybill_receive(state, waybill, place, &lot, quantity - damaged, damaged);
        else {
            ledger_bring(state, place, STATE_BROUGHT_IN, &lot, quantity, damaged);
            fold_brought_in(state, place, named, lot.item, quantity);
        }
        return 0;
    case HV_STOCK_ADJUST_UP:
        ledger_bring(state, place, STATE_ADJUSTED_UP, &lot, quantity, damaged);
        return 0;
    case HV_STOCK_PICK:
        if (waybill != NULL)
            pick(state, place, waybill, &lot, quantity);
        return quantity;
    case HV_STOCK_PUT_BACK:
        if (waybill != NULL)
            put_back(state, place, waybill, &lot, quantity);
        return 0;
    case HV_STOCK_LOAD:
        if (waybill != NULL)
            load(state, place, waybill, &lot, quantity);
        return 0;
    default:
        use = use_of(movement->kind, waybill);
        return ledger_take(state, place, &use, &lot, quantity, damaged);
    }
}

static bool wants_reason(enum hv_stock_movement_kind kind) {
    return kind == HV_STOCK_LOSS || kind == HV_STOCK_WRITE_OFF || kind == HV_STOCK_ADJUST_UP ||
           kind == HV_STOCK_ADJUST_DOWN;
}

/* The account that a movement of the place's own books needs of each lot, besides what is there;
 * STATE_ACCOUNT_NONE: none that is worth a pass. */
static enum state_account account_of(const struct hv_stock_movement *movement,
                                     const struct state_waybill *waybill) {
    switch (movement->kind) {
    case HV_STOCK_RECEIVE:
        return waybill == NULL ? STATE_BROUGHT_IN : STATE_ON_HAND;
    case HV_STOCK_ADJUST_UP:
        return STATE_ADJUSTED_UP;
    case HV_STOCK_PICK:
        return STATE_PICKED;
    case HV_STOCK_LOAD:
        return STATE_LOADED;
    case HV_STOCK_PUT_BACK:
        return STATE_ACCOUNT_NONE;
    case HV_STOCK_SHIP:
        return waybill == NULL ? STATE_SENT : STATE_ACCOUNT_NONE;
    default:
        return use_of(movement->kind, NULL).account;
    }
}

static void want_lines(struct state *state, struct ledger_wanted *wanted,
                       enum state_account account, bool comes, const struct hv_stock_line *lines,
                       size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct state_lot lot = fold_lot(state, &lines[i]);
        ledger_want(wanted, &lot, account);
        if (comes)
            ledger_want(wanted, &lot, STATE_ON_HAND);
        if (comes && lines[i].damaged > 0)
            ledger_want(wanted, &lot, STATE_DAMAGED);
    }
}

static struct ledger_wanted prepare(struct state *state, struct state_place *place,
                                    const struct state_waybill *waybill,
                                    const struct hv_stock_movement *movement) {
    const enum state_account account = account_of(movement, waybill);
    const bool comes = movement->kind == HV_STOCK_RECEIVE || movement->kind == HV_STOCK_ADJUST_UP;
    struct ledger_wanted wanted = ledger_wanted_of(movement->line_count + movement->into_count);
    want_lines(state, &wanted, STATE_UNPACKED, true, movement->into, movement->into_count);
    if (account != STATE_ACCOUNT_NONE)
        want_lines(state, &wanted, account, comes, movement->lines, movement->line_count);
    ledger_make_wanted(&place->book, &wanted);
    return wanted;
}

static uint32_t place_named(struct state *state, const char *id) {
    const struct state_place *place = *id == '\0' ? NULL : state_find_place(state, id);
    return place == NULL ? STATE_NONE : place->entity.index;
}

/* What the report says of the waybill itself. */
static void tell_waybill(struct state *state, struct state_waybill *waybill,
                         const struct state_place *place, const struct state_stamp *stamp,
                         const struct hv_stock_movement *movement) {
    bool receives = movement->kind == HV_STOCK_RECEIVE;
    uint32_t here = place->entity.index, other = place_named(state, movement->counterpart);
    uint32_t from = receives ? other : here, to = receives ? here : other;
    if (waybill->from == STATE_NONE)
        waybill->from = from;
    if (waybill->to == STATE_NONE)
        waybill->to = to;
    if (*movement->vehicle != '\0')
        fold_text(state, &waybill->vehicle, movement->vehicle);
    if (receives) {
        waybill->received_by = here;
        waybill->received_seen = *stamp;
    } else if (movement->kind == HV_STOCK_SHIP) {
        waybill->shipped_by = here;
        waybill->shipped_seen = *stamp;
    }
}

static bool has_received(const struct state_waybill *waybill) {
    for (uint32_t i = 0; i < waybill->line_count; i++)
        if (waybill->lines[i].received > 0)
            return true;
    return false;
}

/* Who says that nothing more goes, or comes, has carried out the order that named the waybill, as
 * far as it can be: whether or not it is answered too. */
static void finish_waybill(struct state *state, struct state_waybill *waybill,
                           struct state_place *place, const struct hv_record *record) {
    const struct hv_stock_movement *movement = &record->report.report.stock_movement;
    if (movement->kind == HV_STOCK_SHIP && movement->final) {
        waybill->shipped_whole = true;
        waybill->shipped_position = state->position;
        free_picks(state, place, waybill);
        fold_carried_out(state, record, waybill->ship_order, place, HV_ORDER_DONE,
                         movement->reason);
    }
    if (movement->kind == HV_STOCK_RECEIVE && movement->final) {
        fold_waybill_close(state, waybill, movement->reason);
        fold_carried_out(state, record, waybill->expect_order, place,
                         has_received(waybill) ? HV_ORDER_DONE : HV_ORDER_FAILED, movement->reason);
    }
    fold_waybill_drop_empty_picks(waybill);
    fold_waybill_settle(state, waybill);
}

static bool is_on_waybill(const struct hv_stock_movement *movement) {
    return *movement->waybill != '\0' &&
           (movement->kind == HV_STOCK_RECEIVE || movement->kind == HV_STOCK_SHIP ||
            hv_stock_sign(movement->kind) == 0);
}

/* Whose turn it was shows when all lines are booked. */
static void book_lines(struct state *state, struct state_place *place,
                       struct state_waybill *waybill, const struct state_stamp *stamp,
                       const struct hv_stock_movement *movement, int64_t wall_ms) {
    int64_t of_free[HV_STOCK_LINES_MAX];
    const struct state_request *named = fold_request_named(state, place, stamp->node, movement);
    size_t count =
        movement->line_count < HV_STOCK_LINES_MAX ? movement->line_count : HV_STOCK_LINES_MAX;
    for (size_t i = 0; i < count; i++)
        of_free[i] = book_line(state, place, waybill, named, movement, &movement->lines[i]);
    for (size_t i = 0; i < count; i++) {
        struct state_lot lot = fold_lot(state, &movement->lines[i]);
        note_turn(state, place, movement, &lot, of_free[i], wall_ms);
        if (wants_reason(movement->kind) && *movement->reason == '\0')
            ledger_note(state, &place->book, STATE_NOTE_NO_REASON, &lot,
                        (int64_t)movement->lines[i].quantity);
        if (movement->kind == HV_STOCK_ISSUE)
            ledger_note(state, &place->book, STATE_NOTE_HANDED_OUT, &lot,
                        (int64_t)movement->lines[i].quantity);
    }
}

static bool has_handed_out(const struct state_place *place) {
    for (uint32_t i = 0; i < place->book.count; i++)
        if (place->book.balances[i].account == STATE_NOTE_HANDED_OUT &&
            place->book.balances[i].amount > 0)
            return true;
    return false;
}

void fold_forget_handed_out(struct state *state) {
    for (uint32_t i = 0; i < state_count(state, STATE_PLACE); i++) {
        if (!has_handed_out(state_place(state, i)))
            continue;
        struct state_place *place = fold_touch(state, STATE_PLACE, i);
        for (uint32_t b = 0; b < place->book.count; b++)
            if (place->book.balances[b].account == STATE_NOTE_HANDED_OUT)
                place->book.balances[b].amount = 0;
    }
}

void fold_book_movement(struct state *state, struct state_place *place,
                        const struct state_stamp *stamp, const struct hv_record *record) {
    const struct hv_stock_movement *movement = &record->report.report.stock_movement;
    struct state_waybill *waybill =
        is_on_waybill(movement) ? fold_waybill(state, movement->waybill, stamp->node) : NULL;
    if (waybill != NULL)
        tell_waybill(state, waybill, place, stamp, movement);
    const struct ledger_wanted wanted = prepare(state, place, waybill, movement);
    for (size_t i = 0; i < movement->into_count; i++) {
        struct state_lot lot = fold_lot(state, &movement->into[i]);
        ledger_bring(state, place, STATE_UNPACKED, &lot, (int64_t)movement->into[i].quantity,
                     (int64_t)movement->into[i].damaged);
    }
    book_lines(state, place, waybill, stamp, movement, record->wall_ms);
    ledger_drop_unused(&place->book, &wanted);
    if (waybill != NULL)
        finish_waybill(state, waybill, place, record);
    if (state_books_lag(state, place))
        return;
    for (size_t i = 0; i < movement->line_count + movement->into_count; i++) {
        const struct hv_stock_line *line = i < movement->line_count
                                               ? &movement->lines[i]
                                               : &movement->into[i - movement->line_count];
        struct state_lot lot = fold_lot(state, line);
        ledger_agree_on(state, place, &lot);
    }
}
