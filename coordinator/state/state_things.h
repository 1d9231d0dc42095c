/* What the operating picture consists of: the things of the state, of which state.h tells how they
 * come about and how they are found. */
#ifndef COORDINATOR_STATE_STATE_THINGS_H
#define COORDINATOR_STATE_STATE_THINGS_H

#include "coordinator/state/state_book.h"
#include "schemas/model.h"

#define STATE_NONE UINT32_MAX
#define STATE_ID_BYTES 72
#define STATE_NOTES_KEPT 1024u
#define STATE_PLANS_KEPT 8u          /* with their bodies; of older ones the figures stay */
#define STATE_ORDER_STEPS_MAX 256u   /* of an order; when there are more the second oldest goes */
#define STATE_STOCK_LINES_MAX 38400u /* of a place: what a snapshot can hold */
#define STATE_REFUSALS_KEPT 32u      /* of a node's epoch: told again to a node that did not hear */
#define STATE_LEGS_MAX 8u            /* of a way of people; when there are more two become one */
#define STATE_WAYS_MAX 32u           /* of a zone: shelters to which orders send its people */
#define STATE_WINDOW_MS_MAX INT64_C(604800000) /* a window is taken as no longer, seven days */
#define STATE_MOVEMENTS_KEPT 8u /* of a place: for observations that arrive after them */

enum state_kind {
    STATE_GENERAL, /* exactly one, index 0 */
    STATE_PLACE,
    STATE_NODE,
    STATE_KEY,
    STATE_ZONE,
    STATE_TRANSFER,
    STATE_REQUEST,
    STATE_ORDER,
    STATE_PLAN,
    STATE_INCIDENT,
    STATE_ROAD,
    STATE_HAZARD,
    STATE_ALERT,
    STATE_NOTE,
    STATE_NAME, /* an item or a lot; its id is the name */
    STATE_DIRECTIVE,
    STATE_WRITE,
    STATE_WAYBILL,
    STATE_OWNER,
    STATE_KINDS
};

struct state_entity {
    uint64_t changed; /* position of the last change */
    uint32_t index;
    uint32_t older, newer; /* neighbours in the order of change, STATE_NONE at the ends */
    uint64_t finished;     /* position at which nothing more was to come; 0: open, or never over */
    uint32_t finished_older, finished_newer; /* neighbours in the order of finishing */
    enum state_kind kind;
    char id[STATE_ID_BYTES];
};

/* When and by whom something was observed. */
struct state_stamp {
    int64_t observed_ms; /* log clock; negative: before the log began */
    int64_t wall_ms;     /* as the source said */
    uint64_t position;   /* record that brought it; 0: never observed, the rest means nothing */
    uint64_t sequence;   /* HISTORY sequence that it reflects; 0 on behalf */
    uint32_t node;       /* index of the node; STATE_NONE on behalf */
    uint16_t generation; /* how many epochs of the node there had been */
    uint8_t source;      /* enum hv_source */
    bool at_least;       /* the node was off in between: older than computed */
};

/* Bytes of an encoded record or report that a thing keeps whole. */
struct state_body {
    uint8_t *bytes;
    uint32_t size;
};

struct state_general {
    struct state_entity entity;
    bool started;
    uint8_t deployment[HV_ID128_BYTES];
    uint8_t log[HV_ID128_BYTES];
    enum hv_mode mode;
    char *name; /* NULL: none */
    uint64_t term;
    uint64_t position; /* last record applied */
    uint64_t mono_ms;  /* and its clocks */
    int64_t wall_ms;
    struct hv_clock clock;  /* as last set; {0, 0, 1000, false} at first */
    uint64_t clock_mono_ms; /* log clock when it was set */
    uint8_t region_hash[HV_HASH_BYTES];
    uint64_t region_position; /* 0: no region */
    char *region_name;
    char *region_version;
    uint64_t profile_position;
    char *profile_name;
    char *profile_version;
    uint32_t incident;      /* index of the open incident; STATE_NONE in peacetime */
    uint32_t plan_in_force; /* index of the plan last approved; STATE_NONE: none */
    uint64_t last_order;    /* highest ids given */
    uint64_t last_plan;
    uint64_t note_count; /* of all notes; the last STATE_NOTES_KEPT are kept */
    uint64_t refused_by_reason[HV_REASON_COUNT];
    uint64_t record_count[80];  /* by enum hv_record_kind */
    uint64_t handover_position; /* of the last shift handover; 0: none */
    int64_t handover_wall_ms;
};

