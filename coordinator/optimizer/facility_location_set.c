/* What an open set of facilities costs: a transportation problem on the network simplex. */
#include "coordinator/optimizer/facility_location_state.h"

#include "coordinator/optimizer/mincostflow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNITS 1e12    /* whole units that the demand in all is cut into for flows, at the most */
#define MONEY 1e12    /* and the dearest unit cost */
#define SHORTAGE 1000 /* times that, a shortage costs at the most */
#define COST_MAX 1e17 /* nodes times the dearest cost that the network simplex takes, about */

/* Whether the set was solved before; remembers it while there is room. */
static bool seen(struct facility_search *l, const bool *open) {
    uint64_t hash = 1469598103934665603u;
    for (uint32_t i = 0; i < l->problem->facilities; i++)
        hash = (hash ^ (open[i] ? 0x9e37u : 0x79b9u)) * 1099511628211u;
    hash = hash == 0 ? 1 : hash; /* 0: an empty place */
    size_t at = (hash >> 32) % FACILITY_SETS_ROOM;
    for (; l->sets[at] != 0; at = (at + 1) % FACILITY_SETS_ROOM)
        if (l->sets[at] == hash)
            return true;
    if (l->set_count < FACILITY_SETS_ROOM / 2) {
        l->sets[at] = hash;
        l->set_count++;
    }
    return false;
}

static bool is_whole(double figure) {
    return figure == floor(figure);
}

/* Whole units for flows: tenths, hundredths, … of which demands and capacities are whole numbers,
 * so that a flow is exact and none is short for rounding; where there are none, as many as can be.
 */
static double choose_units(const struct facility_search *l) {
    const struct facility_location *p = l->problem;
    static const double parts[] = {1, 10, 100, 1000, 1e4, 1e5, 1e6};
    for (size_t part = 0; part < sizeof parts / sizeof parts[0]; part++) {
        const double units = parts[part];
        bool whole = units * l->demand <= UNITS;
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
static double choose_money(const struct facility_search *l) {
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

void facility_location_choose_units(struct facility_search *l) {
    l->units = choose_units(l);
    l->money = choose_money(l);
}

/* The transportation problem as a flow in whole units: nodes are facilities, customers, and one
 * that everything comes from. */
static int build_flow(const struct facility_search *l, const bool *open,
                      struct mincostflow **ret_flow) {
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
static double read_flow(const struct facility_search *l, const bool *open,
                        const struct mincostflow *flow, double *sent) {
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
double facility_location_cost_of_set(struct facility_search *l, const bool *open, double *sent) {
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

void facility_location_try_set(struct facility_search *l, const bool *open) {
    if (l->error != HV_OK || seen(l, open))
        return;
    double value = facility_location_cost_of_set(l, open, NULL);
    if (!(value < l->value))
        return;
    l->value = value;
    memcpy(l->best, open, l->problem->facilities * sizeof *open);
}
