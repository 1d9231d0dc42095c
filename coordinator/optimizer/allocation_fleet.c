#include "coordinator/optimizer/allocation_fleet_state.h"
#include "coordinator/optimizer/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX
#define UNBOUND_TIMES 3 /* that lanes are freed of the vehicle that was ordered */
#define UNKNOWN (-2.0)
#define TAKES_NOTHING (-1.0)

/* Trips ------------------------------------------------------------------------------------------
 */

/* Puts units of rest[at] on the trip that is being loaded, the last. */
static int put_on_trip(struct fleet *fleet, size_t at, double units) {
    struct fleet_plan *plan = &fleet->plan;
    struct allocation_shipment *s = &fleet->rest[at];
    int error = array_reserve((void **)&plan->loads, plan->load_count + 1, &fleet->load_room,
                              sizeof *plan->loads);
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

/* Whether a vehicle that is free now can go along a lane in time, and when it would be where. */
static bool in_time(const struct fleet *fleet, uint32_t vehicle_index, uint32_t lane,
                    struct times *ret_times) {
    return fleet_find_times(fleet, &fleet->task->vehicles[vehicle_index], lane,
                            fleet->free_min[vehicle_index], ret_times) &&
           ret_times->delivered_min <= fleet->task->horizon_min;
}

static bool may_go(const struct fleet *fleet, const struct fleet_vehicle *vehicle, uint32_t lane) {
    return !fleet->bound[lane] || fleet->task->only[lane] == vehicle->class;
}

/* What the rule goes by and changes only with what is left of a job: trips that it needs, or what
 * one is worth. */
static double find_amount(struct fleet *fleet, const struct job *job,
                          const struct fleet_vehicle *vehicle) {
    return fleet->rule == MOST_URGENT_FIRST
               ? fill(fleet, job, vehicle, NULL)
               : fleet_trips_needed(job, vehicle->volume_m3, vehicle->weight_kg);
}

/* Amounts are remembered for vehicles that are alike: a choice among many lanes only compares them.
 */
static double *remembered(const struct fleet *fleet, uint32_t type, int pass, size_t job) {
    return &fleet->amounts[((size_t)type * 2 + (size_t)pass) * fleet->job_count + job];
}

static void forget_amounts(struct fleet *fleet, size_t job) {
    for (uint32_t type = 0; fleet->amounts && type < fleet->type_count; type++)
        for (int pass = 0; pass < 2; pass++)
            *remembered(fleet, type, pass, job) = UNKNOWN;
}

/* TAKES_NOTHING: the vehicle cannot take any of it, in this pass. */
static double amount_of(struct fleet *fleet, uint32_t vehicle_index, size_t j, int pass) {
    const struct fleet_vehicle *vehicle = &fleet->task->vehicles[vehicle_index];
    const struct job *job = &fleet->jobs[j];
    double unknown = UNKNOWN;
    double *known =
        fleet->amounts ? remembered(fleet, fleet->type[vehicle_index], pass, j) : &unknown;
    if (*known == UNKNOWN)
        *known = may_go(fleet, vehicle, job->lane) && fleet_reaches(fleet, vehicle, job->lane) &&
                         can_take(fleet, job, vehicle, pass == 0)
                     ? find_amount(fleet, job, vehicle)
                     : TAKES_NOTHING;
    return *known;
}

/* Which of two goes first: what does not wait for a road, and then by the rule. */
struct rank {
    bool waits;
    double closes_min, by; /* the sooner, and then the more */
};

static struct rank rank_of(const struct fleet *fleet, uint32_t vehicle_index, uint32_t lane,
                           double amount, const struct times *times) {
    const double cycle = times->back_min - times->starts_min;
    return (struct rank){.waits = times->starts_min > fleet->free_min[vehicle_index],
                         .closes_min =
                             fleet->rule == CLOSING_FIRST ? fleet->leave_by_min[lane] : INFINITY,
                         .by = fleet->rule == MOST_URGENT_FIRST ? amount / fmax(cycle, FLEET_ALMOST)
                                                                : amount * cycle};
}

static bool goes_before(const struct rank *a, const struct rank *b) {
    if (a->waits != b->waits)
        return b->waits;
    return a->closes_min != b->closes_min ? a->closes_min < b->closes_min : a->by > b->by;
}

/* NULL: there is nothing that it could take in time. */
static struct job *choose_job(struct fleet *fleet, uint32_t vehicle_index,
                              struct times *ret_times) {
    const struct fleet_vehicle *vehicle = &fleet->task->vehicles[vehicle_index];
    for (int pass = vehicle->cold && fleet->task->cold ? 0 : 1; pass < 2; pass++) {
        struct job *best = NULL;
        struct rank first = {0};
        for (size_t j = fleet->first_job; j < fleet->end_job; j++) {
            const double amount = amount_of(fleet, vehicle_index, j, pass);
            const uint32_t lane = fleet->jobs[j].lane;
            struct times times;
            if (amount == TAKES_NOTHING || !in_time(fleet, vehicle_index, lane, &times))
                continue;
            const struct rank rank = rank_of(fleet, vehicle_index, lane, amount, &times);
            if (best && !goes_before(&rank, &first))
                continue;
            first = rank;
            best = &fleet->jobs[j];
            *ret_times = times;
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

static int go(struct fleet *fleet, uint32_t vehicle_index, struct job *job,
              const struct times *times) {
    const struct fleet_vehicle *vehicle = &fleet->task->vehicles[vehicle_index];
    struct fleet_plan *plan = &fleet->plan;
    int error = array_reserve((void **)&plan->trips, plan->trip_count + 1, &fleet->trip_room,
                              sizeof *plan->trips);
    if (error)
        return error;
    plan->trips[plan->trip_count++] =
        (struct fleet_trip){.vehicle = vehicle_index,
                            .lane = job->lane,
                            .starts_min = times->starts_min,
                            .arrives_min = times->arrives_min,
                            .delivered_min = times->delivered_min,
                            .returns_min = times->returns_min,
                            .back_min = times->back_min,
                            .leave_by_min = fleet_leave_by_min(fleet, vehicle, job->lane),
                            .out_leg = times->out_leg,
                            .back_leg = times->back_leg,
                            .first_load = plan->load_count};
    (void)fill(fleet, job, vehicle, &error);
    count_again(fleet, job);
    forget_amounts(fleet, (size_t)(job - fleet->jobs));
    plan->last_min = fmax(plan->last_min, times->delivered_min);
    plan->busy_min += times->back_min - times->starts_min;
    fleet->free_min[vehicle_index] = times->back_min;
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
        struct times times = {0};
        struct job *job = choose_job(fleet, next, &times);
        int error = job ? go(fleet, next, job, &times) : 0;
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
        forget_amounts(fleet, j);
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

/* The road is what was too short where it closes before the horizon would stop a vehicle. */
static enum fleet_reason why_left(const struct fleet *fleet, uint32_t lane) {
    if (fleet->plan.trip_count >= fleet->task->trips_max)
        return FLEET_TRIPS;
    return fleet->leave_by_min[lane] + fleet->task->ways[lane].out_min < fleet->task->horizon_min
               ? FLEET_CLOSES
               : FLEET_BUSY;
}

static int leave_rest(struct fleet *fleet) {
    int error = 0;
    for (size_t i = 0; i < fleet->rest_count && !error; i++)
        if (fleet->rest[i].quantity > 0)
            error = fleet_leave(fleet, &fleet->rest[i], why_left(fleet, fleet->rest[i].lane));
    return error;
}

static int compare_left(const void *a, const void *b) {
    const struct fleet_left *x = a, *y = b;
    if (x->lane != y->lane)
        return x->lane < y->lane ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

/* The rule that leaves least, the first of those that leave the same. */
static int run_better(struct fleet *fleet) {
    const enum rule last = fleet->any_closes ? CLOSING_FIRST : MOST_URGENT_FIRST;
    enum rule best = LONGEST_FIRST;
    int error = run(fleet, best);
    double least = error ? -1 : worth_left(fleet);
    if (least < 0)
        return error;
    for (enum rule rule = MOST_URGENT_FIRST; rule <= last && least >= 0 && !error; rule++) {
        error = run(fleet, rule);
        const double left = worth_left(fleet);
        if (left < least) {
            least = left;
            best = rule;
        }
    }
    return !error && best != fleet->rule ? run(fleet, best) : error;
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
                                                     [FLEET_CLOSES] = "closes",
                                                     [FLEET_BUSY] = "busy",
                                                     [FLEET_TRIPS] = "trips"};
    return names[reason];
}
