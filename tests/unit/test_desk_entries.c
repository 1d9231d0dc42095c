/* What a form of the staff desk becomes, of people and in general. */
#include "nodes/desk/desk_entries.h"
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

TestSuite(desk_entries, .init = set_up, .fini = tear_down);

Test(desk_entries, a_form_becomes_an_entry_that_is_taken_once) {
    desk_bench_sign_in(bench);
    cr_assert_eq(
        desk_bench_enter(bench, "check-in", "adult=2&child=0&wheelchair=1&zone=Z%E4%B8%80&to="),
        303);
    cr_assert_str_eq(bench->response.location, "/?said=stored#people");
    const json_t *people = json_object_get(desk_bench_command(bench, 0), "people");
    cr_assert_eq(json_integer_value(json_object_get(people, "adult")), 2);
    cr_assert_null(json_object_get(people, "child"));
    cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 0), "zone")),
                     "Z一");
    const json_t *once = json_object_get(bench->asked, "once");
    cr_assert_str_eq(json_string_value(json_object_get(once, "device")), "00000000000000aa");
    cr_assert_eq(json_integer_value(json_object_get(once, "number")), 5);
}

Test(desk_entries, an_undo_names_the_movement_that_this_browser_entered) {
    desk_bench_sign_in(bench);
    cr_assert_eq(desk_bench_get(bench, "/"), 200);
    cr_assert_not_null(strstr(bench->response.body, "name=\"of\" value=\"3\""));
    cr_assert_eq(desk_bench_enter(bench, "undo", "of=3"), 303);
    cr_assert_eq(json_integer_value(json_object_get(desk_bench_command(bench, 0), "of")), 3);
    json_decref(bench->asked);
    bench->asked = NULL;
    cr_assert_eq(desk_bench_enter(bench, "undo", ""), 422, "without a name it would be anybody's");
    cr_assert_eq(desk_bench_enter(bench, "undo", "of=0"), 422);
    cr_assert_null(bench->asked);
}

Test(desk_entries, zones_and_places_are_entered_by_name_too) {
    static const char *const entered[][2] = {{"old+TOWN", "Z1"}, {"%E8%80%81%E5%9F%8E", "Z1"},
                                             {"Z1", "Z1"},       {"Z2", "Z2"},
                                             {"Twin", "Twin"},   {"elsewhere", "elsewhere"}};
    char body[128];
    desk_bench_sign_in(bench);
    for (size_t i = 0; i < sizeof entered / sizeof entered[0]; i++) {
        snprintf(body, sizeof body, "adult=1&zone=%s", entered[i][0]);
        cr_assert_eq(desk_bench_enter(bench, "check-in", body), 303);
        cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 0), "zone")),
                         entered[i][1]);
    }
    cr_assert_eq(desk_bench_enter(bench, "transfer-out", "adult=1&transfer=7&shelter=north"), 303);
    cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 0), "shelter")),
                     "S2");
    cr_assert_eq(desk_bench_enter(bench, "csv", "csv=way,adult,zone%0Ain,1,Old town%0Ain,2,twin"),
                 303);
    cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 0), "zone")),
                     "Z1");
    cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 1), "zone")),
                     "twin", "two are called so");
}

Test(desk_entries, forms_that_say_nothing_or_nonsense_are_refused_before_the_node_hears) {
    desk_bench_sign_in(bench);
    static const char *const wrong[][2] = {{"check-in", "adult=0"},
                                           {"check-in", "adult=-1"},
                                           {"check-in", "adult=1e3"},
                                           {"check-in", "adult=99999999999999999999"},
                                           {"lifeline", "hours=3"},
                                           {"issue", "quantity0=4"},
                                           {"csv", "csv=way,adult%0Aup,1"},
                                           {"csv", "csv=way%0Ain,1,2,3"},
                                           {"csv", "csv=%22"},
                                           {"csv", "csv=way,adults%0Ain,3"},
                                           {"rows", "way0=in"},
                                           {"need", "kind=goods&quantity=3"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_assert_eq(desk_bench_enter(bench, wrong[i][0], wrong[i][1]), 422, "%s %s", wrong[i][0],
                     wrong[i][1]);
    cr_assert_eq(desk_bench_enter(bench, "no-such", "a=1"), 404);
    cr_assert_null(bench->asked);
}

Test(desk_entries, a_place_is_emptied_by_a_count_only_where_staff_say_so) {
    desk_bench_sign_in(bench);
    cr_assert_eq(desk_bench_enter(bench, "count", "adult=0&households="), 422);
    cr_assert_null(bench->asked);
    cr_assert_eq(desk_bench_enter(bench, "count", "adult=0&nobody=1"), 303);
    cr_assert_eq(json_object_size(json_object_get(desk_bench_command(bench, 0), "people")), 0);
    cr_assert_eq(desk_bench_enter(bench, "count", "adult=3"), 303);
}

Test(desk_entries, of_rows_that_are_taken_in_part_it_is_said_how_many_are_stored) {
    desk_bench_sign_in(bench);
    bench->refusal =
        json_pack("{s:b, s:s, s:s, s:s, s:s}", "ok", 0, "error", "state", "reason", "range", "text",
                  "more leave than are here", "remedy", "count first");
    bench->taken_first = 2;
    cr_assert_eq(desk_bench_enter(bench, "csv", "csv=way,adult%0Ain,1%0Ain,2%0Aout,9"), 422);
    cr_assert_not_null(strstr(bench->response.body, "2 of the entries ARE stored"));
    cr_assert_not_null(strstr(bench->response.body, "more leave than are here"));
}

Test(desk_entries, the_queue_of_the_script_is_answered_entry_by_entry) {
    desk_bench_sign_in(bench);
    char token[33];
    desk_bench_token(bench, token);
    struct desk_request request = desk_bench_request(bench, "POST", "/entries");
    request.token = token;
    request.body = "{\"device\":\"00000000000000bb\",\"entries\":[{\"form\":\"check-in\","
                   "\"number\":1,\"ago_s\":61.5,\"fields\":\"adult=1\"},"
                   "{\"form\":\"check-in\",\"number\":2,\"fields\":\"adult=%zz\"},{\"form\":\"x\","
                   "\"number\":3}]}";
    request.body_size = strlen(request.body);
    cr_assert_eq(desk_bench_answer(bench, &request), 200);
    json_t *results = json_loads(bench->response.body, 0, NULL);
    const json_t *list = json_object_get(results, "results");
    cr_assert_eq(json_array_size(list), 3);
    cr_assert(json_is_true(json_object_get(json_array_get(list, 0), "ok")));
    cr_assert(json_is_false(json_object_get(json_array_get(list, 1), "ok")));
    cr_assert(json_is_false(json_object_get(json_array_get(list, 1), "later")));
    cr_assert(json_is_false(json_object_get(json_array_get(list, 2), "ok")));
    cr_assert_eq(json_integer_value(json_object_get(desk_bench_command(bench, 0), "ago_s")), 61);
    json_decref(results);
    request.body = "{\"entries\":7}";
    request.body_size = strlen(request.body);
    cr_assert_eq(desk_bench_answer(bench, &request), 400);
    request.token = "";
    cr_assert_eq(desk_bench_answer(bench, &request), 403);
}
