/* What operators ask for and takes its time: done in threads that see the log and files only, never
 * the state. */
#include "coordinator/daemon_control.h"

#include "coordinator/control/console.h"
#include "coordinator/founding.h"
#include "coordinator/layout.h"
#include "coordinator/ledger_check.h"
#include "coordinator/milestones.h"
#include "coordinator/region_folder.h"
#include "schemas/platform/atomic_file.h"
#include "schemas/platform/keys.h"
#include "schemas/platform/line_log.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { FILE_BYTES_MAX = 1 << 30, FAULTS_TOLD = 1000, PAGE_MAX = 10000, ROLE_BYTES = 128 };

struct work {
    struct daemon *daemon;
    uint64_t token;
    uint64_t from, to, limit;
    char path[PATH_MAX];
    char role[ROLE_BYTES];
    json_t *list;
    json_t *request; /* look back */
    struct state *past;
    struct hv_arena arena;    /* of `record` */
    struct hv_record *record; /* NULL: not read */
    struct hv_record *before; /* of a difference; NULL: from nothing */
    struct region *region;
    uint8_t hash[REGION_HASH_BYTES];
    struct ledger_checked checked;
    uint64_t bad;
};

static struct work *work_new(struct daemon *daemon, uint64_t token) {
    struct work *work = calloc(1, sizeof *work);
    if (work == NULL) {
        daemon_answer_error(daemon, token, HV_ERR_MEMORY, NULL, NULL);
        return NULL;
    }
    work->daemon = daemon;
    work->token = token;
    hv_arena_init(&work->arena, 0);
    return work;
}

static void work_free(struct work *work) {
    json_decref(work->list);
    json_decref(work->request);
    state_free(work->past);
    hv_arena_deinit(&work->arena);
    region_free(work->region);
    ledger_verify_free(work->checked.verify);
    free(work);
}

static void work_start(struct work *work, daemon_task_run *run, daemon_task_done *done) {
    int error = daemon_task_start(work->daemon->tasks, run, done, work);
    if (error == 0)
        return;
    daemon_answer_error(work->daemon, work->token, error, "too much is being done already",
                        "try again in a moment");
    work_free(work);
}

/* ---- log ---- */

struct reading {
    struct work *work;
    struct hv_arena arena;
};

static int list_record(void *context, const struct log_record *stored) {
    struct reading *reading = context;
    struct hv_verdict verdict;
    struct hv_record *record = NULL;
    hv_arena_reset(&reading->arena);
    int error = hv_record_decode(stored->bytes, stored->size, &reading->arena, &verdict, &record);
    if (error != 0)
        return error;
    return json_array_append_new(reading->work->list, console_record(stored->position, record)) == 0
               ? 0
               : HV_ERR_MEMORY;
}

static int log_run(void *context) {
    struct work *work = context;
    struct reading reading = {.work = work};
    work->list = json_array();
    hv_arena_init(&reading.arena, 0);
    int error =
        log_read(work->daemon->log, work->from, work->to, list_record, &reading, &work->bad);
    hv_arena_deinit(&reading.arena);
    return error;
}

static void log_done(void *context, int error) {
    struct work *work = context;
    if (error == 0)
        daemon_answer(work->daemon, work->token, json_pack("{s:O}", "records", work->list));
    else
        daemon_answer_error(work->daemon, work->token, error, NULL, NULL);
    work_free(work);
}

void daemon_work_log(struct daemon *daemon, uint64_t token, uint64_t from, uint64_t to,
                     uint64_t limit) {
    struct work *work = work_new(daemon, token);
    if (work == NULL)
        return;
    work->from = from == 0 ? 1 : from;
    work->limit = limit == 0 || limit > PAGE_MAX ? PAGE_MAX : limit;
    work->to = to - work->from >= work->limit ? work->from + work->limit - 1 : to;
    if (to < work->from)
        work->to = 0;
    work_start(work, log_run, log_done);
}

/* ---- a plan that the log alone still has ---- */

/* As of then, or of now. */
static const struct state *picture_of(const struct work *work) {
    return work->past == NULL ? core_state(work->daemon->core) : work->past;
}

static void answer_from_log(struct work *work, json_t *reply, int error) {
    if (reply != NULL && work->past != NULL)
        json_object_set_new(reply, "at", json_integer((json_int_t)state_position(work->past)));
    if (reply != NULL)
        daemon_answer(work->daemon, work->token, reply);
    else
        daemon_answer_error(work->daemon, work->token, error == 0 ? HV_ERR_NOT_FOUND : error, NULL,
                            NULL);
    work_free(work);
}

