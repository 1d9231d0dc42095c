#include "schemas/codec_shape.h"

#include "schemas/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- verdicts ---- */

static size_t append_name(char *detail, size_t used, size_t bytes, const char *name, size_t index) {
    int n = snprintf(detail + used, bytes - used, index == SIZE_MAX ? "%s%s" : "%s%s[%zu]",
                     used == 0 ? "" : ".", name, index);
    used += n < 0 ? 0 : (size_t)n;
    return used < bytes ? used : bytes - 1;
}

/* A message that is nothing but another one of its name: one step for whoever reads the path. */
static bool says_again(const struct hv_trail *at) {
    return at->index == SIZE_MAX && at->parent != NULL && at->parent->name != NULL &&
           at->parent->index == SIZE_MAX && strcmp(at->name, at->parent->name) == 0;
}

static size_t append_trail(char *detail, size_t bytes, const struct hv_trail *at) {
    if (at == NULL)
        return 0;
    size_t used = append_trail(detail, bytes, at->parent);
    return at->name == NULL || says_again(at)
               ? used
               : append_name(detail, used, bytes, at->name, at->index);
}

int hv_refuse(struct hv_verdict *verdict, const struct hv_trail *at, const char *field, int error,
              enum hv_reason reason, const char *format, ...) {
    const size_t bytes = sizeof verdict->detail;
    char *detail = verdict->detail;
    detail[0] = '\0';
    size_t used = append_trail(detail, bytes, at);
    if (field != NULL)
        used = append_name(detail, used, bytes, field, SIZE_MAX);
    int n = snprintf(detail + used, bytes - used, "%s", used == 0 ? "" : ": ");
    used += (size_t)n < bytes - used ? (size_t)n : 0;

    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail + used, bytes - used, format, arguments);
    va_end(arguments);
    verdict->reason = reason;
    return error;
}

/* ---- values ---- */

struct value {
    const struct hv_field *field;
    const char *name;
    const struct hv_trail *at;
    struct hv_verdict *verdict;
};

static int refuse_text(const struct value *value, int error, const char *what) {
    return hv_refuse(value->verdict, value->at, value->name, error, HV_REASON_TEXT, "%s", what);
}

static int check_text(const struct value *value, const char *text) {
    size_t bytes = text == NULL ? 0 : strnlen(text, (size_t)value->field->max + 1);
    bool is_id = value->field->flags & HV_FIELD_ID;
    if (bytes > value->field->max)
        return hv_refuse(value->verdict, value->at, value->name, HV_ERR_LIMIT, HV_REASON_TEXT,
                         "longer than %llu bytes", (unsigned long long)value->field->max);
    if (bytes == 0 && value->field->flags & HV_FIELD_REQUIRED)
        return hv_refuse(value->verdict, value->at, value->name, HV_ERR_VALUE, HV_REASON_RANGE,
                         "missing");
    unsigned found = bytes == 0 ? 0 : hv_utf8_scan(text, bytes);
    if (found & HV_UTF8_BROKEN)
        return refuse_text(value, HV_ERR_FORMAT, "not UTF-8");
    if (found & HV_UTF8_CONTROL || (is_id && found & HV_UTF8_BREAK))
        return refuse_text(value, HV_ERR_FORMAT, "holds a control character");
    return HV_OK;
}

static int check_unsigned(const struct value *value, uint64_t number) {
    if (number > value->field->max)
        return hv_refuse(value->verdict, value->at, value->name, HV_ERR_VALUE, HV_REASON_RANGE,
                         "%llu is more than %llu", (unsigned long long)number,
                         (unsigned long long)value->field->max);
    if (number == 0 && value->field->flags & HV_FIELD_REQUIRED)
        return hv_refuse(value->verdict, value->at, value->name, HV_ERR_VALUE, HV_REASON_RANGE,
                         "missing");
    return HV_OK;
}

static int check_signed(const struct value *value, int64_t number) {
    uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    if (magnitude > value->field->max)
        return hv_refuse(value->verdict, value->at, value->name, HV_ERR_VALUE, HV_REASON_RANGE,
                         "%lld is beyond %llu", (long long)number,
                         (unsigned long long)value->field->max);
    return HV_OK;
}

static int check_enumerator(const struct value *value, uint32_t number) {
    if (number >= value->field->max)
        return hv_refuse(value->verdict, value->at, value->name, HV_ERR_VALUE, HV_REASON_RANGE,
                         "%lld is no known value", (long long)(int32_t)number);
    if (number == 0 && value->field->flags & HV_FIELD_REQUIRED)
        return hv_refuse(value->verdict, value->at, value->name, HV_ERR_VALUE, HV_REASON_RANGE,
                         "missing");
    return HV_OK;
}

