/* Reading documents that are objects with arrays of rows: numbers, texts and names, each fault with
 * its place, such as `lanes[12].depot: “D9” is not there; the id of a depot`. */
#ifndef JSON_ROWS_H
#define JSON_ROWS_H

#include "schemas/fault.h"

#include <jansson.h>
#include <stdbool.h>

struct json_reading {
    const char *path; /* as the person named it */
    struct hv_fault_list *faults;
    const char *format; /* of the document, such as "haven.allocation.instance/1" */
};

/* One row of an array. */
struct json_row {
    const struct json_reading *reading;
    const json_t *object;
    const char *array;
    size_t index;
};

/* Ids in order, to find the index of one. */
struct json_named {
    const char *id; /* owned by the JSON document */
    uint32_t index;
};

struct json_names {
    struct json_named *sorted; /* NULL where there was no memory */
    size_t count;
    const char *what; /* "depot" */
};

#define JSON_NO_NAME UINT32_MAX

/* Loads a document from a file, or from bytes that are called by reading->path in faults. Returns
 * HV_OK; HV_ERR_NOT_FOUND, HV_ERR_IO or HV_ERR_LIMIT where the file cannot be read, HV_ERR_FORMAT
 * where it is no JSON object of the format; with a fault each time. The caller decrefs. */
HV_MUST_USE int json_rows_load(const struct json_reading *reading, json_t **ret_root);
HV_MUST_USE int json_rows_parse(const struct json_reading *reading, const char *text, size_t bytes,
                                json_t **ret_root);

/* Whether the document has an array of objects of that name; a fault if not. */
bool json_rows_are_there(const struct json_reading *reading, const json_t *root, const char *array);

struct json_row json_row_at(const struct json_reading *reading, const json_t *rows,
                            const char *array, size_t index);

void json_fault(const struct json_reading *reading, const char *field, const char *wrong,
                const char *right);
void json_row_fault(const struct json_row *row, const char *field, const char *right,
                    const char *wrong_format, ...) __attribute__((format(printf, 4, 5)));

/* A number between bounds, or a fault and `otherwise`; absent is a fault only if required. */
double json_row_number(const struct json_row *row, const char *field, bool required,
                       double otherwise, double least, double most);

/* A text of 1 to HV_ID_BYTES_MAX bytes, or a fault and NULL. Owned by the JSON document. */
const char *json_row_text(const struct json_row *row, const char *field);

/* The ids of an array, each a text of its own, else faults. HV_ERR_MEMORY. */
HV_MUST_USE int json_names_read(const struct json_reading *reading, const json_t *rows,
                                const char *array, const char *what, struct json_names *ret_names);
void json_names_deinit(struct json_names *names);

/* The index of an id, or JSON_NO_NAME. */
uint32_t json_names_find(const struct json_names *names, const char *id);

/* The index of the id that a field holds, or a fault and JSON_NO_NAME. */
uint32_t json_row_name(const struct json_row *row, const char *field,
                       const struct json_names *names);

#endif
