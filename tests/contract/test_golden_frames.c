/* Frames between node and coordinator, against the golden ones. */
#include "tests/support/golden.h"

#include <criterion/criterion.h>

TestSuite(golden_frames, .init = golden_start, .fini = golden_stop);

#define ENVELOPE                                                                                   \
    .protocol = 1, .deployment = DEPLOYMENT, .incident = INCIDENT, .mode = HV_MODE_EXERCISE,       \
    .epoch = 31, .sent_node_ms = 34, .clock_gap_node_ms = 35
#define IN_LANE(LANE) .lane = (LANE), .sequence = 33
static struct hv_lane_head heads[] = {{HV_LANE_HISTORY, 42}, {HV_LANE_PRESENT, 43}};
static struct hv_stock_line water[] = {{.item = "饮用水",
                                        .lot = "L-1",
                                        .expiry_day = 20700,
                                        .quantity = 56,
                                        .damaged = 55,
                                        .pack = 12},
                                       {.item = "毛毯", .quantity = 1000000000000}};

/* ---- session ---- */

Test(golden_frames, hello) {
    struct hv_envelope envelope = {ENVELOPE, .kind = HV_BODY_HELLO};
    envelope.hello = (struct hv_hello){.role = HV_ROLE_SHELTER};
    golden_check_envelope("envelope_hello_first", &envelope);
    envelope.hello = (struct hv_hello){.has_log = true,
                                       .log = LOG,
                                       .term = 41,
                                       .role = HV_ROLE_DEPOT,
                                       .software = "haven-node 1.0",
                                       .made_count = 2,
                                       .made = heads};
    golden_check_envelope("envelope_hello", &envelope);
}

Test(golden_frames, beat_and_ack) {
    struct hv_envelope beat = {ENVELOPE, .kind = HV_BODY_BEAT};
    golden_check_envelope("envelope_beat", &beat);
    struct hv_envelope ack = {ENVELOPE, IN_LANE(HV_LANE_HISTORY), .kind = HV_BODY_ACK,
                              .ack = {.position = 41}};
    golden_check_envelope("envelope_ack", &ack);
}

Test(golden_frames, welcome_and_clock) {
    const char *endpoints[] = {"tcp://198.51.100.7:5670", "tcp://[2001:db8::7]:5670"};
    struct hv_envelope envelope = {ENVELOPE, .kind = HV_BODY_WELCOME};
    envelope.welcome = (struct hv_welcome){.log = LOG,
                                           .term = 41,
                                           .held_count = 2,
                                           .held = heads,
                                           .clock = {.start_wall_ms = 1789000000000,
                                                     .elapsed_ms = 44,
                                                     .rate_permille = 60000,
                                                     .scenario = true},
                                           .endpoint_count = 2,
                                           .endpoints = endpoints,
                                           .held_epoch = 45};
    golden_check_envelope("envelope_welcome", &envelope);
    envelope.kind = HV_BODY_CLOCK;
    envelope.clock = (struct hv_clock){-1789000000000, 44, 60000, true};
    golden_check_envelope("envelope_clock", &envelope);
}

Test(golden_frames, refusal) {
    struct hv_envelope envelope = {ENVELOPE, IN_LANE(HV_LANE_HISTORY), .kind = HV_BODY_REFUSAL,
                                   .refusal = {.reason = HV_REASON_GAP,
                                               .detail = "缺少之前的序号",
                                               .held = 41,
                                               .held_epoch = 42,
                                               .skip = true}};
    golden_check_envelope("envelope_refusal", &envelope);
}

