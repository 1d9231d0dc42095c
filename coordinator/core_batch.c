/* Batches: records that wait to be stored together, and what follows when they are. */
#include "coordinator/core_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What one batch takes before the next begins, and what all may hold before senders must wait: in
 * bytes as encoded and, because a frame can decode to a hundred times its size, as decoded. */
enum {
    FIRST_RECORD_ROOM = 4096,
    BATCH_BYTES_MAX = 4 << 20,
    BATCH_DECODED_MAX = 8 << 20,
    ALL_BYTES_MAX = 64 << 20
};

static struct batch *batch_at(struct core *core, unsigned offset) {
    return &core->batches[(core->oldest + offset) % CORE_BATCHES_MAX];
}

size_t core_batch_gathered(const struct core *core) {
    size_t gathered = 0;
    for (unsigned i = 0; i < core->used; i++)
        gathered += core->batches[(core->oldest + i) % CORE_BATCHES_MAX].count;
    return gathered;
}

bool core_batch_holds(const struct core *core, enum hv_record_kind kind) {
    for (unsigned i = 0; i < core->used; i++) {
        const struct batch *batch = &core->batches[(core->oldest + i) % CORE_BATCHES_MAX];
        for (size_t k = 0; k < batch->count; k++)
            if (batch->list[k].record->kind == kind)
                return true;
    }
    return false;
}

/* Memory that only an unusual batch needed is given back. */
static void reset(struct batch *batch) {
    hv_arena_reset(&batch->arena);
    if (batch->arena.held > 2 * BATCH_DECODED_MAX)
        hv_arena_deinit(&batch->arena);
    if (batch->room > 2 * BATCH_BYTES_MAX) {
        free(batch->bytes);
        batch->bytes = NULL;
        batch->room = 0;
    }
    batch->count = 0;
    batch->size = 0;
}

static size_t bytes_gathered(const struct core *core) {
    size_t bytes = 0;
    for (unsigned i = 0; i < core->used; i++) {
        const struct batch *batch = &core->batches[(core->oldest + i) % CORE_BATCHES_MAX];
        bytes += batch->size + batch->arena.taken;
    }
    return bytes;
}

struct batch *core_batch_open(struct core *core, size_t records) {
    unsigned first_free = core->under_way ? 1 : 0; /* the one under way takes no more */
    if (core->used > first_free) {
        struct batch *last = batch_at(core, core->used - 1);
        if (last->count + records <= core->options.batch_limit && last->size < BATCH_BYTES_MAX &&
            last->arena.taken < BATCH_DECODED_MAX)
            return last;
    }
    if (core->used == CORE_BATCHES_MAX || bytes_gathered(core) >= ALL_BYTES_MAX)
        return NULL;
    struct batch *batch = batch_at(core, core->used++);
    reset(batch);
    return batch;
}

/* ---- adding ---- */

struct hv_record *core_batch_record(struct core *core, struct batch *batch, enum hv_actor actor,
                                    const char *name, enum hv_record_kind kind) {
    struct hv_record *record = hv_arena_take(&batch->arena, 1, sizeof *record);
    if (record == NULL) {
        core->out_of_memory = true;
        return NULL;
    }
    record->version = HV_RECORD_VERSION;
    record->actor = actor;
    record->name = name;
    record->wall_ms = core_now_wall(core);
    record->mono_ms = core_now_mono(core);
    record->kind = kind;
    return record;
}

static bool make_bytes(struct batch *batch, size_t bytes) {
    if (batch->size + bytes <= batch->room)
        return true;
    size_t room = (batch->size + bytes) * 2;
    uint8_t *grown = realloc(batch->bytes, room);
    if (grown == NULL)
        return false;
    batch->bytes = grown;
    batch->room = room;
    return true;
}

static bool make_list(struct batch *batch) {
    if (batch->count < batch->list_room)
        return true;
    size_t room = batch->list_room == 0 ? 256 : batch->list_room * 2;
    struct pending *list = realloc(batch->list, room * sizeof *list);
    if (list != NULL)
        batch->list = list;
    struct log_entry *entries = realloc(batch->entries, room * sizeof *entries);
    if (entries != NULL)
        batch->entries = entries;
    if (list == NULL || entries == NULL)
        return false;
    batch->list_room = room;
    return true;
}

/* Whether everything in the record has been checked already: the report as part of its envelope,
 * and the rest is the core's own, but for a machine whose clock is of another age. */
