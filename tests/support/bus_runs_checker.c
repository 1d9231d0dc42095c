#include "tests/support/bus_runs_checker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BOARD_S = 4, ALIGHT_S = 2, STOP_S = 60 };

/* When one can be at a node who leaves another then, by Bellman and Ford: a link that closes has to
 * be left by then. */
static double there_at(const struct bus_runs_checker *checker, uint32_t from, uint32_t to,
                       double leaves_s) {
    const struct region *region = checker->region;
    double *at = calloc(region->node_count, sizeof *at);
    for (uint32_t n = 0; n < region->node_count; n++)
        at[n] = n == from ? leaves_s : INFINITY;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t l = 0; l < region->link_count; l++) {
            const struct region_link *link = &region->links[l];
            const double end = at[link->from] + link->travel_s;
            if (end <= checker->closes_s[l] && end < at[link->to]) {
                at[link->to] = end;
                changed = true;
            }
        }
    }
    const double found = at[to];
    free(at);
    return found;
}

static double known_or(int32_t minutes, double otherwise) {
    return minutes == REGION_UNKNOWN ? otherwise : minutes * 60.0;
}

/* Where a bus stops for a zone; REGION_NONE: the region does not say so. */
static uint32_t pickup_node(const struct region *region, const struct region_zone *zone,
                            const char *pickup) {
    if (pickup[0] == '\0')
        return zone->node;
    const size_t length = strlen(pickup);
    for (const char *at = strstr(zone->pickups, pickup); at != NULL; at = strstr(at + 1, pickup))
        if ((at == zone->pickups || at[-1] == ';') && strchr(":;", at[length]) != NULL)
            return region_find_node(region, pickup);
    return REGION_NONE;
}

/* One run from where the bus is; the bus moves on. */
static const char *check_run(const struct bus_runs_checker *checker,
                             const struct hv_plan_bus_run *run, uint32_t *node, double *free_s) {
    const struct region *region = checker->region;
    const struct region_vehicle *vehicle =
        &region->vehicles[region_find_vehicle(region, run->vehicle)];
    const uint32_t shelter = region_find_shelter(region, run->shelter);
    double now = (double)run->starts_s;
    uint32_t seated = 0, wheelchairs = 0;
    if (now < *free_s)
        return "in two places at once";
    for (size_t i = 0; i < run->stop_count; i++) {
        const struct hv_plan_bus_stop *stop = &run->stops[i];
        const struct region_zone *zone = &region->zones[region_find_zone(region, stop->zone)];
        const uint32_t pickup = pickup_node(region, zone, stop->pickup);
        if (stop->people == 0)
            return "stops for nobody";
        if (pickup == REGION_NONE)
            return "stops where nobody is picked up";
        if (there_at(checker, *node, pickup, now) > (double)stop->arrives_s)
            return "at the pick-up point too early, or by a road that is closed";
        if ((double)stop->arrives_s + known_or(vehicle->loading_min, STOP_S) +
                BOARD_S * stop->people >
            (double)stop->leaves_s)
            return "no time to board";
        seated += stop->people - stop->wheelchair;
        wheelchairs += stop->wheelchair;
        now = (double)stop->leaves_s;
        *node = pickup;
    }
    if ((int64_t)seated > vehicle->seats ||
        (int64_t)wheelchairs > (vehicle->wheelchair_places > 0 ? vehicle->wheelchair_places : 0))
        return "more people than seats or places";
    if (there_at(checker, *node, region->shelters[shelter].node, now) > (double)run->arrives_s)
        return "at the shelter too early, or by a road that is closed";
    if (fmax((double)run->arrives_s, checker->opens_s[shelter]) +
            known_or(vehicle->unloading_min, STOP_S) + ALIGHT_S * (seated + wheelchairs) >
        (double)run->free_s)
        return "no time to alight";
    if (run->free_s > checker->plan->bus_horizon_s)
        return "after the horizon";
    *node = region->shelters[shelter].node;
    *free_s = (double)run->free_s;
    return NULL;
}

