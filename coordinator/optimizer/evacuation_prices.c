#include "coordinator/optimizer/evacuation_prices.h"

#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/wide.h"

#include <stdlib.h>
#include <string.h>

/* ---- making ---------------------------------------------------------------------------------- */

static int reserve(struct evacuation_prices *prices, size_t wanted, size_t *capacity) {
    const size_t room = array_room(wanted);
    if (wanted <= *capacity)
        return HV_OK;
    if (array_resize((void **)&prices->steps, room, sizeof *prices->steps) != HV_OK ||
        array_resize((void **)&prices->values, room, sizeof *prices->values) != HV_OK)
        return HV_ERR_MEMORY;
    *capacity = room;
    return HV_OK;
}

static int add_runs(const struct evacuation_instance *instance, evacuation_price_at *price_at,
                    const void *context, struct evacuation_prices *prices) {
    size_t count = 0, capacity = 0;
    for (size_t v = 0; v < instance->node_count; v++) {
        int64_t last = 0;
        for (int32_t t = 0, until; t <= instance->horizon_steps; t = until) {
            int64_t price = price_at(context, (int32_t)v, t, &until);
            if (price == last)
                continue;
            int error = reserve(prices, count + 1, &capacity);
            if (error != HV_OK)
                return error;
            prices->steps[count] = t;
            prices->values[count++] = last = price;
        }
        prices->first[v + 1] = count;
    }
    return HV_OK;
}

int evacuation_prices_make(const struct evacuation_instance *instance, int64_t unserved_cost,
                           evacuation_price_at *price_at, const void *context,
                           struct evacuation_prices *ret_prices) {
    struct evacuation_prices prices = {
        .unserved_cost = unserved_cost,
        .node_count = instance->node_count,
        .first = calloc(instance->node_count + 1, sizeof *prices.first),
    };
    int error =
        prices.first == NULL ? HV_ERR_MEMORY : add_runs(instance, price_at, context, &prices);
    if (error != HV_OK) {
        evacuation_prices_deinit(&prices);
        return error;
    }
    *ret_prices = prices;
    return HV_OK;
}

/* ---- proving --------------------------------------------------------------------------------- */

/* A node's price, read forward in time. */
struct reader {
    const struct evacuation_prices *prices;
    size_t next, end;
    int64_t value;
};

static struct reader read_node(const struct evacuation_prices *prices, int32_t node) {
    return (struct reader){prices, prices->first[node], prices->first[node + 1], 0};
}

/* Goes to a step and returns the step of the next change, or EVACUATION_NEVER. */
static int32_t advance(struct reader *reader, int32_t step) {
    while (reader->next < reader->end && reader->prices->steps[reader->next] <= step)
        reader->value = reader->prices->values[reader->next++];
    return reader->next < reader->end ? reader->prices->steps[reader->next] : EVACUATION_NEVER;
}

static int32_t smaller(int32_t a, int32_t b) {
    return a < b ? a : b;
}

struct proof {
    const struct evacuation_instance *instance;
    const struct evacuation_prices *prices;
    wide sum; /* below 0 as soon as prices prove nothing: zones are added first, the rest takes away
               */
};

/* Takes amount · loss away. Figures of an instance may be enormous, their product past all bits. */
static void subtract(struct proof *proof, wide amount, int64_t loss) {
    if (loss <= 0 || proof->sum < 0)
        return;
    if (amount > proof->sum / loss)
        proof->sum = -1;
    else
        proof->sum -= amount * loss;
}

static void add_zone(struct proof *proof, const struct evacuation_zone *zone) {
    struct reader reader = read_node(proof->prices, zone->node);
    const int32_t last = smaller(zone->deadline_step, proof->instance->horizon_steps);
    int64_t least = proof->prices->unserved_cost;
    for (int32_t t = zone->earliest_step > 0 ? zone->earliest_step : 0; t <= last;) {
        int32_t next = advance(&reader, t);
        if (reader.value < least)
            least = reader.value;
        t = next;
    }
    proof->sum += wide_product(zone->people, least);
}

static void subtract_shelter(struct proof *proof, const struct evacuation_shelter *shelter) {
    struct reader reader = read_node(proof->prices, shelter->node);
    int64_t most = 0;
    for (int32_t t = shelter->opens_at_step > 0 ? shelter->opens_at_step : 0;
         t <= proof->instance->horizon_steps;) {
        int32_t next = advance(&reader, t);
        if (reader.value - t > most)
            most = reader.value - t;
        t = next;
    }
    subtract(proof, shelter->capacity, most);
}

/* The first step after t at which the link's capacity may change. */
static int32_t next_change(const struct evacuation_link *link, int32_t t) {
    for (size_t i = 0; i < link->change_count; i++)
        if (link->changes[i].step > t)
            return link->changes[i].step;
    return EVACUATION_NEVER;
}

static int32_t last_entry(const struct evacuation_instance *instance,
                          const struct evacuation_link *link) {
    int64_t last = (int64_t)instance->horizon_steps - link->travel_steps;
    if (link->closes_at_step != EVACUATION_NEVER) {
        int64_t open =
            (int64_t)link->closes_at_step - (link->travel_steps > 0 ? link->travel_steps : 1);
        last = open < last ? open : last;
    }
    return last < 0 ? -1 : (int32_t)last;
}

static void subtract_link(struct proof *proof, const struct evacuation_link *link) {
    struct reader from = read_node(proof->prices, link->from);
    struct reader to = read_node(proof->prices, link->to);
    const int32_t last = last_entry(proof->instance, link);
    for (int32_t t = 0; t <= last;) {
        int32_t next = smaller(advance(&from, t), next_change(link, t));
        int32_t next_to = advance(&to, t + link->travel_steps);
        if (next_to != EVACUATION_NEVER)
            next = smaller(next, next_to - link->travel_steps);
        next = next > last ? last + 1 : next;
        int64_t loss = from.value - to.value;
        if (loss > 0)
            subtract(proof, wide_product(evacuation_link_room(link, t), next - t), loss);
        t = next;
    }
}

struct evacuation_value evacuation_prices_bound(const struct evacuation_instance *instance,
                                                struct evacuation_prices *prices) {
    struct proof proof = {.instance = instance, .prices = prices};
    for (size_t i = 0; i < instance->zone_count; i++)
        add_zone(&proof, &instance->zones[i]);
    for (size_t i = 0; i < instance->shelter_count; i++)
        subtract_shelter(&proof, &instance->shelters[i]);
    for (size_t i = 0; i < instance->link_count; i++)
        subtract_link(&proof, &instance->links[i]);
    if (proof.sum < 0) {
        memset(prices->first, 0, (prices->node_count + 1) * sizeof *prices->first);
        return (struct evacuation_value){0, 0};
    }
    return (struct evacuation_value){(int64_t)(proof.sum / prices->unserved_cost),
                                     (int64_t)(proof.sum % prices->unserved_cost)};
}
