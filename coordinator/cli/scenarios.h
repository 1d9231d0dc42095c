/* `haven scenarios`: what may happen to a region, from definitions of its hazards. */
#ifndef SCENARIOS_H
#define SCENARIOS_H

/* Arguments as of a program of its own: argv[0] is "scenarios". Returns an exit status of
 * sysexits.h. */
int cli_scenarios(int argc, char **argv);

#endif
