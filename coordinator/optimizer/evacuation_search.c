#include "coordinator/optimizer/evacuation_search.h"

#include "coordinator/optimizer/evacuation_contraction.h"
#include "coordinator/optimizer/evacuation_greedy.h"
#include "coordinator/optimizer/evacuation_prices.h"
#include "coordinator/optimizer/evacuation_pricing.h"
#include "coordinator/optimizer/evacuation_routes.h"
#include "coordinator/optimizer/time_expanded_forest.h"

#include <stdlib.h>

#define WORK_BETWEEN_REPORTS 100000

/* Prices of contracted nodes are worked out in a table of every node and step; past so many entries
 * the instance is solved as it is. */
#define TABLE_MAX 50000000

struct solving {
    const struct evacuation_instance *original;
    struct evacuation_contraction *contraction; /* or NULL where the instance is solved as it is */
    const struct evacuation_instance *instance; /* what is solved */
    const struct evacuation_search *search;
    struct time_network *network;
    struct time_forest *forest;
    int64_t people;
    int64_t hopeless; /* people who are unserved in every plan, by counting alone */
    struct evacuation_value greedy;
    int64_t reported_at; /* work at the last report */
    bool stopped;
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
        error = evacuation_routes_take(network, solving->contraction, plan);
    time_network_free(network);
    return error;
}

/* ---- when to stop ---------------------------------------------------------------------------- */

/* At the terminals where the search starts, or where it ends. */
static int64_t left_of(const struct time_network *network, bool start) {
    int64_t left = 0;
    for (size_t k = 0; k < network->terminal_count; k++)
        if (network->terminals[k].start == start)
            left += network->terminals[k].left;
    return left;
}

/* People of zones that reach no shelter, and people beyond all places. */
static int64_t count_hopeless(const struct solving *solving) {
    const int64_t supply = left_of(solving->network, true),
                  demand = left_of(solving->network, false);
    return solving->people - (supply < demand ? supply : demand);
}

static struct evacuation_value better(struct evacuation_value a, struct evacuation_value b) {
    return evacuation_value_compare(a, b) < 0 ? a : b;
}

/* Weak duality with the prices of the forest: who is not served yet costs at least the clock. Of a
 * longer horizon who is without hope here may have some later, and nobody waits for longer than the
 * steps that are not looked at. */
static struct evacuation_value running_bound(const struct solving *solving) {
    const struct evacuation_search *search = solving->search;
    const struct time_forest *forest = solving->forest;
    if (forest == NULL)
        return search->known_bound;
    int64_t left = solving->people - forest->served - solving->hopeless, clock = forest->clock;
    if (search->is_part && clock > solving->instance->horizon_steps)
        clock = (int64_t)solving->instance->horizon_steps + 1;
    const struct evacuation_value bound = {search->is_part ? 0 : solving->hopeless,
                                           forest->cost + (left > 0 ? left : 0) * clock};
    return evacuation_value_compare(bound, search->known_bound) > 0 ? bound : search->known_bound;
}

static struct evacuation_value best_value(const struct solving *solving) {
    return solving->search->has_known ? better(solving->search->known, solving->greedy)
                                      : solving->greedy;
}

/* Tells how far it is, and is told whether to stop. */
static bool is_told_to_stop(const struct solving *solving, struct evacuation_value bound) {
    const struct evacuation_options *options = solving->search->options;
    const struct time_forest *forest = solving->forest;
    const struct evacuation_progress progress = {
        .people = solving->people,
        .served = forest != NULL ? forest->served : 0,
        .value = best_value(solving),
        .bound = bound,
        .work = solving->search->work_before + (forest != NULL ? forest->work : 0),
        .augmentations = forest != NULL ? forest->augmentations : 0,
    };
    return options->progress != NULL && options->progress(options->context, &progress) != 0;
}

/* Sees whether to stop, and reports, every so much work. */
static bool should_stop(struct solving *solving) {
    const struct evacuation_options *options = solving->search->options;
    const struct time_forest *forest = solving->forest;
    if (options->work_max > 0 && forest->work + solving->search->work_before >= options->work_max)
        return true;
    if (forest->work < solving->reported_at + WORK_BETWEEN_REPORTS)
        return false;
    solving->reported_at = forest->work;
    struct evacuation_value bound = running_bound(solving);
    return (options->gap > 0 &&
            evacuation_value_is_within(best_value(solving), bound, options->gap)) ||
           is_told_to_stop(solving, bound);
}

/* ---- the search ------------------------------------------------------------------------------ */

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
        if (clock > network->horizon_steps && forest->calendar.pending == 0)
            return HV_OK;
        int error = time_forest_begin(forest, clock);
        if (error == HV_OK) {
            solving->stopped = should_stop(solving);
            error = serve_step(solving);
        }
        if (error != HV_OK)
            return error;
        if (solving->stopped)
            return HV_OK;
    }
    return HV_OK;
}

