/* What messages and log records decode to: plain C, no generated code.
 *
 * The meaning of every field stands in haven.proto; here are shapes and units. A decoded message
 * lives in the arena it was decoded into and dies with it. Texts are never NULL, are valid UTF-8
 * without NUL and
 * "" where absent. Quantities are base units of the item. Times: `wall_ms` milliseconds since 1970
 * UTC for people's eyes; `node_ms` a node's own clock, `mono_ms` the coordinator's log clock, both
 * monotonic. */
#ifndef HV_SCHEMAS_MODEL_H
#define HV_SCHEMAS_MODEL_H

#include "schemas/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HV_PROTOCOL 1u
#define HV_RECORD_VERSION 1u
#define HV_ID128_BYTES 16u
#define HV_HASH_BYTES 32u
#define HV_KEY_BYTES 32u

/* Enumerators have the numbers of haven.proto; the codec asserts it at compile time. */
enum hv_mode { HV_MODE_UNKNOWN, HV_MODE_LIVE, HV_MODE_EXERCISE, HV_MODE_COUNT };
enum hv_lane { HV_LANE_UNKNOWN, HV_LANE_HISTORY, HV_LANE_PRESENT, HV_LANE_COUNT };
enum hv_role { HV_ROLE_UNKNOWN, HV_ROLE_SHELTER, HV_ROLE_DEPOT, HV_ROLE_COUNT };

enum hv_reason {
    HV_REASON_UNKNOWN, /* in results of checks: nothing is wrong */
    HV_REASON_MALFORMED,
    HV_REASON_OVERSIZE,
    HV_REASON_PROTOCOL,
    HV_REASON_TYPE,
    HV_REASON_TEXT,
    HV_REASON_RANGE,
    HV_REASON_DEPLOYMENT,
    HV_REASON_INCIDENT,
    HV_REASON_MODE,
    HV_REASON_EPOCH,
    HV_REASON_GAP,
    HV_REASON_REVOKED,
    HV_REASON_ROLE,
    HV_REASON_NOT_STORED,
    HV_REASON_BUSY,
    HV_REASON_HELLO_FIRST,
    HV_REASON_REFERENCE,
    HV_REASON_COUNT
};

struct hv_seen {
    int64_t wall_ms;
    uint64_t node_ms;
};

/* ---- people ---- */

enum hv_age_group {
    HV_AGE_UNKNOWN,
    HV_AGE_INFANT,
    HV_AGE_CHILD,
    HV_AGE_ADULT,
    HV_AGE_ELDERLY,
    HV_AGE_COUNT
};

/* Overlays are subsets of the total, never added to it. */
enum hv_overlay {
    HV_OVERLAY_WHEELCHAIR,
    HV_OVERLAY_MEDICAL,
    HV_OVERLAY_PREGNANT,
    HV_OVERLAY_OTHER_LANGUAGE,
    HV_OVERLAY_COUNT
};

struct hv_people {
    int32_t by_age[HV_AGE_COUNT];
    int32_t overlay[HV_OVERLAY_COUNT];
    int32_t pets;
};

/* ---- report bodies ---- */

enum hv_movement_kind {
    HV_MOVEMENT_UNKNOWN,
    HV_MOVEMENT_CHECK_IN,
    HV_MOVEMENT_CHECK_OUT,
    HV_MOVEMENT_TRANSFER_OUT,
    HV_MOVEMENT_TRANSFER_IN,
    HV_MOVEMENT_CORRECTION,
    HV_MOVEMENT_COUNT
};

enum hv_destination {
    HV_DESTINATION_UNKNOWN,
    HV_DESTINATION_HOME,
    HV_DESTINATION_SHELTER,
    HV_DESTINATION_HOSPITAL,
    HV_DESTINATION_COUNT
};

struct hv_movement {
    enum hv_movement_kind kind;
    struct hv_people people;
    const char *zone;
    enum hv_destination destination;
    const char *shelter;
    const char *transfer;
    uint32_t households;
};

struct hv_count {
    struct hv_people people;
    bool has_households;
    uint32_t households;
};

enum hv_shelter_status {
    HV_SHELTER_UNKNOWN,
    HV_SHELTER_PLANNED,
    HV_SHELTER_STANDBY,
    HV_SHELTER_OPENING,
    HV_SHELTER_OPEN,
    HV_SHELTER_NEARLY_FULL,
    HV_SHELTER_FULL,
    HV_SHELTER_CLOSING,
    HV_SHELTER_CLOSED,
    HV_SHELTER_DAMAGED,
    HV_SHELTER_STATUS_COUNT
};

struct hv_status_report {
    enum hv_shelter_status status;
    const char *reason;
};

