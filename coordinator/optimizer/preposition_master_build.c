/* The master programme itself: what its columns cost, and its rows before any cut. */
#include "coordinator/optimizer/preposition_master_state.h"

#include <math.h>
#include <stdlib.h>

/* ---- columns -------------------------------------------------------------------------------- */

/* What first-stage money counts in the objective. */
static double first_factor(const struct preposition_objective *objective) {
    if (objective->measure == PREPOSITION_REGRET)
        return 0; /* it is in the rows of regret */
    return objective->measure == PREPOSITION_CVAR ? 1 + objective->lambda : 1;
}

static double first_cost(const struct preposition_master *master, uint32_t a, size_t k) {
    size_t at = (size_t)a * master->items + k;
    return preposition_master_stock_most(master, at) * master->problem->instance->items[k].price;
}

/* The most that the recourse of b can cost, weighted, in units of money. */
static double worst_recourse(const struct preposition_master *master, uint32_t b) {
    const struct preposition_problem *problem = master->problem;
    const struct preposition_recourse *recourse = &problem->recourses[b];
    const struct preposition_item *item = &problem->instance->items[recourse->item];
    double dearest = item->shortage_cost, held = 0;
    for (uint32_t j = 0; j < recourse->demand_count; j++)
        for (uint32_t q = 0; q < problem->store_count; q++) {
            double cost = preposition_carrying_cost(problem, recourse, j, q);
            if (!isinf(cost) && cost > dearest)
                dearest = cost;
        }
    for (uint32_t a = 0; a < master->facilities; a++)
        held += preposition_master_stock_most(master, (size_t)a * master->items + recourse->item);
    double weight = master->objective.weights[recourse->scenario];
    return weight * (dearest * recourse->total + item->holding_cost * held) / master->money + 1;
}

static void price_stocks(struct preposition_master *master) {
    const struct preposition_problem *problem = master->problem;
    double factor = first_factor(&master->objective);
    bool in_rows = master->objective.measure == PREPOSITION_REGRET;
    for (uint32_t a = 0; a < master->facilities; a++)
        for (uint32_t k = 0; k < master->items; k++) {
            uint32_t column = master->stock_column[(size_t)a * master->items + k];
            if (column == NO_COLUMN)
                continue;
            double holding = 0;
            for (uint32_t s = 0; !in_rows && s < master->scenarios; s++)
                if (master->holding_apart || !master->wanted[s * master->items + k])
                    holding += master->objective.weights[s] *
                               problem->surviving[(size_t)s * problem->store_count +
                                                  problem->facilities[a].store];
            holding *= problem->instance->items[k].holding_cost *
                       preposition_master_stock_most(master, (size_t)a * master->items + k);
            master->cost[column] = (factor * first_cost(master, a, k) + holding) / master->money;
            master->upper[column] = 1;
        }
}

static void price_groups(struct preposition_master *master) {
    const struct preposition_problem *problem = master->problem;
    for (uint32_t b = 0; b < problem->recourse_count; b++) {
        const struct preposition_recourse *recourse = &problem->recourses[b];
        uint32_t column = master->first_group + master->group_of[b];
        master->cost[column] = master->objective.measure == PREPOSITION_REGRET ? 0 : 1;
        master->upper[column] += worst_recourse(master, b);
        if (master->holding_apart)
            master->lower[column] -= master->objective.weights[recourse->scenario] *
                                     problem->instance->items[recourse->item].holding_cost *
                                     recourse->total / master->money;
    }
}

static double worst_of_all(const struct preposition_master *master) {
    double sum = 1;
    for (uint32_t g = 0; g < master->groups; g++)
        sum += master->upper[master->first_group + g];
    return sum;
}

