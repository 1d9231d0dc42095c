#include "tests/support/fault_point.h"

#include "tests/support/process.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void name(const char *folder, const char *file, char path[PATH_MAX]) {
    cr_assert_lt(snprintf(path, PATH_MAX, "%s/%s", folder, file), PATH_MAX);
}

void fault_point_begin(const struct fault_point *fault, const char *folder) {
    char shim[PATH_MAX], armed[PATH_MAX], met[PATH_MAX], nth[16];
    build_path("tests/tools/fault_point.so", shim, sizeof shim);
    name(folder, "fault-armed", armed);
    name(folder, "fault-met", met);
    unlink(armed);
    unlink(met);
    snprintf(nth, sizeof nth, "%u", fault->nth);
    setenv("FAULT_POINT", fault->point, 1);
    setenv("FAULT_NTH", nth, 1);
    setenv("FAULT_DO", fault->what, 1);
    setenv("FAULT_ARMED", armed, 1);
    setenv("FAULT_MET", met, 1);
    setenv("LD_PRELOAD", shim, 1);
}

void fault_point_end(void) {
    unsetenv("LD_PRELOAD");
}

void fault_point_arm(const char *folder) {
    char armed[PATH_MAX];
    name(folder, "fault-armed", armed);
    int fd = open(armed, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert_geq(fd, 0);
    close(fd);
}

bool fault_point_met(const char *folder) {
    char met[PATH_MAX];
    name(folder, "fault-met", met);
    return access(met, F_OK) == 0;
}
