/* The present state as snapshot reports, and as the records that a restart begins from. */
#include "nodes/pack.h"
#include "nodes/present.h"
#include "schemas/codec.h"
#include "schemas/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- snapshots ---- */

/* Bytes of a part that stock lines may take: a frame less what else stands in a snapshot. */
enum { PART_BYTES = HV_FRAME_BYTES_MAX - 4096, LINE_BYTES = 40 };

static size_t line_bytes(const struct hv_stock_line *line) {
    return LINE_BYTES + strlen(line->item) + strlen(line->lot);
}

/* How many lines from `first` on one part takes. */
static size_t lines_of_part(const struct node_stock *stock, size_t first) {
    size_t bytes = 0, at = first;
    while (at < stock->count && at - first < HV_STOCK_LINES_MAX) {
        bytes += line_bytes(&stock->lines[at]);
        if (bytes > PART_BYTES)
            break;
        at++;
    }
    return at - first;
}

static uint32_t count_parts(const struct node_stock *stock) {
    uint32_t parts = 0;
    size_t at = 0;
    do {
        at += lines_of_part(stock, at);
        parts++;
    } while (at < stock->count);
    return parts;
}

static struct hv_stock_line *copy_lines(const struct hv_stock_line *lines, size_t count,
                                        struct hv_arena *arena) {
    struct hv_stock_line *copies = hv_arena_take(arena, count, sizeof *copies);
    for (size_t i = 0; copies != NULL && i < count; i++) {
        copies[i] = lines[i];
        copies[i].item = hv_arena_text(arena, lines[i].item);
        copies[i].lot = hv_arena_text(arena, lines[i].lot);
        if (copies[i].item == NULL || copies[i].lot == NULL)
            return NULL;
    }
    return copies;
}

/* Everything but stock. */
static int fill_head(const struct node_present *present, struct hv_arena *arena,
                     struct hv_snapshot *snapshot) {
    snapshot->people = present->people;
    snapshot->people_seen = present->people_seen;
    snapshot->counted_seen = present->counted_seen;
    snapshot->count_difference = present->count_difference;
    snapshot->status = present->status;
    snapshot->status_seen = present->status_seen;
    snapshot->capacity_seen = present->capacity_seen;
    snapshot->stock_seen = present->stock_seen;
    snapshot->capacity_count = present->capacity_count;
    snapshot->capacity = hv_arena_take(arena, HV_CAPACITY_LINES_MAX, sizeof *snapshot->capacity);
    snapshot->lifelines = hv_arena_take(arena, HV_LIFELINE_COUNT, sizeof *snapshot->lifelines);
    if (snapshot->capacity == NULL || snapshot->lifelines == NULL)
        return HV_ERR_MEMORY;
    memcpy(snapshot->capacity, present->capacity, sizeof present->capacity);
    for (int kind = 1; kind < HV_LIFELINE_COUNT; kind++)
        if (present->lifelines[kind].state != HV_LIFELINE_STATE_UNKNOWN)
            snapshot->lifelines[snapshot->lifeline_count++] = present->lifelines[kind];
    return HV_OK;
}

static int fill_stock(const struct node_stock *stock, size_t first, size_t count,
                      struct hv_arena *arena, struct hv_snapshot *snapshot) {
    if (count == 0)
        return HV_OK;
    snapshot->stock = copy_lines(&stock->lines[first], count, arena);
    snapshot->stock_count = count;
    return snapshot->stock == NULL ? HV_ERR_MEMORY : HV_OK;
}

int node_present_snapshot(const struct node_present *present, uint64_t base, struct hv_seen seen,
                          struct hv_arena *arena, struct hv_report **ret_reports,
                          size_t *ret_count) {
    uint32_t parts = count_parts(&present->stock);
    struct hv_report *reports = hv_arena_take(arena, parts, sizeof *reports);
    int error = reports == NULL ? HV_ERR_MEMORY : HV_OK;
    size_t first = 0;
    for (uint32_t part = 0; part < parts && error == HV_OK; part++) {
        size_t count = lines_of_part(&present->stock, first);
        reports[part] = (struct hv_report){
            .source = HV_SOURCE_NODE, .seen = seen, .subject = "", .kind = HV_REPORT_SNAPSHOT};
        struct hv_snapshot *snapshot = &reports[part].snapshot;
        snapshot->as_of = present->as_of > base ? present->as_of - base : 0;
        snapshot->part = part;
        snapshot->parts = parts;
        error = fill_head(present, arena, snapshot);
        if (error == HV_OK)
            error = fill_stock(&present->stock, first, count, arena, snapshot);
        first += count;
    }
    if (error == HV_OK) {
        *ret_reports = reports;
        *ret_count = parts;
    }
    return error;
}

