/* A load of reports from many nodes at once, in one process: for the benchmark and for the crash
 * tests.
 *
 *   report_load keys DIR N            make N node keys, print "id <tab> public key" a line
 *   report_load run DIR N K ENDPOINT DEPLOYMENT.json [--seconds S] [--total R] [--tell N] [--rate
 * R]
 *                                                     [--record FILE]
 *
 * `run` keeps K reports of each of the N nodes outstanding and prints one JSON line at the end:
 * acknowledged, seconds, latency percentiles. It speaks the protocol itself and shares only the
 * codec with the programs under test.
 *
 * --rate sends that many reports a second in all, or as many as the windows let pass.
 *
 * --record keeps a durable record of its own of what was acknowledged, one "node sequence" a line,
 * synced before the next report of that node is sent. On start the heads of an existing record are
 * taken up, so that the tool too can be killed; sequences then go on from the coordinator's
 * Welcome. A Welcome that holds less than what was recorded as acknowledged ends the run with
 * status 1: something acknowledged was lost. */
#include "schemas/bundle.h"
#include "schemas/codec.h"
#include "tests/support/zmtp_client.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum {
    KEY_TEXT = 41,
    OUTSTANDING_MAX = 64,
    HELLO_EVERY_MS = 1000,
    SAMPLES_MAX = 1 << 22,
    FRAME_BYTES = 256, /* of a report */
    FRAMES_KEPT = 4096
};

/* The report of one sequence, the same for every node: what the load costs is not what is measured,
 * so it is encoded once. */
struct frame {
    uint64_t sequence; /* 0: none yet */
    size_t size;
    uint8_t bytes[FRAME_BYTES];
};

struct sender {
    char id[32];
    char public_key[KEY_TEXT], secret_key[KEY_TEXT];
    bool welcomed;
    uint64_t epoch;
    uint64_t sent, acked; /* sequences of the HISTORY lane */
    uint64_t recorded;    /* acknowledged according to the durable record */
    int64_t heard_ms, hello_ms;
    int64_t sent_us[OUTSTANDING_MAX];
};

struct load {
    struct zmtp_client *client; /* a connection, with a key of its own, for each sender */
    struct sender *senders;
    size_t count;
    unsigned outstanding;
    uint8_t deployment[HV_ID128_BYTES];
    uint8_t incident[HV_ID128_BYTES];
    enum hv_mode mode;
    char server_key[KEY_TEXT];
    uint64_t epoch;
    struct hv_arena arena;
    struct hv_bundle_writer bundle;
    struct frame *frames; /* by sequence modulo FRAMES_KEPT */
    int record_fd;
    uint64_t acked_total, refused, resent;
    uint64_t total; /* 0: until the time is over */
    double rate;    /* reports a second; 0: as many as can be */
    int64_t start_us;
    uint64_t sent_total;
    size_t turn; /* whose is the next that the rate allows */
    uint64_t tell, told;
    uint32_t *samples_us;
    size_t sample_count;
    bool lost;
};

static volatile sig_atomic_t stop;

static void on_signal(int number) {
    (void)number;
    stop = 1;
}

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what, const char *which) {
    fprintf(stderr, "report_load: %s %s: %s\n", what, which, strerror(errno));
    exit(70);
}

/* ---- keys ---- */

static void key_path(char *path, size_t bytes, const char *dir, size_t i) {
    snprintf(path, bytes, "%s/load-%zu.key", dir, i);
}

static void sender_id(char *id, size_t bytes, size_t i) {
    snprintf(id, bytes, "load-%zu", i);
}

static int make_keys(const char *dir, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char path[512], id[32], public_key[KEY_TEXT], secret_key[KEY_TEXT];
        if (zmq_curve_keypair(public_key, secret_key) != 0)
            die("cannot make", "a key");
        key_path(path, sizeof path, dir, i);
        sender_id(id, sizeof id, i);
        FILE *file = fopen(path, "w");
        if (file == NULL || fchmod(fileno(file), 0600) != 0)
            die("cannot write", path);
        fprintf(file, "%s %s\n", public_key, secret_key);
        fclose(file);
        printf("%s\t%s\n", id, public_key);
    }
    return 0;
}

