/* Who must not come in does not, what must not be taken is refused with its reason and counted, and
 * a good node goes on meanwhile. */
#include "coordinator/layout.h"
#include "schemas/bundle.h"
#include "schemas/platform/control.h"
#include "tests/support/coordinator_dir.h"
#include "tests/support/process.h"
#include "tests/support/sanitized.h"
#include "tests/support/scratch.h"
#include "tests/support/site.h"

#include <assert.h>
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

enum { LONG_MS = 10000, SHORT_MS = 700, GOOD = 3 };

static struct coordinator_dir *made;
static struct process coordinator;
static struct wire good; /* node N3, whose reports are acknowledged all the time */
static uint64_t good_sequence;
static char log_path[600], socket_path[600];

static void good_node_goes_on(unsigned reports) {
    while (reports-- > 0) {
        const struct hv_envelope *ack;
        wire_send_check_in(&good, ++good_sequence, 1);
        do {
            ack = wire_await(&good, HV_BODY_ACK, LONG_MS);
            cr_assert_not_null(ack, "report %llu of the good node is not acknowledged",
                               (unsigned long long)good_sequence);
        } while (ack->sequence < good_sequence);
    }
}

static void greet(struct wire *wire, const struct key_pair *keys) {
    wire_open(wire, made, keys);
    wire_send_hello(wire);
    cr_assert_not_null(wire_await(wire, HV_BODY_WELCOME, LONG_MS));
}

static void begin(void) {
    char path[512];
    made = coordinator_dir_new(GOOD + 1);
    snprintf(log_path, sizeof log_path, "%s", scratch_path(made->dir, "stderr"));
    snprintf(socket_path, sizeof socket_path, "%s", scratch_path(made->dir, LAYOUT_SOCKET));
    build_path("bin/haven-coordinator", path, sizeof path);
    const char *argv[] = {path, made->dir, NULL};
    daemon_start(&coordinator, argv, log_path);
    good_sequence = 0;
    greet(&good, &made->nodes[GOOD]);
    good_node_goes_on(1);
}

static void end(void) {
    if (coordinator.pid > 0)
        process_kill(&coordinator);
    wire_close(&good);
    coordinator_dir_free(made);
}

TestSuite(attack_gate, .init = begin, .fini = end, .timeout = 60);

/* ---- what the coordinator says of itself ---- */

static json_int_t statistic(const char *member, const char *reason) {
    json_t *reply = socket_ask(socket_path, json_pack("{s:s}", "verb", "statistics"));
    cr_assert_not_null(reply, "the coordinator does not answer");
    const json_t *of = json_object_get(reply, member);
    json_int_t count = json_integer_value(reason == NULL ? of : json_object_get(of, reason));
    json_decref(reply);
    return count;
}

static json_int_t refused(enum hv_reason reason) {
    return statistic("refused", hv_reason_word(reason));
}

static long rss_kib(void) {
    char path[64], line[256];
    long kib = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)coordinator.pid);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "VmRSS: %ld", &kib) == 1)
            break;
    fclose(file);
    return kib;
}

static int lines_of_refusals(void) {
    char line[1024];
    int count = 0;
    FILE *file = fopen(log_path, "r");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        count += strstr(line, "event=refused") != NULL;
    fclose(file);
    return count;
}

static const struct hv_envelope *expect_refusal(struct wire *wire, enum hv_reason reason) {
    const struct hv_envelope *refusal = wire_await(wire, HV_BODY_REFUSAL, LONG_MS);
    cr_assert_not_null(refusal, "no refusal came, %s expected", hv_reason_word(reason));
    cr_assert_eq(refusal->refusal.reason, reason, "%s instead of %s: %s",
                 hv_reason_word(refusal->refusal.reason), hv_reason_word(reason),
                 refusal->refusal.detail);
    cr_assert_geq(refused(reason), 1, "%s is not counted", hv_reason_word(reason));
    return refusal;
}

/* ---- who does not come in ---- */

