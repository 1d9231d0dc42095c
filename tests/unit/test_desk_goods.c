/* Goods at the staff desk: deliveries, kits and counts. */
#include "tests/support/desk_bench.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct desk_bench *bench;

static void set_up(void) {
    bench = desk_bench_new();
}

static void tear_down(void) {
    desk_bench_free(bench);
}

TestSuite(desk_goods, .init = set_up, .fini = tear_down);

Test(desk_goods, a_delivery_is_received_with_what_was_damaged_and_answers_its_order) {
    desk_bench_sign_in(bench);
    cr_assert_eq(
        desk_bench_enter(
            bench, "receive",
            "order=7&waybill=W1&counterpart=D1&item0=water&lot0=L1&expiry0=2027-03-01&quantity0=90&"
            "damaged0=6&item1=meal&quantity1=0"),
        303);
    const json_t *lines = json_object_get(desk_bench_command(bench, 0), "lines");
    cr_assert_eq(json_array_size(lines), 1, "of what did not come there is no line");
    cr_assert_eq(json_integer_value(json_object_get(json_array_get(lines, 0), "damaged")), 6);
    cr_assert(json_is_true(json_object_get(desk_bench_command(bench, 0), "final")),
              "what is missing is missing");
    cr_assert_eq(json_integer_value(json_object_get(desk_bench_command(bench, 1), "order")), 7);
    cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 1), "state")),
                     "done");
}

Test(desk_goods, of_a_delivery_nothing_may_have_come_and_then_why_is_asked) {
    desk_bench_sign_in(bench);
    const char *const lost = "order=7&revision=2&waybill=W1&item0=water&quantity0=0&item1=meal&"
                             "quantity1=0";
    char body[200];
    cr_assert_eq(desk_bench_enter(bench, "receive", lost), 422, "why?");
    snprintf(body, sizeof body, "%s&reason=swept+away", lost);
    cr_assert_eq(desk_bench_enter(bench, "receive", body), 303);
    cr_assert(json_is_true(json_object_get(desk_bench_command(bench, 0), "nothing")));
    cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 0), "reason")),
                     "swept away");
    cr_assert_null(json_object_get(desk_bench_command(bench, 0), "lines"));
    cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 1), "state")),
                     "failed");
    cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 1), "reason")),
                     "swept away");
    snprintf(body, sizeof body, "%s&more=1", lost);
    cr_assert_eq(desk_bench_enter(bench, "receive", body), 422,
                 "nothing has come yet: there is nothing to enter");
    cr_assert_eq(desk_bench_enter(bench, "dispatch", lost), 422);
}

Test(desk_goods, of_a_waybill_that_is_not_done_more_can_come_or_go) {
    static const char *const forms[] = {"receive", "dispatch"};
    desk_bench_sign_in(bench);
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(
            desk_bench_enter(bench, forms[i],
                             "order=7&revision=2&waybill=W1&item0=water&quantity0=9&more=1"),
            303);
        cr_assert(json_is_false(json_object_get(desk_bench_command(bench, 0), "final")), "%s",
                  forms[i]);
        cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 1), "state")),
                         "partly-done");
        cr_assert_eq(json_integer_value(json_object_get(desk_bench_command(bench, 1), "revision")),
                     2);
    }
    cr_assert_eq(desk_bench_enter(bench, "put-back", "waybill=W1"), 303);
    cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 0), "verb")),
                     "stock-put-back");
    cr_assert_eq(desk_bench_enter(bench, "put-back", ""), 422);
}

Test(desk_goods, goods_without_a_waybill_name_the_request_that_they_answer) {
    desk_bench_sign_in(bench);
    cr_assert_eq(desk_bench_get(bench, "/"), 200);
    cr_assert_not_null(strstr(bench->response.body, "<option value=\"4\">80 × Soap (4)</option>"));
    cr_assert_null(strstr(bench->response.body, "<option value=\"5\">"), "that is not for goods");
    cr_assert_eq(desk_bench_enter(bench, "receive-loose", "item0=soap&quantity0=80&request=4"),
                 303);
    cr_assert_eq(json_integer_value(json_object_get(desk_bench_command(bench, 0), "request")), 4);
    cr_assert_eq(desk_bench_enter(bench, "receive-loose", "item0=soap&quantity0=80&request="), 303);
    cr_assert_null(json_object_get(desk_bench_command(bench, 0), "request"));
}

Test(desk_goods, kits_are_opened_into_what_the_card_says_or_what_staff_found) {
    desk_bench_sign_in(bench);
    cr_assert_eq(desk_bench_get(bench, "/"), 200);
    cr_assert_not_null(strstr(bench->response.body, "action=\"/enter/unpack\""));
    cr_assert_not_null(strstr(bench->response.body, "Open kits: Kit &lt;K&gt; · K&lt;1&gt;"));
    cr_assert_not_null(strstr(bench->response.body, "2 × Soap, 6 × water"));
    const char *form =
        "item0=kit&lot0=K1&quantity0=3&into0=soap&each0=2&into1=water&each1=6&came0=";
    char other[256];
    cr_assert_eq(desk_bench_enter(bench, "unpack", form), 303);
    const json_t *into = json_object_get(desk_bench_command(bench, 0), "into");
    cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 0), "verb")),
                     "stock-unpack");
    cr_assert_eq(json_integer_value(json_object_get(json_array_get(into, 0), "quantity")), 6);
    cr_assert_eq(json_integer_value(json_object_get(json_array_get(into, 1), "quantity")), 18);
    snprintf(other, sizeof other, "%s5&came1=0&reason=one+wet", form);
    cr_assert_eq(desk_bench_enter(bench, "unpack", other), 303);
    into = json_object_get(desk_bench_command(bench, 0), "into");
    cr_assert_eq(json_array_size(into), 1, "water came out of none");
    cr_assert_eq(json_integer_value(json_object_get(json_array_get(into, 0), "quantity")), 5);
    static const char *const wrong[] = {"item0=kit&quantity0=0&into0=soap&each0=2",
                                        "item0=kit&quantity0=1", "quantity0=1&into0=soap&each0=2",
                                        "item0=kit&quantity0=1&into0=soap&each0=-2"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_assert_eq(desk_bench_enter(bench, "unpack", wrong[i]), 422, "%s", wrong[i]);
}

Test(desk_goods, a_count_leaves_alone_what_nobody_looked_at) {
    desk_bench_sign_in(bench);
    cr_assert_eq(desk_bench_enter(bench, "stock-count",
                                  "item0=kit&quantity0=&item1=odd&quantity1=0&item2=soap&"
                                  "quantity2=4&damaged2=1"),
                 303);
    const json_t *lines = json_object_get(desk_bench_command(bench, 0), "lines");
    cr_assert_eq(json_array_size(lines), 2);
    cr_assert_str_eq(json_string_value(json_object_get(json_array_get(lines, 0), "item")), "odd");
    cr_assert_eq(desk_bench_enter(bench, "stock-count", "item0=kit&quantity0="), 422);
}
