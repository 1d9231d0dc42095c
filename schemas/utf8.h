/* Strict UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF, no NUL. */
#ifndef HV_SCHEMAS_UTF8_H
#define HV_SCHEMAS_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* What a text holds besides letters, as a set. */
enum hv_utf8_found {
    HV_UTF8_BROKEN = 1,  /* not UTF-8, or a NUL */
    HV_UTF8_CONTROL = 2, /* C0, DEL, C1, line and paragraph separators, marks that turn the
                            direction of writing; but for the two below */
    HV_UTF8_BREAK = 4    /* tab, line feed, carriage return */
};

/* Looks through the whole text; stops at the first broken byte. O(bytes). */
unsigned hv_utf8_scan(const char *text, size_t bytes);

#endif
