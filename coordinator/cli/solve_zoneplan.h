/* `haven solve zoneplan`: a plan that people can follow for an evacuation problem from a file. */
#ifndef SOLVE_ZONEPLAN_H
#define SOLVE_ZONEPLAN_H

/* Arguments as of a program of its own: argv[0] is "zoneplan". Returns an exit status of
 * sysexits.h: 0 with a plan, 64 for wrong usage, 65 for an instance or rules that are wrong, 66
 * where they cannot be read, 73 where the result cannot be written. */
int cli_solve_zoneplan(int argc, char **argv);

#endif
