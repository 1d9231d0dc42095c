#include "coordinator/optimizer/allocation.h"
#include "coordinator/optimizer/allocation_packs.h"
#include "coordinator/optimizer/allocation_session.h"
#include "tests/support/allocation_checker.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#define ROUNDS(n) (SANITIZED ? (n) / 5 : (n))

static void expect_good(const struct allocation_instance *instance,
                        const struct allocation_plan *plan, int round) {
    const char *wrong = allocation_check(instance, plan);
    cr_assert_null(wrong, "round %d: %s", round, wrong);
    double scale = fmax(1, plan->objective);
    cr_assert_lt(plan->objective - plan->lower_bound, 1e-7 * scale, "round %d: %.12g against %.12g",
                 round, plan->objective, plan->lower_bound);
}

static void expect_reference(const struct allocation_instance *instance, int round) {
    struct allocation_plan plan;
    int error = allocation_solve(instance, NULL, &plan);
    cr_assert_eq(error, HV_OK, "round %d: %d", round, error);
    expect_good(instance, &plan, round);
    double *fill = calloc((size_t)instance->shelter_count * instance->item_count, sizeof *fill);
    double reference = allocation_reference(instance, fill);
    for (size_t i = 0; plan.floor && i < (size_t)instance->shelter_count * instance->item_count;
         i++)
        cr_assert_float_eq(plan.floor[i], fill[i], 1e-6, "round %d need %zu: %.9g against %.9g",
                           round, i, plan.floor[i], fill[i]);
    free(fill);
    cr_assert_float_eq(plan.objective, reference, 1e-6 * fmax(1, reference), "round %d", round);
    allocation_plan_deinit(&plan);
}

static void expect_references(const struct allocation_mix *mix, uint64_t seed, int rounds) {
    struct chance chance = {seed};
    for (int round = 0; round < rounds; round++) {
        struct allocation_instance *instance = allocation_random(&chance, mix);
        expect_reference(instance, round);
        allocation_random_free(instance);
    }
}

Test(allocation, costs_what_the_whole_linear_programme_costs) {
    const struct allocation_mix mix = {4, 5, 4, false, true, true, true, true};
    expect_references(&mix, 11, ROUNDS(600));
}

Test(allocation, is_exact_without_any_limit_in_whole_units) {
    const struct allocation_mix mix = {3, 4, 3, false, false, false, false, false};
    expect_references(&mix, 12, ROUNDS(200));
}

/* The same with fairness. */
static void expect_fair(const struct allocation_mix *mix, uint64_t seed, int rounds) {
    struct chance chance = {seed};
    for (int round = 0; round < rounds; round++) {
        struct allocation_instance *instance = allocation_random(&chance, mix);
        instance->maxmin = true;
        expect_reference(instance, round);
        allocation_random_free(instance);
    }
}

Test(allocation, keeps_limits_of_lanes_that_all_items_share) {
    const struct allocation_mix mix = {4, 5, 4, true, true, true, true, true};
    expect_references(&mix, 15, ROUNDS(400));
}

Test(allocation, is_leximin_where_fairness_is_asked_for) {
    const struct allocation_mix mix = {4, 5, 4, false, true, true, true, true};
    expect_fair(&mix, 16, ROUNDS(200));
    const struct allocation_mix plain = {5, 6, 3, false, false, true, false, false};
    expect_fair(&plain, 17, ROUNDS(100));
}

Test(allocation, is_leximin_with_limits_of_lanes) {
    const struct allocation_mix mix = {4, 5, 3, true, true, true, true, true};
    expect_fair(&mix, 18, ROUNDS(150));
}

