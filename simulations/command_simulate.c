#include "simulations/commands.h"
#include "simulations/exercise/children.h"
#include "simulations/exercise/terminal.h"
#include "simulations/simulated/simulate.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <sysexits.h>
#include <time.h>

struct sums {
    uint64_t rounds, broken, first_broken, reports, records, frames, frames_lost, crashes, orders;
    uint64_t simulated_ms, digest;
};

static uint64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static void add(struct sums *sums, uint64_t seed, const struct simulate_result *result) {
    if (!result->held && sums->broken++ == 0)
        sums->first_broken = seed;
    sums->rounds++;
    sums->reports += result->reports;
    sums->records += result->records;
    sums->frames += result->frames;
    sums->frames_lost += result->frames_lost;
    sums->crashes += result->crashes;
    sums->orders += result->orders;
    sums->simulated_ms += result->simulated_ms;
    sums->digest = (sums->digest ^ result->digest) * UINT64_C(0x100000001b3);
}

static void print_json(const struct sums *sums, uint64_t seed) {
    char digest[24];
    snprintf(digest, sizeof digest, "%016" PRIx64, sums->digest);
    json_t *object = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "seed", (json_int_t)seed,
        "rounds", (json_int_t)sums->rounds, "broken", (json_int_t)sums->broken, "reports",
        (json_int_t)sums->reports, "records", (json_int_t)sums->records, "frames",
        (json_int_t)sums->frames, "frames_lost", (json_int_t)sums->frames_lost, "crashes",
        (json_int_t)sums->crashes, "orders", (json_int_t)sums->orders, "simulated_ms",
        (json_int_t)sums->simulated_ms, "digest", digest);
    if (sums->broken > 0)
        json_object_set_new(object, "first_broken", json_integer((json_int_t)sums->first_broken));
    json_dumpf(object, stdout, JSON_SORT_KEYS);
    putchar('\n');
    json_decref(object);
}

static void print_sums(const struct sums *sums, uint64_t seed, uint64_t took_ms) {
    printf("%" PRIu64 " rounds from seed %" PRIu64 " in %.1f s: %.0f hours simulated, %" PRIu64
           " reports, %" PRIu64 " records, %" PRIu64 " frames (%" PRIu64 " lost), %" PRIu64
           " crashes, %" PRIu64 " orders\n",
           sums->rounds, seed, (double)took_ms / 1000, (double)sums->simulated_ms / 3600000,
           sums->reports, sums->records, sums->frames, sums->frames_lost, sums->crashes,
           sums->orders);
    printf("digest %016" PRIx64 "\n", sums->digest);
    if (sums->broken == 0)
        puts("every invariant held in every round");
    else
        printf(
            "%" PRIu64
            " rounds broke an invariant; the first again: haven-exercise simulate --seed %" PRIu64
            " --rounds 1\n",
            sums->broken, sums->first_broken);
}

int command_simulate(int argc, char **argv) {
    uint64_t seed = 1, rounds = 1000, began_ms = now_ms();
    bool json = false;
    unsigned none = 0;
    const struct command_option options[] = {
        {.name = "--seed", .number = &seed, .most = UINT64_MAX / 2},
        {.name = "--rounds", .number = &rounds, .most = 100000000},
        {.name = "--json", .flag = &json}};
    struct terminal terminal;
    struct sums sums = {0};
    if (!command_read(argc, argv, options, 3, NULL, 0, &none))
        return EX_USAGE;
    children_catch_signals();
    terminal_init(&terminal, stdout, json);
    for (uint64_t i = 0; i < rounds && !children_asked_to_stop(); i++) {
        struct simulate_result result;
        int error = simulate_run(seed + i, &result);
        if (error != 0) {
            terminal_end(&terminal, true);
            fprintf(stderr, "haven-exercise: seed %" PRIu64 ": %s\n", seed + i,
                    hv_error_text(error));
            return hv_error_exit_status(error);
        }
        add(&sums, seed + i, &result);
        if (!result.held)
            terminal_event(&terminal, "seed %" PRIu64 ": %s", seed + i, result.broken);
        if (i % 20 == 0) {
            terminal_begin(&terminal);
            terminal_line(&terminal,
                          "simulate: %" PRIu64 " of %" PRIu64 " rounds, %" PRIu64
                          " crashes, %" PRIu64 " broken",
                          sums.rounds, rounds, sums.crashes, sums.broken);
            terminal_show(&terminal);
        }
        terminal_progress(&terminal, now_ms(), 10000, "simulate: %" PRIu64 " of %" PRIu64 " rounds",
                          sums.rounds, rounds);
    }
    terminal_end(&terminal, false);
    if (json)
        print_json(&sums, seed);
    else
        print_sums(&sums, seed, now_ms() - began_ms);
    return sums.broken > 0 ? 1 : children_asked_to_stop() ? 130 : EX_OK;
}
