/* From the model to bytes by the tables: from the last byte to the first, so that the length of a
 * message is known when it is to be written before it. */
#include "schemas/codec_shape.h"

#include <string.h>

struct writing {
    uint8_t *at; /* what has been written begins here */
    uint8_t *begin;
};

enum wire_type { VARINT = 0, BYTES = 2 };

/* ---- pieces ---- */

static bool put_bytes(struct writing *writing, const void *bytes, size_t size) {
    if (size > (size_t)(writing->at - writing->begin))
        return false;
    writing->at -= size;
    memcpy(writing->at, bytes, size);
    return true;
}

static bool put_varint(struct writing *writing, uint64_t value) {
    uint8_t bytes[10];
    size_t size = 0;
    if (value < 0x80 && writing->at > writing->begin) {
        *--writing->at = (uint8_t)value;
        return true;
    }
    for (; value >= 0x80; value >>= 7)
        bytes[size++] = (uint8_t)(value | 0x80);
    bytes[size++] = (uint8_t)value;
    return put_bytes(writing, bytes, size);
}

static bool put_tag(struct writing *writing, uint32_t number, enum wire_type type) {
    return put_varint(writing, (uint64_t)number << 3 | type);
}

/* ---- values ---- */

static uint64_t to_zigzag(int64_t value) {
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static uint64_t number_at(const char *from, ProtobufCType type) {
    uint32_t narrow;
    uint64_t wide;
    switch (type) {
    case PROTOBUF_C_TYPE_BOOL:
        return *(const bool *)(const void *)from;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_INT64:
        memcpy(&wide, from, sizeof wide);
        return wide;
    case PROTOBUF_C_TYPE_SINT64:
        memcpy(&wide, from, sizeof wide);
        return to_zigzag((int64_t)wide);
    case PROTOBUF_C_TYPE_SINT32:
        memcpy(&narrow, from, sizeof narrow);
        return to_zigzag((int32_t)narrow);
    default:
        memcpy(&narrow, from, sizeof narrow);
        return narrow;
    }
}

static bool put_number(struct writing *writing, const struct hv_field *field, ProtobufCType type,
                       const char *from) {
    uint64_t value = number_at(from, type);
    if (value == 0 && !(field->flags & HV_FIELD_OPTIONAL))
        return true;
    return put_varint(writing, value) && put_tag(writing, field->number, VARINT);
}

/* `kept`: also where it is empty. */
static bool put_text(struct writing *writing, uint32_t number, const char *from, bool kept) {
    const char *text;
    memcpy(&text, from, sizeof text);
    text = text == NULL ? "" : text;
    size_t size = strlen(text);
    if (size == 0 && !kept)
        return true;
    return put_bytes(writing, text, size) && put_varint(writing, size) &&
           put_tag(writing, number, BYTES);
}

static bool flag_at(const char *model, size_t offset) {
    return *(const bool *)(const void *)(model + offset);
}

static bool put_byte_string(struct writing *writing, const struct hv_field *field,
                            const char *model) {
    if (field->flags & HV_FIELD_MAY_LACK && !flag_at(model, field->extra))
        return true;
    return put_bytes(writing, model + field->model, (size_t)field->max) &&
           put_varint(writing, field->max) && put_tag(writing, field->number, BYTES);
}

/* ---- messages ---- */

static bool put_model(struct writing *writing, const struct hv_shape *shape, const char *model);

static bool put_message(struct writing *writing, const struct hv_field *field, const char *from) {
    const uint8_t *end = writing->at;
    return put_model(writing, field->shape, from) &&
           put_varint(writing, (uint64_t)(end - writing->at)) &&
           put_tag(writing, field->number, BYTES);
}

/* A message with nothing but empty texts in it is absent, as one of zeros is. */
static bool put_unless_empty(struct writing *writing, const struct hv_field *field,
                             const char *from) {
    const uint8_t *end = writing->at;
    if (!put_model(writing, field->shape, from))
        return false;
    size_t size = (size_t)(end - writing->at);
    return size == 0 || (put_varint(writing, size) && put_tag(writing, field->number, BYTES));
}

static bool all_zero(const char *bytes, size_t size) {
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

static bool put_list(struct writing *writing, const struct hv_field *field, ProtobufCType type,
                     const char *model) {
    size_t count;
    const char *list;
    memcpy(&count, model + field->extra, sizeof count);
    memcpy(&list, model + field->model, sizeof list);
    bool fits = true;
    for (size_t i = count; i > 0 && fits; i--)
        fits = type == PROTOBUF_C_TYPE_MESSAGE
                   ? put_message(writing, field, list + (i - 1) * field->shape->model_bytes)
                   : put_text(writing, field->number, list + (i - 1) * sizeof(char *), true);
    return fits;
}

static bool is_absent(const struct hv_field *field, const char *model) {
    uint32_t kind;
    if (field->flags & HV_FIELD_OPTIONAL)
        return !flag_at(model, field->extra);
    if (!(field->flags & HV_FIELD_BODY))
        return false;
    memcpy(&kind, model + field->extra, sizeof kind);
    return kind != field->number;
}

static bool put_field(struct writing *writing, const struct hv_field *field, ProtobufCType type,
                      const char *model) {
    const char *from = model + field->model;
    if (field->flags & HV_FIELD_LIST)
        return put_list(writing, field, type, model);
    switch (type) {
    case PROTOBUF_C_TYPE_STRING:
        return put_text(writing, field->number, from, field->flags & HV_FIELD_OPTIONAL);
    case PROTOBUF_C_TYPE_BYTES:
        return put_byte_string(writing, field, model);
    case PROTOBUF_C_TYPE_MESSAGE:
        if (field->flags & (HV_FIELD_REQUIRED | HV_FIELD_BODY))
            return put_message(writing, field, from);
        return all_zero(from, field->shape->model_bytes) || put_unless_empty(writing, field, from);
    default:
        return put_number(writing, field, type, from);
    }
}

static bool put_model(struct writing *writing, const struct hv_shape *shape, const char *model) {
    for (size_t i = shape->field_count; i > 0; i--) {
        const struct hv_field *field = &shape->fields[i - 1];
        if (!is_absent(field, model) &&
            !put_field(writing, field, shape->wire->fields[i - 1].type, model))
            return false;
    }
    return true;
}

bool hv_model_write(const struct hv_shape *shape, const void *model, uint8_t *buffer,
                    size_t capacity, size_t *ret_size) {
    struct writing writing = {.at = buffer + capacity, .begin = buffer};
    if (!put_model(&writing, shape, model))
        return false;
    *ret_size = (size_t)(buffer + capacity - writing.at);
    memmove(buffer, writing.at, *ret_size);
    return true;
}
