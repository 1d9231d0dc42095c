#include "tests/support/preposition_reference.h"

#include <coin/Clp_C_Interface.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- random instances ------------------------------------------------------------------------ */

static double between(struct chance *chance, double least, double most) {
    return least + (most - least) * chance_below(chance, 1001) / 1000.0;
}

static void add_scenarios(struct chance *chance, struct preposition_random *random) {
    struct preposition_instance *in = &random->instance;
    double left = 1;
    for (uint32_t s = 0; s < in->scenario_count; s++) {
        struct preposition_scenario *scenario = &random->scenarios[s];
        double share = floor(left * between(chance, 0, 0.7) * 1024) / 1024;
        scenario->probability = s + 1 < in->scenario_count ? share : left;
        left -= scenario->probability;
        scenario->demand_first = in->demand_count;
        scenario->survival_first = in->survival_count;
        scenario->blocked_first = in->blocked_count;
        for (uint32_t i = 0; i < in->site_count; i++) {
            for (uint32_t k = 0; k < in->item_count; k++)
                if (chance_below(chance, 2) == 0)
                    random->demands[in->demand_count++] =
                        (struct preposition_demand){i, k, chance_below(chance, 20)};
            if (chance_below(chance, 3) == 0)
                random->survivals[in->survival_count++] =
                    (struct preposition_survival){i, chance_below(chance, 5) / 4.0};
        }
        for (uint32_t a = 0; a < in->arc_count; a++)
            if (chance_below(chance, 5) == 0)
                random->blocked[in->blocked_count++] = a;
        scenario->demand_count = in->demand_count - scenario->demand_first;
        scenario->survival_count = in->survival_count - scenario->survival_first;
        scenario->blocked_count = in->blocked_count - scenario->blocked_first;
    }
}

void preposition_random_make(struct chance *chance, struct preposition_random *random) {
    *random = (struct preposition_random){0};
    struct preposition_instance *in = &random->instance;
    *in = (struct preposition_instance){
        .sites = random->sites,
        .sizes = random->sizes,
        .items = random->items,
        .arcs = random->arcs,
        .scenarios = random->scenarios,
        .demands = random->demands,
        .survivals = random->survivals,
        .blocked = random->blocked,
        .site_count = 2 + chance_below(chance, 3),
        .item_count = 1 + chance_below(chance, 3),
        .scenario_count = 1 + chance_below(chance, 4),
    };
    for (uint32_t i = 0; i < in->site_count; i++) {
        random->sites[i] = (struct preposition_site){in->size_count, chance_below(chance, 3)};
        for (uint32_t z = 0; z < random->sites[i].size_count; z++)
            random->sizes[in->size_count++] = (struct preposition_size){
                chance_below(chance, 60) * (z + 1.0), chance_below(chance, 40) * (z + 1.0)};
    }
    for (uint32_t k = 0; k < in->item_count; k++)
        random->items[k] =
            (struct preposition_item){chance_below(chance, 5) == 0 ? 0 : between(chance, 0.2, 3),
                                      between(chance, 0, 4),
                                      between(chance, 0, 2),
                                      between(chance, 0, 30),
                                      between(chance, 0, 1),
                                      chance_below(chance, 4) == 0,
                                      chance_below(chance, 30)};
    uint32_t arcs = chance_below(chance, in->site_count * in->site_count + 1);
    for (uint32_t a = 0; a < arcs; a++)
        random->arcs[in->arc_count++] =
            (struct preposition_arc){chance_below(chance, in->site_count),
                                     chance_below(chance, in->site_count), between(chance, 0, 20)};
    add_scenarios(chance, random);
    in->measure = (enum preposition_measure)chance_below(chance, 3);
    in->alpha = chance_below(chance, 10) / 10.0;
    in->lambda = chance_below(chance, 4) / 2.0;
    in->has_budget = chance_below(chance, 3) == 0;
    in->budget = between(chance, 0, 150);
    in->has_service = chance_below(chance, 3) == 0;
    in->service_probability = chance_below(chance, 5) / 4.0;
}

/* ---- one programme --------------------------------------------------------------------------- */

/* A linear programme as it grows, by rows; columns are given beforehand. */
struct programme {
    double lower[4096], upper[4096], cost[4096];
    double row_lower[4096], row_upper[4096], values[65536];
    int starts[4097], columns[65536];
    int column_count, row_count, entries;
};

