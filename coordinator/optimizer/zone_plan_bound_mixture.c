#include "coordinator/optimizer/zone_plan_bound_mixture.h"

#include "coordinator/optimizer/array.h"

#include <stdlib.h>
#include <string.h>

#define WAYS_MAX 48     /* of a party; for another the one goes that was of use longest ago */
#define ROUNDS_KEPT 60  /* for which a way is known that is of no use */
#define NO_WAY SIZE_MAX /* where none gains anything */

struct departure_cost {
    int64_t cost;
    int32_t step;
};

/* A route, and what departures by it cost at the present prices. */
struct way {
    int32_t shelter, count;
    int32_t *links;
    int64_t most; /* a step */
    struct departure_cost
        *departures; /* those below the price of an unserved person, cheapest first */
    size_t departure_count;
    int32_t used_in; /* the last round in which it was of use */
};

/* People for whom N routes are counted. */
struct zone_plan_mixture_party {
    struct zone_plan_walker walker;
    size_t place;
    bool is_whole; /* of all zones of the place, which the others are each by itself */
    bool counts;   /* of a place either the whole or its parts do */
    wide gain;     /* of a route, at most, at the worth of the walker */
    struct way *ways;
    size_t way_count;
};

/* ---- making ---------------------------------------------------------------------------------- */

static struct zone_plan_mixture_party party_of(const struct evacuation_instance *instance,
                                               size_t place, size_t zone) {
    return (struct zone_plan_mixture_party){.walker = {zone, instance->zones[zone].people, 0},
                                            .place = place};
}

/* Lists the zones of each place and, where they are several, all of them together. */
static void list_parties(struct zone_plan_mixture *mixture, const struct zone_plan_places *places) {
    const struct evacuation_instance *instance = mixture->pricing->instance;
    for (size_t z = 0; places == NULL && z < instance->zone_count; z++)
        mixture->parties[mixture->party_count++] = party_of(instance, z, z);
    for (size_t p = 0; places != NULL && p < places->instance.zone_count; p++) {
        const size_t first = places->part_first[p], end = places->part_first[p + 1];
        struct zone_plan_mixture_party whole = party_of(instance, p, (size_t)places->parts[first]);
        whole.is_whole = true;
        whole.walker.people = 0;
        for (size_t i = first; i < end; i++) {
            mixture->parties[mixture->party_count++] =
                party_of(instance, p, (size_t)places->parts[i]);
            whole.walker.people += instance->zones[places->parts[i]].people;
        }
        if (end - first > 1)
            mixture->parties[mixture->party_count++] = whole;
    }
}

int zone_plan_mixture_init(struct zone_plan_mixture *mixture,
                           const struct zone_plan_pricing *pricing,
                           const struct zone_plan_places *places, int32_t routes,
                           int64_t work_max) {
    const size_t zones = pricing->instance->zone_count;
    *mixture = (struct zone_plan_mixture){
        .pricing = pricing,
        .routes = routes,
        .parties = calloc(2 * zones + 1, sizeof *mixture->parties),
    };
    int error = mixture->parties == NULL ? HV_ERR_MEMORY
                                         : zone_plan_walk_init(&mixture->walk, pricing, work_max);
    if (error == HV_OK)
        list_parties(mixture, places);
    for (size_t i = 0; i < mixture->party_count && error == HV_OK; i++) {
        mixture->parties[i].ways = calloc(WAYS_MAX, sizeof(struct way));
        error = mixture->parties[i].ways == NULL ? HV_ERR_MEMORY : HV_OK;
    }
    if (error != HV_OK)
        zone_plan_mixture_deinit(mixture);
    return error;
}

static void free_way(struct way *way) {
    free(way->links);
    free(way->departures);
}

