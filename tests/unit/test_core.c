#include "coordinator/core_inside.h"
#include "tests/support/core_bench.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct core_bench *bench;

static void begin(void) {
    bench = core_bench_new();
    cr_assert_eq(core_bench_enrol(bench, "S1", HV_ROLE_SHELTER), 0);
    cr_assert_eq(core_bench_enrol(bench, "S2", HV_ROLE_SHELTER), 0);
    core_bench_hello(bench, "S1", 100);
    core_bench_hello(bench, "S2", 100);
}

static void end(void) {
    core_bench_free(bench);
}

TestSuite(core, .init = begin, .fini = end);

static void check_in(const char *node, uint64_t epoch, uint64_t sequence, int adults) {
    struct hv_envelope envelope = core_bench_check_in(bench, epoch, sequence, adults);
    core_bench_frame(bench, node, &envelope);
}

static int64_t people_at(const char *place) {
    const struct state_place *found = state_find_place(core_state(bench->core), place);
    return hv_people_total(&found->people.now);
}

static enum hv_reason refused(const char *node) {
    const struct hv_envelope *envelope = core_bench_last(bench, node, HV_BODY_REFUSAL);
    return envelope == NULL ? HV_REASON_UNKNOWN : envelope->refusal.reason;
}

Test(core, welcomes_with_what_it_holds) {
    check_in("S1", 100, 1, 2);
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
        check_in("S1", 100, sequence, 1);
    core_bench_idle(bench);
    cr_assert_eq(bench->sent_count, 0);
    cr_assert_eq(people_at("S1"), 0);
    core_bench_store(bench);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ACK), 1, "one for the batch");
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_ACK)->sequence, 5);
    cr_assert_eq(people_at("S1"), 5);
}

Test(core, takes_each_sequence_once_and_in_order) {
    check_in("S1", 100, 1, 1);
    check_in("S1", 100, 3, 1);
    cr_assert_eq(refused("S1"), HV_REASON_GAP);
    check_in("S1", 100, 1, 1);
    check_in("S1", 100, 2, 1);
    core_bench_idle(bench);
    core_bench_forget(bench);
    check_in("S1", 100, 1, 1);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_ACK)->sequence, 2, "acknowledged again");
    cr_assert_eq(people_at("S1"), 2);
}

Test(core, wants_a_hello_first_also_after_a_restart) {
    check_in("S1", 100, 1, 1);
    core_bench_idle(bench);
    core_bench_restart(bench);
    check_in("S1", 100, 2, 1);
    cr_assert_eq(refused("S1"), HV_REASON_HELLO_FIRST);
    core_bench_hello(bench, "S1", 100);
    check_in("S1", 100, 2, 1);
    core_bench_idle(bench);
    cr_assert_eq(people_at("S1"), 2);
}

Test(core, a_higher_epoch_starts_anew_and_a_lower_one_is_refused) {
    check_in("S1", 100, 1, 1);
    core_bench_idle(bench);
    core_bench_hello(bench, "S1", 200);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_WELCOME)->welcome.held_epoch, 200);
    core_bench_hello(bench, "S1", 150);
    cr_assert_eq(refused("S1"), HV_REASON_EPOCH);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_REFUSAL)->refusal.held_epoch, 200);
    check_in("S1", 100, 2, 1);
    cr_assert_eq(refused("S1"), HV_REASON_EPOCH);
    check_in("S1", 200, 1, 4);
    core_bench_idle(bench);
    cr_assert_eq(people_at("S1"), 5);
}

