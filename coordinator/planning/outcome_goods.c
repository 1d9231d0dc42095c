#include "coordinator/planning/outcome_inside.h"

#include "coordinator/planning/kits.h"
#include "coordinator/planning/transfers.h"

#include <stdio.h>

enum { MICRO = 1000000 };

static const char *depot_id(const struct outcome_telling *telling, uint32_t depot) {
    return telling->region->depots[depot].id;
}

/* ---- what goes where ---- */

int outcome_shipments(const struct outcome_telling *telling) {
    const struct plan *plan = telling->plan;
    struct hv_plan *out = telling->out;
    out->shipments =
        hv_arena_take(telling->arena, plan->shipment_count + 1, sizeof *out->shipments);
    if (out->shipments == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < plan->shipment_count; i++)
        out->shipments[out->shipment_count++] = (struct hv_plan_shipment){
            .depot = telling->region->depots[plan->shipments[i].depot].id,
            .shelter = telling->region->shelters[plan->shipments[i].shelter].id,
            .item = telling->region->items[plan->shipments[i].item].id,
            .quantity = (uint64_t)plan->shipments[i].quantity};
    return HV_OK;
}

/* ---- which kits are opened for it ---- */

static bool is_taken_back(const struct outcome_telling *telling, uint64_t order) {
    for (size_t i = 0; i < telling->plan->release_count; i++)
        if (telling->picture->promise_orders[telling->plan->releases[i].promise] == order)
            return true;
    return false;
}

/* What orders that stand take first, as far as it has not left. */
static int take_standing(const struct outcome_telling *telling, struct kits *kits) {
    for (uint32_t i = 0; i < state_count(telling->state, STATE_ORDER); i++) {
        const struct state_order *order = state_order(telling->state, i);
        const struct hv_order *body = NULL;
        if (order->order_kind != HV_ORDER_SHIP || !hv_order_is_open(state_order_state(order)) ||
            is_taken_back(telling, order->number))
            continue;
        if (state_order_decode(order, telling->arena, &body) != HV_OK)
            return HV_ERR_MEMORY;
        const uint32_t depot = kits_depot_of(kits, body);
        uint64_t done = order->has_done ? order->done : 0;
        for (size_t l = 0; depot != REGION_NONE && l < body->line_count; l++) {
            const uint64_t wanted = body->lines[l].quantity, gone = wanted < done ? wanted : done;
            const uint32_t item = region_find_item(telling->region, body->lines[l].item);
            done -= gone;
            if (item == REGION_NONE)
                continue;
            kits_take(kits, depot, item, (int64_t)(wanted - gone));
            kits_open(kits, depot, item);
        }
    }
    return HV_OK;
}

/* The depots' shipments stand together. */
int outcome_kits(const struct outcome_telling *telling) {
    const struct plan *plan = telling->plan;
    const uint32_t items = telling->region->item_count;
    struct hv_plan *out = telling->out;
    struct kits kits;
    int error = kits_count(telling->state, telling->region, telling->picture->rules.today_day,
                           telling->arena, &kits);
    if (error != HV_OK || !kits.any)
        return error;
    out->kits = hv_arena_take(telling->arena, (size_t)telling->region->depot_count * items + 1,
                              sizeof *out->kits);
    error = out->kits == NULL ? HV_ERR_MEMORY : take_standing(telling, &kits);
    for (size_t i = 0, next; i < plan->shipment_count && error == HV_OK; i = next) {
        const uint32_t depot = plan->shipments[i].depot;
        kits_begin(&kits);
        for (next = i; next < plan->shipment_count && plan->shipments[next].depot == depot; next++)
            kits_take(&kits, depot, plan->shipments[next].item, plan->shipments[next].quantity);
        for (uint32_t item = 0; item < items; item++)
            kits_open(&kits, depot, item);
        for (uint32_t kit = 0; kit < items && out->kit_count < HV_PLAN_LINES_MAX; kit++)
            if (kits.opened[kit] > 0)
                out->kits[out->kit_count++] =
                    (struct hv_plan_kits){.depot = depot_id(telling, depot),
                                          .item = telling->region->items[kit].id,
                                          .quantity = (uint64_t)kits.opened[kit]};
    }
    return error;
}

/* ---- what is left over, and why ---- */

