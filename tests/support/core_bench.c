#include "tests/support/core_bench.h"

#include "coordinator/founding.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void start(struct core_bench *bench) {
    struct state *state;
    uint64_t from;
    cr_assert(log_memory_open(bench->disk, &bench->log) == 0);
    if (log_last(bench->log) == 0) {
        struct hv_log_started started = {.mode = HV_MODE_EXERCISE, .name = "bench"};
        memcpy(started.deployment, bench->deployment, HV_ID128_BYTES);
        memset(started.log, 7, HV_ID128_BYTES);
        cr_assert(founding_start(bench->log, &started, bench->wall_ms) == 0);
    }
    cr_assert(founding_fold(bench->log, NULL, &state, &from, NULL) == 0);
    static const char *const above[] = {"planner", "approver"};
    struct core_options options = {.escalate_ms = 900000,
                                   .escalate_to = above,
                                   .escalate_count = 2,
                                   .arrival_margin_ms = 1800000};
    cr_assert(core_new(state, &options, NULL, bench->real_ms, bench->wall_ms, &bench->core) == 0);
    bench->dead = false;
    bench->point = CORE_BENCH_STORED;
}

struct core_bench *core_bench_new(void) {
    struct core_bench *bench = calloc(1, sizeof *bench);
    bench->disk = log_memory_disk_new();
    bench->real_ms = 1000;
    bench->wall_ms = 1700000000000;
    memset(bench->deployment, 9, HV_ID128_BYTES);
    hv_arena_init(&bench->arena, 0);
    start(bench);
    return bench;
}

static void stop(struct core_bench *bench) {
    core_free(bench->core);
    log_close(bench->log);
    bench->waiting = false;
}

void core_bench_free(struct core_bench *bench) {
    stop(bench);
    log_memory_disk_free(bench->disk);
    hv_arena_deinit(&bench->arena);
    free(bench);
}

void core_bench_restart(struct core_bench *bench) {
    stop(bench);
    start(bench);
}

/* ---- effects ---- */

static void keep_frame(struct core_bench *bench, const struct core_effect *effect) {
    struct hv_verdict verdict;
    struct hv_envelope *envelope = NULL;
    cr_assert(bench->sent_count < CORE_BENCH_SENT_MAX);
    int error = hv_envelope_decode(effect->send.bytes, effect->send.size, &bench->arena, &verdict,
                                   &envelope);
    cr_assert(error == 0, "%s", verdict.detail);
    struct core_bench_frame *frame = &bench->sent[bench->sent_count++];
    frame->envelope = envelope;
    snprintf(frame->node, sizeof frame->node, "%s", effect->send.node ? effect->send.node : "?");
}

/* True where the process was killed before this point. */
static bool crashes(struct core_bench *bench, int point) {
    bench->dead = bench->crash_in == 1;
    (bench->dead ? bench->killed : bench->passed)[bench->point][point] = true;
    bench->point = point;
    if (bench->crash_in > 0)
        bench->crash_in--;
    return bench->dead;
}

static void carry_out(struct core_bench *bench, const struct core_effects *effects) {
    for (size_t i = 0; i < effects->count; i++) {
        const struct core_effect *effect = &effects->list[i];
        if (crashes(bench, (int)effect->kind))
            return;
        switch (effect->kind) {
        case CORE_APPEND:
            cr_assert(!bench->waiting, "one append at a time");
            bench->append = *effect;
            bench->waiting = true;
            break;
        case CORE_SEND:
            keep_frame(bench, effect);
            break;
        case CORE_REPLY:
            bench->replies++;
            bench->reply_error = effect->reply.error;
            bench->reply_token = effect->reply.token;
            bench->reply_first = effect->reply.first;
            bench->reply_last = effect->reply.last;
            bench->reply_verdict = effect->reply.verdict;
            break;
        case CORE_PLAN:
            bench->plans++;
            break;
        case CORE_EVENT:
            snprintf(bench->event, sizeof bench->event, "%s", effect->event.line);
            break;
        }
    }
}

static void one_step(struct core_bench *bench, struct core_event event) {
    const struct core_effects *effects;
    event.real_ms = bench->real_ms;
    event.wall_ms = bench->wall_ms;
    cr_assert(core_step(bench->core, &event, &effects) == 0);
    carry_out(bench, effects);
}

