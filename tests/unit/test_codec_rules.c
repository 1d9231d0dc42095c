/* Each rule of validation, broken once in a message that is right otherwise. */
#include "schemas/codec.h"

#include <criterion/criterion.h>
#include <string.h>

static struct hv_report report;
static struct hv_order order;
static struct hv_envelope envelope;
static struct hv_record record;

static void start(void) {
    report = (struct hv_report){.source = HV_SOURCE_NODE};
    order = (struct hv_order){.id = 1,
                              .revision = 1,
                              .kind = HV_ORDER_OPEN,
                              .post = HV_POST_NODE,
                              .addressee = "s1",
                              .state = HV_ORDER_ISSUED};
    envelope = (struct hv_envelope){.protocol = HV_PROTOCOL, .mode = HV_MODE_LIVE};
    record = (struct hv_record){.version = HV_RECORD_VERSION, .actor = HV_ACTOR_SYSTEM};
}

TestSuite(codec_rules, .init = start);

#define RIGHT(TYPE) cr_expect_str_eq(hv_##TYPE##_check(&TYPE).detail, "")
#define WRONG(TYPE, DETAIL) cr_expect_str_eq(hv_##TYPE##_check(&TYPE).detail, DETAIL)

static void move(enum hv_movement_kind kind) {
    report.kind = HV_REPORT_MOVEMENT;
    report.movement =
        (struct hv_movement){.kind = kind, .people = {.by_age = {[HV_AGE_ADULT] = 2}}};
}

Test(codec_rules, only_a_correction_is_negative) {
    move(HV_MOVEMENT_CHECK_OUT);
    RIGHT(report);
    report.movement.people.pets = -1;
    WRONG(report, "report.movement.people.pets: -1");
    report.movement.kind = HV_MOVEMENT_CORRECTION;
    RIGHT(report);
    report.movement.people.by_age[HV_AGE_INFANT] = -HV_PEOPLE_MAX - 1;
    WRONG(report, "report.movement.people.infant: -10000001 is beyond 10000000");
}

Test(codec_rules, an_overlay_is_a_subset) {
    move(HV_MOVEMENT_CHECK_IN);
    report.movement.people.overlay[HV_OVERLAY_PREGNANT] = 3;
    WRONG(report, "report.movement.people.pregnant: 3 of 2 people");
    report.kind = HV_REPORT_COUNT;
    report.count = (struct hv_count){.people = {.overlay = {1}}};
    WRONG(report, "report.count.people.wheelchair: 1 of 0 people");
    report.count.people.by_age[HV_AGE_UNKNOWN] = 1;
    RIGHT(report);
    report.count.people = (struct hv_people){.by_age = {HV_PEOPLE_MAX, 1}};
    WRONG(report, "report.count.people: 10000001 in all");
}

Test(codec_rules, a_transfer_has_an_id) {
    move(HV_MOVEMENT_TRANSFER_OUT);
    WRONG(report, "report.movement.transfer: missing");
    report.movement.transfer = "t-1";
    RIGHT(report);
}

Test(codec_rules, capacity_is_said_once) {
    static struct hv_capacity_line lines[] = {{.basis = HV_BASIS_BEDS, .people = 1}, {.people = 2}};
    report.kind = HV_REPORT_CAPACITY;
    report.capacity = (struct hv_capacity_report){2, lines};
    RIGHT(report);
    lines[1].basis = HV_BASIS_BEDS;
    WRONG(report, "report.capacity.lines: lines 0 and 1 say the same");
    lines[1].people = HV_PEOPLE_MAX + 1;
    WRONG(report, "report.capacity.lines[1].people: 10000001 is more than 10000000");
}

Test(codec_rules, a_lifeline_is_said_once) {
    static struct hv_lifeline lines[] = {{.kind = HV_LIFELINE_WATER}, {.kind = HV_LIFELINE_ROAD}};
    report.kind = HV_REPORT_LIFELINES;
    report.lifelines = (struct hv_lifeline_report){2, lines};
    RIGHT(report);
    lines[1].kind = HV_LIFELINE_WATER;
    WRONG(report, "report.lifelines.lifelines: water twice");
    lines[1].kind = HV_LIFELINE_UNKNOWN;
    WRONG(report, "report.lifelines.lifelines[1].kind: missing");
}

