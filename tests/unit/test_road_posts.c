#include "tests/support/planning_town.h"

#include <criterion/criterion.h>
#include <string.h>

/* The road between b and c is two links, bc and cb. */

static struct town town;

static void begin(void) {
    town_init(&town, NULL);
    town_phase(&town, HV_PHASE_WATCH);
    town_phase(&town, HV_PHASE_EVACUATION);
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(road_posts, .init = begin, .fini = end);

static void hazard_on(const char *id, const char *const *links, size_t count, bool over) {
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_HAZARD,
                                          .hazard = {.hazard = id,
                                                     .kind = "flood",
                                                     .over = over,
                                                     .links = (const char **)(uintptr_t)links,
                                                     .link_count = count}});
}

static size_t count_of(enum hv_order_kind kind, enum hv_order_state state) {
    size_t count;
    town_order(&town, kind, state, &count);
    return count;
}

Test(road_posts, a_road_reported_closed_is_an_order_to_its_post) {
    town_road(&town, "bc", true, "bridge under water");
    town_approve(&town, town_propose(&town));
    const struct hv_order *order = town_order(&town, HV_ORDER_CLOSE_ROAD, HV_ORDER_ISSUED, NULL);
    cr_assert_not_null(order);
    cr_assert_eq(order->post, HV_POST_ROAD_POST);
    cr_assert_str_eq(order->addressee, "bc");
    cr_assert_eq(order->link_count, 1);
    cr_assert_str_eq(order->links[0], "bc");
    cr_assert_str_eq(order->text, "bridge under water");
    cr_assert_eq(order->plan, state_general(town_state(&town))->last_plan);
    cr_assert(order->has_deadline);
}

Test(road_posts, both_directions_of_a_road_are_one_post) {
    static const char *const links[] = {"cb", "bc"};
    hazard_on("river", links, 2, false);
    town_approve(&town, town_propose(&town));
    size_t count;
    const struct hv_order *order = town_order(&town, HV_ORDER_CLOSE_ROAD, HV_ORDER_ISSUED, &count);
    cr_assert_eq(count, 1);
    cr_assert_str_eq(order->addressee, "bc", "the first of its links in the region");
    cr_assert_eq(order->link_count, 2);
    cr_assert_str_eq(order->text, "river", "which hazard it is");
}

Test(road_posts, nobody_is_told_twice_whether_or_not_it_is_done) {
    town_road(&town, "bc", true, "");
    town_approve(&town, town_propose(&town));
    cr_assert_eq(town_approve(&town, town_propose(&town)), 0);
    const struct hv_order *order = town_order(&town, HV_ORDER_CLOSE_ROAD, HV_ORDER_ISSUED, NULL);
    town_answer(&town, order->id, HV_ORDER_ACCEPTED);
    town_answer(&town, order->id, HV_ORDER_DONE);
    cr_assert_eq(town_approve(&town, town_propose(&town)), 0);
    cr_assert_eq(count_of(HV_ORDER_CLOSE_ROAD, HV_ORDER_DONE), 1);
}

Test(road_posts, a_post_that_declines_is_asked_again) {
    town_road(&town, "bc", true, "");
    town_approve(&town, town_propose(&town));
    const struct hv_order *order = town_order(&town, HV_ORDER_CLOSE_ROAD, HV_ORDER_ISSUED, NULL);
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_ANSWER,
                                          .answer = {.order = order->id,
                                                     .revision = 1,
                                                     .state = HV_ORDER_DECLINED,
                                                     .reason = "no barriers"}});
    town_approve(&town, town_propose(&town));
    cr_assert_eq(count_of(HV_ORDER_CLOSE_ROAD, HV_ORDER_ISSUED), 1);
}

Test(road_posts, more_of_a_road_supersedes_less_of_it) {
    town_road(&town, "bc", true, "");
    town_approve(&town, town_propose(&town));
    town_road(&town, "cb", true, "");
    town_approve(&town, town_propose(&town));
    const struct hv_order *old = town_order(&town, HV_ORDER_CLOSE_ROAD, HV_ORDER_SUPERSEDED, NULL);
    const struct hv_order *new = town_order(&town, HV_ORDER_CLOSE_ROAD, HV_ORDER_ISSUED, NULL);
    cr_assert_not_null(old);
    cr_assert_not_null(new);
    cr_assert_eq(old->superseded_by, new->id);
    cr_assert_eq(new->link_count, 2);
}