void zone_plan_mixture_deinit(struct zone_plan_mixture *mixture) {
    for (size_t i = 0; i < mixture->party_count; i++) {
        struct way *ways = mixture->parties[i].ways;
        for (size_t k = 0; ways != NULL && k < WAYS_MAX; k++)
            free_way(&ways[k]);
        free(ways);
    }
    free(mixture->parties);
    if (mixture->walk.pricing != NULL)
        zone_plan_walk_deinit(&mixture->walk);
    *mixture = (struct zone_plan_mixture){0};
}

/* ---- ways that are known --------------------------------------------------------------------- */

static int compare_departures(const void *first, const void *second) {
    const struct departure_cost *a = first, *b = second;
    if (a->cost != b->cost)
        return a->cost > b->cost ? 1 : -1;
    return (a->step > b->step) - (a->step < b->step);
}

/* What leaving at a step costs by a way, or ZONE_PLAN_BOUND_UNREACHED. */
static int64_t cost_at(const struct zone_plan_pricing *pricing, const struct way *way,
                       size_t step) {
    const struct evacuation_instance *instance = pricing->instance;
    int64_t cost = 0;
    for (int32_t i = 0; i < way->count; i++) {
        const struct evacuation_link *link = &instance->links[way->links[i]];
        if (step + (size_t)link->travel_steps >= pricing->steps ||
            evacuation_link_room(link, (int32_t)step) == 0 || cost >= pricing->unserved)
            return ZONE_PLAN_BOUND_UNREACHED;
        cost += pricing->link_price[(size_t)way->links[i] * pricing->steps + step];
        step += (size_t)link->travel_steps;
    }
    const struct evacuation_shelter *shelter = &instance->shelters[way->shelter];
    return (int64_t)step < shelter->opens_at_step
               ? ZONE_PLAN_BOUND_UNREACHED
               : cost + (int64_t)step * ZONE_PLAN_BOUND_UNIT + pricing->shelter_price[way->shelter];
}

static void price_way(const struct zone_plan_mixture *mixture, size_t zone, struct way *way) {
    const struct zone_plan_pricing *pricing = mixture->pricing;
    const struct evacuation_zone *of = &pricing->instance->zones[zone];
    way->departure_count = 0;
    for (size_t t = of->earliest_step > 0 ? (size_t)of->earliest_step : 0;
         t < pricing->steps && (int64_t)t <= of->deadline_step; t++) {
        const int64_t cost = cost_at(pricing, way, t);
        if (cost < pricing->unserved)
            way->departures[way->departure_count++] = (struct departure_cost){cost, (int32_t)t};
    }
    qsort(way->departures, way->departure_count, sizeof *way->departures, compare_departures);
}

/* Forgets ways that were of no use for some rounds, and prices the others. */
static void price_ways(struct zone_plan_mixture *mixture, struct zone_plan_mixture_party *party) {
    for (size_t k = party->way_count; k-- > 0;) {
        if (party->ways[k].used_in + ROUNDS_KEPT >= mixture->round)
            continue;
        const struct way away = party->ways[k];
        party->ways[k] = party->ways[--party->way_count];
        party->ways[party->way_count] = away;
    }
    for (size_t k = 0; k < party->way_count; k++) {
        price_way(mixture, party->walker.zone, &party->ways[k]);
        mixture->walk.work += (int64_t)party->ways[k].count * (int64_t)mixture->pricing->steps;
    }
}

/* Of a party and a way, the people whom it has room for in its shelter. */
static int64_t people_by(const struct zone_plan_mixture *mixture,
                         const struct zone_plan_mixture_party *party, const struct way *way) {
    const int64_t places = mixture->pricing->instance->shelters[way->shelter].capacity;
    return places < party->walker.people ? places : party->walker.people;
}

/* What a way gains, and with how many people, where one more is worth so much. */
static wide gain_of(const struct zone_plan_mixture *mixture,
                    const struct zone_plan_mixture_party *party, const struct way *way,
                    int64_t worth, int64_t *ret_people) {
    int64_t left = people_by(mixture, party, way);
    wide gain = 0;
    *ret_people = left;
    for (size_t i = 0; i < way->departure_count && left > 0; i++) {
        if (way->departures[i].cost >= worth)
            break;
        const int64_t now = way->most < left ? way->most : left;
        gain += wide_product(now, worth - way->departures[i].cost);
        left -= now;
    }
    *ret_people -= left;
    return gain;
}

