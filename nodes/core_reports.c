/* Reports made here: judged, numbered, folded, written, answered once they are durable. */
#include "nodes/core_internal.h"

#include "schemas/codec.h"
#include "schemas/tally.h"

#include <string.h>

/* ---- numbering ---- */

static bool fold_is_due(const struct node_core *core) {
    uint64_t every = core->present.stock.count;
    if (every < NODE_FOLD_EVERY)
        every = NODE_FOLD_EVERY;
    return core->present.as_of - core->fold_index >= every;
}

static void write_fold(struct turn *turn) {
    struct node_core *core = turn->core;
    turn_write(turn, NODE_WRITE_FOLD)->fold = &core->present;
    core->fold_index = core->present.as_of;
}

int core_make_report(struct turn *turn, enum hv_lane lane, const struct hv_report *report) {
    struct node_core *core = turn->core;
    struct core_lane *made = &core->lanes[core_lane_number(lane)];
    uint64_t index = made->made + 1;
    struct hv_report *kept = hv_report_copy(report, &turn->effects->arena);
    if (kept == NULL)
        return HV_ERR_MEMORY;
    int error = lane == HV_LANE_HISTORY ? node_present_apply(&core->present, index, kept) : HV_OK;
    if (error != HV_OK)
        return error;
    made->made = index;
    if (made->first == 0)
        made->first = index;
    struct node_write *write = turn_write(turn, NODE_WRITE_REPORT);
    write->report.lane = lane;
    write->report.index = index;
    write->report.report = kept;
    memcpy(write->report.incident, core->session.incident, HV_ID128_BYTES);
    turn_write_clock(turn);
    if (lane == HV_LANE_HISTORY && fold_is_due(core))
        write_fold(turn);
    return HV_OK;
}

/* A report that cannot be read would hold up all behind it for ever, since none is taken out of its
 * turn. A note takes its place and says so; the fold keeps what it did to the figures here. Sent
 * once it is stored. */
void core_replace_unreadable(struct turn *turn, uint64_t index) {
    struct node_core *core = turn->core;
    struct core_lane *lane = &core->lanes[NODE_HISTORY];
    if (index <= core->heads.acked[NODE_HISTORY] || index > lane->durable)
        return;
    struct hv_report note = {.source = HV_SOURCE_NODE,
                             .seen = turn_seen(turn, 0),
                             .subject = "",
                             .kind = HV_REPORT_NOTE,
                             .note = {.text = "an entry was damaged on this node's disk before it "
                                              "was sent: count people and goods"}};
    struct node_write *write = turn_write(turn, NODE_WRITE_REPORT);
    write->report.lane = HV_LANE_HISTORY;
    write->report.index = index;
    write->report.report = hv_report_copy(&note, &turn->effects->arena);
    memcpy(write->report.incident, core->session.incident, HV_ID128_BYTES);
    if (write->report.report == NULL)
        turn->error = HV_ERR_MEMORY;
    core->heads.lost++;
    turn_write_heads(turn);
    write_fold(turn);
    lane->sent = lane->durable = index - 1;
}

/* ---- replies ---- */

static void refuse(struct turn *turn, uint64_t token, int error, enum hv_reason reason,
                   const char *message, const char *remedy) {
    if (token == 0)
        return;
    turn_effect(turn, NODE_EFFECT_REPLY)->reply = (struct node_reply){
        .token = token, .error = error, .reason = reason, .message = message, .remedy = remedy};
}

static void promise_reply(struct turn *turn, uint64_t token, uint64_t request) {
    struct node_core *core = turn->core;
    if (token == 0)
        return;
    uint64_t made = core->lanes[NODE_HISTORY].made;
    core->pending[core->pending_count++] =
        (struct node_reply){.token = token,
                            .message = "",
                            .remedy = "",
                            .lane = HV_LANE_HISTORY,
                            .epoch = core_epoch(core)->epoch,
                            .sequence = made - core_epoch(core)->base[NODE_HISTORY],
                            .request = request};
}

