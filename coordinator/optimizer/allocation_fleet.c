#include "coordinator/optimizer/allocation_fleet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX
#define ALMOST 1e-9
#define UNBOUND_TIMES 3      /* that lanes are freed of the vehicle that was ordered */
#define RANKS_MAX (1u << 23) /* that are remembered */
#define UNRANKED (-2.0)
#define TAKES_NOTHING (-1.0)

/* What is still to be carried along one lane: rest from first to end. */
struct job {
    uint32_t depot, lane;
    size_t first, end;
    double volume_m3, weight_kg; /* of what is left */
};

/* Which job a free vehicle takes. */
enum rule { LONGEST_FIRST, MOST_URGENT_FIRST };

struct fleet {
    const struct fleet_task *task;
    uint32_t *vehicles;              /* in the order of their depots */
    uint32_t *first_vehicle;         /* depot, and one more: where its vehicles begin */
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
    double *ranks; /* type, whether of cold goods, job: what is remembered; NULL: nothing is */
    enum rule rule;
    struct fleet_plan plan;
    size_t trip_room, load_room, left_room;
};

/* Figures ----------------------------------------------------------------------------------------
 */

static bool is_time(double minutes) {
    return minutes >= 0 && minutes <= ALLOCATION_FIGURE_MAX;
}

static bool is_way(const struct fleet_way *way) {
    return (is_time(way->out_min) || way->out_min == INFINITY) &&
           (is_time(way->back_min) || way->back_min == INFINITY) && is_time(way->round_km);
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
        if (!is_way(&task->ways[l]))
            return HV_ERR_VALUE;
    for (uint32_t k = 0; k < in->item_count; k++)
        if (!(task->pack[k] >= 0))
            return HV_ERR_VALUE;
    return 0;
}

static bool must_be_cold(const struct fleet *fleet, uint32_t item) {
    return fleet->task->cold && fleet->task->cold[item];
}

static double cycle_min(const struct fleet *fleet, const struct fleet_vehicle *vehicle,
                        uint32_t lane) {
    const struct fleet_way *way = &fleet->task->ways[lane];
    return vehicle->loading_min + vehicle->unloading_min + way->out_min + way->back_min;
}

/* Units of an item that fit into so much room, in whole packs where it has packs. */
static double units_that_fit(const struct fleet *fleet, uint32_t item, double quantity,
                             double volume_m3, double weight_kg) {
    const struct allocation_item *row = &fleet->task->instance->items[item];
    double units = quantity, pack = fleet->task->pack[item];
    if (row->volume_m3 > 0)
        units = fmin(units, volume_m3 / row->volume_m3);
    if (row->weight_kg > 0)
        units = fmin(units, weight_kg / row->weight_kg);
    if (pack > 0 && units < quantity)
        units = pack * floor(units / pack + ALMOST);
    return units > 0 ? units : 0;
}

static bool takes(const struct fleet *fleet, const struct fleet_vehicle *vehicle,
                  const struct allocation_shipment *s) {
    return (vehicle->cold || !must_be_cold(fleet, s->item)) &&
           units_that_fit(fleet, s->item, s->quantity, vehicle->volume_m3, vehicle->weight_kg) > 0;
}

static bool reaches(const struct fleet *fleet, const struct fleet_vehicle *vehicle, uint32_t lane) {
    return vehicle->range_km == 0 || fleet->task->ways[lane].round_km <= vehicle->range_km;
}

