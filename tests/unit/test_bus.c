/* Bus plans: re-driven by an independent checker, small ones against brute force and, of up to ten
 * points, against dynamic programming; each rule changes the plan as it should. */
#include "coordinator/optimizer/bus_plan.h"
#include "coordinator/optimizer/bus_quick_bound.h"

#include "tests/support/bus_checker.h"
#include "tests/support/chance.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POINTS 10
#define SHELTERS 3
#define FLEETS 2
#define ALL 0xffffu

/* An instance and everything that it points to; times of a plane. */
struct made {
    struct bus_instance instance;
    struct bus_class classes[2];
    struct bus_fleet fleets[FLEETS];
    struct bus_pickup pickups[POINTS];
    struct bus_shelter shelters[SHELTERS];
    int32_t out[FLEETS * POINTS], between[POINTS * POINTS];
    int32_t in[POINTS * SHELTERS], back[SHELTERS * POINTS];
    int x[FLEETS + POINTS + SHELTERS], y[FLEETS + POINTS + SHELTERS];
};

static int32_t apart(const struct made *made, size_t a, size_t b) {
    return abs(made->x[a] - made->x[b]) + abs(made->y[a] - made->y[b]);
}

/* Points, then shelters, then fleets have places; writes all times. */
static void write_times(struct made *made) {
    struct bus_instance *instance = &made->instance;
    const size_t points = instance->pickup_count, shelters = instance->shelter_count;
    for (size_t p = 0; p < points; p++) {
        for (size_t q = 0; q < points; q++)
            made->between[p * points + q] = apart(made, p, q);
        for (size_t s = 0; s < shelters; s++) {
            made->in[p * shelters + s] = apart(made, p, points + s);
            made->back[s * points + p] = apart(made, p, points + s);
        }
        for (size_t f = 0; f < instance->fleet_count; f++)
            made->out[f * points + p] = apart(made, p, points + shelters + f);
    }
}

/* One bus of two seats at 0, one point of four people at 10, one shelter at 30, on a line. */
static void begin(struct made *made) {
    *made = (struct made){.classes = {{1, false}, {1, true}},
                          .fleets = {{1, 2, 0, 0, 0, 0}, {1, 2, 0, 0, 0, 0}},
                          .pickups = {{4, 0, 0, BUS_NEVER}, {2, 0, 0, BUS_NEVER}},
                          .shelters = {{0, 100, ALL}, {0, 100, ALL}},
                          .x = {10, 30}};
    made->instance = (struct bus_instance){.horizon_s = 1000,
                                           .stops_max = 3,
                                           .class_count = 2,
                                           .fleet_count = 1,
                                           .pickup_count = 1,
                                           .shelter_count = 1,
                                           .classes = made->classes,
                                           .fleets = made->fleets,
                                           .pickups = made->pickups,
                                           .shelters = made->shelters,
                                           .out = made->out,
                                           .between = made->between,
                                           .in = made->in,
                                           .back = made->back};
    write_times(made);
}

static struct bus_plan solve(const struct made *made, int64_t work) {
    struct bus_plan plan = {0};
    const struct bus_options options = {.work_max = work, .seed = 1};
    cr_assert_eq(bus_plan_solve(&made->instance, &options, &plan), HV_OK);
    const char *fault = bus_checker_plan(&made->instance, &plan);
    cr_assert_null(fault, "%s", fault);
    return plan;
}

#define ASSERT_VALUE(made, expected_unserved, expected_arrivals)                                   \
    do {                                                                                           \
        struct bus_plan plan = solve(made, 20000);                                                 \
        cr_assert_eq(plan.value.unserved, expected_unserved, "%d unserved",                        \
                     (int)plan.value.unserved);                                                    \
        cr_assert_eq(plan.value.arrival_s, expected_arrivals, "%d seconds",                        \
                     (int)plan.value.arrival_s);                                                   \
        bus_plan_deinit(&plan);                                                                    \
    } while (0)

/* ---- each rule ------------------------------------------------------------------------------- */

