/* What plans with N routes a zone cost at least: a Lagrangian in the capacities of links and
 * shelters, whose prices are moved from those of the flow. */
#include "coordinator/optimizer/zone_plan_bound_inside.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX 200
#define WORK_MAX 300000000 /* links looked at, in all rounds */
#define PATIENCE 6         /* rounds without a gain before steps are shortened */
#define REACH_FIRST 0.02   /* of the bound, by which it is hoped to rise at first */
#define REACH_LEAST 1e-4
#define REACH_LESS 0.66
#define REACH_MORE 1.1
#define MEAN_SHARE 0.1F /* of the latest round in the mean of the loads */

/* ---- what a zone costs ----------------------------------------------------------------------- */

/* One level's departures of a zone, cheapest first. */
struct column {
    const int64_t *costs;
    size_t count;
    int64_t most; /* by one route at a step */
};

static struct column column_of(const struct zone_plan_pricing *pricing, size_t zone, size_t level) {
    const size_t at = zone * ZONE_PLAN_BOUND_LEVELS_MAX + level;
    return (struct column){pricing->column + at * pricing->steps, pricing->column_count[at],
                           pricing->levels[level].most};
}

/* What n people of one route of a level cost at least. */
static wide cost_of_one(const struct zone_plan_pricing *pricing, size_t zone, size_t level,
                        int64_t people) {
    const struct column column = column_of(pricing, zone, level);
    wide sum = 0;
    for (size_t i = 0; i < column.count && people > 0; i++) {
        const int64_t now = people < column.most ? people : column.most;
        sum += wide_product(now, column.costs[i]);
        people -= now;
    }
    return sum + wide_product(people, pricing->unserved);
}

/* What N routes cost at least where a person more is worth `worth`: ≤ worth · n + N · min over
 * levels of Σ_t b · min(0, c(t) − worth). Concave in worth. */
static wide cost_at_worth(const struct zone_plan_pricing *pricing, size_t zone, int64_t people,
                          int32_t routes, int64_t worth) {
    wide least = 0;
    for (size_t k = 0; k < pricing->level_count; k++) {
        const struct column column = column_of(pricing, zone, k);
        wide gain = 0;
        for (size_t i = 0; i < column.count && column.costs[i] < worth; i++)
            gain += wide_product(column.most, column.costs[i] - worth);
        least = gain < least ? gain : least;
    }
    return wide_product(people, worth) + routes * least;
}

/* How the people of a zone leave where that costs least. */
struct choice {
    int64_t people; /* 0 where others of its place stand for the zone */
    size_t level;   /* of one route; of several, nothing */
};

/* What the people of a choice cost at least who leave by one route. */
static wide choose_one(const struct zone_plan_pricing *pricing, size_t zone,
                       struct choice *choice) {
    wide best = wide_product(choice->people, pricing->unserved);
    choice->level = 0;
    for (size_t k = 0; k < pricing->level_count; k++) {
        const wide cost = cost_of_one(pricing, zone, k, choice->people);
        if (cost >= best)
            continue;
        best = cost;
        choice->level = k;
    }
    return best;
}

/* What they cost at least who leave when and where those of the zone may; for one route sets how.
 */
static wide cost_of_zone(const struct zone_plan_pricing *pricing, size_t zone, int32_t routes,
                         struct choice *choice) {
    if (routes == 1)
        return choose_one(pricing, zone, choice);
    int64_t low = 0, high = pricing->unserved; /* the greatest of a concave function */
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (cost_at_worth(pricing, zone, choice->people, routes, middle) <
            cost_at_worth(pricing, zone, choice->people, routes, middle + 1))
            low = middle + 1;
        else
            high = middle;
    }
    return cost_at_worth(pricing, zone, choice->people, routes, low);
}

/* ---- moving the prices ----------------------------------------------------------------------- */

struct departure_cost {
    int64_t cost;
    int32_t step;
};

struct moving {
    struct zone_plan_pricing pricing;
    const struct zone_plan_places *places; /* or NULL */
    int32_t routes;
    int64_t work_max;                /* links looked at, in all rounds */
    struct choice *choices;          /* by zone */
    float *load;                     /* of the last round, by link and step; then of shelters */
    float *mean;                     /* the same over the rounds, the latest most */
    int64_t *best;                   /* prices of the greatest bound: of links; then of shelters */
    struct departure_cost *cheapest; /* of a zone; scratch */
};

