/* Answers: bodies, headers, problems (RFC 9457), and what a client has already. */
#include "coordinator/api/api_inside.h"

#include "schemas/platform/json_memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void api_header(struct api_call *call, const char *name, const char *format, ...) {
    if (call->header_count == API_HEADERS_MAX)
        return;
    struct api_header *header = &call->headers[call->header_count++];
    va_list arguments;
    va_start(arguments, format);
    header->name = name;
    vsnprintf(header->value, sizeof header->value, format, arguments);
    va_end(arguments);
}

/* A list that lacks what there was no memory for would look whole: nothing of it is sent. Takes no
 * JSON, and where there is no memory for these few bytes either the status says it. */
static void reply_no_memory(struct api_call *call) {
    api_text_free(&call->out);
    api_text_put(&call->out, "{\"type\":\"/problems/memory\",\"title\":\"Something failed here\","
                             "\"status\":500,\"detail\":\"no memory left\",\"remedy\":\"ask for "
                             "less at once, or again in a moment\"}");
    call->header_count = 0; /* no tag either: the answer is not the one that it names */
    call->status = 500;
    call->type = "application/problem+json";
    call->stage = API_READY;
}

void api_reply(struct api_call *call, unsigned status, const char *type) {
    if (call->out.failed || json_memory_wanting()) {
        reply_no_memory(call);
        return;
    }
    call->status = status;
    call->type = type;
    call->stage = API_READY;
}

void api_reply_json(struct api_call *call, unsigned status, json_t *json) {
    call->out.size = 0;
    api_text_json(&call->out, json); /* fails where there is none */
    json_decref(json);
    api_reply(call, status, "application/json");
}

static const char *title_of(unsigned status) {
    static const struct {
        unsigned status;
        const char *title;
    } titles[] = {{400, "The request is malformed"},
                  {401, "Log in first"},
                  {403, "That is not for your role"},
                  {404, "There is no such thing"},
                  {405, "That cannot be done with it"},
                  {406, "Not in that format"},
                  {409, "Not now"},
                  {411, "Say how long it is"},
                  {412, "Not under that condition"},
                  {413, "The request is too large"},
                  {414, "The address is too long"},
                  {415, "Send JSON"},
                  {416, "There is no such piece"},
                  {421, "This server has another name"},
                  {422, "A value is not right"},
                  {429, "Too many attempts"},
                  {501, "That is not known here"},
                  {503, "Not ready"},
                  {507, "The disk is full: nothing was stored"}};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Something failed here";
}

static void drop_header(struct api_call *call, const char *name) {
    size_t kept = 0;
    for (size_t i = 0; i < call->header_count; i++)
        if (strcmp(call->headers[i].name, name) != 0)
            call->headers[kept++] = call->headers[i];
    call->header_count = kept;
}

void api_problem(struct api_call *call, unsigned status, const char *name, const char *detail,
                 const char *remedy) {
    json_t *problem = json_object();
    char type[96];
    drop_header(call, MHD_HTTP_HEADER_ETAG); /* that is of what was asked for */
    snprintf(type, sizeof type, "/problems/%s", name);
    json_object_set_new(problem, "type", json_string(type));
    json_object_set_new(problem, "title", json_string(title_of(status)));
    json_object_set_new(problem, "status", json_integer(status));
    if (detail != NULL && *detail != '\0')
        json_object_set_new(problem, "detail", json_string(detail));
    if (remedy != NULL && *remedy != '\0')
        json_object_set_new(problem, "remedy", json_string(remedy));
    api_reply_json(call, status, problem);
    call->type = "application/problem+json";
    if (call->status == 503)
        api_header(call, "Retry-After", "1");
}

static unsigned status_of(const char *error) {
    static const struct {
        int error;
        unsigned status;
    } known[] = {{HV_ERR_NOT_FOUND, 404}, {HV_ERR_VALUE, 422},   {HV_ERR_FORMAT, 400},
                 {HV_ERR_STATE, 409},     {HV_ERR_EXISTS, 409},  {HV_ERR_PERMISSION, 403},
                 {HV_ERR_BUSY, 503},      {HV_ERR_FULL, 507},    {HV_ERR_LIMIT, 422},
                 {HV_ERR_VERSION, 422},   {HV_ERR_STOPPED, 503}, {HV_ERR_CLOSED, 503}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(error, hv_error_name(known[i].error)) == 0)
            return known[i].status;
    return 500;
}

