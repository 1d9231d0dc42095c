#include "coordinator/optimizer/allocation_fleet.h"

#include <math.h>
#include <stdlib.h>

#define NOBODY UINT32_MAX
#define ALMOST 1e-9

/* What is still to be carried along one lane: shipments first to end of `rest`. */
struct job {
    uint32_t depot, lane;
    size_t first, end;
    double volume_m3, weight_kg; /* of what is left */
};

struct fleet {
    const struct allocation_instance *instance;
    const double *travel_min, *pack;
    const struct fleet_vehicle *vehicles;
    uint32_t vehicle_count;
    struct allocation_shipment *rest; /* by lane and item; quantities go down */
    size_t rest_count;
    struct job *jobs; /* by depot and lane */
    size_t job_count;
    size_t first_job, end_job; /* of the depot that is looked at */
    double *free_min;          /* vehicle */
    struct fleet_plan plan;
    size_t trip_room, load_room, left_room;
};

/* Figures ----------------------------------------------------------------------------------------
 */

static bool is_time(double minutes) {
    return minutes >= 0 && minutes <= ALLOCATION_FIGURE_MAX;
}

static int check(const struct fleet *fleet) {
    const struct allocation_instance *in = fleet->instance;
    if (fleet->vehicle_count > FLEET_VEHICLES_MAX)
        return HV_ERR_LIMIT;
    for (uint32_t i = 0; i < fleet->vehicle_count; i++) {
        const struct fleet_vehicle *v = &fleet->vehicles[i];
        if (v->depot >= in->depot_count || !(v->volume_m3 > 0) || !(v->weight_kg > 0) ||
            !is_time(v->loading_min) || !is_time(v->unloading_min) || !is_time(v->ready_min))
            return HV_ERR_VALUE;
    }
    for (uint32_t l = 0; l < in->lane_count; l++)
        if (!is_time(fleet->travel_min[l]))
            return HV_ERR_VALUE;
    for (uint32_t k = 0; k < in->item_count; k++)
        if (!(fleet->pack[k] >= 0))
            return HV_ERR_VALUE;
    return 0;
}

static double travel(const struct fleet *fleet, uint32_t lane) {
    return fleet->travel_min[lane];
}

static double cycle_min(const struct fleet *fleet, const struct fleet_vehicle *vehicle,
                        uint32_t lane) {
    return vehicle->loading_min + vehicle->unloading_min + 2 * travel(fleet, lane);
}

/* Units of an item that fit into so much room, in whole packs where it has packs. */
static double units_that_fit(const struct fleet *fleet, uint32_t item, double quantity,
                             double volume_m3, double weight_kg) {
    const struct allocation_item *row = &fleet->instance->items[item];
    double units = quantity, pack = fleet->pack[item];
    if (row->volume_m3 > 0)
        units = fmin(units, volume_m3 / row->volume_m3);
    if (row->weight_kg > 0)
        units = fmin(units, weight_kg / row->weight_kg);
    if (pack > 0 && units < quantity)
        units = pack * floor(units / pack + ALMOST);
    return units > 0 ? units : 0;
}

/* Jobs -------------------------------------------------------------------------------------------
 */

