/* Deliveries of a plan: checked by adding every trip up again against stock on board, clock and
 * road. */
#include "coordinator/optimizer/deliveries.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { MIN = 60000, NODES = 5, LINKS = 8, DEPOTS = 2, SHELTERS = 2, ITEMS = 2 };

/* Two depots and two shelters on a ring with a shortcut, all roads both ways:
 *   0 (depot) –10– 1 (shelter) –10– 2 (depot) –10– 3 (shelter), and 0 –50– 3. */
struct world {
    struct network *network;
    struct instance_depot depots[DEPOTS];
    struct instance_shelter shelters[SHELTERS];
    struct instance_item items[ITEMS];
    struct instance instance;
    struct plan_shipment shipments[4];
    struct plan plan;
    struct deliveries_group groups[3];
    struct deliveries_busy busy[4];
    int64_t link_m[LINKS], due_ms[4];
    struct planner_promise promises[4];
    struct planner_promise_line lines[4];
    struct deliveries_task task;
};

static struct world *world;

static void begin(void) {
    static const struct {
        uint32_t a, b;
        int64_t minutes;
    } roads[] = {{0, 1, 10}, {1, 2, 10}, {2, 3, 10}, {0, 3, 50}};
    struct network_link links[LINKS];
    world = calloc(1, sizeof *world);
    for (uint32_t i = 0; i < LINKS; i++) {
        links[i] = (struct network_link){.from = i % 2 == 0 ? roads[i / 2].a : roads[i / 2].b,
                                         .to = i % 2 == 0 ? roads[i / 2].b : roads[i / 2].a,
                                         .travel_ms = roads[i / 2].minutes * MIN,
                                         .capacity_per_hour = 1000};
        world->link_m[i] = roads[i / 2].minutes * 1000;
    }
    cr_assert_eq(network_new(NODES, links, LINKS, &world->network), HV_OK);
    world->depots[0] = (struct instance_depot){0, INSTANCE_NO_LIMIT, true};
    world->depots[1] = (struct instance_depot){2, INSTANCE_NO_LIMIT, true};
    for (int s = 0; s < SHELTERS; s++)
        world->shelters[s] = (struct instance_shelter){.node = s == 0 ? 1 : 3, .priority = 1};
    world->items[0] =
        (struct instance_item){.volume_ml = 1000, .shortage_cost = 1, .weight_g = 1000};
    world->items[1] = (struct instance_item){
        .volume_ml = 100, .shortage_cost = 5, .weight_g = 50, .pack = 10, .cold = true};
    world->instance = (struct instance){.network = world->network,
                                        .shelters = world->shelters,
                                        .shelter_count = SHELTERS,
                                        .depots = world->depots,
                                        .depot_count = DEPOTS,
                                        .items = world->items,
                                        .item_count = ITEMS};
    world->plan.shipments = world->shipments;
    /* 12 m³ in all, loaded for half an hour, unloaded in twenty minutes. */
    world->groups[0] = (struct deliveries_group){.depot = 0,
                                                 .count = 2,
                                                 .volume_ml = 12000000,
                                                 .weight_g = 5000000,
                                                 .loading_ms = 30 * MIN,
                                                 .unloading_ms = 20 * MIN};
    world->task = (struct deliveries_task){.instance = &world->instance,
                                           .plan = &world->plan,
                                           .promises = world->promises,
                                           .due_ms = world->due_ms,
                                           .groups = world->groups,
                                           .group_count = 1,
                                           .busy = world->busy,
                                           .link_m = world->link_m,
                                           .horizon_ms = 24 * 60 * MIN};
}

static void end(void) {
    network_free(world->network);
    free(world);
}

TestSuite(deliveries, .init = begin, .fini = end);

static void send(uint32_t depot, uint32_t shelter, uint32_t item, int64_t quantity) {
    world->shipments[world->plan.shipment_count++] = (struct plan_shipment){
        .depot = depot, .shelter = shelter, .item = item, .quantity = quantity};
}

/* ---- the check ---- */

