/* libmicrohttpd: from a connection to a call, and from a call to an answer.
 *
 * One thread, epoll outside: a call that waits for somebody is suspended, and resumed from the loop
 * of this same thread, so nothing here needs a lock. libmicrohttpd aborts when it is stopped with a
 * connection suspended: closing resumes all first. */
#include "coordinator/api/api_inside.h"

#include "schemas/platform/clock.h"
#include "schemas/platform/http_address.h"
#include "schemas/platform/line_log.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BACKLOG = 128,
    CONNECTION_BYTES = 32768,
    GZIP_FROM = 1024,
    RETRY_MS = 5000,
    SLOW_LOOK_MS = 1000
};

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

/* Who sends a request a byte at a time is never idle for libmicrohttpd, and would hold a connection
 * for ever. */
static void hang_up_on_slow(struct api *api, uint64_t now_ms) {
    if (now_ms < api->slow_next_ms)
        return;
    api->slow_next_ms = now_ms + SLOW_LOOK_MS;
    for (struct api_socket *slow = api->sockets; slow != NULL; slow = slow->next) {
        bool asks = slow->call == NULL || slow->call->stage == API_READING;
        const union MHD_ConnectionInfo *info =
            asks && now_ms - slow->since_ms > API_REQUEST_S * 1000u
                ? MHD_get_connection_info(slow->connection, MHD_CONNECTION_INFO_CONNECTION_FD)
                : NULL;
        if (info != NULL)
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

/* ---- waiting ---- */

static void post(struct api *api, uint64_t token, json_t *request) {
    struct api_mail *mail = &api->mail;
    uint64_t one = 1;
    pthread_mutex_lock(&mail->lock);
    if (mail->asked_count == mail->asked_room) {
        size_t room = mail->asked_room * 2 + 16;
        void *larger = realloc(mail->asked, room * sizeof *mail->asked);
        if (larger != NULL) {
            mail->asked = larger;
            mail->asked_room = room;
        }
    }
    bool posted = mail->asked_count < mail->asked_room;
    if (posted) {
        mail->asked[mail->asked_count].token = token;
        mail->asked[mail->asked_count++].json = request;
    }
    pthread_mutex_unlock(&mail->lock);
    if (posted)
        (void)!write(api->to_main, &one, sizeof one);
    else {
        json_decref(request);
        api_answers(api, token, console_error(HV_ERR_MEMORY, NULL, NULL));
    }
}

void api_wait(struct api *api, struct api_call *call, json_t *request,
              void (*answered)(struct api *api, struct api_call *call, json_t *reply)) {
    call->token = API_TOKEN_BIT | ++api->last_token;
    call->answered = answered;
    call->stage = API_WAITING;
    MHD_suspend_connection(call->connection);
    post(api, call->token, request);
}

void api_answers(struct api *api, uint64_t token, json_t *reply) {
    struct api_call *call = api->calls;
    while (call != NULL && (call->stage != API_WAITING || call->token != token))
        call = call->next;
    if (call != NULL) {
        hv_arena_reset(&api->arena);
        call->answered(api, call, reply);
        if (call->stage == API_WAITING) /* it gave no answer of its own */
            api_failed(call, HV_ERR_MEMORY);
        MHD_resume_connection(call->connection);
    }
    json_decref(reply);
}

void api_wait_job(struct api *api, struct api_call *call, struct api_job *job,
                  void (*worked)(struct api *api, struct api_call *call, struct api_job *job)) {
    call->token = job->token = ++api->last_token;
    call->worked = worked;
    if (!api_work_start(api->work, job)) {
        api_job_drop(job);
        api_problem(call, 503, "busy", "too much is being done already", "try again in a moment");
        return;
    }
    call->stage = API_WAITING;
    MHD_suspend_connection(call->connection);
}

void api_join(struct api_call *call, const struct api_call *other) {
    call->token = other->token;
    call->worked = other->worked;
    call->stage = API_WAITING;
    MHD_suspend_connection(call->connection);
}

void api_jobs_ended(struct api *api) {
    for (struct api_job *job; (job = api_work_ended(api->work)) != NULL; api_job_drop(job)) {
        api_past_ended(api, job);
        for (struct api_call *call = api->calls; call != NULL; call = call->next) {
            if (call->stage != API_WAITING || call->token != job->token)
                continue;
            hv_arena_reset(&api->arena);
            call->worked(api, call, job);
            if (call->stage == API_WAITING)
                api_failed(call, HV_ERR_MEMORY);
            MHD_resume_connection(call->connection);
        }
    }
}

/* ---- before the body ---- */

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

static bool needs_picture(const struct api_route *route) {
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

/* What can be said before the body is there: an answer means that nobody waits for it. */
static void look(struct api *api, struct api_call *call, const char *method) {
    uint32_t methods = 0;
    tell_address(call);
    if (!is_our_name(api, call))
        api_problem(call, 421, "host", "the Host header names another server",
                    "use the address that haven-coordinator listens at");
    else if (!api_request_is_plain(call))
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
    else if (call->route != NULL && needs_picture(call->route) && !api->loaded)
        api_problem(call, 503, "busy", "the log is being read", "try again in a moment");
    else if (call->route != NULL && api_admit(api, call))
        look_at_body(call);
    if (call->session != NULL)
        memcpy(call->cookie, call->session->cookie, sizeof call->cookie);
    call->by_session = call->session != NULL;
    call->session = NULL;
}

/* ---- the body ---- */

static void take_body(struct api_call *call, const char *bytes, size_t size) {
    call->too_large = call->too_large || call->body.size + size > call->body_most;
    if (!call->too_large)
        api_text_add(&call->body, bytes, size);
}

static bool read_json(struct api_call *call) {
    json_error_t fault;
    if (call->too_large) {
        refuse_body(call);
        return false;
    }
    if (call->body.size == 0)
        return true;
    if (!api_request_has_json(call)) {
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

static void run(struct api *api, struct api_call *call) {
    if (api->closing) { /* nothing may begin to wait any more */
        api_problem(call, 503, "stopped", "the coordinator is stopping", "ask again when it runs");
        return;
    }
    if (!read_json(call))
        return;
    if (call->route == NULL) {
        api_get_file(api, call);
        return;
    }
    hv_arena_reset(&api->arena);
    if (!needs_picture(call->route)) {
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

static enum MHD_Result queue(struct api_call *call) {
    if (call->response == NULL)
        call->response = response_of(call);
    if (call->response == NULL)
        return MHD_NO;
    add_headers(call->response, call);
    enum MHD_Result queued = MHD_queue_response(call->connection, call->status, call->response);
    MHD_destroy_response(call->response);
    call->response = NULL;
    call->stage = API_GONE;
    return queued;
}

/* Called once before the body, for each piece of it, at its end, and after a call has waited. */
static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **held) {
    struct api *api = context;
    struct api_call *call = *held;
    (void)connection, (void)url, (void)version;
    if (call == NULL)
        return MHD_NO;
    if (!call->looked) {
        call->looked = true;
        look(api, call, method);
        return call->stage == API_READY ? queue(call) : MHD_YES;
    }
    if (*upload_size > 0) {
        take_body(call, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (call->stage == API_READING)
        run(api, call);
    return call->stage == API_READY ? queue(call) : MHD_YES;
}

/* ---- opening and closing ---- */

static void log_line(void *context, const char *format, va_list arguments) {
    char line[400];
    (void)context;
    vsnprintf(line, sizeof line, format, arguments);
    line[strcspn(line, "\r\n")] = '\0';
    line_log(LINE_DEBUG, "event=http-library text=\"%s\"", line);
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
        flags, 0, NULL, NULL, handle, api, MHD_OPTION_EXTERNAL_LOGGER, log_line, NULL,
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
    hang_up_on_slow(api, clock_real_ms());
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
        MHD_resume_connection(call->connection);
    }
    api_events_close(api);
    if (api->server == NULL)
        return;
    for (int i = 0; i < 3; i++)
        MHD_run(api->server);
    MHD_stop_daemon(api->server);
    api->server = NULL;
}
