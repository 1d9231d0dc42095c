/* The real program over real sockets. */
#include "coordinator/founding.h"
#include "coordinator/layout.h"
#include "coordinator/log/log_lmdb.h"
#include "coordinator/region/region.h"
#include "coordinator/region_folder.h"
#include "coordinator/state/state_checkpoint.h"
#include "schemas/platform/control.h"
#include "tests/support/coordinator_dir.h"
#include "tests/support/process.h"
#include "tests/support/region_files.h"
#include "tests/support/scratch.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <limits.h>
#include <jansson.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>
#include <zmq.h>

enum { LONG_MS = 10000, SHORT_MS = 700 };

static struct coordinator_dir *made;
static struct process coordinator;

static void start(void) {
    char path[512];
    build_path("bin/haven-coordinator", path, sizeof path);
    const char *argv[] = {path, made->dir, NULL};
    daemon_start(&coordinator, argv, scratch_path(made->dir, "stderr"));
}

static void begin(void) {
    made = coordinator_dir_new(3);
    start();
}

static void end(void) {
    process_kill(&coordinator);
    coordinator_dir_free(made);
}

TestSuite(coordinator, .init = begin, .fini = end, .timeout = 60);

static void greet(struct wire *wire, size_t node, uint64_t held) {
    wire_open(wire, made, &made->nodes[node]);
    wire_send_hello(wire);
    const struct hv_envelope *welcome = wire_await(wire, HV_BODY_WELCOME, LONG_MS);
    cr_assert_not_null(welcome);
    cr_assert_eq(welcome->welcome.held[0].sequence, held);
}

static void await_ack(struct wire *wire, uint64_t sequence) {
    const struct hv_envelope *ack;
    do {
        ack = wire_await(wire, HV_BODY_ACK, LONG_MS);
        cr_assert_not_null(ack);
    } while (ack->sequence < sequence);
}

static struct state *state_on_disk(void) {
    struct log *log;
    struct state *state;
    struct log_lmdb_options options = {.read_only = true};
    uint64_t bad = 0;
    cr_assert_eq(log_lmdb_open(scratch_path(made->dir, LAYOUT_LOG), &options, &log), 0);
    cr_assert_eq(log_verify(log, NULL, NULL, &bad), 0, "record %lu", (unsigned long)bad);
    cr_assert_eq(founding_fold_until(log, UINT64_MAX, &state), 0);
    log_close(log);
    return state;
}

static int64_t people_at(const struct state *state, const char *place) {
    return hv_people_total(&state_find_place(state, place)->people.now);
}

Test(coordinator, stores_what_it_acknowledged_though_it_is_killed) {
    struct wire wire;
    greet(&wire, 0, 0);
    for (uint64_t sequence = 1; sequence <= 20; sequence++)
        wire_send_check_in(&wire, sequence, 1);
    await_ack(&wire, 20);
    process_kill(&coordinator);
    struct state *state = state_on_disk();
    cr_assert_eq(people_at(state, "N0"), 20);
    state_free(state);
    start();
    wire_send_hello(&wire);
    const struct hv_envelope *welcome = wire_await(&wire, HV_BODY_WELCOME, LONG_MS);
    cr_assert_eq(welcome->welcome.held[0].sequence, 20);
    wire_send_check_in(&wire, 20, 1);
    wire_send_check_in(&wire, 21, 1);
    await_ack(&wire, 21);
    wire_close(&wire);
}

Test(coordinator, stops_cleanly_with_a_checkpoint_that_is_the_log) {
    struct wire wire;
    greet(&wire, 1, 0);
    wire_send_check_in(&wire, 1, 7);
    await_ack(&wire, 1);
    cr_assert_eq(process_stop(&coordinator), 0);
    struct log *log;
    struct state *quick, *whole = state_on_disk();
    uint64_t from;
    uint8_t first[HV_HASH_BYTES], second[HV_HASH_BYTES];
    cr_assert_eq(log_lmdb_open(scratch_path(made->dir, LAYOUT_LOG), NULL, &log), 0);
    cr_assert_eq(
        founding_fold(log, scratch_path(made->dir, LAYOUT_CHECKPOINT), &quick, &from, NULL), 0);
    cr_assert_eq(from, log_last(log));
    cr_assert_eq(state_digest(quick, first), 0);
    cr_assert_eq(state_digest(whole, second), 0);
    cr_assert_eq(memcmp(first, second, sizeof first), 0);
    state_free(quick);
    state_free(whole);
    log_close(log);
    wire_close(&wire);
    start();
}

