/* What there is to carry: figures that are checked, vehicles by depot, what is left at once, jobs
 * by lane, and the bound. */
#include "coordinator/optimizer/allocation_fleet_state.h"
#include "coordinator/optimizer/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AMOUNTS_MAX (1u << 23) /* that are remembered */

/* Figures ----------------------------------------------------------------------------------------
 */

static bool is_time(double minutes) {
    return minutes >= 0 && minutes <= ALLOCATION_FIGURE_MAX;
}

static bool is_way(const struct fleet_way *way) {
    return (is_time(way->out_min) || way->out_min == INFINITY) &&
           (is_time(way->back_min) || way->back_min == INFINITY) && is_time(way->round_km);
}

static bool is_leg(const struct fleet_leg *leg) {
    return is_time(leg->from_min) && leg->until_min >= leg->from_min && is_time(leg->min) &&
           is_time(leg->km);
}

static bool are_legs(const struct fleet_legs *legs) {
    bool good = true;
    for (uint32_t i = 0; i < legs->out_count; i++)
        good &= is_leg(&legs->out[i]);
    for (uint32_t i = 0; i < legs->back_count; i++)
        good &= is_leg(&legs->back[i]);
    return good;
}

static int check(const struct fleet_task *task) {
    const struct allocation_instance *in = task->instance;
    if (task->vehicle_count > FLEET_VEHICLES_MAX || task->trips_max > FLEET_TRIPS_MAX)
        return HV_ERR_LIMIT;
    if (!(task->horizon_min >= 0))
        return HV_ERR_VALUE;
    for (uint32_t i = 0; i < task->vehicle_count; i++) {
        const struct fleet_vehicle *v = &task->vehicles[i];
        if (v->depot >= in->depot_count || !(v->volume_m3 > 0) || !(v->weight_kg > 0) ||
            !is_time(v->loading_min) || !is_time(v->unloading_min) || !is_time(v->ready_min) ||
            !is_time(v->range_km))
            return HV_ERR_VALUE;
    }
    for (uint32_t l = 0; l < in->lane_count; l++)
        if (!is_way(&task->ways[l]) || (task->legs && !are_legs(&task->legs[l])))
            return HV_ERR_VALUE;
    for (uint32_t k = 0; k < in->item_count; k++)
        if (!(task->pack[k] >= 0))
            return HV_ERR_VALUE;
    return 0;
}

bool fleet_must_be_cold(const struct fleet *fleet, uint32_t item) {
    return fleet->task->cold && fleet->task->cold[item];
}

double fleet_units_that_fit(const struct fleet *fleet, uint32_t item, double quantity,
                            double volume_m3, double weight_kg) {
    const struct allocation_item *row = &fleet->task->instance->items[item];
    double units = quantity, pack = fleet->task->pack[item];
    if (row->volume_m3 > 0)
        units = fmin(units, volume_m3 / row->volume_m3);
    if (row->weight_kg > 0)
        units = fmin(units, weight_kg / row->weight_kg);
    if (pack > 0 && units < quantity)
        units = pack * floor(units / pack + FLEET_ALMOST);
    return units > 0 ? units : 0;
}

bool fleet_takes(const struct fleet *fleet, const struct fleet_vehicle *vehicle,
                 const struct allocation_shipment *s) {
    return (vehicle->cold || !fleet_must_be_cold(fleet, s->item)) &&
           fleet_units_that_fit(fleet, s->item, s->quantity, vehicle->volume_m3,
                                vehicle->weight_kg) > 0;
}

bool fleet_reaches(const struct fleet *fleet, const struct fleet_vehicle *vehicle, uint32_t lane) {
    return vehicle->range_km == 0 || fleet->task->ways[lane].round_km <= vehicle->range_km;
}

