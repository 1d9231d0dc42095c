/* A look back: `at=POSITION` is answered from the fold of the log until then, made in a thread and
 * kept for a while, for who moves a slider asks many things of the same moment. All that ask for
 * one moment wait for one fold; and a fold goes on from the nearest earlier one that is kept, in
 * memory or as a milestone, so that moving forward costs what lies between. */
#include "coordinator/api/api_inside.h"

#include "coordinator/milestones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct folding {
    struct api_job job;
    const char *dir;
    struct log *log;
    uint64_t position;
    int error;
    struct state *state;
};

static void fold(struct api_job *job) {
    struct folding *folding = (struct folding *)job;
    folding->error =
        milestones_fold(folding->dir, folding->log, folding->position, &folding->state);
}

void api_past_drop(struct api_job *job) {
    if (job->run == fold)
        state_free(((struct folding *)job)->state);
}

static struct api_past *oldest(struct api *api) {
    struct api_past *found = &api->pasts[0];
    for (size_t i = 1; i < API_PASTS; i++)
        if (api->pasts[i].used < found->used)
            found = &api->pasts[i];
    return found;
}

static struct api_past *find(struct api *api, uint64_t position) {
    for (size_t i = 0; i < API_PASTS; i++)
        if (api->pasts[i].state != NULL && state_position(api->pasts[i].state) == position)
            return &api->pasts[i];
    return NULL;
}

void api_past_free(struct api_past *past) {
    api_scene_free(&past->scene);
    state_free(past->state);
    memset(past, 0, sizeof *past);
}

void api_scene_of_then(struct api_scene *then, const struct api_scene *now,
                       const struct region *region) {
    const struct state_general *general = state_general(then->state);
    then->console = now->console;
    then->console.past = then->state;
    then->console.looks_back = true;
    then->console.region_fault =
        region == NULL && general->region_position != 0 ? "the package of then is gone" : "";
    then->console.mono_ms = general->mono_ms;
    then->console.wall_ms = general->wall_ms;
    then->rows_stale = then->rows_stale || then->region != region;
    then->region = then->console.region = region;
}

static void answer_of(struct api *api, struct api_call *call, struct api_past *past,
                      const struct region *region) {
    past->scene.arena = &api->arena;
    past->scene.state = past->state;
    api_scene_of_then(&past->scene, &api->scene, region);
    int error = api_scene_refresh(&past->scene);
    call->scene = &past->scene;
    if (error != HV_OK)
        api_failed(call, error);
    else
        call->route->handler(api, call);
}

static void answer(struct api *api, struct api_call *call, struct api_past *past);

/* Its region has been read: that of the same moment is answered, which may have been let go. */
static void read_region(struct api *api, struct api_call *call, struct api_job *job) {
    struct api_past *past = find(api, call->past);
    (void)job;
    if (past == NULL)
        api_failed(call, HV_ERR_BUSY);
    else
        answer(api, call, past);
}

static void answer(struct api *api, struct api_call *call, struct api_past *past) {
    const struct region *region;
    past->used = ++api->past_used;
    switch (api_then_region(api, past->state, &region, &call->token)) {
    case API_THEN_FOUND:
        call->past = 0;
        answer_of(api, call, past, region);
        break;
    case API_THEN_READING:
        call->past = state_position(past->state);
        call->worked = read_region;
        call->stage = API_WAITING;
        break;
    case API_THEN_BUSY:
        api_failed(call, HV_ERR_BUSY);
    }
}

static void folded(struct api *api, struct api_call *call, struct api_job *job) {
    const struct folding *folding = (const struct folding *)job;
    struct api_past *past = find(api, folding->position);
    if (past == NULL)
        api_failed(call, folding->error == HV_OK ? HV_ERR_MEMORY : folding->error);
    else
        answer(api, call, past);
}

void api_past_ended(struct api *api, struct api_job *job) {
    struct folding *folding = (struct folding *)job;
    if (job->run != fold || folding->error != HV_OK || find(api, folding->position) != NULL)
        return;
    struct api_past *past = oldest(api);
    api_past_free(past);
    past->state = folding->state;
    past->used = ++api->past_used;
    folding->state = NULL;
}

/* Another call that waits for the same moment; NULL: none. */
static const struct api_call *who_waits(const struct api *api, uint64_t position) {
    for (const struct api_call *call = api->calls; call != NULL; call = call->next)
        if (call->stage == API_WAITING && call->past == position)
            return call;
    return NULL;
}

/* Takes the nearest kept state before the position out of those that are kept. NULL: none. */
static struct state *take_nearest(struct api *api, uint64_t position) {
    struct api_past *nearest = NULL;
    for (size_t i = 0; i < API_PASTS; i++) {
        struct api_past *past = &api->pasts[i];
        if (past->state != NULL && state_position(past->state) < position &&
            (nearest == NULL || state_position(past->state) > state_position(nearest->state)))
            nearest = past;
    }
    if (nearest == NULL)
        return NULL;
    struct state *state = nearest->state;
    nearest->state = NULL;
    api_past_free(nearest);
    return state;
}

static void begin(struct api *api, struct api_call *call, uint64_t position) {
    const struct api_call *other = who_waits(api, position);
    if (other != NULL) {
        call->past = position;
        api_join(call, other);
        return;
    }
    struct folding *folding = calloc(1, sizeof *folding);
    if (folding == NULL) {
        api_failed(call, HV_ERR_MEMORY);
        return;
    }
    folding->job.run = fold;
    folding->dir = api->options.dir;
    folding->log = api->options.log;
    folding->position = position;
    folding->state = take_nearest(api, position);
    call->past = position;
    api_wait_job(api, call, &folding->job, folded);
}

bool api_past_wanted(struct api *api, struct api_call *call) {
    uint64_t position = 0, last = state_position(api->replica.state);
    int error = api_target_number(&call->target, "at", 1, last, &position);
    if (error != HV_ERR_NOT_FOUND && call->method != API_GET) {
        api_problem(call, 400, "value", "what was cannot be changed",
                    "leave “at” out to decide now");
        return true;
    }
    if (error == HV_ERR_NOT_FOUND || (error == HV_OK && position == last))
        return false;
    if (error != HV_OK) {
        char detail[80];
        snprintf(detail, sizeof detail, "the log has positions 1 to %llu",
                 (unsigned long long)last);
        api_problem(call, 400, "value", detail, "leave “at” out to see what is now");
        return true;
    }
    struct api_past *past = find(api, position);
    if (past != NULL) {
        answer(api, call, past);
        return true;
    }
    begin(api, call, position);
    return true;
}
