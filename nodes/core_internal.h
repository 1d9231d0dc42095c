/* Inside of the node core, shared by core*.c only. */
#ifndef NODES_CORE_INTERNAL_H
#define NODES_CORE_INTERNAL_H

#include "nodes/core.h"

#define NODE_SAVE_MS 1000u         /* acknowledgements are stored at most this late */
#define NODE_MARK_MS 600000u       /* the clock is stored at least this often */
#define NODE_STORE_RETRY_MS 60000u /* after a full disk */
#define NODE_PRUNE_REPORTS 1000u   /* of one batch */
#define NODE_DAY_MS 86400000u
#define NODE_NEVER UINT64_MAX

/* The reports of one lane: first .. made are in the outbox, up to `durable` synced, up to `sent` on
 * their way, up to heads.acked at the coordinator. acked <= sent <= durable <= made. */
struct core_lane {
    uint64_t first;
    uint64_t made;
    uint64_t durable;
    uint64_t sent;
    uint64_t doubted;      /* so many before `acked` are acknowledged by a Welcome alone */
    bool went_back;        /* for a gap; further refusals of the same flight say nothing new */
    uint64_t hold_real_ms; /* asked to wait until then */
    uint64_t hold_ms;
    uint64_t progress_real_ms; /* last answer, or first sending after none was out */
    uint64_t resend_ms;
};

/* Reports known to be refused for ever: the last ones, in a ring. */
struct core_refusals {
    struct {
        uint64_t index; /* 0: free */
        int lane;
    } items[NODE_REFUSALS_KNOWN];
    size_t next;
};

/* What to do once the batch with the Welcome's news is durable. */
enum core_then { THEN_NOTHING, THEN_GO_UP, THEN_GREET };

struct core_link {
    enum node_link_state state;
    size_t endpoint;
    char endpoint_text[NODE_ENDPOINT_BYTES];
    unsigned attempts;
    uint64_t retry_real_ms;
    uint64_t since_real_ms; /* of the state */
    bool has_heard;
    uint64_t heard_real_ms;
    uint64_t sent_real_ms;
    uint64_t greeted_real_ms;
    bool welcomed; /* since the program started: heads in memory are the coordinator's word */
    enum core_then then;
    char trouble[224];
};

struct node_core {
    struct node_identity identity;
    char software[HV_ID_BYTES_MAX + 1];
    size_t endpoint_count;
    char endpoints[HV_ENDPOINTS_MAX][NODE_ENDPOINT_BYTES];
    uint64_t random;

    struct node_clock clock;
    struct node_session session;
    struct node_heads heads;
    struct node_present present;
    size_t order_count;
    size_t order_capacity;
    struct node_order *orders; /* by id */
    struct core_lane lanes[NODE_LANES];
    struct core_link link;

    size_t pending_count;
    struct node_reply *pending; /* NODE_PENDING_MAX */

    uint64_t fold_index;     /* as_of of the fold that was last written */
    uint64_t snapshot_as_of; /* HISTORY index of the snapshot last made by this program */
    uint64_t save_real_ms;   /* heads are to be stored; NODE_NEVER: they are */
    uint64_t mark_real_ms;
    bool writes_out; /* since the last STORED or STORE_FAILED */
    int store_error;
    uint64_t timer_real_ms;
    uint64_t refused;
    struct core_refusals refusals;
    size_t device_count;
    struct node_device *devices;    /* NODE_DEVICES_MAX, in no order */
    struct node_once last_movement; /* device 0: not said, or before the program started */
    uint64_t bad_frames;
};

/* One step under way. */
struct turn {
    struct node_core *core;
    uint64_t real_ms;
    int64_t wall_ms;
    struct node_effects *effects;
    struct node_once once; /* of the entry being taken */
    int error;
    struct node_effect spare; /* where effects go once memory ran out */
};

