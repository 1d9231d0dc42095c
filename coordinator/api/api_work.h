/* What takes longer than an answer may: hashing a password, folding the log up to an earlier
 * moment. Two threads take jobs from one queue; their ends are told in the thread of the interface.
 */
#ifndef COORDINATOR_API_API_WORK_H
#define COORDINATOR_API_API_WORK_H

#include "schemas/error.h"

#include <stdbool.h>
#include <stdint.h>

struct api_work;

struct api_job {
    void (*run)(struct api_job *job); /* in a thread of the work */
    struct api_job *next;             /* private */
    uint64_t token;                   /* the caller's */
};

/* `bell`: an eventfd, rung at every end. HV_ERR_MEMORY. */
int api_work_new(int bell, struct api_work **ret_work) HV_MUST_USE;

/* Waits for jobs that run; those that wait are given to `drop`, as are those that ended. NULL:
 * nothing. */
void api_work_free(struct api_work *work, void (*drop)(struct api_job *job));

unsigned api_work_waiting(struct api_work *work);                /* jobs that no thread has begun */
bool api_work_start(struct api_work *work, struct api_job *job); /* false: too many wait */
struct api_job *api_work_ended(struct api_work *work);           /* NULL: none */

#endif
