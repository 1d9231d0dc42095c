/* Deliveries on roads that close and open again at announced times. Every lorry is followed link by
 * link by the clock, with code of its own: it is on none while it is closed. The best there is
 * comes from a search that knows each link's times. */
#include "coordinator/optimizer/deliveries.h"
#include "tests/support/chance.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { MIN = 60000, NODES = 12, LINKS_MAX = 80, SHELTERS = 4, CLOSINGS_MAX = 40, NEVER = -1 };

struct world {
    struct network *network;
    struct instance_depot depot;
    struct instance_shelter shelters[SHELTERS];
    struct instance_item item;
    struct instance instance;
    struct plan_shipment shipments[SHELTERS];
    struct plan plan;
    struct deliveries_group group;
    struct deliveries_busy busy[2];
    struct timetable_closing closings[CLOSINGS_MAX];
    int64_t link_m[LINKS_MAX]; /* a kilometre a minute */
    struct deliveries_task task;
};

static struct world *new_world(const struct network_link *links, uint32_t link_count) {
    struct world *world = calloc(1, sizeof *world);
    cr_assert_eq(network_new(NODES, links, link_count, &world->network), HV_OK);
    for (uint32_t l = 0; l < link_count; l++)
        world->link_m[l] = links[l].travel_ms / 60;
    world->depot = (struct instance_depot){0, INSTANCE_NO_LIMIT, true};
    for (uint32_t s = 0; s < SHELTERS; s++) {
        world->shelters[s] = (struct instance_shelter){.node = s + 1, .priority = 1};
        world->shipments[s] = (struct plan_shipment){.shelter = s, .quantity = 1};
    }
    world->item = (struct instance_item){.volume_ml = 1000, .shortage_cost = 1, .weight_g = 1};
    world->instance = (struct instance){.network = world->network,
                                        .shelters = world->shelters,
                                        .shelter_count = SHELTERS,
                                        .depots = &world->depot,
                                        .depot_count = 1,
                                        .items = &world->item,
                                        .item_count = 1};
    world->plan = (struct plan){.shipments = world->shipments, .shipment_count = SHELTERS};
    world->group = (struct deliveries_group){.count = 1,
                                             .volume_ml = 1000,
                                             .weight_g = 1000,
                                             .loading_ms = 10 * MIN,
                                             .unloading_ms = 5 * MIN};
    world->task = (struct deliveries_task){.instance = &world->instance,
                                           .plan = &world->plan,
                                           .groups = &world->group,
                                           .group_count = 1,
                                           .busy = world->busy,
                                           .closings = world->closings,
                                           .link_m = world->link_m,
                                           .horizon_ms = 24 * 60 * MIN};
    return world;
}

static void free_world(struct world *world) {
    network_free(world->network);
    free(world);
}

/* One depot at node 0, shelters at 1 to 4; links that close and some that open again. */
static struct world *random_world(struct chance *chance) {
    struct network_link links[LINKS_MAX];
    const uint32_t link_count = 30 + chance_below(chance, LINKS_MAX - 30);
    for (uint32_t l = 0; l < link_count; l++)
        links[l] = (struct network_link){.from = chance_below(chance, NODES),
                                         .to = chance_below(chance, NODES),
                                         .travel_ms = (1 + chance_below(chance, 40)) * MIN,
                                         .capacity_per_hour = 1000,
                                         .closed = chance_below(chance, 20) == 0};
    struct world *world = new_world(links, link_count);
    for (uint32_t l = 0; l < link_count; l++) /* by link and time */
        for (int64_t from = 0; world->task.closing_count < CLOSINGS_MAX;) {
            from += (1 + chance_below(chance, 400)) * MIN;
            const int64_t to = from + (1 + chance_below(chance, 300)) * MIN;
            if (chance_below(chance, 2) == 0)
                break;
            const bool for_good = chance_below(chance, 2) == 0;
            world->closings[world->task.closing_count++] =
                (struct timetable_closing){.link = l,
                                           .permille = chance_below(chance, 5) == 0 ? 500 : 0,
                                           .from_ms = from,
                                           .to_ms = for_good ? TIMETABLE_FOR_GOOD : to};
            if (for_good)
                break;
            from = to;
        }
    for (uint32_t s = 0; s < SHELTERS; s++)
        world->shipments[s].quantity = 1 + chance_below(chance, 6);
    world->group.count = 1 + chance_below(chance, 3);
    world->group.range_m =
        chance_below(chance, 3) == 0 ? 20000 + 1000 * chance_below(chance, 150) : 0;
    world->task.busy_count = chance_below(chance, 2);
    world->busy[0] = (struct deliveries_busy){.shelter = chance_below(chance, SHELTERS),
                                              .unloaded = chance_below(chance, 2) == 0,
                                              .since_ms = chance_below(chance, 30) * MIN};
    return world;
}

