/* Calls that wait for somebody: for the main thread's answer to a decision, or for a job of a
 * thread beside. Such a call is suspended, and resumed when the answer is there.
 *
 * It is suspended not by the handler's first call that finds the request whole, but by the next
 * (api_http.c), to which libmicrohttpd comes at once. A connection suspended by the first still
 * counts as one that reads: when it is resumed and another one has been quiet for longer, it is
 * read before it is asked for its answer, and a client that has ended its own half (nc -N,
 * shutdown) is hung up on, so that it never hears what became of its decision. */
#include "coordinator/api/api_inside.h"

#include "schemas/platform/json_memory.h"

#include <stdlib.h>
#include <unistd.h>

void api_wait_suspend(struct api_call *call) {
    call->suspended = true;
    MHD_suspend_connection(call->connection);
}

void api_wait_end(struct api_call *call) {
    if (call->suspended)
        MHD_resume_connection(call->connection);
    call->suspended = false;
}

/* ---- for the main thread ---- */

static void post(struct api *api, uint64_t token, json_t *request) {
    struct api_mail *mail = &api->mail;
    uint64_t one = 1;
    pthread_mutex_lock(&mail->lock);
    if (mail->asked_count == mail->asked_room) {
        size_t room = mail->asked_room * 2 + 16;
        void *larger = realloc(mail->asked, room * sizeof *mail->asked);
        if (larger != NULL) {
            mail->asked = larger;
            mail->asked_room = room;
        }
    }
    bool posted = mail->asked_count < mail->asked_room;
    if (posted) {
        mail->asked[mail->asked_count].token = token;
        mail->asked[mail->asked_count++].json = request;
    }
    pthread_mutex_unlock(&mail->lock);
    if (posted)
        (void)!write(api->to_main, &one, sizeof one);
    else {
        json_decref(request);
        api_answers(api, token, console_error(HV_ERR_MEMORY, NULL, NULL));
    }
}

void api_wait(struct api *api, struct api_call *call, json_t *request,
              void (*answered)(struct api *api, struct api_call *call, json_t *reply)) {
    call->token = API_TOKEN_BIT | ++api->last_token;
    call->answered = answered;
    call->stage = API_WAITING;
    post(api, call->token, request);
}

void api_answers(struct api *api, uint64_t token, json_t *reply) {
    struct api_call *call = api->calls;
    while (call != NULL && (call->stage != API_WAITING || call->token != token))
        call = call->next;
    if (call != NULL) {
        hv_arena_reset(&api->arena);
        json_memory_forget();
        call->answered(api, call, reply);
        if (call->stage == API_WAITING) /* it gave no answer of its own */
            api_failed(call, HV_ERR_MEMORY);
        api_wait_end(call);
    }
    json_decref(reply);
}

size_t api_wait_depth(struct api *api) {
    pthread_mutex_lock(&api->mail.lock);
    size_t depth = api->mail.asked_count;
    pthread_mutex_unlock(&api->mail.lock);
    return depth;
}

/* ---- for a job ---- */

void api_wait_job(struct api *api, struct api_call *call, struct api_job *job,
                  void (*worked)(struct api *api, struct api_call *call, struct api_job *job)) {
    call->token = job->token = ++api->last_token;
    call->worked = worked;
    if (!api_work_start(api->work, job)) {
        api_job_drop(job);
        api_problem(call, 503, "busy", "too much is being done already", "try again in a moment");
        return;
    }
    call->stage = API_WAITING;
}

void api_join(struct api_call *call, const struct api_call *other) {
    call->token = other->token;
    call->worked = other->worked;
    call->stage = API_WAITING;
}

void api_jobs_ended(struct api *api) {
    for (struct api_job *job; (job = api_work_ended(api->work)) != NULL; api_job_drop(job)) {
        api_past_ended(api, job);
        api_then_ended(api, job);
        for (struct api_call *call = api->calls; call != NULL; call = call->next) {
            if (call->stage != API_WAITING || call->token != job->token)
                continue;
            hv_arena_reset(&api->arena);
            json_memory_forget();
            call->worked(api, call, job);
            if (call->stage == API_WAITING && call->token == job->token)
                api_failed(call, HV_ERR_MEMORY);
            if (call->stage != API_WAITING) /* else it waits for the next */
                api_wait_end(call);
        }
    }
}
