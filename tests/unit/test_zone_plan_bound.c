/* What bounds of zone plans rest on: the route that gains most at given prices is found, against
 * every route there is, on random networks; and the routes that a bound hands over can be gone. */
#include "coordinator/optimizer/evacuation_flow.h"
#include "coordinator/optimizer/zone_plan_bound_walk.h"

#include "tests/support/chance.h"
#include "tests/support/evacuation_random.h"

#include <criterion/criterion.h>

#define NODES_MAX 7
#define STEPS_MAX 21

/* ---- every route there is -------------------------------------------------------------------- */

struct listing {
    const struct zone_plan_pricing *pricing;
    struct zone_plan_walker walker;
    int32_t links[NODES_MAX];
    int32_t count;
    bool passed[NODES_MAX];
    wide best;
};

/* What leaving at a step costs by the links of the list, or the worth where it is not possible. */
static int64_t cost_of(const struct listing *listing, size_t shelter, int64_t step) {
    const struct zone_plan_pricing *pricing = listing->pricing;
    const int64_t steps = (int64_t)pricing->steps, worth = listing->walker.worth;
    int64_t cost = pricing->shelter_price[shelter];
    for (int32_t i = 0; i < listing->count; i++) {
        const int32_t l = listing->links[i];
        const struct evacuation_link *link = &pricing->instance->links[l];
        if (step >= steps || evacuation_link_room(link, (int32_t)step) == 0)
            return worth;
        cost += pricing->link_price[l * steps + step];
        step += link->travel_steps;
    }
    if (step >= steps || step < pricing->instance->shelters[shelter].opens_at_step)
        return worth;
    cost += step * ZONE_PLAN_BOUND_UNIT;
    return cost < worth ? cost : worth;
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* What a route gains by the links of the list, counted step by step, the best first. */
static wide gain_of(const struct listing *listing, size_t shelter) {
    const struct evacuation_instance *instance = listing->pricing->instance;
    const struct evacuation_zone *zone = &instance->zones[listing->walker.zone];
    int64_t most = EVACUATION_PEOPLE_MAX, gains[STEPS_MAX] = {0};
    for (int32_t i = 0; i < listing->count; i++)
        most = least(most, zone_plan_most_of(&instance->links[listing->links[i]]));
    for (int64_t t = zone->earliest_step; t <= instance->horizon_steps && t <= zone->deadline_step;
         t++) {
        int64_t gain = listing->walker.worth - cost_of(listing, shelter, t);
        for (int i = 0; i < STEPS_MAX; i++) {
            if (gain <= gains[i])
                continue;
            const int64_t swap = gains[i];
            gains[i] = gain;
            gain = swap;
        }
    }
    int64_t left = least(instance->shelters[shelter].capacity, listing->walker.people);
    wide sum = 0;
    for (int i = 0; i < STEPS_MAX; i++) {
        sum += wide_product(least(most, left), gains[i]);
        left -= least(most, left);
    }
    return sum;
}

static void list_from(struct listing *listing, int32_t node) {
    const struct evacuation_instance *instance = listing->pricing->instance;
    listing->passed[node] = true;
    for (size_t s = 0; s < instance->shelter_count; s++) {
        const wide gain = instance->shelters[s].node == node ? gain_of(listing, s) : 0;
        listing->best = gain > listing->best ? gain : listing->best;
    }
    for (size_t l = 0; l < instance->link_count; l++) {
        if (instance->links[l].from != node || listing->passed[instance->links[l].to])
            continue;
        listing->links[listing->count++] = (int32_t)l;
        list_from(listing, instance->links[l].to);
        listing->count--;
    }
    listing->passed[node] = false;
}

/* ---- the search ------------------------------------------------------------------------------ */

static wide find(struct zone_plan_pricing *pricing, const struct zone_plan_walker *walker) {
    struct zone_plan_walk walk;
    wide best = 0;
    cr_assert_eq(zone_plan_walk_init(&walk, pricing, INT64_MAX), HV_OK);
    for (size_t k = 0; k < pricing->level_count; k++) {
        const wide before = best;
        bool found;
        zone_plan_pricing_level(pricing, k);
        best = zone_plan_walk_find(&walk, walker, &pricing->levels[k], best, &found);
        cr_assert(found == (best > before));
    }
    zone_plan_walk_deinit(&walk);
    return best;
}

static void set_prices(struct chance *chance, struct zone_plan_pricing *pricing) {
    const struct evacuation_instance *instance = pricing->instance;
    const uint32_t most = 1 + chance_below(chance, 4 * ZONE_PLAN_BOUND_UNIT);
    for (size_t i = 0; i < instance->link_count * pricing->steps; i++)
        pricing->link_price[i] = chance_below(chance, 3) == 0 ? chance_below(chance, most) : 0;
    for (size_t s = 0; s < instance->shelter_count; s++)
        pricing->shelter_price[s] = chance_below(chance, most);
}

/* Whether every zone's best route is found; how many gain anything. */
static bool routes_are_found(struct zone_plan_pricing *pricing, struct chance *chance,
                             int *gained) {
    const struct evacuation_instance *instance = pricing->instance;
    set_prices(chance, pricing);
    for (size_t z = 0; z < instance->zone_count; z++) {
        const uint32_t most = 2 * ZONE_PLAN_BOUND_UNIT * (uint32_t)(instance->horizon_steps + 1);
        struct listing listing = {
            .pricing = pricing,
            .walker = {z, instance->zones[z].people,
                       least(chance_below(chance, most), pricing->unserved)},
        };
        list_from(&listing, instance->zones[z].node);
        if (find(pricing, &listing.walker) != listing.best)
            return false;
        *gained += listing.best > 0;
    }
    return true;
}

Test(zone_plan_bound, the_route_that_gains_most_is_found) {
    int gained = 0;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct evacuation_random random;
        struct zone_plan_pricing pricing;
        struct evacuation_plan flow = {0};
        const struct evacuation_options options = {0};
        struct chance chance = {seed};
        evacuation_random_make(&random, seed,
                               seed % 2 ? EVACUATION_RANDOM_PLAIN : EVACUATION_RANDOM_CHANGES);
        cr_assert_eq(evacuation_flow_solve(&random.instance, &options, &flow), HV_OK);
        cr_assert_eq(zone_plan_pricing_init(&pricing, &random.instance, &flow.prices), HV_OK);
        cr_assert(routes_are_found(&pricing, &chance, &gained), "seed %d", (int)seed);
        zone_plan_pricing_deinit(&pricing);
        evacuation_plan_deinit(&flow);
    }
    cr_assert_gt(gained, 1000, "%d", gained);
}

