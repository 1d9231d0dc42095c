/* The coordinator as a step function: events in, effects out, in order.
 *
 * The core never reads a clock, never draws a random number and touches neither socket nor disk:
 * the daemon (or the simulator) brings what happened as an event and carries out what the core
 * decided as effects. It owns the state and applies a record to it when the record is durable and
 * not before: whatever the state shows is in the log.
 *
 * Records gather in batches. CORE_IDLE, or a full batch, hands the oldest out as CORE_APPEND, one
 * at a time; its records are applied and answered (acknowledged, welcomed, replied to) when
 * CORE_COMMITTED comes back. CORE_APPEND_FAILED refuses and forgets them and all that gathered
 * behind them, for sequences must not be stored with a gap.
 *
 * One thread. Effects, and every pointer in them, are valid until the next step, but for the
 * entries of CORE_APPEND, which are valid until that batch is committed or has failed. */
#ifndef COORDINATOR_CORE_H
#define COORDINATOR_CORE_H

#include "coordinator/log/log.h"
#include "coordinator/state/state.h"
#include "schemas/codec.h"

#define CORE_BATCHES_MAX (HV_INFLIGHT_RECORDS_MAX / HV_BATCH_RECORDS_MAX)
#define CORE_SELF                                                                                  \
    HV_COUNTER_MAX /* as a cause or approval: the first record of the same command                 \
                    */

/* As an order's id or superseded_by: the k-th new order of the same command; an id of 0 is the next
 * of them. As a plan: the plan that the same command makes. */
#define CORE_NEW(k) (HV_COUNTER_MAX / 2 + (uint64_t)(k))

struct core;

/* What the core may ask about the region while it decides whether a report's references exist. Any
 * function may be NULL: then everything is known. Called within core_step. */
struct core_catalogue {
    void *context;
    bool (*place)(void *context, const char *id, enum hv_role *ret_role);
    bool (*zone)(void *context, const char *id);
    bool (*item)(void *context, const char *id);
    bool (*link)(void *context, const char *id);
};

struct core_options {
    uint64_t beat_ms;             /* 0: 10,000; silent for three of them is stale */
    uint64_t plan_ms;             /* least real time between two CORE_PLAN; 0: 2,000 */
    size_t batch_limit;           /* records in one append; 0: HV_BATCH_RECORDS_MAX */
    const char *const *endpoints; /* for welcomes; copied */
    size_t endpoint_count;
    uint64_t escalate_ms; /* log clock: an order unanswered for so long, or late, goes one step up;
                             0: never */
    const char *const *escalate_to; /* to whom, step by step; copied */
    size_t escalate_count;
    uint64_t arrival_margin_ms; /* who has not checked in so long after they should is overdue */
};

enum core_event_kind {
    CORE_FRAME,         /* a message of a connection that the gate admitted */
    CORE_COMMITTED,     /* the oldest batch under way is durable */
    CORE_APPEND_FAILED, /* it is not, and none of it is */
    CORE_COMMAND,       /* an operator, the planner or a policy decides something */
    CORE_TICK,          /* time passed: at least once a second, better four times */
    CORE_IDLE           /* nothing else waits: hand out what has gathered */
};

/* Records to append together or not at all, and an answer when they are durable. Of each record the
 * core takes actor, name, cause, kind and body, and fills in version, times, ids that are 0 (plan,
 * order; incident must be given), CORE_NEW (order, superseded_by) and CORE_SELF. An order whose id
 * exists must have the next revision; ids may also be given from core_next_order on. Commands are
 * carried out one after the other, each on the state that the one before has left. Reports on
 * behalf are REPORT records with node "", source OPERATOR or IMPORT, a subject, and sent_node_ms -
 * report.seen.node_ms as the age of the observation. Everything is checked as if a node had sent
 * it. */
struct core_command {
    uint64_t token; /* comes back in CORE_REPLY */
    const struct hv_record *records;
    size_t record_count;
};

struct core_event {
    enum core_event_kind kind;
    uint64_t real_ms; /* monotonic, any origin, never falls */
    int64_t wall_ms;  /* of the machine; the core turns it into scenario time where one runs */
    union {
        struct {
            const char *node;               /* id by its key: from the gate, not from the message */
            const struct state_node *known; /* the node of this id, where looked up; or NULL */
            bool revoked; /* the key has been revoked or replaced since it connected */
            const uint8_t *bytes;
            size_t size;
        } frame;
        struct {
            int error; /* HV_ERR_FULL, HV_ERR_IO */
        } failed;
        struct core_command command;
    };
};

enum core_effect_kind {
    CORE_APPEND, /* append durably, then CORE_COMMITTED or CORE_APPEND_FAILED, in this order */
    CORE_SEND,   /* a frame to a node; may be lost without harm */
    CORE_REPLY,  /* answer to a command */
    CORE_PLAN,   /* something a plan depends on has changed: make a new one from the state */
    CORE_EVENT   /* something for the log of the machine, already rate-limited */
};

struct core_effect {
    enum core_effect_kind kind;
    union {
        struct {
            uint64_t first; /* position that entries[0] will have */
            const struct log_entry *entries;
            size_t count;
        } append;
        struct {
            const char *node; /* NULL: to the connection that sent the frame of this step */
            const uint8_t *bytes;
            size_t size;
        } send;
        struct {
            uint64_t token;
            int error; /* 0, or why nothing was stored */
            struct hv_verdict verdict;
            uint64_t first, last; /* positions, where stored */
        } reply;
        struct {
            uint64_t basis;
        } plan;
        struct {
            bool warning;
            const char *line; /* key=value …; never a key, never people's data */
        } event;
    };
};

struct core_effects {
    const struct core_effect *list;
    size_t count;
};

struct core_counters {
    uint64_t frames, reports, duplicates, acks, hellos;
    uint64_t refused[HV_REASON_COUNT];
    uint64_t committed, batches, failed_batches;
    uint64_t in_flight; /* records */
    bool storing;       /* false since the last append failed */
};

/* Takes the state over. `options` and `catalogue` may be NULL; both are copied. HV_ERR_STATE: the
 * log has not been started (log_started is its first record); HV_ERR_MEMORY. */
int core_new(struct state *state, const struct core_options *options,
             const struct core_catalogue *catalogue, uint64_t real_ms, int64_t wall_ms,
             struct core **ret_core) HV_MUST_USE;
void core_free(struct core *core); /* and the state */

/* HV_ERR_MEMORY: nothing can be relied on any more, stop. Nothing else is an error: what is wrong
 * with an event is answered to who sent it. */
int core_step(struct core *core, const struct core_event *event,
              const struct core_effects **ret_effects) HV_MUST_USE;

const struct state *core_state(const struct core *core);
struct state *core_state_for_checkpoint(struct core *core);
const struct core_counters *core_counters(const struct core *core);
void core_set_catalogue(struct core *core, const struct core_catalogue *catalogue);

/* Ids that the next order and plan will get if no command is under way; and the position that the
 * next record will get if nothing fails. */
uint64_t core_next_order(const struct core *core);
uint64_t core_next_plan(const struct core *core);
uint64_t core_next_position(const struct core *core);

/* The log clock and the wall clock of the deployment (scenario time in an exercise) at this moment:
 * what ages are computed with, and what people are shown. */
uint64_t core_mono_ms(const struct core *core, uint64_t real_ms);
int64_t core_wall_ms(const struct core *core, uint64_t real_ms, int64_t wall_ms);

/* True while records wait to be committed. */
bool core_busy(const struct core *core);

#endif
