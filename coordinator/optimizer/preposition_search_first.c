/* First decisions: a dive, rounding the relaxation up, and changes of the best. */
#include "coordinator/optimizer/preposition_search_state.h"
#include "coordinator/optimizer/preposition_served.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TRIED_MAX 400u /* facilities up to which single changes are tried */
#define ROUNDING_ROUNDS 10u
#define VOLUME_TINY 1e-6 /* m3 */

/* ---- a service level ------------------------------------------------------------------------- */

/* Asks about the scenarios and settles that those with which nothing is better than the best are
 * not served. */
static void settle_scenarios(struct preposition_search *search) {
    struct preposition_tree *tree = search->tree;
    uint32_t scenarios = tree->instance->scenario_count;
    uint32_t first = preposition_first_scenario(&tree->problem);
    preposition_served_probe(tree, search->least);
    for (uint32_t s = 0; s < scenarios; s++)
        if (search->root_upper[first + s] && search->least[s] >= preposition_tree_cutoff(tree)) {
            search->closed = fmin(search->closed, search->least[s]);
            preposition_search_close(search, first + s, search->root_lower, search->root_upper);
        }
    preposition_master_set_bounds(tree->master, search->root_lower, search->root_upper);
    double bound = preposition_tree_root_again(tree);
    tree->bound = fmax(tree->bound, fmin(fmin(bound, search->closed), tree->value));
}

/* Bounds of a dive that keeps to a good choice of scenarios. */
static void begin_served(struct preposition_search *search) {
    struct preposition_tree *tree = search->tree;
    uint32_t scenarios = tree->instance->scenario_count;
    uint32_t first = preposition_first_scenario(&tree->problem);
    bool *served = calloc((size_t)scenarios + 1, sizeof *served);
    preposition_search_begin(search, search->lower, search->upper);
    if (served == NULL)
        tree->error = HV_ERR_MEMORY;
    else if (preposition_served_choose(tree, search->least, served))
        for (uint32_t s = 0; s < scenarios; s++)
            search->lower[first + s] = search->upper[first + s] = served[s];
    free(served);
}

/* ---- a dive ---------------------------------------------------------------------------------- */

/* The free variable to fix next in a dive: the largest fraction, or, where all are small, the one
 * whose depot is used least, downwards. UINT32_MAX where none is fractional. */
static uint32_t choose_dive(const struct preposition_search *search, bool *ret_up) {
    const struct preposition_tree *tree = search->tree;
    uint32_t large = UINT32_MAX, small = UINT32_MAX;
    double largest = 0, smallest = INFINITY;
    for (uint32_t i = 0; i < tree->binaries; i++) {
        double x = preposition_master_value(tree->master, i);
        if (search->lower[i] == search->upper[i] || x < PREPOSITION_INTEGRAL ||
            x > 1 - PREPOSITION_INTEGRAL || preposition_search_step(search, i) != NULL)
            continue;
        double use =
            i < tree->problem.facility_count ? x * tree->problem.facilities[i].capacity_m3 : x;
        if (x > largest) {
            largest = x;
            large = i;
        }
        if (use < smallest) {
            smallest = use;
            small = i;
        }
    }
    *ret_up = largest >= 0.6;
    return *ret_up ? large : small;
}

/* What a dive fixed last, to be fixed the other way once where nothing is left. */
struct last_fixed {
    uint8_t *lower, *upper; /* before; owned, in one block */
    uint32_t binary;        /* UINT32_MAX: nothing, or both ways already */
    bool up;
};

static void fix_next(struct preposition_search *search, uint32_t binary, bool up,
                     struct last_fixed *last) {
    memcpy(last->lower, search->lower, search->tree->binaries);
    memcpy(last->upper, search->upper, search->tree->binaries);
    last->binary = binary;
    last->up = up;
    preposition_search_fix(search, binary, up, search->lower, search->upper);
}

static bool fix_otherwise(struct preposition_search *search, struct last_fixed *last) {
    if (last->binary == UINT32_MAX)
        return false;
    memcpy(search->lower, last->lower, search->tree->binaries);
    memcpy(search->upper, last->upper, search->tree->binaries);
    preposition_search_fix(search, last->binary, !last->up, search->lower, search->upper);
    last->binary = UINT32_MAX;
    return true;
}

static void dive_on(struct preposition_search *search, struct last_fixed *last) {
    struct preposition_tree *tree = search->tree;
    for (uint32_t depth = 0; depth <= 2 * tree->binaries && !preposition_tree_stops(tree);
         depth++) {
        bool done, up;
        preposition_master_set_bounds(tree->master, search->lower, search->upper);
        double bound = preposition_tree_node(tree, 1, preposition_tree_cutoff(tree), &done);
        if (bound == INFINITY && fix_otherwise(search, last))
            continue;
        if (isinf(bound) || done)
            return;
        preposition_tree_limit_rows(tree);
        for (uint32_t i = 0; i < tree->binaries; i++)
            if (search->lower[i] < search->upper[i] &&
                preposition_master_value(tree->master, i) > 1 - PREPOSITION_INTEGRAL)
                preposition_search_open(search, i, search->lower, search->upper);
        uint32_t next = choose_dive(search, &up);
        if (next == UINT32_MAX)
            return;
        fix_next(search, next, up, last);
    }
}

