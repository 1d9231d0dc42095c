/* What a request asks for: the target of its first line, taken apart. Pure.
 *
 * Whatever comes in is text of somebody else: percent-coding is undone once, and what is not UTF-8,
 * has a control character or is longer than anything Haven names is refused before anybody looks at
 * it. */
#ifndef COORDINATOR_API_API_TARGET_H
#define COORDINATOR_API_API_TARGET_H

#include "schemas/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define API_TARGET_BYTES_MAX 4096u
#define API_SEGMENTS_MAX 8u
#define API_PARAMETERS_MAX 24u

struct api_target {
    char text[API_TARGET_BYTES_MAX];        /* what the others point into */
    const char *segments[API_SEGMENTS_MAX]; /* of the path, decoded, never "", "." or ".." */
    size_t segment_count;
    bool folder; /* the path ends in “/” */
    struct {
        const char *name, *value;
    } parameters[API_PARAMETERS_MAX];
    size_t parameter_count;
};

/* HV_ERR_LIMIT: too long, or too much in it; HV_ERR_FORMAT: not a path from the root, broken
 * percent-coding, no UTF-8, a control character, an empty segment, “.” or “..”; HV_ERR_EXISTS: a
 * parameter stands there twice. */
int api_target_read(const char *uri, struct api_target *ret_target) HV_MUST_USE;

/* The value of the parameter; NULL: absent. */
const char *api_target_value(const struct api_target *target, const char *name);

/* A number of decimal digits; HV_ERR_NOT_FOUND: absent; HV_ERR_VALUE: none, or out of range. */
int api_target_number(const struct api_target *target, const char *name, uint64_t least,
                      uint64_t most, uint64_t *ret_number) HV_MUST_USE;

/* Whether one of the words between commas is the word. */
bool api_words_have(const char *words, const char *word);

/* Whether an Accept-Encoding (RFC 9110, 12.5.3; NULL: there is none) names the coding and does not
 * refuse it by a weight of nought. */
bool api_takes_coding(const char *accept, const char *coding);

/* Whether If-None-Match names the tag, weak or strong (RFC 9110, 8.8.3.2 and 13.1.2), or any ("*").
 */
bool api_has_tag(const char *list, const char *tag);

/* One piece of a file of so many bytes, as a Range asks for it (RFC 9110, 14.1.2: bytes=0-99, from
 * a byte to the end, the last so many): first and last byte. False: it is malformed, asks for
 * several pieces or for none that is in the file. */
bool api_read_range(const char *range, uint64_t size, uint64_t *ret_first, uint64_t *ret_last);

/* Four numbers between commas: west, south, east, north. */
struct api_box {
    double west, south, east, north;
};
int api_box_read(const char *text, struct api_box *ret_box) HV_MUST_USE; /* HV_ERR_VALUE */
bool api_box_has(const struct api_box *box, double lon, double lat);

#endif
