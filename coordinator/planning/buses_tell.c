#include "coordinator/planning/buses_inside.h"

#include <stdlib.h>
#include <string.h>

struct buses_telling {
    struct buses_planning *planning;
    const struct buses_solved *solved;
    struct plan_buses *out;
    int64_t *carried; /* zone × shelter × class, as `sent` */
    int64_t *boarded; /* by point */
};

/* ---- runs ---- */

static struct plan_bus_run *add_run(const struct buses *buses, uint32_t bus,
                                    struct plan_buses *out) {
    const struct buses_group *group = buses_group_of(buses, bus);
    struct plan_bus_run *run = &out->runs[out->run_count++];
    *run = (struct plan_bus_run){.group = (uint32_t)(group - buses->groups),
                                 .number = bus - group->first_bus + 1,
                                 .first_stop = out->stop_count};
    return run;
}

struct plan_bus_run *buses_tell_ordered(const struct buses *buses, size_t index,
                                        struct plan_buses *out) {
    const struct buses_run *from = &buses->runs[index];
    struct plan_bus_run *run = add_run(buses, from->bus, out);
    run->shelter = from->shelter;
    run->order = from->order;
    run->begun = from->has_begun;
    run->starts_s = from->starts_s;
    run->arrives_s = from->arrives_s;
    run->free_s = from->free_s;
    run->starts_wall_ms = from->starts_wall_ms;
    for (size_t i = 0; i < from->stop_count; i++) {
        const struct buses_stop *stop = &buses->stops[from->first_stop + i];
        struct plan_bus_stop *told = &out->stops[out->stop_count++];
        *told = (struct plan_bus_stop){
            .zone = stop->zone,
            .node = stop->spot == BUSES_NO_SPOT ? PLAN_NONE : buses->spots[stop->spot].node,
            .arrives_s = stop->arrives_s,
            .leaves_s = stop->leaves_s};
        memcpy(told->people, stop->people, sizeof told->people);
        run->stop_count++;
    }
    return run;
}

/* A run that has not begun fetches only whom the plan gives it. */
static void tell_given(struct buses_telling *telling, size_t index) {
    const struct buses_planning *planning = telling->planning;
    const struct buses_run *from = &planning->buses->runs[index];
    const struct plan_bus_run *run = buses_tell_ordered(planning->buses, index, telling->out);
    for (size_t i = 0; i < from->stop_count && !from->has_begun; i++) {
        struct plan_bus_stop *told = &telling->out->stops[run->first_stop + i];
        for (int class = 0; class < INSTANCE_CLASSES; class ++) {
            const int32_t people =
                telling->solved->given
                    .people[(from->first_stop + i) * INSTANCE_CLASSES + (size_t) class];
            told->people[class] = people;
            if (people == 0)
                continue;
            telling->carried[buses_cell(planning, planning->zone_at[told->zone],
                                        planning->shelter_at[from->shelter], class)] += people;
            telling->boarded[buses_find_point(
                planning, planning->buses->stops[from->first_stop + i].spot, class)] += people;
        }
    }
}

int64_t buses_slack_s(const struct buses_planning *planning, const struct buses_solved *solved,
                      const struct bus_run *run) {
    const struct buses_group *group = buses_group_of(planning->buses, solved->bus_of[run->bus]);
    int64_t slack =
        run->free_s - group->unload_s - (int64_t)BUSES_ALIGHT_S * run->people - run->arrive_s;
    for (int32_t i = 0; i < run->stop_count; i++) {
        const struct bus_stop *stop = &solved->plan.stops[run->stop_first + (size_t)i];
        slack = hv_smaller(slack, planning->deadline_s[planning->points[stop->pickup].spot] -
                                      stop->leave_s);
    }
    return hv_larger(0, slack);
}

static void tell_new(struct buses_telling *telling, const struct bus_run *from) {
    const struct buses_planning *planning = telling->planning;
    struct plan_bus_run *run =
        add_run(planning->buses, telling->solved->bus_of[from->bus], telling->out);
    run->shelter = planning->shelters[from->shelter];
    const int64_t slack = buses_slack_s(planning, telling->solved, from);
    run->starts_s = from->start_s + slack;
    run->arrives_s = from->arrive_s + slack;
    run->free_s = from->free_s;
    for (int32_t i = 0; i < from->stop_count; i++) {
        const struct bus_stop *stop = &telling->solved->plan.stops[from->stop_first + (size_t)i];
        const struct buses_point *point = &planning->points[stop->pickup];
        struct plan_bus_stop *told = &telling->out->stops[telling->out->stop_count];
        const struct buses_spot *spot = &planning->buses->spots[planning->spots[point->spot]];
        if (run->stop_count > 0 && told[-1].zone == spot->zone && told[-1].node == spot->node) {
            told--; /* another class, at the same place */
        } else {
            *told = (struct plan_bus_stop){
                .zone = spot->zone, .node = spot->node, .arrives_s = stop->arrive_s + slack};
            telling->out->stop_count++;
            run->stop_count++;
        }
        told->people[point->class] += stop->people;
        told->leaves_s = stop->leave_s + slack;
        telling->carried[buses_cell(planning, point->zone, (size_t)from->shelter,
                                    (int)point->class)] += stop->people;
        telling->boarded[stop->pickup] += stop->people;
    }
}

