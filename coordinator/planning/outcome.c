#include "coordinator/planning/outcome.h"

#include <stdio.h>
#include <string.h>

enum { MS_PER_S = 1000, MICRO = 1000000, PARAMETER_BYTES = 512 };

struct telling {
    const struct plan *plan;
    const struct picture *picture;
    const struct region *region;
    const struct hv_plan *in_force; /* NULL: none */
    struct hv_arena *arena;
    struct hv_plan *out;
};

/* ---- moves ---- */

static bool moved_before(const struct hv_plan *in_force, const struct hv_plan_move *move) {
    for (size_t i = 0; in_force != NULL && i < in_force->move_count; i++)
        if (strcmp(in_force->moves[i].zone, move->zone) == 0 &&
            strcmp(in_force->moves[i].shelter, move->shelter) == 0)
            return true;
    return false;
}

static int tell_route(const struct telling *telling, const struct plan_route *route,
                      struct hv_plan_move *move) {
    move->links = hv_arena_take(telling->arena, route->count + 1u, sizeof *move->links);
    if (move->links == NULL)
        return HV_ERR_MEMORY;
    move->link_count = route->count;
    for (uint32_t i = 0; i < route->count; i++)
        move->links[i] = telling->region->links[telling->plan->links[route->first + i]].id;
    return HV_OK;
}

/* People without a vehicle go where their zone goes, in proportion. */
static int64_t without_vehicle(const struct telling *telling,
                               const struct plan_assignment *assignment, int64_t people) {
    const struct instance_zone *zone = &telling->picture->zones[assignment->zone];
    int64_t all = zone->people[INSTANCE_GENERAL] + zone->people[INSTANCE_WHEELCHAIR] +
                  zone->people[INSTANCE_MEDICAL];
    return all == 0 ? 0 : (people * zone->without_vehicle + all / 2) / all;
}

static int tell_moves(const struct telling *telling) {
    const struct plan *plan = telling->plan;
    struct hv_plan *out = telling->out;
    out->moves = hv_arena_take(telling->arena, plan->assignment_count + 1, sizeof *out->moves);
    if (out->moves == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < plan->assignment_count; i++) {
        const struct plan_assignment *assignment = &plan->assignments[i];
        struct hv_plan_move *move = &out->moves[out->move_count];
        int64_t people = 0;
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            people += assignment->people[class];
        if (people == 0)
            continue;
        *move = (struct hv_plan_move){
            .zone = telling->region->zones[assignment->zone].id,
            .shelter = telling->region->shelters[assignment->shelter].id,
            .people = (uint32_t)people,
            .wheelchair = (uint32_t)assignment->people[INSTANCE_WHEELCHAIR],
            .medical = (uint32_t)assignment->people[INSTANCE_MEDICAL],
            .without_vehicle = (uint32_t)without_vehicle(telling, assignment, people),
            .travel_s = (uint32_t)((assignment->travel_ms + MS_PER_S - 1) / MS_PER_S)};
        if (tell_route(telling, &assignment->route, move) != HV_OK)
            return HV_ERR_MEMORY;
        move->changed = telling->in_force != NULL && !moved_before(telling->in_force, move);
        out->move_count++;
    }
    return HV_OK;
}