Test(core, a_full_disk_acknowledges_nothing_and_heals) {
    check_in("S1", 100, 1, 1);
    core_bench_idle(bench);
    core_bench_forget(bench);
    log_memory_limit(bench->disk, 1);
    check_in("S1", 100, 2, 1);
    check_in("S2", 100, 1, 1);
    core_bench_idle(bench);
    cr_assert_eq(bench->append_error, HV_ERR_FULL);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ACK), 0);
    cr_assert_eq(refused("S1"), HV_REASON_NOT_STORED);
    cr_assert_eq(refused("S2"), HV_REASON_NOT_STORED);
    cr_assert_not(core_counters(bench->core)->storing);
    cr_assert_eq(people_at("S1"), 1, "reads go on");
    log_memory_limit(bench->disk, 0);
    check_in("S1", 100, 2, 1);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_ACK)->sequence, 2);
    cr_assert(core_counters(bench->core)->storing);
}

Test(core, what_gathered_behind_a_failed_batch_fails_with_it) {
    bench->hold = true;
    check_in("S1", 100, 1, 1);
    core_bench_idle(bench);
    check_in("S1", 100, 2, 1);
    log_memory_fault_next(bench->disk, LOG_MEMORY_IO);
    core_bench_store(bench);
    core_bench_idle(bench);
    core_bench_store(bench);
    cr_assert_eq(people_at("S1"), 0);
    check_in("S1", 100, 2, 1);
    cr_assert_eq(refused("S1"), HV_REASON_GAP, "not stored with a gap");
}

