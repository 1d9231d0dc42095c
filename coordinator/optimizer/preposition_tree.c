#include "coordinator/optimizer/preposition_tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS_MAX 600u /* more variables for recourse slow the master down */
#define ROOT_ROUNDS_MAX 400u
#define IDLE_ROUNDS 6u  /* with a service level: without a gain, after which the root is left */
#define ROUND_GAIN 1e-6 /* of the bound */
#define EXACT_ROUNDS_MAX 300u
#define RECALLS_MAX 30u
#define ROWS_SPARE 150u        /* cuts that may come in before those that are slack are taken out */
#define SOLVE_ITERATIONS 20000 /* of the simplex method between two questions whether to stop */

/* ---- making ---------------------------------------------------------------------------------- */

static bool point_init(struct preposition_point *point, const struct preposition_problem *problem) {
    const struct preposition_instance *instance = problem->instance;
    size_t facilities = problem->facility_count;
    point->open = calloc(facilities + 1, sizeof(double));
    point->stock = calloc(facilities * instance->item_count + 1, sizeof(double));
    point->served = instance->has_service ? calloc(instance->scenario_count, sizeof(double)) : NULL;
    return point->open != NULL && point->stock != NULL &&
           (point->served != NULL || !instance->has_service);
}

static void point_deinit(struct preposition_point *point) {
    free(point->open);
    free(point->stock);
    free(point->served);
    *point = (struct preposition_point){0};
}

static void point_copy(const struct preposition_tree *tree, struct preposition_point *to,
                       const struct preposition_point *from) {
    size_t facilities = tree->problem.facility_count;
    memcpy(to->open, from->open, facilities * sizeof(double));
    memcpy(to->stock, from->stock, facilities * tree->instance->item_count * sizeof(double));
    if (to->served != NULL)
        memcpy(to->served, from->served, tree->instance->scenario_count * sizeof(double));
}

/* to = share * to + (1 - share) * other */
static void point_mix(const struct preposition_tree *tree, struct preposition_point *to,
                      double share, const struct preposition_point *other) {
    size_t facilities = tree->problem.facility_count;
    size_t stocks = facilities * tree->instance->item_count;
    for (size_t a = 0; a < facilities; a++)
        to->open[a] = share * to->open[a] + (1 - share) * other->open[a];
    for (size_t i = 0; i < stocks; i++)
        to->stock[i] = share * to->stock[i] + (1 - share) * other->stock[i];
    for (uint32_t s = 0; to->served != NULL && s < tree->instance->scenario_count; s++)
        to->served[s] = share * to->served[s] + (1 - share) * other->served[s];
}

/* One group for each (scenario, item); where these are too many, scenarios share one for each item
 * (expectation), or the items of a scenario share one (risk is of scenarios). */
static void choose_groups(struct preposition_tree *tree) {
    const struct preposition_problem *problem = &tree->problem;
    uint32_t items = tree->instance->item_count, count = problem->recourse_count;
    bool few = count <= GROUPS_MAX;
    bool expectation = tree->instance->measure == PREPOSITION_EXPECTATION;
    uint32_t share = GROUPS_MAX / (items > 0 ? items : 1) + 1; /* groups an item */
    for (uint32_t b = 0; b < count; b++) {
        const struct preposition_recourse *recourse = &problem->recourses[b];
        if (few)
            tree->group_of[b] = b;
        else if (expectation)
            tree->group_of[b] = recourse->item * share + recourse->scenario % share;
        else
            tree->group_of[b] = recourse->scenario;
        if (tree->group_of[b] >= tree->groups)
            tree->groups = tree->group_of[b] + 1;
    }
}

