/* Commands of `haven` called as a person or a script calls them, on files of their own or of
 * ../shared. */
#ifndef TESTS_SUPPORT_COMMAND_H
#define TESTS_SUPPORT_COMMAND_H

typedef int command_main(int argc, char **argv);

/* Calls a command with words that end at NULL, and returns its exit status. */
int command_run(command_main *command, const char *const *words);

#define COMMAND_RUN(command, ...) command_run(command, (const char *const[]){__VA_ARGS__, NULL})

/* Where NAME of ../shared is, or would be if it were here; a static buffer, overwritten by the next
 * call but three. */
const char *command_shared(const char *name);

/* Writes a text; the test fails where it cannot. */
void command_write(const char *path, const char *text);

#endif
