#include "nodes/desk/desk_server.h"

#include "nodes/desk/desk.h"
#include "nodes/desk/desk_slow.h"
#include "nodes/directory.h"
#include "schemas/platform/atomic_file.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/control.h"
#include "schemas/platform/http_address.h"
#include "schemas/platform/http_headers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    CONNECTIONS_MAX = 256,
    OF_ADDRESS_MAX = 64,
    IDLE_S = 30,
    MEMORY_BYTES = 32768,
    ASK_MS = 5000,    /* a question */
    ENTER_MS = 15000, /* what is answered when it is on disk */
    SPARE_MS = 5000,
    PEM_BYTES_MAX = 1 << 20,
    GZIP_FROM = 1024
};

struct desk_server {
    struct desk *desk;
    struct MHD_Daemon *daemon;
    struct desk_slow *slow;
    char socket[PATH_MAX]; /* of the node's console */
    char address[96];
    char *certificate, *key; /* PEM; NULL without TLS */
    bool tls;
    uint64_t spared_until_ms; /* after it did not answer, the node is not asked until then */
};

/* A request while its body comes in. */
struct call {
    char *path;        /* owned; its query follows after the NUL */
    const char *query; /* "" where there is none */
    char *body;
    size_t size, room;
    bool begun, too_large;
};

/* ---- asking the node ---- */

static bool is_entry(const json_t *request) {
    const char *verb = json_string_value(json_object_get(request, "verb"));
    return verb != NULL && strcmp(verb, "batch") == 0;
}

/* A page is several questions: a node that hangs on one would hold everybody up for all of them. */
static json_t *ask_console(void *context, json_t *request) {
    struct desk_server *server = context;
    struct control_client *client;
    json_t *reply = NULL;
    if (request != NULL && clock_real_ms() >= server->spared_until_ms &&
        control_connect(server->socket, &client) == HV_OK) {
        int wait_ms = is_entry(request) ? ENTER_MS : ASK_MS;
        int error = control_call(client, request, wait_ms, &reply);
        if (error == HV_ERR_TIMEOUT)
            server->spared_until_ms = clock_real_ms() + SPARE_MS;
        if (error != HV_OK)
            reply = NULL;
        control_close(client);
    }
    json_decref(request);
    return reply;
}

/* ---- one request ---- */

static const char *header(struct MHD_Connection *connection, const char *name) {
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value == NULL ? "" : value;
}

static void address_of(struct MHD_Connection *connection, char *ret_text, size_t bytes) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *from = info == NULL ? NULL : info->client_addr;
    snprintf(ret_text, bytes, "?");
    if (from != NULL && from->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)from)->sin_addr, ret_text,
                  (socklen_t)bytes);
    else if (from != NULL && from->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, ret_text,
                  (socklen_t)bytes);
}

