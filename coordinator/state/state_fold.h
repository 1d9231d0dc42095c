/* The inside of the state, for the files that fold. Private to coordinator/state. */
#ifndef COORDINATOR_STATE_STATE_FOLD_H
#define COORDINATOR_STATE_STATE_FOLD_H

#include "coordinator/state/state_table.h"

struct state_movement {
    struct state_stamp stamp;
    struct hv_people people;
    int sign;
};

struct state_stock_movement {
    struct state_stamp stamp;
    uint32_t item, lot, expiry_day;
    int64_t quantity; /* signed */
    int64_t damaged;  /* signed */
};

/* What the parts of a snapshot said so far; stamps as each part was received. */
struct state_staging {
    uint64_t as_of;
    uint32_t parts, next;
    struct hv_people people;
    struct state_stamp people_stamp;
    struct state_stamp counted_stamp;
    int64_t difference;
    enum hv_shelter_status status;
    struct state_stamp status_stamp;
    struct hv_capacity_line capacity[HV_CAPACITY_LINES_MAX];
    uint32_t capacity_count;
    struct state_stamp capacity_stamp;
    struct state_lifeline lifelines[HV_LIFELINE_COUNT];
    struct state_stamp stock_stamp;
    struct state_stock_line *stock; /* item, lot, expiry, pack, quantity, damaged only */
    uint32_t stock_count, stock_room;
};

struct checkpoint;

struct state {
    struct state_table tables[STATE_KINDS];
    uint64_t position; /* of the record being applied */
    uint64_t named;    /* things that came into being since the start: for differences only */
    struct hv_arena scratch;
    uint8_t *buffer; /* for encoding what things keep whole */
    size_t buffer_room;
    bool out_of_memory; /* set where it happened, returned at the end of the apply */
    struct checkpoint *checkpoint;
};

/* ---- things ---- */

/* The thing for changing it; marks the change. Pointers from `_at` must not be written through. */
void *fold_touch(struct state *state, enum state_kind kind, uint32_t index);

/* Finds and touches, or adds, in the place of a finished one where too many of them are kept. NULL
 * (and out_of_memory) without memory. */
void *fold_need(struct state *state, enum state_kind kind, const char *id);

/* The same for a caller that must know whether it is new. */
void *fold_need_new(struct state *state, enum state_kind kind, const char *id, bool *ret_new);

/* Says whether a touched thing is finished now, and may be forgotten one day. */
void fold_finish(struct state *state, void *thing, bool finished);

static inline struct state_general *fold_general(struct state *state) {
    return state_table_at(&state->tables[STATE_GENERAL], 0);
}

struct state_place *fold_place(struct state *state, const char *id);

/* Index of the name of an item or lot; STATE_NONE for "". */
uint32_t fold_name(struct state *state, const char *name);

/* Replaces an owned text; "" becomes NULL. */
void fold_text(struct state *state, char **text, const char *value);

void fold_keep_record(struct state *state, struct state_body *body, const struct hv_record *record);
void fold_keep_report(struct state *state, struct state_body *body, const struct hv_report *report);
void fold_drop_body(struct state_body *body);

/* ---- stamps ---- */

/* When a figure of this report was observed; `seen` is the figure's own. */
struct state_stamp fold_stamp(const struct state *state, const struct hv_record *record,
                              const struct state_node *node, const struct hv_seen *seen);

/* Whether an observation takes the place of the one at hand: by sequence within one node and epoch,
 * otherwise by the log clock, equal times in favour of the later record. */
bool fold_replaces(const struct state_stamp *observation, const struct state_stamp *at_hand);

/* Whether a movement happened after a count and so is not part of it. */
bool fold_follows(const struct state_stamp *movement, const struct state_stamp *count);

/* ---- figures ---- */

void fold_people_count(struct state *state, struct state_place *place,
                       const struct state_stamp *stamp, const struct hv_count *count);
void fold_people_snapshot(struct state_place *place, const struct state_staging *staging,
                          const struct state_stamp *stamp);
void fold_people_move(struct state *state, struct state_place *place,
                      const struct state_stamp *stamp, const struct hv_movement *movement);

void fold_stock_count(struct state *state, struct state_place *place,
                      const struct state_stamp *stamp, const struct hv_stock_count *count);
void fold_stock_snapshot(struct state *state, struct state_place *place,
                         const struct state_staging *staging, const struct state_stamp *stamp);
void fold_stock_move(struct state *state, struct state_place *place,
                     const struct state_stamp *stamp, const struct hv_stock_movement *movement);

/* The line of the picture; NULL: there is none. */
const struct state_stock_line *fold_stock_line(const struct state_stock *stock,
                                               const struct state_lot *lot);

/* ---- people on the way ---- */

/* An order came, was changed or taken back; an answer to it counted. After the order itself. */
void fold_way_order(struct state *state, const struct state_order *order, int64_t now_ms);
void fold_way_answer(struct state *state, const struct state_order *order,
                     const struct hv_record *record, const struct hv_order_answer *answer);

/* People of the zone checked in at a shelter, or were corrected; the zone was swept; its incident
 * is over. */
void fold_way_came(struct state_zone *zone, const char *shelter, const struct hv_people *people);
void fold_way_swept(struct state_zone *zone);
void fold_way_forget(struct state_zone *zone);

/* ---- the ledger ---- */

struct state_lot fold_lot(struct state *state, const struct hv_stock_line *line);

/* Books a stock report of the place, after its picture was changed. `own`: of its own node. */
void fold_book_count(struct state *state, struct state_place *place,
                     const struct hv_stock_count *count, bool own);
