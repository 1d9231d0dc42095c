/* A pre-positioning instance made ready for solving: candidate facilities, shortest ways, and the
 * recourse split by scenario and item.
 *
 * Arcs have no capacity, so in a scenario only the shortest way from a facility to a demand
 * matters, and once the stocks are fixed each (scenario, item) is a transportation problem of its
 * own.
 *
 * A facility is a (site, size). Goods without volume need no depot by the model: for them every
 * site has one more facility that is always open and costs nothing. */
#ifndef PREPOSITION_PROBLEM_H
#define PREPOSITION_PROBLEM_H

#include "coordinator/optimizer/preposition_instance.h"

#define PREPOSITION_NO_SIZE UINT32_MAX
#define PREPOSITION_DISTANCES_MAX 100000000u /* (scenario, demand site, store) */

struct preposition_facility {
    uint32_t site, size; /* size of the instance; PREPOSITION_NO_SIZE: always open, no volume */
    uint32_t store;      /* its site among those where something can be held */
    uint32_t rank;       /* among the sizes of its site, the smallest 0 */
    double fixed_cost, capacity_m3;
};

/* Whether a site has a size of at least some rank: the decision "a depot there or none", or "at
 * least a medium one". Where a site has n sizes, ranks 0 to n - 2; the largest is a facility. */
struct preposition_step {
    uint32_t store, rank;
};

/* One (scenario, item) with demand. */
struct preposition_recourse {
    uint32_t scenario, item, demand_count;
    const uint32_t *demands; /* of the instance, with quantity > 0 */
    const double *quantity;
    const double *const *km; /* km[j][store], INFINITY where there is no way */
    double total;
};

struct preposition_problem {
    const struct preposition_instance *instance;
    struct preposition_facility *facilities;
    uint32_t facility_count;
    uint32_t store_count;
    uint32_t *store_site;       /* store: site */
    uint32_t *facilities_first; /* store: its facilities are first[store] .. first[store + 1] - 1 */
    struct preposition_step *steps;
    uint32_t step_count;
    double *surviving; /* scenario x store */
    struct preposition_recourse *recourses;
    uint32_t recourse_count;
    uint32_t *recourses_first; /* scenario: its recourses, one after the other */
    double *stock_max;         /* facility x item: more is never of use, 0 where none may be held */
    /* Owned; the above points into them. */
    uint32_t *demand_room;
    double *quantity_room, *distance_room;
    const double **distance_rows;
};

/* The instance must be sound and outlive the problem. HV_ERR_LIMIT, HV_ERR_MEMORY. */
HV_MUST_USE int preposition_problem_init(struct preposition_problem *problem,
                                         const struct preposition_instance *instance);
void preposition_problem_deinit(struct preposition_problem *problem);

/* Binaries are facilities, then steps, then, with a service level, scenarios to be served: the
 * first of those. */
static inline uint32_t preposition_first_scenario(const struct preposition_problem *problem) {
    return problem->facility_count + problem->step_count;
}

/* Whether facility `a` is a size of the step's site, of its rank or larger. */
bool preposition_step_holds(const struct preposition_problem *problem,
                            const struct preposition_step *step, uint32_t a);

/* Arcs by the site that they lead to, for searches towards a demand. */
struct preposition_arrivals {
    uint32_t *first, *arcs; /* site: arcs[first[site]] .. arcs[first[site + 1] - 1] */
    bool *blocked;          /* arc, of one scenario */
    double *km;             /* site */
    uint32_t *next_arc;     /* site: the arc to take towards the target; UINT32_MAX at it or where
                               there is no way */
    uint32_t *heap;
    uint32_t *place; /* site: place in the heap from 1; 0 never in it */
};

HV_MUST_USE int preposition_arrivals_init(struct preposition_arrivals *arrivals,
                                          const struct preposition_instance *instance);
void preposition_arrivals_deinit(struct preposition_arrivals *arrivals);

/* Marks the arcs that a scenario blocks; give it the same scenario with `blocked` false after. */
void preposition_arrivals_block(struct preposition_arrivals *arrivals,
                                const struct preposition_instance *instance, uint32_t scenario,
                                bool blocked);

/* Shortest ways from every site to `target` into km and next_arc (Dijkstra 1959). */
void preposition_arrivals_search(struct preposition_arrivals *arrivals,
                                 const struct preposition_instance *instance, uint32_t target);

/* Money that one unit costs from a store to demand j of a recourse; INFINITY where no way is. */
double preposition_carrying_cost(const struct preposition_problem *problem,
                                 const struct preposition_recourse *recourse, uint32_t j,
                                 uint32_t store);

#endif
