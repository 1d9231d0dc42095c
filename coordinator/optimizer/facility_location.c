#include "coordinator/optimizer/facility_location.h"

#include "coordinator/optimizer/mincostflow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROOT_STEPS 900u
#define AGAIN_STEPS 300u
#define NODE_STEPS 60u
#define HEURISTIC_EVERY 40u
#define HALVINGS 24u
#define SETS_MAX 100000u /* open sets remembered */
#define UNITS 1e12       /* whole units that the demand in all is cut into for flows, at the most */
#define MONEY 1e12       /* and the dearest unit cost */
#define SHORTAGE 1000    /* times that, a shortage costs at the most */
#define COST_MAX 1e17    /* nodes times the dearest cost that the network simplex takes, about */

enum choice { FREE, CLOSED, OPEN };

struct node {
    double bound;
    uint8_t *choice; /* facility; then place, at its first facility: OPEN where one must be */
    double *price;   /* customer */
};

struct gain {
    double unit; /* money a unit */
    uint32_t customer;
};

struct location {
    const struct facility_location *problem;
    const struct preposition_options *options;
    double demand, value, bound;
    double units, money; /* whole ones in a unit, for flows */
    bool alike;          /* all capacities are equal */
    bool sized;          /* a choice of several at a place, or capacities that differ */
    bool *best, *open;
    double *reduced, *slope, *direction, *price; /* of the relaxation */
    struct gain *gains;
    double *often; /* facility: share of steps in which it was open */
    uint32_t *order;
    uint64_t *sets;
    size_t set_count;
    struct node **heap;
    size_t count, most;
    uint64_t work, nodes;
    double closed;
    bool stopped;
    int error;
};

static double cutoff(const struct location *l) {
    return l->value - fmax(l->options->gap, 1e-9) * fabs(l->value);
}

static bool stops(struct location *l) {
    if (l->stopped || l->error != HV_OK)
        return true;
    const struct preposition_progress progress = {
        .value = l->value, .bound = l->bound, .work = l->work, .nodes = l->nodes};
    if (l->options->work_max > 0 && l->work >= l->options->work_max)
        l->stopped = true;
    if (l->options->progress != NULL && l->options->progress(l->options->context, &progress) != 0)
        l->stopped = true;
    return l->stopped;
}

/* ---- an open set ----------------------------------------------------------------------------- */

/* Whether the set was solved before; remembers it. */
static bool seen(struct location *l, const bool *open) {
    uint64_t hash = 1469598103934665603u;
    for (uint32_t i = 0; i < l->problem->facilities; i++)
        hash = (hash ^ (open[i] ? 0x9e37u : 0x79b9u)) * 1099511628211u;
    for (size_t i = 0; i < l->set_count; i++)
        if (l->sets[i] == hash)
            return true;
    if (l->set_count < SETS_MAX)
        l->sets[l->set_count++] = hash;
    return false;
}

static bool is_whole(double figure) {
    return figure == floor(figure);
}

/* Whole units for flows: tenths, hundredths, … of which demands and capacities are whole numbers,
 * so that a flow is exact and none is short for rounding; where there are none, as many as can be.
 */
static double choose_units(const struct location *l) {
    const struct facility_location *p = l->problem;
    for (double units = 1; units * l->demand <= UNITS && units <= 1e6; units *= 10) {
        bool whole = true;
        for (uint32_t j = 0; whole && j < p->customers; j++)
            whole = is_whole(p->demand[j] * units);
        for (uint32_t i = 0; whole && i < p->facilities; i++)
            whole = is_whole(p->capacity[i] * units) || p->capacity[i] >= l->demand;
        if (whole)
            return units;
    }
    return UNITS / fmax(l->demand, 1e-300);
}

/* Whole units of money: the dearest way costs MONEY of them, or less where a network simplex that
 * adds up the dearest costs along any way would pass 64 bits. */
static double choose_money(const struct location *l) {
    const struct facility_location *p = l->problem;
    double dearest = 0, shortage = 0;
    for (size_t e = 0; e < (size_t)p->facilities * p->customers; e++)
        if (!isinf(p->cost[e]))
            dearest = fmax(dearest, fabs(p->cost[e]));
    for (uint32_t j = 0; j < p->customers; j++)
        shortage = fmax(shortage, p->shortage[j]);
    const double times = fmin(SHORTAGE, fmax(1, shortage / fmax(dearest, 1e-300)));
    const double nodes = (double)p->facilities + p->customers + 4;
    return fmin(MONEY, COST_MAX / (nodes * times)) / fmax(dearest, 1e-300);
}

