/* Between an evacuation and the circulation that a session keeps of it: a network wide enough for
 * every change that a session takes, plans and prices put into it and read out of it. */
#ifndef EVACUATION_SESSION_LOAD_H
#define EVACUATION_SESSION_LOAD_H

#include "coordinator/optimizer/evacuation_plan.h"
#include "coordinator/optimizer/time_expanded_circulation.h"

/* What leaving one person costs in the circulation: more than any path can save, and so much more
 * that the two levels can be told apart in a label. -1 where that does not fit. */
int32_t evacuation_session_unserved_cost(const struct evacuation_instance *instance);

/* Makes the circulation of a plan and its prices. The instance is borrowed and may change as the
 * functions below are told. What of the plan does not agree with the prices is left as balances.
 * Returns HV_OK, HV_ERR_MEMORY or HV_ERR_LIMIT. */
HV_MUST_USE int evacuation_session_circulation(const struct evacuation_instance *instance,
                                               const struct evacuation_plan *plan,
                                               struct time_circulation **ret_circulation);

/* The instance has another link, zone or shelter at this index now; its terminal, or -1. */
void evacuation_session_link_changed(struct time_circulation *circulation, size_t link);
void evacuation_session_zone_changed(struct time_circulation *circulation, size_t zone,
                                     int32_t terminal);
void evacuation_session_shelter_changed(struct time_circulation *circulation, size_t shelter,
                                        int32_t terminal);

/* Labels as prices of the instance. Returns HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int evacuation_session_prices(const struct time_circulation *circulation,
                                          struct evacuation_prices *ret_prices);

#endif
