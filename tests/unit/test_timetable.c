/* Timetables: what every plan on the roads must hold, re-added here from the planning instance and
 * not from the steps that the solver made of it; and its bound, proven by the prices of the flow
 * alone. */
#include "coordinator/optimizer/evacuation_flow.h"
#include "coordinator/planning/people.h"
#include "tests/support/chance.h"
#include "tests/support/evacuation_checker.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 9, LINKS = 30, ZONES = 4, SHELTERS = 4, LOADS_EACH = 3 };

struct town {
    struct chance chance;
    uint32_t nodes, links;
    struct network_link roads[LINKS];
    struct network *network;
    struct instance_zone zones[ZONES];
    struct instance_shelter shelters[SHELTERS];
    struct instance instance;
    struct session_task task;
    struct session_order in_force[ZONES * SHELTERS];
    struct chance others; /* who are on the roads already */
    struct timetable_load loads[LINKS * LOADS_EACH];
    struct picture picture; /* nothing but these */
};

static uint32_t below(struct town *town, uint32_t most) {
    return chance_below(&town->chance, most);
}

static void draw_road(struct town *town, struct network_link *road) {
    static const int64_t capacities[] = {7, 45, 130, 600, 2000};
    *road = (struct network_link){.from = below(town, town->nodes),
                                  .to = below(town, town->nodes),
                                  .travel_ms = 1000 * (int64_t)(1 + below(town, 900)),
                                  .capacity_per_hour = capacities[below(town, 5)],
                                  .closed = below(town, 8) == 0};
}

static void draw_people(struct town *town) {
    for (uint32_t z = 0; z < ZONES; z++) {
        town->zones[z].node = below(town, town->nodes);
        town->zones[z].people[INSTANCE_GENERAL] = below(town, 300);
        town->zones[z].people[INSTANCE_WHEELCHAIR] = below(town, 4);
        town->zones[z].people[INSTANCE_MEDICAL] = below(town, 4);
    }
}

static void draw_shelter(struct town *town, struct instance_shelter *shelter) {
    const int64_t places = below(town, 400);
    shelter->capacity = places;
    shelter->places[INSTANCE_GENERAL] = places;
    shelter->places[INSTANCE_WHEELCHAIR] = below(town, 2) == 0 ? places : 0;
    shelter->places[INSTANCE_MEDICAL] = below(town, 2) == 0 ? places : 0;
    shelter->opens_ms = below(town, 3) == 0 ? 1000 * (int64_t)below(town, 7200) : 0;
    shelter->receive_ml = INSTANCE_NO_LIMIT;
    shelter->priority = 1;
    shelter->usable = below(town, 6) > 0;
    shelter->withstands = below(town, 6) > 0;
}

static void draw_in_force(struct town *town) {
    town->task.in_force = town->in_force;
    town->task.in_force_count = 0;
    town->task.change_price_ms = 1000 * (int64_t)below(town, 1200);
    for (uint32_t z = 0; z < ZONES; z++)
        if (below(town, 2) == 0)
            town->in_force[town->task.in_force_count++] =
                (struct session_order){.zone = z,
                                       .shelter = below(town, SHELTERS),
                                       .class = INSTANCE_GENERAL,
                                       .people = below(town, 100)};
}

/* On every second road others are under way: some few, some as many as it takes, some more. */
static void draw_loads(struct town *town) {
    size_t count = 0;
    for (uint32_t l = 0; l < town->links; l++) {
        int64_t from_s = 0;
        for (int i = 0; chance_below(&town->others, 2) == 0 && i < LOADS_EACH; i++) {
            from_s += chance_below(&town->others, 3600);
            town->loads[count++] = (struct timetable_load){
                .link = l,
                .per_hour = 1 + chance_below(&town->others,
                                             (uint32_t)town->roads[l].capacity_per_hour * 3 / 2),
                .from_ms = from_s * 1000,
                .to_ms = (from_s + 1 + (int64_t)chance_below(&town->others, 7200)) * 1000};
        }
    }
    town->picture = (struct picture){.loads = town->loads, .load_count = count};
    town->task.picture = &town->picture;
}

