/* Decisions of people: whole or not at all, completed, or told why not. */
#include "coordinator/core_inside.h"
#include "tests/support/core_bench.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct core_bench *bench;

static void begin(void) {
    bench = core_bench_pair();
}

static void end(void) {
    core_bench_free(bench);
}

TestSuite(core_decisions, .init = begin, .fini = end);

Test(core_decisions, fills_in_what_a_command_leaves_open) {
    struct hv_record records[3] = {{.kind = HV_RECORD_PLAN},
                                   {.kind = HV_RECORD_APPROVAL,
                                    .cause = CORE_SELF,
                                    .approval = {.plan = CORE_NEW(0), .reason = ""}},
                                   core_bench_order("S1")};
    for (int i = 0; i < 3; i++) {
        records[i].actor = HV_ACTOR_OPERATOR;
        records[i].name = "chief";
    }
    records[2].order.plan = CORE_NEW(0);
    records[2].order.approval = CORE_SELF;
    struct core_event event = {.kind = CORE_COMMAND,
                               .command = {.token = 5, .records = records, .record_count = 3}};
    core_bench_step(bench, event);
    core_bench_idle(bench);
    cr_assert_eq(bench->reply_error, 0, "%s", bench->reply_verdict.detail);
    cr_assert_eq(bench->reply_last, bench->reply_first + 2);
    const struct state *state = core_state(bench->core);
    cr_assert_eq(state_general(state)->plan_in_force, 0);
    cr_assert_eq(state_find_order(state, 1)->plan, 1);
    cr_assert_eq(state_find_order(state, 1)->approval, bench->reply_first);
}

Test(core_decisions, a_proposal_older_than_one_that_was_approved_is_overtaken) {
    struct hv_record approval = {.kind = HV_RECORD_APPROVAL, .approval = {.plan = 2, .reason = ""}};
    for (uint64_t id = 1; id <= 2; id++)
        cr_assert_eq(core_bench_decide(
                         bench, (struct hv_record){.kind = HV_RECORD_PLAN, .plan = {.id = id}}),
                     0);
    cr_assert_eq(core_bench_decide(bench, approval), 0);
    approval.approval.plan = 1;
    cr_assert_eq(core_bench_decide(bench, approval), HV_ERR_STATE);
    cr_assert_str_eq(bench->reply_verdict.detail, "plan 2, which is newer, was approved");
    approval.approval = (struct hv_approval){.plan = 2, .withdrawn = true, .reason = ""};
    cr_assert_eq(core_bench_decide(bench, approval), 0);
    approval.approval = (struct hv_approval){.plan = 1, .reason = ""};
    cr_assert_eq(core_bench_decide(bench, approval), HV_ERR_STATE, "also once it is withdrawn");
}

Test(core_decisions, a_command_is_carried_out_whole_or_not_at_all) {
    struct hv_record records[2] = {core_bench_order("S1"), core_bench_order("nobody")};
    for (int i = 0; i < 2; i++) {
        records[i].actor = HV_ACTOR_OPERATOR;
        records[i].name = "chief";
    }
    struct core_event event = {.kind = CORE_COMMAND,
                               .command = {.token = 5, .records = records, .record_count = 2}};
    uint64_t before = log_last(bench->log);
    core_bench_step(bench, event);
    core_bench_idle(bench);
    cr_assert_eq(bench->reply_error, HV_ERR_NOT_FOUND);
    cr_assert_eq(log_last(bench->log), before);
    log_memory_fault_next(bench->disk, LOG_MEMORY_IO);
    cr_assert_eq(core_bench_decide(bench, core_bench_order("S1")), HV_ERR_IO);
    cr_assert_eq(core_bench_decide(bench, core_bench_order("S1")), 0);
}

