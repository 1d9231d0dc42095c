#include "nodes/link/link.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum {
    SEND_QUEUE = 64,      /* frames; the core has at most two windows out */
    RECEIVE_QUEUE = 256,  /* frames */
    HANDSHAKE_MS = 10000, /* a busy coordinator makes some 250 a second */
    SOCKETS_MAX = 64      /* three a connection, given back some time after it was left */
};

struct link {
    void *context;
    void *socket;  /* NULL: not connected */
    void *monitor; /* PAIR that tells what becomes of the socket */
    struct link_keys keys;
    unsigned connections; /* so far: each has a monitor address of its own, the last may linger */
    bool failed;          /* a connection could not even be begun: told by the next link_next */
    zmq_msg_t frame;
};

int link_new(const struct link_keys *keys, struct link **ret_link) {
    struct link *link = calloc(1, sizeof *link);
    if (link == NULL)
        return HV_ERR_MEMORY;
    link->keys = *keys;
    link->context = zmq_ctx_new();
    if (link->context == NULL) {
        free(link);
        return HV_ERR_MEMORY;
    }
    (void)zmq_ctx_set(link->context, ZMQ_IO_THREADS, 1);
    (void)zmq_ctx_set(link->context, ZMQ_MAX_SOCKETS, SOCKETS_MAX);
    zmq_msg_init(&link->frame);
    *ret_link = link;
    return HV_OK;
}

void link_free(struct link *link) {
    if (link == NULL)
        return;
    link_disconnect(link);
    zmq_msg_close(&link->frame);
    zmq_ctx_term(link->context);
    sodium_memzero(&link->keys, sizeof link->keys);
    free(link);
}

/* ---- connecting ---- */

static bool set_number(void *socket, int option, int number) {
    return zmq_setsockopt(socket, option, &number, sizeof number) == 0;
}

static bool set_options(const struct link *link, void *socket) {
    const struct link_keys *keys = &link->keys;
    int64_t largest = HV_FRAME_SEALED_BYTES_MAX;
    return set_number(socket, ZMQ_LINGER, 0) && set_number(socket, ZMQ_IPV6, 1) &&
           set_number(socket, ZMQ_RECONNECT_IVL, -1) &&
           set_number(socket, ZMQ_SNDHWM, SEND_QUEUE) &&
           set_number(socket, ZMQ_RCVHWM, RECEIVE_QUEUE) &&
           set_number(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
           set_number(socket, ZMQ_TCP_KEEPALIVE, 1) &&
           zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof largest) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, keys->server_key, HV_KEY_BYTES) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, keys->public_key, HV_KEY_BYTES) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, keys->secret_key, HV_KEY_BYTES) == 0;
}

static bool watch(struct link *link) {
    char address[48];
    snprintf(address, sizeof address, "inproc://link-monitor-%u", link->connections++);
    const int events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                       ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                       ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_CONNECT_RETRIED;
    if (zmq_socket_monitor(link->socket, address, events) != 0)
        return false;
    link->monitor = zmq_socket(link->context, ZMQ_PAIR);
    return link->monitor != NULL && set_number(link->monitor, ZMQ_LINGER, 0) &&
           zmq_connect(link->monitor, address) == 0;
}

int link_connect(struct link *link, const char *endpoint) {
    link_disconnect(link);
    link->socket = zmq_socket(link->context, ZMQ_DEALER);
    int error = HV_OK;
    if (link->socket == NULL || !set_options(link, link->socket) || !watch(link))
        error = HV_ERR_IO;
    else if (zmq_connect(link->socket, endpoint) != 0)
        error = errno == EINVAL || errno == EPROTONOSUPPORT ? HV_ERR_VALUE : HV_ERR_IO;
    if (error != HV_OK) {
        link_disconnect(link);
        link->failed = true;
    }
    return error;
}

void link_disconnect(struct link *link) {
    link->failed = false;
    if (link->socket != NULL) {
        (void)zmq_socket_monitor(link->socket, NULL, 0);
        zmq_close(link->socket);
    }
    if (link->monitor != NULL)
        zmq_close(link->monitor);
    link->socket = link->monitor = NULL;
}

/* ---- frames ---- */

int link_send(struct link *link, const uint8_t *frame, size_t size) {
    if (link->socket == NULL)
        return HV_ERR_CLOSED;
    int sent;
    do
        sent = zmq_send(link->socket, frame, size, ZMQ_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return HV_OK;
    return errno == EAGAIN ? HV_ERR_BUSY : HV_ERR_IO;
}

/* A signal is no reason to believe that nothing is there: nobody would ask again. */
static bool receive_part(struct link *link) {
    int size;
    do
        size = zmq_msg_recv(&link->frame, link->socket, ZMQ_DONTWAIT);
    while (size < 0 && errno == EINTR);
    return size >= 0;
}

/* Drops the rest of a message of several parts: frames are of one. */
static void drop_more(struct link *link) {
    while (zmq_msg_more(&link->frame) && receive_part(link))
        continue;
}

static bool receive(struct link *link, const uint8_t **ret_frame, size_t *ret_size) {
    while (receive_part(link)) {
        if (zmq_msg_more(&link->frame)) {
            drop_more(link);
            continue;
        }
        *ret_frame = zmq_msg_data(&link->frame);
        *ret_size = zmq_msg_size(&link->frame);
        return true;
    }
    return false;
}

static enum link_news news_of(uint16_t event) {
    return event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED ? LINK_UP : LINK_DOWN;
}

/* An event is two parts: its number and value, and the address. */
static bool next_event(struct link *link, uint16_t *ret_event) {
    uint8_t part[6];
    char address[512];
    if (link->monitor == NULL || zmq_recv(link->monitor, part, sizeof part, ZMQ_DONTWAIT) < 0)
        return false;
    (void)zmq_recv(link->monitor, address, sizeof address, ZMQ_DONTWAIT);
    memcpy(ret_event, part, sizeof *ret_event);
    return true;
}

enum link_news link_next(struct link *link, const uint8_t **ret_frame, size_t *ret_size) {
    uint16_t event;
    if (link->failed) {
        link->failed = false;
        return LINK_DOWN;
    }
    if (link->socket == NULL)
        return LINK_NOTHING;
    if (receive(link, ret_frame, ret_size)) /* what came before the end of the connection */
        return LINK_FRAME;
    return next_event(link, &event) ? news_of(event) : LINK_NOTHING;
}

size_t link_descriptors(const struct link *link, int ret_descriptors[2]) {
    void *const sockets[] = {link->socket, link->monitor};
    size_t count = 0;
    for (int i = 0; i < 2; i++) {
        size_t size = sizeof ret_descriptors[0];
        if (sockets[i] != NULL &&
            zmq_getsockopt(sockets[i], ZMQ_FD, &ret_descriptors[count], &size) == 0)
            count++;
    }
    return count;
}
