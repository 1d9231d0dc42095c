/* One suite over every log: LMDB on a real disk and the log in memory. */
#include "coordinator/log/log_frame.h"
#include "coordinator/log/log_lmdb.h"
#include "coordinator/log/log_memory.h"
#include "schemas/limits.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLICE_BYTES = 100000 };

struct bench {
    bool lmdb;
    char *dir;
    struct log_memory_disk *disk;
    struct log *log;
};

static int open_log(struct bench *bench) {
    if (bench->lmdb) {
        struct log_lmdb_options options = {.map_bytes = (size_t)1 << 30,
                                           .slice_bytes = SLICE_BYTES};
        return log_lmdb_open(scratch_path(bench->dir, "log"), &options, &bench->log);
    }
    return log_memory_open(bench->disk, &bench->log);
}

static struct bench begin(bool lmdb) {
    struct bench bench = {.lmdb = lmdb};
    if (lmdb)
        bench.dir = scratch_make();
    else
        bench.disk = log_memory_disk_new();
    cr_assert_eq(open_log(&bench), 0);
    return bench;
}

static void reopen(struct bench *bench) {
    log_close(bench->log);
    cr_assert_eq(open_log(bench), 0);
}

static void end(struct bench *bench) {
    log_close(bench->log);
    scratch_remove(bench->dir);
    log_memory_disk_free(bench->disk);
}

/* The payload of a position is computable, so that any reading can be checked alone. */
static size_t payload(uint64_t position, uint8_t bytes[static 3000]) {
    size_t size = position * 37 % 3000;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(position * 31 + i);
    return size;
}

static int append(struct log *log, size_t count) {
    static uint8_t bytes[64][3000];
    struct log_entry entries[64];
    uint64_t next = log_last(log) + 1, first = 0;
    for (size_t i = 0; i < count; i++)
        entries[i] = (struct log_entry){.kind = (enum hv_record_kind)(16 + (next + i) % 20),
                                        .bytes = bytes[i],
                                        .size = payload(next + i, bytes[i])};
    int error = log_append(log, entries, count, &first);
    if (error == 0)
        cr_assert_eq(first, next);
    return error;
}

struct seen {
    uint64_t first, last;
    size_t count;
};

static int see(void *context, const struct log_record *record) {
    struct seen *seen = context;
    uint8_t expected[3000];
    size_t size = payload(record->position, expected);
    cr_assert_eq(record->size, size);
    cr_assert_eq(memcmp(record->bytes, expected, size), 0);
    cr_assert_eq(record->kind, 16 + record->position % 20);
    cr_assert(seen->count == 0 || record->position == seen->last + 1);
    if (seen->count++ == 0)
        seen->first = record->position;
    seen->last = record->position;
    return 0;
}

static struct seen read_range(struct log *log, uint64_t from, uint64_t to) {
    struct seen seen = {0};
    cr_assert_eq(log_read(log, from, to, see, &seen, NULL), 0);
    return seen;
}

#define BOTH(name)                                                                                 \
    static void name(struct bench *bench);                                                         \
    Test(log_contract, name##_lmdb) {                                                              \
        struct bench bench = begin(true);                                                          \
        name(&bench);                                                                              \
        end(&bench);                                                                               \
    }                                                                                              \
    Test(log_contract, name##_memory) {                                                            \
        struct bench bench = begin(false);                                                         \
        name(&bench);                                                                              \
        end(&bench);                                                                               \
    }                                                                                              \
    static void name(struct bench *bench)

BOTH(an_empty_log_reads_as_nothing) {
    cr_assert_eq(log_last(bench->log), 0);
    cr_assert_eq(log_first(bench->log), 1);
    cr_assert_eq(read_range(bench->log, 1, UINT64_MAX).count, 0);
    cr_assert_eq(log_verify(bench->log, NULL, NULL, NULL), 0);
    reopen(bench);
    cr_assert_eq(log_last(bench->log), 0);
}

BOTH(gives_back_what_was_appended_after_opening_again) {
    for (size_t i = 1; i <= 40; i++)
        cr_assert_eq(append(bench->log, i), 0);
    reopen(bench);
    cr_assert_eq(log_last(bench->log), 820);
    cr_assert_eq(append(bench->log, 3), 0);
    struct seen all = read_range(bench->log, 0, UINT64_MAX);
    cr_assert(all.first == 1 && all.last == 823 && all.count == 823);
    cr_assert_eq(log_verify(bench->log, NULL, NULL, NULL), 0);
}

