#include "tests/support/evacuation_checker.h"

#include <stdlib.h>

__extension__ typedef __int128 wide; /* what no sum of an instance can overflow */

static int64_t capacity_at(const struct evacuation_link *link, int32_t t) {
    int64_t capacity = link->capacity_per_step;
    for (size_t i = 0; i < link->change_count; i++)
        if (link->changes[i].step <= t)
            capacity = link->changes[i].capacity;
    return capacity;
}

static bool is_open(const struct evacuation_link *link, int64_t t) {
    return link->closes_at_step == EVACUATION_NEVER ||
           (t < link->closes_at_step && t + link->travel_steps <= link->closes_at_step);
}

/* ---- plans ----------------------------------------------------------------------------------- */

struct tally {
    const struct evacuation_instance *instance;
    const struct evacuation_plan *plan;
    int64_t *load;  /* by link and step */
    int64_t *left;  /* by zone */
    int64_t *taken; /* by shelter */
    int64_t served, total;
    int32_t last;
};

static const char *add_departure(struct tally *tally, const struct evacuation_route *route,
                                 const struct evacuation_departure *departure) {
    const struct evacuation_instance *instance = tally->instance;
    const struct evacuation_zone *zone = &instance->zones[route->zone];
    const struct evacuation_shelter *shelter = &instance->shelters[route->shelter];
    if (departure->people <= 0)
        return "a departure of nobody";
    if (departure->step < zone->earliest_step || departure->step > zone->deadline_step)
        return "leaves a zone when it may not";
    int32_t at = zone->node;
    int64_t now = departure->step;
    for (size_t i = 0; i < route->link_count; i++) {
        int32_t l = tally->plan->links[route->link_first + i];
        if (l < 0 || (size_t)l >= instance->link_count || instance->links[l].from != at)
            return "links do not join";
        const struct evacuation_link *link = &instance->links[l];
        if (!is_open(link, now))
            return "on a link that closes";
        if (now > instance->horizon_steps)
            return "after the horizon";
        tally->load[(size_t)l * (size_t)(instance->horizon_steps + 1) + (size_t)now] +=
            departure->people;
        now += link->travel_steps;
        at = link->to;
    }
    if (at != shelter->node)
        return "does not end at its shelter";
    if (now > instance->horizon_steps || now < shelter->opens_at_step)
        return "arrives when it may not";
    tally->left[route->zone] += departure->people;
    tally->taken[route->shelter] += departure->people;
    tally->served += departure->people;
    tally->total += departure->people * now;
    if (now > tally->last)
        tally->last = (int32_t)now;
    return NULL;
}

static const char *add_routes(struct tally *tally) {
    const struct evacuation_plan *plan = tally->plan;
    for (size_t r = 0; r < plan->route_count; r++) {
        const struct evacuation_route *route = &plan->routes[r];
        if (route->departure_count == 0)
            return "a route without departures";
        for (size_t d = 0; d < route->departure_count; d++) {
            const struct evacuation_departure *departure =
                &plan->departures[route->departure_first + d];
            if (d > 0 && departure->step <= departure[-1].step)
                return "departures out of order";
            const char *wrong = add_departure(tally, route, departure);
            if (wrong != NULL)
                return wrong;
        }
    }
    return NULL;
}

static const char *compare_totals(const struct tally *tally) {
    const struct evacuation_instance *instance = tally->instance;
    const struct evacuation_plan *plan = tally->plan;
    int64_t people = 0;
    for (size_t l = 0; l < instance->link_count; l++)
        for (int32_t t = 0; t <= instance->horizon_steps; t++)
            if (tally->load[l * (size_t)(instance->horizon_steps + 1) + (size_t)t] >
                capacity_at(&instance->links[l], t))
                return "more people than a link takes";
    for (size_t z = 0; z < instance->zone_count; z++) {
        people += instance->zones[z].people;
        if (tally->left[z] + plan->unserved_by_zone[z] != instance->zones[z].people ||
            plan->unserved_by_zone[z] < 0)
            return "people of a zone do not add up";
    }
    for (size_t s = 0; s < instance->shelter_count; s++)
        if (tally->taken[s] > instance->shelters[s].capacity)
            return "more people than places";
    if (plan->value.unserved != people - tally->served ||
        plan->value.total_arrival_steps != tally->total || plan->last_arrival_step != tally->last)
        return "figures of the plan are not what it does";
    return NULL;
}