Test(bus, goes_to_and_fro_until_everybody_is_there) {
    struct made made;
    begin(&made);
    ASSERT_VALUE(&made, 0, 2 * 30 + 2 * (30 + 40));
    made.fleets[0].buses = 2;
    ASSERT_VALUE(&made, 0, 4 * 30);
    made.fleets[0] = (struct bus_fleet){.buses = 1, .seats = 4};
    ASSERT_VALUE(&made, 0, 4 * 30);
}

Test(bus, takes_time_to_stop_to_board_and_to_alight) {
    struct made made;
    begin(&made);
    made.instance.stop_s = 5;
    ASSERT_VALUE(&made, 0, 2 * 40 + 2 * (40 + 50));
    made.instance.board_s = 3;
    made.instance.alight_s = 2;
    ASSERT_VALUE(&made, 0, 2 * 50 + 2 * (50 + 60));
}

Test(bus, has_a_horizon_a_beginning_and_a_last_call) {
    struct made made;
    begin(&made);
    made.fleets[0].ready_s = 7;
    ASSERT_VALUE(&made, 0, 2 * 37 + 2 * 77);
    made.pickups[0].ready_s = 20;
    ASSERT_VALUE(&made, 0, 2 * 40 + 2 * 80);
    made.shelters[0].opens_s = 50;
    ASSERT_VALUE(&made, 0, 2 * 50 + 2 * 90);
    made.pickups[0].deadline_s = 69;
    ASSERT_VALUE(&made, 2, 2 * 50);
    made.pickups[0].deadline_s = BUS_NEVER;
    made.instance.horizon_s = 89;
    ASSERT_VALUE(&made, 2, 2 * 50);
}

Test(bus, fills_shelters_that_take_people_no_further_than_their_places) {
    struct made made;
    begin(&made);
    made.instance.shelter_count = 2;
    made.x[2] = 50; /* a second shelter, and the depot at 0 */
    made.x[3] = 0;
    write_times(&made);
    ASSERT_VALUE(&made, 0, 2 * 30 + 2 * 70);
    made.shelters[0].places = 2; /* the far one last */
    ASSERT_VALUE(&made, 0, 2 * 30 + 2 * (30 + 20 + 40));
    made.shelters[1].takes = 0;
    ASSERT_VALUE(&made, 2, 2 * 30);
}

Test(bus, picks_up_at_several_points_in_one_run) {
    struct made made;
    begin(&made);
    made.instance.pickup_count = 2;
    made.pickups[0].people = 1;
    made.pickups[1].people = 1;
    made.x[1] = 20;
    made.x[2] = 30;
    made.x[3] = 0;
    write_times(&made);
    ASSERT_VALUE(&made, 0, 2 * 30);
    made.instance.stops_max = 1;
    ASSERT_VALUE(&made, 0, 30 + 30 + 20);
}

Test(bus, has_seats_places_for_wheelchairs_and_keeps_parties_together) {
    struct made made;
    begin(&made);
    made.pickups[0] = (struct bus_pickup){2, 1, 0, BUS_NEVER};
    ASSERT_VALUE(&made, 2, 0);
    made.fleets[0].wheelchair_places = 1;
    ASSERT_VALUE(&made, 0, 30 + 70);
    made.pickups[0] = (struct bus_pickup){5, 0, 0, BUS_NEVER};
    made.fleets[0].seats = 3;
    ASSERT_VALUE(&made, 0, 3 * 30 + 2 * 70);
    made.classes[0].party_people = 2;
    ASSERT_VALUE(&made, 0, 2 * 30 + 2 * 70 + 110); /* the last is a party of one */
    made.fleets[0].seats = 1;
    ASSERT_VALUE(&made, 5, 0);
}

/* Four people, two seats: the first run waits until the shelter opens, the second is as much later
 * as it takes there and back. */
Test(bus, the_quick_bound_knows_that_a_shelter_opens_late) {
    struct bus_value bound;
    struct made made;
    begin(&made);
    made.shelters[0].opens_s = 100;
    ASSERT_VALUE(&made, 0, 2 * 100 + 2 * 140);
    cr_assert_eq(bus_quick_bound(&made.instance, 0, &bound), HV_OK);
    cr_assert_eq(bound.arrival_s, 2 * 100 + 2 * 140, "%d", (int)bound.arrival_s);
}