/* ---- records ----
 * Record 0 is what a snapshot has no field for; then the parts of the snapshot, then the open
 * requests, then what is set aside for waybills, all as encoded reports. */

enum { FOLD_VERSION = 1, HEAD_BYTES = 2048 };

static void pack_people(struct packer *packer, const struct hv_people *people) {
    for (int group = 0; group < HV_AGE_COUNT; group++)
        pack_u32(packer, (uint32_t)people->by_age[group]);
    for (int overlay = 0; overlay < HV_OVERLAY_COUNT; overlay++)
        pack_u32(packer, (uint32_t)people->overlay[overlay]);
    pack_u32(packer, (uint32_t)people->pets);
}

static void unpack_people(struct unpacker *unpacker, struct hv_people *people) {
    for (int group = 0; group < HV_AGE_COUNT; group++)
        people->by_age[group] = (int32_t)unpack_u32(unpacker);
    for (int overlay = 0; overlay < HV_OVERLAY_COUNT; overlay++)
        people->overlay[overlay] = (int32_t)unpack_u32(unpacker);
    people->pets = (int32_t)unpack_u32(unpacker);
}

static int pack_head(const struct node_present *present, struct hv_arena *arena,
                     struct node_packed *ret_record) {
    struct packer packer = {.bytes = hv_arena_take(arena, 1, HEAD_BYTES), .capacity = HEAD_BYTES};
    if (packer.bytes == NULL)
        return HV_ERR_MEMORY;
    const struct node_last_movement *last = &present->last;
    pack_u32(&packer, FOLD_VERSION);
    pack_u64(&packer, present->as_of);
    pack_u64(&packer, present->next_request);
    pack_u32(&packer, present->has_households);
    pack_u32(&packer, present->households);
    pack_u64(&packer, (uint64_t)present->shortfall);
    pack_u32(&packer, last->kind);
    pack_u64(&packer, last->index);
    pack_people(&packer, &last->people);
    pack_u32(&packer, last->households);
    pack_text(&packer, last->zone);
    pack_text(&packer, last->shelter);
    pack_text(&packer, last->transfer);
    pack_text(&packer, present->reason);
    *ret_record = (struct node_packed){.bytes = packer.bytes, .size = packer.size};
    return packer.failed ? HV_ERR_LIMIT : HV_OK;
}

static int unpack_head(struct node_present *present, const uint8_t *bytes, size_t size) {
    struct unpacker unpacker = {.bytes = bytes, .size = size};
    struct node_last_movement *last = &present->last;
    if (unpack_u32(&unpacker) != FOLD_VERSION)
        return HV_ERR_VERSION;
    present->as_of = unpack_u64(&unpacker);
    present->next_request = unpack_u64(&unpacker);
    present->has_households = unpack_u32(&unpacker) != 0;
    present->households = unpack_u32(&unpacker);
    present->shortfall = (int64_t)unpack_u64(&unpacker);
    last->kind = (enum hv_movement_kind)unpack_u32(&unpacker);
    last->index = unpack_u64(&unpacker);
    unpack_people(&unpacker, &last->people);
    last->households = unpack_u32(&unpacker);
    unpack_text(&unpacker, last->zone, sizeof last->zone);
    unpack_text(&unpacker, last->shelter, sizeof last->shelter);
    unpack_text(&unpacker, last->transfer, sizeof last->transfer);
    unpack_text(&unpacker, present->reason, sizeof present->reason);
    return unpack_done(&unpacker) ? HV_OK : HV_ERR_FORMAT;
}

static int pack_report(const struct hv_report *report, struct hv_arena *arena, uint8_t *buffer,
                       struct node_packed *ret_record) {
    size_t size;
    int error = hv_report_encode(report, arena, buffer, HV_FRAME_BYTES_MAX, &size);
    uint8_t *bytes = error == HV_OK ? hv_arena_take(arena, 1, size) : NULL;
    if (error == HV_OK && bytes == NULL)
        error = HV_ERR_MEMORY;
    if (error == HV_OK)
        *ret_record = (struct node_packed){.bytes = memcpy(bytes, buffer, size), .size = size};
    return error;
}

/* Goods that are set aside, as the reports that set them aside: a pick, and where some of it is
 * loaded a loading; so many lines in one that any names fit. */
enum { PICKS_A_RECORD = 200 };

