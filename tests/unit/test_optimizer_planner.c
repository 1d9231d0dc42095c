/* The planner against counting out every plan, and every plan through the certificate check. */
#include "coordinator/optimizer/certificate.h"
#include "coordinator/optimizer/planner.h"
#include "tests/support/sanitized.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A little world --------------------------------------------------------------------------------
 */

#define CERTIFIED (SANITIZED ? 60u : 600u) /* random worlds */

enum { NODES = 7, LINKS = 14, ZONES = 3, SHELTERS = 3, DEPOTS = 2, ITEMS = 2 };

struct world {
    struct network *network;
    struct instance_zone zones[ZONES];
    struct instance_shelter shelters[SHELTERS];
    struct instance_depot depots[DEPOTS];
    struct instance_item items[ITEMS];
    int64_t stock[DEPOTS * ITEMS], reserve[DEPOTS * ITEMS], need[SHELTERS * ITEMS];
    bool pinned[ZONES * SHELTERS], zone_excluded[ZONES * SHELTERS];
    bool depot_excluded[DEPOTS * SHELTERS];
    int64_t in_force[ZONES * SHELTERS * INSTANCE_CLASSES];
    struct instance instance;
    struct certificate_decisions decisions;
};

static uint64_t random_state;

static uint32_t random_below(uint32_t n) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(((random_state >> 33) * n) >> 31);
}

static bool once_in(uint32_t n) {
    return random_below(n) == 0;
}

static struct network *random_network(void) {
    struct network_link links[LINKS];
    for (uint32_t i = 0; i < LINKS; i++)
        links[i] = (struct network_link){
            .from = random_below(NODES),
            .to = random_below(NODES),
            .travel_ms = once_in(6) ? 0 : random_below(9) * 1000,
            .capacity_per_hour = 100,
            .closed = once_in(8),
        };
    struct network *network = NULL;
    cr_assert_eq(network_new(NODES, links, LINKS, &network), 0);
    for (uint32_t node = 0; node < NODES; node++)
        cr_assert_eq(network_set_centroid(network, node, once_in(6)), 0);
    return network;
}

static struct instance_shelter random_shelter(void) {
    struct instance_shelter shelter = {
        .node = random_below(NODES),
        .capacity = random_below(4),
        .places = {random_below(5), random_below(3), random_below(2)},
        .opens_ms = once_in(3) ? random_below(12000) : 0,
        .receive_ml = INSTANCE_NO_LIMIT,
        .priority = 1 + random_below(3),
        .usable = !once_in(6),
        .withstands = !once_in(6),
    };
    return shelter;
}

static void random_goods(struct world *w, bool limits) {
    for (uint32_t d = 0; d < DEPOTS; d++)
        w->depots[d] = (struct instance_depot){
            .node = random_below(NODES),
            .dispatch_ml = limits && once_in(2) ? random_below(9) : INSTANCE_NO_LIMIT,
            .usable = !once_in(6),
        };
    for (uint32_t k = 0; k < ITEMS; k++)
        w->items[k] = (struct instance_item){.volume_ml = 1 + random_below(3),
                                             .shortage_cost = random_below(4)};
    for (uint32_t i = 0; i < DEPOTS * ITEMS; i++) {
        w->stock[i] = random_below(3);
        w->reserve[i] = once_in(3);
    }
    for (uint32_t i = 0; i < SHELTERS * ITEMS; i++)
        w->need[i] = once_in(2);
    for (uint32_t s = 0; limits && s < SHELTERS; s++)
        if (once_in(2))
            w->shelters[s].receive_ml = random_below(6);
}

static void set_up(struct world *w, bool limits) {
    memset(w, 0, sizeof *w);
    w->network = random_network();
    for (uint32_t z = 0; z < ZONES; z++)
        w->zones[z] = (struct instance_zone){
            .node = random_below(NODES),
            .people = {random_below(3), once_in(3), once_in(3)},
        };
    for (uint32_t s = 0; s < SHELTERS; s++)
        w->shelters[s] = random_shelter();
    random_goods(w, limits);
    w->instance = (struct instance){
        .network = w->network,
        .zones = w->zones,
        .zone_count = ZONES,
        .shelters = w->shelters,
        .shelter_count = SHELTERS,
        .depots = w->depots,
        .depot_count = DEPOTS,
        .items = w->items,
        .item_count = ITEMS,
        .stock = w->stock,
        .reserve = w->reserve,
        .need = w->need,
        .haul_cost_per_m3_hour = 300000000,
    };
    w->decisions = (struct certificate_decisions){
        .pinned = w->pinned,
        .zone_excluded = w->zone_excluded,
        .depot_excluded = w->depot_excluded,
        .in_force = w->in_force,
    };
}

static void tear_down(struct world *w) {
    network_free(w->network);
}

/* Counting out ----------------------------------------------------------------------------------
 */

