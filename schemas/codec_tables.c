/* One table a message, in the order of haven.proto: where each field lies in the model and what it
 * may hold. A contract test holds them against the generated descriptors. */
#include "schemas/codec_rules.h"

#include "schemas/haven.pb-c.h"

#include <stddef.h>

#define FIELD(N, MEMBER, ...)                                                                      \
    { .number = (N), .model = offsetof(MODEL, MEMBER), __VA_ARGS__ }

#define NUMBER(N, MEMBER, MAX, FLAGS) FIELD(N, MEMBER, .max = (MAX), .flags = (FLAGS))
#define COUNTER(N, MEMBER, FLAGS) NUMBER(N, MEMBER, HV_COUNTER_MAX, FLAGS)
#define MS(N, MEMBER) NUMBER(N, MEMBER, HV_MS_MAX, 0)
#define PEOPLE(N, MEMBER) NUMBER(N, MEMBER, HV_PEOPLE_MAX, 0)
#define BOOL(N, MEMBER) FIELD(N, MEMBER, .max = 1)
#define ENUM(N, MEMBER, COUNT, FLAGS) FIELD(N, MEMBER, .max = (COUNT), .flags = (FLAGS))
#define BYTES(N, MEMBER, SIZE) FIELD(N, MEMBER, .max = (SIZE))
#define TEXT(N, MEMBER, FLAGS) FIELD(N, MEMBER, .max = HV_TEXT_BYTES_MAX, .flags = (FLAGS))
#define ID(N, MEMBER, FLAGS)                                                                       \
    FIELD(N, MEMBER, .max = HV_ID_BYTES_MAX, .flags = HV_FIELD_ID | (FLAGS))
/* A text of one line that may be longer than an id. */
#define LINE(N, MEMBER, FLAGS)                                                                     \
    FIELD(N, MEMBER, .max = HV_TEXT_BYTES_MAX, .flags = HV_FIELD_ID | (FLAGS))
#define MESSAGE(N, MEMBER, SHAPE, FLAGS) FIELD(N, MEMBER, .shape = &(SHAPE), .flags = (FLAGS))
#define LIST(N, MEMBER, COUNT, MOST, SHAPE)                                                        \
    FIELD(N, MEMBER, .extra = offsetof(MODEL, COUNT), .most = (MOST), .shape = &(SHAPE),           \
          .flags = HV_FIELD_LIST)
#define LINES(N, MEMBER, COUNT, MOST, BYTES_MAX)                                                   \
    FIELD(N, MEMBER, .extra = offsetof(MODEL, COUNT), .most = (MOST), .max = (BYTES_MAX),          \
          .flags = HV_FIELD_LIST | HV_FIELD_ID | HV_FIELD_REQUIRED)
#define OPTIONAL(N, MEMBER, HAS, MAX)                                                              \
    FIELD(N, MEMBER, .extra = offsetof(MODEL, HAS), .max = (MAX), .flags = HV_FIELD_OPTIONAL)
#define BODY(N, MEMBER, SHAPE)                                                                     \
    FIELD(N, MEMBER, .extra = offsetof(MODEL, kind), .shape = &(SHAPE), .flags = HV_FIELD_BODY)

#define SHAPE(LINKAGE, NAME, STEM, RULE)                                                           \
    LINKAGE const struct hv_shape NAME = {.wire = &haven__v1__##STEM##__descriptor,                \
                                          .model_bytes = sizeof(MODEL),                            \
                                          .field_count =                                           \
                                              sizeof STEM##_fields / sizeof(struct hv_field),      \
                                          .fields = STEM##_fields,                                 \
                                          .check = (RULE)}

enum { REQUIRED = HV_FIELD_REQUIRED };

/* ---- pieces ---- */

#define MODEL struct hv_seen
static const struct hv_field seen_fields[] = {MS(1, wall_ms), MS(2, node_ms)};
SHAPE(static, seen, seen, NULL);
#undef MODEL

#define MODEL struct hv_people
static const struct hv_field people_fields[] = {
    PEOPLE(1, by_age[HV_AGE_UNKNOWN]),
    PEOPLE(2, by_age[HV_AGE_INFANT]),
    PEOPLE(3, by_age[HV_AGE_CHILD]),
    PEOPLE(4, by_age[HV_AGE_ADULT]),
    PEOPLE(5, by_age[HV_AGE_ELDERLY]),
    PEOPLE(6, overlay[HV_OVERLAY_WHEELCHAIR]),
    PEOPLE(7, overlay[HV_OVERLAY_MEDICAL]),
    PEOPLE(8, overlay[HV_OVERLAY_PREGNANT]),
    PEOPLE(9, overlay[HV_OVERLAY_OTHER_LANGUAGE]),
    PEOPLE(10, pets),
};
SHAPE(static, people, people, NULL);
#undef MODEL

#define MODEL struct hv_lane_head
static const struct hv_field lane_head_fields[] = {
    ENUM(1, lane, HV_LANE_COUNT, REQUIRED),
    COUNTER(2, sequence, 0),
};
SHAPE(static, lane_head, lane_head, NULL);
#undef MODEL

#define MODEL struct hv_clock
static const struct hv_field clock_set_fields[] = {
    MS(1, start_wall_ms),
    MS(2, elapsed_ms),
    NUMBER(3, rate_permille, UINT32_MAX, 0),
    BOOL(4, scenario),
};
SHAPE(static, clock_set, clock_set, hv_rule_clock);
#undef MODEL

#define MODEL struct hv_capacity_line
static const struct hv_field capacity_line_fields[] = {
    ENUM(1, basis, HV_BASIS_COUNT, 0),
    ENUM(2, part, HV_PART_COUNT, 0),
    ENUM(3, place, HV_PLACE_COUNT, 0),
    PEOPLE(4, people),
};
SHAPE(static, capacity_line, capacity_line, NULL);
#undef MODEL

