/* Pieces of JSON that views share. Internal to coordinator/control. */
#ifndef COORDINATOR_CONTROL_CONSOLE_JSON_H
#define COORDINATOR_CONTROL_CONSOLE_JSON_H

#include "coordinator/control/console.h"

/* One view or decision: fills in *outcome. */
typedef void console_verb(const struct console_scene *scene, const json_t *request,
                          struct hv_arena *arena, struct console_outcome *outcome);

/* Views (console_view.c, console_view_places.c, console_view_world.c, console_view_plan.c,
 * console_view_diff.c). */
console_verb console_status, console_nodes, console_shelters, console_depots, console_zones,
    console_requests, console_transfers, console_roads, console_hazards, console_incidents,
    console_notes, console_region, console_statistics;
console_verb console_plans, console_plan_show, console_plan_diff, console_orders,
    console_order_show, console_directives;

/* What is wrong or waits for a decision (console_attention.c). */
console_verb console_attention;

/* How far the evacuation is (console_progress.c). */
console_verb console_progress;

/* Decisions (console_decide.c, console_decide_order.c). */
console_verb console_enroll, console_revoke, console_incident_open, console_incident_phase,
    console_road, console_zone_sweep, console_hazard, console_note, console_clock, console_report,
    console_alert, console_owner, console_handover;
console_verb console_directive_set, console_plan_approve, console_plan_withdraw,
    console_order_issue, console_order_cancel, console_order_revise, console_order_answer;

/* What shelters have left goes back (console_returns.c). */
console_verb console_goods_return;

/* For how long goods last (console_supplies.c). */
console_verb console_supplies;

/* The ledger (console_ledger.c). */
console_verb console_ledger, console_waybills, console_ledger_warnings, console_request_decide,
    console_waybill_end;

/* Sets item, lot and expiry. */
void console_set_lot(const struct console_scene *scene, json_t *object,
                     const struct state_lot *lot);

/* The warnings of the ledger that somebody should act on soon: what expires at depots, what must
 * stay cold and does not, what is below its minimum in all depots together. By place and item. */
json_t *console_goods_at_risk(const struct console_scene *scene);

/* How far a request is ("requested" to "received", "declined", "closed", "withdrawn"), and its
 * items on the three tracks. */
const char *console_request_stage(const struct state_request *request);
json_t *console_request_tracks(const struct console_scene *scene,
                               const struct state_request *request);

/* The picture that is asked about: that of now, or an earlier one. */
const struct state *console_picture(const struct console_scene *scene);
const struct core_counters *console_counters(const struct console_scene *scene);

/* How long after they should be there people who have not checked in are overdue: the setting. */
int64_t console_margin_ms(const struct console_scene *scene);

/* Where the people of a zone are now; both may be NULL. */
struct whereabouts;
void console_whereabouts(const struct console_scene *scene, const struct state_zone *seen,
                         const struct region_zone *zone, struct whereabouts *ret_whereabouts);

/* The plan that a request names by “plan”; the last one where it names none. NULL: refused. */
const struct state_plan *console_named_plan(const struct console_scene *scene,
                                            const json_t *request, struct console_outcome *outcome);

/* Sets the reply of the outcome to an error. */
void console_refuse(struct console_outcome *outcome, int error, const char *text,
                    const char *remedy);
void console_refusef(struct console_outcome *outcome, int error, const char *remedy,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Makes the outcome a decision of one record of that kind, in the arena, to be filled in by the
 * caller. NULL: refused for want of memory. */
struct hv_record *console_decide(struct console_outcome *outcome, struct hv_arena *arena,
                                 enum hv_record_kind kind);

/* Members of requests; NULL or `otherwise` where absent or of another type. */
const char *console_text(const json_t *request, const char *member);
const char *console_text_or_empty(const json_t *request, const char *member);
uint64_t console_number(const json_t *request, const char *member, uint64_t otherwise);

/* A figure of 32 bits; UINT32_MAX, which no figure may be, where it is no number or out of range,
 * so that the check of the whole names it. */
uint32_t console_small(const json_t *object, const char *member, uint32_t otherwise);

/* "age_s", "at_least" and "source" of a stamp into the object; "age_s": null where never observed.
 */
void console_set_stamp(const struct console_scene *scene, json_t *object,
                       const struct state_stamp *stamp);

/* Age on the log clock, seconds; JSON null for a stamp that never was. */
/* Seconds since that moment of the log's clock; of a stamp: null where never observed. */
json_t *console_age_since(const struct console_scene *scene, int64_t observed_ms);
json_t *console_age(const struct console_scene *scene, const struct state_stamp *stamp);

json_t *console_order(const struct hv_order *order);
json_t *console_directive(const struct hv_plan_directive *directive);

/* The position of the record whose place this one is about to take; 0: nothing of the kind was
 * decided before. */
uint64_t console_before(const struct state *state, const struct hv_record *record);
json_t *console_texts(const char *const *list, size_t count);
json_t *console_hex(const uint8_t *bytes, size_t size);
json_t *console_date(uint32_t expiry_day); /* "2027-03-01"; null for 0 */

/* A page of `count` things by "offset" (0) and "limit" (all) of the request. */
struct console_page {
    size_t first, end;
};
struct console_page console_page(const json_t *request, size_t count);

/* Whether the request asks for the thing of that id: "id" is absent or equal. */
bool console_wants(const json_t *request, const char *id);

/* Answers with a list under this member and how many there are in all; NOT_FOUND where one id was
 * asked for and none is there. Takes the list over. The first cuts it to the page that was asked
 * for, the second has the page and is told the total. */
void console_answer_list(const json_t *request, const char *member, json_t *list,
                         struct console_outcome *outcome);
void console_answer_page(const json_t *request, const char *member, json_t *list, size_t total,
                         struct console_outcome *outcome);

/* "id", "name" and "name_zh" into the object; NULL is "". */
void console_set_names(json_t *object, const char *id, const char *name, const char *name_zh);

json_t *console_incident(const struct state_incident *incident);

/* Every place of a role: first those of the region in its order, then those that only nodes or
 * reports know, whose index is REGION_NONE. `place` is NULL where nobody has ever spoken for it. */
typedef void console_place_visit(const struct console_scene *scene, const char *id, uint32_t index,
                                 const struct state_place *place, void *context);
void console_each_place(const struct console_scene *scene, enum hv_role role,
                        console_place_visit *visit, void *context);

#endif