static void read_keys(const char *dir, size_t i, struct sender *sender) {
    char path[512];
    key_path(path, sizeof path, dir, i);
    FILE *file = fopen(path, "r");
    if (file == NULL || fscanf(file, "%40s %40s", sender->public_key, sender->secret_key) != 2)
        die("cannot read", path);
    fclose(file);
}

/* ---- deployment and record ---- */

static void from_hex(const char *hex, uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        unsigned value = 0;
        if (sscanf(hex + 2 * i, "%2x", &value) != 1)
            die("not hexadecimal:", hex);
        bytes[i] = (uint8_t)value;
    }
}

static void read_deployment(struct load *load, const char *path) {
    json_error_t error;
    json_t *file = json_load_file(path, 0, &error);
    const char *id = NULL, *mode = NULL, *key = NULL;
    if (file == NULL || json_unpack(file, "{s:s, s:s, s:s}", "deployment", &id, "mode", &mode,
                                    "server_key", &key) != 0)
        die("not a deployment file:", path);
    from_hex(id, load->deployment, sizeof load->deployment);
    load->mode = hv_mode_of(mode);
    snprintf(load->server_key, sizeof load->server_key, "%s", key);
    json_decref(file);
}

static void open_record(struct load *load, const char *path) {
    FILE *old = fopen(path, "r");
    char id[32];
    unsigned long long sequence;
    while (old != NULL && fscanf(old, "%31s %llu", id, &sequence) == 2)
        for (size_t i = 0; i < load->count; i++)
            if (strcmp(load->senders[i].id, id) == 0 && load->senders[i].recorded < sequence)
                load->senders[i].recorded = sequence;
    if (old != NULL)
        fclose(old);
    load->record_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (load->record_fd < 0)
        die("cannot open", path);
}

static void record_ack(struct load *load, struct sender *sender) {
    if (load->record_fd < 0)
        return;
    char line[64];
    int bytes =
        snprintf(line, sizeof line, "%s %llu\n", sender->id, (unsigned long long)sender->acked);
    if (write(load->record_fd, line, (size_t)bytes) != bytes || fdatasync(load->record_fd) != 0)
        die("cannot record", sender->id);
    sender->recorded = sender->acked;
}

/* ---- sending ---- */

static bool send_frame(struct load *load, const struct sender *sender, const uint8_t *bytes,
                       size_t size) {
    return zmtp_client_send(load->client, (size_t)(sender - load->senders), bytes, size);
}

static size_t encode_envelope(struct load *load, const struct sender *sender,
                              struct hv_envelope *envelope, uint8_t *frame, size_t room) {
    size_t size = 0;
    envelope->protocol = HV_PROTOCOL;
    memcpy(envelope->deployment, load->deployment, sizeof envelope->deployment);
    memcpy(envelope->incident, load->incident, sizeof envelope->incident);
    envelope->mode = load->mode;
    envelope->epoch = sender->epoch;
    envelope->sent_node_ms = (uint64_t)(now_us() / 1000);
    hv_arena_reset(&load->arena);
    if (hv_envelope_encode(envelope, &load->arena, frame, room, &size) != HV_OK)
        die("cannot encode for", sender->id);
    return size;
}

static void send_hello(struct load *load, struct sender *sender) {
    struct hv_lane_head heads[] = {{HV_LANE_HISTORY, sender->sent}};
    struct hv_envelope envelope = {.kind = HV_BODY_HELLO,
                                   .hello = {.role = HV_ROLE_SHELTER,
                                             .software = "report_load",
                                             .made_count = sender->sent > 0 ? 1 : 0,
                                             .made = heads}};
    uint8_t frame[FRAME_BYTES];
    sender->hello_ms = now_us() / 1000;
    sender->welcomed = false;
    size_t size = encode_envelope(load, sender, &envelope, frame, sizeof frame);
    (void)send_frame(load, sender, frame, size);
}