Test(golden_frames, orders) {
    struct hv_order_people people[] = {
        {.zone = "东区", .people = 51, .wheelchair = 47, .medical = 48, .without_vehicle = 49},
        {.zone = "西区", .people = 50}};
    const char *links[] = {"路-1", "路-2"};
    struct hv_order orders[] = {{.id = 41,
                                 .revision = 42,
                                 .kind = HV_ORDER_RECEIVE_PEOPLE,
                                 .post = HV_POST_NODE,
                                 .addressee = "避难所-07",
                                 .state = HV_ORDER_SUPERSEDED,
                                 .superseded_by = 43,
                                 .plan = 44,
                                 .approval = 45,
                                 .has_deadline = true,
                                 .deadline_wall_ms = 1789000000046,
                                 .shelter = "避难所-08",
                                 .people_count = 2,
                                 .people = people,
                                 .link_count = 2,
                                 .links = links,
                                 .has_start = true,
                                 .start_wall_ms = 1789000000051,
                                 .has_end = true,
                                 .end_wall_ms = 1789000000052,
                                 .people_per_hour = 53,
                                 .counterpart = "depot-2",
                                 .waybill = "运单-3",
                                 .line_count = 1,
                                 .lines = water,
                                 .vehicle = "bus-5",
                                 .text = "带好证件\n从东门进",
                                 .issued_wall_ms = 1789000000057},
                                {.id = 61,
                                 .revision = 1,
                                 .kind = HV_ORDER_STAND_BY,
                                 .post = HV_POST_BUS_YARD,
                                 .addressee = "yard-1",
                                 .state = HV_ORDER_ISSUED}};
    struct hv_envelope envelope = {ENVELOPE, .kind = HV_BODY_ORDERS, .orders = {2, orders}};
    golden_check_envelope("envelope_orders", &envelope);
}

/* ---- reports ---- */

/* The report in the frame that all of them have. */
static void check_report(const char *name, struct hv_report report) {
    struct hv_envelope envelope = {ENVELOPE, IN_LANE(HV_LANE_HISTORY), .kind = HV_BODY_REPORT};
    if (report.kind == HV_REPORT_SNAPSHOT)
        envelope.lane = HV_LANE_PRESENT;
    if (report.source == HV_SOURCE_UNKNOWN)
        report.source = HV_SOURCE_NODE;
    report.seen = (struct hv_seen)SEEN(1);
    envelope.report = report;
    golden_check_envelope(name, &envelope);
}

Test(golden_frames, movement) {
    struct hv_report report = {.subject = "避难所-07", .kind = HV_REPORT_MOVEMENT};
    report.movement = (struct hv_movement){.kind = HV_MOVEMENT_CORRECTION,
                                           .people = {.by_age = {[HV_AGE_UNKNOWN] = -1,
                                                                 [HV_AGE_INFANT] = 2,
                                                                 [HV_AGE_CHILD] = -3,
                                                                 [HV_AGE_ADULT] = 4,
                                                                 [HV_AGE_ELDERLY] = -5},
                                                      .overlay = {[HV_OVERLAY_WHEELCHAIR] = 6,
                                                                  [HV_OVERLAY_MEDICAL] = -7,
                                                                  [HV_OVERLAY_PREGNANT] = 8,
                                                                  [HV_OVERLAY_OTHER_LANGUAGE] = -9},
                                                      .pets = 10},
                                           .zone = "东区",
                                           .destination = HV_DESTINATION_HOSPITAL,
                                           .shelter = "避难所-08",
                                           .transfer = "转移-9",
                                           .households = 11};
    check_report("envelope_report_movement", report);
}

Test(golden_frames, count) {
    struct hv_report report = {.kind = HV_REPORT_COUNT};
    report.count = (struct hv_count){
        .people = {.by_age = {11, 12, 13, 14, 15}, .overlay = {6, 7, 8, 9}, .pets = 10},
        .has_households = true};
    check_report("envelope_report_count", report);
}

Test(golden_frames, status_and_note) {
    struct hv_report report = {
        .source = HV_SOURCE_OPERATOR, .subject = "避难所-07", .kind = HV_REPORT_STATUS};
    report.status =
        (struct hv_status_report){.status = HV_SHELTER_NEARLY_FULL, .reason = "三楼已满"};
    check_report("envelope_report_status", report);
    report = (struct hv_report){.kind = HV_REPORT_NOTE, .note = {"水位还在上涨"}};
    check_report("envelope_report_note", report);
}

Test(golden_frames, capacity) {
    struct hv_capacity_line lines[] = {{HV_BASIS_AREA, HV_PART_NIGHT, HV_PLACE_INDOOR, 480},
                                       {HV_BASIS_BEDS, HV_PART_DAY, HV_PLACE_OUTDOOR, 3350},
                                       {.people = 7}};
    struct hv_report report = {.kind = HV_REPORT_CAPACITY, .capacity = {3, lines}};
    check_report("envelope_report_capacity", report);
}

