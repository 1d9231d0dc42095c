/* One suite over the real transport and the simulated one, calm and rough. */
#include "tests/support/wire.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = 16, COORDINATOR = 200, MANY = 400, BURST = 20, FLOOD = 5000 };

static const struct wire_kind *kind;
static struct wire *wire;
static uint8_t made[HV_FRAME_BYTES_MAX + 1];

/* ---- frames that say what they should be ---- */

struct head {
    uint32_t from, to, number, size;
};

/* Binary with zeros, its size and content fixed by its head: whoever gets it can check all of it.
 */
static void fill(const struct head *head) {
    uint32_t word = head->number * 2654435761u ^ head->from << 24 ^ head->to << 16 ^ head->size;
    for (size_t i = 0; i < head->size; i++) {
        word = word * 1664525u + 1013904223u;
        made[i] = (uint8_t)(word >> 24 & (i % 3 == 0 ? 0u : 0xffu));
    }
    if (head->size >= HEAD_BYTES)
        memcpy(made, head, HEAD_BYTES);
}

static struct head read_head(const struct wire_frame *frame) {
    struct head head;
    cr_assert_geq(frame->size, HEAD_BYTES);
    memcpy(&head, frame->bytes, HEAD_BYTES);
    return head;
}

static void expect_unchanged(const struct wire_frame *frame, const struct head *head) {
    cr_assert_eq(frame->size, head->size);
    fill(head);
    cr_assert_eq(memcmp(frame->bytes, made, head->size), 0, "changed on its way");
}

static int send_up(uint32_t node, uint32_t number, uint32_t size) {
    fill(&(struct head){node, COORDINATOR, number, size});
    return kind->node_send(wire, node, made, size);
}

/* A burst is less than any queue holds, but a queue may learn late that it is empty again. */
static void send_up_soon(uint32_t node, uint32_t number, uint32_t size) {
    int error = HV_ERR_BUSY;
    for (unsigned tries = 0; error == HV_ERR_BUSY && tries < 100000; tries++)
        error = send_up(node, number, size);
    cr_assert_eq(error, 0, "%s", hv_error_name(error));
}

static void send_down(uint32_t node, uint32_t number, uint32_t size) {
    fill(&(struct head){COORDINATOR, node, number, size});
    kind->coordinator_send(wire, node, made, size);
}

/* The next frame at the coordinator: of the node whose key it came with, whole. */
static bool receive_up(struct head *ret_head) {
    struct wire_frame frame;
    if (kind->coordinator_next(wire, &frame) != WIRE_FRAME)
        return false;
    *ret_head = read_head(&frame);
    cr_assert_eq(ret_head->from, frame.node, "the identity is the key's");
    cr_assert_eq(ret_head->to, COORDINATOR);
    expect_unchanged(&frame, ret_head);
    return true;
}

/* What is next at the node; a frame is its own and whole. */
static enum wire_news receive_down(uint32_t node, struct head *ret_head) {
    struct wire_frame frame;
    enum wire_news news = kind->node_next(wire, node, &frame);
    if (news == WIRE_FRAME) {
        *ret_head = read_head(&frame);
        cr_assert(ret_head->from == COORDINATOR && ret_head->to == node, "it is another's");
        expect_unchanged(&frame, ret_head);
    }
    return news;
}

/* ---- connections ---- */

/* Until the coordinator heard of the node and the node of it, over the connection of now: numbers
 * tell from what was sent before. A rough network needs some tries. */
static bool greet(uint32_t node, uint32_t number) {
    struct head head;
    if (send_up(node, number, 64) != 0)
        return false;
    do {
        if (!receive_up(&head))
            return false;
    } while (head.from != node || head.number != number);
    send_down(node, number, 64);
    for (;;) {
        enum wire_news news = receive_down(node, &head);
        if (news != WIRE_FRAME)
            return false;
        if (head.number == number)
            return true;
    }
}

static void connect_up(uint32_t node, uint32_t number) {
    struct head head;
    for (unsigned tries = 0; tries < 20; tries++) {
        kind->connect(wire, node);
        enum wire_news news = receive_down(node, &head);
        cr_assert_eq(news, WIRE_UP, "connects, not %d", (int)news);
        if (greet(node, number + tries))
            return;
        cr_assert(!kind->lossless, "a greeting was lost");
    }
    cr_assert_fail("no greeting came through");
}

