/* The verbs of haven-exercise. argv[0] is the verb; the result is an exit status (sysexits.h, or 1
 * where an exercise did not add up). */
#ifndef SIMULATIONS_COMMANDS_H
#define SIMULATIONS_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

int command_demo(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_simulate(int argc, char **argv);

/* Help of a verb, of all where it is NULL or unknown. Static. */
const char *command_help(const char *verb);

/* Reads options of the form --name VALUE and --name; what is left over are arguments. */
struct command_option {
    const char *name;  /* "--seed" */
    const char **text; /* where a value goes, or NULL */
    uint64_t *number;  /* or a number of at most `most` */
    uint64_t most;
    bool *flag; /* or that it was there */
};

/* Gives the arguments that are no options, at most `room` of them. False: told on standard error.
 */
bool command_read(int argc, char **argv, const struct command_option *options,
                  unsigned option_count, const char **arguments, unsigned room,
                  unsigned *ret_count);

#endif
