/* The Lagrangian relaxation of the demands: every facility a knapsack, what is open holds the
 * demand or pays for the shortage. */
#include "coordinator/optimizer/facility_location_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HALVINGS 24u

static void swap_gains(struct facility_gain *a, struct facility_gain *b) {
    struct facility_gain kept = *a;
    *a = *b;
    *b = kept;
}

/* Takes the best units of a facility up to its capacity, by partition around pivots; adds what
 * it sends to `sent` (customer) and returns what it gains. */
static double fill(const struct facility_search *l, struct facility_gain *gains, size_t count,
                   double room, double *sent) {
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
uint32_t facility_location_place_end(const struct facility_location *p, uint32_t first) {
    uint32_t end = first + 1;
    while (end < p->facilities && p->place[end] == p->place[first])
        end++;
    return end;
}

static size_t list_gains(const struct facility_search *l, uint32_t i, const double *price) {
    const struct facility_location *p = l->problem;
    const double *cost = &p->cost[(size_t)i * p->customers];
    size_t count = 0;
    for (uint32_t j = 0; j < p->customers; j++)
        if (price[j] > cost[j] && p->demand[j] > 0)
            l->gains[count++] = (struct facility_gain){price[j] - cost[j], j};
    return count;
}

/* Facilities beyond those that pay, so that what is open holds the demand, or what the shortage
 * costs; sets *ret_drop to the most that opening one more facility may save of that. */
static double cover(struct facility_search *l, const uint8_t *choice, double missing, double unit,
                    double *ret_drop) {
    const struct facility_location *p = l->problem;
    uint32_t count = 0;
    double paid = 0, ratio = 0;
    for (uint32_t i = 0; i < p->facilities; i++) {
        if (choice[i] != FACILITY_FREE || l->open[i] || !(p->capacity[i] > 0))
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
static double best_size(const struct facility_search *l, const uint8_t *choice, uint32_t first,
                        uint32_t end, double worth, uint32_t *ret_best) {
    const struct facility_location *p = l->problem;
    double best = choice[p->facilities + first] == FACILITY_OPEN ? INFINITY : 0;
    *ret_best = UINT32_MAX;
    for (uint32_t i = first; i < end; i++) {
        double cost = l->reduced[i] - worth * p->capacity[i];
        if (choice[i] == FACILITY_OPEN) {
            *ret_best = i;
            return cost;
        }
        if (choice[i] == FACILITY_FREE && cost < best) {
            best = cost;
            *ret_best = i;
        }
    }
    return best;
}

/* The relaxation when capacity is worth `worth` a unit; marks what is open then. `*ret_room` is
 * what that holds, with the demand that it is cheaper not to serve. */
static double price_capacity(struct facility_search *l, const uint8_t *choice, const double *price,
                             double worth, double *ret_room) {
    const struct facility_location *p = l->problem;
    double value = worth * l->demand, room = 0;
    for (uint32_t first = 0, end; first < p->facilities; first = end) {
        uint32_t best;
        end = facility_location_place_end(p, first);
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
static double open_sizes(struct facility_search *l, const uint8_t *choice, const double *price,
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
double facility_location_relax(struct facility_search *l, const double *price,
                               const uint8_t *choice, double *ret_drop) {
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
        if (choice[i] == FACILITY_CLOSED)
            continue;
        for (uint32_t j = 0; j < p->customers; j++)
            l->price[j] = 0;
        size_t count = list_gains(l, i, price);
        l->reduced[i] = p->fixed[i] - fill(l, l->gains, count, p->capacity[i], l->price);
        if (!l->sized && (choice[i] == FACILITY_OPEN || l->reduced[i] < 0)) {
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
static void choose_open(const struct facility_search *l, uint8_t *choice, uint32_t facility) {
    const struct facility_location *p = l->problem;
    for (uint32_t i = 0; l->sized && i < p->facilities; i++)
        if (i != facility && p->place[i] == p->place[facility])
            choice[i] = FACILITY_CLOSED;
    choice[facility] = FACILITY_OPEN;
}

/* The same where places have several facilities: what a place costs more when another of its
 * facilities is open, or none, than in the relaxation. */
static void fix_sizes(const struct facility_search *l, struct facility_node *node, double value,
                      double worth) {
    const struct facility_location *p = l->problem;
    double limit = facility_location_cutoff(l);
    if (isinf(value))
        return;
    for (uint32_t first = 0, end; first < p->facilities; first = end) {
        uint32_t best, next;
        end = facility_location_place_end(p, first);
        double least = best_size(l, node->choice, first, end, worth, &best), second;
        if (best != UINT32_MAX && node->choice[best] == FACILITY_OPEN)
            continue;
        for (uint32_t i = first; i < end; i++)
            if (node->choice[i] == FACILITY_FREE && i != best &&
                value + l->reduced[i] - worth * p->capacity[i] - least > limit)
                node->choice[i] = FACILITY_CLOSED;
        if (best == UINT32_MAX)
            continue;
        /* The place's other facilities, or none. */
        node->choice[best] = FACILITY_CLOSED;
        second = best_size(l, node->choice, first, end, worth, &next);
        node->choice[best] = FACILITY_FREE;
        if (value + second - least > limit)
            choose_open(l, node->choice, best);
    }
}

/* What the reduced costs prove of facilities that are free. */
void facility_location_fix(const struct facility_search *l, struct facility_node *node,
                           double value, double drop) {
    const struct facility_location *p = l->problem;
    double limit = facility_location_cutoff(l);
    if (l->sized) {
        fix_sizes(l, node, value, drop);
        return;
    }
    for (uint32_t i = 0; i < p->facilities; i++) {
        if (node->choice[i] != FACILITY_FREE)
            continue;
        if (!l->open[i] && value + l->reduced[i] - drop * p->capacity[i] > limit)
            node->choice[i] = FACILITY_CLOSED;
        else if (l->open[i] && l->reduced[i] < 0 && value - l->reduced[i] > limit)
            node->choice[i] = FACILITY_OPEN;
    }
}

/* One deflected subgradient step (Camerini, Fratta and Maffioli 1975); false at a stationary point.
 */
bool facility_location_step(struct facility_search *l, double *price, double length, double value,
                            double best) {
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
