/* What goods are sent, in packs, within limits of lanes, fairly, and beside orders that stand. */
#include "tests/support/little_world.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CERTIFIED (SANITIZED ? 60u : 600u) /* random worlds */

/* Larger figures, packs, limits of lanes, perhaps fair. */
static void set_up_choices(struct little_world *w, int64_t *lane_ml) {
    little_set_up(w, little_once_in(2));
    for (uint32_t k = 0; k < LITTLE_ITEMS; k++)
        w->items[k].pack = little_once_in(2) ? 2 + little_below(4) : 0;
    for (uint32_t i = 0; i < LITTLE_DEPOTS * LITTLE_ITEMS; i++)
        w->stock[i] = little_below(60);
    for (uint32_t i = 0; i < LITTLE_SHELTERS * LITTLE_ITEMS; i++)
        w->need[i] = little_below(40);
    for (uint32_t d = 0; d < LITTLE_DEPOTS; d++)
        if (w->depots[d].dispatch_ml > 0)
            w->depots[d].dispatch_ml = little_below(200);
    for (uint32_t s = 0; s < LITTLE_SHELTERS; s++)
        if (w->shelters[s].receive_ml > 0)
            w->shelters[s].receive_ml = little_below(100);
    for (uint32_t i = 0; i < LITTLE_DEPOTS * LITTLE_SHELTERS; i++)
        lane_ml[i] = little_once_in(3) ? little_below(50) : INSTANCE_NO_LIMIT;
    if (little_once_in(2))
        w->instance.lane_ml = lane_ml;
}

static void change_choices(struct little_world *w, struct planner *p, int64_t *lane_ml) {
    uint32_t d = little_below(LITTLE_DEPOTS), s = little_below(LITTLE_SHELTERS),
             k = little_below(LITTLE_ITEMS);
    w->stock[d * LITTLE_ITEMS + k] = little_below(60);
    cr_assert_eq(planner_set_stock(p, d, k, w->stock[d * LITTLE_ITEMS + k]), 0);
    w->need[s * LITTLE_ITEMS + k] = little_below(40);
    cr_assert_eq(planner_set_need(p, s, k, w->need[s * LITTLE_ITEMS + k]), 0);
    w->shelters[s].priority = 1 + little_below(3);
    cr_assert_eq(planner_set_priority(p, s, w->shelters[s].priority), 0);
    if (!w->instance.lane_ml)
        return;
    lane_ml[d * LITTLE_SHELTERS + s] = little_once_in(2) ? little_below(50) : INSTANCE_NO_LIMIT;
    cr_assert_eq(planner_set_lane_limit(p, d, s, lane_ml[d * LITTLE_SHELTERS + s]), 0);
}

Test(planner_goods, fair_and_packed_plans_within_limits_of_lanes_are_certified_too) {
    for (uint64_t seed = 1; seed <= CERTIFIED; seed++) {
        little_seed = seed * 977;
        struct little_world w;
        int64_t lane_ml[LITTLE_DEPOTS * LITTLE_SHELTERS];
        set_up_choices(&w, lane_ml);
        enum planner_fairness fair = (enum planner_fairness)little_below(4);
        struct planner *warm = NULL;
        cr_assert_eq(planner_new(&w.instance, &warm), 0);
        cr_assert_eq(planner_set_fairness(warm, fair), 0);
        for (int round = 0; round < 4; round++) {
            struct planner *cold = NULL;
            struct plan *plan = NULL, *again = NULL;
            cr_assert_eq(planner_solve(warm, NULL, &plan), 0);
            little_judge(&w, plan);
            little_judge_reasons(plan);
            cr_assert(fair != PLANNER_CHEAPEST || plan->fairness_cost == 0);
            const bool may = fair == PLANNER_FAIREST || fair == PLANNER_AFFORDABLE,
                       costs_little = plan->fairness_cost * 100 <=
                                      plan->goods_cost - plan->rounding_cost -
                                          (plan->is_fair ? plan->fairness_cost : 0);
            cr_assert(!plan->is_fair || (may && plan->fair_levels > 0));
            cr_assert(fair != PLANNER_FAIREST || plan->fair_levels == 0 || plan->is_fair);
            if (fair == PLANNER_AFFORDABLE && plan->fair_levels > 0 && plan->unmet_count > 0)
                cr_assert_eq(plan->is_fair, costs_little);
            cr_assert(plan->least_fill >= 0 && plan->least_fill <= 1);
            cr_assert_eq(planner_new(&w.instance, &cold), 0);
            cr_assert_eq(planner_set_fairness(cold, fair), 0);
            cr_assert_eq(planner_solve(cold, NULL, &again), 0);
            little_judge(&w, again);
            double most = fmax((double)plan->goods_bound, (double)again->goods_bound);
            cr_assert_float_eq((double)plan->goods_bound, (double)again->goods_bound,
                               1e-6 * most + 200 * (LITTLE_DEPOTS + LITTLE_SHELTERS));
            plan_free(again);
            planner_free(cold);
            plan_free(plan);
            change_choices(&w, warm, lane_ml);
        }
        planner_free(warm);
        little_tear_down(&w);
    }
}

