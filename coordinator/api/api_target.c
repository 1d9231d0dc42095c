#include "coordinator/api/api_target.h"

#include "schemas/limits.h"
#include "schemas/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int digit(char letter) {
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    if (letter >= 'a' && letter <= 'f')
        return letter - 'a' + 10;
    if (letter >= 'A' && letter <= 'F')
        return letter - 'A' + 10;
    return -1;
}

/* Undoes percent-coding from *from up to one of the ends; a NUL goes behind it. In a query “+” is a
 * blank. NULL: broken. */
static char *decode(const char **from, const char *ends, bool query, char *to) {
    const char *at = *from;
    while (*at != '\0' && strchr(ends, *at) == NULL) {
        char letter = *at++;
        if (letter == '%') {
            int high = digit(at[0]), low = high < 0 ? -1 : digit(at[1]);
            if (low < 0)
                return NULL;
            letter = (char)(high * 16 + low);
            at += 2;
        } else if (letter == '+' && query) {
            letter = ' ';
        }
        if ((unsigned char)letter < 0x20 || letter == 0x7f)
            return NULL;
        *to++ = letter;
    }
    *to++ = '\0';
    *from = at;
    return to;
}

static bool is_sound(const char *text) {
    return (hv_utf8_scan(text, strlen(text)) & HV_UTF8_BROKEN) == 0;
}

static int read_path(const char **from, char **to, struct api_target *target) {
    if (**from != '/')
        return HV_ERR_FORMAT;
    while (**from == '/') {
        ++*from;
        target->folder = **from == '\0' || **from == '?';
        if (target->folder)
            break;
        if (target->segment_count == API_SEGMENTS_MAX)
            return HV_ERR_LIMIT;
        const char *segment = *to;
        char *end = decode(from, "/?#", false, *to);
        if (end == NULL || !is_sound(segment) || *segment == '\0' || strcmp(segment, ".") == 0 ||
            strcmp(segment, "..") == 0)
            return HV_ERR_FORMAT;
        *to = end;
        target->segments[target->segment_count++] = segment;
    }
    return **from == '\0' || **from == '?' ? HV_OK : HV_ERR_FORMAT;
}

static int read_parameter(const char **from, char **to, struct api_target *target) {
    char *name = *to, *value = decode(from, "=&", true, name);
    if (value == NULL)
        return HV_ERR_FORMAT;
    *value = '\0';
    *to = value + 1;
    if (**from == '=') {
        ++*from;
        *to = decode(from, "&", true, value);
    }
    if (*to == NULL || !is_sound(name) || !is_sound(value))
        return HV_ERR_FORMAT;
    if (*name == '\0' && *value == '\0')
        return HV_OK; /* "?a=1&&b=2" */
    if (api_target_value(target, name) != NULL)
        return HV_ERR_EXISTS;
    if (target->parameter_count == API_PARAMETERS_MAX)
        return HV_ERR_LIMIT;
    target->parameters[target->parameter_count].name = name;
    target->parameters[target->parameter_count++].value = value;
    return HV_OK;
}

int api_target_read(const char *uri, struct api_target *ret_target) {
    const char *from = uri;
    char *to = ret_target->text;
    ret_target->segment_count = ret_target->parameter_count = 0;
    ret_target->folder = false;
    /* Decoding shortens, but for two NULs where an “=” or “&” was missing: half is enough for all.
     */
    if (strnlen(uri, API_TARGET_BYTES_MAX / 2) == API_TARGET_BYTES_MAX / 2)
        return HV_ERR_LIMIT;
    int error = read_path(&from, &to, ret_target);
    while (error == HV_OK && *from != '\0') {
        from++; /* “?” or “&” */
        error = read_parameter(&from, &to, ret_target);
    }
    return error;
}

const char *api_target_value(const struct api_target *target, const char *name) {
    for (size_t i = 0; i < target->parameter_count; i++)
        if (strcmp(target->parameters[i].name, name) == 0)
            return target->parameters[i].value;
    return NULL;
}

int api_target_number(const struct api_target *target, const char *name, uint64_t least,
                      uint64_t most, uint64_t *ret_number) {
    const char *value = api_target_value(target, name);
    if (value == NULL)
        return HV_ERR_NOT_FOUND;
    size_t length = strlen(value);
    if (length == 0 || length > 18 || strspn(value, "0123456789") != length)
        return HV_ERR_VALUE;
    uint64_t number = strtoull(value, NULL, 10);
    if (number < least || number > most)
        return HV_ERR_VALUE;
    *ret_number = number;
    return HV_OK;
}

