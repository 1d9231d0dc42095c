/* haven-node as a process, against a coordinator behind a real ROUTER. */
#include "schemas/platform/clock.h"
#include "schemas/platform/control.h"
#include "tests/support/fake_server.h"
#include "tests/support/process.h"
#include "tests/support/sanitized.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct fake_server server;
static struct process node;
static char *folder;
static char node_dir[PATH_MAX], program[PATH_MAX], log_path[PATH_MAX], socket_path[PATH_MAX];

static void write_invitation(const char *path) {
    FILE *file = fopen(path, "w");
    fprintf(file,
            "{\"format\": \"haven.deployment/1\", \"deployment\": "
            "\"07000000000000000000000000000000\", \"mode\": \"exercise\", "
            "\"endpoints\": [\"%s\"], \"server_key\": \"%s\"}",
            server.endpoint, server.public_z85);
    fclose(file);
}

static void start_node(void) {
    const char *const run[] = {program, "run", node_dir, NULL};
    daemon_start(&node, run, log_path);
}

static void set_up(void) {
    static const uint8_t deployment[HV_ID128_BYTES] = {7};
    char invitation[PATH_MAX], *printed;
    folder = scratch_make();
    fake_server_init(&server, deployment);
    build_path("bin/haven-node", program, sizeof program);
    snprintf(node_dir, sizeof node_dir, "%s", scratch_path(folder, "S01"));
    snprintf(log_path, sizeof log_path, "%s", scratch_path(folder, "log"));
    snprintf(socket_path, sizeof socket_path, "%s", scratch_path(folder, "S01/control.sock"));
    snprintf(invitation, sizeof invitation, "%s", scratch_path(folder, "deployment.json"));
    write_invitation(invitation);
    const char *const init[] = {program,  "init",    node_dir,       "--id",     "S01",
                                "--role", "shelter", "--deployment", invitation, NULL};
    cr_assert_eq(program_run(init, log_path, &printed), 0);
    cr_assert_eq(strlen(printed), 41, "a public key in Z85: %s", printed);
    free(printed);
    start_node();
}

static void tear_down(void) {
    if (node.pid > 0)
        process_kill(&node);
    fake_server_deinit(&server);
    scratch_remove(folder);
}

TestSuite(node_daemon, .init = set_up, .fini = tear_down, .timeout = 240);

/* ---- asking ---- */

static struct control_client *client(void) {
    struct control_client *made;
    cr_assert_eq(control_connect(socket_path, &made), HV_OK);
    return made;
}

static json_t *ask(struct control_client *to, json_t *request) {
    json_t *reply = NULL;
    int error = control_call(to, request, 60000, &reply);
    json_decref(request);
    return error == HV_OK ? reply : NULL;
}

static json_t *ask_once(json_t *request) {
    struct control_client *to = client();
    json_t *reply = ask(to, request);
    control_close(to);
    cr_assert_not_null(reply);
    return reply;
}

static json_t *note(uint64_t number) {
    char text[32];
    snprintf(text, sizeof text, "n-%llu", (unsigned long long)number);
    return json_pack("{s:s, s:s}", "verb", "note", "text", text);
}

static void enter_notes(struct control_client *to, uint64_t first, uint64_t count) {
    json_t *commands = json_array();
    for (uint64_t i = 0; i < count; i++)
        json_array_append_new(commands, note(first + i));
    json_t *reply = ask(to, json_pack("{s:s, s:o}", "verb", "batch", "commands", commands));
    cr_assert_not_null(reply);
    cr_assert_eq(json_integer_value(json_object_get(reply, "failed")), 0);
    cr_assert_eq(json_array_size(json_object_get(reply, "results")), count);
    json_decref(reply);
}

static bool is_ok(const json_t *reply) {
    return json_is_true(json_object_get(reply, "ok"));
}

static uint64_t held;

static bool has_held(void *context) {
    (void)context;
    return server.coordinator.held[HV_LANE_HISTORY] >= held;
}

static bool never(void *context) {
    (void)context;
    return false;
}

static void serve_until_held(uint64_t sequence) {
    held = sequence;
    cr_assert(fake_server_serve(&server, has_held, NULL, 60000), "%llu of %llu reports arrived",
              (unsigned long long)server.coordinator.held[HV_LANE_HISTORY],
              (unsigned long long)sequence);
}

/* ---- measuring ---- */

static long rss_anon_kib(pid_t pid) {
    char path[64], line[256];
    long kib = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "RssAnon: %ld", &kib) == 1)
            break;
    fclose(file);
    return kib;
}

static uint64_t cpu_ns(pid_t pid) {
    char path[320];
    uint64_t sum = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        unsigned long long ns = 0;
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)pid, task->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL)
            continue;
        if (fscanf(file, "%llu", &ns) == 1)
            sum += ns;
        fclose(file);
    }
    closedir(tasks);
    return sum;
}