Test(allocation, is_the_same_every_time) {
    struct chance chance = {13};
    const struct allocation_mix mix = {6, 12, 6, false, true, true, true, true};
    struct allocation_instance *instance = allocation_random(&chance, &mix);
    struct allocation_plan a, b;
    cr_assert_eq(allocation_solve(instance, NULL, &a), HV_OK);
    cr_assert_eq(allocation_solve(instance, NULL, &b), HV_OK);
    cr_assert_eq(a.shipment_count, b.shipment_count);
    cr_assert(a.objective == b.objective);
    for (size_t i = 0; i < a.shipment_count; i++) {
        cr_assert_eq(a.shipments[i].lane, b.shipments[i].lane);
        cr_assert_eq(a.shipments[i].item, b.shipments[i].item);
        cr_assert(a.shipments[i].quantity == b.shipments[i].quantity);
    }
    allocation_plan_deinit(&a);
    allocation_plan_deinit(&b);
    allocation_random_free(instance);
}

/* Changes one figure of the session and, through the casts, of the instance beside it. */
static void change_one(struct chance *chance, struct allocation_session *session,
                       struct allocation_instance *in) {
    uint32_t d = chance_below(chance, in->depot_count), s = chance_below(chance, in->shelter_count);
    uint32_t k = chance_below(chance, in->item_count);
    double figure = chance_below(chance, 90) / 2.0;
    struct allocation_depot *depots = (struct allocation_depot *)in->depots;
    struct allocation_shelter *shelters = (struct allocation_shelter *)in->shelters;
    struct allocation_lane *lanes = (struct allocation_lane *)in->lanes;
    size_t stock = (size_t)d * in->item_count + k, need = (size_t)s * in->item_count + k;
    bool limited = chance_below(chance, 3) > 0;
    int error = 0;
    switch (chance_below(chance, in->lane_count ? 9 : 7)) {
    case 0:
        ((double *)in->need)[need] = figure;
        error = allocation_session_set_need(session, s, k, figure);
        break;
    case 1:
        ((double *)in->stock)[stock] = figure;
        error = allocation_session_set_stock(session, d, k, figure);
        break;
    case 2:
        ((double *)in->reserve)[stock] = figure;
        error = allocation_session_set_reserve(session, d, k, figure);
        break;
    case 3:
        depots[d].dispatch_m3 = limited ? figure : ALLOCATION_NO_LIMIT;
        error = allocation_session_set_dispatch(session, d, depots[d].dispatch_m3);
        break;
    case 4:
        shelters[s].receive_m3 = limited ? figure : ALLOCATION_NO_LIMIT;
        error = allocation_session_set_receive(session, s, shelters[s].receive_m3);
        break;
    case 5:
        shelters[s].priority = figure;
        error = allocation_session_set_priority(session, s, figure);
        break;
    case 6:
        depots[d].closed = limited;
        error = allocation_session_set_depot_open(session, d, !limited);
        break;
    case 7:
        d = chance_below(chance, in->lane_count);
        lanes[d].cost_per_m3 = figure;
        error = allocation_session_set_lane_cost(session, d, figure);
        break;
    default:
        d = chance_below(chance, in->lane_count);
        lanes[d].closed = limited;
        error = allocation_session_set_lane_open(session, d, !limited);
    }
    cr_assert_eq(error, HV_OK);
}

static double solve_and_check(struct allocation_session *session,
                              const struct allocation_instance *instance, int round) {
    struct allocation_plan plan;
    cr_assert_eq(allocation_session_solve(session, NULL), HV_OK);
    cr_assert_eq(allocation_session_read(session, &plan), HV_OK);
    expect_good(instance, &plan, round);
    double objective = plan.objective;
    allocation_plan_deinit(&plan);
    return objective;
}

Test(allocation_session, solved_again_after_changes_is_as_good_as_solved_anew) {
    struct chance chance = {14};
    const struct allocation_mix mix = {4, 6, 4, false, true, true, true, true};
    for (int round = 0; round < ROUNDS(60); round++) {
        struct allocation_instance *instance = allocation_random(&chance, &mix);
        struct allocation_session *session;
        cr_assert_eq(allocation_session_new(instance, &session), HV_OK);
        (void)solve_and_check(session, instance, round);
        for (int change = 0; change < 25; change++) {
            change_one(&chance, session, instance);
            if (chance_below(&chance, 3) == 0)
                change_one(&chance, session, instance);
            double warm = solve_and_check(session, instance, round);
            struct allocation_plan cold;
            cr_assert_eq(allocation_solve(instance, NULL, &cold), HV_OK);
            cr_assert_float_eq(warm, cold.objective, 1e-9 * fmax(1, warm), "round %d change %d",
                               round, change);
            allocation_plan_deinit(&cold);
        }
        allocation_session_free(session);
        allocation_random_free(instance);
    }
}