static void expect_silence(const struct coordinator_dir *as, const struct key_pair *keys) {
    struct wire wire;
    wire_open(&wire, as, keys);
    wire_send_hello(&wire);
    cr_assert_null(wire_receive(&wire, SHORT_MS), "somebody answered");
    wire_close(&wire);
    good_node_goes_on(5);
}

Test(attack_gate, a_wrong_server_key_is_not_answered) {
    struct coordinator_dir wrong = *made;
    cr_assert_eq(keys_make(&wrong.server), 0);
    expect_silence(&wrong, &made->nodes[0]);
}

Test(attack_gate, an_unknown_key_is_turned_away) {
    struct key_pair stranger;
    cr_assert_eq(keys_make(&stranger), 0);
    expect_silence(made, &stranger);
}

Test(attack_gate, the_public_key_of_a_node_alone_lets_nobody_in) {
    struct key_pair thief;
    cr_assert_eq(keys_make(&thief), 0);
    memcpy(thief.public_text, made->nodes[0].public_text, sizeof thief.public_text);
    expect_silence(made, &thief);
}

Test(attack_gate, without_curve_nobody_comes_in) {
    int linger = 0;
    void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_DEALER);
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(socket, ZMQ_ROUTING_ID, "1:N0", 4);
    cr_assert_eq(zmq_connect(socket, made->deployment.endpoints[0]), 0);
    zmq_send(socket, "hello", 5, ZMQ_DONTWAIT);
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    cr_assert_eq(zmq_poll(&item, 1, SHORT_MS), 0, "somebody answered");
    zmq_close(socket);
    zmq_ctx_term(context);
    good_node_goes_on(5);
}

Test(attack_gate, a_revoked_key_is_refused_while_connected_and_shut_out_afterwards) {
    struct wire wire;
    greet(&wire, &made->nodes[0]);
    json_decref(socket_ask(socket_path, json_pack("{s:s, s:s, s:s}", "verb", "revoke", "node", "N0",
                                                  "reason", "lost")));
    wire_send_check_in(&wire, 1, 5);
    expect_refusal(&wire, HV_REASON_REVOKED);
    wire_close(&wire);
    expect_silence(made, &made->nodes[0]);
}

/* ---- what is not taken ---- */

Test(attack_gate, messages_of_another_deployment_mode_or_incident_are_refused) {
    struct wire wire;
    struct coordinator_dir other = *made;
    greet(&wire, &made->nodes[0]);
    wire.made = &other;
    other.deployment.id[0] ^= 1;
    wire_send_check_in(&wire, 1, 5);
    expect_refusal(&wire, HV_REASON_DEPLOYMENT);
    other = *made;
    other.deployment.mode = HV_MODE_LIVE;
    wire_send_check_in(&wire, 1, 5);
    expect_refusal(&wire, HV_REASON_MODE);
    wire.made = made;
    wire_send(&wire, (struct hv_envelope){.kind = HV_BODY_REPORT,
                                          .lane = HV_LANE_HISTORY,
                                          .sequence = 1,
                                          .incident = {9, 9, 9},
                                          .report = {.source = HV_SOURCE_NODE,
                                                     .subject = "",
                                                     .kind = HV_REPORT_NOTE,
                                                     .note = {.text = "of another incident"}}});
    expect_refusal(&wire, HV_REASON_INCIDENT);
    wire_close(&wire);
    good_node_goes_on(5);
}

Test(attack_gate, a_replay_changes_nothing_and_a_stale_epoch_is_refused) {
    struct wire wire;
    greet(&wire, &made->nodes[0]);
    for (int round = 0; round < 50; round++)
        for (uint64_t sequence = 1; sequence <= 5; sequence++)
            wire_send_check_in(&wire, sequence, 3);
    for (const struct hv_envelope *ack = NULL; ack == NULL || ack->sequence < 5;) {
        ack = wire_await(&wire, HV_BODY_ACK, LONG_MS);
        cr_assert_not_null(ack);
    }
    wire_send_check_in(&wire, 9, 3);
    cr_assert_eq(expect_refusal(&wire, HV_REASON_GAP)->refusal.held, 5);
    wire.epoch = 50;
    wire_send_check_in(&wire, 6, 3);
    cr_assert_eq(expect_refusal(&wire, HV_REASON_EPOCH)->refusal.held_epoch, 100);
    wire_send_hello(&wire);
    expect_refusal(&wire, HV_REASON_EPOCH);
    cr_assert_geq(statistic("duplicates", NULL), 49 * 5);
    json_t *status = socket_ask(socket_path, json_pack("{s:s}", "verb", "status"));
    cr_assert_eq(
        json_integer_value(json_object_get(json_object_get(status, "people"), "sheltered")),
        15 + (json_int_t)good_sequence, "each report once");
    json_decref(status);
    wire_close(&wire);
}