/* What it costs not to have a unit of a shipment. */
static double worth(const struct fleet *fleet, const struct allocation_shipment *s) {
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

static int leave(struct fleet *fleet, const struct allocation_shipment *s,
                 enum fleet_reason reason) {
    struct fleet_plan *plan = &fleet->plan;
    int error = grow((void **)&plan->left, plan->left_count, &fleet->left_room, sizeof *plan->left);
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
        fits |= takes(fleet, vehicle, s);
        reached |= takes(fleet, vehicle, s) && reaches(fleet, vehicle, s->lane);
    }
    if (reached && way->out_min < INFINITY && way->back_min < INFINITY)
        return false;
    *ret_why = !any                                                    ? FLEET_NO_VEHICLE
               : way->out_min == INFINITY || way->back_min == INFINITY ? FLEET_NO_WAY
               : must_be_cold(fleet, s->item) && !cold                 ? FLEET_NO_COLD
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
    if (count == 0 || count > RANKS_MAX)
        return 0;
    fleet->ranks = malloc((size_t)count * sizeof *fleet->ranks);
    return fleet->ranks ? 0 : HV_ERR_MEMORY;
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
    fleet->first_vehicle =
        calloc(task->instance->depot_count + (size_t)2, sizeof *fleet->first_vehicle);
    return fleet->all && fleet->rest && fleet->all_jobs && fleet->jobs && fleet->vehicles &&
                   fleet->free_min && fleet->type && fleet->bound && fleet->first_vehicle
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
            error = leave(fleet, &plan->shipments[i], why);
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
        work += trips_needed(job, volume, weight) * (handling + way->out_min + way->back_min);
    }
    /* Nobody needs to come back from his last trip. */
    double shared = (work - count * longest_back) / count;
    return ready + fmax(handling + longest, shared);
}

/* Trips ------------------------------------------------------------------------------------------
 */

/* Puts units of rest[at] on the trip that is being loaded, the last. */
static int put_on_trip(struct fleet *fleet, size_t at, double units) {
    struct fleet_plan *plan = &fleet->plan;
    struct allocation_shipment *s = &fleet->rest[at];
    int error =
        grow((void **)&plan->loads, plan->load_count, &fleet->load_room, sizeof *plan->loads);
    if (error)
        return error;
    plan->loads[plan->load_count++] = (struct fleet_load){s->item, units};
    plan->trips[plan->trip_count - 1].load_count++;
    s->quantity = s->quantity - units > ALMOST * units ? s->quantity - units : 0;
    return 0;
}

/* What a vehicle could take of a job, goods that must stay cold first: what that is worth. With
 * `error` it is put on the last trip. */
static double fill(struct fleet *fleet, const struct job *job, const struct fleet_vehicle *vehicle,
                   int *error) {
    double volume = vehicle->volume_m3, weight = vehicle->weight_kg, value = 0;
    for (int pass = vehicle->cold ? 0 : 1; pass < 2; pass++)
        for (size_t i = job->first; i < job->end; i++) {
            const struct allocation_shipment *s = &fleet->rest[i];
            const struct allocation_item *item = &fleet->task->instance->items[s->item];
            if (must_be_cold(fleet, s->item) != (pass == 0))
                continue;
            double units = units_that_fit(fleet, s->item, s->quantity, volume, weight);
            if (units <= 0)
                continue;
            volume = fmax(0, volume - units * item->volume_m3);
            weight = fmax(0, weight - units * item->weight_kg);
            value += units * worth(fleet, s);
            if (error && *error == 0)
                *error = put_on_trip(fleet, i, units);
        }
    return value;
}

static bool can_take(const struct fleet *fleet, const struct job *job,
                     const struct fleet_vehicle *vehicle, bool cold_goods) {
    for (size_t i = job->first; i < job->end; i++)
        if (fleet->rest[i].quantity > 0 && takes(fleet, vehicle, &fleet->rest[i]) &&
            (!cold_goods || must_be_cold(fleet, fleet->rest[i].item)))
            return true;
    return false;
}

static bool in_time(const struct fleet *fleet, uint32_t vehicle_index, uint32_t lane) {
    const struct fleet_vehicle *vehicle = &fleet->task->vehicles[vehicle_index];
    return fleet->free_min[vehicle_index] + vehicle->loading_min + fleet->task->ways[lane].out_min +
               vehicle->unloading_min <=
           fleet->task->horizon_min;
}

