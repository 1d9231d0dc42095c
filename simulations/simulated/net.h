/* The simulated network between nodes and the coordinator: frames on their way, connections, cuts.
 *
 * Pure: it draws from dice and writes into a calendar, both the caller's, who takes the events out
 * and asks here whether those of a connection are still meant for one in use. Knows nothing of
 * cores, so that the contract of transports is tested on what simulations use
 * (tests/contract/test_transport_contract.c).
 *
 * A frame arrives whole, at the end it was sent to, or not at all. On a rough network it may also
 * arrive twice, and frames overtake each other; on a calm one (rough false, delay_max_ms 1) they
 * arrive once and in order, as a real connection delivers. */
#ifndef SIMULATIONS_SIMULATED_NET_H
#define SIMULATIONS_SIMULATED_NET_H

#include "schemas/error.h"
#include "simulations/dice.h"
#include "simulations/simulated/calendar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_NODES_MAX 6u

struct net_end {
    uint64_t connection; /* counts connections; the last one is in use */
    bool connected;
    bool cut; /* no frame passes */
};

struct net {
    struct calendar *calendar; /* not owned, as are the dice and the clock */
    struct dice *dice;
    const uint64_t *now_ms;
    struct net_end ends[NET_NODES_MAX];
    size_t count;
    bool rough; /* loses and doubles frames */
    unsigned loss_permille, double_permille;
    uint64_t delay_max_ms;     /* 1 or more */
    uint64_t coordinator_life; /* frames to an earlier one find nobody */
    uint64_t frames, frames_lost;
};

/* Begins a connection, leaving any other: a SIM_LINK_UP follows within 40 ms, drawn from `dice`.
 * HV_ERR_MEMORY. */
int net_dial(struct net *net, size_t node, struct dice *dice) HV_MUST_USE;

/* What SIM_LINK_UP comes to: true, and the node is connected, unless it is cut off or nobody
 * listens. */
bool net_answer(struct net *net, size_t node, bool listening);

/* The node's side ends the connection; what is on its way to the node is lost. */
void net_leave(struct net *net, size_t node);

/* Sends; lost where the node is not connected or cut off. A frame beyond HV_FRAME_BYTES_MAX is lost
 * and ends the connection. The bytes are copied. HV_ERR_MEMORY. */
int net_to_coordinator(struct net *net, size_t node, const uint8_t *bytes, size_t size) HV_MUST_USE;
int net_to_node(struct net *net, size_t node, const uint8_t *bytes, size_t size) HV_MUST_USE;

/* No frame passes from now on; half of the nodes hear that their connection is gone. HV_ERR_MEMORY.
 */
int net_cut(struct net *net, size_t node) HV_MUST_USE;
void net_restore(struct net *net, size_t node);

/* The coordinator has gone or closes: every node hears it that is not cut off. HV_ERR_MEMORY. */
int net_break_all(struct net *net) HV_MUST_USE;

/* Whether an event still meets whom it was meant for: of SIM_LINK_UP, SIM_LINK_DOWN and
 * SIM_FRAME_TO_NODE the connection, of SIM_FRAME_TO_COORDINATOR the coordinator's life. */
bool net_is_current(const struct net *net, const struct sim_event *event);

#endif
