#include "coordinator/optimizer/preposition_master.h"

#include <coin/Clp_C_Interface.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNBOUNDED 1e30 /* as Clp has it */
#define BASIC 1
#define NO_COLUMN UINT32_MAX
#define NO_GROUP UINT32_MAX
#define POOL_ENTRIES_MAX 8000000u /* cuts beyond are forgotten unless they are in Clp */

/* Every row there has been, in Clp or not: a cut that is slack leaves Clp, where it would slow
 * every iteration down, and comes back when a solution breaks it. */
struct pool {
    double *lower, *upper, *values;
    size_t *starts; /* rows + 1 */
    int *columns;
    uint32_t *serial; /* of a row, for good */
    uint32_t *group;  /* whose recourse the row bounds; NO_GROUP: none's */
    bool *inside;     /* in Clp or waiting to be */
    size_t rows, entries, rows_max, entries_max;
};

struct preposition_master {
    const struct preposition_problem *problem;
    struct preposition_objective objective;
    const uint32_t *group_of;
    uint32_t groups;
    bool holding_apart;
    double money; /* of one unit of the objective */
    Clp_Simplex *clp;
    uint32_t facilities, items, scenarios, columns;
    uint32_t first_group, first_served, first_excess, eta, regret; /* columns */
    uint32_t *stock_column;                                        /* facility x item */
    double *cost, *lower, *upper;                                  /* columns */
    bool *wanted; /* scenario x item: some demand, so that a group holds its cost */
    struct pool pool;
    uint32_t *worst_row; /* group: the row of the pool that a solution breaks most */
    double *worst_by;    /* group */
    uint32_t *waiting;   /* rows of the pool on their way into Clp */
    size_t waiting_count, waiting_max;
    uint32_t *row_ids; /* of the rows in Clp: rows of the pool */
    size_t rows_max;
    uint32_t rows, kept, next_serial;
    size_t kept_pool;      /* rows of the pool that are never forgotten */
    size_t first_step_row; /* of the steps, one after the other; never taken out of Clp */
    uint64_t iterations;
};

/* ---- rows ------------------------------------------------------------------------------------ */

static int grow(void **room, size_t bytes, size_t *most, size_t wanted) {
    if (wanted <= *most)
        return HV_OK;
    size_t next = wanted + wanted / 2 + 64;
    void *grown = realloc(*room, next * bytes);
    if (grown == NULL)
        return HV_ERR_MEMORY;
    *room = grown;
    *most = next;
    return HV_OK;
}

static int grow_rows(struct pool *pool) {
    size_t most[6], wanted = pool->rows + 2;
    for (size_t i = 0; i < 6; i++)
        most[i] = pool->rows_max;
    if (wanted <= pool->rows_max)
        return HV_OK;
    if (grow((void **)&pool->lower, sizeof *pool->lower, &most[0], wanted) != HV_OK ||
        grow((void **)&pool->upper, sizeof *pool->upper, &most[1], wanted) != HV_OK ||
        grow((void **)&pool->starts, sizeof *pool->starts, &most[2], wanted) != HV_OK ||
        grow((void **)&pool->serial, sizeof *pool->serial, &most[3], wanted) != HV_OK ||
        grow((void **)&pool->inside, sizeof *pool->inside, &most[4], wanted) != HV_OK ||
        grow((void **)&pool->group, sizeof *pool->group, &most[5], wanted) != HV_OK)
        return HV_ERR_MEMORY;
    pool->rows_max = most[0];
    return HV_OK;
}

static int wait(struct preposition_master *master, uint32_t row) {
    int error = grow((void **)&master->waiting, sizeof *master->waiting, &master->waiting_max,
                     master->waiting_count + 1);
    if (error != HV_OK)
        return error;
    master->waiting[master->waiting_count++] = row;
    master->pool.inside[row] = true;
    return HV_OK;
}

/* Begins a row of the pool, to go into Clp with the next preposition_master_add. */
static int open_row(struct preposition_master *master, double lower, double upper) {
    struct pool *pool = &master->pool;
    if (grow_rows(pool) != HV_OK)
        return HV_ERR_MEMORY;
    size_t row = pool->rows++;
    pool->lower[row] = lower;
    pool->upper[row] = upper;
    pool->starts[row] = pool->starts[row + 1] = pool->entries;
    pool->serial[row] = master->next_serial++;
    pool->group[row] = NO_GROUP;
    return wait(master, (uint32_t)row);
}

