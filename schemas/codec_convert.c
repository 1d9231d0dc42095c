/* Between generated structs and the model, by the tables. */
#include "schemas/codec_shape.h"

#include <string.h>

static const char *part_of(const void *whole, size_t offset) {
    return (const char *)whole + offset;
}

/* Bytes of one item of a list, or of a number, in the generated struct and in the model alike. */
static size_t number_bytes(ProtobufCType type) {
    switch (type) {
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
        return 8;
    default:
        return 4;
    }
}

static size_t item_bytes(const struct hv_field *field, ProtobufCType type) {
    return type == PROTOBUF_C_TYPE_MESSAGE ? field->shape->model_bytes : sizeof(char *);
}

static size_t list_count(const void *model, const struct hv_field *field) {
    size_t count;
    memcpy(&count, part_of(model, field->extra), sizeof count);
    return count;
}

static void *list_of(const void *model, const struct hv_field *field) {
    void *list;
    memcpy(&list, part_of(model, field->model), sizeof list);
    return list;
}

static bool is_body(const void *model, const struct hv_field *field) {
    uint32_t kind;
    memcpy(&kind, part_of(model, field->extra), sizeof kind);
    return kind == field->number;
}

static bool flag_at(const void *model, size_t offset) {
    bool flag;
    memcpy(&flag, part_of(model, offset), sizeof flag);
    return flag;
}

/* ---- to the model ---- */

static uint32_t oneof_case(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *wire) {
    uint32_t number;
    memcpy(&number, part_of(message, wire->quantifier_offset), sizeof number);
    return number;
}

static int list_to_model(const struct hv_field *field, const ProtobufCFieldDescriptor *wire,
                         const ProtobufCMessage *message, struct hv_arena *arena, char *model) {
    size_t count;
    void *const *items;
    memcpy(&count, part_of(message, wire->quantifier_offset), sizeof count);
    memcpy(&items, part_of(message, wire->offset), sizeof items);
    if (count == 0)
        return HV_OK;
    char *list = (char *)items; /* texts stay where they are, */
    if (wire->type == PROTOBUF_C_TYPE_MESSAGE) {
        list = hv_arena_take(arena, count, field->shape->model_bytes);
        if (list == NULL)
            return HV_ERR_MEMORY;
        for (size_t i = 0; i < count; i++) {
            int error = hv_model_of_wire(field->shape, items[i], arena,
                                         list + i * field->shape->model_bytes);
            if (error != HV_OK)
                return error;
        }
    }
    memcpy(model + field->model, &list, sizeof list);
    memcpy(model + field->extra, &count, sizeof count);
    return HV_OK;
}

static int field_to_model(const struct hv_field *field, const ProtobufCFieldDescriptor *wire,
                          const ProtobufCMessage *message, struct hv_arena *arena, char *model) {
    const char *from = part_of(message, wire->offset);
    char *to = model + field->model;
    const char *text;
    ProtobufCBinaryData bytes;
    const ProtobufCMessage *inner;
    protobuf_c_boolean flag;
    switch (wire->type) {
    case PROTOBUF_C_TYPE_STRING:
        memcpy(&text, from, sizeof text);
        memcpy(to, &text, sizeof text);
        return HV_OK;
    case PROTOBUF_C_TYPE_BYTES:
        memcpy(&bytes, from, sizeof bytes);
        if (bytes.len == field->max)
            memcpy(to, bytes.data, bytes.len);
        if (field->flags & HV_FIELD_MAY_LACK)
            *(bool *)(void *)(model + field->extra) = bytes.len != 0;
        return HV_OK;
    case PROTOBUF_C_TYPE_MESSAGE:
        memcpy(&inner, from, sizeof inner);
        return inner == NULL ? HV_OK : hv_model_of_wire(field->shape, inner, arena, to);
    case PROTOBUF_C_TYPE_BOOL:
        memcpy(&flag, from, sizeof flag);
        *(bool *)(void *)to = flag != 0;
        return HV_OK;
    default:
        memcpy(to, from, number_bytes(wire->type));
        return HV_OK;
    }
}

int hv_model_of_wire(const struct hv_shape *shape, const ProtobufCMessage *message,
                     struct hv_arena *arena, void *model) {
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct hv_field *field = &shape->fields[i];
        const ProtobufCFieldDescriptor *wire = &shape->wire->fields[i];
        if (field->flags & (HV_FIELD_BODY | HV_FIELD_OPTIONAL)) {
            if (oneof_case(message, wire) != field->number)
                continue;
            if (field->flags & HV_FIELD_BODY)
                memcpy((char *)model + field->extra, &field->number, sizeof field->number);
            else
                *(bool *)(void *)((char *)model + field->extra) = true;
        }
        int error = field->flags & HV_FIELD_LIST
                        ? list_to_model(field, wire, message, arena, model)
                        : field_to_model(field, wire, message, arena, model);
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}

/* ---- to the wire ---- */