/* From the bounds in search->lower and upper down to one decision. */
static void dive(struct preposition_search *search) {
    size_t binaries = search->tree->binaries;
    struct last_fixed last = {.lower = malloc(2 * binaries + 1), .binary = UINT32_MAX};
    if (last.lower == NULL) {
        search->tree->error = HV_ERR_MEMORY;
        return;
    }
    last.upper = last.lower + binaries;
    dive_on(search, &last);
    free(last.lower);
}

/* ---- rounding up ----------------------------------------------------------------------------- */

/* Volume that the relaxation holds in the depots of a store. */
static double volume_held(const struct preposition_tree *tree, uint32_t store) {
    const struct preposition_problem *problem = &tree->problem;
    size_t items = tree->instance->item_count;
    double volume = 0;
    for (uint32_t a = problem->facilities_first[store]; a < problem->facilities_first[store + 1];
         a++)
        for (size_t k = 0; k < items; k++)
            volume += tree->instance->items[k].volume_m3 * tree->query.stock[a * items + k];
    return volume;
}

/* The smallest size of a store that has room for a volume, or else the largest; UINT32_MAX where
 * there is none. */
static uint32_t size_for(const struct preposition_problem *problem, uint32_t store, double volume) {
    uint32_t found = UINT32_MAX;
    for (uint32_t a = problem->facilities_first[store]; a < problem->facilities_first[store + 1];
         a++) {
        const struct preposition_facility *facility = &problem->facilities[a];
        if (facility->size == PREPOSITION_NO_SIZE)
            continue;
        double room = found == UINT32_MAX ? -1 : problem->facilities[found].capacity_m3;
        if (room < volume ? facility->capacity_m3 > room
                          : facility->capacity_m3 >= volume && facility->capacity_m3 < room)
            found = a;
    }
    return found;
}

/* One decision from the relaxation within search->lower and upper, which stay: wherever it holds
 * something there is a depot with room for that. Where it meets a service level so does the
 * decision. */
static void round_up(struct preposition_search *search) {
    struct preposition_tree *tree = search->tree;
    const struct preposition_problem *problem = &tree->problem;
    bool done;
    preposition_master_set_bounds(tree->master, search->lower, search->upper);
    double bound =
        preposition_tree_node(tree, ROUNDING_ROUNDS, preposition_tree_cutoff(tree), &done);
    uint8_t *lower = malloc(2 * (size_t)tree->binaries + 1), *upper;
    if (lower == NULL)
        tree->error = HV_ERR_MEMORY;
    if (lower == NULL || isinf(bound) || done) {
        free(lower);
        return;
    }
    upper = lower + tree->binaries;
    memcpy(lower, search->lower, tree->binaries);
    memcpy(upper, search->upper, tree->binaries);
    preposition_master_point(tree->master, &tree->query);
    for (uint32_t q = 0; q < problem->store_count; q++) {
        double volume = volume_held(tree, q);
        uint32_t chosen = volume > VOLUME_TINY ? size_for(problem, q, volume) : UINT32_MAX;
        for (uint32_t a = problem->facilities_first[q]; a < problem->facilities_first[q + 1]; a++)
            if (problem->facilities[a].size != PREPOSITION_NO_SIZE)
                lower[a] = upper[a] = a == chosen;
    }
    preposition_master_set_bounds(tree->master, lower, upper);
    (void)preposition_tree_node(tree, 0, preposition_tree_cutoff(tree), &done);
    free(lower);
}

/* ---- changes of the best --------------------------------------------------------------------- */

/* The best decision, but for what two stores hold: facilities `a` and `b`, or nothing where they
 * are UINT32_MAX. Remembered if it is better. */
static void try_change(struct preposition_search *search, uint32_t store, uint32_t a,
                       uint32_t other, uint32_t b) {
    struct preposition_tree *tree = search->tree;
    const struct preposition_problem *problem = &tree->problem;
    bool done;
    preposition_search_begin(search, search->lower, search->upper);
    for (uint32_t i = 0; i < tree->binaries; i++) {
        if (preposition_search_step(search, i) != NULL || search->lower[i] != 0)
            continue;
        bool open;
        if (i >= problem->facility_count)
            open = tree->best.served[preposition_search_scenario(search, i)] > 0.5;
        else if (problem->facilities[i].store == store)
            open = i == a;
        else if (problem->facilities[i].store == other)
            open = i == b;
        else
            open = tree->best.open[i] > 0.5;
        search->lower[i] = search->upper[i] = open;
    }
    preposition_master_set_bounds(tree->master, search->lower, search->upper);
    (void)preposition_tree_node(tree, 0, tree->value * (1 - 1e-6), &done);
    preposition_tree_limit_rows(tree);
}

