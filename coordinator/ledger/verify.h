/* Proof that the ledger adds up: the log read a second time, by arithmetic that shares nothing with
 * the fold.
 *
 * Feed it every record of a log in order (ledger_verify_record) and, at any position, the state
 * folded up to there (ledger_verify_compare). It sums what reports say by place, waybill, lot and
 * kind of movement, keyed by names, and then demands of the books:
 *
 *   - each lot over all books: what the sources gave is what the stores hold and the uses took;
 *   - no balance is negative;
 *   - issued, sent, lost, expired, written off, adjusted, unpacked and brought in are the sums of
 *     the reports, of each place and lot;
 *   - what lies at a place is what came less what went, by those sums;
 *   - of each waybill and lot, shipped less received is in transit, missing or relabelled less
 * over;
 *   - what a place has picked and loaded is what its waybills say;
 *   - books and picture of a place are the same, where they speak of the same moment;
 *   - no waybill carries more for requests than it carries.
 *
 * Pure. Memory grows with places x lots and waybills, not with the log. */
#ifndef COORDINATOR_LEDGER_VERIFY_H
#define COORDINATOR_LEDGER_VERIFY_H

#include "coordinator/state/state.h"

#include <stddef.h>

#define LEDGER_FINDINGS_MAX 100u /* kept; all are counted */

struct ledger_verify;

struct ledger_verify_totals {
    uint64_t records, movements;       /* movements: lines of stock movements that counted */
    uint64_t repeated;                 /* reports that stand in the log and must not count again */
    uint64_t balances, lots, waybills; /* of the last comparison */
    uint64_t compared;                 /* how often */
    uint64_t findings;
};

struct ledger_verify *ledger_verify_new(void); /* NULL without memory */
void ledger_verify_free(struct ledger_verify *verify);

/* The next record of the log. HV_ERR_MEMORY. O(lines), expected. */
int ledger_verify_record(struct ledger_verify *verify, const struct hv_record *record) HV_MUST_USE;

/* Compares with the state folded from the same records. What does not add up becomes findings.
 * HV_ERR_MEMORY. O(balances). */
int ledger_verify_compare(struct ledger_verify *verify, const struct state *state) HV_MUST_USE;

const struct ledger_verify_totals *ledger_verify_totals(const struct ledger_verify *verify);

/* One sentence; "" past the kept ones. */
const char *ledger_verify_finding(const struct ledger_verify *verify, size_t index);

#endif
