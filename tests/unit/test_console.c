/* Questions and decisions of operators, on a picture that was built from records of a log. */
#include "coordinator/control/console.h"
#include "tests/support/core_bench.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct core_bench *bench;
static struct console_scene scene;
static struct console_outcome outcome;
static struct hv_arena arena;
static json_t *request;

static void begin(void) {
    bench = core_bench_new();
    hv_arena_init(&arena, 0);
    cr_assert_eq(core_bench_enrol(bench, "S1", HV_ROLE_SHELTER), 0);
    cr_assert_eq(core_bench_enrol(bench, "S2", HV_ROLE_SHELTER), 0);
    cr_assert_eq(core_bench_enrol(bench, "D1", HV_ROLE_DEPOT), 0);
    core_bench_hello(bench, "S1", 100);
    struct hv_envelope three = core_bench_check_in(bench, 100, 1, 3);
    core_bench_frame(bench, "S1", &three);
    core_bench_idle(bench);
}

static void forget(void) {
    json_decref(outcome.reply);
    json_decref(request);
    outcome.reply = request = NULL;
}

static void end(void) {
    forget();
    hv_arena_deinit(&arena);
    core_bench_free(bench);
}

TestSuite(console, .init = begin, .fini = end);

/* Asks in JSON; the reply where there is one. */
static const json_t *ask(const char *text) {
    forget();
    request = json_loads(text, JSON_DECODE_ANY, NULL);
    cr_assert_not_null(request, "%s", text);
    scene = (struct console_scene){.core = bench->core,
                                   .mono_ms = core_mono_ms(bench->core, bench->real_ms),
                                   .wall_ms = bench->wall_ms};
    memset(scene.fresh_id, 5, sizeof scene.fresh_id);
    console_handle(&scene, request, &arena, &outcome);
    return outcome.reply;
}

static const char *error_of(const char *text) {
    const json_t *reply = ask(text);
    cr_assert_eq(outcome.kind, CONSOLE_ANSWERED, "%s", text);
    const char *error = json_string_value(json_object_get(reply, "error"));
    return error == NULL ? "none" : error;
}

static const json_t *shelter(const char *id) {
    const json_t *list = json_object_get(ask("{\"verb\": \"shelters\"}"), "shelters");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        if (strcmp(json_string_value(json_object_get(one, "id")), id) == 0)
            return one;
    }
    cr_assert(false, "no shelter %s", id);
    return NULL;
}

static double age_of(const json_t *object, const char *member) {
    return json_real_value(json_object_get(object, member));
}

/* ---- what is wrong is said ---- */