static int compare_runs(const void *first, const void *second) {
    const struct plan_bus_run *a = first, *b = second;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return (a->starts_s > b->starts_s) - (a->starts_s < b->starts_s);
}

void buses_sort_runs(struct plan_buses *out) {
    if (out->run_count > 0)
        qsort(out->runs, out->run_count, sizeof *out->runs, compare_runs);
}

/* ---- who is left over ---- */

static enum plan_bus_reason why_left(const struct buses_planning *planning,
                                     const struct buses_point *point) {
    bool any = false, wheelchair = false;
    for (uint32_t g = 0; g < planning->buses->group_count; g++) {
        const struct buses_group *group = &planning->buses->groups[g];
        any |= !group->declined;
        wheelchair |= !group->declined && group->wheelchair_places > 0;
    }
    if (!any)
        return PLAN_BUS_NONE;
    if (point->class == INSTANCE_WHEELCHAIR && !wheelchair)
        return PLAN_BUS_NO_WHEELCHAIR;
    return planning->reached[point->spot] ? PLAN_BUS_BUSY : PLAN_BUS_NO_WAY;
}

/* Those of a zone and class for one reason are told together. */
static void add_left(const struct plan_bus_left *more, struct plan_buses *out) {
    for (size_t i = out->left_count; i-- > 0;) {
        struct plan_bus_left *left = &out->left[i];
        if (left->zone != more->zone || left->class != more->class)
            break;
        if (left->reason != more->reason)
            continue;
        left->people += more->people;
        return;
    }
    out->left[out->left_count++] = *more;
}

static void tell_left(struct buses_telling *telling) {
    const struct buses_planning *planning = telling->planning;
    struct plan_buses *out = telling->out;
    for (size_t p = 0; p < planning->point_count; p++) {
        const struct buses_point *point = &planning->points[p];
        const int64_t people = point->people - telling->boarded[p];
        out->people += point->people;
        if (people <= 0)
            continue;
        out->unserved += people;
        const struct plan_bus_left left = {planning->zones[point->zone], point->class, people,
                                           why_left(planning, point)};
        add_left(&left, out);
    }
}

/* Of a zone's streams the last ones have those for whom no bus comes; `not_carried` of stream ×
 * class, less those who are told. */
static void tell_stays(const struct buses_planning *planning, const struct plan_bus_left *from,
                       int64_t *not_carried, struct plan_buses *out) {
    int64_t left = from->people;
    for (size_t i = out->stream_count; i-- > 0;) {
        const size_t cell = i * INSTANCE_CLASSES + (size_t)from->class;
        if (buses_stream_at(planning->plan, i).zone != from->zone)
            continue;
        const int64_t people = hv_smaller(left, not_carried[cell]);
        left -= people;
        not_carried[cell] -= people;
        out->stays[cell] += people;
    }
}

static int take_streams(const struct buses_telling *telling) {
    struct plan_buses *out = telling->out;
    free(out->without);
    free(out->stays);
    out->stream_count = buses_stream_count(telling->planning->plan);
    out->without = buses_take(out->stream_count, sizeof *out->without);
    out->stays = buses_take(out->stream_count * INSTANCE_CLASSES, sizeof *out->stays);
    return out->without == NULL || out->stays == NULL ? HV_ERR_MEMORY : HV_OK;
}

/* Takes those who are carried from `carried`; who is not is in `not_carried`, stream × class. */
static void tell_carried(const struct buses_planning *planning, int64_t *carried,
                         int64_t *not_carried, struct plan_buses *out) {
    for (size_t i = 0; i < out->stream_count; i++) {
        const struct buses_stream stream = buses_stream_at(planning->plan, i);
        const uint32_t zone = planning->zone_at[stream.zone];
        for (int class = 0; class < INSTANCE_CLASSES && zone != BUSES_NONE; class ++) {
            const uint32_t shelter = planning->shelter_at[stream.shelter];
            int64_t *of_pair = &carried[buses_cell(planning, zone, shelter, class)];
            const int64_t people = hv_smaller(*of_pair, stream.people[class]);
            *of_pair -= people;
            out->without[i] += people;
            not_carried[i * INSTANCE_CLASSES + (size_t) class] = stream.people[class] - people;
        }
    }
}

