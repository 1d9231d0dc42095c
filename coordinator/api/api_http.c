/* libmicrohttpd: from a connection to a call, and from a call to an answer.
 *
 * One thread, epoll outside: a call that waits for somebody is suspended, and resumed from the loop
 * of this same thread, so nothing here needs a lock. libmicrohttpd aborts when it is stopped with a
 * connection suspended: closing resumes all first. */
#include "coordinator/api/api_inside.h"

#include "schemas/platform/clock.h"
#include "schemas/platform/http_address.h"
#include "schemas/platform/http_headers.h"
#include "schemas/platform/json_memory.h"
#include "schemas/platform/line_log.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 128, CONNECTION_BYTES = 32768, RETRY_MS = 5000, SLOW_LOOK_MS = 1000 };

/* ---- calls ---- */

/* libmicrohttpd tells the end of a request only where the handler has seen it: one that it refuses
 * itself, for its cookies or its headers, is let go with its connection, or when the next begins.
 */
struct api_socket {
    struct api_socket *next, *before; /* in api->sockets */
    struct MHD_Connection *connection;
    struct api_call *call; /* NULL: none under way */
    uint64_t since_ms;     /* it began, or its last answer ended */
};

static struct api_socket *socket_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static void free_call(struct api *api, struct api_call *call) {
    if (call->before != NULL)
        call->before->next = call->next;
    else
        api->calls = call->next;
    if (call->next != NULL)
        call->next->before = call->before;
    if (call->response != NULL)
        MHD_destroy_response(call->response);
    if (call->file >= 0)
        close(call->file);
    api_text_free(&call->body);
    api_text_free(&call->out);
    json_decref(call->json);
    free(call);
}

static void let_go(struct api *api, struct api_socket *socket) {
    if (socket->call != NULL)
        free_call(api, socket->call);
    socket->call = NULL;
}

static void begin_socket(struct api *api, struct api_socket *socket,
                         struct MHD_Connection *connection) {
    socket->connection = connection;
    socket->since_ms = clock_real_ms();
    socket->next = api->sockets;
    if (api->sockets != NULL)
        api->sockets->before = socket;
    api->sockets = socket;
}

static void end_socket(struct api *api, struct api_socket *socket) {
    let_go(api, socket);
    if (socket->before != NULL)
        socket->before->next = socket->next;
    else
        api->sockets = socket->next;
    if (socket->next != NULL)
        socket->next->before = socket->before;
    free(socket);
}

static void connected(void *context, struct MHD_Connection *connection, void **held,
                      enum MHD_ConnectionNotificationCode how) {
    if (how != MHD_CONNECTION_NOTIFY_STARTED) {
        if (*held != NULL)
            end_socket(context, *held);
        *held = NULL;
        return;
    }
    struct api_socket *socket = calloc(1, sizeof *socket);
    if (socket != NULL)
        begin_socket(context, socket, connection);
    *held = socket;
}

/* Whether nothing is asked and nothing can be asked any more: libmicrohttpd does not notice an end
 * that came together with a request, and would hold the connection until it has been idle for long.
 */
