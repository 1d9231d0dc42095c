/* Each option changes a plan as it should, on problems small enough to see why; what cannot be
 * served is told with its reason. */
#include "coordinator/optimizer/zone_plan.h"

#include "tests/support/zone_plan_checker.h"

#include <criterion/criterion.h>

#define WORK 300000
#define NEVER EVACUATION_NEVER
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct zone_plan solve(const struct zone_plan_problem *problem) {
    struct zone_plan plan = {0};
    const struct zone_plan_options options = {.work_max = WORK, .seed = 1};
    cr_assert_eq(zone_plan_solve(problem, &options, &plan), HV_OK);
    const char *fault = zone_plan_checker_plan(problem, &plan);
    cr_assert_null(fault, "%s", fault);
    return plan;
}

static struct evacuation_value value_of(const struct zone_plan_problem *problem) {
    struct zone_plan plan = solve(problem);
    struct evacuation_value value = plan.plan.value;
    zone_plan_deinit(&plan);
    return value;
}

#define ASSERT_VALUE(problem, expected_unserved, expected_total)                                   \
    do {                                                                                           \
        struct evacuation_value value = value_of(problem);                                         \
        cr_assert_eq(value.unserved, expected_unserved, "%d unserved", (int)value.unserved);       \
        cr_assert_eq(value.total_arrival_steps, expected_total, "%d arrival steps",                \
                     (int)value.total_arrival_steps);                                              \
    } while (0)

static struct evacuation_link road(int32_t from, int32_t to, int32_t travel, int64_t capacity) {
    return (struct evacuation_link){.from = from,
                                    .to = to,
                                    .travel_steps = travel,
                                    .closes_at_step = NEVER,
                                    .capacity_per_step = capacity};
}

/* One zone at node 0, one shelter at node 1, and whatever links there are. */
static struct evacuation_instance one_zone(const struct evacuation_link *links, size_t count) {
    static const struct evacuation_zone zone = {0, 0, NEVER, 8};
    static const struct evacuation_shelter shelter = {1, 0, 100};
    return (struct evacuation_instance){20, 3, count, 1, 1, links, &zone, &shelter};
}

/* One road of two a step, one of two that is longer: with one route nobody does better, and the
 * bound knows it. */
Test(zone_plan_options, one_route_is_proven_where_the_flow_has_two) {
    const struct evacuation_link links[] = {road(0, 1, 1, 2), road(0, 1, 2, 2)};
    const struct evacuation_instance instance = one_zone(links, COUNT(links));
    const struct zone_plan_problem problem = {.instance = &instance, .routes_max = 1};
    struct zone_plan plan = solve(&problem);
    cr_assert_eq(plan.flow_bound.total_arrival_steps, 2 * (1 + 2 + 2 + 3));
    cr_assert(plan.plan.optimal && plan.class_bound.total_arrival_steps == 2 * (1 + 2 + 3 + 4));
    zone_plan_deinit(&plan);
}

/* Three roads of one a step, each open for three steps, one after the other, and eight people. Two
 * routes are two roads, so two people stay; going by whichever road is open is none. */
Test(zone_plan_options, routes_are_bounded_as_the_same_roads_at_every_step) {
    const struct evacuation_change windows[][2] = {
        {{0, 1}, {3, 0}}, {{3, 1}, {6, 0}}, {{6, 1}, {9, 0}}};
    struct evacuation_link links[3];
    for (int i = 0; i < 3; i++) {
        links[i] = road(0, 1, 1, 0);
        links[i].changes = windows[i];
        links[i].change_count = 2;
    }
    const struct evacuation_instance instance = one_zone(links, COUNT(links));
    const struct zone_plan_problem problem = {.instance = &instance, .routes_max = 2};
    struct zone_plan plan = solve(&problem);
    cr_assert_eq(plan.flow_bound.unserved, 0);
    cr_assert_eq(plan.class_bound.unserved, 2);
    cr_assert(plan.plan.optimal);
    zone_plan_deinit(&plan);
}