enum hv_capacity_basis { HV_BASIS_UNKNOWN, HV_BASIS_AREA, HV_BASIS_BEDS, HV_BASIS_COUNT };
enum hv_day_part { HV_PART_UNKNOWN, HV_PART_DAY, HV_PART_NIGHT, HV_PART_COUNT };
enum hv_place { HV_PLACE_UNKNOWN, HV_PLACE_INDOOR, HV_PLACE_OUTDOOR, HV_PLACE_COUNT };

struct hv_capacity_line {
    enum hv_capacity_basis basis;
    enum hv_day_part part;
    enum hv_place place;
    uint32_t people;
};

struct hv_capacity_report {
    size_t line_count;
    struct hv_capacity_line *lines;
};

enum hv_lifeline_kind {
    HV_LIFELINE_UNKNOWN,
    HV_LIFELINE_POWER,
    HV_LIFELINE_GENERATOR,
    HV_LIFELINE_WATER,
    HV_LIFELINE_SEWAGE,
    HV_LIFELINE_COMMUNICATION,
    HV_LIFELINE_HEATING,
    HV_LIFELINE_ROAD,
    HV_LIFELINE_COUNT
};

enum hv_lifeline_state {
    HV_LIFELINE_STATE_UNKNOWN,
    HV_LIFELINE_UP,
    HV_LIFELINE_LIMITED,
    HV_LIFELINE_DOWN,
    HV_LIFELINE_STATE_COUNT
};

struct hv_lifeline {
    enum hv_lifeline_kind kind;
    enum hv_lifeline_state state;
    bool has_hours;
    uint32_t hours_left;
    struct hv_seen seen;
};

struct hv_lifeline_report {
    size_t lifeline_count;
    struct hv_lifeline *lifelines;
};

struct hv_stock_line {
    const char *item;
    const char *lot;
    uint32_t expiry_day;
    uint64_t quantity;
    uint64_t damaged;
    uint32_t pack;
};

struct hv_stock_count {
    size_t line_count;
    struct hv_stock_line *lines;
    bool complete;
    const char *reason;
};

enum hv_stock_movement_kind {
    HV_STOCK_UNKNOWN,
    HV_STOCK_RECEIVE,
    HV_STOCK_ISSUE,
    HV_STOCK_SHIP,
    HV_STOCK_LOSS,
    HV_STOCK_EXPIRE,
    HV_STOCK_ADJUST_UP,
    HV_STOCK_ADJUST_DOWN,
    HV_STOCK_PICK,
    HV_STOCK_PUT_BACK,
    HV_STOCK_LOAD,
    HV_STOCK_WRITE_OFF,
    HV_STOCK_UNPACK,
    HV_STOCK_MOVEMENT_COUNT
};

struct hv_stock_movement {
    enum hv_stock_movement_kind kind;
    size_t line_count;
    struct hv_stock_line *lines;
    const char *waybill;
    const char *counterpart;
    const char *reason;
    size_t into_count;
    struct hv_stock_line *into;
    bool final;
    const char *vehicle;
    uint64_t request;         /* that a receipt without a waybill answers; 0: none is named */
    const char *request_node; /* that numbered it; empty: who reports it */
};

enum hv_request_kind {
    HV_REQUEST_UNKNOWN,
    HV_REQUEST_GOODS,
    HV_REQUEST_TRANSPORT,
    HV_REQUEST_MEDICAL,
    HV_REQUEST_STAFF,
    HV_REQUEST_REPAIR,
    HV_REQUEST_KIND_COUNT
};

enum hv_urgency {
    HV_URGENCY_UNKNOWN,
    HV_URGENCY_ROUTINE,
    HV_URGENCY_URGENT,
    HV_URGENCY_LIFE_SAVING,
    HV_URGENCY_COUNT
};

struct hv_request {
    uint64_t id;
    enum hv_request_kind kind;
    enum hv_urgency urgency;
    size_t line_count;
    struct hv_stock_line *lines;
    bool has_amount;
    uint32_t amount;
    const char *text;
    bool withdrawn;
};

enum hv_order_state {
    HV_ORDER_STATE_UNKNOWN,
    HV_ORDER_ISSUED,
    HV_ORDER_STORED,
    HV_ORDER_SEEN,
    HV_ORDER_ACCEPTED,
    HV_ORDER_DECLINED,
    HV_ORDER_UNDER_WAY,
    HV_ORDER_PARTLY_DONE,
    HV_ORDER_DONE,
    HV_ORDER_FAILED,
    HV_ORDER_CANCELLED,
    HV_ORDER_SUPERSEDED,
    HV_ORDER_STATE_COUNT
};

struct hv_order_answer {
    uint64_t order;
    uint32_t revision;
    enum hv_order_state state;
    const char *reason;
    bool has_done;
    uint64_t done;
};

struct hv_note_report {
    const char *text;
};