Test(console, refuses_what_is_no_request) {
    static const char *const wrong[] = {"[]",
                                        "7",
                                        "\"status\"",
                                        "null",
                                        "{}",
                                        "{\"verb\": 7}",
                                        "{\"verb\": \"status\", \"role_name\": \"a\\u0007b\"}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_assert_str_eq(error_of(wrong[i]), "value", "%s", wrong[i]);
    cr_assert_str_eq(error_of("{\"verb\": \"fly\"}"), "not-found");
    cr_assert_not_null(strstr(json_string_value(json_object_get(outcome.reply, "text")), "fly"));
}

/* Values that fit the type which `help` tells of a member, and are odd. */
static const char *odd_value(const char *type, unsigned *seed) {
    static const char *const texts[] = {"\"\"", "\"河\"", "\"S1\"", "\"node\"", "null"},
                             *const numbers[] = {"0", "1", "9007199254740993", "4294967295",
                                                 "null"},
                             *const lists[] = {"[]", "[null]", "[{\"a\": []}]", "[\"河\", 1]",
                                               "[{\"zone\": \"Z1\", \"people\": 1}]"},
                             *const objects[] = {"{}", "{\"verb\": \"note\", \"text\": \"x\"}",
                                                 "{\"verb\": 7}", "{\"verb\": \"undo\"}", "null"},
                             *const booleans[] = {"true", "false", "null", "true", "false"};
    const char *const *of = strcmp(type, "number") == 0    ? numbers
                            : strcmp(type, "list") == 0    ? lists
                            : strcmp(type, "object") == 0  ? objects
                            : strcmp(type, "boolean") == 0 ? booleans
                                                           : texts;
    return of[rand_r(seed) % 5];
}

/* Every verb, with members of its own that say odd things: an answer, and never a decision that the
 * core takes amiss. */
Test(console, no_verb_falls_over_odd_members) {
    enum { ROUNDS = 60 };
    unsigned seed = 20261126;
    json_t *members = json_deep_copy(json_object_get(ask("{\"verb\": \"help\"}"), "members"));
    const char *verb, *name;
    json_t *known, *type;
    cr_assert_geq(json_object_size(members), 40);
    json_object_foreach(members, verb, known) {
        for (int round = 0; round < ROUNDS; round++) {
            json_t *odd = json_pack("{s:s}", "verb", verb);
            json_object_foreach(known, name, type) {
                if (rand_r(&seed) % 4 != 0)
                    json_object_set_new(odd, name,
                                        json_loads(odd_value(json_string_value(type), &seed),
                                                   JSON_DECODE_ANY, NULL));
            }
            char *text = json_dumps(odd, 0);
            (void)ask(text);
            cr_assert(outcome.kind != CONSOLE_ANSWERED || json_is_object(outcome.reply), "%s",
                      text);
            if (outcome.kind == CONSOLE_COMMAND)
                (void)core_bench_decide(bench, outcome.records[0]);
            free(text);
            json_decref(odd);
        }
    }
    json_decref(members);
}

/* Wherever a member has another type than `help` tells, that is said. */
Test(console, no_verb_takes_a_member_of_another_type) {
    static const char *const values[] = {"-1",          "1.5",         "true",  "[]",
                                         "{\"a\": []}", "\"\\u0000\"", "\"河\""};
    static const char *const types[] = {"", "", "boolean", "list", "object", "", "text"};
    json_t *members = json_deep_copy(json_object_get(ask("{\"verb\": \"help\"}"), "members"));
    const char *verb, *name;
    json_t *known, *type;
    json_object_foreach(members, verb, known) {
        json_object_foreach(known, name, type) {
            for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
                char text[256];
                if (strcmp(types[i], json_string_value(type)) == 0)
                    continue;
                snprintf(text, sizeof text, "{\"verb\": \"%s\", \"%s\": %s}", verb, name,
                         values[i]);
                forget();
                request = json_loads(text, JSON_ALLOW_NUL, NULL);
                cr_assert_not_null(request, "%s", text);
                console_handle(&scene, request, &arena, &outcome);
                cr_assert_eq(outcome.kind, CONSOLE_ANSWERED, "%s", text);
                cr_assert_str_eq(json_string_value(json_object_get(outcome.reply, "error")),
                                 "value", "%s", text);
            }
        }
    }
    json_decref(members);
}

static const char *reply_text(const char *member) {
    return json_string_value(json_object_get(outcome.reply, member));
}

Test(console, refuses_members_that_nobody_looks_at) {
    cr_assert_str_eq(error_of("{\"verb\": \"status\", \"al\": true}"), "value");
    cr_assert_not_null(strstr(reply_text("text"), "“al”"));
    cr_assert_str_eq(
        error_of("{\"verb\": \"road\", \"link\": \"L\", \"closed\": true, \"reson\": \"ice\"}"),
        "value");
    cr_assert_not_null(strstr(reply_text("text"), "“reson”"));
    cr_assert_not_null(strstr(reply_text("remedy"), "link,closed,capacity_permille,reason"));
    cr_assert_str_eq(error_of("{\"verb\": \"note\", \"text\": \"x\", \"origin\": {}}"), "value",
                     "where a request came in is for the door to say");
    cr_assert_str_eq(error_of("{\"verb\": \"status\", \"at\": \"5\"}"), "value",
                     "the picture of now is no answer to that");
    cr_assert_str_eq(
        error_of("{\"verb\": \"order-issue\", \"kind\": \"ship\", \"addressee\": \"D1\", "
                 "\"lines\": [{\"item\": \"water\", \"quantity\": 6, \"expiry\": \"\"}]}"),
        "value");
    cr_assert_not_null(strstr(reply_text("text"), "lines[0]: there is no member “expiry”"));
    cr_assert_str_eq(
        error_of("{\"verb\": \"hazard\", \"id\": \"h\", \"kind\": \"flood\", \"steps\": "
                 "[{\"from_wall_ms\": 1, \"node\": []}]}"),
        "value");
}