static bool is_checked(const struct hv_record *record) {
    return record->kind == HV_RECORD_REPORT && record->actor == HV_ACTOR_NODE &&
           record->wall_ms >= 0 && record->wall_ms <= HV_MS_MAX &&
           record->mono_ms <= (uint64_t)HV_MS_MAX;
}

static int encode(struct core *core, struct batch *batch, const struct hv_record *record,
                  size_t *ret_size) {
    int error = HV_ERR_LIMIT;
    for (size_t room = FIRST_RECORD_ROOM; error == HV_ERR_LIMIT && room <= HV_RECORD_BYTES_MAX;
         room *= 4) {
        if (!make_bytes(batch, room))
            return HV_ERR_MEMORY;
        uint8_t *at = batch->bytes + batch->size;
        size_t left = batch->room - batch->size;
        hv_arena_reset(&core->scratch);
        error = is_checked(record) ? hv_record_write(record, at, left, ret_size)
                                   : hv_record_encode(record, &core->scratch, at, left, ret_size);
    }
    return error;
}

struct pending *core_batch_add(struct core *core, struct batch *batch,
                               const struct hv_record *record, int *ret_error) {
    size_t size = 0;
    *ret_error = make_list(batch) ? encode(core, batch, record, &size) : HV_ERR_MEMORY;
    if (*ret_error == HV_ERR_MEMORY)
        core->out_of_memory = true;
    if (*ret_error != 0)
        return NULL;
    struct pending *pending = &batch->list[batch->count++];
    *pending =
        (struct pending){.record = record, .offset = batch->size, .size = size, .node = STATE_NONE};
    batch->size += size;
    return pending;
}

/* ---- handing out ---- */

void core_batch_hand_out(struct core *core, bool idle) {
    if (core->under_way || core->used == 0)
        return;
    struct batch *batch = batch_at(core, 0);
    if (batch->count == 0) { /* what it decoded was not kept */
        reset(batch);
        core->used--;
        return;
    }
    if (!idle && core->used == 1 && batch->count < core->options.batch_limit &&
        batch->size < BATCH_BYTES_MAX && batch->arena.taken < BATCH_DECODED_MAX)
        return;
    for (size_t i = 0; i < batch->count; i++)
        batch->entries[i] = (struct log_entry){.kind = batch->list[i].record->kind,
                                               .bytes = batch->bytes + batch->list[i].offset,
                                               .size = batch->list[i].size};
    struct core_effect *effect = core_effect_add(core, CORE_APPEND);
    effect->append.first = state_position(core->state) + 1;
    effect->append.entries = batch->entries;
    effect->append.count = batch->count;
    core->under_way = true;
    core->counters.batches++;
}

static void drop_oldest(struct core *core) {
    reset(batch_at(core, 0));
    core->oldest = (core->oldest + 1) % CORE_BATCHES_MAX;
    core->used--;
}

/* ---- committed ---- */

static void answer_refused(struct core *core, const struct state_node *node,
                           const struct hv_refused_report *refused) {
    struct hv_refusal refusal = {
        .reason = refused->reason, .detail = refused->detail, .skip = true};
    core_refuse(core, node, refused->lane, refused->sequence, &refusal);
}

static void answer(struct core *core, const struct pending *pending, uint64_t position) {
    const struct state_node *node = state_node(core->state, pending->node);
    const struct hv_record *record = pending->record;
    switch (pending->answer) {
    case ANSWER_NOTHING:
        break;
    case ANSWER_TELLING:
        core->tellings_pending--;
        break;
    case ANSWER_ACK:
        core->counters.reports++;
        core_session(core, pending->node)->ack |= (uint8_t)(1u << record->report.lane);
        core_touch_node(core, pending->node);
        break;
    case ANSWER_REFUSE:
        answer_refused(core, node, &record->refused);
        break;
    case ANSWER_WELCOME: {
        struct session *session = core_session(core, pending->node);
        session->epoch = node->epoch;
        session->pending_epoch = 0;
        core_session_as_held(session, node);
        core_welcome(core, node);
        break;
    }
    case ANSWER_REPLY:
        core->command_in_flight = false;
        core_reply(core, pending->token, 0, NULL, position - pending->records + 1, position);
    }
}

static void goods_moved(struct core *core, const struct hv_stock_movement *movement) {
    if (movement->kind == HV_STOCK_SHIP || (movement->kind == HV_STOCK_RECEIVE && movement->final))
        core_consignment_moved(core, movement->waybill);
}