static const struct frame *report_frame(struct load *load, const struct sender *sender,
                                        uint64_t sequence) {
    struct frame *frame = &load->frames[sequence % FRAMES_KEPT];
    if (frame->sequence == sequence)
        return frame;
    int64_t now_ms = now_us() / 1000;
    struct hv_envelope envelope = {
        .lane = HV_LANE_HISTORY,
        .sequence = sequence,
        .kind = HV_BODY_REPORT,
        .report = {.source = HV_SOURCE_NODE,
                   .seen = {.wall_ms = 1700000000000 + now_ms, .node_ms = (uint64_t)now_ms},
                   .subject = "",
                   .kind = HV_REPORT_MOVEMENT,
                   .movement = {.kind = HV_MOVEMENT_CHECK_IN,
                                .people = {.by_age = {[HV_AGE_ADULT] = 1}},
                                .zone = "",
                                .shelter = "",
                                .transfer = ""}}};
    frame->size = encode_envelope(load, sender, &envelope, frame->bytes, sizeof frame->bytes);
    frame->sequence = sequence;
    return frame;
}

static void forget_frames(struct load *load) {
    for (size_t i = 0; i < FRAMES_KEPT; i++)
        load->frames[i].sequence = 0;
}

static bool may_send(const struct load *load, const struct sender *sender, uint64_t waiting) {
    uint64_t sent = sender->sent + waiting;
    return sender->welcomed && sent - sender->acked < load->outstanding &&
           (load->total == 0 || sent < load->total);
}

/* All that the window has room for, and `room` at most, in one frame, as a node does it. */
static void fill_window(struct load *load, struct sender *sender, uint64_t room) {
    struct hv_bundle_writer *bundle = &load->bundle;
    int64_t now = now_us();
    uint64_t waiting = 0;
    hv_bundle_begin(bundle);
    for (; waiting < room && may_send(load, sender, waiting); waiting++) {
        uint64_t next = sender->sent + waiting + 1;
        const struct frame *frame = report_frame(load, sender, next);
        if (!hv_bundle_add(bundle, frame->bytes, frame->size))
            break;
        sender->sent_us[next % OUTSTANDING_MAX] = now;
    }
    size_t size;
    const uint8_t *bytes = hv_bundle_frame(bundle, &size);
    if (size == 0 || !send_frame(load, sender, bytes, size))
        return;
    sender->sent += waiting;
    load->sent_total += waiting;
}

/* With a rate: whoever's turn it is sends one, until no more are due. */
static void keep_rate(struct load *load) {
    uint64_t due = (uint64_t)((double)(now_us() - load->start_us) * load->rate / 1e6);
    for (size_t tried = 0; load->sent_total < due && tried < load->count; tried++) {
        fill_window(load, &load->senders[load->turn], 1);
        load->turn = (load->turn + 1) % load->count;
    }
}

/* ---- receiving ---- */

static void take_ack(struct load *load, struct sender *sender, uint64_t sequence) {
    int64_t now = now_us();
    if (sequence <= sender->acked || sequence > sender->sent)
        return;
    for (uint64_t s = sender->acked + 1; s <= sequence; s++)
        if (load->sample_count < SAMPLES_MAX)
            load->samples_us[load->sample_count++] =
                (uint32_t)(now - sender->sent_us[s % OUTSTANDING_MAX]);
    load->acked_total += sequence - sender->acked;
    sender->acked = sequence;
    record_ack(load, sender);
    if (load->tell > 0 && load->acked_total / load->tell > load->told) {
        load->told = load->acked_total / load->tell;
        printf("acknowledged %llu\n", (unsigned long long)load->acked_total);
        fflush(stdout);
    }
}