static int put_entry(struct preposition_master *master, uint32_t column, double value) {
    struct pool *pool = &master->pool;
    if (value == 0)
        return HV_OK;
    if (pool->entries + 1 > pool->entries_max) {
        size_t most[2] = {pool->entries_max, pool->entries_max};
        if (grow((void **)&pool->values, sizeof *pool->values, &most[0], pool->entries + 1) !=
                HV_OK ||
            grow((void **)&pool->columns, sizeof *pool->columns, &most[1], pool->entries + 1) !=
                HV_OK)
            return HV_ERR_MEMORY;
        pool->entries_max = most[0];
    }
    pool->values[pool->entries] = value;
    pool->columns[pool->entries++] = (int)column;
    pool->starts[pool->rows] = pool->entries;
    return HV_OK;
}

/* Rows as Clp takes them. */
struct batch {
    double *lower, *upper, *values;
    int *starts, *columns;
};

static bool batch_init(struct batch *batch, size_t rows, size_t entries) {
    *batch = (struct batch){
        .lower = malloc((rows + 1) * sizeof(double)),
        .upper = malloc((rows + 1) * sizeof(double)),
        .values = malloc((entries + 1) * sizeof(double)),
        .starts = malloc((rows + 1) * sizeof(int)),
        .columns = malloc((entries + 1) * sizeof(int)),
    };
    return batch->lower != NULL && batch->upper != NULL && batch->values != NULL &&
           batch->starts != NULL && batch->columns != NULL;
}

static void batch_deinit(struct batch *batch) {
    free(batch->lower);
    free(batch->upper);
    free(batch->values);
    free(batch->starts);
    free(batch->columns);
}

static void batch_fill(const struct preposition_master *master, struct batch *batch) {
    const struct pool *pool = &master->pool;
    size_t at = 0;
    for (size_t i = 0; i < master->waiting_count; i++) {
        uint32_t row = master->waiting[i];
        size_t count = pool->starts[row + 1] - pool->starts[row];
        batch->lower[i] = pool->lower[row];
        batch->upper[i] = pool->upper[row];
        batch->starts[i] = (int)at;
        if (count == 0)
            continue; /* a row of nothing, perhaps before there are any entries */
        memcpy(&batch->values[at], &pool->values[pool->starts[row]], count * sizeof(double));
        memcpy(&batch->columns[at], &pool->columns[pool->starts[row]], count * sizeof(int));
        at += count;
    }
    batch->starts[master->waiting_count] = (int)at;
}

int preposition_master_add(struct preposition_master *master) {
    size_t count = master->waiting_count, entries = 0;
    struct batch batch;
    if (count == 0)
        return HV_OK;
    for (size_t i = 0; i < count; i++)
        entries +=
            master->pool.starts[master->waiting[i] + 1] - master->pool.starts[master->waiting[i]];
    int error = grow((void **)&master->row_ids, sizeof *master->row_ids, &master->rows_max,
                     master->rows + count);
    if (!batch_init(&batch, count, entries) || error != HV_OK) {
        batch_deinit(&batch);
        return HV_ERR_MEMORY;
    }
    batch_fill(master, &batch);
    Clp_addRows(master->clp, (int)count, batch.lower, batch.upper, batch.starts, batch.columns,
                batch.values);
    for (size_t i = 0; i < count; i++)
        master->row_ids[master->rows++] = master->waiting[i];
    master->waiting_count = 0;
    batch_deinit(&batch);
    return HV_OK;
}

/* Forgets cuts that came after the root and are not in Clp. */
static void compact(struct preposition_master *master) {
    struct pool *pool = &master->pool;
    uint32_t *moved = malloc((pool->rows + 1) * sizeof *moved);
    if (moved == NULL)
        return; /* later */
    size_t rows = 0, entries = 0;
    for (size_t row = 0; row < pool->rows; row++) {
        size_t first = pool->starts[row], count = pool->starts[row + 1] - first;
        if (row >= master->kept_pool && !pool->inside[row])
            continue;
        memmove(&pool->values[entries], &pool->values[first], count * sizeof(double));
        memmove(&pool->columns[entries], &pool->columns[first], count * sizeof(int));
        pool->lower[rows] = pool->lower[row];
        pool->upper[rows] = pool->upper[row];
        pool->serial[rows] = pool->serial[row];
        pool->group[rows] = pool->group[row];
        pool->inside[rows] = pool->inside[row];
        moved[row] = (uint32_t)rows;
        pool->starts[rows++] = entries;
        entries += count;
        pool->starts[rows] = entries;
    }
    pool->rows = rows;
    pool->entries = entries;
    for (uint32_t i = 0; i < master->rows; i++)
        master->row_ids[i] = moved[master->row_ids[i]];
    free(moved);
}

