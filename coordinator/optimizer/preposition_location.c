#include "coordinator/optimizer/preposition_location.h"

#include "coordinator/optimizer/facility_location.h"
#include "coordinator/optimizer/preposition_problem.h"

#include <math.h>
#include <stdlib.h>

bool preposition_location_fits(const struct preposition_instance *instance) {
    if (instance->scenario_count != 1 || instance->has_budget || instance->has_service ||
        instance->measure != PREPOSITION_EXPECTATION)
        return false;
    for (uint32_t k = 0; k < instance->item_count; k++)
        if (instance->items[k].has_available)
            return false;
    return true;
}

/* The problem as facility location, and where its parts come from. Facilities are those that hold
 * something after the event; customers the demands of items that have volume. */
struct location {
    struct preposition_problem problem;
    uint32_t *facility_of; /* facility: of the problem */
    uint32_t *store_of;    /* facility: its place */
    uint32_t *item_of;     /* customer: its kind */
    double *fixed, *capacity, *demand, *shortage, *cost;
    uint32_t facilities, customers;
};

static double surviving(const struct location *location, uint32_t store) {
    return location->problem.surviving[store]; /* of the only scenario */
}

/* What a unit costs that arrives from a store: bought as 1 / surviving units, then carried. */
static double arriving_cost(const struct location *location,
                            const struct preposition_recourse *recourse, uint32_t j,
                            uint32_t store) {
    const double share = surviving(location, store);
    const struct preposition_problem *problem = &location->problem;
    if (!(share > 0))
        return INFINITY;
    return problem->instance->items[recourse->item].price / share +
           preposition_carrying_cost(problem, recourse, j, store);
}

/* ---- making ---------------------------------------------------------------------------------- */

/* Those of a store by rank, so the smallest first. */
static void list_facilities_at(struct location *location, uint32_t store) {
    const struct preposition_problem *problem = &location->problem;
    const uint32_t first = problem->facilities_first[store];
    const uint32_t end = problem->facilities_first[store + 1];
    for (uint32_t rank = 0; rank < end - first; rank++)
        for (uint32_t a = first; a < end; a++) {
            const struct preposition_facility *facility = &problem->facilities[a];
            const double room = surviving(location, store) * facility->capacity_m3;
            const uint32_t at = location->facilities;
            if (facility->rank != rank || facility->size == PREPOSITION_NO_SIZE || !(room > 0))
                continue;
            location->facility_of[at] = a;
            location->store_of[at] = store;
            location->fixed[at] = facility->fixed_cost;
            location->capacity[at] = room;
            location->facilities++;
        }
}

static void add_customer(struct location *location, const struct preposition_recourse *recourse,
                         uint32_t j, size_t customers) {
    const struct preposition_item *item = &location->problem.instance->items[recourse->item];
    const uint32_t at = location->customers++;
    location->item_of[at] = recourse->item;
    location->demand[at] = recourse->quantity[j] * item->volume_m3;
    location->shortage[at] = item->shortage_cost / item->volume_m3;
    for (uint32_t i = 0; i < location->facilities; i++)
        location->cost[i * customers + at] =
            arriving_cost(location, recourse, j, location->store_of[i]) / item->volume_m3;
}

static size_t count_customers(const struct location *location) {
    const struct preposition_problem *problem = &location->problem;
    size_t count = 0;
    for (uint32_t b = 0; b < problem->recourse_count; b++)
        if (problem->instance->items[problem->recourses[b].item].volume_m3 > 0)
            count += problem->recourses[b].demand_count;
    return count;
}

static int location_init(struct location *location, const struct preposition_instance *instance) {
    *location = (struct location){0};
    int error = preposition_problem_init(&location->problem, instance);
    if (error != HV_OK)
        return error;
    const struct preposition_problem *problem = &location->problem;
    const size_t facilities = problem->facility_count, customers = count_customers(location);
    location->facility_of = calloc(facilities + 1, sizeof *location->facility_of);
    location->store_of = calloc(facilities + 1, sizeof *location->store_of);
    location->item_of = calloc(customers + 1, sizeof *location->item_of);
    location->fixed = calloc(facilities + 1, sizeof(double));
    location->capacity = calloc(facilities + 1, sizeof(double));
    location->demand = calloc(customers + 1, sizeof(double));
    location->shortage = calloc(customers + 1, sizeof(double));
    location->cost = calloc(facilities * customers + 1, sizeof(double));
    if (location->facility_of == NULL || location->store_of == NULL || location->item_of == NULL ||
        location->fixed == NULL || location->capacity == NULL || location->demand == NULL ||
        location->shortage == NULL || location->cost == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t q = 0; q < problem->store_count; q++)
        list_facilities_at(location, q);
    for (uint32_t b = 0; b < problem->recourse_count; b++)
        for (uint32_t j = 0; j < problem->recourses[b].demand_count; j++)
            if (instance->items[problem->recourses[b].item].volume_m3 > 0)
                add_customer(location, &problem->recourses[b], j, customers);
    return HV_OK;
}