static int list_groups(struct preposition_tree *tree) {
    uint32_t count = tree->problem.recourse_count;
    tree->group_first = calloc((size_t)tree->groups + 2, sizeof *tree->group_first);
    tree->group_members = calloc((size_t)count + 1, sizeof *tree->group_members);
    if (tree->group_first == NULL || tree->group_members == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t b = 0; b < count; b++)
        tree->group_first[tree->group_of[b] + 2]++;
    for (uint32_t g = 0; g < tree->groups; g++)
        tree->group_first[g + 2] += tree->group_first[g + 1];
    for (uint32_t b = 0; b < count; b++)
        tree->group_members[tree->group_first[tree->group_of[b] + 1]++] = b;
    return HV_OK;
}

static void set_weights(struct preposition_tree *tree) {
    for (uint32_t s = 0; s < tree->instance->scenario_count; s++)
        tree->weights[s] = tree->instance->measure == PREPOSITION_REGRET
                               ? 1.0 / tree->instance->scenario_count
                               : tree->instance->scenarios[s].probability;
}

static int allocate(struct preposition_tree *tree) {
    size_t scenarios = tree->instance->scenario_count, facilities = tree->problem.facility_count;
    tree->weights = calloc(scenarios + 1, sizeof(double));
    tree->costs = calloc(scenarios + 1, sizeof(double));
    tree->order = calloc(scenarios + 1, sizeof *tree->order);
    tree->group_of = calloc((size_t)tree->problem.recourse_count + 1, sizeof *tree->group_of);
    tree->cut.open = calloc(facilities + 1, sizeof(double));
    tree->cut.stock = calloc(facilities * tree->instance->item_count + 1, sizeof(double));
    if (tree->instance->has_service)
        tree->cut.served = calloc(scenarios + 1, sizeof(double));
    return tree->weights != NULL && tree->costs != NULL && tree->order != NULL &&
                   tree->group_of != NULL && tree->cut.open != NULL && tree->cut.stock != NULL &&
                   (tree->cut.served != NULL || !tree->instance->has_service) &&
                   point_init(&tree->master_point, &tree->problem) &&
                   point_init(&tree->query, &tree->problem) &&
                   point_init(&tree->core, &tree->problem) &&
                   point_init(&tree->best, &tree->problem)
               ? HV_OK
               : HV_ERR_MEMORY;
}

static int make_master(struct preposition_tree *tree, bool holding_apart) {
    const struct preposition_instance *instance = tree->instance;
    const struct preposition_objective objective = {
        .measure = instance->measure,
        .alpha = instance->alpha,
        .lambda = instance->lambda,
        .weights = tree->weights,
        .references = tree->references,
    };
    return preposition_master_new(&tree->problem, &objective, tree->group_of, tree->groups,
                                  holding_apart, &tree->master);
}

int preposition_tree_init(struct preposition_tree *tree,
                          const struct preposition_instance *instance,
                          const struct preposition_options *options, const double *references) {
    *tree = (struct preposition_tree){.instance = instance,
                                      .options = options,
                                      .references = references,
                                      .value = INFINITY,
                                      .bound = -INFINITY};
    bool holding_apart = instance->measure == PREPOSITION_EXPECTATION;
    int error = preposition_problem_init(&tree->problem, instance);
    if (error == HV_OK)
        error = preposition_separator_init(&tree->separator, &tree->problem, holding_apart);
    if (error == HV_OK)
        error = allocate(tree);
    if (error == HV_OK) {
        set_weights(tree);
        choose_groups(tree);
        error = list_groups(tree);
    }
    if (error == HV_OK)
        error = make_master(tree, holding_apart);
    if (error != HV_OK)
        preposition_tree_deinit(tree);
    else
        tree->binaries = preposition_master_binaries(tree->master);
    return error;
}

void preposition_tree_deinit(struct preposition_tree *tree) {
    preposition_master_free(tree->master);
    preposition_separator_deinit(&tree->separator);
    preposition_problem_deinit(&tree->problem);
    point_deinit(&tree->master_point);
    point_deinit(&tree->query);
    point_deinit(&tree->core);
    point_deinit(&tree->best);
    free(tree->weights);
    free(tree->group_of);
    free(tree->group_first);
    free(tree->group_members);
    free(tree->cut.open);
    free(tree->cut.stock);
    free(tree->cut.served);
    free(tree->costs);
    free(tree->order);
    *tree = (struct preposition_tree){0};
}

