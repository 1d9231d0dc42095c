#include "schemas/platform/http_headers.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is(const char *text, size_t size, const char *word) {
    return size == strlen(word) && strncasecmp(text, word, size) == 0;
}

/* RFC 9110, 5.6.2 */
static bool is_token(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x80 || (!isalnum(c) && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL)))
            return false;
    }
    return size > 0;
}

static bool has_controls(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return true;
    }
    return false;
}

/* False: digits that are none, or too many. */
static bool read_length(const char *text, size_t size, uint64_t *ret_length) {
    uint64_t length = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9' || length > (UINT64_MAX - 9) / 10)
            return false;
        length = length * 10 + (uint64_t)(text[i] - '0');
    }
    *ret_length = length;
    return size > 0;
}

/* Which of those that may stand there once; -1: none. */
static int single(const char *name, size_t size) {
    static const char *const names[] = {"authorization", "content-type", "idempotency-key",
                                        "x-haven-csrf"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is(name, size, names[i]))
            return (int)i;
    return -1;
}

void http_headers_take(struct http_headers *headers, const char *name, size_t name_size,
                       const char *value, size_t value_size) {
    int once = single(name, name_size);
    if (!is_token(name, name_size) || has_controls(value, value_size)) {
        headers->malformed = true;
    } else if (once >= 0) {
        headers->twice = headers->twice || (headers->seen >> once & 1) != 0;
        headers->seen |= 1u << once;
    } else if (is(name, name_size, "host")) {
        headers->hosts++;
    } else if (is(name, name_size, "content-length")) {
        headers->lengths++;
        headers->unread = !read_length(value, value_size, &headers->length) || headers->unread;
    } else if (is(name, name_size, "transfer-encoding")) {
        headers->transfers++;
        headers->coded = headers->coded || !is(value, value_size, "chunked");
    } else if (is(name, name_size, "content-encoding")) {
        headers->packed = headers->packed || !is(value, value_size, "identity");
    }
}

enum http_fault http_headers_judge(const struct http_headers *headers) {
    if (headers->malformed)
        return HTTP_HEADER_MALFORMED;
    if (headers->hosts > 1)
        return HTTP_HOST_TWICE;
    if (headers->twice)
        return HTTP_HEADER_TWICE;
    if (headers->lengths + headers->transfers > 1)
        return HTTP_LENGTH_TWICE;
    return headers->unread          ? HTTP_LENGTH_UNREAD
           : headers->coded         ? HTTP_TRANSFER_CODING
           : headers->packed        ? HTTP_BODY_PACKED
           : headers->transfers > 0 ? HTTP_BODY_IN_CHUNKS
                                    : HTTP_PLAIN;
}

void http_query_hide(const char *uri) {
    char *mark = strchr((char *)(uintptr_t)uri, '?');
    if (mark != NULL)
        mark[1] = '\0';
}

static const struct {
    unsigned status;
    const char *text, *remedy;
} words[HTTP_FAULTS] = {
    [HTTP_PLAIN] = {200, "", ""},
    [HTTP_HEADER_MALFORMED] = {400, "a header has a malformed name, or a control character",
                               "send NAME: VALUE, with nothing between the name and its colon"},
    [HTTP_HOST_TWICE] = {400, "the Host header stands there twice", "send it once"},
    [HTTP_HEADER_TWICE] = {400, "a header that may stand there once stands there twice",
                           "send Authorization, Content-Type and keys once"},
    [HTTP_LENGTH_TWICE] = {400, "the length of the body is given twice", "send one Content-Length"},
    [HTTP_LENGTH_UNREAD] = {400, "the length of the body is no number", "send it in digits"},
    [HTTP_TRANSFER_CODING] = {501, "the body comes in a transfer coding that is not known",
                              "send the body as it is, with its Content-Length"},
    [HTTP_BODY_PACKED] = {415, "the body is packed", "send it unpacked"},
    [HTTP_BODY_IN_CHUNKS] = {411, "the body comes in chunks",
                             "send it whole, with its Content-Length"},
};

unsigned http_fault_status(enum http_fault fault) {
    return words[fault].status;
}

const char *http_fault_text(enum http_fault fault) {
    return words[fault].text;
}

const char *http_fault_remedy(enum http_fault fault) {
    return words[fault].remedy;
}
