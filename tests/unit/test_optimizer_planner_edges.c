/* The planner where there is nothing, nonsense or too much, and why it leaves people over. */
#include "tests/support/little_world.h"

#include <criterion/criterion.h>
#include <string.h>

Test(planner_edges, an_empty_instance_has_an_empty_plan) {
    struct network *network = NULL;
    cr_assert_eq(network_new(0, NULL, 0, &network), 0);
    struct instance instance = {.network = network};
    struct planner *planner = NULL;
    struct plan *plan = NULL;
    cr_assert_eq(planner_new(&instance, &planner), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    cr_assert_eq(plan->status, PLAN_OPTIMAL);
    cr_assert_eq(plan->assignment_count + plan->shipment_count + plan->reason_count, 0);
    enum certificate_verdict verdict;
    cr_assert_eq(certificate_check(&instance, NULL, plan, &verdict), 0);
    cr_assert_eq(verdict, CERTIFICATE_VALID);
    plan_free(plan);
    planner_free(planner);
    network_free(network);
}

static void one_road(struct little_world *w) {
    memset(w, 0, sizeof *w);
    struct network_link link = {.from = 0, .to = 1, .travel_ms = 60000};
    cr_assert_eq(network_new(2, &link, 1, &w->network), 0);
    w->zones[0] = (struct instance_zone){.node = 0, .people = {10, 0, 0}};
    w->shelters[0] = (struct instance_shelter){.node = 1,
                                               .capacity = 6,
                                               .places = {6, 0, 0},
                                               .receive_ml = INSTANCE_NO_LIMIT,
                                               .priority = 1,
                                               .usable = true,
                                               .withstands = true};
    w->instance = (struct instance){.network = w->network,
                                    .zones = w->zones,
                                    .zone_count = 1,
                                    .shelters = w->shelters,
                                    .shelter_count = 1};
}

static const struct plan_reason *reason_of(const struct plan *plan, enum plan_reason_code code) {
    for (size_t i = 0; i < plan->reason_count; i++)
        if (plan->reasons[i].code == code)
            return &plan->reasons[i];
    return NULL;
}

Test(planner_edges, says_why_people_are_left_over) {
    struct little_world w;
    one_road(&w);
    struct planner *planner = NULL;
    struct plan *plan = NULL;
    cr_assert_eq(planner_new(&w.instance, &planner), 0);

    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    const struct plan_reason *reason = reason_of(plan, REASON_CAPACITY_EXHAUSTED);
    cr_assert_not_null(reason);
    cr_assert_eq(reason->amount, 4);
    cr_assert_eq(reason->member_count, 1);
    cr_assert_eq(plan->members[reason->first_member], 0);
    plan_free(plan);

    cr_assert_eq(planner_set_link_closed(planner, 0, true), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    cr_assert_not_null(reason_of(plan, REASON_ZONE_UNREACHABLE));
    cr_assert_eq(plan->objective.unserved, 10);
    plan_free(plan);

    cr_assert_eq(planner_set_link_closed(planner, 0, false), 0);
    cr_assert_eq(planner_exclude_zone(planner, 0, 0, true), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    cr_assert_not_null(reason_of(plan, REASON_ZONE_EXCLUDED));
    cr_assert_not_null(reason_of(plan, REASON_EXCLUSION_COSTS));
    plan_free(plan);

    cr_assert_eq(planner_exclude_zone(planner, 0, 0, false), 0);
    cr_assert_eq(planner_set_people(planner, 0, INSTANCE_MEDICAL, 2), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    reason = reason_of(plan, REASON_NO_PLACE_FOR_CLASS);
    cr_assert_not_null(reason);
    cr_assert_eq(reason->class, INSTANCE_MEDICAL);
    plan_free(plan);
    planner_free(planner);
    little_tear_down(&w);
}

Test(planner_edges, refuses_what_does_not_exist_or_makes_no_sense) {
    struct little_world w;
    one_road(&w);
    struct planner *p = NULL;
    cr_assert_eq(planner_new(&w.instance, &p), 0);
    cr_assert_eq(planner_set_people(p, 1, INSTANCE_GENERAL, 1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_people(p, 0, INSTANCE_CLASSES, 1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_people(p, 0, INSTANCE_GENERAL, -1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_people(p, 0, INSTANCE_GENERAL, INT64_MAX), HV_ERR_LIMIT);
    cr_assert_eq(planner_set_capacity(p, 0, -1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_capacity(p, 7, 1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_link_closed(p, 1, true), HV_ERR_VALUE);
    cr_assert_eq(planner_set_link_travel(p, 0, -5), HV_ERR_VALUE);
    cr_assert_eq(planner_set_stock(p, 0, 0, 1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_lane_limit(p, 0, 0, 1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_promises(p, NULL, 0, -1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_priority(p, 0, 0), HV_ERR_VALUE);
    cr_assert_eq(planner_set_dispatch(p, 0, 1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_receive(p, 0, -2), HV_ERR_VALUE);
    cr_assert_eq(planner_pin(p, 0, 1, true), HV_ERR_VALUE);
    cr_assert_eq(planner_set_change_price(p, -1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_in_force(p, 0, 0, INSTANCE_GENERAL, -1), HV_ERR_VALUE);
    w.zones[0].node = 2;
    struct planner *none = NULL;
    cr_assert_eq(planner_new(&w.instance, &none), HV_ERR_VALUE);
    planner_free(p);
    planner_free(NULL);
    little_tear_down(&w);
}

Test(planner_edges, costs_that_pass_64_bits_are_an_overflow_and_not_a_plan) {
    struct little_world w;
    one_road(&w);
    w.depots[0] =
        (struct instance_depot){.node = 0, .dispatch_ml = INSTANCE_NO_LIMIT, .usable = true};
    w.items[0] = (struct instance_item){.volume_ml = 1, .shortage_cost = INT64_MAX / 2};
    w.stock[0] = w.need[0] = 5;
    w.instance.depots = w.depots;
    w.instance.depot_count = w.instance.item_count = 1;
    w.instance.items = w.items;
    w.instance.stock = w.stock;
    w.instance.need = w.need;
    struct planner *planner = NULL;
    struct plan *plan = NULL;
    cr_assert_eq(planner_new(&w.instance, &planner), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), HV_ERR_OVERFLOW);
    cr_assert_null(plan);
    planner_free(planner);
    little_tear_down(&w);
}