/* ---- places: shelters and depots ---- */

struct state_movement; /* remembered movements, private */

struct state_people {
    struct hv_people now;
    struct state_stamp changed; /* last count or movement */
    struct state_stamp counted; /* count or snapshot that `now` builds on; position 0: never */
    int64_t difference;         /* counted less running total, at the last count that differed */
    uint64_t difference_position;
    int64_t shortfall; /* people that movements took away but that were not there, since counted */
    uint64_t shortfall_position;
    uint32_t households; /* as last counted, plus check-ins since */
    bool households_known;
    uint8_t movement_count;
    int64_t horizon_ms; /* latest observation among movements no longer remembered */
    struct state_movement *movements;
};

struct state_lifeline {
    struct state_stamp seen;
    enum hv_lifeline_state state;
    bool has_hours;
    uint32_t hours_left;
};

struct state_stock_line {
    uint32_t item, lot; /* STATE_NAME index; lot STATE_NONE: not kept by lot */
    uint32_t expiry_day;
    uint32_t pack;
    int64_t quantity; /* usable and damaged together */
    int64_t damaged;
    int64_t shortfall;  /* taken away but not there, since counted */
    int64_t difference; /* counted less books, at the last count that differed */
    uint64_t changed;   /* position */
    int64_t changed_ms; /* log clock of the last observation that changed it */
    struct state_stamp counted;
};

struct state_stock_movement; /* private */

struct state_stock {
    struct state_stock_line *lines; /* by item, lot, expiry */
    uint32_t count, room;
    uint32_t refused;           /* lines beyond STATE_STOCK_LINES_MAX */
    struct state_stamp counted; /* last complete count */
    struct state_stamp changed;
    uint8_t movement_count;
    int64_t horizon_ms;
    struct state_stock_movement *movements;
};

/* Goods that must stay cold, by what was reported of power and generator. Times on the log clock.
 */
#define STATE_COLD_BREAK_MS INT64_C(14400000) /* a break this long, four hours, is a quarantine */

struct state_source { /* power, or a generator */
    bool is_lost, has_given;
    int64_t gave_ms; /* when it was last seen to give power, if ever */
    int64_t lost_ms; /* where it is lost: since when, as far as was told */
};

struct state_cold {
    struct state_source power, generator;
    bool is_broken;    /* no power now */
    int64_t since_ms;  /* then: since when */
    int64_t lasted_ms; /* the longest break that is over, of those since the last whole count; */
    int64_t ended_ms;  /* and when it ended */
};

struct state_place {
    struct state_entity entity; /* id: shelter or depot */
    enum hv_role role;          /* UNKNOWN: only spoken of, never enrolled */
    uint32_t node;              /* node that speaks for it; STATE_NONE: none */
    struct state_people people;
    struct state_stamp status_seen;
    enum hv_shelter_status status;
    char *status_reason; /* NULL: none */
    struct state_stamp capacity_seen;
    struct hv_capacity_line *capacity;
    uint32_t capacity_count;
    struct state_lifeline lifelines[HV_LIFELINE_COUNT];
    struct state_cold cold;
    struct state_stock stock;
    struct state_book book; /* of its goods: every movement once, in the order of the log */
    uint32_t open_requests;
    uint32_t first_request; /* list of the open ones for goods; STATE_NONE: none */
};

/* ---- nodes ---- */

enum state_presence { STATE_NEVER_HEARD, STATE_PRESENT, STATE_STALE };

struct state_staging; /* parts of a snapshot that is not whole yet, private */

/* A report refused for ever at its sequence. */
struct state_refusal {
    uint64_t sequence;
    enum hv_lane lane;
    enum hv_reason reason;
    char *detail; /* NULL: none */
};

/* So many reports of a lane are known again when they come again. */
enum { STATE_PRINTS = 8 };

