/* Ways between a depot and shelters by when a vehicle leaves: roads that are announced to close are
 * used until then, and roads that open again from then on. Pure.
 *
 * A vehicle is on no link while it is closed: it has left it by the time at which it closes, and
 * does not enter it before it is open again. From now, and again from each time at which a link
 * opens, the quickest way is found, then the quickest without the links that close first, and so on
 * until a way is open for good: each is open for those who leave until a time of its own, and is
 * quicker than those that are open for longer. Who needs a link that closes early and is near the
 * start may find a longer way than there is, never one that is closed. */
#ifndef HV_OPTIMIZER_DELIVERY_WAYS_H
#define HV_OPTIMIZER_DELIVERY_WAYS_H

#include "coordinator/optimizer/network.h"
#include "coordinator/optimizer/timetable_steps.h"

#define DELIVERY_WAYS_OPENINGS_MAX 4u  /* times at which links open again that are looked at */
#define DELIVERY_WAYS_CLOSINGS_MAX 6u  /* from each of them; all that close later close together */
#define DELIVERY_WAYS_ALWAYS INT64_MAX /* until when a way is open that nothing closes */

/* Open for who leaves from `from_ms` to `until_ms`, both included. */
struct delivery_leg {
    int64_t from_ms, until_ms;
    int64_t travel_ms;
    int64_t m;                       /* 0 where lengths are not known */
    uint32_t first_link, link_count; /* in the order of travel */
};

/* The legs of one depot and place, one way: by from_ms, then by until_ms. None: no way. */
struct delivery_legs {
    uint32_t first, count; /* in legs */
};

struct delivery_ways;

/* `closings` by link, then by from_ms; `link_m` by link, or NULL. All must outlive the ways. What
 * begins at `horizon_ms` or later is not looked at. HV_ERR_VALUE: a closing names a link that does
 * not exist; HV_ERR_MEMORY. */
HV_MUST_USE int delivery_ways_new(const struct network *network,
                                  const struct timetable_closing *closings, size_t closing_count,
                                  const int64_t *link_m, int64_t horizon_ms,
                                  struct delivery_ways **ret_ways);
void delivery_ways_free(struct delivery_ways *ways); /* NULL does nothing */

/* The legs from `depot`, or to it, of each of `places`, all nodes. One search of the network, and
 * where what it finds leads over links that close one more for each of these times, within the
 * limits above. HV_ERR_MEMORY; errors of network_search_run(). */
HV_MUST_USE int delivery_ways_find(struct delivery_ways *ways, enum network_direction direction,
                                   uint32_t depot, const uint32_t *places, uint32_t place_count,
                                   struct delivery_legs *ret_legs);

/* Of all that was found so far; valid until the next call. */
const struct delivery_leg *delivery_ways_legs(const struct delivery_ways *ways);

/* Gives up the links of all legs; the caller frees them. NULL where there are none. */
uint32_t *delivery_ways_take_links(struct delivery_ways *ways, size_t *ret_count);

#endif