void api_refused(struct api_call *call, const json_t *reply) {
    const char *error = json_string_value(json_object_get(reply, "error"));
    if (error == NULL)
        error = hv_error_name(HV_ERR_MEMORY);
    api_problem(call, status_of(error), error, json_string_value(json_object_get(reply, "text")),
                json_string_value(json_object_get(reply, "remedy")));
}

void api_failed(struct api_call *call, int error) {
    api_problem(call, status_of(hv_error_name(error)), hv_error_name(error), hv_error_text(error),
                NULL);
}

void api_reply_asked(struct api_call *call, json_t *thing, json_t *refusal) {
    if (thing == NULL)
        api_refused(call, refusal);
    else
        api_reply_json(call, 200, thing);
    json_decref(refusal);
}

bool api_takes_gzip(const struct api_call *call) {
    return api_takes_coding(MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND,
                                                        MHD_HTTP_HEADER_ACCEPT_ENCODING),
                            "gzip");
}

static bool has_tag(struct api_call *call, const char *tag) {
    api_header(call, "ETag", "%s", tag);
    const char *has = MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND,
                                                  MHD_HTTP_HEADER_IF_NONE_MATCH);
    if (has == NULL || !api_has_tag(has, tag))
        return false;
    api_reply(call, 304, NULL);
    return true;
}

bool api_unchanged(struct api_call *call, uint64_t version, enum api_format format) {
    char tag[40];
    snprintf(tag, sizeof tag, "W/\"%llu-%d\"", (unsigned long long)version, (int)format);
    return has_tag(call, tag);
}

bool api_unchanged_aged(struct api_call *call, uint64_t version, enum api_format format) {
    enum { STEP_MS = 10000 };
    char tag[64];
    snprintf(tag, sizeof tag, "W/\"%llu-%d-%llu\"", (unsigned long long)version, (int)format,
             (unsigned long long)(call->scene->console.mono_ms / STEP_MS));
    return has_tag(call, tag);
}

/* ---- as libmicrohttpd sends it ---- */

enum { GZIP_FROM = 1024 };

static struct MHD_Response *response_of(struct api_call *call) {
    if (call->file >= 0) {
        struct MHD_Response *response =
            MHD_create_response_from_fd_at_offset64(call->file_size, call->file, call->file_offset);
        call->file = response == NULL ? call->file : -1;
        return response;
    }
    struct api_text zipped;
    if (call->out.size >= GZIP_FROM && api_takes_gzip(call) &&
        api_text_gzip(&call->out, &zipped) == HV_OK) {
        api_text_free(&call->out);
        call->out = zipped;
        api_header(call, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(call->out.size, call->out.bytes, MHD_RESPMEM_MUST_FREE);
    if (response != NULL)
        call->out = (struct api_text){0};
    return response;
}

static bool has_header(const struct api_call *call, const char *name) {
    for (size_t i = 0; i < call->header_count; i++)
        if (strcmp(call->headers[i].name, name) == 0)
            return true;
    return false;
}

static void add_headers(struct MHD_Response *response, const struct api_call *call) {
    static const char *const always[][2] = {
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Content-Security-Policy",
         "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src "
         "'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
        {"Cache-Control", "no-cache"},
        {"Vary", "Accept, Accept-Encoding, Cookie, Authorization"}};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (!has_header(call, always[i][0]))
            MHD_add_response_header(response, always[i][0], always[i][1]);
    for (size_t i = 0; i < call->header_count; i++)
        MHD_add_response_header(response, call->headers[i].name, call->headers[i].value);
    if (call->type != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, call->type);
}

bool api_reply_make(struct api_call *call) {
    if (call->response == NULL)
        call->response = response_of(call);
    if (call->response != NULL)
        add_headers(call->response, call);
    return call->response != NULL;
}