/* Sets the choices of a place, whose zones are `parts`; returns what they cost at least: the
 * greater of what each costs with N routes of its own, and what all cost with N if they were ready
 * with the first. */
static wide choose_place(struct moving *moving, const int32_t *parts, size_t count) {
    const struct zone_plan_pricing *pricing = &moving->pricing;
    int64_t people = 0;
    wide apart = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t zone = (size_t)parts[i];
        struct choice *choice = &moving->choices[zone];
        choice->people = pricing->instance->zones[zone].people;
        people += choice->people;
        apart += cost_of_zone(pricing, zone, moving->routes, choice);
    }
    if (count == 1)
        return apart;
    struct choice all = {.people = people};
    const wide together = cost_of_zone(pricing, (size_t)parts[0], moving->routes, &all);
    if (together <= apart)
        return apart;
    for (size_t i = 1; i < count; i++)
        moving->choices[parts[i]].people = 0;
    moving->choices[parts[0]] = all;
    return together;
}

/* The bound at the present prices, in parts of a step. */
static wide choose_all(struct moving *moving) {
    const struct zone_plan_places *places = moving->places;
    const size_t zones = moving->pricing.instance->zone_count;
    wide sum = 0;
    zone_plan_pricing_columns(&moving->pricing);
    for (size_t p = 0; p < (places == NULL ? zones : places->instance.zone_count); p++) {
        const int32_t alone = (int32_t)p;
        sum += places == NULL ? choose_place(moving, &alone, 1)
                              : choose_place(moving, places->parts + places->part_first[p],
                                             places->part_first[p + 1] - places->part_first[p]);
    }
    return sum - zone_plan_pricing_capacity(&moving->pricing);
}

/* The link by which a cheapest route goes on, or -1. */
static int32_t next_link(const struct moving *moving, size_t level, int32_t node, size_t step) {
    const struct zone_plan_pricing *pricing = &moving->pricing;
    const int64_t cost = pricing->cost[(size_t)node * pricing->steps + step];
    for (int32_t k = pricing->out_first[node]; k < pricing->out_first[node + 1]; k++) {
        const int32_t link = pricing->out[k];
        const struct evacuation_link *of = &pricing->instance->links[link];
        const size_t leaves = step + (size_t)(of->travel_steps > 0 ? of->travel_steps : 0);
        if (of->travel_steps >= 0 && leaves < pricing->steps &&
            zone_plan_most_of(of) >= pricing->levels[level].least &&
            evacuation_link_room(of, (int32_t)step) > 0 &&
            pricing->cost[(size_t)of->to * pricing->steps + leaves] +
                    pricing->link_price[(size_t)link * pricing->steps + step] ==
                cost)
            return link;
    }
    return -1;
}

/* Whether a cheapest route ends at a shelter of the node. */
static bool ends_here(const struct moving *moving, int32_t node, size_t step,
                      int32_t *ret_shelter) {
    const struct zone_plan_pricing *pricing = &moving->pricing;
    const struct evacuation_instance *instance = pricing->instance;
    for (size_t s = 0; s < instance->shelter_count; s++)
        if (instance->shelters[s].node == node && instance->shelters[s].capacity > 0 &&
            step >= (size_t)(instance->shelters[s].opens_at_step > 0
                                 ? instance->shelters[s].opens_at_step
                                 : 0) &&
            (int64_t)step * ZONE_PLAN_BOUND_UNIT + pricing->shelter_price[s] ==
                pricing->cost[(size_t)node * pricing->steps + step]) {
            *ret_shelter = (int32_t)s;
            return true;
        }
    return false;
}

/* Puts people on a cheapest route from a node and step. */
static void follow(struct moving *moving, size_t level, int32_t node, size_t step, float people) {
    float *arrived = moving->load + moving->pricing.instance->link_count * moving->pricing.steps;
    const struct evacuation_instance *instance = moving->pricing.instance;
    for (size_t passed = 0; passed <= instance->node_count; passed++) {
        int32_t shelter = -1;
        if (ends_here(moving, node, step, &shelter)) {
            arrived[shelter] += people;
            return;
        }
        const int32_t link = next_link(moving, level, node, step);
        if (link < 0)
            return;
        moving->load[(size_t)link * moving->pricing.steps + step] += people;
        step += (size_t)instance->links[link].travel_steps;
        node = instance->links[link].to;
    }
}

static int compare_departures(const void *first, const void *second) {
    const struct departure_cost *a = first, *b = second;
    if (a->cost != b->cost)
        return a->cost > b->cost ? 1 : -1;
    return (a->step > b->step) - (a->step < b->step);
}

