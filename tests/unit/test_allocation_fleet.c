#include "coordinator/optimizer/allocation.h"
#include "coordinator/optimizer/allocation_fleet.h"
#include "tests/support/allocation_checker.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VEHICLES 6
#define ITEMS 4
#define LANES 15

/* ---- the check, which shares nothing with the schedule ---- */

/* A vehicle does one trip at a time, to where it reaches, with no more than it takes and nothing
 * that it may not take, and unloads within the horizon. */
static void expect_trip(const struct fleet_task *task, const struct fleet_plan *fleet,
                        const struct fleet_trip *trip, double *busy, double *carried) {
    const struct allocation_instance *in = task->instance;
    const struct fleet_vehicle *v = &task->vehicles[trip->vehicle];
    const struct fleet_way *way = &task->ways[trip->lane];
    double m3 = 0, kg = 0;
    cr_assert_eq(in->lanes[trip->lane].depot, v->depot);
    cr_assert(v->range_km == 0 || way->round_km <= v->range_km);
    cr_assert_geq(trip->starts_min, busy[trip->vehicle] - 1e-9);
    cr_assert_float_eq(trip->arrives_min, trip->starts_min + v->loading_min + way->out_min, 1e-9);
    cr_assert_float_eq(trip->delivered_min, trip->arrives_min + v->unloading_min, 1e-9);
    cr_assert_float_eq(trip->back_min, trip->delivered_min + way->back_min, 1e-9);
    cr_assert_leq(trip->delivered_min, task->horizon_min);
    busy[trip->vehicle] = trip->back_min;
    cr_assert_gt(trip->load_count, 0);
    for (size_t i = trip->first_load; i < trip->first_load + trip->load_count; i++) {
        const struct fleet_load *load = &fleet->loads[i];
        m3 += load->quantity * in->items[load->item].volume_m3;
        kg += load->quantity * in->items[load->item].weight_kg;
        cr_assert(v->cold || task->cold == NULL || !task->cold[load->item]);
        carried[trip->lane * in->item_count + load->item] += load->quantity;
    }
    cr_assert_leq(m3, v->volume_m3 * (1 + 1e-9));
    cr_assert_leq(kg, v->weight_kg * (1 + 1e-9));
}

/* Every trip is sound, and all goods are on trips or left. */
static void expect_sound(const struct fleet_task *task, const struct fleet_plan *fleet) {
    const struct allocation_instance *in = task->instance;
    double *carried = calloc((size_t)in->lane_count * in->item_count + 1, sizeof *carried);
    double busy[VEHICLES], last = 0, work = 0;
    for (uint32_t i = 0; i < task->vehicle_count; i++)
        busy[i] = task->vehicles[i].ready_min;
    for (size_t t = 0; t < fleet->trip_count; t++) {
        expect_trip(task, fleet, &fleet->trips[t], busy, carried);
        last = fmax(last, fleet->trips[t].delivered_min);
        work += fleet->trips[t].back_min - fleet->trips[t].starts_min;
    }
    bool waits = false;
    for (size_t i = 0; i < fleet->left_count; i++) {
        carried[fleet->left[i].lane * in->item_count + fleet->left[i].item] +=
            fleet->left[i].quantity;
        waits |= fleet->left[i].reason == FLEET_BUSY;
    }
    for (size_t i = 0; i < task->plan->shipment_count; i++) {
        const struct allocation_shipment *s = &task->plan->shipments[i];
        cr_assert_float_eq(carried[s->lane * in->item_count + s->item], s->quantity,
                           1e-6 * fmax(1, s->quantity));
    }
    cr_assert_float_eq(fleet->last_min, last, 1e-9);
    cr_assert_float_eq(fleet->busy_min, work, 1e-6);
    if (!waits)
        cr_assert_leq(fleet->last_bound_min, fmax(0, last) + 1e-9);
    free(carried);
}

/* ---- random cases ---- */

struct scene {
    struct allocation_instance *in;
    struct allocation_plan plan;
    struct fleet_vehicle vehicles[VEHICLES];
    struct fleet_way ways[LANES];
    double pack[ITEMS];
    bool cold[ITEMS];
    struct fleet_task task;
};

