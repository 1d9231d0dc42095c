#include "coordinator/optimizer/evacuation_plan.h"

#include <stdlib.h>

void evacuation_prices_deinit(struct evacuation_prices *prices) {
    free(prices->first);
    free(prices->steps);
    free(prices->values);
    *prices = (struct evacuation_prices){0};
}

void evacuation_plan_deinit(struct evacuation_plan *plan) {
    free(plan->routes);
    free(plan->departures);
    free(plan->links);
    free(plan->unserved_by_zone);
    evacuation_prices_deinit(&plan->prices);
    *plan = (struct evacuation_plan){0};
}

int evacuation_value_compare(struct evacuation_value a, struct evacuation_value b) {
    if (a.unserved != b.unserved)
        return a.unserved < b.unserved ? -1 : 1;
    if (a.total_arrival_steps != b.total_arrival_steps)
        return a.total_arrival_steps < b.total_arrival_steps ? -1 : 1;
    return 0;
}

bool evacuation_value_is_within(struct evacuation_value value, struct evacuation_value bound,
                                double gap) {
    return value.unserved == bound.unserved &&
           (double)(value.total_arrival_steps - bound.total_arrival_steps) <=
               gap * (double)bound.total_arrival_steps;
}
