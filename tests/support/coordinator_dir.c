#include "tests/support/coordinator_dir.h"

#include "coordinator/founding.h"
#include "coordinator/layout.h"
#include "coordinator/log/log_lmdb.h"
#include "schemas/platform/clock.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

/* ---- the folder ---- */

static void enrol(struct log *log, const struct coordinator_dir *made, size_t from, size_t count) {
    static uint8_t bytes[HV_BATCH_RECORDS_MAX][256];
    struct log_entry entries[HV_BATCH_RECORDS_MAX];
    uint64_t first;
    struct hv_arena arena;
    hv_arena_init(&arena, 0);
    for (size_t i = 0; i < count; i++) {
        char id[24];
        snprintf(id, sizeof id, "N%zu", from + i);
        struct hv_record record = {.version = HV_RECORD_VERSION,
                                   .actor = HV_ACTOR_OPERATOR,
                                   .name = "test",
                                   .kind = HV_RECORD_ENROLMENT,
                                   .enrolment = {.node = id, .role = HV_ROLE_SHELTER, .place = ""}};
        size_t size;
        cr_assert_eq(keys_decode(made->nodes[from + i].public_text, record.enrolment.public_key),
                     0);
        hv_arena_reset(&arena);
        cr_assert_eq(hv_record_encode(&record, &arena, bytes[i], sizeof bytes[i], &size), 0);
        entries[i] = (struct log_entry){HV_RECORD_ENROLMENT, bytes[i], size};
    }
    cr_assert_eq(log_append(log, entries, count, &first), 0);
    hv_arena_deinit(&arena);
}

static void make_log(const struct coordinator_dir *made) {
    struct log *log;
    struct hv_log_started started = {.mode = HV_MODE_EXERCISE, .name = "test"};
    struct log_lmdb_options options = {.map_bytes = (size_t)1 << 30};
    memcpy(started.deployment, made->deployment.id, HV_ID128_BYTES);
    keys_random(started.log, HV_ID128_BYTES);
    cr_assert_eq(log_lmdb_open(scratch_path(made->dir, LAYOUT_LOG), &options, &log), 0);
    cr_assert_eq(founding_start(log, &started, clock_wall_ms()), 0);
    for (size_t i = 0; i < made->node_count; i += HV_BATCH_RECORDS_MAX) {
        size_t left = made->node_count - i;
        enrol(log, made, i, left < HV_BATCH_RECORDS_MAX ? left : HV_BATCH_RECORDS_MAX);
    }
    log_close(log);
}

struct coordinator_dir *coordinator_dir_new(size_t nodes) {
    struct coordinator_dir *made = calloc(1, sizeof *made);
    made->dir = scratch_make();
    made->node_count = nodes;
    made->nodes = calloc(nodes + 1, sizeof *made->nodes);
    for (size_t i = 0; i < nodes; i++)
        cr_assert_eq(keys_make(&made->nodes[i]), 0);
    cr_assert_eq(keys_make(&made->server), 0);
    struct deployment *deployment = &made->deployment;
    keys_random(deployment->id, HV_ID128_BYTES);
    deployment->mode = HV_MODE_EXERCISE;
    deployment->endpoint_count = 1;
    snprintf(deployment->name, sizeof deployment->name, "test");
    snprintf(deployment->endpoints[0], DEPLOYMENT_ENDPOINT_BYTES, "tcp://127.0.0.1:%d",
             free_port());
    memcpy(deployment->server_key, made->server.public_text, KEYS_TEXT_BYTES);
    made->settings = settings_default();
    made->settings.bind_count = 1;
    memcpy(made->settings.bind[0], deployment->endpoints[0], DEPLOYMENT_ENDPOINT_BYTES);
    cr_assert_eq(settings_save(scratch_path(made->dir, LAYOUT_SETTINGS), &made->settings), 0);
    cr_assert_eq(deployment_save(scratch_path(made->dir, LAYOUT_INVITATION), deployment), 0);
    cr_assert_eq(keys_save(scratch_path(made->dir, LAYOUT_KEY), &made->server), 0);
    make_log(made);
    return made;
}

void coordinator_dir_free(struct coordinator_dir *made) {
    scratch_remove(made->dir);
    free(made->nodes);
    free(made);
}