struct hv_snapshot {
    uint64_t as_of;
    uint32_t part;
    uint32_t parts;
    struct hv_people people;
    struct hv_seen people_seen; /* {0, 0}: nothing known of people */
    struct hv_seen counted_seen;
    int32_t count_difference;
    enum hv_shelter_status status;
    struct hv_seen status_seen;
    size_t capacity_count;
    struct hv_capacity_line *capacity;
    struct hv_seen capacity_seen;
    size_t lifeline_count;
    struct hv_lifeline *lifelines;
    size_t stock_count;
    struct hv_stock_line *stock;
    struct hv_seen stock_seen;
};

enum hv_source {
    HV_SOURCE_UNKNOWN,
    HV_SOURCE_NODE,
    HV_SOURCE_OPERATOR,
    HV_SOURCE_IMPORT,
    HV_SOURCE_COUNT
};

enum hv_escalation_reason {
    HV_ESCALATION_UNKNOWN,
    HV_ESCALATION_UNANSWERED,
    HV_ESCALATION_OVERDUE,
    HV_ESCALATION_REASON_COUNT
};

struct hv_escalation {
    uint64_t order;
    uint32_t revision;
    uint32_t level; /* 1: the first whom the settings name */
    const char *to;
    enum hv_escalation_reason reason;
};

/* Who sees to a thing that wants attention. */
struct hv_owner_change {
    const char *thing;
    const char *owner; /* "": nobody any more */
    const char *note;
};

struct hv_shift_handover {
    const char *to;
    const char *text;
};

/* Numbers of the oneof in haven.proto. */
enum hv_report_kind {
    HV_REPORT_NONE = 0,
    HV_REPORT_MOVEMENT = 16,
    HV_REPORT_COUNT = 17,
    HV_REPORT_STATUS = 18,
    HV_REPORT_CAPACITY = 19,
    HV_REPORT_LIFELINES = 20,
    HV_REPORT_STOCK_COUNT = 21,
    HV_REPORT_STOCK_MOVEMENT = 22,
    HV_REPORT_REQUEST = 23,
    HV_REPORT_ANSWER = 24,
    HV_REPORT_NOTE = 25,
    HV_REPORT_SNAPSHOT = 26
};

struct hv_report {
    enum hv_source source;
    struct hv_seen seen;
    const char *subject;
    enum hv_report_kind kind;
    union {
        struct hv_movement movement;
        struct hv_count count;
        struct hv_status_report status;
        struct hv_capacity_report capacity;
        struct hv_lifeline_report lifelines;
        struct hv_stock_count stock_count;
        struct hv_stock_movement stock_movement;
        struct hv_request request;
        struct hv_order_answer answer;
        struct hv_note_report note;
        struct hv_snapshot snapshot;
    };
};

/* ---- orders ---- */

enum hv_order_kind {
    HV_ORDER_UNKNOWN,
    HV_ORDER_STAND_BY,
    HV_ORDER_OPEN,
    HV_ORDER_CLOSE,
    HV_ORDER_RECEIVE_PEOPLE,
    HV_ORDER_SEND_PEOPLE_ON,
    HV_ORDER_WARN_ZONE,
    HV_ORDER_EVACUATE_ZONE,
    HV_ORDER_BUS_RUN,
    HV_ORDER_CLOSE_ROAD,
    HV_ORDER_REVERSE_ROAD,
    HV_ORDER_SHIP,
    HV_ORDER_EXPECT_DELIVERY,
    HV_ORDER_RETURN_GOODS,
    HV_ORDER_STAND_DOWN,
    HV_ORDER_KIND_COUNT
};

enum hv_post {
    HV_POST_UNKNOWN,
    HV_POST_NODE,
    HV_POST_ZONE_WARDEN,
    HV_POST_BUS_YARD,
    HV_POST_ROAD_POST,
    HV_POST_PLACE,
    HV_POST_COUNT
};

struct hv_order_people {
    const char *zone;
    uint32_t people;
    uint32_t wheelchair;
    uint32_t medical;
    uint32_t without_vehicle;
};

struct hv_bus_stop { /* people of a zone who board */
    const char *zone;
    uint32_t people;
    uint32_t wheelchair; /* of these, as below */
    uint32_t medical;
    int64_t arrives_wall_ms;
    int64_t leaves_wall_ms;
    const char *pickup; /* node of the region; "": the zone's */
};

struct hv_bus_run { /* of one bus, over pick-up points to a shelter */
    uint32_t number;
    const char *shelter;
    int64_t starts_wall_ms;
    int64_t arrives_wall_ms; /* at the shelter */
    int64_t free_wall_ms;    /* all have alighted */
    size_t stop_count;
    struct hv_bus_stop *stops;
};

