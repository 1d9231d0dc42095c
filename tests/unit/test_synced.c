/* What must survive a power cut is synced, and so is the folder that names it: an fsync of this
 * program's own stands in the way of the C library's and remembers what it was called for. */
#include "coordinator/log/log_lmdb.h"
#include "coordinator/region/region.h"
#include "coordinator/region_folder.h"
#include "nodes/outbox/outbox.h"
#include "schemas/platform/atomic_file.h"
#include "tests/support/region_files.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SYNCS_MAX = 64 };

static char synced[SYNCS_MAX][PATH_MAX];
static size_t synced_count;

static const char *tidied; /* a folder that is tidied up whenever something is synced */

int fsync(int fd) {
    char link[64];
    if (tidied != NULL)
        atomic_file_tidy(tidied);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (synced_count < SYNCS_MAX) {
        ssize_t size = readlink(link, synced[synced_count], PATH_MAX - 1);
        synced[synced_count++][size < 0 ? 0 : size] = '\0';
    }
    return (int)syscall(SYS_fsync, fd);
}

/* LMDB syncs what it wrote with this one; it can fail once. */
static bool fails_next;
static size_t data_syncs;

int fdatasync(int fd) {
    data_syncs++;
    if (!fails_next)
        return (int)syscall(SYS_fdatasync, fd);
    fails_next = false;
    errno = EIO;
    return -1;
}

static void assert_synced(const char *path) {
    char *real = realpath(path, NULL);
    bool found = false;
    cr_assert_not_null(real, "%s is not there", path);
    for (size_t i = 0; i < synced_count; i++)
        found = found || strcmp(synced[i], real) == 0;
    cr_assert(found, "%s was not synced", path);
    free(real);
}

Test(synced, a_copy_of_the_log_with_its_folder_and_the_name_of_that) {
    char *dir = scratch_make();
    struct log *log = NULL;
    const uint8_t bytes[] = "a record";
    const struct log_entry entry = {.kind = HV_RECORD_NOTE, .bytes = bytes, .size = sizeof bytes};
    uint64_t first = 0;
    cr_assert_eq(log_lmdb_open(scratch_path(dir, "log"), NULL, &log), 0);
    assert_synced(dir);
    cr_assert_eq(log_append(log, &entry, 1, &first), 0);
    synced_count = 0;
    cr_assert_eq(log_copy(log, scratch_path(dir, "copy")), 0);
    assert_synced(scratch_path(dir, "copy/data.mdb"));
    assert_synced(scratch_path(dir, "copy"));
    assert_synced(dir);
    log_close(log);
    scratch_remove(dir);
}

Test(synced, a_new_outbox_with_its_name) {
    char *dir = scratch_make();
    struct outbox *outbox = NULL;
    cr_assert_eq(outbox_lmdb_open(scratch_path(dir, "outbox"), true, 1 << 22, &outbox), HV_OK);
    assert_synced(scratch_path(dir, "outbox"));
    assert_synced(dir);
    outbox_free(outbox);
    scratch_remove(dir);
}

Test(synced, a_small_file_with_its_name) {
    char *dir = scratch_make();
    cr_assert_eq(atomic_file_write(scratch_path(dir, "small"), "x", 1, 0600), HV_OK);
    assert_synced(dir);
    scratch_remove(dir);
}

Test(synced, a_small_file_that_is_being_written_is_not_tidied_away) {
    char *dir = scratch_make();
    tidied = dir;
    cr_assert_eq(atomic_file_write(scratch_path(dir, "small"), "x", 1, 0600), HV_OK);
    cr_assert_eq(atomic_file_create(scratch_path(dir, "other"), "x", 1, 0600), HV_OK);
    tidied = NULL;
    scratch_remove(dir);
}

Test(synced, a_region_with_its_files_and_its_name) {
    struct region_files files;
    struct hv_fault_list faults;
    struct region *region = NULL;
    char *dir = scratch_make();
    region_files_init(&files);
    region_files_small(&files);
    hv_fault_list_init(&faults);
    cr_assert_eq(region_load(files.dir, &faults, &region), HV_OK);
    synced_count = 0;
    cr_assert_eq(region_folder_save(region, scratch_path(dir, "kept")), HV_OK);
    assert_synced(scratch_path(dir, "kept"));
    assert_synced(dir);
    region_free(region);
    hv_fault_list_deinit(&faults);
    region_files_deinit(&files);
    scratch_remove(dir);
}

/* ---- a sync that failed ---- */

static int put_report(struct outbox *outbox, uint64_t number) {
    const struct outbox_write write = {
        .table = OUTBOX_HISTORY, .key = number, .bytes = (const uint8_t *)"report", .size = 6};
    return outbox_apply(outbox, &write, 1);
}

static uint64_t last_report(const struct outbox *outbox) {
    uint64_t first = 0, last = 0;
    cr_assert_eq(outbox_bounds(outbox, OUTBOX_HISTORY, &first, &last), HV_OK);
    return last;
}

Test(synced, after_a_failure_an_outbox_promises_nothing_before_it_is_opened_anew) {
    char *dir = scratch_make();
    struct outbox *outbox = NULL;
    cr_assert_eq(outbox_lmdb_open(scratch_path(dir, "outbox"), true, 1 << 22, &outbox), HV_OK);
    cr_assert_eq(put_report(outbox, 1), HV_OK);
    fails_next = true;
    cr_assert_eq(put_report(outbox, 2), HV_ERR_IO);
    size_t before = data_syncs;
    cr_assert_eq(put_report(outbox, 2), HV_ERR_IO, "a sync that works now proves nothing");
    cr_assert_eq(data_syncs, before);
    cr_assert_eq(last_report(outbox), 1, "reading goes on");
    outbox_free(outbox);
    cr_assert_eq(outbox_lmdb_open(scratch_path(dir, "outbox"), false, 1 << 22, &outbox), HV_OK);
    cr_assert_eq(last_report(outbox), 1);
    cr_assert_eq(put_report(outbox, 2), HV_OK);
    outbox_free(outbox);
    scratch_remove(dir);
}

static int put_record(struct log *log) {
    const uint8_t bytes[] = "a record";
    const struct log_entry entry = {.kind = HV_RECORD_NOTE, .bytes = bytes, .size = sizeof bytes};
    uint64_t first = 0;
    return log_append(log, &entry, 1, &first);
}

Test(synced, after_a_failure_a_log_promises_nothing_before_it_is_opened_anew) {
    char *dir = scratch_make();
    struct log *log = NULL;
    bool done = false;
    cr_assert_eq(log_lmdb_open(scratch_path(dir, "log"), NULL, &log), 0);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(put_record(log), 0);
    fails_next = true;
    cr_assert_eq(put_record(log), HV_ERR_IO);
    size_t before = data_syncs;
    cr_assert_eq(put_record(log), HV_ERR_IO, "a sync that works now proves nothing");
    cr_assert_eq(data_syncs, before);
    cr_assert_eq(log_archive_slice(log, 2, &done), 0, "what is there can be copied away,");
    cr_assert_eq(log_archive_slice(log, 2, &done), HV_ERR_IO, "but nothing be dropped");
    cr_assert_eq(log_last(log), 3);
    cr_assert_eq(log_verify(log, NULL, NULL, NULL), 0, "reading goes on");
    log_close(log);
    cr_assert_eq(log_lmdb_open(scratch_path(dir, "log"), NULL, &log), 0);
    cr_assert_eq(log_last(log), 3);
    cr_assert_eq(put_record(log), 0);
    cr_assert_eq(log_verify(log, NULL, NULL, NULL), 0);
    log_close(log);
    scratch_remove(dir);
}
