/* Which depots to open and, with a service level, which scenarios to serve whole: first decisions,
 * then branch and bound. */
#include "coordinator/optimizer/preposition_search_state.h"

#include <math.h>
#include <stdlib.h>

static bool search_init(struct preposition_search *search, struct preposition_tree *tree) {
    size_t binaries = tree->binaries;
    *search = (struct preposition_search){
        .tree = tree,
        .lower = calloc(binaries + 1, 1),
        .upper = calloc(binaries + 1, 1),
        .root_lower = calloc(binaries + 1, 1),
        .root_upper = calloc(binaries + 1, 1),
        .least = calloc((size_t)tree->instance->scenario_count + 1, sizeof *search->least),
        .hint = calloc((size_t)tree->problem.facility_count + 1, sizeof *search->hint),
        .closed = INFINITY,
    };
    bool made = search->lower != NULL && search->upper != NULL && search->root_lower != NULL &&
                search->root_upper != NULL && search->least != NULL && search->hint != NULL;
    if (made)
        preposition_tree_settle_nothing(tree, tree->binaries, search->root_lower,
                                        search->root_upper);
    return made;
}

static void search_deinit(struct preposition_search *search) {
    free(search->lower);
    free(search->upper);
    free(search->root_lower);
    free(search->root_upper);
    free(search->least);
    free(search->hint);
}

void preposition_tree_search(struct preposition_tree *tree) {
    struct preposition_search search;
    preposition_tree_root(tree);
    if (tree->error != HV_OK || tree->bound == INFINITY || preposition_tree_stops(tree))
        return;
    if (!search_init(&search, tree))
        tree->error = HV_ERR_MEMORY;
    else
        preposition_search_first(&search);
    if (tree->error == HV_OK)
        preposition_search_branch(&search);
    search_deinit(&search);
}
