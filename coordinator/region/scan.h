/* Small exact readers of text: UTF-8, numbers, dates. Pure, independent of the locale. */
#ifndef COORDINATOR_REGION_SCAN_H
#define COORDINATOR_REGION_SCAN_H

#include "schemas/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the bytes are well-formed UTF-8 without NUL (schemas/utf8.h). */
bool scan_is_utf8(const char *bytes, size_t size);

/* Whether the text holds a line break or a character that controls instead of showing. */
bool scan_has_control(const char *text);

/* Copies at most `limit` bytes of text, cut at a whole character with "…" where it was longer and
 * with bytes that are no UTF-8 or control characters shown as "?". `ret_shown` has limit + 4. */
void scan_shown(const char *bytes, size_t size, size_t limit, char *ret_shown);

/* A decimal number such as -12.5e3 and nothing else; finite. HV_ERR_FORMAT. */
HV_MUST_USE int scan_number(const char *text, double *ret_number);

/* A whole number with optional sign and nothing else. HV_ERR_FORMAT, HV_ERR_OVERFLOW. */
HV_MUST_USE int scan_whole(const char *text, int64_t *ret_whole);

/* A date YYYY-MM-DD of the years 1970 to 9999 as days since 1970-01-01. HV_ERR_FORMAT. */
HV_MUST_USE int scan_date(const char *text, int32_t *ret_day);

/* The other way; `ret_text` has 16 bytes. */
void scan_print_date(int32_t day, char *ret_text);

/* The shortest decimal text that reads back as the same double; `ret_text` has 32 bytes. */
void scan_print_number(double number, char *ret_text);

#endif
