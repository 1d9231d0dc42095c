#include "nodes/journal.h"

#include "nodes/journal_format.h"
#include "schemas/codec.h"

#include <stdlib.h>
#include <string.h>

enum { KEEP_ARENA_BYTES = 1 << 19 };

struct journal {
    struct outbox *outbox;
    struct hv_arena arena; /* content of what waits */
    struct hv_arena scratch;
    uint8_t *buffer; /* HV_FRAME_BYTES_MAX */
    struct outbox_write *writes;
    size_t count;
    size_t capacity;
    size_t meta[FORMAT_META_COUNT]; /* place in writes + 1 of what waits of each */
};

struct journal *journal_new(struct outbox *outbox) {
    struct journal *journal = calloc(1, sizeof *journal);
    uint8_t *buffer = malloc(HV_FRAME_BYTES_MAX);
    if (journal == NULL || buffer == NULL) {
        free(journal);
        free(buffer);
        return NULL;
    }
    journal->outbox = outbox;
    journal->buffer = buffer;
    hv_arena_init(&journal->arena, 0);
    hv_arena_init(&journal->scratch, 0);
    return journal;
}

void journal_free(struct journal *journal) {
    if (journal == NULL)
        return;
    hv_arena_deinit(&journal->arena);
    hv_arena_deinit(&journal->scratch);
    free(journal->writes);
    free(journal->buffer);
    free(journal);
}

static void recycle(struct hv_arena *arena) {
    if (arena->held > KEEP_ARENA_BYTES)
        hv_arena_deinit(arena);
    else
        hv_arena_reset(arena);
}

static void forget(struct journal *journal) {
    journal->count = 0;
    memset(journal->meta, 0, sizeof journal->meta);
    recycle(&journal->arena);
    recycle(&journal->scratch);
}

bool journal_is_waiting(const struct journal *journal) {
    return journal->count > 0;
}

size_t journal_waiting_count(const struct journal *journal) {
    return journal->count;
}

/* ---- gathering ---- */

static int add(struct journal *journal, const struct outbox_write *write) {
    if (journal->count == journal->capacity) {
        size_t capacity = journal->capacity == 0 ? 32 : journal->capacity * 2;
        struct outbox_write *writes = realloc(journal->writes, capacity * sizeof *writes);
        if (writes == NULL)
            return HV_ERR_MEMORY;
        journal->writes = writes;
        journal->capacity = capacity;
    }
    journal->writes[journal->count++] = *write;
    return HV_OK;
}

static int add_record(struct journal *journal, enum outbox_table table, uint64_t key,
                      const uint8_t *bytes, size_t size) {
    uint8_t *copy = hv_arena_take(&journal->arena, 1, size + 1);
    if (copy == NULL)
        return HV_ERR_MEMORY;
    memcpy(copy, bytes, size);
    struct outbox_write write = {.table = table, .key = key, .bytes = copy, .size = size};
    return add(journal, &write);
}

static int add_removal(struct journal *journal, enum outbox_table table, uint64_t first,
                       uint64_t last) {
    struct outbox_write write = {.table = table, .key = first, .last = last};
    return add(journal, &write);
}

/* What is known once only: a later one of the same batch takes the place of an earlier one. */
static int add_meta(struct journal *journal, enum format_meta meta, struct packer *packer) {
    if (packer->failed)
        return HV_ERR_LIMIT;
    if (journal->meta[meta] == 0) {
        int error = add_record(journal, OUTBOX_META, meta, packer->bytes, packer->size);
        if (error == HV_OK)
            journal->meta[meta] = journal->count;
        return error;
    }
    struct outbox_write *write = &journal->writes[journal->meta[meta] - 1];
    uint8_t *bytes = hv_arena_take(&journal->arena, 1, packer->size + 1);
    if (bytes == NULL)
        return HV_ERR_MEMORY;
    write->bytes = memcpy(bytes, packer->bytes, packer->size);
    write->size = packer->size;
    return HV_OK;
}

static int gather_report(struct journal *journal, const struct node_report *report) {
    size_t size;
    int error =
        format_report(report, &journal->scratch, journal->buffer, HV_FRAME_BYTES_MAX, &size);
    if (error != HV_OK)
        return error;
    return add_record(journal, format_lane_table(report->lane), report->index, journal->buffer,
                      size);
}

static int gather_refused(struct journal *journal, const struct node_refused *refused) {
    struct packer packer = {.bytes = journal->buffer, .capacity = HV_FRAME_BYTES_MAX};
    format_refused(refused, &packer);
    uint64_t key = format_refused_key(refused->lane, refused->index);
    if (refused->reason == HV_REASON_UNKNOWN)
        return add_removal(journal, OUTBOX_REFUSED, key, key);
    return packer.failed ? HV_ERR_LIMIT
                         : add_record(journal, OUTBOX_REFUSED, key, packer.bytes, packer.size);
}

