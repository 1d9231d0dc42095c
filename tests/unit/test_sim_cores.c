#include "simulations/simulated/simulate.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <inttypes.h>

#define ROUNDS (SANITIZED ? 80u : 400u)

static struct simulate_result run(uint64_t seed) {
    struct simulate_result result;
    cr_assert_eq(simulate_run(seed, &result), 0);
    cr_assert(result.held,
              "seed %" PRIu64 ": %s\nagain: haven-exercise simulate --seed %" PRIu64 " --rounds 1",
              seed, result.broken, seed);
    return result;
}

Test(sim_cores, nothing_acknowledged_is_lost_or_doubled_on_any_bad_day) {
    uint64_t reports = 0, crashes = 0, orders = 0, frames_lost = 0;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct simulate_result result = run(seed);
        reports += result.reports;
        crashes += result.crashes;
        orders += result.orders;
        frames_lost += result.frames_lost;
    }
    cr_assert_gt(reports, 10 * ROUNDS, "the days were too quiet to prove anything");
    cr_assert_gt(crashes, ROUNDS);
    cr_assert_gt(orders, ROUNDS);
    cr_assert_gt(frames_lost, ROUNDS);
}

Test(sim_cores, the_same_seed_gives_the_same_bytes) {
    for (uint64_t seed = 5001; seed <= 5020; seed++) {
        struct simulate_result first = run(seed), again = run(seed);
        cr_assert_eq(first.digest, again.digest, "seed %" PRIu64, seed);
        cr_assert_eq(first.records, again.records);
    }
    cr_assert_neq(run(1).digest, run(2).digest);
}
