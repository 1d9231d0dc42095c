/* Which zones are split together (zone_plan_split.h) where all of them are too many for one linear
 * programme: blocks of zones that meet on roads or at shelters, each zone in at least one. */
#ifndef ZONE_PLAN_BLOCKS_H
#define ZONE_PLAN_BLOCKS_H

#include "coordinator/optimizer/zone_plan_search.h"

struct zone_plan_blocks {
    const struct zone_plan_search *search; /* borrowed; the best plan tells the ways */
    bool *covered;                         /* by zone: was in a block */
    int32_t *link_users, *shelter_users;   /* zones of the block there */
    int64_t uses_max;                      /* of links by departures, in one block */
};

/* HV_OK or HV_ERR_MEMORY; free with zone_plan_blocks_deinit. */
HV_MUST_USE int zone_plan_blocks_init(struct zone_plan_blocks *blocks,
                                      const struct zone_plan_search *search, int64_t uses_max);
void zone_plan_blocks_deinit(struct zone_plan_blocks *blocks);

/* Marks the zones of the next block: one that was in none and has most people left over, and those
 * that meet the block most, as far as there is room. False where every zone was in one.
 * O(zones² · links of a way). */
bool zone_plan_blocks_next(struct zone_plan_blocks *blocks, bool *ret_member);

#endif
