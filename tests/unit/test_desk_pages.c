/* What pages of the staff desk show, in both languages. */
#include "nodes/desk/desk_files.h"
#include "nodes/desk/html.h"
#include "nodes/desk/texts.h"
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

TestSuite(desk_pages, .init = set_up, .fini = tear_down);

Test(desk_pages, texts_from_outside_are_escaped) {
    desk_bench_sign_in(bench);
    cr_assert_eq(desk_bench_get(bench, "/"), 200);
    cr_assert_not_null(strstr(bench->response.body, "&lt;North&gt; &quot;school&quot;"));
    cr_assert_null(strstr(bench->response.body, "<North>"));
    struct html html;
    html_init(&html);
    html_add(&html, "%s|%d|%r|%%", "a<b>&\"'", -5LL, "<i>");
    cr_assert_str_eq(html.bytes, "a&lt;b&gt;&amp;&quot;&#39;|-5|<i>|%");
    html_deinit(&html);
}

Test(desk_pages, a_node_that_does_not_answer_is_said_and_nothing_is_promised) {
    desk_bench_sign_in(bench);
    char token[33], body[128];
    desk_bench_token(bench, token);
    bench->silent = true;
    snprintf(body, sizeof body, "token=%s&number=5&adult=1", token);
    cr_assert_eq(desk_bench_post(bench, "/enter/check-in", body), 503);
    cr_assert_eq(desk_bench_get(bench, "/parts"), 503);
    cr_assert_eq(desk_bench_get(bench, "/"), 503, "and no page that looks like another place's");
    cr_assert_null(strstr(bench->response.body, "/enter/"));
    bench->silent = false;
}

Test(desk_pages, what_nobody_reported_is_not_shown_as_nothing) {
    desk_bench_sign_in(bench);
    cr_assert_eq(desk_bench_get(bench, "/"), 200);
    cr_assert_not_null(strstr(bench->response.body, "<b data-total=\"0\">—</b>"));
    cr_assert_not_null(strstr(bench->response.body, "not reported"));
    cr_assert_not_null(strstr(bench->response.body, "No head count yet."));
    cr_assert_null(strstr(bench->response.body, "never"));
}

Test(desk_pages, kits_that_are_opened_first_are_said_in_the_language_of_the_page) {
    static const char *const others[] = {"open first: ",       "open first: 3",
                                         "open first: 3 ",     "open first: kit",
                                         "open first: 3 kit,", "open the <gate> first"};
    desk_bench_sign_in(bench);
    bench->ordered = "open first: 34 kit, 2 soap";
    cr_assert_eq(desk_bench_get(bench, "/"), 200);
    cr_assert_not_null(
        strstr(bench->response.body, "<li>Open first: 34 × Kit &lt;K&gt;, 2 × Soap</li>"));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        bench->ordered = others[i];
        cr_assert_eq(desk_bench_get(bench, "/"), 200);
        cr_assert_null(strstr(bench->response.body, "Open first"), "%s", others[i]);
        cr_assert_not_null(
            strstr(bench->response.body, i < 5 ? others[i] : "open the &lt;gate&gt; first"),
            "as it was written");
    }
    bench->ordered = NULL;
}

Test(desk_pages, what_the_node_refuses_is_told_with_its_remedy_and_in_chinese_by_its_reason) {
    desk_bench_sign_in(bench);
    bench->refusal =
        json_pack("{s:b, s:s, s:s, s:s, s:s}", "ok", 0, "error", "state", "reason", "range", "text",
                  "9 people leave, but only 3 are here", "remedy", "count first, or force it");
    cr_assert_eq(desk_bench_enter(bench, "check-out", "adult=9&to=home"), 422);
    cr_assert_not_null(strstr(bench->response.body, "9 people leave, but only 3 are here"));
    cr_assert_not_null(strstr(bench->response.body, "Count first."), "a desk has no force");
    strcat(bench->cookie, "; haven_language=zh-CN");
    cr_assert_eq(desk_bench_enter(bench, "check-out", "adult=9&to=home"), 422);
    cr_assert_not_null(strstr(bench->response.body, "数字与现有情况不符"));
    cr_assert_not_null(strstr(bench->response.body, "请先清点。"));
}