/* By shelter and item: the reason why some of a need stays unmet, and the first of what depots hold
 * back of it; in the order of the plan's reasons. */
struct goods_reasons {
    const struct plan_reason **unmet, **held;
};

static bool is_why_unmet(enum plan_reason_code code) {
    return code == REASON_STOCK_EXHAUSTED || code == REASON_NO_DEPOT_REACHES ||
           code == REASON_DISPATCH_EXHAUSTED || code == REASON_RECEIVE_EXHAUSTED ||
           code == REASON_LANE_EXHAUSTED || code == REASON_NOT_WORTH_CARRYING ||
           code == REASON_SHELTER_EXCLUDED || code == REASON_WHOLE_PACKS;
}

static int find_goods_reasons(const struct outcome_telling *telling,
                              struct goods_reasons *reasons) {
    const struct instance *instance = &telling->picture->instance;
    const struct plan *plan = telling->plan;
    size_t cells = (size_t)instance->shelter_count * instance->item_count;
    reasons->unmet = hv_arena_take(telling->arena, cells + 1, sizeof *reasons->unmet);
    reasons->held = hv_arena_take(telling->arena, cells + 1, sizeof *reasons->held);
    if (reasons->unmet == NULL || reasons->held == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = plan->reason_count; i-- > 0;) {
        const struct plan_reason *reason = &plan->reasons[i];
        bool held = reason->code == REASON_RESERVE_HELD;
        if (held || is_why_unmet(reason->code))
            (held ? reasons->held
                  : reasons->unmet)[(size_t)reason->shelter * instance->item_count + reason->item] =
                reason;
    }
    return HV_OK;
}

/* No depot reaches a shelter with what no depot has: that is a lack of stock, not of roads. The
 * parameter names the depots that hold some back, with how much, or the depot whose limit it is. */
static int tell_unmet(const struct outcome_telling *telling, const struct goods_reasons *reasons,
                      const struct plan_unmet *one, struct hv_plan_left *left) {
    const struct instance *instance = &telling->picture->instance;
    size_t cell = (size_t)one->shelter * instance->item_count + one->item;
    const struct plan_reason *why = reasons->unmet[cell], *held = reasons->held[cell];
    const struct plan_reason *end = telling->plan->reasons + telling->plan->reason_count;
    enum plan_reason_code code = why == NULL ? REASON_STOCK_EXHAUSTED : why->code;
    char text[OUTCOME_PARAMETER_BYTES] = "";
    size_t used = 0;
    int64_t stock = 0;
    for (uint32_t d = 0; d < instance->depot_count && stock == 0; d++)
        stock = instance->stock[(size_t)d * instance->item_count + one->item];
    if (stock == 0)
        code = REASON_STOCK_EXHAUSTED;
    bool reserved =
        held != NULL && (code == REASON_STOCK_EXHAUSTED || code == REASON_NO_DEPOT_REACHES);
    for (; reserved && held < end && held->code == REASON_RESERVE_HELD; held++)
        if (held->shelter == one->shelter && held->item == one->item && used + 100 < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%.64s %lld",
                                     used == 0 ? "" : " ", depot_id(telling, held->depot),
                                     (long long)held->amount);
    if (why != NULL && why->depot != PLAN_NONE)
        snprintf(text, sizeof text, "%.64s", depot_id(telling, why->depot));
    left->reason = reserved ? HV_PLAN_RESERVE : outcome_reason(code);
    left->parameter = hv_arena_text(telling->arena, text);
    return left->parameter == NULL ? HV_ERR_MEMORY : HV_OK;
}

int outcome_left_goods(const struct outcome_telling *telling) {
    const struct plan *plan = telling->plan;
    struct hv_plan *out = telling->out;
    struct goods_reasons reasons;
    int error = find_goods_reasons(telling, &reasons);
    for (size_t i = 0; i < plan->unmet_count && error == HV_OK; i++) {
        const struct plan_unmet *one = &plan->unmet[i];
        struct hv_plan_left *left = &out->left[out->left_count++];
        *left = (struct hv_plan_left){.zone = "",
                                      .shelter = telling->region->shelters[one->shelter].id,
                                      .item = telling->region->items[one->item].id,
                                      .amount = (uint64_t)one->quantity};
        error = tell_unmet(telling, &reasons, one, left);
    }
    return error;
}

/* ---- what shelters have to spare ---- */

