/* A look back into a long log, with milestones and without: processor time at moments spread over
 * it.
 *
 *   past DIR EVERY     DIR: a coordinator's folder, not running; a checkpoint each EVERY records */
#include "coordinator/founding.h"
#include "coordinator/layout.h"
#include "coordinator/log/log_lmdb.h"
#include "coordinator/milestones.h"
#include "coordinator/state/state_checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOMENTS = 19, PATH_BYTES = 4096 };

static void must(int error, const char *what) {
    if (error == HV_OK)
        return;
    fprintf(stderr, "past: %s: %s\n", what, hv_error_text(error));
    exit(70);
}

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* As the daemon does while the log grows. */
static void keep_all(const char *dir, struct log *log, uint64_t every) {
    char path[PATH_BYTES];
    struct state *state = NULL;
    double writing = 0, keeping = 0;
    snprintf(path, sizeof path, "%s/%s", dir, LAYOUT_CHECKPOINT);
    for (uint64_t to = every; to <= log_last(log); to += every) {
        uint8_t end[HV_HASH_BYTES];
        must(state == NULL ? founding_fold_until(log, to, &state)
                           : founding_fold_on(log, to, &state),
             "fold");
        must(founding_hash_at(log, to, end), "hash");
        double began = now_ms();
        must(checkpoint_write(state, path, end), path);
        double written = now_ms();
        milestones_keep(dir, to);
        writing += written - began;
        keeping += now_ms() - written;
    }
    state_free(state);
    printf("checkpoints written in %.1f ms, kept as milestones in %.2f ms of processor time\n",
           writing, keeping);
}

static int ascending(const void *a, const void *b) {
    double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

static void say(const char *how, double times[MOMENTS]) {
    qsort(times, MOMENTS, sizeof *times, ascending);
    printf("%s: median %.0f ms, most %.0f ms of processor time\n", how, times[MOMENTS / 2],
           times[MOMENTS - 1]);
}

int main(int argc, char **argv) {
    char path[PATH_BYTES];
    struct log *log;
    double without[MOMENTS], with[MOMENTS];
    if (argc != 3) {
        fprintf(stderr, "usage: past DIR EVERY\n");
        return 64;
    }
    snprintf(path, sizeof path, "%s/%s", argv[1], LAYOUT_LOG);
    must(log_lmdb_open(path, NULL, &log), path);
    keep_all(argv[1], log, strtoull(argv[2], NULL, 10));
    for (uint64_t i = 0; i < MOMENTS; i++) {
        uint64_t position = (i + 1) * log_last(log) / (MOMENTS + 1);
        uint8_t one[HV_HASH_BYTES], other[HV_HASH_BYTES];
        struct state *whole = NULL, *near = NULL;
        double began = now_ms();
        must(founding_fold_until(log, position, &whole), "fold");
        double middle = now_ms();
        must(milestones_fold(argv[1], log, position, &near), "fold from a milestone");
        with[i] = now_ms() - middle;
        without[i] = middle - began;
        must(state_digest(whole, one), "digest");
        must(state_digest(near, other), "digest");
        must(memcmp(one, other, sizeof one) == 0 ? HV_OK : HV_ERR_STATE, "the states differ");
        state_free(whole);
        state_free(near);
    }
    printf("%llu records, %d moments\n", (unsigned long long)log_last(log), MOMENTS);
    say("from the first record", without);
    say("from the nearest milestone", with);
    log_close(log);
    return 0;
}