/* By how much the present solution breaks a row of the pool. */
static double broken_by(const struct preposition_master *master, size_t row, const double *x) {
    const struct pool *pool = &master->pool;
    double activity = 0;
    for (size_t e = pool->starts[row]; e < pool->starts[row + 1]; e++)
        activity += pool->values[e] * x[pool->columns[e]];
    return pool->lower[row] - activity;
}

uint32_t preposition_master_recall(struct preposition_master *master, double tolerance) {
    const struct pool *pool = &master->pool;
    const double *x = Clp_primalColumnSolution(master->clp);
    uint32_t count = 0;
    if (pool->entries > POOL_ENTRIES_MAX)
        compact(master);
    for (uint32_t g = 0; g < master->groups; g++) {
        master->worst_row[g] = NO_GROUP;
        master->worst_by[g] = tolerance / master->money;
    }
    for (size_t row = 0; row < pool->rows; row++) {
        if (pool->inside[row])
            continue;
        uint32_t group = pool->group[row];
        double by = broken_by(master, row, x);
        if (group != NO_GROUP && by > master->worst_by[group]) {
            master->worst_row[group] = (uint32_t)row;
            master->worst_by[group] = by;
        } else if (group == NO_GROUP && by * master->money > tolerance) {
            count += wait(master, (uint32_t)row) == HV_OK; /* without memory only slower */
        }
    }
    for (uint32_t g = 0; g < master->groups; g++)
        if (master->worst_row[g] != NO_GROUP)
            count += wait(master, master->worst_row[g]) == HV_OK;
    return preposition_master_add(master) == HV_OK ? count : 0;
}

static double stock_most(const struct preposition_master *master, size_t at) {
    return master->problem->stock_max[at];
}

int preposition_master_put_cut(struct preposition_master *master, uint32_t group,
                               const struct preposition_cut *cut) {
    double unit = group == UINT32_MAX ? 1 : master->money;
    int error = open_row(master, cut->constant / unit, UNBOUNDED);
    if (error == HV_OK)
        master->pool.group[master->pool.rows - 1] = group;
    if (error == HV_OK && group != UINT32_MAX)
        error = put_entry(master, master->first_group + group, 1);
    for (uint32_t a = 0; error == HV_OK && a < master->facilities; a++)
        error = put_entry(master, a, cut->open[a] / unit);
    size_t stocks = (size_t)master->facilities * master->items;
    for (size_t i = 0; error == HV_OK && i < stocks; i++)
        if (master->stock_column[i] != NO_COLUMN)
            error = put_entry(master, master->stock_column[i],
                              cut->stock[i] * stock_most(master, i) / unit);
    for (uint32_t s = 0; error == HV_OK && cut->served != NULL && s < master->scenarios; s++)
        error = put_entry(master, master->first_served + s, -cut->served[s] / unit);
    return error;
}

double preposition_master_violation(const struct preposition_master *master, uint32_t group,
                                    const struct preposition_cut *cut) {
    const double *x = Clp_primalColumnSolution(master->clp);
    double unit = group == UINT32_MAX ? 1 : master->money;
    double wanted = cut->constant;
    for (uint32_t a = 0; a < master->facilities; a++)
        wanted -= cut->open[a] * x[a];
    size_t stocks = (size_t)master->facilities * master->items;
    for (size_t i = 0; i < stocks; i++)
        if (master->stock_column[i] != NO_COLUMN && cut->stock[i] != 0)
            wanted -= cut->stock[i] * stock_most(master, i) * x[master->stock_column[i]];
    for (uint32_t s = 0; cut->served != NULL && s < master->scenarios; s++)
        wanted += cut->served[s] * x[master->first_served + s];
    double have = group == UINT32_MAX ? 0 : x[master->first_group + group] * unit;
    return wanted - have;
}

