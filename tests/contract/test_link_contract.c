/* The link over real sockets with CURVE. */
#include "nodes/link/link.h"
#include "schemas/platform/clock.h"
#include "tests/support/process.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { LONG_MS = 20000 };

struct server {
    void *context, *router;
    char public_z85[41], secret_z85[41], endpoint[64];
};

static struct server server;
static struct link *node;
static const uint8_t *frame;
static size_t frame_size;

static void open_router(void) {
    int one = 1, none = 0;
    size_t size = sizeof server.endpoint;
    server.router = zmq_socket(server.context, ZMQ_ROUTER);
    zmq_setsockopt(server.router, ZMQ_CURVE_SERVER, &one, sizeof one);
    zmq_setsockopt(server.router, ZMQ_CURVE_SECRETKEY, server.secret_z85, 41);
    zmq_setsockopt(server.router, ZMQ_LINGER, &none, sizeof none);
    cr_assert_eq(zmq_bind(server.router, "tcp://127.0.0.1:*"), 0);
    zmq_getsockopt(server.router, ZMQ_LAST_ENDPOINT, server.endpoint, &size);
}

static struct link_keys keys(void) {
    char public_z85[41], secret_z85[41];
    struct link_keys made;
    cr_assert_eq(zmq_curve_keypair(public_z85, secret_z85), 0);
    zmq_z85_decode(made.public_key, public_z85);
    zmq_z85_decode(made.secret_key, secret_z85);
    zmq_z85_decode(made.server_key, server.public_z85);
    return made;
}

static void set_up(void) {
    server.context = zmq_ctx_new();
    cr_assert_eq(zmq_curve_keypair(server.public_z85, server.secret_z85), 0);
    open_router();
    struct link_keys made = keys();
    cr_assert_eq(link_new(&made, &node), HV_OK);
}

static void tear_down(void) {
    link_free(node);
    if (server.router != NULL)
        zmq_close(server.router);
    zmq_ctx_term(server.context);
}

TestSuite(link_contract, .init = set_up, .fini = tear_down);

/* Waits on the descriptors only, as the daemon does. */
static enum link_news wait_news(void) {
    uint64_t until = clock_real_ms() + LONG_MS;
    for (;;) {
        enum link_news news = link_next(node, &frame, &frame_size);
        int descriptors[2];
        struct pollfd polled[2];
        if (news != LINK_NOTHING || clock_real_ms() >= until)
            return news;
        size_t count = link_descriptors(node, descriptors);
        for (size_t i = 0; i < count; i++)
            polled[i] = (struct pollfd){.fd = descriptors[i], .events = POLLIN};
        (void)poll(polled, count, LONG_MS);
    }
}

static void connect_up(void) {
    cr_assert_eq(link_connect(node, server.endpoint), HV_OK);
    cr_assert_eq(wait_news(), LINK_UP);
}

static void send_to_node(const void *bytes, size_t size) {
    char peer[256];
    int peer_size = zmq_recv(server.router, peer, sizeof peer, 0);
    char text[64];
    (void)zmq_recv(server.router, text, sizeof text, 0);
    zmq_send(server.router, peer, (size_t)peer_size, ZMQ_SNDMORE);
    zmq_send(server.router, bytes, size, 0);
}

Test(link_contract, carries_frames_both_ways) {
    connect_up();
    cr_assert_eq(link_send(node, (const uint8_t *)"hello", 5), HV_OK);
    send_to_node("welcome", 7);
    cr_assert_eq(wait_news(), LINK_FRAME);
    cr_assert_eq(frame_size, 7);
    cr_assert_eq(memcmp(frame, "welcome", 7), 0);
}

Test(link_contract, tells_when_nobody_listens) {
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%d", free_port());
    cr_assert_eq(link_connect(node, endpoint), HV_OK);
    cr_assert_eq(wait_news(), LINK_DOWN);
    connect_up(); /* and the next try is a new one */
}

Test(link_contract, tells_when_the_endpoint_makes_no_sense) {
    cr_assert_eq(link_connect(node, "nonsense://x"), HV_ERR_VALUE);
    cr_assert_eq(wait_news(), LINK_DOWN);
    cr_assert_eq(link_send(node, (const uint8_t *)"x", 1), HV_ERR_CLOSED);
}

Test(link_contract, tells_when_the_connection_breaks) {
    connect_up();
    zmq_close(server.router);
    server.router = NULL;
    cr_assert_eq(wait_news(), LINK_DOWN);
}

Test(link_contract, never_comes_up_with_the_wrong_server_key) {
    char public_z85[41], secret_z85[41];
    struct link_keys made = keys();
    cr_assert_eq(zmq_curve_keypair(public_z85, secret_z85), 0);
    zmq_z85_decode(made.server_key, public_z85);
    link_free(node);
    cr_assert_eq(link_new(&made, &node), HV_OK);
    cr_assert_eq(link_connect(node, server.endpoint), HV_OK);
    cr_assert_eq(wait_news(), LINK_DOWN);
}

Test(link_contract, closes_on_a_frame_beyond_the_limit) {
    char *large = calloc(1, HV_FRAME_BYTES_MAX + 1);
    connect_up();
    cr_assert_eq(link_send(node, (const uint8_t *)"hello", 5), HV_OK);
    send_to_node(large, HV_FRAME_BYTES_MAX + 1);
    cr_assert_eq(wait_news(), LINK_DOWN);
    free(large);
}

Test(link_contract, drops_messages_of_several_parts) {
    char peer[256], text[64];
    connect_up();
    cr_assert_eq(link_send(node, (const uint8_t *)"hello", 5), HV_OK);
    int peer_size = zmq_recv(server.router, peer, sizeof peer, 0);
    (void)zmq_recv(server.router, text, sizeof text, 0);
    zmq_send(server.router, peer, (size_t)peer_size, ZMQ_SNDMORE);
    zmq_send(server.router, "two", 3, ZMQ_SNDMORE);
    zmq_send(server.router, "parts", 5, 0);
    zmq_send(server.router, peer, (size_t)peer_size, ZMQ_SNDMORE);
    zmq_send(server.router, "one", 3, 0);
    cr_assert_eq(wait_news(), LINK_FRAME);
    cr_assert_eq(frame_size, 3);
    cr_assert_eq(memcmp(frame, "one", 3), 0);
}

Test(link_contract, does_not_block_where_nothing_is_taken) {
    int error = HV_OK;
    static uint8_t bytes[60000];
    connect_up();
    for (int i = 0; i < 5000 && error == HV_OK; i++)
        error = link_send(node, bytes, sizeof bytes);
    cr_assert_eq(error, HV_ERR_BUSY);
}