static struct scene *new_scene(struct chance *chance, double horizon_min) {
    const struct allocation_mix mix = {3, 5, ITEMS, false, true, true, true, true};
    struct scene *scene = calloc(1, sizeof *scene);
    scene->in = allocation_random(chance, &mix);
    cr_assert_eq(allocation_solve(scene->in, NULL, &scene->plan), HV_OK);
    for (uint32_t l = 0; l < scene->in->lane_count; l++)
        scene->ways[l] = (struct fleet_way){
            chance_below(chance, 12) == 0 ? (double)INFINITY : (double)chance_below(chance, 90),
            chance_below(chance, 12) == 0 ? (double)INFINITY : (double)chance_below(chance, 90),
            chance_below(chance, 200)};
    for (int i = 0; i < VEHICLES; i++)
        scene->vehicles[i] = (struct fleet_vehicle){
            .depot = chance_below(chance, scene->in->depot_count),
            .volume_m3 = 2 + chance_below(chance, 9),
            .weight_kg = 5 + chance_below(chance, 20),
            .loading_min = chance_below(chance, 20),
            .unloading_min = chance_below(chance, 20),
            .ready_min = chance_below(chance, 60),
            .range_km = chance_below(chance, 2) == 0 ? 0 : chance_below(chance, 250),
            .cold = chance_below(chance, 2) == 0};
    scene->cold[chance_below(chance, ITEMS)] = true;
    scene->pack[chance_below(chance, ITEMS)] = 1 + chance_below(chance, 3);
    scene->task = (struct fleet_task){.instance = scene->in,
                                      .plan = &scene->plan,
                                      .ways = scene->ways,
                                      .pack = scene->pack,
                                      .cold = scene->cold,
                                      .vehicles = scene->vehicles,
                                      .vehicle_count = VEHICLES,
                                      .horizon_min = horizon_min,
                                      .trips_max = FLEET_TRIPS_MAX};
    return scene;
}

static void free_scene(struct scene *scene) {
    allocation_plan_deinit(&scene->plan);
    allocation_random_free(scene->in);
    free(scene);
}

Test(allocation_fleet, delivers_all_within_its_vehicles_and_no_earlier_than_its_bound) {
    struct chance chance = {31};
    for (int round = 0; round < (SANITIZED ? 40 : 300); round++) {
        struct scene *scene = new_scene(&chance, INFINITY);
        struct fleet_plan fleet;
        cr_assert_eq(fleet_schedule(&scene->task, &fleet), HV_OK);
        expect_sound(&scene->task, &fleet);
        for (size_t i = 0; i < fleet.left_count; i++)
            cr_assert_neq(fleet.left[i].reason, FLEET_BUSY, "there is time without end");
        fleet_plan_deinit(&fleet);
        free_scene(scene);
    }
}

static double worth_left(const struct scene *scene, const struct fleet_plan *fleet) {
    const struct allocation_instance *in = scene->in;
    double worth = 0;
    for (size_t i = 0; i < fleet->left_count; i++)
        worth += fleet->left[i].quantity * in->items[fleet->left[i].item].shortage_cost *
                 in->shelters[in->lanes[fleet->left[i].lane].shelter].priority;
    return worth;
}

Test(allocation_fleet, keeps_to_the_vehicle_that_was_ordered_unless_more_is_left) {
    struct chance chance = {35};
    int kept = 0, freed = 0;
    for (int round = 0; round < (SANITIZED ? 40 : 300); round++) {
        struct scene *scene = new_scene(&chance, 60 + chance_below(&chance, 400));
        uint32_t only[LANES];
        struct fleet_plan free_of_orders, fleet;
        bool other[LANES] = {false};
        for (int i = 0; i < VEHICLES; i++)
            scene->vehicles[i].class = (uint32_t)i % 2;
        for (int l = 0; l < LANES; l++)
            only[l] = chance_below(&chance, 2) == 0 ? FLEET_ANY : chance_below(&chance, 2);
        cr_assert_eq(fleet_schedule(&scene->task, &free_of_orders), HV_OK);
        scene->task.only = only;
        cr_assert_eq(fleet_schedule(&scene->task, &fleet), HV_OK);
        expect_sound(&scene->task, &fleet);
        double before = worth_left(scene, &free_of_orders), after = worth_left(scene, &fleet);
        cr_assert_leq(after, before + 1e-6 * fmax(1, before));
        for (size_t t = 0; t < fleet.trip_count; t++)
            other[fleet.trips[t].lane] |=
                only[fleet.trips[t].lane] != FLEET_ANY &&
                scene->vehicles[fleet.trips[t].vehicle].class != only[fleet.trips[t].lane];
        for (uint32_t l = 0; l < scene->in->lane_count; l++) {
            kept += only[l] != FLEET_ANY && !other[l];
            freed += other[l];
        }
        fleet_plan_deinit(&free_of_orders);
        fleet_plan_deinit(&fleet);
        free_scene(scene);
    }
    cr_assert_gt(freed, 0);
    cr_assert_gt(kept, freed);
}

