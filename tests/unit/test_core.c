/* What a node hears of its reports: a welcome, acknowledgements once the log has them, refusals. */
#include "coordinator/core_inside.h"
#include "tests/support/core_bench.h"

#include <criterion/criterion.h>

static struct core_bench *bench;

static void begin(void) {
    bench = core_bench_pair();
}

static void end(void) {
    core_bench_free(bench);
}

TestSuite(core, .init = begin, .fini = end);

Test(core, welcomes_with_what_it_holds) {
    core_bench_arrive(bench, "S1", 100, 1, 2);
    core_bench_idle(bench);
    core_bench_forget(bench);
    core_bench_hello(bench, "S1", 100);
    const struct hv_envelope *welcome = core_bench_last(bench, "S1", HV_BODY_WELCOME);
    cr_assert_not_null(welcome);
    cr_assert_eq(welcome->welcome.held_epoch, 100);
    cr_assert_eq(welcome->welcome.term, 1);
    cr_assert_eq(welcome->welcome.held[0].sequence, 1);
}

Test(core, acknowledges_after_the_log_has_it_and_not_before) {
    bench->hold = true;
    core_bench_forget(bench);
    for (uint64_t sequence = 1; sequence <= 5; sequence++)
        core_bench_arrive(bench, "S1", 100, sequence, 1);
    core_bench_idle(bench);
    cr_assert_eq(bench->sent_count, 0);
    cr_assert_eq(core_bench_people(bench, "S1"), 0);
    core_bench_store(bench);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ACK), 1, "one for the batch");
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_ACK)->sequence, 5);
    cr_assert_eq(core_bench_people(bench, "S1"), 5);
}

Test(core, takes_each_sequence_once_and_in_order) {
    core_bench_arrive(bench, "S1", 100, 1, 1);
    core_bench_arrive(bench, "S1", 100, 3, 1);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_GAP);
    core_bench_arrive(bench, "S1", 100, 1, 1);
    core_bench_arrive(bench, "S1", 100, 2, 1);
    core_bench_idle(bench);
    core_bench_forget(bench);
    core_bench_arrive(bench, "S1", 100, 1, 1);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_ACK)->sequence, 2, "acknowledged again");
    cr_assert_eq(core_bench_people(bench, "S1"), 2);
}

Test(core, wants_a_hello_first_also_after_a_restart) {
    core_bench_arrive(bench, "S1", 100, 1, 1);
    core_bench_idle(bench);
    core_bench_restart(bench);
    core_bench_arrive(bench, "S1", 100, 2, 1);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_HELLO_FIRST);
    core_bench_hello(bench, "S1", 100);
    core_bench_arrive(bench, "S1", 100, 2, 1);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_people(bench, "S1"), 2);
}

Test(core, a_higher_epoch_starts_anew_and_a_lower_one_is_refused) {
    core_bench_arrive(bench, "S1", 100, 1, 1);
    core_bench_idle(bench);
    core_bench_hello(bench, "S1", 200);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_WELCOME)->welcome.held_epoch, 200);
    core_bench_hello(bench, "S1", 150);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_EPOCH);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_REFUSAL)->refusal.held_epoch, 200);
    core_bench_arrive(bench, "S1", 100, 2, 1);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_EPOCH);
    core_bench_arrive(bench, "S1", 200, 1, 4);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_people(bench, "S1"), 5);
}

Test(core, a_full_disk_acknowledges_nothing_and_heals) {
    core_bench_arrive(bench, "S1", 100, 1, 1);
    core_bench_idle(bench);
    core_bench_forget(bench);
    log_memory_limit(bench->disk, 1);
    core_bench_arrive(bench, "S1", 100, 2, 1);
    core_bench_arrive(bench, "S2", 100, 1, 1);
    core_bench_idle(bench);
    cr_assert_eq(bench->append_error, HV_ERR_FULL);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ACK), 0);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_NOT_STORED);
    cr_assert_eq(core_bench_refused(bench, "S2"), HV_REASON_NOT_STORED);
    cr_assert_not(core_counters(bench->core)->storing);
    cr_assert_eq(core_bench_people(bench, "S1"), 1, "reads go on");
    log_memory_limit(bench->disk, 0);
    core_bench_arrive(bench, "S1", 100, 2, 1);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_ACK)->sequence, 2);
    cr_assert(core_counters(bench->core)->storing);
}