/* An order to a warden of so many people; the number it got. */
static unsigned warden_ordered(uint32_t first, uint32_t second) {
    static unsigned orders;
    struct hv_order_people people[] = {{.zone = "Z1", .people = first},
                                       {.zone = "Z2", .people = second}};
    struct hv_record record = core_bench_order("Z1");
    record.actor = HV_ACTOR_OPERATOR;
    record.name = "x";
    record.order.kind = HV_ORDER_EVACUATE_ZONE;
    record.order.post = HV_POST_ZONE_WARDEN;
    record.order.shelter = "S1";
    record.order.people_count = first == 0 ? 0 : 2;
    record.order.people = people;
    cr_assert_eq(core_bench_decide(bench, record), 0);
    return ++orders;
}

static bool is_out(unsigned order, const char *done) {
    char text[200];
    snprintf(text, sizeof text,
             "{\"verb\": \"order-answer\", \"order\": %u, \"state\": \"under-way\", \"done\": %s}",
             order, done);
    (void)ask(text);
    return outcome.kind == CONSOLE_COMMAND;
}

Test(console, more_may_be_out_than_were_ordered_and_not_ten_times_as_many) {
    const unsigned few = warden_ordered(3, 2), many = warden_ordered(300, 200),
                   unknown = warden_ordered(0, 0);
    cr_assert(is_out(few, "0"));
    cr_assert(is_out(few, "55"), "50 more");
    cr_assert_not(is_out(few, "56"));
    cr_assert(is_out(many, "1000"), "twice as many");
    cr_assert_not(is_out(many, "1001"));
    cr_assert_str_eq(reply_text("error"), "value");
    cr_assert_str_eq(reply_text("text"), "“done” is 1001, and order 2 is of 500 people");
    cr_assert_not_null(strstr(reply_text("remedy"), "haven orders revise 2 --people"));
    cr_assert(is_out(unknown, "5000"), "it says of nobody");
    cr_assert_not(is_out(unknown, "1000000000001"));
    cr_assert_str_eq(reply_text("text"), "“done” is 1000000000001, more than 1000000000000");
    cr_assert_str_eq(error_of("{\"verb\": \"order-answer\", \"order\": 1, \"state\": \"seen\", "
                              "\"revision\": 2}"),
                     "value", "nobody has been told of that one");
}

Test(console, a_figure_that_is_refused_is_told_as_it_was_said) {
    static const char *const figures[][2] = {
        {"\"people\": [{\"zone\": \"Z1\", \"people\": 5000000000}]",
         "people[0]: “people” is 5000000000, more than 10000000"},
        {"\"people_per_hour\": 99999999999",
         "“people_per_hour” is 99999999999, more than 10000000"},
        {"\"travel_s\": 4294967296", "“travel_s” is 4294967296, more than 4294967294"},
        {"\"lines\": [{\"item\": \"water\", \"quantity\": 1000000000001}]",
         "lines[0]: “quantity” is 1000000000001, more than 1000000000000"}};
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "{\"verb\": \"order-issue\", \"kind\": \"evacuate-zone\", \"addressee\": \"Z1\", "
                 "\"post\": \"zone-warden\", \"shelter\": \"S1\", %s}",
                 figures[i][0]);
        cr_assert_str_eq(error_of(text), "value");
        cr_assert_str_eq(reply_text("text"), figures[i][1]);
    }
}

