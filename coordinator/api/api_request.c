/* What can be said of a request before anything is done: by its first line and its headers, while
 * its body is still to come, and by the form of its body. */
#include "coordinator/api/api_inside.h"

#include "schemas/platform/http_address.h"
#include "schemas/platform/http_headers.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- its headers ---- */

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size) {
    (void)kind;
    http_headers_take(context, name, name_size, value == NULL ? "" : value, value_size);
    return MHD_YES;
}

static bool is_plain(struct api_call *call) {
    struct http_headers headers = {0};
    MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, take_header, &headers);
    enum http_fault fault = http_headers_judge(&headers);
    if (fault == HTTP_PLAIN)
        return true;
    const bool coding =
        fault == HTTP_TRANSFER_CODING || fault == HTTP_BODY_PACKED || fault == HTTP_BODY_IN_CHUNKS;
    api_problem(call, http_fault_status(fault), coding ? "coding" : "format",
                http_fault_text(fault), http_fault_remedy(fault));
    return false;
}

/* ---- whether it is for us ---- */

static bool read_method(const char *word, struct api_call *call) {
    call->head = strcmp(word, "HEAD") == 0;
    if (call->head)
        word = "GET";
    for (int i = 0; i < API_METHODS; i++)
        if (strcmp(word, api_method_word((enum api_method)i)) == 0) {
            call->method = (enum api_method)i;
            return true;
        }
    return false;
}

static const char *header(const struct api_call *call, const char *name) {
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}

/* A page of another site whose name was made to point here must not be answered: on loopback only
 * names of loopback are ours. */
static bool is_our_name(const struct api *api, const struct api_call *call) {
    const char *host = header(call, MHD_HTTP_HEADER_HOST);
    struct http_address address;
    if (http_address_read(api->options.settings->http, &address) != HV_OK || !address.loopback)
        return host != NULL;
    if (host == NULL)
        return false;
    size_t length = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    const char *port = strlen(host) < length ? "" : host + length;
    if (*port != '\0' && (*port != ':' || strspn(port + 1, "0123456789") != strlen(port + 1)))
        return false;
    return (length == 9 && strncmp(host, "localhost", 9) == 0) ||
           (length == 5 && strncmp(host, "[::1]", 5) == 0) ||
           (length > 4 && strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == length);
}

static void refuse_method(struct api_call *call, uint32_t methods) {
    char allow[64] = "", remedy[80];
    for (int i = 0; i < API_METHODS; i++)
        if ((methods >> i & 1) != 0)
            snprintf(allow + strlen(allow), sizeof allow - strlen(allow), "%s%s",
                     allow[0] == '\0' ? "" : ", ", api_method_word((enum api_method)i));
    snprintf(remedy, sizeof remedy, "use %s", allow);
    api_problem(call, 405, "method", NULL, remedy);
    api_header(call, MHD_HTTP_HEADER_ALLOW, "%s", allow);
}

static bool is_api(const struct api_target *target) {
    return target->segment_count > 0 && strcmp(target->segments[0], "api") == 0;
}

bool api_request_needs_picture(const struct api_route *route) {
    return route->handler != api_get_health;
}

static void refuse_body(struct api_call *call) {
    char remedy[64];
    snprintf(remedy, sizeof remedy, "send at most %zu bytes", call->body_most);
    api_problem(call, 413, "limit", "the body is too large", remedy);
}

/* A body that is too long is not waited for. */
static void look_at_body(struct api_call *call) {
    const char *length = header(call, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (call->route->handler == api_put_hazard)
        call->body_most = API_HAZARD_BODY_MAX;
    if (length != NULL && strtoull(length, NULL, 10) > call->body_most)
        refuse_body(call);
}

/* A write under a condition that nobody checks would be done against the client's word. */
static bool is_unconditional(struct api_call *call) {
    if (call->method == API_GET || (header(call, MHD_HTTP_HEADER_IF_MATCH) == NULL &&
                                    header(call, MHD_HTTP_HEADER_IF_NONE_MATCH) == NULL &&
                                    header(call, MHD_HTTP_HEADER_IF_UNMODIFIED_SINCE) == NULL))
        return true;
    api_problem(call, 412, "condition", "what is written here knows no conditions",
                "write without If-…; GET /log/POSITION says what a decision took the place of");
    return false;
}

static void tell_address(struct api_call *call) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[HTTP_ADDRESS_BYTES] = "";
    if (info != NULL && info->client_addr != NULL)
        http_address_text(info->client_addr, text);
    char *port = strrchr(text, ':');
    if (port != NULL)
        *port = '\0';
    snprintf(call->address, sizeof call->address, "%s", text);
}

void api_request_look(struct api *api, struct api_call *call, const char *method) {
    uint32_t methods = 0;
    tell_address(call);
    if (!is_our_name(api, call))
        api_problem(call, 421, "host", "the Host header names another server",
                    "use the address that haven-coordinator listens at");
    else if (!is_plain(call))
        ; /* answered */
    else if (call->target_error == HV_ERR_LIMIT)
        api_problem(call, 414, "limit", "the address is longer than any of ours",
                    "put what is long into the body");
    else if (call->target_error != HV_OK)
        api_problem(call, 400, hv_error_name(call->target_error),
                    call->target_error == HV_ERR_EXISTS ? "a parameter stands there twice"
                                                        : "the address cannot be read",
                    "percent-code what is no letter, as UTF-8");
    else if (!read_method(method, call))
        refuse_method(call, 1u << API_GET);
    else if ((call->route =
                  api_route_find(&call->target, call->method, call->arguments, &methods)) == NULL &&
             methods != 0)
        refuse_method(call, methods);
    else if (call->route == NULL && is_api(&call->target))
        api_problem(call, 404, "not-found", "the interface has no such address",
                    "see schemas/openapi.yaml");
    else if (call->route == NULL && call->method != API_GET)
        refuse_method(call, 1u << API_GET);
    else if (call->route != NULL && api_request_needs_picture(call->route) && !api->loaded)
        api_problem(call, 503, "busy", "the log is being read", "try again in a moment");
    else if (call->route != NULL && api_admit(api, call) && is_unconditional(call) &&
             (call->route->parameters == NULL ||
              api_knows_parameters(call, call->route->parameters)))
        look_at_body(call);
    if (call->session != NULL)
        memcpy(call->cookie, call->session->cookie, sizeof call->cookie);
    call->by_session = call->session != NULL;
    call->session = NULL;
}

/* ---- its body ---- */

static bool has_json(const struct api_call *call) {
    static const char wanted[] = "application/json";
    const char *type = MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND,
                                                   MHD_HTTP_HEADER_CONTENT_TYPE);
    if (type == NULL || strncasecmp(type, wanted, sizeof wanted - 1) != 0)
        return false;
    const char *after = type + sizeof wanted - 1;
    after += strspn(after, " \t");
    return *after == '\0' || *after == ';';
}

bool api_request_read_json(struct api_call *call) {
    json_error_t fault;
    if (call->body.size == 0)
        return true;
    if (!has_json(call)) {
        api_problem(call, 415, "format", "the body is not application/json",
                    "send one JSON object, with Content-Type: application/json");
        return false;
    }
    call->json = json_loadb(call->body.bytes, call->body.size, JSON_REJECT_DUPLICATES, &fault);
    if (json_is_object(call->json))
        return true;
    char detail[220];
    snprintf(detail, sizeof detail, "line %d: %.150s", fault.line,
             call->json == NULL ? fault.text : "not an object");
    api_problem(call, 400, "format", detail, "send one JSON object");
    return false;
}