Test(core, what_gathered_behind_a_failed_batch_fails_with_it) {
    bench->hold = true;
    core_bench_arrive(bench, "S1", 100, 1, 1);
    core_bench_idle(bench);
    core_bench_arrive(bench, "S1", 100, 2, 1);
    log_memory_fault_next(bench->disk, LOG_MEMORY_IO);
    core_bench_store(bench);
    core_bench_idle(bench);
    core_bench_store(bench);
    cr_assert_eq(core_bench_people(bench, "S1"), 0);
    core_bench_arrive(bench, "S1", 100, 2, 1);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_GAP, "not stored with a gap");
}

static void arrive_seen_at(uint64_t sequence, uint64_t node_ms) {
    struct hv_envelope envelope = core_bench_check_in(bench, 100, sequence, 1);
    envelope.report.seen.node_ms = node_ms;
    core_bench_frame(bench, "S1", &envelope);
}

/* Two machines on copies of one outbox. */
Test(core, acknowledges_nothing_under_a_number_that_something_else_has) {
    arrive_seen_at(1, 5000);
    arrive_seen_at(1, 6000);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_EPOCH, "also before it is stored");
    arrive_seen_at(2, 7000);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_HELLO_FIRST, "it would come twice");
    core_bench_idle(bench);
    core_bench_hello(bench, "S1", 100);
    core_bench_forget(bench);
    arrive_seen_at(1, 6000);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_EPOCH);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_REFUSAL)->refusal.held_epoch, 100);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ACK), 0);
    core_bench_hello(bench, "S1", 100);
    core_bench_forget(bench);
    arrive_seen_at(1, 5000);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_ACK)->sequence, 1, "the same again");
    core_bench_hello(bench, "S1", 101);
    core_bench_forget(bench);
    struct hv_envelope anew = core_bench_check_in(bench, 101, 1, 1);
    anew.report.seen.node_ms = 6000;
    core_bench_frame(bench, "S1", &anew);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_ACK)->sequence, 1, "in an epoch of its own");
    cr_assert_eq(core_bench_people(bench, "S1"), 2);
}

Test(core, knows_the_last_reports_again_after_a_restart) {
    for (uint64_t sequence = 1; sequence <= 20; sequence++)
        arrive_seen_at(sequence, 5000 + sequence);
    core_bench_idle(bench);
    core_bench_restart(bench);
    for (uint64_t sequence = 13; sequence <= 20; sequence++) {
        core_bench_hello(bench, "S1", 100);
        core_bench_forget(bench);
        arrive_seen_at(sequence, 5000 + sequence);
        core_bench_idle(bench);
        cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_UNKNOWN, "the same again");
        arrive_seen_at(sequence, 6000 + sequence);
        core_bench_idle(bench);
        cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_EPOCH, "%d", (int)sequence);
    }
    cr_assert_eq(core_bench_people(bench, "S1"), 20);
}

Test(core, what_was_not_stored_leaves_no_trace_that_would_contradict_a_repeat) {
    for (uint64_t sequence = 1; sequence <= 8; sequence++)
        arrive_seen_at(sequence, 5000 + sequence);
    core_bench_idle(bench);
    log_memory_limit(bench->disk, 1);
    for (uint64_t sequence = 9; sequence <= 12; sequence++)
        arrive_seen_at(sequence, 5000 + sequence);
    core_bench_idle(bench);
    log_memory_limit(bench->disk, 0);
    core_bench_forget(bench);
    for (uint64_t sequence = 1; sequence <= 12; sequence++)
        arrive_seen_at(sequence, 5000 + sequence);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_UNKNOWN);
    cr_assert_eq(core_bench_people(bench, "S1"), 12);
}

Test(core, refuses_for_good_at_the_sequence_and_goes_on) {
    struct hv_envelope envelope = core_bench_check_in(bench, 100, 1, 1);
    envelope.report.subject = "S2";
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
    const struct hv_envelope *refusal = core_bench_last(bench, "S1", HV_BODY_REFUSAL);
    cr_assert(refusal->refusal.skip && refusal->sequence == 1);
    cr_assert_eq(refusal->refusal.reason, HV_REASON_REFERENCE);
    core_bench_arrive(bench, "S1", 100, 2, 3);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_people(bench, "S1"), 3);
    cr_assert_eq(state_find_node(core_state(bench->core), "S1")->refused, 1);
}

static void send_stray(uint64_t sequence) {
    struct hv_envelope envelope = core_bench_check_in(bench, 100, sequence, 1);
    envelope.report.subject = "S2";
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
}

