#include "coordinator/optimizer/certificate.h"

#include "coordinator/optimizer/wide.h"

#include <stdlib.h>

/* A check at work. Functions that find fault set `verdict`, once; those that can fail return an
 * error. */
struct check {
    const struct instance *instance;
    const struct certificate_decisions *decisions;
    const struct plan *plan;
    int64_t *travel_ms; /* zones and then depots × shelters; NETWORK_UNREACHABLE */
    enum certificate_verdict verdict;
};

static void find_fault(struct check *check, bool fault, enum certificate_verdict verdict) {
    if (fault && check->verdict == CERTIFICATE_VALID)
        check->verdict = verdict;
}

static void *zeroed(size_t count, size_t bytes) {
    return calloc(count ? count : 1, bytes);
}

/* The instance, read anew -----------------------------------------------------------------------
 */

static size_t pair_of(const struct check *check, uint32_t row, uint32_t shelter) {
    return (size_t)row * check->instance->shelter_count + shelter;
}

static int64_t zone_travel(const struct check *check, uint32_t zone, uint32_t shelter) {
    return check->travel_ms[pair_of(check, zone, shelter)];
}

static int64_t depot_travel(const struct check *check, uint32_t depot, uint32_t shelter) {
    return check->travel_ms[pair_of(check, check->instance->zone_count + depot, shelter)];
}

static int64_t zone_arrival(const struct check *check, uint32_t zone, uint32_t shelter) {
    int64_t travel = zone_travel(check, zone, shelter);
    int64_t opens = check->instance->shelters[shelter].opens_ms;
    return travel < opens ? opens : travel;
}

static bool marked(const bool *matrix, size_t pair) {
    return matrix && matrix[pair];
}

static bool zone_has_pin(const struct check *check, uint32_t zone) {
    for (uint32_t s = 0; s < check->instance->shelter_count; s++)
        if (marked(check->decisions->pinned, pair_of(check, zone, s)))
            return true;
    return false;
}

static bool shelter_takes(const struct check *check, uint32_t shelter) {
    return check->instance->shelters[shelter].usable &&
           check->instance->shelters[shelter].withstands;
}

static bool zone_may_use(const struct check *check, uint32_t zone, uint32_t shelter,
                         bool zone_pinned) {
    size_t pair = pair_of(check, zone, shelter);
    return shelter_takes(check, shelter) && check->travel_ms[pair] != NETWORK_UNREACHABLE &&
           !marked(check->decisions->zone_excluded, pair) &&
           (!zone_pinned || marked(check->decisions->pinned, pair));
}

static bool depot_may_serve(const struct check *check, uint32_t depot, uint32_t shelter) {
    return check->instance->depots[depot].usable &&
           depot_travel(check, depot, shelter) != NETWORK_UNREACHABLE &&
           !marked(check->decisions->depot_excluded, pair_of(check, depot, shelter));
}

static int64_t in_force(const struct check *check, uint32_t zone, uint32_t shelter,
                        uint32_t class) {
    const int64_t *matrix = check->decisions->in_force;
    return matrix ? matrix[pair_of(check, zone, shelter) * INSTANCE_CLASSES + class] : 0;
}

static int64_t free_stock(const struct check *check, uint32_t depot, uint32_t item) {
    const struct instance *in = check->instance;
    size_t i = (size_t)depot * in->item_count + item;
    int64_t left = in->stock[i] - (in->reserve ? in->reserve[i] : 0);
    return in->depots[depot].usable && left > 0 ? left : 0;
}

/* Travel times: Bellman and Ford's algorithm with a queue ---------------------------------------
 */

/* Links by the node that they leave, as chains. */
struct chains {
    uint32_t *first, *next;
};

static int chain_links(const struct network *network, struct chains *chains) {
    uint32_t nodes = network_node_count(network), links = network_link_count(network);
    chains->first = zeroed(nodes, sizeof *chains->first);
    chains->next = zeroed(links, sizeof *chains->next);
    if (!chains->first || !chains->next)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < nodes; i++)
        chains->first[i] = NETWORK_NONE;
    for (uint32_t i = 0; i < links; i++) {
        uint32_t from = network_link_at(network, i)->from;
        chains->next[i] = chains->first[from];
        chains->first[from] = i;
    }
    return 0;
}