static int pack_picks(const struct node_present *present, enum hv_stock_movement_kind kind,
                      struct hv_arena *arena, uint8_t *buffer, struct node_packed *records,
                      size_t *count) {
    const struct node_picks *picks = &present->picks;
    struct hv_stock_line *lines = hv_arena_take(arena, PICKS_A_RECORD, sizeof *lines);
    int error = lines == NULL ? HV_ERR_MEMORY : HV_OK;
    for (size_t at = 0; error == HV_OK && at < picks->count;) {
        struct hv_report report = {
            .source = HV_SOURCE_NODE, .subject = "", .kind = HV_REPORT_STOCK_MOVEMENT};
        struct hv_stock_movement *movement = &report.stock_movement;
        *movement = (struct hv_stock_movement){.kind = kind,
                                               .lines = lines,
                                               .waybill = picks->items[at].waybill,
                                               .counterpart = "",
                                               .reason = "",
                                               .vehicle = "",
                                               .request_node = ""};
        for (; at < picks->count && movement->line_count < PICKS_A_RECORD &&
               strcmp(picks->items[at].waybill, movement->waybill) == 0;
             at++) {
            const struct node_pick *pick = &picks->items[at];
            uint64_t quantity = kind == HV_STOCK_LOAD ? pick->loaded : pick->picked + pick->loaded;
            if (quantity > 0)
                lines[movement->line_count++] =
                    (struct hv_stock_line){.item = pick->item,
                                           .lot = pick->lot,
                                           .expiry_day = pick->expiry_day,
                                           .quantity = quantity};
        }
        if (movement->line_count > 0)
            error = pack_report(&report, arena, buffer, &records[(*count)++]);
    }
    return error;
}

int node_present_pack(const struct node_present *present, struct hv_arena *arena,
                      struct node_packed **ret_records, size_t *ret_count) {
    struct hv_report *parts;
    size_t part_count;
    struct hv_seen never = {0};
    int error = node_present_snapshot(present, 0, never, arena, &parts, &part_count);
    if (error != HV_OK)
        return error;
    size_t count = 1 + part_count + present->request_count;
    size_t most = count + 2 * present->picks.count; /* at most one record a pick and kind */
    struct node_packed *records = hv_arena_take(arena, most, sizeof *records);
    uint8_t *buffer = hv_arena_take(arena, 1, HV_FRAME_BYTES_MAX);
    if (records == NULL || buffer == NULL)
        return HV_ERR_MEMORY;
    error = pack_head(present, arena, &records[0]);
    for (size_t i = 0; i < part_count && error == HV_OK; i++)
        error = pack_report(&parts[i], arena, buffer, &records[1 + i]);
    for (size_t i = 0; i < present->request_count; i++)
        records[1 + part_count + i] = (struct node_packed){.bytes = present->requests[i].bytes,
                                                           .size = present->requests[i].size};
    if (error == HV_OK)
        error = pack_picks(present, HV_STOCK_PICK, arena, buffer, records, &count);
    if (error == HV_OK)
        error = pack_picks(present, HV_STOCK_LOAD, arena, buffer, records, &count);
    if (error == HV_OK) {
        *ret_records = records;
        *ret_count = count;
    }
    return error;
}

static int unpack_snapshot(struct node_present *present, const struct hv_snapshot *snapshot) {
    present->people = snapshot->people;
    present->people_seen = snapshot->people_seen;
    present->counted_seen = snapshot->counted_seen;
    present->count_difference = snapshot->count_difference;
    present->status = snapshot->status;
    present->status_seen = snapshot->status_seen;
    present->capacity_count = snapshot->capacity_count;
    if (snapshot->capacity_count > 0)
        memcpy(present->capacity, snapshot->capacity,
               snapshot->capacity_count * sizeof *snapshot->capacity);
    present->capacity_seen = snapshot->capacity_seen;
    for (size_t i = 0; i < snapshot->lifeline_count; i++)
        present->lifelines[snapshot->lifelines[i].kind] = snapshot->lifelines[i];
    present->stock_seen = snapshot->stock_seen;
    struct hv_stock_count lines = {.line_count = snapshot->stock_count, .lines = snapshot->stock};
    return node_stock_count(&present->stock, &lines);
}

static int unpack_report(struct node_present *present, const struct hv_report *report) {
    if (report->kind == HV_REPORT_SNAPSHOT)
        return unpack_snapshot(present, &report->snapshot);
    bool aside =
        report->kind == HV_REPORT_STOCK_MOVEMENT && hv_stock_sign(report->stock_movement.kind) == 0;
    if (report->kind != HV_REPORT_REQUEST && !aside)
        return HV_ERR_FORMAT;
    return node_present_apply(present, present->as_of, report);
}

int node_present_unpack(struct node_present *present, uint64_t key, const uint8_t *bytes,
                        size_t size) {
    if (key == 0)
        return unpack_head(present, bytes, size);
    struct hv_arena arena;
    struct hv_verdict verdict;
    struct hv_report *report;
    hv_arena_init(&arena, 0);
    int error = hv_report_decode(bytes, size, &arena, &verdict, &report);
    if (error == HV_OK)
        error = unpack_report(present, report);
    hv_arena_deinit(&arena);
    return error;
}
