/* What wants attention among the goods: what expires at depots, what is below its minimum, what
 * must stay cold and does not. */
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>
#include <string.h>

static struct town town;
static uint32_t today;

static void begin(void) {
    static const char *const tables[][2] = {
        {"items.csv", "item_id,name,base_unit,need_per_person_day,cold_chain,minimum_stock\n"
                      "water,Water,l,3,no,100\nmilk,Formula,feed,7,no,\nserum,Serum,vial,,yes,\n"},
        {NULL, NULL}};
    town_init(&town, tables);
    today = (uint32_t)(town.bench->wall_ms / 86400000);
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(goods_at_risk, .init = begin, .fini = end);

static void hold(const char *place, struct hv_stock_line *lines, size_t count) {
    town_tell(&town, place,
              (struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                                 .stock_count = {count, lines, .complete = true, .reason = ""}});
}

/* The figures of what wants attention under this id, the caller's; NULL: nothing does. */
static json_t *figures(const char *id) {
    json_t *list = town_ask(&town, "{\"verb\": \"attention\"}", "attention"), *found = NULL, *one;
    size_t index;
    json_array_foreach(list, index,
                       one) if (strcmp(json_string_value(json_object_get(one, "id")), id) == 0) {
        cr_expect_null(found, "%s stands there twice", id);
        cr_expect_str_eq(json_string_value(json_object_get(one, "grade")), "warning");
        found = json_incref(json_object_get(one, "figures"));
    }
    json_decref(list);
    return found;
}

static json_int_t figure(const char *id, const char *member) {
    json_t *all = figures(id);
    json_int_t value = all == NULL ? -1 : json_integer_value(json_object_get(all, member));
    json_decref(all);
    return value;
}

Test(goods_at_risk, below_their_minimum_in_all_depots_together) {
    struct hv_stock_line line = {.item = "water", .lot = "", .quantity = 60};
    cr_expect_null(figures("below-minimum:water"), "of depots that never told nothing is known");
    hold("s1", &line, 1);
    cr_expect_null(figures("below-minimum:water"), "nor by what a shelter has");
    hold("d1", &line, 1);
    cr_expect_eq(figure("below-minimum:water", "quantity"), 60);
    cr_expect_eq(figure("below-minimum:water", "minimum"), 100);
    line.quantity = 100;
    hold("d1", &line, 1);
    cr_expect_null(figures("below-minimum:water"));
    line.item = "milk";
    hold("d1", &line, 1);
    cr_expect_eq(figure("below-minimum:water", "quantity"), 0);
}

Test(goods_at_risk, expire_at_a_depot_within_three_months) {
    struct hv_stock_line lines[] = {
        {.item = "water", .lot = "A", .quantity = 200, .expiry_day = today + 20},
        {.item = "water", .lot = "B", .quantity = 50, .expiry_day = today + 92},
        {.item = "water", .lot = "C", .quantity = 25, .expiry_day = today + 93}};
    hold("d1", lines, 3);
    hold("s1", lines, 3);
    cr_expect_eq(figure("expiring:d1:water", "quantity"), 250);
    cr_expect_eq(figure("expiring:d1:water", "days_left"), 20);
    cr_expect_null(figures("expiring:s1:water"), "a shelter uses up what it has");
    hold("d1", lines + 2, 1);
    cr_expect_null(figures("expiring:d1:water"));
}

Test(goods_at_risk, must_stay_cold_and_have_no_power) {
    struct hv_stock_line line = {.item = "serum", .lot = "", .quantity = 8};
    struct hv_lifeline down = {
        .kind = HV_LIFELINE_POWER, .state = HV_LIFELINE_DOWN, .seen = {town.bench->wall_ms, 1}};
    hold("s1", &line, 1);
    cr_expect_null(figures("cold-chain:s1:serum"));
    town_tell(&town, "s1",
              (struct hv_report){.kind = HV_REPORT_LIFELINES,
                                 .lifelines = {.lifeline_count = 1, .lifelines = &down}});
    cr_expect_eq(figure("cold-chain:s1:serum", "quantity"), 8);
}
