#include "simulations/simulated/net.h"

#include "schemas/limits.h"

#include <stdlib.h>
#include <string.h>

/* ---- connections ---- */

static int enter(struct net *net, uint64_t in_ms, enum sim_event_kind kind, size_t node) {
    return calendar_enter(net->calendar, (struct sim_event){.at_ms = *net->now_ms + in_ms,
                                                            .kind = kind,
                                                            .node = (uint32_t)node,
                                                            .life = net->ends[node].connection});
}

int net_dial(struct net *net, size_t node, struct dice *dice) {
    net_leave(net, node);
    return enter(net, dice_between(dice, 1, 40), SIM_LINK_UP, node);
}

bool net_answer(struct net *net, size_t node, bool listening) {
    struct net_end *end = &net->ends[node];
    if (end->cut || !listening)
        return false;
    end->connected = true;
    return true;
}

void net_leave(struct net *net, size_t node) {
    net->ends[node].connection++;
    net->ends[node].connected = false;
}

int net_cut(struct net *net, size_t node) {
    struct net_end *end = &net->ends[node];
    end->cut = true;
    if (end->connected && dice_chance(net->dice, 500)) /* the other half hears nothing */
        return enter(net, dice_between(net->dice, 1, 3000), SIM_LINK_DOWN, node);
    return 0;
}

void net_restore(struct net *net, size_t node) {
    net->ends[node].cut = false;
}

int net_break_all(struct net *net) {
    int error = 0;
    for (size_t i = 0; error == 0 && i < net->count; i++)
        if (net->ends[i].connected && !net->ends[i].cut) /* who is cut off does not hear of it */
            error = enter(net, dice_between(net->dice, 1, 200), SIM_LINK_DOWN, i);
    return error;
}

/* ---- frames ---- */

static int put_on_the_way(struct net *net, enum sim_event_kind kind, size_t node,
                          const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL)
        return HV_ERR_MEMORY;
    memcpy(copy, bytes, size);
    // cppcheck-suppress memleak ; the calendar owns the copy
    return calendar_enter(net->calendar,
                          (struct sim_event){
                              .at_ms = *net->now_ms + dice_between(net->dice, 1, net->delay_max_ms),
                              .kind = kind,
                              .node = (uint32_t)node,
                              .life = net->ends[node].connection,
                              .extra = net->coordinator_life,
                              .bytes = copy,
                              .size = size,
                          });
}

static int put_frame(struct net *net, enum sim_event_kind kind, size_t node, const uint8_t *bytes,
                     size_t size) {
    const struct net_end *end = &net->ends[node];
    if (!end->connected)
        return 0;
    net->frames++;
    bool too_large = size > HV_FRAME_BYTES_MAX;
    if (end->cut || too_large || (net->rough && dice_chance(net->dice, net->loss_permille))) {
        net->frames_lost++;
        return too_large && !end->cut ? enter(net, 1, SIM_LINK_DOWN, node) : 0;
    }
    int error = put_on_the_way(net, kind, node, bytes, size);
    if (error == 0 && net->rough && dice_chance(net->dice, net->double_permille))
        error = put_on_the_way(net, kind, node, bytes, size);
    return error;
}

int net_to_coordinator(struct net *net, size_t node, const uint8_t *bytes, size_t size) {
    return put_frame(net, SIM_FRAME_TO_COORDINATOR, node, bytes, size);
}

int net_to_node(struct net *net, size_t node, const uint8_t *bytes, size_t size) {
    return put_frame(net, SIM_FRAME_TO_NODE, node, bytes, size);
}

bool net_is_current(const struct net *net, const struct sim_event *event) {
    return event->kind == SIM_FRAME_TO_COORDINATOR
               ? event->extra == net->coordinator_life
               : event->life == net->ends[event->node].connection;
}
