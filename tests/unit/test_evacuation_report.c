/* Reports of plans against a reading of their own: every figure added up again from the flows, the
 * cut against the optimum, the worth of a lane against what a lane really gives. */
#include "coordinator/optimizer/evacuation_flow.h"
#include "coordinator/optimizer/evacuation_report.h"
#include "tests/support/chance.h"
#include "tests/support/evacuation_checker.h"
#include "tests/support/evacuation_random.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = SANITIZED ? 300 : 3000, STEPS = 64 };

struct solved {
    struct evacuation_random random;
    struct evacuation_plan plan;
    struct evacuation_report report;
};

static int report_on(const struct evacuation_instance *instance, const struct evacuation_plan *plan,
                     const struct evacuation_prices *prices, struct evacuation_report *report) {
    const struct report_subject subject = {.instance = instance, .plan = plan};
    int error = evacuation_report_make(&subject, report);
    if (error == HV_OK && prices != NULL)
        error = evacuation_report_rank(instance, prices, NULL, report);
    if (error == HV_OK && prices != NULL)
        error = evacuation_report_explain(instance, prices, NULL, report);
    return error;
}

static void solve(struct solved *solved, uint64_t seed, enum evacuation_random_kind kind) {
    const struct evacuation_options options = {0};
    evacuation_random_make(&solved->random, seed, kind);
    cr_assert_eq(evacuation_flow_solve(&solved->random.instance, &options, &solved->plan), HV_OK);
    cr_assert_eq(
        report_on(&solved->random.instance, &solved->plan, &solved->plan.prices, &solved->report),
        HV_OK);
}

static void forget(struct solved *solved) {
    evacuation_report_deinit(&solved->report);
    evacuation_plan_deinit(&solved->plan);
}

/* What the flows do, counted step by step without the report's sorting. */
struct count {
    int64_t on_link[EVACUATION_RANDOM_LINKS][STEPS], at_shelter[EVACUATION_RANDOM_TERMINALS][STEPS];
    int64_t served[EVACUATION_RANDOM_TERMINALS];
    int32_t first[EVACUATION_RANDOM_TERMINALS], last[EVACUATION_RANDOM_TERMINALS];
};

static void count_flows(const struct solved *solved, struct count *count) {
    const struct evacuation_plan *plan = &solved->plan;
    memset(count, 0, sizeof *count);
    for (size_t z = 0; z < EVACUATION_RANDOM_TERMINALS; z++)
        count->first[z] = count->last[z] = EVACUATION_NEVER;
    for (size_t r = 0; r < plan->route_count; r++)
        for (size_t d = 0; d < plan->routes[r].departure_count; d++) {
            struct evacuation_departure leaving =
                plan->departures[plan->routes[r].departure_first + d];
            int32_t now = leaving.step, zone = plan->routes[r].zone;
            for (size_t i = 0; i < plan->routes[r].link_count; i++) {
                int32_t link = plan->links[plan->routes[r].link_first + i];
                count->on_link[link][now] += leaving.people;
                now += solved->random.links[link].travel_steps;
            }
            count->at_shelter[plan->routes[r].shelter][now] += leaving.people;
            count->served[zone] += leaving.people;
            if (count->first[zone] == EVACUATION_NEVER || leaving.step < count->first[zone])
                count->first[zone] = leaving.step;
            if (count->last[zone] == EVACUATION_NEVER || leaving.step > count->last[zone])
                count->last[zone] = leaving.step;
        }
}

static int64_t load_at(const struct evacuation_report *report, size_t first, size_t many,
                       int32_t step) {
    for (size_t i = first; i < first + many; i++)
        if (report->loads[i].step == step)
            return report->loads[i].people;
    return 0;
}