struct hv_order {
    uint64_t id;
    uint32_t revision;
    enum hv_order_kind kind;
    enum hv_post post;
    const char *addressee;
    enum hv_order_state state;
    uint64_t superseded_by;
    uint64_t plan;
    uint64_t approval;
    bool has_deadline;
    int64_t deadline_wall_ms;
    const char *shelter;
    size_t people_count;
    struct hv_order_people *people;
    size_t link_count;
    const char **links;
    bool has_start;
    int64_t start_wall_ms;
    bool has_end;
    int64_t end_wall_ms;
    uint32_t people_per_hour;
    const char *counterpart;
    const char *waybill;
    size_t line_count;
    struct hv_stock_line *lines;
    const char *vehicle;
    const char *text;
    int64_t issued_wall_ms;
    uint32_t trips; /* goods: of the vehicle; 0: not planned */
    size_t sent_count;
    struct hv_stock_line *sent; /* expected delivery: what has left so far, by lot */
    bool sent_whole;            /* nothing more leaves */
    uint32_t answers_from;      /* answers to this revision and later ones count; 0: this one's */
    size_t run_count;
    struct hv_bus_run *runs; /* bus run: by bus and start */
    uint32_t travel_s;       /* people: from leaving to being there; 0: not known */
};

struct hv_order_set {
    size_t order_count;
    struct hv_order *orders;
};

/* ---- session ---- */

struct hv_lane_head {
    enum hv_lane lane;
    uint64_t sequence;
};

struct hv_clock {
    int64_t start_wall_ms;
    uint64_t elapsed_ms;
    uint32_t rate_permille;
    bool scenario;
};

struct hv_hello {
    bool has_log;
    uint8_t log[HV_ID128_BYTES];
    uint64_t term;
    enum hv_role role;
    const char *software;
    size_t made_count;
    struct hv_lane_head *made;
};

struct hv_welcome {
    uint8_t log[HV_ID128_BYTES];
    uint64_t term;
    size_t held_count;
    struct hv_lane_head *held;
    struct hv_clock clock;
    size_t endpoint_count;
    const char **endpoints;
    uint64_t held_epoch;
};

struct hv_ack {
    uint64_t position;
};

struct hv_refusal {
    enum hv_reason reason;
    const char *detail;
    uint64_t held;
    uint64_t held_epoch;
    bool skip;
};

enum hv_body_kind {
    HV_BODY_NONE = 0,
    HV_BODY_HELLO = 16,
    HV_BODY_BEAT = 17,
    HV_BODY_REPORT = 18,
    HV_BODY_WELCOME = 32,
    HV_BODY_ACK = 33,
    HV_BODY_REFUSAL = 34,
    HV_BODY_ORDERS = 35,
    HV_BODY_CLOCK = 36
};

struct hv_envelope {
    uint32_t protocol;
    uint8_t deployment[HV_ID128_BYTES];
    uint8_t incident[HV_ID128_BYTES];
    enum hv_mode mode;
    uint64_t epoch;
    enum hv_lane lane;
    uint64_t sequence;
    uint64_t sent_node_ms;
    uint64_t clock_gap_node_ms;
    enum hv_body_kind kind;
    union {
        struct hv_hello hello;
        struct hv_report report;
        struct hv_welcome welcome;
        struct hv_ack ack;
        struct hv_refusal refusal;
        struct hv_order_set orders;
        struct hv_clock clock;
    };
};

/* ---- log records ---- */

enum hv_actor {
    HV_ACTOR_UNKNOWN,
    HV_ACTOR_NODE,
    HV_ACTOR_OPERATOR,
    HV_ACTOR_SYSTEM,
    HV_ACTOR_IMPORT,
    HV_ACTOR_COUNT
};

struct hv_log_started {
    uint8_t deployment[HV_ID128_BYTES];
    uint8_t log[HV_ID128_BYTES];
    enum hv_mode mode;
    const char *name;
};

struct hv_node_report {
    const char *node;
    uint64_t epoch;
    enum hv_lane lane;
    uint64_t sequence;
    uint64_t sent_node_ms;
    uint64_t clock_gap_node_ms;
    uint8_t incident[HV_ID128_BYTES];
    struct hv_report report;
};

struct hv_refused_report {
    const char *node;
    uint64_t epoch;
    enum hv_lane lane;
    uint64_t sequence;
    enum hv_reason reason;
    const char *detail;
};

struct hv_epoch_started {
    const char *node;
    uint64_t epoch;
};

struct hv_enrolment {
    const char *node;
    enum hv_role role;
    uint8_t public_key[HV_KEY_BYTES];
    const char *place;
};

struct hv_revocation {
    const char *node;
    uint8_t public_key[HV_KEY_BYTES];
    const char *reason;
};

struct hv_region_version {
    const char *name;
    const char *version;
    uint8_t hash[HV_HASH_BYTES];
};

