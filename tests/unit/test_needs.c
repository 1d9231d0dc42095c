/* What people need of an item, where the region does not say how much: by the profile that the log
 * names, by group and stage of stay. */
#include "coordinator/planning/standards.h"
#include "coordinator/region/builder.h"
#include "coordinator/region/need.h"
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>
#include <string.h>

enum { HOUR_MS = 3600000, PEOPLE = 1034, INFANTS = 4, ELDERLY = 20, MEDICAL = 6, TOILETS = 10 };

static struct town town;

static void begin(void) {
    static const char *const tables[][2] = {
        {"items.csv", "item_id,name,base_unit,need_per_person_day,need_per_person_once,"
                      "need_groups,meets\n"
                      "water,Water,l,,,,water 1\ndrink,Bottled water,l,3.5,,,drinking-water 1\n"
                      "meal,Meal,meal,,,,energy 700\nmilk,Formula,feed,,,,infant-feed 1\n"
                      "blanket,Blanket,piece,,,,blanket 1\n"
                      "cot,Cot,piece,,,elderly;medical,sleeping-mat 1\n"
                      "drug,Medicine,day,,,,medicine 1\ntoilet,Toilet,piece,,,,toilet 1\n"
                      "spare,Rope,m,,,,\n"},
        {NULL, NULL}};
    town_init(&town, tables);
    town_phase(&town, HV_PHASE_EVACUATION);
    town_tell(
        &town, "s1",
        (struct hv_report){.kind = HV_REPORT_COUNT,
                           .count = {.people = {.by_age = {[HV_AGE_INFANT] = INFANTS,
                                                           [HV_AGE_CHILD] = 10,
                                                           [HV_AGE_ADULT] = 1000,
                                                           [HV_AGE_ELDERLY] = ELDERLY},
                                                .overlay = {[HV_OVERLAY_MEDICAL] = MEDICAL}}}});
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(needs, .init = begin, .fini = end);

/* Of s1, in the two days that the town plans for. */
static int64_t need(const char *item) {
    town.rules.wall_ms = town.bench->wall_ms;
    struct picture *picture = town_picture(&town);
    int64_t units = picture->need[region_find_item(town.region, item)];
    picture_free(picture);
    return units;
}

static void pass_hours(uint64_t hours) {
    core_bench_tick(town.bench, hours * HOUR_MS);
}

static void count_by(const char *profile) {
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_PROFILE,
                                          .profile = {.name = profile, .version = "2"}});
}

Test(needs, follow_from_the_profile_for_whom_it_says) {
    cr_expect_eq(need("water"), PEOPLE * 15, "7.5 l at first");
    cr_expect_eq(need("meal"), PEOPLE * 6, "2,100 kcal a day are three of them");
    cr_expect_eq(need("milk"), INFANTS * 14);
    cr_expect_eq(need("blanket"), PEOPLE);
    cr_expect_eq(need("drug"), MEDICAL * 2);
    cr_expect_eq(need("spare"), 0, "it meets nothing");
}

Test(needs, are_the_items_own_where_it_says) {
    cr_expect_eq(need("drink"), PEOPLE * 7, "3.5 l and not 3");
    cr_expect_eq(need("cot"), ELDERLY + MEDICAL, "its groups and not everybody");
}

Test(needs, grow_with_the_stay) {
    pass_hours(23);
    cr_expect_eq(need("water"), PEOPLE * 15);
    pass_hours(2);
    cr_expect_eq(need("water"), PEOPLE * 30, "15 l after the first day");
    cr_expect_eq(need("toilet"), 11, "one for 50 until the third day, less 10");
    pass_hours(48);
    cr_expect_eq(need("toilet"), 42, "one for 20");
}

Test(needs, of_toilets_are_those_that_the_shelter_lacks) {
    cr_expect_eq(need("toilet"), 21 - TOILETS);
    struct hv_stock_line two = {.item = "toilet", .lot = "", .quantity = 2};
    town_tell(&town, "s1",
              (struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                                 .stock_count = {1, &two, .complete = true, .reason = ""}});
    cr_expect_eq(need("toilet"), 21 - TOILETS - 2);
    struct hv_lifeline sewage = {
        .kind = HV_LIFELINE_SEWAGE, .state = HV_LIFELINE_DOWN, .seen = {town.bench->wall_ms, 1}};
    town_tell(&town, "s1",
              (struct hv_report){.kind = HV_REPORT_LIFELINES, .lifelines = {1, &sewage}});
    cr_expect_eq(need("toilet"), 21 - 2, "its own are of no use");
}

