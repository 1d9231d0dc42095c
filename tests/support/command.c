#include "tests/support/command.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WORDS_MAX 24

int command_run(command_main *command, const char *const *words) {
    char *argv[WORDS_MAX + 2] = {(char *)"command"};
    int argc = 1;
    for (; words[argc - 1] != NULL; argc++) {
        cr_assert_leq(argc, WORDS_MAX);
        argv[argc] = (char *)words[argc - 1];
    }
    return command(argc, argv);
}

const char *command_shared(const char *name) {
    static char paths[4][PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 4];
    const char *top = getenv("HAVEN_TOP");
    snprintf(path, PATH_MAX, "%s/../shared/%s", top != NULL ? top : ".", name);
    return path;
}

void command_write(const char *path, const char *text) {
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file, "%s", path);
    fputs(text, file);
    cr_assert_eq(fclose(file), 0, "%s", path);
}
