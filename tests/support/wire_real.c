#include "coordinator/gate/gate.h"
#include "nodes/link/link.h"
#include "schemas/platform/clock.h"
#include "tests/support/wire.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

enum { PATIENCE_MS = 5000, ROAD_BYTES = 16384 };

/* The road of one node to the gate: a TCP connection of its own that can be cut. */
struct road {
    int listener, ends[2]; /* -1: none; node, gate */
    uint16_t port;
    bool cut;
    struct {
        uint8_t bytes[ROAD_BYTES];
        size_t from, to;
    } ways[2]; /* from that end to the other */
};

struct wire {
    size_t nodes;
    struct gate *gate;
    uint16_t port;
    struct link *links[WIRE_NODES_MAX];
    uint8_t keys[WIRE_NODES_MAX][HV_KEY_BYTES];
    struct road roads[WIRE_NODES_MAX];
    struct gate_route routes[WIRE_NODES_MAX];
    struct gate_frame frame;
};

/* ---- roads ---- */

static struct sockaddr_in loopback(uint16_t port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

static void road_open(struct road *road) {
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    *road = (struct road){.ends = {-1, -1}};
    road->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    cr_assert_geq(road->listener, 0);
    cr_assert_eq(bind(road->listener, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(road->listener, 8), 0);
    cr_assert_eq(getsockname(road->listener, (struct sockaddr *)&address, &length), 0);
    road->port = ntohs(address.sin_port);
}

static void road_break(struct road *road) {
    for (int side = 0; side < 2; side++) {
        if (road->ends[side] >= 0)
            close(road->ends[side]);
        road->ends[side] = -1;
        road->ways[side].from = road->ways[side].to = 0;
    }
}

/* A new connection of the node takes the place of the last; while cut there is none. */
static void road_accept(struct road *road, uint16_t port) {
    int node = accept4(road->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (node < 0)
        return;
    road_break(road);
    road->ends[0] = node;
    if (road->cut) {
        road_break(road);
        return;
    }
    struct sockaddr_in address = loopback(port);
    road->ends[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(connect(road->ends[1], (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(fcntl(road->ends[1], F_SETFL, O_NONBLOCK), 0);
}

static void road_pass(struct road *road, int side, short ready_from, short ready_to) {
    ssize_t moved = 1;
    if (ready_from != 0 && road->ways[side].from == road->ways[side].to) {
        moved = recv(road->ends[side], road->ways[side].bytes, ROAD_BYTES, 0);
        road->ways[side].from = 0;
        road->ways[side].to = moved > 0 ? (size_t)moved : 0;
    } else if ((ready_to & ZMQ_POLLOUT) != 0 && road->ways[side].from < road->ways[side].to) {
        moved = send(road->ends[1 - side], road->ways[side].bytes + road->ways[side].from,
                     road->ways[side].to - road->ways[side].from, MSG_NOSIGNAL);
        road->ways[side].from += moved > 0 ? (size_t)moved : 0;
    }
    if (moved == 0 || (moved < 0 && errno != EAGAIN && errno != EINTR))
        road_break(road);
}

static short wants(const struct road *road, int side) {
    bool reads = road->ways[side].from == road->ways[side].to;
    bool writes = road->ways[1 - side].from < road->ways[1 - side].to;
    return (short)((reads ? ZMQ_POLLIN : 0) | (writes ? ZMQ_POLLOUT : 0));
}

/* ---- opening ---- */

static bool admit(void *context, const uint8_t key[HV_KEY_BYTES], char ret_user[GATE_USER_BYTES]) {
    const struct wire *wire = context;
    for (size_t i = 0; i < wire->nodes; i++)
        if (memcmp(wire->keys[i], key, HV_KEY_BYTES) == 0) {
            snprintf(ret_user, GATE_USER_BYTES, "%zu", i);
            return true;
        }
    return false;
}

static void open_gate(struct wire *wire, const char *public_text, const char *secret_text) {
    static const char *const any[] = {"tcp://127.0.0.1:*"};
    char endpoint[64];
    size_t size = sizeof endpoint;
    const char *what;
    struct gate_options options = {
        .bind = any, .bind_count = 1, .public_text = public_text, .secret_text = secret_text};
    int error = gate_new(&options, admit, wire, &what, &wire->gate);
    cr_assert_eq(error, 0, "gate: %s (%s)", hv_error_name(error), what);
    cr_assert_eq(zmq_getsockopt(gate_router(wire->gate), ZMQ_LAST_ENDPOINT, endpoint, &size), 0);
    wire->port = (uint16_t)strtoul(strrchr(endpoint, ':') + 1, NULL, 10);
}

static void open_node(struct wire *wire, size_t node, const char *server_text) {
    char public_text[41], secret_text[41];
    struct link_keys keys;
    cr_assert_eq(zmq_curve_keypair(public_text, secret_text), 0);
    zmq_z85_decode(keys.public_key, public_text);
    zmq_z85_decode(keys.secret_key, secret_text);
    zmq_z85_decode(keys.server_key, server_text);
    memcpy(wire->keys[node], keys.public_key, HV_KEY_BYTES);
    cr_assert_eq(link_new(&keys, &wire->links[node]), 0);
    road_open(&wire->roads[node]);
}

static struct wire *open_wire(size_t nodes) {
    char public_text[41], secret_text[41];
    struct wire *wire = calloc(1, sizeof *wire);
    cr_assert_not_null(wire);
    wire->nodes = nodes;
    cr_assert_eq(zmq_curve_keypair(public_text, secret_text), 0);
    open_gate(wire, public_text, secret_text);
    for (size_t i = 0; i < nodes; i++)
        open_node(wire, i, public_text);
    return wire;
}

static void close_wire(struct wire *wire) {
    for (size_t i = 0; i < wire->nodes; i++) {
        link_free(wire->links[i]);
        road_break(&wire->roads[i]);
        close(wire->roads[i].listener);
    }
    gate_free(wire->gate);
    free(wire);
}

/* ---- waiting ---- */

/* Waits until something can be done, and does what the roads and the gate's door need. `node`: the
 * one that is waited for, `wire->nodes`: the coordinator. False: nothing happened in that time. */
static bool turn(struct wire *wire, size_t node, long timeout_ms) {
    zmq_pollitem_t items[3 + 3 * WIRE_NODES_MAX] = {
        {.socket = gate_zap(wire->gate), .events = ZMQ_POLLIN}};
    int count = 1, first_road, descriptors[2];
    if (node == wire->nodes)
        items[count++] = (zmq_pollitem_t){.socket = gate_router(wire->gate), .events = ZMQ_POLLIN};
    size_t watched = node < wire->nodes ? link_descriptors(wire->links[node], descriptors) : 0;
    for (size_t i = 0; i < watched; i++)
        items[count++] = (zmq_pollitem_t){.fd = descriptors[i], .events = ZMQ_POLLIN};
    first_road = count;
    for (size_t i = 0; i < wire->nodes; i++) {
        struct road *road = &wire->roads[i];
        items[count++] = (zmq_pollitem_t){.fd = road->listener, .events = ZMQ_POLLIN};
        for (int side = 0; side < 2 && road->ends[0] >= 0; side++)
            items[count++] = (zmq_pollitem_t){.fd = road->ends[side], .events = wants(road, side)};
    }
    if (zmq_poll(items, count, timeout_ms) <= 0)
        return false;
    gate_serve_zap(wire->gate);
    int at = first_road;
    for (size_t i = 0; i < wire->nodes; i++) {
        struct road *road = &wire->roads[i];
        short newcomer = items[at++].revents;
        if (road->ends[0] >= 0) {
            short ready[2] = {items[at].revents, items[at + 1].revents};
            at += 2;
            for (int side = 0; side < 2 && road->ends[0] >= 0; side++)
                road_pass(road, side, ready[side] & (ZMQ_POLLIN | ZMQ_POLLERR), ready[1 - side]);
        }
        if (newcomer != 0)
            road_accept(road, wire->port);
    }
    return true;
}

static enum wire_news node_next(struct wire *wire, size_t node, struct wire_frame *ret_frame) {
    static const enum wire_news words[] = {[LINK_NOTHING] = WIRE_NOTHING,
                                           [LINK_UP] = WIRE_UP,
                                           [LINK_DOWN] = WIRE_DOWN,
                                           [LINK_FRAME] = WIRE_FRAME};
    for (uint64_t until = clock_real_ms() + PATIENCE_MS;;) {
        enum link_news news = link_next(wire->links[node], &ret_frame->bytes, &ret_frame->size);
        if (news != LINK_NOTHING || clock_real_ms() >= until)
            return words[news];
        (void)turn(wire, node, PATIENCE_MS);
    }
}

static enum wire_news coordinator_next(struct wire *wire, struct wire_frame *ret_frame) {
    for (uint64_t until = clock_real_ms() + PATIENCE_MS;;) {
        if (gate_receive(wire->gate, &wire->frame) == 0) {
            size_t node = strtoul(wire->frame.user, NULL, 10);
            *ret_frame = (struct wire_frame){wire->frame.bytes, wire->frame.size, node};
            wire->routes[node] = wire->frame.route;
            return WIRE_FRAME;
        }
        if (clock_real_ms() >= until)
            return WIRE_NOTHING;
        (void)turn(wire, wire->nodes, PATIENCE_MS);
    }
}

/* ---- what is done ---- */

static void connect_node(struct wire *wire, size_t node) {
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", wire->roads[node].port);
    cr_assert_eq(link_connect(wire->links[node], endpoint), 0);
}

static int node_send(struct wire *wire, size_t node, const uint8_t *bytes, size_t size) {
    return link_send(wire->links[node], bytes, size);
}

static void coordinator_send(struct wire *wire, size_t node, const uint8_t *bytes, size_t size) {
    gate_send(wire->gate, &wire->routes[node], bytes, size);
}

static void cut(struct wire *wire, size_t node) {
    wire->roads[node].cut = true;
    road_break(&wire->roads[node]);
}

static void restore(struct wire *wire, size_t node) {
    wire->roads[node].cut = false;
}

const struct wire_kind wire_real = {.name = "real",
                                    .once_in_order = true,
                                    .lossless = true,
                                    .open = open_wire,
                                    .close = close_wire,
                                    .connect = connect_node,
                                    .node_send = node_send,
                                    .coordinator_send = coordinator_send,
                                    .node_next = node_next,
                                    .coordinator_next = coordinator_next,
                                    .cut = cut,
                                    .restore = restore};
