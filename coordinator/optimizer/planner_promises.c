/* Goods that orders have promised: which orders stand, and which the plan asks to take back.
 *
 * An order stands unless it cannot be carried out, or taking it back saves more than the price of a
 * change. The second is a search: each order by itself, those first that the prices promise most
 * of, each tried by a warm solve, PLANNER_RELEASES_MAX at most, so that a plan never overturns more
 * than that many orders for gain. What all of them together could save stands in the plan. */
#include "coordinator/optimizer/planner_state.h"

#include "schemas/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOISE 1e-9 /* of a cost, which sums of doubles may be off */

/* What is promised ------------------------------------------------------------------------------
 */

static bool is_promise(const struct planner *planner, const struct planner_promise *promise) {
    if (promise->depot >= planner->instance.depot_count ||
        promise->shelter >= planner->instance.shelter_count)
        return false;
    for (uint32_t i = 0; i < promise->line_count; i++)
        if (promise->lines[i].item >= planner->instance.item_count ||
            promise->lines[i].quantity < 0 || promise->lines[i].quantity > HV_QUANTITY_MAX)
            return false;
    return true;
}

void planner_free_promises(struct planner_promises *promises) {
    free(promises->list);
    free(promises->lines);
    free(promises->why);
    free(promises->saving);
    *promises = (struct planner_promises){0};
}

int planner_set_promises(struct planner *planner, const struct planner_promise *list,
                         uint32_t count, int64_t price) {
    size_t lines = 0;
    if (price < 0)
        return HV_ERR_VALUE;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_promise(planner, &list[i]))
            return HV_ERR_VALUE;
        lines += list[i].line_count;
    }
    struct planner_promises made = {.count = count,
                                    .price = price,
                                    .list = planner_take(count, sizeof *made.list),
                                    .lines = planner_take(lines, sizeof *made.lines),
                                    .why = planner_take(count, sizeof *made.why),
                                    .saving = planner_take(count, sizeof *made.saving)};
    if (!made.list || !made.lines || !made.why || !made.saving) {
        planner_free_promises(&made);
        return HV_ERR_MEMORY;
    }
    struct planner_promise_line *next = made.lines;
    for (uint32_t i = 0; i < count; i++) {
        made.list[i] = list[i];
        made.list[i].lines = next;
        for (uint32_t l = 0; l < list[i].line_count; l++)
            *next++ = list[i].lines[l];
    }
    planner_free_promises(&planner->promises);
    planner->promises = made;
    return 0;
}

static bool stands(const struct planner *planner, uint32_t promise) {
    return planner->promises.why[promise] == REASON_NONE;
}

/* Takes what orders that stand have promised off stock and needs; begun_only: what those have
 * that are being carried out. */
static void take_off(struct planner *planner, bool begun_only) {
    const struct planner_promises *promises = &planner->promises;
    uint32_t items = planner->instance.item_count;
    size_t stocks = (size_t)planner->instance.depot_count * items;
    size_t needs = (size_t)planner->instance.shelter_count * items;
    if (stocks > 0)
        memcpy(planner->stock, planner->all_stock, stocks * sizeof *planner->stock);
    if (needs > 0)
        memcpy(planner->need, planner->all_need, needs * sizeof *planner->need);
    for (uint32_t i = 0; i < promises->count; i++) {
        const struct planner_promise *promise = &promises->list[i];
        for (uint32_t l = 0;
             stands(planner, i) && (promise->begun || !begun_only) && l < promise->line_count;
             l++) {
            const struct planner_promise_line *line = &promise->lines[l];
            int64_t *stock = &planner->stock[(size_t)promise->depot * items + line->item];
            int64_t *need = &planner->need[(size_t)promise->shelter * items + line->item];
            *stock = *stock > line->quantity ? *stock - line->quantity : 0;
            *need = *need > line->quantity ? *need - line->quantity : 0;
        }
    }
}

/* What cannot be carried out --------------------------------------------------------------------
 */

static bool is_needed(const struct planner *planner, const struct planner_promise *promise) {
    if (planner->shelters[promise->shelter].usable)
        return true;
    for (uint32_t l = 0; l < promise->line_count; l++)
        if (planner->all_need[(size_t)promise->shelter * planner->instance.item_count +
                              promise->lines[l].item] > 0)
            return true;
    return false;
}

