/* The staff desk without a socket: who may ask what, what a form becomes, what a hostile browser
 * gets. */
#include "nodes/desk/desk.h"
#include "nodes/desk/desk_entries.h"
#include "nodes/desk/desk_files.h"
#include "nodes/desk/desk_session.h"
#include "nodes/desk/desk_slow.h"
#include "nodes/desk/html.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- a node that says what it was asked ---- */

static struct desk *desk;
static char *folder;
static json_t *asked;   /* the last batch */
static json_t *refusal; /* what the next entry hears; NULL: it is taken */
static bool silent;
static size_t taken_first; /* entries of a batch that are taken before the refusal */
static int64_t now_s;
static const char *ordered; /* the words of the one order there is; NULL: there is none */

static json_t *answer_batch(const json_t *request) {
    json_t *results = json_array();
    json_decref(asked);
    asked = json_deep_copy(request);
    for (size_t i = 0; i < json_array_size(json_object_get(request, "commands")); i++)
        json_array_append_new(results, refusal == NULL || i < taken_first
                                           ? json_pack("{s:b}", "ok", 1)
                                           : json_deep_copy(refusal));
    return json_pack("{s:b, s:o}", "ok", 1, "results", results);
}

static json_t *node(void *context, json_t *request) {
    (void)context;
    const char *verb = json_string_value(json_object_get(request, "verb"));
    json_t *reply = NULL;
    if (silent)
        ;
    else if (strcmp(verb, "batch") == 0)
        reply = answer_batch(request);
    else if (strcmp(verb, "device-new") == 0)
        reply = json_pack("{s:b, s:s}", "ok", 1, "device", "00000000000000aa");
    else if (strcmp(verb, "device") == 0)
        reply = json_pack("{s:b, s:i, s:i}", "ok", 1, "highest", 4, "undo", 3);
    else if (strcmp(verb, "status") == 0)
        reply = json_pack("{s:b, s:s, s:s, s:s}", "ok", 1, "id", "S<1>", "role", "shelter", "mode",
                          "live");
    else if (strcmp(verb, "stock") == 0)
        reply = json_pack("{s:b, s:[{s:s, s:s, s:i}, {s:s, s:i}]}", "ok", 1, "lines", "item", "kit",
                          "lot", "K<1>", "quantity", 7, "item", "odd", "quantity", 3);
    else if (strcmp(verb, "orders") == 0 && ordered != NULL)
        reply = json_pack("{s:b, s:[{s:i, s:i, s:s, s:s, s:s}]}", "ok", 1, "orders", "id", 7,
                          "revision", 1, "kind", "ship", "state", "stored", "text", ordered);
    else
        reply = json_pack("{s:b}", "ok", 1);
    json_decref(request);
    return reply;
}

static void set_up(void) {
    struct hv_fault_list faults;
    struct desk_settings settings;
    folder = scratch_make();
    fclose(fopen(scratch_path(folder, "node.json"), "w"));
    hv_fault_list_init(&faults);
    char card[PATH_MAX];
    snprintf(card, sizeof card, "%s", scratch_path(folder, "card.json"));
    FILE *file = fopen(card, "w");
    fputs("{\"format\":\"haven.card/1\",\"zones\":[{\"id\":\"Z1\",\"name\":\"Old "
          "town\",\"name_zh\":\"老城\"},{\"id\":\"Z2\",\"name\":\"Twin\"},{\"id\":\"Z3\",\"name\":"
          "\"Twin\"},{\"id\":\"Twin\",\"name\":\"Z1\"}],\"places\":[{\"id\":\"S2\",\"name\":"
          "\"North\"}],\"items\":[{\"id\":\"kit\","
          "\"name\":\"Kit <K>\",\"contents\":[{\"item\":\"soap\",\"quantity\":2},{\"item\":"
          "\"water\",\"quantity\":6}]},{\"id\":\"soap\",\"name\":\"Soap\"}]}",
          file);
    fclose(file);
    struct desk_changes changes = {
        .listen = "127.0.0.1:0", .pin = "421133", .name = "<North> \"school\"", .card_file = card};
    cr_assert_eq(desk_settings_change(folder, &changes, &faults), HV_OK);
    cr_assert_eq(desk_settings_load(folder, &faults, &settings), HV_OK);
    cr_assert_eq(desk_new(&settings, node, NULL, &desk), HV_OK);
    hv_fault_list_deinit(&faults);
    now_s = 1000;
}

