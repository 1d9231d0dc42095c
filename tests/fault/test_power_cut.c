/* A power cut at many moments of recorded writes: what was acknowledged before it is there
 * afterwards.
 *
 * A program appends to a real log, or to the outbox of a node, under a recorder of its writes. For
 * each moment, disks are made as a power cut could have left them: what had been synced is there;
 * of what had been written and not synced, any subset of 512-byte sectors is. The log must open on
 * each of them, verify, and hold every record acknowledged by then. */
#include "coordinator/log/log_lmdb.h"
#include "nodes/outbox/outbox.h"
#include "schemas/codec.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"
#include "tests/tools/write_recorder.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 16, SECTOR = 512, DISKS_PER_MOMENT = 3 };

struct event {
    struct trace_event head;
    const char *path;
    const uint8_t *bytes;
};

/* A file as the machine saw it, and as it is durable. */
struct file {
    char path[256];
    uint8_t *seen, *durable;
    uint64_t seen_size, durable_size;
    bool *dirty;        /* sectors written since the last sync */
    char old_path[256]; /* before a rename whose folder has not been synced; "" otherwise */
};

struct disk {
    struct file files[FILES_MAX];
    size_t count;
};

enum { FILE_MAX = 64u << 20 };

static struct file *disk_file(struct disk *disk, const char *path, size_t bytes) {
    for (size_t i = 0; i < disk->count; i++)
        if (strlen(disk->files[i].path) == bytes && memcmp(disk->files[i].path, path, bytes) == 0)
            return &disk->files[i];
    cr_assert(disk->count < FILES_MAX && bytes < sizeof disk->files[0].path);
    struct file *file = &disk->files[disk->count++];
    memcpy(file->path, path, bytes);
    file->path[bytes] = '\0';
    file->seen = calloc(1, FILE_MAX);
    file->durable = calloc(1, FILE_MAX);
    file->dirty = calloc(FILE_MAX / SECTOR, sizeof *file->dirty);
    cr_assert(file->seen != NULL && file->durable != NULL && file->dirty != NULL);
    return file;
}