static void draw(struct town *town, uint64_t seed) {
    memset(town, 0, sizeof *town);
    town->chance.state = seed;
    town->nodes = 3 + below(town, NODES - 2);
    town->links = 4 + below(town, LINKS - 3);
    for (uint32_t l = 0; l < town->links; l++)
        draw_road(town, &town->roads[l]);
    cr_assert_eq(network_new(town->nodes, town->roads, town->links, &town->network), 0);
    for (uint32_t v = 0; v < town->nodes; v++)
        cr_assert_eq(network_set_centroid(town->network, v, below(town, 5) == 0), 0);
    draw_people(town);
    for (uint32_t s = 0; s < SHELTERS; s++) {
        town->shelters[s].node = below(town, town->nodes);
        draw_shelter(town, &town->shelters[s]);
    }
    draw_in_force(town);
    town->instance = (struct instance){.network = town->network,
                                       .zones = town->zones,
                                       .zone_count = ZONES,
                                       .shelters = town->shelters,
                                       .shelter_count = SHELTERS,
                                       .haul_cost_per_m3_hour = 1};
    town->others.state = ~seed;
    draw_loads(town);
}

/* ---- what must hold ---- */

static int64_t sum(const int64_t people[INSTANCE_CLASSES]) {
    int64_t all = 0;
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        all += people[class];
    return all;
}

/* The links join the zone's node with the shelter's, all open; returns their steps. */
static int64_t walk(const struct town *town, const struct evacuation_instance *steps,
                    const struct plan_timetable *times, const struct plan_stream *stream) {
    uint32_t at = town->zones[stream->zone].node;
    int64_t travel = 0;
    for (uint32_t i = 0; i < stream->route.count; i++) {
        const uint32_t link = times->links[stream->route.first + i];
        const struct network_link *road = network_link_at(town->network, link);
        cr_assert_eq(road->from, at);
        cr_assert_not(road->closed);
        cr_assert(i == 0 || !network_is_centroid(town->network, at), "passes a centroid");
        at = road->to;
        travel += steps->links[link].travel_steps;
    }
    cr_assert_eq(at, town->shelters[stream->shelter].node);
    return travel;
}

/* Puts a stream on the roads; `used` by link and step. */
static void ride(const struct evacuation_instance *steps, const struct plan_timetable *times,
                 const struct plan_stream *stream, int64_t *used) {
    const size_t count = (size_t)times->horizon_steps + 1;
    int64_t people = 0;
    for (size_t d = 0; d < stream->departure_count; d++) {
        const struct plan_departure *one = &times->departures[stream->departure_first + d];
        int64_t step = one->step;
        cr_assert(step * times->step_ms >= stream->departs_ms &&
                  step * times->step_ms < stream->departed_ms);
        people += one->people;
        for (uint32_t i = 0; i < stream->route.count; i++) {
            const uint32_t link = times->links[stream->route.first + i];
            used[link * count + (size_t)step] += one->people;
            step += steps->links[link].travel_steps;
        }
        cr_assert_leq(step, times->horizon_steps);
        cr_assert_geq(step * times->step_ms, 0);
    }
    cr_assert_eq(people, sum(stream->people));
}

/* What others leave of a road within a second. */
static int64_t room_at(const struct town *town, uint32_t link, int64_t second) {
    int64_t room = network_link_at(town->network, link)->capacity_per_hour;
    for (size_t i = 0; i < town->picture.load_count; i++) {
        const struct timetable_load *load = &town->loads[i];
        if (load->link == link && load->from_ms <= second * 1000 && second * 1000 < load->to_ms)
            room -= load->per_hour;
    }
    return room > 0 ? room : 0;
}

/* Over any span that begins at the start no road takes more than its hourly figure, those who are
 * under way already among them. */
