/* Records of the log, against the golden ones. */
#include "tests/support/golden.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(golden_records, .init = golden_start, .fini = golden_stop);

static const char key[] = "key-of-shelter-seven-32-bytes-01";
static const char hash[] = "hash-of-region-package-32-bytes1";
static struct hv_stock_line water[] = {{.item = "饮用水",
                                        .lot = "L-1",
                                        .expiry_day = 20700,
                                        .quantity = 56,
                                        .damaged = 55,
                                        .pack = 12},
                                       {.item = "毛毯", .quantity = 1000000000000}};

/* ---- log records ---- */

#define RECORD                                                                                     \
    .version = 1, .actor = HV_ACTOR_OPERATOR, .name = "值班长", .cause = 21,                       \
    .wall_ms = 1789000000022, .mono_ms = 23

Test(golden_records, log_started_and_term) {
    struct hv_record started = {RECORD, .kind = HV_RECORD_LOG_STARTED};
    started.started = (struct hv_log_started){
        .deployment = DEPLOYMENT, .log = LOG, .mode = HV_MODE_EXERCISE, .name = "河流洪水演习"};
    golden_check_record("record_log_started", &started);
    struct hv_record term = {RECORD, .kind = HV_RECORD_TERM};
    term.term = (struct hv_term_change){.term = 151, .reason = "从备份恢复", .log = LOG};
    golden_check_record("record_term", &term);
}

Test(golden_records, reports_in_the_log) {
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
    golden_check_record("record_report", &record);
    record.report = (struct hv_node_report){.incident = INCIDENT,
                                            .report = {.source = HV_SOURCE_OPERATOR,
                                                       .seen = {.wall_ms = 1789000000001},
                                                       .subject = "避难所-07",
                                                       .kind = HV_REPORT_STATUS,
                                                       .status = {.status = HV_SHELTER_FULL}}};
    golden_check_record("record_report_on_behalf", &record);
}

Test(golden_records, keys) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_ENROLMENT};
    record.enrolment =
        (struct hv_enrolment){.node = "避难所-07", .role = HV_ROLE_SHELTER, .place = "小学-7"};
    memcpy(record.enrolment.public_key, key, HV_KEY_BYTES);
    golden_check_record("record_enrolment", &record);
    record.kind = HV_RECORD_REVOCATION;
    record.revocation = (struct hv_revocation){.node = "避难所-07", .reason = "电脑丢失"};
    memcpy(record.revocation.public_key, key, HV_KEY_BYTES);
    golden_check_record("record_revocation", &record);
}

Test(golden_records, versions) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_REGION};
    record.region = (struct hv_region_version){.name = "七尾市", .version = "2026-09"};
    memcpy(record.region.hash, hash, HV_HASH_BYTES);
    golden_check_record("record_region", &record);
    record.kind = HV_RECORD_PROFILE;
    record.profile = (struct hv_profile_version){.name = "GB 51143", .version = "2015"};
    golden_check_record("record_profile", &record);
}

Test(golden_records, incident_clock_and_presence) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_INCIDENT};
    record.incident = (struct hv_incident_change){
        .incident = INCIDENT, .name = "九月洪水", .phase = HV_PHASE_EVACUATION, .hazard = "flood"};
    golden_check_record("record_incident", &record);
    record.kind = HV_RECORD_CLOCK;
    record.clock = (struct hv_clock){1789000000000, 44, 60000, true};
    golden_check_record("record_clock", &record);
    record.kind = HV_RECORD_PRESENCE;
    record.presence =
        (struct hv_presence){.node = "避难所-07", .stale = true, .last_heard_mono_ms = 121};
    golden_check_record("record_presence", &record);
}

