/* Dive and branch and bound over which depots to open (and, with a service level, which scenarios
 * to serve whole). */
#include "coordinator/optimizer/preposition_served.h"
#include "coordinator/optimizer/preposition_tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INTEGRAL 1e-6
#define PROBE_ITERATIONS 50 /* of the simplex method, to guess what a branch is worth */
#define PROBES_MAX 6u       /* variables probed at a node */
#define TRIED_MAX 400u      /* facilities up to which single changes are tried */
#define NODE_ROUNDS 3u
#define ROUNDING_ROUNDS 10u
#define VOLUME_TINY 1e-6 /* m3 */

struct node {
    double bound;
    uint8_t *lower, *upper; /* binaries; owned, in one block */
    struct preposition_basis *basis;
};

/* What branching on a variable has been worth so far, up and down, a unit of change. */
struct worth {
    double sum[2];
    uint32_t count[2];
};

struct search {
    struct preposition_tree *tree;
    struct node **heap; /* by bound */
    size_t count, most;
    struct worth *worth;
    uint32_t *candidates;
    double *scores;
    uint8_t *lower, *upper;           /* bounds of a dive or probe */
    uint8_t *root_lower, *root_upper; /* what is settled for good */
    double closed; /* least bound of what was given up as no better than the gap */
    double *hint;  /* facility: how far the relaxation has it open */
    double *least; /* scenario: what the problem costs at least where it is served */
};

/* ---- nodes ----------------------------------------------------------------------------------- */

static void node_free(struct node *node) {
    if (node == NULL)
        return;
    preposition_basis_release(node->basis);
    free(node->lower);
    free(node);
}

static struct node *node_new(const struct search *search, double bound, const uint8_t *lower,
                             const uint8_t *upper, struct preposition_basis *basis) {
    size_t binaries = search->tree->binaries;
    struct node *node = malloc(sizeof *node);
    uint8_t *room = calloc(2 * binaries + 1, 1);
    if (node == NULL || room == NULL) {
        free(node);
        free(room);
        search->tree->error = HV_ERR_MEMORY;
        return NULL;
    }
    node->bound = bound;
    node->lower = room;
    node->upper = room + binaries;
    node->basis = basis;
    memcpy(node->lower, lower, binaries);
    memcpy(node->upper, upper, binaries);
    if (basis != NULL)
        basis->references++;
    return node;
}

static void heap_push(struct search *search, struct node *node) {
    if (node == NULL)
        return;
    if (search->count == search->most) {
        size_t most = 2 * search->most + 64;
        struct node **grown = realloc(search->heap, most * sizeof *grown);
        if (grown == NULL) {
            search->tree->error = HV_ERR_MEMORY;
            search->closed = fmin(search->closed, node->bound);
            node_free(node);
            return;
        }
        search->heap = grown;
        search->most = most;
    }
    size_t at = search->count++;
    for (; at > 0 && search->heap[(at - 1) / 2]->bound > node->bound; at = (at - 1) / 2)
        search->heap[at] = search->heap[(at - 1) / 2];
    search->heap[at] = node;
}

static struct node *heap_pop(struct search *search) {
    struct node *top = search->heap[0], *last = search->heap[--search->count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < search->count; at = child) {
        if (child + 1 < search->count &&
            search->heap[child + 1]->bound < search->heap[child]->bound)
            child++;
        if (search->heap[child]->bound >= last->bound)
            break;
        search->heap[at] = search->heap[child];
    }
    if (search->count > 0)
        search->heap[at] = last;
    return top;
}

/* ---- fixing ---------------------------------------------------------------------------------- */

static const struct preposition_step *step_of(const struct search *search, uint32_t binary) {
    const struct preposition_problem *problem = &search->tree->problem;
    return binary >= problem->facility_count &&
                   binary - problem->facility_count < problem->step_count
               ? &problem->steps[binary - problem->facility_count]
               : NULL;
}

/* The scenario that a binary serves, by its place; UINT32_MAX for facilities and steps. */
static uint32_t served_by(const struct search *search, uint32_t binary) {
    const struct preposition_problem *problem = &search->tree->problem;
    uint32_t before = problem->facility_count + problem->step_count;
    return binary < before ? UINT32_MAX : binary - before;
}

