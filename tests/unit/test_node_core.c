/* What staff report: taken, refused or taken back, and there again after a restart. */
#include "tests/support/node_bench.h"

#include <criterion/criterion.h>
#include <string.h>

static struct node_bench *bench;

static void set_up(void) {
    bench = bench_new();
}

static void tear_down(void) {
    bench_free(bench);
}

TestSuite(node_core, .init = set_up, .fini = tear_down);

Test(node_core, refuses_that_more_leave_than_are_here) {
    cr_assert_eq(bench_move(bench, HV_MOVEMENT_CHECK_IN, 3), HV_OK);
    cr_assert_eq(bench_move(bench, HV_MOVEMENT_CHECK_OUT, 4), HV_ERR_STATE);
    cr_assert_str_eq(bench->last_reply.message, "4 people leave, but only 3 are here");
    cr_assert_eq(bench_people(bench), 3);
    struct hv_report out = bench_movement(HV_MOVEMENT_CHECK_OUT, 4);
    bench_report(bench, &out, true);
    cr_assert_eq(bench->last_reply.error, HV_OK);
    cr_assert_eq(bench_people(bench), 0);
    cr_assert_eq(node_core_present(bench->core)->shortfall, 1);
}

Test(node_core, takes_the_last_movement_back_once) {
    bench_move(bench, HV_MOVEMENT_CHECK_IN, 5);
    bench_move(bench, HV_MOVEMENT_CHECK_OUT, 2);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_UNDO, .token = 9});
    cr_assert_eq(bench->last_reply.error, HV_OK);
    cr_assert_eq(bench_people(bench), 5);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_UNDO, .token = 10});
    cr_assert_eq(bench->last_reply.error, HV_ERR_STATE);
    cr_assert_eq(bench_people(bench), 5);
}

Test(node_core, says_when_the_disk_is_full_and_stores_nothing) {
    bench_move(bench, HV_MOVEMENT_CHECK_IN, 3);
    outbox_memory_set_capacity(bench->outbox, 1);
    cr_assert_eq(bench_move(bench, HV_MOVEMENT_CHECK_IN, 4), HV_ERR_FULL);
    cr_assert_eq(bench_people(bench), 3);
    cr_assert_eq(bench_status(bench).lanes[NODE_HISTORY].made, 1);
    outbox_memory_set_capacity(bench->outbox, 1u << 30);
    cr_assert_eq(bench_move(bench, HV_MOVEMENT_CHECK_IN, 4), HV_OK);
    cr_assert_eq(bench->last_reply.sequence, 2);
    cr_assert_eq(bench_people(bench), 7);
}

Test(node_core, sends_what_waits_although_the_disk_is_full) {
    for (uint64_t i = 1; i <= 30; i++)
        bench_note(bench, i);
    outbox_memory_set_capacity(bench->outbox, 1);
    bench_run(bench, 60000);
    cr_assert_eq(bench_status(bench).lanes[NODE_HISTORY].waiting, 0);
    cr_assert_eq(bench->fake.held[HV_LANE_HISTORY], 30);
}

Test(node_core, restores_the_same_state_as_it_had) {
    for (int i = 0; i < 700; i++)
        bench_move(bench, i % 3 == 2 ? HV_MOVEMENT_CHECK_OUT : HV_MOVEMENT_CHECK_IN, 1 + i % 2);
    struct hv_stock_line got[] = {bench_stock_line("rice", "", 0, 70),
                                  bench_stock_line("water", "A", 20500, 4)};
    bench_stock(bench, HV_STOCK_RECEIVE, got, 2);
    struct hv_people before = node_core_present(bench->core)->people;
    uint64_t as_of = node_core_present(bench->core)->as_of;
    bench_kill(bench);
    bench_start(bench);
    const struct node_present *present = node_core_present(bench->core);
    cr_assert_eq(present->as_of, as_of);
    cr_assert_eq(memcmp(&present->people, &before, sizeof before), 0);
    cr_assert_eq(node_stock_usable(&present->stock, &got[0]), 70);
    cr_assert_eq(present->last.kind, HV_MOVEMENT_CHECK_IN);
}

Test(node_core, stays_within_its_role) {
    bench_kill(bench);
    outbox_free(bench->outbox);
    bench->outbox = outbox_memory_new(1u << 30);
    bench->options.identity.role = HV_ROLE_DEPOT;
    cr_assert_eq(
        journal_create(bench->outbox, &bench->options.identity, 1, bench->boot, bench->real_ms),
        HV_OK);
    bench_start(bench);
    cr_assert_eq(bench_move(bench, HV_MOVEMENT_CHECK_IN, 3), HV_ERR_PERMISSION);
    cr_assert_eq(bench->last_reply.reason, HV_REASON_ROLE);
}
