/* The inside of the core, for the core_*.c files only. */
#ifndef COORDINATOR_CORE_INSIDE_H
#define COORDINATOR_CORE_INSIDE_H

#include "coordinator/core.h"
#include "coordinator/dispatch/dispatch.h"

/* What follows when a record is durable. */
enum answer {
    ANSWER_NOTHING,
    ANSWER_ACK,
    ANSWER_REFUSE, /* recorded as refused: tell the node to go on */
    ANSWER_WELCOME,
    ANSWER_TELLING, /* an order recorded of the core's own accord: commands go on */
    ANSWER_REPLY    /* last record of a command */
};

struct pending {
    const struct hv_record *record; /* in the arena of the batch */
    size_t offset, size;            /* of its encoding in the bytes of the batch */
    enum answer answer;
    uint32_t node;    /* STATE_NONE: of no node */
    uint64_t token;   /* ANSWER_REPLY */
    uint32_t records; /* ANSWER_REPLY: how many the command had */
};

struct batch {
    struct hv_arena arena;
    uint8_t *bytes;
    size_t size, room;
    struct pending *list;
    struct log_entry *entries;
    size_t count, list_room;
};

/* What the core knows of a node since it started; the state knows the rest. */
struct session {
    uint64_t heard_ms; /* real; 0: not since the start */
    uint64_t sent_ms;
    uint64_t epoch;                               /* of its Hello; 0: none yet */
    uint64_t pending_epoch;                       /* being committed */
    uint64_t accepted[HV_LANE_COUNT];             /* last sequence taken, durable or not */
    uint32_t prints[HV_LANE_COUNT][STATE_PRINTS]; /* as of a node, of those taken */
    uint64_t gap_ms[HV_LANE_COUNT];               /* when a gap was last refused */
    uint64_t gap_at[HV_LANE_COUNT];               /* and at which sequence */
    bool presence_pending;
    bool listed;    /* in core->touched */
    uint8_t ack;    /* lanes to acknowledge, 1 << lane */
    uint8_t refuse; /* lanes to refuse as not stored */
};

struct waiting_command {
    struct waiting_command *next;
    uint64_t token;
    uint32_t count;
    size_t size;
    uint8_t bytes[]; /* for each record: u32 size, encoding */
};

enum { CORE_LEFT_MAX = 256 };

struct muted { /* one line in ten seconds for each reason */
    uint64_t next_ms;
    uint64_t count;
};

struct core {
    struct state *state;
    struct core_options options;
    char *endpoints[HV_ENDPOINTS_MAX];
    char escalate_to[HV_ESCALATION_LEVELS_MAX][HV_ID_BYTES_MAX + 1];
    struct core_catalogue catalogue;
    struct core_counters counters;

    /* the event of this step */
    uint64_t real_ms;
    int64_t machine_wall_ms;
    bool to_sender; /* answers go to the connection, not to the node */
    bool out_of_memory;

    int64_t
        wall_ahead_ms; /* of the machine's wall clock before its real one, when last looked at */

    /* log clock: base_mono at base_real, at the rate of the clock in the state */
    uint64_t base_mono, base_real;

    struct session *sessions; /* by node index */
    uint32_t session_room;
    uint32_t *touched; /* nodes with something to tell at the end of the step */
    uint32_t touched_count;
    struct dispatch dispatch;

    struct batch batches[CORE_BATCHES_MAX];
    unsigned oldest, used; /* ring: batches[oldest] is next or under way; the last used is open */
    bool under_way;

    struct waiting_command *first_waiting, **last_waiting;
    bool command_in_flight;

    uint32_t
        left[CORE_LEFT_MAX]; /* waybills on which something has moved since they were told of */
    uint32_t left_count;
    bool left_any;             /* or any others */
    uint32_t tellings_pending; /* records of that which are not stored yet */

    bool plan_due, tell_all;
    uint32_t tell_next;
    uint64_t plan_ms, scan_ms, escalate_ms, overdue_ms;
    int64_t overdue_wall_ms;      /* until then plans know who was overdue */
    uint32_t escalations_pending; /* records of them that are not stored yet */
    struct muted muted[HV_REASON_COUNT + 1];

    struct hv_arena scratch; /* for encoding */
    struct hv_arena spare;   /* for decoding what no batch takes */
    struct core_effect *effects;
    size_t effect_count, effect_room;
    uint8_t *out; /* frames and lines of this step's effects */
    size_t out_size, out_room;
    struct core_effects result;
};

/* ---- core_clock.c ---- */
uint64_t core_now_mono(const struct core *core);
int64_t core_now_wall(const struct core *core);
void core_clock_rebase(struct core *core, uint64_t mono_ms);
struct hv_clock core_clock_now(const struct core *core);

/* Says where somebody, or a time service, has set the clock by which people read deadlines. */
void core_watch_wall(struct core *core);

/* ---- core_effect.c ---- */
struct core_effect *core_effect_add(struct core *core, enum core_effect_kind kind);
void core_effects_begin(struct core *core);
void core_effects_end(struct core *core);

