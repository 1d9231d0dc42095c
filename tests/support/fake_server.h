/* A fake coordinator behind a real ROUTER with CURVE. */
#ifndef TESTS_SUPPORT_FAKE_SERVER_H
#define TESTS_SUPPORT_FAKE_SERVER_H

#include "tests/support/fake_coordinator.h"

struct fake_server {
    struct fake_coordinator coordinator;
    void *context;
    void *router;
    char public_z85[41], secret_z85[41];
    uint8_t public_key[HV_KEY_BYTES];
    char endpoint[64];
    uint8_t peer[256]; /* routing id of who spoke last */
    size_t peer_size;
    uint64_t frames;
};

void fake_server_init(struct fake_server *server, const uint8_t *deployment);
void fake_server_deinit(struct fake_server *server);

/* Binds at its endpoint (after the first time the same port). */
void fake_server_open(struct fake_server *server);
/* As a coordinator that is killed: connections break, what it holds stays. */
void fake_server_close(struct fake_server *server);

/* Serves until done(context) is true or that long has passed; returns whether it is done. */
bool fake_server_serve(struct fake_server *server, bool (*done)(void *context), void *context,
                       int timeout_ms);

void fake_server_send(struct fake_server *server, const struct hv_envelope *envelope);

#endif