Test(core, refuses_for_good_at_the_sequence_and_goes_on) {
    struct hv_envelope envelope = core_bench_check_in(bench, 100, 1, 1);
    envelope.report.subject = "S2";
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
    const struct hv_envelope *refusal = core_bench_last(bench, "S1", HV_BODY_REFUSAL);
    cr_assert(refusal->refusal.skip && refusal->sequence == 1);
    cr_assert_eq(refusal->refusal.reason, HV_REASON_REFERENCE);
    check_in("S1", 100, 2, 3);
    core_bench_idle(bench);
    cr_assert_eq(people_at("S1"), 3);
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
    check_in("S1", 100, 2, 3);
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

/* ---- what one node may make the coordinator keep ---- */

static void report_some_lots(uint64_t sequence, uint64_t first_lot, size_t count, bool complete) {
    static char lots[HV_STOCK_LINES_MAX][24];
    static struct hv_stock_line lines[HV_STOCK_LINES_MAX];
    for (size_t i = 0; i < count; i++) {
        snprintf(lots[i], sizeof lots[i], "lot-%07zu", (size_t)first_lot + i);
        lines[i] = (struct hv_stock_line){.item = "water", .lot = lots[i], .quantity = 1};
    }
    struct hv_envelope envelope = core_bench_check_in(bench, 100, sequence, 0);
    envelope.report.kind = HV_REPORT_STOCK_COUNT;
    envelope.report.stock_count = (struct hv_stock_count){
        .line_count = count, .lines = lines, .complete = complete, .reason = ""};
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
    core_bench_forget(bench);
}

static void report_lots(uint64_t sequence, uint64_t first_lot) {
    report_some_lots(sequence, first_lot, HV_STOCK_LINES_MAX, true);
}

Test(core, holds_so_many_stock_lines_of_a_place) {
    uint64_t sequence = 0;
    for (; sequence < STATE_STOCK_LINES_MAX / HV_STOCK_LINES_MAX; sequence++)
        report_some_lots(sequence + 1, sequence * HV_STOCK_LINES_MAX, HV_STOCK_LINES_MAX, false);
    const uint64_t *out_of_range = &core_counters(bench->core)->refused[HV_REASON_RANGE];
    const struct state_stock *stock = &state_find_place(core_state(bench->core), "S1")->stock;
    cr_assert_eq(stock->count, STATE_STOCK_LINES_MAX);
    report_some_lots(++sequence, STATE_STOCK_LINES_MAX, 1, false);
    cr_assert_eq(*out_of_range, 1);
    report_some_lots(++sequence, 5, 3, false);
    cr_assert_eq(*out_of_range, 1, "lines that are there may change");
    report_some_lots(++sequence, 5, 3, true);
    report_some_lots(++sequence, 5, 3, true);
    report_some_lots(++sequence, STATE_STOCK_LINES_MAX, 1, false);
    cr_assert_eq(*out_of_range, 1, "complete counts make room");
    cr_assert_eq(stock->count, 4);
    cr_assert_eq(stock->refused, 0, "nothing was left out silently");
}

Test(core, takes_no_names_without_end_from_one_node) {
    const struct state *state = core_state(bench->core);
    uint64_t sequence = 0;
    while (state_find_node(state, "S1")->introduced < HV_NODE_NAMES_MAX) {
        report_lots(sequence + 1, sequence * HV_STOCK_LINES_MAX);
        sequence++;
    }
    uint32_t names = state_count(state, STATE_NAME);
    report_lots(sequence + 1, sequence * HV_STOCK_LINES_MAX);
    cr_assert_eq(state_count(state, STATE_NAME), names);
    cr_assert_eq(core_counters(bench->core)->refused[HV_REASON_RANGE], 1);
    report_lots(sequence + 2, 0);
    cr_assert_eq(core_counters(bench->core)->refused[HV_REASON_RANGE], 1, "what is known is taken");
    struct hv_envelope other = core_bench_check_in(bench, 100, 1, 2);
    other.report.movement.zone = "Z-new";
    core_bench_frame(bench, "S2", &other);
    core_bench_idle(bench);
    cr_assert_not_null(state_find_zone(state, "Z-new"), "another node is not hindered");
}

static void ask(uint64_t sequence, uint64_t number, bool withdrawn) {
    struct hv_envelope envelope = core_bench_check_in(bench, 100, sequence, 0);
    envelope.report.kind = HV_REPORT_REQUEST;
    envelope.report.request = (struct hv_request){.id = number,
                                                  .kind = HV_REQUEST_STAFF,
                                                  .urgency = HV_URGENCY_ROUTINE,
                                                  .text = "two nurses",
                                                  .withdrawn = withdrawn};
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
}

Test(core, holds_so_many_open_requests_of_a_place) {
    uint64_t sequence = 0;
    while (sequence < HV_PLACE_REQUESTS_OPEN_MAX) {
        sequence++;
        ask(sequence, sequence, false);
        core_bench_forget(bench);
    }
    ask(++sequence, 5000, false);
    cr_assert_eq(refused("S1"), HV_REASON_RANGE);
    core_bench_forget(bench);
    ask(++sequence, 7, false);
    cr_assert_eq(refused("S1"), HV_REASON_UNKNOWN, "one that is open may be changed");
    ask(++sequence, 7, true);
    ask(++sequence, 5001, false);
    cr_assert_eq(refused("S1"), HV_REASON_UNKNOWN);
    cr_assert_eq(state_find_place(core_state(bench->core), "S1")->open_requests,
                 HV_PLACE_REQUESTS_OPEN_MAX);
}

Test(core, refuses_other_deployments_modes_incidents_and_revoked_keys) {
    struct hv_envelope envelope = core_bench_check_in(bench, 100, 1, 1);
    envelope.deployment[3] ^= 1;
    core_bench_frame(bench, "S1", &envelope);
    cr_assert_eq(refused("S1"), HV_REASON_DEPLOYMENT);
    envelope = core_bench_check_in(bench, 100, 1, 1);
    envelope.mode = HV_MODE_LIVE;
    core_bench_frame(bench, "S1", &envelope);
    cr_assert_eq(refused("S1"), HV_REASON_MODE);
    envelope = core_bench_check_in(bench, 100, 1, 1);
    envelope.incident[0] = 1;
    core_bench_frame(bench, "S1", &envelope);
    cr_assert_eq(refused("S1"), HV_REASON_INCIDENT);
    struct hv_record record = {.kind = HV_RECORD_REVOCATION,
                               .revocation = {.node = "S1", .reason = "lost"}};
    cr_assert_eq(core_bench_decide(bench, record), 0);
    check_in("S1", 100, 1, 1);
    cr_assert_eq(refused("?"), HV_REASON_REVOKED, "to the connection, not to the node");
    core_bench_frame(bench, "nobody", &envelope);
    cr_assert_eq(people_at("S1"), 0);
}

Test(core, garbage_harms_nobody) {
    static const uint8_t bytes[] = "\xff\xfe garbage";
    struct core_event event = {.kind = CORE_FRAME,
                               .frame = {.node = "S1", .bytes = bytes, .size = sizeof bytes}};
    core_bench_step(bench, event);
    cr_assert_eq(refused("S1"), HV_REASON_MALFORMED);
    check_in("S1", 100, 1, 1);
    core_bench_idle(bench);
    cr_assert_eq(people_at("S1"), 1);
}

Test(core, a_silent_node_goes_stale_once_and_comes_back) {
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

static struct hv_record open_order(const char *node) {
    return (struct hv_record){.kind = HV_RECORD_ORDER,
                              .order = {.kind = HV_ORDER_OPEN,
                                        .post = HV_POST_NODE,
                                        .addressee = node,
                                        .state = HV_ORDER_ISSUED,
                                        .shelter = "",
                                        .counterpart = "",
                                        .waybill = "",
                                        .vehicle = "",
                                        .text = "open the school"}};
}

static void answer(uint64_t sequence, uint64_t order, uint32_t revision,
                   enum hv_order_state state) {
    struct hv_envelope envelope = core_bench_check_in(bench, 100, sequence, 0);
    envelope.report.kind = HV_REPORT_ANSWER;
    envelope.report.answer = (struct hv_order_answer){
        .order = order, .revision = revision, .state = state, .reason = ""};
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
}

static const struct state_order *wait_for(const struct hv_record *order, int minutes) {
    cr_assert_eq(core_bench_decide(bench, *order), 0);
    for (int i = 0; i < 60 * minutes; i++) {
        core_bench_tick(bench, 1000);
        core_bench_forget(bench);
    }
    const struct state *state = core_state(bench->core);
    return state_find_order(state, state_general(state)->last_order);
}

Test(core, an_order_that_nobody_answers_goes_up_step_by_step) {
    struct hv_record record = open_order("S1");
    const struct state_order *order = wait_for(&record, 14);
    cr_assert_eq(order->escalation_level, 0);
    for (int i = 0; i < 120; i++)
        core_bench_tick(bench, 1000);
    cr_assert_eq(order->escalation_level, 1);
    cr_assert_eq(order->escalation_reason, HV_ESCALATION_UNANSWERED);
    cr_assert_str_eq(order->escalated_to, "planner");
    for (int i = 0; i < 16 * 60; i++)
        core_bench_tick(bench, 1000);
    cr_assert_eq(order->escalation_level, 2);
    cr_assert_str_eq(order->escalated_to, "approver");
    for (int i = 0; i < 40 * 60; i++)
        core_bench_tick(bench, 1000);
    const struct state *state = core_state(bench->core);
    cr_assert_eq(state_general(state)->record_count[HV_RECORD_ESCALATION], 2, "nobody is above");
    core_bench_restart(bench);
    order = state_find_order(core_state(bench->core), 1);
    cr_assert_eq(order->escalation_level, 2);
    cr_assert_str_eq(order->escalated_to, "approver");
}

Test(core, an_order_that_is_answered_stays_where_it_is_until_it_is_late) {
    struct hv_record record = open_order("S1");
    record.order.has_deadline = true;
    record.order.deadline_wall_ms = bench->wall_ms + 40 * 60000;
    const struct state_order *order = wait_for(&record, 1);
    core_bench_hello(bench, "S1", 100);
    answer(1, 1, 1, HV_ORDER_ACCEPTED);
    for (int i = 0; i < 38 * 60; i++)
        core_bench_tick(bench, 1000);
    cr_assert_eq(order->escalation_level, 0);
    for (int i = 0; i < 2 * 60; i++)
        core_bench_tick(bench, 1000);
    cr_assert_eq(order->escalation_level, 1);
    cr_assert_eq(order->escalation_reason, HV_ESCALATION_OVERDUE);
    record.order.id = 1;
    record.order.revision = 2;
    record.order.deadline_wall_ms += 3600000;
    cr_assert_eq(core_bench_decide(bench, record), 0);
    cr_assert_eq(order->escalation_level, 0, "a revision begins anew");
    core_bench_hello(bench, "S1", 100);
    answer(2, 1, 2, HV_ORDER_DONE);
    for (int i = 0; i < 90 * 60; i++)
        core_bench_tick(bench, 1000);
    cr_assert_eq(order->escalation_level, 0, "what is done is never late");
}

Test(core, a_full_disk_loses_no_step_up) {
    struct hv_record record = open_order("S1");
    const struct state_order *order = wait_for(&record, 14);
    log_memory_limit(bench->disk, 1);
    for (int i = 0; i < 120; i++)
        core_bench_tick(bench, 1000);
    cr_assert_eq(order->escalation_level, 0);
    log_memory_limit(bench->disk, 0);
    for (int i = 0; i < 5; i++)
        core_bench_tick(bench, 1000);
    cr_assert_eq(order->escalation_level, 1);
}

Test(core, sends_an_order_until_it_is_stored) {
    cr_assert_eq(core_bench_decide(bench, open_order("S1")), 0);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ORDERS), 1);
    for (int i = 0; i < 14; i++)
        core_bench_tick(bench, 1000);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ORDERS), 2, "after 5 s, then after 10 s");
    answer(1, 1, 1, HV_ORDER_STORED);
    core_bench_forget(bench);
    core_bench_tick(bench, 8000);
    core_bench_tick(bench, 8000);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ORDERS), 0);
    answer(2, 1, 1, HV_ORDER_ACCEPTED);
    answer(3, 1, 1, HV_ORDER_STORED);
    const struct state_order *order = state_find_order(core_state(bench->core), 1);
    cr_assert_eq(state_order_state(order), HV_ORDER_ACCEPTED, "a step back changes nothing");
    struct hv_record cancel = open_order("S1");
    cancel.order.id = 1;
    cancel.order.revision = 2;
    cancel.order.state = HV_ORDER_CANCELLED;
    cr_assert_eq(core_bench_decide(bench, cancel), 0);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ORDERS), 1);
    answer(4, 1, 1, HV_ORDER_DONE);
    cr_assert_eq(order->answered, HV_ORDER_STATE_UNKNOWN, "an answer to an older revision");
    answer(5, 9, 1, HV_ORDER_DONE);
    cr_assert_eq(refused("S1"), HV_REASON_REFERENCE);
}

