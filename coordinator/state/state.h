/* The operating picture: the fold of the log and of nothing else.
 *
 * `state_apply` is pure: same records, same state, on every machine; no clock, no randomness. What
 * is shown is read from the structs of state_things.h, which belong to the state and change with
 * the next apply. Every figure carries when it was observed on the log clock and who said so: its
 * age is the log clock now less `observed_ms`.
 *
 * Things are numbered by kind in the order in which they first appeared; each knows the position of
 * its last change, and `state_newest` walks from the last changed backwards: "what changed since
 * position P" costs what changed.
 *
 * Nothing is ever removed, so an index stays valid, but a finished transfer, request or order may
 * be forgotten: when more than HV_..._FINISHED_MAX of them are finished, a new one takes the place
 * and the index of the one that was finished first. What is open is never forgotten. The rule looks
 * at the records alone, so every replay and every checkpoint gives the same; what was forgotten is
 * in the log. An index is kept across applies only of what is known to be open.
 *
 * Main thread only. */
#ifndef COORDINATOR_STATE_STATE_H
#define COORDINATOR_STATE_STATE_H

#include "coordinator/state/state_things.h"
#include "schemas/arena.h"
#include "schemas/error.h"

/* ---- the fold ---- */

struct state;

struct state *state_new(void); /* NULL without memory */
void state_free(struct state *state);

/* Applies the record at `position`, which must be one after the last applied. Records that
 * contradict the state (a duplicate sequence, an unknown node) change nothing but counters; they
 * cannot come from a coordinator's log. HV_ERR_MEMORY: the state is no longer usable;
 * HV_ERR_STATE: another position was due. O(lines of the record), amortised. */
int state_apply(struct state *state, uint64_t position, const struct hv_record *record) HV_MUST_USE;

/* ---- reading ---- */

const struct state_general *state_general(const struct state *state);
uint64_t state_position(const struct state *state);

/* How many of a kind there are; indices are 0 to that less 1. */
uint32_t state_count(const struct state *state, enum state_kind kind);

/* The thing at index, or NULL; and by id, or NULL. Cast by kind, or use those below. */
const struct state_entity *state_at(const struct state *state, enum state_kind kind,
                                    uint32_t index);
const struct state_entity *state_find(const struct state *state, enum state_kind kind,
                                      const char *id);

/* Index of the thing of this kind that changed last, STATE_NONE: none. Go on with its `older`. */
uint32_t state_newest(const struct state *state, enum state_kind kind);

const struct state_place *state_place(const struct state *state, uint32_t index);
const struct state_place *state_find_place(const struct state *state, const char *id);
const struct state_node *state_node(const struct state *state, uint32_t index);
const struct state_node *state_find_node(const struct state *state, const char *id);

/* By what a report is known again: when and what was seen, for two machines do not see the same
 * kind of thing in the same millisecond of both clocks. Never 0. */
uint32_t state_print_of(const struct hv_report *report);

/* The refusal of this sequence of the node's epoch, if it is still remembered; NULL: it was not
 * refused, or so long ago that the node has heard it. */
const struct state_refusal *state_find_refusal(const struct state_node *node, enum hv_lane lane,
                                               uint64_t sequence);
const struct state_zone *state_find_zone(const struct state *state, const char *id);

/* How many of them have left by a moment of the wall clock, and how many should be there, as their
 * orders say: nobody observes it. O(legs). */
int64_t state_way_left(const struct state_way *way, enum state_heads heads, int64_t wall_ms);
int64_t state_way_due(const struct state_way *way, enum state_heads heads, int64_t wall_ms);

/* Whether an incident has been closed since it was issued: then it moves nobody any more, answered
 * or not. O(incidents). */
bool state_order_is_past(const struct state *state, const struct state_order *order);

const struct state_order *state_order(const struct state *state, uint32_t index);
const struct state_order *state_find_order(const struct state *state, uint64_t number);

/* The order that the record at this position issued; 0: none. O(orders changed since). */
uint64_t state_order_issued_at(const struct state *state, uint64_t position);

const struct state_plan *state_plan(const struct state *state, uint32_t index);
const struct state_plan *state_find_plan(const struct state *state, uint64_t number);
/* The newest plan that was ever approved, also if it was withdrawn since: a proposal older than it
 * has been overtaken. NULL: none was. O(plans made since). */
const struct state_plan *state_newest_approved(const struct state *state);
const struct state_transfer *state_transfer(const struct state *state, uint32_t index);
const struct state_request *state_request(const struct state *state, uint32_t index);
const struct state_waybill *state_waybill(const struct state *state, uint32_t index);
const struct state_waybill *state_find_waybill(const struct state *state, const char *id);
enum state_waybill_stage state_waybill_stage(const struct state_waybill *waybill);
const char *state_waybill_stage_word(enum state_waybill_stage stage);

