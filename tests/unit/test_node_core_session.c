/* A node and its coordinator: what is sent when, what is sent again, and what is refused for ever.
 */
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

TestSuite(node_core_session, .init = set_up, .fini = tear_down);

Test(node_core_session, sends_the_present_before_the_backlog) {
    for (uint64_t i = 1; i <= 40; i++)
        bench_note(bench, i);
    bench_move(bench, HV_MOVEMENT_CHECK_IN, 3);
    bench_run(bench, 5000);
    cr_assert_eq(bench->fake.reports[0].lane, HV_LANE_PRESENT);
    cr_assert_eq(bench->fake.reports[0].kind, HV_REPORT_SNAPSHOT);
    cr_assert_eq(bench->fake.held[HV_LANE_HISTORY], 41);
    cr_assert_eq(bench->fake.held[HV_LANE_PRESENT], 1);
}

Test(node_core_session, makes_no_snapshot_for_a_few_reports) {
    for (uint64_t i = 1; i <= 5; i++)
        bench_note(bench, i);
    bench_run(bench, 5000);
    cr_assert_eq(bench->fake.held[HV_LANE_HISTORY], 5);
    cr_assert_eq(bench->fake.held[HV_LANE_PRESENT], 0);
}

Test(node_core_session, keeps_at_most_ten_reports_unanswered) {
    bench_run(bench, 5000);
    for (uint64_t i = 1; i <= 30; i++)
        bench_note(bench, i);
    cr_assert_eq(bench->to_coordinator.count, NODE_WINDOW);
}

Test(node_core_session, goes_back_once_for_a_gap) {
    bench_run(bench, 5000);
    for (uint64_t i = 1; i <= 10; i++)
        bench_note(bench, i);
    bench_drop(&bench->to_coordinator, 0);
    bench_run(bench, 1000);
    cr_assert_eq(bench->fake.held[HV_LANE_HISTORY], 10);
    cr_assert_eq(bench->fake.gaps, 9);
    cr_assert_eq(bench->fake.again, 0, "%llu reports were sent in vain",
                 (unsigned long long)bench->fake.again);
}

Test(node_core_session, refuses_another_deployment_and_a_lower_term) {
    bench_run(bench, 5000);
    bench->fake.term = 5;
    bench_break(bench);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_LINK_DOWN});
    bench_run(bench, 5000);
    cr_assert_eq(bench_status(bench).session->term, 5);
    bench->fake.term = 4;
    bench_break(bench);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_LINK_DOWN});
    bench_run(bench, 5000);
    cr_assert_eq(bench_status(bench).link, NODE_LINK_REFUSED);
    bench->fake.term = 5;
    bench->fake.deployment[3] ^= 1;
    bench_run(bench, 70000);
    cr_assert_eq(bench_status(bench).link, NODE_LINK_REFUSED);
    bench->fake.deployment[3] ^= 1;
    bench_run(bench, 70000);
    cr_assert_eq(bench_status(bench).link, NODE_LINK_UP);
}

Test(node_core_session, sends_again_what_a_restored_log_lacks) {
    bench_run(bench, 5000);
    for (uint64_t i = 1; i <= 50; i++)
        bench_note(bench, i);
    bench_run(bench, 5000);
    cr_assert_eq(bench->fake.held[HV_LANE_HISTORY], 50);
    bench_break(bench);
    fake_coordinator_restore(&bench->fake, 20);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_LINK_DOWN});
    bench_run(bench, 60000);
    cr_assert_eq(bench->fake.held[HV_LANE_HISTORY], 50);
    cr_assert_eq(bench_status(bench).session->term, 2);
}

Test(node_core_session, takes_a_new_epoch_where_its_outbox_is_older_than_what_was_sent) {
    bench_run(bench, 5000);
    bench_note(bench, 1);
    bench_run(bench, 5000);
    struct outbox *backup = outbox_memory_copy(bench->outbox);
    for (uint64_t i = 2; i <= 9; i++)
        bench_note(bench, i);
    bench_run(bench, 5000);
    bench_kill(bench);
    outbox_free(bench->outbox);
    bench->outbox = backup;
    bench_start(bench);
    bench_note(bench, 10);
    bench_run(bench, 60000);
    cr_assert_eq(bench_status(bench).link, NODE_LINK_UP);
    cr_assert_eq(bench_status(bench).epoch, 1001);
    cr_assert_eq(bench->fake.reports[bench->fake.count - 1].number, 10);
    cr_assert_eq(bench->fake.reports[bench->fake.count - 1].epoch, 1001);
    cr_assert_eq(bench->fake.held[HV_LANE_PRESENT], 1, "the present goes first in a new epoch");
}

static size_t times_told(uint64_t number) {
    size_t times = 0;
    for (size_t i = 0; i < bench->fake.count; i++)
        times += bench->fake.reports[i].number == number;
    return times;
}

