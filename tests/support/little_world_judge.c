/* Counting out, and judging. */
#include "tests/support/little_world.h"

#include <criterion/criterion.h>

/* Travel times by trying every number of links in turn. */
static void count_out_times(const struct little_world *w, uint32_t start, int64_t *time) {
    for (uint32_t i = 0; i < LITTLE_NODES; i++)
        time[i] = NETWORK_UNREACHABLE;
    time[start] = 0;
    for (uint32_t round = 0; round < LITTLE_NODES; round++)
        for (uint32_t l = 0; l < LITTLE_LINKS; l++) {
            const struct network_link *link = network_link_at(w->network, l);
            bool through = link->from == start || !network_is_centroid(w->network, link->from);
            if (!link->closed && through && time[link->from] != NETWORK_UNREACHABLE &&
                time[link->from] + link->travel_ms < time[link->to])
                time[link->to] = time[link->from] + link->travel_ms;
        }
}

struct person {
    uint32_t zone, class;
};

struct counting {
    const struct little_world *w;
    int64_t cost[LITTLE_ZONES][LITTLE_SHELTERS]; /* arrival, or NETWORK_UNREACHABLE */
    struct person people[LITTLE_ZONES * 12];
    uint32_t count;
    int64_t all[LITTLE_SHELTERS], of_class[LITTLE_SHELTERS][INSTANCE_CLASSES];
    int64_t went[LITTLE_ZONES][LITTLE_SHELTERS][INSTANCE_CLASSES];
    int64_t unserved, best_unserved, best_arrival;
    int64_t first, best_first; /* left who come before others: medical twice, wheelchair once */
    int64_t quickest;          /* of the fewest, whoever they are */
};

static int64_t lesser(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* Arrival times of a whole assignment, with the price of each person moved. */
static int64_t price_out(const struct counting *c) {
    int64_t arrival = 0, changed = 0;
    for (uint32_t z = 0; z < LITTLE_ZONES; z++)
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++) {
            int64_t held = 0, kept = 0;
            for (uint32_t s = 0; s < LITTLE_SHELTERS; s++) {
                int64_t before =
                    c->w->in_force[(z * LITTLE_SHELTERS + s) * INSTANCE_CLASSES + class];
                held += before;
                kept += lesser(before, c->went[z][s][class]);
                if (c->went[z][s][class] > 0)
                    arrival += c->went[z][s][class] * c->cost[z][s];
            }
            changed += lesser(held, c->w->zones[z].people[class]) - kept;
        }
    return arrival + changed * c->w->decisions.change_price_ms;
}

static void place_person(struct counting *c, uint32_t i) {
    if (c->unserved > c->best_unserved)
        return;
    if (i == c->count) {
        const int64_t arrival = price_out(c);
        const bool fewer = c->unserved < c->best_unserved;
        if (fewer || arrival < c->quickest)
            c->quickest = arrival;
        if (fewer || c->first < c->best_first ||
            (c->first == c->best_first && arrival < c->best_arrival)) {
            c->best_first = c->first;
            c->best_arrival = arrival;
        }
        c->best_unserved = c->unserved;
        return;
    }
    struct person p = c->people[i];
    for (uint32_t s = 0; s < LITTLE_SHELTERS; s++) {
        const struct instance_shelter *shelter = &c->w->shelters[s];
        if (c->cost[p.zone][s] == NETWORK_UNREACHABLE || c->all[s] == shelter->capacity ||
            c->of_class[s][p.class] == shelter->places[p.class])
            continue;
        c->all[s]++;
        c->of_class[s][p.class]++;
        c->went[p.zone][s][p.class]++;
        place_person(c, i + 1);
        c->all[s]--;
        c->of_class[s][p.class]--;
        c->went[p.zone][s][p.class]--;
    }
    const int64_t first = p.class == INSTANCE_MEDICAL ? 2 : p.class == INSTANCE_WHEELCHAIR ? 1 : 0;
    c->unserved++;
    c->first += first;
    place_person(c, i + 1);
    c->unserved--;
    c->first -= first;
}

struct little_counted little_count_people(const struct little_world *w) {
    struct counting c = {.w = w, .best_unserved = INT64_MAX};
    for (uint32_t z = 0; z < LITTLE_ZONES; z++) {
        int64_t time[LITTLE_NODES];
        count_out_times(w, w->zones[z].node, time);
        bool has_pin = false;
        for (uint32_t s = 0; s < LITTLE_SHELTERS; s++)
            has_pin = has_pin || w->pinned[z * LITTLE_SHELTERS + s];
        for (uint32_t s = 0; s < LITTLE_SHELTERS; s++) {
            const struct instance_shelter *shelter = &w->shelters[s];
            int64_t t = time[shelter->node];
            bool may = shelter->usable && shelter->withstands && t != NETWORK_UNREACHABLE &&
                       !w->zone_excluded[z * LITTLE_SHELTERS + s] &&
                       (!has_pin || w->pinned[z * LITTLE_SHELTERS + s]);
            c.cost[z][s] = !may                    ? NETWORK_UNREACHABLE
                           : t < shelter->opens_ms ? shelter->opens_ms
                                                   : t;
        }
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            for (int64_t i = 0; i < w->zones[z].people[class]; i++)
                c.people[c.count++] = (struct person){z, class};
    }
    place_person(&c, 0);
    return (struct little_counted){c.best_unserved, c.best_first, c.best_arrival, c.quickest};
}

