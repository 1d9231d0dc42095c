/* Deep copies of messages of the model, by the tables. */
#include "schemas/codec_shape.h"

#include <string.h>

static size_t item_bytes(const struct hv_field *field, ProtobufCType type) {
    return type == PROTOBUF_C_TYPE_MESSAGE ? field->shape->model_bytes : sizeof(char *);
}

static bool is_body(const char *model, const struct hv_field *field) {
    uint32_t kind;
    memcpy(&kind, model + field->extra, sizeof kind);
    return kind == field->number;
}

static int deepen_text(char *at, struct hv_arena *arena) {
    const char *from;
    memcpy(&from, at, sizeof from);
    char *text = hv_arena_text(arena, from == NULL ? "" : from);
    if (text == NULL)
        return HV_ERR_MEMORY;
    memcpy(at, &text, sizeof text);
    return HV_OK;
}

static int deepen_list(const struct hv_field *field, ProtobufCType type, char *model,
                       struct hv_arena *arena) {
    const size_t step = item_bytes(field, type);
    size_t count;
    const char *from;
    char *list = NULL;
    memcpy(&count, model + field->extra, sizeof count);
    memcpy(&from, model + field->model, sizeof from);
    if (count > 0) {
        list = hv_arena_take(arena, count, step);
        if (list == NULL)
            return HV_ERR_MEMORY;
        memcpy(list, from, count * step);
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