#define MODEL struct hv_lifeline
static const struct hv_field lifeline_fields[] = {
    ENUM(1, kind, HV_LIFELINE_COUNT, REQUIRED),
    ENUM(2, state, HV_LIFELINE_STATE_COUNT, 0),
    OPTIONAL(3, hours_left, has_hours, HV_LIFELINE_HOURS_MAX),
    MESSAGE(4, seen, seen, 0),
};
SHAPE(static, lifeline, lifeline, NULL);
#undef MODEL

#define MODEL struct hv_stock_line
static const struct hv_field stock_line_fields[] = {
    ID(1, item, REQUIRED),
    ID(2, lot, 0),
    NUMBER(3, expiry_day, HV_EXPIRY_DAY_MAX, 0),
    NUMBER(4, quantity, HV_QUANTITY_MAX, 0),
    NUMBER(5, damaged, HV_QUANTITY_MAX, 0),
    NUMBER(6, pack, UINT32_MAX, 0),
};
SHAPE(static, stock_line, stock_line, hv_rule_stock_line);
#undef MODEL

/* ---- reports ---- */

#define MODEL struct hv_movement
static const struct hv_field movement_fields[] = {
    ENUM(1, kind, HV_MOVEMENT_COUNT, REQUIRED),
    MESSAGE(2, people, people, 0),
    ID(3, zone, 0),
    ENUM(4, destination, HV_DESTINATION_COUNT, 0),
    ID(5, shelter, 0),
    ID(6, transfer, 0),
    PEOPLE(7, households),
};
SHAPE(static, movement, movement, hv_rule_movement);
#undef MODEL

#define MODEL struct hv_count
static const struct hv_field count_fields[] = {
    MESSAGE(1, people, people, 0),
    OPTIONAL(2, households, has_households, HV_PEOPLE_MAX),
};
SHAPE(static, count, count, hv_rule_count);
#undef MODEL

#define MODEL struct hv_status_report
static const struct hv_field status_report_fields[] = {
    ENUM(1, status, HV_SHELTER_STATUS_COUNT, 0),
    TEXT(2, reason, 0),
};
SHAPE(static, status_report, status_report, NULL);
#undef MODEL

#define MODEL struct hv_capacity_report
static const struct hv_field capacity_report_fields[] = {
    LIST(1, lines, line_count, HV_CAPACITY_LINES_MAX, capacity_line),
};
SHAPE(static, capacity_report, capacity_report, hv_rule_capacity);
#undef MODEL

#define MODEL struct hv_lifeline_report
static const struct hv_field lifeline_report_fields[] = {
    LIST(1, lifelines, lifeline_count, HV_LIFELINES_MAX, lifeline),
};
SHAPE(static, lifeline_report, lifeline_report, hv_rule_lifelines);
#undef MODEL

#define MODEL struct hv_stock_count
static const struct hv_field stock_count_fields[] = {
    LIST(1, lines, line_count, HV_STOCK_LINES_MAX, stock_line),
    BOOL(2, complete),
    TEXT(3, reason, 0),
};
SHAPE(static, stock_count, stock_count, hv_rule_stock_count);
#undef MODEL

#define MODEL struct hv_stock_movement
static const struct hv_field stock_movement_fields[] = {
    ENUM(1, kind, HV_STOCK_MOVEMENT_COUNT, REQUIRED),
    LIST(2, lines, line_count, HV_STOCK_LINES_MAX, stock_line),
    ID(3, waybill, 0),
    ID(4, counterpart, 0),
    TEXT(5, reason, 0),
    LIST(6, into, into_count, HV_STOCK_LINES_MAX, stock_line),
    BOOL(7, final),
    ID(8, vehicle, 0),
    COUNTER(9, request, 0),
    ID(10, request_node, 0),
};
SHAPE(static, stock_movement, stock_movement, hv_rule_stock_movement);
#undef MODEL

#define MODEL struct hv_request
static const struct hv_field request_fields[] = {
    COUNTER(1, id, REQUIRED),
    ENUM(2, kind, HV_REQUEST_KIND_COUNT, REQUIRED),
    ENUM(3, urgency, HV_URGENCY_COUNT, 0),
    LIST(4, lines, line_count, HV_REQUEST_LINES_MAX, stock_line),
    OPTIONAL(5, amount, has_amount, HV_PEOPLE_MAX),
    TEXT(6, text, 0),
    BOOL(7, withdrawn),
};
SHAPE(static, request, request, hv_rule_request);
#undef MODEL

#define MODEL struct hv_order_answer
static const struct hv_field order_answer_fields[] = {
    COUNTER(1, order, REQUIRED),
    NUMBER(2, revision, UINT32_MAX, REQUIRED),
    ENUM(3, state, HV_ORDER_STATE_COUNT, REQUIRED),
    TEXT(4, reason, 0),
    OPTIONAL(5, done, has_done, HV_QUANTITY_MAX),
};
SHAPE(static, order_answer, order_answer, hv_rule_answer);
#undef MODEL

#define MODEL struct hv_note_report
static const struct hv_field note_report_fields[] = {TEXT(1, text, REQUIRED)};
SHAPE(static, note_report, note_report, NULL);
#undef MODEL