/* ---- values ---------------------------------------------------------------------------------- */

static double first_stage(const struct preposition_tree *tree,
                          const struct preposition_point *point) {
    const struct preposition_problem *problem = &tree->problem;
    size_t items = tree->instance->item_count;
    double sum = 0;
    for (uint32_t a = 0; a < problem->facility_count; a++) {
        sum += problem->facilities[a].fixed_cost * point->open[a];
        for (size_t k = 0; k < items; k++)
            sum += tree->instance->items[k].price * point->stock[a * items + k];
    }
    return sum;
}

/* Holding costs of all that survives in scenario s: of every item, or only of items without demand
 * there. */
static double holding(const struct preposition_tree *tree, const struct preposition_point *point,
                      uint32_t s, bool of_all) {
    const struct preposition_problem *problem = &tree->problem;
    size_t items = tree->instance->item_count;
    double sum = 0;
    for (size_t k = 0; k < items; k++) {
        bool counted = of_all;
        if (!of_all) {
            counted = true;
            for (uint32_t b = problem->recourses_first[s]; b < problem->recourses_first[s + 1]; b++)
                counted = counted && problem->recourses[b].item != k;
        }
        for (uint32_t a = 0; counted && a < problem->facility_count; a++)
            sum +=
                tree->instance->items[k].holding_cost * point->stock[a * items + k] *
                problem->surviving[(size_t)s * problem->store_count + problem->facilities[a].store];
    }
    return sum;
}

static void sort_by_cost(const double *costs, uint32_t count, uint32_t *order) {
    /* Heap sort: no context to pass, no recursion, the same order everywhere. */
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    for (uint32_t end = count, start = count / 2; end > 1;) {
        if (start > 0) {
            start--;
        } else {
            end--;
            uint32_t swap = order[end];
            order[end] = order[0];
            order[0] = swap;
        }
        for (uint32_t at = start, child; (child = 2 * at + 1) < end; at = child) {
            if (child + 1 < end && costs[order[child + 1]] > costs[order[child]])
                child++;
            if (costs[order[at]] >= costs[order[child]])
                break;
            uint32_t swap = order[at];
            order[at] = order[child];
            order[child] = swap;
        }
    }
}

double preposition_cvar(const double *costs, const double *probabilities, uint32_t count,
                        double alpha, uint32_t *order) {
    sort_by_cost(costs, count, order);
    double left = 1 - alpha, sum = 0; /* the worst share 1 - alpha of the outcomes */
    for (uint32_t i = count; i-- > 0 && left > 0;) {
        double part = fmin(left, probabilities[order[i]]);
        sum += part * costs[order[i]];
        left -= part;
    }
    if (left > 0 && count > 0) /* probabilities that add up to a little less than 1 */
        sum += left * costs[order[0]];
    return sum / (1 - alpha);
}

/* Objective of a point whose scenario costs are in tree->costs. */
static double objective(struct preposition_tree *tree, const struct preposition_point *point) {
    const struct preposition_instance *instance = tree->instance;
    double first = first_stage(tree, point), value = first, worst = -INFINITY;
    for (uint32_t s = 0; s < instance->scenario_count; s++) {
        value += instance->scenarios[s].probability * tree->costs[s];
        if (tree->references != NULL)
            worst = fmax(worst, first + tree->costs[s] - tree->references[s]);
    }
    if (instance->measure == PREPOSITION_REGRET)
        return worst;
    if (instance->measure == PREPOSITION_EXPECTATION)
        return value;
    return value + instance->lambda * (first + preposition_cvar(tree->costs, tree->weights,
                                                                instance->scenario_count,
                                                                instance->alpha, tree->order));
}

