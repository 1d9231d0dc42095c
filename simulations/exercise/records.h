/* Nodes' own records and the coordinator's answers, as JSON, into the audit. */
#ifndef SIMULATIONS_EXERCISE_RECORDS_H
#define SIMULATIONS_EXERCISE_RECORDS_H

#include "simulations/audit.h"

#include <jansson.h>

/* One element of what a node answers to `records`. HV_ERR_FORMAT: something is missing. */
int records_take(struct audit *audit, const char *node, const json_t *record) HV_MUST_USE;

/* The coordinator's answers to `shelters` and `depots`. */
int records_take_shelters(struct audit *audit, const json_t *reply) HV_MUST_USE;
int records_take_depots(struct audit *audit, const json_t *reply) HV_MUST_USE;

/* One record of the coordinator's `log`: reports of nodes count, everything else is passed over. */
int records_take_logged(struct audit *audit, const json_t *record) HV_MUST_USE;

/* Figures of people as an entry takes them, and the sum over age groups of such an object. */
json_t *records_people(const struct hv_people *people);
int64_t records_total(const json_t *people);

/* The reply to “ledger” and the one to “ledger-verify”. */
void records_take_ledger(struct audit *audit, const json_t *ledger, const json_t *proof);

#endif
