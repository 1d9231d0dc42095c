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
    double range_km;  /* there and back on one filling, ≥ 0; 0: no limit is known */
    bool cold;        /* keeps goods cold */
    uint32_t class;   /* those that orders name alike (fleet_task.only) */
};

#define FLEET_ANY UINT32_MAX

/* A lane: how long it takes, or with legs at the least. */
struct fleet_way {
    double out_min;  /* ≥ 0; INFINITY: none */
    double back_min; /* the same */
    double round_km; /* there and back, ≥ 0 */
};

/* A way for those who leave from one time to another, both included. */
struct fleet_leg {
    double from_min, until_min; /* ≥ 0; until: or INFINITY */
    double min, km;             /* ≥ 0 */
};

/* The ways of a lane where it depends on when a vehicle leaves how long it takes, or whether it
 * gets there at all: roads close, and open again. */
struct fleet_legs {
    const struct fleet_leg *out, *back;
    uint32_t out_count, back_count; /* both 0: it does not depend */
};

struct fleet_task {
    const struct allocation_instance *instance;
    const struct allocation_plan *plan; /* its shipments; lanes may share depot and shelter */
    const struct fleet_way *ways;       /* by lane */
    const struct fleet_legs *legs;      /* by lane; NULL: none has any */
    const double *pack; /* units a pack by item, never split; 0 where any quantity can be loaded */
    const uint32_t *only; /* by lane: the class of vehicle that has been ordered, which is kept to
                             unless more would be left for it; FLEET_ANY, or NULL: none has */
    const bool *cold;     /* by item: goes in cold vehicles only; NULL: none does */
    const struct fleet_vehicle *vehicles;
    uint32_t vehicle_count;
    double horizon_min; /* what cannot be unloaded by then is left; INFINITY: none is */
    size_t trips_max;   /* at most FLEET_TRIPS_MAX */
};

/* One trip: loads, drives to one shelter, unloads, drives back. */
struct fleet_trip {
    uint32_t vehicle, lane;
    double starts_min, arrives_min, delivered_min;
    double returns_min, back_min;  /* leaves the shelter, later where no way back is open before */
    double leave_by_min;           /* who leaves the depot later does not get there, or not back;
                                      INFINITY: no road closes for good */
    uint32_t out_leg, back_leg;    /* of the lane's; 0 where it has none */
    size_t first_load, load_count; /* in loads */
};

struct fleet_load {
    uint32_t item;
    double quantity; /* > 0 */
};

/* Why something is left, the first that holds. */
enum fleet_reason {
    FLEET_NO_VEHICLE, /* none stands at the depot */
    FLEET_NO_WAY,     /* no open road there or back */
    FLEET_NO_COLD,    /* it must stay cold, and no vehicle keeps it so */
    FLEET_TOO_BIG,    /* no vehicle takes one unit, or one pack */
    FLEET_TOO_FAR,    /* beyond the range of every vehicle that could take it */
    FLEET_CLOSES,     /* no vehicle has time for it before a road there or back closes */
    FLEET_BUSY,       /* no vehicle has time for it within the horizon */
    FLEET_TRIPS,      /* more trips than are planned at once */
    FLEET_REASONS
};

struct fleet_left {
    uint32_t lane, item;
    double quantity; /* > 0 */
    enum fleet_reason reason;
};

struct fleet_plan {
    struct fleet_trip *trips; /* by vehicle's depot, in the order in which they start */
    size_t trip_count;
    struct fleet_load *loads;
    size_t load_count;
    struct fleet_left *left; /* by lane and item */
    size_t left_count;
    double last_min; /* when the last delivery is unloaded; 0 without any */
    double busy_min; /* of all vehicles, from loading until they are back */

    /* No schedule of trips to one shelter each delivers all that can be carried earlier, horizon or
     * not: where it is later than the horizon, not all of it can be there by then. */
    double last_bound_min;
};

/* Schedules the shipments of a plan.
 *
 * List scheduling: at each depot the vehicle that is free first takes the shelter whose round trips
 * take longest altogether (Graham 1969), filled up to its volume or weight. Where that leaves
 * something for lack of time, it is done again with whatever saves most shortage a minute first
 * (Smith 1956), and where roads close with the lane that closes first before others (Jackson 1955),
 * and the schedule that leaves least of it, by cost and priority, is taken. A vehicle waits for a
 * road to open only when it has nothing else to do. Vehicles that keep goods cold carry such goods
 * first. A heuristic; the bound is the greater of the longest
 * single way and the work of all trips that are needed shared among all vehicles.
 *
 * O(trips × (vehicles + lanes × items) of a depot). HV_ERR_VALUE: a figure is negative, no number,
 * or a capacity is 0; HV_ERR_LIMIT: more vehicles or trips than the limits; HV_ERR_MEMORY.
 * Deterministic. */
HV_MUST_USE int fleet_schedule(const struct fleet_task *task, struct fleet_plan *ret_plan);
void fleet_plan_deinit(struct fleet_plan *plan);

/* "no_vehicle" and the like; static. */
const char *fleet_reason_name(enum fleet_reason reason);

#endif