/* ---- cuts ------------------------------------------------------------------------------------ */

static void clear_cut(struct preposition_tree *tree) {
    size_t facilities = tree->problem.facility_count;
    tree->cut.constant = 0;
    memset(tree->cut.open, 0, facilities * sizeof(double));
    memset(tree->cut.stock, 0, facilities * tree->instance->item_count * sizeof(double));
    if (tree->cut.served != NULL)
        memset(tree->cut.served, 0, tree->instance->scenario_count * sizeof(double));
}

static bool put_cut(struct preposition_tree *tree, uint32_t group, double tolerance) {
    if (!(preposition_master_violation(tree->master, group, &tree->cut) > tolerance))
        return false;
    if (preposition_master_put_cut(tree->master, group, &tree->cut) != HV_OK)
        tree->error = HV_ERR_MEMORY;
    return true;
}

/* Returns whether every recourse of the group has a solution at the point. */
static bool separate_group(struct preposition_tree *tree, uint32_t group,
                           const struct preposition_point *query, uint32_t *added) {
    const struct preposition_problem *problem = &tree->problem;
    bool possible = true;
    for (uint32_t i = tree->group_first[group]; i < tree->group_first[group + 1]; i++) {
        uint32_t b = tree->group_members[i], s = problem->recourses[b].scenario;
        double value;
        tree->work++;
        if (!possible) /* what is added up is of no use any more */
            clear_cut(tree);
        if (preposition_separate(&tree->separator, b, query, &tree->core, tree->weights[s],
                                 &tree->cut, &value)) {
            tree->costs[s] += value;
            continue;
        }
        possible = false;
        clear_cut(tree);
        (void)preposition_separate(&tree->separator, b, query, &tree->core, tree->weights[s],
                                   &tree->cut, &value);
        *added += put_cut(tree, UINT32_MAX, 1e-9);
    }
    return possible;
}

uint32_t preposition_tree_cut(struct preposition_tree *tree, const struct preposition_point *query,
                              double tolerance, double *ret_value) {
    bool holding_apart = tree->separator.holding_apart, possible = true;
    uint32_t added = 0;
    for (uint32_t s = 0; s < tree->instance->scenario_count; s++)
        tree->costs[s] = holding(tree, query, s, holding_apart);
    for (uint32_t g = 0; g < tree->groups; g++) {
        clear_cut(tree);
        if (separate_group(tree, g, query, &added))
            added += put_cut(tree, g, tolerance);
        else
            possible = false;
    }
    if (preposition_master_add(tree->master) != HV_OK)
        tree->error = HV_ERR_MEMORY;
    *ret_value = possible ? objective(tree, query) : INFINITY;
    return added;
}

/* The cut of having nothing: every unit that arrives saves a shortage. */
static void put_first_cuts(struct preposition_tree *tree) {
    const struct preposition_problem *problem = &tree->problem;
    size_t items = tree->instance->item_count;
    for (uint32_t g = 0; g < tree->groups; g++) {
        clear_cut(tree);
        for (uint32_t i = tree->group_first[g]; i < tree->group_first[g + 1]; i++) {
            const struct preposition_recourse *recourse =
                &problem->recourses[tree->group_members[i]];
            const struct preposition_item *item = &tree->instance->items[recourse->item];
            double weight = tree->weights[recourse->scenario];
            double saved =
                item->shortage_cost + (tree->separator.holding_apart ? item->holding_cost : 0);
            tree->cut.constant += weight * item->shortage_cost * recourse->total;
            for (uint32_t a = 0; a < problem->facility_count; a++)
                tree->cut.stock[a * items + recourse->item] +=
                    weight * saved *
                    problem->surviving[(size_t)recourse->scenario * problem->store_count +
                                       problem->facilities[a].store];
        }
        if (preposition_master_put_cut(tree->master, g, &tree->cut) != HV_OK)
            tree->error = HV_ERR_MEMORY;
        tree->scale += tree->cut.constant;
    }
    if (preposition_master_add(tree->master) != HV_OK)
        tree->error = HV_ERR_MEMORY;
}

