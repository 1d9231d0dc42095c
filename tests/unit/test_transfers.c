/* What a shelter has to spare, for another that lacks it and that no depot can help. */
#include "coordinator/planning/transfers.h"
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>
#include <string.h>

/* s1 at c and s2 at a; between them b with depot d1, which has nothing. Water 3 l a person and day,
 * needed for three days; what is there for more than five may go. */

enum { A_DAY = 3, DAYS = 3, KEEPS_DAYS = 5 };

static struct town town;

static void begin(void) {
    static const char *const tables[][2] = {
        {"shelters.csv", "shelter_id,name,node_id,capacity_night_indoor\n"
                         "s1,School,c,500\ns2,Hall,a,500\ns3,Gym,c,500\n"},
        {"items.csv", "item_id,name,base_unit,packs,need_per_person_day,need_per_person_once\n"
                      "water,Water,l,6;504,3,\nblanket,Blanket,piece,,,1\nrope,Rope,m,,,\n"},
        {"stock.csv", "place_id,item_id,lot,expiry,quantity\nd1,water,A,2027-05-31,0\n"},
        {NULL, NULL}};
    town_init(&town, tables);
    town.rules.need_days = DAYS;
    town.rules.transfer_above_days = KEEPS_DAYS;
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(transfers, .init = begin, .fini = end);

static void come(const char *place, int adults) {
    town_tell(&town, place,
              (struct hv_report){.kind = HV_REPORT_COUNT,
                                 .count = {.people = {.by_age = {[HV_AGE_ADULT] = adults}}}});
}

static void hold(const char *place, uint64_t water, uint64_t blankets) {
    struct hv_stock_line lines[] = {{.item = "water", .lot = "", .quantity = water},
                                    {.item = "blanket", .lot = "", .quantity = blankets},
                                    {.item = "rope", .lot = "", .quantity = 100}};
    town_tell(&town, place,
              (struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                                 .stock_count = {3, lines, .complete = true, .reason = "counted"}});
}

static const struct hv_plan *plan_now(uint64_t *ret_number) {
    town.rules.wall_ms = town.bench->wall_ms;
    town.rules.mono_ms = state_general(town_state(&town))->mono_ms;
    *ret_number = town_propose(&town);
    return town_plan(&town, *ret_number);
}

static const struct hv_plan *propose(void) {
    uint64_t number;
    return plan_now(&number);
}

static int64_t need(const char *place) {
    struct picture *picture = town_picture(&town);
    const int64_t units =
        picture->need[region_find_shelter(town.region, place) * town.region->item_count +
                      region_find_item(town.region, "water")];
    picture_free(picture);
    return units;
}

/* 100 at s1 without anything; 10 at s2 with so much. */
static void lack(uint64_t water, uint64_t blankets) {
    come("s1", 100);
    come("s2", 10);
    hold("s1", 0, 100);
    hold("s2", water, blankets);
    cr_assert_eq(need("s1"), 100 * A_DAY * DAYS);
}

Test(transfers, what_is_there_for_longer_than_the_days_that_are_kept_goes_where_it_lacks) {
    lack(500, 10);
    const struct hv_plan *plan = propose();
    cr_assert_eq(plan->transfer_count, 1);
    cr_expect_str_eq(plan->transfers[0].from, "s2");
    cr_expect_str_eq(plan->transfers[0].to, "s1");
    cr_expect_str_eq(plan->transfers[0].item, "water");
    cr_expect_eq(plan->transfers[0].quantity, 500 - 10 * A_DAY * KEEPS_DAYS);
    cr_expect_gt(plan->transfers[0].travel_s, 0);
    town.rules.transfer_above_days = 0;
    cr_expect_eq(propose()->transfer_count, 0, "nobody wants it proposed");
}

Test(transfers, are_not_proposed_where_they_are_not_worth_a_journey_or_a_depot_can_help) {
    lack(10 * A_DAY * KEEPS_DAYS + 89, 10);
    cr_expect_eq(propose()->transfer_count, 0, "less than a tenth of 900");
    hold("s2", 10 * A_DAY * KEEPS_DAYS + 90, 10);
    cr_expect_eq(propose()->transfer_count, 1);
    town.rules.whole_packs = true;
    cr_expect_eq(propose()->transfers[0].quantity, 90, "15 packs");
    town.rules.whole_packs = false;
    hold("d1", 900, 0);
    cr_expect_eq(propose()->transfer_count, 0);
}

Test(transfers, come_from_nobody_who_may_need_it) {
    lack(500, 10);
    town_request(&town, "s2", 1, "water", 200);
    cr_expect_eq(propose()->transfers[0].quantity, 500 - 150 - 200, "staff ask for 200");
    town_road(&town, "ab", true, "");
    cr_expect_eq(propose()->transfer_count, 0, "no road");
    town_road(&town, "ab", false, "");
    hold("s3", 500, 10);
    cr_expect_eq(propose()->transfer_count, 1, "who is at s3 is not known");
    come("s3", 0);
    const struct hv_plan *plan = propose();
    cr_assert_eq(plan->transfer_count, 2);
    cr_expect_str_eq(plan->transfers[1].from, "s3");
    cr_expect_eq(plan->transfers[1].quantity, 500, "all of it: nobody is there, and it is nearest");
}

Test(transfers, are_ordered_on_a_waybill_and_then_counted_once) {
    uint64_t number;
    lack(500, 10);
    (void)plan_now(&number);
    cr_assert_eq(town_approve(&town, number), 2);
    const struct hv_order *gives = town_order(&town, HV_ORDER_RETURN_GOODS, HV_ORDER_ISSUED, NULL),
                          *expect =
                              town_order(&town, HV_ORDER_EXPECT_DELIVERY, HV_ORDER_ISSUED, NULL);
    cr_assert(gives != NULL && expect != NULL);
    cr_expect_str_eq(gives->addressee, "s2");
    cr_expect_str_eq(gives->counterpart, "s1");
    cr_expect_str_eq(expect->counterpart, "s2");
    cr_expect_str_neq(gives->waybill, "");
    cr_expect_str_eq(gives->waybill, expect->waybill);
    cr_expect_eq(gives->lines[0].quantity, 350);
    cr_expect_eq(need("s1"), 900 - 350);
    cr_expect_eq(propose()->transfer_count, 0, "it is given already");
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_ANSWER,
                                          .answer = {.order = gives->id,
                                                     .revision = gives->revision,
                                                     .state = HV_ORDER_DECLINED,
                                                     .reason = "no vehicle"}});
    cr_expect_eq(need("s1"), 900, "nothing comes");
    cr_expect_eq(propose()->transfer_count, 1);
}