static void check_roads(const struct town *town, const struct plan_timetable *times,
                        const int64_t *used) {
    const size_t count = (size_t)times->horizon_steps + 1;
    for (uint32_t l = 0; l < town->links; l++) {
        const int64_t per_hour = network_link_at(town->network, l)->capacity_per_hour;
        int64_t passed = 0, room = 0, second = 0;
        for (size_t t = 0; t < count; t++) {
            const int64_t now = used[l * count + t];
            passed += now;
            for (; second < times->step_ms / 1000 * (int64_t)(t + 1); second++)
                room += room_at(town, l, second);
            cr_assert_leq(now, per_hour * times->step_ms / 3600000 + 1);
            cr_assert_leq(passed * 3600, room, "road %u, step %zu", l, t);
        }
    }
}

static void check_people(const struct town *town, const struct plan *plan) {
    const struct plan_timetable *times = plan->timetable;
    for (size_t i = 0; i < plan->assignment_count; i++) {
        int64_t left[INSTANCE_CLASSES];
        memcpy(left, plan->assignments[i].people, sizeof left);
        for (size_t k = 0; k < times->stream_count; k++)
            for (int class = 0; times->streams[k].assignment == i && class < INSTANCE_CLASSES;
                 class ++)
                left[class] -= times->streams[k].people[class];
        for (size_t k = 0; k < times->late_count; k++)
            for (int class = 0; class < INSTANCE_CLASSES; class ++)
                if (times->late[k].zone == plan->assignments[i].zone &&
                    times->late[k].shelter == plan->assignments[i].shelter)
                    left[class] -= times->late[k].people[class];
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            cr_assert_eq(left[class], 0);
    }
    (void)town;
}

/* All figures, re-added. */
static void check_times(const struct town *town, const struct plan *plan,
                        const struct timetable *timetable) {
    const struct plan_timetable *times = plan->timetable;
    const struct evacuation_instance *steps = timetable_instance(timetable);
    int64_t arrival = 0, unserved = plan->objective.unserved, last = 0, cleared = 0;
    int64_t *used = calloc((size_t)town->links * ((size_t)times->horizon_steps + 1), sizeof *used);
    cr_assert_not_null(used);
    for (size_t i = 0; i < times->stream_count; i++) {
        const struct plan_stream *stream = &times->streams[i];
        const int64_t travel = walk(town, steps, times, stream);
        cr_assert_eq(stream->arrives_ms - stream->departs_ms, travel * times->step_ms);
        cr_assert_geq(stream->arrives_ms, town->shelters[stream->shelter].opens_ms);
        ride(steps, times, stream, used);
        for (size_t d = 0; d < stream->departure_count; d++) {
            const struct plan_departure *one = &times->departures[stream->departure_first + d];
            const int64_t at = (one->step + travel) * times->step_ms;
            arrival += one->people * at;
            last = at > last ? at : last;
        }
        cleared = stream->departed_ms > cleared ? stream->departed_ms : cleared;
    }
    check_roads(town, times, used);
    free(used);
    for (size_t i = 0; i < times->late_count; i++)
        unserved += sum(times->late[i].people);
    cr_assert_eq(arrival, times->arrival_ms);
    cr_assert_eq(unserved, times->unserved);
    cr_assert_eq(last, times->ete100_ms);
    cr_assert_eq(cleared, times->clearance_ms);
    cr_assert_leq(times->ete90_ms, times->ete100_ms);
    check_people(town, plan);
}

/* The bound follows from the prices of the flow, and the plan does not beat it. */
static void check_bound(const struct plan *plan, const struct timetable *timetable) {
    const struct plan_timetable *times = plan->timetable;
    const struct evacuation_instance *steps = timetable_instance(timetable);
    const struct evacuation_plan *flow = timetable_flow(timetable);
    const char *wrong = evacuation_checker_bound(steps, flow);
    cr_assert_null(wrong, "%s", wrong);
    const int64_t nowhere = steps->shelters[steps->shelter_count - 1].capacity;
    cr_assert_leq(nowhere, plan->objective.unserved);
    cr_assert_eq(times->bound_unserved, nowhere + flow->bound.unserved);
    cr_assert_eq(times->bound_arrival_ms, flow->bound.total_arrival_steps * times->step_ms);
    cr_assert_leq(times->bound_unserved, times->unserved);
    cr_assert(times->unserved > times->bound_unserved ||
              times->bound_arrival_ms <= times->arrival_ms);
}

