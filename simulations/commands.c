#include "simulations/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char GENERAL[] =
    "haven-exercise: exercises with real programs, and simulations of the same cores\n"
    "\n"
    "  haven-exercise demo [--seed N] [--hazard FILE] [--fast] [--keep] [--dir DIR] [--json]\n"
    "  haven-exercise replay --from nanao DIR [--snapshots N] [--dir DIR] [--json]\n"
    "  haven-exercise simulate [--seed N] [--rounds R] [--json]\n"
    "  haven-exercise VERB --help\n"
    "\n"
    "Exit status: 0 all adds up; 1 it does not (what does not is listed); 64 wrong use; 66 no "
    "input;\n"
    "70 a broken program; 74 input or output; 130 stopped by a signal.\n";

static const char DEMO[] =
    "haven-exercise demo: a river flood on the Sioux Falls region, from watch to close, in about a "
    "minute\n"
    "\n"
    "A real coordinator and a real node process for each of 20 shelters and 4 depots; people, "
    "goods and\n"
    "trouble (a node and the coordinator killed, a node cut off, a shelter lost) are simulated. "
    "Ends with\n"
    "a summary; what adds up is computed from the nodes' own records.\n"
    "\n"
    "  --seed N       another day with the same flood (default 1)\n"
    "  --hazard FILE  another flood: a timeline as haven scenarios --timelines writes it\n"
    "  --fast         four times as fast, for tests\n"
    "  --keep         leave everything running at the end, until Ctrl-C\n"
    "  --dir DIR      work there instead of build/demo (removed first, if an exercise made it)\n"
    "  --json         nothing but the summary, as one JSON object\n"
    "\n"
    "Examples:\n"
    "  haven-exercise demo\n"
    "  haven-exercise demo --seed 7 --keep\n"
    "  haven-exercise demo --hazard risks/river.100y.csv\n"
    "  haven-exercise demo --fast --json | jq .acknowledged\n";

static const char REPLAY[] = "haven-exercise replay: published snapshots of open shelters, through "
                             "real nodes and a real coordinator\n"
                             "\n"
                             "Every shelter is a node that opens, counts and closes as the "
                             "snapshots say. After each snapshot the\n"
                             "coordinator's picture is compared with it. The last line says "
                             "whether the picture equals the last\n"
                             "snapshot of every shelter; where it does not, the differences are "
                             "listed and the status is 1.\n"
                             "\n"
                             "  --from nanao     format of the snapshots: CSV files of the city of "
                             "Nanao, dates in their names\n"
                             "  --snapshots N    only the first N\n"
                             "  --dir DIR        work there instead of a temporary folder\n"
                             "  --json           nothing but the result, as one JSON object\n"
                             "\n"
                             "Examples:\n"
                             "  haven-exercise replay --from nanao ../shared/data/shelters/nanao\n"
                             "  haven-exercise replay --from nanao DIR --snapshots 10 --json\n";

static const char SIMULATE[] =
    "haven-exercise simulate: the cores of nodes and coordinator on a simulated clock, network and "
    "disk\n"
    "\n"
    "Each round is decided by its seed alone. Frames are lost, doubled, late and overtaken, links "
    "cut,\n"
    "disks full, processes killed between any two effects, power lost at any sync, outboxes lost, "
    "logs\n"
    "restored from older copies; then all is mended and checked: nothing acknowledged is lost, "
    "nothing\n"
    "doubled, the picture equals the nodes' own folds, orders reach nodes once.\n"
    "\n"
    "  --seed N      seed of the first round (default 1); the following rounds take the next ones\n"
    "  --rounds R    how many (default 1000)\n"
    "  --json        nothing but the result, as one JSON object\n"
    "\n"
    "Examples:\n"
    "  haven-exercise simulate --rounds 5000\n"
    "  haven-exercise simulate --seed 793 --rounds 1\n";

const char *command_help(const char *verb) {
    if (verb != NULL && strcmp(verb, "demo") == 0)
        return DEMO;
    if (verb != NULL && strcmp(verb, "replay") == 0)
        return REPLAY;
    if (verb != NULL && strcmp(verb, "simulate") == 0)
        return SIMULATE;
    return GENERAL;
}

static bool read_number(const struct command_option *option, const char *text) {
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || number > option->most) {
        fprintf(stderr, "haven-exercise: %s takes a whole number of at most %llu, not “%s”\n",
                option->name, (unsigned long long)option->most, text);
        return false;
    }
    *option->number = number;
    return true;
}

static bool read_option(int argc, char **argv, int *at, const struct command_option *option) {
    if (option->flag != NULL) {
        *option->flag = true;
        return true;
    }
    if (*at + 1 >= argc) {
        fprintf(stderr, "haven-exercise: %s wants a value\n", option->name);
        return false;
    }
    const char *value = argv[++*at];
    if (option->number != NULL)
        return read_number(option, value);
    *option->text = value;
    return true;
}

bool command_read(int argc, char **argv, const struct command_option *options,
                  unsigned option_count, const char **arguments, unsigned room,
                  unsigned *ret_count) {
    *ret_count = 0;
    for (int at = 1; at < argc; at++) {
        const struct command_option *option = NULL;
        for (unsigned i = 0; i < option_count; i++)
            if (strcmp(options[i].name, argv[at]) == 0)
                option = &options[i];
        if (option == NULL && (argv[at][0] == '-' || *ret_count == room)) {
            fprintf(stderr, "haven-exercise: %s does not take “%s”; see haven-exercise %s --help\n",
                    argv[0], argv[at], argv[0]);
            return false;
        }
        if (option == NULL)
            arguments[(*ret_count)++] = argv[at];
        else if (!read_option(argc, argv, &at, option))
            return false;
    }
    return true;
}
