#include "coordinator/optimizer/preposition_served.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CUT_ROUNDS 4u
#define PASSES_MAX 3u
#define BETTER 1e-6

struct choice {
    struct preposition_tree *tree;
    uint8_t *lower, *upper; /* binaries */
    double *price;       /* scenario: what serving it costs at the margin, at the last set judged */
    double *share;       /* scenario: how much of it is served there */
    bool *trial, *tried; /* scenario */
    uint32_t first;      /* binary of the first scenario */
};

static bool choice_init(struct choice *choice, struct preposition_tree *tree) {
    size_t scenarios = tree->instance->scenario_count;
    *choice = (struct choice){
        .tree = tree,
        .lower = calloc(tree->binaries + 1, 1),
        .upper = calloc(tree->binaries + 1, 1),
        .price = calloc(scenarios + 1, sizeof *choice->price),
        .share = calloc(scenarios + 1, sizeof *choice->share),
        .trial = calloc(scenarios + 1, sizeof *choice->trial),
        .tried = calloc(scenarios + 1, sizeof *choice->tried),
        .first = preposition_first_scenario(&tree->problem),
    };
    return choice->lower != NULL && choice->upper != NULL && choice->price != NULL &&
           choice->share != NULL && choice->trial != NULL && choice->tried != NULL;
}

static void choice_deinit(struct choice *choice) {
    free(choice->lower);
    free(choice->upper);
    free(choice->price);
    free(choice->share);
    free(choice->trial);
    free(choice->tried);
}

static double probability(const struct choice *choice, uint32_t s) {
    return choice->tree->instance->scenarios[s].probability;
}

/* By how much the probability of a set is above the level. */
static double spare_of(const struct choice *choice, const bool *served) {
    double sum = 0;
    for (uint32_t s = 0; s < choice->tree->instance->scenario_count; s++)
        sum += served[s] ? probability(choice, s) : 0;
    return sum - choice->tree->instance->service_probability + PREPOSITION_SERVICE_SLACK;
}

/* The bound within the present bounds. */
static double relax(struct choice *choice, double cutoff) {
    struct preposition_tree *tree = choice->tree;
    bool done;
    preposition_master_set_bounds(tree->master, choice->lower, choice->upper);
    double bound = preposition_tree_node(tree, CUT_ROUNDS, cutoff, &done);
    preposition_tree_limit_rows(tree);
    return bound;
}

/* The relaxation in which just the set is served. What it costs; INFINITY where it cannot be. */
static double judge(struct choice *choice, const bool *served) {
    struct preposition_tree *tree = choice->tree;
    preposition_tree_settle_nothing(tree, choice->first, choice->lower, choice->upper);
    for (uint32_t s = 0; s < tree->instance->scenario_count; s++)
        choice->lower[choice->first + s] = choice->upper[choice->first + s] = served[s];
    double cost = relax(choice, INFINITY);
    if (isinf(cost))
        return INFINITY;
    for (uint32_t s = 0; s < tree->instance->scenario_count; s++)
        choice->price[s] = preposition_master_reduced_cost(tree->master, choice->first + s);
    return cost;
}

/* Of the set, the scenario that costs most for its probability and can be given up. */
static uint32_t find_dearest(const struct choice *choice, const bool *served, uint32_t keep) {
    double spare = spare_of(choice, served), dearest = 0;
    uint32_t found = UINT32_MAX;
    for (uint32_t s = 0; s < choice->tree->instance->scenario_count; s++) {
        if (!served[s] || s == keep || probability(choice, s) > spare)
            continue;
        double price = choice->price[s] / fmax(probability(choice, s), PREPOSITION_SERVICE_SLACK);
        if (price > dearest) {
            dearest = price;
            found = s;
        }
    }
    return found;
}

/* Gives scenarios up, the dearest first, as long as that saves something. Returns what the set
 * costs then; `cost` is what it costs now. */
static double drop(struct choice *choice, bool *served, double cost, uint32_t keep) {
    while (!preposition_tree_stops(choice->tree)) {
        uint32_t s = find_dearest(choice, served, keep);
        if (s == UINT32_MAX)
            break;
        served[s] = false;
        cost = judge(choice, served);
        if (isinf(cost))
            break;
    }
    return cost;
}

/* Gives up, as long as the level is kept, the scenarios of which alone is known that they cost
 * most, if they are served; those that cannot be first of all. */
static void drop_known(const struct choice *choice, const double *least, bool *served) {
    const struct preposition_instance *instance = choice->tree->instance;
    for (;;) {
        double spare = spare_of(choice, served);
        uint32_t dearest = UINT32_MAX;
        for (uint32_t s = 0; s < instance->scenario_count; s++)
            if (served[s] && probability(choice, s) <= spare &&
                (dearest == UINT32_MAX || least[s] > least[dearest]))
                dearest = s;
        if (dearest == UINT32_MAX)
            return;
        served[dearest] = false;
    }
}

