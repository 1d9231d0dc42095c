#include "coordinator/optimizer/zone_plan_bound.h"

#include "coordinator/optimizer/evacuation_flow.h"
#include "coordinator/optimizer/wide.h"
#include "coordinator/optimizer/zone_plan_ways.h"

#include <stdlib.h>
#include <string.h>

#define LEVELS_MAX 16
#define UNREACHED (INT64_MAX / 4)

static struct evacuation_value greater(struct evacuation_value a, struct evacuation_value b) {
    return evacuation_value_compare(a, b) < 0 ? b : a;
}

/* ---- bottlenecks ----------------------------------------------------------------------------- */

/* The most that a link ever takes at a step. */
static int64_t most_of(const struct evacuation_link *link) {
    int64_t most = link->capacity_per_step;
    for (size_t c = 0; c < link->change_count; c++)
        most = link->changes[c].capacity > most ? link->changes[c].capacity : most;
    return most;
}

/* Routes whose narrowest link ever takes at least `least` and at most `most`. */
struct level {
    int64_t least, most;
};

static int compare_figures(const void *first, const void *second) {
    const int64_t a = *(const int64_t *)first, b = *(const int64_t *)second;
    return (a > b) - (a < b);
}

/* Levels of all bottlenecks, the last that of routes without links. Returns their number. */
static size_t make_levels(const struct evacuation_instance *instance, int64_t *scratch,
                          struct level *levels) {
    size_t count = 0, made = 0;
    for (size_t l = 0; l < instance->link_count; l++)
        if (most_of(&instance->links[l]) > 0)
            scratch[count++] = most_of(&instance->links[l]);
    qsort(scratch, count, sizeof *scratch, compare_figures);
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || scratch[i] != scratch[distinct - 1])
            scratch[distinct++] = scratch[i];
    const size_t wanted = distinct < LEVELS_MAX - 1 ? distinct : LEVELS_MAX - 1;
    for (size_t k = 0; k < wanted; k++) {
        const size_t first = k * distinct / wanted, last = (k + 1) * distinct / wanted - 1;
        levels[made++] = (struct level){scratch[first], scratch[last]};
    }
    levels[made++] = (struct level){INT64_MAX, EVACUATION_PEOPLE_MAX};
    return made;
}

/* ---- routes at the flow's prices ------------------------------------------------------------- */

struct pricing {
    const struct evacuation_instance *instance;
    const struct evacuation_prices *prices;
    size_t steps;           /* 0 to the horizon */
    int64_t *price;         /* by node and step */
    int64_t *cost;          /* by node and step: the least from there, of one level */
    int64_t *shelter_price; /* by shelter */
    int32_t *in_first, *in; /* links by the node that they lead to */
    int32_t *queue;         /* nodes whose cost at a step fell */
    bool *queued;
    int64_t *column;      /* by level and step: costs of a zone, ascending */
    size_t *column_count; /* by level */
    int64_t *figures;     /* scratch, by link */
    struct level levels[LEVELS_MAX];
    size_t level_count;
};

static void free_pricing(struct pricing *pricing) {
    free(pricing->price);
    free(pricing->cost);
    free(pricing->shelter_price);
    free(pricing->in_first);
    free(pricing->in);
    free(pricing->queue);
    free(pricing->queued);
    free(pricing->column);
    free(pricing->column_count);
    free(pricing->figures);
}

static int allocate_pricing(struct pricing *pricing) {
    const struct evacuation_instance *instance = pricing->instance;
    const size_t nodes = instance->node_count, all = nodes * pricing->steps + 1;
    pricing->price = calloc(all, sizeof *pricing->price);
    pricing->cost = calloc(all, sizeof *pricing->cost);
    pricing->shelter_price = calloc(instance->shelter_count + 1, sizeof *pricing->shelter_price);
    pricing->in_first = calloc(nodes + 2, sizeof *pricing->in_first);
    pricing->in = calloc(instance->link_count + 1, sizeof *pricing->in);
    pricing->queue = calloc(nodes + 1, sizeof *pricing->queue);
    pricing->queued = calloc(nodes + 1, sizeof *pricing->queued);
    pricing->column =
        calloc((instance->zone_count + 1) * LEVELS_MAX * pricing->steps, sizeof *pricing->column);
    pricing->column_count =
        calloc((instance->zone_count + 1) * LEVELS_MAX, sizeof *pricing->column_count);
    pricing->figures = calloc(instance->link_count + 1, sizeof *pricing->figures);
    return pricing->price != NULL && pricing->cost != NULL && pricing->shelter_price != NULL &&
                   pricing->in_first != NULL && pricing->in != NULL && pricing->queue != NULL &&
                   pricing->queued != NULL && pricing->column != NULL &&
                   pricing->column_count != NULL && pricing->figures != NULL
               ? HV_OK
               : HV_ERR_MEMORY;
}

