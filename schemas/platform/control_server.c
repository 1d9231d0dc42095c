#include "schemas/platform/control.h"

#include "schemas/limits.h"
#include "schemas/platform/control_address.h"
#include "schemas/platform/json_members.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BACKLOG = 64, CLIENTS_MAX = 512, READ_BYTES = 65536, REST_MS = 200 };

struct text {
    char *bytes;
    size_t size, room;
};

/* A connection reads until it has a whole line, then waits for the reply to be given, then writes
 * it. */
struct connection {
    struct control_server *server;
    struct connection *next;
    int fd;
    uint64_t token; /* of the request being served; 0: none */
    struct text in, out;
    size_t written;
    bool last;    /* nothing more will come: close when the reply is written */
    bool serving; /* within serve(), which goes on itself and frees what has been closed */
    bool closed;
};

struct control_server {
    zloop_t *loop;
    control_handler *handler;
    void *context;
    char *path;
    int fd;
    int spare; /* held back for turning a client away where descriptors have run out */
    int rest;  /* timer of the loop until which nobody is taken in; -1: none */
    uint64_t last_token;
    struct connection *connections;
    size_t count;
};

static void serve(struct connection *connection);
static int on_readable(zloop_t *loop, zmq_pollitem_t *item, void *argument);
static int on_writable(zloop_t *loop, zmq_pollitem_t *item, void *argument);

static bool text_add(struct text *text, const char *bytes, size_t size) {
    if (text->size + size > text->room) {
        size_t room = text->room == 0 ? 1024 : text->room;
        while (room < text->size + size)
            room *= 2;
        char *grown = realloc(text->bytes, room);
        if (grown == NULL)
            return false;
        text->bytes = grown;
        text->room = room;
    }
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    return true;
}

/* ---- watching ---- */

static void watch(struct connection *connection, short events, zloop_fn *handler) {
    zmq_pollitem_t item = {.fd = connection->fd, .events = events};
    zloop_poller_end(connection->server->loop, &item);
    if (zloop_poller(connection->server->loop, &item, handler, connection) == 0)
        zloop_poller_set_tolerant(connection->server->loop, &item);
}

static void unwatch(const struct connection *connection) {
    zmq_pollitem_t item = {.fd = connection->fd};
    zloop_poller_end(connection->server->loop, &item);
}

static void free_connection(struct connection *connection) {
    free(connection->in.bytes);
    free(connection->out.bytes);
    free(connection);
}

static void close_connection(struct connection *connection) {
    struct control_server *server = connection->server;
    for (struct connection **link = &server->connections; *link != NULL; link = &(*link)->next)
        if (*link == connection) {
            *link = connection->next;
            break;
        }
    server->count--;
    unwatch(connection);
    close(connection->fd);
    connection->closed = true;
    if (!connection->serving)
        free_connection(connection);
}

/* ---- replying ---- */

/* Writes what it can. False: the connection has been closed. */
static bool flush_out(struct connection *connection) {
    while (connection->written < connection->out.size) {
        ssize_t part =
            send(connection->fd, connection->out.bytes + connection->written,
                 connection->out.size - connection->written, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            watch(connection, ZMQ_POLLOUT, on_writable);
            return true;
        }
        if (part < 0) {
            close_connection(connection);
            return false;
        }
        connection->written += (size_t)part;
    }
    connection->out.size = 0;
    connection->written = 0;
    if (connection->last) {
        close_connection(connection);
        return false;
    }
    watch(connection, ZMQ_POLLIN, on_readable);
    return true;
}

static struct connection *find_token(struct control_server *server, uint64_t token) {
    for (struct connection *c = server->connections; c != NULL; c = c->next)
        if (c->token == token)
            return c;
    return NULL;
}

static int dump_piece(const char *bytes, size_t size, void *out) {
    struct text *text = out;
    if (text->size + size > HV_CONTROL_REPLY_BYTES_MAX)
        return -1;
    return text_add(text, bytes, size) ? 0 : -1;
}

static const char too_large[] =
    "{\"ok\": false, \"error\": \"limit\", \"text\": \"the answer is too large\", "
    "\"remedy\": \"ask for less: filter, or page with \\\"offset\\\" and \\\"limit\\\"\"}";

