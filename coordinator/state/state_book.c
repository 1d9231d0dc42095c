#include "coordinator/state/state_book.h"

#include "coordinator/state/state.h"

#include <stdlib.h>
#include <string.h>

enum state_account_side state_account_side(enum state_account account) {
    if (account >= STATE_NOTE_OUT_OF_TURN || account == STATE_ACCOUNT_NONE)
        return STATE_SIDE_NOTE;
    if (account >= STATE_ISSUED)
        return STATE_SIDE_USE;
    return account >= STATE_OPENING ? STATE_SIDE_SOURCE : STATE_SIDE_STORE;
}

const char *state_account_word(enum state_account account) {
    static const char *const words[STATE_ACCOUNTS] = {
        [STATE_ON_HAND] = "on-hand",
        [STATE_DAMAGED] = "damaged",
        [STATE_PICKED] = "picked",
        [STATE_LOADED] = "loaded",
        [STATE_IN_TRANSIT] = "in-transit",
        [STATE_OPENING] = "opening",
        [STATE_BROUGHT_IN] = "brought-in",
        [STATE_FOUND] = "found",
        [STATE_UNEXPLAINED] = "unexplained",
        [STATE_ADJUSTED_UP] = "adjusted-up",
        [STATE_UNPACKED] = "unpacked",
        [STATE_RELABELLED_IN] = "relabelled-in",
        [STATE_CORRECTED_UP] = "corrected-up",
        [STATE_OVER] = "over",
        [STATE_ISSUED] = "issued",
        [STATE_SENT] = "sent",
        [STATE_LOST] = "lost",
        [STATE_EXPIRED] = "expired",
        [STATE_WRITTEN_OFF] = "written-off",
        [STATE_MISSING] = "missing",
        [STATE_ADJUSTED_DOWN] = "adjusted-down",
        [STATE_OPENED] = "opened",
        [STATE_RELABELLED_OUT] = "relabelled-out",
        [STATE_CORRECTED_DOWN] = "corrected-down",
        [STATE_MISSING_ON_WAY] = "missing-on-way",
        [STATE_NOTE_OUT_OF_TURN] = "out-of-turn",
        [STATE_NOTE_OVERRIDDEN] = "overridden",
        [STATE_NOTE_UNBOOKED] = "unbooked",
        [STATE_NOTE_NO_REASON] = "no-reason",
        [STATE_NOTE_HANDED_OUT] = "handed-out",
    };
    return account > STATE_ACCOUNT_NONE && account < STATE_ACCOUNTS ? words[account] : "unknown";
}

bool state_lot_equal(const struct state_lot *a, const struct state_lot *b) {
    return a->item == b->item && a->lot == b->lot && a->expiry_day == b->expiry_day;
}

static int compare_u32(uint32_t a, uint32_t b) {
    return (a > b) - (a < b);
}

/* 0, the day of what does not expire, comes after every day. */
static int compare(const struct state_balance *balance, const struct state_lot *lot,
                   enum state_account account) {
    int order = compare_u32(balance->lot.item, lot->item);
    if (order == 0)
        order = compare_u32(balance->lot.expiry_day - 1, lot->expiry_day - 1);
    if (order == 0)
        order = compare_u32(balance->lot.lot, lot->lot);
    return order != 0 ? order : compare_u32(balance->account, account);
}

