/* Milestones: checkpoints of earlier moments, so that neither a look back nor a start with a broken
 * checkpoint need fold the log from its first record.
 *
 * Each is a hard link to a checkpoint that was whole and synced, named by its position. None is
 * ever written, so none can be there in part, takes time, or takes room as long as it is the
 * checkpoint; a crash leaves one more or one less. One that is missing, broken, of another version
 * or of another log costs time and nothing else.
 *
 * Of more than MILESTONES_MAX, or of more than MILESTONES_BYTES_MAX without the newest, the one
 * goes whose two neighbours are nearest to each other. While the bytes do not bind, every moment of
 * a log of N records has therefore one at most N/8 records before it, or as many as lie between two
 * checkpoints: of 16 gaps between second neighbours, which cover the log at most twice, the
 * smallest is at most 2N/16.
 *
 * Any thread; only one keeps at a time. What happens to them goes to the log of the machine. */
#ifndef COORDINATOR_MILESTONES_H
#define COORDINATOR_MILESTONES_H

#include "coordinator/log/log.h"
#include "coordinator/state/state.h"

enum { MILESTONES_MAX = 16 };
#define MILESTONES_BYTES_MAX ((uint64_t)512 << 20)

struct milestone {
    uint64_t position, bytes;
};

/* Which of them, sorted by position and more than one, is to go: never the last. Pure. */
size_t milestones_spare(const struct milestone *list, size_t count);

/* Makes the coordinator's checkpoint, whole and as of this position, the newest milestone, and lets
 * go those that are too many. `dir` is the coordinator's folder, here and below. */
void milestones_keep(const char *dir, uint64_t position);

/* Lets go all, for a disk that is full: reports are worth more. Gives how many. */
size_t milestones_drop(const char *dir);

/* Lets go those that are of another log or version: once, when the log is opened. */
void milestones_check(const char *dir, struct log *log);

/* The state as it was right after `position`, folded on from the nearest milestone before, or from
 * *state, an earlier one of the same log or NULL, where that is nearer. On error the state is freed
 * and *state NULL. HV_ERR_MEMORY; HV_ERR_CORRUPT, HV_ERR_NOT_FOUND, HV_ERR_IO: of the log. */
int milestones_fold(const char *dir, struct log *log, uint64_t position,
                    struct state **state) HV_MUST_USE;

/* The state at the end of the log: from the checkpoint, or where that is missing or of no use,
 * which is said, from the newest milestone that is of use, and the records after it; from the first
 * record where there is none. Gives the position that was begun from. HV_ERR_CORRUPT with *ret_bad
 * (may be NULL), HV_ERR_NOT_FOUND, HV_ERR_IO: of the log; HV_ERR_MEMORY. */
int milestones_open(const char *dir, struct log *log, struct state **ret_state, uint64_t *ret_from,
                    uint64_t *ret_bad) HV_MUST_USE;

#endif