static void tear_down(void) {
    desk_free(desk);
    json_decref(asked);
    json_decref(refusal);
    scratch_remove(folder);
}

TestSuite(desk, .init = set_up, .fini = tear_down);

static struct desk_response response;
static char cookie[256];

static struct desk_request request_of(const char *method, const char *path) {
    return (struct desk_request){.method = method,
                                 .path = path,
                                 .query = "",
                                 .body = "",
                                 .content_type = "",
                                 .cookies = cookie,
                                 .language = "",
                                 .origin = "",
                                 .host = "desk:80",
                                 .token = "",
                                 .etag = "",
                                 .address = "10.0.0.7",
                                 .wall_s = 1800000000 + now_s,
                                 .mono_s = now_s};
}

static unsigned answer(const struct desk_request *request) {
    desk_response_deinit(&response);
    desk_answer(desk, request, &response);
    return response.status;
}

static unsigned get(const char *path) {
    struct desk_request request = request_of("GET", path);
    return answer(&request);
}

static unsigned post(const char *path, const char *body) {
    struct desk_request request = request_of("POST", path);
    request.body = body;
    request.body_size = strlen(body);
    return answer(&request);
}

static void sign_in(void) {
    cr_assert_eq(post("/login", "pin=421133"), 303);
    snprintf(cookie, sizeof cookie, "other=1; %.*s", (int)strcspn(response.cookie, ";"),
             response.cookie);
}

static void token_of(char ret_token[33]) {
    cr_assert_eq(get("/"), 200);
    const char *at = strstr(response.body, "name=\"token\" value=\"");
    cr_assert_not_null(at);
    snprintf(ret_token, 33, "%s", at + strlen("name=\"token\" value=\""));
}

static unsigned enter(const char *form, const char *fields) {
    char token[33], path[64], body[4096];
    token_of(token);
    snprintf(path, sizeof path, "/enter/%s", form);
    snprintf(body, sizeof body, "token=%s&number=5&%s", token, fields);
    return post(path, body);
}

/* ---- who may ask ---- */

Test(desk, a_stranger_gets_the_login_and_nothing_else) {
    cookie[0] = '\0';
    cr_assert_eq(get("/"), 303);
    cr_assert_str_eq(response.location, "/login");
    cr_assert_eq(get("/parts"), 401);
    cr_assert_eq(post("/enter/check-in", "adult=1"), 401);
    cr_assert_eq(post("/entries", "{}"), 401);
    cr_assert_eq(get("/healthz"), 200);
    cr_assert_null(asked);
}

Test(desk, the_right_pin_opens_and_a_signed_cookie_keeps_it_open) {
    sign_in();
    cr_assert_not_null(strstr(response.cookie, "HttpOnly; SameSite=Strict"));
    cr_assert_eq(get("/"), 200);
    cookie[strlen(cookie) - 1] ^= 1;
    cr_assert_eq(get("/"), 303, "a cookie that was changed");
    sign_in();
    now_s += SESSION_S + 1;
    cr_assert_eq(get("/"), 303, "a cookie that is too old");
}

Test(desk, wrong_pins_make_their_address_wait_and_nobody_else) {
    for (int i = 0; i < 5; i++)
        cr_assert_eq(post("/login", "pin=000000"), 403);
    cr_assert_eq(post("/login", "pin=421133"), 429, "even the right one");
    struct desk_request other = request_of("POST", "/login");
    other.address = "10.0.0.8";
    other.body = "pin=421133";
    other.body_size = strlen(other.body);
    cr_assert_eq(answer(&other), 303);
    now_s += 6;
    cr_assert_eq(post("/login", "pin=421133"), 303);
}