/* That it was taken before: at once where all is durable, else with what waits for the disk. */
static void promise_repeated(struct turn *turn, uint64_t token) {
    struct node_reply reply = {.token = token, .message = "", .remedy = "", .repeated = true};
    if (token != 0 && turn->core->writes_out)
        turn->core->pending[turn->core->pending_count++] = reply;
    else if (token != 0)
        turn_effect(turn, NODE_EFFECT_REPLY)->reply = reply;
}

void core_reply_stored(struct turn *turn) {
    struct node_core *core = turn->core;
    for (size_t i = 0; i < core->pending_count; i++)
        turn_effect(turn, NODE_EFFECT_REPLY)->reply = core->pending[i];
    core->pending_count = 0;
}

static const char *store_remedy(int error) {
    return error == HV_ERR_FULL
               ? "free space on the node's disk or raise outbox_bytes in node.json, then enter it "
                 "again"
               : "look into the node's disk and its messages, then enter it again";
}

void core_reply_failed(struct turn *turn, int store_error) {
    struct node_core *core = turn->core;
    for (size_t i = 0; i < core->pending_count; i++)
        refuse(turn, core->pending[i].token, store_error, HV_REASON_NOT_STORED,
               store_error == HV_ERR_FULL ? "the disk or the outbox is full: nothing was stored"
                                          : "the entry could not be stored",
               store_remedy(store_error));
    core->pending_count = 0;
}

/* ---- judging ---- */

const struct objection core_no_objection = {0};

struct objection core_object(int error, enum hv_reason reason, const char *message,
                             const char *remedy) {
    return (struct objection){error, reason, message, remedy};
}

static struct objection judge_movement(struct turn *turn, const struct hv_movement *movement,
                                       bool force) {
    const struct hv_people *here = &turn->core->present.people;
    int64_t there = hv_people_total(here);
    int64_t moved = hv_tally_sign(movement->kind) * hv_people_total(&movement->people);
    if (there + moved > HV_PEOPLE_MAX)
        return core_object(HV_ERR_VALUE, HV_REASON_RANGE,
                           turn_text(turn, "that would make %lld people", (long long)there + moved),
                           "correct the figure");
    if (there + moved < 0 && !force)
        return core_object(HV_ERR_STATE, HV_REASON_RANGE,
                           turn_text(turn, "%lld people leave, but only %lld are here",
                                     (long long)-moved, (long long)there),
                           "count first, or force it");
    return core_no_objection;
}

static struct objection no_request(struct turn *turn, const struct hv_request *request) {
    return core_object(HV_ERR_NOT_FOUND, HV_REASON_REFERENCE,
                       turn_text(turn, "there is no request %llu", (unsigned long long)request->id),
                       "see the open requests with “haven-node requests”");
}

static struct objection judge_request(struct turn *turn, const struct hv_request *request) {
    return request->id <= turn->core->present.next_request ? core_no_objection
                                                           : no_request(turn, request);
}

static struct objection judge_answer(struct turn *turn, const struct hv_order_answer *answer) {
    const struct node_order *order = core_find_order(turn->core, answer->order);
    if (order == NULL)
        return core_object(
            HV_ERR_NOT_FOUND, HV_REASON_REFERENCE,
            turn_text(turn, "there is no order %llu", (unsigned long long)answer->order),
            "see all orders");
    const char *remedy = "";
    const char *message = core_answer_objection(order, answer, &remedy);
    return message == NULL ? core_no_objection
                           : core_object(HV_ERR_STATE, HV_REASON_RANGE, message, remedy);
}

static struct objection judge_role(const struct node_core *core, enum hv_report_kind kind) {
    bool of_shelters =
        kind == HV_REPORT_MOVEMENT || kind == HV_REPORT_COUNT || kind == HV_REPORT_CAPACITY;
    if (core->identity.role != HV_ROLE_DEPOT || !of_shelters)
        return core_no_objection;
    return core_object(HV_ERR_PERMISSION, HV_REASON_ROLE, "a depot does not report people",
                       "report it at the shelter's own node");
}

