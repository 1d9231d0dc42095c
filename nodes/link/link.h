/* The connection to the coordinator: one DEALER socket with CURVE, never more than one at a time.
 *
 * Decides nothing: it connects where the core says, tells when the handshake is done or the
 * connection is gone (ZMQ's own reconnecting is off, the core backs off with jitter), sends frames
 * and hands out received ones. One thread, the one that made it. */
#ifndef NODES_LINK_LINK_H
#define NODES_LINK_LINK_H

#include "schemas/error.h"
#include "schemas/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link_keys {
    uint8_t public_key[HV_KEY_BYTES];
    uint8_t secret_key[HV_KEY_BYTES];
    uint8_t server_key[HV_KEY_BYTES];
};

enum link_news { LINK_NOTHING, LINK_UP, LINK_DOWN, LINK_FRAME };

struct link;

/* Errors: HV_ERR_MEMORY, _IO. The keys are copied, and wiped at the end. */
int link_new(const struct link_keys *keys, struct link **ret_link) HV_MUST_USE;
void link_free(struct link *link);

/* Leaves any other connection first. Errors: HV_ERR_VALUE (no such kind of endpoint), _IO. */
int link_connect(struct link *link, const char *endpoint) HV_MUST_USE;
void link_disconnect(struct link *link);

/* Errors: HV_ERR_BUSY (its queue is full; the core will send again), _CLOSED (not connected), _IO.
 */
int link_send(struct link *link, const uint8_t *frame, size_t size) HV_MUST_USE;

/* The next thing that happened, LINK_NOTHING where nothing did. A frame is valid until the next
 * call; *ret_size of an oversized one never exceeds HV_FRAME_BYTES_MAX (libzmq closes the
 * connection). */
enum link_news link_next(struct link *link, const uint8_t **ret_frame, size_t *ret_size);

/* File descriptors to wait for reading on, at most 2; edge-triggered: after waking and after every
 * send call link_next until it says LINK_NOTHING. */
size_t link_descriptors(const struct link *link, int ret_descriptors[2]);

#endif
