#include "coordinator/optimizer/evacuation_flow.h"

#include "coordinator/optimizer/evacuation_greedy.h"
#include "coordinator/optimizer/evacuation_prices.h"
#include "coordinator/optimizer/evacuation_routes.h"
#include "coordinator/optimizer/time_expanded_forest.h"

#include <stdlib.h>

#define WORK_BETWEEN_REPORTS 100000

struct solving {
    const struct evacuation_instance *instance;
    const struct evacuation_options *options;
    struct time_network *network;
    struct time_forest *forest;
    int64_t people;
    int64_t hopeless; /* people who are unserved in every plan, by counting alone */
    struct evacuation_value greedy;
    int64_t reported_at; /* work at the last report */
    bool stopped;
    bool exhausted; /* nobody of those left can be served */
};

/* ---- the plan to fall back on ---------------------------------------------------------------- */

static int greedy_value(struct solving *solving) {
    struct time_network *network;
    int error = time_network_new(solving->instance, false, &network);
    if (error != HV_OK)
        return error;
    int64_t served = 0, arrival_steps = 0;
    error = evacuation_greedy_fill(network, &served, &arrival_steps);
    time_network_free(network);
    solving->greedy = (struct evacuation_value){solving->people - served, arrival_steps};
    return error;
}

/* Takes the greedy plan anew instead of the network's flow. */
static int take_greedy(struct solving *solving, struct evacuation_plan *plan) {
    struct time_network *network;
    int error = time_network_new(solving->instance, false, &network);
    if (error != HV_OK)
        return error;
    int64_t served, arrival_steps;
    error = evacuation_greedy_fill(network, &served, &arrival_steps);
    if (error == HV_OK)
        error = evacuation_routes_take(network, plan);
    time_network_free(network);
    return error;
}

/* ---- when to stop ---------------------------------------------------------------------------- */

/* People of zones that reach no shelter, and people beyond all places. */
static int64_t count_hopeless(const struct solving *solving) {
    const struct time_network *network = solving->network;
    int64_t zones = 0, places = 0;
    for (size_t k = 0; k < network->terminal_count; k++) {
        const struct time_terminal *terminal = &network->terminals[k];
        if (terminal->start != network->from_shelters)
            zones += terminal->left;
        else
            places += terminal->left;
    }
    return solving->people - (zones < places ? zones : places);
}

/* Weak duality with the prices of the forest: who is not served yet costs at least the clock. */
static struct evacuation_value running_bound(const struct solving *solving) {
    const struct time_forest *forest = solving->forest;
    int64_t left = solving->people - forest->served - solving->hopeless;
    return (struct evacuation_value){solving->hopeless,
                                     forest->cost + (left > 0 ? left : 0) * forest->clock};
}

static bool within_gap(const struct solving *solving, struct evacuation_value bound) {
    const struct evacuation_value greedy = solving->greedy;
    return greedy.unserved == bound.unserved &&
           (double)(greedy.total_arrival_steps - bound.total_arrival_steps) <=
               solving->options->gap * (double)bound.total_arrival_steps;
}

/* Sees whether to stop, and reports, every so much work. */
static bool should_stop(struct solving *solving) {
    const struct evacuation_options *options = solving->options;
    const struct time_forest *forest = solving->forest;
    if (options->work_max > 0 && forest->work >= options->work_max)
        return true;
    if (forest->work < solving->reported_at + WORK_BETWEEN_REPORTS)
        return false;
    solving->reported_at = forest->work;
    struct evacuation_value bound = running_bound(solving);
    if (options->gap > 0 && within_gap(solving, bound))
        return true;
    const struct evacuation_progress progress = {
        .people = solving->people,
        .served = forest->served,
        .value = solving->greedy,
        .bound = bound,
        .work = forest->work,
        .augmentations = forest->augmentations,
    };
    return options->progress != NULL && options->progress(options->context, &progress) != 0;
}

/* ---- the search ------------------------------------------------------------------------------ */

static int64_t left_of(const struct time_network *network, bool start) {
    int64_t left = 0;
    for (size_t k = 0; k < network->terminal_count; k++)
        if (network->terminals[k].start == start)
            left += network->terminals[k].left;
    return left;
}

/* Everything that arrives at the present step of the clock. */
static int serve_step(struct solving *solving) {
    struct time_forest *forest = solving->forest;
    while (!solving->stopped) {
        forest->work_pause = forest->work + WORK_BETWEEN_REPORTS;
        int error = time_forest_grow(forest);
        if (error != HV_OK)
            return error;
        if (forest->reached_count == 0 && forest->work < forest->work_pause)
            return HV_OK;
        if (forest->reached_count > 0)
            error = time_forest_augment(forest);
        if (error != HV_OK)
            return error;
        solving->stopped = should_stop(solving);
    }
    return HV_OK;
}

static int search(struct solving *solving) {
    struct time_forest *forest = solving->forest;
    const struct time_network *network = solving->network;
    int64_t supply = left_of(network, true), demand = left_of(network, false);
    for (int32_t clock = 0; forest->served < supply && forest->served < demand; clock++) {
        if (clock > network->horizon_steps && forest->calendar.pending == 0) {
            solving->exhausted = true;
            return HV_OK;
        }
        int error = time_forest_begin(forest, clock);
        if (error == HV_OK)
            error = serve_step(solving);
        if (error != HV_OK)
            return error;
        if (solving->stopped)
            return HV_OK;
    }
    return HV_OK;
}