/* Index of the balance, or of where it would be. */
static uint32_t lower_bound(const struct state_book *book, const struct state_lot *lot,
                            enum state_account account) {
    uint32_t low = 0, high = book->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare(&book->balances[middle], lot, account) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t state_book_amount(const struct state_book *book, const struct state_lot *lot,
                          enum state_account account) {
    uint32_t at = lower_bound(book, lot, account);
    bool found = at < book->count && compare(&book->balances[at], lot, account) == 0;
    return found ? book->balances[at].amount : 0;
}

int64_t state_book_there(const struct state_book *book, const struct state_lot *lot) {
    int64_t sum = 0;
    for (uint32_t i = lower_bound(book, lot, STATE_ON_HAND);
         i < book->count && state_lot_equal(&book->balances[i].lot, lot) &&
         book->balances[i].account <= STATE_LOADED;
         i++)
        sum += book->balances[i].amount;
    return sum;
}

uint32_t state_book_first(const struct state_book *book, uint32_t item) {
    struct state_lot first = {.item = item, .lot = 0, .expiry_day = 1};
    return lower_bound(book, &first, STATE_ACCOUNT_NONE);
}

uint32_t state_book_after(const struct state_book *book, const struct state_lot *lot) {
    return lower_bound(book, lot, STATE_ACCOUNTS);
}

/* ---- for folding ---- */

static bool make_room(struct state_book *book, uint32_t more) {
    if (more <= book->room - book->count)
        return true;
    uint32_t room = book->room + book->room / 2 + 4;
    if (room < book->count + more)
        room = book->count + more;
    struct state_balance *balances = realloc(book->balances, room * sizeof *balances);
    if (balances == NULL)
        return false;
    book->balances = balances;
    book->room = room;
    return true;
}

struct state_balance *book_need(struct state_book *book, const struct state_lot *lot,
                                enum state_account account) {
    uint32_t at = lower_bound(book, lot, account);
    if (at < book->count && compare(&book->balances[at], lot, account) == 0)
        return &book->balances[at];
    if (!make_room(book, 1))
        return NULL;
    struct state_balance *balance = &book->balances[at];
    memmove(balance + 1, balance, (book->count - at) * sizeof *balance);
    book->count++;
    *balance = (struct state_balance){.lot = *lot, .account = account};
    return balance;
}

static int compare_wanted(const void *a, const void *b) {
    const struct state_balance *other = b;
    return compare(a, &other->lot, other->account);
}

/* Sorts them and leaves out what stands twice; returns how many are left. */
static uint32_t sort_wanted(struct state_balance *wanted, uint32_t count) {
    uint32_t kept = 0;
    qsort(wanted, count, sizeof *wanted, compare_wanted);
    for (uint32_t i = 0; i < count; i++)
        if (kept == 0 || compare_wanted(&wanted[kept - 1], &wanted[i]) != 0)
            wanted[kept++] = wanted[i];
    return kept;
}

/* How many of the balances do not stand in the book yet. */
static uint32_t count_new(const struct state_book *book, const struct state_balance *wanted,
                          uint32_t count) {
    uint32_t new = 0, at = 0;
    for (uint32_t i = 0; i < count; i++) {
        while (at < book->count &&
               compare(&book->balances[at], &wanted[i].lot, wanted[i].account) < 0)
            at++;
        new += at == book->count ||
               compare(&book->balances[at], &wanted[i].lot, wanted[i].account) != 0;
    }
    return new;
}

bool book_need_all(struct state_book *book, struct state_balance *wanted, uint32_t count) {
    count = sort_wanted(wanted, count);
    const uint32_t new = count_new(book, wanted, count);
    if (!make_room(book, new))
        return false;
    struct state_balance *balances = book->balances;
    uint32_t from = book->count, to = book->count + new;
    for (uint32_t i = count; i > 0 && to > from; i--) { /* from behind: none is overwritten */
        const struct state_balance *one = &wanted[i - 1];
        while (from > 0 && compare(&balances[from - 1], &one->lot, one->account) > 0)
            balances[--to] = balances[--from];
        if (from == 0 || compare(&balances[from - 1], &one->lot, one->account) != 0)
            balances[--to] = (struct state_balance){.lot = one->lot, .account = one->account};
    }
    book->count += new;
    return true;
}

void book_drop_unused(struct state_book *book) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < book->count; i++)
        if (book->balances[i].position != 0)
            book->balances[kept++] = book->balances[i];
    book->count = kept;
}

bool book_change(struct state_book *book, const struct state_lot *lot, enum state_account account,
                 int sign, int64_t amount, uint64_t position, int *ret_error) {
    struct state_balance *balance = book_need(book, lot, account);
    if (balance == NULL) {
        *ret_error = HV_ERR_MEMORY;
        return false;
    }
    if (state_account_side(account) == STATE_SIDE_SOURCE)
        sign = -sign;
    if (sign > 0 ? amount > STATE_BALANCE_MAX - balance->amount : amount > balance->amount)
        return false;
    balance->amount += sign * amount;
    balance->position = position;
    return true;
}

void book_free(struct state_book *book) {
    free(book->balances);
    *book = (struct state_book){0};
}
