/* The books of the ledger: double entry over the goods of one place or of one waybill.
 *
 * Every unit of every (item, lot, expiry) is on exactly one account. **Stores** say where it is,
 * **uses** where it went for good, **sources** where it came from, so that for each lot over all
 * books
 *
 *     what the sources gave = what the stores hold + what the uses took,
 *
 * and no balance is ever negative. **Notes** count what was reported and moves nothing: they stand
 * outside the sum. Balances are kept sorted by item, expiry (never last), lot and account, so that
 * the lots of an item stand in the order in which they should leave.
 *
 * Reading is for everybody; changing is for the files that fold (state_ledger*.c, state_waybill.c).
 */
#ifndef COORDINATOR_STATE_STATE_BOOK_H
#define COORDINATOR_STATE_STATE_BOOK_H

#include "schemas/error.h"

#include <stdbool.h>
#include <stdint.h>

/* Of a checkpoint: append only. */
enum state_account {
    STATE_ACCOUNT_NONE,
    /* stores */
    STATE_ON_HAND,    /* usable and free */
    STATE_DAMAGED,    /* there, and not usable */
    STATE_PICKED,     /* set aside for waybills */
    STATE_LOADED,     /* on a vehicle that has not left */
    STATE_IN_TRANSIT, /* of a waybill: shipped and not received */
    /* sources */
    STATE_OPENING,       /* first count of a place */
    STATE_BROUGHT_IN,    /* received without a waybill */
    STATE_FOUND,         /* counted beyond the books */
    STATE_UNEXPLAINED,   /* left or was used, and was not in the books */
    STATE_ADJUSTED_UP,   /* adjusted by staff, with a reason */
    STATE_UNPACKED,      /* came out of kits */
    STATE_RELABELLED_IN, /* received under this lot, shipped under another */
    STATE_CORRECTED_UP,  /* the picture of the place said so, no movement did */
    STATE_OVER,          /* of a waybill: received and not (yet) shipped */
    /* uses */
    STATE_ISSUED, /* to people */
    STATE_SENT,   /* shipped without a waybill */
    STATE_LOST,
    STATE_EXPIRED,
    STATE_WRITTEN_OFF,
    STATE_MISSING, /* in the books, and not counted */
    STATE_ADJUSTED_DOWN,
    STATE_OPENED, /* kits that were unpacked */
    STATE_RELABELLED_OUT,
    STATE_CORRECTED_DOWN,
    STATE_MISSING_ON_WAY, /* of a waybill that is closed: shipped and never received */
    /* notes */
    STATE_NOTE_OUT_OF_TURN, /* left although an earlier expiry was there, and no reason was given */
    STATE_NOTE_OVERRIDDEN,  /* the same with a reason */
    STATE_NOTE_UNBOOKED,    /* said to be picked, loaded or put back, and was not there to be */
    STATE_NOTE_NO_REASON,   /* differences, losses and adjustments without one */
    STATE_NOTE_HANDED_OUT,  /* issued to people since the incident was opened */
    STATE_ACCOUNTS
};

enum state_account_side { STATE_SIDE_STORE, STATE_SIDE_SOURCE, STATE_SIDE_USE, STATE_SIDE_NOTE };

#define STATE_BALANCE_MAX (INT64_MAX / 4) /* of one account; nothing is booked beyond it */

struct state_lot { /* STATE_NAME indices; lot STATE_NONE: not kept by lot */
    uint32_t item, lot;
    uint32_t expiry_day; /* 0: does not expire */
};

struct state_balance {
    struct state_lot lot;
    enum state_account account;
    int64_t amount;    /* base units, never negative */
    uint64_t position; /* of the record that last changed or confirmed it */
};

struct state_book {
    struct state_balance *balances; /* sorted */
    uint32_t count, room;
};

enum state_account_side state_account_side(enum state_account account);

/* "on-hand", "in-transit", …; "unknown" */
const char *state_account_word(enum state_account account);

/* What there is on one account; 0 where nothing ever was. O(log balances). */
int64_t state_book_amount(const struct state_book *book, const struct state_lot *lot,
                          enum state_account account);

/* Everything that lies at the place of the book: on hand, damaged, picked, loaded. */
int64_t state_book_there(const struct state_book *book, const struct state_lot *lot);

/* Index of the first balance of this item or of a later one, and of the first one behind a lot. */
uint32_t state_book_first(const struct state_book *book, uint32_t item);
uint32_t state_book_after(const struct state_book *book, const struct state_lot *lot);

bool state_lot_equal(const struct state_lot *a, const struct state_lot *b);

/* ---- for folding ---- */

/* The balance, made where absent; NULL without memory. Valid until the next `need`. */
struct state_balance *book_need(struct state_book *book, const struct state_lot *lot,
                                enum state_account account);

/* Makes all of `wanted` that are absent, in one pass, with nothing on them and position 0. Sorts
 * `wanted`, in which one may stand twice. False: no memory, and nothing is changed.
 * O(balances + count · log count). */
bool book_need_all(struct state_book *book, struct state_balance *wanted, uint32_t count);

/* Takes out those whose position is 0: made, and never booked on. O(balances). */
void book_drop_unused(struct state_book *book);

/* How a store, use or source changes when goods come from it (-1) or go to it (1). A source that
 * gives grows, and shrinks when it is paid back. False: that would pass STATE_BALANCE_MAX or fall
 * below 0; nothing is changed then. HV_ERR_MEMORY through `ret_error`. */
bool book_change(struct state_book *book, const struct state_lot *lot, enum state_account account,
                 int sign, int64_t amount, uint64_t position, int *ret_error);

void book_free(struct state_book *book);

#endif
