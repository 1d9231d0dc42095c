#include "nodes/clock.h"
#include "tests/support/node_bench.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct node_bench *bench;

static void set_up(void) {
    bench = malloc(sizeof *bench);
    bench_init(bench, 42);
    bench->reachable = true;
}

static void tear_down(void) {
    bench_deinit(bench);
    free(bench);
}

TestSuite(node_core, .init = set_up, .fini = tear_down);

static struct hv_report movement(enum hv_movement_kind kind, int32_t adults) {
    struct hv_report report = {.source = HV_SOURCE_NODE, .subject = "", .kind = HV_REPORT_MOVEMENT};
    report.movement = (struct hv_movement){.kind = kind, .zone = "", .shelter = "", .transfer = ""};
    report.movement.people.by_age[HV_AGE_ADULT] = adults;
    return report;
}

static int report(const struct hv_report *made) {
    bench_report(bench, made, false);
    return bench->last_reply.error;
}

static int move(enum hv_movement_kind kind, int32_t adults) {
    struct hv_report made = movement(kind, adults);
    return report(&made);
}

static struct hv_stock_line stock_line(const char *item, const char *lot, uint32_t day,
                                       uint64_t quantity) {
    return (struct hv_stock_line){
        .item = item, .lot = lot, .expiry_day = day, .quantity = quantity};
}

static int stock(enum hv_stock_movement_kind kind, struct hv_stock_line *lines, size_t count) {
    struct hv_report made = {
        .source = HV_SOURCE_NODE, .subject = "", .kind = HV_REPORT_STOCK_MOVEMENT};
    made.stock_movement = (struct hv_stock_movement){.kind = kind,
                                                     .line_count = count,
                                                     .lines = lines,
                                                     .waybill = "",
                                                     .counterpart = "",
                                                     .reason = ""};
    return report(&made);
}

static int on_waybill(enum hv_stock_movement_kind kind, struct hv_stock_line *lines, size_t count,
                      const char *reason, bool final) {
    struct hv_report made = {
        .source = HV_SOURCE_NODE, .subject = "", .kind = HV_REPORT_STOCK_MOVEMENT};
    made.stock_movement = (struct hv_stock_movement){.kind = kind,
                                                     .line_count = count,
                                                     .lines = lines,
                                                     .waybill = "W-1",
                                                     .counterpart = "",
                                                     .reason = reason,
                                                     .final = final,
                                                     .vehicle = ""};
    return report(&made);
}

static int64_t people(void) {
    return hv_people_total(&node_core_present(bench->core)->people);
}

/* ---- reports ---- */

Test(node_core, refuses_that_more_leave_than_are_here) {
    cr_assert_eq(move(HV_MOVEMENT_CHECK_IN, 3), HV_OK);
    cr_assert_eq(move(HV_MOVEMENT_CHECK_OUT, 4), HV_ERR_STATE);
    cr_assert_str_eq(bench->last_reply.message, "4 people leave, but only 3 are here");
    cr_assert_eq(people(), 3);
    struct hv_report out = movement(HV_MOVEMENT_CHECK_OUT, 4);
    bench_report(bench, &out, true);
    cr_assert_eq(bench->last_reply.error, HV_OK);
    cr_assert_eq(people(), 0);
    cr_assert_eq(node_core_present(bench->core)->shortfall, 1);
}

Test(node_core, takes_the_last_movement_back_once) {
    move(HV_MOVEMENT_CHECK_IN, 5);
    move(HV_MOVEMENT_CHECK_OUT, 2);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_UNDO, .token = 9});
    cr_assert_eq(bench->last_reply.error, HV_OK);
    cr_assert_eq(people(), 5);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_UNDO, .token = 10});
    cr_assert_eq(bench->last_reply.error, HV_ERR_STATE);
    cr_assert_eq(people(), 5);
}

Test(node_core, takes_goods_from_the_lot_that_expires_first) {
    struct hv_stock_line got[] = {stock_line("water", "B", 21000, 10),
                                  stock_line("water", "A", 20500, 4)};
    struct hv_stock_line all = stock_line("water", "", 0, 6), more = stock_line("water", "", 0, 99);
    cr_assert_eq(stock(HV_STOCK_RECEIVE, got, 2), HV_OK);
    cr_assert_eq(stock(HV_STOCK_ISSUE, &more, 1), HV_ERR_STATE);
    cr_assert_str_eq(bench->last_reply.message, "99 of water leave, but only 14 are free here");
    cr_assert_eq(stock(HV_STOCK_ISSUE, &all, 1), HV_OK);
    const struct node_stock *left = &node_core_present(bench->core)->stock;
    cr_assert_eq(left->count, 1);
    cr_assert_str_eq(left->lines[0].lot, "B");
    cr_assert_eq(left->lines[0].quantity, 8);
}

