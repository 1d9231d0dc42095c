/* `haven solve evacuation`: the exact plan of an evacuation problem from a file. */
#ifndef SOLVE_EVACUATION_H
#define SOLVE_EVACUATION_H

/* Arguments as of a program of its own: argv[0] is "evacuation". Returns an exit status of
 * sysexits.h: 0 with the optimum or the best plan that the limits allowed, 64 for wrong usage, 65
 * for an instance that is wrong, 66 where it cannot be read, 73 where a result cannot be written.
 */
int cli_solve_evacuation(int argc, char **argv);

#endif
