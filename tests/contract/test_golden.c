/* Golden messages of release v1 (tests/contract/golden/v1/NAME.txt, made into bytes by protoc):
 * each still decodes, and to what its text says, no field exchanged for another.
 *
 * What is expected stands here in C a second time, written by hand. It must encode to the golden
 * bytes, and so must what the golden bytes decode to. Every field of every message is filled, each
 * with a value of its own. */
#include "schemas/codec.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct hv_arena arena;
static uint8_t golden[HV_FRAME_BYTES_MAX], made[HV_FRAME_BYTES_MAX];
static size_t golden_size;

static void start(void) {
    hv_arena_init(&arena, 0);
}

static void stop(void) {
    hv_arena_deinit(&arena);
}

TestSuite(golden, .init = start, .fini = stop);

static void read_golden(const char *name) {
    char path[4096];
    const char *top = getenv("HAVEN_TOP");
    snprintf(path, sizeof path, "%s/tests/contract/golden/v1/%s.bin", top == NULL ? "." : top,
             name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    golden_size = fread(golden, 1, sizeof golden, file);
    fclose(file);
    cr_assert_gt(golden_size, 0);
}

static void same_bytes(size_t size, const char *name) {
    cr_assert_eq(size, golden_size, "%s", name);
    cr_assert_eq(memcmp(made, golden, size), 0, "%s", name);
}

static void check_envelope(const char *name, const struct hv_envelope *expected) {
    struct hv_verdict verdict;
    struct hv_envelope *decoded = NULL;
    size_t size = 0;
    read_golden(name);
    cr_assert_eq(hv_envelope_encode(expected, &arena, made, sizeof made, &size), HV_OK, "%s: %s",
                 name, hv_envelope_check(expected).detail);
    same_bytes(size, name);
    cr_assert_eq(hv_envelope_decode(golden, golden_size, &arena, &verdict, &decoded), HV_OK,
                 "%s: %s", name, verdict.detail);
    cr_assert_eq(hv_envelope_encode(decoded, &arena, made, sizeof made, &size), HV_OK);
    same_bytes(size, name);
}

static void check_record(const char *name, const struct hv_record *expected) {
    struct hv_verdict verdict;
    struct hv_record *decoded = NULL;
    size_t size = 0;
    read_golden(name);
    cr_assert_eq(hv_record_encode(expected, &arena, made, sizeof made, &size), HV_OK, "%s: %s",
                 name, hv_record_check(expected).detail);
    same_bytes(size, name);
    cr_assert_eq(hv_record_decode(golden, golden_size, &arena, &verdict, &decoded), HV_OK, "%s: %s",
                 name, verdict.detail);
    cr_assert_eq(hv_record_encode(decoded, &arena, made, sizeof made, &size), HV_OK);
    same_bytes(size, name);
}

/* Initialisers of byte arrays take the characters and leave out the NUL. */
#define DEPLOYMENT                                                                                 \
    { 'd', 'e', 'p', 'l', 'o', 'y', 'm', 'e', 'n', 't', '-', '0', '0', '0', '0', '1' }
#define INCIDENT                                                                                   \
    { 'i', 'n', 'c', 'i', 'd', 'e', 'n', 't', '-', '2', '0', '2', '6', '-', '0', '9' }
#define LOG                                                                                        \
    { 'l', 'o', 'g', '-', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '1' }
static const char key[] = "key-of-shelter-seven-32-bytes-01";
static const char hash[] = "hash-of-region-package-32-bytes1";

#define ENVELOPE                                                                                   \
    .protocol = 1, .deployment = DEPLOYMENT, .incident = INCIDENT, .mode = HV_MODE_EXERCISE,       \
    .epoch = 31, .sent_node_ms = 34, .clock_gap_node_ms = 35
#define IN_LANE(LANE) .lane = (LANE), .sequence = 33
#define SEEN(N)                                                                                    \
    { .wall_ms = 1789000000000 + (N), .node_ms = 70 + (N) }

static struct hv_lane_head heads[] = {{HV_LANE_HISTORY, 42}, {HV_LANE_PRESENT, 43}};
static struct hv_stock_line water[] = {{.item = "饮用水",
                                        .lot = "L-1",
                                        .expiry_day = 20700,
                                        .quantity = 56,
                                        .damaged = 55,
                                        .pack = 12},
                                       {.item = "毛毯", .quantity = 1000000000000}};

/* ---- session ---- */

Test(golden, hello) {
    struct hv_envelope envelope = {ENVELOPE, .kind = HV_BODY_HELLO};
    envelope.hello = (struct hv_hello){.role = HV_ROLE_SHELTER};
    check_envelope("envelope_hello_first", &envelope);
    envelope.hello = (struct hv_hello){.has_log = true,
                                       .log = LOG,
                                       .term = 41,
                                       .role = HV_ROLE_DEPOT,
                                       .software = "haven-node 1.0",
                                       .made_count = 2,
                                       .made = heads};
    check_envelope("envelope_hello", &envelope);
}

Test(golden, beat_and_ack) {
    struct hv_envelope beat = {ENVELOPE, .kind = HV_BODY_BEAT};
    check_envelope("envelope_beat", &beat);
    struct hv_envelope ack = {ENVELOPE, IN_LANE(HV_LANE_HISTORY), .kind = HV_BODY_ACK,
                              .ack = {.position = 41}};
    check_envelope("envelope_ack", &ack);
}

Test(golden, welcome_and_clock) {
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
    check_envelope("envelope_welcome", &envelope);
    envelope.kind = HV_BODY_CLOCK;
    envelope.clock = (struct hv_clock){-1789000000000, 44, 60000, true};
    check_envelope("envelope_clock", &envelope);
}

Test(golden, refusal) {
    struct hv_envelope envelope = {ENVELOPE, IN_LANE(HV_LANE_HISTORY), .kind = HV_BODY_REFUSAL,
                                   .refusal = {.reason = HV_REASON_GAP,
                                               .detail = "缺少之前的序号",
                                               .held = 41,
                                               .held_epoch = 42,
                                               .skip = true}};
    check_envelope("envelope_refusal", &envelope);
}

Test(golden, orders) {
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
    check_envelope("envelope_orders", &envelope);
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
    check_envelope(name, &envelope);
}

Test(golden, movement) {
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

Test(golden, count) {
    struct hv_report report = {.kind = HV_REPORT_COUNT};
    report.count = (struct hv_count){
        .people = {.by_age = {11, 12, 13, 14, 15}, .overlay = {6, 7, 8, 9}, .pets = 10},
        .has_households = true};
    check_report("envelope_report_count", report);
}

Test(golden, status_and_note) {
    struct hv_report report = {
        .source = HV_SOURCE_OPERATOR, .subject = "避难所-07", .kind = HV_REPORT_STATUS};
    report.status =
        (struct hv_status_report){.status = HV_SHELTER_NEARLY_FULL, .reason = "三楼已满"};
    check_report("envelope_report_status", report);
    report = (struct hv_report){.kind = HV_REPORT_NOTE, .note = {"水位还在上涨"}};
    check_report("envelope_report_note", report);
}

Test(golden, capacity) {
    struct hv_capacity_line lines[] = {{HV_BASIS_AREA, HV_PART_NIGHT, HV_PLACE_INDOOR, 480},
                                       {HV_BASIS_BEDS, HV_PART_DAY, HV_PLACE_OUTDOOR, 3350},
                                       {.people = 7}};
    struct hv_report report = {.kind = HV_REPORT_CAPACITY, .capacity = {3, lines}};
    check_report("envelope_report_capacity", report);
}

Test(golden, lifelines) {
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

Test(golden, stock) {
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
}

Test(golden, request_and_answer) {
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

Test(golden, snapshot) {
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

/* ---- log records ---- */

#define RECORD                                                                                     \
    .version = 1, .actor = HV_ACTOR_OPERATOR, .name = "值班长", .cause = 21,                       \
    .wall_ms = 1789000000022, .mono_ms = 23

Test(golden, log_started_and_term) {
    struct hv_record started = {RECORD, .kind = HV_RECORD_LOG_STARTED};
    started.started = (struct hv_log_started){
        .deployment = DEPLOYMENT, .log = LOG, .mode = HV_MODE_EXERCISE, .name = "河流洪水演习"};
    check_record("record_log_started", &started);
    struct hv_record term = {RECORD, .kind = HV_RECORD_TERM};
    term.term = (struct hv_term_change){.term = 151, .reason = "从备份恢复", .log = LOG};
    check_record("record_term", &term);
}

Test(golden, reports_in_the_log) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_REPORT};
    record.report = (struct hv_node_report){.node = "避难所-07",
                                            .epoch = 111,
                                            .lane = HV_LANE_HISTORY,
                                            .sequence = 112,
                                            .sent_node_ms = 113,
                                            .clock_gap_node_ms = 114,
                                            .incident = INCIDENT,
                                            .report = {.source = HV_SOURCE_NODE,
                                                       .seen = SEEN(1),
                                                       .kind = HV_REPORT_NOTE,
                                                       .note = {"水位还在上涨"}}};
    check_record("record_report", &record);
    record.report = (struct hv_node_report){.incident = INCIDENT,
                                            .report = {.source = HV_SOURCE_OPERATOR,
                                                       .seen = {.wall_ms = 1789000000001},
                                                       .subject = "避难所-07",
                                                       .kind = HV_REPORT_STATUS,
                                                       .status = {.status = HV_SHELTER_FULL}}};
    check_record("record_report_on_behalf", &record);
}

Test(golden, keys) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_ENROLMENT};
    record.enrolment =
        (struct hv_enrolment){.node = "避难所-07", .role = HV_ROLE_SHELTER, .place = "小学-7"};
    memcpy(record.enrolment.public_key, key, HV_KEY_BYTES);
    check_record("record_enrolment", &record);
    record.kind = HV_RECORD_REVOCATION;
    record.revocation = (struct hv_revocation){.node = "避难所-07", .reason = "电脑丢失"};
    memcpy(record.revocation.public_key, key, HV_KEY_BYTES);
    check_record("record_revocation", &record);
}

Test(golden, versions) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_REGION};
    record.region = (struct hv_region_version){.name = "七尾市", .version = "2026-09"};
    memcpy(record.region.hash, hash, HV_HASH_BYTES);
    check_record("record_region", &record);
    record.kind = HV_RECORD_PROFILE;
    record.profile = (struct hv_profile_version){.name = "GB 51143", .version = "2015"};
    check_record("record_profile", &record);
}