Test(core, answers_a_repeated_refused_report_with_the_same_refusal) {
    send_stray(1);
    core_bench_arrive(bench, "S1", 100, 2, 3);
    core_bench_idle(bench);
    core_bench_forget(bench);
    send_stray(1);
    const struct hv_envelope *again = core_bench_last(bench, "S1", HV_BODY_REFUSAL);
    cr_assert_not_null(again);
    cr_assert(again->refusal.skip && again->sequence == 1 && again->lane == HV_LANE_HISTORY);
    cr_assert_eq(again->refusal.reason, HV_REASON_REFERENCE);
    cr_assert_str_eq(again->refusal.detail, "report.subject: not this node's place");
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ACK), 0);
    cr_assert_eq(core_counters(bench->core)->refused[HV_REASON_REFERENCE], 1, "counted once");
}

Test(core, repeats_its_refusals_after_a_welcome_also_after_a_restart) {
    for (uint64_t sequence = 1; sequence <= STATE_REFUSALS_KEPT + 3; sequence++)
        send_stray(sequence);
    core_bench_restart(bench);
    core_bench_forget(bench);
    core_bench_hello(bench, "S1", 100);
    cr_assert_eq(bench->sent[0].envelope->kind, HV_BODY_WELCOME);
    cr_assert_eq(bench->sent[0].envelope->welcome.held[0].sequence, STATE_REFUSALS_KEPT + 3);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_REFUSAL), STATE_REFUSALS_KEPT);
    cr_assert_eq(bench->sent[1].envelope->sequence, 4, "the last ones, oldest first");
    core_bench_forget(bench);
    core_bench_hello(bench, "S1", 200);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_REFUSAL), 0, "of this epoch only");
}

Test(core, refuses_other_deployments_modes_incidents_and_revoked_keys) {
    struct hv_envelope envelope = core_bench_check_in(bench, 100, 1, 1);
    envelope.deployment[3] ^= 1;
    core_bench_frame(bench, "S1", &envelope);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_DEPLOYMENT);
    envelope = core_bench_check_in(bench, 100, 1, 1);
    envelope.mode = HV_MODE_LIVE;
    core_bench_frame(bench, "S1", &envelope);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_MODE);
    envelope = core_bench_check_in(bench, 100, 1, 1);
    envelope.incident[0] = 1;
    core_bench_frame(bench, "S1", &envelope);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_INCIDENT);
    struct hv_record record = {.kind = HV_RECORD_REVOCATION,
                               .revocation = {.node = "S1", .reason = "lost"}};
    cr_assert_eq(core_bench_decide(bench, record), 0);
    core_bench_arrive(bench, "S1", 100, 1, 1);
    cr_assert_eq(core_bench_refused(bench, "?"), HV_REASON_REVOKED,
                 "to the connection, not to the node");
    core_bench_frame(bench, "nobody", &envelope);
    cr_assert_eq(core_bench_people(bench, "S1"), 0);
}

Test(core, garbage_harms_nobody) {
    static const uint8_t bytes[] = "\xff\xfe garbage";
    struct core_event event = {.kind = CORE_FRAME,
                               .frame = {.node = "S1", .bytes = bytes, .size = sizeof bytes}};
    core_bench_step(bench, event);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_MALFORMED);
    core_bench_arrive(bench, "S1", 100, 1, 1);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_people(bench, "S1"), 1);
}

/* ---- transfers ---- */

static void move(const char *node, uint64_t sequence, enum hv_movement_kind kind,
                 const char *other) {
    struct hv_envelope envelope = core_bench_check_in(bench, 100, sequence, 10);
    envelope.report.movement.kind = kind;
    envelope.report.movement.shelter = other;
    envelope.report.movement.transfer = "T1";
    core_bench_frame(bench, node, &envelope);
    core_bench_idle(bench);
}

Test(core, who_arrives_says_from_where) {
    move("S2", 1, HV_MOVEMENT_TRANSFER_IN, "");
    cr_assert_eq(core_bench_refused(bench, "S2"), HV_REASON_RANGE);
    cr_assert_str_eq(core_bench_last(bench, "S2", HV_BODY_REFUSAL)->refusal.detail,
                     "movement.shelter: missing: which shelter did they leave?");
    move("S2", 2, HV_MOVEMENT_TRANSFER_IN, "S1");
    cr_assert_eq(core_bench_people(bench, "S2"), 10);
}
