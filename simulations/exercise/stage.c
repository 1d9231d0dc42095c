#include "simulations/exercise/stage.h"

#include "schemas/platform/clock.h"
#include "schemas/platform/deployment.h"
#include "simulations/exercise/records.h"
#include "simulations/exercise/relay.h"
#include "simulations/exercise/said.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define READY_MS 20000
#define CALL_MS 20000
#define STOP_MS 10000
#define BEAT_S 4u /* a node sends a beat every 10 s: silent for 12 s is stale */

uint64_t stage_now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

int stage_fail(struct stage *stage, int error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(stage->trouble, sizeof stage->trouble, format, arguments);
    va_end(arguments);
    return error;
}

/* ---- folders and programs ---- */

static int path_of(char path[PATH_MAX], const char *dir, const char *name) {
    return snprintf(path, PATH_MAX, "%s/%s", dir, name) < PATH_MAX ? 0 : HV_ERR_LIMIT;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where) {
    (void)status, (void)kind, (void)where;
    return remove(path);
}

/* Only folders that an exercise made are removed: they hold its mark. */
static int clear_folder(struct stage *stage) {
    char mark[PATH_MAX];
    int error = path_of(mark, stage->dir, "haven-exercise");
    if (error != 0 || access(stage->dir, F_OK) != 0)
        return error;
    if (access(mark, F_OK) != 0 && rmdir(stage->dir) != 0)
        return stage_fail(
            stage, HV_ERR_EXISTS,
            "%s is there and was not made by an exercise; name another folder with --dir",
            stage->dir);
    if (access(stage->dir, F_OK) == 0 &&
        nftw(stage->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        return stage_fail(stage, HV_ERR_IO, "%s cannot be removed: %s", stage->dir,
                          strerror(errno));
    return 0;
}

static int make_parents(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int made = mkdir(path, 0755);
        *slash = '/';
        if (made != 0 && errno != EEXIST)
            return HV_ERR_IO;
    }
    return 0;
}

static int make_folder(struct stage *stage, const char *dir) {
    char mark[PATH_MAX];
    if (dir == NULL) {
        snprintf(stage->dir, sizeof stage->dir, "%s", "/tmp/haven-exercise-XXXXXX");
        if (mkdtemp(stage->dir) == NULL)
            return stage_fail(stage, HV_ERR_IO, "no temporary folder: %s", strerror(errno));
    } else {
        char here[PATH_MAX] = "";
        if (dir[0] != '/' && getcwd(here, sizeof here) == NULL)
            return stage_fail(stage, HV_ERR_IO, "the present folder is unknown: %s",
                              strerror(errno));
        if (snprintf(stage->dir, sizeof stage->dir, "%s%s%s", here, dir[0] == '/' ? "" : "/",
                     dir) >= (int)sizeof stage->dir)
            return stage_fail(stage, HV_ERR_LIMIT, "the path of the folder is too long");
        int error = clear_folder(stage);
        if (error != 0)
            return error;
        if (make_parents(stage->dir) != 0 || mkdir(stage->dir, 0700) != 0)
            return stage_fail(stage, HV_ERR_IO, "%s cannot be made: %s", stage->dir,
                              strerror(errno));
    }
    FILE *file = path_of(mark, stage->dir, "haven-exercise") == 0 ? fopen(mark, "w") : NULL;
    if (file == NULL)
        return stage_fail(stage, HV_ERR_IO, "%s cannot be written: %s", mark, strerror(errno));
    fputs("made by haven-exercise; removed by its next run\n", file);
    fclose(file);
    return 0;
}

static int find_programs(struct stage *stage) {
    ssize_t size = readlink("/proc/self/exe", stage->bin, sizeof stage->bin - 1);
    char *slash;
    if (size <= 0)
        return stage_fail(stage, HV_ERR_IO, "the folder of the programs is unknown");
    stage->bin[size] = '\0';
    slash = strrchr(stage->bin, '/');
    *slash = '\0';
    static const char *const names[] = {"haven", "haven-node", "haven-coordinator"};
    for (size_t i = 0; i < 3; i++) {
        char path[PATH_MAX];
        if (path_of(path, stage->bin, names[i]) != 0 || access(path, X_OK) != 0)
            return stage_fail(stage, HV_ERR_NOT_FOUND, "%s/%s is not there; run `make` first",
                              stage->bin, names[i]);
    }
    return 0;
}

/* Runs one of our programs to its end; anything but 0 is told with what it said. */
static int run_program(struct stage *stage, const char *name, const char *const *words,
                       char **ret_output) {
    const char *argv[24];
    char program[PATH_MAX], log[PATH_MAX];
    char *output = NULL;
    size_t count = 1;
    int status = 0;
    if (path_of(program, stage->bin, name) != 0 || path_of(log, stage->dir, "commands.log") != 0)
        return stage_fail(stage, HV_ERR_LIMIT, "the path of the folder is too long");
    argv[0] = program;
    for (; words[count - 1] != NULL && count < 23; count++)
        argv[count] = words[count - 1];
    argv[count] = NULL;
    int error = child_run(argv, log, &output, &status);
    if (error == 0 && status != 0)
        error = stage_fail(stage, HV_ERR_STATE, "`%s %s` ended with status %d; see %s", name,
                           words[0], status, log);
    else if (error != 0)
        (void)stage_fail(stage, error, "%s cannot be run: %s", program, strerror(errno));
    if (error == 0 && ret_output != NULL)
        *ret_output = output;
    else
        free(output);
    return error;
}

/* ---- headquarters ---- */

static int quicken(struct stage *stage) {
    char path[PATH_MAX];
    struct settings settings;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    int error = path_of(path, stage->dir, "coordinator/haven.yaml");
    if (error == 0)
        error = settings_load(path, &faults, &settings);
    if (error == 0) {
        settings.beat_s = BEAT_S;
        settings.approval = APPROVAL_MANUAL;
        settings.log_map_gib = 1;
        error = settings_save(path, &settings);
    }
    hv_fault_list_deinit(&faults);
    return error == 0
               ? 0
               : stage_fail(stage, error, "%s cannot be set up (%s)", path, hv_error_text(error));
}

static int found(struct stage *stage, const char *name) {
    char dir[PATH_MAX], endpoint[64], http[64];
    int error = relay_free_port(&stage->port);
    do
        error = error == 0 ? relay_free_port(&stage->http_port) : error;
    while (error == 0 && stage->http_port == stage->port);
    if (error != 0 || path_of(dir, stage->dir, "coordinator") != 0)
        return stage_fail(stage, HV_ERR_IO, "no port of loopback is free");
    snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", stage->port);
    snprintf(http, sizeof http, "127.0.0.1:%u", stage->http_port);
    const char *const words[] = {"init",   dir,          "--exercise", "--name", name, "--bind",
                                 endpoint, "--endpoint", endpoint,     "--http", http, NULL};
    error = run_program(stage, "haven", words, NULL);
    return error != 0 ? error : quicken(stage);
}

static int connect_headquarters(struct stage *stage) {
    char path[PATH_MAX];
    if (path_of(path, stage->dir, "coordinator/control.sock") != 0)
        return HV_ERR_LIMIT;
    int error = control_connect(path, &stage->headquarters);
    return error == 0 ? 0
                      : stage_fail(stage, error, "the coordinator does not answer at %s (%s)", path,
                                   hv_error_text(error));
}

int stage_start_coordinator(struct stage *stage) {
    char program[PATH_MAX], dir[PATH_MAX], log[PATH_MAX];
    if (path_of(program, stage->bin, "haven-coordinator") != 0 ||
        path_of(dir, stage->dir, "coordinator") != 0 ||
        path_of(log, stage->dir, "coordinator.log") != 0)
        return HV_ERR_LIMIT;
    const char *const argv[] = {program, dir, NULL};
    int error = child_start(&stage->coordinator, "coordinator", argv, log, true);
    if (error == 0)
        error = child_wait_ready(&stage->coordinator, READY_MS);
    if (error != 0)
        return stage_fail(stage, error, "the coordinator did not start (%s); see %s",
                          hv_error_text(error), log);
    return connect_headquarters(stage);
}

void stage_kill_coordinator(struct stage *stage) {
    control_close(stage->headquarters);
    stage->headquarters = NULL;
    child_kill(&stage->coordinator);
}

/* The words of a refusal, for `trouble`. */
static int refused(struct stage *stage, const char *who, const json_t *request, json_t *reply) {
    const char *words = json_string_value(json_object_get(reply, "text"));
    const char *verb = json_string_value(json_object_get(request, "verb"));
    if (words == NULL)
        words = json_string_value(json_object_get(reply, "message"));
    int error = stage_fail(stage, HV_ERR_STATE, "%s refuses “%s”: %s", who,
                           verb == NULL ? "" : verb, words == NULL ? "no reason given" : words);
    json_decref(reply);
    return error;
}

static int call(struct stage *stage, struct control_client *client, const char *who,
                const json_t *request, json_t **ret_reply) {
    json_t *reply = NULL;
    if (request == NULL)
        return stage_fail(stage, HV_ERR_MEMORY, "no memory");
    if (client == NULL)
        return stage_fail(stage, HV_ERR_CLOSED, "%s is not there", who);
    int error = control_call(client, request, CALL_MS, &reply);
    if (error != 0) {
        const char *verb = json_string_value(json_object_get(request, "verb"));
        return stage_fail(stage, error, "%s does not answer “%s” (%s)", who,
                          verb == NULL ? "" : verb, hv_error_text(error));
    }
    if (!json_is_true(json_object_get(reply, "ok")))
        return refused(stage, who, request, reply);
    if (ret_reply != NULL)
        *ret_reply = reply;
    else
        json_decref(reply);
    return 0;
}

int stage_ask(struct stage *stage, json_t *request, json_t **ret_reply) {
    int error = call(stage, stage->headquarters, "the coordinator", request, ret_reply);
    json_decref(request);
    return error;
}

int stage_set_clock(struct stage *stage, int64_t start_wall_ms, uint64_t elapsed_ms,
                    uint32_t rate_permille) {
    return stage_ask(stage,
                     json_pack("{s:s, s:I, s:I, s:I}", "verb", "clock", "start_wall_ms",
                               (json_int_t)start_wall_ms, "elapsed_ms", (json_int_t)elapsed_ms,
                               "rate_permille", (json_int_t)rate_permille),
                     NULL);
}

/* ---- opening and closing ---- */

int stage_open(struct stage *stage, const char *dir, const char *name, struct terminal *terminal) {
    *stage = (struct stage){.terminal = terminal,
                            .desks = calloc(STAGE_DESKS_MAX, sizeof(struct desk)),
                            .audit = audit_new(),
                            .acknowledged_us = calloc(STAGE_SAMPLES_MAX, sizeof(uint32_t))};
    if (stage->desks == NULL || stage->audit == NULL || stage->acknowledged_us == NULL)
        return stage_fail(stage, HV_ERR_MEMORY, "no memory");
    int error = find_programs(stage);
    if (error == 0)
        error = make_folder(stage, dir);
    if (error == 0)
        error = found(stage, name);
    return error == 0 ? stage_start_coordinator(stage) : error;
}

bool stage_close(struct stage *stage) {
    bool clean = true;
    for (size_t i = 0; i < stage->desk_count; i++) {
        clean = desk_stop(&stage->desks[i]) && clean;
        json_decref(stage->desks[i].paper);
    }
    control_close(stage->headquarters);
    stage->headquarters = NULL;
    clean = child_stop(&stage->coordinator, STOP_MS) && clean;
    free(stage->desks);
    free(stage->acknowledged_us);
    audit_free(stage->audit);
    stage->desks = NULL;
    stage->acknowledged_us = NULL;
    stage->audit = NULL;
    stage->desk_count = 0;
    return clean;
}

/* ---- desks ---- */

struct desk *stage_desk(struct stage *stage, const char *id) {
    for (size_t i = 0; i < stage->desk_count; i++)
        if (strcmp(stage->desks[i].id, id) == 0)
            return &stage->desks[i];
    return NULL;
}

/* The invitation, with another endpoint where the node's way goes over a relay. */
static int write_invitation(struct stage *stage, uint16_t port, char path[PATH_MAX]) {
    struct deployment deployment;
    struct hv_fault_list faults;
    int error = path_of(path, stage->dir, "coordinator/deployment.json");
    if (error != 0 || port == 0)
        return error;
    hv_fault_list_init(&faults);
    error = deployment_load(path, &faults, &deployment);
    if (error == 0) {
        deployment.endpoint_count = 1;
        snprintf(deployment.endpoints[0], sizeof deployment.endpoints[0], "tcp://127.0.0.1:%u",
                 port);
        error = path_of(path, stage->dir, "relayed.json");
    }
    if (error == 0)
        error = deployment_save(path, &deployment);
    hv_fault_list_deinit(&faults);
    return error;
}

/* The 40 characters of Z85 that `haven-node init --json` says, or that stand alone on a line. */
static bool find_key(const char *output, char key[41]) {
    json_t *said = json_loads(output, 0, NULL);
    const char *text = json_string_value(json_object_get(said, "public_key"));
    bool found_it = text != NULL && strlen(text) == 40;
    if (found_it)
        memcpy(key, text, 41);
    json_decref(said);
    return found_it;
}

static int enrol(struct stage *stage, const struct desk *desk, const char *key) {
    return stage_ask(stage,
                     json_pack("{s:s, s:s, s:s, s:s}", "verb", "enroll", "node", desk->id, "role",
                               hv_role_word(desk->role), "key", key),
                     NULL);
}

int stage_add_desk(struct stage *stage, const char *id, enum hv_role role, uint16_t port,
                   struct desk **ret_desk) {
    char invitation[PATH_MAX], nodes[PATH_MAX], key[41];
    char *output = NULL;
    struct desk *desk = &stage->desks[stage->desk_count];
    if (stage->desk_count == STAGE_DESKS_MAX)
        return stage_fail(stage, HV_ERR_LIMIT, "more than %u nodes", STAGE_DESKS_MAX);
    *desk = (struct desk){.role = role, .paper = json_array()};
    stage->desk_count++;
    desk->process.notify_fd = -1;
    snprintf(desk->id, sizeof desk->id, "%s", id);
    if (path_of(nodes, stage->dir, "nodes") != 0 || path_of(desk->dir, nodes, id) != 0)
        return stage_fail(stage, HV_ERR_LIMIT, "the path of the folder is too long");
    if (mkdir(nodes, 0700) != 0 && errno != EEXIST)
        return stage_fail(stage, HV_ERR_IO, "%s cannot be made: %s", nodes, strerror(errno));
    int error = write_invitation(stage, port, invitation);
    if (error != 0)
        return stage_fail(stage, error, "the invitation cannot be read or written (%s)",
                          hv_error_text(error));
    const char *const words[] = {
        "init",         desk->dir,  "--id",   id,  "--role", hv_role_word(role),
        "--deployment", invitation, "--json", NULL};
    error = run_program(stage, "haven-node", words, &output);
    if (error != 0)
        return error;
    bool has_key = find_key(output, key);
    free(output);
    if (!has_key)
        return stage_fail(stage, HV_ERR_FORMAT, "haven-node init did not say the public key of %s",
                          id);
    error = enrol(stage, desk, key);
    if (error == 0)
        *ret_desk = desk;
    return error;
}

int desk_open_page(struct stage *stage, struct desk *desk, const char *pin, const char *region,
                   uint16_t *ret_port) {
    char card[PATH_MAX], listen[32];
    char *output = NULL;
    uint16_t port;
    if (path_of(card, stage->dir, "card.json") != 0 || relay_free_port(&port) != 0)
        return stage_fail(stage, HV_ERR_IO, "no port of loopback is free");
    snprintf(listen, sizeof listen, "127.0.0.1:%u", port);
    const char *const names[] = {"region", "card", region, "-o", card, NULL};
    const char *const page[] = {"desk", desk->dir, "--listen", listen, "--pin",
                                pin,    "--card",  card,       NULL};
    int error = run_program(stage, "haven", names, &output);
    free(output);
    output = NULL;
    if (error == 0)
        error = run_program(stage, "haven-node", page, &output);
    free(output);
    if (error == 0)
        *ret_port = port;
    return error;
}

static int enter_paper(struct stage *stage, struct desk *desk) {
    int error = 0;
    json_t *paper = desk->paper;
    desk->paper = json_array();
    size_t index;
    json_t *entry;
    json_array_foreach(paper, index, entry) if (error == 0) error =
        desk_enter(stage, desk, json_incref(entry), false, NULL);
    json_decref(paper);
    return error;
}

int desk_start(struct stage *stage, struct desk *desk) {
    char program[PATH_MAX], log[PATH_MAX], name[PATH_MAX], path[PATH_MAX];
    snprintf(name, sizeof name, "nodes/%s.log", desk->id);
    if (path_of(program, stage->bin, "haven-node") != 0 || path_of(log, stage->dir, name) != 0 ||
        path_of(path, desk->dir, "control.sock") != 0)
        return HV_ERR_LIMIT;
    const char *const argv[] = {program, "run", desk->dir, NULL};
    int error = child_start(&desk->process, desk->id, argv, log, true);
    if (error == 0)
        error = child_wait_ready(&desk->process, READY_MS);
    if (error == 0)
        error = control_connect(path, &desk->client);
    if (error != 0)
        return stage_fail(stage, error, "node %s did not start (%s); see %s", desk->id,
                          hv_error_text(error), log);
    desk->wanted = true;
    return enter_paper(stage, desk);
}

static void leave_desk(struct desk *desk) {
    control_close(desk->client);
    desk->client = NULL;
    desk->sample_sequence = 0;
    desk->wanted = false;
}

void desk_kill(struct desk *desk) {
    leave_desk(desk);
    child_kill(&desk->process);
}

bool desk_stop(struct desk *desk) {
    leave_desk(desk);
    return child_stop(&desk->process, STOP_MS);
}

int desk_ask(struct stage *stage, struct desk *desk, json_t *request, json_t **ret_reply) {
    char who[HV_ID_BYTES_MAX + 16];
    snprintf(who, sizeof who, "node %s", desk->id);
    int error = call(stage, desk->client, who, request, ret_reply);
    json_decref(request);
    return error;
}

/* Every fourth entry's acknowledgement is timed. */
static void note_stored(struct stage *stage, struct desk *desk, uint64_t sequence) {
    desk->sequence = sequence;
    if (stage->entries++ % 4 == 0 && desk->sample_sequence == 0) {
        desk->sample_sequence = sequence;
        desk->sample_from_us = stage_now_us();
    }
}

/* Enters it at a node that is there. */
static int enter(struct stage *stage, struct desk *desk, json_t *entry, bool must,
                 json_t **ret_reply) {
    json_t *reply = NULL;
    int error = desk_ask(stage, desk, entry, &reply);
    if (error == HV_ERR_STATE && !must) {
        stage->declined++;
        return 0;
    }
    if (error != 0)
        return error;
    uint64_t sequence = said_number(reply, "sequence");
    error = audit_told(stage->audit, desk->id, said_number(reply, "epoch"), sequence);
    if (error != 0) {
        json_decref(reply);
        return error;
    }
    note_stored(stage, desk, sequence);
    *ret_reply = reply;
    return desk_sample(stage, desk);
}

int desk_enter_ask(struct stage *stage, struct desk *desk, json_t *entry, json_t **ret_reply) {
    if (desk->client != NULL)
        return enter(stage, desk, entry, false, ret_reply);
    json_array_append_new(desk->paper, entry);
    return 0;
}

int desk_enter(struct stage *stage, struct desk *desk, json_t *entry, bool must, bool *ret_stored) {
    json_t *reply = NULL;
    int error = 0;
    if (desk->client == NULL)
        json_array_append_new(desk->paper, entry);
    else
        error = enter(stage, desk, entry, must, &reply);
    if (ret_stored != NULL)
        *ret_stored = reply != NULL;
    json_decref(reply);
    return error;
}