Test(golden, incident_clock_and_presence) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_INCIDENT};
    record.incident = (struct hv_incident_change){
        .incident = INCIDENT, .name = "九月洪水", .phase = HV_PHASE_EVACUATION, .hazard = "flood"};
    check_record("record_incident", &record);
    record.kind = HV_RECORD_CLOCK;
    record.clock = (struct hv_clock){1789000000000, 44, 60000, true};
    check_record("record_clock", &record);
    record.kind = HV_RECORD_PRESENCE;
    record.presence =
        (struct hv_presence){.node = "避难所-07", .stale = true, .last_heard_mono_ms = 121};
    check_record("record_presence", &record);
}

Test(golden, roads_hazards_and_alerts) {
    const char *zones[] = {"东区", "西区"}, *links[] = {"路-1"}, *depots[] = {"depot-2"};
    const char *shelters[] = {"避难所-07", "避难所-08"};
    struct hv_record record = {RECORD, .kind = HV_RECORD_ROAD};
    record.road = (struct hv_road_state){.link = "路-1",
                                         .closed = true,
                                         .has_capacity = true,
                                         .capacity_permille = 500,
                                         .reason = "塌方"};
    check_record("record_road", &record);
    record.kind = HV_RECORD_SWEEP;
    record.sweep = (struct hv_zone_sweep){
        .zone = "东区", .left = 12, .age_ms = 600000, .reason = "楼长逐户敲门"};
    check_record("record_sweep", &record);
    record.kind = HV_RECORD_HAZARD;
    record.hazard = (struct hv_hazard_state){.hazard = "flood-1",
                                             .kind = "flood",
                                             .over = true,
                                             .zone_count = 2,
                                             .zones = zones,
                                             .link_count = 1,
                                             .links = links,
                                             .shelter_count = 2,
                                             .shelters = shelters,
                                             .depot_count = 1,
                                             .depots = depots};
    check_record("record_hazard", &record);
    struct hv_hazard_step steps[] = {{.from_wall_ms = 1788890400000,
                                      .has_until = true,
                                      .until_wall_ms = 1788897600000,
                                      .zone_count = 2,
                                      .zones = zones,
                                      .link_count = 1,
                                      .links = links,
                                      .shelter_count = 2,
                                      .shelters = shelters,
                                      .depot_count = 1,
                                      .depots = depots,
                                      .has_capacity = true,
                                      .capacity_permille = 400},
                                     {.from_wall_ms = 1788894000000}};
    record.hazard.steps = steps;
    record.hazard.step_count = 2;
    check_record("record_hazard_timeline", &record);
    record.kind = HV_RECORD_ALERT;
    record.alert = (struct hv_alert){.id = "urn:oid:2.49.0.1.156.1",
                                     .sender = "气象台",
                                     .headline = "暴雨红色预警",
                                     .severity = "extreme",
                                     .cancelled = true};
    check_record("record_alert", &record);
}