static uint64_t held_history(const struct hv_welcome *welcome) {
    for (size_t i = 0; i < welcome->held_count; i++)
        if (welcome->held[i].lane == HV_LANE_HISTORY)
            return welcome->held[i].sequence;
    return 0;
}

static void go_back(struct load *load, struct sender *sender, uint64_t held) {
    if (held < sender->recorded) {
        fprintf(stderr, "report_load: LOST: %s had %llu acknowledged, the coordinator holds %llu\n",
                sender->id, (unsigned long long)sender->recorded, (unsigned long long)held);
        load->lost = true;
        stop = 1;
        return;
    }
    load->resent += sender->sent > held ? sender->sent - held : 0;
    sender->acked = held;
    sender->sent = held;
    record_ack(load, sender);
}

static void take_frame(struct load *load, struct sender *sender, const uint8_t *bytes,
                       size_t size) {
    struct hv_verdict verdict;
    struct hv_envelope *envelope = NULL;
    hv_arena_reset(&load->arena);
    if (hv_envelope_decode(bytes, size, &load->arena, &verdict, &envelope) != HV_OK)
        die("cannot decode an answer:", verdict.detail);
    sender->heard_ms = now_us() / 1000;
    if (memcmp(load->incident, envelope->incident, sizeof load->incident) != 0) {
        memcpy(load->incident, envelope->incident, sizeof load->incident);
        forget_frames(load);
    }
    switch (envelope->kind) {
    case HV_BODY_WELCOME:
        sender->welcomed = true;
        go_back(load, sender, held_history(&envelope->welcome));
        break;
    case HV_BODY_ACK:
        take_ack(load, sender, envelope->sequence);
        break;
    case HV_BODY_REFUSAL:
        load->refused++;
        if (envelope->refusal.reason == HV_REASON_HELLO_FIRST ||
            envelope->refusal.reason == HV_REASON_GAP)
            sender->welcomed = false;
        else if (envelope->refusal.reason != HV_REASON_BUSY &&
                 envelope->refusal.reason != HV_REASON_NOT_STORED)
            die(hv_reason_word(envelope->refusal.reason), sender->id);
        break;
    default:
        break;
    }
}

/* ---- what the connections tell ---- */

static void on_ready(void *context, size_t index) {
    struct load *load = context;
    send_hello(load, &load->senders[index]);
}

static void on_message(void *context, size_t index, const uint8_t *bytes, size_t size) {
    struct load *load = context;
    take_frame(load, &load->senders[index], bytes, size);
}

static void on_drained(void *context, size_t index) {
    struct load *load = context;
    if (load->rate == 0)
        fill_window(load, &load->senders[index], UINT64_MAX);
}

/* A sender that waits in vain says hello again: the coordinator died, or a frame did. */
static void revive(struct load *load, struct sender *sender, int64_t now_ms) {
    bool waits = !sender->welcomed || sender->sent > sender->acked;
    if (waits && now_ms - sender->heard_ms > HELLO_EVERY_MS &&
        now_ms - sender->hello_ms > HELLO_EVERY_MS)
        send_hello(load, sender);
}

static bool all_done(const struct load *load) {
    if (load->total == 0)
        return false;
    for (size_t i = 0; i < load->count; i++)
        if (load->senders[i].acked < load->total)
            return false;
    return true;
}

/* Everyone is looked at again ten times a second. */
static void run(struct load *load, double seconds) {
    int64_t end = load->start_us + (int64_t)(seconds * 1e6), sweep = 0;
    while (!stop && now_us() < end && !all_done(load)) {
        zmtp_client_run(load->client, load->rate > 0 ? 1 : 100);
        if (load->rate > 0)
            keep_rate(load);
        int64_t now_ms = now_us() / 1000;
        if (now_ms - sweep < 100)
            continue;
        for (size_t i = 0; i < load->count; i++) {
            if (load->rate == 0)
                fill_window(load, &load->senders[i], UINT64_MAX);
            revive(load, &load->senders[i], now_ms);
        }
        sweep = now_ms;
    }
}

