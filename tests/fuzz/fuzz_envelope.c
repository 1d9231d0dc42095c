/* Any bytes as a frame from the wire: nothing but a message that is right, or a refusal that says
 * why. What is accepted encodes, and decodes again to the same. */
#include "schemas/codec.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

static void encode_again(const struct hv_envelope *envelope, struct hv_arena *arena) {
    static uint8_t first[HV_FRAME_BYTES_MAX], second[HV_FRAME_BYTES_MAX];
    size_t first_size = 0, second_size = 0;
    struct hv_verdict verdict;
    struct hv_envelope *again = NULL;
    require(hv_envelope_encode(envelope, arena, first, sizeof first, &first_size) == HV_OK);
    require(hv_envelope_decode(first, first_size, arena, &verdict, &again) == HV_OK);
    require(hv_envelope_encode(again, arena, second, sizeof second, &second_size) == HV_OK);
    require(first_size == second_size && memcmp(first, second, first_size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct hv_arena arena;
    struct hv_verdict verdict;
    struct hv_envelope *envelope = NULL;
    hv_arena_init(&arena, HV_FRAME_DECODED_BYTES_MAX);
    int error = hv_envelope_decode(bytes, size, &arena, &verdict, &envelope);
    require(error != HV_ERR_MEMORY);
    require((error == HV_OK) == (verdict.reason == HV_REASON_UNKNOWN));
    if (error != HV_OK) {
        require(strlen(verdict.detail) > 0);
        require(envelope == NULL || envelope->kind == HV_BODY_NONE);
    } else {
        arena.limit = 0;
        encode_again(envelope, &arena);
    }
    hv_arena_deinit(&arena);
    return 0;
}
