#include "coordinator/optimizer/zone_plan_split.h"

#include "coordinator/optimizer/zone_plan_blocks.h"
#include "schemas/smaller.h"

#include <coin/Clp_C_Interface.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 100000
#define USES_MAX 4000000   /* of links at a step */
#define ENTRIES_MAX 400000 /* of the matrix; twice as many take minutes */
#define ITERATIONS_MAX 20000
#define BLOCK_USES_MAX 200000 /* of links at a step, of the zones of one block */
#define UNSERVED 4.0          /* horizons that a person unserved weighs, as in the search */
#define WHOLE 1e-5            /* so close to a whole number is one */

/* People who leave on a share of a zone at a step. */
struct column {
    int32_t zone, share, step;
    int32_t people; /* room that others leave, and no more than the zone has */
    int32_t found;  /* of them, in the new plan */
};

/* A column that takes room of a link at a step; later a set of them that share a row. */
struct use {
    int32_t link, step, column;
};

struct splitting {
    struct zone_plan_search *search;
    const bool *member;             /* by zone: those that are split, all the others stay */
    struct zone_plan_going *before; /* by zone of them: the plan whose ways are taken */
    struct column *columns;         /* by zone, then share, then step */
    size_t count;
    size_t *first; /* by zone: its first column */
    struct use *uses;
    size_t use_count;
    Clp_Simplex *clp;
    /* rows as they are made */
    int *starts, *indices; /* by row; columns */
    double *upper;         /* by row */
    size_t row_count, index_count;
};

/* ---- columns --------------------------------------------------------------------------------- */

static bool is_for(const struct zone_plan_problem *problem) {
    for (size_t g = 0; g < problem->group_count; g++)
        if (!zone_plan_is_single(&problem->groups[g]))
            return false;
    return problem->departures == ZONE_PLAN_FREE &&
           (problem->change_price == 0 || problem->in_force_count == 0);
}

/* Writes the column that is counted next, with its uses. */
static void write_column(struct splitting *splitting, const struct zone_plan_way *way,
                         struct column column) {
    splitting->columns[splitting->count] = column;
    for (int32_t i = 0; i < way->count; i++)
        splitting->uses[splitting->use_count + (size_t)i] =
            (struct use){way->links[i], column.step + way->offsets[i], (int32_t)splitting->count};
}

/* Counts the columns and their uses of links, and writes them where there is room for them. On the
 * roads are those who stay as they are. */
static void list_columns(struct splitting *splitting) {
    struct zone_plan_state *state = &splitting->search->state;
    const struct evacuation_instance *instance = state->problem->instance;
    splitting->count = splitting->use_count = 0;
    for (size_t z = 0; z < instance->zone_count; z++) {
        const int64_t people = instance->zones[z].people;
        if (splitting->first != NULL)
            splitting->first[z] = splitting->count;
        for (int32_t k = 0; k < splitting->before[z].count; k++) {
            const struct zone_plan_way *way = splitting->before[z].shares[k].way;
            const struct zone_plan_window window = zone_plan_state_window(state, way);
            for (int32_t t = window.first; t <= window.last; t++) {
                const int64_t room = zone_plan_state_room(state, way, t);
                if (room <= 0 || splitting->count > COLUMNS_MAX)
                    continue;
                if (splitting->columns != NULL)
                    write_column(splitting, way,
                                 (struct column){(int32_t)z, k, t,
                                                 (int32_t)(room < people ? room : people), 0});
                splitting->count++;
                splitting->use_count += (size_t)way->count;
            }
        }
    }
    if (splitting->first != NULL)
        splitting->first[instance->zone_count] = splitting->count;
}

