#include "coordinator/optimizer/bus_plan.h"

#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/bus_bound.h"
#include "coordinator/optimizer/bus_schedule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORK_EACH 60000 /* stops looked at for each pick-up point and run that seems needed */
#define WORK_LEAST INT64_C(6000000)
#define WORK_MOST INT64_C(300000000)
#define STARTS 2 /* times that the search begins anew from its best */
#define WORK_BETWEEN_REPORTS 2000000
#define BOUND_WORK 2.5e8  /* runs looked at for the bound, */
#define BOUND_WORK_EACH 8 /* and no less than so many for each stop that the search may look at */
#define HOT                                                                                        \
    0.1 /* of the plan's figure: how much worse it may get at first, over the root of its runs */
#define COLD 0.00005

struct searching {
    const struct bus_instance *instance;
    const struct bus_options *options;
    struct bus_clock clock;
    struct bus_schedule now, trial, best;
    struct bus_value best_value;
    double unserved_price; /* of one person, in seconds of arrival */
    int64_t work_max, reported_at;
    uint64_t random;
    bool stopped;
};

void bus_plan_deinit(struct bus_plan *plan) {
    free(plan->runs);
    free(plan->stops);
    free(plan->unserved);
    *plan = (struct bus_plan){0};
}

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t draw(struct searching *search) {
    uint64_t z = search->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static size_t below(struct searching *search, size_t count) {
    return count == 0 ? 0 : (size_t)(((draw(search) >> 32) * (uint64_t)count) >> 32);
}

static double score(const struct searching *search, struct bus_value value) {
    return search->unserved_price * (double)value.unserved + (double)value.arrival_s;
}

static int copy_schedule(const struct bus_schedule *from, struct bus_schedule *to) {
    int error = array_reserve((void **)&to->drives, from->count, &to->capacity, sizeof *to->drives);
    if (error != HV_OK)
        return error;
    if (from->count > 0)
        memcpy(to->drives, from->drives, from->count * sizeof *from->drives);
    to->count = from->count;
    return HV_OK;
}

/* ---- the first plan -------------------------------------------------------------------------- */

/* People a second. */
static double worth_of(const struct bus_run *run) {
    return (double)run->people / (double)(run->free_s - run->start_s + 1);
}

/* Adds stops on the way as long as that brings more people a second. */
static void extend(struct bus_clock *clock, struct bus_drive *drive, struct bus_run *run) {
    const struct bus_instance *instance = clock->instance;
    while (drive->count < instance->stops_max) {
        int32_t best = -1;
        struct bus_run best_run = *run;
        for (size_t p = 0; p < instance->pickup_count; p++) {
            struct bus_run tried;
            struct bus_drive longer = *drive;
            if (clock->left[p] == 0)
                continue;
            longer.pickups[longer.count++] = (int32_t)p;
            if (bus_clock_try(clock, &longer, &tried) > run->people &&
                worth_of(&tried) > worth_of(&best_run)) {
                best = (int32_t)p;
                best_run = tried;
            }
        }
        if (best < 0)
            return;
        drive->pickups[drive->count++] = best;
        *run = best_run;
    }
}

/* The run of a bus that brings most people a second; false where there is none. */
static bool find_drive(struct bus_clock *clock, int32_t bus, struct bus_drive *ret_drive) {
    const struct bus_instance *instance = clock->instance;
    struct bus_run best = {0};
    for (size_t p = 0; p < instance->pickup_count; p++)
        for (size_t s = 0; s < instance->shelter_count; s++) {
            const struct bus_drive drive = {bus, (int32_t)s, 1, {(int32_t)p}};
            struct bus_run run;
            if (clock->left[p] == 0 || clock->places[s] == 0 ||
                bus_clock_try(clock, &drive, &run) == 0)
                continue;
            if (best.people == 0 || worth_of(&run) > worth_of(&best)) {
                best = run;
                *ret_drive = drive;
            }
        }
    if (best.people == 0)
        return false;
    extend(clock, ret_drive, &best);
    return true;
}

/* After the runs that are there, the bus that is free first makes its best run, until none has any.
 */
static int build(struct searching *search) {
    struct bus_clock *clock = &search->clock;
    bool *done = calloc(clock->bus_count + 1, sizeof *done);
    if (done == NULL)
        return HV_ERR_MEMORY;
    int error = HV_OK;
    (void)bus_clock_run(clock, &search->now);
    while (error == HV_OK && clock->value.unserved > 0) {
        int32_t first = -1;
        struct bus_drive drive;
        for (size_t b = 0; b < clock->bus_count; b++)
            if (!done[b] && (first < 0 || clock->buses[b].free_s < clock->buses[first].free_s))
                first = (int32_t)b;
        if (first < 0)
            break;
        if (!find_drive(clock, first, &drive)) {
            done[first] = true;
            continue;
        }
        (void)bus_clock_drive(clock, &drive, NULL, NULL);
        error = bus_schedule_add(&search->now, &drive);
    }
    free(done);
    return error;
}

/* ---- moves ----------------------------------------------------------------------------------- */

static void erase(struct bus_schedule *schedule, size_t at) {
    schedule->count--;
    memmove(schedule->drives + at, schedule->drives + at + 1,
            (schedule->count - at) * sizeof *schedule->drives);
}

static int insert(struct bus_schedule *schedule, size_t at, const struct bus_drive *drive) {
    int error = bus_schedule_add(schedule, drive);
    if (error != HV_OK)
        return error;
    memmove(schedule->drives + at + 1, schedule->drives + at,
            (schedule->count - 1 - at) * sizeof *schedule->drives);
    schedule->drives[at] = *drive;
    return HV_OK;
}

static void drop_stop(struct bus_schedule *schedule, size_t at, int32_t stop) {
    struct bus_drive *drive = &schedule->drives[at];
    drive->count--;
    for (int32_t i = stop; i < drive->count; i++)
        drive->pickups[i] = drive->pickups[i + 1];
    if (drive->count == 0)
        erase(schedule, at);
}

static void put_stop(struct bus_drive *drive, int32_t stop, int32_t pickup) {
    for (int32_t i = drive->count; i > stop; i--)
        drive->pickups[i] = drive->pickups[i - 1];
    drive->pickups[stop] = pickup;
    drive->count++;
}

static bool may_go(const struct bus_instance *instance, int32_t pickup, int32_t shelter) {
    return instance->limits == NULL ||
           instance->limits[bus_limit_of(instance, (size_t)pickup, (size_t)shelter)] > 0;
}

/* A shelter for people of a point: near it more often than not. */
static int32_t draw_shelter(struct searching *search, int32_t pickup) {
    const struct bus_instance *instance = search->instance;
    const size_t shelters = instance->shelter_count;
    int32_t best = (int32_t)below(search, shelters);
    for (int tries = 0; tries < 8 && !may_go(instance, pickup, best); tries++)
        best = (int32_t)below(search, shelters);
    for (size_t tries = below(search, 4); tries > 0; tries--) {
        const int32_t other = (int32_t)below(search, shelters);
        if (may_go(instance, pickup, other) &&
            instance->in[(size_t)pickup * shelters + (size_t)other] <
                instance->in[(size_t)pickup * shelters + (size_t)best])
            best = other;
    }
    return best;
}

/* A run of one stop, at any place of the list. */
static int add_run(struct searching *search, int32_t pickup) {
    const struct bus_drive drive = {
        (int32_t)below(search, search->clock.bus_count), draw_shelter(search, pickup), 1, {pickup}};
    return insert(&search->trial, below(search, search->trial.count + 1), &drive);
}

/* Moves a stop to another run, or into a run of its own. */
static int move_stop(struct searching *search) {
    struct bus_schedule *trial = &search->trial;
    const size_t from = below(search, trial->count);
    const int32_t stop = (int32_t)below(search, (size_t)trial->drives[from].count);
    const int32_t pickup = trial->drives[from].pickups[stop];
    drop_stop(trial, from, stop);
    if (trial->count == 0 || below(search, 4) == 0)
        return add_run(search, pickup);
    struct bus_drive *to = &trial->drives[below(search, trial->count)];
    if (to->count == search->instance->stops_max)
        return add_run(search, pickup);
    put_stop(to, (int32_t)below(search, (size_t)to->count + 1), pickup);
    return HV_OK;
}

/* A point that has people left more often than not. */
static int32_t draw_pickup(struct searching *search) {
    const size_t points = search->instance->pickup_count;
    int32_t pickup = (int32_t)below(search, points);
    for (int tries = 0; tries < 4 && search->clock.left[pickup] == 0; tries++)
        pickup = (int32_t)below(search, points);
    return pickup;
}

static int add_stop(struct searching *search) {
    struct bus_schedule *trial = &search->trial;
    const int32_t pickup = draw_pickup(search);
    struct bus_drive *to = trial->count > 0 ? &trial->drives[below(search, trial->count)] : NULL;
    if (to == NULL || to->count == search->instance->stops_max || below(search, 2) == 0)
        return add_run(search, pickup);
    put_stop(to, (int32_t)below(search, (size_t)to->count + 1), pickup);
    return HV_OK;
}

static int move_run(struct searching *search) {
    struct bus_schedule *trial = &search->trial;
    const size_t from = below(search, trial->count);
    struct bus_drive drive = trial->drives[from];
    if (below(search, 2) == 0)
        drive.bus = (int32_t)below(search, search->clock.bus_count);
    erase(trial, from);
    return insert(trial, below(search, trial->count + 1), &drive);
}

static void swap_runs(struct searching *search) {
    struct bus_drive *drives = search->trial.drives;
    const size_t a = below(search, search->trial.count), b = below(search, search->trial.count);
    const struct bus_drive swap = drives[a];
    const int32_t bus_a = drives[a].bus, bus_b = drives[b].bus;
    drives[a] = drives[b];
    drives[b] = swap;
    if (below(search, 2) == 0) { /* what they do, not who does it */
        drives[a].bus = bus_a;
        drives[b].bus = bus_b;
    }
}

static void swap_stops(struct searching *search) {
    struct bus_drive *drives = search->trial.drives;
    struct bus_drive *a = &drives[below(search, search->trial.count)];
    struct bus_drive *b = below(search, 2) == 0 ? a : &drives[below(search, search->trial.count)];
    int32_t *one = &a->pickups[below(search, (size_t)a->count)];
    int32_t *other = &b->pickups[below(search, (size_t)b->count)];
    const int32_t swap = *one;
    *one = *other;
    *other = swap;
}

static int move(struct searching *search) {
    struct bus_schedule *trial = &search->trial;
    const size_t kind = below(search, 16);
    if (trial->count == 0 || kind < 2)
        return add_stop(search);
    if (kind < 6)
        return move_run(search);
    if (kind < 8)
        swap_runs(search);
    else if (kind < 10)
        swap_stops(search);
    else if (kind < 12) {
        struct bus_drive *drive = &trial->drives[below(search, trial->count)];
        drive->shelter = draw_shelter(search, drive->pickups[drive->count - 1]);
    } else if (kind < 15)
        return move_stop(search);
    else
        erase(trial, below(search, trial->count));
    return HV_OK;
}

/* ---- the search ------------------------------------------------------------------------------ */

/* Leaves out what nobody boards. */
static void prune(struct searching *search, struct bus_schedule *schedule) {
    struct bus_clock *clock = &search->clock;
    size_t kept = 0;
    bus_clock_reset(clock);
    for (size_t i = 0; i < schedule->count; i++) {
        struct bus_stop stops[BUS_STOPS_MAX];
        struct bus_run run;
        struct bus_drive drive = schedule->drives[i];
        if (bus_clock_drive(clock, &drive, &run, stops) == 0)
            continue;
        drive.count = run.stop_count;
        for (int32_t k = 0; k < run.stop_count; k++)
            drive.pickups[k] = stops[k].pickup;
        schedule->drives[kept++] = drive;
    }
    schedule->count = kept;
}

static bool should_stop(struct searching *search) {
    const struct bus_options *options = search->options;
    if (search->stopped || options->progress == NULL ||
        search->clock.work < search->reported_at + WORK_BETWEEN_REPORTS)
        return search->stopped;
    search->reported_at = search->clock.work;
    const struct bus_progress progress = {
        bus_instance_people(search->instance), search->best_value, {0, 0}, search->clock.work};
    search->stopped = options->progress(options->context, &progress) != 0;
    return search->stopped;
}

static int keep(struct searching *search, struct bus_value value) {
    if (bus_value_compare(value, search->best_value) >= 0)
        return HV_OK;
    search->best_value = value;
    return copy_schedule(&search->now, &search->best);
}

/* Whether to go on from something that is worse by so much. */
static bool accepts(struct searching *search, double worse, double heat) {
    if (worse <= 0)
        return true;
    const double chance = (double)(draw(search) >> 11) * 0x1p-53;
    return chance < exp(-worse / heat);
}

/* One cooling within some work. */
static int anneal(struct searching *search, int64_t work) {
    const int64_t begun = search->clock.work;
    int error = copy_schedule(&search->best, &search->now);
    double at = score(search, search->best_value);
    const double hot = HOT * at / (1 + sqrt((double)search->now.count));
    int64_t steps = 0;
    while (error == HV_OK && search->clock.work - begun < work && !should_stop(search)) {
        const double done = (double)(search->clock.work - begun) / (double)work;
        const double heat = hot * pow(COLD / HOT, done) + 1e-9;
        search->clock.work++; /* so that moves of nothing come to an end */
        error = copy_schedule(&search->now, &search->trial);
        if (error == HV_OK)
            error = move(search);
        if (error != HV_OK)
            break;
        const struct bus_value value = bus_clock_run(&search->clock, &search->trial);
        if (!accepts(search, score(search, value) - at, heat))
            continue;
        const struct bus_schedule swap = search->now;
        search->now = search->trial;
        search->trial = swap;
        at = score(search, value);
        error = keep(search, value);
        if (++steps % 64 == 0)
            prune(search, &search->now);
    }
    return error;
}

static int64_t work_of(const struct searching *search) {
    if (search->options->work_max > 0)
        return search->options->work_max;
    const int64_t wanted =
        WORK_EACH * (int64_t)(search->instance->pickup_count + search->now.count) +
        WORK_EACH / 50 * (int64_t)(search->now.count * search->now.count);
    return wanted < WORK_LEAST ? WORK_LEAST : wanted > WORK_MOST ? WORK_MOST : wanted;
}

/* The first plan: the better of what continues `start`, which may be NULL, and of one from nothing.
 */
static int first_plan(struct searching *search, const struct bus_schedule *start) {
    int error = start == NULL ? HV_OK : copy_schedule(start, &search->now);
    search->best_value = (struct bus_value){INT64_MAX, 0};
    for (bool anew = start == NULL; error == HV_OK; anew = true) {
        error = build(search);
        if (error == HV_OK)
            error = keep(search, bus_clock_run(&search->clock, &search->now));
        if (anew)
            break;
        search->now.count = 0;
    }
    return error;
}

static int search_plan(struct searching *search, const struct bus_schedule *start) {
    const struct bus_instance *instance = search->instance;
    search->unserved_price = 2.0 * instance->horizon_s + 1;
    int error = first_plan(search, start);
    search->work_max = work_of(search);
    const bool possible = instance->pickup_count > 0 && instance->shelter_count > 0 &&
                          search->clock.bus_count > 0 &&
                          search->best_value.unserved < bus_instance_people(instance);
    for (int i = 0; possible && i < STARTS && error == HV_OK && !search->stopped; i++)
        error = anneal(search, search->work_max / STARTS);
    return error;
}

/* ---- what is handed out ---------------------------------------------------------------------- */

static int compare_runs(const void *first, const void *second) {
    const struct bus_run *a = first, *b = second;
    if (a->bus != b->bus)
        return a->bus > b->bus ? 1 : -1;
    return (a->start_s > b->start_s) - (a->start_s < b->start_s) != 0
               ? (a->start_s > b->start_s) - (a->start_s < b->start_s)
               : (a->stop_first > b->stop_first) - (a->stop_first < b->stop_first);
}

static int write_plan(struct searching *search, struct bus_plan *plan) {
    struct bus_clock *clock = &search->clock;
    const size_t points = search->instance->pickup_count, runs = search->best.count;
    plan->runs = calloc(runs + 1, sizeof *plan->runs);
    plan->stops = calloc(runs * BUS_STOPS_MAX + 1, sizeof *plan->stops);
    plan->unserved = calloc(points + 1, sizeof *plan->unserved);
    if (plan->runs == NULL || plan->stops == NULL || plan->unserved == NULL)
        return HV_ERR_MEMORY;
    bus_clock_reset(clock);
    for (size_t i = 0; i < runs; i++) {
        struct bus_run *run = &plan->runs[plan->run_count];
        struct bus_stop stops[BUS_STOPS_MAX];
        if (bus_clock_drive(clock, &search->best.drives[i], run, stops) == 0)
            continue;
        run->stop_first = plan->stop_count;
        memcpy(plan->stops + plan->stop_count, stops, (size_t)run->stop_count * sizeof *stops);
        plan->stop_count += (size_t)run->stop_count;
        plan->run_count++;
        if (run->free_s > plan->last_arrival_s)
            plan->last_arrival_s = run->free_s;
    }
    qsort(plan->runs, plan->run_count, sizeof *plan->runs, compare_runs);
    for (size_t p = 0; p < points; p++)
        plan->unserved[p] = clock->left[p];
    plan->value = clock->value;
    plan->work = clock->work;
    return HV_OK;
}

static int watch_bound(void *context) {
    struct searching *search = context;
    search->clock.work += WORK_BETWEEN_REPORTS; /* so that every round may be told of */
    return should_stop(search);
}

/* As much as is usual, or in proportion to what the search was given. */
static double bound_work(const struct bus_options *options) {
    const double wanted = BOUND_WORK_EACH * (double)options->work_max;
    return wanted > BOUND_WORK ? wanted : BOUND_WORK;
}

static void deinit_search(struct searching *search) {
    bus_clock_deinit(&search->clock);
    free(search->now.drives);
    free(search->trial.drives);
    free(search->best.drives);
}

/* Of an instance that was checked; `bounded`: with a bound. */
static int make_plan(const struct bus_instance *instance, const struct bus_schedule *start,
                     const struct bus_options *options, bool bounded, struct bus_plan *ret_plan) {
    struct searching search = {.instance = instance, .options = options, .random = options->seed};
    struct bus_plan plan = {0};
    int error = bus_clock_init(&search.clock, instance);
    if (error == HV_OK)
        error = search_plan(&search, start);
    if (error == HV_OK)
        error = write_plan(&search, &plan);
    if (error == HV_OK && bounded)
        error =
            bus_bound(instance, plan.value, bound_work(options), watch_bound, &search, &plan.bound);
    plan.optimal = bounded && bus_value_compare(plan.value, plan.bound) == 0;
    plan.stopped = search.stopped;
    deinit_search(&search);
    if (error != HV_OK)
        bus_plan_deinit(&plan);
    else
        *ret_plan = plan;
    return error;
}

int bus_plan_search(const struct bus_instance *instance, const struct bus_schedule *start,
                    const struct bus_options *options, struct bus_plan *ret_plan) {
    const int error = bus_instance_check_figures(instance);
    return error != HV_OK ? error : make_plan(instance, start, options, false, ret_plan);
}

int bus_plan_solve(const struct bus_instance *instance, const struct bus_options *options,
                   struct bus_plan *ret_plan) {
    const int error = bus_instance_check(instance);
    return error != HV_OK ? error : make_plan(instance, NULL, options, true, ret_plan);
}
