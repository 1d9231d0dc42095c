/* Time as a node has it, over restarts and boots. */
#include "tests/support/node_bench.h"

#include <criterion/criterion.h>

static struct node_bench *bench;

static void set_up(void) {
    bench = bench_new();
}

static void tear_down(void) {
    bench_free(bench);
}

TestSuite(node_core_clock, .init = set_up, .fini = tear_down);

Test(node_core_clock, knows_that_figures_from_before_a_boot_are_older_than_told) {
    bench_run(bench, 5000);
    bench_move(bench, HV_MOVEMENT_CHECK_IN, 3);
    uint64_t seen = node_core_present(bench->core)->people_seen.node_ms;
    cr_assert_gt(seen, 0);
    bench_reboot(bench);
    struct node_status status = bench_status(bench);
    cr_assert_gt(status.node_ms, seen);
    cr_assert_gt(status.gap_node_ms, seen);
    bench_move(bench, HV_MOVEMENT_CHECK_IN, 3);
    cr_assert_geq(node_core_present(bench->core)->people_seen.node_ms, status.gap_node_ms);
}

Test(node_core_clock, staff_may_say_what_was_seen_before_the_node_was_made) {
    struct hv_report report = bench_movement(HV_MOVEMENT_CHECK_IN, 3);
    const uint64_t hours = 5 * UINT64_C(3600000), now = bench_status(bench).node_ms;
    bench_step(bench, (struct node_event){
                          .kind = NODE_EVENT_REPORT,
                          .report = {.token = BENCH_TOKENS, .report = &report, .ago_ms = hours}});
    bench_store(bench);
    cr_assert_eq(node_core_present(bench->core)->people_seen.node_ms, now - hours);
}

Test(node_core_clock, goes_on_counting_over_a_restart_in_the_same_boot) {
    bench_move(bench, HV_MOVEMENT_CHECK_IN, 3);
    uint64_t before = bench_status(bench).node_ms;
    bench_kill(bench);
    bench->real_ms += 4000;
    bench_start(bench);
    cr_assert_eq(bench_status(bench).node_ms, before + 4000);
    cr_assert_eq(bench_status(bench).gap_node_ms, 0);
}

Test(node_core_clock, prunes_thirty_days_after_the_acknowledgement) {
    const uint64_t day = 86400000;
    bench_run(bench, 5000);
    for (uint64_t i = 1; i <= 400; i++)
        bench_note(bench, i);
    bench_run(bench, 29 * day);
    uint64_t first, last;
    cr_assert_eq(outbox_bounds(bench->outbox, OUTBOX_HISTORY, &first, &last), HV_OK);
    cr_assert_eq(first, 1);
    bench_run(bench, 3 * day);
    bench_note(bench, 401);
    cr_assert_eq(outbox_bounds(bench->outbox, OUTBOX_HISTORY, &first, &last), HV_OK);
    cr_assert_gt(first, 200);
    bench_kill(bench);
    bench_start(bench);
    bench_note(bench, 402);
    bench_run(bench, 5000);
    cr_assert_eq(bench->fake.held[HV_LANE_HISTORY], 402);
    /* A log restored from before what is kept: a new epoch, and it is told. */
    bench_break(bench);
    fake_coordinator_restore(&bench->fake, 20);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_LINK_DOWN});
    bench_run(bench, 60000);
    cr_assert_eq(bench_status(bench).lanes[NODE_HISTORY].waiting, 0);
    cr_assert_eq(bench_status(bench).lost, first - 21);
    cr_assert_eq(bench->fake.reports[bench->fake.count - 1].number, 402);
}