/* The way that gains most, or NO_WAY. */
static size_t best_way(const struct zone_plan_mixture *mixture,
                       const struct zone_plan_mixture_party *party, int64_t worth, wide *ret_gain,
                       int64_t *ret_people) {
    size_t best = NO_WAY;
    *ret_gain = *ret_people = 0;
    for (size_t k = 0; k < party->way_count; k++) {
        int64_t people;
        const wide gain = gain_of(mixture, party, &party->ways[k], worth, &people);
        if (gain <= *ret_gain)
            continue;
        best = k;
        *ret_gain = gain;
        *ret_people = people;
    }
    return best;
}

/* Where the next way of a party goes: behind the others, or in place of one of little use. */
static struct way *next_way(struct zone_plan_mixture_party *party) {
    if (party->way_count < WAYS_MAX)
        return &party->ways[party->way_count++];
    struct way *oldest = party->ways;
    for (size_t k = 1; k < WAYS_MAX; k++)
        oldest = party->ways[k].used_in < oldest->used_in ? &party->ways[k] : oldest;
    return oldest;
}

/* Makes the route that was found last a way of a party. HV_ERR_MEMORY. */
static int add_way(struct zone_plan_mixture *mixture, struct zone_plan_mixture_party *party,
                   int64_t most) {
    const struct zone_plan_walk *walk = &mixture->walk;
    const size_t count = (size_t)walk->link_count;
    struct way way = {.shelter = walk->shelter,
                      .count = walk->link_count,
                      .links = malloc((count + 1) * sizeof *way.links),
                      .most = most,
                      .departures = malloc(mixture->pricing->steps * sizeof *way.departures),
                      .used_in = mixture->round};
    if (way.links == NULL || way.departures == NULL) {
        free_way(&way);
        return HV_ERR_MEMORY;
    }
    memcpy(way.links, walk->links, count * sizeof *way.links);
    price_way(mixture, party->walker.zone, &way);
    struct way *to = next_way(party);
    free_way(to);
    *to = way;
    return HV_OK;
}

/* ---- the worth of a person ------------------------------------------------------------------- */

/* Whether fewer people than there are leave by N routes like the best where one more is worth so
 * much: the worth is too low. */
static bool is_too_low(const struct zone_plan_mixture *mixture,
                       const struct zone_plan_mixture_party *party, int64_t worth) {
    wide gain;
    int64_t people;
    (void)best_way(mixture, party, worth, &gain, &people);
    return wide_product(people, mixture->routes) < party->walker.people;
}

/* Sets the worth to the least that is not too low, looked for around the last one in growing
 * strides. With no way known it stays. */
static void choose_worth(const struct zone_plan_mixture *mixture,
                         struct zone_plan_mixture_party *party) {
    const int64_t last = party->walker.worth, most = mixture->pricing->unserved;
    int64_t low = 0, high = most; /* it is one of these and those between */
    if (party->way_count == 0)
        return;
    const bool rises = is_too_low(mixture, party, last);
    if (rises)
        low = last < most ? last + 1 : most;
    else
        high = last;
    for (int64_t stride = 1; low < high; stride *= 2) {
        const int64_t next = rises ? last + stride : last - stride;
        if (next <= low || next >= high)
            break;
        const bool too_low = is_too_low(mixture, party, next);
        if (too_low)
            low = next + 1;
        else
            high = next;
        if (too_low != rises)
            break;
    }
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (is_too_low(mixture, party, middle))
            low = middle + 1;
        else
            high = middle;
    }
    party->walker.worth = low;
}

/* What a route gains at most by the costs of each level alone, which let everybody go on as is
 * cheapest when he leaves. */
