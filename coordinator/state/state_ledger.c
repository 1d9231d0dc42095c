/* The ledger: every stock report of the log, booked once, in the order of the log.
 *
 * The picture of a place (state_stock.c) shows the present: snapshots and late observations replace
 * it. Its books tell how it came about: each movement takes from one account and puts into another.
 * A report is a fact and is never dropped; what it says beyond what the books hold is booked from
 * an account that names it (unexplained, brought in, over), so that nothing falls below zero and
 * nothing is lost.
 *
 * Wherever picture and books speak of the same moment they agree to the unit: after each report
 * what still differs (an observation that came late, a refused report) is booked as corrected. */
#include "coordinator/state/state_ledger.h"

#include "schemas/smaller.h"

#include <stdlib.h>

struct state_lot fold_lot(struct state *state, const struct hv_stock_line *line) {
    return (struct state_lot){fold_name(state, line->item), fold_name(state, line->lot),
                              line->expiry_day};
}

/* ---- posting ---- */

bool fold_post(struct state *state, struct state_book *from, enum state_account from_account,
               struct state_book *to, enum state_account to_account, const struct state_lot *lot,
               int64_t amount) {
    int error = 0;
    if (amount <= 0)
        return false;
    bool done = book_change(from, lot, from_account, -1, amount, state->position, &error) &&
                (book_change(to, lot, to_account, 1, amount, state->position, &error) ||
                 (book_change(from, lot, from_account, 1, amount, state->position, &error), false));
    if (error != 0)
        state->out_of_memory = true;
    return done;
}

void ledger_note(struct state *state, struct state_book *book, enum state_account account,
                 const struct state_lot *lot, int64_t amount) {
    struct state_balance *balance = amount <= 0 ? NULL : book_need(book, lot, account);
    if (amount > 0 && balance == NULL)
        state->out_of_memory = true;
    if (balance == NULL)
        return;
    balance->amount += hv_smaller(amount, STATE_BALANCE_MAX - balance->amount);
    balance->position = state->position;
}

static void send(struct state *state, struct state_book *from, enum state_account account,
                 const struct ledger_target *to, const struct state_lot *lot, int64_t amount) {
    if (to->waybill != NULL)
        fold_waybill_ship(state, to->waybill, from, account, lot, amount);
    else
        (void)fold_post(state, from, account, from, to->account, lot, amount);
}

int64_t ledger_draw(struct state *state, struct state_place *place, enum state_account account,
                    const struct ledger_target *to, const struct state_lot *lot, int64_t wanted) {
    int64_t amount = hv_smaller(state_book_amount(&place->book, lot, account), wanted);
    if (amount > 0)
        send(state, &place->book, account, to, lot, amount);
    return amount > 0 ? amount : 0;
}

int64_t ledger_draw_pick(struct state *state, struct state_place *place,
                         struct state_waybill *waybill, enum state_account account,
                         const struct ledger_target *to, const struct state_lot *lot,
                         int64_t wanted) {
    struct state_waybill_pick *pick =
        fold_waybill_pick(state, waybill, place->entity.index, lot, false);
    if (pick == NULL)
        return 0;
    int64_t *held = account == STATE_LOADED ? &pick->loaded : &pick->picked;
    int64_t amount = ledger_draw(state, place, account, to, lot, hv_smaller(*held, wanted));
    *held -= amount;
    return amount;
}

/* As ledger_draw_pick, from whatever waybill it was picked for. Seldom: goods that were set aside
 * are gone. */
static int64_t draw_any_pick(struct state *state, struct state_place *place,
                             enum state_account account, const struct ledger_target *to,
                             const struct state_lot *lot, int64_t wanted) {
    int64_t left = hv_smaller(wanted, state_book_amount(&place->book, lot, account));
    int64_t drawn = 0;
    for (uint32_t i = 0; drawn < left && i < state_count(state, STATE_WAYBILL); i++) {
        const struct state_waybill *waybill = state_waybill(state, i);
        bool has = false;
        for (uint32_t p = 0; p < waybill->pick_count; p++)
            has = has || waybill->picks[p].place == place->entity.index;
        if (!has)
            continue;
        struct state_waybill *touched = fold_touch(state, STATE_WAYBILL, i);
        drawn += ledger_draw_pick(state, place, touched, account, to, lot, left - drawn);
        fold_waybill_drop_empty_picks(touched);
        fold_waybill_settle(state, touched);
    }
    return drawn;
}

/* ---- what is there ---- */

