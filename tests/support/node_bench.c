#include "tests/support/node_bench.h"

#include "schemas/codec.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const endpoints[] = {"tcp://127.0.0.1:1", "tcp://127.0.0.1:2"};

/* ---- queues ---- */

void bench_drop(struct bench_queue *queue, size_t at) {
    free(queue->frames[at].bytes);
    queue->count--;
    memmove(&queue->frames[at], &queue->frames[at + 1],
            (queue->count - at) * sizeof queue->frames[0]);
}

static void clear(struct bench_queue *queue) {
    while (queue->count > 0)
        bench_drop(queue, queue->count - 1);
}

void bench_push(struct bench_queue *queue, const struct hv_envelope *envelope) {
    struct hv_arena arena;
    hv_arena_init(&arena, 0);
    uint8_t *buffer = hv_arena_take(&arena, 1, HV_FRAME_BYTES_MAX);
    size_t size;
    int error = hv_envelope_encode(envelope, &arena, buffer, HV_FRAME_BYTES_MAX, &size);
    cr_assert_eq(error, HV_OK, "an envelope of kind %d cannot be encoded: %d", envelope->kind,
                 error);
    if (queue->count < BENCH_QUEUE) { /* else dropped, as at a high-water mark */
        struct bench_frame *frame = &queue->frames[queue->count++];
        frame->size = size;
        frame->bytes = malloc(size + 1);
        memcpy(frame->bytes, buffer, size);
    }
    hv_arena_deinit(&arena);
}

/* ---- the program ---- */

void bench_start(struct node_bench *bench) {
    cr_assert_null(bench->core);
    if (outbox_memory_is_off(bench->outbox))
        outbox_memory_power_on(bench->outbox);
    bench->options.seed++;
    bench->core = node_core_new(&bench->options);
    bench->journal = journal_new(bench->outbox);
    int error = journal_restore(bench->journal, bench->core, bench->boot, bench->real_ms);
    cr_assert_eq(error, HV_OK, "restore: %d", error);
    bench->due_real_ms = bench->real_ms;
    bench->point = BENCH_STORED;
}

void bench_kill(struct node_bench *bench) {
    node_core_free(bench->core);
    journal_free(bench->journal);
    bench->core = NULL;
    bench->journal = NULL;
    bench->crash_in = 0;
    bench->connecting = bench->connected = false;
    clear(&bench->to_coordinator);
    clear(&bench->to_node);
    bench->fake.greeted = false;
}

void bench_reboot(struct node_bench *bench) {
    static unsigned boots;
    if (bench->core != NULL)
        bench_kill(bench);
    snprintf(bench->boot, sizeof bench->boot, "boot-%u", ++boots);
    bench->real_ms = 1000; /* CLOCK_BOOTTIME begins anew */
    bench_start(bench);
}

void bench_init(struct node_bench *bench, uint64_t seed) {
    static const uint8_t deployment[HV_ID128_BYTES] = {7};
    memset(bench, 0, sizeof *bench);
    bench->options = (struct node_options){
        .identity = {.id = "S01", .role = HV_ROLE_SHELTER, .mode = HV_MODE_EXERCISE},
        .software = "bench",
        .endpoint_count = 2,
        .endpoints = endpoints,
        .seed = seed};
    memcpy(bench->options.identity.deployment, deployment, sizeof deployment);
    snprintf(bench->boot, sizeof bench->boot, "first-boot");
    bench->real_ms = 5000;
    bench->outbox = outbox_memory_new((size_t)1 << 30);
    fake_coordinator_init(&bench->fake, deployment);
    node_effects_init(&bench->effects);
    cr_assert_eq(
        journal_create(bench->outbox, &bench->options.identity, 1000, bench->boot, bench->real_ms),
        HV_OK);
    bench_start(bench);
}

void bench_deinit(struct node_bench *bench) {
    if (bench->core != NULL)
        bench_kill(bench);
    outbox_free(bench->outbox);
    node_effects_deinit(&bench->effects);
    fake_coordinator_deinit(&bench->fake);
    clear(&bench->to_coordinator);
    clear(&bench->to_node);
}

/* ---- effects ---- */

static void send_report(struct node_bench *bench, const struct node_effect *effect) {
    struct hv_envelope envelope = effect->send.envelope;
    struct node_report report;
    struct hv_arena arena;
    hv_arena_init(&arena, 0);
    int error =
        journal_read_report(bench->outbox, envelope.lane, effect->send.index, &arena, &report);
    cr_assert_eq(error, HV_OK, "report %llu is sent before it is stored",
                 (unsigned long long)effect->send.index);
    envelope.report = *report.report;
    memcpy(envelope.incident, report.incident, HV_ID128_BYTES);
    bench_push(&bench->to_coordinator, &envelope);
    hv_arena_deinit(&arena);
}