Test(zone_plan_options, more_routes_bring_people_sooner) {
    const struct evacuation_link links[] = {road(0, 1, 1, 2), road(0, 1, 2, 2)};
    const struct evacuation_instance instance = one_zone(links, COUNT(links));
    struct zone_plan_problem problem = {.instance = &instance, .routes_max = 1};
    ASSERT_VALUE(&problem, 0, 2 * (1 + 2 + 3 + 4));
    problem.routes_max = 2;
    ASSERT_VALUE(&problem, 0, 2 * (1 + 2 + 2 + 3));
}

/* Two zones meet at node 2, from which two roads lead to the shelter. */
static const struct evacuation_link fork_links[] = {{0, 2, 0, NEVER, 2, NULL, 0},
                                                    {1, 2, 0, NEVER, 2, NULL, 0},
                                                    {2, 3, 1, NEVER, 2, NULL, 0},
                                                    {2, 3, 1, NEVER, 2, NULL, 0}};
static const struct evacuation_zone fork_zones[] = {{0, 0, NEVER, 4}, {1, 0, NEVER, 4}};
static const struct evacuation_shelter fork_shelter = {3, 0, 100};
static const struct evacuation_instance a_fork = {20, 4,          COUNT(fork_links), 2,
                                                  1,  fork_links, fork_zones,        &fork_shelter};

Test(zone_plan_options, convergence_takes_the_fork_away) {
    struct zone_plan_problem problem = {.instance = &a_fork, .routes_max = 1};
    ASSERT_VALUE(&problem, 0, 2 * 2 * (1 + 2));
    problem.convergent = true;
    ASSERT_VALUE(&problem, 0, 2 * (1 + 2 + 3 + 4));
}

Test(zone_plan_options, unbroken_departures_begin_after_a_gap_or_do_not_pass_it) {
    const struct evacuation_change changes[] = {{1, 0}, {3, 2}};
    struct evacuation_link link = road(0, 1, 1, 2);
    link.changes = changes;
    link.change_count = COUNT(changes);
    const struct evacuation_instance instance = one_zone(&link, 1);
    struct zone_plan_problem problem = {.instance = &instance, .routes_max = 1};
    ASSERT_VALUE(&problem, 0, 2 * (1 + 4 + 5 + 6)); /* leaves at 0, waits for the road to reopen */
    problem.departures = ZONE_PLAN_UNBROKEN;
    ASSERT_VALUE(&problem, 0, 2 * (4 + 5 + 6 + 7));
}

Test(zone_plan_options, steady_departures_keep_the_rate_that_lasts) {
    const struct evacuation_change change = {1, 2};
    struct evacuation_link link = road(0, 1, 1, 4);
    link.changes = &change;
    link.change_count = 1;
    const struct evacuation_instance instance = one_zone(&link, 1);
    struct zone_plan_problem problem = {
        .instance = &instance, .routes_max = 1, .departures = ZONE_PLAN_UNBROKEN};
    ASSERT_VALUE(&problem, 0, 4 * 1 + 2 * (2 + 3));
    problem.departures = ZONE_PLAN_STEADY;
    ASSERT_VALUE(&problem, 0, 2 * (1 + 2 + 3 + 4));
    struct zone_plan plan = solve(&problem);
    cr_assert(plan.streams[0].steady && plan.streams[0].rate == 2);
    cr_assert(plan.streams[0].first_step == 0 && plan.streams[0].last_step == 3);
    zone_plan_deinit(&plan);
}

