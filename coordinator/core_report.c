/* Reports of nodes: each sequence taken once, in order, or refused with a reason. */
#include "coordinator/core_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { GAP_PAUSE_MS = 500 };

static void refuse(struct core *core, const struct state_node *node,
                   const struct hv_envelope *envelope, enum hv_reason reason, const char *detail) {
    struct hv_refusal refusal = {.reason = reason, .detail = detail};
    core_refuse(core, node, envelope->lane, envelope->sequence, &refusal);
}

/* ---- order ---- */

enum place_in_order { NEXT, SEEN_BEFORE, TOO_EARLY };

static bool incident_known(const struct core *core, const struct hv_envelope *envelope) {
    static const uint8_t peacetime[HV_ID128_BYTES];
    return memcmp(envelope->incident, peacetime, HV_ID128_BYTES) == 0 ||
           state_find_incident(core->state, envelope->incident) != NULL;
}

static void refuse_gap(struct core *core, const struct state_node *node,
                       const struct hv_envelope *envelope) {
    struct session *session = core_session(core, node->entity.index);
    uint64_t accepted = session->accepted[envelope->lane];
    bool told = session->gap_at[envelope->lane] == accepted + 1 &&
                core->real_ms - session->gap_ms[envelope->lane] < GAP_PAUSE_MS;
    if (told)
        return;
    session->gap_at[envelope->lane] = accepted + 1;
    session->gap_ms[envelope->lane] = core->real_ms;
    refuse(core, node, envelope, HV_REASON_GAP, "a sequence is missing before this one");
}

/* The same answer as the first time: the node may not have heard it. */
static void answer_again(struct core *core, const struct state_node *node, enum hv_lane lane,
                         uint64_t sequence) {
    const struct state_refusal *refusal = state_find_refusal(node, lane, sequence);
    if (refusal != NULL) {
        core_refuse_again(core, node, refusal);
        return;
    }
    core_session(core, node->entity.index)->ack |= (uint8_t)(1u << lane);
    core_touch_node(core, node->entity.index);
}

/* Answers what is not the next sequence. */
static enum place_in_order place_of(struct core *core, const struct state_node *node,
                                    const struct hv_envelope *envelope) {
    struct session *session = core_session(core, node->entity.index);
    enum hv_lane lane = envelope->lane;
    if (envelope->sequence <= session->accepted[lane]) {
        core->counters.duplicates++;
        if (envelope->sequence <= node->held[lane])
            answer_again(core, node, lane, envelope->sequence);
        return SEEN_BEFORE;
    }
    if (envelope->sequence > session->accepted[lane] + 1) {
        refuse_gap(core, node, envelope);
        return TOO_EARLY;
    }
    return NEXT;
}

/* ---- one outbox under one key ---- */

static uint32_t *print_at(struct session *session, enum hv_lane lane, uint64_t sequence) {
    return &session->prints[lane][sequence % STATE_PRINTS];
}

/* Whether something else has been taken under this number: the outbox was copied and both copies
 * report, or an old copy was put back and has gone on. An Ack would tell its staff that what they
 * entered is here. */
static bool is_of_another(struct core *core, const struct state_node *node,
                          const struct hv_envelope *envelope) {
    struct session *session = core_session(core, node->entity.index);
    uint64_t accepted = session->accepted[envelope->lane];
    if (envelope->sequence > accepted || envelope->sequence + STATE_PRINTS <= accepted)
        return false;
    uint32_t print = *print_at(session, envelope->lane, envelope->sequence);
    return print != 0 && print != state_print_of(&envelope->report);
}

/* Whether the report belongs to the session; refuses it otherwise. */
static bool in_session(struct core *core, const struct state_node *node,
                       const struct hv_envelope *envelope) {
    const struct session *session = core_session(core, node->entity.index);
    if (envelope->epoch < node->epoch) {
        refuse(core, node, envelope, HV_REASON_EPOCH, "a later outbox of this node is known");
        return false;
    }
    if (session->epoch == 0 || session->pending_epoch != 0 || envelope->epoch != session->epoch) {
        refuse(core, node, envelope, HV_REASON_HELLO_FIRST, "say hello first");
        return false;
    }
    return envelope->lane > HV_LANE_UNKNOWN && envelope->lane < HV_LANE_COUNT;
}

static bool has_room(struct core *core, const struct state_node *node,
                     const struct hv_envelope *envelope, const struct batch *batch) {
    if (batch != NULL)
        return true;
    refuse(core, node, envelope, HV_REASON_BUSY, "too many reports are waiting to be stored");
    return false;
}

/* ---- refused for good ---- */

static void record_refusal(struct core *core, struct batch *batch, const struct state_node *node,
                           const struct hv_envelope *envelope, const struct hv_verdict *verdict) {
    struct hv_record *record =
        core_batch_record(core, batch, HV_ACTOR_NODE, node->entity.id, HV_RECORD_REFUSED);
    if (record == NULL)
        return;
    const char *detail = hv_arena_text(&batch->arena, verdict->detail);
    record->refused = (struct hv_refused_report){.node = node->entity.id,
                                                 .epoch = envelope->epoch,
                                                 .lane = envelope->lane,
                                                 .sequence = envelope->sequence,
                                                 .reason = verdict->reason,
                                                 .detail = detail == NULL ? "" : detail};
    int error;
    struct pending *pending = core_batch_add(core, batch, record, &error);
    if (pending == NULL)
        return;
    pending->answer = ANSWER_REFUSE;
    pending->node = node->entity.index;
    struct session *session = core_session(core, node->entity.index);
    session->accepted[envelope->lane] = envelope->sequence;
    *print_at(session, envelope->lane, envelope->sequence) = 0;
}

