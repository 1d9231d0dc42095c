/* Why a plan is as it is, read from the picture, the plan and its prices. */
#include "coordinator/optimizer/planner_state.h"

#include "coordinator/optimizer/array.h"

#include <stdlib.h>

struct explanation {
    const struct planner *planner;
    struct plan *plan;
    size_t reason_room, member_room;
    bool *row_seen;      /* zone × class: in the search at hand */
    bool *shelter_seen;  /* shelter: the same */
    uint32_t *queue;     /* rows */
    uint32_t *cut_first; /* zone × class: members of the search that came past it */
    uint32_t *cut_count;
    int64_t *stock_left;                  /* depot × item */
    int64_t *loaded, *received, *carried; /* ml, where there is a limit: depot, shelter, lane */
};

static const struct plan_reason blank = {
    .zone = PLAN_NONE,
    .shelter = PLAN_NONE,
    .depot = PLAN_NONE,
    .item = PLAN_NONE,
    .class = PLAN_NONE,
};

static int add_reason(struct explanation *e, struct plan_reason reason) {
    struct plan *plan = e->plan;
    int error = array_reserve((void **)&plan->reasons, plan->reason_count + 1, &e->reason_room,
                              sizeof *plan->reasons);
    if (error)
        return error;
    plan->reasons[plan->reason_count++] = reason;
    return 0;
}

static int add_member(struct explanation *e, uint32_t shelter) {
    struct plan *plan = e->plan;
    int error = array_reserve((void **)&plan->members, plan->member_count + 1, &e->member_room,
                              sizeof *plan->members);
    if (error)
        return error;
    plan->members[plan->member_count++] = shelter;
    return 0;
}

/* People left over ------------------------------------------------------------------------------
 */

static bool is_usable(const struct instance_shelter *shelter) {
    return shelter->usable && shelter->withstands;
}

static enum plan_reason_code why_unserved(const struct planner *planner, uint32_t zone,
                                          uint32_t class) {
    enum plan_reason_code code = REASON_ZONE_UNREACHABLE;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++) {
        const struct instance_shelter *shelter = &planner->shelters[s];
        if (!is_usable(shelter) ||
            planner->travel_ms[planner_pair(planner, zone, s)] == NETWORK_UNREACHABLE)
            continue;
        if (code == REASON_ZONE_UNREACHABLE)
            code = REASON_ZONE_EXCLUDED;
        if (!planner_pair_is_open(planner, zone, s))
            continue;
        if (shelter->places[class] > 0 && shelter->capacity > 0)
            return REASON_CAPACITY_EXHAUSTED;
        code = REASON_NO_PLACE_FOR_CLASS;
    }
    return code;
}

/* Whether all places for a class are taken, rather than all places. */
static bool class_is_full(const struct explanation *e, uint32_t shelter, uint32_t class) {
    int64_t taken = 0;
    for (size_t i = 0; i < e->plan->assignment_count; i++)
        if (e->plan->assignments[i].shelter == shelter)
            taken += e->plan->assignments[i].people[class];
    return taken >= e->planner->shelters[shelter].places[class];
}

/* Puts into the queue whoever would make room at a full shelter for a class by going elsewhere. */
static void queue_occupants(struct explanation *e, uint32_t shelter, uint32_t class, size_t *tail) {
    bool same_class_only = class_is_full(e, shelter, class);
    for (size_t i = 0; i < e->plan->assignment_count; i++) {
        const struct plan_assignment *a = &e->plan->assignments[i];
        if (a->shelter != shelter)
            continue;
        for (uint32_t c = 0; c < INSTANCE_CLASSES; c++) {
            size_t row = planner_row(a->zone, c);
            if (a->people[c] == 0 || e->row_seen[row] || (same_class_only && c != class))
                continue;
            e->row_seen[row] = true;
            e->queue[(*tail)++] = (uint32_t)row;
        }
    }
}

/* The shelters that people could come to, themselves or by moving others aside: all full, or
 * somebody more could be served. All who were met share the answer; for some of them it names more
 * full shelters than they alone could come to. */
