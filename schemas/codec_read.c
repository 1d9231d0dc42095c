/* From bytes to the model by the tables, in one walk that trusts nothing. */
#include "schemas/codec_shape.h"

#include <string.h>

enum wire_type { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

enum {
    FIELDS_MAX = 128,
    WORD_BITS = 64
}; /* of any message; asserted for each by the contract tests */

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

static bool read_long_varint(struct cursor *cursor, uint64_t *ret_value) {
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

static inline bool read_varint(struct cursor *cursor, uint64_t *ret_value) {
    if (cursor->at < cursor->end && *cursor->at < 0x80) {
        *ret_value = *cursor->at++;
        return true;
    }
    return read_long_varint(cursor, ret_value);
}

static bool skip(struct cursor *cursor, uint64_t bytes) {
    if (bytes > left_in(cursor))
        return false;
    cursor->at += bytes;
    return true;
}

/* Groups are not of proto3: they end the reading, so nothing ever nests that is not in the schema.
 */
static inline bool read_field(struct cursor *cursor, struct wire_field *ret_field) {
    uint64_t tag;
    if (!read_varint(cursor, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
        return false;
    struct wire_field *field = ret_field;
    *field = (struct wire_field){.number = (uint32_t)(tag >> 3), .type = (enum wire_type)(tag & 7)};
    switch (field->type) {
    case VARINT:
        if (!read_varint(cursor, &field->value))
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
        if (!read_varint(cursor, &field->value))
            return false;
        field->content = cursor->at;
        if (!skip(cursor, field->value))
            return false;
        field->size = (size_t)field->value;
        break;
    default:
        return false;
    }
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

/* ---- what may stand there ---- */

/* Which fields of a message were met (one bit for each of the table), whether a body was, and how
 * many fields are of a later release. */
struct tally {
    uint64_t met[FIELDS_MAX / WORD_BITS];
    bool body;
    uint32_t unknown;
};

static bool has_met(const struct tally *tally, size_t i) {
    return tally->met[i / WORD_BITS] >> i % WORD_BITS & 1;
}

static int check_wire(const struct hv_field *field, const ProtobufCFieldDescriptor *wire,
                      const struct wire_field *found, const struct hv_trail *at,
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
    return HV_OK;
}

/* A field that is no list stands there once, and of the body's fields one. */
static int meet(const struct hv_field *field, const ProtobufCFieldDescriptor *wire, size_t i,
                struct tally *tally, const struct hv_trail *at, struct hv_verdict *verdict) {
    bool again = has_met(tally, i) && !(field->flags & HV_FIELD_LIST);
    bool second_body = field->flags & HV_FIELD_BODY && tally->body;
    tally->met[i / WORD_BITS] |= (uint64_t)1 << i % WORD_BITS;
    tally->body = tally->body || field->flags & HV_FIELD_BODY;
    if (second_body)
        return hv_refuse(verdict, at, wire->name, HV_ERR_FORMAT, HV_REASON_MALFORMED,
                         "a second body");
    return again ? hv_refuse(verdict, at, wire->name, HV_ERR_FORMAT, HV_REASON_MALFORMED,
                             "given twice")
                 : HV_OK;
}

/* ---- values ---- */

/* Of one message that is being read. */
struct reading {
    const struct hv_shape *shape;
    struct hv_arena *arena;
    const struct hv_trail *at;
    struct hv_verdict *verdict;
    char *model;
};

static int no_memory(const struct reading *reading) {
    return hv_refuse(reading->verdict, reading->at, NULL, HV_ERR_MEMORY, HV_REASON_BUSY,
                     "no memory");
}

static int read_text(const struct reading *reading, const struct wire_field *found, char *to) {
    char *text = hv_arena_take(reading->arena, found->size + 1, 1);
    if (text == NULL)
        return no_memory(reading);
    memcpy(text, found->content, found->size);
    memcpy(to, &text, sizeof text);
    return HV_OK;
}

static uint64_t from_zigzag(uint64_t value) {
    return value >> 1 ^ (0 - (value & 1));
}

static void store_number(ProtobufCType type, uint64_t value, char *to) {
    uint32_t narrow;
    switch (type) {
    case PROTOBUF_C_TYPE_BOOL:
        *(bool *)(void *)to = value != 0;
        return;
    case PROTOBUF_C_TYPE_SINT32:
        value = from_zigzag(value);
        break;
    case PROTOBUF_C_TYPE_SINT64:
        value = from_zigzag(value);
        memcpy(to, &value, sizeof value);
        return;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_INT64:
        memcpy(to, &value, sizeof value);
        return;
    default:
        break;
    }
    narrow = (uint32_t)value;
    memcpy(to, &narrow, sizeof narrow);
}

static int read_message(const struct reading *reading, const struct hv_field *field,
                        const char *name, size_t index, const struct wire_field *found, char *to) {
    struct hv_trail inside = {.parent = reading->at, .name = name, .index = index};
    return hv_model_read(field->shape, found->content, found->size, reading->arena, &inside,
                         reading->verdict, to);
}

static int read_value(const struct reading *reading, const struct hv_field *field,
                      const ProtobufCFieldDescriptor *wire, const struct wire_field *found) {
    char *to = reading->model + field->model;
    if (field->flags & HV_FIELD_BODY)
        memcpy(reading->model + field->extra, &field->number, sizeof field->number);
    if (field->flags & HV_FIELD_OPTIONAL)
        *(bool *)(void *)(reading->model + field->extra) = true;
    switch (wire->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        return read_message(reading, field, wire->name, SIZE_MAX, found, to);
    case PROTOBUF_C_TYPE_STRING:
        return read_text(reading, found, to);
    case PROTOBUF_C_TYPE_BYTES:
        memcpy(to, found->content, found->size);
        if (field->flags & HV_FIELD_MAY_LACK)
            *(bool *)(void *)(reading->model + field->extra) = found->size != 0;
        return HV_OK;
    default:
        store_number(wire->type, found->value, to);
        return HV_OK;
    }
}

/* ---- lists ---- */

/* How often a field stands in what is left of its message, as far as that can be read. */
static size_t count_from(struct cursor cursor, uint32_t number) {
    struct wire_field found;
    size_t count = 0;
    while (cursor.at < cursor.end && read_field(&cursor, &found))
        count += found.number == number;
    return count;
}

/* The first item makes room for all of them. */
static int begin_list(const struct reading *reading, const struct hv_field *field,
                      const ProtobufCFieldDescriptor *wire, const struct cursor *after) {
    size_t count = 1 + count_from(*after, field->number);
    size_t item =
        wire->type == PROTOBUF_C_TYPE_MESSAGE ? field->shape->model_bytes : sizeof(char *);
    if (count > field->most)
        return hv_refuse(reading->verdict, reading->at, wire->name, HV_ERR_LIMIT,
                         HV_REASON_OVERSIZE, "more than %u", field->most);
    void *list = hv_arena_take(reading->arena, count, item);
    if (list == NULL)
        return no_memory(reading);
    memcpy(reading->model + field->model, &list, sizeof list);
    return HV_OK;
}

static int read_item(const struct reading *reading, const struct hv_field *field,
                     const ProtobufCFieldDescriptor *wire, const struct wire_field *found,
                     const struct cursor *after) {
    size_t count;
    memcpy(&count, reading->model + field->extra, sizeof count);
    int error = count == 0 ? begin_list(reading, field, wire, after) : HV_OK;
    if (error != HV_OK)
        return error;
    char *list;
    memcpy(&list, reading->model + field->model, sizeof list);
    if (wire->type == PROTOBUF_C_TYPE_MESSAGE)
        error = read_message(reading, field, wire->name, count, found,
                             list + count * field->shape->model_bytes);
    else
        error = read_text(reading, found, list + count * sizeof(char *));
    count++;
    memcpy(reading->model + field->extra, &count, sizeof count);
    return error;
}

/* ---- messages ---- */

static bool is_needed(const struct hv_field *field, ProtobufCType type) {
    return (type == PROTOBUF_C_TYPE_BYTES && !(field->flags & HV_FIELD_MAY_LACK)) ||
           (type == PROTOBUF_C_TYPE_MESSAGE && field->flags & HV_FIELD_REQUIRED &&
            !(field->flags & HV_FIELD_LIST));
}

/* What was not met must not be needed; a text that was not is empty. */
static int read_absent(const struct reading *reading, const struct tally *tally) {
    const struct hv_shape *shape = reading->shape;
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct hv_field *field = &shape->fields[i];
        const ProtobufCFieldDescriptor *wire = &shape->wire->fields[i];
        static const char *const empty = "";
        if (has_met(tally, i))
            continue;
        if (is_needed(field, wire->type))
            return hv_refuse(reading->verdict, reading->at, wire->name, HV_ERR_VALUE,
                             HV_REASON_RANGE, "missing");
        if (wire->type == PROTOBUF_C_TYPE_STRING && !(field->flags & HV_FIELD_LIST))
            memcpy(reading->model + field->model, &empty, sizeof empty);
    }
    return HV_OK;
}

static int read_known(const struct reading *reading, size_t i, const struct wire_field *found,
                      const struct cursor *after, struct tally *tally) {
    const struct hv_field *field = &reading->shape->fields[i];
    const ProtobufCFieldDescriptor *wire = &reading->shape->wire->fields[i];
    int error = meet(field, wire, i, tally, reading->at, reading->verdict);
    if (error == HV_OK)
        error = check_wire(field, wire, found, reading->at, reading->verdict);
    if (error != HV_OK)
        return error;
    return field->flags & HV_FIELD_LIST ? read_item(reading, field, wire, found, after)
                                        : read_value(reading, field, wire, found);
}

int hv_model_read(const struct hv_shape *shape, const uint8_t *bytes, size_t size,
                  struct hv_arena *arena, const struct hv_trail *at, struct hv_verdict *verdict,
                  void *model) {
    struct cursor cursor = {.at = bytes, .end = bytes + size};
    struct reading reading = {shape, arena, at, verdict, model};
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
        int error = read_known(&reading, i, &found, &cursor, &tally);
        if (error != HV_OK)
            return error;
    }
    return read_absent(&reading, &tally);
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