Test(golden, plan_and_approval) {
    const char *links[] = {"路-1", "路-2"};
    struct hv_plan_move moves[] = {{.zone = "东区",
                                    .shelter = "避难所-07",
                                    .link_count = 2,
                                    .links = links,
                                    .people = 138,
                                    .wheelchair = 135,
                                    .medical = 136,
                                    .without_vehicle = 137,
                                    .travel_s = 134,
                                    .changed = true},
                                   {.zone = "西区", .shelter = "避难所-08", .people = 1}};
    struct hv_plan_shipment shipment = {.depot = "depot-2",
                                        .shelter = "避难所-07",
                                        .item = "饮用水",
                                        .quantity = 139,
                                        .changed = true};
    struct hv_plan_left left = {.zone = "北区",
                                .shelter = "避难所-09",
                                .item = "毛毯",
                                .amount = 140,
                                .reason = HV_PLAN_NO_STOCK,
                                .parameter = "毛毯 140"};
    struct hv_record record = {RECORD, .kind = HV_RECORD_PLAN};
    record.plan = (struct hv_plan){.id = 131,
                                   .basis = 132,
                                   .in_force = 133,
                                   .move_count = 2,
                                   .moves = moves,
                                   .shipment_count = 1,
                                   .shipments = &shipment,
                                   .left_count = 1,
                                   .left = &left,
                                   .unserved_people = -141,
                                   .unserved_bound = 142,
                                   .person_seconds = -143,
                                   .person_seconds_bound = 144,
                                   .unmet_cost = -145,
                                   .unmet_bound = 146,
                                   .work = UINT64_MAX,
                                   .stopped_early = true};
    memcpy(record.plan.region_hash, hash, HV_HASH_BYTES);
    check_record("record_plan", &record);
    struct hv_record approval = {RECORD, .kind = HV_RECORD_APPROVAL};
    approval.approval = (struct hv_approval){.plan = 131, .withdrawn = true, .reason = "桥已关闭"};
    check_record("record_approval", &approval);
}

