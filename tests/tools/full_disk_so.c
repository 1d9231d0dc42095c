/* LD_PRELOAD: a disk that is full while a file exists.
 *
 *   FULL_DISK_ROOT   files below this folder are on it
 *   FULL_DISK_FLAG   the disk is full while this file exists
 *
 * What needs room fails with ENOSPC: writes, and syncs, where a file system allocates late. What
 * only overwrites a block that is there goes on, as on a real disk: LMDB writes its two meta pages
 * through a descriptor opened O_DSYNC. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static char root[PATH_MAX];
static const char *flag;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off64_t);

__attribute__((constructor)) static void prepare(void) {
    *(void **)&real_write = dlsym(RTLD_NEXT, "write");
    *(void **)&real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    *(void **)&real_writev = dlsym(RTLD_NEXT, "writev");
    *(void **)&real_pwritev = dlsym(RTLD_NEXT, "pwritev64");
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
    *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    *(void **)&real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    const char *top = getenv("FULL_DISK_ROOT");
    flag = getenv("FULL_DISK_FLAG");
    if (top == NULL || flag == NULL || realpath(top, root) == NULL)
        abort(); /* a full disk that is never full proves nothing */
}

static bool is_below_root(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    size_t length = strlen(root);
    if (size <= (ssize_t)length)
        return false;
    path[size] = '\0';
    return strncmp(path, root, length) == 0 && path[length] == '/';
}

/* Whether this would need room that there is not; errno is set then. */
static bool has_no_room(int fd) {
    int before = errno;
    bool full = access(flag, F_OK) == 0 && is_below_root(fd) && (fcntl(fd, F_GETFL) & O_DSYNC) == 0;
    errno = full ? ENOSPC : before;
    return full;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    return has_no_room(fd) ? -1 : real_write(fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return has_no_room(fd) ? -1 : real_pwrite(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    return has_no_room(fd) ? -1 : real_pwrite(fd, bytes, count, offset);
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
    return has_no_room(fd) ? -1 : real_writev(fd, pieces, count);
}

ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset) {
    return has_no_room(fd) ? -1 : real_pwritev(fd, pieces, count, offset);
}

ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off64_t offset) {
    return has_no_room(fd) ? -1 : real_pwritev(fd, pieces, count, offset);
}

int fsync(int fd) {
    return has_no_room(fd) ? -1 : real_fsync(fd);
}

int fdatasync(int fd) {
    return has_no_room(fd) ? -1 : real_fdatasync(fd);
}

int ftruncate(int fd, off_t size) {
    return has_no_room(fd) ? -1 : real_ftruncate(fd, size);
}

int ftruncate64(int fd, off64_t size) {
    return has_no_room(fd) ? -1 : real_ftruncate(fd, size);
}
