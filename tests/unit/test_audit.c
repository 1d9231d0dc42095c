#include "simulations/audit.h"

#include <criterion/criterion.h>
#include <string.h>

/* A day that adds up: 100 come to S1, 30 move on to S2, 10 go home; D1 ships 50 l to S1, 2 damaged.
 */
struct day {
    struct audit *audit;
    uint64_t made_s1, made_s2, made_d1;
};

static void tell(struct day *day, const char *node, uint64_t *made, struct hv_report report,
                 bool logged) {
    struct audit_record record = {.node = node,
                                  .lane = HV_LANE_HISTORY,
                                  .epoch = 7,
                                  .sequence = ++*made,
                                  .state = AUDIT_ACKNOWLEDGED,
                                  .report = &report};
    cr_assert_eq(audit_record(day->audit, &record), 0);
    cr_assert_eq(audit_told(day->audit, node, 7, *made), 0);
    if (logged)
        cr_assert_eq(audit_logged(day->audit, node, HV_LANE_HISTORY, 7, *made), 0);
}

static struct hv_report moved(enum hv_movement_kind kind, int32_t adults, const char *transfer) {
    struct hv_report report = {.kind = HV_REPORT_MOVEMENT};
    report.movement.kind = kind;
    report.movement.people.by_age[HV_AGE_ADULT] = adults;
    report.movement.zone = "";
    report.movement.shelter = kind == HV_MOVEMENT_TRANSFER_IN ? "S1" : "";
    report.movement.transfer = transfer;
    return report;
}

static struct hv_report counted(int32_t adults) {
    struct hv_report report = {.kind = HV_REPORT_COUNT};
    report.count.people.by_age[HV_AGE_ADULT] = adults;
    return report;
}

static struct hv_stock_line water;

static struct hv_report carried(enum hv_stock_movement_kind kind, uint64_t litres, uint64_t damaged,
                                const char *waybill) {
    struct hv_report report = {.kind = HV_REPORT_STOCK_MOVEMENT};
    water =
        (struct hv_stock_line){.item = "water", .lot = "", .quantity = litres, .damaged = damaged};
    report.stock_movement = (struct hv_stock_movement){.kind = kind,
                                                       .line_count = 1,
                                                       .lines = &water,
                                                       .waybill = waybill,
                                                       .counterpart = "",
                                                       .reason = ""};
    return report;
}

static struct hv_report stocked(uint64_t litres) {
    struct hv_report report = {.kind = HV_REPORT_STOCK_COUNT};
    water = (struct hv_stock_line){.item = "water", .lot = "", .quantity = litres};
    report.stock_count = (struct hv_stock_count){1, &water, true, ""};
    return report;
}

static struct day begin(void) {
    struct day day = {.audit = audit_new()};
    cr_assert_not_null(day.audit);
    tell(&day, "S1", &day.made_s1, moved(HV_MOVEMENT_CHECK_IN, 100, ""), true);
    tell(&day, "S1", &day.made_s1, moved(HV_MOVEMENT_TRANSFER_OUT, 30, "T1"), true);
    tell(&day, "S2", &day.made_s2, moved(HV_MOVEMENT_TRANSFER_IN, 30, "T1"), true);
    tell(&day, "S1", &day.made_s1, moved(HV_MOVEMENT_CHECK_OUT, 10, ""), true);
    tell(&day, "S1", &day.made_s1, counted(58), true);
    tell(&day, "D1", &day.made_d1, stocked(500), true);
    tell(&day, "D1", &day.made_d1, carried(HV_STOCK_SHIP, 50, 0, "W1"), true);
    tell(&day, "S1", &day.made_s1, carried(HV_STOCK_RECEIVE, 50, 2, "W1"), true);
    tell(&day, "S1", &day.made_s1, carried(HV_STOCK_ISSUE, 20, 0, ""), true);
    cr_assert_eq(audit_picture_people(day.audit, "S2", 30), 0);
    cr_assert_eq(audit_picture_goods(day.audit, "D1", "water", 450), 0);
    return day;
}

static void pictures(struct day *day, int64_t people, int64_t litres) {
    cr_assert_eq(audit_picture_people(day->audit, "S1", people), 0);
    cr_assert_eq(audit_picture_goods(day->audit, "S1", "water", litres), 0);
}