Test(console, a_page_of_the_log_is_the_one_that_was_asked_for) {
    (void)ask("{\"verb\": \"log\", \"from\": 3, \"to\": 7, \"limit\": 4}");
    cr_assert_eq(outcome.kind, CONSOLE_WORK);
    cr_assert_eq(outcome.from, 3);
    cr_assert_eq(outcome.to, 7);
    cr_assert_eq(outcome.limit, 4);
    (void)ask("{\"verb\": \"ledger-verify\", \"to\": 5}");
    cr_assert_eq(outcome.to, 5);
}

Test(console, a_report_on_behalf_says_nothing_that_is_dropped) {
    static const char *const entries[] = {
        "{\"verb\": \"count\", \"people\": {\"adult\": 1}, \"zone\": \"Z1\"}",
        "{\"verb\": \"count\", \"people\": {\"adult\": 1}, \"force\": true}",
        "{\"verb\": \"count\", \"people\": {\"adult\": 1}, \"once\": {\"device\": "
        "\"0123456789abcdef\", \"number\": 1}}",
        "{\"verb\": \"stock-count\", \"lines\": [{\"item\": \"water\", \"quantity\": 1, \"lott\": "
        "\"A\"}]}",
        "{\"verb\": \"lifeline\", \"lifelines\": [{\"kind\": \"power\", \"state\": \"up\", "
        "\"hour\": 3}]}",
        "{\"verb\": \"capacity\", \"lines\": [{\"people\": 3, \"places\": 3}]}"};
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        char text[512];
        snprintf(text, sizeof text, "{\"verb\": \"report\", \"place\": \"S1\", \"entry\": %s}",
                 entries[i]);
        cr_assert_str_eq(error_of(text), "value", "%s", text);
    }
}

Test(console, what_nobody_has_said_stays_null) {
    const json_t *one = shelter("S2");
    cr_assert(json_is_null(json_object_get(one, "people")), "unknown is not nobody");
    cr_assert(json_is_null(json_object_get(one, "status_age_s")));
    cr_assert_str_eq(json_string_value(json_object_get(one, "status")), "unknown");
    cr_assert(json_is_null(json_object_get(json_object_get(one, "capacity"), "people")));
    const json_t *nodes = json_object_get(ask("{\"verb\": \"nodes\", \"id\": \"S2\"}"), "nodes");
    cr_assert(json_is_null(json_object_get(json_array_get(nodes, 0), "heard_ago_s")));
}

Test(console, figures_grow_older_on_the_log_clock) {
    double before = age_of(json_object_get(shelter("S1"), "people"), "age_s");
    bench->real_ms += 90000;
    bench->wall_ms -= 3600000; /* a wall clock that is set back makes nothing younger */
    double after = age_of(json_object_get(shelter("S1"), "people"), "age_s");
    cr_assert_float_eq(after - before, 90, 0.001);
}

Test(console, the_silent_are_marked_and_their_figures_stay) {
    core_bench_tick(bench, 31000);
    core_bench_tick(bench, 1000);
    core_bench_idle(bench);
    const json_t *one = shelter("S1");
    cr_assert(json_is_true(json_object_get(one, "stale")));
    cr_assert_str_eq(json_string_value(json_object_get(one, "presence")), "stale");
    cr_assert_geq(age_of(json_object_get(one, "people"), "age_s"), 31);
    cr_assert(json_is_false(json_object_get(shelter("S2"), "stale")), "never heard is not stale");
}

Test(console, pages_say_how_many_there_are) {
    const json_t *reply = ask("{\"verb\": \"nodes\", \"offset\": 1, \"limit\": 1}");
    const json_t *list = json_object_get(reply, "nodes");
    cr_assert_eq(json_array_size(list), 1);
    cr_assert_str_eq(json_string_value(json_object_get(json_array_get(list, 0), "id")), "S2");
    cr_assert_eq(json_integer_value(json_object_get(reply, "total")), 3);
    reply = ask("{\"verb\": \"shelters\", \"offset\": 1, \"limit\": 5}");
    cr_assert_eq(json_array_size(json_object_get(reply, "shelters")), 1);
    cr_assert_eq(json_integer_value(json_object_get(reply, "total")), 2, "the depot is none");
    reply = ask("{\"verb\": \"nodes\", \"offset\": 9007199254740991, \"limit\": 9007199254740991}");
    cr_assert_eq(json_array_size(json_object_get(reply, "nodes")), 0);
    cr_assert_str_eq(error_of("{\"verb\": \"shelters\", \"id\": \"none\"}"), "not-found");
}