Test(desk, a_request_of_another_site_is_refused) {
    sign_in();
    struct desk_request request = request_of("POST", "/enter/undo");
    request.origin = "http://evil";
    cr_assert_eq(answer(&request), 403);
    cr_assert_eq(post("/enter/undo", "token=0123&number=5"), 403,
                 "and so is a form without our token");
    cr_assert_null(asked);
}

Test(desk, paths_and_methods_that_are_not_ours_find_nothing) {
    sign_in();
    static const char *const paths[] = {
        "/../node.key", "/paper/../../etc/passwd", "//", "/paper/", "/desk.cs",
        "/enter/",      "/texts/en.json"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        cr_assert_eq(get(paths[i]), 404, "%s", paths[i]);
    struct desk_request request = request_of("DELETE", "/");
    cr_assert_eq(answer(&request), 405);
    request = request_of("GET", "/");
    request.query = "lang=%00";
    cr_assert_eq(answer(&request), 400);
}

/* ---- what is shown ---- */

Test(desk, texts_from_outside_are_escaped) {
    sign_in();
    cr_assert_eq(get("/"), 200);
    cr_assert_not_null(strstr(response.body, "&lt;North&gt; &quot;school&quot;"));
    cr_assert_null(strstr(response.body, "<North>"));
    struct html html;
    html_init(&html);
    html_add(&html, "%s|%d|%r|%%", "a<b>&\"'", -5LL, "<i>");
    cr_assert_str_eq(html.bytes, "a&lt;b&gt;&amp;&quot;&#39;|-5|<i>|%");
    html_deinit(&html);
}

Test(desk, a_file_that_the_browser_has_is_not_sent_again) {
    cr_assert_eq(get("/desk.js"), 200);
    struct desk_request request = request_of("GET", "/desk.js");
    char etag[24];
    snprintf(etag, sizeof etag, "%s", response.etag);
    request.etag = etag;
    cr_assert_eq(answer(&request), 304);
    cr_assert_eq(response.size, 0);
}

Test(desk, a_node_that_does_not_answer_is_said_and_nothing_is_promised) {
    sign_in();
    char token[33], body[128];
    token_of(token);
    silent = true;
    snprintf(body, sizeof body, "token=%s&number=5&adult=1", token);
    cr_assert_eq(post("/enter/check-in", body), 503);
    cr_assert_eq(get("/parts"), 503);
    cr_assert_eq(get("/"), 503, "and no page that looks like another place's");
    cr_assert_null(strstr(response.body, "/enter/"));
    silent = false;
}

/* ---- what is entered ---- */

static const json_t *command(size_t i) {
    return json_array_get(json_object_get(asked, "commands"), i);
}

Test(desk, a_form_becomes_an_entry_that_is_taken_once) {
    sign_in();
    cr_assert_eq(enter("check-in", "adult=2&child=0&wheelchair=1&zone=Z%E4%B8%80&to="), 303);
    cr_assert_str_eq(response.location, "/?said=stored#people");
    const json_t *people = json_object_get(command(0), "people");
    cr_assert_eq(json_integer_value(json_object_get(people, "adult")), 2);
    cr_assert_null(json_object_get(people, "child"));
    cr_assert_str_eq(json_string_value(json_object_get(command(0), "zone")), "Z一");
    const json_t *once = json_object_get(asked, "once");
    cr_assert_str_eq(json_string_value(json_object_get(once, "device")), "00000000000000aa");
    cr_assert_eq(json_integer_value(json_object_get(once, "number")), 5);
}

Test(desk, an_undo_names_the_movement_that_this_browser_entered) {
    sign_in();
    cr_assert_eq(get("/"), 200);
    cr_assert_not_null(strstr(response.body, "name=\"of\" value=\"3\""));
    cr_assert_eq(enter("undo", "of=3"), 303);
    cr_assert_eq(json_integer_value(json_object_get(command(0), "of")), 3);
    json_decref(asked);
    asked = NULL;
    cr_assert_eq(enter("undo", ""), 422, "without a name it would be anybody's");
    cr_assert_eq(enter("undo", "of=0"), 422);
    cr_assert_null(asked);
}

Test(desk, kits_that_are_opened_first_are_said_in_the_language_of_the_page) {
    static const char *const others[] = {"open first: ",       "open first: 3",
                                         "open first: 3 ",     "open first: kit",
                                         "open first: 3 kit,", "open the <gate> first"};
    sign_in();
    ordered = "open first: 34 kit, 2 soap";
    cr_assert_eq(get("/"), 200);
    cr_assert_not_null(strstr(response.body, "<li>Open first: 34 × Kit &lt;K&gt;, 2 × Soap</li>"));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ordered = others[i];
        cr_assert_eq(get("/"), 200);
        cr_assert_null(strstr(response.body, "Open first"), "%s", others[i]);
        cr_assert_not_null(strstr(response.body, i < 5 ? others[i] : "open the &lt;gate&gt; first"),
                           "as it was written");
    }
    ordered = NULL;
}

