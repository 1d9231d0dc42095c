#include "schemas/platform/atomic_file.h"

#include "schemas/platform/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int atomic_file_sync(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return store_error(errno);
    int error = fsync(fd) == 0 ? HV_OK : store_error(errno);
    close(fd);
    return error;
}

/* For a folder that may be written and not read: all that is on its file system. */
static int sync_file_system(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return store_error(errno);
    int error = syncfs(fd) == 0 ? HV_OK : store_error(errno);
    close(fd);
    return error;
}

int atomic_file_sync_name(const char *path) {
    char copy[PATH_MAX];
    int length = snprintf(copy, sizeof copy, "%s", path);
    if (length < 0 || length >= (int)sizeof copy)
        return HV_ERR_LIMIT;
    int error = atomic_file_sync(dirname(copy));
    return error == HV_ERR_PERMISSION ? sync_file_system(path) : error;
}

static int make_one(const char *path, mode_t mode) {
    if (mkdir(path, mode) == 0)
        return atomic_file_sync_name(path);
    switch (errno) {
    case EEXIST:
        return HV_OK;
    case ENOTDIR:
        return HV_ERR_NOT_FOUND;
    case ENAMETOOLONG:
        return HV_ERR_LIMIT;
    default:
        return store_error(errno);
    }
}

int atomic_file_make_folder(const char *path) {
    char above[PATH_MAX];
    int error = make_one(path, 0700);
    if (error != HV_ERR_NOT_FOUND || *path == '\0')
        return error;
    if (snprintf(above, sizeof above, "%s", path) >= (int)sizeof above)
        return HV_ERR_LIMIT;
    for (size_t end = strlen(above); end > 1 && above[end - 1] == '/'; end--)
        above[end - 1] = '\0';
    for (char *at = above + 1; (at = strchr(at, '/')) != NULL; *at++ = '/') {
        *at = '\0';
        error = make_one(above, 0755);
        if (error != HV_OK)
            return error;
    }
    return make_one(path, 0700);
}

/* What is being written aside: open, and locked against atomic_file_tidy, until it has its name. */
struct aside {
    char path[PATH_MAX];
    int fd;
};

static const char aside_end[] = ".new";

/* Threads write at the same time, even the same file. */
static int open_aside(const char *path, mode_t mode, struct aside *aside) {
    static atomic_uint number;
    int length = snprintf(aside->path, sizeof aside->path, "%s.%ld-%u%s", path, (long)getpid(),
                          atomic_fetch_add(&number, 1), aside_end);
    if (length < 0 || length >= (int)sizeof aside->path)
        return HV_ERR_LIMIT;
    unlink(aside->path); /* of a process of this number that died, or a link that somebody laid */
    aside->fd = open(aside->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (aside->fd < 0)
        return store_error(errno);
    (void)flock(aside->fd, LOCK_EX | LOCK_NB); /* where there are no locks the number tells */
    return HV_OK;
}

static int fill_synced(int fd, const void *bytes, size_t size, mode_t mode) {
    int error = fchmod(fd, mode) == 0 ? HV_OK : store_error(errno);
    for (size_t done = 0; error == HV_OK && done < size;) {
        ssize_t part = write(fd, (const char *)bytes + done, size - done);
        if (part >= 0)
            done += (size_t)part;
        else if (errno != EINTR)
            error = store_error(errno);
    }
    if (error == HV_OK && fsync(fd) != 0)
        error = store_error(errno);
    return error;
}

/* `give_name` is rename, or link, which puts nothing over what is there. */
static int write_named(const char *path, const void *bytes, size_t size, mode_t mode,
                       int (*give_name)(const char *from, const char *to)) {
    struct aside aside = {.fd = -1};
    int error = open_aside(path, mode, &aside);
    if (error != HV_OK)
        return error;
    error = fill_synced(aside.fd, bytes, size, mode);
    if (error == HV_OK && give_name(aside.path, path) != 0)
        error = errno == EEXIST ? HV_ERR_EXISTS : store_error(errno);
    if (error != HV_OK || give_name == link)
        unlink(aside.path);
    close(aside.fd);
    return error == HV_OK ? atomic_file_sync_name(path) : error;
}

int atomic_file_write(const char *path, const void *bytes, size_t size, mode_t mode) {
    return write_named(path, bytes, size, mode, rename);
}

int atomic_file_create(const char *path, const void *bytes, size_t size, mode_t mode) {
    return write_named(path, bytes, size, mode, link);
}

/* ---- what was left aside ---- */

/* The process that wrote NAME.PID-N.new aside; 0: it is no such name. */
static pid_t writer_of(const char *name) {
    const size_t length = strlen(name), end = sizeof aside_end - 1;
    long pid;
    unsigned number;
    int used = 0;
    if (length <= end || strcmp(name + length - end, aside_end) != 0)
        return 0;
    const char *dot = name + length - end;
    while (dot > name && *--dot != '.')
        ;
    if (dot == name || sscanf(dot, ".%9ld-%10u%n", &pid, &number, &used) != 2 ||
        strcmp(dot + used, aside_end) != 0)
        return 0;
    return pid > 0 ? (pid_t)pid : 0;
}

/* A number of one's own may be of an earlier process: in a container all have the same. Those that
 * are locked are being written, whatever the number. */
static bool is_left(int folder, const char *name) {
    const pid_t writer = writer_of(name);
    struct stat info;
    if (writer == 0 || (writer != getpid() && (kill(writer, 0) == 0 || errno != ESRCH)))
        return false;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool left = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0;
    close(fd);
    return left;
}

void atomic_file_tidy(const char *path) {
    DIR *folder = opendir(path);
    if (folder == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (is_left(dirfd(folder), entry->d_name))
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
}

/* ---- one at a time ---- */

int atomic_file_claim(const char *folder, int *ret_claim) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return store_error(errno);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int error = errno == EWOULDBLOCK ? HV_ERR_BUSY : store_error(errno);
        close(fd);
        return error;
    }
    *ret_claim = fd;
    return HV_OK;
}

void atomic_file_release(int claim) {
    close(claim);
}

/* ---- reading ---- */

static int read_all(int fd, uint8_t *bytes, size_t size, size_t *ret_size) {
    size_t done = 0;
    while (done < size) {
        ssize_t part = read(fd, bytes + done, size - done);
        if (part == 0)
            break;
        if (part > 0)
            done += (size_t)part;
        else if (errno != EINTR)
            return HV_ERR_IO;
    }
    *ret_size = done;
    return HV_OK;
}

int atomic_file_read(const char *path, size_t limit, uint8_t **ret_bytes, size_t *ret_size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return store_error(errno);
    struct stat info;
    uint8_t *bytes = NULL;
    size_t size = 0;
    int error = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? HV_OK : HV_ERR_IO;
    if (error == HV_OK && (uint64_t)info.st_size > limit)
        error = HV_ERR_LIMIT;
    if (error == HV_OK && (bytes = malloc((size_t)info.st_size + 1)) == NULL)
        error = HV_ERR_MEMORY;
    if (error == HV_OK)
        error = read_all(fd, bytes, (size_t)info.st_size, &size);
    close(fd);
    if (error != HV_OK) {
        free(bytes);
        return error;
    }
    bytes[size] = '\0';
    *ret_bytes = bytes;
    *ret_size = size;
    return HV_OK;
}