/* The transportation problem as a flow in whole units: nodes are facilities, customers, and one
 * that everything comes from. */
static int build_flow(const struct location *l, const bool *open, struct mincostflow **ret_flow) {
    const struct facility_location *p = l->problem;
    const double units = l->units, money = l->money;
    struct mincostflow *flow;
    int64_t total = 0;
    uint32_t number, node;
    int error = mincostflow_new(&flow);
    if (error != HV_OK)
        return error;
    for (uint32_t j = 0; j < p->customers; j++)
        total += llround(p->demand[j] * units);
    error = mincostflow_add_node(flow, total, &node);
    for (uint32_t i = 0; error == HV_OK && i < p->facilities; i++) {
        error = mincostflow_add_node(flow, 0, &node);
        if (error == HV_OK)
            error = mincostflow_add_arc(
                flow, 0, node, 0,
                open[i] ? (int64_t)fmin(p->capacity[i] * units, (double)total) : 0, 0, &number);
    }
    for (uint32_t j = 0; error == HV_OK && j < p->customers; j++) {
        int64_t wanted = llround(p->demand[j] * units);
        int64_t short_cost = llround(fmin(p->shortage[j] * money, SHORTAGE * MONEY));
        error = mincostflow_add_node(flow, -wanted, &node);
        if (error == HV_OK)
            error = mincostflow_add_arc(flow, 0, node, 0, wanted, short_cost, &number);
        for (uint32_t i = 0; error == HV_OK && i < p->facilities; i++) {
            double cost = p->cost[(size_t)i * p->customers + j];
            if (open[i] && !isinf(cost))
                error = mincostflow_add_arc(flow, 1 + i, node, 0, wanted, llround(cost * money),
                                            &number);
        }
    }
    if (error != HV_OK)
        mincostflow_free(flow);
    else
        *ret_flow = flow;
    return error;
}

/* Reads a flow back: its exact cost, and what each facility sends (where `sent` is not NULL). */
static double read_flow(const struct location *l, const bool *open, const struct mincostflow *flow,
                        double *sent) {
    const struct facility_location *p = l->problem;
    uint32_t arc = p->facilities;
    double value = 0;
    for (uint32_t i = 0; i < p->facilities; i++) {
        value += open[i] ? p->fixed[i] : 0;
        for (uint32_t k = 0; sent != NULL && k < p->kinds; k++)
            sent[(size_t)i * p->kinds + k] = 0;
    }
    for (uint32_t j = 0; j < p->customers; j++) {
        int64_t wanted = llround(p->demand[j] * l->units);
        double unit = wanted > 0 ? p->demand[j] / (double)wanted : 0;
        value += (double)mincostflow_arc_flow(flow, arc++) * unit * p->shortage[j];
        for (uint32_t i = 0; i < p->facilities; i++) {
            double cost = p->cost[(size_t)i * p->customers + j];
            if (!open[i] || isinf(cost))
                continue;
            double amount = (double)mincostflow_arc_flow(flow, arc++) * unit;
            value += amount * cost;
            if (sent != NULL)
                sent[(size_t)i * p->kinds + p->kind[j]] += amount;
        }
    }
    return value;
}

/* What an open set costs. */
static double cost_of_set(struct location *l, const bool *open, double *sent) {
    struct mincostflow *flow;
    enum mincostflow_status status;
    double value = INFINITY;
    l->error = build_flow(l, open, &flow);
    if (l->error != HV_OK)
        return INFINITY;
    l->error = mincostflow_solve(flow, NULL, &status);
    l->work += mincostflow_pivots(flow);
    if (l->error == HV_OK && status == MINCOSTFLOW_OPTIMAL)
        value = read_flow(l, open, flow, sent);
    mincostflow_free(flow);
    return value;
}

static void try_set(struct location *l, const bool *open) {
    if (l->error != HV_OK || seen(l, open))
        return;
    double value = cost_of_set(l, open, NULL);
    if (!(value < l->value))
        return;
    l->value = value;
    memcpy(l->best, open, l->problem->facilities * sizeof *open);
}

/* ---- the relaxation -------------------------------------------------------------------------- */