/* As many as a region could have: every shelter lacks both items, and one could help the first. */
Test(transfers, take_no_more_room_than_there_are_pairs) {
    enum { SHELTERS = 60000, ITEMS = 2, UNMET = SHELTERS * ITEMS };
    static struct instance_shelter shelters[SHELTERS];
    static struct instance_item items[ITEMS];
    static int64_t surplus[UNMET];
    static struct plan_unmet unmet[UNMET];
    static bool lacks[UNMET];
    struct picture picture = {.instance = {.shelter_count = SHELTERS, .item_count = ITEMS},
                              .shelters = shelters,
                              .items = items,
                              .surplus = surplus};
    const struct plan plan = {.unmet = unmet, .unmet_count = UNMET};
    struct transfer *transfers = NULL;
    struct hv_arena arena;
    size_t count = 0;
    for (uint32_t i = 0; i < UNMET; i++)
        unmet[i] = (struct plan_unmet){.shelter = i / ITEMS, .item = i % ITEMS, .quantity = 50};
    lacks[0] = true;
    surplus[(SHELTERS - 1) * ITEMS] = 30;
    hv_arena_init(&arena, 0);
    cr_assert_eq(network_new(1, NULL, 0, &picture.network), HV_OK);
    cr_assert_eq(transfers_find(&picture, &plan, lacks, &arena, &transfers, &count), HV_OK);
    cr_assert_eq(count, 1);
    cr_expect_eq(transfers[0].from, SHELTERS - 1);
    cr_expect_eq(transfers[0].quantity, 30);
    network_free(picture.network);
    hv_arena_deinit(&arena);
}
