/* What readers of JSON documents share: a file as a whole, names, figures, and faults that say
 * where. */
#ifndef COORDINATOR_CLI_JSON_DOCUMENT_H
#define COORDINATOR_CLI_JSON_DOCUMENT_H

#include "schemas/fault.h"

#include <jansson.h>
#include <stdbool.h>

/* Where faults go, and the file that they are of. */
struct json_document {
    const char *path;
    struct hv_fault_list *faults;
};

/* Reads a whole file, at most HV_REGION_FILE_BYTES_MAX. NULL with a fault and *ret_error set to
 * HV_ERR_NOT_FOUND, HV_ERR_LIMIT or HV_ERR_FORMAT. Keys that appear twice are a fault. The value is
 * the caller's. */
json_t *json_document_load(const struct json_document *document, int *ret_error);
json_t *json_document_parse(const struct json_document *document, const char *text, size_t bytes,
                            int *ret_error);

/* Whether the root is an object with that format, or a fault. */
bool json_document_has_format(const struct json_document *document, const json_t *root,
                              const char *format);

void json_document_fault(const struct json_document *document, const char *field, const char *right,
                         const char *wrong_format, ...) __attribute__((format(printf, 4, 5)));

/* An integer of an object between bounds, or a fault named `place`.`field` and `otherwise`. One
 * that is absent is a fault where required. */
int64_t json_document_integer(const struct json_document *document, const json_t *object,
                              const char *place, const char *field, bool required,
                              int64_t otherwise, int64_t least, int64_t most);

/* A text of 1 to HV_ID_BYTES_MAX bytes without NUL, or NULL and a fault. Belongs to `object`. */
const char *json_document_id(const struct json_document *document, const json_t *object,
                             const char *place, const char *field);

/* An array of an object, or an empty one and a fault (none where it may be absent). */
const json_t *json_document_array(const struct json_document *document, const json_t *object,
                                  const char *place, const char *field, bool required);

/* Ids in order, to find the index of one. */
struct json_ids {
    struct json_id *sorted;
    size_t count;
};

/* Ids that are NULL are passed over. HV_ERR_MEMORY. The ids must outlive the names. */
HV_MUST_USE int json_ids_init(struct json_ids *names, const char *const *ids, size_t count);
void json_ids_deinit(struct json_ids *names);

/* A fault for every id of an array that is there twice. HV_ERR_MEMORY. */
HV_MUST_USE int json_document_doubles(const struct json_document *document, const char *array,
                                      const char *const *ids, size_t count);
int32_t json_ids_find(const struct json_ids *names, const char *id); /* −1: not there */

/* Index of the name that a field holds, or −1 and a fault. */
int32_t json_document_name(const struct json_document *document, const json_t *object,
                           const char *place, const char *field, const struct json_ids *names,
                           const char *right);

#endif