/* ---- tests ---- */

static json_t *enter_once(const char *device, json_int_t number, json_t *commands) {
    return ask_once(json_pack("{s:s, s:{s:s, s:I}, s:o}", "verb", "batch", "once", "device", device,
                              "number", number, "commands", commands));
}

static json_t *people_move(const char *verb, int adults) {
    return json_pack("{s:s, s:{s:i}}", "verb", verb, "people", "adult", adults);
}

static json_int_t failed_of(json_t *reply) {
    json_int_t failed = json_integer_value(json_object_get(reply, "failed"));
    json_decref(reply);
    return failed;
}

static json_int_t people_here(void) {
    json_t *status = ask_once(json_pack("{s:s}", "verb", "status"));
    json_int_t total =
        json_integer_value(json_object_get(json_object_get(status, "people"), "total"));
    json_decref(status);
    return total;
}

Test(node_daemon, entries_that_go_together_stop_at_a_refusal_and_are_taken_once) {
    json_t *made = ask_once(json_pack("{s:s}", "verb", "device-new"));
    const char *device = json_string_value(json_object_get(made, "device"));
    json_t *wrong = json_pack("[o, o]", people_move("check-out", 5), people_move("check-in", 2));
    cr_assert_eq(failed_of(enter_once(device, 1, wrong)), 2, "the second is not tried");
    cr_assert_eq(people_here(), 0);
    for (int times = 0; times < 2; times++) {
        json_t *right = json_pack("[o, o]", people_move("check-in", 3), people_move("check-in", 4));
        cr_assert_eq(failed_of(enter_once(device, 1, right)), 0);
        cr_assert_eq(people_here(), 7);
    }
    json_decref(made);
}

Test(node_daemon, delivers_what_was_entered_and_stops_cleanly) {
    json_t *reply =
        ask_once(json_pack("{s:s, s:{s:i, s:i}, s:s, s:i}", "verb", "check-in", "people", "adult",
                           3, "wheelchair", 1, "zone", "Z4", "ref", 7));
    cr_assert(is_ok(reply));
    cr_assert_eq(json_integer_value(json_object_get(reply, "sequence")), 1);
    cr_assert_eq(json_integer_value(json_object_get(reply, "ref")), 7);
    json_decref(reply);
    serve_until_held(1);
    reply = ask_once(json_pack("{s:s, s:{s:i}}", "verb", "check-out", "people", "adult", 9));
    cr_assert(!is_ok(reply));
    json_decref(reply);
    cr_assert_eq(process_stop(&node), 0);
    cr_assert_eq(access(socket_path, F_OK), -1, "the socket is gone");
    node.pid = 0;
}