Test(desk, a_delivery_is_received_with_what_was_damaged_and_answers_its_order) {
    sign_in();
    cr_assert_eq(
        enter(
            "receive",
            "order=7&waybill=W1&counterpart=D1&item0=water&lot0=L1&expiry0=2027-03-01&quantity0=90&"
            "damaged0=6&item1=meal&quantity1=0"),
        303);
    const json_t *lines = json_object_get(command(0), "lines");
    cr_assert_eq(json_array_size(lines), 1, "of what did not come there is no line");
    cr_assert_eq(json_integer_value(json_object_get(json_array_get(lines, 0), "damaged")), 6);
    cr_assert(json_is_true(json_object_get(command(0), "final")), "what is missing is missing");
    cr_assert_eq(json_integer_value(json_object_get(command(1), "order")), 7);
    cr_assert_str_eq(json_string_value(json_object_get(command(1), "state")), "done");
}

Test(desk, of_a_delivery_nothing_may_have_come_and_then_why_is_asked) {
    sign_in();
    const char *const lost = "order=7&revision=2&waybill=W1&item0=water&quantity0=0&item1=meal&"
                             "quantity1=0";
    char body[200];
    cr_assert_eq(enter("receive", lost), 422, "why?");
    snprintf(body, sizeof body, "%s&reason=swept+away", lost);
    cr_assert_eq(enter("receive", body), 303);
    cr_assert(json_is_true(json_object_get(command(0), "nothing")));
    cr_assert_str_eq(json_string_value(json_object_get(command(0), "reason")), "swept away");
    cr_assert_null(json_object_get(command(0), "lines"));
    cr_assert_str_eq(json_string_value(json_object_get(command(1), "state")), "failed");
    cr_assert_str_eq(json_string_value(json_object_get(command(1), "reason")), "swept away");
    snprintf(body, sizeof body, "%s&more=1", lost);
    cr_assert_eq(enter("receive", body), 422, "nothing has come yet: there is nothing to enter");
    cr_assert_eq(enter("dispatch", lost), 422);
}

Test(desk, of_a_waybill_that_is_not_done_more_can_come_or_go) {
    static const char *const forms[] = {"receive", "dispatch"};
    sign_in();
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(
            enter(forms[i], "order=7&revision=2&waybill=W1&item0=water&quantity0=9&more=1"), 303);
        cr_assert(json_is_false(json_object_get(command(0), "final")), "%s", forms[i]);
        cr_assert_str_eq(json_string_value(json_object_get(command(1), "state")), "partly-done");
        cr_assert_eq(json_integer_value(json_object_get(command(1), "revision")), 2);
    }
    cr_assert_eq(enter("put-back", "waybill=W1"), 303);
    cr_assert_str_eq(json_string_value(json_object_get(command(0), "verb")), "stock-put-back");
    cr_assert_eq(enter("put-back", ""), 422);
}

