/* A plan in whole packs: boxes, pallets and drums are not opened on the way; and a plan with more
 * sent than it has. */
#ifndef HV_OPTIMIZER_ALLOCATION_PACKS_H
#define HV_OPTIMIZER_ALLOCATION_PACKS_H

#include "coordinator/optimizer/allocation_plan.h"

/* Rounds a plan to whole packs of `pack` units (by item; 0 where any quantity can be sent): each
 * shipment down, then packs that still pay and for which need, stock and all room are left, those
 * first that save most for their volume. What is less than a pack short of a need stays unmet.
 *
 * A heuristic: the plan keeps its lower bound, which holds for packs all the more, so that
 * objective − lower_bound bounds what the rounding costs. Where packs share less fairly than the
 * plan did, its bound, which is of plans as fair, does not hold, and becomes that of plans that
 * need not be. Fill rates and objective are added up anew; `unfair_cost` stays. O(lanes × items ×
 * log). HV_ERR_VALUE: a pack is negative or no number; HV_ERR_MEMORY; then the plan is as it was.
 */
HV_MUST_USE int allocation_round_to_packs(const struct allocation_instance *instance,
                                          const double *pack, struct allocation_plan *plan);

/* Adds to what a plan sends shipments that are still wanted: each as far as need, stock and all
 * room are left, in their order, and in whole packs where `pack` is not NULL. Unmet, fill rate and
 * objective are added up anew. HV_ERR_MEMORY; then the plan is as it was. */
HV_MUST_USE int allocation_add_shipments(const struct allocation_instance *instance,
                                         const double *pack, const struct allocation_shipment *more,
                                         size_t count, struct allocation_plan *plan);

#endif