static void price_risk(struct preposition_master *master) {
    const struct preposition_objective *objective = &master->objective;
    double worst = worst_of_all(master), least_weight = 1;
    for (uint32_t s = 0; s < master->scenarios; s++)
        if (objective->weights[s] > 0 && objective->weights[s] < least_weight)
            least_weight = objective->weights[s];
    if (objective->measure == PREPOSITION_CVAR) {
        for (uint32_t s = 0; s < master->scenarios; s++) {
            master->cost[master->first_excess + s] = objective->lambda / (1 - objective->alpha);
            master->upper[master->first_excess + s] = worst;
        }
        master->cost[master->eta] = objective->lambda;
        master->upper[master->eta] = worst / least_weight;
    } else if (objective->measure == PREPOSITION_REGRET) {
        double first = 0, least = 0;
        for (uint32_t a = 0; a < master->facilities; a++) {
            first += master->problem->facilities[a].fixed_cost;
            for (uint32_t k = 0; k < master->items; k++)
                first += first_cost(master, a, k);
        }
        for (uint32_t s = 0; s < master->scenarios; s++)
            least = fmax(least, objective->references[s]);
        master->cost[master->regret] = 1;
        master->lower[master->regret] = -least / master->money;
        master->upper[master->regret] = worst / least_weight + first / master->money;
    }
}

static void price_columns(struct preposition_master *master) {
    double factor = first_factor(&master->objective);
    for (uint32_t a = 0; a < master->facilities; a++) {
        const struct preposition_facility *facility = &master->problem->facilities[a];
        master->cost[a] = factor * facility->fixed_cost / master->money;
        master->upper[a] = 1;
        master->lower[a] = facility->size == PREPOSITION_NO_SIZE ? 1 : 0;
    }
    price_stocks(master);
    price_groups(master);
    for (uint32_t s = 0; s < master->scenarios && master->problem->instance->has_service; s++)
        master->upper[master->first_served + s] = 1;
    price_risk(master);
}

static int put_capacity_rows(struct preposition_master *master) {
    const struct preposition_problem *problem = master->problem;
    int error = HV_OK;
    for (uint32_t a = 0; error == HV_OK && a < master->facilities; a++) {
        if (!(problem->facilities[a].capacity_m3 > 0))
            continue;
        error = preposition_master_open_row(master, -UNBOUNDED, 0);
        if (error == HV_OK)
            error = preposition_master_put_entry(master, a, -1);
        for (uint32_t k = 0; error == HV_OK && k < master->items; k++) {
            size_t at = (size_t)a * master->items + k;
            if (master->stock_column[at] != NO_COLUMN)
                error = preposition_master_put_entry(master, master->stock_column[at],
                                                     problem->instance->items[k].volume_m3 *
                                                         preposition_master_stock_most(master, at) /
                                                         problem->facilities[a].capacity_m3);
        }
    }
    return error;
}

/* At most one size a site: a row for each step, with the bounds of a binary. */
static int put_step_rows(struct preposition_master *master) {
    const struct preposition_problem *problem = master->problem;
    int error = HV_OK;
    master->first_step_row = master->waiting_count;
    for (uint32_t i = 0; error == HV_OK && i < problem->step_count; i++) {
        const struct preposition_step *step = &problem->steps[i];
        error = preposition_master_open_row(master, 0, 1);
        for (uint32_t a = problem->facilities_first[step->store];
             error == HV_OK && a < problem->facilities_first[step->store + 1]; a++)
            if (preposition_step_holds(problem, step, a))
                error = preposition_master_put_entry(master, a, 1);
    }
    return error;
}

/* First-stage money in units of `unit`, times `factor`. */
static int put_first_stage(struct preposition_master *master, double factor) {
    int error = HV_OK;
    for (uint32_t a = 0; error == HV_OK && a < master->facilities; a++) {
        error = preposition_master_put_entry(master, a,
                                             factor * master->problem->facilities[a].fixed_cost);
        for (uint32_t k = 0; error == HV_OK && k < master->items; k++) {
            uint32_t column = master->stock_column[(size_t)a * master->items + k];
            if (column != NO_COLUMN)
                error =
                    preposition_master_put_entry(master, column, factor * first_cost(master, a, k));
        }
    }
    return error;
}