struct hv_profile_version {
    const char *name;
    const char *version;
};

enum hv_incident_phase {
    HV_PHASE_UNKNOWN,
    HV_PHASE_WATCH,
    HV_PHASE_ACTIVATION,
    HV_PHASE_EVACUATION,
    HV_PHASE_STAND_DOWN,
    HV_PHASE_DEMOBILISATION,
    HV_PHASE_CLOSED,
    HV_PHASE_COUNT
};

struct hv_incident_change {
    uint8_t incident[HV_ID128_BYTES];
    const char *name;
    enum hv_incident_phase phase;
    const char *hazard;
};

struct hv_road_state {
    const char *link;
    bool closed;
    bool has_capacity;
    uint32_t capacity_permille;
    const char *reason;
};

struct hv_zone_sweep {
    const char *zone;
    uint64_t left;
    uint64_t age_ms;
    const char *reason;
};

struct hv_hazard_step { /* what a hazard hits from a time on */
    int64_t from_wall_ms;
    bool has_until; /* else until the hazard is over */
    int64_t until_wall_ms;
    size_t zone_count;
    const char **zones;
    size_t link_count;
    const char **links;
    size_t shelter_count;
    const char **shelters;
    size_t depot_count;
    const char **depots;
    bool has_capacity; /* else the links are closed */
    uint32_t capacity_permille;
};

struct hv_hazard_state {
    const char *hazard;
    const char *kind;
    bool over;
    size_t zone_count;
    const char **zones;
    size_t link_count;
    const char **links;
    size_t shelter_count;
    const char **shelters;
    size_t depot_count;
    const char **depots;
    size_t step_count;
    struct hv_hazard_step *steps;
    bool adds; /* in a command: on top of what is in force; false in the log */
};

struct hv_alert {
    const char *id;
    const char *sender;
    const char *headline;
    const char *severity;
    bool cancelled;
};

struct hv_note_entry {
    const char *text;
    const char *subject;
};

struct hv_presence {
    const char *node;
    bool stale;
    uint64_t last_heard_mono_ms;
};

enum hv_plan_reason {
    HV_PLAN_REASON_UNKNOWN,
    HV_PLAN_NO_ROUTE,
    HV_PLAN_NO_PLACES,
    HV_PLAN_HAZARD,
    HV_PLAN_NO_STOCK,
    HV_PLAN_PINNED,
    HV_PLAN_EXCLUDED,
    HV_PLAN_KEPT,
    HV_PLAN_CHANGED,
    HV_PLAN_STALE,
    HV_PLAN_WORK_LIMIT,
    HV_PLAN_NOT_NEEDED,
    HV_PLAN_RESERVE,
    HV_PLAN_LIMIT,
    HV_PLAN_NOT_WORTH_CARRYING,
    HV_PLAN_WHOLE_PACKS,
    HV_PLAN_ROADS_FULL,
    HV_PLAN_TOO_FAR,
    HV_PLAN_NOT_USABLE,
    HV_PLAN_NO_VEHICLE,
    HV_PLAN_NO_COLD_VEHICLE,
    HV_PLAN_VEHICLES_TOO_SMALL,
    HV_PLAN_OUT_OF_RANGE,
    HV_PLAN_VEHICLES_BUSY,
    HV_PLAN_ROAD_CLOSES,
    HV_PLAN_NO_BUS,
    HV_PLAN_NO_WHEELCHAIR_BUS,
    HV_PLAN_BUSES_BUSY,
    HV_PLAN_NO_BUS_ROUTE,
    HV_PLAN_BUSES_NOT_PLANNED,
    HV_PLAN_REASON_COUNT
};

enum hv_plan_bound {
    HV_PLAN_BOUND_UNKNOWN,
    HV_PLAN_BOUND_ASSIGNMENT,
    HV_PLAN_BOUND_FLOW,
    HV_PLAN_BOUND_COUNT
};

struct hv_plan_move {
    const char *zone;
    const char *shelter;
    size_t link_count;
    const char **links;
    uint32_t people;
    uint32_t wheelchair;
    uint32_t medical;
    uint32_t without_vehicle;
    uint32_t travel_s;
    bool changed;
    uint32_t departs_s;
    uint32_t departed_s;
    uint32_t arrives_s;
    uint32_t arrived_s;
    uint32_t people_per_hour;
};

struct hv_plan_change {
    const char *zone;
    const char *shelter;
    uint32_t before;
    uint32_t after;
    enum hv_plan_reason reason;
    uint32_t loses_s;
};

struct hv_plan_shipment {
    const char *depot;
    const char *shelter;
    const char *item;
    uint64_t quantity;
    bool changed;
};

struct hv_plan_left {
    const char *zone;
    const char *shelter;
    const char *item;
    uint64_t amount;
    enum hv_plan_reason reason;
    const char *parameter;
};