static void location_deinit(struct location *location) {
    preposition_problem_deinit(&location->problem);
    free(location->facility_of);
    free(location->store_of);
    free(location->item_of);
    free(location->fixed);
    free(location->capacity);
    free(location->demand);
    free(location->shortage);
    free(location->cost);
}

/* ---- the decision ---------------------------------------------------------------------------- */

/* What a facility sends of each item is what it holds, and no more than it has room for. */
static void take_stock(const struct location *location, uint32_t i, const double *sent,
                       struct preposition_decision *decision) {
    const struct preposition_instance *instance = location->problem.instance;
    const struct preposition_facility *facility =
        &location->problem.facilities[location->facility_of[i]];
    double *stock = &decision->stock[(size_t)facility->site * instance->item_count], volume = 0;
    for (uint32_t k = 0; k < instance->item_count; k++)
        volume += sent[k] / surviving(location, facility->store);
    const double part = volume > facility->capacity_m3 ? facility->capacity_m3 / volume : 1;
    decision->open[facility->site] = facility->size;
    for (uint32_t k = 0; k < instance->item_count; k++)
        if (sent[k] > 0)
            stock[k] = part * sent[k] / surviving(location, facility->store) /
                       instance->items[k].volume_m3;
}

/* Goods without volume: each demand from where they cost least. Returns what that comes to. */
static double take_weightless(const struct location *location,
                              struct preposition_decision *decision) {
    const struct preposition_problem *problem = &location->problem;
    const struct preposition_instance *instance = problem->instance;
    double value = 0;
    for (uint32_t b = 0; b < problem->recourse_count; b++) {
        const struct preposition_recourse *recourse = &problem->recourses[b];
        const struct preposition_item *item = &instance->items[recourse->item];
        for (uint32_t j = 0; item->volume_m3 == 0 && j < recourse->demand_count; j++) {
            uint32_t best = UINT32_MAX;
            double least = item->shortage_cost;
            for (uint32_t q = 0; q < problem->store_count; q++) {
                const double cost = arriving_cost(location, recourse, j, q);
                if (cost < least) {
                    least = cost;
                    best = q;
                }
            }
            value += least * recourse->quantity[j];
            if (best != UINT32_MAX)
                decision->stock[(size_t)problem->store_site[best] * instance->item_count +
                                recourse->item] +=
                    recourse->quantity[j] / surviving(location, best);
        }
    }
    return value;
}

static int take(const struct location *location, const struct facility_location_result *result,
                struct preposition_decision *decision) {
    const struct preposition_instance *instance = location->problem.instance;
    const size_t sites = instance->site_count, items = instance->item_count;
    decision->open = malloc((sites + 1) * sizeof *decision->open);
    decision->stock = calloc(sites * items + 1, sizeof(double));
    decision->served = calloc(1, sizeof(bool));
    if (decision->open == NULL || decision->stock == NULL || decision->served == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < sites; i++)
        decision->open[i] = PREPOSITION_SITE_CLOSED;
    for (uint32_t i = 0; i < location->facilities; i++)
        if (result->open[i])
            take_stock(location, i, &result->sent[i * items], decision);
    const double weightless = take_weightless(location, decision);
    decision->status = result->status;
    decision->value = result->value + weightless;
    decision->bound = result->bound + weightless;
    decision->work = result->work;
    decision->nodes = result->nodes;
    return HV_OK;
}

int preposition_location_solve(const struct preposition_instance *instance,
                               const struct preposition_options *options,
                               struct preposition_decision *ret_decision) {
    struct location location;
    struct facility_location_result result = {0};
    struct preposition_decision decision = {0};
    int error = location_init(&location, instance);
    if (error == HV_OK) {
        const struct facility_location problem = {
            .facilities = location.facilities,
            .customers = location.customers,
            .fixed = location.fixed,
            .capacity = location.capacity,
            .demand = location.demand,
            .cost = location.cost,
            .shortage = location.shortage,
            .place = location.store_of,
            .kind = location.item_of,
            .kinds = instance->item_count,
        };
        error = facility_location_solve(&problem, options, &result);
    }
    if (error == HV_OK)
        error = take(&location, &result, &decision);
    if (error == HV_OK)
        *ret_decision = decision;
    else
        preposition_decision_deinit(&decision);
    facility_location_result_deinit(&result);
    location_deinit(&location);
    return error;
}