Test(allocation_session, counts_volumes_anew_when_needs_outgrow_them) {
    struct allocation_item item = {0.5, 1, 3};
    struct allocation_depot depot = {ALLOCATION_NO_LIMIT, false};
    struct allocation_shelter shelter = {1, ALLOCATION_NO_LIMIT};
    struct allocation_lane lane = {0, 0, 1, ALLOCATION_NO_LIMIT, false};
    double stock = 1e12, need = 1e-3;
    struct allocation_instance instance = {&item, &depot, &shelter, &lane, 1,     1,
                                           1,     1,      &stock,   NULL,  &need, false};
    struct allocation_session *session;
    cr_assert_eq(allocation_session_new(&instance, &session), HV_OK);
    cr_assert_float_eq(solve_and_check(session, &instance, 0), 5e-4, 1e-15);
    need = 4e11;
    cr_assert_eq(allocation_session_set_need(session, 0, 0, need), HV_OK);
    cr_assert_float_eq(solve_and_check(session, &instance, 1), 2e11, 1);
    cr_assert_eq(allocation_session_set_need(session, 0, 0, -1), HV_ERR_VALUE);
    cr_assert_eq(allocation_session_set_need(session, 1, 0, 1), HV_ERR_VALUE);
    allocation_session_free(session);
}

Test(allocation, refuses_what_is_no_instance) {
    struct allocation_item item = {0.5, 1, 3};
    struct allocation_depot depot = {ALLOCATION_NO_LIMIT, false};
    struct allocation_shelter shelter = {1, ALLOCATION_NO_LIMIT};
    struct allocation_lane lanes[] = {{0, 0, 1, ALLOCATION_NO_LIMIT, false},
                                      {0, 0, 2, ALLOCATION_NO_LIMIT, false}};
    double stock = 5, need = 7;
    struct allocation_instance instance = {&item, &depot, &shelter, lanes, 1,     1,
                                           1,     2,      &stock,   NULL,  &need, false};
    struct allocation_plan plan;
    cr_assert_eq(allocation_solve(&instance, NULL, &plan), HV_ERR_VALUE); /* a lane twice */
    instance.lane_count = 1;
    stock = -5;
    cr_assert_eq(allocation_solve(&instance, NULL, &plan), HV_ERR_VALUE);
    stock = NAN;
    cr_assert_eq(allocation_solve(&instance, NULL, &plan), HV_ERR_VALUE);
    stock = 5;
    lanes[0].depot = 1;
    cr_assert_eq(allocation_solve(&instance, NULL, &plan), HV_ERR_VALUE);
    lanes[0].depot = 0;
    instance.depot_count = ALLOCATION_CELLS_MAX + 1;
    cr_assert_eq(allocation_solve(&instance, NULL, &plan), HV_ERR_LIMIT);
}

Test(allocation, of_nothing_is_nothing) {
    struct allocation_instance instance = {0};
    struct allocation_plan plan;
    cr_assert_eq(allocation_solve(&instance, NULL, &plan), HV_OK);
    cr_assert_eq(plan.shipment_count, 0);
    cr_assert_float_eq(plan.objective, 0, 0);
    cr_assert_float_eq(plan.min_fill_rate, 1, 0);
    allocation_plan_deinit(&plan);
}