struct state_node {
    struct state_entity entity; /* id: node */
    enum hv_role role;
    uint32_t place;     /* index */
    uint32_t enrolment; /* how many keys it has had; User-Id carries it */
    uint32_t key;       /* STATE_KEY index of its present key */
    bool revoked;       /* no key of it is admitted */
    enum state_presence presence;
    uint64_t presence_position;
    uint64_t last_heard_mono_ms;
    uint64_t epoch; /* 0: never */
    uint16_t generation;
    uint64_t held[HV_LANE_COUNT];
    uint32_t prints[HV_LANE_COUNT][STATE_PRINTS]; /* of the last of them, by sequence modulo;
                                                     0: of one that was refused, or none */
    uint64_t as_of; /* HISTORY sequences up to here are part of the last snapshot */
    uint64_t reports;
    uint64_t refused;
    uint64_t introduced; /* things that its reports were the first to name: never more than
                            HV_NODE_NAMES_MAX and those of the reports under way */
    struct state_refusal *refusals; /* the last of this epoch, oldest first; NULL: none */
    uint32_t refusal_count;
    struct state_staging *staging;
};

struct state_key {
    struct state_entity entity; /* id: 64 hex digits of the public key */
    uint32_t node;
    bool revoked;
};

/* ---- people between places ---- */

/* What whoever walked or telephoned through a zone found last. */
struct state_sweep {
    uint64_t position;  /* 0: nobody has, in this incident; the rest means nothing */
    int64_t seen_ms;    /* log clock */
    int64_t left;       /* people still there */
    int64_t checked_in; /* people of the zone who had checked in when it was entered */
    int64_t wall_ms;    /* of the finding */
};

/* Who is counted: all, and of them those with these needs. */
enum state_heads { STATE_ALL, STATE_WHEELCHAIR, STATE_MEDICAL, STATE_HEADS };

/* What one order has people of a zone do who have a vehicle: they leave at an even rate over a
 * window of the wall clock and are there `travel_ms` after. Whoever has medical needs leaves first,
 * then people in wheelchairs. */
struct state_leg {
    uint64_t order; /* 0: no more comes of it */
    int64_t people[STATE_HEADS];
    int64_t leaves_ms, left_ms; /* the first leave, the last have left */
    int64_t travel_ms;
    int64_t stopped_ms; /* nobody leaves after this; INT64_MAX: nobody has stopped it */
};

/* People of a zone who are sent to one shelter by orders that were accepted. */
struct state_way {
    char *shelter;
    int64_t before[STATE_HEADS]; /* checked in there since the way began, until the last sweep */
    int64_t came[STATE_HEADS];   /* and since */
    struct state_leg legs[STATE_LEGS_MAX]; /* oldest first */
    uint32_t leg_count;
};

struct state_zone {
    struct state_entity entity;  /* id: zone */
    struct hv_people checked_in; /* anywhere, of this zone of origin, in this incident */
    uint64_t households;
    struct state_sweep sweep;
    struct state_way *ways; /* of this incident, in the order in which they began */
    uint32_t way_count;
    int64_t ways_from;    /* people of the zone who had checked in when the first of them began */
    int64_t ways_told_ms; /* log clock: the last answer to an order of theirs; 0: none */
};

/* What one place has reported as arrived of a transfer. */
struct state_arrival {
    uint32_t place;
    uint32_t node; /* whose word it is: the first that told; STATE_NONE: on behalf */
    struct hv_people people;
};

/* A transfer belongs to the place that people leave: its id means nothing without it, so that
 * nobody can take or block the transfer of another. Who arrives at which place is kept apart. */
struct state_transfer {
    struct state_entity entity; /* id: see state_transfer_id */
    char *name;                 /* the id as people know it */
    uint32_t from;              /* place index; STATE_NONE: an old report that did not say */
    uint32_t to;                /* place index as told by `from`, else who reported arrivals first;
                                   STATE_NONE: not yet */
    uint32_t named_by;          /* node whose report was the first; STATE_NONE: on behalf */
    struct hv_people out, in;   /* sums reported; on the way: out less in, where positive */
    struct state_stamp out_seen, in_seen;
    struct state_arrival arrivals[HV_TRANSFER_ARRIVALS_MAX];
    uint32_t arrival_count;
};

