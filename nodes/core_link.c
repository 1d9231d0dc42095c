/* The session with the coordinator, once it stands: frames, answers, sending, timers. */
#include "nodes/core_internal.h"

#include <stdio.h>
#include <string.h>

/* ---- jitter ---- */

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t random_next(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Between half of it and all of it. */
static uint64_t jittered(struct node_core *core, uint64_t ms) {
    return ms - random_next(&core->random) % (ms / 2 + 1);
}

static uint64_t backoff_ms(unsigned attempts) {
    uint64_t ms = NODE_BACKOFF_MIN_MS;
    while (attempts-- > 0 && ms < NODE_BACKOFF_MAX_MS)
        ms *= 2;
    return ms < NODE_BACKOFF_MAX_MS ? ms : NODE_BACKOFF_MAX_MS;
}

/* ---- endpoints: what the coordinator told, then what was configured ---- */

static size_t endpoint_total(const struct node_core *core) {
    return core->session.endpoint_count + core->endpoint_count;
}

static const char *endpoint_at(const struct node_core *core, size_t at) {
    return at < core->session.endpoint_count ? core->session.endpoints[at]
                                             : core->endpoints[at - core->session.endpoint_count];
}

static bool stands_before(const struct node_core *core, size_t at) {
    for (size_t i = 0; i < at; i++)
        if (strcmp(endpoint_at(core, i), endpoint_at(core, at)) == 0)
            return true;
    return false;
}

static void next_endpoint(struct node_core *core) {
    size_t total = endpoint_total(core);
    do {
        core->link.endpoint = total == 0 ? 0 : (core->link.endpoint + 1) % total;
    } while (core->link.endpoint != 0 && stands_before(core, core->link.endpoint));
}

/* After a refusal: another endpoint may be the right one, and is tried soon; the same one late. */
void link_turn_elsewhere(struct turn *turn) {
    struct core_link *link = &turn->core->link;
    size_t refused = link->endpoint;
    next_endpoint(turn->core);
    uint64_t wait_ms = link->endpoint == refused
                           ? NODE_BACKOFF_MAX_MS
                           : jittered(turn->core, backoff_ms(link->attempts++));
    link->retry_real_ms = turn->real_ms + wait_ms;
}

/* ---- connecting ---- */

static void enter(struct turn *turn, enum node_link_state state) {
    turn->core->link.state = state;
    turn->core->link.since_real_ms = turn->real_ms;
}

static void connect_now(struct turn *turn) {
    struct node_core *core = turn->core;
    struct core_link *link = &core->link;
    if (endpoint_total(core) == 0) {
        snprintf(link->trouble, sizeof link->trouble, "no endpoint is configured");
        link->retry_real_ms = NODE_NEVER;
        return;
    }
    if (link->endpoint >= endpoint_total(core))
        link->endpoint = 0;
    snprintf(link->endpoint_text, sizeof link->endpoint_text, "%s",
             endpoint_at(core, link->endpoint));
    enter(turn, NODE_LINK_CONNECTING);
    turn_effect(turn, NODE_EFFECT_CONNECT)->endpoint = link->endpoint_text;
}

void link_came_up(struct turn *turn) {
    if (turn->core->link.state == NODE_LINK_CONNECTING)
        link_greet(turn);
}

/* A connection that stood is tried again where it was; one that did not, at the next endpoint. */
void link_went_down(struct turn *turn, const char *why) {
    struct node_core *core = turn->core;
    struct core_link *link = &core->link;
    if (link->state == NODE_LINK_WAITING || link->state == NODE_LINK_REFUSED ||
        link->state == NODE_LINK_TAKEN)
        return;
    if (link->state != NODE_LINK_UP)
        next_endpoint(core);
    link->retry_real_ms = turn->real_ms + jittered(core, backoff_ms(link->attempts++));
    link->then = THEN_NOTHING;
    snprintf(link->trouble, sizeof link->trouble, "%s", why);
    enter(turn, NODE_LINK_WAITING);
    turn_effect(turn, NODE_EFFECT_DISCONNECT);
}

static void went_silent(struct turn *turn) {
    if (turn->core->link.state == NODE_LINK_UP)
        next_endpoint(turn->core);
    link_went_down(turn, "the coordinator does not answer");
}

/* ---- sending ---- */

static struct hv_envelope *envelope(struct turn *turn, enum node_effect_kind kind,
                                    enum hv_body_kind body) {
    struct node_core *core = turn->core;
    core->link.sent_real_ms = turn->real_ms;
    struct hv_envelope *made = &turn_effect(turn, kind)->send.envelope;
    *made = (struct hv_envelope){.protocol = HV_PROTOCOL,
                                 .mode = core->identity.mode,
                                 .epoch = core_epoch(core)->epoch,
                                 .sent_node_ms = core_node_ms(turn),
                                 .clock_gap_node_ms = core->clock.gap_node_ms,
                                 .kind = body};
    memcpy(made->deployment, core->identity.deployment, HV_ID128_BYTES);
    memcpy(made->incident, core->session.incident, HV_ID128_BYTES);
    return made;
}

void link_greet(struct turn *turn) {
    struct node_core *core = turn->core;
    struct hv_lane_head *made = hv_arena_take(&turn->effects->arena, NODE_LANES, sizeof *made);
    if (made == NULL) {
        turn->error = HV_ERR_MEMORY;
        return;
    }
    for (int lane = 0; lane < NODE_LANES; lane++)
        made[lane] = (struct hv_lane_head){.lane = (enum hv_lane)(lane + 1),
                                           .sequence = core->lanes[lane].durable -
                                                       core_epoch(core)->base[lane]};
    struct hv_hello *hello = &envelope(turn, NODE_EFFECT_SEND, HV_BODY_HELLO)->hello;
    *hello = (struct hv_hello){.has_log = core->session.has_log,
                               .term = core->session.term,
                               .role = core->identity.role,
                               .software = core->software,
                               .made_count = NODE_LANES,
                               .made = made};
    memcpy(hello->log, core->session.log, HV_ID128_BYTES);
    enter(turn, NODE_LINK_GREETING);
    core->link.greeted_real_ms = turn->real_ms;
}

static bool may_send(const struct turn *turn, int lane) {
    const struct core_lane *at = &turn->core->lanes[lane];
    return at->sent < at->durable && at->sent - turn->core->heads.acked[lane] < NODE_WINDOW &&
           at->hold_real_ms == 0;
}

static void send_next(struct turn *turn, int lane) {
    struct node_core *core = turn->core;
    struct core_lane *at = &core->lanes[lane];
    if (at->sent == core->heads.acked[lane])
        at->progress_real_ms = turn->real_ms;
    at->sent++;
    struct hv_envelope *made = envelope(turn, NODE_EFFECT_SEND_REPORT, HV_BODY_REPORT);
    made->lane = (enum hv_lane)(lane + 1);
    made->sequence = at->sent - core_epoch(core)->base[lane];
    struct node_effects *effects = turn->effects;
    if (turn->error == HV_OK)
        effects->items[effects->count - 1].send.index = at->sent;
}

static void end_holds(struct turn *turn) {
    for (int lane = 0; lane < NODE_LANES; lane++)
        if (turn->real_ms >= turn->core->lanes[lane].hold_real_ms)
            turn->core->lanes[lane].hold_real_ms = 0;
}

/* The present first: HISTORY waits until every snapshot is on its way. */
void link_pump(struct turn *turn) {
    const struct core_lane *present = &turn->core->lanes[NODE_PRESENT];
    if (turn->core->link.state != NODE_LINK_UP)
        return;
    end_holds(turn);
    while (turn->error == HV_OK && may_send(turn, NODE_PRESENT))
        send_next(turn, NODE_PRESENT);
    while (turn->error == HV_OK && present->sent == present->made && may_send(turn, NODE_HISTORY))
        send_next(turn, NODE_HISTORY);
}

/* ---- answers ---- */

static bool is_ours(const struct node_core *core, const struct hv_envelope *frame) {
    return frame->mode == core->identity.mode &&
           memcmp(frame->deployment, core->identity.deployment, HV_ID128_BYTES) == 0;
}

static void go_back(struct turn *turn, int lane) {
    struct core_lane *at = &turn->core->lanes[lane];
    at->sent = turn->core->heads.acked[lane];
    at->progress_real_ms = turn->real_ms;
}

static void progress(struct turn *turn, int lane, uint64_t index) {
    struct node_core *core = turn->core;
    struct core_lane *at = &core->lanes[lane];
    core->heads.acked[lane] = index;
    at->doubted = 0;
    if (at->sent < index)
        at->sent = index;
    at->went_back = false;
    at->hold_real_ms = at->hold_ms = 0;
    at->resend_ms = NODE_RESEND_MS;
    at->progress_real_ms = turn->real_ms;
    if (core->save_real_ms == NODE_NEVER)
        core->save_real_ms = turn->real_ms + NODE_SAVE_MS;
}

static void took_ack(struct turn *turn, const struct hv_envelope *frame) {
    struct node_core *core = turn->core;
    int lane = core_lane_number(frame->lane);
    if (lane < 0 || frame->epoch != core_epoch(core)->epoch)
        return;
    uint64_t made = core->lanes[lane].durable - core_epoch(core)->base[lane];
    if (frame->sequence > made) {
        core->bad_frames++;
        return;
    }
    uint64_t index = core_epoch(core)->base[lane] + frame->sequence;
    if (index <= core->heads.acked[lane])
        return;
    if (core->lanes[lane].hold_ms > 0) /* what it was refused for has passed */
        core->link.trouble[0] = '\0';
    progress(turn, lane, index);
}

static void took_gap(struct turn *turn, int lane, uint64_t held) {
    struct node_core *core = turn->core;
    struct core_lane *at = &core->lanes[lane];
    uint64_t index = core_epoch(core)->base[lane] + held;
    if (index == core->heads.acked[lane] && at->went_back)
        return;
    if (!link_take_head(turn, lane, index))
        return;
    go_back(turn, lane);
    at->went_back = true;
}

/* Also of a report that was acknowledged with later ones: the refusal may have been lost before. */
static void took_skip(struct turn *turn, const struct hv_envelope *frame, int lane) {
    struct node_core *core = turn->core;
    uint64_t index = core_epoch(core)->base[lane] + frame->sequence;
    if (frame->epoch != core_epoch(core)->epoch || index > core->lanes[lane].durable)
        return;
    core_mark_refused(turn, lane, index, &frame->refusal);
    if (index > core->heads.acked[lane])
        progress(turn, lane, index);
}

/* Whether a refusal for ever speaks of this session: repeated ones follow the Welcome. */
static bool is_of_session(const struct node_core *core, const struct hv_envelope *frame) {
    bool welcomed = core->link.state == NODE_LINK_UP || core->link.then == THEN_GO_UP;
    return welcomed && is_ours(core, frame);
}

/* Whether it says that another outbox has told something else under the number of a report that is
 * on its way: not one of an earlier epoch of ours. */
static bool is_of_a_copy(const struct node_core *core, const struct hv_envelope *frame, int lane) {
    uint64_t epoch = core_epoch(core)->epoch;
    if (core->link.state != NODE_LINK_UP || !is_ours(core, frame) || lane < 0 ||
        frame->epoch != epoch || frame->refusal.held_epoch != epoch)
        return false;
    uint64_t index = core_epoch(core)->base[lane] + frame->sequence;
    return index > core->heads.acked[lane] && index <= core->lanes[lane].sent;
}

/* Disk full, busy and the like: the lane waits, longer each time. */
static void hold_lane(struct turn *turn, int lane) {
    struct core_lane *at = &turn->core->lanes[lane];
    if (turn->real_ms < at->hold_real_ms)
        return; /* the same flight */
    at->hold_ms = at->hold_ms == 0 ? 2 * NODE_BACKOFF_MIN_MS : at->hold_ms * 2;
    if (at->hold_ms > NODE_BACKOFF_MAX_MS)
        at->hold_ms = NODE_BACKOFF_MAX_MS;
    at->hold_real_ms = turn->real_ms + jittered(turn->core, at->hold_ms);
    go_back(turn, lane);
}

static void note_refusal(struct turn *turn, const struct hv_refusal *refusal) {
    struct core_link *link = &turn->core->link;
    snprintf(link->trouble, sizeof link->trouble, "refused: %s%s%.160s",
             hv_reason_word(refusal->reason), refusal->detail[0] == '\0' ? "" : ": ",
             refusal->detail);
}

static void took_refusal(struct turn *turn, const struct hv_envelope *frame) {
    const struct hv_refusal *refusal = &frame->refusal;
    int lane = core_lane_number(frame->lane);
    if (refusal->reason != HV_REASON_GAP && refusal->reason != HV_REASON_HELLO_FIRST)
        note_refusal(turn, refusal);
    if (refusal->skip && lane >= 0 && frame->sequence > 0) {
        if (is_of_session(turn->core, frame))
            took_skip(turn, frame, lane);
        return;
    }
    switch (refusal->reason) {
    case HV_REASON_GAP:
        if (lane >= 0)
            took_gap(turn, lane, refusal->held);
        break;
    case HV_REASON_HELLO_FIRST:
        if (turn->core->link.state == NODE_LINK_UP)
            link_greet(turn);
        break;
    case HV_REASON_EPOCH:
        if (is_of_a_copy(turn->core, frame, lane))
            link_leave_epoch(turn);
        else
            link_take_epoch_refusal(turn, refusal->held_epoch);
        break;
    case HV_REASON_DEPLOYMENT:
    case HV_REASON_MODE:
    case HV_REASON_PROTOCOL:
    case HV_REASON_REVOKED:
    case HV_REASON_ROLE:
        link_refused(turn, turn_text(turn, "%s", turn->core->link.trouble));
        break;
    default:
        if (lane >= 0)
            hold_lane(turn, lane);
        break;
    }
}

/* ---- frames ---- */

static void take_incident(struct turn *turn, const struct hv_envelope *frame) {
    struct node_session *session = &turn->core->session;
    if (memcmp(session->incident, frame->incident, HV_ID128_BYTES) == 0)
        return;
    memcpy(session->incident, frame->incident, HV_ID128_BYTES);
    turn_write(turn, NODE_WRITE_SESSION)->session = session;
}

static void take_clock(struct turn *turn, const struct hv_clock *clock) {
    node_clock_set(&turn->core->clock, clock, turn->real_ms);
    turn_write_clock(turn);
}

static void take_body(struct turn *turn, const struct hv_envelope *frame) {
    switch (frame->kind) {
    case HV_BODY_ACK:
        took_ack(turn, frame);
        break;
    case HV_BODY_REFUSAL:
        took_refusal(turn, frame);
        break;
    case HV_BODY_ORDERS:
        core_orders_received(turn, &frame->orders);
        break;
    case HV_BODY_CLOCK:
        take_clock(turn, &frame->clock);
        break;
    case HV_BODY_BEAT:
        break;
    default:
        turn->core->bad_frames++;
        break;
    }
}

void link_frame(struct turn *turn, const struct hv_envelope *frame) {
    struct node_core *core = turn->core;
    enum node_link_state state = core->link.state;
    if (state != NODE_LINK_GREETING && state != NODE_LINK_UP)
        return; /* of a connection that was left */
    core->link.has_heard = true;
    core->link.heard_real_ms = turn->real_ms;
    if (frame->kind == HV_BODY_WELCOME) {
        link_welcome(turn, frame);
        return;
    }
    if (!is_ours(core, frame) && frame->kind != HV_BODY_REFUSAL) {
        core->bad_frames++;
        return;
    }
    if (state == NODE_LINK_UP)
        take_incident(turn, frame);
    /* Before the Welcome an answer of an earlier connection would mislead. */
    if (state == NODE_LINK_UP || frame->kind == HV_BODY_REFUSAL)
        take_body(turn, frame);
}

/* ---- time ---- */

static void resend_unanswered(struct turn *turn) {
    struct node_core *core = turn->core;
    for (int lane = 0; lane < NODE_LANES; lane++) {
        struct core_lane *at = &core->lanes[lane];
        bool waits = at->sent > core->heads.acked[lane];
        if (!waits || turn->real_ms - at->progress_real_ms < at->resend_ms)
            continue;
        at->resend_ms =
            at->resend_ms * 2 > NODE_BACKOFF_MAX_MS ? NODE_BACKOFF_MAX_MS : at->resend_ms * 2;
        at->went_back = false;
        go_back(turn, lane);
    }
}

static void tick_up(struct turn *turn) {
    struct core_link *link = &turn->core->link;
    if (turn->real_ms - link->heard_real_ms >= NODE_SILENCE_MS) {
        went_silent(turn);
        return;
    }
    resend_unanswered(turn);
    link_pump(turn);
    if (turn->real_ms - link->sent_real_ms >= NODE_BEAT_MS)
        envelope(turn, NODE_EFFECT_SEND, HV_BODY_BEAT);
}

static void tick_greeting(struct turn *turn) {
    struct core_link *link = &turn->core->link;
    uint64_t since = link->since_real_ms;
    if (turn->real_ms - since >= NODE_SILENCE_MS) {
        went_silent(turn);
    } else if (link->then == THEN_NOTHING &&
               turn->real_ms - link->greeted_real_ms >= NODE_BEAT_MS) {
        link_greet(turn);
        link->since_real_ms = since;
    }
}

void link_tick(struct turn *turn) {
    const struct core_link *link = &turn->core->link;
    switch (link->state) {
    case NODE_LINK_WAITING:
    case NODE_LINK_REFUSED:
        if (turn->real_ms >= link->retry_real_ms)
            connect_now(turn);
        break;
    case NODE_LINK_CONNECTING:
        if (turn->real_ms - link->since_real_ms >= NODE_SILENCE_MS)
            went_silent(turn);
        break;
    case NODE_LINK_GREETING:
        tick_greeting(turn);
        break;
    case NODE_LINK_UP:
        tick_up(turn);
        break;
    case NODE_LINK_TAKEN:
        break;
    }
}

static uint64_t earlier(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static uint64_t deadline_up(const struct node_core *core) {
    const struct core_link *link = &core->link;
    uint64_t at = earlier(link->heard_real_ms + NODE_SILENCE_MS, link->sent_real_ms + NODE_BEAT_MS);
    for (int lane = 0; lane < NODE_LANES; lane++) {
        const struct core_lane *of = &core->lanes[lane];
        if (of->sent > core->heads.acked[lane])
            at = earlier(at, of->progress_real_ms + of->resend_ms);
        else if (of->sent < of->durable && of->hold_real_ms > 0)
            at = earlier(at, of->hold_real_ms);
    }
    return at;
}

uint64_t link_deadline(const struct node_core *core) {
    const struct core_link *link = &core->link;
    switch (link->state) {
    case NODE_LINK_WAITING:
    case NODE_LINK_REFUSED:
        return link->retry_real_ms;
    case NODE_LINK_CONNECTING:
        return link->since_real_ms + NODE_SILENCE_MS;
    case NODE_LINK_GREETING:
        return earlier(link->since_real_ms + NODE_SILENCE_MS, link->greeted_real_ms + NODE_BEAT_MS);
    case NODE_LINK_UP:
        return deadline_up(core);
    case NODE_LINK_TAKEN:
        break;
    }
    return NODE_NEVER;
}
