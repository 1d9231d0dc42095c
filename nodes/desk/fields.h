/* Named values of a query or of a form (application/x-www-form-urlencoded), in the order they came.
 *
 * From outside: at most FIELDS_MAX of them; a value is UTF-8 without NUL or it is refused. */
#ifndef NODES_DESK_FIELDS_H
#define NODES_DESK_FIELDS_H

#include "schemas/error.h"

#include <stddef.h>

#define FIELDS_MAX 1024u

struct fields {
    char *bytes; /* owned: names and values, NUL-terminated */
    size_t count;
    struct field {
        const char *name, *value;
    } * items; /* owned */
};

/* HV_ERR_LIMIT: too many; HV_ERR_FORMAT: a bad escape, invalid UTF-8 or a control character other
 * than tab and line break; HV_ERR_MEMORY. */
int fields_read(const char *text, size_t size, struct fields *ret_fields) HV_MUST_USE;
void fields_deinit(struct fields *fields);

/* The first value of this name; "" where there is none. */
const char *fields_get(const struct fields *fields, const char *name);

#endif