static void put_back(struct outbox *backup) {
    bench_kill(bench);
    outbox_free(bench->outbox);
    bench->outbox = backup;
    bench_start(bench);
}

/* As many reports as were lost, or more: the heads alone say that nothing is wrong. */
Test(node_core_session, loses_nothing_where_an_older_outbox_has_gone_on_before_it_was_heard) {
    bench_run(bench, 5000);
    bench_note(bench, 1);
    bench_run(bench, 5000);
    struct outbox *backup = outbox_memory_copy(bench->outbox);
    for (uint64_t i = 2; i <= 30; i++)
        bench_note(bench, i);
    bench_run(bench, 5000);
    bench->reachable = false;
    put_back(backup);
    for (uint64_t i = 31; i <= 70; i++)
        bench_note(bench, i);
    bench->reachable = true;
    bench_run(bench, 120000);
    cr_assert_eq(bench_status(bench).link, NODE_LINK_UP);
    cr_assert_eq(bench_status(bench).lanes[NODE_HISTORY].waiting, 0);
    for (uint64_t i = 1; i <= 70; i++)
        cr_assert_eq(times_told(i), 1, "note %llu", (unsigned long long)i);
    cr_assert_eq(bench_status(bench).epoch, 1001);
}

/* What was acknowledged and not heard is the same when it comes again: no epoch is needed. */
Test(node_core_session, goes_on_in_its_epoch_where_only_the_answers_were_lost) {
    bench_run(bench, 5000);
    for (uint64_t i = 1; i <= 9; i++)
        bench_note(bench, i);
    while (bench_deliver_to_coordinator(bench))
        ;
    bench_break(bench);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_LINK_DOWN});
    bench_note(bench, 10);
    bench_run(bench, 60000);
    cr_assert_eq(bench_status(bench).epoch, 1000);
    for (uint64_t i = 1; i <= 10; i++)
        cr_assert_eq(times_told(i), 1, "note %llu", (unsigned long long)i);
    cr_assert_eq(bench->fake.again, 1, "the last alone is sent again");
}

Test(node_core_session, rebases_an_epoch_that_was_never_used) {
    bench->fake.epoch = 7000;
    bench_note(bench, 1);
    bench_run(bench, 60000);
    cr_assert_eq(bench_status(bench).epoch, 7001);
    cr_assert_eq(bench->fake.reports[0].number, 1);
    cr_assert_eq(bench->fake.reports[0].sequence, 1);
}

Test(node_core_session, says_that_its_place_was_taken) {
    bench_run(bench, 5000);
    bench_note(bench, 1);
    bench_run(bench, 5000);
    bench->fake.epoch = 7000;
    bench_break(bench);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_LINK_DOWN});
    bench_run(bench, 60000);
    cr_assert_eq(bench_status(bench).link, NODE_LINK_TAKEN);
    cr_assert_eq(bench_move(bench, HV_MOVEMENT_CHECK_IN, 1), HV_ERR_PERMISSION);
}

Test(node_core_session, marks_what_is_refused_for_ever_and_goes_on) {
    bench->fake.refuse_number = 2;
    for (uint64_t i = 1; i <= 4; i++)
        bench_note(bench, i);
    bench_run(bench, 5000);
    cr_assert_eq(bench_status(bench).lanes[NODE_HISTORY].waiting, 0);
    cr_assert_eq(bench_status(bench).refused, 1);
    struct hv_arena arena;
    struct node_refused refused;
    hv_arena_init(&arena, 0);
    cr_assert_eq(journal_read_refused(bench->outbox, HV_LANE_HISTORY, 2, &arena, &refused), HV_OK);
    cr_assert_eq(refused.reason, HV_REASON_REFERENCE);
    cr_assert_eq(journal_read_refused(bench->outbox, HV_LANE_HISTORY, 3, &arena, &refused), HV_OK);
    cr_assert_eq(refused.reason, HV_REASON_UNKNOWN);
    hv_arena_deinit(&arena);
}

static struct hv_envelope refusal_for_ever(uint64_t epoch, uint64_t sequence) {
    struct hv_envelope envelope = {.protocol = HV_PROTOCOL,
                                   .mode = bench->fake.mode,
                                   .kind = HV_BODY_REFUSAL,
                                   .epoch = epoch,
                                   .lane = HV_LANE_HISTORY,
                                   .sequence = sequence,
                                   .refusal = {.reason = HV_REASON_REFERENCE,
                                               .detail = "movement.zone: unknown: Z9",
                                               .skip = true}};
    memcpy(envelope.deployment, bench->fake.deployment, HV_ID128_BYTES);
    return envelope;
}