/* Takes the promise off what earlier ones have left of the stock; false: there is less. */
static bool has_stock(const struct planner *planner, const struct planner_promise *promise) {
    bool enough = true;
    for (uint32_t l = 0; l < promise->line_count; l++) {
        const struct planner_promise_line *line = &promise->lines[l];
        size_t at = (size_t)promise->depot * planner->instance.item_count + line->item;
        enough = enough && planner->stock[at] >= line->quantity;
    }
    for (uint32_t l = 0; enough && l < promise->line_count; l++)
        planner->stock[(size_t)promise->depot * planner->instance.item_count +
                       promise->lines[l].item] -= promise->lines[l].quantity;
    return enough;
}

static enum plan_reason_code why_broken(const struct planner *planner,
                                        const struct planner_promise *promise) {
    uint32_t origin = planner->instance.zone_count + promise->depot;
    if (!planner->depots[promise->depot].usable)
        return REASON_ORDER_DEPOT_LOST;
    if (planner->travel_ms[planner_pair(planner, origin, promise->shelter)] == NETWORK_UNREACHABLE)
        return REASON_ORDER_NO_ROUTE;
    if (planner->depot_excluded[planner_pair(planner, promise->depot, promise->shelter)])
        return REASON_ORDER_EXCLUDED;
    if (!is_needed(planner, promise))
        return REASON_ORDER_NOT_NEEDED;
    return has_stock(planner, promise) ? REASON_NONE : REASON_ORDER_STOCK_GONE;
}

void planner_break_promises(struct planner *planner) {
    struct planner_promises *promises = &planner->promises;
    size_t stocks = (size_t)planner->instance.depot_count * planner->instance.item_count;
    if (stocks > 0)
        memcpy(planner->stock, planner->all_stock, stocks * sizeof *planner->stock);
    for (uint32_t i = 0; i < promises->count; i++) {
        promises->why[i] = why_broken(planner, &promises->list[i]);
        promises->saving[i] = 0;
    }
    take_off(planner, false);
}

/* What had better be taken back -----------------------------------------------------------------
 */

/* What the orders that stand cost to carry, in micro cost units; begun_only as above. */
static double carrying(const struct planner *planner, bool begun_only) {
    double total = 0;
    for (uint32_t i = 0; i < planner->promises.count; i++) {
        const struct planner_promise *promise = &planner->promises.list[i];
        for (uint32_t l = 0;
             stands(planner, i) && (promise->begun || !begun_only) && l < promise->line_count;
             l++) {
            int64_t cost = 0;
            if (planner_unit_cost(planner, promise->depot, promise->shelter, promise->lines[l].item,
                                  &cost) == 0)
                total += (double)cost * (double)promise->lines[l].quantity;
        }
    }
    return total;
}

/* What one unit more of an item is worth at a shelter, at the prices of the plan. */
static double worth_there(const struct planner *planner, const struct allocation_prices *prices,
                          uint32_t shelter, uint32_t item) {
    int64_t cost;
    if (planner_unit_shortage(planner, shelter, item, &cost))
        return 0;
    double worth = (double)cost, volume = (double)planner->items[item].volume_ml;
    for (uint32_t d = 0; d < planner->instance.depot_count; d++) {
        size_t stock = (size_t)d * planner->instance.item_count + item;
        if (planner_available(planner, d, item) == 0 ||
            !planner_lane_is_open(planner, d, shelter) ||
            planner_unit_cost(planner, d, shelter, item, &cost))
            continue;
        double room = (prices->dispatch ? prices->dispatch[d] : 0) +
                      (prices->receive ? prices->receive[shelter] : 0);
        double here = (double)cost + (prices->stock ? prices->stock[stock] : 0) + volume * room;
        worth = here < worth ? here : worth;
    }
    return worth;
}

/* What taking an order back would save, to first order: its stock and its way are free, and its
 * shelter lacks what it would have brought. */
static double estimate(const struct planner *planner, const struct allocation_prices *prices,
                       const struct planner_promise *promise) {
    double saving = 0;
    for (uint32_t l = 0; l < promise->line_count; l++) {
        uint32_t item = promise->lines[l].item;
        size_t stock = (size_t)promise->depot * planner->instance.item_count + item;
        int64_t cost = 0;
        if (planner_unit_cost(planner, promise->depot, promise->shelter, item, &cost))
            return 0;
        saving += (double)promise->lines[l].quantity *
                  ((prices->stock ? prices->stock[stock] : 0) + (double)cost -
                   worth_there(planner, prices, promise->shelter, item));
    }
    return saving;
}