/* ---- building -------------------------------------------------------------------------------- */

/* What first-stage money counts in the objective. */
static double first_factor(const struct preposition_objective *objective) {
    if (objective->measure == PREPOSITION_REGRET)
        return 0; /* it is in the rows of regret */
    return objective->measure == PREPOSITION_CVAR ? 1 + objective->lambda : 1;
}

static double first_cost(const struct preposition_master *master, uint32_t a, size_t k) {
    size_t at = (size_t)a * master->items + k;
    return stock_most(master, at) * master->problem->instance->items[k].price;
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
        held += stock_most(master, (size_t)a * master->items + recourse->item);
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
                       stock_most(master, (size_t)a * master->items + k);
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
        error = open_row(master, -UNBOUNDED, 0);
        if (error == HV_OK)
            error = put_entry(master, a, -1);
        for (uint32_t k = 0; error == HV_OK && k < master->items; k++) {
            size_t at = (size_t)a * master->items + k;
            if (master->stock_column[at] != NO_COLUMN)
                error = put_entry(master, master->stock_column[at],
                                  problem->instance->items[k].volume_m3 * stock_most(master, at) /
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
        error = open_row(master, 0, 1);
        for (uint32_t a = problem->facilities_first[step->store];
             error == HV_OK && a < problem->facilities_first[step->store + 1]; a++)
            if (preposition_step_holds(problem, step, a))
                error = put_entry(master, a, 1);
    }
    return error;
}

/* First-stage money in units of `unit`, times `factor`. */
static int put_first_stage(struct preposition_master *master, double factor) {
    int error = HV_OK;
    for (uint32_t a = 0; error == HV_OK && a < master->facilities; a++) {
        error = put_entry(master, a, factor * master->problem->facilities[a].fixed_cost);
        for (uint32_t k = 0; error == HV_OK && k < master->items; k++) {
            uint32_t column = master->stock_column[(size_t)a * master->items + k];
            if (column != NO_COLUMN)
                error = put_entry(master, column, factor * first_cost(master, a, k));
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
        error = open_row(master, -UNBOUNDED, 1);
        for (uint32_t a = 0; error == HV_OK && a < master->facilities; a++) {
            size_t at = (size_t)a * master->items + k;
            if (master->stock_column[at] != NO_COLUMN)
                error = put_entry(master, master->stock_column[at],
                                  stock_most(master, at) / item->available);
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
        error = open_row(master, -UNBOUNDED, instance->budget / unit);
        if (error == HV_OK)
            error = put_first_stage(master, 1 / unit);
    }
    if (error == HV_OK && instance->has_service) {
        error = open_row(master, instance->service_probability - 1e-9, UNBOUNDED);
        for (uint32_t s = 0; error == HV_OK && s < master->scenarios; s++)
            error = put_entry(master, master->first_served + s, instance->scenarios[s].probability);
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
            error = put_entry(master, master->first_group + master->group_of[b], factor);
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
                error = put_entry(master, master->stock_column[at],
                                  factor * problem->instance->items[k].holding_cost *
                                      stock_most(master, at) *
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
            error = open_row(master, 0, UNBOUNDED);
            if (error == HV_OK)
                error = put_entry(master, master->first_excess + s, 1);
            if (error == HV_OK)
                error = put_entry(master, master->eta, weight);
            if (error == HV_OK)
                error = put_groups(master, s, -1);
            if (error == HV_OK)
                error = put_idle_stock(master, s, -weight / master->money);
        } else if (objective->measure == PREPOSITION_REGRET) {
            error = open_row(master, -objective->references[s] / master->money, UNBOUNDED);
            if (error == HV_OK)
                error = put_entry(master, master->regret, 1);
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

/* ---- making and freeing ---------------------------------------------------------------------- */

/* Money of which the objective has about a million: where nothing can be met, everything is short.
 */
static double find_money(const struct preposition_problem *problem, const double *weights) {
    double sum = 0;
    for (uint32_t b = 0; b < problem->recourse_count; b++) {
        const struct preposition_recourse *recourse = &problem->recourses[b];
        sum += weights[recourse->scenario] * recourse->total *
               problem->instance->items[recourse->item].shortage_cost;
    }
    return sum > 0 ? sum / 1e6 : 1;
}

static void number_columns(struct preposition_master *master) {
    const struct preposition_instance *instance = master->problem->instance;
    uint32_t next = master->facilities;
    size_t stocks = (size_t)master->facilities * master->items;
    for (size_t i = 0; i < stocks; i++)
        master->stock_column[i] = stock_most(master, i) > 0 ? next++ : NO_COLUMN;
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

static int load(struct preposition_master *master) {
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

static int begin(struct preposition_master *master) {
    const struct preposition_problem *problem = master->problem;
    master->wanted = calloc((size_t)master->scenarios * master->items + 1, sizeof(bool));
    master->stock_column =
        calloc((size_t)master->facilities * master->items + 1, sizeof *master->stock_column);
    master->worst_row = calloc((size_t)master->groups + 1, sizeof *master->worst_row);
    master->worst_by = calloc((size_t)master->groups + 1, sizeof *master->worst_by);
    master->clp = Clp_newModel();
    if (master->wanted == NULL || master->worst_row == NULL || master->worst_by == NULL ||
        master->stock_column == NULL || master->clp == NULL)
        return HV_ERR_MEMORY;
    Clp_setLogLevel(master->clp, 0);
    Clp_scaling(master->clp, 0); /* columns and rows are of one size already */
    Clp_setPerturbation(master->clp, 100);
    if (problem->instance->has_service)
        Clp_setPrimalTolerance(master->clp, 1e-9);
    for (uint32_t b = 0; b < problem->recourse_count; b++)
        master
            ->wanted[problem->recourses[b].scenario * master->items + problem->recourses[b].item] =
            true;
    number_columns(master);
    return load(master);
}

int preposition_master_new(const struct preposition_problem *problem,
                           const struct preposition_objective *objective, const uint32_t *group_of,
                           uint32_t groups, bool holding_apart,
                           struct preposition_master **ret_master) {
    struct preposition_master *master = calloc(1, sizeof *master);
    if (master == NULL)
        return HV_ERR_MEMORY;
    *master = (struct preposition_master){
        .problem = problem,
        .objective = *objective,
        .group_of = group_of,
        .groups = groups,
        .holding_apart = holding_apart,
        .money = find_money(problem, objective->weights),
        .facilities = problem->facility_count,
        .items = problem->instance->item_count,
        .scenarios = problem->instance->scenario_count,
    };
    int error = begin(master);
    if (error != HV_OK)
        preposition_master_free(master);
    else
        *ret_master = master;
    return error;
}

void preposition_master_free(struct preposition_master *master) {
    if (master == NULL)
        return;
    if (master->clp != NULL)
        Clp_deleteModel(master->clp);
    free(master->stock_column);
    free(master->cost);
    free(master->lower);
    free(master->upper);
    free(master->wanted);
    free(master->pool.lower);
    free(master->pool.upper);
    free(master->pool.values);
    free(master->pool.starts);
    free(master->pool.columns);
    free(master->pool.serial);
    free(master->pool.inside);
    free(master->pool.group);
    free(master->worst_row);
    free(master->worst_by);
    free(master->waiting);
    free(master->row_ids);
    free(master);
}

/* ---- solving --------------------------------------------------------------------------------- */

uint32_t preposition_master_binaries(const struct preposition_master *master) {
    return master->facilities + master->problem->step_count +
           (master->problem->instance->has_service ? master->scenarios : 0);
}

/* Binaries are facilities, then steps, then scenarios to be served. Steps are rows. */
static bool is_step(const struct preposition_master *master, uint32_t binary) {
    return binary >= master->facilities &&
           binary < master->facilities + master->problem->step_count;
}

static size_t step_row(const struct preposition_master *master, uint32_t binary) {
    return master->first_step_row + binary - master->facilities;
}

static uint32_t binary_column(const struct preposition_master *master, uint32_t binary) {
    return binary < master->facilities
               ? binary
               : master->first_served + binary - master->facilities - master->problem->step_count;
}

void preposition_master_set_bounds(struct preposition_master *master, const uint8_t *lower,
                                   const uint8_t *upper) {
    uint32_t binaries = preposition_master_binaries(master);
    double *row_lower = Clp_rowLower(master->clp), *row_upper = Clp_rowUpper(master->clp);
    for (uint32_t i = 0; i < binaries; i++)
        if (is_step(master, i)) {
            row_lower[step_row(master, i)] = lower[i];
            row_upper[step_row(master, i)] = upper[i];
        } else {
            master->lower[binary_column(master, i)] = lower[i];
            master->upper[binary_column(master, i)] = upper[i];
        }
    Clp_chgColumnLower(master->clp, master->lower);
    Clp_chgColumnUpper(master->clp, master->upper);
    Clp_chgRowLower(master->clp, row_lower);
    Clp_chgRowUpper(master->clp, row_upper);
}

enum preposition_master_status preposition_master_solve(struct preposition_master *master,
                                                        double cutoff, int iterations) {
    Clp_Simplex *clp = master->clp;
    Clp_setDualObjectiveLimit(clp, isinf(cutoff) ? 1e50 : cutoff / master->money);
    Clp_setMaximumIterations(clp, iterations > 0 ? iterations : 1000000);
    Clp_dual(clp, 0);
    master->iterations += (uint64_t)Clp_numberIterations(clp);
    int status = Clp_status(clp);
    if (status != 0 && preposition_master_bound(master) >= cutoff)
        return PREPOSITION_MASTER_CUT_OFF;
    if (status == 1 && !isinf(cutoff)) { /* of the limit, or there is no point; which of them? */
        Clp_setDualObjectiveLimit(clp, 1e50);
        Clp_dual(clp, 0);
        master->iterations += (uint64_t)Clp_numberIterations(clp);
        status = Clp_status(clp);
    }
    if (status == 1 || status == 4) {
        Clp_primal(clp, 0);
        master->iterations += (uint64_t)Clp_numberIterations(clp);
        status = Clp_status(clp);
        if (status == 1)
            return PREPOSITION_MASTER_INFEASIBLE;
    }
    if (status == 3)
        return PREPOSITION_MASTER_STOPPED;
    if (status != 0)
        return PREPOSITION_MASTER_FAILED;
    return preposition_master_bound(master) >= cutoff ? PREPOSITION_MASTER_CUT_OFF
                                                      : PREPOSITION_MASTER_OPTIMAL;
}

/* A row's price as far as it proves something: of the sign that the row's bounds allow. */
static double usable_price(double price, double lower, double upper) {
    if (price > 0 && lower <= -UNBOUNDED)
        return 0;
    if (price < 0 && upper >= UNBOUNDED)
        return 0;
    return price;
}

double preposition_master_bound(const struct preposition_master *master) {
    Clp_Simplex *clp = master->clp;
    const double *prices = Clp_dualRowSolution(clp);
    const double *row_lower = Clp_rowLower(clp), *row_upper = Clp_rowUpper(clp);
    const int *starts = Clp_getVectorStarts(clp), *lengths = Clp_getVectorLengths(clp);
    const int *rows = Clp_getIndices(clp);
    const double *values = Clp_getElements(clp);
    double bound = 0;
    if (prices == NULL)
        return -INFINITY;
    for (uint32_t i = 0; i < master->rows; i++) {
        double price = usable_price(prices[i], row_lower[i], row_upper[i]);
        if (price != 0)
            bound += price * (price > 0 ? row_lower[i] : row_upper[i]);
    }
    for (uint32_t c = 0; c < master->columns; c++) {
        double reduced = master->cost[c];
        for (int e = starts[c]; e < starts[c] + lengths[c]; e++)
            reduced -=
                values[e] * usable_price(prices[rows[e]], row_lower[rows[e]], row_upper[rows[e]]);
        bound += reduced * (reduced > 0 ? master->lower[c] : master->upper[c]);
    }
    return isnan(bound) ? -INFINITY : bound * master->money;
}

double preposition_master_objective(const struct preposition_master *master) {
    return Clp_objectiveValue(master->clp) * master->money;
}

void preposition_master_point(const struct preposition_master *master,
                              struct preposition_point *point) {
    const double *x = Clp_primalColumnSolution(master->clp);
    size_t stocks = (size_t)master->facilities * master->items;
    for (uint32_t a = 0; a < master->facilities; a++)
        point->open[a] = fmin(1, fmax(0, x[a]));
    for (size_t i = 0; i < stocks; i++) {
        uint32_t column = master->stock_column[i];
        point->stock[i] =
            column == NO_COLUMN ? 0 : fmin(1, fmax(0, x[column])) * stock_most(master, i);
    }
    for (uint32_t s = 0; point->served != NULL && s < master->scenarios; s++)
        point->served[s] = fmin(1, fmax(0, x[master->first_served + s]));
}

double preposition_master_value(const struct preposition_master *master, uint32_t binary) {
    return is_step(master, binary)
               ? Clp_primalRowSolution(master->clp)[step_row(master, binary)]
               : Clp_primalColumnSolution(master->clp)[binary_column(master, binary)];
}

double preposition_master_reduced_cost(const struct preposition_master *master, uint32_t binary) {
    double price = is_step(master, binary)
                       ? Clp_dualRowSolution(master->clp)[step_row(master, binary)]
                       : Clp_dualColumnSolution(master->clp)[binary_column(master, binary)];
    return price * master->money;
}

/* ---- keeping it small ------------------------------------------------------------------------ */

void preposition_master_purge(struct preposition_master *master, double slack) {
    const double *activity = Clp_primalRowSolution(master->clp);
    const double *lower = Clp_rowLower(master->clp);
    int *gone = malloc((master->rows + 1) * sizeof *gone);
    if (gone == NULL)
        return; /* only slower */
    int count = 0;
    uint32_t left = master->kept;
    for (uint32_t i = master->kept; i < master->rows; i++)
        if (Clp_getRowStatus(master->clp, (int)i) == BASIC &&
            activity[i] - lower[i] > slack / master->money)
            master->pool.inside[master->row_ids[gone[count++] = (int)i]] = false;
        else
            master->row_ids[left++] = master->row_ids[i];
    if (count > 0)
        Clp_deleteRows(master->clp, count, gone);
    master->rows = left;
    free(gone);
}

void preposition_master_keep(struct preposition_master *master) {
    if (master->kept == 0)
        master->kept = master->rows; /* of the problem itself, not cuts */
    master->kept_pool = master->pool.rows;
}

uint32_t preposition_master_rows(const struct preposition_master *master) {
    return master->rows;
}

struct preposition_basis *preposition_master_basis(const struct preposition_master *master) {
    struct preposition_basis *basis = malloc(sizeof *basis);
    uint32_t *ids = malloc((master->rows + 1) * sizeof *ids);
    uint8_t *statuses = malloc((size_t)master->columns + master->rows + 1);
    if (basis == NULL || ids == NULL || statuses == NULL) {
        free(basis);
        free(ids);
        free(statuses);
        return NULL;
    }
    for (uint32_t i = 0; i < master->rows; i++)
        ids[i] = master->pool.serial[master->row_ids[i]];
    memcpy(statuses, Clp_statusArray(master->clp), (size_t)master->columns + master->rows);
    *basis = (struct preposition_basis){1, master->rows, ids, statuses};
    return basis;
}

/* Puts the rows that the basis stands on back into Clp: without them it would be none. */
static int recall_basis(struct preposition_master *master, const uint8_t *known) {
    const struct pool *pool = &master->pool;
    int error = HV_OK;
    for (size_t row = 0; error == HV_OK && row < pool->rows; row++)
        if (!pool->inside[row] && known[pool->serial[row]] != BASIC)
            error = wait(master, (uint32_t)row);
    return error == HV_OK ? preposition_master_add(master) : error;
}

void preposition_master_restore(struct preposition_master *master,
                                const struct preposition_basis *basis) {
    uint8_t *statuses = malloc((size_t)master->columns + master->pool.rows + 1);
    uint8_t *known = malloc((size_t)master->next_serial + 1); /* by serial */
    if (statuses != NULL && known != NULL) {
        memset(known, BASIC, master->next_serial);
        for (uint32_t i = 0; i < basis->rows; i++)
            known[basis->ids[i]] = basis->statuses[master->columns + i];
        if (recall_basis(master, known) == HV_OK) {
            memcpy(statuses, basis->statuses, master->columns);
            for (uint32_t i = 0; i < master->rows; i++)
                statuses[master->columns + i] = known[master->pool.serial[master->row_ids[i]]];
            Clp_copyinStatus(master->clp, statuses);
        }
    } /* without memory only slower */
    free(statuses);
    free(known);
}

void preposition_basis_release(struct preposition_basis *basis) {
    if (basis == NULL || --basis->references > 0)
        return;
    free(basis->ids);
    free(basis->statuses);
    free(basis);
}

uint64_t preposition_master_iterations(const struct preposition_master *master) {
    return master->iterations;
}
