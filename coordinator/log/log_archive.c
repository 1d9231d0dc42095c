#include "coordinator/log/log_archive.h"

#include "schemas/platform/atomic_file.h"
#include "schemas/platform/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[8] = "HVLOG 1\n";
static const char unnamed[] = "archive.tmp";

struct log_archive_file {
    int descriptor;
    uint64_t first;
    char dir[PATH_MAX];
    char temporary[PATH_MAX];
};

static int os_error(void) {
    return errno == ENOSPC || errno == EDQUOT ? HV_ERR_FULL : HV_ERR_IO;
}

static int join(char path[PATH_MAX], const char *dir, const char *name) {
    int length = snprintf(path, PATH_MAX, "%s/%s", dir, name);
    return length < 0 || length >= PATH_MAX ? HV_ERR_LIMIT : 0;
}

static int write_all(int descriptor, const uint8_t *bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(descriptor, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return os_error();
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

/* ---- writing ---- */

int log_archive_create(const char *dir, uint64_t first, struct log_archive_file **ret_file) {
    struct log_archive_file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return HV_ERR_MEMORY;
    file->first = first;
    int error = join(file->temporary, dir, unnamed);
    if (error == 0)
        error = snprintf(file->dir, sizeof file->dir, "%s", dir) < 0 ? HV_ERR_IO : 0;
    if (error != 0) {
        free(file);
        return error;
    }
    file->descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file->descriptor < 0) {
        error = os_error();
        free(file);
        return error;
    }
    error = write_all(file->descriptor, (const uint8_t *)magic, sizeof magic);
    if (error != 0) {
        log_archive_abandon(file);
        return error;
    }
    *ret_file = file;
    return 0;
}

int log_archive_write(struct log_archive_file *file, const uint8_t *bytes, size_t size) {
    return write_all(file->descriptor, bytes, size);
}

int log_archive_sync(struct log_archive_file *file) {
    return fdatasync(file->descriptor) == 0 ? 0 : os_error();
}

int log_archive_finish(struct log_archive_file *file, uint64_t last) {
    char name[80], path[PATH_MAX];
    snprintf(name, sizeof name, "archive-%020" PRIu64 "-%020" PRIu64 ".log", file->first, last);
    int error = join(path, file->dir, name);
    if (error == 0 && fsync(file->descriptor) != 0)
        error = os_error();
    if (error == 0 && rename(file->temporary, path) != 0)
        error = os_error();
    if (error == 0)
        error = atomic_file_sync(file->dir);
    if (error != 0) {
        log_archive_abandon(file);
        return error;
    }
    close(file->descriptor);
    free(file);
    return 0;
}

void log_archive_abandon(struct log_archive_file *file) {
    if (file == NULL)
        return;
    close(file->descriptor);
    unlink(file->temporary);
    free(file);
}

int log_archive_clear(const char *dir) {
    char path[PATH_MAX];
    int error = join(path, dir, unnamed);
    if (error == 0 && unlink(path) != 0 && errno != ENOENT)
        error = os_error();
    return error;
}

/* ---- finding ---- */

typedef int archive_visit(void *context, const char *path, const char *name, uint64_t first,
                          uint64_t last);

static int each_archive(const char *dir, archive_visit *visit, void *context) {
    DIR *stream = opendir(dir);
    if (stream == NULL)
        return HV_ERR_IO;
    int error = 0;
    for (struct dirent *entry; error == 0 && (entry = readdir(stream)) != NULL;) {
        uint64_t first, last;
        int end = 0;
        char path[PATH_MAX];
        if (sscanf(entry->d_name, "archive-%20" SCNu64 "-%20" SCNu64 ".log%n", &first, &last,
                   &end) != 2 ||
            end == 0 || entry->d_name[end] != '\0')
            continue;
        error = join(path, dir, entry->d_name);
        if (error == 0)
            error = visit(context, path, entry->d_name, first, last);
    }
    closedir(stream);
    return error;
}

struct wanted {
    uint64_t position, first; /* of the archive that holds it */
    char path[PATH_MAX];
};

static int match(void *context, const char *path, const char *name, uint64_t first, uint64_t last) {
    struct wanted *wanted = context;
    (void)name;
    if (wanted->position >= first && wanted->position <= last) {
        snprintf(wanted->path, sizeof wanted->path, "%s", path);
        wanted->first = first;
    }
    return 0;
}

static int see_last(void *context, const char *path, const char *name, uint64_t first,
                    uint64_t last) {
    uint64_t *highest = context;
    (void)path, (void)name, (void)first;
    if (last > *highest)
        *highest = last;
    return 0;
}

int log_archive_last(const char *dir, uint64_t *ret_last) {
    uint64_t highest = 0;
    int error = each_archive(dir, see_last, &highest);
    if (error == 0)
        *ret_last = highest;
    return error;
}

/* ---- reading ---- */

struct mapped {
    const uint8_t *bytes;
    size_t size;
    log_run_visit *visit;
    void *context;
};

static int visit_guarded(void *context) {
    const struct mapped *mapped = context;
    if (memcmp(mapped->bytes, magic, sizeof magic) != 0)
        return HV_ERR_CORRUPT;
    return mapped->visit(mapped->context, mapped->bytes + sizeof magic,
                         mapped->size - sizeof magic);
}

/* A page that the disk does not give back is a damaged archive, as in the live store. */
static int visit_mapped(int descriptor, size_t size, log_run_visit *visit, void *context) {
    uint8_t *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    bool damaged;
    if (bytes == MAP_FAILED)
        return HV_ERR_IO;
    madvise(bytes, size, MADV_SEQUENTIAL);
    struct mapped mapped = {bytes, size, visit, context};
    int error = store_guard(visit_guarded, &mapped, &damaged);
    munmap(bytes, size);
    return error;
}

static int visit_file(const char *path, log_run_visit *visit, void *context) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return HV_ERR_IO;
    struct stat status;
    int error = fstat(descriptor, &status) != 0 ? HV_ERR_IO : 0;
    if (error == 0 && (size_t)status.st_size <= sizeof magic)
        error = HV_ERR_CORRUPT;
    if (error == 0)
        error = visit_mapped(descriptor, (size_t)status.st_size, visit, context);
    close(descriptor);
    return error;
}

