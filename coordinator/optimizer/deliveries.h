/* How the goods of a plan get to their shelters: trips of the depots' vehicles on roads that are
 * open when they are there, as far as that was announced (delivery_ways.h). Pure.
 *
 * What a depot sends to a shelter is one consignment, and so is each order that stands and has not
 * left: a trip carries goods of one consignment, as one waybill does. The schedule is
 * fleet_schedule() (allocation_fleet.h) in minutes; here quantities are whole base units and times
 * whole milliseconds. */
#ifndef HV_OPTIMIZER_DELIVERIES_H
#define HV_OPTIMIZER_DELIVERIES_H

#include "coordinator/optimizer/planner.h"
#include "coordinator/optimizer/timetable_steps.h"

#define DELIVERIES_TRIPS_MAX 16384u   /* of one plan */
#define DELIVERIES_VEHICLES_MAX 4096u /* of all groups together; more are not counted on */

/* `count` equal vehicles of a depot that carry goods. */
struct deliveries_group {
    uint32_t depot;
    uint32_t count;
    int64_t volume_ml, weight_g;      /* ≥ 1 */
    int64_t loading_ms, unloading_ms; /* each trip, ≥ 0 */
    int64_t range_m;                  /* there and back; 0: no limit is known */
    bool cold;                        /* keeps goods cold */
};

/* A vehicle of a group that is on its way. It is counted on from when it can be back, in whole
 * quarters of an hour: times of a plan do not change with each minute that passes. */
struct deliveries_busy {
    uint32_t group, shelter;
    bool unloaded;    /* it is on its way back */
    int64_t since_ms; /* how long ago it left the depot, or the shelter; ≥ 0 */
};

struct deliveries_task {
    const struct instance *instance;        /* its network as the roads are now */
    const struct plan *plan;                /* its shipments, and which orders it takes back */
    const struct planner_promise *promises; /* orders that have not left, by number of promise */
    const int64_t *due_ms;         /* by promise: when it is expected there; INT64_MAX: not said */
    const uint32_t *promise_group; /* by promise: the group that it was ordered with, which is kept
                                      to unless more is left for it; PLAN_NONE: none was; NULL: of
                                      no promise */
    uint32_t promise_count;
    const struct deliveries_group *groups;
    uint32_t group_count;
    const struct deliveries_busy *busy;
    uint32_t busy_count;
    const struct timetable_closing *closings; /* from now, by link and then by time */
    size_t closing_count;
    const int64_t *link_m; /* length of each link; NULL: not known, and ranges are not looked at */
    int64_t horizon_ms;    /* what cannot be unloaded by then is not planned, > 0 */
};

/* Makes the schedule. HV_ERR_VALUE: a figure is out of range or names what does not exist;
 * HV_ERR_MEMORY; errors of network_search_run(). One search of the network each way for each depot
 * that sends anything, and more where its ways lead over links that close. */
HV_MUST_USE int deliveries_make(const struct deliveries_task *task,
                                struct plan_deliveries **ret_deliveries);

#endif
