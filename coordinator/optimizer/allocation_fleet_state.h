/* The inside of a schedule. Included only by allocation_fleet*.c. */
#ifndef HV_OPTIMIZER_ALLOCATION_FLEET_STATE_H
#define HV_OPTIMIZER_ALLOCATION_FLEET_STATE_H

#include "coordinator/optimizer/allocation_fleet.h"

#define FLEET_ALMOST 1e-9

/* What is still to be carried along one lane: rest from first to end. */
struct job {
    uint32_t depot, lane;
    size_t first, end;
    double volume_m3, weight_kg; /* of what is left */
};

/* Which job a free vehicle takes. */
enum rule { LONGEST_FIRST, MOST_URGENT_FIRST, CLOSING_FIRST };

/* A trip by the clock. */
struct times {
    double starts_min, arrives_min, delivered_min, returns_min, back_min;
    uint32_t out_leg, back_leg;
};

struct fleet {
    const struct fleet_task *task;
    uint32_t *vehicles;              /* in the order of their depots */
    uint32_t *first_vehicle;         /* depot, and one more: where its vehicles begin */
    double *leave_by_min;            /* by lane: for the vehicle for which it is latest */
    bool any_closes;                 /* a lane's is a time */
    struct allocation_shipment *all; /* what can be carried, by lane and item */
    struct allocation_shipment *rest;
    size_t rest_count;
    struct job *all_jobs, *jobs; /* by depot and lane */
    size_t job_count;
    size_t first_job, end_job; /* of the depot that is looked at */
    bool *bound;               /* lane: only vehicles of the class that was ordered may go */
    double *free_min;          /* vehicle */
    uint32_t *type;            /* vehicle: those of one type are equal but for when they are free */
    uint32_t type_count;
    double *amounts; /* type, whether of cold goods, job: what is remembered; NULL: nothing is */
    enum rule rule;
    struct fleet_plan plan;
    size_t trip_room, load_room, left_room;
};

/* Checks the task, takes room, and sorts what can be carried into jobs; what never can be is left
 * with its reason. HV_ERR_VALUE, HV_ERR_LIMIT, HV_ERR_MEMORY. */
HV_MUST_USE int fleet_prepare(struct fleet *fleet);
void fleet_free_rooms(struct fleet *fleet);

bool fleet_must_be_cold(const struct fleet *fleet, uint32_t item);

/* When a vehicle that is free at a time can be there, and of these trips back, at the earliest;
 * false: there is no way any more. The lane has a way there and back in range. */
bool fleet_find_times(const struct fleet *fleet, const struct fleet_vehicle *vehicle, uint32_t lane,
                      double free_min, struct times *ret_times);

/* The latest time at which a vehicle can leave the depot and still get there and back; INFINITY:
 * any; -INFINITY: none. O(legs there × legs back). */
double fleet_leave_by_min(const struct fleet *fleet, const struct fleet_vehicle *vehicle,
                          uint32_t lane);

/* Units of an item that fit into so much room, in whole packs where it has packs. */
double fleet_units_that_fit(const struct fleet *fleet, uint32_t item, double quantity,
                            double volume_m3, double weight_kg);

/* Whether a vehicle can take any of a shipment, and whether it gets along a lane and back. */
bool fleet_takes(const struct fleet *fleet, const struct fleet_vehicle *vehicle,
                 const struct allocation_shipment *s);
bool fleet_reaches(const struct fleet *fleet, const struct fleet_vehicle *vehicle, uint32_t lane);

/* What it costs not to have a unit of a shipment. */
double fleet_worth(const struct fleet *fleet, const struct allocation_shipment *s);

/* Trips that a vehicle would need for a job, were room all that counts. */
double fleet_trips_needed(const struct job *job, double volume_m3, double weight_kg);

/* When the last delivery of a depot can be unloaded at the earliest. */
double fleet_bound_of_depot(const struct fleet *fleet, uint32_t depot);

/* Notes that no vehicle brings it. HV_ERR_MEMORY. */
HV_MUST_USE int fleet_leave(struct fleet *fleet, const struct allocation_shipment *s,
                            enum fleet_reason reason);

#endif