Test(golden_records, roads_hazards_and_alerts) {
    const char *zones[] = {"东区", "西区"}, *links[] = {"路-1"}, *depots[] = {"depot-2"};
    const char *shelters[] = {"避难所-07", "避难所-08"};
    struct hv_record record = {RECORD, .kind = HV_RECORD_ROAD};
    record.road = (struct hv_road_state){.link = "路-1",
                                         .closed = true,
                                         .has_capacity = true,
                                         .capacity_permille = 500,
                                         .reason = "塌方"};
    golden_check_record("record_road", &record);
    record.kind = HV_RECORD_SWEEP;
    record.sweep = (struct hv_zone_sweep){
        .zone = "东区", .left = 12, .age_ms = 600000, .reason = "楼长逐户敲门"};
    golden_check_record("record_sweep", &record);
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
    golden_check_record("record_hazard", &record);
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
    golden_check_record("record_hazard_timeline", &record);
    record.kind = HV_RECORD_ALERT;
    record.alert = (struct hv_alert){.id = "urn:oid:2.49.0.1.156.1",
                                     .sender = "气象台",
                                     .headline = "暴雨红色预警",
                                     .severity = "extreme",
                                     .cancelled = true};
    golden_check_record("record_alert", &record);
}

Test(golden_records, plan_and_approval) {
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
    golden_check_record("record_plan", &record);
    struct hv_record approval = {RECORD, .kind = HV_RECORD_APPROVAL};
    approval.approval = (struct hv_approval){.plan = 131, .withdrawn = true, .reason = "桥已关闭"};
    golden_check_record("record_approval", &approval);
}

Test(golden_records, plan_with_deliveries) {
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
    golden_check_record("record_plan_deliveries", &record);
    trip.leave_by_s = 417;
    left.reason = HV_PLAN_ROAD_CLOSES;
    struct hv_plan_kits kits = {.depot = "D1", .item = "family-kit", .quantity = 418};
    record.plan.kit_count = 1;
    record.plan.kits = &kits;
    golden_check_record("record_plan_leave_by", &record);
    struct hv_plan_transfer transfer = {
        .from = "避难所-07", .to = "S2", .item = "water", .quantity = 419, .travel_s = 420};
    record.plan.transfer_count = 1;
    record.plan.transfers = &transfer;
    golden_check_record("record_plan_transfers", &record);
}

Test(golden_records, plan_with_buses) {
    struct hv_plan_bus_stop stop = {.zone = "东区",
                                    .people = 509,
                                    .wheelchair = 2,
                                    .medical = 3,
                                    .arrives_s = -510,
                                    .leaves_s = 511,
                                    .pickup = ""};
    struct hv_plan_bus_run run = {.vehicle = "BUS-N",
                                  .number = 501,
                                  .shelter = "避难所-07",
                                  .order = 502,
                                  .begun = true,
                                  .starts_s = -503,
                                  .arrives_s = 504,
                                  .free_s = 505,
                                  .starts_wall_ms = 1789000000506,
                                  .stop_count = 1,
                                  .stops = &stop};
    struct hv_record record = {RECORD, .kind = HV_RECORD_PLAN};
    record.plan = (struct hv_plan){.id = 131,
                                   .buses_known = true,
                                   .bus_run_count = 1,
                                   .bus_runs = &run,
                                   .bus_people = 512,
                                   .bus_unserved = 513,
                                   .bus_unserved_bound = 514,
                                   .bus_person_seconds = 515,
                                   .bus_person_seconds_bound = 516,
                                   .bus_horizon_s = 517,
                                   .bus_last_s = 518,
                                   .bus_count = 519,
                                   .bus_seats = 520,
                                   .bus_stability_person_seconds = 521};
    memcpy(record.plan.region_hash, hash, HV_HASH_BYTES);
    golden_check_record("record_plan_buses", &record);
}

Test(golden_records, order_with_runs) {
    struct hv_bus_stop stop = {.zone = "东区",
                               .people = 531,
                               .wheelchair = 2,
                               .medical = 3,
                               .arrives_wall_ms = 1789000000532,
                               .leaves_wall_ms = 1789000000533,
                               .pickup = ""};
    struct hv_bus_run run = {.number = 534,
                             .shelter = "避难所-07",
                             .starts_wall_ms = 1789000000535,
                             .arrives_wall_ms = 1789000000536,
                             .free_wall_ms = 1789000000537,
                             .stop_count = 1,
                             .stops = &stop};
    struct hv_record record = {RECORD, .kind = HV_RECORD_ORDER};
    record.order = (struct hv_order){.id = 62,
                                     .revision = 2,
                                     .kind = HV_ORDER_BUS_RUN,
                                     .post = HV_POST_BUS_YARD,
                                     .addressee = "BUS-N",
                                     .state = HV_ORDER_ISSUED,
                                     .shelter = "",
                                     .counterpart = "",
                                     .waybill = "",
                                     .vehicle = "BUS-N",
                                     .text = "",
                                     .run_count = 1,
                                     .runs = &run};
    golden_check_record("record_order_runs", &record);
}

