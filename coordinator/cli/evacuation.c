#include "coordinator/cli/evacuation.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} subcommands[] = {
    {"instance", "make a problem to solve from a region", cli_evacuation_instance},
    {"report", "what a plan means: times, loads, bottlenecks, who cannot be served and why",
     cli_evacuation_report},
};

static void print_help(FILE *stream) {
    fputs("usage: haven evacuation SUBCOMMAND …\n\n"
          "Works on files alone, without a coordinator.\n\n",
          stream);
    for (size_t i = 0; i < sizeof subcommands / sizeof subcommands[0]; i++)
        fprintf(stream, "  %-9s %s\n", subcommands[i].name, subcommands[i].summary);
    fputs("\n`haven evacuation SUBCOMMAND --help` tells more.\n\n"
          "example:\n"
          "  haven evacuation instance simulations/regions/siouxfalls -o flood.json\n"
          "  haven solve evacuation flood.json -o plan.json --certificate proof.json\n"
          "  haven evacuation report flood.json plan.json --certificate proof.json\n",
          stream);
}

int cli_evacuation(int argc, char **argv) {
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_help(stdout);
        return EX_OK;
    }
    for (size_t i = 0; argc >= 2 && i < sizeof subcommands / sizeof subcommands[0]; i++)
        if (strcmp(argv[1], subcommands[i].name) == 0)
            return subcommands[i].run(argc - 1, argv + 1);
    if (argc >= 2)
        fprintf(stderr, "haven evacuation: no subcommand “%s”\n", argv[1]);
    print_help(stderr);
    return EX_USAGE;
}
