#include "coordinator/optimizer/preposition_frontier.h"

#include "coordinator/optimizer/preposition_part.h"

#include <math.h>

static double lambda_of(uint32_t at, uint32_t count) {
    double weight = (double)at / (count - 1);
    return at + 1 == count ? PREPOSITION_FRONTIER_LAMBDA_MAX : weight / (1 - weight);
}

static int take_point(const struct preposition_instance *weighed,
                      const struct preposition_decision *decision,
                      struct preposition_frontier_point *point) {
    struct preposition_plan plan;
    int error = preposition_plan_make(weighed, decision, &plan);
    if (error != HV_OK)
        return error;
    double first = plan.fixed + plan.purchases;
    *point = (struct preposition_frontier_point){
        .lambda = weighed->lambda,
        .solved = true,
        .expected = first + plan.expected,
        .cvar = first + plan.cvar,
        .worst = first + plan.worst,
        .first = first,
        .fill_rate = plan.fill_rate,
        .met_probability = plan.met_probability,
        .objective = plan.objective,
        .bound = decision->bound,
    };
    for (uint32_t i = 0; i < weighed->site_count; i++)
        point->open += decision->open[i] != PREPOSITION_SITE_CLOSED;
    preposition_plan_deinit(&plan);
    return HV_OK;
}

/* What two solves of one decision may differ by. */
static double rounding(double cost) {
    return 1e-9 * fabs(cost);
}

/* a has no more of either and less of one; of equals the first stays. Equal is not to the bit: the
 * same decision comes out of another weight of risk with other last digits. */
static bool dominates(const struct preposition_frontier_point *a,
                      const struct preposition_frontier_point *b) {
    double expected = b->expected - a->expected, cvar = b->cvar - a->cvar;
    double small = rounding(b->expected), slight = rounding(b->cvar);
    if (expected < -small || cvar < -slight)
        return false;
    return expected > small || cvar > slight || a < b;
}

int preposition_frontier_find(const struct preposition_instance *instance,
                              const struct preposition_options *options, double alpha,
                              uint32_t count, struct preposition_frontier_point *points) {
    if (count < 2 || count > PREPOSITION_FRONTIER_MAX || !(alpha >= 0 && alpha < 1))
        return HV_ERR_VALUE;
    struct preposition_instance weighed = *instance;
    weighed.measure = PREPOSITION_CVAR;
    weighed.alpha = alpha;
    for (uint32_t i = 0; i < count; i++) {
        struct preposition_decision decision;
        weighed.lambda = lambda_of(i, count);
        points[i] = (struct preposition_frontier_point){.lambda = weighed.lambda};
        struct preposition_part part = {options, PREPOSITION_STAGE_FRONTIER, i + 1, count};
        const struct preposition_options told = preposition_part_options(&part);
        int error = preposition_solve(&weighed, &told, &decision);
        if (error != HV_OK)
            return error;
        if (decision.open != NULL)
            error = take_point(&weighed, &decision, &points[i]);
        preposition_decision_deinit(&decision);
        if (error != HV_OK)
            return error;
    }
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; points[i].solved && j < count && !points[i].dominated; j++)
            points[i].dominated = j != i && points[j].solved && !points[j].dominated &&
                                  dominates(&points[j], &points[i]);
    return HV_OK;
}