/* ---- the clock and the road ---- */

static bool is_open(const struct world *world, uint32_t link, int64_t enters_ms, int64_t off_ms) {
    if (network_link_at(world->network, link)->closed)
        return false;
    for (size_t i = 0; i < world->task.closing_count; i++) {
        const struct timetable_closing *closing = &world->closings[i];
        if (closing->link == link && closing->permille == 0 && enters_ms < closing->to_ms &&
            off_ms > closing->from_ms)
            return false;
    }
    return true;
}

/* Drives a route; when it is at its end. */
static int64_t follow(const struct world *world, const struct plan_deliveries *made,
                      struct plan_route route, uint32_t from, uint32_t to, int64_t ms) {
    uint32_t at = from;
    cr_assert_leq((size_t)route.first + route.count, made->link_count);
    for (uint32_t i = route.first; i < route.first + route.count; i++) {
        const struct network_link *link = network_link_at(world->network, made->links[i]);
        cr_assert_eq(link->from, at, "the links of a route follow each other");
        cr_assert(is_open(world, made->links[i], ms, ms + link->travel_ms),
                  "on link %u from %lld while it is closed", made->links[i], (long long)ms);
        ms += link->travel_ms;
        at = link->to;
    }
    cr_assert_eq(at, to);
    return ms;
}

static void follow_trip(const struct world *world, const struct plan_deliveries *made,
                        const struct plan_delivery *trip) {
    const uint32_t shelter = world->shelters[trip->shelter].node;
    cr_assert_eq(trip->leaves_ms, trip->starts_ms + world->group.loading_ms);
    cr_assert_eq(follow(world, made, trip->out, 0, shelter, trip->leaves_ms), trip->arrives_ms);
    cr_assert_eq(trip->delivered_ms, trip->arrives_ms + world->group.unloading_ms);
    cr_assert_leq(trip->delivered_ms, made->horizon_ms);
    cr_assert_geq(trip->returns_ms, trip->delivered_ms);
    cr_assert_eq(follow(world, made, trip->back, shelter, 0, trip->returns_ms), trip->back_ms);
    cr_assert_leq(trip->leaves_ms, trip->leave_by_ms);
    const int64_t round_m =
        (trip->arrives_ms - trip->leaves_ms + trip->back_ms - trip->returns_ms) / 60;
    cr_assert(world->group.range_m == 0 || round_m <= world->group.range_m);
    for (size_t u = 0; u < made->delivery_count; u++) { /* one trip at a time */
        const struct plan_delivery *other = &made->deliveries[u];
        if (other != trip && other->number == trip->number)
            cr_assert(other->back_ms <= trip->starts_ms || trip->back_ms <= other->starts_ms);
    }
}

/* ---- the best there is ---- */

/* When a node is reached at the earliest by who leaves another at a time and waits nowhere; NEVER:
 * not. Who is earlier at a node can do all that who is later can do, were there no openings, so
 * links are tried until nothing gets better. */
static int64_t earliest(const struct world *world, uint32_t from, uint32_t to, int64_t ms) {
    int64_t there[NODES];
    bool more = true;
    for (int n = 0; n < NODES; n++)
        there[n] = n == (int)from ? ms : INT64_MAX;
    while (more) {
        more = false;
        for (uint32_t l = 0; l < network_link_count(world->network); l++) {
            const struct network_link *link = network_link_at(world->network, l);
            if (there[link->from] == INT64_MAX)
                continue;
            const int64_t off = there[link->from] + link->travel_ms;
            if (off < there[link->to] && is_open(world, l, there[link->from], off)) {
                there[link->to] = off;
                more = true;
            }
        }
    }
    return there[to] == INT64_MAX ? NEVER : there[to];
}

/* ---- cases ---- */