static struct plan *solve(struct town *town, struct planner *planner, struct timetable *timetable) {
    static const struct planner_limits no_limits = {0};
    struct plan *plan = NULL;
    for (size_t i = 0; i < town->task.in_force_count; i++) {
        const struct session_order *order = &town->in_force[i];
        cr_assert_eq(
            planner_set_in_force(planner, order->zone, order->shelter, order->class, order->people),
            0);
    }
    cr_assert_eq(planner_set_change_price(planner, town->task.change_price_ms), 0);
    cr_assert_eq(people_solve(planner, timetable, &town->task, &no_limits, NULL, NULL, &plan), 0);
    cr_assert_not_null(plan->timetable);
    return plan;
}

Test(timetable, roads_places_and_figures_hold_and_the_bound_is_proven) {
    const uint64_t rounds = SANITIZED ? 20 : 120;
    for (uint64_t seed = 1; seed <= rounds; seed++) {
        struct town town;
        struct planner *planner;
        struct timetable *timetable = timetable_new();
        draw(&town, seed);
        cr_assert_eq(planner_new(&town.instance, &planner), 0);
        struct plan *plan = solve(&town, planner, timetable);
        check_times(&town, plan, timetable);
        check_bound(plan, timetable);
        plan_free(plan);
        planner_free(planner);
        timetable_free(timetable);
        network_free(town.network);
    }
}

/* In the order in which a timetable came about another one serves as many. */
Test(timetable, tells_the_order_in_which_its_ways_were_taken) {
    const uint64_t rounds = SANITIZED ? 10 : 60;
    uint64_t same = 0;
    for (uint64_t seed = 1; seed <= rounds; seed++) {
        struct town town;
        struct planner *planner;
        struct timetable *timetable = timetable_new();
        struct plan_timetable *again = NULL;
        draw(&town, seed);
        cr_assert_eq(planner_new(&town.instance, &planner), 0);
        struct plan *plan = solve(&town, planner, timetable);
        bool taken[ZONES * SHELTERS] = {false};
        for (size_t i = 0; i < plan->assignment_count; i++) {
            cr_assert_not(taken[plan->timetable->turns[i]], "each has one turn");
            taken[plan->timetable->turns[i]] = true;
        }
        const struct timetable_limits limits = {.turns = plan->timetable->turns};
        cr_assert_eq(timetable_make(timetable, plan, &limits, &again), 0);
        same += timetable_is_of(timetable, plan->timetable) &&
                again->unserved == plan->timetable->unserved;
        plan_timetable_free(again);
        plan_free(plan);
        planner_free(planner);
        timetable_free(timetable);
        network_free(town.network);
    }
    cr_assert_geq(same, rounds * 9 / 10, "%d of %d", (int)same, (int)rounds);
}

/* One thing after another changes; the flow goes on from where it was. */
static void change(struct town *town, struct planner *planner) {
    const uint32_t link = below(town, town->links), shelter = below(town, SHELTERS);
    struct instance_shelter *now = &town->shelters[shelter];
    if (chance_below(&town->others, 4) == 0)
        draw_loads(town);
    switch (below(town, 3)) {
    case 0: {
        const bool closed = !network_link_at(town->network, link)->closed;
        cr_assert_eq(network_set_closed(town->network, link, closed), 0);
        cr_assert_eq(planner_set_link_closed(planner, link, closed), 0);
        break;
    }
    case 1:
        draw_shelter(town, now);
        cr_assert_eq(planner_set_capacity(planner, shelter, now->capacity), 0);
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            cr_assert_eq(planner_set_places(planner, shelter, (enum instance_class) class,
                                            now->places[class]),
                         0);
        cr_assert_eq(planner_set_opens(planner, shelter, now->opens_ms), 0);
        cr_assert_eq(planner_set_usable(planner, shelter, now->usable), 0);
        cr_assert_eq(planner_set_withstands(planner, shelter, now->withstands), 0);
        break;
    default:
        town->zones[link % ZONES].people[INSTANCE_GENERAL] = below(town, 300);
        cr_assert_eq(planner_set_people(planner, link % ZONES, INSTANCE_GENERAL,
                                        town->zones[link % ZONES].people[INSTANCE_GENERAL]),
                     0);
    }
}