static int make_columns(struct splitting *splitting) {
    const size_t zones = splitting->search->problem->instance->zone_count;
    list_columns(splitting);
    if (splitting->count == 0 || splitting->count > COLUMNS_MAX || splitting->use_count > USES_MAX)
        return HV_ERR_LIMIT;
    splitting->columns = calloc(splitting->count, sizeof *splitting->columns);
    splitting->uses = calloc(splitting->use_count + 1, sizeof *splitting->uses);
    splitting->first = calloc(zones + 1, sizeof *splitting->first);
    if (splitting->columns == NULL || splitting->uses == NULL || splitting->first == NULL)
        return HV_ERR_MEMORY;
    list_columns(splitting);
    return HV_OK;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void end_row(struct splitting *splitting, size_t first, double upper) {
    double most = 0;
    for (size_t i = first; i < splitting->index_count; i++)
        most += splitting->columns[splitting->indices[i]].people;
    if (most <= upper) { /* holds by itself */
        splitting->index_count = first;
        return;
    }
    splitting->upper[splitting->row_count++] = upper;
    splitting->starts[splitting->row_count] = (int)splitting->index_count;
}

/* Nobody leaves before being ready. */
static void add_zone(struct splitting *splitting, size_t zone) {
    const struct zone_plan_problem *problem = splitting->search->problem;
    const struct zone_plan_readiness all = {NULL, 0};
    const struct zone_plan_readiness readiness =
        problem->readiness == NULL ? all : problem->readiness[zone];
    const size_t rows = readiness.count > 0 ? readiness.count : 1;
    for (size_t r = 0; r < rows; r++) {
        const bool last = r + 1 == rows;
        const size_t first = splitting->index_count;
        for (size_t c = splitting->first[zone]; c < splitting->first[zone + 1]; c++)
            if (last || splitting->columns[c].step < readiness.rows[r + 1].step)
                splitting->indices[splitting->index_count++] = (int)c;
        end_row(splitting, first,
                (double)(last ? problem->instance->zones[zone].people : readiness.rows[r].people));
    }
}

static const struct zone_plan_way *way_of(const struct splitting *splitting,
                                          const struct column *column) {
    return splitting->before[column->zone].shares[column->share].way;
}

/* The places left of a shelter for one group, or for all. */
static void add_shelter(struct splitting *splitting, size_t shelter,
                        const struct zone_plan_group *group, int64_t places) {
    const struct zone_plan_problem *problem = splitting->search->problem;
    const size_t first = splitting->index_count;
    for (size_t c = 0; c < splitting->count; c++) {
        const struct column *column = &splitting->columns[c];
        if ((size_t)way_of(splitting, column)->shelter == shelter &&
            (group == NULL || zone_plan_group_of(problem, column->zone) == group))
            splitting->indices[splitting->index_count++] = (int)c;
    }
    end_row(splitting, first, (double)places);
}

static void add_shelters(struct splitting *splitting) {
    const struct zone_plan_state *state = &splitting->search->state;
    const struct zone_plan_problem *problem = splitting->search->problem;
    const size_t shelters = problem->instance->shelter_count;
    for (size_t s = 0; s < shelters; s++) {
        add_shelter(splitting, s, NULL, state->places[s]);
        for (size_t g = 0; g < problem->group_count; g++)
            if (problem->groups[g].places != NULL)
                add_shelter(splitting, s, &problem->groups[g],
                            state->group_places[g * shelters + s]);
    }
}

static int compare_uses(const void *first, const void *second) {
    const struct use *a = first, *b = second;
    if (a->link != b->link)
        return a->link < b->link ? -1 : 1;
    if (a->step != b->step)
        return a->step < b->step ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

/* What a link has room for at a step. */
static void add_links(struct splitting *splitting) {
    const struct zone_plan_roads *roads = &splitting->search->state.roads;
    const struct use *uses = splitting->uses;
    for (size_t i = 0; i < splitting->use_count;) {
        const int32_t link = uses[i].link, step = uses[i].step;
        const size_t first = splitting->index_count;
        for (; i < splitting->use_count && uses[i].link == link && uses[i].step == step; i++)
            splitting->indices[splitting->index_count++] = uses[i].column;
        end_row(splitting, first, zone_plan_roads_room(roads, link, step, 0));
    }
}

static int make_rows(struct splitting *splitting) {
    const struct zone_plan_problem *problem = splitting->search->problem;
    const size_t groups = problem->group_count; /* with places of their own, at most */
    size_t rows = splitting->use_count + problem->instance->shelter_count * (1 + groups) +
                  problem->instance->zone_count;
    size_t indices = splitting->use_count + splitting->count * (1 + groups) + splitting->count;
    for (size_t z = 0; problem->readiness != NULL && z < problem->instance->zone_count; z++) {
        rows += problem->readiness[z].count;
        indices += problem->readiness[z].count * (splitting->first[z + 1] - splitting->first[z]);
    }
    splitting->starts = calloc(rows + 1, sizeof *splitting->starts);
    splitting->indices = calloc(indices + 1, sizeof *splitting->indices);
    splitting->upper = calloc(rows + 1, sizeof *splitting->upper);
    if (splitting->starts == NULL || splitting->indices == NULL || splitting->upper == NULL)
        return HV_ERR_MEMORY;
    qsort(splitting->uses, splitting->use_count, sizeof *splitting->uses, compare_uses);
    for (size_t z = 0; z < problem->instance->zone_count; z++)
        add_zone(splitting, z);
    add_shelters(splitting);
    add_links(splitting);
    return splitting->index_count <= ENTRIES_MAX ? HV_OK : HV_ERR_LIMIT;
}

/* ---- the programme --------------------------------------------------------------------------- */

/* `scratch`: room for the rows and for the entries. */
static int load(struct splitting *splitting, double *scratch) {
    const size_t rows = splitting->row_count;
    const double unserved =
        UNSERVED * ((double)splitting->search->problem->instance->horizon_steps + 1);
    double *lower = scratch, *ones = scratch + rows;
    for (size_t r = 0; r < rows; r++)
        lower[r] = -DBL_MAX;
    for (size_t i = 0; i < splitting->index_count; i++)
        ones[i] = 1;
    splitting->clp = Clp_newModel();
    if (splitting->clp == NULL)
        return HV_ERR_MEMORY;
    Clp_setLogLevel(splitting->clp, 0);
    Clp_resize(splitting->clp, 0, (int)splitting->count);
    for (size_t c = 0; c < splitting->count; c++) {
        const struct column *column = &splitting->columns[c];
        Clp_columnUpper(splitting->clp)[c] = column->people;
        Clp_objective(splitting->clp)[c] =
            (double)column->step + way_of(splitting, column)->travel_steps - unserved;
    }
    Clp_addRows(splitting->clp, (int)rows, lower, splitting->upper, splitting->starts,
                splitting->indices, ones);
    Clp_setMaximumIterations(splitting->clp, ITERATIONS_MAX);
    return HV_OK;
}

static int solve(struct splitting *splitting) {
    double *scratch = calloc(splitting->row_count + splitting->index_count + 1, sizeof *scratch);
    int error = scratch == NULL ? HV_ERR_MEMORY : load(splitting, scratch);
    free(scratch);
    if (error != HV_OK)
        return error;
    (void)Clp_initialPrimalSolve(
        splitting->clp); /* nobody leaves at first; dual: ten times slower */
    return Clp_status(splitting->clp) == 0 ? HV_OK : HV_ERR_LIMIT;
}

/* ---- whole people ---------------------------------------------------------------------------- */

struct placing {
    struct splitting *splitting;
    size_t zone;
    int64_t left;
};

/* Lets up to so many leave on a column, as far as there is room. */
static void place(struct placing *placing, struct column *column, int64_t people) {
    struct zone_plan_state *state = &placing->splitting->search->state;
    const struct zone_plan_way *way = way_of(placing->splitting, column);
    people = hv_smaller(people, placing->left);
    people = hv_smaller(people, zone_plan_state_places(state, column->zone, way->shelter));
    people = hv_smaller(people, zone_plan_state_ready(state, column->zone, column->step));
    people = people <= 0 ? 0 : hv_smaller(people, zone_plan_state_room(state, way, column->step));
    if (people <= 0)
        return;
    zone_plan_state_move(state, way, column->step, people, 1);
    zone_plan_state_leave(state, column->zone, column->step, people, 1);
    column->found += (int32_t)people;
    placing->left -= people;
}

static void place_whole(struct placing *placing) {
    const struct splitting *splitting = placing->splitting;
    const double *solution = Clp_primalColumnSolution(splitting->clp);
    for (size_t c = splitting->first[placing->zone]; c < splitting->first[placing->zone + 1]; c++)
        place(placing, &splitting->columns[c], (int64_t)(solution[c] + WHOLE));
}

/* Everybody else, in order of arrival. */
static void place_rest(struct placing *placing) {
    const struct splitting *splitting = placing->splitting;
    const int32_t horizon = splitting->search->problem->instance->horizon_steps;
    const size_t first = splitting->first[placing->zone], end = splitting->first[placing->zone + 1];
    size_t next[ZONE_PLAN_ROUTES_MAX] = {0}, stop[ZONE_PLAN_ROUTES_MAX] = {0}; /* by share */
    for (size_t c = end; c-- > first;) {
        const int32_t share = splitting->columns[c].share;
        next[share] = c;
        stop[share] = stop[share] == 0 ? c + 1 : stop[share];
    }
    for (int32_t arrival = 0; arrival <= horizon && placing->left > 0; arrival++)
        for (int32_t k = 0; k < splitting->before[placing->zone].count; k++) {
            if (next[k] >= stop[k])
                continue;
            struct column *column = &splitting->columns[next[k]];
            if (column->step + way_of(splitting, column)->travel_steps > arrival)
                continue;
            place(placing, column, INT64_MAX);
            next[k]++;
        }
}

static void place_all(struct splitting *splitting) {
    const struct evacuation_instance *instance = splitting->search->problem->instance;
    for (size_t z = 0; z < instance->zone_count; z++)
        place_whole(&(struct placing){splitting, z, instance->zones[z].people});
    for (size_t z = 0; z < instance->zone_count; z++) {
        struct placing placing = {splitting, z, instance->zones[z].people};
        for (size_t c = splitting->first[z]; c < splitting->first[z + 1]; c++)
            placing.left -= splitting->columns[c].found;
        place_rest(&placing);
    }
}

/* Takes everybody off the roads again. */
static void clear_roads(struct splitting *splitting) {
    struct zone_plan_state *state = &splitting->search->state;
    for (size_t c = 0; c < splitting->count; c++) {
        const struct column *column = &splitting->columns[c];
        if (column->found == 0)
            continue;
        zone_plan_state_move(state, way_of(splitting, column), column->step, column->found, -1);
        zone_plan_state_leave(state, column->zone, column->step, column->found, -1);
    }
}

/* Adds those who were found for a zone to its going. */
static int write_going(const struct splitting *splitting, size_t zone,
                       struct zone_plan_going *going) {
    int32_t share = -1;
    int error = HV_OK;
    zone_plan_going_clear(splitting->search->problem, (int32_t)zone, going);
    for (size_t c = splitting->first[zone]; c < splitting->first[zone + 1] && error == HV_OK; c++) {
        const struct column *column = &splitting->columns[c];
        if (column->found == 0)
            continue;
        if (column->share != share)
            going->shares[going->count++].way = way_of(splitting, column);
        share = column->share;
        error = zone_plan_share_add(&going->shares[going->count - 1], column->step, column->found);
    }
    zone_plan_going_count(splitting->search->problem, (int32_t)zone, going);
    return error;
}

/* Makes those who were found the present plan. */
static int put_all(struct splitting *splitting) {
    struct zone_plan_state *state = &splitting->search->state;
    int error = HV_OK;
    for (size_t z = 0; z < state->problem->instance->zone_count && error == HV_OK; z++) {
        struct zone_plan_going going = {0};
        if (!splitting->member[z])
            continue;
        error = write_going(splitting, z, &going);
        if (error == HV_OK)
            error = zone_plan_state_put(state, (int32_t)z, &going);
        zone_plan_going_deinit(&going);
    }
    return error;
}

/* ---- all ------------------------------------------------------------------------------------- */

static void deinit(struct splitting *splitting) {
    for (size_t z = 0;
         splitting->before != NULL && z < splitting->search->problem->instance->zone_count; z++)
        zone_plan_going_deinit(&splitting->before[z]);
    free(splitting->before);
    free(splitting->columns);
    free(splitting->first);
    free(splitting->uses);
    free(splitting->starts);
    free(splitting->indices);
    free(splitting->upper);
    if (splitting->clp != NULL)
        Clp_deleteModel(splitting->clp);
}

int zone_plan_split_block(struct zone_plan_search *search, const bool *member) {
    struct splitting splitting = {.search = search, .member = member};
    const size_t zones = search->problem->instance->zone_count;
    splitting.before = calloc(zones + 1, sizeof *splitting.before);
    if (splitting.before == NULL)
        return HV_ERR_MEMORY;
    for (size_t z = 0; z < zones; z++)
        if (member[z])
            zone_plan_state_take(&search->state, (int32_t)z, &splitting.before[z]);
    int error = make_columns(&splitting);
    if (error == HV_OK)
        error = make_rows(&splitting);
    if (error == HV_OK)
        error = solve(&splitting);
    if (error == HV_OK) {
        place_all(&splitting);
        clear_roads(&splitting);
        error = put_all(&splitting);
    }
    if (error == HV_OK)
        error = zone_plan_search_keep(search);
    deinit(&splitting);
    return error;
}

/* Block after block, as long as the callback lets it. */
static int split_blocks(struct zone_plan_search *search, bool *member) {
    struct zone_plan_blocks blocks;
    int error = zone_plan_blocks_init(&blocks, search, BLOCK_USES_MAX);
    if (error != HV_OK)
        return error;
    while (error == HV_OK && zone_plan_blocks_next(&blocks, member) &&
           !zone_plan_search_report(search)) {
        error = zone_plan_split_block(search, member);
        if (error == HV_OK || error == HV_ERR_LIMIT)
            error = zone_plan_search_restore(search);
    }
    zone_plan_blocks_deinit(&blocks);
    return error;
}

int zone_plan_split(struct zone_plan_search *search) {
    const size_t zones = search->problem->instance->zone_count;
    if (!is_for(search->problem) || !search->best.there)
        return HV_OK;
    bool *member = malloc((zones + 1) * sizeof *member);
    int error = member == NULL ? HV_ERR_MEMORY : zone_plan_search_restore(search);
    if (error == HV_OK) {
        memset(member, true, zones);
        error = zone_plan_split_block(search, member);
    }
    if (error == HV_ERR_LIMIT) {
        error = zone_plan_search_restore(search);
        if (error == HV_OK)
            error = split_blocks(search, member);
    }
    free(member);
    return error;
}