static void swap_gains(struct gain *a, struct gain *b) {
    struct gain kept = *a;
    *a = *b;
    *b = kept;
}

/* Takes the best units of a facility up to its capacity, by partition around pivots; adds what
 * it sends to `sent` (customer) and returns what it gains. */
static double fill(const struct location *l, struct gain *gains, size_t count, double room,
                   double *sent) {
    const double *demand = l->problem->demand;
    size_t low = 0, high = count;
    double gained = 0;
    while (low < high && room > 0) {
        size_t middle = low + (high - low) / 2, store = low;
        swap_gains(&gains[middle], &gains[high - 1]);
        double pivot = gains[high - 1].unit, wanted = 0;
        for (size_t i = low; i + 1 < high; i++)
            if (gains[i].unit > pivot) {
                wanted += demand[gains[i].customer];
                swap_gains(&gains[i], &gains[store++]);
            }
        swap_gains(&gains[store], &gains[high - 1]);
        if (wanted > room) { /* it ends among the better ones */
            high = store;
            continue;
        }
        for (size_t i = low; i <= store && room > 0; i++) {
            double amount = fmin(room, demand[gains[i].customer]);
            gained += amount * gains[i].unit;
            sent[gains[i].customer] += amount;
            room -= amount;
        }
        low = store + 1;
    }
    return gained;
}

/* One past the last facility of the place that begins with `first`. */
static uint32_t place_end(const struct facility_location *p, uint32_t first) {
    uint32_t end = first + 1;
    while (end < p->facilities && p->place[end] == p->place[first])
        end++;
    return end;
}

static size_t list_gains(const struct location *l, uint32_t i, const double *price) {
    const struct facility_location *p = l->problem;
    const double *cost = &p->cost[(size_t)i * p->customers];
    size_t count = 0;
    for (uint32_t j = 0; j < p->customers; j++)
        if (price[j] > cost[j] && p->demand[j] > 0)
            l->gains[count++] = (struct gain){price[j] - cost[j], j};
    return count;
}

/* Facilities beyond those that pay, so that what is open holds the demand, or what the shortage
 * costs; sets *ret_drop to the most that opening one more facility may save of that. */
static double cover(struct location *l, const uint8_t *choice, double missing, double unit,
                    double *ret_drop) {
    const struct facility_location *p = l->problem;
    uint32_t count = 0;
    double paid = 0, ratio = 0;
    for (uint32_t i = 0; i < p->facilities; i++) {
        if (choice[i] != FREE || l->open[i] || !(p->capacity[i] > 0))
            continue;
        double key = l->reduced[i] / p->capacity[i];
        uint32_t at = count++;
        for (; at > 0 && l->reduced[l->order[at - 1]] / p->capacity[l->order[at - 1]] > key; at--)
            l->order[at] = l->order[at - 1];
        l->order[at] = i;
    }
    for (uint32_t c = 0; c < count && missing > 1e-9 * l->demand; c++) {
        uint32_t i = l->order[c];
        double part = fmin(missing, p->capacity[i]);
        double cost = l->alike ? l->reduced[i] : l->reduced[i] * part / p->capacity[i];
        if (cost > unit * part)
            break;
        paid += cost;
        ratio = l->reduced[i] / p->capacity[i];
        l->open[i] = true;
        missing -= part;
    }
    if (missing > 1e-9 * l->demand) {
        paid += unit * missing;
        ratio = unit;
    }
    *ret_drop = ratio; /* of a unit of capacity */
    return paid;
}

/* What a place adds to the relaxation when capacity is worth `worth` a unit: its best facility, or
 * none. The facility is UINT32_MAX for none, and the cost INFINITY where that may not be. */
static double best_size(const struct location *l, const uint8_t *choice, uint32_t first,
                        uint32_t end, double worth, uint32_t *ret_best) {
    const struct facility_location *p = l->problem;
    double best = choice[p->facilities + first] == OPEN ? INFINITY : 0;
    *ret_best = UINT32_MAX;
    for (uint32_t i = first; i < end; i++) {
        double cost = l->reduced[i] - worth * p->capacity[i];
        if (choice[i] == OPEN) {
            *ret_best = i;
            return cost;
        }
        if (choice[i] == FREE && cost < best) {
            best = cost;
            *ret_best = i;
        }
    }
    return best;
}

