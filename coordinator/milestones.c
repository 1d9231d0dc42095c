#include "coordinator/milestones.h"

#include "coordinator/founding.h"
#include "coordinator/layout.h"
#include "coordinator/state/state_checkpoint.h"
#include "schemas/platform/line_log.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    NAME_DIGITS = 20,
    LIST_MOST = 64,      /* of those in the folder that are looked at */
    BYTES_A_RECORD = 256 /* so many bytes are loaded in the time in which a record is folded */
};

/* ---- the folder ---- */

static void path_of(const char *dir, uint64_t position, char path[PATH_MAX]) {
    snprintf(path, PATH_MAX, "%s/" LAYOUT_MILESTONES "/%0*" PRIu64, dir, NAME_DIGITS, position);
}

static bool read_name(const char *name, uint64_t *ret_position) {
    if (strlen(name) != NAME_DIGITS || strspn(name, "0123456789") != NAME_DIGITS)
        return false;
    errno = 0;
    *ret_position = strtoull(name, NULL, 10);
    return errno == 0;
}

static int by_position(const void *a, const void *b) {
    const struct milestone *one = a, *other = b;
    return (one->position > other->position) - (one->position < other->position);
}

/* Sorted by position. */
static size_t list_all(const char *dir, struct milestone list[LIST_MOST]) {
    char path[PATH_MAX];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/" LAYOUT_MILESTONES, dir);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return 0;
    for (const struct dirent *entry; count < LIST_MOST && (entry = readdir(folder)) != NULL;) {
        struct stat status;
        struct milestone *milestone = &list[count];
        if (!read_name(entry->d_name, &milestone->position))
            continue;
        path_of(dir, milestone->position, path);
        if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode))
            continue;
        milestone->bytes = (uint64_t)status.st_size;
        count++;
    }
    closedir(folder);
    qsort(list, count, sizeof *list, by_position);
    return count;
}

static void let_go(const char *dir, uint64_t position) {
    char path[PATH_MAX];
    path_of(dir, position, path);
    if (unlink(path) != 0 && errno != ENOENT)
        line_log(LINE_WARNING, "event=milestone-stays position=%" PRIu64 " error=\"%s\"", position,
                 strerror(errno));
}

/* ---- keeping ---- */

size_t milestones_spare(const struct milestone *list, size_t count) {
    size_t spare = 0;
    uint64_t nearest = UINT64_MAX;
    for (size_t i = 0; i + 1 < count; i++) {
        uint64_t before = i == 0 ? 0 : list[i - 1].position;
        if (list[i + 1].position - before < nearest) {
            nearest = list[i + 1].position - before;
            spare = i;
        }
    }
    return spare;
}

static bool are_too_many(const struct milestone *list, size_t count) {
    uint64_t bytes = 0;
    for (size_t i = 0; i + 1 < count; i++)
        bytes += list[i].bytes;
    return count > MILESTONES_MAX || bytes > MILESTONES_BYTES_MAX;
}

static void thin(const char *dir) {
    struct milestone list[LIST_MOST];
    size_t count = list_all(dir, list);
    while (are_too_many(list, count)) {
        size_t spare = milestones_spare(list, count--);
        let_go(dir, list[spare].position);
        memmove(list + spare, list + spare + 1, (count - spare) * sizeof *list);
    }
}

/* 0 or errno. One of that position may be there: left by a log that was replaced, or the same. */
static int link_checkpoint(const char *dir, uint64_t position) {
    char from[PATH_MAX], to[PATH_MAX];
    snprintf(from, sizeof from, "%s/" LAYOUT_CHECKPOINT, dir);
    snprintf(to, sizeof to, "%s/" LAYOUT_MILESTONES, dir);
    if (mkdir(to, 0700) != 0 && errno != EEXIST)
        return errno;
    path_of(dir, position, to);
    if (unlink(to) != 0 && errno != ENOENT)
        return errno;
    return link(from, to) == 0 ? 0 : errno;
}

void milestones_keep(const char *dir, uint64_t position) {
    int fault = link_checkpoint(dir, position);
    if (fault != 0)
        line_log(LINE_WARNING, "event=no-milestone position=%" PRIu64 " error=\"%s\"", position,
                 strerror(fault));
    thin(dir);
}

