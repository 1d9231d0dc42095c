/* How many plans serve in which each zone has one shelter: knapsacks. */
#include "coordinator/optimizer/zone_plan_bound_inside.h"
#include "coordinator/optimizer/zone_plan_ways.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 90
#define SHARES 50
#define UNIT 256           /* of prices: parts of a person */
#define PLACES_CLASSES 512 /* to which the places of a shelter are rounded */
#define KNAPSACK_WORK_MAX INT64_C(3000000000)

struct packing {
    const struct zone_plan_problem *problem;
    int64_t *most;  /* zone × shelter: served by one route alone, at most */
    int64_t *price; /* by zone, in 1 / UNIT */
    int64_t *best;  /* by class of places: least price of zones that fill so much */
    bool *taken;    /* zone × class: whether the zone is part of it */
    int32_t *times; /* by zone: shelters that took it */
};

static void free_packing(struct packing *packing) {
    free(packing->most);
    free(packing->price);
    free(packing->best);
    free(packing->taken);
    free(packing->times);
}

/* The most that one route alone brings: for each bottleneck the quickest way over links as wide. */
static int measure_zone(struct packing *packing, struct zone_plan_finder *finder, size_t zone,
                        const struct zone_plan_level *levels, size_t level_count) {
    const struct zone_plan_problem *problem = packing->problem;
    const struct evacuation_instance *instance = problem->instance;
    const struct evacuation_zone *of = &instance->zones[zone];
    const struct zone_plan_group *group = zone_plan_group_of(problem, (int32_t)zone);
    const int64_t first = of->earliest_step > 0 ? of->earliest_step : 0;
    for (size_t k = 0; k < level_count; k++) {
        const int64_t rate = zone_plan_fit(
            group, levels[k].most < EVACUATION_PEOPLE_MAX ? levels[k].most : EVACUATION_PEOPLE_MAX);
        zone_plan_finder_start(finder, of->node, 0);
        for (int32_t node; (node = zone_plan_finder_next(finder)) >= 0;) {
            const int32_t now = finder->steps[node];
            for (int32_t i = finder->shelter_first[node]; i < finder->shelter_first[node + 1];
                 i++) {
                const int32_t s = finder->shelters[i];
                int64_t last = (int64_t)instance->horizon_steps - now;
                last = last < of->deadline_step ? last : of->deadline_step;
                int64_t *most = &packing->most[zone * instance->shelter_count + (size_t)s];
                int64_t people = last < first ? 0 : of->people;
                if (people > 0 && rate < people / (last - first + 1))
                    people = rate * (last - first + 1);
                if (people > *most && zone_plan_allows(problem, (int32_t)zone, s))
                    *most = people;
            }
            for (int32_t i = finder->out_first[node]; i < finder->out_first[node + 1]; i++) {
                const int32_t link = finder->out_links[i];
                const int32_t travel = zone_plan_travel(problem, (int32_t)zone, link);
                if (travel != ZONE_PLAN_BARRED && travel <= instance->horizon_steps - now &&
                    zone_plan_most_of(&instance->links[link]) >= levels[k].least)
                    zone_plan_finder_reach(finder, link, now + travel);
            }
        }
    }
    return HV_OK;
}

/* Places of a shelter for anybody of the problem. */
static int64_t places_of(const struct zone_plan_problem *problem, size_t shelter) {
    const int64_t places = problem->instance->shelters[shelter].capacity;
    return places < EVACUATION_PEOPLE_MAX ? places : EVACUATION_PEOPLE_MAX;
}

/* The best set of zones for a shelter at the present prices, in 1 / UNIT; counts who is in it. */
static int64_t pack(struct packing *packing, size_t shelter) {
    const struct evacuation_instance *instance = packing->problem->instance;
    const int64_t places = places_of(packing->problem, shelter);
    const int64_t grain = (places + PLACES_CLASSES - 1) / PLACES_CLASSES;
    if (places == 0)
        return 0;
    const int64_t full = (places + grain - 1) / grain; /* ≤ PLACES_CLASSES */
    for (int64_t c = 1; c <= full; c++)
        packing->best[c] = ZONE_PLAN_BOUND_UNREACHED;
    packing->best[0] = 0;
    for (size_t z = 0; z < instance->zone_count; z++) {
        bool *taken = packing->taken + z * (PLACES_CLASSES + 1);
        memset(taken, 0, PLACES_CLASSES + 1);
        const int64_t most = packing->most[z * instance->shelter_count + shelter];
        if (most * UNIT <= packing->price[z])
            continue;
        const int64_t size = (most + grain - 1) / grain;
        for (int64_t c = full; c >= 1; c--) {
            /* the last class takes whatever overflows */
            const int64_t from = c - size > 0 ? c - size : 0;
            int64_t cost = packing->best[from];
            if (c == full)
                for (int64_t f = from; f < full; f++)
                    cost = packing->best[f] < cost ? packing->best[f] : cost;
            else if (c < size)
                continue;
            if (cost < ZONE_PLAN_BOUND_UNREACHED && cost + packing->price[z] < packing->best[c]) {
                packing->best[c] = cost + packing->price[z];
                taken[c] = true;
            }
        }
    }
    int64_t value = 0, at = 0;
    for (int64_t c = 1; c <= full; c++) {
        const int64_t served = c * grain < places ? c * grain : places;
        if (packing->best[c] < ZONE_PLAN_BOUND_UNREACHED &&
            served * UNIT - packing->best[c] > value) {
            value = served * UNIT - packing->best[c];
            at = c;
        }
    }
    /* Who is in it, as a direction for the prices: close to the set, which is enough. */
    for (size_t z = instance->zone_count; z-- > 0 && at > 0;) {
        if (!packing->taken[z * (PLACES_CLASSES + 1) + (size_t)at])
            continue;
        const int64_t most = packing->most[z * instance->shelter_count + shelter];
        packing->times[z]++;
        at -= (most + grain - 1) / grain;
    }
    return value;
}

