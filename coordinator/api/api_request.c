/* Requests that two readers could read in two ways, one before a server and the server behind it,
 * are refused (RFC 9112, sections 3.2 and 6.3), and so are bodies in a coding that is not known. */
#include "coordinator/api/api_inside.h"

#include <string.h>
#include <strings.h>

struct headers {
    unsigned hosts, lengths, transfers;
    const char *transfer, *content; /* codings; NULL: none */
};

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   const char *value) {
    struct headers *headers = context;
    (void)kind;
    if (strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0)
        headers->hosts++;
    else if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0)
        headers->lengths++;
    else if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
        headers->transfers++;
        headers->transfer = value;
    } else if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_ENCODING) == 0)
        headers->content = value;
    return MHD_YES;
}

bool api_request_is_plain(struct api_call *call) {
    struct headers headers = {0};
    MHD_get_connection_values(call->connection, MHD_HEADER_KIND, take_header, &headers);
    if (headers.hosts > 1)
        api_problem(call, 400, "format", "the Host header stands there twice", "send it once");
    else if (headers.lengths > 1 || headers.transfers > 1 ||
             (headers.lengths > 0 && headers.transfers > 0))
        api_problem(call, 400, "format", "the length of the body is given twice",
                    "send one Content-Length, or Transfer-Encoding: chunked");
    else if (headers.transfer != NULL && strcasecmp(headers.transfer, "chunked") != 0)
        api_problem(call, 501, "coding", "the body comes in a transfer coding that is not known",
                    "send one Content-Length, or Transfer-Encoding: chunked");
    else if (headers.content != NULL && strcasecmp(headers.content, "identity") != 0)
        api_problem(call, 415, "coding", "the body is packed", "send it unpacked");
    else
        return true;
    return false;
}

bool api_request_has_json(const struct api_call *call) {
    static const char wanted[] = "application/json";
    const char *type = MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND,
                                                   MHD_HTTP_HEADER_CONTENT_TYPE);
    if (type == NULL || strncasecmp(type, wanted, sizeof wanted - 1) != 0)
        return false;
    const char *after = type + sizeof wanted - 1;
    after += strspn(after, " \t");
    return *after == '\0' || *after == ';';
}
