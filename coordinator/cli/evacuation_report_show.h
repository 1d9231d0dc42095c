/* What `haven evacuation report` prints: tables for people, or one JSON object. */
#ifndef COORDINATOR_CLI_EVACUATION_REPORT_SHOW_H
#define COORDINATOR_CLI_EVACUATION_REPORT_SHOW_H

#include "coordinator/cli/evacuation_json.h"
#include "coordinator/optimizer/evacuation_report.h"

#include <jansson.h>

struct evacuation_report_shown {
    const struct evacuation_document *document; /* with the footways of travellers */
    const struct evacuation_report *report;
    const char *const *class_ids;         /* by class of the report; NULL where it has none */
    const struct evacuation_value *bound; /* proven by prices that were at hand; NULL: none */
    int top;                              /* rows of the longest tables */
};

/* Prints on standard output. */
void evacuation_report_show(const struct evacuation_report_shown *shown);

/* NULL without memory; the caller's to free. */
json_t *evacuation_report_json(const struct evacuation_report_shown *shown);

#endif
