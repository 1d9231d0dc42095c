/* What has left on a waybill is told to whoever expects it, once, whatever happens meanwhile. */
#include "coordinator/core_inside.h"
#include "tests/support/core_bench.h"

#include <criterion/criterion.h>

static struct core_bench *bench;
static uint64_t made_at_depot, made_at_shelter;

static void begin(void) {
    bench = core_bench_new();
    made_at_depot = made_at_shelter = 0;
    cr_assert_eq(core_bench_enrol(bench, "S1", HV_ROLE_SHELTER), 0);
    cr_assert_eq(core_bench_enrol(bench, "D1", HV_ROLE_DEPOT), 0);
    core_bench_hello(bench, "S1", 100);
    core_bench_hello(bench, "D1", 100);
}

static void end(void) {
    core_bench_free(bench);
}

TestSuite(core_consignments, .init = begin, .fini = end);

static struct hv_stock_line ordered[] = {{.item = "water", .lot = "", .quantity = 600}};

static struct hv_record expect(void) {
    return (struct hv_record){.kind = HV_RECORD_ORDER,
                              .order = {.kind = HV_ORDER_EXPECT_DELIVERY,
                                        .post = HV_POST_NODE,
                                        .addressee = "S1",
                                        .state = HV_ORDER_ISSUED,
                                        .shelter = "",
                                        .counterpart = "D1",
                                        .waybill = "W1",
                                        .vehicle = "",
                                        .text = "",
                                        .lines = ordered,
                                        .line_count = 1}};
}

static struct hv_record send(void) {
    struct hv_record record = expect();
    record.order.kind = HV_ORDER_SHIP;
    record.order.addressee = "D1";
    record.order.counterpart = "S1";
    return record;
}

static void move(bool receives, const char *lot, uint64_t quantity, bool final,
                 const char *reason) {
    struct hv_stock_line line = {
        .item = "water", .lot = lot, .expiry_day = 20900, .quantity = quantity};
    struct hv_envelope envelope =
        core_bench_check_in(bench, 100, receives ? ++made_at_shelter : ++made_at_depot, 0);
    envelope.report.kind = HV_REPORT_STOCK_MOVEMENT;
    envelope.report.stock_movement =
        (struct hv_stock_movement){.kind = receives ? HV_STOCK_RECEIVE : HV_STOCK_SHIP,
                                   .lines = &line,
                                   .line_count = quantity > 0,
                                   .waybill = "W1",
                                   .counterpart = receives ? "D1" : "S1",
                                   .reason = reason,
                                   .vehicle = "",
                                   .final = final};
    core_bench_frame(bench, receives ? "S1" : "D1", &envelope);
}

static void ship(const char *lot, uint64_t quantity, bool final) {
    move(false, lot, quantity, final, "");
}

static void receive_last(uint64_t quantity, const char *reason) {
    move(true, "A", quantity, true, reason);
    core_bench_idle(bench);
    core_bench_tick(bench, 1000);
    core_bench_idle(bench);
}

static enum hv_order_state stands(uint64_t order) {
    return state_order_state(state_find_order(core_state(bench->core), order));
}

static void answer(uint32_t revision, enum hv_order_state state) {
    struct hv_envelope envelope = core_bench_check_in(bench, 100, ++made_at_shelter, 0);
    envelope.report.kind = HV_REPORT_ANSWER;
    envelope.report.answer =
        (struct hv_order_answer){.order = 1, .revision = revision, .state = state, .reason = ""};
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
}

static const struct state_order *the_order(void) {
    return state_find_order(core_state(bench->core), 1);
}

/* What the shelter was last sent; of the first order of it. */
static const struct hv_order *told(void) {
    const struct hv_envelope *envelope = core_bench_last(bench, "S1", HV_BODY_ORDERS);
    cr_assert_not_null(envelope);
    return &envelope->orders.orders[0];
}

Test(core_consignments, the_lots_that_left_are_told_and_the_answer_stands) {
    cr_assert_eq(core_bench_decide(bench, expect()), 0);
    answer(1, HV_ORDER_STORED);
    answer(1, HV_ORDER_ACCEPTED);
    core_bench_forget(bench);
    ship("A", 200, false);
    ship("B", 150, false);
    ship("A", 50, false);
    core_bench_idle(bench);
    core_bench_tick(bench, 1000);
    cr_assert_eq(told()->revision, 2, "all that one batch holds is told once");
    cr_assert_eq(told()->answers_from, 1);
    cr_assert_eq(told()->sent_count, 2);
    cr_assert_str_eq(told()->sent[0].lot, "A");
    cr_assert_eq(told()->sent[0].quantity, 250);
    cr_assert_eq(told()->sent[0].expiry_day, 20900);
    cr_assert_eq(told()->sent[1].quantity, 150);
    cr_assert_not(told()->sent_whole);
    cr_assert_eq(state_order_state(the_order()), HV_ORDER_ACCEPTED);
    cr_assert(state_order_untold(the_order()));
    answer(2, HV_ORDER_STORED);
    cr_assert_not(state_order_untold(the_order()));
    cr_assert_eq(state_order_state(the_order()), HV_ORDER_ACCEPTED, "it only has it now");
    answer(1, HV_ORDER_UNDER_WAY);
    cr_assert_eq(state_order_state(the_order()), HV_ORDER_UNDER_WAY,
                 "what was answered before it was told counts");
    core_bench_forget(bench);
    for (int i = 0; i < 100; i++)
        core_bench_tick(bench, 1000);
    cr_assert_eq(core_bench_count(bench, "S1", HV_BODY_ORDERS), 0, "told once");
    cr_assert_eq(the_order()->revision, 2);
}

