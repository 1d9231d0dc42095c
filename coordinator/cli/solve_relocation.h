/* `haven solve relocation`: what moving the stock already held would gain, by disaster type. */
#ifndef SOLVE_RELOCATION_H
#define SOLVE_RELOCATION_H

/* Arguments as of a program of its own: argv[0] is "relocation". Returns an exit status of
 * sysexits.h: 0 done, 64 wrong usage, 65 tables that are wrong, 66 that cannot be read, 73 where a
 * result cannot be written, 75 where the time limit left an item undecided. */
int cli_solve_relocation(int argc, char **argv);

#endif