static bool all_zero(const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static const char *text_at(const char *at) {
    const char *text;
    memcpy(&text, at, sizeof text);
    return text == NULL ? "" : text;
}

static int list_to_wire(const struct hv_field *field, const ProtobufCFieldDescriptor *wire,
                        const void *model, struct hv_arena *arena, char *message) {
    size_t count = list_count(model, field);
    if (count == 0)
        return HV_OK;
    const char *list = list_of(model, field);
    const size_t step = item_bytes(field, wire->type);
    const void **items = hv_arena_take(arena, count, sizeof *items);
    if (items == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        items[i] = wire->type == PROTOBUF_C_TYPE_MESSAGE
                       ? (const void *)hv_wire_of_model(field->shape, list + i * step, arena)
                       : text_at(list + i * step);
        if (items[i] == NULL)
            return HV_ERR_MEMORY;
    }
    memcpy(message + wire->offset, &items, sizeof items);
    memcpy(message + wire->quantifier_offset, &count, sizeof count);
    return HV_OK;
}

static int message_to_wire(const struct hv_field *field, const char *from, struct hv_arena *arena,
                           char *to) {
    bool needed = field->flags & (HV_FIELD_REQUIRED | HV_FIELD_BODY);
    if (!needed && all_zero(from, field->shape->model_bytes))
        return HV_OK;
    const ProtobufCMessage *inner = hv_wire_of_model(field->shape, from, arena);
    if (inner == NULL)
        return HV_ERR_MEMORY;
    memcpy(to, &inner, sizeof inner);
    return HV_OK;
}

static int field_to_wire(const struct hv_field *field, const ProtobufCFieldDescriptor *wire,
                         const void *model, struct hv_arena *arena, char *message) {
    const char *from = part_of(model, field->model);
    char *to = message + wire->offset;
    const char *text;
    ProtobufCBinaryData bytes;
    protobuf_c_boolean flag;
    switch (wire->type) {
    case PROTOBUF_C_TYPE_STRING:
        text = text_at(from);
        memcpy(to, &text, sizeof text);
        return HV_OK;
    case PROTOBUF_C_TYPE_BYTES:
        if (field->flags & HV_FIELD_MAY_LACK && !flag_at(model, field->extra))
            return HV_OK;
        bytes = (ProtobufCBinaryData){.len = field->max, .data = (uint8_t *)(uintptr_t)from};
        memcpy(to, &bytes, sizeof bytes);
        return HV_OK;
    case PROTOBUF_C_TYPE_MESSAGE:
        return message_to_wire(field, from, arena, to);
    case PROTOBUF_C_TYPE_BOOL:
        flag = flag_at(model, field->model);
        memcpy(to, &flag, sizeof flag);
        return HV_OK;
    default:
        memcpy(to, from, number_bytes(wire->type));
        return HV_OK;
    }
}

ProtobufCMessage *hv_wire_of_model(const struct hv_shape *shape, const void *model,
                                   struct hv_arena *arena) {
    ProtobufCMessage *message = hv_arena_take(arena, 1, shape->wire->sizeof_message);
    if (message == NULL)
        return NULL;
    shape->wire->message_init(message);
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct hv_field *field = &shape->fields[i];
        const ProtobufCFieldDescriptor *wire = &shape->wire->fields[i];
        if (field->flags & HV_FIELD_BODY && !is_body(model, field))
            continue;
        if (field->flags & HV_FIELD_OPTIONAL && !flag_at(model, field->extra))
            continue;
        int error = field->flags & HV_FIELD_LIST
                        ? list_to_wire(field, wire, model, arena, (char *)message)
                        : field_to_wire(field, wire, model, arena, (char *)message);
        if (error != HV_OK)
            return NULL;
        if (field->flags & (HV_FIELD_BODY | HV_FIELD_OPTIONAL))
            memcpy((char *)message + wire->quantifier_offset, &field->number, sizeof field->number);
    }
    return message;
}

/* ---- a copy ---- */

static int deepen_text(char *at, struct hv_arena *arena) {
    char *text = hv_arena_text(arena, text_at(at));
    if (text == NULL)
        return HV_ERR_MEMORY;
    memcpy(at, &text, sizeof text);
    return HV_OK;
}

static int deepen_list(const struct hv_field *field, ProtobufCType type, char *model,
                       struct hv_arena *arena) {
    size_t count = list_count(model, field);
    const size_t step = item_bytes(field, type);
    char *list = NULL;
    if (count > 0) {
        list = hv_arena_take(arena, count, step);
        if (list == NULL)
            return HV_ERR_MEMORY;
        memcpy(list, list_of(model, field), count * step);
    }
    for (size_t i = 0; i < count; i++) {
        int error = type == PROTOBUF_C_TYPE_MESSAGE
                        ? hv_model_deepen(field->shape, list + i * step, arena)
                        : deepen_text(list + i * step, arena);
        if (error != HV_OK)
            return error;
    }
    memcpy(model + field->model, &list, sizeof list);
    return HV_OK;
}

int hv_model_deepen(const struct hv_shape *shape, void *copy, struct hv_arena *arena) {
    char *model = copy;
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct hv_field *field = &shape->fields[i];
        ProtobufCType type = shape->wire->fields[i].type;
        int error = HV_OK;
        if (field->flags & HV_FIELD_BODY && !is_body(model, field))
            continue;
        if (field->flags & HV_FIELD_LIST)
            error = deepen_list(field, type, model, arena);
        else if (type == PROTOBUF_C_TYPE_STRING)
            error = deepen_text(model + field->model, arena);
        else if (type == PROTOBUF_C_TYPE_MESSAGE)
            error = hv_model_deepen(field->shape, model + field->model, arena);
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}