/* Two shelters need the same from one depot, and the nearer one would get all of it. */
struct pair {
    struct network *network;
    struct instance_shelter shelters[2];
    struct instance_depot depot;
    struct instance_item item;
    int64_t stock, reserve, need[2];
    struct instance instance;
};

static void make_pair(struct pair *pair, int64_t far_ms, int64_t shortage_cost, int64_t pack) {
    const struct network_link links[] = {{0, 1, 1000, 100, false}, {0, 2, far_ms, 100, false}};
    *pair = (struct pair){.shelters = {{.node = 1, .receive_ml = INSTANCE_NO_LIMIT, .priority = 1},
                                       {.node = 2, .receive_ml = INSTANCE_NO_LIMIT, .priority = 1}},
                          .depot = {0, INSTANCE_NO_LIMIT, true},
                          .item = {.volume_ml = 1000, .shortage_cost = shortage_cost, .pack = pack},
                          .stock = 60,
                          .need = {60, 60}};
    cr_assert_eq(network_new(3, links, 2, &pair->network), 0);
    pair->instance = (struct instance){.network = pair->network,
                                       .shelters = pair->shelters,
                                       .shelter_count = 2,
                                       .depots = &pair->depot,
                                       .depot_count = 1,
                                       .items = &pair->item,
                                       .item_count = 1,
                                       .stock = &pair->stock,
                                       .reserve = &pair->reserve,
                                       .need = pair->need,
                                       .haul_cost_per_m3_hour = 3600000};
}