static void spread_prices(struct pricing *pricing) {
    const struct evacuation_prices *prices = pricing->prices;
    for (size_t v = 0; v < pricing->instance->node_count; v++) {
        int64_t value = 0;
        size_t next = prices->first[v];
        for (size_t t = 0; t < pricing->steps; t++) {
            for (; next < prices->first[v + 1] && (size_t)prices->steps[next] <= t; next++)
                value = prices->values[next];
            pricing->price[v * pricing->steps + t] = value;
        }
    }
    for (size_t s = 0; s < pricing->instance->shelter_count; s++) {
        const struct evacuation_shelter *shelter = &pricing->instance->shelters[s];
        const int64_t *price = pricing->price + (size_t)shelter->node * pricing->steps;
        const size_t opens = shelter->opens_at_step > 0 ? (size_t)shelter->opens_at_step : 0;
        for (size_t t = opens; t < pricing->steps; t++)
            if (price[t] - (int64_t)t > pricing->shelter_price[s])
                pricing->shelter_price[s] = price[t] - (int64_t)t;
    }
}

static void list_links(struct pricing *pricing) {
    const struct evacuation_instance *instance = pricing->instance;
    for (size_t l = 0; l < instance->link_count; l++)
        pricing->in_first[instance->links[l].to + 1]++;
    for (size_t v = 0; v < instance->node_count; v++)
        pricing->in_first[v + 1] += pricing->in_first[v];
    for (size_t l = instance->link_count; l-- > 0;) {
        const int32_t to = instance->links[l].to;
        pricing->in[--pricing->in_first[to + 1]] = (int32_t)l;
    }
    for (size_t v = 0; v < instance->node_count; v++)
        pricing->in_first[v] = pricing->in_first[v + 1];
    pricing->in_first[instance->node_count] = (int32_t)instance->link_count;
}

/* Lets everybody who comes by a link of this level to its end at step t + travel do so. */
static bool relax_link(struct pricing *pricing, size_t level, int32_t link, size_t leaves) {
    const struct evacuation_link *of = &pricing->instance->links[link];
    if (of->travel_steps < 0 || (size_t)of->travel_steps > leaves)
        return false;
    const size_t enters = leaves - (size_t)of->travel_steps;
    const int64_t there = pricing->cost[(size_t)of->to * pricing->steps + leaves];
    if (there >= UNREACHED || most_of(of) < pricing->levels[level].least ||
        evacuation_link_room(of, (int32_t)enters) == 0)
        return false;
    const int64_t rise = pricing->price[(size_t)of->from * pricing->steps + enters] -
                         pricing->price[(size_t)of->to * pricing->steps + leaves];
    const int64_t cost = there + (rise > 0 ? rise : 0);
    int64_t *here = &pricing->cost[(size_t)of->from * pricing->steps + enters];
    if (cost >= *here)
        return false;
    *here = cost;
    return true;
}

/* Costs of a step are final once all later ones are and those that links without travel bring. */
static void settle_step(struct pricing *pricing, size_t level, size_t step) {
    const struct evacuation_instance *instance = pricing->instance;
    const size_t nodes = instance->node_count;
    size_t first = 0, count = 0; /* a ring */
    for (size_t v = 0; v < nodes; v++)
        if (pricing->cost[v * pricing->steps + step] < UNREACHED) {
            pricing->queue[count++] = (int32_t)v;
            pricing->queued[v] = true;
        }
    while (count > 0) {
        const int32_t node = pricing->queue[first];
        count--;
        first = first + 1 < nodes ? first + 1 : 0;
        pricing->queued[node] = false;
        for (int32_t i = pricing->in_first[node]; i < pricing->in_first[node + 1]; i++) {
            const int32_t link = pricing->in[i], from = instance->links[link].from;
            if (!relax_link(pricing, level, link, step) || instance->links[link].travel_steps > 0 ||
                pricing->queued[from])
                continue;
            const size_t end = first + count;
            pricing->queue[end < nodes ? end : end - nodes] = from;
            pricing->queued[from] = true;
            count++;
        }
    }
}

