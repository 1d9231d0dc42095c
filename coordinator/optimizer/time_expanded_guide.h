/* A way to a goal of a circulation for each id that has one, as it was when last looked: the forest
 * of time_expanded_forest grown from the other end.
 *
 * The ways lead over arcs with room and a reduced cost of 0. They go out of date as people are sent
 * and as what is on them enters the forest, where labels stay while they rise outside; so each is
 * walked before anybody is sent along it, and what leads to a fault is forgotten and has no way
 * until all are worked out anew. How many links a way has guides growth where there is none: out of
 * date, that costs work and nothing else. */
#ifndef TIME_EXPANDED_GUIDE_H
#define TIME_EXPANDED_GUIDE_H

#include "coordinator/optimizer/time_expanded_forest.h"

#define TIME_GUIDE_FAR UINT16_MAX
#define TIME_GUIDE_NONE (-1) /* instead of the next id where there is no way */

/* Works all ways of a circular forest out anew, by a search backwards from the goals: to be called
 * while nothing in the forest has one. Returns HV_OK or HV_ERR_MEMORY. Counted in the forest's
 * work.
 */
HV_MUST_USE int time_guide_renew(struct time_forest *forest);

/* The same where the ways are old: much work was done since, against what it takes to renew them.
 */
HV_MUST_USE int time_guide_keep(struct time_forest *forest);

/* Has the way of an id go on to the next, which names it by `code`, and have so many links. */
void time_guide_point(struct time_forest *forest, int32_t id, int32_t next, int32_t code,
                      uint16_t links);

/* How many can go on from an id to the goal of its way; 0 where there is none, or no longer. */
int32_t time_guide_room(struct time_forest *forest, int32_t id);

/* Sends so many along the way of an id, which has room for them. Returns the goal, whose balance is
 * left as it is. */
int32_t time_guide_send(struct time_forest *forest, int32_t id, int32_t people);

#endif