/* Sends an envelope of which kind, body, lane, sequence and epoch are set; the rest is filled in.
 */
void core_send(struct core *core, const struct state_node *node, struct hv_envelope *envelope);
void core_refuse(struct core *core, const struct state_node *node, enum hv_lane lane,
                 uint64_t sequence, const struct hv_refusal *refusal);

/* Tells the node again, without counting, that this report was refused for ever. */
void core_refuse_again(struct core *core, const struct state_node *node,
                       const struct state_refusal *refusal);
void core_reply(struct core *core, uint64_t token, int error, const struct hv_verdict *verdict,
                uint64_t first, uint64_t last);
void core_event_line(struct core *core, bool warning, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- core_batch.c ---- */

/* The batch that takes records now; NULL: all are full. */
struct batch *core_batch_open(struct core *core, size_t records);
struct hv_record *core_batch_record(struct core *core, struct batch *batch, enum hv_actor actor,
                                    const char *name, enum hv_record_kind kind);

/* Encodes the record into the batch. NULL: it could not be encoded (*ret_error). */
struct pending *core_batch_add(struct core *core, struct batch *batch,
                               const struct hv_record *record, int *ret_error);
void core_batch_hand_out(struct core *core, bool idle);
void core_batch_committed(struct core *core);
void core_batch_failed(struct core *core, int error);
size_t core_batch_gathered(const struct core *core);
/* Whether a record of that kind waits to be stored. O(records that wait). */
bool core_batch_holds(const struct core *core, enum hv_record_kind kind);
void core_batches_free(struct core *core);

/* ---- core_hazards.c ---- */
void core_turn_hazards(struct core *core);

/* Puts a hazard that adds on top of the one of its id that is in force, so that it says the whole:
 * ids and steps that are there already are not said twice; the kind is the new one. Where none is
 * in force it stands alone. Everything in the arena. HV_ERR_LIMIT: more than a hazard may name,
 * with a verdict; HV_ERR_MEMORY. O(n log n) in what both name, and steps times steps. */
int core_hazard_add(const struct core *core, struct hv_hazard_state *hazard, struct hv_arena *arena,
                    struct hv_verdict *ret_verdict) HV_MUST_USE;

/* ---- core_overdue.c ---- */

/* What the last plan knew is known: who became overdue since, also while the coordinator was off,
 * has a plan made. After the clock runs. */
void core_overdue_begin(struct core *core);
void core_watch_overdue(struct core *core);

/* ---- core_escalate.c ---- */
void core_escalate(struct core *core);

/* ---- core_consignments.c ---- */

/* Something has left on the waybill, nothing more comes on it, or it is expected by somebody new:
 * what follows is recorded at the next core_consignments_tell. O(CORE_LEFT_MAX). */
void core_consignment_moved(struct core *core, const char *waybill);
void core_consignments_tell(struct core *core);

/* ---- core_session.c ---- */
struct session *core_session(struct core *core, uint32_t node);
/* All that was taken is durable, or not taken any more. */
void core_session_as_held(struct session *session, const struct state_node *node);
void core_touch_node(struct core *core, uint32_t node); /* tell it at the end of the step */
void core_tell_touched(struct core *core);
void core_heard(struct core *core, const struct state_node *node);
void core_hello(struct core *core, const struct state_node *node,
                const struct hv_envelope *envelope);
void core_welcome(struct core *core, const struct state_node *node);
void core_scan(struct core *core);
void core_tell_all(struct core *core);

/* ---- core_report.c ---- */
void core_report(struct core *core, struct batch *batch, const struct state_node *node,
                 const struct hv_envelope *envelope);

/* Records a refusal at the sequence, if it is the next one; else refuses plainly. */
void core_refuse_for_good(struct core *core, const struct state_node *node,
                          const struct hv_envelope *envelope, const struct hv_verdict *verdict);

/* ---- core_reference.c ---- */

/* Whether what the report names exists. */
struct hv_verdict core_check_references(struct core *core, const struct hv_report *report);
bool core_knows_place(struct core *core, const char *id, enum hv_role *ret_role);

/* ---- core_limits.c ---- */

/* Whether the report would make the coordinator keep more than one node (NULL: on behalf) or place
 * (NULL: nothing is known of it yet) may. */
struct hv_verdict core_check_limits(const struct core *core, const struct state_node *node,
                                    const struct state_place *place,
                                    const struct hv_report *report);

/* ---- core_command.c ---- */
void core_command(struct core *core, const struct core_command *command);
void core_commands_go_on(struct core *core);
void core_commands_fail(struct core *core, int error);

/* ---- core_rules.c ---- */

/* Checks a record of a command against the state and fills in what the core knows. Gives HV_OK or
 * why not, with a verdict. */
struct command_context {
    uint64_t first;      /* position of the first record */
    uint64_t next_order; /* ids to give */
    uint64_t next_plan;
    uint64_t plans_of_command; /* lowest plan id made by this command; 0: none */
    struct hv_arena *arena;    /* of the batch that takes the records */
};
int core_rule(struct core *core, struct command_context *context, struct hv_record *record,
              struct hv_verdict *ret_verdict);

#endif
