/* Which scenarios to serve whole where a service level is asked for: what is known of each alone,
 * and a good choice, not a proven one, for the search to begin with.
 *
 * The relaxation of the tree's problem hardly asks: each scenario can be served by nine tenths at
 * little cost, so its fractions do not say which scenarios to give up. So each is asked about
 * alone: what does the problem cost at least where it is served whole (probing, Savelsbergh 1994)?
 * Given up first is what is dearest. The set is judged by the relaxation in which just its
 * scenarios are served (depots may be open by a part); then each of those given up is taken back in
 * turn, others given up for it, and what is cheaper kept (add and drop, Kuehn and Hamburger 1963,
 * of scenarios). */
#ifndef PREPOSITION_SERVED_H
#define PREPOSITION_SERVED_H

#include "coordinator/optimizer/preposition_tree.h"

/* What the problem costs at least where a scenario is served, whatever else, into `least`
 * (scenario); a bound, INFINITY where it cannot be or is no better than the best decision known.
 * After preposition_tree_root, of a problem with a service level. A relaxation or two for each
 * scenario that the root serves by a part. `least` holds what is known already. */
void preposition_served_probe(struct preposition_tree *tree, double *least);

/* Scenarios to serve into `served` (scenario), probabilities together at least the level. Returns
 * whether a set was found whose relaxation has a solution; without one `served` means nothing.
 * Decisions met with on the way are kept in the tree. Some ten to a hundred relaxations. */
bool preposition_served_choose(struct preposition_tree *tree, const double *least, bool *served);

/* Of bounds of the binaries (scenarios last): serves every scenario without which the level cannot
 * be reached any more. */
void preposition_served_imply(const struct preposition_tree *tree, uint8_t *lower,
                              const uint8_t *upper);

#endif