/* Two points, one after the other on the way, of four and two people: to the shelter three may
 * come from each, or from both together. */
Test(bus, holds_points_to_what_they_share) {
    static const int32_t limits[] = {3, 3}, shared[] = {0, 0}, wrong[] = {0, 2};
    struct made made;
    begin(&made);
    made.fleets[0].seats = 10;
    made.pickups[1] = (struct bus_pickup){2, 0, 0, BUS_NEVER};
    made.instance.pickup_count = 2;
    made.x[1] = 20;
    made.x[2] = 30;
    write_times(&made);
    ASSERT_VALUE(&made, 0, 6 * 30);
    made.instance.limits = limits;
    ASSERT_VALUE(&made, 1, 5 * 30);
    made.instance.limit_row = shared;
    ASSERT_VALUE(&made, 3, 3 * 30);
    made.instance.limit_row = wrong;
    cr_assert_eq(bus_instance_check(&made.instance), HV_ERR_VALUE);
}

Test(bus, plans_nothing_where_there_is_nothing) {
    struct made made;
    begin(&made);
    made.fleets[0].buses = 0;
    ASSERT_VALUE(&made, 4, 0);
    begin(&made);
    made.instance.shelter_count = 0;
    ASSERT_VALUE(&made, 4, 0);
    begin(&made);
    made.in[0] = BUS_NEVER;
    ASSERT_VALUE(&made, 4, 0);
    begin(&made);
    made.pickups[0].people = 0;
    ASSERT_VALUE(&made, 0, 0);
    made.instance.pickup_count = 0;
    ASSERT_VALUE(&made, 0, 0);
    made.instance.fleet_count = 0;
    ASSERT_VALUE(&made, 0, 0);
}

Test(bus, refuses_figures_that_are_none) {
    struct made made;
    struct bus_plan plan;
    const struct bus_options options = {0};
    begin(&made);
    made.pickups[0].class = 2;
    cr_assert_eq(bus_plan_solve(&made.instance, &options, &plan), HV_ERR_VALUE);
    begin(&made);
    made.in[0] = -1;
    cr_assert_eq(bus_plan_solve(&made.instance, &options, &plan), HV_ERR_VALUE);
    begin(&made);
    made.instance.stops_max = BUS_STOPS_MAX + 1;
    cr_assert_eq(bus_plan_solve(&made.instance, &options, &plan), HV_ERR_VALUE);
    begin(&made);
    made.fleets[0].buses = BUS_BUSES_MAX + 1;
    cr_assert_eq(bus_plan_solve(&made.instance, &options, &plan), HV_ERR_LIMIT);
    begin(&made);
    made.pickups[0].people = BUS_PEOPLE_MAX + 1;
    cr_assert_eq(bus_plan_solve(&made.instance, &options, &plan), HV_ERR_LIMIT);
}

/* ---- against brute force --------------------------------------------------------------------- */

static void place(struct made *made, struct chance *chance, int size) {
    for (size_t i = 0; i < FLEETS + POINTS + SHELTERS; i++) {
        made->x[i] = (int)chance_below(chance, (uint32_t)size);
        made->y[i] = (int)chance_below(chance, (uint32_t)size);
    }
    write_times(made);
}

