#include "simulations/simulated/parts.h"

#include <inttypes.h>
#include <string.h>

static int started(struct sim *sim, struct log *log) {
    struct hv_log_started record = {.mode = HV_MODE_EXERCISE, .name = "simulated"};
    memcpy(record.deployment, sim->deployment, sizeof record.deployment);
    dice_fill(&sim->coordinator.dice, record.log, sizeof record.log);
    return founding_start(log, &record, sim_wall_ms(sim));
}

int sim_coordinator_init(struct sim *sim) {
    struct sim_coordinator *coordinator = &sim->coordinator;
    struct log *log = NULL;
    coordinator->dice = dice_fork(&sim->dice, 1);
    coordinator->term = 1;
    coordinator->disk = log_memory_disk_new();
    if (coordinator->disk == NULL)
        return HV_ERR_MEMORY;
    int error = log_memory_open(coordinator->disk, &log);
    if (error == 0)
        error = started(sim, log);
    log_close(log);
    return error != 0 ? error : sim_enter(sim, 0, SIM_COORDINATOR_START, 0, 0);
}

static void end_process(struct sim_coordinator *coordinator) {
    core_free(coordinator->core);
    log_close(coordinator->log);
    coordinator->core = NULL;
    coordinator->log = NULL;
    coordinator->under_way_count = 0;
    coordinator->idle_due = false;
    coordinator->life++;
}

void sim_coordinator_deinit(struct sim_coordinator *coordinator) {
    end_process(coordinator);
    log_memory_disk_free(coordinator->disk);
}

int sim_coordinator_crash(struct sim *sim, uint64_t back_in_ms) {
    struct sim_coordinator *coordinator = &sim->coordinator;
    if (coordinator->core == NULL)
        return 0;
    sim->result->crashes++;
    end_process(coordinator);
    sim->net.coordinator_life = coordinator->life;
    operator_forget(sim);
    int error = net_break_all(&sim->net);
    return error != 0 ? error
                      : sim_enter(sim, back_in_ms, SIM_COORDINATOR_START, 0, coordinator->life);
}

/* ---- a log restored from an older backup ---- */

struct copying {
    struct log *to;
};

static int copy_record(void *context, const struct log_record *record) {
    struct copying *copying = context;
    struct log_entry entry = {.kind = record->kind, .bytes = record->bytes, .size = record->size};
    uint64_t first;
    return log_append(copying->to, &entry, 1, &first);
}

static int copy_older(struct sim *sim, struct log_memory_disk *disk) {
    struct sim_coordinator *coordinator = &sim->coordinator;
    struct log *from = NULL;
    struct copying copying = {NULL};
    uint64_t bad;
    uint8_t id[HV_ID128_BYTES];
    int error = log_memory_open(coordinator->disk, &from);
    if (error == 0)
        error = log_memory_open(disk, &copying.to);
    if (error == 0) {
        uint64_t last = log_last(from), founded = 2 + 1 + sim->node_count;
        uint64_t up_to = dice_between(&coordinator->dice, founded < last ? founded : last, last);
        error = log_read(from, 1, up_to, copy_record, &copying, &bad);
    }
    dice_fill(&coordinator->dice, id, sizeof id);
    if (error == 0)
        error = founding_raise_term(copying.to, ++coordinator->term, id, "restored", "operator",
                                    sim_wall_ms(sim));
    if (error == 0)
        error = ledger_reread(sim, copying.to);
    log_close(from);
    log_close(copying.to);
    return error;
}

int sim_coordinator_restore_older(struct sim *sim) {
    struct sim_coordinator *coordinator = &sim->coordinator;
    struct log_memory_disk *disk = log_memory_disk_new();
    if (disk == NULL)
        return HV_ERR_MEMORY;
    int error = sim_coordinator_crash(sim, 2000);
    if (error == 0)
        error = copy_older(sim, disk);
    if (error != 0) {
        log_memory_disk_free(disk);
        return error;
    }
    log_memory_disk_free(coordinator->disk);
    coordinator->disk = disk;
    coordinator->full = false;
    return 0;
}

/* ---- effects ---- */

static void note_acks(struct sim *sim, size_t node, const uint8_t *bytes, size_t size) {
    struct hv_verdict verdict;
    struct hv_envelope *envelope = NULL;
    if (hv_envelope_decode(bytes, size, &sim->arena, &verdict, &envelope) != 0)
        sim_break(sim, "coordinator made a frame that cannot be decoded: %s", verdict.detail);
    else if (envelope->kind == HV_BODY_ACK)
        ledger_check_ack(sim, node, envelope->epoch, envelope->lane, envelope->sequence);
    hv_arena_reset(&sim->arena);
}