/* What one account of the waybill holds over all lots. */
int64_t state_waybill_sum(const struct state_waybill *waybill, enum state_account account);

/* The longest break of the cold chain at a place that its last count of all goods does not follow,
 * one that goes on included; 0: none. */
int64_t state_cold_break_ms(const struct state_place *place, uint64_t now_mono_ms);

/* Whether that puts goods that must stay cold in quarantine there: not to be counted on until all
 * goods are counted, which says how many are damaged. */
bool state_cold_is_suspect(const struct state_place *place, uint64_t now_mono_ms);

/* How much of a line of a request may be committed: what was approved, 0 where it was declined or
 * closed, else what is asked for. */
int64_t state_request_ceiling(const struct state_request *request,
                              const struct state_request_line *line);

/* Whether it is still asked for: neither withdrawn nor declined nor closed. */
bool state_request_is_open(const struct state_request *request);

/* Whether all that may be committed has been received, and anything has. */
bool state_request_is_received(const struct state_request *request);

/* Whether reports of the node of this place are still to come that its picture contains already:
 * its books lag behind until then. */
bool state_books_lag(const struct state *state, const struct state_place *place);

/* Who sees to the thing of this id, or NULL where nobody ever did. */
const struct state_owner *state_find_owner(const struct state *state, const char *thing);

/* The id under which it stands: a hash. */
void state_owner_id(const char *thing, char ret_id[STATE_ID_BYTES]);

/* The decision that this account made under this key, or NULL. */
const struct state_write *state_find_write(const struct state *state, const char *account,
                                           const char *key);

/* The id under which it stands: a hash of both. */
void state_write_id(const char *account, const char *key, char ret_id[STATE_ID_BYTES]);

/* The id under which a transfer stands: of the place that people leave (STATE_NONE: not said) and
 * its name. */
void state_transfer_id(uint32_t from, const char *name, char ret_id[STATE_ID_BYTES]);

/* The id under which a request stands: of the node (STATE_NONE: on behalf), its place, its number.
 */
void state_request_id(uint32_t node, uint32_t place, uint64_t number, char ret_id[STATE_ID_BYTES]);
const struct state_incident *state_incident(const struct state *state, uint32_t index);
const struct state_incident *state_find_incident(const struct state *state,
                                                 const uint8_t incident[HV_ID128_BYTES]);
const struct state_key *state_find_key(const struct state *state, const uint8_t key[HV_KEY_BYTES]);

/* The name of an item or lot; "" for STATE_NONE. */
const char *state_name(const struct state *state, uint32_t index);

/* The id of the open incident; all zero in peacetime. */
const uint8_t *state_incident_id(const struct state *state);

/* What an order stands at for people: CANCELLED or SUPERSEDED as issued, otherwise the answer, and
 * ISSUED while there is none. */
enum hv_order_state state_order_state(const struct state_order *order);

/* Id of the place that an order is for: where its addressee is a node, the node's; otherwise the
 * addressee itself, whatever the region has of that name. */
const char *state_order_place(const struct state *state, enum hv_post post, const char *addressee);

/* Whether the addressee, a node, has still to be told. */
bool state_order_untold(const struct state_order *order);

/* People on the way: out less in, figure by figure, where positive. */
struct hv_people state_transfer_on_the_way(const struct state_transfer *transfer);

/* What things keep encoded, decoded into the arena. HV_ERR_NOT_FOUND: no longer kept (old plans);
 * HV_ERR_MEMORY. */
int state_order_decode(const struct state_order *order, struct hv_arena *arena,
                       const struct hv_order **ret_order) HV_MUST_USE;
int state_request_decode(const struct state_request *request, struct hv_arena *arena,
                         const struct hv_request **ret_request) HV_MUST_USE;
int state_plan_decode(const struct state_plan *plan, struct hv_arena *arena,
                      const struct hv_plan **ret_plan) HV_MUST_USE;
/* Whether approving the plan moves anybody, ships anything or takes an order back. Of a plan whose
 * body is no longer kept what its figures say. O(1), or a decoding where it moves and ships
 * nothing. */
bool state_plan_does_something(const struct state_plan *plan, struct hv_arena *arena);
int state_body_decode(const struct state_body *body, struct hv_arena *arena,
                      const struct hv_record **ret_record) HV_MUST_USE;

/* A hash of the whole state: equal for equal folds, however they were reached. */
int state_digest(const struct state *state, uint8_t ret_hash[HV_HASH_BYTES]) HV_MUST_USE;

#endif
