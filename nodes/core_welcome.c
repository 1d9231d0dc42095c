/* Hello and Welcome: whose coordinator this is, and where each lane goes on. */
#include "nodes/core_internal.h"

#include <stdio.h>
#include <string.h>

/* ---- refusing and being refused ---- */

static void leave(struct turn *turn, enum node_link_state state, const char *why) {
    struct core_link *link = &turn->core->link;
    snprintf(link->trouble, sizeof link->trouble, "%s", why);
    link->state = state;
    link->since_real_ms = turn->real_ms;
    link->then = THEN_NOTHING;
    link_turn_elsewhere(turn);
    turn_effect(turn, NODE_EFFECT_DISCONNECT);
}

void link_refused(struct turn *turn, const char *why) {
    leave(turn, NODE_LINK_REFUSED, why);
}

static void taken(struct turn *turn) {
    leave(
        turn, NODE_LINK_TAKEN,
        "this node's place has been taken: a newer outbox reports under its key; use that machine, "
        "or make this one a new node (haven-node init, haven enroll)");
}

/* ---- epochs ---- */

static bool never_acknowledged(const struct node_core *core) {
    return core->heads.acked[NODE_HISTORY] == 0 && core->heads.acked[NODE_PRESENT] == 0;
}

/* The epoch that was taken and never used. */
static void rebase_epoch(struct turn *turn, uint64_t epoch) {
    struct node_heads *heads = &turn->core->heads;
    heads->epochs[heads->epoch_count - 1].epoch = epoch;
    turn_write_heads(turn);
    turn->core->link.then = THEN_GREET;
    turn->core->link.state = NODE_LINK_GREETING;
    turn->core->link.since_real_ms = turn->real_ms;
}

/* What is not yet acknowledged becomes sequence 1 and on of a new epoch. Snapshots start anew. */
static void start_epoch(struct turn *turn, uint64_t epoch) {
    struct node_core *core = turn->core;
    struct node_heads *heads = &core->heads;
    if (heads->epoch_count == NODE_EPOCHS_MAX)
        memmove(&heads->epochs[0], &heads->epochs[1],
                --heads->epoch_count * sizeof heads->epochs[0]);
    heads->acked[NODE_PRESENT] = core->lanes[NODE_PRESENT].made;
    heads->epochs[heads->epoch_count++] = (struct node_epoch){
        .epoch = epoch, .base = {heads->acked[NODE_HISTORY], heads->acked[NODE_PRESENT]}};
    core->snapshot_as_of = 0;
    turn_write_heads(turn);
    core->link.then = THEN_GREET;
    core->link.state = NODE_LINK_GREETING;
    core->link.since_real_ms = turn->real_ms;
}

/* What this outbox was never told of by an Ack goes again, in an epoch of its own. The other one
 * hears that its place has been taken. */
void link_leave_epoch(struct turn *turn) {
    struct node_core *core = turn->core;
    for (int lane = 0; lane < NODE_LANES; lane++) {
        core->heads.acked[lane] -= core->lanes[lane].doubted;
        core->lanes[lane].doubted = 0;
    }
    start_epoch(turn, core_epoch(core)->epoch + 1);
}

void link_take_epoch_refusal(struct turn *turn, uint64_t held_epoch) {
    if (held_epoch <= core_epoch(turn->core)->epoch)
        return; /* of an earlier epoch of ours */
    if (!never_acknowledged(turn->core)) {
        taken(turn);
        return;
    }
    rebase_epoch(turn, held_epoch + 1);
}

/* ---- heads ---- */

bool link_take_head(struct turn *turn, int lane, uint64_t held) {
    struct node_core *core = turn->core;
    struct core_lane *at = &core->lanes[lane];
    uint64_t *acked = &core->heads.acked[lane];
    if (held >
        at->made) { /* reports that this outbox never made: an older one was put in its place */
        start_epoch(turn, core_epoch(core)->epoch + 1);
        return false;
    }
    uint64_t first = at->first == 0 ? at->made + 1 : at->first;
    if (held + 1 < first) { /* a restored log asks for what is no longer kept */
        if (lane == NODE_HISTORY)
            core->heads.lost += first - 1 - held;
        *acked = first - 1;
        start_epoch(turn, core_epoch(core)->epoch + 1);
        return false;
    }
    if (held < *acked)
        core_unmark_refused(turn, lane, held);
    if (*acked != held && core->save_real_ms == NODE_NEVER)
        core->save_real_ms = turn->real_ms + NODE_SAVE_MS;
    *acked = held;
    return true;
}

static uint64_t held_of(const struct hv_welcome *welcome, enum hv_lane lane) {
    for (size_t i = 0; i < welcome->held_count; i++)
        if (welcome->held[i].lane == lane)
            return welcome->held[i].sequence;
    return 0;
}

/* What is held beyond what was acknowledged may be of another outbox: a copy of this one, or the
 * one in whose place an old copy was put. So the last of it is sent once more, and the coordinator
 * says whether it is the same. */
static void doubt(struct node_core *core, int lane, uint64_t acked_before) {
    uint64_t *acked = &core->heads.acked[lane];
    if (*acked <= acked_before)
        return;
    --*acked;
    core->lanes[lane].doubted = *acked - acked_before;
}