/* ---- routes that are handed over ------------------------------------------------------------- */

static bool can_be_gone(const struct evacuation_instance *instance,
                        const struct zone_plan_bound_ways *ways, size_t i) {
    const struct zone_plan_bound_way *way = &ways->ways[i];
    int32_t node = instance->zones[way->zone].node;
    bool passed[NODES_MAX] = {false};
    passed[node] = true;
    for (size_t k = 0; k < way->link_count; k++) {
        const struct evacuation_link *link = &instance->links[ways->links[way->link_first + k]];
        if (link->from != node || passed[link->to])
            return false;
        node = link->to;
        passed[node] = true;
    }
    return node == instance->shelters[way->shelter].node;
}

Test(zone_plan_bound, routes_that_it_hands_over_lead_from_their_zone_to_their_shelter) {
    size_t count = 0;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct evacuation_random random;
        struct zone_plan_instance relaxed;
        struct evacuation_plan flow = {0};
        struct zone_plan_bound_ways ways = {0};
        struct evacuation_value bound;
        const struct evacuation_options options = {0};
        evacuation_random_make(&random, seed,
                               seed % 2 ? EVACUATION_RANDOM_PLAIN : EVACUATION_RANDOM_CHANGES);
        const struct zone_plan_problem problem = {.instance = &random.instance,
                                                  .routes_max = 1 + (int32_t)(seed % 3)};
        cr_assert_eq(zone_plan_relax(&problem, &relaxed), HV_OK);
        cr_assert_eq(evacuation_flow_solve(&relaxed.instance, &options, &flow), HV_OK);
        cr_assert_eq(
            zone_plan_class_bound(&problem, NULL, &relaxed, &flow, 100000, &options, &ways, &bound),
            HV_OK);
        for (size_t i = 0; i < ways.count; i++)
            cr_assert(can_be_gone(&random.instance, &ways, i), "seed %d", (int)seed);
        count += ways.count;
        zone_plan_bound_ways_deinit(&ways);
        evacuation_plan_deinit(&flow);
        zone_plan_instance_deinit(&relaxed);
    }
    cr_assert_gt(count, 100, "%zu", count);
}

static int end_at_once(void *context, const struct evacuation_progress *progress) {
    (void)progress;
    ++*(int *)context;
    return 1;
}

/* Sets the bound with and without somebody who ends it. Returns how often that one was asked. */
static int bound_both(unsigned seed, struct evacuation_value *ret_flow,
                      struct evacuation_value *ret_ended, struct evacuation_value *ret_whole) {
    struct evacuation_random random;
    struct zone_plan_instance relaxed;
    struct evacuation_plan flow = {0};
    struct zone_plan_bound_ways ways = {0};
    int calls = 0;
    const struct evacuation_options alone = {0},
                                    watch = {.progress = end_at_once, .context = &calls};
    evacuation_random_make(&random, seed, EVACUATION_RANDOM_PLAIN);
    const struct zone_plan_problem problem = {.instance = &random.instance, .routes_max = 1};
    cr_assert_eq(zone_plan_relax(&problem, &relaxed), HV_OK);
    cr_assert_eq(evacuation_flow_solve(&relaxed.instance, &alone, &flow), HV_OK);
    *ret_flow = flow.bound;
    cr_assert_eq(
        zone_plan_class_bound(&problem, NULL, &relaxed, &flow, INT64_MAX, &watch, &ways, ret_ended),
        HV_OK);
    cr_assert_eq(
        zone_plan_class_bound(&problem, NULL, &relaxed, &flow, INT64_MAX, &alone, &ways, ret_whole),
        HV_OK);
    zone_plan_bound_ways_deinit(&ways);
    evacuation_plan_deinit(&flow);
    zone_plan_instance_deinit(&relaxed);
    return calls;
}

Test(zone_plan_bound, whoever_ends_it_early_has_what_is_proven_by_then) {
    int lower = 0;
    for (unsigned seed = 1; seed <= 800; seed++) {
        struct evacuation_value flow, ended, whole;
        cr_assert_eq(bound_both(seed, &flow, &ended, &whole), 1, "seed %u", seed);
        cr_assert_leq(evacuation_value_compare(flow, ended), 0, "seed %u", seed);
        cr_assert_leq(evacuation_value_compare(ended, whole), 0, "seed %u", seed);
        lower += evacuation_value_compare(ended, whole) < 0;
    }
    cr_assert_gt(lower, 10, "%d", lower);
}