struct hv_plan_order_change { /* an order for goods that the plan takes back */
    uint64_t order;
    enum hv_plan_reason reason;
    int64_t saving;
    const char *depot;
    const char *shelter;
};

struct hv_plan_load {
    const char *item;
    uint64_t quantity;
};

struct hv_plan_delivery { /* one trip of a vehicle; seconds after the order */
    const char *depot;
    const char *shelter;
    const char *vehicle; /* its group in the region */
    uint32_t number;
    uint64_t order; /* that stands; 0: of this plan */
    uint32_t starts_s;
    uint32_t leaves_s;
    uint32_t arrives_s;
    uint32_t delivered_s;
    uint32_t back_s;
    uint32_t late_s;
    size_t load_count;
    struct hv_plan_load *load;
    uint32_t leave_by_s; /* before roads close there or back; 0: none does */
};

struct hv_plan_undelivered {
    const char *depot;
    const char *shelter;
    const char *item;
    uint64_t quantity;
    uint64_t order;
    enum hv_plan_reason reason;
};

struct hv_plan_kits { /* that a depot opens for what the plan has it send */
    const char *depot;
    const char *item; /* the kit */
    uint64_t quantity;
};

struct hv_plan_transfer { /* what a shelter has to spare, to one that no depot can help */
    const char *from;
    const char *to;
    const char *item;
    uint64_t quantity;
    uint32_t travel_s;
};

struct hv_plan_reversal { /* a link whose lanes another of its road gets */
    const char *link;
    const char *gives_to;
};

struct hv_plan_bus_stop { /* people of a zone who board; seconds after the order */
    const char *zone;
    uint32_t people;
    uint32_t wheelchair;
    uint32_t medical;
    int64_t arrives_s;
    int64_t leaves_s;
    const char *pickup; /* node of the region; "": the zone's */
};

struct hv_plan_bus_run {
    const char *vehicle; /* its group in the region */
    uint32_t number;
    const char *shelter;
    uint64_t order; /* that stands and has the run; 0: of this plan */
    bool begun;
    int64_t starts_s;
    int64_t arrives_s;
    int64_t free_s;
    int64_t starts_wall_ms; /* of a run of an order */
    size_t stop_count;
    struct hv_plan_bus_stop *stops;
};

struct hv_plan_way { /* people whom accepted orders have on the way; see PlanWay */
    const char *zone;
    const char *shelter;
    uint32_t people;
    uint32_t wheelchair;
    uint32_t medical;
    uint32_t overdue;
    uint32_t turned_away;
    uint32_t arrives_s;
    uint32_t arrived_s;
};

struct hv_plan {
    uint64_t id;
    uint64_t basis;
    uint64_t in_force;
    size_t move_count;
    struct hv_plan_move *moves;
    size_t shipment_count;
    struct hv_plan_shipment *shipments;
    size_t left_count;
    struct hv_plan_left *left;
    int64_t unserved_people;
    int64_t unserved_bound;
    int64_t person_seconds;
    int64_t person_seconds_bound;
    int64_t unmet_cost;
    int64_t unmet_bound;
    uint64_t work;
    bool stopped_early;
    uint8_t region_hash[HV_HASH_BYTES];
    bool fair; /* goods: costs in micro cost units, fill rates in hundredths of a percent */
    bool fairness_known;
    int64_t fairness_cost;
    uint32_t cheapest_fill;
    uint32_t fairest_fill;
    uint32_t least_fill;
    bool whole_packs;
    int64_t rounding_cost;
    uint32_t orders_kept;
    int64_t stability_cost;
    int64_t goods_change_price;
    size_t order_change_count;
    struct hv_plan_order_change *order_changes;
    bool fleet_known;
    size_t delivery_count;
    struct hv_plan_delivery *deliveries;
    size_t undelivered_count;
    struct hv_plan_undelivered *undelivered;
    uint32_t delivery_horizon_s;
    uint32_t last_delivery_s;
    uint32_t last_delivery_bound_s;
    uint64_t vehicle_s;
    uint32_t delivery_late_s;
    int64_t carrying_cost;
    size_t kit_count;
    struct hv_plan_kits *kits;
    size_t transfer_count;
    struct hv_plan_transfer *transfers;
    size_t change_count;
    struct hv_plan_change *changes;
    enum hv_plan_bound bound;
    uint32_t step_s;
    uint32_t horizon_s;
    uint32_t ete90_s;
    uint32_t ete100_s;
    uint32_t clearance_s;
    uint64_t late_people;
    uint64_t changed_people;
    uint64_t stability_person_seconds;
    uint64_t precedence_people;
    size_t reversal_count;
    struct hv_plan_reversal *reversals;
    int64_t contraflow_people;
    int64_t contraflow_person_seconds;
    bool buses_known;
    size_t bus_run_count;
    struct hv_plan_bus_run *bus_runs;
    uint64_t bus_people;
    uint64_t bus_unserved;
    uint64_t bus_unserved_bound;
    int64_t bus_person_seconds;
    int64_t bus_person_seconds_bound;
    uint32_t bus_horizon_s;
    uint32_t bus_last_s;
    uint32_t bus_count;
    uint32_t bus_seats;
    uint64_t bus_stability_person_seconds;
    size_t way_count;
    struct hv_plan_way *ways;
};

