/* Appends batches to a log and marks each one as acknowledged after log_append returned, for the
 * power-cut test. append_marked DIR BATCHES SEED      log in DIR/log, marks in DIR/acknowledged (8
 * bytes: the last position) Record i is a note whose text is "record i", so that the reader can
 * tell what it should find. */
#include "coordinator/log/log_lmdb.h"
#include "schemas/codec.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BATCH_MAX = 40, RECORD_BYTES = 4096 };

static void must(int error, const char *what) {
    if (error != HV_OK) {
        fprintf(stderr, "append_marked: %s: %s\n", what, hv_error_text(error));
        exit(70);
    }
}

static size_t encode_note(uint64_t number, unsigned padding, uint8_t *bytes) {
    char text[1024];
    snprintf(text, sizeof text, "record %llu %0*d", (unsigned long long)number, (int)padding, 0);
    struct hv_record record = {.version = HV_RECORD_VERSION,
                               .actor = HV_ACTOR_SYSTEM,
                               .name = "test",
                               .wall_ms = 1700000000000,
                               .mono_ms = number,
                               .kind = HV_RECORD_NOTE,
                               .note = {.text = text, .subject = ""}};
    struct hv_arena arena;
    size_t size = 0;
    hv_arena_init(&arena, 0);
    must(hv_record_encode(&record, &arena, bytes, RECORD_BYTES, &size), "encode");
    hv_arena_deinit(&arena);
    return size;
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 64;
    char log_dir[4096], marks[4096];
    snprintf(log_dir, sizeof log_dir, "%s/log", argv[1]);
    snprintf(marks, sizeof marks, "%s/acknowledged", argv[1]);
    unsigned batches = (unsigned)strtoul(argv[2], NULL, 10),
             seed = (unsigned)strtoul(argv[3], NULL, 10);
    struct log *log = NULL;
    struct log_lmdb_options options = {.map_bytes = 64u << 20, .slice_bytes = 65536};
    must(log_lmdb_open(log_dir, &options, &log), "open");
    int marks_fd = open(marks, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    static uint8_t bytes[BATCH_MAX][RECORD_BYTES];
    uint64_t last = log_last(log);
    bool archiving = false;
    for (unsigned b = 0; b < batches; b++) {
        struct log_entry entries[BATCH_MAX];
        size_t count = 1 + (size_t)rand_r(&seed) % BATCH_MAX;
        for (size_t i = 0; i < count; i++)
            entries[i] = (struct log_entry){
                HV_RECORD_NOTE, bytes[i],
                encode_note(last + 1 + i, (unsigned)rand_r(&seed) % 600, bytes[i])};
        uint64_t first = 0;
        bool done = false;
        must(log_append(log, entries, count, &first), "append");
        last += count;
        if (write(marks_fd, &last, sizeof last) != sizeof last)
            return 70;
        if (b % 64 == 63)
            archiving = true; /* a slice after each batch until it is done */
        if (archiving) {
            must(log_archive_slice(log, last / 2, &done), "archive");
            archiving = !done;
        }
    }
    close(marks_fd);
    log_close(log);
    return 0;
}
