/* The log of the machine: one event a line on standard error, key=value, for journald and people.
 *
 *     2026-11-23T21:12:00Z warning event=refused node=S01 reason=gap
 *
 * Never keys, never people's data. Used by mains and effect executors only. Thread-safe. */
#ifndef HV_PLATFORM_LINE_LOG_H
#define HV_PLATFORM_LINE_LOG_H

enum line_level { LINE_INFO, LINE_WARNING, LINE_ERROR };

/* Writes one line; the text is made by printf rules and cut at 1,000 bytes; line ends in it become
 * spaces. */
void line_log(enum line_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
