#include "coordinator/optimizer/zone_plan_bound.h"

#include "coordinator/optimizer/zone_plan_bound_inside.h"
#include "coordinator/optimizer/zone_plan_ways.h"

#include <stdlib.h>

void zone_plan_bound_ways_deinit(struct zone_plan_bound_ways *ways) {
    free(ways->ways);
    free(ways->links);
    *ways = (struct zone_plan_bound_ways){0};
}

static bool has_people(const struct zone_plan_problem *problem, size_t group) {
    for (size_t z = 0; z < problem->instance->zone_count; z++)
        if (problem->instance->zones[z].people > 0 &&
            zone_plan_group_of(problem, (int32_t)z) == &problem->groups[group])
            return true;
    return false;
}

static int add_group(const struct zone_plan_problem *problem, const struct zone_plan_places *places,
                     size_t group, int64_t work_max, const struct evacuation_options *watch,
                     struct evacuation_value *sum) {
    struct zone_plan_instance relaxed;
    struct evacuation_plan flow = {0};
    int error = zone_plan_relax_group(problem, group, &relaxed);
    if (error != HV_OK)
        return error;
    error = evacuation_flow_solve(&relaxed.instance, watch, &flow);
    struct evacuation_value bound = {0, 0};
    if (error == HV_OK) {
        bound = flow.bound;
        error = zone_plan_bound_routes(&relaxed.instance, places, &flow, problem->routes_max,
                                       work_max, watch, NULL, &bound);
    }
    sum->unserved += bound.unserved;
    sum->total_arrival_steps += bound.total_arrival_steps;
    evacuation_plan_deinit(&flow);
    zone_plan_instance_deinit(&relaxed);
    return error;
}

int zone_plan_class_bound(const struct zone_plan_problem *problem,
                          const struct zone_plan_places *places,
                          const struct zone_plan_instance *relaxed,
                          const struct evacuation_plan *flow, int64_t work_max,
                          const struct evacuation_options *watch, struct zone_plan_bound_ways *ways,
                          struct evacuation_value *ret_bound) {
    struct evacuation_value bound = flow->bound, sum = {0, 0};
    int error = zone_plan_bound_routes(&relaxed->instance, places, flow, problem->routes_max,
                                       work_max, watch, ways, &bound);
    for (size_t g = 0; g < problem->group_count && error == HV_OK; g++)
        if (has_people(problem, g))
            error = add_group(problem, places, g, work_max, watch, &sum);
    if (error == HV_OK)
        error = zone_plan_bound_places(problem, &bound);
    if (error == HV_OK && places != NULL)
        error = zone_plan_bound_places(&places->problem, &bound);
    if (error == HV_OK)
        *ret_bound = zone_plan_greater(bound, sum);
    return error;
}
