/* One Benders decomposition with its master, its cuts and the best decision so far: what the search
 * (preposition_search.c) is made of. Internal to the solver. */
#ifndef PREPOSITION_TREE_H
#define PREPOSITION_TREE_H

#include "coordinator/optimizer/preposition_master.h"
#include "coordinator/optimizer/preposition_solve.h"

#define PREPOSITION_INTEGRAL 1e-6 /* a binary so close to 0 or 1 is it */

struct preposition_tree {
    const struct preposition_instance *instance;
    const struct preposition_options *options;
    struct preposition_problem problem;
    struct preposition_separator separator;
    struct preposition_master *master;
    double *weights;                          /* scenario */
    const double *references;                 /* scenario, of regret */
    const struct preposition_decision *known; /* one to begin with; NULL: none */
    uint32_t *group_of, *group_first, *group_members, groups;
    uint32_t binaries;
    struct preposition_point master_point, query, core, best;
    struct preposition_cut cut;
    double *costs;   /* scenario, of the last point evaluated */
    uint32_t *order; /* room of preposition_cvar */
    double value;    /* of `best`; INFINITY without one */
    double bound;    /* proven for the whole problem */
    double scale;    /* of money: tolerances are shares of it */
    uint64_t work, nodes;
    uint32_t rows_left; /* rows of the master after slack ones were last taken out */
    bool stopped;
    int error; /* of memory or the simplex method; ends everything */
};

HV_MUST_USE int preposition_tree_init(struct preposition_tree *tree,
                                      const struct preposition_instance *instance,
                                      const struct preposition_options *options,
                                      const double *references);
void preposition_tree_deinit(struct preposition_tree *tree);

/* Bounds of the first `count` binaries with nothing settled but what is always open: the stores
 * that have no size. */
void preposition_tree_settle_nothing(const struct preposition_tree *tree, uint32_t count,
                                     uint8_t *lower, uint8_t *upper);

/* Whether to stop; asks the callback. */
bool preposition_tree_stops(struct preposition_tree *tree);

/* What a decision has to stay below to be of interest. */
double preposition_tree_cutoff(const struct preposition_tree *tree);

/* Separates every group at `query` and puts in the cuts by which the master's present solution is
 * wrong by more than `tolerance` of money. Returns how many; the value of `query`, INFINITY where
 * it cannot be, into `*ret_value`. */
uint32_t preposition_tree_cut(struct preposition_tree *tree, const struct preposition_point *query,
                              double tolerance, double *ret_value);

/* The root: cuts until the master's bound is as good as cuts make it; the bound in the tree. */
void preposition_tree_root(struct preposition_tree *tree);

/* The same once more within the master's present bounds; returns the bound of what is within. */
double preposition_tree_root_again(struct preposition_tree *tree);

/* Solves the master within its present bounds and cuts at its solutions, at most `rounds` times
 * while they are fractional; integral ones until they are exact, each an improvement of `best`
 * where it is one. Returns the bound; INFINITY where nothing is within. `*ret_done` tells that
 * nothing better than the bound's cut-off is left here. */
double preposition_tree_node(struct preposition_tree *tree, uint32_t rounds, double cutoff,
                             bool *ret_done);

/* Takes cuts that are slack out of the master where many have come in. */
void preposition_tree_limit_rows(struct preposition_tree *tree);

/* Branch and bound from the root on; bound and best in the tree. */
void preposition_tree_search(struct preposition_tree *tree);

#endif
