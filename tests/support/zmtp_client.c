#include "tests/support/zmtp_client.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum {
    KEY_BYTES = crypto_box_PUBLICKEYBYTES,
    BOX_BYTES = crypto_box_MACBYTES,
    NONCE_BYTES = crypto_box_NONCEBYTES,
    COUNT_BYTES = 8, /* of a nonce: what counts up */
    COOKIE_BYTES = 96,
    GREETING_BYTES = 64,
    FLAG_LONG = 2,
    FLAG_COMMAND = 4,
    INSIDE_COMMAND = 2,      /* the same in what is sealed */
    SEALED_BYTES = 16 + 17,  /* "MESSAGE", nonce, box, flags */
    MESSAGE_MAX = 128 << 10, /* as it comes */
    READ_BYTES = 16 << 10,
    OUT_MAX = 256 << 10,
    EVENTS = 256,
    RETRY_MS = 50,
    RETRY_MAX_MS = 400
};

enum phase { DOWN, CONNECTING, GREETED, HELLO_SENT, INITIATE_SENT, READY };

struct buffer {
    uint8_t *bytes;
    size_t at, size, room; /* what counts is from at to size */
};

struct connection {
    int fd;
    enum phase phase;
    bool used, wants_out;
    int64_t retry_at_ms, retry_ms;
    uint8_t public_key[KEY_BYTES], secret_key[KEY_BYTES];
    uint8_t short_public[KEY_BYTES], short_secret[KEY_BYTES];
    uint8_t shared[crypto_box_BEFORENMBYTES];
    uint64_t nonce;
    struct buffer in, out;
};

struct zmtp_client {
    struct zmtp_handler handler;
    uint8_t server_key[KEY_BYTES];
    struct addrinfo *address;
    struct connection *connections;
    size_t count, down;
    int poller;
};

static void die(const char *what) {
    fprintf(stderr, "zmtp_client: %s: %s\n", what, strerror(errno));
    exit(70);
}

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- buffers ---- */

static uint8_t *buffer_room(struct buffer *buffer, size_t bytes) {
    if (buffer->at == buffer->size)
        buffer->at = buffer->size = 0;
    if (buffer->room - buffer->size < bytes && buffer->at > 0) {
        memmove(buffer->bytes, buffer->bytes + buffer->at, buffer->size - buffer->at);
        buffer->size -= buffer->at;
        buffer->at = 0;
    }
    if (buffer->room - buffer->size < bytes) {
        buffer->room = (buffer->size + bytes) * 2;
        buffer->bytes = realloc(buffer->bytes, buffer->room);
        if (buffer->bytes == NULL)
            die("memory");
    }
    return buffer->bytes + buffer->size;
}

static void buffer_put(struct buffer *buffer, const void *bytes, size_t size) {
    memcpy(buffer_room(buffer, size), bytes, size);
    buffer->size += size;
}

/* ---- connections come and go ---- */

static void watch(struct zmtp_client *client, struct connection *connection, int operation,
                  bool out) {
    struct epoll_event event = {.events = EPOLLIN | (out ? EPOLLOUT : 0u),
                                .data.u64 = (uint64_t)(connection - client->connections)};
    connection->wants_out = out;
    if (epoll_ctl(client->poller, operation, connection->fd, &event) != 0)
        die("epoll_ctl");
}

static void go_down(struct zmtp_client *client, struct connection *connection) {
    if (connection->fd >= 0)
        close(connection->fd);
    connection->fd = -1;
    connection->phase = DOWN;
    connection->retry_ms = connection->retry_ms == 0 ? RETRY_MS : connection->retry_ms * 2;
    if (connection->retry_ms > RETRY_MAX_MS)
        connection->retry_ms = RETRY_MAX_MS;
    connection->retry_at_ms = now_ms() + connection->retry_ms;
    client->down++;
}

static void flush_out(struct zmtp_client *client, struct connection *connection) {
    struct buffer *out = &connection->out;
    while (out->at < out->size) {
        ssize_t part =
            send(connection->fd, out->bytes + out->at, out->size - out->at, MSG_NOSIGNAL);
        if (part < 0 && errno != EAGAIN && errno != EINTR) {
            go_down(client, connection);
            return;
        }
        if (part < 0)
            break;
        out->at += (size_t)part;
    }
    bool waits = out->at < out->size;
    if (waits != connection->wants_out)
        watch(client, connection, EPOLL_CTL_MOD, waits);
}

