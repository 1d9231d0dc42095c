#include "coordinator/daemon.h"

#include "schemas/platform/json_memory.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

static const char help[] =
    "usage: haven-coordinator DIR\n"
    "\n"
    "Runs the coordinator whose folder is DIR, as `haven init` made it, until SIGTERM.\n"
    "Operators talk to it with `haven --dir DIR …` through DIR/control.sock.\n"
    "\n"
    "  -h, --help     this text\n"
    "  -V, --version  what this is\n"
    "\n"
    "examples:\n"
    "  haven init /var/lib/haven --name 'City of Nanao' --mode live\n"
    "  haven-coordinator /var/lib/haven\n"
    "  systemctl enable --now haven-coordinator   # docs/OPERATIONS.md\n"
    "\n"
    "Exit status: 0 stopped by a signal, 64 usage, 65 damaged log or a fault in a file of\n"
    "DIR, 66 a file is missing, 74 the disk failed, 75 another coordinator runs here, 77 a key "
    "that\n"
    "others may read.\n";

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'}, {0}};
    for (int option; (option = getopt_long(argc, argv, "hV", options, NULL)) != -1;) {
        if (option == 'h') {
            fputs(help, stdout);
            return EX_OK;
        }
        if (option == 'V') {
            puts("haven-coordinator 1");
            return EX_OK;
        }
        fputs(help, stderr);
        return EX_USAGE;
    }
    if (argc - optind != 1) {
        fputs(help, stderr);
        return EX_USAGE;
    }
    json_memory_watch(malloc, free);
    return daemon_run(argv[optind]);
}