/* What the best decision has open at a store; UINT32_MAX for nothing. */
static uint32_t open_at(const struct preposition_tree *tree, uint32_t store) {
    const struct preposition_problem *problem = &tree->problem;
    for (uint32_t a = problem->facilities_first[store]; a < problem->facilities_first[store + 1];
         a++)
        if (problem->facilities[a].size != PREPOSITION_NO_SIZE && tree->best.open[a] > 0.5)
            return a;
    return UINT32_MAX;
}

/* The best decision with another size at one site, site by site. Returns whether that helped. */
static bool try_sites(struct preposition_search *search) {
    struct preposition_tree *tree = search->tree;
    const struct preposition_problem *problem = &tree->problem;
    double before = tree->value;
    for (uint32_t q = 0; q < problem->store_count && !preposition_tree_stops(tree); q++)
        for (uint32_t a = problem->facilities_first[q]; a <= problem->facilities_first[q + 1]; a++)
            try_change(search, q, a, UINT32_MAX, UINT32_MAX);
    return tree->value < before;
}

/* How much a store can hold with a facility; 0 with none. */
static double room_of(const struct preposition_tree *tree, uint32_t facility) {
    return facility == UINT32_MAX ? 0 : tree->problem.facilities[facility].capacity_m3;
}

/* The best decision with less room at one store, `less` of it or nothing, and more at another,
 * where the hint has it by a part. Returns whether that helped. */
static bool try_shifts_from(struct preposition_search *search, uint32_t from, uint32_t less) {
    struct preposition_tree *tree = search->tree;
    const struct preposition_problem *problem = &tree->problem;
    double before = tree->value;
    for (uint32_t to = 0; to < problem->store_count; to++)
        for (uint32_t b = problem->facilities_first[to];
             to != from && b < problem->facilities_first[to + 1]; b++) {
            if (problem->facilities[b].size == PREPOSITION_NO_SIZE ||
                search->hint[b] < PREPOSITION_INTEGRAL ||
                room_of(tree, b) <= room_of(tree, open_at(tree, to)))
                continue;
            if (room_of(tree, less) >= room_of(tree, open_at(tree, from)) ||
                preposition_tree_stops(tree))
                return tree->value < before;
            try_change(search, from, less, to, b);
        }
    return tree->value < before;
}

static bool try_shifts(struct preposition_search *search) {
    const struct preposition_problem *problem = &search->tree->problem;
    bool helped = false;
    for (uint32_t from = 0; from < problem->store_count; from++) {
        helped |= try_shifts_from(search, from, UINT32_MAX);
        for (uint32_t a = problem->facilities_first[from]; a < problem->facilities_first[from + 1];
             a++)
            if (problem->facilities[a].size != PREPOSITION_NO_SIZE)
                helped |= try_shifts_from(search, from, a);
    }
    return helped;
}

void preposition_search_improve(struct preposition_search *search) {
    struct preposition_tree *tree = search->tree;
    if (isinf(tree->value) || tree->problem.facility_count > TRIED_MAX)
        return;
    for (uint32_t pass = 0; pass < 2 && preposition_tree_cutoff(tree) > tree->bound; pass++)
        if (!try_sites(search))
            break;
    for (uint32_t pass = 0; pass < 2 && preposition_tree_cutoff(tree) > tree->bound; pass++)
        if (!tree->instance->has_service || !try_shifts(search) || !try_sites(search))
            break;
}

/* ---- one after the other --------------------------------------------------------------------- */

/* The depots that the master's solution has open by a part. */
static void take_hint(const struct preposition_search *search) {
    for (uint32_t a = 0; a < search->tree->problem.facility_count; a++)
        search->hint[a] = preposition_master_value(search->tree->master, a);
}

void preposition_search_first(struct preposition_search *search) {
    struct preposition_tree *tree = search->tree;
    bool serving = tree->instance->has_service;
    preposition_search_begin(search, search->lower, search->upper);
    if (serving)
        settle_scenarios(search);
    take_hint(search);
    if (serving) { /* dives close what only few scenarios need */
        begin_served(search);
        round_up(search);
    }
    dive(search);
    if (!serving && isinf(tree->value)) {
        preposition_search_begin(search, search->lower, search->upper);
        round_up(search);
    }
    preposition_search_improve(search);
    if (!serving || isinf(tree->value) || preposition_tree_stops(tree))
        return;
    settle_scenarios(search); /* with something to be better than */
    preposition_search_begin(search, search->lower, search->upper);
    take_hint(search);
    dive(search);
    preposition_search_improve(search);
}
