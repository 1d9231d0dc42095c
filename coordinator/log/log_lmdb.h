/* The log in one LMDB environment: DIR/data.mdb, DIR/lock.mdb, archives DIR/archive-FIRST-LAST.log.
 *
 * Each batch is one value under its first position (MDB_INTEGERKEY, MDB_APPEND), so that a commit
 * writes few, contiguous pages. Every commit syncs; MDB_NOSYNC and MDB_NOMETASYNC are never used. A
 * lock file makes sure that one process opens a log at a time. */
#ifndef COORDINATOR_LOG_LOG_LMDB_H
#define COORDINATOR_LOG_LOG_LMDB_H

#include "coordinator/log/log.h"

struct log_lmdb_options {
    size_t map_bytes;   /* most that the live store can hold; address space only. 0: 64 GiB */
    size_t slice_bytes; /* that one slice of archiving writes, at least one batch; 0: 1 MiB */
    bool read_only;     /* for verify on a log that nobody has open; append is HV_ERR_PERMISSION */
};

/* Opens or makes the log in DIR (made, mode 0700, where absent). HV_ERR_BUSY: another process has
 * it open; HV_ERR_CORRUPT: not a log, or its last batch is damaged; HV_ERR_VERSION; HV_ERR_IO;
 * HV_ERR_MEMORY; HV_ERR_NOT_FOUND: read only and not there. `options` may be NULL. */
int log_lmdb_open(const char *dir, const struct log_lmdb_options *options,
                  struct log **ret_log) HV_MUST_USE;

#endif
