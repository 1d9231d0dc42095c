/* The stage of an exercise: a folder with a real coordinator and real nodes, and the hands of those
 * who work there: the operator at headquarters, the staff at every desk.
 *
 * What staff enter while their node is down waits on paper (in order) and is entered when it is
 * back. Everything that a node told its staff is stored goes into the audit. Main thread only.
 *
 * Errors are told once, in `trouble`, as a sentence for people. */
#ifndef SIMULATIONS_EXERCISE_STAGE_H
#define SIMULATIONS_EXERCISE_STAGE_H

#include "schemas/model.h"
#include "schemas/platform/control.h"
#include "simulations/audit.h"
#include "simulations/exercise/children.h"
#include "simulations/exercise/terminal.h"

#include <jansson.h>
#include <limits.h>

#define STAGE_DESKS_MAX 256u
#define STAGE_SAMPLES_MAX 20000u

struct desk {
    char id[HV_ID_BYTES_MAX + 1];
    enum hv_role role;
    char dir[PATH_MAX];
    struct child process;
    struct control_client *client; /* NULL: not connected */
    bool wanted;                   /* its node should be running */
    json_t *paper;                 /* array of entries that wait */
    uint64_t sequence;             /* of the last entry stored, lane history */
    uint64_t sample_sequence;      /* 0: no acknowledgement is being timed */
    uint64_t sample_from_us;
};

struct stage {
    struct terminal *terminal;
    char dir[PATH_MAX];
    char bin[PATH_MAX]; /* folder of the programs */
    uint16_t port;
    uint16_t http_port; /* of the command centre, on loopback */
    struct child coordinator;
    struct control_client *headquarters; /* NULL: not connected */
    struct desk *desks;                  /* owned, STAGE_DESKS_MAX of them */
    size_t desk_count;
    struct audit *audit;
    uint64_t entries;          /* stored, as staff were told */
    uint64_t declined;         /* entries that a node would not take */
    uint32_t *acknowledged_us; /* samples: owned */
    size_t sample_count;
    char trouble[1024];
};

/* Makes the folder DIR/… anew (under build/demo, or a temporary folder where `dir` is NULL), a
 * coordinator in it (exercise mode) and starts it. HV_ERR_IO and others, with `trouble`. */
int stage_open(struct stage *stage, const char *dir, const char *name,
               struct terminal *terminal) HV_MUST_USE;

/* Ends every program in good order. True: all ended by themselves. */
bool stage_close(struct stage *stage);

/* Says what went wrong and returns the error. */
int stage_fail(struct stage *stage, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- headquarters ---- */

/* Asks the coordinator; takes the request over. *ret_reply may be NULL where nobody wants it. What
 * it refuses is an error: HV_ERR_STATE, with its words in `trouble`. HV_ERR_CLOSED: it is not
 * there. */
int stage_ask(struct stage *stage, json_t *request, json_t **ret_reply) HV_MUST_USE;

int stage_start_coordinator(struct stage *stage) HV_MUST_USE;
void stage_kill_coordinator(struct stage *stage);

/* Sets the scenario clock: now it is this moment, and it goes on at this rate. */
int stage_set_clock(struct stage *stage, int64_t start_wall_ms, uint64_t elapsed_ms,
                    uint32_t rate_permille) HV_MUST_USE;

/* ---- desks ---- */

/* A new node, enrolled and known to the coordinator, not yet running. `port` 0: the coordinator's
 * own port, otherwise that of a relay. */
int stage_add_desk(struct stage *stage, const char *id, enum hv_role role, uint16_t port,
                   struct desk **ret_desk) HV_MUST_USE;

/* The page of a node that is not yet running, on a free port of loopback, for whoever knows the
 * PIN; with the names of the region in this folder. */
int desk_open_page(struct stage *stage, struct desk *desk, const char *pin, const char *region,
                   uint16_t *ret_port) HV_MUST_USE;

/* Starts the node and waits until it is ready; what waited on paper is entered. */
int desk_start(struct stage *stage, struct desk *desk) HV_MUST_USE;
void desk_kill(struct desk *desk);                            /* kill -9 */
bool desk_stop(struct desk *desk);                            /* in good order */
struct desk *stage_desk(struct stage *stage, const char *id); /* NULL: none */

/* Staff enter something; takes the entry over. Where the node is down it waits on paper.
 * *ret_stored (may be NULL): the node has stored it. What the node would not take is counted and an
 * error only where `must`. */
int desk_enter(struct stage *stage, struct desk *desk, json_t *entry, bool must,
               bool *ret_stored) HV_MUST_USE;

/* The same now, with the node's reply; *ret_reply stays NULL where it waits on paper or the node
 * would not take it. */
int desk_enter_ask(struct stage *stage, struct desk *desk, json_t *entry,
                   json_t **ret_reply) HV_MUST_USE;

/* Staff look at something: status, orders, records. HV_ERR_CLOSED: the node is down. */
int desk_ask(struct stage *stage, struct desk *desk, json_t *request,
             json_t **ret_reply) HV_MUST_USE;

/* Looks whether the acknowledgements that are being timed have come. */
int stage_sample(struct stage *stage) HV_MUST_USE;
int desk_sample(struct stage *stage, struct desk *desk) HV_MUST_USE; /* just after an entry */

/* Microseconds within which this share of the timed acknowledgements came; 0: none were timed. */
uint32_t stage_percentile(struct stage *stage, double share);

/* Waits until every running node has had everything acknowledged. HV_ERR_TIMEOUT names who has not.
 */
int stage_settle(struct stage *stage, unsigned timeout_ms) HV_MUST_USE;

/* Feeds the audit with every record of every node, the coordinator's log and its picture. */
int stage_audit(struct stage *stage) HV_MUST_USE;

uint64_t stage_now_us(void);

#endif