static void compare_loads(const struct solved *solved, const struct count *count) {
    const struct evacuation_report *report = &solved->report;
    for (size_t l = 0; l < solved->random.instance.link_count; l++) {
        int64_t entered = 0, peak = 0;
        for (int32_t t = 0; t < STEPS; t++) {
            cr_assert_eq(
                load_at(report, report->links[l].load_first, report->links[l].load_count, t),
                count->on_link[l][t]);
            entered += count->on_link[l][t];
            peak = count->on_link[l][t] > peak ? count->on_link[l][t] : peak;
        }
        cr_assert_eq(report->links[l].entered, entered);
        cr_assert_eq(report->links[l].peak, peak);
    }
    for (size_t s = 0; s < solved->random.instance.shelter_count; s++) {
        int64_t arrived = 0;
        int32_t full = EVACUATION_NEVER;
        for (int32_t t = 0; t < STEPS; t++) {
            cr_assert_eq(
                load_at(report, report->shelters[s].load_first, report->shelters[s].load_count, t),
                count->at_shelter[s][t]);
            arrived += count->at_shelter[s][t];
            if (full == EVACUATION_NEVER && count->at_shelter[s][t] > 0 &&
                arrived >= solved->random.shelters[s].capacity)
                full = t;
        }
        cr_assert_eq(report->shelters[s].arrived, arrived);
        cr_assert_eq(report->shelters[s].full_at_step, full);
    }
}

static int32_t step_by_which(const struct solved *solved, const struct count *count,
                             int64_t people) {
    int64_t arrived = 0;
    for (int32_t t = 0; t < STEPS; t++) {
        for (size_t s = 0; s < solved->random.instance.shelter_count; s++)
            arrived += count->at_shelter[s][t];
        if (10 * arrived >= people)
            return t;
    }
    return EVACUATION_NEVER;
}

Test(evacuation_report, adds_up_what_the_flows_do) {
    static struct count count;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct solved solved;
        solve(&solved, seed, (enum evacuation_random_kind)(seed % 3));
        count_flows(&solved, &count);
        compare_loads(&solved, &count);
        const struct evacuation_report *report = &solved.report;
        cr_assert_eq(report->faults_in_all, 0);
        cr_assert_eq(report->value.unserved, solved.plan.value.unserved);
        cr_assert_eq(report->value.total_arrival_steps, solved.plan.value.total_arrival_steps);
        for (size_t z = 0; z < solved.random.instance.zone_count; z++) {
            cr_assert_eq(report->zones[z].served, count.served[z]);
            cr_assert_eq(report->zones[z].first_departure, count.first[z]);
            cr_assert_eq(report->zones[z].last_departure, count.last[z]);
        }
        cr_assert_eq(report->step_at_100, step_by_which(&solved, &count, 10 * report->people));
        cr_assert_eq(report->step_at_90, step_by_which(&solved, &count, 9 * report->people));
        forget(&solved);
    }
}

Test(evacuation_report, the_cut_keeps_as_many_people_as_no_plan_can_serve) {
    size_t explained = 0;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct solved solved;
        solve(&solved, seed, (enum evacuation_random_kind)(seed % 3));
        cr_assert(solved.plan.optimal);
        cr_assert_eq(solved.report.cut_people, solved.plan.value.unserved, "seed %zu",
                     (size_t)seed);
        for (size_t z = 0; z < solved.random.instance.zone_count; z++) {
            const struct report_zone *zone = &solved.report.zones[z];
            cr_assert_eq(zone->cause_count > 0, zone->served < zone->people);
            explained += zone->cause_count > 0;
        }
        forget(&solved);
    }
    cr_assert_gt(explained, ROUNDS / 4);
}

/* A full shelter that a cause names has all its places taken; a full link never lets more in. */
Test(evacuation_report, causes_name_what_is_full) {
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct solved solved;
        solve(&solved, seed, (enum evacuation_random_kind)(seed % 3));
        const struct evacuation_report *report = &solved.report;
        for (size_t c = 0; c < report->cause_count; c++) {
            const struct report_cause *cause = &report->causes[c];
            if (cause->code == REPORT_CAUSE_SHELTER_FULL)
                cr_assert_eq(report->shelters[cause->index].arrived,
                             solved.random.shelters[cause->index].capacity);
            if (cause->code != REPORT_CAUSE_LINK_FULL)
                continue;
            const struct report_link *link = &report->links[cause->index];
            int32_t ends[] = {cause->step, cause->last_step};
            for (int e = 0; e < 2; e++)
                cr_assert_eq(load_at(report, link->load_first, link->load_count, ends[e]),
                             evacuation_link_room(&solved.random.links[cause->index], ends[e]));
        }
        forget(&solved);
    }
}

