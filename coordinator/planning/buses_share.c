/* Room on the roads for the runs of a plan: each bus is on each link of its way at its time, and
 * takes as much of it as the cars of so many people. */
#include "coordinator/optimizer/array.h"
#include "coordinator/planning/buses_inside.h"

#include <stdlib.h>

#define MS_PER_HOUR INT64_C(3600000)
#define PASSES_MS INT64_C(900000) /* what a road takes is counted over quarters of an hour */

/* From one place of a run to the next. */
struct leg {
    bool lasting; /* by ways that no closing touches */
    uint32_t from, to;
    int64_t leaves_ms;
};

struct sharing {
    const struct buses_planning *planning;
    const struct plan_buses *out;
    struct leg *legs;
    size_t leg_count;
    struct timetable_load *loads;
    size_t load_count, load_room;
};

/* ---- where they drive ---- */

static bool lasts(const struct buses_planning *planning, const struct plan_bus_stop *stop) {
    const struct buses *buses = planning->buses;
    for (uint32_t i = buses->first_spot[stop->zone]; i < buses->first_spot[stop->zone + 1]; i++)
        if (buses->spots[i].node == stop->node && planning->spot_at[i] != BUSES_NONE)
            return planning->lasting[planning->spot_at[i]];
    return false;
}

static uint32_t node_of_shelter(const struct buses_planning *planning, uint32_t shelter) {
    return planning->instance->shelters[shelter].node;
}

/* Where the bus is before its run. */
static uint32_t node_before(const struct sharing *sharing, size_t index) {
    const struct plan_bus_run *run = &sharing->out->runs[index], *before = run - 1;
    if (index > 0 && before->group == run->group && before->number == run->number)
        return node_of_shelter(sharing->planning, before->shelter);
    return sharing->planning->buses->groups[run->group].node;
}

/* None of a run by a pick-up point that is not known any more. */
static void add_legs(struct sharing *sharing, size_t index) {
    const struct plan_bus_run *run = &sharing->out->runs[index];
    const struct plan_bus_stop *stops = &sharing->out->stops[run->first_stop];
    uint32_t from = node_before(sharing, index);
    int64_t leaves_s = run->starts_s;
    bool lasting = false;
    for (size_t i = 0; i < run->stop_count; i++)
        if (stops[i].node == PLAN_NONE)
            return;
    for (size_t i = 0; i < run->stop_count; i++) {
        lasting = lasts(sharing->planning, &stops[i]);
        sharing->legs[sharing->leg_count++] =
            (struct leg){lasting, from, stops[i].node, leaves_s * BUSES_MS_PER_S};
        from = stops[i].node;
        leaves_s = stops[i].leaves_s;
    }
    sharing->legs[sharing->leg_count++] = (struct leg){
        lasting, from, node_of_shelter(sharing->planning, run->shelter), leaves_s * BUSES_MS_PER_S};
}

static int compare_legs(const void *first, const void *second) {
    const struct leg *a = first, *b = second;
    if (a->lasting != b->lasting)
        return a->lasting ? 1 : -1;
    return (a->from > b->from) - (a->from < b->from);
}

/* ---- what they take ---- */

static int add_load(struct sharing *sharing, uint32_t link, int64_t enters_ms) {
    const struct network_link *road = network_link_at(sharing->planning->picture->network, link);
    const int64_t room = sharing->planning->buses->room;
    const int64_t lasts_ms =
        hv_larger(PASSES_MS, room * MS_PER_HOUR / hv_larger(1, road->capacity_per_hour));
    const struct timetable_load load = {.link = link,
                                        .per_hour = room * MS_PER_HOUR / lasts_ms,
                                        .from_ms = hv_larger(0, enters_ms),
                                        .to_ms = enters_ms + lasts_ms};
    if (load.to_ms <= 0)
        return HV_OK; /* it is past it */
    const int error = array_reserve((void **)&sharing->loads, sharing->load_count + 1,
                                    &sharing->load_room, sizeof *sharing->loads);
    if (error == HV_OK)
        sharing->loads[sharing->load_count++] = load;
    return error;
}