Test(road_posts, an_order_not_carried_out_yet_is_cancelled_when_the_road_opens) {
    town_road(&town, "bc", true, "");
    town_approve(&town, town_propose(&town));
    town_road(&town, "bc", false, "");
    town_approve(&town, town_propose(&town));
    cr_assert_eq(count_of(HV_ORDER_CLOSE_ROAD, HV_ORDER_CANCELLED), 1);
    cr_assert_eq(count_of(HV_ORDER_STAND_DOWN, HV_ORDER_ISSUED), 0, "there is nothing to undo");
}

Test(road_posts, a_post_that_has_closed_its_road_stands_down_when_it_opens_and_closes_it_again) {
    static const char *const links[] = {"bc", "cb"};
    hazard_on("river", links, 2, false);
    town_approve(&town, town_propose(&town));
    town_answer(&town, town_order(&town, HV_ORDER_CLOSE_ROAD, HV_ORDER_ISSUED, NULL)->id,
                HV_ORDER_DONE);
    hazard_on("river", links, 2, true);
    town_approve(&town, town_propose(&town));
    const struct hv_order *down = town_order(&town, HV_ORDER_STAND_DOWN, HV_ORDER_ISSUED, NULL);
    cr_assert_not_null(down);
    cr_assert_eq(down->post, HV_POST_ROAD_POST);
    cr_assert_eq(down->link_count, 2);
    cr_assert_eq(town_approve(&town, town_propose(&town)), 0, "told once");
    hazard_on("river", links, 2, false);
    town_approve(&town, town_propose(&town));
    const struct hv_order *again = town_order(&town, HV_ORDER_CLOSE_ROAD, HV_ORDER_ISSUED, NULL);
    cr_assert_not_null(again);
    down = town_order(&town, HV_ORDER_STAND_DOWN, HV_ORDER_SUPERSEDED, NULL);
    cr_assert_eq(down->superseded_by, again->id);
}

Test(road_posts, an_order_by_hand_is_neither_said_again_nor_taken_back) {
    struct hv_order order = orders_blank();
    order.kind = HV_ORDER_CLOSE_ROAD;
    order.post = HV_POST_ROAD_POST;
    order.addressee = "cb";
    order.id = CORE_NEW(0);
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_ORDER, .order = order});
    town_approve(&town, town_propose(&town));
    cr_assert_eq(count_of(HV_ORDER_CLOSE_ROAD, HV_ORDER_ISSUED), 1, "though no report says so");
    town_road(&town, "cb", true, "");
    cr_assert_eq(town_approve(&town, town_propose(&town)), 0, "the police have closed it already");
}

Test(road_posts, a_road_kept_out_of_plans_stays_open) {
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_DIRECTIVE,
                                          .directive = {.id = "ambulances",
                                                        .kind = HV_DIRECTIVE_AVOID,
                                                        .zone = "",
                                                        .shelter = "",
                                                        .depot = "",
                                                        .item = "",
                                                        .link = "bc",
                                                        .reason = ""}});
    cr_assert_eq(town_approve(&town, town_propose(&town)), 0);
}

/* ---- timelines ---- */

enum { MINUTE_MS = 60000 };

static int64_t in_minutes(int64_t minutes) {
    return town.bench->wall_ms + minutes * MINUTE_MS;
}

/* A flood that z1 has to leave, with one step on the road from b to c. */
static void closes_bc(struct hv_hazard_step step) {
    static const char *links[] = {"bc"}, *zones[] = {"z1"};
    step.links = links;
    step.link_count = 1;
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_HAZARD,
                                          .hazard = {.hazard = "river",
                                                     .kind = "flood",
                                                     .zones = zones,
                                                     .zone_count = 1,
                                                     .steps = &step,
                                                     .step_count = 1}});
}

static const struct hv_plan *plan_now(void) {
    town.rules.wall_ms = town.bench->wall_ms;
    return town_plan(&town, town_propose(&town));
}

