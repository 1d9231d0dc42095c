#include "coordinator/api/api_inside.h"

#include "coordinator/layout.h"
#include "schemas/platform/atomic_file.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/line_log.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    NICE = 5,              /* reports come first where processors are short */
    FOLLOW_RECORDS = 2000, /* at once, so that answers do not wait for a backlog */
    LOOK_MS = 250,         /* between two looks at the file of accounts */
    PEM_BYTES_MAX = 1 << 20
};

/* ---- the mailbox, from the side of the main thread ---- */

static void ring(int event) {
    uint64_t one = 1;
    (void)!write(event, &one, sizeof one);
}

static void hush(int event) {
    uint64_t count;
    (void)!read(event, &count, sizeof count);
}

int api_fd(const struct api *api) {
    return api->to_main;
}

bool api_take(struct api *api, uint64_t *ret_token, json_t **ret_request) {
    struct api_mail *mail = &api->mail;
    pthread_mutex_lock(&mail->lock);
    bool some = mail->asked_count > 0;
    if (some) {
        *ret_token = mail->asked[0].token;
        *ret_request = mail->asked[0].json;
        memmove(mail->asked, mail->asked + 1, --mail->asked_count * sizeof *mail->asked);
    } else {
        hush(api->to_main);
    }
    pthread_mutex_unlock(&mail->lock);
    return some;
}

void api_answer(struct api *api, uint64_t token, json_t *reply) {
    struct api_mail *mail = &api->mail;
    pthread_mutex_lock(&mail->lock);
    if (mail->answered_count == mail->answered_room) {
        size_t room = mail->answered_room * 2 + 16;
        void *larger = realloc(mail->answered, room * sizeof *mail->answered);
        if (larger != NULL) {
            mail->answered = larger;
            mail->answered_room = room;
        }
    }
    if (mail->answered_count < mail->answered_room) {
        mail->answered[mail->answered_count].token = token;
        mail->answered[mail->answered_count++].json = reply;
        reply = NULL;
    }
    pthread_mutex_unlock(&mail->lock);
    json_decref(reply); /* without memory the caller of the interface gets none */
    ring(api->to_api);
}

void api_committed(struct api *api, uint64_t last) {
    uint64_t durable = atomic_load(&api->durable);
    while (durable < last && !atomic_compare_exchange_weak(&api->durable, &durable, last))
        continue;
}

void api_tell(struct api *api, const struct api_pulse *pulse) {
    pthread_mutex_lock(&api->mail.lock);
    api->mail.pulse = *pulse;
    pthread_mutex_unlock(&api->mail.lock);
}

void api_set_region(struct api *api, const struct api_region *now, struct region *old) {
    struct api_mail *mail = &api->mail;
    pthread_mutex_lock(&mail->lock);
    mail->region = now->region;
    if (now->region == NULL)
        memset(mail->region_hash, 0, sizeof mail->region_hash);
    else
        memcpy(mail->region_hash, now->hash, sizeof mail->region_hash);
    snprintf(mail->region_fault, sizeof mail->region_fault, "%s", now->fault);
    mail->region_new = true;
    if (old != NULL && mail->old_count == mail->old_room) {
        size_t room = mail->old_room * 2 + 4;
        void *larger = realloc(mail->old, room * sizeof *mail->old);
        if (larger != NULL) {
            mail->old = larger;
            mail->old_room = room;
        }
    }
    if (old != NULL && mail->old_count < mail->old_room)
        mail->old[mail->old_count++] = old; /* else it stays in memory, where somebody may look */
    pthread_mutex_unlock(&mail->lock);
    ring(api->to_api);
}

/* ---- the same from the side of the thread ---- */

static void take_region(struct api *api) {
    struct api_mail *mail = &api->mail;
    struct region *old[8];
    size_t count = 0;
    pthread_mutex_lock(&mail->lock);
    if (mail->region_new) {
        api->region = mail->region;
        api->scene.region = api->scene.console.region = mail->region;
        memcpy(api->region_hash, mail->region_hash, sizeof api->region_hash);
        memcpy(api->region_fault, mail->region_fault, sizeof api->region_fault);
        api->scene.console.region_fault = api->region_fault;
        api->scene.rows_stale = true;
        for (size_t i = 0; i < API_PASTS; i++)
            api_past_free(&api->pasts[i]);
        api_series_region(api);
        mail->region_new = false;
    }
    while (mail->old_count > 0 && count < sizeof old / sizeof *old)
        old[count++] = mail->old[--mail->old_count];
    pthread_mutex_unlock(&mail->lock);
    while (count > 0)
        region_free(old[--count]);
}

