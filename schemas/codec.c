#include "schemas/codec.h"

#include "schemas/codec_shape.h"
#include "schemas/utf8.h"

#include <string.h>

/* What differs between the four messages that stand alone. */
struct frame {
    const struct hv_shape *shape;
    struct hv_trail root;
    size_t bytes_max;
};

static const struct frame envelope_frame = {
    &hv_shape_envelope, {.index = SIZE_MAX}, HV_FRAME_BYTES_MAX};
static const struct frame record_frame = {
    &hv_shape_record, {.index = SIZE_MAX}, HV_RECORD_BYTES_MAX};
static const struct frame report_frame = {
    &hv_shape_report, {.name = "report", .index = SIZE_MAX}, HV_REPORT_BYTES_MAX};
static const struct frame order_frame = {
    &hv_shape_order, {.name = "order", .index = SIZE_MAX}, HV_REPORT_BYTES_MAX};

/* ---- decoding ---- */

static int decode(const struct frame *frame, const uint8_t *bytes, size_t size,
                  struct hv_arena *arena, struct hv_verdict *verdict, void **ret_model) {
    *verdict = (struct hv_verdict){.detail = ""};
    if (size > frame->bytes_max)
        return hv_refuse(verdict, &frame->root, NULL, HV_ERR_LIMIT, HV_REASON_OVERSIZE,
                         "%zu bytes, more than %zu", size, frame->bytes_max);
    void *model = hv_arena_take(arena, 1, frame->shape->model_bytes);
    if (model == NULL)
        return hv_refuse(verdict, &frame->root, NULL, HV_ERR_MEMORY, HV_REASON_BUSY, "no memory");
    int error = hv_model_read(frame->shape, bytes, size, arena, &frame->root, verdict, model);
    if (error == HV_OK)
        error = hv_model_check(frame->shape, model, &frame->root, verdict);
    if (error == HV_OK)
        *ret_model = model;
    return error;
}

/* For what another version wrote nothing but the header can be believed. */
static int refuse_version(const struct frame *frame, uint32_t version, uint32_t known,
                          struct hv_verdict *verdict) {
    return hv_refuse(verdict, &frame->root, frame->shape->wire->fields[0].name, HV_ERR_VERSION,
                     HV_REASON_PROTOCOL, "%u, not %u", version, known);
}

int hv_envelope_decode(const uint8_t *bytes, size_t size, struct hv_arena *arena,
                       struct hv_verdict *ret_verdict, struct hv_envelope **ret_envelope) {
    struct hv_envelope header = {0};
    void *model = NULL;
    int error = decode(&envelope_frame, bytes, size, arena, ret_verdict, &model);
    if (error == HV_OK) {
        *ret_envelope = model;
        return HV_OK;
    }
    if (!hv_wire_header(&hv_shape_envelope, bytes, size, 1, &header))
        return error;
    if (header.protocol != HV_PROTOCOL)
        error = refuse_version(&envelope_frame, header.protocol, HV_PROTOCOL, ret_verdict);
    struct hv_envelope *kept = hv_arena_take(arena, 1, sizeof *kept);
    if (kept != NULL)
        *ret_envelope = memcpy(kept, &header, sizeof header);
    return error;
}

int hv_record_decode(const uint8_t *bytes, size_t size, struct hv_arena *arena,
                     struct hv_verdict *ret_verdict, struct hv_record **ret_record) {
    struct hv_record header = {0};
    void *model = NULL;
    int error = decode(&record_frame, bytes, size, arena, ret_verdict, &model);
    if (error == HV_OK)
        *ret_record = model;
    else if (hv_wire_header(&hv_shape_record, bytes, size, 1, &header) &&
             header.version != HV_RECORD_VERSION)
        error = refuse_version(&record_frame, header.version, HV_RECORD_VERSION, ret_verdict);
    return error;
}

int hv_report_decode(const uint8_t *bytes, size_t size, struct hv_arena *arena,
                     struct hv_verdict *ret_verdict, struct hv_report **ret_report) {
    void *model = NULL;
    int error = decode(&report_frame, bytes, size, arena, ret_verdict, &model);
    if (error == HV_OK)
        *ret_report = model;
    return error;
}