static void only_finding(struct day *day, const char *words) {
    cr_assert_eq(audit_finish(day->audit, true, false), 0);
    for (size_t i = 0; i < audit_finding_count(day->audit); i++)
        cr_log_info("%s", audit_finding(day->audit, i));
    cr_assert_eq(audit_finding_count(day->audit), 1, "%zu findings, first: %s",
                 audit_finding_count(day->audit), audit_finding(day->audit, 0));
    cr_assert_not_null(strstr(audit_finding(day->audit, 0), words), "%s",
                       audit_finding(day->audit, 0));
    audit_free(day->audit);
}

Test(audit, a_day_that_adds_up_has_no_finding) {
    struct day day = begin();
    pictures(&day, 58, 28);
    cr_assert_eq(audit_finish(day.audit, true, false), 0);
    cr_assert_eq(audit_finding_count(day.audit), 0, "%s", audit_finding(day.audit, 0));
    const struct audit_totals *totals = audit_totals(day.audit);
    cr_assert_eq(totals->reports, 9);
    cr_assert_eq(totals->acknowledged, 9);
    cr_assert_eq(totals->sheltered, 88);
    cr_assert_eq(totals->checked_in, 100);
    cr_assert_eq(totals->count_differences, -2);
    cr_assert_eq(totals->shipped, 50);
    cr_assert_eq(totals->damaged, 2);
    cr_assert_eq(totals->waybills, 1);
    audit_free(day.audit);
}

Test(audit, finds_an_acknowledged_report_that_the_log_lacks) {
    struct day day = begin();
    pictures(&day, 61, 28);
    tell(&day, "S1", &day.made_s1, moved(HV_MOVEMENT_CHECK_IN, 3, ""), false);
    only_finding(&day, "LOST: S1, history: record 7");
}

Test(audit, finds_a_report_that_the_log_holds_twice) {
    struct day day = begin();
    pictures(&day, 58, 28);
    cr_assert_eq(audit_logged(day.audit, "S1", HV_LANE_HISTORY, 7, 2), 0);
    only_finding(&day, "DOUBLED: S1, history: record 2");
}

Test(audit, finds_a_report_that_no_node_made) {
    struct day day = begin();
    pictures(&day, 58, 28);
    cr_assert_eq(audit_logged(day.audit, "S2", HV_LANE_HISTORY, 7, 44), 0);
    only_finding(&day, "record 44, which the node never made");
}

Test(audit, finds_what_staff_were_told_is_stored_and_is_not) {
    struct day day = begin();
    pictures(&day, 58, 28);
    cr_assert_eq(audit_told(day.audit, "S2", 7, 2), 0);
    only_finding(&day, "LOST: S2 told its staff that record 2 is stored");
}

Test(audit, finds_people_that_the_picture_has_too_many) {
    struct day day = begin();
    pictures(&day, 59, 28);
    only_finding(&day, "58 people by its own records, 59 in the picture");
}

Test(audit, finds_people_that_are_not_really_there) {
    struct day day = begin();
    pictures(&day, 58, 28);
    cr_assert_eq(audit_real_people(day.audit, "S1", 57), 0);
    only_finding(&day, "58 people by its own records, 57 are really there");
}

Test(audit, finds_goods_that_differ) {
    struct day day = begin();
    pictures(&day, 58, 30);
    only_finding(&day, "28 water by its own records, 30 in the picture");
}

Test(audit, finds_goods_that_the_picture_lacks) {
    struct day day = begin();
    cr_assert_eq(audit_picture_people(day.audit, "S1", 58), 0);
    cr_assert_eq(audit_picture_stock(day.audit, "S1"), 0);
    only_finding(&day, "28 water by its own records, 0 in the picture");
}

Test(audit, finds_a_transfer_that_did_not_arrive_whole) {
    struct day day = begin();
    pictures(&day, 38, 28);
    tell(&day, "S1", &day.made_s1, moved(HV_MOVEMENT_TRANSFER_OUT, 20, "T2"), true);
    tell(&day, "S2", &day.made_s2, moved(HV_MOVEMENT_TRANSFER_IN, 19, "T2"), true);
    cr_assert_eq(audit_picture_people(day.audit, "S2", 49), 0);
    only_finding(&day, "transfer T2: 20 people left, 19 arrived");
}

