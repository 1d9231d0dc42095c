/* Ways of consignments, and when vehicles that are on their way are back. */
#include "coordinator/optimizer/deliveries_state.h"

#include <math.h>
#include <stdlib.h>

#define STEADY_MS INT64_C(900000) /* vehicles come back at the end of such a piece of time */

/* ---- ways ---- */

/* Who goes from or to a depot: its consignments, and its vehicles that are on their way. */
struct goers {
    uint32_t *who;    /* number of the lane, or after all lanes of the busy vehicle */
    uint32_t *places; /* node of the shelter */
    struct delivery_legs *legs;
    uint32_t count;
};

static uint32_t goer_count(const struct deliveries_making *making) {
    return making->consignment_count + making->task->busy_count;
}

static void find_goers(const struct deliveries_making *making, uint32_t depot,
                       struct goers *goers) {
    const struct deliveries_task *task = making->task;
    const struct instance *in = task->instance;
    goers->count = 0;
    for (uint32_t l = 0; l < making->consignment_count; l++)
        if (making->consignments[l].depot == depot) {
            goers->who[goers->count] = l;
            goers->places[goers->count++] = in->shelters[making->consignments[l].shelter].node;
        }
    for (uint32_t i = 0; i < task->busy_count; i++)
        if (task->groups[task->busy[i].group].depot == depot) {
            goers->who[goers->count] = making->consignment_count + i;
            goers->places[goers->count++] = in->shelters[task->busy[i].shelter].node;
        }
}

static int find_ways(struct deliveries_making *making, uint32_t depot, struct goers *goers,
                     enum network_direction direction) {
    struct delivery_legs *all = direction == NETWORK_FROM_SOURCES ? making->out : making->back;
    const int error =
        delivery_ways_find(making->roads, direction, making->task->instance->depots[depot].node,
                           goers->places, goers->count, goers->legs);
    for (uint32_t i = 0; i < goers->count && !error; i++)
        all[goers->who[i]] = goers->legs[i];
    return error;
}

static int find_ways_of_depots(struct deliveries_making *making, struct goers *goers) {
    int error = HV_OK;
    for (uint32_t d = 0; d < making->task->instance->depot_count && !error; d++) {
        find_goers(making, d, goers);
        if (goers->count == 0 || goers->who[0] >= making->consignment_count)
            continue; /* it sends nothing */
        error = find_ways(making, d, goers, NETWORK_FROM_SOURCES);
        if (!error)
            error = find_ways(making, d, goers, NETWORK_TO_SOURCES);
    }
    return error;
}

int deliveries_find_ways(struct deliveries_making *making) {
    const struct deliveries_task *task = making->task;
    struct goers goers = {.who = calloc(goer_count(making) + (size_t)1, sizeof *goers.who),
                          .places = calloc(goer_count(making) + (size_t)1, sizeof *goers.places),
                          .legs = calloc(goer_count(making) + (size_t)1, sizeof *goers.legs)};
    int error =
        !goers.who || !goers.places || !goers.legs
            ? HV_ERR_MEMORY
            : delivery_ways_new(task->instance->network, task->closings, task->closing_count,
                                task->link_m, task->horizon_ms, &making->roads);
    if (!error)
        error = find_ways_of_depots(making, &goers);
    free(goers.who);
    free(goers.places);
    free(goers.legs);
    return error;
}

static double minutes_of(int64_t ms) {
    return ms == DELIVERY_WAYS_ALWAYS ? INFINITY : (double)ms / DELIVERIES_MS_PER_MIN;
}

/* The legs of a lane one way as the fleet takes them, and the least that they take. */
static void tell_legs(const struct deliveries_making *making, const struct delivery_legs *legs,
                      struct fleet_leg *ret_legs, double *ret_min, double *ret_km) {
    const struct delivery_leg *all = delivery_ways_legs(making->roads);
    *ret_min = INFINITY;
    *ret_km = INFINITY;
    for (uint32_t i = 0; i < legs->count; i++) {
        const struct delivery_leg *leg = &all[legs->first + i];
        ret_legs[i] =
            (struct fleet_leg){minutes_of(leg->from_ms), minutes_of(leg->until_ms),
                               minutes_of(leg->travel_ms), (double)leg->m / DELIVERIES_M_PER_KM};
        *ret_min = fmin(*ret_min, ret_legs[i].min);
        *ret_km = fmin(*ret_km, ret_legs[i].km);
    }
}

