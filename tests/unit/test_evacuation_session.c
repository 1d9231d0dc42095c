/* An evacuation that changes: after every change the warm plan is as good as one from scratch, and
 * proven on its own. */
#include "coordinator/optimizer/evacuation_session.h"
#include "tests/support/chance.h"
#include "tests/support/evacuation_checker.h"
#include "tests/support/evacuation_random.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <string.h>

static int32_t between(struct chance *chance, int32_t least, int32_t most) {
    return least + (int32_t)chance_below(chance, (uint32_t)(most - least + 1));
}

static const struct evacuation_options to_the_optimum = {0};

static void check(const struct evacuation_instance *instance, const struct evacuation_plan *plan,
                  uint64_t seed) {
    const char *wrong = evacuation_checker_plan(instance, plan);
    cr_assert_null(wrong, "seed %lu: %s", (unsigned long)seed, wrong);
    wrong = evacuation_checker_bound(instance, plan);
    cr_assert_null(wrong, "seed %lu: %s", (unsigned long)seed, wrong);
}

/* Solves warm and from scratch: the same value, each with its own proof. */
static void solve_and_compare(struct evacuation_session *session, uint64_t seed) {
    const struct evacuation_instance *instance = evacuation_session_instance(session);
    struct evacuation_plan warm, cold;
    cr_assert_eq(evacuation_session_solve(session, &to_the_optimum, &warm), HV_OK, "seed %lu",
                 (unsigned long)seed);
    check(instance, &warm, seed);
    cr_assert(warm.optimal, "seed %lu: not proven", (unsigned long)seed);
    cr_assert_eq(evacuation_flow_solve(instance, &to_the_optimum, &cold), HV_OK);
    cr_assert_eq(evacuation_value_compare(warm.value, cold.value), 0,
                 "seed %lu: %ld unserved and %ld warm, %ld and %ld cold", (unsigned long)seed,
                 (long)warm.value.unserved, (long)warm.value.total_arrival_steps,
                 (long)cold.value.unserved, (long)cold.value.total_arrival_steps);
    evacuation_plan_deinit(&warm);
    evacuation_plan_deinit(&cold);
}

static struct evacuation_session *new_session(const struct evacuation_instance *instance) {
    struct evacuation_session *session;
    cr_assert_eq(evacuation_session_new(instance, &session), HV_OK);
    return session;
}

/* ---- random changes -------------------------------------------------------------------------- */

static void change_link(struct evacuation_session *session, struct chance *chance) {
    const struct evacuation_instance *instance = evacuation_session_instance(session);
    if (instance->link_count == 0)
        return;
    size_t l = (size_t)between(chance, 0, (int32_t)instance->link_count - 1);
    struct evacuation_link link = instance->links[l];
    struct evacuation_change changes[2];
    switch (between(chance, 0, 3)) {
    case 0:
        link.closes_at_step = between(chance, 0, instance->horizon_steps + 1);
        break;
    case 1:
        link.closes_at_step = EVACUATION_NEVER;
        link.change_count = 0;
        break;
    case 2:
        link.capacity_per_step = between(chance, 0, 5);
        break;
    default:
        changes[0] = (struct evacuation_change){between(chance, 0, 4), between(chance, 0, 4)};
        changes[1] = (struct evacuation_change){changes[0].step + between(chance, 1, 4),
                                                between(chance, 0, 4)};
        link.changes = changes;
        link.change_count = (size_t)between(chance, 1, 2);
    }
    cr_assert_eq(evacuation_session_set_link(session, l, &link), HV_OK);
}

static void change_zone(struct evacuation_session *session, struct chance *chance) {
    const struct evacuation_instance *instance = evacuation_session_instance(session);
    if (instance->zone_count == 0)
        return;
    size_t z = (size_t)between(chance, 0, (int32_t)instance->zone_count - 1);
    struct evacuation_zone zone = instance->zones[z];
    if (between(chance, 0, 2) > 0)
        zone.people = between(chance, 0, 14);
    if (between(chance, 0, 4) == 0)
        zone.earliest_step = between(chance, 0, 5);
    if (between(chance, 0, 4) == 0)
        zone.deadline_step = between(chance, 0, 1) == 0 ? EVACUATION_NEVER : between(chance, 0, 10);
    cr_assert_eq(evacuation_session_set_zone(session, z, &zone), HV_OK);
}