static uint64_t larger(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

static void sync_file(struct file *file) {
    for (uint64_t s = 0; s * SECTOR < larger(file->seen_size, file->durable_size); s++)
        if (file->dirty[s]) {
            memcpy(file->durable + s * SECTOR, file->seen + s * SECTOR, SECTOR);
            file->dirty[s] = false;
        }
    file->durable_size = file->seen_size;
}

/* A sync of a folder makes the renames in it durable. */
static bool sync_folder(struct disk *disk, const struct event *event) {
    bool folder = false;
    for (size_t i = 0; i < disk->count; i++) {
        struct file *file = &disk->files[i];
        size_t bytes = event->head.path_bytes;
        if (strncmp(file->path, event->path, bytes) == 0 && file->path[bytes] == '/') {
            file->old_path[0] = '\0';
            folder = true;
        }
    }
    return folder;
}

static void rename_file(struct disk *disk, const struct event *event) {
    struct file *file = disk_file(disk, event->path, event->head.path_bytes);
    cr_assert(event->head.bytes < sizeof file->path);
    memcpy(file->old_path, file->path, sizeof file->path);
    memcpy(file->path, event->bytes, event->head.bytes);
    file->path[event->head.bytes] = '\0';
}

static void apply(struct disk *disk, const struct event *event) {
    if (event->head.kind == TRACE_SYNC && sync_folder(disk, event))
        return;
    if (event->head.kind == TRACE_RENAME) {
        rename_file(disk, event);
        return;
    }
    struct file *file = disk_file(disk, event->path, event->head.path_bytes);
    uint64_t end = event->head.offset + event->head.bytes;
    switch (event->head.kind) {
    case TRACE_WRITE:
        cr_assert(end <= FILE_MAX);
        memcpy(file->seen + event->head.offset, event->bytes, event->head.bytes);
        file->seen_size = larger(file->seen_size, end);
        for (uint64_t s = event->head.offset / SECTOR; s * SECTOR < end; s++) {
            file->dirty[s] = !event->head.durable;
            if (event->head.durable)
                memcpy(file->durable + s * SECTOR, file->seen + s * SECTOR, SECTOR);
        }
        if (event->head.durable)
            file->durable_size = larger(file->durable_size, end);
        break;
    case TRACE_TRUNCATE:
        file->seen_size = event->head.offset;
        break;
    case TRACE_SYNC:
        sync_file(file);
        break;
    default:
        cr_assert_fail("unknown event %u in the trace", event->head.kind);
    }
}

/* Writes the files as a cut could have left them: every unsynced sector is there or not, by the
 * coin. */
static void write_cut(const struct disk *disk, const char *dir, unsigned *seed) {
    for (size_t i = 0; i < disk->count; i++) {
        const struct file *file = &disk->files[i];
        char path[PATH_MAX];
        bool renamed = file->old_path[0] == '\0' || rand_r(seed) % 2 == 0;
        snprintf(path, sizeof path, "%s", scratch_path(dir, renamed ? file->path : file->old_path));
        for (char *slash = path + strlen(dir) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
            *slash = '\0';
            mkdir(path, 0700);
            *slash = '/';
        }
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        uint64_t size = file->durable_size;
        cr_assert(fd >= 0, "%s", path);
        cr_assert(size == 0 || pwrite(fd, file->durable, size, 0) == (ssize_t)size);
        unsigned survives = (unsigned)rand_r(seed) % 5; /* in quarters: none, some, all */
        for (uint64_t s = 0; s * SECTOR < file->seen_size; s++)
            if (file->dirty[s] && (unsigned)rand_r(seed) % 4 < survives)
                cr_assert_eq(pwrite(fd, file->seen + s * SECTOR, SECTOR, (off_t)(s * SECTOR)),
                             SECTOR);
        close(fd);
    }
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
    (void)info, (void)kind, (void)place;
    return remove(path);
}

static void remove_cut(const char *dir) {
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static uint64_t acknowledged(const struct disk *disk) {
    uint64_t last = 0;
    for (size_t i = 0; i < disk->count; i++)
        if (strcmp(disk->files[i].path, "acknowledged") == 0 &&
            disk->files[i].seen_size >= sizeof last)
            memcpy(&last, disk->files[i].seen + disk->files[i].seen_size - sizeof last,
                   sizeof last);
    return last;
}

static int check_record(void *context, const struct log_record *record) {
    uint64_t *count = context;
    struct hv_arena arena;
    struct hv_verdict verdict;
    struct hv_record *note = NULL;
    char expected[64];
    hv_arena_init(&arena, 0);
    cr_assert_eq(hv_record_decode(record->bytes, record->size, &arena, &verdict, &note), HV_OK,
                 "%s", verdict.detail);
    snprintf(expected, sizeof expected, "record %llu ", (unsigned long long)record->position);
    cr_assert_eq(strncmp(note->note.text, expected, strlen(expected)), 0,
                 "position %llu holds “%s”", (unsigned long long)record->position, note->note.text);
    hv_arena_deinit(&arena);
    ++*count;
    return 0;
}

static void check_log(const char *dir, uint64_t must_hold, size_t moment, unsigned seed) {
    const char *log_dir = scratch_path(dir, "log");
    struct log_lmdb_options options = {.map_bytes = 64u << 20};
    struct log *log = NULL;
    int error = log_lmdb_open(log_dir, &options, &log);
    cr_assert_eq(error, HV_OK, "cut after event %zu, seed %u: the log does not open: %s", moment,
                 seed, hv_error_text(error));
    uint64_t bad = 0, count = 0;
    error = log_verify(log, check_record, &count, &bad);
    cr_assert_eq(error, HV_OK, "cut after event %zu, seed %u: %s at position %llu", moment, seed,
                 hv_error_text(error), (unsigned long long)bad);
    cr_assert_geq(log_last(log), must_hold,
                  "cut after event %zu, seed %u: %llu acknowledged, %llu there", moment, seed,
                  (unsigned long long)must_hold, (unsigned long long)log_last(log));
    cr_assert_eq(count, log_last(log));
    log_close(log);
}

struct history {
    uint64_t next; /* the number that comes; 0: the first that is there may be any */
};

static int check_report(void *context, uint64_t key, const uint8_t *bytes, size_t size) {
    struct history *history = context;
    char expected[64];
    snprintf(expected, sizeof expected, "record %llu ", (unsigned long long)key);
    cr_assert(size > strlen(expected) && memcmp(bytes, expected, strlen(expected)) == 0,
              "report %llu holds something else", (unsigned long long)key);
    cr_assert(history->next == 0 || key == history->next, "report %llu is missing",
              (unsigned long long)history->next);
    history->next = key + 1;
    return HV_OK;
}

static int take_last(void *context, uint64_t key, const uint8_t *bytes, size_t size) {
    (void)key;
    cr_assert_eq(size, sizeof(uint64_t));
    memcpy(context, bytes, size);
    return HV_OK;
}

/* Every batch is there whole or not at all: its last number is told in a table of its own. */
static void check_outbox(const char *dir, uint64_t must_hold, size_t moment, unsigned seed) {
    struct outbox *outbox = NULL;
    struct history history = {0};
    uint64_t last = 0;
    int error = outbox_lmdb_open(scratch_path(dir, "outbox"), false, 64 << 20, &outbox);
    cr_assert_eq(error, HV_OK, "cut after event %zu, seed %u: the outbox does not open: %s", moment,
                 seed, hv_error_text(error));
    cr_assert_eq(outbox_walk(outbox, OUTBOX_META, 0, 0, take_last, &last), HV_OK);
    cr_assert_eq(outbox_walk(outbox, OUTBOX_HISTORY, 0, UINT64_MAX, check_report, &history), HV_OK,
                 "cut after event %zu, seed %u", moment, seed);
    cr_assert_eq(history.next, last + 1, "half a batch");
    cr_assert_geq(last, must_hold, "cut after event %zu, seed %u: %llu acknowledged, %llu there",
                  moment, seed, (unsigned long long)must_hold, (unsigned long long)last);
    outbox_free(outbox);
}

static struct event *read_trace(const char *path, size_t *ret_count, uint8_t **ret_bytes) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    cr_assert(fd >= 0 && fstat(fd, &info) == 0 && info.st_size > 0, "the recorder left no trace");
    uint8_t *bytes = malloc((size_t)info.st_size);
    cr_assert_not_null(bytes);
    for (size_t done = 0; done < (size_t)info.st_size;) {
        ssize_t part = read(fd, bytes + done, (size_t)info.st_size - done);
        cr_assert(part > 0);
        done += (size_t)part;
    }
    close(fd);
    size_t count = 0, room = 1024;
    struct event *events = malloc(room * sizeof *events);
    for (size_t at = 0; at < (size_t)info.st_size;) {
        if (count == room)
            events = realloc(events, (room *= 2) * sizeof *events);
        cr_assert_not_null(events);
        struct event *event = &events[count++];
        memcpy(&event->head, bytes + at, sizeof event->head);
        event->path = (const char *)bytes + at + sizeof event->head;
        event->bytes = bytes + at + sizeof event->head + event->head.path_bytes;
        at += sizeof event->head + event->head.path_bytes + event->head.bytes;
    }
    *ret_count = count;
    *ret_bytes = bytes;
    return events;
}

static void record_writes(const char *dir, const char *trace, const char *batches,
                          const char *store) {
    char recorder[PATH_MAX], program[PATH_MAX], log[PATH_MAX + 8];
    build_path("tests/tools/write_recorder.so", recorder, sizeof recorder);
    build_path("tests/tools/append_marked", program, sizeof program);
    snprintf(log, sizeof log, "%s.log", trace);
    setenv("WRITE_RECORDER_ROOT", dir, 1);
    setenv("WRITE_RECORDER_TRACE", trace, 1);
    setenv("LD_PRELOAD", recorder, 1);
    const char *const argv[] = {program, dir, batches, "7", store, NULL};
    int status = program_run(argv, log, NULL);
    unsetenv("LD_PRELOAD");
    cr_assert_eq(status, 0, "append_marked ended with %d, see %s", status, log);
}

struct subject {
    const char *store, *batches;
    size_t moments, syncs; /* so many cuts; at least so many syncs in the trace */
    void (*check)(const char *dir, uint64_t must_hold, size_t moment, unsigned seed);
};

static void cut_power(const struct subject *subject) {
    if (getenv("LD_PRELOAD") != NULL || getenv("ASAN_OPTIONS") != NULL)
        cr_skip_test("the recorder is preloaded, which sanitizers do not allow");
    char *top = scratch_make(), work[PATH_MAX], trace[PATH_MAX], cut[PATH_MAX];
    snprintf(work, sizeof work, "%s", scratch_path(top, "work"));
    snprintf(trace, sizeof trace, "%s", scratch_path(top, "trace"));
    snprintf(cut, sizeof cut, "%s", scratch_path(top, "cut"));
    mkdir(work, 0700);
    record_writes(work, trace, subject->batches, subject->store);

    size_t count = 0;
    uint8_t *bytes = NULL;
    struct event *events = read_trace(trace, &count, &bytes);
    struct disk disk = {.count = 0};
    unsigned seed = 11;
    size_t stride = count / subject->moments, next = 0, syncs = 0;
    cr_assert(stride > 0, "only %zu events", count);
    for (size_t i = 0; i < count; i++) {
        apply(&disk, &events[i]);
        syncs += events[i].head.kind == TRACE_SYNC;
        if (i < next || acknowledged(&disk) == 0)
            continue;
        next = i + 1 + (size_t)rand_r(&seed) % (2 * stride);
        for (int d = 0; d < DISKS_PER_MOMENT; d++) {
            unsigned coin = seed + (unsigned)d;
            mkdir(cut, 0700);
            write_cut(&disk, cut, &coin);
            subject->check(cut, acknowledged(&disk), i, seed + (unsigned)d);
            remove_cut(cut);
        }
    }
    cr_assert_gt(syncs, subject->syncs, "the trace has only %zu syncs: the recorder misses them",
                 syncs);
    for (size_t i = 0; i < disk.count; i++) {
        free(disk.files[i].seen);
        free(disk.files[i].durable);
        free(disk.files[i].dirty);
    }
    free(events);
    free(bytes);
    scratch_remove(top);
}

Test(power_cut, loses_nothing_acknowledged, .timeout = 300) {
    cut_power(&(struct subject){"log", "400", 150, 300, check_log});
}

Test(power_cut, of_a_node_loses_nothing_that_staff_were_told, .timeout = 300) {
    cut_power(&(struct subject){"outbox", "150", 60, 120, check_outbox});
}
