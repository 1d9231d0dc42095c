#include "nodes/journal_format.h"

#include "schemas/codec.h"

#include <string.h>

enum { REPORT_HEAD_BYTES = 4 + HV_ID128_BYTES, ENVELOPE_BYTES = 512 };

enum outbox_table format_lane_table(enum hv_lane lane) {
    return lane == HV_LANE_PRESENT ? OUTBOX_PRESENT : OUTBOX_HISTORY;
}

uint64_t format_refused_key(enum hv_lane lane, uint64_t index) {
    return index | (lane == HV_LANE_PRESENT ? UINT64_C(1) << 63 : 0);
}

uint64_t format_refused_of(uint64_t key, enum hv_lane *ret_lane) {
    const uint64_t present = UINT64_C(1) << 63;
    *ret_lane = (key & present) != 0 ? HV_LANE_PRESENT : HV_LANE_HISTORY;
    return key & ~present;
}

static int result(const struct unpacker *unpacker) {
    return unpack_done(unpacker) ? HV_OK : HV_ERR_CORRUPT;
}

/* ---- identity and session ---- */

void format_identity(const struct node_identity *identity, struct packer *packer) {
    pack_u32(packer, FORMAT_VERSION);
    pack_text(packer, identity->id);
    pack_u32(packer, identity->role);
    pack_u32(packer, identity->mode);
    pack_bytes(packer, identity->deployment, HV_ID128_BYTES);
}

int format_read_identity(struct unpacker *unpacker, struct node_identity *ret) {
    if (unpack_u32(unpacker) != FORMAT_VERSION)
        return HV_ERR_VERSION;
    memset(ret, 0, sizeof *ret);
    unpack_text(unpacker, ret->id, sizeof ret->id);
    ret->role = (enum hv_role)unpack_u32(unpacker);
    ret->mode = (enum hv_mode)unpack_u32(unpacker);
    unpack_bytes(unpacker, ret->deployment, HV_ID128_BYTES);
    return result(unpacker);
}

void format_session(const struct node_session *session, struct packer *packer) {
    pack_u32(packer, FORMAT_VERSION);
    pack_u32(packer, session->has_log);
    pack_bytes(packer, session->log, HV_ID128_BYTES);
    pack_u64(packer, session->term);
    pack_bytes(packer, session->incident, HV_ID128_BYTES);
    pack_u32(packer, (uint32_t)session->endpoint_count);
    for (size_t i = 0; i < session->endpoint_count; i++)
        pack_text(packer, session->endpoints[i]);
}

int format_read_session(struct unpacker *unpacker, struct node_session *ret) {
    if (unpack_u32(unpacker) != FORMAT_VERSION)
        return HV_ERR_VERSION;
    memset(ret, 0, sizeof *ret); /* compared whole, padding too */
    ret->has_log = unpack_u32(unpacker) != 0;
    unpack_bytes(unpacker, ret->log, HV_ID128_BYTES);
    ret->term = unpack_u64(unpacker);
    unpack_bytes(unpacker, ret->incident, HV_ID128_BYTES);
    ret->endpoint_count = unpack_u32(unpacker);
    if (ret->endpoint_count > HV_ENDPOINTS_MAX)
        return HV_ERR_CORRUPT;
    for (size_t i = 0; i < ret->endpoint_count; i++)
        unpack_text(unpacker, ret->endpoints[i], sizeof ret->endpoints[i]);
    return result(unpacker);
}

/* ---- heads and clock ---- */