static void change_shelter(struct evacuation_session *session, struct chance *chance) {
    const struct evacuation_instance *instance = evacuation_session_instance(session);
    if (instance->shelter_count == 0)
        return;
    size_t s = (size_t)between(chance, 0, (int32_t)instance->shelter_count - 1);
    struct evacuation_shelter shelter = instance->shelters[s];
    if (between(chance, 0, 3) > 0)
        shelter.capacity = between(chance, 0, 3) == 0 ? 0 : between(chance, 0, 20);
    else
        shelter.opens_at_step = between(chance, 0, 6);
    cr_assert_eq(evacuation_session_set_shelter(session, s, &shelter), HV_OK);
}

static void change(struct evacuation_session *session, struct chance *chance) {
    switch (between(chance, 0, 2)) {
    case 0:
        change_link(session, chance);
        break;
    case 1:
        change_zone(session, chance);
        break;
    default:
        change_shelter(session, chance);
    }
}

static struct evacuation_session_count change_again_and_again(enum evacuation_random_kind kind,
                                                              uint64_t seeds, int changes) {
    struct evacuation_session_count sum = {0};
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        struct evacuation_random random;
        evacuation_random_make(&random, seed, kind);
        struct chance chance = {seed};
        struct evacuation_session *session = new_session(&random.instance);
        solve_and_compare(session, seed);
        for (int i = 0; i < changes; i++) {
            for (int32_t k = between(&chance, 1, 3); k > 0; k--)
                change(session, &chance);
            solve_and_compare(session, seed);
        }
        struct evacuation_session_count count = evacuation_session_count(session);
        sum.warm += count.warm;
        sum.cold += count.cold;
        sum.lost += count.lost;
        evacuation_session_free(session);
    }
    return sum;
}

/* A session that began anew at every change would pass for one that works. */
static void expect_warm(struct evacuation_session_count count) {
    cr_assert_gt(count.warm, 0);
    cr_assert_leq(count.lost, count.warm / 1000, "%ld of %ld lost", (long)count.lost,
                  (long)count.warm);
}

Test(evacuation_session, is_as_good_as_from_scratch_after_random_changes) {
    expect_warm(change_again_and_again(EVACUATION_RANDOM_PLAIN, SANITIZED ? 150 : 1000, 8));
}

Test(evacuation_session, is_as_good_as_from_scratch_where_everything_depends_on_the_step) {
    expect_warm(change_again_and_again(EVACUATION_RANDOM_CHANGES, SANITIZED ? 150 : 1000, 8));
}

Test(evacuation_session, is_as_good_as_from_scratch_at_nodes_with_many_links) {
    expect_warm(change_again_and_again(EVACUATION_RANDOM_HUB, SANITIZED ? 40 : 300, 8));
}

Test(evacuation_session, stays_sound_over_a_long_row_of_changes) {
    expect_warm(change_again_and_again(EVACUATION_RANDOM_CHANGES, SANITIZED ? 2 : 20, 400));
}

/* ---- repairs that take too much -------------------------------------------------------------- */

/* A square of streets: zones on its western edge, shelters on the eastern, of which every other one
 * has its places. */
enum { SIDE = 14, STREETS = 4 * SIDE * (SIDE - 1), PLACES = 240, ZONE_PEOPLE = 100 };

static void lay_street(struct evacuation_link *links, size_t *count, int32_t a, int32_t b,
                       struct chance *chance) {
    const struct evacuation_link street = {.from = a,
                                           .to = b,
                                           .travel_steps = between(chance, 1, 3),
                                           .capacity_per_step = between(chance, 2, 6),
                                           .closes_at_step = EVACUATION_NEVER};
    links[(*count)++] = street;
    links[*count] = street;
    links[*count].from = b;
    links[(*count)++].to = a;
}

