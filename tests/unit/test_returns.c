/* Demobilisation: what shelters have left goes back, by lot, to a depot that roads lead to. */
#include "coordinator/control/console.h"
#include "coordinator/planning/returns.h"
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>
#include <string.h>

static struct town town;
static struct hv_record *records;
static size_t count;
static const char *without_road; /* the first */
static uint32_t today;

static void begin(void) {
    static const char *const tables[][2] = {
        {"depots.csv", "depot_id,name,node_id\nd1,North,b\nd2,South,a\n"}, {NULL, NULL}};
    town_init(&town, tables);
    today = (uint32_t)(town.bench->wall_ms / 86400000);
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(returns, .init = begin, .fini = end);

static void tell(const char *place, struct hv_report report) {
    town_tell(&town, place, report);
}

static void leave_goods(void) {
    static struct hv_stock_line lines[3];
    lines[0] = (struct hv_stock_line){
        .item = "water", .lot = "A", .quantity = 60, .damaged = 10, .expiry_day = today + 90};
    lines[1] = (struct hv_stock_line){
        .item = "water", .lot = "B", .quantity = 30, .expiry_day = today - 1};
    lines[2] = (struct hv_stock_line){.item = "water", .lot = "", .quantity = 5};
    tell("s1", (struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                                  .stock_count = {3, lines, .complete = true, .reason = ""}});
}

static int plan(const char *place, const char *depot) {
    struct picture *picture = town_picture(&town);
    const struct returns_task task = {.state = town_state(&town),
                                      .region = town.region,
                                      .picture = picture,
                                      .place = place,
                                      .depot = depot,
                                      .text = "",
                                      .wall_ms = town.bench->wall_ms};
    struct returns returns = {0};
    int error = returns_plan(&task, &town.arena, &returns);
    picture_free(picture);
    records = returns.records;
    count = returns.count;
    without_road = returns.without_road_count == 0 ? NULL : returns.without_road[0];
    return error;
}

static void carry_out(void) {
    for (size_t i = 0; i < count; i++) {
        records[i].actor = HV_ACTOR_OPERATOR;
        records[i].name = "chief";
    }
    core_bench_step(
        town.bench,
        (struct core_event){.kind = CORE_COMMAND,
                            .command = {.token = 77, .records = records, .record_count = count}});
    core_bench_idle(town.bench);
    cr_assert_eq(town.bench->reply_error, 0, "%s", town.bench->reply_verdict.detail);
}

Test(returns, all_that_is_usable_by_lot_to_the_nearest_depot) {
    leave_goods();
    cr_assert_eq(plan("s1", NULL), HV_OK);
    cr_assert_eq(count, 2);
    const struct hv_order *back = &records[0].order, *expect = &records[1].order;
    cr_assert_eq(back->kind, HV_ORDER_RETURN_GOODS);
    cr_assert_str_eq(back->addressee, "s1");
    cr_assert_str_eq(back->counterpart, "d1");
    cr_assert_eq(expect->kind, HV_ORDER_EXPECT_DELIVERY);
    cr_assert_str_eq(expect->addressee, "d1");
    cr_assert_str_eq(expect->waybill, back->waybill);
    cr_assert_eq(back->line_count, 2, "neither the damaged nor the expired");
    cr_assert_eq(expect->line_count, 2);
    int64_t lots[2] = {0};
    for (size_t i = 0; i < 2; i++) {
        bool a = strcmp(back->lines[i].lot, "A") == 0;
        lots[a] += (int64_t)back->lines[i].quantity;
        cr_assert_eq(back->lines[i].expiry_day, a ? today + 90 : 0);
    }
    cr_assert_eq(lots[1], 50);
    cr_assert_eq(lots[0], 5);
    carry_out();
    const struct state_waybill *waybill = state_find_waybill(town_state(&town), back->waybill);
    cr_assert_not_null(waybill);
    cr_assert_eq(waybill->ordered_count, 2);
    cr_assert_eq(plan("s1", NULL), HV_ERR_EXISTS, "it is ordered once");
}

Test(returns, to_the_depot_that_is_named_or_that_is_left) {
    leave_goods();
    cr_assert_eq(plan("s1", "d2"), HV_OK);
    cr_assert_str_eq(records[0].order.counterpart, "d2");
    static const char *depots[] = {"d1"};
    town_decide(
        &town,
        (struct hv_record){
            .kind = HV_RECORD_HAZARD,
            .hazard = {.hazard = "fire", .kind = "fire", .depot_count = 1, .depots = depots}});
    cr_assert_eq(plan("s1", NULL), HV_OK);
    cr_assert_str_eq(records[0].order.counterpart, "d2");
    cr_assert_eq(plan("s1", "d1"), HV_ERR_STATE);
}

Test(returns, nothing_from_where_there_is_nothing) {
    cr_assert_eq(plan("s1", NULL), HV_ERR_NOT_FOUND);
    cr_assert_eq(plan("nowhere", NULL), HV_ERR_NOT_FOUND);
    cr_assert_eq(plan(NULL, NULL), HV_ERR_NOT_FOUND);
}

Test(returns, from_every_shelter_that_is_closed_and_empty) {
    leave_goods();
    cr_assert_eq(plan(NULL, NULL), HV_ERR_NOT_FOUND, "it is not closed");
    tell("s1", (struct hv_report){.kind = HV_REPORT_STATUS,
                                  .status = {.status = HV_SHELTER_CLOSING, .reason = ""}});
    cr_assert_eq(plan(NULL, NULL), HV_ERR_NOT_FOUND, "nobody has said that it is empty");
    tell("s1", (struct hv_report){.kind = HV_REPORT_COUNT,
                                  .count = {.people = {.by_age = {[HV_AGE_ADULT] = 1}}}});
    cr_assert_eq(plan(NULL, NULL), HV_ERR_NOT_FOUND, "somebody is there");
    tell("s1", (struct hv_report){.kind = HV_REPORT_COUNT});
    cr_assert_eq(plan(NULL, NULL), HV_OK);
    cr_assert_eq(count, 2);
}

Test(returns, name_those_that_no_road_leads_from) {
    leave_goods();
    tell("s1", (struct hv_report){.kind = HV_REPORT_STATUS,
                                  .status = {.status = HV_SHELTER_CLOSED, .reason = ""}});
    tell("s1", (struct hv_report){.kind = HV_REPORT_COUNT});
    town_road(&town, "cb", true, "");
    cr_assert_eq(plan(NULL, NULL), HV_ERR_STATE);
    cr_assert_eq(count, 0);
    cr_assert_str_eq(without_road, "s1");
    town_road(&town, "cb", false, "");
    cr_assert_eq(plan(NULL, NULL), HV_OK);
    cr_assert_null(without_road);
}

/* ---- as operators say it ---- */

static struct console_outcome say(const char *words) {
    const struct console_scene scene = {.core = town.bench->core,
                                        .region = town.region,
                                        .profiles = town.profiles,
                                        .wall_ms = town.bench->wall_ms};
    struct console_outcome outcome = {0};
    json_t *request = json_loads(words, 0, NULL);
    cr_assert_not_null(request, "%s", words);
    console_handle(&scene, request, &town.arena, &outcome);
    json_decref(request);
    return outcome;
}

static void refused(const char *words, const char *what) {
    struct console_outcome outcome = say(words);
    const char *error = json_string_value(json_object_get(outcome.reply, "message"));
    char *whole = json_dumps(outcome.reply, 0);
    cr_assert_neq(outcome.kind, CONSOLE_COMMAND, "%s", words);
    cr_assert_not_null(strstr(whole == NULL ? "" : whole, what), "%s: %s", words,
                       error == NULL ? whole : error);
    free(whole);
    json_decref(outcome.reply);
}

Test(returns, are_one_decision_of_an_operator) {
    leave_goods();
    struct console_outcome outcome = say("{\"verb\": \"goods-return\", \"place\": \"s1\"}");
    cr_assert_eq(outcome.kind, CONSOLE_COMMAND);
    cr_assert_eq(outcome.record_count, 2);
    json_decref(outcome.reply);
    refused("{\"verb\": \"goods-return\"}", "--all");
    refused("{\"verb\": \"goods-return\", \"all\": true}", "nothing usable is left");
    refused("{\"verb\": \"goods-return\", \"place\": \"x\"}", "there is no shelter");
    refused("{\"verb\": \"goods-return\", \"place\": \"s1\", \"depot\": \"x\"}",
            "there is no depot");
    town_road(&town, "cb", true, "");
    refused("{\"verb\": \"goods-return\", \"place\": \"s1\"}", "no open road leads from s1");
    tell("s1", (struct hv_report){.kind = HV_REPORT_STATUS,
                                  .status = {.status = HV_SHELTER_CLOSED, .reason = ""}});
    tell("s1", (struct hv_report){.kind = HV_REPORT_COUNT});
    refused("{\"verb\": \"goods-return\", \"all\": true}", "no open road leads from s1");
}

Test(returns, from_all_say_whose_goods_stay) {
    static const char *const tables[][2] = {
        {"shelters.csv", "shelter_id,name,node_id,capacity_night_indoor\ns1,School,c,150\n"
                         "s2,Hall,a,50\n"},
        {NULL, NULL}};
    static struct hv_stock_line line = {.item = "water", .lot = "", .quantity = 5};
    static const char *const shelters[] = {"s1", "s2"};
    town_deinit(&town);
    town_init(&town, tables);
    for (size_t i = 0; i < 2; i++) {
        tell(shelters[i],
             (struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                                .stock_count = {1, &line, .complete = true, .reason = ""}});
        tell(shelters[i],
             (struct hv_report){.kind = HV_REPORT_STATUS,
                                .status = {.status = HV_SHELTER_CLOSED, .reason = ""}});
        tell(shelters[i], (struct hv_report){.kind = HV_REPORT_COUNT});
    }
    town_road(&town, "cb", true, "");
    struct console_outcome outcome = say("{\"verb\": \"goods-return\", \"all\": true}");
    cr_assert_eq(outcome.kind, CONSOLE_COMMAND);
    cr_assert_eq(outcome.record_count, 2);
    const json_t *without = json_object_get(outcome.reply, "without_road");
    cr_assert_eq(json_array_size(without), 1);
    cr_assert_str_eq(json_string_value(json_array_get(without, 0)), "s1");
    json_decref(outcome.reply);
}
