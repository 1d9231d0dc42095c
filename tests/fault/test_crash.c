/* kill -9 under load, again and again: nothing acknowledged is lost, nothing counts twice.
 *
 * The load generator keeps a durable record of its own of what was acknowledged to it, and compares
 * it with what each restarted coordinator says it holds. In the end the log is verified and every
 * report counted once. */
#include "tests/support/city.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NODES = 10, OUTSTANDING = 5, ROUNDS = SANITIZED ? 20 : 50, TELL = 40, LOAD_DIES_EVERY = 9 };

struct load {
    struct process process;
    FILE *lines;
};

static void enroll_all(const struct city *city) {
    char program[PATH_MAX], id[64], key[64], *keys = NULL, *save = NULL, count[16];
    build_path("tests/tools/report_load", program, sizeof program);
    snprintf(count, sizeof count, "%d", NODES);
    const char *const argv[] = {program, "keys", city->top, count, NULL};
    cr_assert_eq(program_run(argv, city->log, &keys), 0);
    for (char *line = strtok_r(keys, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        cr_assert_eq(sscanf(line, "%63s %63s", id, key), 2);
        json_decref(city_ask(city, "enroll", id, "--role", "shelter", "--key", key, NULL));
    }
    free(keys);
}

static void load_start(const struct city *city, struct load *load) {
    char program[PATH_MAX], record[PATH_MAX], nodes[16], outstanding[16], tell[16];
    build_path("tests/tools/report_load", program, sizeof program);
    snprintf(record, sizeof record, "%s/record", city->top);
    snprintf(nodes, sizeof nodes, "%d", NODES);
    snprintf(outstanding, sizeof outstanding, "%d", OUTSTANDING);
    snprintf(tell, sizeof tell, "%d", TELL);
    const char *const argv[] = {
        program,     "run", city->top, nodes, outstanding, city->endpoint, city->invitation,
        "--seconds", "600", "--tell",  tell,  "--record",  record,         NULL};
    program_start(&load->process, argv, city->log);
    load->lines = fdopen(dup(load->process.stdout_fd), "r");
    cr_assert_not_null(load->lines);
}

/* Waits until some more has been acknowledged. */
static void load_wait(struct load *load, int lines) {
    char line[256];
    while (lines-- > 0)
        cr_assert_not_null(fgets(line, sizeof line, load->lines),
                           "the load ended: something was lost");
}

static json_int_t number(const json_t *object, const char *member) {
    return json_integer_value(json_object_get(object, member));
}

/* The highest sequence that the load recorded as acknowledged for a node. */
static json_int_t recorded(const struct city *city, const char *node) {
    char path[PATH_MAX], id[64];
    long long sequence, highest = 0;
    snprintf(path, sizeof path, "%s/record", city->top);
    FILE *record = fopen(path, "r");
    cr_assert_not_null(record);
    while (fscanf(record, "%63s %lld", id, &sequence) == 2)
        if (strcmp(id, node) == 0 && sequence > highest)
            highest = sequence;
    fclose(record);
    return highest;
}

/* What the dead load had still sent may come in between two questions: asks until nothing did. */
static void ask_at_rest(const struct city *city, json_t **ret_nodes, json_t **ret_shelters) {
    for (bool rest = false; !rest;) {
        json_t *before = city_ask(city, "nodes", NULL);
        *ret_shelters = city_ask(city, "shelters", NULL);
        *ret_nodes = city_ask(city, "nodes", NULL);
        rest = true;
        for (size_t i = 0; i < NODES; i++) {
            const json_t *was = json_array_get(json_object_get(before, "nodes"), i),
                         *is = json_array_get(json_object_get(*ret_nodes, "nodes"), i);
            rest = rest && number(was, "history") == number(is, "history");
        }
        json_decref(before);
        if (!rest) {
            json_decref(*ret_nodes);
            json_decref(*ret_shelters);
        }
    }
}

static void check_each_once(const struct city *city) {
    json_t *nodes = NULL, *shelters = NULL, *node, *shelter;
    ask_at_rest(city, &nodes, &shelters);
    size_t index;
    json_array_foreach(json_object_get(nodes, "nodes"), index, node) {
        const char *id = json_string_value(json_object_get(node, "id"));
        cr_assert_geq(number(node, "history"), recorded(city, id), "%s lost acknowledged reports",
                      id);
        cr_assert_eq(number(node, "reports"), number(node, "history"), "%s has doubled reports",
                     id);
    }
    json_array_foreach(json_object_get(shelters, "shelters"), index, shelter) {
        const char *id = json_string_value(json_object_get(shelter, "id"));
        json_t *of = json_array_get(json_object_get(nodes, "nodes"), index);
        cr_assert_str_eq(json_string_value(json_object_get(of, "id")), id);
        cr_assert_eq(number(json_object_get(shelter, "people"), "total"), number(of, "history"),
                     "%s: each report brought one person, and only once", id);
    }
    cr_assert_eq(json_array_size(json_object_get(nodes, "nodes")), NODES);
    json_decref(nodes);
    json_decref(shelters);
}

Test(crash, of_the_coordinator_loses_and_doubles_nothing, .timeout = 300) {
    struct city city;
    struct load load;
    unsigned seed = 20261123;
    city_found(&city);
    enroll_all(&city);
    load_start(&city, &load);
    for (int round = 1; round <= ROUNDS; round++) {
        load_wait(&load, 1 + rand_r(&seed) % 6);
        process_kill(&city.coordinator);
        if (round % LOAD_DIES_EVERY == 0) {
            process_kill(&load.process);
            fclose(load.lines);
        }
        city_start(&city);
        if (round % LOAD_DIES_EVERY == 0)
            load_start(&city, &load);
    }
    load_wait(&load, 2);
    cr_assert_eq(process_stop(&load.process), 0, "the load found something lost");
    fclose(load.lines);
    check_each_once(&city);
    json_t *verified = city_ask(&city, "verify", NULL);
    cr_assert_gt(number(verified, "verified"), ROUNDS * TELL);
    json_decref(verified);
    city_close(&city);
}