#define MODEL struct hv_snapshot
static const struct hv_field snapshot_fields[] = {
    COUNTER(1, as_of, 0),
    NUMBER(2, part, HV_SNAPSHOT_PARTS_MAX, 0),
    NUMBER(3, parts, HV_SNAPSHOT_PARTS_MAX, REQUIRED),
    MESSAGE(4, people, people, 0),
    MESSAGE(5, people_seen, seen, 0),
    MESSAGE(6, counted_seen, seen, 0),
    NUMBER(7, count_difference, 2u * HV_AGE_COUNT * HV_PEOPLE_MAX, 0),
    ENUM(8, status, HV_SHELTER_STATUS_COUNT, 0),
    MESSAGE(9, status_seen, seen, 0),
    LIST(10, capacity, capacity_count, HV_CAPACITY_LINES_MAX, capacity_line),
    MESSAGE(11, capacity_seen, seen, 0),
    LIST(12, lifelines, lifeline_count, HV_LIFELINES_MAX, lifeline),
    LIST(13, stock, stock_count, HV_STOCK_LINES_MAX, stock_line),
    MESSAGE(14, stock_seen, seen, 0),
};
SHAPE(static, snapshot, snapshot, hv_rule_snapshot);
#undef MODEL

#define MODEL struct hv_report
static const struct hv_field report_fields[] = {
    ENUM(1, source, HV_SOURCE_COUNT, REQUIRED),
    MESSAGE(2, seen, seen, 0),
    ID(3, subject, 0),
    BODY(HV_REPORT_MOVEMENT, movement, movement),
    BODY(HV_REPORT_COUNT, count, count),
    BODY(HV_REPORT_STATUS, status, status_report),
    BODY(HV_REPORT_CAPACITY, capacity, capacity_report),
    BODY(HV_REPORT_LIFELINES, lifelines, lifeline_report),
    BODY(HV_REPORT_STOCK_COUNT, stock_count, stock_count),
    BODY(HV_REPORT_STOCK_MOVEMENT, stock_movement, stock_movement),
    BODY(HV_REPORT_REQUEST, request, request),
    BODY(HV_REPORT_ANSWER, answer, order_answer),
    BODY(HV_REPORT_NOTE, note, note_report),
    BODY(HV_REPORT_SNAPSHOT, snapshot, snapshot),
};
SHAPE(, hv_shape_report, report, hv_rule_report);
#undef MODEL

/* ---- orders ---- */

#define MODEL struct hv_order_people
static const struct hv_field order_people_fields[] = {
    ID(1, zone, 0),     PEOPLE(2, people),          PEOPLE(3, wheelchair),
    PEOPLE(4, medical), PEOPLE(5, without_vehicle),
};
SHAPE(static, order_people, order_people, hv_rule_order_people);
#undef MODEL

#define MODEL struct hv_bus_stop
static const struct hv_field bus_stop_fields[] = {
    ID(1, zone, REQUIRED),  PEOPLE(2, people),     PEOPLE(3, wheelchair), PEOPLE(4, medical),
    MS(5, arrives_wall_ms), MS(6, leaves_wall_ms), ID(7, pickup, 0),
};
SHAPE(static, bus_stop, bus_stop, hv_rule_bus_stop);
#undef MODEL

#define MODEL struct hv_bus_run
static const struct hv_field bus_run_fields[] = {
    NUMBER(1, number, UINT32_MAX, REQUIRED),
    ID(2, shelter, REQUIRED),
    MS(3, starts_wall_ms),
    MS(4, arrives_wall_ms),
    MS(5, free_wall_ms),
    LIST(6, stops, stop_count, HV_BUS_STOPS_MAX, bus_stop),
};
SHAPE(static, bus_run, bus_run, hv_rule_bus_run);
#undef MODEL

#define MODEL struct hv_order
static const struct hv_field order_fields[] = {
    COUNTER(1, id, REQUIRED),
    NUMBER(2, revision, UINT32_MAX, REQUIRED),
    ENUM(3, kind, HV_ORDER_KIND_COUNT, REQUIRED),
    ENUM(4, post, HV_POST_COUNT, REQUIRED),
    ID(5, addressee, REQUIRED),
    ENUM(6, state, HV_ORDER_STATE_COUNT, REQUIRED),
    COUNTER(7, superseded_by, 0),
    COUNTER(8, plan, 0),
    COUNTER(9, approval, 0),
    OPTIONAL(10, deadline_wall_ms, has_deadline, HV_MS_MAX),
    ID(11, shelter, 0),
    LIST(12, people, people_count, HV_ORDER_PEOPLE_MAX, order_people),
    LINES(13, links, link_count, HV_ORDER_LINKS_MAX, HV_ID_BYTES_MAX),
    OPTIONAL(14, start_wall_ms, has_start, HV_MS_MAX),
    OPTIONAL(15, end_wall_ms, has_end, HV_MS_MAX),
    PEOPLE(16, people_per_hour),
    ID(17, counterpart, 0),
    ID(18, waybill, 0),
    LIST(19, lines, line_count, HV_ORDER_LINES_MAX, stock_line),
    ID(20, vehicle, 0),
    TEXT(21, text, 0),
    MS(22, issued_wall_ms),
    NUMBER(23, trips, UINT32_MAX, 0),
    LIST(24, sent, sent_count, HV_ORDER_LINES_MAX, stock_line),
    BOOL(25, sent_whole),
    NUMBER(26, answers_from, UINT32_MAX, 0),
    LIST(27, runs, run_count, HV_ORDER_RUNS_MAX, bus_run),
    NUMBER(30, travel_s, UINT32_MAX, 0),
};
SHAPE(, hv_shape_order, order, hv_rule_order);
#undef MODEL

#define MODEL struct hv_order_set
static const struct hv_field order_set_fields[] = {
    LIST(1, orders, order_count, HV_ORDER_SET_MAX, hv_shape_order),
};
SHAPE(static, order_set, order_set, NULL);
#undef MODEL

/* ---- session ---- */

#define MODEL struct hv_hello
static const struct hv_field hello_fields[] = {
    FIELD(1, log, .max = HV_ID128_BYTES, .extra = offsetof(MODEL, has_log),
          .flags = HV_FIELD_MAY_LACK),
    COUNTER(2, term, 0),
    ENUM(3, role, HV_ROLE_COUNT, REQUIRED),
    ID(4, software, 0),
    LIST(5, made, made_count, HV_LANE_COUNT - 1, lane_head),
};
SHAPE(static, hello, hello, hv_rule_hello);
#undef MODEL

