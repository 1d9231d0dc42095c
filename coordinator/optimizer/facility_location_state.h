/* What the search for facility location is made of. Internal: facility_location_set.c costs open
 * sets, facility_location_relax.c bounds from below, facility_location.c searches. */
#ifndef FACILITY_LOCATION_STATE_H
#define FACILITY_LOCATION_STATE_H

#include "coordinator/optimizer/facility_location.h"

#define FACILITY_SETS_ROOM 262144u /* a table for half as many open sets */

enum facility_choice { FACILITY_FREE, FACILITY_CLOSED, FACILITY_OPEN };

struct facility_node {
    double bound;
    uint8_t
        *choice; /* facility; then place, at its first facility: FACILITY_OPEN where one must be */
    double *price; /* customer */
};

struct facility_gain {
    double unit; /* money a unit */
    uint32_t customer;
};

struct facility_search {
    const struct facility_location *problem;
    const struct preposition_options *options;
    double demand, value, bound;
    double units, money; /* whole ones in a unit, for flows */
    bool alike;          /* all capacities are equal */
    bool sized;          /* a choice of several at a place, or capacities that differ */
    bool *best, *open;
    double *reduced, *slope, *direction, *price; /* of the relaxation */
    struct facility_gain *gains;
    double *often; /* facility: share of steps in which it was open */
    uint32_t *order;
    uint64_t *sets; /* hashes of open sets that were costed; 0: an empty place */
    size_t set_count;
    struct facility_node **heap;
    size_t count, most;
    uint64_t work, nodes;
    double closed;
    bool stopped;
    int error;
};

/* What a set has to cost less than to be of interest. */
double facility_location_cutoff(const struct facility_search *l);

/* ---- facility_location_set.c ---- */

/* Chooses the whole units of goods and money in which flows are counted. */
void facility_location_choose_units(struct facility_search *l);

/* What an open set costs, with what each facility sends of each kind where `sent` is not NULL;
 * INFINITY with l->error. */
double facility_location_cost_of_set(struct facility_search *l, const bool *open, double *sent);

/* Costs a set that has not been costed before, and keeps it if it is the best. */
void facility_location_try_set(struct facility_search *l, const bool *open);

/* ---- facility_location_relax.c ---- */

/* One past the last facility of the place that begins with `first`. */
uint32_t facility_location_place_end(const struct facility_location *p, uint32_t first);

/* The Lagrangian bound at `price` within `choice`; l->open, l->reduced and l->slope (demand less
 * what is sent) with it. `*ret_drop` is what a unit of capacity is worth, for fixing. */
double facility_location_relax(struct facility_search *l, const double *price,
                               const uint8_t *choice, double *ret_drop);

/* Fixes what the reduced costs of the last relaxation prove of facilities that are free. */
void facility_location_fix(const struct facility_search *l, struct facility_node *node,
                           double value, double drop);

/* One deflected subgradient step (Camerini, Fratta and Maffioli 1975) from the last relaxation;
 * false at a stationary point. */
bool facility_location_step(struct facility_search *l, double *price, double length, double value,
                            double best);

#endif
