/* Goods that are picked, loaded and shipped from a node, by lot. */
#include "tests/support/node_bench.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct node_bench *bench;

static void set_up(void) {
    bench = bench_new();
}

static void tear_down(void) {
    bench_free(bench);
}

TestSuite(node_core_goods, .init = set_up, .fini = tear_down);

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
    return bench_try(bench, &made);
}

Test(node_core_goods, takes_goods_from_the_lot_that_expires_first) {
    struct hv_stock_line got[] = {bench_stock_line("water", "B", 21000, 10),
                                  bench_stock_line("water", "A", 20500, 4)};
    struct hv_stock_line all = bench_stock_line("water", "", 0, 6),
                         more = bench_stock_line("water", "", 0, 99);
    cr_assert_eq(bench_stock(bench, HV_STOCK_RECEIVE, got, 2), HV_OK);
    cr_assert_eq(bench_stock(bench, HV_STOCK_ISSUE, &more, 1), HV_ERR_STATE);
    cr_assert_str_eq(bench->last_reply.message, "99 of water leave, but only 14 are free here");
    cr_assert_eq(bench_stock(bench, HV_STOCK_ISSUE, &all, 1), HV_OK);
    const struct node_stock *left = &node_core_present(bench->core)->stock;
    cr_assert_eq(left->count, 1);
    cr_assert_str_eq(left->lines[0].lot, "B");
    cr_assert_eq(left->lines[0].quantity, 8);
}

Test(node_core_goods, no_lot_is_of_more_than_a_count_could_say) {
    struct hv_stock_line most[] = {bench_stock_line("water", "A", 21000, HV_QUANTITY_MAX),
                                   bench_stock_line("water", "A", 21000, 1)};
    const struct node_stock *stock = &node_core_present(bench->core)->stock;
    cr_assert_eq(bench_stock(bench, HV_STOCK_RECEIVE, most, 2), HV_ERR_LIMIT);
    cr_assert_str_eq(bench->last_reply.message, "water@A: no lot is of more than 1000000000000");
    cr_assert_eq(bench_stock(bench, HV_STOCK_RECEIVE, most, 1), HV_OK);
    cr_assert_eq(bench_stock(bench, HV_STOCK_RECEIVE, &most[1], 1), HV_ERR_LIMIT);
    cr_assert_eq(stock->lines[0].quantity, HV_QUANTITY_MAX);
    cr_assert_eq(bench_stock(bench, HV_STOCK_ISSUE, &most[1], 1), HV_OK);
    cr_assert_eq(bench_stock(bench, HV_STOCK_RECEIVE, &most[1], 1), HV_OK);
}

static const struct node_pick *the_pick(void) {
    const struct node_picks *picks = &node_core_present(bench->core)->picks;
    return picks->count == 0 ? NULL : &picks->items[0];
}

Test(node_core_goods, goods_are_picked_loaded_and_shipped_for_a_waybill) {
    struct hv_stock_line got[] = {bench_stock_line("water", "B", 31000, 10),
                                  bench_stock_line("water", "A", 30500, 4)};
    struct hv_stock_line six = bench_stock_line("water", "", 0, 6),
                         nine = bench_stock_line("water", "", 0, 9);
    const struct node_stock *stock_now = &node_core_present(bench->core)->stock;
    bench_stock(bench, HV_STOCK_RECEIVE, got, 2);
    cr_assert_eq(on_waybill(HV_STOCK_LOAD, NULL, 0, "", false), HV_ERR_STATE, "nothing is picked");
    cr_assert_eq(on_waybill(HV_STOCK_PICK, &six, 1, "", false), HV_OK);
    cr_assert_str_eq(the_pick()->lot, "A", "first expired, first out");
    cr_assert_eq(the_pick()->picked, 4);
    cr_assert_eq(node_stock_usable(stock_now, &got[0]), 10, "what is picked is still there");
    cr_assert_eq(node_stock_usable(stock_now, &got[1]), 4);
    cr_assert_eq(bench_stock(bench, HV_STOCK_ISSUE, &nine, 1), HV_ERR_STATE, "only 8 are free");
    cr_assert_eq(on_waybill(HV_STOCK_LOAD, NULL, 0, "", false), HV_OK);
    cr_assert_eq(the_pick()->loaded, 4);
    cr_assert_eq(on_waybill(HV_STOCK_SHIP, NULL, 0, "", true), HV_OK);
    cr_assert_null(the_pick());
    cr_assert_eq(node_stock_usable(stock_now, &got[0]), 8);
    cr_assert_eq(node_stock_usable(stock_now, &got[1]), 0);
}