Test(planner_goods, fairness_shares_what_is_short_and_says_what_that_costs) {
    struct pair pair;
    struct planner *planner = NULL;
    struct plan *plan = NULL;
    make_pair(&pair, 9000, 50, 6);
    cr_assert_eq(planner_new(&pair.instance, &planner), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    cr_assert_eq(plan->shipment_count, 1);
    cr_assert_float_eq(plan->least_fill, 0, 1e-9);
    cr_assert_eq(plan->fair_levels, 0);
    plan_free(plan);
    cr_assert_eq(planner_set_fairness(planner, PLANNER_PRICED), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    cr_assert_eq(plan->shipment_count, 1);
    cr_assert_float_eq(plan->fairest_fill, 0.5, 1e-9);
    cr_assert_eq(plan->fairness_cost, INT64_C(30) * 8000 * 1000); /* 8 s further, 1000 a second */
    plan_free(plan);
    cr_assert_eq(planner_set_fairness(planner, PLANNER_FAIREST), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    cr_assert_eq(plan->shipment_count, 2);
    cr_assert_eq(plan->shipments[0].quantity, 30);
    cr_assert_float_eq(plan->least_fill, 0.5, 1e-9);
    cr_assert_float_eq(plan->cheapest_fill, 0, 1e-9);
    cr_assert_eq(plan->fairness_cost, INT64_C(30) * 8000 * 1000); /* 8 s further, 1000 a second */
    cr_assert_eq(plan->goods_cost - plan->fairness_cost, plan->goods_bound);
    plan_free(plan);
    planner_free(planner);
    network_free(pair.network);
}

/* Far enough apart, sharing between the two is dear. */
static struct plan *plan_pair(int64_t far_ms, int64_t shortage_cost, planner_carry *carry) {
    struct pair pair;
    struct planner *planner = NULL;
    struct plan *plan = NULL;
    make_pair(&pair, far_ms, shortage_cost, 0);
    cr_assert_eq(planner_new(&pair.instance, &planner), 0);
    cr_assert_eq(planner_set_fairness(planner, PLANNER_AFFORDABLE), 0);
    planner_set_carrier(planner, carry, NULL);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    planner_free(planner);
    network_free(pair.network);
    return plan;
}

/* A carrier that leaves behind what goes to the second shelter. */
static int leave_one(void *context, const struct planner *planner, struct plan *plan) {
    (void)context, (void)planner;
    struct plan_deliveries *made = calloc(1, sizeof *made);
    cr_assert_not_null(made);
    made->left = calloc(1, sizeof *made->left);
    cr_assert_not_null(made->left);
    for (size_t i = 0; i < plan->shipment_count; i++)
        if (plan->shipments[i].shelter == 1)
            made->left[made->left_count++] = (struct plan_undelivered){
                .shelter = 1, .promise = PLAN_NONE, .quantity = 1, .reason = PLAN_UNDELIVERED_BUSY};
    plan_deliveries_free(plan->deliveries);
    plan->deliveries = made;
    return 0;
}

Test(planner_goods, goods_are_shared_fairly_where_that_costs_little_and_vehicles_bring_it) {
    struct plan *plan = plan_pair(1001, 50000, NULL);
    cr_assert(plan->is_fair);
    cr_assert_float_eq(plan->least_fill, 0.5, 1e-9);
    cr_assert_eq(plan->goods_cost - plan->fairness_cost, plan->goods_bound);
    plan_free(plan);
    plan = plan_pair(9000000, 50000, NULL); /* two and a half hours away */
    cr_assert_not(plan->is_fair);
    cr_assert_float_eq(plan->least_fill, 0, 1e-9);
    cr_assert_float_eq(plan->fairest_fill, 0.5, 1e-9);
    cr_assert(plan->fairness_cost > plan->goods_cost / 100);
    cr_assert_eq(plan->goods_cost, plan->goods_bound);
    plan_free(plan);
    plan = plan_pair(1001, 50000, leave_one);
    cr_assert_not(plan->is_fair);
    cr_assert_eq(plan->deliveries->left_count, 0);
    cr_assert_eq(plan->shipment_count, 1);
    cr_assert_eq(plan->shipments[0].quantity, 60);
    cr_assert_eq(plan->goods_cost, plan->goods_bound);
    plan_free(plan);
}

enum { PROMISES = 5 };

struct orders {
    struct planner_promise list[PROMISES];
    struct planner_promise_line lines[PROMISES][LITTLE_ITEMS];
};

static void random_orders(struct orders *orders) {
    for (uint32_t i = 0; i < PROMISES; i++) {
        for (uint32_t k = 0; k < LITTLE_ITEMS; k++)
            orders->lines[i][k] = (struct planner_promise_line){k, little_below(20)};
        orders->list[i] =
            (struct planner_promise){little_below(LITTLE_DEPOTS), little_below(LITTLE_SHELTERS),
                                     orders->lines[i], LITTLE_ITEMS, little_once_in(4)};
    }
}

static const struct plan_release *release_of(const struct plan *plan, uint32_t promise) {
    for (size_t i = 0; i < plan->release_count; i++)
        if (plan->releases[i].promise == promise)
            return &plan->releases[i];
    return NULL;
}

/* Orders that stand are off stock and needs; those that go are named with a reason that holds. */
static void judge_orders(const struct little_world *w, const struct orders *orders, int64_t price,
                         const struct plan *plan, const struct instance *left) {
    int64_t stock[LITTLE_DEPOTS * LITTLE_ITEMS];
    size_t improved = 0;
    memcpy(stock, w->stock, sizeof stock);
    for (uint32_t i = 0; i < PROMISES; i++) {
        const struct plan_release *release = release_of(plan, i);
        const struct planner_promise *order = &orders->list[i];
        if (release && release->code == REASON_ORDER_IMPROVED) {
            cr_assert(!order->begun);
            cr_assert_gt(release->saving, price);
            improved++;
        }
        if (release)
            continue;
        cr_assert(w->depots[order->depot].usable);
        cr_assert(!w->depot_excluded[order->depot * LITTLE_SHELTERS + order->shelter]);
        for (uint32_t k = 0; k < LITTLE_ITEMS; k++) {
            stock[order->depot * LITTLE_ITEMS + k] -= order->lines[k].quantity;
            cr_assert_geq(stock[order->depot * LITTLE_ITEMS + k], 0);
        }
    }
    for (uint32_t i = 0; i < LITTLE_DEPOTS * LITTLE_ITEMS; i++)
        cr_assert_eq(left->stock[i], stock[i]);
    cr_assert_eq(plan->kept_promises + plan->release_count, PROMISES);
    cr_assert_leq(improved, PLANNER_RELEASES_MAX);
    cr_assert_geq(plan->goods_stability_cost, 0);
}

Test(planner_goods, orders_for_goods_stand_unless_they_cannot_or_going_saves_more_than_the_price) {
    uint32_t gone = 0, stood = 0, improved = 0;
    for (uint64_t seed = 1; seed <= CERTIFIED; seed++) {
        little_seed = seed * 1319;
        struct little_world w;
        struct orders orders;
        int64_t lane_ml[LITTLE_DEPOTS * LITTLE_SHELTERS],
            price = little_once_in(2) ? little_below(100) * 1000000 : 0;
        set_up_choices(&w, lane_ml);
        random_orders(&orders);
        struct planner *planner = NULL;
        cr_assert_eq(planner_new(&w.instance, &planner), 0);
        for (int round = 0; round < 3; round++) {
            struct plan *plan = NULL;
            cr_assert_eq(planner_set_promises(planner, orders.list, PROMISES, price), 0);
            cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
            struct little_world left = w;
            left.instance.stock = planner_instance(planner)->stock;
            left.instance.need = planner_instance(planner)->need;
            little_judge(&left, plan);
            little_judge_reasons(plan);
            judge_orders(&w, &orders, price, plan, &left.instance);
            for (size_t i = 0; i < plan->release_count; i++)
                *(plan->releases[i].code == REASON_ORDER_IMPROVED ? &improved : &gone) += 1;
            stood += plan->kept_promises;
            plan_free(plan);
            change_choices(&w, planner, lane_ml);
        }
        planner_free(planner);
        little_tear_down(&w);
    }
    cr_assert(gone > CERTIFIED && stood > CERTIFIED && improved > CERTIFIED / 10,
              "%u gone, %u stood, %u improved", gone, stood, improved);
}