static struct objection judge(struct turn *turn, const struct hv_report *report, bool force) {
    if (report->kind == HV_REPORT_REQUEST && report->request.kind == HV_REQUEST_UNKNOWN)
        return no_request(turn, &report->request); /* an open one would have said its kind */
    struct objection objection = core_judge_aside(turn, report);
    if (objection.error != HV_OK)
        return objection;
    struct hv_verdict verdict = hv_report_check(report);
    if (verdict.reason != HV_REASON_UNKNOWN)
        return core_object(HV_ERR_VALUE, verdict.reason, turn_text(turn, "%s", verdict.detail),
                           "correct the entry");
    objection = judge_role(turn->core, report->kind);
    if (objection.error != HV_OK)
        return objection;
    switch (report->kind) {
    case HV_REPORT_MOVEMENT:
        return judge_movement(turn, &report->movement, force);
    case HV_REPORT_STOCK_MOVEMENT:
        return core_judge_goods(turn, report, force);
    case HV_REPORT_STOCK_COUNT:
        return core_judge_count(turn, &report->stock_count, force);
    case HV_REPORT_REQUEST:
        return judge_request(turn, &report->request);
    case HV_REPORT_ANSWER:
        return judge_answer(turn, &report->answer);
    case HV_REPORT_SNAPSHOT:
    case HV_REPORT_NONE:
        return core_object(HV_ERR_VALUE, HV_REASON_TYPE, "staff do not make such a report",
                           "report the facts; the node makes snapshots by itself");
    default:
        return core_no_objection;
    }
}

/* ---- what staff leave out ---- */

static void complete_answer(struct turn *turn, struct hv_order_answer *answer) {
    const struct node_order *order = core_find_order(turn->core, answer->order);
    if (answer->revision == 0) /* an unknown order is judged as that */
        answer->revision = order == NULL ? 1 : order->revision;
}

/* A withdrawal that names no kind takes that of the request. */
static int complete_request(struct turn *turn, struct hv_request *request) {
    const struct node_present *present = &turn->core->present;
    struct hv_arena *arena = &turn->effects->arena;
    struct hv_verdict verdict;
    struct hv_report *open;
    if (request->id == 0)
        request->id = present->next_request;
    if (request->kind != HV_REQUEST_UNKNOWN)
        return HV_OK;
    const struct node_request *known = node_present_request(present, request->id);
    if (known == NULL)
        return HV_OK; /* judged as what is not there */
    int error = hv_report_decode(known->bytes, known->size, arena, &verdict, &open);
    if (error == HV_OK) {
        request->kind = open->request.kind;
        request->urgency = open->request.urgency;
    }
    return error;
}

static int complete(struct turn *turn, struct hv_report *report, uint64_t ago_ms, bool force) {
    report->source = HV_SOURCE_NODE;
    report->seen = turn_seen(turn, ago_ms);
    report->subject = "";
    switch (report->kind) {
    case HV_REPORT_LIFELINES:
        for (size_t i = 0; i < report->lifelines.lifeline_count; i++)
            report->lifelines.lifelines[i].seen = report->seen;
        return HV_OK;
    case HV_REPORT_STOCK_MOVEMENT:
        return core_complete_goods(turn, report, force);
    case HV_REPORT_STOCK_COUNT:
        node_stock_know_lots(&turn->core->present.stock, report->stock_count.lines,
                             report->stock_count.line_count);
        return HV_OK;
    case HV_REPORT_REQUEST:
        return complete_request(turn, &report->request);
    case HV_REPORT_ANSWER:
        complete_answer(turn, &report->answer);
        return HV_OK;
    default:
        return HV_OK;
    }
}

/* ---- reports of the staff ---- */

static void take_report(struct turn *turn, uint64_t token, struct hv_report *report, bool force) {
    struct node_core *core = turn->core;
    struct objection objection = judge(turn, report, force);
    if (objection.error != HV_OK) {
        refuse(turn, token, objection.error, objection.reason, objection.message, objection.remedy);
        return;
    }
    int error = core_make_report(turn, HV_LANE_HISTORY, report);
    if (error != HV_OK) {
        refuse(turn, token, error, HV_REASON_OVERSIZE,
               error == HV_ERR_LIMIT ? "no more stock lines or open requests are kept here"
                                     : hv_error_text(error),
               "withdraw requests that are met; count stock without lots");
        return;
    }
    if (report->kind == HV_REPORT_ANSWER)
        core_answered(turn, core_find_order(core, report->answer.order), &report->answer);
    core_device_took(turn);
    if (report->kind == HV_REPORT_MOVEMENT)
        core->last_movement = turn->once;
    promise_reply(turn, token, report->kind == HV_REPORT_REQUEST ? report->request.id : 0);
}