static bool take_answer(struct api *api, uint64_t *token, json_t **reply) {
    struct api_mail *mail = &api->mail;
    pthread_mutex_lock(&mail->lock);
    bool some = mail->answered_count > 0;
    if (some) {
        *token = mail->answered[0].token;
        *reply = mail->answered[0].json;
        memmove(mail->answered, mail->answered + 1,
                --mail->answered_count * sizeof *mail->answered);
    }
    api->pulse = mail->pulse;
    pthread_mutex_unlock(&mail->lock);
    return some;
}

/* ---- the picture ---- */

static void load(struct api *api) {
    uint64_t began = clock_real_ms();
    int error = api_replica_load(&api->replica, api->options.log, api->options.dir);
    api->broken = error != HV_OK;
    api->loaded = error == HV_OK;
    api->scene.state = api->replica.state;
    api->scene.console.past = api->replica.state;
    if (error != HV_OK)
        line_log(LINE_ERROR, "event=no-picture error=%s", hv_error_name(error));
    else
        line_log(LINE_INFO, "event=picture position=%llu ms=%llu",
                 (unsigned long long)state_position(api->replica.state),
                 (unsigned long long)(clock_real_ms() - began));
}

/* Folds what has become durable; called before every answer and now and then. True: there is more.
 */
static bool follow(struct api *api) {
    uint64_t last = atomic_load(&api->durable);
    take_region(api); /* after that was read: the region that a record names comes before it */
    if (!api->loaded || state_position(api->replica.state) >= last)
        return false;
    int error = api_replica_follow(&api->replica, last, FOLLOW_RECORDS);
    if (error != HV_OK) { /* what is half applied is no picture */
        api->loaded = false;
        api->broken = true;
        line_log(LINE_ERROR, "event=no-picture error=%s", hv_error_name(error));
        return false;
    }
    return state_position(api->replica.state) < last;
}

/* This moment on the clocks, as the main thread's core has them. */
static void tell_time(struct api *api) {
    const struct state_general *general = state_general(api->replica.state);
    uint64_t now = clock_real_ms(),
             passed = now > api->pulse.real_ms ? now - api->pulse.real_ms : 0;
    uint64_t rate = general->clock.scenario ? general->clock.rate_permille : 1000;
    struct console_scene *scene = &api->scene.console;
    uint64_t mono = api->pulse.mono_ms + passed * rate / 1000;
    if (api->pulse.real_ms == 0 || mono < general->mono_ms)
        mono = general->mono_ms;
    scene->mono_ms = mono;
    scene->wall_ms = general->clock.scenario
                         ? general->clock.start_wall_ms +
                               (int64_t)(general->clock.elapsed_ms + mono - general->clock_mono_ms)
                         : clock_wall_ms();
    scene->counters = &api->pulse.counters;
}

bool api_catch_up(struct api *api) {
    bool more = follow(api);
    if (api->loaded)
        tell_time(api);
    return more;
}

void api_reach(struct api *api, uint64_t position) {
    uint64_t durable = atomic_load(&api->durable);
    while (durable < position && !atomic_compare_exchange_weak(&api->durable, &durable, position))
        continue;
    while (api->loaded && state_position(api->replica.state) < position)
        (void)follow(api);
    if (api->loaded)
        tell_time(api);
}

/* ---- the thread ---- */

static int wait_ms(const struct api *api, bool more) {
    int most = more ? 0 : api_series_wait_ms(api, api_events_wait_ms(api));
    MHD_UNSIGNED_LONG_LONG ms = 0;
    if (most > 0 && api->server != NULL && MHD_get_timeout(api->server, &ms) == MHD_YES &&
        ms < (MHD_UNSIGNED_LONG_LONG)most)
        return (int)ms;
    return most;
}

static void wait(struct api *api, bool more) {
    struct pollfd files[2] = {{.fd = api->to_api, .events = POLLIN}};
    nfds_t count = 1;
    if (api->server != NULL) {
        const union MHD_DaemonInfo *info =
            MHD_get_daemon_info(api->server, MHD_DAEMON_INFO_EPOLL_FD);
        if (info != NULL)
            files[count++] = (struct pollfd){.fd = info->epoll_fd, .events = POLLIN};
    }
    poll(files, count, wait_ms(api, more));
    if (files[0].revents != 0)
        hush(api->to_api);
}

