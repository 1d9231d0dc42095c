/* Branch and bound: the open nodes by bound, and which binary to branch on. */
#include "coordinator/optimizer/preposition_search_state.h"

#include "coordinator/optimizer/array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PROBE_ITERATIONS 50 /* of the simplex method, to guess what a branch is worth */
#define PROBES_MAX 6u       /* variables probed at a node */
#define RELIABLE 4u         /* times that a variable was tried each way, and need not be probed */
#define NODE_ROUNDS 3u
#define PLUNGE_SHARE 0.25 /* of what is left to prove: so far a plunge goes on */

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

struct branching {
    struct preposition_search *search;
    struct node **heap; /* by bound */
    size_t count, most;
    struct worth *worth;  /* binaries */
    uint32_t *candidates; /* the most promising first */
    double *scores;       /* of the candidates */
};

/* ---- nodes ----------------------------------------------------------------------------------- */

static void node_free(struct node *node) {
    if (node == NULL)
        return;
    preposition_basis_release(node->basis);
    free(node->lower);
    free(node);
}

static struct node *node_new(const struct preposition_search *search, double bound,
                             const uint8_t *lower, const uint8_t *upper,
                             struct preposition_basis *basis) {
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

static void heap_push(struct branching *branching, struct node *node) {
    struct preposition_search *search = branching->search;
    if (node == NULL)
        return;
    if (array_reserve((void **)&branching->heap, branching->count + 1, &branching->most,
                      sizeof(struct node *)) != HV_OK) {
        search->tree->error = HV_ERR_MEMORY;
        search->closed = fmin(search->closed, node->bound);
        node_free(node);
        return;
    }
    size_t at = branching->count++;
    for (; at > 0 && branching->heap[(at - 1) / 2]->bound > node->bound; at = (at - 1) / 2)
        branching->heap[at] = branching->heap[(at - 1) / 2];
    branching->heap[at] = node;
}

static struct node *heap_pop(struct branching *branching) {
    struct node *top = branching->heap[0], *last = branching->heap[--branching->count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < branching->count; at = child) {
        if (child + 1 < branching->count &&
            branching->heap[child + 1]->bound < branching->heap[child]->bound)
            child++;
        if (branching->heap[child]->bound >= last->bound)
            break;
        branching->heap[at] = branching->heap[child];
    }
    if (branching->count > 0)
        branching->heap[at] = last;
    return top;
}

/* ---- what to branch on ----------------------------------------------------------------------- */

static double worth_of(const struct branching *branching, uint32_t binary, bool up, double x) {
    const struct worth *worth = &branching->worth[binary];
    return worth->sum[up] / worth->count[up] * (up ? 1 - x : x);
}

static void learn(struct branching *branching, uint32_t binary, bool up, double x, double gain) {
    struct worth *worth = &branching->worth[binary];
    worth->sum[up] += fmax(0, gain) / (up ? 1 - x : x);
    worth->count[up]++;
}

/* A few simplex iterations into a branch. */
static void probe(struct branching *branching, const struct node *node, uint32_t binary, bool up,
                  double x, double bound, const struct preposition_basis *basis) {
    struct preposition_search *search = branching->search;
    struct preposition_tree *tree = search->tree;
    memcpy(search->lower, node->lower, tree->binaries);
    memcpy(search->upper, node->upper, tree->binaries);
    preposition_search_fix(search, binary, up, search->lower, search->upper);
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
    learn(branching, binary, up, x, fmin(reached, isinf(cutoff) ? reached : cutoff) - bound);
}

/* Of the sizes of a site only the largest is branched on, and the steps to it: closing one size of
 * several leaves its neighbours to take its place. */
static bool branches(const struct preposition_search *search, uint32_t binary) {
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
static double cost_of(const struct preposition_search *search, uint32_t binary) {
    const struct preposition_problem *problem = &search->tree->problem;
    const struct preposition_step *step = preposition_search_step(search, binary);
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
static uint32_t list_candidates(struct branching *branching) {
    struct preposition_search *search = branching->search;
    const struct preposition_tree *tree = search->tree;
    uint32_t count = 0;
    for (uint32_t i = 0; i < tree->binaries; i++) {
        double x = preposition_master_value(tree->master, i), score;
        if (x < PREPOSITION_INTEGRAL || x > 1 - PREPOSITION_INTEGRAL || !branches(search, i))
            continue;
        double cost = 1 + cost_of(search, i);
        if (branching->worth[i].count[0] > 0 && branching->worth[i].count[1] > 0)
            score = fmax(worth_of(branching, i, true, x), 1) *
                    fmax(worth_of(branching, i, false, x), 1);
        else
            score = 1e30 * fmin(x, 1 - x) * cost; /* to be probed */
        uint32_t at = count++;
        for (; at > 0 && branching->scores[at - 1] < score; at--) {
            branching->scores[at] = branching->scores[at - 1];
            branching->candidates[at] = branching->candidates[at - 1];
        }
        branching->scores[at] = score;
        branching->candidates[at] = i;
    }
    return count;
}

/* Of the scenarios served by a part, the one whose service costs most: those decisions settle the
 * most, and where all are settled what is left is a problem without a service level. UINT32_MAX
 * where none is. */
static uint32_t choose_scenario(const struct preposition_search *search) {
    const struct preposition_tree *tree = search->tree;
    uint32_t chosen = UINT32_MAX;
    uint32_t first = preposition_first_scenario(&tree->problem);
    for (uint32_t i = first; i < tree->binaries; i++) {
        double x = preposition_master_value(tree->master, i);
        if (x < PREPOSITION_INTEGRAL || x > 1 - PREPOSITION_INTEGRAL)
            continue;
        if (chosen == UINT32_MAX || search->least[i - first] > search->least[chosen - first])
            chosen = i;
    }
    return chosen;
}

/* Whether what a variable is worth is known well enough (reliability branching: Achterberg, Koch
 * and Martin 2005). With CVaR, where a few iterations tell little, once is taken for enough. */
static bool is_reliable(const struct branching *branching, uint32_t binary) {
    const struct preposition_instance *instance = branching->search->tree->instance;
    const struct worth *worth = &branching->worth[binary];
    uint32_t wanted = instance->measure == PREPOSITION_CVAR ? 1 : RELIABLE;
    return worth->count[0] >= wanted && worth->count[1] >= wanted;
}

/* The variable to branch on at the master's solution; UINT32_MAX where none is fractional. */
static uint32_t choose_branch(struct branching *branching, const struct node *node, double bound,
                              const struct preposition_basis *basis, double *ret_x) {
    struct preposition_search *search = branching->search;
    struct preposition_tree *tree = search->tree;
    uint32_t scenario = choose_scenario(search);
    if (scenario != UINT32_MAX) {
        *ret_x = preposition_master_value(tree->master, scenario);
        return scenario;
    }
    uint32_t count = list_candidates(branching), probed = 0, chosen = UINT32_MAX;
    double best = -1;
    double *values = malloc((count + 1) * sizeof *values);
    if (values == NULL) {
        tree->error = HV_ERR_MEMORY;
        return UINT32_MAX;
    }
    for (uint32_t c = 0; c < count; c++)
        values[c] = preposition_master_value(tree->master, branching->candidates[c]);
    for (uint32_t c = 0; c < count; c++) {
        uint32_t i = branching->candidates[c];
        const struct worth *worth = &branching->worth[i];
        if (!is_reliable(branching, i) && probed++ < PROBES_MAX) {
            probe(branching, node, i, false, values[c], bound, basis);
            probe(branching, node, i, true, values[c], bound, basis);
        }
        if (worth->count[0] == 0 || worth->count[1] == 0)
            continue;
        double left = isinf(tree->value) ? INFINITY : tree->value - bound;
        double score = fmax(fmin(worth_of(branching, i, true, values[c]), left), 1e-9) *
                       fmax(fmin(worth_of(branching, i, false, values[c]), left), 1e-9);
        if (score > best) {
            best = score;
            chosen = i;
            *ret_x = values[c];
        }
    }
    free(values);
    return chosen;
}

/* ---- branching ------------------------------------------------------------------------------- */

/* Splits a node; returns the child to go on with, the other is on the heap. */
static struct node *branch(struct branching *branching, struct node *node, double bound) {
    struct preposition_search *search = branching->search;
    struct preposition_tree *tree = search->tree;
    struct preposition_basis *basis = preposition_master_basis(tree->master);
    double x = 0;
    uint32_t binary = basis == NULL ? UINT32_MAX : choose_branch(branching, node, bound, basis, &x);
    if (binary == UINT32_MAX) { /* without memory, or rounds ran out at an integral point */
        search->closed = fmin(search->closed, bound);
        preposition_basis_release(basis);
        return NULL;
    }
    struct node *child[2] = {NULL, NULL};
    for (int up = 0; up < 2; up++) {
        child[up] = node_new(search, bound, node->lower, node->upper, basis);
        if (child[up] != NULL)
            preposition_search_fix(search, binary, up == 1, child[up]->lower, child[up]->upper);
    }
    preposition_basis_release(basis);
    int first = x > 0.4 ? 1 : 0;
    heap_push(branching, child[1 - first]);
    return child[first];
}

/* Fixes what the reduced costs at a solution of this bound prove. */
static void fix_by_price(struct preposition_search *search, double bound, uint8_t *lower,
                         uint8_t *upper) {
    double cutoff = preposition_tree_cutoff(search->tree);
    for (uint32_t i = 0; i < search->tree->binaries; i++) {
        if (lower[i] == upper[i])
            continue;
        double x = preposition_master_value(search->tree->master, i);
        double price = preposition_master_reduced_cost(search->tree->master, i);
        if (x < PREPOSITION_INTEGRAL && bound + price > cutoff)
            preposition_search_close(search, i, lower, upper);
        else if (x > 1 - PREPOSITION_INTEGRAL && bound - price > cutoff)
            preposition_search_open(search, i, lower, upper);
    }
}

/* Solves a node; returns a child to go on with or NULL. */
static struct node *expand(struct branching *branching, struct node *node) {
    struct preposition_search *search = branching->search;
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
    return branch(branching, node, bound);
}

static double least_open(const struct branching *branching, const struct node *next) {
    double bound = branching->search->closed;
    if (next != NULL)
        bound = fmin(bound, next->bound);
    return branching->count > 0 ? fmin(bound, branching->heap[0]->bound) : bound;
}

/* ---- all ------------------------------------------------------------------------------------- */

/* Whether a plunge has come so far from the bound of the whole that the best node is worth more.
 * With a service level plunges go deep and find nothing; without one coming back to another basis
 * costs more than they do. */
static bool is_steep(const struct branching *branching, const struct node *next) {
    const struct preposition_tree *tree = branching->search->tree;
    double least = least_open(branching, next), cutoff = preposition_tree_cutoff(tree);
    return tree->instance->has_service && !isinf(cutoff) &&
           next->bound > least + PLUNGE_SHARE * (cutoff - least);
}

static void run(struct branching *branching) {
    struct preposition_search *search = branching->search;
    struct preposition_tree *tree = search->tree;
    preposition_search_begin(search, search->lower, search->upper);
    struct node *next = node_new(search, tree->bound, search->lower, search->upper, NULL);
    while (next != NULL || branching->count > 0) {
        struct node *node = next != NULL ? next : heap_pop(branching);
        double known = tree->value;
        next = NULL;
        tree->bound = fmax(tree->bound, fmin(least_open(branching, node), tree->value));
        if (node->bound >= preposition_tree_cutoff(tree) || preposition_tree_stops(tree))
            search->closed = fmin(search->closed, node->bound);
        else
            next = expand(branching, node);
        node_free(node);
        if (tree->value < known && tree->instance->has_service)
            preposition_search_improve(search);
        if (next != NULL && is_steep(branching, next)) {
            heap_push(branching, next);
            next = NULL;
        }
    }
    tree->bound = fmax(tree->bound, fmin(search->closed, tree->value));
}

void preposition_search_branch(struct preposition_search *search) {
    size_t binaries = search->tree->binaries;
    struct branching branching = {
        .search = search,
        .worth = calloc(binaries + 1, sizeof *branching.worth),
        .candidates = calloc(binaries + 1, sizeof *branching.candidates),
        .scores = calloc(binaries + 1, sizeof *branching.scores),
    };
    if (branching.worth == NULL || branching.candidates == NULL || branching.scores == NULL)
        search->tree->error = HV_ERR_MEMORY;
    else
        run(&branching);
    while (branching.count > 0)
        node_free(heap_pop(&branching));
    free(branching.heap);
    free(branching.worth);
    free(branching.candidates);
    free(branching.scores);
}
