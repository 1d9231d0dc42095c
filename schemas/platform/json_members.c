#include "schemas/platform/json_members.h"

#include "schemas/utf8.h"

#include <stdio.h>
#include <string.h>

static const char marks[] = "#?[{*";

/* What stands behind the name in the list: a mark, a comma or the end; NULL: it is not there. */
static const char *find(const char *name, const char *known) {
    size_t length = strlen(name);
    for (const char *at = known; length > 0 && at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, length) != 0)
            continue;
        const char *end = at + length;
        if (*end == ',' || *end == '\0' || strchr(marks, *end) != NULL)
            return end;
    }
    return NULL;
}

const char *json_members_unknown(const json_t *object, const char *known) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value) {
        if (find(name, known) == NULL)
            return name;
    }
    return NULL;
}

/* What the value should be and is not; NULL: it is. */
static const char *wrong_type(const json_t *value, char mark) {
    switch (mark) {
    case '#':
        return json_is_integer(value) && json_integer_value(value) >= 0 ? NULL
                                                                        : "a whole number from 0";
    case '?':
        return json_is_boolean(value) ? NULL : "true or false";
    case '[':
        return json_is_array(value) ? NULL : "a list";
    case '{':
        return json_is_object(value) ? NULL : "an object";
    case '*':
        return NULL;
    default:
        return json_is_string(value) &&
                       strlen(json_string_value(value)) == json_string_length(value)
                   ? NULL
                   : "text";
    }
}

static void tell_known(const char *known, char *ret_text, size_t bytes) {
    size_t used = (size_t)snprintf(ret_text, bytes, "there are: ");
    for (const char *at = known; *at != '\0' && used + 1 < bytes; at++)
        if (strchr(marks, *at) == NULL)
            ret_text[used++] = *at;
    ret_text[used] = '\0';
}

/* How many of the first bytes of a text are whole letters. */
static size_t whole(const char *text, size_t bytes) {
    while (bytes > 0 && (hv_utf8_scan(text, bytes) & HV_UTF8_BROKEN) != 0)
        bytes--;
    return bytes;
}

bool json_members_check(const json_t *object, const char *known,
                        struct json_members_fault *ret_fault) {
    const char *name;
    json_t *value;
    char cut[64];
    json_object_foreach((json_t *)object, name, value) {
        const char *end = find(name, known);
        const char *right = end == NULL || json_is_null(value) ? NULL : wrong_type(value, *end);
        if (end != NULL && right == NULL)
            continue;
        snprintf(cut, sizeof cut, "%s", name);
        cut[whole(cut, strlen(cut))] = '\0';
        if (end == NULL) {
            snprintf(ret_fault->wrong, sizeof ret_fault->wrong, "there is no member “%s” here",
                     cut);
            tell_known(known, ret_fault->right, sizeof ret_fault->right);
        } else {
            snprintf(ret_fault->wrong, sizeof ret_fault->wrong, "“%s” is not %s", cut, right);
            snprintf(ret_fault->right, sizeof ret_fault->right, "“%s” must be %s", cut, right);
        }
        return false;
    }
    return true;
}

json_t *json_members_types(const char *known) {
    static const char *const types[] = {"number", "boolean", "list", "object", "anything"};
    json_t *object = json_object();
    for (const char *at = known; *at != '\0';) {
        size_t length = strcspn(at, ",");
        const char *mark = length == 0 ? NULL : strchr(marks, at[length - 1]);
        if (length > 0)
            json_object_setn_new(object, at, length - (mark != NULL),
                                 json_string(mark == NULL ? "text" : types[mark - marks]));
        at += length + (at[length] == ',');
    }
    return object;
}

json_t *json_members_text(const char *text) {
    return json_stringn(text, whole(text, strlen(text)));
}
