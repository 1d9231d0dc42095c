/* Orders at a node: stored once, answered, revised, cancelled, or only told something. */
#include "tests/support/node_bench.h"

#include <criterion/criterion.h>

static struct node_bench *bench;

static void set_up(void) {
    bench = bench_new();
}

static void tear_down(void) {
    bench_free(bench);
}

TestSuite(node_core_orders, .init = set_up, .fini = tear_down);

static struct hv_order order(uint64_t id, uint32_t revision, enum hv_order_state state) {
    return (struct hv_order){.id = id,
                             .revision = revision,
                             .kind = HV_ORDER_OPEN,
                             .post = HV_POST_NODE,
                             .addressee = "S01",
                             .state = state,
                             .shelter = "",
                             .counterpart = "",
                             .waybill = "",
                             .vehicle = "",
                             .text = ""};
}

static void send_order(uint64_t id, uint32_t revision, enum hv_order_state state) {
    struct hv_order sent = order(id, revision, state);
    struct hv_envelope envelope = fake_coordinator_order(&bench->fake, &sent);
    bench_push(&bench->to_node, &envelope);
    bench_run(bench, 10);
}

static int answer(uint64_t id, enum hv_order_state state) {
    struct hv_report made = {.source = HV_SOURCE_NODE, .subject = "", .kind = HV_REPORT_ANSWER};
    made.answer = (struct hv_order_answer){.order = id, .state = state, .reason = "because"};
    return bench_try(bench, &made);
}

Test(node_core_orders, stores_an_order_once_and_answers_it) {
    bench_run(bench, 5000);
    send_order(17, 1, HV_ORDER_ISSUED);
    send_order(17, 1, HV_ORDER_ISSUED);
    bench_run(bench, 1000);
    cr_assert_eq(bench->fake.count, 1);
    cr_assert_eq(bench->fake.reports[0].kind, HV_REPORT_ANSWER);
    bench_kill(bench);
    bench_start(bench);
    size_t count;
    cr_assert_eq(node_core_orders(bench->core, &count)[0].state, HV_ORDER_STORED);
    bench_run(bench, 5000);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_ORDERS_SHOWN});
    cr_assert_eq(node_core_orders(bench->core, &count)[0].state, HV_ORDER_SEEN);
    cr_assert_eq(answer(17, HV_ORDER_DONE), HV_ERR_STATE, "it was not accepted");
    cr_assert_eq(answer(17, HV_ORDER_ACCEPTED), HV_OK);
    cr_assert_eq(answer(17, HV_ORDER_ACCEPTED), HV_ERR_STATE);
    cr_assert_eq(answer(17, HV_ORDER_DONE), HV_OK);
    cr_assert_eq(answer(18, HV_ORDER_DONE), HV_ERR_NOT_FOUND);
}

Test(node_core_orders, heeds_revisions_and_cancellation) {
    size_t count;
    bench_run(bench, 5000);
    send_order(17, 1, HV_ORDER_ISSUED);
    cr_assert_eq(answer(17, HV_ORDER_ACCEPTED), HV_OK);
    send_order(17, 2, HV_ORDER_ISSUED);
    cr_assert_eq(node_core_orders(bench->core, &count)[0].state, HV_ORDER_STORED);
    send_order(17, 3, HV_ORDER_CANCELLED);
    cr_assert_eq(answer(17, HV_ORDER_ACCEPTED), HV_ERR_STATE);
    send_order(17, 2, HV_ORDER_ISSUED); /* late */
    cr_assert_eq(node_core_orders(bench->core, &count)[0].revision, 3);
    cr_assert_eq(count, 1);
}

static void send_telling(uint64_t id, uint32_t revision, uint32_t answers_from) {
    struct hv_order sent = order(id, revision, HV_ORDER_ISSUED);
    sent.answers_from = answers_from;
    struct hv_envelope envelope = fake_coordinator_order(&bench->fake, &sent);
    bench_push(&bench->to_node, &envelope);
    bench_run(bench, 10);
}

static int answer_revision(uint64_t id, uint32_t revision, enum hv_order_state state) {
    struct hv_report made = {.source = HV_SOURCE_NODE, .subject = "", .kind = HV_REPORT_ANSWER};
    made.answer =
        (struct hv_order_answer){.order = id, .revision = revision, .state = state, .reason = ""};
    return bench_try(bench, &made);
}

Test(node_core_orders, what_an_order_only_tells_leaves_its_answer_as_it_is) {
    size_t count;
    bench_run(bench, 5000);
    send_order(17, 3, HV_ORDER_ISSUED);
    cr_assert_eq(answer(17, HV_ORDER_ACCEPTED), HV_OK);
    send_telling(17, 4, 3);
    bench_run(bench, 1000);
    cr_assert_eq(bench->fake.count, 3, "the coordinator hears that it is here");
    cr_assert_eq(bench->fake.reports[2].kind, HV_REPORT_ANSWER);
    cr_assert_eq(node_core_orders(bench->core, &count)[0].state, HV_ORDER_ACCEPTED);
    bench_kill(bench);
    bench_start(bench);
    bench_run(bench, 5000);
    cr_assert_eq(node_core_orders(bench->core, &count)[0].revision, 4);
    cr_assert_eq(node_core_orders(bench->core, &count)[0].state, HV_ORDER_ACCEPTED);
    cr_assert_eq(answer_revision(17, 2, HV_ORDER_UNDER_WAY), HV_ERR_STATE, "to what it said once");
    cr_assert_eq(answer_revision(17, 3, HV_ORDER_UNDER_WAY), HV_OK);
    cr_assert_eq(answer_revision(17, 4, HV_ORDER_DONE), HV_OK);
    send_telling(18, 6, 5); /* whoever was away never saw what was asked */
    cr_assert_eq(node_core_orders(bench->core, &count)[1].state, HV_ORDER_STORED);
    send_telling(17, 5, 5);
    cr_assert_eq(node_core_orders(bench->core, &count)[0].state, HV_ORDER_STORED, "asked anew");
}