/* By the route of a search; `links` has room for any. */
static int take_leg(struct sharing *sharing, const struct network_search *search,
                    const struct leg *leg, uint32_t *links) {
    const size_t count = network_search_route_length(search, leg->to);
    int64_t enters_ms = leg->leaves_ms;
    int error = HV_OK;
    network_search_route(search, leg->to, links);
    for (size_t i = 0; i < count && error == HV_OK; i++) {
        error = add_load(sharing, links[i], enters_ms);
        enters_ms += network_link_at(sharing->planning->picture->network, links[i])->travel_ms;
    }
    return error;
}

/* One search for each place that any of them leaves. */
static int take_legs(struct sharing *sharing) {
    const struct buses_roads *roads = &sharing->planning->roads;
    const struct network *network = sharing->planning->picture->network;
    uint32_t *links = buses_take(network_node_count(network), sizeof *links);
    int error = links == NULL ? HV_ERR_MEMORY : HV_OK;
    if (sharing->leg_count > 0)
        qsort(sharing->legs, sharing->leg_count, sizeof *sharing->legs, compare_legs);
    for (size_t i = 0; i < sharing->leg_count && error == HV_OK; i++) {
        const struct leg *leg = &sharing->legs[i];
        struct network_search *search =
            leg->lasting && roads->by_lasting != NULL ? roads->by_lasting : roads->all;
        if (i == 0 || compare_legs(leg, leg - 1) != 0)
            error = network_search_run(search, NETWORK_FROM_SOURCES, &leg->from, 1);
        if (error == HV_OK)
            error = take_leg(sharing, search, leg, links);
    }
    free(links);
    return error;
}

static int compare_loads(const void *first, const void *second) {
    const struct timetable_load *a = first, *b = second;
    if (a->link != b->link)
        return a->link < b->link ? -1 : 1;
    return (a->from_ms > b->from_ms) - (a->from_ms < b->from_ms);
}

/* People of a stream in none of the cars: they go by bus, or stay for want of one. */
static int64_t without_car(const struct plan_buses *out, size_t stream) {
    int64_t people = out->without[stream];
    for (size_t class = 0; class < INSTANCE_CLASSES; class ++)
        people += out->stays[stream * INSTANCE_CLASSES + class];
    return people;
}

static int share(const struct sharing *sharing) {
    const struct buses_planning *planning = sharing->planning;
    const struct plan_buses *out = sharing->out;
    int64_t *without = buses_take(out->stream_count, sizeof *without);
    if (without == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < out->stream_count; i++)
        without[i] = without_car(out, i);
    qsort(sharing->loads, sharing->load_count, sizeof *sharing->loads, compare_loads);
    const int error = planning->sharing->share(planning->sharing->context, sharing->loads,
                                               sharing->load_count, without, planning->plan);
    free(without);
    return error;
}

int buses_share(struct buses_planning *planning, const struct plan_buses *out) {
    struct sharing sharing = {.planning = planning, .out = out};
    size_t legs = out->run_count;
    for (size_t r = 0; r < out->run_count; r++)
        legs += out->runs[r].stop_count;
    if (planning->sharing == NULL || out->run_count == 0)
        return HV_OK;
    sharing.legs = buses_take(legs, sizeof *sharing.legs);
    int error = sharing.legs == NULL ? HV_ERR_MEMORY : HV_OK;
    for (size_t r = 0; r < out->run_count && error == HV_OK; r++)
        add_legs(&sharing, r);
    if (error == HV_OK)
        error = take_legs(&sharing);
    if (error == HV_OK && sharing.load_count > 0)
        error = share(&sharing);
    free(sharing.legs);
    free(sharing.loads);
    return error;
}