static void *run(void *context) {
    struct api *api = context;
    bool more = false;
    uint64_t token, looked_ms = 0;
    json_t *reply;
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
    api_file_find(api);
    api_login_open(api);
    api_http_open(api, clock_real_ms());
    take_region(api);
    load(api);
    if (api->loaded)
        api_series_begin(api);
    while (!atomic_load(&api->stop)) {
        wait(api, more);
        uint64_t now = clock_real_ms();
        if (now - looked_ms >= LOOK_MS) {
            api_login_follow(api);
            api_login_save(api);
            looked_ms = now;
        }
        more = api_catch_up(api);
        while (take_answer(api, &token, &reply))
            api_answers(api, token, reply);
        api_jobs_ended(api);
        api_events_tick(api, now);
        api_series_tick(api, now);
        api_series_recall(api);
        if (api->server == NULL && now >= api->retry_ms)
            api_http_open(api, now);
        api_http_run(api);
    }
    while (take_answer(api, &token, &reply))
        api_answers(api, token, reply);
    api_http_close(api);
    api_login_save(api);
    return NULL;
}

/* ---- opening and closing ---- */

static int read_pem(const char *path, char **ret_text) {
    uint8_t *bytes = NULL;
    size_t size = 0;
    int error = atomic_file_read(path, PEM_BYTES_MAX, &bytes, &size);
    if (error == HV_OK)
        *ret_text = (char *)bytes; /* a NUL follows */
    return error;
}

static void release(struct api *api) {
    struct api_mail *mail = &api->mail;
    for (size_t i = 0; i < mail->asked_count; i++)
        json_decref(mail->asked[i].json);
    for (size_t i = 0; i < mail->answered_count; i++)
        json_decref(mail->answered[i].json);
    for (size_t i = 0; i < mail->old_count; i++)
        region_free(mail->old[i]);
    free(mail->asked);
    free(mail->answered);
    free(mail->old);
    api_work_free(api->work, api_job_drop);
    account_list_deinit(&api->accounts);
    api_sessions_free(&api->sessions);
    for (size_t i = 0; i < API_PASTS; i++)
        api_past_free(&api->pasts[i]);
    api_series_free(api);
    api_then_free(api);
    api_scene_free(&api->scene);
    api_replica_free(&api->replica);
    hv_arena_deinit(&api->arena);
    free(api->certificate);
    free(api->key);
    if (api->to_main >= 0)
        close(api->to_main);
    if (api->to_api >= 0)
        close(api->to_api);
    pthread_mutex_destroy(&mail->lock);
    free(api);
}

int api_new(const struct api_options *options, struct api **ret_api) {
    struct api *api = calloc(1, sizeof *api);
    if (api == NULL)
        return HV_ERR_MEMORY;
    api->options = *options;
    pthread_mutex_init(&api->mail.lock, NULL);
    hv_arena_init(&api->arena, 0);
    hv_arena_init(&api->replica.arena, 0);
    api->scene.arena = &api->arena;
    api->to_main = api->to_api = -1;
    api->scene.console = (struct console_scene){.profiles = options->profiles,
                                                .settings = options->settings,
                                                .deployment = options->deployment};
    api->to_main = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    api->to_api = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    int error = api->to_main < 0 || api->to_api < 0 ? HV_ERR_IO : HV_OK;
    if (error == HV_OK && options->settings->http_certificate[0] != '\0') {
        error = read_pem(options->settings->http_certificate, &api->certificate);
        if (error == HV_OK)
            error = read_pem(options->settings->http_key, &api->key);
    }
    if (error == HV_OK)
        error = api_work_new(api->to_api, &api->work);
    atomic_store(&api->durable, log_last(options->log));
    if (error == HV_OK && pthread_create(&api->thread, NULL, run, api) != 0)
        error = HV_ERR_MEMORY;
    if (error != HV_OK) {
        release(api);
        return error;
    }
    *ret_api = api;
    return HV_OK;
}

void api_free(struct api *api) {
    if (api == NULL)
        return;
    atomic_store(&api->stop, true);
    ring(api->to_api);
    pthread_join(api->thread, NULL);
    release(api);
}
