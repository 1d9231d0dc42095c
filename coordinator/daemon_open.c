/* Starting: settings, keys, log, state, gate. What is wrong is said with its remedy. */
#include "coordinator/daemon_api.h"
#include "coordinator/daemon_control.h"
#include "coordinator/daemon_planner.h"

#include "coordinator/founding.h"
#include "coordinator/log/log_lmdb.h"
#include "coordinator/layout.h"
#include "coordinator/milestones.h"
#include "coordinator/region/profile.h"
#include "coordinator/region_folder.h"
#include "schemas/platform/atomic_file.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/line_log.h"

#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { SPARE_DESCRIPTORS = 256 };

void daemon_path(const struct daemon *daemon, const char *name, char path[PATH_MAX]) {
    snprintf(path, PATH_MAX, "%s/%s", daemon->dir, name);
}

static int complain(int error, const char *what, const char *remedy) {
    fprintf(stderr, "haven-coordinator: %s: %s; %s\n", what, hv_error_text(error), remedy);
    return hv_error_exit_status(error);
}

static int complain_of_faults(int error, const char *path, const struct hv_fault_list *faults) {
    for (size_t i = 0; i < faults->count; i++) {
        char line[1024];
        hv_fault_print(&faults->faults[i], line, sizeof line);
        fprintf(stderr, "haven-coordinator: %s\n", line);
    }
    if (faults->count == 0)
        return complain(error, path, "`haven init` makes a coordinator's folder");
    return hv_error_exit_status(error);
}

/* Without standards nothing could be planned. */
static int check_profile(const char *id, const char *path, struct hv_fault_list *faults) {
    char known[256] = "one of";
    size_t used = strlen(known);
    for (size_t i = 0; profile_builtin(i) != NULL; i++) {
        if (strcmp(profile_builtin(i), id) == 0)
            return HV_OK;
        const int wrote = snprintf(known + used, sizeof known - used, " %s", profile_builtin(i));
        used += wrote > 0 && (size_t)wrote < sizeof known - used ? (size_t)wrote : 0;
    }
    hv_fault_add(faults, HV_FAULT_ERROR, path, 0, "profile", id, known);
    return HV_ERR_VALUE;
}

static int read_files(struct daemon *daemon, struct key_pair *keys) {
    char path[PATH_MAX];
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    daemon_path(daemon, LAYOUT_SETTINGS, path);
    int error = settings_load(path, &faults, &daemon->settings);
    if (error == 0)
        error = check_profile(daemon->settings.profile, path, &faults);
    if (error == 0) {
        daemon_path(daemon, LAYOUT_INVITATION, path);
        error = deployment_load(path, &faults, &daemon->deployment);
    }
    int status = error == 0 ? 0 : complain_of_faults(error, path, &faults);
    hv_fault_list_deinit(&faults);
    if (status != 0)
        return status;
    daemon_path(daemon, LAYOUT_KEY, path);
    error = keys_load(path, keys);
    if (error != 0)
        return complain(error, path, "the key must be there, with mode 0600");
    if (strcmp(keys->public_text, daemon->deployment.server_key) != 0)
        return complain(HV_ERR_VALUE, path, "it is not the key that deployment.json names");
    return 0;
}

/* ---- log and state ---- */

/* What was being written when an earlier coordinator was killed. */
static void tidy(const struct daemon *daemon) {
    char path[PATH_MAX];
    atomic_file_tidy(daemon->dir);
    daemon_path(daemon, LAYOUT_REGIONS, path);
    region_folder_tidy(path);
}

static int open_log(struct daemon *daemon) {
    char path[PATH_MAX];
    daemon_path(daemon, LAYOUT_LOG, path);
    struct log_lmdb_options options = {.map_bytes = (size_t)daemon->settings.log_map_gib << 30};
    int error = log_lmdb_open(path, &options, &daemon->log);
    if (error == HV_ERR_BUSY)
        return complain(error, path, "a coordinator runs on it; two never may");
    if (error == HV_ERR_PERMISSION)
        return complain(error, path,
                        "see whose the folder is, and whether its file system is read-only");
    if (error != 0)
        return complain(error, path, "`haven verify` tells more, `haven restore` takes a backup");
    tidy(daemon); /* now that no other coordinator is here */
    return 0;
}