#define MODEL struct hv_welcome
static const struct hv_field welcome_fields[] = {
    BYTES(1, log, HV_ID128_BYTES),
    COUNTER(2, term, 0),
    LIST(3, held, held_count, HV_LANE_COUNT - 1, lane_head),
    MESSAGE(4, clock, clock_set, REQUIRED),
    LINES(5, endpoints, endpoint_count, HV_ENDPOINTS_MAX, HV_TEXT_BYTES_MAX),
    COUNTER(6, held_epoch, 0),
};
SHAPE(static, welcome, welcome, hv_rule_welcome);
#undef MODEL

#define MODEL struct hv_ack
static const struct hv_field ack_fields[] = {COUNTER(1, position, 0)};
SHAPE(static, ack, ack, NULL);
#undef MODEL

#define MODEL struct hv_refusal
static const struct hv_field refusal_fields[] = {
    ENUM(1, reason, HV_REASON_COUNT, REQUIRED),
    TEXT(2, detail, 0),
    COUNTER(3, held, 0),
    COUNTER(4, held_epoch, 0),
    BOOL(5, skip),
};
SHAPE(static, refusal, refusal, NULL);
#undef MODEL

static const struct hv_shape beat = {.wire = &haven__v1__beat__descriptor};

#define MODEL struct hv_envelope
static const struct hv_field envelope_fields[] = {
    NUMBER(1, protocol, UINT32_MAX, REQUIRED),
    BYTES(2, deployment, HV_ID128_BYTES),
    BYTES(3, incident, HV_ID128_BYTES),
    ENUM(4, mode, HV_MODE_COUNT, REQUIRED),
    COUNTER(5, epoch, 0),
    ENUM(6, lane, HV_LANE_COUNT, 0),
    COUNTER(7, sequence, 0),
    MS(8, sent_node_ms),
    MS(9, clock_gap_node_ms),
    BODY(HV_BODY_HELLO, hello, hello),
    BODY(HV_BODY_BEAT, hello, beat), /* holds nothing, so it lies anywhere */
    BODY(HV_BODY_REPORT, report, hv_shape_report),
    BODY(HV_BODY_WELCOME, welcome, welcome),
    BODY(HV_BODY_ACK, ack, ack),
    BODY(HV_BODY_REFUSAL, refusal, refusal),
    BODY(HV_BODY_ORDERS, orders, order_set),
    BODY(HV_BODY_CLOCK, clock, clock_set),
};
SHAPE(, hv_shape_envelope, envelope, hv_rule_envelope);
#undef MODEL

/* ---- log records ---- */

#define MODEL struct hv_log_started
static const struct hv_field log_started_fields[] = {
    BYTES(1, deployment, HV_ID128_BYTES),
    BYTES(2, log, HV_ID128_BYTES),
    ENUM(3, mode, HV_MODE_COUNT, REQUIRED),
    TEXT(4, name, 0),
};
SHAPE(static, log_started, log_started, NULL);
#undef MODEL

#define MODEL struct hv_node_report
static const struct hv_field node_report_fields[] = {
    ID(1, node, 0),
    COUNTER(2, epoch, 0),
    ENUM(3, lane, HV_LANE_COUNT, 0),
    COUNTER(4, sequence, 0),
    MS(5, sent_node_ms),
    MS(6, clock_gap_node_ms),
    BYTES(7, incident, HV_ID128_BYTES),
    MESSAGE(8, report, hv_shape_report, REQUIRED),
};
SHAPE(static, node_report, node_report, hv_rule_node_report);
#undef MODEL

#define MODEL struct hv_refused_report
static const struct hv_field refused_report_fields[] = {
    ID(1, node, REQUIRED),
    COUNTER(2, epoch, 0),
    ENUM(3, lane, HV_LANE_COUNT, REQUIRED),
    COUNTER(4, sequence, REQUIRED),
    ENUM(5, reason, HV_REASON_COUNT, REQUIRED),
    TEXT(6, detail, 0),
};
SHAPE(static, refused_report, refused_report, NULL);
#undef MODEL

#define MODEL struct hv_epoch_started
static const struct hv_field epoch_started_fields[] = {
    ID(1, node, REQUIRED),
    COUNTER(2, epoch, 0),
};
SHAPE(static, epoch_started, epoch_started, NULL);
#undef MODEL

#define MODEL struct hv_enrolment
static const struct hv_field enrolment_fields[] = {
    ID(1, node, REQUIRED),
    ENUM(2, role, HV_ROLE_COUNT, REQUIRED),
    BYTES(3, public_key, HV_KEY_BYTES),
    ID(4, place, 0),
};
SHAPE(static, enrolment, enrolment, NULL);
#undef MODEL

#define MODEL struct hv_revocation
static const struct hv_field revocation_fields[] = {
    ID(1, node, REQUIRED),
    BYTES(2, public_key, HV_KEY_BYTES),
    TEXT(3, reason, 0),
};
SHAPE(static, revocation, revocation, NULL);
#undef MODEL

#define MODEL struct hv_region_version
static const struct hv_field region_version_fields[] = {
    LINE(1, name, REQUIRED),
    LINE(2, version, 0),
    BYTES(3, hash, HV_HASH_BYTES),
};
SHAPE(static, region_version, region_version, NULL);
#undef MODEL

#define MODEL struct hv_profile_version
static const struct hv_field profile_version_fields[] = {
    LINE(1, name, REQUIRED),
    LINE(2, version, 0),
};
SHAPE(static, profile_version, profile_version, NULL);
#undef MODEL

