/* The report of a pre-positioning decision: what planning over scenarios was worth, how it does in
 * scenarios held back, which scenario hurts and why, and what less risk would cost. */
#ifndef PREPOSITION_REPORT_H
#define PREPOSITION_REPORT_H

#include "coordinator/cli/preposition_json.h"
#include "coordinator/optimizer/preposition_blame.h"
#include "coordinator/optimizer/preposition_folds.h"
#include "coordinator/optimizer/preposition_frontier.h"
#include "coordinator/optimizer/preposition_value.h"

struct preposition_report_wish {
    bool report;       /* values, folds and blame */
    uint32_t folds;    /* 0: as many as make sense, at most 5 */
    uint64_t seed;     /* of the folds */
    uint32_t frontier; /* points; 0 for none */
    double alpha;      /* of the frontier */
};

struct preposition_report {
    struct preposition_report_wish wish;
    const struct preposition_document *document;
    const struct preposition_decision *decision;
    const struct preposition_plan *plan;
    struct preposition_value value;
    struct preposition_folds folds;   /* .folds 0 where there are too few scenarios */
    struct preposition_blame *blames; /* scenario; NULL without report */
    uint32_t *order;                  /* scenarios, the one that costs most in expectation first */
    struct preposition_frontier_point *points;
};

/* Finds all that is wished; every problem on the way is solved with `options`. Document, decision
 * and plan must outlive the report. HV_ERR_VALUE where there are more folds than scenarios;
 * otherwise as preposition_solve. */
HV_MUST_USE int preposition_report_make(const struct preposition_document *document,
                                        const struct preposition_decision *decision,
                                        const struct preposition_plan *plan,
                                        const struct preposition_report_wish *wish,
                                        const struct preposition_options *options,
                                        struct preposition_report *ret_report);
void preposition_report_deinit(struct preposition_report *report);

/* For people; and as the fields "report" and "frontier" of a JSON object, each after a comma. */
void preposition_report_print(FILE *file, const struct preposition_report *report);
void preposition_report_print_json(FILE *file, const struct preposition_report *report);

#endif