static int keep_record(void *context, const struct log_record *stored) {
    struct work *work = context;
    struct hv_verdict verdict;
    return hv_record_decode(stored->bytes, stored->size, &work->arena, &verdict, &work->record);
}

static int old_plan_run(void *context) {
    struct work *work = context;
    return log_read(work->daemon->log, work->from, work->from, keep_record, work, &work->bad);
}

static void old_plan_done(void *context, int error) {
    struct work *work = context;
    const struct hv_record *record = work->record;
    json_t *reply = NULL;
    if (error == 0 && record != NULL && record->kind == HV_RECORD_PLAN)
        reply = json_pack("{s:o}", "plan", console_plan_view(picture_of(work), &record->plan));
    answer_from_log(work, reply, error);
}

void daemon_work_old_plan(struct daemon *daemon, uint64_t token, uint64_t position) {
    struct work *work = work_new(daemon, token);
    if (work == NULL)
        return;
    work->from = position;
    work_start(work, old_plan_run, old_plan_done);
}

/* ---- what changes between plans of which the log alone still has one ---- */

/* Both stay in the arena; the record of the later one is left in work->record. */
static int old_diff_run(void *context) {
    struct work *work = context;
    int error = work->from == 0 ? 0
                                : log_read(work->daemon->log, work->from, work->from, keep_record,
                                           work, &work->bad);
    work->before = work->record;
    work->record = NULL;
    return error != 0
               ? error
               : log_read(work->daemon->log, work->to, work->to, keep_record, work, &work->bad);
}

static void old_diff_done(void *context, int error) {
    struct work *work = context;
    const struct hv_record *before = work->before, *after = work->record;
    json_t *reply = NULL;
    if (error == 0 && after != NULL && after->kind == HV_RECORD_PLAN &&
        (before == NULL ? work->from == 0 : before->kind == HV_RECORD_PLAN))
        reply = console_plan_difference(picture_of(work), before == NULL ? NULL : &before->plan,
                                        &after->plan, &work->arena);
    answer_from_log(work, reply, error);
}

void daemon_work_old_diff(struct daemon *daemon, uint64_t token, uint64_t before, uint64_t after) {
    struct work *work = work_new(daemon, token);
    if (work == NULL)
        return;
    work->from = before;
    work->to = after;
    work_start(work, old_diff_run, old_diff_done);
}

/* ---- a look back ---- */

/* `hash`: of the region of now, which need not be read. */
static void find_region_of_then(struct work *work) {
    const struct state_general *then = state_general(work->past);
    char path[PATH_MAX], fault[300] = "";
    if (then->region_position == 0 || memcmp(then->region_hash, work->hash, HV_HASH_BYTES) == 0)
        return;
    daemon_path(work->daemon, LAYOUT_REGIONS, path);
    int error = region_folder_find(path, then->region_hash, &work->region, fault);
    if (error != 0)
        line_log(LINE_WARNING, "event=no-region-of-then position=%llu fault=\"%s\"",
                 (unsigned long long)work->from, *fault == '\0' ? hv_error_text(error) : fault);
}

static int past_run(void *context) {
    struct work *work = context;
    int error = milestones_fold(work->daemon->dir, work->daemon->log, work->from, &work->past);
    if (error == 0)
        find_region_of_then(work);
    return error;
}

/* The one that was read, or that of now where it is the same still. */
static const struct region *region_of_then(const struct work *work) {
    const struct state_general *then = state_general(work->past),
                               *now = state_general(core_state(work->daemon->core));
    return memcmp(then->region_hash, now->region_hash, HV_HASH_BYTES) == 0 ? work->daemon->region
                                                                           : work->region;
}

/* A plan that was in the log alone already then is read from there, and shown as of then. */
static void past_done(void *context, int error) {
    struct work *work = context;
    struct console_outcome left = {0};
    if (error != 0) {
        daemon_answer_error(work->daemon, work->token, error, NULL, NULL);
        work_free(work);
    } else if (daemon_answer_past(work->daemon, work->token, work->request, work->past,
                                  region_of_then(work), &left)) {
        work_free(work);
    } else {
        const bool differ = left.work == CONSOLE_WORK_OLD_DIFF;
        work->from = left.from;
        work->to = left.to;
        work_start(work, differ ? old_diff_run : old_plan_run,
                   differ ? old_diff_done : old_plan_done);
    }
}

