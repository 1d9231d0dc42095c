/* A plan carried out by a fleet: which vehicle takes what where, and when. */
#ifndef HV_OPTIMIZER_ALLOCATION_FLEET_H
#define HV_OPTIMIZER_ALLOCATION_FLEET_H

#include "coordinator/optimizer/allocation_plan.h"

#define FLEET_VEHICLES_MAX 100000u
#define FLEET_TRIPS_MAX 1000000u

struct fleet_vehicle {
    uint32_t depot;     /* where it stands, loads and comes back to */
    double volume_m3;   /* > 0 */
    double weight_kg;   /* > 0 */
    double loading_min; /* at the depot, each trip, ≥ 0 */
    double unloading_min;
    double ready_min; /* from when it can load */
};

/* One trip: loads, drives to one shelter, unloads, drives back. */
struct fleet_trip {
    uint32_t vehicle, lane;
    double starts_min, arrives_min, delivered_min, back_min;
    size_t first_load, load_count; /* in loads */
};

struct fleet_load {
    uint32_t item;
    double quantity; /* > 0 */
};

struct fleet_plan {
    struct fleet_trip *trips; /* by vehicle's depot, in the order in which they start */
    size_t trip_count;
    struct fleet_load *loads;
    size_t load_count;
    struct allocation_shipment *left; /* what no vehicle of its depot can carry */
    size_t left_count;
    double last_min;       /* when the last delivery is unloaded; 0 without any */
    double last_bound_min; /* no schedule of trips to one shelter each delivers all of it earlier */
};

/* Schedules the shipments of a plan. `travel_min`: minutes of each lane one way, on roads that are
 * open; `pack`: units a pack by item, never split, 0 where any quantity can be loaded.
 *
 * List scheduling: at each depot the vehicle that is free first takes the shelter whose round trips
 * take longest altogether (Graham 1969), filled up to its volume or weight. A heuristic; the bound
 * is the greater of the longest single way and the work of all trips that are needed shared among
 * all vehicles. HV_ERR_VALUE: a figure is negative, no number, or a capacity is 0; HV_ERR_LIMIT:
 * more vehicles or trips than the limits; HV_ERR_MEMORY. Deterministic. */
HV_MUST_USE int fleet_schedule(const struct allocation_instance *instance,
                               const struct allocation_plan *plan, const double *travel_min,
                               const double *pack, const struct fleet_vehicle *vehicles,
                               uint32_t vehicle_count, struct fleet_plan *ret_plan);
void fleet_plan_deinit(struct fleet_plan *plan);

#endif
