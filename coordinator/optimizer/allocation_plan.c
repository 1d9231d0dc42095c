#include "coordinator/optimizer/allocation_plan.h"

#include <float.h>
#include <stdlib.h>

#define ALMOST 1e-9

void allocation_plan_deinit(struct allocation_plan *plan) {
    free(plan->shipments);
    free(plan->unmet);
    free(plan->floor);
    free(plan->prices.stock);
    free(plan->prices.dispatch);
    free(plan->prices.receive);
    free(plan->prices.lane);
    *plan = (struct allocation_plan){0};
}

/* Sums -------------------------------------------------------------------------------------------
 */

static double least_fill(const struct allocation_instance *instance, const bool *reachable,
                         const double *sent) {
    double least = 1;
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        for (uint32_t k = 0; k < instance->item_count; k++) {
            size_t pair = (size_t)s * instance->item_count + k;
            if (!reachable[pair])
                continue;
            double fill = sent[pair] / instance->need[pair];
            least = fill < least ? fill : least;
        }
    return least;
}

int allocation_plan_add_up(const struct allocation_instance *instance,
                           struct allocation_plan *plan) {
    size_t needs = (size_t)instance->shelter_count * instance->item_count;
    double *sent = calloc(needs + 1, sizeof *sent);
    bool *reachable = calloc(needs + 1, sizeof *reachable);
    if (!sent || !reachable) {
        free(sent);
        free(reachable);
        return HV_ERR_MEMORY;
    }
    long double cost = 0;
    for (size_t i = 0; i < plan->shipment_count; i++) {
        const struct allocation_shipment *s = &plan->shipments[i];
        const struct allocation_lane *lane = &instance->lanes[s->lane];
        cost += (long double)s->quantity * instance->items[s->item].volume_m3 * lane->cost_per_m3;
        sent[(size_t)lane->shelter * instance->item_count + s->item] += s->quantity;
    }
    for (size_t i = 0; i < plan->unmet_count; i++) {
        const struct allocation_unmet *u = &plan->unmet[i];
        cost += (long double)u->quantity * instance->items[u->item].shortage_cost *
                instance->shelters[u->shelter].priority;
    }
    allocation_reachable(instance, reachable);
    plan->objective = (double)cost;
    plan->min_fill_rate = least_fill(instance, reachable, sent);
    free(sent);
    free(reachable);
    return 0;
}

/* The bound --------------------------------------------------------------------------------------
 */

static double price_of(const double *prices, size_t i) {
    return prices ? prices[i] : 0;
}

/* What the best lane saves on one unit of each need, at the prices; -DBL_MAX where nothing can be
 * sent. */
static void find_savings(const struct allocation_instance *instance,
                         const struct allocation_prices *prices, double *savings) {
    uint32_t items = instance->item_count;
    for (size_t i = 0; i < (size_t)instance->shelter_count * items; i++)
        savings[i] = -DBL_MAX;
    for (uint32_t l = 0; l < instance->lane_count; l++) {
        const struct allocation_lane *lane = &instance->lanes[l];
        if (lane->closed || instance->depots[lane->depot].closed)
            continue;
        const double *stock = prices->stock ? &prices->stock[(size_t)lane->depot * items] : NULL;
        double *saving = &savings[(size_t)lane->shelter * items];
        double room = lane->cost_per_m3 + price_of(prices->dispatch, lane->depot) +
                      price_of(prices->receive, lane->shelter) + price_of(prices->lane, l);
        double priority = instance->shelters[lane->shelter].priority;
        for (uint32_t k = 0; k < items; k++) {
            const struct allocation_item *item = &instance->items[k];
            if (!allocation_lane_carries(instance, l, k))
                continue;
            double gain =
                item->shortage_cost * priority - item->volume_m3 * room - (stock ? stock[k] : 0);
            saving[k] = gain > saving[k] ? gain : saving[k];
        }
    }
}

/* A sum with what its rounding may have added. */
struct bound {
    long double sum, magnitude;
};

static void add_term(struct bound *bound, long double term) {
    bound->sum += term;
    bound->magnitude += term < 0 ? -term : term;
}

static void add_needs(const struct allocation_instance *instance, const double *floor,
                      const double *savings, struct bound *bound) {
    uint32_t items = instance->item_count;
    for (size_t i = 0; i < (size_t)instance->shelter_count * items; i++) {
        double need = instance->need[i];
        if (need == 0)
            continue;
        add_term(bound, (long double)need * instance->items[i % items].shortage_cost *
                            instance->shelters[i / items].priority);
        if (savings[i] > 0)
            add_term(bound, -(long double)need * savings[i]);
        else if (floor && floor[i] > 0 && savings[i] > -DBL_MAX)
            add_term(bound, -(long double)need * floor[i] * savings[i]);
    }
}

static void add_room(const struct allocation_instance *instance,
                     const struct allocation_prices *prices, struct bound *bound) {
    for (uint32_t d = 0; d < instance->depot_count; d++) {
        if (allocation_is_limited(instance->depots[d].dispatch_m3))
            add_term(bound,
                     -(long double)instance->depots[d].dispatch_m3 * price_of(prices->dispatch, d));
        for (uint32_t k = 0; k < instance->item_count; k++)
            add_term(bound, -(long double)allocation_free_stock(instance, d, k) *
                                price_of(prices->stock, (size_t)d * instance->item_count + k));
    }
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        if (allocation_is_limited(instance->shelters[s].receive_m3))
            add_term(bound,
                     -(long double)instance->shelters[s].receive_m3 * price_of(prices->receive, s));
    for (uint32_t l = 0; l < instance->lane_count; l++)
        if (allocation_is_limited(instance->lanes[l].capacity_m3))
            add_term(bound,
                     -(long double)instance->lanes[l].capacity_m3 * price_of(prices->lane, l));
}

int allocation_plan_keeps_floor(const struct allocation_instance *instance,
                                const struct allocation_plan *plan, bool *ret_keeps) {
    const size_t needs = (size_t)instance->shelter_count * instance->item_count;
    *ret_keeps = true;
    if (!plan->floor)
        return 0;
    double *sent = calloc(needs + 1, sizeof *sent);
    if (!sent)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < plan->shipment_count; i++)
        sent[(size_t)instance->lanes[plan->shipments[i].lane].shelter * instance->item_count +
             plan->shipments[i].item] += plan->shipments[i].quantity;
    for (size_t i = 0; i < needs; i++)
        if (sent[i] < instance->need[i] * (plan->floor[i] - ALMOST))
            *ret_keeps = false;
    free(sent);
    return 0;
}

int allocation_bound(const struct allocation_instance *instance, const double *floor,
                     const struct allocation_prices *prices, double *ret_bound) {
    size_t needs = (size_t)instance->shelter_count * instance->item_count;
    double *savings = calloc(needs + 1, sizeof *savings);
    if (!savings)
        return HV_ERR_MEMORY;
    struct bound bound = {0, 0};
    find_savings(instance, prices, savings);
    add_needs(instance, floor, savings, &bound);
    add_room(instance, prices, &bound);
    free(savings);
    /* Each term is a few products of doubles: what they may have been rounded up by is off. */
    bound.sum -= 8 * (long double)DBL_EPSILON * bound.magnitude;
    *ret_bound = bound.sum > 0 ? (double)bound.sum : 0;
    return 0;
}
