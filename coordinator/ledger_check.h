/* The proof that the ledger adds up, over a whole log: the fold and the second reading of the same
 * records side by side, compared at positions on the way and at the end. Any thread that may read
 * the log. */
#ifndef COORDINATOR_LEDGER_CHECK_H
#define COORDINATOR_LEDGER_CHECK_H

#include "coordinator/ledger/verify.h"
#include "coordinator/log/log.h"

#define LEDGER_CHECK_TIMES 16u /* comparisons on the way, evenly, besides the one at the end */

struct ledger_checked {
    struct ledger_verify *verify; /* the caller's: ledger_verify_free */
    uint64_t position;            /* last record that was looked at */
};

/* Checks records 1 to `to` (0: all). Findings are a result and no error. HV_ERR_CORRUPT with
 * *ret_bad (may be NULL) as log_read; HV_ERR_NOT_FOUND, HV_ERR_IO, HV_ERR_MEMORY. O(records). */
int ledger_check(struct log *log, uint64_t to, struct ledger_checked *ret_checked,
                 uint64_t *ret_bad) HV_MUST_USE;

#endif