double fleet_worth(const struct fleet *fleet, const struct allocation_shipment *s) {
    const struct allocation_instance *in = fleet->task->instance;
    return in->items[s->item].shortage_cost * in->shelters[in->lanes[s->lane].shelter].priority;
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

int fleet_leave(struct fleet *fleet, const struct allocation_shipment *s,
                enum fleet_reason reason) {
    struct fleet_plan *plan = &fleet->plan;
    int error = array_reserve((void **)&plan->left, plan->left_count + 1, &fleet->left_room,
                              sizeof *plan->left);
    if (!error)
        plan->left[plan->left_count++] = (struct fleet_left){s->lane, s->item, s->quantity, reason};
    return error;
}

/* Whether no vehicle of the depot could ever carry any of a shipment, and why. */
static bool cannot_be_carried(const struct fleet *fleet, const struct allocation_shipment *s,
                              enum fleet_reason *ret_why) {
    const struct fleet_way *way = &fleet->task->ways[s->lane];
    uint32_t depot = fleet->task->instance->lanes[s->lane].depot;
    bool any = false, cold = false, fits = false, reached = false;
    for (uint32_t i = fleet->first_vehicle[depot]; i < fleet->first_vehicle[depot + 1]; i++) {
        const struct fleet_vehicle *vehicle = &fleet->task->vehicles[fleet->vehicles[i]];
        any = true;
        cold |= vehicle->cold;
        fits |= fleet_takes(fleet, vehicle, s);
        reached |= fleet_takes(fleet, vehicle, s) && fleet_reaches(fleet, vehicle, s->lane);
    }
    if (reached && way->out_min < INFINITY && way->back_min < INFINITY)
        return false;
    *ret_why = !any                                                    ? FLEET_NO_VEHICLE
               : way->out_min == INFINITY || way->back_min == INFINITY ? FLEET_NO_WAY
               : fleet_must_be_cold(fleet, s->item) && !cold           ? FLEET_NO_COLD
               : !fits                                                 ? FLEET_TOO_BIG
                                                                       : FLEET_TOO_FAR;
    return true;
}

static void order_vehicles(struct fleet *fleet) {
    const struct fleet_task *task = fleet->task;
    uint32_t depots = task->instance->depot_count, at = 0;
    for (uint32_t i = 0; i < task->vehicle_count; i++)
        fleet->first_vehicle[task->vehicles[i].depot]++;
    for (uint32_t d = 0; d <= depots; d++) { /* where each depot's end, for now */
        at += fleet->first_vehicle[d];
        fleet->first_vehicle[d] = at;
    }
    for (uint32_t i = task->vehicle_count; i-- > 0;)
        fleet->vehicles[--fleet->first_vehicle[task->vehicles[i].depot]] = i;
}

static bool alike(const struct fleet_vehicle *a, const struct fleet_vehicle *b) {
    return a->depot == b->depot && a->volume_m3 == b->volume_m3 && a->weight_kg == b->weight_kg &&
           a->loading_min == b->loading_min && a->unloading_min == b->unloading_min &&
           a->range_km == b->range_km && a->cold == b->cold && a->class == b->class;
}

enum { LOOK_BACK = 32 };

/* One that is like another far before it in the list has a type of its own: the plan is the same.
 */
static void find_type(struct fleet *fleet, uint32_t i) {
    const struct fleet_task *task = fleet->task;
    const uint32_t at = fleet->vehicles[i];
    for (uint32_t back = 1; back <= LOOK_BACK && back <= i; back++)
        if (alike(&task->vehicles[fleet->vehicles[i - back]], &task->vehicles[at])) {
            fleet->type[at] = fleet->type[fleet->vehicles[i - back]];
            return;
        }
    fleet->type[at] = fleet->type_count++;
}

static int find_types(struct fleet *fleet) {
    for (uint32_t i = 0; i < fleet->task->vehicle_count; i++)
        find_type(fleet, i);
    uint64_t count = 2 * (uint64_t)fleet->type_count * fleet->job_count;
    if (count == 0 || count > AMOUNTS_MAX)
        return 0;
    fleet->amounts = malloc((size_t)count * sizeof *fleet->amounts);
    return fleet->amounts ? 0 : HV_ERR_MEMORY;
}

static int make_room(struct fleet *fleet) {
    const struct fleet_task *task = fleet->task;
    size_t shipments = task->plan->shipment_count + 1, vehicles = task->vehicle_count + (size_t)1;
    fleet->all = calloc(shipments, sizeof *fleet->all);
    fleet->rest = calloc(shipments, sizeof *fleet->rest);
    fleet->all_jobs = calloc(shipments, sizeof *fleet->all_jobs);
    fleet->jobs = calloc(shipments, sizeof *fleet->jobs);
    fleet->vehicles = malloc(vehicles * sizeof *fleet->vehicles);
    fleet->free_min = malloc(vehicles * sizeof *fleet->free_min);
    fleet->type = calloc(vehicles, sizeof *fleet->type);
    fleet->bound = calloc(task->instance->lane_count + (size_t)1, sizeof *fleet->bound);
    fleet->leave_by_min =
        calloc(task->instance->lane_count + (size_t)1, sizeof *fleet->leave_by_min);
    fleet->first_vehicle =
        calloc(task->instance->depot_count + (size_t)2, sizeof *fleet->first_vehicle);
    return fleet->all && fleet->rest && fleet->all_jobs && fleet->jobs && fleet->vehicles &&
                   fleet->free_min && fleet->type && fleet->bound && fleet->leave_by_min &&
                   fleet->first_vehicle
               ? 0
               : HV_ERR_MEMORY;
}

/* What can be carried goes into `all`, the rest is left. */
static int take_shipments(struct fleet *fleet) {
    const struct allocation_plan *plan = fleet->task->plan;
    int error = 0;
    for (size_t i = 0; i < plan->shipment_count && !error; i++) {
        enum fleet_reason why;
        if (cannot_be_carried(fleet, &plan->shipments[i], &why))
            error = fleet_leave(fleet, &plan->shipments[i], why);
        else
            fleet->all[fleet->rest_count++] = plan->shipments[i];
    }
    qsort(fleet->all, fleet->rest_count, sizeof *fleet->all, compare_shipments);
    return error;
}

static void make_jobs(struct fleet *fleet) {
    const struct allocation_instance *in = fleet->task->instance;
    for (size_t i = 0; i < fleet->rest_count; i++) {
        const struct allocation_shipment *s = &fleet->all[i];
        const struct allocation_item *item = &in->items[s->item];
        if (i == 0 || fleet->all[i - 1].lane != s->lane)
            fleet->all_jobs[fleet->job_count++] =
                (struct job){in->lanes[s->lane].depot, s->lane, i, i, 0, 0};
        struct job *job = &fleet->all_jobs[fleet->job_count - 1];
        job->end = i + 1;
        job->volume_m3 += s->quantity * item->volume_m3;
        job->weight_kg += s->quantity * item->weight_kg;
    }
    qsort(fleet->all_jobs, fleet->job_count, sizeof *fleet->all_jobs, compare_jobs);
}

static const struct fleet_vehicle *vehicle_before(const struct fleet *fleet, uint32_t i) {
    return &fleet->task->vehicles[fleet->vehicles[i - 1]];
}

/* How late any vehicle of its depot can leave for each lane. */
static void find_leave_by(struct fleet *fleet) {
    const struct allocation_instance *in = fleet->task->instance;
    for (uint32_t l = 0; l < in->lane_count; l++) {
        const uint32_t depot = in->lanes[l].depot, first = fleet->first_vehicle[depot];
        double latest = -INFINITY;
        for (uint32_t i = first; i < fleet->first_vehicle[depot + 1] && latest < INFINITY; i++) {
            const struct fleet_vehicle *vehicle = &fleet->task->vehicles[fleet->vehicles[i]];
            if (i == first || !alike(vehicle, vehicle_before(fleet, i)))
                latest = fmax(latest, fleet_leave_by_min(fleet, vehicle, l));
        }
        fleet->leave_by_min[l] = latest;
        fleet->any_closes |= latest < INFINITY && latest > -INFINITY;
    }
}

int fleet_prepare(struct fleet *fleet) {
    int error = check(fleet->task);
    if (!error)
        error = make_room(fleet);
    if (!error) {
        order_vehicles(fleet);
        find_leave_by(fleet);
        error = take_shipments(fleet);
    }
    if (!error) {
        make_jobs(fleet);
        error = find_types(fleet);
    }
    return error;
}

void fleet_free_rooms(struct fleet *fleet) {
    free(fleet->vehicles);
    free(fleet->first_vehicle);
    free(fleet->all);
    free(fleet->rest);
    free(fleet->all_jobs);
    free(fleet->jobs);
    free(fleet->free_min);
    free(fleet->type);
    free(fleet->bound);
    free(fleet->amounts);
    free(fleet->leave_by_min);
}

double fleet_trips_needed(const struct job *job, double volume_m3, double weight_kg) {
    double trips = fmax(job->volume_m3 / volume_m3, job->weight_kg / weight_kg);
    return fmax(1, ceil(trips - FLEET_ALMOST));
}

/* The bound --------------------------------------------------------------------------------------
 */

/* The best that its vehicles have, taken together, could do no better. */
double fleet_bound_of_depot(const struct fleet *fleet, uint32_t depot) {
    double volume = 0, weight = 0, handling = INFINITY, ready = INFINITY, count = 0;
    for (uint32_t i = fleet->first_vehicle[depot]; i < fleet->first_vehicle[depot + 1]; i++) {
        const struct fleet_vehicle *v = &fleet->task->vehicles[fleet->vehicles[i]];
        volume = fmax(volume, v->volume_m3);
        weight = fmax(weight, v->weight_kg);
        handling = fmin(handling, v->loading_min + v->unloading_min);
        ready = fmin(ready, v->ready_min);
        count++;
    }
    double longest = 0, longest_back = 0, work = 0;
    for (size_t j = fleet->first_job; j < fleet->end_job; j++) {
        const struct job *job = &fleet->jobs[j];
        const struct fleet_way *way = &fleet->task->ways[job->lane];
        longest = fmax(longest, way->out_min);
        longest_back = fmax(longest_back, way->back_min);
        work += fleet_trips_needed(job, volume, weight) * (handling + way->out_min + way->back_min);
    }
    /* Nobody needs to come back from his last trip. */
    double shared = (work - count * longest_back) / count;
    return ready + fmax(handling + longest, shared);
}
