/* The log of the machine: one event a line on standard error, key=value, for journald and people.
 *
 *     2026-11-23T21:12:00Z warning event=refused node=S01 reason=gap
 *
 * Never keys, never people's data. Used by mains and effect executors only. Thread-safe. */
#ifndef HV_PLATFORM_LINE_LOG_H
#define HV_PLATFORM_LINE_LOG_H

#include <stdint.h>

enum line_level { LINE_DEBUG, LINE_INFO, LINE_WARNING, LINE_ERROR };

/* Lines below this level are dropped. LINE_INFO at first. */
void line_log_set_level(enum line_level level);

/* Writes one line; the text is made by printf rules and cut at 1,000 bytes; line ends in it become
 * spaces. */
void line_log(enum line_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For events that may come thousands of times a second: lets one line through each `every_ms` and
 * counts the others, which the next line tells as suppressed=N. Zero-initialise one for each event.
 * Not thread-safe. */
struct line_limit {
    uint64_t next_ms;
    uint64_t suppressed;
};

void line_log_limited(struct line_limit *limit, uint64_t every_ms, enum line_level level,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
