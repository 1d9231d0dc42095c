#include "coordinator/optimizer/bus_quick_bound.h"
#include "coordinator/planning/buses_inside.h"

#include <stdlib.h>

static int32_t down(int64_t ms) {
    return ms > BUS_SECONDS_MAX * (int64_t)BUSES_MS_PER_S ? BUS_NEVER
                                                          : (int32_t)(ms / BUSES_MS_PER_S);
}

/* Quickest ways, downwards, from the points to every shelter and back from any, until the latest
 * that there is. */
static void set_least_times(const struct buses_planning *planning, const uint32_t *usable,
                            struct buses_making *making) {
    const size_t points = planning->point_count, shelters = making->instance.shelter_count;
    for (size_t p = 0; p < points; p++) {
        const size_t at = planning->points[p].spot;
        const int64_t latest = planning->latest_ms[at];
        making->pickups[p] = (struct bus_pickup){
            .people = planning->points[p].people,
            .class = (int32_t)planning->points[p].class,
            .deadline_s = latest == NETWORK_NEVER ? BUS_NEVER : down(hv_larger(latest, 0))};
        for (size_t f = 0; f < making->instance.fleet_count; f++)
            making->out[f * points + p] =
                down((making->place[f] == BUSES_NONE
                          ? &planning->out[making->group[f] * planning->spot_count + at]
                          : &planning->back[making->place[f] * planning->spot_count + at])
                         ->least_ms);
        for (size_t s = 0; s < shelters; s++) {
            making->in[p * shelters + s] =
                down(planning->in_all[at * planning->instance->shelter_count + usable[s]]);
            making->back[s * points + p] = down(planning->back_all[at]);
        }
    }
}

static int make_bound_instance(const struct buses_planning *planning,
                               const struct buses_given *given, uint32_t *usable,
                               struct buses_making *making) {
    const struct instance *instance = planning->instance;
    size_t shelters = 0;
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        if (buses_is_usable(planning, s))
            usable[shelters++] = s;
    const int error = buses_begin_instance(planning, given, shelters, making);
    if (error != HV_OK)
        return error;
    for (size_t s = 0; s < shelters; s++) {
        const struct instance_shelter *shelter = &instance->shelters[usable[s]];
        making->shelters[s] = (struct bus_shelter){
            .opens_s = (int32_t)(shelter->opens_ms / BUSES_MS_PER_S), .places = BUS_PEOPLE_MAX};
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            if (shelter->places[class] > 0 || planning->shelter_at[usable[s]] != BUSES_NONE)
                making->shelters[s].takes |= 1u << class;
    }
    set_least_times(planning, usable, making);
    return HV_OK;
}

int buses_find_bound(const struct buses_planning *planning, int64_t unserved,
                     struct bus_value *ret_bound) {
    struct buses_making making = {0};
    struct buses_given given = {0};
    uint32_t *usable = buses_take(planning->instance->shelter_count, sizeof *usable);
    int error = usable == NULL ? HV_ERR_MEMORY : buses_find_given(planning, false, &given);
    if (error == HV_OK)
        error = make_bound_instance(planning, &given, usable, &making);
    if (error == HV_OK)
        error = bus_quick_bound(&making.instance, unserved, ret_bound);
    free(usable);
    buses_free_given(&given);
    buses_free_making(&making);
    return error;
}