/* The least arrival plus prices from every node and step over links of a level. */
static void price_level(struct pricing *pricing, size_t level) {
    const struct evacuation_instance *instance = pricing->instance;
    for (size_t i = 0; i < instance->node_count * pricing->steps; i++)
        pricing->cost[i] = UNREACHED;
    for (size_t s = 0; s < instance->shelter_count; s++) {
        const struct evacuation_shelter *shelter = &instance->shelters[s];
        const size_t opens = shelter->opens_at_step > 0 ? (size_t)shelter->opens_at_step : 0;
        int64_t *cost = pricing->cost + (size_t)shelter->node * pricing->steps;
        for (size_t t = opens; shelter->capacity > 0 && t < pricing->steps; t++)
            if ((int64_t)t + pricing->shelter_price[s] < cost[t])
                cost[t] = (int64_t)t + pricing->shelter_price[s];
    }
    for (size_t t = pricing->steps; t-- > 0;)
        settle_step(pricing, level, t);
}

/* Costs of a zone's steps of departure below M, ascending. */
static void write_column(struct pricing *pricing, size_t zone, size_t level) {
    const struct evacuation_zone *of = &pricing->instance->zones[zone];
    const int64_t *cost = pricing->cost + (size_t)of->node * pricing->steps;
    int64_t *column = pricing->column + (zone * LEVELS_MAX + level) * pricing->steps;
    size_t count = 0;
    for (size_t t = of->earliest_step > 0 ? (size_t)of->earliest_step : 0;
         t < pricing->steps && (int64_t)t <= of->deadline_step; t++)
        if (cost[t] < pricing->prices->unserved_cost)
            column[count++] = cost[t];
    qsort(column, count, sizeof *column, compare_figures);
    pricing->column_count[zone * LEVELS_MAX + level] = count;
}

/* What n people of one route of a level cost at least. */
static wide cost_of_one(const struct pricing *pricing, size_t zone, size_t level, int64_t people) {
    const int64_t *column = pricing->column + (zone * LEVELS_MAX + level) * pricing->steps;
    const size_t count = pricing->column_count[zone * LEVELS_MAX + level];
    wide sum = 0;
    for (size_t i = 0; i < count && people > 0; i++) {
        const int64_t most = pricing->levels[level].most;
        const int64_t now = people < most ? people : most;
        sum += wide_product(now, column[i]);
        people -= now;
    }
    return sum + wide_product(people, pricing->prices->unserved_cost);
}

/* What N routes cost at least where a person more is worth `worth`: ≤ worth · n + N · min over
 * levels of Σ_t b · min(0, c(t) − worth). Concave in worth. */
static wide cost_at_worth(const struct pricing *pricing, size_t zone, int64_t people,
                          int32_t routes, int64_t worth) {
    wide least = 0;
    for (size_t k = 0; k < pricing->level_count; k++) {
        const int64_t *column = pricing->column + (zone * LEVELS_MAX + k) * pricing->steps;
        const size_t count = pricing->column_count[zone * LEVELS_MAX + k];
        wide gain = 0;
        for (size_t i = 0; i < count && column[i] < worth; i++)
            gain += wide_product(pricing->levels[k].most, column[i] - worth);
        least = gain < least ? gain : least;
    }
    return wide_product(people, worth) + routes * least;
}

/* What so many people cost at least who may leave when and where those of the zone may. */
static wide cost_of_zone(const struct pricing *pricing, size_t zone, int64_t people,
                         int32_t routes) {
    const int64_t dearest = pricing->prices->unserved_cost;
    wide best = wide_product(people, dearest);
    if (routes == 1) {
        for (size_t k = 0; k < pricing->level_count; k++) {
            wide cost = cost_of_one(pricing, zone, k, people);
            best = cost < best ? cost : best;
        }
        return best;
    }
    int64_t low = 0, high = dearest; /* the greatest of a concave function of whole numbers */
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (cost_at_worth(pricing, zone, people, routes, middle) <
            cost_at_worth(pricing, zone, people, routes, middle + 1))
            low = middle + 1;
        else
            high = middle;
    }
    return cost_at_worth(pricing, zone, people, routes, low);
}