Test(golden_frames, lifelines) {
    struct hv_lifeline lines[] = {{.kind = HV_LIFELINE_GENERATOR,
                                   .state = HV_LIFELINE_LIMITED,
                                   .has_hours = true,
                                   .hours_left = 9,
                                   .seen = SEEN(2)},
                                  {.kind = HV_LIFELINE_SEWAGE, .state = HV_LIFELINE_DOWN},
                                  {.kind = HV_LIFELINE_ROAD}};
    struct hv_report report = {.kind = HV_REPORT_LIFELINES, .lifelines = {3, lines}};
    check_report("envelope_report_lifelines", report);
}

Test(golden_frames, stock) {
    struct hv_report count = {.kind = HV_REPORT_STOCK_COUNT};
    count.stock_count = (struct hv_stock_count){
        .line_count = 2, .lines = water, .complete = true, .reason = "盘点差异"};
    check_report("envelope_report_stock_count", count);
    struct hv_report movement = {.kind = HV_REPORT_STOCK_MOVEMENT};
    movement.stock_movement = (struct hv_stock_movement){.kind = HV_STOCK_RECEIVE,
                                                         .line_count = 1,
                                                         .lines = water,
                                                         .waybill = "运单-3",
                                                         .counterpart = "depot-2",
                                                         .reason = "箱子破损"};
    check_report("envelope_report_stock_movement", movement);
    movement.stock_movement.final = true;
    check_report("envelope_report_stock_final", movement);
    movement.stock_movement.kind = HV_STOCK_UNPACK;
    movement.stock_movement.final = false;
    movement.stock_movement.into_count = 1;
    movement.stock_movement.into = water + 1;
    movement.stock_movement.vehicle = "货车-8";
    check_report("envelope_report_stock_unpack", movement);
    movement.stock_movement.kind = HV_STOCK_RECEIVE;
    movement.stock_movement.into_count = 0;
    movement.stock_movement.waybill = "";
    movement.stock_movement.vehicle = "";
    movement.stock_movement.request = 83;
    movement.stock_movement.request_node = "避难所-4";
    check_report("envelope_report_stock_asked_for", movement);
}

Test(golden_frames, request_and_answer) {
    struct hv_stock_line insulin = {.item = "胰岛素", .quantity = 30};
    struct hv_report request = {.kind = HV_REPORT_REQUEST};
    request.request = (struct hv_request){.id = 81,
                                          .kind = HV_REQUEST_GOODS,
                                          .urgency = HV_URGENCY_LIFE_SAVING,
                                          .line_count = 1,
                                          .lines = &insulin,
                                          .has_amount = true,
                                          .amount = 82,
                                          .text = "今晚之前",
                                          .withdrawn = true};
    check_report("envelope_report_request", request);
    struct hv_report answer = {.kind = HV_REPORT_ANSWER};
    answer.answer = (struct hv_order_answer){.order = 91,
                                             .revision = 92,
                                             .state = HV_ORDER_DECLINED,
                                             .reason = "道路被淹",
                                             .has_done = true};
    check_report("envelope_report_answer", answer);
}

Test(golden_frames, snapshot) {
    struct hv_capacity_line capacity = {HV_BASIS_AREA, HV_PART_NIGHT, HV_PLACE_INDOOR, 480};
    struct hv_lifeline lifeline = {
        .kind = HV_LIFELINE_WATER, .state = HV_LIFELINE_UP, .seen = SEEN(7)};
    struct hv_report report = {.kind = HV_REPORT_SNAPSHOT};
    report.snapshot = (struct hv_snapshot){
        .as_of = 101,
        .part = 2,
        .parts = 3,
        .people = {.by_age = {-1, 2, 3, 4, 5}, .overlay = {6, 7, 8, 9}, .pets = 10},
        .people_seen = SEEN(3),
        .counted_seen = SEEN(4),
        .count_difference = -12,
        .status = HV_SHELTER_OPEN,
        .status_seen = SEEN(5),
        .capacity_count = 1,
        .capacity = &capacity,
        .capacity_seen = SEEN(6),
        .lifeline_count = 1,
        .lifelines = &lifeline,
        .stock_count = 1,
        .stock = water,
        .stock_seen = SEEN(8)};
    check_report("envelope_report_snapshot", report);
}
