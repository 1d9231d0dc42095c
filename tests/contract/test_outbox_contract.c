/* One suite over both outboxes. */
#include "nodes/outbox/outbox.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { KIND_MEMORY, KIND_LMDB };

static char *folder;

static void set_up(void) {
    folder = scratch_make();
}

static void tear_down(void) {
    scratch_remove(folder);
}

TestSuite(outbox_contract, .init = set_up, .fini = tear_down);

static struct outbox *make(enum kind kind, size_t bytes_max) {
    struct outbox *outbox = NULL;
    if (kind == KIND_MEMORY)
        return outbox_memory_new(bytes_max);
    int error = outbox_lmdb_open(scratch_path(folder, "outbox"), true, bytes_max, &outbox);
    cr_assert_eq(error, HV_OK, "open: %d", error);
    return outbox;
}

/* What a restart finds. */
static struct outbox *again(enum kind kind, struct outbox *outbox) {
    struct outbox *opened = NULL;
    if (kind == KIND_MEMORY)
        return outbox;
    outbox_free(outbox);
    cr_assert_eq(outbox_lmdb_open(scratch_path(folder, "outbox"), false, 1u << 24, &opened), HV_OK);
    return opened;
}

static struct outbox_write put(enum outbox_table table, uint64_t key, const char *text) {
    return (struct outbox_write){
        .table = table, .key = key, .bytes = (const uint8_t *)text, .size = strlen(text)};
}

static void expect(const struct outbox *outbox, enum outbox_table table, uint64_t key,
                   const char *text) {
    struct hv_arena arena;
    const uint8_t *bytes;
    size_t size;
    hv_arena_init(&arena, 0);
    int error = outbox_read(outbox, table, key, &arena, &bytes, &size);
    if (text == NULL) {
        cr_assert_eq(error, HV_ERR_NOT_FOUND);
    } else {
        cr_assert_eq(error, HV_OK);
        cr_assert_eq(size, strlen(text));
        cr_assert_eq(memcmp(bytes, text, size), 0);
    }
    hv_arena_deinit(&arena);
}

static int count(void *context, uint64_t key, const uint8_t *bytes, size_t size) {
    uint64_t *seen = context;
    (void)bytes, (void)size;
    cr_assert(seen[0] == 0 || key > seen[1], "in order of key");
    seen[0]++;
    seen[1] = key;
    return seen[0] == 100 ? HV_ERR_STOPPED : HV_OK;
}

static void keeps_what_was_applied(enum kind kind) {
    struct outbox *outbox = make(kind, 1u << 24);
    struct outbox_write writes[] = {put(OUTBOX_HISTORY, 2, "two"), put(OUTBOX_HISTORY, 1, "one"),
                                    put(OUTBOX_META, 2, "meta"), put(OUTBOX_HISTORY, 1, "uno"),
                                    put(OUTBOX_REFUSED, UINT64_MAX, "")};
    cr_assert_eq(outbox_apply(outbox, writes, 5), HV_OK);
    outbox = again(kind, outbox);
    expect(outbox, OUTBOX_HISTORY, 1, "uno");
    expect(outbox, OUTBOX_HISTORY, 2, "two");
    expect(outbox, OUTBOX_META, 2, "meta");
    expect(outbox, OUTBOX_REFUSED, UINT64_MAX, "");
    expect(outbox, OUTBOX_PRESENT, 1, NULL);
    uint64_t first, last;
    cr_assert_eq(outbox_bounds(outbox, OUTBOX_HISTORY, &first, &last), HV_OK);
    cr_assert(first == 1 && last == 2);
    cr_assert_eq(outbox_bounds(outbox, OUTBOX_ORDERS, &first, &last), HV_ERR_NOT_FOUND);
    outbox_free(outbox);
}

static void takes_ranges_away(enum kind kind) {
    struct outbox *outbox = make(kind, 1u << 24);
    for (uint64_t key = 1; key <= 3000; key++) {
        struct outbox_write write =
            put(OUTBOX_HISTORY, key, "a report of some length, as they are");
        if (key % 500 == 0)
            cr_assert_eq(outbox_apply(outbox, &write, 1), HV_OK);
        else if (key % 500 == 1) { /* many at once, so that pages fill */
            struct outbox_write many[498];
            for (uint64_t i = 0; i < 498; i++)
                many[i] = put(OUTBOX_HISTORY, key + i, "a report of some length, as they are");
            cr_assert_eq(outbox_apply(outbox, many, 498), HV_OK);
        } else if (key % 500 == 499) {
            cr_assert_eq(outbox_apply(outbox, &write, 1), HV_OK);
        }
    }
    struct outbox_write gone = {.table = OUTBOX_HISTORY, .key = 1, .last = 2950};
    cr_assert_eq(outbox_apply(outbox, &gone, 1), HV_OK);
    uint64_t seen[2] = {0}, first, last;
    cr_assert_eq(outbox_bounds(outbox, OUTBOX_HISTORY, &first, &last), HV_OK);
    cr_assert(first == 2951 && last == 3000);
    cr_assert_eq(outbox_walk(outbox, OUTBOX_HISTORY, 0, UINT64_MAX, count, seen), HV_OK);
    cr_assert_eq(seen[0], 50);
    struct outbox_write all = {.table = OUTBOX_HISTORY, .key = 0, .last = UINT64_MAX};
    cr_assert_eq(outbox_apply(outbox, &all, 1), HV_OK);
    cr_assert_eq(outbox_bounds(outbox, OUTBOX_HISTORY, &first, &last), HV_ERR_NOT_FOUND);
    outbox_free(outbox);
}