/* The lines of unmet needs are the last of what is left, in the order of the plan. */
static bool *find_lacks(const struct outcome_telling *telling) {
    const size_t count = telling->plan->unmet_count;
    const struct hv_plan_left *lines = telling->out->left + telling->out->left_count - count;
    bool *lacks = hv_arena_take(telling->arena, count + 1, sizeof *lacks);
    for (size_t i = 0; lacks != NULL && i < count; i++)
        lacks[i] = lines[i].reason == HV_PLAN_NO_STOCK || lines[i].reason == HV_PLAN_NO_ROUTE ||
                   lines[i].reason == HV_PLAN_RESERVE;
    return lacks;
}

int outcome_transfers(const struct outcome_telling *telling) {
    const struct region *region = telling->region;
    struct hv_plan *out = telling->out;
    struct transfer *all = NULL;
    size_t count = 0;
    const bool *lacks = find_lacks(telling);
    int error = lacks == NULL ? HV_ERR_MEMORY
                              : transfers_find(telling->picture, telling->plan, lacks,
                                               telling->arena, &all, &count);
    if (error != HV_OK || count == 0)
        return error;
    out->transfers = hv_arena_take(telling->arena, count, sizeof *out->transfers);
    if (out->transfers == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        out->transfers[out->transfer_count++] =
            (struct hv_plan_transfer){.from = region->shelters[all[i].from].id,
                                      .to = region->shelters[all[i].to].id,
                                      .item = region->items[all[i].item].id,
                                      .quantity = (uint64_t)all[i].quantity,
                                      .travel_s = outcome_seconds(all[i].travel_ms)};
    return HV_OK;
}

/* ---- what choices cost, and which orders go ---- */

/* A share in hundredths of a percent, never rounded up to all or down to nothing. */
static uint32_t permyriad(double share) {
    double scaled = share * 10000;
    return scaled <= 0 ? 0 : scaled < 1 ? 1 : scaled >= 10000 ? 10000 : (uint32_t)scaled;
}

int outcome_goods(const struct outcome_telling *telling) {
    const struct plan *plan = telling->plan;
    const struct picture *picture = telling->picture;
    struct hv_plan *out = telling->out;
    out->fair = plan->is_fair;
    out->fairness_known = plan->fair_levels > 0;
    out->fairness_cost = plan->fairness_cost;
    out->cheapest_fill = permyriad(plan->cheapest_fill);
    out->fairest_fill = permyriad(plan->fairest_fill);
    out->least_fill = permyriad(plan->least_fill);
    out->whole_packs = picture->rules.whole_packs;
    out->rounding_cost = plan->rounding_cost;
    out->carrying_cost = plan->carrying_cost;
    out->orders_kept = plan->kept_promises;
    out->stability_cost = plan->goods_stability_cost;
    out->goods_change_price = picture->rules.goods_change_price * MICRO;
    out->order_changes =
        hv_arena_take(telling->arena, plan->release_count + 1, sizeof *out->order_changes);
    if (out->order_changes == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < plan->release_count; i++) {
        const struct plan_release *release = &plan->releases[i];
        const struct planner_promise *promise = &picture->promises[release->promise];
        out->order_changes[out->order_change_count++] = (struct hv_plan_order_change){
            .order = picture->promise_orders[release->promise],
            .reason = outcome_reason(release->code),
            .saving = release->saving,
            .depot = depot_id(telling, promise->depot),
            .shelter = telling->region->shelters[promise->shelter].id};
    }
    return HV_OK;
}

/* ---- how they get there ---- */

static enum hv_plan_reason why_undelivered(enum plan_undelivered_reason reason) {
    static const enum hv_plan_reason reasons[PLAN_UNDELIVERED_REASONS] = {
        [PLAN_UNDELIVERED_NO_VEHICLE] = HV_PLAN_NO_VEHICLE,
        [PLAN_UNDELIVERED_NO_WAY] = HV_PLAN_NO_ROUTE,
        [PLAN_UNDELIVERED_NO_COLD] = HV_PLAN_NO_COLD_VEHICLE,
        [PLAN_UNDELIVERED_TOO_BIG] = HV_PLAN_VEHICLES_TOO_SMALL,
        [PLAN_UNDELIVERED_TOO_FAR] = HV_PLAN_OUT_OF_RANGE,
        [PLAN_UNDELIVERED_CLOSES] = HV_PLAN_ROAD_CLOSES,
        [PLAN_UNDELIVERED_BUSY] = HV_PLAN_VEHICLES_BUSY,
        [PLAN_UNDELIVERED_TRIPS] = HV_PLAN_WORK_LIMIT};
    return reasons[reason];
}

static uint64_t order_of(const struct outcome_telling *telling, uint32_t promise) {
    return promise == PLAN_NONE ? 0 : telling->picture->promise_orders[promise];
}

/* 0: it may leave at any time; so 1 stands for this very second too. */
static uint32_t leave_by_s(int64_t ms) {
    if (ms == INT64_MAX)
        return 0;
    return ms < OUTCOME_MS_PER_S ? 1 : outcome_seconds(ms / OUTCOME_MS_PER_S * OUTCOME_MS_PER_S);
}

static int tell_delivery(const struct outcome_telling *telling, const struct plan_delivery *one,
                         struct hv_plan_delivery *ret_delivery) {
    const struct region *region = telling->region;
    const struct plan_load *loads = &telling->plan->deliveries->loads[one->first_load];
    const uint32_t vehicle = telling->picture->fleet->vehicles[one->group];
    struct hv_plan_load *told = hv_arena_take(telling->arena, one->load_count + 1, sizeof *told);
    if (told == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < one->load_count; i++)
        told[i] = (struct hv_plan_load){.item = region->items[loads[i].item].id,
                                        .quantity = (uint64_t)loads[i].quantity};
    *ret_delivery = (struct hv_plan_delivery){.depot = depot_id(telling, one->depot),
                                              .shelter = region->shelters[one->shelter].id,
                                              .vehicle = region->vehicles[vehicle].id,
                                              .number = one->number,
                                              .order = order_of(telling, one->promise),
                                              .starts_s = outcome_seconds(one->starts_ms),
                                              .leaves_s = outcome_seconds(one->leaves_ms),
                                              .arrives_s = outcome_seconds(one->arrives_ms),
                                              .delivered_s = outcome_seconds(one->delivered_ms),
                                              .back_s = outcome_seconds(one->back_ms),
                                              .late_s = outcome_seconds(one->late_ms),
                                              .leave_by_s = leave_by_s(one->leave_by_ms),
                                              .load = told,
                                              .load_count = one->load_count};
    return HV_OK;
}

int outcome_deliveries(const struct outcome_telling *telling) {
    const struct plan_deliveries *plan = telling->plan->deliveries;
    struct hv_plan *out = telling->out;
    if (plan == NULL)
        return HV_OK;
    out->fleet_known = true;
    out->delivery_horizon_s = outcome_seconds(plan->horizon_ms);
    out->last_delivery_s = outcome_seconds(plan->last_ms);
    out->last_delivery_bound_s = (uint32_t)(plan->last_bound_ms / OUTCOME_MS_PER_S < UINT32_MAX
                                                ? plan->last_bound_ms / OUTCOME_MS_PER_S
                                                : UINT32_MAX);
    out->vehicle_s = (uint64_t)(plan->busy_ms / OUTCOME_MS_PER_S);
    out->delivery_late_s = outcome_seconds(plan->latest_ms);
    out->deliveries =
        hv_arena_take(telling->arena, plan->delivery_count + 1, sizeof *out->deliveries);
    out->undelivered =
        hv_arena_take(telling->arena, plan->left_count + 1, sizeof *out->undelivered);
    if (out->deliveries == NULL || out->undelivered == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < plan->delivery_count; i++)
        if (tell_delivery(telling, &plan->deliveries[i], &out->deliveries[out->delivery_count++]) !=
            HV_OK)
            return HV_ERR_MEMORY;
    for (size_t i = 0; i < plan->left_count && out->undelivered_count < HV_PLAN_LINES_MAX; i++) {
        const struct plan_undelivered *one = &plan->left[i];
        out->undelivered[out->undelivered_count++] =
            (struct hv_plan_undelivered){.depot = depot_id(telling, one->depot),
                                         .shelter = telling->region->shelters[one->shelter].id,
                                         .item = telling->region->items[one->item].id,
                                         .quantity = (uint64_t)one->quantity,
                                         .order = order_of(telling, one->promise),
                                         .reason = why_undelivered(one->reason)};
    }
    return HV_OK;
}
