/* Numbers, texts and lists of a checkpoint, in both directions. */
#include "coordinator/state/state_fields.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(struct fields *fields, size_t size) {
    if (fields->size + size <= fields->room)
        return true;
    size_t room = (fields->size + size) * 2;
    uint8_t *bytes = realloc(fields->bytes, room);
    if (bytes == NULL) {
        fields->error = HV_ERR_MEMORY;
        return false;
    }
    fields->bytes = bytes;
    fields->room = room;
    return true;
}

void fields_bytes(struct fields *fields, void *bytes, size_t size) {
    if (fields->error != 0 || size == 0)
        return;
    if (!fields->loading) {
        if (make_room(fields, size)) {
            memcpy(fields->bytes + fields->size, bytes, size);
            fields->size += size;
        }
        return;
    }
    if (size > fields->size - fields->at) {
        fields->error = HV_ERR_CORRUPT;
        return;
    }
    memcpy(bytes, fields->bytes + fields->at, size);
    fields->at += size;
}

/* Seven bits a byte, low ones first: most figures are small. Nearly all of a checkpoint goes
 * through these two, so they look at the bytes themselves. */
enum { NUMBER_BYTES_MAX = 10 };

static uint64_t load_number(struct fields *fields) {
    uint64_t value = 0;
    for (unsigned shift = 0; fields->error == 0 && shift < 7 * NUMBER_BYTES_MAX; shift += 7) {
        if (fields->at == fields->size)
            break;
        uint8_t byte = fields->bytes[fields->at++];
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    if (fields->error == 0)
        fields->error = HV_ERR_CORRUPT;
    return 0;
}

static void save_number(struct fields *fields, uint64_t value) {
    if (fields->error != 0 || !make_room(fields, NUMBER_BYTES_MAX))
        return;
    for (; value > 0x7f; value >>= 7)
        fields->bytes[fields->size++] = (uint8_t)(value | 0x80);
    fields->bytes[fields->size++] = (uint8_t)value;
}

void fields_number(struct fields *fields, uint64_t *number) {
    if (fields->loading)
        *number = load_number(fields);
    else
        save_number(fields, *number);
}

void fields_signed(struct fields *fields, int64_t *number) {
    uint64_t folded = ((uint64_t)*number << 1) ^ (*number < 0 ? UINT64_MAX : 0);
    fields_number(fields, &folded);
    *number = (int64_t)(folded >> 1) ^ -(int64_t)(folded & 1);
}

void *fields_list(struct fields *fields, uint64_t count, size_t size) {
    if (fields->error != 0 || count == 0)
        return NULL;
    if (count > fields->size - fields->at) {
        fields->error = HV_ERR_CORRUPT;
        return NULL;
    }
    void *list = calloc(count, size);
    if (list == NULL)
        fields->error = HV_ERR_MEMORY;
    return list;
}

void fields_text(struct fields *fields, char **value) {
    uint64_t length = *value == NULL ? 0 : strlen(*value);
    fields_number(fields, &length);
    if (length == 0 || fields->error != 0)
        return;
    if (fields->loading && length > fields->size - fields->at) {
        fields->error = HV_ERR_CORRUPT;
        return;
    }
    if (fields->loading)
        *value = calloc(length + 1, 1);
    if (*value == NULL)
        fields->error = HV_ERR_MEMORY;
    fields_bytes(fields, *value, length);
}

void fields_body(struct fields *fields, struct state_body *value) {
    uint64_t size = value->size;
    fields_number(fields, &size);
    value->size = (uint32_t)size;
    if (fields->loading)
        value->bytes = fields_list(fields, value->size, 1);
    if (value->bytes != NULL)
        fields_bytes(fields, value->bytes, value->size);
    else
        value->size = 0;
}