static void connect_again(struct zmtp_client *client, struct connection *connection) {
    const int on = 1;
    const struct addrinfo *to = client->address;
    client->down--;
    connection->fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->fd < 0)
        die("socket");
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(connection->fd, to->ai_addr, to->ai_addrlen) != 0 && errno != EINPROGRESS) {
        go_down(client, connection);
        return;
    }
    connection->in.at = connection->in.size = connection->out.at = connection->out.size = 0;
    connection->nonce = 0;
    connection->phase = CONNECTING;
    crypto_box_keypair(connection->short_public, connection->short_secret);
    watch(client, connection, EPOLL_CTL_ADD, true);
}

static void connect_those_that_are_due(struct zmtp_client *client) {
    int64_t now = client->down > 0 ? now_ms() : 0;
    for (size_t i = 0; client->down > 0 && i < client->count; i++) {
        struct connection *connection = &client->connections[i];
        if (connection->used && connection->phase == DOWN && connection->retry_at_ms <= now)
            connect_again(client, connection);
    }
}

/* ---- frames ---- */

static void put_frame_head(struct buffer *out, uint8_t flags, size_t size) {
    uint8_t head[9] = {size > 255 ? flags | FLAG_LONG : flags};
    size_t bytes = size > 255 ? 9 : 2;
    for (size_t i = 1; i < bytes; i++)
        head[i] = (uint8_t)((uint64_t)size >> 8 * (bytes - 1 - i));
    buffer_put(out, head, bytes);
}

static void put_command(struct buffer *out, const uint8_t *body, size_t size) {
    put_frame_head(out, FLAG_COMMAND, size);
    buffer_put(out, body, size);
}

static void make_nonce(uint8_t nonce[NONCE_BYTES], const char *prefix, const uint8_t *rest) {
    size_t length = strlen(prefix);
    memcpy(nonce, prefix, length);
    memcpy(nonce + length, rest, NONCE_BYTES - length);
}

static void next_nonce(struct connection *connection, const char *prefix, uint8_t count[8],
                       uint8_t nonce[NONCE_BYTES]) {
    connection->nonce++;
    for (int i = 0; i < COUNT_BYTES; i++)
        count[i] = (uint8_t)(connection->nonce >> 8 * (7 - i));
    make_nonce(nonce, prefix, count);
}

static void put_sealed(struct connection *connection, uint8_t inside, const uint8_t *bytes,
                       size_t size) {
    uint8_t nonce[NONCE_BYTES], count[COUNT_BYTES];
    struct buffer *out = &connection->out;
    next_nonce(connection, "CurveZMQMESSAGEC", count, nonce);
    put_frame_head(out, 0, SEALED_BYTES + size);
    buffer_put(out, "\7MESSAGE", 8);
    buffer_put(out, count, sizeof count);
    uint8_t *box = buffer_room(out, BOX_BYTES + 1 + size);
    box[BOX_BYTES] = inside;
    memcpy(box + BOX_BYTES + 1, bytes, size);
    crypto_box_detached_afternm(box + BOX_BYTES, box, box + BOX_BYTES, 1 + size, nonce,
                                connection->shared);
    out->size += BOX_BYTES + 1 + size;
}

/* ---- handshake ---- */

static void send_greeting(struct connection *connection) {
    uint8_t greeting[GREETING_BYTES] = {0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 1};
    memcpy(greeting + 12, "CURVE", 5);
    buffer_put(&connection->out, greeting, sizeof greeting);
    connection->phase = GREETED;
}

static void send_hello(const struct zmtp_client *client, struct connection *connection) {
    static const uint8_t nothing[64];
    uint8_t body[200] = {5, 'H', 'E', 'L', 'L', 'O', 1}, nonce[NONCE_BYTES];
    memcpy(body + 80, connection->short_public, KEY_BYTES);
    next_nonce(connection, "CurveZMQHELLO---", body + 112, nonce);
    if (crypto_box_easy(body + 120, nothing, sizeof nothing, nonce, client->server_key,
                        connection->short_secret) != 0)
        die("sealing a hello");
    put_command(&connection->out, body, sizeof body);
    connection->phase = HELLO_SENT;
}

