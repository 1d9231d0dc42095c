#include "coordinator/optimizer/evacuation_pricing.h"

#include "coordinator/optimizer/evacuation_monotone.h"
#include "coordinator/optimizer/evacuation_prices.h"

#include <stdlib.h>

struct pricing {
    const struct time_network *network;
    const struct time_forest *forest;
    const struct evacuation_reach *reach; /* in the original instance */
    int64_t unserved_cost;
    int64_t clock;   /* of the forest */
    int64_t rooted;  /* what the clock is for what is in the forest */
    int64_t outside; /* and what is added to the price of all outside */
    int64_t *by_id;  /* prices of node-steps and terminals */
};

/* A label is what it costs to come from a root. Growing from the zones, the price, what it costs to
 * go on, is the clock less the label; growing from the shelters it is the label itself. */
static int64_t price_of_id(const struct pricing *pricing, int32_t id) {
    const struct time_forest *forest = pricing->forest;
    const bool rooted = time_forest_is_rooted(forest, id);
    const int64_t label = time_forest_label(forest, id, forest->clock);
    if (pricing->network->from_shelters)
        return rooted ? label : label + pricing->outside;
    return rooted ? pricing->rooted - label : pricing->clock - label + pricing->outside;
}

static int64_t clamp(const struct pricing *pricing, int64_t price) {
    return price < pricing->unserved_cost ? price : pricing->unserved_cost;
}

static void price_ids(struct pricing *pricing) {
    const struct time_network *network = pricing->network;
    for (int32_t id = 0; id < network->step_count; id++) {
        const struct time_node *node = &network->nodes[network->steps[id].node];
        const bool absent = (int64_t)(id - node->offset) + node->remaining > pricing->clock;
        pricing->by_id[id] =
            clamp(pricing, absent ? pricing->clock + pricing->outside : price_of_id(pricing, id));
    }
    for (size_t k = 0; k < network->terminal_count; k++) {
        const int32_t id = network->step_count + (int32_t)k;
        pricing->by_id[id] = clamp(pricing, price_of_id(pricing, id));
    }
}

/* Nobody can be there so early: no price. Nobody can go on in time: that of being unserved. */
static int64_t price_at(const void *context, int32_t v, int32_t step, int32_t *ret_until) {
    const struct pricing *pricing = context;
    const struct time_network *network = pricing->network;
    const int32_t earliest = pricing->reach->earliest[v];
    const int32_t remaining = pricing->reach->remaining[v];
    *ret_until = earliest;
    if (step < earliest)
        return 0;
    *ret_until = EVACUATION_NEVER;
    if (remaining == EVACUATION_NEVER || step > network->horizon_steps - remaining)
        return pricing->unserved_cost;
    *ret_until = step + 1;
    const int32_t copy = network->first_copy[v];
    return copy < 0 ? 0 : pricing->by_id[network->nodes[copy].offset + step];
}

/* All prices of the contracted instance, and then those of the nodes that were taken out. */
struct table {
    int64_t *prices; /* by node and step */
    size_t steps;
};

static int64_t table_at(const void *context, int32_t v, int32_t step, int32_t *ret_until) {
    const struct table *table = context;
    *ret_until = step + 1;
    return table->prices[(size_t)v * table->steps + (size_t)step];
}

static int make_contracted(const struct evacuation_contraction *contraction,
                           const struct pricing *pricing, struct evacuation_prices *prices) {
    const struct evacuation_instance *original = contraction->original;
    int error = evacuation_monotone_lower(pricing->network, pricing->by_id);
    if (error != HV_OK)
        return error;
    struct table table = {.steps = (size_t)original->horizon_steps + 1};
    table.prices = calloc(original->node_count * table.steps + 1, sizeof *table.prices);
    if (table.prices == NULL)
        return HV_ERR_MEMORY;
    for (size_t v = 0; v < original->node_count; v++)
        for (int32_t t = 0, until; (size_t)t < table.steps; t++)
            table.prices[v * table.steps + (size_t)t] = price_at(pricing, (int32_t)v, t, &until);
    evacuation_contraction_price(contraction, pricing->unserved_cost, table.prices);
    error = evacuation_prices_make(original, pricing->unserved_cost, table_at, &table, prices);
    free(table.prices);
    return error;
}

int evacuation_pricing_prove(const struct evacuation_instance *original,
                             const struct evacuation_contraction *contraction,
                             const struct time_forest *forest, struct evacuation_ending ending,
                             int64_t unserved_cost, struct evacuation_plan *plan) {
    struct pricing pricing = {
        .network = forest->network,
        .forest = forest,
        .reach = contraction != NULL ? &contraction->reach : &forest->network->reach,
        .unserved_cost = unserved_cost,
        .clock = forest->clock,
        .by_id = calloc(forest->id_count + 1, sizeof *pricing.by_id),
    };
    if (pricing.by_id == NULL)
        return HV_ERR_MEMORY;
    const int64_t rise = ending.hopeless ? pricing.unserved_cost - pricing.clock : 0;
    pricing.rooted = pricing.clock + rise;
    pricing.outside = ending.places_full || forest->network->from_shelters ? rise : 0;
    price_ids(&pricing);
    int error = contraction != NULL ? make_contracted(contraction, &pricing, &plan->prices)
                                    : evacuation_prices_make(original, unserved_cost, price_at,
                                                             &pricing, &plan->prices);
    free(pricing.by_id);
    if (error == HV_OK)
        plan->bound = evacuation_prices_bound(original, &plan->prices);
    return error;
}