Test(codec_rules, goods_are_within_their_quantity) {
    static struct hv_stock_line lines[] = {{.item = "water", .quantity = 5, .damaged = 5},
                                           {.item = "water", .lot = "a", .quantity = 5}};
    report.kind = HV_REPORT_STOCK_COUNT;
    report.stock_count = (struct hv_stock_count){.line_count = 2, .lines = lines};
    RIGHT(report);
    lines[1].lot = NULL;
    WRONG(report, "report.stock_count.lines: lines 0 and 1 count the same goods");
    lines[1].expiry_day = 1;
    RIGHT(report);
    lines[1].damaged = 6;
    WRONG(report, "report.stock_count.lines[1].damaged: 6 of 5");
    lines[1] = (struct hv_stock_line){.item = "rice", .quantity = HV_QUANTITY_MAX + 1ull};
    WRONG(report, "report.stock_count.lines[1].quantity: 1000000000001 is more than 1000000000000");
    lines[1] = (struct hv_stock_line){.item = ""};
    WRONG(report, "report.stock_count.lines[1].item: missing");
    report.stock_count.line_count = HV_STOCK_LINES_MAX + 1;
    WRONG(report, "report.stock_count.lines: 601, more than 600");
}

Test(codec_rules, goods_that_move_are_some) {
    static struct hv_stock_line line = {.item = "water", .quantity = 1};
    report.kind = HV_REPORT_STOCK_MOVEMENT;
    report.stock_movement = (struct hv_stock_movement){.kind = HV_STOCK_ISSUE};
    WRONG(report, "report.stock_movement.lines: missing");
    report.stock_movement.line_count = 1;
    report.stock_movement.lines = &line;
    RIGHT(report);
    line.quantity = 0;
    WRONG(report, "report.stock_movement.lines: line 0 moves nothing");
    report.stock_movement = (struct hv_stock_movement){
        .kind = HV_STOCK_RECEIVE, .waybill = "W-1", .counterpart = "", .reason = "", .vehicle = ""};
    WRONG(report, "report.stock_movement.lines: missing");
    report.stock_movement.final = true;
    RIGHT(report); /* of a delivery nothing came */
    report.stock_movement.kind = HV_STOCK_SHIP;
    WRONG(report, "report.stock_movement.lines: missing");
}

Test(codec_rules, goods_are_set_aside_for_a_waybill) {
    static struct hv_stock_line line = {.item = "water", .quantity = 1};
    report.kind = HV_REPORT_STOCK_MOVEMENT;
    report.stock_movement =
        (struct hv_stock_movement){.kind = HV_STOCK_PICK, .line_count = 1, .lines = &line};
    WRONG(report, "report.stock_movement.waybill: missing: goods are picked for a waybill");
    report.stock_movement.waybill = "W-1";
    RIGHT(report);
    report.stock_movement.final = true;
    WRONG(report, "report.stock_movement.final: only what is shipped or received on a waybill");
    report.stock_movement.kind = HV_STOCK_RECEIVE;
    RIGHT(report);
    report.stock_movement.waybill = "";
    WRONG(report, "report.stock_movement.final: only what is shipped or received on a waybill");
}

Test(codec_rules, only_what_comes_without_a_waybill_names_its_request) {
    static struct hv_stock_line line = {.item = "water", .quantity = 1};
    report.kind = HV_REPORT_STOCK_MOVEMENT;
    report.stock_movement = (struct hv_stock_movement){
        .kind = HV_STOCK_RECEIVE, .line_count = 1, .lines = &line, .request = 3};
    RIGHT(report);
    report.stock_movement.request_node = "S1";
    RIGHT(report);
    report.stock_movement.waybill = "W-1";
    WRONG(report, "report.stock_movement.request: only of what is received without a waybill: a "
                  "waybill knows whom it is for");
    report.stock_movement.waybill = "";
    report.stock_movement.kind = HV_STOCK_ISSUE;
    WRONG(report, "report.stock_movement.request: only of what is received without a waybill: a "
                  "waybill knows whom it is for");
    report.stock_movement.kind = HV_STOCK_RECEIVE;
    report.stock_movement.request = 0;
    WRONG(report, "report.stock_movement.request: missing: which of that node?");
}