/* ---- decisions ---- */

Test(console, a_decision_is_signed_by_the_role_that_made_it) {
    (void)ask("{\"verb\": \"incident-open\", \"name\": \"flood\", \"hazard\": \"flood\", "
              "\"role_name\": \"duty officer\"}");
    cr_assert_eq(outcome.kind, CONSOLE_COMMAND);
    cr_assert_eq(outcome.record_count, 1);
    cr_assert_eq(outcome.records[0].kind, HV_RECORD_INCIDENT);
    cr_assert_eq(outcome.records[0].actor, HV_ACTOR_OPERATOR);
    cr_assert_str_eq(outcome.records[0].name, "duty officer");
    cr_assert_eq(core_bench_decide(bench, outcome.records[0]), 0);
    cr_assert_str_eq(error_of("{\"verb\": \"incident-open\", \"name\": \"second\"}"), "state");
    cr_assert_str_eq(error_of("{\"verb\": \"incident-phase\", \"phase\": \"party\"}"), "value");
}

Test(console, decisions_name_what_is_not_there) {
    cr_assert_str_eq(error_of("{\"verb\": \"revoke\", \"node\": \"S9\"}"), "not-found");
    cr_assert_str_eq(error_of("{\"verb\": \"incident-phase\", \"phase\": \"watch\"}"), "state");
    cr_assert_str_eq(error_of("{\"verb\": \"plan-make\"}"), "state");
    cr_assert_str_eq(error_of("{\"verb\": \"backup\", \"path\": \"relative\"}"), "value");
    cr_assert_str_eq(
        error_of("{\"verb\": \"enroll\", \"node\": \"S3\", \"role\": \"shelter\", \"key\": \"x\"}"),
        "value");
}

Test(console, of_the_past_one_can_only_ask) {
    forget();
    scene = (struct console_scene){.core = bench->core, .past = core_state(bench->core)};
    request = json_loads("{\"verb\": \"revoke\", \"node\": \"S1\"}", 0, NULL);
    console_handle_past(&scene, request, &arena, &outcome);
    cr_assert_eq(outcome.kind, CONSOLE_ANSWERED);
    cr_assert_str_eq(json_string_value(json_object_get(outcome.reply, "error")), "state");
}

/* ---- goods ---- */

static void goods_arrive(uint64_t sequence, const char *waybill) {
    static struct hv_stock_line line = {.item = "water", .lot = "", .quantity = 40};
    struct hv_envelope envelope = core_bench_check_in(bench, 100, sequence, 0);
    envelope.report.kind = HV_REPORT_STOCK_MOVEMENT;
    envelope.report.stock_movement = (struct hv_stock_movement){.kind = HV_STOCK_RECEIVE,
                                                                .lines = &line,
                                                                .line_count = 1,
                                                                .waybill = waybill,
                                                                .counterpart = "D1",
                                                                .reason = "",
                                                                .vehicle = ""};
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
}

static json_int_t account(const char *name) {
    const json_t *rows = json_object_get(ask("{\"verb\": \"ledger\"}"), "rows");
    return json_integer_value(
        json_object_get(json_object_get(json_array_get(rows, 0), "accounts"), name));
}

Test(console, the_ledger_says_where_goods_are_and_what_is_odd_about_them) {
    goods_arrive(2, "W-1");
    goods_arrive(3, "");
    cr_assert_eq(account("on-hand"), 80);
    cr_assert_eq(account("over"), 40);
    cr_assert_eq(account("brought-in"), 40);
    const json_t *warnings = json_object_get(ask("{\"verb\": \"ledger-warnings\"}"), "warnings");
    cr_assert_eq(json_array_size(warnings), 2);
    const json_t *waybill = json_array_get(
        json_object_get(ask("{\"verb\": \"waybills\", \"id\": \"W-1\"}"), "waybills"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(waybill, "stage")), "received-too-early");
    cr_assert_str_eq(error_of("{\"verb\": \"ledger\", \"place\": \"Q\"}"), "not-found");
}