static int send_frame(struct sim *sim, const struct core_effect *effect) {
    size_t node = sim_find_node(sim, effect->send.node);
    if (node == sim->node_count) {
        sim_break(sim, "coordinator sends to %s, which was never enrolled", effect->send.node);
        return 0;
    }
    note_acks(sim, node, effect->send.bytes, effect->send.size);
    return sim_send(sim, SIM_FRAME_TO_NODE, node, effect->send.bytes, effect->send.size);
}

static int take_batch(struct sim *sim, const struct core_effect *effect) {
    struct sim_coordinator *coordinator = &sim->coordinator;
    if (coordinator->under_way_count == CORE_BATCHES_MAX) {
        sim_break(sim, "more than %u batches under way", CORE_BATCHES_MAX);
        return 0;
    }
    coordinator->under_way[coordinator->under_way_count++] =
        (struct sim_batch){effect->append.entries, effect->append.count, effect->append.first};
    return sim_enter(sim, dice_between(&coordinator->dice, 1, 12), SIM_COORDINATOR_SYNC, 0,
                     coordinator->life);
}

static int carry_out(struct sim *sim, const struct core_effect *effect) {
    switch (effect->kind) {
    case CORE_APPEND:
        return take_batch(sim, effect);
    case CORE_SEND:
        return send_frame(sim, effect);
    case CORE_REPLY:
        operator_reply(sim, effect->reply.token, effect->reply.error, &effect->reply.verdict);
        return 0;
    case CORE_PLAN:
        sim->result->plans++;
        return 0;
    case CORE_EVENT:
        return 0;
    }
    return 0;
}

static bool dies_now(struct sim *sim) {
    return sim->trouble && dice_below(&sim->coordinator.dice, 60000) < sim->crash_permille;
}

static int step(struct sim *sim, struct core_event event) {
    const struct core_effects *effects = NULL;
    event.real_ms = sim->now_ms;
    event.wall_ms = sim_wall_ms(sim);
    int error = core_step(sim->coordinator.core, &event, &effects);
    for (size_t i = 0; error == 0 && i < effects->count; i++) {
        if (dies_now(sim))
            return sim_coordinator_crash(sim, dice_between(&sim->coordinator.dice, 50, 8000));
        error = carry_out(sim, &effects->list[i]);
    }
    return error;
}

static int idle_soon(struct sim *sim) {
    struct sim_coordinator *coordinator = &sim->coordinator;
    if (coordinator->core == NULL || coordinator->idle_due)
        return 0;
    coordinator->idle_due = true;
    return sim_enter(sim, dice_below(&coordinator->dice, 4), SIM_COORDINATOR_IDLE, 0,
                     coordinator->life);
}

int sim_coordinator_command(struct sim *sim, const struct core_command *command) {
    int error = step(sim, (struct core_event){.kind = CORE_COMMAND, .command = *command});
    return error != 0 ? error : idle_soon(sim);
}

/* ---- events ---- */

/* The region has a place for each node, and one shelter without a node. */
static bool knows_place(void *context, const char *id, enum hv_role *ret_role) {
    const struct sim *sim = context;
    size_t node = sim_find_node(sim, id);
    *ret_role = node < sim->node_count ? sim->nodes[node].role : HV_ROLE_SHELTER;
    return node < sim->node_count || strcmp(id, "chapel") == 0;
}

static int start(struct sim *sim) {
    struct sim_coordinator *coordinator = &sim->coordinator;
    static const char *const endpoints[] = {"sim://coordinator"};
    struct core_options options = {.endpoints = endpoints, .endpoint_count = 1, .batch_limit = 16};
    struct core_catalogue catalogue = {.context = sim, .place = knows_place};
    struct state *state = NULL;
    uint64_t from, bad = 0;
    int error = log_memory_open(coordinator->disk, &coordinator->log);
    if (error == 0)
        error = founding_fold(coordinator->log, NULL, &state, &from, &bad);
    if (error == HV_ERR_MEMORY)
        return error;
    if (error != 0) {
        sim_break(sim, "the log cannot be opened again (%s, position %" PRIu64 ")",
                  hv_error_name(error), bad);
        return 0;
    }
    error =
        core_new(state, &options, &catalogue, sim->now_ms, sim_wall_ms(sim), &coordinator->core);
    if (error != 0) {
        sim_break(sim, "the coordinator does not start (%s)", hv_error_name(error));
        return error == HV_ERR_MEMORY ? error : 0;
    }
    error = sim_enter(sim, 250, SIM_COORDINATOR_TICK, 0, coordinator->life);
    return error != 0 ? error : sim_enter(sim, 300, SIM_OPERATOR, 0, coordinator->life);
}

