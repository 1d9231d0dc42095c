/* `haven solve allocation`: who sends what to whom, from a file. */
#ifndef SOLVE_ALLOCATION_H
#define SOLVE_ALLOCATION_H

/* Returns an exit status of sysexits.h. */
int cli_solve_allocation(int argc, char **argv);

#endif
