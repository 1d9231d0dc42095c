/* haven-exercise: plays exercises against real programs, and simulations of the same cores. */
#include "simulations/commands.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} VERBS[] = {{"demo", command_demo}, {"replay", command_replay}, {"simulate", command_simulate}};

int main(int argc, char **argv) {
    setlocale(LC_CTYPE, "C.UTF-8");
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        fputs(command_help(argc > 2 ? argv[2] : NULL), argc < 2 ? stderr : stdout);
        return argc < 2 ? EX_USAGE : EX_OK;
    }
    for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++) {
        if (strcmp(argv[1], VERBS[i].name) != 0)
            continue;
        if (argc > 2 && strcmp(argv[2], "--help") == 0) {
            fputs(command_help(argv[1]), stdout);
            return EX_OK;
        }
        return VERBS[i].run(argc - 1, argv + 1);
    }
    fprintf(stderr, "haven-exercise: there is no verb “%s”; see haven-exercise --help\n", argv[1]);
    return EX_USAGE;
}
