#include "coordinator/planning/worker.h"

#include "schemas/platform/clock.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int fd;
    struct session *session;
    atomic_bool stop;
    bool solving, has_result;
    struct session_task *waiting;
    struct worker_result result;
};

static int asked_to_stop(void *context) {
    return atomic_load(&((struct worker *)context)->stop) ? 1 : 0;
}

static void drop_result(struct worker_result *result) {
    plan_free(result->plan);
    session_task_free(result->task);
}

/* Waits for a task; NULL: the end. */
static struct session_task *next_task(struct worker *worker) {
    pthread_mutex_lock(&worker->lock);
    worker->solving = false;
    while (worker->waiting == NULL && !atomic_load(&worker->stop))
        pthread_cond_wait(&worker->wake, &worker->lock);
    struct session_task *task = worker->waiting;
    worker->waiting = NULL;
    worker->solving = task != NULL;
    pthread_mutex_unlock(&worker->lock);
    return task;
}

static void hand_over(struct worker *worker, struct worker_result result) {
    pthread_mutex_lock(&worker->lock);
    if (worker->has_result) /* nobody took it: the newer one counts */
        drop_result(&worker->result);
    worker->result = result;
    worker->has_result = true;
    pthread_mutex_unlock(&worker->lock);
    uint64_t one = 1;
    ssize_t written = write(worker->fd, &one, sizeof one);
    (void)written; /* a full counter is readable too */
}

static void *work(void *context) {
    struct worker *worker = context;
    struct session_task *task;
    while ((task = next_task(worker)) != NULL) {
        struct worker_result result = {.task = task};
        uint64_t start_ms = clock_real_ms();
        result.error = session_solve(worker->session, task, asked_to_stop, worker, &result.plan);
        result.took_ms = clock_real_ms() - start_ms;
        hand_over(worker, result);
    }
    return NULL;
}

/* Signals are the main thread's. */
static int start_thread(struct worker *worker) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&worker->thread, NULL, work, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code == 0 ? HV_OK : HV_ERR_MEMORY;
}

int worker_new(struct worker **ret_worker) {
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL)
        return HV_ERR_MEMORY;
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->wake, NULL);
    worker->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    worker->session = session_new();
    int error = worker->fd < 0            ? HV_ERR_IO
                : worker->session == NULL ? HV_ERR_MEMORY
                                          : start_thread(worker);
    if (error != HV_OK) {
        if (worker->fd >= 0)
            close(worker->fd);
        session_free(worker->session);
        free(worker);
        return error;
    }
    *ret_worker = worker;
    return HV_OK;
}

void worker_free(struct worker *worker) {
    if (worker == NULL)
        return;
    pthread_mutex_lock(&worker->lock);
    atomic_store(&worker->stop, true);
    pthread_cond_signal(&worker->wake);
    pthread_mutex_unlock(&worker->lock);
    pthread_join(worker->thread, NULL);
    session_task_free(worker->waiting);
    if (worker->has_result)
        drop_result(&worker->result);
    session_free(worker->session);
    close(worker->fd);
    pthread_cond_destroy(&worker->wake);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}

int worker_fd(const struct worker *worker) {
    return worker->fd;
}

void worker_submit(struct worker *worker, struct session_task *task) {
    pthread_mutex_lock(&worker->lock);
    struct session_task *dropped = worker->waiting;
    worker->waiting = task;
    pthread_cond_signal(&worker->wake);
    pthread_mutex_unlock(&worker->lock);
    session_task_free(dropped);
}

bool worker_take(struct worker *worker, struct worker_result *ret_result) {
    uint64_t count;
    ssize_t cleared = read(worker->fd, &count, sizeof count);
    (void)cleared;
    pthread_mutex_lock(&worker->lock);
    bool taken = worker->has_result;
    if (taken)
        *ret_result = worker->result;
    worker->has_result = false;
    pthread_mutex_unlock(&worker->lock);
    return taken;
}

bool worker_busy(struct worker *worker) {
    pthread_mutex_lock(&worker->lock);
    bool busy = worker->solving || worker->waiting != NULL;
    pthread_mutex_unlock(&worker->lock);
    return busy;
}