/* Both lines are there when the node reads, and are served in one turn. */
Test(node_daemon, stops_whatever_is_asked_after_it) {
    static const char lines[] = "{\"verb\":\"stop\"}\n{\"verb\":\"ping\"}\n";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_lt(strlen(socket_path), sizeof address.sun_path);
    memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
    cr_assert_eq(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(write(fd, lines, sizeof lines - 1), sizeof lines - 1);
    cr_assert_eq(process_wait(&node), 0);
    close(fd);
    node.pid = 0;
}

static void check_order_of_arrival(uint64_t told) {
    uint64_t arrived = 0;
    for (size_t i = 0; i < server.coordinator.count; i++) {
        const struct fake_report *report = &server.coordinator.reports[i];
        if (report->lane == HV_LANE_HISTORY)
            cr_assert_eq(report->number, ++arrived);
    }
    cr_assert_eq(arrived, told);
}

/* Changes a byte of what the outbox stored, as a bad disk does. */
static void damage(const char *text) {
    static uint8_t file[1 << 20];
    int descriptor = open(scratch_path(folder, "S01/outbox/data.mdb"), O_RDWR | O_CLOEXEC);
    ssize_t size = read(descriptor, file, sizeof file);
    cr_assert_gt(size, 0);
    unsigned found = 0;
    for (uint8_t *at = file; (at = memmem(at, (size_t)(file + size - at), text, strlen(text)));
         at++, found++)
        cr_assert_eq(pwrite(descriptor, "#", 1, at - file), 1);
    cr_assert_geq(found, 1);
    close(descriptor);
}

Test(node_daemon, goes_on_where_the_disk_gives_one_report_back_damaged) {
    struct control_client *to = client();
    enter_notes(to, 1001, 30);
    damage("n-1007");
    damage("n-1008");
    serve_until_held(30);
    json_t *status = ask(to, json_pack("{s:s}", "verb", "status"));
    cr_assert_eq(json_integer_value(json_object_get(status, "lost")), 2);
    json_decref(status);
    control_close(to);
    for (size_t i = 0; i < server.coordinator.count; i++) {
        const struct fake_report *report = &server.coordinator.reports[i];
        if (report->lane != HV_LANE_HISTORY)
            continue;
        bool damaged = report->sequence == 7 || report->sequence == 8;
        cr_assert_eq(report->kind, HV_REPORT_NOTE);
        cr_assert_eq(report->number, damaged ? 0 : 1000 + report->sequence);
    }
}

Test(node_daemon, loses_nothing_that_it_told_stored_when_killed_at_any_moment) {
    uint64_t told = 0;
    for (int round = 0; round < 25; round++) {
        struct control_client *to = client();
        for (int i = 0; i <= round % 5; i++) {
            enter_notes(to, told + 1, 20);
            told += 20;
        }
        fake_server_serve(&server, never, NULL, round % 3 * 20);
        process_kill(&node);
        control_close(to);
        if (round % 7 == 3) {
            fake_server_close(&server);
            fake_server_open(&server);
        }
        start_node();
    }
    serve_until_held(told);
    check_order_of_arrival(told);
}

static json_t *first_order(void) {
    json_t *reply = ask_once(json_pack("{s:s}", "verb", "orders"));
    json_t *order = json_incref(json_array_get(json_object_get(reply, "orders"), 0));
    json_decref(reply);
    return order;
}

Test(node_daemon, stores_orders_shows_them_and_answers) {
    json_decref(ask_once(note(1)));
    serve_until_held(1);
    struct hv_order order = {.id = 17,
                             .revision = 1,
                             .kind = HV_ORDER_OPEN,
                             .post = HV_POST_NODE,
                             .addressee = "S01",
                             .state = HV_ORDER_ISSUED,
                             .shelter = "S01",
                             .counterpart = "",
                             .waybill = "",
                             .vehicle = "",
                             .text = "open the hall"};
    struct hv_envelope sent = fake_coordinator_order(&server.coordinator, &order);
    fake_server_send(&server, &sent);
    serve_until_held(2); /* the answer “stored” */
    process_kill(&node);
    start_node();
    json_t *shown = first_order();
    cr_assert_str_eq(json_string_value(json_object_get(shown, "text")), "open the hall");
    cr_assert_str_eq(json_string_value(json_object_get(shown, "state")), "stored");
    json_decref(shown);
    json_t *reply =
        ask_once(json_pack("{s:s, s:i, s:s}", "verb", "answer", "order", 17, "state", "accepted"));
    cr_assert(is_ok(reply));
    json_decref(reply);
    serve_until_held(4); /* seen, accepted */
}

Test(node_daemon, holds_100000_waiting_reports_in_12_mib) {
    struct control_client *to = client();
    fake_server_close(&server);
    for (uint64_t first = 1; first <= 100000; first += 4000)
        enter_notes(to, first, 4000);
    long entered = rss_anon_kib(node.pid);
    process_kill(&node);
    control_close(to);
    uint64_t started = clock_real_ms();
    start_node();
    uint64_t start_ms = clock_real_ms() - started;
    fake_server_open(&server);
    serve_until_held(5000);
    long sending = rss_anon_kib(node.pid);
    printf("RssAnon with 100,000 waiting: %ld KiB entered, %ld KiB sending; start %llu ms\n",
           entered, sending, (unsigned long long)start_ms);
    cr_assert(SANITIZED || entered <= 12 * 1024);
    cr_assert(SANITIZED || sending <= 12 * 1024);
    json_t *reply =
        ask_once(json_pack("{s:s, s:i, s:i}", "verb", "records", "from", 99999, "limit", 10));
    json_t *records = json_object_get(reply, "records"), *last = json_array_get(records, 1);
    cr_assert_eq(json_array_size(records), 2);
    cr_assert_eq(json_integer_value(json_object_get(last, "sequence")), 100000);
    cr_assert_str_eq(json_string_value(json_object_get(last, "state")), "waiting");
    json_decref(reply);
}

Test(node_daemon, idles_on_less_than_a_second_of_processor_time_an_hour) {
    json_decref(ask_once(note(1)));
    serve_until_held(1);
    fake_server_serve(&server, never, NULL, 1000);
    uint64_t before = cpu_ns(node.pid), started = clock_real_ms();
    fake_server_serve(&server, never, NULL, 10500); /* a beat */
    uint64_t spent = cpu_ns(node.pid) - before, passed = clock_real_ms() - started;
    double hour_s = (double)spent / 1e9 * 3600000.0 / (double)passed;
    printf("idle: %.3f s of processor time an hour\n", hour_s);
    cr_assert(SANITIZED || hour_s <= 1.0);
}