static int column(struct programme *lp, double lower, double upper, double cost) {
    lp->lower[lp->column_count] = lower;
    lp->upper[lp->column_count] = upper;
    lp->cost[lp->column_count] = cost;
    return lp->column_count++;
}

static void row(struct programme *lp, double lower, double upper) {
    lp->row_lower[lp->row_count] = lower;
    lp->row_upper[lp->row_count] = upper;
    lp->starts[lp->row_count++] = lp->entries;
}

static void entry(struct programme *lp, int at, double value) {
    lp->columns[lp->entries] = at;
    lp->values[lp->entries++] = value;
}

static double solve(struct programme *lp) {
    Clp_Simplex *clp = Clp_newModel();
    int *empty = calloc((size_t)lp->column_count + 1, sizeof *empty);
    Clp_setLogLevel(clp, 0);
    Clp_loadProblem(clp, lp->column_count, 0, empty, NULL, NULL, lp->lower, lp->upper, lp->cost,
                    NULL, NULL);
    lp->starts[lp->row_count] = lp->entries;
    Clp_addRows(clp, lp->row_count, lp->row_lower, lp->row_upper, lp->starts, lp->columns,
                lp->values);
    Clp_primal(clp, 0);
    double value = Clp_status(clp) == 0 ? Clp_objectiveValue(clp) : INFINITY;
    Clp_deleteModel(clp);
    free(empty);
    return value;
}

/* What a choice leaves open: stocks and flows. */
struct choice {
    const struct preposition_instance *in;
    const uint32_t *size; /* site: size index or PREPOSITION_SITE_CLOSED */
    uint32_t served;      /* bits: scenarios in which everything must be met */
    const double *least;  /* of regret */
    bool service;
};

static double demand_of(const struct preposition_instance *in, uint32_t s, uint32_t i, uint32_t k) {
    const struct preposition_scenario *scenario = &in->scenarios[s];
    for (uint32_t d = 0; d < scenario->demand_count; d++)
        if (in->demands[scenario->demand_first + d].site == i &&
            in->demands[scenario->demand_first + d].item == k)
            return in->demands[scenario->demand_first + d].quantity;
    return 0;
}

static bool is_blocked(const struct preposition_instance *in, uint32_t s, uint32_t a) {
    const struct preposition_scenario *scenario = &in->scenarios[s];
    for (uint32_t b = 0; b < scenario->blocked_count; b++)
        if (in->blocked[scenario->blocked_first + b] == a)
            return true;
    return false;
}

/* Balance of scenario s: surviving * stock + arriving + unmet - leaving - unused = demand. `cost`
 * is a column that is to equal the cost of the scenario. */
static void add_scenario(struct programme *lp, const struct choice *choice, uint32_t s,
                         const int *stock, int cost) {
    const struct preposition_instance *in = choice->in;
    int flow[64 * 4] = {0}, unmet[8 * 4] = {0}, unused[8 * 4] = {0};
    bool whole = choice->service && (choice->served >> s & 1) != 0;
    for (uint32_t k = 0; k < in->item_count; k++) {
        for (uint32_t a = 0; a < in->arc_count; a++)
            flow[a * 4 + k] = column(lp, 0, is_blocked(in, s, a) ? 0 : 1e6, 0);
        for (uint32_t i = 0; i < in->site_count; i++) {
            unmet[i * 4 + k] = column(lp, 0, whole ? 0 : demand_of(in, s, i, k), 0);
            unused[i * 4 + k] = column(lp, 0, 1e6, 0);
        }
    }
    for (uint32_t k = 0; k < in->item_count; k++)
        for (uint32_t i = 0; i < in->site_count; i++) {
            double demand = demand_of(in, s, i, k);
            row(lp, demand, demand);
            entry(lp, stock[i * 4 + k], preposition_surviving(in, s, i));
            entry(lp, unmet[i * 4 + k], 1);
            entry(lp, unused[i * 4 + k], -1);
            for (uint32_t a = 0; a < in->arc_count; a++)
                if (in->arcs[a].from != in->arcs[a].to &&
                    (in->arcs[a].from == i || in->arcs[a].to == i))
                    entry(lp, flow[a * 4 + k], in->arcs[a].to == i ? 1 : -1);
        }
    row(lp, 0, 0);
    entry(lp, cost, -1);
    for (uint32_t k = 0; k < in->item_count; k++) {
        for (uint32_t a = 0; a < in->arc_count; a++)
            entry(lp, flow[a * 4 + k], in->arcs[a].km * in->items[k].transport_cost);
        for (uint32_t i = 0; i < in->site_count; i++) {
            entry(lp, unmet[i * 4 + k], in->items[k].shortage_cost);
            entry(lp, unused[i * 4 + k], in->items[k].holding_cost);
        }
    }
}

