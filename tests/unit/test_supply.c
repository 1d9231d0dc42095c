/* What a shelter has of an item: opened, and in kits that nobody has opened. */
#include "coordinator/planning/supply.h"
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>

static struct town town;
static uint32_t today;

static void begin(void) {
    static const char *const tables[][2] = {
        {"items.csv", "item_id,name,base_unit,need_per_person_day,need_per_person_once,contents\n"
                      "water,Water,l,3,,\nmilk,Formula,feed,7,,\nsoap,Soap,bar,,1,\n"
                      "kit,Family kit,kit,,,water:6;soap:2\nown,Own kit,kit,,1,water:100\n"},
        {NULL, NULL}};
    town_init(&town, tables);
    today = (uint32_t)(town.bench->wall_ms / 86400000);
    town.rules.today_day = today;
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(supply, .init = begin, .fini = end);

static void tell(struct hv_report report) {
    town_tell(&town, "s1", report);
}

static void hold(struct hv_stock_line *lines, size_t count) {
    tell((struct hv_report){.kind = HV_REPORT_COUNT,
                            .count = {.people = {.by_age = {[HV_AGE_ADULT] = 10}}}});
    tell((struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                            .stock_count = {count, lines, .complete = true, .reason = ""}});
}

static struct supply supply_now(const char *item) {
    const struct supply_scene scene = {
        .region = town.region, .state = town_state(&town), .today_day = today};
    struct supply supply;
    cr_assert(supply_of(&scene, region_find_item(town.region, item),
                        state_find_place(town_state(&town), "s1"), &supply));
    return supply;
}

static int64_t need_now(const char *item) {
    struct picture *picture = town_picture(&town);
    int64_t need = picture->need[region_find_item(town.region, item)];
    picture_free(picture);
    return need;
}

Test(supply, is_what_unopened_kits_hold_too) {
    static struct hv_stock_line lines[4];
    lines[0] = (struct hv_stock_line){.item = "water", .lot = "", .quantity = 5};
    hold(lines, 1);
    const int64_t water = need_now("water"), soap = need_now("soap");
    lines[1] = (struct hv_stock_line){.item = "kit", .lot = "", .quantity = 4, .damaged = 1};
    lines[2] =
        (struct hv_stock_line){.item = "kit", .lot = "OLD", .quantity = 9, .expiry_day = today - 1};
    lines[3] = (struct hv_stock_line){.item = "own", .lot = "", .quantity = 1};
    hold(lines, 4);
    cr_assert_eq(supply_now("water").usable, 5 + 3 * 6);
    cr_assert_eq(supply_now("water").in_kits, 3 * 6);
    cr_assert_float_eq(supply_now("water").days_left, 23.0 / 30, 1e-12);
    cr_assert_eq(need_now("water"), water - 3 * 6, "what is there is not sent");
    cr_assert_eq(need_now("soap"), soap - 3 * 2);
}

Test(supply, of_endless_kits_is_no_more_than_can_be_counted) {
    static struct hv_stock_line line = {.item = "kit", .lot = "", .quantity = HV_QUANTITY_MAX};
    hold(&line, 1);
    cr_assert_eq(supply_now("water").usable, (int64_t)HV_QUANTITY_MAX);
    cr_assert_eq(need_now("water"), 0);
}