/* Eight people are ready at once, four more a step later; two roads lead to the shelter. */
Test(zone_plan_options, routes_are_those_of_the_place_whenever_its_people_are_ready) {
    const struct evacuation_link links[] = {road(0, 1, 1, 2), road(0, 1, 2, 2)};
    const struct evacuation_zone zones[] = {{0, 1, NEVER, 4}, {0, 0, NEVER, 8}};
    const struct evacuation_shelter shelter = {1, 0, 100};
    const struct evacuation_instance instance = {20, 2, COUNT(links), 2, 1, links, zones, &shelter};
    const int32_t places[] = {0, 0};
    struct zone_plan_problem problem = {.instance = &instance, .routes_max = 1};
    ASSERT_VALUE(&problem, 0, 2 * (1 + 2 + 3 + 4) + 2 * (3 + 4)); /* a road for each part */
    problem.places = places;
    ASSERT_VALUE(&problem, 0, 2 * (1 + 2 + 3 + 4 + 5 + 6));
    problem.routes_max = 2;
    ASSERT_VALUE(&problem, 0, 2 * 1 + 4 * (2 + 3) + 2 * 4);
    problem.routes_max = 1;
    struct zone_plan plan = solve(&problem);
    cr_assert(plan.order_count == 1 && plan.orders[0].people == 12 && plan.orders[0].steady);
    cr_assert(plan.orders[0].first_step == 0 && plan.orders[0].last_step == 5);
    cr_assert(plan.plan.route_count == 2 && plan.streams[0].first_step == 4);
    zone_plan_deinit(&plan);
}

/* Four are ready at once and four at step 3. */
Test(zone_plan_options, departures_of_a_place_wait_for_who_gets_ready) {
    const struct evacuation_link link = road(0, 1, 1, 4);
    const struct evacuation_zone zones[] = {{0, 0, NEVER, 4}, {0, 3, NEVER, 4}};
    const struct evacuation_shelter shelter = {1, 0, 100};
    const struct evacuation_instance instance = {20, 2, 1, 2, 1, &link, zones, &shelter};
    const int32_t places[] = {0, 0};
    struct zone_plan_problem problem = {.instance = &instance, .routes_max = 1, .places = places};
    ASSERT_VALUE(&problem, 0, 4 * 1 + 4 * 4);
    problem.departures = ZONE_PLAN_UNBROKEN; /* one at each step until more are ready */
    ASSERT_VALUE(&problem, 0, 2 * 1 + 2 + 3 + 4 * 4);
    problem.departures = ZONE_PLAN_STEADY; /* two from step 1 on */
    ASSERT_VALUE(&problem, 0, 2 * (2 + 3 + 4 + 5));
    problem.places = NULL; /* each part by itself */
    ASSERT_VALUE(&problem, 0, 4 * 1 + 4 * 4);
}

/* Households of four: five are ready at once, of which one party is no whole one, is refused; eight
 * are not. */
Test(zone_plan_options, a_party_is_ready_whole) {
    const struct evacuation_link link = road(0, 1, 1, 4);
    struct evacuation_zone zones[] = {{0, 0, NEVER, 5}, {0, 3, NEVER, 6}};
    const struct evacuation_shelter shelter = {1, 0, 100};
    const struct evacuation_instance instance = {20, 2, 1, 2, 1, &link, zones, &shelter};
    const int32_t places[] = {0, 0};
    const struct zone_plan_group group = {.party_people = 4};
    const struct zone_plan_rule rules[] = {{.stage = -1}, {.stage = -1}};
    const struct zone_plan_problem problem = {.instance = &instance,
                                              .places = places,
                                              .rules = rules,
                                              .groups = &group,
                                              .group_count = 1,
                                              .routes_max = 1};
    const struct zone_plan_options options = {.work_max = WORK, .seed = 1};
    struct zone_plan plan = {0};
    cr_assert_eq(zone_plan_solve(&problem, &options, &plan), HV_ERR_VALUE);
    zones[0].people = 8;
    ASSERT_VALUE(&problem, 0, 4 * (1 + 2) + 4 * 4 + 2 * 5);
}

