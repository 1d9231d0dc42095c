/* The core of a node: what it decides, and nothing else.
 *
 *     node_core_step(core, event, effects)
 *
 * takes one event and adds what is to be done about it, in order, to `effects`. No clock, no
 * socket, no store, no random source and no global state: daemon and simulator differ only in who
 * carries the effects out. Same restored state, same seed and same events give the same effects,
 * byte for byte.
 *
 * The rules the carrier keeps:
 *   - NODE_EFFECT_WRITE effects are gathered and stored in one batch (nodes/journal.h does it),
 * then the core hears NODE_EVENT_STORED, or, where the batch failed, NODE_EVENT_STORE_FAILED after
 * the core was restored from the outbox (journal_restore). Several events may be stepped before a
 * batch.
 *   - All other effects are carried out in order as they come.
 *   - NODE_EVENT_TICK comes at the latest when the last NODE_EFFECT_TIMER said; earlier does no
 * harm.
 *   - What effects point to lives in effects->arena or in the core and is valid until the next step
 * or node_effects_reset, whichever is first.
 *
 * Memory does not grow with the number of waiting reports: the core knows heads, not reports;
 * SEND_REPORT names an index and the carrier reads the report from the outbox.
 *
 * Reports have an **index** that counts them in their lane for ever, and on the wire a **sequence**
 * within the epoch: index less the base of the epoch. */
#ifndef NODES_CORE_H
#define NODES_CORE_H

#include "nodes/clock.h"
#include "nodes/present.h"
#include "schemas/arena.h"
#include "schemas/error.h"
#include "schemas/model.h"

#define NODE_WINDOW 10u         /* unanswered reports a lane */
#define NODE_OUTAGE_REPORTS 10u /* more waiting than this at a Welcome: a snapshot goes first */
#define NODE_BEAT_MS 10000u     /* real time */
#define NODE_SILENCE_MS 30000u  /* three beats */
#define NODE_RESEND_MS 5000u    /* without any answer */
#define NODE_BACKOFF_MIN_MS 500u
#define NODE_BACKOFF_MAX_MS 60000u
#define NODE_KEEP_DAYS 30u  /* acknowledged reports, by the node clock */
#define NODE_EPOCHS_MAX 16u /* told apart in records */
#define NODE_ENDPOINT_BYTES 256u
#define NODE_PENDING_MAX 1024u /* replies that wait for the disk */
#define NODE_ORDERS_MAX 4096u
#define NODE_REFUSALS_KNOWN 64u /* told apart from news; more than a coordinator repeats */
#define NODE_FOLD_EVERY 256u    /* reports between stored folds, at least */
#define NODE_DEVICES_MAX 256u   /* the one unused longest gives way to a new one */
#define NODE_DEVICE_WINDOW 64u  /* entries of a device that may be out of order */

/* ---- what is stored of a node beside reports and orders ---- */

struct node_identity {
    char id[HV_ID_BYTES_MAX + 1];
    enum hv_role role;
    enum hv_mode mode;
    uint8_t deployment[HV_ID128_BYTES];
};

struct node_session {
    bool has_log;
    uint8_t log[HV_ID128_BYTES]; /* of the last Welcome */
    uint64_t term;               /* highest seen */
    uint8_t incident[HV_ID128_BYTES];
    size_t endpoint_count; /* as told by the coordinator */
    char endpoints[HV_ENDPOINTS_MAX][NODE_ENDPOINT_BYTES];
};

enum { NODE_HISTORY, NODE_PRESENT, NODE_LANES }; /* index of a lane below: enum hv_lane less 1 */

struct node_epoch {
    uint64_t epoch;
    uint64_t base[NODE_LANES]; /* sequence = index - base */
};

struct node_day {
    uint64_t day;               /* of the node clock */
    uint64_t acked[NODE_LANES]; /* when the day was first seen */
};

struct node_heads {
    size_t epoch_count; /* at least 1; the last one is in force */
    struct node_epoch epochs[NODE_EPOCHS_MAX];
    uint64_t acked[NODE_LANES]; /* index; told durable by the coordinator */
    uint64_t lost;              /* pruned reports that a restored log asked for in vain */
    size_t day_count;
    struct node_day days[NODE_KEEP_DAYS + 2]; /* oldest first */
};

/* A device that staff enter from (a browser, a script), and which of its entries were taken: a
 * device sends an entry again when it did not hear of it, and the entry has its effect once. */
struct node_device {
    uint64_t id;      /* never 0 */
    uint64_t highest; /* number of an entry that was taken; 0: none yet */
    uint64_t taken;   /* bit i: number highest - i was taken */
    uint64_t used_node_ms;
};

/* Names an entry, so that it can be sent twice. device 0: it cannot. */
struct node_once {
    uint64_t device;
    uint64_t number; /* from 1, rising; at most NODE_DEVICE_WINDOW - 1 below the highest taken */
};

