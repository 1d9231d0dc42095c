/* Private to the simulation: its world, and who moves it.
 *
 *   simulate.c     the loop over the calendar, the end of trouble, the result
 *   net.c          frames on their way (knows nothing of the rest)
 *   node.c         carries out the effects of node cores
 *   coordinator.c  carries out the effects of the coordinator core
 *   staff.c        what staff report; operator.c what operators decide; trouble.c what goes wrong
 *   ledger.c       what is durable, kept apart from both cores; check.c the invariants */
#ifndef SIMULATIONS_SIMULATED_PARTS_H
#define SIMULATIONS_SIMULATED_PARTS_H

#include "coordinator/core.h"
#include "coordinator/founding.h"
#include "coordinator/log/log_memory.h"
#include "nodes/core.h"
#include "nodes/journal.h"
#include "nodes/outbox/outbox.h"
#include "simulations/dice.h"
#include "simulations/simulated/calendar.h"
#include "simulations/simulated/net.h"
#include "simulations/simulated/simulate.h"

#define SIM_NODES_MAX NET_NODES_MAX
#define SIM_ORDERS_MAX 64u
#define SIM_START_MS 1000000u /* real clock at the beginning */
#define SIM_WALL_MS INT64_C(1700000000000)
#define SIM_OUTBOX_BYTES (8u << 20)
#define SIM_NOWHERE "nowhere"   /* a shelter that nobody knows: what names it is refused for ever */
#define SIM_ASTRAY_PERMILLE 60u /* transfers that go there */

struct sim_node {
    char id[16];
    enum hv_role role;
    struct dice dice;
    struct outbox *outbox; /* the disk: outlives the process */
    struct journal *journal;
    struct node_core *core; /* NULL: not running */
    struct node_effects effects;
    uint64_t life;  /* of the process */
    uint64_t boots; /* of the machine */
    bool store_due; /* a SIM_NODE_STORE is in the calendar */
    bool outbox_lost;
    bool astray; /* it reported something that is refused for ever */
    uint64_t next_token;
    uint64_t told; /* reports that staff were told are stored */
    struct sim_told {
        uint64_t epoch, sequence;
    } * told_list; /* owned */
    size_t told_room;
    uint64_t transfers;
};

struct sim_batch {
    const struct log_entry *entries; /* of the core */
    size_t count;
    uint64_t first;
};

struct sim_coordinator {
    struct dice dice;
    struct log_memory_disk *disk;
    struct log *log;
    struct core *core; /* NULL: not running */
    uint64_t life;
    bool idle_due;
    struct sim_batch under_way[CORE_BATCHES_MAX];
    size_t under_way_count;
    uint64_t term;
    bool full; /* disk */
};

/* What the log holds of each node, kept from the bytes that reached the disk. */
struct sim_ledger {
    struct sim_held {
        uint64_t epoch;
        uint64_t held[HV_LANE_COUNT];
    } nodes[SIM_NODES_MAX];
    struct hv_arena arena;
};

enum sim_command { SIM_COMMAND_NONE, SIM_COMMAND_ISSUE, SIM_COMMAND_OTHER };

struct sim_operator {
    struct dice dice;
    struct hv_arena arena;
    uint64_t next_token;
    uint64_t plans;
    uint64_t issued;                 /* orders that the operator was told are committed */
    uint64_t orders[SIM_ORDERS_MAX]; /* their ids */
    enum sim_command waiting;
    uint64_t waiting_token;
    uint64_t waiting_order;
};

struct sim {
    uint64_t seed;
    struct dice dice;
    struct calendar calendar;
    uint64_t now_ms; /* real clock of every machine */
    bool trouble;
    uint64_t trouble_until_ms;
    /* what kind of a bad day this is */
    unsigned crash_permille;
    struct net net;
    bool loses_outboxes, restores_log;
    struct sim_node nodes[SIM_NODES_MAX];
    size_t node_count;
    struct sim_coordinator coordinator;
    struct sim_operator desk;
    struct sim_ledger ledger;
    struct hv_arena arena; /* of one frame */
    uint8_t frame[HV_FRAME_BYTES_MAX];
    uint8_t deployment[HV_ID128_BYTES];
    uint8_t incident[HV_ID128_BYTES];
    struct simulate_result *result;
};

/* simulate.c */
void sim_break(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool sim_broken(const struct sim *sim);
void sim_trace(struct sim *sim, uint64_t word, const uint8_t *bytes, size_t size);
int64_t sim_wall_ms(const struct sim *sim);
int sim_send(struct sim *sim, enum sim_event_kind way, size_t node, const uint8_t *bytes,
             size_t size) HV_MUST_USE;
int sim_enter(struct sim *sim, uint64_t in_ms, enum sim_event_kind kind, size_t node,
              uint64_t life) HV_MUST_USE;

/* node.c */
void sim_node_name(struct sim *sim, size_t node);
int sim_node_init(struct sim *sim, size_t node) HV_MUST_USE;
void sim_node_deinit(struct sim *sim, size_t node);
int sim_node_event(struct sim *sim, const struct sim_event *event) HV_MUST_USE;
int sim_node_step(struct sim *sim, size_t node, struct node_event event) HV_MUST_USE;
int sim_node_crash(struct sim *sim, size_t node, bool machine, uint64_t back_in_ms) HV_MUST_USE;
int sim_node_lose_outbox(struct sim *sim, size_t node) HV_MUST_USE;
const char *sim_node_boot(const struct sim_node *node, char buffer[NODE_BOOT_ID_BYTES]);

/* coordinator.c */
int sim_coordinator_init(struct sim *sim) HV_MUST_USE;
void sim_coordinator_deinit(struct sim_coordinator *coordinator);
int sim_coordinator_event(struct sim *sim, const struct sim_event *event) HV_MUST_USE;
int sim_coordinator_command(struct sim *sim, const struct core_command *command) HV_MUST_USE;
int sim_coordinator_crash(struct sim *sim, uint64_t back_in_ms) HV_MUST_USE;
int sim_coordinator_restore_older(struct sim *sim) HV_MUST_USE;

/* staff.c: one thing that staff of this node do; and everything stated anew */
int staff_act(struct sim *sim, size_t node) HV_MUST_USE;
int staff_state_all(struct sim *sim, size_t node) HV_MUST_USE;

/* operator.c */
int operator_found(struct sim *sim) HV_MUST_USE; /* enrols the nodes, opens the incident */
int operator_act(struct sim *sim) HV_MUST_USE;
void operator_reply(struct sim *sim, uint64_t token, int error, const struct hv_verdict *verdict);
void operator_forget(struct sim *sim); /* the coordinator died: what was asked is not known */

/* trouble.c */
int trouble_strike(struct sim *sim) HV_MUST_USE;
int trouble_mend(struct sim *sim) HV_MUST_USE;

/* ledger.c */
int ledger_append(struct sim *sim, const struct log_entry *entries, size_t count) HV_MUST_USE;
int ledger_reread(struct sim *sim, struct log *log) HV_MUST_USE;
void ledger_check_ack(struct sim *sim, size_t node, uint64_t epoch, enum hv_lane lane,
                      uint64_t sequence);
size_t sim_find_node(const struct sim *sim, const char *id); /* node_count: none */

/* check.c */
bool check_is_calm(struct sim *sim);
int check_all(struct sim *sim) HV_MUST_USE;

#endif