/* No more of an item than is to be had. */
static int put_available_rows(struct preposition_master *master) {
    int error = HV_OK;
    for (uint32_t k = 0; error == HV_OK && k < master->items; k++) {
        const struct preposition_item *item = &master->problem->instance->items[k];
        if (!item->has_available || item->available <= 0)
            continue; /* of nothing no stock has a column */
        error = preposition_master_open_row(master, -UNBOUNDED, 1);
        for (uint32_t a = 0; error == HV_OK && a < master->facilities; a++) {
            size_t at = (size_t)a * master->items + k;
            if (master->stock_column[at] != NO_COLUMN)
                error = preposition_master_put_entry(master, master->stock_column[at],
                                                     preposition_master_stock_most(master, at) /
                                                         item->available);
        }
    }
    return error;
}

static int put_wishes(struct preposition_master *master) {
    const struct preposition_instance *instance = master->problem->instance;
    int error = put_available_rows(master);
    if (error != HV_OK)
        return error;
    if (instance->has_budget) {
        double unit = fmax(1, instance->budget);
        error = preposition_master_open_row(master, -UNBOUNDED, instance->budget / unit);
        if (error == HV_OK)
            error = put_first_stage(master, 1 / unit);
    }
    if (error == HV_OK && instance->has_service) {
        error = preposition_master_open_row(
            master, instance->service_probability - PREPOSITION_SERVICE_SLACK, UNBOUNDED);
        for (uint32_t s = 0; error == HV_OK && s < master->scenarios; s++)
            error = preposition_master_put_entry(master, master->first_served + s,
                                                 instance->scenarios[s].probability);
    }
    return error;
}

/* The groups of scenario s, once each, with `factor`. */
static int put_groups(struct preposition_master *master, uint32_t s, double factor) {
    const struct preposition_problem *problem = master->problem;
    int error = HV_OK;
    for (uint32_t b = problem->recourses_first[s];
         error == HV_OK && b < problem->recourses_first[s + 1]; b++) {
        bool again = false;
        for (uint32_t c = problem->recourses_first[s]; c < b; c++)
            again = again || master->group_of[c] == master->group_of[b];
        if (!again)
            error = preposition_master_put_entry(master, master->first_group + master->group_of[b],
                                                 factor);
    }
    return error;
}

/* Holding costs of goods for which a scenario has no demand at all belong to no group. */
static int put_idle_stock(struct preposition_master *master, uint32_t s, double factor) {
    const struct preposition_problem *problem = master->problem;
    int error = HV_OK;
    for (uint32_t k = 0; k < master->items; k++) {
        bool wanted = master->wanted[s * master->items + k];
        for (uint32_t a = 0; !wanted && error == HV_OK && a < master->facilities; a++) {
            size_t at = (size_t)a * master->items + k;
            if (master->stock_column[at] != NO_COLUMN)
                error = preposition_master_put_entry(
                    master, master->stock_column[at],
                    factor * problem->instance->items[k].holding_cost *
                        preposition_master_stock_most(master, at) *
                        problem->surviving[(size_t)s * problem->store_count +
                                           problem->facilities[a].store]);
        }
    }
    return error;
}

/* CVaR: excess(s) + weight eta - recourse(s) >= 0, the excess weighted. Regret: regret - F -
 * recourse(s) >= - least(s). */