static bool may_go(const struct fleet *fleet, const struct fleet_vehicle *vehicle, uint32_t lane) {
    return !fleet->bound[lane] || fleet->task->only[lane] == vehicle->class;
}

/* By how much a job goes before others, by the rule. */
static double rank(struct fleet *fleet, const struct job *job,
                   const struct fleet_vehicle *vehicle) {
    double cycle = cycle_min(fleet, vehicle, job->lane);
    if (fleet->rule == LONGEST_FIRST)
        return trips_needed(job, vehicle->volume_m3, vehicle->weight_kg) * cycle;
    return fill(fleet, job, vehicle, NULL) / fmax(cycle, ALMOST);
}

/* Ranks change only with what is left of a job, so they are remembered for vehicles that are alike:
 * a choice among many lanes only compares them. */
static double *remembered(const struct fleet *fleet, uint32_t type, int pass, size_t job) {
    return &fleet->ranks[((size_t)type * 2 + (size_t)pass) * fleet->job_count + job];
}

static void forget_ranks(struct fleet *fleet, size_t job) {
    for (uint32_t type = 0; fleet->ranks && type < fleet->type_count; type++)
        for (int pass = 0; pass < 2; pass++)
            *remembered(fleet, type, pass, job) = UNRANKED;
}

/* TAKES_NOTHING: the vehicle cannot take any of it, in this pass. */
static double rank_of(struct fleet *fleet, uint32_t vehicle_index, size_t j, int pass) {
    const struct fleet_vehicle *vehicle = &fleet->task->vehicles[vehicle_index];
    const struct job *job = &fleet->jobs[j];
    double unranked = UNRANKED;
    double *known =
        fleet->ranks ? remembered(fleet, fleet->type[vehicle_index], pass, j) : &unranked;
    if (*known == UNRANKED)
        *known = may_go(fleet, vehicle, job->lane) && reaches(fleet, vehicle, job->lane) &&
                         can_take(fleet, job, vehicle, pass == 0)
                     ? rank(fleet, job, vehicle)
                     : TAKES_NOTHING;
    return *known;
}

static struct job *choose_job(struct fleet *fleet, uint32_t vehicle_index) {
    const struct fleet_vehicle *vehicle = &fleet->task->vehicles[vehicle_index];
    for (int pass = vehicle->cold && fleet->task->cold ? 0 : 1; pass < 2; pass++) {
        struct job *best = NULL;
        double most = TAKES_NOTHING;
        for (size_t j = fleet->first_job; j < fleet->end_job; j++) {
            double ranks = rank_of(fleet, vehicle_index, j, pass);
            if (ranks > most && in_time(fleet, vehicle_index, fleet->jobs[j].lane)) {
                most = ranks;
                best = &fleet->jobs[j];
            }
        }
        if (best)
            return best;
    }
    return NULL;
}

static void count_again(const struct fleet *fleet, struct job *job) {
    job->volume_m3 = job->weight_kg = 0;
    for (size_t i = job->first; i < job->end; i++) {
        const struct allocation_item *item = &fleet->task->instance->items[fleet->rest[i].item];
        job->volume_m3 += fleet->rest[i].quantity * item->volume_m3;
        job->weight_kg += fleet->rest[i].quantity * item->weight_kg;
    }
}

static int go(struct fleet *fleet, uint32_t vehicle_index, struct job *job) {
    const struct fleet_vehicle *vehicle = &fleet->task->vehicles[vehicle_index];
    const struct fleet_way *way = &fleet->task->ways[job->lane];
    struct fleet_plan *plan = &fleet->plan;
    int error =
        grow((void **)&plan->trips, plan->trip_count, &fleet->trip_room, sizeof *plan->trips);
    if (error)
        return error;
    double starts = fleet->free_min[vehicle_index];
    double arrives = starts + vehicle->loading_min + way->out_min;
    const struct fleet_trip trip = {
        .vehicle = vehicle_index,
        .lane = job->lane,
        .starts_min = starts,
        .arrives_min = arrives,
        .delivered_min = arrives + vehicle->unloading_min,
        .back_min = arrives + vehicle->unloading_min + way->back_min,
        .first_load = plan->load_count,
    };
    plan->trips[plan->trip_count++] = trip;
    (void)fill(fleet, job, vehicle, &error);
    count_again(fleet, job);
    forget_ranks(fleet, (size_t)(job - fleet->jobs));
    plan->last_min = fmax(plan->last_min, trip.delivered_min);
    plan->busy_min += trip.back_min - trip.starts_min;
    fleet->free_min[vehicle_index] = trip.back_min;
    return error;
}