Test(core, an_order_is_sent_again_after_a_restart) {
    cr_assert_eq(core_bench_decide(bench, open_order("S2")), 0);
    core_bench_restart(bench);
    core_bench_forget(bench);
    core_bench_hello(bench, "S2", 100);
    core_bench_tick(bench, 250);
    cr_assert_eq(core_bench_count(bench, "S2", HV_BODY_ORDERS), 1);
}

Test(core, fills_in_what_a_command_leaves_open) {
    struct hv_record records[3] = {{.kind = HV_RECORD_PLAN},
                                   {.kind = HV_RECORD_APPROVAL,
                                    .cause = CORE_SELF,
                                    .approval = {.plan = CORE_NEW(0), .reason = ""}},
                                   open_order("S1")};
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

Test(core, a_proposal_older_than_one_that_was_approved_is_overtaken) {
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

Test(core, a_command_is_carried_out_whole_or_not_at_all) {
    struct hv_record records[2] = {open_order("S1"), open_order("nobody")};
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
    cr_assert_eq(core_bench_decide(bench, open_order("S1")), HV_ERR_IO);
    cr_assert_eq(core_bench_decide(bench, open_order("S1")), 0);
}

Test(core, keeps_one_key_one_node) {
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

Test(core, one_incident_after_another) {
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
    check_in("S1", 100, 2, 1);
    core_bench_idle(bench);
    cr_assert_eq(people_at("S1"), 2, "peacetime reports are taken too");
}

Test(core, the_log_clock_runs_at_the_rate_of_the_scenario) {
    uint64_t before = core_mono_ms(bench->core, bench->real_ms);
    struct hv_record record = {
        .kind = HV_RECORD_CLOCK,
        .clock = {.start_wall_ms = 5000000, .rate_permille = 60000, .scenario = true}};
    cr_assert_eq(core_bench_decide(bench, record), 0);
    bench->real_ms += 1000;
    cr_assert_eq(core_mono_ms(bench->core, bench->real_ms), before + 60000);
    cr_assert_eq(core_wall_ms(bench->core, bench->real_ms, bench->wall_ms), 5060000);
    check_in("S1", 100, 1, 1);
    core_bench_idle(bench);
    core_bench_restart(bench);
    cr_assert_eq(core_mono_ms(bench->core, bench->real_ms), before + 60000,
                 "goes on from the last record");
}

Test(core, the_log_clock_has_gone_on_while_the_coordinator_was_off) {
    check_in("S1", 100, 1, 1);
    core_bench_idle(bench);
    bench->real_ms += 500; /* a record whose clock is not that of founding */
    check_in("S1", 100, 2, 1);
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

static size_t held_by_batches(void) {
    size_t held = 0;
    for (unsigned i = 0; i < CORE_BATCHES_MAX; i++)
        held += bench->core->batches[i].arena.held;
    return held;
}

Test(core, who_repeats_himself_while_the_disk_is_slow_fills_no_memory) {
    check_in("S2", 100, 1, 1);
    core_bench_idle(bench);
    bench->hold = true;
    check_in("S1", 100, 1, 1);
    core_bench_idle(bench);
    check_in("S1", 100, 2, 1); /* waits in the next batch */
    size_t before = held_by_batches();
    for (int i = 0; i < 20000; i++) {
        check_in("S2", 100, 1, 1);
        core_bench_forget(bench);
    }
    cr_assert_leq(held_by_batches(), before + 65536);
    core_bench_store(bench);
    core_bench_idle(bench);
    core_bench_store(bench);
    cr_assert_eq(people_at("S1"), 2, "and what was taken is whole");
}

/* ---- what one sender may fill ---- */

static struct hv_envelope long_count(uint64_t sequence) {
    static struct hv_stock_line lines[HV_STOCK_LINES_MAX];
    static char names[HV_STOCK_LINES_MAX][8];
    struct hv_envelope envelope = core_bench_check_in(bench, 100, sequence, 1);
    for (unsigned i = 0; i < HV_STOCK_LINES_MAX; i++) {
        snprintf(names[i], sizeof names[i], "i%u", i);
        lines[i] = (struct hv_stock_line){.item = names[i], .lot = ""};
    }
    envelope.report.kind = HV_REPORT_STOCK_COUNT;
    envelope.report.stock_count = (struct hv_stock_count){
        .line_count = HV_STOCK_LINES_MAX, .lines = lines, .complete = true, .reason = ""};
    return envelope;
}

Test(core, memory_of_what_waits_is_counted_as_decoded) {
    bench->hold = true;
    core_bench_forget(bench);
    uint64_t sequence = 0;
    while (refused("S1") != HV_REASON_BUSY && sequence < 20000) {
        struct hv_envelope envelope = long_count(++sequence);
        core_bench_frame(bench, "S1", &envelope);
    }
    cr_assert_eq(refused("S1"), HV_REASON_BUSY);
    size_t bytes = 0;
    for (unsigned i = 0; i < CORE_BATCHES_MAX; i++)
        bytes += bench->core->batches[i].arena.held + bench->core->batches[i].room;
    cr_assert_leq(bytes, 192u << 20, "%zu bytes hold %" PRIu64 " reports", bytes, sequence);
    bench->hold = false;
    core_bench_store(bench);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_ACK)->sequence, sequence - 1);

    struct hv_envelope envelope = long_count(sequence);
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_ACK)->sequence, sequence, "and goes on");
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
    cr_assert_eq(refused("S2"), HV_REASON_RANGE);
    cr_assert_str_eq(core_bench_last(bench, "S2", HV_BODY_REFUSAL)->refusal.detail,
                     "movement.shelter: missing: which shelter did they leave?");
    move("S2", 2, HV_MOVEMENT_TRANSFER_IN, "S1");
    cr_assert_eq(people_at("S2"), 10);
}