/* Takes away the sizes of a store that are (or are not) in the step. */
static void close_sizes(const struct search *search, const struct preposition_step *step,
                        bool inside, uint8_t *upper) {
    const struct preposition_problem *problem = &search->tree->problem;
    for (uint32_t a = problem->facilities_first[step->store];
         a < problem->facilities_first[step->store + 1]; a++)
        if (problem->facilities[a].size != PREPOSITION_NO_SIZE &&
            preposition_step_holds(problem, step, a) == inside)
            upper[a] = 0;
}

/* Opens one size of a site, which closes the others; a step only those below it. */
static void fix_open(const struct search *search, uint32_t binary, uint8_t *lower, uint8_t *upper) {
    const struct preposition_problem *problem = &search->tree->problem;
    const struct preposition_step *step = step_of(search, binary);
    lower[binary] = 1;
    if (step != NULL)
        close_sizes(search, step, false, upper);
    if (binary >= problem->facility_count)
        return;
    uint32_t store = problem->facilities[binary].store;
    for (uint32_t a = problem->facilities_first[store]; a < problem->facilities_first[store + 1];
         a++)
        if (a != binary && problem->facilities[a].size != PREPOSITION_NO_SIZE)
            upper[a] = 0;
}

static void fix_closed(const struct search *search, uint32_t binary, uint8_t *lower,
                       uint8_t *upper) {
    const struct preposition_step *step = step_of(search, binary);
    upper[binary] = 0;
    if (step != NULL)
        close_sizes(search, step, true, upper);
    if (served_by(search, binary) != UINT32_MAX)
        preposition_served_imply(search->tree, lower, upper);
}

static void fix(const struct search *search, uint32_t binary, bool up, uint8_t *lower,
                uint8_t *upper) {
    if (up)
        fix_open(search, binary, lower, upper);
    else
        fix_closed(search, binary, lower, upper);
}

/* Fixes what the reduced costs at a solution of this bound prove. */
static void fix_by_price(struct search *search, double bound, uint8_t *lower, uint8_t *upper) {
    double cutoff = preposition_tree_cutoff(search->tree);
    for (uint32_t i = 0; i < search->tree->binaries; i++) {
        if (lower[i] == upper[i])
            continue;
        double x = preposition_master_value(search->tree->master, i);
        double price = preposition_master_reduced_cost(search->tree->master, i);
        if (x < INTEGRAL && bound + price > cutoff)
            fix_closed(search, i, lower, upper);
        else if (x > 1 - INTEGRAL && bound - price > cutoff)
            fix_open(search, i, lower, upper);
    }
}

/* Nothing settled but what is always open. */
static void settle_nothing(struct search *search) {
    const struct preposition_problem *problem = &search->tree->problem;
    for (uint32_t i = 0; i < search->tree->binaries; i++) {
        bool open_air =
            i < problem->facility_count && problem->facilities[i].size == PREPOSITION_NO_SIZE;
        search->root_lower[i] = open_air ? 1 : 0;
        search->root_upper[i] = 1;
    }
}

static void begin_bounds(const struct search *search, uint8_t *lower, uint8_t *upper) {
    memcpy(lower, search->root_lower, search->tree->binaries);
    memcpy(upper, search->root_upper, search->tree->binaries);
}

/* ---- a service level ------------------------------------------------------------------------- */

/* Asks about the scenarios and settles that those with which nothing is better than the best are
 * not served. */
static void settle_scenarios(struct search *search) {
    struct preposition_tree *tree = search->tree;
    uint32_t scenarios = tree->instance->scenario_count, first = tree->binaries - scenarios;
    preposition_served_probe(tree, search->least);
    for (uint32_t s = 0; s < scenarios; s++)
        if (search->root_upper[first + s] && search->least[s] >= preposition_tree_cutoff(tree)) {
            search->closed = fmin(search->closed, search->least[s]);
            fix_closed(search, first + s, search->root_lower, search->root_upper);
        }
    preposition_master_set_bounds(tree->master, search->root_lower, search->root_upper);
    double bound = preposition_tree_root_again(tree);
    tree->bound = fmax(tree->bound, fmin(fmin(bound, search->closed), tree->value));
}

