/* From the best plan of a search to what is handed out. */
#ifndef ZONE_PLAN_RESULT_H
#define ZONE_PLAN_RESULT_H

#include "coordinator/optimizer/zone_plan_search.h"

/* Sets window, rate and whether it is one rate throughout from the departures of a stream. */
void zone_plan_stream_measure(struct zone_plan_stream *stream,
                              const struct evacuation_departure *departures);

/* Writes routes, streams, orders, reasons, values and reversals of a plan that is all zeros.
 * `lanes` is the instance without anything reversed; `reversed` are links that the search's
 * instance has reversed from step 0 on; each is told from the first step at which it needs its
 * opposite's lanes. The search then holds its best plan. Returns HV_OK or an error, and then the
 * caller frees the plan.
 */
HV_MUST_USE int zone_plan_result_write(struct zone_plan_search *search,
                                       const struct evacuation_instance *lanes,
                                       const int32_t *reversed, size_t reversed_count,
                                       struct zone_plan *plan);

#endif
