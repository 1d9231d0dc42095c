#include "simulations/simulated/parts.h"

#include <stdlib.h>
#include <string.h>

static int put_on_the_way(struct sim *sim, enum sim_event_kind kind, size_t node,
                          const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL)
        return HV_ERR_MEMORY;
    memcpy(copy, bytes, size);
    // cppcheck-suppress memleak ; the calendar owns the copy
    return calendar_enter(&sim->calendar,
                          (struct sim_event){
                              .at_ms = sim->now_ms + dice_between(&sim->dice, 1, sim->delay_max_ms),
                              .kind = kind,
                              .node = (uint32_t)node,
                              .life = sim->nodes[node].connection,
                              .extra = sim->coordinator.life,
                              .bytes = copy,
                              .size = size,
                          });
}

static int put_frame(struct sim *sim, enum sim_event_kind kind, size_t node, const uint8_t *bytes,
                     size_t size) {
    sim->result->frames++;
    sim_trace(sim, (uint64_t)kind << 8 | node, bytes, size);
    if (sim->nodes[node].cut || (sim->trouble && dice_chance(&sim->dice, sim->loss_permille))) {
        sim->result->frames_lost++;
        return 0;
    }
    int error = put_on_the_way(sim, kind, node, bytes, size);
    if (error == 0 && sim->trouble && dice_chance(&sim->dice, sim->double_permille))
        error = put_on_the_way(sim, kind, node, bytes, size);
    return error;
}

int net_to_coordinator(struct sim *sim, size_t node, const uint8_t *bytes, size_t size) {
    return sim->nodes[node].connected ? put_frame(sim, SIM_FRAME_TO_COORDINATOR, node, bytes, size)
                                      : 0;
}

int net_to_node(struct sim *sim, size_t node, const uint8_t *bytes, size_t size) {
    return sim->nodes[node].connected ? put_frame(sim, SIM_FRAME_TO_NODE, node, bytes, size) : 0;
}

int net_break_all(struct sim *sim) {
    for (size_t i = 0; i < sim->node_count; i++) {
        struct sim_node *node = &sim->nodes[i];
        if (!node->connected || node->cut) /* who is cut off does not hear of it */
            continue;
        int error =
            sim_enter(sim, dice_between(&sim->dice, 1, 200), SIM_LINK_DOWN, i, node->connection);
        if (error != 0)
            return error;
    }
    return 0;
}