#define MODEL struct hv_incident_change
static const struct hv_field incident_change_fields[] = {
    BYTES(1, incident, HV_ID128_BYTES),
    LINE(2, name, 0),
    ENUM(3, phase, HV_PHASE_COUNT, REQUIRED),
    LINE(4, hazard, 0),
};
SHAPE(static, incident_change, incident_change, NULL);
#undef MODEL

#define MODEL struct hv_clock
static const struct hv_field clock_event_fields[] = {
    {.number = 1, .model = 0, .shape = &clock_set, .flags = REQUIRED},
};
SHAPE(static, clock_event, clock_event, NULL);
#undef MODEL

#define MODEL struct hv_road_state
static const struct hv_field road_state_fields[] = {
    ID(1, link, REQUIRED),
    BOOL(2, closed),
    OPTIONAL(3, capacity_permille, has_capacity, UINT32_MAX),
    TEXT(4, reason, 0),
};
SHAPE(static, road_state, road_state, NULL);
#undef MODEL

#define MODEL struct hv_zone_sweep
static const struct hv_field zone_sweep_fields[] = {
    ID(1, zone, REQUIRED),
    NUMBER(2, left, HV_PEOPLE_MAX, 0),
    MS(3, age_ms),
    TEXT(4, reason, 0),
};
SHAPE(static, zone_sweep, zone_sweep, NULL);
#undef MODEL

#define MODEL struct hv_hazard_step
static const struct hv_field hazard_step_fields[] = {
    MS(1, from_wall_ms),
    OPTIONAL(2, until_wall_ms, has_until, HV_MS_MAX),
    LINES(3, zones, zone_count, HV_HAZARD_IDS_MAX, HV_ID_BYTES_MAX),
    LINES(4, links, link_count, HV_HAZARD_IDS_MAX, HV_ID_BYTES_MAX),
    LINES(5, shelters, shelter_count, HV_HAZARD_IDS_MAX, HV_ID_BYTES_MAX),
    LINES(6, depots, depot_count, HV_HAZARD_IDS_MAX, HV_ID_BYTES_MAX),
    OPTIONAL(7, capacity_permille, has_capacity, 1000),
};
SHAPE(static, hazard_step, hazard_step, hv_rule_hazard_step);
#undef MODEL

#define MODEL struct hv_hazard_state
static const struct hv_field hazard_state_fields[] = {
    ID(1, hazard, REQUIRED),
    ID(2, kind, 0),
    BOOL(3, over),
    LINES(4, zones, zone_count, HV_HAZARD_IDS_MAX, HV_ID_BYTES_MAX),
    LINES(5, links, link_count, HV_HAZARD_IDS_MAX, HV_ID_BYTES_MAX),
    LINES(6, shelters, shelter_count, HV_HAZARD_IDS_MAX, HV_ID_BYTES_MAX),
    LINES(7, depots, depot_count, HV_HAZARD_IDS_MAX, HV_ID_BYTES_MAX),
    LIST(50, steps, step_count, HV_HAZARD_STEPS_MAX, hazard_step),
    BOOL(51, adds),
};
SHAPE(static, hazard_state, hazard_state, NULL);
#undef MODEL

#define MODEL struct hv_alert
static const struct hv_field alert_fields[] = {
    LINE(1, id, REQUIRED), LINE(2, sender, 0), TEXT(3, headline, 0),
    ID(4, severity, 0),    BOOL(5, cancelled),
};
SHAPE(static, alert, alert, NULL);
#undef MODEL

#define MODEL struct hv_note_entry
static const struct hv_field note_entry_fields[] = {
    TEXT(1, text, REQUIRED),
    ID(2, subject, 0),
};
SHAPE(static, note_entry, note_entry, NULL);
#undef MODEL

#define MODEL struct hv_presence
static const struct hv_field presence_fields[] = {
    ID(1, node, REQUIRED),
    BOOL(2, stale),
    MS(3, last_heard_mono_ms),
};
SHAPE(static, presence, presence, NULL);
#undef MODEL

#define MODEL struct hv_plan_move
static const struct hv_field plan_move_fields[] = {
    ID(1, zone, REQUIRED),
    ID(2, shelter, REQUIRED),
    LINES(3, links, link_count, HV_ORDER_LINKS_MAX, HV_ID_BYTES_MAX),
    PEOPLE(4, people),
    PEOPLE(5, wheelchair),
    PEOPLE(6, medical),
    PEOPLE(7, without_vehicle),
    NUMBER(8, travel_s, UINT32_MAX, 0),
    BOOL(9, changed),
    NUMBER(10, departs_s, UINT32_MAX, 0),
    NUMBER(11, departed_s, UINT32_MAX, 0),
    NUMBER(12, arrives_s, UINT32_MAX, 0),
    NUMBER(13, arrived_s, UINT32_MAX, 0),
    PEOPLE(14, people_per_hour),
};
SHAPE(static, plan_move, plan_move, hv_rule_plan_move);
#undef MODEL

#define MODEL struct hv_plan_way
static const struct hv_field plan_way_fields[] = {
    ID(1, zone, REQUIRED),
    ID(2, shelter, REQUIRED),
    PEOPLE(3, people),
    PEOPLE(4, wheelchair),
    PEOPLE(5, medical),
    PEOPLE(6, overdue),
    PEOPLE(7, turned_away),
    NUMBER(8, arrives_s, UINT32_MAX, 0),
    NUMBER(9, arrived_s, UINT32_MAX, 0),
};
SHAPE(static, plan_way, plan_way, NULL);
#undef MODEL

#define MODEL struct hv_plan_change
static const struct hv_field plan_change_fields[] = {
    ID(1, zone, REQUIRED),
    ID(2, shelter, REQUIRED),
    PEOPLE(3, before),
    PEOPLE(4, after),
    ENUM(5, reason, HV_PLAN_REASON_COUNT, 0),
    NUMBER(6, loses_s, UINT32_MAX, 0),
};
SHAPE(static, plan_change, plan_change, NULL);
#undef MODEL

