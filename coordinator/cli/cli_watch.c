#include "coordinator/cli/cli_watch.h"

#include <stdio.h>
#include <unistd.h>

#define SHOW_EVERY_S 0.2

struct cli_watch cli_watch_start(double time_limit_s, bool quiet) {
    struct cli_watch watch = {.time_limit_s = time_limit_s,
                              .show = !quiet && isatty(STDERR_FILENO)};
    clock_gettime(CLOCK_MONOTONIC, &watch.started);
    return watch;
}

double cli_watch_elapsed_s(const struct cli_watch *watch) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - watch->started.tv_sec) +
           1e-9 * (double)(now.tv_nsec - watch->started.tv_nsec);
}

bool cli_watch_shows(struct cli_watch *watch, double elapsed_s) {
    if (!watch->show || elapsed_s < watch->shown_at_s + SHOW_EVERY_S)
        return false;
    watch->shown_at_s = elapsed_s;
    return true;
}

bool cli_watch_is_over(const struct cli_watch *watch, double elapsed_s) {
    return watch->time_limit_s > 0 && elapsed_s >= watch->time_limit_s;
}

void cli_watch_wipe(const struct cli_watch *watch) {
    if (watch->shown_at_s > 0)
        fputs("\r\033[K", stderr);
}