static double value_of(const struct choice *choice) {
    const struct preposition_instance *in = choice->in;
    struct programme *lp = calloc(1, sizeof *lp);
    int stock[8 * 4] = {0}, cost[8] = {0};
    double fixed = 0, factor = in->measure == PREPOSITION_CVAR ? 1 + in->lambda : 1;
    bool regret = in->measure == PREPOSITION_REGRET;
    for (uint32_t i = 0; i < in->site_count; i++) {
        if (choice->size[i] != PREPOSITION_SITE_CLOSED)
            fixed += in->sizes[choice->size[i]].fixed_cost;
        for (uint32_t k = 0; k < in->item_count; k++)
            stock[i * 4 + k] = column(lp, 0, 1e5, regret ? 0 : factor * in->items[k].price);
    }
    for (uint32_t i = 0; i < in->site_count; i++) {
        row(lp, -1e30,
            choice->size[i] == PREPOSITION_SITE_CLOSED ? 0
                                                       : in->sizes[choice->size[i]].capacity_m3);
        for (uint32_t k = 0; k < in->item_count; k++)
            entry(lp, stock[i * 4 + k], in->items[k].volume_m3);
    }
    for (uint32_t k = 0; k < in->item_count; k++) {
        if (!in->items[k].has_available)
            continue;
        row(lp, -1e30, in->items[k].available);
        for (uint32_t i = 0; i < in->site_count; i++)
            entry(lp, stock[i * 4 + k], 1);
    }
    if (in->has_budget) {
        row(lp, -1e30, in->budget - fixed);
        for (uint32_t i = 0; i < in->site_count; i++)
            for (uint32_t k = 0; k < in->item_count; k++)
                entry(lp, stock[i * 4 + k], in->items[k].price);
    }
    int eta = column(lp, -1e6, 1e6, in->measure == PREPOSITION_CVAR ? in->lambda : regret ? 1 : 0);
    for (uint32_t s = 0; s < in->scenario_count; s++)
        cost[s] = column(lp, 0, 1e9, regret ? 0 : in->scenarios[s].probability);
    for (uint32_t s = 0; s < in->scenario_count; s++) {
        add_scenario(lp, choice, s, stock, cost[s]);
        if (in->measure == PREPOSITION_CVAR) {
            int excess =
                column(lp, 0, 1e9, in->lambda * in->scenarios[s].probability / (1 - in->alpha));
            row(lp, 0, 1e30);
            entry(lp, excess, 1);
            entry(lp, eta, 1);
            entry(lp, cost[s], -1);
        } else if (regret) {
            row(lp, fixed - choice->least[s], 1e30);
            entry(lp, eta, 1);
            entry(lp, cost[s], -1);
            for (uint32_t i = 0; i < in->site_count; i++)
                for (uint32_t k = 0; k < in->item_count; k++)
                    entry(lp, stock[i * 4 + k], -in->items[k].price);
        }
    }
    double value = in->has_budget && fixed > in->budget ? INFINITY : solve(lp);
    free(lp);
    return regret ? value : value + factor * fixed;
}

static double best_served(struct choice *choice) {
    const struct preposition_instance *in = choice->in;
    if (!choice->service)
        return value_of(choice);
    double best = INFINITY;
    for (choice->served = 0; choice->served < 1u << in->scenario_count; choice->served++) {
        double probability = 0;
        for (uint32_t s = 0; s < in->scenario_count; s++)
            if ((choice->served >> s & 1) != 0)
                probability += in->scenarios[s].probability;
        if (probability >= in->service_probability - 1e-9)
            best = fmin(best, value_of(choice));
    }
    return best;
}