/* The plan in force sends eight of the place to the far shelter; two parts are one place for it. */
Test(zone_plan_options, a_change_is_counted_for_the_place) {
    const struct evacuation_link links[] = {road(0, 1, 1, 4), road(0, 2, 3, 4)};
    const struct evacuation_zone zones[] = {{0, 0, NEVER, 4}, {0, 1, NEVER, 4}};
    const struct evacuation_shelter shelters[] = {{1, 0, 4}, {2, 0, 8}};
    const struct evacuation_instance instance = {20, 3, COUNT(links), 2, 2, links, zones, shelters};
    const int32_t places[] = {0, 0};
    const struct zone_plan_kept kept[] = {{0, 0, 4}, {1, 1, 4}};
    const struct zone_plan_problem problem = {.instance = &instance,
                                              .places = places,
                                              .in_force = kept,
                                              .in_force_count = 2,
                                              .change_price = 1,
                                              .routes_max = 2};
    struct zone_plan plan = solve(&problem);
    cr_assert_eq(plan.changed, 0);
    cr_assert_eq(plan.plan.value.total_arrival_steps, 4 * 2 + 4 * 3); /* whoever goes where */
    zone_plan_deinit(&plan);
}

/* Two zones with a road of their own each, to one shelter. */
static const struct evacuation_link apart[] = {{0, 2, 1, NEVER, 2, NULL, 0},
                                               {1, 2, 1, NEVER, 2, NULL, 0}};
static const struct evacuation_zone two_zones[] = {{0, 0, NEVER, 4}, {1, 0, NEVER, 4}};
static const struct evacuation_shelter at_two = {2, 0, 100};
static const struct evacuation_instance roads_apart = {20, 3, 2, 2, 1, apart, two_zones, &at_two};

Test(zone_plan_options, a_stage_begins_when_the_one_before_has_left) {
    struct zone_plan_rule rules[] = {{.stage = -1}, {.stage = -1}};
    struct zone_plan_problem problem = {.instance = &roads_apart, .routes_max = 1, .rules = rules};
    ASSERT_VALUE(&problem, 0, 2 * 2 * (1 + 2));
    rules[0].stage = 1;
    rules[1].stage = 0;
    struct zone_plan plan = solve(&problem);
    cr_assert_eq(plan.plan.value.total_arrival_steps, 2 * (1 + 2 + 3 + 4));
    cr_assert_eq(plan.streams[0].first_step, 2);
    zone_plan_deinit(&plan);
}

Test(zone_plan_options, stages_are_formed_where_none_are_given) {
    const struct zone_plan_problem problem = {
        .instance = &roads_apart, .routes_max = 1, .stages = 2};
    struct zone_plan plan = solve(&problem);
    cr_assert_eq(plan.stages[0] + plan.stages[1], 1);
    cr_assert_eq(plan.plan.value.total_arrival_steps, 2 * (1 + 2 + 3 + 4));
    zone_plan_deinit(&plan);
}

Test(zone_plan_options, contraflow_gives_a_road_the_lanes_of_the_other_direction) {
    const struct evacuation_link links[] = {road(0, 1, 1, 2), road(1, 0, 1, 2)};
    const int32_t opposites[] = {1, 0};
    const struct evacuation_instance instance = one_zone(links, COUNT(links));
    struct zone_plan_problem problem = {.instance = &instance, .routes_max = 1};
    ASSERT_VALUE(&problem, 0, 2 * (1 + 2 + 3 + 4));
    problem.opposites = opposites;
    problem.reversals_max = 1;
    struct zone_plan plan = solve(&problem);
    cr_assert_eq(plan.plan.value.total_arrival_steps, 4 * (1 + 2));
    cr_assert_eq(plan.without_reversal.total_arrival_steps, 2 * (1 + 2 + 3 + 4));
    cr_assert(plan.reversal_count == 1 && plan.reversals[0].link == 0 &&
              plan.reversals[0].from_step == 0);
    cr_assert(plan.plan.optimal);
    zone_plan_deinit(&plan);
    problem.reversals_max = 0;
    ASSERT_VALUE(&problem, 0, 2 * (1 + 2 + 3 + 4));
}

