/* Regions that were in force before the one of now: a look back shows the places, roads and zones
 * of then, not those of now under reports of then, nor bare ids. Each is read from the packages
 * that the coordinator keeps, in a thread beside, once for all that look at it, and let go when
 * another is wanted and nobody looks at it any more. */
#include "coordinator/api/api_inside.h"

#include "coordinator/layout.h"
#include "coordinator/region_folder.h"
#include "schemas/platform/keys.h"
#include "schemas/platform/line_log.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct api_job job;
    const char *dir;
    uint8_t hash[REGION_HASH_BYTES];
    struct region *region; /* NULL: it could not be read */
};

static void read_region(struct api_job *job) {
    struct reading *reading = (struct reading *)job;
    char packages[PATH_MAX], fault[300] = "", hex[2 * REGION_HASH_BYTES + 1];
    snprintf(packages, sizeof packages, "%s/%s", reading->dir, LAYOUT_REGIONS);
    int error = region_folder_find(packages, reading->hash, &reading->region, fault);
    if (error == HV_OK)
        return;
    keys_to_hex(reading->hash, sizeof reading->hash, hex);
    line_log(LINE_WARNING, "event=no-region-of-then path=%s/%s fault=\"%s\"", packages, hex,
             *fault == '\0' ? hv_error_text(error) : fault);
}

void api_then_drop(struct api_job *job) {
    if (job->run == read_region)
        region_free(((struct reading *)job)->region);
}

static bool is(const struct api_then *then, const uint8_t hash[REGION_HASH_BYTES]) {
    return then->taken && memcmp(then->hash, hash, sizeof then->hash) == 0;
}

static bool is_of(const struct api_then *then, const struct state *state) {
    return state != NULL && is(then, state_general(state)->region_hash);
}

/* Whether anything may still point into it, or is about to. */
static bool is_needed(const struct api *api, const struct api_then *then) {
    const struct api_earlier *earlier = api->earlier;
    if (then->token != 0 || api_series_looks_at(earlier, then->region) ||
        is_of(then, api_series_state(earlier)))
        return true;
    for (size_t i = 0; i < API_PASTS; i++)
        if (is_of(then, api->pasts[i].state))
            return true;
    return false;
}

static struct api_then *find(struct api *api, const uint8_t hash[REGION_HASH_BYTES]) {
    for (size_t i = 0; i < API_THENS; i++)
        if (is(&api->thens[i], hash))
            return &api->thens[i];
    return NULL;
}

static void let_go(struct api_then *then) {
    region_free(then->region);
    *then = (struct api_then){.taken = false};
}

/* NULL: all are needed, or there is no memory. */
static struct api_then *begin(struct api *api, const uint8_t hash[REGION_HASH_BYTES]) {
    struct api_then *then = NULL;
    for (size_t i = 0; then == NULL && i < API_THENS; i++)
        if (!api->thens[i].taken || !is_needed(api, &api->thens[i]))
            then = &api->thens[i];
    struct reading *reading = then == NULL ? NULL : calloc(1, sizeof *reading);
    if (reading == NULL)
        return NULL;
    reading->job.run = read_region;
    reading->job.token = ++api->last_token;
    reading->dir = api->options.dir;
    memcpy(reading->hash, hash, sizeof reading->hash);
    uint64_t token = reading->job.token;
    if (!api_work_start(api->work, &reading->job)) {
        free(reading);
        return NULL;
    }
    let_go(then);
    then->taken = true;
    then->token = token;
    memcpy(then->hash, hash, sizeof then->hash);
    return then;
}

enum api_then_found api_then_region(struct api *api, const struct state *state,
                                    const struct region **ret_region, uint64_t *ret_token) {
    const struct state_general *general = state_general(state);
    bool none = general->region_position == 0;
    *ret_region = none ? NULL : api->region;
    if (none || memcmp(general->region_hash, api->region_hash, sizeof api->region_hash) == 0)
        return API_THEN_FOUND;
    struct api_then *then = find(api, general->region_hash);
    if (then == NULL)
        then = begin(api, general->region_hash);
    if (then == NULL)
        return API_THEN_BUSY;
    *ret_region = then->region;
    *ret_token = then->token;
    return then->token == 0 ? API_THEN_FOUND : API_THEN_READING;
}

void api_then_ended(struct api *api, struct api_job *job) {
    struct reading *reading = (struct reading *)job;
    struct api_then *then = job->run == read_region ? find(api, reading->hash) : NULL;
    if (then == NULL)
        return;
    then->region = reading->region;
    then->token = 0;
    reading->region = NULL;
}

void api_then_free(struct api *api) {
    for (size_t i = 0; i < API_THENS; i++)
        let_go(&api->thens[i]);
}
