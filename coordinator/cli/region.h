/* `haven region`: checks, shows and imports region packages. Works on files alone, without a
 * coordinator. */
#ifndef COORDINATOR_CLI_REGION_H
#define COORDINATOR_CLI_REGION_H

/* argv[0] is "region", argv[1] the subcommand. Prints to stdout what was asked for and to stderr
 * what went wrong. Returns a status of sysexits.h: 0, EX_USAGE, EX_DATAERR (65) where there are
 * faults, EX_NOINPUT, EX_CANTCREAT, EX_OSERR. Not reentrant (getopt). */
int cli_region(int argc, char **argv);

#endif
