/* The vehicles that goods can go by now, and the deliveries of a plan by them. Pure.
 *
 * Counted on are vans and trucks of a depot whose payload is known by weight and by volume
 * (docs/SUPPLY.md says what stands for the rest on day one). Of those on their way for a waybill it
 * is reckoned when they are back. */
#ifndef COORDINATOR_PLANNING_FLEET_H
#define COORDINATOR_PLANNING_FLEET_H

#include "coordinator/optimizer/deliveries.h"
#include "coordinator/region/region.h"
#include "coordinator/state/state.h"

struct fleet {
    struct deliveries_group *groups;
    uint32_t *vehicles; /* by group: its number in the region */
    uint32_t group_count;
    struct deliveries_busy *busy;
    uint32_t busy_count;
    int64_t *link_m;         /* by link; NULL: no range is known */
    int64_t *due_ms;         /* by promise, after now; INT64_MAX: not said */
    uint32_t *promise_group; /* by promise: the group that its order says; REGION_NONE: none */
    int64_t horizon_ms;      /* > 0 */
    const struct timetable_closing *closings; /* of the picture that it belongs to */
    size_t closing_count;
};

/* `promise_orders`: the orders to ship that have not left, whose numbers promises have. `wall_ms`
 * and `mono_ms`: now. NULL: no depot has vehicles that can be counted on. HV_ERR_MEMORY. */
int fleet_new(const struct state *state, const struct region *region,
              const uint64_t *promise_orders, uint32_t promise_count, int64_t wall_ms,
              uint64_t mono_ms, int64_t horizon_ms, struct fleet **ret_fleet) HV_MUST_USE;
void fleet_free(struct fleet *fleet); /* NULL does nothing */

/* Gives the plan its deliveries. Errors of deliveries_make(). */
int fleet_deliver(const struct fleet *fleet, const struct instance *instance,
                  const struct planner_promise *promises, uint32_t promise_count,
                  struct plan *plan) HV_MUST_USE;

#endif
