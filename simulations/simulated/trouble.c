#include "simulations/simulated/parts.h"

static void fill_node_disk(struct sim *sim, size_t number) {
    struct outbox_figures figures;
    outbox_figures(sim->nodes[number].outbox, &figures);
    outbox_memory_set_capacity(sim->nodes[number].outbox,
                               (size_t)figures.bytes_used + dice_below(&sim->dice, 2000));
}

static int power_cut_at_sync(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    if (!outbox_memory_is_off(node->outbox))
        outbox_memory_fail_at(node->outbox, (unsigned)dice_between(&sim->dice, 1, 4),
                              dice_chance(&sim->dice, 500));
    return 0;
}

static int strike(struct sim *sim, size_t number) {
    switch (dice_below(&sim->dice, 10)) {
    case 0:
    case 1:
        return net_cut(&sim->net, number);
    case 2:
    case 3:
        net_restore(&sim->net, number);
        return 0;
    case 4:
        fill_node_disk(sim, number);
        return 0;
    case 5:
        outbox_memory_set_capacity(sim->nodes[number].outbox, SIM_OUTBOX_BYTES);
        return 0;
    case 6:
        return power_cut_at_sync(sim, number);
    case 7:
        return sim_node_crash(sim, number, dice_chance(&sim->dice, 400),
                              dice_between(&sim->dice, 50, 45000));
    case 8:
        return sim_coordinator_crash(sim, dice_between(&sim->dice, 50, 20000));
    default:
        sim->coordinator.full = !sim->coordinator.full;
        log_memory_limit(sim->coordinator.disk, sim->coordinator.full ? 1 : 0);
        return 0;
    }
}

int trouble_strike(struct sim *sim) {
    size_t number = (size_t)dice_below(&sim->dice, sim->node_count);
    int error;
    if (sim->loses_outboxes && dice_chance(&sim->dice, 60))
        error = sim_node_lose_outbox(sim, number);
    else if (sim->restores_log && dice_chance(&sim->dice, 60))
        error = sim_coordinator_restore_older(sim);
    else
        error = strike(sim, number);
    return error != 0 ? error
                      : sim_enter(sim, dice_between(&sim->dice, 300, 9000), SIM_TROUBLE, 0, 0);
}

int trouble_mend(struct sim *sim) {
    sim->trouble = sim->net.rough = false;
    sim->net.delay_max_ms = 1; /* and in order, as a connection delivers */
    sim->coordinator.full = false;
    log_memory_limit(sim->coordinator.disk, 0);
    log_memory_fault_next(sim->coordinator.disk, LOG_MEMORY_FINE);
    for (size_t i = 0; i < sim->node_count; i++) {
        net_restore(&sim->net, i);
        outbox_memory_set_capacity(sim->nodes[i].outbox, SIM_OUTBOX_BYTES);
        outbox_memory_fail_at(sim->nodes[i].outbox, 0, false); /* and no power cut to come */
    }
    return 0;
}
