/* LD_PRELOAD: see write_recorder.h. Memory-mapped writes cannot be seen; a program under it must
 * not use them. */
#include "tests/tools/write_recorder.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { DESCRIPTORS_MAX = 1024 };

static struct {
    char path[PATH_MAX]; /* below the root; "" where not watched */
    bool durable;
} files[DESCRIPTORS_MAX];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int trace_fd = -1;
static char root[PATH_MAX];

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_rename)(const char *, const char *);

__attribute__((constructor)) static void prepare(void) {
    *(void **)&real_write = dlsym(RTLD_NEXT, "write");
    *(void **)&real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    *(void **)&real_pwritev = dlsym(RTLD_NEXT, "pwritev64");
    *(void **)&real_writev = dlsym(RTLD_NEXT, "writev");
    *(void **)&real_open = dlsym(RTLD_NEXT, "open64");
    *(void **)&real_close = dlsym(RTLD_NEXT, "close");
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
    *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    *(void **)&real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    *(void **)&real_rename = dlsym(RTLD_NEXT, "rename");
    const char *trace = getenv("WRITE_RECORDER_TRACE"), *top = getenv("WRITE_RECORDER_ROOT");
    if (trace == NULL || top == NULL || realpath(top, root) == NULL)
        return;
    trace_fd = real_open(trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static bool watched(int fd) {
    return trace_fd >= 0 && fd >= 0 && fd < DESCRIPTORS_MAX && files[fd].path[0] != '\0';
}

static void record_path(const char *path, bool durable, enum trace_kind kind, uint64_t offset,
                        const struct iovec *pieces, int count, size_t bytes) {
    struct trace_event event = {.kind = (uint32_t)kind,
                                .durable = durable,
                                .offset = offset,
                                .bytes = (uint32_t)bytes,
                                .path_bytes = (uint32_t)strlen(path)};
    struct iovec head[2] = {{&event, sizeof event}, {(void *)path, event.path_bytes}};
    bool whole = real_writev(trace_fd, head, 2) == (ssize_t)(sizeof event + event.path_bytes);
    for (int i = 0; i < count && bytes > 0 && whole; i++) {
        size_t part = pieces[i].iov_len < bytes ? pieces[i].iov_len : bytes;
        whole = real_write(trace_fd, pieces[i].iov_base, part) == (ssize_t)part;
        bytes -= part;
    }
    if (!whole)
        abort(); /* half a trace proves nothing */
}

static void record(int fd, enum trace_kind kind, uint64_t offset, const struct iovec *pieces,
                   int count, size_t bytes) {
    record_path(files[fd].path, files[fd].durable, kind, offset, pieces, count, bytes);
}

static ssize_t written(int fd, off_t offset, const struct iovec *pieces, int count,
                       ssize_t result) {
    if (result > 0 && watched(fd))
        record(fd, TRACE_WRITE, (uint64_t)offset, pieces, count, (size_t)result);
    return result;
}

/* The path below the root in full, or NULL. */
static const char *below_root(const char *path, char full[PATH_MAX]) {
    size_t length = strlen(root);
    if (trace_fd < 0 || realpath(path, full) == NULL || strncmp(full, root, length) != 0 ||
        full[length] != '/')
        return NULL;
    return full + length + 1;
}

static void remember(int fd, const char *path, int flags) {
    char full[PATH_MAX];
    if (fd < 0 || fd >= DESCRIPTORS_MAX)
        return;
    const char *below = below_root(path, full);
    snprintf(files[fd].path, sizeof files[fd].path, "%s", below == NULL ? "" : below);
    files[fd].durable = (flags & (O_DSYNC | O_SYNC)) != 0;
}

static int open_recorded(const char *path, int flags, mode_t mode) {
    pthread_mutex_lock(&lock);
    int fd = real_open(path, flags, mode);
    remember(fd, path, flags);
    pthread_mutex_unlock(&lock);
    return fd;
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_recorded(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_recorded(path, flags, mode);
}

int close(int fd) {
    pthread_mutex_lock(&lock);
    if (fd >= 0 && fd < DESCRIPTORS_MAX)
        files[fd].path[0] = '\0';
    pthread_mutex_unlock(&lock);
    return real_close(fd);
}

/* One lock around call and event, so that the trace has the order in which things happened. */
#define RECORDED(type, call)                                                                       \
    pthread_mutex_lock(&lock);                                                                     \
    type result = call;                                                                            \
    pthread_mutex_unlock(&lock);                                                                   \
    return result

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    struct iovec piece = {(void *)bytes, count};
    RECORDED(ssize_t, written(fd, offset, &piece, 1, real_pwrite(fd, bytes, count, offset)));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    return pwrite(fd, bytes, count, offset);
}

ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset) {
    RECORDED(ssize_t, written(fd, offset, pieces, count, real_pwritev(fd, pieces, count, offset)));
}

ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off64_t offset) {
    return pwritev(fd, pieces, count, offset);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    if (!watched(fd))
        return real_write(fd, bytes, count);
    struct iovec piece = {(void *)bytes, count};
    off_t end = lseek(fd, 0, (fcntl(fd, F_GETFL) & O_APPEND) != 0 ? SEEK_END : SEEK_CUR);
    RECORDED(ssize_t, written(fd, end, &piece, 1, real_write(fd, bytes, count)));
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
    if (!watched(fd))
        return real_writev(fd, pieces, count);
    off_t end = lseek(fd, 0, (fcntl(fd, F_GETFL) & O_APPEND) != 0 ? SEEK_END : SEEK_CUR);
    RECORDED(ssize_t, written(fd, end, pieces, count, real_writev(fd, pieces, count)));
}

static int synced(int fd, int result) {
    if (result == 0 && watched(fd))
        record(fd, TRACE_SYNC, 0, NULL, 0, 0);
    return result;
}

int fsync(int fd) {
    RECORDED(int, synced(fd, real_fsync(fd)));
}

int fdatasync(int fd) {
    RECORDED(int, synced(fd, real_fdatasync(fd)));
}

static int truncated(int fd, off_t size, int result) {
    if (result == 0 && watched(fd))
        record(fd, TRACE_TRUNCATE, (uint64_t)size, NULL, 0, 0);
    return result;
}

int ftruncate(int fd, off_t size) {
    RECORDED(int, truncated(fd, size, real_ftruncate(fd, size)));
}

int ftruncate64(int fd, off64_t size) {
    return ftruncate(fd, size);
}

int rename(const char *from, const char *to) {
    char full_from[PATH_MAX], full_to[PATH_MAX];
    pthread_mutex_lock(&lock);
    const char *old = below_root(from, full_from);
    int result = real_rename(from, to);
    const char *new = below_root(to, full_to);
    if (result == 0 && old != NULL && new != NULL) {
        struct iovec piece = {(void *)new, strlen(new)};
        record_path(old, false, TRACE_RENAME, 0, &piece, 1, piece.iov_len);
    }
    pthread_mutex_unlock(&lock);
    return result;
}
