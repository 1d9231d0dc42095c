/* Reading hazards: what its files share. hazards_json.c reads the document and what every hazard
 * says; hazards_json_flood.c, hazards_json_typhoon.c and hazards_json_earthquake.c what is of one
 * kind, hazards_json_supplies.c what pre-positioning costs. */
#ifndef COORDINATOR_CLI_HAZARDS_JSON_INSIDE_H
#define COORDINATOR_CLI_HAZARDS_JSON_INSIDE_H

#include "coordinator/cli/hazards_json.h"
#include "coordinator/cli/json_rows.h"

struct hazards_reading {
    struct json_reading json;
    const struct region *region;
    struct hazards_document *document;
    int error; /* of memory or a limit; ends the reading */
};

/* What is hit, as a document names it, by enum hazard_target; NULL behind. */
extern const char *const hazards_json_targets[HAZARD_TARGETS + 1];

/* Room for `count` of `bytes`, freed with the document; NULL sets the error. */
void *hazards_json_room(struct hazards_reading *reading, size_t count, size_t bytes);

/* An array of `least` to `most` objects below a row, with its name for faults; NULL where there is
 * none or a fault was said. */
const json_t *hazards_json_rows(struct hazards_reading *reading, const struct json_row *row,
                                const char *field, size_t least, size_t most, char *ret_name,
                                size_t bytes);

/* Refuses fields that rows of an array do not have. */
void hazards_json_fields(struct hazards_reading *reading, const json_t *rows, const char *name,
                         const char *const *known);

/* Whether each row has an id, and one of its own. */
bool hazards_json_ids(struct hazards_reading *reading, const json_t *rows, const char *name);

/* A coordinate of a place: degrees in a region on the earth, anything in a drawing. */
double hazards_json_coordinate(const struct hazards_reading *reading, const struct json_row *row,
                               const char *field);

/* ---- the parts ---- */

void hazards_json_flood(struct hazards_reading *reading, const struct json_row *row,
                        struct hazard_definition *hazard);
void hazards_json_typhoon(struct hazards_reading *reading, const struct json_row *row,
                          struct hazard_definition *hazard);
void hazards_json_earthquake(struct hazards_reading *reading, const struct json_row *row,
                             struct hazard_definition *hazard);
void hazards_json_supplies(struct hazards_reading *reading);

#endif