/* ---- where readers have been ---- */

void log_archive_marks_init(struct log_archive_marks *marks) {
    *marks = (struct log_archive_marks){.lock = PTHREAD_MUTEX_INITIALIZER};
}

void log_archive_marks_deinit(struct log_archive_marks *marks) {
    pthread_mutex_destroy(&marks->lock);
}

/* The mark that is nearest before the position; the first frame where there is none. */
static struct log_archive_mark nearest(struct log_archive_marks *marks, uint64_t first,
                                       uint64_t position) {
    struct log_archive_mark found = {.first = first, .position = first, .at = 0};
    pthread_mutex_lock(&marks->lock);
    for (size_t i = 0; i < LOG_ARCHIVE_MARKS; i++) {
        const struct log_archive_mark *mark = &marks->list[i];
        if (mark->first == first && mark->position > found.position && mark->position <= position)
            found = *mark;
    }
    pthread_mutex_unlock(&marks->lock);
    return found;
}

static void set_mark(struct log_archive_marks *marks, const struct log_archive_mark *mark) {
    pthread_mutex_lock(&marks->lock);
    marks->list[marks->next] = *mark;
    marks->next = (marks->next + 1) % LOG_ARCHIVE_MARKS;
    pthread_mutex_unlock(&marks->lock);
}

/* From frame to frame to the position. False: the headers do not lead there. */
static bool skim_to(struct log_archive_mark *mark, uint64_t position, const uint8_t *bytes,
                    size_t size) {
    uint64_t found;
    size_t frame;
    for (; mark->at < size && log_frame_skim(bytes + mark->at, size - mark->at, &found, &frame) &&
           found == mark->position;
         mark->at += frame, mark->position++)
        if (mark->position == position)
            return true;
    return false;
}

struct skimming {
    struct log_archive_marks *marks;
    uint64_t first, position;
    log_run_visit *visit;
    void *context;
};

static int visit_from(void *context, const uint8_t *bytes, size_t size) {
    const struct skimming *skimming = context;
    struct log_archive_mark mark = nearest(skimming->marks, skimming->first, skimming->position);
    bool marked = mark.position == skimming->position;
    if (!skim_to(&mark, skimming->position, bytes, size))
        mark.at = 0;
    else if (!marked)
        set_mark(skimming->marks, &mark);
    return skimming->visit(skimming->context, bytes + mark.at, size - mark.at);
}

int log_archive_run(const char *dir, struct log_archive_marks *marks, uint64_t position,
                    log_run_visit *visit, void *context) {
    struct wanted wanted = {.position = position};
    int error = each_archive(dir, match, &wanted);
    if (error != 0)
        return error;
    if (wanted.path[0] == '\0')
        return HV_ERR_NOT_FOUND;
    struct skimming skimming = {marks, wanted.first, position, visit, context};
    return visit_file(wanted.path, visit_from, &skimming);
}

/* ---- copying ---- */

struct copying {
    const char *to;
};

static int write_run(void *context, const uint8_t *bytes, size_t size) {
    const int *descriptor = context;
    return write_all(*descriptor, bytes, size);
}

static int copy_one(void *context, const char *path, const char *name, uint64_t first,
                    uint64_t last) {
    struct copying *copying = context;
    (void)first, (void)last;
    char target[PATH_MAX];
    int error = join(target, copying->to, name);
    if (error != 0)
        return error;
    int descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return errno == EEXIST ? HV_ERR_EXISTS : os_error();
    error = write_all(descriptor, (const uint8_t *)magic, sizeof magic);
    if (error == 0)
        error = visit_file(path, write_run, &descriptor);
    if (error == 0 && fsync(descriptor) != 0)
        error = os_error();
    close(descriptor);
    return error;
}

int log_archive_copy(const char *dir, const char *to) {
    struct copying copying = {.to = to};
    int error = each_archive(dir, copy_one, &copying);
    return error == 0 ? atomic_file_sync(to) : error;
}
