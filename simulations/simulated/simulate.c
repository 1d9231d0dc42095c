#include "simulations/simulated/parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALM_WITHIN_MS (40u * 60u * 1000u) /* after the trouble: backing off takes its time */
#define LOOK_EVERY_MS 1000u

void sim_break(struct sim *sim, const char *format, ...) {
    struct simulate_result *result = sim->result;
    if (!result->held)
        return; /* the first one tells most */
    result->held = false;
    int used = snprintf(result->broken, sizeof result->broken,
                        "at %" PRIu64 " ms: ", sim->now_ms - SIM_START_MS);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(result->broken + used, sizeof result->broken - (size_t)used, format, arguments);
    va_end(arguments);
}

bool sim_broken(const struct sim *sim) {
    return !sim->result->held;
}

void sim_trace(struct sim *sim, uint64_t word, const uint8_t *bytes, size_t size) {
    uint64_t sum = sim->result->digest ^ (word + sim->now_ms);
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
    sim->result->digest = (sum ^ size) * UINT64_C(0x100000001b3);
}

int64_t sim_wall_ms(const struct sim *sim) {
    return SIM_WALL_MS + (int64_t)(sim->now_ms - SIM_START_MS);
}

int sim_enter(struct sim *sim, uint64_t in_ms, enum sim_event_kind kind, size_t node,
              uint64_t life) {
    return calendar_enter(&sim->calendar, (struct sim_event){.at_ms = sim->now_ms + in_ms,
                                                             .kind = kind,
                                                             .node = (uint32_t)node,
                                                             .life = life});
}

/* A frame in the trace and on the network. */
int sim_send(struct sim *sim, enum sim_event_kind way, size_t node, const uint8_t *bytes,
             size_t size) {
    if (sim->net.ends[node].connected)
        sim_trace(sim, (uint64_t)way << 8 | node, bytes, size);
    return way == SIM_FRAME_TO_NODE ? net_to_node(&sim->net, node, bytes, size)
                                    : net_to_coordinator(&sim->net, node, bytes, size);
}

/* ---- the loop ---- */

static int happen(struct sim *sim, const struct sim_event *event) {
    switch (event->kind) {
    case SIM_TROUBLE:
        return sim->trouble ? trouble_strike(sim) : 0;
    case SIM_COORDINATOR_START:
    case SIM_COORDINATOR_TICK:
    case SIM_COORDINATOR_IDLE:
    case SIM_COORDINATOR_SYNC:
    case SIM_OPERATOR:
    case SIM_FRAME_TO_COORDINATOR:
        return sim_coordinator_event(sim, event);
    default:
        return sim_node_event(sim, event);
    }
}

/* Lets everything happen up to and including that moment. */
static int run_until(struct sim *sim, uint64_t until_ms) {
    while (calendar_next_ms(&sim->calendar) <= until_ms && !sim_broken(sim)) {
        struct sim_event event = calendar_take(&sim->calendar);
        sim->now_ms = event.at_ms;
        int error = happen(sim, &event);
        free(event.bytes);
        if (error != 0)
            return error;
    }
    sim->now_ms = until_ms;
    return 0;
}

static int run_until_calm(struct sim *sim) {
    uint64_t give_up_ms = sim->now_ms + CALM_WITHIN_MS;
    int error = 0;
    while (error == 0 && !sim_broken(sim) && !check_is_calm(sim)) {
        if (sim->now_ms >= give_up_ms) {
            sim_break(sim, "no calm %u minutes after the last trouble", CALM_WITHIN_MS / 60000u);
            break;
        }
        error = run_until(sim, sim->now_ms + LOOK_EVERY_MS);
    }
    return error;
}

/* ---- one run ---- */

static void choose_the_day(struct sim *sim) {
    struct dice *dice = &sim->dice;
    bool bad_network = dice_chance(dice, 600);
    sim->node_count = (size_t)dice_between(dice, 2, SIM_NODES_MAX);
    sim->net.count = sim->node_count;
    sim->net.loss_permille = bad_network ? (unsigned)dice_between(dice, 5, 250) : 0;
    sim->net.double_permille = bad_network ? (unsigned)dice_below(dice, 100) : 0;
    sim->net.delay_max_ms = bad_network ? dice_between(dice, 5, 900) : dice_between(dice, 1, 30);
    sim->crash_permille = dice_chance(dice, 600) ? (unsigned)dice_between(dice, 10, 300) : 0;
    uint64_t special = dice_below(dice, 10);
    sim->loses_outboxes = special == 0;
    sim->restores_log = special == 1;
    sim->trouble_until_ms = SIM_START_MS + dice_between(dice, 20000, 150000);
    dice_fill(dice, sim->deployment, sizeof sim->deployment);
    dice_fill(dice, sim->incident, sizeof sim->incident);
    sim->desk.dice = dice_fork(dice, 2);
}

