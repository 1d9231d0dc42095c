/* Booking on the books of a place. Internal: state_ledger.c books, and makes the books hold what
 * was counted; state_ledger_movement.c books movements. */
#ifndef COORDINATOR_STATE_STATE_LEDGER_H
#define COORDINATOR_STATE_STATE_LEDGER_H

#include "coordinator/state/state_fold.h"

/* Where goods that leave an account of a place go: an account of its own books, or a waybill. */
struct ledger_target {
    enum state_account account;
    struct state_waybill *waybill; /* NULL: the account */
};

/* As much of `wanted` as the account holds goes there; returns how much that was. */
int64_t ledger_draw(struct state *state, struct state_place *place, enum state_account account,
                    const struct ledger_target *to, const struct state_lot *lot, int64_t wanted);

/* The same from what is picked or loaded for one waybill. */
int64_t ledger_draw_pick(struct state *state, struct state_place *place,
                         struct state_waybill *waybill, enum state_account account,
                         const struct ledger_target *to, const struct state_lot *lot,
                         int64_t wanted);

/* What leaves: `damaged` of it were damaged before; what was set aside for its own waybill goes
 * first; what is not there comes from STATE_UNEXPLAINED. Returns how much of it was free before. */
int64_t ledger_take(struct state *state, struct state_place *place, const struct ledger_target *to,
                    const struct state_lot *lot, int64_t quantity, int64_t damaged);

/* What comes, from a source. */
void ledger_bring(struct state *state, struct state_place *place, enum state_account source,
                  const struct state_lot *lot, int64_t quantity, int64_t damaged);

/* Adds to an account that moves nothing. */
void ledger_note(struct state *state, struct state_book *book, enum state_account account,
                 const struct state_lot *lot, int64_t amount);

/* Balances of many lots that are about to be booked on, made all at once: one by one each would
 * move all that stand behind it, which takes a time with the square of the lots. Up to four of a
 * lot. Where lots are few, or there is no memory, nothing is made, and booking makes them one by
 * one. */
struct ledger_wanted {
    struct state_balance *balances; /* NULL: one by one */
    uint32_t count;
};

struct ledger_wanted ledger_wanted_of(size_t lots);

void ledger_want(struct ledger_wanted *wanted, const struct state_lot *lot,
                 enum state_account account);

/* Makes them, and frees the list. */
void ledger_make_wanted(struct state_book *book, struct ledger_wanted *wanted);

/* Takes out again what was not booked on. */
void ledger_drop_unused(struct state_book *book, const struct ledger_wanted *wanted);

/* Makes the books hold so much of a lot as the picture of the place shows. */
void ledger_agree_on(struct state *state, struct state_place *place, const struct state_lot *lot);

#endif