int hv_order_decode(const uint8_t *bytes, size_t size, struct hv_arena *arena,
                    struct hv_verdict *ret_verdict, struct hv_order **ret_order) {
    void *model = NULL;
    int error = decode(&order_frame, bytes, size, arena, ret_verdict, &model);
    if (error == HV_OK)
        *ret_order = model;
    return error;
}

/* ---- encoding ---- */

static int encode(const struct frame *frame, const void *model, struct hv_arena *arena,
                  uint8_t *buffer, size_t capacity, size_t *ret_size) {
    (void)arena; /* writing needs no scratch */
    struct hv_verdict verdict;
    int error = hv_model_check(frame->shape, model, &frame->root, &verdict);
    if (error != HV_OK)
        return error == HV_ERR_LIMIT ? HV_ERR_LIMIT : HV_ERR_VALUE;
    size_t most = capacity < frame->bytes_max ? capacity : frame->bytes_max;
    return hv_model_write(frame->shape, model, buffer, most, ret_size) ? HV_OK : HV_ERR_LIMIT;
}

int hv_envelope_encode(const struct hv_envelope *envelope, struct hv_arena *arena, uint8_t *buffer,
                       size_t capacity, size_t *ret_size) {
    return encode(&envelope_frame, envelope, arena, buffer, capacity, ret_size);
}

int hv_record_encode(const struct hv_record *record, struct hv_arena *arena, uint8_t *buffer,
                     size_t capacity, size_t *ret_size) {
    return encode(&record_frame, record, arena, buffer, capacity, ret_size);
}

int hv_record_write(const struct hv_record *record, uint8_t *buffer, size_t capacity,
                    size_t *ret_size) {
    size_t most = capacity < record_frame.bytes_max ? capacity : record_frame.bytes_max;
    return hv_model_write(record_frame.shape, record, buffer, most, ret_size) ? HV_OK
                                                                              : HV_ERR_LIMIT;
}

int hv_report_encode(const struct hv_report *report, struct hv_arena *arena, uint8_t *buffer,
                     size_t capacity, size_t *ret_size) {
    return encode(&report_frame, report, arena, buffer, capacity, ret_size);
}

int hv_order_encode(const struct hv_order *order, struct hv_arena *arena, uint8_t *buffer,
                    size_t capacity, size_t *ret_size) {
    return encode(&order_frame, order, arena, buffer, capacity, ret_size);
}

/* ---- checking and copying ---- */

static struct hv_verdict check(const struct frame *frame, const void *model) {
    struct hv_verdict verdict = {0};
    int error = hv_model_check(frame->shape, model, &frame->root, &verdict);
    (void)error; /* the verdict says it */
    return verdict;
}

struct hv_verdict hv_envelope_check(const struct hv_envelope *envelope) {
    return check(&envelope_frame, envelope);
}

struct hv_verdict hv_record_check(const struct hv_record *record) {
    return check(&record_frame, record);
}

struct hv_verdict hv_report_check(const struct hv_report *report) {
    return check(&report_frame, report);
}

struct hv_verdict hv_order_check(const struct hv_order *order) {
    return check(&order_frame, order);
}

static void *copy(const struct hv_shape *shape, const void *model, struct hv_arena *arena) {
    void *twin = hv_arena_take(arena, 1, shape->model_bytes);
    if (twin == NULL)
        return NULL;
    memcpy(twin, model, shape->model_bytes);
    return hv_model_deepen(shape, twin, arena) == HV_OK ? twin : NULL;
}

struct hv_report *hv_report_copy(const struct hv_report *report, struct hv_arena *arena) {
    return copy(&hv_shape_report, report, arena);
}

struct hv_order *hv_order_copy(const struct hv_order *order, struct hv_arena *arena) {
    return copy(&hv_shape_order, order, arena);
}

int hv_id_check(const char *text) {
    size_t bytes = strnlen(text, HV_ID_BYTES_MAX + 1);
    if (bytes == 0)
        return HV_ERR_VALUE;
    if (bytes > HV_ID_BYTES_MAX)
        return HV_ERR_LIMIT;
    return hv_utf8_scan(text, bytes) == 0 ? HV_OK : HV_ERR_FORMAT;
}