/* ---- answers to what is forgotten ---- */

Test(core, takes_a_late_answer_to_a_forgotten_order) {
    struct hv_record record = {.kind = HV_RECORD_ORDER, .actor = HV_ACTOR_OPERATOR, .name = "x"};
    record.order = (struct hv_order){.kind = HV_ORDER_STAND_BY,
                                     .post = HV_POST_PLACE,
                                     .addressee = "gate",
                                     .state = HV_ORDER_ISSUED,
                                     .shelter = "",
                                     .counterpart = "",
                                     .waybill = "",
                                     .vehicle = "",
                                     .text = ""};
    for (unsigned i = 0; i < HV_ORDERS_FINISHED_MAX + 2; i++) {
        cr_assert_eq(core_bench_decide(bench, record), 0);
        struct hv_record done = {.kind = HV_RECORD_ANSWER, .actor = HV_ACTOR_OPERATOR, .name = "x"};
        done.answer = (struct hv_order_answer){
            .order = i + 1, .revision = 1, .state = HV_ORDER_DONE, .reason = ""};
        cr_assert_eq(core_bench_decide(bench, done), 0);
    }
    cr_assert_null(state_find_order(core_state(bench->core), 1));
    struct hv_envelope envelope = core_bench_check_in(bench, 100, 1, 1);
    envelope.report.kind = HV_REPORT_ANSWER;
    envelope.report.answer =
        (struct hv_order_answer){.order = 1, .revision = 1, .state = HV_ORDER_FAILED, .reason = ""};
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_ACK)->sequence, 1);
    envelope.sequence = 2;
    envelope.report.answer.order = HV_ORDERS_FINISHED_MAX + 3; /* none yet */
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
    cr_assert_eq(refused("S1"), HV_REASON_REFERENCE);
}