Test(node_core_goods, another_lot_than_the_one_to_expire_first_wants_a_reason) {
    struct hv_stock_line got[] = {bench_stock_line("water", "B", 31000, 10),
                                  bench_stock_line("water", "A", 30500, 4)};
    struct hv_stock_line late = bench_stock_line("water", "B", 31000, 2);
    bench_stock(bench, HV_STOCK_RECEIVE, got, 2);
    cr_assert_eq(on_waybill(HV_STOCK_PICK, &late, 1, "", false), HV_ERR_STATE);
    cr_assert_str_eq(bench->last_reply.message, "water@A expires earlier and is still here");
    cr_assert_eq(on_waybill(HV_STOCK_PICK, &late, 1, "A is buried", false), HV_OK);
    cr_assert_eq(bench_stock(bench, HV_STOCK_LOSS, &late, 1), HV_ERR_VALUE,
                 "a loss wants a reason");
}

Test(node_core_goods, what_has_expired_is_left_where_it_is) {
    struct hv_stock_line got[] = {bench_stock_line("water", "OLD", 19000, 30),
                                  bench_stock_line("water", "A", 30500, 4)};
    struct hv_stock_line three = bench_stock_line("water", "", 0, 3),
                         nine = bench_stock_line("water", "", 0, 9),
                         old = bench_stock_line("water", "OLD", 19000, 2);
    const struct node_stock *stock_now = &node_core_present(bench->core)->stock;
    bench_stock(bench, HV_STOCK_RECEIVE, got, 2);
    cr_assert_eq(on_waybill(HV_STOCK_PICK, &three, 1, "", false), HV_OK);
    cr_assert_str_eq(the_pick()->lot, "A");
    cr_assert_eq(bench_stock(bench, HV_STOCK_ISSUE, &nine, 1), HV_ERR_STATE);
    cr_assert_str_eq(bench->last_reply.message,
                     "9 of water leave, but only 1 are free here; 30 more have expired");
    cr_assert_eq(bench_stock(bench, HV_STOCK_ISSUE, &old, 1), HV_ERR_STATE);
    cr_assert_str_eq(bench->last_reply.message, "water@OLD has expired");
    cr_assert_eq(on_waybill(HV_STOCK_PICK, &old, 1, "goes to be destroyed", false), HV_OK);
    cr_assert_eq(bench_stock(bench, HV_STOCK_EXPIRE, &nine, 1), HV_OK,
                 "the first to expire go first");
    cr_assert_eq(node_stock_line(stock_now, &got[0]), 21);
    cr_assert_eq(node_stock_line(stock_now, &got[1]), 4);
}

Test(node_core_goods, picks_survive_a_restart_and_let_go_of_what_is_gone) {
    struct hv_stock_line got = bench_stock_line("water", "", 0, 10),
                         four = bench_stock_line("water", "", 0, 4),
                         three = bench_stock_line("water", "", 0, 3);
    bench_stock(bench, HV_STOCK_RECEIVE, &got, 1);
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
    struct hv_stock_line two = bench_stock_line("water", "", 0, 2);
    count.stock_count.lines = &two;
    cr_assert_eq(bench_try(bench, &count), HV_ERR_STATE, "four are booked, and nobody says why");
    count.stock_count.reason = "two burst";
    cr_assert_eq(bench_try(bench, &count), HV_OK);
    count.stock_count.reason = "";
    cr_assert_eq(bench_try(bench, &count), HV_OK, "as booked: there is nothing to say");
    cr_assert_eq(the_pick()->picked, 0);
    cr_assert_eq(the_pick()->loaded, 2);
}

Test(node_core_goods, goods_without_a_lot_are_not_taken_before_lots_that_expire) {
    struct hv_stock_line got[] = {bench_stock_line("water", "", 0, 50),
                                  bench_stock_line("water", "A", 30500, 4)};
    struct hv_stock_line five = bench_stock_line("water", "", 0, 5);
    bench_stock(bench, HV_STOCK_RECEIVE, got, 2);
    cr_assert_eq(bench_stock(bench, HV_STOCK_ISSUE, &five, 1), HV_OK);
    const struct node_stock *left = &node_core_present(bench->core)->stock;
    cr_assert_eq(left->count, 1);
    cr_assert_eq(left->lines[0].quantity, 49);
}

