#include "coordinator/planning/buses_plan.h"

#include "coordinator/planning/buses_inside.h"

#include <stdlib.h>

static void free_planning(struct buses_planning *planning) {
    free(planning->zones);
    free(planning->zone_at);
    free(planning->shelters);
    free(planning->shelter_at);
    free(planning->spots);
    free(planning->spot_at);
    free(planning->sent);
    free(planning->points);
    free(planning->limit_row);
    free(planning->out);
    free(planning->between);
    free(planning->in);
    free(planning->back);
    free(planning->in_all);
    free(planning->back_all);
    free(planning->latest_ms);
    free(planning->lasting);
    free(planning->reached);
    free(planning->deadline_s);
    buses_roads_deinit(&planning->roads);
}

int buses_plan(const struct picture *picture, int64_t change_price_ms, int (*stop)(void *context),
               void *context, const struct buses_sharing *sharing, struct plan *plan) {
    struct buses_planning planning = {.picture = picture,
                                      .buses = picture->buses,
                                      .instance = &picture->instance,
                                      .plan = plan,
                                      .change_price_ms = change_price_ms,
                                      .stop = stop,
                                      .context = context,
                                      .sharing = sharing};
    struct buses_solved solved = {0};
    struct bus_value bound = {0, 0};
    int64_t stability_s = 0;
    plan_buses_free(plan->buses);
    plan->buses = NULL;
    if (picture->buses == NULL)
        return HV_OK;
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        planning.classes[class] =
            (struct bus_class){.party_people = 1, .wheelchair = class == INSTANCE_WHEELCHAIR};
    int error = buses_find_people(&planning);
    if (error == HV_OK)
        error = buses_find_ways(&planning);
    if (error == HV_OK)
        error = buses_choose(&planning, &solved, &bound, &stability_s);
    if (error == HV_OK)
        error = buses_tell(&planning, &solved, bound, stability_s);
    if (error == HV_ERR_LIMIT)
        error = buses_tell_none(&planning);
    buses_free_solved(&solved);
    free_planning(&planning);
    if (error == HV_ERR_STOPPED)
        plan->status = PLAN_STOPPED;
    return error == HV_ERR_STOPPED ? HV_OK : error;
}
