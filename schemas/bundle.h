/* Several messages in one frame of the wire, so that what a message costs on its way (encryption,
 * queues, system calls) is paid once for all that wait.
 *
 * A frame that begins with the byte 0, as no message can, is a bundle: then, for each message, its
 * length in bytes as a varint and the message. Any other frame is one message. Each message of a
 * bundle is taken, answered and refused as if it had come alone. */
#ifndef HV_SCHEMAS_BUNDLE_H
#define HV_SCHEMAS_BUNDLE_H

#include "schemas/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hv_bundle_reader {
    const uint8_t *at, *end;
    unsigned left; /* messages that may still come */
    bool alone;    /* the frame is one message */
};

void hv_bundle_open(struct hv_bundle_reader *reader, const uint8_t *frame, size_t size);

/* The next message, inside the frame; false: there are no more. What follows a length that is
 * wrong, or more than HV_BUNDLE_MESSAGES_MAX messages, is given as one message of no bytes, which
 * no decoder takes. */
bool hv_bundle_next(struct hv_bundle_reader *reader, const uint8_t **ret_message, size_t *ret_size);

struct hv_bundle_writer {
    size_t size;
    unsigned count;
    size_t first; /* where the first message begins */
    uint8_t frame[HV_FRAME_BYTES_MAX];
};

void hv_bundle_begin(struct hv_bundle_writer *writer);

/* False: it has no room for this one; send it, begin anew and add again. A message of
 * HV_FRAME_BYTES_MAX fits no bundle and goes alone. */
bool hv_bundle_add(struct hv_bundle_writer *writer, const uint8_t *message, size_t size);

/* The frame to send, valid until the writer is used again: a message that is alone stays as it is.
 * Size 0: there is nothing in it. */
const uint8_t *hv_bundle_frame(const struct hv_bundle_writer *writer, size_t *ret_size);

#endif