struct hv_approval {
    uint64_t plan;
    bool withdrawn;
    const char *reason;
};

enum hv_request_verdict {
    HV_VERDICT_UNKNOWN,
    HV_VERDICT_APPROVED,
    HV_VERDICT_DECLINED,
    HV_VERDICT_CLOSED,
    HV_VERDICT_COUNT
};

struct hv_request_decision {
    const char *place;
    const char *node;
    uint64_t request;
    enum hv_request_verdict verdict;
    size_t line_count;
    struct hv_stock_line *lines;
    const char *reason;
};

struct hv_waybill_end {
    const char *waybill;
    const char *reason;
};

struct hv_term_change {
    uint64_t term;
    const char *reason;
    uint8_t log[HV_ID128_BYTES];
};

/* Where a decision came in. Texts are NULL or "" where a record has none of it. */
struct hv_origin {
    const char *door;
    const char *address;
    const char *role;
    const char *key;
    uint64_t fingerprint;
    uint64_t before; /* position of the record that this one takes the place of; 0: of none */
};

enum hv_directive_kind {
    HV_DIRECTIVE_UNKNOWN,
    HV_DIRECTIVE_PIN,
    HV_DIRECTIVE_EXCLUDE,
    HV_DIRECTIVE_RESERVE,
    HV_DIRECTIVE_AVOID,
    HV_DIRECTIVE_PRIORITY,
    HV_DIRECTIVE_LIMIT,
    HV_DIRECTIVE_KIND_COUNT
};

struct hv_plan_directive {
    const char *id;
    enum hv_directive_kind kind;
    const char *zone;
    const char *shelter;
    const char *depot;
    const char *item;
    uint64_t quantity;
    bool lifted;
    const char *reason;
    const char *link;
};

enum hv_account_act {
    HV_ACCOUNT_ACT_UNKNOWN,
    HV_ACCOUNT_SET,
    HV_ACCOUNT_REMOVED,
    HV_ACCOUNT_ACT_COUNT
};

struct hv_account_change {
    const char *account;
    enum hv_account_act act;
    size_t role_count;
    const char **roles;
    bool machine;
    bool secret; /* a new one was set; it is never in the log */
};

/* Numbers of the oneof in haven.proto. */
enum hv_record_kind {
    HV_RECORD_NONE = 0,
    HV_RECORD_LOG_STARTED = 16,
    HV_RECORD_REPORT = 17,
    HV_RECORD_ENROLMENT = 18,
    HV_RECORD_REVOCATION = 19,
    HV_RECORD_REGION = 20,
    HV_RECORD_INCIDENT = 21,
    HV_RECORD_CLOCK = 22,
    HV_RECORD_ROAD = 23,
    HV_RECORD_HAZARD = 24,
    HV_RECORD_NOTE = 25,
    HV_RECORD_PRESENCE = 26,
    HV_RECORD_PLAN = 27,
    HV_RECORD_APPROVAL = 28,
    HV_RECORD_ORDER = 29,
    HV_RECORD_ANSWER = 30,
    HV_RECORD_PROFILE = 31,
    HV_RECORD_TERM = 32,
    HV_RECORD_ALERT = 33,
    HV_RECORD_REFUSED = 34,
    HV_RECORD_EPOCH = 35,
    HV_RECORD_DECISION = 40,
    HV_RECORD_WAYBILL_END = 41,
    HV_RECORD_DIRECTIVE = 60,
    HV_RECORD_ACCOUNT = 61,
    HV_RECORD_ESCALATION = 63,
    HV_RECORD_OWNER = 64,
    HV_RECORD_HANDOVER = 65,
    HV_RECORD_SWEEP = 68
};