/* One shelter holds five of eight. Contraflow of which no link may make use takes nothing off what
 * is proven of places, and no search is spent on it. */
Test(zone_plan_options, contraflow_without_a_link_to_reverse_is_none) {
    const struct evacuation_link links[] = {road(0, 1, 1, 2), road(1, 0, 1, 2)};
    const struct evacuation_shelter halves[] = {{1, 0, 5}, {1, 0, 5}};
    const int32_t nothing[] = {-1, -1}, opposites[] = {1, 0};
    struct evacuation_instance instance = one_zone(links, COUNT(links));
    instance.shelters = halves;
    instance.shelter_count = 2;
    struct zone_plan_problem problem = {
        .instance = &instance, .routes_max = 1, .opposites = nothing, .reversals_max = 1};
    for (int without = 0; without < 2; without++) {
        struct zone_plan plan = solve(&problem);
        cr_assert_eq(plan.class_bound.unserved, 3);
        cr_assert(!plan.has_without_reversal && plan.reversal_count == 0);
        zone_plan_deinit(&plan);
        problem.opposites = opposites;
        problem.reversals_max = 0;
    }
}

Test(zone_plan_options, lanes_are_taken_over_only_until_they_close) {
    struct evacuation_link links[] = {road(0, 1, 3, 2), road(1, 0, 3, 2)};
    const int32_t opposites[] = {1, 0};
    const struct evacuation_zone zone = {0, 0, NEVER, 12};
    struct evacuation_instance instance = one_zone(links, COUNT(links));
    instance.zones = &zone;
    struct zone_plan_problem problem = {
        .instance = &instance, .routes_max = 1, .opposites = opposites, .reversals_max = 1};
    ASSERT_VALUE(&problem, 0, 4 * (3 + 4 + 5));
    links[1].closes_at_step = 4; /* who enters at step 2 would still be on it */
    ASSERT_VALUE(&problem, 0, 4 * (3 + 4) + 2 * (5 + 6));
    links[1].closes_at_step = 2;
    ASSERT_VALUE(&problem, 0, 2 * (3 + 4 + 5 + 6 + 7 + 8));
}

/* The other direction takes one step and is shut from step 4 to 8: who needs three is off its lanes
 * by then, and enters no later than at step 1. */
Test(zone_plan_options, lanes_are_left_before_they_are_shut_for_some_time) {
    const struct evacuation_change changes[] = {{4, 0}, {8, 2}};
    struct evacuation_link links[] = {road(0, 1, 3, 2), road(1, 0, 1, 2)};
    const int32_t opposites[] = {1, 0};
    struct evacuation_zone zone = {0, 0, NEVER, 12};
    struct evacuation_instance instance = one_zone(links, COUNT(links));
    instance.zones = &zone;
    links[1].changes = changes;
    links[1].change_count = COUNT(changes);
    const struct zone_plan_problem problem = {
        .instance = &instance, .routes_max = 1, .opposites = opposites, .reversals_max = 1};
    ASSERT_VALUE(&problem, 0, 4 * (3 + 4) + 2 * (5 + 6));
    zone.people = 24; /* they are open again from step 8 on */
    ASSERT_VALUE(&problem, 0, 4 * (3 + 4) + 2 * (5 + 6 + 7 + 8 + 9 + 10) + 4 * 11);
}

/* A near shelter at node 1 and a far one at node 2. */
static const struct evacuation_link near_and_far[] = {{0, 1, 1, NEVER, 8, NULL, 0},
                                                      {0, 2, 3, NEVER, 8, NULL, 0}};
static const struct evacuation_zone one[] = {{0, 0, NEVER, 8}};
static const struct evacuation_shelter two_shelters[] = {{1, 0, 100}, {2, 0, 100}};
static const struct evacuation_instance choice = {20, 3, 2, 1, 2, near_and_far, one, two_shelters};

