/* Goods go back to the allocation where no vehicle brings them: never to leave more behind, always
 * within stock, needs and limits, and held against all ways to share loads out. */
#include "coordinator/optimizer/deliveries.h"
#include "tests/support/chance.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MIN = 60000, DEPOTS = 2, SHELTERS = 2, ITEMS = 2, NODES = 4, LINKS = 12, LOAD = 1000 };

struct town {
    struct network *network;
    struct instance_depot depots[DEPOTS];
    struct instance_shelter shelters[SHELTERS];
    struct instance_item items[ITEMS];
    int64_t stock[DEPOTS * ITEMS], need[SHELTERS * ITEMS];
    struct instance instance;
    struct deliveries_group groups[DEPOTS + 1];
    struct deliveries_task task;
    int64_t link_m[LINKS];
};

/* Nodes 0 and 1 are depots, 2 and 3 shelters; roads between all, each way. */
static void make_network(struct town *town, struct chance *chance) {
    struct network_link links[LINKS];
    uint32_t count = 0;
    for (uint32_t a = 0; a < NODES; a++)
        for (uint32_t b = 0; b < NODES; b++)
            if (a != b) {
                int64_t minutes = 5 + chance_below(chance, 40);
                town->link_m[count] = minutes * 1000;
                links[count++] = (struct network_link){.from = a,
                                                       .to = b,
                                                       .travel_ms = minutes * MIN,
                                                       .capacity_per_hour = 1000,
                                                       .closed = chance_below(chance, 8) == 0};
            }
    cr_assert_eq(network_new(NODES, links, LINKS, &town->network), HV_OK);
}

static struct town *town_new(struct chance *chance, uint32_t items) {
    struct town *town = calloc(1, sizeof *town);
    make_network(town, chance);
    for (uint32_t d = 0; d < DEPOTS; d++)
        town->depots[d] = (struct instance_depot){d, INSTANCE_NO_LIMIT, true};
    for (uint32_t s = 0; s < SHELTERS; s++)
        town->shelters[s] = (struct instance_shelter){.node = DEPOTS + s,
                                                      .priority = 1 + chance_below(chance, 2),
                                                      .receive_ml = INSTANCE_NO_LIMIT,
                                                      .usable = true};
    town->items[0] =
        (struct instance_item){.volume_ml = 1000, .shortage_cost = 100, .weight_g = 1000};
    town->items[1] = (struct instance_item){
        .volume_ml = 1000, .shortage_cost = 300, .weight_g = 1000, .cold = true};
    for (uint32_t i = 0; i < DEPOTS * items; i++)
        town->stock[i] = LOAD * (int64_t)chance_below(chance, 4);
    for (uint32_t i = 0; i < SHELTERS * items; i++)
        town->need[i] = LOAD * (int64_t)chance_below(chance, 4);
    for (uint32_t g = 0; g < DEPOTS; g++) {
        town->groups[town->task.group_count] =
            (struct deliveries_group){.depot = g,
                                      .count = chance_below(chance, 3),
                                      .volume_ml = LOAD * 1000,
                                      .weight_g = LOAD * 1000,
                                      .loading_ms = 10 * MIN,
                                      .unloading_ms = 10 * MIN,
                                      .range_m = chance_below(chance, 3) == 0 ? 50000 : 0,
                                      .cold = chance_below(chance, 2) == 0};
        town->task.group_count += town->groups[town->task.group_count].count > 0;
    }
    town->instance = (struct instance){.network = town->network,
                                       .shelters = town->shelters,
                                       .shelter_count = SHELTERS,
                                       .depots = town->depots,
                                       .depot_count = DEPOTS,
                                       .items = town->items,
                                       .item_count = items,
                                       .stock = town->stock,
                                       .need = town->need,
                                       .haul_cost_per_m3_hour = 1000};
    town->task.instance = &town->instance;
    town->task.groups = town->groups;
    town->task.link_m = town->link_m;
    town->task.horizon_ms = (60 + chance_below(chance, 120)) * MIN;
    return town;
}

static void town_free(struct town *town) {
    network_free(town->network);
    free(town);
}

static int carry(void *context, const struct planner *planner, struct plan *plan) {
    const struct town *town = context;
    struct deliveries_task task = town->task;
    task.instance = planner_instance(planner);
    task.plan = plan;
    return deliveries_make(&task, &plan->deliveries);
}

