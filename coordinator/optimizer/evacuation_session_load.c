#include "coordinator/optimizer/evacuation_session_load.h"

#include "coordinator/optimizer/evacuation_prices.h"

#include <stdlib.h>

#define UNSERVED_COST_MAX (TIME_LABEL_MAX / 4)

/* A path costs at most the horizon for each shelter that it passes, and a reduced cost adds up two
 * labels and a step: eight times that tells levels and signs apart. */
int32_t evacuation_session_unserved_cost(const struct evacuation_instance *instance) {
    const int64_t cost =
        8 * ((int64_t)instance->shelter_count + 2) * ((int64_t)instance->horizon_steps + 1);
    return cost <= UNSERVED_COST_MAX ? (int32_t)cost : -1;
}

/* ---- a network for every change -------------------------------------------------------------- */

/* The instance with everything open at all times: all node-steps that any change can make useful.
 */
struct envelope {
    struct evacuation_instance instance;
    struct evacuation_link *links;
    struct evacuation_zone *zones;
    struct evacuation_shelter *shelters;
};

static void envelope_free(struct envelope *envelope) {
    free(envelope->links);
    free(envelope->zones);
    free(envelope->shelters);
}

static int envelope_make(struct envelope *envelope, const struct evacuation_instance *instance) {
    *envelope = (struct envelope){
        .instance = *instance,
        .links = calloc(instance->link_count + 1, sizeof *envelope->links),
        .zones = calloc(instance->zone_count + 1, sizeof *envelope->zones),
        .shelters = calloc(instance->shelter_count + 1, sizeof *envelope->shelters),
    };
    if (envelope->links == NULL || envelope->zones == NULL || envelope->shelters == NULL) {
        envelope_free(envelope);
        return HV_ERR_MEMORY;
    }
    for (size_t i = 0; i < instance->link_count; i++)
        envelope->links[i] =
            (struct evacuation_link){.from = instance->links[i].from,
                                     .to = instance->links[i].to,
                                     .travel_steps = instance->links[i].travel_steps,
                                     .closes_at_step = EVACUATION_NEVER,
                                     .capacity_per_step = 1};
    for (size_t i = 0; i < instance->zone_count; i++)
        envelope->zones[i] = (struct evacuation_zone){
            .node = instance->zones[i].node, .deadline_step = EVACUATION_NEVER, .people = 1};
    for (size_t i = 0; i < instance->shelter_count; i++)
        envelope->shelters[i] =
            (struct evacuation_shelter){.node = instance->shelters[i].node, .capacity = 1};
    envelope->instance.links = envelope->links;
    envelope->instance.zones = envelope->zones;
    envelope->instance.shelters = envelope->shelters;
    return HV_OK;
}

static int32_t smaller(int64_t a, int64_t b) {
    return (int32_t)(a < b ? a : b);
}

/* More than everybody is as good as everybody and one. */
static int32_t clamp_to_people(const struct time_network *network, int64_t figure) {
    return smaller(figure, (int64_t)network->people + 1);
}

static void copy_capacity(struct time_network *network, struct time_arc *arc) {
    if (arc->link < 0) {
        arc->capacity = network->people + 1;
        return;
    }
    const struct evacuation_link *link = &network->instance->links[arc->link];
    arc->steady = link->change_count == 0 && link->closes_at_step == EVACUATION_NEVER;
    arc->capacity = clamp_to_people(network, link->capacity_per_step);
}

static bool is_zone(const struct time_network *network, const struct time_terminal *terminal) {
    return terminal->start != network->from_shelters;
}

/* Steps of the terminal's arcs that the instance opens. */
static void copy_window(const struct time_network *network, struct time_terminal *terminal) {
    int32_t first, last = EVACUATION_NEVER;
    if (is_zone(network, terminal)) {
        first = network->instance->zones[terminal->index].earliest_step;
        last = network->instance->zones[terminal->index].deadline_step;
    } else {
        first = network->instance->shelters[terminal->index].opens_at_step;
    }
    terminal->open_first = first > terminal->first_step ? first : terminal->first_step;
    terminal->open_last = last < terminal->last_step ? last : terminal->last_step;
}

static int32_t total_of(const struct time_network *network, const struct time_terminal *terminal) {
    const struct evacuation_instance *instance = network->instance;
    return is_zone(network, terminal)
               ? smaller(instance->zones[terminal->index].people, EVACUATION_PEOPLE_MAX)
               : clamp_to_people(network, instance->shelters[terminal->index].capacity);
}

