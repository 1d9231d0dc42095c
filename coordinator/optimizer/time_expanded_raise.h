/* The step of the clock from the other end: labels around the goals of a circulation rise, instead
 * of all labels outside the forest.
 *
 * Where the forest has much to grow over while few ids have a way to a goal, it is less work to
 * show from there that no way is left, and how much dearer the next is: a search backwards from the
 * goals by rising cost (Dijkstra) until it meets the forest. What it passed has its label raised by
 * what it is nearer to a goal than the forest is, so reduced costs stay at least 0, and those on
 * the ways found are 0. */
#ifndef TIME_EXPANDED_RAISE_H
#define TIME_EXPANDED_RAISE_H

#include "coordinator/optimizer/time_expanded_forest.h"

/* Searches until the forest is met, which then has reached something, until a step of the clock has
 * shown that something is dearer, or for so much work; what was found out by then holds in any
 * case.
 * `*ret_risen` tells whether labels have risen. Returns HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int time_raise(struct time_forest *forest, int64_t work_max, bool *ret_risen);

#endif