/* The relaxation when capacity is worth `worth` a unit; marks what is open then. `*ret_room` is
 * what that holds, with the demand that it is cheaper not to serve. */
static double price_capacity(struct location *l, const uint8_t *choice, const double *price,
                             double worth, double *ret_room) {
    const struct facility_location *p = l->problem;
    double value = worth * l->demand, room = 0;
    for (uint32_t first = 0, end; first < p->facilities; first = end) {
        uint32_t best;
        end = place_end(p, first);
        value += best_size(l, choice, first, end, worth, &best);
        for (uint32_t i = first; i < end; i++)
            l->open[i] = i == best;
        room += best == UINT32_MAX ? 0 : p->capacity[best];
    }
    for (uint32_t j = 0; j < p->customers; j++) {
        const double more = p->shortage[j] - price[j] - worth;
        if (more < 0) {
            value += more * p->demand[j];
            room += p->demand[j];
        }
    }
    *ret_room = room;
    return value;
}

/* At most one facility a place, and what is open and what is not served make up the demand: the
 * relaxation of that knapsack by the worth of capacity, found by halving (the value is concave in
 * it, and the room that is missing its slope). Sets *ret_worth. */
static double open_sizes(struct location *l, const uint8_t *choice, const double *price,
                         double *ret_worth) {
    const struct facility_location *p = l->problem;
    double room, low = 0, high = 0, best = price_capacity(l, choice, price, 0, &room);
    *ret_worth = 0;
    for (uint32_t j = 0; j < p->customers; j++)
        high = fmax(high, p->shortage[j] - price[j]);
    if (room >= l->demand || high <= 0)
        return best;
    for (uint32_t halving = 0; halving < HALVINGS; halving++) {
        const double worth = low + (high - low) / 2;
        const double value = price_capacity(l, choice, price, worth, &room);
        if (value > best) {
            best = value;
            *ret_worth = worth;
        }
        if (room < l->demand)
            low = worth;
        else
            high = worth;
    }
    (void)price_capacity(l, choice, price, *ret_worth, &room);
    return best;
}

/* The Lagrangian bound at `price`; open, reduced and slope (demand less what is sent) with it. */
static double relax(struct location *l, const double *price, const uint8_t *choice,
                    double *ret_drop) {
    const struct facility_location *p = l->problem;
    double value = 0, room = 0, spare = INFINITY;
    l->work++;
    double *sent = l->slope;
    for (uint32_t j = 0; j < p->customers; j++) {
        value += p->demand[j] * price[j];
        if (p->demand[j] > 0)
            spare = fmin(spare, fmax(0, p->shortage[j] - price[j]));
    }
    for (uint32_t i = 0; i < p->facilities; i++) {
        l->open[i] = false;
        if (choice[i] == CLOSED)
            continue;
        for (uint32_t j = 0; j < p->customers; j++)
            l->price[j] = 0;
        size_t count = list_gains(l, i, price);
        l->reduced[i] = p->fixed[i] - fill(l, l->gains, count, p->capacity[i], l->price);
        if (!l->sized && (choice[i] == OPEN || l->reduced[i] < 0)) {
            l->open[i] = true;
            value += l->reduced[i];
            room += p->capacity[i];
        }
    }
    if (!isfinite(spare))
        spare = 0; /* no demand at all */
    if (l->sized)
        value += open_sizes(l, choice, price, ret_drop);
    else
        value += cover(l, choice, l->demand - room, spare, ret_drop);
    for (uint32_t j = 0; j < p->customers; j++)
        sent[j] = l->sized && p->shortage[j] - price[j] < *ret_drop ? 0 : p->demand[j];
    for (uint32_t i = 0; i < p->facilities; i++) {
        if (!l->open[i])
            continue;
        size_t count = list_gains(l, i, price);
        for (uint32_t j = 0; j < p->customers; j++)
            l->price[j] = 0;
        (void)fill(l, l->gains, count, p->capacity[i], l->price);
        for (uint32_t j = 0; j < p->customers; j++)
            sent[j] -= l->price[j];
    }
    return value;
}

/* Opens a facility, and so no other of its place. */
static void choose_open(const struct location *l, uint8_t *choice, uint32_t facility) {
    const struct facility_location *p = l->problem;
    for (uint32_t i = 0; l->sized && i < p->facilities; i++)
        if (i != facility && p->place[i] == p->place[facility])
            choice[i] = CLOSED;
    choice[facility] = OPEN;
}