/* Two alike but for their class, and time for both: the one that the order names goes. */
Test(allocation_fleet, sends_the_vehicle_that_the_order_names) {
    struct chance chance = {36};
    for (uint32_t class = 0; class < 2; class ++) {
        struct scene *scene = new_scene(&chance, INFINITY);
        struct allocation_shipment one = {0, 0, 1};
        const struct allocation_plan plan = {.shipments = &one, .shipment_count = 1};
        uint32_t only[LANES];
        struct fleet_plan fleet;
        for (int i = 0; i < VEHICLES; i++)
            scene->vehicles[i] = (struct fleet_vehicle){.depot = scene->in->lanes[0].depot,
                                                        .volume_m3 = 1e6,
                                                        .weight_kg = 1e6,
                                                        .cold = true,
                                                        .class = (uint32_t)i % 2};
        for (int l = 0; l < LANES; l++)
            only[l] = class;
        scene->ways[0] = (struct fleet_way){10, 10, 0};
        scene->pack[0] = 0;
        scene->task.plan = &plan;
        scene->task.only = only;
        cr_assert_eq(fleet_schedule(&scene->task, &fleet), HV_OK);
        cr_assert_eq(fleet.trip_count, 1);
        cr_assert_eq(scene->vehicles[fleet.trips[0].vehicle].class, class);
        fleet_plan_deinit(&fleet);
        free_scene(scene);
    }
}

Test(allocation_fleet, leaves_what_cannot_be_there_within_the_horizon) {
    struct chance chance = {32};
    int waited = 0;
    for (int round = 0; round < (SANITIZED ? 40 : 300); round++) {
        struct scene *scene = new_scene(&chance, 60 + chance_below(&chance, 200));
        struct fleet_plan fleet;
        cr_assert_eq(fleet_schedule(&scene->task, &fleet), HV_OK);
        expect_sound(&scene->task, &fleet);
        for (size_t i = 0; i < fleet.left_count; i++)
            waited += fleet.left[i].reason == FLEET_BUSY;
        fleet_plan_deinit(&fleet);
        free_scene(scene);
    }
    cr_assert_gt(waited, 20);
}

/* ---- one depot, one item, counted by hand ---- */

struct small {
    struct allocation_item items[2];
    struct allocation_depot depot;
    struct allocation_shelter shelters[4];
    struct allocation_lane lanes[4];
    struct fleet_way ways[4];
    double stock[2], need[8], pack[2];
    bool cold[2];
    struct allocation_shipment shipments[8];
    struct allocation_plan plan;
    struct allocation_instance in;
    struct fleet_vehicle vehicles[3];
    struct fleet_task task;
};