const char *evacuation_checker_plan(const struct evacuation_instance *instance,
                                    const struct evacuation_plan *plan) {
    struct tally tally = {
        .instance = instance,
        .plan = plan,
        .load = calloc(instance->link_count * (size_t)(instance->horizon_steps + 1) + 1,
                       sizeof *tally.load),
        .left = calloc(instance->zone_count + 1, sizeof *tally.left),
        .taken = calloc(instance->shelter_count + 1, sizeof *tally.taken),
    };
    const char *wrong = "no memory";
    if (tally.load != NULL && tally.left != NULL && tally.taken != NULL) {
        wrong = add_routes(&tally);
        if (wrong == NULL)
            wrong = compare_totals(&tally);
    }
    free(tally.load);
    free(tally.left);
    free(tally.taken);
    return wrong;
}

/* ---- bounds ---------------------------------------------------------------------------------- */

/* Whether each node's prices stand in the order of their steps, as price() relies on. */
static bool prices_rise(const struct evacuation_prices *prices) {
    for (size_t node = 0; node < prices->node_count; node++)
        for (size_t i = prices->first[node] + 1; i < prices->first[node + 1]; i++)
            if (prices->steps[i] <= prices->steps[i - 1])
                return false;
    return true;
}

/* The last that begins by then; 0 before the first. */
static int64_t price(const struct evacuation_prices *prices, int32_t node, int32_t t) {
    size_t low = prices->first[node], high = prices->first[node + 1];
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (prices->steps[middle] <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low == prices->first[node] ? 0 : prices->values[low - 1];
}

static wide proven_value(const struct evacuation_instance *instance,
                         const struct evacuation_prices *prices) {
    const int32_t horizon = instance->horizon_steps;
    wide value = 0;
    for (size_t z = 0; z < instance->zone_count; z++) {
        const struct evacuation_zone *zone = &instance->zones[z];
        int64_t least = prices->unserved_cost;
        for (int32_t t = zone->earliest_step; t <= horizon && t <= zone->deadline_step; t++)
            if (price(prices, zone->node, t) < least)
                least = price(prices, zone->node, t);
        value += (wide)zone->people * least;
    }
    for (size_t s = 0; s < instance->shelter_count; s++) {
        const struct evacuation_shelter *shelter = &instance->shelters[s];
        int64_t most = 0;
        for (int32_t t = shelter->opens_at_step; t <= horizon; t++)
            if (price(prices, shelter->node, t) - t > most)
                most = price(prices, shelter->node, t) - t;
        value -= (wide)shelter->capacity * most;
    }
    for (size_t l = 0; l < instance->link_count; l++) {
        const struct evacuation_link *link = &instance->links[l];
        for (int32_t t = 0; (int64_t)t + link->travel_steps <= horizon; t++) {
            int64_t loss =
                price(prices, link->from, t) - price(prices, link->to, t + link->travel_steps);
            if (loss > 0 && is_open(link, t))
                value -= (wide)capacity_at(link, t) * loss;
        }
    }
    return value;
}

const char *evacuation_checker_bound(const struct evacuation_instance *instance,
                                     const struct evacuation_plan *plan) {
    int64_t people = 0;
    for (size_t z = 0; z < instance->zone_count; z++)
        people += instance->zones[z].people;
    if (plan->prices.unserved_cost <= people * instance->horizon_steps)
        return "the price of the unserved does not put them first";
    if (!prices_rise(&plan->prices))
        return "the prices of a node are not in the order of their steps";
    wide claim =
        (wide)plan->prices.unserved_cost * plan->bound.unserved + plan->bound.total_arrival_steps;
    if (proven_value(instance, &plan->prices) < claim)
        return "the prices do not prove the bound";
    bool equal = plan->bound.unserved == plan->value.unserved &&
                 plan->bound.total_arrival_steps == plan->value.total_arrival_steps;
    return plan->optimal == equal ? NULL : "says it is optimal and is not, or the reverse";
}

/* ---- optima ---------------------------------------------------------------------------------- */

struct edge {
    int from, to;
    int64_t room, cost;
};

struct graph {
    struct edge *edges; /* an edge and its reverse next to each other */
    int edge_count, node_count;
};

static void add_edge(struct graph *graph, int from, int to, int64_t room, int64_t cost) {
    if (room <= 0)
        return;
    graph->edges[graph->edge_count++] = (struct edge){from, to, room, cost};
    graph->edges[graph->edge_count++] = (struct edge){to, from, 0, -cost};
}

/* Source 0, sink 1, then zones, shelters and node-steps. */
static struct graph expand(const struct evacuation_instance *instance) {
    const int steps = instance->horizon_steps + 1;
    const int zone = 2, shelter = zone + (int)instance->zone_count;
    const int node = shelter + (int)instance->shelter_count;
    size_t most = 2 * ((instance->link_count + instance->zone_count + instance->shelter_count) *
                           (size_t)steps +
                       instance->zone_count + instance->shelter_count);
    struct graph graph = {.edges = calloc(most + 1, sizeof *graph.edges),
                          .node_count = node + (int)instance->node_count * steps};
    for (int z = 0; z < (int)instance->zone_count; z++) {
        const struct evacuation_zone *row = &instance->zones[z];
        add_edge(&graph, 0, zone + z, row->people, 0);
        for (int t = row->earliest_step; t < steps && t <= row->deadline_step; t++)
            add_edge(&graph, zone + z, node + row->node * steps + t, row->people, 0);
    }
    for (int s = 0; s < (int)instance->shelter_count; s++) {
        const struct evacuation_shelter *row = &instance->shelters[s];
        add_edge(&graph, shelter + s, 1, row->capacity, 0);
        for (int t = row->opens_at_step; t < steps; t++)
            add_edge(&graph, node + row->node * steps + t, shelter + s, row->capacity, t);
    }
    for (size_t l = 0; l < instance->link_count; l++) {
        const struct evacuation_link *row = &instance->links[l];
        for (int t = 0; t + (int64_t)row->travel_steps < steps; t++)
            if (is_open(row, t))
                add_edge(&graph, node + row->from * steps + t,
                         node + row->to * steps + t + row->travel_steps, capacity_at(row, t), 0);
    }
    return graph;
}

/* Shortest way from source to sink over edges with room; false where there is none. */
static bool shortest(const struct graph *graph, int64_t *distance, int *edge_to) {
    for (int v = 0; v < graph->node_count; v++)
        distance[v] = INT64_MAX;
    distance[0] = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (int e = 0; e < graph->edge_count; e++) {
            const struct edge *edge = &graph->edges[e];
            if (edge->room <= 0 || distance[edge->from] == INT64_MAX ||
                distance[edge->from] + edge->cost >= distance[edge->to])
                continue;
            distance[edge->to] = distance[edge->from] + edge->cost;
            edge_to[edge->to] = e;
            changed = true;
        }
    }
    return distance[1] != INT64_MAX;
}

struct evacuation_value evacuation_checker_optimum(const struct evacuation_instance *instance) {
    struct graph graph = expand(instance);
    int64_t *distance = calloc((size_t)graph.node_count, sizeof *distance);
    int *edge_to = calloc((size_t)graph.node_count, sizeof *edge_to);
    struct evacuation_value value = {0, 0};
    for (size_t z = 0; z < instance->zone_count; z++)
        value.unserved += instance->zones[z].people;
    while (shortest(&graph, distance, edge_to)) {
        int64_t people = INT64_MAX;
        for (int v = 1; v != 0; v = graph.edges[edge_to[v]].from)
            if (graph.edges[edge_to[v]].room < people)
                people = graph.edges[edge_to[v]].room;
        for (int v = 1; v != 0; v = graph.edges[edge_to[v]].from) {
            graph.edges[edge_to[v]].room -= people;
            graph.edges[edge_to[v] ^ 1].room += people;
        }
        value.unserved -= people;
        value.total_arrival_steps += people * distance[1];
    }
    free(graph.edges);
    free(distance);
    free(edge_to);
    return value;
}
