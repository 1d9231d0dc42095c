#include "coordinator/planning/buses_inside.h"

#include <stdlib.h>

enum { BOARD_S = 4 /* a person */ };

/* ---- buses ---- */

static int take_fleets(size_t buses, struct buses_making *making) {
    making->fleets = buses_take(buses, sizeof *making->fleets);
    making->group = buses_take(buses, sizeof *making->group);
    making->place = buses_take(buses, sizeof *making->place);
    making->bus_of = buses_take(buses, sizeof *making->bus_of);
    return making->fleets == NULL || making->group == NULL || making->place == NULL ||
                   making->bus_of == NULL
               ? HV_ERR_MEMORY
               : HV_OK;
}

/* The fleet, from `first` on, of the buses of a group that are free there and then; a new one where
 * there is none. */
static size_t fleet_at(const struct buses_planning *planning, uint32_t group,
                       const struct buses_place *at, size_t first, struct buses_making *making) {
    const struct buses_group *of = &planning->buses->groups[group];
    size_t f = first;
    while (f < making->instance.fleet_count &&
           (making->place[f] != at->shelter || making->fleets[f].ready_s != at->ready_s))
        f++;
    if (f < making->instance.fleet_count)
        return f;
    making->instance.fleet_count++;
    making->group[f] = group;
    making->place[f] = at->shelter;
    making->fleets[f] = (struct bus_fleet){.seats = of->seats,
                                           .wheelchair_places = of->wheelchair_places,
                                           .ready_s = (int32_t)at->ready_s,
                                           .load_s = of->load_s,
                                           .unload_s = of->unload_s};
    return f;
}

/* The solver numbers buses fleet by fleet. */
static void number_buses(const struct buses *buses, const uint32_t *fleet_of,
                         struct buses_making *making) {
    size_t placed = 0;
    for (size_t f = 0; f < making->instance.fleet_count; f++) {
        const struct buses_group *group = &buses->groups[making->group[f]];
        for (uint32_t b = 0; b < (uint32_t)group->count; b++)
            if (fleet_of[group->first_bus + b] == f)
                making->bus_of[placed++] = group->first_bus + b;
    }
}

/* Buses that are alike and free at the same place at the same time are a fleet. */
static int make_fleets(const struct buses_planning *planning, const struct buses_given *given,
                       struct buses_making *making) {
    const struct buses *buses = planning->buses;
    uint32_t *fleet_of = buses_take(buses->bus_count, sizeof *fleet_of);
    if (fleet_of == NULL || take_fleets(buses->bus_count, making) != HV_OK) {
        free(fleet_of);
        return HV_ERR_MEMORY;
    }
    for (uint32_t g = 0; g < buses->group_count; g++) {
        const struct buses_group *group = &buses->groups[g];
        const size_t first = making->instance.fleet_count;
        for (uint32_t b = group->first_bus; b < group->first_bus + (uint32_t)group->count; b++) {
            const struct buses_place *free_at = &given->free[b];
            fleet_of[b] = BUSES_NONE;
            if (group->declined || free_at->ready_s > BUS_SECONDS_MAX)
                continue;
            const size_t f = fleet_at(planning, g, free_at, first, making);
            fleet_of[b] = (uint32_t)f;
            making->fleets[f].buses++;
        }
    }
    number_buses(buses, fleet_of, making);
    free(fleet_of);
    return HV_OK;
}

/* ---- room and figures ---- */

static void set_figures(const struct buses_planning *planning, struct buses_making *making) {
    struct bus_instance *instance = &making->instance;
    instance->horizon_s = buses_horizon_s(planning);
    instance->board_s = BOARD_S;
    instance->alight_s = BUSES_ALIGHT_S;
    instance->stops_max = BUSES_STOPS_EACH;
    instance->class_count = INSTANCE_CLASSES;
    instance->pickup_count = planning->point_count;
    instance->classes = planning->classes;
    instance->fleets = making->fleets;
    instance->pickups = making->pickups;
    instance->shelters = making->shelters;
    instance->out = making->out;
    instance->between = making->between;
    instance->in = making->in;
    instance->back = making->back;
}

