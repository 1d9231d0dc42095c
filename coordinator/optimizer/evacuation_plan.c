#include "coordinator/optimizer/evacuation_plan.h"

#include <stdlib.h>

void evacuation_plan_deinit(struct evacuation_plan *plan) {
    free(plan->routes);
    free(plan->departures);
    free(plan->links);
    free(plan->unserved_by_zone);
    free(plan->prices.first);
    free(plan->prices.steps);
    free(plan->prices.values);
    *plan = (struct evacuation_plan){0};
}

int evacuation_value_compare(struct evacuation_value a, struct evacuation_value b) {
    if (a.unserved != b.unserved)
        return a.unserved < b.unserved ? -1 : 1;
    if (a.total_arrival_steps != b.total_arrival_steps)
        return a.total_arrival_steps < b.total_arrival_steps ? -1 : 1;
    return 0;
}
