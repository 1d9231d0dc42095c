/* The HTTP interface (schemas/openapi.yaml, docs/HTTP.md): questions are answered in a thread of
 * its own from its own fold of the log, decisions are handed to the main thread as requests of the
 * console and answered when their records are durable.
 *
 * All functions are for the main thread. Nothing here holds it up: reports do not wait for readers.
 */
#ifndef COORDINATOR_API_API_H
#define COORDINATOR_API_API_H

#include "coordinator/core.h"
#include "coordinator/region/profile.h"
#include "coordinator/region/region.h"
#include "schemas/platform/deployment.h"

#include <jansson.h>

/* Tokens of requests from here; the control socket's never have this bit. */
#define API_TOKEN_BIT ((uint64_t)1 << 63)

struct api;

/* All borrowed until api_free. */
struct api_options {
    const char *dir; /* of the coordinator */
    const struct settings *settings;
    const struct deployment *deployment;
    const struct profiles *profiles; /* NULL: none */
    struct log *log;
};

/* What the main thread tells a few times a second. */
struct api_pulse {
    uint64_t real_ms, mono_ms; /* the log clock at that moment */
    struct core_counters counters;
    uint64_t log_last; /* durable */
    uint64_t plan_ms;  /* that the last plan took */
    bool planning;
    uint64_t commit_count, commit_us_sum;
    uint64_t commit_us[16]; /* appends that took at most 2^(i+6) µs, the last: longer */
};
enum { API_COMMIT_BUCKETS = 16 };

/* Starts the thread. Where the address cannot be had it says so in the log of the machine and tries
 * again: reports matter more. HV_ERR_MEMORY; HV_ERR_NOT_FOUND, HV_ERR_PERMISSION, HV_ERR_FORMAT: of
 * certificate or key. */
int api_new(const struct api_options *options, struct api **ret_api) HV_MUST_USE;

/* Ends every connection and the thread. NULL: nothing. */
void api_free(struct api *api);

/* Readable when api_take has something. */
int api_fd(const struct api *api);

/* A request for the console, the caller's, to be answered with api_answer exactly once. False: none
 * is there. */
bool api_take(struct api *api, uint64_t *ret_token, json_t **ret_request);
void api_answer(struct api *api, uint64_t token, json_t *reply); /* takes the reply over */

/* The log is durable up to here. Cheap: called after every commit. */
void api_committed(struct api *api, uint64_t last);
void api_tell(struct api *api, const struct api_pulse *pulse);

struct api_region {
    const struct region *region; /* borrowed; NULL: none */
    const uint8_t *hash;         /* REGION_HASH_BYTES, where there is one */
    const char *fault;           /* why the one that the log names is not in memory; "": it is */
};

/* The region in force from now on; `old`, the one before, is freed when nothing here looks at it
 * any more. To be called before api_committed tells of its record: who is told that the region has
 * changed, and asks, gets the new one, with the tag of the new one. */
void api_set_region(struct api *api, const struct api_region *now, struct region *old);

#endif
