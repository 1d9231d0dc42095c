/* Nodes as they come and go: hello and welcome, beats, staleness, what is told at the end of a
 * step. */
#include "coordinator/core_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SCAN_MS = 1000, BEATS_TO_STALE = 3, TELL_AT_ONCE = 500 };

/* ---- sessions ---- */

void core_session_as_held(struct session *session, const struct state_node *node) {
    memcpy(session->accepted, node->held, sizeof session->accepted);
    memcpy(session->prints, node->prints, sizeof session->prints);
}

static bool make_room(struct core *core, uint32_t count) {
    if (count <= core->session_room)
        return true;
    uint32_t room = count < 64 ? 64 : count + count / 2;
    struct session *sessions = realloc(core->sessions, room * sizeof *sessions);
    if (sessions != NULL)
        core->sessions = sessions;
    uint32_t *touched = realloc(core->touched, room * sizeof *touched);
    if (touched != NULL)
        core->touched = touched;
    if (sessions == NULL || touched == NULL)
        return false;
    memset(core->sessions + core->session_room, 0, (room - core->session_room) * sizeof *sessions);
    for (uint32_t i = core->session_room; i < room; i++) {
        const struct state_node *node = state_node(core->state, i);
        if (node != NULL)
            core_session_as_held(&core->sessions[i], node);
        core->sessions[i].heard_ms = core->real_ms;
        core->sessions[i].sent_ms = core->real_ms;
    }
    core->session_room = room;
    return true;
}

struct session *core_session(struct core *core, uint32_t node) {
    static struct session nowhere;
    if (make_room(core, node + 1))
        return &core->sessions[node];
    core->out_of_memory = true;
    nowhere = (struct session){.listed = true};
    return &nowhere;
}

/* ---- told at the end of a step ---- */

void core_touch_node(struct core *core, uint32_t node) {
    struct session *session = core_session(core, node);
    if (session->listed)
        return;
    session->listed = true;
    core->touched[core->touched_count++] = node;
}

static void acknowledge(struct core *core, const struct state_node *node, enum hv_lane lane) {
    struct hv_envelope envelope = {.kind = HV_BODY_ACK,
                                   .epoch = node->epoch,
                                   .lane = lane,
                                   .sequence = node->held[lane],
                                   .ack = {.position = node->entity.changed}};
    core->counters.acks++;
    core_send(core, node, &envelope);
}

static void tell(struct core *core, uint32_t index) {
    struct session *session = core_session(core, index);
    const struct state_node *node = state_node(core->state, index);
    for (int lane = HV_LANE_UNKNOWN; lane < HV_LANE_COUNT; lane++) {
        if (session->ack & 1u << lane && node->held[lane] > 0)
            acknowledge(core, node, (enum hv_lane)lane);
        if (session->refuse & 1u << lane) {
            struct hv_refusal refusal = {.reason = HV_REASON_NOT_STORED,
                                         .detail = "not stored: send again later"};
            core_refuse(core, node, (enum hv_lane)lane,
                        lane == HV_LANE_UNKNOWN ? 0 : node->held[lane] + 1, &refusal);
        }
    }
    session = core_session(core, index);
    session->ack = session->refuse = 0;
    session->listed = false;
}

void core_tell_touched(struct core *core) {
    for (uint32_t i = 0; i < core->touched_count; i++)
        tell(core, core->touched[i]);
    core->touched_count = 0;
}

/* ---- presence ---- */

static void record_presence(struct core *core, const struct state_node *node, bool stale,
                            uint64_t last_heard_mono_ms) {
    struct session *session = core_session(core, node->entity.index);
    struct batch *batch = core_batch_open(core, 1);
    if (session->presence_pending || batch == NULL)
        return;
    struct hv_record *record =
        core_batch_record(core, batch, HV_ACTOR_SYSTEM, "", HV_RECORD_PRESENCE);
    if (record == NULL)
        return;
    record->presence = (struct hv_presence){
        .node = node->entity.id, .stale = stale, .last_heard_mono_ms = last_heard_mono_ms};
    int error;
    struct pending *pending = core_batch_add(core, batch, record, &error);
    if (pending == NULL)
        return;
    pending->node = node->entity.index;
    session->presence_pending = true;
    core_event_line(core, stale, "event=%s node=%s", stale ? "stale" : "present", node->entity.id);
}

void core_heard(struct core *core, const struct state_node *node) {
    core_session(core, node->entity.index)->heard_ms = core->real_ms;
    if (node->presence != STATE_PRESENT)
        record_presence(core, node, false, core_now_mono(core));
}

/* ---- hello ---- */

