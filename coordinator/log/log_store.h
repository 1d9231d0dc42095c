/* What a store under the log does: keep runs of frames. Private to coordinator/log. */
#ifndef COORDINATOR_LOG_LOG_STORE_H
#define COORDINATOR_LOG_LOG_STORE_H

#include "coordinator/log/log_frame.h"

#include <stdatomic.h>

/* A run of whole frames; valid during the call. */
typedef int log_run_visit(void *context, const uint8_t *bytes, size_t size);

struct log_store {
    void (*close)(struct log *log); /* frees what the store owns, not the log */

    /* Keeps the frames of positions first … first + count - 1 durably, all or none. */
    int (*put)(struct log *log, uint64_t first, size_t count, const uint8_t *bytes, size_t size);

    /* Visits the stored run that holds `position`, live or archived. HV_ERR_NOT_FOUND. */
    int (*run)(struct log *log, uint64_t position, log_run_visit *visit, void *context);

    /* A slice of moving runs that end at or before `up_to`, but not the last, into an archive;
     * sets log->first when they are in it. */
    int (*archive)(struct log *log, uint64_t up_to, bool *ret_done);

    int (*copy)(struct log *log, const char *to);
};

struct log {
    const struct log_store *store;
    _Atomic uint64_t last;
    _Atomic uint64_t first;
    uint8_t head[HV_HASH_BYTES]; /* hash of the last record; appending thread only */
    uint8_t *buffer;             /* frames of the batch; appending thread only */
    size_t buffer_room;
};

/* Reads the last run into log->last and log->head: what opening a store ends with. `last` is any
 * position of that run. HV_ERR_CORRUPT. */
int log_store_begin(struct log *log, uint64_t last) HV_MUST_USE;

#endif