size_t milestones_drop(const char *dir) {
    struct milestone list[LIST_MOST];
    size_t count = list_all(dir, list);
    for (size_t i = 0; i < count; i++)
        let_go(dir, list[i].position);
    if (count > 0)
        line_log(LINE_WARNING, "event=milestones-dropped count=%zu reason=\"the disk is full\"",
                 count);
    return count;
}

/* ---- looking back ---- */

static bool is_of_log(struct log *log, uint64_t position, const uint8_t end[HV_HASH_BYTES]) {
    uint8_t hash[HV_HASH_BYTES];
    return founding_hash_at(log, position, hash) == 0 && memcmp(hash, end, sizeof hash) == 0;
}

/* It will never be of use, unless what failed was not the file. */
static void refuse(const char *dir, uint64_t position, int error) {
    line_log(LINE_WARNING, "event=milestone-ignored position=%" PRIu64 " error=%s", position,
             hv_error_name(error));
    if (error == HV_ERR_CORRUPT || error == HV_ERR_VERSION || error == HV_ERR_VALUE)
        let_go(dir, position);
}

void milestones_check(const char *dir, struct log *log) {
    struct milestone list[LIST_MOST];
    size_t count = list_all(dir, list);
    for (size_t i = 0; i < count; i++) {
        char path[PATH_MAX];
        uint8_t end[HV_HASH_BYTES];
        path_of(dir, list[i].position, path);
        int error = checkpoint_end(path, end);
        if (error == 0 && !is_of_log(log, list[i].position, end))
            error = HV_ERR_VALUE;
        if (error != 0)
            refuse(dir, list[i].position, error);
    }
}

/* NULL: it is of no use, which is said. */
static struct state *load(const char *dir, struct log *log, uint64_t position) {
    char path[PATH_MAX];
    struct state *state = NULL;
    path_of(dir, position, path);
    int error = founding_load(log, path, &state);
    if (error == 0 && state_position(state) == position)
        return state;
    if (error == 0) { /* under a false name */
        error = HV_ERR_VALUE;
        state_free(state);
    }
    if (error != HV_ERR_NOT_FOUND) /* it went meanwhile */
        refuse(dir, position, error);
    return NULL;
}

/* Whether to load it is quicker than to fold on from `from`. */
static bool is_nearer(const struct milestone *milestone, uint64_t from) {
    return milestone->position > from &&
           milestone->position - from > milestone->bytes / BYTES_A_RECORD;
}

int milestones_fold(const char *dir, struct log *log, uint64_t position, struct state **state) {
    struct milestone list[LIST_MOST];
    struct state *nearer = NULL;
    uint64_t from = *state == NULL ? 0 : state_position(*state);
    for (size_t i = list_all(dir, list); nearer == NULL && i-- > 0;)
        if (list[i].position <= position && is_nearer(&list[i], from))
            nearer = load(dir, log, list[i].position);
    if (nearer != NULL) {
        state_free(*state);
        *state = nearer;
    }
    if (*state == NULL)
        return founding_fold_until(log, position, state);
    return founding_fold_on(log, position, state);
}

int milestones_open(const char *dir, struct log *log, struct state **ret_state, uint64_t *ret_from,
                    uint64_t *ret_bad) {
    char path[PATH_MAX];
    struct milestone list[LIST_MOST];
    struct state *state = NULL;
    snprintf(path, sizeof path, "%s/" LAYOUT_CHECKPOINT, dir);
    int error = founding_load(log, path, &state);
    if (error != 0) {
        state = NULL;
        if (error != HV_ERR_NOT_FOUND)
            line_log(LINE_WARNING, "event=checkpoint-ignored error=%s", hv_error_name(error));
        for (size_t i = list_all(dir, list); state == NULL && i-- > 0;)
            state = load(dir, log, list[i].position);
    }
    uint64_t from = state == NULL ? 0 : state_position(state);
    error = founding_fold_rest(log, &state, ret_bad);
    if (error != 0)
        return error;
    *ret_from = from;
    *ret_state = state;
    return 0;
}