/* ---- solving --------------------------------------------------------------------------------- */

void preposition_tree_settle_nothing(const struct preposition_tree *tree, uint32_t count,
                                     uint8_t *lower, uint8_t *upper) {
    const struct preposition_problem *problem = &tree->problem;
    for (uint32_t i = 0; i < count; i++) {
        lower[i] =
            i < problem->facility_count && problem->facilities[i].size == PREPOSITION_NO_SIZE;
        upper[i] = 1;
    }
}

bool preposition_tree_stops(struct preposition_tree *tree) {
    if (tree->stopped || tree->error != HV_OK)
        return true;
    uint64_t work = tree->work + preposition_master_iterations(tree->master);
    const struct preposition_options *options = tree->options;
    if (options->work_max > 0 && work >= options->work_max)
        tree->stopped = true;
    const struct preposition_progress progress = {
        .value = tree->value, .bound = tree->bound, .work = work, .nodes = tree->nodes};
    if (options->progress != NULL && options->progress(options->context, &progress) != 0)
        tree->stopped = true;
    return tree->stopped;
}

double preposition_tree_cutoff(const struct preposition_tree *tree) {
    if (isinf(tree->value))
        return INFINITY;
    return tree->value - fmax(tree->options->gap, 1e-9) * fabs(tree->value);
}

static enum preposition_master_status solve_once(struct preposition_tree *tree, double cutoff) {
    enum preposition_master_status status;
    do
        status = preposition_master_solve(tree->master, cutoff, SOLVE_ITERATIONS);
    while (status == PREPOSITION_MASTER_STOPPED && !preposition_tree_stops(tree));
    if (status == PREPOSITION_MASTER_FAILED)
        tree->error = HV_ERR_STATE;
    return status;
}

/* Solves the master with all cuts known, of which few are in it at a time. */
static enum preposition_master_status solve(struct preposition_tree *tree, double cutoff) {
    double money = fmax(fabs(tree->bound), 1e-9 * tree->scale);
    double tolerance = fmax(1e-8, 0.01 * tree->options->gap) * money / tree->groups;
    for (uint32_t round = 0;; round++) {
        enum preposition_master_status status = solve_once(tree, cutoff);
        if (status != PREPOSITION_MASTER_OPTIMAL || round == RECALLS_MAX ||
            preposition_master_recall(tree->master, tolerance) == 0)
            return status;
    }
}

/* In-out separation within the master's present bounds until cuts give no more. Not `serving`, as
 * if nobody asked for a service level: then every point can be, and the first cuts come faster.
 * Returns the bound, INFINITY where there is no point within. */
