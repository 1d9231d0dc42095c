#include "coordinator/optimizer/evacuation_horizon.h"

#include "coordinator/optimizer/time_expanded_forest.h"
#include "schemas/smaller.h"

#include <stdlib.h>
#include <string.h>

/* ---- memory ---------------------------------------------------------------------------------- */

/* Of a node-step: in the network, in the forest, events that wait, its price, and the greedy plan's
 * mark. */
#define BYTES_OF_NODE_STEP                                                                         \
    ((int64_t)(sizeof(struct time_step) + sizeof(uint32_t) + sizeof(struct time_branch) +          \
               sizeof(struct time_entry) + sizeof(int64_t) + sizeof(bool)))
#define BYTES_OF_FLOW ((int64_t)sizeof(int32_t))

static int64_t window(int64_t first, int64_t last) {
    return last >= first ? last - first + 1 : 0;
}

static int64_t node_window(const struct evacuation_reach *reach, int32_t node, int32_t steps) {
    if (reach->earliest[node] == EVACUATION_NEVER || reach->remaining[node] == EVACUATION_NEVER)
        return 0;
    return window(reach->earliest[node], (int64_t)steps - reach->remaining[node]);
}

static int64_t link_window(const struct evacuation_reach *reach, const struct evacuation_link *link,
                           int32_t steps) {
    if (node_window(reach, link->from, steps) == 0 || node_window(reach, link->to, steps) == 0)
        return 0;
    return window(hv_larger(reach->earliest[link->from],
                            (int64_t)reach->earliest[link->to] - link->travel_steps),
                  hv_smaller((int64_t)steps - reach->remaining[link->from],
                             (int64_t)steps - reach->remaining[link->to] - link->travel_steps));
}

int64_t evacuation_horizon_memory(const struct evacuation_instance *instance,
                                  const struct evacuation_reach *reach, int32_t steps) {
    int64_t node_steps = 0, flows = 0;
    for (size_t v = 0; v < instance->node_count; v++)
        node_steps += node_window(reach, (int32_t)v, steps);
    for (size_t i = 0; i < instance->link_count; i++)
        flows += link_window(reach, &instance->links[i], steps);
    for (size_t i = 0; i < instance->zone_count; i++)
        flows += node_window(reach, instance->zones[i].node, steps);
    for (size_t i = 0; i < instance->shelter_count; i++)
        flows += node_window(reach, instance->shelters[i].node, steps);
    return node_steps * BYTES_OF_NODE_STEP + flows * BYTES_OF_FLOW;
}

