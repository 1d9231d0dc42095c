#include "coordinator/optimizer/preposition_transport.h"

#include <math.h>
#include <stdlib.h>

#define TRIFLE                                                                                     \
    5e-7 /* of a unit, or of a demand that is larger: what stocks may be short by rounding */
#define AUGMENTATIONS_PER_NODE 2000u /* far more than ever seen; ends what rounding keeps alive */

int preposition_transport_init(struct preposition_transport *transport, uint32_t supplies_max,
                               uint32_t demands_max) {
    size_t a = (size_t)supplies_max + 1, j = (size_t)demands_max + 1;
    *transport = (struct preposition_transport){
        .supply = calloc(a, sizeof(double)),
        .demand = calloc(j, sizeof(double)),
        .unmet_max = calloc(j, sizeof(double)),
        .cost = calloc(a * j, sizeof(double)),
        .limit = calloc(a * j, sizeof(double)),
        .flow = calloc(a * j, sizeof(double)),
        .unmet = calloc(j, sizeof(double)),
        .price = calloc(j, sizeof(double)),
        .reached = calloc(j, sizeof(bool)),
        .slack = calloc(a, sizeof(double)),
        .label_demand = calloc(j, sizeof(double)),
        .label_supply = calloc(a, sizeof(double)),
        .from_demand = calloc(a, sizeof(int32_t)),
        .from_supply = calloc(j, sizeof(int32_t)),
        .queue = calloc(j, sizeof(uint32_t)),
        .queued = calloc(j, sizeof(bool)),
        .supplies_max = supplies_max,
        .demands_max = demands_max,
    };
    const struct preposition_transport *t = transport;
    if (t->supply != NULL && t->demand != NULL && t->unmet_max != NULL && t->cost != NULL &&
        t->limit != NULL && t->flow != NULL && t->unmet != NULL && t->price != NULL &&
        t->reached != NULL && t->slack != NULL && t->label_demand != NULL &&
        t->label_supply != NULL && t->from_demand != NULL && t->from_supply != NULL &&
        t->queue != NULL && t->queued != NULL)
        return HV_OK;
    preposition_transport_deinit(transport);
    return HV_ERR_MEMORY;
}

void preposition_transport_deinit(struct preposition_transport *transport) {
    free(transport->supply);
    free(transport->demand);
    free(transport->unmet_max);
    free(transport->cost);
    free(transport->limit);
    free(transport->flow);
    free(transport->unmet);
    free(transport->price);
    free(transport->reached);
    free(transport->slack);
    free(transport->label_demand);
    free(transport->label_supply);
    free(transport->from_demand);
    free(transport->from_supply);
    free(transport->queue);
    free(transport->queued);
    *transport = (struct preposition_transport){0};
}

/* Where a cheapest augmenting path ends: at a supply with slack, or at a demand left unmet. */
struct path_end {
    int32_t supply, demand; /* one of them is -1; both where there is no path */
    double cost;
};

/* How far rounding reaches, of goods and of money. */
struct grain {
    double goods, money;
};

static struct grain find_grain(const struct preposition_transport *t) {
    double goods = 0, money = fabs(t->shortage);
    for (uint32_t j = 0; j < t->demands; j++)
        goods = fmax(goods, t->demand[j]);
    for (size_t i = 0; i < (size_t)t->demands * t->supplies; i++)
        if (t->limit[i] > 0)
            money = fmax(money, fabs(t->cost[i]));
    return (struct grain){1e-11 * goods, 1e-12 * money};
}

struct scan {
    struct preposition_transport *t;
    struct grain grain;
    struct path_end end;
    uint32_t head, count; /* of the queue */
};

static void enqueue(struct scan *scan, uint32_t j) {
    struct preposition_transport *t = scan->t;
    if (t->queued[j])
        return;
    t->queued[j] = true;
    t->queue[(scan->head + scan->count++) % t->demands] = j;
}

/* Supply `a` has nothing left: whatever it serves could be served by another. */
static void pass_through(struct scan *scan, uint32_t a, double label) {
    struct preposition_transport *t = scan->t;
    for (uint32_t j = 0; j < t->demands; j++) {
        size_t arc = (size_t)j * t->supplies + a;
        if (t->flow[arc] <= scan->grain.goods ||
            !(label - t->cost[arc] < t->label_demand[j] - scan->grain.money))
            continue;
        t->label_demand[j] = label - t->cost[arc];
        t->from_supply[j] = (int32_t)a;
        enqueue(scan, j);
    }
}

static void scan_demand(struct scan *scan, uint32_t j) {
    struct preposition_transport *t = scan->t;
    const double base = t->label_demand[j];
    const double *cost = &t->cost[(size_t)j * t->supplies];
    const double *limit = &t->limit[(size_t)j * t->supplies];
    const double *flow = &t->flow[(size_t)j * t->supplies];
    if (t->unmet_max[j] - t->unmet[j] > scan->grain.goods &&
        base + t->shortage < scan->end.cost - scan->grain.money)
        scan->end = (struct path_end){-1, (int32_t)j, base + t->shortage};
    for (uint32_t a = 0; a < t->supplies; a++) {
        if (!(base + cost[a] < t->label_supply[a] - scan->grain.money) ||
            limit[a] - flow[a] <= scan->grain.goods)
            continue;
        t->label_supply[a] = base + cost[a];
        t->from_demand[a] = (int32_t)j;
        if (t->slack[a] <= scan->grain.goods)
            pass_through(scan, a, base + cost[a]);
        else if (base + cost[a] < scan->end.cost - scan->grain.money)
            scan->end = (struct path_end){(int32_t)a, -1, base + cost[a]};
    }
}

