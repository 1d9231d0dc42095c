/* A checkpoint: the whole state as of one position in a file, so that a start reads it and the tail
 * of the log instead of everything.
 *
 * It is written between steps, a slice at a time, while the state goes on: a thing that is about to
 * change and has not been written yet is written first, as it was. The file is checked whole by a
 * hash and appears by rename; a broken or missing one costs time and nothing else.
 *
 * checkpoint_begin, _step and _abandon belong to the thread of the state; _finish may run in
 * another, when _step has said done. */
#ifndef COORDINATOR_STATE_STATE_CHECKPOINT_H
#define COORDINATOR_STATE_STATE_CHECKPOINT_H

#include "coordinator/state/state.h"

struct checkpoint;

/* Begins one of the state as it is now, into `path`. `end` is the hash of the record at the state's
 * position (log_record_hash), HV_HASH_BYTES; NULL: of no log. HV_ERR_BUSY: one is running already;
 * HV_ERR_IO, HV_ERR_FULL, HV_ERR_MEMORY. */
int checkpoint_begin(struct state *state, const char *path, const uint8_t *end,
                     struct checkpoint **ret_checkpoint) HV_MUST_USE;

/* Writes up to `things` more. After an error abandon it. */
int checkpoint_step(struct checkpoint *checkpoint, uint32_t things, bool *ret_done) HV_MUST_USE;

/* Syncs the file, gives it its name in place of the one before, and frees the checkpoint, also
 * where it fails. That the name is durable too is up to the caller (atomic_file_sync_name): before
 * that a power cut may bring back the one before, which is as good and older. */
int checkpoint_finish(struct checkpoint *checkpoint) HV_MUST_USE;
void checkpoint_abandon(struct checkpoint *checkpoint); /* NULL: nothing */

uint64_t checkpoint_position(const struct checkpoint *checkpoint);

/* All of it at once; the name as with checkpoint_finish. */
int checkpoint_write(struct state *state, const char *path, const uint8_t *end) HV_MUST_USE;

/* The state in the file, and the hash of the record that it ends with (zeros: of no log; ret_end
 * may be NULL). HV_ERR_NOT_FOUND; HV_ERR_CORRUPT; HV_ERR_VERSION; HV_ERR_IO; HV_ERR_MEMORY. */
int checkpoint_load(const char *path, uint8_t ret_end[HV_HASH_BYTES],
                    struct state **ret_state) HV_MUST_USE;

/* Only the hash of the record that the file ends with; what else is in it is not looked at. Errors
 * as above. */
int checkpoint_end(const char *path, uint8_t ret_end[HV_HASH_BYTES]) HV_MUST_USE;

#endif