static bool is_over(const struct api_socket *socket, int file) {
    char next;
    return socket->call == NULL && recv(file, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* Who sends a request a byte at a time is never idle for libmicrohttpd, and would hold a connection
 * for ever. */
static void hang_up(struct api *api, uint64_t now_ms) {
    if (now_ms < api->slow_next_ms)
        return;
    api->slow_next_ms = now_ms + SLOW_LOOK_MS;
    for (struct api_socket *one = api->sockets; one != NULL; one = one->next) {
        bool asks = one->call == NULL || one->call->stage == API_READING;
        const union MHD_ConnectionInfo *info =
            asks ? MHD_get_connection_info(one->connection, MHD_CONNECTION_INFO_CONNECTION_FD)
                 : NULL;
        if (info != NULL &&
            (now_ms - one->since_ms > API_REQUEST_S * 1000u || is_over(one, info->connect_fd)))
            shutdown(info->connect_fd, SHUT_RDWR);
    }
}

static void *begin_call(void *context, const char *uri, struct MHD_Connection *connection) {
    struct api *api = context;
    struct api_socket *socket = socket_of(connection);
    struct api_call *call = socket == NULL ? NULL : calloc(1, sizeof *call);
    if (call == NULL)
        return NULL; /* the handler closes the connection */
    let_go(api, socket);
    socket->call = call;
    call->connection = connection;
    call->file = -1;
    call->body_most = API_BODY_MAX;
    call->target_error = api_target_read(uri, &call->target);
    http_query_hide(uri);
    call->next = api->calls;
    if (api->calls != NULL)
        api->calls->before = call;
    api->calls = call;
    return call;
}

static void end_call(void *context, struct MHD_Connection *connection, void **held,
                     enum MHD_RequestTerminationCode how) {
    struct api_socket *socket = socket_of(connection);
    (void)how;
    if (*held != NULL && socket != NULL)
        let_go(context, socket);
    if (socket != NULL)
        socket->since_ms = clock_real_ms();
    *held = NULL;
}

/* ---- a request ---- */

static void run(struct api *api, struct api_call *call) {
    if (api->closing) { /* nothing may begin to wait any more */
        api_problem(call, 503, "stopped", "the coordinator is stopping", "ask again when it runs");
        return;
    }
    if (!api_request_read_json(call))
        return;
    if (call->route == NULL) {
        api_get_file(api, call);
        return;
    }
    hv_arena_reset(&api->arena);
    if (!api_request_needs_picture(call->route)) {
        call->route->handler(api, call);
        return;
    }
    (void)api_catch_up(api);
    int error = api->loaded ? api_scene_refresh(&api->scene) : HV_ERR_BUSY;
    call->scene = &api->scene;
    if (error != HV_OK)
        api_failed(call, error);
    else if (!api_past_wanted(api, call))
        call->route->handler(api, call);
}

/* ---- the answer ---- */

static enum MHD_Result queue(struct api_call *call) {
    if (!api_reply_make(call))
        return MHD_NO;
    enum MHD_Result queued = MHD_queue_response(call->connection, call->status, call->response);
    MHD_destroy_response(call->response);
    call->response = NULL;
    call->stage = API_GONE;
    return queued;
}

/* Called once before the body, for each piece of it, at its end, once more where it waits, and
 * after it has waited. */
static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **held) {
    struct api *api = context;
    struct api_call *call = *held;
    (void)connection, (void)url, (void)version;
    if (call == NULL)
        return MHD_NO;
    json_memory_forget();
    if (!call->looked) {
        call->looked = true;
        api_request_look(api, call, method);
        return call->stage == API_READY ? queue(call) : MHD_YES;
    }
    if (*upload_size > 0) {
        api_text_add(&call->body, upload, *upload_size); /* as much as was announced, at most */
        *upload_size = 0;
        return MHD_YES;
    }
    if (call->stage == API_READING)
        run(api, call);
    else if (call->stage == API_WAITING)
        api_wait_suspend(call);
    return call->stage == API_READY ? queue(call) : MHD_YES;
}

/* ---- opening and closing ---- */

/* The library's own lines tell of clients that went away or sent nonsense: thousands a second where
 * somebody means harm. */
static void log_nothing(void *context, const char *format, va_list arguments) {
    (void)context, (void)format, (void)arguments;
}

static int listen_at(const struct http_address *address) {
    int one = 1, file = socket(address->socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file < 0)
        return -1;
    setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (address->socket.ss_family == AF_INET6)
        setsockopt(file, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (bind(file, (const struct sockaddr *)&address->socket, address->size) != 0 ||
        listen(file, BACKLOG) != 0) {
        int error = errno;
        close(file);
        errno = error;
        return -1;
    }
    return file;
}

static void name_address(struct api *api, int file) {
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    if (getsockname(file, (struct sockaddr *)&bound, &size) == 0)
        http_address_text((struct sockaddr *)&bound, api->address);
}

static struct MHD_Daemon *start(struct api *api, int file) {
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                     (api->certificate == NULL ? 0 : MHD_USE_TLS);
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, api->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, api->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t) "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1"},
        {MHD_OPTION_END, 0, NULL}};
    return MHD_start_daemon(
        flags, 0, NULL, NULL, handle, api, MHD_OPTION_EXTERNAL_LOGGER, log_nothing, NULL,
        MHD_OPTION_LISTEN_SOCKET, file, MHD_OPTION_CONNECTION_LIMIT, API_CONNECTIONS_MAX,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, API_ADDRESS_CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, API_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_BYTES, MHD_OPTION_URI_LOG_CALLBACK, begin_call, api,
        MHD_OPTION_NOTIFY_COMPLETED, end_call, api, MHD_OPTION_NOTIFY_CONNECTION, connected, api,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        api->certificate == NULL ? MHD_OPTION_END : MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

int api_http_open(struct api *api, uint64_t now_ms) {
    struct http_address address;
    const char *text = api->options.settings->http;
    int error = http_address_read(text, &address);
    if (error != HV_OK)
        return error;
    bool first = api->retry_ms == 0;
    api->retry_ms = now_ms + RETRY_MS;
    int file = listen_at(&address);
    if (file < 0) {
        if (first)
            line_log(LINE_WARNING, "event=no-http address=%s error=\"%s\" retry_s=%d", text,
                     strerror(errno), RETRY_MS / 1000);
        return HV_ERR_BUSY;
    }
    name_address(api, file);
    api->server = start(api, file);
    if (api->server == NULL) {
        close(file);
        if (first)
            line_log(LINE_WARNING, "event=no-http address=%s error=\"%s\"", text,
                     api->certificate == NULL ? "libmicrohttpd does not start"
                                              : "certificate and key do not belong together");
        return HV_ERR_IO;
    }
    line_log(LINE_INFO, "event=http address=%s://%s web=%s",
             api->certificate == NULL ? "http" : "https", api->address,
             api->web[0] == '\0' ? "none" : api->web);
    return HV_OK;
}

void api_http_run(struct api *api) {
    if (api->server == NULL)
        return;
    hang_up(api, clock_real_ms());
    MHD_run(api->server);
}

/* Whoever waits is told that this ends; then libmicrohttpd has nothing suspended and may stop. */
void api_http_close(struct api *api) {
    api->closing = true;
    for (struct api_call *call = api->calls; call != NULL; call = call->next) {
        if (call->stage != API_WAITING)
            continue;
        api_problem(call, 503, "stopped", "the coordinator is stopping",
                    "ask again with the same Idempotency-Key when it runs");
        api_wait_end(call);
    }
    api_events_close(api);
    if (api->server == NULL)
        return;
    for (int i = 0; i < 3; i++)
        MHD_run(api->server);
    MHD_stop_daemon(api->server);
    api->server = NULL;
}