Test(delivery_closings, no_lorry_is_on_a_closed_link) {
    struct chance chance = {81};
    int trips = 0, bound_to_leave = 0, too_late = 0, waits = 0;
    for (int round = 0; round < (SANITIZED ? 100 : 2000); round++) {
        struct world *world = random_world(&chance);
        struct plan_deliveries *made = NULL;
        int64_t sent[SHELTERS] = {0};
        cr_assert_eq(deliveries_make(&world->task, &made), HV_OK);
        for (size_t t = 0; t < made->delivery_count; t++) {
            const struct plan_delivery *trip = &made->deliveries[t];
            follow_trip(world, made, trip);
            trips++;
            bound_to_leave += trip->leave_by_ms != INT64_MAX;
            waits += trip->returns_ms > trip->delivered_ms;
            cr_assert_eq(trip->load_count, 1);
            sent[trip->shelter] += made->loads[trip->first_load].quantity;
        }
        for (size_t i = 0; i < made->left_count; i++) {
            sent[made->left[i].shelter] += made->left[i].quantity;
            too_late += made->left[i].reason == PLAN_UNDELIVERED_CLOSES;
        }
        for (uint32_t s = 0; s < SHELTERS; s++)
            cr_assert_eq(sent[s], world->shipments[s].quantity);
        plan_deliveries_free(made);
        free_world(world);
    }
    cr_assert(trips > 0 && bound_to_leave > 0 && too_late > 0 && waits > 0);
}

/* One lorry free now, one load: where roads only close the way is nearly always the best there is,
 * and it is never better. */
Test(delivery_closings, the_way_is_nearly_always_the_quickest_that_is_open) {
    struct chance chance = {82};
    int best = 0, longer = 0, missed = 0;
    for (int round = 0; round < (SANITIZED ? 100 : 2000); round++) {
        struct world *world = random_world(&chance);
        struct plan_deliveries *made = NULL;
        world->task.busy_count = 0;
        world->group.count = SHELTERS;
        world->group.range_m = 0;
        for (size_t i = 0; i < world->task.closing_count; i++)
            world->closings[i].to_ms = TIMETABLE_FOR_GOOD;
        for (uint32_t s = 0; s < SHELTERS; s++)
            world->shipments[s].quantity = 1;
        cr_assert_eq(deliveries_make(&world->task, &made), HV_OK);
        int64_t back[SHELTERS] = {NEVER, NEVER, NEVER, NEVER};
        for (size_t t = 0; t < made->delivery_count; t++)
            back[made->deliveries[t].shelter] = made->deliveries[t].back_ms;
        for (uint32_t s = 0; s < SHELTERS; s++) {
            int64_t at = earliest(world, 0, s + 1, world->group.loading_ms);
            at = at == NEVER ? at : earliest(world, s + 1, 0, at + world->group.unloading_ms);
            cr_assert(back[s] == NEVER || (at != NEVER && back[s] >= at));
            best += at != NEVER && back[s] == at;
            longer += back[s] != NEVER && back[s] > at;
            missed += at != NEVER && back[s] == NEVER;
        }
        plan_deliveries_free(made);
        free_world(world);
    }
    cr_assert_gt(best, 100 * (longer + missed), "%d best, %d longer, %d missed", best, longer,
                 missed);
}

/* Depot 0 – shelter 1 by a bridge of 10 minutes that closes, or by 60 minutes round it. */
static struct world *bridge(bool way_round, int64_t closes_ms, int64_t opens_ms) {
    const struct network_link links[] = {
        {.from = 0, .to = 1, .travel_ms = 10 * MIN, .capacity_per_hour = 1},
        {.from = 1, .to = 0, .travel_ms = 10 * MIN, .capacity_per_hour = 1},
        {.from = 0, .to = 1, .travel_ms = 60 * MIN, .capacity_per_hour = 1, .closed = !way_round},
        {.from = 1, .to = 0, .travel_ms = 60 * MIN, .capacity_per_hour = 1, .closed = !way_round}};
    struct world *world = new_world(links, 4);
    for (uint32_t l = 0; l < 2; l++)
        world->closings[l] = (struct timetable_closing){l, 0, closes_ms, opens_ms};
    world->task.closing_count = 2;
    world->plan.shipment_count = 1;
    return world;
}