/* One depot's trips. A vehicle for which nothing is left that it could take is done. */
static int run_depot(struct fleet *fleet, uint32_t depot) {
    while (fleet->plan.trip_count < fleet->task->trips_max) {
        uint32_t next = NOBODY;
        for (uint32_t i = fleet->first_vehicle[depot]; i < fleet->first_vehicle[depot + 1]; i++) {
            uint32_t vehicle = fleet->vehicles[i];
            if (fleet->free_min[vehicle] < INFINITY &&
                (next == NOBODY || fleet->free_min[vehicle] < fleet->free_min[next]))
                next = vehicle;
        }
        if (next == NOBODY)
            return 0;
        struct job *job = choose_job(fleet, next);
        int error = job ? go(fleet, next, job) : 0;
        if (error)
            return error;
        if (!job)
            fleet->free_min[next] = INFINITY;
    }
    return 0;
}

/* The trips of all depots, from the start. */
static int run(struct fleet *fleet, enum rule rule) {
    int error = 0;
    fleet->rule = rule;
    fleet->plan.trip_count = fleet->plan.load_count = 0;
    fleet->plan.last_min = fleet->plan.busy_min = fleet->plan.last_bound_min = 0;
    fleet->first_job = fleet->end_job = 0;
    memcpy(fleet->rest, fleet->all, (fleet->rest_count + 1) * sizeof *fleet->rest);
    memcpy(fleet->jobs, fleet->all_jobs, (fleet->job_count + 1) * sizeof *fleet->jobs);
    for (size_t j = 0; j < fleet->job_count; j++)
        forget_ranks(fleet, j);
    for (uint32_t i = 0; i < fleet->task->vehicle_count; i++)
        fleet->free_min[i] = fleet->task->vehicles[i].ready_min;
    while (!error && fleet->end_job < fleet->job_count) {
        uint32_t depot = fleet->jobs[fleet->end_job].depot;
        fleet->first_job = fleet->end_job;
        while (fleet->end_job < fleet->job_count && fleet->jobs[fleet->end_job].depot == depot)
            fleet->end_job++;
        fleet->plan.last_bound_min = fmax(fleet->plan.last_bound_min, bound_of_depot(fleet, depot));
        error = run_depot(fleet, depot);
    }
    return error;
}

/* The choice between the rules -------------------------------------------------------------------
 */

/* What of the rest is not on any trip, by what it costs not to have it; negative: nothing. */
static double worth_left(const struct fleet *fleet) {
    double all = 0;
    bool any = false;
    for (size_t i = 0; i < fleet->rest_count; i++) {
        any |= fleet->rest[i].quantity > 0;
        all += fleet->rest[i].quantity * worth(fleet, &fleet->rest[i]);
    }
    return any ? all : -1;
}

static int leave_rest(struct fleet *fleet) {
    bool full = fleet->plan.trip_count >= fleet->task->trips_max;
    int error = 0;
    for (size_t i = 0; i < fleet->rest_count && !error; i++)
        if (fleet->rest[i].quantity > 0)
            error = leave(fleet, &fleet->rest[i], full ? FLEET_TRIPS : FLEET_BUSY);
    return error;
}

