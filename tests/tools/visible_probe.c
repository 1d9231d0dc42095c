/* How long after its commit a report shows in a query: a node's connection and a control socket in
 * one process, so that one clock measures both.
 *
 *   visible_probe KEYS N ENDPOINT CITY ROUNDS     as node load-N of the keys made by report_load
 *
 * Each round checks one person in, waits for the acknowledgement, which the coordinator sends after
 * the commit, and then asks for the shelter until the person is there. The answer of the first
 * query that shows it, less the arrival of the acknowledgement, is the figure; the way of the
 * acknowledgement (printed too, as part of `acknowledged`) is the only thing it leaves out. Prints
 * one JSON line. */
#include "schemas/codec.h"
#include "schemas/platform/control.h"
#include "schemas/platform/deployment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

enum { KEY_TEXT = 41, ROUNDS_MAX = 100000, ANSWER_MS = 5000 };

struct probe {
    char id[32];
    void *socket;
    struct control_client *control;
    struct deployment deployment;
    struct hv_arena arena;
    uint64_t epoch, sequence;
    uint32_t acknowledged_us[ROUNDS_MAX], visible_us[ROUNDS_MAX];
    uint32_t queries;
};

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void must(bool good, const char *what) {
    if (good)
        return;
    fprintf(stderr, "visible_probe: %s\n", what);
    exit(70);
}

/* ---- the node's side ---- */

