/* From an approved plan to orders: who is told what. Pure.
 *
 * A plan says where people of each zone go and which depot sends what where. On approval it
 * becomes, in one batch:
 *   - the approval itself;
 *   - for each shelter that is to receive: open (where it is not), and receive people, zone by
 * zone;
 *   - for each zone: evacuate, to its warden, with shelter and route;
 *   - for each yard with buses that have runs: these, bus by bus, in orders of as many as one holds
 * (a plan without runs has a bus run for each zone, to the yard with the least load);
 *   - for each depot and shelter with goods between them: ship, and expect a delivery, on one
 * waybill;
 *   - for each road that is closed, or given free again, to its post: close, or stand down
 * (road_posts.h);
 *   - for each order of the plan in force that the new plan no longer wants, and each order for
 * goods that it takes back: superseded or cancelled, where its addressee has not finished with it.
 * An order that says the same as one still in force is not issued again, so that nobody is told
 * twice. */
#ifndef COORDINATOR_PLANNING_ORDERS_H
#define COORDINATOR_PLANNING_ORDERS_H

#include "coordinator/region/region.h"
#include "coordinator/state/state.h"

struct orders_scene {
    const struct state *state;
    const struct region *region; /* NULL: addressees of goods and people are taken as node ids */
    int64_t wall_ms;
};

/* An order of revision 1 whose texts are "". */
struct hv_order orders_blank(void);

/* The node that is told for a place; NULL: none is known there or it is revoked, and the place is
 * told by print or voice. */
const struct state_node *orders_node_of(const struct state *state, const char *place);

/* Makes an order in force its next revision. A node that was revoked since is told nothing: its
 * place is, by print or voice, as any without a node. HV_ERR_MEMORY. */
int orders_revise(const struct state *state, struct hv_arena *arena,
                  struct hv_order *order) HV_MUST_USE;

/* The records of an approval, the approval first; orders name it by CORE_SELF. In the arena.
 * HV_ERR_STATE: approved or withdrawn before; HV_ERR_NOT_FOUND: the plan is no longer kept;
 * HV_ERR_LIMIT: more than HV_COMMAND_RECORDS_MAX; HV_ERR_MEMORY. */
int orders_approve(const struct orders_scene *scene, const struct state_plan *plan,
                   const char *reason, struct hv_arena *arena, struct hv_record **ret_records,
                   size_t *ret_count) HV_MUST_USE;

/* The records of a withdrawal: the approval taken back, and every order of the plan whose addressee
 * has not finished with it cancelled. HV_ERR_STATE: not approved, or withdrawn before;
 * HV_ERR_LIMIT, HV_ERR_MEMORY. */
int orders_withdraw(const struct orders_scene *scene, const struct state_plan *plan,
                    const char *reason, struct hv_arena *arena, struct hv_record **ret_records,
                    size_t *ret_count) HV_MUST_USE;

/* The record that cancels an order that is open, which the first of its batch is the cause of. With
 * a `text` it says that in place of what it said. HV_ERR_MEMORY. */
int orders_take_back(const struct state *state, const struct state_order *order, const char *text,
                     struct hv_arena *arena, struct hv_record *ret_record) HV_MUST_USE;

/* The records that end a waybill, which is not closed: its end, and the orders to send and to
 * expect what it is of cancelled, where their addressees have not finished with them; what these
 * say is the reason then. HV_ERR_MEMORY. */
int orders_end_waybill(const struct orders_scene *scene, const struct state_waybill *waybill,
                       const char *reason, struct hv_arena *arena, struct hv_record **ret_records,
                       size_t *ret_count) HV_MUST_USE;

#endif
