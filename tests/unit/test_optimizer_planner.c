/* The planner against counting out every plan, also after changes and where it is stopped, and
 * every plan through the certificate check. */
#include "tests/support/little_world.h"

#include <criterion/criterion.h>
#include <string.h>

static int64_t left_first(const struct plan *plan) {
    int64_t first = 0;
    for (size_t i = 0; i < plan->unserved_count; i++)
        first += plan->unserved[i].class == INSTANCE_MEDICAL      ? 2 * plan->unserved[i].people
                 : plan->unserved[i].class == INSTANCE_WHEELCHAIR ? plan->unserved[i].people
                                                                  : 0;
    return first;
}

static int put_first_in_all; /* plans in which somebody has a place because of who it is */

static struct plan *solve_and_judge(const struct little_world *w, struct planner *planner,
                                    bool limits) {
    struct plan *plan = NULL;
    const int64_t goods = little_count_goods(w);
    const struct little_counted best = little_count_people(w);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    little_judge(w, plan);
    little_judge_reasons(plan);
    cr_assert_eq(plan->objective.unserved, best.unserved);
    cr_assert_eq(left_first(plan), best.first);
    cr_assert_eq(plan->objective.arrival_ms, best.arrival);
    cr_assert_eq(plan->bound.arrival_ms, best.quickest);
    put_first_in_all += plan->precedence_people > 0;
    cr_assert_geq(plan->stability_cost_ms, 0);
    if (!limits) {
        cr_assert_eq(plan->goods_cost, goods);
        cr_assert_eq(plan->status, PLAN_OPTIMAL);
    }
    cr_assert_leq(plan->goods_bound, goods);
    cr_assert_geq(plan->goods_cost, goods);
    return plan;
}

Test(planner, equals_counting_out_every_plan) {
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        little_seed = seed;
        struct little_world w;
        bool limits = little_once_in(2);
        little_set_up(&w, limits);
        struct planner *planner = NULL;
        cr_assert_eq(planner_new(&w.instance, &planner), 0);
        plan_free(solve_and_judge(&w, planner, limits));
        planner_free(planner);
        little_tear_down(&w);
    }
    cr_assert_gt(put_first_in_all, 100, "in many of them it matters who comes first");
}

static void change_people(struct little_world *w, struct planner *p) {
    uint32_t z = little_below(LITTLE_ZONES), class = little_below(INSTANCE_CLASSES);
    w->zones[z].people[class] = little_below(3);
    cr_assert_eq(planner_set_people(p, z, class, w->zones[z].people[class]), 0);
}

static void change_shelter(struct little_world *w, struct planner *p) {
    uint32_t s = little_below(LITTLE_SHELTERS), class = little_below(INSTANCE_CLASSES);
    struct instance_shelter *shelter = &w->shelters[s], other = little_shelter();
    switch (little_below(6)) {
    case 0:
        shelter->capacity = other.capacity;
        cr_assert_eq(planner_set_capacity(p, s, other.capacity), 0);
        break;
    case 1:
        shelter->places[class] = other.places[class];
        cr_assert_eq(planner_set_places(p, s, class, other.places[class]), 0);
        break;
    case 2:
        shelter->usable = other.usable;
        cr_assert_eq(planner_set_usable(p, s, other.usable), 0);
        break;
    case 3:
        shelter->withstands = other.withstands;
        cr_assert_eq(planner_set_withstands(p, s, other.withstands), 0);
        break;
    case 4:
        shelter->opens_ms = other.opens_ms;
        cr_assert_eq(planner_set_opens(p, s, other.opens_ms), 0);
        break;
    default:
        shelter->priority = other.priority;
        cr_assert_eq(planner_set_priority(p, s, other.priority), 0);
    }
}

static void change_link(struct little_world *w, struct planner *p) {
    uint32_t link = little_below(LITTLE_LINKS);
    if (little_once_in(2)) {
        bool closed = !network_link_at(w->network, link)->closed;
        cr_assert_eq(network_set_closed(w->network, link, closed), 0);
        cr_assert_eq(planner_set_link_closed(p, link, closed), 0);
    } else {
        int64_t travel = little_below(9) * 1000;
        cr_assert_eq(network_set_travel_ms(w->network, link, travel), 0);
        cr_assert_eq(planner_set_link_travel(p, link, travel), 0);
    }
}