Test(zone_plan_options, a_pin_sends_a_zone_elsewhere_and_an_empty_list_nowhere) {
    const int32_t far[] = {1};
    struct zone_plan_rule rule = {.stage = -1};
    struct zone_plan_problem problem = {.instance = &choice, .routes_max = 1, .rules = &rule};
    ASSERT_VALUE(&problem, 0, 8 * 1);
    rule.shelters = far;
    rule.shelter_count = 1;
    ASSERT_VALUE(&problem, 0, 8 * 3);
    rule.shelter_count = 0;
    struct zone_plan plan = solve(&problem);
    cr_assert(plan.plan.value.unserved == 8 && plan.reasons[0] == ZONE_PLAN_NO_SHELTER);
    zone_plan_deinit(&plan);
}

Test(zone_plan_options, a_plan_in_force_stays_unless_changing_it_gains_more_than_its_price) {
    const struct zone_plan_kept kept = {0, 1, 8};
    struct zone_plan_problem problem = {
        .instance = &choice, .routes_max = 1, .in_force = &kept, .in_force_count = 1};
    struct zone_plan plan = solve(&problem);
    cr_assert(plan.plan.value.total_arrival_steps == 8 && plan.changed == 8);
    zone_plan_deinit(&plan);
    problem.change_price = 3; /* each would gain 2 */
    plan = solve(&problem);
    cr_assert(plan.plan.value.total_arrival_steps == 24 && plan.changed == 0);
    cr_assert(plan.has_without_price && plan.without_price.total_arrival_steps == 8);
    zone_plan_deinit(&plan);
    problem.change_price = 1;
    ASSERT_VALUE(&problem, 0, 8);
}

Test(zone_plan_options, groups_share_roads_at_their_own_pace) {
    const int32_t slow[] = {5, ZONE_PLAN_BARRED};
    const struct zone_plan_group groups[] = {{.travel_steps = NULL}, {.travel_steps = slow}};
    struct zone_plan_rule rules[] = {{.stage = -1, .group = 0}, {.stage = -1, .group = 1}};
    const struct evacuation_zone zones[] = {{0, 0, NEVER, 4}, {0, 0, NEVER, 4}};
    const struct evacuation_link links[] = {road(0, 1, 1, 4), road(0, 1, 0, 1)};
    const struct evacuation_shelter shelter = {1, 0, 100};
    const struct evacuation_instance instance = {20, 2, 2, 2, 1, links, zones, &shelter};
    const struct zone_plan_problem problem = {
        .instance = &instance, .routes_max = 1, .rules = rules, .groups = groups, .group_count = 2};
    /* the slow take the wide road at once; the quick the narrow one, or the wide one a step later
     */
    ASSERT_VALUE(&problem, 0, 4 * 5 + (0 + 1 + 2 + 3));
}

Test(zone_plan_options, late_openings_deadlines_and_early_starts_are_kept) {
    const struct evacuation_link link = road(0, 1, 1, 2);
    struct evacuation_zone zone = {0, 2, 4, 8};
    struct evacuation_shelter shelter = {1, 0, 100};
    const struct evacuation_instance instance = {20, 2, 1, 1, 1, &link, &zone, &shelter};
    const struct zone_plan_problem problem = {.instance = &instance, .routes_max = 1};
    ASSERT_VALUE(&problem, 2, 2 * (3 + 4 + 5));
    shelter.opens_at_step = 5;
    ASSERT_VALUE(&problem, 6, 2 * 5);
}

static enum zone_plan_reason reason_of(const struct evacuation_instance *instance) {
    const struct zone_plan_problem problem = {.instance = instance, .routes_max = 1};
    struct zone_plan plan = solve(&problem);
    enum zone_plan_reason reason = plan.reasons[0];
    zone_plan_deinit(&plan);
    return reason;
}

