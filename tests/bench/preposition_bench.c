/* One pre-positioning instance: Benders against Cbc's branch and bound on the extensive form (the
 * whole programme, arc flows and all), both to the same gap, in CPU time.
 *
 *   preposition_bench INSTANCE.json GAP [cbc]     exits 1 where one has less than the other's bound
 */
#include "coordinator/cli/preposition_json.h"

#include <coin/Cbc_C_Interface.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static double cpu_s(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void require(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "preposition_bench: %s\n", what);
    exit(1);
}

/* The extensive form, column by column. */
struct programme {
    int *rows, count, room, row_count;
    double *values, *cost, *lower, *upper, *row_lower, *row_upper;
    CoinBigIndex *starts, entry_room;
};

static void column(struct programme *lp, double cost, double upper) {
    require(lp->count < lp->room, "too many columns");
    lp->starts[lp->count + 1] = lp->starts[lp->count];
    lp->cost[lp->count] = cost;
    lp->lower[lp->count] = 0;
    lp->upper[lp->count++] = upper;
}

/* In the last column. */
static void entry(struct programme *lp, int row, double value) {
    CoinBigIndex at = lp->starts[lp->count]++;
    require(at < lp->entry_room, "too many entries");
    lp->rows[at] = row;
    lp->values[at] = value;
}

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

/* Rows: one size a site; room at a site; balance of (scenario, site, item). With CVaR, after them
 * one a scenario: excess + eta - cost >= 0. With a budget, the last: fixed costs and purchases. */
struct layout {
    int room, balance, excess, budget;
};

static double weight(const struct preposition_instance *in, uint32_t s) {
    return in->scenarios[s].probability;
}

static void put_recourse(struct programme *lp, const struct preposition_instance *in,
                         const struct layout *at, uint32_t s, double cost) {
    lp->cost[lp->count - 1] = weight(in, s) * cost;
    if (in->measure == PREPOSITION_CVAR)
        entry(lp, at->excess + (int)s, -cost);
}

static int balance(const struct preposition_instance *in, const struct layout *at, uint32_t s,
                   uint32_t i, uint32_t k) {
    return at->balance + (int)((s * in->site_count + i) * in->item_count + k);
}

static void put_scenario(struct programme *lp, const struct preposition_instance *in,
                         const struct layout *at, uint32_t s) {
    for (uint32_t k = 0; k < in->item_count; k++) {
        const struct preposition_item *item = &in->items[k];
        for (uint32_t a = 0; a < in->arc_count; a++) {
            if (is_blocked(in, s, a))
                continue;
            column(lp, 0, DBL_MAX);
            entry(lp, balance(in, at, s, in->arcs[a].from, k), -1);
            entry(lp, balance(in, at, s, in->arcs[a].to, k), 1);
            put_recourse(lp, in, at, s, in->arcs[a].km * item->transport_cost);
        }
        for (uint32_t i = 0; i < in->site_count; i++) {
            int row = balance(in, at, s, i, k);
            double demand = demand_of(in, s, i, k);
            lp->row_lower[row] = lp->row_upper[row] = demand;
            column(lp, 0, DBL_MAX); /* unused */
            entry(lp, row, -1);
            put_recourse(lp, in, at, s, item->holding_cost);
            if (demand <= 0)
                continue;
            column(lp, 0, demand); /* unmet */
            entry(lp, row, 1);
            put_recourse(lp, in, at, s, item->shortage_cost);
        }
    }
}

static void put_first_stage(struct programme *lp, const struct preposition_instance *in,
                            const struct layout *at) {
    double factor = in->measure == PREPOSITION_CVAR ? 1 + in->lambda : 1;
    for (uint32_t i = 0; i < in->site_count; i++)
        for (uint32_t z = 0; z < in->sites[i].size_count; z++) {
            const struct preposition_size *size = &in->sizes[in->sites[i].size_first + z];
            column(lp, factor * size->fixed_cost, 1);
            entry(lp, (int)i, 1);
            entry(lp, at->room + (int)i, -size->capacity_m3);
            if (in->has_budget)
                entry(lp, at->budget, size->fixed_cost);
        }
    for (uint32_t i = 0; i < in->site_count; i++)
        for (uint32_t k = 0; k < in->item_count; k++) {
            column(lp, factor * in->items[k].price, DBL_MAX);
            entry(lp, at->room + (int)i, in->items[k].volume_m3);
            if (in->has_budget)
                entry(lp, at->budget, in->items[k].price);
            for (uint32_t s = 0; s < in->scenario_count; s++)
                if (preposition_surviving(in, s, i) > 0)
                    entry(lp, balance(in, at, s, i, k), preposition_surviving(in, s, i));
        }
    if (in->measure != PREPOSITION_CVAR)
        return;
    column(lp, in->lambda, DBL_MAX); /* eta */
    for (uint32_t s = 0; s < in->scenario_count; s++)
        entry(lp, at->excess + (int)s, 1);
    for (uint32_t s = 0; s < in->scenario_count; s++) {
        column(lp, in->lambda * weight(in, s) / (1 - in->alpha), DBL_MAX);
        entry(lp, at->excess + (int)s, 1);
    }
}

