/* A real coordinator for a test: made by `haven init` in a scratch folder, on a free port of
 * loopback, driven through `haven --json`. */
#ifndef TESTS_SUPPORT_CITY_H
#define TESTS_SUPPORT_CITY_H

#include "tests/support/process.h"

#include <jansson.h>

struct city {
    char *top; /* scratch folder; everything is below */
    char dir[512], endpoint[64], invitation[600], log[600];
    struct process coordinator;
};

/* Makes it (mode exercise) and starts the coordinator. */
void city_found(struct city *city);

/* The same, but nodes are told of a second endpoint where nobody listens yet. */
void city_found_with(struct city *city, const char *second_endpoint);

void city_start(struct city *city);

/* Stops the coordinator with SIGTERM, expects status 0, and removes everything. */
void city_close(struct city *city);

/* Runs `haven --dir … --json WORD…`, ends with NULL. Expects status 0 and returns what it printed.
 */
json_t *city_ask(const struct city *city, const char *word, ...) __attribute__((sentinel));

/* The same and gives the exit status instead. */
int city_try(const struct city *city, const char *word, ...) __attribute__((sentinel));

#endif
