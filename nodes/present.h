/* The present state of one shelter or depot: the fold of its own HISTORY reports.
 *
 * Deterministic: the same reports in the same order give the same state, which is why it is
 * restored from the last stored fold and the reports after it. Pure. */
#ifndef NODES_PRESENT_H
#define NODES_PRESENT_H

#include "nodes/picks.h"
#include "nodes/stock.h"

#define NODE_REQUESTS_MAX 512u /* open at one time */

/* kind UNKNOWN: there is nothing to undo. */
struct node_last_movement {
    enum hv_movement_kind kind;
    uint64_t index;
    struct hv_people people;
    uint32_t households;
    char zone[HV_ID_BYTES_MAX + 1];
    char shelter[HV_ID_BYTES_MAX + 1];
    char transfer[HV_ID_BYTES_MAX + 1];
};

struct node_request {
    uint64_t id;
    size_t size;
    uint8_t *bytes; /* the report, encoded; owned */
};

struct node_present {
    uint64_t as_of; /* index of the last HISTORY report in it */

    struct hv_people people;
    bool has_households;
    uint32_t households;
    struct hv_seen people_seen; /* {0, 0}: never said */
    struct hv_seen counted_seen;
    int32_t count_difference;
    int64_t shortfall; /* people that movements took beyond those there, since the last count */

    struct node_last_movement last; /* what an undo would take back */

    enum hv_shelter_status status;
    char reason[HV_TEXT_BYTES_MAX + 1];
    struct hv_seen status_seen;

    size_t capacity_count;
    struct hv_capacity_line capacity[HV_CAPACITY_LINES_MAX];
    struct hv_seen capacity_seen;

    struct hv_lifeline lifelines[HV_LIFELINE_COUNT]; /* by kind; state UNKNOWN: never said */

    struct node_stock stock;
    struct hv_seen stock_seen;
    struct node_picks picks;

    size_t request_count;
    struct node_request *requests; /* open ones by id */
    uint64_t next_request;
};

void node_present_init(struct node_present *present);
void node_present_deinit(struct node_present *present);

/* Applies a HISTORY report of this node. Errors: HV_ERR_MEMORY, _LIMIT (stock lines, open
 * requests); then the state is untouched. O(lines x log stock) and O(stock) where lines are new. */
int node_present_apply(struct node_present *present, uint64_t index,
                       const struct hv_report *report) HV_MUST_USE;

/* The open request of this number; NULL: none. */
const struct node_request *node_present_request(const struct node_present *present, uint64_t id);

/* The state as snapshot reports (stock in parts); `base` is taken off as_of, to make it the
 * sequence of the present epoch. In the arena. Errors: HV_ERR_MEMORY. */
int node_present_snapshot(const struct node_present *present, uint64_t base, struct hv_seen seen,
                          struct hv_arena *arena, struct hv_report **ret_reports,
                          size_t *ret_count) HV_MUST_USE;

/* ---- for the journal: the state as numbered records and back ---- */

struct node_packed {
    const uint8_t *bytes;
    size_t size;
};

/* The records, in the arena; `key` of each is its place. */
int node_present_pack(const struct node_present *present, struct hv_arena *arena,
                      struct node_packed **ret_records, size_t *ret_count) HV_MUST_USE;

/* Takes one record, in order from 0, into a state that was just initialised. Errors: HV_ERR_FORMAT,
 * _VERSION, _MEMORY. */
int node_present_unpack(struct node_present *present, uint64_t key, const uint8_t *bytes,
                        size_t size) HV_MUST_USE;

#endif