/* The cheapest departures of a zone at the level that was priced last. */
static void load_zone(struct moving *moving, size_t zone) {
    const struct zone_plan_pricing *pricing = &moving->pricing;
    const struct evacuation_zone *of = &pricing->instance->zones[zone];
    const struct choice *choice = &moving->choices[zone];
    const int64_t *cost = pricing->cost + (size_t)of->node * pricing->steps;
    const int64_t most = pricing->levels[choice->level].most;
    int64_t left = choice->people;
    size_t count = 0;
    for (size_t t = of->earliest_step > 0 ? (size_t)of->earliest_step : 0;
         t < pricing->steps && (int64_t)t <= of->deadline_step; t++)
        if (cost[t] < pricing->unserved)
            moving->cheapest[count++] = (struct departure_cost){cost[t], (int32_t)t};
    if (count > 0)
        qsort(moving->cheapest, count, sizeof *moving->cheapest, compare_departures);
    for (size_t i = 0; i < count && left > 0; i++) {
        const int64_t now = most < left ? most : left;
        follow(moving, choice->level, of->node, (size_t)moving->cheapest[i].step, (float)now);
        left -= now;
    }
}

static void load_all(struct moving *moving) {
    const struct evacuation_instance *instance = moving->pricing.instance;
    const size_t links = instance->link_count * moving->pricing.steps;
    memset(moving->load, 0, (links + instance->shelter_count) * sizeof *moving->load);
    for (size_t k = 0; k < moving->pricing.level_count; k++) {
        bool priced = false;
        for (size_t z = 0; z < instance->zone_count; z++) {
            if (moving->choices[z].people == 0 || moving->choices[z].level != k)
                continue;
            if (!priced)
                zone_plan_pricing_level(&moving->pricing, k);
            priced = true;
            load_zone(moving, z);
        }
    }
}

/* Lets the mean follow the last round. */
static void follow_loads(struct moving *moving, float share) {
    const struct evacuation_instance *instance = moving->pricing.instance;
    const size_t all = instance->link_count * moving->pricing.steps + instance->shelter_count;
    for (size_t i = 0; i < all; i++)
        moving->mean[i] += share * (moving->load[i] - moving->mean[i]);
}

/* How far a capacity is overstepped, or 0 where a price that is 0 would fall. */
static double excess(float load, int64_t room, int64_t price) {
    return load > (float)room || price > 0 ? (double)load - (double)room : 0;
}

static int64_t moved(int64_t price, double by, int64_t most) {
    const double to = (double)price + by;
    return to <= 0 ? 0 : to >= (double)most ? most : (int64_t)(to + 0.5);
}

/* Sets prices to the best ones, moved along the excess of each capacity, so far that the bound
 * would rise by `rise` if it were linear. */
static void move_prices(struct moving *moving, double rise) {
    struct zone_plan_pricing *pricing = &moving->pricing;
    const struct evacuation_instance *instance = pricing->instance;
    const size_t links = instance->link_count * pricing->steps;
    double square = 0;
    for (int pass = 0; pass < 2; pass++) {
        const double step = pass == 0 || square <= 0 ? 0 : rise / square;
        for (size_t l = 0; l < instance->link_count; l++)
            for (size_t t = 0; t < pricing->steps; t++) {
                const size_t at = l * pricing->steps + t;
                const int64_t from = moving->best[at];
                pricing->link_price[at] = from;
                if (moving->mean[at] <= 0 && from == 0)
                    continue;
                const double over = excess(
                    moving->mean[at], evacuation_link_room(&instance->links[l], (int32_t)t), from);
                square += pass == 0 ? over * over : 0;
                pricing->link_price[at] = moved(from, step * over, pricing->unserved);
            }
        for (size_t s = 0; s < instance->shelter_count; s++) {
            const int64_t from = moving->best[links + s];
            const double over =
                excess(moving->mean[links + s], instance->shelters[s].capacity, from);
            square += pass == 0 ? over * over : 0;
            pricing->shelter_price[s] = moved(from, step * over, pricing->unserved);
        }
    }
}

static void keep_prices(struct moving *moving) {
    const struct evacuation_instance *instance = moving->pricing.instance;
    const size_t links = instance->link_count * moving->pricing.steps;
    memcpy(moving->best, moving->pricing.link_price, links * sizeof *moving->best);
    memcpy(moving->best + links, moving->pricing.shelter_price,
           instance->shelter_count * sizeof *moving->best);
}