Test(golden, plan_with_deliveries) {
    struct hv_plan_load load = {.item = "water", .quantity = 409};
    struct hv_plan_delivery trip = {.depot = "D1",
                                    .shelter = "避难所-07",
                                    .vehicle = "TRK-D1",
                                    .number = 401,
                                    .order = 402,
                                    .starts_s = 403,
                                    .leaves_s = 404,
                                    .arrives_s = 405,
                                    .delivered_s = 406,
                                    .back_s = 407,
                                    .late_s = 408,
                                    .load_count = 1,
                                    .load = &load};
    struct hv_plan_undelivered left = {.depot = "D2",
                                       .shelter = "避难所-08",
                                       .item = "insulin",
                                       .quantity = 410,
                                       .order = 411,
                                       .reason = HV_PLAN_NO_COLD_VEHICLE};
    struct hv_record record = {RECORD, .kind = HV_RECORD_PLAN};
    record.plan = (struct hv_plan){.id = 131,
                                   .fleet_known = true,
                                   .delivery_count = 1,
                                   .deliveries = &trip,
                                   .undelivered_count = 1,
                                   .undelivered = &left,
                                   .delivery_horizon_s = 412,
                                   .last_delivery_s = 413,
                                   .last_delivery_bound_s = 414,
                                   .vehicle_s = 415,
                                   .delivery_late_s = 416};
    memcpy(record.plan.region_hash, hash, HV_HASH_BYTES);
    check_record("record_plan_deliveries", &record);
}