Test(codec_rules, kits_are_unpacked_into_something) {
    static struct hv_stock_line kit = {.item = "kit", .quantity = 1},
                                part = {.item = "blanket", .quantity = 0};
    report.kind = HV_REPORT_STOCK_MOVEMENT;
    report.stock_movement =
        (struct hv_stock_movement){.kind = HV_STOCK_UNPACK, .line_count = 1, .lines = &kit};
    WRONG(report, "report.stock_movement.into: what kits are unpacked into, and nothing else");
    report.stock_movement.into_count = 1;
    report.stock_movement.into = &part;
    WRONG(report, "report.stock_movement.into: line 0 moves nothing");
    part.quantity = 5;
    RIGHT(report);
    report.stock_movement.kind = HV_STOCK_ISSUE;
    WRONG(report, "report.stock_movement.into: what kits are unpacked into, and nothing else");
}

Test(codec_rules, what_is_not_approved_has_a_reason) {
    static struct hv_stock_line line = {.item = "water", .quantity = 1};
    record.kind = HV_RECORD_DECISION;
    record.decision =
        (struct hv_request_decision){.place = "S01", .request = 1, .verdict = HV_VERDICT_DECLINED};
    WRONG(record, "decision.reason: missing");
    record.decision.reason = "无库存";
    RIGHT(record);
    record.decision.line_count = 1;
    record.decision.lines = &line;
    WRONG(record, "decision.lines: only an approval is of so much");
    record.decision.verdict = HV_VERDICT_APPROVED;
    RIGHT(record);
}

Test(codec_rules, a_request_for_goods_names_them) {
    report.kind = HV_REPORT_REQUEST;
    report.request = (struct hv_request){.kind = HV_REQUEST_GOODS};
    WRONG(report, "report.request.id: missing");
    report.request.id = 1;
    WRONG(report, "report.request.lines: missing");
    report.request.withdrawn = true;
    RIGHT(report);
}

Test(codec_rules, an_answer_is_a_nodes_to_give) {
    report.kind = HV_REPORT_ANSWER;
    report.answer =
        (struct hv_order_answer){.order = 1, .revision = 1, .state = HV_ORDER_CANCELLED};
    WRONG(report, "report.answer.state: cancelled is the coordinator's");
    report.answer.state = HV_ORDER_DECLINED;
    WRONG(report, "report.answer.reason: missing");
    report.answer.reason = "道路冠水";
    RIGHT(report);
    record.kind = HV_RECORD_ANSWER;
    record.answer = report.answer;
    record.answer.has_done = true;
    record.answer.done = HV_QUANTITY_MAX + 1;
    WRONG(record, "answer.done: 1000000000001 is more than 1000000000000");
}

Test(codec_rules, a_snapshot_part_is_one_of_its_parts) {
    report.kind = HV_REPORT_SNAPSHOT;
    report.snapshot = (struct hv_snapshot){.part = 0, .parts = 0};
    WRONG(report, "report.snapshot.parts: missing");
    report.snapshot.parts = 2;
    RIGHT(report);
    report.snapshot.part = 2;
    WRONG(report, "report.snapshot.part: 2 of 2, from 0");
    report.snapshot.part = 1;
    report.snapshot.people.by_age[HV_AGE_ADULT] = -3; /* counted as of unknown age before */
    RIGHT(report);
}

Test(codec_rules, a_report_on_behalf_says_of_whom) {
    move(HV_MOVEMENT_CHECK_IN);
    report.source = HV_SOURCE_OPERATOR;
    WRONG(report, "report.subject: missing in a report on behalf");
    report.subject = "s1";
    RIGHT(report);
    report.source = HV_SOURCE_UNKNOWN;
    WRONG(report, "report.source: missing");
    report.source = 77;
    WRONG(report, "report.source: 77 is no known value");
    report.source = HV_SOURCE_NODE;
    report.kind = HV_REPORT_NONE;
    WRONG(report, "report: no body of a known kind");
}