static int find_cut(struct explanation *e, uint32_t zone, uint32_t class) {
    const struct planner *planner = e->planner;
    size_t head = 0, tail = 0, start = planner_row(zone, class);
    uint32_t first = (uint32_t)e->plan->member_count;
    int error = 0;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
        e->shelter_seen[s] = false;
    e->row_seen[start] = true;
    e->queue[tail++] = (uint32_t)start;
    while (head < tail && !error) {
        uint32_t row = e->queue[head++], z = row / INSTANCE_CLASSES, c = row % INSTANCE_CLASSES;
        for (uint32_t s = 0; s < planner->instance.shelter_count && !error; s++) {
            const struct instance_shelter *shelter = &planner->shelters[s];
            if (e->shelter_seen[s] || !is_usable(shelter) || shelter->capacity == 0 ||
                shelter->places[c] == 0 || !planner_pair_is_open(planner, z, s))
                continue;
            e->shelter_seen[s] = true;
            error = add_member(e, s);
            queue_occupants(e, s, c, &tail);
        }
    }
    for (size_t i = 0; i < tail; i++) {
        uint32_t row = e->queue[i];
        e->row_seen[row] = false;
        if (e->cut_count[row] == 0) {
            e->cut_first[row] = first;
            e->cut_count[row] = (uint32_t)e->plan->member_count - first;
        }
    }
    return error;
}

static int explain_unserved(struct explanation *e) {
    int error = 0;
    for (size_t i = 0; i < e->plan->unserved_count && !error; i++) {
        const struct plan_unserved *u = &e->plan->unserved[i];
        struct plan_reason reason = blank;
        reason.code = why_unserved(e->planner, u->zone, u->class);
        reason.zone = u->zone;
        reason.class = u->class;
        reason.amount = u->people;
        if (reason.code == REASON_CAPACITY_EXHAUSTED) {
            size_t row = planner_row(u->zone, u->class);
            if (e->cut_count[row] == 0)
                error = find_cut(e, u->zone, u->class);
            reason.first_member = e->cut_first[row];
            reason.member_count = e->cut_count[row];
        }
        if (!error)
            error = add_reason(e, reason);
    }
    return error;
}

static int explain_shelters(struct explanation *e) {
    const struct planner *planner = e->planner;
    int error = 0;
    for (uint32_t s = 0; s < planner->instance.shelter_count && !error; s++) {
        const struct instance_shelter *shelter = &planner->shelters[s];
        if (shelter->capacity == 0 || is_usable(shelter))
            continue;
        struct plan_reason reason = blank;
        reason.code = shelter->usable ? REASON_SHELTER_HAZARD : REASON_SHELTER_NOT_USABLE;
        reason.shelter = s;
        reason.amount = shelter->capacity;
        error = add_reason(e, reason);
    }
    return error;
}

/* Decisions of people ---------------------------------------------------------------------------
 */

/* Arrival and the prices of a place: what a shelter costs one person of a zone. */
static int64_t cost_at(const struct explanation *e, uint32_t zone, uint32_t class,
                       uint32_t shelter) {
    const struct planner *planner = e->planner;
    const struct plan_duals *duals = &e->plan->duals;
    return instance_arrival_ms(&planner->shelters[shelter],
                               planner->travel_ms[planner_pair(planner, zone, shelter)]) +
           duals->shelter[1][shelter] + duals->place[1][shelter * INSTANCE_CLASSES + class];
}

/* The least that a usable shelter other than `but` costs; with `pins`, of those that pins allow.
 * INT64_MAX where there is none. */
static int64_t best_other(const struct explanation *e, uint32_t zone, uint32_t class, uint32_t but,
                          bool pins) {
    const struct planner *planner = e->planner;
    int64_t best = INT64_MAX;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++) {
        size_t pair = planner_pair(planner, zone, s);
        if (s == but || !is_usable(&planner->shelters[s]) || planner->zone_excluded[pair] ||
            planner->travel_ms[pair] == NETWORK_UNREACHABLE ||
            (pins && !planner_pair_is_open(planner, zone, s)))
            continue;
        int64_t cost = cost_at(e, zone, class, s);
        best = cost < best ? cost : best;
    }
    return best;
}