Test(coordinator, lets_nobody_in_whose_key_is_not_enrolled) {
    struct key_pair stranger;
    struct wire wire, known;
    cr_assert_eq(keys_make(&stranger), 0);
    wire_open(&wire, made, &stranger);
    wire_send_hello(&wire);
    cr_assert_null(wire_receive(&wire, SHORT_MS));
    greet(&known, 0, 0);
    wire_close(&wire);
    wire_close(&known);
}

Test(coordinator, two_never_run_on_one_log) {
    char path[512], *output = NULL;
    build_path("bin/haven-coordinator", path, sizeof path);
    const char *argv[] = {path, made->dir, NULL};
    cr_assert_eq(program_run(argv, scratch_path(made->dir, "second"), &output), EX_TEMPFAIL);
    free(output);
}

Test(coordinator, garbage_and_large_messages_disturb_nobody) {
    struct wire bad, good;
    static const char large[HV_FRAME_BYTES_MAX + 1];
    greet(&bad, 0, 0);
    greet(&good, 1, 0);
    zmq_send(bad.socket, "garbage", 7, 0);
    const struct hv_envelope *refusal = wire_await(&bad, HV_BODY_REFUSAL, LONG_MS);
    cr_assert_eq(refusal->refusal.reason, HV_REASON_MALFORMED);
    zmq_send(bad.socket, "two", 3, ZMQ_SNDMORE);
    zmq_send(bad.socket, "parts", 5, 0);
    zmq_send(bad.socket, large, sizeof large, 0);
    for (uint64_t sequence = 1; sequence <= 50; sequence++) {
        wire_send_check_in(&good, sequence, 1);
        await_ack(&good, sequence);
    }
    wire_close(&bad);
    wire_close(&good);
}

static int half_open(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file >= 0 && connect(file, (struct sockaddr *)&address, sizeof address) != 0) {
        close(file);
        return -1;
    }
    return file;
}

