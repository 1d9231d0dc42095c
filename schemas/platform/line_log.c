#include "schemas/platform/line_log.h"

#include "schemas/platform/clock.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum { TEXT_BYTES = 1000, LINE_BYTES = TEXT_BYTES + 96 };

static _Atomic enum line_level least = LINE_INFO;
static const char *const words[] = {"debug", "info", "warning", "error"};

void line_log_set_level(enum line_level level) {
    atomic_store(&least, level);
}

/* One write a line, so that lines of several threads do not mix. */
static void write_line(enum line_level level, uint64_t suppressed, const char *format,
                       va_list arguments) {
    char text[TEXT_BYTES], when[32], more[40] = "", line[LINE_BYTES];
    vsnprintf(text, sizeof text, format, arguments);
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    if (suppressed > 0)
        snprintf(more, sizeof more, " suppressed=%llu", (unsigned long long)suppressed);
    int size =
        snprintf(line, sizeof line, "%s %s %s%s\n",
                 clock_wall_text(clock_wall_ms(), when, sizeof when), words[level], text, more);
    ssize_t written = size > 0 ? write(STDERR_FILENO, line, (size_t)size) : 0;
    (void)written; /* there is nowhere else to complain */
}

void line_log(enum line_level level, const char *format, ...) {
    if (level < atomic_load(&least))
        return;
    va_list arguments;
    va_start(arguments, format);
    write_line(level, 0, format, arguments);
    va_end(arguments);
}

void line_log_limited(struct line_limit *limit, uint64_t every_ms, enum line_level level,
                      const char *format, ...) {
    uint64_t now_ms = clock_real_ms();
    if (level < atomic_load(&least))
        return;
    if (now_ms < limit->next_ms) {
        limit->suppressed++;
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    write_line(level, limit->suppressed, format, arguments);
    va_end(arguments);
    *limit = (struct line_limit){.next_ms = now_ms + every_ms};
}
