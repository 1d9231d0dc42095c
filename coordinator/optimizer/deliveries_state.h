/* Deliveries while they are made. Internal: deliveries.c describes to the fleet what is to be
 * carried and by whom, deliveries_roads.c the ways, deliveries_tell.c tells what comes out. */
#ifndef HV_OPTIMIZER_DELIVERIES_STATE_H
#define HV_OPTIMIZER_DELIVERIES_STATE_H

#include "coordinator/optimizer/allocation_fleet.h"
#include "coordinator/optimizer/deliveries.h"
#include "coordinator/optimizer/delivery_ways.h"

#define DELIVERIES_MS_PER_MIN 60000.0
#define DELIVERIES_M_PER_KM 1000.0

/* What one depot sends to one shelter on one waybill: a lane of the fleet's instance. */
struct deliveries_consignment {
    uint32_t depot, shelter;
    uint32_t promise; /* PLAN_NONE: new */
};

struct deliveries_making {
    const struct deliveries_task *task;
    struct deliveries_consignment *consignments; /* lanes; those of one depot together */
    uint32_t consignment_count;
    int64_t *ready_ms;                   /* by busy vehicle: when it is back, after the start */
    struct allocation_instance instance; /* as the fleet sees it; what it points to is below */
    struct allocation_item *items;
    struct allocation_depot *depots;
    struct allocation_shelter *shelters;
    struct allocation_lane *lanes;
    struct allocation_shipment *shipments;
    struct delivery_ways *roads;
    struct delivery_legs *out, *back; /* by lane, and after all lanes by busy vehicle */
    struct fleet_way *ways;
    struct fleet_legs *legs;
    struct fleet_leg *all_legs; /* of all lanes */
    uint32_t *only;             /* by lane: group of the order */
    double *pack;
    bool *cold;
    struct fleet_vehicle *vehicles;
    uint32_t *group, *number; /* by vehicle: its group and which of it, from 1 */
    uint32_t vehicle_count;
    size_t shipment_count;
    struct plan_deliveries *made;
};

/* ---- deliveries_roads.c ---- */

/* Sets `roads`, `out` and `back`: the legs of every consignment, and of every busy vehicle whose
 * depot sends something. HV_ERR_MEMORY; errors of delivery_ways_find(). */
HV_MUST_USE int deliveries_find_ways(struct deliveries_making *making);

/* Sets `ways`, `legs` and `all_legs`, which the fleet takes, from them. HV_ERR_MEMORY. */
HV_MUST_USE int deliveries_describe_ways(struct deliveries_making *making);

/* Sets `ready_ms`. */
void deliveries_find_ready(struct deliveries_making *making);

/* ---- deliveries_tell.c ---- */

/* Writes what the fleet does to `made`, which takes the links of `roads`. HV_ERR_MEMORY. */
HV_MUST_USE int deliveries_tell(struct deliveries_making *making, const struct fleet_plan *fleet);

#endif