Test(desk, rows_of_goods_are_entered_from_a_file_too) {
    sign_in();
    cr_assert_eq(enter("csv", "csv=way,item,quantity,lot,expiry,damaged,ago_min%0A"
                              "receive,water,600,L1,2027-03-01,4,45%0Acount,blanket,0,,,,"),
                 303);
    const json_t *line = json_array_get(json_object_get(command(0), "lines"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(command(0), "verb")), "stock-receive");
    cr_assert_eq(json_integer_value(json_object_get(command(0), "ago_s")), 2700);
    cr_assert_eq(json_integer_value(json_object_get(line, "damaged")), 4);
    cr_assert_str_eq(json_string_value(json_object_get(line, "expiry")), "2027-03-01");
    cr_assert_str_eq(json_string_value(json_object_get(command(1), "verb")), "stock-count");
    cr_assert_eq(json_array_size(json_object_get(command(1), "lines")), 1, "nothing is a count");
}

/* Each with what is said of it, by line and column. */
Test(desk, what_is_wrong_in_a_file_is_named_by_its_line) {
    static const char *const wrong[][2] = {
        {"csv=way,item,quantity%0Aissue,water,1%0A%0Abring,water,3",
         "Row 4: A row of goods says none"},
        {"csv=way,item,quantity%0D%0Aissue,water,1%0D%0Aissue,water,0", "Row 3: How many"},
        {"csv=way,item,quantity%0Acount,water,", "Row 2: How many"},
        {"csv=way,item,quantity%0Acount,,3", "Row 2: The item"},
        {"csv=way,item,quantity,adult%0Aissue,water,1,2", "People and goods are files"},
        {"csv=way,item,price%3Cb%0Aissue,water,1", "No column is called “price&lt;b”"},
        {"csv=way,item,quantity,Item%0Aissue,water,1,2", "The column “item” is there twice"},
        {"csv=item,quantity%0Awater,1", "names no column “way”"},
        {"csv=way,adult%0Ain,1%0Ain,x", "Row 3: A figure"},
        {"csv=way,adult%0Ain,1%0Ain,1,7", "Row 3: It has more cells"}};
    sign_in();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_assert_eq(enter("csv", wrong[i][0]), 422, "%s", wrong[i][0]);
        cr_assert_not_null(strstr(response.body, wrong[i][1]), "%s: not %s", wrong[i][0],
                           wrong[i][1]);
    }
    cr_assert_null(asked);
}

Test(desk, files_are_read_as_spreadsheets_write_them) {
    static const char *const same[] = {
        "csv=%EF%BB%BFway,item,quantity,lot%0D%0Areceive,water,6,L1%0D%0A",
        "csv=Way;Item;Quantity;Lot%0Areceive;water;6;L1",
        "csv=way%09item%09quantity%09lot%0Areceive%09water%096%09L1%0A",
        "csv=way,item,quantity,lot%0Areceive,water,6,L1,,,"};
    sign_in();
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        cr_assert_eq(enter("csv", same[i]), 303, "%s", same[i]);
        const json_t *line = json_array_get(json_object_get(command(0), "lines"), 0);
        cr_assert_str_eq(json_string_value(json_object_get(line, "lot")), "L1");
        cr_assert_eq(json_integer_value(json_object_get(line, "quantity")), 6);
    }
}

Test(desk, rows_of_goods_are_typed_in_from_paper) {
    sign_in();
    cr_assert_eq(enter("goods-rows",
                       "ago_min=30&way0=receive&item0=water&quantity0=9&damaged0=1&waybill0=W7&"
                       "way1=issue&item1=&quantity1=&way2=issue&item2=soap&quantity2=2"),
                 303);
    cr_assert_eq(json_array_size(json_object_get(asked, "commands")), 2, "an empty row is none");
    cr_assert_str_eq(json_string_value(json_object_get(command(0), "waybill")), "W7");
    cr_assert_eq(json_integer_value(json_object_get(command(1), "ago_s")), 1800);
    cr_assert_eq(enter("goods-rows", "way0=issue&item0=&quantity0=3"), 422);
    cr_assert_not_null(strstr(response.body, "Row 1: The item is missing."));
    cr_assert_eq(enter("goods-rows", "way0=issue&item0="), 422);
}

