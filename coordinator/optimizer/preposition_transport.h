/* The transportation problem that recourse comes down to, for one scenario and item:
 *
 *     minimise  sum cost(a,j) x(a,j) + sum shortage u(j)
 *     over      sum over a of x(a,j) + u(j) = demand(j)      price(j)
 *               sum over j of x(a,j) <= supply(a)
 *               0 <= x(a,j) <= limit(a,j),   0 <= u(j) <= unmet_max(j)
 *
 * (unmet_max may be passed by less than a millionth: stocks come from a programme solved in
 * floating point) by successive shortest paths with label correcting (Ahuja, Magnanti and Orlin
 * 1993, 9.7); costs may be negative, there is nothing to start from. Small and dense: a few
 * demands, up to some hundred supplies. Not thread-safe; allocates only in _init. */
#ifndef PREPOSITION_TRANSPORT_H
#define PREPOSITION_TRANSPORT_H

#include "schemas/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct preposition_transport {
    uint32_t supplies, demands; /* of the present problem */
    double shortage;
    double *supply;       /* a */
    double *demand;       /* j */
    double *unmet_max;    /* j */
    double *cost, *limit; /* j x a: cost[j * supplies + a]; limit 0 where there is no way */
    /* Results. */
    double *flow;  /* j x a */
    double *unmet; /* j */
    double *price; /* j: what one unit more of demand would cost */
    double value;
    bool *reached; /* j, after a problem without solution: demands that cannot be met together */
    /* Room. */
    double *slack, *label_demand, *label_supply;
    int32_t *from_demand, *from_supply; /* a: the demand before it; j: the supply before it */
    uint32_t *queue;
    bool *queued;
    uint32_t supplies_max, demands_max;
};

/* Room for problems of at most that size. HV_ERR_MEMORY. */
HV_MUST_USE int preposition_transport_init(struct preposition_transport *transport,
                                           uint32_t supplies_max, uint32_t demands_max);
void preposition_transport_deinit(struct preposition_transport *transport);

/* Solves what supply, demand, unmet_max, cost, limit and shortage say. Returns whether there is a
 * solution; without one `reached` says why and the other results mean nothing. */
bool preposition_transport_solve(struct preposition_transport *transport);

#endif
