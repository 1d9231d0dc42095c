/* A core on a log in memory, with nodes that a test plays by hand: every effect is carried out, so
 * the log and the state are always what a daemon would have. */
#ifndef TESTS_SUPPORT_CORE_BENCH_H
#define TESTS_SUPPORT_CORE_BENCH_H

#include "coordinator/core.h"
#include "coordinator/log/log_memory.h"

enum { CORE_BENCH_SENT_MAX = 4096 };

/* Where the process may be killed: before an effect of a kind, before an append is durable, after
 * it. */
enum { CORE_BENCH_STORE = CORE_EVENT + 1, CORE_BENCH_STORED, CORE_BENCH_POINTS };

struct core_bench_frame {
    char node[STATE_ID_BYTES];
    const struct hv_envelope *envelope; /* in the arena of the bench */
};

struct core_bench {
    struct log_memory_disk *disk;
    struct log *log;
    struct core *core;
    struct hv_arena arena;
    uint64_t real_ms;
    int64_t wall_ms;
    bool hold;    /* appends wait until core_bench_store */
    bool waiting; /* one does */
    struct core_effect append;
    int append_error;                                  /* of the last append that failed */
    struct core_bench_frame sent[CORE_BENCH_SENT_MAX]; /* since core_bench_forget */
    size_t sent_count;
    int reply_error;
    uint64_t reply_token, reply_first, reply_last;
    struct hv_verdict reply_verdict;
    unsigned replies, plans;
    char event[256]; /* the last line for the log of the machine */
    uint8_t deployment[HV_ID128_BYTES];
    unsigned crash_in; /* points until the process is killed; 0: never */
    bool dead;         /* it was: nothing happens until core_bench_restart */
    int point;         /* the last that was passed, or what it was killed before */
    bool passed[CORE_BENCH_POINTS][CORE_BENCH_POINTS]; /* by what came before and what came next */
    bool killed[CORE_BENCH_POINTS][CORE_BENCH_POINTS];
};

struct core_bench *core_bench_new(void);

/* The same with two shelters, S1 and S2, that have said hello in epoch 100. */
struct core_bench *core_bench_pair(void);
void core_bench_free(struct core_bench *bench);

/* The process dies and starts again on the same disk. */
void core_bench_restart(struct core_bench *bench);

/* One event, its effects carried out, and what follows from them. */
void core_bench_step(struct core_bench *bench, struct core_event event);
void core_bench_store(struct core_bench *bench); /* carries out the append that waits */
void core_bench_idle(struct core_bench *bench);
void core_bench_tick(struct core_bench *bench, uint64_t passed_ms);
void core_bench_forget(struct core_bench *bench);

/* A command of one record by the operator; ret the reply's error, HV_ERR_CLOSED where the process
 * was killed before it. */
int core_bench_decide(struct core_bench *bench, struct hv_record record);

/* One of many, whose reply is in the bench. */
void core_bench_decide_all(struct core_bench *bench, const struct hv_record *records, size_t count);
int core_bench_enrol(struct core_bench *bench, const char *node, enum hv_role role);

/* The envelope of a node in this deployment, to be completed. */
struct hv_envelope core_bench_envelope(const struct core_bench *bench, uint64_t epoch);
void core_bench_frame(struct core_bench *bench, const char *node,
                      const struct hv_envelope *envelope);
void core_bench_hello(struct core_bench *bench, const char *node, uint64_t epoch);
struct hv_envelope core_bench_check_in(const struct core_bench *bench, uint64_t epoch,
                                       uint64_t sequence, int adults);

/* Adults check in at the place of a node; an answer of S1 to an order, in epoch 100. */
void core_bench_arrive(struct core_bench *bench, const char *node, uint64_t epoch,
                       uint64_t sequence, int adults);
void core_bench_answer(struct core_bench *bench, uint64_t sequence, uint64_t order,
                       uint32_t revision, enum hv_order_state state);
int64_t core_bench_people(const struct core_bench *bench, const char *place);

/* An order to a node to open its shelter. */
struct hv_record core_bench_order(const char *node);

/* Why a report of the node was last refused; HV_REASON_UNKNOWN: none was. */
enum hv_reason core_bench_refused(const struct core_bench *bench, const char *node);

/* The last envelope of this kind sent to the node; NULL: none. */
const struct hv_envelope *core_bench_last(const struct core_bench *bench, const char *node,
                                          enum hv_body_kind kind);
size_t core_bench_count(const struct core_bench *bench, const char *node, enum hv_body_kind kind);

#endif
