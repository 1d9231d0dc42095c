/* `haven solve`: problems from files, without a coordinator. */
#ifndef SOLVE_H
#define SOLVE_H

/* Arguments as of a program of its own: argv[0] is "solve". Returns an exit status of sysexits.h.
 */
int cli_solve(int argc, char **argv);

#endif