#define MODEL struct hv_plan_shipment
static const struct hv_field plan_shipment_fields[] = {
    ID(1, depot, REQUIRED), ID(2, shelter, REQUIRED),
    ID(3, item, REQUIRED),  NUMBER(4, quantity, HV_QUANTITY_MAX, 0),
    BOOL(5, changed),
};
SHAPE(static, plan_shipment, plan_shipment, NULL);
#undef MODEL

#define MODEL struct hv_plan_left
static const struct hv_field plan_left_fields[] = {
    ID(1, zone, 0),
    ID(2, shelter, 0),
    ID(3, item, 0),
    NUMBER(4, amount, HV_QUANTITY_MAX, 0),
    ENUM(5, reason, HV_PLAN_REASON_COUNT, 0),
    LINE(6, parameter, 0),
};
SHAPE(static, plan_left, plan_left, NULL);
#undef MODEL

#define FILL_MAX 10000u /* hundredths of a percent */

#define MODEL struct hv_plan_order_change
static const struct hv_field plan_order_change_fields[] = {
    COUNTER(1, order, REQUIRED),
    ENUM(2, reason, HV_PLAN_REASON_COUNT, 0),
    NUMBER(3, saving, INT64_MAX, 0),
    ID(4, depot, 0),
    ID(5, shelter, 0),
};
SHAPE(static, plan_order_change, plan_order_change, NULL);
#undef MODEL

#define MODEL struct hv_plan_load
static const struct hv_field plan_load_fields[] = {
    ID(1, item, REQUIRED),
    NUMBER(2, quantity, HV_QUANTITY_MAX, 0),
};
SHAPE(static, plan_load, plan_load, NULL);
#undef MODEL

#define MODEL struct hv_plan_delivery
static const struct hv_field plan_delivery_fields[] = {
    ID(1, depot, REQUIRED),
    ID(2, shelter, REQUIRED),
    ID(3, vehicle, REQUIRED),
    NUMBER(4, number, UINT32_MAX, 0),
    COUNTER(5, order, 0),
    NUMBER(6, starts_s, UINT32_MAX, 0),
    NUMBER(7, leaves_s, UINT32_MAX, 0),
    NUMBER(8, arrives_s, UINT32_MAX, 0),
    NUMBER(9, delivered_s, UINT32_MAX, 0),
    NUMBER(10, back_s, UINT32_MAX, 0),
    NUMBER(11, late_s, UINT32_MAX, 0),
    LIST(12, load, load_count, HV_PLAN_LINES_MAX, plan_load),
    NUMBER(13, leave_by_s, UINT32_MAX, 0),
};
SHAPE(static, plan_delivery, plan_delivery, NULL);
#undef MODEL

#define MODEL struct hv_plan_undelivered
static const struct hv_field plan_undelivered_fields[] = {
    ID(1, depot, REQUIRED), ID(2, shelter, REQUIRED),
    ID(3, item, REQUIRED),  NUMBER(4, quantity, HV_QUANTITY_MAX, 0),
    COUNTER(5, order, 0),   ENUM(6, reason, HV_PLAN_REASON_COUNT, 0),
};
SHAPE(static, plan_undelivered, plan_undelivered, NULL);
#undef MODEL

#define MODEL struct hv_plan_kits
static const struct hv_field plan_kits_fields[] = {
    ID(1, depot, REQUIRED),
    ID(2, item, REQUIRED),
    NUMBER(3, quantity, HV_QUANTITY_MAX, 0),
};
SHAPE(static, plan_kits, plan_kits, NULL);
#undef MODEL

#define MODEL struct hv_plan_transfer
static const struct hv_field plan_transfer_fields[] = {
    ID(1, from, REQUIRED),
    ID(2, to, REQUIRED),
    ID(3, item, REQUIRED),
    NUMBER(4, quantity, HV_QUANTITY_MAX, 0),
    NUMBER(5, travel_s, UINT32_MAX, 0),
};
SHAPE(static, plan_transfer, plan_transfer, NULL);
#undef MODEL

#define MODEL struct hv_plan_reversal
static const struct hv_field plan_reversal_fields[] = {ID(1, link, REQUIRED),
                                                       ID(2, gives_to, REQUIRED)};
SHAPE(static, plan_reversal, plan_reversal, NULL);
#undef MODEL

#define MODEL struct hv_plan_bus_stop
static const struct hv_field plan_bus_stop_fields[] = {
    ID(1, zone, REQUIRED),
    PEOPLE(2, people),
    PEOPLE(3, wheelchair),
    PEOPLE(4, medical),
    NUMBER(5, arrives_s, INT64_MAX, 0),
    NUMBER(6, leaves_s, INT64_MAX, 0),
    ID(7, pickup, 0),
};
SHAPE(static, plan_bus_stop, plan_bus_stop, hv_rule_plan_bus_stop);
#undef MODEL

#define MODEL struct hv_plan_bus_run
static const struct hv_field plan_bus_run_fields[] = {
    ID(1, vehicle, REQUIRED),
    NUMBER(2, number, UINT32_MAX, REQUIRED),
    ID(3, shelter, REQUIRED),
    COUNTER(4, order, 0),
    BOOL(5, begun),
    NUMBER(6, starts_s, INT64_MAX, 0),
    NUMBER(7, arrives_s, INT64_MAX, 0),
    NUMBER(8, free_s, INT64_MAX, 0),
    MS(9, starts_wall_ms),
    LIST(10, stops, stop_count, HV_BUS_STOPS_MAX, plan_bus_stop),
};
SHAPE(static, plan_bus_run, plan_bus_run, NULL);
#undef MODEL