/* Opens the server's welcome and answers it; false: it is none. */
static bool send_initiate(const struct zmtp_client *client, struct connection *connection,
                          const uint8_t *welcome, size_t size) {
    static const char metadata[] = "\13Socket-Type\0\0\0\6DEALER\10Identity\0\0\0";
    enum { META_BYTES = sizeof metadata, VOUCH_BYTES = 2 * KEY_BYTES, LONG_NONCE = 16 };
    uint8_t nonce[NONCE_BYTES], plain[KEY_BYTES + COOKIE_BYTES];
    if (size != 168 || memcmp(welcome, "\7WELCOME", 8) != 0)
        return false;
    make_nonce(nonce, "WELCOME-", welcome + 8);
    if (crypto_box_open_easy(plain, welcome + 24, sizeof plain + BOX_BYTES, nonce,
                             client->server_key, connection->short_secret) != 0 ||
        crypto_box_beforenm(connection->shared, plain, connection->short_secret) != 0)
        return false;

    uint8_t vouch[VOUCH_BYTES],
        inside[KEY_BYTES + LONG_NONCE + VOUCH_BYTES + BOX_BYTES + META_BYTES];
    memcpy(vouch, connection->short_public, KEY_BYTES);
    memcpy(vouch + KEY_BYTES, client->server_key, KEY_BYTES);
    memcpy(inside, connection->public_key, KEY_BYTES);
    randombytes_buf(inside + KEY_BYTES, LONG_NONCE);
    make_nonce(nonce, "VOUCH---", inside + KEY_BYTES);
    if (crypto_box_easy(inside + KEY_BYTES + LONG_NONCE, vouch, sizeof vouch, nonce, plain,
                        connection->secret_key) != 0)
        return false;
    memcpy(inside + sizeof inside - META_BYTES, metadata, META_BYTES);

    uint8_t body[9 + COOKIE_BYTES + COUNT_BYTES + sizeof inside + BOX_BYTES];
    memcpy(body, "\10INITIATE", 9);
    memcpy(body + 9, plain + KEY_BYTES, COOKIE_BYTES);
    next_nonce(connection, "CurveZMQINITIATE", body + 9 + COOKIE_BYTES, nonce);
    if (crypto_box_easy_afternm(body + 9 + COOKIE_BYTES + COUNT_BYTES, inside, sizeof inside, nonce,
                                connection->shared) != 0)
        return false;
    put_command(&connection->out, body, sizeof body);
    connection->phase = INITIATE_SENT;
    return true;
}

static bool is_ready(const struct connection *connection, const uint8_t *body, size_t size) {
    uint8_t nonce[NONCE_BYTES], metadata[512];
    if (size < 14 + BOX_BYTES || size > 14 + sizeof metadata || memcmp(body, "\5READY", 6) != 0)
        return false;
    make_nonce(nonce, "CurveZMQREADY---", body + 6);
    return crypto_box_open_easy_afternm(metadata, body + 14, size - 14, nonce,
                                        connection->shared) == 0;
}

/* ---- what comes ---- */

/* A PING (its time to live, then a context) is answered by a PONG with the same context. */
static void take_command(struct connection *connection, const uint8_t *body, size_t size) {
    uint8_t pong[5 + 16] = "\4PONG";
    if (size < 7 || size > 7 + 16 || memcmp(body, "\4PING", 5) != 0)
        return;
    memcpy(pong + 5, body + 7, size - 7);
    put_sealed(connection, INSIDE_COMMAND, pong, 5 + size - 7);
}

/* Opens it where it lies. */
static bool take_sealed(struct zmtp_client *client, struct connection *connection, uint8_t *body,
                        size_t size) {
    uint8_t nonce[NONCE_BYTES];
    if (size < SEALED_BYTES || memcmp(body, "\7MESSAGE", 8) != 0)
        return false;
    make_nonce(nonce, "CurveZMQMESSAGES", body + 8);
    uint8_t *plain = body + SEALED_BYTES - 1;
    if (crypto_box_open_detached_afternm(plain, plain, body + 16, size - SEALED_BYTES + 1, nonce,
                                         connection->shared) != 0)
        return false;
    if (*plain == INSIDE_COMMAND)
        take_command(connection, plain + 1, size - SEALED_BYTES);
    else
        client->handler.message(client->handler.context, (size_t)(connection - client->connections),
                                plain + 1, size - SEALED_BYTES);
    return true;
}

static bool take_frame(struct zmtp_client *client, struct connection *connection, uint8_t *body,
                       size_t size) {
    switch (connection->phase) {
    case HELLO_SENT:
        return send_initiate(client, connection, body, size);
    case INITIATE_SENT:
        if (!is_ready(connection, body, size))
            return false;
        connection->phase = READY;
        connection->retry_ms = 0;
        client->handler.ready(client->handler.context, (size_t)(connection - client->connections));
        return true;
    case READY:
        return take_sealed(client, connection, body, size);
    default:
        return false;
    }
}

/* The size of the frame that begins here, and where its body does; 0: more has to come first. */
static size_t whole_frame(const uint8_t *bytes, size_t size, size_t *ret_head) {
    if (size < 2)
        return 0;
    *ret_head = bytes[0] & FLAG_LONG ? 9 : 2;
    if (size < *ret_head)
        return 0;
    uint64_t body = 0;
    for (size_t i = 1; i < *ret_head; i++)
        body = body << 8 | bytes[i];
    if (body > MESSAGE_MAX)
        return SIZE_MAX;
    return size - *ret_head < body ? 0 : *ret_head + (size_t)body;
}