static double separate_root(struct preposition_tree *tree, bool serving, bool whole) {
    double share = 0.5, best = INFINITY, bound = -INFINITY, seen = -INFINITY;
    uint32_t idle = 0;
    for (uint32_t round = 0; round < ROOT_ROUNDS_MAX && !preposition_tree_stops(tree); round++) {
        enum preposition_master_status status = solve(tree, INFINITY);
        if (status == PREPOSITION_MASTER_INFEASIBLE)
            return INFINITY;
        if (status != PREPOSITION_MASTER_OPTIMAL)
            return bound;
        bound = fmax(bound, preposition_master_bound(tree->master));
        if (whole)
            tree->bound = fmax(tree->bound, bound);
        preposition_master_point(tree->master, &tree->master_point);
        if (round == 0) { /* a core: everywhere a little open */
            point_copy(tree, &tree->core, &tree->master_point);
            for (uint32_t a = 0; a < tree->problem.facility_count; a++)
                tree->core.open[a] = fmax(tree->core.open[a], 0.2);
        }
        point_copy(tree, &tree->query, &tree->master_point);
        point_mix(tree, &tree->query, share, &tree->core);
        if (tree->query.served != NULL && !serving)
            memset(tree->query.served, 0, tree->instance->scenario_count * sizeof(double));
        if (round % 3 == 2)
            preposition_master_purge(tree->master, 0);
        double value, scale = fmax(fabs(bound), 1e-9 * tree->scale);
        uint32_t added =
            preposition_tree_cut(tree, &tree->query, 1e-7 * scale / tree->groups, &value);
        best = fmin(best, value);
        point_copy(tree, &tree->core, &tree->query);
        if (best - bound < fmax(0.05 * tree->options->gap, 1e-9) * scale)
            break;
        if (added == 0 && share == 1)
            break;
        if (added == 0)
            share = 1;
        idle = bound > seen + ROUND_GAIN * scale ? 0 : idle + 1;
        seen = fmax(seen, bound);
        if (serving && idle >= IDLE_ROUNDS)
            break;
    }
    if (solve(tree, INFINITY) == PREPOSITION_MASTER_OPTIMAL)
        preposition_master_purge(tree->master, 0);
    if (solve(tree, INFINITY) == PREPOSITION_MASTER_OPTIMAL)
        bound = fmax(bound, preposition_master_bound(tree->master));
    preposition_master_keep(tree->master);
    tree->rows_left = preposition_master_rows(tree->master);
    return bound;
}

static void remember(struct preposition_tree *tree, double value) {
    if (!(value < tree->value))
        return;
    tree->value = value;
    point_copy(tree, &tree->best, &tree->query);
}

/* What has volume lies in the depot that is open at its site, what has none needs no depot. */
static void ask_about(struct preposition_tree *tree, const struct preposition_decision *known) {
    const struct preposition_problem *problem = &tree->problem;
    const size_t items = tree->instance->item_count;
    for (uint32_t a = 0; a < problem->facility_count; a++) {
        const struct preposition_facility *facility = &problem->facilities[a];
        const bool bare = facility->size == PREPOSITION_NO_SIZE;
        const bool open = bare || known->open[facility->site] == facility->size;
        tree->query.open[a] = open;
        for (size_t k = 0; k < items; k++)
            tree->query.stock[a * items + k] =
                open && bare == !(tree->instance->items[k].volume_m3 > 0)
                    ? known->stock[facility->site * items + k]
                    : 0;
    }
    for (uint32_t s = 0; tree->query.served != NULL && s < tree->instance->scenario_count; s++)
        tree->query.served[s] = known->served[s];
}

static void begin_with_known(struct preposition_tree *tree) {
    double value;
    if (tree->known == NULL || solve(tree, INFINITY) != PREPOSITION_MASTER_OPTIMAL)
        return;
    ask_about(tree, tree->known);
    preposition_tree_cut(tree, &tree->query, 1e-7 * tree->scale / tree->groups, &value);
    remember(tree, value);
}

void preposition_tree_root(struct preposition_tree *tree) {
    put_first_cuts(tree);
    begin_with_known(tree);
    tree->bound = fmax(tree->bound, separate_root(tree, false, true));
    if (tree->instance->has_service && !preposition_tree_stops(tree) && !isinf(tree->bound))
        tree->bound = fmax(tree->bound, separate_root(tree, true, true));
}

double preposition_tree_root_again(struct preposition_tree *tree) {
    return separate_root(tree, true, false);
}

void preposition_tree_limit_rows(struct preposition_tree *tree) {
    if (preposition_master_rows(tree->master) <= tree->rows_left + ROWS_SPARE)
        return;
    preposition_master_purge(tree->master, 0);
    tree->rows_left = preposition_master_rows(tree->master);
}

static bool is_integral(const struct preposition_tree *tree) {
    for (uint32_t i = 0; i < tree->binaries; i++) {
        double x = preposition_master_value(tree->master, i);
        if (x > PREPOSITION_INTEGRAL && x < 1 - PREPOSITION_INTEGRAL)
            return false;
    }
    return true;
}

