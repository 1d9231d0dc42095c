/* `haven solve bus`: people without vehicles, from a file. */
#ifndef SOLVE_BUS_H
#define SOLVE_BUS_H

/* Arguments as of a program of its own: argv[0] is "bus". Returns an exit status of sysexits.h: 0
 * with a plan, 64 for wrong usage, 65 for an instance that is wrong, 66 where it cannot be read, 73
 * where the result cannot be written. */
int cli_solve_bus(int argc, char **argv);

#endif
