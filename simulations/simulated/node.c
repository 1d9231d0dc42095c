#include "simulations/simulated/parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *sim_node_boot(const struct sim_node *node, char buffer[NODE_BOOT_ID_BYTES]) {
    snprintf(buffer, NODE_BOOT_ID_BYTES, "boot-%s-%" PRIu64, node->id, node->boots);
    return buffer;
}

static struct node_identity identity_of(const struct sim *sim, const struct sim_node *node) {
    struct node_identity identity = {.role = node->role, .mode = HV_MODE_EXERCISE};
    memcpy(identity.id, node->id, sizeof node->id);
    memcpy(identity.deployment, sim->deployment, sizeof identity.deployment);
    return identity;
}

static int create_outbox(struct sim *sim, struct sim_node *node) {
    char boot[NODE_BOOT_ID_BYTES];
    node->outbox = outbox_memory_new(SIM_OUTBOX_BYTES);
    if (node->outbox == NULL)
        return HV_ERR_MEMORY;
    struct node_identity identity = identity_of(sim, node);
    return journal_create(node->outbox, &identity, (uint64_t)sim_wall_ms(sim),
                          sim_node_boot(node, boot), sim->now_ms);
}

void sim_node_name(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    node->role = number % 3 == 2 ? HV_ROLE_DEPOT : HV_ROLE_SHELTER;
    snprintf(node->id, sizeof node->id, "%s-%zu", hv_role_word(node->role), number);
}

int sim_node_init(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    node->dice = dice_fork(&sim->dice, 100 + number);
    node->next_token = 1;
    node_effects_init(&node->effects);
    int error = create_outbox(sim, node);
    return error != 0 ? error
                      : sim_enter(sim, dice_below(&node->dice, 500), SIM_NODE_START, number, 0);
}

static void end_process(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    journal_free(node->journal);
    node_core_free(node->core);
    node->journal = NULL;
    node->core = NULL;
    node_effects_reset(&node->effects);
    node->life++;
    net_leave(&sim->net, number);
    node->store_due = false;
}

void sim_node_deinit(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    end_process(sim, number);
    node_effects_deinit(&node->effects);
    outbox_free(node->outbox);
    free(node->told_list);
}

int sim_node_crash(struct sim *sim, size_t number, bool machine, uint64_t back_in_ms) {
    struct sim_node *node = &sim->nodes[number];
    if (node->core == NULL)
        return 0;
    sim->result->crashes++;
    end_process(sim, number);
    if (machine || outbox_memory_is_off(node->outbox))
        node->boots++;
    return sim_enter(sim, back_in_ms, SIM_NODE_START, number, node->life);
}

int sim_node_lose_outbox(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    int error = sim_node_crash(sim, number, true, 3000);
    if (error != 0)
        return error;
    outbox_free(node->outbox);
    node->outbox = NULL;
    node->outbox_lost = true;
    node->told = 0;
    return create_outbox(sim, node);
}

/* ---- effects ---- */

static int send_envelope(struct sim *sim, size_t number, const struct hv_envelope *envelope) {
    size_t size = 0;
    int error = hv_envelope_encode(envelope, &sim->arena, sim->frame, sizeof sim->frame, &size);
    if (error == HV_ERR_MEMORY)
        return error;
    if (error != 0) {
        sim_break(sim, "%s made an envelope that cannot be encoded (%s)", sim->nodes[number].id,
                  hv_error_name(error));
        return 0;
    }
    return sim_send(sim, SIM_FRAME_TO_COORDINATOR, number, sim->frame, size);
}

static int send_report(struct sim *sim, size_t number, const struct node_effect *effect) {
    struct sim_node *node = &sim->nodes[number];
    struct hv_envelope envelope = effect->send.envelope;
    struct node_report stored;
    int error =
        journal_read_report(node->outbox, envelope.lane, effect->send.index, &sim->arena, &stored);
    if (error == HV_ERR_CLOSED || error == HV_ERR_MEMORY)
        return error == HV_ERR_MEMORY ? error : 0;
    if (error != 0) {
        sim_break(sim, "%s sends report %" PRIu64 " that its outbox does not give (%s)", node->id,
                  effect->send.index, hv_error_name(error));
        return 0;
    }
    envelope.kind = HV_BODY_REPORT;
    envelope.report = *stored.report;
    memcpy(envelope.incident, stored.incident, sizeof envelope.incident);
    return send_envelope(sim, number, &envelope);
}