struct unit {
    uint32_t shelter, item;
};

struct goods_counting {
    const struct little_world *w;
    int64_t cost[LITTLE_DEPOTS][LITTLE_SHELTERS]; /* a cubic metre, or −1 */
    struct unit units[LITTLE_SHELTERS * LITTLE_ITEMS * 4];
    uint32_t count;
    int64_t stock[LITTLE_DEPOTS][LITTLE_ITEMS], loaded[LITTLE_DEPOTS], received[LITTLE_SHELTERS];
    int64_t spent, best;
};

static bool fits(int64_t taken, int64_t volume, int64_t limit) {
    return limit == INSTANCE_NO_LIMIT || taken + volume <= limit;
}

static void place_unit(struct goods_counting *c, uint32_t i) {
    if (i == c->count) {
        c->best = lesser(c->best, c->spent);
        return;
    }
    struct unit u = c->units[i];
    int64_t volume = c->w->items[u.item].volume_ml;
    for (uint32_t d = 0; d < LITTLE_DEPOTS; d++) {
        if (c->cost[d][u.shelter] < 0 || c->stock[d][u.item] == 0 ||
            !fits(c->loaded[d], volume, c->w->depots[d].dispatch_ml) ||
            !fits(c->received[u.shelter], volume, c->w->shelters[u.shelter].receive_ml))
            continue;
        c->stock[d][u.item]--;
        c->loaded[d] += volume;
        c->received[u.shelter] += volume;
        c->spent += c->cost[d][u.shelter] * volume;
        place_unit(c, i + 1);
        c->stock[d][u.item]++;
        c->loaded[d] -= volume;
        c->received[u.shelter] -= volume;
        c->spent -= c->cost[d][u.shelter] * volume;
    }
    int64_t lack = c->w->items[u.item].shortage_cost * c->w->shelters[u.shelter].priority * 1000000;
    c->spent += lack;
    place_unit(c, i + 1);
    c->spent -= lack;
}

int64_t little_count_goods(const struct little_world *w) {
    struct goods_counting c = {.w = w, .best = INT64_MAX};
    for (uint32_t d = 0; d < LITTLE_DEPOTS; d++) {
        int64_t time[LITTLE_NODES];
        count_out_times(w, w->depots[d].node, time);
        for (uint32_t s = 0; s < LITTLE_SHELTERS; s++) {
            int64_t t = time[w->shelters[s].node];
            bool may = w->depots[d].usable && t != NETWORK_UNREACHABLE &&
                       !w->depot_excluded[d * LITTLE_SHELTERS + s];
            c.cost[d][s] = may ? (w->instance.haul_cost_per_m3_hour * t + 1800000) / 3600000 : -1;
        }
        for (uint32_t k = 0; k < LITTLE_ITEMS; k++) {
            int64_t left = w->stock[d * LITTLE_ITEMS + k] - w->reserve[d * LITTLE_ITEMS + k];
            c.stock[d][k] = left > 0 ? left : 0;
        }
    }
    for (uint32_t s = 0; s < LITTLE_SHELTERS; s++)
        for (uint32_t k = 0; k < LITTLE_ITEMS; k++)
            for (int64_t i = 0; i < w->need[s * LITTLE_ITEMS + k]; i++)
                c.units[c.count++] = (struct unit){s, k};
    place_unit(&c, 0);
    return c.best;
}

void little_judge(const struct little_world *w, const struct plan *plan) {
    enum certificate_verdict verdict;
    cr_assert_eq(certificate_check(&w->instance, &w->decisions, plan, &verdict), 0);
    cr_assert_eq(verdict, CERTIFICATE_VALID, "%s", certificate_verdict_name(verdict));
}

void little_judge_reasons(const struct plan *plan) {
    int64_t unserved = 0, unmet = 0, explained_people = 0, explained_units = 0;
    for (size_t i = 0; i < plan->unserved_count; i++)
        unserved += plan->unserved[i].people;
    for (size_t i = 0; i < plan->unmet_count; i++)
        unmet += plan->unmet[i].quantity;
    for (size_t i = 0; i < plan->reason_count; i++) {
        const struct plan_reason *r = &plan->reasons[i];
        if (r->code >= REASON_ZONE_UNREACHABLE && r->code <= REASON_CAPACITY_EXHAUSTED)
            explained_people += r->amount;
        if (r->code == REASON_STOCK_EXHAUSTED || r->code == REASON_NO_DEPOT_REACHES ||
            r->code == REASON_DISPATCH_EXHAUSTED || r->code == REASON_RECEIVE_EXHAUSTED ||
            r->code == REASON_NOT_WORTH_CARRYING || r->code == REASON_SHELTER_EXCLUDED ||
            r->code == REASON_LANE_EXHAUSTED || r->code == REASON_WHOLE_PACKS)
            explained_units += r->amount;
        cr_assert_eq(r->member_count > 0, r->code == REASON_CAPACITY_EXHAUSTED);
        cr_assert(r->code > REASON_NONE && r->code < REASON_CODES);
    }
    cr_assert_eq(unserved, explained_people);
    cr_assert_eq(unmet, explained_units);
}