Test(desk, a_row_of_paper_has_its_own_time_or_that_of_the_sheet) {
    sign_in();
    cr_assert_eq(enter("rows", "ago_min=10&way0=in&adult0=2&ago_min0=35&way1=out&adult1=1&"
                               "ago_min1=&way2=in&child2=1&ago_min2=0"),
                 303);
    cr_assert_eq(json_integer_value(json_object_get(command(0), "ago_s")), 2100);
    cr_assert_eq(json_integer_value(json_object_get(command(1), "ago_s")), 600);
    cr_assert_null(json_object_get(command(2), "ago_s"), "just now");
    cr_assert_eq(enter("rows", "way0=in&adult0=2&ago_min0=44641"), 422);
}

Test(desk, kits_are_opened_into_what_the_card_says_or_what_staff_found) {
    sign_in();
    cr_assert_eq(get("/"), 200);
    cr_assert_not_null(strstr(response.body, "action=\"/enter/unpack\""));
    cr_assert_not_null(strstr(response.body, "Open kits: Kit &lt;K&gt; · K&lt;1&gt;"));
    cr_assert_not_null(strstr(response.body, "2 × Soap, 6 × water"));
    const char *form =
        "item0=kit&lot0=K1&quantity0=3&into0=soap&each0=2&into1=water&each1=6&came0=";
    char other[256];
    cr_assert_eq(enter("unpack", form), 303);
    const json_t *into = json_object_get(command(0), "into");
    cr_assert_str_eq(json_string_value(json_object_get(command(0), "verb")), "stock-unpack");
    cr_assert_eq(json_integer_value(json_object_get(json_array_get(into, 0), "quantity")), 6);
    cr_assert_eq(json_integer_value(json_object_get(json_array_get(into, 1), "quantity")), 18);
    snprintf(other, sizeof other, "%s5&came1=0&reason=one+wet", form);
    cr_assert_eq(enter("unpack", other), 303);
    into = json_object_get(command(0), "into");
    cr_assert_eq(json_array_size(into), 1, "water came out of none");
    cr_assert_eq(json_integer_value(json_object_get(json_array_get(into, 0), "quantity")), 5);
    static const char *const wrong[] = {"item0=kit&quantity0=0&into0=soap&each0=2",
                                        "item0=kit&quantity0=1", "quantity0=1&into0=soap&each0=2",
                                        "item0=kit&quantity0=1&into0=soap&each0=-2"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_assert_eq(enter("unpack", wrong[i]), 422, "%s", wrong[i]);
}

Test(desk, a_count_leaves_alone_what_nobody_looked_at) {
    sign_in();
    cr_assert_eq(enter("stock-count", "item0=kit&quantity0=&item1=odd&quantity1=0&item2=soap&"
                                      "quantity2=4&damaged2=1"),
                 303);
    const json_t *lines = json_object_get(command(0), "lines");
    cr_assert_eq(json_array_size(lines), 2);
    cr_assert_str_eq(json_string_value(json_object_get(json_array_get(lines, 0), "item")), "odd");
    cr_assert_eq(enter("stock-count", "item0=kit&quantity0="), 422);
}

Test(desk, zones_and_places_are_entered_by_name_too) {
    static const char *const entered[][2] = {{"old+TOWN", "Z1"}, {"%E8%80%81%E5%9F%8E", "Z1"},
                                             {"Z1", "Z1"},       {"Z2", "Z2"},
                                             {"Twin", "Twin"},   {"elsewhere", "elsewhere"}};
    char body[128];
    sign_in();
    for (size_t i = 0; i < sizeof entered / sizeof entered[0]; i++) {
        snprintf(body, sizeof body, "adult=1&zone=%s", entered[i][0]);
        cr_assert_eq(enter("check-in", body), 303);
        cr_assert_str_eq(json_string_value(json_object_get(command(0), "zone")), entered[i][1]);
    }
    cr_assert_eq(enter("transfer-out", "adult=1&transfer=7&shelter=north"), 303);
    cr_assert_str_eq(json_string_value(json_object_get(command(0), "shelter")), "S2");
    cr_assert_eq(enter("csv", "csv=way,adult,zone%0Ain,1,Old town%0Ain,2,twin"), 303);
    cr_assert_str_eq(json_string_value(json_object_get(command(0), "zone")), "Z1");
    cr_assert_str_eq(json_string_value(json_object_get(command(1), "zone")), "twin",
                     "two are called so");
}

Test(desk, what_nobody_reported_is_not_shown_as_nothing) {
    sign_in();
    cr_assert_eq(get("/"), 200);
    cr_assert_not_null(strstr(response.body, "<b data-total=\"0\">—</b>"));
    cr_assert_not_null(strstr(response.body, "not reported"));
    cr_assert_not_null(strstr(response.body, "No head count yet."));
    cr_assert_null(strstr(response.body, "never"));
}

Test(desk, forms_that_say_nothing_or_nonsense_are_refused_before_the_node_hears) {
    sign_in();
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
        cr_assert_eq(enter(wrong[i][0], wrong[i][1]), 422, "%s %s", wrong[i][0], wrong[i][1]);
    cr_assert_eq(enter("no-such", "a=1"), 404);
    cr_assert_null(asked);
}

Test(desk, rows_of_a_csv_file_are_entered_as_one) {
    sign_in();
    cr_assert_eq(enter("csv", "csv=adult,way,ago_min,zone%0A2,in,30,Z1%0A%0A1,out,5,%0A"), 303);
    cr_assert_eq(json_array_size(json_object_get(asked, "commands")), 2);
    cr_assert_eq(json_integer_value(json_object_get(command(0), "ago_s")), 1800);
    cr_assert_str_eq(json_string_value(json_object_get(command(1), "verb")), "check-out");
}

Test(desk, at_most_a_hundred_rows_at_once) {
    sign_in();
    char fields[4096] = "csv=way,adult";
    for (int i = 0; i < 100; i++)
        strcat(fields, "%0Ain,1");
    cr_assert_eq(enter("csv", fields), 303);
    strcat(fields, "%0Ain,1");
    cr_assert_eq(enter("csv", fields), 422);
}

Test(desk, what_the_node_refuses_is_told_with_its_remedy_and_in_chinese_by_its_reason) {
    sign_in();
    refusal =
        json_pack("{s:b, s:s, s:s, s:s, s:s}", "ok", 0, "error", "state", "reason", "range", "text",
                  "9 people leave, but only 3 are here", "remedy", "count first, or force it");
    cr_assert_eq(enter("check-out", "adult=9&to=home"), 422);
    cr_assert_not_null(strstr(response.body, "9 people leave, but only 3 are here"));
    cr_assert_not_null(strstr(response.body, "Count first."), "a desk has no force");
    strcat(cookie, "; haven_language=zh-CN");
    cr_assert_eq(enter("check-out", "adult=9&to=home"), 422);
    cr_assert_not_null(strstr(response.body, "数字与现有情况不符"));
    cr_assert_not_null(strstr(response.body, "请先清点。"));
}

/* Those of the node that name a command, and one that no catalogue has. */
Test(desk, nobody_with_a_phone_is_told_a_command) {
    static const char *const remedies[] = {"see the open requests with “haven-node requests”",
                                           "count instead (haven-node count …)",
                                           "pick it first: haven-node stock pick WAYBILL ITEM=QTY…",
                                           "do this: haven-node something --new"};
    static const char *const words[] = {"See Needs", "Enter a head count instead.",
                                        "Pick it first.", "Ask whoever looks after this terminal."};
    sign_in();
    for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++) {
        refusal = json_pack("{s:b, s:s, s:s, s:s, s:s}", "ok", 0, "error", "state", "reason",
                            "range", "text", "not now", "remedy", remedies[i]);
        cr_assert_eq(enter("check-out", "adult=9&to=home"), 422);
        cr_assert_not_null(strstr(response.body, words[i]), "%s", remedies[i]);
        cr_assert_null(strstr(response.body, "haven-node"), "%s", remedies[i]);
        json_decref(refusal);
        refusal = NULL;
    }
}