Test(coordinator, half_open_connections_disturb_nobody_and_are_dropped) {
    enum { FLOOD = 300 };
    struct wire good;
    int files[FLOOD], port = atoi(strrchr(made->deployment.endpoints[0], ':') + 1);
    for (int i = 0; i < FLOOD; i++)
        cr_assert_geq(files[i] = half_open(port), 0);
    greet(&good, 2, 0);
    for (uint64_t sequence = 1; sequence <= 50; sequence++) {
        wire_send_check_in(&good, sequence, 1);
        await_ack(&good, sequence);
    }
    char byte[64];
    struct timeval patience = {.tv_sec = 10};
    setsockopt(files[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while (recv(files[0], byte, sizeof byte, 0) > 0)
        ;
    cr_assert_eq(recv(files[0], byte, sizeof byte, 0), 0, "the coordinator has hung up");
    for (int i = 0; i < FLOOD; i++)
        close(files[i]);
    wire_close(&good);
}

/* ---- the control socket ---- */

static json_t *ask(const char *format, ...) {
    char path[512], text[2048];
    struct control_client *client;
    json_t *reply = NULL;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    json_t *request = json_loads(text, 0, NULL);
    cr_assert_not_null(request, "%s", text);
    snprintf(path, sizeof path, "%s/" LAYOUT_SOCKET, made->dir);
    cr_assert_eq(control_connect(path, &client), 0);
    cr_assert_eq(control_call(client, request, LONG_MS, &reply), 0, "%s", text);
    control_close(client);
    json_decref(request);
    return reply;
}

static void cr_ok(json_t *reply) {
    char *text = json_dumps(reply, 0);
    cr_assert(json_is_true(json_object_get(reply, "ok")), "%s", text);
    free(text);
    json_decref(reply);
}

Test(coordinator, an_operator_enrols_and_revokes_while_it_runs) {
    struct key_pair keys;
    struct wire wire;
    cr_assert_eq(keys_make(&keys), 0);
    cr_ok(ask("{\"verb\": \"enroll\", \"node\": \"S9\", \"role\": \"shelter\", \"key\": \"%s\"}",
              keys.public_text));
    wire_open(&wire, made, &keys);
    wire_send_hello(&wire);
    cr_assert_not_null(wire_await(&wire, HV_BODY_WELCOME, LONG_MS));
    wire_send_check_in(&wire, 1, 5);
    await_ack(&wire, 1);
    cr_ok(ask("{\"verb\": \"revoke\", \"node\": \"S9\", \"reason\": \"lost\"}"));
    wire_send_check_in(&wire, 2, 5);
    const struct hv_envelope *refusal = wire_await(&wire, HV_BODY_REFUSAL, LONG_MS);
    cr_assert_eq(refusal->refusal.reason, HV_REASON_REVOKED);
    wire_close(&wire);
    wire_open(&wire, made, &keys);
    wire_send_hello(&wire);
    cr_assert_null(wire_receive(&wire, SHORT_MS), "the gate is shut");
    wire_close(&wire);
    json_t *status = ask("{\"verb\": \"status\"}");
    cr_assert_eq(
        json_integer_value(json_object_get(json_object_get(status, "people"), "sheltered")), 5);
    json_decref(status);
}

Test(coordinator, backs_up_verifies_and_tells_its_log_while_it_runs) {
    cr_ok(ask("{\"verb\": \"note\", \"text\": \"dike watched\"}"));
    cr_ok(ask("{\"verb\": \"verify\"}"));
    cr_ok(ask("{\"verb\": \"backup\", \"path\": \"%s/backup\"}", made->dir));
    json_t *reply = ask("{\"verb\": \"log\"}");
    cr_assert_geq(json_array_size(json_object_get(reply, "records")), 6);
    json_decref(reply);
    struct log *log;
    cr_assert_eq(log_lmdb_open(scratch_path(made->dir, "backup/" LAYOUT_LOG), NULL, &log), 0);
    cr_assert_geq(log_last(log), 6);
    cr_assert_eq(log_verify(log, NULL, NULL, NULL), 0);
    log_close(log);
}

static uint64_t folded_from(const char *checkpoint) {
    struct log *log;
    struct state *state;
    uint64_t from = 0;
    cr_assert_eq(log_lmdb_open(scratch_path(made->dir, LAYOUT_LOG), NULL, &log), 0);
    cr_assert_eq(founding_fold(log, checkpoint, &state, &from, NULL), 0);
    state_free(state);
    log_close(log);
    return from;
}

/* Two logs of one deployment can agree in length and in every time. */
Test(coordinator, a_checkpoint_of_another_log_is_not_taken) {
    process_kill(&coordinator);
    struct state *state = state_on_disk();
    uint8_t end[HV_HASH_BYTES];
    struct log *log;
    cr_assert_eq(log_lmdb_open(scratch_path(made->dir, LAYOUT_LOG), NULL, &log), 0);
    cr_assert_eq(founding_hash_at(log, state_position(state), end), 0);
    log_close(log);
    const char *path = scratch_path(made->dir, "other");
    cr_assert_eq(checkpoint_write(state, path, end), 0);
    cr_assert_eq(folded_from(path), state_position(state));
    end[5] ^= 1;
    cr_assert_eq(checkpoint_write(state, path, end), 0);
    cr_assert_eq(folded_from(path), 0);
    cr_assert_eq(checkpoint_write(state, path, NULL), 0);
    cr_assert_eq(folded_from(path), 0);
    state_free(state);
    start();
}

static void remove_region(const char *hash) {
    char name[PATH_MAX];
    snprintf(name, sizeof name, "%s/%s/zones.csv", LAYOUT_REGIONS, hash);
    cr_assert_eq(unlink(scratch_path(made->dir, name)), 0);
}

Test(coordinator, says_when_the_region_of_its_log_is_not_there) {
    const char *top = getenv("HAVEN_TOP");
    char path[512], whole[PATH_MAX];
    snprintf(path, sizeof path, "%s/simulations/regions/siouxfalls", top == NULL ? "." : top);
    cr_assert_not_null(realpath(path, whole));
    cr_ok(ask("{\"verb\": \"region-load\", \"path\": \"%s\"}", whole));
    json_t *reply = ask("{\"verb\": \"status\"}"), *region = json_object_get(reply, "region");
    cr_assert(json_is_true(json_object_get(region, "in_memory")));
    cr_assert_null(json_object_get(region, "fault"));
    json_decref(reply);
    reply = ask("{\"verb\": \"region\"}");
    cr_assert_eq(process_stop(&coordinator), 0);
    remove_region(json_string_value(json_object_get(reply, "hash")));
    json_decref(reply);
    start();
    reply = ask("{\"verb\": \"status\"}");
    region = json_object_get(reply, "region");
    cr_assert(json_is_false(json_object_get(region, "in_memory")));
    cr_assert_not_null(strstr(json_string_value(json_object_get(region, "fault")), "zones.csv"));
    json_decref(reply);
    cr_ok(ask("{\"verb\": \"region-load\", \"path\": \"%s\"}", whole));
    cr_assert_eq(process_stop(&coordinator), 0);
    start(); /* the package in its folder has been mended, too */
    reply = ask("{\"verb\": \"status\"}");
    cr_assert(json_is_true(json_object_get(json_object_get(reply, "region"), "in_memory")));
    json_decref(reply);
}

Test(coordinator, loads_a_region_and_plans_on_it) {
    const char *top = getenv("HAVEN_TOP");
    char path[512], whole[PATH_MAX];
    snprintf(path, sizeof path, "%s/simulations/regions/siouxfalls", top == NULL ? "." : top);
    cr_assert_not_null(realpath(path, whole));
    cr_ok(ask("{\"verb\": \"region-load\", \"path\": \"%s\"}", whole));
    cr_ok(ask("{\"verb\": \"incident-open\", \"name\": \"flood\", \"hazard\": \"flood\"}"));
    cr_ok(ask("{\"verb\": \"hazard\", \"id\": \"h\", \"kind\": \"flood\"}"));
    json_t *plan = ask("{\"verb\": \"plan-make\"}");
    cr_assert_gt(json_integer_value(json_object_get(plan, "plan")), 0);
    json_t *unseen = ask("{\"verb\": \"plan-approve\"}"); /* which? */
    cr_assert_str_eq(json_string_value(json_object_get(unseen, "error")), "value");
    json_decref(unseen);
    cr_ok(ask("{\"verb\": \"plan-approve\", \"plan\": %lld}",
              (long long)json_integer_value(json_object_get(plan, "plan"))));
    json_decref(plan);
    cr_assert_eq(process_stop(&coordinator), 0);
    struct state *state = state_on_disk();
    cr_assert_geq(state_count(state, STATE_PLAN), 1);
    cr_assert_neq(state_general(state)->plan_in_force, STATE_NONE);
    state_free(state);
    start();
    json_t *region = ask("{\"verb\": \"region\"}");
    cr_ok(region);
}

/* ---- a region swapped while planning runs ---- */

/* Sioux Falls with its shelters in another order and under other names, so that a plan tells which
 * of the two it is of. */
static void make_twin(struct region *twin, const char *to) {
    static char ids[64][16];
    uint32_t count = twin->shelter_count;
    cr_assert(count > 1 && count <= 64);
    struct region_shelter first = twin->shelters[0];
    memmove(twin->shelters, twin->shelters + 1, (count - 1) * sizeof first);
    twin->shelters[count - 1] = first;
    for (uint32_t i = 0; i < count; i++) {
        snprintf(ids[i], sizeof ids[i], "T%02u", i);
        twin->shelters[i].id = ids[i];
    }
    for (uint32_t i = 0; i < twin->stock_count; i++)
        if (twin->stock[i].shelter != REGION_NONE)
            twin->stock[i].shelter = (twin->stock[i].shelter + count - 1) % count;
    cr_assert_eq(region_folder_save(twin, to), 0);
}

static struct region *load_region(const char *from) {
    struct hv_fault_list faults;
    struct region *region;
    hv_fault_list_init(&faults);
    cr_assert_eq(region_load(from, &faults, &region), 0);
    hv_fault_list_deinit(&faults);
    return region;
}

/* Asks and does not wait for the answer. */
static int ask_ahead(const char *line) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s",
             scratch_path(made->dir, LAYOUT_SOCKET));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    cr_assert_eq(send(fd, line, strlen(line), MSG_NOSIGNAL), (ssize_t)strlen(line));
    return fd;
}