static int frame(struct sim *sim, const struct sim_event *event) {
    int error = step(sim, (struct core_event){.kind = CORE_FRAME,
                                              .frame = {.node = sim->nodes[event->node].id,
                                                        .bytes = event->bytes,
                                                        .size = event->size}});
    return error != 0 ? error : idle_soon(sim);
}

static int tick(struct sim *sim) {
    uint64_t life = sim->coordinator.life;
    int error = step(sim, (struct core_event){.kind = CORE_TICK});
    if (error != 0 || sim->coordinator.life != life)
        return error;
    error = sim_enter(sim, 250, SIM_COORDINATOR_TICK, 0, life);
    return error != 0 ? error : idle_soon(sim);
}

/* What the storage does with the oldest batch. A batch whose predecessor failed would not stand at
 * the position that the core gave it, so it fails with it. */
static int append_oldest(struct sim *sim, const struct sim_batch *batch) {
    struct sim_coordinator *coordinator = &sim->coordinator;
    uint64_t first = 0;
    if (batch->first != log_last(coordinator->log) + 1)
        return HV_ERR_IO;
    if (sim->trouble && dice_below(&coordinator->dice, 4000) < sim->crash_permille)
        log_memory_fault_next(coordinator->disk,
                              (enum log_memory_fault)dice_between(
                                  &coordinator->dice, LOG_MEMORY_CRASH_BEFORE, LOG_MEMORY_IO));
    int error = log_append(coordinator->log, batch->entries, batch->count, &first);
    if (error == 0 && first != batch->first)
        sim_break(sim, "batch stored at %" PRIu64 " instead of %" PRIu64, first, batch->first);
    return error;
}

static int sync_oldest(struct sim *sim) {
    struct sim_coordinator *coordinator = &sim->coordinator;
    if (coordinator->under_way_count == 0)
        return 0;
    struct sim_batch batch = coordinator->under_way[0];
    coordinator->under_way_count--;
    memmove(coordinator->under_way, coordinator->under_way + 1,
            coordinator->under_way_count * sizeof batch);
    int error = append_oldest(sim, &batch);
    if (error == HV_ERR_MEMORY)
        return error;
    if (error == HV_ERR_CLOSED) {
        log_close(coordinator->log); /* what reached the disk is found when it is opened again */
        coordinator->log = NULL;
        struct log *log = NULL;
        error = log_memory_open(coordinator->disk, &log);
        if (error == 0)
            error = ledger_reread(sim, log);
        log_close(log);
        return error != 0 ? error
                          : sim_coordinator_crash(sim, dice_between(&coordinator->dice, 50, 8000));
    }
    struct core_event event = {.kind = CORE_COMMITTED};
    if (error == 0)
        error = ledger_append(sim, batch.entries, batch.count);
    else {
        event = (struct core_event){.kind = CORE_APPEND_FAILED, .failed = {.error = error}};
        error = 0;
    }
    if (error == 0)
        error = step(sim, event);
    return error != 0 ? error : idle_soon(sim);
}

static int operate(struct sim *sim) {
    uint64_t life = sim->coordinator.life;
    int error = sim->trouble ? operator_act(sim) : 0;
    if (error != 0 || sim->coordinator.life != life || !sim->trouble)
        return error;
    return sim_enter(sim, dice_between(&sim->coordinator.dice, 500, 6000), SIM_OPERATOR, 0, life);
}

int sim_coordinator_event(struct sim *sim, const struct sim_event *event) {
    struct sim_coordinator *coordinator = &sim->coordinator;
    bool is_frame = event->kind == SIM_FRAME_TO_COORDINATOR;
    if (is_frame ? !net_is_current(&sim->net, event) : event->life != coordinator->life)
        return 0;
    if ((event->kind == SIM_COORDINATOR_START) != (coordinator->core == NULL))
        return 0;
    switch (event->kind) {
    case SIM_COORDINATOR_START:
        return start(sim);
    case SIM_FRAME_TO_COORDINATOR:
        return frame(sim, event);
    case SIM_COORDINATOR_TICK:
        return tick(sim);
    case SIM_COORDINATOR_IDLE:
        coordinator->idle_due = false;
        return step(sim, (struct core_event){.kind = CORE_IDLE});
    case SIM_COORDINATOR_SYNC:
        return sync_oldest(sim);
    case SIM_OPERATOR:
        return operate(sim);
    default:
        return 0;
    }
}
