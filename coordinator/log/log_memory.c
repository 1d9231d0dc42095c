#include "coordinator/log/log_memory.h"

#include "coordinator/log/log_store.h"

#include <stdlib.h>
#include <string.h>

struct run {
    uint64_t first;
    size_t count;
    size_t size;
    uint8_t *bytes;
};

struct log_memory_disk {
    struct run *runs;
    size_t count, room;
    size_t archived; /* runs that are no longer live */
    size_t bytes, limit;
    enum log_memory_fault next;
};

struct log_memory {
    struct log log;
    struct log_memory_disk *disk;
    bool crashed;
};

struct log_memory_disk *log_memory_disk_new(void) {
    return calloc(1, sizeof(struct log_memory_disk));
}

void log_memory_disk_free(struct log_memory_disk *disk) {
    if (disk == NULL)
        return;
    for (size_t i = 0; i < disk->count; i++)
        free(disk->runs[i].bytes);
    free(disk->runs);
    free(disk);
}

void log_memory_fault_next(struct log_memory_disk *disk, enum log_memory_fault fault) {
    disk->next = fault;
}

void log_memory_limit(struct log_memory_disk *disk, size_t bytes) {
    disk->limit = bytes;
}

static struct log_memory *memory_of(struct log *log) {
    return (struct log_memory *)log;
}

/* The run that holds `position`, by bisection; NULL. */
static struct run *find_run(struct log_memory_disk *disk, uint64_t position) {
    size_t low = 0, high = disk->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct run *run = &disk->runs[middle];
        if (position < run->first)
            high = middle;
        else if (position >= run->first + run->count)
            low = middle + 1;
        else
            return run;
    }
    return NULL;
}

int log_memory_damage(struct log_memory_disk *disk, uint64_t position, size_t offset) {
    struct run *run = find_run(disk, position);
    if (run == NULL)
        return HV_ERR_NOT_FOUND;
    for (size_t at = 0; at < run->size;) {
        struct log_record record;
        int error = log_frame_read(run->bytes + at, run->size - at, &record);
        if (error != 0)
            return error;
        if (record.position == position) {
            run->bytes[at + offset % log_frame_bytes(&record)] ^= 1;
            return 0;
        }
        at += log_frame_bytes(&record);
    }
    return HV_ERR_NOT_FOUND;
}

static int keep_run(struct log_memory_disk *disk, uint64_t first, size_t count,
                    const uint8_t *bytes, size_t size) {
    if (disk->limit != 0 && disk->bytes + size > disk->limit)
        return HV_ERR_FULL;
    if (disk->count == disk->room) {
        size_t room = disk->room == 0 ? 64 : disk->room * 2;
        struct run *runs = realloc(disk->runs, room * sizeof *runs);
        if (runs == NULL)
            return HV_ERR_MEMORY;
        disk->runs = runs;
        disk->room = room;
    }
    uint8_t *copy = malloc(size);
    if (copy == NULL)
        return HV_ERR_MEMORY;
    memcpy(copy, bytes, size);
    disk->runs[disk->count++] =
        (struct run){.first = first, .count = count, .size = size, .bytes = copy};
    disk->bytes += size;
    return 0;
}

static int put(struct log *log, uint64_t first, size_t count, const uint8_t *bytes, size_t size) {
    struct log_memory *memory = memory_of(log);
    if (memory->crashed)
        return HV_ERR_CLOSED;
    enum log_memory_fault fault = memory->disk->next;
    memory->disk->next = LOG_MEMORY_FINE;
    if (fault == LOG_MEMORY_IO)
        return HV_ERR_IO;
    memory->crashed = fault == LOG_MEMORY_CRASH_BEFORE || fault == LOG_MEMORY_CRASH_AFTER;
    if (fault == LOG_MEMORY_CRASH_BEFORE)
        return HV_ERR_CLOSED;
    int error = keep_run(memory->disk, first, count, bytes, size);
    return memory->crashed ? HV_ERR_CLOSED : error;
}

static int run(struct log *log, uint64_t position, log_run_visit *visit, void *context) {
    struct log_memory *memory = memory_of(log);
    if (memory->crashed)
        return HV_ERR_CLOSED;
    const struct run *found = find_run(memory->disk, position);
    return found == NULL ? HV_ERR_NOT_FOUND : visit(context, found->bytes, found->size);
}

static int archive(struct log *log, uint64_t up_to, bool *ret_done) {
    struct log_memory *memory = memory_of(log);
    struct log_memory_disk *disk = memory->disk;
    if (memory->crashed)
        return HV_ERR_CLOSED;
    while (disk->archived + 1 < disk->count &&
           disk->runs[disk->archived].first + disk->runs[disk->archived].count - 1 <= up_to)
        disk->archived++;
    if (disk->archived < disk->count)
        atomic_store(&log->first, disk->runs[disk->archived].first);
    *ret_done = true;
    return 0;
}

static int copy(struct log *log, const char *to) {
    (void)log;
    (void)to;
    return HV_ERR_STATE;
}

static void close_nothing(struct log *log) {
    (void)log; /* the disk stays with its owner */
}

static const struct log_store memory_store = {
    .close = close_nothing, .put = put, .run = run, .archive = archive, .copy = copy};

int log_memory_open(struct log_memory_disk *disk, struct log **ret_log) {
    struct log_memory *memory = calloc(1, sizeof *memory);
    if (memory == NULL)
        return HV_ERR_MEMORY;
    memory->log.store = &memory_store;
    memory->disk = disk;
    atomic_store(&memory->log.first, 1);
    if (disk->count > 0) {
        atomic_store(&memory->log.first, disk->runs[disk->archived].first);
        int error = log_store_begin(&memory->log, disk->runs[disk->count - 1].first);
        if (error != 0) {
            log_close(&memory->log);
            return error;
        }
    }
    *ret_log = &memory->log;
    return 0;
}