Test(golden, order_with_trips) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_ORDER};
    record.order = (struct hv_order){.id = 61,
                                     .revision = 2,
                                     .kind = HV_ORDER_SHIP,
                                     .post = HV_POST_NODE,
                                     .addressee = "D1",
                                     .state = HV_ORDER_ISSUED,
                                     .shelter = "",
                                     .counterpart = "",
                                     .waybill = "",
                                     .vehicle = "TRK-D1",
                                     .text = "",
                                     .trips = 421};
    check_record("record_order_trips", &record);
}

Test(golden, plan_with_times) {
    struct hv_plan_move move = {.zone = "东区",
                                .shelter = "避难所-07",
                                .people = 138,
                                .departs_s = 151,
                                .departed_s = 152,
                                .arrives_s = 153,
                                .arrived_s = 154,
                                .people_per_hour = 155};
    struct hv_plan_change change = {.zone = "西区",
                                    .shelter = "避难所-08",
                                    .before = 156,
                                    .after = 157,
                                    .reason = HV_PLAN_NOT_USABLE,
                                    .loses_s = 158};
    struct hv_record record = {RECORD, .kind = HV_RECORD_PLAN};
    record.plan = (struct hv_plan){.id = 131,
                                   .move_count = 1,
                                   .moves = &move,
                                   .change_count = 1,
                                   .changes = &change,
                                   .bound = HV_PLAN_BOUND_FLOW,
                                   .step_s = 159,
                                   .horizon_s = 160,
                                   .ete90_s = 161,
                                   .ete100_s = 162,
                                   .clearance_s = 163,
                                   .late_people = 164,
                                   .changed_people = 165,
                                   .stability_person_seconds = 166};
    memcpy(record.plan.region_hash, hash, HV_HASH_BYTES);
    check_record("record_plan_times", &record);
}

Test(golden, orders_and_answers_in_the_log) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_ORDER};
    record.order = (struct hv_order){.id = 61,
                                     .revision = 2,
                                     .kind = HV_ORDER_EVACUATE_ZONE,
                                     .post = HV_POST_ZONE_WARDEN,
                                     .addressee = "东区",
                                     .state = HV_ORDER_CANCELLED,
                                     .has_deadline = true};
    check_record("record_order", &record);
    struct hv_record answer = {RECORD, .kind = HV_RECORD_ANSWER};
    answer.answer = (struct hv_order_answer){
        .order = 91, .revision = 92, .state = HV_ORDER_PARTLY_DONE, .has_done = true, .done = 93};
    check_record("record_answer", &answer);
}

Test(golden, notes_refusals_and_epochs) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_NOTE};
    record.note = (struct hv_note_entry){.text = "联系了消防队", .subject = "避难所-07"};
    check_record("record_note", &record);
    record.kind = HV_RECORD_REFUSED;
    record.refused = (struct hv_refused_report){.node = "避难所-07",
                                                .epoch = 161,
                                                .lane = HV_LANE_PRESENT,
                                                .sequence = 162,
                                                .reason = HV_REASON_RANGE,
                                                .detail = "report.count.people.adult: -3"};
    check_record("record_refused", &record);
    record.kind = HV_RECORD_EPOCH;
    record.epoch = (struct hv_epoch_started){.node = "避难所-07", .epoch = 171};
    check_record("record_epoch", &record);
}

