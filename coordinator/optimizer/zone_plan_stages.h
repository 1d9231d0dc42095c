/* Stages of a zone plan while it is searched for: nobody of a stage leaves before the last of every
 * lower one has. A stage is kept by the steps between which its zones may leave: from where it
 * begins to before where the next one does. The search moves these steps. */
#ifndef ZONE_PLAN_STAGES_H
#define ZONE_PLAN_STAGES_H

#include "coordinator/optimizer/zone_plan_search.h"

/* Sets the steps at which zones may leave from `stages` and `begins`. */
void zone_plan_stages_set_windows(struct zone_plan_search *search);

/* The last step at which anybody of a stage departs, -1 where nobody does. */
int32_t zone_plan_stages_last_departure(const struct zone_plan_search *search, int32_t stage);

/* Lets each stage begin when the one before has left in the present plan; returns whether any
 * begins earlier than before. */
bool zone_plan_stages_tighten(struct zone_plan_search *search);

/* Lets a stage begin at another step, by chance; the others as near to their own as that allows. */
void zone_plan_stages_move(struct zone_plan_search *search);

/* After that: writes to `zones` those that leave outside their window or have people left over, and
 * one at random. Returns how many. */
size_t zone_plan_stages_misplaced(struct zone_plan_search *search);

/* Forms stages for zones without one, in order of departure where there are none, as many people in
 * each. Returns HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int zone_plan_stages_form(struct zone_plan_search *search);

/* Gives a search of the same problem the stages of another. */
void zone_plan_stages_take(struct zone_plan_search *search, const struct zone_plan_search *from);

#endif
