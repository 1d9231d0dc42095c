/* How a decision of pre-positioning does in scenarios that it was not made for.
 *
 * Cross-validation (Stone 1974, Journal of the Royal Statistical Society B 36:111-147): the
 * scenarios are dealt at random into folds; for each fold a decision is made from the others, their
 * probabilities brought to 1 again, and judged in the fold. So every scenario is judged once by a
 * decision that has not seen it. What the held-back cost is above the cost that the same decisions
 * promised is the optimism of the scenario set: large, and there are too few scenarios.
 *
 * A scenario more likely than all others together, mostly that nothing happens, is not dealt:
 * nobody would plan without it. Every decision learns from it and is judged in it, too. */
#ifndef PREPOSITION_FOLDS_H
#define PREPOSITION_FOLDS_H

#include "coordinator/optimizer/preposition_plan.h"

#define PREPOSITION_FOLDS_MAX 1000u
#define PREPOSITION_FOLD_NONE UINT32_MAX

struct preposition_folds {
    uint32_t folds;     /* that were asked for and had scenarios to learn from and to judge */
    uint32_t unsolved;  /* of them: stopped without a decision, or not to be satisfied */
    double probability; /* part of what is dealt that was judged */
    double promised;    /* expected cost in the scenarios learnt from, first stage included */
    double expected;    /* expected cost in those held back */
    double cvar;        /* of the cost in those held back, at the instance's alpha or 0.9 */
    double worst;
    double promised_fill_rate, fill_rate;
    double promised_met_probability, met_probability;
    uint32_t *fold_of; /* scenario; PREPOSITION_FOLD_NONE: not dealt */
    double *costs;     /* scenario: first stage + recourse, held back; NAN where not judged */
};

/* How many scenarios are dealt. */
uint32_t preposition_folds_dealt(const struct preposition_instance *instance);

/* Deals the scenarios into `folds` (2 to PREPOSITION_FOLDS_MAX and to as many as are dealt) by
 * `seed`, solves and judges. HV_ERR_VALUE for a number of folds that cannot be; otherwise as
 * preposition_solve. Owned by the caller. */
HV_MUST_USE int preposition_folds_run(const struct preposition_instance *instance,
                                      const struct preposition_options *options, uint32_t folds,
                                      uint64_t seed, struct preposition_folds *ret_folds);
void preposition_folds_deinit(struct preposition_folds *folds);

#endif