void format_heads(const struct node_heads *heads, struct packer *packer) {
    pack_u32(packer, FORMAT_VERSION);
    pack_u32(packer, (uint32_t)heads->epoch_count);
    for (size_t i = 0; i < heads->epoch_count; i++) {
        pack_u64(packer, heads->epochs[i].epoch);
        for (int lane = 0; lane < NODE_LANES; lane++)
            pack_u64(packer, heads->epochs[i].base[lane]);
    }
    for (int lane = 0; lane < NODE_LANES; lane++)
        pack_u64(packer, heads->acked[lane]);
    pack_u64(packer, heads->lost);
    pack_u32(packer, (uint32_t)heads->day_count);
    for (size_t i = 0; i < heads->day_count; i++) {
        pack_u64(packer, heads->days[i].day);
        for (int lane = 0; lane < NODE_LANES; lane++)
            pack_u64(packer, heads->days[i].acked[lane]);
    }
}

int format_read_heads(struct unpacker *unpacker, struct node_heads *ret) {
    if (unpack_u32(unpacker) != FORMAT_VERSION)
        return HV_ERR_VERSION;
    memset(ret, 0, sizeof *ret);
    ret->epoch_count = unpack_u32(unpacker);
    if (ret->epoch_count == 0 || ret->epoch_count > NODE_EPOCHS_MAX)
        return HV_ERR_CORRUPT;
    for (size_t i = 0; i < ret->epoch_count; i++) {
        ret->epochs[i].epoch = unpack_u64(unpacker);
        for (int lane = 0; lane < NODE_LANES; lane++)
            ret->epochs[i].base[lane] = unpack_u64(unpacker);
    }
    for (int lane = 0; lane < NODE_LANES; lane++)
        ret->acked[lane] = unpack_u64(unpacker);
    ret->lost = unpack_u64(unpacker);
    ret->day_count = unpack_u32(unpacker);
    if (ret->day_count > sizeof ret->days / sizeof ret->days[0])
        return HV_ERR_CORRUPT;
    for (size_t i = 0; i < ret->day_count; i++) {
        ret->days[i].day = unpack_u64(unpacker);
        for (int lane = 0; lane < NODE_LANES; lane++)
            ret->days[i].acked[lane] = unpack_u64(unpacker);
    }
    return result(unpacker);
}

void format_clock(const struct node_clock *clock, struct packer *packer) {
    pack_u32(packer, FORMAT_VERSION);
    pack_text(packer, clock->boot);
    pack_u64(packer, clock->real_ms);
    pack_u64(packer, clock->node_ms);
    pack_u64(packer, clock->gap_node_ms);
    pack_u64(packer, (uint64_t)clock->scenario.start_wall_ms);
    pack_u64(packer, clock->scenario.elapsed_ms);
    pack_u32(packer, clock->scenario.rate_permille);
    pack_u32(packer, clock->scenario.scenario);
}

int format_read_clock(struct unpacker *unpacker, struct node_clock *ret) {
    if (unpack_u32(unpacker) != FORMAT_VERSION)
        return HV_ERR_VERSION;
    memset(ret, 0, sizeof *ret);
    unpack_text(unpacker, ret->boot, sizeof ret->boot);
    ret->real_ms = unpack_u64(unpacker);
    ret->node_ms = unpack_u64(unpacker);
    ret->gap_node_ms = unpack_u64(unpacker);
    ret->scenario.start_wall_ms = (int64_t)unpack_u64(unpacker);
    ret->scenario.elapsed_ms = unpack_u64(unpacker);
    ret->scenario.rate_permille = unpack_u32(unpacker);
    ret->scenario.scenario = unpack_u32(unpacker) != 0;
    return result(unpacker);
}

/* ---- orders ---- */

void format_standing(const struct node_order *standing, struct packer *packer) {
    pack_u32(packer, FORMAT_VERSION);
    pack_u64(packer, standing->id);
    pack_u32(packer, standing->revision);
    pack_u32(packer, standing->kind);
    pack_u32(packer, standing->issued);
    pack_u32(packer, standing->state);
    pack_u32(packer, standing->has_done);
    pack_u64(packer, standing->done);
    pack_u64(packer, standing->changed_node_ms);
    pack_u32(packer, standing->answers_from);
}