static struct plan_deliveries *made_in(struct world *world) {
    struct plan_deliveries *made = NULL;
    cr_assert_eq(deliveries_make(&world->task, &made), HV_OK);
    for (size_t t = 0; t < made->delivery_count; t++)
        follow_trip(world, made, &made->deliveries[t]);
    return made;
}

/* Loading 10, there 10, unloading 5, back 10: with 35 minutes it is just back. */
Test(delivery_closings, a_lorry_that_could_not_come_back_does_not_leave) {
    struct world *world = bridge(false, 35 * MIN, TIMETABLE_FOR_GOOD);
    struct plan_deliveries *made = made_in(world);
    cr_assert_eq(made->delivery_count, 1);
    cr_assert_eq(made->deliveries[0].leave_by_ms, 10 * MIN);
    plan_deliveries_free(made);
    free_world(world);
    world = bridge(false, 35 * MIN - 1, TIMETABLE_FOR_GOOD);
    made = made_in(world);
    cr_assert_eq(made->delivery_count, 0);
    cr_assert_eq(made->left[0].reason, PLAN_UNDELIVERED_CLOSES);
    plan_deliveries_free(made);
    free_world(world);
}

Test(delivery_closings, what_leaves_later_goes_round) {
    struct world *world = bridge(true, 40 * MIN, TIMETABLE_FOR_GOOD);
    world->shipments[0].quantity = 2; /* a litre a trip */
    struct plan_deliveries *made = made_in(world);
    cr_assert_eq(made->delivery_count, 2);
    cr_assert_eq(made->deliveries[0].back_ms, 35 * MIN);
    cr_assert_eq(made->deliveries[0].leave_by_ms, INT64_MAX, "there is a way round");
    cr_assert_eq(made->deliveries[1].arrives_ms, (35 + 10 + 60) * MIN);
    plan_deliveries_free(made);
    free_world(world);
}

/* There before the bridge closes, and back when it is open again; the next load waits for it. */
Test(delivery_closings, waits_for_a_road_that_opens_again) {
    struct world *world = bridge(false, 22 * MIN, 100 * MIN);
    world->shipments[0].quantity = 2;
    struct plan_deliveries *made = made_in(world);
    cr_assert_eq(made->delivery_count, 2);
    cr_assert_eq(made->deliveries[0].delivered_ms, 25 * MIN);
    cr_assert_eq(made->deliveries[0].returns_ms, 100 * MIN);
    cr_assert_eq(made->deliveries[0].leave_by_ms, INT64_MAX, "it opens again");
    cr_assert_eq(made->deliveries[1].leaves_ms, 120 * MIN);
    plan_deliveries_free(made);
    free_world(world);
}

/* One lorry, two shelters: the far one takes longest, and the bridge to the near one closes. */
Test(delivery_closings, the_lane_that_closes_goes_first_where_there_is_no_time_for_all) {
    struct world *world = bridge(false, 40 * MIN, TIMETABLE_FOR_GOOD);
    const struct network_link links[] = {
        {.from = 0, .to = 1, .travel_ms = 10 * MIN, .capacity_per_hour = 1},
        {.from = 1, .to = 0, .travel_ms = 10 * MIN, .capacity_per_hour = 1},
        {.from = 0, .to = 2, .travel_ms = 60 * MIN, .capacity_per_hour = 1},
        {.from = 2, .to = 0, .travel_ms = 60 * MIN, .capacity_per_hour = 1}};
    network_free(world->network);
    cr_assert_eq(network_new(NODES, links, 4, &world->network), HV_OK);
    world->instance.network = world->network;
    world->plan.shipment_count = 2;
    struct plan_deliveries *made = made_in(world);
    cr_assert_eq(made->left_count, 0);
    cr_assert_eq(made->deliveries[0].shelter, 0);
    cr_assert_eq(made->deliveries[1].shelter, 1);
    plan_deliveries_free(made);
    free_world(world);
}

Test(delivery_closings, refuses_a_closing_of_no_link) {
    struct world *world = bridge(false, 40 * MIN, TIMETABLE_FOR_GOOD);
    struct plan_deliveries *made = NULL;
    world->closings[1].link = 4;
    cr_assert_eq(deliveries_make(&world->task, &made), HV_ERR_VALUE);
    free_world(world);
}
