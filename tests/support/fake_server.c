#include "tests/support/fake_server.h"

#include "schemas/bundle.h"
#include "schemas/codec.h"
#include "schemas/platform/clock.h"

#include <criterion/criterion.h>
#include <string.h>
#include <zmq.h>

void fake_server_init(struct fake_server *server, const uint8_t *deployment) {
    memset(server, 0, sizeof *server);
    fake_coordinator_init(&server->coordinator, deployment);
    server->context = zmq_ctx_new();
    cr_assert_eq(zmq_curve_keypair(server->public_z85, server->secret_z85), 0);
    zmq_z85_decode(server->public_key, server->public_z85);
    fake_server_open(server);
}

void fake_server_open(struct fake_server *server) {
    int one = 1, none = 0;
    size_t size = sizeof server->endpoint;
    server->router = zmq_socket(server->context, ZMQ_ROUTER);
    zmq_setsockopt(server->router, ZMQ_CURVE_SERVER, &one, sizeof one);
    zmq_setsockopt(server->router, ZMQ_CURVE_SECRETKEY, server->secret_z85, 41);
    zmq_setsockopt(server->router, ZMQ_LINGER, &none, sizeof none);
    const char *at = server->endpoint[0] == '\0' ? "tcp://127.0.0.1:*" : server->endpoint;
    int bound = zmq_bind(server->router, at);
    for (int tries = 0; bound != 0 && tries < 500; tries++) {
        zmq_poll(NULL, 0, 10); /* the port is let go in the background */
        bound = zmq_bind(server->router, at);
    }
    cr_assert_eq(bound, 0, "bind %s: %s", at, zmq_strerror(zmq_errno()));
    zmq_getsockopt(server->router, ZMQ_LAST_ENDPOINT, server->endpoint, &size);
}

void fake_server_close(struct fake_server *server) {
    zmq_close(server->router);
    server->router = NULL;
    server->coordinator.greeted = false;
    server->peer_size = 0;
}

void fake_server_deinit(struct fake_server *server) {
    if (server->router != NULL)
        fake_server_close(server);
    zmq_ctx_term(server->context);
    fake_coordinator_deinit(&server->coordinator);
}

void fake_server_send(struct fake_server *server, const struct hv_envelope *envelope) {
    static uint8_t frame[HV_FRAME_BYTES_MAX];
    struct hv_arena arena;
    size_t size;
    hv_arena_init(&arena, 0);
    cr_assert_eq(hv_envelope_encode(envelope, &arena, frame, sizeof frame, &size), HV_OK);
    zmq_send(server->router, server->peer, server->peer_size, ZMQ_SNDMORE);
    zmq_send(server->router, frame, size, 0);
    hv_arena_deinit(&arena);
}

static void take_message(struct fake_server *server, const uint8_t *bytes, size_t size) {
    struct hv_arena arena;
    struct hv_envelope *envelope, replies[FAKE_REPLIES];
    struct hv_verdict verdict;
    hv_arena_init(&arena, 0);
    int error = hv_envelope_decode(bytes, size, &arena, &verdict, &envelope);
    cr_assert_eq(error, HV_OK, "the node sent what cannot be read: %s", verdict.detail);
    size_t count = fake_coordinator_take(&server->coordinator, envelope, &arena, replies);
    for (size_t i = 0; i < count; i++)
        fake_server_send(server, &replies[i]);
    hv_arena_deinit(&arena);
}

static void take(struct fake_server *server) {
    static uint8_t frame[HV_FRAME_BYTES_MAX];
    int peer = zmq_recv(server->router, server->peer, sizeof server->peer, 0);
    int size = zmq_recv(server->router, frame, sizeof frame, 0);
    cr_assert(peer > 0 && size >= 0);
    server->peer_size = (size_t)peer;
    server->frames++;
    struct hv_bundle_reader reader;
    const uint8_t *message;
    size_t message_size;
    hv_bundle_open(&reader, frame, (size_t)size);
    while (hv_bundle_next(&reader, &message, &message_size))
        take_message(server, message, message_size);
}

bool fake_server_serve(struct fake_server *server, bool (*done)(void *context), void *context,
                       int timeout_ms) {
    uint64_t until = clock_real_ms() + (uint64_t)timeout_ms;
    while (!done(context)) {
        uint64_t now = clock_real_ms();
        zmq_pollitem_t item = {.socket = server->router, .events = ZMQ_POLLIN};
        if (now >= until)
            return false;
        if (zmq_poll(&item, 1, until - now < 50 ? (long)(until - now) : 50) > 0)
            take(server);
    }
    return true;
}