static int compare_shipments(const void *a, const void *b) {
    const struct allocation_shipment *x = a, *y = b;
    if (x->lane != y->lane)
        return x->lane < y->lane ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

static int compare_jobs(const void *a, const void *b) {
    const struct job *x = a, *y = b;
    if (x->depot != y->depot)
        return x->depot < y->depot ? -1 : 1;
    return (x->lane > y->lane) - (x->lane < y->lane);
}

static int grow(void **array, size_t count, size_t *room, size_t bytes) {
    if (count < *room)
        return 0;
    size_t wanted = *room * 2 + 64;
    void *grown = realloc(*array, wanted * bytes);
    if (!grown)
        return HV_ERR_MEMORY;
    *array = grown;
    *room = wanted;
    return 0;
}

static int leave(struct fleet *fleet, struct allocation_shipment shipment) {
    struct fleet_plan *plan = &fleet->plan;
    int error = grow((void **)&plan->left, plan->left_count, &fleet->left_room, sizeof *plan->left);
    if (!error)
        plan->left[plan->left_count++] = shipment;
    return error;
}

/* Whether a vehicle of the depot could take a pack, or any quantity, of an item. */
static bool can_be_carried(const struct fleet *fleet, const struct allocation_shipment *shipment) {
    uint32_t depot = fleet->instance->lanes[shipment->lane].depot;
    for (uint32_t i = 0; i < fleet->vehicle_count; i++)
        if (fleet->vehicles[i].depot == depot &&
            units_that_fit(fleet, shipment->item, shipment->quantity, fleet->vehicles[i].volume_m3,
                           fleet->vehicles[i].weight_kg) > 0)
            return true;
    return false;
}

static int take_shipments(struct fleet *fleet, const struct allocation_plan *plan) {
    fleet->rest = malloc((plan->shipment_count + 1) * sizeof *fleet->rest);
    fleet->jobs = malloc((plan->shipment_count + 1) * sizeof *fleet->jobs);
    fleet->free_min = malloc((fleet->vehicle_count + (size_t)1) * sizeof *fleet->free_min);
    if (!fleet->rest || !fleet->jobs || !fleet->free_min)
        return HV_ERR_MEMORY;
    int error = 0;
    for (uint32_t i = 0; i < fleet->vehicle_count; i++)
        fleet->free_min[i] = fleet->vehicles[i].ready_min;
    for (size_t i = 0; i < plan->shipment_count && !error; i++)
        if (can_be_carried(fleet, &plan->shipments[i]))
            fleet->rest[fleet->rest_count++] = plan->shipments[i];
        else
            error = leave(fleet, plan->shipments[i]);
    qsort(fleet->rest, fleet->rest_count, sizeof *fleet->rest, compare_shipments);
    for (size_t i = 0; i < fleet->rest_count; i++) {
        const struct allocation_shipment *s = &fleet->rest[i];
        const struct allocation_item *item = &fleet->instance->items[s->item];
        if (i == 0 || fleet->rest[i - 1].lane != s->lane)
            fleet->jobs[fleet->job_count++] =
                (struct job){fleet->instance->lanes[s->lane].depot, s->lane, i, i, 0, 0};
        struct job *job = &fleet->jobs[fleet->job_count - 1];
        job->end = i + 1;
        job->volume_m3 += s->quantity * item->volume_m3;
        job->weight_kg += s->quantity * item->weight_kg;
    }
    qsort(fleet->jobs, fleet->job_count, sizeof *fleet->jobs, compare_jobs);
    return error;
}

/* Trips that a vehicle would need for a job, were room all that counts. */
static double trips_needed(const struct job *job, double volume_m3, double weight_kg) {
    double trips = fmax(job->volume_m3 / volume_m3, job->weight_kg / weight_kg);
    return fmax(1, ceil(trips - ALMOST));
}

/* The bound --------------------------------------------------------------------------------------
 */

/* Of one depot: the best that its vehicles have, taken together, could do no better. */
static double bound_of_depot(const struct fleet *fleet, uint32_t depot) {
    double volume = 0, weight = 0, handling = INFINITY, ready = INFINITY, count = 0;
    for (uint32_t i = 0; i < fleet->vehicle_count; i++) {
        const struct fleet_vehicle *v = &fleet->vehicles[i];
        if (v->depot != depot)
            continue;
        volume = fmax(volume, v->volume_m3);
        weight = fmax(weight, v->weight_kg);
        handling = fmin(handling, v->loading_min + v->unloading_min);
        ready = fmin(ready, v->ready_min);
        count++;
    }
    double longest = 0, work = 0;
    for (size_t j = fleet->first_job; j < fleet->end_job; j++) {
        const struct job *job = &fleet->jobs[j];
        double way = travel(fleet, job->lane);
        longest = fmax(longest, way);
        work += trips_needed(job, volume, weight) * (handling + 2 * way);
    }
    /* Nobody needs to come back from his last trip. */
    double shared = (work - count * longest) / count;
    return ready + fmax(handling + longest, shared);
}

/* Trips ------------------------------------------------------------------------------------------
 */

static bool can_take(const struct fleet *fleet, const struct job *job,
                     const struct fleet_vehicle *vehicle) {
    for (size_t i = job->first; i < job->end; i++)
        if (fleet->rest[i].quantity > 0 &&
            units_that_fit(fleet, fleet->rest[i].item, fleet->rest[i].quantity, vehicle->volume_m3,
                           vehicle->weight_kg) > 0)
            return true;
    return false;
}

/* The job whose trips would take this vehicle longest. */
static struct job *choose_job(struct fleet *fleet, uint32_t vehicle_index) {
    const struct fleet_vehicle *vehicle = &fleet->vehicles[vehicle_index];
    struct job *best = NULL;
    double longest = -1;
    for (size_t j = fleet->first_job; j < fleet->end_job; j++) {
        struct job *job = &fleet->jobs[j];
        if (!can_take(fleet, job, vehicle))
            continue;
        double takes = trips_needed(job, vehicle->volume_m3, vehicle->weight_kg) *
                       cycle_min(fleet, vehicle, job->lane);
        if (takes > longest) {
            longest = takes;
            best = job;
        }
    }
    return best;
}

static int load(struct fleet *fleet, struct job *job, const struct fleet_vehicle *vehicle,
                struct fleet_trip *trip) {
    double volume = vehicle->volume_m3, weight = vehicle->weight_kg;
    struct fleet_plan *plan = &fleet->plan;
    for (size_t i = job->first; i < job->end; i++) {
        struct allocation_shipment *s = &fleet->rest[i];
        const struct allocation_item *item = &fleet->instance->items[s->item];
        double units = units_that_fit(fleet, s->item, s->quantity, volume, weight);
        if (units <= 0)
            continue;
        int error =
            grow((void **)&plan->loads, plan->load_count, &fleet->load_room, sizeof *plan->loads);
        if (error)
            return error;
        plan->loads[plan->load_count++] = (struct fleet_load){s->item, units};
        trip->load_count++;
        s->quantity = s->quantity - units > ALMOST * units ? s->quantity - units : 0;
        volume = fmax(0, volume - units * item->volume_m3);
        weight = fmax(0, weight - units * item->weight_kg);
        job->volume_m3 = fmax(0, job->volume_m3 - units * item->volume_m3);
        job->weight_kg = fmax(0, job->weight_kg - units * item->weight_kg);
    }
    return 0;
}

static int go(struct fleet *fleet, uint32_t vehicle_index, struct job *job) {
    const struct fleet_vehicle *vehicle = &fleet->vehicles[vehicle_index];
    struct fleet_plan *plan = &fleet->plan;
    if (plan->trip_count >= FLEET_TRIPS_MAX)
        return HV_ERR_LIMIT;
    int error =
        grow((void **)&plan->trips, plan->trip_count, &fleet->trip_room, sizeof *plan->trips);
    if (error)
        return error;
    double starts = fleet->free_min[vehicle_index], way = travel(fleet, job->lane);
    double arrives = starts + vehicle->loading_min + way;
    struct fleet_trip trip = {
        .vehicle = vehicle_index,
        .lane = job->lane,
        .starts_min = starts,
        .arrives_min = arrives,
        .delivered_min = arrives + vehicle->unloading_min,
        .back_min = arrives + vehicle->unloading_min + way,
        .first_load = plan->load_count,
    };
    error = load(fleet, job, vehicle, &trip);
    if (error)
        return error;
    plan->trips[plan->trip_count++] = trip;
    plan->last_min = fmax(plan->last_min, trip.delivered_min);
    fleet->free_min[vehicle_index] = trip.back_min;
    return 0;
}

/* One depot's trips. A vehicle for which nothing is left that it could take is done. */
static int run_depot(struct fleet *fleet, uint32_t depot) {
    for (;;) {
        uint32_t next = NOBODY;
        for (uint32_t i = 0; i < fleet->vehicle_count; i++)
            if (fleet->vehicles[i].depot == depot && fleet->free_min[i] < INFINITY &&
                (next == NOBODY || fleet->free_min[i] < fleet->free_min[next]))
                next = i;
        if (next == NOBODY)
            return 0;
        struct job *job = choose_job(fleet, next);
        int error = job ? go(fleet, next, job) : 0;
        if (error)
            return error;
        if (!job)
            fleet->free_min[next] = INFINITY;
    }
}

void fleet_plan_deinit(struct fleet_plan *plan) {
    free(plan->trips);
    free(plan->loads);
    free(plan->left);
    *plan = (struct fleet_plan){0};
}

int fleet_schedule(const struct allocation_instance *instance, const struct allocation_plan *plan,
                   const double *travel_min, const double *pack,
                   const struct fleet_vehicle *vehicles, uint32_t vehicle_count,
                   struct fleet_plan *ret_plan) {
    struct fleet fleet = {.instance = instance,
                          .travel_min = travel_min,
                          .pack = pack,
                          .vehicles = vehicles,
                          .vehicle_count = vehicle_count};
    int error = check(&fleet);
    if (!error)
        error = take_shipments(&fleet, plan);
    while (!error && fleet.end_job < fleet.job_count) {
        uint32_t depot = fleet.jobs[fleet.end_job].depot;
        fleet.first_job = fleet.end_job;
        while (fleet.end_job < fleet.job_count && fleet.jobs[fleet.end_job].depot == depot)
            fleet.end_job++;
        fleet.plan.last_bound_min = fmax(fleet.plan.last_bound_min, bound_of_depot(&fleet, depot));
        error = run_depot(&fleet, depot);
    }
    free(fleet.rest);
    free(fleet.jobs);
    free(fleet.free_min);
    if (error)
        fleet_plan_deinit(&fleet.plan);
    else
        *ret_plan = fleet.plan;
    return error;
}