Test(golden, what_is_decided_of_goods) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_DECISION};
    record.decision = (struct hv_request_decision){.place = "避难所-07",
                                                   .node = "节点-7",
                                                   .request = 181,
                                                   .verdict = HV_VERDICT_APPROVED,
                                                   .line_count = 2,
                                                   .lines = water,
                                                   .reason = "先到先得"};
    check_record("record_decision", &record);
    record.kind = HV_RECORD_WAYBILL_END;
    record.waybill_end = (struct hv_waybill_end){.waybill = "运单-3", .reason = "卡车翻了"};
    check_record("record_waybill_end", &record);
}

Test(golden, who_sees_to_what) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_ESCALATION};
    record.escalation = (struct hv_escalation){
        .order = 18, .revision = 2, .level = 1, .to = "approver", .reason = HV_ESCALATION_OVERDUE};
    check_record("record_escalation", &record);
    record.kind = HV_RECORD_OWNER;
    record.owner = (struct hv_owner_change){
        .thing = "order-overdue:18", .owner = "值班员", .note = "正在打电话"};
    check_record("record_owner", &record);
    record.kind = HV_RECORD_HANDOVER;
    record.handover = (struct hv_shift_handover){.to = "夜班", .text = "S03 的水还能用两天"};
    check_record("record_handover", &record);
}

Test(golden, what_binds_plans_and_who_may_decide) {
    static const char *roles[] = {"planner", "approver"};
    struct hv_record record = {RECORD, .kind = HV_RECORD_DIRECTIVE};
    record.directive = (struct hv_plan_directive){.id = "钉-3",
                                                  .kind = HV_DIRECTIVE_RESERVE,
                                                  .zone = "",
                                                  .shelter = "",
                                                  .depot = "D1",
                                                  .item = "water",
                                                  .quantity = 500,
                                                  .lifted = true,
                                                  .reason = "留给医院",
                                                  .link = ""};
    record.origin = (struct hv_origin){.door = "http",
                                       .address = "127.0.0.1",
                                       .role = "planner",
                                       .key = "key-00000001",
                                       .fingerprint = 0xfedcba9876543210,
                                       .before = 191};
    check_record("record_directive", &record);
    record.directive = (struct hv_plan_directive){.id = "绕-3",
                                                  .kind = HV_DIRECTIVE_AVOID,
                                                  .zone = "",
                                                  .shelter = "",
                                                  .depot = "",
                                                  .item = "",
                                                  .reason = "留给救护车",
                                                  .link = "L1-2"};
    check_record("record_directive_avoid", &record);
    record.kind = HV_RECORD_ACCOUNT;
    record.account = (struct hv_account_change){.account = "值班员",
                                                .act = HV_ACCOUNT_SET,
                                                .role_count = 2,
                                                .roles = roles,
                                                .machine = true,
                                                .secret = true};
    check_record("record_account", &record);
}

/* ---- every release ---- */

/* Whatever lies in the folders, of releases that nobody has named above, too. */
Test(golden, every_message_of_every_release_decodes) {
    char pattern[4096];
    const char *top = getenv("HAVEN_TOP");
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/tests/contract/golden/*/*.bin", top == NULL ? "." : top);
    cr_assert_eq(glob(pattern, 0, NULL, &found), 0, "no golden messages: %s", pattern);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct hv_verdict verdict = {.detail = ""};
        struct hv_envelope *envelope = NULL;
        struct hv_record *record = NULL;
        const char *name = strrchr(found.gl_pathv[i], '/') + 1;
        bool is_record = strncmp(name, "record_", 7) == 0;
        cr_assert(is_record || strncmp(name, "envelope_", 9) == 0, "what is %s?", name);
        FILE *file = fopen(found.gl_pathv[i], "rb");
        cr_assert_not_null(file);
        size_t size = fread(golden, 1, sizeof golden, file);
        fclose(file);
        int error = is_record ? hv_record_decode(golden, size, &arena, &verdict, &record)
                              : hv_envelope_decode(golden, size, &arena, &verdict, &envelope);
        cr_assert_eq(error, HV_OK, "%s: %s", found.gl_pathv[i], verdict.detail);
    }
    cr_assert_geq(found.gl_pathc, 50);
    globfree(&found);
}