/* ---- program ---- */

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double percentile_ms(const struct load *load, double share) {
    if (load->sample_count == 0)
        return 0;
    return load->samples_us[(size_t)(share * (double)(load->sample_count - 1))] / 1000.0;
}

static void raise_descriptor_limit(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int run_load(int argc, char **argv) {
    const char *dir = argv[2], *record = NULL;
    double seconds = 5;
    static struct load load;
    load = (struct load){.count = strtoul(argv[3], NULL, 10),
                         .outstanding = (unsigned)strtoul(argv[4], NULL, 10),
                         .record_fd = -1};
    for (int i = 7; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seconds") == 0)
            seconds = strtod(argv[i + 1], NULL);
        else if (strcmp(argv[i], "--total") == 0)
            load.total = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--tell") == 0)
            load.tell = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--rate") == 0)
            load.rate = strtod(argv[i + 1], NULL);
        else if (strcmp(argv[i], "--record") == 0)
            record = argv[i + 1];
    }
    if (load.count == 0 || load.outstanding == 0 || load.outstanding > OUTSTANDING_MAX)
        return 64;
    raise_descriptor_limit();
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    read_deployment(&load, argv[6]);
    hv_arena_init(&load.arena, 0);
    load.senders = calloc(load.count, sizeof *load.senders);
    load.samples_us = malloc(SAMPLES_MAX * sizeof *load.samples_us);
    load.frames = calloc(FRAMES_KEPT, sizeof *load.frames);
    if (load.senders == NULL || load.samples_us == NULL || load.frames == NULL)
        die("no memory for", "senders");
    const struct zmtp_handler handler = {&load, on_ready, on_message, on_drained};
    load.client = zmtp_client_new(argv[5], load.server_key, load.count, &handler);
    for (size_t i = 0; i < load.count; i++) {
        sender_id(load.senders[i].id, sizeof load.senders[i].id, i);
        load.senders[i].epoch = 1;
        read_keys(dir, i, &load.senders[i]);
        zmtp_client_connect(load.client, i, load.senders[i].public_key, load.senders[i].secret_key);
    }
    if (record != NULL)
        open_record(&load, record);

    load.start_us = now_us();
    run(&load, seconds);
    double took = (double)(now_us() - load.start_us) / 1e6;

    qsort(load.samples_us, load.sample_count, sizeof *load.samples_us, by_value);
    printf("{\"acknowledged\": %llu, \"seconds\": %.3f, \"per_second\": %.0f, \"p50_ms\": %.2f, "
           "\"p99_ms\": %.2f, "
           "\"refused\": %llu, \"resent\": %llu, \"lost\": %s}\n",
           (unsigned long long)load.acked_total, took, (double)load.acked_total / took,
           percentile_ms(&load, 0.5), percentile_ms(&load, 0.99), (unsigned long long)load.refused,
           (unsigned long long)load.resent, load.lost ? "true" : "false");
    zmtp_client_free(load.client);
    hv_arena_deinit(&load.arena);
    free(load.senders);
    free(load.samples_us);
    free(load.frames);
    return load.lost ? 1 : 0;
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "keys") == 0)
        return make_keys(argv[2], strtoul(argv[3], NULL, 10));
    if (argc >= 7 && strcmp(argv[1], "run") == 0)
        return run_load(argc, argv);
    fprintf(stderr, "usage: report_load keys DIR N | report_load run DIR N OUTSTANDING ENDPOINT "
                    "DEPLOYMENT.json "
                    "[--seconds S] [--total R] [--tell N] [--rate R] [--record FILE]\n");
    return 64;
}