Test(timetable, after_a_change_the_bound_is_that_of_a_solve_from_scratch) {
    const uint64_t rounds = SANITIZED ? 2 : 10;
    int64_t warm = 0;
    for (uint64_t seed = 1; seed <= rounds; seed++) {
        struct town town;
        struct planner *planner;
        struct timetable *timetable = timetable_new();
        draw(&town, seed + 1000);
        cr_assert_eq(planner_new(&town.instance, &planner), 0);
        for (int i = 0; i < 12; i++) {
            struct plan *plan = solve(&town, planner, timetable);
            struct evacuation_plan cold;
            check_times(&town, plan, timetable);
            check_bound(plan, timetable);
            static const struct evacuation_options to_the_optimum = {0};
            cr_assert_eq(
                evacuation_flow_solve(timetable_instance(timetable), &to_the_optimum, &cold), 0);
            cr_assert_eq(evacuation_value_compare(cold.value, timetable_flow(timetable)->bound), 0);
            evacuation_plan_deinit(&cold);
            plan_free(plan);
            change(&town, planner);
        }
        warm += timetable_count(timetable).warm;
        planner_free(planner);
        timetable_free(timetable);
        network_free(town.network);
    }
    cr_assert_gt(warm, 4 * (int64_t)rounds, "most solves go on from where the last one ended");
}

/* ---- what a road does to a plan ---- */

/* A zone with 600 people; a shelter 1 minute away by a road for 120 an hour, and one 10 minutes
 * away by a road for 3,600. */
static void draw_fork(struct town *town) {
    memset(town, 0, sizeof *town);
    town->nodes = 3;
    town->links = 2;
    town->roads[0] =
        (struct network_link){.from = 0, .to = 1, .travel_ms = 60000, .capacity_per_hour = 120};
    town->roads[1] =
        (struct network_link){.from = 0, .to = 2, .travel_ms = 600000, .capacity_per_hour = 3600};
    cr_assert_eq(network_new(3, town->roads, 2, &town->network), 0);
    town->zones[0].people[INSTANCE_GENERAL] = 600;
    for (uint32_t s = 0; s < 2; s++)
        town->shelters[s] = (struct instance_shelter){.node = s + 1,
                                                      .capacity = 1000,
                                                      .places = {1000, 1000, 1000},
                                                      .receive_ml = INSTANCE_NO_LIMIT,
                                                      .priority = 1,
                                                      .usable = true,
                                                      .withstands = true};
    town->instance = (struct instance){.network = town->network,
                                       .zones = town->zones,
                                       .zone_count = 1,
                                       .shelters = town->shelters,
                                       .shelter_count = 2,
                                       .haul_cost_per_m3_hour = 1};
    town->task.in_force = town->in_force;
}

Test(timetable, a_narrow_road_sends_people_to_the_farther_shelter) {
    struct town town;
    struct planner *planner;
    struct timetable *timetable = timetable_new();
    draw_fork(&town);
    cr_assert_eq(planner_new(&town.instance, &planner), 0);
    struct plan *plan = solve(&town, planner, timetable);
    int64_t far = 0;
    for (size_t i = 0; i < plan->timetable->stream_count; i++)
        far +=
            plan->timetable->streams[i].shelter == 1 ? sum(plan->timetable->streams[i].people) : 0;
    cr_assert_gt(far, 500, "all by the near road would take five hours");
    cr_assert_lt(plan->timetable->ete100_ms, 30 * 60000);
    cr_assert_lt(plan->timetable->arrival_ms, plan->timetable->bound_arrival_ms * 11 / 10);
    plan_free(plan);
    planner_free(planner);
    timetable_free(timetable);
    network_free(town.network);
}