void core_refuse_for_good(struct core *core, const struct state_node *node,
                          const struct hv_envelope *envelope, const struct hv_verdict *verdict) {
    if (!in_session(core, node, envelope) || place_of(core, node, envelope) != NEXT)
        return;
    struct batch *batch = core_batch_open(core, 1);
    if (has_room(core, node, envelope, batch))
        record_refusal(core, batch, node, envelope, verdict);
}

/* ---- taken ---- */

static struct hv_verdict check_answer(const struct core *core, const struct state_node *node,
                                      const struct hv_order_answer *answer) {
    const struct state_order *order = state_find_order(core->state, answer->order);
    struct hv_verdict verdict = {.reason = HV_REASON_REFERENCE};
    if (order == NULL && answer->order != 0 &&
        answer->order <= state_general(core->state)->last_order)
        verdict.reason = HV_REASON_UNKNOWN; /* finished and forgotten: for the log */
    else if (order == NULL || order->post != HV_POST_NODE || order->addressee == NULL ||
             strcmp(order->addressee, node->entity.id) != 0)
        snprintf(verdict.detail, sizeof verdict.detail, "answer.order: not of this node: %" PRIu64,
                 answer->order);
    else if (answer->revision > order->revision)
        snprintf(verdict.detail, sizeof verdict.detail, "answer.revision: unknown: %" PRIu32,
                 answer->revision);
    else
        verdict.reason = HV_REASON_UNKNOWN;
    return verdict;
}

/* Everything that decoding could not check. */
static struct hv_verdict check(struct core *core, const struct state_node *node,
                               const struct hv_envelope *envelope) {
    const struct hv_report *report = &envelope->report;
    struct hv_verdict verdict = {.reason = HV_REASON_TYPE};
    bool snapshot = report->kind == HV_REPORT_SNAPSHOT;
    if (snapshot != (envelope->lane == HV_LANE_PRESENT)) {
        snprintf(verdict.detail, sizeof verdict.detail, "lane: not for this report");
        return verdict;
    }
    if (report->source != HV_SOURCE_NODE) {
        snprintf(verdict.detail, sizeof verdict.detail, "report.source: a node speaks for itself");
        return verdict;
    }
    const struct state_place *own = state_place(core->state, node->place);
    if (*report->subject != '\0' && strcmp(report->subject, own->entity.id) != 0) {
        verdict.reason = HV_REASON_REFERENCE;
        snprintf(verdict.detail, sizeof verdict.detail, "report.subject: not this node's place");
        return verdict;
    }
    if (report->kind == HV_REPORT_ANSWER)
        return check_answer(core, node, &report->answer);
    verdict = core_check_references(core, report);
    return verdict.reason != HV_REASON_UNKNOWN ? verdict
                                               : core_check_limits(core, node, own, report);
}

static void take(struct core *core, struct batch *batch, const struct state_node *node,
                 const struct hv_envelope *envelope) {
    struct hv_record *record =
        core_batch_record(core, batch, HV_ACTOR_NODE, node->entity.id, HV_RECORD_REPORT);
    if (record == NULL)
        return;
    record->report.node = node->entity.id;
    record->report.epoch = envelope->epoch;
    record->report.lane = envelope->lane;
    record->report.sequence = envelope->sequence;
    record->report.sent_node_ms = envelope->sent_node_ms;
    record->report.clock_gap_node_ms = envelope->clock_gap_node_ms;
    memcpy(record->report.incident, envelope->incident, HV_ID128_BYTES);
    record->report.report = envelope->report;
    int error;
    struct pending *pending = core_batch_add(core, batch, record, &error);
    if (pending == NULL) {
        struct hv_verdict verdict = {.reason = HV_REASON_RANGE, .detail = "cannot be recorded"};
        if (error != HV_ERR_MEMORY)
            record_refusal(core, batch, node, envelope, &verdict);
        return;
    }
    pending->answer = ANSWER_ACK;
    pending->node = node->entity.index;
    struct session *session = core_session(core, node->entity.index);
    session->accepted[envelope->lane] = envelope->sequence;
    *print_at(session, envelope->lane, envelope->sequence) = state_print_of(&envelope->report);
}

void core_report(struct core *core, struct batch *batch, const struct state_node *node,
                 const struct hv_envelope *envelope) {
    if (!in_session(core, node, envelope))
        return;
    if (is_of_another(core, node, envelope)) {
        core_session(core, node->entity.index)->epoch = 0; /* what follows would come twice */
        refuse(core, node, envelope, HV_REASON_EPOCH,
               "another report has this number: the outbox was copied, or an old copy put back");
        return;
    }
    if (place_of(core, node, envelope) != NEXT)
        return;
    if (!incident_known(core, envelope)) {
        refuse(core, node, envelope, HV_REASON_INCIDENT,
               "the log knows no such incident; it can be opened under this id");
        return;
    }
    if (!has_room(core, node, envelope, batch))
        return;
    struct hv_verdict verdict = check(core, node, envelope);
    if (verdict.reason != HV_REASON_UNKNOWN)
        record_refusal(core, batch, node, envelope, &verdict);
    else
        take(core, batch, node, envelope);
}