static bool is_answered(int fd) {
    struct pollfd answer = {.fd = fd, .events = POLLIN};
    return poll(&answer, 1, 0) == 1;
}

static void await_ok(int fd) {
    char reply[4096];
    ssize_t size = recv(fd, reply, sizeof reply - 1, 0);
    cr_assert_gt(size, 0);
    reply[size] = '\0';
    cr_assert_not_null(strstr(reply, "\"ok\":true"), "%s", reply);
    close(fd);
}

static bool has_said(const char *event) {
    char *said = region_files_read(scratch_path(made->dir, "stderr"));
    bool found = strstr(said, event) != NULL;
    free(said);
    return found;
}

struct by_region {
    struct hv_arena arena;
    struct region *regions[2];   /* with shelters S… and T… */
    uint8_t hash[HV_HASH_BYTES]; /* of the region at this point of the log */
    uint64_t hazard;             /* position; 0: nobody has to leave */
    unsigned plans, of_twin;
};

/* Its road ends where its shelter is. */
static void check_move(const struct by_region *look, const struct hv_plan_move *move) {
    const struct region *region = look->regions[*move->shelter == 'T'];
    uint32_t shelter = region_find_shelter(region, move->shelter);
    cr_assert_neq(shelter, REGION_NONE, "there is no %s", move->shelter);
    if (move->link_count == 0)
        return;
    uint32_t link = region_find_link(region, move->links[move->link_count - 1]);
    cr_assert_neq(link, REGION_NONE);
    cr_expect_eq(region->links[link].to, region->shelters[shelter].node,
                 "the road to %s ends elsewhere", move->shelter);
}