static void connect_node(struct probe *probe, void *context, const char *keys, const char *number,
                         const char *endpoint) {
    char path[512], public_key[KEY_TEXT], secret_key[KEY_TEXT];
    snprintf(path, sizeof path, "%s/load-%s.key", keys, number);
    snprintf(probe->id, sizeof probe->id, "load-%s", number);
    FILE *file = fopen(path, "r");
    must(file != NULL && fscanf(file, "%40s %40s", public_key, secret_key) == 2, path);
    fclose(file);
    const int linger = 0;
    probe->socket = zmq_socket(context, ZMQ_DEALER);
    zmq_setsockopt(probe->socket, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(probe->socket, ZMQ_CURVE_SERVERKEY, probe->deployment.server_key, KEY_TEXT);
    zmq_setsockopt(probe->socket, ZMQ_CURVE_PUBLICKEY, public_key, KEY_TEXT);
    zmq_setsockopt(probe->socket, ZMQ_CURVE_SECRETKEY, secret_key, KEY_TEXT);
    must(zmq_connect(probe->socket, endpoint) == 0, endpoint);
}

static void send_envelope(struct probe *probe, struct hv_envelope envelope) {
    uint8_t frame[1024];
    size_t size = 0;
    envelope.protocol = HV_PROTOCOL;
    envelope.mode = probe->deployment.mode;
    envelope.epoch = probe->epoch;
    memcpy(envelope.deployment, probe->deployment.id, HV_ID128_BYTES);
    hv_arena_reset(&probe->arena);
    must(hv_envelope_encode(&envelope, &probe->arena, frame, sizeof frame, &size) == HV_OK,
         "encode");
    must(zmq_send(probe->socket, frame, size, 0) >= 0, "send");
}

static const struct hv_envelope *await(struct probe *probe, enum hv_body_kind kind) {
    static uint8_t frame[HV_FRAME_BYTES_MAX];
    zmq_pollitem_t item = {.socket = probe->socket, .events = ZMQ_POLLIN};
    struct hv_envelope *envelope = NULL;
    struct hv_verdict verdict;
    do {
        must(zmq_poll(&item, 1, ANSWER_MS) > 0, "no answer");
        int size = zmq_recv(probe->socket, frame, sizeof frame, ZMQ_DONTWAIT);
        hv_arena_reset(&probe->arena);
        must(size >= 0 && hv_envelope_decode(frame, (size_t)size, &probe->arena, &verdict,
                                             &envelope) == HV_OK,
             "an answer that cannot be read");
    } while (envelope->kind != kind);
    return envelope;
}

/* A later outbox than the load's, so that nothing of it is in the way. */
static void say_hello(struct probe *probe) {
    probe->epoch = (uint64_t)time(NULL);
    send_envelope(probe,
                  (struct hv_envelope){.kind = HV_BODY_HELLO,
                                       .hello = {.role = HV_ROLE_SHELTER, .software = "probe"}});
    (void)await(probe, HV_BODY_WELCOME);
}

static void check_in(struct probe *probe) {
    send_envelope(probe, (struct hv_envelope){
                             .lane = HV_LANE_HISTORY,
                             .sequence = ++probe->sequence,
                             .kind = HV_BODY_REPORT,
                             .report = {.source = HV_SOURCE_NODE,
                                        .subject = "",
                                        .kind = HV_REPORT_MOVEMENT,
                                        .movement = {.kind = HV_MOVEMENT_CHECK_IN,
                                                     .people = {.by_age = {[HV_AGE_ADULT] = 1}},
                                                     .zone = "",
                                                     .shelter = "",
                                                     .transfer = ""}}});
    while (await(probe, HV_BODY_ACK)->sequence < probe->sequence)
        ;
}

/* ---- the operator's side ---- */

static long long people_shown(struct probe *probe) {
    json_t *request = json_pack("{s:s, s:s}", "verb", "shelters", "id", probe->id), *reply = NULL;
    must(control_call(probe->control, request, ANSWER_MS, &reply) == HV_OK, "no reply");
    json_t *shelter = json_array_get(json_object_get(reply, "shelters"), 0);
    json_t *total = json_object_get(json_object_get(shelter, "people"), "total");
    long long shown = json_is_integer(total) ? json_integer_value(total) : 0;
    json_decref(request);
    json_decref(reply);
    probe->queries++;
    return shown;
}

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void print(const char *name, uint32_t *samples_us, size_t count) {
    qsort(samples_us, count, sizeof *samples_us, by_value);
    printf("\"%s_p50_ms\": %.2f, \"%s_p99_ms\": %.2f, ", name, samples_us[count / 2] / 1000.0, name,
           samples_us[count * 99 / 100] / 1000.0);
}

int main(int argc, char **argv) {
    static struct probe probe;
    char path[4096];
    size_t rounds = argc == 6 ? strtoul(argv[5], NULL, 10) : 0;
    if (rounds == 0 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: visible_probe KEYS N ENDPOINT CITY ROUNDS\n");
        return 64;
    }
    snprintf(path, sizeof path, "%s/deployment.json", argv[4]);
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    must(deployment_load(path, &faults, &probe.deployment) == HV_OK, path);
    hv_fault_list_deinit(&faults);
    hv_arena_init(&probe.arena, 0);
    void *context = zmq_ctx_new();
    connect_node(&probe, context, argv[1], argv[2], argv[3]);
    snprintf(path, sizeof path, "%s/control.sock", argv[4]);
    must(control_connect(path, &probe.control) == HV_OK, path);
    say_hello(&probe);
    long long people = people_shown(&probe);
    probe.queries = 0;
    for (size_t i = 0; i < rounds; i++) {
        int64_t sent = now_us();
        check_in(&probe);
        int64_t acknowledged = now_us();
        people++;
        while (people_shown(&probe) < people)
            ;
        probe.acknowledged_us[i] = (uint32_t)(acknowledged - sent);
        probe.visible_us[i] = (uint32_t)(now_us() - acknowledged);
    }
    printf("{");
    print("acknowledged", probe.acknowledged_us, rounds);
    print("visible", probe.visible_us, rounds);
    printf("\"queries_each\": %.2f}\n", (double)probe.queries / (double)rounds);
    control_close(probe.control);
    zmq_close(probe.socket);
    zmq_ctx_term(context);
    hv_arena_deinit(&probe.arena);
    return 0;
}
