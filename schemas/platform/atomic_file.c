#include "schemas/platform/atomic_file.h"

#include "schemas/platform/store.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
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

static int write_synced(const char *path, const void *bytes, size_t size, mode_t mode) {
    unlink(path); /* of a process of this number that died, or a link that somebody laid */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return store_error(errno);
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
    close(fd);
    return error;
}

/* Threads write at the same time, even the same file. */
static bool name_aside(const char *path, char aside[PATH_MAX]) {
    static atomic_uint number;
    int length = snprintf(aside, PATH_MAX, "%s.%ld-%u.new", path, (long)getpid(),
                          atomic_fetch_add(&number, 1));
    return length > 0 && length < PATH_MAX;
}

int atomic_file_write(const char *path, const void *bytes, size_t size, mode_t mode) {
    char aside[PATH_MAX];
    if (!name_aside(path, aside))
        return HV_ERR_LIMIT;
    int error = write_synced(aside, bytes, size, mode);
    if (error == HV_OK && rename(aside, path) != 0)
        error = store_error(errno);
    if (error != HV_OK) {
        unlink(aside);
        return error;
    }
    return atomic_file_sync_name(path);
}

int atomic_file_create(const char *path, const void *bytes, size_t size, mode_t mode) {
    char aside[PATH_MAX];
    if (!name_aside(path, aside))
        return HV_ERR_LIMIT;
    int error = write_synced(aside, bytes, size, mode);
    if (error == HV_OK && link(aside, path) != 0) /* rename would put it over another's */
        error = errno == EEXIST ? HV_ERR_EXISTS : store_error(errno);
    unlink(aside);
    return error == HV_OK ? atomic_file_sync_name(path) : error;
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