/* ---- requests, orders, plans ---- */

/* One item of a request for goods, on its three tracks. What is committed is not yet shipped less
 * `shipped`, what is in transit `shipped` less `received`, where positive. */
struct state_request_line {
    uint32_t item;
    int64_t requested; /* as last asked for */
    int64_t approved;  /* of an approval that names items */
    int64_t committed; /* by orders to ship, and what was shipped without one */
    int64_t shipped;
    int64_t received; /* good or damaged */
};

struct state_request {
    struct state_entity entity; /* id: see state_request_id */
    uint32_t place;
    uint32_t node; /* STATE_NONE: on behalf */
    uint64_t number;
    enum hv_request_kind request_kind;
    enum hv_urgency urgency;
    bool withdrawn;
    enum hv_request_verdict verdict;
    bool approved_in_part; /* the approval names items */
    uint64_t verdict_position;
    char *verdict_reason; /* NULL: none */
    struct state_request_line *lines;
    uint32_t line_count;
    uint32_t previous_of_place, next_of_place; /* list of the place; STATE_NONE at the ends */
    struct state_stamp seen;
    struct state_body body; /* encoded report: state_request_decode */
};

/* ---- goods on their way ---- */

struct state_waybill_pick { /* at a place, not yet shipped */
    uint32_t place;
    struct state_lot lot;
    int64_t picked, loaded;
};

struct state_waybill_line {
    struct state_lot lot;
    int64_t shipped, received, damaged; /* damaged: of those received */
};

struct state_waybill_order { /* what the order says */
    uint32_t item;
    int64_t quantity;
};

/* What of the waybill is for a request. The request may be forgotten: node and number tell. */
struct state_waybill_share {
    uint32_t request, request_node;
    uint64_t request_number;
    uint32_t item;
    int64_t committed, shipped, received;
};

/* A waybill comes into being with an order that names it or with the first report that does. */
struct state_waybill {
    struct state_entity entity;        /* id: waybill */
    uint32_t named_by;                 /* node whose report was the first; STATE_NONE: an order */
    uint32_t from, to;                 /* places; STATE_NONE: not known */
    uint32_t shipped_by, received_by;  /* places that reported it last; STATE_NONE: none */
    uint64_t ship_order, expect_order; /* ids; 0: none */
    bool order_over;                   /* nothing more comes of the order to ship */
    bool shipped_whole;                /* staff say that nothing more goes on it */
    bool closed; /* nothing more comes: what was shipped and not received is missing */
    uint64_t closed_position;
    char *closed_reason;             /* NULL: none */
    char *vehicle;                   /* NULL: not said */
    uint64_t shipped_position;       /* record of the last shipment; 0: none */
    uint64_t told_position;          /* when whoever expects it was told of that; 0: never */
    struct state_stamp shipped_seen; /* last shipment */
    struct state_stamp received_seen;
    struct state_book book; /* in transit, over, missing on the way, relabelled */
    struct state_waybill_order *ordered;
    struct state_waybill_pick *picks;
    struct state_waybill_line *lines;
    struct state_waybill_share *shares;
    uint32_t ordered_count, pick_count, line_count, share_count;
    uint32_t pick_room, line_room, share_room;
};

/* How far a waybill is, by what was reported. */
enum state_waybill_stage {
    STATE_WAYBILL_PLANNED,
    STATE_WAYBILL_PICKING,
    STATE_WAYBILL_LOADED,
    STATE_WAYBILL_IN_TRANSIT,
    STATE_WAYBILL_PARTLY_RECEIVED,
    STATE_WAYBILL_RECEIVED,
    STATE_WAYBILL_EARLY, /* received, and the shipment was not reported yet */
    STATE_WAYBILL_CLOSED,
    STATE_WAYBILL_CANCELLED,
    STATE_WAYBILL_STAGES
};

struct state_order_step {
    enum hv_order_state state;
    uint32_t revision;
    uint64_t position;
    uint64_t mono_ms;
    int64_t wall_ms;
    enum hv_actor actor;
    bool has_done;
    uint64_t done;
    char *reason; /* NULL: none */
    bool counted; /* false: an older revision or a step back; told, without effect */
};