/* People whom one shelter a zone can serve at most, as the present prices prove. Fills times. */
static int64_t serve_at_prices(struct packing *packing) {
    const struct evacuation_instance *instance = packing->problem->instance;
    int64_t sum = 0;
    memset(packing->times, 0, instance->zone_count * sizeof *packing->times);
    for (size_t z = 0; z < instance->zone_count; z++)
        sum += packing->price[z];
    for (size_t s = 0; s < instance->shelter_count; s++)
        sum += pack(packing, s);
    return sum / UNIT;
}

/* The same share of its people as the price of every zone. */
static void set_share(struct packing *packing, int64_t share) {
    const struct evacuation_instance *instance = packing->problem->instance;
    for (size_t z = 0; z < instance->zone_count; z++)
        packing->price[z] = instance->zones[z].people * share * UNIT / SHARES;
}

/* The share that proves most, which is all there is to find where zones are alike. */
static int64_t find_share(struct packing *packing) {
    int64_t best = INT64_MAX, best_share = 0;
    for (int64_t share = 0; share <= SHARES; share++) {
        set_share(packing, share);
        const int64_t served = serve_at_prices(packing);
        if (served < best) {
            best = served;
            best_share = share;
        }
    }
    set_share(packing, best_share);
    return best;
}

/* Changes each price by so much for every shelter beyond one that wants the zone. */
static void move_prices(struct packing *packing, int64_t step, int64_t share) {
    const struct evacuation_instance *instance = packing->problem->instance;
    for (size_t z = 0; z < instance->zone_count; z++) {
        const int64_t dearest = instance->zones[z].people * UNIT;
        const int64_t length = step + dearest / share;
        int64_t price = packing->price[z] + length * (packing->times[z] - 1);
        packing->price[z] = price < 0 ? 0 : price > dearest ? dearest : price;
    }
}

/* The least that some rounds of prices prove: from the best common share with steps towards a
 * fiftieth less than is proven (Polyak 1969), and from nothing with steps that only grow shorter.
 * Either is the better one for some problems. */
static int64_t most_served(struct packing *packing) {
    const struct evacuation_instance *instance = packing->problem->instance;
    const int64_t people = evacuation_instance_people(instance);
    int64_t best = find_share(packing);
    for (int round = 0; round < 2 * ROUNDS; round++) {
        if (round == ROUNDS)
            set_share(packing, 0);
        const int64_t served = serve_at_prices(packing);
        best = served < best ? served : best;
        int64_t square = 0;
        for (size_t z = 0; z < instance->zone_count; z++)
            square += (int64_t)(packing->times[z] - 1) * (packing->times[z] - 1);
        if (square == 0)
            continue;
        if (round < ROUNDS)
            move_prices(packing, (served - best + best / 50 + 1) * UNIT / (1 + round / 8) / square,
                        INT64_MAX);
        else
            move_prices(packing, 0, 12 + 2 * (round - ROUNDS));
    }
    return best < people ? best : people;
}

static int allocate_packing(struct packing *packing) {
    const struct evacuation_instance *instance = packing->problem->instance;
    const size_t zones = instance->zone_count, shelters = instance->shelter_count;
    packing->most = calloc(zones * shelters + 1, sizeof *packing->most);
    packing->price = calloc(zones + 1, sizeof *packing->price);
    packing->best = calloc(PLACES_CLASSES + 1, sizeof *packing->best);
    packing->taken = calloc((zones + 1) * (PLACES_CLASSES + 1), sizeof *packing->taken);
    packing->times = calloc(zones + 1, sizeof *packing->times);
    return packing->most != NULL && packing->price != NULL && packing->best != NULL &&
                   packing->taken != NULL && packing->times != NULL
               ? HV_OK
               : HV_ERR_MEMORY;
}

static int measure(struct packing *packing) {
    const struct evacuation_instance *instance = packing->problem->instance;
    struct zone_plan_level levels[ZONE_PLAN_BOUND_LEVELS_MAX];
    int64_t *figures = calloc(instance->link_count + 1, sizeof *figures);
    struct zone_plan_finder finder;
    if (figures == NULL)
        return HV_ERR_MEMORY;
    const size_t count = zone_plan_make_levels(instance, figures, levels);
    free(figures);
    int error = zone_plan_finder_init(&finder, packing->problem);
    if (error != HV_OK)
        return error;
    for (size_t z = 0; z < instance->zone_count && error == HV_OK; z++)
        error = measure_zone(packing, &finder, z, levels, count);
    zone_plan_finder_deinit(&finder);
    return error;
}

int zone_plan_bound_places(const struct zone_plan_problem *problem,
                           struct evacuation_value *bound) {
    const struct evacuation_instance *instance = problem->instance;
    const double work =
        (double)instance->zone_count * (double)instance->shelter_count * ROUNDS * PLACES_CLASSES;
    if (problem->routes_max > 1 || work > (double)KNAPSACK_WORK_MAX ||
        zone_plan_may_reverse(problem))
        return HV_OK;
    struct packing packing = {.problem = problem};
    int error = allocate_packing(&packing);
    if (error == HV_OK)
        error = measure(&packing);
    if (error == HV_OK) {
        const int64_t served = most_served(&packing);
        *bound = zone_plan_greater(
            *bound, (struct evacuation_value){evacuation_instance_people(instance) - served, 0});
    }
    free_packing(&packing);
    return error;
}