void daemon_work_past(struct daemon *daemon, uint64_t token, const json_t *request,
                      json_int_t position) {
    uint64_t last = state_position(core_state(daemon->core));
    if (position < 1 || (uint64_t)position > last) {
        char text[96];
        snprintf(text, sizeof text, "the log has positions 1 to %llu", (unsigned long long)last);
        daemon_answer_error(daemon, token, HV_ERR_VALUE, text, "see haven log");
        return;
    }
    struct work *work = work_new(daemon, token);
    if (work == NULL)
        return;
    work->from = (uint64_t)position;
    work->request = json_deep_copy(request);
    memcpy(work->hash, state_general(core_state(daemon->core))->region_hash, sizeof work->hash);
    work_start(work, past_run, past_done);
}

/* ---- verify ---- */

static int verify_run(void *context) {
    struct work *work = context;
    work->to = log_last(work->daemon->log);
    return log_verify(work->daemon->log, NULL, NULL, &work->bad);
}

static void verify_done(void *context, int error) {
    struct work *work = context;
    if (error == 0) {
        daemon_answer(work->daemon, work->token,
                      json_pack("{s:I}", "verified", (json_int_t)work->to));
    } else {
        char text[96];
        snprintf(text, sizeof text, "record %llu: %s", (unsigned long long)work->bad,
                 hv_error_text(error));
        daemon_answer_error(work->daemon, work->token, error, text,
                            "restore the last backup: haven restore");
    }
    work_free(work);
}

void daemon_work_verify(struct daemon *daemon, uint64_t token) {
    struct work *work = work_new(daemon, token);
    if (work != NULL)
        work_start(work, verify_run, verify_done);
}

/* ---- the ledger ---- */

static int ledger_run(void *context) {
    struct work *work = context;
    return ledger_check(work->daemon->log, work->to, &work->checked, &work->bad);
}

static void ledger_done(void *context, int error) {
    struct work *work = context;
    if (error == 0) {
        daemon_answer(work->daemon, work->token,
                      console_ledger_proof(work->checked.verify, work->checked.position));
    } else {
        char text[96];
        snprintf(text, sizeof text, "record %llu: %s", (unsigned long long)work->bad,
                 hv_error_text(error));
        daemon_answer_error(work->daemon, work->token, error, text, "check the log: haven verify");
    }
    work_free(work);
}

void daemon_work_ledger(struct daemon *daemon, uint64_t token, uint64_t to) {
    struct work *work = work_new(daemon, token);
    if (work == NULL)
        return;
    work->to = to;
    work_start(work, ledger_run, ledger_done);
}

/* ---- backup ---- */

static int copy_file(const char *from, const char *to) {
    uint8_t *bytes;
    size_t size;
    int error = atomic_file_read(from, FILE_BYTES_MAX, &bytes, &size);
    if (error != 0)
        return error;
    error = atomic_file_write(to, bytes, size, 0600);
    free(bytes);
    return error;
}

/* nftw has no context: one copy at a time in each thread. */
static _Thread_local struct {
    size_t from_length;
    const char *to;
    int error;
} copying;

static int copy_one(const char *path, const struct stat *status, int flag, struct FTW *walk) {
    char target[PATH_MAX];
    (void)status, (void)walk;
    if (snprintf(target, sizeof target, "%s%s", copying.to, path + copying.from_length) >=
        (int)sizeof target)
        copying.error = HV_ERR_LIMIT;
    else if (flag == FTW_D)
        copying.error =
            mkdir(target, 0700) == 0 || errno == EEXIST ? atomic_file_sync_name(target) : HV_ERR_IO;
    else if (flag == FTW_F)
        copying.error = copy_file(path, target);
    return copying.error;
}

static int copy_tree(const char *from, const char *to) {
    struct stat status;
    if (stat(from, &status) != 0)
        return errno == ENOENT ? 0 : HV_ERR_IO;
    copying.from_length = strlen(from);
    copying.to = to;
    copying.error = 0;
    bool walked = nftw(from, copy_one, 16, FTW_PHYS) == 0;
    copying.to = NULL;
    return walked ? 0 : copying.error != 0 ? copying.error : HV_ERR_IO;
}

static int copy_named(const struct work *work, const char *name,
                      int (*copy)(const char *from, const char *to)) {
    char from[PATH_MAX], to[PATH_MAX];
    daemon_path(work->daemon, name, from);
    if (snprintf(to, sizeof to, "%s/%s", work->path, name) >= (int)sizeof to)
        return HV_ERR_LIMIT;
    return copy(from, to);
}

