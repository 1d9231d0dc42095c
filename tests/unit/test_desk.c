/* Who may ask the staff desk, for how long, and on what settings; what a hostile browser gets. */
#include "nodes/desk/desk_session.h"
#include "nodes/desk/desk_slow.h"
#include "tests/support/desk_bench.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct desk_bench *bench;

static void set_up(void) {
    bench = desk_bench_new();
}

static void tear_down(void) {
    desk_bench_free(bench);
}

TestSuite(desk, .init = set_up, .fini = tear_down);

Test(desk, a_stranger_gets_the_login_and_nothing_else) {
    bench->cookie[0] = '\0';
    cr_assert_eq(desk_bench_get(bench, "/"), 303);
    cr_assert_str_eq(bench->response.location, "/login");
    cr_assert_eq(desk_bench_get(bench, "/parts"), 401);
    cr_assert_eq(desk_bench_post(bench, "/enter/check-in", "adult=1"), 401);
    cr_assert_not_null(strstr(bench->response.body, "what you sent was not stored"));
    cr_assert_not_null(strstr(bench->response.body, "id=\"pin\""), "to sign in again");
    cr_assert_eq(desk_bench_post(bench, "/entries", "{}"), 401);
    cr_assert_eq(desk_bench_get(bench, "/healthz"), 200);
    cr_assert_null(bench->asked);
}

Test(desk, the_right_pin_opens_and_a_signed_cookie_keeps_it_open) {
    desk_bench_sign_in(bench);
    cr_assert_not_null(strstr(bench->response.cookie, "HttpOnly; SameSite=Strict"));
    cr_assert_eq(desk_bench_get(bench, "/"), 200);
    bench->cookie[strlen(bench->cookie) - 1] ^= 1;
    cr_assert_eq(desk_bench_get(bench, "/"), 303, "a cookie that was changed");
    desk_bench_sign_in(bench);
    bench->now_s += SESSION_S + 1;
    cr_assert_eq(desk_bench_get(bench, "/"), 303, "a cookie that is too old");
}

Test(desk, wrong_pins_make_their_address_wait_and_nobody_else) {
    for (int i = 0; i < 5; i++)
        cr_assert_eq(desk_bench_post(bench, "/login", "pin=000000"), 403);
    cr_assert_eq(desk_bench_post(bench, "/login", "pin=421133"), 429, "even the right one");
    struct desk_request other = desk_bench_request(bench, "POST", "/login");
    other.address = "10.0.0.8";
    other.body = "pin=421133";
    other.body_size = strlen(other.body);
    cr_assert_eq(desk_bench_answer(bench, &other), 303);
    bench->now_s += 6;
    cr_assert_eq(desk_bench_post(bench, "/login", "pin=421133"), 303);
}

Test(desk, a_request_of_another_site_is_refused) {
    desk_bench_sign_in(bench);
    struct desk_request request = desk_bench_request(bench, "POST", "/enter/undo");
    request.origin = "http://evil";
    cr_assert_eq(desk_bench_answer(bench, &request), 403);
    cr_assert_eq(desk_bench_post(bench, "/enter/undo", "token=0123&number=5"), 403,
                 "and so is a form without our token");
    cr_assert_null(bench->asked);
}

Test(desk, paths_and_methods_that_are_not_ours_find_nothing) {
    desk_bench_sign_in(bench);
    static const char *const paths[] = {
        "/../node.key", "/paper/../../etc/passwd", "//", "/paper/", "/desk.cs",
        "/enter/",      "/texts/en.json"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        cr_assert_eq(desk_bench_get(bench, paths[i]), 404, "%s", paths[i]);
    struct desk_request request = desk_bench_request(bench, "DELETE", "/");
    cr_assert_eq(desk_bench_answer(bench, &request), 405);
    request = desk_bench_request(bench, "GET", "/");
    request.query = "lang=%00";
    cr_assert_eq(desk_bench_answer(bench, &request), 400);
}

Test(desk, a_file_that_the_browser_has_is_not_sent_again) {
    cr_assert_eq(desk_bench_get(bench, "/desk.js"), 200);
    struct desk_request request = desk_bench_request(bench, "GET", "/desk.js");
    char etag[24];
    snprintf(etag, sizeof etag, "%s", bench->response.etag);
    request.etag = etag;
    cr_assert_eq(desk_bench_answer(bench, &request), 304);
    cr_assert_eq(bench->response.size, 0);
}

static bool is_shut(int file) {
    char byte;
    return recv(file, &byte, 1, MSG_DONTWAIT) == 0;
}

Test(desk, connections_that_get_no_answer_for_long_are_hung_up_on) {
    struct desk_slow *slow;
    struct desk_slow_socket *sockets[3];
    int pairs[3][2];
    cr_assert_eq(desk_slow_new(&slow), HV_OK);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pairs[i]), 0);
        sockets[i] = desk_slow_begin(slow, pairs[i][0], 1000 + (uint64_t)i);
    }
    desk_slow_served(slow, sockets[1], 50000);
    cr_assert_eq(desk_slow_look(slow, 1000 + DESK_SLOW_MS), 0);
    cr_assert_eq(desk_slow_look(slow, 1001 + DESK_SLOW_MS), 1);
    cr_assert(is_shut(pairs[0][1]) && !is_shut(pairs[1][1]) && !is_shut(pairs[2][1]));
    desk_slow_end(slow, sockets[0]);
    desk_slow_end(slow, NULL);
    cr_assert_eq(desk_slow_look(slow, 49999 + DESK_SLOW_MS), 1, "the one that was served has time");
    cr_assert(is_shut(pairs[2][1]) && !is_shut(pairs[1][1]));
    cr_assert_eq(desk_slow_watch(slow), HV_OK);
    desk_slow_free(slow);
    for (int i = 0; i < 3; i++) {
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
}

Test(desk, settings_that_cannot_work_are_refused_and_leave_the_old_ones) {
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    struct desk_changes changes[] = {
        {.pin = "12345"}, {.listen = "localhost:80"}, {.certificate = "/tmp/x.pem"}};
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(desk_settings_change(bench->folder, &changes[i], &faults), HV_ERR_VALUE);
    cr_assert_eq(faults.errors, 3);
    struct desk_settings settings;
    cr_assert_eq(desk_settings_load(bench->folder, &faults, &settings), HV_OK);
    cr_assert(desk_settings_pin_is(&settings, "421133"));
    cr_assert_not(desk_settings_pin_is(&settings, "421134"));
    desk_settings_deinit(&settings);
    hv_fault_list_deinit(&faults);
}