Test(zone_plan_options, tells_why_people_stay) {
    struct evacuation_link link = road(0, 1, 1, 2);
    struct evacuation_instance instance = one_zone(&link, 1);
    cr_assert_eq(reason_of(&instance), ZONE_PLAN_SERVED);
    instance.shelter_count = 0;
    cr_assert_eq(reason_of(&instance), ZONE_PLAN_NO_SHELTER);
    instance.shelter_count = 1;
    instance.link_count = 0;
    cr_assert_eq(reason_of(&instance), ZONE_PLAN_NO_WAY);
    instance.link_count = 1;
    link.travel_steps = 21;
    cr_assert_eq(reason_of(&instance), ZONE_PLAN_NO_TIME);
    link.travel_steps = 18; /* 3 steps, 2 people each */
    cr_assert_eq(reason_of(&instance), ZONE_PLAN_ROADS_FULL);
    link.travel_steps = 1;
    const struct evacuation_shelter small = {1, 0, 5};
    instance.shelters = &small;
    cr_assert_eq(reason_of(&instance), ZONE_PLAN_PLACES_FULL);
    const struct evacuation_shelter two[] = {{1, 0, 5}, {1, 0, 5}};
    instance.shelters = two;
    instance.shelter_count = 2;
    cr_assert_eq(reason_of(&instance), ZONE_PLAN_RULES); /* two routes would do */
}

Test(zone_plan_options, nobody_circles_and_enormous_figures_are_planned_or_refused) {
    const struct evacuation_link circle[] = {road(0, 2, 0, 5), road(2, 0, 0, 5),
                                             road(2, 1, INT32_MAX - 1, INT64_MAX),
                                             road(0, 1, 1, INT64_MAX), road(2, 2, 0, 1)};
    struct evacuation_zone zones[] = {{0, 0, NEVER, EVACUATION_PEOPLE_MAX}, {1, 0, NEVER, 0}};
    const struct evacuation_shelter shelter = {1, 0, INT64_MAX};
    struct evacuation_instance instance = {20, 3, COUNT(circle), 2, 1, circle, zones, &shelter};
    struct zone_plan_problem problem = {.instance = &instance, .routes_max = 16};
    ASSERT_VALUE(&problem, 0, EVACUATION_PEOPLE_MAX);
    zones[0].node = 1; /* at the shelter itself */
    ASSERT_VALUE(&problem, 0, 0);
    zones[1].people = 1;
    struct zone_plan plan;
    const struct zone_plan_options options = {.work_max = WORK};
    cr_assert_eq(zone_plan_solve(&problem, &options, &plan), HV_ERR_OVERFLOW);
    zones[0].people = 1;
    problem.routes_max = 0;
    cr_assert_eq(zone_plan_solve(&problem, &options, &plan), HV_ERR_VALUE);
    instance.zone_count = 0;
    problem.routes_max = 1;
    ASSERT_VALUE(&problem, 0, 0);
}

static int stop(void *context, const struct zone_plan_progress *progress) {
    int *calls = context;
    cr_assert_leq(progress->bound.unserved, progress->value.unserved);
    return ++*calls >= 2;
}

/* No bound knows of forks, so that the search would go on. */
Test(zone_plan_options, the_callback_stops_with_a_whole_plan) {
    const struct zone_plan_problem problem = {
        .instance = &a_fork, .routes_max = 1, .convergent = true};
    int calls = 0;
    const struct zone_plan_options options = {
        .progress = stop, .context = &calls, .work_max = INT64_MAX, .seed = 1};
    struct zone_plan plan;
    cr_assert_eq(zone_plan_solve(&problem, &options, &plan), HV_OK);
    cr_assert(plan.stopped && calls == 2 && plan.plan.value.unserved == 0);
    cr_assert_null(zone_plan_checker_plan(&problem, &plan));
    zone_plan_deinit(&plan);
}