/* What the flow's bound counts for a zone. */
static wide cost_in_flow(const struct pricing *pricing, size_t zone) {
    const struct evacuation_zone *of = &pricing->instance->zones[zone];
    const int64_t *price = pricing->price + (size_t)of->node * pricing->steps;
    int64_t least = pricing->prices->unserved_cost;
    for (size_t t = of->earliest_step > 0 ? (size_t)of->earliest_step : 0;
         t < pricing->steps && (int64_t)t <= of->deadline_step; t++)
        least = price[t] < least ? price[t] : least;
    return wide_product(of->people, least);
}

/* From M · unserved + total ≥ sum to both levels. */
static struct evacuation_value split(const struct evacuation_instance *instance, int64_t cost,
                                     wide sum) {
    const int64_t people = evacuation_instance_people(instance);
    struct evacuation_value value = {(int64_t)(sum / cost), (int64_t)(sum % cost)};
    if (wide_product(people - value.unserved, instance->horizon_steps) < value.total_arrival_steps)
        value = (struct evacuation_value){value.unserved + 1, 0};
    return value;
}

/* How much more than in the flow's bound zones of one place cost at least: the greater of what each
 * costs with N routes of its own, and what all cost with N if they were ready with the first. */
static wide more_of_place(const struct pricing *pricing, const int32_t *parts, size_t count,
                          int32_t routes) {
    wide apart = 0, in_flow = 0;
    int64_t people = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t zone = (size_t)parts[i];
        const int64_t here = pricing->instance->zones[zone].people;
        if (here == 0)
            continue;
        const wide flow = cost_in_flow(pricing, zone);
        const wide more = cost_of_zone(pricing, zone, here, routes) - flow;
        apart += more > 0 ? more : 0;
        in_flow += flow;
        people += here;
    }
    if (count == 1 || people == 0)
        return apart;
    const wide together = cost_of_zone(pricing, (size_t)parts[0], people, routes) - in_flow;
    return together > apart ? together : apart;
}

static void bound_routes(struct pricing *pricing, const struct zone_plan_places *places,
                         int32_t routes, struct evacuation_value *bound) {
    const struct evacuation_instance *instance = pricing->instance;
    const int64_t cost = pricing->prices->unserved_cost;
    spread_prices(pricing);
    list_links(pricing);
    pricing->level_count = make_levels(instance, pricing->figures, pricing->levels);
    for (size_t k = 0; k < pricing->level_count; k++) {
        price_level(pricing, k);
        for (size_t z = 0; z < instance->zone_count; z++)
            write_column(pricing, z, k);
    }
    wide sum = wide_product(bound->unserved, cost) + bound->total_arrival_steps;
    const size_t count = places == NULL ? instance->zone_count : places->instance.zone_count;
    for (size_t p = 0; p < count; p++) {
        const int32_t alone = (int32_t)p;
        sum += places == NULL
                   ? more_of_place(pricing, &alone, 1, routes)
                   : more_of_place(pricing, places->parts + places->part_first[p],
                                   places->part_first[p + 1] - places->part_first[p], routes);
    }
    *bound = greater(*bound, split(instance, cost, sum));
}

/* The routes' bound of an instance, from a flow whose bound its prices prove. */
static int price_routes(const struct evacuation_instance *instance,
                        const struct zone_plan_places *places, const struct evacuation_plan *flow,
                        int32_t routes, struct evacuation_value *bound) {
    const int64_t steps = (int64_t)instance->horizon_steps + 1;
    if (flow->prices.unserved_cost <= 0 || flow->prices.node_count != instance->node_count ||
        (int64_t)instance->node_count > ZONE_PLAN_BOUND_NODE_STEPS_MAX / steps ||
        (int64_t)instance->zone_count * LEVELS_MAX > ZONE_PLAN_BOUND_NODE_STEPS_MAX / steps)
        return HV_OK;
    struct pricing pricing = {
        .instance = instance, .prices = &flow->prices, .steps = (size_t)steps};
    int error = allocate_pricing(&pricing);
    if (error == HV_OK)
        bound_routes(&pricing, places, routes, bound);
    free_pricing(&pricing);
    return error;
}