/* Who of each stream goes by bus, and who of it stays because no bus comes. */
static int tell_streams(const struct buses_telling *telling) {
    const struct buses_planning *planning = telling->planning;
    const size_t cells = planning->zone_count * planning->shelter_count * INSTANCE_CLASSES;
    struct plan_buses *out = telling->out;
    int error = take_streams(telling);
    int64_t *carried = buses_take(cells, sizeof *carried);
    int64_t *not_carried = buses_take(out->stream_count * INSTANCE_CLASSES, sizeof *not_carried);
    if (error != HV_OK || carried == NULL || not_carried == NULL) {
        error = HV_ERR_MEMORY;
    } else {
        memcpy(carried, telling->carried, cells * sizeof *carried);
        tell_carried(planning, carried, not_carried, out);
        for (size_t l = 0; l < out->left_count; l++)
            tell_stays(planning, &out->left[l], not_carried, out);
    }
    free(carried);
    free(not_carried);
    return error;
}

/* ---- the whole ---- */

void buses_tell_service(const struct buses *buses, struct plan_buses *out) {
    out->horizon_s = buses->horizon_s;
    for (size_t r = 0; r < out->run_count; r++)
        out->last_s = hv_larger(out->last_s, out->runs[r].free_s);
    for (uint32_t g = 0; g < buses->group_count; g++) {
        const struct buses_group *group = &buses->groups[g];
        out->buses += group->declined ? 0 : group->count;
        out->seats += group->declined ? 0 : (int64_t)group->count * group->seats;
    }
}

static int take_room(struct buses_telling *telling) {
    const struct buses_planning *planning = telling->planning;
    const struct buses *buses = planning->buses;
    struct plan_buses *out = telling->out;
    out->runs = buses_take(buses->run_count + telling->solved->plan.run_count, sizeof *out->runs);
    out->stops =
        buses_take(buses->stop_count + telling->solved->plan.stop_count, sizeof *out->stops);
    out->left = buses_take(planning->point_count, sizeof *out->left);
    telling->carried = buses_take(planning->zone_count * planning->shelter_count * INSTANCE_CLASSES,
                                  sizeof *telling->carried);
    telling->boarded = buses_take(planning->point_count, sizeof *telling->boarded);
    return out->runs == NULL || out->stops == NULL || out->left == NULL ||
                   telling->carried == NULL || telling->boarded == NULL
               ? HV_ERR_MEMORY
               : HV_OK;
}

static void tell_runs(struct buses_telling *telling) {
    const struct buses_planning *planning = telling->planning;
    for (size_t r = 0; r < planning->buses->run_count; r++)
        if (telling->solved->given.runs[r])
            tell_given(telling, r);
    for (size_t r = 0; r < telling->solved->plan.run_count; r++)
        tell_new(telling, &telling->solved->plan.runs[r]);
    buses_sort_runs(telling->out);
}

/* Which people of the plan they are: known before the runs have room on the roads, and told of the
 * plan as it is then. */
static int tell_people(struct buses_telling *telling) {
    tell_left(telling);
    int error = tell_streams(telling);
    if (error == HV_OK)
        error = buses_share(telling->planning, telling->out);
    return error == HV_OK ? tell_streams(telling) : error;
}

int buses_tell(struct buses_planning *planning, const struct buses_solved *solved,
               struct bus_value bound, int64_t stability_s) {
    struct buses_telling telling = {.planning = planning, .solved = solved};
    telling.out = calloc(1, sizeof *telling.out);
    if (telling.out == NULL)
        return HV_ERR_MEMORY;
    int error = take_room(&telling);
    if (error == HV_OK) {
        tell_runs(&telling);
        error = tell_people(&telling);
    }
    if (error == HV_OK) {
        buses_tell_service(planning->buses, telling.out);
        telling.out->bound_unserved = bound.unserved;
        telling.out->arrival_s = solved->value.arrival_s;
        telling.out->bound_arrival_s = bound.arrival_s;
        telling.out->stability_s = stability_s;
        telling.out->work = planning->work;
    }
    free(telling.carried);
    free(telling.boarded);
    if (error != HV_OK)
        plan_buses_free(telling.out);
    else
        planning->plan->buses = telling.out;
    return error;
}