static void lay_streets(struct evacuation_link *links, struct chance *chance) {
    size_t count = 0;
    for (int32_t row = 0; row < SIDE; row++)
        for (int32_t column = 0; column < SIDE; column++) {
            const int32_t at = row * SIDE + column;
            if (column + 1 < SIDE)
                lay_street(links, &count, at, at + 1, chance);
            if (row + 1 < SIDE)
                lay_street(links, &count, at, at + SIDE, chance);
        }
    cr_assert_eq(count, STREETS);
}

static void open_every_other_shelter(struct evacuation_session *session, size_t first) {
    const struct evacuation_instance *instance = evacuation_session_instance(session);
    for (size_t s = 0; s < instance->shelter_count; s++) {
        struct evacuation_shelter shelter = instance->shelters[s];
        shelter.capacity = s % 2 == first ? PLACES : 0;
        cr_assert_eq(evacuation_session_set_shelter(session, s, &shelter), HV_OK);
    }
}

Test(evacuation_session, gives_a_repair_up_that_takes_more_than_from_scratch_would) {
    struct evacuation_link links[STREETS];
    struct evacuation_zone zones[SIDE];
    struct evacuation_shelter shelters[SIDE];
    struct chance chance = {1};
    lay_streets(links, &chance);
    for (int32_t row = 0; row < SIDE; row++) {
        zones[row] = (struct evacuation_zone){
            .node = row * SIDE, .people = ZONE_PEOPLE, .deadline_step = EVACUATION_NEVER};
        shelters[row] = (struct evacuation_shelter){.node = row * SIDE + SIDE - 1};
    }
    const struct evacuation_instance instance = {.horizon_steps = 120,
                                                 .node_count = SIDE * SIDE,
                                                 .links = links,
                                                 .link_count = STREETS,
                                                 .zones = zones,
                                                 .zone_count = SIDE,
                                                 .shelters = shelters,
                                                 .shelter_count = SIDE};
    struct evacuation_session *session = new_session(&instance);
    for (size_t i = 0; i < 6; i++) {
        open_every_other_shelter(session, i % 2);
        solve_and_compare(session, i);
    }
    const struct evacuation_session_count count = evacuation_session_count(session);
    cr_assert_gt(count.given_up, 0);
    cr_assert_eq(count.lost, 0);
    evacuation_session_free(session);
}

/* ---- time passes, and work has limits -------------------------------------------------------- */

/* A solve that may be stopped: its plan holds, and its bound is below what from scratch is proven.
 */
static int64_t solve_a_little(struct evacuation_session *session, int64_t work_max, uint64_t seed) {
    const struct evacuation_instance *instance = evacuation_session_instance(session);
    const struct evacuation_options options = {.work_max = work_max};
    struct evacuation_plan warm, cold;
    cr_assert_eq(evacuation_session_solve(session, &options, &warm), HV_OK);
    check(instance, &warm, seed);
    cr_assert_eq(evacuation_flow_solve(instance, &to_the_optimum, &cold), HV_OK);
    cr_assert_geq(evacuation_value_compare(warm.value, cold.value), 0, "seed %lu",
                  (unsigned long)seed);
    cr_assert_leq(evacuation_value_compare(warm.bound, cold.value), 0, "seed %lu",
                  (unsigned long)seed);
    const int64_t short_of_it = !warm.optimal;
    evacuation_plan_deinit(&warm);
    evacuation_plan_deinit(&cold);
    return short_of_it;
}

Test(evacuation_session, stopped_by_work_gives_a_sound_plan_and_goes_on_from_there) {
    int64_t stopped = 0;
    for (uint64_t seed = 1; seed <= (SANITIZED ? 100 : 900); seed++) {
        struct evacuation_random random;
        evacuation_random_make(&random, seed, (enum evacuation_random_kind)(seed % 3));
        struct chance chance = {seed};
        struct evacuation_session *session = new_session(&random.instance);
        solve_and_compare(session, seed);
        for (int i = 0; i < 6; i++) {
            change(session, &chance);
            stopped += solve_a_little(session, between(&chance, 1, 60), seed);
            if (i % 2 == 0)
                solve_and_compare(session, seed);
        }
        evacuation_session_free(session);
    }
    cr_assert_gt(stopped, 0);
}
