#include "schemas/platform/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t clock_real_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int64_t clock_wall_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *clock_boot_id(void) {
    static char id[37];
    if (id[0] != '\0')
        return id;
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (file != NULL) {
        if (fscanf(file, "%36[0-9a-f-]", id) != 1)
            id[0] = '\0';
        fclose(file);
    }
    return id;
}

char *clock_wall_text(int64_t wall_ms, char *buffer, size_t bytes) {
    time_t seconds = (time_t)(wall_ms >= 0 ? wall_ms / 1000 : (wall_ms - 999) / 1000);
    struct tm when;
    if (gmtime_r(&seconds, &when) == NULL ||
        strftime(buffer, bytes, "%Y-%m-%dT%H:%M:%SZ", &when) == 0)
        snprintf(buffer, bytes, "%s", "?");
    return buffer;
}