/* Usable goods: free ones first, then those that were set aside. */
static int64_t draw_usable(struct state *state, struct state_place *place,
                           const struct ledger_target *to, const struct state_lot *lot,
                           int64_t wanted) {
    int64_t drawn = ledger_draw(state, place, STATE_ON_HAND, to, lot, wanted);
    if (drawn < wanted)
        drawn += draw_any_pick(state, place, STATE_PICKED, to, lot, wanted - drawn);
    if (drawn < wanted)
        drawn += draw_any_pick(state, place, STATE_LOADED, to, lot, wanted - drawn);
    return drawn;
}

int64_t ledger_take(struct state *state, struct state_place *place, const struct ledger_target *to,
                    const struct state_lot *lot, int64_t quantity, int64_t damaged) {
    int64_t left = quantity;
    left -= ledger_draw(state, place, STATE_DAMAGED, to, lot, hv_smaller(damaged, left));
    if (to->waybill != NULL) {
        left -= ledger_draw_pick(state, place, to->waybill, STATE_LOADED, to, lot, left);
        left -= ledger_draw_pick(state, place, to->waybill, STATE_PICKED, to, lot, left);
    }
    int64_t of_free = hv_smaller(state_book_amount(&place->book, lot, STATE_ON_HAND), left);
    left -= draw_usable(state, place, to, lot, left);
    left -= ledger_draw(state, place, STATE_DAMAGED, to, lot, left);
    if (left > 0)
        send(state, &place->book, STATE_UNEXPLAINED, to, lot, left);
    return of_free;
}

void ledger_bring(struct state *state, struct state_place *place, enum state_account source,
                  const struct state_lot *lot, int64_t quantity, int64_t damaged) {
    struct state_book *book = &place->book;
    (void)fold_post(state, book, source, book, STATE_DAMAGED, lot, damaged);
    (void)fold_post(state, book, source, book, STATE_ON_HAND, lot, quantity - damaged);
}

/* How what the books have too few or too many of is called. `back`: what was booked the other way
 * before is paid back first. */
struct naming {
    enum state_account up, down;
    bool back;
};

static void raise_to(struct state *state, struct state_place *place, enum state_account account,
                     const struct naming *naming, const struct state_lot *lot, int64_t amount) {
    struct ledger_target to = {.account = account};
    if (naming->back)
        amount -= ledger_draw(state, place, naming->down, &to, lot, amount);
    (void)fold_post(state, &place->book, naming->up, &place->book, account, lot, amount);
}

static struct ledger_target lowered_to(const struct state_place *place, const struct naming *naming,
                                       const struct state_lot *lot, int64_t *amount) {
    int64_t given = state_book_amount(&place->book, lot, naming->up);
    bool back = naming->back && given > 0;
    *amount = back ? hv_smaller(*amount, given) : *amount;
    return (struct ledger_target){.account = back ? naming->up : naming->down};
}

static void lower(struct state *state, struct state_place *place, bool usable,
                  const struct naming *naming, const struct state_lot *lot, int64_t amount) {
    while (amount > 0) {
        int64_t part = amount;
        struct ledger_target to = lowered_to(place, naming, lot, &part);
        int64_t drawn = usable ? draw_usable(state, place, &to, lot, part)
                               : ledger_draw(state, place, STATE_DAMAGED, &to, lot, part);
        if (drawn == 0)
            return;
        amount -= drawn;
    }
}

/* Makes the books hold so much of the lot. Returns by how much they differed. */
static int64_t set_there(struct state *state, struct state_place *place,
                         const struct state_lot *lot, int64_t quantity, int64_t damaged,
                         const struct naming *naming) {
    struct state_book *book = &place->book;
    damaged = hv_smaller(damaged, quantity);
    int64_t worse = damaged - state_book_amount(book, lot, STATE_DAMAGED);
    int64_t more = quantity - state_book_there(book, lot) - worse; /* usable */
    int64_t differs = (worse < 0 ? -worse : worse) + (more < 0 ? -more : more);
    if (worse > 0 && more < 0) {
        int64_t spoilt = hv_smaller(worse, -more);
        worse -= draw_usable(state, place, &(struct ledger_target){.account = STATE_DAMAGED}, lot,
                             spoilt);
        more += spoilt;
    } else if (worse < 0 && more > 0) {
        int64_t mended = hv_smaller(-worse, more);
        worse += ledger_draw(state, place, STATE_DAMAGED,
                             &(struct ledger_target){.account = STATE_ON_HAND}, lot, mended);
        more -= mended;
    }
    if (worse > 0)
        raise_to(state, place, STATE_DAMAGED, naming, lot, worse);
    else if (worse < 0)
        lower(state, place, false, naming, lot, -worse);
    if (more > 0)
        raise_to(state, place, STATE_ON_HAND, naming, lot, more);
    else if (more < 0)
        lower(state, place, true, naming, lot, -more);
    return differs;
}