static double best_of_all(const struct preposition_instance *in, const double *least) {
    uint32_t size[8] = {0}, step[8] = {0};
    struct choice choice = {.in = in, .size = size, .least = least, .service = in->has_service};
    double best = INFINITY;
    for (;;) {
        for (uint32_t i = 0; i < in->site_count; i++)
            size[i] =
                step[i] == 0 ? PREPOSITION_SITE_CLOSED : in->sites[i].size_first + step[i] - 1;
        best = fmin(best, best_served(&choice));
        uint32_t i = 0;
        while (i < in->site_count && step[i] == in->sites[i].size_count)
            step[i++] = 0;
        if (i == in->site_count)
            return best;
        step[i]++;
    }
}

void preposition_reference_least(const struct preposition_instance *instance, double *ret_least) {
    for (uint32_t s = 0; s < instance->scenario_count; s++) {
        struct preposition_scenario alone = instance->scenarios[s];
        struct preposition_instance known = *instance;
        alone.probability = 1;
        known.scenarios = &alone;
        known.scenario_count = 1;
        known.measure = PREPOSITION_EXPECTATION;
        known.has_service = false;
        ret_least[s] = best_of_all(&known, NULL);
    }
}

double preposition_reference_value(const struct preposition_instance *instance) {
    double least[8] = {0};
    if (instance->measure == PREPOSITION_REGRET)
        preposition_reference_least(instance, least);
    return best_of_all(instance, least);
}

/* ---- checking a plan ------------------------------------------------------------------------- */

static char complaint[256];

static const char *complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

static const char *complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(complaint, sizeof complaint, format, arguments);
    va_end(arguments);
    return complaint;
}

static bool near(double a, double b) {
    return fabs(a - b) <= 1e-6 * fmax(1, fmax(fabs(a), fabs(b)));
}

static const char *check_rooms(const struct preposition_instance *in,
                               const struct preposition_decision *decision, double *ret_first) {
    double first = 0;
    for (uint32_t i = 0; i < in->site_count; i++) {
        double room = 0, used = 0;
        uint32_t open = decision->open[i];
        if (open != PREPOSITION_SITE_CLOSED) {
            if (open < in->sites[i].size_first ||
                open >= in->sites[i].size_first + in->sites[i].size_count)
                return complain("site %u: a size of another", i);
            room = in->sizes[open].capacity_m3;
            first += in->sizes[open].fixed_cost;
        }
        for (uint32_t k = 0; k < in->item_count; k++) {
            double quantity = decision->stock[(size_t)i * in->item_count + k];
            if (quantity < 0)
                return complain("site %u: negative stock", i);
            used += quantity * in->items[k].volume_m3;
            first += quantity * in->items[k].price;
        }
        if (used > room * (1 + 1e-9))
            return complain("site %u: %g m3 in room for %g", i, used, room);
    }
    for (uint32_t k = 0; k < in->item_count; k++) {
        double held = 0;
        for (uint32_t i = 0; i < in->site_count; i++)
            held += decision->stock[(size_t)i * in->item_count + k];
        if (in->items[k].has_available && held > in->items[k].available * (1 + 1e-9))
            return complain("%g held of item %u", held, k);
    }
    *ret_first = first;
    if (in->has_budget && first > in->budget * (1 + 1e-9) + 1e-9)
        return complain("%g spent of a budget of %g", first, in->budget);
    return NULL;
}