static int check_value(const struct value *value, ProtobufCType type, const char *model) {
    const char *from = model + value->field->model;
    const char *text;
    uint32_t u32;
    int32_t s32;
    uint64_t u64;
    int64_t s64;
    switch (type) {
    case PROTOBUF_C_TYPE_STRING:
        memcpy(&text, from, sizeof text);
        return check_text(value, text);
    case PROTOBUF_C_TYPE_ENUM:
        memcpy(&u32, from, sizeof u32);
        return check_enumerator(value, u32);
    case PROTOBUF_C_TYPE_UINT32:
        memcpy(&u32, from, sizeof u32);
        return check_unsigned(value, u32);
    case PROTOBUF_C_TYPE_UINT64:
        memcpy(&u64, from, sizeof u64);
        return check_unsigned(value, u64);
    case PROTOBUF_C_TYPE_SINT32:
        memcpy(&s32, from, sizeof s32);
        return check_signed(value, s32);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
        memcpy(&s64, from, sizeof s64);
        return check_signed(value, s64);
    default: /* bool and bytes hold nothing that could be wrong */
        return HV_OK;
    }
}

/* ---- messages ---- */

static int check_list(const struct value *value, ProtobufCType type, const char *model) {
    const struct hv_field *field = value->field;
    size_t count;
    const char *list;
    memcpy(&count, model + field->extra, sizeof count);
    memcpy(&list, model + field->model, sizeof list);
    if (count > field->most)
        return hv_refuse(value->verdict, value->at, value->name, HV_ERR_LIMIT, HV_REASON_OVERSIZE,
                         "%zu, more than %u", count, field->most);
    int error = HV_OK;
    for (size_t i = 0; i < count && error == HV_OK; i++) {
        if (type == PROTOBUF_C_TYPE_MESSAGE) {
            struct hv_trail inside = {.parent = value->at, .name = value->name, .index = i};
            error = hv_model_check(field->shape, list + i * field->shape->model_bytes, &inside,
                                   value->verdict);
        } else {
            error = check_text(value, ((const char *const *)(const void *)list)[i]);
        }
    }
    return error;
}

static int check_field(const struct value *value, ProtobufCType type, const char *model) {
    if (value->field->flags & HV_FIELD_LIST)
        return check_list(value, type, model);
    if (type != PROTOBUF_C_TYPE_MESSAGE)
        return check_value(value, type, model);
    struct hv_trail inside = {.parent = value->at, .name = value->name, .index = SIZE_MAX};
    return hv_model_check(value->field->shape, model + value->field->model, &inside,
                          value->verdict);
}

static bool is_present(const struct hv_field *field, const char *model) {
    uint32_t kind;
    bool has;
    if (field->flags & HV_FIELD_BODY) {
        memcpy(&kind, model + field->extra, sizeof kind);
        return kind == field->number;
    }
    if (field->flags & HV_FIELD_OPTIONAL) {
        memcpy(&has, model + field->extra, sizeof has);
        return has;
    }
    return true;
}

/* Whether a number is right, in the shortest way; what is not, or is no number, is looked at again
 * by check_field, which can say why. */
static inline bool is_right(const struct hv_field *field, ProtobufCType type, const char *from) {
    uint32_t narrow;
    uint64_t wide;
    switch (type) {
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_BYTES:
        return true;
    case PROTOBUF_C_TYPE_ENUM:
        memcpy(&narrow, from, sizeof narrow);
        return narrow < field->max && (narrow != 0 || !(field->flags & HV_FIELD_REQUIRED));
    case PROTOBUF_C_TYPE_UINT32:
        memcpy(&narrow, from, sizeof narrow);
        return narrow <= field->max && (narrow != 0 || !(field->flags & HV_FIELD_REQUIRED));
    case PROTOBUF_C_TYPE_UINT64:
        memcpy(&wide, from, sizeof wide);
        return wide <= field->max && (wide != 0 || !(field->flags & HV_FIELD_REQUIRED));
    case PROTOBUF_C_TYPE_SINT32:
        memcpy(&narrow, from, sizeof narrow);
        return narrow <= INT32_MAX && narrow <= field->max;
    default:
        return false;
    }
}

int hv_model_check(const struct hv_shape *shape, const void *model, const struct hv_trail *at,
                   struct hv_verdict *verdict) {
    bool needs_body = false, has_body = false;
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct hv_field *field = &shape->fields[i];
        const ProtobufCFieldDescriptor *wire = &shape->wire->fields[i];
        const uint16_t uncommon = HV_FIELD_BODY | HV_FIELD_OPTIONAL | HV_FIELD_LIST;
        if (!(field->flags & uncommon) &&
            is_right(field, wire->type, (const char *)model + field->model))
            continue;
        bool present = is_present(field, model);
        if (field->flags & HV_FIELD_BODY) {
            needs_body = true;
            has_body = has_body || present;
        }
        if (!present)
            continue;
        struct value value = {.field = field, .name = wire->name, .at = at, .verdict = verdict};
        int error = check_field(&value, wire->type, model);
        if (error != HV_OK)
            return error;
    }
    if (needs_body && !has_body)
        return hv_refuse(verdict, at, NULL, HV_ERR_VALUE, HV_REASON_TYPE,
                         "no body of a known kind");
    return shape->check == NULL ? HV_OK : shape->check(model, at, verdict);
}
