/* The coordinator's side of the protocol for one node, in memory: what a node test needs and
 * nothing more. Written from docs/PROTOCOL.md, not from coordinator/. */
#ifndef TESTS_SUPPORT_FAKE_COORDINATOR_H
#define TESTS_SUPPORT_FAKE_COORDINATOR_H

#include "schemas/arena.h"
#include "schemas/model.h"

#define FAKE_REPLIES 4

struct fake_report {
    enum hv_lane lane;
    uint64_t epoch;
    uint64_t sequence;
    enum hv_report_kind kind;
    uint64_t number; /* of a note "n-NUMBER"; else 0 */
};

struct fake_coordinator {
    uint8_t deployment[HV_ID128_BYTES];
    uint8_t log[HV_ID128_BYTES];
    uint8_t incident[HV_ID128_BYTES];
    enum hv_mode mode;
    uint64_t term;
    uint64_t epoch; /* highest known */
    uint64_t held[HV_LANE_COUNT];
    bool greeted;           /* on this connection */
    bool full;              /* its disk */
    uint64_t refuse_number; /* this note is refused for ever; 0: none */
    struct hv_clock clock;
    const char *endpoints[1];
    size_t endpoint_count;
    struct fake_report *reports; /* everything taken, in order; owned */
    size_t count, capacity;
    uint64_t gaps, again; /* refused for a gap; acknowledged again */
};

void fake_coordinator_init(struct fake_coordinator *fake, const uint8_t *deployment);
void fake_coordinator_deinit(struct fake_coordinator *fake);

/* Takes an envelope; replies (0 or more, at most FAKE_REPLIES) live in the arena. */
size_t fake_coordinator_take(struct fake_coordinator *fake, const struct hv_envelope *envelope,
                             struct hv_arena *arena, struct hv_envelope replies[FAKE_REPLIES]);

/* As after a restore from a backup: only the first `count` reports are left, a new log, a higher
 * term. */
void fake_coordinator_restore(struct fake_coordinator *fake, size_t count);

/* An envelope to the node with one order. */
struct hv_envelope fake_coordinator_order(const struct fake_coordinator *fake,
                                          struct hv_order *order);

#endif