/* ---- prices ---------------------------------------------------------------------------------- */

struct pricing {
    const struct time_network *network;
    const struct time_forest *forest;
    int64_t unserved_cost;
    int64_t clock;   /* of the forest */
    int64_t rooted;  /* what the clock is for what is in the forest */
    int64_t outside; /* and what is added to the price of all outside */
};

static int64_t price_in_network(const struct pricing *pricing, const struct time_node *node,
                                int32_t step) {
    const struct time_forest *forest = pricing->forest;
    const int32_t id = node->offset + step;
    if (step + node->remaining > pricing->clock)
        return pricing->clock + pricing->outside;
    const bool rooted = time_forest_is_rooted(forest, id);
    const int64_t label = time_forest_label(forest, id, forest->clock);
    if (pricing->network->from_shelters)
        return rooted ? label : label + pricing->outside;
    return rooted ? pricing->rooted - label : pricing->clock - label + pricing->outside;
}

static int64_t price_at(const void *context, int32_t v, int32_t step) {
    const struct pricing *pricing = context;
    const struct time_network *network = pricing->network;
    const int32_t earliest = network->reach.earliest[v], remaining = network->reach.remaining[v];
    if (step < earliest)
        return 0;
    if (remaining == EVACUATION_NEVER || step > network->horizon_steps - remaining)
        return pricing->unserved_cost;
    if (network->first_copy[v] < 0)
        return 0;
    int64_t price = price_in_network(pricing, &network->nodes[network->first_copy[v]], step);
    return price < pricing->unserved_cost ? price : pricing->unserved_cost;
}

/* Where people are left for good, their price is that of being unserved; where that is for want of
 * places, the price of a place rises along. */
static struct pricing final_pricing(const struct solving *solving) {
    const struct time_network *network = solving->network;
    struct pricing pricing = {
        .network = network,
        .forest = solving->forest,
        .unserved_cost = evacuation_unserved_cost(solving->instance),
        .clock = solving->forest->clock,
        .rooted = solving->forest->clock,
    };
    if (solving->stopped)
        return pricing;
    const int64_t zones = left_of(network, !network->from_shelters);
    const int64_t places = left_of(network, network->from_shelters);
    if (zones == 0)
        return pricing;
    const int64_t rise = pricing.unserved_cost - pricing.clock;
    pricing.rooted += rise;
    if (places == 0 || network->from_shelters)
        pricing.outside = rise;
    return pricing;
}

static int prove(const struct solving *solving, struct evacuation_plan *plan) {
    const struct pricing pricing = final_pricing(solving);
    int error = evacuation_prices_make(solving->instance, price_at, &pricing, &plan->prices);
    if (error != HV_OK)
        return error;
    if (error == HV_OK)
        plan->bound = evacuation_prices_bound(solving->instance, &plan->prices);
    return error;
}

/* ---- the result ------------------------------------------------------------------------------ */

/* The flow of a search that was stopped is filled up; the greedy plan may still be better. */
static int take_plan(struct solving *solving, struct evacuation_plan *plan) {
    struct time_network *network = solving->network;
    struct evacuation_value filled = {solving->people - solving->forest->served,
                                      solving->forest->cost};
    if (solving->stopped) {
        int64_t added, arrival_steps;
        int error = evacuation_greedy_fill(network, &added, &arrival_steps);
        if (error != HV_OK)
            return error;
        filled.unserved -= added;
        filled.total_arrival_steps += arrival_steps;
        if (evacuation_value_compare(solving->greedy, filled) < 0)
            return take_greedy(solving, plan);
    }
    return evacuation_routes_take(network, plan);
}

static int solve(struct solving *solving, struct evacuation_plan *plan) {
    int error = greedy_value(solving);
    if (error != HV_OK)
        return error;
    const bool from_shelters = solving->greedy.unserved > 0;
    error = time_network_new(solving->instance, from_shelters, &solving->network);
    if (error == HV_OK)
        error = time_forest_new(solving->network, &solving->forest);
    if (error != HV_OK)
        return error;
    solving->hopeless = count_hopeless(solving);
    error = search(solving);
    if (error == HV_OK)
        error = prove(solving, plan);
    plan->work = solving->forest->work;
    plan->augmentations = solving->forest->augmentations;
    if (error == HV_OK)
        error = take_plan(solving, plan);
    plan->optimal = error == HV_OK && evacuation_value_compare(plan->value, plan->bound) == 0;
    return error;
}

int evacuation_flow_solve(const struct evacuation_instance *instance,
                          const struct evacuation_options *options,
                          struct evacuation_plan *ret_plan) {
    int error = evacuation_instance_check(instance);
    if (error != HV_OK)
        return error;
    struct solving solving = {
        .instance = instance,
        .options = options,
        .people = evacuation_instance_people(instance),
    };
    struct evacuation_plan plan = {0};
    error = solve(&solving, &plan);
    time_forest_free(solving.forest);
    time_network_free(solving.network);
    if (error != HV_OK) {
        evacuation_plan_deinit(&plan);
        return error;
    }
    *ret_plan = plan;
    return HV_OK;
}