static double cost_of(const struct evacuation_instance *instance, struct evacuation_value value) {
    return (double)value.unserved * (double)evacuation_unserved_cost(instance) +
           (double)value.total_arrival_steps;
}

/* The figures are first-order: no link that is not named helps, and one that is gives at most what
 * is said. */
Test(evacuation_report, a_lane_more_gains_no_more_than_its_price_says) {
    struct chance chance = {77};
    size_t gained = 0;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct solved solved;
        solve(&solved, seed, EVACUATION_RANDOM_PLAIN);
        struct evacuation_instance *instance = &solved.random.instance;
        if (instance->link_count > 0) {
            const struct evacuation_options options = {0};
            struct evacuation_plan wider;
            size_t l = chance_below(&chance, (uint32_t)instance->link_count);
            if (seed % 2 == 0 && solved.report.bottleneck_count > 0 &&
                solved.report.bottlenecks[0].link >= 0)
                l = (size_t)solved.report.bottlenecks[0].link;
            double said = 0;
            for (size_t i = 0; i < solved.report.bottleneck_count; i++)
                if (solved.report.bottlenecks[i].link == (int32_t)l)
                    said = solved.report.bottlenecks[i].people_served *
                               (double)evacuation_unserved_cost(instance) +
                           solved.report.bottlenecks[i].steps_saved;
            double before = cost_of(instance, solved.plan.value);
            solved.random.links[l].capacity_per_step *= 2;
            cr_assert_eq(evacuation_flow_solve(instance, &options, &wider), HV_OK);
            double gain = before - cost_of(instance, wider.value);
            cr_assert_leq(gain, said);
            gained += gain > 0;
            evacuation_plan_deinit(&wider);
        }
        forget(&solved);
    }
    cr_assert_gt(gained, ROUNDS / 50);
}

/* One zone of 10, 4 a step, 2 steps to a shelter of 20 that opens at 3. */
static struct evacuation_link a_link = {0, 1, 2, EVACUATION_NEVER, 4, NULL, 0};
static struct evacuation_zone a_zone = {0, 0, EVACUATION_NEVER, 10};
static struct evacuation_shelter a_shelter = {1, 3, 20};
static struct evacuation_instance an_instance = {9, 2, 1, 1, 1, &a_link, &a_zone, &a_shelter};

struct small_plan {
    struct evacuation_route route;
    struct evacuation_departure departures[2];
    int32_t links[1];
    struct evacuation_plan plan;
};

static void fill_plan(struct small_plan *small, struct evacuation_departure first,
                      struct evacuation_departure second) {
    *small = (struct small_plan){.route = {0, 0, 0, 1, 0, 2}, .departures = {first, second}};
    small->plan = (struct evacuation_plan){.routes = &small->route,
                                           .departures = small->departures,
                                           .links = small->links,
                                           .route_count = 1,
                                           .departure_count = 2,
                                           .link_count = 1};
    small->plan.value.unserved = 10 - first.people - second.people;
    small->plan.value.total_arrival_steps =
        first.people * (first.step + 2) + second.people * (second.step + 2);
}

static bool finds(const struct small_plan *small, enum report_fault_code code, int64_t amount) {
    struct evacuation_report report;
    cr_assert_eq(report_on(&an_instance, &small->plan, NULL, &report), HV_OK);
    bool found = false;
    for (size_t i = 0; i < report.fault_count; i++)
        found |= report.faults[i].code == code && report.faults[i].amount == amount;
    evacuation_report_deinit(&report);
    return found;
}

