/* New proposals for goods after one change at a time on a region: from the state to the record of a
 * plan, in CPU time. The picture is that of an evacuation with orders in force: half of the zones'
 * people are at shelters, depots have counted what the region says, and a plan has been approved.
 *
 *   replan_goods REGION [CHANGES]     exits 1 where a proposal is not what a cold session gives */
#include "coordinator/planning/orders.h"
#include "coordinator/planning/outcome.h"
#include "coordinator/planning/session.h"
#include "tests/support/chance.h"
#include "tests/support/core_bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { KINDS = 3, TODAY = 20000 };

static const char *const kinds[KINDS] = {"request", "depot lost or back", "road closed or opened"};

static struct core_bench *bench;
static struct region *region;
static struct profile *profile;
static struct hv_arena arena;
static struct chance chance = {1};

static uint32_t below(uint32_t limit) {
    return chance_below(&chance, limit);
}

static double cpu_ms(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1e3 * (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-3 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void require(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "replan_goods: %s: %s\n", what,
            bench == NULL ? "" : bench->reply_verdict.detail);
    exit(1);
}

static void decide(struct hv_record record) {
    require(core_bench_decide(bench, record) == 0, "refused");
}

static void tell(const char *place, struct hv_report report) {
    report.source = HV_SOURCE_OPERATOR;
    report.subject = place;
    report.seen = (struct hv_seen){bench->wall_ms, 1};
    decide((struct hv_record){.kind = HV_RECORD_REPORT,
                              .report = {.node = "", .sent_node_ms = 1, .report = report}});
}

static void tell_stock(uint32_t depot) {
    struct hv_stock_line *lines = hv_arena_take(&arena, region->stock_count, sizeof *lines);
    size_t count = 0;
    for (uint32_t i = 0; i < region->stock_count; i++)
        if (region->stock[i].depot == depot)
            lines[count++] =
                (struct hv_stock_line){.item = region->items[region->stock[i].item].id,
                                       .lot = region->stock[i].lot,
                                       .quantity = (uint64_t)region->stock[i].quantity};
    tell(region->depots[depot].id,
         (struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                            .stock_count = {count, lines, .complete = true, .reason = ""}});
}

static void tell_people(uint32_t shelter) {
    struct hv_people people = {0};
    int64_t all = 0;
    for (uint32_t z = 0; z < region->zone_count; z++)
        for (int age = 0; age < REGION_AGES; age++)
            all += region->zones[z].people[REGION_NIGHT][age] > 0
                       ? region->zones[z].people[REGION_NIGHT][age]
                       : 0;
    int64_t here = all / 2 / region->shelter_count;
    people.by_age[HV_AGE_INFANT] = (int32_t)(here / 50);
    people.by_age[HV_AGE_ELDERLY] = (int32_t)(here / 7);
    people.by_age[HV_AGE_ADULT] = (int32_t)(here - here / 50 - here / 7);
    people.overlay[HV_OVERLAY_MEDICAL] = (int32_t)(here / 60);
    tell(region->shelters[shelter].id,
         (struct hv_report){.kind = HV_REPORT_COUNT, .count = {.people = people}});
}

/* ---- proposals ---- */

struct proposal {
    struct hv_plan record;
    int64_t goods_cost, goods_bound;
    size_t taken_back, for_gain, standing; /* orders */
    size_t other_vehicle;                  /* trips of orders that stand, not as they say */
    double left;                           /* base units on no trip */
    double ms;
};

static struct session_task *make_task(void) {
    const struct picture_rules rules = {.stale = PICTURE_STALE_COUNT,
                                        .need_days = 3,
                                        .ahead_days = 1,
                                        .fairness = PICTURE_FAIR_WHERE_AFFORDABLE,
                                        .today_day = TODAY,
                                        .wall_ms = bench->wall_ms,
                                        .mono_ms = state_general(core_state(bench->core))->mono_ms,
                                        .goods_change_price = 50000,
                                        .delivery_horizon_ms = INT64_C(86400000)};
    struct session_task *task = calloc(1, sizeof *task);
    require(task != NULL &&
                picture_new(core_state(bench->core), region, profile, &rules, &task->picture) ==
                    0 &&
                session_task_in_force(task, core_state(bench->core), region) == 0 &&
                session_task_directives(task, core_state(bench->core), region) == 0,
            "no picture");
    return task;
}

static struct proposal propose(struct session *session) {
    struct proposal made = {0};
    struct plan *plan = NULL;
    double start = cpu_ms();
    struct session_task *task = make_task();
    require(session_solve(session, task, NULL, NULL, &plan) == 0, "not solved");
    require(outcome_record(plan, task->picture, region, core_state(bench->core), &arena,
                           &made.record) == 0,
            "no record");
    made.ms = cpu_ms() - start;
    made.goods_cost =
        plan->goods_cost - plan->carrying_cost; /* with vehicles equal plans may differ */
    made.goods_bound = plan->goods_bound;
    made.taken_back = plan->release_count;
    made.standing = task->picture->promise_count;
    for (size_t i = 0; i < plan->release_count; i++)
        made.for_gain += plan->releases[i].code == REASON_ORDER_IMPROVED;
    for (size_t i = 0; plan->deliveries != NULL && i < plan->deliveries->left_count; i++)
        made.left += (double)plan->deliveries->left[i].quantity;
    for (size_t i = 0; plan->deliveries != NULL && i < plan->deliveries->delivery_count; i++) {
        const struct plan_delivery *trip = &plan->deliveries->deliveries[i];
        const uint32_t *groups = task->picture->fleet->promise_group;
        made.other_vehicle += trip->promise != PLAN_NONE && groups[trip->promise] != trip->group &&
                              groups[trip->promise] != REGION_NONE;
    }
    plan_free(plan);
    session_task_free(task);
    return made;
}

static void approve(const struct proposal *proposal) {
    struct hv_record record = {.kind = HV_RECORD_PLAN, .plan = proposal->record}, *records;
    struct orders_scene scene = {core_state(bench->core), region, bench->wall_ms};
    size_t count;
    decide(record);
    const struct state_plan *plan =
        state_find_plan(scene.state, state_general(scene.state)->last_plan);
    require(orders_approve(&scene, plan, "bench", &arena, &records, &count) == 0, "not approved");
    for (size_t i = 0; i < count; i++) {
        records[i].actor = HV_ACTOR_OPERATOR;
        records[i].name = "bench";
    }
    core_bench_step(bench, (struct core_event){
                               .kind = CORE_COMMAND,
                               .command = {.token = 1, .records = records, .record_count = count}});
    core_bench_idle(bench);
    require(bench->reply_error == 0, "not stored");
}

/* ---- changes ---- */

static void change(int kind, uint64_t number) {
    if (kind == 0) {
        static struct hv_stock_line line;
        line = (struct hv_stock_line){.item = region->items[below(region->item_count)].id,
                                      .lot = "",
                                      .quantity = 200 + below(4000)};
        tell(region->shelters[below(region->shelter_count)].id,
             (struct hv_report){.kind = HV_REPORT_REQUEST,
                                .request = {.id = number + 1,
                                            .kind = HV_REQUEST_GOODS,
                                            .line_count = 1,
                                            .lines = &line,
                                            .text = ""}});
    } else if (kind == 1) {
        static bool lost;
        static const char *depots[1];
        if (!lost)
            depots[0] = region->depots[below(region->depot_count)].id;
        lost = !lost;
        decide((struct hv_record){.kind = HV_RECORD_HAZARD,
                                  .hazard = {.hazard = "depot-fire",
                                             .kind = "fire",
                                             .over = !lost,
                                             .zone_count = 0,
                                             .depot_count = 1,
                                             .depots = depots}});
    } else {
        const char *link = region->links[below(region->link_count)].id;
        const struct state_road *road =
            (const struct state_road *)state_find(core_state(bench->core), STATE_ROAD, link);
        decide((struct hv_record){
            .kind = HV_RECORD_ROAD,
            .road = {.link = link, .closed = road == NULL || !road->closed, .reason = ""}});
    }
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *what, double *ms, size_t count) {
    double sum = 0;
    qsort(ms, count, sizeof *ms, compare);
    for (size_t i = 0; i < count; i++)
        sum += ms[i];
    printf("%-24s %5zu  mean %6.2f ms  p50 %6.2f  p99 %6.2f  most %6.2f\n", what, count,
           sum / (double)count, ms[count / 2], ms[(count * 99 - 1) / 100], ms[count - 1]);
}

/* So many roads are announced to close within six hours, half of them for two hours. */
static void announce(size_t closings) {
    struct hv_hazard_step *steps = calloc(closings + 1, sizeof *steps);
    const char **links = calloc(closings + 1, sizeof *links);
    require(steps != NULL && links != NULL, "no memory");
    for (size_t i = 0; i < closings; i++) {
        links[i] = region->links[below(region->link_count)].id;
        steps[i].from_wall_ms = bench->wall_ms + (1 + below(360)) * INT64_C(60000);
        steps[i].has_until = i % 2 == 0;
        steps[i].until_wall_ms = steps[i].from_wall_ms + INT64_C(7200000);
        steps[i].links = &links[i];
        steps[i].link_count = 1;
    }
    if (closings > 0)
        decide((struct hv_record){
            .kind = HV_RECORD_HAZARD,
            .hazard = {
                .hazard = "river", .kind = "flood", .steps = steps, .step_count = closings}});
    free(steps);
    free(links);
}

int main(int count, char **words) {
    struct hv_fault_list faults;
    size_t changes = count > 2 ? strtoul(words[2], NULL, 10) : 300, taken_back = 0, for_gain = 0,
           standing = 0, other_vehicle = 0, other_orders = 0;
    double left = 0;
    double *ms[KINDS];
    size_t seen[KINDS] = {0};
    hv_fault_list_init(&faults);
    hv_arena_init(&arena, 0);
    require(count > 1 && region_load(words[1], &faults, &region) == 0, "no region");
    require(profile_new("sphere-2018", &profile) == 0, "no profile");
    bench = core_bench_new();
    for (uint32_t i = 0; i < region->depot_count; i++) {
        require(core_bench_enrol(bench, region->depots[i].id, HV_ROLE_DEPOT) == 0, "not enrolled");
        tell_stock(i);
    }
    for (uint32_t i = 0; i < region->shelter_count; i++) {
        require(core_bench_enrol(bench, region->shelters[i].id, HV_ROLE_SHELTER) == 0,
                "not enrolled");
        tell_people(i);
    }
    static const char *flooded[2];
    flooded[0] = region->zones[0].id;
    flooded[1] = region->zones[region->zone_count / 2].id;
    decide((struct hv_record){
        .kind = HV_RECORD_HAZARD,
        .hazard = {.hazard = "flood", .kind = "flood", .zone_count = 2, .zones = flooded}});
    announce(count > 3 ? strtoul(words[3], NULL, 10) : 0);
    struct session *warm = session_new();
    struct proposal first = propose(warm);
    printf("cold: %.2f ms; %zu shipments in force\n", first.ms, first.record.shipment_count);
    approve(&first);
    for (int kind = 0; kind < KINDS; kind++)
        ms[kind] = calloc(changes + 1, sizeof *ms[kind]);
    for (size_t i = 0; i < changes; i++) {
        int kind = (int)(i % KINDS);
        change(kind, i);
        struct proposal proposal = propose(warm);
        ms[kind][seen[kind]++] = proposal.ms;
        taken_back += proposal.taken_back;
        for_gain += proposal.for_gain;
        standing += proposal.standing;
        other_vehicle += proposal.other_vehicle;
        left += proposal.left;
        if (i % 10 != 0)
            continue;
        struct session *cold = session_new();
        struct proposal again = propose(cold);
        /* Which orders are tried for gain goes by prices, of which equal plans may have several.
         * Shares of what is short come out in whole units one way or the other; plans that are
         * alike may be carried unequally well, and that may decide whether sharing is affordable.
         */
        const bool same_orders =
            proposal.taken_back == again.taken_back && proposal.for_gain == again.for_gain;
        other_orders += !same_orders;
        require(!same_orders || (proposal.goods_bound == again.goods_bound &&
                                 (proposal.record.fair != again.record.fair ||
                                  fabs((double)(again.goods_cost - proposal.goods_cost)) <=
                                      1e-9 * (double)again.goods_cost)),
                "a warm proposal differs from a cold one");
        session_free(cold);
    }
    for (int kind = 0; kind < KINDS; kind++)
        report(kinds[kind], ms[kind], seen[kind]);
    printf(
        "of %zu orders that stood in %zu proposals %zu taken back, %zu of them for gain; %zu trips "
        "of others not by the vehicle that they say; %.0f units on no trip; %zu of %zu sessions "
        "begun anew take back others\n",
        standing, changes, taken_back, for_gain, other_vehicle, left, other_orders,
        (changes + 9) / 10);
    session_free(warm);
    return 0;
}
