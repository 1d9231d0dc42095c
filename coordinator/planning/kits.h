/* Which kits a depot opens, because what is loose there does not reach: what depots hold, less what
 * is taken from them in turn. Pure. */
#ifndef COORDINATOR_PLANNING_KITS_H
#define COORDINATOR_PLANNING_KITS_H

#include "coordinator/region/region.h"
#include "coordinator/state/state.h"

struct kits {
    const struct state *state;
    const struct region *region;
    int64_t *left;   /* depot x item: usable, loose or as kits, that nothing takes before */
    bool *holds;     /* depot: kits that can be opened */
    int64_t *opened; /* item: how many of this kit, since kits_begin() */
    bool any;        /* some depot holds kits that can be opened */
};

/* What depots hold that is usable on a day (since 1970). HV_ERR_MEMORY. O(lines of stock). */
int kits_count(const struct state *state, const struct region *region, int64_t today_day,
               struct hv_arena *arena, struct kits *ret_kits) HV_MUST_USE;

/* The depot that an order to ship is for. REGION_NONE: none of the region. */
uint32_t kits_depot_of(const struct kits *kits, const struct hv_order *order);

void kits_take(struct kits *kits, uint32_t depot, uint32_t item, int64_t quantity);

void kits_begin(struct kits *kits); /* nothing is opened */

/* Opens as many kits as hold what is lacking of an item; everything in them is loose then. */
void kits_open(struct kits *kits, uint32_t depot, uint32_t item);

#endif