Test(needs, are_those_of_the_profile_that_the_log_names) {
    count_by("gb51143-2015");
    cr_expect_eq(need("water"), PEOPLE * 6, "3 l");
    cr_expect_eq(need("drink"), PEOPLE * 7, "the item's own stays");
    count_by("sphere-2018");
    cr_expect_eq(need("water"), PEOPLE * 15);
    count_by("of-another-program");
    cr_expect_eq(need("water"), PEOPLE * 15, "as set, for it is not known here");
}

static const json_t *row_of(const json_t *rows, const char *item) {
    size_t index;
    const json_t *row, *found = NULL;
    json_array_foreach(rows, index, row) {
        if (strcmp(json_string_value(json_object_get(row, "item")), item) == 0)
            found = row;
    }
    cr_assert_not_null(found, "%s is not listed", item);
    return found;
}

static void expect_row(const json_t *rows, const char *item, double per_day, bool by_profile,
                       bool verified) {
    const json_t *row = row_of(rows, item);
    cr_expect_float_eq(json_number_value(json_object_get(row, "per_day")), per_day, 1e-9, "%s",
                       item);
    cr_expect_eq(json_is_true(json_object_get(row, "by_profile")), by_profile, "%s", item);
    cr_expect_eq(json_is_true(json_object_get(row, "verified")), verified, "%s", item);
}

Test(needs, are_marked_where_nobody_has_verified_them) {
    json_t *rows = town_ask(&town, "{\"verb\": \"supplies\"}", "supplies");
    expect_row(rows, "water", PEOPLE * 7.5, true, true);
    expect_row(rows, "meal", PEOPLE * 3, true, false);
    expect_row(rows, "drink", PEOPLE * 3.5, false, true);
    json_decref(rows);
    count_by("gb51143-2015");
    rows = town_ask(&town, "{\"verb\": \"supplies\"}", "supplies");
    expect_row(rows, "water", PEOPLE * 3.0, true, false);
    json_decref(rows);
}

/* ---- one item ---- */

static struct region_item item_of(enum region_need meets, double units) {
    struct region_item item = builder_blank_item();
    item.meets = meets;
    item.meets_units = units;
    return item;
}

static struct need by_sphere(const struct region_item *item) {
    return need_of(item, profiles_find(town.profiles, "sphere-2018"), PROFILE_LONG);
}

Test(needs, count_in_base_units_of_the_item) {
    struct region_item soap = item_of(REGION_NEED_SOAP, 100), tent = item_of(REGION_NEED_MAT, 4),
                       tap = item_of(REGION_NEED_TAP, 1), none = item_of(REGION_NEED_NONE, 0);
    cr_expect_float_eq(by_sphere(&soap).per_day, 450.0 / 30 / 100, 1e-12, "a bar of 100 g");
    cr_expect_float_eq(by_sphere(&tent).once, 0.25, 1e-12, "of four places");
    cr_expect_float_eq(by_sphere(&tap).once, 1.0 / 250, 1e-12);
    const struct need need = by_sphere(&none);
    cr_expect_not(need_is_any(&need));
    cr_expect(need_is_verified(&need));
}

Test(needs, of_nobody_are_a_figure_too) {
    struct region_item water = item_of(REGION_NEED_WATER, 1);
    water.need_per_person_day = 0;
    const struct need need = by_sphere(&water);
    cr_expect_not(need_is_any(&need));
    cr_expect_null(need.from);
    water.need_per_person_day = REGION_UNKNOWN;
    cr_expect_eq(by_sphere(&water).per_day, 15);
    cr_expect_eq(need_of(&water, NULL, PROFILE_LONG).per_day, 0, "without a profile");
}

Test(needs, of_every_kind_have_a_figure_at_every_stage) {
    for (int kind = REGION_NEED_NONE + 1; kind < REGION_NEEDS; kind++)
        for (int stage = 0; stage < PROFILE_STAGES; stage++) {
            const struct region_item item = item_of((enum region_need)kind, 1);
            const struct need need = need_of(&item, profiles_find(town.profiles, "sphere-2018"),
                                             (enum profile_stage)stage);
            cr_expect(need_is_any(&need), "%s", region_need_name(item.meets));
        }
}
