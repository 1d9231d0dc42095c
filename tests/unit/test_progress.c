/* Progress by zone against the windows of the plan in force. The region has 120 people of z1; one
 * road; shelter s1 for 150, which opens after an hour. */
#include "coordinator/planning/progress.h"
#include "coordinator/control/console.h"
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>
#include <string.h>

enum { MINUTE_MS = 60000, MARGIN_MS = 30 * MINUTE_MS };

static struct town town;

static void flood(void) {
    static const char *zones[] = {"z1"};
    town_decide(&town,
                (struct hv_record){
                    .kind = HV_RECORD_HAZARD,
                    .hazard = {.hazard = "f", .kind = "flood", .zones = zones, .zone_count = 1}});
}

static void begin(void) {
    town_init(&town, NULL);
    town_phase(&town, HV_PHASE_EVACUATION);
    flood();
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(progress, .init = begin, .fini = end);

static void pass(int64_t minutes) {
    core_bench_tick(town.bench, (uint64_t)minutes * MINUTE_MS);
    core_bench_idle(town.bench);
}

static struct progress now(void) {
    struct progress progress;
    cr_assert_eq(progress_of(town_state(&town), town.region, town.bench->wall_ms,
                             core_mono_ms(town.bench->core, town.bench->real_ms), MARGIN_MS,
                             &town.arena, &progress),
                 0);
    return progress;
}

static const struct progress_zone *z1(void) {
    const struct progress progress = now();
    cr_assert_eq(progress.count, 1);
    cr_assert_str_eq(progress.zones[0].zone, "z1");
    return &progress.zones[0];
}

static const struct hv_plan *go(void) {
    const uint64_t number = town_propose(&town);
    town_approve(&town, number);
    return town_plan(&town, number);
}

static void check_in(int people) {
    struct hv_report report = {.kind = HV_REPORT_MOVEMENT,
                               .source = HV_SOURCE_OPERATOR,
                               .subject = "s1",
                               .seen = {town.bench->wall_ms, 1},
                               .movement = {.kind = HV_MOVEMENT_CHECK_IN,
                                            .people = {.by_age = {[HV_AGE_ADULT] = people}},
                                            .zone = "z1",
                                            .shelter = "",
                                            .transfer = ""}};
    town_decide(&town,
                (struct hv_record){.kind = HV_RECORD_REPORT,
                                   .report = {.node = "", .sent_node_ms = 1, .report = report}});
}

static void sweep(uint64_t left) {
    town_decide(&town,
                (struct hv_record){.kind = HV_RECORD_SWEEP,
                                   .sweep = {.zone = "z1", .left = left, .reason = "warden"}});
}

Test(progress, there_is_none_without_a_plan_in_force_or_before_the_evacuation) {
    cr_assert_eq(now().plan, 0);
    const uint64_t number = town_propose(&town);
    cr_assert_eq(now().plan, 0, "proposed is not in force");
    town_phase(&town, HV_PHASE_ACTIVATION);
    town_approve(&town, number);
    cr_assert_eq(now().plan, 0, "zones are only warned");
    town_phase(&town, HV_PHASE_EVACUATION);
    cr_assert_eq(now().plan, number);
}

Test(progress, windows_count_from_the_approval_and_fill_at_an_even_rate) {
    const uint64_t number = town_propose(&town);
    pass(40); /* nobody decides for a while */
    const int64_t approved_ms = town.bench->wall_ms;
    town_approve(&town, number);
    const struct hv_plan *plan = town_plan(&town, number);
    cr_assert_eq(now().since_wall_ms, approved_ms);
    const struct hv_plan_move *move = &plan->moves[0];
    cr_assert_eq(plan->move_count, 1);
    cr_assert_eq(z1()->people, 120);
    cr_assert_eq(z1()->standing, PROGRESS_NOT_BEGUN);
    cr_assert_eq(z1()->departs_wall_ms, approved_ms + (int64_t)move->departs_s * 1000);
    cr_assert_eq(z1()->arrived_wall_ms, approved_ms + (int64_t)move->arrived_s * 1000);
    cr_assert_eq(z1()->should_have_left, 0);
    int64_t left = 0, there = 0;
    for (int i = 0; i < 150; i++) { /* never falls, and arrivals never pass departures */
        pass(1);
        cr_assert_geq(z1()->should_have_left, left);
        cr_assert_geq(z1()->should_be_there, there);
        left = z1()->should_have_left;
        there = z1()->should_be_there;
        cr_assert_leq(there, left);
    }
    cr_assert_eq(left, 120);
    cr_assert_eq(there, 120);
}

Test(progress, who_checks_in_as_planned_is_on_time_and_at_last_all_are_gone) {
    const struct hv_plan *plan = go();
    pass((plan->moves[0].arrived_s + 59) / 60);
    check_in(115);
    cr_assert_eq(z1()->gone, 115);
    cr_assert_eq(z1()->still, 5);
    cr_assert_eq(z1()->behind_people, 5);
    pass(60);
    cr_assert_eq(z1()->standing, PROGRESS_ON_TIME, "five are no news, however late");
    check_in(5);
    cr_assert_eq(z1()->standing, PROGRESS_DONE);
    cr_assert_eq(z1()->behind_people, 0);
    cr_assert_eq(z1()->behind_ms, 0);
}

Test(progress, a_zone_whose_people_are_missing_for_a_quarter_of_an_hour_is_behind) {
    const struct hv_plan *plan = go();
    const int64_t there_s = plan->moves[0].arrived_s;
    pass((there_s + 59) / 60);
    check_in(60);
    const int64_t half_s = (plan->moves[0].arrives_s + there_s) / 2;
    while (z1()->standing != PROGRESS_BEHIND) {
        cr_assert_lt(z1()->behind_ms, 15 * MINUTE_MS);
        pass(1);
    }
    const struct progress_zone *zone = z1();
    cr_assert_eq(zone->behind_people, 60);
    cr_assert_geq(zone->behind_ms, 15 * MINUTE_MS);
    const int64_t since_half_ms =
        town.bench->wall_ms - now().since_wall_ms - half_s * 1000; /* when sixty should be there */
    cr_assert_leq(zone->behind_ms - since_half_ms, 2 * MINUTE_MS);
    cr_assert_geq(zone->behind_ms - since_half_ms, -2 * MINUTE_MS);
}

Test(progress, a_sweep_tells_that_a_zone_is_empty) {
    const struct hv_plan *plan = go();
    pass((plan->moves[0].arrived_s + 59) / 60 + 20);
    cr_assert_eq(z1()->standing, PROGRESS_BEHIND, "nobody has checked in");
    cr_assert_not(z1()->swept);
    sweep(20);
    cr_assert(z1()->swept);
    cr_assert_eq(z1()->gone, 100);
    cr_assert_eq(z1()->behind_people, 20);
    sweep(0);
    cr_assert_eq(z1()->standing, PROGRESS_DONE);
}

Test(progress, a_plan_made_anew_counts_from_who_is_left) {
    const struct hv_plan *plan = go();
    pass((plan->moves[0].arrived_s + 59) / 60);
    check_in(70);
    go();
    cr_assert_eq(z1()->people, 50);
    cr_assert_eq(z1()->gone, 0, "of those who were left");
    check_in(50);
    cr_assert_eq(z1()->standing, PROGRESS_DONE);
}

Test(progress, whom_the_plan_leaves_over_are_neither_gone_nor_behind) {
    struct hv_capacity_line line = {HV_BASIS_BEDS, HV_PART_NIGHT, HV_PLACE_INDOOR, 100};
    struct hv_report report = {.kind = HV_REPORT_CAPACITY,
                               .source = HV_SOURCE_OPERATOR,
                               .subject = "s1",
                               .seen = {town.bench->wall_ms, 1},
                               .capacity = {1, &line}};
    town_decide(&town,
                (struct hv_record){.kind = HV_RECORD_REPORT,
                                   .report = {.node = "", .sent_node_ms = 1, .report = report}});
    const struct hv_plan *plan = go();
    cr_assert_eq(z1()->people, 100);
    cr_assert_eq(z1()->left_over, 20);
    cr_assert_eq(z1()->gone, 0);
    pass((plan->moves[0].arrived_s + 59) / 60);
    check_in(100);
    cr_assert_eq(z1()->gone, 100);
    cr_assert_eq(z1()->still, 20);
    cr_assert_eq(z1()->standing, PROGRESS_DONE, "all whom it moves");
}

/* ---- as it is asked for ---- */

static json_t *ask(const char *verb, struct hv_arena *arena) {
    const struct console_scene scene = {.core = town.bench->core,
                                        .region = town.region,
                                        .profiles = town.profiles,
                                        .mono_ms =
                                            core_mono_ms(town.bench->core, town.bench->real_ms),
                                        .wall_ms = town.bench->wall_ms};
    struct console_outcome outcome = {0};
    json_t *request = json_pack("{s:s}", "verb", verb);
    console_handle(&scene, request, arena, &outcome);
    json_decref(request);
    cr_assert_not_null(outcome.reply);
    return outcome.reply;
}

static size_t behind_in_attention(void) {
    json_t *reply = ask("attention", &town.arena), *one;
    size_t index, count = 0;
    json_array_foreach(json_object_get(reply, "attention"), index, one) {
        const json_t *figures = json_object_get(one, "figures");
        if (strcmp(json_string_value(json_object_get(one, "kind")), "zone-behind") != 0)
            continue;
        count++;
        cr_assert_str_eq(json_string_value(json_object_get(one, "subject")), "z1");
        cr_assert_str_eq(json_string_value(json_object_get(one, "name_zh")), "一区");
        cr_assert_eq(json_integer_value(json_object_get(figures, "people")), 120);
    }
    json_decref(reply);
    return count;
}

Test(progress, a_zone_that_is_behind_wants_attention_until_it_is_not) {
    const struct hv_plan *plan = go();
    cr_assert_eq(behind_in_attention(), 0);
    pass((plan->moves[0].arrived_s + 59) / 60 + 20);
    cr_assert_eq(behind_in_attention(), 1);
    json_t *reply = ask("progress", &town.arena);
    const json_t *zone = json_array_get(json_object_get(reply, "zones"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(zone, "standing")), "behind");
    cr_assert_eq(json_integer_value(json_object_get(zone, "should_be_there")), 120);
    cr_assert_eq(json_integer_value(json_object_get(zone, "still")), 120);
    json_decref(reply);
    sweep(0);
    cr_assert_eq(behind_in_attention(), 0);
}
