/* Time as the coordinator has it: silence, the scenario's clock, and a log that goes on while it is
 * off. */
#include "coordinator/core_inside.h"
#include "tests/support/core_bench.h"

#include <criterion/criterion.h>
#include <string.h>

static struct core_bench *bench;

static void begin(void) {
    bench = core_bench_pair();
}

static void end(void) {
    core_bench_free(bench);
}

TestSuite(core_clock, .init = begin, .fini = end);

Test(core_clock, a_silent_node_goes_stale_once_and_comes_back) {
    for (int i = 0; i < 60; i++) {
        struct hv_envelope beat = core_bench_envelope(bench, 100);
        beat.kind = HV_BODY_BEAT;
        core_bench_frame(bench, "S2", &beat);
        core_bench_tick(bench, 1000);
    }
    const struct state *state = core_state(bench->core);
    cr_assert_eq(state_find_node(state, "S1")->presence, STATE_STALE);
    cr_assert_eq(state_find_node(state, "S2")->presence, STATE_PRESENT);
    cr_assert_eq(state_general(state)->record_count[HV_RECORD_PRESENCE], 3);
    core_bench_hello(bench, "S1", 100);
    cr_assert_eq(state_find_node(state, "S1")->presence, STATE_PRESENT);
    cr_assert_geq(core_bench_count(bench, "S2", HV_BODY_BEAT), 5);
}

Test(core_clock, says_when_the_machines_clock_was_set_and_nothing_of_its_drift) {
    for (int i = 0; i < 100; i++) {
        bench->wall_ms += 100; /* too fast by a tenth */
        core_bench_tick(bench, 1000);
    }
    cr_assert_eq(strncmp(bench->event, "event=clock-set", 15) == 0, false, "%s", bench->event);
    bench->wall_ms -= 86400000;
    core_bench_tick(bench, 250);
    cr_assert_eq(strncmp(bench->event, "event=clock-set by_s=-86400 ", 28), 0, "%s", bench->event);
    bench->event[0] = '\0';
    core_bench_tick(bench, 250);
    cr_assert_str_eq(bench->event, "", "once");
    bench->wall_ms += 86400000;
    core_bench_tick(bench, 250);
    cr_assert_eq(strncmp(bench->event, "event=clock-set by_s=86400 ", 27), 0, "%s", bench->event);
}

Test(core_clock, the_log_clock_runs_at_the_rate_of_the_scenario) {
    uint64_t before = core_mono_ms(bench->core, bench->real_ms);
    struct hv_record record = {
        .kind = HV_RECORD_CLOCK,
        .clock = {.start_wall_ms = 5000000, .rate_permille = 60000, .scenario = true}};
    cr_assert_eq(core_bench_decide(bench, record), 0);
    bench->real_ms += 1000;
    cr_assert_eq(core_mono_ms(bench->core, bench->real_ms), before + 60000);
    cr_assert_eq(core_wall_ms(bench->core, bench->real_ms, bench->wall_ms), 5060000);
    core_bench_arrive(bench, "S1", 100, 1, 1);
    core_bench_idle(bench);
    core_bench_restart(bench);
    cr_assert_eq(core_mono_ms(bench->core, bench->real_ms), before + 60000,
                 "goes on from the last record");
}

Test(core_clock, the_log_clock_has_gone_on_while_the_coordinator_was_off) {
    core_bench_arrive(bench, "S1", 100, 1, 1);
    core_bench_idle(bench);
    bench->real_ms += 500; /* a record whose clock is not that of founding */
    core_bench_arrive(bench, "S1", 100, 2, 1);
    core_bench_idle(bench);
    uint64_t before = state_general(core_state(bench->core))->mono_ms;
    bench->wall_ms = state_general(core_state(bench->core))->wall_ms + 36000000;
    core_bench_restart(bench);
    cr_assert_eq(core_mono_ms(bench->core, bench->real_ms), before + 36000000,
                 "ten hours off make every figure ten hours older");
    bench->wall_ms -= 72000000;
    core_bench_restart(bench);
    cr_assert_geq(core_mono_ms(bench->core, bench->real_ms), before, "never back");
    bench->wall_ms += INT64_C(100000000000000);
    core_bench_restart(bench);
    cr_assert_leq(core_mono_ms(bench->core, bench->real_ms), before + UINT64_C(2) * 366 * 86400000,
                  "a wrong clock is not believed for years");
}

/* There is something to plan for, and the plan that it has made is over. */
static void begin_planning(void) {
    static const struct hv_record incident = {
        .kind = HV_RECORD_INCIDENT,
        .incident = {
            .incident = {1}, .name = "River", .phase = HV_PHASE_EVACUATION, .hazard = "flood"}};
    static const struct hv_record region = {.kind = HV_RECORD_REGION,
                                            .region = {.name = "small", .version = "1"}};
    cr_assert_eq(core_bench_decide(bench, incident), 0);
    cr_assert_eq(bench->plans, 0, "of what?");
    cr_assert_eq(core_bench_decide(bench, region), 0);
    cr_assert_eq(bench->plans, 1, "without waiting for time to pass");
}

Test(core_clock, a_plan_is_wanted_when_a_shelter_falls_silent_and_when_it_is_heard_again) {
    begin_planning();
    core_bench_tick(bench, 29000);
    core_bench_tick(bench, 900);
    cr_assert_eq(bench->plans, 1);
    core_bench_tick(bench, 5000);
    core_bench_tick(bench, 5000);
    cr_assert_eq(state_find_node(core_state(bench->core), "S1")->presence, STATE_STALE);
    cr_assert_eq(bench->plans, 2, "its places count with caution");
    core_bench_hello(bench, "S1", 100);
    core_bench_idle(bench);
    cr_assert_eq(bench->plans, 3);
}

Test(core_clock, a_plan_is_wanted_for_what_binds_plans) {
    begin_planning();
    core_bench_tick(bench, 3000);
    const struct hv_record pin = {.kind = HV_RECORD_DIRECTIVE,
                                  .directive = {.id = "p",
                                                .kind = HV_DIRECTIVE_PIN,
                                                .zone = "Z1",
                                                .shelter = "S1",
                                                .depot = "",
                                                .item = "",
                                                .link = "",
                                                .reason = "agreed"}};
    cr_assert_eq(core_bench_decide(bench, pin), 0);
    cr_assert_eq(bench->plans, 2);
    core_bench_tick(bench, 3000);
    cr_assert_eq(core_bench_decide(bench, core_bench_order("S1")), 0);
    cr_assert_eq(bench->plans, 3, "and for an order by hand");
    core_bench_tick(bench, 3000);
    const struct hv_record note = {.kind = HV_RECORD_NOTE, .note = {.text = "quiet"}};
    cr_assert_eq(core_bench_decide(bench, note), 0);
    core_bench_tick(bench, 3000);
    cr_assert_eq(bench->plans, 3, "but not for a note");
}

Test(core_clock, a_plan_is_wanted_with_the_report_that_it_knows_and_no_second_one_at_once) {
    begin_planning();
    core_bench_arrive(bench, "S1", 100, 1, 1);
    core_bench_idle(bench);
    core_bench_tick(bench, 1999);
    cr_assert_eq(bench->plans, 1);
    core_bench_tick(bench, 1);
    cr_assert_eq(bench->plans, 2, "what came meanwhile is in the next one");
    core_bench_tick(bench, 10000);
    cr_assert_eq(bench->plans, 2);
    core_bench_arrive(bench, "S1", 100, 2, 1);
    core_bench_idle(bench);
    cr_assert_eq(bench->plans, 3);
}