struct hv_record {
    uint32_t version;
    enum hv_actor actor;
    const char *name;
    uint64_t cause;
    int64_t wall_ms;
    uint64_t mono_ms;
    enum hv_record_kind kind;
    union {
        struct hv_log_started started;
        struct hv_node_report report;
        struct hv_enrolment enrolment;
        struct hv_revocation revocation;
        struct hv_region_version region;
        struct hv_incident_change incident;
        struct hv_clock clock;
        struct hv_road_state road;
        struct hv_hazard_state hazard;
        struct hv_note_entry note;
        struct hv_presence presence;
        struct hv_plan plan;
        struct hv_approval approval;
        struct hv_order order;
        struct hv_order_answer answer;
        struct hv_profile_version profile;
        struct hv_term_change term;
        struct hv_alert alert;
        struct hv_refused_report refused;
        struct hv_epoch_started epoch;
        struct hv_request_decision decision;
        struct hv_waybill_end waybill_end;
        struct hv_plan_directive directive;
        struct hv_account_change account;
        struct hv_escalation escalation;
        struct hv_owner_change owner;
        struct hv_shift_handover handover;
        struct hv_zone_sweep sweep;
    };
    struct hv_origin origin;
};

/* ---- small functions on the model (model.c) ---- */

/* Sum over age groups; overlays and pets are not added. */
int64_t hv_people_total(const struct hv_people *people);

/* sum += sign * people, figure by figure, saturating at the int32 range. */
void hv_people_add(struct hv_people *sum, const struct hv_people *people, int sign);

/* What a hazard hits until it is over, as a step that began at `from_wall_ms`; the lists stay the
 * hazard's. */
struct hv_hazard_step hv_hazard_always(const struct hv_hazard_state *hazard, int64_t from_wall_ms);

/* Whether somebody may still act on an order that stands so: not declined, done, failed, cancelled
 * or superseded. */
bool hv_order_is_open(enum hv_order_state state);

/* The first revision of which an answer still counts. */
uint32_t hv_order_answers_from(const struct hv_order *order);

/* Stable English words for files, JSON and command lines, such as "nearly-full"; "unknown" for 0
 * and for numbers that are none. The words of `_of` are the same ones; it returns 0 (UNKNOWN) for
 * any other text. */
const char *hv_mode_word(enum hv_mode mode);
const char *hv_lane_word(enum hv_lane lane);
const char *hv_role_word(enum hv_role role);
const char *hv_reason_word(enum hv_reason reason);
const char *hv_age_group_word(enum hv_age_group group);
const char *hv_overlay_word(enum hv_overlay overlay);
const char *hv_movement_word(enum hv_movement_kind kind);
const char *hv_destination_word(enum hv_destination destination);
const char *hv_shelter_status_word(enum hv_shelter_status status);
const char *hv_capacity_basis_word(enum hv_capacity_basis basis);
const char *hv_day_part_word(enum hv_day_part part);
const char *hv_place_word(enum hv_place place);
const char *hv_lifeline_word(enum hv_lifeline_kind kind);
const char *hv_lifeline_state_word(enum hv_lifeline_state state);
const char *hv_stock_movement_word(enum hv_stock_movement_kind kind);
const char *hv_request_word(enum hv_request_kind kind);
const char *hv_urgency_word(enum hv_urgency urgency);
const char *hv_order_word(enum hv_order_kind kind);
const char *hv_order_state_word(enum hv_order_state state);
const char *hv_post_word(enum hv_post post);
const char *hv_source_word(enum hv_source source);
const char *hv_actor_word(enum hv_actor actor);
const char *hv_phase_word(enum hv_incident_phase phase);
const char *hv_plan_reason_word(enum hv_plan_reason reason);
const char *hv_plan_bound_word(enum hv_plan_bound bound);
const char *hv_report_word(enum hv_report_kind kind);
const char *hv_verdict_word(enum hv_request_verdict verdict);
const char *hv_directive_word(enum hv_directive_kind kind);
const char *hv_escalation_word(enum hv_escalation_reason reason);
const char *hv_account_act_word(enum hv_account_act act);
const char *hv_record_word(enum hv_record_kind kind);

enum hv_mode hv_mode_of(const char *word);
enum hv_role hv_role_of(const char *word);
enum hv_movement_kind hv_movement_of(const char *word);
enum hv_destination hv_destination_of(const char *word);
enum hv_shelter_status hv_shelter_status_of(const char *word);
enum hv_capacity_basis hv_capacity_basis_of(const char *word);
enum hv_day_part hv_day_part_of(const char *word);
enum hv_place hv_place_of(const char *word);
enum hv_lifeline_kind hv_lifeline_of(const char *word);
enum hv_lifeline_state hv_lifeline_state_of(const char *word);
enum hv_stock_movement_kind hv_stock_movement_of(const char *word);
enum hv_request_verdict hv_verdict_of(const char *word);
enum hv_directive_kind hv_directive_of(const char *word);
enum hv_request_kind hv_request_of(const char *word);
enum hv_urgency hv_urgency_of(const char *word);
enum hv_order_kind hv_order_of(const char *word);
enum hv_order_state hv_order_state_of(const char *word);
enum hv_post hv_post_of(const char *word);
enum hv_incident_phase hv_phase_of(const char *word);

#endif
