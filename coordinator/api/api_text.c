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

static void dump_with(struct api_text *text, const json_t *value, size_t flag) {
    if (value == NULL ||
        json_dump_callback(value, dump, text, JSON_COMPACT | JSON_REAL_PRECISION(12) | flag) != 0)
        text->failed = true;
}

void api_text_json(struct api_text *text, const json_t *value) {
    dump_with(text, value, JSON_ENCODE_ANY);
}

void api_text_json_members(struct api_text *text, const json_t *object) {
    dump_with(text, object, JSON_EMBED);
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

enum { FLUSH_BYTES = 16, RAW_WINDOW = -15 };

static int pack(const struct api_text *text, int window, int flush, struct api_text *ret_packed) {
    z_stream stream = {0};
    struct api_text packed = {0};
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window, GZIP_MEMORY, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return HV_ERR_MEMORY;
    packed.room = deflateBound(&stream, text->size) + FLUSH_BYTES;
    packed.bytes = malloc(packed.room);
    stream.next_in = (Bytef *)text->bytes;
    stream.avail_in = (uInt)text->size;
    stream.next_out = (Bytef *)packed.bytes;
    stream.avail_out = (uInt)packed.room;
    int status = packed.bytes == NULL ? Z_MEM_ERROR : deflate(&stream, flush);
    bool whole = status == (flush == Z_FINISH ? Z_STREAM_END : Z_OK) && stream.avail_in == 0 &&
                 stream.avail_out > 0;
    packed.size = packed.room - stream.avail_out;
    deflateEnd(&stream);
    if (!whole) {
        api_text_free(&packed);
        return HV_ERR_MEMORY;
    }
    *ret_packed = packed;
    return HV_OK;
}

int api_text_gzip(const struct api_text *text, struct api_text *ret_zipped) {
    return pack(text, GZIP_WINDOW, Z_FINISH, ret_zipped);
}

int api_text_gzip_piece(const struct api_text *text, struct api_text *ret_piece) {
    return pack(text, RAW_WINDOW, Z_SYNC_FLUSH, ret_piece);
}

struct api_gzip_sum api_gzip_sum_of(const struct api_text *text) {
    return (struct api_gzip_sum){(uint32_t)crc32_z(0, (const Bytef *)text->bytes, text->size),
                                 text->size};
}

void api_gzip_sum_add(struct api_gzip_sum *sum, const struct api_gzip_sum *piece) {
    sum->check = (uint32_t)crc32_combine(sum->check, piece->check, (z_off_t)piece->size);
    sum->size += piece->size;
}

/* An empty last block, the check sum, the size modulo 2^32. */
void api_gzip_end(const struct api_gzip_sum *sum, char ret_end[API_GZIP_END_BYTES]) {
    ret_end[0] = 3;
    ret_end[1] = 0;
    for (int i = 0; i < 4; i++) {
        ret_end[2 + i] = (char)(sum->check >> 8 * i & 0xff);
        ret_end[6 + i] = (char)(sum->size >> 8 * i & 0xff);
    }
}
