/* Contraflow: which links to reverse, all of them judged together. */
#ifndef ZONE_PLAN_REVERSALS_H
#define ZONE_PLAN_REVERSALS_H

#include "coordinator/optimizer/evacuation_flow.h"
#include "coordinator/optimizer/zone_plan_relax.h"

/* Chooses at most problem->reversals_max links, of a road only one direction. Candidates are the
 * links that `flow`, a flow on the relaxed instance, where every road has the lanes of both
 * directions, fills beyond their own lanes. Where there are more of them than may be reversed, one
 * after the other is given up, each time that whose loss costs the exact flow least and with it
 * those that the flow then has no use for: the links of a long road go together, and what only
 * gains together is never judged alone. Those given up that still fit are taken back, the dearest
 * first; at last each of the others may take the place of one. Choices are judged by the flow
 * without the limits on an order, so this is a heuristic; it is never worse in that flow than the
 * fullest links are.
 *
 * `limits` hold for all flows together: work_max, more than 0, is what they may scan. Where that
 * ends, or the callback stops them, the rest is judged by the last flow alone. Writes the links to
 * `ret_links`, room for all, and their number. HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int zone_plan_choose_reversals(const struct zone_plan_problem *problem,
                                           const struct evacuation_plan *flow,
                                           const struct evacuation_options *limits,
                                           int32_t *ret_links, size_t *ret_count);

#endif