bool api_words_have(const char *words, const char *word) {
    size_t length = strlen(word);
    for (const char *at = words; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

/* “; q=0” with up to three noughts behind a point. */
static bool is_refused(const char *weight, size_t length) {
    const char *end = weight + length;
    while (weight < end && strchr("; \t", *weight) != NULL)
        weight++;
    if (end - weight < 3 || (*weight != 'q' && *weight != 'Q') || weight[1] != '=')
        return false;
    for (weight += 2; weight < end && strchr("0. \t", *weight) != NULL; weight++)
        continue;
    return weight == end;
}

bool api_takes_coding(const char *accept, const char *coding) {
    size_t wanted = strlen(coding);
    while (accept != NULL && *accept != '\0') {
        accept += strspn(accept, ", \t");
        size_t length = strcspn(accept, ","), name = strcspn(accept, ",; \t");
        if (name == wanted && strncasecmp(accept, coding, name) == 0)
            return !is_refused(accept + name, length - name);
        accept += length;
    }
    return false;
}

/* The tag that begins here, without what makes it weak: its quotes and what is between. 0: none. */
static size_t tag_at(const char **at) {
    *at += strncmp(*at, "W/", 2) == 0 ? 2 : 0;
    const char *end = **at == '"' ? strchr(*at + 1, '"') : NULL;
    return end == NULL ? 0 : (size_t)(end + 1 - *at);
}

bool api_has_tag(const char *list, const char *tag) {
    size_t wanted = tag_at(&tag), length;
    list += strspn(list, " \t");
    if (*list == '*')
        return list[1 + strspn(list + 1, " \t")] == '\0';
    while ((length = tag_at(&list)) > 0) {
        if (length == wanted && memcmp(list, tag, length) == 0)
            return true;
        list += length;
        list += strspn(list, ", \t");
    }
    return false;
}

int api_box_read(const char *text, struct api_box *ret_box) {
    double sides[4];
    const char *at = text;
    for (int i = 0; i < 4; i++) {
        char *end = NULL;
        size_t length = strcspn(at, ",");
        if (length == 0 || strspn(at, "0123456789+-.eE") != length) /* no NAN, no 0x1p3 */
            return HV_ERR_VALUE;
        sides[i] = strtod(at, &end);
        if (end == at || !isfinite(sides[i]) || *end != (i < 3 ? ',' : '\0'))
            return HV_ERR_VALUE;
        at = end + 1;
    }
    if (sides[1] > sides[3])
        return HV_ERR_VALUE;
    *ret_box = (struct api_box){sides[0], sides[1], sides[2], sides[3]};
    return HV_OK;
}

bool api_box_has(const struct api_box *box, double lon, double lat) {
    if (!(lat >= box->south && lat <= box->north))
        return false;
    return box->west <= box->east ? lon >= box->west && lon <= box->east
                                  : lon >= box->west || lon <= box->east;
}

/* ---- pieces of a file ---- */

/* Digits, at most 18 of them: leaves the text after them. */
static bool read_digits(const char **text, uint64_t *ret_number) {
    const size_t length = strspn(*text, "0123456789");
    if (length == 0 || length > 18)
        return false;
    *ret_number = strtoull(*text, NULL, 10);
    *text += length;
    return true;
}

bool api_read_range(const char *range, uint64_t size, uint64_t *ret_first, uint64_t *ret_last) {
    uint64_t first = 0, last = 0;
    if (size == 0 || strncmp(range, "bytes=", 6) != 0)
        return false;
    range += 6;
    const bool from_end = *range == '-';
    if (!from_end && !read_digits(&range, &first))
        return false;
    if (*range++ != '-')
        return false;
    const bool open_ended = *range == '\0';
    if (!open_ended && !read_digits(&range, &last))
        return false;
    if (*range != '\0' || (from_end && (open_ended || last == 0)) ||
        (!from_end && (first >= size || (!open_ended && last < first))))
        return false;
    if (from_end)
        first = last < size ? size - last : 0;
    *ret_first = first;
    *ret_last = from_end || open_ended || last >= size ? size - 1 : last;
    return true;
}