Test(golden_records, order_with_trips) {
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
    golden_check_record("record_order_trips", &record);
}

Test(golden_records, plan_with_times) {
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
    golden_check_record("record_plan_times", &record);
}

Test(golden_records, orders_and_answers_in_the_log) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_ORDER};
    record.order = (struct hv_order){.id = 61,
                                     .revision = 2,
                                     .kind = HV_ORDER_EVACUATE_ZONE,
                                     .post = HV_POST_ZONE_WARDEN,
                                     .addressee = "东区",
                                     .state = HV_ORDER_CANCELLED,
                                     .has_deadline = true};
    golden_check_record("record_order", &record);
    struct hv_record answer = {RECORD, .kind = HV_RECORD_ANSWER};
    answer.answer = (struct hv_order_answer){
        .order = 91, .revision = 92, .state = HV_ORDER_PARTLY_DONE, .has_done = true, .done = 93};
    golden_check_record("record_answer", &answer);
}

Test(golden_records, notes_refusals_and_epochs) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_NOTE};
    record.note = (struct hv_note_entry){.text = "联系了消防队", .subject = "避难所-07"};
    golden_check_record("record_note", &record);
    record.kind = HV_RECORD_REFUSED;
    record.refused = (struct hv_refused_report){.node = "避难所-07",
                                                .epoch = 161,
                                                .lane = HV_LANE_PRESENT,
                                                .sequence = 162,
                                                .reason = HV_REASON_RANGE,
                                                .detail = "report.count.people.adult: -3"};
    golden_check_record("record_refused", &record);
    record.kind = HV_RECORD_EPOCH;
    record.epoch = (struct hv_epoch_started){.node = "避难所-07", .epoch = 171};
    golden_check_record("record_epoch", &record);
}

Test(golden_records, what_is_decided_of_goods) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_DECISION};
    record.decision = (struct hv_request_decision){.place = "避难所-07",
                                                   .node = "节点-7",
                                                   .request = 181,
                                                   .verdict = HV_VERDICT_APPROVED,
                                                   .line_count = 2,
                                                   .lines = water,
                                                   .reason = "先到先得"};
    golden_check_record("record_decision", &record);
    record.kind = HV_RECORD_WAYBILL_END;
    record.waybill_end = (struct hv_waybill_end){.waybill = "运单-3", .reason = "卡车翻了"};
    golden_check_record("record_waybill_end", &record);
}

Test(golden_records, who_sees_to_what) {
    struct hv_record record = {RECORD, .kind = HV_RECORD_ESCALATION};
    record.escalation = (struct hv_escalation){
        .order = 18, .revision = 2, .level = 1, .to = "approver", .reason = HV_ESCALATION_OVERDUE};
    golden_check_record("record_escalation", &record);
    record.kind = HV_RECORD_OWNER;
    record.owner = (struct hv_owner_change){
        .thing = "order-overdue:18", .owner = "值班员", .note = "正在打电话"};
    golden_check_record("record_owner", &record);
    record.kind = HV_RECORD_HANDOVER;
    record.handover = (struct hv_shift_handover){.to = "夜班", .text = "S03 的水还能用两天"};
    golden_check_record("record_handover", &record);
}

Test(golden_records, what_binds_plans_and_who_may_decide) {
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
    golden_check_record("record_directive", &record);
    record.directive = (struct hv_plan_directive){.id = "绕-3",
                                                  .kind = HV_DIRECTIVE_AVOID,
                                                  .zone = "",
                                                  .shelter = "",
                                                  .depot = "",
                                                  .item = "",
                                                  .reason = "留给救护车",
                                                  .link = "L1-2"};
    golden_check_record("record_directive_avoid", &record);
    record.kind = HV_RECORD_ACCOUNT;
    record.account = (struct hv_account_change){.account = "值班员",
                                                .act = HV_ACCOUNT_SET,
                                                .role_count = 2,
                                                .roles = roles,
                                                .machine = true,
                                                .secret = true};
    golden_check_record("record_account", &record);
}
