/* When a trip is where: on lanes that are the same at any time, and on those whose roads close and
 * open again. */
#include "coordinator/optimizer/allocation_fleet_state.h"

#include <math.h>

static const struct fleet_legs *legs_of(const struct fleet *fleet, uint32_t lane) {
    const struct fleet_legs *legs = fleet->task->legs ? &fleet->task->legs[lane] : NULL;
    return legs && legs->out_count + legs->back_count > 0 ? legs : NULL;
}

static bool in_range(const struct fleet_vehicle *vehicle, const struct fleet_leg *out,
                     const struct fleet_leg *back) {
    return vehicle->range_km == 0 || out->km + back->km <= vehicle->range_km;
}

static bool is_sooner(const struct times *a, const struct times *b) {
    return a->delivered_min != b->delivered_min ? a->delivered_min < b->delivered_min
                                                : a->back_min < b->back_min;
}

/* There by one leg and back by the other; false: one of them is not open any more. */
static bool find_by(const struct fleet_vehicle *vehicle, const struct fleet_leg *out,
                    const struct fleet_leg *back, double free_min, struct times *ret_times) {
    const double leaves = fmax(free_min + vehicle->loading_min, out->from_min);
    const double delivered = leaves + out->min + vehicle->unloading_min;
    const double returns = fmax(delivered, back->from_min);
    *ret_times = (struct times){.starts_min = leaves - vehicle->loading_min,
                                .arrives_min = leaves + out->min,
                                .delivered_min = delivered,
                                .returns_min = returns,
                                .back_min = returns + back->min};
    return leaves <= out->until_min && returns <= back->until_min && in_range(vehicle, out, back);
}

/* The best of all pairs of legs: which way back is in range depends on the way there. */
static bool find_in_range(const struct fleet_legs *legs, const struct fleet_vehicle *vehicle,
                          double free_min, struct times *ret_times) {
    bool any = false;
    for (uint32_t i = 0; i < legs->out_count; i++)
        for (uint32_t j = 0; j < legs->back_count; j++) {
            struct times times;
            if (!find_by(vehicle, &legs->out[i], &legs->back[j], free_min, &times) ||
                (any && !is_sooner(&times, ret_times)))
                continue;
            times.out_leg = i;
            times.back_leg = j;
            *ret_times = times;
            any = true;
        }
    return any;
}

/* Who is there sooner can take every way back that who is there later can, so that the way there
 * is chosen first. */
static bool find_anywhere(const struct fleet_legs *legs, const struct fleet_vehicle *vehicle,
                          double free_min, struct times *ret_times) {
    static const struct fleet_leg none = {0, INFINITY, 0, 0};
    struct times best = {.delivered_min = INFINITY};
    bool any = false;
    for (uint32_t i = 0; i < legs->out_count; i++) {
        struct times times;
        if (!find_by(vehicle, &legs->out[i], &none, free_min, &times) ||
            times.delivered_min >= best.delivered_min)
            continue;
        best = times;
        best.out_leg = i;
    }
    for (uint32_t j = 0; best.delivered_min < INFINITY && j < legs->back_count; j++) {
        struct times times;
        if (!find_by(vehicle, &legs->out[best.out_leg], &legs->back[j], free_min, &times) ||
            (any && !is_sooner(&times, ret_times)))
            continue;
        times.out_leg = best.out_leg;
        times.back_leg = j;
        *ret_times = times;
        any = true;
    }
    return any;
}

bool fleet_find_times(const struct fleet *fleet, const struct fleet_vehicle *vehicle, uint32_t lane,
                      double free_min, struct times *ret_times) {
    const struct fleet_legs *legs = legs_of(fleet, lane);
    const struct fleet_way *way = &fleet->task->ways[lane];
    if (!legs) {
        const struct fleet_leg out = {0, INFINITY, way->out_min, 0},
                               back = {0, INFINITY, way->back_min, 0};
        return find_by(vehicle, &out, &back, free_min, ret_times);
    }
    return vehicle->range_km > 0 ? find_in_range(legs, vehicle, free_min, ret_times)
                                 : find_anywhere(legs, vehicle, free_min, ret_times);
}

double fleet_leave_by_min(const struct fleet *fleet, const struct fleet_vehicle *vehicle,
                          uint32_t lane) {
    const struct fleet_legs *legs = legs_of(fleet, lane);
    double latest = -INFINITY;
    if (!legs)
        return INFINITY;
    for (uint32_t i = 0; i < legs->out_count; i++) {
        const struct fleet_leg *out = &legs->out[i];
        double back_by = -INFINITY;
        for (uint32_t j = 0; j < legs->back_count && back_by < INFINITY; j++)
            if (in_range(vehicle, out, &legs->back[j]))
                back_by = fmax(back_by, legs->back[j].until_min);
        const double leaves = fmin(out->until_min, back_by - vehicle->unloading_min - out->min);
        if (leaves >= out->from_min)
            latest = fmax(latest, leaves);
    }
    return latest;
}
