/* `haven solve evacuation` alone, for the benchmark: nothing but the solver is in its memory. Its
 * peak, in KiB, is the last line on standard error. */
#include "coordinator/cli/solve_evacuation.h"

#include <stdio.h>
#include <string.h>

static void print_peak(void) {
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            fputs(line + 6, stderr);
    if (status != NULL)
        fclose(status);
}

int main(int argc, char **argv) {
    int status = cli_solve_evacuation(argc, argv);
    print_peak();
    return status;
}
