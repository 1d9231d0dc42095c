/* A transport between nodes and a coordinator, as the contract of transports sees it: the real one
 * (the node's link against the coordinator's gate, CURVE over TCP of loopback) and the one that
 * simulations use (simulations/simulated/net.h).
 *
 * What both promise is in tests/contract/test_transport_contract.c. Where they may differ:
 *   - `once_in_order`: within a connection frames come once and in order. The rough simulated
 *     network doubles and reorders them on purpose: harder than any real connection, and the cores
 *     have to stand it.
 *   - `lossless`: a connection that lasts and is read loses nothing. A rough network does.
 *   - A cut may be heard by the node (WIRE_DOWN) or not; frames under way may still arrive later.
 *   - node_send may refuse (HV_ERR_BUSY) where the peer does not read; the simulated network takes
 *     all. coordinator_send drops where the real queue is full.
 *   - The coordinator can send to a node from the node's first frame on, as in the protocol (Hello
 *     comes first).
 * One thread; waiting is on events. */
#ifndef TESTS_SUPPORT_WIRE_H
#define TESTS_SUPPORT_WIRE_H

#include "schemas/error.h"
#include "schemas/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_NODES_MAX 3u

enum wire_news { WIRE_NOTHING, WIRE_UP, WIRE_DOWN, WIRE_FRAME };

struct wire_frame { /* valid until the next call at the same side */
    const uint8_t *bytes;
    size_t size;
    size_t node; /* of frames at the coordinator: the sender, by its key */
};

struct wire;

struct wire_kind {
    const char *name;
    bool once_in_order, lossless;
    struct wire *(*open)(size_t nodes);
    void (*close)(struct wire *wire);
    /* Begins a connection, leaving any other: WIRE_UP or WIRE_DOWN follows. */
    void (*connect)(struct wire *wire, size_t node);
    int (*node_send)(struct wire *wire, size_t node, const uint8_t *bytes, size_t size);
    void (*coordinator_send)(struct wire *wire, size_t node, const uint8_t *bytes, size_t size);
    /* What happens next at that side; waits for it. WIRE_NOTHING: nothing is going to happen (real:
     * nothing did for seconds). */
    enum wire_news (*node_next)(struct wire *wire, size_t node, struct wire_frame *ret_frame);
    enum wire_news (*coordinator_next)(struct wire *wire, struct wire_frame *ret_frame);
    void (*cut)(struct wire *wire, size_t node);
    void (*restore)(struct wire *wire, size_t node);
};

extern const struct wire_kind wire_real, wire_simulated, wire_simulated_rough;

#endif