/* Bounds of a dive that keeps to a good choice of scenarios. */
static void begin_served(struct search *search) {
    struct preposition_tree *tree = search->tree;
    uint32_t scenarios = tree->instance->scenario_count, first = tree->binaries - scenarios;
    bool *served = calloc((size_t)scenarios + 1, sizeof *served);
    begin_bounds(search, search->lower, search->upper);
    if (served == NULL)
        tree->error = HV_ERR_MEMORY;
    else if (preposition_served_choose(tree, search->least, served))
        for (uint32_t s = 0; s < scenarios; s++)
            search->lower[first + s] = search->upper[first + s] = served[s];
    free(served);
}

/* ---- a first decision ------------------------------------------------------------------------ */

/* The free variable to fix next in a dive: the largest fraction, or, where all are small, the one
 * whose depot is used least, downwards. UINT32_MAX where none is fractional. */
static uint32_t choose_dive(const struct search *search, bool *ret_up) {
    const struct preposition_tree *tree = search->tree;
    uint32_t large = UINT32_MAX, small = UINT32_MAX;
    double largest = 0, smallest = INFINITY;
    for (uint32_t i = 0; i < tree->binaries; i++) {
        double x = preposition_master_value(tree->master, i);
        if (search->lower[i] == search->upper[i] || x < INTEGRAL || x > 1 - INTEGRAL ||
            step_of(search, i) != NULL)
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

static void fix_next(struct search *search, uint32_t binary, bool up, struct last_fixed *last) {
    memcpy(last->lower, search->lower, search->tree->binaries);
    memcpy(last->upper, search->upper, search->tree->binaries);
    last->binary = binary;
    last->up = up;
    fix(search, binary, up, search->lower, search->upper);
}

static bool fix_otherwise(struct search *search, struct last_fixed *last) {
    if (last->binary == UINT32_MAX)
        return false;
    memcpy(search->lower, last->lower, search->tree->binaries);
    memcpy(search->upper, last->upper, search->tree->binaries);
    fix(search, last->binary, !last->up, search->lower, search->upper);
    last->binary = UINT32_MAX;
    return true;
}

static void dive_on(struct search *search, struct last_fixed *last) {
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
                preposition_master_value(tree->master, i) > 1 - INTEGRAL)
                fix_open(search, i, search->lower, search->upper);
        uint32_t next = choose_dive(search, &up);
        if (next == UINT32_MAX)
            return;
        fix_next(search, next, up, last);
    }
}

