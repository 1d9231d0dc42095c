/* Many ZeroMQ connections with CURVE from one thread, as cheap as they can be: ZMTP 3.1 and RFC 26
 * written out over TCP and libsodium, one connection with a key of its own for each sender, one
 * epoll for all. For the load of the benchmarks, whose peer has a hand-written client too, so that
 * what is measured is the coordinator; nodes use libzmq.
 *
 * Each connection is a DEALER of one-part messages. One that breaks is made again, after 50 to 400
 * ms. One thread. Exits with a message where the programs under test cannot be the reason (no
 * memory, an endpoint that is none). */
#ifndef TESTS_SUPPORT_ZMTP_CLIENT_H
#define TESTS_SUPPORT_ZMTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zmtp_client;

struct zmtp_handler {
    void *context;
    void (*ready)(void *context, size_t index); /* the handshake is over: messages may go */
    void (*message)(void *context, size_t index, const uint8_t *bytes, size_t size);
    void (*drained)(void *context, size_t index); /* all that had come for this one was given */
};

/* For up to `count` connections; keys are Z85 texts of 40 characters. */
struct zmtp_client *zmtp_client_new(const char *endpoint, const char *server_key, size_t count,
                                    const struct zmtp_handler *handler);
void zmtp_client_free(struct zmtp_client *client);

/* Begins to connect; an index is connected once. */
void zmtp_client_connect(struct zmtp_client *client, size_t index, const char *public_key,
                         const char *secret_key);

/* False: not connected now, or too much waits to be written; the message is not sent. */
bool zmtp_client_send(struct zmtp_client *client, size_t index, const uint8_t *bytes, size_t size);

/* Waits up to `wait_ms` for something to come and hands out all that has. */
void zmtp_client_run(struct zmtp_client *client, int wait_ms);

#endif