/* The same where places have several facilities: what a place costs more when another of its
 * facilities is open, or none, than in the relaxation. */
static void fix_sizes(const struct location *l, struct node *node, double value, double worth) {
    const struct facility_location *p = l->problem;
    double limit = cutoff(l);
    if (isinf(value))
        return;
    for (uint32_t first = 0, end; first < p->facilities; first = end) {
        uint32_t best, next;
        end = place_end(p, first);
        double least = best_size(l, node->choice, first, end, worth, &best), second;
        if (best != UINT32_MAX && node->choice[best] == OPEN)
            continue;
        for (uint32_t i = first; i < end; i++)
            if (node->choice[i] == FREE && i != best &&
                value + l->reduced[i] - worth * p->capacity[i] - least > limit)
                node->choice[i] = CLOSED;
        if (best == UINT32_MAX)
            continue;
        /* The place's other facilities, or none. */
        node->choice[best] = CLOSED;
        second = best_size(l, node->choice, first, end, worth, &next);
        node->choice[best] = FREE;
        if (value + second - least > limit)
            choose_open(l, node->choice, best);
    }
}

/* What the reduced costs prove of facilities that are free. */
static void fix_by_price(const struct location *l, struct node *node, double value, double drop) {
    const struct facility_location *p = l->problem;
    double limit = cutoff(l);
    if (l->sized) {
        fix_sizes(l, node, value, drop);
        return;
    }
    for (uint32_t i = 0; i < p->facilities; i++) {
        if (node->choice[i] != FREE)
            continue;
        if (!l->open[i] && value + l->reduced[i] - drop * p->capacity[i] > limit)
            node->choice[i] = CLOSED;
        else if (l->open[i] && l->reduced[i] < 0 && value - l->reduced[i] > limit)
            node->choice[i] = OPEN;
    }
}

/* One deflected subgradient step (Camerini, Fratta and Maffioli 1975); false at a stationary point.
 */
static bool step(struct location *l, double *price, double length, double value, double best) {
    uint32_t customers = l->problem->customers;
    double square = 0, along = 0;
    for (uint32_t j = 0; j < customers; j++) {
        l->direction[j] = l->slope[j] + 0.6 * l->direction[j];
        square += l->direction[j] * l->direction[j];
        along += l->direction[j] * l->slope[j];
    }
    if (along <= 0) {
        square = 0;
        for (uint32_t j = 0; j < customers; j++) {
            l->direction[j] = l->slope[j];
            square += l->slope[j] * l->slope[j];
        }
    }
    if (square < 1e-18 * l->demand * l->demand)
        return false;
    double target = fmin(l->value, best + 0.05 * fabs(best)) * 1.0005;
    double scale = length * fmax(target - value, 1e-6 * fabs(best)) / square;
    for (uint32_t j = 0; j < customers; j++)
        price[j] = fmin(price[j] + scale * l->direction[j], l->problem->shortage[j]);
    return true;
}

/* Raises a node's bound. */
static void bound_node(struct location *l, struct node *node, uint32_t steps, double length,
                       bool heuristic) {
    const struct facility_location *p = l->problem;
    double *price = calloc((size_t)p->customers + 1, sizeof *price), best = -INFINITY;
    bool *set = malloc(p->facilities + 1);
    uint32_t stall = 0, patience = steps > 150 ? 12 : 6;
    if (price == NULL || set == NULL) {
        l->error = HV_ERR_MEMORY;
        steps = 0;
    } else {
        memcpy(price, node->price, p->customers * sizeof *price);
        memset(l->direction, 0, p->customers * sizeof *l->direction);
        memset(set, 0, p->facilities);
    }
    for (uint32_t t = 0; t < steps && length > (steps > 150 ? 1e-4 : 1e-3); t++) {
        double drop, value = relax(l, price, node->choice, &drop);
        if (t % 16 == 15 && stops(l))
            break;
        if (value > best + 1e-7 * fabs(best) || isinf(best)) {
            best = value;
            stall = 0;
            memcpy(node->price, price, p->customers * sizeof *price);
            memcpy(set, l->open, p->facilities);
        } else if (++stall >= patience) {
            length *= 0.6;
            stall = 0;
            memcpy(price, node->price, p->customers * sizeof *price);
            memset(l->direction, 0, p->customers * sizeof *l->direction);
            continue;
        }
        fix_by_price(l, node, value, drop);
        if (heuristic && t % HEURISTIC_EVERY == HEURISTIC_EVERY - 1)
            try_set(l, l->open);
        if (best >= cutoff(l) || !step(l, price, length, value, best))
            break;
    }
    node->bound = fmax(node->bound, best);
    if (heuristic && !isinf(best))
        try_set(l, set);
    free(price);
    free(set);
}

