/* The command line of haven-node: from words to requests of the control socket. */
#ifndef NODES_COMMANDS_H
#define NODES_COMMANDS_H

#include "schemas/error.h"

#include <jansson.h>

/* Turns the words of a command (without the program's name and options such as --dir) into a
 * request. On HV_ERR_VALUE ret_wrong says what is wrong and what would be right. Errors:
 * HV_ERR_NOT_FOUND (no such command), _VALUE, _MEMORY. */
int commands_parse(int count, char *const words[], char *ret_wrong, size_t wrong_bytes,
                   json_t **ret_request) HV_MUST_USE;

/* Help of one command (its first word), or NULL for none such; the overview for NULL. */
const char *commands_help(const char *command);

#endif