/* Minutes from one node to another, by trying longer and longer routes (Bellman and Ford). */
static int64_t way_ms(uint32_t from, uint32_t to) {
    int64_t time[NODES];
    for (int i = 0; i < NODES; i++)
        time[i] = i == (int)from ? 0 : INT64_MAX / 2;
    for (int round = 0; round < NODES; round++)
        for (uint32_t l = 0; l < LINKS; l++) {
            const struct network_link *link = network_link_at(world->network, l);
            if (!link->closed && time[link->from] + link->travel_ms < time[link->to])
                time[link->to] = time[link->from] + link->travel_ms;
        }
    return time[to];
}

static void expect_sound(const struct plan_deliveries *made) {
    int64_t carried[DEPOTS][SHELTERS][ITEMS] = {{{0}}}, wanted[DEPOTS][SHELTERS][ITEMS] = {{{0}}};
    int64_t last = 0, busy = 0;
    for (size_t t = 0; t < made->delivery_count; t++) {
        const struct plan_delivery *trip = &made->deliveries[t];
        const struct deliveries_group *group = &world->groups[trip->group];
        const uint32_t here = world->depots[trip->depot].node,
                       there = world->shelters[trip->shelter].node;
        int64_t ml = 0, g = 0;
        cr_assert_eq(group->depot, trip->depot);
        cr_assert(trip->number >= 1 && trip->number <= group->count);
        cr_assert_eq(trip->leaves_ms, trip->starts_ms + group->loading_ms);
        cr_assert_eq(trip->arrives_ms, trip->leaves_ms + way_ms(here, there));
        cr_assert_eq(trip->delivered_ms, trip->arrives_ms + group->unloading_ms);
        cr_assert_eq(trip->back_ms, trip->delivered_ms + way_ms(there, here));
        cr_assert_leq(trip->delivered_ms, made->horizon_ms);
        for (size_t u = 0; u < made->delivery_count; u++) { /* one trip at a time */
            const struct plan_delivery *other = &made->deliveries[u];
            if (u != t && other->group == trip->group && other->number == trip->number)
                cr_assert(other->back_ms <= trip->starts_ms || trip->back_ms <= other->starts_ms);
        }
        for (size_t l = trip->first_load; l < trip->first_load + trip->load_count; l++) {
            const struct plan_load *load = &made->loads[l];
            cr_assert_gt(load->quantity, 0);
            cr_assert(!world->items[load->item].cold || group->cold);
            ml += load->quantity * world->items[load->item].volume_ml;
            g += load->quantity * world->items[load->item].weight_g;
            carried[trip->depot][trip->shelter][load->item] += load->quantity;
        }
        cr_assert_leq(ml, group->volume_ml);
        cr_assert_leq(g, group->weight_g);
        last = trip->delivered_ms > last ? trip->delivered_ms : last;
        busy += trip->back_ms - trip->starts_ms;
    }
    for (size_t i = 0; i < made->left_count; i++)
        carried[made->left[i].depot][made->left[i].shelter][made->left[i].item] +=
            made->left[i].quantity;
    for (size_t i = 0; i < world->plan.shipment_count; i++)
        wanted[world->shipments[i].depot][world->shipments[i].shelter][world->shipments[i].item] +=
            world->shipments[i].quantity;
    for (uint32_t p = 0; p < world->task.promise_count; p++)
        for (uint32_t l = 0; l < world->promises[p].line_count; l++) {
            const struct planner_promise_line *line = &world->promises[p].lines[l];
            bool released = false;
            for (size_t r = 0; r < world->plan.release_count; r++)
                released |= world->plan.releases[r].promise == p;
            wanted[world->promises[p].depot][world->promises[p].shelter][line->item] +=
                released ? 0 : line->quantity;
        }
    cr_assert_eq(memcmp(carried, wanted, sizeof carried), 0, "all is on its way or left");
    cr_assert_eq(made->last_ms, last);
    cr_assert_eq(made->busy_ms, busy);
}

static struct plan_deliveries *make(void) {
    struct plan_deliveries *made = NULL;
    cr_assert_eq(deliveries_make(&world->task, &made), HV_OK);
    expect_sound(made);
    return made;
}

/* ---- cases ---- */

