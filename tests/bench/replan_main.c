/* Replanning on the demo's region, from a report to the record of a proposal: the report goes
 * through the core and a log in memory, then come picture, plan, timetable and record, all in the
 * order in which the coordinator does them. CPU time of each.
 *   replan REGION [--ordered] [HAZARD.csv HOUR]
 * With a hazard file its roads close at their hours, told at HOUR of it; ten seconds pass with each
 * report. With --ordered every thirtieth proposal is approved and all wardens and yards accept, so
 * that people are on the way and runs of buses stand or have begun. */
#include "coordinator/optimizer/timetable.h"
#include "coordinator/planning/orders.h"
#include "coordinator/planning/outcome.h"
#include "coordinator/planning/session.h"
#include "coordinator/region/hazard.h"
#include "tests/support/core_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 300, ROUND_MS = 10000, APPROVED_EACH = 30 };

#define MS_PER_S 1000.0

struct replan {
    struct core_bench *bench;
    struct region *region;
    struct profile *profile;
    struct session *session;
    struct hazard hazard; /* whose roads close; none: they stay open */
    double told_s;        /* when, in its own time */
    uint64_t chance;
    bool ordered;
};

/* What a proposal was, but for the plan. */
struct proposed {
    struct hv_plan record;
    size_t runs_ordered, runs_begun;
    int64_t on_way;
};

static double cpu_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static uint32_t below(struct replan *replan, uint32_t most) {
    uint64_t z = replan->chance += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ (z >> 31)) % most);
}

static int tell(struct replan *replan, const char *place, struct hv_report report) {
    report.source = HV_SOURCE_OPERATOR;
    report.subject = place;
    report.seen = (struct hv_seen){replan->bench->wall_ms, 1};
    return core_bench_decide(
        replan->bench,
        (struct hv_record){.kind = HV_RECORD_REPORT,
                           .report = {.node = "", .sent_node_ms = 1, .report = report}});
}

/* What may come in: people checked in, places, a status, a road shut or open again. */
static int happen(struct replan *replan, int round, const char **ret_what) {
    const struct region *region = replan->region;
    const char *shelter = region->shelters[below(replan, region->shelter_count)].id;
    const char *zone = region->zones[below(replan, region->zone_count)].id;
    struct hv_capacity_line line = {HV_BASIS_BEDS, HV_PART_NIGHT, HV_PLACE_INDOOR,
                                    500 + below(replan, 3000)};
    switch (round % 5) {
    case 0:
        *ret_what = "road";
        return core_bench_decide(
            replan->bench,
            (struct hv_record){.kind = HV_RECORD_ROAD,
                               .road = {.link = region->links[below(replan, region->link_count)].id,
                                        .closed = below(replan, 2) == 0,
                                        .reason = ""}});
    case 1:
        *ret_what = "places";
        return tell(replan, shelter,
                    (struct hv_report){.kind = HV_REPORT_CAPACITY, .capacity = {1, &line}});
    case 2:
        *ret_what = "status";
        return tell(replan, shelter,
                    (struct hv_report){
                        .kind = HV_REPORT_STATUS,
                        .status = {below(replan, 4) == 0 ? HV_SHELTER_FULL : HV_SHELTER_OPEN, ""}});
    default:
        *ret_what = "people";
        return tell(
            replan, shelter,
            (struct hv_report){
                .kind = HV_REPORT_MOVEMENT,
                .movement = {.kind = HV_MOVEMENT_CHECK_IN,
                             .people = {.by_age = {[HV_AGE_ADULT] = 1 + (int)below(replan, 40)}},
                             .zone = zone,
                             .shelter = "",
                             .transfer = ""}});
    }
}

static int propose(struct replan *replan, struct plan **ret_plan, struct hv_arena *arena,
                   struct proposed *ret_proposed) {
    const struct picture_rules rules = {.stale = PICTURE_STALE_CAUTION,
                                        .stale_percent = 50,
                                        .need_days = 3,
                                        .ahead_days = 1,
                                        .today_day = 20000,
                                        .bus_horizon_ms = 12 * INT64_C(3600000),
                                        .arrival_margin_ms = 30 * INT64_C(60000),
                                        .wall_ms = replan->bench->wall_ms};
    const struct state *state = core_state(replan->bench->core);
    struct session_task *task = calloc(1, sizeof *task);
    *ret_proposed = (struct proposed){0};
    if (task == NULL)
        return HV_ERR_MEMORY;
    task->change_price_ms = 600000;
    int error = picture_new(state, replan->region, replan->profile, &rules, &task->picture);
    if (error == HV_OK)
        error = session_task_in_force(task, state, replan->region);
    if (error == HV_OK)
        error = session_task_directives(task, state, replan->region);
    if (error == HV_OK)
        error = session_solve(replan->session, task, NULL, NULL, ret_plan);
    if (error == HV_OK)
        error = outcome_record(*ret_plan, task->picture, replan->region, state, arena,
                               &ret_proposed->record);
    for (size_t i = 0; error == HV_OK && i < task->picture->way_count; i++)
        ret_proposed->on_way += task->picture->ways[i].people[STATE_ALL];
    for (size_t i = 0; error == HV_OK && i < ret_proposed->record.bus_run_count; i++) {
        ret_proposed->runs_ordered += ret_proposed->record.bus_runs[i].order != 0;
        ret_proposed->runs_begun += ret_proposed->record.bus_runs[i].begun;
    }
    session_task_free(task);
    return error;
}

