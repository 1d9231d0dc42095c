#include "coordinator/planner_thread.h"

#include "schemas/platform/clock.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct planner_thread {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int fd;
    struct session *session;
    atomic_bool stop;
    bool solving, has_result;
    struct session_task *waiting;
    struct planner_thread_result result;
};

static int asked_to_stop(void *context) {
    return atomic_load(&((struct planner_thread *)context)->stop) ? 1 : 0;
}

static void drop_result(struct planner_thread_result *result) {
    plan_free(result->plan);
    session_task_free(result->task);
}

/* Waits for a task; NULL: the end. */
static struct session_task *next_task(struct planner_thread *planner) {
    pthread_mutex_lock(&planner->lock);
    planner->solving = false;
    while (planner->waiting == NULL && !atomic_load(&planner->stop))
        pthread_cond_wait(&planner->wake, &planner->lock);
    struct session_task *task = planner->waiting;
    planner->waiting = NULL;
    planner->solving = task != NULL;
    pthread_mutex_unlock(&planner->lock);
    return task;
}

static void hand_over(struct planner_thread *planner, struct planner_thread_result result) {
    pthread_mutex_lock(&planner->lock);
    if (planner->has_result) /* nobody took it: the newer one counts */
        drop_result(&planner->result);
    planner->result = result;
    planner->has_result = true;
    pthread_mutex_unlock(&planner->lock);
    uint64_t one = 1;
    ssize_t written = write(planner->fd, &one, sizeof one);
    (void)written; /* a full counter is readable too */
}

static void *work(void *context) {
    struct planner_thread *planner = context;
    struct session_task *task;
    while ((task = next_task(planner)) != NULL) {
        struct planner_thread_result result = {.task = task};
        uint64_t start_ms = clock_real_ms();
        result.error = session_solve(planner->session, task, asked_to_stop, planner, &result.plan);
        result.took_ms = clock_real_ms() - start_ms;
        hand_over(planner, result);
    }
    return NULL;
}

/* Signals are the main thread's. */
static int start_thread(struct planner_thread *planner) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&planner->thread, NULL, work, planner);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code == 0 ? HV_OK : HV_ERR_MEMORY;
}

int planner_thread_new(struct planner_thread **ret_planner) {
    struct planner_thread *planner = calloc(1, sizeof *planner);
    if (planner == NULL)
        return HV_ERR_MEMORY;
    pthread_mutex_init(&planner->lock, NULL);
    pthread_cond_init(&planner->wake, NULL);
    planner->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    planner->session = session_new();
    int error = planner->fd < 0            ? HV_ERR_IO
                : planner->session == NULL ? HV_ERR_MEMORY
                                           : start_thread(planner);
    if (error != HV_OK) {
        if (planner->fd >= 0)
            close(planner->fd);
        session_free(planner->session);
        free(planner);
        return error;
    }
    *ret_planner = planner;
    return HV_OK;
}

void planner_thread_free(struct planner_thread *planner) {
    if (planner == NULL)
        return;
    pthread_mutex_lock(&planner->lock);
    atomic_store(&planner->stop, true);
    pthread_cond_signal(&planner->wake);
    pthread_mutex_unlock(&planner->lock);
    pthread_join(planner->thread, NULL);
    session_task_free(planner->waiting);
    if (planner->has_result)
        drop_result(&planner->result);
    session_free(planner->session);
    close(planner->fd);
    pthread_cond_destroy(&planner->wake);
    pthread_mutex_destroy(&planner->lock);
    free(planner);
}

int planner_thread_fd(const struct planner_thread *planner) {
    return planner->fd;
}

void planner_thread_submit(struct planner_thread *planner, struct session_task *task) {
    pthread_mutex_lock(&planner->lock);
    struct session_task *dropped = planner->waiting;
    planner->waiting = task;
    pthread_cond_signal(&planner->wake);
    pthread_mutex_unlock(&planner->lock);
    session_task_free(dropped);
}

bool planner_thread_take(struct planner_thread *planner, struct planner_thread_result *ret_result) {
    uint64_t count;
    ssize_t cleared = read(planner->fd, &count, sizeof count);
    (void)cleared;
    pthread_mutex_lock(&planner->lock);
    bool taken = planner->has_result;
    if (taken)
        *ret_result = planner->result;
    planner->has_result = false;
    pthread_mutex_unlock(&planner->lock);
    return taken;
}

bool planner_thread_busy(struct planner_thread *planner) {
    pthread_mutex_lock(&planner->lock);
    bool busy = planner->solving || planner->waiting != NULL;
    pthread_mutex_unlock(&planner->lock);
    return busy;
}