static int explain_pin(struct explanation *e, const struct plan_assignment *a) {
    struct plan_reason reason = blank;
    reason.code = REASON_PINNED;
    reason.zone = a->zone;
    reason.shelter = a->shelter;
    for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++) {
        if (a->people[class] == 0)
            continue;
        int64_t loss = cost_at(e, a->zone, class, a->shelter) -
                       best_other(e, a->zone, class, a->shelter, false);
        reason.amount += a->people[class];
        reason.cost_ms = loss > reason.cost_ms ? loss : reason.cost_ms;
    }
    return add_reason(e, reason);
}

static int explain_kept(struct explanation *e, const struct plan_assignment *a) {
    const struct planner *planner = e->planner;
    int error = 0;
    for (uint32_t class = 0; class < INSTANCE_CLASSES && !error; class ++) {
        size_t index = planner_row(a->zone, class) * planner->instance.shelter_count + a->shelter;
        int64_t kept = planner->in_force[index];
        kept = a->people[class] < kept ? a->people[class] : kept;
        if (kept == 0)
            continue;
        struct plan_reason reason = blank;
        reason.code = REASON_KEPT_FOR_STABILITY;
        reason.zone = a->zone;
        reason.shelter = a->shelter;
        reason.class = class;
        reason.amount = kept;
        reason.cost_ms = cost_at(e, a->zone, class, a->shelter) -
                         best_other(e, a->zone, class, a->shelter, true);
        if (reason.cost_ms > 0)
            error = add_reason(e, reason);
    }
    return error;
}

static int explain_assignments(struct explanation *e) {
    int error = 0;
    for (size_t i = 0; i < e->plan->assignment_count && !error; i++) {
        const struct plan_assignment *a = &e->plan->assignments[i];
        if (e->planner->pin_count[a->zone] > 0)
            error = explain_pin(e, a);
        if (!error && e->planner->in_force)
            error = explain_kept(e, a);
    }
    return error;
}

static bool has_people(const struct instance_zone *zone) {
    for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
        if (zone->people[class] > 0)
            return true;
    return false;
}

static int explain_dead_pin(struct explanation *e, uint32_t zone, uint32_t shelter) {
    const struct planner *planner = e->planner;
    size_t pair = planner_pair(planner, zone, shelter);
    if (!planner->pinned[pair] ||
        (is_usable(&planner->shelters[shelter]) && planner_pair_is_open(planner, zone, shelter)))
        return 0;
    struct plan_reason reason = blank;
    reason.code = REASON_PIN_NOT_USABLE;
    reason.zone = zone;
    reason.shelter = shelter;
    return add_reason(e, reason);
}

static int explain_exclusion(struct explanation *e, uint32_t zone, uint32_t shelter) {
    const struct planner *planner = e->planner;
    size_t pair = planner_pair(planner, zone, shelter);
    if (!planner->zone_excluded[pair] || planner->travel_ms[pair] == NETWORK_UNREACHABLE ||
        !is_usable(&planner->shelters[shelter]))
        return 0;
    int error = 0;
    for (uint32_t class = 0; class < INSTANCE_CLASSES && !error; class ++) {
        int64_t gain =
            e->plan->duals.zone[1][planner_row(zone, class)] - cost_at(e, zone, class, shelter);
        if (planner->zones[zone].people[class] == 0 || gain <= 0 ||
            planner->shelters[shelter].places[class] == 0)
            continue;
        struct plan_reason reason = blank;
        reason.code = REASON_EXCLUSION_COSTS;
        reason.zone = zone;
        reason.shelter = shelter;
        reason.class = class;
        reason.cost_ms = gain;
        error = add_reason(e, reason);
    }
    return error;
}

static int explain_pairs(struct explanation *e) {
    const struct planner *planner = e->planner;
    int error = 0;
    for (uint32_t z = 0; z < planner->instance.zone_count; z++)
        for (uint32_t s = 0;
             has_people(&planner->zones[z]) && s < planner->instance.shelter_count && !error; s++) {
            error = explain_dead_pin(e, z, s);
            if (!error)
                error = explain_exclusion(e, z, s);
        }
    return error;
}

/* Goods -----------------------------------------------------------------------------------------
 */

