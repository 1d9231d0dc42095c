/* How many links it is from an id to the nearest goal of a circulation, as the growth of its forest
 * is guided by it. Figures go out of date as people are sent and labels change; that costs work and
 * nothing else. */
#ifndef TIME_EXPANDED_GUIDE_H
#define TIME_EXPANDED_GUIDE_H

#include "coordinator/optimizer/time_expanded_forest.h"

#define TIME_GUIDE_FAR UINT16_MAX

/* Works the guide of a circular forest out anew: a search backwards from the goals over arcs of
 * reduced cost 0. Returns HV_OK or HV_ERR_MEMORY. Counted in the forest's work. */
HV_MUST_USE int time_guide_renew(struct time_forest *forest);

/* The same where the guide is old: much work was done since, against what it takes to renew it. */
HV_MUST_USE int time_guide_keep(struct time_forest *forest);

#endif
