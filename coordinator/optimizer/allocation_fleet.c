#include "coordinator/optimizer/allocation_fleet_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX
#define UNBOUND_TIMES 3 /* that lanes are freed of the vehicle that was ordered */
#define UNRANKED (-2.0)
#define TAKES_NOTHING (-1.0)

/* Trips ------------------------------------------------------------------------------------------
 */

/* Puts units of rest[at] on the trip that is being loaded, the last. */
static int put_on_trip(struct fleet *fleet, size_t at, double units) {
    struct fleet_plan *plan = &fleet->plan;
    struct allocation_shipment *s = &fleet->rest[at];
    int error =
        fleet_grow((void **)&plan->loads, plan->load_count, &fleet->load_room, sizeof *plan->loads);
    if (error)
        return error;
    plan->loads[plan->load_count++] = (struct fleet_load){s->item, units};
    plan->trips[plan->trip_count - 1].load_count++;
    s->quantity = s->quantity - units > FLEET_ALMOST * units ? s->quantity - units : 0;
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
            if (fleet_must_be_cold(fleet, s->item) != (pass == 0))
                continue;
            double units = fleet_units_that_fit(fleet, s->item, s->quantity, volume, weight);
            if (units <= 0)
                continue;
            volume = fmax(0, volume - units * item->volume_m3);
            weight = fmax(0, weight - units * item->weight_kg);
            value += units * fleet_worth(fleet, s);
            if (error && *error == 0)
                *error = put_on_trip(fleet, i, units);
        }
    return value;
}

static bool can_take(const struct fleet *fleet, const struct job *job,
                     const struct fleet_vehicle *vehicle, bool cold_goods) {
    for (size_t i = job->first; i < job->end; i++)
        if (fleet->rest[i].quantity > 0 && fleet_takes(fleet, vehicle, &fleet->rest[i]) &&
            (!cold_goods || fleet_must_be_cold(fleet, fleet->rest[i].item)))
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
    double cycle = fleet_cycle_min(fleet, vehicle, job->lane);
    if (fleet->rule == LONGEST_FIRST)
        return fleet_trips_needed(job, vehicle->volume_m3, vehicle->weight_kg) * cycle;
    return fill(fleet, job, vehicle, NULL) / fmax(cycle, FLEET_ALMOST);
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
        *known = may_go(fleet, vehicle, job->lane) && fleet_reaches(fleet, vehicle, job->lane) &&
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
        fleet_grow((void **)&plan->trips, plan->trip_count, &fleet->trip_room, sizeof *plan->trips);
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
        fleet->plan.last_bound_min =
            fmax(fleet->plan.last_bound_min, fleet_bound_of_depot(fleet, depot));
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
        all += fleet->rest[i].quantity * fleet_worth(fleet, &fleet->rest[i]);
    }
    return any ? all : -1;
}

static int leave_rest(struct fleet *fleet) {
    bool full = fleet->plan.trip_count >= fleet->task->trips_max;
    int error = 0;
    for (size_t i = 0; i < fleet->rest_count && !error; i++)
        if (fleet->rest[i].quantity > 0)
            error = fleet_leave(fleet, &fleet->rest[i], full ? FLEET_TRIPS : FLEET_BUSY);
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
    if (error || worth_left(fleet) <= free_left + FLEET_ALMOST * fmax(1, fabs(free_left)))
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
    int error = fleet_prepare(&fleet);
    if (!error)
        error = schedule(&fleet);
    fleet_free_rooms(&fleet);
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
