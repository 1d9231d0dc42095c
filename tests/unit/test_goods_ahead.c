/* What goods are planned for whom: people who are at a shelter, and people who are only expected
 * there, who may go elsewhere; and shelters that announced closings will cut off. */
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>
#include <string.h>

enum { MINUTE_MS = 60000, DAY_MIN = 1440, PEOPLE = 120, A_DAY = 3 /* litres of water */ };

static struct town town;
static uint32_t water, blanket;

static const char *z1[] = {"z1"};

static void says(struct hv_hazard_step *steps, size_t count) {
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_HAZARD,
                                          .hazard = {.hazard = "river",
                                                     .kind = "flood",
                                                     .zones = z1,
                                                     .zone_count = 1,
                                                     .steps = steps,
                                                     .step_count = count}});
}

static void tell(struct hv_report report) {
    core_bench_tick(town.bench, 1000);
    report.source = HV_SOURCE_OPERATOR;
    report.subject = "s1";
    report.seen = (struct hv_seen){town.bench->wall_ms, 1};
    town_decide(&town,
                (struct hv_record){.kind = HV_RECORD_REPORT,
                                   .report = {.node = "", .sent_node_ms = 1, .report = report}});
}

static void come(int adults) {
    tell((struct hv_report){.kind = HV_REPORT_MOVEMENT,
                            .movement = {.kind = HV_MOVEMENT_CHECK_IN,
                                         .people = {.by_age = {[HV_AGE_ADULT] = adults}},
                                         .zone = "z1",
                                         .shelter = "",
                                         .transfer = ""}});
}

/* The 120 of z1 are ordered to s1; nobody has come. */
static void begin(void) {
    static const char *const tables[][2] = {
        {"items.csv", "item_id,name,base_unit,packs,need_per_person_day,need_per_person_once\n"
                      "water,Water,l,6;504,3,\nblanket,Blanket,piece,20,,1\n"},
        {"stock.csv", "place_id,item_id,lot,expiry,quantity\nd1,water,A,2027-05-31,600\n"},
        {NULL, NULL}};
    town_init(&town, tables);
    town.rules.need_days = 3;
    town.rules.ahead_days = 1;
    town.rules.wall_ms = town.bench->wall_ms;
    water = region_find_item(town.region, "water");
    blanket = region_find_item(town.region, "blanket");
    town_phase(&town, HV_PHASE_EVACUATION);
    says(NULL, 0);
    town_approve(&town, town_propose(&town));
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(goods_ahead, .init = begin, .fini = end);

static int64_t need(uint32_t item) {
    struct picture *picture = town_picture(&town);
    int64_t units = picture->need[item];
    picture_free(picture);
    return units;
}

static struct hv_hazard_step closes(const char **link, int64_t from_min, int64_t until_min) {
    return (struct hv_hazard_step){.from_wall_ms = town.bench->wall_ms + from_min * MINUTE_MS,
                                   .has_until = true,
                                   .until_wall_ms = town.bench->wall_ms + until_min * MINUTE_MS,
                                   .links = link,
                                   .link_count = 1};
}

Test(goods_ahead, those_who_are_expected_need_less_than_those_who_are_there) {
    cr_assert_eq(need(water), PEOPLE * A_DAY);
    cr_assert_eq(need(blanket), PEOPLE);
    come(50);
    cr_assert_eq(need(water), 50 * A_DAY * 3 + 70 * A_DAY);
    cr_assert_eq(need(blanket), PEOPLE);
    come(70);
    cr_assert_eq(need(water), PEOPLE * A_DAY * 3);
    town.rules.ahead_days = 0;
    cr_assert_eq(need(water), PEOPLE * A_DAY * 3, "nobody is only expected");
}

Test(goods_ahead, a_shelter_that_will_be_cut_off_gets_all_of_it_before) {
    static const char *there[] = {"bc"}, *back[] = {"cb"}, *other[] = {"ab"};
    struct hv_hazard_step step = closes(other, 60, 300);
    says(&step, 1);
    cr_assert_eq(need(water), PEOPLE * A_DAY, "another road");
    step = closes(there, 60, 300);
    says(&step, 1);
    cr_assert_eq(need(water), PEOPLE * A_DAY * 3, "no way there");
    step = closes(back, 60, 300);
    says(&step, 1);
    cr_assert_eq(need(water), PEOPLE * A_DAY * 3, "no way back");
    step = closes(there, 3 * DAY_MIN, 4 * DAY_MIN);
    says(&step, 1);
    cr_assert_eq(need(water), PEOPLE * A_DAY, "not in the days that are planned");
    step = closes(there, 60, 300);
    step.has_capacity = true;
    step.capacity_permille = 100;
    says(&step, 1);
    cr_assert_eq(need(water), PEOPLE * A_DAY, "a tenth of it stays open");
}

static void have(uint64_t blankets) {
    static struct hv_stock_line line;
    line = (struct hv_stock_line){.item = "blanket", .lot = "", .quantity = blankets};
    tell((struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                            .stock_count = {1, &line, .complete = true, .reason = ""}});
}

static void hand_out(const char *item, uint64_t quantity) {
    static struct hv_stock_line line;
    line = (struct hv_stock_line){.item = item, .lot = "", .quantity = quantity};
    tell((struct hv_report){.kind = HV_REPORT_STOCK_MOVEMENT,
                            .stock_movement = {.kind = HV_STOCK_ISSUE,
                                               .line_count = 1,
                                               .lines = &line,
                                               .waybill = "",
                                               .counterpart = "",
                                               .reason = ""}});
}

Test(goods_ahead, who_has_a_blanket_needs_no_other) {
    come(50);
    have(60);
    cr_assert_eq(need(blanket), PEOPLE - 60);
    hand_out("blanket", 50);
    cr_assert_eq(need(blanket), PEOPLE - 60, "10 are left for the 70 who are expected");
    come(70);
    hand_out("blanket", 10);
    cr_assert_eq(need(blanket), PEOPLE - 60);
    hand_out("water", 30);
    cr_assert_eq(need(water), PEOPLE * A_DAY * 3, "water is needed again");
}

Test(goods_ahead, what_people_got_in_another_incident_is_theirs_no_more) {
    come(PEOPLE);
    have(200);
    hand_out("blanket", PEOPLE);
    have(0);
    cr_assert_eq(need(blanket), 0);
    town_phase(&town, HV_PHASE_CLOSED);
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_INCIDENT,
                                          .incident = {.incident = {2},
                                                       .name = "Fire",
                                                       .phase = HV_PHASE_EVACUATION,
                                                       .hazard = "fire"}});
    cr_assert_eq(need(blanket), PEOPLE);
}
