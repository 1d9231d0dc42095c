/* The API's own picture: the same fold of the same log, in the API's own thread.
 *
 * Questions never touch the state that reports go into, and the main thread copies nothing for
 * them: it only says up to where the log is durable, and the records are read from the log. What is
 * shown is therefore always whole and always durable; it lags behind by the time that folding
 * takes. Measured in docs/HTTP.md. */
#ifndef COORDINATOR_API_API_REPLICA_H
#define COORDINATOR_API_API_REPLICA_H

#include "coordinator/log/log.h"
#include "coordinator/state/state.h"

#define API_REPLICA_DELAYS 64u /* bucket i holds delays up to 2^(i/4) tenths of a second */

struct api_replica {
    struct log *log;     /* borrowed */
    struct state *state; /* owned; NULL before it is loaded */
    struct hv_arena arena;
    uint64_t folded_us, folded; /* time that folding took, and records */
    /* Since it was loaded: */
    uint64_t reports;                    /* taken in */
    uint64_t arrived;                    /* people who checked in */
    uint32_t delays[API_REPLICA_DELAYS]; /* reports of nodes since api_replica_delays, by how
                                            long after the observation they were received */
};

/* Loads what the coordinator's folder has of the log, and the rest from it. Takes its time.
 * HV_ERR_MEMORY, HV_ERR_CORRUPT, HV_ERR_IO. */
int api_replica_load(struct api_replica *replica, struct log *log, const char *dir) HV_MUST_USE;

/* Folds up to `records` more, none beyond `last`. Errors as above: the state is then unusable. */
int api_replica_follow(struct api_replica *replica, uint64_t last, uint64_t records) HV_MUST_USE;

/* Median and nine-tenths point of the delays gathered, seconds, to within a fifth; NAN where no
 * report came. Begins to gather anew. */
void api_replica_delays(struct api_replica *replica, double *ret_median_s, double *ret_most_s);

void api_replica_free(struct api_replica *replica);

#endif
