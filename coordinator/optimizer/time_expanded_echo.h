/* Augmenting paths that are tried once more, a step later.
 *
 * What went along a path at one step of the clock can mostly go along the same links at the next, a
 * step later everywhere. A path from a root to a goal costs what the clock shows. Of its arcs those
 * between a shelter and a node-step cost the step, one more of them in one direction than in the
 * other, and all others nothing; so the path a step later costs one more, which is what the clock
 * shows by then. Reduced costs are never below 0 and sum to 0 along it, so that each is 0: where
 * all its arcs have room the path augments as well as one that a search finds, and costs no growth
 * nor, off the forest, repair.
 *
 * Paths are kept for one step of the clock, those that would take more than `arc_max` arcs not at
 * all. A circulation keeps none: its paths do not all cost the same. Part of time_expanded_forest.
 */
#ifndef TIME_EXPANDED_ECHO_H
#define TIME_EXPANDED_ECHO_H

#include "coordinator/optimizer/time_expanded_way.h"

#include <stddef.h>
#include <stdint.h>

struct time_forest;

struct time_echo_paths {
    struct time_way_arc *arcs; /* path after path, each from its goal to its root */
    size_t *ends;              /* where in `arcs` each path ends */
    size_t arc_count, path_count, arc_room, path_room;
};

struct time_echo {
    struct time_echo_paths now, before; /* of this step of the clock, and of the last */
    size_t arc_max;                     /* 0: keeps nothing */
};

void time_echo_deinit(struct time_echo *echo);

/* Keeps an arc of an augmenting path, from the goal on; then that the path is whole. What fails is
 * kept in forest->error. */
void time_echo_add(struct time_forest *forest, struct time_way_arc arc);
void time_echo_end(struct time_forest *forest);

/* At the beginning of a step of the clock, before anything enters: sends people along the paths of
 * the step before, as many as there is room for, and repairs the forest. */
void time_echo_play(struct time_forest *forest);

#endif