void fold_book_movement(struct state *state, struct state_place *place,
                        const struct state_stamp *stamp, const struct hv_record *record);

/* Makes the books of the place agree with its picture; what differs is booked by name. */
void fold_book_picture(struct state *state, struct state_place *place);

/* A new incident begins: what people got in another one is theirs no more. */
void fold_forget_handed_out(struct state *state);

/* Amount from one account to another, in one or two books. False: nothing was booked. */
bool fold_post(struct state *state, struct state_book *from, enum state_account from_account,
               struct state_book *to, enum state_account to_account, const struct state_lot *lot,
               int64_t amount);

/* ---- waybills ---- */

/* The waybill, touched or made; `node` names it where it is new. NULL without memory. */
struct state_waybill *fold_waybill(struct state *state, const char *name, uint32_t node);

/* Goods leave an account of the place on the waybill, or arrive from it. */
void fold_waybill_ship(struct state *state, struct state_waybill *waybill, struct state_book *from,
                       enum state_account account, const struct state_lot *lot, int64_t amount);
void fold_waybill_receive(struct state *state, struct state_waybill *waybill,
                          struct state_place *place, const struct state_lot *lot, int64_t good,
                          int64_t damaged);
void fold_waybill_close(struct state *state, struct state_waybill *waybill, const char *reason);

/* The pick of this lot at this place; NULL: none and not `make`, or without memory. */
struct state_waybill_pick *fold_waybill_pick(struct state *state, struct state_waybill *waybill,
                                             uint32_t place, const struct state_lot *lot,
                                             bool make);
void fold_waybill_drop_empty_picks(struct state_waybill *waybill);

/* Says whether the waybill is finished; after every change. */
void fold_waybill_settle(struct state *state, struct state_waybill *waybill);

/* An order to ship, return or expect was issued, or answered. */
void fold_waybill_order(struct state *state, const struct state_order *order,
                        const struct hv_order *from);
void fold_waybill_answer(struct state *state, const struct state_order *order);

/* Moves what its books hold to the books of its place: before it is forgotten. */
void fold_waybill_forget(struct state *state, struct state_waybill *waybill);

/* ---- requests on their tracks ---- */

void fold_request_lines(struct state *state, struct state_request *request,
                        const struct hv_request *from);
void fold_request_list(struct state *state, struct state_request *request, bool open);
void fold_decision(struct state *state, const struct hv_request_decision *decision);

/* Commits an amount of an item to the open requests of the place that the waybill goes to. */
void fold_commit(struct state *state, struct state_waybill *waybill, uint32_t item, int64_t amount);
/* The request that a receipt without a waybill names, of those of the place; NULL: none, or it is
 * not there. `by`: the node that reports it, STATE_NONE: on behalf. */
const struct state_request *fold_request_named(const struct state *state,
                                               const struct state_place *place, uint32_t by,
                                               const struct hv_stock_movement *movement);
/* Counts what the place received without a waybill for its open requests, as far as nothing else is
 * committed to them: on all three tracks at once. The one that was named (NULL: none) comes first.
 */
void fold_brought_in(struct state *state, const struct state_place *place,
                     const struct state_request *named, uint32_t item, int64_t amount);
/* Takes back what was committed and neither shipped nor received. */
void fold_uncommit(struct state *state, struct state_waybill *waybill);
void fold_share_shipped(struct state *state, struct state_waybill *waybill, uint32_t item,
                        int64_t amount);
void fold_share_received(struct state *state, struct state_waybill *waybill, uint32_t item,
                         int64_t amount);
/* What was shipped and not received does not come. */
void fold_share_close(struct state *state, struct state_waybill *waybill);

void fold_status(struct state *state, struct state_place *place, const struct state_stamp *stamp,
                 enum hv_shelter_status status, const char *reason);
void fold_capacity(struct state *state, struct state_place *place, const struct state_stamp *stamp,
                   const struct hv_capacity_line *lines, size_t count);
/* After power or generator of the place were told so. */
void fold_cold(struct state_place *place, enum hv_lifeline_kind kind,
               const struct state_lifeline *told);

void fold_lifeline(struct state_place *place, enum hv_lifeline_kind kind,
                   const struct state_lifeline *lifeline);

void fold_snapshot(struct state *state, struct state_place *place, struct state_node *node,
                   const struct hv_record *record);
void fold_drop_staging(struct state_node *node);

/* ---- records ---- */

void fold_report(struct state *state, const struct hv_record *record);
void fold_refused(struct state *state, const struct hv_refused_report *refused);
void fold_drop_refusals(struct state_node *node);
void fold_order(struct state *state, const struct hv_record *record);
void fold_answer(struct state *state, const struct hv_record *record,
                 const struct hv_order_answer *answer);
/* The record shows that the order, if it is open and of that place, was carried out, or failed: it
 * counts as an answer, by whoever told the record. */
void fold_carried_out(struct state *state, const struct hv_record *record, uint64_t number,
                      const struct state_place *place, enum hv_order_state outcome,
                      const char *reason);
void fold_escalation(struct state *state, const struct hv_record *record);
void fold_plan(struct state *state, const struct hv_record *record);
void fold_approval(struct state *state, const struct hv_approval *approval);
void fold_note(struct state *state, const struct hv_record *record, uint32_t place);

/* ---- saving ---- */

/* Frees what a thing owns. */
void fold_free_thing(struct state_entity *entity);

/* Saves the thing for a running checkpoint if it has not been saved: before it changes. */
void checkpoint_before_change(struct checkpoint *checkpoint, struct state_entity *entity);

#endif