/* Marks the lot as told by this record. */
static void confirm(struct state *state, struct state_book *book, const struct state_lot *lot) {
    struct state_balance *balance = book_need(book, lot, STATE_ON_HAND);
    if (balance == NULL)
        state->out_of_memory = true;
    else
        balance->position = state->position;
}

/* Index behind the balances of the lot at `first`. `ret_rest`: something of it lies there, and this
 * record did not tell of it. */
static uint32_t look_at(const struct state *state, const struct state_book *book, uint32_t first,
                        bool *ret_rest) {
    const struct state_balance *balance = &book->balances[first];
    bool told = balance->account == STATE_ON_HAND && balance->position == state->position;
    int64_t there = 0;
    uint32_t at = first;
    for (; at < book->count && state_lot_equal(&book->balances[at].lot, &balance->lot); at++)
        there += book->balances[at].account <= STATE_LOADED ? book->balances[at].amount : 0;
    *ret_rest = !told && there != 0;
    return at;
}

/* Makes the balances that clearing the rest books on, all at once: one by one each would move all
 * that stand behind it. Without memory they are made one by one. */
static void make_room_for_rest(const struct state *state, struct state_book *book,
                               const struct naming *naming, bool reason) {
    struct state_balance *wanted = calloc(2 * (size_t)book->count + 1, sizeof *wanted);
    uint32_t count = 0;
    bool rest = false;
    for (uint32_t i = 0; wanted != NULL && i < book->count;) {
        const struct state_lot lot = book->balances[i].lot;
        i = look_at(state, book, i, &rest);
        if (!rest)
            continue;
        wanted[count++] = (struct state_balance){.lot = lot, .account = naming->down};
        if (!reason)
            wanted[count++] = (struct state_balance){.lot = lot, .account = STATE_NOTE_NO_REASON};
    }
    if (count > 0)
        (void)book_need_all(book, wanted, count);
    free(wanted);
}

/* Lots that this record did not tell of are not there. */
static void clear_rest(struct state *state, struct state_place *place, const struct naming *naming,
                       bool reason) {
    struct state_book *book = &place->book;
    bool rest = false;
    make_room_for_rest(state, book, naming, reason);
    for (uint32_t i = 0; i < book->count;) {
        uint32_t next = look_at(state, book, i, &rest);
        if (!rest) {
            i = next;
            continue;
        }
        struct state_lot lot = book->balances[i].lot;
        int64_t differs = set_there(state, place, &lot, 0, 0, naming);
        if (!reason)
            ledger_note(state, book, STATE_NOTE_NO_REASON, &lot, differs);
        i = state_book_after(book, &lot);
    }
    book_drop_unused(book);
}

/* ---- many lots at once ---- */

enum {
    WANTED_OF_A_LOT = 4,
    MANY_LOTS = 32 /* of fewer, one pass over the books costs more than it spares */
};

struct ledger_wanted ledger_wanted_of(size_t lots) {
    const size_t room = WANTED_OF_A_LOT * lots;
    return (struct ledger_wanted){
        .balances = lots < MANY_LOTS ? NULL : malloc(room * sizeof(struct state_balance))};
}

void ledger_want(struct ledger_wanted *wanted, const struct state_lot *lot,
                 enum state_account account) {
    if (wanted->balances != NULL)
        wanted->balances[wanted->count++] = (struct state_balance){.lot = *lot, .account = account};
}

void ledger_make_wanted(struct state_book *book, struct ledger_wanted *wanted) {
    if (wanted->count > 0)
        (void)book_need_all(book, wanted->balances, wanted->count);
    free(wanted->balances);
    wanted->balances = NULL;
}

void ledger_drop_unused(struct state_book *book, const struct ledger_wanted *wanted) {
    if (wanted->count > 0)
        book_drop_unused(book);
}

/* What making the books hold so much of a lot takes. */
static void want_set(struct ledger_wanted *wanted, const struct state_book *book,
                     const struct state_lot *lot, int64_t quantity, int64_t damaged,
                     const struct naming *naming, bool reason) {
    const int64_t there = state_book_there(book, lot);
    ledger_want(wanted, lot, STATE_ON_HAND);
    if (damaged > 0)
        ledger_want(wanted, lot, STATE_DAMAGED);
    if (quantity != there)
        ledger_want(wanted, lot, quantity > there ? naming->up : naming->down);
    if (quantity != there && !reason)
        ledger_want(wanted, lot, STATE_NOTE_NO_REASON);
}

