#include "schemas/platform/json_line.h"

#include "schemas/platform/atomic_file.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 65536 };

/* "field" and then a colon; `at` is at a quote. */
static bool is_member(const char *at, const char *end, const char *field) {
    size_t length = strlen(field);
    if ((size_t)(end - at) < length + 3 || memcmp(at + 1, field, length) != 0 ||
        at[length + 1] != '"')
        return false;
    for (at += length + 2; at < end && isspace((unsigned char)*at); at++)
        ;
    return at < end && *at == ':';
}

uint32_t json_line_of(const char *path, const char *field) {
    uint8_t *bytes = NULL;
    size_t size = 0;
    uint32_t line = 1, found = 0;
    if (*field == '\0' || atomic_file_read(path, FILE_BYTES_MAX, &bytes, &size) != 0)
        return 0;
    const char *text = (const char *)bytes, *end = text + size;
    for (const char *at = text; at < end && found == 0; at++) {
        line += *at == '\n';
        if (*at == '"' && is_member(at, end, field))
            found = line;
    }
    free(bytes);
    return found;
}