/* ---- one large decision ---- */

static struct hv_record *many_notes(size_t count) {
    struct hv_record *records = calloc(count, sizeof *records);
    for (size_t i = 0; i < count; i++)
        records[i] = (struct hv_record){.kind = HV_RECORD_NOTE,
                                        .actor = HV_ACTOR_OPERATOR,
                                        .name = "x",
                                        .note = {.text = "one of many", .subject = ""}};
    return records;
}

static void decide_all(const struct hv_record *records, size_t count) {
    struct core_event event = {.kind = CORE_COMMAND, .wall_ms = bench->wall_ms};
    event.command = (struct core_command){.token = 9, .records = records, .record_count = count};
    core_bench_step(bench, event);
    core_bench_idle(bench);
}

Test(core, a_decision_larger_than_a_batch_is_stored_whole_or_not_at_all) {
    struct hv_record *records = many_notes(HV_COMMAND_RECORDS_MAX + 1);
    uint64_t before = log_last(bench->log);
    log_memory_fault_next(bench->disk, LOG_MEMORY_IO);
    decide_all(records, HV_COMMAND_RECORDS_MAX);
    cr_assert_neq(bench->reply_error, 0);
    cr_assert_eq(log_last(bench->log), before);
    decide_all(records, HV_COMMAND_RECORDS_MAX + 1);
    cr_assert_eq(bench->reply_error, HV_ERR_LIMIT);
    decide_all(records, HV_COMMAND_RECORDS_MAX);
    cr_assert_eq(bench->reply_error, 0);
    cr_assert_eq(log_last(bench->log), before + HV_COMMAND_RECORDS_MAX);
    cr_assert_eq(bench->reply_last - bench->reply_first + 1, HV_COMMAND_RECORDS_MAX);
    check_in("S1", 100, 1, 3);
    core_bench_idle(bench);
    cr_assert_eq(people_at("S1"), 3, "and goes on");
    free(records);
}

