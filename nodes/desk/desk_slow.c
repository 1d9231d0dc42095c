#include "nodes/desk/desk_slow.h"

#include "schemas/platform/clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { LOOK_S = 1 };

struct desk_slow_socket {
    struct desk_slow_socket *next, *before;
    int file;
    uint64_t since_ms; /* it began, or its last answer was whole */
};

struct desk_slow {
    pthread_mutex_t lock;
    pthread_cond_t ends;
    pthread_t thread;
    bool watched, ending;
    struct desk_slow_socket *sockets;
};

int desk_slow_new(struct desk_slow **ret_slow) {
    struct desk_slow *slow = calloc(1, sizeof *slow);
    pthread_condattr_t steady;
    if (slow == NULL)
        return HV_ERR_MEMORY;
    pthread_mutex_init(&slow->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&slow->ends, &steady);
    pthread_condattr_destroy(&steady);
    *ret_slow = slow;
    return HV_OK;
}

/* ---- connections ---- */

struct desk_slow_socket *desk_slow_begin(struct desk_slow *slow, int file, uint64_t now_ms) {
    struct desk_slow_socket *socket = calloc(1, sizeof *socket);
    if (socket == NULL)
        return NULL;
    socket->file = file;
    socket->since_ms = now_ms;
    pthread_mutex_lock(&slow->lock);
    socket->next = slow->sockets;
    if (slow->sockets != NULL)
        slow->sockets->before = socket;
    slow->sockets = socket;
    pthread_mutex_unlock(&slow->lock);
    return socket;
}

void desk_slow_served(struct desk_slow *slow, struct desk_slow_socket *socket, uint64_t now_ms) {
    pthread_mutex_lock(&slow->lock);
    socket->since_ms = now_ms;
    pthread_mutex_unlock(&slow->lock);
}

void desk_slow_end(struct desk_slow *slow, struct desk_slow_socket *socket) {
    if (socket == NULL)
        return;
    pthread_mutex_lock(&slow->lock);
    if (socket->before != NULL)
        socket->before->next = socket->next;
    else
        slow->sockets = socket->next;
    if (socket->next != NULL)
        socket->next->before = socket->before;
    pthread_mutex_unlock(&slow->lock);
    free(socket);
}

/* ---- looking at them ---- */

static size_t hang_up(const struct desk_slow *slow, uint64_t now_ms) {
    size_t count = 0;
    for (const struct desk_slow_socket *socket = slow->sockets; socket != NULL;
         socket = socket->next)
        if (now_ms > socket->since_ms && now_ms - socket->since_ms > DESK_SLOW_MS) {
            shutdown(socket->file, SHUT_RDWR);
            count++;
        }
    return count;
}

size_t desk_slow_look(struct desk_slow *slow, uint64_t now_ms) {
    pthread_mutex_lock(&slow->lock);
    size_t count = hang_up(slow, now_ms);
    pthread_mutex_unlock(&slow->lock);
    return count;
}

static void *watch(void *context) {
    struct desk_slow *slow = context;
    struct timespec next;
    pthread_mutex_lock(&slow->lock);
    clock_gettime(CLOCK_MONOTONIC, &next);
    while (!slow->ending) {
        next.tv_sec += LOOK_S;
        while (!slow->ending && pthread_cond_timedwait(&slow->ends, &slow->lock, &next) == 0)
            ;
        (void)hang_up(slow, clock_real_ms());
    }
    pthread_mutex_unlock(&slow->lock);
    return NULL;
}

int desk_slow_watch(struct desk_slow *slow) {
    slow->watched = pthread_create(&slow->thread, NULL, watch, slow) == 0;
    return slow->watched ? HV_OK : HV_ERR_MEMORY;
}

void desk_slow_free(struct desk_slow *slow) {
    if (slow == NULL)
        return;
    pthread_mutex_lock(&slow->lock);
    slow->ending = true;
    pthread_cond_signal(&slow->ends);
    pthread_mutex_unlock(&slow->lock);
    if (slow->watched)
        pthread_join(slow->thread, NULL);
    while (slow->sockets != NULL)
        desk_slow_end(slow, slow->sockets);
    pthread_cond_destroy(&slow->ends);
    pthread_mutex_destroy(&slow->lock);
    free(slow);
}