struct wave {
    int64_t *time;
    uint32_t *queue; /* a ring with room for every node */
    bool *waiting;
};

static void spread(const struct network *network, const struct chains *chains, struct wave *wave,
                   uint32_t start) {
    uint32_t nodes = network_node_count(network), head = 0, count = 1;
    for (uint32_t i = 0; i < nodes; i++)
        wave->time[i] = NETWORK_UNREACHABLE;
    wave->time[start] = 0;
    wave->queue[0] = start;
    while (count > 0) {
        uint32_t at = wave->queue[head];
        head = (head + 1) % nodes; // NOLINT(clang-analyzer-core.DivideZero): start is one
        count--;
        wave->waiting[at] = false;
        if (network_is_centroid(network, at) && at != start)
            continue;
        for (uint32_t l = chains->first[at]; l != NETWORK_NONE; l = chains->next[l]) {
            const struct network_link *link = network_link_at(network, l);
            int64_t time = wave->time[at] + link->travel_ms;
            if (link->closed || time >= wave->time[link->to])
                continue;
            wave->time[link->to] = time;
            if (!wave->waiting[link->to]) {
                wave->waiting[link->to] = true;
                wave->queue[(head + count++) % nodes] = link->to;
            }
        }
    }
}

static int find_travel(struct check *check) {
    const struct instance *in = check->instance;
    uint32_t nodes = network_node_count(in->network), origins = in->zone_count + in->depot_count;
    struct chains chains = {0};
    struct wave wave = {
        .time = zeroed(nodes, sizeof *wave.time),
        .queue = zeroed(nodes, sizeof *wave.queue),
        .waiting = zeroed(nodes, sizeof *wave.waiting),
    };
    check->travel_ms = zeroed((size_t)origins * in->shelter_count, sizeof *check->travel_ms);
    int error = chain_links(in->network, &chains);
    if (!wave.time || !wave.queue || !wave.waiting || !check->travel_ms)
        error = HV_ERR_MEMORY;
    for (uint32_t o = 0; o < origins && !error; o++) {
        spread(in->network, &chains, &wave,
               o < in->zone_count ? in->zones[o].node : in->depots[o - in->zone_count].node);
        for (uint32_t s = 0; s < in->shelter_count; s++)
            check->travel_ms[pair_of(check, o, s)] = wave.time[in->shelters[s].node];
    }
    free(wave.time);
    free(wave.queue);
    free(wave.waiting);
    free(chains.first);
    free(chains.next);
    return error;
}

/* References and order --------------------------------------------------------------------------
 */

static bool in_order(uint32_t a, uint32_t b, uint32_t c, uint32_t x, uint32_t y, uint32_t z) {
    return a != x ? a < x : b != y ? b < y : c < z;
}

static void check_people_references(struct check *check) {
    const struct plan *plan = check->plan;
    const struct instance *in = check->instance;
    for (size_t i = 0; i < plan->assignment_count; i++) {
        const struct plan_assignment *a = &plan->assignments[i];
        find_fault(check, a->zone >= in->zone_count || a->shelter >= in->shelter_count,
                   CERTIFICATE_BAD_REFERENCE);
        find_fault(check, i > 0 && !in_order(a[-1].zone, a[-1].shelter, 0, a->zone, a->shelter, 0),
                   CERTIFICATE_BAD_REFERENCE);
        for (uint32_t c = 0; c < INSTANCE_CLASSES; c++)
            find_fault(check, a->people[c] < 0, CERTIFICATE_BAD_REFERENCE);
    }
    for (size_t i = 0; i < plan->unserved_count; i++) {
        const struct plan_unserved *u = &plan->unserved[i];
        find_fault(check, u->zone >= in->zone_count || (unsigned)u->class >= INSTANCE_CLASSES,
                   CERTIFICATE_BAD_REFERENCE);
        find_fault(check, u->people <= 0, CERTIFICATE_BAD_REFERENCE);
        find_fault(check, i > 0 && !in_order(u[-1].zone, u[-1].class, 0, u->zone, u->class, 0),
                   CERTIFICATE_BAD_REFERENCE);
    }
}