static int tell_shipments(const struct telling *telling) {
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

/* ---- what is left over, and why ---- */

static enum hv_plan_reason reason_of(enum plan_reason_code code) {
    switch (code) {
    case REASON_ZONE_UNREACHABLE:
    case REASON_NO_DEPOT_REACHES:
        return HV_PLAN_NO_ROUTE;
    case REASON_NO_PLACE_FOR_CLASS:
    case REASON_CAPACITY_EXHAUSTED:
        return HV_PLAN_NO_PLACES;
    case REASON_ZONE_EXCLUDED:
    case REASON_SHELTER_EXCLUDED:
        return HV_PLAN_EXCLUDED;
    case REASON_STOCK_EXHAUSTED:
    case REASON_ORDER_STOCK_GONE:
        return HV_PLAN_NO_STOCK;
    case REASON_RESERVE_HELD:
        return HV_PLAN_RESERVE;
    case REASON_DISPATCH_EXHAUSTED:
    case REASON_RECEIVE_EXHAUSTED:
    case REASON_LANE_EXHAUSTED:
        return HV_PLAN_LIMIT;
    case REASON_NOT_WORTH_CARRYING:
        return HV_PLAN_NOT_WORTH_CARRYING;
    case REASON_WHOLE_PACKS:
        return HV_PLAN_WHOLE_PACKS;
    case REASON_ORDER_DEPOT_LOST:
        return HV_PLAN_HAZARD;
    case REASON_ORDER_NO_ROUTE:
        return HV_PLAN_NO_ROUTE;
    case REASON_ORDER_EXCLUDED:
        return HV_PLAN_EXCLUDED;
    case REASON_ORDER_NOT_NEEDED:
        return HV_PLAN_NOT_NEEDED;
    case REASON_ORDER_IMPROVED:
        return HV_PLAN_CHANGED;
    case REASON_PINNED:
    case REASON_PIN_NOT_USABLE:
        return HV_PLAN_PINNED;
    case REASON_KEPT_FOR_STABILITY:
        return HV_PLAN_KEPT;
    case REASON_SHELTER_HAZARD:
        return HV_PLAN_HAZARD;
    default:
        return HV_PLAN_REASON_UNKNOWN;
    }
}

static bool about(uint32_t said, uint32_t wanted) {
    return said == PLAN_NONE || said == wanted;
}

static const struct plan_reason *why_people(const struct plan *plan,
                                            const struct plan_unserved *left) {
    for (size_t i = 0; i < plan->reason_count; i++) {
        const struct plan_reason *reason = &plan->reasons[i];
        bool fits =
            reason->code == REASON_ZONE_UNREACHABLE || reason->code == REASON_ZONE_EXCLUDED ||
            reason->code == REASON_NO_PLACE_FOR_CLASS || reason->code == REASON_CAPACITY_EXHAUSTED;
        if (fits && reason->zone == left->zone && about(reason->class, (uint32_t)left->class))
            return reason;
    }
    return NULL;
}

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

static int find_goods_reasons(const struct telling *telling, struct goods_reasons *reasons) {
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

static const char *depot_id(const struct telling *telling, uint32_t depot) {
    return telling->region->depots[depot].id;
}

/* No depot reaches a shelter with what no depot has: that is a lack of stock, not of roads. The
 * parameter names the depots that hold some back, with how much, or the depot whose limit it is. */
static int tell_unmet(const struct telling *telling, const struct goods_reasons *reasons,
                      const struct plan_unmet *one, struct hv_plan_left *left) {
    const struct instance *instance = &telling->picture->instance;
    size_t cell = (size_t)one->shelter * instance->item_count + one->item;
    const struct plan_reason *why = reasons->unmet[cell], *held = reasons->held[cell];
    const struct plan_reason *end = telling->plan->reasons + telling->plan->reason_count;
    enum plan_reason_code code = why == NULL ? REASON_STOCK_EXHAUSTED : why->code;
    char text[PARAMETER_BYTES] = "";
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
    left->reason = reserved ? HV_PLAN_RESERVE : reason_of(code);
    left->parameter = hv_arena_text(telling->arena, text);
    return left->parameter == NULL ? HV_ERR_MEMORY : HV_OK;
}

/* The class of people, and the shelters that form the cut, as far as they fit. */
static const char *parameter_of(const struct telling *telling, enum instance_class class,
                                const struct plan_reason *reason) {
    static const char *const classes[] = {"general", "wheelchair", "medical"};
    char text[PARAMETER_BYTES];
    int used = snprintf(text, sizeof text, "%s", classes[class]);
    for (uint32_t i = 0; reason != NULL && i < reason->member_count; i++) {
        const char *id =
            telling->region->shelters[telling->plan->members[reason->first_member + i]].id;
        if ((size_t)used + strlen(id) + 8 > sizeof text) {
            snprintf(text + used, sizeof text - (size_t)used, " …");
            break;
        }
        used += snprintf(text + used, sizeof text - (size_t)used, " %s", id);
    }
    return hv_arena_text(telling->arena, text);
}

static int tell_left(const struct telling *telling) {
    const struct plan *plan = telling->plan;
    struct hv_plan *out = telling->out;
    out->left = hv_arena_take(telling->arena, plan->unserved_count + plan->unmet_count + 1,
                              sizeof *out->left);
    if (out->left == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < plan->unserved_count; i++) {
        const struct plan_unserved *one = &plan->unserved[i];
        const struct plan_reason *why = why_people(plan, one);
        const char *parameter = parameter_of(telling, one->class, why);
        if (parameter == NULL)
            return HV_ERR_MEMORY;
        out->left[out->left_count++] =
            (struct hv_plan_left){.zone = telling->region->zones[one->zone].id,
                                  .shelter = "",
                                  .item = "",
                                  .amount = (uint64_t)one->people,
                                  .reason = plan->status == PLAN_STOPPED ? HV_PLAN_WORK_LIMIT
                                            : why == NULL                ? HV_PLAN_NO_PLACES
                                                                         : reason_of(why->code),
                                  .parameter = parameter};
    }
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

/* ---- goods: what choices cost, and which orders go ---- */

/* A share in hundredths of a percent, never rounded up to all or down to nothing. */
static uint32_t permyriad(double share) {
    double scaled = share * 10000;
    return scaled <= 0 ? 0 : scaled < 1 ? 1 : scaled >= 10000 ? 10000 : (uint32_t)scaled;
}

static int tell_goods(const struct telling *telling) {
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
            .reason = reason_of(release->code),
            .saving = release->saving,
            .depot = depot_id(telling, promise->depot),
            .shelter = telling->region->shelters[promise->shelter].id};
    }
    return HV_OK;
}

/* ---- the whole ---- */

int outcome_record(const struct plan *plan, const struct picture *picture,
                   const struct region *region, const struct state *state, struct hv_arena *arena,
                   struct hv_plan *ret_plan) {
    const struct state_general *general = state_general(state);
    struct hv_plan out = {.basis = picture->basis,
                          .unserved_people = plan->objective.unserved,
                          .unserved_bound = plan->bound.unserved,
                          .person_seconds = plan->objective.arrival_ms / MS_PER_S,
                          .person_seconds_bound = plan->bound.arrival_ms / MS_PER_S,
                          .unmet_cost = plan->goods_cost,
                          .unmet_bound = plan->goods_bound,
                          .work = plan->work,
                          .stopped_early = plan->status == PLAN_STOPPED};
    struct telling telling = {
        .plan = plan, .picture = picture, .region = region, .arena = arena, .out = &out};
    if (general->plan_in_force != STATE_NONE) {
        const struct state_plan *in_force = state_plan(state, general->plan_in_force);
        out.in_force = in_force->number;
        int error = state_plan_decode(in_force, arena, &telling.in_force);
        if (error != HV_OK)
            return error;
    }
    memcpy(out.region_hash, general->region_hash, sizeof out.region_hash);
    int error = tell_moves(&telling);
    if (error == HV_OK)
        error = tell_shipments(&telling);
    if (error == HV_OK)
        error = tell_left(&telling);
    if (error == HV_OK)
        error = tell_goods(&telling);
    if (error == HV_OK)
        *ret_plan = out;
    return error;
}