void core_bench_store(struct core_bench *bench) {
    while (bench->waiting && !bench->dead) {
        uint64_t first = 0;
        if (crashes(bench, CORE_BENCH_STORE))
            return;
        bench->waiting = false;
        int error = log_append(bench->log, bench->append.append.entries, bench->append.append.count,
                               &first);
        if (error == 0)
            cr_assert(first == bench->append.append.first);
        else
            bench->append_error = error;
        if (error == HV_ERR_CLOSED)
            return; /* the process has died */
        if (crashes(bench, CORE_BENCH_STORED))
            return;
        one_step(bench,
                 (struct core_event){.kind = error == 0 ? CORE_COMMITTED : CORE_APPEND_FAILED,
                                     .failed = {.error = error}});
        if (bench->hold)
            return;
    }
}

void core_bench_step(struct core_bench *bench, struct core_event event) {
    if (bench->dead)
        return;
    one_step(bench, event);
    if (!bench->hold)
        core_bench_store(bench);
}

void core_bench_idle(struct core_bench *bench) {
    core_bench_step(bench, (struct core_event){.kind = CORE_IDLE});
}

void core_bench_tick(struct core_bench *bench, uint64_t passed_ms) {
    bench->real_ms += passed_ms;
    bench->wall_ms += (int64_t)passed_ms;
    core_bench_step(bench, (struct core_event){.kind = CORE_TICK});
    core_bench_idle(bench);
}

void core_bench_forget(struct core_bench *bench) {
    bench->sent_count = 0;
    hv_arena_reset(&bench->arena);
}

/* ---- commands ---- */

int core_bench_decide(struct core_bench *bench, struct hv_record record) {
    unsigned before = bench->replies;
    record.actor = HV_ACTOR_OPERATOR;
    record.name = "chief";
    core_bench_step(bench,
                    (struct core_event){
                        .kind = CORE_COMMAND,
                        .command = {.token = before + 1, .records = &record, .record_count = 1}});
    core_bench_idle(bench);
    if (bench->dead && bench->replies == before)
        return HV_ERR_CLOSED;
    if (!bench->hold)
        cr_assert(bench->replies == before + 1 && bench->reply_token == before + 1);
    return bench->reply_error;
}

void core_bench_decide_all(struct core_bench *bench, const struct hv_record *records,
                           size_t count) {
    struct core_event event = {.kind = CORE_COMMAND, .wall_ms = bench->wall_ms};
    event.command = (struct core_command){.token = 9, .records = records, .record_count = count};
    core_bench_step(bench, event);
    core_bench_idle(bench);
}

int core_bench_enrol(struct core_bench *bench, const char *node, enum hv_role role) {
    struct hv_record record = {.kind = HV_RECORD_ENROLMENT,
                               .enrolment = {.node = node, .role = role, .place = ""}};
    snprintf((char *)record.enrolment.public_key, HV_KEY_BYTES, "key of %s", node);
    return core_bench_decide(bench, record);
}

/* ---- nodes ---- */

struct hv_envelope core_bench_envelope(const struct core_bench *bench, uint64_t epoch) {
    struct hv_envelope envelope = {
        .protocol = HV_PROTOCOL, .mode = HV_MODE_EXERCISE, .epoch = epoch, .sent_node_ms = 5000};
    memcpy(envelope.deployment, bench->deployment, HV_ID128_BYTES);
    return envelope;
}

void core_bench_frame(struct core_bench *bench, const char *node,
                      const struct hv_envelope *envelope) {
    static uint8_t bytes[HV_FRAME_BYTES_MAX];
    struct hv_arena arena;
    size_t size = 0;
    hv_arena_init(&arena, 0);
    cr_assert(hv_envelope_encode(envelope, &arena, bytes, sizeof bytes, &size) == 0);
    hv_arena_deinit(&arena);
    core_bench_step(bench,
                    (struct core_event){.kind = CORE_FRAME,
                                        .frame = {.node = node, .bytes = bytes, .size = size}});
}