static wide gain_by_levels(const struct zone_plan_pricing *pricing, size_t zone, int64_t worth) {
    wide most = 0;
    for (size_t k = 0; k < pricing->level_count; k++) {
        const size_t at = zone * ZONE_PLAN_BOUND_LEVELS_MAX + k;
        const int64_t *costs = pricing->column + at * pricing->steps;
        wide gain = 0;
        for (size_t i = 0; i < pricing->column_count[at] && costs[i] < worth; i++)
            gain += wide_product(pricing->levels[k].most, worth - costs[i]);
        most = gain > most ? gain : most;
    }
    return most;
}

/* The worth at which that bounds most: the greatest of a concave function. */
static void choose_first_worth(const struct zone_plan_mixture *mixture,
                               struct zone_plan_mixture_party *party) {
    const size_t zone = party->walker.zone;
    int64_t low = 0, high = mixture->pricing->unserved;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        const wide more = gain_by_levels(mixture->pricing, zone, middle + 1) -
                          gain_by_levels(mixture->pricing, zone, middle);
        if (party->walker.people > mixture->routes * more)
            low = middle + 1;
        else
            high = middle;
    }
    party->walker.worth = low;
}

/* ---- costs ----------------------------------------------------------------------------------- */

/* Sets what a route of each party gains at most, and whether ways were found. HV_ERR_MEMORY. */
static int bound_gains(struct zone_plan_mixture *mixture, struct zone_plan_pricing *pricing,
                       bool *ret_more) {
    int error = HV_OK;
    *ret_more = false;
    for (size_t i = 0; i < mixture->party_count; i++) {
        struct zone_plan_mixture_party *party = &mixture->parties[i];
        int64_t people;
        (void)best_way(mixture, party, party->walker.worth, &party->gain, &people);
    }
    for (size_t k = 0; k < pricing->level_count && error == HV_OK; k++) {
        zone_plan_pricing_level(pricing, k);
        for (size_t i = 0; i < mixture->party_count && error == HV_OK; i++) {
            struct zone_plan_mixture_party *party = &mixture->parties[i];
            bool found;
            party->gain = zone_plan_walk_find(&mixture->walk, &party->walker, &pricing->levels[k],
                                              party->gain, &found);
            if (found)
                error = add_way(mixture, party, pricing->levels[k].most);
            *ret_more = *ret_more || found;
        }
    }
    return error;
}

/* Counts of each place whatever costs more: the parts, or the whole. */
static wide sum_costs(struct zone_plan_mixture *mixture) {
    wide sum = 0, apart = 0;
    size_t first = 0;
    for (size_t i = 0; i < mixture->party_count; i++) {
        struct zone_plan_mixture_party *party = &mixture->parties[i];
        const wide cost =
            wide_product(party->walker.people, party->walker.worth) - mixture->routes * party->gain;
        if (i > 0 && mixture->parties[i - 1].place != party->place) {
            apart = 0;
            first = i;
        }
        party->counts = !party->is_whole || cost > apart;
        if (!party->is_whole) {
            apart += cost;
            sum += cost;
        } else if (party->counts) {
            sum += cost - apart;
            for (size_t k = first; k < i; k++)
                mixture->parties[k].counts = false;
        }
    }
    return sum;
}

int zone_plan_mixture_cost(struct zone_plan_mixture *mixture, struct zone_plan_pricing *pricing,
                           int tries, wide *ret_cost) {
    const bool is_first = mixture->round++ == 0;
    if (is_first)
        zone_plan_pricing_columns(pricing);
    for (size_t i = 0; i < mixture->party_count && is_first; i++)
        choose_first_worth(mixture, &mixture->parties[i]);
    for (size_t i = 0; i < mixture->party_count; i++)
        price_ways(mixture, &mixture->parties[i]);
    wide best = 0;
    for (bool more = true; more && tries > 0; tries--) {
        for (size_t i = 0; i < mixture->party_count; i++)
            choose_worth(mixture, &mixture->parties[i]);
        int error = bound_gains(mixture, pricing, &more);
        if (error != HV_OK)
            return error;
        const wide sum = sum_costs(mixture);
        best = sum > best ? sum : best;
    }
    *ret_cost = best;
    return HV_OK;
}

