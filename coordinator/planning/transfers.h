/* Goods from shelter to shelter: what one has beyond what its people need for long goes to another
 * whose lack no depot can make good. Pure.
 *
 * A plan proposes it where haven.yaml says so (transfer_above_days). The shelter that gives keeps
 * what those who are there and those who are expected need in so many days and what its staff ask
 * for; it is neither stale nor hit nor about to be cut off, its people are known, and unopened kits
 * stay where they are. Pairs by the time on roads that are open now, the shortest first: a
 * heuristic. */
#ifndef COORDINATOR_PLANNING_TRANSFERS_H
#define COORDINATOR_PLANNING_TRANSFERS_H

#include "coordinator/planning/picture.h"

#define TRANSFERS_MAX 100u       /* of one plan */
#define TRANSFERS_TO_MAX 64u     /* shelters that are looked at, the first that lack something */
#define TRANSFERS_LEAST_SHARE 10 /* of a lack, a part that is smaller is not worth a journey */

struct transfer {
    uint32_t from, to, item;
    int64_t quantity; /* base units, > 0 */
    int64_t travel_ms;
};

/* `lacks`: by unmet need of the plan, whether that is for want of goods or of a way from depots.
 * Transfers by giver, receiver and item, in the arena; none where the picture knows no surplus.
 * HV_ERR_MEMORY; errors of network_search_run(). One search for each shelter that lacks something,
 * and O(lacks × shelters × log). */
int transfers_find(const struct picture *picture, const struct plan *plan, const bool *lacks,
                   struct hv_arena *arena, struct transfer **ret_transfers,
                   size_t *ret_count) HV_MUST_USE;

#endif