/* What else a durable record sets off. */
static void follow_up(struct core *core, const struct hv_record *record, uint64_t mono_before) {
    const struct state_node *node;
    switch (record->kind) {
    case HV_RECORD_PRESENCE:
        node = state_find_node(core->state, record->presence.node);
        if (node != NULL)
            core_session(core, node->entity.index)->presence_pending = false;
        core->plan_due |= node != NULL && node->role == HV_ROLE_SHELTER; /* its places */
        break;
    case HV_RECORD_ORDER: {
        const struct state_order *order = state_find_order(core->state, record->order.id);
        if (order != NULL && dispatch_take(&core->dispatch, core->state, order) != 0)
            core->out_of_memory = true;
        if (record->order.answers_from == 0 && record->order.kind == HV_ORDER_EXPECT_DELIVERY)
            core_consignment_moved(core, record->order.waybill);
        core->plan_due = true; /* also one by hand promises goods or turns a road */
        break;
    }
    case HV_RECORD_ESCALATION:
        core->escalations_pending--;
        break;
    case HV_RECORD_CLOCK:
        core_clock_rebase(core, mono_before);
        core->tell_all = true;
        core->tell_next = 0;
        break;
    case HV_RECORD_INCIDENT:
        core->tell_all = true;
        core->tell_next = 0;
        core->plan_due = true;
        break;
    case HV_RECORD_REPORT:
        if (record->report.report.kind == HV_REPORT_STOCK_MOVEMENT)
            goods_moved(core, &record->report.report.stock_movement);
        core->plan_due = true;
        break;
    case HV_RECORD_REGION:
    case HV_RECORD_PROFILE:
    case HV_RECORD_ROAD:
    case HV_RECORD_HAZARD:
    case HV_RECORD_SWEEP:
    case HV_RECORD_ANSWER: /* people leave, or leave no more */
    case HV_RECORD_DECISION:
    case HV_RECORD_WAYBILL_END:
    case HV_RECORD_DIRECTIVE:
    case HV_RECORD_APPROVAL:
        core->plan_due = true;
        break;
    default:
        break;
    }
}

void core_batch_committed(struct core *core) {
    if (!core->under_way || core->used == 0)
        return;
    struct batch *batch = batch_at(core, 0);
    core->under_way = false;
    core->counters.storing = true;
    for (size_t i = 0; i < batch->count; i++) {
        const struct pending *pending = &batch->list[i];
        uint64_t position = state_position(core->state) + 1;
        uint64_t mono_before = core_now_mono(core);
        if (state_apply(core->state, position, pending->record) != 0) {
            core->out_of_memory = true;
            return;
        }
        follow_up(core, pending->record, mono_before);
        answer(core, pending, position);
    }
    core->counters.committed += batch->count;
    drop_oldest(core);
}

/* ---- failed ---- */

static void roll_back(struct core *core, const struct pending *pending, int error) {
    const struct hv_record *record = pending->record;
    if (pending->answer == ANSWER_REPLY) {
        core->command_in_flight = false;
        core_reply(core, pending->token, error, NULL, 0, 0);
    }
    if (pending->node == STATE_NONE)
        return;
    struct session *session = core_session(core, pending->node);
    const struct state_node *node = state_node(core->state, pending->node);
    core_session_as_held(session, node);
    session->pending_epoch = 0;
    session->presence_pending = false;
    if (record->kind == HV_RECORD_REPORT)
        session->refuse |= (uint8_t)(1u << record->report.lane);
    else if (record->kind == HV_RECORD_REFUSED)
        session->refuse |= (uint8_t)(1u << record->refused.lane);
    else if (record->kind == HV_RECORD_EPOCH)
        session->refuse |= 1u << HV_LANE_UNKNOWN;
    core_touch_node(core, pending->node);
}

void core_batch_failed(struct core *core, int error) {
    core->under_way = false;
    core->counters.failed_batches++;
    if (core->counters.storing)
        core_event_line(core, true, "event=not-stored error=%s position=%" PRIu64,
                        hv_error_name(error), state_position(core->state) + 1);
    core->counters.storing = false;
    core->escalations_pending = 0;
    core->tellings_pending = 0;
    core->left_any = true;
    while (core->used > 0) {
        const struct batch *batch = batch_at(core, 0);
        for (size_t i = 0; i < batch->count; i++)
            roll_back(core, &batch->list[i], error);
        drop_oldest(core);
    }
}

void core_batches_free(struct core *core) {
    for (unsigned i = 0; i < CORE_BATCHES_MAX; i++) {
        hv_arena_deinit(&core->batches[i].arena);
        free(core->batches[i].bytes);
        free(core->batches[i].list);
        free(core->batches[i].entries);
    }
}