Test(attack_gate, a_report_before_hello_is_refused) {
    struct wire wire;
    wire_open(&wire, made, &made->nodes[1]);
    wire_send_check_in(&wire, 1, 5);
    cr_assert_not_null(wire_await(&wire, HV_BODY_REFUSAL, LONG_MS));
    cr_assert_geq(refused(HV_REASON_HELLO_FIRST) + refused(HV_REASON_EPOCH), 1);
    wire_close(&wire);
    good_node_goes_on(5);
}

/* ---- floods ---- */

static size_t sound_frame(uint8_t *bytes, size_t room) {
    struct hv_arena arena;
    size_t size = 0;
    struct hv_envelope envelope = {.protocol = HV_PROTOCOL,
                                   .mode = HV_MODE_EXERCISE,
                                   .epoch = 100,
                                   .kind = HV_BODY_HELLO,
                                   .hello = {.role = HV_ROLE_SHELTER, .software = "attack"}};
    memcpy(envelope.deployment, made->deployment.id, HV_ID128_BYTES);
    hv_arena_init(&arena, 0);
    cr_assert_eq(hv_envelope_encode(&envelope, &arena, bytes, room, &size), 0);
    hv_arena_deinit(&arena);
    return size;
}

/* Answers are thrown away, so that the sender's own queue does not fill. */
static void drop_answers(struct wire *wire) {
    char ignored[64];
    while (zmq_recv(wire->socket, ignored, sizeof ignored, ZMQ_DONTWAIT) >= 0)
        ;
}

static void send_patiently(struct wire *wire, const void *bytes, size_t size) {
    int patience = LONG_MS;
    zmq_setsockopt(wire->socket, ZMQ_SNDTIMEO, &patience, sizeof patience);
    cr_assert_geq(zmq_send(wire->socket, bytes, size, 0), 0, "the coordinator does not read");
    drop_answers(wire);
}

Test(attack_gate, truncated_changed_and_random_frames_are_counted_and_logged_once_in_a_while) {
    enum { ROUNDS = 6000, GARBAGE_MAX = 2000 };
    struct wire wire;
    uint8_t sound[512], bytes[GARBAGE_MAX];
    unsigned seed = 20261123;
    greet(&wire, &made->nodes[0]);
    size_t size = sound_frame(sound, sizeof sound);
    assert(size > 0);
    for (size_t cut = 0; cut < size; cut++)
        send_patiently(&wire, sound, cut);
    good_node_goes_on(5);
    long before = rss_kib();
    for (int round = 0; round < ROUNDS; round++) {
        size_t length = (size_t)rand_r(&seed) % GARBAGE_MAX;
        for (size_t i = 0; i < length; i++)
            bytes[i] = (uint8_t)rand_r(&seed);
        if (round % 5 == 0 && length > 0)
            bytes[0] = 0;     /* a bundle of garbage */
        if (round % 3 == 0) { /* a sound frame with a byte or two changed */
            memcpy(bytes, sound, length = size);
            for (int change = 0; change < 1 + round % 2; change++)
                bytes[(size_t)rand_r(&seed) % size] = (uint8_t)rand_r(&seed);
        }
        send_patiently(&wire, bytes, length);
        if (round % 500 == 0)
            good_node_goes_on(2);
    }
    good_node_goes_on(20);
    cr_assert_gt(refused(HV_REASON_MALFORMED), ROUNDS / 2);
    cr_assert_lt(lines_of_refusals(), 30, "a line each for what is refused");
    cr_assert(SANITIZED || rss_kib() - before < 32 * 1024, "memory grew from %ld to %ld KiB",
              before, rss_kib());
    wire_close(&wire);
}