/* Travel times by trying every number of links in turn. */
static void count_out_times(const struct world *w, uint32_t start, int64_t *time) {
    for (uint32_t i = 0; i < NODES; i++)
        time[i] = NETWORK_UNREACHABLE;
    time[start] = 0;
    for (uint32_t round = 0; round < NODES; round++)
        for (uint32_t l = 0; l < LINKS; l++) {
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
    const struct world *w;
    int64_t cost[ZONES][SHELTERS]; /* arrival, or NETWORK_UNREACHABLE */
    struct person people[ZONES * 12];
    uint32_t count;
    int64_t all[SHELTERS], of_class[SHELTERS][INSTANCE_CLASSES];
    int64_t went[ZONES][SHELTERS][INSTANCE_CLASSES];
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
    for (uint32_t z = 0; z < ZONES; z++)
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++) {
            int64_t held = 0, kept = 0;
            for (uint32_t s = 0; s < SHELTERS; s++) {
                int64_t before = c->w->in_force[(z * SHELTERS + s) * INSTANCE_CLASSES + class];
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
    for (uint32_t s = 0; s < SHELTERS; s++) {
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

struct counted {
    int64_t unserved, first, arrival; /* of the best plan */
    int64_t quickest;                 /* of those who leave as few, whoever they are */
};

static struct counted count_out_people(const struct world *w) {
    struct counting c = {.w = w, .best_unserved = INT64_MAX};
    for (uint32_t z = 0; z < ZONES; z++) {
        int64_t time[NODES];
        count_out_times(w, w->zones[z].node, time);
        bool has_pin = false;
        for (uint32_t s = 0; s < SHELTERS; s++)
            has_pin = has_pin || w->pinned[z * SHELTERS + s];
        for (uint32_t s = 0; s < SHELTERS; s++) {
            const struct instance_shelter *shelter = &w->shelters[s];
            int64_t t = time[shelter->node];
            bool may = shelter->usable && shelter->withstands && t != NETWORK_UNREACHABLE &&
                       !w->zone_excluded[z * SHELTERS + s] &&
                       (!has_pin || w->pinned[z * SHELTERS + s]);
            c.cost[z][s] = !may                    ? NETWORK_UNREACHABLE
                           : t < shelter->opens_ms ? shelter->opens_ms
                                                   : t;
        }
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            for (int64_t i = 0; i < w->zones[z].people[class]; i++)
                c.people[c.count++] = (struct person){z, class};
    }
    place_person(&c, 0);
    return (struct counted){c.best_unserved, c.best_first, c.best_arrival, c.quickest};
}

static int64_t left_first(const struct plan *plan) {
    int64_t first = 0;
    for (size_t i = 0; i < plan->unserved_count; i++)
        first += plan->unserved[i].class == INSTANCE_MEDICAL      ? 2 * plan->unserved[i].people
                 : plan->unserved[i].class == INSTANCE_WHEELCHAIR ? plan->unserved[i].people
                                                                  : 0;
    return first;
}

struct unit {
    uint32_t shelter, item;
};

struct goods_counting {
    const struct world *w;
    int64_t cost[DEPOTS][SHELTERS]; /* a cubic metre, or −1 */
    struct unit units[SHELTERS * ITEMS * 4];
    uint32_t count;
    int64_t stock[DEPOTS][ITEMS], loaded[DEPOTS], received[SHELTERS];
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
    for (uint32_t d = 0; d < DEPOTS; d++) {
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

static int64_t count_out_goods(const struct world *w) {
    struct goods_counting c = {.w = w, .best = INT64_MAX};
    for (uint32_t d = 0; d < DEPOTS; d++) {
        int64_t time[NODES];
        count_out_times(w, w->depots[d].node, time);
        for (uint32_t s = 0; s < SHELTERS; s++) {
            int64_t t = time[w->shelters[s].node];
            bool may = w->depots[d].usable && t != NETWORK_UNREACHABLE &&
                       !w->depot_excluded[d * SHELTERS + s];
            c.cost[d][s] = may ? (w->instance.haul_cost_per_m3_hour * t + 1800000) / 3600000 : -1;
        }
        for (uint32_t k = 0; k < ITEMS; k++) {
            int64_t left = w->stock[d * ITEMS + k] - w->reserve[d * ITEMS + k];
            c.stock[d][k] = left > 0 ? left : 0;
        }
    }
    for (uint32_t s = 0; s < SHELTERS; s++)
        for (uint32_t k = 0; k < ITEMS; k++)
            for (int64_t i = 0; i < w->need[s * ITEMS + k]; i++)
                c.units[c.count++] = (struct unit){s, k};
    place_unit(&c, 0);
    return c.best;
}

/* Judgement -------------------------------------------------------------------------------------
 */

static void judge_certificate(const struct world *w, const struct plan *plan) {
    enum certificate_verdict verdict;
    cr_assert_eq(certificate_check(&w->instance, &w->decisions, plan, &verdict), 0);
    cr_assert_eq(verdict, CERTIFICATE_VALID, "%s", certificate_verdict_name(verdict));
}

/* Each person left over and each unit unmet has exactly one reason. */
static void judge_reasons(const struct plan *plan) {
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
        cr_assert_str_neq(plan_reason_name(r->code), "unknown");
    }
    cr_assert_eq(unserved, explained_people);
    cr_assert_eq(unmet, explained_units);
}

static int put_first_in_all; /* plans in which somebody has a place because of who it is */

static struct plan *solve_and_judge(const struct world *w, struct planner *planner, bool limits) {
    struct plan *plan = NULL;
    const int64_t goods = count_out_goods(w);
    const struct counted best = count_out_people(w);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    judge_certificate(w, plan);
    judge_reasons(plan);
    cr_assert_eq(plan->objective.unserved, best.unserved);
    cr_assert_eq(left_first(plan), best.first);
    cr_assert_eq(plan->objective.arrival_ms, best.arrival);
    cr_assert_eq(plan->bound.arrival_ms, best.quickest);
    put_first_in_all += plan->precedence_people > 0;
    cr_assert_geq(plan->stability_cost_ms, 0);
    if (!limits) {
        cr_assert_eq(plan->goods_cost, goods);
        cr_assert_eq(plan->status, PLAN_OPTIMAL);
    }
    cr_assert_leq(plan->goods_bound, goods);
    cr_assert_geq(plan->goods_cost, goods);
    return plan;
}

/* Larger figures, packs, limits of lanes, perhaps fair. */
static void set_up_choices(struct world *w, int64_t *lane_ml) {
    set_up(w, once_in(2));
    for (uint32_t k = 0; k < ITEMS; k++)
        w->items[k].pack = once_in(2) ? 2 + random_below(4) : 0;
    for (uint32_t i = 0; i < DEPOTS * ITEMS; i++)
        w->stock[i] = random_below(60);
    for (uint32_t i = 0; i < SHELTERS * ITEMS; i++)
        w->need[i] = random_below(40);
    for (uint32_t d = 0; d < DEPOTS; d++)
        if (w->depots[d].dispatch_ml > 0)
            w->depots[d].dispatch_ml = random_below(200);
    for (uint32_t s = 0; s < SHELTERS; s++)
        if (w->shelters[s].receive_ml > 0)
            w->shelters[s].receive_ml = random_below(100);
    for (uint32_t i = 0; i < DEPOTS * SHELTERS; i++)
        lane_ml[i] = once_in(3) ? random_below(50) : INSTANCE_NO_LIMIT;
    if (once_in(2))
        w->instance.lane_ml = lane_ml;
}

static void change_choices(struct world *w, struct planner *p, int64_t *lane_ml) {
    uint32_t d = random_below(DEPOTS), s = random_below(SHELTERS), k = random_below(ITEMS);
    w->stock[d * ITEMS + k] = random_below(60);
    cr_assert_eq(planner_set_stock(p, d, k, w->stock[d * ITEMS + k]), 0);
    w->need[s * ITEMS + k] = random_below(40);
    cr_assert_eq(planner_set_need(p, s, k, w->need[s * ITEMS + k]), 0);
    w->shelters[s].priority = 1 + random_below(3);
    cr_assert_eq(planner_set_priority(p, s, w->shelters[s].priority), 0);
    if (!w->instance.lane_ml)
        return;
    lane_ml[d * SHELTERS + s] = once_in(2) ? random_below(50) : INSTANCE_NO_LIMIT;
    cr_assert_eq(planner_set_lane_limit(p, d, s, lane_ml[d * SHELTERS + s]), 0);
}

Test(planner, fair_and_packed_plans_within_limits_of_lanes_are_certified_too) {
    for (uint64_t seed = 1; seed <= CERTIFIED; seed++) {
        random_state = seed * 977;
        struct world w;
        int64_t lane_ml[DEPOTS * SHELTERS];
        set_up_choices(&w, lane_ml);
        enum planner_fairness fair = (enum planner_fairness)random_below(4);
        struct planner *warm = NULL;
        cr_assert_eq(planner_new(&w.instance, &warm), 0);
        cr_assert_eq(planner_set_fairness(warm, fair), 0);
        for (int round = 0; round < 4; round++) {
            struct planner *cold = NULL;
            struct plan *plan = NULL, *again = NULL;
            cr_assert_eq(planner_solve(warm, NULL, &plan), 0);
            judge_certificate(&w, plan);
            judge_reasons(plan);
            cr_assert(fair != PLANNER_CHEAPEST || plan->fairness_cost == 0);
            const bool may = fair == PLANNER_FAIREST || fair == PLANNER_AFFORDABLE,
                       costs_little = plan->fairness_cost * 100 <=
                                      plan->goods_cost - plan->rounding_cost -
                                          (plan->is_fair ? plan->fairness_cost : 0);
            cr_assert(!plan->is_fair || (may && plan->fair_levels > 0));
            cr_assert(fair != PLANNER_FAIREST || plan->fair_levels == 0 || plan->is_fair);
            if (fair == PLANNER_AFFORDABLE && plan->fair_levels > 0 && plan->unmet_count > 0)
                cr_assert_eq(plan->is_fair, costs_little);
            cr_assert(plan->least_fill >= 0 && plan->least_fill <= 1);
            cr_assert_eq(planner_new(&w.instance, &cold), 0);
            cr_assert_eq(planner_set_fairness(cold, fair), 0);
            cr_assert_eq(planner_solve(cold, NULL, &again), 0);
            judge_certificate(&w, again);
            double most = fmax((double)plan->goods_bound, (double)again->goods_bound);
            cr_assert_float_eq((double)plan->goods_bound, (double)again->goods_bound,
                               1e-6 * most + 200 * (DEPOTS + SHELTERS));
            plan_free(again);
            planner_free(cold);
            plan_free(plan);
            change_choices(&w, warm, lane_ml);
        }
        planner_free(warm);
        tear_down(&w);
    }
}

/* Two shelters need the same from one depot, and the nearer one would get all of it. */
struct pair {
    struct network *network;
    struct instance_shelter shelters[2];
    struct instance_depot depot;
    struct instance_item item;
    int64_t stock, reserve, need[2];
    struct instance instance;
};

static void make_pair(struct pair *pair, int64_t far_ms, int64_t shortage_cost, int64_t pack) {
    const struct network_link links[] = {{0, 1, 1000, 100, false}, {0, 2, far_ms, 100, false}};
    *pair = (struct pair){.shelters = {{.node = 1, .receive_ml = INSTANCE_NO_LIMIT, .priority = 1},
                                       {.node = 2, .receive_ml = INSTANCE_NO_LIMIT, .priority = 1}},
                          .depot = {0, INSTANCE_NO_LIMIT, true},
                          .item = {.volume_ml = 1000, .shortage_cost = shortage_cost, .pack = pack},
                          .stock = 60,
                          .need = {60, 60}};
    cr_assert_eq(network_new(3, links, 2, &pair->network), 0);
    pair->instance = (struct instance){.network = pair->network,
                                       .shelters = pair->shelters,
                                       .shelter_count = 2,
                                       .depots = &pair->depot,
                                       .depot_count = 1,
                                       .items = &pair->item,
                                       .item_count = 1,
                                       .stock = &pair->stock,
                                       .reserve = &pair->reserve,
                                       .need = pair->need,
                                       .haul_cost_per_m3_hour = 3600000};
}

Test(planner, fairness_shares_what_is_short_and_says_what_that_costs) {
    struct pair pair;
    struct planner *planner = NULL;
    struct plan *plan = NULL;
    make_pair(&pair, 9000, 50, 6);
    cr_assert_eq(planner_new(&pair.instance, &planner), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    cr_assert_eq(plan->shipment_count, 1);
    cr_assert_float_eq(plan->least_fill, 0, 1e-9);
    cr_assert_eq(plan->fair_levels, 0);
    plan_free(plan);
    cr_assert_eq(planner_set_fairness(planner, PLANNER_PRICED), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    cr_assert_eq(plan->shipment_count, 1);
    cr_assert_float_eq(plan->fairest_fill, 0.5, 1e-9);
    cr_assert_eq(plan->fairness_cost, INT64_C(30) * 8000 * 1000); /* 8 s further, 1000 a second */
    plan_free(plan);
    cr_assert_eq(planner_set_fairness(planner, PLANNER_FAIREST), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    cr_assert_eq(plan->shipment_count, 2);
    cr_assert_eq(plan->shipments[0].quantity, 30);
    cr_assert_float_eq(plan->least_fill, 0.5, 1e-9);
    cr_assert_float_eq(plan->cheapest_fill, 0, 1e-9);
    cr_assert_eq(plan->fairness_cost, INT64_C(30) * 8000 * 1000); /* 8 s further, 1000 a second */
    cr_assert_eq(plan->goods_cost - plan->fairness_cost, plan->goods_bound);
    plan_free(plan);
    planner_free(planner);
    network_free(pair.network);
}

/* Far enough apart, sharing between the two is dear. */
static struct plan *plan_pair(int64_t far_ms, int64_t shortage_cost, planner_carry *carry) {
    struct pair pair;
    struct planner *planner = NULL;
    struct plan *plan = NULL;
    make_pair(&pair, far_ms, shortage_cost, 0);
    cr_assert_eq(planner_new(&pair.instance, &planner), 0);
    cr_assert_eq(planner_set_fairness(planner, PLANNER_AFFORDABLE), 0);
    planner_set_carrier(planner, carry, NULL);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    planner_free(planner);
    network_free(pair.network);
    return plan;
}

/* A carrier that leaves behind what goes to the second shelter. */
static int leave_one(void *context, const struct planner *planner, struct plan *plan) {
    (void)context, (void)planner;
    struct plan_deliveries *made = calloc(1, sizeof *made);
    cr_assert_not_null(made);
    made->left = calloc(1, sizeof *made->left);
    cr_assert_not_null(made->left);
    for (size_t i = 0; i < plan->shipment_count; i++)
        if (plan->shipments[i].shelter == 1)
            made->left[made->left_count++] = (struct plan_undelivered){
                .shelter = 1, .promise = PLAN_NONE, .quantity = 1, .reason = PLAN_UNDELIVERED_BUSY};
    plan_deliveries_free(plan->deliveries);
    plan->deliveries = made;
    return 0;
}

Test(planner, goods_are_shared_fairly_where_that_costs_little_and_vehicles_bring_it) {
    struct plan *plan = plan_pair(1001, 50000, NULL);
    cr_assert(plan->is_fair);
    cr_assert_float_eq(plan->least_fill, 0.5, 1e-9);
    cr_assert_eq(plan->goods_cost - plan->fairness_cost, plan->goods_bound);
    plan_free(plan);
    plan = plan_pair(9000000, 50000, NULL); /* two and a half hours away */
    cr_assert_not(plan->is_fair);
    cr_assert_float_eq(plan->least_fill, 0, 1e-9);
    cr_assert_float_eq(plan->fairest_fill, 0.5, 1e-9);
    cr_assert(plan->fairness_cost > plan->goods_cost / 100);
    cr_assert_eq(plan->goods_cost, plan->goods_bound);
    plan_free(plan);
    plan = plan_pair(1001, 50000, leave_one);
    cr_assert_not(plan->is_fair);
    cr_assert_eq(plan->deliveries->left_count, 0);
    cr_assert_eq(plan->shipment_count, 1);
    cr_assert_eq(plan->shipments[0].quantity, 60);
    cr_assert_eq(plan->goods_cost, plan->goods_bound);
    plan_free(plan);
}

enum { PROMISES = 5 };

struct orders {
    struct planner_promise list[PROMISES];
    struct planner_promise_line lines[PROMISES][ITEMS];
};

static void random_orders(struct orders *orders) {
    for (uint32_t i = 0; i < PROMISES; i++) {
        for (uint32_t k = 0; k < ITEMS; k++)
            orders->lines[i][k] = (struct planner_promise_line){k, random_below(20)};
        orders->list[i] = (struct planner_promise){random_below(DEPOTS), random_below(SHELTERS),
                                                   orders->lines[i], ITEMS, once_in(4)};
    }
}

static const struct plan_release *release_of(const struct plan *plan, uint32_t promise) {
    for (size_t i = 0; i < plan->release_count; i++)
        if (plan->releases[i].promise == promise)
            return &plan->releases[i];
    return NULL;
}

/* Orders that stand are off stock and needs; those that go are named with a reason that holds. */
static void judge_orders(const struct world *w, const struct orders *orders, int64_t price,
                         const struct plan *plan, const struct instance *left) {
    int64_t stock[DEPOTS * ITEMS];
    size_t improved = 0;
    memcpy(stock, w->stock, sizeof stock);
    for (uint32_t i = 0; i < PROMISES; i++) {
        const struct plan_release *release = release_of(plan, i);
        const struct planner_promise *order = &orders->list[i];
        if (release && release->code == REASON_ORDER_IMPROVED) {
            cr_assert(!order->begun);
            cr_assert_gt(release->saving, price);
            improved++;
        }
        if (release)
            continue;
        cr_assert(w->depots[order->depot].usable);
        cr_assert(!w->depot_excluded[order->depot * SHELTERS + order->shelter]);
        for (uint32_t k = 0; k < ITEMS; k++) {
            stock[order->depot * ITEMS + k] -= order->lines[k].quantity;
            cr_assert_geq(stock[order->depot * ITEMS + k], 0);
        }
    }
    for (uint32_t i = 0; i < DEPOTS * ITEMS; i++)
        cr_assert_eq(left->stock[i], stock[i]);
    cr_assert_eq(plan->kept_promises + plan->release_count, PROMISES);
    cr_assert_leq(improved, PLANNER_RELEASES_MAX);
    cr_assert_geq(plan->goods_stability_cost, 0);
}

Test(planner, orders_for_goods_stand_unless_they_cannot_or_going_saves_more_than_the_price) {
    uint32_t gone = 0, stood = 0, improved = 0;
    for (uint64_t seed = 1; seed <= CERTIFIED; seed++) {
        random_state = seed * 1319;
        struct world w;
        struct orders orders;
        int64_t lane_ml[DEPOTS * SHELTERS], price = once_in(2) ? random_below(100) * 1000000 : 0;
        set_up_choices(&w, lane_ml);
        random_orders(&orders);
        struct planner *planner = NULL;
        cr_assert_eq(planner_new(&w.instance, &planner), 0);
        for (int round = 0; round < 3; round++) {
            struct plan *plan = NULL;
            cr_assert_eq(planner_set_promises(planner, orders.list, PROMISES, price), 0);
            cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
            struct world left = w;
            left.instance.stock = planner_instance(planner)->stock;
            left.instance.need = planner_instance(planner)->need;
            judge_certificate(&left, plan);
            judge_reasons(plan);
            judge_orders(&w, &orders, price, plan, &left.instance);
            for (size_t i = 0; i < plan->release_count; i++)
                *(plan->releases[i].code == REASON_ORDER_IMPROVED ? &improved : &gone) += 1;
            stood += plan->kept_promises;
            plan_free(plan);
            change_choices(&w, planner, lane_ml);
        }
        planner_free(planner);
        tear_down(&w);
    }
    cr_assert(gone > CERTIFIED && stood > CERTIFIED && improved > CERTIFIED / 10,
              "%u gone, %u stood, %u improved", gone, stood, improved);
}

Test(planner, equals_counting_out_every_plan) {
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        random_state = seed;
        struct world w;
        bool limits = once_in(2);
        set_up(&w, limits);
        struct planner *planner = NULL;
        cr_assert_eq(planner_new(&w.instance, &planner), 0);
        plan_free(solve_and_judge(&w, planner, limits));
        planner_free(planner);
        tear_down(&w);
    }
    cr_assert_gt(put_first_in_all, 100, "in many of them it matters who comes first");
}

/* Changes ---------------------------------------------------------------------------------------
 */

static void change_people(struct world *w, struct planner *p) {
    uint32_t z = random_below(ZONES), class = random_below(INSTANCE_CLASSES);
    w->zones[z].people[class] = random_below(3);
    cr_assert_eq(planner_set_people(p, z, class, w->zones[z].people[class]), 0);
}

static void change_shelter(struct world *w, struct planner *p) {
    uint32_t s = random_below(SHELTERS), class = random_below(INSTANCE_CLASSES);
    struct instance_shelter *shelter = &w->shelters[s], other = random_shelter();
    switch (random_below(6)) {
    case 0:
        shelter->capacity = other.capacity;
        cr_assert_eq(planner_set_capacity(p, s, other.capacity), 0);
        break;
    case 1:
        shelter->places[class] = other.places[class];
        cr_assert_eq(planner_set_places(p, s, class, other.places[class]), 0);
        break;
    case 2:
        shelter->usable = other.usable;
        cr_assert_eq(planner_set_usable(p, s, other.usable), 0);
        break;
    case 3:
        shelter->withstands = other.withstands;
        cr_assert_eq(planner_set_withstands(p, s, other.withstands), 0);
        break;
    case 4:
        shelter->opens_ms = other.opens_ms;
        cr_assert_eq(planner_set_opens(p, s, other.opens_ms), 0);
        break;
    default:
        shelter->priority = other.priority;
        cr_assert_eq(planner_set_priority(p, s, other.priority), 0);
    }
}

static void change_link(struct world *w, struct planner *p) {
    uint32_t link = random_below(LINKS);
    if (once_in(2)) {
        bool closed = !network_link_at(w->network, link)->closed;
        cr_assert_eq(network_set_closed(w->network, link, closed), 0);
        cr_assert_eq(planner_set_link_closed(p, link, closed), 0);
    } else {
        int64_t travel = random_below(9) * 1000;
        cr_assert_eq(network_set_travel_ms(w->network, link, travel), 0);
        cr_assert_eq(planner_set_link_travel(p, link, travel), 0);
    }
}

static void change_goods(struct world *w, struct planner *p, bool limits) {
    uint32_t d = random_below(DEPOTS), s = random_below(SHELTERS), k = random_below(ITEMS);
    switch (random_below(limits ? 6 : 4)) {
    case 0:
        w->stock[d * ITEMS + k] = random_below(3);
        cr_assert_eq(planner_set_stock(p, d, k, w->stock[d * ITEMS + k]), 0);
        break;
    case 1:
        w->reserve[d * ITEMS + k] = random_below(2);
        cr_assert_eq(planner_set_reserve(p, d, k, w->reserve[d * ITEMS + k]), 0);
        break;
    case 2:
        w->need[s * ITEMS + k] = random_below(2);
        cr_assert_eq(planner_set_need(p, s, k, w->need[s * ITEMS + k]), 0);
        break;
    case 3:
        w->depots[d].usable = !w->depots[d].usable;
        cr_assert_eq(planner_set_depot_usable(p, d, w->depots[d].usable), 0);
        break;
    case 4:
        w->depots[d].dispatch_ml = once_in(3) ? INSTANCE_NO_LIMIT : random_below(9);
        cr_assert_eq(planner_set_dispatch(p, d, w->depots[d].dispatch_ml), 0);
        break;
    default:
        w->shelters[s].receive_ml = once_in(3) ? INSTANCE_NO_LIMIT : random_below(6);
        cr_assert_eq(planner_set_receive(p, s, w->shelters[s].receive_ml), 0);
    }
}

static void change_decisions(struct world *w, struct planner *p) {
    uint32_t z = random_below(ZONES), s = random_below(SHELTERS), d = random_below(DEPOTS);
    bool on = once_in(3);
    switch (random_below(3)) {
    case 0:
        w->pinned[z * SHELTERS + s] = on;
        cr_assert_eq(planner_pin(p, z, s, on), 0);
        break;
    case 1:
        w->zone_excluded[z * SHELTERS + s] = on;
        cr_assert_eq(planner_exclude_zone(p, z, s, on), 0);
        break;
    default:
        w->depot_excluded[d * SHELTERS + s] = on;
        cr_assert_eq(planner_exclude_depot(p, d, s, on), 0);
    }
}

static void keep(struct world *w, struct planner *p, const struct plan *plan) {
    memset(w->in_force, 0, sizeof w->in_force);
    w->decisions.change_price_ms = random_below(8) * 1000;
    for (size_t i = 0; i < plan->assignment_count; i++) {
        const struct plan_assignment *a = &plan->assignments[i];
        memcpy(&w->in_force[(a->zone * SHELTERS + a->shelter) * INSTANCE_CLASSES], a->people,
               sizeof a->people);
    }
    cr_assert_eq(planner_keep_plan(p, plan, w->decisions.change_price_ms), 0);
}

static void change_something(struct world *w, struct planner *p, bool limits) {
    switch (random_below(5)) {
    case 0:
        change_people(w, p);
        break;
    case 1:
        change_shelter(w, p);
        break;
    case 2:
        change_link(w, p);
        break;
    case 3:
        change_goods(w, p, limits);
        break;
    default:
        change_decisions(w, p);
    }
}

Test(planner, stays_exact_through_any_changes_with_a_plan_in_force) {
    for (uint64_t seed = 1; seed <= 400; seed++) {
        random_state = seed * 31;
        struct world w;
        bool limits = once_in(3);
        set_up(&w, limits);
        struct planner *planner = NULL;
        cr_assert_eq(planner_new(&w.instance, &planner), 0);
        for (uint32_t round = 0; round < 14; round++) {
            struct plan *plan = solve_and_judge(&w, planner, limits);
            if (once_in(3))
                keep(&w, planner, plan);
            plan_free(plan);
            for (uint32_t changes = 1 + random_below(4); changes > 0; changes--)
                change_something(&w, planner, limits);
        }
        planner_free(planner);
        tear_down(&w);
    }
}

/* Sameness --------------------------------------------------------------------------------------
 */

static void assert_same(const struct plan *a, const struct plan *b) {
    cr_assert_eq(a->assignment_count, b->assignment_count);
    cr_assert_eq(a->shipment_count, b->shipment_count);
    cr_assert_eq(a->link_count, b->link_count);
    cr_assert_eq(a->reason_count, b->reason_count);
    cr_assert_eq(a->work, b->work);
    for (size_t i = 0; i < a->assignment_count; i++)
        cr_assert_eq(memcmp(&a->assignments[i], &b->assignments[i], sizeof a->assignments[i]), 0);
    for (size_t i = 0; i < a->shipment_count; i++) {
        const struct plan_shipment *left = &a->shipments[i], *right = &b->shipments[i];
        cr_assert_eq(left->depot, right->depot);
        cr_assert_eq(left->shelter, right->shelter);
        cr_assert_eq(left->item, right->item);
        cr_assert_eq(left->quantity, right->quantity);
        cr_assert_eq(left->travel_ms, right->travel_ms);
    }
    for (size_t i = 0; i < a->link_count; i++)
        cr_assert_eq(a->links[i], b->links[i]);
    for (size_t i = 0; i < a->reason_count; i++) {
        cr_assert_eq(a->reasons[i].code, b->reasons[i].code);
        cr_assert_eq(a->reasons[i].amount, b->reasons[i].amount);
    }
}

Test(planner, the_same_calls_give_the_same_plans) {
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct plan *plans[2][4];
        for (uint32_t run = 0; run < 2; run++) {
            random_state = seed;
            struct world w;
            set_up(&w, false);
            struct planner *planner = NULL;
            cr_assert_eq(planner_new(&w.instance, &planner), 0);
            for (uint32_t i = 0; i < 4; i++) {
                struct planner_limits limits = {.work_limit = i == 1 ? 3 : 0};
                cr_assert_eq(planner_solve(planner, &limits, &plans[run][i]), 0);
                change_something(&w, planner, false);
            }
            planner_free(planner);
            tear_down(&w);
        }
        for (uint32_t i = 0; i < 4; i++) {
            assert_same(plans[0][i], plans[1][i]);
            plan_free(plans[0][i]);
            plan_free(plans[1][i]);
        }
    }
}

Test(planner, a_stopped_solve_is_feasible_with_an_honest_bound_and_goes_on) {
    for (uint64_t seed = 1; seed <= 300; seed++) {
        random_state = seed * 7;
        struct world w;
        set_up(&w, once_in(2));
        struct planner *planner = NULL;
        cr_assert_eq(planner_new(&w.instance, &planner), 0);
        const int64_t goods = count_out_goods(&w);
        const struct counted best = count_out_people(&w);
        const int64_t unserved = best.unserved, arrival = best.quickest;
        for (uint32_t tries = 0;; tries++) {
            cr_assert_lt(tries, 200);
            struct planner_limits limits = {.work_limit = 1 + random_below(6)};
            struct plan *plan = NULL;
            cr_assert_eq(planner_solve(planner, &limits, &plan), 0);
            judge_certificate(&w, plan);
            cr_assert_leq(plan->bound.unserved, unserved);
            cr_assert(plan->bound.unserved < unserved || plan->bound.arrival_ms <= arrival);
            cr_assert_leq(plan->goods_bound, goods);
            cr_assert_geq(plan->objective.unserved, unserved);
            bool done = plan->status != PLAN_STOPPED;
            plan_free(plan);
            if (done)
                break;
        }
        planner_free(planner);
        tear_down(&w);
    }
}

/* Edges -----------------------------------------------------------------------------------------
 */

Test(planner, an_empty_instance_has_an_empty_plan) {
    struct network *network = NULL;
    cr_assert_eq(network_new(0, NULL, 0, &network), 0);
    struct instance instance = {.network = network};
    struct planner *planner = NULL;
    struct plan *plan = NULL;
    cr_assert_eq(planner_new(&instance, &planner), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    cr_assert_eq(plan->status, PLAN_OPTIMAL);
    cr_assert_eq(plan->assignment_count + plan->shipment_count + plan->reason_count, 0);
    enum certificate_verdict verdict;
    cr_assert_eq(certificate_check(&instance, NULL, plan, &verdict), 0);
    cr_assert_eq(verdict, CERTIFICATE_VALID);
    plan_free(plan);
    planner_free(planner);
    network_free(network);
}

static void one_road(struct world *w) {
    memset(w, 0, sizeof *w);
    struct network_link link = {.from = 0, .to = 1, .travel_ms = 60000};
    cr_assert_eq(network_new(2, &link, 1, &w->network), 0);
    w->zones[0] = (struct instance_zone){.node = 0, .people = {10, 0, 0}};
    w->shelters[0] = (struct instance_shelter){.node = 1,
                                               .capacity = 6,
                                               .places = {6, 0, 0},
                                               .receive_ml = INSTANCE_NO_LIMIT,
                                               .priority = 1,
                                               .usable = true,
                                               .withstands = true};
    w->instance = (struct instance){.network = w->network,
                                    .zones = w->zones,
                                    .zone_count = 1,
                                    .shelters = w->shelters,
                                    .shelter_count = 1};
}

static const struct plan_reason *reason_of(const struct plan *plan, enum plan_reason_code code) {
    for (size_t i = 0; i < plan->reason_count; i++)
        if (plan->reasons[i].code == code)
            return &plan->reasons[i];
    return NULL;
}

Test(planner, says_why_people_are_left_over) {
    struct world w;
    one_road(&w);
    struct planner *planner = NULL;
    struct plan *plan = NULL;
    cr_assert_eq(planner_new(&w.instance, &planner), 0);

    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    const struct plan_reason *reason = reason_of(plan, REASON_CAPACITY_EXHAUSTED);
    cr_assert_not_null(reason);
    cr_assert_eq(reason->amount, 4);
    cr_assert_eq(reason->member_count, 1);
    cr_assert_eq(plan->members[reason->first_member], 0);
    plan_free(plan);

    cr_assert_eq(planner_set_link_closed(planner, 0, true), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    cr_assert_not_null(reason_of(plan, REASON_ZONE_UNREACHABLE));
    cr_assert_eq(plan->objective.unserved, 10);
    plan_free(plan);

    cr_assert_eq(planner_set_link_closed(planner, 0, false), 0);
    cr_assert_eq(planner_exclude_zone(planner, 0, 0, true), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    cr_assert_not_null(reason_of(plan, REASON_ZONE_EXCLUDED));
    cr_assert_not_null(reason_of(plan, REASON_EXCLUSION_COSTS));
    plan_free(plan);

    cr_assert_eq(planner_exclude_zone(planner, 0, 0, false), 0);
    cr_assert_eq(planner_set_people(planner, 0, INSTANCE_MEDICAL, 2), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), 0);
    reason = reason_of(plan, REASON_NO_PLACE_FOR_CLASS);
    cr_assert_not_null(reason);
    cr_assert_eq(reason->class, INSTANCE_MEDICAL);
    plan_free(plan);
    planner_free(planner);
    tear_down(&w);
}

Test(planner, refuses_what_does_not_exist_or_makes_no_sense) {
    struct world w;
    one_road(&w);
    struct planner *p = NULL;
    cr_assert_eq(planner_new(&w.instance, &p), 0);
    cr_assert_eq(planner_set_people(p, 1, INSTANCE_GENERAL, 1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_people(p, 0, INSTANCE_CLASSES, 1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_people(p, 0, INSTANCE_GENERAL, -1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_people(p, 0, INSTANCE_GENERAL, INT64_MAX), HV_ERR_LIMIT);
    cr_assert_eq(planner_set_capacity(p, 0, -1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_capacity(p, 7, 1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_link_closed(p, 1, true), HV_ERR_VALUE);
    cr_assert_eq(planner_set_link_travel(p, 0, -5), HV_ERR_VALUE);
    cr_assert_eq(planner_set_stock(p, 0, 0, 1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_lane_limit(p, 0, 0, 1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_promises(p, NULL, 0, -1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_priority(p, 0, 0), HV_ERR_VALUE);
    cr_assert_eq(planner_set_dispatch(p, 0, 1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_receive(p, 0, -2), HV_ERR_VALUE);
    cr_assert_eq(planner_pin(p, 0, 1, true), HV_ERR_VALUE);
    cr_assert_eq(planner_set_change_price(p, -1), HV_ERR_VALUE);
    cr_assert_eq(planner_set_in_force(p, 0, 0, INSTANCE_GENERAL, -1), HV_ERR_VALUE);
    w.zones[0].node = 2;
    struct planner *none = NULL;
    cr_assert_eq(planner_new(&w.instance, &none), HV_ERR_VALUE);
    planner_free(p);
    planner_free(NULL);
    tear_down(&w);
}

Test(planner, costs_that_pass_64_bits_are_an_overflow_and_not_a_plan) {
    struct world w;
    one_road(&w);
    w.depots[0] =
        (struct instance_depot){.node = 0, .dispatch_ml = INSTANCE_NO_LIMIT, .usable = true};
    w.items[0] = (struct instance_item){.volume_ml = 1, .shortage_cost = INT64_MAX / 2};
    w.stock[0] = w.need[0] = 5;
    w.instance.depots = w.depots;
    w.instance.depot_count = w.instance.item_count = 1;
    w.instance.items = w.items;
    w.instance.stock = w.stock;
    w.instance.need = w.need;
    struct planner *planner = NULL;
    struct plan *plan = NULL;
    cr_assert_eq(planner_new(&w.instance, &planner), 0);
    cr_assert_eq(planner_solve(planner, NULL, &plan), HV_ERR_OVERFLOW);
    cr_assert_null(plan);
    planner_free(planner);
    tear_down(&w);
}