static void change_goods(struct little_world *w, struct planner *p, bool limits) {
    uint32_t d = little_below(LITTLE_DEPOTS), s = little_below(LITTLE_SHELTERS),
             k = little_below(LITTLE_ITEMS);
    switch (little_below(limits ? 6 : 4)) {
    case 0:
        w->stock[d * LITTLE_ITEMS + k] = little_below(3);
        cr_assert_eq(planner_set_stock(p, d, k, w->stock[d * LITTLE_ITEMS + k]), 0);
        break;
    case 1:
        w->reserve[d * LITTLE_ITEMS + k] = little_below(2);
        cr_assert_eq(planner_set_reserve(p, d, k, w->reserve[d * LITTLE_ITEMS + k]), 0);
        break;
    case 2:
        w->need[s * LITTLE_ITEMS + k] = little_below(2);
        cr_assert_eq(planner_set_need(p, s, k, w->need[s * LITTLE_ITEMS + k]), 0);
        break;
    case 3:
        w->depots[d].usable = !w->depots[d].usable;
        cr_assert_eq(planner_set_depot_usable(p, d, w->depots[d].usable), 0);
        break;
    case 4:
        w->depots[d].dispatch_ml = little_once_in(3) ? INSTANCE_NO_LIMIT : little_below(9);
        cr_assert_eq(planner_set_dispatch(p, d, w->depots[d].dispatch_ml), 0);
        break;
    default:
        w->shelters[s].receive_ml = little_once_in(3) ? INSTANCE_NO_LIMIT : little_below(6);
        cr_assert_eq(planner_set_receive(p, s, w->shelters[s].receive_ml), 0);
    }
}

static void change_decisions(struct little_world *w, struct planner *p) {
    uint32_t z = little_below(LITTLE_ZONES), s = little_below(LITTLE_SHELTERS),
             d = little_below(LITTLE_DEPOTS);
    bool on = little_once_in(3);
    switch (little_below(3)) {
    case 0:
        w->pinned[z * LITTLE_SHELTERS + s] = on;
        cr_assert_eq(planner_pin(p, z, s, on), 0);
        break;
    case 1:
        w->zone_excluded[z * LITTLE_SHELTERS + s] = on;
        cr_assert_eq(planner_exclude_zone(p, z, s, on), 0);
        break;
    default:
        w->depot_excluded[d * LITTLE_SHELTERS + s] = on;
        cr_assert_eq(planner_exclude_depot(p, d, s, on), 0);
    }
}

static void keep(struct little_world *w, struct planner *p, const struct plan *plan) {
    memset(w->in_force, 0, sizeof w->in_force);
    w->decisions.change_price_ms = little_below(8) * 1000;
    for (size_t i = 0; i < plan->assignment_count; i++) {
        const struct plan_assignment *a = &plan->assignments[i];
        memcpy(&w->in_force[(a->zone * LITTLE_SHELTERS + a->shelter) * INSTANCE_CLASSES], a->people,
               sizeof a->people);
    }
    for (uint32_t i = 0; i < LITTLE_ZONES * LITTLE_SHELTERS * INSTANCE_CLASSES; i++)
        cr_assert_eq(planner_set_in_force(p, i / INSTANCE_CLASSES / LITTLE_SHELTERS,
                                          i / INSTANCE_CLASSES % LITTLE_SHELTERS,
                                          i % INSTANCE_CLASSES, w->in_force[i]),
                     0);
    cr_assert_eq(planner_set_change_price(p, w->decisions.change_price_ms), 0);
}

static void change_something(struct little_world *w, struct planner *p, bool limits) {
    switch (little_below(5)) {
    case 0:
        change_people(w, p);
        break;
    case 1:
        change_shelter(w, p);
        break;
    case 2:
        change_link(w, p);
        break;
    case 3:
        change_goods(w, p, limits);
        break;
    default:
        change_decisions(w, p);
    }
}