#define GREETING 1000000u /* number of the first greeting, beyond those of other frames */

static void open_nodes(uint32_t nodes) {
    wire = kind->open(nodes);
    for (uint32_t i = 0; i < nodes; i++)
        connect_up(i, GREETING);
}

/* What was doubled or delayed on a rough network. */
static bool is_late(const struct head *head) {
    return !kind->once_in_order && head->number >= GREETING;
}

static void run(const struct wire_kind *over, void property(void)) {
    kind = over;
    property();
    kind->close(wire);
}

#define PROPERTY(name)                                                                             \
    static void name(void);                                                                        \
    Test(transport_contract, real_##name) {                                                        \
        run(&wire_real, name);                                                                     \
    }                                                                                              \
    Test(transport_contract, simulated_##name) {                                                   \
        run(&wire_simulated, name);                                                                \
    }                                                                                              \
    Test(transport_contract, rough_##name) {                                                       \
        run(&wire_simulated_rough, name);                                                          \
    }                                                                                              \
    static void name(void)

/* ---- properties ---- */

static const uint32_t SIZES[] = {
    1, 2, 15, 255, 256, 8191, 65000, HV_FRAME_BYTES_MAX - 1, HV_FRAME_BYTES_MAX};

PROPERTY(frames_of_every_size_arrive_unchanged_or_not_at_all) {
    open_nodes(1);
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        struct wire_frame frame;
        struct head up = {0, COORDINATOR, 1, SIZES[i]}, down = {COORDINATOR, 0, 1, SIZES[i]};
        send_up_soon(0, 1, SIZES[i]);
        enum wire_news news;
        while ((news = kind->coordinator_next(wire, &frame)) == WIRE_FRAME &&
               frame.size != SIZES[i])
            cr_assert(!kind->once_in_order);
        cr_assert(news == WIRE_FRAME || !kind->lossless, "%u bytes up are lost", SIZES[i]);
        if (news == WIRE_FRAME)
            expect_unchanged(&frame, &up);
        send_down(0, 1, SIZES[i]);
        while ((news = kind->node_next(wire, 0, &frame)) == WIRE_FRAME && frame.size != SIZES[i])
            cr_assert(!kind->once_in_order);
        cr_assert(news == WIRE_FRAME || !kind->lossless, "%u bytes down are lost", SIZES[i]);
        if (news == WIRE_FRAME)
            expect_unchanged(&frame, &down);
    }
}

static uint32_t size_of(uint32_t number) {
    return HEAD_BYTES + number * 7919u % 3000u;
}

/* Up in bursts from all nodes, every frame answered to its sender with the same number. */
PROPERTY(frames_come_in_order_under_their_senders_name_and_answers_find_them) {
    uint32_t last[WIRE_NODES_MAX] = {0}, answered[WIRE_NODES_MAX] = {0}, arrived = 0, back = 0;
    struct head head;
    open_nodes(WIRE_NODES_MAX);
    for (uint32_t first = 1; first <= MANY; first += BURST) {
        for (uint32_t number = first; number < first + BURST; number++)
            for (uint32_t node = 0; node < WIRE_NODES_MAX; node++)
                send_up_soon(node, number, size_of(number));
        for (uint32_t i = 0; !kind->lossless || i < BURST * WIRE_NODES_MAX; i++) {
            bool got = receive_up(&head);
            cr_assert(got || !kind->lossless);
            if (!got)
                break;
            if (is_late(&head))
                continue;
            if (kind->once_in_order)
                cr_assert_eq(head.number, last[head.from] + 1, "in order, none doubled");
            last[head.from] = head.number;
            arrived++;
            send_down(head.from, head.number, size_of(head.number));
        }
        for (uint32_t node = 0; node < WIRE_NODES_MAX; node++)
            for (uint32_t i = 0; !kind->lossless || i < BURST; i++) {
                enum wire_news news = receive_down(node, &head);
                cr_assert(news == WIRE_FRAME || !kind->lossless);
                if (news != WIRE_FRAME)
                    break;
                if (is_late(&head))
                    continue;
                if (kind->once_in_order)
                    cr_assert_eq(head.number, answered[node] + 1);
                answered[node] = head.number;
                back++;
            }
    }
    cr_assert_gt(arrived, MANY * WIRE_NODES_MAX / 2);
    cr_assert_gt(back, MANY * WIRE_NODES_MAX / 2);
}