static int tell_staff(struct sim *sim, struct sim_node *node, const struct node_reply *reply) {
    sim_trace(sim, reply->token ^ reply->sequence << 16, NULL, 0);
    if (reply->error != 0 || reply->sequence == 0)
        return 0;
    if (node->told == node->told_room) {
        size_t room = node->told_room == 0 ? 64 : node->told_room * 2;
        struct sim_told *list = realloc(node->told_list, room * sizeof *list);
        if (list == NULL)
            return HV_ERR_MEMORY;
        node->told_list = list;
        node->told_room = room;
    }
    node->told_list[node->told++] = (struct sim_told){reply->epoch, reply->sequence};
    sim->result->reports++;
    return 0;
}

static int carry_out(struct sim *sim, size_t number, const struct node_effect *effect) {
    struct sim_node *node = &sim->nodes[number];
    uint64_t in_ms;
    switch (effect->kind) {
    case NODE_EFFECT_WRITE:
        return 0; /* gathered */
    case NODE_EFFECT_REPLY:
        return tell_staff(sim, node, &effect->reply);
    case NODE_EFFECT_CONNECT:
        return net_dial(&sim->net, number, &node->dice);
    case NODE_EFFECT_DISCONNECT:
        net_leave(&sim->net, number);
        return 0;
    case NODE_EFFECT_SEND:
        return send_envelope(sim, number, &effect->send.envelope);
    case NODE_EFFECT_SEND_REPORT:
        return send_report(sim, number, effect);
    case NODE_EFFECT_TIMER:
        in_ms = effect->timer_real_ms > sim->now_ms ? effect->timer_real_ms - sim->now_ms : 1;
        return sim_enter(sim, in_ms, SIM_NODE_TICK, number, node->life);
    }
    return 0;
}

/* Between any two effects the process may die. */
static bool dies_now(struct sim *sim, struct sim_node *node) {
    return sim->trouble && dice_below(&node->dice, 40000) < sim->crash_permille;
}

static int carry_out_all(struct sim *sim, size_t number, bool *ret_died) {
    struct sim_node *node = &sim->nodes[number];
    int error = journal_gather(node->journal, &node->effects);
    for (size_t i = 0; error == 0 && i < node->effects.count; i++) {
        if (dies_now(sim, node)) {
            *ret_died = true;
            return sim_node_crash(sim, number, dice_chance(&node->dice, 300),
                                  dice_between(&node->dice, 50, 20000));
        }
        error = carry_out(sim, number, &node->effects.items[i]);
        hv_arena_reset(&sim->arena);
    }
    node_effects_reset(&node->effects);
    return error;
}

static int store_later(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    if (node->store_due || !journal_is_waiting(node->journal))
        return 0;
    node->store_due = true;
    return sim_enter(sim, dice_between(&node->dice, 1, 15), SIM_NODE_STORE, number, node->life);
}

int sim_node_step(struct sim *sim, size_t number, struct node_event event) {
    struct sim_node *node = &sim->nodes[number];
    bool died = false;
    event.real_ms = sim->now_ms;
    event.wall_ms = sim_wall_ms(sim);
    int error = node_core_step(node->core, &event, &node->effects);
    if (error == 0)
        error = carry_out_all(sim, number, &died);
    return error != 0 || died ? error : store_later(sim, number);
}

/* ---- events ---- */

static int start(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    static const char *const endpoints[] = {"sim://coordinator"};
    char boot[NODE_BOOT_ID_BYTES];
    if (outbox_memory_is_off(node->outbox))
        outbox_memory_power_on(node->outbox);
    struct node_options options = {.identity = identity_of(sim, node),
                                   .software = "simulated",
                                   .endpoint_count = 1,
                                   .endpoints = endpoints,
                                   .seed = dice_next(&node->dice)};
    node->core = node_core_new(&options);
    node->journal = journal_new(node->outbox);
    if (node->core == NULL || node->journal == NULL)
        return HV_ERR_MEMORY;
    int error = journal_restore(node->journal, node->core, sim_node_boot(node, boot), sim->now_ms);
    if (error == HV_ERR_MEMORY)
        return error;
    if (error != 0) {
        sim_break(sim, "%s cannot be restored from its outbox (%s)", node->id,
                  hv_error_name(error));
        return 0;
    }
    error = sim_node_step(sim, number, (struct node_event){.kind = NODE_EVENT_TICK});
    return error != 0 ? error
                      : sim_enter(sim, dice_between(&node->dice, 10, 2000), SIM_NODE_WORK, number,
                                  node->life);
}