static const char *check_scenario(const struct preposition_instance *in,
                                  const struct preposition_decision *decision,
                                  const struct preposition_plan *plan, uint32_t s, bool *ret_met) {
    const struct preposition_outcome *out = &plan->outcomes[s];
    double balance[8 * 4], cost = 0;
    *ret_met = true;
    for (uint32_t i = 0; i < in->site_count; i++)
        for (uint32_t k = 0; k < in->item_count; k++)
            balance[i * 4 + k] =
                decision->stock[(size_t)i * in->item_count + k] * preposition_surviving(in, s, i) -
                demand_of(in, s, i, k);
    for (size_t l = 0; l < out->flow_count; l++) {
        const struct preposition_line *line = &plan->lines[out->flow_first + l];
        const struct preposition_arc *arc = &in->arcs[line->place];
        if (line->quantity < 0 || is_blocked(in, s, line->place))
            return complain("scenario %u: arc %u may not be used", s, line->place);
        balance[arc->from * 4 + line->item] -= line->quantity;
        balance[arc->to * 4 + line->item] += line->quantity;
        cost += line->quantity * arc->km * in->items[line->item].transport_cost;
    }
    for (size_t l = 0; l < out->unmet_count; l++) {
        const struct preposition_line *line = &plan->lines[out->unmet_first + l];
        double demand = demand_of(in, s, line->place, line->item);
        if (line->quantity < 0 || line->quantity > demand * (1 + 1e-9))
            return complain("scenario %u: unmet %g of %g", s, line->quantity, demand);
        *ret_met = *ret_met && line->quantity <= 1e-6 * fmax(1, demand);
        balance[line->place * 4 + line->item] += line->quantity;
        cost += line->quantity * in->items[line->item].shortage_cost;
    }
    for (size_t l = 0; l < out->unused_count; l++) {
        const struct preposition_line *line = &plan->lines[out->unused_first + l];
        if (line->quantity < 0)
            return complain("scenario %u: negative unused", s);
        balance[line->place * 4 + line->item] -= line->quantity;
        cost += line->quantity * in->items[line->item].holding_cost;
    }
    for (uint32_t i = 0; i < in->site_count; i++)
        for (uint32_t k = 0; k < in->item_count; k++)
            if (fabs(balance[i * 4 + k]) > 1e-6)
                return complain("scenario %u, site %u, item %u: out of balance by %g", s, i, k,
                                balance[i * 4 + k]);
    return near(cost, out->cost)
               ? NULL
               : complain("scenario %u: cost %g, added up %g", s, out->cost, cost);
}

/* CVaR by its definition: the best of all eta. */
static double cvar(const struct preposition_instance *in, const struct preposition_plan *plan) {
    double best = INFINITY;
    for (uint32_t e = 0; e < in->scenario_count; e++) {
        double eta = plan->outcomes[e].cost, value = eta;
        for (uint32_t s = 0; s < in->scenario_count; s++)
            value += in->scenarios[s].probability * fmax(0, plan->outcomes[s].cost - eta) /
                     (1 - in->alpha);
        best = fmin(best, value);
    }
    return best;
}

/* The largest regret against the least costs that the decision says: none may be above what this
 * decision costs, for it could have been made where the scenario was known. */
static const char *check_regret(const struct preposition_instance *in,
                                const struct preposition_decision *decision,
                                const struct preposition_plan *plan, double first) {
    double most = -INFINITY;
    if (decision->least == NULL)
        return complain("no least cost to regret against");
    for (uint32_t s = 0; s < in->scenario_count; s++) {
        double cost = first + plan->outcomes[s].cost, regret = cost - decision->least[s];
        if (regret < 0 && !near(cost, decision->least[s]))
            return complain("scenario %u: costs %g, least said to be %g", s, cost,
                            decision->least[s]);
        most = fmax(most, regret);
    }
    double scale = fmax(1, first + plan->worst);
    if (fabs(most - plan->regret) > 1e-6 * scale || fabs(most - plan->objective) > 1e-6 * scale)
        return complain("largest regret %g, objective %g, added up %g", plan->regret,
                        plan->objective, most);
    return NULL;
}

const char *preposition_reference_check(const struct preposition_instance *in,
                                        const struct preposition_decision *decision,
                                        const struct preposition_plan *plan) {
    double first = 0, served = 0, mean = 0;
    const char *wrong = check_rooms(in, decision, &first);
    for (uint32_t s = 0; wrong == NULL && s < in->scenario_count; s++) {
        bool met;
        wrong = check_scenario(in, decision, plan, s, &met);
        served += met ? in->scenarios[s].probability : 0;
        mean += in->scenarios[s].probability * plan->outcomes[s].cost;
    }
    if (wrong != NULL)
        return wrong;
    if (in->has_service && served < in->service_probability - 1e-6)
        return complain("served with probability %g of %g", served, in->service_probability);
    double value = first + mean;
    if (in->measure == PREPOSITION_CVAR)
        value += in->lambda * (first + cvar(in, plan));
    if (in->measure == PREPOSITION_REGRET)
        wrong = check_regret(in, decision, plan, first);
    else if (!near(value, plan->objective))
        wrong = complain("objective %g, added up %g", plan->objective, value);
    if (wrong != NULL)
        return wrong;
    if (decision->bound > plan->objective * (1 + 1e-9) + 1e-6)
        return complain("bound %g above the value %g", decision->bound, plan->objective);
    return NULL;
}
