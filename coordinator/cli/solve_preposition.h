/* `haven solve preposition`: what to hold where before the event, from a file. */
#ifndef SOLVE_PREPOSITION_H
#define SOLVE_PREPOSITION_H

/* Arguments as of a program of its own: argv[0] is "preposition". Returns an exit status of
 * sysexits.h: 0 with a decision, 64 for wrong usage, 65 for an instance that is wrong or cannot be
 * satisfied, 66 where it cannot be read, 73 where a result cannot be written, 75 where the time
 * limit left no decision. */
int cli_solve_preposition(int argc, char **argv);

#endif