static bool is_always(const struct fleet_legs *legs) {
    return legs->out_count == 1 && legs->back_count == 1 && legs->out->until_min == INFINITY &&
           legs->back->until_min == INFINITY && legs->out->from_min == 0 &&
           legs->back->from_min == 0;
}

int deliveries_describe_ways(struct deliveries_making *making) {
    size_t count = 0;
    for (uint32_t l = 0; l < making->consignment_count; l++)
        count += making->out[l].count + making->back[l].count;
    making->all_legs = calloc(count + 1, sizeof *making->all_legs);
    if (!making->all_legs)
        return HV_ERR_MEMORY;
    struct fleet_leg *next = making->all_legs;
    for (uint32_t l = 0; l < making->consignment_count; l++) {
        const struct delivery_legs *out = &making->out[l], *back = &making->back[l];
        struct fleet_way *way = &making->ways[l];
        double out_km, back_km;
        tell_legs(making, out, next, &way->out_min, &out_km);
        tell_legs(making, back, next + out->count, &way->back_min, &back_km);
        making->legs[l] = (struct fleet_legs){next, next + out->count, out->count, back->count};
        way->round_km = out->count > 0 && back->count > 0 ? out_km + back_km : 0;
        next += out->count + back->count;
        if (out->count == 0 || back->count == 0 || is_always(&making->legs[l]))
            making->legs[l] = (struct fleet_legs){0};
    }
    return HV_OK;
}

/* ---- vehicles on their way ---- */

/* When a vehicle that leaves a shelter at a time is back at the earliest, or the horizon. */
static int64_t back_at(const struct deliveries_making *making, const struct delivery_legs *back,
                       int64_t leaves_ms) {
    const struct delivery_leg *legs = delivery_ways_legs(making->roads);
    int64_t best = making->task->horizon_ms;
    for (uint32_t i = back->first; i < back->first + back->count; i++) {
        const int64_t from = legs[i].from_ms > leaves_ms ? legs[i].from_ms : leaves_ms;
        if (from <= legs[i].until_ms && legs[i].travel_ms < best - from)
            best = from + legs[i].travel_ms;
    }
    return best;
}

/* The quickest way of now one way, or the horizon. */
static int64_t way_now(const struct deliveries_making *making, const struct delivery_legs *legs) {
    const int64_t horizon = making->task->horizon_ms;
    if (legs->count == 0)
        return horizon;
    const struct delivery_leg *leg = &delivery_ways_legs(making->roads)[legs->first];
    return leg->from_ms == 0 && leg->travel_ms < horizon ? leg->travel_ms : horizon;
}

/* Who is on the way there took the quickest way of now, and who is on the way back is on it; those
 * that have no way are not counted on. */
void deliveries_find_ready(struct deliveries_making *making) {
    const struct deliveries_task *task = making->task;
    for (uint32_t i = 0; i < task->busy_count; i++) {
        const struct deliveries_busy *busy = &task->busy[i];
        const uint32_t at = making->consignment_count + i;
        int64_t back;
        if (busy->unloaded) {
            back = way_now(making, &making->back[at]) - busy->since_ms;
        } else {
            const int64_t way = way_now(making, &making->out[at]);
            const int64_t to_go =
                way < task->horizon_ms
                    ? way + task->groups[busy->group].unloading_ms - busy->since_ms
                    : task->horizon_ms;
            back = back_at(making, &making->back[at], to_go > 0 ? to_go : 0);
        }
        making->ready_ms[i] = back > 0 ? (back + STEADY_MS - 1) / STEADY_MS * STEADY_MS : 0;
    }
}