/* What is left of depots, shelters and lanes once the plan's shipments are gone. */
static int find_left(struct explanation *e) {
    const struct planner *planner = e->planner;
    const struct instance *in = &planner->instance;
    e->stock_left = planner_take((size_t)in->depot_count * in->item_count, sizeof *e->stock_left);
    e->loaded = planner_take(in->depot_count, sizeof *e->loaded);
    e->received = planner_take(in->shelter_count, sizeof *e->received);
    e->carried = planner_take(in->lane_ml ? (size_t)in->depot_count * in->shelter_count : 1,
                              sizeof *e->carried);
    if (!e->stock_left || !e->loaded || !e->received || !e->carried)
        return HV_ERR_MEMORY;
    for (uint32_t d = 0; d < in->depot_count; d++)
        for (uint32_t k = 0; k < in->item_count; k++)
            e->stock_left[(size_t)d * in->item_count + k] = planner_available(planner, d, k);
    for (size_t i = 0; i < e->plan->shipment_count; i++) {
        const struct plan_shipment *s = &e->plan->shipments[i];
        int64_t volume = s->quantity * in->items[s->item].volume_ml;
        e->stock_left[(size_t)s->depot * in->item_count + s->item] -= s->quantity;
        if (in->depots[s->depot].dispatch_ml != INSTANCE_NO_LIMIT)
            e->loaded[s->depot] += volume;
        if (in->shelters[s->shelter].receive_ml != INSTANCE_NO_LIMIT)
            e->received[s->shelter] += volume;
        if (planner_lane_ml(planner, s->depot, s->shelter) != INSTANCE_NO_LIMIT)
            e->carried[planner_pair(planner, s->depot, s->shelter)] += volume;
    }
    return 0;
}

/* Whether as much as goes together of an item still fits below a limit. */
static bool has_room(const struct explanation *e, int64_t limit_ml, int64_t used_ml,
                     uint32_t item) {
    const struct instance_item *of = &e->planner->items[item];
    return limit_ml == INSTANCE_NO_LIMIT ||
           limit_ml - used_ml >= of->volume_ml * (of->pack > 1 ? of->pack : 1);
}

/* Why a depot that the shelter can be reached from sends it no more of what it has. */
static enum plan_reason_code why_no_more(const struct explanation *e, uint32_t depot,
                                         const struct plan_unmet *unmet) {
    const struct planner *planner = e->planner;
    uint32_t shelter = unmet->shelter, item = unmet->item;
    int64_t left = e->stock_left[(size_t)depot * planner->instance.item_count + item];
    int64_t lane_ml = planner_lane_ml(planner, depot, shelter);
    if (!planner_lane_is_open(planner, depot, shelter))
        return REASON_SHELTER_EXCLUDED;
    if (left <= 0)
        return REASON_STOCK_EXHAUSTED;
    if (!has_room(e, planner->shelters[shelter].receive_ml, e->received[shelter], item))
        return REASON_RECEIVE_EXHAUSTED;
    if (left < planner->items[item].pack)
        return REASON_WHOLE_PACKS;
    if (lane_ml != INSTANCE_NO_LIMIT &&
        !has_room(e, lane_ml, e->carried[planner_pair(planner, depot, shelter)], item))
        return REASON_LANE_EXHAUSTED;
    return has_room(e, planner->depots[depot].dispatch_ml, e->loaded[depot], item)
               ? REASON_NOT_WORTH_CARRYING
               : REASON_DISPATCH_EXHAUSTED;
}

/* The strongest reason of all depots: what could be changed most easily comes last. */
static struct plan_reason why_unmet(const struct explanation *e, const struct plan_unmet *unmet) {
    static const enum plan_reason_code order[] = {
        REASON_NO_DEPOT_REACHES,   REASON_SHELTER_EXCLUDED, REASON_STOCK_EXHAUSTED,
        REASON_WHOLE_PACKS,        REASON_LANE_EXHAUSTED,   REASON_DISPATCH_EXHAUSTED,
        REASON_NOT_WORTH_CARRYING, REASON_RECEIVE_EXHAUSTED};
    const struct planner *planner = e->planner;
    struct plan_reason reason = blank;
    size_t rank = 0;
    reason.code = order[0];
    reason.shelter = unmet->shelter;
    reason.item = unmet->item;
    reason.amount = unmet->quantity;
    for (uint32_t d = 0; d < planner->instance.depot_count; d++) {
        size_t pair = planner_pair(planner, planner->instance.zone_count + d, unmet->shelter);
        if (planner_available(planner, d, unmet->item) == 0 ||
            planner->travel_ms[pair] == NETWORK_UNREACHABLE)
            continue;
        enum plan_reason_code code = why_no_more(e, d, unmet);
        size_t place = 0;
        while (order[place] != code)
            place++;
        if (place <= rank)
            continue;
        rank = place;
        reason.code = code;
        reason.depot =
            code == REASON_DISPATCH_EXHAUSTED || code == REASON_LANE_EXHAUSTED ? d : PLAN_NONE;
    }
    return reason;
}

