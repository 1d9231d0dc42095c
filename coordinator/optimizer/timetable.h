/* When who leaves, by which road, and at what rate: the timetable of a plan for people.
 *
 * The planner says who goes to which shelter as if roads were endless. Here each of its assignments
 * gets a way, a departure window and a rate that the roads can carry, together with all others, in
 * steps of time (zone_plan.h); and the exact flow over the same roads and steps, kept warm from one
 * plan to the next (evacuation_session.h), says what no plan can beat, whatever shelters it
 * chooses.
 *
 * From the planning instance to steps:
 *   - a link takes as many steps as keeps the quickest way of every node to its nearest shelter at
 *     its time rounded up, and detours right on average (planning/evacuation_draft.h has the
 *     formula); closed links do not count in that, so that a road that closes leaves the times of
 *     all others alone;
 *   - a link lets in the whole part of its people a step; where that is 0, one person every so many
 *     steps;
 *   - a link that closes at a time to come lets nobody in who would not be off it by then, the
 * whole of the step in which they enter counted; one that loses capacity lets in fewer meanwhile;
 *   - of what a link lets in those are taken off who are on their way already (loads);
 *   - a centroid becomes two nodes, one to leave from and one to arrive at.
 * The step is 60 s where the network is small enough and the horizon 6 hours; both grow, the
 * horizon until everybody who has a place is there in time or more time would not help, and shrink
 * once everybody is there early.
 *
 * The bound. U people have no place in any plan: so much is proven by the assignment. A place for U
 * more that takes no time is added to the network, and the best flow on that has u unserved and a
 * sum of arrivals a. Then no timetable leaves fewer than U + u, and none that leaves so many has a
 * smaller sum than a: the people whom it leaves can all take the place that takes no time.
 *
 * No clock, no input or output: work is counted. The same calls give the same bytes. Used by one
 * thread. */
#ifndef HV_OPTIMIZER_TIMETABLE_H
#define HV_OPTIMIZER_TIMETABLE_H

#include "coordinator/optimizer/evacuation_plan.h"
#include "coordinator/optimizer/plan.h"
#include "coordinator/optimizer/timetable_steps.h"

struct timetable;

struct timetable_limits {
    int64_t work_max; /* scans of the flow, and of the search each; 0: what the size calls for */
    bool one_order;   /* no other orders are tried where roads close and somebody is late */

    /* Of timetable_make: who goes first besides the loads that are set, by link and then by time.
     * The bound does not know them. */
    const struct timetable_load *others;
    size_t other_count;
    const int32_t *turns; /* the order in which the assignments take the roads, of another timetable
                             of the same plan; NULL: one that is found */

    /* Asked now and then; nonzero: ends with what there is. NULL: none. */
    int (*stop)(void *context);
    void *context;
};

struct timetable_count {
    int64_t warm, cold; /* flows by kind */
};

struct timetable *timetable_new(void); /* NULL without memory */
void timetable_free(struct timetable *timetable);

/* From the next solve on: links that close, reopen or lose capacity at a time, by link and then by
 * time; they are copied. None at first. HV_ERR_MEMORY: those before stand. */
HV_MUST_USE int timetable_set_closings(struct timetable *timetable,
                                       const struct timetable_closing *closings, size_t count);

/* From the next solve on: others who go first on the roads, by link and then by time; they are
 * copied. None at first. HV_ERR_MEMORY: those before stand. */
HV_MUST_USE int timetable_set_loads(struct timetable *timetable, const struct timetable_load *loads,
                                    size_t count);

/* Solves the flow of `instance` where `nowhere` people have no place, from where the last one ended
 * if only capacities, closures, people and places have changed. HV_ERR_LIMIT: the network is too
 * large for steps of ten minutes, or has too many people; HV_ERR_OVERFLOW, HV_ERR_MEMORY. After an
 * error there is no flow. */
HV_MUST_USE int timetable_solve(struct timetable *timetable, const struct instance *instance,
                                int64_t nowhere, const struct timetable_limits *limits);

/* The same in a horizon twice as long, in longer steps where the network is large. HV_ERR_LIMIT: it
 * is as long as it gets, and nothing has changed. */
HV_MUST_USE int timetable_lengthen(struct timetable *timetable, const struct instance *instance,
                                   int64_t nowhere, const struct timetable_limits *limits);

/* Whether somebody who is late in a timetable might be in time in a horizon twice as long: not
 * where closed roads cut them off until then. HV_ERR_MEMORY. */
HV_MUST_USE int timetable_more_time_helps(const struct timetable *timetable,
                                          const struct plan_timetable *made, bool *ret_helps);

/* Says which timetable was taken in the end: where everybody is there in a third of the horizon,
 * the next solve has a shorter one, in shorter steps. */
void timetable_take(struct timetable *timetable, const struct plan_timetable *made);

/* Whether the flow is still the one that a timetable was made with. */
bool timetable_is_of(const struct timetable *timetable, const struct plan_timetable *made);

/* Makes the timetable of a plan of that instance, after the flow was solved. It belongs to the
 * caller: plan_timetable_free. HV_ERR_LIMIT: the plan has too many ways for it; HV_ERR_OVERFLOW,
 * HV_ERR_MEMORY. */
HV_MUST_USE int timetable_make(struct timetable *timetable, const struct plan *plan,
                               const struct timetable_limits *limits,
                               struct plan_timetable **ret_made);

struct timetable_count timetable_count(const struct timetable *timetable);

/* The instance in steps that the last timetable was made on, for checks: its zones are those of the
 * planning instance with all classes together, its links those of the network and then the ones
 * that were added. NULL before the first. */
const struct evacuation_instance *timetable_instance(const struct timetable *timetable);

/* The last flow with its prices, for the check of the certificate; NULL before the first. */
const struct evacuation_plan *timetable_flow(const struct timetable *timetable);

#endif