Test(console, an_order_to_a_node_that_was_revoked_is_cancelled_by_print_or_voice) {
    ask("{\"verb\": \"order-issue\", \"kind\": \"open\", \"addressee\": \"S2\"}");
    cr_assert_eq(core_bench_decide(bench, outcome.records[0]), 0);
    ask("{\"verb\": \"revoke\", \"node\": \"S2\", \"reason\": \"stolen\"}");
    cr_assert_eq(core_bench_decide(bench, outcome.records[0]), 0);
    ask("{\"verb\": \"order-cancel\", \"order\": 1, \"reason\": \"no water there\"}");
    cr_assert_eq(core_bench_decide(bench, outcome.records[0]), 0);
    const struct state_order *order = state_find_order(core_state(bench->core), 1);
    cr_assert_eq(state_order_state(order), HV_ORDER_CANCELLED);
    cr_assert_eq(order->post, HV_POST_PLACE);
    cr_assert_str_eq(order->addressee, "S2");
}

Test(console, a_waybill_ends_once_and_with_a_reason) {
    goods_arrive(2, "W-1");
    cr_assert_str_eq(error_of("{\"verb\": \"waybill-end\", \"waybill\": \"W-9\"}"), "not-found");
    cr_assert_str_eq(error_of("{\"verb\": \"waybill-end\", \"waybill\": \"W-1\"}"), "value");
    ask("{\"verb\": \"waybill-end\", \"waybill\": \"W-1\", \"reason\": \"桥断了\"}");
    cr_assert_eq(outcome.kind, CONSOLE_COMMAND);
    cr_assert_eq(core_bench_decide(bench, outcome.records[0]), 0);
    cr_assert_str_eq(error_of("{\"verb\": \"waybill-end\", \"waybill\": \"W-1\", "
                              "\"reason\": \"twice\"}"),
                     "state");
}

static void water_is_asked_for(uint64_t sequence, uint64_t number) {
    static struct hv_stock_line line = {.item = "water", .lot = "", .quantity = 90};
    struct hv_envelope envelope = core_bench_check_in(bench, 100, sequence, 0);
    envelope.report.kind = HV_REPORT_REQUEST;
    envelope.report.request = (struct hv_request){.id = number,
                                                  .kind = HV_REQUEST_GOODS,
                                                  .urgency = HV_URGENCY_URGENT,
                                                  .lines = &line,
                                                  .line_count = 1,
                                                  .text = ""};
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
}

static json_int_t fulfilled_of(uint64_t number) {
    const json_t *requests = json_object_get(ask("{\"verb\": \"requests\"}"), "requests");
    for (size_t i = 0; i < json_array_size(requests); i++) {
        const json_t *one = json_array_get(requests, i);
        const json_t *track = json_array_get(json_object_get(one, "tracks"), 0);
        if (json_integer_value(json_object_get(one, "number")) == (json_int_t)number)
            return json_integer_value(json_object_get(track, "fulfilled"));
    }
    return -1;
}

static void told_by_telephone(const char *entry) {
    char said[512];
    snprintf(said, sizeof said, "{\"verb\": \"report\", \"place\": \"S1\", \"entry\": %s}", entry);
    ask(said);
    cr_assert_eq(outcome.kind, CONSOLE_COMMAND, "%s", entry);
    cr_assert_eq(core_bench_decide(bench, outcome.records[0]), 0);
    core_bench_tick(bench, 1000); /* what is told next was seen later */
}

