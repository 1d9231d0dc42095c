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

static uint32_t seconds(int64_t ms) {
    const int64_t s = (ms + MS_PER_S - 1) / MS_PER_S;
    return s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

static int tell_route(const struct telling *telling, const struct plan_route *route,
                      const uint32_t *links, struct hv_plan_move *move) {
    move->links = hv_arena_take(telling->arena, route->count + 1u, sizeof *move->links);
    if (move->links == NULL)
        return HV_ERR_MEMORY;
    move->link_count = route->count;
    for (uint32_t i = 0; i < route->count; i++)
        move->links[i] = telling->region->links[links[route->first + i]].id;
    return HV_OK;
}

/* People without a vehicle go where their zone goes, in proportion. */
static int64_t without_vehicle(const struct telling *telling, uint32_t in_zone, int64_t people) {
    const struct instance_zone *zone = &telling->picture->zones[in_zone];
    int64_t all = zone->people[INSTANCE_GENERAL] + zone->people[INSTANCE_WHEELCHAIR] +
                  zone->people[INSTANCE_MEDICAL];
    return all == 0 ? 0 : (people * zone->without_vehicle + all / 2) / all;
}

static int64_t all_of(const int64_t people[INSTANCE_CLASSES]) {
    int64_t all = 0;
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        all += people[class];
    return all;
}

/* A move of these people without times; NULL: of nobody, none is made. */
static struct hv_plan_move *add_move(const struct telling *telling, uint32_t zone, uint32_t shelter,
                                     const int64_t people[INSTANCE_CLASSES]) {
    const int64_t all = all_of(people);
    if (all == 0)
        return NULL;
    struct hv_plan_move *move = &telling->out->moves[telling->out->move_count++];
    *move = (struct hv_plan_move){.zone = telling->region->zones[zone].id,
                                  .shelter = telling->region->shelters[shelter].id,
                                  .people = (uint32_t)all,
                                  .wheelchair = (uint32_t)people[INSTANCE_WHEELCHAIR],
                                  .medical = (uint32_t)people[INSTANCE_MEDICAL],
                                  .without_vehicle = (uint32_t)without_vehicle(telling, zone, all)};
    move->changed = telling->in_force != NULL && !moved_before(telling->in_force, move);
    return move;
}

/* The mean rate over the window; whole people, upwards. */
static uint32_t rate_of(int64_t people, int64_t window_ms) {
    const int64_t ms_per_hour = INT64_C(3600) * MS_PER_S;
    const int64_t rate = window_ms > 0 ? (people * ms_per_hour + window_ms - 1) / window_ms : 0;
    return rate < HV_PEOPLE_MAX ? (uint32_t)rate : HV_PEOPLE_MAX;
}

static int tell_streams(const struct telling *telling, const struct plan_timetable *times) {
    for (size_t i = 0; i < times->stream_count; i++) {
        const struct plan_stream *stream = &times->streams[i];
        struct hv_plan_move *move =
            add_move(telling, stream->zone, stream->shelter, stream->people);
        if (move == NULL)
            continue;
        move->travel_s = seconds(stream->arrives_ms - stream->departs_ms);
        move->departs_s = seconds(stream->departs_ms);
        move->departed_s = seconds(stream->departed_ms);
        move->arrives_s = seconds(stream->arrives_ms);
        move->arrived_s = seconds(stream->arrived_ms);
        if (stream->arrives_ms > stream->departs_ms) /* no road limits who stays on the spot */
            move->people_per_hour = rate_of(move->people, stream->departed_ms - stream->departs_ms);
        if (tell_route(telling, &stream->route, times->links, move) != HV_OK)
            return HV_ERR_MEMORY;
    }
    return HV_OK;
}

static int tell_moves(const struct telling *telling) {
    const struct plan *plan = telling->plan;
    struct hv_plan *out = telling->out;
    const size_t most =
        plan->timetable == NULL ? plan->assignment_count : plan->timetable->stream_count;
    out->moves = hv_arena_take(telling->arena, most + 1, sizeof *out->moves);
    if (out->moves == NULL)
        return HV_ERR_MEMORY;
    if (plan->timetable != NULL)
        return tell_streams(telling, plan->timetable);
    for (size_t i = 0; i < plan->assignment_count; i++) {
        const struct plan_assignment *assignment = &plan->assignments[i];
        struct hv_plan_move *move =
            add_move(telling, assignment->zone, assignment->shelter, assignment->people);
        if (move == NULL)
            continue;
        move->travel_s = seconds(assignment->travel_ms);
        if (tell_route(telling, &assignment->route, plan->links, move) != HV_OK)
            return HV_ERR_MEMORY;
    }
    return HV_OK;
}

/* ---- what changes against the plan in force, and why ---- */

static int64_t sent_there(const struct plan *plan, uint32_t zone, uint32_t shelter) {
    int64_t people = 0;
    for (size_t i = 0; i < plan->assignment_count; i++)
        if (plan->assignments[i].zone == zone && plan->assignments[i].shelter == shelter)
            people += all_of(plan->assignments[i].people);
    return people;
}

static bool says(const struct plan *plan, enum plan_reason_code code, uint32_t zone,
                 uint32_t shelter) {
    for (size_t i = 0; i < plan->reason_count; i++)
        if (plan->reasons[i].code == code && plan->reasons[i].zone == zone &&
            (shelter == PLAN_NONE || plan->reasons[i].shelter == shelter))
            return true;
    return false;
}

static bool road_is_closed(const struct telling *telling, const struct hv_plan_move *move) {
    for (size_t i = 0; i < move->link_count; i++) {
        const uint32_t link = region_find_link(telling->region, move->links[i]);
        if (link != REGION_NONE && network_link_at(telling->picture->network, link)->closed)
            return true;
    }
    return false;
}

static bool is_filled(const struct telling *telling, uint32_t shelter) {
    int64_t people = 0;
    for (size_t i = 0; i < telling->plan->assignment_count; i++)
        if (telling->plan->assignments[i].shelter == shelter)
            people += all_of(telling->plan->assignments[i].people);
    return people >= telling->picture->shelters[shelter].capacity;
}

/* Why fewer of a zone go to a shelter than the plan in force says. */
static enum hv_plan_reason why_fewer(const struct telling *telling, const struct hv_plan_move *move,
                                     uint32_t zone, uint32_t shelter) {
    const struct instance_shelter *there = &telling->picture->shelters[shelter];
    if (!there->usable)
        return HV_PLAN_NOT_USABLE;
    if (!there->withstands)
        return HV_PLAN_HAZARD;
    if (says(telling->plan, REASON_EXCLUSION_COSTS, zone, shelter))
        return HV_PLAN_EXCLUDED;
    if (says(telling->plan, REASON_PINNED, zone, PLAN_NONE))
        return HV_PLAN_PINNED;
    if (road_is_closed(telling, move))
        return HV_PLAN_NO_ROUTE;
    if (telling->picture->stale[shelter])
        return HV_PLAN_STALE;
    return is_filled(telling, shelter) ? HV_PLAN_NO_PLACES : HV_PLAN_CHANGED;
}

static void add_change(const struct telling *telling, struct hv_plan_change change) {
    if (telling->out->change_count < HV_PLAN_LINES_MAX)
        telling->out->changes[telling->out->change_count++] = change;
}

/* The pairs of the plan in force that lose people. Its moves count as far as people of the zone are
 * left, as they do in session_task_in_force: who has arrived is no change. */
static void tell_losses(const struct telling *telling, int64_t *left) {
    const struct hv_plan *before = telling->in_force;
    for (size_t i = 0; i < before->move_count; i++) {
        const struct hv_plan_move *move = &before->moves[i];
        const uint32_t zone = region_find_zone(telling->region, move->zone);
        const uint32_t shelter = region_find_shelter(telling->region, move->shelter);
        if (zone == REGION_NONE || shelter == REGION_NONE)
            continue;
        int64_t was = move->people;
        for (; i + 1 < before->move_count && strcmp(before->moves[i + 1].zone, move->zone) == 0 &&
               strcmp(before->moves[i + 1].shelter, move->shelter) == 0;
             i++)
            was += before->moves[i + 1].people;
        was = was < left[zone] ? was : left[zone];
        left[zone] -= was;
        const int64_t is = sent_there(telling->plan, zone, shelter);
        if (is < was)
            add_change(telling,
                       (struct hv_plan_change){.zone = move->zone,
                                               .shelter = move->shelter,
                                               .before = (uint32_t)was,
                                               .after = (uint32_t)is,
                                               .reason = why_fewer(telling, move, zone, shelter)});
    }
}

/* The pairs that the plan in force does not have. */
static void tell_gains(const struct telling *telling) {
    const struct plan *plan = telling->plan;
    for (size_t i = 0; i < plan->assignment_count; i++) {
        const struct plan_assignment *one = &plan->assignments[i];
        const struct hv_plan_move like = {.zone = telling->region->zones[one->zone].id,
                                          .shelter = telling->region->shelters[one->shelter].id};
        if (all_of(one->people) == 0 || moved_before(telling->in_force, &like))
            continue;
        add_change(telling, (struct hv_plan_change){
                                .zone = like.zone,
                                .shelter = like.shelter,
                                .after = (uint32_t)all_of(one->people),
                                .reason = says(plan, REASON_PINNED, one->zone, one->shelter)
                                              ? HV_PLAN_PINNED
                                              : HV_PLAN_CHANGED});
    }
}

static void tell_kept(const struct telling *telling) {
    for (size_t i = 0; i < telling->plan->reason_count; i++) {
        const struct plan_reason *reason = &telling->plan->reasons[i];
        if (reason->code != REASON_KEPT_FOR_STABILITY)
            continue;
        add_change(telling,
                   (struct hv_plan_change){.zone = telling->region->zones[reason->zone].id,
                                           .shelter = telling->region->shelters[reason->shelter].id,
                                           .before = (uint32_t)reason->amount,
                                           .after = (uint32_t)reason->amount,
                                           .reason = HV_PLAN_KEPT,
                                           .loses_s = seconds(reason->cost_ms)});
    }
}

static int tell_changes(const struct telling *telling) {
    const struct plan *plan = telling->plan;
    const struct instance *instance = &telling->picture->instance;
    if (telling->in_force == NULL)
        return HV_OK;
    const size_t most = telling->in_force->move_count + plan->assignment_count + plan->reason_count;
    int64_t *left = hv_arena_take(telling->arena, instance->zone_count + 1u, sizeof *left);
    telling->out->changes = hv_arena_take(telling->arena, most + 1, sizeof *telling->out->changes);
    if (left == NULL || telling->out->changes == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t z = 0; z < instance->zone_count; z++)
        left[z] = all_of(instance->zones[z].people);
    tell_losses(telling, left);
    tell_gains(telling);
    tell_kept(telling);
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

/* Who has a place and cannot be there in time, by class. */
static int tell_late(const struct telling *telling) {
    static const enum hv_plan_reason reasons[PLAN_LATE_REASONS] = {
        HV_PLAN_ROADS_FULL, HV_PLAN_TOO_FAR, HV_PLAN_ROADS_FULL};
    const struct plan_timetable *times = telling->plan->timetable;
    for (size_t i = 0; times != NULL && i < times->late_count; i++)
        for (int class = 0; class < INSTANCE_CLASSES; class ++) {
            const struct plan_late *late = &times->late[i];
            if (late->people[class] == 0)
                continue;
            const char *parameter = parameter_of(telling, (enum instance_class) class, NULL);
            if (parameter == NULL)
                return HV_ERR_MEMORY;
            telling->out->late_people += (uint64_t)late->people[class];
            telling->out->left[telling->out->left_count++] =
                (struct hv_plan_left){.zone = telling->region->zones[late->zone].id,
                                      .shelter = telling->region->shelters[late->shelter].id,
                                      .item = "",
                                      .amount = (uint64_t)late->people[class],
                                      .reason = reasons[late->reason],
                                      .parameter = parameter};
        }
    return HV_OK;
}

static int tell_left(const struct telling *telling) {
    const struct plan *plan = telling->plan;
    struct hv_plan *out = telling->out;
    const size_t late = plan->timetable == NULL ? 0 : plan->timetable->late_count;
    out->left = hv_arena_take(
        telling->arena, plan->unserved_count + plan->unmet_count + late * INSTANCE_CLASSES + 1,
        sizeof *out->left);
    if (out->left == NULL)
        return HV_ERR_MEMORY;
    int error = tell_late(telling);
    if (error != HV_OK)
        return error;
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
    error = find_goods_reasons(telling, &reasons);
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

/* ---- goods: how they get there ---- */

static enum hv_plan_reason why_undelivered(enum plan_undelivered_reason reason) {
    static const enum hv_plan_reason reasons[PLAN_UNDELIVERED_REASONS] = {
        [PLAN_UNDELIVERED_NO_VEHICLE] = HV_PLAN_NO_VEHICLE,
        [PLAN_UNDELIVERED_NO_WAY] = HV_PLAN_NO_ROUTE,
        [PLAN_UNDELIVERED_NO_COLD] = HV_PLAN_NO_COLD_VEHICLE,
        [PLAN_UNDELIVERED_TOO_BIG] = HV_PLAN_VEHICLES_TOO_SMALL,
        [PLAN_UNDELIVERED_TOO_FAR] = HV_PLAN_OUT_OF_RANGE,
        [PLAN_UNDELIVERED_BUSY] = HV_PLAN_VEHICLES_BUSY,
        [PLAN_UNDELIVERED_TRIPS] = HV_PLAN_WORK_LIMIT};
    return reasons[reason];
}

static uint64_t order_of(const struct telling *telling, uint32_t promise) {
    return promise == PLAN_NONE ? 0 : telling->picture->promise_orders[promise];
}

static int tell_delivery(const struct telling *telling, const struct plan_delivery *one,
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
                                              .starts_s = seconds(one->starts_ms),
                                              .leaves_s = seconds(one->leaves_ms),
                                              .arrives_s = seconds(one->arrives_ms),
                                              .delivered_s = seconds(one->delivered_ms),
                                              .back_s = seconds(one->back_ms),
                                              .late_s = seconds(one->late_ms),
                                              .load = told,
                                              .load_count = one->load_count};
    return HV_OK;
}

static int tell_deliveries(const struct telling *telling) {
    const struct plan_deliveries *plan = telling->plan->deliveries;
    struct hv_plan *out = telling->out;
    if (plan == NULL)
        return HV_OK;
    out->fleet_known = true;
    out->delivery_horizon_s = seconds(plan->horizon_ms);
    out->last_delivery_s = seconds(plan->last_ms);
    out->last_delivery_bound_s =
        (uint32_t)(plan->last_bound_ms / MS_PER_S < UINT32_MAX ? plan->last_bound_ms / MS_PER_S
                                                               : UINT32_MAX);
    out->vehicle_s = (uint64_t)(plan->busy_ms / MS_PER_S);
    out->delivery_late_s = seconds(plan->latest_ms);
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

/* ---- the whole ---- */

/* What is reached and proven: on the roads where there is a timetable, else by places alone. */
static void tell_figures(const struct plan *plan, struct hv_plan *out) {
    const struct plan_timetable *times = plan->timetable;
    out->bound = times == NULL ? HV_PLAN_BOUND_ASSIGNMENT : HV_PLAN_BOUND_FLOW;
    out->changed_people = (uint64_t)plan->changed_people;
    out->stability_person_seconds =
        plan->stability_cost_ms > 0 ? (uint64_t)(plan->stability_cost_ms / MS_PER_S) : 0;
    if (times == NULL)
        return;
    out->unserved_people = times->unserved;
    out->unserved_bound = times->bound_unserved;
    out->person_seconds = times->arrival_ms / MS_PER_S;
    out->person_seconds_bound = times->bound_arrival_ms / MS_PER_S;
    out->work += (uint64_t)times->work;
    out->stopped_early |= times->stopped;
    out->step_s = seconds(times->step_ms);
    out->horizon_s = seconds(times->step_ms * times->horizon_steps);
    out->ete90_s = seconds(times->ete90_ms);
    out->ete100_s = seconds(times->ete100_ms);
    out->clearance_s = seconds(times->clearance_ms);
}

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
    tell_figures(plan, &out);
    int error = tell_moves(&telling);
    if (error == HV_OK)
        error = tell_changes(&telling);
    if (error == HV_OK)
        error = tell_shipments(&telling);
    if (error == HV_OK)
        error = tell_left(&telling);
    if (error == HV_OK)
        error = tell_goods(&telling);
    if (error == HV_OK)
        error = tell_deliveries(&telling);
    if (error == HV_OK)
        *ret_plan = out;
    return error;
}