static int fold(struct daemon *daemon, struct state **ret_state) {
    uint64_t bad = 0, began = clock_real_ms();
    int error =
        milestones_open(daemon->dir, daemon->log, ret_state, &daemon->checkpoint_position, &bad);
    if (error != 0) {
        char what[64];
        snprintf(what, sizeof what, "log record %" PRIu64, bad);
        return complain(error, what, "`haven restore` takes a backup");
    }
    milestones_check(daemon->dir, daemon->log);
    line_log(LINE_INFO, "event=loaded checkpoint=%" PRIu64 " position=%" PRIu64 " ms=%" PRIu64,
             daemon->checkpoint_position, state_position(*ret_state), clock_real_ms() - began);
    return 0;
}

static int check_identity(const struct daemon *daemon, const struct state *state) {
    const struct state_general *general = state_general(state);
    if (!general->started)
        return complain(HV_ERR_NOT_FOUND, "the records of the log",
                        "`haven restore` takes a backup, `haven init` founds anew elsewhere");
    if (memcmp(general->deployment, daemon->deployment.id, HV_ID128_BYTES) != 0 ||
        general->mode != daemon->deployment.mode)
        return complain(HV_ERR_VALUE, "the log is of another deployment",
                        "deployment.json and log belong together");
    return 0;
}

static int make_core(struct daemon *daemon) {
    struct state *state = NULL;
    int status = fold(daemon, &state);
    if (status == 0)
        status = check_identity(daemon, state);
    if (status != 0) {
        state_free(state);
        return status;
    }
    const char *endpoints[HV_ENDPOINTS_MAX];
    for (size_t i = 0; i < daemon->deployment.endpoint_count; i++)
        endpoints[i] = daemon->deployment.endpoints[i];
    char names[HV_ESCALATION_LEVELS_MAX][HV_ID_BYTES_MAX + 1];
    const char *escalate_to[HV_ESCALATION_LEVELS_MAX];
    size_t levels = settings_names(daemon->settings.escalate_to, names);
    for (size_t i = 0; i < levels; i++)
        escalate_to[i] = names[i];
    struct core_options options = {
        .beat_ms = (uint64_t)daemon->settings.beat_s * 1000,
        .plan_ms = daemon->settings.plan_every_ms,
        .endpoints = endpoints,
        .endpoint_count = daemon->deployment.endpoint_count,
        .escalate_ms = (uint64_t)daemon->settings.escalate_minutes * 60000,
        .escalate_to = escalate_to,
        .escalate_count = levels,
        .arrival_margin_ms = (uint64_t)daemon->settings.arrival_margin_min * 60000};
    int error = core_new(state, &options, NULL, clock_real_ms(), clock_wall_ms(), &daemon->core);
    if (error == 0)
        return 0;
    state_free(state);
    return complain(error, "state", "more memory is needed");
}

/* ---- gate ---- */

/* Enrolled, present key of its node, not revoked: everything else stays outside. */
static bool admit(void *context, const uint8_t key[HV_KEY_BYTES], char ret_user[GATE_USER_BYTES]) {
    const struct daemon *daemon = context;
    const struct state *state = core_state(daemon->core);
    const struct state_key *known = state_find_key(state, key);
    if (known == NULL || known->revoked)
        return false;
    const struct state_node *node = state_node(state, known->node);
    if (node == NULL || node->revoked || node->key != known->entity.index)
        return false;
    snprintf(ret_user, GATE_USER_BYTES, "%" PRIu32 ":%s", node->enrolment, node->entity.id);
    return true;
}

/* Those that may connect. */
static uint64_t count_nodes(const struct state *state) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < state_count(state, STATE_NODE); i++)
        count += !state_node(state, i)->revoked;
    return count;
}

