/* Capacitated facility location: which facilities to open, and who serves whom,
 *
 *     minimise  sum fixed(i) y(i) + sum cost(i,j) x(i,j) + sum shortage(j) u(j)
 *     over      sum over i of x(i,j) + u(j) = demand(j)         price(j)
 *               sum over j of x(i,j) <= capacity(i) y(i),  0 <= x(i,j) <= demand(j) y(i),
 *               sum of y(i) over the facilities of a place <= 1,  y binary.
 *
 * Branch and bound on the Lagrangian relaxation of the demands (Geoffrion and McBride 1978; Beasley
 * 1988): each facility is a continuous knapsack, and what is open must hold the demand in all (or
 * pay for the shortage); facilities are fixed by reduced costs; open sets that come up are solved
 * as transportation problems. Bounds hold for any prices. No clock; deterministic. */
#ifndef FACILITY_LOCATION_H
#define FACILITY_LOCATION_H

#include "coordinator/optimizer/preposition_solve.h"

struct facility_location {
    uint32_t facilities, customers;
    const double *fixed, *capacity; /* facility */
    const double *demand;           /* customer */
    const double *cost;             /* facility x customer, a unit; INFINITY: no way */
    const double *shortage;         /* customer, a unit */
    const uint32_t *place;          /* facility; those of one stand together, the smallest first */
    const uint32_t *kind;           /* customer: 0 .. kinds - 1, by which `sent` is told apart */
    uint32_t kinds;
};

struct facility_location_result {
    enum preposition_status status; /* never INFEASIBLE */
    double value, bound;
    bool *open;   /* facility; owned */
    double *sent; /* facility x kind: units; owned */
    uint64_t work, nodes;
};

/* Solves to options->gap. HV_ERR_MEMORY. */
HV_MUST_USE int facility_location_solve(const struct facility_location *problem,
                                        const struct preposition_options *options,
                                        struct facility_location_result *ret_result);
void facility_location_result_deinit(struct facility_location_result *result);

#endif
