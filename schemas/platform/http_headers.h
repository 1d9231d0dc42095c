/* Requests that two readers could read in two ways, one before a server and the server behind it,
 * are refused (RFC 9112, sections 2.2, 3.2, 5.1 and 6.3), and so are bodies in a coding that is not
 * known, and bodies in chunks (section 6.3 allows that, with 411): libmicrohttpd 0.9.75 waits for
 * the end of a chunk's first line however long it is, and where its buffer cannot hold it, turns in
 * a circle with a whole processor, also after the client has gone. Pure; both HTTP servers give it
 * each header as their library has read it. */
#ifndef HV_PLATFORM_HTTP_HEADERS_H
#define HV_PLATFORM_HTTP_HEADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_fault {
    HTTP_PLAIN,
    HTTP_HEADER_MALFORMED, /* a name that is no token, a control character in a value */
    HTTP_HOST_TWICE,
    HTTP_HEADER_TWICE,    /* another that may stand there once: two readers may take either */
    HTTP_LENGTH_TWICE,    /* two lengths of the body, or a length beside chunks */
    HTTP_LENGTH_UNREAD,   /* no number, or above what a number holds */
    HTTP_TRANSFER_CODING, /* not known */
    HTTP_BODY_PACKED,
    HTTP_BODY_IN_CHUNKS,
    HTTP_FAULTS
};

/* Zeroed to begin with. */
struct http_headers {
    unsigned hosts, lengths, transfers;
    unsigned seen; /* of those that may stand there once */
    bool malformed, twice, unread, coded, packed;
    uint64_t length; /* of the body as it is told; 0: none, or in chunks */
};

/* One header; name and value need not end with NUL, and may hold one. */
void http_headers_take(struct http_headers *headers, const char *name, size_t name_size,
                       const char *value, size_t value_size);

enum http_fault http_headers_judge(const struct http_headers *headers);

/* Takes the query away from what the library goes on to read, once the caller has copied it:
 * libmicrohttpd keeps a record of each parameter in the connection's memory, nobody here asks it
 * for them, and where they do not fit it hangs up without an answer. `uri` is the library's own
 * buffer, as its callback for the request line gives it. */
void http_query_hide(const char *uri);

/* The status to answer with, what is wrong, and what to do about it; of a fault that is one. */
unsigned http_fault_status(enum http_fault fault);
const char *http_fault_text(enum http_fault fault);
const char *http_fault_remedy(enum http_fault fault);

#endif