static int backup_run(void *context) {
    struct work *work = context;
    char to[PATH_MAX];
    int error = atomic_file_make_folder(work->path);
    if (error != HV_OK)
        return error;
    if (snprintf(to, sizeof to, "%s/" LAYOUT_LOG, work->path) >= (int)sizeof to)
        return HV_ERR_LIMIT;
    work->to = log_last(work->daemon->log);
    error = log_copy(work->daemon->log, to);
    if (error == 0)
        error = copy_named(work, LAYOUT_REGIONS, copy_tree);
    if (error == 0)
        error = copy_named(work, LAYOUT_SETTINGS, copy_file);
    if (error == 0) /* last: a backup that has it is whole */
        error = copy_named(work, LAYOUT_INVITATION, copy_file);
    return error;
}

static void backup_done(void *context, int error) {
    struct work *work = context;
    if (error == 0)
        daemon_answer(
            work->daemon, work->token,
            json_pack("{s:s, s:I}", "path", work->path, "position", (json_int_t)work->to));
    else
        daemon_answer_error(work->daemon, work->token, error, NULL,
                            "name an empty folder that the coordinator itself may write: under "
                            "systemd one in /var/lib/haven-backup");
    work_free(work);
}

static bool set_path(struct work *work, const char *path) {
    return snprintf(work->path, sizeof work->path, "%s", path) < (int)sizeof work->path;
}

void daemon_work_backup(struct daemon *daemon, uint64_t token, const char *path) {
    struct work *work = work_new(daemon, token);
    if (work != NULL && set_path(work, path))
        work_start(work, backup_run, backup_done);
    else if (work != NULL)
        backup_done(work, HV_ERR_LIMIT);
}

/* ---- region ---- */

static void list_faults(struct work *work, const struct hv_fault_list *faults) {
    work->list = json_array();
    for (size_t i = 0; i < faults->count && i < FAULTS_TOLD; i++) {
        char line[1024];
        hv_fault_print(&faults->faults[i], line, sizeof line);
        json_array_append_new(work->list, json_string(line));
    }
}

/* Keeps the package beside the log, under its hash. */
static int keep_region(struct work *work) {
    char hex[2 * REGION_HASH_BYTES + 1], path[PATH_MAX];
    daemon_path(work->daemon, LAYOUT_REGIONS, path);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return HV_ERR_IO;
    int error = atomic_file_sync_name(path);
    if (error == 0)
        error = region_hash(work->region, work->hash);
    if (error != 0)
        return error;
    keys_to_hex(work->hash, sizeof work->hash, hex);
    snprintf(path, sizeof path, "%s/%s/%s", work->daemon->dir, LAYOUT_REGIONS, hex);
    return region_folder_save(work->region, path);
}

static int region_run(void *context) {
    struct work *work = context;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    int error = region_load(work->path, &faults, &work->region);
    list_faults(work, &faults);
    hv_fault_list_deinit(&faults);
    return error == 0 ? keep_region(work) : error;
}

static void region_recorded(struct daemon *daemon, uint64_t token, int error,
                            const struct hv_verdict *verdict, uint64_t first, uint64_t last) {
    static const struct hv_verdict nothing;
    if (error != 0) { /* no plan has to wait for it */
        region_free(daemon->region_new);
        daemon->region_new = NULL;
    }
    daemon_answer(daemon, token,
                  console_committed(error, verdict == NULL ? &nothing : verdict, first, last));
}

static void region_done(void *context, int error) {
    struct work *work = context;
    struct daemon *daemon = work->daemon;
    if (error != 0) {
        json_t *reply = console_error(
            error, "the region cannot be used",
            error == HV_ERR_IO ? "name a folder that the coordinator itself may read: under "
                                 "systemd not in /home, /root or /tmp"
                               : "haven region check DIR names every fault");
        json_object_set(reply, "faults", work->list);
        daemon_answer(daemon, work->token, reply);
        work_free(work);
        return;
    }
    struct hv_record record = {
        .actor = HV_ACTOR_OPERATOR,
        .name = work->role,
        .origin = {.door = "control",
                   .before = state_general(core_state(daemon->core))->region_position},
        .kind = HV_RECORD_REGION,
        .region = {.name = work->region->id, .version = work->region->version}};
    memcpy(record.region.hash, work->hash, HV_HASH_BYTES);
    region_free(daemon->region_new);
    daemon->region_new = work->region;
    daemon_decide(daemon, &record, 1, region_recorded, work->token);
    work->region = NULL;
    work_free(work);
}

void daemon_work_region(struct daemon *daemon, uint64_t token, const char *path, const char *role) {
    struct work *work = work_new(daemon, token);
    if (work == NULL)
        return;
    snprintf(work->role, sizeof work->role, "%s", role != NULL && *role ? role : "operator");
    if (set_path(work, path))
        work_start(work, region_run, region_done);
    else
        region_done(work, HV_ERR_LIMIT);
}