/* What is refused, and what stands on the page of it. */
Test(desk_pages, a_form_that_was_refused_stands_as_it_had_been_filled_in) {
    static const char *const cases[][3] = {
        {"check-in", "adult=-2&infant=1&zone=%3CZ%22",
         " name=\"zone\" list=\"card-zones\" "
         "maxlength=\"64\" autocomplete=\"off\" value=\"&lt;Z&quot;\">"},
        {"check-out", "adult=x&to=hospital", "<option value=\"hospital\" selected>"},
        {"note", "text=", "rows=\"3\">\n</textarea>"},
        {"csv", "csv=a%0A%3C%2Ftextarea%3E", ">\na\n&lt;/textarea&gt;</textarea>"},
        {"issue", "item0=soap&quantity0=x", "<option value=\"soap\" selected>"},
        {"lifeline", "generator=down&hours=x", "name=\"generator\" value=\"down\" checked>"},
        {"unpack",
         "item0=kit&lot0=K%3C1%3E&expiry0=&quantity0=2&into0=soap&each0=2&into1=water&"
         "each1=6&came1=x",
         "name=\"came1\" type=\"number\" inputmode=\"numeric\" min=\"0\" value=\"x\">"}};
    char marked[80];
    desk_bench_sign_in(bench);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_assert_eq(desk_bench_enter(bench, cases[i][0], cases[i][1]), 422, "%s", cases[i][0]);
        snprintf(marked, sizeof marked, "<form id=\"refused\" method=\"post\" action=\"/enter/%s\"",
                 cases[i][0]);
        const char *form = strstr(bench->response.body, marked);
        cr_assert_not_null(form, "%s", cases[i][0]);
        const char *there = strstr(form, cases[i][2]);
        cr_assert(there != NULL && there < strstr(form, "</form>"), "%s: %s", cases[i][0], form);
        cr_assert_not_null(strstr(bench->response.body, "href=\"#refused\""));
        cr_assert_null(bench->asked);
    }
}

/* Not where the page has no such form any more, nor where some of it was stored. */
Test(desk_pages, no_other_form_than_the_one_that_was_refused_is_filled_in) {
    static const char *const others[][2] = {
        {"unpack",
         "item0=kit&lot0=other&expiry0=&quantity0=x&into0=soap&each0=2&into1=water&each1=6"},
        {"need", "kind=gone&amount=x"},
        {"lifeline", ""},
        {"undo", "of=0"}};
    desk_bench_sign_in(bench);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        cr_assert_eq(desk_bench_enter(bench, others[i][0], others[i][1]), 422, "%s", others[i][0]);
        cr_assert_null(strstr(bench->response.body, "=\"refused\""), "%s", others[i][0]);
    }
    bench->refusal = json_pack("{s:b, s:s, s:s, s:s}", "ok", 0, "reason", "range", "text", "no",
                               "remedy", "count first");
    bench->taken_first = 1;
    cr_assert_eq(desk_bench_enter(bench, "csv", "csv=way,adult%0Ain,1%0Aout,9"), 422);
    cr_assert_null(strstr(bench->response.body, "=\"refused\""),
                   "a part of it would be sent twice");
}

/* A path of the protocol, and what no reason is given of. */
Test(desk_pages, what_the_protocol_calls_a_field_is_not_said_to_staff) {
    static const char *const texts[][2] = {{"report.note.text: longer than 1024 bytes", "text"},
                                           {"“quantity” is missing", ""}};
    desk_bench_sign_in(bench);
    for (size_t i = 0; i < 2; i++)
        for (int chinese = 0; chinese < 2; chinese++) {
            char token[33], body[128];
            bench->refusal = json_pack("{s:b, s:s, s:s, s:s}", "ok", 0, "reason", texts[i][1],
                                       "text", texts[i][0], "remedy", "correct the entry");
            desk_bench_token(bench, token);
            snprintf(body, sizeof body, "token=%s&number=5&text=a", token);
            struct desk_request request = desk_bench_request(bench, "POST", "/enter/note");
            request.body = body;
            request.body_size = strlen(body);
            request.language = chinese ? "zh-CN" : "en";
            cr_assert_eq(desk_bench_answer(bench, &request), 422);
            cr_assert_null(strstr(bench->response.body, "report.note"));
            cr_assert(!chinese || strstr(bench->response.body, "is missing") == NULL);
            cr_assert_not_null(strstr(bench->response.body, chinese ? "未保存" : "correct it"));
            json_decref(bench->refusal);
            bench->refusal = NULL;
        }
}

Test(desk_pages, a_day_of_expiry_is_written_as_the_language_writes_days) {
    desk_bench_sign_in(bench);
    cr_assert_eq(desk_bench_get(bench, "/"), 200);
    cr_assert_not_null(strstr(bench->response.body, ">31 May 2027<"), "in the table");
    cr_assert_not_null(strstr(bench->response.body, "odd · 31 May 2027</legend>"), "in a count");
    cr_assert_null(strstr(bench->response.body, ">2027-05-31"));
    cr_assert_not_null(strstr(bench->response.body, "value=\"2027-05-31\""), "as it is entered");
    strcat(bench->cookie, "; haven_language=zh-CN");
    cr_assert_eq(desk_bench_get(bench, "/"), 200);
    cr_assert_not_null(strstr(bench->response.body, ">2027年5月31日<"));
    cr_assert_not_null(strstr(bench->response.body, "odd · 2027年5月31日</legend>"));
}

