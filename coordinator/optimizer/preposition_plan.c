#include "coordinator/optimizer/preposition_plan.h"

#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/preposition_problem.h"
#include "coordinator/optimizer/preposition_transport.h"

#include <math.h>
#include <stdlib.h>

#define ALPHA_OTHERWISE 0.9
#define TINY 1e-9 /* of a demand or a stock */
#define TRIFLE                                                                                     \
    1e-6 /* of a demand, of one unit where less is asked for: may be missing of what is met */

void preposition_plan_deinit(struct preposition_plan *plan) {
    free(plan->outcomes);
    free(plan->lines);
    *plan = (struct preposition_plan){0};
}

struct making {
    const struct preposition_instance *instance;
    const struct preposition_decision *decision;
    struct preposition_plan *plan;
    struct preposition_transport transport;
    struct preposition_arrivals arrivals;
    uint32_t scenario;
    double *carried;   /* arc, of one item */
    double *surviving; /* site, of the scenario */
    double *left;      /* site, of one item: what survives and is not sent */
    uint32_t *stocked; /* sites with stock of the item that survives */
    const struct preposition_demand **demands; /* of the item */
    double *km;                                /* demand x stocked */
};

/* ---- room ------------------------------------------------------------------------------------ */

static int making_init(struct making *making, const struct preposition_instance *instance,
                       const struct preposition_decision *decision, struct preposition_plan *plan) {
    size_t sites = instance->site_count;
    uint32_t demands = 0, stocked = 0;
    for (uint32_t s = 0; s < instance->scenario_count; s++)
        if (instance->scenarios[s].demand_count > demands)
            demands = instance->scenarios[s].demand_count;
    if (demands > sites)
        demands = (uint32_t)sites;
    for (size_t i = 0; i < sites; i++) {
        bool any = false;
        for (size_t k = 0; k < instance->item_count; k++)
            any = any || decision->stock[i * instance->item_count + k] > 0;
        stocked += any;
    }
    if ((uint64_t)stocked * demands > PREPOSITION_DISTANCES_MAX)
        return HV_ERR_LIMIT;
    *making = (struct making){
        .instance = instance,
        .decision = decision,
        .plan = plan,
        .carried = calloc((size_t)instance->arc_count + 1, sizeof(double)),
        .surviving = calloc(sites + 1, sizeof(double)),
        .left = calloc(sites + 1, sizeof(double)),
        .stocked = calloc((size_t)stocked + 1, sizeof(uint32_t)),
        .demands = calloc((size_t)demands + 1, sizeof(*making->demands)),
        .km = calloc((size_t)stocked * demands + 1, sizeof(double)),
    };
    if (making->carried == NULL || making->surviving == NULL || making->left == NULL ||
        making->stocked == NULL || making->demands == NULL || making->km == NULL)
        return HV_ERR_MEMORY;
    int error = preposition_transport_init(&making->transport, stocked, demands);
    return error != HV_OK ? error : preposition_arrivals_init(&making->arrivals, instance);
}

static void making_deinit(struct making *making) {
    preposition_transport_deinit(&making->transport);
    preposition_arrivals_deinit(&making->arrivals);
    free(making->carried);
    free(making->surviving);
    free(making->left);
    free(making->stocked);
    free(making->demands);
    free(making->km);
}

static int put_line(struct preposition_plan *plan, uint32_t place, uint32_t item, double quantity) {
    int error = array_reserve((void **)&plan->lines, plan->line_count + 1, &plan->line_max,
                              sizeof *plan->lines);
    if (error != HV_OK)
        return error;
    plan->lines[plan->line_count++] = (struct preposition_line){place, item, quantity};
    return HV_OK;
}

/* ---- one item in one scenario ---------------------------------------------------------------- */

static double stock(const struct making *making, size_t site, uint32_t item) {
    return making->decision->stock[site * making->instance->item_count + item];
}

static void fill(struct making *making, uint32_t item) {
    const struct preposition_instance *instance = making->instance;
    const struct preposition_scenario *scenario = &instance->scenarios[making->scenario];
    struct preposition_transport *t = &making->transport;
    t->supplies = t->demands = 0;
    for (uint32_t i = 0; i < instance->site_count; i++) {
        making->left[i] = stock(making, i, item) * making->surviving[i];
        if (making->left[i] <= 0)
            continue;
        t->supply[t->supplies] = making->left[i];
        making->stocked[t->supplies++] = i;
    }
    for (uint32_t i = 0; i < scenario->demand_count; i++) {
        const struct preposition_demand *demand = &instance->demands[scenario->demand_first + i];
        if (demand->item == item && demand->quantity > 0)
            making->demands[t->demands++] = demand;
    }
}

