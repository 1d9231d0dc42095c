/* Appends batches to a log or to a node's outbox and marks each one as acknowledged after it was
 * stored, for the power-cut test.
 *
 *     append_marked DIR BATCHES SEED log|outbox
 *
 * Log in DIR/log or outbox in DIR/outbox, marks in DIR/acknowledged (8 bytes: the last number).
 * Record i is, or is a note whose text is, "record i", so that the reader can tell what it should
 * find. The outbox keeps its last number in a record of its own, and older halves are taken away.
 */
#include "coordinator/log/log_lmdb.h"
#include "nodes/outbox/outbox.h"
#include "schemas/codec.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static void mark(int marks, uint64_t last) {
    if (write(marks, &last, sizeof last) != sizeof last)
        exit(70);
}

/* ---- a node's outbox ---- */

static void append_to_outbox(const char *dir, unsigned batches, unsigned seed, int marks) {
    enum { BYTES_MAX = 64 << 20 };
    static char texts[BATCH_MAX][RECORD_BYTES];
    struct outbox *outbox = NULL;
    uint64_t last = 0;
    must(outbox_lmdb_open(dir, true, BYTES_MAX, &outbox), "open");
    for (unsigned b = 0; b < batches; b++) {
        struct outbox_write writes[BATCH_MAX + 2];
        size_t count = 1 + (size_t)rand_r(&seed) % BATCH_MAX;
        for (size_t i = 0; i < count; i++) {
            const unsigned long long number = last + 1 + i;
            const int padding = rand_r(&seed) % 600;
            const int size =
                snprintf(texts[i], RECORD_BYTES, "record %llu %0*d", number, padding, 0);
            writes[i] = (struct outbox_write){.table = OUTBOX_HISTORY,
                                              .key = number,
                                              .bytes = (const uint8_t *)texts[i],
                                              .size = (size_t)size};
        }
        last += count;
        writes[count++] = (struct outbox_write){
            .table = OUTBOX_META, .bytes = (const uint8_t *)&last, .size = sizeof last};
        if (b % 16 == 15)
            writes[count++] =
                (struct outbox_write){.table = OUTBOX_HISTORY, .key = 1, .last = last / 2};
        must(outbox_apply(outbox, writes, count), "apply");
        mark(marks, last);
    }
    outbox_free(outbox);
}

/* ---- the coordinator's log ---- */

static void append_to_log(const char *log_dir, unsigned batches, unsigned seed, int marks) {
    struct log *log = NULL;
    struct log_lmdb_options options = {.map_bytes = 64u << 20, .slice_bytes = 65536};
    must(log_lmdb_open(log_dir, &options, &log), "open");
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
        mark(marks, last);
        if (b % 64 == 63)
            archiving = true; /* a slice after each batch until it is done */
        if (archiving) {
            must(log_archive_slice(log, last / 2, &done), "archive");
            archiving = !done;
        }
    }
    log_close(log);
}

int main(int argc, char **argv) {
    char path[4096], marks_path[4096];
    if (argc != 5)
        return 64;
    snprintf(path, sizeof path, "%s/%s", argv[1], argv[4]);
    snprintf(marks_path, sizeof marks_path, "%s/acknowledged", argv[1]);
    const unsigned batches = (unsigned)strtoul(argv[2], NULL, 10);
    const unsigned seed = (unsigned)strtoul(argv[3], NULL, 10);
    int marks = open(marks_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (marks < 0)
        return 70;
    if (strcmp(argv[4], "outbox") == 0)
        append_to_outbox(path, batches, seed, marks);
    else
        append_to_log(path, batches, seed, marks);
    close(marks);
    return 0;
}