struct state_order {
    struct state_entity entity; /* id: decimal */
    uint64_t number;
    uint32_t revision;
    enum hv_order_kind order_kind;
    enum hv_post post;
    char *addressee;
    enum hv_order_state issued;   /* ISSUED, CANCELLED or SUPERSEDED */
    enum hv_order_state answered; /* since `answers_from`; UNKNOWN: nothing yet */
    uint32_t answers_from;        /* revision; those after it only told something */
    uint32_t told;                /* last revision that was answered; 0: none */
    uint64_t done;
    bool has_done;
    uint64_t plan;     /* id */
    uint64_t approval; /* position */
    bool has_deadline;
    int64_t deadline_wall_ms;
    uint64_t issued_position; /* of the revision `answers_from` */
    char *waybill;            /* NULL: none */
    struct state_order_step *steps;
    uint32_t step_count, step_room;
    /* Of this revision; level 0: nobody higher up has been told. */
    uint32_t escalation_level;
    enum hv_escalation_reason escalation_reason;
    uint64_t escalation_position;
    uint64_t escalation_mono_ms;
    char *escalated_to;
    struct state_body body; /* encoded record: state_order_decode */
};

struct state_plan {
    struct state_entity entity; /* id: decimal */
    uint64_t number;
    uint64_t basis;
    uint64_t position;  /* of the plan entry */
    uint64_t mono_ms;   /* and its log clock */
    uint64_t approved;  /* position of the approval; 0: not */
    uint64_t withdrawn; /* position; 0: not */
    char *author;       /* who asked for it; NULL: nobody, the picture had changed */
    bool stopped_early;
    int64_t unserved_people, unserved_bound;
    int64_t person_seconds, person_seconds_bound;
    int64_t unmet_cost, unmet_bound;
    uint32_t move_count, shipment_count, left_count;
    /* Encoded record: state_plan_decode. Kept of the plan in force and the last STATE_PLANS_KEPT;
     * of others read the log at `position`. */
    struct state_body body;
};

/* ---- the world ---- */

struct state_incident {
    struct state_entity entity; /* id: 32 hex digits */
    uint8_t incident[HV_ID128_BYTES];
    enum hv_incident_phase phase;
    char *name;
    char *hazard;
    uint64_t opened_position;
    int64_t opened_wall_ms;
    uint64_t phase_position[HV_PHASE_COUNT]; /* last change to each */
};

struct state_road {
    struct state_entity entity; /* id: link */
    bool closed;
    bool has_capacity;
    uint32_t capacity_permille;
    char *reason;
};

struct state_hazard {
    struct state_entity entity; /* id: hazard */
    bool over;
    int64_t turns_wall_ms;  /* when a step first begins or ends after this was recorded; INT64_MAX:
                               none does */
    struct state_body body; /* encoded record: state_body_decode */
};

struct state_alert {
    struct state_entity entity; /* id: of the alert; hashed where it is long */
    bool cancelled;
    struct state_body body;
};

struct state_note {
    struct state_entity entity; /* id: slot */
    uint64_t position;
    uint32_t place;         /* STATE_NONE: of no place */
    struct state_body body; /* encoded record, of a note entry or of a report */
};

struct state_name {
    struct state_entity entity;
};

struct state_directive {
    struct state_entity entity; /* id: directive */
    bool lifted;
    struct state_body body; /* encoded record: state_body_decode */
};

/* Who sees to a thing that wants attention, whether or not it still does. The HV_OWNERS_KEPT_MAX
 * that were first taken last are kept. */
struct state_owner {
    struct state_entity entity; /* id: see state_owner_id */
    char *owner;                /* NULL: nobody any more */
    char *note;                 /* NULL: none */
    uint64_t mono_ms;           /* of the last change */
};

/* A decision that was made under a client's key: what to answer when it is asked for again. The
 * last HV_WRITES_KEPT_MAX are kept. */
struct state_write {
    struct state_entity entity; /* id: see state_write_id */
    uint64_t first, last;       /* positions of its records */
    uint64_t fingerprint;       /* of what was asked */
    uint64_t plan, order;       /* that it made; 0: none */
};

#endif
