/* How long a timetable looks ahead, and in what steps. */
#ifndef HV_OPTIMIZER_TIMETABLE_HORIZON_H
#define HV_OPTIMIZER_TIMETABLE_HORIZON_H

#include "coordinator/optimizer/plan.h"
#include "coordinator/optimizer/timetable_steps.h"

#define TIMETABLE_HORIZON_MS_MIN (INT64_C(6) * 3600 * 1000)
#define TIMETABLE_HORIZON_MS_MAX (INT64_C(48) * 3600 * 1000)

struct timetable_horizon {
    int64_t step_ms, horizon_ms;
};

/* The shortest horizon, and by the size of the network the shortest steps. HV_ERR_LIMIT: the
 * network is too large for steps of ten minutes. */
HV_MUST_USE int timetable_horizon_first(const struct instance *instance,
                                        struct timetable_horizon *ret_horizon);

/* Twice as long, in longer steps where need be. HV_ERR_LIMIT: it is as long as it gets. */
HV_MUST_USE int timetable_horizon_next(const struct instance *instance,
                                       struct timetable_horizon *horizon);

/* The shortest that is at least `needs_ms` long, or the longest. HV_ERR_LIMIT as above. */
HV_MUST_USE int timetable_horizon_for(const struct instance *instance, int64_t needs_ms,
                                      struct timetable_horizon *ret_horizon);

/* Whether somebody who is late might be in time were the horizon twice as long: not where roads
 * that are closed from its end until then cut all late zones off from the shelters where they are
 * late. HV_ERR_MEMORY. O(links · nodes) at worst. */
HV_MUST_USE int timetable_horizon_helps(const struct timetable_steps *steps,
                                        const struct timetable_coming *coming,
                                        const struct plan_timetable *made, bool *ret_helps);

#endif
