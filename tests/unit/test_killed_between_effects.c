/* A day is played once for every point at which the program can be killed: before each effect that
 * it has carried out, before each batch is durable and after it. That each pair of effects which
 * the day brings forth was met by a kill is counted and not hoped for. */
#include "tests/support/core_bench.h"
#include "tests/support/node_bench.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* ---- the node ---- */

enum { ORDER = 17, NOTES = 6 };

struct staff_day {
    struct node_bench bench;
    bool power; /* the whole machine goes off */
    bool accepted;
};

/* After a kill the program starts again before anything else happens. */
static void rise(struct staff_day *day) {
    if (day->bench.core == NULL && day->power)
        bench_reboot(&day->bench);
    else if (day->bench.core == NULL)
        bench_start(&day->bench);
}

static void send_order(struct staff_day *day) {
    struct hv_order order = {.id = ORDER,
                             .revision = 1,
                             .kind = HV_ORDER_OPEN,
                             .post = HV_POST_NODE,
                             .addressee = "S01",
                             .state = HV_ORDER_ISSUED,
                             .shelter = "",
                             .counterpart = "",
                             .waybill = "",
                             .vehicle = "",
                             .text = ""};
    struct hv_envelope envelope = fake_coordinator_order(&day->bench.fake, &order);
    if (day->bench.connected)
        bench_push(&day->bench.to_node, &envelope);
    bench_run(&day->bench, 100);
}

static void accept_order(struct staff_day *day) {
    struct hv_report report = {
        .source = HV_SOURCE_NODE,
        .subject = "",
        .kind = HV_REPORT_ANSWER,
        .answer = {.order = ORDER, .state = HV_ORDER_ACCEPTED, .reason = ""}};
    struct node_event event = {.kind = NODE_EVENT_REPORT};
    event.report.token = BENCH_TOKENS;
    event.report.report = &report;
    day->bench.last_reply = (struct node_reply){.error = HV_ERR_TIMEOUT};
    bench_step(&day->bench, event);
    day->accepted = day->accepted || day->bench.last_reply.error == HV_OK;
}

static void lose_line(struct staff_day *day) {
    bench_break(&day->bench);
    bench_step(&day->bench, (struct node_event){.kind = NODE_EVENT_LINK_DOWN});
}

static void play_stage(struct staff_day *day, int stage) {
    struct node_bench *bench = &day->bench;
    rise(day);
    switch (stage) {
    case 0: /* told where the coordinator is, and greeted */
    case 7: /* answered */
    case 11:
        bench_run(bench, 20000);
        break;
    case 1: /* two entries, each stored, sent and acknowledged */
    case 2:
    case 8:
        bench_note(bench, stage == 8 ? NOTES : (uint64_t)stage);
        bench_run(bench, 50);
        break;
    case 3: /* alone */
        lose_line(day);
        bench_note(bench, 4);
        break;
    case 4: /* the present goes first, then history */
        bench_run(bench, 30000);
        break;
    case 5:
        send_order(day);
        bench_step(bench, (struct node_event){.kind = NODE_EVENT_ORDERS_SHOWN});
        break;
    case 6:
        accept_order(day);
        break;
    case 9: /* the coordinator's disk is full, then it is not */
        bench->fake.full = true;
        bench_note(bench, NOTES + 1);
        bench_run(bench, 2000);
        bench->fake.full = false;
        break;
    case 10: /* the coordinator is restored from a backup, and lacks what came since */
        fake_coordinator_restore(&bench->fake, bench->fake.count / 2);
        lose_line(day);
        break;
    }
}

static void end_node_day(struct staff_day *day) {
    struct node_bench *bench = &day->bench;
    bench->crash_in = 0;
    rise(day);
    bench_run(bench, 60000);
    send_order(day); /* until it is answered */
    bench_run(bench, 600000);
}

