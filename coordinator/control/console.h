/* What operators ask and decide, as JSON (docs/CONTROL.md): questions are answered from the
 * picture, decisions become records for the core, and what needs files or threads is handed to the
 * daemon as work.
 *
 * Nothing here reads a clock, a socket or a file; the daemon brings the scene and carries the
 * outcome out. Main thread. */
#ifndef COORDINATOR_CONTROL_CONSOLE_H
#define COORDINATOR_CONTROL_CONSOLE_H

#include "coordinator/core.h"
#include "coordinator/planning/supply.h"
#include "coordinator/region/profile.h"
#include "coordinator/region/region.h"
#include "schemas/platform/deployment.h"

#include <jansson.h>

/* The moment at which a request is looked at. All borrowed. */
struct console_scene {
    const struct core *core;              /* NULL where `past` and `counters` say it all */
    const struct state *past;             /* a look back: the picture as it was; NULL: as it is */
    bool looks_back;                      /* what is true of now only is not told */
    const struct core_counters *counters; /* NULL: those of the core */
    const struct gate_counters *gate;     /* NULL: there is none */
    const struct region *region;          /* NULL: none loaded */
    const char *region_fault;        /* why not, where the log names one; NULL or "": no fault */
    const struct profiles *profiles; /* NULL: none */
    const struct settings *settings;
    const struct deployment *deployment;
    uint64_t mono_ms; /* log clock */
    int64_t wall_ms;  /* what people are shown: scenario time in an exercise that runs one */
    uint8_t fresh_id[HV_ID128_BYTES]; /* random, for a new incident */
    const char *door; /* where requests come in, for the record: "control", "http", whose requests
                         alone are believed about their “origin”; NULL: nowhere that is recorded */
};

enum console_kind {
    CONSOLE_ANSWERED, /* send `reply` */
    CONSOLE_COMMAND,  /* step the records as one CORE_COMMAND, then answer with console_committed */
    CONSOLE_WORK      /* do `work`, then answer */
};

enum console_work {
    CONSOLE_WORK_NONE,
    CONSOLE_WORK_LOG,      /* records from..to, at most `limit`, by console_record */
    CONSOLE_WORK_OLD_PLAN, /* the plan whose record is at `from`, by console_plan_view */
    CONSOLE_WORK_OLD_DIFF, /* of the plan whose record is at `to` from that at `from` (0: from
                              nothing), by console_plan_difference */
    CONSOLE_WORK_REGION,   /* load the data package in `path` and record it */
    CONSOLE_WORK_PLAN,     /* make a plan now */
    CONSOLE_WORK_BACKUP,   /* copy log, regions and settings to `path` */
    CONSOLE_WORK_VERIFY,   /* check every checksum and hash of the log */
    CONSOLE_WORK_LEDGER,   /* prove that the ledger adds up, to position `to` */
    CONSOLE_WORK_ACCOUNT,  /* the verbs accounts, account-set and account-remove of the request */
    CONSOLE_WORK_STOP
};

struct console_outcome {
    enum console_kind kind;
    json_t *reply;             /* the caller's; of COMMAND what the answer to the decision says
                                  besides, or NULL; NULL for WORK */
    struct hv_record *records; /* in the arena */
    size_t record_count;
    enum console_work work;
    const char *path;        /* in the arena */
    struct hv_origin origin; /* in the arena */
    const char *role;        /* who asks: a role name, "operator" where the request is silent */
    uint64_t from, to, limit;
};

/* Never fails: what is wrong becomes a reply with error, text and remedy. */
void console_handle(const struct console_scene *scene, const json_t *request,
                    struct hv_arena *arena, struct console_outcome *ret_outcome);

/* The same for a look back (`scene->past`): of the past one can ask, what only the log still has
 * too, and nothing can be decided. */
void console_handle_past(const struct console_scene *scene, const json_t *request,
                         struct hv_arena *arena, struct console_outcome *ret_outcome);

/* The answer to a decision when its CORE_REPLY has come: positions, or why nothing was stored. */
json_t *console_committed(int error, const struct hv_verdict *verdict, uint64_t first,
                          uint64_t last);

struct ledger_verify;

/* What the proof of the ledger, up to a position, came to. */
json_t *console_ledger_proof(const struct ledger_verify *verify, uint64_t position);

/* {"ok": false, …}; text and remedy may be NULL. */
json_t *console_error(int error, const char *text, const char *remedy);

/* The profile that counts in the picture that is asked about; NULL: none. */
const struct profile *console_profile(const struct console_scene *scene);

/* What people need of an item of the region, as things stand in that picture. */
struct need console_need(const struct console_scene *scene, uint32_t item);

/* The supply of an item of the region at a place, at the scene's moment (see supply_of). False
 * where there is no figure, or the item is REGION_NONE. */
bool console_supply(const struct console_scene *scene, const struct state_place *place,
                    uint32_t item, struct supply *ret_supply);

/* The same of one line of stock (see supply_of_line). */
int64_t console_supply_of_line(const struct console_scene *scene, const struct state_place *place,
                               const struct state_stock_line *line, uint32_t item);

/* For each name of the picture the number of the region's item that it names; REGION_NONE: it is a
 * lot, or of no region. `ret_items`: of so many as the state counts STATE_NAME. */
void console_number_names(const struct console_scene *scene, uint32_t *ret_items);

/* A plan as the verb plan shows it, where the body came from the log. NULL: the state has no plan
 * of that number, or no memory. */
json_t *console_plan_view(const struct state *state, const struct hv_plan *body);

/* A request as lists tell it. */
json_t *console_request_view(const struct console_scene *scene, struct hv_arena *arena,
                             const struct state_request *request);

/* What changes from one plan to another as the verb plan-diff shows it, whether their bodies are
 * from memory or from the log; before NULL: from nothing. NULL without memory. O(n log n) of moves
 * and shipments. */
json_t *console_plan_difference(const struct state *state, const struct hv_plan *before,
                                const struct hv_plan *after, struct hv_arena *arena);

/* One record of the log for people and scripts. NULL without memory. */
json_t *console_record(uint64_t position, const struct hv_record *record);

/* Whether a record belongs to the history of a place, zone, road or node. Answers to orders and
 * plans, which name half the region, do not. O(what the record names). */
bool console_record_is_about(const struct hv_record *record, const char *id);

#endif