static int put_risk_rows(struct preposition_master *master) {
    const struct preposition_objective *objective = &master->objective;
    int error = HV_OK;
    for (uint32_t s = 0; error == HV_OK && s < master->scenarios; s++) {
        double weight = objective->weights[s];
        if (objective->measure == PREPOSITION_CVAR && weight > 0) {
            error = preposition_master_open_row(master, 0, UNBOUNDED);
            if (error == HV_OK)
                error = preposition_master_put_entry(master, master->first_excess + s, 1);
            if (error == HV_OK)
                error = preposition_master_put_entry(master, master->eta, weight);
            if (error == HV_OK)
                error = put_groups(master, s, -1);
            if (error == HV_OK)
                error = put_idle_stock(master, s, -weight / master->money);
        } else if (objective->measure == PREPOSITION_REGRET) {
            error = preposition_master_open_row(master, -objective->references[s] / master->money,
                                                UNBOUNDED);
            if (error == HV_OK)
                error = preposition_master_put_entry(master, master->regret, 1);
            if (error == HV_OK)
                error = put_groups(master, s, -1 / weight);
            if (error == HV_OK)
                error = put_first_stage(master, -1 / master->money);
            if (error == HV_OK)
                error = put_idle_stock(master, s, -1 / master->money);
        }
    }
    return error;
}

/* What the dearest facility, full of the dearest goods, comes to. */
static double dearest_column(const struct preposition_problem *problem) {
    const struct preposition_instance *instance = problem->instance;
    double dearest = 0;
    for (uint32_t a = 0; a < problem->facility_count; a++) {
        dearest = fmax(dearest, problem->facilities[a].fixed_cost);
        for (uint32_t k = 0; k < instance->item_count; k++)
            dearest =
                fmax(dearest, problem->stock_max[(size_t)a * instance->item_count + k] *
                                  (instance->items[k].price + instance->items[k].holding_cost));
    }
    return dearest;
}

/* Money of which the objective has about a million: where nothing can be met, everything is short.
 * Where shortages cost next to nothing, no column may become so dear that Clp, which takes 10^25
 * for no figure, ends the process. */
double preposition_master_find_money(const struct preposition_problem *problem,
                                     const double *weights) {
    double sum = 0;
    for (uint32_t b = 0; b < problem->recourse_count; b++) {
        const struct preposition_recourse *recourse = &problem->recourses[b];
        sum += weights[recourse->scenario] * recourse->total *
               problem->instance->items[recourse->item].shortage_cost;
    }
    double money = sum > 0 ? sum / 1e6 : 1;
    return fmax(money, dearest_column(problem) / 1e15);
}

static void number_columns(struct preposition_master *master) {
    const struct preposition_instance *instance = master->problem->instance;
    uint32_t next = master->facilities;
    size_t stocks = (size_t)master->facilities * master->items;
    for (size_t i = 0; i < stocks; i++)
        master->stock_column[i] = preposition_master_stock_most(master, i) > 0 ? next++ : NO_COLUMN;
    master->first_group = next;
    next += master->groups;
    master->first_served = next;
    next += instance->has_service ? master->scenarios : 0;
    master->first_excess = next;
    next += master->objective.measure == PREPOSITION_CVAR ? master->scenarios : 0;
    master->eta = next;
    next += master->objective.measure == PREPOSITION_CVAR ? 1 : 0;
    master->regret = next;
    next += master->objective.measure == PREPOSITION_REGRET ? 1 : 0;
    master->columns = next;
}

int preposition_master_load(struct preposition_master *master) {
    number_columns(master);
    size_t columns = master->columns;
    master->cost = calloc(columns + 1, sizeof(double));
    master->lower = calloc(columns + 1, sizeof(double));
    master->upper = calloc(columns + 1, sizeof(double));
    int *starts = calloc(columns + 1, sizeof(int));
    int error = HV_ERR_MEMORY;
    if (master->cost != NULL && master->lower != NULL && master->upper != NULL && starts != NULL) {
        price_columns(master);
        Clp_loadProblem(master->clp, (int)columns, 0, starts, NULL, NULL, master->lower,
                        master->upper, master->cost, NULL, NULL);
        error = put_capacity_rows(master);
        if (error == HV_OK)
            error = put_step_rows(master);
        if (error == HV_OK)
            error = put_wishes(master);
        if (error == HV_OK)
            error = put_risk_rows(master);
        if (error == HV_OK)
            error = preposition_master_add(master);
        preposition_master_keep(master);
    }
    free(starts);
    return error;
}