/* The cheapest augmenting path from demand `origin`. */
static struct path_end search(struct preposition_transport *t, struct grain grain,
                              uint32_t origin) {
    struct scan scan = {.t = t, .grain = grain, .end = {-1, -1, INFINITY}};
    for (uint32_t j = 0; j < t->demands; j++) {
        t->label_demand[j] = INFINITY;
        t->from_supply[j] = -1;
        t->queued[j] = false;
    }
    for (uint32_t a = 0; a < t->supplies; a++)
        t->label_supply[a] = INFINITY;
    t->label_demand[origin] = 0;
    enqueue(&scan, origin);
    while (scan.count > 0) {
        uint32_t j = t->queue[scan.head];
        scan.head = (scan.head + 1) % t->demands;
        scan.count--;
        t->queued[j] = false;
        scan_demand(&scan, j);
    }
    return scan.end;
}

/* The most that the path can carry, or carries `amount` along it. */
static double walk(struct preposition_transport *t, uint32_t origin, struct path_end end,
                   double amount, bool carry) {
    uint32_t j = end.demand >= 0 ? (uint32_t)end.demand : 0;
    if (end.supply >= 0) {
        uint32_t a = (uint32_t)end.supply;
        j = (uint32_t)t->from_demand[a];
        size_t arc = (size_t)j * t->supplies + a;
        amount = fmin(amount, fmin(t->slack[a], t->limit[arc] - t->flow[arc]));
        if (carry) {
            t->slack[a] -= amount;
            t->flow[arc] += amount;
        }
    } else {
        amount = fmin(amount, t->unmet_max[j] - t->unmet[j]);
        if (carry)
            t->unmet[j] += amount;
    }
    while (j != origin) {
        uint32_t a = (uint32_t)t->from_supply[j], before = (uint32_t)t->from_demand[a];
        size_t less = (size_t)j * t->supplies + a, more = (size_t)before * t->supplies + a;
        amount = fmin(amount, fmin(t->flow[less], t->limit[more] - t->flow[more]));
        if (carry) {
            t->flow[less] -= amount;
            t->flow[more] += amount;
        }
        j = before;
    }
    return amount;
}

/* Serves a demand; returns whether that is possible. */
static bool serve(struct preposition_transport *t, struct grain grain, uint32_t j) {
    double left = t->demand[j];
    size_t guard = (size_t)AUGMENTATIONS_PER_NODE * (t->supplies + t->demands);
    while (left > grain.goods && guard-- > 0) {
        struct path_end end = search(t, grain, j);
        if (end.supply < 0 && end.demand < 0) {
            if (!(left <= TRIFLE * fmax(1, t->demand[j])))
                return false;
            t->unmet[j] += left;
            return true;
        }
        double amount = walk(t, j, end, left, false);
        walk(t, j, end, amount, true);
        left -= amount;
    }
    return left <= grain.goods;
}

/* What one unit more of demand j would cost. Where nothing can serve it, whatever consistent price
 * is above every other: goods left unmet beyond what is allowed, at a cost that outweighs any way.
 */
static double price_of(struct preposition_transport *t, struct grain grain, uint32_t j) {
    struct path_end end = search(t, grain, j);
    if (!isinf(end.cost))
        return end.cost;
    double least = 0;
    for (uint32_t other = 0; other < t->demands; other++)
        least = fmin(least, t->label_demand[other]);
    return 4e12 * grain.money + least;
}

bool preposition_transport_solve(struct preposition_transport *t) {
    struct grain grain = find_grain(t);
    size_t arcs = (size_t)t->demands * t->supplies;
    for (size_t i = 0; i < arcs; i++)
        t->flow[i] = 0;
    for (uint32_t a = 0; a < t->supplies; a++)
        t->slack[a] = t->supply[a];
    for (uint32_t j = 0; j < t->demands; j++)
        t->unmet[j] = 0;
    for (uint32_t j = 0; j < t->demands; j++)
        if (!serve(t, grain, j)) {
            for (uint32_t other = 0; other < t->demands; other++)
                t->reached[other] = !isinf(t->label_demand[other]);
            return false;
        }
    t->value = 0;
    for (uint32_t j = 0; j < t->demands; j++)
        t->value += t->shortage * t->unmet[j];
    for (size_t i = 0; i < arcs; i++)
        t->value += t->flow[i] > 0 ? t->cost[i] * t->flow[i] : 0;
    for (uint32_t j = 0; j < t->demands; j++)
        t->price[j] = price_of(t, grain, j);
    return true;
}
