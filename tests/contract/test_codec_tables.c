/* The codec's tables against the descriptors that protoc-c made of haven.proto. */
#include "schemas/codec_shape.h"

#include <criterion/criterion.h>

static unsigned messages;

static void check_field(const struct hv_shape *shape, const struct hv_field *field,
                        const ProtobufCFieldDescriptor *wire) {
    const char *message = shape->wire->short_name;
    bool oneof = wire->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;
    bool known_in_oneof = field->flags & (HV_FIELD_BODY | HV_FIELD_OPTIONAL);
    cr_assert_eq(field->number, wire->id, "%s.%s", message, wire->name);
    cr_assert_eq(oneof, known_in_oneof, "%s.%s", message, wire->name);
    cr_assert_eq(wire->label == PROTOBUF_C_LABEL_REPEATED, (field->flags & HV_FIELD_LIST) != 0,
                 "%s.%s", message, wire->name);
    if (field->flags & HV_FIELD_LIST) {
        cr_assert_gt(field->most, 0, "%s.%s", message, wire->name);
        cr_assert(wire->type == PROTOBUF_C_TYPE_MESSAGE || wire->type == PROTOBUF_C_TYPE_STRING);
    }
    if (wire->type == PROTOBUF_C_TYPE_MESSAGE)
        cr_assert_eq((const void *)field->shape->wire, wire->descriptor, "%s.%s", message,
                     wire->name);
    else
        cr_assert_gt(field->max, 0, "%s.%s", message, wire->name);
    if (wire->type == PROTOBUF_C_TYPE_ENUM)
        cr_assert_eq(field->max, ((const ProtobufCEnumDescriptor *)wire->descriptor)->n_values,
                     "%s.%s", message, wire->name);
}

static void check_shape(const struct hv_shape *shape, unsigned depth) {
    messages++;
    cr_assert_lt(depth, 8, "a message that holds itself?");
    cr_assert_leq(shape->field_count, 128, "%s", shape->wire->name);
    cr_assert_eq(shape->field_count, shape->wire->n_fields, "%s", shape->wire->name);
    for (size_t i = 0; i < shape->field_count; i++) {
        check_field(shape, &shape->fields[i], &shape->wire->fields[i]);
        if (shape->fields[i].shape != NULL)
            check_shape(shape->fields[i].shape, depth + 1);
    }
}

Test(codec_tables, follow_the_descriptors) {
    check_shape(&hv_shape_envelope, 0);
    check_shape(&hv_shape_record, 0);
    cr_assert_gt(messages, 60);
}