static void check_goods_references(struct check *check) {
    const struct plan *plan = check->plan;
    const struct instance *in = check->instance;
    for (size_t i = 0; i < plan->shipment_count; i++) {
        const struct plan_shipment *s = &plan->shipments[i];
        find_fault(check,
                   s->depot >= in->depot_count || s->shelter >= in->shelter_count ||
                       s->item >= in->item_count || s->quantity <= 0,
                   CERTIFICATE_BAD_REFERENCE);
        find_fault(check,
                   i > 0 && !in_order(s[-1].depot, s[-1].shelter, s[-1].item, s->depot, s->shelter,
                                      s->item),
                   CERTIFICATE_BAD_REFERENCE);
    }
    for (size_t i = 0; i < plan->unmet_count; i++) {
        const struct plan_unmet *u = &plan->unmet[i];
        find_fault(check,
                   u->shelter >= in->shelter_count || u->item >= in->item_count || u->quantity <= 0,
                   CERTIFICATE_BAD_REFERENCE);
        find_fault(check, i > 0 && !in_order(u[-1].shelter, u[-1].item, 0, u->shelter, u->item, 0),
                   CERTIFICATE_BAD_REFERENCE);
    }
}

/* Routes ----------------------------------------------------------------------------------------
 */

static bool route_is_good(const struct check *check, const struct plan_route *route, uint32_t from,
                          uint32_t to, int64_t travel_ms) {
    const struct plan *plan = check->plan;
    const struct network *network = check->instance->network;
    if (route->first > plan->link_count || route->count > plan->link_count - route->first)
        return false;
    int64_t time = 0;
    uint32_t at = from;
    for (uint32_t i = 0; i < route->count; i++) {
        uint32_t number = plan->links[route->first + i];
        if (number >= network_link_count(network))
            return false;
        const struct network_link *link = network_link_at(network, number);
        if (link->closed || link->from != at || (i > 0 && network_is_centroid(network, at)))
            return false;
        time += link->travel_ms;
        at = link->to;
    }
    return at == to && time == travel_ms;
}

static void check_routes(struct check *check) {
    const struct instance *in = check->instance;
    for (size_t i = 0; i < check->plan->assignment_count; i++) {
        const struct plan_assignment *a = &check->plan->assignments[i];
        int64_t travel = zone_travel(check, a->zone, a->shelter);
        find_fault(check,
                   travel != a->travel_ms ||
                       a->arrival_ms != zone_arrival(check, a->zone, a->shelter) ||
                       !route_is_good(check, &a->route, in->zones[a->zone].node,
                                      in->shelters[a->shelter].node, travel),
                   CERTIFICATE_BAD_ROUTE);
    }
    for (size_t i = 0; i < check->plan->shipment_count; i++) {
        const struct plan_shipment *s = &check->plan->shipments[i];
        int64_t travel = depot_travel(check, s->depot, s->shelter);
        find_fault(check,
                   travel != s->travel_ms ||
                       !route_is_good(check, &s->route, in->depots[s->depot].node,
                                      in->shelters[s->shelter].node, travel),
                   CERTIFICATE_BAD_ROUTE);
    }
}

static void check_permissions(struct check *check) {
    for (size_t i = 0; i < check->plan->assignment_count; i++) {
        const struct plan_assignment *a = &check->plan->assignments[i];
        find_fault(check, !zone_may_use(check, a->zone, a->shelter, zone_has_pin(check, a->zone)),
                   CERTIFICATE_NOT_ALLOWED);
    }
    for (size_t i = 0; i < check->plan->shipment_count; i++)
        find_fault(check,
                   !depot_may_serve(check, check->plan->shipments[i].depot,
                                    check->plan->shipments[i].shelter),
                   CERTIFICATE_NOT_ALLOWED);
}

/* Sums ------------------------------------------------------------------------------------------
 */