/* ---- loads ----------------------------------------------------------------------------------- */

/* Lets a share of the people leave by a way at the steps where that costs less than `worth`. */
static void load_way(const struct zone_plan_mixture *mixture,
                     const struct zone_plan_mixture_party *party, const struct way *way,
                     int64_t worth, double share, float *load, float *arrived) {
    const struct zone_plan_pricing *pricing = mixture->pricing;
    int64_t left = people_by(mixture, party, way);
    for (size_t i = 0; i < way->departure_count && left > 0; i++) {
        if (way->departures[i].cost >= worth)
            return;
        const int64_t now = way->most < left ? way->most : left;
        const float people = (float)(share * (double)now);
        size_t step = (size_t)way->departures[i].step;
        left -= now;
        for (int32_t l = 0; l < way->count; l++) {
            load[(size_t)way->links[l] * pricing->steps + step] += people;
            step += (size_t)pricing->instance->links[way->links[l]].travel_steps;
        }
        arrived[way->shelter] += people;
    }
}

/* At the worth two ways may gain as much, one with fewer people than there are and one with more:
 * so much of each that together they are all. */
static void load_party(const struct zone_plan_mixture *mixture,
                       struct zone_plan_mixture_party *party, float *load, float *arrived) {
    const int64_t worth[2] = {party->walker.worth - 1, party->walker.worth};
    int64_t people[2];
    size_t ways[2];
    double share[2] = {0, 1};
    for (int k = 0; k < 2; k++) {
        wide gain;
        ways[k] = best_way(mixture, party, worth[k], &gain, &people[k]);
    }
    const double each = (double)party->walker.people / mixture->routes;
    if ((double)people[0] <= each && each < (double)people[1]) {
        share[1] = (each - (double)people[0]) / (double)(people[1] - people[0]);
        share[0] = 1 - share[1];
    }
    for (int k = 0; k < 2; k++) {
        if (ways[k] == NO_WAY || share[k] <= 0)
            continue;
        party->ways[ways[k]].used_in = mixture->round;
        load_way(mixture, party, &party->ways[ways[k]], worth[k], share[k] * mixture->routes, load,
                 arrived);
    }
}

void zone_plan_mixture_load(struct zone_plan_mixture *mixture, float *load, float *arrived) {
    for (size_t i = 0; i < mixture->party_count; i++)
        if (mixture->parties[i].counts)
            load_party(mixture, &mixture->parties[i], load, arrived);
}

/* ---- ways for others to try ------------------------------------------------------------------ */

/* There is room for one link more, so that a way without links, of a zone at its shelter, has
 * somewhere to point. */
static int hand_over(size_t zone, const struct way *way, struct zone_plan_bound_ways *ways) {
    const size_t count = (size_t)way->count;
    int error =
        array_reserve((void **)&ways->ways, ways->count + 1, &ways->capacity, sizeof *ways->ways);
    if (error == HV_OK)
        error = array_reserve((void **)&ways->links, ways->link_count + count + 1,
                              &ways->link_capacity, sizeof *ways->links);
    if (error != HV_OK)
        return error;
    ways->ways[ways->count++] =
        (struct zone_plan_bound_way){(int32_t)zone, way->shelter, ways->link_count, count};
    for (size_t i = 0; i < count; i++)
        ways->links[ways->link_count++] = way->links[i];
    return HV_OK;
}

int zone_plan_mixture_ways(const struct zone_plan_mixture *mixture,
                           struct zone_plan_bound_ways *ways) {
    int error = HV_OK;
    for (size_t i = 0; i < mixture->party_count; i++) {
        const struct zone_plan_mixture_party *party = &mixture->parties[i];
        for (size_t k = 0; k < party->way_count && error == HV_OK; k++)
            error = hand_over(party->walker.zone, &party->ways[k], ways);
    }
    return error;
}