/* Where the node stands with an order. */
struct node_order {
    uint64_t id;
    uint32_t revision;
    enum hv_order_kind kind;
    uint32_t answers_from;      /* answers to this revision and later ones count */
    enum hv_order_state issued; /* ISSUED, CANCELLED or SUPERSEDED: as sent */
    enum hv_order_state state;  /* STORED and on: this node's last answer */
    bool has_done;
    uint64_t done;
    uint64_t changed_node_ms;
};

/* ---- effects ---- */

enum node_write_kind {
    NODE_WRITE_REPORT,
    NODE_WRITE_REFUSED,
    NODE_WRITE_ORDER,  /* an order as received and where the node stands with it */
    NODE_WRITE_ANSWER, /* only the latter */
    NODE_WRITE_FORGET_ORDER,
    NODE_WRITE_SESSION,
    NODE_WRITE_HEADS,
    NODE_WRITE_CLOCK,
    NODE_WRITE_FOLD,
    NODE_WRITE_PRUNE,
    NODE_WRITE_DEVICE,
    NODE_WRITE_FORGET_DEVICE
};

/* A report with what identifies it. */
struct node_report {
    enum hv_lane lane;
    uint64_t index;
    uint8_t incident[HV_ID128_BYTES];
    const struct hv_report *report;
};

/* reason UNKNOWN: not refused after all, a restored log will take it. */
struct node_refused {
    enum hv_lane lane;
    uint64_t index;
    enum hv_reason reason;
    const char *detail;
};

struct node_write {
    enum node_write_kind kind;
    union {
        struct node_report report;
        struct node_refused refused;
        struct {
            const struct hv_order *order; /* ORDER only */
            struct node_order standing;
        } order;
        const struct node_session *session;
        const struct node_heads *heads;
        struct node_clock clock;
        const struct node_present *fold;
        struct {
            enum hv_lane lane;
            uint64_t first;
            uint64_t last;
        } prune;
        struct node_device device;
    };
};

/* Answer to the one who asked. `error` 0: stored durably. */
struct node_reply {
    uint64_t token;
    int error;
    enum hv_reason reason;
    const char *message; /* what is wrong, "" where nothing is */
    const char *remedy;  /* what to do about it */
    enum hv_lane lane;
    uint64_t epoch;
    uint64_t sequence;
    uint64_t request; /* number given to a request; 0: none */
    bool repeated;    /* the entry was taken before; sequence is 0 */
    uint64_t device;  /* that is now known; 0: none */
};

enum node_effect_kind {
    NODE_EFFECT_WRITE,
    NODE_EFFECT_REPLY,
    NODE_EFFECT_CONNECT, /* to `endpoint`, leaving any other connection; no Hello yet */
    NODE_EFFECT_DISCONNECT,
    NODE_EFFECT_SEND,        /* this envelope: Hello or Beat */
    NODE_EFFECT_SEND_REPORT, /* this envelope with the report of (envelope.lane, index) and its
                                incident */
    NODE_EFFECT_TIMER        /* a TICK at `timer_real_ms` at the latest; replaces the one before */
};

struct node_effect {
    enum node_effect_kind kind;
    union {
        struct node_write write;
        struct node_reply reply;
        const char *endpoint;
        struct {
            struct hv_envelope envelope;
            uint64_t index;
        } send;
        uint64_t timer_real_ms;
    };
};

struct node_effects {
    struct node_effect *items; /* owned */
    size_t count;
    size_t capacity;
    struct hv_arena arena;
};

void node_effects_init(struct node_effects *effects);
void node_effects_deinit(struct node_effects *effects);
/* Forgets the effects and what they point to; keeps the memory. */
void node_effects_reset(struct node_effects *effects);

/* ---- events ---- */

enum node_event_kind {
    NODE_EVENT_TICK,
    NODE_EVENT_REPORT,       /* staff report something */
    NODE_EVENT_UNDO,         /* staff take back the last movement */
    NODE_EVENT_ORDERS_SHOWN, /* staff looked at the orders: those merely stored are seen */
    NODE_EVENT_DEVICE,       /* a new device wants to enter */
    NODE_EVENT_FRAME,        /* the coordinator sent this, decoded and validated */
    NODE_EVENT_LINK_UP,      /* connected (handshake done) */
    NODE_EVENT_LINK_DOWN,    /* could not connect, or the connection broke */
    NODE_EVENT_STORED,       /* every WRITE so far is durable */
    NODE_EVENT_STORE_FAILED, /* none of the WRITEs since the last STORED is */
    NODE_EVENT_UNREADABLE,   /* a report of HISTORY came back damaged and could not be sent */
    NODE_EVENT_STOP          /* about to end: store what a start wants */
};

struct node_event {
    enum node_event_kind kind;
    uint64_t real_ms;      /* CLOCK_BOOTTIME; never falls */
    int64_t wall_ms;       /* CLOCK_REALTIME */
    struct node_once once; /* REPORT and UNDO */
    uint64_t undo_of;      /* UNDO: only where the last movement was this number of the device; 0:
                              whichever */
    union {
        struct {
            uint64_t token; /* comes back in the REPLY; 0: nobody waits */
            /* Source and seen are filled in; a request with id 0 gets the next number; stock that
             * names no lot is taken from the lots that are there. */
            const struct hv_report *report;
            uint64_t ago_ms; /* seen so long ago, by the node clock */
            bool force;      /* although more go than are there */
        } report;
        uint64_t token; /* UNDO, ORDERS_SHOWN */
        struct {
            uint64_t token;
            uint64_t id; /* random; not 0 */
        } device;
        const struct hv_envelope *frame;
        int store_error;     /* STORE_FAILED: what outbox_apply said */
        uint64_t unreadable; /* its index */
    };
};