static void take_reply(struct node_bench *bench, const struct node_reply *reply) {
    bench->last_reply = *reply;
    if (reply->error == HV_OK && reply->token < BENCH_TOKENS)
        bench->replied[reply->token] = true;
}

static void carry_out(struct node_bench *bench, const struct node_effect *effect) {
    switch (effect->kind) {
    case NODE_EFFECT_WRITE:
        break;
    case NODE_EFFECT_REPLY:
        take_reply(bench, &effect->reply);
        break;
    case NODE_EFFECT_CONNECT:
        bench_break(bench);
        bench->connecting = true;
        bench->connects++;
        break;
    case NODE_EFFECT_DISCONNECT:
        bench_break(bench);
        break;
    case NODE_EFFECT_SEND:
        if (bench->connected)
            bench_push(&bench->to_coordinator, &effect->send.envelope);
        break;
    case NODE_EFFECT_SEND_REPORT:
        if (bench->connected)
            send_report(bench, effect);
        break;
    case NODE_EFFECT_TIMER:
        bench->due_real_ms = effect->timer_real_ms;
        break;
    }
}

void bench_break(struct node_bench *bench) {
    bench->connecting = bench->connected = false;
    clear(&bench->to_coordinator);
    clear(&bench->to_node);
    bench->fake.greeted = false;
}

/* True where the program was killed before this point. */
static bool crashes(struct node_bench *bench, int point) {
    const bool now = bench->crash_in == 1;
    (now ? bench->killed : bench->passed)[bench->point][point] = true;
    bench->point = point;
    if (now)
        bench_kill(bench);
    else if (bench->crash_in > 0)
        bench->crash_in--;
    return now;
}

static void step(struct node_bench *bench, struct node_event event) {
    event.real_ms = bench->real_ms;
    event.wall_ms = 1700000000000 + (int64_t)bench->real_ms;
    node_effects_reset(&bench->effects);
    cr_assert_eq(node_core_step(bench->core, &event, &bench->effects), HV_OK);
    cr_assert_eq(journal_gather(bench->journal, &bench->effects), HV_OK);
    for (size_t i = 0; i < bench->effects.count && bench->core != NULL; i++)
        if (!crashes(bench, (int)bench->effects.items[i].kind))
            carry_out(bench, &bench->effects.items[i]);
}

void bench_store(struct node_bench *bench) {
    while (bench->core != NULL && journal_is_waiting(bench->journal)) {
        struct node_event event = {.kind = NODE_EVENT_STORED};
        if (crashes(bench, BENCH_STORE))
            return;
        int error = journal_store(bench->journal);
        if (error == HV_ERR_CLOSED) { /* the power went with it */
            bench_kill(bench);
            return;
        }
        if (error != HV_OK) {
            event.kind = NODE_EVENT_STORE_FAILED;
            event.store_error = error;
            cr_assert_eq(journal_restore(bench->journal, bench->core, bench->boot, bench->real_ms),
                         HV_OK);
        }
        if (!crashes(bench, BENCH_STORED))
            step(bench, event);
    }
}

void bench_step(struct node_bench *bench, struct node_event event) {
    if (bench->core == NULL)
        return;
    step(bench, event);
    bench_store(bench);
}

void bench_note(struct node_bench *bench, uint64_t token) {
    char text[32];
    snprintf(text, sizeof text, "n-%llu", (unsigned long long)token);
    struct hv_report report = {
        .source = HV_SOURCE_NODE, .subject = "", .kind = HV_REPORT_NOTE, .note = {.text = text}};
    struct node_event event = {.kind = NODE_EVENT_REPORT};
    event.report.token = token;
    event.report.report = &report;
    bench_step(bench, event);
}

void bench_report(struct node_bench *bench, const struct hv_report *report, bool force) {
    struct node_event event = {.kind = NODE_EVENT_REPORT};
    event.report.token = BENCH_TOKENS;
    event.report.report = report;
    event.report.force = force;
    bench->last_reply = (struct node_reply){.error = HV_ERR_TIMEOUT};
    bench_step(bench, event);
    cr_assert_neq(bench->last_reply.error, HV_ERR_TIMEOUT, "no reply");
}

/* ---- the line ---- */

