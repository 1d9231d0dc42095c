/* Ways, windows and rates for assignments whose shelters are settled.
 *
 * Each assignment in turn, those that the flow brings in earliest first, takes the better of the
 * quickest way at the planner's and the ways on which the flow sends people between the two places,
 * at the rate and in the window that the others leave: the departures of zone_plan_state. Then each
 * is taken out and put back once more, since room may have come up before it. On a horizon that is
 * long enough everybody leaves sooner or later: a road that is taken now is free afterwards. Where
 * roads close at times to come that is not so; there, as long as somebody is late everybody is
 * taken out and put back in a new order, those first of whom somebody was late (squeaky wheel
 * optimisation: Joslin and Clements 1999), and the best of all is kept. */
#ifndef HV_OPTIMIZER_TIMETABLE_WAYS_H
#define HV_OPTIMIZER_TIMETABLE_WAYS_H

#include "coordinator/optimizer/plan.h"
#include "coordinator/optimizer/timetable_steps.h"
#include "coordinator/optimizer/zone_plan.h"

/* In which order the assignments take the roads. */
struct timetable_turns {
    const int32_t *given; /* all of them; NULL: those first whom the flow brings in earliest */
    bool others;          /* whether other orders are tried; not with one that is given */
    int32_t *ret_taken;   /* room for all of them: how the ways came about */
};

/* `problem` has a zone for each assignment of the plan, over the roads of `steps`; `flow` is the
 * exact flow of the instance of `steps`. `*ret_ways` is to be
 * freed with zone_plan_deinit.
 * HV_ERR_MEMORY, HV_ERR_OVERFLOW, HV_ERR_LIMIT. */
HV_MUST_USE int timetable_ways(const struct zone_plan_problem *problem,
                               const struct timetable_steps *steps, const struct plan *plan,
                               const struct evacuation_plan *flow,
                               const struct timetable_turns *turns,
                               const struct zone_plan_options *options, struct zone_plan *ret_ways);

#endif
