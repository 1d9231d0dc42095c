/* The files of the command centre, as the build laid them out. */
#include "coordinator/api/api_inside.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* HAVEN_WEB; else beside the program, as it is built; else where it is installed. */
void api_file_find(struct api *api) {
    char program[PATH_MAX] = "";
    const char *given = getenv("HAVEN_WEB");
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    char *slash = length > 0 ? strrchr(program, '/') : NULL;
    int size;
    if (given != NULL) {
        size = snprintf(api->web, sizeof api->web, "%s", given);
    } else {
        if (slash != NULL)
            *slash = '\0';
        size = snprintf(api->web, sizeof api->web, "%.400s/../web", program);
        if (!is_folder(api->web))
            size = snprintf(api->web, sizeof api->web, "/usr/share/haven/web");
    }
    if (size >= (int)sizeof api->web || !is_folder(api->web))
        api->web[0] = '\0';
}

static const char *type_of(const char *name) {
    static const struct {
        const char *end, *type;
    } types[] = {{".html", "text/html; charset=utf-8"},
                 {".js", "text/javascript; charset=utf-8"},
                 {".mjs", "text/javascript; charset=utf-8"},
                 {".css", "text/css; charset=utf-8"},
                 {".json", "application/json"},
                 {".svg", "image/svg+xml"},
                 {".png", "image/png"},
                 {".ico", "image/x-icon"},
                 {".woff2", "font/woff2"},
                 {".webmanifest", "application/manifest+json"},
                 {".yaml", "application/yaml"},
                 {".txt", "text/plain; charset=utf-8"},
                 {".pmtiles", "application/octet-stream"}};
    const char *end = strrchr(name, '.');
    for (size_t i = 0; end != NULL && i < sizeof types / sizeof *types; i++)
        if (strcmp(end, types[i].end) == 0)
            return types[i].type;
    return NULL;
}

/* The path below the folder. Segments are never “..” or empty (api_target_read); nothing that is
 * hidden, and nothing of a kind that the command centre has not, is given out. */
static bool make_path(const struct api *api, const struct api_target *target, char path[PATH_MAX]) {
    int size = snprintf(path, PATH_MAX, "%s", api->web);
    for (size_t i = 0; i < target->segment_count; i++) {
        const char *segment = target->segments[i];
        if (segment[0] == '.' || strchr(segment, '/') != NULL || strchr(segment, '\\') != NULL)
            return false;
        size += snprintf(path + size, PATH_MAX - (size_t)size, "/%s", segment);
        if (size >= PATH_MAX - 16)
            return false;
    }
    if (target->segment_count == 0 || target->folder)
        snprintf(path + size, PATH_MAX - (size_t)size, "/index.html");
    return type_of(path) != NULL;
}

static int open_file(const char *path, struct stat *status) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file >= 0 && (fstat(file, status) != 0 || !S_ISREG(status->st_mode))) {
        close(file);
        file = -1;
    }
    return file;
}

void api_get_file(struct api *api, struct api_call *call) {
    char path[PATH_MAX], zipped[PATH_MAX];
    struct stat status;
    int file = -1;
    bool known = api->web[0] != '\0' && make_path(api, &call->target, path);
    if (known && api_takes_gzip(call) &&
        snprintf(zipped, sizeof zipped, "%s.gz", path) < (int)sizeof zipped &&
        (file = open_file(zipped, &status)) >= 0)
        api_header(call, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    if (known && file < 0)
        file = open_file(path, &status);
    if (file < 0) {
        api_problem(call, 404, "not-found", "there is no such page",
                    api->web[0] == '\0' ? "the command centre was not built: make" : "begin at /");
        return;
    }
    uint64_t version = (uint64_t)status.st_mtim.tv_sec * 1000003u + (uint64_t)status.st_size;
    if (api_unchanged(call, version, API_JSON)) {
        close(file);
        return;
    }
    call->file = file;
    call->file_size = (uint64_t)status.st_size;
    api_reply(call, 200, type_of(path));
}
