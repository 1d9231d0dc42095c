#include "coordinator/daemon_writer.h"

#include "schemas/platform/line_log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum job { JOB_NONE, JOB_WAITS, JOB_RUNS, JOB_DONE };

struct daemon_writer {
    struct log *log;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int event;
    bool stop;
    enum job job;
    const struct log_entry *entries;
    size_t count;
    int error;
    uint64_t archive_up_to; /* 0: nothing to archive */
    struct daemon_writer_times times;
    uint64_t archive_from; /* where archiving began; 0: not yet */
};

/* ---- the thread ---- */

static uint64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void count_time(struct daemon_writer_times *times, uint64_t took_us) {
    size_t bucket = 0, most = sizeof times->buckets / sizeof *times->buckets;
    while (bucket + 1 < most && took_us > (uint64_t)64 << bucket)
        bucket++;
    times->count++;
    times->sum_us += took_us;
    times->buckets[bucket]++;
}

static void run_append(struct daemon_writer *writer) {
    uint64_t first;
    writer->job = JOB_RUNS;
    pthread_mutex_unlock(&writer->mutex);
    uint64_t began = now_us();
    int error = log_append(writer->log, writer->entries, writer->count, &first);
    uint64_t took = now_us() - began;
    pthread_mutex_lock(&writer->mutex);
    count_time(&writer->times, took);
    writer->error = error;
    writer->job = JOB_DONE;
    pthread_cond_broadcast(&writer->changed);
    uint64_t one = 1;
    (void)!write(writer->event, &one, sizeof one);
}

/* One slice: whoever wants to append waits for no more than that. */
static void run_archive(struct daemon_writer *writer) {
    uint64_t up_to = writer->archive_up_to;
    bool done = false;
    if (writer->archive_from == 0)
        writer->archive_from = log_first(writer->log);
    pthread_mutex_unlock(&writer->mutex);
    int error = log_archive_slice(writer->log, up_to, &done);
    uint64_t moved = log_first(writer->log) - writer->archive_from;
    if (error != 0)
        line_log(LINE_WARNING, "event=not-archived error=%s", hv_error_name(error));
    else if (done && moved > 0)
        line_log(LINE_INFO, "event=archived records=%" PRIu64, moved);
    pthread_mutex_lock(&writer->mutex);
    if (error != 0 || done)
        writer->archive_up_to = writer->archive_from = 0;
}

static void *run(void *context) {
    struct daemon_writer *writer = context;
    pthread_mutex_lock(&writer->mutex);
    for (;;) {
        if (writer->job == JOB_WAITS)
            run_append(writer);
        else if (writer->stop)
            break;
        else if (writer->archive_up_to != 0)
            run_archive(writer);
        else
            pthread_cond_wait(&writer->changed, &writer->mutex);
    }
    pthread_mutex_unlock(&writer->mutex);
    return NULL;
}

/* ---- the main thread ---- */

int daemon_writer_new(struct log *log, struct daemon_writer **ret_writer) {
    struct daemon_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return HV_ERR_MEMORY;
    writer->log = log;
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_cond_init(&writer->changed, NULL);
    writer->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (writer->event < 0 || pthread_create(&writer->thread, NULL, run, writer) != 0) {
        if (writer->event >= 0)
            close(writer->event);
        free(writer);
        return HV_ERR_IO;
    }
    *ret_writer = writer;
    return 0;
}

void daemon_writer_free(struct daemon_writer *writer) {
    if (writer == NULL)
        return;
    pthread_mutex_lock(&writer->mutex);
    writer->stop = true;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->mutex);
    pthread_join(writer->thread, NULL);
    pthread_cond_destroy(&writer->changed);
    pthread_mutex_destroy(&writer->mutex);
    close(writer->event);
    free(writer);
}

int daemon_writer_fd(const struct daemon_writer *writer) {
    return writer->event;
}

struct daemon_writer_times daemon_writer_times(struct daemon_writer *writer) {
    pthread_mutex_lock(&writer->mutex);
    struct daemon_writer_times times = writer->times;
    pthread_mutex_unlock(&writer->mutex);
    return times;
}

void daemon_writer_append(struct daemon_writer *writer, const struct log_entry *entries,
                          size_t count) {
    pthread_mutex_lock(&writer->mutex);
    writer->entries = entries;
    writer->count = count;
    writer->job = JOB_WAITS;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->mutex);
}

void daemon_writer_archive(struct daemon_writer *writer, uint64_t up_to) {
    pthread_mutex_lock(&writer->mutex);
    writer->archive_up_to = up_to;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->mutex);
}

int daemon_writer_collect(struct daemon_writer *writer, bool wait, int *ret_error) {
    uint64_t ignored;
    (void)!read(writer->event, &ignored, sizeof ignored);
    pthread_mutex_lock(&writer->mutex);
    while (wait && (writer->job == JOB_WAITS || writer->job == JOB_RUNS))
        pthread_cond_wait(&writer->changed, &writer->mutex);
    bool done = writer->job == JOB_DONE;
    if (done) {
        *ret_error = writer->error;
        writer->job = JOB_NONE;
    }
    pthread_mutex_unlock(&writer->mutex);
    return done ? 0 : HV_ERR_BUSY;
}
