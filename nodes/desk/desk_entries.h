/* From a form of the page to entries of the node's console (docs/NODE.md). Plain forms and the
 * page's script use the same forms, so that there is one reading of them. */
#ifndef NODES_DESK_ENTRIES_H
#define NODES_DESK_ENTRIES_H

#include "nodes/desk/fields.h"

#include <jansson.h>

/* What is wrong with a form. */
struct desk_wrong {
    const char *key; /* of the catalogue; NULL: nothing */
    int row;         /* of the form or line of the file, from 1; 0: none */
    char column[65]; /* of a file, what the text is about; "" */
};

/* The entries that the form of this name makes, an array of 1 to DESK_ROWS_MAX, each without
 * “once”. `ago_s`: entered so many seconds of the node's clock ago. ret_wrong is set on an
 * error. HV_ERR_NOT_FOUND: no such form; HV_ERR_VALUE; HV_ERR_LIMIT: too many rows;
 * HV_ERR_MEMORY. */
int desk_entries_read(const char *form, const struct fields *fields, double ago_s,
                      struct desk_wrong *ret_wrong, json_t **ret_entries) HV_MUST_USE;

#endif