static int check_people_sums(struct check *check) {
    const struct instance *in = check->instance;
    int64_t *left = zeroed((size_t)in->zone_count * INSTANCE_CLASSES, sizeof *left);
    int64_t *taken = zeroed((size_t)in->shelter_count * INSTANCE_CLASSES, sizeof *taken);
    if (!left || !taken) {
        free(left);
        free(taken);
        return HV_ERR_MEMORY;
    }
    for (uint32_t z = 0; z < in->zone_count; z++)
        for (uint32_t c = 0; c < INSTANCE_CLASSES; c++)
            left[z * INSTANCE_CLASSES + c] = in->zones[z].people[c];
    for (size_t i = 0; i < check->plan->assignment_count; i++)
        for (uint32_t c = 0; c < INSTANCE_CLASSES; c++) {
            const struct plan_assignment *a = &check->plan->assignments[i];
            left[a->zone * INSTANCE_CLASSES + c] -= a->people[c];
            taken[a->shelter * INSTANCE_CLASSES + c] += a->people[c];
        }
    for (size_t i = 0; i < check->plan->unserved_count; i++) {
        const struct plan_unserved *u = &check->plan->unserved[i];
        left[u->zone * INSTANCE_CLASSES + (uint32_t)u->class] -= u->people;
    }
    for (uint32_t s = 0; s < in->shelter_count; s++) {
        int64_t all = 0;
        for (uint32_t c = 0; c < INSTANCE_CLASSES; c++) {
            int64_t of_class = taken[s * INSTANCE_CLASSES + c];
            all += of_class;
            find_fault(check, of_class > in->shelters[s].places[c], CERTIFICATE_OVER_CAPACITY);
        }
        find_fault(check, all > in->shelters[s].capacity, CERTIFICATE_OVER_CAPACITY);
    }
    for (size_t row = 0; row < (size_t)in->zone_count * INSTANCE_CLASSES; row++)
        find_fault(check, left[row] != 0, CERTIFICATE_PEOPLE_DIFFER);
    free(left);
    free(taken);
    return 0;
}

/* What goods take and leave. */
struct goods_sums {
    int64_t *stock, *need;   /* depot × item, shelter × item: what is left */
    wide *loaded, *received; /* depot, shelter: millilitres */
    wide *carried;           /* depot × shelter */
};

static void add_goods(const struct check *check, struct goods_sums *sums) {
    const struct instance *in = check->instance;
    for (uint32_t d = 0; d < in->depot_count; d++)
        for (uint32_t k = 0; k < in->item_count; k++)
            sums->stock[(size_t)d * in->item_count + k] = free_stock(check, d, k);
    for (size_t i = 0; i < (size_t)in->shelter_count * in->item_count; i++)
        sums->need[i] = in->need[i];
    for (size_t i = 0; i < check->plan->shipment_count; i++) {
        const struct plan_shipment *s = &check->plan->shipments[i];
        wide volume = wide_product(s->quantity, in->items[s->item].volume_ml);
        sums->stock[(size_t)s->depot * in->item_count + s->item] -= s->quantity;
        sums->need[(size_t)s->shelter * in->item_count + s->item] -= s->quantity;
        sums->loaded[s->depot] += volume;
        sums->received[s->shelter] += volume;
        sums->carried[pair_of(check, s->depot, s->shelter)] += volume;
    }
    for (size_t i = 0; i < check->plan->unmet_count; i++) {
        const struct plan_unmet *u = &check->plan->unmet[i];
        sums->need[(size_t)u->shelter * in->item_count + u->item] -= u->quantity;
    }
}

/* Nothing is left over; or less than a pack more was sent than is needed, where it comes in packs.
 */
static bool adds_up(const struct instance *in, size_t need, int64_t left) {
    return left <= 0 && (left == 0 || -left < in->items[need % in->item_count].pack);
}

/* Packs are not opened. */
static void check_packs(struct check *check) {
    for (size_t i = 0; i < check->plan->shipment_count; i++) {
        int64_t pack = check->instance->items[check->plan->shipments[i].item].pack;
        find_fault(check, pack > 1 && check->plan->shipments[i].quantity % pack != 0,
                   CERTIFICATE_GOODS_DIFFER);
    }
}

