/* Numbers on the command line. */
#ifndef COORDINATOR_CLI_CLI_NUMBER_H
#define COORDINATOR_CLI_CLI_NUMBER_H

#include <stdbool.h>

/* Whether the whole text is a number from `least` to `most`; "nan" is none. Sets `*ret_number` only
 * then. */
bool cli_number_read(const char *text, double least, double most, double *ret_number);

/* The same for a whole number in decimal digits. */
bool cli_number_read_whole(const char *text, long least, long most, long *ret_number);

#endif
