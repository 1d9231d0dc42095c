#include "coordinator/cli/solve.h"

#include "coordinator/cli/solve_allocation.h"
#include "coordinator/cli/solve_bus.h"
#include "coordinator/cli/solve_evacuation.h"
#include "coordinator/cli/solve_mincostflow.h"
#include "coordinator/cli/solve_preposition.h"
#include "coordinator/cli/solve_relocation.h"
#include "coordinator/cli/solve_zoneplan.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} problems[] = {
    {"allocation", "which depot sends what to which shelter, at least cost, from a JSON file",
     cli_solve_allocation},
    {"bus", "who has no vehicle: which bus takes whom from where to which shelter, and when",
     cli_solve_bus},
    {"evacuation", "the fewest people unserved, then the earliest arrivals, from a JSON file",
     cli_solve_evacuation},
    {"mincostflow", "a minimum-cost flow from a DIMACS file", cli_solve_mincostflow},
    {"preposition", "which depots to open before the event and what to hold in each",
     cli_solve_preposition},
    {"relocation", "what moving the stock already held would gain, by type of disaster",
     cli_solve_relocation},
    {"zoneplan",
     "for each zone a shelter, a route, a departure window and a rate, from a JSON file",
     cli_solve_zoneplan},
};

static void print_help(FILE *stream) {
    fputs("usage: haven solve PROBLEM FILE [-o OUT] [OPTION...]\n\n"
          "Solves a problem from a file, with proof of how good the answer is, without a "
          "coordinator.\n\n",
          stream);
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++)
        fprintf(stream, "  %-12s %s\n", problems[i].name, problems[i].summary);
    fputs("\n`haven solve PROBLEM --help` tells more.\n\n"
          "example:\n"
          "  haven solve mincostflow netgen.min -o netgen.sol\n",
          stream);
}

int cli_solve(int argc, char **argv) {
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_help(stdout);
        return EX_OK;
    }
    for (size_t i = 0; argc >= 2 && i < sizeof problems / sizeof problems[0]; i++)
        if (strcmp(argv[1], problems[i].name) == 0)
            return problems[i].run(argc - 1, argv + 1);
    if (argc >= 2)
        fprintf(stderr, "haven solve: no problem “%s”\n", argv[1]);
    print_help(stderr);
    return EX_USAGE;
}
