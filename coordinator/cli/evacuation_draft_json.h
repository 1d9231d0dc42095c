/* Writes a drafted instance and its travellers as documents: haven.evacuation.instance/1 and
 * haven.evacuation.travellers/1 (docs/optimizer/EVACUATION.md, TRAVELLERS.md). Writers as
 * cli_file_write takes them; the context is a const struct evacuation_draft. */
#ifndef COORDINATOR_CLI_EVACUATION_DRAFT_JSON_H
#define COORDINATOR_CLI_EVACUATION_DRAFT_JSON_H

#include "coordinator/cli/cli_file.h"

cli_file_writer evacuation_draft_write_instance, evacuation_draft_write_travellers;

#endif