Test(timetable, a_longer_horizon_has_longer_steps_and_no_more_of_them) {
    struct town town;
    struct planner *planner;
    struct timetable *timetable = timetable_new();
    draw_fork(&town);
    cr_assert_eq(planner_new(&town.instance, &planner), 0);
    plan_free(solve(&town, planner, timetable));
    const int32_t steps = timetable_instance(timetable)->horizon_steps;
    for (int64_t hours = 12; hours <= 48; hours *= 2) {
        cr_assert_eq(timetable_lengthen(timetable, &town.instance, 1000, NULL), 0);
        cr_assert_leq(timetable_instance(timetable)->horizon_steps, steps, "after %d hours",
                      (int)hours);
    }
    cr_assert_eq(timetable_lengthen(timetable, &town.instance, 1000, NULL), HV_ERR_LIMIT);
    planner_free(planner);
    timetable_free(timetable);
    network_free(town.network);
}

static int64_t hours_ahead(const struct plan *plan) {
    return plan->timetable->step_ms * plan->timetable->horizon_steps / 3600000;
}

Test(timetable, the_horizon_shrinks_once_everybody_is_there_early) {
    struct town town;
    struct planner *planner;
    struct timetable *timetable = timetable_new();
    draw_fork(&town);
    cr_assert_eq(planner_new(&town.instance, &planner), 0);
    plan_free(solve(&town, planner, timetable));
    for (int64_t hours = 12; hours <= 24; hours *= 2)
        cr_assert_eq(timetable_lengthen(timetable, &town.instance, 0, NULL), 0);
    struct plan *long_one = solve(&town, planner, timetable);
    struct plan *short_one = solve(&town, planner, timetable);
    cr_assert_eq(hours_ahead(long_one), 24);
    cr_assert_eq(hours_ahead(short_one), 6);
    cr_assert_lt(short_one->timetable->step_ms, long_one->timetable->step_ms);
    cr_assert_eq(short_one->timetable->late_count, 0);
    plan_free(long_one);
    plan_free(short_one);
    planner_free(planner);
    timetable_free(timetable);
    network_free(town.network);
}

Test(timetable, nobody_looks_farther_ahead_where_the_roads_stay_closed) {
    const int64_t hour_ms = 3600000;
    struct town town;
    draw_fork(&town);
    for (int reopen = 0; reopen < 2; reopen++) {
        const int64_t to_ms = reopen ? 7 * hour_ms : TIMETABLE_FOR_GOOD;
        const struct timetable_closing closings[] = {{0, 0, hour_ms / 12, to_ms},
                                                     {1, 0, hour_ms / 12, to_ms}};
        struct planner *planner;
        struct timetable *timetable = timetable_new();
        cr_assert_eq(planner_new(&town.instance, &planner), 0);
        cr_assert_eq(timetable_set_closings(timetable, closings, 2), 0);
        struct plan *plan = solve(&town, planner, timetable);
        cr_assert_eq(plan->timetable->late_count == 0, reopen);
        cr_assert_eq(hours_ahead(plan) > 6, reopen);
        plan_free(plan);
        planner_free(planner);
        timetable_free(timetable);
    }
    network_free(town.network);
}

/* Four roads of 120 an hour bring 1,680 people in within 3.5 hours; two, as many as an order has,
 * take seven. */
