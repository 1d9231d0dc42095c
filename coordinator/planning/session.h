/* Planning again and again as the picture changes: keeps one planner session and moves it to the
 * next picture, so that a small change is a warm solve. Pure; one thread at a time. */
#ifndef COORDINATOR_PLANNING_SESSION_H
#define COORDINATOR_PLANNING_SESSION_H

#include "coordinator/planning/picture.h"

/* People whom orders in force send somewhere and who have not arrived: (zone, shelter, class) by
 * number. */
struct session_order {
    uint32_t zone, shelter;
    enum instance_class class;
    int64_t people;
};

/* A directive in numbers; UINT32_MAX where it names none. */
struct session_directive {
    enum hv_directive_kind kind;
    uint32_t zone, shelter, depot, item;
    int64_t quantity;
};

struct session_task {
    struct picture *picture;        /* owned */
    struct session_order *in_force; /* owned; may be NULL */
    size_t in_force_count;
    struct session_directive *directives; /* owned; may be NULL */
    size_t directive_count;
    int64_t change_price_ms;
    uint64_t work_limit;
    uint64_t timetable_work;  /* the same for its roads and times; 0: what the size calls for */
    uint64_t region_position; /* of the record that named the region of the picture */
};

struct session;

struct session *session_new(void); /* NULL without memory */
void session_free(struct session *session);

/* Plans for the task, which stays the caller's. `stop` (may be NULL) is asked now and then; nonzero
 * ends the solve with what it has. Errors of planner_new and planner_solve. */
int session_solve(struct session *session, const struct session_task *task,
                  int (*stop)(void *context), void *context, struct plan **ret_plan) HV_MUST_USE;

/* Fills in the orders in force from the plan in force of the state: each move, as far as people of
 * its zone are still to leave. HV_ERR_MEMORY. */
int session_task_in_force(struct session_task *task, const struct state *state,
                          const struct region *region) HV_MUST_USE;

/* What of a move of the plan in force is still to leave: less whom its orders, once accepted,
 * should have had leave by the time of the picture. O(moves). */
struct hv_plan_move session_rest_of(const struct hv_plan *plan, size_t at,
                                    const struct state *state, const struct picture *picture);

/* Fills in the directives that planners have laid down and not lifted, as far as the region knows
 * what they name. HV_ERR_MEMORY. */
int session_task_directives(struct session_task *task, const struct state *state,
                            const struct region *region) HV_MUST_USE;

void session_task_free(struct session_task *task); /* and what it owns; NULL does nothing */

#endif