static const char *check_runs(const struct bus_runs_checker *checker) {
    const struct hv_plan *plan = checker->plan;
    const struct region *region = checker->region;
    uint32_t node = REGION_NONE;
    double free_s = 0;
    for (size_t i = 0; i < plan->bus_run_count; i++) {
        const struct hv_plan_bus_run *run = &plan->bus_runs[i], *before = run - 1;
        const uint32_t vehicle = region_find_vehicle(region, run->vehicle);
        if (run->order != 0)
            return "a run of an order";
        if (vehicle == REGION_NONE || run->number < 1 ||
            (int64_t)run->number > region->vehicles[vehicle].count)
            return "a bus that there is not";
        if (i == 0 || strcmp(before->vehicle, run->vehicle) != 0 || before->number != run->number) {
            node = region->vehicles[vehicle].node;
            free_s = 0;
        }
        const char *fault = check_run(checker, run, &node, &free_s);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

/* People of a zone on runs to a shelter; NULL: to any. */
static int64_t carried(const struct hv_plan *plan, const char *zone, const char *shelter) {
    int64_t people = 0;
    for (size_t i = 0; i < plan->bus_run_count; i++)
        for (size_t k = 0; k < plan->bus_runs[i].stop_count; k++)
            if (strcmp(plan->bus_runs[i].stops[k].zone, zone) == 0 &&
                (shelter == NULL || strcmp(plan->bus_runs[i].shelter, shelter) == 0))
                people += plan->bus_runs[i].stops[k].people;
    return people;
}

static bool is_of_buses(enum hv_plan_reason reason) {
    return reason == HV_PLAN_NO_BUS || reason == HV_PLAN_NO_WHEELCHAIR_BUS ||
           reason == HV_PLAN_BUSES_BUSY || reason == HV_PLAN_NO_BUS_ROUTE ||
           reason == HV_PLAN_BUSES_NOT_PLANNED;
}

/* Each pair of zone and shelter has on its moves whom buses bring there. */
static const char *check_moves(const struct bus_runs_checker *checker) {
    const struct hv_plan *plan = checker->plan;
    const struct region *region = checker->region;
    for (uint32_t z = 0; z < region->zone_count; z++)
        for (uint32_t s = 0; s < region->shelter_count; s++) {
            const char *zone = region->zones[z].id, *shelter = region->shelters[s].id;
            int64_t without = 0;
            for (size_t i = 0; i < plan->move_count; i++)
                if (strcmp(plan->moves[i].zone, zone) == 0 &&
                    strcmp(plan->moves[i].shelter, shelter) == 0) {
                    without += plan->moves[i].without_vehicle;
                    if (plan->moves[i].without_vehicle > plan->moves[i].people)
                        return "more without a vehicle than people";
                }
            if (without != carried(plan, zone, shelter))
                return "buses bring others than the plan sends";
        }
    return NULL;
}

static const char *check_people(const struct bus_runs_checker *checker) {
    const struct hv_plan *plan = checker->plan;
    const struct region *region = checker->region;
    int64_t all = 0, left = 0, of_buses = 0;
    double arrivals = 0;
    for (uint32_t z = 0; z < region->zone_count; z++) {
        const int64_t people = carried(plan, region->zones[z].id, NULL);
        if ((double)people > checker->waiting[z])
            return "more people than wait";
        all += people;
    }
    for (size_t i = 0; i < plan->left_count; i++)
        if (plan->left[i].item[0] == '\0') {
            left += (int64_t)plan->left[i].amount;
            of_buses += is_of_buses(plan->left[i].reason) ? (int64_t)plan->left[i].amount : 0;
        }
    for (size_t i = 0; i < plan->bus_run_count; i++)
        for (size_t k = 0; k < plan->bus_runs[i].stop_count; k++)
            arrivals += (double)plan->bus_runs[i].free_s * plan->bus_runs[i].stops[k].people;
    if (all + (int64_t)plan->bus_unserved != (int64_t)plan->bus_people ||
        of_buses != (int64_t)plan->bus_unserved)
        return "people counted twice, or nowhere";
    if (left != plan->unserved_people)
        return "those left over are not those unserved";
    if ((double)plan->bus_person_seconds != arrivals)
        return "arrivals that do not add up";
    if (plan->bus_unserved_bound > plan->bus_unserved ||
        plan->bus_person_seconds_bound > plan->bus_person_seconds)
        return "better than the bound";
    return NULL;
}

const char *bus_runs_checker_plan(const struct bus_runs_checker *checker) {
    const char *fault = check_runs(checker);
    if (fault == NULL)
        fault = check_moves(checker);
    return fault != NULL ? fault : check_people(checker);
}