Test(timetable, who_is_late_is_given_more_time_also_where_roads_close_and_the_flow_is_in_time) {
    struct timetable_closing closing = {4, 0, 3600000, TIMETABLE_FOR_GOOD};
    struct picture picture = {.closings = &closing, .closing_count = 1};
    struct town town;
    struct planner *planner;
    struct timetable *timetable = timetable_new();
    draw_fork(&town);
    network_free(town.network);
    for (uint32_t l = 0; l < 4; l++)
        town.roads[l] = town.roads[0];
    town.roads[4] = (struct network_link){.from = 1, .to = 2, .travel_ms = 60000};
    cr_assert_eq(network_new(3, town.roads, 5, &town.network), 0);
    town.instance.network = town.network;
    town.instance.shelter_count = 1;
    town.shelters[0].capacity = town.zones[0].people[INSTANCE_GENERAL] = 1680;
    town.shelters[0].places[INSTANCE_GENERAL] = 1680;
    town.task.picture = &picture;
    cr_assert_eq(planner_new(&town.instance, &planner), 0);
    struct plan *plan = solve(&town, planner, timetable);
    cr_assert_eq(plan->timetable->bound_unserved, 0);
    cr_assert_eq(plan->timetable->late_count, 0);
    cr_assert_eq(hours_ahead(plan), 12);
    plan_free(plan);
    planner_free(planner);
    timetable_free(timetable);
    network_free(town.network);
}

Test(timetable, what_is_ordered_stays_unless_changing_it_gains_more_than_its_price) {
    struct town town;
    struct planner *planner;
    draw_fork(&town);
    town.task.in_force_count = 1;
    town.in_force[0] = (struct session_order){.zone = 0, .shelter = 0, .people = 600};
    static const int64_t prices[] = {0, INT64_C(86400000)};
    int64_t changed[2], cost[2];
    for (int i = 0; i < 2; i++) {
        struct timetable *timetable = timetable_new();
        cr_assert_eq(planner_new(&town.instance, &planner), 0);
        town.task.change_price_ms = prices[i];
        struct plan *plan = solve(&town, planner, timetable);
        changed[i] = plan->changed_people;
        cost[i] = plan->stability_cost_ms;
        plan_free(plan);
        planner_free(planner);
        timetable_free(timetable);
    }
    network_free(town.network);
    cr_assert_gt(changed[0], 500);
    cr_assert_eq(cost[0], 0);
    cr_assert_eq(changed[1], 0);
    cr_assert_gt(cost[1], INT64_C(600) * 3600000, "keeping costs each an hour and more");
}

Test(timetable, those_with_medical_needs_leave_first) {
    struct town town;
    struct planner *planner;
    struct timetable *timetable = timetable_new();
    draw_fork(&town);
    town.shelters[1].usable = false;
    town.zones[0].people[INSTANCE_MEDICAL] = 20;
    town.zones[0].people[INSTANCE_WHEELCHAIR] = 10;
    cr_assert_eq(planner_new(&town.instance, &planner), 0);
    struct plan *plan = solve(&town, planner, timetable);
    cr_assert_geq(plan->timetable->stream_count, 1);
    cr_assert_eq(plan->timetable->streams[0].people[INSTANCE_MEDICAL], 20);
    cr_assert_eq(plan->timetable->streams[0].people[INSTANCE_WHEELCHAIR], 10);
    plan_free(plan);
    planner_free(planner);
    timetable_free(timetable);
    network_free(town.network);
}

Test(timetable, the_same_plan_twice_is_the_same_to_the_last_figure) {
    struct plan_timetable *first = NULL;
    for (int run = 0; run < 2; run++) {
        struct town town;
        struct planner *planner;
        struct timetable *timetable = timetable_new();
        draw(&town, 77);
        cr_assert_eq(planner_new(&town.instance, &planner), 0);
        struct plan *plan = solve(&town, planner, timetable);
        if (run == 1) {
            cr_assert_eq(first->stream_count, plan->timetable->stream_count);
            cr_assert_eq(first->arrival_ms, plan->timetable->arrival_ms);
            for (size_t i = 0; i < first->stream_count; i++)
                cr_assert_eq(first->streams[i].departs_ms, plan->timetable->streams[i].departs_ms);
        }
        plan_timetable_free(first);
        first = plan->timetable;
        plan->timetable = NULL;
        plan_free(plan);
        planner_free(planner);
        timetable_free(timetable);
        network_free(town.network);
    }
    plan_timetable_free(first);
}