/* From the bounds in search->lower and upper down to one decision. */
static void dive(struct search *search) {
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
static void round_up(struct search *search) {
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

/* The best decision, but for what two stores hold: facilities `a` and `b`, or nothing where they
 * are UINT32_MAX. Remembered if it is better. */
static void try_change(struct search *search, uint32_t store, uint32_t a, uint32_t other,
                       uint32_t b) {
    struct preposition_tree *tree = search->tree;
    const struct preposition_problem *problem = &tree->problem;
    bool done;
    begin_bounds(search, search->lower, search->upper);
    for (uint32_t i = 0; i < tree->binaries; i++) {
        if (step_of(search, i) != NULL || search->lower[i] != 0)
            continue;
        bool open;
        if (i >= problem->facility_count)
            open = tree->best.served[served_by(search, i)] > 0.5;
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
static bool try_sites(struct search *search) {
    struct preposition_tree *tree = search->tree;
    const struct preposition_problem *problem = &tree->problem;
    double before = tree->value;
    for (uint32_t q = 0; q < problem->store_count && !preposition_tree_stops(tree); q++)
        for (uint32_t a = problem->facilities_first[q]; a <= problem->facilities_first[q + 1]; a++)
            try_change(search, q, a, UINT32_MAX, UINT32_MAX);
    return tree->value < before;
}

/* The best decision with a depot moved to another site, where the root has one by a part. Returns
 * whether that helped. */
static bool try_moves(struct search *search) {
    struct preposition_tree *tree = search->tree;
    const struct preposition_problem *problem = &tree->problem;
    double before = tree->value;
    for (uint32_t from = 0; from < problem->store_count; from++)
        for (uint32_t to = 0; to < problem->store_count; to++)
            for (uint32_t b = problem->facilities_first[to]; b < problem->facilities_first[to + 1];
                 b++) {
                uint32_t a = open_at(tree, from);
                if (a == UINT32_MAX || open_at(tree, to) != UINT32_MAX)
                    break;
                if (problem->facilities[b].size == PREPOSITION_NO_SIZE ||
                    search->hint[b] < INTEGRAL)
                    continue;
                if (preposition_tree_stops(tree))
                    return false;
                try_change(search, from, UINT32_MAX, to, b);
            }
    return tree->value < before;
}

/* Changes of single depots as long as they help; with a service level, where the first decision is
 * poor, moves too. (Without one they save nodes and no time.) */
static void improve(struct search *search) {
    struct preposition_tree *tree = search->tree;
    if (isinf(tree->value) || tree->problem.facility_count > TRIED_MAX)
        return;
    for (uint32_t pass = 0; pass < 2 && preposition_tree_cutoff(tree) > tree->bound; pass++)
        if (!try_sites(search))
            break;
    for (uint32_t pass = 0; pass < 2 && preposition_tree_cutoff(tree) > tree->bound; pass++)
        if (!tree->instance->has_service || !try_moves(search) || !try_sites(search))
            break;
}

/* The depots that the master's solution has open by a part. */
static void take_hint(struct search *search) {
    for (uint32_t a = 0; a < search->tree->problem.facility_count; a++)
        search->hint[a] = preposition_master_value(search->tree->master, a);
}

static void find_first(struct search *search) {
    struct preposition_tree *tree = search->tree;
    bool serving = tree->instance->has_service;
    begin_bounds(search, search->lower, search->upper);
    if (serving)
        settle_scenarios(search);
    take_hint(search);
    if (serving) { /* dives close what only few scenarios need */
        begin_served(search);
        round_up(search);
    }
    dive(search);
    if (!serving && isinf(tree->value)) {
        begin_bounds(search, search->lower, search->upper);
        round_up(search);
    }
    improve(search);
    if (!serving || isinf(tree->value) || preposition_tree_stops(tree))
        return;
    settle_scenarios(search); /* with something to be better than */
    begin_bounds(search, search->lower, search->upper);
    take_hint(search);
    dive(search);
    improve(search);
}

/* ---- branching ------------------------------------------------------------------------------- */

static double worth_of(const struct search *search, uint32_t binary, bool up, double x) {
    const struct worth *worth = &search->worth[binary];
    return worth->sum[up] / worth->count[up] * (up ? 1 - x : x);
}

static void learn(struct search *search, uint32_t binary, bool up, double x, double gain) {
    struct worth *worth = &search->worth[binary];
    worth->sum[up] += fmax(0, gain) / (up ? 1 - x : x);
    worth->count[up]++;
}

/* A few simplex iterations into a branch. */
static void probe(struct search *search, const struct node *node, uint32_t binary, bool up,
                  double x, double bound, const struct preposition_basis *basis) {
    struct preposition_tree *tree = search->tree;
    memcpy(search->lower, node->lower, tree->binaries);
    memcpy(search->upper, node->upper, tree->binaries);
    fix(search, binary, up, search->lower, search->upper);
    preposition_master_set_bounds(tree->master, search->lower, search->upper);
    preposition_master_restore(tree->master, basis);
    double cutoff = preposition_tree_cutoff(tree), reached;
    enum preposition_master_status status =
        preposition_master_solve(tree->master, cutoff, PROBE_ITERATIONS);
    if (status == PREPOSITION_MASTER_INFEASIBLE)
        reached = isinf(cutoff) ? 2 * bound : cutoff;
    else /* a guess, no bound: what the dual simplex method has come to */
        reached = fmax(preposition_master_bound(tree->master),
                       preposition_master_objective(tree->master));
    learn(search, binary, up, x, fmin(reached, isinf(cutoff) ? reached : cutoff) - bound);
}

/* Of the sizes of a site only the largest is branched on, and the steps to it: closing one size of
 * several leaves its neighbours to take its place. */
static bool branches(const struct search *search, uint32_t binary) {
    const struct preposition_problem *problem = &search->tree->problem;
    if (binary >= problem->facility_count)
        return true;
    uint32_t store = problem->facilities[binary].store, sizes = 0;
    for (uint32_t a = problem->facilities_first[store]; a < problem->facilities_first[store + 1];
         a++)
        sizes += problem->facilities[a].size != PREPOSITION_NO_SIZE;
    return problem->facilities[binary].rank + 1 == sizes;
}

/* About what a binary stands for, in money. */
static double cost_of(const struct search *search, uint32_t binary) {
    const struct preposition_problem *problem = &search->tree->problem;
    const struct preposition_step *step = step_of(search, binary);
    double cost = 0;
    if (binary < problem->facility_count)
        return problem->facilities[binary].fixed_cost;
    if (step == NULL)
        return search->tree->scale;
    for (uint32_t a = problem->facilities_first[step->store];
         a < problem->facilities_first[step->store + 1]; a++)
        if (preposition_step_holds(problem, step, a))
            cost = fmax(cost, problem->facilities[a].fixed_cost);
    return cost;
}

/* Variables that are fractional, the most promising first. */
static uint32_t list_candidates(struct search *search) {
    const struct preposition_tree *tree = search->tree;
    uint32_t count = 0;
    for (uint32_t i = 0; i < tree->binaries; i++) {
        double x = preposition_master_value(tree->master, i), score;
        if (x < INTEGRAL || x > 1 - INTEGRAL || !branches(search, i))
            continue;
        double cost = 1 + cost_of(search, i);
        if (search->worth[i].count[0] > 0 && search->worth[i].count[1] > 0)
            score = fmax(worth_of(search, i, true, x), 1) * fmax(worth_of(search, i, false, x), 1);
        else
            score = 1e30 * fmin(x, 1 - x) * cost; /* to be probed */
        uint32_t at = count++;
        for (; at > 0 && search->scores[at - 1] < score; at--) {
            search->scores[at] = search->scores[at - 1];
            search->candidates[at] = search->candidates[at - 1];
        }
        search->scores[at] = score;
        search->candidates[at] = i;
    }
    return count;
}

/* Of the scenarios served by a part, the one whose service costs most: those decisions settle the
 * most, and where all are settled what is left is a problem without a service level. UINT32_MAX
 * where none is. */
static uint32_t choose_scenario(const struct search *search) {
    const struct preposition_tree *tree = search->tree;
    uint32_t chosen = UINT32_MAX;
    uint32_t first = tree->problem.facility_count + tree->problem.step_count;
    for (uint32_t i = first; i < tree->binaries; i++) {
        double x = preposition_master_value(tree->master, i);
        if (x < INTEGRAL || x > 1 - INTEGRAL)
            continue;
        if (chosen == UINT32_MAX || search->least[i - first] > search->least[chosen - first])
            chosen = i;
    }
    return chosen;
}

/* The variable to branch on at the master's solution; UINT32_MAX where none is fractional. */
static uint32_t choose_branch(struct search *search, const struct node *node, double bound,
                              const struct preposition_basis *basis, double *ret_x) {
    struct preposition_tree *tree = search->tree;
    uint32_t scenario = choose_scenario(search);
    if (scenario != UINT32_MAX) {
        *ret_x = preposition_master_value(tree->master, scenario);
        return scenario;
    }
    uint32_t count = list_candidates(search), probed = 0, chosen = UINT32_MAX;
    double best = -1;
    double *values = malloc((count + 1) * sizeof *values);
    if (values == NULL) {
        tree->error = HV_ERR_MEMORY;
        return UINT32_MAX;
    }
    for (uint32_t c = 0; c < count; c++)
        values[c] = preposition_master_value(tree->master, search->candidates[c]);
    for (uint32_t c = 0; c < count; c++) {
        uint32_t i = search->candidates[c];
        const struct worth *worth = &search->worth[i];
        if (worth->count[0] == 0 || worth->count[1] == 0) {
            if (probed++ >= PROBES_MAX)
                continue;
            probe(search, node, i, false, values[c], bound, basis);
            probe(search, node, i, true, values[c], bound, basis);
        }
        double left = isinf(tree->value) ? INFINITY : tree->value - bound;
        double score = fmax(fmin(worth_of(search, i, true, values[c]), left), 1e-9) *
                       fmax(fmin(worth_of(search, i, false, values[c]), left), 1e-9);
        if (score > best) {
            best = score;
            chosen = i;
            *ret_x = values[c];
        }
    }
    free(values);
    return chosen;
}

/* Splits a node; returns the child to go on with, the other is on the heap. */
static struct node *branch(struct search *search, struct node *node, double bound) {
    struct preposition_tree *tree = search->tree;
    struct preposition_basis *basis = preposition_master_basis(tree->master);
    double x = 0;
    uint32_t binary = basis == NULL ? UINT32_MAX : choose_branch(search, node, bound, basis, &x);
    if (binary == UINT32_MAX) { /* without memory, or rounds ran out at an integral point */
        search->closed = fmin(search->closed, bound);
        preposition_basis_release(basis);
        return NULL;
    }
    struct node *child[2] = {NULL, NULL};
    for (int up = 0; up < 2; up++) {
        child[up] = node_new(search, bound, node->lower, node->upper, basis);
        if (child[up] != NULL)
            fix(search, binary, up == 1, child[up]->lower, child[up]->upper);
    }
    preposition_basis_release(basis);
    int first = x > 0.4 ? 1 : 0;
    heap_push(search, child[1 - first]);
    return child[first];
}

/* Solves a node; returns a child to go on with or NULL. */
static struct node *expand(struct search *search, struct node *node) {
    struct preposition_tree *tree = search->tree;
    bool done;
    tree->nodes++;
    preposition_master_set_bounds(tree->master, node->lower, node->upper);
    if (node->basis != NULL)
        preposition_master_restore(tree->master, node->basis);
    double bound = preposition_tree_node(tree, NODE_ROUNDS, preposition_tree_cutoff(tree), &done);
    bound = fmax(bound, node->bound);
    if (done || bound >= preposition_tree_cutoff(tree) || preposition_tree_stops(tree)) {
        search->closed = fmin(search->closed, bound);
        return NULL;
    }
    fix_by_price(search, bound, node->lower, node->upper);
    preposition_tree_limit_rows(tree);
    return branch(search, node, bound);
}

static double least_open(const struct search *search, const struct node *next) {
    double bound = search->closed;
    if (next != NULL)
        bound = fmin(bound, next->bound);
    return search->count > 0 ? fmin(bound, search->heap[0]->bound) : bound;
}

static void branch_and_bound(struct search *search) {
    struct preposition_tree *tree = search->tree;
    begin_bounds(search, search->lower, search->upper);
    struct node *next = node_new(search, tree->bound, search->lower, search->upper, NULL);
    while (next != NULL || search->count > 0) {
        struct node *node = next != NULL ? next : heap_pop(search);
        next = NULL;
        tree->bound = fmax(tree->bound, fmin(least_open(search, node), tree->value));
        if (node->bound >= preposition_tree_cutoff(tree) || preposition_tree_stops(tree))
            search->closed = fmin(search->closed, node->bound);
        else
            next = expand(search, node);
        node_free(node);
    }
    tree->bound = fmax(tree->bound, fmin(search->closed, tree->value));
}

/* ---- the search ------------------------------------------------------------------------------ */

static bool search_init(struct search *search, struct preposition_tree *tree) {
    size_t binaries = tree->binaries;
    *search = (struct search){
        .tree = tree,
        .worth = calloc(binaries + 1, sizeof *search->worth),
        .candidates = calloc(binaries + 1, sizeof *search->candidates),
        .scores = calloc(binaries + 1, sizeof *search->scores),
        .lower = calloc(binaries + 1, 1),
        .upper = calloc(binaries + 1, 1),
        .root_lower = calloc(binaries + 1, 1),
        .root_upper = calloc(binaries + 1, 1),
        .hint = calloc(binaries + 1, sizeof(double)),
        .least = calloc((size_t)tree->instance->scenario_count + 1, sizeof *search->least),
        .closed = INFINITY,
    };
    bool made = search->worth != NULL && search->candidates != NULL && search->scores != NULL &&
                search->lower != NULL && search->upper != NULL && search->root_lower != NULL &&
                search->root_upper != NULL && search->hint != NULL && search->least != NULL;
    if (made)
        settle_nothing(search);
    return made;
}

static void search_deinit(struct search *search) {
    while (search->count > 0)
        node_free(heap_pop(search));
    free(search->heap);
    free(search->worth);
    free(search->candidates);
    free(search->scores);
    free(search->lower);
    free(search->upper);
    free(search->root_lower);
    free(search->root_upper);
    free(search->hint);
    free(search->least);
}

void preposition_tree_search(struct preposition_tree *tree) {
    struct search search;
    preposition_tree_root(tree);
    if (tree->error != HV_OK || tree->bound == INFINITY || preposition_tree_stops(tree))
        return;
    if (!search_init(&search, tree))
        tree->error = HV_ERR_MEMORY;
    else
        find_first(&search);
    if (tree->error == HV_OK)
        branch_and_bound(&search);
    search_deinit(&search);
}
