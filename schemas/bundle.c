#include "schemas/bundle.h"

#include <string.h>

enum { MARK = 0, LENGTH_BYTES_MAX = 3, MARK_BYTES = 1 };

/* ---- reading ---- */

void hv_bundle_open(struct hv_bundle_reader *reader, const uint8_t *frame, size_t size) {
    bool bundle = size > 0 && frame[0] == MARK;
    *reader = (struct hv_bundle_reader){.at = bundle ? frame + MARK_BYTES : frame,
                                        .end = frame + size,
                                        .left = bundle ? HV_BUNDLE_MESSAGES_MAX : 1,
                                        .alone = !bundle};
}

static bool read_length(struct hv_bundle_reader *reader, size_t *ret_length) {
    size_t length = 0;
    for (unsigned i = 0; i < LENGTH_BYTES_MAX && reader->at < reader->end; i++) {
        uint8_t byte = *reader->at++;
        length |= (size_t)(byte & 0x7f) << 7 * i;
        if (!(byte & 0x80)) {
            *ret_length = length;
            return true;
        }
    }
    return false;
}

bool hv_bundle_next(struct hv_bundle_reader *reader, const uint8_t **ret_message,
                    size_t *ret_size) {
    size_t length = 0;
    if (reader->alone) {
        bool first = reader->left > 0;
        reader->left = 0;
        *ret_message = reader->at;
        *ret_size = (size_t)(reader->end - reader->at);
        return first;
    }
    if (reader->at == reader->end)
        return false;
    bool sound = reader->left > 0 && read_length(reader, &length) &&
                 length <= (size_t)(reader->end - reader->at);
    *ret_message = reader->at;
    *ret_size = sound ? length : 0;
    reader->left -= reader->left > 0;
    reader->at = sound ? reader->at + length : reader->end;
    return true;
}

/* ---- writing ---- */

void hv_bundle_begin(struct hv_bundle_writer *writer) {
    writer->size = 0;
    writer->count = 0;
}

static size_t put_length(uint8_t *at, size_t length) {
    size_t bytes = 0;
    for (; length >= 0x80; length >>= 7)
        at[bytes++] = (uint8_t)(length | 0x80);
    at[bytes++] = (uint8_t)length;
    return bytes;
}

bool hv_bundle_add(struct hv_bundle_writer *writer, const uint8_t *message, size_t size) {
    if (writer->count == 0) {
        writer->frame[0] = MARK;
        writer->size = MARK_BYTES;
    }
    if (writer->count == HV_BUNDLE_MESSAGES_MAX || size > sizeof writer->frame ||
        writer->size + LENGTH_BYTES_MAX + size > sizeof writer->frame)
        return false;
    writer->size += put_length(writer->frame + writer->size, size);
    if (writer->count++ == 0)
        writer->first = writer->size;
    memcpy(writer->frame + writer->size, message, size);
    writer->size += size;
    return true;
}

const uint8_t *hv_bundle_frame(const struct hv_bundle_writer *writer, size_t *ret_size) {
    size_t skip = writer->count == 1 ? writer->first : 0;
    *ret_size = writer->count == 0 ? 0 : writer->size - skip;
    return writer->frame + skip;
}