Test(evacuation_report, says_where_a_plan_breaks_its_instance) {
    struct small_plan small;
    struct evacuation_report report;
    fill_plan(&small, (struct evacuation_departure){1, 4}, (struct evacuation_departure){2, 4});
    cr_assert_eq(report_on(&an_instance, &small.plan, NULL, &report), HV_OK);
    cr_assert_eq(report.faults_in_all, 0);
    cr_assert_eq(report.step_at_90, EVACUATION_NEVER);
    cr_assert_eq(report.served_step_at_100, 4);
    evacuation_report_deinit(&report);
    small.plan.value.total_arrival_steps++;
    cr_assert(finds(&small, REPORT_FAULT_FIGURES, 0));
    fill_plan(&small, (struct evacuation_departure){1, 4}, (struct evacuation_departure){2, 5});
    cr_assert(finds(&small, REPORT_FAULT_LINK_OVERLOADED, 1));
    cr_assert(!finds(&small, REPORT_FAULT_FIGURES, 0));
    fill_plan(&small, (struct evacuation_departure){0, 4}, (struct evacuation_departure){2, 4});
    cr_assert(finds(&small, REPORT_FAULT_ARRIVAL, 0), "before it opens");
    fill_plan(&small, (struct evacuation_departure){1, 4}, (struct evacuation_departure){8, 4});
    cr_assert(finds(&small, REPORT_FAULT_ARRIVAL, 0), "after the horizon");
    fill_plan(&small, (struct evacuation_departure){1, 6}, (struct evacuation_departure){2, 6});
    cr_assert(finds(&small, REPORT_FAULT_ZONE_EXCEEDED, 2));
    a_zone.deadline_step = 1;
    fill_plan(&small, (struct evacuation_departure){1, 4}, (struct evacuation_departure){2, 4});
    cr_assert(finds(&small, REPORT_FAULT_DEPARTURE, 0));
    a_zone.deadline_step = EVACUATION_NEVER;
    a_shelter.capacity = 7;
    cr_assert(finds(&small, REPORT_FAULT_SHELTER_OVERFULL, 1));
    a_shelter.capacity = 20;
    small.route.link_count = 0;
    cr_assert(finds(&small, REPORT_FAULT_ROUTE_BROKEN, 0));
    small.route.shelter = 1;
    cr_assert_eq(report_on(&an_instance, &small.plan, NULL, &report), HV_ERR_VALUE);
}

/* Whom nothing can serve, each for a reason of its own. */
static enum report_cause_code only_cause(const struct evacuation_instance *instance) {
    const struct evacuation_options options = {0};
    struct evacuation_plan plan;
    struct evacuation_report report;
    cr_assert_eq(evacuation_flow_solve(instance, &options, &plan), HV_OK);
    cr_assert_eq(report_on(instance, &plan, &plan.prices, &report), HV_OK);
    cr_assert_eq(report.cause_count, 1);
    enum report_cause_code code = report.causes[0].code;
    evacuation_report_deinit(&report);
    evacuation_plan_deinit(&plan);
    return code;
}

Test(evacuation_report, gives_each_reason) {
    struct evacuation_link link = {0, 1, 2, EVACUATION_NEVER, 4, NULL, 0};
    struct evacuation_zone zone = {0, 0, EVACUATION_NEVER, 100};
    struct evacuation_shelter shelter = {1, 0, 1000};
    struct evacuation_instance instance = {9, 2, 1, 1, 1, &link, &zone, &shelter};
    cr_assert_eq(only_cause(&instance), REPORT_CAUSE_LINK_FULL);
    shelter.capacity = 20;
    cr_assert_eq(only_cause(&instance), REPORT_CAUSE_SHELTER_FULL);
    shelter.capacity = 1000;
    link.capacity_per_step = 1000;
    instance.horizon_steps = 1;
    cr_assert_eq(only_cause(&instance), REPORT_CAUSE_HORIZON);
    instance.horizon_steps = 9;
    shelter.opens_at_step = 12;
    cr_assert_eq(only_cause(&instance), REPORT_CAUSE_SHELTER_LATE);
    shelter.opens_at_step = 0;
    link.closes_at_step = 1;
    cr_assert_eq(only_cause(&instance), REPORT_CAUSE_LINK_CLOSED);
    link.closes_at_step = EVACUATION_NEVER;
    zone.earliest_step = 8;
    cr_assert_eq(only_cause(&instance), REPORT_CAUSE_WINDOW);
    zone.earliest_step = 0;
    shelter.capacity = 0;
    cr_assert_eq(only_cause(&instance), REPORT_CAUSE_NO_PLACE);
    link.to = 0;
    cr_assert_eq(only_cause(&instance), REPORT_CAUSE_NO_WAY);
}

/* ---- classes, and lanes that are taken over -------------------------------------------------- */

/* A family of four in a car that takes as much as four people, and who walks: a road of 4 a step
 * and a footway of 2 a step to a shelter of 20. */