static void check_node_day(const struct staff_day *day, unsigned killed_at) {
    const struct node_bench *bench = &day->bench;
    bool arrived[NOTES + 2] = {false};
    size_t count = 0;
    for (size_t i = 0; i < bench->fake.count; i++) {
        const struct fake_report *report = &bench->fake.reports[i];
        if (report->lane != HV_LANE_HISTORY || report->number == 0)
            continue;
        cr_assert_leq(report->number, NOTES + 1);
        cr_assert(!arrived[report->number], "killed at %u: note %llu twice", killed_at,
                  (unsigned long long)report->number);
        arrived[report->number] = true;
    }
    for (unsigned note = 1; note <= NOTES + 1; note++)
        cr_assert(!bench->replied[note] || arrived[note],
                  "killed at %u: note %u was told stored and is lost", killed_at, note);
    const struct node_order *orders = node_core_orders(bench->core, &count);
    cr_assert_eq(count, 1, "killed at %u: %zu orders", killed_at, count);
    cr_assert_eq(orders[0].id, ORDER);
    cr_assert(!day->accepted || orders[0].state == HV_ORDER_ACCEPTED,
              "killed at %u: the answer was told stored and is lost", killed_at);
    cr_assert_eq(bench_status(bench).lanes[NODE_HISTORY].waiting, 0);
}

/* True where the day was long enough to be killed in. */
static bool play_node_day(unsigned kill_at, bool power, bool passed[BENCH_POINTS][BENCH_POINTS],
                          bool killed[BENCH_POINTS][BENCH_POINTS]) {
    struct staff_day *day = calloc(1, sizeof *day);
    bench_init(&day->bench, 1);
    day->power = power;
    day->bench.reachable = true;
    day->bench.crash_in = kill_at;
    for (int stage = 0; stage <= 11; stage++)
        play_stage(day, stage);
    const bool was_killed = kill_at > 0 && day->bench.crash_in == 0;
    for (int a = 0; a < BENCH_POINTS; a++)
        for (int b = 0; b < BENCH_POINTS; b++) {
            passed[a][b] = passed[a][b] || (kill_at == 0 && day->bench.passed[a][b]);
            killed[a][b] = killed[a][b] || day->bench.killed[a][b];
        }
    end_node_day(day);
    check_node_day(day, kill_at);
    bench_deinit(&day->bench);
    free(day);
    return was_killed;
}

static void kill_node_everywhere(bool power) {
    bool passed[BENCH_POINTS][BENCH_POINTS] = {{false}},
         killed[BENCH_POINTS][BENCH_POINTS] = {{false}};
    unsigned points = 0, pairs = 0;
    cr_assert_not(play_node_day(0, power, passed, killed));
    while (play_node_day(points + 1, power, passed, killed))
        points++;
    for (int a = 0; a < BENCH_POINTS; a++)
        for (int b = 0; b < BENCH_POINTS; b++) {
            pairs += passed[a][b];
            cr_assert(!passed[a][b] || killed[a][b], "never killed between %d and %d", a, b);
        }
    for (int kind = 0; kind < BENCH_POINTS; kind++) {
        bool met = false;
        for (int before = 0; before < BENCH_POINTS; before++)
            met = met || killed[before][kind];
        cr_assert(met, "the day has no effect of kind %d", kind);
    }
    cr_assert_geq(points, 100, "%u kills", points);
    cr_assert_geq(pairs, 15, "%u pairs of effects", pairs);
}

Test(killed_between_effects, a_node_keeps_what_it_told) {
    kill_node_everywhere(false);
}

Test(killed_between_effects, a_machine_that_loses_its_power_keeps_what_its_node_told) {
    kill_node_everywhere(true);
}

/* ---- the coordinator ---- */

enum { SHELTERS = 2, EPOCH = 100, ORDERS = 3 };

static const char *const shelters[SHELTERS] = {"S1", "S2"};

struct core_day {
    struct core_bench *bench;
    uint64_t entered[SHELTERS], acknowledged[SHELTERS];
    uint64_t told[ORDERS]; /* positions of orders that the operator was told are stored; 0: none */
    unsigned tried;
    unsigned kill_at;
};