Test(planner, stays_exact_through_any_changes_with_a_plan_in_force) {
    for (uint64_t seed = 1; seed <= 400; seed++) {
        little_seed = seed * 31;
        struct little_world w;
        bool limits = little_once_in(3);
        little_set_up(&w, limits);
        struct planner *planner = NULL;
        cr_assert_eq(planner_new(&w.instance, &planner), 0);
        for (uint32_t round = 0; round < 14; round++) {
            struct plan *plan = solve_and_judge(&w, planner, limits);
            if (little_once_in(3))
                keep(&w, planner, plan);
            plan_free(plan);
            for (uint32_t changes = 1 + little_below(4); changes > 0; changes--)
                change_something(&w, planner, limits);
        }
        planner_free(planner);
        little_tear_down(&w);
    }
}

static void assert_same(const struct plan *a, const struct plan *b) {
    cr_assert_eq(a->assignment_count, b->assignment_count);
    cr_assert_eq(a->shipment_count, b->shipment_count);
    cr_assert_eq(a->link_count, b->link_count);
    cr_assert_eq(a->reason_count, b->reason_count);
    cr_assert_eq(a->work, b->work);
    for (size_t i = 0; i < a->assignment_count; i++)
        cr_assert_eq(memcmp(&a->assignments[i], &b->assignments[i], sizeof a->assignments[i]), 0);
    for (size_t i = 0; i < a->shipment_count; i++) {
        const struct plan_shipment *left = &a->shipments[i], *right = &b->shipments[i];
        cr_assert_eq(left->depot, right->depot);
        cr_assert_eq(left->shelter, right->shelter);
        cr_assert_eq(left->item, right->item);
        cr_assert_eq(left->quantity, right->quantity);
        cr_assert_eq(left->travel_ms, right->travel_ms);
    }
    for (size_t i = 0; i < a->link_count; i++)
        cr_assert_eq(a->links[i], b->links[i]);
    for (size_t i = 0; i < a->reason_count; i++) {
        cr_assert_eq(a->reasons[i].code, b->reasons[i].code);
        cr_assert_eq(a->reasons[i].amount, b->reasons[i].amount);
    }
}

Test(planner, the_same_calls_give_the_same_plans) {
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct plan *plans[2][4];
        for (uint32_t run = 0; run < 2; run++) {
            little_seed = seed;
            struct little_world w;
            little_set_up(&w, false);
            struct planner *planner = NULL;
            cr_assert_eq(planner_new(&w.instance, &planner), 0);
            for (uint32_t i = 0; i < 4; i++) {
                struct planner_limits limits = {.work_limit = i == 1 ? 3 : 0};
                cr_assert_eq(planner_solve(planner, &limits, &plans[run][i]), 0);
                change_something(&w, planner, false);
            }
            planner_free(planner);
            little_tear_down(&w);
        }
        for (uint32_t i = 0; i < 4; i++) {
            assert_same(plans[0][i], plans[1][i]);
            plan_free(plans[0][i]);
            plan_free(plans[1][i]);
        }
    }
}

Test(planner, a_stopped_solve_is_feasible_with_an_honest_bound_and_goes_on) {
    for (uint64_t seed = 1; seed <= 300; seed++) {
        little_seed = seed * 7;
        struct little_world w;
        little_set_up(&w, little_once_in(2));
        struct planner *planner = NULL;
        cr_assert_eq(planner_new(&w.instance, &planner), 0);
        const int64_t goods = little_count_goods(&w);
        const struct little_counted best = little_count_people(&w);
        const int64_t unserved = best.unserved, arrival = best.quickest;
        for (uint32_t tries = 0;; tries++) {
            cr_assert_lt(tries, 200);
            struct planner_limits limits = {.work_limit = 1 + little_below(6)};
            struct plan *plan = NULL;
            cr_assert_eq(planner_solve(planner, &limits, &plan), 0);
            little_judge(&w, plan);
            cr_assert_leq(plan->bound.unserved, unserved);
            cr_assert(plan->bound.unserved < unserved || plan->bound.arrival_ms <= arrival);
            cr_assert_leq(plan->goods_bound, goods);
            cr_assert_geq(plan->objective.unserved, unserved);
            bool done = plan->status != PLAN_STOPPED;
            plan_free(plan);
            if (done)
                break;
        }
        planner_free(planner);
        little_tear_down(&w);
    }
}
