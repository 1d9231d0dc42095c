/* What a decision of pre-positioning comes to in each scenario: who gets what from where, what is
 * unmet, what stays unused, and what it costs. */
#ifndef PREPOSITION_PLAN_H
#define PREPOSITION_PLAN_H

#include "coordinator/optimizer/preposition_solve.h"

struct preposition_line {
    uint32_t place; /* arc of a flow; site of what is unmet or unused */
    uint32_t item;
    double quantity;
};

struct preposition_outcome {
    double cost; /* transport + holding + shortage */
    double transport, holding, shortage;
    double demand_m3, unmet_m3, lost_m3; /* lost: stock that the event destroyed */
    double demand, unmet;                /* units of all items together */
    bool met;                            /* of every demand no more than a trifle is missing */
    size_t flow_first, flow_count;       /* into the plan's lines */
    size_t unmet_first, unmet_count;
    size_t unused_first, unused_count;
};

struct preposition_plan {
    double fixed, purchases; /* of the first stage */
    double expected;         /* recourse cost */
    double cvar;             /* of recourse, with the instance's alpha (0.9 where it has none) */
    double worst;            /* recourse cost */
    double regret;           /* largest; NAN without `least` */
    double objective;        /* as the instance asks for it */
    double met_probability;  /* of scenarios in which every demand is met */
    double fill_rate;        /* expected share of demand, in units, that is met */
    uint32_t scenario_count;
    struct preposition_outcome *outcomes; /* scenario */
    struct preposition_line *lines;
    size_t line_count, line_max;
};

/* Works out what a decision (its open, stock, served and least) comes to in each scenario of an
 * instance, exactly; the instance may be another than the decision was made for, as long as sites,
 * sizes and items are the same. `served` is used only where the instance asks for service. HV_OK;
 * HV_ERR_STATE where `served` promises what the stock cannot do; HV_ERR_LIMIT; HV_ERR_MEMORY. */
HV_MUST_USE int preposition_plan_make(const struct preposition_instance *instance,
                                      const struct preposition_decision *decision,
                                      struct preposition_plan *ret_plan);
void preposition_plan_deinit(struct preposition_plan *plan);

#endif