static bool may_report(struct turn *turn, uint64_t token) {
    const struct node_core *core = turn->core;
    if (core->link.state == NODE_LINK_TAKEN) {
        refuse(turn, token, HV_ERR_PERMISSION, HV_REASON_EPOCH,
               "another machine reports for this place now: nothing entered here would arrive",
               "enter it at the machine that now reports as this node");
        return false;
    }
    if (core->pending_count == NODE_PENDING_MAX) {
        refuse(turn, token, HV_ERR_BUSY, HV_REASON_BUSY, "too many entries wait for the disk",
               "enter it again in a moment");
        return false;
    }
    switch (core_device_judge(turn)) {
    case DEVICE_ENTRY_NEW:
        return true;
    case DEVICE_ENTRY_TAKEN:
        promise_repeated(turn, token);
        return false;
    case DEVICE_ENTRY_OLD:
        refuse(turn, token, HV_ERR_STATE, HV_REASON_GAP,
               "this device has entered much since: whether this was taken is not known",
               "look at the figures, and enter it anew where it is missing");
        return false;
    case DEVICE_UNKNOWN:
        refuse(turn, token, HV_ERR_NOT_FOUND, HV_REASON_REFERENCE,
               "the device is not known here, or was forgotten",
               "take a new device id; look at the figures before entering again what waited");
        return false;
    }
    return false;
}

void core_staff_device(struct turn *turn, uint64_t id, uint64_t token) {
    if (!may_report(turn, token))
        return;
    core_device_new(turn, id);
    turn->core->pending[turn->core->pending_count++] =
        (struct node_reply){.token = token, .message = "", .remedy = "", .device = id};
}

void core_staff_report(struct turn *turn, const struct node_event *event) {
    uint64_t token = event->report.token;
    if (!may_report(turn, token))
        return;
    struct hv_report *report = hv_report_copy(event->report.report, &turn->effects->arena);
    int error = report == NULL ? HV_ERR_MEMORY
                               : complete(turn, report, event->report.ago_ms, event->report.force);
    if (error != HV_OK) {
        refuse(turn, token, error, HV_REASON_OVERSIZE, hv_error_text(error),
               "make several smaller entries of it");
        return;
    }
    take_report(turn, token, report, event->report.force);
}

void core_undo(struct turn *turn, uint64_t of, uint64_t token) {
    if (!may_report(turn, token))
        return;
    const struct node_once *moved = &turn->core->last_movement;
    if (of != 0 && (moved->device != turn->once.device || moved->number != of)) {
        refuse(turn, token, HV_ERR_STATE, HV_REASON_RANGE,
               "somebody entered another movement since",
               "enter the opposite: check the people out or in again");
        return;
    }
    const struct node_last_movement *last = &turn->core->present.last;
    if (last->kind == HV_MOVEMENT_UNKNOWN) {
        refuse(turn, token, HV_ERR_STATE, HV_REASON_RANGE,
               "there is no movement since the last count or undo to take back",
               "count instead (haven-node count …)");
        return;
    }
    struct hv_report report = {.source = HV_SOURCE_NODE,
                               .seen = turn_seen(turn, 0),
                               .subject = "",
                               .kind = HV_REPORT_MOVEMENT};
    report.movement = (struct hv_movement){.kind = HV_MOVEMENT_CORRECTION,
                                           .zone = last->zone,
                                           .shelter = last->shelter,
                                           .transfer = last->transfer,
                                           .households = last->households};
    hv_people_add(&report.movement.people, &last->people, -hv_tally_sign(last->kind));
    take_report(turn, token, &report, true);
}