/* ---- branch and bound ------------------------------------------------------------------------ */

static void node_free(struct node *node) {
    if (node == NULL)
        return;
    free(node->choice);
    free(node->price);
    free(node);
}

static struct node *node_copy(struct location *l, const struct node *from) {
    size_t facilities = l->problem->facilities, customers = l->problem->customers;
    struct node *node = calloc(1, sizeof *node);
    uint8_t *choice = calloc(2 * facilities + 1, 1);
    double *price = calloc(customers + 1, sizeof *price);
    if (node == NULL || choice == NULL || price == NULL) {
        free(node);
        free(choice);
        free(price);
        l->error = HV_ERR_MEMORY;
        return NULL;
    }
    node->bound = -INFINITY;
    node->choice = choice;
    node->price = price;
    if (from != NULL) {
        node->bound = from->bound;
        memcpy(choice, from->choice, 2 * facilities);
        memcpy(price, from->price, customers * sizeof *price);
    }
    return node;
}

static void heap_push(struct location *l, struct node *node) {
    if (l->count == l->most) {
        size_t most = 2 * l->most + 64;
        struct node **grown = realloc(l->heap, most * sizeof *grown);
        if (grown == NULL) {
            l->error = HV_ERR_MEMORY;
            l->closed = fmin(l->closed, node->bound);
            node_free(node);
            return;
        }
        l->heap = grown;
        l->most = most;
    }
    size_t at = l->count++;
    for (; at > 0 && l->heap[(at - 1) / 2]->bound > node->bound; at = (at - 1) / 2)
        l->heap[at] = l->heap[(at - 1) / 2];
    l->heap[at] = node;
}

static struct node *heap_pop(struct location *l) {
    struct node *top = l->heap[0], *last = l->heap[--l->count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < l->count; at = child) {
        if (child + 1 < l->count && l->heap[child + 1]->bound < l->heap[child]->bound)
            child++;
        if (l->heap[child]->bound >= last->bound)
            break;
        l->heap[at] = l->heap[child];
    }
    if (l->count > 0)
        l->heap[at] = last;
    return top;
}

/* How often a few steps open each facility. */
static void count_open(struct location *l, const struct node *node, double *price) {
    const struct facility_location *p = l->problem;
    const uint32_t steps = 12;
    double drop;
    memcpy(price, node->price, p->customers * sizeof *price);
    memset(l->direction, 0, p->customers * sizeof *l->direction);
    for (uint32_t i = 0; i < p->facilities; i++)
        l->often[i] = 0;
    for (uint32_t t = 0; t < steps; t++) {
        double value = relax(l, price, node->choice, &drop);
        for (uint32_t i = 0; i < p->facilities; i++)
            l->often[i] += l->open[i] ? 1.0 / steps : 0;
        if (!step(l, price, 0.05, value, node->bound))
            break;
    }
}

/* Of the facilities of a place from `first` on: whether those below `from` and those from it on are
 * both possible, the first or none. */
static bool parts(const struct location *l, const struct node *node, uint32_t first, uint32_t from,
                  uint32_t end) {
    bool below = node->choice[l->problem->facilities + first] != OPEN, above = false;
    for (uint32_t i = first; i < end; i++) {
        if (node->choice[i] == OPEN)
            return false;
        below = below || (i < from && node->choice[i] == FREE);
        above = above || (i >= from && node->choice[i] == FREE);
    }
    return below && above;
}

/* The facility to branch at, "it or a larger one of its place, or not": what a few steps have half
 * of the time. UINT32_MAX where all are decided. */