/* No page of another site is shown in ours, or ours in another's; no script but our own runs. */
static void add_headers(struct MHD_Response *made, const struct desk_response *response) {
    MHD_add_response_header(made, "Content-Type",
                            response->type == NULL ? "text/plain" : response->type);
    MHD_add_response_header(made, "Content-Security-Policy",
                            "default-src 'self'; object-src 'none'; base-uri 'none'; "
                            "form-action 'self'; frame-ancestors 'none'");
    MHD_add_response_header(made, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(made, "Referrer-Policy", "same-origin");
    MHD_add_response_header(made, "Cache-Control",
                            response->etag[0] == '\0' ? "no-store" : "no-cache");
    if (response->etag[0] != '\0')
        MHD_add_response_header(made, "ETag", response->etag);
    if (response->location[0] != '\0')
        MHD_add_response_header(made, "Location", response->location);
    if (response->cookie[0] != '\0')
        MHD_add_response_header(made, "Set-Cookie", response->cookie);
    if (response->language[0] != '\0') {
        char cookie[96];
        snprintf(cookie, sizeof cookie,
                 "haven_language=%s; Path=/; Max-Age=31536000; SameSite=Strict",
                 response->language);
        MHD_add_response_header(made, "Set-Cookie", cookie);
    }
}

/* A smaller copy of the body; false where it is not worth it or there is no memory. */
static bool squeeze(struct desk_response *response) {
    z_stream stream = {0};
    if (response->size < GZIP_FROM ||
        deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    size_t room = deflateBound(&stream, response->size);
    uint8_t *smaller = malloc(room);
    stream.next_in = (Bytef *)(uintptr_t)response->body;
    stream.avail_in = (uInt)response->size;
    stream.next_out = smaller;
    stream.avail_out = (uInt)room;
    bool whole = smaller != NULL && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    deflateEnd(&stream);
    if (!whole) {
        free(smaller);
        return false;
    }
    if (response->owned)
        free((void *)(uintptr_t)response->body);
    response->body = (const char *)smaller;
    response->size = stream.total_out;
    response->owned = true;
    return true;
}

static enum MHD_Result send_response(struct MHD_Connection *connection,
                                     struct desk_response *response) {
    bool squeezed =
        strstr(header(connection, "Accept-Encoding"), "gzip") != NULL && squeeze(response);
    enum MHD_ResponseMemoryMode mode =
        response->owned ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT;
    struct MHD_Response *made =
        MHD_create_response_from_buffer(response->size, (void *)(uintptr_t)response->body, mode);
    if (made == NULL) {
        desk_response_deinit(response);
        return MHD_NO;
    }
    add_headers(made, response);
    MHD_add_response_header(made, "Vary", "Accept-Encoding, Cookie, Accept-Language");
    if (squeezed)
        MHD_add_response_header(made, "Content-Encoding", "gzip");
    enum MHD_Result queued = MHD_queue_response(connection, response->status, made);
    MHD_destroy_response(made);
    return queued;
}

static enum MHD_Result answer(struct desk_server *server, struct MHD_Connection *connection,
                              const char *method, const struct call *call) {
    char address[64];
    address_of(connection, address, sizeof address);
    struct desk_request request = {.method = strcmp(method, "HEAD") == 0 ? "GET" : method,
                                   .path = call->path,
                                   .query = call->query,
                                   .body = call->body == NULL || call->too_large ? "" : call->body,
                                   .body_size = call->too_large ? 0 : call->size,
                                   .cookies = header(connection, "Cookie"),
                                   .language = header(connection, "Accept-Language"),
                                   .origin = header(connection, "Origin"),
                                   .host = header(connection, "Host"),
                                   .token = header(connection, "X-Haven-Token"),
                                   .etag = header(connection, "If-None-Match"),
                                   .address = address,
                                   .tls = server->tls,
                                   .too_large = call->too_large,
                                   .wall_s = clock_wall_ms() / 1000,
                                   .mono_s = (int64_t)(clock_real_ms() / 1000)};
    struct desk_response response;
    desk_answer(server->desk, &request, &response);
    return send_response(connection, &response);
}

/* ---- the body comes in ---- */

static void *begin_call(void *context, const char *uri, struct MHD_Connection *connection) {
    (void)context, (void)connection;
    struct call *call = calloc(1, sizeof *call);
    char *path = call == NULL ? NULL : strdup(uri);
    if (path == NULL) {
        free(call);
        return NULL;
    }
    char *mark = strchr(path, '?');
    http_query_hide(uri);
    call->path = path;
    call->query = mark == NULL ? "" : mark + 1;
    if (mark != NULL)
        *mark = '\0';
    return call;
}

/* Where there is no memory to watch it, the connection works all the same. */
static void on_connection(void *context, struct MHD_Connection *connection, void **held,
                          enum MHD_ConnectionNotificationCode how) {
    struct desk_server *server = context;
    const union MHD_ConnectionInfo *info =
        how == MHD_CONNECTION_NOTIFY_STARTED
            ? MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
            : NULL;
    if (how != MHD_CONNECTION_NOTIFY_STARTED)
        desk_slow_end(server->slow, *held);
    *held = info == NULL ? NULL : desk_slow_begin(server->slow, info->connect_fd, clock_real_ms());
}

static void end_call(void *context, struct MHD_Connection *connection, void **held,
                     enum MHD_RequestTerminationCode how) {
    struct desk_server *server = context;
    struct call *call = *held;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (info != NULL && info->socket_context != NULL && how == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        desk_slow_served(server->slow, info->socket_context, clock_real_ms());
    if (call == NULL)
        return;
    free(call->path);
    free(call->body);
    free(call);
    *held = NULL;
}

static void take_body(struct call *call, const char *bytes, size_t size) {
    if (call->too_large || size > DESK_BODY_MAX - call->size) {
        call->too_large = true;
        return;
    }
    if (call->size + size > call->room) {
        size_t room = (call->size + size) * 2;
        char *body = realloc(call->body, room);
        if (body == NULL) {
            call->too_large = true;
            return;
        }
        call->body = body;
        call->room = room;
    }
    memcpy(call->body + call->size, bytes, size);
    call->size += size;
}

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned status,
                                 const char *text) {
    struct desk_response response = {
        .status = status, .type = "text/plain; charset=utf-8", .body = text, .size = strlen(text)};
    return send_response(connection, &response);
}

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size) {
    (void)kind;
    http_headers_take(context, name, name_size, value == NULL ? "" : value, value_size);
    return MHD_YES;
}

/* What can be said before the body is there; 0: nothing. A body that is too long is not waited for.
 */
static unsigned look(struct MHD_Connection *connection, struct call *call, const char **ret_text) {
    struct http_headers headers = {0};
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, take_header, &headers);
    enum http_fault fault = http_headers_judge(&headers);
    *ret_text = http_fault_text(fault);
    call->too_large = headers.length > DESK_BODY_MAX;
    return fault == HTTP_PLAIN ? 0 : http_fault_status(fault);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *size, void **held) {
    (void)url, (void)version;
    struct desk_server *server = context;
    struct call *call = *held;
    if (call == NULL)
        return MHD_NO;
    if (!call->begun) { /* the headers are there */
        const char *text;
        unsigned status = look(connection, call, &text);
        call->begun = true;
        if (status != 0)
            return send_text(connection, status, text);
        return call->too_large ? answer(server, connection, method, call) : MHD_YES;
    }
    if (*size > 0) {
        take_body(call, bytes, *size);
        *size = 0;
        return MHD_YES;
    }
    return answer(server, connection, method, call);
}

