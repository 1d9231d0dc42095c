#include "coordinator/optimizer/allocation_carried.h"
#include "tests/support/allocation_checker.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEPOTS 3
#define SHELTERS 4
#define ITEMS 3
#define LANES (DEPOTS * SHELTERS)
#define VEHICLES 5

/* What is on no trip costs this, and these are the fill rates of what is: added up anew. */
static double lack(const struct allocation_instance *in, const struct fleet_plan *fleet) {
    double sum = 0;
    for (size_t i = 0; i < fleet->left_count; i++)
        sum += fleet->left[i].quantity * in->items[fleet->left[i].item].shortage_cost *
               in->shelters[in->lanes[fleet->left[i].lane].shelter].priority;
    return sum;
}

static int compare(const void *a, const void *b) {
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static void delivered(const struct allocation_instance *in, const struct fleet_plan *fleet,
                      double *rates) {
    bool reachable[SHELTERS * ITEMS + 1];
    size_t needs = (size_t)in->shelter_count * in->item_count;
    allocation_reachable(in, reachable);
    memset(rates, 0, needs * sizeof *rates);
    for (size_t t = 0; t < fleet->trip_count; t++)
        for (size_t i = 0; i < fleet->trips[t].load_count; i++) {
            const struct fleet_load *load = &fleet->loads[fleet->trips[t].first_load + i];
            size_t need = in->lanes[fleet->trips[t].lane].shelter * in->item_count + load->item;
            rates[need] += load->quantity / in->need[need];
        }
    for (size_t i = 0; i < needs; i++)
        rates[i] = reachable[i] ? rates[i] : 1;
    qsort(rates, needs, sizeof *rates, compare);
}

static void random_vehicles(struct chance *chance, const struct allocation_instance *in,
                            struct fleet_vehicle *vehicles, struct fleet_way *ways, bool *cold) {
    for (uint32_t v = 0; v < VEHICLES; v++)
        vehicles[v] = (struct fleet_vehicle){.depot = chance_below(chance, in->depot_count),
                                             .volume_m3 = 1 + chance_below(chance, 8),
                                             .weight_kg = 50 + chance_below(chance, 4000),
                                             .loading_min = chance_below(chance, 20),
                                             .unloading_min = chance_below(chance, 20),
                                             .range_km = chance_below(chance, 3) * 40.0,
                                             .cold = chance_below(chance, 3) == 0};
    for (uint32_t l = 0; l < in->lane_count; l++) {
        double out = 5 + chance_below(chance, 60);
        ways[l] = (struct fleet_way){chance_below(chance, 12) == 0 ? INFINITY : out, out, 2 * out};
    }
    for (uint32_t k = 0; k < in->item_count; k++)
        cold[k] = chance_below(chance, 4) == 0;
}

/* Whether what is delivered by the second is shared as fairly as by the first, or more. */
static bool as_fair(const double *first, const double *second, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (fabs(second[i] - first[i]) > 1e-6)
            return second[i] > first[i];
    return true;
}

static uint32_t check_one(const struct fleet_task *task, int round) {
    const struct allocation_instance *in = task->instance;
    size_t needs = (size_t)in->shelter_count * in->item_count;
    double before[SHELTERS * ITEMS + 1], after[SHELTERS * ITEMS + 1];
    struct allocation_carried carried;
    struct fleet_plan alone;
    cr_assert_eq(fleet_schedule(task, &alone), HV_OK);
    cr_assert_eq(allocation_carry(task, false, NULL, &carried), HV_OK);
    const char *wrong = allocation_check(in, &carried.plan);
    cr_assert_null(wrong, "round %d: %s", round, wrong);
    cr_assert_float_eq(carried.lack, lack(in, &carried.fleet), 1e-6 * (1 + carried.lack));
    double was = task->plan->objective + lack(in, &alone);
    delivered(in, &alone, before);
    delivered(in, &carried.fleet, after);
    if (in->maxmin)
        cr_assert(as_fair(before, after, needs), "round %d", round);
    else
        cr_assert_leq(carried.plan.objective + carried.lack, was + 1e-6 * (1 + was), "round %d",
                      round);
    if (carried.rounds == 0)
        cr_assert_eq(carried.plan.objective, task->plan->objective);
    if (carried.keeps_floor)
        cr_assert_float_eq(carried.plan.lower_bound, task->plan->lower_bound, 1e-9);
    else
        cr_assert_float_eq(carried.plan.lower_bound, task->plan->unfair_cost,
                           1e-7 * (1 + task->plan->unfair_cost));
    uint32_t rounds = carried.rounds;
    fleet_plan_deinit(&alone);
    allocation_carried_deinit(&carried);
    return rounds;
}

static uint32_t check_many(bool maxmin, uint64_t seed) {
    struct chance chance = {seed};
    const struct allocation_mix mix = {DEPOTS, SHELTERS, ITEMS, false, true, true, true, true};
    uint32_t better = 0;
    for (int round = 0; round < (SANITIZED ? 80 : 400); round++) {
        struct allocation_instance *instance = allocation_random(&chance, &mix);
        struct fleet_vehicle vehicles[VEHICLES];
        struct fleet_way ways[LANES];
        bool cold[ITEMS];
        double pack[ITEMS] = {0};
        struct allocation_plan plan;
        instance->maxmin = maxmin;
        random_vehicles(&chance, instance, vehicles, ways, cold);
        cr_assert_eq(allocation_solve(instance, NULL, &plan), HV_OK);
        const struct fleet_task task = {.instance = instance,
                                        .plan = &plan,
                                        .ways = ways,
                                        .pack = pack,
                                        .vehicles = vehicles,
                                        .vehicle_count = VEHICLES,
                                        .cold = cold,
                                        .horizon_min = 60 + chance_below(&chance, 300),
                                        .trips_max = 1000};
        better += check_one(&task, round) > 0;
        allocation_plan_deinit(&plan);
        allocation_random_free(instance);
    }
    return better;
}

Test(allocation_carried, leaves_no_more_behind_than_one_schedule) {
    cr_assert_gt(check_many(false, 3), 0);
}

Test(allocation_carried, delivers_as_fairly_as_one_schedule_or_more) {
    cr_assert_gt(check_many(true, 4), 0);
}

/* ---- one town of two depots: the near one is the cheaper ---- */

struct town {
    struct allocation_item item;
    struct allocation_depot depots[2];
    struct allocation_shelter shelters[2];
    struct allocation_lane lanes[3];
    double stock[2], need[2], pack;
    struct allocation_instance instance;
    struct fleet_way ways[3];
    struct fleet_vehicle vehicle;
};

static void make_town(struct town *town) {
    *town = (struct town){
        .item = {1, 1, 100},
        .depots = {{ALLOCATION_NO_LIMIT, false}, {ALLOCATION_NO_LIMIT, false}},
        .shelters = {{1, ALLOCATION_NO_LIMIT}, {1, ALLOCATION_NO_LIMIT}},
        .lanes = {{0, 0, 1, ALLOCATION_NO_LIMIT, false},
                  {1, 0, 5, ALLOCATION_NO_LIMIT, false},
                  {0, 1, 1, ALLOCATION_NO_LIMIT, false}},
        .stock = {10, 10},
        .need = {6, 2},
        .ways = {{5, 5, 10}, {30, 30, 60}, {5, 5, 10}},
        .vehicle = {.depot = 1, .volume_m3 = 4, .weight_kg = 100},
    };
    town->instance = (struct allocation_instance){
        &town->item, town->depots, town->shelters, town->lanes, 1,    2, 2,
        3,           town->stock,  NULL,           town->need,  false};
}

static struct allocation_carried carry_town(const struct town *town, bool packs) {
    struct allocation_plan plan;
    struct allocation_carried carried;
    cr_assert_eq(allocation_solve(&town->instance, NULL, &plan), HV_OK);
    const struct fleet_task task = {.instance = &town->instance,
                                    .plan = &plan,
                                    .ways = town->ways,
                                    .pack = &town->pack,
                                    .vehicles = &town->vehicle,
                                    .vehicle_count = 1,
                                    .horizon_min = INFINITY,
                                    .trips_max = 100};
    cr_assert_eq(allocation_carry(&task, packs, NULL, &carried), HV_OK);
    allocation_plan_deinit(&plan);
    return carried;
}

Test(allocation_carried, sends_from_where_there_is_a_vehicle) {
    struct town town;
    make_town(&town);
    struct allocation_carried carried = carry_town(&town, false);
    cr_assert_eq(carried.rounds, 1);
    cr_assert_float_eq(carried.first_cost, 8, 1e-9);
    /* 6 from the far depot; for the 2 that only the near one reaches no vehicle is found. */
    cr_assert_float_eq(carried.plan.objective, 6 * 5 + 2, 1e-9);
    cr_assert_float_eq(carried.plan.lower_bound, 8, 1e-6);
    cr_assert_float_eq(carried.lack, 200, 1e-9);
    cr_assert_eq(carried.fleet.left_count, 1);
    cr_assert_eq(carried.fleet.left[0].lane, 2);
    cr_assert_eq(carried.fleet.left[0].reason, FLEET_NO_VEHICLE);
    cr_assert_eq(carried.fleet.trip_count, 2);
    allocation_carried_deinit(&carried);
}

Test(allocation_carried, keeps_to_whole_packs) {
    struct town town;
    make_town(&town);
    town.pack = 4;
    town.need[0] = 7; /* a pack, and 3 that nobody brings */
    town.need[1] = 0;
    struct allocation_carried carried = carry_town(&town, true);
    double sent = 0;
    for (size_t i = 0; i < carried.plan.shipment_count; i++) {
        cr_assert_float_eq(fmod(carried.plan.shipments[i].quantity, 4), 0, 1e-9);
        sent += carried.plan.shipments[i].quantity;
    }
    cr_assert_float_eq(sent, 4, 1e-9);
    cr_assert_eq(carried.fleet.left_count, 0);
    allocation_carried_deinit(&carried);
}

Test(allocation_carried, shares_what_can_be_brought_fairly) {
    struct town town;
    make_town(&town);
    town.instance.maxmin = true;
    town.lanes[2].depot = 1; /* both from the depot with the vehicle, which has time for one way */
    town.stock[1] = 8;
    struct allocation_carried carried = carry_town(&town, false);
    double rates[2];
    delivered(&town.instance, &carried.fleet, rates);
    cr_assert_float_eq(rates[0], 1, 1e-9);
    cr_assert(carried.plan.objective >= carried.plan.lower_bound - 1e-9);
    allocation_carried_deinit(&carried);
}