/* Full loads of 10 m³ to shelters, so many each; two lorries, 5 minutes to load, 10 to unload. */
static void make_small(struct small *small, uint32_t lanes, const double *loads,
                       const double *out_min) {
    memset(small, 0, sizeof *small);
    small->items[0] = small->items[1] = (struct allocation_item){1, 1, 3};
    small->depot = (struct allocation_depot){ALLOCATION_NO_LIMIT, false};
    for (uint32_t l = 0; l < lanes; l++) {
        small->shelters[l] = (struct allocation_shelter){1, ALLOCATION_NO_LIMIT};
        small->lanes[l] = (struct allocation_lane){0, l, 1, ALLOCATION_NO_LIMIT, false};
        small->ways[l] = (struct fleet_way){out_min[l], out_min[l], 100};
        small->shipments[l] = (struct allocation_shipment){l, 0, 10 * loads[l]};
    }
    small->plan.shipments = small->shipments;
    small->plan.shipment_count = lanes;
    small->in = (struct allocation_instance){.items = small->items,
                                             .depots = &small->depot,
                                             .shelters = small->shelters,
                                             .lanes = small->lanes,
                                             .item_count = 2,
                                             .depot_count = 1,
                                             .shelter_count = lanes,
                                             .lane_count = lanes,
                                             .stock = small->stock,
                                             .need = small->need};
    for (int i = 0; i < 2; i++)
        small->vehicles[i] = (struct fleet_vehicle){
            .volume_m3 = 10, .weight_kg = 100, .loading_min = 5, .unloading_min = 10};
    small->task = (struct fleet_task){.instance = &small->in,
                                      .plan = &small->plan,
                                      .ways = small->ways,
                                      .pack = small->pack,
                                      .cold = small->cold,
                                      .vehicles = small->vehicles,
                                      .vehicle_count = 2,
                                      .horizon_min = INFINITY,
                                      .trips_max = FLEET_TRIPS_MAX};
}

static struct fleet_plan scheduled(const struct small *small) {
    struct fleet_plan fleet;
    cr_assert_eq(fleet_schedule(&small->task, &fleet), HV_OK);
    expect_sound(&small->task, &fleet);
    return fleet;
}

static void expect_left(const struct small *small, enum fleet_reason reason, double quantity) {
    struct fleet_plan fleet = scheduled(small);
    cr_assert_eq(fleet.left_count, 1);
    cr_assert_str_eq(fleet_reason_name(fleet.left[0].reason), fleet_reason_name(reason));
    cr_assert_float_eq(fleet.left[0].quantity, quantity, 1e-9);
    fleet_plan_deinit(&fleet);
}

/* Two lorries, three full loads of 20 minutes away: one goes twice. */
Test(allocation_fleet, is_exact_on_a_case_that_can_be_counted_by_hand) {
    struct small small;
    make_small(&small, 1, (double[]){3}, (double[]){20});
    struct fleet_plan fleet = scheduled(&small);
    cr_assert_eq(fleet.trip_count, 3);
    cr_assert_float_eq(fleet.last_min, 55 + 35, 1e-9); /* there and back, and there again */
    fleet_plan_deinit(&fleet);
    small.pack[0] = 7;
    fleet = scheduled(&small);
    cr_assert_eq(fleet.trip_count, 4, "one pack of 7 a trip, and last what is left");
    fleet_plan_deinit(&fleet);
    small.vehicles[0].volume_m3 = 0;
    cr_assert_eq(fleet_schedule(&small.task, &fleet), HV_ERR_VALUE);
    small.vehicles[0].volume_m3 = 10;
    small.task.horizon_min = NAN;
    cr_assert_eq(fleet_schedule(&small.task, &fleet), HV_ERR_VALUE);
    small.task.horizon_min = INFINITY;
    small.ways[0].back_min = -1;
    cr_assert_eq(fleet_schedule(&small.task, &fleet), HV_ERR_VALUE);
}

Test(allocation_fleet, says_why_something_is_left) {
    struct small small;
    make_small(&small, 1, (double[]){3}, (double[]){20});
    small.task.vehicle_count = 0;
    expect_left(&small, FLEET_NO_VEHICLE, 30);
    small.task.vehicle_count = 2;
    small.ways[0].back_min = INFINITY;
    expect_left(&small, FLEET_NO_WAY, 30);
    small.ways[0].back_min = 20;
    small.cold[0] = true;
    expect_left(&small, FLEET_NO_COLD, 30);
    small.vehicles[1].cold = true;
    struct fleet_plan fleet = scheduled(&small);
    cr_assert_eq(fleet.trip_count, 3);
    cr_assert_eq(fleet.trips[2].vehicle, 1, "the cold one alone");
    fleet_plan_deinit(&fleet);
    small.cold[0] = false;
    small.pack[0] = 11;
    expect_left(&small, FLEET_TOO_BIG, 30);
    small.pack[0] = 0;
    small.vehicles[0].range_km = small.vehicles[1].range_km = 99;
    expect_left(&small, FLEET_TOO_FAR, 30);
    small.vehicles[1].range_km = 100;
    small.task.horizon_min = 34;
    expect_left(&small, FLEET_BUSY, 30);
    small.task.horizon_min = 35;
    expect_left(&small, FLEET_BUSY, 20);
    small.task.horizon_min = INFINITY;
    small.task.trips_max = 2;
    expect_left(&small, FLEET_TRIPS, 10);
}