/* core.c */
struct node_effect *turn_effect(struct turn *turn, enum node_effect_kind kind);
struct node_write *turn_write(struct turn *turn, enum node_write_kind kind);
const char *turn_text(struct turn *turn, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct hv_seen turn_seen(const struct turn *turn, uint64_t ago_ms);
void turn_write_heads(struct turn *turn);
void turn_write_clock(struct turn *turn);
const struct node_epoch *core_epoch(const struct node_core *core);
uint64_t core_node_ms(const struct turn *turn);
int core_lane_number(enum hv_lane lane); /* -1 for none */

/* core_reports.c */
int core_make_report(struct turn *turn, enum hv_lane lane, const struct hv_report *report);
void core_replace_unreadable(struct turn *turn, uint64_t index);
void core_staff_report(struct turn *turn, const struct node_event *event);
void core_undo(struct turn *turn, uint64_t of, uint64_t token);
void core_staff_device(struct turn *turn, uint64_t id, uint64_t token);
void core_reply_stored(struct turn *turn);
void core_reply_failed(struct turn *turn, int store_error);

/* core_devices.c */
/* A device of this id is known from now on. */
void core_device_new(struct turn *turn, uint64_t id);
enum core_device_verdict { DEVICE_ENTRY_NEW, DEVICE_ENTRY_TAKEN, DEVICE_ENTRY_OLD, DEVICE_UNKNOWN };
/* Whether the entry of this turn is to be taken. */
enum core_device_verdict core_device_judge(const struct turn *turn);
/* It was. */
void core_device_took(struct turn *turn);

/* Why an entry is not taken. */
struct objection {
    int error; /* HV_OK: there is none */
    enum hv_reason reason;
    const char *message;
    const char *remedy;
};

/* core_reports.c */
extern const struct objection core_no_objection;
struct objection core_object(int error, enum hv_reason reason, const char *message,
                             const char *remedy);

/* core_goods.c */
struct objection core_judge_goods(struct turn *turn, const struct hv_report *report, bool force);
struct objection core_judge_count(struct turn *turn, const struct hv_stock_count *count,
                                  bool force);
struct objection core_judge_aside(struct turn *turn, const struct hv_report *report);
/* Puts in the goods and the lots that staff left out. */
int core_complete_goods(struct turn *turn, struct hv_report *report, bool force);

/* core_orders.c */
void core_orders_received(struct turn *turn, const struct hv_order_set *set);
void core_orders_shown(struct turn *turn, uint64_t token);
void core_orders_forget(struct turn *turn);
struct node_order *core_find_order(struct node_core *core, uint64_t id);
/* NULL where the answer may be given; else why not, and the remedy. */
const char *core_answer_objection(const struct node_order *order,
                                  const struct hv_order_answer *answer, const char **ret_remedy);
void core_answered(struct turn *turn, struct node_order *order,
                   const struct hv_order_answer *answer);

/* core_refused.c */
/* Marks the report as refused for ever; what is marked already stays as it is. */
void core_mark_refused(struct turn *turn, int lane, uint64_t index,
                       const struct hv_refusal *refusal);
/* A restored log holds the lane up to here: what it refused later is open again. */
void core_unmark_refused(struct turn *turn, int lane, uint64_t held);

/* core_link.c */
void link_frame(struct turn *turn, const struct hv_envelope *frame);
void link_came_up(struct turn *turn);
void link_went_down(struct turn *turn, const char *why);
void link_tick(struct turn *turn);
void link_stored(struct turn *turn, bool stored);
void link_pump(struct turn *turn);
uint64_t link_deadline(const struct node_core *core);

/* core_welcome.c */
void link_welcome(struct turn *turn, const struct hv_envelope *frame);
void link_refused(struct turn *turn, const char *why);
void link_turn_elsewhere(struct turn *turn);
void link_greet(struct turn *turn);
void link_take_epoch_refusal(struct turn *turn, uint64_t held_epoch);
/* Another outbox has told something else under a number of this epoch. */
void link_leave_epoch(struct turn *turn);
/* The coordinator holds the lane up to this index (it may lie before what was acknowledged). False
 * where a new epoch was needed, which is then under way. */
bool link_take_head(struct turn *turn, int lane, uint64_t held);

#endif