BOTH(reads_any_range_whatever_the_batches) {
    for (size_t i = 1; i <= 12; i++)
        cr_assert_eq(append(bench->log, i), 0);
    for (uint64_t from = 1; from <= 78; from += 5) {
        for (uint64_t to = from; to <= 78; to += 3) {
            struct seen seen = read_range(bench->log, from, to);
            cr_assert(seen.first == from && seen.last == to && seen.count == to - from + 1);
        }
    }
    cr_assert_eq(read_range(bench->log, 79, 100).count, 0);
    cr_assert_eq(read_range(bench->log, 10, 9).count, 0);
}

static int stop_at_five(void *context, const struct log_record *record) {
    *(uint64_t *)context = record->position;
    return record->position == 5 ? 77 : 0;
}

BOTH(ends_reading_when_the_visit_says_so) {
    cr_assert_eq(append(bench->log, 10), 0);
    uint64_t last = 0;
    cr_assert_eq(log_read(bench->log, 1, 10, stop_at_five, &last, NULL), 77);
    cr_assert_eq(last, 5);
}

BOTH(refuses_what_is_over_the_limits_and_stores_nothing_of_it) {
    static uint8_t large[HV_RECORD_BYTES_MAX + 1];
    struct log_entry entries[2] = {{HV_RECORD_NOTE, large, 5},
                                   {HV_RECORD_PLAN, large, HV_RECORD_BYTES_MAX + 1}};
    uint64_t first;
    cr_assert_eq(log_append(bench->log, entries, 2, &first), HV_ERR_LIMIT);
    cr_assert_eq(log_append(bench->log, entries, 0, &first), HV_ERR_LIMIT);
    cr_assert_eq(log_append(bench->log, entries, HV_COMMAND_RECORDS_MAX + 1, &first), HV_ERR_LIMIT);
    cr_assert_eq(log_last(bench->log), 0);
    entries[1].size = HV_RECORD_BYTES_MAX;
    cr_assert_eq(log_append(bench->log, entries, 2, &first), 0);
    cr_assert_eq(log_verify(bench->log, NULL, NULL, NULL), 0);
}

BOTH(archived_records_are_read_and_verified_as_before) {
    for (size_t i = 1; i <= 30; i++)
        cr_assert_eq(append(bench->log, i), 0);
    uint64_t moved = 0;
    cr_assert_eq(log_archive(bench->log, 100, &moved), 0);
    cr_assert(moved > 80 && moved <= 100);
    cr_assert_eq(log_first(bench->log), moved + 1);
    cr_assert_eq(log_archive(bench->log, 300, &moved), 0);
    reopen(bench);
    cr_assert(log_first(bench->log) > 270);
    cr_assert_eq(append(bench->log, 5), 0);
    cr_assert_eq(read_range(bench->log, 1, UINT64_MAX).count, 470);
    cr_assert_eq(read_range(bench->log, 90, 310).count, 221);
    cr_assert_eq(log_verify(bench->log, NULL, NULL, NULL), 0);
    cr_assert_eq(log_archive(bench->log, UINT64_MAX, &moved), 0);
    cr_assert(log_first(bench->log) <= log_last(bench->log), "the last batch stays");
    reopen(bench);
    cr_assert_eq(log_last(bench->log), 470);
    cr_assert_eq(append(bench->log, 1), 0);
    cr_assert_eq(log_verify(bench->log, NULL, NULL, NULL), 0);
}

BOTH(archiving_goes_on_between_appends_and_is_read_through_at_any_moment) {
    for (size_t i = 1; i <= 30; i++)
        cr_assert_eq(append(bench->log, i), 0);
    bool done = false;
    size_t slices = 0;
    while (!done) {
        cr_assert_eq(log_archive_slice(bench->log, 400, &done), 0);
        cr_assert_eq(append(bench->log, 2), 0);
        slices++;
        cr_assert_eq(read_range(bench->log, 1, UINT64_MAX).count, 465 + 2 * slices);
        cr_assert_lt(slices, 200);
    }
    cr_assert_eq(log_first(bench->log), 379, "batches are moved whole");
    cr_assert(slices > 8 || !bench->lmdb, "%zu slices", slices);
    cr_assert_eq(log_verify(bench->log, NULL, NULL, NULL), 0);
    reopen(bench);
    cr_assert_eq(log_verify(bench->log, NULL, NULL, NULL), 0);
    cr_assert_eq(log_first(bench->log), 379);
}

/* ---- each store's own ---- */