Test(node_core, says_when_the_disk_is_full_and_stores_nothing) {
    move(HV_MOVEMENT_CHECK_IN, 3);
    outbox_memory_set_capacity(bench->outbox, 1);
    cr_assert_eq(move(HV_MOVEMENT_CHECK_IN, 4), HV_ERR_FULL);
    cr_assert_eq(people(), 3);
    cr_assert_eq(bench_status(bench).lanes[NODE_HISTORY].made, 1);
    outbox_memory_set_capacity(bench->outbox, 1u << 30);
    cr_assert_eq(move(HV_MOVEMENT_CHECK_IN, 4), HV_OK);
    cr_assert_eq(bench->last_reply.sequence, 2);
    cr_assert_eq(people(), 7);
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
        move(i % 3 == 2 ? HV_MOVEMENT_CHECK_OUT : HV_MOVEMENT_CHECK_IN, 1 + i % 2);
    struct hv_stock_line got[] = {stock_line("rice", "", 0, 70),
                                  stock_line("water", "A", 20500, 4)};
    stock(HV_STOCK_RECEIVE, got, 2);
    struct hv_people before = node_core_present(bench->core)->people;
    uint64_t as_of = node_core_present(bench->core)->as_of;
    bench_kill(bench);
    bench_start(bench);
    const struct node_present *present = node_core_present(bench->core);
    cr_assert_eq(present->as_of, as_of);
    cr_assert_eq(memcmp(&present->people, &before, sizeof before), 0);
    cr_assert_eq(node_stock_of(&present->stock, "rice"), 70);
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
    cr_assert_eq(move(HV_MOVEMENT_CHECK_IN, 3), HV_ERR_PERMISSION);
    cr_assert_eq(bench->last_reply.reason, HV_REASON_ROLE);
}

/* ---- the session ---- */

Test(node_core, sends_the_present_before_the_backlog) {
    for (uint64_t i = 1; i <= 40; i++)
        bench_note(bench, i);
    move(HV_MOVEMENT_CHECK_IN, 3);
    bench_run(bench, 5000);
    cr_assert_eq(bench->fake.reports[0].lane, HV_LANE_PRESENT);
    cr_assert_eq(bench->fake.reports[0].kind, HV_REPORT_SNAPSHOT);
    cr_assert_eq(bench->fake.held[HV_LANE_HISTORY], 41);
    cr_assert_eq(bench->fake.held[HV_LANE_PRESENT], 1);
}

Test(node_core, makes_no_snapshot_for_a_few_reports) {
    for (uint64_t i = 1; i <= 5; i++)
        bench_note(bench, i);
    bench_run(bench, 5000);
    cr_assert_eq(bench->fake.held[HV_LANE_HISTORY], 5);
    cr_assert_eq(bench->fake.held[HV_LANE_PRESENT], 0);
}

Test(node_core, keeps_at_most_ten_reports_unanswered) {
    bench_run(bench, 5000);
    for (uint64_t i = 1; i <= 30; i++)
        bench_note(bench, i);
    cr_assert_eq(bench->to_coordinator.count, NODE_WINDOW);
}