/* Everything that may limit anybody, on two or three points. */
static void make_tiny(struct made *made, uint64_t seed) {
    struct chance chance = {seed};
    begin(made);
    made->instance.pickup_count = 2 + chance_below(&chance, 2);
    made->instance.shelter_count = 1 + chance_below(&chance, 2);
    made->instance.fleet_count = 1 + chance_below(&chance, 2);
    made->instance.stop_s = (int32_t)chance_below(&chance, 3);
    made->instance.board_s = (int32_t)chance_below(&chance, 2);
    made->instance.alight_s = (int32_t)chance_below(&chance, 2);
    made->instance.stops_max = 1 + (int32_t)chance_below(&chance, 2);
    made->instance.horizon_s = 15 + (int32_t)chance_below(&chance, 60);
    for (size_t f = 0; f < FLEETS; f++)
        made->fleets[f] = (struct bus_fleet){1,
                                             1 + (int32_t)chance_below(&chance, 2),
                                             (int32_t)chance_below(&chance, 2),
                                             (int32_t)chance_below(&chance, 5),
                                             0,
                                             0};
    for (size_t p = 0; p < made->instance.pickup_count; p++)
        made->pickups[p] = (struct bus_pickup){
            1 + (int32_t)chance_below(&chance, 2), (int32_t)(chance_below(&chance, 4) == 0),
            (int32_t)chance_below(&chance, 8),
            chance_below(&chance, 3) == 0 ? 5 + (int32_t)chance_below(&chance, 30) : BUS_NEVER};
    for (size_t s = 0; s < made->instance.shelter_count; s++)
        made->shelters[s] =
            (struct bus_shelter){(int32_t)chance_below(&chance, 10), chance_below(&chance, 6),
                                 chance_below(&chance, 4) == 0 ? 1 : ALL};
    place(made, &chance, 10);
}

/* No more than what the best plan has; and what it says of a plan with more left is no figure. */
static struct bus_value expect_quick_bound(const struct made *made, struct bus_value best,
                                           uint64_t seed) {
    struct bus_value bound, other;
    cr_assert_eq(bus_quick_bound(&made->instance, best.unserved, &bound), HV_OK);
    cr_assert_leq(bus_value_compare(bound, best), 0, "seed %d: %d, %d; best %d, %d", (int)seed,
                  (int)bound.unserved, (int)bound.arrival_s, (int)best.unserved,
                  (int)best.arrival_s);
    cr_assert_eq(bus_quick_bound(&made->instance, best.unserved + 1, &other), HV_OK);
    cr_assert_eq(other.unserved, bound.unserved);
    return bound;
}

Test(bus, comes_to_the_optimum_of_tiny_instances) {
    struct made made;
    int exact = 0, far = 0, proven = 0;
    for (uint64_t seed = 1; seed <= (SANITIZED ? 40 : 400); seed++) {
        make_tiny(&made, seed);
        bool is_exact;
        const struct bus_value best = bus_checker_optimum(&made.instance, 300000, &is_exact);
        struct bus_plan plan = solve(&made, 40000);
        if (is_exact) {
            exact++;
            cr_assert_geq(bus_value_compare(plan.value, best), 0, "seed %d", (int)seed);
            cr_assert_leq(bus_value_compare(plan.bound, best), 0,
                          "seed %d: bound %d, %d; best %d, %d", (int)seed, (int)plan.bound.unserved,
                          (int)plan.bound.arrival_s, (int)best.unserved, (int)best.arrival_s);
            far += bus_value_compare(plan.value, best) != 0;
            proven += plan.bound.unserved == best.unserved;
            expect_quick_bound(&made, best, seed);
        }
        bus_plan_deinit(&plan);
    }
    cr_assert_gt(exact, SANITIZED ? 20 : 300);
    cr_assert_gt(proven, exact / 2, "%d of %d", proven, exact);
    cr_assert_leq(far, exact / 100, "%d of %d", far, exact);
}

static void make_ten(struct made *made, uint64_t seed) {
    struct chance chance = {seed};
    begin(made);
    made->instance.pickup_count = 5 + chance_below(&chance, POINTS - 4);
    made->instance.shelter_count = 1 + chance_below(&chance, 3);
    made->instance.fleet_count = 1 + chance_below(&chance, 2);
    made->instance.stop_s = 60;
    made->instance.board_s = (int32_t)chance_below(&chance, 30);
    made->instance.alight_s = (int32_t)chance_below(&chance, 30);
    made->instance.horizon_s = 100000;
    const int32_t seats = 2 + (int32_t)chance_below(&chance, 2);
    for (size_t f = 0; f < FLEETS; f++)
        made->fleets[f] =
            (struct bus_fleet){1, seats, 0, (int32_t)chance_below(&chance, 600), 0, 0};
    for (size_t p = 0; p < made->instance.pickup_count; p++)
        made->pickups[p] =
            (struct bus_pickup){1 + (int32_t)chance_below(&chance, 2), 0, 0, BUS_NEVER};
    for (size_t s = 0; s < made->instance.shelter_count; s++)
        made->shelters[s] = (struct bus_shelter){0, 1000, ALL};
    place(made, &chance, 1000);
}

