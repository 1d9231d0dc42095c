#include "coordinator/optimizer/zone_plan_result.h"

#include <stdlib.h>
#include <string.h>

/* ---- streams --------------------------------------------------------------------------------- */

static int allocate(const struct zone_plan_search *search, struct zone_plan *plan) {
    const struct evacuation_instance *instance = search->problem->instance;
    size_t routes = 0, links = 0, departures = 0;
    for (size_t z = 0; z < instance->zone_count; z++)
        for (int32_t k = 0; k < search->state.going[z].count; k++) {
            const struct zone_plan_share *share = &search->state.going[z].shares[k];
            routes++;
            links += (size_t)share->way->count;
            departures += share->count;
        }
    plan->plan.routes = calloc(routes + 1, sizeof *plan->plan.routes);
    plan->plan.links = calloc(links + 1, sizeof *plan->plan.links);
    plan->plan.departures = calloc(departures + 1, sizeof *plan->plan.departures);
    plan->plan.unserved_by_zone =
        calloc(instance->zone_count + 1, sizeof *plan->plan.unserved_by_zone);
    plan->streams = calloc(routes + 1, sizeof *plan->streams);
    plan->orders = calloc(routes + 1, sizeof *plan->orders);
    plan->reasons = calloc(instance->zone_count + 1, sizeof *plan->reasons);
    plan->stages = calloc(instance->zone_count + 1, sizeof *plan->stages);
    return plan->plan.routes != NULL && plan->plan.links != NULL && plan->plan.departures != NULL &&
                   plan->plan.unserved_by_zone != NULL && plan->streams != NULL &&
                   plan->orders != NULL && plan->reasons != NULL && plan->stages != NULL
               ? HV_OK
               : HV_ERR_MEMORY;
}

void zone_plan_stream_measure(struct zone_plan_stream *stream,
                              const struct evacuation_departure *departures) {
    const size_t count = stream->departure_count;
    stream->first_step = departures[0].step;
    stream->last_step = departures[count - 1].step;
    stream->steady = stream->last_step - stream->first_step + 1 == (int32_t)count;
    stream->rate = 0;
    for (size_t i = 0; i < count; i++) {
        if (departures[i].people > stream->rate)
            stream->rate = departures[i].people;
        if (i + 1 < count && departures[i].people != departures[0].people)
            stream->steady = false;
    }
    stream->steady = stream->steady && departures[count - 1].people <= departures[0].people;
}

static void write_share(const struct zone_plan_share *share, struct zone_plan *plan) {
    struct evacuation_plan *flat = &plan->plan;
    const struct zone_plan_way *way = share->way;
    struct zone_plan_stream *stream = &plan->streams[flat->route_count];
    *stream = (struct zone_plan_stream){
        .zone = way->zone,
        .shelter = way->shelter,
        .travel_steps = way->travel_steps,
        .people = share->people,
        .link_first = flat->link_count,
        .link_count = (size_t)way->count,
        .departure_first = flat->departure_count,
        .departure_count = share->count,
    };
    zone_plan_stream_measure(stream, share->departures);
    flat->routes[flat->route_count++] = (struct evacuation_route){
        way->zone,
        way->shelter,
        stream->link_first,
        stream->link_count,
        stream->departure_first,
        stream->departure_count,
    };
    if (way->count > 0)
        memcpy(flat->links + flat->link_count, way->links, (size_t)way->count * sizeof *way->links);
    memcpy(flat->departures + flat->departure_count, share->departures,
           share->count * sizeof *share->departures);
    flat->link_count += (size_t)way->count;
    flat->departure_count += share->count;
    if (stream->last_step + way->travel_steps > flat->last_arrival_step)
        flat->last_arrival_step = stream->last_step + way->travel_steps;
}

/* The share that departs first of those not yet written; there is one. */
static int32_t first_share(const struct zone_plan_going *going, const bool *written) {
    int32_t first = 0;
    while (written[first])
        first++;
    for (int32_t k = first + 1; k < going->count; k++)
        if (!written[k] &&
            going->shares[k].departures[0].step < going->shares[first].departures[0].step)
            first = k;
    return first;
}

/* Shares of a zone in order of their first departure. */
static void write_zone(const struct zone_plan_going *going, struct zone_plan *plan) {
    bool written[ZONE_PLAN_ROUTES_MAX + 1] = {false};
    for (int32_t i = 0; i < going->count; i++) {
        int32_t next = first_share(going, written);
        written[next] = true;
        write_share(&going->shares[next], plan);
    }
}

/* ---- reasons --------------------------------------------------------------------------------- */

/* Whether links that are ever open lead from the zone to an allowed shelter with places. */
static bool there_is_a_way(const struct zone_plan_search *search, int32_t zone, bool *seen,
                           int32_t *stack) {
    const struct zone_plan_problem *problem = search->problem;
    const struct evacuation_instance *instance = problem->instance;
    const struct zone_plan_finder *finder = &search->finder;
    memset(seen, 0, instance->node_count * sizeof *seen);
    size_t count = 0;
    stack[count++] = instance->zones[zone].node;
    seen[stack[0]] = true;
    while (count > 0) {
        int32_t node = stack[--count];
        for (int32_t i = finder->shelter_first[node]; i < finder->shelter_first[node + 1]; i++) {
            int32_t shelter = finder->shelters[i];
            if (instance->shelters[shelter].capacity > 0 &&
                zone_plan_allows(problem, zone, shelter))
                return true;
        }
        for (int32_t i = finder->out_first[node]; i < finder->out_first[node + 1]; i++) {
            const int32_t link = finder->out_links[i];
            const struct evacuation_link *of = &instance->links[link];
            bool open = of->capacity_per_step > 0;
            for (size_t c = 0; c < of->change_count; c++)
                open = open || of->changes[c].capacity > 0;
            if (!open || of->closes_at_step <= 0 || seen[of->to] ||
                zone_plan_travel(problem, zone, link) == ZONE_PLAN_BARRED)
                continue;
            seen[of->to] = true;
            stack[count++] = of->to;
        }
    }
    return false;
}