static const char no_reply[] =
    "{\"ok\": false, \"error\": \"memory\", \"text\": \"the answer could not be made\", "
    "\"remedy\": \"ask again in a moment, or for less\"}";

static void put_reply(struct connection *connection, json_t *reply) {
    if (reply == NULL) { /* silence would keep the connection for ever */
        (void)text_add(&connection->out, no_reply, sizeof no_reply - 1);
        return;
    }
    if (json_object_get(reply, "ok") == NULL)
        json_object_set_new(reply, "ok", json_true());
    if (json_dump_callback(reply, dump_piece, &connection->out, JSON_COMPACT) == 0)
        return;
    connection->out.size = 0;
    (void)text_add(&connection->out, too_large, sizeof too_large - 1);
}

void control_reply(struct control_server *server, uint64_t token, json_t *reply) {
    struct connection *connection = find_token(server, token);
    if (connection != NULL) {
        put_reply(connection, reply);
        (void)text_add(&connection->out, "\n", 1);
        connection->token = 0;
        if (flush_out(connection))
            serve(connection);
    }
    json_decref(reply);
}

void control_reply_error(struct control_server *server, uint64_t token, int error, const char *text,
                         const char *remedy) {
    control_reply(server, token,
                  json_pack("{s:b, s:s, s:o, s:s}", "ok", 0, "error", hv_error_name(error), "text",
                            json_members_text(text == NULL ? hv_error_text(error) : text), "remedy",
                            remedy == NULL ? "" : remedy));
}

/* ---- requests ---- */

static void take_line(struct connection *connection, size_t size) {
    struct control_server *server = connection->server;
    json_error_t error;
    json_t *request = json_loadb(connection->in.bytes, size, JSON_REJECT_DUPLICATES, &error);
    size_t used = size + 1;
    connection->in.size -= used;
    memmove(connection->in.bytes, connection->in.bytes + used, connection->in.size);
    connection->token = ++server->last_token;
    uint64_t token = connection->token;
    unwatch(connection);
    if (!json_is_object(request)) {
        char text[256];
        snprintf(text, sizeof text, "not a JSON object: %s",
                 request == NULL ? error.text : "something else");
        control_reply_error(server, token, HV_ERR_FORMAT, text,
                            "send one JSON object a line, such as {\"verb\": \"status\"}");
    } else {
        server->handler(server->context, server, token, request);
    }
    json_decref(request);
}

static char *line_end(const struct connection *connection) {
    return connection->in.size == 0 ? NULL
                                    : memchr(connection->in.bytes, '\n', connection->in.size);
}

/* Serves whole lines until one is not answered at once. Replies given meanwhile come back here by
 * the loop and not by recursion, however many requests were sent at once. */
static void serve(struct connection *connection) {
    if (connection->serving)
        return;
    connection->serving = true;
    char *end = NULL;
    while (!connection->closed && connection->token == 0 && connection->out.size == 0 &&
           (end = line_end(connection)) != NULL)
        take_line(connection, (size_t)(end - connection->in.bytes));
    connection->serving = false;
    if (connection->closed)
        free_connection(connection);
}

static void refuse_oversize(struct connection *connection) {
    connection->token = ++connection->server->last_token;
    connection->in.size = 0;
    connection->last = true;
    control_reply_error(connection->server, connection->token, HV_ERR_LIMIT,
                        "the request is too large", "send less in one request");
}