int32_t evacuation_horizon_within(const struct evacuation_instance *instance,
                                  const struct evacuation_reach *reach, int64_t memory) {
    int32_t low = 0, high = instance->horizon_steps; /* low is within, or 0 */
    while (low < high) {
        const int32_t middle = low + (high - low + 1) / 2;
        if (evacuation_horizon_memory(instance, reach, middle) <= memory)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* ---- prices ---------------------------------------------------------------------------------- */

#define NO_ROAD INT64_MAX

struct place {
    int64_t price;
    int32_t node;
};

struct extending {
    const struct evacuation_instance *instance;
    const struct evacuation_prices *prices;
    int32_t steps;
    struct place *places;
    size_t place_count;
    uint32_t *first; /* by node, into `into` */
    int32_t *into;   /* links by the node they lead to */
    int32_t *stack;
    int64_t *later; /* by node: C, or NO_ROAD */
};

static int64_t place_price(const struct extending *extending,
                           const struct evacuation_shelter *shelter) {
    const struct evacuation_prices *prices = extending->prices;
    const int32_t opens = shelter->opens_at_step > 0 ? shelter->opens_at_step : 0;
    int64_t most = 0;
    for (size_t i = prices->first[shelter->node]; i < prices->first[shelter->node + 1]; i++) {
        const bool is_last = i + 1 == prices->first[shelter->node + 1];
        const int64_t end = is_last ? (int64_t)extending->steps + 1 : prices->steps[i + 1];
        const int64_t from = hv_larger(prices->steps[i], opens);
        if (from < end)
            most = hv_larger(most, prices->values[i] - from);
    }
    return most;
}

static int compare_places(const void *first, const void *second) {
    const struct place *a = first, *b = second;
    return (a->price > b->price) - (a->price < b->price);
}

static void price_places(struct extending *extending) {
    const struct evacuation_instance *instance = extending->instance;
    for (size_t i = 0; i < instance->shelter_count; i++)
        if (instance->shelters[i].capacity > 0)
            extending->places[extending->place_count++] = (struct place){
                place_price(extending, &instance->shelters[i]), instance->shelters[i].node};
    qsort(extending->places, extending->place_count, sizeof *extending->places, compare_places);
}

static bool ever_takes_people(const struct evacuation_link *link) {
    if (link->capacity_per_step > 0)
        return true;
    for (size_t i = 0; i < link->change_count; i++)
        if (link->changes[i].capacity > 0)
            return true;
    return false;
}

static void list_links(struct extending *extending) {
    const struct evacuation_instance *instance = extending->instance;
    for (size_t i = 0; i < instance->link_count; i++)
        extending->first[instance->links[i].to]++;
    for (size_t v = 0; v < instance->node_count; v++)
        extending->first[v + 1] += extending->first[v];
    for (size_t i = instance->link_count; i-- > 0;)
        extending->into[--extending->first[instance->links[i].to]] = (int32_t)i;
}

/* All nodes from which roads lead to the place and to none of a lower price. */
static void spread_back(struct extending *extending, const struct place *place) {
    const int64_t price =
        hv_smaller(extending->prices->unserved_cost, place->price + (int64_t)extending->steps + 1);
    size_t count = 0;
    if (extending->later[place->node] != NO_ROAD)
        return;
    extending->later[place->node] = price;
    extending->stack[count++] = place->node;
    while (count > 0) {
        const int32_t v = extending->stack[--count];
        for (uint32_t i = extending->first[v]; i < extending->first[v + 1]; i++) {
            const struct evacuation_link *link = &extending->instance->links[extending->into[i]];
            if (extending->later[link->from] != NO_ROAD || !ever_takes_people(link))
                continue;
            extending->later[link->from] = price;
            extending->stack[count++] = link->from;
        }
    }
}

static void add_run(struct evacuation_prices *made, size_t node, int32_t step, int64_t value) {
    const size_t count = made->first[node + 1];
    const int64_t before = count > made->first[node] ? made->values[count - 1] : 0;
    if (value == before)
        return;
    made->steps[count] = step;
    made->values[count] = value;
    made->first[node + 1]++;
}

static void extend_node(const struct extending *extending, size_t v,
                        struct evacuation_prices *made) {
    const struct evacuation_prices *prices = extending->prices;
    made->first[v + 1] = made->first[v];
    if (extending->later[v] == NO_ROAD) {
        add_run(made, v, 0, prices->unserved_cost);
        return;
    }
    for (size_t i = prices->first[v]; i < prices->first[v + 1]; i++)
        add_run(made, v, prices->steps[i], hv_smaller(prices->values[i], extending->later[v]));
    add_run(made, v, extending->steps + 1, extending->later[v]);
}

static int extend(struct extending *extending, struct evacuation_prices *made) {
    const size_t nodes = extending->instance->node_count;
    const size_t runs = extending->prices->first[nodes] + nodes;
    extending->places = calloc(extending->instance->shelter_count + 1, sizeof *extending->places);
    extending->first = calloc(nodes + 1, sizeof *extending->first);
    extending->into = calloc(extending->instance->link_count + 1, sizeof *extending->into);
    extending->stack = calloc(nodes + 1, sizeof *extending->stack);
    extending->later = calloc(nodes + 1, sizeof *extending->later);
    made->first = calloc(nodes + 1, sizeof *made->first);
    made->steps = calloc(runs + 1, sizeof *made->steps);
    made->values = calloc(runs + 1, sizeof *made->values);
    if (extending->places == NULL || extending->first == NULL || extending->into == NULL ||
        extending->stack == NULL || extending->later == NULL || made->first == NULL ||
        made->steps == NULL || made->values == NULL)
        return HV_ERR_MEMORY;
    for (size_t v = 0; v < nodes; v++)
        extending->later[v] = NO_ROAD;
    price_places(extending);
    list_links(extending);
    for (size_t i = 0; i < extending->place_count; i++)
        spread_back(extending, &extending->places[i]);
    for (size_t v = 0; v < nodes; v++)
        extend_node(extending, v, made);
    return HV_OK;
}

int evacuation_horizon_extend(const struct evacuation_instance *instance, int32_t steps,
                              struct evacuation_prices *prices) {
    struct extending extending = {.instance = instance, .prices = prices, .steps = steps};
    struct evacuation_prices made = {.unserved_cost = prices->unserved_cost,
                                     .node_count = prices->node_count};
    int error = extend(&extending, &made);
    free(extending.places);
    free(extending.first);
    free(extending.into);
    free(extending.stack);
    free(extending.later);
    if (error != HV_OK) {
        evacuation_prices_deinit(&made);
        return error;
    }
    evacuation_prices_deinit(prices);
    *prices = made;
    return HV_OK;
}
