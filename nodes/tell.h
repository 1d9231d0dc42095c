/* Replies of the control socket as lines for people. */
#ifndef NODES_TELL_H
#define NODES_TELL_H

#include <jansson.h>

/* Prints the reply to a request of this verb on standard output; a refusal goes to standard error
 * with its remedy. */
void tell(const char *verb, const json_t *reply);

/* Exit status of sysexits.h for a reply. */
int tell_exit_status(const json_t *reply);

#endif