/* ---- many orders on their way ---- */

enum { MANY_ORDERS = 3000 };

/* How often each order was sent to the node since core_bench_forget, by its id. */
static void count_told(const char *node, uint8_t told[MANY_ORDERS + 1]) {
    memset(told, 0, MANY_ORDERS + 1);
    for (size_t i = 0; i < bench->sent_count; i++) {
        const struct core_bench_frame *frame = &bench->sent[i];
        if (strcmp(frame->node, node) != 0 || frame->envelope->kind != HV_BODY_ORDERS)
            continue;
        const struct hv_order_set *set = &frame->envelope->orders;
        for (size_t k = 0; k < set->order_count; k++) {
            cr_assert_leq(set->orders[k].id, MANY_ORDERS);
            cr_assert_str_eq(set->orders[k].addressee, node);
            told[set->orders[k].id]++;
        }
    }
}

/* Odd orders are for S1, even ones for S2; the first `from` were answered. */
static void assert_told(unsigned from, unsigned to_first, unsigned to_second) {
    uint8_t first[MANY_ORDERS + 1], second[MANY_ORDERS + 1];
    count_told("S1", first);
    count_told("S2", second);
    for (unsigned id = 1; id <= MANY_ORDERS; id++) {
        bool waits = id >= from, odd = id % 2 == 1;
        cr_assert_eq(first[id], waits && odd ? to_first : 0, "%u: %d", id, first[id]);
        cr_assert_eq(second[id], waits && !odd ? to_second : 0, "%u: %d", id, second[id]);
    }
}