Test(node_core, goes_back_once_for_a_gap) {
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

Test(node_core, refuses_another_deployment_and_a_lower_term) {
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

Test(node_core, sends_again_what_a_restored_log_lacks) {
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

Test(node_core, takes_a_new_epoch_where_its_outbox_is_older_than_what_was_sent) {
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

Test(node_core, rebases_an_epoch_that_was_never_used) {
    bench->fake.epoch = 7000;
    bench_note(bench, 1);
    bench_run(bench, 60000);
    cr_assert_eq(bench_status(bench).epoch, 7001);
    cr_assert_eq(bench->fake.reports[0].number, 1);
    cr_assert_eq(bench->fake.reports[0].sequence, 1);
}

Test(node_core, says_that_its_place_was_taken) {
    bench_run(bench, 5000);
    bench_note(bench, 1);
    bench_run(bench, 5000);
    bench->fake.epoch = 7000;
    bench_break(bench);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_LINK_DOWN});
    bench_run(bench, 60000);
    cr_assert_eq(bench_status(bench).link, NODE_LINK_TAKEN);
    cr_assert_eq(move(HV_MOVEMENT_CHECK_IN, 1), HV_ERR_PERMISSION);
}

Test(node_core, marks_what_is_refused_for_ever_and_goes_on) {
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

Test(node_core, marks_a_refusal_that_it_hears_after_the_acknowledgement) {
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

Test(node_core, takes_no_refusal_of_another_epoch_or_deployment) {
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

Test(node_core, takes_a_mark_back_where_a_restored_log_will_see_the_report_again) {
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

Test(node_core, waits_for_a_coordinator_whose_disk_is_full) {
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

Test(node_core, backs_off_while_nobody_answers) {
    bench->reachable = false;
    bench_run(bench, 3600000);
    cr_assert_lt(bench->connects, 150);
    cr_assert_gt(bench->connects, 55);
}

Test(node_core, leaves_a_silent_coordinator_after_three_beats) {
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

Test(node_core, learns_incident_endpoints_and_clock) {
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

/* ---- orders ---- */

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
    return report(&made);
}

Test(node_core, stores_an_order_once_and_answers_it) {
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

Test(node_core, heeds_revisions_and_cancellation) {
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
    return report(&made);
}

Test(node_core, what_an_order_only_tells_leaves_its_answer_as_it_is) {
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

/* ---- time ---- */

Test(node_core, knows_that_figures_from_before_a_boot_are_older_than_told) {
    bench_run(bench, 5000);
    move(HV_MOVEMENT_CHECK_IN, 3);
    uint64_t seen = node_core_present(bench->core)->people_seen.node_ms;
    cr_assert_gt(seen, 0);
    bench_reboot(bench);
    struct node_status status = bench_status(bench);
    cr_assert_gt(status.node_ms, seen);
    cr_assert_gt(status.gap_node_ms, seen);
    move(HV_MOVEMENT_CHECK_IN, 3);
    cr_assert_geq(node_core_present(bench->core)->people_seen.node_ms, status.gap_node_ms);
}

Test(node_core, goes_on_counting_over_a_restart_in_the_same_boot) {
    move(HV_MOVEMENT_CHECK_IN, 3);
    uint64_t before = bench_status(bench).node_ms;
    bench_kill(bench);
    bench->real_ms += 4000;
    bench_start(bench);
    cr_assert_eq(bench_status(bench).node_ms, before + 4000);
    cr_assert_eq(bench_status(bench).gap_node_ms, 0);
}

Test(node_core, prunes_thirty_days_after_the_acknowledgement) {
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

/* ---- picking, loading, shipping ---- */

static const struct node_pick *the_pick(void) {
    const struct node_picks *picks = &node_core_present(bench->core)->picks;
    return picks->count == 0 ? NULL : &picks->items[0];
}

Test(node_core, goods_are_picked_loaded_and_shipped_for_a_waybill) {
    struct hv_stock_line got[] = {stock_line("water", "B", 31000, 10),
                                  stock_line("water", "A", 30500, 4)};
    struct hv_stock_line six = stock_line("water", "", 0, 6), nine = stock_line("water", "", 0, 9);
    const struct node_stock *stock_now = &node_core_present(bench->core)->stock;
    stock(HV_STOCK_RECEIVE, got, 2);
    cr_assert_eq(on_waybill(HV_STOCK_LOAD, NULL, 0, "", false), HV_ERR_STATE, "nothing is picked");
    cr_assert_eq(on_waybill(HV_STOCK_PICK, &six, 1, "", false), HV_OK);
    cr_assert_str_eq(the_pick()->lot, "A", "first expired, first out");
    cr_assert_eq(the_pick()->picked, 4);
    cr_assert_eq(node_stock_of(stock_now, "water"), 14, "what is picked is still there");
    cr_assert_eq(stock(HV_STOCK_ISSUE, &nine, 1), HV_ERR_STATE, "only 8 are free");
    cr_assert_eq(on_waybill(HV_STOCK_LOAD, NULL, 0, "", false), HV_OK);
    cr_assert_eq(the_pick()->loaded, 4);
    cr_assert_eq(on_waybill(HV_STOCK_SHIP, NULL, 0, "", true), HV_OK);
    cr_assert_null(the_pick());
    cr_assert_eq(node_stock_of(stock_now, "water"), 8);
}

Test(node_core, another_lot_than_the_one_to_expire_first_wants_a_reason) {
    struct hv_stock_line got[] = {stock_line("water", "B", 31000, 10),
                                  stock_line("water", "A", 30500, 4)};
    struct hv_stock_line late = stock_line("water", "B", 31000, 2);
    stock(HV_STOCK_RECEIVE, got, 2);
    cr_assert_eq(on_waybill(HV_STOCK_PICK, &late, 1, "", false), HV_ERR_STATE);
    cr_assert_str_eq(bench->last_reply.message, "water@A expires earlier and is still here");
    cr_assert_eq(on_waybill(HV_STOCK_PICK, &late, 1, "A is buried", false), HV_OK);
    cr_assert_eq(stock(HV_STOCK_LOSS, &late, 1), HV_ERR_VALUE, "a loss wants a reason");
}

Test(node_core, what_has_expired_is_left_where_it_is) {
    struct hv_stock_line got[] = {stock_line("water", "OLD", 19000, 30),
                                  stock_line("water", "A", 30500, 4)};
    struct hv_stock_line three = stock_line("water", "", 0, 3),
                         nine = stock_line("water", "", 0, 9),
                         old = stock_line("water", "OLD", 19000, 2);
    const struct node_stock *stock_now = &node_core_present(bench->core)->stock;
    stock(HV_STOCK_RECEIVE, got, 2);
    cr_assert_eq(on_waybill(HV_STOCK_PICK, &three, 1, "", false), HV_OK);
    cr_assert_str_eq(the_pick()->lot, "A");
    cr_assert_eq(stock(HV_STOCK_ISSUE, &nine, 1), HV_ERR_STATE);
    cr_assert_str_eq(bench->last_reply.message,
                     "9 of water leave, but only 1 are free here; 30 more have expired");
    cr_assert_eq(stock(HV_STOCK_ISSUE, &old, 1), HV_ERR_STATE);
    cr_assert_str_eq(bench->last_reply.message, "water@OLD has expired");
    cr_assert_eq(on_waybill(HV_STOCK_PICK, &old, 1, "goes to be destroyed", false), HV_OK);
    cr_assert_eq(stock(HV_STOCK_EXPIRE, &nine, 1), HV_OK, "the first to expire go first");
    cr_assert_eq(node_stock_line(stock_now, &got[0]), 21);
    cr_assert_eq(node_stock_line(stock_now, &got[1]), 4);
}

Test(node_core, picks_survive_a_restart_and_let_go_of_what_is_gone) {
    struct hv_stock_line got = stock_line("water", "", 0, 10), four = stock_line("water", "", 0, 4),
                         three = stock_line("water", "", 0, 3);
    stock(HV_STOCK_RECEIVE, &got, 1);
    on_waybill(HV_STOCK_PICK, &four, 1, "", false);
    on_waybill(HV_STOCK_LOAD, &three, 1, "", false);
    bench_step(bench, (struct node_event){.kind = NODE_EVENT_STOP});
    bench_kill(bench);
    bench_start(bench);
    cr_assert_not_null(the_pick());
    cr_assert_eq(the_pick()->picked, 1);
    cr_assert_eq(the_pick()->loaded, 3);
    struct hv_report count = {
        .source = HV_SOURCE_NODE, .subject = "", .kind = HV_REPORT_STOCK_COUNT};
    count.stock_count =
        (struct hv_stock_count){.line_count = 1, .lines = &three, .complete = true, .reason = ""};
    struct hv_stock_line two = stock_line("water", "", 0, 2);
    count.stock_count.lines = &two;
    cr_assert_eq(report(&count), HV_ERR_STATE, "four are booked, and nobody says why");
    count.stock_count.reason = "two burst";
    cr_assert_eq(report(&count), HV_OK);
    count.stock_count.reason = "";
    cr_assert_eq(report(&count), HV_OK, "as booked: there is nothing to say");
    cr_assert_eq(the_pick()->picked, 0);
    cr_assert_eq(the_pick()->loaded, 2);
}

Test(node_core, goods_without_a_lot_are_not_taken_before_lots_that_expire) {
    struct hv_stock_line got[] = {stock_line("water", "", 0, 50),
                                  stock_line("water", "A", 30500, 4)};
    struct hv_stock_line five = stock_line("water", "", 0, 5);
    stock(HV_STOCK_RECEIVE, got, 2);
    cr_assert_eq(stock(HV_STOCK_ISSUE, &five, 1), HV_OK);
    const struct node_stock *left = &node_core_present(bench->core)->stock;
    cr_assert_eq(left->count, 1);
    cr_assert_eq(left->lines[0].quantity, 49);
}