static int gather_standing(struct journal *journal, const struct node_order *standing) {
    struct packer packer = {.bytes = journal->buffer, .capacity = HV_FRAME_BYTES_MAX};
    format_standing(standing, &packer);
    return add_record(journal, OUTBOX_ANSWERS, standing->id, packer.bytes, packer.size);
}

static int gather_order(struct journal *journal, const struct node_write *write) {
    size_t size;
    int error = hv_order_encode(write->order.order, &journal->scratch, journal->buffer,
                                HV_FRAME_BYTES_MAX, &size);
    if (error == HV_OK)
        error = add_record(journal, OUTBOX_ORDERS, write->order.standing.id, journal->buffer, size);
    return error != HV_OK ? error : gather_standing(journal, &write->order.standing);
}

static int gather_forgotten(struct journal *journal, uint64_t id) {
    int error = add_removal(journal, OUTBOX_ORDERS, id, id);
    return error != HV_OK ? error : add_removal(journal, OUTBOX_ANSWERS, id, id);
}

static int gather_fold(struct journal *journal, const struct node_present *fold) {
    struct node_packed *records;
    size_t count;
    int error = node_present_pack(fold, &journal->scratch, &records, &count);
    for (size_t i = 0; i < count && error == HV_OK; i++)
        error = add_record(journal, OUTBOX_FOLD, i, records[i].bytes, records[i].size);
    return error != HV_OK ? error : add_removal(journal, OUTBOX_FOLD, count, UINT64_MAX);
}

static int gather_prune(struct journal *journal, const struct node_write *write) {
    enum hv_lane lane = write->prune.lane;
    uint64_t first = write->prune.first, last = write->prune.last;
    int error = add_removal(journal, format_lane_table(lane), first, last);
    if (error == HV_OK)
        error = add_removal(journal, OUTBOX_REFUSED, format_refused_key(lane, first),
                            format_refused_key(lane, last));
    return error;
}

static int gather_device(struct journal *journal, const struct node_device *device) {
    struct packer packer = {.bytes = journal->buffer, .capacity = HV_FRAME_BYTES_MAX};
    format_device(device, &packer);
    return add_record(journal, OUTBOX_DEVICES, device->id, packer.bytes, packer.size);
}

static int gather_write(struct journal *journal, const struct node_write *write) {
    struct packer packer = {.bytes = journal->buffer, .capacity = HV_FRAME_BYTES_MAX};
    switch (write->kind) {
    case NODE_WRITE_REPORT:
        return gather_report(journal, &write->report);
    case NODE_WRITE_REFUSED:
        return gather_refused(journal, &write->refused);
    case NODE_WRITE_ORDER:
        return gather_order(journal, write);
    case NODE_WRITE_ANSWER:
        return gather_standing(journal, &write->order.standing);
    case NODE_WRITE_FORGET_ORDER:
        return gather_forgotten(journal, write->order.standing.id);
    case NODE_WRITE_SESSION:
        format_session(write->session, &packer);
        return add_meta(journal, FORMAT_SESSION, &packer);
    case NODE_WRITE_HEADS:
        format_heads(write->heads, &packer);
        return add_meta(journal, FORMAT_HEADS, &packer);
    case NODE_WRITE_CLOCK:
        format_clock(&write->clock, &packer);
        return add_meta(journal, FORMAT_CLOCK, &packer);
    case NODE_WRITE_FOLD:
        return gather_fold(journal, write->fold);
    case NODE_WRITE_PRUNE:
        return gather_prune(journal, write);
    case NODE_WRITE_DEVICE:
        return gather_device(journal, &write->device);
    case NODE_WRITE_FORGET_DEVICE:
        return add_removal(journal, OUTBOX_DEVICES, write->device.id, write->device.id);
    }
    return HV_ERR_VALUE;
}