static bool take_input(struct zmtp_client *client, struct connection *connection) {
    struct buffer *in = &connection->in;
    if (connection->phase == GREETED && in->size - in->at >= GREETING_BYTES) {
        in->at += GREETING_BYTES;
        send_hello(client, connection);
    }
    while (connection->phase > GREETED) {
        size_t head, size = whole_frame(in->bytes + in->at, in->size - in->at, &head);
        if (size == SIZE_MAX)
            return false;
        if (size == 0)
            return true;
        uint8_t *frame = in->bytes + in->at;
        in->at += size;
        if (!take_frame(client, connection, frame + head, size - head))
            return false;
    }
    return true;
}

static void read_input(struct zmtp_client *client, struct connection *connection) {
    uint8_t *room = buffer_room(&connection->in, READ_BYTES);
    ssize_t size = recv(connection->fd, room, READ_BYTES, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size > 0)
        connection->in.size += (size_t)size;
    if (size <= 0 || !take_input(client, connection)) {
        go_down(client, connection);
        return;
    }
    if (connection->phase == READY)
        client->handler.drained(client->handler.context,
                                (size_t)(connection - client->connections));
    if (connection->phase != DOWN)
        flush_out(client, connection);
}

static void serve(struct zmtp_client *client, struct connection *connection, uint32_t events) {
    if (connection->phase == DOWN)
        return;
    if (events & (EPOLLERR | EPOLLHUP)) {
        go_down(client, connection);
        return;
    }
    if (connection->phase == CONNECTING && events & EPOLLOUT)
        send_greeting(connection);
    if (events & EPOLLOUT)
        flush_out(client, connection);
    if (events & EPOLLIN && connection->phase != DOWN)
        read_input(client, connection);
}

void zmtp_client_run(struct zmtp_client *client, int wait_ms) {
    struct epoll_event events[EVENTS];
    connect_those_that_are_due(client);
    if (client->down > 0 && wait_ms > RETRY_MS)
        wait_ms = RETRY_MS;
    int count = epoll_wait(client->poller, events, EVENTS, wait_ms);
    for (int i = 0; i < count; i++)
        serve(client, &client->connections[events[i].data.u64], events[i].events);
}

bool zmtp_client_send(struct zmtp_client *client, size_t index, const uint8_t *bytes, size_t size) {
    struct connection *connection = &client->connections[index];
    if (connection->phase != READY || connection->out.size - connection->out.at > OUT_MAX)
        return false;
    put_sealed(connection, 0, bytes, size);
    flush_out(client, connection);
    return true;
}

/* ---- making ---- */

static struct addrinfo *look_up(const char *endpoint) {
    char host[256];
    const char *colon = strrchr(endpoint, ':');
    int length = colon == NULL ? 0 : (int)(colon - endpoint) - 6;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *address = NULL;
    errno = EINVAL;
    if (strncmp(endpoint, "tcp://", 6) != 0 || length <= 0 || length >= (int)sizeof host)
        die(endpoint);
    snprintf(host, sizeof host, "%.*s", length, endpoint + 6);
    if (getaddrinfo(host, colon + 1, &hints, &address) != 0)
        die(endpoint);
    return address;
}

static void read_key(uint8_t key[KEY_BYTES], const char *text) {
    errno = EINVAL;
    if (strlen(text) != 40 || zmq_z85_decode(key, text) == NULL)
        die("not a key");
}

struct zmtp_client *zmtp_client_new(const char *endpoint, const char *server_key, size_t count,
                                    const struct zmtp_handler *handler) {
    struct zmtp_client *client = calloc(1, sizeof *client);
    if (client == NULL || sodium_init() < 0)
        die("memory");
    client->handler = *handler;
    client->count = count;
    client->connections = calloc(count, sizeof *client->connections);
    client->poller = epoll_create1(EPOLL_CLOEXEC);
    if (client->connections == NULL || client->poller < 0)
        die("memory");
    client->address = look_up(endpoint);
    read_key(client->server_key, server_key);
    return client;
}

void zmtp_client_free(struct zmtp_client *client) {
    if (client == NULL)
        return;
    for (size_t i = 0; i < client->count; i++) {
        if (client->connections[i].used && client->connections[i].fd >= 0)
            close(client->connections[i].fd);
        free(client->connections[i].in.bytes);
        free(client->connections[i].out.bytes);
    }
    close(client->poller);
    freeaddrinfo(client->address);
    free(client->connections);
    free(client);
}

void zmtp_client_connect(struct zmtp_client *client, size_t index, const char *public_key,
                         const char *secret_key) {
    struct connection *connection = &client->connections[index];
    read_key(connection->public_key, public_key);
    read_key(connection->secret_key, secret_key);
    connection->used = true;
    connection->fd = -1;
    client->down++;
}
