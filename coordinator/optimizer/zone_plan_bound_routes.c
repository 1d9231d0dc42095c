/* What plans with N routes a zone cost at least: a Lagrangian in the capacities of links and
 * shelters, whose prices are moved from those of the flow. */
#include "coordinator/optimizer/zone_plan_bound_mixture.h"

#include <stdlib.h>
#include <string.h>

#define WORK_MAX 600000000 /* links looked at, in all rounds */
#define ROUNDS_LEAST 30    /* fewer gain nothing */
#define ROUNDS_MAX 1000
#define TRIES_FIRST 8    /* choices of what people are worth while no way is known */
#define PATIENCE 10      /* rounds without a gain before steps are shortened */
#define REACH_FIRST 0.02 /* of the bound, by which it is hoped to rise at first */
#define REACH_LEAST 1e-5
#define REACH_LESS 0.8
#define REACH_MORE 1.1
#define MEAN_SHARE 0.02F /* of the latest round in the mean of the loads */

/* ---- moving the prices ----------------------------------------------------------------------- */

struct moving {
    struct zone_plan_pricing pricing;
    struct zone_plan_mixture mixture;
    int64_t work_max; /* links looked at, in all rounds */
    const struct evacuation_options *watch;
    float *load;   /* of the last round, by link and step; then of shelters */
    float *mean;   /* the same over the rounds, the latest most */
    int64_t *best; /* prices of the greatest bound: of links; then of shelters */
};

/* Sets the bound at the present prices, in parts of a step. */
static int bound_now(struct moving *moving, int tries, wide *ret_bound) {
    int error = zone_plan_mixture_cost(&moving->mixture, &moving->pricing, tries, ret_bound);
    if (error == HV_OK)
        *ret_bound -= zone_plan_pricing_capacity(&moving->pricing);
    return error;
}

static void load_all(struct moving *moving) {
    const struct evacuation_instance *instance = moving->pricing.instance;
    const size_t links = instance->link_count * moving->pricing.steps;
    memset(moving->load, 0, (links + instance->shelter_count) * sizeof *moving->load);
    zone_plan_mixture_load(&moving->mixture, moving->load, moving->load + links);
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

static bool is_ended(const struct moving *moving) {
    const struct evacuation_options *watch = moving->watch;
    const struct evacuation_progress progress = {.work = moving->mixture.walk.work};
    return watch->progress != NULL && watch->progress(watch->context, &progress) != 0;
}

/* Links looked at in a round, without routes that are sought. */
static double work_of_a_round(const struct zone_plan_pricing *pricing) {
    return 2.0 * (double)(pricing->instance->link_count + 1) * (double)pricing->steps *
           (double)pricing->level_count;
}

/* Sets the greatest bound of all rounds, in parts of a step: the volume algorithm (Barahona and
 * Anbil 2000). */
static int climb(struct moving *moving, wide *ret_best) {
    const double each = work_of_a_round(&moving->pricing), most = (double)moving->work_max;
    double reach = REACH_FIRST;
    int since = 0;
    int error = bound_now(moving, most < TRIES_FIRST * each ? 1 : TRIES_FIRST, ret_best);
    if (error != HV_OK || ROUNDS_LEAST * each > most)
        return error;
    keep_prices(moving);
    load_all(moving);
    follow_loads(moving, 1);
    for (int round = 1;
         round < ROUNDS_MAX && reach > REACH_LEAST &&
         round * each + (double)moving->mixture.walk.work < most && !is_ended(moving);
         round++) {
        wide now;
        move_prices(moving, reach * ((double)*ret_best + ZONE_PLAN_BOUND_UNIT));
        error = bound_now(moving, 1, &now);
        if (error != HV_OK)
            return error;
        load_all(moving);
        follow_loads(moving, MEAN_SHARE);
        since = now > *ret_best ? 0 : since + 1;
        if (now > *ret_best) {
            *ret_best = now;
            keep_prices(moving);
            reach *= REACH_MORE;
        }
        if (since < PATIENCE)
            continue;
        reach *= REACH_LESS;
        since = 0;
    }
    return HV_OK;
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
    moving->load =
        calloc(instance->link_count * moving->pricing.steps + instance->shelter_count + 1,
               sizeof *moving->load);
    moving->mean =
        calloc(instance->link_count * moving->pricing.steps + instance->shelter_count + 1,
               sizeof *moving->mean);
    moving->best =
        calloc(instance->link_count * moving->pricing.steps + instance->shelter_count + 1,
               sizeof *moving->best);
    return moving->load != NULL && moving->mean != NULL && moving->best != NULL;
}

int zone_plan_bound_routes(const struct evacuation_instance *instance,
                           const struct zone_plan_places *places,
                           const struct evacuation_plan *flow, int32_t routes, int64_t work_max,
                           const struct evacuation_options *watch,
                           struct zone_plan_bound_ways *ways, struct evacuation_value *bound) {
    const int64_t steps = (int64_t)instance->horizon_steps + 1;
    const int64_t most = ZONE_PLAN_BOUND_NODE_STEPS_MAX / steps;
    if (flow->prices.unserved_cost <= 0 || flow->prices.node_count != instance->node_count ||
        (int64_t)instance->node_count > most || (int64_t)instance->link_count > most ||
        (int64_t)instance->zone_count * ZONE_PLAN_BOUND_LEVELS_MAX > most ||
        flow->prices.unserved_cost > ZONE_PLAN_BOUND_UNREACHED / 4 / ZONE_PLAN_BOUND_UNIT)
        return HV_OK;
    struct moving moving = {.work_max = work_max < WORK_MAX ? work_max : WORK_MAX, .watch = watch};
    int error = zone_plan_pricing_init(&moving.pricing, instance, &flow->prices);
    if (error == HV_OK && !allocate(&moving))
        error = HV_ERR_MEMORY;
    if (error == HV_OK)
        error = zone_plan_mixture_init(&moving.mixture, &moving.pricing, places, routes,
                                       moving.work_max);
    wide sum = 0;
    if (error == HV_OK)
        error = climb(&moving, &sum);
    if (error == HV_OK) {
        const wide whole = sum <= 0 ? 0 : (sum + ZONE_PLAN_BOUND_UNIT - 1) / ZONE_PLAN_BOUND_UNIT;
        const struct evacuation_value value = split(instance, flow->prices.unserved_cost, whole);
        *bound = zone_plan_greater(*bound, value);
        if (ways != NULL && evacuation_value_compare(value, flow->bound) > 0)
            error = zone_plan_mixture_ways(&moving.mixture, ways);
    }
    free(moving.load);
    free(moving.mean);
    free(moving.best);
    zone_plan_mixture_deinit(&moving.mixture);
    zone_plan_pricing_deinit(&moving.pricing);
    return error;
}
