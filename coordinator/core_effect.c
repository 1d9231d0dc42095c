/* Effects of a step: a list, and the bytes that it points to. */
#include "coordinator/core_inside.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 400, MUTE_MS = 10000 };

void core_effects_begin(struct core *core) {
    core->effect_count = 0;
    core->out_size = 0;
}

/* While a step runs, bytes may move, so effects keep offsets; here they become pointers. */
void core_effects_end(struct core *core) {
    for (size_t i = 0; i < core->effect_count; i++) {
        struct core_effect *effect = &core->effects[i];
        if (effect->kind == CORE_SEND)
            effect->send.bytes = core->out + (uintptr_t)effect->send.bytes;
        else if (effect->kind == CORE_EVENT)
            effect->event.line = (const char *)core->out + (uintptr_t)effect->event.line;
    }
    core->result = (struct core_effects){core->effects, core->effect_count};
}

struct core_effect *core_effect_add(struct core *core, enum core_effect_kind kind) {
    static struct core_effect nowhere;
    if (core->effect_count == core->effect_room) {
        size_t room = core->effect_room == 0 ? 256 : core->effect_room * 2;
        struct core_effect *effects = realloc(core->effects, room * sizeof *effects);
        if (effects == NULL) {
            core->out_of_memory = true;
            return &nowhere;
        }
        core->effects = effects;
        core->effect_room = room;
    }
    struct core_effect *effect = &core->effects[core->effect_count++];
    *effect = (struct core_effect){.kind = kind};
    return effect;
}

static bool make_out(struct core *core, size_t bytes) {
    if (core->out_size + bytes <= core->out_room)
        return true;
    size_t room = (core->out_size + bytes) * 2;
    uint8_t *out = realloc(core->out, room);
    if (out == NULL) {
        core->out_of_memory = true;
        return false;
    }
    core->out = out;
    core->out_room = room;
    return true;
}

/* ---- the log of the machine ---- */

void core_event_line(struct core *core, bool warning, const char *format, ...) {
    if (!make_out(core, LINE_BYTES))
        return;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf((char *)core->out + core->out_size, LINE_BYTES, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    struct core_effect *effect = core_effect_add(core, CORE_EVENT);
    effect->event.warning = warning;
    effect->event.line = (const char *)(uintptr_t)core->out_size;
    core->out_size += length < LINE_BYTES ? (size_t)length + 1 : LINE_BYTES;
}

/* Counts a refusal and logs one now and then. */
static void note_refusal(struct core *core, const char *node, enum hv_reason reason,
                         const char *detail) {
    if (reason <= HV_REASON_UNKNOWN || reason >= HV_REASON_COUNT)
        return;
    core->counters.refused[reason]++;
    struct muted *muted = &core->muted[reason];
    muted->count++;
    if (core->real_ms < muted->next_ms)
        return;
    muted->next_ms = core->real_ms + MUTE_MS;
    core_event_line(core, true,
                    "event=refused reason=%s count=%" PRIu64 " node=%s detail=\"%.120s\"",
                    hv_reason_word(reason), muted->count, node, detail == NULL ? "" : detail);
    muted->count = 0;
}

/* ---- sending ---- */

void core_send(struct core *core, const struct state_node *node, struct hv_envelope *envelope) {
    const struct state_general *general = state_general(core->state);
    envelope->protocol = HV_PROTOCOL;
    envelope->mode = general->mode;
    memcpy(envelope->deployment, general->deployment, HV_ID128_BYTES);
    memcpy(envelope->incident, state_incident_id(core->state), HV_ID128_BYTES);
    if (!make_out(core, HV_FRAME_BYTES_MAX))
        return;
    size_t size = 0;
    hv_arena_reset(&core->scratch);
    int error = hv_envelope_encode(envelope, &core->scratch, core->out + core->out_size,
                                   HV_FRAME_BYTES_MAX, &size);
    if (error == HV_ERR_MEMORY)
        core->out_of_memory = true;
    if (error != 0) {
        core_event_line(core, true, "event=cannot-send kind=%d error=%s", (int)envelope->kind,
                        hv_error_name(error));
        return;
    }
    struct core_effect *effect = core_effect_add(core, CORE_SEND);
    effect->send.node = core->to_sender || node == NULL ? NULL : node->entity.id;
    effect->send.bytes = (const uint8_t *)(uintptr_t)core->out_size;
    effect->send.size = size;
    core->out_size += size;
    if (node != NULL && !core->to_sender)
        core_session(core, node->entity.index)->sent_ms = core->real_ms;
}

static void send_refusal(struct core *core, const struct state_node *node, enum hv_lane lane,
                         uint64_t sequence, const struct hv_refusal *refusal) {
    struct hv_envelope envelope = {.kind = HV_BODY_REFUSAL,
                                   .epoch = node == NULL ? 0 : node->epoch,
                                   .lane = lane,
                                   .sequence = sequence,
                                   .refusal = *refusal};
    if (node != NULL) {
        envelope.refusal.held_epoch = node->epoch;
        if (lane < HV_LANE_COUNT)
            envelope.refusal.held = node->held[lane];
    }
    core_send(core, node, &envelope);
}

void core_refuse(struct core *core, const struct state_node *node, enum hv_lane lane,
                 uint64_t sequence, const struct hv_refusal *refusal) {
    note_refusal(core, node == NULL ? "" : node->entity.id, refusal->reason, refusal->detail);
    send_refusal(core, node, lane, sequence, refusal);
}

void core_refuse_again(struct core *core, const struct state_node *node,
                       const struct state_refusal *refusal) {
    struct hv_refusal again = {.reason = refusal->reason,
                               .detail = refusal->detail == NULL ? "" : refusal->detail,
                               .skip = true};
    send_refusal(core, node, refusal->lane, refusal->sequence, &again);
}

void core_reply(struct core *core, uint64_t token, int error, const struct hv_verdict *verdict,
                uint64_t first, uint64_t last) {
    struct core_effect *effect = core_effect_add(core, CORE_REPLY);
    effect->reply.token = token;
    effect->reply.error = error;
    effect->reply.first = first;
    effect->reply.last = last;
    if (verdict != NULL)
        effect->reply.verdict = *verdict;
}