/* Does so many slices with appends in between and is killed. Marks each append that was stored. */
static void archive_and_die(const char *path, unsigned slices, int marks) {
    struct log *log = NULL;
    struct log_lmdb_options options = {.map_bytes = (size_t)1 << 30, .slice_bytes = SLICE_BYTES};
    bool done = false;
    if (log_lmdb_open(path, &options, &log) != 0)
        _exit(70);
    for (unsigned i = 0; i < slices; i++) {
        if (done || log_archive_slice(log, 400, &done) != 0 || append(log, 3) != 0)
            break;
        uint64_t last = log_last(log);
        if (write(marks, &last, sizeof last) != sizeof last)
            _exit(70);
    }
    if (done)
        _exit(1);
    kill(getpid(), SIGKILL);
}

/* True where it was killed, false where all was archived before. */
static bool die_between(const char *path, unsigned slices, uint64_t *ret_last) {
    int marks[2], status = 0;
    cr_assert_eq(pipe(marks), 0);
    pid_t child = fork();
    if (child == 0)
        archive_and_die(path, slices, marks[1]);
    close(marks[1]);
    for (uint64_t last; read(marks[0], &last, sizeof last) == sizeof last;)
        *ret_last = last;
    close(marks[0]);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 1);
    return WIFSIGNALED(status);
}

Test(log_lmdb, killed_between_any_two_slices_it_has_everything_once) {
    unsigned slices = 0;
    for (bool killed = true; killed; slices++) {
        struct bench bench = begin(true);
        for (size_t i = 1; i <= 30; i++)
            cr_assert_eq(append(bench.log, i), 0);
        uint64_t last = log_last(bench.log), moved = 0;
        log_close(bench.log);
        killed = die_between(scratch_path(bench.dir, "log"), slices, &last);
        cr_assert_eq(open_log(&bench), 0);
        cr_assert_eq(log_last(bench.log), last, "killed after %u slices", slices);
        cr_assert_eq(read_range(bench.log, 1, UINT64_MAX).count, last);
        cr_assert_eq(log_verify(bench.log, NULL, NULL, NULL), 0);
        cr_assert_neq(access(scratch_path(bench.dir, "log/archive.tmp"), F_OK), 0);
        cr_assert_eq(log_archive(bench.log, 400, &moved), 0, "and goes on");
        cr_assert_eq(log_first(bench.log), 379);
        cr_assert_eq(log_verify(bench.log, NULL, NULL, NULL), 0);
        end(&bench);
    }
    cr_assert_gt(slices, 8, "only %u moments", slices);
}

Test(log_lmdb, keeps_others_out) {
    struct bench bench = begin(true);
    struct log *second = NULL;
    cr_assert_eq(log_lmdb_open(scratch_path(bench.dir, "log"), NULL, &second), HV_ERR_BUSY);
    struct log_lmdb_options reading = {.read_only = true};
    cr_assert_eq(log_lmdb_open(scratch_path(bench.dir, "log"), &reading, &second), HV_ERR_BUSY);
    cr_assert_eq(log_lmdb_open(scratch_path(bench.dir, "none"), &reading, &second),
                 HV_ERR_NOT_FOUND);
    cr_assert_eq(append(bench.log, 3), 0);
    log_close(bench.log);
    cr_assert_eq(log_lmdb_open(scratch_path(bench.dir, "log"), &reading, &bench.log), 0);
    cr_assert_eq(log_last(bench.log), 3);
    cr_assert_eq(append(bench.log, 1), HV_ERR_PERMISSION);
    end(&bench);
}

Test(log_lmdb, says_full_when_the_map_is_and_reads_go_on) {
    struct bench bench = begin(true);
    log_close(bench.log);
    struct log_lmdb_options options = {.map_bytes = 1 << 20};
    cr_assert_eq(log_lmdb_open(scratch_path(bench.dir, "small"), &options, &bench.log), 0);
    int error = 0;
    while (error == 0)
        error = append(bench.log, 20);
    cr_assert_eq(error, HV_ERR_FULL);
    uint64_t last = log_last(bench.log);
    cr_assert(last > 100);
    cr_assert_eq(read_range(bench.log, 1, UINT64_MAX).count, last);
    uint64_t moved;
    cr_assert_eq(log_archive(bench.log, last, &moved), 0);
    cr_assert_eq(append(bench.log, 20), 0, "there is room again");
    cr_assert_eq(read_range(bench.log, 1, UINT64_MAX).count, last + 20);
    end(&bench);
}

/* What a process of its own comes to that opens and reads the log: what is left of LMDB where a
 * page is missing cannot be given back. */
static int read_in_a_process_of_its_own(const struct bench *bench) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        struct log_lmdb_options options = {.map_bytes = (size_t)1 << 30};
        struct log *log = NULL;
        int error = log_lmdb_open(scratch_path(bench->dir, "log"), &options, &log);
        if (error == 0)
            error = log_verify(log, NULL, NULL, NULL);
        _exit(-error);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status), "signal %d", WTERMSIG(status));
    return -WEXITSTATUS(status);
}

