#include "coordinator/optimizer/certificate_inside.h"
#include "coordinator/optimizer/wide.h"

#include <stdlib.h>

/* References and order --------------------------------------------------------------------------
 */

static bool in_order(uint32_t a, uint32_t b, uint32_t c, uint32_t x, uint32_t y, uint32_t z) {
    return a != x ? a < x : b != y ? b < y : c < z;
}

static void check_people_references(struct certificate_check *check) {
    const struct plan *plan = check->plan;
    const struct instance *in = check->instance;
    for (size_t i = 0; i < plan->assignment_count; i++) {
        const struct plan_assignment *a = &plan->assignments[i];
        certificate_fault(check, a->zone >= in->zone_count || a->shelter >= in->shelter_count,
                          CERTIFICATE_BAD_REFERENCE);
        certificate_fault(check,
                          i > 0 && !in_order(a[-1].zone, a[-1].shelter, 0, a->zone, a->shelter, 0),
                          CERTIFICATE_BAD_REFERENCE);
        for (uint32_t c = 0; c < INSTANCE_CLASSES; c++)
            certificate_fault(check, a->people[c] < 0, CERTIFICATE_BAD_REFERENCE);
    }
    for (size_t i = 0; i < plan->unserved_count; i++) {
        const struct plan_unserved *u = &plan->unserved[i];
        certificate_fault(check,
                          u->zone >= in->zone_count || (unsigned)u->class >= INSTANCE_CLASSES,
                          CERTIFICATE_BAD_REFERENCE);
        certificate_fault(check, u->people <= 0, CERTIFICATE_BAD_REFERENCE);
        certificate_fault(check,
                          i > 0 && !in_order(u[-1].zone, u[-1].class, 0, u->zone, u->class, 0),
                          CERTIFICATE_BAD_REFERENCE);
    }
}

static void check_goods_references(struct certificate_check *check) {
    const struct plan *plan = check->plan;
    const struct instance *in = check->instance;
    for (size_t i = 0; i < plan->shipment_count; i++) {
        const struct plan_shipment *s = &plan->shipments[i];
        certificate_fault(check,
                          s->depot >= in->depot_count || s->shelter >= in->shelter_count ||
                              s->item >= in->item_count || s->quantity <= 0,
                          CERTIFICATE_BAD_REFERENCE);
        certificate_fault(check,
                          i > 0 && !in_order(s[-1].depot, s[-1].shelter, s[-1].item, s->depot,
                                             s->shelter, s->item),
                          CERTIFICATE_BAD_REFERENCE);
    }
    for (size_t i = 0; i < plan->unmet_count; i++) {
        const struct plan_unmet *u = &plan->unmet[i];
        certificate_fault(
            check, u->shelter >= in->shelter_count || u->item >= in->item_count || u->quantity <= 0,
            CERTIFICATE_BAD_REFERENCE);
        certificate_fault(check,
                          i > 0 && !in_order(u[-1].shelter, u[-1].item, 0, u->shelter, u->item, 0),
                          CERTIFICATE_BAD_REFERENCE);
    }
}

/* Routes ----------------------------------------------------------------------------------------
 */

static bool route_is_good(const struct certificate_check *check, const struct plan_route *route,
                          uint32_t from, uint32_t to, int64_t travel_ms) {
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

static void check_routes(struct certificate_check *check) {
    const struct instance *in = check->instance;
    for (size_t i = 0; i < check->plan->assignment_count; i++) {
        const struct plan_assignment *a = &check->plan->assignments[i];
        int64_t travel = certificate_zone_travel(check, a->zone, a->shelter);
        certificate_fault(check,
                          travel != a->travel_ms ||
                              a->arrival_ms !=
                                  certificate_zone_arrival(check, a->zone, a->shelter) ||
                              !route_is_good(check, &a->route, in->zones[a->zone].node,
                                             in->shelters[a->shelter].node, travel),
                          CERTIFICATE_BAD_ROUTE);
    }
    for (size_t i = 0; i < check->plan->shipment_count; i++) {
        const struct plan_shipment *s = &check->plan->shipments[i];
        int64_t travel = certificate_depot_travel(check, s->depot, s->shelter);
        certificate_fault(check,
                          travel != s->travel_ms ||
                              !route_is_good(check, &s->route, in->depots[s->depot].node,
                                             in->shelters[s->shelter].node, travel),
                          CERTIFICATE_BAD_ROUTE);
    }
}

static void check_permissions(struct certificate_check *check) {
    for (size_t i = 0; i < check->plan->assignment_count; i++) {
        const struct plan_assignment *a = &check->plan->assignments[i];
        certificate_fault(check,
                          !certificate_zone_may_use(check, a->zone, a->shelter,
                                                    certificate_zone_pinned(check, a->zone)),
                          CERTIFICATE_NOT_ALLOWED);
    }
    for (size_t i = 0; i < check->plan->shipment_count; i++)
        certificate_fault(check,
                          !certificate_depot_may_serve(check, check->plan->shipments[i].depot,
                                                       check->plan->shipments[i].shelter),
                          CERTIFICATE_NOT_ALLOWED);
}

/* Sums ------------------------------------------------------------------------------------------
 */

static int check_people_sums(struct certificate_check *check) {
    const struct instance *in = check->instance;
    int64_t *left = certificate_zeroed((size_t)in->zone_count * INSTANCE_CLASSES, sizeof *left);
    int64_t *taken =
        certificate_zeroed((size_t)in->shelter_count * INSTANCE_CLASSES, sizeof *taken);
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
            certificate_fault(check, of_class > in->shelters[s].places[c],
                              CERTIFICATE_OVER_CAPACITY);
        }
        certificate_fault(check, all > in->shelters[s].capacity, CERTIFICATE_OVER_CAPACITY);
    }
    for (size_t row = 0; row < (size_t)in->zone_count * INSTANCE_CLASSES; row++)
        certificate_fault(check, left[row] != 0, CERTIFICATE_PEOPLE_DIFFER);
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