static uint32_t choose(struct location *l, const struct node *node) {
    const struct facility_location *p = l->problem;
    double *price = calloc((size_t)p->customers + 1, sizeof *price), most = -1;
    uint32_t chosen = UINT32_MAX;
    if (price == NULL) {
        l->error = HV_ERR_MEMORY;
        return UINT32_MAX;
    }
    count_open(l, node, price);
    for (uint32_t first = 0, end; first < p->facilities; first = end) {
        double often = 0;
        end = place_end(p, first);
        for (uint32_t i = end; i-- > first;) {
            often += l->often[i];
            double score = fmin(often, 1 - often) + 1e-3 / (1 + fabs(l->reduced[i]));
            if (score > most && parts(l, node, first, i, end)) {
                most = score;
                chosen = i;
            }
        }
    }
    free(price);
    return chosen;
}

/* The facility or a larger one of its place must be open, or none of these may. */
static void decide(const struct location *l, uint8_t *choice, uint32_t facility, bool open) {
    const struct facility_location *p = l->problem;
    uint32_t first = facility, last = UINT32_MAX, count = 0;
    while (first > 0 && p->place[first - 1] == p->place[facility])
        first--;
    for (uint32_t i = first; i < place_end(p, first); i++) {
        if ((i < facility) == open)
            choice[i] = CLOSED;
        if (choice[i] == FREE) {
            last = i;
            count++;
        }
    }
    if (open)
        choice[p->facilities + first] = OPEN;
    if (choice[p->facilities + first] == OPEN && count == 1)
        choice[last] = OPEN;
}

/* Everything is decided: what is open is what it costs. */
static void settle(struct location *l, const struct node *node) {
    for (uint32_t i = 0; i < l->problem->facilities; i++)
        l->open[i] = node->choice[i] == OPEN;
    try_set(l, l->open);
}

static bool is_decided(const struct location *l, const struct node *node) {
    for (uint32_t i = 0; i < l->problem->facilities; i++)
        if (node->choice[i] == FREE)
            return false;
    return true;
}

static void split(struct location *l, const struct node *node) {
    uint32_t facility = choose(l, node);
    if (facility == UINT32_MAX) {
        settle(l, node);
        return;
    }
    for (int open = 0; open < 2; open++) {
        struct node *child = node_copy(l, node);
        if (child == NULL) {
            l->closed = fmin(l->closed, node->bound);
            return;
        }
        decide(l, child->choice, facility, open == 1);
        bound_node(l, child, NODE_STEPS, 0.15, l->nodes % 10 == 0);
        if (child->bound >= cutoff(l)) {
            l->closed = fmin(l->closed, child->bound);
            node_free(child);
        } else if (is_decided(l, child)) {
            settle(l, child);
            node_free(child);
        } else {
            heap_push(l, child);
        }
    }
}

static void branch(struct location *l, struct node *root) {
    heap_push(l, root);
    while (l->count > 0) {
        struct node *node = heap_pop(l);
        l->bound = fmax(l->bound, fmin(fmin(node->bound, l->closed), l->value));
        if (node->bound >= cutoff(l) || stops(l)) {
            l->closed = fmin(l->closed, node->bound);
        } else {
            l->nodes++;
            split(l, node);
        }
        node_free(node);
    }
    l->bound = fmax(l->bound, fmin(l->closed, l->value));
}