Test(log_lmdb, cut_short_anywhere_it_is_damaged_and_no_end_of_the_process) {
    struct bench bench = begin(true);
    for (size_t i = 1; i <= 20; i++)
        cr_assert_eq(append(bench.log, i), 0);
    log_close(bench.log);
    bench.log = NULL;
    char *path = strdup(scratch_path(bench.dir, "log/data.mdb"));
    cr_assert_eq(read_in_a_process_of_its_own(&bench), 0);
    for (off_t size = (off_t)60 * 4096; size > 4096; size -= 4095)
        if (truncate(path, size) == 0 && size < (off_t)20 * 4096)
            cr_assert_eq(read_in_a_process_of_its_own(&bench), HV_ERR_CORRUPT, "cut to %lld",
                         (long long)size);
    free(path);
    end(&bench);
}

/* In a process of its own, for which the folder is read-only; gives what it comes to, or that this
 * machine does not let it. */
enum { NOT_LET = 100 };

static int try_read_only(const char *dir, const char *log_dir, bool read_only) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
            mount(dir, dir, NULL, MS_BIND, NULL) != 0 ||
            mount(NULL, dir, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) != 0)
            _exit(NOT_LET);
        struct log_lmdb_options options = {.map_bytes = (size_t)1 << 30, .read_only = read_only};
        struct log *log = NULL;
        int error = log_lmdb_open(log_dir, &options, &log);
        if (error == 0)
            error = log_verify(log, NULL, NULL, NULL);
        _exit(-error);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

Test(log_lmdb, is_read_where_nobody_can_write) {
    struct bench bench = begin(true);
    cr_assert_eq(append(bench.log, 20), 0);
    log_close(bench.log);
    bench.log = NULL;
    char *log_dir = strdup(scratch_path(bench.dir, "log"));
    int read_only = try_read_only(bench.dir, log_dir, true),
        written = try_read_only(bench.dir, log_dir, false);
    cr_assert_eq(remove(scratch_path(bench.dir, "log/open.lock")), 0);
    int without_lock = try_read_only(bench.dir, log_dir, true);
    free(log_dir);
    end(&bench);
    if (read_only == NOT_LET)
        cr_skip("no mount name space for this user");
    cr_assert_eq(read_only, 0);
    cr_assert_eq(without_lock, 0, "a backup has none");
    cr_assert_eq(written, -HV_ERR_PERMISSION);
}

Test(log_lmdb, a_copy_is_the_same_log) {
    struct bench bench = begin(true);
    uint64_t moved;
    for (size_t i = 1; i <= 20; i++)
        cr_assert_eq(append(bench.log, i), 0);
    cr_assert_eq(log_archive(bench.log, 50, &moved), 0);
    cr_assert_eq(log_copy(bench.log, scratch_path(bench.dir, "copy")), 0);
    cr_assert_eq(log_copy(bench.log, scratch_path(bench.dir, "copy")), HV_ERR_EXISTS);
    struct log *second = NULL;
    cr_assert_eq(log_lmdb_open(scratch_path(bench.dir, "copy"), NULL, &second), 0);
    cr_assert_eq(read_range(second, 1, UINT64_MAX).count, 210);
    cr_assert_eq(log_verify(second, NULL, NULL, NULL), 0);
    log_close(second);
    end(&bench);
}

/* Writes over one byte of the frame of a position in the only archive there is. */
static void damage_archive(const struct bench *bench, uint64_t last, uint64_t position,
                           size_t offset) {
    char name[96];
    uint8_t bytes[3000], byte;
    off_t at = 8 + (off_t)offset;
    for (uint64_t before = 1; before < position; before++)
        at += (off_t)(LOG_FRAME_HEADER_BYTES + payload(before, bytes));
    snprintf(name, sizeof name, "log/archive-%020llu-%020llu.log", 1ULL, (unsigned long long)last);
    int file = open(scratch_path(bench->dir, name), O_RDWR | O_CLOEXEC);
    cr_assert_geq(file, 0);
    cr_assert_eq(pread(file, &byte, 1, at), 1);
    byte ^= 0xff;
    cr_assert_eq(pwrite(file, &byte, 1, at), 1);
    close(file);
}