static void add_goods(const struct certificate_check *check, struct goods_sums *sums) {
    const struct instance *in = check->instance;
    for (uint32_t d = 0; d < in->depot_count; d++)
        for (uint32_t k = 0; k < in->item_count; k++)
            sums->stock[(size_t)d * in->item_count + k] = certificate_free_stock(check, d, k);
    for (size_t i = 0; i < (size_t)in->shelter_count * in->item_count; i++)
        sums->need[i] = in->need[i];
    for (size_t i = 0; i < check->plan->shipment_count; i++) {
        const struct plan_shipment *s = &check->plan->shipments[i];
        wide volume = wide_product(s->quantity, in->items[s->item].volume_ml);
        sums->stock[(size_t)s->depot * in->item_count + s->item] -= s->quantity;
        sums->need[(size_t)s->shelter * in->item_count + s->item] -= s->quantity;
        sums->loaded[s->depot] += volume;
        sums->received[s->shelter] += volume;
        sums->carried[certificate_pair(check, s->depot, s->shelter)] += volume;
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
static void check_packs(struct certificate_check *check) {
    for (size_t i = 0; i < check->plan->shipment_count; i++) {
        int64_t pack = check->instance->items[check->plan->shipments[i].item].pack;
        certificate_fault(check, pack > 1 && check->plan->shipments[i].quantity % pack != 0,
                          CERTIFICATE_GOODS_DIFFER);
    }
}

static int check_goods_sums(struct certificate_check *check) {
    const struct instance *in = check->instance;
    size_t stock = (size_t)in->depot_count * in->item_count;
    size_t need = (size_t)in->shelter_count * in->item_count;
    size_t lanes = (size_t)in->depot_count * in->shelter_count;
    struct goods_sums sums = {
        .stock = certificate_zeroed(stock, sizeof *sums.stock),
        .need = certificate_zeroed(need, sizeof *sums.need),
        .loaded = certificate_zeroed(in->depot_count, sizeof *sums.loaded),
        .received = certificate_zeroed(in->shelter_count, sizeof *sums.received),
        .carried = certificate_zeroed(lanes, sizeof *sums.carried),
    };
    int error =
        sums.stock && sums.need && sums.loaded && sums.received && sums.carried ? 0 : HV_ERR_MEMORY;
    if (!error) {
        add_goods(check, &sums);
        for (size_t i = 0; i < stock; i++)
            certificate_fault(check, sums.stock[i] < 0, CERTIFICATE_OVER_STOCK);
        for (uint32_t d = 0; d < in->depot_count; d++)
            certificate_fault(check,
                              in->depots[d].dispatch_ml != INSTANCE_NO_LIMIT &&
                                  sums.loaded[d] > in->depots[d].dispatch_ml,
                              CERTIFICATE_OVER_STOCK);
        for (uint32_t s = 0; s < in->shelter_count; s++)
            certificate_fault(check,
                              in->shelters[s].receive_ml != INSTANCE_NO_LIMIT &&
                                  sums.received[s] > in->shelters[s].receive_ml,
                              CERTIFICATE_OVER_STOCK);
        for (size_t i = 0; in->lane_ml && i < lanes; i++)
            certificate_fault(
                check, in->lane_ml[i] != INSTANCE_NO_LIMIT && sums.carried[i] > in->lane_ml[i],
                CERTIFICATE_OVER_STOCK);
        for (size_t i = 0; i < need; i++)
            certificate_fault(check, !adds_up(in, i, sums.need[i]), CERTIFICATE_GOODS_DIFFER);
        check_packs(check);
    }
    free(sums.stock);
    free(sums.need);
    free(sums.loaded);
    free(sums.received);
    free(sums.carried);
    return error;
}

/* The whole -------------------------------------------------------------------------------------
 */

/* Everything after the references, which the later parts rely on. */
static int check_contents(struct certificate_check *check) {
    int error = certificate_find_travel(check);
    if (error)
        return error;
    check_routes(check);
    check_permissions(check);
    error = check_people_sums(check);
    if (!error)
        error = check_goods_sums(check);
    if (!error) {
        certificate_objective(check);
        error = certificate_goods_cost(check);
    }
    if (!error) {
        certificate_people_bound(check);
        error = certificate_goods_bound(check);
    }
    return error;
}

int certificate_check(const struct instance *instance,
                      const struct certificate_decisions *decisions, const struct plan *plan,
                      enum certificate_verdict *ret_verdict) {
    static const struct certificate_decisions none = {0};
    struct certificate_check check = {
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