static int check_goods_sums(struct check *check) {
    const struct instance *in = check->instance;
    size_t stock = (size_t)in->depot_count * in->item_count;
    size_t need = (size_t)in->shelter_count * in->item_count;
    size_t lanes = (size_t)in->depot_count * in->shelter_count;
    struct goods_sums sums = {
        .stock = zeroed(stock, sizeof *sums.stock),
        .need = zeroed(need, sizeof *sums.need),
        .loaded = zeroed(in->depot_count, sizeof *sums.loaded),
        .received = zeroed(in->shelter_count, sizeof *sums.received),
        .carried = zeroed(lanes, sizeof *sums.carried),
    };
    int error =
        sums.stock && sums.need && sums.loaded && sums.received && sums.carried ? 0 : HV_ERR_MEMORY;
    if (!error) {
        add_goods(check, &sums);
        for (size_t i = 0; i < stock; i++)
            find_fault(check, sums.stock[i] < 0, CERTIFICATE_OVER_STOCK);
        for (uint32_t d = 0; d < in->depot_count; d++)
            find_fault(check,
                       in->depots[d].dispatch_ml != INSTANCE_NO_LIMIT &&
                           sums.loaded[d] > in->depots[d].dispatch_ml,
                       CERTIFICATE_OVER_STOCK);
        for (uint32_t s = 0; s < in->shelter_count; s++)
            find_fault(check,
                       in->shelters[s].receive_ml != INSTANCE_NO_LIMIT &&
                           sums.received[s] > in->shelters[s].receive_ml,
                       CERTIFICATE_OVER_STOCK);
        for (size_t i = 0; in->lane_ml && i < lanes; i++)
            find_fault(check,
                       in->lane_ml[i] != INSTANCE_NO_LIMIT && sums.carried[i] > in->lane_ml[i],
                       CERTIFICATE_OVER_STOCK);
        for (size_t i = 0; i < need; i++)
            find_fault(check, !adds_up(in, i, sums.need[i]), CERTIFICATE_GOODS_DIFFER);
        check_packs(check);
    }
    free(sums.stock);
    free(sums.need);
    free(sums.loaded);
    free(sums.received);
    free(sums.carried);
    return error;
}

/* Objective -------------------------------------------------------------------------------------
 */

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* People of the plan in force who are still there: all of them, or as many as the zone has. */
static wide held_people(const struct check *check, uint32_t zone, uint32_t class) {
    wide held = 0;
    for (uint32_t s = 0; s < check->instance->shelter_count; s++)
        held += in_force(check, zone, s, class);
    int64_t people = check->instance->zones[zone].people[class];
    return held < people ? held : people;
}

static wide all_held(const struct check *check) {
    wide held = 0;
    for (uint32_t z = 0; z < check->instance->zone_count; z++)
        for (uint32_t c = 0; c < INSTANCE_CLASSES; c++)
            held += held_people(check, z, c);
    return held;
}

static void check_objective(struct check *check) {
    wide unserved = 0, arrival = 0, kept = 0;
    for (size_t i = 0; i < check->plan->unserved_count; i++)
        unserved += check->plan->unserved[i].people;
    for (size_t i = 0; i < check->plan->assignment_count; i++)
        for (uint32_t c = 0; c < INSTANCE_CLASSES; c++) {
            const struct plan_assignment *a = &check->plan->assignments[i];
            arrival += wide_product(a->people[c], zone_arrival(check, a->zone, a->shelter));
            kept += smaller(a->people[c], in_force(check, a->zone, a->shelter, c));
        }
    wide changed = all_held(check) - kept;
    arrival += changed * check->decisions->change_price_ms;
    find_fault(check,
               unserved != check->plan->objective.unserved ||
                   arrival != check->plan->objective.arrival_ms ||
                   changed != check->plan->changed_people,
               CERTIFICATE_BAD_OBJECTIVE);
}

/* Micro cost units of carrying a unit, and of its lack. */
static int carrying(const struct check *check, uint32_t depot, uint32_t shelter, uint32_t item,
                    wide *ret_cost) {
    int64_t per_m3;
    int error = instance_lane_cost(check->instance->haul_cost_per_m3_hour,
                                   depot_travel(check, depot, shelter), &per_m3);
    if (!error)
        *ret_cost = wide_product(per_m3, check->instance->items[item].volume_ml);
    return error;
}

static int lacking(const struct check *check, uint32_t shelter, uint32_t item, wide *ret_cost) {
    int64_t cost;
    int error = wide_narrow(wide_product(check->instance->items[item].shortage_cost,
                                         check->instance->shelters[shelter].priority),
                            &cost);
    if (!error)
        *ret_cost = wide_product(cost, 1000000);
    return error;
}

static int check_goods_cost(struct check *check) {
    wide total = 0, cost = 0;
    for (size_t i = 0; i < check->plan->shipment_count; i++) {
        const struct plan_shipment *s = &check->plan->shipments[i];
        int error = carrying(check, s->depot, s->shelter, s->item, &cost);
        if (error)
            return error;
        total += cost * s->quantity;
    }
    for (size_t i = 0; i < check->plan->unmet_count; i++) {
        const struct plan_unmet *u = &check->plan->unmet[i];
        int error = lacking(check, u->shelter, u->item, &cost);
        if (error)
            return error;
        total += cost * u->quantity;
    }
    find_fault(check, total != check->plan->goods_cost, CERTIFICATE_BAD_OBJECTIVE);
    return 0;
}