/* 5 t a lorry are 5,000 l of water: weight, not room, is what limits. */
Test(deliveries, go_by_weight_and_by_volume) {
    send(0, 0, 0, 12000);
    struct plan_deliveries *made = make();
    cr_assert_eq(made->delivery_count, 3);
    cr_assert_eq(made->left_count, 0);
    cr_assert_eq(made->last_ms, (30 + 10 + 20 + 10 + 30 + 10 + 20) * MIN);
    cr_assert_leq(made->last_bound_ms, made->last_ms);
    plan_deliveries_free(made);
    world->groups[0].weight_g = 50000000;
    made = make();
    cr_assert_eq(made->delivery_count, 1, "12 m³ are one load");
    plan_deliveries_free(made);
    world->groups[0].volume_ml = 6000000;
    made = make();
    cr_assert_eq(made->delivery_count, 2);
    plan_deliveries_free(made);
}

Test(deliveries, take_the_way_that_is_open_and_say_so_where_there_is_none) {
    send(0, 1, 0, 1000);
    struct plan_deliveries *made = make();
    cr_assert_eq(made->deliveries[0].arrives_ms, (30 + 30) * MIN);
    plan_deliveries_free(made);
    cr_assert_eq(network_set_closed(world->network, 4, true), HV_OK); /* 2 → 3 */
    made = make();
    cr_assert_eq(made->deliveries[0].arrives_ms, (30 + 50) * MIN, "there by the long way");
    cr_assert_eq(made->deliveries[0].back_ms, (30 + 50 + 20 + 30) * MIN, "back by the short one");
    plan_deliveries_free(made);
    world->groups[0].range_m = 79999;
    made = make();
    cr_assert_eq(made->left_count, 1);
    cr_assert_eq(made->left[0].reason, PLAN_UNDELIVERED_TOO_FAR, "50 km there and 30 back");
    plan_deliveries_free(made);
    world->groups[0].range_m = 80000;
    made = make();
    cr_assert_eq(made->left_count, 0);
    plan_deliveries_free(made);
    cr_assert_eq(network_set_closed(world->network, 6, true), HV_OK); /* 0 → 3 */
    made = make();
    cr_assert_eq(made->left[0].reason, PLAN_UNDELIVERED_NO_WAY);
    plan_deliveries_free(made);
}

Test(deliveries, name_what_no_vehicle_brings) {
    send(0, 0, 1, 25);
    send(1, 1, 0, 10);
    struct plan_deliveries *made = make();
    cr_assert_eq(made->delivery_count, 0);
    cr_assert_eq(made->left[0].reason, PLAN_UNDELIVERED_NO_COLD);
    cr_assert_eq(made->left[1].reason, PLAN_UNDELIVERED_NO_VEHICLE);
    plan_deliveries_free(made);
    world->groups[0].cold = true;
    world->groups[0].volume_ml = 999; /* a pack of the second has a litre */
    made = make();
    cr_assert_eq(made->left[0].reason, PLAN_UNDELIVERED_TOO_BIG);
    plan_deliveries_free(made);
    world->groups[0].volume_ml = 1000;
    made = make();
    cr_assert_eq(made->delivery_count, 3, "two packs and what is left");
    plan_deliveries_free(made);
    world->groups[0].volume_ml = 12000000;
    world->task.horizon_ms = 59 * MIN;
    made = make();
    cr_assert_eq(made->left[0].reason, PLAN_UNDELIVERED_BUSY);
    plan_deliveries_free(made);
}

