/* The arguments of commands that work on files: options by a table, and the files. */
#ifndef COORDINATOR_CLI_CLI_ARGUMENTS_H
#define COORDINATOR_CLI_CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#define CLI_ARGUMENTS_MAX 48 /* options of one command */
#define CLI_WHOLE_MAX 9.0e15 /* whole numbers up to here are exact in a double */

/* An option, and where its value goes: one of `flag`, `text`, `number`, `whole` and `read`. */
struct cli_argument {
    const char *name; /* "time-limit": --time-limit */
    char letter;      /* 'o': also -o; 0: no letter */
    bool *flag;       /* without a value */
    const char **text;
    double *number;
    long *whole;
    /* Takes the value into `into`; false: it is none. */
    bool (*read)(const char *value, void *into);
    void *into;
    double least, most; /* of number and whole */
    const char *needs;  /* what is right: "a number of seconds". Not of flags and texts */
};

/* Options that several commands have. `least`: 0 where that means no limit. */
struct cli_argument cli_argument_output(const char **path);
struct cli_argument cli_argument_time_limit(double least, double *seconds);
struct cli_argument cli_argument_seed(long *seed);
struct cli_argument cli_argument_work(long *millions);

struct cli_command {
    const char *name;  /* "solve bus" */
    const char *usage; /* shown behind what is wrong */
    const char *help;  /* the rest of what --help shows */
    const char *needs; /* what the files are: "an instance" */
    size_t file_count; /* how many there must be */
    const struct cli_argument *arguments;
    size_t argument_count;
};

/* Reads the words behind argv[0] into the places of the table, and the files into ret_files: EX_OK.
 * Where --help or -h is among them, which the table need not have, no file need be there: it is
 * shown, *ret_helped set. EX_USAGE with what is wrong on standard error. */
int cli_arguments_read(const struct cli_command *command, int argc, char **argv,
                       const char **ret_files, bool *ret_helped);

/* Says on standard error what is wrong, with a text behind it, and the usage. EX_USAGE. */
int cli_arguments_wrong(const struct cli_command *command, const char *what, const char *text);

#endif