Test(console, goods_told_by_telephone_name_the_request_that_they_answer) {
    water_is_asked_for(2, 1);
    water_is_asked_for(3, 2);
    told_by_telephone("{\"verb\": \"stock-receive\", \"request\": 2, \"lines\": "
                      "[{\"item\": \"water\", \"quantity\": 30}]}");
    cr_assert_eq(fulfilled_of(1), 0);
    cr_assert_eq(fulfilled_of(2), 30);
    const json_t *requests = json_object_get(ask("{\"verb\": \"requests\"}"), "requests");
    char by_id[256];
    snprintf(by_id, sizeof by_id,
             "{\"verb\": \"stock-receive\", \"request\": \"%s\", \"lines\": "
             "[{\"item\": \"water\", \"quantity\": 7}]}",
             json_string_value(json_object_get(json_array_get(requests, 0), "id")));
    const json_int_t first =
        json_integer_value(json_object_get(json_array_get(requests, 0), "number"));
    told_by_telephone(by_id);
    cr_assert_eq(fulfilled_of((uint64_t)first), first == 2 ? 37 : 7);
    cr_assert_str_eq(error_of("{\"verb\": \"report\", \"place\": \"S1\", \"entry\": {\"verb\": "
                              "\"stock-receive\", \"request\": 9, \"lines\": [{\"item\": "
                              "\"water\", \"quantity\": 7}]}}"),
                     "not-found");
    cr_assert_str_eq(error_of("{\"verb\": \"report\", \"place\": \"S1\", \"entry\": {\"verb\": "
                              "\"note\", \"request\": 1, \"text\": \"x\"}}"),
                     "value");
}

static json_int_t lot_in(const char *place, const char *lot, const char *name) {
    const json_t *rows =
        json_object_get(ask("{\"verb\": \"ledger\", \"item\": \"water\"}"), "rows");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *in = json_string_value(json_object_get(row, "place"));
        const char *of = json_string_value(json_object_get(row, "lot"));
        if (strcmp(in == NULL ? "" : in, place) == 0 && strcmp(of == NULL ? "" : of, lot) == 0)
            return json_integer_value(json_object_get(json_object_get(row, "accounts"), name));
    }
    return 0;
}

#define WATER_OF(QUANTITY) "\"lines\": [{\"item\": \"water\", \"quantity\": " QUANTITY "}]}"

Test(console, goods_told_by_telephone_leave_from_the_lots_that_are_there) {
    told_by_telephone("{\"verb\": \"stock-count\", \"lines\": ["
                      "{\"item\": \"water\", \"lot\": \"A\", \"expiry\": \"2099-03-01\", "
                      "\"quantity\": 40}, "
                      "{\"item\": \"water\", \"lot\": \"B\", \"expiry\": \"2098-03-01\", "
                      "\"quantity\": 30}]}");
    told_by_telephone("{\"verb\": \"stock-issue\", " WATER_OF("35"));
    cr_assert_eq(lot_in("S1", "B", "on-hand"), 0);
    cr_assert_eq(lot_in("S1", "A", "on-hand"), 35);
    told_by_telephone("{\"verb\": \"stock-loss\", \"reason\": \"x\", \"lines\": [{\"item\": "
                      "\"water\", \"lot\": \"A\", \"quantity\": 5}]}");
    cr_assert_eq(lot_in("S1", "A", "on-hand"), 30, "the one lot of that name");
    told_by_telephone("{\"verb\": \"stock-pick\", \"waybill\": \"W-3\", " WATER_OF("12"));
    told_by_telephone("{\"verb\": \"stock-load\", \"waybill\": \"W-3\", " WATER_OF("12"));
    cr_assert_eq(lot_in("S1", "A", "loaded"), 12);
    told_by_telephone("{\"verb\": \"stock-ship\", \"waybill\": \"W-3\", " WATER_OF("12"));
    cr_assert_eq(lot_in("S1", "A", "on-hand"), 18);
    cr_assert_eq(lot_in("S1", "A", "loaded"), 0);
    told_by_telephone("{\"verb\": \"stock-issue\", " WATER_OF("20"));
    cr_assert_eq(lot_in("S1", "A", "on-hand"), 0);
    cr_assert_eq(lot_in("S1", "", "unexplained"), 2, "only what is in no lot");
}