/* ---- opening ---- */

static char *read_pem(const char *path, struct hv_fault_list *faults, int *error) {
    uint8_t *bytes = NULL;
    size_t size;
    if (*error != HV_OK)
        return NULL;
    *error = atomic_file_read(path, PEM_BYTES_MAX, &bytes, &size);
    if (*error != HV_OK)
        hv_fault_add(faults, HV_FAULT_ERROR, path, 0, "", "cannot be read",
                     "a PEM file that the node may read");
    return *error == HV_OK ? (char *)bytes : NULL;
}

static int start(struct desk_server *server, const struct desk_settings *settings,
                 const char *directory, struct hv_fault_list *faults) {
    char where[HTTP_ADDRESS_BYTES];
    struct http_address address;
    int error = http_address_read(settings->listen, &address);
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls[4] = {{MHD_OPTION_END, 0, NULL}};
    server->tls = settings->certificate[0] != '\0';
    if (server->tls) {
        server->certificate = read_pem(settings->certificate, faults, &error);
        server->key = read_pem(settings->key, faults, &error);
        flags |= MHD_USE_TLS;
        tls[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate};
        tls[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, server->key};
        tls[2] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0,
                                         (void *)(uintptr_t) "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1"};
        tls[3] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    }
    if (error != HV_OK)
        return error;
    if (address.socket.ss_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    errno = 0;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR,
        (const struct sockaddr *)&address.socket, MHD_OPTION_URI_LOG_CALLBACK, begin_call, server,
        MHD_OPTION_NOTIFY_COMPLETED, end_call, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
        server, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)OF_ADDRESS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)MEMORY_BYTES, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    if (server->daemon == NULL) {
        char path[PATH_MAX];
        int refused = errno == EACCES ? HV_ERR_PERMISSION : HV_ERR_BUSY;
        if (directory_path(directory, DESK_FILE, path) != HV_OK)
            path[0] = '\0';
        hv_fault_add(
            faults, HV_FAULT_ERROR, path, 0, "listen", settings->listen,
            "an address of this machine that nobody else uses; with TLS a certificate and its key");
        return refused;
    }
    const union MHD_DaemonInfo *bound =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    if (bound != NULL && address.socket.ss_family == AF_INET)
        ((struct sockaddr_in *)(void *)&address.socket)->sin_port = htons(bound->port);
    else if (bound != NULL)
        ((struct sockaddr_in6 *)(void *)&address.socket)->sin6_port = htons(bound->port);
    http_address_text((const struct sockaddr *)&address.socket, where);
    snprintf(server->address, sizeof server->address, "%s://%s", server->tls ? "https" : "http",
             where);
    return HV_OK;
}

int desk_server_open(const char *directory, struct hv_fault_list *faults,
                     struct desk_server **ret_server) {
    struct desk_settings settings;
    int error = desk_settings_load(directory, faults, &settings);
    if (error == HV_ERR_NOT_FOUND) {
        *ret_server = NULL;
        return HV_OK;
    }
    if (error != HV_OK)
        return error;
    struct desk_server *server = calloc(1, sizeof *server);
    error =
        server == NULL ? HV_ERR_MEMORY : directory_path(directory, "control.sock", server->socket);
    struct desk_settings copy = settings; /* of texts only: the card goes with the desk */
    if (error == HV_OK)
        error = desk_new(&settings, ask_console, server, &server->desk);
    if (error == HV_OK)
        error = desk_slow_new(&server->slow);
    if (error == HV_OK)
        error = start(server, &copy, directory, faults);
    if (error == HV_OK)
        error = desk_slow_watch(server->slow);
    desk_settings_deinit(&settings);
    if (error == HV_OK)
        *ret_server = server;
    else
        desk_server_close(server);
    return error;
}

void desk_server_close(struct desk_server *server) {
    if (server == NULL)
        return;
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    desk_slow_free(server->slow);
    desk_free(server->desk);
    free(server->certificate);
    free(server->key);
    free(server);
}

const char *desk_server_address(const struct desk_server *server) {
    return server->address;
}