static int on_readable(zloop_t *loop, zmq_pollitem_t *item, void *argument) {
    (void)loop, (void)item;
    struct connection *connection = argument;
    char bytes[READ_BYTES];
    ssize_t size = recv(connection->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (size <= 0 || !text_add(&connection->in, bytes, (size_t)size))
        close_connection(connection);
    else if (connection->in.size > HV_CONTROL_REQUEST_BYTES_MAX)
        refuse_oversize(connection);
    else
        serve(connection);
    return 0;
}

static int on_writable(zloop_t *loop, zmq_pollitem_t *item, void *argument) {
    (void)loop, (void)item;
    struct connection *connection = argument;
    if (flush_out(connection))
        serve(connection);
    return 0;
}

/* ---- listening ---- */

static int on_connect(zloop_t *loop, zmq_pollitem_t *item, void *argument);

static bool listen_on(struct control_server *server) {
    zmq_pollitem_t item = {.fd = server->fd, .events = ZMQ_POLLIN};
    if (zloop_poller(server->loop, &item, on_connect, server) != 0)
        return false;
    zloop_poller_set_tolerant(server->loop, &item);
    return true;
}

static void rest(struct control_server *server);

static int on_rested(zloop_t *loop, int timer, void *argument) {
    (void)loop, (void)timer;
    struct control_server *server = argument;
    server->rest = -1;
    if (!listen_on(server))
        rest(server);
    return 0;
}

/* Whom nobody can take in stays in the queue, and would wake the loop for ever. */
static void rest(struct control_server *server) {
    zmq_pollitem_t item = {.fd = server->fd};
    server->rest = zloop_timer(server->loop, REST_MS, 1, on_rested, server);
    if (server->rest >= 0)
        zloop_poller_end(server->loop, &item);
}

/* Where descriptors have run out, with the one that was held back for this. */
static bool turn_away(struct control_server *server) {
    if (server->spare < 0)
        return false;
    close(server->spare);
    int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0)
        close(fd);
    server->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return fd >= 0;
}

static int on_connect(zloop_t *loop, zmq_pollitem_t *item, void *argument) {
    (void)loop, (void)item;
    struct control_server *server = argument;
    if (server->spare < 0)
        server->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        bool gone = errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
        if (!gone && !turn_away(server))
            rest(server);
        return 0;
    }
    struct connection *connection =
        server->count < CLIENTS_MAX ? calloc(1, sizeof *connection) : NULL;
    if (connection == NULL) {
        close(fd);
        return 0;
    }
    *connection = (struct connection){.server = server, .fd = fd, .next = server->connections};
    server->connections = connection;
    server->count++;
    watch(connection, ZMQ_POLLIN, on_readable);
    return 0;
}

static bool somebody_listens(const struct sockaddr_un *address) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool answered = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    if (fd >= 0)
        close(fd);
    return answered;
}

static int listen_at(const char *path, int *ret_fd) {
    struct sockaddr_un address;
    int folder = -1;
    int error = control_address(path, &address, &folder);
    if (error != HV_OK)
        return error;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (somebody_listens(&address)) {
        error = HV_ERR_BUSY;
    } else {
        unlink(path);
        mode_t before = umask(0177);
        if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
            listen(fd, BACKLOG) != 0)
            error = errno == EACCES ? HV_ERR_PERMISSION : HV_ERR_IO;
        umask(before);
    }
    if (folder >= 0)
        close(folder);
    if (error != HV_OK && fd >= 0)
        close(fd);
    else
        *ret_fd = fd;
    return error;
}

int control_server_new(zloop_t *loop, const char *path, control_handler *handler, void *context,
                       struct control_server **ret_server) {
    struct control_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return HV_ERR_MEMORY;
    *server = (struct control_server){.loop = loop,
                                      .handler = handler,
                                      .context = context,
                                      .path = strdup(path),
                                      .fd = -1,
                                      .rest = -1,
                                      .spare = open("/dev/null", O_RDONLY | O_CLOEXEC)};
    int error = server->path == NULL ? HV_ERR_MEMORY : listen_at(path, &server->fd);
    if (error == HV_OK && !listen_on(server))
        error = HV_ERR_MEMORY;
    if (error != HV_OK) {
        if (server->fd >= 0)
            close(server->fd);
        if (server->spare >= 0)
            close(server->spare);
        free(server->path);
        free(server);
        return error;
    }
    *ret_server = server;
    return HV_OK;
}

void control_server_free(struct control_server *server) {
    if (server == NULL)
        return;
    while (server->connections != NULL)
        close_connection(server->connections);
    zmq_pollitem_t item = {.fd = server->fd};
    zloop_poller_end(server->loop, &item);
    if (server->rest >= 0)
        zloop_timer_end(server->loop, server->rest);
    close(server->fd);
    if (server->spare >= 0)
        close(server->spare);
    unlink(server->path);
    free(server->path);
    free(server);
}