/* Proof for people ------------------------------------------------------------------------------
 */

/* The least that any plan pays for a row whose prices are given; level 0 counts the unserved only.
 */
static void add_row(struct check *check, int level, uint32_t zone, uint32_t class, wide *bound) {
    const struct instance *in = check->instance;
    const struct plan_duals *duals = &check->plan->duals;
    int64_t price = duals->zone[level][(size_t)zone * INSTANCE_CLASSES + class];
    int64_t change = level == 1 ? check->decisions->change_price_ms : 0;
    bool pinned = zone_has_pin(check, zone);
    find_fault(check, price > (level == 1 ? duals->unserved_cost : 1), CERTIFICATE_BAD_PRICE);
    *bound += wide_product(in->zones[zone].people[class], price);
    for (uint32_t s = 0; s < in->shelter_count; s++) {
        if (!zone_may_use(check, zone, s, pinned))
            continue;
        wide cost = level == 1 ? zone_arrival(check, zone, s) : 0;
        cost += (wide)duals->shelter[level][s] + duals->place[level][s * INSTANCE_CLASSES + class];
        find_fault(check, price > cost, CERTIFICATE_BAD_PRICE);
        if (price + change > cost)
            *bound -= (price + change - cost) * in_force(check, zone, s, class) * (change > 0);
    }
    *bound += held_people(check, zone, class) * change;
}

static wide people_bound(struct check *check, int level) {
    const struct instance *in = check->instance;
    const struct plan_duals *duals = &check->plan->duals;
    wide bound = 0;
    for (uint32_t s = 0; s < in->shelter_count; s++) {
        find_fault(check, duals->shelter[level][s] < 0, CERTIFICATE_BAD_PRICE);
        if (shelter_takes(check, s))
            bound -= wide_product(in->shelters[s].capacity, duals->shelter[level][s]);
        for (uint32_t c = 0; c < INSTANCE_CLASSES; c++) {
            int64_t price = duals->place[level][s * INSTANCE_CLASSES + c];
            find_fault(check, price < 0, CERTIFICATE_BAD_PRICE);
            if (shelter_takes(check, s))
                bound -= wide_product(in->shelters[s].places[c], price);
        }
    }
    for (uint32_t z = 0; z < in->zone_count; z++)
        for (uint32_t c = 0; c < INSTANCE_CLASSES; c++)
            add_row(check, level, z, c, &bound);
    return bound;
}

static void check_people_bound(struct check *check) {
    const struct plan *plan = check->plan;
    wide fewest = people_bound(check, 0), both = people_bound(check, 1);
    wide claimed = wide_product(plan->duals.unserved_cost, plan->bound.unserved);
    find_fault(check,
               plan->bound.unserved > (fewest > 0 ? fewest : 0) ||
                   (plan->bound.arrival_ms > 0 && plan->bound.arrival_ms > both - claimed),
               CERTIFICATE_BOUND_UNPROVEN);
    find_fault(check,
               plan->status != PLAN_STOPPED &&
                   (plan->bound.unserved != plan->objective.unserved ||
                    plan->bound.arrival_ms != plan->objective.arrival_ms),
               CERTIFICATE_NOT_OPTIMAL);
}

/* Proof for goods -------------------------------------------------------------------------------
 */

static int add_need(struct check *check, uint32_t shelter, uint32_t item, wide *bound) {
    const struct instance *in = check->instance;
    const struct plan_duals *duals = &check->plan->duals;
    wide lack, best = 0, cost = 0;
    int error = lacking(check, shelter, item, &lack);
    for (uint32_t d = 0; d < in->depot_count && !error; d++) {
        if (!depot_may_serve(check, d, shelter))
            continue;
        error = carrying(check, d, shelter, item, &cost);
        wide room = (wide)duals->dispatch[d] + duals->receive[shelter];
        if (in->lane_ml)
            room += duals->lane[pair_of(check, d, shelter)];
        wide saving = lack - cost - duals->stock[(size_t)d * in->item_count + item] -
                      room * in->items[item].volume_ml;
        best = saving > best ? saving : best;
    }
    if (!error)
        *bound += (lack - best) * in->need[(size_t)shelter * in->item_count + item];
    return error;
}

