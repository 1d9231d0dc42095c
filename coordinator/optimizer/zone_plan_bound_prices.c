/* Prices of links and shelters, and what departures cost at least at them. */
#include "coordinator/optimizer/zone_plan_bound_inside.h"

#include <stdlib.h>
#include <string.h>

/* ---- memory ---------------------------------------------------------------------------------- */

void zone_plan_pricing_deinit(struct zone_plan_pricing *pricing) {
    free(pricing->link_price);
    free(pricing->shelter_price);
    free(pricing->cost);
    free(pricing->in_first);
    free(pricing->in);
    free(pricing->out_first);
    free(pricing->out);
    free(pricing->queue);
    free(pricing->queued);
    free(pricing->column);
    free(pricing->column_count);
    *pricing = (struct zone_plan_pricing){0};
}

static bool allocate(struct zone_plan_pricing *pricing) {
    const struct evacuation_instance *instance = pricing->instance;
    const size_t nodes = instance->node_count, links = instance->link_count;
    const size_t columns = (instance->zone_count + 1) * ZONE_PLAN_BOUND_LEVELS_MAX;
    pricing->link_price = calloc(links * pricing->steps + 1, sizeof *pricing->link_price);
    pricing->shelter_price = calloc(instance->shelter_count + 1, sizeof *pricing->shelter_price);
    pricing->cost = calloc(nodes * pricing->steps + 1, sizeof *pricing->cost);
    pricing->in_first = calloc(nodes + 2, sizeof *pricing->in_first);
    pricing->in = calloc(links + 1, sizeof *pricing->in);
    pricing->out_first = calloc(nodes + 2, sizeof *pricing->out_first);
    pricing->out = calloc(links + 1, sizeof *pricing->out);
    pricing->queue = calloc(nodes + 1, sizeof *pricing->queue);
    pricing->queued = calloc(nodes + 1, sizeof *pricing->queued);
    pricing->column = calloc(columns * pricing->steps, sizeof *pricing->column);
    pricing->column_count = calloc(columns, sizeof *pricing->column_count);
    return pricing->link_price != NULL && pricing->shelter_price != NULL && pricing->cost != NULL &&
           pricing->in_first != NULL && pricing->in != NULL && pricing->out_first != NULL &&
           pricing->out != NULL && pricing->queue != NULL && pricing->queued != NULL &&
           pricing->column != NULL && pricing->column_count != NULL;
}

/* Links by the node that `end` gives, by counting. */
static void list_links(const struct evacuation_instance *instance, bool by_end, int32_t *first,
                       int32_t *list) {
    for (size_t l = 0; l < instance->link_count; l++)
        first[(by_end ? instance->links[l].to : instance->links[l].from) + 2]++;
    for (size_t v = 0; v < instance->node_count; v++)
        first[v + 2] += first[v + 1];
    for (size_t l = 0; l < instance->link_count; l++)
        list[first[(by_end ? instance->links[l].to : instance->links[l].from) + 1]++] = (int32_t)l;
}

/* ---- the flow's prices ----------------------------------------------------------------------- */

/* By node and step, from their changes. From malloc; NULL without memory. */
static int64_t *spread(const struct zone_plan_pricing *pricing,
                       const struct evacuation_prices *prices) {
    const size_t nodes = pricing->instance->node_count;
    int64_t *price = calloc(nodes * pricing->steps + 1, sizeof *price);
    for (size_t v = 0; price != NULL && v < nodes; v++) {
        int64_t value = 0;
        size_t next = prices->first[v];
        for (size_t t = 0; t < pricing->steps; t++) {
            for (; next < prices->first[v + 1] && (size_t)prices->steps[next] <= t; next++)
                value = prices->values[next];
            price[v * pricing->steps + t] = value;
        }
    }
    return price;
}

static void take_prices(struct zone_plan_pricing *pricing, const int64_t *price) {
    const struct evacuation_instance *instance = pricing->instance;
    const size_t steps = pricing->steps;
    for (size_t l = 0; l < instance->link_count; l++) {
        const struct evacuation_link *link = &instance->links[l];
        for (size_t t = 0; link->travel_steps >= 0 && t + (size_t)link->travel_steps < steps; t++) {
            const int64_t rise = price[(size_t)link->from * steps + t] -
                                 price[(size_t)link->to * steps + t + (size_t)link->travel_steps];
            pricing->link_price[l * steps + t] = rise > 0 ? rise * ZONE_PLAN_BOUND_UNIT : 0;
        }
    }
    for (size_t s = 0; s < instance->shelter_count; s++) {
        const struct evacuation_shelter *shelter = &instance->shelters[s];
        const size_t opens = shelter->opens_at_step > 0 ? (size_t)shelter->opens_at_step : 0;
        for (size_t t = opens; t < steps; t++) {
            const int64_t worth =
                (price[(size_t)shelter->node * steps + t] - (int64_t)t) * ZONE_PLAN_BOUND_UNIT;
            if (worth > pricing->shelter_price[s])
                pricing->shelter_price[s] = worth;
        }
    }
}

