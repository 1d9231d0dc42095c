/* Small groups: who is joined to whom, who stays, and random plans re-added. */
#include "coordinator/planning/small_groups.h"

#include "tests/support/chance.h"

#include <criterion/criterion.h>
#include <string.h>

enum { ZONES = 3, SHELTERS = 4, PAIRS = ZONES * SHELTERS, ROUNDS = 3000 };

static struct instance_shelter shelters[SHELTERS];
static struct instance_zone zones[ZONES];
static struct instance instance;
static int64_t in_force[PAIRS * INSTANCE_CLASSES];
static struct plan_assignment groups[PAIRS];
static struct plan plan;

/* Shelters that take 1,000 of everybody, an empty plan, and nothing in force. */
static void begin(void) {
    memset(in_force, 0, sizeof in_force);
    memset(&plan, 0, sizeof plan);
    for (uint32_t s = 0; s < SHELTERS; s++) {
        shelters[s] = (struct instance_shelter){.capacity = 1000, .usable = true};
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            shelters[s].places[class] = 1000;
    }
    instance = (struct instance){
        .shelters = shelters, .shelter_count = SHELTERS, .zones = zones, .zone_count = ZONES};
    plan.assignments = groups;
}

/* In order of zone and shelter. It takes a minute more to each further shelter. */
static void group(uint32_t zone, uint32_t shelter, int64_t general, int64_t wheelchair) {
    const int64_t arrival_ms = 60000 * (1 + (int64_t)shelter);
    groups[plan.assignment_count++] = (struct plan_assignment){
        .zone = zone,
        .shelter = shelter,
        .people = {[INSTANCE_GENERAL] = general, [INSTANCE_WHEELCHAIR] = wheelchair},
        .arrival_ms = arrival_ms};
    plan.objective.arrival_ms += arrival_ms * (general + wheelchair);
}

static int64_t people_at(uint32_t zone, uint32_t shelter) {
    int64_t people = 0;
    for (size_t i = 0; i < plan.assignment_count; i++)
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            if (plan.assignments[i].zone == zone && plan.assignments[i].shelter == shelter)
                people += plan.assignments[i].people[class];
    return people;
}

static void join(void) {
    cr_assert_eq(small_groups_join(&instance, in_force, &plan), HV_OK);
}

Test(small_groups, three_go_where_most_of_their_zone_go) {
    begin();
    group(0, 0, 300, 0);
    group(0, 1, 500, 0);
    group(0, 2, 3, 0);
    group(1, 2, 700, 0);
    join();
    cr_assert_eq(plan.assignment_count, 3);
    cr_assert_eq(people_at(0, 1), 503);
    cr_assert_eq(people_at(0, 2), 0);
    cr_assert_eq(people_at(1, 2), 700);
    cr_assert_eq(plan.objective.arrival_ms, 60000 * (300 + 2 * 503 + 3 * 700));
}

Test(small_groups, twenty_are_no_small_group) {
    begin();
    group(0, 0, 300, 0);
    group(0, 2, SMALL_GROUP, 0);
    join();
    cr_assert_eq(people_at(0, 2), SMALL_GROUP);
}

Test(small_groups, a_full_shelter_and_one_that_cannot_take_them_are_passed_over) {
    begin();
    group(0, 0, 1000, 0);
    group(0, 1, 500, 0);
    group(0, 2, 400, 0);
    group(0, 3, 2, 1);
    shelters[1].places[INSTANCE_WHEELCHAIR] = 0;
    join();
    cr_assert_eq(people_at(0, 2), 403);
}

Test(small_groups, who_can_go_nowhere_else_goes_alone) {
    begin();
    group(0, 0, 1000, 0);
    group(0, 1, 1, 0);
    group(1, 3, 1, 0); /* all of its zone */
    join();
    cr_assert_eq(people_at(0, 1), 1);
    cr_assert_eq(people_at(1, 3), 1);
}

Test(small_groups, what_is_left_of_an_order_that_stands_is_left_alone) {
    begin();
    group(0, 0, 300, 0);
    group(0, 2, 3, 0);
    in_force[2 * INSTANCE_CLASSES] = 250;
    join();
    cr_assert_eq(people_at(0, 2), 3);
}

Test(small_groups, two_small_groups_become_one) {
    begin();
    group(0, 1, 12, 0);
    group(0, 2, 13, 0);
    join();
    cr_assert_eq(plan.assignment_count, 1);
    cr_assert_eq(people_at(0, 2), 25);
}

Test(small_groups, an_empty_plan_stays_empty) {
    begin();
    join();
    cr_assert_eq(plan.assignment_count, 0);
}

/* ---- random plans ---- */

struct sums {
    int64_t zone[ZONES][INSTANCE_CLASSES], shelter[SHELTERS][INSTANCE_CLASSES + 1], arrival_ms;
};

static struct sums add_up(void) {
    struct sums sums = {0};
    for (size_t i = 0; i < plan.assignment_count; i++)
        for (int class = 0; class < INSTANCE_CLASSES; class ++) {
            const struct plan_assignment *a = &plan.assignments[i];
            sums.zone[a->zone][class] += a->people[class];
            sums.shelter[a->shelter][class] += a->people[class];
            sums.shelter[a->shelter][INSTANCE_CLASSES] += a->people[class];
            sums.arrival_ms += a->people[class] * a->arrival_ms;
        }
    return sums;
}

static void draw(struct chance *chance) {
    begin();
    for (uint32_t z = 0; z < ZONES; z++)
        for (uint32_t s = 0; s < SHELTERS; s++) {
            const int64_t most = chance_below(chance, 2) ? 8 : 60;
            if (chance_below(chance, 3) > 0)
                group(z, s, 1 + (int64_t)chance_below(chance, (uint32_t)most),
                      (int64_t)chance_below(chance, 4));
            in_force[(z * SHELTERS + s) * INSTANCE_CLASSES] = chance_below(chance, 5) == 0;
        }
    const struct sums sums = add_up();
    for (uint32_t s = 0; s < SHELTERS; s++) {
        const int64_t spare = (int64_t)chance_below(chance, 12);
        shelters[s].capacity = sums.shelter[s][INSTANCE_CLASSES] + spare;
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            shelters[s].places[class] =
                sums.shelter[s][class] + (int64_t)chance_below(chance, (uint32_t)spare + 1);
    }
}

static void check(const struct sums *before) {
    const struct sums after = add_up();
    cr_assert_eq(memcmp(before->zone, after.zone, sizeof after.zone), 0);
    cr_assert_eq(plan.objective.arrival_ms, after.arrival_ms);
    for (uint32_t s = 0; s < SHELTERS; s++) {
        cr_assert_leq(after.shelter[s][INSTANCE_CLASSES], shelters[s].capacity);
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            cr_assert_leq(after.shelter[s][class], shelters[s].places[class]);
    }
    for (size_t i = 0; i < plan.assignment_count; i++) {
        const struct plan_assignment *a = &plan.assignments[i];
        cr_assert_gt(people_at(a->zone, a->shelter), 0);
        if (i > 0)
            cr_assert_gt(a->zone * SHELTERS + a->shelter, a[-1].zone * SHELTERS + a[-1].shelter);
    }
}

Test(small_groups, random_plans_keep_everybody_and_every_limit) {
    struct chance chance = {20};
    size_t joined = 0;
    for (int round = 0; round < ROUNDS; round++) {
        draw(&chance);
        const struct sums before = add_up();
        const size_t groups_before = plan.assignment_count;
        join();
        check(&before);
        joined += groups_before - plan.assignment_count;
    }
    cr_assert_gt(joined, ROUNDS / 2);
}