Test(road_posts, nobody_is_sent_over_a_road_after_it_closes) {
    for (int64_t minutes = 50; minutes <= 90; minutes += 5) { /* the shelter opens after 60 */
        closes_bc((struct hv_hazard_step){.from_wall_ms = in_minutes(minutes)});
        const struct hv_plan *plan = plan_now();
        uint32_t people = 0;
        for (size_t i = 0; i < plan->move_count; i++) {
            cr_assert_leq((int64_t)plan->moves[i].arrived_s, minutes * 60,
                          "the road ends at the shelter: who arrives later was on it");
            people += plan->moves[i].people;
        }
        cr_assert_eq(people + plan->unserved_people, 120);
        cr_assert(minutes > 60 || people == 0, "nobody gets in before");
        cr_assert(minutes < 90 || people == 120);
    }
}

Test(road_posts, a_road_that_reopens_is_used_again_and_a_narrow_one_takes_longer) {
    closes_bc((struct hv_hazard_step){
        .from_wall_ms = in_minutes(1), .has_until = true, .until_wall_ms = in_minutes(100)});
    const struct hv_plan *plan = plan_now();
    cr_assert_eq(plan->unserved_people, 0);
    for (size_t i = 0; i < plan->move_count; i++)
        cr_assert_geq(plan->moves[i].arrives_s, 100 * 60, "nobody before it is open again");
    closes_bc((struct hv_hazard_step){.from_wall_ms = in_minutes(-1)});
    cr_assert_eq(plan_now()->unserved_people, 120, "closed for good");
    closes_bc((struct hv_hazard_step){
        .from_wall_ms = in_minutes(-9), .has_until = true, .until_wall_ms = in_minutes(-1)});
    plan = plan_now();
    cr_assert_eq(plan->unserved_people, 0, "the step is past");
    const uint32_t wide_s = plan->ete100_s;
    closes_bc((struct hv_hazard_step){
        .from_wall_ms = in_minutes(-1), .has_capacity = true, .capacity_permille = 50});
    plan = plan_now();
    cr_assert_eq(plan->unserved_people, 0);
    cr_assert_geq(plan->ete100_s, 2 * 3600 - 120, "120 people at 60 an hour");
    cr_assert_gt(plan->ete100_s, wide_s);
}

Test(road_posts, a_road_that_will_close_is_an_order_for_then) {
    closes_bc((struct hv_hazard_step){.from_wall_ms = in_minutes(90)});
    plan_now();
    town_approve(&town, state_general(town_state(&town))->last_plan);
    const struct hv_order *order = town_order(&town, HV_ORDER_CLOSE_ROAD, HV_ORDER_ISSUED, NULL);
    cr_assert_not_null(order);
    cr_assert(order->has_start);
    cr_assert_eq(order->start_wall_ms, in_minutes(90));
    closes_bc((struct hv_hazard_step){.from_wall_ms = in_minutes(95)});
    plan_now();
    town_approve(&town, state_general(town_state(&town))->last_plan);
    cr_assert_eq(count_of(HV_ORDER_CLOSE_ROAD, HV_ORDER_SUPERSEDED), 0, "five minutes are no news");
    closes_bc((struct hv_hazard_step){.from_wall_ms = in_minutes(20)});
    plan_now();
    town_approve(&town, state_general(town_state(&town))->last_plan);
    cr_assert_eq(count_of(HV_ORDER_CLOSE_ROAD, HV_ORDER_SUPERSEDED), 1);
    cr_assert_eq(count_of(HV_ORDER_CLOSE_ROAD, HV_ORDER_ISSUED), 1);
}

Test(road_posts, a_hazard_is_recorded_anew_when_a_step_begins) {
    closes_bc((struct hv_hazard_step){.from_wall_ms = in_minutes(1)});
    const struct state_entity *hazard = state_find(town_state(&town), STATE_HAZARD, "river");
    const uint64_t told = hazard->changed;
    core_bench_tick(town.bench, MINUTE_MS / 2);
    core_bench_idle(town.bench);
    cr_assert_eq(hazard->changed, told);
    core_bench_tick(town.bench, MINUTE_MS);
    core_bench_idle(town.bench);
    cr_assert_gt(hazard->changed, told);
    const uint64_t turned = hazard->changed;
    core_bench_tick(town.bench, MINUTE_MS);
    core_bench_idle(town.bench);
    cr_assert_eq(hazard->changed, turned, "once");
}
