/* Cuts for pre-positioning: what the recourse of one scenario and item costs at least, as a linear
 * function of the first stage.
 *
 * Inside the transportation problem a (site, size) is a supply of its own, and what it sends to a
 * demand is limited by min(demand, surviving stock it can hold at most) * open, which no fractional
 * depot can get around. For prices pi of the demands that the problem gives, any split of a
 * facility's dual between its stock (alpha) and those limits (beta = max(0, pi - cost - alpha)) is
 * a valid cut; the strongest at a point is the price of a fractional knapsack. For facilities that
 * are closed at the point every split is as strong there, and the one that is strongest at a core
 * point is taken (Magnanti and Wong 1981). Recourse values in the sense of Van Slyke and Wets 1969,
 * one cut for each part (Birge and Louveaux 1988). */
#ifndef PREPOSITION_CUT_H
#define PREPOSITION_CUT_H

#include "coordinator/optimizer/preposition_problem.h"
#include "coordinator/optimizer/preposition_transport.h"

/* A first stage, perhaps fractional. */
struct preposition_point {
    double *open;   /* facility: 0 to 1 */
    double *stock;  /* facility x item, in units of the item */
    double *served; /* scenario: 0 to 1; 1 where every demand must be met. NULL: no service asked */
};

/* recourse >= constant - open . y - stock . r + served . z; in dense arrays that several recourses
 * are added up in. */
struct preposition_cut {
    double constant;
    double *open;   /* facility */
    double *stock;  /* facility x item */
    double *served; /* scenario */
};

struct preposition_separator {
    const struct preposition_problem *problem;
    struct preposition_transport transport;
    bool
        holding_apart; /* holding costs of all that survives are in the objective, not in the cut */
    uint32_t *active;  /* supplies of the present transport: facilities */
    double *gain, *limit; /* of one facility: demands in falling order of gain */
};

HV_MUST_USE int preposition_separator_init(struct preposition_separator *separator,
                                           const struct preposition_problem *problem,
                                           bool holding_apart);
void preposition_separator_deinit(struct preposition_separator *separator);

/* Solves recourse `b` at `point` and adds weight times its cut to `cut`, facilities closed at the
 * point as they are best at `core`. Returns whether the recourse has a solution, with its value
 * (not weighted) in `*ret_value`; if it has none, the cut added says, unweighted, that the point
 * cannot be: 0 >= constant - open . y - stock . r + served . z. */
bool preposition_separate(struct preposition_separator *separator, uint32_t b,
                          const struct preposition_point *point,
                          const struct preposition_point *core, double weight,
                          struct preposition_cut *cut, double *ret_value);

#endif