/* Lack and transport of what is carried or sent without a vehicle, added up by hand. */
static double lack_of(const struct town *town, const struct plan *plan) {
    double lack = 0;
    for (size_t i = 0; i < plan->unmet_count; i++)
        lack += (double)plan->unmet[i].quantity *
                (double)town->items[plan->unmet[i].item].shortage_cost *
                (double)town->shelters[plan->unmet[i].shelter].priority;
    for (size_t i = 0; i < plan->deliveries->left_count; i++)
        lack += (double)plan->deliveries->left[i].quantity *
                (double)town->items[plan->deliveries->left[i].item].shortage_cost *
                (double)town->shelters[plan->deliveries->left[i].shelter].priority;
    return lack;
}

static double transport_of(const struct town *town, const struct plan *plan) {
    double cost = 0;
    for (size_t i = 0; i < plan->shipment_count; i++)
        cost += (double)plan->shipments[i].quantity *
                (double)town->items[plan->shipments[i].item].volume_ml / 1e6 *
                (double)plan->shipments[i].travel_ms / 3600000 * 1000;
    return cost;
}

static double cost_of(const struct town *town, const struct plan *plan) {
    return lack_of(town, plan) + transport_of(town, plan);
}

/* Sent within stock and needs, and every unit on a trip or left. */
static void expect_sound(const struct town *town, const struct plan *plan) {
    const uint32_t items = town->instance.item_count;
    int64_t stock[DEPOTS * ITEMS] = {0}, sent[SHELTERS * ITEMS] = {0}, told = 0, wanted = 0;
    for (size_t i = 0; i < plan->shipment_count; i++) {
        const struct plan_shipment *s = &plan->shipments[i];
        stock[s->depot * items + s->item] += s->quantity;
        sent[s->shelter * items + s->item] += s->quantity;
        wanted += s->quantity;
        cr_assert_gt(s->route.count, 0);
        cr_assert_leq(s->route.first + s->route.count, plan->link_count);
        const uint32_t *route = &plan->links[s->route.first];
        cr_assert_eq(network_link_at(town->network, route[0])->from, s->depot);
        cr_assert_eq(network_link_at(town->network, route[s->route.count - 1])->to,
                     DEPOTS + s->shelter);
    }
    for (size_t i = 0; i < plan->unmet_count; i++)
        sent[plan->unmet[i].shelter * items + plan->unmet[i].item] += plan->unmet[i].quantity;
    for (uint32_t i = 0; i < DEPOTS * items; i++)
        cr_assert_leq(stock[i], town->stock[i]);
    for (uint32_t i = 0; i < SHELTERS * items; i++)
        cr_assert_eq(sent[i], town->need[i]);
    for (size_t i = 0; i < plan->deliveries->load_count; i++)
        told += plan->deliveries->loads[i].quantity;
    for (size_t i = 0; i < plan->deliveries->left_count; i++)
        told += plan->deliveries->left[i].quantity;
    cr_assert_eq(told, wanted);
    cr_assert_leq(plan->goods_bound, plan->goods_cost);
}

static struct plan *solve_by(struct town *town, planner_carry *how,
                             enum planner_fairness fairness) {
    struct planner *planner = NULL;
    struct plan *plan = NULL;
    cr_assert_eq(planner_new(&town->instance, &planner), HV_OK);
    cr_assert_eq(planner_set_fairness(planner, fairness), HV_OK);
    planner_set_carrier(planner, how, town);
    cr_assert_eq(planner_solve(planner, NULL, &plan), HV_OK);
    if (!how)
        cr_assert_eq(carry(town, planner, plan), HV_OK);
    planner_free(planner);
    return plan;
}

static struct plan *solve(struct town *town, planner_carry *how) {
    return solve_by(town, how, PLANNER_CHEAPEST);
}

Test(planner_carriers, never_leave_more_behind_than_one_allocation_does) {
    struct chance chance = {7};
    int better = 0;
    for (int round = 0; round < (SANITIZED ? 60 : 600); round++) {
        struct town *town = town_new(&chance, ITEMS);
        struct plan *once = solve(town, NULL), *plan = solve(town, carry);
        expect_sound(town, once);
        expect_sound(town, plan);
        double before = cost_of(town, once), after = cost_of(town, plan);
        cr_assert_leq(after, before * (1 + 1e-9) + 1e-6, "round %d", round);
        cr_assert_eq(plan->goods_bound, once->goods_bound);
        cr_assert_eq(plan->carrying_cost, plan->goods_cost - once->goods_cost);
        better += after < before - 1;
        plan_free(once);
        plan_free(plan);
        town_free(town);
    }
    cr_assert_gt(better, 0);
}