/* Nothing over what is to be had of an item. */
static void keep_to_available(const struct preposition_tree *tree,
                              struct preposition_point *point) {
    size_t items = tree->instance->item_count, facilities = tree->problem.facility_count;
    for (size_t k = 0; k < items; k++) {
        const struct preposition_item *item = &tree->instance->items[k];
        double held = 0;
        for (size_t a = 0; item->has_available && a < facilities; a++)
            held += point->stock[a * items + k];
        for (size_t a = 0; held > 0 && held > item->available && a < facilities; a++)
            point->stock[a * items + k] *= item->available / held;
    }
}

/* A point that is a decision: whole depots, nothing over their capacity, what is to be had or the
 * budget. */
static void make_whole(const struct preposition_tree *tree, struct preposition_point *point) {
    const struct preposition_problem *problem = &tree->problem;
    size_t items = tree->instance->item_count;
    double fixed = 0, purchases = 0;
    for (uint32_t a = 0; a < problem->facility_count; a++) {
        double capacity = problem->facilities[a].capacity_m3, volume = 0;
        point->open[a] = point->open[a] > 0.5 ? 1 : 0;
        fixed += problem->facilities[a].fixed_cost * point->open[a];
        for (size_t k = 0; k < items; k++)
            volume += tree->instance->items[k].volume_m3 * point->stock[a * items + k];
        double share = point->open[a] == 0 ? 0 : volume > capacity ? capacity / volume : 1;
        for (size_t k = 0; k < items; k++) {
            double *stock = &point->stock[a * items + k];
            *stock = *stock < 1e-9 * problem->stock_max[a * items + k] ? 0 : *stock * share;
        }
    }
    keep_to_available(tree, point);
    for (size_t i = 0; i < problem->facility_count * items; i++)
        purchases += tree->instance->items[i % items].price * point->stock[i];
    double budget = tree->instance->budget;
    if (tree->instance->has_budget && fixed + purchases > budget && purchases > 0)
        for (size_t i = 0; i < problem->facility_count * items; i++)
            point->stock[i] *= fmax(0, (budget - fixed) / purchases);
    for (uint32_t s = 0; point->served != NULL && s < tree->instance->scenario_count; s++)
        point->served[s] = point->served[s] > 0.5 ? 1 : 0;
}

double preposition_tree_node(struct preposition_tree *tree, uint32_t rounds, double cutoff,
                             bool *ret_done) {
    double bound = -INFINITY, money = fmax(fabs(tree->bound), 1e-9 * tree->scale);
    *ret_done = true;
    for (uint32_t round = 0; round < EXACT_ROUNDS_MAX; round++) {
        enum preposition_master_status status = solve(tree, cutoff);
        if (status == PREPOSITION_MASTER_INFEASIBLE)
            return INFINITY;
        double before = bound;
        bound = fmax(bound, preposition_master_bound(tree->master));
        if (status == PREPOSITION_MASTER_CUT_OFF)
            return bound;
        if (status != PREPOSITION_MASTER_OPTIMAL || preposition_tree_stops(tree))
            break;
        bool integral = is_integral(tree);
        if (!integral && (round >= rounds || (round > 0 && bound - before < 2e-5 * money)))
            break;
        preposition_master_point(tree->master, &tree->query);
        if (integral)
            make_whole(tree, &tree->query);
        double value, share = integral ? 1e-8 : fmax(1e-7, 0.05 * tree->options->gap);
        uint32_t added =
            preposition_tree_cut(tree, &tree->query, share * money / tree->groups, &value);
        if (integral) {
            remember(tree, value);
            cutoff = fmin(cutoff, preposition_tree_cutoff(tree));
            if (added == 0 || value - bound < 1e-9 * money)
                return bound;
        } else if (added == 0) {
            break;
        }
    }
    *ret_done = false;
    return bound;
}