static const struct evacuation_link road_and_footway[] = {{0, 1, 1, EVACUATION_NEVER, 4, NULL, 0},
                                                          {0, 1, 3, EVACUATION_NEVER, 2, NULL, 0}};
static const struct evacuation_zone drivers_and_walkers[] = {{0, 0, EVACUATION_NEVER, 8},
                                                             {0, 0, EVACUATION_NEVER, 4}};
static const struct evacuation_shelter a_hall = {1, 0, 20};
static const struct evacuation_instance a_town = {
    9, 2, 2, 2, 1, road_and_footway, drivers_and_walkers, &a_hall};

struct who {
    struct traveller_class classes[2];
    int32_t zone_class[2];
    uint32_t takes[1];
    int64_t places[2];
    int32_t links[2]; /* of the drivers and of the walkers */
    struct evacuation_departure departures[4];
};

static const struct who whole = {
    .classes = {{4, 4000, EVACUATION_NEVER, false}, {1, 1000, EVACUATION_NEVER, true}},
    .zone_class = {0, 1},
    .takes = {3},
    .places = {INT64_MAX, INT64_MAX},
    .links = {0, 1},
    .departures = {{0, 4}, {1, 4}, {0, 2}, {1, 2}}};

static void report_who(struct who *who, struct evacuation_report *report) {
    struct evacuation_route routes[] = {{0, 0, 0, 1, 0, 2}, {1, 0, 1, 1, 2, 2}};
    const struct evacuation_plan plan = {.routes = routes,
                                         .route_count = 2,
                                         .links = who->links,
                                         .link_count = 2,
                                         .departures = who->departures,
                                         .departure_count = 4};
    const struct travellers travellers = {.class_count = 2,
                                          .classes = who->classes,
                                          .zone_class = who->zone_class,
                                          .takes = who->takes,
                                          .class_places = who->places,
                                          .footways = road_and_footway + 1,
                                          .footway_count = 1};
    const struct report_subject subject = {
        .instance = &a_town, .plan = &plan, .travellers = &travellers};
    cr_assert_eq(evacuation_report_make(&subject, report), HV_OK);
}

static bool has_fault(const struct evacuation_report *report, enum report_fault_code code,
                      int64_t index, int64_t amount) {
    for (size_t i = 0; i < report->fault_count; i++)
        if (report->faults[i].code == code && report->faults[i].index == index &&
            report->faults[i].amount == amount)
            return true;
    return false;
}

#define EXPECT_FAULT(who, code, index, amount)                                                     \
    do {                                                                                           \
        struct evacuation_report report;                                                           \
        report_who(&(who), &report);                                                               \
        cr_assert(has_fault(&report, code, index, amount));                                        \
        evacuation_report_deinit(&report);                                                         \
    } while (0)

Test(evacuation_report, counts_by_class) {
    struct who who = whole;
    struct evacuation_report report;
    report_who(&who, &report);
    cr_assert_eq(report.faults_in_all, 1); /* the plan says nothing of what it reaches */
    cr_assert_eq(report.faults[0].code, REPORT_FAULT_FIGURES);
    cr_assert_eq(report.class_count, 2);
    cr_assert(report.classes[0].people == 8 && report.classes[0].served == 8);
    cr_assert(report.classes[0].step_at_90 == 2 && report.classes[0].arrival_steps == 4 + 8);
    cr_assert(report.classes[1].step_at_90 == 4 && report.classes[1].step_at_100 == 4);
    cr_assert_eq(report.links[0].steps_full, 2);
    cr_assert_eq(report.links[1].steps_full, 2);
    cr_assert_eq(report.shelters[0].taken, 12);
    evacuation_report_deinit(&report);
    who.departures[3].people = 1; /* one of those who walk stays */
    report_who(&who, &report);
    cr_assert(report.classes[1].served == 3 && report.classes[1].step_at_90 == EVACUATION_NEVER);
    evacuation_report_deinit(&report);
}

