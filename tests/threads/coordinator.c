/* The whole coordinator in one process: its loop, writer, planner and tasks at work while several
 * operators ask and decide at once. A plain program for the thread sanitizer: exits 0 where every
 * question was answered and the coordinator stopped well. */
#include "coordinator/daemon.h"
#include "coordinator/founding.h"
#include "coordinator/layout.h"
#include "coordinator/log/log_lmdb.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/control.h"
#include "schemas/platform/deployment.h"
#include "schemas/platform/keys.h"

#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPERATORS = 4, ROUNDS = 12, PATIENCE_MS = 60000 };

static char top[] = "/tmp/haven-threads-XXXXXX", dir[64], socket_path[96];

static void check(bool right, const char *what) {
    if (right)
        return;
    fprintf(stderr, "coordinator: %s\n", what);
    exit(1);
}

/* ---- founding ---- */

static const char *below(const char *name) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void start_log(const struct deployment *deployment) {
    struct log *log = NULL;
    struct hv_log_started started = {.mode = deployment->mode, .name = deployment->name};
    struct log_lmdb_options options = {.map_bytes = (size_t)1 << 30};
    memcpy(started.deployment, deployment->id, sizeof started.deployment);
    keys_random(started.log, sizeof started.log);
    check(log_lmdb_open(below(LAYOUT_LOG), &options, &log) == 0, "no log");
    check(founding_start(log, &started, clock_wall_ms()) == 0, "the log does not start");
    log_close(log);
}

static void found(void) {
    struct deployment deployment = {.mode = HV_MODE_EXERCISE, .endpoint_count = 1, .name = "T"};
    struct settings settings = settings_default();
    struct key_pair key;
    check(mkdtemp(top) != NULL, "no folder");
    snprintf(dir, sizeof dir, "%s/city", top);
    snprintf(socket_path, sizeof socket_path, "%s/" LAYOUT_SOCKET, dir);
    check(mkdir(dir, 0700) == 0 && keys_make(&key) == 0, "no folder or key");
    keys_random(deployment.id, sizeof deployment.id);
    snprintf(settings.bind[0], DEPLOYMENT_ENDPOINT_BYTES, "ipc://%s/gate", top);
    settings.log_map_gib = 1;
    settings.plan_every_ms = 10;
    snprintf(deployment.endpoints[0], DEPLOYMENT_ENDPOINT_BYTES, "%s", settings.bind[0]);
    memcpy(deployment.server_key, key.public_text, KEYS_TEXT_BYTES);
    check(settings_save(below(LAYOUT_SETTINGS), &settings) == 0, "no settings");
    check(keys_save(below(LAYOUT_KEY), &key) == 0, "no key");
    start_log(&deployment);
    check(deployment_save(below(LAYOUT_INVITATION), &deployment) == 0, "no invitation");
}

/* ---- operators ---- */

static json_t *ask(struct control_client *client, json_t *request) {
    json_t *reply = NULL;
    check(control_call(client, request, PATIENCE_MS, &reply) == 0, "no answer");
    json_decref(request);
    return reply;
}

static void ask_ok(struct control_client *client, json_t *request) {
    json_t *reply = ask(client, request);
    if (!json_is_true(json_object_get(reply, "ok"))) {
        json_dumpf(reply, stderr, 0);
        check(false, " is the answer");
    }
    json_decref(reply);
}

static json_t *verb(const char *name) {
    return json_pack("{s:s}", "verb", name);
}

static struct control_client *connect_operator(void) {
    struct control_client *client = NULL;
    uint64_t until = clock_real_ms() + PATIENCE_MS;
    while (control_connect(socket_path, &client) != 0) {
        check(clock_real_ms() < until, "nobody listens");
        poll(NULL, 0, 10);
    }
    return client;
}

static void set_the_scene(struct control_client *client) {
    const char *home = getenv("HAVEN_TOP");
    char path[PATH_MAX], whole[PATH_MAX];
    snprintf(path, sizeof path, "%s/simulations/regions/siouxfalls", home == NULL ? "." : home);
    check(realpath(path, whole) != NULL, "no region");
    ask_ok(client, json_pack("{s:s, s:s}", "verb", "region-load", "path", whole));
    ask_ok(client, json_pack("{s:s, s:s, s:s}", "verb", "incident-open", "name", "flood", "hazard",
                             "flood"));
    ask_ok(client, json_pack("{s:s, s:s, s:s}", "verb", "hazard", "id", "h", "kind", "flood"));
}

static void *operate(void *context) {
    const int *number = context;
    struct control_client *client = connect_operator();
    for (int round = 0; round < ROUNDS; round++) {
        char path[128];
        ask_ok(client, json_pack("{s:s, s:s}", "verb", "note", "text", "the dike is watched"));
        json_decref(ask(client, verb("verify"))); /* busy is an answer */
        json_decref(ask(client, verb("log")));
        json_decref(ask(client, verb("plan-make")));
        ask_ok(client, verb("status"));
        ask_ok(client, verb("shelters"));
        snprintf(path, sizeof path, "%s/backup-%d-%d", top, *number, round);
        if (round % 6 == 0)
            json_decref(ask(client, json_pack("{s:s, s:s}", "verb", "backup", "path", path)));
    }
    control_close(client);
    return NULL;
}

/* ---- program ---- */

static void *run_coordinator(void *ret_status) {
    int *status = ret_status;
    *status = daemon_run(dir);
    return NULL;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
    (void)info, (void)kind, (void)place;
    return remove(path);
}

int main(void) {
    static const int numbers[OPERATORS] = {0, 1, 2, 3};
    pthread_t coordinator, operators[OPERATORS];
    int status = -1;
    found();
    check(pthread_create(&coordinator, NULL, run_coordinator, &status) == 0, "no thread");
    struct control_client *client = connect_operator();
    set_the_scene(client);
    for (int i = 0; i < OPERATORS; i++)
        check(pthread_create(&operators[i], NULL, operate, (void *)(uintptr_t)&numbers[i]) == 0,
              "no thread");
    for (int i = 0; i < OPERATORS; i++)
        pthread_join(operators[i], NULL);
    ask_ok(client, verb("stop"));
    control_close(client);
    pthread_join(coordinator, NULL);
    check(status == 0, "the coordinator ended badly");
    nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}
