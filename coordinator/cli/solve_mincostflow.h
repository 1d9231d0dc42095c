/* `haven solve mincostflow`: a minimum-cost flow from a DIMACS file. */
#ifndef SOLVE_MINCOSTFLOW_H
#define SOLVE_MINCOSTFLOW_H

/* Arguments as of a program of its own: argv[0] is "mincostflow". Returns an exit status of
 * sysexits.h: 0 with an answer, which may be that there is no flow; 64 for wrong usage, 65 for a
 * problem that is wrong, 66 where it cannot be read, 73 where the solution cannot be written. */
int cli_solve_mincostflow(int argc, char **argv);

#endif