/* Costs of the ways; a scenario that must be served whole may leave nothing unmet. */
static void price(struct making *making, uint32_t item) {
    const struct preposition_item *goods = &making->instance->items[item];
    struct preposition_transport *t = &making->transport;
    bool served = making->instance->has_service && making->decision->served != NULL &&
                  making->decision->served[making->scenario];
    t->shortage = goods->shortage_cost;
    for (uint32_t j = 0; j < t->demands; j++) {
        t->demand[j] = making->demands[j]->quantity;
        t->unmet_max[j] = served ? 0 : t->demand[j];
        preposition_arrivals_search(&making->arrivals, making->instance, making->demands[j]->site);
        for (uint32_t q = 0; q < t->supplies; q++) {
            double km = making->arrivals.km[making->stocked[q]];
            size_t arc = (size_t)j * t->supplies + q;
            t->cost[arc] = isinf(km) ? 0 : km * goods->transport_cost - goods->holding_cost;
            t->limit[arc] = isinf(km) ? 0 : fmin(t->demand[j], t->supply[q]);
        }
    }
}

/* What rounding left of demand j, neither sent nor unmet, goes with the largest of what is sent: a
 * trifle, but at the price of a shortage it would count. */
static void round_off(struct preposition_transport *t, uint32_t j) {
    double *flow = &t->flow[(size_t)j * t->supplies], left = t->demand[j] - t->unmet[j];
    uint32_t largest = 0;
    for (uint32_t q = 0; q < t->supplies; q++) {
        if (flow[q] <= TINY * t->demand[j])
            flow[q] = 0;
        left -= flow[q];
        if (flow[q] > flow[largest])
            largest = q;
    }
    if (t->supplies > 0 && flow[largest] > 0 && fabs(left) <= 1e-7 * flow[largest])
        flow[largest] += left;
}

/* Sends what demand j gets along its shortest ways. */
static void send(struct making *making, uint32_t j) {
    const struct preposition_transport *t = &making->transport;
    preposition_arrivals_search(&making->arrivals, making->instance, making->demands[j]->site);
    for (uint32_t q = 0; q < t->supplies; q++) {
        double quantity = t->flow[(size_t)j * t->supplies + q];
        uint32_t site = making->stocked[q];
        if (quantity <= TINY * t->demand[j])
            continue;
        making->left[site] -= quantity;
        while (making->arrivals.next_arc[site] != UINT32_MAX) {
            uint32_t arc = making->arrivals.next_arc[site];
            making->carried[arc] += quantity;
            site = making->instance->arcs[arc].to;
        }
    }
}

static int take_flows(struct making *making, uint32_t item, struct preposition_outcome *outcome) {
    const struct preposition_instance *instance = making->instance;
    int error = HV_OK;
    for (uint32_t a = 0; error == HV_OK && a < instance->arc_count; a++) {
        if (making->carried[a] <= 0)
            continue;
        outcome->transport +=
            making->carried[a] * instance->arcs[a].km * instance->items[item].transport_cost;
        error = put_line(making->plan, a, item, making->carried[a]);
        making->carried[a] = 0;
    }
    return error;
}

/* Solves one item and adds its flows, so that lines of flows come first. `gaps` keeps what is unmet
 * and unused for later. */
static int serve_item(struct making *making, uint32_t item, struct preposition_outcome *outcome,
                      struct preposition_plan *gaps, struct preposition_plan *idle) {
    const struct preposition_item *goods = &making->instance->items[item];
    struct preposition_transport *t = &making->transport;
    fill(making, item);
    price(making, item);
    if (t->demands > 0 && !preposition_transport_solve(t))
        return HV_ERR_STATE;
    int error = HV_OK;
    for (uint32_t j = 0; error == HV_OK && j < t->demands; j++) {
        round_off(t, j);
        send(making, j);
        double met = 0;
        for (uint32_t q = 0; q < t->supplies; q++) {
            double quantity = t->flow[(size_t)j * t->supplies + q];
            met += quantity <= TINY * t->demand[j] ? 0 : quantity;
        }
        double unmet = fmax(0, t->demand[j] - met);
        outcome->demand += t->demand[j];
        outcome->demand_m3 += t->demand[j] * goods->volume_m3;
        outcome->shortage += unmet * goods->shortage_cost;
        if (unmet <= TINY * t->demand[j])
            continue;
        outcome->met = outcome->met && unmet <= TRIFLE * fmax(1, t->demand[j]);
        outcome->unmet += unmet;
        outcome->unmet_m3 += unmet * goods->volume_m3;
        error = put_line(gaps, making->demands[j]->site, item, unmet);
    }
    if (error == HV_OK)
        error = take_flows(making, item, outcome);
    for (uint32_t i = 0; error == HV_OK && i < making->instance->site_count; i++) {
        double held = stock(making, i, item), left = fmax(0, making->left[i]);
        outcome->lost_m3 += held * (1 - making->surviving[i]) * goods->volume_m3;
        outcome->holding += left * goods->holding_cost;
        if (left > TINY * held)
            error = put_line(idle, i, item, left);
    }
    return error;
}

static int append(struct preposition_plan *plan, const struct preposition_plan *other,
                  size_t *ret_first, size_t *ret_count) {
    *ret_first = plan->line_count;
    *ret_count = other->line_count;
    int error = HV_OK;
    for (size_t i = 0; error == HV_OK && i < other->line_count; i++)
        error =
            put_line(plan, other->lines[i].place, other->lines[i].item, other->lines[i].quantity);
    return error;
}

