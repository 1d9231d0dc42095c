/* A node core on a simulated disk and a simulated line to a fake coordinator, for unit and property
 * tests. */
#ifndef TESTS_SUPPORT_NODE_BENCH_H
#define TESTS_SUPPORT_NODE_BENCH_H

#include "nodes/core.h"
#include "nodes/journal.h"
#include "nodes/outbox/outbox.h"
#include "tests/support/fake_coordinator.h"

#define BENCH_QUEUE 512
#define BENCH_TOKENS 8192

/* Where the program may be killed: before an effect of a kind, before a batch is stored, after it.
 */
enum { BENCH_STORE = NODE_EFFECT_TIMER + 1, BENCH_STORED, BENCH_POINTS };

struct bench_frame {
    size_t size;
    uint8_t *bytes;
};

struct bench_queue {
    struct bench_frame frames[BENCH_QUEUE];
    size_t count;
};

struct node_bench {
    struct node_options options;
    struct outbox *outbox;
    struct journal *journal;
    struct node_core *core; /* NULL: the program is not running */
    struct node_effects effects;
    struct fake_coordinator fake;
    char boot[NODE_BOOT_ID_BYTES];
    uint64_t real_ms;
    uint64_t due_real_ms;
    bool reachable; /* a CONNECT succeeds at the next bench_run */
    bool connecting, connected;
    unsigned crash_in; /* points until the program is killed; 0: never */
    int point;         /* the last that was passed, or what it was killed before */
    bool passed[BENCH_POINTS][BENCH_POINTS]; /* by what came before and what came next */
    bool killed[BENCH_POINTS][BENCH_POINTS];
    struct bench_queue to_coordinator, to_node;
    struct node_reply last_reply;
    bool replied[BENCH_TOKENS]; /* stored durably, as the staff was told */
    unsigned connects;
};

void bench_init(struct node_bench *bench, uint64_t seed);
void bench_deinit(struct node_bench *bench);

/* One on the heap, whose coordinator can be reached. */
struct node_bench *bench_new(void);
void bench_free(struct node_bench *bench);

/* Starts the program (after bench_init it runs already). */
void bench_start(struct node_bench *bench);
/* kill -9. */
void bench_kill(struct node_bench *bench);
/* The machine goes off and on. */
void bench_reboot(struct node_bench *bench);

/* One event; then what was gathered is stored, unless `hold_store`. Does nothing while not running.
 */
void bench_step(struct node_bench *bench, struct node_event event);
void bench_store(struct node_bench *bench);

/* A note "n-TOKEN" by the staff. */
void bench_note(struct node_bench *bench, uint64_t token);
/* Any report; the reply is in last_reply when this returns. */
void bench_report(struct node_bench *bench, const struct hv_report *report, bool force);

/* The same by staff, who do not insist; what they hear. */
int bench_try(struct node_bench *bench, const struct hv_report *report);
struct hv_report bench_movement(enum hv_movement_kind kind, int32_t adults);
int bench_move(struct node_bench *bench, enum hv_movement_kind kind, int32_t adults);
struct hv_stock_line bench_stock_line(const char *item, const char *lot, uint32_t day,
                                      uint64_t quantity);
int bench_stock(struct node_bench *bench, enum hv_stock_movement_kind kind,
                struct hv_stock_line *lines, size_t count);

/* Who is there, as the node has it. */
int64_t bench_people(const struct node_bench *bench);

/* Moves the first frame on; false where there is none. */
bool bench_deliver_to_coordinator(struct node_bench *bench);
bool bench_deliver_to_node(struct node_bench *bench);
void bench_drop(struct bench_queue *queue, size_t at);
void bench_push(struct bench_queue *queue, const struct hv_envelope *envelope);

/* The line breaks. */
void bench_break(struct node_bench *bench);

/* Lets time pass in steps that end at timers, delivering everything meanwhile. */
void bench_run(struct node_bench *bench, uint64_t ms);

struct node_status bench_status(const struct node_bench *bench);

#endif