Test(audit, does_not_mix_transfers_of_two_places_up) {
    struct day day = begin();
    pictures(&day, 58, 28);
    tell(&day, "S2", &day.made_s2, moved(HV_MOVEMENT_TRANSFER_OUT, 5, "T1"), true);
    cr_assert_eq(audit_picture_people(day.audit, "S2", 25), 0);
    only_finding(&day, "transfer T1: 5 people left, 0 arrived");
}

Test(audit, finds_a_waybill_of_which_part_is_missing) {
    struct day day = begin();
    pictures(&day, 58, 67);
    tell(&day, "D1", &day.made_d1, carried(HV_STOCK_SHIP, 40, 0, "W2"), true);
    tell(&day, "S1", &day.made_s1, carried(HV_STOCK_RECEIVE, 39, 0, "W2"), true);
    cr_assert_eq(audit_picture_goods(day.audit, "D1", "water", -40), 0);
    only_finding(&day, "waybill W2: 40 water shipped, 39 received");
}

Test(audit, what_is_under_way_is_a_finding_only_at_the_end) {
    struct day day = begin();
    pictures(&day, 58, 28);
    tell(&day, "D1", &day.made_d1, carried(HV_STOCK_SHIP, 40, 0, "W2"), true);
    cr_assert_eq(audit_picture_goods(day.audit, "D1", "water", -40), 0);
    cr_assert_eq(audit_finish(day.audit, true, true), 0);
    cr_assert_eq(audit_finding_count(day.audit), 0, "%s", audit_finding(day.audit, 0));
    audit_free(day.audit);
}

Test(audit, finds_gaps_doubles_refusals_and_what_waits) {
    struct audit *audit = audit_new();
    struct hv_report note = {.kind = HV_REPORT_NOTE, .note = {"all well"}};
    static const struct {
        uint64_t sequence;
        enum audit_state state;
    } made[] = {
        {1, AUDIT_ACKNOWLEDGED}, {2, AUDIT_REFUSED}, {2, AUDIT_ACKNOWLEDGED}, {5, AUDIT_WAITING}};
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(
            audit_record(audit, &(struct audit_record){"S1", HV_LANE_HISTORY, 1, made[i].sequence,
                                                       made[i].state, &note}),
            0);
    cr_assert_eq(audit_finish(audit, false, false), 0);
    cr_assert_eq(audit_finding_count(audit), 4);
    cr_assert_eq(audit_totals(audit)->refused, 1);
    cr_assert_eq(audit_totals(audit)->waiting, 1);
    audit_free(audit);
}

/* ---- the ledger ---- */

Test(audit, holds_the_ledger_against_the_nodes_own_records) {
    struct day day = begin();
    pictures(&day, 58, 28);
    audit_ledger(day.audit, &(struct audit_ledger){.issued = 20, .adds_up = true});
    cr_assert_eq(audit_finish(day.audit, true, false), 0);
    cr_assert_eq(audit_finding_count(day.audit), 0, "%s", audit_finding(day.audit, 0));
    audit_free(day.audit);
    day = begin();
    pictures(&day, 58, 28);
    audit_ledger(day.audit, &(struct audit_ledger){.issued = 19, .adds_up = true});
    only_finding(&day, "20 issued by the nodes' records, 19 in the ledger");
    day = begin();
    pictures(&day, 58, 28);
    audit_ledger(day.audit, &(struct audit_ledger){.issued = 20, .missing = 3, .adds_up = true});
    only_finding(&day, "shipped less received is 0, the ledger has 3");
    day = begin();
    pictures(&day, 58, 28);
    audit_ledger(day.audit, &(struct audit_ledger){.issued = 20});
    only_finding(&day, "the ledger does not add up");
}

Test(audit, what_is_set_aside_is_still_there) {
    struct day day = begin();
    pictures(&day, 58, 28);
    tell(&day, "D1", &day.made_d1, carried(HV_STOCK_PICK, 10, 0, "W2"), true);
    tell(&day, "D1", &day.made_d1, carried(HV_STOCK_LOAD, 10, 0, "W2"), true);
    cr_assert_eq(audit_finish(day.audit, true, false), 0);
    cr_assert_eq(audit_finding_count(day.audit), 0, "%s", audit_finding(day.audit, 0));
    audit_free(day.audit);
}