Test(desk, of_rows_that_are_taken_in_part_it_is_said_how_many_are_stored) {
    sign_in();
    refusal = json_pack("{s:b, s:s, s:s, s:s, s:s}", "ok", 0, "error", "state", "reason", "range",
                        "text", "more leave than are here", "remedy", "count first");
    taken_first = 2;
    cr_assert_eq(enter("csv", "csv=way,adult%0Ain,1%0Ain,2%0Aout,9"), 422);
    cr_assert_not_null(strstr(response.body, "2 of the entries ARE stored"));
    cr_assert_not_null(strstr(response.body, "more leave than are here"));
}

Test(desk, the_queue_of_the_script_is_answered_entry_by_entry) {
    sign_in();
    char token[33];
    token_of(token);
    struct desk_request request = request_of("POST", "/entries");
    request.token = token;
    request.body = "{\"device\":\"00000000000000bb\",\"entries\":[{\"form\":\"check-in\","
                   "\"number\":1,\"ago_s\":61.5,\"fields\":\"adult=1\"},"
                   "{\"form\":\"check-in\",\"number\":2,\"fields\":\"adult=%zz\"},{\"form\":\"x\","
                   "\"number\":3}]}";
    request.body_size = strlen(request.body);
    cr_assert_eq(answer(&request), 200);
    json_t *results = json_loads(response.body, 0, NULL);
    const json_t *list = json_object_get(results, "results");
    cr_assert_eq(json_array_size(list), 3);
    cr_assert(json_is_true(json_object_get(json_array_get(list, 0), "ok")));
    cr_assert(json_is_false(json_object_get(json_array_get(list, 1), "ok")));
    cr_assert(json_is_false(json_object_get(json_array_get(list, 1), "later")));
    cr_assert(json_is_false(json_object_get(json_array_get(list, 2), "ok")));
    cr_assert_eq(json_integer_value(json_object_get(command(0), "ago_s")), 61);
    json_decref(results);
    request.body = "{\"entries\":7}";
    request.body_size = strlen(request.body);
    cr_assert_eq(answer(&request), 400);
    request.token = "";
    cr_assert_eq(answer(&request), 403);
}

