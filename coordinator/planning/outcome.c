#include "coordinator/planning/outcome.h"

#include <stdio.h>
#include <string.h>

enum { MS_PER_S = 1000, PARAMETER_BYTES = 512 };

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
    case REASON_RESERVE_HELD:
    case REASON_DISPATCH_EXHAUSTED:
    case REASON_RECEIVE_EXHAUSTED:
    case REASON_NOT_WORTH_CARRYING:
        return HV_PLAN_NO_STOCK;
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

/* No depot reaches a shelter with what no depot has: that is a lack of stock, not of roads. */
static enum hv_plan_reason reason_of_goods(const struct telling *telling, uint32_t item,
                                           const struct plan_reason *why) {
    const struct instance *instance = &telling->picture->instance;
    int64_t stock = 0;
    for (uint32_t d = 0; d < instance->depot_count && stock == 0; d++)
        stock = instance->stock[(size_t)d * instance->item_count + item];
    return why == NULL || stock == 0 ? HV_PLAN_NO_STOCK : reason_of(why->code);
}

static const struct plan_reason *why_goods(const struct plan *plan, const struct plan_unmet *left) {
    for (size_t i = 0; i < plan->reason_count; i++) {
        const struct plan_reason *reason = &plan->reasons[i];
        bool fits = reason->code >= REASON_STOCK_EXHAUSTED && reason->code < REASON_CODES;
        if (fits && about(reason->shelter, left->shelter) && about(reason->item, left->item))
            return reason;
    }
    return NULL;
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
    for (size_t i = 0; i < plan->unmet_count; i++) {
        const struct plan_unmet *one = &plan->unmet[i];
        const struct plan_reason *why = why_goods(plan, one);
        out->left[out->left_count++] =
            (struct hv_plan_left){.zone = "",
                                  .shelter = telling->region->shelters[one->shelter].id,
                                  .item = telling->region->items[one->item].id,
                                  .amount = (uint64_t)one->quantity,
                                  .reason = reason_of_goods(telling, one->item, why),
                                  .parameter = ""};
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
        *ret_plan = out;
    return error;
}
