/* Kits at depots: plans count on what they hold, and orders say which are opened first. */
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>
#include <string.h>

static struct town town;

static void begin(void) {
    static const char *const tables[][2] = {
        {"items.csv", "item_id,name,base_unit,need_per_person_day,need_per_person_once,contents\n"
                      "water,Water,l,3,,\nmilk,Formula,feed,,,\nsoap,Soap,bar,,1,\n"
                      "kit,Family kit,kit,,,water:6;soap:2\nown,Own kit,kit,,1,water:100\n"},
        {NULL, NULL}};
    town_init(&town, tables);
    town_tell(&town, "s1",
              (struct hv_report){.kind = HV_REPORT_STATUS, .status = {HV_SHELTER_OPEN, ""}});
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(kits, .init = begin, .fini = end);

static void hold(const char *place, uint64_t water, uint64_t kits, uint64_t own) {
    struct hv_stock_line lines[] = {{.item = "water", .lot = "", .quantity = water},
                                    {.item = "kit", .lot = "", .quantity = kits},
                                    {.item = "own", .lot = "", .quantity = own}};
    town_tell(&town, place,
              (struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                                 .stock_count = {3, lines, .complete = true, .reason = ""}});
}

static int64_t stock(const char *item) {
    struct picture *picture = town_picture(&town);
    int64_t there = picture->stock[region_find_item(town.region, item)];
    picture_free(picture);
    return there;
}

static uint64_t shipped(const struct hv_order *order, const char *item) {
    for (size_t i = 0; order != NULL && i < order->line_count; i++)
        if (strcmp(order->lines[i].item, item) == 0)
            return order->lines[i].quantity;
    return 0;
}

static const struct hv_order *ship(void) {
    town_approve(&town, town_propose(&town));
    return town_order(&town, HV_ORDER_SHIP, HV_ORDER_ISSUED, NULL);
}

Test(kits, count_by_what_they_hold_but_for_those_that_people_need_as_they_are) {
    hold("d1", 100, 60, 5);
    cr_expect_eq(stock("water"), 100 + 60 * 6);
    cr_expect_eq(stock("soap"), 60 * 2);
    cr_expect_eq(stock("kit"), 60);
    cr_expect_eq(stock("own"), 5);
    town_request(&town, "s1", 1, "kit", 25);
    cr_expect_eq(stock("water"), 100 + 35 * 6, "25 go unopened");
    cr_expect_eq(stock("kit"), 60);
    town_request(&town, "s1", 2, "kit", 100);
    cr_expect_eq(stock("water"), 100);
}

Test(kits, are_opened_where_what_is_loose_does_not_reach) {
    hold("d1", 100, 60, 5);
    town_request(&town, "s1", 1, "water", 300);
    const struct hv_order *order = ship();
    cr_assert_eq(shipped(order, "water"), 300);
    cr_expect_str_eq(order->text, "open first: 34 kit"); /* 34 x 6 is the first beyond 200 */
    cr_expect_str_eq(town_order(&town, HV_ORDER_EXPECT_DELIVERY, HV_ORDER_ISSUED, NULL)->text, "");
}

/* The plan says so before anybody approves it, and says nothing of what an order has opened. */
Test(kits, that_are_opened_stand_in_the_plan) {
    hold("d1", 100, 60, 5);
    town_request(&town, "s1", 1, "water", 300);
    const uint64_t number = town_propose(&town);
    const struct hv_plan *plan = town_plan(&town, number);
    cr_assert_eq(plan->kit_count, 1);
    cr_expect_str_eq(plan->kits[0].depot, "d1");
    cr_expect_str_eq(plan->kits[0].item, "kit");
    cr_expect_eq(plan->kits[0].quantity, 34);
    town_approve(&town, number);
    town_request(&town, "s1", 2, "water", 10);
    plan = town_plan(&town, town_propose(&town));
    cr_expect_eq(plan->kit_count, 1, "4 l of the opened ones are left");
    cr_expect_eq(plan->kits[0].quantity, 1);
    town_request(&town, "s1", 2, "water", 4);
    cr_expect_eq(town_plan(&town, town_propose(&town))->kit_count, 0);
}

Test(kits, stay_closed_where_enough_is_loose) {
    hold("d1", 300, 60, 5);
    town_request(&town, "s1", 1, "water", 300);
    cr_expect_str_eq(ship()->text, "");
}

/* What stands on an order takes what is loose first; one opened kit serves for all it holds. */
Test(kits, are_opened_for_all_that_they_hold_and_after_what_stands) {
    hold("d1", 120, 60, 0);
    town_request(&town, "s1", 1, "water", 100);
    cr_assert_str_eq(ship()->text, "");
    town_request(&town, "s1", 2, "soap", 7);
    town_request(&town, "s1", 3, "water", 24);
    const struct hv_order *order = ship();
    cr_assert_eq(shipped(order, "soap"), 7);
    cr_expect_str_eq(order->text, "open first: 4 kit");
}

Test(kits, that_leave_unopened_are_counted_once) {
    hold("d1", 0, 10, 0);
    struct hv_stock_line line = {.item = "kit", .lot = "", .quantity = 4};
    struct hv_order order = orders_blank();
    order.id = CORE_NEW(0);
    order.kind = HV_ORDER_SHIP;
    order.post = HV_POST_PLACE;
    order.addressee = "d1";
    order.counterpart = "s1";
    order.waybill = "W";
    order.line_count = 1;
    order.lines = &line;
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_ORDER, .order = order});
    cr_expect_eq(stock("kit"), 6);
    cr_expect_eq(stock("water"), 6 * 6);
}