static enum hv_reason marked(uint64_t index) {
    struct hv_arena arena;
    struct node_refused refused = {.reason = HV_REASON_UNKNOWN};
    hv_arena_init(&arena, 0);
    cr_assert_eq(journal_read_refused(bench->outbox, HV_LANE_HISTORY, index, &arena, &refused),
                 HV_OK);
    hv_arena_deinit(&arena);
    return refused.reason;
}

static void tell(struct hv_envelope envelope) {
    bench_push(&bench->to_node, &envelope);
    bench_run(bench, 100);
}

Test(node_core_session, marks_a_refusal_that_it_hears_after_the_acknowledgement) {
    for (uint64_t i = 1; i <= 4; i++)
        bench_note(bench, i);
    bench_run(bench, 5000);
    uint64_t epoch = bench_status(bench).epoch;
    cr_assert_eq(bench_status(bench).lanes[NODE_HISTORY].acked, 4);
    tell(refusal_for_ever(epoch, 2));
    cr_assert_eq(marked(2), HV_REASON_REFERENCE);
    cr_assert_eq(bench_status(bench).lanes[NODE_HISTORY].acked, 4);
    tell(refusal_for_ever(epoch, 2));
    bench_kill(bench);
    bench_start(bench);
    bench_run(bench, 5000);
    tell(refusal_for_ever(epoch, 2));
    cr_assert_eq(bench_status(bench).refused, 1, "told three times, refused once");
}

Test(node_core_session, takes_no_refusal_of_another_epoch_or_deployment) {
    bench_note(bench, 1);
    bench_run(bench, 5000);
    uint64_t epoch = bench_status(bench).epoch;
    tell(refusal_for_ever(epoch - 1, 1));
    struct hv_envelope stranger = refusal_for_ever(epoch, 1);
    stranger.deployment[0] ^= 1;
    tell(stranger);
    tell(refusal_for_ever(epoch, 2)); /* never made */
    cr_assert_eq(marked(1), HV_REASON_UNKNOWN);
    cr_assert_eq(bench_status(bench).refused, 0);
}

Test(node_core_session, takes_a_mark_back_where_a_restored_log_will_see_the_report_again) {
    bench->fake.refuse_number = 3;
    for (uint64_t i = 1; i <= 4; i++)
        bench_note(bench, i);
    bench_run(bench, 5000);
    cr_assert_eq(marked(3), HV_REASON_REFERENCE);
    bench->fake.refuse_number = 0;
    bench_break(bench);
    fake_coordinator_restore(&bench->fake, 1);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_LINK_DOWN});
    bench_run(bench, 60000);
    cr_assert_eq(bench->fake.held[HV_LANE_HISTORY], 4);
    cr_assert_eq(marked(3), HV_REASON_UNKNOWN, "the restored log took it");
    cr_assert_eq(bench_status(bench).refused, 0);
}

Test(node_core_session, waits_for_a_coordinator_whose_disk_is_full) {
    bench->fake.full = true;
    bench_note(bench, 1);
    bench_run(bench, 30000);
    cr_assert_eq(bench->fake.count, 0);
    cr_assert_not_null(strstr(bench_status(bench).trouble, "not-stored"), "staff are told why");
    bench->fake.full = false;
    bench_run(bench, 60000);
    cr_assert_eq(bench->fake.count, 1);
    cr_assert_str_eq(bench_status(bench).trouble, "", "and that it is over");
}

Test(node_core_session, backs_off_while_nobody_answers) {
    bench->reachable = false;
    bench_run(bench, 3600000);
    cr_assert_lt(bench->connects, 150);
    cr_assert_gt(bench->connects, 55);
}

Test(node_core_session, leaves_a_silent_coordinator_after_three_beats) {
    bench_run(bench, 5000);
    unsigned connects = bench->connects;
    bench->connected = false; /* nothing comes through any more, and nobody says so */
    uint64_t until = bench->real_ms + 50000;
    while (bench->real_ms < until) {
        bench->real_ms += 1000;
        bench_step(bench, (struct node_event){.kind = NODE_EVENT_TICK});
    }
    cr_assert_gt(bench->connects, connects);
}

Test(node_core_session, learns_incident_endpoints_and_clock) {
    bench->fake.incident[5] = 9;
    bench->fake.endpoints[0] = "tcp://10.0.0.9:7400";
    bench->fake.endpoint_count = 1;
    bench->fake.clock = (struct hv_clock){
        .start_wall_ms = 1000000, .elapsed_ms = 500, .rate_permille = 60000, .scenario = true};
    bench_run(bench, 5000);
    bench_kill(bench);
    bench_start(bench);
    struct node_status status = bench_status(bench);
    cr_assert_eq(status.session->incident[5], 9);
    cr_assert_str_eq(status.session->endpoints[0], "tcp://10.0.0.9:7400");
    cr_assert(status.scenario.scenario);
    uint64_t node_ms = status.node_ms;
    bench->real_ms += 1000;
    cr_assert_eq(bench_status(bench).node_ms, node_ms + 60000);
}
