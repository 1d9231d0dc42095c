/* The background of the map, where somebody laid one into the coordinator's folder as
 * background.pmtiles (PMTiles 3: one file that is read piece by piece). */
#include "coordinator/api/api_inside.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES_MAX = 8 << 20 };

/* -1: there is none. */
static int open_background(const struct api *api, struct stat *status) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/background.pmtiles", api->options.dir) >= (int)sizeof path)
        return -1;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file >= 0 && (fstat(file, status) != 0 || !S_ISREG(status->st_mode))) {
        close(file);
        file = -1;
    }
    return file;
}

void api_get_background(struct api *api, struct api_call *call) {
    struct stat status;
    int file = open_background(api, &status);
    if (file < 0) {
        api_reply(call, 204, NULL);
        return;
    }
    const uint64_t size = (uint64_t)status.st_size;
    const char *range =
        MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_RANGE);
    uint64_t first, last;
    if (range == NULL || !api_read_range(range, size, &first, &last)) {
        close(file);
        api_header(call, MHD_HTTP_HEADER_CONTENT_RANGE, "bytes */%llu", (unsigned long long)size);
        api_problem(call, 416, "range", "the background of the map is read piece by piece",
                    "ask for one piece that is in it: Range: bytes=0-16383");
        return;
    }
    if (last - first >= PIECE_BYTES_MAX)
        last = first + PIECE_BYTES_MAX - 1;
    call->file = file;
    call->file_offset = first;
    call->file_size = last - first + 1;
    api_header(call, MHD_HTTP_HEADER_CONTENT_RANGE, "bytes %llu-%llu/%llu",
               (unsigned long long)first, (unsigned long long)last, (unsigned long long)size);
    api_header(call, MHD_HTTP_HEADER_ETAG, "\"%llx-%llx\"",
               (unsigned long long)status.st_mtim.tv_sec, (unsigned long long)size);
    api_reply(call, 206, "application/octet-stream");
}
