/* Catalogues of `haven scenarios`: haven.scenarios/1. docs/SCENARIOS.md describes their fields. */
#ifndef COORDINATOR_CLI_SCENARIOS_JSON_H
#define COORDINATOR_CLI_SCENARIOS_JSON_H

#include "coordinator/cli/hazards_json.h"
#include <stdio.h>

/* Id of a zone, link, shelter or depot. */
const char *scenarios_target_id(const struct region *region, enum hazard_target target,
                                uint32_t index);

/* Its name in the region, English or local, or the Chinese one; "" where it has none. */
const char *scenarios_target_name(const struct region *region, enum hazard_target target,
                                  uint32_t index, bool chinese);

/* Writes the catalogue; HV_OK or HV_ERR_IO. */
HV_MUST_USE int scenarios_json_write(FILE *file, const struct region *region,
                                     const struct hazards_document *document,
                                     const struct catalogue *catalogue, uint64_t seed);

#endif
