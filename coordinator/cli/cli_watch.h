/* How long a solver has worked, when to show its progress and when to stop it. */
#ifndef COORDINATOR_CLI_CLI_WATCH_H
#define COORDINATOR_CLI_CLI_WATCH_H

#include <stdbool.h>
#include <time.h>

struct cli_watch {
    struct timespec started;
    double time_limit_s; /* 0 for none */
    double shown_at_s;
    bool show;
};

/* Starts now. Progress is shown where standard error is a terminal and `quiet` is false. */
struct cli_watch cli_watch_start(double time_limit_s, bool quiet);

double cli_watch_elapsed_s(const struct cli_watch *watch);

/* Whether to show progress now: five times a second at most. Then print "\r…\033[K". */
bool cli_watch_shows(struct cli_watch *watch, double elapsed_s);

/* Whether the time limit has passed. */
bool cli_watch_is_over(const struct cli_watch *watch, double elapsed_s);

/* Wipes the line of progress. */
void cli_watch_wipe(const struct cli_watch *watch);

#endif