static void hear(struct core_day *day, int shelter) {
    const struct hv_envelope *ack = core_bench_last(day->bench, shelters[shelter], HV_BODY_ACK);
    if (ack != NULL && ack->lane == HV_LANE_HISTORY && ack->sequence > day->acknowledged[shelter])
        day->acknowledged[shelter] = ack->sequence;
}

static uint64_t held(const struct core_day *day, int shelter) {
    const struct state_node *node =
        state_find_node(core_state(day->bench->core), shelters[shelter]);
    return node == NULL ? 0 : node->held[HV_LANE_HISTORY];
}

/* After a kill the process starts again, and nodes greet it. */
static void recover(struct core_day *day) {
    for (int s = 0; s < SHELTERS; s++)
        hear(day, s);
    if (!day->bench->dead)
        return;
    core_bench_restart(day->bench);
    core_bench_forget(day->bench);
    for (int s = 0; s < SHELTERS; s++) {
        cr_assert_geq(held(day, s), day->acknowledged[s],
                      "killed at %u: %s lost what was acknowledged", day->kill_at, shelters[s]);
        core_bench_hello(day->bench, shelters[s], EPOCH);
    }
}

static void enrol(struct core_day *day, int shelter) {
    if (state_find_node(core_state(day->bench->core), shelters[shelter]) == NULL)
        (void)core_bench_enrol(day->bench, shelters[shelter], HV_ROLE_SHELTER);
    recover(day);
}

/* What a plan needs: a region, and something that goes on. Decided again where it is not there. */
static void begin_incident(struct core_day *day) {
    const struct hv_record region = {.kind = HV_RECORD_REGION,
                                     .region = {.hash = {5}, .name = "town", .version = "1"}};
    const struct hv_record flood = {
        .kind = HV_RECORD_INCIDENT,
        .incident = {.incident = {1}, .name = "flood", .phase = HV_PHASE_WATCH, .hazard = "flood"}};
    if (state_general(core_state(day->bench->core))->region_position == 0)
        (void)core_bench_decide(day->bench, region);
    recover(day);
    if (state_general(core_state(day->bench->core))->incident == STATE_NONE)
        (void)core_bench_decide(day->bench, flood);
    recover(day);
}

/* Everything that a node has entered and the coordinator does not hold. */
static void send_all(struct core_day *day, int shelter) {
    for (uint64_t sequence = held(day, shelter) + 1; sequence <= day->entered[shelter];
         sequence++) {
        struct hv_envelope envelope = core_bench_check_in(day->bench, EPOCH, sequence, 1);
        memcpy(envelope.incident, state_incident_id(core_state(day->bench->core)), HV_ID128_BYTES);
        core_bench_frame(day->bench, shelters[shelter], &envelope);
    }
}

static void enter(struct core_day *day, unsigned reports) {
    for (int s = 0; s < SHELTERS; s++)
        day->entered[s] += reports;
    day->bench->hold = true; /* one batch of both */
    for (int s = 0; s < SHELTERS; s++)
        send_all(day, s);
    core_bench_idle(day->bench);
    day->bench->hold = false;
    core_bench_store(day->bench);
    core_bench_idle(day->bench);
    recover(day);
}

static void order(struct core_day *day) {
    const struct hv_record record = {.kind = HV_RECORD_ORDER,
                                     .order = {.kind = HV_ORDER_OPEN,
                                               .post = HV_POST_NODE,
                                               .addressee = "S1",
                                               .state = HV_ORDER_ISSUED,
                                               .shelter = "",
                                               .counterpart = "",
                                               .waybill = "",
                                               .vehicle = "",
                                               .text = ""}};
    if (core_bench_decide(day->bench, record) == HV_OK)
        day->told[day->tried] = day->bench->reply_first;
    day->tried++;
    recover(day);
    for (int second = 0; second < 20; second++) {
        core_bench_tick(day->bench, 1000);
        recover(day);
    }
}

static int is_order(void *context, const struct log_record *record) {
    *(bool *)context = record->kind == HV_RECORD_ORDER;
    return 0;
}

