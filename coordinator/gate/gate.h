/* The gate: who may come in, and from whom a frame is.
 *
 * A ROUTER with CURVE, and its own ZAP handler. A connection is admitted if its key is enrolled
 * now, and carries from then on the User-Id that the enrolment gave it; what the sender claims
 * (routing id, ids in messages) is never believed. Where anything is in doubt the gate stays shut.
 *
 * A User-Id names the node and the number of its enrolment, so that frames of a connection whose
 * key has been replaced or revoked since are known as such. ROUTER_HANDOVER stays off: routing ids
 * are given by the ROUTER, and nobody can take over another's.
 *
 * Sends never block: a frame for a peer that has gone or does not read is dropped, as the protocol
 * allows. One thread. */
#ifndef COORDINATOR_GATE_GATE_H
#define COORDINATOR_GATE_GATE_H

#include "schemas/error.h"
#include "schemas/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GATE_USER_BYTES 96
#define GATE_ROUTE_BYTES 15

struct gate;

/* Where an answer to a frame goes. */
struct gate_route {
    uint8_t size; /* 0: nowhere */
    uint8_t id[GATE_ROUTE_BYTES];
};

/* Whether this key may come in, and as whom. Called while gate_serve_zap runs. */
typedef bool gate_admit(void *context, const uint8_t key[HV_KEY_BYTES],
                        char ret_user[GATE_USER_BYTES]);

struct gate_options {
    const char *const *bind;
    size_t bind_count;
    const char *public_text, *secret_text; /* Z85 */
    int io_threads;                        /* 0: 1 */
    int handshake_ms;                      /* 0: 3,000 */
};

/* Since the start. */
struct gate_counters {
    uint64_t admitted, turned_away; /* handshakes: with a key that is enrolled, and with none */
    uint64_t frames, bad_frames;    /* from nodes; of all, those of the wrong parts */
    uint64_t undeliverable;         /* to a node that has gone, or that takes nothing */
};

/* One frame; valid until the next gate_receive. */
struct gate_frame {
    char user[GATE_USER_BYTES]; /* as gate_admit said */
    struct gate_route route;
    const uint8_t *bytes;
    size_t size;
};

/* Binds. HV_ERR_BUSY: an address is in use; HV_ERR_VALUE: not an address or not a key (`ret_what`
 * names it); HV_ERR_STATE: libzmq without CURVE; HV_ERR_IO. */
int gate_new(const struct gate_options *options, gate_admit *admit, void *context,
             const char **ret_what, struct gate **ret_gate) HV_MUST_USE;
void gate_free(struct gate *gate);

/* The sockets to poll for input. */
void *gate_router(struct gate *gate);
void *gate_zap(struct gate *gate);

void gate_serve_zap(struct gate *gate);

/* The next frame. HV_ERR_BUSY: none waits. */
int gate_receive(struct gate *gate, struct gate_frame *ret_frame) HV_MUST_USE;

void gate_send(struct gate *gate, const struct gate_route *route, const uint8_t *bytes,
               size_t size);

const struct gate_counters *gate_counters(const struct gate *gate);

/* Raises the limit of open files as far as allowed. HV_ERR_LIMIT: it stays below `need`, and libzmq
 * would spin when descriptors run out. Gives what it is now. */
int gate_raise_descriptors(uint64_t need, uint64_t *ret_limit) HV_MUST_USE;

#endif