/* The greatest bound of all rounds, in parts of a step: the volume algorithm (Barahona and Anbil
 * 2000). Several routes have one round: mixtures of them are almost any flow, so that other prices
 * gain next to nothing. */
static wide climb(struct moving *moving) {
    const struct zone_plan_pricing *pricing = &moving->pricing;
    const double each = 2.0 * (double)(pricing->instance->link_count + 1) * (double)pricing->steps *
                        (double)pricing->level_count;
    wide best = choose_all(moving);
    double reach = REACH_FIRST;
    int since = 0;
    if (moving->routes > 1 || each > (double)moving->work_max)
        return best;
    keep_prices(moving);
    load_all(moving);
    follow_loads(moving, 1);
    for (int round = 1;
         round < ROUNDS_MAX && round * each < (double)moving->work_max && reach > REACH_LEAST;
         round++) {
        move_prices(moving, reach * ((double)best + ZONE_PLAN_BOUND_UNIT));
        const wide now = choose_all(moving);
        load_all(moving);
        follow_loads(moving, MEAN_SHARE);
        since = now > best ? 0 : since + 1;
        if (now > best) {
            best = now;
            keep_prices(moving);
            reach *= REACH_MORE;
        }
        if (since < PATIENCE)
            continue;
        reach *= REACH_LESS;
        since = 0;
    }
    return best;
}

/* ---- all ------------------------------------------------------------------------------------- */

/* From M · unserved + total ≥ sum to both levels. */
static struct evacuation_value split(const struct evacuation_instance *instance, int64_t cost,
                                     wide sum) {
    const int64_t people = evacuation_instance_people(instance);
    struct evacuation_value value = {(int64_t)(sum / cost), (int64_t)(sum % cost)};
    if (wide_product(people - value.unserved, instance->horizon_steps) < value.total_arrival_steps)
        value = (struct evacuation_value){value.unserved + 1, 0};
    return value;
}

static bool allocate(struct moving *moving) {
    const struct evacuation_instance *instance = moving->pricing.instance;
    moving->choices = calloc(instance->zone_count + 1, sizeof *moving->choices);
    moving->load =
        calloc(instance->link_count * moving->pricing.steps + instance->shelter_count + 1,
               sizeof *moving->load);
    moving->mean =
        calloc(instance->link_count * moving->pricing.steps + instance->shelter_count + 1,
               sizeof *moving->mean);
    moving->best =
        calloc(instance->link_count * moving->pricing.steps + instance->shelter_count + 1,
               sizeof *moving->best);
    moving->cheapest = calloc(moving->pricing.steps, sizeof *moving->cheapest);
    return moving->choices != NULL && moving->load != NULL && moving->mean != NULL &&
           moving->best != NULL && moving->cheapest != NULL;
}

int zone_plan_bound_routes(const struct evacuation_instance *instance,
                           const struct zone_plan_places *places,
                           const struct evacuation_plan *flow, int32_t routes, int64_t work_max,
                           struct evacuation_value *bound) {
    const int64_t steps = (int64_t)instance->horizon_steps + 1;
    const int64_t most = ZONE_PLAN_BOUND_NODE_STEPS_MAX / steps;
    if (flow->prices.unserved_cost <= 0 || flow->prices.node_count != instance->node_count ||
        (int64_t)instance->node_count > most || (int64_t)instance->link_count > most ||
        (int64_t)instance->zone_count * ZONE_PLAN_BOUND_LEVELS_MAX > most ||
        flow->prices.unserved_cost > ZONE_PLAN_BOUND_UNREACHED / 4 / ZONE_PLAN_BOUND_UNIT)
        return HV_OK;
    struct moving moving = {
        .places = places, .routes = routes, .work_max = work_max < WORK_MAX ? work_max : WORK_MAX};
    int error = zone_plan_pricing_init(&moving.pricing, instance, &flow->prices);
    if (error == HV_OK && !allocate(&moving))
        error = HV_ERR_MEMORY;
    if (error == HV_OK) {
        const wide sum = climb(&moving);
        const wide whole = sum <= 0 ? 0 : (sum + ZONE_PLAN_BOUND_UNIT - 1) / ZONE_PLAN_BOUND_UNIT;
        *bound = zone_plan_greater(*bound, split(instance, flow->prices.unserved_cost, whole));
    }
    free(moving.choices);
    free(moving.load);
    free(moving.mean);
    free(moving.best);
    free(moving.cheapest);
    zone_plan_pricing_deinit(&moving.pricing);
    return error;
}