/* The cheaper of two: what is dearest alone given up first, and what is dearest at the margin. */
static double begin(struct choice *choice, const double *least, bool *served) {
    size_t scenarios = choice->tree->instance->scenario_count;
    for (uint32_t s = 0; s < scenarios; s++)
        served[s] = choice->trial[s] = probability(choice, s) > 0 && least[s] < INFINITY;
    double other = judge(choice, choice->trial);
    if (!isinf(other))
        other = drop(choice, choice->trial, other, UINT32_MAX);
    drop_known(choice, least, served);
    double cost = judge(choice, served);
    if (other < cost)
        memcpy(served, choice->trial, scenarios * sizeof *served);
    return fmin(cost, other);
}

/* Takes each scenario that was given up back once. Returns whether that made the set cheaper. */
static bool exchange(struct choice *choice, const double *least, bool *served, double *cost) {
    size_t scenarios = choice->tree->instance->scenario_count;
    double before = *cost;
    memcpy(choice->tried, served, scenarios * sizeof *served);
    for (uint32_t s = 0; s < scenarios && !preposition_tree_stops(choice->tree); s++) {
        if (choice->tried[s] || served[s] || probability(choice, s) <= 0 || isinf(least[s]))
            continue;
        memcpy(choice->trial, served, scenarios * sizeof *served);
        choice->trial[s] = true;
        double trial = judge(choice, choice->trial);
        if (!isinf(trial))
            trial = drop(choice, choice->trial, trial, s);
        if (trial < *cost && !(*cost - trial < BETTER * fabs(trial))) {
            memcpy(served, choice->trial, scenarios * sizeof *served);
            *cost = trial;
        }
    }
    return *cost < before;
}

bool preposition_served_choose(struct preposition_tree *tree, const double *least, bool *served) {
    struct choice choice;
    bool found = false;
    if (!choice_init(&choice, tree)) {
        tree->error = HV_ERR_MEMORY;
    } else {
        double cost = begin(&choice, least, served);
        for (uint32_t pass = 0; pass < PASSES_MAX; pass++)
            if (!exchange(&choice, least, served, &cost))
                break;
        found = !isinf(cost);
    }
    choice_deinit(&choice);
    return found && tree->error == HV_OK;
}

/* Of the scenarios not asked about yet, the one that the last relaxation serves least. UINT32_MAX
 * where it serves them all. */
static uint32_t find_least_served(const struct choice *choice) {
    uint32_t found = UINT32_MAX;
    for (uint32_t s = 0; s < choice->tree->instance->scenario_count; s++)
        if (!choice->tried[s] && choice->upper[choice->first + s] && choice->share[s] < 1 - 1e-6 &&
            (found == UINT32_MAX || choice->share[s] < choice->share[found]))
            found = s;
    return found;
}

/* Asks about each scenario that the relaxation serves by a part, what is already known held. */
static void probe(struct choice *choice, double *least) {
    struct preposition_tree *tree = choice->tree;
    uint8_t *lower = choice->lower + choice->first, *upper = choice->upper + choice->first;
    uint32_t scenarios = tree->instance->scenario_count;
    for (uint32_t s = 0; s < scenarios; s++)
        upper[s] = least[s] < preposition_tree_cutoff(tree);
    while (!preposition_tree_stops(tree)) {
        memset(lower, 0, scenarios);
        preposition_served_imply(tree, choice->lower, choice->upper);
        double bound = relax(choice, INFINITY);
        if (isinf(bound))
            return;
        for (uint32_t s = 0; s < scenarios; s++)
            choice->share[s] = preposition_master_value(tree->master, choice->first + s);
        uint32_t asked = find_least_served(choice);
        if (asked == UINT32_MAX)
            return;
        choice->tried[asked] = true;
        lower[asked] = 1;
        least[asked] = fmax(least[asked], relax(choice, preposition_tree_cutoff(tree)));
        upper[asked] = least[asked] < preposition_tree_cutoff(tree);
    }
}

void preposition_served_probe(struct preposition_tree *tree, double *least) {
    struct choice choice;
    if (!choice_init(&choice, tree)) {
        tree->error = HV_ERR_MEMORY;
    } else {
        preposition_tree_settle_nothing(tree, choice.first, choice.lower, choice.upper);
        probe(&choice, least);
    }
    choice_deinit(&choice);
}

void preposition_served_imply(const struct preposition_tree *tree, uint8_t *lower,
                              const uint8_t *upper) {
    const struct preposition_instance *instance = tree->instance;
    uint32_t first = preposition_first_scenario(&tree->problem);
    double spare = PREPOSITION_SERVICE_SLACK - instance->service_probability;
    for (uint32_t s = 0; s < instance->scenario_count; s++)
        spare += upper[first + s] ? instance->scenarios[s].probability : 0;
    for (uint32_t s = 0; s < instance->scenario_count; s++)
        if (upper[first + s] &&
            instance->scenarios[s].probability > spare + PREPOSITION_SERVICE_SLACK)
            lower[first + s] = 1;
}