/* What lies before is passed over by its sizes, and from where somebody has been before. */
Test(log_lmdb, an_archive_is_read_piece_by_piece_without_beginning_anew) {
    struct bench bench = begin(true);
    uint64_t moved = 0, bad = 0;
    for (size_t i = 1; i <= 30; i++)
        cr_assert_eq(append(bench.log, i), 0);
    cr_assert_eq(log_archive(bench.log, 400, &moved), 0);
    cr_assert_gt(moved, 300);
    damage_archive(&bench, moved, 3, LOG_FRAME_HEADER_BYTES + 1); /* within what is passed over */
    cr_assert_eq(read_range(bench.log, 100, 109).count, 10);
    cr_assert_eq(log_read(bench.log, 1, 10, NULL, NULL, &bad), HV_ERR_CORRUPT);
    cr_assert_eq(bad, 3);
    damage_archive(&bench, moved, 50, 8); /* nothing leads from the first frame any more */
    cr_assert_eq(read_range(bench.log, 110, 200).count, 91, "it begins where the last one ended");
    cr_assert_eq(read_range(bench.log, 201, moved).count, moved - 200);
    reopen(&bench);
    cr_assert_eq(log_read(bench.log, 110, 200, NULL, NULL, NULL), HV_ERR_CORRUPT);
    cr_assert_eq(log_verify(bench.log, NULL, NULL, &bad), HV_ERR_CORRUPT);
    cr_assert_eq(bad, 3);
    damage_archive(&bench, moved, 3, LOG_FRAME_HEADER_BYTES + 1);
    damage_archive(&bench, moved, 50, 8);
    cr_assert_eq(log_verify(bench.log, NULL, NULL, NULL), 0);
    end(&bench);
}

static int cut_off(void *context, const struct log_record *record) {
    (void)record;
    cr_assert_eq(truncate(context, 4096), 0);
    return 0;
}

/* As of a disk that does not give the rest of the file back while it is read. */
Test(log_lmdb, an_archive_whose_pages_go_while_it_is_read_is_damaged) {
    struct bench bench = begin(true);
    uint64_t moved = 0;
    char name[96];
    for (size_t i = 1; i <= 30; i++)
        cr_assert_eq(append(bench.log, i), 0);
    cr_assert_eq(log_archive(bench.log, 400, &moved), 0);
    snprintf(name, sizeof name, "log/archive-%020llu-%020llu.log", 1ULL, (unsigned long long)moved);
    char *path = strdup(scratch_path(bench.dir, name));
    cr_assert_eq(log_read(bench.log, 1, moved, cut_off, path, NULL), HV_ERR_CORRUPT);
    free(path);
    end(&bench);
}

Test(log_memory, verify_names_the_first_record_that_was_changed) {
    struct bench bench = begin(false);
    for (size_t i = 1; i <= 10; i++)
        cr_assert_eq(append(bench.log, i), 0);
    for (size_t offset = 0; offset < LOG_FRAME_HEADER_BYTES + 20; offset++) {
        uint64_t bad = 0;
        cr_assert_eq(log_memory_damage(bench.disk, 23, offset), 0);
        cr_assert_lt(log_verify(bench.log, NULL, NULL, &bad), 0);
        cr_assert_eq(bad, 23, "byte %zu", offset);
        if (log_memory_damage(bench.disk, 23, offset) != 0) { /* size or checksum: build anew */
            end(&bench);
            bench = begin(false);
            for (size_t i = 1; i <= 10; i++)
                cr_assert_eq(append(bench.log, i), 0);
        }
        cr_assert_eq(log_verify(bench.log, NULL, NULL, NULL), 0);
    }
    end(&bench);
}

Test(log_memory, a_crash_keeps_all_of_a_batch_or_nothing) {
    struct bench bench = begin(false);
    cr_assert_eq(append(bench.log, 4), 0);
    log_memory_fault_next(bench.disk, LOG_MEMORY_CRASH_BEFORE);
    cr_assert_eq(append(bench.log, 4), HV_ERR_CLOSED);
    cr_assert_eq(append(bench.log, 4), HV_ERR_CLOSED);
    reopen(&bench);
    cr_assert_eq(log_last(bench.log), 4);
    log_memory_fault_next(bench.disk, LOG_MEMORY_CRASH_AFTER);
    cr_assert_eq(append(bench.log, 4), HV_ERR_CLOSED);
    reopen(&bench);
    cr_assert_eq(log_last(bench.log), 8);
    log_memory_fault_next(bench.disk, LOG_MEMORY_IO);
    cr_assert_eq(append(bench.log, 1), HV_ERR_IO);
    cr_assert_eq(append(bench.log, 1), 0);
    log_memory_limit(bench.disk, 1);
    cr_assert_eq(append(bench.log, 1), HV_ERR_FULL);
    cr_assert_eq(log_verify(bench.log, NULL, NULL, NULL), 0);
    end(&bench);
}