/* ---- one shelter a zone ---------------------------------------------------------------------- */

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
                        const struct level *levels, size_t level_count) {
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
                    most_of(&instance->links[link]) >= levels[k].least)
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
        packing->best[c] = UNREACHED;
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
            if (cost < UNREACHED && cost + packing->price[z] < packing->best[c]) {
                packing->best[c] = cost + packing->price[z];
                taken[c] = true;
            }
        }
    }
    int64_t value = 0, at = 0;
    for (int64_t c = 1; c <= full; c++) {
        const int64_t served = c * grain < places ? c * grain : places;
        if (packing->best[c] < UNREACHED && served * UNIT - packing->best[c] > value) {
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
    struct level levels[LEVELS_MAX];
    int64_t *figures = calloc(instance->link_count + 1, sizeof *figures);
    struct zone_plan_finder finder;
    if (figures == NULL)
        return HV_ERR_MEMORY;
    const size_t count = make_levels(instance, figures, levels);
    free(figures);
    int error = zone_plan_finder_init(&finder, packing->problem);
    if (error != HV_OK)
        return error;
    for (size_t z = 0; z < instance->zone_count && error == HV_OK; z++)
        error = measure_zone(packing, &finder, z, levels, count);
    zone_plan_finder_deinit(&finder);
    return error;
}

/* For plans with one route a zone and no reversal, which could widen a route. */
static int bound_places(const struct zone_plan_problem *problem, struct evacuation_value *bound) {
    const struct evacuation_instance *instance = problem->instance;
    const double work =
        (double)instance->zone_count * (double)instance->shelter_count * ROUNDS * PLACES_CLASSES;
    if (problem->routes_max > 1 || work > (double)KNAPSACK_WORK_MAX ||
        (problem->opposites != NULL && problem->reversals_max > 0))
        return HV_OK;
    struct packing packing = {.problem = problem};
    int error = allocate_packing(&packing);
    if (error == HV_OK)
        error = measure(&packing);
    if (error == HV_OK) {
        const int64_t served = most_served(&packing);
        *bound = greater(
            *bound, (struct evacuation_value){evacuation_instance_people(instance) - served, 0});
    }
    free_packing(&packing);
    return error;
}

/* ---- all ------------------------------------------------------------------------------------- */

static bool has_people(const struct zone_plan_problem *problem, size_t group) {
    for (size_t z = 0; z < problem->instance->zone_count; z++)
        if (problem->instance->zones[z].people > 0 &&
            zone_plan_group_of(problem, (int32_t)z) == &problem->groups[group])
            return true;
    return false;
}

static int add_group(const struct zone_plan_problem *problem, const struct zone_plan_places *places,
                     size_t group, struct evacuation_value *sum) {
    struct zone_plan_instance relaxed;
    struct evacuation_plan flow = {0};
    const struct evacuation_options options = {0};
    int error = zone_plan_relax_group(problem, group, &relaxed);
    if (error != HV_OK)
        return error;
    error = evacuation_flow_solve(&relaxed.instance, &options, &flow);
    struct evacuation_value bound = {0, 0};
    if (error == HV_OK) {
        bound = flow.bound;
        error = price_routes(&relaxed.instance, places, &flow, problem->routes_max, &bound);
    }
    sum->unserved += bound.unserved;
    sum->total_arrival_steps += bound.total_arrival_steps;
    evacuation_plan_deinit(&flow);
    zone_plan_instance_deinit(&relaxed);
    return error;
}

int zone_plan_class_bound(const struct zone_plan_problem *problem,
                          const struct zone_plan_places *places,
                          const struct zone_plan_instance *relaxed,
                          const struct evacuation_plan *flow, struct evacuation_value *ret_bound) {
    struct evacuation_value bound = flow->bound, sum = {0, 0};
    int error = price_routes(&relaxed->instance, places, flow, problem->routes_max, &bound);
    for (size_t g = 0; g < problem->group_count && error == HV_OK; g++)
        if (has_people(problem, g))
            error = add_group(problem, places, g, &sum);
    if (error == HV_OK)
        error = bound_places(problem, &bound);
    if (error == HV_OK && places != NULL)
        error = bound_places(&places->problem, &bound);
    if (error == HV_OK)
        *ret_bound = greater(bound, sum);
    return error;
}
