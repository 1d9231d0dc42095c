/* The rows of a master programme: which there have been, which of them are in Clp, and bases that
 * stand on them. */
#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/preposition_master_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BASIC 1
#define NO_GROUP UINT32_MAX
#define POOL_ENTRIES_MAX 1000000u /* cuts beyond are forgotten unless they are in Clp */

/* ---- rows ------------------------------------------------------------------------------------ */

static int grow_rows(struct preposition_pool *pool) {
    const size_t wanted = pool->rows + 2, room = array_room(wanted);
    if (wanted <= pool->rows_max)
        return HV_OK;
    if (array_resize((void **)&pool->lower, room, sizeof *pool->lower) != HV_OK ||
        array_resize((void **)&pool->upper, room, sizeof *pool->upper) != HV_OK ||
        array_resize((void **)&pool->starts, room, sizeof *pool->starts) != HV_OK ||
        array_resize((void **)&pool->serial, room, sizeof *pool->serial) != HV_OK ||
        array_resize((void **)&pool->inside, room, sizeof *pool->inside) != HV_OK ||
        array_resize((void **)&pool->group, room, sizeof *pool->group) != HV_OK)
        return HV_ERR_MEMORY;
    pool->rows_max = room;
    return HV_OK;
}

static int grow_entries(struct preposition_pool *pool) {
    const size_t wanted = pool->entries + 1, room = array_room(wanted);
    if (wanted <= pool->entries_max)
        return HV_OK;
    if (array_resize((void **)&pool->values, room, sizeof *pool->values) != HV_OK ||
        array_resize((void **)&pool->columns, room, sizeof *pool->columns) != HV_OK)
        return HV_ERR_MEMORY;
    pool->entries_max = room;
    return HV_OK;
}

static int wait(struct preposition_master *master, uint32_t row) {
    int error = array_reserve((void **)&master->waiting, master->waiting_count + 1,
                              &master->waiting_max, sizeof *master->waiting);
    if (error != HV_OK)
        return error;
    master->waiting[master->waiting_count++] = row;
    master->pool.inside[row] = true;
    return HV_OK;
}

int preposition_master_open_row(struct preposition_master *master, double lower, double upper) {
    struct preposition_pool *pool = &master->pool;
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

int preposition_master_put_entry(struct preposition_master *master, uint32_t column, double value) {
    struct preposition_pool *pool = &master->pool;
    if (value == 0)
        return HV_OK;
    if (grow_entries(pool) != HV_OK)
        return HV_ERR_MEMORY;
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
    const struct preposition_pool *pool = &master->pool;
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
    int error = array_reserve((void **)&master->row_ids, master->rows + count, &master->rows_max,
                              sizeof *master->row_ids);
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
    struct preposition_pool *pool = &master->pool;
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
    const struct preposition_pool *pool = &master->pool;
    double activity = 0;
    for (size_t e = pool->starts[row]; e < pool->starts[row + 1]; e++)
        activity += pool->values[e] * x[pool->columns[e]];
    return pool->lower[row] - activity;
}

uint32_t preposition_master_recall(struct preposition_master *master, double tolerance) {
    const struct preposition_pool *pool = &master->pool;
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

int preposition_master_put_cut(struct preposition_master *master, uint32_t group,
                               const struct preposition_cut *cut) {
    double unit = group == UINT32_MAX ? 1 : master->money;
    int error = preposition_master_open_row(master, cut->constant / unit, UNBOUNDED);
    if (error == HV_OK)
        master->pool.group[master->pool.rows - 1] = group;
    if (error == HV_OK && group != UINT32_MAX)
        error = preposition_master_put_entry(master, master->first_group + group, 1);
    for (uint32_t a = 0; error == HV_OK && a < master->facilities; a++)
        error = preposition_master_put_entry(master, a, cut->open[a] / unit);
    size_t stocks = (size_t)master->facilities * master->items;
    for (size_t i = 0; error == HV_OK && i < stocks; i++)
        if (master->stock_column[i] != NO_COLUMN)
            error = preposition_master_put_entry(
                master, master->stock_column[i],
                cut->stock[i] * preposition_master_stock_most(master, i) / unit);
    for (uint32_t s = 0; error == HV_OK && cut->served != NULL && s < master->scenarios; s++)
        error =
            preposition_master_put_entry(master, master->first_served + s, -cut->served[s] / unit);
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
            wanted -= cut->stock[i] * preposition_master_stock_most(master, i) *
                      x[master->stock_column[i]];
    for (uint32_t s = 0; cut->served != NULL && s < master->scenarios; s++)
        wanted += cut->served[s] * x[master->first_served + s];
    double have = group == UINT32_MAX ? 0 : x[master->first_group + group] * unit;
    return wanted - have;
}

void preposition_master_free_rows(struct preposition_master *master) {
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
    const struct preposition_pool *pool = &master->pool;
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