/* The payload says node 1, the key says node 0. */
PROPERTY(who_sent_it_is_never_read_from_the_payload) {
    struct wire_frame frame;
    open_nodes(2);
    for (uint32_t i = 0, seen = 0; seen == 0; i++) {
        cr_assert_lt(i, 20);
        fill(&(struct head){1, COORDINATOR, 7, 100});
        cr_assert_eq(kind->node_send(wire, 0, made, 100), 0);
        while (seen == 0 && kind->coordinator_next(wire, &frame) == WIRE_FRAME)
            if (read_head(&frame).number == 7) {
                cr_assert_eq(frame.node, 0);
                seen++;
            }
        cr_assert(seen == 1 || !kind->lossless);
    }
}

/* Of what is sent in a cut nothing reaches another, and after it all is as before. */
PROPERTY(after_a_cut_the_node_connects_again_and_both_directions_work) {
    struct head head;
    open_nodes(2);
    for (uint32_t round = 1; round <= 5; round++) {
        kind->cut(wire, 0);
        for (uint32_t number = 1; number <= BURST; number++) {
            int error = send_up(0, number, size_of(number));
            cr_assert(error == 0 || error == HV_ERR_BUSY || error == HV_ERR_CLOSED);
            send_down(0, number, size_of(number));
        }
        if (kind->lossless)
            cr_assert(greet(1, GREETING + 100 * round), "the other does not feel it");
        else
            connect_up(1, GREETING + 100 * round);
        kind->connect(wire, 0);
        enum wire_news news;
        while ((news = receive_down(0, &head)) == WIRE_FRAME)
            continue;
        cr_assert_eq(news, WIRE_DOWN, "no connection while it is cut, not %d", (int)news);
        kind->restore(wire, 0);
        connect_up(0, GREETING + 100 * round);
    }
}

PROPERTY(an_oversized_frame_never_arrives_and_disturbs_nobody_else) {
    struct head head;
    open_nodes(2);
    (void)send_up(0, 1, HV_FRAME_BYTES_MAX + 1);
    send_down(1, 2, 64);
    enum wire_news news;
    while ((news = receive_down(0, &head)) == WIRE_FRAME)
        cr_assert(is_late(&head));
    cr_assert_eq(news, WIRE_DOWN, "the connection ends");
    if (kind->lossless) {
        cr_assert_eq(receive_down(1, &head), WIRE_FRAME);
        cr_assert(greet(1, GREETING + 100));
    }
    connect_up(0, GREETING + 200); /* at which nothing oversized was met */
    send_down(0, 1, HV_FRAME_BYTES_MAX + 1);
    while ((news = receive_down(0, &head)) == WIRE_FRAME)
        cr_assert(is_late(&head));
    cr_assert_eq(news, WIRE_DOWN);
    connect_up(0, GREETING + 300);
    connect_up(1, GREETING + 300);
}

/* Node 0 does not read: what it gets in the end is whole and in order, with gaps perhaps. */
PROPERTY(sending_to_who_does_not_read_never_blocks) {
    struct head head;
    uint32_t last = 0, got = 0;
    open_nodes(2);
    for (uint32_t number = 1; number <= FLOOD; number++)
        send_down(0, number, size_of(number));
    connect_up(1, GREETING + 100);
    while (last < 200 && receive_down(0, &head) == WIRE_FRAME) {
        if (is_late(&head))
            continue;
        cr_assert(!kind->once_in_order || head.number > last);
        last = head.number;
        got++;
    }
    cr_assert_gt(got, 0);
}

PROPERTY(a_node_is_told_or_its_frames_are_taken_where_the_coordinator_does_not_read) {
    struct head head;
    uint32_t taken = 0, last = 0;
    open_nodes(1);
    for (uint32_t number = 1; number <= FLOOD; number++) {
        int error = send_up(0, number, size_of(number));
        cr_assert(error == 0 || error == HV_ERR_BUSY);
        taken += error == 0;
    }
    for (uint32_t got = 0; got < taken && receive_up(&head);) {
        if (is_late(&head))
            continue;
        cr_assert(!kind->once_in_order || head.number > last);
        last = head.number;
        got++;
        cr_assert(got < taken || last > 0);
    }
    cr_assert_gt(last, 0);
}