static bool take_heads(struct turn *turn, const struct hv_welcome *welcome) {
    struct node_core *core = turn->core;
    uint64_t acked_before[NODE_LANES];
    for (int lane = 0; lane < NODE_LANES; lane++) {
        uint64_t base = core_epoch(core)->base[lane];
        acked_before[lane] = core->heads.acked[lane] - core->lanes[lane].doubted;
        core->lanes[lane].doubted = 0;
        if (!link_take_head(turn, lane, base + held_of(welcome, (enum hv_lane)(lane + 1))))
            return false;
    }
    for (int lane = 0; lane < NODE_LANES; lane++) {
        struct core_lane *at = &core->lanes[lane];
        doubt(core, lane, acked_before[lane]);
        at->sent = core->heads.acked[lane];
        at->went_back = false;
        at->hold_real_ms = at->hold_ms = 0;
        at->resend_ms = NODE_RESEND_MS;
    }
    return true;
}

/* ---- the present first ---- */

static bool snapshot_is_due(const struct node_core *core) {
    uint64_t waiting = core->lanes[NODE_HISTORY].made - core->heads.acked[NODE_HISTORY];
    const struct node_epoch *epoch = core_epoch(core);
    bool successor =
        core->heads.epoch_count > 1 && core->lanes[NODE_PRESENT].made == epoch->base[NODE_PRESENT];
    bool on_its_way = core->heads.acked[NODE_PRESENT] < core->lanes[NODE_PRESENT].made &&
                      core->snapshot_as_of == core->lanes[NODE_HISTORY].made;
    return !on_its_way && core->present.as_of > 0 && (waiting > NODE_OUTAGE_REPORTS || successor);
}

static void make_snapshot(struct turn *turn) {
    struct node_core *core = turn->core;
    struct hv_report *parts;
    size_t count;
    int error = node_present_snapshot(&core->present, core_epoch(core)->base[NODE_HISTORY],
                                      turn_seen(turn, 0), &turn->effects->arena, &parts, &count);
    for (size_t i = 0; i < count && error == HV_OK; i++)
        error = core_make_report(turn, HV_LANE_PRESENT, &parts[i]);
    if (error != HV_OK)
        turn->error = error;
    core->snapshot_as_of = core->lanes[NODE_HISTORY].made;
}

/* ---- Welcome ---- */

static const char *objection(const struct node_core *core, const struct hv_envelope *frame) {
    if (memcmp(frame->deployment, core->identity.deployment, HV_ID128_BYTES) != 0)
        return "the coordinator there belongs to another deployment";
    if (frame->mode != core->identity.mode)
        return core->identity.mode == HV_MODE_LIVE
                   ? "the coordinator there runs an exercise, this node is live"
                   : "the coordinator there is live, this node is for an exercise";
    if (frame->welcome.term < core->session.term)
        return "the coordinator there was replaced by a later one (its term is lower)";
    return NULL;
}

/* Member by member: the bytes between them and after a text's end mean nothing. */
static bool same_session(const struct node_session *one, const struct node_session *other) {
    if (one->has_log != other->has_log || one->term != other->term ||
        memcmp(one->log, other->log, HV_ID128_BYTES) != 0 ||
        memcmp(one->incident, other->incident, HV_ID128_BYTES) != 0 ||
        one->endpoint_count != other->endpoint_count)
        return false;
    for (size_t i = 0; i < one->endpoint_count; i++)
        if (strcmp(one->endpoints[i], other->endpoints[i]) != 0)
            return false;
    return true;
}

static void take_session(struct turn *turn, const struct hv_envelope *frame) {
    const struct hv_welcome *welcome = &frame->welcome;
    struct node_session fresh = {.has_log = true, .term = welcome->term};
    memcpy(fresh.log, welcome->log, HV_ID128_BYTES);
    memcpy(fresh.incident, frame->incident, HV_ID128_BYTES);
    for (size_t i = 0; i < welcome->endpoint_count && i < HV_ENDPOINTS_MAX; i++)
        if (strlen(welcome->endpoints[i]) < NODE_ENDPOINT_BYTES)
            strcpy(fresh.endpoints[fresh.endpoint_count++], welcome->endpoints[i]);
    node_clock_set(&turn->core->clock, &welcome->clock, turn->real_ms);
    struct node_session *session = &turn->core->session;
    if (same_session(session, &fresh))
        return;
    *session = fresh;
    turn_write(turn, NODE_WRITE_SESSION)->session = session;
    turn_write_clock(turn);
}

static void go_up(struct turn *turn) {
    struct core_link *link = &turn->core->link;
    link->state = NODE_LINK_UP;
    link->since_real_ms = turn->real_ms;
    link->attempts = 0;
    link->trouble[0] = '\0';
}

void link_welcome(struct turn *turn, const struct hv_envelope *frame) {
    struct node_core *core = turn->core;
    if (core->link.state != NODE_LINK_GREETING || core->link.then != THEN_NOTHING)
        return;
    const char *why = objection(core, frame);
    if (why != NULL) {
        link_refused(turn, why);
        return;
    }
    uint64_t held_epoch = frame->welcome.held_epoch;
    if (held_epoch > core_epoch(core)->epoch) {
        link_take_epoch_refusal(turn, held_epoch);
        return;
    }
    take_session(turn, frame);
    core->link.welcomed = true;
    if (!take_heads(turn, &frame->welcome))
        return;
    if (snapshot_is_due(core))
        make_snapshot(turn);
    core->link.then = THEN_GO_UP;
    if (!core->writes_out)
        link_stored(turn, true);
}

/* With a full disk the session goes on without its news on disk; a new epoch does not. */
void link_stored(struct turn *turn, bool stored) {
    struct core_link *link = &turn->core->link;
    enum core_then then = link->then;
    link->then = THEN_NOTHING;
    if (link->state != NODE_LINK_GREETING)
        return;
    if (then == THEN_GO_UP)
        go_up(turn);
    else if (then == THEN_GREET && stored)
        link_greet(turn);
    else if (then == THEN_GREET)
        link_went_down(turn, "the disk is full: the new epoch could not be stored");
}