bool bench_deliver_to_coordinator(struct node_bench *bench) {
    struct bench_queue *queue = &bench->to_coordinator;
    if (queue->count == 0)
        return false;
    struct hv_arena arena;
    struct hv_envelope *envelope, replies[FAKE_REPLIES];
    struct hv_verdict verdict;
    hv_arena_init(&arena, 0);
    int error = hv_envelope_decode(queue->frames[0].bytes, queue->frames[0].size, &arena, &verdict,
                                   &envelope);
    cr_assert_eq(error, HV_OK, "the node sent what cannot be read: %s", verdict.detail);
    bench_drop(queue, 0);
    size_t count = fake_coordinator_take(&bench->fake, envelope, &arena, replies);
    for (size_t i = 0; i < count; i++)
        bench_push(&bench->to_node, &replies[i]);
    hv_arena_deinit(&arena);
    return true;
}

bool bench_deliver_to_node(struct node_bench *bench) {
    struct bench_queue *queue = &bench->to_node;
    if (queue->count == 0 || bench->core == NULL)
        return false;
    struct hv_arena arena;
    struct hv_envelope *envelope;
    struct hv_verdict verdict;
    hv_arena_init(&arena, 0);
    cr_assert_eq(hv_envelope_decode(queue->frames[0].bytes, queue->frames[0].size, &arena, &verdict,
                                    &envelope),
                 HV_OK);
    bench_drop(queue, 0);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_FRAME, .frame = envelope});
    hv_arena_deinit(&arena);
    return true;
}

static void settle(struct node_bench *bench) {
    if (bench->connecting && bench->core != NULL) {
        bench->connecting = false;
        bench->connected = bench->reachable;
        bench_step(bench, (struct node_event){.kind = bench->reachable ? NODE_EVENT_LINK_UP
                                                                       : NODE_EVENT_LINK_DOWN});
    }
    while (bench_deliver_to_coordinator(bench) || bench_deliver_to_node(bench))
        continue;
}

void bench_run(struct node_bench *bench, uint64_t ms) {
    uint64_t until = bench->real_ms + ms;
    while (bench->core != NULL) {
        settle(bench);
        if (bench->core == NULL || bench->connecting)
            continue;
        uint64_t due =
            bench->due_real_ms > bench->real_ms ? bench->due_real_ms : bench->real_ms + 1;
        if (due > until)
            break;
        bench->real_ms = due;
        bench_step(bench, (struct node_event){.kind = NODE_EVENT_TICK});
    }
    bench->real_ms = until;
}

struct node_status bench_status(const struct node_bench *bench) {
    return node_core_status(bench->core, bench->real_ms, 0);
}

/* ---- what staff do ---- */

struct node_bench *bench_new(void) {
    struct node_bench *bench = malloc(sizeof *bench);
    bench_init(bench, 42);
    bench->reachable = true;
    return bench;
}

void bench_free(struct node_bench *bench) {
    bench_deinit(bench);
    free(bench);
}

struct hv_report bench_movement(enum hv_movement_kind kind, int32_t adults) {
    struct hv_report report = {.source = HV_SOURCE_NODE, .subject = "", .kind = HV_REPORT_MOVEMENT};
    report.movement = (struct hv_movement){.kind = kind, .zone = "", .shelter = "", .transfer = ""};
    report.movement.people.by_age[HV_AGE_ADULT] = adults;
    return report;
}

int bench_try(struct node_bench *bench, const struct hv_report *report) {
    bench_report(bench, report, false);
    return bench->last_reply.error;
}

int bench_move(struct node_bench *bench, enum hv_movement_kind kind, int32_t adults) {
    const struct hv_report report = bench_movement(kind, adults);
    return bench_try(bench, &report);
}

struct hv_stock_line bench_stock_line(const char *item, const char *lot, uint32_t day,
                                      uint64_t quantity) {
    return (struct hv_stock_line){
        .item = item, .lot = lot, .expiry_day = day, .quantity = quantity};
}

int bench_stock(struct node_bench *bench, enum hv_stock_movement_kind kind,
                struct hv_stock_line *lines, size_t count) {
    struct hv_report made = {
        .source = HV_SOURCE_NODE, .subject = "", .kind = HV_REPORT_STOCK_MOVEMENT};
    made.stock_movement = (struct hv_stock_movement){.kind = kind,
                                                     .line_count = count,
                                                     .lines = lines,
                                                     .waybill = "",
                                                     .counterpart = "",
                                                     .reason = ""};
    return bench_try(bench, &made);
}

int64_t bench_people(const struct node_bench *bench) {
    return hv_people_total(&node_core_present(bench->core)->people);
}