static int open_gate(struct daemon *daemon, const struct key_pair *keys) {
    uint64_t need = count_nodes(core_state(daemon->core)) + SPARE_DESCRIPTORS, limit = 0;
    int error = gate_raise_descriptors(need, &limit);
    if (error != 0) {
        char what[96];
        snprintf(what, sizeof what, "open files: %" PRIu64 " allowed, %" PRIu64 " needed", limit,
                 need);
        return complain(error, what, "raise LimitNOFILE= or `ulimit -n`");
    }
    const char *bind[HV_ENDPOINTS_MAX], *what = "";
    for (size_t i = 0; i < daemon->settings.bind_count; i++)
        bind[i] = daemon->settings.bind[i];
    struct gate_options options = {.bind = bind,
                                   .bind_count = daemon->settings.bind_count,
                                   .public_text = keys->public_text,
                                   .secret_text = keys->secret_text,
                                   .io_threads = (int)daemon->settings.io_threads};
    error = gate_new(&options, admit, daemon, &what, &daemon->gate);
    return error == 0 ? 0 : complain(error, what, "see `bind` in haven.yaml");
}

/* ---- threads and signals ---- */

/* Before any thread is made, so that all inherit the mask. */
static int catch_signals(struct daemon *daemon) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    zsys_handler_set(NULL);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return complain(HV_ERR_IO, "signals", "try again");
    daemon->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return daemon->signals >= 0 ? 0 : complain(HV_ERR_IO, "signals", "try again");
}

static int make_threads(struct daemon *daemon) {
    int error = daemon_writer_new(daemon->log, &daemon->writer);
    if (error == 0)
        error = daemon_tasks_new(&daemon->tasks);
    daemon->loop = zloop_new();
    if (error == 0 && daemon->loop == NULL)
        error = HV_ERR_MEMORY;
    return error == 0 ? 0 : complain(error, "threads", "more memory or processes are needed");
}

static int open_control(struct daemon *daemon) {
    int error = daemon_planner_open(daemon);
    if (error == 0)
        error = daemon_control_open(daemon);
    return error == 0 ? 0 : complain(error, LAYOUT_SOCKET, "see who uses the folder");
}

static int open_api(struct daemon *daemon) {
    int error = daemon_api_open(daemon);
    return error == 0 ? 0
                      : complain(error, "the HTTP interface",
                                 "see http, http_certificate and http_key in haven.yaml");
}

int daemon_open(struct daemon *daemon, const char *dir) {
    struct key_pair keys;
    if (snprintf(daemon->dir, sizeof daemon->dir, "%s", dir) >= (int)sizeof daemon->dir)
        return complain(HV_ERR_LIMIT, dir, "use a shorter path");
    daemon->signals = -1;
    if (sodium_init() < 0)
        return complain(HV_ERR_STATE, "libsodium", "the kernel gives no randomness");
    int status = catch_signals(daemon);
    if (status == 0)
        status = read_files(daemon, &keys);
    if (status == 0)
        status = open_log(daemon);
    if (status == 0)
        status = make_core(daemon);
    if (status == 0)
        status = make_threads(daemon);
    if (status == 0) {
        daemon_region_follow(daemon);
        status = open_gate(daemon, &keys);
    }
    if (status == 0)
        status = open_control(daemon);
    if (status == 0)
        status = open_api(daemon);
    sodium_memzero(&keys, sizeof keys);
    return status;
}

void daemon_close(struct daemon *daemon) {
    daemon_api_close(daemon);
    daemon_planner_close(daemon);
    gate_free(daemon->gate);
    daemon_tasks_free(daemon->tasks);
    daemon_writer_free(daemon->writer);
    daemon_control_close(daemon);
    if (daemon->loop != NULL)
        zloop_destroy(&daemon->loop);
    checkpoint_abandon(daemon->checkpoint);
    core_free(daemon->core);
    log_close(daemon->log);
    region_free(daemon->region);
    region_free(daemon->region_new);
    free(daemon->routes);
    free(daemon->replies);
    if (daemon->signals >= 0)
        close(daemon->signals);
}
