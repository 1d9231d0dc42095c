#include "coordinator/api/api_text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { FIRST_ROOM = 4096, GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8 };

void api_text_free(struct api_text *text) {
    free(text->bytes);
    *text = (struct api_text){0};
}

static bool make_room(struct api_text *text, size_t more) {
    if (text->failed)
        return false;
    if (more <= text->room - text->size)
        return true;
    size_t room = (text->size + more) * 2 + FIRST_ROOM;
    char *bytes = text->size + more > API_BODY_BYTES_MAX ? NULL : realloc(text->bytes, room);
    if (bytes == NULL) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->room = room;
    return true;
}

void api_text_add(struct api_text *text, const char *bytes, size_t size) {
    if (size == 0 || !make_room(text, size))
        return;
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
}

void api_text_put(struct api_text *text, const char *string) {
    api_text_add(text, string, strlen(string));
}

void api_text_print(struct api_text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size < 0 || !make_room(text, (size_t)size + 1))
        return;
    va_start(arguments, format);
    vsnprintf(text->bytes + text->size, (size_t)size + 1, format, arguments);
    va_end(arguments);
    text->size += (size_t)size;
}

/* ---- JSON ---- */

static void escape(struct api_text *text, unsigned char letter) {
    static const char *const named[32] = {
        ['\b'] = "\\b", ['\f'] = "\\f", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t"};
    if (letter == '"')
        api_text_put(text, "\\\"");
    else if (letter == '\\')
        api_text_put(text, "\\\\");
    else if (named[letter] != NULL)
        api_text_put(text, named[letter]);
    else
        api_text_print(text, "\\u%04x", letter);
}

void api_text_string(struct api_text *text, const char *string) {
    const char *from = string, *at = string;
    api_text_add(text, "\"", 1);
    for (; *at != '\0'; at++) {
        unsigned char letter = (unsigned char)*at;
        if (letter >= 0x20 && letter != '"' && letter != '\\')
            continue;
        api_text_add(text, from, (size_t)(at - from));
        escape(text, letter);
        from = at + 1;
    }
    api_text_add(text, from, (size_t)(at - from));
    api_text_add(text, "\"", 1);
}

void api_text_integer(struct api_text *text, int64_t number) {
    char digits[24], *at = digits + sizeof digits;
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left != 0);
    if (number < 0)
        *--at = '-';
    api_text_add(text, at, (size_t)(digits + sizeof digits - at));
}

/* Without the zeros at the end: written by integers, for printf takes most of the time of a large
 * answer otherwise. */
void api_text_number(struct api_text *text, double number, int decimals) {
    static const double powers[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7};
    static const double most = 9e11;
    if (!isfinite(number)) {
        api_text_put(text, "null");
        return;
    }
    if (decimals > 7 || fabs(number) > most) {
        api_text_print(text, "%.*g", 17, number);
        return;
    }
    int64_t scaled = llround(fabs(number) * powers[decimals]);
    int64_t power = (int64_t)powers[decimals], rest = scaled % power;
    if (number < 0 && scaled != 0)
        api_text_add(text, "-", 1);
    api_text_integer(text, scaled / power);
    if (rest == 0)
        return;
    char digits[8] = "";
    int count = decimals;
    for (int i = decimals - 1; i >= 0; i--, rest /= 10)
        digits[i] = (char)('0' + rest % 10);
    while (digits[count - 1] == '0')
        count--;
    api_text_add(text, ".", 1);
    api_text_add(text, digits, (size_t)count);
}

static int dump(const char *bytes, size_t size, void *context) {
    api_text_add(context, bytes, size);
    return 0;
}

void api_text_json(struct api_text *text, const json_t *value) {
    if (value == NULL ||
        json_dump_callback(value, dump, text,
                           JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12)) != 0)
        text->failed = true;
}

/* ---- CSV and HTML ---- */

void api_text_cell(struct api_text *text, const char *string) {
    bool formula = *string != '\0' && strchr("=+-@\t\r", *string) != NULL;
    bool number = formula && (*string == '-' || *string == '+') &&
                  strspn(string + 1, "0123456789.") == strlen(string + 1);
    if (strpbrk(string, ",\"\r\n") == NULL && (!formula || number)) {
        api_text_put(text, string);
        return;
    }
    api_text_add(text, "\"", 1);
    if (formula && !number)
        api_text_add(text, "'", 1);
    for (const char *at = string; *at != '\0'; at++)
        api_text_add(text, *at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1);
    api_text_add(text, "\"", 1);
}

void api_text_html(struct api_text *text, const char *string) {
    for (const char *at = string; *at != '\0'; at++) {
        const char *entity = *at == '&'    ? "&amp;"
                             : *at == '<'  ? "&lt;"
                             : *at == '>'  ? "&gt;"
                             : *at == '"'  ? "&quot;"
                             : *at == '\'' ? "&#39;"
                                           : NULL;
        if (entity != NULL)
            api_text_put(text, entity);
        else
            api_text_add(text, at, 1);
    }
}

/* ---- gzip ---- */

int api_text_gzip(const struct api_text *text, struct api_text *ret_zipped) {
    z_stream stream = {0};
    struct api_text zipped = {0};
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return HV_ERR_MEMORY;
    size_t bound = deflateBound(&stream, text->size);
    zipped.bytes = malloc(bound);
    stream.next_in = (Bytef *)text->bytes;
    stream.avail_in = (uInt)text->size;
    stream.next_out = (Bytef *)zipped.bytes;
    stream.avail_out = (uInt)bound;
    int status = zipped.bytes == NULL ? Z_MEM_ERROR : deflate(&stream, Z_FINISH);
    zipped.size = bound - stream.avail_out;
    zipped.room = bound;
    deflateEnd(&stream);
    if (status != Z_STREAM_END) {
        api_text_free(&zipped);
        return HV_ERR_MEMORY;
    }
    *ret_zipped = zipped;
    return HV_OK;
}