Test(core_decisions, keeps_one_key_one_node) {
    struct hv_record record = {.kind = HV_RECORD_ENROLMENT,
                               .enrolment = {.node = "S3", .role = HV_ROLE_SHELTER, .place = ""}};
    snprintf((char *)record.enrolment.public_key, HV_KEY_BYTES, "key of S1");
    cr_assert_eq(core_bench_decide(bench, record), HV_ERR_EXISTS);
    record.enrolment.place = "S2";
    snprintf((char *)record.enrolment.public_key, HV_KEY_BYTES, "another");
    cr_assert_eq(core_bench_decide(bench, record), HV_ERR_EXISTS);
    record.enrolment.node = "S2";
    cr_assert_eq(core_bench_decide(bench, record), 0, "a new key for the same node");
    cr_assert_eq(state_find_node(core_state(bench->core), "S2")->enrolment, 2);
}

Test(core_decisions, one_incident_after_another) {
    struct hv_record open = {
        .kind = HV_RECORD_INCIDENT,
        .incident = {.incident = {1}, .name = "flood", .phase = HV_PHASE_WATCH, .hazard = "flood"}};
    cr_assert_eq(core_bench_decide(bench, open), 0);
    struct hv_envelope envelope = core_bench_check_in(bench, 100, 1, 1);
    envelope.incident[0] = 1;
    core_bench_frame(bench, "S1", &envelope);
    core_bench_tick(bench, 250);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_ACK)->incident[0], 1);
    cr_assert_eq(core_bench_last(bench, "S2", HV_BODY_CLOCK)->incident[0], 1, "all are told");
    struct hv_record second = open;
    second.incident.incident[0] = 2;
    cr_assert_eq(core_bench_decide(bench, second), HV_ERR_STATE);
    open.incident.phase = HV_PHASE_CLOSED;
    cr_assert_eq(core_bench_decide(bench, open), 0);
    open.incident.phase = HV_PHASE_WATCH;
    cr_assert_eq(core_bench_decide(bench, open), HV_ERR_STATE);
    cr_assert_eq(core_bench_decide(bench, second), 0);
    core_bench_arrive(bench, "S1", 100, 2, 1);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_people(bench, "S1"), 2, "peacetime reports are taken too");
}

static struct hv_record *many_notes(size_t count) {
    struct hv_record *records = calloc(count, sizeof *records);
    for (size_t i = 0; i < count; i++)
        records[i] = (struct hv_record){.kind = HV_RECORD_NOTE,
                                        .actor = HV_ACTOR_OPERATOR,
                                        .name = "x",
                                        .note = {.text = "one of many", .subject = ""}};
    return records;
}

Test(core_decisions, a_decision_larger_than_a_batch_is_stored_whole_or_not_at_all) {
    struct hv_record *records = many_notes(HV_COMMAND_RECORDS_MAX + 1);
    uint64_t before = log_last(bench->log);
    log_memory_fault_next(bench->disk, LOG_MEMORY_IO);
    core_bench_decide_all(bench, records, HV_COMMAND_RECORDS_MAX);
    cr_assert_neq(bench->reply_error, 0);
    cr_assert_eq(log_last(bench->log), before);
    core_bench_decide_all(bench, records, HV_COMMAND_RECORDS_MAX + 1);
    cr_assert_eq(bench->reply_error, HV_ERR_LIMIT);
    core_bench_decide_all(bench, records, HV_COMMAND_RECORDS_MAX);
    cr_assert_eq(bench->reply_error, 0);
    cr_assert_eq(log_last(bench->log), before + HV_COMMAND_RECORDS_MAX);
    cr_assert_eq(bench->reply_last - bench->reply_first + 1, HV_COMMAND_RECORDS_MAX);
    core_bench_arrive(bench, "S1", 100, 1, 3);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_people(bench, "S1"), 3, "and goes on");
    free(records);
}

Test(core_decisions, a_decision_that_is_not_valid_is_told_why) {
    struct hv_record order = core_bench_order("S1"); /* of nobody; its id is given by the core */
    core_bench_decide_all(bench, &order, 1);
    cr_assert_eq(bench->reply_error, HV_ERR_VALUE);
    cr_assert_str_eq(bench->reply_verdict.detail, "actor: missing");
}