static bool has_shelter(const struct zone_plan_problem *problem, int32_t zone) {
    for (size_t s = 0; s < problem->instance->shelter_count; s++)
        if (problem->instance->shelters[s].capacity > 0 &&
            zone_plan_allows(problem, zone, (int32_t)s))
            return true;
    return false;
}

/* Whether a known way to places that are left has room, or at least leads there. */
static enum zone_plan_reason judge_ways(struct zone_plan_search *search, int32_t zone) {
    const struct zone_plan_pool *pool = &search->finder.pools[zone];
    bool places = false;
    for (size_t i = 0; i < pool->count; i++) {
        const struct zone_plan_way *way = pool->ways[i];
        if (zone_plan_state_places(&search->state, zone, way->shelter) == 0)
            continue;
        const struct zone_plan_window window = zone_plan_state_window(&search->state, way);
        places = places || window.first <= window.last;
        for (int32_t t = window.first; t <= window.last; t++)
            if (zone_plan_state_room(&search->state, way, t) > 0)
                return ZONE_PLAN_RULES;
    }
    return places ? ZONE_PLAN_ROADS_FULL : ZONE_PLAN_PLACES_FULL;
}

static int write_reasons(struct zone_plan_search *search, struct zone_plan *plan) {
    const struct zone_plan_problem *problem = search->problem;
    const struct evacuation_instance *instance = problem->instance;
    bool *seen = calloc(instance->node_count + 1, sizeof *seen);
    int32_t *stack = calloc(instance->node_count + 1, sizeof *stack);
    int error = seen != NULL && stack != NULL ? HV_OK : HV_ERR_MEMORY;
    for (size_t z = 0; z < instance->zone_count && error == HV_OK; z++) {
        const int32_t zone = (int32_t)z;
        plan->plan.unserved_by_zone[z] = search->state.going[z].unserved;
        if (search->state.going[z].unserved == 0)
            plan->reasons[z] = ZONE_PLAN_SERVED;
        else if (!has_shelter(problem, zone))
            plan->reasons[z] = ZONE_PLAN_NO_SHELTER;
        else if (!there_is_a_way(search, zone, seen, stack))
            plan->reasons[z] = ZONE_PLAN_NO_WAY;
        else if (search->alone[z].served == 0)
            plan->reasons[z] = ZONE_PLAN_NO_TIME;
        else
            plan->reasons[z] = judge_ways(search, zone);
    }
    free(seen);
    free(stack);
    return error;
}

/* ---- reversals ------------------------------------------------------------------------------- */

/* The first step at which more enter than the link's own lanes take, or -1. */
static int32_t first_need(const struct zone_plan_search *search,
                          const struct evacuation_instance *lanes, int32_t link) {
    const struct zone_plan_road *road = &search->state.roads.roads[link];
    if (road->room == NULL)
        return -1;
    struct evacuation_link with = search->problem->instance->links[link];
    struct evacuation_link without = lanes->links[link];
    with.travel_steps = without.travel_steps = 0;
    for (int32_t t = 0; t < search->state.roads.steps; t++) {
        int64_t all = evacuation_link_room(&with, t);
        int64_t load = (all < EVACUATION_PEOPLE_MAX ? all : EVACUATION_PEOPLE_MAX) - road->room[t];
        if (load > 0 && load > evacuation_link_room(&without, t))
            return t;
    }
    return -1;
}

static int write_reversals(const struct zone_plan_search *search,
                           const struct evacuation_instance *lanes, const int32_t *reversed,
                           size_t count, struct zone_plan *plan) {
    plan->reversals = calloc(count + 1, sizeof *plan->reversals);
    if (plan->reversals == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        int32_t from = first_need(search, lanes, reversed[i]);
        if (from >= 0)
            plan->reversals[plan->reversal_count++] =
                (struct zone_plan_reversal){reversed[i], from};
    }
    return HV_OK;
}

/* ---- all ------------------------------------------------------------------------------------- */

int zone_plan_result_write(struct zone_plan_search *search, const struct evacuation_instance *lanes,
                           const int32_t *reversed, size_t reversed_count, struct zone_plan *plan) {
    const struct zone_plan_problem *problem = search->problem;
    int error = zone_plan_search_restore(search);
    if (error == HV_OK)
        error = allocate(search, plan);
    if (error != HV_OK)
        return error;
    for (size_t z = 0; z < problem->instance->zone_count; z++) {
        write_zone(&search->state.going[z], plan);
        plan->stages[z] = search->stages[z];
    }
    plan->order_count = plan->plan.route_count;
    memcpy(plan->orders, plan->streams, plan->order_count * sizeof *plan->orders);
    plan->plan.value = (struct evacuation_value){search->state.unserved, 0};
    plan->plan.value.total_arrival_steps = search->best.arrival_steps;
    plan->plan.work = search->work_before + zone_plan_search_work(search);
    plan->changed = search->best.changed;
    error = write_reasons(search, plan);
    if (error == HV_OK)
        error = write_reversals(search, lanes, reversed, reversed_count, plan);
    return error;
}