/* ---- the core ---- */

struct node_options {
    struct node_identity identity;
    const char *software;
    size_t endpoint_count; /* as configured */
    const char *const *endpoints;
    uint64_t seed; /* of the jitter */
};

struct node_core;

/* A core without state: restore it (journal_restore) before the first step. NULL without memory.
 * The options are copied. */
struct node_core *node_core_new(const struct node_options *options);
void node_core_free(struct node_core *core);

/* Errors: HV_ERR_MEMORY; the core is then to be restored from its outbox. */
int node_core_step(struct node_core *core, const struct node_event *event,
                   struct node_effects *effects) HV_MUST_USE;

/* ---- restoring (called by journal_restore, in this order) ---- */

/* Forgets what came from the outbox; keeps the link. */
void node_core_restore_begin(struct node_core *core);
void node_core_restore_session(struct node_core *core, const struct node_session *session);
void node_core_restore_heads(struct node_core *core, const struct node_heads *heads);
/* The clock as it was stored, to go on now in this boot. */
void node_core_restore_clock(struct node_core *core, const struct node_clock *mark,
                             const char *boot, uint64_t real_ms);
/* Moves the fold into the core. */
void node_core_restore_fold(struct node_core *core, struct node_present *fold);
int node_core_restore_order(struct node_core *core, const struct node_order *order) HV_MUST_USE;
/* First and last index in the outbox of a lane; first 0: none. */
void node_core_restore_lane(struct node_core *core, enum hv_lane lane, uint64_t first,
                            uint64_t last);
/* A report that the outbox marks as refused for ever. */
void node_core_restore_refused(struct node_core *core, enum hv_lane lane, uint64_t index);
void node_core_restore_device(struct node_core *core, const struct node_device *device);
/* A HISTORY report after the stored fold, in order. */
int node_core_restore_report(struct node_core *core, const struct node_report *report) HV_MUST_USE;

/* ---- looking ---- */

enum node_link_state {
    NODE_LINK_WAITING, /* until the next try */
    NODE_LINK_CONNECTING,
    NODE_LINK_GREETING, /* Hello sent */
    NODE_LINK_UP,
    NODE_LINK_REFUSED, /* the coordinator there is not ours, or will not have us: tried again seldom
                        */
    NODE_LINK_TAKEN    /* a newer outbox reports as this node: never again */
};

struct node_lane_status {
    uint64_t made; /* sequences of the present epoch */
    uint64_t acked;
    uint64_t waiting;
    uint64_t sent; /* highest that was sent on this connection */
};

struct node_status {
    enum node_link_state link;
    const char *endpoint;  /* tried or used; "" none */
    const char *trouble;   /* why the link is not up, or the last thing refused; "" */
    bool has_heard;        /* since the program started */
    uint64_t heard_ago_ms; /* real time */
    uint64_t retry_in_ms;  /* WAITING and REFUSED */
    uint64_t epoch;
    const struct node_session *session;
    struct node_lane_status lanes[NODE_LANES];
    uint64_t refused; /* reports refused for ever, of those in the outbox at the start and since */
    uint64_t bad_frames;
    uint64_t lost; /* see node_heads */
    uint64_t node_ms;
    uint64_t gap_node_ms;
    int64_t wall_ms;
    struct hv_clock scenario;
    int store_error; /* of the last batch; 0: it was stored */
};

struct node_status node_core_status(const struct node_core *core, uint64_t real_ms,
                                    int64_t wall_ms);
const struct node_identity *node_core_identity(const struct node_core *core);
const struct node_present *node_core_present(const struct node_core *core);
const struct node_heads *node_core_heads(const struct node_core *core);

/* Orders by id; valid until the next step. */
const struct node_order *node_core_orders(const struct node_core *core, size_t *ret_count);

/* A device by its id; NULL: unknown here, or forgotten. Valid until the next step. */
const struct node_device *node_core_device(const struct node_core *core, uint64_t id);

/* Whether an entry of this name was taken. */
bool node_core_has_taken(const struct node_core *core, struct node_once once);

/* Number of the last movement, where this device entered it and an undo would take it back; else 0.
 */
uint64_t node_core_undoable(const struct node_core *core, uint64_t device);

/* Epoch and sequence of a report; false for one older than the epochs that are kept. */
bool node_heads_identify(const struct node_heads *heads, enum hv_lane lane, uint64_t index,
                         uint64_t *ret_epoch, uint64_t *ret_sequence);

/* A frame came that could not be decoded. */
void node_core_count_bad_frame(struct node_core *core);

#endif
