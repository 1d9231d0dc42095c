/* How fast this file system makes small writes durable: append and fdatasync.  disk_probe DIR BYTES
 * COUNT */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 64;
    size_t bytes = strtoul(argv[2], NULL, 10), count = strtoul(argv[3], NULL, 10);
    char path[4096];
    snprintf(path, sizeof path, "%s/probe", argv[1]);
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    char *block = calloc(1, bytes);
    double *took_ms = calloc(count, sizeof *took_ms);
    if (fd < 0 || block == NULL || took_ms == NULL || count == 0)
        return 70;
    for (size_t i = 0; i < count; i++) {
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        if (write(fd, block, bytes) != (ssize_t)bytes || fdatasync(fd) != 0)
            return 70;
        clock_gettime(CLOCK_MONOTONIC, &b);
        took_ms[i] = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
    }
    qsort(took_ms, count, sizeof *took_ms, by_value);
    printf("{\"bytes\": %zu, \"sync_p50_ms\": %.3f, \"sync_p99_ms\": %.3f}\n", bytes,
           took_ms[count / 2], took_ms[(size_t)(0.99 * (double)(count - 1))]);
    close(fd);
    unlink(path);
    free(block);
    free(took_ms);
    return 0;
}
