/* The first records of a log, and the ones after a restore: written before a coordinator runs. */
#ifndef COORDINATOR_FOUNDING_H
#define COORDINATOR_FOUNDING_H

#include "coordinator/log/log.h"
#include "coordinator/state/state.h"

/* Starts an empty log: LogStarted and term 1. HV_ERR_EXISTS: the log is not empty; errors of
 * log_append. */
int founding_start(struct log *log, const struct hv_log_started *started,
                   int64_t wall_ms) HV_MUST_USE;

/* After a restore or a takeover: the term rises to `term` (higher than any that nodes may have
 * seen) and the log gets a new id. HV_ERR_VALUE: not higher than the present one. */
int founding_raise_term(struct log *log, uint64_t term, const uint8_t log_id[HV_ID128_BYTES],
                        const char *reason, const char *role, int64_t wall_ms) HV_MUST_USE;

/* The hash of the record at `position`: what tells two logs apart. HV_ERR_NOT_FOUND: there is none;
 * errors of log_read. */
int founding_hash_at(struct log *log, uint64_t position,
                     uint8_t ret_hash[HV_HASH_BYTES]) HV_MUST_USE;

/* The state of a checkpoint file that is sound and whose last record, by the hash, is the log's at
 * that position. HV_ERR_NOT_FOUND: no such file; HV_ERR_VALUE: of another log; HV_ERR_CORRUPT,
 * HV_ERR_VERSION, HV_ERR_IO, HV_ERR_MEMORY. */
int founding_load(struct log *log, const char *checkpoint, struct state **ret_state) HV_MUST_USE;

/* Folds on to the end of the log, from the first record where *state is NULL. On error the state
 * is freed and *state NULL; HV_ERR_CORRUPT with *ret_bad (may be NULL). */
int founding_fold_rest(struct log *log, struct state **state, uint64_t *ret_bad) HV_MUST_USE;

/* The state at the end of the log: from the checkpoint file (NULL: none) where it is sound and its
 * last record, by the hash, is the log's at that position, and the tail; else from the first
 * record. Gives the position that the checkpoint had, 0 where none was used. HV_ERR_CORRUPT with
 * *ret_bad (may be NULL). */
int founding_fold(struct log *log, const char *checkpoint, struct state **ret_state,
                  uint64_t *ret_from, uint64_t *ret_bad) HV_MUST_USE;

/* The state as it was right after `position`: a look back in time. Folds from the first record. */
int founding_fold_until(struct log *log, uint64_t position, struct state **ret_state) HV_MUST_USE;

/* Folds on from an earlier state of the same log. On error the state is freed and *state NULL. */
int founding_fold_on(struct log *log, uint64_t position, struct state **state) HV_MUST_USE;

#endif