#define MODEL struct hv_plan
static const struct hv_field plan_entry_fields[] = {
    COUNTER(1, id, REQUIRED),
    COUNTER(2, basis, 0),
    COUNTER(3, in_force, 0),
    LIST(4, moves, move_count, HV_PLAN_LINES_MAX, plan_move),
    LIST(5, shipments, shipment_count, HV_PLAN_LINES_MAX, plan_shipment),
    LIST(6, left, left_count, HV_PLAN_LINES_MAX, plan_left),
    NUMBER(7, unserved_people, INT64_MAX, 0),
    NUMBER(8, unserved_bound, INT64_MAX, 0),
    NUMBER(9, person_seconds, INT64_MAX, 0),
    NUMBER(10, person_seconds_bound, INT64_MAX, 0),
    NUMBER(11, unmet_cost, INT64_MAX, 0),
    NUMBER(12, unmet_bound, INT64_MAX, 0),
    NUMBER(13, work, UINT64_MAX, 0),
    BOOL(14, stopped_early),
    BYTES(15, region_hash, HV_HASH_BYTES),
    LIST(16, changes, change_count, HV_PLAN_LINES_MAX, plan_change),
    ENUM(17, bound, HV_PLAN_BOUND_COUNT, 0),
    NUMBER(18, step_s, UINT32_MAX, 0),
    NUMBER(19, horizon_s, UINT32_MAX, 0),
    NUMBER(20, ete90_s, UINT32_MAX, 0),
    NUMBER(21, ete100_s, UINT32_MAX, 0),
    NUMBER(22, clearance_s, UINT32_MAX, 0),
    NUMBER(23, late_people, INT64_MAX, 0),
    NUMBER(24, changed_people, INT64_MAX, 0),
    NUMBER(25, stability_person_seconds, INT64_MAX, 0),
    NUMBER(26, precedence_people, INT64_MAX, 0),
    LIST(27, reversals, reversal_count, HV_PLAN_LINES_MAX, plan_reversal),
    NUMBER(28, contraflow_people, INT64_MAX, 0),
    NUMBER(29, contraflow_person_seconds, INT64_MAX, 0),
    LIST(39, ways, way_count, HV_PLAN_LINES_MAX, plan_way),
    BOOL(40, fair),
    BOOL(41, fairness_known),
    NUMBER(42, fairness_cost, INT64_MAX, 0),
    NUMBER(43, cheapest_fill, FILL_MAX, 0),
    NUMBER(44, fairest_fill, FILL_MAX, 0),
    NUMBER(45, least_fill, FILL_MAX, 0),
    BOOL(46, whole_packs),
    NUMBER(47, rounding_cost, INT64_MAX, 0),
    NUMBER(48, orders_kept, UINT32_MAX, 0),
    NUMBER(49, stability_cost, INT64_MAX, 0),
    NUMBER(50, goods_change_price, INT64_MAX, 0),
    LIST(51, order_changes, order_change_count, HV_PLAN_LINES_MAX, plan_order_change),
    BOOL(52, fleet_known),
    LIST(53, deliveries, delivery_count, HV_PLAN_LINES_MAX, plan_delivery),
    LIST(54, undelivered, undelivered_count, HV_PLAN_LINES_MAX, plan_undelivered),
    NUMBER(55, delivery_horizon_s, UINT32_MAX, 0),
    NUMBER(56, last_delivery_s, UINT32_MAX, 0),
    NUMBER(57, last_delivery_bound_s, UINT32_MAX, 0),
    NUMBER(58, vehicle_s, INT64_MAX, 0),
    NUMBER(59, delivery_late_s, UINT32_MAX, 0),
    NUMBER(60, carrying_cost, INT64_MAX, 0),
    LIST(66, kits, kit_count, HV_PLAN_LINES_MAX, plan_kits),
    LIST(67, transfers, transfer_count, HV_PLAN_LINES_MAX, plan_transfer),
    BOOL(70, buses_known),
    LIST(71, bus_runs, bus_run_count, HV_PLAN_LINES_MAX, plan_bus_run),
    NUMBER(72, bus_people, INT64_MAX, 0),
    NUMBER(73, bus_unserved, INT64_MAX, 0),
    NUMBER(74, bus_unserved_bound, INT64_MAX, 0),
    NUMBER(75, bus_person_seconds, INT64_MAX, 0),
    NUMBER(76, bus_person_seconds_bound, INT64_MAX, 0),
    NUMBER(77, bus_horizon_s, UINT32_MAX, 0),
    NUMBER(78, bus_last_s, UINT32_MAX, 0),
    NUMBER(79, bus_count, UINT32_MAX, 0),
    NUMBER(80, bus_seats, UINT32_MAX, 0),
    NUMBER(81, bus_stability_person_seconds, INT64_MAX, 0),
};
SHAPE(static, plan_entry, plan_entry, NULL);
#undef MODEL

#define MODEL struct hv_approval
static const struct hv_field approval_fields[] = {
    COUNTER(1, plan, REQUIRED),
    BOOL(2, withdrawn),
    TEXT(3, reason, 0),
};
SHAPE(static, approval, approval, NULL);
#undef MODEL

#define MODEL struct hv_order_answer
static const struct hv_field order_answer_entry_fields[] = {
    {.number = 1, .model = 0, .shape = &order_answer, .flags = REQUIRED},
};
SHAPE(static, order_answer_entry, order_answer_entry, NULL);
#undef MODEL

#define MODEL struct hv_request_decision
static const struct hv_field request_decision_fields[] = {
    ID(1, place, REQUIRED),
    ID(2, node, 0),
    COUNTER(3, request, REQUIRED),
    ENUM(4, verdict, HV_VERDICT_COUNT, REQUIRED),
    LIST(5, lines, line_count, HV_REQUEST_LINES_MAX, stock_line),
    TEXT(6, reason, 0),
};
SHAPE(static, request_decision, request_decision, hv_rule_decision);
#undef MODEL