Test(planner_carriers, bring_no_less_of_a_fair_plan_in_rounds_than_without) {
    struct chance chance = {9};
    int better = 0, fair = 0;
    for (int round = 0; round < (SANITIZED ? 40 : 400); round++) {
        struct town *town = town_new(&chance, ITEMS);
        struct plan *once = solve_by(town, NULL, PLANNER_FAIREST),
                    *plan = solve_by(town, carry, PLANNER_FAIREST);
        expect_sound(town, plan);
        double before = cost_of(town, once), after = cost_of(town, plan);
        cr_assert_leq(after, before * (1 + 1e-9) + 1e-6, "round %d", round);
        cr_assert_eq(plan->is_fair, once->is_fair);
        cr_assert_eq(plan->carrying_cost, plan->goods_cost - once->goods_cost);
        better += after < before - 1;
        fair += plan->is_fair;
        plan_free(once);
        plan_free(plan);
        town_free(town);
    }
    cr_assert_gt(fair, 0);
    cr_assert_gt(better, 0);
}

/* What vehicles leave counts as lacking: sharing never makes that a hundredth dearer. */
Test(planner_carriers, share_fairly_only_where_that_stays_affordable) {
    struct chance chance = {10};
    int fair = 0, cheap = 0;
    for (int round = 0; round < (SANITIZED ? 40 : 400); round++) {
        struct town *town = town_new(&chance, ITEMS);
        struct plan *cheapest = solve(town, carry),
                    *plan = solve_by(town, carry, PLANNER_AFFORDABLE);
        expect_sound(town, plan);
        double least = cost_of(town, cheapest), cost = cost_of(town, plan);
        cr_assert(plan->is_fair || cost <= least * (1 + 1e-9) + 1e-6, "round %d", round);
        if (plan->is_fair && plan->deliveries->left_count > 0)
            cr_assert_leq(cost, least * (1.01 + 1e-9) + 1e-6, "round %d", round);
        fair += plan->is_fair;
        cheap += !plan->is_fair && plan->unmet_count > 0;
        plan_free(cheapest);
        plan_free(plan);
        town_free(town);
    }
    cr_assert_gt(fair, 0);
    cr_assert_gt(cheap, 0);
}

/* ---- against all ways to share loads out ---- */

/* One item, each lane a whole number of loads: the least lack of any allocation that keeps stock
 * and needs, by the same schedule. */
static double least_lack(struct town *town) {
    double least = INFINITY;
    for (int64_t code = 0; code < 256; code++) { /* 0 to 3 loads on each of 4 lanes */
        struct plan plan = {0};
        struct plan_shipment shipments[DEPOTS * SHELTERS];
        struct plan_unmet unmet[SHELTERS];
        int64_t stock[DEPOTS], need[SHELTERS];
        bool fits = true;
        for (uint32_t d = 0; d < DEPOTS; d++)
            stock[d] = town->stock[d];
        for (uint32_t s = 0; s < SHELTERS; s++)
            need[s] = town->need[s];
        plan.shipments = shipments;
        plan.unmet = unmet;
        for (uint32_t l = 0; l < DEPOTS * SHELTERS; l++) {
            int64_t quantity = LOAD * (code >> (2 * l) & 3);
            fits &= (stock[l / SHELTERS] -= quantity) >= 0;
            fits &= (need[l % SHELTERS] -= quantity) >= 0;
            if (quantity > 0)
                shipments[plan.shipment_count++] = (struct plan_shipment){
                    .depot = l / SHELTERS, .shelter = l % SHELTERS, .quantity = quantity};
        }
        if (!fits)
            continue;
        for (uint32_t s = 0; s < SHELTERS; s++)
            unmet[plan.unmet_count++] = (struct plan_unmet){s, 0, need[s]};
        struct deliveries_task task = town->task;
        task.plan = &plan;
        cr_assert_eq(deliveries_make(&task, &plan.deliveries), HV_OK);
        least = fmin(least, lack_of(town, &plan));
        plan_deliveries_free(plan.deliveries);
    }
    return least;
}

Test(planner_carriers, leave_as_little_behind_as_can_be_in_nearly_all_cases) {
    struct chance chance = {8};
    int cases = 0, best = 0, best_once = 0;
    for (int round = 0; round < (SANITIZED ? 20 : 200); round++) {
        struct town *town = town_new(&chance, 1);
        struct plan *once = solve(town, NULL), *plan = solve(town, carry);
        double least = least_lack(town), lack = lack_of(town, plan);
        cr_assert_geq(lack, least - 1e-6);
        cases++;
        best += lack <= least + 1e-6;
        best_once += lack_of(town, once) <= least + 1e-6;
        plan_free(once);
        plan_free(plan);
        town_free(town);
    }
    cr_log_info("%d of %d at the best, %d without rounds", best, cases, best_once);
    cr_assert_geq(best, best_once);
    cr_assert_geq(100 * best, 95 * cases, "%d of %d at the best, %d without rounds", best, cases,
                  best_once);
}
