/* What plans make of what staff ask for: as far as it was approved, and has not come. */
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>

static struct town town;

static void begin(void) {
    town_init(&town, NULL);
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(planning_requests, .init = begin, .fini = end);

static void ask(uint64_t id, uint64_t water) {
    town_request(&town, "s1", id, "water", water);
}

/* `water`: at most so much is approved; 0: no word of an amount. */
static void verdict(uint64_t id, enum hv_request_verdict verdict, uint64_t water) {
    struct hv_stock_line line = {.item = "water", .lot = "", .quantity = water};
    town_decide(&town, (struct hv_record){.kind = HV_RECORD_DECISION,
                                          .decision = {.place = "s1",
                                                       .node = "",
                                                       .request = id,
                                                       .verdict = verdict,
                                                       .line_count = water > 0,
                                                       .lines = &line,
                                                       .reason = "because"}});
}

static void move_water(const char *place, enum hv_stock_movement_kind kind, uint64_t quantity) {
    struct hv_stock_line line = {.item = "water", .lot = "", .quantity = quantity};
    bool receives = kind == HV_STOCK_RECEIVE;
    town_tell(&town, place,
              (struct hv_report){.kind = HV_REPORT_STOCK_MOVEMENT,
                                 .stock_movement = {.kind = kind,
                                                    .line_count = 1,
                                                    .lines = &line,
                                                    .waybill = "W",
                                                    .counterpart = receives ? "d1" : "s1",
                                                    .vehicle = "",
                                                    .reason = ""}});
}

static int64_t need(void) {
    struct picture *picture = town_picture(&town);
    int64_t need = picture->need[region_find_item(town.region, "water")];
    picture_free(picture);
    return need;
}

static const struct state_place *shelter(void) {
    return state_find_place(town_state(&town), "s1");
}

Test(planning_requests, count_where_staff_ask_for_more_than_the_standard) {
    ask(1, 700);
    cr_expect_eq(need(), 700);
    town_tell(&town, "s1",
              (struct hv_report){.kind = HV_REPORT_COUNT,
                                 .count = {.people = {.by_age = {[HV_AGE_ADULT] = 140}}}});
    cr_expect_eq(need(), 140 * 3 * 2);
}

Test(planning_requests, of_one_place_add_up) {
    ask(1, 700);
    ask(2, 50);
    cr_expect_eq(need(), 750);
    cr_expect_eq(shelter()->open_requests, 2);
}

Test(planning_requests, count_as_far_as_they_were_approved) {
    ask(1, 700);
    verdict(1, HV_VERDICT_APPROVED, 0);
    cr_expect_eq(need(), 700);
    verdict(1, HV_VERDICT_APPROVED, 300);
    cr_expect_eq(need(), 300);
    cr_expect_eq(shelter()->open_requests, 1);
}

Test(planning_requests, that_are_declined_or_closed_send_nothing_and_make_room) {
    ask(1, 700);
    ask(2, 50);
    verdict(1, HV_VERDICT_DECLINED, 0);
    cr_expect_eq(need(), 50);
    cr_expect_eq(shelter()->open_requests, 1);
    verdict(2, HV_VERDICT_CLOSED, 0);
    cr_expect_eq(need(), 0);
    cr_expect_eq(shelter()->open_requests, 0);
    verdict(1, HV_VERDICT_APPROVED, 0);
    cr_expect_eq(need(), 700, "a later verdict takes the place of the one before");
    cr_expect_eq(shelter()->open_requests, 1);
}

Test(planning_requests, are_over_when_all_has_come) {
    town_tell(
        &town, "d1",
        (struct hv_report){
            .kind = HV_REPORT_STOCK_COUNT,
            .stock_count = {1, &(struct hv_stock_line){.item = "water", .lot = "", .quantity = 900},
                            .complete = true, .reason = ""}});
    ask(1, 700);
    move_water("d1", HV_STOCK_SHIP, 700);
    move_water("s1", HV_STOCK_RECEIVE, 500);
    cr_expect_eq(need(), 200);
    cr_expect_not(state_request_is_received(state_request(town_state(&town), 0)));
    move_water("s1", HV_STOCK_RECEIVE, 200);
    cr_expect_eq(need(), 0);
    cr_expect(state_request_is_received(state_request(town_state(&town), 0)));
    cr_expect(state_request_is_open(state_request(town_state(&town), 0)),
              "until somebody closes it");
}