void core_bench_hello(struct core_bench *bench, const char *node, uint64_t epoch) {
    const struct state_node *known = state_find_node(core_state(bench->core), node);
    struct hv_envelope envelope = core_bench_envelope(bench, epoch);
    envelope.kind = HV_BODY_HELLO;
    envelope.hello =
        (struct hv_hello){.role = known == NULL ? HV_ROLE_SHELTER : known->role, .software = "t"};
    core_bench_frame(bench, node, &envelope);
    core_bench_idle(bench);
}

struct hv_envelope core_bench_check_in(const struct core_bench *bench, uint64_t epoch,
                                       uint64_t sequence, int adults) {
    struct hv_envelope envelope = core_bench_envelope(bench, epoch);
    envelope.kind = HV_BODY_REPORT;
    envelope.lane = HV_LANE_HISTORY;
    envelope.sequence = sequence;
    envelope.report =
        (struct hv_report){.source = HV_SOURCE_NODE,
                           .seen = {.wall_ms = bench->wall_ms, .node_ms = 5000},
                           .subject = "",
                           .kind = HV_REPORT_MOVEMENT,
                           .movement = {.kind = HV_MOVEMENT_CHECK_IN,
                                        .people = {.by_age = {[HV_AGE_ADULT] = adults}},
                                        .zone = "",
                                        .shelter = "",
                                        .transfer = ""}};
    return envelope;
}

const struct hv_envelope *core_bench_last(const struct core_bench *bench, const char *node,
                                          enum hv_body_kind kind) {
    for (size_t i = bench->sent_count; i-- > 0;) {
        if (strcmp(bench->sent[i].node, node) == 0 && bench->sent[i].envelope->kind == kind)
            return bench->sent[i].envelope;
    }
    return NULL;
}

size_t core_bench_count(const struct core_bench *bench, const char *node, enum hv_body_kind kind) {
    size_t count = 0;
    for (size_t i = 0; i < bench->sent_count; i++)
        count += strcmp(bench->sent[i].node, node) == 0 && bench->sent[i].envelope->kind == kind;
    return count;
}

/* ---- two shelters ---- */

struct core_bench *core_bench_pair(void) {
    struct core_bench *bench = core_bench_new();
    cr_assert_eq(core_bench_enrol(bench, "S1", HV_ROLE_SHELTER), 0);
    cr_assert_eq(core_bench_enrol(bench, "S2", HV_ROLE_SHELTER), 0);
    core_bench_hello(bench, "S1", 100);
    core_bench_hello(bench, "S2", 100);
    return bench;
}

void core_bench_arrive(struct core_bench *bench, const char *node, uint64_t epoch,
                       uint64_t sequence, int adults) {
    struct hv_envelope envelope = core_bench_check_in(bench, epoch, sequence, adults);
    core_bench_frame(bench, node, &envelope);
}

void core_bench_answer(struct core_bench *bench, uint64_t sequence, uint64_t order,
                       uint32_t revision, enum hv_order_state state) {
    struct hv_envelope envelope = core_bench_check_in(bench, 100, sequence, 0);
    envelope.report.kind = HV_REPORT_ANSWER;
    envelope.report.answer = (struct hv_order_answer){
        .order = order, .revision = revision, .state = state, .reason = ""};
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
}

int64_t core_bench_people(const struct core_bench *bench, const char *place) {
    const struct state_place *found = state_find_place(core_state(bench->core), place);
    return hv_people_total(&found->people.now);
}

struct hv_record core_bench_order(const char *node) {
    return (struct hv_record){.kind = HV_RECORD_ORDER,
                              .order = {.kind = HV_ORDER_OPEN,
                                        .post = HV_POST_NODE,
                                        .addressee = node,
                                        .state = HV_ORDER_ISSUED,
                                        .shelter = "",
                                        .counterpart = "",
                                        .waybill = "",
                                        .vehicle = "",
                                        .text = "open the school"}};
}

enum hv_reason core_bench_refused(const struct core_bench *bench, const char *node) {
    const struct hv_envelope *envelope = core_bench_last(bench, node, HV_BODY_REFUSAL);
    return envelope == NULL ? HV_REASON_UNKNOWN : envelope->refusal.reason;
}
