/* From the labels of a search forest to node prices of the original instance, and the bound they
 * prove. */
#ifndef EVACUATION_PRICING_H
#define EVACUATION_PRICING_H

#include "coordinator/optimizer/evacuation_contraction.h"
#include "coordinator/optimizer/evacuation_plan.h"
#include "coordinator/optimizer/time_expanded_forest.h"

/* How a search ended; all false for one that was stopped or that served everybody. */
struct evacuation_ending {
    bool hopeless;    /* whoever is left can not be served */
    bool places_full; /* and that is for want of places */
};

/* Writes prices and bound of the plan. The network of the forest still has its flow; it is one of
 * the contraction's reduced instance, or of the original where the contraction is NULL.
 * `unserved_cost` is that of the prices, no less than the original's. Returns HV_OK or
 * HV_ERR_MEMORY. Linear in nodes times steps, and what evacuation_monotone_lower takes. */
HV_MUST_USE int evacuation_pricing_prove(const struct evacuation_instance *original,
                                         const struct evacuation_contraction *contraction,
                                         const struct time_forest *forest,
                                         struct evacuation_ending ending, int64_t unserved_cost,
                                         struct evacuation_plan *plan);

#endif