/* ---- agreeing with the picture ---- */

static const struct naming corrected = {STATE_CORRECTED_UP, STATE_CORRECTED_DOWN, true};

bool state_books_lag(const struct state *state, const struct state_place *place) {
    const struct state_node *node =
        place == NULL || place->node == STATE_NONE ? NULL : state_node(state, place->node);
    return node != NULL && node->as_of > node->held[HV_LANE_HISTORY];
}

void ledger_agree_on(struct state *state, struct state_place *place, const struct state_lot *lot) {
    const struct state_stock_line *line = fold_stock_line(&place->stock, lot);
    int64_t quantity = line == NULL ? 0 : line->quantity;
    int64_t damaged = line == NULL ? 0 : line->damaged;
    (void)set_there(state, place, lot, quantity, damaged, &corrected);
}

void fold_book_picture(struct state *state, struct state_place *place) {
    if (place == NULL)
        return;
    struct ledger_wanted wanted = ledger_wanted_of(place->stock.count);
    for (uint32_t i = 0; i < place->stock.count; i++) {
        const struct state_stock_line *line = &place->stock.lines[i];
        const struct state_lot lot = {line->item, line->lot, line->expiry_day};
        want_set(&wanted, &place->book, &lot, line->quantity, line->damaged, &corrected, true);
    }
    ledger_make_wanted(&place->book, &wanted);
    for (uint32_t i = 0; i < place->stock.count; i++) {
        const struct state_stock_line *line = &place->stock.lines[i];
        struct state_lot lot = {line->item, line->lot, line->expiry_day};
        (void)set_there(state, place, &lot, line->quantity, line->damaged, &corrected);
        confirm(state, &place->book, &lot);
    }
    clear_rest(state, place, &corrected, true);
}

/* ---- counts ---- */

/* A place that was never told of before is opened by its first count. */
static struct naming count_naming(const struct state_book *book) {
    bool opening = book->count == 0;
    return (struct naming){opening ? STATE_OPENING : STATE_FOUND, STATE_MISSING, false};
}

static void count_lines(struct state *state, struct state_place *place,
                        const struct hv_stock_count *count) {
    struct naming naming = count_naming(&place->book);
    bool reason = naming.up == STATE_OPENING || *count->reason != '\0';
    struct ledger_wanted wanted = ledger_wanted_of(count->line_count);
    for (size_t i = 0; i < count->line_count; i++) {
        const struct hv_stock_line *line = &count->lines[i];
        const struct state_lot lot = fold_lot(state, line);
        want_set(&wanted, &place->book, &lot, (int64_t)line->quantity, (int64_t)line->damaged,
                 &naming, reason);
    }
    ledger_make_wanted(&place->book, &wanted);
    for (size_t i = 0; i < count->line_count; i++) {
        const struct hv_stock_line *line = &count->lines[i];
        struct state_lot lot = fold_lot(state, line);
        int64_t differs =
            set_there(state, place, &lot, (int64_t)line->quantity, (int64_t)line->damaged, &naming);
        if (!reason)
            ledger_note(state, &place->book, STATE_NOTE_NO_REASON, &lot, differs);
        confirm(state, &place->book, &lot);
    }
    if (count->complete)
        clear_rest(state, place, &naming, reason); /* drops what is not used, too */
    else
        ledger_drop_unused(&place->book, &wanted);
}

/* On behalf the picture decides what a count means: it may have come late. */
static void count_by_picture(struct state *state, struct state_place *place,
                             const struct hv_stock_count *count) {
    struct naming naming = count_naming(&place->book);
    for (size_t i = 0; i < count->line_count; i++) {
        struct state_lot lot = fold_lot(state, &count->lines[i]);
        const struct state_stock_line *line = fold_stock_line(&place->stock, &lot);
        if (line != NULL)
            (void)set_there(state, place, &lot, line->quantity, line->damaged, &naming);
        confirm(state, &place->book, &lot);
    }
}

void fold_book_count(struct state *state, struct state_place *place,
                     const struct hv_stock_count *count, bool own) {
    bool lags = state_books_lag(state, place);
    if (own)
        count_lines(state, place, count);
    else if (!lags)
        count_by_picture(state, place, count);
    if (lags)
        return;
    if (count->complete)
        fold_book_picture(state, place);
    for (size_t i = 0; i < count->line_count; i++) {
        struct state_lot lot = fold_lot(state, &count->lines[i]);
        ledger_agree_on(state, place, &lot);
    }
}