static int explain_reserves(struct explanation *e, const struct plan_unmet *unmet) {
    const struct planner *planner = e->planner;
    int error = 0;
    for (uint32_t d = 0; d < planner->instance.depot_count && !error; d++) {
        size_t i = (size_t)d * planner->instance.item_count + unmet->item;
        int64_t held = planner->reserve[i];
        held = planner->stock[i] < held ? planner->stock[i] : held;
        if (held == 0 || !planner_lane_is_open(planner, d, unmet->shelter))
            continue;
        struct plan_reason reason = blank;
        reason.code = REASON_RESERVE_HELD;
        reason.depot = d;
        reason.shelter = unmet->shelter;
        reason.item = unmet->item;
        reason.amount = held;
        error = add_reason(e, reason);
    }
    return error;
}

static int explain_goods(struct explanation *e) {
    const struct plan *plan = e->plan;
    int error = find_left(e);
    for (size_t i = 0; i < e->plan->unmet_count && !error; i++) {
        error = add_reason(e, why_unmet(e, &e->plan->unmet[i]));
        if (!error)
            error = explain_reserves(e, &e->plan->unmet[i]);
    }
    if (!error && plan->goods_cost - plan->rounding_cost - plan->carrying_cost -
                          (plan->is_fair ? plan->fairness_cost : 0) >
                      plan->goods_bound) {
        struct plan_reason reason = blank;
        reason.code = REASON_WHOLE_UNITS;
        error = add_reason(e, reason);
    }
    return error;
}

/* Order -----------------------------------------------------------------------------------------
 */

static int compare_numbers(uint32_t a, uint32_t b) {
    return (a > b) - (a < b);
}

static int compare_reasons(const void *left, const void *right) {
    const struct plan_reason *a = left, *b = right;
    const uint32_t keys[][2] = {
        {a->code, b->code},   {a->zone, b->zone}, {a->shelter, b->shelter},
        {a->depot, b->depot}, {a->item, b->item}, {a->class, b->class},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (keys[i][0] != keys[i][1])
            return compare_numbers(keys[i][0], keys[i][1]);
    return 0;
}

int planner_explain(const struct planner *planner, struct plan *plan) {
    size_t rows = (size_t)planner->instance.zone_count * INSTANCE_CLASSES;
    struct explanation e = {
        .planner = planner,
        .plan = plan,
        .row_seen = planner_take(rows, sizeof *e.row_seen),
        .shelter_seen = planner_take(planner->instance.shelter_count, sizeof *e.shelter_seen),
        .queue = planner_take(rows, sizeof *e.queue),
        .cut_first = planner_take(rows, sizeof *e.cut_first),
        .cut_count = planner_take(rows, sizeof *e.cut_count),
    };
    int error =
        e.row_seen && e.shelter_seen && e.queue && e.cut_first && e.cut_count ? 0 : HV_ERR_MEMORY;
    int (*const parts[])(struct explanation *) = {
        explain_unserved, explain_shelters, explain_assignments, explain_pairs, explain_goods};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !error; i++)
        error = parts[i](&e);
    if (plan->reason_count > 0)
        qsort(plan->reasons, plan->reason_count, sizeof *plan->reasons, compare_reasons);
    free(e.row_seen);
    free(e.shelter_seen);
    free(e.queue);
    free(e.cut_first);
    free(e.cut_count);
    free(e.stock_left);
    free(e.loaded);
    free(e.received);
    free(e.carried);
    return error;
}