/* ---- the wire ---- */

void wire_open(struct wire *wire, const struct coordinator_dir *made, const struct key_pair *keys) {
    *wire = (struct wire){.made = made, .epoch = 100};
    int linger = 0, interval = 50;
    hv_arena_init(&wire->arena, 0);
    wire->context = zmq_ctx_new();
    wire->socket = zmq_socket(wire->context, ZMQ_DEALER);
    zmq_setsockopt(wire->socket, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(wire->socket, ZMQ_RECONNECT_IVL, &interval, sizeof interval);
    zmq_setsockopt(wire->socket, ZMQ_CURVE_SERVERKEY, made->server.public_text, KEYS_TEXT_BYTES);
    zmq_setsockopt(wire->socket, ZMQ_CURVE_PUBLICKEY, keys->public_text, KEYS_TEXT_BYTES);
    zmq_setsockopt(wire->socket, ZMQ_CURVE_SECRETKEY, keys->secret_text, KEYS_TEXT_BYTES);
    cr_assert_eq(zmq_connect(wire->socket, made->deployment.endpoints[0]), 0);
}

void wire_close(struct wire *wire) {
    zmq_close(wire->socket);
    zmq_ctx_term(wire->context);
    hv_arena_deinit(&wire->arena);
}

void wire_send(struct wire *wire, struct hv_envelope envelope) {
    static uint8_t bytes[HV_FRAME_BYTES_MAX];
    size_t size;
    envelope.protocol = HV_PROTOCOL;
    envelope.mode = wire->made->deployment.mode;
    memcpy(envelope.deployment, wire->made->deployment.id, HV_ID128_BYTES);
    envelope.epoch = wire->epoch;
    hv_arena_reset(&wire->arena);
    cr_assert_eq(hv_envelope_encode(&envelope, &wire->arena, bytes, sizeof bytes, &size), 0);
    cr_assert_eq(zmq_send(wire->socket, bytes, size, 0), (int)size);
}

void wire_send_hello(struct wire *wire) {
    wire_send(wire, (struct hv_envelope){.kind = HV_BODY_HELLO,
                                         .hello = {.role = HV_ROLE_SHELTER, .software = "wire"}});
}

void wire_send_check_in(struct wire *wire, uint64_t sequence, int adults) {
    wire_send(wire, (struct hv_envelope){
                        .kind = HV_BODY_REPORT,
                        .lane = HV_LANE_HISTORY,
                        .sequence = sequence,
                        .report = {.source = HV_SOURCE_NODE,
                                   .seen = {.wall_ms = 1700000000000, .node_ms = 1},
                                   .subject = "",
                                   .kind = HV_REPORT_MOVEMENT,
                                   .movement = {.kind = HV_MOVEMENT_CHECK_IN,
                                                .people = {.by_age = {[HV_AGE_ADULT] = adults}},
                                                .zone = "",
                                                .shelter = "",
                                                .transfer = ""}}});
}

const struct hv_envelope *wire_receive(struct wire *wire, int timeout_ms) {
    static uint8_t bytes[HV_FRAME_BYTES_MAX];
    struct hv_verdict verdict;
    struct hv_envelope *envelope = NULL;
    zmq_pollitem_t item = {.socket = wire->socket, .events = ZMQ_POLLIN};
    if (zmq_poll(&item, 1, timeout_ms) <= 0)
        return NULL;
    int size = zmq_recv(wire->socket, bytes, sizeof bytes, ZMQ_DONTWAIT);
    if (size < 0)
        return NULL;
    hv_arena_reset(&wire->arena);
    cr_assert_eq(hv_envelope_decode(bytes, (size_t)size, &wire->arena, &verdict, &envelope), 0,
                 "%s", verdict.detail);
    return envelope;
}

const struct hv_envelope *wire_await(struct wire *wire, enum hv_body_kind kind, int timeout_ms) {
    uint64_t until = clock_real_ms() + (uint64_t)timeout_ms;
    for (uint64_t now = clock_real_ms(); now <= until; now = clock_real_ms()) {
        const struct hv_envelope *envelope = wire_receive(wire, (int)(until - now));
        if (envelope != NULL && envelope->kind == kind)
            return envelope;
    }
    return NULL;
}