int format_read_standing(struct unpacker *unpacker, struct node_order *ret) {
    if (unpack_u32(unpacker) != FORMAT_VERSION)
        return HV_ERR_VERSION;
    memset(ret, 0, sizeof *ret);
    ret->id = unpack_u64(unpacker);
    ret->revision = unpack_u32(unpacker);
    ret->kind = (enum hv_order_kind)unpack_u32(unpacker);
    ret->issued = (enum hv_order_state)unpack_u32(unpacker);
    ret->state = (enum hv_order_state)unpack_u32(unpacker);
    ret->has_done = unpack_u32(unpacker) != 0;
    ret->done = unpack_u64(unpacker);
    ret->changed_node_ms = unpack_u64(unpacker);
    ret->answers_from = ret->revision; /* as outboxes had it that knew no other */
    if (unpacker->at < unpacker->size)
        ret->answers_from = unpack_u32(unpacker);
    return result(unpacker);
}

/* ---- devices ---- */

void format_device(const struct node_device *device, struct packer *packer) {
    pack_u32(packer, FORMAT_VERSION);
    pack_u64(packer, device->id);
    pack_u64(packer, device->highest);
    pack_u64(packer, device->taken);
    pack_u64(packer, device->used_node_ms);
}

int format_read_device(struct unpacker *unpacker, struct node_device *ret) {
    if (unpack_u32(unpacker) != FORMAT_VERSION)
        return HV_ERR_VERSION;
    ret->id = unpack_u64(unpacker);
    ret->highest = unpack_u64(unpacker);
    ret->taken = unpack_u64(unpacker);
    ret->used_node_ms = unpack_u64(unpacker);
    return result(unpacker);
}

/* ---- refusals ---- */

void format_refused(const struct node_refused *refused, struct packer *packer) {
    pack_u32(packer, FORMAT_VERSION);
    pack_u32(packer, refused->reason);
    pack_text(packer, refused->detail);
}

int format_read_refused(struct unpacker *unpacker, struct hv_arena *arena,
                        struct node_refused *ret) {
    if (unpack_u32(unpacker) != FORMAT_VERSION)
        return HV_ERR_VERSION;
    ret->reason = (enum hv_reason)unpack_u32(unpacker);
    char *detail = hv_arena_take(arena, 1, unpacker->size + 1);
    if (detail == NULL)
        return HV_ERR_MEMORY;
    unpack_text(unpacker, detail, unpacker->size + 1);
    ret->detail = detail;
    return result(unpacker);
}

/* ---- reports ---- */

int format_report(const struct node_report *report, struct hv_arena *scratch, uint8_t *buffer,
                  size_t capacity, size_t *ret_size) {
    struct packer packer = {.bytes = buffer, .capacity = REPORT_HEAD_BYTES};
    size_t size;
    pack_u32(&packer, FORMAT_VERSION);
    pack_bytes(&packer, report->incident, HV_ID128_BYTES);
    int error = hv_report_encode(report->report, scratch, buffer + REPORT_HEAD_BYTES,
                                 capacity - ENVELOPE_BYTES, &size);
    if (error == HV_OK)
        *ret_size = REPORT_HEAD_BYTES + size;
    return error;
}

int format_read_report(const uint8_t *bytes, size_t size, struct hv_arena *arena,
                       struct node_report *ret) {
    struct unpacker unpacker = {.bytes = bytes, .size = size};
    struct hv_verdict verdict;
    struct hv_report *report;
    uint32_t version = unpack_u32(&unpacker);
    unpack_bytes(&unpacker, ret->incident, HV_ID128_BYTES);
    if (unpacker.failed)
        return HV_ERR_CORRUPT;
    if (version != FORMAT_VERSION)
        return HV_ERR_VERSION;
    int error = hv_report_decode(bytes + unpacker.at, size - unpacker.at, arena, &verdict, &report);
    if (error == HV_OK)
        ret->report = report;
    return error == HV_OK || error == HV_ERR_MEMORY ? error : HV_ERR_CORRUPT;
}