Test(console, goods_told_by_telephone_come_in_the_lots_that_left) {
    told_by_telephone("{\"verb\": \"stock-count\", \"lines\": [{\"item\": \"water\", \"lot\": "
                      "\"A\", \"expiry\": \"2099-03-01\", \"quantity\": 40}]}");
    told_by_telephone("{\"verb\": \"stock-ship\", \"waybill\": \"W-3\", " WATER_OF("40"));
    told_by_telephone("{\"verb\": \"stock-receive\", \"waybill\": \"W-3\", " WATER_OF("39"));
    cr_assert_eq(lot_in("S1", "A", "on-hand"), 39);
    told_by_telephone("{\"verb\": \"stock-receive\", \"waybill\": \"W-3\", " WATER_OF("4"));
    cr_assert_eq(lot_in("S1", "A", "on-hand"), 40);
    cr_assert_eq(lot_in("S1", "", "on-hand"), 3, "more than left is of no lot that is known");
}

Test(console, goods_told_by_telephone_leave_from_as_many_lots_as_a_report_can_name) {
    enum { LOTS = 900, A_COUNT = 450 };
    for (int first = 0; first < LOTS; first += A_COUNT) {
        char *entry = NULL;
        size_t size = 0;
        FILE *file = open_memstream(&entry, &size);
        fputs("{\"verb\": \"report\", \"place\": \"S1\", \"entry\": {\"verb\": \"stock-count\", "
              "\"lines\": [",
              file);
        for (int i = first; i < first + A_COUNT; i++)
            fprintf(file, "%s{\"item\": \"water\", \"lot\": \"L%d\", \"quantity\": 2}",
                    i == first ? "" : ", ", i);
        fputs("]}}", file);
        fclose(file);
        ask(entry);
        free(entry);
        cr_assert_eq(outcome.kind, CONSOLE_COMMAND);
        cr_assert_eq(core_bench_decide(bench, outcome.records[0]), 0);
        core_bench_tick(bench, 1000);
    }
    told_by_telephone("{\"verb\": \"stock-issue\", \"lines\": ["
                      "{\"item\": \"water\", \"quantity\": 1000}, "
                      "{\"item\": \"water\", \"quantity\": 700}]}");
    cr_assert_eq(account("on-hand"), 2 * LOTS - 2 * (HV_STOCK_LINES_MAX - 1));
    cr_assert_eq(account("issued"), 1700);
}

Test(console, a_request_is_decided_in_part_or_whole) {
    water_is_asked_for(2, 1);
    cr_assert_str_eq(error_of("{\"verb\": \"request-decide\", \"place\": \"S1\", "
                              "\"request\": 7, \"verdict\": \"approved\"}"),
                     "not-found");
    cr_assert_str_eq(error_of("{\"verb\": \"request-decide\", \"place\": \"S1\", "
                              "\"request\": 1, \"verdict\": \"declined\"}"),
                     "value");
    cr_assert_str_eq(error_of("{\"verb\": \"request-decide\", \"place\": \"S1\", "
                              "\"request\": 1, \"verdict\": \"approved\", "
                              "\"lines\": [{\"item\": \"water\"}]}"),
                     "value");
    ask("{\"verb\": \"request-decide\", \"place\": \"S1\", \"request\": 1, "
        "\"verdict\": \"approved\", \"lines\": [{\"item\": \"water\", \"quantity\": 50}]}");
    cr_assert_eq(outcome.kind, CONSOLE_COMMAND);
    cr_assert_eq(core_bench_decide(bench, outcome.records[0]), 0);
    const json_t *requests = json_object_get(ask("{\"verb\": \"requests\"}"), "requests");
    const json_t *one = json_array_get(requests, 0);
    cr_assert_str_eq(json_string_value(json_object_get(one, "stage")), "approved");
    const json_t *track = json_array_get(json_object_get(one, "tracks"), 0);
    cr_assert_eq(json_integer_value(json_object_get(track, "approved")), 50);
    cr_assert_eq(json_integer_value(json_object_get(track, "requested")), 90);
}