int journal_gather(struct journal *journal, const struct node_effects *effects) {
    for (size_t i = 0; i < effects->count; i++) {
        if (effects->items[i].kind != NODE_EFFECT_WRITE)
            continue;
        int error = gather_write(journal, &effects->items[i].write);
        recycle(&journal->scratch);
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}

int journal_store(struct journal *journal) {
    int error = journal->count == 0
                    ? HV_OK
                    : outbox_apply(journal->outbox, journal->writes, journal->count);
    forget(journal);
    return error;
}

int journal_create(struct outbox *outbox, const struct node_identity *identity, uint64_t epoch,
                   const char *boot, uint64_t real_ms) {
    uint64_t first, last;
    int error = outbox_bounds(outbox, OUTBOX_META, &first, &last);
    if (error != HV_ERR_NOT_FOUND)
        return error == HV_OK ? HV_ERR_EXISTS : error;
    struct journal *journal = journal_new(outbox);
    if (journal == NULL)
        return HV_ERR_MEMORY;
    struct packer packer = {.bytes = journal->buffer, .capacity = HV_FRAME_BYTES_MAX};
    struct node_heads heads = {.epoch_count = 1, .epochs = {{.epoch = epoch}}};
    struct node_session session = {0};
    struct node_clock clock;
    node_clock_start(&clock, boot, real_ms);
    format_identity(identity, &packer);
    error = add_meta(journal, FORMAT_IDENTITY, &packer);
    struct node_write writes[] = {{.kind = NODE_WRITE_HEADS, .heads = &heads},
                                  {.kind = NODE_WRITE_SESSION, .session = &session},
                                  {.kind = NODE_WRITE_CLOCK, .clock = clock}};
    for (size_t i = 0; i < sizeof writes / sizeof writes[0] && error == HV_OK; i++)
        error = gather_write(journal, &writes[i]);
    if (error == HV_OK)
        error = journal_store(journal);
    journal_free(journal);
    return error;
}

/* ---- restoring ---- */

struct restoring {
    struct node_core *core;
    struct node_present fold;
    struct hv_arena arena;
};

static int read_meta(const struct outbox *outbox, enum format_meta meta, struct hv_arena *arena,
                     struct unpacker *ret_unpacker) {
    struct unpacker unpacker = {0};
    int error = outbox_read(outbox, OUTBOX_META, meta, arena, &unpacker.bytes, &unpacker.size);
    if (error == HV_OK)
        *ret_unpacker = unpacker;
    return error;
}

static int read_identity(const struct outbox *outbox, struct node_identity *ret_identity) {
    struct hv_arena arena;
    struct unpacker unpacker;
    hv_arena_init(&arena, 0);
    int error = read_meta(outbox, FORMAT_IDENTITY, &arena, &unpacker);
    if (error == HV_OK)
        error = format_read_identity(&unpacker, ret_identity);
    hv_arena_deinit(&arena);
    return error;
}

static bool same_identity(const struct node_identity *a, const struct node_identity *b) {
    return strcmp(a->id, b->id) == 0 && a->role == b->role && a->mode == b->mode &&
           memcmp(a->deployment, b->deployment, HV_ID128_BYTES) == 0;
}

static int restore_meta(const struct outbox *outbox, struct restoring *restoring, const char *boot,
                        uint64_t real_ms) {
    struct unpacker unpacker;
    struct node_session session;
    struct node_heads heads;
    struct node_clock clock;
    int error = read_meta(outbox, FORMAT_SESSION, &restoring->arena, &unpacker);
    if (error == HV_OK)
        error = format_read_session(&unpacker, &session);
    if (error == HV_OK)
        error = read_meta(outbox, FORMAT_HEADS, &restoring->arena, &unpacker);
    if (error == HV_OK)
        error = format_read_heads(&unpacker, &heads);
    if (error == HV_OK)
        error = read_meta(outbox, FORMAT_CLOCK, &restoring->arena, &unpacker);
    if (error == HV_OK)
        error = format_read_clock(&unpacker, &clock);
    if (error != HV_OK)
        return error;
    node_core_restore_session(restoring->core, &session);
    node_core_restore_heads(restoring->core, &heads);
    node_core_restore_clock(restoring->core, &clock, boot, real_ms);
    return HV_OK;
}

static int take_fold_record(void *context, uint64_t key, const uint8_t *bytes, size_t size) {
    struct restoring *restoring = context;
    return node_present_unpack(&restoring->fold, key, bytes, size);
}

static int restore_fold(const struct outbox *outbox, struct restoring *restoring) {
    node_present_init(&restoring->fold);
    int error = outbox_walk(outbox, OUTBOX_FOLD, 0, UINT64_MAX, take_fold_record, restoring);
    if (error == HV_OK)
        node_core_restore_fold(restoring->core, &restoring->fold);
    node_present_deinit(&restoring->fold);
    return error;
}

static int take_standing(void *context, uint64_t key, const uint8_t *bytes, size_t size) {
    struct restoring *restoring = context;
    struct unpacker unpacker = {.bytes = bytes, .size = size};
    struct node_order standing;
    int error = format_read_standing(&unpacker, &standing);
    if (error == HV_OK && standing.id != key)
        error = HV_ERR_CORRUPT;
    return error != HV_OK ? error : node_core_restore_order(restoring->core, &standing);
}

static int take_device(void *context, uint64_t key, const uint8_t *bytes, size_t size) {
    struct restoring *restoring = context;
    struct unpacker unpacker = {.bytes = bytes, .size = size};
    struct node_device device;
    int error = format_read_device(&unpacker, &device);
    if (error == HV_OK && device.id != key)
        error = HV_ERR_CORRUPT;
    if (error == HV_OK)
        node_core_restore_device(restoring->core, &device);
    return error;
}

static int take_tail_report(void *context, uint64_t key, const uint8_t *bytes, size_t size) {
    struct restoring *restoring = context;
    struct node_report report = {.lane = HV_LANE_HISTORY, .index = key};
    int error = format_read_report(bytes, size, &restoring->arena, &report);
    if (error == HV_OK)
        error = node_core_restore_report(restoring->core, &report);
    hv_arena_reset(&restoring->arena);
    return error;
}

static int take_refused(void *context, uint64_t key, const uint8_t *bytes, size_t size) {
    struct restoring *restoring = context;
    (void)bytes;
    (void)size;
    enum hv_lane lane;
    uint64_t index = format_refused_of(key, &lane);
    node_core_restore_refused(restoring->core, lane, index);
    return HV_OK;
}

static int restore_lanes(const struct outbox *outbox, struct restoring *restoring) {
    static const enum hv_lane lanes[] = {HV_LANE_HISTORY, HV_LANE_PRESENT};
    for (int i = 0; i < NODE_LANES; i++) {
        uint64_t first = 0, last = 0;
        int error = outbox_bounds(outbox, format_lane_table(lanes[i]), &first, &last);
        if (error != HV_OK && error != HV_ERR_NOT_FOUND)
            return error;
        node_core_restore_lane(restoring->core, lanes[i], first, last);
    }
    return HV_OK;
}

int journal_restore(struct journal *journal, struct node_core *core, const char *boot,
                    uint64_t real_ms) {
    const struct outbox *outbox = journal->outbox;
    struct restoring restoring = {.core = core};
    struct node_identity identity;
    forget(journal);
    int error = read_identity(outbox, &identity);
    if (error != HV_OK)
        return error;
    if (!same_identity(&identity, node_core_identity(core)))
        return HV_ERR_PERMISSION;
    hv_arena_init(&restoring.arena, 0);
    node_core_restore_begin(core);
    error = restore_meta(outbox, &restoring, boot, real_ms);
    if (error == HV_OK)
        error = restore_fold(outbox, &restoring);
    if (error == HV_OK)
        error = outbox_walk(outbox, OUTBOX_ANSWERS, 0, UINT64_MAX, take_standing, &restoring);
    if (error == HV_OK)
        error = outbox_walk(outbox, OUTBOX_DEVICES, 0, UINT64_MAX, take_device, &restoring);
    if (error == HV_OK)
        error = restore_lanes(outbox, &restoring);
    if (error == HV_OK)
        error = outbox_walk(outbox, OUTBOX_HISTORY, node_core_present(core)->as_of + 1, UINT64_MAX,
                            take_tail_report, &restoring);
    if (error == HV_OK)
        error = outbox_walk(outbox, OUTBOX_REFUSED, 0, UINT64_MAX, take_refused, &restoring);
    hv_arena_deinit(&restoring.arena);
    return error;
}

/* ---- reading ---- */

int journal_read_report(const struct outbox *outbox, enum hv_lane lane, uint64_t index,
                        struct hv_arena *arena, struct node_report *ret_report) {
    const uint8_t *bytes;
    size_t size;
    int error = outbox_read(outbox, format_lane_table(lane), index, arena, &bytes, &size);
    struct node_report report = {.lane = lane, .index = index};
    if (error == HV_OK)
        error = format_read_report(bytes, size, arena, &report);
    if (error == HV_OK)
        *ret_report = report;
    return error;
}

int journal_read_refused(const struct outbox *outbox, enum hv_lane lane, uint64_t index,
                         struct hv_arena *arena, struct node_refused *ret_refused) {
    struct unpacker unpacker = {0};
    struct node_refused refused = {.lane = lane, .index = index, .detail = ""};
    int error = outbox_read(outbox, OUTBOX_REFUSED, format_refused_key(lane, index), arena,
                            &unpacker.bytes, &unpacker.size);
    if (error == HV_OK)
        error = format_read_refused(&unpacker, arena, &refused);
    if (error == HV_OK || error == HV_ERR_NOT_FOUND)
        *ret_refused = refused;
    return error == HV_ERR_NOT_FOUND ? HV_OK : error;
}

int journal_read_order(const struct outbox *outbox, uint64_t id, struct hv_arena *arena,
                       struct hv_order **ret_order) {
    const uint8_t *bytes;
    size_t size;
    struct hv_verdict verdict;
    int error = outbox_read(outbox, OUTBOX_ORDERS, id, arena, &bytes, &size);
    return error != HV_OK ? error : hv_order_decode(bytes, size, arena, &verdict, ret_order);
}