Test(codec_rules, a_lane_holds_what_belongs_there) {
    move(HV_MOVEMENT_CHECK_IN);
    envelope.kind = HV_BODY_REPORT;
    envelope.report = report;
    WRONG(envelope, "lane: missing");
    envelope.lane = HV_LANE_HISTORY;
    WRONG(envelope, "sequence: missing");
    envelope.sequence = 1;
    RIGHT(envelope);
    envelope.lane = HV_LANE_PRESENT;
    WRONG(envelope, "lane: movement in lane present");
    envelope.kind = HV_BODY_BEAT;
    WRONG(envelope, "lane: a lane or sequence in a message of no lane");
    envelope.kind = HV_BODY_ACK;
    envelope.ack = (struct hv_ack){1};
    RIGHT(envelope);
    envelope.protocol = 2;
    WRONG(envelope, "protocol: 2, not 1");
}

Test(codec_rules, a_session_names_each_lane_once) {
    struct hv_lane_head heads[] = {{HV_LANE_HISTORY, 1}, {HV_LANE_HISTORY, 2}};
    envelope.kind = HV_BODY_HELLO;
    envelope.hello = (struct hv_hello){.role = HV_ROLE_DEPOT, .made_count = 2, .made = heads};
    WRONG(envelope, "hello.made: the same lane twice");
    heads[1].lane = HV_LANE_PRESENT;
    RIGHT(envelope);
    envelope.kind = HV_BODY_WELCOME;
    envelope.welcome = (struct hv_welcome){.held_count = 1, .held = heads};
    WRONG(envelope, "welcome.clock.rate_permille: 0 in real time, not 1000");
    envelope.welcome.clock.rate_permille = 1000;
    RIGHT(envelope);
    envelope.welcome.clock.elapsed_ms = 5;
    WRONG(envelope, "welcome.clock.start_wall_ms: a start in real time");
}

Test(codec_rules, an_order_is_sent_in_a_coordinators_state) {
    RIGHT(order);
    order.state = HV_ORDER_DONE;
    WRONG(order, "order.state: done is an answer's");
    order.state = HV_ORDER_SUPERSEDED;
    WRONG(order, "order.superseded_by: 0 in state superseded");
    order.superseded_by = 2;
    RIGHT(order);
    order.has_start = order.has_end = true;
    order.start_wall_ms = 5;
    WRONG(order, "order.end_wall_ms: before the start");
    order.has_start = false;
    order.answers_from = order.revision + 1;
    WRONG(order, "order.answers_from: later than this revision");
    order.answers_from = order.revision;
    WRONG(order, "order.answers_from: an order that ends is told anew");
    order.answers_from = 0;
    static struct hv_order_people people = {.zone = "z", .people = 4, .medical = 5};
    order.people = &people;
    order.people_count = 1;
    WRONG(order, "order.people[0].medical: 5 of 4 people");
}

Test(codec_rules, a_record_names_its_actor_and_its_place_in_a_lane) {
    record.kind = HV_RECORD_REPORT;
    move(HV_MOVEMENT_CHECK_IN);
    record.report = (struct hv_node_report){.report = report};
    WRONG(record, "report.lane: missing");
    record.report.sequence = 1;
    WRONG(record, "report.sequence: lane and sequence go together");
    record.report.lane = HV_LANE_HISTORY;
    WRONG(record, "report.node: missing");
    record.report.node = "s1";
    RIGHT(record);
    record.actor = HV_ACTOR_NODE;
    WRONG(record, "name: missing");
    record.name = "s1";
    RIGHT(record);
    record.version = 2;
    WRONG(record, "version: 2, not 1");
}

Test(codec_rules, texts_have_a_length) {
    char text[HV_TEXT_BYTES_MAX + 2] = {0};
    memset(text, 'x', HV_TEXT_BYTES_MAX);
    report.kind = HV_REPORT_NOTE;
    report.note.text = text;
    RIGHT(report);
    text[HV_TEXT_BYTES_MAX] = 'x';
    WRONG(report, "report.note.text: longer than 1024 bytes");
    report.note.text = NULL;
    WRONG(report, "report.note.text: missing");
    report.note.text = "a\nb\tc";
    RIGHT(report);
}

Test(codec_rules, counters_are_exact_in_json) {
    order.plan = HV_COUNTER_MAX;
    RIGHT(order);
    order.plan++;
    WRONG(order, "order.plan: 9007199254740992 is more than 9007199254740991");
}
