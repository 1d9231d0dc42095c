#include "coordinator/log/log.h"

#include "coordinator/log/log_store.h"
#include "schemas/limits.h"

#include <stdlib.h>
#include <string.h>

void log_close(struct log *log) {
    if (log == NULL)
        return;
    log->store->close(log);
    free(log->buffer);
    free(log);
}

uint64_t log_last(const struct log *log) {
    return atomic_load(&log->last);
}

uint64_t log_first(const struct log *log) {
    return atomic_load(&log->first);
}

/* ---- appending ---- */

static int frames_bytes(const struct log_entry *entries, size_t count, size_t *ret_bytes) {
    size_t bytes = 0;
    if (count == 0 || count > HV_COMMAND_RECORDS_MAX)
        return HV_ERR_LIMIT;
    for (size_t i = 0; i < count; i++) {
        if (entries[i].size > HV_RECORD_BYTES_MAX)
            return HV_ERR_LIMIT;
        bytes += LOG_FRAME_HEADER_BYTES + entries[i].size;
    }
    *ret_bytes = bytes;
    return 0;
}

static int make_room(struct log *log, size_t bytes) {
    if (bytes <= log->buffer_room)
        return 0;
    size_t room = bytes * 2;
    uint8_t *buffer = realloc(log->buffer, room);
    if (buffer == NULL)
        return HV_ERR_MEMORY;
    log->buffer = buffer;
    log->buffer_room = room;
    return 0;
}

int log_append(struct log *log, const struct log_entry *entries, size_t count,
               uint64_t *ret_first) {
    size_t bytes;
    int error = frames_bytes(entries, count, &bytes);
    if (error == 0)
        error = make_room(log, bytes);
    if (error != 0)
        return error;

    uint64_t first = atomic_load(&log->last) + 1;
    uint8_t hash[HV_HASH_BYTES];
    memcpy(hash, log->head, sizeof hash);
    uint8_t *frame = log->buffer;
    for (size_t i = 0; i < count; i++) {
        log_frame_write(frame, first + i, &entries[i], hash, hash);
        frame += LOG_FRAME_HEADER_BYTES + entries[i].size;
    }
    error = log->store->put(log, first, count, log->buffer, bytes);
    if (error != 0)
        return error;
    memcpy(log->head, hash, sizeof hash);
    atomic_store(&log->last, first + count - 1);
    *ret_first = first;
    return 0;
}

/* ---- reading ---- */

struct reading {
    uint64_t next, to;
    log_visit *visit;
    void *context;
    bool chained; /* verify: `hash` is of the record before `next` */
    uint8_t hash[HV_HASH_BYTES];
};

/* Whether the record is the one that must follow. */
static int check_link(struct reading *reading, const struct log_record *record) {
    if (!reading->chained)
        return 0;
    if (memcmp(record->previous, reading->hash, HV_HASH_BYTES) != 0)
        return HV_ERR_CORRUPT;
    log_record_hash(record, reading->hash);
    return 0;
}

/* Visits those frames of a run that are wanted; passes over earlier ones. */
static int read_run(void *context, const uint8_t *bytes, size_t size) {
    struct reading *reading = context;
    for (size_t at = 0; at < size && reading->next <= reading->to;) {
        struct log_record record;
        int error = log_frame_read(bytes + at, size - at, &record);
        if (error != 0)
            return error;
        at += log_frame_bytes(&record);
        if (record.position < reading->next)
            continue;
        if (record.position != reading->next)
            return HV_ERR_CORRUPT;
        error = check_link(reading, &record);
        if (error == 0 && reading->visit != NULL)
            error = reading->visit(reading->context, &record);
        if (error != 0)
            return error;
        reading->next++;
    }
    return 0;
}

static int read_all(struct log *log, struct reading *reading, uint64_t *ret_bad) {
    while (reading->next <= reading->to) {
        uint64_t before = reading->next;
        int error = log->store->run(log, before, read_run, reading);
        if (error == 0 && reading->next == before)
            error = HV_ERR_CORRUPT; /* a run that does not hold what it should */
        if (error != 0) {
            if (ret_bad != NULL)
                *ret_bad = reading->next;
            return error;
        }
    }
    return 0;
}

int log_read(struct log *log, uint64_t from, uint64_t to, log_visit *visit, void *context,
             uint64_t *ret_bad) {
    uint64_t last = log_last(log);
    struct reading reading = {.next = from == 0 ? 1 : from,
                              .to = to < last ? to : last,
                              .visit = visit,
                              .context = context};
    return read_all(log, &reading, ret_bad);
}

int log_verify(struct log *log, log_visit *visit, void *context, uint64_t *ret_bad) {
    struct reading reading = {
        .next = 1, .to = log_last(log), .visit = visit, .context = context, .chained = true};
    return read_all(log, &reading, ret_bad);
}

/* ---- beginning ---- */

struct ending {
    uint64_t last;
    uint8_t hash[HV_HASH_BYTES];
};

static int find_end(void *context, const uint8_t *bytes, size_t size) {
    struct ending *ending = context;
    for (size_t at = 0; at < size;) {
        struct log_record record;
        int error = log_frame_read(bytes + at, size - at, &record);
        if (error != 0)
            return error;
        at += log_frame_bytes(&record);
        ending->last = record.position;
        log_record_hash(&record, ending->hash);
    }
    return 0;
}

int log_store_begin(struct log *log, uint64_t last) {
    struct ending ending = {0};
    int error = log->store->run(log, last, find_end, &ending);
    if (error != 0)
        return error;
    memcpy(log->head, ending.hash, HV_HASH_BYTES);
    atomic_store(&log->last, ending.last);
    return 0;
}

/* ---- archive and copy ---- */

int log_archive(struct log *log, uint64_t up_to, uint64_t *ret_moved) {
    uint64_t before = log_first(log);
    bool done = false;
    int error = 0;
    while (error == 0 && !done)
        error = log_archive_slice(log, up_to, &done);
    if (error == 0)
        *ret_moved = log_first(log) - before;
    return error;
}

int log_archive_slice(struct log *log, uint64_t up_to, bool *ret_done) {
    return log->store->archive(log, up_to, ret_done);
}

int log_copy(struct log *log, const char *to) {
    return log->store->copy(log, to);
}