Test(core_consignments, who_is_ordered_to_expect_it_later_is_told_too) {
    ship("A", 200, true);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_decide(bench, expect()), 0);
    core_bench_tick(bench, 1000);
    cr_assert_eq(told()->revision, 2);
    cr_assert_eq(told()->sent_count, 1);
    cr_assert(told()->sent_whole);
}

Test(core_consignments, what_was_not_told_before_a_restart_is_told_after_it) {
    cr_assert_eq(core_bench_decide(bench, expect()), 0);
    bench->hold = true;
    ship("A", 200, false);
    core_bench_idle(bench);
    core_bench_store(bench); /* the shipment is stored, its telling waits */
    cr_assert_eq(the_order()->revision, 1);
    core_bench_restart(bench);
    bench->hold = false;
    core_bench_hello(bench, "S1", 100);
    core_bench_tick(bench, 1000);
    core_bench_idle(bench);
    core_bench_tick(bench, 1000);
    cr_assert_eq(the_order()->revision, 2);
    cr_assert_eq(told()->sent_count, 1);
}

Test(core_consignments, what_is_decided_meanwhile_is_neither_lost_nor_refused) {
    struct hv_record cancel = expect();
    cr_assert_eq(core_bench_decide(bench, expect()), 0);
    cancel.order.id = 1;
    cancel.order.revision = 2; /* by somebody who saw revision 1 */
    cancel.order.state = HV_ORDER_CANCELLED;
    cancel.order.answers_from = 1;
    ship("A", 200, false);
    core_bench_idle(bench);
    cr_assert_eq(the_order()->revision, 2);
    cr_assert_eq(core_bench_decide(bench, cancel), 0);
    cr_assert_eq(the_order()->revision, 3);
    cr_assert_eq(the_order()->issued, HV_ORDER_CANCELLED);
    ship("A", 100, false);
    core_bench_idle(bench);
    cr_assert_eq(the_order()->revision, 3, "nobody expects it any more");
    cancel.order.revision = 3;
    cancel.order.state = HV_ORDER_ISSUED;
    cr_assert_eq(core_bench_decide(bench, cancel), HV_ERR_STATE, "a decision in between counts");
}

Test(core_consignments, a_full_disk_puts_it_off) {
    cr_assert_eq(core_bench_decide(bench, expect()), 0);
    bench->hold = true;
    ship("A", 200, false);
    core_bench_idle(bench);
    core_bench_store(bench);
    log_memory_limit(bench->disk, 1);
    core_bench_store(bench);
    cr_assert_eq(bench->append_error, HV_ERR_FULL);
    cr_assert_eq(the_order()->revision, 1);
    log_memory_limit(bench->disk, 0);
    bench->hold = false;
    core_bench_tick(bench, 1000);
    core_bench_idle(bench);
    cr_assert_eq(the_order()->revision, 2);
    cr_assert_eq(core_bench_decide(bench, expect()), 0, "commands go on");
}

Test(core_consignments, a_last_receipt_takes_back_what_has_not_left) {
    cr_assert_eq(core_bench_decide(bench, expect()), 0);
    cr_assert_eq(core_bench_decide(bench, send()), 0);
    ship("A", 200, false);
    receive_last(200, "the road is gone");
    cr_assert_eq(stands(1), HV_ORDER_DONE, "whoever received it needs not say so again");
    cr_assert_eq(stands(2), HV_ORDER_CANCELLED);
    const struct hv_envelope *envelope = core_bench_last(bench, "D1", HV_BODY_ORDERS);
    cr_assert_not_null(envelope);
    cr_assert_eq(envelope->orders.orders[0].state, HV_ORDER_CANCELLED);
    cr_assert_str_eq(envelope->orders.orders[0].text, "the road is gone");
    cr_assert_eq(core_bench_decide(bench, expect()), 0, "commands go on");
    for (int i = 0; i < 10; i++)
        core_bench_tick(bench, 1000);
    cr_assert_eq(state_find_order(core_state(bench->core), 2)->revision, 2, "once");
}

Test(core_consignments, a_last_receipt_of_nothing_fails_the_order_to_expect_it) {
    cr_assert_eq(core_bench_decide(bench, expect()), 0);
    ship("A", 200, true);
    receive_last(0, "the truck was swept away");
    cr_assert_eq(stands(1), HV_ORDER_FAILED);
}

Test(core_consignments, whose_shipment_is_still_to_be_told_is_not_taken_back) {
    cr_assert_eq(core_bench_decide(bench, expect()), 0);
    cr_assert_eq(core_bench_decide(bench, send()), 0);
    receive_last(600, "");
    cr_assert_eq(stands(2), HV_ORDER_ISSUED, "the depot has no connection");
    ship("A", 600, true);
    core_bench_idle(bench);
    core_bench_tick(bench, 1000);
    cr_assert_eq(stands(2), HV_ORDER_DONE);
}

Test(core_consignments, what_was_not_taken_back_before_a_restart_is_after_it) {
    cr_assert_eq(core_bench_decide(bench, expect()), 0);
    cr_assert_eq(core_bench_decide(bench, send()), 0);
    ship("A", 200, false);
    core_bench_idle(bench);
    bench->hold = true;
    move(true, "A", 200, true, "");
    core_bench_idle(bench);
    core_bench_store(bench);
    cr_assert(hv_order_is_open(stands(2)));
    core_bench_restart(bench);
    bench->hold = false;
    core_bench_tick(bench, 1000);
    core_bench_idle(bench);
    cr_assert_eq(stands(2), HV_ORDER_CANCELLED);
}
