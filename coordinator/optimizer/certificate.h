/* An independent check of a plan: given instance, decisions of people and plan, it adds everything
 * up again and proves the bounds from the duals. It shares the model types with the planner and
 * nothing else, and finds travel times by an algorithm of its own.
 *
 * People. For any prices μ(shelter) ≥ 0, ν(shelter, class) ≥ 0 and λ(zone, class), with cost c =
 * arrival time (less the price of change for the part in force), every plan satisfies
 *
 *   M · unserved + arrival  ≥  Σ people(z,c) · λ(z,c) − Σ capacity(s) · μ(s) − Σ places(s,c) ·
 * ν(s,c) − Σ in force(z,s,c) · max(0, λ(z,c) + price − c(z,s) − μ(s) − ν(s,c)) + price · Σ held
 *
 * where held(z,c) = min(Σ in force, people), λ(z,c) ≤ M and λ(z,c) ≤ c(z,s) + μ(s) + ν(s,c) for
 * each shelter that the pair may use. Level 0 has c = 0, price 0 and M = 1 and so bounds the
 * unserved; level 1 then bounds the arrival time of plans that leave no more unserved than that.
 *
 * Goods. For any prices β(depot,item), α(depot), γ(shelter), λ(lane) ≥ 0, with w the shortage cost
 * and c the cost of carrying, every plan costs at least
 *
 *   Σ need · w − Σ stock · β − Σ dispatch · α − Σ receive · γ − Σ lane limit · λ − Σ need(s,k) ·
 *     max(0, max over d of w(s,k) − c(d,s,k) − β(d,k) − volume(k) · (α(d) + γ(s) + λ(d,s)))
 *
 * also one that is fair or in whole packs.
 */
#ifndef HV_OPTIMIZER_CERTIFICATE_H
#define HV_OPTIMIZER_CERTIFICATE_H

#include "coordinator/optimizer/plan.h"

/* What people have decided; any pointer may be NULL for "nothing". Matrices are row by row. */
struct certificate_decisions {
    const bool *pinned;         /* zone × shelter */
    const bool *zone_excluded;  /* zone × shelter */
    const bool *depot_excluded; /* depot × shelter */
    const int64_t *in_force;    /* zone × shelter × class */
    int64_t change_price_ms;
};

enum certificate_verdict {
    CERTIFICATE_VALID,
    CERTIFICATE_BAD_REFERENCE, /* a number that does not exist, or a list not in order */
    CERTIFICATE_BAD_ROUTE,   /* links that do not connect, a closed one, a wrong time, or a quicker
                                route */
    CERTIFICATE_NOT_ALLOWED, /* a pair that is barred, shut, unsafe or not pinned */
    CERTIFICATE_OVER_CAPACITY,  /* more people than places */
    CERTIFICATE_PEOPLE_DIFFER,  /* assigned and unserved do not add up to the zone's people */
    CERTIFICATE_OVER_STOCK,     /* more sent than there is, or than can be loaded or received */
    CERTIFICATE_GOODS_DIFFER,   /* sent and unmet do not add up to the need */
    CERTIFICATE_BAD_OBJECTIVE,  /* the plan's figures are not those of its parts */
    CERTIFICATE_BAD_PRICE,      /* a negative price */
    CERTIFICATE_BOUND_UNPROVEN, /* the prices prove less than the plan claims */
    CERTIFICATE_NOT_OPTIMAL     /* the plan claims to be optimal and its bound is lower */
};

/* Checks a plan. The verdict says what is wrong first, in the order above.
 * HV_ERR_MEMORY; HV_ERR_OVERFLOW where a sum of the proof does not fit 64 bits. */
HV_MUST_USE int certificate_check(const struct instance *instance,
                                  const struct certificate_decisions *decisions,
                                  const struct plan *plan, enum certificate_verdict *ret_verdict);

/* Short stable name of a verdict, such as "over_capacity". Static. */
const char *certificate_verdict_name(enum certificate_verdict verdict);

#endif