static void build(struct programme *lp, const struct preposition_instance *in) {
    size_t sites = in->site_count, items = in->item_count, scenarios = in->scenario_count;
    bool cvar = in->measure == PREPOSITION_CVAR;
    struct layout at = {(int)sites, (int)(2 * sites), (int)(2 * sites + scenarios * sites * items),
                        0};
    at.budget = at.excess + (cvar ? (int)scenarios : 0);
    lp->row_count = at.budget + (in->has_budget ? 1 : 0);
    size_t columns = in->size_count + sites * items + scenarios + 1 +
                     scenarios * items * (in->arc_count + 2 * sites);
    lp->room = (int)columns;
    lp->entry_room = (CoinBigIndex)(3 * columns + 3 * in->size_count + sites * items * scenarios +
                                    sites * items + 2 * scenarios);
    lp->rows = malloc((size_t)lp->entry_room * sizeof(int));
    lp->values = malloc((size_t)lp->entry_room * sizeof(double));
    lp->starts = calloc(columns + 1, sizeof(CoinBigIndex));
    lp->cost = calloc(columns, sizeof(double));
    lp->lower = calloc(columns, sizeof(double));
    lp->upper = calloc(columns, sizeof(double));
    lp->row_lower = calloc((size_t)lp->row_count, sizeof(double));
    lp->row_upper = calloc((size_t)lp->row_count, sizeof(double));
    require(lp->rows && lp->values && lp->starts && lp->cost && lp->lower && lp->upper &&
                lp->row_lower && lp->row_upper,
            "no memory");
    for (size_t i = 0; i < sites; i++) {
        lp->row_lower[i] = lp->row_lower[sites + i] = -DBL_MAX;
        lp->row_upper[i] = 1;
    }
    for (size_t s = 0; cvar && s < scenarios; s++)
        lp->row_upper[(size_t)at.excess + s] = DBL_MAX;
    if (in->has_budget) {
        lp->row_lower[at.budget] = -DBL_MAX;
        lp->row_upper[at.budget] = in->budget;
    }
    put_first_stage(lp, in, &at);
    for (uint32_t s = 0; s < in->scenario_count; s++)
        put_scenario(lp, in, &at, s);
}

static double run_cbc(const struct preposition_instance *in, const char *gap, double *ret_value,
                      double *ret_bound) {
    struct programme lp = {0};
    build(&lp, in);
    Cbc_Model *model = Cbc_newModel();
    Cbc_loadProblem(model, lp.count, lp.row_count, lp.starts, lp.rows, lp.values, lp.lower,
                    lp.upper, lp.cost, lp.row_lower, lp.row_upper);
    for (uint32_t z = 0; z < in->size_count; z++)
        Cbc_setInteger(model, (int)z);
    Cbc_setParameter(model, "ratioGap", gap);
    Cbc_setParameter(model, "log", "0");
    double began = cpu_s();
    Cbc_solve(model);
    double seconds = cpu_s() - began;
    require(Cbc_status(model) == 0, "Cbc did not finish");
    *ret_value = Cbc_getObjValue(model);
    *ret_bound = Cbc_getBestPossibleObjValue(model);
    Cbc_deleteModel(model);
    return seconds;
}

int main(int argc, char **argv) {
    require(argc >= 3, "usage: preposition_bench INSTANCE.json GAP [cbc]");
    struct preposition_document document;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    require(preposition_json_read(argv[1], &faults, &document) == HV_OK,
            "cannot read the instance");
    const struct preposition_options options = {.gap = strtod(argv[2], NULL)};
    struct preposition_decision decision;
    double began = cpu_s();
    require(preposition_solve(&document.instance, &options, &decision) == HV_OK, "not solved");
    double ours = cpu_s() - began, value = 0, bound = 0;
    require(decision.status == PREPOSITION_OPTIMAL, "stopped early");
    printf("%s, gap %s: %.0f, bound %.0f; %.2f s, %lu nodes\n", document.name, argv[2],
           decision.value, decision.bound, ours, (unsigned long)decision.nodes);
    if (argc > 3) {
        double peer = run_cbc(&document.instance, argv[2], &value, &bound);
        printf("  Cbc on the extensive form: %.0f, bound %.0f; %.2f s; Haven %.2f x as fast\n",
               value, bound, peer, peer / ours);
        double slack = 1e-6 * fabs(value);
        require(decision.value >= bound - slack && value >= decision.bound - slack,
                "one is below the other's bound");
    }
    preposition_decision_deinit(&decision);
    preposition_document_deinit(&document);
    return 0;
}