/* ---- who holds a connection ---- */

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

/* ---- settings ---- */

Test(desk, settings_that_cannot_work_are_refused_and_leave_the_old_ones) {
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    struct desk_changes changes[] = {
        {.pin = "12345"}, {.listen = "localhost:80"}, {.certificate = "/tmp/x.pem"}};
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(desk_settings_change(folder, &changes[i], &faults), HV_ERR_VALUE);
    cr_assert_eq(faults.errors, 3);
    struct desk_settings settings;
    cr_assert_eq(desk_settings_load(folder, &faults, &settings), HV_OK);
    cr_assert(desk_settings_pin_is(&settings, "421133"));
    cr_assert_not(desk_settings_pin_is(&settings, "421134"));
    desk_settings_deinit(&settings);
    hv_fault_list_deinit(&faults);
}

/* ---- words ---- */

static json_t *catalogue(const char *name) {
    const struct desk_file *file = desk_file_find(name);
    cr_assert_not_null(file);
    return json_loadb((const char *)file->bytes, file->size, JSON_REJECT_DUPLICATES, NULL);
}

Test(desk, every_text_is_there_in_every_language_with_the_same_place_for_a_figure) {
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

Test(desk, no_page_shows_a_key_that_no_catalogue_has) {
    static const char *const prefixes[] = {"tab.",    "people.", "place.", "goods.",  "request.",
                                           "figure.", "head.",   "order.", "paper.",  "sheet.",
                                           "login.",  "said.",   "wrong.", "status.", "lifeline."};
    sign_in();
    static const char *const pages[] = {"/",
                                        "/login",
                                        "/paper/registration",
                                        "/paper/needs",
                                        "/paper/received",
                                        "/paper/issued",
                                        "/paper/day-log"};
    for (size_t p = 0; p < sizeof pages / sizeof pages[0]; p++) {
        cr_assert_eq(get(pages[p]), 200);
        for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
            for (const char *at = response.body; (at = strstr(at, prefixes[i])) != NULL; at++)
                cr_assert_neq(at[-1], '>', "%s shows %.40s", pages[p], at);
    }
}
