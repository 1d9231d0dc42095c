/* What a search is made of. Internal: preposition_search.c begins and ends it,
 * preposition_search_fix.c fixes binaries, preposition_search_first.c finds first decisions,
 * preposition_search_branch.c branches and bounds. */
#ifndef PREPOSITION_SEARCH_STATE_H
#define PREPOSITION_SEARCH_STATE_H

#include "coordinator/optimizer/preposition_tree.h"

struct preposition_search {
    struct preposition_tree *tree;
    uint8_t *lower, *upper;           /* bounds of a dive or probe */
    uint8_t *root_lower, *root_upper; /* what is settled for good */
    double closed; /* least bound of what was given up as no better than the gap */
    double *least; /* scenario: what the problem costs at least where it is served */
    double *hint;  /* facility: how far open before branching */
};

/* ---- preposition_search_fix.c ---- */

/* The step that a binary stands for; NULL for facilities and scenarios. */
const struct preposition_step *preposition_search_step(const struct preposition_search *search,
                                                       uint32_t binary);

/* The scenario that a binary serves, by its place; UINT32_MAX for facilities and steps. */
uint32_t preposition_search_scenario(const struct preposition_search *search, uint32_t binary);

/* Opens one size of a site, which closes the others; a step only those below it. */
void preposition_search_open(const struct preposition_search *search, uint32_t binary,
                             uint8_t *lower, uint8_t *upper);

/* Closes one size of a site; a step those in it. A scenario that is not served leaves others that
 * have to be. */
void preposition_search_close(const struct preposition_search *search, uint32_t binary,
                              uint8_t *lower, uint8_t *upper);

/* Opens (`up`) or closes. */
void preposition_search_fix(const struct preposition_search *search, uint32_t binary, bool up,
                            uint8_t *lower, uint8_t *upper);

/* Bounds in which only that is fixed which is settled for good. */
void preposition_search_begin(const struct preposition_search *search, uint8_t *lower,
                              uint8_t *upper);

/* ---- preposition_search_first.c ---- */

/* Good decisions to begin with, into the tree. With a service level settles scenarios, which may
 * raise the tree's bound. After preposition_tree_root. */
void preposition_search_first(struct preposition_search *search);

/* Changes of single depots of the best decision as long as they help; with a service level, where
 * first decisions are poor, moves too. */
void preposition_search_improve(struct preposition_search *search);

/* ---- preposition_search_branch.c ---- */

/* Branch and bound over all that is not settled; bound and best in the tree. */
void preposition_search_branch(struct preposition_search *search);

#endif