Test(core, thousands_of_orders_are_each_told_once_again_after_hello_and_not_when_answered) {
    struct hv_record *records = calloc(MANY_ORDERS, sizeof *records);
    for (unsigned i = 0; i < MANY_ORDERS; i++) {
        records[i] = open_order(i % 2 == 0 ? "S1" : "S2");
        records[i].actor = HV_ACTOR_OPERATOR;
        records[i].name = "x";
    }
    core_bench_forget(bench);
    decide_all(records, MANY_ORDERS);
    free(records);
    cr_assert_eq(bench->reply_error, 0, "%s", bench->reply_verdict.detail);
    assert_told(1, 1, 1);
    core_bench_forget(bench);
    core_bench_hello(bench, "S2", 100);
    core_bench_tick(bench, 10);
    assert_told(1, 0, 1);
    for (unsigned id = 1; id <= MANY_ORDERS / 2; id++) {
        struct hv_record answer = {
            .kind = HV_RECORD_ANSWER, .actor = HV_ACTOR_OPERATOR, .name = "x"};
        answer.answer = (struct hv_order_answer){
            .order = id, .revision = 1, .state = HV_ORDER_DONE, .reason = ""};
        cr_assert_eq(core_bench_decide(bench, answer), 0);
    }
    core_bench_forget(bench);
    core_bench_tick(bench, 5000);
    assert_told(MANY_ORDERS / 2 + 1, 1, 1);
}

Test(core, a_decision_that_is_not_valid_is_told_why) {
    struct hv_record order = open_order("S1"); /* of nobody; its id is given by the core */
    decide_all(&order, 1);
    cr_assert_eq(bench->reply_error, HV_ERR_VALUE);
    cr_assert_str_eq(bench->reply_verdict.detail, "actor: missing");
}
