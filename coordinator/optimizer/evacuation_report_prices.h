/* The parts of a report that come from prices: what one unit more would give, and the cut that
 * keeps people from every plan. */
#ifndef EVACUATION_REPORT_PRICES_H
#define EVACUATION_REPORT_PRICES_H

#include "coordinator/optimizer/evacuation_report.h"

/* Fills bottlenecks. A link's capacity at step t is worth max(0, p(from, t) − p(to, t + travel)) a
 * person; a place in a shelter max(0, max_t p(node, t) − t). With M the price of one person
 * unserved, the nearest multiple of M in it is people served more, the rest arrival steps saved.
 * HV_ERR_MEMORY. O(links · steps). */
HV_MUST_USE int evacuation_report_rank(const struct evacuation_instance *instance,
                                       const struct evacuation_prices *prices, const int32_t *lanes,
                                       struct evacuation_report *report);

/* Fills cut_people and, for each zone that is not served whole, its causes. A node at a step is on
 * the zones' side of the cut where its price is M / 2 or more: these are the multiples of M in the
 * prices, which are the dual of the greatest flow (Ahuja, Magnanti and Orlin 1993, 6.5). From each
 * zone the side is searched for what it ends at. HV_ERR_MEMORY, HV_ERR_LIMIT. */
HV_MUST_USE int evacuation_report_explain(const struct evacuation_instance *instance,
                                          const struct evacuation_prices *prices,
                                          struct evacuation_report *report);

#endif
