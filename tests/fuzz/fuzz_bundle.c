/* Any bytes as a frame: its messages lie inside it, and what was cut out goes back together. */
#include "schemas/bundle.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static struct hv_bundle_writer writer;
    struct hv_bundle_reader reader, again;
    const uint8_t *message, *copy;
    size_t length, copy_length;
    if (size > HV_FRAME_BYTES_MAX / 2)
        return 0;
    hv_bundle_begin(&writer);
    hv_bundle_open(&reader, bytes, size);
    unsigned count = 0;
    while (hv_bundle_next(&reader, &message, &length)) {
        require(message >= bytes && length <= size && message + length <= bytes + size);
        if (count < HV_BUNDLE_MESSAGES_MAX)
            require(hv_bundle_add(&writer, message, length));
        count++;
    }
    require(count <= HV_BUNDLE_MESSAGES_MAX + 1);
    if (count < 2 || count > HV_BUNDLE_MESSAGES_MAX)
        return 0;
    size_t frame_size;
    const uint8_t *frame = hv_bundle_frame(&writer, &frame_size);
    hv_bundle_open(&reader, bytes, size);
    hv_bundle_open(&again, frame, frame_size);
    while (hv_bundle_next(&reader, &message, &length)) {
        require(hv_bundle_next(&again, &copy, &copy_length));
        require(length == copy_length && memcmp(message, copy, length) == 0);
    }
    return 0;
}
