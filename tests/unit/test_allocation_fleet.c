#include "coordinator/optimizer/allocation.h"
#include "coordinator/optimizer/allocation_fleet.h"
#include "tests/support/allocation_checker.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#define VEHICLES 6
#define ITEMS 4

/* Every trip within its vehicle, vehicles on one trip at a time, all goods delivered or left. */
static void expect_sound(const struct allocation_instance *in, const struct allocation_plan *plan,
                         const struct fleet_vehicle *vehicles, const double *travel,
                         const struct fleet_plan *fleet, int round) {
    double *carried = calloc((size_t)in->lane_count * in->item_count + 1, sizeof *carried);
    double busy[VEHICLES], last = 0;
    for (int i = 0; i < VEHICLES; i++)
        busy[i] = vehicles[i].ready_min;
    for (size_t t = 0; t < fleet->trip_count; t++) {
        const struct fleet_trip *trip = &fleet->trips[t];
        const struct fleet_vehicle *v = &vehicles[trip->vehicle];
        double m3 = 0, kg = 0, way = travel[trip->lane];
        cr_assert_eq(in->lanes[trip->lane].depot, v->depot);
        cr_assert_geq(trip->starts_min, busy[trip->vehicle] - 1e-9, "round %d", round);
        cr_assert_float_eq(trip->arrives_min, trip->starts_min + v->loading_min + way, 1e-9);
        cr_assert_float_eq(trip->back_min, trip->delivered_min + way, 1e-9);
        busy[trip->vehicle] = trip->back_min;
        last = fmax(last, trip->delivered_min);
        for (size_t i = trip->first_load; i < trip->first_load + trip->load_count; i++) {
            const struct fleet_load *load = &fleet->loads[i];
            m3 += load->quantity * in->items[load->item].volume_m3;
            kg += load->quantity * in->items[load->item].weight_kg;
            carried[trip->lane * in->item_count + load->item] += load->quantity;
        }
        cr_assert_leq(m3, v->volume_m3 * (1 + 1e-9), "round %d", round);
        cr_assert_leq(kg, v->weight_kg * (1 + 1e-9), "round %d", round);
        cr_assert_gt(trip->load_count, 0);
    }
    for (size_t i = 0; i < fleet->left_count; i++)
        carried[fleet->left[i].lane * in->item_count + fleet->left[i].item] +=
            fleet->left[i].quantity;
    for (size_t i = 0; i < plan->shipment_count; i++) {
        const struct allocation_shipment *s = &plan->shipments[i];
        cr_assert_float_eq(carried[s->lane * in->item_count + s->item], s->quantity,
                           1e-6 * fmax(1, s->quantity), "round %d", round);
    }
    cr_assert_float_eq(fleet->last_min, last, 1e-9);
    cr_assert_leq(fleet->last_bound_min, fmax(0, last) + 1e-9, "round %d", round);
    free(carried);
}

Test(allocation_fleet, delivers_all_within_its_vehicles_and_no_earlier_than_its_bound) {
    struct chance chance = {31};
    const struct allocation_mix mix = {3, 5, ITEMS, false, true, true, true, true};
    for (int round = 0; round < (SANITIZED ? 40 : 200); round++) {
        struct allocation_instance *in = allocation_random(&chance, &mix);
        struct allocation_plan plan;
        cr_assert_eq(allocation_solve(in, NULL, &plan), HV_OK);
        struct fleet_vehicle vehicles[VEHICLES];
        double travel[15], pack[ITEMS] = {0, 0, 0, 0};
        for (uint32_t l = 0; l < in->lane_count; l++)
            travel[l] = chance_below(&chance, 90);
        for (int i = 0; i < VEHICLES; i++)
            vehicles[i] = (struct fleet_vehicle){chance_below(&chance, in->depot_count),
                                                 2 + chance_below(&chance, 9),
                                                 5 + chance_below(&chance, 20),
                                                 chance_below(&chance, 20),
                                                 chance_below(&chance, 20),
                                                 chance_below(&chance, 60)};
        struct fleet_plan fleet;
        cr_assert_eq(fleet_schedule(in, &plan, travel, pack, vehicles, VEHICLES, &fleet), HV_OK);
        expect_sound(in, &plan, vehicles, travel, &fleet, round);
        fleet_plan_deinit(&fleet);
        allocation_plan_deinit(&plan);
        allocation_random_free(in);
    }
}

/* Two lorries, three full loads of 20 minutes away: one goes twice. */
Test(allocation_fleet, is_exact_on_a_case_that_can_be_counted_by_hand) {
    struct allocation_item item = {1, 1, 3};
    struct allocation_depot depot = {ALLOCATION_NO_LIMIT, false};
    struct allocation_shelter shelter = {1, ALLOCATION_NO_LIMIT};
    struct allocation_lane lane = {0, 0, 1, ALLOCATION_NO_LIMIT, false};
    double stock = 30, need = 30, travel = 20, pack = 7;
    struct allocation_instance in = {&item, &depot, &shelter, &lane, 1,     1,
                                     1,     1,      &stock,   NULL,  &need, false};
    struct fleet_vehicle two[] = {{0, 10, 100, 5, 10, 0}, {0, 10, 100, 5, 10, 0}};
    struct allocation_plan plan;
    struct fleet_plan fleet;
    double no_pack = 0;
    cr_assert_eq(allocation_solve(&in, NULL, &plan), HV_OK);
    cr_assert_eq(fleet_schedule(&in, &plan, &travel, &no_pack, two, 2, &fleet), HV_OK);
    cr_assert_eq(fleet.trip_count, 3);
    cr_assert_float_eq(fleet.last_min, 55 + 35, 1e-9); /* there and back, and there again */
    fleet_plan_deinit(&fleet);
    cr_assert_eq(fleet_schedule(&in, &plan, &travel, &pack, two, 2, &fleet), HV_OK);
    cr_assert_eq(fleet.trip_count, 4, "one pack of 7 a trip, and last what is left");
    fleet_plan_deinit(&fleet);
    two[0].volume_m3 = two[1].volume_m3 = 6;
    cr_assert_eq(fleet_schedule(&in, &plan, &travel, &pack, two, 2, &fleet), HV_OK);
    cr_assert_eq(fleet.trip_count, 0, "no lorry takes a pack");
    cr_assert_eq(fleet.left_count, 1);
    fleet_plan_deinit(&fleet);
    two[0].volume_m3 = 0;
    cr_assert_eq(fleet_schedule(&in, &plan, &travel, &pack, two, 2, &fleet), HV_ERR_VALUE);
    allocation_plan_deinit(&plan);
}