static int take_room(const struct buses_planning *planning, size_t shelters,
                     struct buses_making *making) {
    const size_t points = planning->point_count;
    making->pickups = buses_take(points, sizeof *making->pickups);
    making->shelters = buses_take(shelters, sizeof *making->shelters);
    making->out = buses_take(making->instance.fleet_count * points, sizeof *making->out);
    making->between = buses_take(points * points, sizeof *making->between);
    making->in = buses_take(points * shelters, sizeof *making->in);
    making->back = buses_take(points * shelters, sizeof *making->back);
    making->instance.shelter_count = shelters;
    return making->pickups == NULL || making->shelters == NULL || making->out == NULL ||
                   making->between == NULL || making->in == NULL || making->back == NULL
               ? HV_ERR_MEMORY
               : HV_OK;
}

int buses_begin_instance(const struct buses_planning *planning, const struct buses_given *given,
                         size_t shelters, struct buses_making *making) {
    int error = make_fleets(planning, given, making);
    if (error == HV_OK)
        error = take_room(planning, shelters, making);
    if (error == HV_OK)
        set_figures(planning, making);
    return error;
}

/* ---- who waits, and times ---- */

static int32_t opens_s(const struct instance_shelter *shelter) {
    return (int32_t)hv_smaller((shelter->opens_ms + BUSES_MS_PER_S - 1) / BUSES_MS_PER_S,
                               BUS_SECONDS_MAX);
}

static void set_times(const struct buses_planning *planning, struct buses_making *making) {
    const size_t points = planning->point_count, shelters = planning->shelter_count;
    const size_t spots = planning->spot_count;
    for (size_t p = 0; p < points; p++) {
        const size_t at = planning->points[p].spot;
        for (size_t f = 0; f < making->instance.fleet_count; f++)
            making->out[f * points + p] = buses_seconds(
                planning,
                making->place[f] == BUSES_NONE ? &planning->out[making->group[f] * spots + at]
                                               : &planning->back[making->place[f] * spots + at],
                at);
        for (size_t q = 0; q < points; q++) {
            const size_t to = planning->points[q].spot;
            making->between[p * points + q] =
                at == to ? 0 : buses_seconds(planning, &planning->between[at * spots + to], to);
        }
        for (size_t s = 0; s < shelters; s++) {
            making->in[p * shelters + s] =
                buses_seconds(planning, &planning->in[at * shelters + s], at);
            making->back[s * points + p] =
                buses_seconds(planning, &planning->back[s * spots + at], at);
        }
    }
}

int buses_make_instance(const struct buses_planning *planning, const struct buses_given *given,
                        struct buses_making *making) {
    const int error = buses_begin_instance(planning, given, planning->shelter_count, making);
    if (error != HV_OK)
        return error;
    for (size_t p = 0; p < planning->point_count; p++)
        making->pickups[p] = (struct bus_pickup){
            .people = given->waiting[p],
            .class = (int32_t)planning->points[p].class,
            .deadline_s = (int32_t)planning->deadline_s[planning->points[p].spot]};
    for (size_t s = 0; s < planning->shelter_count; s++)
        making->shelters[s] = (struct bus_shelter){
            .opens_s = opens_s(&planning->instance->shelters[planning->shelters[s]]),
            .places = BUS_PEOPLE_MAX, /* the limits are closer */
            .takes = UINT32_MAX};
    set_times(planning, making);
    making->instance.limits = given->limits;
    making->instance.limit_row = planning->limit_row;
    return HV_OK;
}

void buses_free_making(struct buses_making *making) {
    free(making->fleets);
    free(making->group);
    free(making->place);
    free(making->bus_of);
    free(making->pickups);
    free(making->shelters);
    free(making->out);
    free(making->between);
    free(making->in);
    free(making->back);
}
