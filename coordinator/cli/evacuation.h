/* `haven evacuation`: instances from regions, and reports of plans in the field's terms. */
#ifndef COORDINATOR_CLI_EVACUATION_H
#define COORDINATOR_CLI_EVACUATION_H

/* Arguments as of a program of its own: argv[0] is "evacuation". Returns an exit status of
 * sysexits.h. */
int cli_evacuation(int argc, char **argv);

/* The subcommands; argv[0] is their name. */
int cli_evacuation_instance(int argc, char **argv);
int cli_evacuation_report(int argc, char **argv);

#endif
