/* The staff desk without a socket, in front of a node that says what it was asked. */
#ifndef TESTS_SUPPORT_DESK_BENCH_H
#define TESTS_SUPPORT_DESK_BENCH_H

#include "nodes/desk/desk.h"

#include <jansson.h>

struct desk_bench {
    struct desk *desk;
    char *folder;
    json_t *asked;   /* the last batch */
    json_t *refusal; /* what the next entry hears; NULL: it is taken */
    bool silent, exercise;
    size_t taken_first; /* entries of a batch that are taken before the refusal */
    int64_t now_s;
    const char *ordered;           /* the words of the one order there is; NULL: there is none */
    struct desk_response response; /* to the last request */
    char cookie[256];              /* that the next one brings */
};

/* Of shelter S<1>, with PIN 421133, zones of which two have one name, and a kit. */
struct desk_bench *desk_bench_new(void);
void desk_bench_free(struct desk_bench *bench);

struct desk_request desk_bench_request(const struct desk_bench *bench, const char *method,
                                       const char *path);

/* Status; the rest is in `response`. */
unsigned desk_bench_answer(struct desk_bench *bench, const struct desk_request *request);
unsigned desk_bench_get(struct desk_bench *bench, const char *path);
unsigned desk_bench_post(struct desk_bench *bench, const char *path, const char *body);

void desk_bench_sign_in(struct desk_bench *bench);
void desk_bench_token(struct desk_bench *bench, char ret_token[33]);

/* Sends a form of the page, as entry 5 of this browser. */
unsigned desk_bench_enter(struct desk_bench *bench, const char *form, const char *fields);

/* Of the last batch. */
const json_t *desk_bench_command(const struct desk_bench *bench, size_t i);

#endif
