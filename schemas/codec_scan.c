#include "schemas/codec_shape.h"

#include <string.h>

enum wire_type { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

enum { FIELDS_MAX = 32 }; /* of any message; asserted for each by the contract tests */

struct cursor {
    const uint8_t *at;
    const uint8_t *end;
};

struct wire_field {
    uint32_t number;
    enum wire_type type;
    uint64_t value;         /* VARINT */
    const uint8_t *content; /* BYTES */
    size_t size;
};

static size_t left_in(const struct cursor *cursor) {
    return (size_t)(cursor->end - cursor->at);
}

static bool read_varint(struct cursor *cursor, uint64_t *ret_value) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (cursor->at == cursor->end)
            return false;
        uint8_t byte = *cursor->at++;
        if (shift == 63 && byte > 1)
            return false;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

static bool skip(struct cursor *cursor, uint64_t bytes) {
    if (bytes > left_in(cursor))
        return false;
    cursor->at += bytes;
    return true;
}

/* Groups are not of proto3: they end the reading, so nothing ever nests that is not in the schema.
 */
static bool read_field(struct cursor *cursor, struct wire_field *ret_field) {
    uint64_t tag;
    if (!read_varint(cursor, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
        return false;
    struct wire_field field = {.number = (uint32_t)(tag >> 3), .type = (enum wire_type)(tag & 7)};
    switch (field.type) {
    case VARINT:
        if (!read_varint(cursor, &field.value))
            return false;
        break;
    case FIXED64:
        if (!skip(cursor, 8))
            return false;
        break;
    case FIXED32:
        if (!skip(cursor, 4))
            return false;
        break;
    case BYTES:
        if (!read_varint(cursor, &field.value))
            return false;
        field.content = cursor->at;
        if (!skip(cursor, field.value))
            return false;
        field.size = (size_t)field.value;
        break;
    default:
        return false;
    }
    *ret_field = field;
    return true;
}

/* Fields come in order as a rule, so the search starts at the one found last. */
static size_t find_field(const struct hv_shape *shape, uint32_t number, size_t hint) {
    for (size_t i = hint; i < shape->field_count; i++)
        if (shape->fields[i].number == number)
            return i;
    for (size_t i = 0; i < hint; i++)
        if (shape->fields[i].number == number)
            return i;
    return SIZE_MAX;
}

static enum wire_type expected_type(ProtobufCType type) {
    bool bytes = type == PROTOBUF_C_TYPE_STRING || type == PROTOBUF_C_TYPE_BYTES ||
                 type == PROTOBUF_C_TYPE_MESSAGE;
    return bytes ? BYTES : VARINT;
}

static uint64_t greatest_varint(ProtobufCType type) {
    switch (type) {
    case PROTOBUF_C_TYPE_BOOL:
        return 1;
    case PROTOBUF_C_TYPE_ENUM:
        return INT32_MAX;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_SINT32: /* zigzag */
        return UINT32_MAX;
    default:
        return UINT64_MAX;
    }
}

static int scan_value(const struct hv_field *field, const ProtobufCFieldDescriptor *wire,
                      const struct wire_field *found, const struct hv_trail *at, size_t index,
                      struct hv_verdict *verdict) {
    if (found->type != expected_type(wire->type))
        return hv_refuse(verdict, at, wire->name, HV_ERR_FORMAT, HV_REASON_MALFORMED,
                         "wrong wire type");
    if (found->type == VARINT && found->value > greatest_varint(wire->type))
        return hv_refuse(verdict, at, wire->name, HV_ERR_VALUE, HV_REASON_RANGE,
                         "%llu is out of range", (unsigned long long)found->value);
    if (wire->type == PROTOBUF_C_TYPE_STRING && memchr(found->content, 0, found->size) != NULL)
        return hv_refuse(verdict, at, wire->name, HV_ERR_FORMAT, HV_REASON_TEXT, "holds a NUL");
    if (wire->type == PROTOBUF_C_TYPE_BYTES && found->size != field->max &&
        !(found->size == 0 && (field->flags & HV_FIELD_MAY_LACK)))
        return hv_refuse(verdict, at, wire->name, HV_ERR_VALUE, HV_REASON_RANGE,
                         "%zu bytes, not %llu", found->size, (unsigned long long)field->max);
    if (wire->type == PROTOBUF_C_TYPE_MESSAGE) {
        struct hv_trail inside = {.parent = at, .name = wire->name, .index = index};
        return hv_wire_scan(field->shape, found->content, found->size, &inside, verdict);
    }
    return HV_OK;
}

/* How often each field was met, and how often one that is not known or one of the body was. */
struct tally {
    uint32_t times[FIELDS_MAX];
    uint32_t bodies;
    uint32_t unknown;
};

static int count_field(const struct hv_field *field, const ProtobufCFieldDescriptor *wire,
                       uint32_t *times, struct tally *tally, const struct hv_trail *at,
                       struct hv_verdict *verdict) {
    ++*times;
    if (field->flags & HV_FIELD_LIST) {
        if (*times > field->most)
            return hv_refuse(verdict, at, wire->name, HV_ERR_LIMIT, HV_REASON_OVERSIZE,
                             "more than %u", field->most);
        return HV_OK;
    }
    if (field->flags & HV_FIELD_BODY && ++tally->bodies > 1)
        return hv_refuse(verdict, at, wire->name, HV_ERR_FORMAT, HV_REASON_MALFORMED,
                         "a second body");
    if (*times > 1)
        return hv_refuse(verdict, at, wire->name, HV_ERR_FORMAT, HV_REASON_MALFORMED,
                         "given twice");
    return HV_OK;
}

static int check_presence(const struct hv_shape *shape, const struct tally *tally,
                          const struct hv_trail *at, struct hv_verdict *verdict) {
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct hv_field *field = &shape->fields[i];
        ProtobufCType type = shape->wire->fields[i].type;
        bool needed = (type == PROTOBUF_C_TYPE_BYTES && !(field->flags & HV_FIELD_MAY_LACK)) ||
                      (type == PROTOBUF_C_TYPE_MESSAGE && field->flags & HV_FIELD_REQUIRED &&
                       !(field->flags & HV_FIELD_LIST));
        if (needed && tally->times[i] == 0)
            return hv_refuse(verdict, at, shape->wire->fields[i].name, HV_ERR_VALUE,
                             HV_REASON_RANGE, "missing");
    }
    return HV_OK;
}

int hv_wire_scan(const struct hv_shape *shape, const uint8_t *bytes, size_t size,
                 const struct hv_trail *at, struct hv_verdict *verdict) {
    struct cursor cursor = {.at = bytes, .end = bytes + size};
    struct tally tally = {0};
    size_t hint = 0;
    while (cursor.at < cursor.end) {
        struct wire_field found;
        if (!read_field(&cursor, &found))
            return hv_refuse(verdict, at, NULL, HV_ERR_FORMAT, HV_REASON_MALFORMED,
                             "broken or cut off");
        size_t i = find_field(shape, found.number, hint);
        if (i == SIZE_MAX) {
            if (++tally.unknown > HV_UNKNOWN_FIELDS_MAX)
                return hv_refuse(verdict, at, NULL, HV_ERR_LIMIT, HV_REASON_MALFORMED,
                                 "more than %u unknown fields", HV_UNKNOWN_FIELDS_MAX);
            continue;
        }
        hint = i;
        const struct hv_field *field = &shape->fields[i];
        const ProtobufCFieldDescriptor *wire = &shape->wire->fields[i];
        int error = count_field(field, wire, &tally.times[i], &tally, at, verdict);
        size_t index = field->flags & HV_FIELD_LIST ? tally.times[i] - 1 : SIZE_MAX;
        if (error == HV_OK)
            error = scan_value(field, wire, &found, at, index, verdict);
        if (error != HV_OK)
            return error;
    }
    return check_presence(shape, &tally, at, verdict);
}

/* ---- the header of what cannot be read whole ---- */

static void store_header_field(const struct hv_field *field, const ProtobufCFieldDescriptor *wire,
                               const struct wire_field *found, char *model) {
    char *value = model + field->model;
    if (found->type != expected_type(wire->type) || field->flags & (HV_FIELD_LIST | HV_FIELD_BODY))
        return;
    if (wire->type == PROTOBUF_C_TYPE_BYTES && found->size == field->max)
        memcpy(value, found->content, found->size);
    else if (wire->type == PROTOBUF_C_TYPE_ENUM && found->value < field->max)
        *(uint32_t *)(void *)value = (uint32_t)found->value;
    else if (wire->type == PROTOBUF_C_TYPE_UINT32 && found->value <= field->max)
        *(uint32_t *)(void *)value = (uint32_t)found->value;
    else if (wire->type == PROTOBUF_C_TYPE_UINT64 && found->value <= field->max)
        *(uint64_t *)(void *)value = found->value;
}

bool hv_wire_header(const struct hv_shape *shape, const uint8_t *bytes, size_t size, uint32_t proof,
                    void *model) {
    struct cursor cursor = {.at = bytes, .end = bytes + size};
    struct wire_field found;
    bool proven = false;
    while (cursor.at < cursor.end && read_field(&cursor, &found)) {
        size_t i = find_field(shape, found.number, 0);
        if (i == SIZE_MAX)
            continue;
        store_header_field(&shape->fields[i], &shape->wire->fields[i], &found, model);
        proven = proven || found.number == proof;
    }
    return proven;
}