Test(attack_gate, what_is_wrong_in_a_bundle_is_refused_alone) {
    static struct hv_bundle_writer bundle;
    struct wire wire;
    uint8_t sound[512];
    size_t size, frame_size, length = sound_frame(sound, sizeof sound);
    wire_open(&wire, made, &made->nodes[0]);
    hv_bundle_begin(&bundle);
    cr_assert(hv_bundle_add(&bundle, (const uint8_t *)"\xff\xff\xff", 3));
    cr_assert(hv_bundle_add(&bundle, sound, length));
    const uint8_t *frame = hv_bundle_frame(&bundle, &frame_size);
    send_patiently(&wire, frame, frame_size);
    expect_refusal(&wire, HV_REASON_MALFORMED);
    cr_assert_not_null(wire_await(&wire, HV_BODY_WELCOME, LONG_MS));
    hv_bundle_begin(&bundle); /* a bundle in a bundle, and a length beyond the end */
    cr_assert(hv_bundle_add(&bundle, (const uint8_t *)"\0\1\2", 3));
    cr_assert(hv_bundle_add(&bundle, sound, length));
    frame = hv_bundle_frame(&bundle, &size);
    zmq_send(wire.socket, frame, size - 1, 0);
    expect_refusal(&wire, HV_REASON_MALFORMED);
    cr_assert_not_null(wire_await(&wire, HV_BODY_REFUSAL, LONG_MS));
    wire_close(&wire);
    good_node_goes_on(5);
}

Test(attack_gate, oversized_frames_end_their_connection_only) {
    static const char large[HV_FRAME_BYTES_MAX + 1];
    struct wire wire;
    greet(&wire, &made->nodes[0]);
    long before = rss_kib();
    for (int i = 0; i < 50; i++) {
        zmq_send(wire.socket, large, sizeof large, ZMQ_DONTWAIT);
        good_node_goes_on(1);
    }
    cr_assert(SANITIZED || rss_kib() - before < 32 * 1024);
    wire_close(&wire);
    greet(&wire, &made->nodes[0]);
    wire_close(&wire);
}

static int connect_raw(void) {
    int port = atoi(strrchr(made->deployment.endpoints[0], ':') + 1);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

/* Begins of a ZMTP 3.1 handshake, each left at another place; the last claims a frame of 2^62. */
static void begin_handshake(int fd, int kind) {
    uint8_t bytes[128] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1, 'C', 'U', 'R', 'V', 'E'};
    static const uint8_t huge[] = {0x06, 0x40, 0, 0, 0, 0, 0, 0, 0, 'x'};
    static const size_t sizes[] = {0, 1, 10, 64};
    size_t size = sizes[kind % 4];
    if (kind % 8 == 7) {
        memcpy(bytes + 64, huge, sizeof huge);
        size = 64 + sizeof huge;
    }
    if (size > 0)
        cr_assert_eq(send(fd, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
}

Test(attack_gate, hundreds_of_unfinished_handshakes_disturb_nobody_and_cost_little) {
    enum { FLOOD = 400 };
    int files[FLOOD];
    long before = rss_kib();
    for (int i = 0; i < FLOOD; i++) {
        begin_handshake(files[i] = connect_raw(), i);
        if (i % 40 == 0)
            good_node_goes_on(1);
    }
    good_node_goes_on(50);
    struct wire late;
    greet(&late, &made->nodes[1]); /* and others still come in */
    wire_close(&late);
    cr_assert(SANITIZED || rss_kib() - before < 32 * 1024);
    struct timeval patience = {.tv_sec = 10};
    for (int i = 0; i < FLOOD; i++) {
        char bytes[128];
        setsockopt(files[i], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ssize_t got = 1;
        while (got > 0)
            got = recv(files[i], bytes, sizeof bytes, 0);
        cr_assert(got == 0 || errno == ECONNRESET, "connection %d was not ended", i);
        close(files[i]);
    }
    good_node_goes_on(5);
}
