#include "nodes/desk/fields.h"

#include "schemas/utf8.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int digit(char letter) {
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    letter = (char)(letter | 0x20);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* Decodes in place; false for an escape that is none. */
static bool decode(char *text) {
    char *to = text;
    for (const char *from = text; *from != '\0'; from++, to++) {
        *to = *from == '+' ? ' ' : *from;
        if (*from != '%')
            continue;
        int high = digit(from[1]), low = high < 0 ? -1 : digit(from[2]);
        if (low < 0 || (high == 0 && low == 0))
            return false;
        *to = (char)(high << 4 | low);
        from += 2;
    }
    *to = '\0';
    return true;
}

static bool is_text(const char *text) {
    return (hv_utf8_scan(text, strlen(text)) & (HV_UTF8_BROKEN | HV_UTF8_CONTROL)) == 0;
}

static size_t count_of(const char *text, size_t size) {
    size_t count = size > 0;
    for (size_t i = 0; i < size; i++)
        count += text[i] == '&';
    return count;
}

static int take(struct fields *fields, char *pair) {
    char *value = strchr(pair, '=');
    if (value == NULL)
        value = pair + strlen(pair);
    else
        *value++ = '\0';
    if (!decode(pair) || !decode(value) || !is_text(pair) || !is_text(value))
        return HV_ERR_FORMAT;
    fields->items[fields->count++] = (struct field){pair, value};
    return HV_OK;
}

int fields_read(const char *text, size_t size, struct fields *ret_fields) {
    size_t count = count_of(text, size);
    if (count > FIELDS_MAX)
        return HV_ERR_LIMIT;
    if (memchr(text, '\0', size) != NULL)
        return HV_ERR_FORMAT;
    struct fields fields = {.bytes = malloc(size + 1),
                            .items = calloc(count + 1, sizeof *fields.items)};
    int error = fields.bytes == NULL || fields.items == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK) {
        memcpy(fields.bytes, text, size);
        fields.bytes[size] = '\0';
    }
    char *rest = fields.bytes, *pair;
    while (error == HV_OK && (pair = strsep(&rest, "&")) != NULL)
        if (*pair != '\0')
            error = take(&fields, pair);
    if (error == HV_OK)
        *ret_fields = fields;
    else
        fields_deinit(&fields);
    return error;
}

void fields_deinit(struct fields *fields) {
    free(fields->bytes);
    free(fields->items);
    *fields = (struct fields){0};
}

const char *fields_get(const struct fields *fields, const char *name) {
    for (size_t i = 0; i < fields->count; i++)
        if (strcmp(fields->items[i].name, name) == 0)
            return fields->items[i].value;
    return "";
}