Test(desk_pages, what_is_no_day_of_the_calendar_stays_as_it_is) {
    static const char *const others[] = {"",           "soon",         "2027-05", "2027-13-01",
                                         "2027-00-01", "2027-05-31 x", "31/05/27"};
    struct texts *texts;
    char text[48];
    cr_assert_eq(texts_new(&texts), HV_OK);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        texts_day(texts, TEXTS_ZH, others[i], text, sizeof text);
        cr_assert_str_eq(text, others[i]);
    }
    texts_day(texts, TEXTS_EN, "2027-12-09", text, sizeof text);
    cr_assert_str_eq(text, "9 Dec 2027");
    texts_free(texts);
}

Test(desk_pages, every_page_of_an_exercise_says_so_before_anybody_is_signed_in_too) {
    static const char said[] = ">演练 EXERCISE";
    static const char *const pages[] = {"/", "/paper/needs"};
    cr_assert_eq(desk_bench_get(bench, "/login"), 200);
    cr_assert_null(strstr(bench->response.body, said));
    bench->exercise = true;
    cr_assert_eq(desk_bench_get(bench, "/login"), 200);
    cr_assert_not_null(strstr(bench->response.body, said));
    cr_assert_null(strstr(bench->response.body, "S&lt;1&gt;"), "and no more than that");
    cr_assert_eq(desk_bench_post(bench, "/login", "pin=000000"), 403);
    cr_assert_not_null(strstr(bench->response.body, said));
    bench->silent = true;
    cr_assert_eq(desk_bench_get(bench, "/login"), 200, "its silence keeps nobody from the log-in");
    bench->silent = false;
    desk_bench_sign_in(bench);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        cr_assert_eq(desk_bench_get(bench, pages[i]), 200);
        cr_assert_not_null(strstr(bench->response.body, said), "%s", pages[i]);
    }
}

/* Those of the node that name a command, and one that no catalogue has. */
Test(desk_pages, nobody_with_a_phone_is_told_a_command) {
    static const char *const remedies[] = {"see the open requests with “haven-node requests”",
                                           "count instead (haven-node count …)",
                                           "pick it first: haven-node stock pick WAYBILL ITEM=QTY…",
                                           "do this: haven-node something --new"};
    static const char *const words[] = {"See Needs", "Enter a head count instead.",
                                        "Pick it first.", "Ask whoever looks after this terminal."};
    desk_bench_sign_in(bench);
    for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++) {
        bench->refusal = json_pack("{s:b, s:s, s:s, s:s, s:s}", "ok", 0, "error", "state", "reason",
                                   "range", "text", "not now", "remedy", remedies[i]);
        cr_assert_eq(desk_bench_enter(bench, "check-out", "adult=9&to=home"), 422);
        cr_assert_not_null(strstr(bench->response.body, words[i]), "%s", remedies[i]);
        cr_assert_null(strstr(bench->response.body, "haven-node"), "%s", remedies[i]);
        json_decref(bench->refusal);
        bench->refusal = NULL;
    }
}

static json_t *catalogue(const char *name) {
    const struct desk_file *file = desk_file_find(name);
    cr_assert_not_null(file);
    return json_loadb((const char *)file->bytes, file->size, JSON_REJECT_DUPLICATES, NULL);
}

Test(desk_pages, every_text_is_there_in_every_language_with_the_same_place_for_a_figure) {
    json_t *english = catalogue("en.json"), *chinese = catalogue("zh-CN.json"), *text;
    const char *key;
    cr_assert_eq(json_object_size(english), json_object_size(chinese));
    json_object_foreach(english, key, text) {
        const char *other = json_string_value(json_object_get(chinese, key));
        cr_assert_not_null(other, "%s is missing in Chinese", key);
        cr_assert_eq(strstr(json_string_value(text), "{}") == NULL, strstr(other, "{}") == NULL,
                     "%s", key);
    }
    json_decref(english);
    json_decref(chinese);
}

Test(desk_pages, no_page_shows_a_key_that_no_catalogue_has) {
    static const char *const prefixes[] = {"tab.",    "people.", "place.", "goods.",  "request.",
                                           "figure.", "head.",   "order.", "paper.",  "sheet.",
                                           "login.",  "said.",   "wrong.", "status.", "lifeline."};
    desk_bench_sign_in(bench);
    static const char *const pages[] = {"/",
                                        "/login",
                                        "/paper/registration",
                                        "/paper/needs",
                                        "/paper/received",
                                        "/paper/issued",
                                        "/paper/day-log"};
    for (size_t p = 0; p < sizeof pages / sizeof pages[0]; p++) {
        cr_assert_eq(desk_bench_get(bench, pages[p]), 200);
        for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
            for (const char *at = bench->response.body; (at = strstr(at, prefixes[i])) != NULL;
                 at++)
                cr_assert_neq(at[-1], '>', "%s shows %.40s", pages[p], at);
    }
}