static void walks_until_the_visitor_ends(enum kind kind) {
    struct outbox *outbox = make(kind, 1u << 24);
    struct outbox_write writes[200];
    for (uint64_t i = 0; i < 200; i++)
        writes[i] = put(OUTBOX_PRESENT, 10 + i, "x");
    cr_assert_eq(outbox_apply(outbox, writes, 200), HV_OK);
    uint64_t seen[2] = {0};
    cr_assert_eq(outbox_walk(outbox, OUTBOX_PRESENT, 0, UINT64_MAX, count, seen), HV_ERR_STOPPED);
    cr_assert(seen[0] == 100 && seen[1] == 109);
    seen[0] = 0;
    cr_assert_eq(outbox_walk(outbox, OUTBOX_PRESENT, 200, 205, count, seen), HV_OK);
    cr_assert(seen[0] == 6 && seen[1] == 205);
    outbox_free(outbox);
}

static void is_full_and_whole(enum kind kind) {
    static uint8_t report[4000];
    struct outbox *outbox = make(kind, 1u << 20);
    uint64_t stored = 0;
    int error = HV_OK;
    for (uint64_t key = 1; key < 1000 && error == HV_OK; key++) {
        struct outbox_write pair[] = {
            {.table = OUTBOX_HISTORY, .key = key, .bytes = report, .size = sizeof report},
            {.table = OUTBOX_PRESENT, .key = key, .bytes = report, .size = sizeof report}};
        error = outbox_apply(outbox, pair, 2);
        stored = error == HV_OK ? key : stored;
    }
    cr_assert_eq(error, HV_ERR_FULL);
    cr_assert_gt(stored, 20);
    uint64_t first, last_history, last_present;
    cr_assert_eq(outbox_bounds(outbox, OUTBOX_HISTORY, &first, &last_history), HV_OK);
    cr_assert_eq(outbox_bounds(outbox, OUTBOX_PRESENT, &first, &last_present), HV_OK);
    cr_assert(last_history == stored && last_present == stored, "all or nothing");
    struct outbox_write prune[] = {{.table = OUTBOX_HISTORY, .key = 1, .last = stored / 2},
                                   {.table = OUTBOX_PRESENT, .key = 1, .last = stored / 2}};
    cr_assert_eq(outbox_apply(outbox, prune, 2), HV_OK, "a full outbox can be emptied");
    struct outbox_write more = {
        .table = OUTBOX_HISTORY, .key = stored + 1, .bytes = report, .size = sizeof report};
    cr_assert_eq(outbox_apply(outbox, &more, 1), HV_OK, "and then takes more");
    outbox_free(outbox);
}

static void refuses_what_is_too_large(enum kind kind) {
    static uint8_t large[300u << 10];
    struct outbox *outbox = make(kind, 1u << 24);
    struct outbox_write write = {
        .table = OUTBOX_HISTORY, .key = 1, .bytes = large, .size = sizeof large};
    cr_assert_eq(outbox_apply(outbox, &write, 1), HV_ERR_LIMIT);
    expect(outbox, OUTBOX_HISTORY, 1, NULL);
    outbox_free(outbox);
}

#define OVER_BOTH(NAME)                                                                            \
    Test(outbox_contract, memory_##NAME) {                                                         \
        NAME(KIND_MEMORY);                                                                         \
    }                                                                                              \
    Test(outbox_contract, lmdb_##NAME) {                                                           \
        NAME(KIND_LMDB);                                                                           \
    }

OVER_BOTH(keeps_what_was_applied)
OVER_BOTH(takes_ranges_away)
OVER_BOTH(walks_until_the_visitor_ends)
OVER_BOTH(is_full_and_whole)
OVER_BOTH(refuses_what_is_too_large)

/* ---- LMDB's own ---- */

