/* Pre-positioning: what to hold where before the event, over hazard scenarios. The plain problem,
 * as readers make it and solvers take it.
 *
 * A two-stage stochastic programme with recourse (Rawls and Turnquist 2010, Transportation Research
 * Part B 44:521-534). Before the event: at most one size of depot is opened at a site, and stock
 * r(site, item) >= 0 is bought, sum of volume * r <= capacity of the size opened there (0 where
 * none is). In a scenario the share `surviving` of a site's stock is left, goods travel over arcs
 * that are not blocked, on through sites as they like, and for each item every site balances:
 *
 *     surviving * stock + arriving + unmet = demand + leaving + unused,     0 <= unmet <= demand.
 *
 * Cost of a scenario Q = transport_cost * km * carried + holding_cost * unused + shortage_cost *
 * unmet. Objective, with F = fixed costs + purchases:
 *
 *     expectation        F + E[Q]
 *     CVaR               (1 + lambda) F + E[Q] + lambda CVaR_alpha(Q)      (Noyan 2012)
 *     minimax regret     the largest F + Q(s) - V(s), V(s) the least cost were s known
 *
 * Quantities are in the item's own unit and divisible, money in one currency, km, m3. Nothing is
 * owned by the instance; whoever made it keeps the arrays. */
#ifndef PREPOSITION_INSTANCE_H
#define PREPOSITION_INSTANCE_H

#include "schemas/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PREPOSITION_SITES_MAX 20000u
#define PREPOSITION_SIZES_MAX 100000u /* of all sites together */
#define PREPOSITION_ITEMS_MAX 1000u
#define PREPOSITION_ARCS_MAX 4000000u
#define PREPOSITION_SCENARIOS_MAX 20000u
#define PREPOSITION_DEMANDS_MAX 4000000u
#define PREPOSITION_FIGURE_MAX 1e12 /* any one figure; what is larger is a mistake */
#define PREPOSITION_PROBABILITY_SLACK 1e-6
#define PREPOSITION_SERVICE_SLACK 1e-9 /* of the sum of probabilities that a service level asks */

struct preposition_size {
    double fixed_cost, capacity_m3;
};

struct preposition_site {
    uint32_t size_first, size_count; /* into `sizes`; none: nothing can be held here */
};

struct preposition_item {
    double volume_m3, price;
    double holding_cost;   /* per unit left unused after an event */
    double shortage_cost;  /* per unit of demand unmet */
    double transport_cost; /* per unit and km */
    bool has_available;    /* no more than `available` can be held at all sites together */
    double available;
};

struct preposition_arc { /* directed */
    uint32_t from, to;
    double km;
};

struct preposition_demand {
    uint32_t site, item;
    double quantity;
};

struct preposition_survival {
    uint32_t site;
    double share; /* of its stock that is left; 1 for sites not named */
};

struct preposition_scenario {
    double probability;
    uint32_t demand_first, demand_count;
    uint32_t survival_first, survival_count;
    uint32_t blocked_first, blocked_count; /* arcs */
};

enum preposition_measure { PREPOSITION_EXPECTATION, PREPOSITION_CVAR, PREPOSITION_REGRET };

struct preposition_instance {
    const struct preposition_site *sites;
    const struct preposition_size *sizes;
    const struct preposition_item *items;
    const struct preposition_arc *arcs;
    const struct preposition_scenario *scenarios;
    const struct preposition_demand *demands;
    const struct preposition_survival *survivals;
    const uint32_t *blocked;
    uint32_t site_count, size_count, item_count, arc_count, scenario_count;
    uint32_t demand_count, survival_count, blocked_count;
    enum preposition_measure measure;
    double alpha, lambda; /* of CVaR: 0 <= alpha < 1, lambda >= 0 */
    bool has_service, has_budget;
    double service_probability; /* every demand met with at least this probability */
    double budget;              /* upper limit of F */
};

/* Checks what the solvers rely on: indices in range, figures finite, not negative and at most
 * PREPOSITION_FIGURE_MAX, probabilities that add up to 1 within PREPOSITION_PROBABILITY_SLACK, each
 * (site, item) at most once a scenario. HV_ERR_VALUE, HV_ERR_LIMIT, HV_ERR_MEMORY. */
HV_MUST_USE int preposition_instance_check(const struct preposition_instance *instance);

/* Share of its stock that is left in a scenario. Linear in the sites that the scenario names. */
double preposition_surviving(const struct preposition_instance *instance, uint32_t scenario,
                             uint32_t site);

#endif
