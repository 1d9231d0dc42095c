/* LD_PRELOAD: ends the program, or fails one call of it, at a named point between its effects.
 *
 *   FAULT_POINT  which: "write FILE", "sync FILE", "commit FILE" (through a descriptor opened
 *                O_DSYNC, as LMDB's meta page), "rename FILE" (its new name), each of a file whose
 *                path ends so; "link FOLDER", "unlink FOLDER", of a file in a folder whose path
 *                ends so; "answer" (to a local socket's client), "frame" (to the other side)
 *   FAULT_NTH    at which of these, from 1
 *   FAULT_DO     "before" and "after": kill -9 then; "fail": the call fails with EIO, once
 *   FAULT_ARMED  counting begins when this file exists
 *   FAULT_MET    this file is made when it happens */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static char kind[16], file_end[PATH_MAX];
static const char *armed, *met, *what;
static long nth;
static atomic_long seen;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off64_t);
static ssize_t (*real_send)(int, const void *, size_t, int);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_link)(const char *, const char *);
static int (*real_unlink)(const char *);

__attribute__((constructor)) static void prepare(void) {
    *(void **)&real_write = dlsym(RTLD_NEXT, "write");
    *(void **)&real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    *(void **)&real_writev = dlsym(RTLD_NEXT, "writev");
    *(void **)&real_pwritev = dlsym(RTLD_NEXT, "pwritev64");
    *(void **)&real_send = dlsym(RTLD_NEXT, "send");
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
    *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    *(void **)&real_rename = dlsym(RTLD_NEXT, "rename");
    *(void **)&real_link = dlsym(RTLD_NEXT, "link");
    *(void **)&real_unlink = dlsym(RTLD_NEXT, "unlink");
    const char *point = getenv("FAULT_POINT"), *number = getenv("FAULT_NTH");
    armed = getenv("FAULT_ARMED"), met = getenv("FAULT_MET"), what = getenv("FAULT_DO");
    if (point == NULL || number == NULL || armed == NULL || met == NULL || what == NULL ||
        sscanf(point, "%15s %4000s", kind, file_end) < 1 || (nth = atol(number)) < 1)
        abort(); /* a fault that never comes proves nothing */
}

/* ---- where the program is ---- */

static bool ends_so(const char *path) {
    size_t length = strlen(path), end = strlen(file_end);
    return length >= end && strcmp(path + length - end, file_end) == 0;
}

static bool is_of_file(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    path[size < 0 ? 0 : size] = '\0';
    return size > 0 && ends_so(path);
}

static bool is_in_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path), end = strlen(file_end);
    return length >= end && strncmp(path + length - end, file_end, end) == 0;
}

static bool is_write(int fd) {
    const char *of = (fcntl(fd, F_GETFL) & O_DSYNC) != 0 ? "commit" : "write";
    return strcmp(kind, of) == 0 && is_of_file(fd);
}

static bool is_sync(int fd) {
    return strcmp(kind, "sync") == 0 && is_of_file(fd);
}

/* Not what goes to the service manager: that is a datagram. */
static bool is_send(int fd) {
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    socklen_t size = sizeof address;
    int type = 0;
    socklen_t type_size = sizeof type;
    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 || type != SOCK_STREAM)
        return false;
    return strcmp(kind, address.ss_family == AF_UNIX ? "answer" : "frame") == 0;
}

/* ---- what happens there ---- */

static bool is_now(bool there) {
    int before = errno;
    bool now = there && access(armed, F_OK) == 0 && atomic_fetch_add(&seen, 1) + 1 == nth;
    errno = before;
    return now;
}

static void leave_word(void) {
    int fd = open(met, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        abort();
    close(fd);
}

static void die(void) {
    leave_word();
    kill(getpid(), SIGKILL);
    pause();
}

#define AT_POINT(type, there, call)                                                                \
    bool now = is_now(there);                                                                      \
    if (now && strcmp(what, "before") == 0)                                                        \
        die();                                                                                     \
    if (now && strcmp(what, "fail") == 0) {                                                        \
        leave_word();                                                                              \
        errno = EIO;                                                                               \
        return -1;                                                                                 \
    }                                                                                              \
    type result = call;                                                                            \
    if (now)                                                                                       \
        die();                                                                                     \
    return result

ssize_t write(int fd, const void *bytes, size_t count) {
    AT_POINT(ssize_t, is_write(fd), real_write(fd, bytes, count));
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    AT_POINT(ssize_t, is_write(fd), real_pwrite(fd, bytes, count, offset));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    AT_POINT(ssize_t, is_write(fd), real_pwrite(fd, bytes, count, offset));
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
    AT_POINT(ssize_t, is_write(fd), real_writev(fd, pieces, count));
}

ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset) {
    AT_POINT(ssize_t, is_write(fd), real_pwritev(fd, pieces, count, offset));
}

ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off64_t offset) {
    AT_POINT(ssize_t, is_write(fd), real_pwritev(fd, pieces, count, offset));
}

ssize_t send(int fd, const void *bytes, size_t count, int flags) {
    AT_POINT(ssize_t, is_send(fd), real_send(fd, bytes, count, flags));
}

int fsync(int fd) {
    AT_POINT(int, is_sync(fd), real_fsync(fd));
}

int fdatasync(int fd) {
    AT_POINT(int, is_sync(fd), real_fdatasync(fd));
}

int rename(const char *from, const char *to) {
    AT_POINT(int, strcmp(kind, "rename") == 0 && ends_so(to), real_rename(from, to));
}

int link(const char *from, const char *to) {
    AT_POINT(int, strcmp(kind, "link") == 0 && is_in_folder(to), real_link(from, to));
}

int unlink(const char *path) {
    AT_POINT(int, strcmp(kind, "unlink") == 0 && is_in_folder(path), real_unlink(path));
}
