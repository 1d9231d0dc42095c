#include "schemas/platform/line_log.h"

#include "schemas/platform/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { TEXT_BYTES = 1000, LINE_BYTES = TEXT_BYTES + 96 };

static const char *const words[] = {"info", "warning", "error"};

/* One write a line, so that lines of several threads do not mix. */
void line_log(enum line_level level, const char *format, ...) {
    char text[TEXT_BYTES], when[32], line[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    int size = snprintf(line, sizeof line, "%s %s %s\n",
                        clock_wall_text(clock_wall_ms(), when, sizeof when), words[level], text);
    ssize_t written = size > 0 ? write(STDERR_FILENO, line, (size_t)size) : 0;
    (void)written; /* there is nowhere else to complain */
}
