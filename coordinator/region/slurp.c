#include "coordinator/region/table.h"
#include "schemas/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(const char *shown, struct hv_fault_list *faults, const char *right) {
    hv_fault_addf(faults, HV_FAULT_ERROR, shown, 0, "", right, "cannot be read: %s",
                  strerror(errno));
    return HV_ERR_IO;
}

static int read_stream(FILE *stream, size_t size, char **ret_bytes, size_t *ret_size) {
    char *bytes = malloc(size + 1);
    if (bytes == NULL)
        return HV_ERR_MEMORY;
    size_t got = fread(bytes, 1, size, stream);
    if (ferror(stream)) {
        free(bytes);
        return HV_ERR_IO;
    }
    bytes[got] = '\0';
    *ret_bytes = bytes;
    *ret_size = got;
    return HV_OK;
}

/* Never waits: a pipe has nobody at its other end, and would keep the coordinator's thread for
 * ever. */
static FILE *open_stream(const char *path) {
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    FILE *stream = file < 0 ? NULL : fdopen(file, "rb");
    if (file >= 0 && stream == NULL)
        close(file);
    return stream;
}

int table_slurp(const char *path, const char *shown, struct hv_fault_list *faults, char **ret_bytes,
                size_t *ret_size) {
    FILE *stream = open_stream(path);
    if (stream == NULL)
        return refuse(shown, faults, "a file that exists and may be read");
    struct stat status;
    int error = HV_OK;
    if (fstat(fileno(stream), &status) != 0) {
        error = refuse(shown, faults, "a file that may be read");
    } else if (!S_ISREG(status.st_mode)) {
        hv_fault_add(faults, HV_FAULT_ERROR, shown, 0, "", "cannot be read: no plain file",
                     "a plain file");
        error = HV_ERR_IO;
    } else if ((uint64_t)status.st_size > HV_REGION_FILE_BYTES_MAX) {
        hv_fault_addf(faults, HV_FAULT_ERROR, shown, 0, "", "at most 1 GiB", "%lld bytes",
                      (long long)status.st_size);
        error = HV_ERR_LIMIT;
    } else {
        error = read_stream(stream, (size_t)status.st_size, ret_bytes, ret_size);
        if (error == HV_ERR_IO)
            error = refuse(shown, faults, "a file that may be read");
    }
    fclose(stream);
    return error;
}
