/* Files that commands read and write. */
#ifndef COORDINATOR_CLI_CLI_FILE_H
#define COORDINATOR_CLI_CLI_FILE_H

#include "schemas/fault.h"

#include <stdbool.h>
#include <stdio.h>

/* Writes a document; HV_OK or HV_ERR_IO. */
typedef int cli_file_writer(FILE *file, const void *context);

/* Writes beside the file and renames, so that a result is there whole or not at all; into a device,
 * a pipe or what a link names itself. Returns EX_OK, or EX_CANTCREAT with the reason on standard
 * error, `command` before it. */
int cli_file_write(const char *command, const char *path, cli_file_writer *write,
                   const void *context);

/* A text as JSON has it, with its quotes. */
void cli_file_put_text(FILE *file, const char *text);

/* Shows the first faults on standard error, and how many there are in all. */
void cli_file_show_faults(const struct hv_fault_list *faults);

#endif
