/* A text that grows: bodies of answers are written into one, piece by piece.
 *
 * Running out of memory, or past the limit, is remembered and not told at every piece: look at
 * `failed` when the whole is there. */
#ifndef COORDINATOR_API_API_TEXT_H
#define COORDINATOR_API_API_TEXT_H

#include "schemas/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define API_BODY_BYTES_MAX (256u << 20)

struct api_text {
    char *bytes; /* owned; no NUL follows */
    size_t size, room;
    bool failed;
};

void api_text_free(struct api_text *text); /* empty again */

void api_text_add(struct api_text *text, const char *bytes, size_t size);
void api_text_put(struct api_text *text, const char *string);
void api_text_print(struct api_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* As JSON. A string with its quotes; a number that is not finite becomes null. */
void api_text_string(struct api_text *text, const char *string);
void api_text_integer(struct api_text *text, int64_t number);
void api_text_number(struct api_text *text, double number, int decimals);
void api_text_json(struct api_text *text, const json_t *value);
void api_text_json_members(struct api_text *text, const json_t *object); /* without its braces */

/* One cell of CSV (RFC 4180), quoted where it must be. What a spreadsheet would take for a formula
 * gets an apostrophe before it. */
void api_text_cell(struct api_text *text, const char *string);

/* For a page: & < > and quotes as entities. */
void api_text_html(struct api_text *text, const char *string);

/* The same bytes by gzip (RFC 1952). HV_ERR_MEMORY. */
int api_text_gzip(const struct api_text *text, struct api_text *ret_zipped) HV_MUST_USE;

/* The same bytes as a piece of a gzip stream that goes on: whole bytes, whole blocks, looking back
 * at nothing before itself, so that one piece serves any number of streams. HV_ERR_MEMORY. */
int api_text_gzip_piece(const struct api_text *text, struct api_text *ret_piece) HV_MUST_USE;

/* What such a stream begins with, and ends with after its pieces. */
#define API_GZIP_HEAD "\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
enum { API_GZIP_HEAD_BYTES = 10, API_GZIP_END_BYTES = 10 };
struct api_gzip_sum { /* of the bytes before they were packed */
    uint32_t check;
    uint64_t size;
};
struct api_gzip_sum api_gzip_sum_of(const struct api_text *text);
void api_gzip_sum_add(struct api_gzip_sum *sum, const struct api_gzip_sum *piece);
void api_gzip_end(const struct api_gzip_sum *sum, char ret_end[API_GZIP_END_BYTES]);

#endif
