#include "tests/support/city.h"

#include "tests/support/scratch.h"

#include <criterion/criterion.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 32 };

void city_start(struct city *city) {
    char program[1024];
    build_path("bin/haven-coordinator", program, sizeof program);
    const char *const argv[] = {program, city->dir, NULL};
    daemon_start(&city->coordinator, argv, city->log);
}

void city_found(struct city *city) {
    city_found_with(city, NULL);
}

void city_found_with(struct city *city, const char *second_endpoint) {
    char program[1024];
    *city = (struct city){.top = scratch_make()};
    snprintf(city->dir, sizeof city->dir, "%s/city", city->top);
    snprintf(city->log, sizeof city->log, "%s/coordinator.log", city->top);
    snprintf(city->invitation, sizeof city->invitation, "%s/deployment.json", city->dir);
    snprintf(city->endpoint, sizeof city->endpoint, "tcp://127.0.0.1:%d", free_port());
    build_path("bin/haven", program, sizeof program);
    const char *argv[16] = {program,      "init",   city->dir,      "--name",     "Test",
                            "--exercise", "--bind", city->endpoint, "--endpoint", city->endpoint};
    if (second_endpoint != NULL) {
        argv[10] = "--endpoint";
        argv[11] = second_endpoint;
    }
    cr_assert_eq(program_run(argv, city->log, NULL), 0, "haven init failed, see %s", city->log);
    city_start(city);
}

void city_close(struct city *city) {
    int status = process_stop(&city->coordinator);
    cr_assert_eq(status, 0, "the coordinator ended with %d, see %s", status, city->log);
    scratch_remove(city->top);
}

static int run(const struct city *city, const char *first, va_list words, char **ret_output) {
    char program[1024];
    const char *argv[WORDS_MAX] = {program, "--dir", city->dir, "--json", first};
    int count = 5;
    build_path("bin/haven", program, sizeof program);
    for (const char *word; (word = va_arg(words, const char *)) != NULL && count < WORDS_MAX - 1;)
        argv[count++] = word;
    return program_run(argv, city->log, ret_output);
}

json_t *city_ask(const struct city *city, const char *word, ...) {
    char *output = NULL;
    va_list words;
    va_start(words, word);
    int status = run(city, word, words, &output);
    va_end(words);
    cr_assert_eq(status, 0, "haven %s ended with %d, see %s", word, status, city->log);
    json_t *reply = json_loads(output, 0, NULL);
    cr_assert_not_null(reply, "haven %s did not print JSON: %s", word, output);
    free(output);
    return reply;
}

int city_try(const struct city *city, const char *word, ...) {
    va_list words;
    va_start(words, word);
    int status = run(city, word, words, NULL);
    va_end(words);
    return status;
}
