/* Which shelters the water is going to cut off: those that no depot reaches any more, or from where
 * no vehicle comes back to one, once every road is closed that is closed now or announced to close.
 * What their people will need has to be there before. Pure. */
#ifndef COORDINATOR_PLANNING_CUT_OFF_H
#define COORDINATOR_PLANNING_CUT_OFF_H

#include "coordinator/optimizer/instance.h"
#include "coordinator/optimizer/timetable.h"

/* Marks them in `ret_cut_off`, one flag a shelter, all false before. Closings that begin at
 * `until_ms` from now or later are not looked at; those that begin before are taken together, even
 * where the first road opens again before the last closes. A shelter that no depot reaches now is
 * marked too. `instance` needs its network, shelters and depots. Nothing is marked where nothing is
 * announced. HV_ERR_MEMORY. Two searches of the network. */
int cut_off_find(const struct instance *instance, const struct timetable_closing *closings,
                 size_t closing_count, int64_t until_ms, bool *ret_cut_off) HV_MUST_USE;

#endif
