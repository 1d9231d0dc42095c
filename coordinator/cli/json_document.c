#include "coordinator/cli/json_document.h"

#include "schemas/limits.h"
#include "schemas/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FIELD_BYTES = 160, WRONG_BYTES = 256 };

struct json_id {
    const char *id;
    int32_t index;
};

/* ---- faults ---- */

void json_document_fault(const struct json_document *document, const char *field, const char *right,
                         const char *wrong_format, ...) {
    char wrong[WRONG_BYTES];
    va_list arguments;
    va_start(arguments, wrong_format);
    vsnprintf(wrong, sizeof wrong, wrong_format, arguments);
    va_end(arguments);
    hv_fault_add(document->faults, HV_FAULT_ERROR, document->path, 0, field, wrong, right);
}

static void name_field(char buffer[FIELD_BYTES], const char *place, const char *field) {
    snprintf(buffer, FIELD_BYTES, "%s%s%s", place, place[0] == '\0' ? "" : ".", field);
}

/* ---- the document ---- */

static json_t *finish(const struct json_document *document, json_t *root, const json_error_t *fault,
                      int *ret_error) {
    if (root != NULL)
        return root;
    hv_fault_add(document->faults, HV_FAULT_ERROR, document->path,
                 fault->line > 0 ? (uint32_t)fault->line : 0, "", fault->text, "a JSON document");
    *ret_error = HV_ERR_FORMAT;
    return NULL;
}

json_t *json_document_parse(const struct json_document *document, const char *text, size_t bytes,
                            int *ret_error) {
    json_error_t fault;
    return finish(document, json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &fault), &fault,
                  ret_error);
}

json_t *json_document_load(const struct json_document *document, int *ret_error) {
    struct stat status;
    json_error_t fault;
    FILE *file = fopen(document->path, "re");
    if (file == NULL || fstat(fileno(file), &status) != 0 || S_ISDIR(status.st_mode)) {
        json_document_fault(document, "", "a file that can be read", "%s",
                            file == NULL ? strerror(errno) : "is no file");
        if (file != NULL)
            fclose(file);
        *ret_error = HV_ERR_NOT_FOUND;
        return NULL;
    }
    if (status.st_size > (off_t)HV_REGION_FILE_BYTES_MAX) {
        json_document_fault(document, "", "at most 1 GiB", "too large");
        fclose(file);
        *ret_error = HV_ERR_LIMIT;
        return NULL;
    }
    json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES, &fault);
    fclose(file);
    return finish(document, root, &fault, ret_error);
}

bool json_document_has_format(const struct json_document *document, const json_t *root,
                              const char *format) {
    const char *found = json_string_value(json_object_get(root, "format"));
    if (found != NULL && strcmp(found, format) == 0)
        return true;
    json_document_fault(document, "format", format, "%s",
                        !json_is_object(root) ? "not an object"
                        : found == NULL       ? "missing"
                                              : found);
    return false;
}

/* ---- fields ---- */

int64_t json_document_integer(const struct json_document *document, const json_t *object,
                              const char *place, const char *field, bool required,
                              int64_t otherwise, int64_t least, int64_t most) {
    const json_t *value = json_object_get(object, field);
    char name[FIELD_BYTES], right[96];
    if (value == NULL && !required)
        return otherwise;
    int64_t figure = json_integer_value(value);
    if (json_is_integer(value) && figure >= least && figure <= most)
        return figure;
    name_field(name, place, field);
    snprintf(right, sizeof right, "a whole number from %" PRId64 " to %" PRId64, least, most);
    if (json_is_integer(value))
        json_document_fault(document, name, right, "%" PRId64, figure);
    else
        json_document_fault(document, name, right, "%s",
                            value == NULL ? "missing" : "not a whole number");
    return otherwise;
}

const char *json_document_id(const struct json_document *document, const json_t *object,
                             const char *place, const char *field) {
    const json_t *value = json_object_get(object, field);
    const char *right = "a text of 1 to 64 bytes without control characters";
    char name[FIELD_BYTES];
    size_t bytes = json_string_length(value);
    if (json_is_string(value) && bytes > 0 && bytes <= HV_ID_BYTES_MAX &&
        hv_utf8_scan(json_string_value(value), bytes) == 0)
        return json_string_value(value);
    name_field(name, place, field);
    if (json_is_string(value))
        json_document_fault(document, name, right,
                            bytes == 0 || bytes > HV_ID_BYTES_MAX ? "%zu bytes" : "it has some",
                            bytes);
    else
        json_document_fault(document, name, right, "%s", value == NULL ? "missing" : "not a text");
    return NULL;
}

const json_t *json_document_array(const struct json_document *document, const json_t *object,
                                  const char *place, const char *field, bool required) {
    const json_t *value = json_object_get(object, field);
    char name[FIELD_BYTES];
    if (json_is_array(value) || (value == NULL && !required))
        return value;
    name_field(name, place, field);
    json_document_fault(document, name, "an array", "%s",
                        value == NULL ? "missing" : "not an array");
    return NULL;
}

/* ---- names ---- */

static int compare_ids(const void *first, const void *second) {
    const struct json_id *a = first, *b = second;
    int order = strcmp(a->id, b->id);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

int json_ids_init(struct json_ids *names, const char *const *ids, size_t count) {
    *names = (struct json_ids){.sorted = calloc(count + 1, sizeof *names->sorted)};
    if (names->sorted == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (ids[i] != NULL)
            names->sorted[names->count++] = (struct json_id){ids[i], (int32_t)i};
    qsort(names->sorted, names->count, sizeof *names->sorted, compare_ids);
    return HV_OK;
}

void json_ids_deinit(struct json_ids *names) {
    free(names->sorted);
    *names = (struct json_ids){0};
}

int json_document_doubles(const struct json_document *document, const char *array,
                          const char *const *ids, size_t count) {
    struct json_ids sorted;
    char place[FIELD_BYTES];
    int error = json_ids_init(&sorted, ids, count);
    for (size_t i = 1; error == HV_OK && i < sorted.count; i++) {
        const struct json_id *one = &sorted.sorted[i - 1], *other = &sorted.sorted[i];
        if (strcmp(one->id, other->id) != 0)
            continue;
        snprintf(place, sizeof place, "%s[%" PRId32 "].id", array, other->index);
        json_document_fault(document, place, "an id of its own",
                            "“%s” is also the id of %s[%" PRId32 "]", other->id, array, one->index);
    }
    json_ids_deinit(&sorted);
    return error;
}

int32_t json_ids_find(const struct json_ids *names, const char *id) {
    size_t low = 0, high = names->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(names->sorted[middle].id, id);
        if (order == 0)
            return names->sorted[middle].index;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

int32_t json_document_name(const struct json_document *document, const json_t *object,
                           const char *place, const char *field, const struct json_ids *names,
                           const char *right) {
    char name[FIELD_BYTES];
    const char *id = json_document_id(document, object, place, field);
    int32_t index = id == NULL ? -1 : json_ids_find(names, id);
    if (id != NULL && index < 0) {
        name_field(name, place, field);
        json_document_fault(document, name, right, "“%s” is not there", id);
    }
    return index;
}