/* ---- orders ---- */

static int accept_all(struct replan *replan) {
    const struct state *state = core_state(replan->bench->core);
    int error = HV_OK;
    for (uint32_t i = 0; error == HV_OK && i < state_count(state, STATE_ORDER); i++) {
        const struct state_order *order = state_order(state, i);
        if (state_order_state(order) != HV_ORDER_ISSUED ||
            (order->order_kind != HV_ORDER_EVACUATE_ZONE && order->order_kind != HV_ORDER_BUS_RUN))
            continue;
        error = core_bench_decide(replan->bench,
                                  (struct hv_record){.kind = HV_RECORD_ANSWER,
                                                     .answer = {.order = order->number,
                                                                .revision = order->revision,
                                                                .state = HV_ORDER_ACCEPTED,
                                                                .reason = ""}});
    }
    return error;
}

/* The proposal becomes the plan in force, and those who are told accept. */
static int follow(struct replan *replan, const struct proposed *proposed, struct hv_arena *arena) {
    struct hv_record *records = NULL;
    size_t count = 0;
    int error = core_bench_decide(
        replan->bench, (struct hv_record){.kind = HV_RECORD_PLAN, .plan = proposed->record});
    const struct state *state = core_state(replan->bench->core);
    const struct orders_scene scene = {
        .state = state, .region = replan->region, .wall_ms = replan->bench->wall_ms};
    if (error == HV_OK)
        error = orders_approve(&scene, state_find_plan(state, state_general(state)->last_plan),
                               "go", arena, &records, &count);
    if (error != HV_OK)
        return error;
    for (size_t i = 0; i < count; i++) {
        records[i].actor = HV_ACTOR_OPERATOR;
        records[i].name = "chief";
    }
    core_bench_step(
        replan->bench,
        (struct core_event){.kind = CORE_COMMAND,
                            .command = {.token = 1, .records = records, .record_count = count}});
    core_bench_idle(replan->bench);
    return replan->bench->reply_error == 0 ? accept_all(replan) : replan->bench->reply_error;
}

/* ---- measuring ---- */

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int measure(struct replan *replan) {
    double spent[ROUNDS], worst_gap = 0, sum_gap = 0;
    int64_t late = 0, no_bus = 0, no_bus_bound = 0, by_bus = 0;
    double bus_gap = 0;
    int64_t on_way = 0;
    size_t runs_ordered = 0, runs_begun = 0;
    struct proposed proposed;
    int late_plans = 0;
    struct hv_arena arena;
    hv_arena_init(&arena, 0);
    for (int i = 0; i < ROUNDS; i++) {
        struct plan *plan = NULL;
        const char *what = "";
        const double began = cpu_s();
        int error = happen(replan, i, &what);
        if (error == HV_OK)
            error = propose(replan, &plan, &arena, &proposed);
        spent[i] = cpu_s() - began;
        if (error == HV_OK && replan->ordered && i % APPROVED_EACH == APPROVED_EACH - 1)
            error = follow(replan, &proposed, &arena);
        core_bench_tick(replan->bench, ROUND_MS);
        core_bench_forget(replan->bench);
        hv_arena_reset(&arena);
        on_way += proposed.on_way;
        runs_ordered += proposed.runs_ordered;
        runs_begun += proposed.runs_begun;
        if (error != HV_OK || plan->timetable == NULL) {
            plan_free(plan);
            hv_arena_deinit(&arena);
            return error == HV_OK ? HV_ERR_LIMIT : error;
        }
        const struct plan_timetable *times = plan->timetable;
        const double gap =
            times->unserved > times->bound_unserved
                ? (double)(times->unserved - times->bound_unserved) / (double)times->unserved
                : 1 - (double)times->bound_arrival_ms / (double)times->arrival_ms;
        const struct plan_buses *buses = plan->buses;
        if (buses != NULL) {
            by_bus += buses->people;
            no_bus += buses->unserved;
            no_bus_bound += buses->bound_unserved;
            bus_gap += buses->bound_arrival_s > 0
                           ? 1 - (double)buses->bound_arrival_s / (double)buses->arrival_s
                           : 0;
        }
        late += times->unserved - plan->objective.unserved;
        late_plans += times->late_count > 0;
        worst_gap = gap > worst_gap ? gap : worst_gap;
        sum_gap += gap;
        if (i < 12)
            printf("%-7s %6.1f ms  unserved %lld (bound %lld), arrival %.2f h each, gap %.2f %%, "
                   "ways %zu, last %.0f min\n",
                   what, spent[i] * 1000, (long long)times->unserved,
                   (long long)times->bound_unserved, (double)times->arrival_ms / 3.6e6 / 32000,
                   gap * 100, times->stream_count, (double)times->ete100_ms / 60000);
        plan_free(plan);
    }
    hv_arena_deinit(&arena);
    const double first = spent[0];
    qsort(spent, ROUNDS, sizeof *spent, compare);
    printf("%d reports: first %.1f ms, median %.1f, p99 %.1f, worst %.1f ms of CPU; gap to the "
           "flow: mean %.2f %%, worst %.2f %%; late %lld in %d plans\n",
           ROUNDS, first * 1000, spent[ROUNDS / 2] * 1000, spent[ROUNDS * 99 / 100] * 1000,
           spent[ROUNDS - 1] * 1000, sum_gap / ROUNDS * 100, worst_gap * 100, (long long)late,
           late_plans);
    printf("buses: of %lld people on the mean %lld on no run (bound %lld), gap of arrivals %.1f %% "
           "on the mean\n",
           (long long)by_bus / ROUNDS, (long long)no_bus / ROUNDS, (long long)no_bus_bound / ROUNDS,
           100 * bus_gap / ROUNDS);
    if (replan->ordered)
        printf("orders: %lld people on the way on the mean, %zu runs of orders, of which %zu have "
               "begun\n",
               (long long)on_way / ROUNDS, runs_ordered / ROUNDS, runs_begun / ROUNDS);
    return HV_OK;
}

