/* The cost-risk frontier as files: a table (CSV, RFC 4180) and a picture (SVG 1.1) that needs
 * nothing beside it. */
#ifndef PREPOSITION_FRONTIER_FILES_H
#define PREPOSITION_FRONTIER_FILES_H

#include "coordinator/cli/preposition_report.h"

/* Writers for cli_file_write; the context is a struct preposition_report with a frontier. */
int preposition_frontier_write_csv(FILE *file, const void *report);
int preposition_frontier_write_svg(FILE *file, const void *report);

#endif