static wide price_of_room(struct check *check, int64_t limit_ml, int64_t price) {
    find_fault(check, price < 0 || (limit_ml == INSTANCE_NO_LIMIT && price > 0),
               CERTIFICATE_BAD_PRICE);
    return limit_ml == INSTANCE_NO_LIMIT ? 0 : wide_product(limit_ml, price);
}

static int check_goods_bound(struct check *check) {
    const struct instance *in = check->instance;
    const struct plan *plan = check->plan;
    wide bound = 0;
    int error = 0;
    for (uint32_t d = 0; d < in->depot_count; d++) {
        bound -= price_of_room(check, in->depots[d].dispatch_ml, plan->duals.dispatch[d]);
        for (uint32_t k = 0; k < in->item_count; k++) {
            int64_t price = plan->duals.stock[(size_t)d * in->item_count + k];
            find_fault(check, price < 0, CERTIFICATE_BAD_PRICE);
            bound -= wide_product(free_stock(check, d, k), price);
        }
    }
    for (uint32_t s = 0; s < in->shelter_count; s++) {
        bound -= price_of_room(check, in->shelters[s].receive_ml, plan->duals.receive[s]);
        for (uint32_t k = 0; k < in->item_count && !error; k++)
            error = add_need(check, s, k, &bound);
    }
    for (size_t i = 0; in->lane_ml && i < (size_t)in->depot_count * in->shelter_count; i++)
        bound -= price_of_room(check, in->lane_ml[i], plan->duals.lane[i]);
    find_fault(check, plan->goods_bound > (bound > 0 ? bound : 0), CERTIFICATE_BOUND_UNPROVEN);
    find_fault(check, plan->status == PLAN_OPTIMAL && plan->goods_bound != plan->goods_cost,
               CERTIFICATE_NOT_OPTIMAL);
    return error;
}

/* The whole -------------------------------------------------------------------------------------
 */

/* Everything after the references, which the later parts rely on. */
static int check_contents(struct check *check) {
    int error = find_travel(check);
    if (error)
        return error;
    check_routes(check);
    check_permissions(check);
    error = check_people_sums(check);
    if (!error)
        error = check_goods_sums(check);
    if (!error) {
        check_objective(check);
        error = check_goods_cost(check);
    }
    if (!error) {
        check_people_bound(check);
        error = check_goods_bound(check);
    }
    return error;
}

int certificate_check(const struct instance *instance,
                      const struct certificate_decisions *decisions, const struct plan *plan,
                      enum certificate_verdict *ret_verdict) {
    static const struct certificate_decisions none = {0};
    struct check check = {
        .instance = instance,
        .decisions = decisions ? decisions : &none,
        .plan = plan,
        .verdict = CERTIFICATE_VALID,
    };
    check_people_references(&check);
    check_goods_references(&check);
    int error = check.verdict == CERTIFICATE_VALID ? check_contents(&check) : 0;
    free(check.travel_ms);
    if (!error)
        *ret_verdict = check.verdict;
    return error;
}

const char *certificate_verdict_name(enum certificate_verdict verdict) {
    static const char *const names[] = {
        [CERTIFICATE_VALID] = "valid",
        [CERTIFICATE_BAD_REFERENCE] = "bad_reference",
        [CERTIFICATE_BAD_ROUTE] = "bad_route",
        [CERTIFICATE_NOT_ALLOWED] = "not_allowed",
        [CERTIFICATE_OVER_CAPACITY] = "over_capacity",
        [CERTIFICATE_PEOPLE_DIFFER] = "people_differ",
        [CERTIFICATE_OVER_STOCK] = "over_stock",
        [CERTIFICATE_GOODS_DIFFER] = "goods_differ",
        [CERTIFICATE_BAD_OBJECTIVE] = "bad_objective",
        [CERTIFICATE_BAD_PRICE] = "bad_price",
        [CERTIFICATE_BOUND_UNPROVEN] = "bound_unproven",
        [CERTIFICATE_NOT_OPTIMAL] = "not_optimal",
    };
    return (unsigned)verdict < sizeof names / sizeof names[0] ? names[verdict] : "unknown";
}