/* One lorry is on its way to the far shelter for 10 minutes, one is on its way back. */
Test(deliveries, wait_for_vehicles_that_are_under_way) {
    send(0, 0, 0, 1000);
    world->busy[0] = (struct deliveries_busy){.group = 0, .shelter = 1, .since_ms = 10 * MIN};
    world->task.busy_count = 1;
    struct plan_deliveries *made = make();
    cr_assert_eq(made->deliveries[0].starts_ms, 0, "the other goes");
    cr_assert_eq(made->deliveries[0].number, 1);
    plan_deliveries_free(made);
    world->groups[0].count = 1;
    made = make();
    /* 20 minutes to go, 20 to unload, 30 back: 70, in whole quarters of an hour */
    cr_assert_eq(made->deliveries[0].starts_ms, 75 * MIN);
    plan_deliveries_free(made);
    world->busy[0].unloaded = true;
    made = make();
    cr_assert_eq(made->deliveries[0].starts_ms, 30 * MIN, "20 minutes of the way back are left");
    plan_deliveries_free(made);
    world->busy[0].since_ms = 31 * MIN;
    made = make();
    cr_assert_eq(made->deliveries[0].starts_ms, 0, "it is back");
    plan_deliveries_free(made);
    world->busy[0] = (struct deliveries_busy){.group = 0, .shelter = 1, .since_ms = 900 * MIN};
    made = make();
    cr_assert_eq(made->deliveries[0].starts_ms, 30 * MIN, "overdue, it still has to come back");
    plan_deliveries_free(made);
}

Test(deliveries, carry_orders_that_stand_and_say_how_late_they_are) {
    world->groups[0].count = 1;
    send(0, 1, 0, 500);
    for (uint32_t p = 0; p < 2; p++) {
        world->lines[p] = (struct planner_promise_line){0, 100};
        world->promises[p] = (struct planner_promise){
            .depot = 0, .shelter = p, .lines = &world->lines[p], .line_count = 1};
        world->due_ms[p] = p == 0 ? 50 * MIN : INT64_MAX;
    }
    world->task.promise_count = 2;
    struct plan_deliveries *made = make();
    cr_assert_eq(made->delivery_count, 3, "each on a waybill of its own");
    int64_t late = 0;
    for (size_t t = 0; t < 3; t++)
        if (made->deliveries[t].promise == 0) {
            late = made->deliveries[t].late_ms;
            cr_assert_eq(late, made->deliveries[t].delivered_ms - 50 * MIN);
        } else {
            cr_assert_eq(made->deliveries[t].late_ms, 0);
        }
    cr_assert_gt(late, 0);
    cr_assert_eq(made->latest_ms, late);
    plan_deliveries_free(made);
    struct plan_release release = {.promise = 1};
    world->plan.releases = &release;
    world->plan.release_count = 1;
    made = make();
    cr_assert_eq(made->delivery_count, 2, "what is taken back is not carried");
    plan_deliveries_free(made);
}

Test(deliveries, refuse_figures_that_make_no_sense) {
    struct plan_deliveries *made = NULL;
    world->groups[0].volume_ml = 0;
    cr_assert_eq(deliveries_make(&world->task, &made), HV_ERR_VALUE);
    world->groups[0].volume_ml = 1;
    world->groups[0].depot = DEPOTS;
    cr_assert_eq(deliveries_make(&world->task, &made), HV_ERR_VALUE);
    world->groups[0].depot = 0;
    world->busy[0].shelter = SHELTERS;
    world->task.busy_count = 1;
    cr_assert_eq(deliveries_make(&world->task, &made), HV_ERR_VALUE);
    world->task.busy_count = 0;
    world->task.horizon_ms = 0;
    cr_assert_eq(deliveries_make(&world->task, &made), HV_ERR_VALUE);
    world->task.horizon_ms = 1;
    made = make(); /* nothing to send */
    cr_assert_eq(made->delivery_count + made->left_count, 0);
    plan_deliveries_free(made);
}

/* A litre a trip, without end: the plan says what it left and stops. */
Test(deliveries, stop_where_there_would_be_too_many_trips) {
    send(0, 0, 0, 1000000000000);
    world->groups[0] = (struct deliveries_group){
        .depot = 0, .count = 1000000, .volume_ml = 1000, .weight_g = 1000};
    world->task.horizon_ms = INT64_C(1) << 40;
    struct plan_deliveries *made = NULL;
    cr_assert_eq(deliveries_make(&world->task, &made), HV_OK);
    cr_assert_eq(made->delivery_count, DELIVERIES_TRIPS_MAX);
    cr_assert_eq(made->left_count, 1);
    cr_assert_eq(made->left[0].reason, PLAN_UNDELIVERED_TRIPS);
    plan_deliveries_free(made);
}
