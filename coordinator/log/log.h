/* The log: every record in the order it was taken in, each with the hash of the one before.
 *
 * Positions count from 1 without gaps. A record is stored in a frame (log_frame.h) with version,
 * type, checksum and the hash of its predecessor, so that nothing can be changed, left out or put
 * in between without `log_verify` naming the place. `log_append` returns after the storage has
 * synced all records of the batch, or has stored none of them.
 *
 * Old records are moved to archive files beside the log (log_archive), never dropped; reading and
 * verifying see them as if they had stayed.
 *
 * Behind it: LMDB (log_lmdb.h) or memory with faults on demand (log_memory.h).
 *
 * Threads: one thread appends and archives; any number read at the same time. */
#ifndef COORDINATOR_LOG_LOG_H
#define COORDINATOR_LOG_LOG_H

#include "schemas/error.h"
#include "schemas/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log;

/* One encoded record to append. */
struct log_entry {
    enum hv_record_kind kind;
    const uint8_t *bytes;
    size_t size;
};

/* One stored record; `bytes` is valid during the visit only. */
struct log_record {
    uint64_t position;
    enum hv_record_kind kind;
    const uint8_t *bytes;
    size_t size;
    const uint8_t *previous; /* hash of the record before it, HV_HASH_BYTES; zeros for the first */
};

/* The hash of this record, as the next one carries it. During the visit only. */
void log_record_hash(const struct log_record *record, uint8_t ret_hash[HV_HASH_BYTES]);

/* Returns 0 to go on; anything else ends the reading and is returned by it. */
typedef int log_visit(void *context, const struct log_record *record);

void log_close(struct log *log); /* NULL: nothing */

/* Appends 1 to HV_COMMAND_RECORDS_MAX records in one durable transaction. HV_ERR_FULL: disk or map
 * full, nothing stored, later appends may work again; HV_ERR_IO: the same, but the storage failed,
 * and none works before the log is opened anew; HV_ERR_LIMIT: a record above HV_RECORD_BYTES_MAX or
 * too many of them; HV_ERR_MEMORY. */
int log_append(struct log *log, const struct log_entry *entries, size_t count,
               uint64_t *ret_first) HV_MUST_USE;

/* Last position; 0: empty. */
uint64_t log_last(const struct log *log);

/* First position that is still in the live store; what is before is in archives. 1 at first. */
uint64_t log_first(const struct log *log);

/* Visits records from position `from` to `to`, both included, in order; what is beyond the end is
 * not visited. Checks each frame's checksum. HV_ERR_CORRUPT with *ret_bad (may be NULL) as the
 * position; HV_ERR_NOT_FOUND: an archive is missing; HV_ERR_IO; whatever the visit returned.
 * O(records visited + log). */
int log_read(struct log *log, uint64_t from, uint64_t to, log_visit *visit, void *context,
             uint64_t *ret_bad) HV_MUST_USE;

/* Reads everything, archives first, and checks every checksum, every hash and that no position is
 * missing. HV_ERR_CORRUPT with the first bad position. Visits (may be NULL) as log_read. */
int log_verify(struct log *log, log_visit *visit, void *context, uint64_t *ret_bad) HV_MUST_USE;

/* Moves whole batches that end at or before `up_to` into a new archive file, synced before anything
 * leaves the live store. At least the last batch stays. Gives how many records moved. HV_ERR_FULL,
 * HV_ERR_IO: nothing moved, or moved and still in both places, which reading tolerates. */
int log_archive(struct log *log, uint64_t up_to, uint64_t *ret_moved) HV_MUST_USE;

/* The same in slices, so that appends can come in between: each does a bounded piece of the work
 * (about a mebibyte, one sync). Begins where none is under way, with this `up_to`, and goes on
 * otherwise. Says when all is done; after an error none is under way any more. A crash between
 * slices loses nothing: what had not got its name is made again, what had is dropped at the next
 * opening. */
int log_archive_slice(struct log *log, uint64_t up_to, bool *ret_done) HV_MUST_USE;

/* Copies the live store and archives, consistent as of one position, into the directory `to`, which
 * must be empty or absent. May be called by a reading thread while another appends. HV_ERR_STATE: a
 * log in memory has no copy; HV_ERR_EXISTS, HV_ERR_FULL, HV_ERR_IO. */
int log_copy(struct log *log, const char *to) HV_MUST_USE;

#endif