/* A step for each road that the hazard closes after it was told. */
static size_t list_steps(const struct replan *replan, const char **links,
                         struct hv_hazard_step *steps) {
    size_t count = 0;
    for (uint32_t i = 0; i < replan->hazard.count; i++) {
        const struct hazard_entry *entry = &replan->hazard.entries[i];
        if (entry->effect != HAZARD_CLOSED || entry->from_s < replan->told_s)
            continue;
        const double from_ms = (entry->from_s - replan->told_s) * MS_PER_S,
                     to_ms = (entry->to_s - replan->told_s) * MS_PER_S;
        links[count] = replan->region->links[entry->index].id;
        steps[count] =
            (struct hv_hazard_step){.from_wall_ms = replan->bench->wall_ms + (int64_t)from_ms,
                                    .has_until = true,
                                    .until_wall_ms = replan->bench->wall_ms + (int64_t)to_ms,
                                    .link_count = 1,
                                    .links = &links[count]};
        count++;
    }
    return count;
}

static int begin(struct replan *replan) {
    static const char *links[1024];
    static struct hv_hazard_step steps[1024];
    if (replan->hazard.count > 1024)
        return HV_ERR_LIMIT;
    static const char *zones[1024];
    uint32_t count = replan->region->zone_count < 8 ? replan->region->zone_count : 8;
    int error = core_bench_decide(replan->bench,
                                  (struct hv_record){.kind = HV_RECORD_INCIDENT,
                                                     .incident = {.incident = {1},
                                                                  .name = "River",
                                                                  .phase = HV_PHASE_EVACUATION,
                                                                  .hazard = "flood"}});
    for (uint32_t z = 0; z < count; z++) /* the zones at the river */
        zones[z] = replan->region->zones[z + 9 < replan->region->zone_count ? z + 9 : z].id;
    if (error == HV_OK)
        error = core_bench_decide(
            replan->bench,
            (struct hv_record){.kind = HV_RECORD_HAZARD,
                               .hazard = {.hazard = "f",
                                          .kind = "flood",
                                          .zone_count = count,
                                          .zones = zones,
                                          .step_count = list_steps(replan, links, steps),
                                          .steps = steps}});
    return error;
}

int main(int argc, char **argv) {
    struct hv_fault_list faults;
    struct replan replan = {.chance = 1};
    const char *const region = argc > 1 ? argv[1] : "";
    replan.ordered = argc > 2 && strcmp(argv[2], "--ordered") == 0;
    argc -= replan.ordered;
    argv += replan.ordered;
    hv_fault_list_init(&faults);
    int error =
        argc == 2 || argc == 4 ? region_load(region, &faults, &replan.region) : HV_ERR_VALUE;
    if (error == HV_OK && argc == 4) {
        error = hazard_load(argv[2], replan.region, &faults, &replan.hazard);
        replan.told_s = strtod(argv[3], NULL) * 3600;
    }
    hv_fault_list_deinit(&faults);
    if (error == HV_OK)
        error = profile_new("sphere-2018", &replan.profile);
    replan.bench = core_bench_new();
    replan.session = session_new();
    for (uint32_t s = 0; error == HV_OK && s < replan.region->shelter_count; s++)
        error = core_bench_enrol(replan.bench, replan.region->shelters[s].id, HV_ROLE_SHELTER);
    if (error == HV_OK)
        error = begin(&replan);
    if (error == HV_OK)
        error = measure(&replan);
    if (error != HV_OK)
        fprintf(stderr, "replan_main: %s\n", hv_error_text(error));
    session_free(replan.session);
    core_bench_free(replan.bench);
    profile_free(replan.profile);
    hazard_free(&replan.hazard);
    region_free(replan.region);
    return error == HV_OK ? 0 : 1;
}