Test(allocation_packs, sends_whole_packs_within_every_limit_and_above_the_bound) {
    struct chance chance = {19};
    const struct allocation_mix mix = {4, 5, 4, true, true, true, true, true};
    int rounded = 0;
    for (int round = 0; round < ROUNDS(200); round++) {
        struct allocation_instance *instance = allocation_random(&chance, &mix);
        struct allocation_plan plan;
        double pack[4] = {0, 1, 2.5, 6};
        cr_assert_eq(allocation_solve(instance, NULL, &plan), HV_OK);
        double divisible = plan.objective;
        cr_assert_eq(allocation_round_to_packs(instance, pack, &plan), HV_OK);
        const char *wrong = allocation_check(instance, &plan);
        cr_assert_null(wrong, "round %d: %s", round, wrong);
        cr_assert_geq(plan.objective, divisible * (1 - 1e-9));
        rounded += plan.objective > divisible * (1 + 1e-9);
        for (size_t i = 0; i < plan.shipment_count; i++) {
            double size = pack[plan.shipments[i].item];
            double packs = size > 0 ? plan.shipments[i].quantity / size : 0;
            cr_assert_float_eq(packs, floor(packs + 0.5), 1e-6);
        }
        allocation_plan_deinit(&plan);
        allocation_random_free(instance);
    }
    cr_assert_gt(rounded, 0);
}

/* Packs may share less fairly, and then cost less than any plan as fair as could be: the bound is
 * one all the same. */
Test(allocation_packs, have_a_bound_where_they_share_less_fairly_than_could_be) {
    struct chance chance = {23};
    const struct allocation_mix mix = {3, 5, 3, true, true, true, true, true};
    int kept = 0, less_fair = 0, cheaper = 0;
    for (int round = 0; round < ROUNDS(300); round++) {
        struct allocation_instance *instance = allocation_random(&chance, &mix);
        struct allocation_plan plan;
        double pack[3] = {0, 1, 4};
        bool keeps = false;
        instance->maxmin = true;
        cr_assert_eq(allocation_solve(instance, NULL, &plan), HV_OK);
        const double divisible = plan.objective, bound = plan.lower_bound;
        cr_assert_eq(allocation_plan_keeps_floor(instance, &plan, &keeps), HV_OK);
        cr_assert(keeps);
        cr_assert_eq(allocation_round_to_packs(instance, pack, &plan), HV_OK);
        cr_assert_eq(allocation_plan_keeps_floor(instance, &plan, &keeps), HV_OK);
        cr_assert_geq(plan.objective, plan.lower_bound * (1 - 1e-9), "round %d", round);
        cr_assert(!keeps || plan.lower_bound == bound);
        kept += keeps;
        less_fair += !keeps;
        cheaper += plan.objective < divisible * (1 - 1e-9);
        allocation_plan_deinit(&plan);
        allocation_random_free(instance);
    }
    cr_assert(kept > 0 && less_fair > 0 && cheaper > 0, "%d %d %d", kept, less_fair, cheaper);
}

Test(allocation_packs, fills_up_with_what_saves_most) {
    struct allocation_item items[] = {{1, 1, 5}, {1, 1, 9}};
    struct allocation_depot depot = {7, false};
    struct allocation_shelter shelter = {1, ALLOCATION_NO_LIMIT};
    struct allocation_lane lane = {0, 0, 1, ALLOCATION_NO_LIMIT, false};
    double stock[] = {9, 9}, need[] = {9, 5}, pack[] = {2, 2};
    struct allocation_instance instance = {items, &depot, &shelter, &lane, 2,    1,
                                           1,     1,      stock,    NULL,  need, false};
    struct allocation_plan plan;
    cr_assert_eq(allocation_solve(&instance, NULL, &plan), HV_OK);
    cr_assert_float_eq(plan.objective, 42, 1e-9); /* 5 of the dear one, 2 of the other */
    cr_assert_eq(allocation_round_to_packs(&instance, pack, &plan), HV_OK);
    cr_assert_eq(plan.shipment_count, 2);
    cr_assert_float_eq(plan.shipments[0].quantity, 2, 0);
    cr_assert_float_eq(plan.shipments[1].quantity, 4, 0);
    cr_assert_float_eq(plan.objective, 50, 1e-9);
    pack[1] = -1;
    cr_assert_eq(allocation_round_to_packs(&instance, pack, &plan), HV_ERR_VALUE);
    allocation_plan_deinit(&plan);
}