static void check_core_day(struct core_day *day) {
    const struct log *log = day->bench->log;
    const struct state *state = core_state(day->bench->core);
    unsigned told = 0;
    for (int s = 0; s < SHELTERS; s++) {
        const struct state_place *place = state_find_place(state, shelters[s]);
        cr_assert_eq(held(day, s), day->entered[s]);
        cr_assert_eq(day->acknowledged[s], day->entered[s]);
        cr_assert_eq((uint64_t)hv_people_total(&place->people.now), day->entered[s],
                     "killed at %u: %s counts something twice or not at all", day->kill_at,
                     shelters[s]);
    }
    for (int i = 0; i < ORDERS; i++) {
        bool found = false;
        if (day->told[i] == 0)
            continue;
        told++;
        cr_assert_eq(
            log_read((struct log *)log, day->told[i], day->told[i], is_order, &found, NULL), 0);
        cr_assert(found, "killed at %u: an order told stored is lost", day->kill_at);
    }
    cr_assert_geq(state_count(state, STATE_ORDER), told);
    cr_assert_leq(state_count(state, STATE_ORDER), ORDERS);
    uint64_t bad = 0;
    cr_assert_eq(log_verify((struct log *)log, NULL, NULL, &bad), 0);
}

static bool play_core_day(unsigned kill_at, bool passed[CORE_BENCH_POINTS][CORE_BENCH_POINTS],
                          bool killed[CORE_BENCH_POINTS][CORE_BENCH_POINTS]) {
    struct core_day day = {.bench = core_bench_new(), .kill_at = kill_at};
    day.bench->crash_in = kill_at;
    for (int s = 0; s < SHELTERS; s++) {
        enrol(&day, s);
        core_bench_hello(day.bench, shelters[s], EPOCH);
        recover(&day);
    }
    begin_incident(&day);
    for (unsigned i = 0; i < ORDERS; i++) {
        enter(&day, i + 1);
        order(&day);
        core_bench_tick(day.bench, 60000);
        recover(&day);
    }
    const bool was_killed = kill_at > 0 && day.bench->crash_in == 0;
    for (int a = 0; a < CORE_BENCH_POINTS; a++)
        for (int b = 0; b < CORE_BENCH_POINTS; b++) {
            passed[a][b] = passed[a][b] || (kill_at == 0 && day.bench->passed[a][b]);
            killed[a][b] = killed[a][b] || day.bench->killed[a][b];
        }
    day.bench->crash_in = 0;
    for (int s = 0; s < SHELTERS; s++) {
        enrol(&day, s);
        core_bench_hello(day.bench, shelters[s], EPOCH);
    }
    begin_incident(&day);
    enter(&day, 1);
    check_core_day(&day);
    core_bench_free(day.bench);
    return was_killed;
}

Test(killed_between_effects, a_coordinator_keeps_what_it_acknowledged) {
    bool passed[CORE_BENCH_POINTS][CORE_BENCH_POINTS] = {{false}},
         killed[CORE_BENCH_POINTS][CORE_BENCH_POINTS] = {{false}};
    unsigned points = 0, pairs = 0;
    cr_assert_not(play_core_day(0, passed, killed));
    while (play_core_day(points + 1, passed, killed))
        points++;
    for (int a = 0; a < CORE_BENCH_POINTS; a++)
        for (int b = 0; b < CORE_BENCH_POINTS; b++) {
            pairs += passed[a][b];
            cr_assert(!passed[a][b] || killed[a][b], "never killed between %d and %d", a, b);
        }
    for (int kind = 0; kind < CORE_BENCH_POINTS; kind++) {
        bool met = false;
        for (int before = 0; before < CORE_BENCH_POINTS; before++)
            met = met || killed[before][kind];
        cr_assert(met, "the day has no effect of kind %d", kind);
    }
    cr_assert_geq(points, 60, "%u kills", points);
    cr_assert_geq(pairs, 10, "%u pairs of effects", pairs);
}
