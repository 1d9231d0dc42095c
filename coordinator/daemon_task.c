#include "coordinator/daemon_task.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { TASKS_MAX = 8 };

struct task {
    bool used;
    atomic_bool ended;
    pthread_t thread;
    struct daemon_tasks *tasks;
    daemon_task_run *run;
    daemon_task_done *done;
    void *context;
    int error;
};

struct daemon_tasks {
    int event;
    struct task list[TASKS_MAX];
};

int daemon_tasks_new(struct daemon_tasks **ret_tasks) {
    struct daemon_tasks *tasks = calloc(1, sizeof *tasks);
    if (tasks == NULL)
        return HV_ERR_MEMORY;
    tasks->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (tasks->event < 0) {
        free(tasks);
        return HV_ERR_IO;
    }
    *ret_tasks = tasks;
    return 0;
}

static void end_task(struct task *task) {
    pthread_join(task->thread, NULL);
    task->used = false;
    task->done(task->context, task->error);
}

void daemon_tasks_free(struct daemon_tasks *tasks) {
    if (tasks == NULL)
        return;
    for (int i = 0; i < TASKS_MAX; i++) {
        if (tasks->list[i].used)
            end_task(&tasks->list[i]);
    }
    close(tasks->event);
    free(tasks);
}

int daemon_tasks_fd(const struct daemon_tasks *tasks) {
    return tasks->event;
}

void daemon_tasks_collect(struct daemon_tasks *tasks) {
    uint64_t ignored;
    (void)!read(tasks->event, &ignored, sizeof ignored);
    for (int i = 0; i < TASKS_MAX; i++) {
        if (tasks->list[i].used && atomic_load(&tasks->list[i].ended))
            end_task(&tasks->list[i]);
    }
}

static void *run_task(void *context) {
    struct task *task = context;
    uint64_t one = 1;
    task->error = task->run(task->context);
    int event = task->tasks->event;
    atomic_store(&task->ended, true);
    (void)!write(event, &one, sizeof one);
    return NULL;
}

int daemon_task_start(struct daemon_tasks *tasks, daemon_task_run *run, daemon_task_done *done,
                      void *context) {
    struct task *task = NULL;
    for (int i = 0; task == NULL && i < TASKS_MAX; i++)
        task = tasks->list[i].used ? NULL : &tasks->list[i];
    if (task == NULL)
        return HV_ERR_BUSY;
    *task =
        (struct task){.used = true, .tasks = tasks, .run = run, .done = done, .context = context};
    if (pthread_create(&task->thread, NULL, run_task, task) != 0) {
        task->used = false;
        return HV_ERR_MEMORY;
    }
    return 0;
}