static int compare_left(const void *a, const void *b) {
    const struct fleet_left *x = a, *y = b;
    if (x->lane != y->lane)
        return x->lane < y->lane ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

/* The rule that leaves less. */
static int run_better(struct fleet *fleet) {
    int error = run(fleet, LONGEST_FIRST);
    double left = error ? -1 : worth_left(fleet);
    if (left >= 0) {
        error = run(fleet, MOST_URGENT_FIRST);
        if (!error && worth_left(fleet) >= left)
            error = run(fleet, LONGEST_FIRST);
    }
    return error;
}

static bool bind_all(struct fleet *fleet) {
    bool any = false;
    for (uint32_t l = 0; fleet->task->only && l < fleet->task->instance->lane_count; l++) {
        fleet->bound[l] = fleet->task->only[l] != FLEET_ANY;
        any |= fleet->bound[l];
    }
    return any;
}

/* Lanes of which something is left may be served by any vehicle; whether one was not before. */
static bool unbind_left(struct fleet *fleet) {
    bool any = false;
    for (size_t i = 0; i < fleet->rest_count; i++) {
        bool *bound = &fleet->bound[fleet->rest[i].lane];
        any |= *bound && fleet->rest[i].quantity > 0;
        *bound = *bound && fleet->rest[i].quantity <= 0;
    }
    return any;
}

/* With the vehicles that were ordered, as long as nothing is left for that: lanes of which
 * something is are freed, and all of them where the others leave more than none would. */
static int run_bound(struct fleet *fleet) {
    int error = run_better(fleet);
    double free_left = error ? 0 : worth_left(fleet);
    if (error || !bind_all(fleet))
        return error;
    error = run_better(fleet);
    for (int time = 0; time < UNBOUND_TIMES && !error && unbind_left(fleet); time++)
        error = run_better(fleet);
    if (error || worth_left(fleet) <= free_left + ALMOST * fmax(1, fabs(free_left)))
        return error;
    memset(fleet->bound, 0, fleet->task->instance->lane_count * sizeof *fleet->bound);
    return run_better(fleet);
}

static int schedule(struct fleet *fleet) {
    int error = run_bound(fleet);
    if (!error)
        error = leave_rest(fleet);
    if (!error && fleet->plan.left_count > 0)
        qsort(fleet->plan.left, fleet->plan.left_count, sizeof *fleet->plan.left, compare_left);
    return error;
}

void fleet_plan_deinit(struct fleet_plan *plan) {
    free(plan->trips);
    free(plan->loads);
    free(plan->left);
    *plan = (struct fleet_plan){0};
}

int fleet_schedule(const struct fleet_task *task, struct fleet_plan *ret_plan) {
    struct fleet fleet = {.task = task};
    int error = check(task);
    if (!error)
        error = make_room(&fleet);
    if (!error) {
        order_vehicles(&fleet);
        error = take_shipments(&fleet);
    }
    if (!error) {
        make_jobs(&fleet);
        error = find_types(&fleet);
    }
    if (!error)
        error = schedule(&fleet);
    free(fleet.vehicles);
    free(fleet.first_vehicle);
    free(fleet.all);
    free(fleet.rest);
    free(fleet.all_jobs);
    free(fleet.jobs);
    free(fleet.free_min);
    free(fleet.type);
    free(fleet.bound);
    free(fleet.ranks);
    if (error)
        fleet_plan_deinit(&fleet.plan);
    else
        *ret_plan = fleet.plan;
    return error;
}

const char *fleet_reason_name(enum fleet_reason reason) {
    static const char *const names[FLEET_REASONS] = {[FLEET_NO_VEHICLE] = "no_vehicle",
                                                     [FLEET_NO_WAY] = "no_way",
                                                     [FLEET_NO_COLD] = "no_cold",
                                                     [FLEET_TOO_BIG] = "too_big",
                                                     [FLEET_TOO_FAR] = "too_far",
                                                     [FLEET_BUSY] = "busy",
                                                     [FLEET_TRIPS] = "trips"};
    return names[reason];
}
