#include "coordinator/region/json_place.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct text {
    const char *at, *end;
};

static void skip_space(struct text *text) {
    while (text->at < text->end && strchr(" \t\r\n", *text->at) != NULL)
        text->at++;
}

/* From the opening quote to behind the closing one. */
static void skip_string(struct text *text) {
    for (text->at++; text->at < text->end && *text->at != '"'; text->at++)
        if (*text->at == '\\' && text->at + 1 < text->end)
            text->at++;
    if (text->at < text->end)
        text->at++;
}

/* A whole value: its brackets are counted, not followed. */
static void skip_value(struct text *text) {
    for (size_t depth = 0; text->at < text->end;) {
        const char c = *text->at;
        if (depth == 0 && strchr(",]}", c) != NULL)
            return;
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        if (c == '"')
            skip_string(text);
        else
            text->at++;
        if (depth == 0 && strchr("}]\"", c) != NULL)
            return;
    }
}

/* Before the next member or item of an object or array; false behind the last. */
static bool is_more(struct text *text) {
    skip_space(text);
    if (text->at < text->end && *text->at == ',')
        text->at++;
    skip_space(text);
    return text->at < text->end && *text->at != '}' && *text->at != ']';
}

/* From before an object to before the value of a member; *ret_place is where its name begins. */
static bool enter_member(struct text *text, const char *name, size_t length,
                         const char **ret_place) {
    skip_space(text);
    if (text->at >= text->end || *text->at != '{')
        return false;
    for (text->at++; is_more(text);) {
        const char *begin = text->at;
        skip_string(text);
        bool same =
            (size_t)(text->at - begin) == length + 2 && memcmp(begin + 1, name, length) == 0;
        skip_space(text);
        if (text->at < text->end && *text->at == ':')
            text->at++;
        skip_space(text);
        if (same) {
            *ret_place = begin;
            return true;
        }
        skip_value(text);
    }
    return false;
}

static bool enter_item(struct text *text, unsigned long index, const char **ret_place) {
    skip_space(text);
    if (text->at >= text->end || *text->at != '[')
        return false;
    text->at++;
    for (unsigned long i = 0; is_more(text); i++) {
        if (i == index) {
            *ret_place = text->at;
            return true;
        }
        skip_value(text);
    }
    return false;
}

uint32_t json_place_line(const char *bytes, size_t size, const char *path) {
    struct text text = {bytes, bytes + size};
    const char *place = bytes;
    for (bool there = true; there && *path != '\0';) {
        size_t length = strcspn(path, ".[");
        if (length > 0)
            there = enter_member(&text, path, length, &place);
        path += length;
        if (there && *path == '[') {
            char *end = NULL;
            there = enter_item(&text, strtoul(path + 1, &end, 10), &place);
            path = *end == ']' ? end + 1 : end;
        }
        path += *path == '.';
    }
    uint32_t line = 1;
    for (const char *c = bytes; c < place; c++)
        line += *c == '\n';
    return line;
}