/* A plan is of the region that the log has named last before it, and of that alone. */
static int look_at_plan(void *context, const struct log_record *stored) {
    struct by_region *look = context;
    struct hv_verdict verdict;
    struct hv_record *record = NULL;
    hv_arena_reset(&look->arena);
    cr_assert_eq(hv_record_decode(stored->bytes, stored->size, &look->arena, &verdict, &record), 0);
    if (record->kind == HV_RECORD_REGION)
        memcpy(look->hash, record->region.hash, sizeof look->hash);
    if (record->kind == HV_RECORD_HAZARD)
        look->hazard = stored->position;
    if (record->kind != HV_RECORD_PLAN || look->hazard == 0 || record->plan.basis < look->hazard)
        return 0;
    cr_assert_gt(record->plan.move_count, 0);
    bool twin = *record->plan.moves[0].shelter == 'T';
    uint8_t hash[REGION_HASH_BYTES];
    cr_assert_eq(region_hash(look->regions[twin], hash), 0);
    cr_expect_eq(memcmp(record->plan.region_hash, hash, sizeof hash), 0);
    cr_expect_eq(memcmp(look->hash, hash, sizeof hash), 0, "the plan at %lu is of another region",
                 (unsigned long)stored->position);
    for (size_t i = 0; i < record->plan.move_count; i++)
        check_move(look, &record->plan.moves[i]);
    look->plans++;
    look->of_twin += twin;
    return 0;
}

static void check_plans(const char *real, const char *twin) {
    struct by_region look = {.regions = {load_region(real), load_region(twin)}};
    struct log *log;
    struct log_lmdb_options options = {.read_only = true};
    uint64_t bad = 0;
    hv_arena_init(&look.arena, 0);
    cr_assert_eq(log_lmdb_open(scratch_path(made->dir, LAYOUT_LOG), &options, &log), 0);
    cr_assert_eq(log_read(log, 1, log_last(log), look_at_plan, &look, &bad), 0);
    log_close(log);
    hv_arena_deinit(&look.arena);
    region_free(look.regions[0]);
    region_free(look.regions[1]);
    cr_assert_gt(look.of_twin, 0);
    cr_assert_gt(look.plans, look.of_twin);
}

Test(coordinator, a_region_swapped_while_planning_runs_gives_no_plan_of_the_old_one) {
    enum { ROUNDS_MAX = 200 };
    const char *top = getenv("HAVEN_TOP");
    char path[512], regions[2][PATH_MAX], load[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/simulations/regions/siouxfalls", top == NULL ? "." : top);
    cr_assert_not_null(realpath(path, regions[0]));
    snprintf(regions[1], sizeof regions[1], "%s", scratch_path(made->dir, "twin"));
    struct region *region = load_region(regions[0]);
    make_twin(region, regions[1]);
    region_free(region);
    cr_ok(ask("{\"verb\": \"region-load\", \"path\": \"%s\"}", regions[0]));
    cr_ok(ask("{\"verb\": \"incident-open\", \"name\": \"flood\", \"hazard\": \"flood\"}"));
    cr_ok(ask("{\"verb\": \"hazard\", \"id\": \"h\", \"kind\": \"flood\"}"));
    cr_ok(ask("{\"verb\": \"plan-make\"}"));
    int round = 0;
    while (round < ROUNDS_MAX && (round < 4 || !has_said("event=plan-anew"))) {
        round++;
        snprintf(load, sizeof load, "{\"verb\": \"region-load\", \"path\": \"%s\"}\n",
                 regions[round % 2]);
        int waits = ask_ahead(load);
        while (!is_answered(waits))
            cr_ok(ask("{\"verb\": \"plan-make\"}"));
        await_ok(waits);
    }
    cr_assert_lt(round, ROUNDS_MAX, "no plan was under way at any swap");
    cr_ok(ask("{\"verb\": \"plan-make\"}"));
    cr_assert_eq(process_stop(&coordinator), 0);
    check_plans(regions[0], regions[1]);
    start();
}