/* What the forest says about prices when the search is over. Where people are left for good, their
 * price is that of being unserved; where that is for want of places, the price of a place rises
 * along. */
static struct evacuation_ending ending_of(const struct solving *solving) {
    const struct time_network *network = solving->network;
    struct evacuation_ending ending = {0};
    if (solving->stopped || left_of(network, !network->from_shelters) == 0)
        return ending;
    ending.hopeless = true;
    ending.places_full = left_of(network, network->from_shelters) == 0;
    return ending;
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
    return evacuation_routes_take(network, solving->contraction, plan);
}

/* Of a large network each part takes as long as many steps of the search, so that limits are looked
 * at in between as well. */
static bool is_over(struct solving *solving) {
    solving->stopped = is_told_to_stop(solving, running_bound(solving));
    return solving->stopped;
}

static int build(struct solving *solving) {
    const bool from_shelters = solving->greedy.unserved > 0; /* measured: sooner done */
    int error = time_network_new(solving->instance, from_shelters, &solving->network);
    if (error != HV_OK || is_over(solving))
        return error;
    solving->hopeless = count_hopeless(solving);
    return time_forest_new(solving->network, &solving->forest);
}

static int64_t no_price(const void *context, int32_t node, int32_t step, int32_t *ret_until) {
    (void)context;
    (void)node;
    (void)step;
    *ret_until = EVACUATION_NEVER;
    return 0;
}

/* Stopped before the search began: the plan that is known is kept, or the greedy plan is taken with
 * no more of a bound than 0. */
static int give_up(struct solving *solving, struct evacuation_plan *plan) {
    if (solving->search->has_known)
        return HV_OK;
    int error = evacuation_prices_make(solving->original, solving->search->unserved_cost, no_price,
                                       NULL, &plan->prices);
    return error == HV_OK ? take_greedy(solving, plan) : error;
}

static int solve(struct solving *solving, struct evacuation_plan *plan) {
    solving->greedy = (struct evacuation_value){solving->people, 0};
    if (solving->search->has_known && is_over(solving))
        return HV_OK;
    int error = greedy_value(solving);
    if (error == HV_OK && !is_over(solving))
        error = build(solving);
    if (error == HV_OK && solving->forest == NULL)
        return give_up(solving, plan);
    if (error != HV_OK)
        return error;
    error = search(solving);
    time_forest_finish(solving->forest);
    if (error == HV_OK)
        error = evacuation_pricing_prove(solving->original, solving->contraction, solving->forest,
                                         ending_of(solving), solving->search->unserved_cost, plan);
    plan->work = solving->forest->work;
    plan->augmentations = solving->forest->augmentations;
    if (error == HV_OK)
        error = take_plan(solving, plan);
    plan->optimal = error == HV_OK && evacuation_value_compare(plan->value, plan->bound) == 0;
    return error;
}

static int prepare(struct solving *solving, bool contract) {
    solving->instance = solving->original;
    if (!contract)
        return HV_OK;
    int error = evacuation_contraction_new(solving->original, &solving->contraction);
    if (error == HV_OK)
        solving->instance = &solving->contraction->reduced;
    return error;
}

static int run(const struct evacuation_instance *instance, const struct evacuation_search *search,
               bool contract, bool *ret_stopped, struct evacuation_plan *plan) {
    struct solving solving = {
        .original = instance,
        .search = search,
        .people = evacuation_instance_people(instance),
    };
    int error = prepare(&solving, contract);
    if (error == HV_OK)
        error = solve(&solving, plan);
    time_forest_free(solving.forest);
    time_network_free(solving.network);
    evacuation_contraction_free(solving.contraction);
    if (error != HV_OK)
        evacuation_plan_deinit(plan);
    *ret_stopped = solving.stopped;
    return error;
}

int evacuation_search_run(const struct evacuation_instance *instance,
                          const struct evacuation_search *search, bool *ret_stopped,
                          struct evacuation_plan *ret_plan) {
    struct evacuation_plan plan = {0};
    const bool contract =
        evacuation_instance_is_steady(instance) &&
        (int64_t)instance->node_count <= TABLE_MAX / ((int64_t)instance->horizon_steps + 1);
    bool stopped = false;
    int error = run(instance, search, contract, &stopped, &plan);
    if (error == HV_OK && contract && !stopped && !plan.optimal) {
        evacuation_plan_deinit(&plan);
        error = run(instance, search, false, &stopped, &plan);
    }
    if (error == HV_OK)
        *ret_plan = plan;
    *ret_stopped = stopped;
    return error;
}