Test(evacuation_report, holds_a_plan_against_the_rules_of_its_classes) {
    struct who who = whole;
    who.departures[0].people = 8;
    EXPECT_FAULT(who, REPORT_FAULT_LINK_OVERLOADED, 0, 4);
    who = whole;
    who.departures[0].people = who.departures[1].people = 3; /* two torn, and two stay */
    EXPECT_FAULT(who, REPORT_FAULT_PARTY_TORN, 0, 2);
    who = whole;
    who.links[1] = 0;
    EXPECT_FAULT(who, REPORT_FAULT_CLASS, 1, 0);
    who = whole;
    who.links[0] = 1;
    EXPECT_FAULT(who, REPORT_FAULT_CLASS, 0, 0);
    who = whole;
    who.takes[0] = 2;
    EXPECT_FAULT(who, REPORT_FAULT_CLASS, 0, 0);
    who = whole;
    who.classes[1].travel_limit_steps = 2;
    EXPECT_FAULT(who, REPORT_FAULT_CLASS, 1, 0);
    who = whole;
    who.places[1] = 3;
    EXPECT_FAULT(who, REPORT_FAULT_CLASS_OVERFULL, 0, 1);
}

/* Seven leave at once by a road of four and, from a step on, the three of its other direction. */
Test(evacuation_report, counts_lanes_that_are_taken_over) {
    const struct evacuation_link links[] = {{0, 1, 1, EVACUATION_NEVER, 4, NULL, 0},
                                            {1, 0, 1, EVACUATION_NEVER, 3, NULL, 0}};
    const struct evacuation_zone zones[] = {{0, 0, EVACUATION_NEVER, 7},
                                            {1, 0, EVACUATION_NEVER, 1}};
    const struct evacuation_shelter shelters[] = {{1, 0, 9}, {0, 0, 9}};
    const struct evacuation_instance instance = {9, 2, 2, 2, 2, links, zones, shelters};
    struct evacuation_route routes[] = {{0, 0, 0, 1, 0, 1}, {1, 1, 1, 1, 1, 1}};
    int32_t used[] = {0, 1};
    struct evacuation_departure departures[] = {{2, 7}, {1, 1}};
    const struct evacuation_plan plan = {.value = {0, 7 * 3 + 2},
                                         .routes = routes,
                                         .route_count = 2,
                                         .links = used,
                                         .link_count = 2,
                                         .departures = departures,
                                         .departure_count = 2};
    struct report_reversal reversal = {0, 1, 2};
    struct report_subject subject = {.instance = &instance, .plan = &plan};
    struct evacuation_report report;
    cr_assert_eq(evacuation_report_make(&subject, &report), HV_OK);
    cr_assert(has_fault(&report, REPORT_FAULT_LINK_OVERLOADED, 0, 3));
    evacuation_report_deinit(&report);
    subject.reversals = &reversal;
    subject.reversal_count = 1;
    cr_assert_eq(evacuation_report_make(&subject, &report), HV_OK);
    cr_assert_eq(report.faults_in_all, 0); /* the other is off the road by then */
    cr_assert_eq(report.links[0].steps_full, 1);
    evacuation_report_deinit(&report);
    departures[1].step = 2;
    cr_assert_eq(evacuation_report_make(&subject, &report), HV_OK);
    cr_assert(has_fault(&report, REPORT_FAULT_LINK_OVERLOADED, 1, 1));
    evacuation_report_deinit(&report);
    departures[1].step = 1;
    reversal.from_step = 3;
    cr_assert_eq(evacuation_report_make(&subject, &report), HV_OK);
    cr_assert(has_fault(&report, REPORT_FAULT_LINK_OVERLOADED, 0, 3));
    evacuation_report_deinit(&report);
}

/* Whom the flow serves and a plan does not is left over by the plan's limits, not by the roads. */
Test(evacuation_report, tells_the_limits_of_a_plan_from_those_of_the_roads) {
    const struct evacuation_options options = {0};
    struct evacuation_plan flow;
    struct small_plan small;
    struct evacuation_report report;
    fill_plan(&small, (struct evacuation_departure){1, 4}, (struct evacuation_departure){2, 4});
    cr_assert_eq(evacuation_flow_solve(&an_instance, &options, &flow), HV_OK);
    cr_assert_eq(flow.value.unserved, 0);
    cr_assert_eq(report_on(&an_instance, &small.plan, &flow.prices, &report), HV_OK);
    cr_assert_eq(report.cause_count, 1);
    cr_assert_eq(report.causes[0].code, REPORT_CAUSE_LIMITS);
    evacuation_report_deinit(&report);
    evacuation_plan_deinit(&flow);
}