/* Closing one, or one for another, while that helps. */
static void exchange(struct location *l, const struct node *root) {
    uint32_t facilities = l->problem->facilities;
    bool *set = malloc(facilities + 1);
    bool better = set != NULL;
    while (better && !stops(l)) {
        better = false;
        for (uint32_t i = 0; i < facilities && !better; i++)
            for (uint32_t other = i; l->best[i] && other <= facilities && !better; other++) {
                uint32_t in = other == i ? UINT32_MAX : other - 1 < i ? other - 1 : other;
                if (other > i && (in >= facilities || l->best[in] || root->choice[in] == CLOSED))
                    continue;
                memcpy(set, l->best, facilities);
                set[i] = false;
                if (in != UINT32_MAX)
                    set[in] = true;
                double before = l->value;
                try_set(l, set);
                better = l->value < before;
                if (stops(l))
                    break;
            }
    }
    free(set);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool location_init(struct location *l) {
    size_t facilities = l->problem->facilities, customers = l->problem->customers;
    l->best = calloc(facilities + 1, sizeof *l->best);
    l->open = calloc(facilities + 1, sizeof *l->open);
    l->reduced = calloc(facilities + 1, sizeof(double));
    l->often = calloc(facilities + 1, sizeof(double));
    l->order = calloc(facilities + 1, sizeof *l->order);
    l->slope = calloc(customers + 1, sizeof(double));
    l->direction = calloc(customers + 1, sizeof(double));
    l->price = calloc(customers + 1, sizeof(double));
    l->gains = calloc(customers + 1, sizeof *l->gains);
    l->sets = calloc(SETS_MAX, sizeof *l->sets);
    l->alike = true;
    for (uint32_t i = 1; i < facilities; i++)
        l->alike = l->alike && l->problem->capacity[i] == l->problem->capacity[0];
    for (uint32_t i = 1; i < facilities; i++)
        l->sized = l->sized || l->problem->place[i] == l->problem->place[i - 1] ||
                   l->problem->capacity[i] != l->problem->capacity[0];
    for (uint32_t j = 0; j < customers; j++)
        l->demand += l->problem->demand[j];
    l->units = choose_units(l);
    l->money = choose_money(l);
    return l->best && l->open && l->reduced && l->often && l->order && l->slope && l->direction &&
           l->price && l->gains && l->sets;
}

static void location_deinit(struct location *l) {
    while (l->count > 0)
        node_free(heap_pop(l));
    free(l->heap);
    free(l->best);
    free(l->open);
    free(l->reduced);
    free(l->often);
    free(l->order);
    free(l->slope);
    free(l->direction);
    free(l->price);
    free(l->gains);
    free(l->sets);
}

/* The second cheapest way of each customer, fixed cost shared out, is a good first price. */
static void first_prices(const struct location *l, double *price) {
    const struct facility_location *p = l->problem;
    for (uint32_t j = 0; j < p->customers; j++) {
        double best = INFINITY, second = INFINITY;
        for (uint32_t i = 0; i < p->facilities; i++) {
            double cost = p->cost[(size_t)i * p->customers + j] +
                          (p->capacity[i] > 0 ? p->fixed[i] / p->capacity[i] : INFINITY);
            second = fmin(second, fmax(best, cost));
            best = fmin(best, cost);
        }
        price[j] = fmin(second, p->shortage[j]);
    }
}

/* The largest facility of every place. */
static void open_largest(struct location *l) {
    const struct facility_location *p = l->problem;
    for (uint32_t first = 0, end; first < p->facilities; first = end) {
        uint32_t largest = first;
        end = place_end(p, first);
        for (uint32_t i = first; i < end; i++) {
            l->open[i] = false;
            largest = p->capacity[i] > p->capacity[largest] ? i : largest;
        }
        l->open[largest] = true;
    }
}

static void search(struct location *l) {
    struct node *root = node_copy(l, NULL);
    if (root == NULL)
        return;
    first_prices(l, root->price);
    try_set(l, l->best); /* nothing open: shortage alone */
    open_largest(l);
    try_set(l, l->open);
    bound_node(l, root, ROOT_STEPS, 1, true);
    l->bound = fmin(root->bound, l->value);
    if (root->bound < cutoff(l)) {
        exchange(l, root);
        bound_node(l, root, AGAIN_STEPS, 0.1, false);
        l->bound = fmin(root->bound, l->value);
    }
    branch(l, root);
}

void facility_location_result_deinit(struct facility_location_result *result) {
    free(result->open);
    free(result->sent);
    *result = (struct facility_location_result){0};
}

int facility_location_solve(const struct facility_location *problem,
                            const struct preposition_options *options,
                            struct facility_location_result *ret_result) {
    struct location l = {.problem = problem,
                         .options = options,
                         .value = INFINITY,
                         .bound = -INFINITY,
                         .closed = INFINITY};
    double *sent = calloc((size_t)problem->facilities * problem->kinds + 1, sizeof *sent);
    if (!location_init(&l) || sent == NULL)
        l.error = HV_ERR_MEMORY;
    else
        search(&l);
    if (l.error == HV_OK)
        l.value = cost_of_set(&l, l.best, sent);
    if (l.error == HV_OK) {
        *ret_result = (struct facility_location_result){
            .status = l.stopped && l.bound < cutoff(&l) ? PREPOSITION_STOPPED : PREPOSITION_OPTIMAL,
            .value = l.value,
            .bound = fmin(l.bound, l.value),
            .open = l.best,
            .sent = sent,
            .work = l.work,
            .nodes = l.nodes,
        };
        l.best = NULL;
        sent = NULL;
    }
    free(sent);
    int error = l.error;
    location_deinit(&l);
    return error;
}