#define MODEL struct hv_waybill_end
static const struct hv_field waybill_end_fields[] = {
    ID(1, waybill, REQUIRED),
    TEXT(2, reason, REQUIRED),
};
SHAPE(static, waybill_end, waybill_end, NULL);
#undef MODEL

#define MODEL struct hv_plan_directive
static const struct hv_field plan_directive_fields[] = {
    ID(1, id, REQUIRED),
    ENUM(2, kind, HV_DIRECTIVE_KIND_COUNT, REQUIRED),
    ID(3, zone, 0),
    ID(4, shelter, 0),
    ID(5, depot, 0),
    ID(6, item, 0),
    NUMBER(7, quantity, HV_QUANTITY_MAX, 0),
    BOOL(8, lifted),
    TEXT(9, reason, 0),
    ID(10, link, 0),
};
SHAPE(static, plan_directive, plan_directive, hv_rule_directive);
#undef MODEL

#define MODEL struct hv_account_change
static const struct hv_field account_change_fields[] = {
    ID(1, account, REQUIRED),
    ENUM(2, act, HV_ACCOUNT_ACT_COUNT, REQUIRED),
    LINES(3, roles, role_count, HV_ROLES_MAX, HV_ID_BYTES_MAX),
    BOOL(4, machine),
    BOOL(5, secret),
};
SHAPE(static, account_change, account_change, NULL);
#undef MODEL

#define MODEL struct hv_escalation
static const struct hv_field escalation_fields[] = {
    COUNTER(1, order, REQUIRED),
    NUMBER(2, revision, UINT32_MAX, REQUIRED),
    NUMBER(3, level, HV_ESCALATION_LEVELS_MAX, REQUIRED),
    ID(4, to, REQUIRED),
    ENUM(5, reason, HV_ESCALATION_REASON_COUNT, REQUIRED),
};
SHAPE(static, escalation, escalation, NULL);
#undef MODEL

#define MODEL struct hv_owner_change
static const struct hv_field owner_change_fields[] = {
    LINE(1, thing, REQUIRED),
    ID(2, owner, 0),
    TEXT(3, note, 0),
};
SHAPE(static, owner_change, owner_change, NULL);
#undef MODEL

#define MODEL struct hv_shift_handover
static const struct hv_field shift_handover_fields[] = {
    ID(1, to, REQUIRED),
    TEXT(2, text, 0),
};
SHAPE(static, shift_handover, shift_handover, NULL);
#undef MODEL

#define MODEL struct hv_origin
static const struct hv_field origin_fields[] = {
    ID(1, door, 0),
    ID(2, address, 0),
    ID(3, role, 0),
    LINE(4, key, 0),
    NUMBER(5, fingerprint, UINT64_MAX, 0),
    COUNTER(6, before, 0),
};
SHAPE(static, origin, origin, NULL);
#undef MODEL

#define MODEL struct hv_term_change
static const struct hv_field term_change_fields[] = {
    COUNTER(1, term, REQUIRED),
    TEXT(2, reason, 0),
    BYTES(3, log, HV_ID128_BYTES),
};
SHAPE(static, term_change, term_change, NULL);
#undef MODEL

#define MODEL struct hv_record
static const struct hv_field record_fields[] = {
    NUMBER(1, version, UINT32_MAX, REQUIRED),
    ENUM(2, actor, HV_ACTOR_COUNT, REQUIRED),
    ID(3, name, 0),
    COUNTER(4, cause, 0),
    MS(5, wall_ms),
    MS(6, mono_ms),
    BODY(HV_RECORD_LOG_STARTED, started, log_started),
    BODY(HV_RECORD_REPORT, report, node_report),
    BODY(HV_RECORD_ENROLMENT, enrolment, enrolment),
    BODY(HV_RECORD_REVOCATION, revocation, revocation),
    BODY(HV_RECORD_REGION, region, region_version),
    BODY(HV_RECORD_INCIDENT, incident, incident_change),
    BODY(HV_RECORD_CLOCK, clock, clock_event),
    BODY(HV_RECORD_ROAD, road, road_state),
    BODY(HV_RECORD_HAZARD, hazard, hazard_state),
    BODY(HV_RECORD_NOTE, note, note_entry),
    BODY(HV_RECORD_PRESENCE, presence, presence),
    BODY(HV_RECORD_PLAN, plan, plan_entry),
    BODY(HV_RECORD_APPROVAL, approval, approval),
    BODY(HV_RECORD_ORDER, order, hv_shape_order),
    BODY(HV_RECORD_ANSWER, answer, order_answer_entry),
    BODY(HV_RECORD_PROFILE, profile, profile_version),
    BODY(HV_RECORD_TERM, term, term_change),
    BODY(HV_RECORD_ALERT, alert, alert),
    BODY(HV_RECORD_REFUSED, refused, refused_report),
    BODY(HV_RECORD_EPOCH, epoch, epoch_started),
    BODY(HV_RECORD_DECISION, decision, request_decision),
    BODY(HV_RECORD_WAYBILL_END, waybill_end, waybill_end),
    BODY(HV_RECORD_DIRECTIVE, directive, plan_directive),
    BODY(HV_RECORD_ACCOUNT, account, account_change),
    MESSAGE(62, origin, origin, 0),
    BODY(HV_RECORD_ESCALATION, escalation, escalation),
    BODY(HV_RECORD_OWNER, owner, owner_change),
    BODY(HV_RECORD_HANDOVER, handover, shift_handover),
    BODY(HV_RECORD_SWEEP, sweep, zone_sweep),
};
SHAPE(, hv_shape_record, record, hv_rule_record);
#undef MODEL