void core_welcome(struct core *core, const struct state_node *node) {
    const struct state_general *general = state_general(core->state);
    struct hv_lane_head held[] = {{HV_LANE_HISTORY, node->held[HV_LANE_HISTORY]},
                                  {HV_LANE_PRESENT, node->held[HV_LANE_PRESENT]}};
    struct hv_envelope envelope = {.kind = HV_BODY_WELCOME,
                                   .epoch = node->epoch,
                                   .welcome = {.term = general->term,
                                               .held_count = 2,
                                               .held = held,
                                               .clock = core_clock_now(core),
                                               .endpoint_count = core->options.endpoint_count,
                                               .endpoints = (const char **)core->endpoints,
                                               .held_epoch = node->epoch}};
    memcpy(envelope.welcome.log, general->log, HV_ID128_BYTES);
    core_send(core, node, &envelope);
    for (uint32_t i = 0; i < node->refusal_count; i++)
        core_refuse_again(core, node, &node->refusals[i]);
    if (dispatch_node_is_here(&core->dispatch, node->entity.index) != 0)
        core->out_of_memory = true;
}

static void begin_epoch(struct core *core, const struct state_node *node, uint64_t epoch) {
    struct session *session = core_session(core, node->entity.index);
    struct batch *batch = core_batch_open(core, 1);
    if (session->pending_epoch >= epoch || batch == NULL)
        return; /* the node says hello again */
    struct hv_record *record =
        core_batch_record(core, batch, HV_ACTOR_NODE, node->entity.id, HV_RECORD_EPOCH);
    if (record == NULL)
        return;
    record->epoch = (struct hv_epoch_started){.node = node->entity.id, .epoch = epoch};
    int error;
    struct pending *pending = core_batch_add(core, batch, record, &error);
    if (pending == NULL)
        return;
    pending->node = node->entity.index;
    pending->answer = ANSWER_WELCOME;
    session->pending_epoch = epoch;
}

void core_hello(struct core *core, const struct state_node *node,
                const struct hv_envelope *envelope) {
    core->counters.hellos++;
    struct hv_refusal refusal = {.detail = ""};
    if (envelope->hello.role != node->role)
        refusal =
            (struct hv_refusal){.reason = HV_REASON_ROLE, .detail = "enrolled in another role"};
    else if (envelope->epoch == 0)
        refusal = (struct hv_refusal){.reason = HV_REASON_RANGE, .detail = "epoch: 0"};
    else if (envelope->epoch < node->epoch)
        refusal = (struct hv_refusal){.reason = HV_REASON_EPOCH,
                                      .detail = "a later outbox of this node is known"};
    if (refusal.reason != HV_REASON_UNKNOWN) {
        core_refuse(core, node, HV_LANE_UNKNOWN, 0, &refusal);
        return;
    }
    if (envelope->epoch > node->epoch) {
        begin_epoch(core, node, envelope->epoch);
        return;
    }
    core_session(core, node->entity.index)->epoch = envelope->epoch;
    core_welcome(core, node);
}

/* ---- time passes ---- */

static void beat(struct core *core, const struct state_node *node) {
    struct hv_envelope envelope = {.kind = HV_BODY_BEAT, .epoch = node->epoch};
    core_send(core, node, &envelope);
}

static void look_at(struct core *core, const struct state_node *node) {
    struct session *session = core_session(core, node->entity.index);
    uint64_t beat_ms = core->options.beat_ms;
    if (node->presence == STATE_PRESENT &&
        core->real_ms - session->heard_ms > BEATS_TO_STALE * beat_ms) {
        uint64_t silent = core_mono_ms(core, core->real_ms) - core_mono_ms(core, session->heard_ms);
        record_presence(core, node, true, core_now_mono(core) - silent);
        session->epoch = 0; /* it says hello when it comes back */
        return;
    }
    if (session->epoch != 0 && core->real_ms - session->sent_ms >= beat_ms)
        beat(core, node);
}

/* Looks at every node once a second. O(nodes). */
void core_scan(struct core *core) {
    if (core->real_ms < core->scan_ms)
        return;
    core->scan_ms = core->real_ms + SCAN_MS;
    uint32_t count = state_count(core->state, STATE_NODE);
    for (uint32_t i = 0; i < count; i++) {
        const struct state_node *node = state_node(core->state, i);
        if (!node->revoked)
            look_at(core, node);
    }
}

/* After a change of incident or clock: tells every node that is here, some at each tick. */
void core_tell_all(struct core *core) {
    if (!core->tell_all)
        return;
    uint32_t count = state_count(core->state, STATE_NODE), told = 0;
    while (core->tell_next < count && told < TELL_AT_ONCE) {
        const struct state_node *node = state_node(core->state, core->tell_next++);
        if (node->revoked || core_session(core, node->entity.index)->epoch == 0)
            continue;
        struct hv_envelope envelope = {
            .kind = HV_BODY_CLOCK, .epoch = node->epoch, .clock = core_clock_now(core)};
        core_send(core, node, &envelope);
        told++;
    }
    core->tell_all = core->tell_next < count;
}
