#include "simulations/simulated/net.h"
#include "tests/support/wire.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define COORDINATOR WIRE_NODES_MAX /* its inbox, after those of the nodes */

struct arrival {
    enum wire_news news;
    struct sim_event event; /* its bytes are owned */
    struct arrival *next;
};

struct inbox {
    struct arrival *first, *last;
    struct arrival *shown; /* whose bytes the caller looks at */
};

struct wire {
    struct dice dice;
    struct calendar calendar;
    uint64_t now_ms;
    struct net net;
    struct inbox inboxes[WIRE_NODES_MAX + 1];
};

static struct wire *open_wire(size_t nodes) {
    struct wire *wire = calloc(1, sizeof *wire);
    cr_assert_not_null(wire);
    dice_init(&wire->dice, 20240101);
    wire->net = (struct net){.calendar = &wire->calendar,
                             .dice = &wire->dice,
                             .now_ms = &wire->now_ms,
                             .count = nodes,
                             .delay_max_ms = 1};
    return wire;
}

static struct wire *open_rough(size_t nodes) {
    struct wire *wire = open_wire(nodes);
    wire->net.rough = true;
    wire->net.loss_permille = 150;
    wire->net.double_permille = 100;
    wire->net.delay_max_ms = 500;
    return wire;
}

static void drop(struct arrival *arrival) {
    if (arrival != NULL)
        free(arrival->event.bytes);
    free(arrival);
}

static void close_wire(struct wire *wire) {
    for (size_t i = 0; i <= COORDINATOR; i++) {
        struct inbox *inbox = &wire->inboxes[i];
        drop(inbox->shown);
        while (inbox->first != NULL) {
            struct arrival *arrival = inbox->first;
            inbox->first = arrival->next;
            drop(arrival);
        }
    }
    calendar_deinit(&wire->calendar);
    free(wire);
}

/* ---- what arrives ---- */

static void arrive(struct inbox *inbox, enum wire_news news, struct sim_event event) {
    struct arrival *arrival = malloc(sizeof *arrival);
    cr_assert_not_null(arrival);
    *arrival = (struct arrival){.news = news, .event = event};
    if (inbox->first == NULL)
        inbox->first = arrival;
    else
        inbox->last->next = arrival;
    inbox->last = arrival;
}

/* The next event of the calendar, as simulations carry it out. */
static void happen(struct wire *wire) {
    struct sim_event event = calendar_take(&wire->calendar);
    struct inbox *node = &wire->inboxes[event.node];
    wire->now_ms = event.at_ms;
    if (!net_is_current(&wire->net, &event)) {
        free(event.bytes);
        return;
    }
    switch (event.kind) {
    case SIM_LINK_UP:
        arrive(node, net_answer(&wire->net, event.node, true) ? WIRE_UP : WIRE_DOWN, event);
        return;
    case SIM_LINK_DOWN:
        net_leave(&wire->net, event.node);
        arrive(node, WIRE_DOWN, event);
        return;
    case SIM_FRAME_TO_NODE:
        arrive(node, WIRE_FRAME, event);
        return;
    case SIM_FRAME_TO_COORDINATOR:
        arrive(&wire->inboxes[COORDINATOR], WIRE_FRAME, event);
        return;
    default:
        cr_assert_fail("not an event of the network: %d", (int)event.kind);
    }
}

static enum wire_news next(struct wire *wire, size_t side, struct wire_frame *ret_frame) {
    struct inbox *inbox = &wire->inboxes[side];
    drop(inbox->shown);
    inbox->shown = NULL;
    while (inbox->first == NULL && calendar_next_ms(&wire->calendar) != UINT64_MAX)
        happen(wire);
    if (inbox->first == NULL)
        return WIRE_NOTHING;
    inbox->shown = inbox->first;
    inbox->first = inbox->shown->next;
    const struct sim_event *event = &inbox->shown->event;
    *ret_frame = (struct wire_frame){event->bytes, event->size, event->node};
    return inbox->shown->news;
}

static enum wire_news node_next(struct wire *wire, size_t node, struct wire_frame *ret_frame) {
    return next(wire, node, ret_frame);
}

static enum wire_news coordinator_next(struct wire *wire, struct wire_frame *ret_frame) {
    return next(wire, COORDINATOR, ret_frame);
}

/* ---- what is done ---- */

/* As the real link: what came over the connection left is not handed out any more. */
static void connect_node(struct wire *wire, size_t node) {
    struct inbox *inbox = &wire->inboxes[node];
    while (inbox->first != NULL) {
        struct arrival *arrival = inbox->first;
        inbox->first = arrival->next;
        drop(arrival);
    }
    cr_assert_eq(net_dial(&wire->net, node, &wire->dice), 0);
}

static int node_send(struct wire *wire, size_t node, const uint8_t *bytes, size_t size) {
    return net_to_coordinator(&wire->net, node, bytes, size);
}

static void coordinator_send(struct wire *wire, size_t node, const uint8_t *bytes, size_t size) {
    cr_assert_eq(net_to_node(&wire->net, node, bytes, size), 0);
}

static void cut(struct wire *wire, size_t node) {
    cr_assert_eq(net_cut(&wire->net, node), 0);
}

static void restore(struct wire *wire, size_t node) {
    net_restore(&wire->net, node);
}

#define SIMULATED                                                                                  \
    .close = close_wire, .connect = connect_node, .node_send = node_send,                          \
    .coordinator_send = coordinator_send, .node_next = node_next,                                  \
    .coordinator_next = coordinator_next, .cut = cut, .restore = restore

const struct wire_kind wire_simulated = {
    .name = "simulated", .once_in_order = true, .lossless = true, .open = open_wire, SIMULATED};
const struct wire_kind wire_simulated_rough = {
    .name = "simulated, rough", .open = open_rough, SIMULATED};