int zone_plan_pricing_init(struct zone_plan_pricing *pricing,
                           const struct evacuation_instance *instance,
                           const struct evacuation_prices *prices) {
    *pricing = (struct zone_plan_pricing){.instance = instance,
                                          .steps = (size_t)instance->horizon_steps + 1,
                                          .unserved = prices->unserved_cost * ZONE_PLAN_BOUND_UNIT};
    int64_t *figures = calloc(instance->link_count + 1, sizeof *figures);
    int64_t *price = spread(pricing, prices);
    const bool whole = figures != NULL && price != NULL && allocate(pricing);
    if (whole) {
        list_links(instance, true, pricing->in_first, pricing->in);
        list_links(instance, false, pricing->out_first, pricing->out);
        take_prices(pricing, price);
        pricing->level_count = zone_plan_make_levels(instance, figures, pricing->levels);
    } else {
        zone_plan_pricing_deinit(pricing);
    }
    free(figures);
    free(price);
    return whole ? HV_OK : HV_ERR_MEMORY;
}

/* ---- the least costs of a level -------------------------------------------------------------- */

/* Lets everybody who comes by a link of this level to its end at a step do so. */
static bool relax_link(struct zone_plan_pricing *pricing, size_t level, int32_t link,
                       size_t leaves) {
    const struct evacuation_link *of = &pricing->instance->links[link];
    if (of->travel_steps < 0 || (size_t)of->travel_steps > leaves)
        return false;
    const size_t enters = leaves - (size_t)of->travel_steps;
    const int64_t there = pricing->cost[(size_t)of->to * pricing->steps + leaves];
    int64_t *here = &pricing->cost[(size_t)of->from * pricing->steps + enters];
    const int64_t cost = there + pricing->link_price[(size_t)link * pricing->steps + enters];
    if (cost >= *here || cost >= pricing->unserved ||
        zone_plan_most_of(of) < pricing->levels[level].least ||
        evacuation_link_room(of, (int32_t)enters) == 0)
        return false;
    *here = cost;
    return true;
}

/* Costs of a step are final once all later ones are and those that links without travel bring. */
static void settle_step(struct zone_plan_pricing *pricing, size_t level, size_t step) {
    const struct evacuation_instance *instance = pricing->instance;
    const size_t nodes = instance->node_count;
    size_t first = 0, count = 0; /* a ring */
    for (size_t v = 0; v < nodes; v++)
        if (pricing->cost[v * pricing->steps + step] < ZONE_PLAN_BOUND_UNREACHED) {
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

void zone_plan_pricing_level(struct zone_plan_pricing *pricing, size_t level) {
    const struct evacuation_instance *instance = pricing->instance;
    for (size_t i = 0; i < instance->node_count * pricing->steps; i++)
        pricing->cost[i] = ZONE_PLAN_BOUND_UNREACHED;
    for (size_t s = 0; s < instance->shelter_count; s++) {
        const struct evacuation_shelter *shelter = &instance->shelters[s];
        const size_t opens = shelter->opens_at_step > 0 ? (size_t)shelter->opens_at_step : 0;
        int64_t *cost = pricing->cost + (size_t)shelter->node * pricing->steps;
        for (size_t t = opens; shelter->capacity > 0 && t < pricing->steps; t++) {
            const int64_t ends = (int64_t)t * ZONE_PLAN_BOUND_UNIT + pricing->shelter_price[s];
            if (ends < cost[t] && ends < pricing->unserved)
                cost[t] = ends;
        }
    }
    for (size_t t = pricing->steps; t-- > 0;)
        settle_step(pricing, level, t);
}

/* ---- columns --------------------------------------------------------------------------------- */

static int compare_costs(const void *first, const void *second) {
    const int64_t a = *(const int64_t *)first, b = *(const int64_t *)second;
    return (a > b) - (a < b);
}

static void write_column(struct zone_plan_pricing *pricing, size_t zone, size_t level) {
    const struct evacuation_zone *of = &pricing->instance->zones[zone];
    const int64_t *cost = pricing->cost + (size_t)of->node * pricing->steps;
    const size_t at = zone * ZONE_PLAN_BOUND_LEVELS_MAX + level;
    int64_t *column = pricing->column + at * pricing->steps;
    size_t count = 0;
    for (size_t t = of->earliest_step > 0 ? (size_t)of->earliest_step : 0;
         t < pricing->steps && (int64_t)t <= of->deadline_step; t++)
        if (cost[t] < pricing->unserved)
            column[count++] = cost[t];
    qsort(column, count, sizeof *column, compare_costs);
    pricing->column_count[at] = count;
}

void zone_plan_pricing_columns(struct zone_plan_pricing *pricing) {
    for (size_t k = 0; k < pricing->level_count; k++) {
        zone_plan_pricing_level(pricing, k);
        for (size_t z = 0; z < pricing->instance->zone_count; z++)
            write_column(pricing, z, k);
    }
}

/* No more than everybody, which never binds; so that sums stay small. */
static int64_t at_most_everybody(int64_t capacity) {
    return capacity < EVACUATION_PEOPLE_MAX ? capacity : EVACUATION_PEOPLE_MAX;
}

wide zone_plan_pricing_capacity(const struct zone_plan_pricing *pricing) {
    const struct evacuation_instance *instance = pricing->instance;
    wide sum = 0;
    for (size_t l = 0; l < instance->link_count; l++)
        for (size_t t = 0; t < pricing->steps; t++) {
            const int64_t price = pricing->link_price[l * pricing->steps + t];
            if (price > 0)
                sum += wide_product(price, at_most_everybody(evacuation_link_room(
                                               &instance->links[l], (int32_t)t)));
        }
    for (size_t s = 0; s < instance->shelter_count; s++)
        sum += wide_product(pricing->shelter_price[s],
                            at_most_everybody(instance->shelters[s].capacity));
    return sum;
}