Test(outbox_contract, lmdb_is_open_once) {
    struct outbox *outbox = make(KIND_LMDB, 1u << 24), *other;
    const char *path = scratch_path(folder, "outbox");
    cr_assert_eq(outbox_lmdb_open(path, false, 1u << 24, &other), HV_ERR_BUSY);
    cr_assert_eq(outbox_lmdb_open(path, true, 1u << 24, &other), HV_ERR_EXISTS);
    outbox_free(outbox);
    cr_assert_eq(outbox_lmdb_open(scratch_path(folder, "none"), false, 1u << 24, &other),
                 HV_ERR_NOT_FOUND);
}

Test(outbox_contract, lmdb_finds_a_flipped_bit) {
    struct outbox *outbox = make(KIND_LMDB, 1u << 24);
    static uint8_t report[20000];
    memset(report, 'r', sizeof report);
    struct outbox_write write = {
        .table = OUTBOX_HISTORY, .key = 1, .bytes = report, .size = sizeof report};
    cr_assert_eq(outbox_apply(outbox, &write, 1), HV_OK);
    outbox_free(outbox);
    char *path = strdup(scratch_path(folder, "outbox/data.mdb"));
    static uint8_t file[1u << 20];
    int descriptor = open(path, O_RDWR);
    ssize_t size = read(descriptor, file, sizeof file);
    uint8_t *found = memmem(file, (size_t)size, report, 1000);
    cr_assert_not_null(found);
    cr_assert_eq(pwrite(descriptor, "s", 1, found - file + 500), 1);
    close(descriptor);
    free(path);
    cr_assert_eq(outbox_lmdb_open(scratch_path(folder, "outbox"), false, 1u << 24, &outbox), HV_OK);
    struct hv_arena arena;
    const uint8_t *bytes;
    size_t got;
    hv_arena_init(&arena, 0);
    cr_assert_eq(outbox_read(outbox, OUTBOX_HISTORY, 1, &arena, &bytes, &got), HV_ERR_CORRUPT);
    hv_arena_deinit(&arena);
    outbox_free(outbox);
}

static int pass_over(void *context, uint64_t key, const uint8_t *bytes, size_t size) {
    (void)context, (void)key, (void)bytes, (void)size;
    return HV_OK;
}

/* What a process of its own comes to that opens the outbox and reads it: what is left of LMDB where
 * a page is missing cannot be given back. */
static int read_in_a_process_of_its_own(void) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        struct outbox *outbox = NULL;
        int error = outbox_lmdb_open(scratch_path(folder, "outbox"), false, 1u << 24, &outbox);
        for (int table = 0; error == HV_OK && table < OUTBOX_TABLE_COUNT; table++)
            error = outbox_walk(outbox, (enum outbox_table)table, 0, UINT64_MAX, pass_over, NULL);
        _exit(-error);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status), "signal %d", WTERMSIG(status));
    return -WEXITSTATUS(status);
}

Test(outbox_contract, lmdb_cut_short_is_damaged_and_no_end_of_the_process) {
    struct outbox *outbox = make(KIND_LMDB, 1u << 24);
    static uint8_t report[20000];
    for (uint64_t i = 1; i <= 20; i++) {
        struct outbox_write write = {
            .table = OUTBOX_HISTORY, .key = i, .bytes = report, .size = sizeof report};
        cr_assert_eq(outbox_apply(outbox, &write, 1), HV_OK);
    }
    outbox_free(outbox);
    char *path = strdup(scratch_path(folder, "outbox/data.mdb"));
    cr_assert_eq(read_in_a_process_of_its_own(), HV_OK);
    for (off_t size = (off_t)20 * 4096; size > 4096; size -= 4095) {
        cr_assert_eq(truncate(path, size), 0);
        cr_assert_eq(read_in_a_process_of_its_own(), HV_ERR_CORRUPT, "cut to %lld",
                     (long long)size);
    }
    free(path);
}

/* ---- the simulated one's own ---- */

Test(outbox_contract, memory_loses_power_before_or_after_a_batch) {
    struct outbox *outbox = outbox_memory_new(1u << 20);
    struct outbox_write one = put(OUTBOX_HISTORY, 1, "one"), two = put(OUTBOX_HISTORY, 2, "two");
    outbox_memory_fail_at(outbox, 1, true);
    cr_assert_eq(outbox_apply(outbox, &one, 1), HV_ERR_CLOSED);
    cr_assert(outbox_memory_is_off(outbox));
    outbox_memory_power_on(outbox);
    expect(outbox, OUTBOX_HISTORY, 1, "one");
    outbox_memory_fail_at(outbox, 1, false);
    cr_assert_eq(outbox_apply(outbox, &two, 1), HV_ERR_CLOSED);
    outbox_memory_power_on(outbox);
    expect(outbox, OUTBOX_HISTORY, 2, NULL);
    struct outbox *copy = outbox_memory_copy(outbox);
    outbox_free(outbox);
    expect(copy, OUTBOX_HISTORY, 1, "one");
    outbox_free(copy);
}