/* Fewer vehicles, a longer way round: later, as it should be. */
Test(allocation_fleet, follows_fewer_vehicles_and_longer_ways) {
    struct small small;
    make_small(&small, 2, (double[]){1, 1}, (double[]){20, 30});
    struct fleet_plan fleet = scheduled(&small);
    cr_assert_float_eq(fleet.last_min, 45, 1e-9);
    cr_assert_float_eq(fleet.last_bound_min, 45, 1e-9);
    fleet_plan_deinit(&fleet);
    small.task.vehicle_count = 1;
    fleet = scheduled(&small);
    cr_assert_float_eq(fleet.last_min, 75 + 35, 1e-9, "the longer first, then the other");
    fleet_plan_deinit(&fleet);
    small.task.vehicle_count = 2;
    small.ways[0] = (struct fleet_way){90, 20, 150};
    fleet = scheduled(&small);
    cr_assert_float_eq(fleet.last_min, 105, 1e-9);
    cr_assert_eq(fleet.trips[0].lane, 0, "now the longest");
    fleet_plan_deinit(&fleet);
}

/* The longest first would leave the shelter that counts ten times. */
Test(allocation_fleet, takes_what_is_worth_most_where_there_is_no_time_for_all) {
    struct small small;
    make_small(&small, 2, (double[]){1, 1}, (double[]){20, 50});
    small.task.vehicle_count = 1;
    small.task.horizon_min = 70;
    small.shelters[0].priority = 10;
    struct fleet_plan fleet = scheduled(&small);
    cr_assert_eq(fleet.trip_count, 1);
    cr_assert_eq(fleet.trips[0].lane, 0);
    fleet_plan_deinit(&fleet);
    small.shelters[0].priority = 1;
    small.shelters[1].priority = 10;
    fleet = scheduled(&small);
    cr_assert_eq(fleet.trips[0].lane, 1);
    fleet_plan_deinit(&fleet);
}

/* ---- brute force ---- */

/* Earliest last delivery over all ways to hand out full loads, each in one trip, to two lorries:
 * which one takes each and in which order hardly matters but for the last, from which nobody needs
 * to be back. */
static double best_of(const double *way, int loads) {
    double best = INFINITY;
    for (int mask = 0; mask < 1 << loads; mask++) {
        double work[2] = {0, 0}, longest[2] = {0, 0}, last = 0;
        for (int i = 0; i < loads; i++) {
            const int who = mask >> i & 1;
            work[who] += 15 + 2 * way[i];
            longest[who] = fmax(longest[who], way[i]);
        }
        for (int who = 0; who < 2; who++)
            last = fmax(last, work[who] - longest[who]);
        best = fmin(best, last);
    }
    return best;
}

Test(allocation_fleet, is_never_before_the_best_and_within_four_thirds_of_it_on_small_cases) {
    struct chance chance = {33};
    for (int round = 0; round < 500; round++) {
        struct small small;
        double loads[4], out[4], way[12];
        int count = 0;
        for (int l = 0; l < 4; l++) {
            loads[l] = 1 + chance_below(&chance, 2);
            out[l] = 5 + chance_below(&chance, 60);
            for (int i = 0; i < (int)loads[l]; i++)
                way[count++] = out[l];
        }
        make_small(&small, 4, loads, out);
        struct fleet_plan fleet = scheduled(&small);
        const double best = best_of(way, count);
        cr_assert_eq(fleet.trip_count, (size_t)count);
        cr_assert_geq(fleet.last_min, best - 1e-9, "round %d", round);
        cr_assert_leq(fleet.last_bound_min, best + 1e-9, "round %d", round);
        cr_assert_leq(fleet.last_min, 4.0 / 3 * best + 65, "round %d", round);
        fleet_plan_deinit(&fleet);
    }
}
