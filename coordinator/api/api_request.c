/* What can be said of a request by its headers alone. */
#include "coordinator/api/api_inside.h"

#include "schemas/platform/http_headers.h"

#include <string.h>
#include <strings.h>

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size) {
    (void)kind;
    http_headers_take(context, name, name_size, value == NULL ? "" : value, value_size);
    return MHD_YES;
}

bool api_request_is_plain(struct api_call *call) {
    struct http_headers headers = {0};
    MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, take_header, &headers);
    enum http_fault fault = http_headers_judge(&headers);
    if (fault == HTTP_PLAIN)
        return true;
    api_problem(call, http_fault_status(fault),
                fault == HTTP_TRANSFER_CODING || fault == HTTP_BODY_PACKED ? "coding" : "format",
                http_fault_text(fault), http_fault_remedy(fault));
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
