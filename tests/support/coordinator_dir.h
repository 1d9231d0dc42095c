/* A coordinator's folder for a test, made without any program: settings, invitation, key and a log
 * with enrolled nodes. And a node's end of a connection. */
#ifndef TESTS_SUPPORT_COORDINATOR_DIR_H
#define TESTS_SUPPORT_COORDINATOR_DIR_H

#include "schemas/codec.h"
#include "schemas/platform/deployment.h"
#include "schemas/platform/keys.h"

struct coordinator_dir {
    char *dir;
    struct deployment deployment;
    struct settings settings;
    struct key_pair server;
    struct key_pair *nodes; /* "N0", "N1", … : shelters */
    size_t node_count;
};

/* Exercise mode, listening at a free port of loopback. */
struct coordinator_dir *coordinator_dir_new(size_t nodes);
void coordinator_dir_free(struct coordinator_dir *made);

/* A DEALER with this key pair, connected. */
struct wire {
    void *context, *socket;
    struct hv_arena arena;
    const struct coordinator_dir *made;
    uint64_t epoch;
};

void wire_open(struct wire *wire, const struct coordinator_dir *made, const struct key_pair *keys);
void wire_close(struct wire *wire);
void wire_send(struct wire *wire, struct hv_envelope envelope);
void wire_send_hello(struct wire *wire);
void wire_send_check_in(struct wire *wire, uint64_t sequence, int adults);

/* The next message within the time, in the arena until the next call; NULL: none came. */
const struct hv_envelope *wire_receive(struct wire *wire, int timeout_ms);

/* The next message of this kind, others passed over. */
const struct hv_envelope *wire_await(struct wire *wire, enum hv_body_kind kind, int timeout_ms);

#endif
