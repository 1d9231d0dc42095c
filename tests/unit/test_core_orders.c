/* Orders on their way: told until they are stored, answered, and taken higher up where nobody
 * answers. */
#include "coordinator/core_inside.h"
#include "tests/support/core_bench.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct core_bench *bench;

static void begin(void) {
    bench = core_bench_pair();
}

static void end(void) {
    core_bench_free(bench);
}

TestSuite(core_orders, .init = begin, .fini = end);

static const struct state_order *wait_for(const struct hv_record *order, int minutes) {
    cr_assert_eq(core_bench_decide(bench, *order), 0);
    for (int i = 0; i < 60 * minutes; i++) {
        core_bench_tick(bench, 1000);
        core_bench_forget(bench);
    }
    const struct state *state = core_state(bench->core);
    return state_find_order(state, state_general(state)->last_order);
}

Test(core_orders, an_order_that_nobody_answers_goes_up_step_by_step) {
    struct hv_record record = core_bench_order("S1");
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

Test(core_orders, an_order_that_is_answered_stays_where_it_is_until_it_is_late) {
    struct hv_record record = core_bench_order("S1");
    record.order.has_deadline = true;
    record.order.deadline_wall_ms = bench->wall_ms + 40 * 60000;
    const struct state_order *order = wait_for(&record, 1);
    core_bench_hello(bench, "S1", 100);
    core_bench_answer(bench, 1, 1, 1, HV_ORDER_ACCEPTED);
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
    core_bench_answer(bench, 2, 1, 2, HV_ORDER_DONE);
    for (int i = 0; i < 90 * 60; i++)
        core_bench_tick(bench, 1000);
    cr_assert_eq(order->escalation_level, 0, "what is done is never late");
}

Test(core_orders, a_full_disk_loses_no_step_up) {
    struct hv_record record = core_bench_order("S1");
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

Test(core_orders, sends_an_order_until_it_is_stored) {
    cr_assert_eq(core_bench_decide(bench, core_bench_order("S1")), 0);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ORDERS), 1);
    for (int i = 0; i < 14; i++)
        core_bench_tick(bench, 1000);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ORDERS), 2, "after 5 s, then after 10 s");
    core_bench_answer(bench, 1, 1, 1, HV_ORDER_STORED);
    core_bench_forget(bench);
    core_bench_tick(bench, 8000);
    core_bench_tick(bench, 8000);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ORDERS), 0);
    core_bench_answer(bench, 2, 1, 1, HV_ORDER_ACCEPTED);
    core_bench_answer(bench, 3, 1, 1, HV_ORDER_STORED);
    const struct state_order *order = state_find_order(core_state(bench->core), 1);
    cr_assert_eq(state_order_state(order), HV_ORDER_ACCEPTED, "a step back changes nothing");
    struct hv_record cancel = core_bench_order("S1");
    cancel.order.id = 1;
    cancel.order.revision = 2;
    cancel.order.state = HV_ORDER_CANCELLED;
    cr_assert_eq(core_bench_decide(bench, cancel), 0);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ORDERS), 1);
    core_bench_answer(bench, 4, 1, 1, HV_ORDER_DONE);
    cr_assert_eq(order->answered, HV_ORDER_STATE_UNKNOWN, "an answer to an older revision");
    core_bench_answer(bench, 5, 9, 1, HV_ORDER_DONE);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_REFERENCE);
}

Test(core_orders, an_order_is_sent_again_after_a_restart) {
    cr_assert_eq(core_bench_decide(bench, core_bench_order("S2")), 0);
    core_bench_restart(bench);
    core_bench_forget(bench);
    core_bench_hello(bench, "S2", 100);
    core_bench_tick(bench, 250);
    cr_assert_eq(core_bench_count(bench, "S2", HV_BODY_ORDERS), 1);
}

Test(core_orders, takes_a_late_answer_to_a_forgotten_order) {
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
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_REFERENCE);
}

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

Test(core_orders, thousands_of_orders_are_each_told_once_again_after_hello_and_not_when_answered) {
    struct hv_record *records = calloc(MANY_ORDERS, sizeof *records);
    for (unsigned i = 0; i < MANY_ORDERS; i++) {
        records[i] = core_bench_order(i % 2 == 0 ? "S1" : "S2");
        records[i].actor = HV_ACTOR_OPERATOR;
        records[i].name = "x";
    }
    core_bench_forget(bench);
    core_bench_decide_all(bench, records, MANY_ORDERS);
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