/* The coordinator first: the gate would not let a node in that is not enrolled. */
static int begin(struct sim *sim) {
    for (size_t i = 0; i < sim->node_count; i++)
        sim_node_name(sim, i);
    int error = sim_coordinator_init(sim);
    if (error == 0)
        error = run_until(sim, sim->now_ms);
    if (error == 0 && !sim_broken(sim))
        error = operator_found(sim);
    if (error == 0)
        error = run_until(sim, sim->now_ms + 100);
    for (size_t i = 0; error == 0 && i < sim->node_count; i++)
        error = sim_node_init(sim, i);
    return error != 0 ? error : run_until(sim, sim->now_ms + 100);
}

static int play_trouble(struct sim *sim) {
    sim->trouble = sim->net.rough = true;
    int error = sim_enter(sim, dice_below(&sim->dice, 5000), SIM_TROUBLE, 0, 0);
    for (size_t i = 0; error == 0 && i < sim->node_count; i++)
        if (sim->nodes[i].core != NULL)
            error =
                sim_enter(sim, dice_below(&sim->dice, 500), SIM_NODE_WORK, i, sim->nodes[i].life);
    if (error == 0)
        error = run_until(sim, sim->trouble_until_ms);
    return error != 0 ? error : trouble_mend(sim);
}

/* A node that lost its outbox knows nothing of before, and one of which something was refused has
 * other figures than the picture: its staff count and state everything anew. Whoever missed a
 * refusal hears it at the next Welcome, so everyone says hello once more. */
static int state_anew(struct sim *sim) {
    int error = net_break_all(&sim->net);
    for (size_t i = 0; error == 0 && i < sim->node_count; i++)
        if ((sim->nodes[i].outbox_lost || sim->nodes[i].astray) && sim->nodes[i].core != NULL)
            error = staff_state_all(sim, i);
    return error != 0 ? error : run_until(sim, sim->now_ms + LOOK_EVERY_MS);
}

static int play(struct sim *sim) {
    int error = begin(sim);
    if (error == 0 && !sim_broken(sim))
        error = play_trouble(sim);
    if (error == 0 && !sim_broken(sim))
        error = run_until_calm(sim);
    if (error == 0 && !sim_broken(sim))
        error = state_anew(sim);
    if (error == 0 && !sim_broken(sim))
        error = run_until_calm(sim);
    return error == 0 && !sim_broken(sim) ? check_all(sim) : error;
}

static void clear(struct sim *sim) {
    for (size_t i = 0; i < sim->node_count; i++)
        sim_node_deinit(sim, i);
    sim_coordinator_deinit(&sim->coordinator);
    calendar_deinit(&sim->calendar);
    hv_arena_deinit(&sim->arena);
    hv_arena_deinit(&sim->ledger.arena);
    hv_arena_deinit(&sim->desk.arena);
    free(sim);
}

int simulate_run(uint64_t seed, struct simulate_result *ret_result) {
    struct simulate_result result = {.held = true};
    struct sim *sim = calloc(1, sizeof *sim);
    if (sim == NULL)
        return HV_ERR_MEMORY;
    sim->seed = seed;
    sim->result = &result;
    sim->now_ms = SIM_START_MS;
    sim->net = (struct net){.calendar = &sim->calendar, .dice = &sim->dice, .now_ms = &sim->now_ms};
    hv_arena_init(&sim->arena, 0);
    hv_arena_init(&sim->ledger.arena, 0);
    hv_arena_init(&sim->desk.arena, 0);
    dice_init(&sim->dice, seed);
    choose_the_day(sim);
    int error = play(sim);
    result.simulated_ms = sim->now_ms - SIM_START_MS;
    result.frames = sim->net.frames;
    result.frames_lost = sim->net.frames_lost;
    clear(sim);
    if (error == 0)
        *ret_result = result;
    return error;
}
