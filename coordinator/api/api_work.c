#include "coordinator/api/api_work.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS = 2, WAITING_MAX = 32 };

struct api_work {
    pthread_mutex_t lock;
    pthread_cond_t some;
    pthread_t threads[THREADS];
    int started, bell;
    bool stop;
    struct api_job *first, **last, *ended;
    unsigned waiting;
};

static void *run(void *context) {
    struct api_work *work = context;
    uint64_t one = 1;
    pthread_mutex_lock(&work->lock);
    for (;;) {
        while (work->first == NULL && !work->stop)
            pthread_cond_wait(&work->some, &work->lock);
        if (work->stop)
            break;
        struct api_job *job = work->first;
        work->first = job->next;
        if (work->first == NULL)
            work->last = &work->first;
        work->waiting--;
        pthread_mutex_unlock(&work->lock);
        job->run(job);
        pthread_mutex_lock(&work->lock);
        job->next = work->ended;
        work->ended = job;
        (void)!write(work->bell, &one, sizeof one);
    }
    pthread_mutex_unlock(&work->lock);
    return NULL;
}

int api_work_new(int bell, struct api_work **ret_work) {
    struct api_work *work = calloc(1, sizeof *work);
    if (work == NULL)
        return HV_ERR_MEMORY;
    pthread_mutex_init(&work->lock, NULL);
    pthread_cond_init(&work->some, NULL);
    work->bell = bell;
    work->last = &work->first;
    while (work->started < THREADS &&
           pthread_create(&work->threads[work->started], NULL, run, work) == 0)
        work->started++;
    if (work->started == 0) {
        api_work_free(work, NULL);
        return HV_ERR_MEMORY;
    }
    *ret_work = work;
    return HV_OK;
}

static void drop_all(struct api_job *job, void (*drop)(struct api_job *job)) {
    while (job != NULL) {
        struct api_job *next = job->next;
        if (drop != NULL)
            drop(job);
        job = next;
    }
}

void api_work_free(struct api_work *work, void (*drop)(struct api_job *job)) {
    if (work == NULL)
        return;
    pthread_mutex_lock(&work->lock);
    work->stop = true;
    pthread_cond_broadcast(&work->some);
    pthread_mutex_unlock(&work->lock);
    for (int i = 0; i < work->started; i++)
        pthread_join(work->threads[i], NULL);
    drop_all(work->first, drop);
    drop_all(work->ended, drop);
    pthread_cond_destroy(&work->some);
    pthread_mutex_destroy(&work->lock);
    free(work);
}

unsigned api_work_waiting(struct api_work *work) {
    pthread_mutex_lock(&work->lock);
    unsigned waiting = work->waiting;
    pthread_mutex_unlock(&work->lock);
    return waiting;
}

bool api_work_start(struct api_work *work, struct api_job *job) {
    pthread_mutex_lock(&work->lock);
    bool room = work->waiting < WAITING_MAX;
    if (room) {
        job->next = NULL;
        *work->last = job;
        work->last = &job->next;
        work->waiting++;
        pthread_cond_signal(&work->some);
    }
    pthread_mutex_unlock(&work->lock);
    return room;
}

struct api_job *api_work_ended(struct api_work *work) {
    pthread_mutex_lock(&work->lock);
    struct api_job *job = work->ended;
    if (job != NULL)
        work->ended = job->next;
    pthread_mutex_unlock(&work->lock);
    return job;
}