static int store(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    char boot[NODE_BOOT_ID_BYTES];
    node->store_due = false;
    int error = journal_store(node->journal);
    if (error == HV_ERR_CLOSED || outbox_memory_is_off(node->outbox))
        return sim_node_crash(sim, number, true, dice_between(&node->dice, 100, 20000));
    if (error == HV_ERR_MEMORY)
        return error;
    if (error == 0)
        return sim_node_step(sim, number, (struct node_event){.kind = NODE_EVENT_STORED});
    int restored =
        journal_restore(node->journal, node->core, sim_node_boot(node, boot), sim->now_ms);
    if (restored != 0) {
        sim_break(sim, "%s cannot be restored after a failed store (%s)", node->id,
                  hv_error_name(restored));
        return 0;
    }
    return sim_node_step(
        sim, number, (struct node_event){.kind = NODE_EVENT_STORE_FAILED, .store_error = error});
}

static int link_up(struct sim *sim, size_t number) {
    bool is_up = net_answer(&sim->net, number, sim->coordinator.core != NULL);
    return sim_node_step(
        sim, number,
        (struct node_event){.kind = is_up ? NODE_EVENT_LINK_UP : NODE_EVENT_LINK_DOWN});
}

static int frame(struct sim *sim, size_t number, const struct sim_event *event) {
    struct hv_arena arena;
    struct hv_verdict verdict;
    struct hv_envelope *envelope = NULL;
    hv_arena_init(&arena, 0);
    int error = hv_envelope_decode(event->bytes, event->size, &arena, &verdict, &envelope);
    if (error == 0)
        error = sim_node_step(sim, number,
                              (struct node_event){.kind = NODE_EVENT_FRAME, .frame = envelope});
    else if (error != HV_ERR_MEMORY) {
        sim_break(sim, "coordinator sent %s a frame it cannot read: %s", sim->nodes[number].id,
                  verdict.detail);
        error = 0;
    }
    hv_arena_deinit(&arena);
    return error;
}

static int work(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    uint64_t life = node->life;
    if (!sim->trouble)
        return 0;
    int error = staff_act(sim, number);
    if (error != 0 || node->life != life)
        return error;
    uint64_t pause = dice_chance(&node->dice, 200) ? 5 : dice_between(&node->dice, 200, 6000);
    return sim_enter(sim, pause, SIM_NODE_WORK, number, node->life);
}

static bool is_of_a_connection(enum sim_event_kind kind) {
    return kind == SIM_LINK_UP || kind == SIM_LINK_DOWN || kind == SIM_FRAME_TO_NODE;
}

int sim_node_event(struct sim *sim, const struct sim_event *event) {
    struct sim_node *node = &sim->nodes[event->node];
    if (is_of_a_connection(event->kind) ? !net_is_current(&sim->net, event)
                                        : event->life != node->life)
        return 0; /* meant for a process or connection that is gone */
    if ((event->kind == SIM_NODE_START) != (node->core == NULL))
        return 0;
    switch (event->kind) {
    case SIM_NODE_START:
        return start(sim, event->node);
    case SIM_NODE_TICK:
        return sim_node_step(sim, event->node, (struct node_event){.kind = NODE_EVENT_TICK});
    case SIM_NODE_WORK:
        return work(sim, event->node);
    case SIM_NODE_STORE:
        return store(sim, event->node);
    case SIM_LINK_UP:
        return link_up(sim, event->node);
    case SIM_LINK_DOWN:
        net_leave(&sim->net, event->node);
        return sim_node_step(sim, event->node, (struct node_event){.kind = NODE_EVENT_LINK_DOWN});
    case SIM_FRAME_TO_NODE:
        return frame(sim, event->node, event);
    default:
        return 0;
    }
}
