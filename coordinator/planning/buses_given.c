#include "coordinator/planning/buses_inside.h"

#include <stdlib.h>

static size_t limit_at(const struct buses_planning *planning, uint32_t point, uint32_t shelter) {
    return (size_t)planning->limit_row[point] * planning->shelter_count + shelter;
}

/* People of a class whom a stop of a run can still fetch. */
static int32_t who_fit(const struct buses_planning *planning, const struct buses_stop *stop,
                       int class, uint32_t shelter, const struct buses_given *given) {
    const uint32_t point = buses_find_point(planning, stop->spot, class);
    if (point == BUSES_NONE)
        return 0;
    const size_t pair = limit_at(planning, point, shelter);
    return (int32_t)hv_smaller(stop->people[class],
                               hv_smaller(given->waiting[point], given->limits[pair]));
}

/* Whether a run of an order still has people to fetch everywhere, to a shelter that they are sent
 * to, on roads that hold. Who would be there past the horizon is not counted, nor in the bound. */
static bool can_go(const struct buses_planning *planning, const struct buses_run *run,
                   const struct buses_given *given) {
    const uint32_t shelter = planning->shelter_at[run->shelter];
    if (run->stop_count == 0 || run->free_s > buses_horizon_s(planning))
        return false;
    for (size_t i = 0; i < run->stop_count; i++) {
        const struct buses_stop *stop = &planning->buses->stops[run->first_stop + i];
        const uint32_t at =
            stop->spot == BUSES_NO_SPOT ? BUSES_NONE : planning->spot_at[stop->spot];
        int64_t fits = 0;
        if (at == BUSES_NONE || stop->leaves_s > planning->deadline_s[at] ||
            buses_seconds(planning, &planning->in[at * planning->shelter_count + shelter], at) ==
                BUS_NEVER)
            return false;
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            fits += who_fit(planning, stop, class, shelter, given);
        if (fits == 0)
            return false;
    }
    return true;
}

/* Whom a run fetches is taken off those who wait. */
static void give_run(const struct buses_planning *planning, const struct buses_run *run,
                     struct buses_given *given) {
    const uint32_t shelter = planning->shelter_at[run->shelter];
    for (size_t i = 0; i < run->stop_count; i++) {
        const size_t at = run->first_stop + i;
        const struct buses_stop *stop = &planning->buses->stops[at];
        for (int class = 0; class < INSTANCE_CLASSES; class ++) {
            const int32_t people = who_fit(planning, stop, class, shelter, given);
            if (people == 0)
                continue;
            const uint32_t point = buses_find_point(planning, stop->spot, class);
            given->people[at * INSTANCE_CLASSES + (size_t) class] = people;
            given->waiting[point] -= people;
            given->limits[limit_at(planning, point, shelter)] -= people;
            given->arrival_s += run->free_s * people;
            given->kept_people += people;
        }
    }
}

static int take_given(const struct buses_planning *planning, struct buses_given *given) {
    const struct buses *buses = planning->buses;
    given->runs = buses_take(buses->run_count, sizeof *given->runs);
    given->people = buses_take(buses->stop_count * INSTANCE_CLASSES, sizeof *given->people);
    given->free = buses_take(buses->bus_count, sizeof *given->free);
    given->waiting = buses_take(planning->point_count, sizeof *given->waiting);
    given->limits =
        buses_take(planning->point_count * planning->shelter_count, sizeof *given->limits);
    return given->runs == NULL || given->people == NULL || given->free == NULL ||
                   given->waiting == NULL || given->limits == NULL
               ? HV_ERR_MEMORY
               : HV_OK;
}

/* As if no run stood. */
static void begin_given(const struct buses_planning *planning, struct buses_given *given) {
    const size_t shelters = planning->shelter_count;
    for (size_t p = 0; p < planning->point_count; p++) {
        const struct buses_point *point = &planning->points[p];
        given->waiting[p] = point->people;
        for (size_t s = 0; s < shelters; s++)
            given->limits[p * shelters + s] = (int32_t)hv_smaller(
                planning->sent[buses_cell(planning, point->zone, s, (int)point->class)], INT32_MAX);
    }
    for (uint32_t b = 0; b < planning->buses->bus_count; b++)
        given->free[b] = (struct buses_place){BUSES_NONE, 0};
}

int buses_find_given(const struct buses_planning *planning, bool kept, struct buses_given *given) {
    const struct buses *buses = planning->buses;
    bool broken = false; /* the bus would be elsewhere for what comes after */
    if (take_given(planning, given) != HV_OK)
        return HV_ERR_MEMORY;
    begin_given(planning, given);
    for (size_t r = 0; r < buses->run_count; r++) {
        const struct buses_run *run = &buses->runs[r];
        broken &= r > 0 && buses->runs[r - 1].bus == run->bus;
        if (!run->has_begun) {
            broken |=
                !kept || buses_group_of(buses, run->bus)->declined || !can_go(planning, run, given);
            if (broken)
                continue;
            give_run(planning, run, given);
        }
        given->runs[r] = true;
        given->free[run->bus] =
            (struct buses_place){planning->shelter_at[run->shelter], hv_larger(0, run->free_s)};
    }
    return HV_OK;
}

void buses_free_given(struct buses_given *given) {
    free(given->runs);
    free(given->people);
    free(given->free);
    free(given->waiting);
    free(given->limits);
}