/* Opened there, they are supply as well as what is there already. */
Test(kits, on_their_way_to_a_shelter_count_there_by_what_they_hold) {
    struct hv_stock_line ten = {.item = "kit", .lot = "", .quantity = 10};
    const uint32_t water = region_find_item(town.region, "water");
    hold("s1", 0, 0, 0);
    town_tell(&town, "s1",
              (struct hv_report){.kind = HV_REPORT_COUNT,
                                 .count = {.people = {.by_age = {[HV_AGE_ADULT] = 50}}}});
    struct picture *picture = town_picture(&town);
    const int64_t before = picture->need[water];
    picture_free(picture);
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_ORDER,
                                          .order = {.kind = HV_ORDER_EXPECT_DELIVERY,
                                                    .post = HV_POST_PLACE,
                                                    .addressee = "s1",
                                                    .state = HV_ORDER_ISSUED,
                                                    .shelter = "",
                                                    .counterpart = "d1",
                                                    .waybill = "W9",
                                                    .vehicle = "",
                                                    .text = "",
                                                    .lines = &ten,
                                                    .line_count = 1}});
    picture = town_picture(&town);
    cr_assert_gt(before, 60);
    cr_expect_eq(picture->need[water], before - 60);
    picture_free(picture);
}

static void unpack(uint64_t kits, uint64_t water, uint64_t soap) {
    struct hv_stock_line kit = {.item = "kit", .lot = "", .quantity = kits};
    struct hv_stock_line into[] = {{.item = "water", .lot = "", .quantity = water},
                                   {.item = "soap", .lot = "", .quantity = soap}};
    town_tell(&town, "d1",
              (struct hv_report){.kind = HV_REPORT_STOCK_MOVEMENT,
                                 .stock_movement = {.kind = HV_STOCK_UNPACK,
                                                    .line_count = 1,
                                                    .lines = &kit,
                                                    .into_count = soap > 0 ? 2 : 1,
                                                    .into = into,
                                                    .counterpart = "",
                                                    .waybill = "",
                                                    .vehicle = "",
                                                    .reason = ""}});
}

/* By how much the ledger warns that kits held less, or more, of an item; 0: it does not. */
static json_int_t warned(const char *warning, const char *item) {
    json_t *list = town_ask(&town, "{\"verb\": \"ledger-warnings\"}", "warnings"), *one;
    json_int_t quantity = 0;
    size_t index;
    json_array_foreach(
        list, index,
        one) if (strcmp(json_string_value(json_object_get(one, "warning")), warning) == 0 &&
                 strcmp(json_string_value(json_object_get(one, "item")), item) == 0) quantity =
        json_integer_value(json_object_get(one, "quantity"));
    json_decref(list);
    return quantity;
}

Test(kits, that_held_other_goods_than_they_should_are_warned_of) {
    const char *less = "kits-held-less-than-they-should", *more = "kits-held-more-than-they-should";
    hold("d1", 0, 60, 0);
    unpack(10, 60, 20);
    cr_expect_eq(warned(less, "water") + warned(less, "soap") + warned(more, "water"), 0);
    unpack(5, 31, 0);
    cr_expect_eq(warned(more, "water"), 1);
    cr_expect_eq(warned(less, "soap"), 10);
    unpack(1, 5, 12);
    cr_expect_eq(warned(more, "water") + warned(less, "soap"), 0, "over all that were opened");
}