struct candidate {
    double saving;
    uint32_t promise;
};

static int compare_candidates(const void *left, const void *right) {
    const struct candidate *a = left, *b = right;
    if (a->saving != b->saving)
        return a->saving > b->saving ? -1 : 1;
    return (a->promise > b->promise) - (a->promise < b->promise);
}

/* The orders that may gain most, best first; returns how many. */
static size_t find_candidates(const struct planner *planner, const struct allocation_prices *prices,
                              struct candidate *candidates) {
    size_t count = 0;
    for (uint32_t i = 0; i < planner->promises.count; i++) {
        if (!stands(planner, i) || planner->promises.list[i].begun)
            continue;
        double saving = estimate(planner, prices, &planner->promises.list[i]);
        if (saving > (double)planner->promises.price)
            candidates[count++] = (struct candidate){saving, i};
    }
    qsort(candidates, count, sizeof *candidates, compare_candidates);
    return count < PLANNER_RELEASES_MAX ? count : PLANNER_RELEASES_MAX;
}

/* Cost of the best plan for the goods that the orders in force leave, with what these cost to
 * carry. */
static int cost_now(struct planner_run *run, struct allocation_session **session, bool begun_only,
                    struct allocation_plan *plan, double *ret_cost) {
    take_off(run->planner, begun_only);
    allocation_plan_deinit(plan);
    int error = planner_cheapest_cost(run, session, plan, ret_cost);
    *ret_cost += carrying(run->planner, begun_only);
    return error;
}

static int try_releases(struct planner_run *run, struct allocation_plan *plan, double *cost) {
    struct planner *planner = run->planner;
    struct planner_promises *promises = &planner->promises;
    struct candidate *candidates = planner_take(promises->count, sizeof *candidates);
    int error = candidates ? 0 : HV_ERR_MEMORY;
    size_t count = error ? 0 : find_candidates(planner, &plan->prices, candidates);
    for (size_t i = 0; i < count && !error && !run->stopped; i++) {
        uint32_t promise = candidates[i].promise;
        double without;
        promises->why[promise] = REASON_ORDER_IMPROVED;
        error = cost_now(run, &planner->goods.cheapest, false, plan, &without);
        double saving = *cost - without;
        if (run->stopped || !(saving > (double)promises->price + NOISE * *cost)) {
            promises->why[promise] = REASON_NONE;
            continue;
        }
        promises->saving[promise] = saving < 9e18 ? (int64_t)saving : INT64_MAX;
        *cost = without;
    }
    take_off(planner, false);
    free(candidates);
    return error;
}

static bool may_release(const struct planner *planner) {
    for (uint32_t i = 0; i < planner->promises.count; i++)
        if (stands(planner, i) && !planner->promises.list[i].begun)
            return true;
    return false;
}

int planner_improve_promises(struct planner_run *run, struct plan *plan) {
    struct planner *planner = run->planner;
    struct allocation_plan scratch = {0};
    double cost, freest;
    if (!may_release(planner))
        return 0;
    int error = cost_now(run, &planner->goods.freest, true, &scratch, &freest);
    if (!error)
        error = cost_now(run, &planner->goods.cheapest, false, &scratch, &cost);
    if (!error && !run->stopped && cost - freest > (double)planner->promises.price)
        error = try_releases(run, &scratch, &cost);
    double stability = error || run->stopped ? 0 : round(cost - freest);
    plan->goods_stability_cost = stability > 0 && stability < 9e18 ? (int64_t)stability : 0;
    allocation_plan_deinit(&scratch);
    return error;
}

int planner_write_promises(const struct planner *planner, struct plan *plan) {
    const struct planner_promises *promises = &planner->promises;
    plan->releases = planner_take(promises->count, sizeof *plan->releases);
    if (!plan->releases)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < promises->count; i++)
        if (!stands(planner, i))
            plan->releases[plan->release_count++] =
                (struct plan_release){i, promises->why[i], promises->saving[i]};
    plan->kept_promises = promises->count - (uint32_t)plan->release_count;
    return 0;
}