/* Puts the instance's own figures in the place of the envelope's. */
static void copy_figures(struct time_network *network, const struct evacuation_instance *instance) {
    network->instance = instance;
    network->people = (int32_t)evacuation_instance_people(instance);
    for (size_t a = 0; a < network->arc_count; a++)
        copy_capacity(network, &network->arcs[a]);
    for (size_t k = 0; k < network->terminal_count; k++) {
        struct time_terminal *terminal = &network->terminals[k];
        copy_window(network, terminal);
        terminal->total = terminal->left = total_of(network, terminal);
    }
}

/* ---- plan and prices in ---------------------------------------------------------------------- */

/* Copies of a node hang together in a row: their arcs come after those of links, a pair for each
 * neighbour. */
static int32_t joint_between(const struct time_network *network, int32_t from, int32_t to) {
    for (size_t a = network->arc_count; a-- > 0 && network->arcs[a].link < 0;)
        if (network->arcs[a].from == from && network->arcs[a].to == to)
            return (int32_t)a;
    return -1;
}

static void load_joints(struct time_circulation *circulation, int32_t from, int32_t to,
                        int32_t step, int32_t people) {
    while (from != to) {
        const int32_t next = from < to ? from + 1 : from - 1;
        time_circulation_load(circulation, joint_between(circulation->network, from, next), step,
                              people);
        from = next;
    }
}

/* Puts people on a route of a plan. */
static void load_route(struct time_circulation *circulation, const struct evacuation_plan *plan,
                       const struct evacuation_route *route, int32_t zone_terminal,
                       int32_t shelter_terminal, int32_t step, int64_t people) {
    const struct time_network *network = circulation->network;
    int32_t at = network->terminals[zone_terminal].node;
    time_circulation_load_terminal(circulation, (size_t)zone_terminal, step, (int32_t)people);
    for (size_t i = 0; i < route->link_count; i++) {
        const int32_t a = circulation->arc_of[plan->links[route->link_first + i]];
        const struct time_arc *arc = &network->arcs[a];
        load_joints(circulation, at, arc->from, step, (int32_t)people);
        time_circulation_load(circulation, a, step, (int32_t)people);
        step += arc->travel_steps;
        at = arc->to;
    }
    load_joints(circulation, at, network->terminals[shelter_terminal].node, step, (int32_t)people);
    time_circulation_load_terminal(circulation, (size_t)shelter_terminal, step, (int32_t)people);
}

/* A price of the instance as one of the circulation: M and what is over it, each in its own unit.
 */
static int32_t to_label(const struct time_circulation *circulation, int64_t unserved_cost,
                        int64_t price) {
    const int64_t level = (price + unserved_cost / 2) / unserved_cost;
    return (int32_t)(level * circulation->unserved_cost + price - level * unserved_cost);
}

static int64_t from_label(const struct time_circulation *circulation, int64_t unserved_cost,
                          int32_t label) {
    const int64_t unit = circulation->unserved_cost;
    const int64_t level = ((int64_t)label + unit / 2 + 4 * unit) / unit - 4;
    const int64_t price = level * unserved_cost + label - level * unit;
    return price < 0 ? 0 : price > unserved_cost ? unserved_cost : price;
}

static void load_prices(struct time_circulation *circulation,
                        const struct evacuation_prices *prices) {
    const struct time_network *network = circulation->network;
    for (size_t v = 0; v < network->node_count; v++) {
        const struct time_node *node = &network->nodes[v];
        size_t next = prices->first[node->origin];
        int64_t price = 0;
        for (int32_t t = node->first_step; t <= node->last_step; t++) {
            for (; next < prices->first[node->origin + 1] && prices->steps[next] <= t; next++)
                price = prices->values[next];
            time_circulation_set_price(circulation, node->offset + t,
                                       to_label(circulation, prices->unserved_cost, price));
        }
    }
}

static int load_plan(struct time_circulation *circulation, const struct evacuation_plan *plan) {
    const struct time_network *network = circulation->network;
    const struct evacuation_instance *instance = network->instance;
    int32_t *terminals =
        calloc(instance->zone_count + instance->shelter_count + 1, sizeof *terminals);
    if (terminals == NULL)
        return HV_ERR_MEMORY;
    int32_t *shelters = terminals + instance->zone_count;
    for (size_t k = 0; k < network->terminal_count; k++)
        (is_zone(network, &network->terminals[k]) ? terminals
                                                  : shelters)[network->terminals[k].index] =
            (int32_t)k;
    for (size_t r = 0; r < plan->route_count; r++) {
        const struct evacuation_route *route = &plan->routes[r];
        for (size_t d = 0; d < route->departure_count; d++) {
            const struct evacuation_departure *departure =
                &plan->departures[route->departure_first + d];
            load_route(circulation, plan, route, terminals[route->zone], shelters[route->shelter],
                       departure->step, departure->people);
        }
    }
    free(terminals);
    return HV_OK;
}