static int serve_scenario(struct making *making, struct preposition_outcome *outcome) {
    const struct preposition_instance *instance = making->instance;
    struct preposition_plan gaps = {0}, idle = {0};
    int error = HV_OK;
    for (uint32_t i = 0; i < instance->site_count; i++)
        making->surviving[i] = 1;
    const struct preposition_scenario *scenario = &instance->scenarios[making->scenario];
    for (uint32_t i = 0; i < scenario->survival_count; i++)
        making->surviving[instance->survivals[scenario->survival_first + i].site] =
            instance->survivals[scenario->survival_first + i].share;
    preposition_arrivals_block(&making->arrivals, instance, making->scenario, true);
    outcome->met = true;
    outcome->flow_first = making->plan->line_count;
    for (uint32_t k = 0; error == HV_OK && k < instance->item_count; k++)
        error = serve_item(making, k, outcome, &gaps, &idle);
    preposition_arrivals_block(&making->arrivals, instance, making->scenario, false);
    outcome->flow_count = making->plan->line_count - outcome->flow_first;
    if (error == HV_OK)
        error = append(making->plan, &gaps, &outcome->unmet_first, &outcome->unmet_count);
    if (error == HV_OK)
        error = append(making->plan, &idle, &outcome->unused_first, &outcome->unused_count);
    preposition_plan_deinit(&gaps);
    preposition_plan_deinit(&idle);
    outcome->cost = outcome->transport + outcome->holding + outcome->shortage;
    return error;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void add_first_stage(const struct preposition_instance *instance,
                            const struct preposition_decision *decision,
                            struct preposition_plan *plan) {
    for (uint32_t i = 0; i < instance->site_count; i++) {
        if (decision->open[i] != PREPOSITION_SITE_CLOSED)
            plan->fixed += instance->sizes[decision->open[i]].fixed_cost;
        for (size_t k = 0; k < instance->item_count; k++)
            plan->purchases +=
                decision->stock[i * instance->item_count + k] * instance->items[k].price;
    }
}

static int add_up(const struct preposition_instance *instance,
                  const struct preposition_decision *decision, struct preposition_plan *plan) {
    uint32_t scenarios = instance->scenario_count;
    double *costs = calloc((size_t)scenarios + 1, sizeof *costs);
    double *shares = calloc((size_t)scenarios + 1, sizeof *shares);
    uint32_t *order = calloc((size_t)scenarios + 1, sizeof *order);
    if (costs == NULL || shares == NULL || order == NULL) {
        free(costs);
        free(shares);
        free(order);
        return HV_ERR_MEMORY;
    }
    double first = plan->fixed + plan->purchases, demand = 0, met = 0;
    plan->regret = decision->least == NULL ? NAN : -INFINITY;
    for (uint32_t s = 0; s < scenarios; s++) {
        const struct preposition_outcome *outcome = &plan->outcomes[s];
        costs[s] = outcome->cost;
        shares[s] = instance->scenarios[s].probability;
        plan->expected += shares[s] * outcome->cost;
        plan->worst = fmax(plan->worst, outcome->cost);
        demand += shares[s] * outcome->demand;
        met += shares[s] * (outcome->demand - outcome->unmet);
        if (outcome->met)
            plan->met_probability += shares[s];
        if (decision->least != NULL)
            plan->regret = fmax(plan->regret, first + outcome->cost - decision->least[s]);
    }
    bool cvar = instance->measure == PREPOSITION_CVAR;
    plan->cvar =
        preposition_cvar(costs, shares, scenarios, cvar ? instance->alpha : ALPHA_OTHERWISE, order);
    plan->fill_rate = demand > 0 ? met / demand : 1;
    plan->objective = first + plan->expected;
    if (cvar)
        plan->objective += instance->lambda * (first + plan->cvar);
    else if (instance->measure == PREPOSITION_REGRET && decision->least != NULL)
        plan->objective = plan->regret;
    free(costs);
    free(shares);
    free(order);
    return HV_OK;
}

int preposition_plan_make(const struct preposition_instance *instance,
                          const struct preposition_decision *decision,
                          struct preposition_plan *ret_plan) {
    struct preposition_plan plan = {.scenario_count = instance->scenario_count};
    struct making making = {0};
    plan.outcomes = calloc((size_t)instance->scenario_count + 1, sizeof *plan.outcomes);
    int error = plan.outcomes == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK)
        error = making_init(&making, instance, decision, &plan);
    for (uint32_t s = 0; error == HV_OK && s < instance->scenario_count; s++) {
        making.scenario = s;
        error = serve_scenario(&making, &plan.outcomes[s]);
    }
    making_deinit(&making);
    add_first_stage(instance, decision, &plan);
    if (error == HV_OK)
        error = add_up(instance, decision, &plan);
    if (error != HV_OK)
        preposition_plan_deinit(&plan);
    else
        *ret_plan = plan;
    return error;
}
