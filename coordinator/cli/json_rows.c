#include "coordinator/cli/json_rows.h"

#include "schemas/limits.h"
#include "schemas/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Faults ---------------------------------------------------------------------------------------
 */

void json_fault(const struct json_reading *reading, const char *field, const char *wrong,
                const char *right) {
    hv_fault_add(reading->faults, HV_FAULT_ERROR, reading->path, 0, field, wrong, right);
}

void json_row_fault(const struct json_row *row, const char *field, const char *right,
                    const char *wrong_format, ...) {
    char place[192], wrong[256];
    snprintf(place, sizeof place, "%s[%zu]%s%s", row->array, row->index, *field ? "." : "", field);
    va_list arguments;
    va_start(arguments, wrong_format);
    vsnprintf(wrong, sizeof wrong, wrong_format, arguments);
    va_end(arguments);
    json_fault(row->reading, place, wrong, right);
}

/* Documents ------------------------------------------------------------------------------------
 */

static int take_root(const struct json_reading *reading, json_t *root, const json_error_t *fault,
                     json_t **ret_root) {
    char right[128];
    snprintf(right, sizeof right, "a JSON object of the format %s", reading->format);
    if (root == NULL) {
        hv_fault_add(reading->faults, HV_FAULT_ERROR, reading->path,
                     fault->line > 0 ? (uint32_t)fault->line : 0, "", fault->text, right);
        return HV_ERR_FORMAT;
    }
    const char *format = json_string_value(json_object_get(root, "format"));
    if (format == NULL || strcmp(format, reading->format) != 0) {
        json_fault(reading, json_is_object(root) ? "format" : "",
                   !json_is_object(root) ? "not an object"
                   : format == NULL      ? "missing"
                                         : format,
                   json_is_object(root) ? reading->format : right);
        json_decref(root);
        return HV_ERR_FORMAT;
    }
    *ret_root = root;
    return HV_OK;
}

int json_rows_parse(const struct json_reading *reading, const char *text, size_t bytes,
                    json_t **ret_root) {
    json_error_t fault;
    json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &fault);
    return take_root(reading, root, &fault, ret_root);
}

int json_rows_load(const struct json_reading *reading, json_t **ret_root) {
    struct stat status;
    FILE *file = fopen(reading->path, "re");
    if (file == NULL || fstat(fileno(file), &status) != 0 || S_ISDIR(status.st_mode)) {
        json_fault(reading, "", file == NULL ? strerror(errno) : "is no file",
                   "a file that can be read");
        if (file != NULL)
            fclose(file);
        return HV_ERR_NOT_FOUND;
    }
    if (status.st_size > (off_t)HV_REGION_FILE_BYTES_MAX) {
        json_fault(reading, "", "too large", "at most 1 GiB");
        fclose(file);
        return HV_ERR_LIMIT;
    }
    json_error_t fault;
    json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES, &fault);
    fclose(file);
    return take_root(reading, root, &fault, ret_root);
}

bool json_rows_are_there(const struct json_reading *reading, const json_t *root,
                         const char *array) {
    const json_t *rows = json_object_get(root, array);
    if (!json_is_array(rows)) {
        json_fault(reading, array, rows == NULL ? "missing" : "not an array",
                   "an array of objects");
        return false;
    }
    bool all = true;
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (!json_is_object(json_array_get(rows, i))) {
            struct json_row row = json_row_at(reading, rows, array, i);
            json_row_fault(&row, "", "an object", "not an object");
            all = false;
        }
    return all;
}

/* Rows -----------------------------------------------------------------------------------------
 */

struct json_row json_row_at(const struct json_reading *reading, const json_t *rows,
                            const char *array, size_t index) {
    return (struct json_row){reading, json_array_get(rows, index), array, index};
}

double json_row_number(const struct json_row *row, const char *field, bool required,
                       double otherwise, double least, double most) {
    const json_t *value = json_object_get(row->object, field);
    char right[96];
    snprintf(right, sizeof right, "a number from %g to %g", least, most);
    if (value == NULL) {
        if (required)
            json_row_fault(row, field, right, "missing");
        return otherwise;
    }
    if (!json_is_number(value)) {
        json_row_fault(row, field, right, "not a number");
        return otherwise;
    }
    double figure = json_number_value(value);
    if (!(figure >= least && figure <= most)) {
        json_row_fault(row, field, right, "%.10g", figure);
        return otherwise;
    }
    return figure;
}

const char *json_row_text(const struct json_row *row, const char *field) {
    const json_t *value = json_object_get(row->object, field);
    const char *right = "a text of 1 to 64 bytes without control characters";
    if (!json_is_string(value)) {
        json_row_fault(row, field, right, value == NULL ? "missing" : "not a text");
        return NULL;
    }
    size_t bytes = json_string_length(value);
    if (bytes == 0 || bytes > HV_ID_BYTES_MAX) {
        json_row_fault(row, field, right, "%zu bytes", bytes);
        return NULL;
    }
    if (hv_utf8_scan(json_string_value(value), bytes) != 0) {
        json_row_fault(row, field, right, "it has some");
        return NULL;
    }
    return json_string_value(value);
}

/* Names ----------------------------------------------------------------------------------------
 */

static int compare_named(const void *first, const void *second) {
    const struct json_named *a = first, *b = second;
    int order = strcmp(a->id, b->id);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static void find_doubles(const struct json_reading *reading, const json_t *rows, const char *array,
                         const struct json_names *names) {
    for (size_t i = 1; i < names->count; i++) {
        if (strcmp(names->sorted[i - 1].id, names->sorted[i].id) != 0)
            continue;
        struct json_row row = json_row_at(reading, rows, array, names->sorted[i].index);
        json_row_fault(&row, "id", "an id of its own", "“%s” is also the id of %s[%u]",
                       names->sorted[i].id, array, names->sorted[i - 1].index);
    }
}

int json_names_read(const struct json_reading *reading, const json_t *rows, const char *array,
                    const char *what, struct json_names *ret_names) {
    size_t count = json_array_size(rows);
    *ret_names = (struct json_names){.what = what};
    ret_names->sorted = calloc(count + 1, sizeof *ret_names->sorted);
    if (ret_names->sorted == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct json_row row = json_row_at(reading, rows, array, i);
        const char *id = json_row_text(&row, "id");
        if (id != NULL)
            ret_names->sorted[ret_names->count++] = (struct json_named){id, (uint32_t)i};
    }
    qsort(ret_names->sorted, ret_names->count, sizeof *ret_names->sorted, compare_named);
    find_doubles(reading, rows, array, ret_names);
    return HV_OK;
}

void json_names_deinit(struct json_names *names) {
    free(names->sorted);
    *names = (struct json_names){0};
}

uint32_t json_names_find(const struct json_names *names, const char *id) {
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
    return JSON_NO_NAME;
}

uint32_t json_row_name(const struct json_row *row, const char *field,
                       const struct json_names *names) {
    const char *id = json_row_text(row, field);
    if (id == NULL)
        return JSON_NO_NAME;
    uint32_t index = json_names_find(names, id);
    if (index == JSON_NO_NAME) {
        char right[64];
        snprintf(right, sizeof right, "the id of one of the %ss", names->what);
        json_row_fault(row, field, right, "“%s” is not there", id);
    }
    return index;
}
