/* The writer thread appends and archives while others read, verify and copy the same log. A plain
 * program for the thread sanitizer: exits 0 where every record was seen in its place. */
#include "coordinator/daemon_writer.h"
#include "coordinator/log/log_lmdb.h"
#include "schemas/codec.h"

#include <ftw.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCHES = 150, ENTRIES = 20, READERS = 2, RECORD_BYTES = 256 };

static struct log *log_of_all;
static atomic_bool over;

static void check(bool right, const char *what) {
    if (right)
        return;
    fprintf(stderr, "log_writer: %s\n", what);
    exit(1);
}

static int count_record(void *context, const struct log_record *record) {
    uint64_t *next = context;
    check(record->position == *next, "a position is missing");
    ++*next;
    return 0;
}

static void *read_on(void *context) {
    const bool *verifies = context;
    while (!atomic_load(&over)) {
        uint64_t next = 1, last = log_last(log_of_all), bad = 0;
        int error = *verifies ? log_verify(log_of_all, count_record, &next, &bad)
                              : log_read(log_of_all, 1, last, count_record, &next, &bad);
        check(error == 0, hv_error_text(error));
        check(next > last, "a record that was there is not read");
    }
    return NULL;
}

static void *copy_once(void *to) {
    check(log_copy(log_of_all, to) == 0, "no copy");
    return NULL;
}

static size_t make_record(uint8_t *bytes) {
    struct hv_arena arena;
    size_t size = 0;
    struct hv_record note = {.version = HV_RECORD_VERSION,
                             .actor = HV_ACTOR_OPERATOR,
                             .name = "threads",
                             .kind = HV_RECORD_NOTE,
                             .note = {.text = "a note", .subject = ""}};
    hv_arena_init(&arena, 0);
    check(hv_record_encode(&note, &arena, bytes, RECORD_BYTES, &size) == 0, "no record");
    hv_arena_deinit(&arena);
    return size;
}

/* The end of a job is told by the descriptor, as in the daemon's loop. */
static void append(struct daemon_writer *writer, const struct log_entry *entries) {
    int error = 0;
    daemon_writer_append(writer, entries, ENTRIES);
    do {
        struct pollfd ready = {.fd = daemon_writer_fd(writer), .events = POLLIN};
        poll(&ready, 1, -1);
    } while (daemon_writer_collect(writer, false, &error) != 0);
    check(error == 0, hv_error_text(error));
}

static void append_all(struct daemon_writer *writer) {
    static uint8_t bytes[RECORD_BYTES];
    struct log_entry entries[ENTRIES];
    size_t size = make_record(bytes);
    for (int i = 0; i < ENTRIES; i++)
        entries[i] = (struct log_entry){HV_RECORD_NOTE, bytes, size};
    for (int batch = 1; batch <= BATCHES; batch++) {
        append(writer, entries);
        if (batch % 25 == 0)
            daemon_writer_archive(writer, (uint64_t)(batch - 10) * ENTRIES);
    }
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
    (void)info, (void)kind, (void)place;
    return remove(path);
}

int main(void) {
    static const bool verifies[READERS] = {false, true};
    char top[] = "/tmp/haven-threads-XXXXXX", dir[64], to[64];
    struct log_lmdb_options options = {.map_bytes = (size_t)256 << 20};
    struct daemon_writer *writer = NULL;
    pthread_t readers[READERS], copier;
    check(mkdtemp(top) != NULL, "no folder");
    snprintf(dir, sizeof dir, "%s/log", top);
    snprintf(to, sizeof to, "%s/copy", top);
    check(log_lmdb_open(dir, &options, &log_of_all) == 0, "no log");
    check(daemon_writer_new(log_of_all, &writer) == 0, "no writer");
    for (int i = 0; i < READERS; i++)
        check(pthread_create(&readers[i], NULL, read_on, (void *)(uintptr_t)&verifies[i]) == 0,
              "no thread");
    check(pthread_create(&copier, NULL, copy_once, to) == 0, "no thread");
    append_all(writer);
    atomic_store(&over, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    pthread_join(copier, NULL);
    daemon_writer_free(writer);
    check(log_last(log_of_all) == BATCHES * ENTRIES, "records are missing");
    log_close(log_of_all);
    nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}