Test(bus, comes_within_one_per_cent_of_the_optimum_of_ten_points) {
    struct made made;
    double worst = 0, weakest = 0, gaps = 0;
    int64_t quickest = 100; /* percent of the optimum that the quick bound proves, the least */
    const int rounds = SANITIZED ? 3 : 25;
    for (uint64_t seed = 1; seed <= (uint64_t)rounds; seed++) {
        make_ten(&made, seed);
        const int64_t best = bus_checker_arrivals(&made.instance);
        struct bus_plan plan = solve(&made, 1500000);
        cr_assert_eq(plan.value.unserved, 0);
        cr_assert_geq(plan.value.arrival_s, best, "seed %d", (int)seed);
        cr_assert_leq(plan.bound.arrival_s, best, "seed %d: the bound is above the best",
                      (int)seed);
        const struct bus_value quick = expect_quick_bound(&made, (struct bus_value){0, best}, seed);
        quickest =
            quick.arrival_s * 100 < quickest * best ? quick.arrival_s * 100 / best : quickest;
        const double above = 100.0 * (double)(plan.value.arrival_s - best) / (double)best;
        const double below = 100.0 * (double)(best - plan.bound.arrival_s) / (double)best;
        worst = above > worst ? above : worst;
        weakest = below > weakest ? below : weakest;
        gaps += below / rounds;
        bus_plan_deinit(&plan);
    }
    if (getenv("HAVEN_TEST_FIGURES") != NULL)
        fprintf(stderr,
                "worst %.2f %% above, bound %.1f %% below at most, %.1f on average; the quick "
                "one %d %% below at most\n",
                worst, weakest, gaps, 100 - (int)quickest);
    cr_assert_gt(quickest, 60, "%d %%", (int)quickest);
    cr_assert_lt(worst, 1.0, "%.2f %% above the optimum", worst);
    cr_assert_lt(weakest, 20.0, "a bound %.2f %% below the optimum", weakest);
}

Test(bus, gives_the_same_plan_twice) {
    struct made made;
    make_ten(&made, 7);
    struct bus_plan a = solve(&made, 50000), b = solve(&made, 50000);
    cr_assert_eq(a.run_count, b.run_count);
    cr_assert_eq(memcmp(a.runs, b.runs, a.run_count * sizeof *a.runs), 0);
    cr_assert_eq(memcmp(a.stops, b.stops, a.stop_count * sizeof *a.stops), 0);
    cr_assert(a.bound.arrival_s == b.bound.arrival_s && a.work == b.work);
    bus_plan_deinit(&a);
    bus_plan_deinit(&b);
}

static int stop_at_once(void *context, const struct bus_progress *progress) {
    (void)progress;
    ++*(int *)context;
    return 1;
}

Test(bus, stops_with_a_plan_when_told_to) {
    struct made made;
    int calls = 0;
    make_ten(&made, 3);
    struct bus_plan plan;
    const struct bus_options options = {
        .progress = stop_at_once, .context = &calls, .work_max = INT64_MAX, .seed = 1};
    cr_assert_eq(bus_plan_solve(&made.instance, &options, &plan), HV_OK);
    cr_assert(plan.stopped && calls == 1);
    const char *fault = bus_checker_plan(&made.instance, &plan);
    cr_assert_null(fault, "%s", fault);
    bus_plan_deinit(&plan);
}

/* ---- roads ----------------------------------------------------------------------------------- */

Test(bus, finds_the_fastest_ways) {
    static const struct bus_link links[] = {{0, 1, 5}, {1, 2, 5}, {0, 2, 20}, {2, 0, 0}};
    static const int32_t nodes[] = {0, 1, 2, 3};
    int32_t times[16];
    cr_assert_eq(bus_times(4, links, 4, nodes, 4, nodes, 4, times), HV_OK);
    cr_assert(times[2] == 10 && times[4] == 5 && times[8] == 0 && times[9] == 5);
    cr_assert(times[3] == BUS_NEVER && times[15] == 0);
}