Test(node_core_goods, goods_answer_a_request_that_is_open_here) {
    struct hv_stock_line water = bench_stock_line("water", "", 0, 80);
    struct hv_report asked = {.source = HV_SOURCE_NODE,
                              .subject = "",
                              .kind = HV_REPORT_REQUEST,
                              .request = {.kind = HV_REQUEST_GOODS,
                                          .urgency = HV_URGENCY_ROUTINE,
                                          .lines = &water,
                                          .line_count = 1,
                                          .text = ""}};
    struct hv_report came = {.source = HV_SOURCE_NODE,
                             .subject = "",
                             .kind = HV_REPORT_STOCK_MOVEMENT,
                             .stock_movement = {.kind = HV_STOCK_RECEIVE,
                                                .line_count = 1,
                                                .lines = &water,
                                                .waybill = "",
                                                .counterpart = "",
                                                .reason = "",
                                                .vehicle = "",
                                                .request = 1,
                                                .request_node = ""}};
    cr_assert_eq(bench_try(bench, &came), HV_ERR_NOT_FOUND, "nothing was asked for yet");
    cr_assert_eq(bench_try(bench, &asked), HV_OK);
    cr_assert_eq(bench_try(bench, &came), HV_OK);
    asked.request.withdrawn = true;
    asked.request.id = 1;
    cr_assert_eq(bench_try(bench, &asked), HV_OK);
    cr_assert_eq(bench_try(bench, &came), HV_ERR_NOT_FOUND, "it was withdrawn");
}

static const struct hv_stock_line *lot_called(const char *name) {
    const struct node_stock *stock = &node_core_present(bench->core)->stock;
    for (size_t i = 0; i < stock->count; i++)
        if (strcmp(stock->lines[i].lot, name) == 0)
            return &stock->lines[i];
    return NULL;
}

Test(node_core_goods, a_lot_that_is_named_is_that_lot_whatever_its_expiry) {
    struct hv_stock_line got[] = {bench_stock_line("water", "A", 30500, 10),
                                  bench_stock_line("water", "B", 31000, 10),
                                  bench_stock_line("water", "B", 32000, 10)};
    struct hv_stock_line two_of_a = bench_stock_line("water", "A", 0, 2),
                         two_of_b = bench_stock_line("water", "B", 0, 2);
    bench_stock(bench, HV_STOCK_RECEIVE, got, 3);
    cr_assert_eq(bench_stock(bench, HV_STOCK_ISSUE, &two_of_a, 1), HV_OK);
    cr_assert_eq(lot_called("A")->quantity, 8);
    cr_assert_eq(bench_stock(bench, HV_STOCK_RECEIVE, &two_of_a, 1), HV_OK);
    cr_assert_eq(lot_called("A")->quantity, 10);
    cr_assert_eq(bench_stock(bench, HV_STOCK_ISSUE, &two_of_b, 1), HV_ERR_STATE, "which of two?");
    struct hv_stock_line counted = bench_stock_line("water", "A", 0, 7);
    struct hv_report count = {.source = HV_SOURCE_NODE,
                              .subject = "",
                              .kind = HV_REPORT_STOCK_COUNT,
                              .stock_count = {.line_count = 1, .lines = &counted, .reason = "x"}};
    cr_assert_eq(bench_try(bench, &count), HV_OK);
    cr_assert_eq(lot_called("A")->quantity, 7);
    cr_assert_eq(lot_called("A")->expiry_day, 30500);
}

Test(node_core_goods, what_is_forced_takes_what_there_is_and_only_the_rest_is_not_explained) {
    struct hv_stock_line got[] = {bench_stock_line("water", "A", 30500, 10),
                                  bench_stock_line("water", "B", 31000, 10)};
    struct hv_stock_line four = bench_stock_line("water", "", 0, 4),
                         fifty = bench_stock_line("water", "", 0, 50);
    struct hv_report issue = {.source = HV_SOURCE_NODE,
                              .subject = "",
                              .kind = HV_REPORT_STOCK_MOVEMENT,
                              .stock_movement = {.kind = HV_STOCK_ISSUE,
                                                 .line_count = 1,
                                                 .lines = &fifty,
                                                 .waybill = "",
                                                 .counterpart = "",
                                                 .reason = "",
                                                 .vehicle = "",
                                                 .request_node = ""}};
    bench_stock(bench, HV_STOCK_RECEIVE, got, 2);
    cr_assert_eq(on_waybill(HV_STOCK_PICK, &four, 1, "", false), HV_OK);
    cr_assert_eq(bench_try(bench, &issue), HV_ERR_STATE);
    bench_report(bench, &issue, true);
    cr_assert_eq(bench->last_reply.error, HV_OK);
    cr_assert_eq(node_core_present(bench->core)->stock.count, 0, "picked goods went, too");
    cr_assert_null(the_pick());
}