/* Flow and prices from elsewhere: every arc is brought to agree with both. */
static void settle_all(struct time_circulation *circulation) {
    const struct time_network *network = circulation->network;
    for (size_t k = 0; k < network->terminal_count; k++)
        time_circulation_settle_window(circulation, k);
    for (size_t a = 0; a < network->arc_count; a++)
        time_circulation_settle_arc(circulation, (int32_t)a, network->arcs[a].first_step,
                                    network->arcs[a].last_step);
}

int evacuation_session_circulation(const struct evacuation_instance *instance,
                                   const struct evacuation_plan *plan,
                                   struct time_circulation **ret_circulation) {
    struct envelope envelope;
    int error = envelope_make(&envelope, instance);
    if (error != HV_OK)
        return error;
    struct time_network *network;
    error = time_network_new(&envelope.instance, plan->value.unserved > 0, &network);
    envelope_free(&envelope);
    if (error != HV_OK)
        return error;
    copy_figures(network, instance);
    struct time_circulation *circulation;
    error = time_circulation_new(network, evacuation_session_unserved_cost(instance), &circulation);
    if (error != HV_OK)
        return error;
    error = load_plan(circulation, plan);
    if (error != HV_OK) {
        time_circulation_free(circulation);
        return error;
    }
    load_prices(circulation, &plan->prices);
    settle_all(circulation);
    *ret_circulation = circulation;
    return HV_OK;
}

/* ---- changes --------------------------------------------------------------------------------- */

void evacuation_session_link_changed(struct time_circulation *circulation, size_t link) {
    struct time_network *network = circulation->network;
    const int32_t a = circulation->arc_of[link];
    if (a < 0)
        return;
    copy_capacity(network, &network->arcs[a]);
    time_circulation_settle_arc(circulation, a, network->arcs[a].first_step,
                                network->arcs[a].last_step);
}

/* Capacities of more than everybody rise where there are more people. They were never full. */
static void make_room_for_all(struct time_circulation *circulation) {
    struct time_network *network = circulation->network;
    const int64_t people = evacuation_instance_people(network->instance);
    if (people <= network->people)
        return;
    network->people = (int32_t)people;
    for (size_t a = 0; a < network->arc_count; a++)
        copy_capacity(network, &network->arcs[a]);
    for (size_t k = 0; k < network->terminal_count; k++)
        if (!is_zone(network, &network->terminals[k]))
            time_circulation_settle_total(circulation, k,
                                          total_of(network, &network->terminals[k]));
}

static void terminal_changed(struct time_circulation *circulation, int32_t k) {
    struct time_network *network = circulation->network;
    struct time_terminal *terminal = &network->terminals[k];
    const int32_t first = terminal->open_first, last = terminal->open_last;
    copy_window(network, terminal);
    time_circulation_settle_total(circulation, (size_t)k, total_of(network, terminal));
    if (terminal->open_first != first || terminal->open_last != last)
        time_circulation_settle_window(circulation, (size_t)k);
}

void evacuation_session_zone_changed(struct time_circulation *circulation, size_t zone,
                                     int32_t terminal) {
    (void)zone;
    make_room_for_all(circulation);
    if (terminal >= 0)
        terminal_changed(circulation, terminal);
}

void evacuation_session_shelter_changed(struct time_circulation *circulation, size_t shelter,
                                        int32_t terminal) {
    (void)shelter;
    if (terminal >= 0)
        terminal_changed(circulation, terminal);
}

/* ---- prices out ------------------------------------------------------------------------------ */

struct reading {
    const struct time_circulation *circulation;
    int64_t unserved_cost;
};

/* Nobody can be there so early, whatever changes: no price. Nobody can go on in time: that of being
 * unserved. */
static int64_t price_at(const void *context, int32_t v, int32_t step, int32_t *ret_until) {
    const struct reading *reading = context;
    const struct time_network *network = reading->circulation->network;
    const int32_t remaining = network->reach.remaining[v];
    *ret_until = network->reach.earliest[v];
    if (step < network->reach.earliest[v])
        return 0;
    *ret_until = EVACUATION_NEVER;
    if (remaining == EVACUATION_NEVER || step > network->horizon_steps - remaining)
        return reading->unserved_cost;
    *ret_until = step + 1;
    const int32_t copy = network->first_copy[v];
    if (copy < 0)
        return 0;
    return from_label(
        reading->circulation, reading->unserved_cost,
        time_circulation_price(reading->circulation, network->nodes[copy].offset + step));
}

int evacuation_session_prices(const struct time_circulation *circulation,
                              struct evacuation_prices *ret_prices) {
    const struct evacuation_instance *instance = circulation->network->instance;
    const struct reading reading = {circulation, evacuation_unserved_cost(instance)};
    return evacuation_prices_make(instance, reading.unserved_cost, price_at, &reading, ret_prices);
}
